/* ecqv.c - see ecqv.h. */
#include <assert.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/ecqv.h"
#include "crypto/p256_int.h"
#include "crypto/random.h"
#include "crypto/scratch.h"

enum fault
ecqv_issue(struct point *p_u, struct scalar *k, const struct point *r_u,
    bool *ok, size_t n)
{
	struct verdict v = {FAULT_OK, ok};
	bool good[BATCH];
	enum fault f;

	random_scalars(k, n);
	for (size_t i = 0, m; i < n; i += m) {
		m = batch(n, i);
		f = p256_add_base_mul(p_u + i, r_u + i, k + i, good, m);
		for (size_t j = 0; j < m; j++) {
			if (!good[j])
				wipe(&k[i + j], sizeof(k[0]));
			verdict_add(&v, i + j, good[j] ? FAULT_OK : f);
		}
	}
	return v.first;
}

enum fault
ecqv_respond(struct scalar *r, struct scalar *k, const struct digest *e,
    const struct scalar *d_ca, bool *ok, size_t n)
{
	struct verdict v = {FAULT_OK, ok};
	struct scalar reduced;
	bool good;

	assert(r != k);
	for (size_t i = 0, m; i < n; i += m) {
		m = batch(n, i);
		/* struct digest and struct scalar are the same octets. */
		scalar_mul_add_batch(r + i,
		    (struct scalars){(const struct scalar *)(e + i), 1},
		    (struct scalars){k + i, 1}, (struct scalars){d_ca, 0}, m);
		for (size_t j = i; j < i + m; j++) {
			scalar_reduce(&reduced, e[j].b);
			good = scalar_valid_secret(&k[j]) &&
			       scalar_valid(&reduced);
			if (!good)
				wipe(&r[j], sizeof(r[j]));
			wipe(&k[j], sizeof(k[j]));
			verdict_add(&v, j, good ? FAULT_OK : FAULT_BAD_SCALAR);
		}
	}
	return v.first;
}

static enum fault
public_keys(struct point *q_u, const struct digest *e, const struct point *p_u,
    const struct point *q_ca, bool q_ca_same, bool *ok, size_t n)
{
	struct p256_terms t = {
	    .add = q_ca,
	    .add_same = q_ca_same,
	    .var = p_u,
	    .var_k = (const struct scalar *)e,
	};
	enum fault f = p256_sum(q_u, &t, ok, n);

	return f == FAULT_OK ? FAULT_OK : FAULT_BAD_POINT;
}

enum fault
ecqv_public(struct point *q_u, const struct digest *e, const struct point *p_u,
    const struct point *q_ca, bool *ok, size_t n)
{
	struct point issuer = *q_ca;

	return public_keys(q_u, e, p_u, &issuer, true, ok, n);
}

enum fault
ecqv_public_mixed(struct point *q_u, const struct digest *e,
    const struct point *p_u, const struct point *q_ca, bool *ok, size_t n)
{
	return public_keys(q_u, e, p_u, q_ca, false, ok, n);
}

enum fault
ecqv_private(struct scalar *d_u, const struct ecqv_share *share,
    const struct digest *e, const struct point *q_u, bool *ok, size_t n)
{
	struct verdict v = {FAULT_OK, ok};
	size_t mark = scratch_mark(), most = batch(n, 0);
	struct scalar *d = SCRATCH(struct scalar, most), hash;
	struct point *q = SCRATCH(struct point, most);
	bool *good = SCRATCH(bool, most);

	for (size_t i = 0, m; i < n; i += m) {
		m = batch(n, i);
		for (size_t j = 0; j < m; j++) {
			memcpy(hash.b, e[i + j].b, sizeof(hash.b));
			scalar_mul_add(
			    &d[j], &hash, &share[i + j].k_u, &share[i + j].r);
		}
		by_element(p256_base_mul(q, d, good, m));
		/* The public key, or that of a wrong r. */
		ct_public(q, m * sizeof(q[0]));
		for (size_t j = 0; j < m; j++) {
			good[j] = good[j] &&
				  memcmp(&q[j], &q_u[i + j], sizeof(q[j])) == 0;
			if (!good[j])
				wipe(&d[j], sizeof(d[j]));
			d_u[i + j] = d[j];
			verdict_add(
			    &v, i + j, good[j] ? FAULT_OK : FAULT_KEY_MISMATCH);
		}
	}
	scratch_leave(mark);
	return v.first;
}
