/*
 * values.c - the chains of an answer: seeds, values, encryption.
 *
 * A row is the values of one chain and week.  Rows of all chains are worked
 * on together, some 2,048 values at a time, and copied to their places.
 */
#include <string.h>

#include "base/secret.h"
#include "role/la/order.h"

#define CHUNK 2048 /* values, or one row if that is more */

static size_t
weeks_of(const struct order *o)
{
	return (size_t)(o->range.i_max - o->range.i_min);
}

static size_t
row_octets(const struct order *o)
{
	return quantity_octets(o->range.j_n) +
	       (size_t)o->range.j_n * PLV_OCTETS;
}

/* jMax, rows, linkageChainId. */
static size_t
chain_octets(const struct order *o)
{
	return 1 + quantity_octets(weeks_of(o)) + weeks_of(o) * row_octets(o) +
	       LCI_OCTETS;
}

size_t
values_octets(const struct order *o)
{
	return o->n * chain_octets(o);
}

/* ---- seeds ---- */

/* ls(i_min) of each chain. */
static void
seek(struct key16 *first, const struct la *la, const struct order *o)
{
	for (size_t c = 0; c < o->n; c++) {
		const struct chain *chain = &o->chains[c].chain;

		first[c] = chain->seed;
		for (uint16_t i = chain->i0; i < o->range.i_min; i++)
			linkage_step(&first[c], la->id, &first[c], 1);
	}
}

/* Of each row, chain by chain. */
static enum fault
make_seeds(struct key16 **out, struct arena *arena, const struct la *la,
    const struct order *o, struct fault_info *fi)
{
	size_t weeks = weeks_of(o), later_n = weeks - 1;
	struct key16 *first = ARENA_ARRAY(arena, o->n, struct key16);
	struct key16 *later = ARENA_ARRAY(arena, o->n * later_n, struct key16);
	struct key16 *seed = ARENA_ARRAY(arena, o->n * weeks, struct key16);

	if (first == NULL || later == NULL || seed == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	seek(first, la, o);
	linkage_chains(later, la->id, first, o->n, later_n);
	for (size_t c = 0; c < o->n; c++) {
		seed[c * weeks] = first[c];
		memcpy(&seed[c * weeks + 1], &later[c * later_n],
		    later_n * sizeof(*later));
	}
	*out = seed;
	return FAULT_OK;
}

/* ---- rows ---- */

struct rows {
	const struct la *la;
	const struct order *order;
	const struct key16 *seed;
	size_t at_once;	  /* rows in a chunk */
	struct lv *value; /* secret */
	struct plv *plv;  /* secret */
	uint8_t *sealed;
	uint8_t *out;
};

static enum fault
rows_new(struct rows *r, struct arena *arena, struct fault_info *fi)
{
	size_t j_n = r->order->range.j_n, n;

	r->at_once = j_n < CHUNK ? CHUNK / j_n : 1;
	if (r->at_once > r->order->n * weeks_of(r->order))
		r->at_once = r->order->n * weeks_of(r->order);
	n = r->at_once * j_n;
	r->value = ARENA_ARRAY(arena, n, struct lv);
	r->plv = ARENA_ARRAY(arena, n, struct plv);
	r->sealed = arena_array(arena, n, PLV_OCTETS, 1);
	if (r->value == NULL || r->plv == NULL || r->sealed == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	return FAULT_OK;
}

/* To its place in the answer. */
static void
write_row(const struct rows *r, size_t row, const uint8_t *sealed)
{
	const struct order *o = r->order;
	size_t weeks = weeks_of(o);
	uint8_t *at = r->out + row / weeks * chain_octets(o) + 1 +
		      quantity_octets(weeks) + row % weeks * row_octets(o);
	struct writer w = writer_of(at, row_octets(o));

	write_quantity(&w, o->range.j_n);
	write_span(&w, sealed, (size_t)o->range.j_n * PLV_OCTETS);
}

static void
make_rows(const struct rows *r, size_t first, size_t n)
{
	const struct order *o = r->order;
	size_t j_n = o->range.j_n, weeks = weeks_of(o), row;

	linkage_plv(r->value, r->la->id, r->seed + first, n, 0, j_n);
	for (size_t t = 0; t < n * j_n; t++) {
		r->plv[t].i =
		    (uint16_t)(o->range.i_min + (first + t / j_n) % weeks);
		r->plv[t].value = r->value[t];
	}
	plv_seal(r->sealed, r->la->id, &o->key->symm, r->plv, n * j_n);
	for (row = 0; row < n; row++)
		write_row(r, first + row, r->sealed + row * j_n * PLV_OCTETS);
}

/* What is around the rows of each chain. */
static void
write_frames(uint8_t *out, const struct order *o)
{
	for (size_t c = 0; c < o->n; c++, out += chain_octets(o)) {
		struct writer w = writer_of(out, chain_octets(o));

		write_uint(&w, o->range.j_n, 1);
		write_quantity(&w, weeks_of(o));
		memcpy(out + chain_octets(o) - LCI_OCTETS, o->chains[c].lci,
		    LCI_OCTETS);
	}
}

enum fault
values_write(uint8_t *out, struct arena *arena, const struct la *la,
    const struct order *o, struct fault_info *fi)
{
	struct rows r = {.la = la, .order = o, .out = out};
	size_t all = o->n * weeks_of(o), t, n;
	struct key16 *seed = NULL;

	TRY(make_seeds(&seed, arena, la, o, fi));
	r.seed = seed;
	TRY(rows_new(&r, arena, fi));
	write_frames(out, o);
	for (t = 0; t < all; t += n) {
		n = all - t < r.at_once ? all - t : r.at_once;
		make_rows(&r, t, n);
	}
	return FAULT_OK; /* secrets are wiped with the arena */
}
