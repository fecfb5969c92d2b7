/* root.c - is it a point, and which y belongs to x: see lanes.h. */
#include <string.h>

#include "crypto/lanes/lanes.h"
#include "crypto/lanes/octets.h"
#include "crypto/lanes/unroll.h"

#define TOGETHER 4 /* vectors whose roots are taken in turn */

#define EACH_ROOT UNROLL(4) for (int z = 0; z < TOGETHER; z++)

/* x^3 - 3 x + b, tight, < 2.6, for x < 2.1 */
lane_inline void
right_side(struct fe *r, const struct fe *x)
{
	struct fe xx, factor;
	vec c[LIMBS], t[2 * LIMBS];

	fe_square(&xx, x);		/* < 1.3 */
	for (int i = 0; i < LIMBS; i++) /* x^2 - 3, to 4.3 */
		c[i] = xx.l[i] + fe_kp(3, i) - vec_all(3 * fe_one[i]);
	fe_loose(&factor, c);
	wide_zero(t);
	wide_mul(t, &factor, x);
	wide_reduce(t); /* < 1.6 */
	for (int i = 0; i < LIMBS; i++)
		t[LIMBS + i] += vec_all(fe_b[i]);
	fe_tight(r, t + LIMBS);
}

/* Lanes where a = b; a < 2, b < 3. */
static mask8
same(const struct fe *a, const struct fe *b)
{
	struct fe d;

	fe_sub(&d, a, b, 3);
	return fe_is_zero(&d);
}

mask8
LANES(load_point)(
    struct affine *out, const struct point *in, size_t step, size_t n)
{
	struct fe yy, right;
	mask8 below;

	below = fe_load(&out->x,
	    (struct column){in->x, step * sizeof(*in), p256_generator.x, n});
	below &= fe_load(&out->y,
	    (struct column){in->y, step * sizeof(*in), p256_generator.y, n});
	fe_square(&yy, &out->y);
	right_side(&right, &out->x);
	return below & same(&yy, &right);
}

void
LANES(check)(bool *ok, const struct point *p, size_t n)
{
	struct affine a;

	for (size_t i = 0; i < n; i += LANE_COUNT) {
		mask8 good = LANES(load_point)(&a, &p[i], 1, n - i);

		for (size_t l = 0; l < LANE_COUNT && i + l < n; l++)
			ok[i + l] = good >> l & 1;
	}
	vec_leave();
}

/* t = t^(2^n), of each */
static void
square_times(struct fe t[TOGETHER], int n)
{
	while (n-- > 0)
		EACH_ROOT fe_square_loose(&t[z], &t[z]);
}

/* t = t^(2^n) * t */
static void
double_ones(struct fe t[TOGETHER], int n)
{
	struct fe u[TOGETHER];

	memcpy(u, t, sizeof(u));
	square_times(t, n);
	EACH_ROOT fe_mul_loose(&t[z], &t[z], &u[z]);
}

/* a^((p + 1) / 4), a root of a if it has one, < 2, loose;
 * (p + 1) / 4 = ((2^64 - 2^32 + 1) * 2^96 + 1) * 2^94. */
static __attribute__((noinline)) void
roots(struct fe t[TOGETHER], const struct fe a[TOGETHER])
{
	memcpy(t, a, TOGETHER * sizeof(t[0]));
	for (int n = 1; n < 32; n *= 2)
		double_ones(t, n);
	square_times(t, 32);
	EACH_ROOT fe_mul_loose(&t[z], &t[z], &a[z]);
	square_times(t, 96);
	EACH_ROOT fe_mul_loose(&t[z], &t[z], &a[z]);
	square_times(t, 94);
}

/* y, or p - y where the low bit is not the one asked for, as words below
 * 2^256. */
static void
signed_root(vec w[4], const struct fe *y, mask8 want_odd)
{
	struct fe plain, d, minus;
	vec c[LIMBS];
	mask8 below, flip;

	fe_leave(&plain, y);
	below = limbs_below(&d, &plain, fe_p);
	fe_choose(&plain, below, &plain, &d);
	flip = vec_test(plain.l[0], vec_all(1)) ^ want_odd;
	/* y is never 0 where there is a root: the order is odd. */
	for (int i = 0; i < LIMBS; i++)
		c[i] = fe_kp(1, i) - plain.l[i];
	fe_tight(&minus, c);
	fe_choose(&plain, flip, &minus, &plain);
	words_of_limbs(w, &plain);
}

/* The first n lanes of a vector. */
static void
give_roots(struct point *out, bool *ok, const struct compressed *in,
    const struct fe *y, mask8 good, size_t n)
{
	mask8 odd = 0;
	vec w[4];

	for (size_t l = 0; l < n; l++) {
		odd |= (mask8)((in[l].y_bit & 1) << l);
		good &= (mask8) ~((in[l].y_bit > 1) << l);
	}
	signed_root(w, y, odd);
	for (size_t l = 0; l < n; l++)
		memcpy(out[l].x, in[l].x, sizeof(out[l].x));
	words_store(out->y, sizeof(*out), w, n);
	for (size_t l = 0; l < n; l++) {
		ok[l] = good >> l & 1;
		if (!ok[l])
			memset(&out[l], 0, sizeof(out[l]));
	}
}

/* Up to TOGETHER vectors; n elements. */
static void
decompress_some(
    struct point *out, bool *ok, const struct compressed *in, size_t n)
{
	struct fe x, a[TOGETHER], y[TOGETHER], yy;
	mask8 good[TOGETHER];

	EACH_ROOT
	{
		size_t at = (size_t)z * LANE_COUNT, i = at < n ? at : n;

		good[z] = fe_load(&x, (struct column){in[i].x, sizeof(in[0]),
					  p256_generator.x, n - i});
		right_side(&a[z], &x);
	}
	roots(y, a);
	for (size_t v = 0; v * LANE_COUNT < n; v++) {
		size_t i = v * LANE_COUNT, left = n - i;

		fe_square(&yy, &y[v]);
		good[v] &= same(&yy, &a[v]);
		give_roots(out + i, ok + i, in + i, &y[v], good[v],
		    left < LANE_COUNT ? left : LANE_COUNT);
	}
}

void
LANES(decompress)(
    struct point *out, bool *ok, const struct compressed *in, size_t n)
{
	for (size_t i = 0, m; i < n; i += m) {
		m = n - i;
		if (m > TOGETHER * LANE_COUNT)
			m = TOGETHER * LANE_COUNT;
		decompress_some(out + i, ok + i, in + i, m);
	}
	vec_leave();
}
