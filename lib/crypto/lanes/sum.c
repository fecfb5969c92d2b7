/*
 * sum.c - sums of multiples (struct p256_terms) in eight lanes.
 *
 * Points that are none are replaced by G before the computation and refused
 * after it; exceptional lanes, which other files have noticed, are computed
 * again by the portable engine.  Neither disturbs its neighbours.
 */
#include <string.h>

#include "base/secret.h"
#include "crypto/lanes/forget.h"
#include "crypto/lanes/lanes.h"
#include "crypto/lanes/octets.h"
#include "crypto/lanes/variable.h"
#include "crypto/scratch.h"

/* From so many vectors on, the 37 inversions of fixed_add_affine pay. */
#define AFFINE_FROM 96

/* For lanes without an element: nothing about it is exceptional. */
static const struct scalar pad = {{[31] = 3}};

struct sum {
	const struct p256_terms *a;
	size_t n; /* elements; work.n vectors */
	struct work work;
	mask8 *bad; /* lanes without a point */
	struct affine *p;
	struct jacobian *j;
	struct digits *k;
	bool begun; /* p or j holds a sum already */
};

static struct sum
sum_begin(const struct p256_terms *a, size_t n)
{
	size_t nv = (n + LANE_COUNT - 1) / LANE_COUNT;
	struct sum s = {
	    .a = a,
	    .n = n,
	    .work = {nv, SCRATCH(struct fe, nv), SCRATCH(struct fe, nv),
		SCRATCH(mask8, nv)},
	    .bad = SCRATCH(mask8, nv),
	    .p = SCRATCH(struct affine, nv),
	    .j = SCRATCH(struct jacobian, nv),
	    .k = SCRATCH(struct digits, nv),
	};

	memset(s.work.odd, 0, nv * sizeof(mask8));
	memset(s.bad, 0, nv * sizeof(mask8));
	return s;
}

/* Points into p; G where they are none. */
static void
load_points(struct sum *s, const struct point *in, size_t step)
{
	struct affine g;

	LANES(load_point)(&g, &p256_generator, 0, LANE_COUNT);
	for (size_t v = 0; v < s->work.n; v++) {
		size_t i = v * LANE_COUNT;
		mask8 good =
		    LANES(load_point)(&s->p[v], in + i * step, step, s->n - i);

		fe_choose(&s->p[v].x, good, &s->p[v].x, &g.x);
		fe_choose(&s->p[v].y, good, &s->p[v].y, &g.y);
		s->bad[v] |= (mask8)~good;
	}
}

static void
load_digits(struct sum *s, const struct scalar *k, int top)
{
	vec w[4];

	for (size_t v = 0; v < s->work.n; v++) {
		size_t i = v * LANE_COUNT;

		words_load(
		    w, (struct column){&k[i], sizeof(k[0]), &pad, s->n - i});
		digits_of(&s->k[v], w, top);
	}
}

/* var and add, as far as they are there: into j if jacobian is set, else p. */
static void
new_points(struct sum *s, bool jacobian)
{
	const struct p256_terms *a = s->a;
	const mask8 plus = 0xff;

	if (a->var != NULL) {
		load_points(s, a->var, 1);
		load_digits(s, a->var_k, VARIABLE_TOP);
		LANES(variable_mul)(s->j, s->p, s->k, s->work.n);
	}
	if (a->add != NULL)
		load_points(s, a->add, a->add_same ? 0 : 1);
	if (a->var != NULL && a->add != NULL)
		for (size_t v = 0; v < s->work.n; v++)
			point_add(&s->j[v], &s->p[v], &plus, 1);
	s->begun = a->var != NULL || a->add != NULL;
	if (a->var != NULL && !jacobian)
		LANES(affine_of_jacobian)(s->p, s->j, &s->work);
	if (a->var == NULL && a->add != NULL && jacobian)
		for (size_t v = 0; v < s->work.n; v++)
			jacobian_of(&s->j[v], &s->p[v]);
}

static void
fixed_term(struct sum *s, const struct fixed *table, const struct scalar *k,
    bool jacobian)
{
	load_digits(s, k, FIXED_TOP);
	if (jacobian)
		LANES(fixed_add_jacobian)
	(s->j, table, s->k, !s->begun, s->work.n);
	else LANES(fixed_add_affine)(s->p, table, s->k, !s->begun, &s->work);
	s->begun = true;
}

/* Eight results, some of which are to be replaced. */
static void
give_mixed(struct point *out, enum fault *f, const struct sum *s, size_t v)
{
	struct point t[LANE_COUNT];
	size_t i = v * LANE_COUNT;
	size_t n = s->n - i < LANE_COUNT ? s->n - i : LANE_COUNT;

	fe_store(t[0].x, sizeof(t[0]), &s->p[v].x, n);
	fe_store(t[0].y, sizeof(t[0]), &s->p[v].y, n);
	for (size_t l = 0; l < n; l++) {
		struct p256_terms rest = terms_from(s->a, i + l);

		f[i + l] = FAULT_OK;
		if (s->bad[v] >> l & 1) {
			f[i + l] = FAULT_BAD_POINT;
			memset(&t[l], 0, sizeof(t[l]));
		} else if (s->work.odd[v] >> l & 1) {
			portable_engine.sum(&t[l], &f[i + l], &rest, 1);
		}
	}
	memcpy(&out[i], t, n * sizeof(t[0]));
	wipe(t, sizeof(t));
}

static void
give(struct point *out, enum fault *f, const struct sum *s)
{
	for (size_t v = 0; v < s->work.n; v++) {
		size_t i = v * LANE_COUNT;
		size_t n = s->n - i < LANE_COUNT ? s->n - i : LANE_COUNT;

		if ((s->bad[v] | s->work.odd[v]) != 0) {
			give_mixed(out, f, s, v);
			continue;
		}
		fe_store(out[i].x, sizeof(out[0]), &s->p[v].x, n);
		fe_store(out[i].y, sizeof(out[0]), &s->p[v].y, n);
		for (size_t l = 0; l < n; l++)
			f[i + l] = FAULT_OK;
	}
}

/* var comes before known and both before G, so that var + known = infinity
 * is an exceptional case of the last addition of known. */
static void
sum_in_lanes(
    struct point *out, enum fault *f, const struct p256_terms *a, size_t n)
{
	size_t mark = scratch_mark();
	struct sum s = sum_begin(a, n);
	bool fixed = a->known != NULL || a->base_k != NULL;
	bool jacobian = fixed && s.work.n < AFFINE_FROM;

	new_points(&s, jacobian);
	if (a->known != NULL)
		fixed_term(&s, a->known->odd, a->known_k, jacobian);
	if (a->base_k != NULL)
		fixed_term(&s, LANES(fixed_base)(), a->base_k, jacobian);
	if (jacobian)
		LANES(affine_of_jacobian)(s.p, s.j, &s.work);
	give(out, f, &s);
	scratch_leave(mark);
	lanes_forget();
}

void
LANES(sum)(
    struct point *out, enum fault *f, const struct p256_terms *a, size_t n)
{
	/* A single new point is done sooner the other way; and a known point
	 * may have been made by another engine. */
	if ((a->var != NULL && n == 1) ||
	    (a->known != NULL && a->known->odd == NULL))
		portable_engine.sum(out, f, a, n);
	else
		sum_in_lanes(out, f, a, n);
}
