/*
 * ecdsa.h - ECDSA on P-256 in batches (FIPS 186; 1609.2 5.3.1).
 *
 * Arrays, ok[] and results as p256.h says.  One signature, or another curve:
 * curve.h.
 */
#ifndef CRYPTO_ECDSA_H
#define CRYPTO_ECDSA_H

#include "crypto/curve.h"
#include "crypto/hash.h"
#include "crypto/p256.h"

/*
 * r is x-only unless r_is_point, when it is the x coordinate of the point R
 * (compressed or uncompressed rSig) and taken mod n.  Signing always gives an
 * r below n, so that x-only r and x of R are the same octets, leaves
 * r_is_point false, and sets y_bit, for those who send R compressed.
 * Verifying ignores y_bit.
 */
struct p256_signature {
	uint8_t r[32], s[32];
	uint8_t y_bit;
	bool r_is_point;
};

/*
 * Signs n digests with the private key d, which must be valid (asserted).
 * Each nonce is HMAC(random key of this call, d, digest, random): neither a
 * weak random source alone nor a repeated digest repeats a nonce.
 */
void ecdsa_sign(struct p256_signature *out, const struct digest *e,
    const struct scalar *d, size_t n);

/* Each under a key of its own.  FAULT_BAD_SIGNATURE, also where key[i] is no
 * point.  Variable time: nothing here is secret. */
enum fault must_check ecdsa_verify(const struct point *key,
    const struct digest *e, const struct p256_signature *sig, bool *ok,
    size_t n);
/* All under one known key: a quarter of the time.  FAULT_BAD_SIGNATURE. */
enum fault must_check ecdsa_verify_known(const struct p256_known *key,
    const struct digest *e, const struct p256_signature *sig, bool *ok,
    size_t n);

/* Each under the key of an implicit certificate that the CA issued: the point
 * p_u[i], and e_u[i], the hash that ecqv_public takes.  The same verdicts as
 * by ecqv_public and ecdsa_verify, with one multiplication of a new point
 * instead of two: u1*G + (u2*e_u)*P_U + u2*Q_CA.  FAULT_BAD_SIGNATURE. */
enum fault must_check ecdsa_verify_implicit(const struct p256_known *ca,
    const struct point *p_u, const struct digest *e_u, const struct digest *e,
    const struct p256_signature *sig, bool *ok, size_t n);

#endif /* CRYPTO_ECDSA_H */
