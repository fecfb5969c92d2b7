/*
 * butterfly.h - butterfly key expansion (CAMP SCP1, 1609.2.1 "original").
 *
 * From one caterpillar key pair (a, A = a*G) and an expansion key, the RA
 * derives a cocoon public key A + f(i,j)*G per certificate and the device the
 * private a + f(i,j).  i is the period, j the index within it.
 *
 * Arrays, ok[] and results as p256.h says.
 */
#ifndef CRYPTO_BUTTERFLY_H
#define CRYPTO_BUTTERFLY_H

#include "crypto/aes.h"
#include "crypto/p256.h"

enum butterfly_use {
	BUTTERFLY_CERTIFICATE, /* the key in the certificate; 0^32 || i || j */
	BUTTERFLY_ENCRYPTION,  /* the key of the response; 1^32 || i || j */
};

struct butterfly_index {
	uint32_t i, j;
};

/* One caterpillar key with all that its expansion needs. */
struct butterfly {
	enum butterfly_use use;
	struct key16 expansion;
};

/* f[t] of ij[t]: 384 bits of AES reduced mod n. */
void butterfly_expand(struct scalar *f, const struct butterfly *,
    const struct butterfly_index *ij, size_t n);
/* The same for many devices, or for both uses of each: f[d * n + t] belongs to
 * *device[d] and ij[t]. */
void
butterfly_expand_many(struct scalar *f, const struct butterfly *const *device,
    size_t devices, const struct butterfly_index *ij, size_t n);
/* Cocoon public keys A + f*G.  FAULT_BAD_POINT: A; FAULT_BAD_SCALAR: the
 * result is infinity.  For many devices at once: butterfly_expand_many,
 * then p256_add_base_mul over all. */
enum fault must_check butterfly_public(struct point *out,
    const struct butterfly *, const struct point *A,
    const struct butterfly_index *ij, bool *ok, size_t n);
/* Cocoon private keys a + f mod n.  FAULT_BAD_SCALAR: the sum is 0. */
enum fault must_check butterfly_private(struct scalar *out,
    const struct butterfly *, const struct scalar *a,
    const struct butterfly_index *ij, bool *ok, size_t n);

#endif /* CRYPTO_BUTTERFLY_H */
