/* p256.c - the batches of p256.h, cut up for the engine. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/p256_int.h"
#include "crypto/random.h"

const struct point p256_generator = {
    {0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5,
	0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0,
	0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96},
    {0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a,
	0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce,
	0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5},
};

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
p256_known_by(const struct engine *e, const struct point *Q)
{
	struct p256_known *known;

	if (!p256_on_curve(Q))
		return NULL;
	known = calloc(1, sizeof(*known));
	ossl_must(known != NULL);
	known->q = *Q;
	e->know(known);
	return known;
}

struct p256_known *
p256_known_new(const struct point *Q)
{
	return p256_known_by(engine(), Q);
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
