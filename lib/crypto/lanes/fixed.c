/* fixed.c - see fixed.h. */
#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "crypto/engine_int.h"
#include "crypto/lanes/octets.h"
#include "crypto/lanes/variable.h"
#include "crypto/scratch.h"

/* A digit of a window, ready to choose by. */
struct choice {
	vec j;
	mask8 bit4, bit5; /* of j */
	mask8 plus;
};

lane_inline struct choice
choice_of(const struct digits *k, int w)
{
	struct choice c;

	c.plus =
	    entry_of(&c.j, digit(k, FIXED_BITS * w, FIXED_BITS), FIXED_BITS);
	c.bit4 = vec_test(c.j, vec_all(16));
	c.bit5 = vec_test(c.j, vec_all(32));
	return c;
}

/* One limb of entry j of 64. */
lane_inline vec
pick(const uint64_t t[FIXED_ODD], const struct choice *c)
{
	vec q0 = vec_pick16(t, c->j), q1 = vec_pick16(t + 16, c->j);
	vec q2 = vec_pick16(t + 32, c->j), q3 = vec_pick16(t + 48, c->j);

	return vec_choose(
	    c->bit5, vec_choose(c->bit4, q3, q2), vec_choose(c->bit4, q1, q0));
}

lane_heavy void
pick_fe(
    struct fe *r, const uint64_t t[LIMBS][FIXED_ODD], const struct choice *c)
{
	for (int i = 0; i < LIMBS; i++)
		r->l[i] = pick(t[i], c);
}

/* The first window: there is nothing yet to add to. */
static void
first_entry(struct affine *p, const uint64_t t[2 * LIMBS][FIXED_ODD],
    const struct digits *k)
{
	struct choice c = choice_of(k, 0);
	struct fe y;
	vec minus[LIMBS];

	pick_fe(&p->x, t, &c);
	pick_fe(&y, t + LIMBS, &c);
	for (int i = 0; i < LIMBS; i++)
		minus[i] = vec_choose(c.plus, y.l[i], fe_kp(1, i) - y.l[i]);
	fe_tight(&p->y, minus);
}

/* x of the entry - x of p + 3: 0.9 to 4 */
lane_inline void
entry_dx(struct fe *dx, const uint64_t t[LIMBS][FIXED_ODD],
    const struct choice *c, const struct fe *x)
{
	struct fe entry;
	vec d[LIMBS];

	pick_fe(&entry, t, c);
	col_sub(d, &entry, x, 3);
	fe_tight(dx, d);
}

/* y of the entry or of its opposite - y of p + 4: 0.9 to 5 */
lane_inline void
entry_dy(struct fe *dy, const uint64_t t[LIMBS][FIXED_ODD],
    const struct choice *c, const struct fe *y)
{
	struct fe entry;
	vec d[LIMBS];

	pick_fe(&entry, t, c);
	for (int i = 0; i < LIMBS; i++) {
		vec minus = fe_kp(4, i) - y->l[i];

		d[i] =
		    vec_choose(c->plus, minus + entry.l[i], minus - entry.l[i]);
	}
	fe_loose(dy, d);
}

/* Adds window w to the whole batch. */
static void
add_window(struct affine *p, const uint64_t t[2 * LIMBS][FIXED_ODD],
    const struct digits *k, int w, const struct work *work)
{
	struct share s;
	struct choice c;
	struct fe inverse, dy;

	share_begin(&s, work->before);
	for (size_t v = 0; v < work->n; v++) {
		c = choice_of(&k[v], w);
		entry_dx(&work->d[v], t, &c, &p[v].x);
		share_put(&s, v, &work->d[v]);
	}
	LANES(share_invert)(&s, work->d, work->odd, work->n);
	for (size_t v = work->n; v-- > 0;) {
		share_take(&s, v, &work->d[v], &inverse);
		c = choice_of(&k[v], w);
		entry_dy(&dy, t + LIMBS, &c, &p[v].y);
		affine_step(&p[v], &work->d[v], &dy, &inverse);
	}
}

void
LANES(fixed_add_affine)(struct affine *p, const struct fixed *table,
    const struct digits *k, bool first, const struct work *work)
{
	int w = 0;

	if (first)
		for (size_t v = 0; v < work->n; v++)
			first_entry(&p[v], table->t[w], &k[v]);
	for (w = first ? 1 : 0; w < FIXED_WINDOWS; w++)
		add_window(p, table->t[w], k, w, work);
}

static __attribute__((noinline)) void
add_entry_1(struct jacobian *p, const uint64_t t[2 * LIMBS][FIXED_ODD],
    const struct digits *k, int w)
{
	struct choice c = choice_of(k, w);
	struct affine entry;

	pick_fe(&entry.x, t, &c);
	pick_fe(&entry.y, t + LIMBS, &c);
	point_add(p, &entry, &c.plus, 1);
}

static __attribute__((noinline)) void
add_entry_2(struct jacobian *p, const uint64_t t[2 * LIMBS][FIXED_ODD],
    const struct digits *k, int w)
{
	struct affine entry[2];
	mask8 plus[2];

	for (int z = 0; z < 2; z++) {
		struct choice c = choice_of(&k[z], w);

		pick_fe(&entry[z].x, t, &c);
		pick_fe(&entry[z].y, t + LIMBS, &c);
		plus[z] = c.plus;
	}
	point_add(p, entry, plus, 2);
}

void
LANES(fixed_add_jacobian)(struct jacobian *p, const struct fixed *table,
    const struct digits *k, bool first, size_t n)
{
	struct affine entry;

	for (size_t v = 0; first && v < n; v++) {
		first_entry(&entry, table->t[0], &k[v]);
		jacobian_of(&p[v], &entry);
	}
	for (int w = first ? 1 : 0; w < FIXED_WINDOWS; w++) {
		size_t v = 0;

		for (; v + 2 <= n; v += 2)
			add_entry_2(&p[v], table->t[w], &k[v], w);
		if (v < n)
			add_entry_1(&p[v], table->t[w], &k[v], w);
	}
}

/*
 * Making a table: lane w of VECTORS vectors stands for window w.
 */

#define VECTORS ((FIXED_WINDOWS + LANE_COUNT - 1) / LANE_COUNT)

/* base[w] = 2^(7w) Q */
static void
window_bases(struct affine *base, const struct point *Q)
{
	struct scalar power[VECTORS * LANE_COUNT] = {0};
	struct jacobian j[VECTORS];
	struct affine q[VECTORS];
	struct digits k[VECTORS];
	struct fe d[VECTORS], before[VECTORS];
	mask8 odd[VECTORS] = {0};
	vec w[4];

	for (size_t i = 0; i < VECTORS * LANE_COUNT; i++) {
		size_t bit = i < FIXED_WINDOWS ? FIXED_BITS * i : 0;

		power[i].b[31 - bit / 8] = (uint8_t)(1u << bit % 8);
	}
	for (size_t v = 0; v < VECTORS; v++) {
		words_load(w, (struct column){&power[v * LANE_COUNT], 32, NULL,
				  LANE_COUNT});
		digits_of(&k[v], w, VARIABLE_TOP);
		(void)fe_load(
		    &q[v].x, (struct column){Q->x, 0, NULL, LANE_COUNT});
		(void)fe_load(
		    &q[v].y, (struct column){Q->y, 0, NULL, LANE_COUNT});
	}
	LANES(variable_mul)(j, q, k, VECTORS);
	LANES(affine_of_jacobian)
	(base, j, &(struct work){VECTORS, d, before, odd});
}

/* Entry j of all windows from lanes into its place. */
static void
put_entry(struct fixed *out, size_t v, size_t j, const struct affine *p)
{
	const struct fe *xy[2] = {&p->x, &p->y};

	for (size_t c = 0; c < 2; c++) {
		struct fe r;

		fe_below_p(&r, xy[c]);
		for (size_t i = 0; i < LIMBS; i++)
			for (size_t l = 0; l < LANE_COUNT; l++) {
				size_t w = v * LANE_COUNT + l;

				if (w < FIXED_WINDOWS)
					out->t[w][c * LIMBS + i][j] = r.l[i][l];
			}
	}
}

struct fixed *
LANES(fixed_new)(const struct point *Q)
{
	size_t mark = scratch_mark();
	struct fixed *out = aligned_alloc(64, sizeof(*out));
	size_t room = VECTORS * (FIXED_ODD / 2 + 1);
	struct affine *base = SCRATCH(struct affine, VECTORS);
	struct affine *table = SCRATCH(struct affine, VECTORS * FIXED_ODD);
	struct work work = {VECTORS, SCRATCH(struct fe, room),
	    SCRATCH(struct fe, room), SCRATCH(mask8, room)};

	if (out == NULL)
		log_fatal("out of memory");
	window_bases(base, Q);
	LANES(odd_multiples)(table, base, FIXED_ODD, &work);
	for (size_t v = 0; v < VECTORS; v++)
		for (size_t j = 0; j < FIXED_ODD; j++)
			put_entry(out, v, j, &table[v * FIXED_ODD + j]);
	scratch_leave(mark);
	return out;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct fixed *base_table;

static void
make_base_table(void)
{
	base_table = LANES(fixed_new)(&p256_generator);
}

const struct fixed *
LANES(fixed_base)(void)
{
	pthread_once(&once, make_base_table);
	return base_table;
}
