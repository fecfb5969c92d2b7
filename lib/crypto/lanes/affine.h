/*
 * affine.h - additions in affine coordinates, which cost 5 products and a
 * square when the inversion is shared by many (instead of 8 and 3 in Jacobian
 * coordinates), and leave affine results.
 */
#ifndef CRYPTO_LANES_AFFINE_H
#define CRYPTO_LANES_AFFINE_H

#include "crypto/lanes/point.h"
#include "crypto/lanes/share.h"

/* Room that a batch of n vectors needs on its way. */
struct work {
	size_t n;
	struct fe *d, *before; /* see share.h */
	mask8 *odd;	       /* exceptional lanes, gathered */
};

/*
 * a = a + b for dx = x_b - x_a + 3 p, dy = y_b - y_a + k p and the inverse of
 * dx.  (Also a = 2 a, for dx = 3 p, slope dy * inverse.)
 * dx < 5.2, dy < 8, inverse < 2
 */
lane_inline void
affine_step(struct affine *a, const struct fe *dx, const struct fe *dy,
    const struct fe *inverse)
{
	struct fe slope, s, x;
	vec t[2 * LIMBS];

	fe_mul_loose(&slope, dy, inverse); /* < 2 */
	/* x = slope^2 - x_a - x_b */
	wide_square(t, &slope);
	wide_reduce(t);			/* < 1.25 */
	for (int i = 0; i < LIMBS; i++) /* 0.6 to 11.3 */
		t[LIMBS + i] +=
		    fe_kp(10, i) - (dx->l[i] + a->x.l[i] + a->x.l[i]);
	col_reduce(t + LIMBS);
	fe_tight(&x, t + LIMBS);
	/* y = slope (x_a - x) - y_a */
	fe_sub(&s, &a->x, &x, 3); /* 0.9 to 5.1 */
	wide_zero(t);
	wide_mul(t, &slope, &s);
	wide_reduce(t);			/* < 1.7 */
	for (int i = 0; i < LIMBS; i++) /* 0.9 to 4.7 */
		t[LIMBS + i] += fe_kp(3, i) - a->y.l[i];
	col_reduce(t + LIMBS);
	fe_tight(&a->y, t + LIMBS);
	a->x = x;
}

/* sum = a + b, or 2 a where b is NULL */
struct addition {
	struct affine *sum;
	const struct affine *a, *b;
};

/* n additions of points at a time; odd[i] belongs to list[i], for which
 * w has room. */
void LANES(affine_add_all)(
    const struct addition *list, const struct work *w, size_t n);

/* x = X / Z^2, y = Y / Z^3; odd lanes are those with Z = 0. */
void LANES(affine_of_jacobian)(
    struct affine *out, const struct jacobian *in, const struct work *w);

/*
 * table[v * count + j] = (2j + 1) P[v], for count = 16 or 64, w->n vectors.
 * w has room for (count / 2 + 1) * n.  No case here is exceptional, as the
 * multiples of a point are different up to the order of the group.
 */
void LANES(odd_multiples)(struct affine *table, const struct affine *P,
    size_t count, const struct work *w);

#endif /* CRYPTO_LANES_AFFINE_H */
