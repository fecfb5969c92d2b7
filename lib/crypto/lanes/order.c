/* order.c - batches mod n: see struct engine. */
#include <string.h>

#include "crypto/lanes/forget.h"
#include "crypto/lanes/lanes.h"
#include "crypto/lanes/order.h"
#include "crypto/scratch.h"

static const struct scalar pad = {{[31] = 1}};

/* Scalars from element i on, of n. */
static struct column
column_of(struct scalars s, size_t i, size_t n)
{
	return (struct column){
	    s.at + i * s.step, s.step * sizeof(s.at[0]), &pad, n - i};
}

static size_t
lanes_left(size_t n, size_t i)
{
	return n - i < LANE_COUNT ? n - i : LANE_COUNT;
}

static __attribute__((noinline)) void
mul(struct fe *r, const struct fe *a, const struct fe *b)
{
	order_mul(r, a, b);
}

/* 1 / a = a^(n - 2) by windows of 4 bits; the exponent is no secret. */
static void
invert(struct fe *r, const struct fe *a)
{
	/* n - 2, most significant first */
	static const uint8_t exponent[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00,
	    0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
	    0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2,
	    0xfc, 0x63, 0x25, 0x4f};
	struct fe table[16];

	fe_set(&table[0], order_one);
	for (int i = 1; i < 16; i++)
		mul(&table[i], &table[i - 1], a);
	*r = table[15];
	for (int i = 1; i < 64; i++) {
		int e = exponent[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15;

		for (int j = 0; j < 4; j++)
			mul(r, r, r);
		if (e != 0)
			mul(r, r, &table[e]);
	}
}

/* The four chains become their inverses. */
static void
invert_chains(struct fe c[4])
{
	struct fe p01, p23, product, of01, of23, t;

	mul(&p01, &c[0], &c[1]);
	mul(&p23, &c[2], &c[3]);
	mul(&product, &p01, &p23);
	invert(&product, &product);
	mul(&of01, &product, &p23);
	mul(&of23, &product, &p01);
	t = c[0];
	mul(&c[0], &of01, &c[1]);
	mul(&c[1], &of01, &t);
	t = c[2];
	mul(&c[2], &of23, &c[3]);
	mul(&c[3], &of23, &t);
}

/* Into Montgomery form; a zero becomes one and is noted. */
static mask8
enter(struct fe *r, const struct fe *a)
{
	struct fe x, rr, one;
	mask8 zero;

	order_below(&x, a);
	zero =
	    vec_equal(x.l[0] | x.l[1] | x.l[2] | x.l[3] | x.l[4], vec_zero());
	fe_set(&rr, order_rr);
	fe_set(&one, order_one);
	order_mul(r, &x, &rr); /* < 2 */
	fe_choose(r, zero, &one, r);
	return zero;
}

/* Out of it; 0 where it was. */
static void
leave(struct fe *r, const struct fe *a, mask8 zero)
{
	const struct fe none = {0}, one = {{vec_all(1)}};

	order_mul(r, a, &one);
	fe_choose(r, zero, &none, r);
}

void
LANES(invert)(struct scalar *out, const struct scalar *in, size_t n)
{
	size_t mark = scratch_mark(), nv = (n + LANE_COUNT - 1) / LANE_COUNT;
	struct fe *a = SCRATCH(struct fe, nv);
	struct fe *before = SCRATCH(struct fe, nv), x, chain[4];
	mask8 *zero = SCRATCH(mask8, nv);

	for (int i = 0; i < 4; i++)
		fe_set(&chain[i], order_one);
	for (size_t v = 0; v < nv; v++) {
		order_load(
		    &x, column_of((struct scalars){in, 1}, v * LANE_COUNT, n));
		zero[v] = enter(&a[v], &x);
		before[v] = chain[v & 3];
		order_mul(&chain[v & 3], &chain[v & 3], &a[v]);
	}
	invert_chains(chain);
	for (size_t v = nv; v-- > 0;) {
		order_mul(&x, &chain[v & 3], &before[v]);
		order_mul(&chain[v & 3], &chain[v & 3], &a[v]);
		leave(&x, &x, zero[v]);
		order_store(
		    &out[v * LANE_COUNT], &x, lanes_left(n, v * LANE_COUNT));
	}
	scratch_leave(mark);
	lanes_forget();
}

void
LANES(mul_add)(struct scalar *out, struct scalars a, struct scalars b,
    struct scalars c, size_t n)
{
	struct fe x, y, z, rr;
	vec sum[LIMBS];

	fe_set(&rr, order_rr);
	for (size_t i = 0; i < n; i += LANE_COUNT) {
		order_load(&x, column_of(a, i, n));
		order_load(&y, column_of(b, i, n));
		order_load(&z, column_of(c, i, n));
		order_mul(&x, &x, &rr);
		order_mul(&x, &x, &y); /* < 1.2 */
		order_below(&x, &x);
		order_below(&z, &z);
		col_add(sum, &x, &z);
		fe_tight(&x, sum);
		order_store(&out[i], &x, lanes_left(n, i));
	}
	lanes_forget();
}

void
LANES(reduce384)(struct scalar *out, const uint8_t (*in)[48], size_t n)
{
	static const uint8_t none[48];
	struct fe high, low, factor;
	vec w[4], sum[LIMBS];

	fe_set(&factor, order_256r);
	for (size_t i = 0; i < n; i += LANE_COUNT) {
		/* the last 32 octets, and the first 16 as the upper half */
		limbs_load(
		    &low, (struct column){in[i] + 16, 48, none + 16, n - i});
		words_load(w, (struct column){in[i], 48, none, n - i});
		w[0] = w[2];
		w[1] = w[3];
		w[2] = w[3] = vec_zero();
		limbs_of_words(&high, w);
		order_mul(&high, &high, &factor); /* < 1.1 */
		order_below(&high, &high);
		order_below(&low, &low);
		col_add(sum, &high, &low);
		fe_tight(&low, sum);
		order_store(&out[i], &low, lanes_left(n, i));
	}
	lanes_forget();
}
