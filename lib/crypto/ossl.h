/*
 * ossl.h - the OpenSSL objects that lib/crypto keeps (private to it).
 *
 * Making an object costs more than using it (a group 9 us, a cipher context
 * 0.3 us), so what never changes is made once per process, and scratch once
 * per thread; it goes when its thread ends.
 */
#ifndef CRYPTO_OSSL_H
#define CRYPTO_OSSL_H

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "base/attr.h"
#include "crypto/curve.h"
#include "crypto/p256.h"

/* Elements worked on together: one inversion is shared by so many. */
#define CHUNK 128

struct ossl_thread {
	EVP_CIPHER_CTX *ccm_seal, *ccm_open, *blocks;
	BN_CTX *bn;
	BIGNUM *x, *y, *z, *k, *one;
	EC_POINT *acc[CHUNK]; /* results on the way */
	EC_POINT *tmp;
	EC_POINT *fixed; /* a term that all elements share */
};

/* Of the calling thread. */
struct ossl_thread *ossl_thread(void);
/* The group of a curve, shared by all threads. */
const EC_GROUP *ossl_group(enum curve);

/* OpenSSL refused what it cannot refuse unless memory or randomness ran out:
 * logs its reason and ends the program. */
no_return void ossl_failed(void);

static inline void
ossl_must(int rc)
{
	if (rc != 1)
		ossl_failed();
}

#endif /* CRYPTO_OSSL_H */
