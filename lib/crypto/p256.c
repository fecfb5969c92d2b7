/*
 * p256.c - multiplication on P-256 by OpenSSL, see p256.h and p256_int.h.
 *
 * What is slow in OpenSSL is the way in and out, so: multiplications leave
 * Jacobian coordinates, EC_POINTs_make_affine inverts for a whole chunk, and
 * the coordinates are read by EC_POINT_get_Jprojective_coordinates_GFp,
 * because EC_POINT_get_affine_coordinates would invert once more for each.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/p256_int.h"
#include "crypto/random.h"

const BIGNUM *
p256_scalar(struct ossl_thread *t, const struct scalar *k)
{
	struct scalar reduced;

	scalar_reduce(&reduced, k->b);
	ossl_must(BN_bin2bn(reduced.b, sizeof(reduced.b), t->k) != NULL);
	wipe(&reduced, sizeof(reduced));
	return t->k;
}

enum fault
p256_put(struct ossl_thread *t, EC_POINT *out, const struct point *p)
{
	if (!p256_on_curve(p))
		return FAULT_BAD_POINT;
	ossl_must(BN_bin2bn(p->x, sizeof(p->x), t->x) != NULL);
	ossl_must(BN_bin2bn(p->y, sizeof(p->y), t->y) != NULL);
	ossl_must(EC_POINT_set_Jprojective_coordinates_GFp(
	    ossl_group(CURVE_P256), out, t->x, t->y, t->one, t->bn));
	return FAULT_OK;
}

void
p256_times_base(struct ossl_thread *t, EC_POINT *out, const struct scalar *k)
{
	ossl_must(EC_POINT_mul(
	    ossl_group(CURVE_P256), out, p256_scalar(t, k), NULL, NULL, t->bn));
}

enum fault
p256_times(struct ossl_thread *t, EC_POINT *out, const struct point *P,
    const struct scalar *k)
{
	enum fault f = p256_put(t, out, P);

	if (f != FAULT_OK)
		return f;
	ossl_must(EC_POINT_mul(
	    ossl_group(CURVE_P256), out, NULL, out, p256_scalar(t, k), t->bn));
	return FAULT_OK;
}

void
p256_plus(struct ossl_thread *t, EC_POINT *a, const EC_POINT *b)
{
	ossl_must(EC_POINT_add(ossl_group(CURVE_P256), a, a, b, t->bn));
}

/* Reads a point that is infinity or has z = 1. */
static enum fault
get(struct ossl_thread *t, struct point *out, const EC_POINT *p)
{
	const EC_GROUP *g = ossl_group(CURVE_P256);

	if (EC_POINT_is_at_infinity(g, p) == 1)
		return FAULT_BAD_SCALAR;
	ossl_must(EC_POINT_get_Jprojective_coordinates_GFp(
	    g, p, t->x, t->y, t->z, t->bn));
	ossl_must(BN_bn2binpad(t->x, out->x, sizeof(out->x)) == 32);
	ossl_must(BN_bn2binpad(t->y, out->y, sizeof(out->y)) == 32);
	return FAULT_OK;
}

/* Overwrites what n elements left behind. */
static void
clean(struct ossl_thread *t, size_t n)
{
	const EC_GROUP *g = ossl_group(CURVE_P256);
	const EC_POINT *base = EC_GROUP_get0_generator(g);

	for (size_t i = 0; i < n; i++)
		ossl_must(EC_POINT_copy(t->acc[i], base));
	ossl_must(EC_POINT_copy(t->tmp, base));
	ossl_must(EC_POINT_copy(t->fixed, base));
	BN_clear(t->x);
	BN_clear(t->y);
	BN_clear(t->z);
	BN_clear(t->k);
}

enum fault
p256_each(struct point *out, bool *ok, size_t n, p256_one *one, const void *arg)
{
	struct ossl_thread *t = ossl_thread();
	const EC_GROUP *g = ossl_group(CURVE_P256);
	struct verdict v = {FAULT_OK, ok};
	enum fault f[CHUNK];

	for (size_t i = 0, m; i < n; i += m) {
		m = chunk(n, i);
		/* A bad element leaves some point or other; any will do. */
		for (size_t j = 0; j < m; j++)
			f[j] = one(t, t->acc[j], arg, i + j);
		ossl_must(EC_POINTs_make_affine(g, m, t->acc, t->bn));
		for (size_t j = 0; j < m; j++) {
			if (f[j] == FAULT_OK)
				f[j] = get(t, &out[i + j], t->acc[j]);
			if (f[j] != FAULT_OK)
				memset(&out[i + j], 0, sizeof(out[0]));
			verdict_add(&v, i + j, f[j]);
		}
	}
	clean(t, n < CHUNK ? n : CHUNK);
	return v.first;
}

/* The arguments of the functions below. */
struct terms {
	const struct point *P;
	const struct scalar *k;
	const struct p256_known *known;
};

static enum fault
base_mul(struct ossl_thread *t, EC_POINT *out, const void *arg, size_t i)
{
	const struct terms *a = arg;

	p256_times_base(t, out, &a->k[i]);
	return FAULT_OK;
}

enum fault
p256_base_mul(struct point *out, const struct scalar *k, bool *ok, size_t n)
{
	return p256_each(out, ok, n, base_mul, &(struct terms){.k = k});
}

static enum fault
add_base_mul(struct ossl_thread *t, EC_POINT *out, const void *arg, size_t i)
{
	const struct terms *a = arg;

	p256_times_base(t, out, &a->k[i]);
	if (p256_put(t, t->tmp, &a->P[i]) != FAULT_OK)
		return FAULT_BAD_POINT;
	p256_plus(t, out, t->tmp);
	return FAULT_OK;
}

enum fault
p256_add_base_mul(struct point *out, const struct point *P,
    const struct scalar *k, bool *ok, size_t n)
{
	return p256_each(
	    out, ok, n, add_base_mul, &(struct terms){.P = P, .k = k});
}

static enum fault
mul(struct ossl_thread *t, EC_POINT *out, const void *arg, size_t i)
{
	const struct terms *a = arg;

	return p256_times(t, out, &a->P[i], &a->k[i]);
}

enum fault
p256_mul(struct point *out, const struct point *P, const struct scalar *k,
    bool *ok, size_t n)
{
	return p256_each(out, ok, n, mul, &(struct terms){.P = P, .k = k});
}

void
p256_generate(struct scalar *d, struct point *Q, size_t n)
{
	enum fault f;

	random_scalars(d, n);
	f = p256_base_mul(Q, d, NULL, n);
	assert(f == FAULT_OK);
}

/* The table belongs to a group whose generator is Q. */
struct p256_known {
	EC_GROUP *group;
	struct point q;
};

struct p256_known *
p256_known_new(const struct point *Q)
{
	struct ossl_thread *t = ossl_thread();
	const EC_GROUP *g = ossl_group(CURVE_P256);
	struct p256_known *known;

	if (p256_put(t, t->tmp, Q) != FAULT_OK)
		return NULL;
	known = calloc(1, sizeof(*known));
	ossl_must(known != NULL);
	known->q = *Q;
	known->group = EC_GROUP_dup(g);
	ossl_must(known->group != NULL);
	ossl_must(EC_GROUP_set_generator(
	    known->group, t->tmp, EC_GROUP_get0_order(g), BN_value_one()));
	ossl_must(EC_GROUP_precompute_mult(known->group, t->bn));
	return known;
}

void
p256_known_free(struct p256_known *known)
{
	if (known == NULL)
		return;
	EC_GROUP_free(known->group);
	free(known);
}

const struct point *
p256_known_point(const struct p256_known *known)
{
	return &known->q;
}

void
p256_times_known(struct ossl_thread *t, EC_POINT *out,
    const struct p256_known *known, const struct scalar *k)
{
	ossl_must(EC_POINT_mul(
	    known->group, out, p256_scalar(t, k), NULL, NULL, t->bn));
}

static enum fault
known_mul(struct ossl_thread *t, EC_POINT *out, const void *arg, size_t i)
{
	const struct terms *a = arg;

	p256_times_known(t, out, a->known, &a->k[i]);
	return FAULT_OK;
}

enum fault
p256_known_mul(struct point *out, const struct p256_known *known,
    const struct scalar *k, bool *ok, size_t n)
{
	return p256_each(
	    out, ok, n, known_mul, &(struct terms){.k = k, .known = known});
}
