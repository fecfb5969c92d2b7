/*
 * variable.c - see variable.h.
 *
 * Odd digits of 5 bits as in fixed.h, from the top: 52 times five doublings
 * and one addition in Jacobian coordinates.  The 16 odd multiples of each
 * point are made affine, by a part of the batch that fits into the cache.
 *
 * Exceptional cases: an addition adds d P to 32 m P, for odd numbers m and d,
 * |d| < 32.  As integers 32 m and d are never equal or opposite; mod n they
 * can be in the last window only, where 32 m may be above n, and only if the
 * whole scalar is 0 or 2 d mod n.  Then Z = 0 from there on.
 */
#include "crypto/lanes/variable.h"
#include "crypto/scratch.h"

#define BITS	LIMBS /* 5 */
#define WINDOWS 52
#define ODD	16 /* 1, 3, ... 31 times */
#define PART	64 /* vectors whose tables are made at a time */

/* Limb i of x and y of entry j of the table; all of it is read. */
lane_inline void
choose_limb(struct affine *r, const struct affine table[ODD], vec j, int i)
{
	vec x = table[0].x.l[i], y = table[0].y.l[i];

	UNROLL(16)
	for (unsigned e = 1; e < ODD; e++) {
		mask8 m = vec_equal(j, vec_all(e));

		x = vec_choose(m, table[e].x.l[i], x);
		y = vec_choose(m, table[e].y.l[i], y);
	}
	r->x.l[i] = x;
	r->y.l[i] = y;
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

/* r = 32 r + digit of window w; there are as many doublings as limbs, and each
 * has time for one limb of the entry that is added after them. */
lane_inline void
step(struct jacobian *r, const struct affine *table, const struct digits *k,
    int w, const size_t count)
{
	struct affine b[2];
	mask8 plus[2];
	vec j[2];

	for (size_t z = 0; z < count; z++)
		plus[z] = entry_of(&j[z], digit(&k[z], BITS * w, BITS), BITS);
	for (int i = 0; i < BITS; i++) {
		if (count == 2)
			double_2(r);
		else
			double_1(r);
		for (size_t z = 0; z < count; z++)
			choose_limb(&b[z], table + z * ODD, j[z], i);
	}
	if (count == 2)
		add_2(r, b, plus);
	else
		add_1(r, b, plus);
}

/* The first window, whose digits are positive. */
static void
begin(struct jacobian *r, const struct affine *table, const struct digits *k)
{
	struct affine b;
	vec j;

	(void)entry_of(&j, digit(k, BITS * (WINDOWS - 1), BITS), BITS);
	for (int i = 0; i < LIMBS; i++)
		choose_limb(&b, table, j, i);
	jacobian_of(r, &b);
}

static void
walk_1(struct jacobian *r, const struct affine *table, const struct digits *k)
{
	begin(r, table, k);
	for (int w = WINDOWS - 2; w >= 0; w--)
		step(r, table, k, w, 1);
}

static void
walk_2(struct jacobian *r, const struct affine *table, const struct digits *k)
{
	begin(&r[0], table, &k[0]);
	begin(&r[1], table + ODD, &k[1]);
	for (int w = WINDOWS - 2; w >= 0; w--)
		step(r, table, k, w, 2);
}

static void
part(struct jacobian *out, const struct affine *P, const struct digits *k,
    struct affine *table, const struct work *w)
{
	size_t v = 0;

	LANES(odd_multiples)(table, P, ODD, w);
	for (; v + 2 <= w->n; v += 2)
		walk_2(&out[v], table + v * ODD, &k[v]);
	if (v < w->n)
		walk_1(&out[v], table + v * ODD, &k[v]);
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
