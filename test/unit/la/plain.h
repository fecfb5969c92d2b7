/*
 * plain.h - what is in the answers of an LA, computed by plain OpenSSL from
 * its storage key, its key with the PCA and the seeds.
 */
#ifndef TEST_LA_PLAIN_H
#define TEST_LA_PLAIN_H

#include <stdint.h>

typedef struct encrypted_data encrypted_data;

/* To a holder of key (symmRecipInfo). */
void plain_open(
    uint8_t *out, const encrypted_data *, const uint8_t *key, int plain_n);
/* The chain behind an LCI: i0 and ls(i0), with the LA's storage key. */
void plain_lci(const char *la_dir, uint16_t *i0, uint8_t seed[16],
    const encrypted_data *lci);
/* ls(i + 1) from ls(i): SHA-256(la || ls || 0^112). */
void plain_step(uint8_t seed[16], const uint8_t la[2]);
void plain_plv(
    uint8_t out[9], const uint8_t seed[16], const uint8_t la[2], uint8_t j);

#endif /* TEST_LA_PLAIN_H */
