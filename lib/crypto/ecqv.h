/*
 * ecqv.h - implicit certificates (SEC 4 ECQV) as IEEE 1609.2 does them: all
 * 256 bits of the hash count (guidance note 10; SEC 4 drops one).
 *
 *	device:  k_u random, R_U = k_u*G, sent in the request
 *	CA:      k random, P_U = R_U + k*G, written into the certificate
 *	         e = sha256_to_sign(certificate, issuer), by the caller
 *	         r = e*k + d_CA mod n, sent beside the certificate
 *	device:  d_U = e*k_u + r mod n
 *	anyone:  Q_U = e*P_U + Q_CA
 *
 * Arrays, ok[] and results as p256.h says.
 */
#ifndef CRYPTO_ECQV_H
#define CRYPTO_ECQV_H

#include "crypto/hash.h"
#include "crypto/p256.h"

/* CA, first step: fresh k[i] and P_U[i] = R_U[i] + k[i]*G, never infinity.
 * k[i] is made of randomness, d_ca, R_U[i] and a number that counts on, so
 * that it is fresh even if randomness should fail.  FAULT_BAD_POINT.  The
 * caller keeps k[] secret until ecqv_respond; the k of a bad element is 0,
 * which ecqv_respond refuses. */
enum fault must_check ecqv_issue(struct point *p_u, struct scalar *k,
    const struct point *r_u, const struct scalar *d_ca, bool *ok, size_t n);
/* CA, second step: r[i] = e[i]*k[i] + d_ca, and k[i] is wiped, because a
 * second use of it would give d_ca away; r is not k.  FAULT_BAD_SCALAR: k[i] is
 * no fresh scalar, or e[i] = 0 mod n, which would do the same. */
enum fault must_check ecqv_respond(struct scalar *r, struct scalar *k,
    const struct digest *e, const struct scalar *d_ca, bool *ok, size_t n);

/* Anyone: Q_U[i] = e[i]*P_U[i] + Q_CA.  FAULT_BAD_POINT, also where Q_U is
 * infinity; n certificates of one issuer. */
enum fault must_check ecqv_public(struct point *q_u, const struct digest *e,
    const struct point *p_u, const struct point *q_ca, bool *ok, size_t n);
/* One certificate and its issuer's key, for each element. */
enum fault must_check ecqv_public_mixed(struct point *q_u,
    const struct digest *e, const struct point *p_u, const struct point *q_ca,
    bool *ok, size_t n);

/* Device: d_U[i] = e[i]*k_u[i] + r[i], given out only if it is the private
 * key of q_u[i] (from ecqv_public): FAULT_KEY_MISMATCH.  Nothing else
 * authenticates r.  n = the number of certificates. */
struct ecqv_share {
	struct scalar k_u, r;
};
enum fault must_check ecqv_private(struct scalar *d_u,
    const struct ecqv_share *, const struct digest *e, const struct point *q_u,
    bool *ok, size_t n);

#endif /* CRYPTO_ECQV_H */
