/* affine.c - see affine.h. */
#include "crypto/lanes/affine.h"
#include "crypto/scratch.h"

/* What must be inverted for an addition: x_b - x_a, or 2 y_a. */
static void
denominator(struct fe *d, const struct addition *sum)
{
	vec c[LIMBS];

	if (sum->b == NULL)
		col_add(c, &sum->a->y, &sum->a->y); /* < 4.2 */
	else
		col_sub(c, &sum->b->x, &sum->a->x, 3); /* 0.9 to 5.1 */
	fe_tight(d, c);
}

/* 3 x^2 - 3 */
static void
double_dy(struct fe *dy, const struct affine *a)
{
	struct fe xx;
	vec c[LIMBS];

	fe_square(&xx, &a->x); /* < 1.3 */
	for (int i = 0; i < LIMBS; i++) {
		vec d = xx.l[i] - vec_all(fe_one[i]) + fe_kp(1, i);

		c[i] = d + d + d; /* below 7 */
	}
	fe_loose(dy, c);
}

static void
add_one(
    const struct addition *sum, const struct fe *d, const struct fe *inverse)
{
	struct affine r = *sum->a;
	struct fe dx = *d, dy;

	if (sum->b != NULL) {
		fe_sub(&dy, &sum->b->y, &sum->a->y, 3);
	} else {
		double_dy(&dy, sum->a);
		for (int i = 0; i < LIMBS; i++)
			dx.l[i] = vec_zero();
	}
	affine_step(&r, &dx, &dy, inverse);
	*sum->sum = r;
}

void
LANES(affine_add_all)(
    const struct addition *list, const struct work *w, size_t n)
{
	struct share s;
	struct fe inverse;

	share_begin(&s, w->before);
	for (size_t i = 0; i < n; i++) {
		denominator(&w->d[i], &list[i]);
		share_put(&s, i, &w->d[i]);
	}
	LANES(share_invert)(&s, w->d, w->odd, n);
	for (size_t i = n; i-- > 0;) {
		share_take(&s, i, &w->d[i], &inverse);
		add_one(&list[i], &w->d[i], &inverse);
	}
}

void
LANES(affine_of_jacobian)(
    struct affine *out, const struct jacobian *in, const struct work *w)
{
	struct share s;
	struct fe i1, i2;

	share_begin(&s, w->before);
	for (size_t v = 0; v < w->n; v++) {
		w->d[v] = in[v].Z;
		share_put(&s, v, &w->d[v]);
	}
	LANES(share_invert)(&s, w->d, w->odd, w->n);
	for (size_t v = w->n; v-- > 0;) {
		share_take(&s, v, &w->d[v], &i1);
		fe_square_loose(&i2, &i1);
		fe_mul(&out[v].x, &in[v].X, &i2); /* < 1.2 */
		fe_mul_loose(&i2, &i2, &i1);
		fe_mul(&out[v].y, &in[v].Y, &i2); /* < 1.4 */
	}
}

/*
 * In rounds, that each share one inversion: after round r there are the odd
 * multiples below 2^r, and 2^(r+1) P; the next are 2^(r+1) P plus those.
 */
void
LANES(odd_multiples)(struct affine *table, const struct affine *P, size_t count,
    const struct work *w)
{
	size_t mark = scratch_mark(), n = w->n;
	struct addition *list = SCRATCH(struct addition, (count / 2 + 1) * n);
	struct affine *power[2] = {
	    SCRATCH(struct affine, n), SCRATCH(struct affine, n)};

	for (size_t v = 0; v < n; v++) {
		table[v * count] = P[v];
		list[v] = (struct addition){&power[0][v], &P[v], NULL};
	}
	LANES(affine_add_all)(list, w, n);
	for (size_t have = 1, r = 0; have < count; have *= 2, r++) {
		const struct affine *now = power[r % 2];
		struct affine *next = power[(r + 1) % 2];
		size_t k = 0;

		for (size_t v = 0; v < n; v++) {
			struct affine *t = table + v * count;

			for (size_t i = 0; i < have; i++)
				list[k++] = (struct addition){
				    &t[have + i], &t[i], &now[v]};
			if (2 * have < count)
				list[k++] =
				    (struct addition){&next[v], &now[v], NULL};
		}
		LANES(affine_add_all)(list, w, k);
	}
	scratch_leave(mark);
}
