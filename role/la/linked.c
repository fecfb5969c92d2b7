/*
 * linked.c - see linked.h.
 *
 * Chains are worked on in chunks that are sorted by their first week, so that
 * at any week those that have begun are the first ones, and step together.
 */
#include <stdlib.h>
#include <string.h>

#include "role/la/linked.h"

#define CHUNK	1024u
#define SEEDS	32u  /* whose values are computed at once */
#define J_N	255u /* what a week can have at most: j is not kept */
#define FILTERS 65536u

struct search {
	const struct la *la;
	const struct plv *wanted; /* sorted by week, each once */
	size_t n;
	uint8_t *filter; /* bits: first two octets of a wanted value */
	struct lv *value;
	struct chain *chain;
	struct key16 *seed;
	size_t *hits; /* of each chain of the chunk */
	size_t used;  /* of the chunk */
	size_t best;
};

/* ---- what is wanted ---- */

static int
compare_plv(const void *a, const void *b)
{
	const struct plv *x = a, *y = b;

	if (x->i != y->i)
		return x->i < y->i ? -1 : 1;
	return memcmp(&x->value, &y->value, sizeof(x->value));
}

static size_t
filter_of(const struct lv *v)
{
	return (size_t)(v->b[0] << 8 | v->b[1]);
}

static void
sort_wanted(struct search *s, struct plv *v, size_t n)
{
	qsort(v, n, sizeof(*v), compare_plv);
	for (size_t t = 0; t < n; t++) {
		if (s->n > 0 && compare_plv(&v[s->n - 1], &v[t]) == 0)
			continue;
		v[s->n++] = v[t];
		s->filter[filter_of(&v[t].value) / 8] |=
		    (uint8_t)(1u << filter_of(&v[t].value) % 8);
	}
	s->wanted = v;
}

static enum fault
prepare(struct search *s, struct arena *arena, const struct plv *v, size_t n,
    struct fault_info *fi)
{
	struct plv *own = ARENA_ARRAY(arena, n, struct plv);

	s->filter = arena_alloc(arena, FILTERS / 8, 1);
	s->value = ARENA_ARRAY(arena, (size_t)SEEDS * J_N, struct lv);
	s->chain = ARENA_ARRAY(arena, CHUNK, struct chain);
	s->seed = ARENA_ARRAY(arena, CHUNK, struct key16);
	s->hits = ARENA_ARRAY(arena, CHUNK, size_t);
	if (own == NULL || s->filter == NULL || s->value == NULL ||
	    s->chain == NULL || s->seed == NULL || s->hits == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	memcpy(own, v, n * sizeof(*v));
	sort_wanted(s, own, n);
	return FAULT_OK;
}

/* ---- a chunk ---- */

/* Wanted values of one week: from .. to - 1. */
struct week {
	uint16_t i;
	size_t from, to;
};

static size_t
hits_in(const struct search *s, const struct week *w, const struct lv *value)
{
	size_t hits = 0, at, k;

	for (size_t j = 0; j < J_N; j++) {
		at = filter_of(&value[j]);
		if ((s->filter[at / 8] >> at % 8 & 1) == 0)
			continue;
		for (k = w->from; k < w->to; k++)
			hits += memcmp(&s->wanted[k].value, &value[j],
				    sizeof(*value)) == 0;
	}
	return hits;
}

/* The first begun chains of the chunk have seeds of this week. */
static void
look_at_week(struct search *s, const struct week *w, size_t begun)
{
	size_t c, k, m;

	for (c = 0; c < begun; c += m) {
		m = begun - c < SEEDS ? begun - c : SEEDS;
		linkage_plv(s->value, s->la->id, &s->seed[c], m, 0, J_N);
		for (k = 0; k < m; k++)
			s->hits[c + k] += hits_in(s, w, &s->value[k * J_N]);
	}
}

static int
compare_chain(const void *a, const void *b)
{
	const struct chain *x = a, *y = b;

	return (int)x->i0 - (int)y->i0;
}

static void
look_at_chunk(struct search *s)
{
	struct week w = {0, 0, 0};
	size_t begun = 0;
	uint32_t i;

	qsort(s->chain, s->used, sizeof(*s->chain), compare_chain);
	memset(s->hits, 0, s->used * sizeof(*s->hits));
	for (i = s->chain[0].i0; i <= s->wanted[s->n - 1].i; i++) {
		for (; begun < s->used && s->chain[begun].i0 == i; begun++)
			s->seed[begun] = s->chain[begun].seed;
		while (w.to < s->n && s->wanted[w.to].i <= i)
			w.to++;
		while (w.from < w.to && s->wanted[w.from].i < i)
			w.from++;
		if (w.from < w.to)
			look_at_week(s, &w, begun);
		linkage_step(s->seed, s->la->id, s->seed, begun);
	}
	for (size_t c = 0; c < s->used; c++)
		if (s->hits[c] > s->best)
			s->best = s->hits[c];
	s->used = 0;
}

static enum fault
take_chain(void *ctx, struct bytes sealed, struct fault_info *fi)
{
	struct search *s = ctx;

	if (chain_unseal(&s->chain[s->used], &s->la->keys, sealed) != FAULT_OK)
		return fault_set(
		    fi, FAULT_STORE, "a chain does not open: storage.key");
	if (++s->used == CHUNK)
		look_at_chunk(s);
	return FAULT_OK;
}

enum fault
la_linked(size_t *matches, struct la *la, struct arena *arena,
    const struct plv *v, size_t n, struct fault_info *fi)
{
	struct search s = {.la = la};

	*matches = 0;
	if (n == 0)
		return FAULT_OK;
	TRY(prepare(&s, arena, v, n, fi));
	TRY(la_store_each_chain(
	    la->store, s.wanted[0].i, s.wanted[s.n - 1].i, take_chain, &s, fi));
	if (s.used > 0)
		look_at_chunk(&s);
	*matches = s.best;
	return FAULT_OK; /* secrets are wiped with the arena */
}
