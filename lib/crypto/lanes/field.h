/*
 * field.h - the field of P-256 in eight lanes: integers mod
 *	p = 2^256 - 2^224 + 2^192 + 2^96 - 1.
 *
 * Five limbs of 52 bits, least significant first, in Montgomery form with
 * R = 2^260.  Values are not kept below p: comments give bounds in units of p
 * (a < 2 means a < 2p).  What matters is that
 *
 *	- a factor is not negative and below 2^260, which is more than 16;
 *	- the product of a < A and b < B is less than A * B / 16 + 1, because
 *	  (a * b + m * p) / R with m < R and p / R < 1 / 16.
 *
 * A number is "tight" if its limbs 0 to 3 are below 2^52, and "loose" if
 * their higher bits have been carried on but not cut off: good enough for a
 * factor, of which only the low 52 bits of each limb count, and nothing else.
 * While sums are collected, limbs ("columns") may be any signed number below
 * 2^60 in size.
 */
#ifndef CRYPTO_LANES_FIELD_H
#define CRYPTO_LANES_FIELD_H

#include "crypto/lanes/vec.h"

#define LIMBS	  5
#define LIMB_BITS 52
#define LIMB_MASK ((1ull << LIMB_BITS) - 1)

struct fe {
	vec l[LIMBS];
};

/* p; 2^260 mod p, which stands for 1; 2^520 mod p, which leads into the form;
 * b of the curve, in the form. */
static const uint64_t fe_p[LIMBS] = {
    0xfffffffffffff, 0x00fffffffffff, 0, 0x0001000000000, 0x0ffffffff0000};
static const uint64_t fe_one[LIMBS] = {0x0000000000010, 0xf000000000000,
    0xfffffffffffff, 0xffeffffffffff, 0x00000000fffff};
static const uint64_t fe_rr[LIMBS] = {0x0000000000300, 0xffffffff00000,
    0xffffefffffffb, 0xfdfffffffffff, 0x0000004ffffff};
static const uint64_t fe_b[LIMBS] = {0xdf6229c4bddfd, 0xca8843090d89c,
    0x212ed6acf005c, 0x83415a220abf7, 0x0c30061dd4874};

lane_inline void
fe_set(struct fe *r, const uint64_t c[LIMBS])
{
	for (int i = 0; i < LIMBS; i++)
		r->l[i] = vec_all(c[i]);
}

/* Limb i of k * p, not carried. */
lane_inline vec
fe_kp(uint64_t k, int i)
{
	return vec_all(k * fe_p[i]);
}

/*
 * Sums and differences, as columns.
 */

/* a - b + k * p */
lane_inline void
col_sub(vec r[LIMBS], const struct fe *a, const struct fe *b, uint64_t k)
{
	for (int i = 0; i < LIMBS; i++)
		r[i] = a->l[i] - b->l[i] + fe_kp(k, i);
}

lane_inline void
col_add(vec r[LIMBS], const struct fe *a, const struct fe *b)
{
	for (int i = 0; i < LIMBS; i++)
		r[i] = a->l[i] + b->l[i];
}

/* Columns to a tight number; they must make one that is not negative. */
lane_heavy void
fe_tight(struct fe *r, const vec c[LIMBS])
{
	vec carry = vec_zero();

	for (int i = 0; i < LIMBS - 1; i++) {
		vec x = c[i] + carry;

		carry = vec_sar(x, LIMB_BITS);
		r->l[i] = x & vec_all(LIMB_MASK);
	}
	r->l[LIMBS - 1] = c[LIMBS - 1] + carry;
}

/* The same, loose. */
lane_heavy void
fe_loose(struct fe *r, const vec c[LIMBS])
{
	r->l[0] = c[0];
	for (int i = 1; i < LIMBS; i++)
		r->l[i] = c[i] + vec_sar(r->l[i - 1], LIMB_BITS);
}

/*
 * Brings columns that make a number c, -1/2 < c < 100, below 2 + 2^-25:
 * subtracts (q - 1) * p, where q is what limb 4 says of c / 2^256.
 *
 * The other columns (below 2^60) add less than 2^-36 of 2^256 to that, so
 * (q - e) * 2^256 <= c < (q + 1 + e) * 2^256 with a tiny e; and p is smaller
 * than 2^256 by less than 2^224, so that q of them differ by 100 * 2^-32.
 * For c > -1/2, q is -1 at least, and one or two p are added.
 */
lane_heavy void
col_reduce(vec c[LIMBS])
{
	vec q = vec_sar(c[4], 48) - vec_all(1);

	c[0] += q;				 /* 1 */
	c[1] -= vec_shl(q, 44);			 /* 2^96 */
	c[3] -= vec_shl(q, 36);			 /* 2^192 */
	c[4] += vec_shl(q, 16) - vec_shl(q, 48); /* 2^224, 2^256 */
}

/*
 * Products: ten columns of them, which may be sums, then one reduction.
 * A product adds at most 10 * 2^52 to a column, the reduction 6 * 2^52.
 */

lane_inline void
wide_zero(vec t[2 * LIMBS])
{
	for (int i = 0; i < 2 * LIMBS; i++)
		t[i] = vec_zero();
}

/* t += a * b */
lane_heavy void
wide_mul(vec t[2 * LIMBS], const struct fe *a, const struct fe *b)
{
	for (int i = 0; i < LIMBS; i++)
		for (int j = 0; j < LIMBS; j++) {
			t[i + j] = vec_mul_low(t[i + j], a->l[i], b->l[j]);
			t[i + j + 1] =
			    vec_mul_high(t[i + j + 1], a->l[i], b->l[j]);
		}
}

/* t = a * a */
lane_heavy void
wide_square(vec t[2 * LIMBS], const struct fe *a)
{
	wide_zero(t);
	for (int i = 0; i < LIMBS; i++)
		for (int j = i + 1; j < LIMBS; j++) {
			t[i + j] = vec_mul_low(t[i + j], a->l[i], a->l[j]);
			t[i + j + 1] =
			    vec_mul_high(t[i + j + 1], a->l[i], a->l[j]);
		}
	for (int i = 1; i < 2 * LIMBS - 1; i++)
		t[i] += t[i];
	for (int i = 0; i < LIMBS; i++) {
		t[2 * i] = vec_mul_low(t[2 * i], a->l[i], a->l[i]);
		t[2 * i + 1] = vec_mul_high(t[2 * i + 1], a->l[i], a->l[i]);
	}
}

/*
 * Montgomery's reduction: adds m * p for an m that makes columns 0 to 4
 * nothing; columns 5 to 9 are the result.  As -1/p mod 2^52 is 1, the m of a
 * limb is that limb itself, and m * (2^96 - 1) puts m * 2^44 into the next
 * column and leaves nothing in this one.  Columns may be negative.
 */
lane_heavy void
wide_reduce(vec t[2 * LIMBS])
{
	const vec c44 = vec_all(1ull << 44), c36 = vec_all(1ull << 36);
	const vec top = vec_all(fe_p[4]);

	for (int i = 0; i < LIMBS; i++) {
		vec m = t[i];

		t[i + 1] += vec_sar(m, LIMB_BITS);
		t[i + 1] = vec_mul_low(t[i + 1], m, c44);
		t[i + 2] = vec_mul_high(t[i + 2], m, c44);
		t[i + 3] = vec_mul_low(t[i + 3], m, c36);
		t[i + 4] = vec_mul_high(t[i + 4], m, c36);
		t[i + 4] = vec_mul_low(t[i + 4], m, top);
		t[i + 5] = vec_mul_high(t[i + 5], m, top);
	}
}

/* Products and squares, tight or loose. */
lane_inline void
fe_mul(struct fe *r, const struct fe *a, const struct fe *b)
{
	vec t[2 * LIMBS];

	wide_zero(t);
	wide_mul(t, a, b);
	wide_reduce(t);
	fe_tight(r, t + LIMBS);
}

lane_inline void
fe_mul_loose(struct fe *r, const struct fe *a, const struct fe *b)
{
	vec t[2 * LIMBS];

	wide_zero(t);
	wide_mul(t, a, b);
	wide_reduce(t);
	fe_loose(r, t + LIMBS);
}

lane_inline void
fe_square(struct fe *r, const struct fe *a)
{
	vec t[2 * LIMBS];

	wide_square(t, a);
	wide_reduce(t);
	fe_tight(r, t + LIMBS);
}

lane_inline void
fe_square_loose(struct fe *r, const struct fe *a)
{
	vec t[2 * LIMBS];

	wide_square(t, a);
	wide_reduce(t);
	fe_loose(r, t + LIMBS);
}

/* a - b + k * p, loose */
lane_inline void
fe_sub(struct fe *r, const struct fe *a, const struct fe *b, uint64_t k)
{
	vec c[LIMBS];

	col_sub(c, a, b, k);
	fe_loose(r, c);
}

lane_inline void
fe_add(struct fe *r, const struct fe *a, const struct fe *b)
{
	vec c[LIMBS];

	col_add(c, a, b);
	fe_loose(r, c);
}

lane_heavy void
fe_choose(struct fe *r, mask8 m, const struct fe *yes, const struct fe *no)
{
	for (int i = 0; i < LIMBS; i++)
		r->l[i] = vec_choose(m, yes->l[i], no->l[i]);
}

/* Out of Montgomery form: a * 1 / R < 1 + 2^-3, tight; and not above p, for
 * a < R: (a + m * p) / R < p + 1. */
lane_inline void
fe_leave(struct fe *r, const struct fe *a)
{
	struct fe one = {{vec_all(1)}};

	for (int i = 1; i < LIMBS; i++)
		one.l[i] = vec_zero();
	fe_mul(r, a, &one);
}

/* Lanes where the tight a is below the modulus m; a - m, tight, in d. */
lane_inline mask8
limbs_below(struct fe *d, const struct fe *a, const uint64_t m[LIMBS])
{
	vec c[LIMBS];

	for (int i = 0; i < LIMBS; i++)
		c[i] = a->l[i] - vec_all(m[i]);
	fe_tight(d, c);
	return vec_negative(d->l[LIMBS - 1]);
}

/* a, tight and < 3, below p. */
lane_inline void
fe_below_p(struct fe *r, const struct fe *a)
{
	struct fe d;
	mask8 below = limbs_below(&d, a, fe_p);

	fe_choose(r, below, a, &d);
	below = limbs_below(&d, r, fe_p);
	fe_choose(r, below, r, &d);
}

/* Lanes where a is 0 mod p. */
lane_inline mask8
fe_is_zero(const struct fe *a)
{
	struct fe x;
	vec zero, p = vec_zero();

	fe_leave(&x, a); /* 0 or p */
	zero = x.l[0] | x.l[1] | x.l[2] | x.l[3] | x.l[4];
	for (int i = 0; i < LIMBS; i++)
		p |= x.l[i] ^ vec_all(fe_p[i]);
	return vec_equal(zero, vec_zero()) | vec_equal(p, vec_zero());
}

/* 1 / a, loose, < 2; 0 for 0.  a < 16, loose or tight. */
void LANES(fe_invert)(struct fe *r, const struct fe *a);
/* r = a^(2^n), loose, < 2 */
lane_inline void
fe_square_times(struct fe *r, const struct fe *a, int n)
{
	fe_square_loose(r, a);
	while (--n > 0)
		fe_square_loose(r, r);
}

#endif /* CRYPTO_LANES_FIELD_H */
