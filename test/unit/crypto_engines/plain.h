/*
 * plain.h - a third opinion: every operation of lib/crypto on one element, by
 * OpenSSL called in the plainest way (one thread only).
 */
#ifndef TEST_CRYPTO_ENGINES_PLAIN_H
#define TEST_CRYPTO_ENGINES_PLAIN_H

#include "crypto/aes.h"
#include "crypto/ecdsa.h"
#include "crypto/hash.h"
#include "crypto/p256.h"

/* k * G + m * P, where k, or m and P, may be NULL; false (and zeros):
 * infinity. */
bool plain_mul(struct point *out, const struct scalar *k, const struct point *P,
    const struct scalar *m);
bool plain_add(struct point *out, const struct point *P, const struct point *Q);
bool plain_on_curve(const struct point *);
/* false (and zeros): no point has this x, or it is not reduced. */
bool plain_decompress(struct point *out, const struct compressed *);
bool plain_verify(const struct point *key, const struct digest *,
    const struct p256_signature *);

/* a * b + c mod n; any may be NULL: 1, 1, 0. */
void plain_mul_add(struct scalar *out, const struct scalar *a,
    const struct scalar *b, const struct scalar *c);
/* An integer of any length, mod n. */
void plain_mod(struct scalar *out, const uint8_t *in, size_t n);
void plain_negative(struct scalar *out, const struct scalar *);
/* Of 0: 0. */
void plain_invert(struct scalar *out, const struct scalar *);
/* 0 mod n. */
bool plain_zero(const struct scalar *);

void plain_sha256(uint8_t out[32], struct bytes);
void plain_hmac(uint8_t out[32], struct bytes key, struct bytes message);
void plain_kdf2(uint8_t *out, size_t n, struct bytes z, struct bytes p1);
void plain_aes(uint8_t out[16], const uint8_t key[16], const uint8_t in[16]);
/* out: in.n + 16 octets. */
void plain_ccm_seal(uint8_t *out, const uint8_t key[16],
    const uint8_t nonce[12], struct bytes in);
/* out: in.n - 16 octets. */
bool plain_ccm_open(uint8_t *out, const uint8_t key[16],
    const uint8_t nonce[12], struct bytes in);

/* Says where and ends the program. */
_Noreturn void plain_failed(const char *what);

#endif /* TEST_CRYPTO_ENGINES_PLAIN_H */
