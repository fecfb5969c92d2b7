/* p256.c - the batches of p256.h, cut up for the engine. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/p256_int.h"
#include "crypto/random.h"

enum fault
p256_check(const struct point *p, bool *ok, size_t n)
{
	struct verdict v = {FAULT_OK, ok};
	bool good[BATCH];

	for (size_t i = 0, m; i < n; i += m) {
		m = batch(n, i);
		engine()->check(good, p + i, m);
		for (size_t j = 0; j < m; j++)
			verdict_add(
			    &v, i + j, good[j] ? FAULT_OK : FAULT_BAD_POINT);
	}
	return v.first;
}

enum fault
p256_decompress(
    struct point *out, const struct compressed *in, bool *ok, size_t n)
{
	struct verdict v = {FAULT_OK, ok};
	bool good[BATCH];

	for (size_t i = 0, m; i < n; i += m) {
		m = batch(n, i);
		engine()->decompress(out + i, good, in + i, m);
		for (size_t j = 0; j < m; j++)
			verdict_add(
			    &v, i + j, good[j] ? FAULT_OK : FAULT_BAD_POINT);
	}
	return v.first;
}

enum fault
p256_sum(struct point *out, const struct p256_terms *a, bool *ok, size_t n)
{
	struct verdict v = {FAULT_OK, ok};
	enum fault f[BATCH];

	for (size_t i = 0, m; i < n; i += m) {
		struct p256_terms rest = terms_from(a, i);

		m = batch(n, i);
		engine()->sum(out + i, f, &rest, m);
		for (size_t j = 0; j < m; j++)
			verdict_add(&v, i + j, f[j]);
	}
	return v.first;
}

enum fault
p256_base_mul(struct point *out, const struct scalar *k, bool *ok, size_t n)
{
	return p256_sum(out, &(struct p256_terms){.base_k = k}, ok, n);
}

enum fault
p256_add_base_mul(struct point *out, const struct point *P,
    const struct scalar *k, bool *ok, size_t n)
{
	return p256_sum(
	    out, &(struct p256_terms){.add = P, .base_k = k}, ok, n);
}

enum fault
p256_mul(struct point *out, const struct point *P, const struct scalar *k,
    bool *ok, size_t n)
{
	return p256_sum(out, &(struct p256_terms){.var = P, .var_k = k}, ok, n);
}

void
p256_generate(struct scalar *d, struct point *Q, size_t n)
{
	enum fault f;

	random_scalars(d, n);
	f = p256_base_mul(Q, d, NULL, n);
	assert(f == FAULT_OK);
}

struct p256_known *
p256_known_new(const struct point *Q)
{
	struct p256_known *known;

	if (!p256_on_curve(Q))
		return NULL;
	known = calloc(1, sizeof(*known));
	ossl_must(known != NULL);
	known->q = *Q;
	engine()->know(known);
	return known;
}

void
p256_known_free(struct p256_known *known)
{
	if (known == NULL)
		return;
	EC_GROUP_free(known->group);
	free(known->odd);
	free(known);
}

const struct point *
p256_known_point(const struct p256_known *known)
{
	return &known->q;
}

enum fault
p256_known_mul(struct point *out, const struct p256_known *known,
    const struct scalar *k, bool *ok, size_t n)
{
	return p256_sum(
	    out, &(struct p256_terms){.known = known, .known_k = k}, ok, n);
}
