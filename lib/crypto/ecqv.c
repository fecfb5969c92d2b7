/* ecqv.c - see ecqv.h. */
#include <string.h>

#include "base/secret.h"
#include "crypto/ecqv.h"
#include "crypto/p256_int.h"
#include "crypto/random.h"

enum fault
ecqv_issue(struct point *p_u, struct scalar *k, const struct point *r_u,
    bool *ok, size_t n)
{
	struct verdict v = {FAULT_OK, ok};
	bool good[CHUNK];
	enum fault f;

	random_scalars(k, n);
	for (size_t i = 0, m; i < n; i += m) {
		m = chunk(n, i);
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

	for (size_t i = 0; i < n; i++) {
		enum fault f = FAULT_BAD_SCALAR;

		memset(&r[i], 0, sizeof(r[i]));
		scalar_reduce(&reduced, e[i].b);
		if (scalar_valid(&k[i]) && scalar_valid(&reduced)) {
			scalar_mul_add(&r[i], &reduced, &k[i], d_ca);
			f = FAULT_OK;
		}
		wipe(&k[i], sizeof(k[i]));
		verdict_add(&v, i, f);
	}
	return v.first;
}

struct issued {
	const struct digest *e;
	const struct point *p_u;
	const struct point *q_ca; /* one each, or */
	enum fault fixed;	  /* of the one in t->fixed */
};

static enum fault
public_key(struct ossl_thread *t, EC_POINT *out, const void *arg, size_t i)
{
	const struct issued *a = arg;
	struct scalar e;

	if (a->fixed != FAULT_OK)
		return a->fixed;
	if (a->q_ca != NULL)
		TRY(p256_put(t, t->fixed, &a->q_ca[i]));
	memcpy(e.b, a->e[i].b, sizeof(e.b));
	TRY(p256_times(t, out, &a->p_u[i], &e));
	p256_plus(t, out, t->fixed);
	return FAULT_OK;
}

static enum fault
public_keys(struct point *q_u, const struct issued *a, bool *ok, size_t n)
{
	enum fault f = p256_each(q_u, ok, n, public_key, a);

	return f == FAULT_OK ? FAULT_OK : FAULT_BAD_POINT;
}

enum fault
ecqv_public(struct point *q_u, const struct digest *e, const struct point *p_u,
    const struct point *q_ca, bool *ok, size_t n)
{
	struct ossl_thread *t = ossl_thread();
	struct issued a = {e, p_u, NULL, p256_put(t, t->fixed, q_ca)};

	return public_keys(q_u, &a, ok, n);
}

enum fault
ecqv_public_mixed(struct point *q_u, const struct digest *e,
    const struct point *p_u, const struct point *q_ca, bool *ok, size_t n)
{
	struct issued a = {e, p_u, q_ca, FAULT_OK};

	return public_keys(q_u, &a, ok, n);
}

enum fault
ecqv_private(struct scalar *d_u, const struct ecqv_share *share,
    const struct digest *e, const struct point *q_u, bool *ok, size_t n)
{
	struct verdict v = {FAULT_OK, ok};
	struct scalar d[CHUNK], hash;
	struct point q[CHUNK];
	bool good[CHUNK];

	for (size_t i = 0, m; i < n; i += m) {
		m = chunk(n, i);
		for (size_t j = 0; j < m; j++) {
			memcpy(hash.b, e[i + j].b, sizeof(hash.b));
			scalar_mul_add(
			    &d[j], &hash, &share[i + j].k_u, &share[i + j].r);
		}
		by_element(p256_base_mul(q, d, good, m));
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
	wipe(d, sizeof(d));
	return v.first;
}
