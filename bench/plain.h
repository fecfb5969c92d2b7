/*
 * plain.h - OpenSSL used in the straightforward way, which is what lib/crypto
 * is measured against: EC_POINT, ECDSA and EVP calls of the public API, one
 * item after the other.
 *
 * Straightforward does not mean careless: the group, the keys, the contexts
 * and the fetched cipher are made once and kept, points are multiplied by
 * EC_POINT_mul and not by the slower EVP_PKEY, hashes are SHA256_Init,
 * _Update, _Final.  What it leaves out is everything that needs a batch.
 *
 * One thread only.  Whatever fails ends the program.
 */
#ifndef BENCH_PLAIN_H
#define BENCH_PLAIN_H

#define OPENSSL_SUPPRESS_DEPRECATED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

/* Once, before all others. */
void plain_start(void);

const EC_GROUP *plain_group(void);
BN_CTX *plain_bn(void);

void plain_sha256(uint8_t out[32], const void *, size_t n);
/* SHA-256 (SHA-256 (data) || signer) */
void plain_to_sign(
    uint8_t out[32], const void *data, size_t n, const uint8_t signer[32]);
void plain_random(void *, size_t n);

/* A key that is random, or has this private or this public part. */
EC_KEY *plain_key_new(void);
EC_KEY *plain_key_of(const uint8_t d[32]);
EC_KEY *plain_key_of_public(const EC_POINT *);
void plain_sign(uint8_t r_s[64], const uint8_t hash[32], EC_KEY *);
bool plain_verify(const uint8_t r_s[64], const uint8_t hash[32], EC_KEY *);

/* AES-128-CCM, nonce 12, tag 16 octets: n octets of text. */
void plain_seal(uint8_t *out, const uint8_t key[16], const uint8_t nonce[12],
    const uint8_t *text, size_t n);
bool plain_open(uint8_t *text, const uint8_t key[16], const uint8_t nonce[12],
    const uint8_t *in, size_t n);

/* SEC 1, 33 or 65 octets; false: no point. */
bool plain_decode(EC_POINT *, const uint8_t *sec1, size_t n);
void plain_encode(uint8_t *sec1, size_t n, const EC_POINT *);
/* A random scalar. */
void plain_scalar(BIGNUM *);

/* ECIES of 1609.2: V compressed. */
struct plain_ecies {
	uint8_t v[33], c[16], t[16];
};
void plain_wrap(struct plain_ecies *, const EC_POINT *to, const uint8_t key[16],
    const uint8_t p1[32]);

/* f = AES blocks of a butterfly's index, mod n; use is 0 or 0xffffffff. */
struct plain_butterfly {
	EVP_CIPHER_CTX *aes;
	uint32_t use;
};
void
plain_expand(BIGNUM *f, const struct plain_butterfly *, uint32_t i, uint32_t j);

#endif /* BENCH_PLAIN_H */
