/*
 * symmetric_int.h - the symmetric part of an engine (private to lib/crypto).
 */
#ifndef CRYPTO_SYMMETRIC_INT_H
#define CRYPTO_SYMMETRIC_INT_H

#include "crypto/aes.h"
#include "crypto/engine_int.h"
#include "crypto/hash.h"

/* out[b] = AES_key(in[b]) xor in[b], for blocks of 16 octets; out may not be
 * in, and may not overlap what another job reads. */
struct aes_job {
	const uint8_t *key; /* 16 octets */
	const uint8_t *in;
	uint8_t *out;
};

/*
 * What aes.h and hash.h promise of the functions of these names; each takes
 * any n, and ok may be NULL.  Elements are worked on in any order.
 */
struct engine_symmetric {
	void (*sha256)(struct digest *out, const struct bytes *in, size_t n);
	void (*sha256_to_sign)(struct digest *out, const struct bytes *data,
	    const uint8_t signer[SHA256_SIZE], size_t n);
	void (*hmac_sha256)(struct digest *out, const struct bytes *key,
	    const struct bytes *message, size_t n);
	void (*ccm_seal)(const struct ccm_item *, size_t n);
	enum fault (*ccm_open)(const struct ccm_item *, bool *ok, size_t n);
	/* The same number of blocks for each of n jobs. */
	void (*feed_forward)(const struct aes_job *, size_t n, size_t blocks);
};

/* By OpenSSL, one element after the other. */
extern const struct engine_symmetric portable_symmetric;

/* Known answers: NULL, or the name of what is wrong. */
const char *symmetric_self_test(const struct engine_symmetric *);

static inline const struct engine_symmetric *
symmetric(void)
{
	return engine()->symmetric;
}

#endif /* CRYPTO_SYMMETRIC_INT_H */
