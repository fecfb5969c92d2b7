/*
 * portable.c - the engine for any machine: multiplication on P-256 by OpenSSL,
 * the rest by field.c and scalar.c.
 *
 * What is slow in OpenSSL is the way in and out, so: multiplications leave
 * Jacobian coordinates, EC_POINTs_make_affine inverts for a whole chunk, and
 * the coordinates are read by EC_POINT_get_Jprojective_coordinates_GFp,
 * because EC_POINT_get_affine_coordinates would invert once more for each.
 */
#include <string.h>

#include "base/secret.h"
#include "crypto/p256_int.h"
#include "crypto/symmetric_int.h"

/* k mod n, in scratch that the next call overwrites. */
static const BIGNUM *
scalar_bn(struct ossl_thread *t, const struct scalar *k)
{
	struct scalar reduced;

	scalar_reduce(&reduced, k->b);
	ossl_must(BN_bin2bn(reduced.b, sizeof(reduced.b), t->k) != NULL);
	wipe(&reduced, sizeof(reduced));
	return t->k;
}

/* FAULT_BAD_POINT unless p is on the curve. */
static enum fault
put(struct ossl_thread *t, EC_POINT *out, const struct point *p)
{
	if (!p256_on_curve(p))
		return FAULT_BAD_POINT;
	ossl_must(BN_bin2bn(p->x, sizeof(p->x), t->x) != NULL);
	ossl_must(BN_bin2bn(p->y, sizeof(p->y), t->y) != NULL);
	ossl_must(EC_POINT_set_Jprojective_coordinates_GFp(
	    ossl_group(CURVE_P256), out, t->x, t->y, t->one, t->bn));
	return FAULT_OK;
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

/*
 * The terms: each is added to out, which is infinity at first.
 */

static void
plus(struct ossl_thread *t, EC_POINT *out, bool *empty)
{
	const EC_GROUP *g = ossl_group(CURVE_P256);

	if (*empty)
		ossl_must(EC_POINT_copy(out, t->tmp));
	else
		ossl_must(EC_POINT_add(g, out, out, t->tmp, t->bn));
	*empty = false;
}

static enum fault
plus_var(struct ossl_thread *t, EC_POINT *out, bool *empty,
    const struct point *P, const struct scalar *k)
{
	TRY(put(t, t->tmp, P));
	ossl_must(EC_POINT_mul(ossl_group(CURVE_P256), t->tmp, NULL, t->tmp,
	    scalar_bn(t, k), t->bn));
	plus(t, out, empty);
	return FAULT_OK;
}

static void
plus_known(struct ossl_thread *t, EC_POINT *out, bool *empty,
    const struct p256_known *known, const struct scalar *k)
{
	const BIGNUM *kn = scalar_bn(t, k);

	/* Where another engine made the table, for the odd element. */
	if (known->group == NULL) {
		enum fault f = plus_var(t, out, empty, &known->q, k);

		ossl_must(f == FAULT_OK);
		return;
	}
	ossl_must(EC_POINT_mul(known->group, t->tmp, kn, NULL, NULL, t->bn));
	plus(t, out, empty);
}

static void
plus_base(
    struct ossl_thread *t, EC_POINT *out, bool *empty, const struct scalar *k)
{
	ossl_must(EC_POINT_mul(ossl_group(CURVE_P256), t->tmp, scalar_bn(t, k),
	    NULL, NULL, t->bn));
	plus(t, out, empty);
}

/* The sum for element i, in any coordinates.  A point that is added to all
 * elements is in t->fixed already. */
static enum fault
sum_one(
    struct ossl_thread *t, EC_POINT *out, const struct p256_terms *a, size_t i)
{
	const EC_GROUP *g = ossl_group(CURVE_P256);
	bool empty = true;

	if (a->var != NULL)
		TRY(plus_var(t, out, &empty, &a->var[i], &a->var_k[i]));
	if (a->known != NULL)
		plus_known(t, out, &empty, a->known, &a->known_k[i]);
	if (a->var != NULL && a->known != NULL &&
	    EC_POINT_is_at_infinity(g, out) == 1)
		return FAULT_BAD_SCALAR;
	if (a->base_k != NULL)
		plus_base(t, out, &empty, &a->base_k[i]);
	if (a->add != NULL) {
		if (a->add_same)
			ossl_must(EC_POINT_copy(t->tmp, t->fixed));
		else
			TRY(put(t, t->tmp, &a->add[i]));
		plus(t, out, &empty);
	}
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

static void
sum_chunk(struct ossl_thread *t, struct point *out, enum fault *f,
    const struct p256_terms *a, size_t n)
{
	/* A bad element leaves some point or other; any will do. */
	for (size_t i = 0; i < n; i++)
		f[i] = sum_one(t, t->acc[i], a, i);
	ossl_must(
	    EC_POINTs_make_affine(ossl_group(CURVE_P256), n, t->acc, t->bn));
	for (size_t i = 0; i < n; i++) {
		if (f[i] == FAULT_OK)
			f[i] = get(t, &out[i], t->acc[i]);
		if (f[i] != FAULT_OK)
			memset(&out[i], 0, sizeof(out[0]));
	}
}

static void
portable_sum(
    struct point *out, enum fault *f, const struct p256_terms *a, size_t n)
{
	struct ossl_thread *t = ossl_thread();

	if (a->add_same && put(t, t->fixed, a->add) != FAULT_OK) {
		for (size_t i = 0; i < n; i++)
			f[i] = FAULT_BAD_POINT;
		memset(out, 0, n * sizeof(out[0]));
		return;
	}
	for (size_t i = 0, m; i < n; i += m) {
		struct p256_terms rest = terms_from(a, i);

		m = n - i < CHUNK ? n - i : CHUNK;
		sum_chunk(t, out + i, f + i, &rest, m);
	}
	clean(t, n < CHUNK ? n : CHUNK);
}

/* The table belongs to a group whose generator is q. */
static void
portable_know(struct p256_known *known)
{
	struct ossl_thread *t = ossl_thread();
	const EC_GROUP *g = ossl_group(CURVE_P256);
	enum fault f = put(t, t->tmp, &known->q);

	ossl_must(f == FAULT_OK);
	known->group = EC_GROUP_dup(g);
	ossl_must(known->group != NULL);
	ossl_must(EC_GROUP_set_generator(
	    known->group, t->tmp, EC_GROUP_get0_order(g), BN_value_one()));
	ossl_must(EC_GROUP_precompute_mult(known->group, t->bn));
}

static void
portable_check(bool *ok, const struct point *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ok[i] = p256_on_curve(&p[i]);
}

static void
portable_decompress(
    struct point *out, bool *ok, const struct compressed *in, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ok[i] = p256_root(&out[i], &in[i]);
		if (!ok[i])
			memset(&out[i], 0, sizeof(out[i]));
	}
}

static void
portable_mul_add(struct scalar *out, struct scalars a, struct scalars b,
    struct scalars c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		scalar_mul_add(&out[i], &a.at[i * a.step], &b.at[i * b.step],
		    &c.at[i * c.step]);
}

static void
portable_reduce384(struct scalar *out, const uint8_t (*in)[48], size_t n)
{
	for (size_t i = 0; i < n; i++)
		scalar_reduce384(&out[i], in[i]);
}

const struct engine portable_engine = {
    .name = "portable",
    .symmetric = &portable_symmetric,
    .check = portable_check,
    .decompress = portable_decompress,
    .sum = portable_sum,
    .know = portable_know,
    .invert = portable_invert,
    .mul_add = portable_mul_add,
    .reduce384 = portable_reduce384,
};
