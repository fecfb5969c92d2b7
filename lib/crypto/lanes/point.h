/*
 * point.h - points of P-256 in eight lanes: doubling and addition in Jacobian
 * coordinates (x = X / Z^2, y = Y / Z^3).
 *
 * Exceptional cases: every point here is on the curve, whose order is an odd
 * prime, so doubling has none.  Adding a point to itself or to its opposite
 * makes Z = 0 mod p, and so does everything that starts from Z = 0; who asks
 * at the end whether Z = 0 has missed nothing.
 *
 * The functions take count = 1 or 2 vectors, two of them step by step in turn,
 * so that there is work while a product waits for its carries.
 */
#ifndef CRYPTO_LANES_POINT_H
#define CRYPTO_LANES_POINT_H

#include "crypto/lanes/field.h"
#include "crypto/lanes/unroll.h"

/* x, y < 2.1, tight, in Montgomery form */
struct affine {
	struct fe x, y;
};

/* X < 2.1, Y < 3.75, Z < 1.9; tight */
struct jacobian {
	struct fe X, Y, Z;
};

lane_inline void
jacobian_of(struct jacobian *r, const struct affine *a)
{
	r->X = a->x;
	r->Y = a->y;
	fe_set(&r->Z, fe_one);
}

#define EACH_POINT UNROLL(2) for (int z = 0; z < count; z++)

/* alpha = 3 (X - Z^2) (X + Z^2) < 1.5, zz = Z^2 < 1.3 */
lane_inline void
double_alpha(struct fe *alpha, const struct fe *X, const struct fe *zz)
{
	struct fe low, high;
	vec c[LIMBS];

	for (int i = 0; i < LIMBS; i++) {
		vec d = X->l[i] - zz->l[i] + fe_kp(2, i);

		c[i] = d + d + d; /* 2 to 12.3 */
	}
	col_reduce(c);
	fe_loose(&low, c);    /* < 2.1 */
	fe_add(&high, X, zz); /* < 3.4 */
	fe_mul_loose(alpha, &low, &high);
}

/* X = alpha^2 - 8 beta */
lane_inline void
double_x(struct fe *X, const struct fe *alpha, const struct fe *beta)
{
	vec t[2 * LIMBS];

	wide_square(t, alpha);
	wide_reduce(t);			/* < 1.2 */
	for (int i = 0; i < LIMBS; i++) /* 0.08 to 11.2 */
		t[LIMBS + i] += fe_kp(10, i) - vec_shl(beta->l[i], 3);
	col_reduce(t + LIMBS);
	fe_tight(X, t + LIMBS);
}

/* Y = alpha (4 beta - X) - 8 gamma^2 under one reduction.  The square is taken
 * from the columns, which lets the result become negative, by less than
 * 8 * 1.9^2 / 16 < 1.9. */
lane_inline void
double_y(struct fe *Y, const struct fe *alpha, const struct fe *beta,
    const struct fe *gamma, const struct fe *X)
{
	struct fe s;
	vec t[2 * LIMBS], c[LIMBS];

	wide_square(t, gamma);
	for (int i = 0; i < 2 * LIMBS; i++)
		t[i] = vec_zero() - vec_shl(t[i], 3);
	for (int i = 0; i < LIMBS; i++) /* 0.9 to 8 */
		c[i] = vec_shl(beta->l[i], 2) - X->l[i] + fe_kp(3, i);
	fe_loose(&s, c);
	wide_mul(t, alpha, &s);
	wide_reduce(t); /* -1.9 to 1.5 * 8 / 16 + 1 = 1.75 */
	for (int i = 0; i < LIMBS; i++)
		t[LIMBS + i] += fe_kp(2, i);
	fe_tight(Y, t + LIMBS);
}

/* a = 2 a */
lane_inline void
point_double(struct jacobian *a, const int count)
{
	struct fe zz[2], gamma[2], beta[2], alpha[2], yy[2];

	EACH_POINT fe_square(&zz[z], &a[z].Z);	  /* < 1.3 */
	EACH_POINT fe_square(&gamma[z], &a[z].Y); /* < 1.9 */
	EACH_POINT double_alpha(&alpha[z], &a[z].X, &zz[z]);
	EACH_POINT fe_mul(&beta[z], &a[z].X, &gamma[z]); /* < 1.24 */
	EACH_POINT fe_add(&yy[z], &a[z].Y, &a[z].Y);
	EACH_POINT fe_mul(&a[z].Z, &yy[z], &a[z].Z); /* < 1.9 */
	EACH_POINT double_x(&a[z].X, &alpha[z], &beta[z]);
	EACH_POINT double_y(&a[z].Y, &alpha[z], &beta[z], &gamma[z], &a[z].X);
}

/* r = s2 - Y where plus is set, else -s2 - Y; + 5: 0.09 to 6.2, loose */
lane_inline void
add_r(struct fe *r, const struct fe *s2, const struct fe *Y, mask8 plus)
{
	vec c[LIMBS];

	for (int i = 0; i < LIMBS; i++) {
		vec minus_y = fe_kp(5, i) - Y->l[i];

		c[i] = vec_choose(plus, minus_y + s2->l[i], minus_y - s2->l[i]);
	}
	fe_loose(r, c);
}

/* X = r^2 - h^3 - 2 v */
lane_inline void
add_x(struct fe *X, const struct fe *r, const struct fe *h3, const struct fe *v)
{
	vec t[2 * LIMBS];

	wide_square(t, r);
	wide_reduce(t);			/* < 3.5 */
	for (int i = 0; i < LIMBS; i++) /* 0.8 to 8.5 */
		t[LIMBS + i] += fe_kp(5, i) - (h3->l[i] + v->l[i] + v->l[i]);
	col_reduce(t + LIMBS);
	fe_tight(X, t + LIMBS);
}

/* Y = r (v - X) - Y h^3 */
lane_inline void
add_y(struct fe *Y, const struct fe *r, const struct fe *v, const struct fe *X,
    const struct fe *h3)
{
	struct fe s, minus_y;
	vec t[2 * LIMBS], c[LIMBS];

	fe_sub(&s, v, X, 3); /* 0.9 to 4.3 */
	for (int i = 0; i < LIMBS; i++)
		c[i] = fe_kp(4, i) - Y->l[i];
	fe_loose(&minus_y, c); /* 0.2 to 4 */
	wide_zero(t);
	wide_mul(t, r, &s);
	wide_mul(t, &minus_y, h3);
	wide_reduce(t); /* (6.2 * 4.3 + 4 * 1.6) / 16 + 1 < 3.1 */
	fe_tight(Y, t + LIMBS);
}

/* a = a + b where plus[] is set, else a - b */
lane_inline void
point_add(struct jacobian *a, const struct affine *b, const mask8 *plus,
    const int count)
{
	struct fe zz[2], u2[2], s2[2], h[2], r[2], h2[2], h3[2], v[2];

	EACH_POINT fe_square_loose(&zz[z], &a[z].Z);	  /* < 1.3 */
	EACH_POINT fe_mul(&u2[z], &b[z].x, &zz[z]);	  /* < 1.2 */
	EACH_POINT fe_mul_loose(&s2[z], &a[z].Z, &zz[z]); /* < 1.2 */
	EACH_POINT fe_sub(&h[z], &u2[z], &a[z].X, 3);	  /* 0.9 to 4.2 */
	EACH_POINT fe_mul(&s2[z], &b[z].y, &s2[z]);	  /* < 1.16 */
	EACH_POINT fe_square_loose(&h2[z], &h[z]);	  /* < 2.11 */
	EACH_POINT add_r(&r[z], &s2[z], &a[z].Y, plus[z]);
	EACH_POINT fe_mul(&a[z].Z, &a[z].Z, &h[z]); /* < 1.5 */
	EACH_POINT fe_mul(&h3[z], &h[z], &h2[z]);   /* < 1.6 */
	EACH_POINT fe_mul(&v[z], &a[z].X, &h2[z]);  /* < 1.3 */
	EACH_POINT add_x(&a[z].X, &r[z], &h3[z], &v[z]);
	EACH_POINT add_y(&a[z].Y, &r[z], &v[z], &a[z].X, &h3[z]);
}

#endif /* CRYPTO_LANES_POINT_H */
