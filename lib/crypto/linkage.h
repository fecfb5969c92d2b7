/*
 * linkage.h - linkage seeds and values (CAMP SCP2; 1609.2 5.1.3.4, D.7).
 *
 *	ls(i)    = first 16 octets of SHA-256(la_id || ls(i-1) || 0^112)
 *	plv(i,j) = first 9 octets of AES_ls(i)(b) xor b, b = la_id || j || 0^80
 *	lv(i,j)  = plv of LA1 xor plv of LA2
 *
 * Group linkage values are the same with a group seed and any 32-bit j.
 */
#ifndef CRYPTO_LINKAGE_H
#define CRYPTO_LINKAGE_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/aes.h"

/* A linkage value, or a pre-linkage value. */
struct lv {
	uint8_t b[9];
};

/* n steps along one chain: out[0] follows seed, out[n - 1] is n steps on. */
void linkage_chain(struct key16 *out, const uint8_t la_id[2],
    const struct key16 *seed, size_t n);
/* The same for many chains of one LA: out[c * n + t] is t + 1 steps on from
 * seed[c]. */
void linkage_chains(struct key16 *out, const uint8_t la_id[2],
    const struct key16 *seed, size_t chains, size_t n);
/* One step of each of n chains of one LA; out may be seed. */
void linkage_step(struct key16 *out, const uint8_t la_id[2],
    const struct key16 *seed, size_t n);
/* For each of seeds seeds ls(i) the values of j_n successive j, from j:
 * out[s * j_n + t] belongs to seed[s] and j + t. */
void linkage_plv(struct lv *out, const uint8_t la_id[2],
    const struct key16 *seed, size_t seeds, uint32_t j, size_t j_n);
/* out[i] = a[i] xor b[i]. */
void linkage_combine(
    struct lv *out, const struct lv *a, const struct lv *b, size_t n);
/* Encrypted group index: AES_ik(b) xor b, b = k || j || 0^64. */
void linkage_group_index(
    uint8_t out[16], const struct key16 *ik, uint32_t k, uint32_t j);

#endif /* CRYPTO_LINKAGE_H */
