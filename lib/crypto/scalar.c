/* scalar.c - arithmetic mod n, see p256.h; in constant time. */
#include "base/secret.h"
#include "crypto/mont.h"
#include "crypto/p256_int.h"
#include "crypto/scratch.h"

static const struct mont integer_1 = {{1, 0, 0, 0}};

static __attribute__((noinline)) void
mul(struct mont *r, const struct mont *a, const struct mont *b)
{
	mont_mul(r, a, b, &mont_n);
}

/* The value mod n in Montgomery form. */
static struct mont
enter(const struct scalar *a)
{
	struct mont v = mont_load(a->b);

	mul(&v, &v, &mont_n.rr);
	return v;
}

static void
leave(struct scalar *out, struct mont *v)
{
	mul(v, v, &integer_1);
	mont_store(out->b, v);
	wipe(v, sizeof(*v));
}

void
scalar_reduce(struct scalar *out, const uint8_t in[32])
{
	struct mont v = mont_load(in);

	/* 2^256 < 2n */
	mont_reduce_once(&v, &v, 0, &mont_n);
	mont_store(out->b, &v);
	wipe(&v, sizeof(v));
}

void
scalar_reduce384(struct scalar *out, const uint8_t in[48])
{
	struct mont high = {{0}}, low = mont_load(in + 16);

	for (int i = 0; i < 16; i++) {
		high.l[1] = high.l[1] << 8 | high.l[0] >> 56;
		high.l[0] = high.l[0] << 8 | in[i];
	}
	/* high * 2^256 = high * R^2 / R */
	mul(&high, &high, &mont_n.rr);
	mont_reduce_once(&low, &low, 0, &mont_n);
	mont_add(&low, &low, &high, &mont_n);
	mont_store(out->b, &low);
	wipe(&low, sizeof(low));
	wipe(&high, sizeof(high));
}

void
scalar_add(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
	struct mont x = mont_load(a->b), y = mont_load(b->b);

	mont_reduce_once(&x, &x, 0, &mont_n);
	mont_reduce_once(&y, &y, 0, &mont_n);
	mont_add(&x, &x, &y, &mont_n);
	mont_store(out->b, &x);
	wipe(&x, sizeof(x));
	wipe(&y, sizeof(y));
}

void
scalar_sub(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
	struct mont x = mont_load(a->b), y = mont_load(b->b);

	mont_reduce_once(&x, &x, 0, &mont_n);
	mont_reduce_once(&y, &y, 0, &mont_n);
	mont_sub(&x, &x, &y, &mont_n);
	mont_store(out->b, &x);
	wipe(&x, sizeof(x));
	wipe(&y, sizeof(y));
}

void
scalar_mul(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
	static const struct scalar zero;

	scalar_mul_add(out, a, b, &zero);
}

void
scalar_mul_add(struct scalar *out, const struct scalar *a,
    const struct scalar *b, const struct scalar *c)
{
	struct mont x = enter(a), y = mont_load(b->b), z = mont_load(c->b);

	mul(&x, &x, &y); /* a * b, out of the form */
	mont_reduce_once(&z, &z, 0, &mont_n);
	mont_add(&x, &x, &z, &mont_n);
	mont_store(out->b, &x);
	wipe(&x, sizeof(x));
	wipe(&y, sizeof(y));
	wipe(&z, sizeof(z));
}

/* 1 / a = a^(n - 2), by windows of 4 bits; the exponent is no secret. */
static void
invert(struct mont *r, const struct mont *a)
{
	struct mont e = mont_n.m, table[16];

	e.l[0] -= 2;
	table[0] = mont_n.one;
	for (int i = 1; i < 16; i++)
		mul(&table[i], &table[i - 1], a);
	*r = mont_n.one;
	for (int i = 63; i >= 0; i--) {
		for (int j = 0; j < 4; j++)
			mul(r, r, r);
		mul(r, r, &table[e.l[i / 16] >> (4 * (i % 16)) & 15]);
	}
	wipe(table, sizeof(table));
}

/*
 * Montgomery's trick: product[i] = a[0] * ... * a[i], one inversion of the
 * last, and back down.  Zeros take part as ones.
 */
static void
invert_all(struct scalar *out, const struct scalar *in, struct mont *a,
    struct mont *product, size_t n)
{
	static const struct mont zero;
	struct mont inverse, x;
	uint64_t is_zero;

	for (size_t i = 0; i < n; i++) {
		a[i] = enter(&in[i]);
		is_zero = mont_mask(mont_is_zero(&a[i]));
		mont_select(&x, is_zero, &mont_n.one, &a[i]);
		mul(&product[i], i == 0 ? &mont_n.one : &product[i - 1], &x);
	}
	invert(&inverse, &product[n - 1]);
	for (size_t i = n; i-- > 0;) {
		is_zero = mont_mask(mont_is_zero(&a[i]));
		mont_select(&a[i], is_zero, &mont_n.one, &a[i]);
		mul(&x, &inverse, i == 0 ? &mont_n.one : &product[i - 1]);
		mul(&inverse, &inverse, &a[i]);
		mont_select(&x, is_zero, &zero, &x);
		leave(&out[i], &x);
	}
	wipe(&inverse, sizeof(inverse));
}

void
portable_invert(struct scalar *out, const struct scalar *in, size_t n)
{
	size_t mark = scratch_mark();
	struct mont *a = SCRATCH(struct mont, n);
	struct mont *product = SCRATCH(struct mont, n);

	invert_all(out, in, a, product, n);
	scratch_leave(mark);
}

void
scalar_invert(struct scalar *out, const struct scalar *in, size_t n)
{
	for (size_t i = 0, m; i < n; i += m) {
		m = batch(n, i);
		engine()->invert(out + i, in + i, m);
	}
}

void
scalar_mul_add_batch(struct scalar *out, struct scalars a, struct scalars b,
    struct scalars c, size_t n)
{
	for (size_t i = 0, m; i < n; i += m) {
		m = batch(n, i);
		engine()->mul_add(out + i, scalars_from(a, i),
		    scalars_from(b, i), scalars_from(c, i), m);
	}
}

bool
scalar_valid(const struct scalar *a)
{
	struct mont v = mont_load(a->b), d;
	uint64_t below = mont_sub_raw(&d, &v, &mont_n.m);
	bool valid = below & (mont_is_zero(&v) ^ 1);

	wipe(&v, sizeof(v));
	wipe(&d, sizeof(d));
	return valid;
}

bool
scalar_valid_secret(const struct scalar *a)
{
	bool valid = scalar_valid(a);

	ct_public(&valid, sizeof(valid));
	return valid;
}

bool
scalar_equal(const struct scalar *a, const struct scalar *b)
{
	struct scalar x, y;
	bool equal;

	scalar_reduce(&x, a->b);
	scalar_reduce(&y, b->b);
	equal = ct_equal(&x, &y, sizeof(x));
	wipe(&x, sizeof(x));
	wipe(&y, sizeof(y));
	return equal;
}
