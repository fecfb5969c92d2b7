/*
 * hash.h - SHA-256 and SHA-384, HMAC and KDF2, alone and in batches.
 *
 * Nothing here fails, allocates or keeps state; any thread may call anything.
 * All intermediate values are wiped, so inputs may be secret.
 */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define SHA256_SIZE 32
#define SHA384_SIZE 48

/* A SHA-256 value where hashes stand in arrays. */
struct digest {
	uint8_t b[SHA256_SIZE];
};

void sha256(uint8_t out[SHA256_SIZE], struct bytes);
void sha384(uint8_t out[SHA384_SIZE], struct bytes);
/* Of n parts as if they were one message; n may be 0. */
void sha256_parts(uint8_t out[SHA256_SIZE], const struct bytes *, size_t n);
void sha384_parts(uint8_t out[SHA384_SIZE], const struct bytes *, size_t n);
/* out[i] = SHA-256 of in[i]; out may not overlap what in[] points to. */
void sha256_batch(struct digest *out, const struct bytes *in, size_t n);

/*
 * What ECDSA signs and what ECQV calls e (1609.2 5.3.1.2.2):
 * SHA-256(SHA-256(data) || signer), where signer is the SHA-256 of the signer
 * identifier input: the canonical certificate, or the empty string.
 * out[i] belongs to data[i]; one signer for all.
 */
void sha256_to_sign(struct digest *out, const struct bytes *data,
    const uint8_t signer[SHA256_SIZE], size_t n);
/* The same with SHA-384. */
void sha384_to_sign(uint8_t out[SHA384_SIZE], struct bytes data,
    const uint8_t signer[SHA384_SIZE]);

/* SHA-256 of the empty string: signer "self", and P1 of rekRecipInfo. */
extern const uint8_t sha256_of_nothing[SHA256_SIZE];
extern const uint8_t sha384_of_nothing[SHA384_SIZE];

/* HashedId3, 8, 10: the last n octets of SHA-256 of in. */
void sha256_id(uint8_t *out, size_t n, struct bytes in);
/* The last 8 octets of a SHA-256 value that is there already. */
static inline const uint8_t *
digest_id8(const uint8_t hash[SHA256_SIZE])
{
	return hash + SHA256_SIZE - 8;
}

/* RFC 2104; a key of any length. MAC1 of IEEE 1363a is its first half. */
void
hmac_sha256(uint8_t out[SHA256_SIZE], struct bytes key, struct bytes message);
/* IEEE 1363a KDF2 with SHA-256: SHA-256(z || counter || p1), counter from 1. */
void kdf2_sha256(uint8_t *out, size_t n, const uint8_t *z, size_t z_n,
    const uint8_t *p1, size_t p1_n);

/* out[i] = HMAC of message[i] under key[i]; the keys may be one and the same.
 * out may not overlap what key[] and message[] point to. */
void hmac_sha256_batch(struct digest *out, const struct bytes *key,
    const struct bytes *message, size_t n);
/* From each z[i] out_n octets, one behind the other in out; one P1 for all.
 * out may not overlap what z[] points to. */
void kdf2_sha256_batch(uint8_t *out, size_t out_n, const struct bytes *z,
    struct bytes p1, size_t n);

#endif /* CRYPTO_HASH_H */
