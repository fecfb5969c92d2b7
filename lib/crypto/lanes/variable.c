/*
 * variable.c - see variable.h.
 *
 * Odd digits of 5 bits as in fixed.h, from the top: 52 times five doublings
 * and one addition in Jacobian coordinates.  The 16 odd multiples of each
 * point are made affine, by a part of the batch that fits into the cache.
 *
 * Exceptional cases: an addition adds an odd d, |d| < 32, to 32 m with an odd
 * m; the two are different from each other and opposite to each other mod n
 * only when m is near n / 32 or n / 16, in the last window and for a handful
 * of scalars (0, and 30 for one).
 */
#include "crypto/lanes/variable.h"
#include "crypto/scratch.h"

#define BITS	5
#define WINDOWS 52
#define ODD	16 /* 1, 3, ... 31 times */
#define PART	64 /* vectors whose tables are made at a time */

/* Entry j of the table; all of it is read. */
static void
choose(struct affine *r, const struct affine table[ODD], vec j)
{
	*r = table[0];
	for (unsigned e = 1; e < ODD; e++) {
		mask8 m = vec_equal(j, vec_all(e));

		fe_choose(&r->x, m, &table[e].x, &r->x);
		fe_choose(&r->y, m, &table[e].y, &r->y);
	}
}

static __attribute__((noinline)) void
double_1(struct jacobian *a)
{
	point_double(a, 1);
}

static __attribute__((noinline)) void
double_2(struct jacobian *a)
{
	point_double(a, 2);
}

static __attribute__((noinline)) void
add_1(struct jacobian *a, const struct affine *b, const mask8 *plus)
{
	point_add(a, b, plus, 1);
}

static __attribute__((noinline)) void
add_2(struct jacobian *a, const struct affine *b, const mask8 *plus)
{
	point_add(a, b, plus, 2);
}

/* One or two vectors. */
static void
walk(struct jacobian *r, const struct affine *table, const struct digits *k,
    size_t count)
{
	struct affine b[2];
	mask8 plus[2];
	vec j;

	for (int w = WINDOWS - 1; w >= 0; w--) {
		for (size_t z = 0; z < count; z++) {
			plus[z] =
			    entry_of(&j, digit(&k[z], BITS * w, BITS), BITS);
			choose(&b[z], table + z * ODD, j);
			if (w == WINDOWS - 1) /* its digits are positive */
				jacobian_of(&r[z], &b[z]);
		}
		if (w == WINDOWS - 1)
			continue;
		for (int i = 0; i < BITS; i++)
			if (count == 2)
				double_2(r);
			else
				double_1(r);
		if (count == 2)
			add_2(r, b, plus);
		else
			add_1(r, b, plus);
	}
}

static void
part(struct jacobian *out, const struct affine *P, const struct digits *k,
    struct affine *table, const struct work *w)
{
	LANES(odd_multiples)(table, P, ODD, w);
	for (size_t v = 0, count; v < w->n; v += count) {
		count = w->n - v < 2 ? 1 : 2;
		walk(&out[v], table + v * ODD, &k[v], count);
	}
}

void
LANES(variable_mul)(struct jacobian *out, const struct affine *P,
    const struct digits *k, size_t n)
{
	size_t mark = scratch_mark(), most = n < PART ? n : PART;
	struct affine *table = SCRATCH(struct affine, most * ODD);
	size_t room = most * (ODD / 2 + 1);
	struct work w = {
	    .d = SCRATCH(struct fe, room),
	    .before = SCRATCH(struct fe, room),
	    .odd = SCRATCH(mask8, room),
	};

	for (size_t v = 0; v < n; v += w.n) {
		w.n = n - v < most ? n - v : most;
		part(out + v, P + v, k + v, table, &w);
	}
	scratch_leave(mark);
}
