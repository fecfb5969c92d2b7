/* entries.c - see entries.h. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "cert/profile.h"
#include "crypto/linkage.h"
#include "role/crlg/entries.h"
#include "role/crlg/store.h"
#include "service/crash.h"

/* ---- seeds to the running period ---- */

#define CHUNK 4096

struct pair {
	int64_t number;
	uint8_t la1[2], la2[2];
	uint32_t i;
};

/* In the order of their numbers, so that they are read and written as they
 * lie. */
struct chunk {
	struct pair pair[CHUNK];
	struct key16 seed1[CHUNK], seed2[CHUNK];
	size_t n;
};

static enum fault
got_behind(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct chunk *c = ctx;
	struct pair *p = &c->pair[c->n];

	p->number = db_int(row, 0);
	TRY(db_blob_copy(row, 1, p->la1, sizeof(p->la1), fi));
	TRY(db_blob_copy(row, 2, p->la2, sizeof(p->la2), fi));
	TRY(db_blob_copy(row, 3, c->seed1[c->n].b, 16, fi));
	TRY(db_blob_copy(row, 4, c->seed2[c->n].b, 16, fi));
	p->i = (uint32_t)db_int(row, 5);
	c->n++;
	return FAULT_OK;
}

static bool
same_class(const struct pair *a, const struct pair *b)
{
	return a->i == b->i && memcmp(a->la1, b->la1, sizeof(a->la1)) == 0 &&
	       memcmp(a->la2, b->la2, sizeof(a->la2)) == 0;
}

/* Neighbours of the same LAs and period go together. */
static void
step_all(struct chunk *c, uint32_t i)
{
	for (size_t k = 0, n; k < c->n; k += n) {
		const struct pair *p = &c->pair[k];

		for (n = 1; k + n < c->n && same_class(p, p + n); n++)
			;
		for (uint32_t at = p->i; at < i; at++) {
			linkage_step(c->seed1 + k, p->la1, c->seed1 + k, n);
			linkage_step(c->seed2 + k, p->la2, c->seed2 + k, n);
		}
	}
}

static enum fault
write_chunk(
    struct db *db, const struct chunk *c, uint32_t i, struct fault_info *fi)
{
	TRY(db_begin(db, fi));
	for (size_t k = 0; k < c->n; k++) {
		enum fault f = DB_RUN(db, DO_LINKAGE_EVOLVE, fi,
		    DB_INT(c->pair[k].number), DB_BLOB(c->seed1[k].b, 16),
		    DB_BLOB(c->seed2[k].b, 16), DB_INT(i));

		if (f != FAULT_OK) {
			db_rollback(db);
			return f;
		}
	}
	return db_commit(db, fi);
}

/* Those behind the number *last. */
static enum fault
evolve_some(int64_t *last, struct chunk *c, struct db *db, uint32_t i,
    struct fault_info *fi)
{
	c->n = 0;
	TRY(DB_EACH(db, DO_LINKAGES_BEHIND, got_behind, c, fi, DB_INT(*last),
	    DB_INT(i), DB_INT(CHUNK)));
	if (c->n == 0)
		return FAULT_OK;
	*last = c->pair[c->n - 1].number;
	step_all(c, i);
	TRY(write_chunk(db, c, i, fi));
	crash_point("crlg-evolving");
	return FAULT_OK;
}

enum fault
entries_evolve(struct db *db, uint32_t i, struct fault_info *fi)
{
	struct chunk *c = calloc(1, sizeof(*c));
	enum fault f = FAULT_OK;
	int64_t last = 0;

	if (c == NULL)
		log_fatal("out of memory");
	do {
		f = evolve_some(&last, c, db, i, fi);
	} while (f == FAULT_OK && c->n > 0);
	wipe(c, sizeof(*c));
	free(c);
	return f;
}

enum fault
entries_drop(struct db *db, uint32_t i, uint32_t now, struct fault_info *fi)
{
	TRY(DB_RUN(db, DO_LINKAGE_DROP, fi, DB_INT(i)));
	return DB_RUN(db, DO_DIGEST_DROP, fi, DB_INT(now));
}

/* ---- columns ---- */

struct pairs {
	struct crl_linkage_entry *v;
	size_t n, room;
};

static enum fault
got_pair(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct pairs *p = ctx;
	struct crl_linkage_entry *e = &p->v[p->n];

	if (p->n == p->room)
		return fault_set(fi, FAULT_INTERNAL, "more pairs than counted");
	TRY(db_blob_copy(row, 0, e->la1, sizeof(e->la1), fi));
	TRY(db_blob_copy(row, 1, e->la2, sizeof(e->la2), fi));
	TRY(db_blob_copy(row, 2, e->seed1.b, sizeof(e->seed1.b), fi));
	TRY(db_blob_copy(row, 3, e->seed2.b, sizeof(e->seed2.b), fi));
	e->i_max = (uint16_t)db_int(row, 4);
	e->jmax = (uint8_t)db_int(row, 5);
	p->n++;
	return FAULT_OK;
}

static enum fault
read_pairs(
    struct crl *out, struct arena *a, struct db *db, struct fault_info *fi)
{
	struct pairs p = {.n = 0};
	int64_t n;

	TRY(db_run_int(db, &n, DO_LINKAGE_COUNT, NULL, 0, fi));
	p.room = (size_t)n;
	p.v = ARENA_ARRAY(a, p.room, struct crl_linkage_entry);
	if (p.v == NULL && p.room > 0)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no memory left for a CRL");
	TRY(db_run(db, DO_LINKAGES, NULL, 0, got_pair, &p, fi));
	return crl_group(out, a, p.v, p.n, fi);
}

struct digests {
	struct crl_hash_entry *v;
	size_t n, room;
};

static enum fault
got_digest(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct digests *d = ctx;

	if (d->n == d->room)
		return fault_set(
		    fi, FAULT_INTERNAL, "more digests than counted");
	TRY(db_blob_copy(row, 0, d->v[d->n].id, CRL_ID_SIZE, fi));
	d->v[d->n++].expiry = (uint32_t)db_int(row, 1);
	return FAULT_OK;
}

static enum fault
read_digests(
    struct crl *out, struct arena *a, struct db *db, struct fault_info *fi)
{
	const struct db_value series = DB_INT(out->series);
	struct digests d = {.n = 0};
	int64_t n;

	TRY(db_run_int(db, &n, DO_DIGEST_COUNT, &series, 1, fi));
	d.room = (size_t)n;
	d.v = ARENA_ARRAY(a, d.room, struct crl_hash_entry);
	if (d.v == NULL && d.room > 0)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no memory left for a CRL");
	TRY(db_run(db, DO_DIGESTS, &series, 1, got_digest, &d, fi));
	out->entry = d.v;
	out->entries = d.n;
	return FAULT_OK;
}

enum fault
entries_read(
    struct crl *out, struct arena *a, struct db *db, struct fault_info *fi)
{
	return out->series == CRL_SERIES_PSEUDONYM
		   ? read_pairs(out, a, db, fi)
		   : read_digests(out, a, db, fi);
}
