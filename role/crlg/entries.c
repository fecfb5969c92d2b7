/* entries.c - see entries.h. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cert/profile.h"
#include "crypto/linkage.h"
#include "role/crlg/entries.h"
#include "role/crlg/store.h"
#include "service/crash.h"

/* ---- seeds to the running period ---- */

#define CHUNK 4096

/* Pairs of the same LAs that are in the same period. */
struct chunk {
	uint8_t la1[2], la2[2];
	uint32_t i;
	int64_t number[CHUNK];
	struct key16 seed1[CHUNK], seed2[CHUNK];
	size_t n;
};

static enum fault
got_class(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct chunk *c = ctx;

	TRY(db_blob_copy(row, 0, c->la1, sizeof(c->la1), fi));
	TRY(db_blob_copy(row, 1, c->la2, sizeof(c->la2), fi));
	c->i = (uint32_t)db_int(row, 2);
	c->n = 1;
	return FAULT_OK;
}

static enum fault
got_seeds(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct chunk *c = ctx;

	c->number[c->n] = db_int(row, 0);
	TRY(db_blob_copy(row, 1, c->seed1[c->n].b, 16, fi));
	TRY(db_blob_copy(row, 2, c->seed2[c->n].b, 16, fi));
	c->n++;
	return FAULT_OK;
}

static enum fault
write_chunk(
    struct db *db, const struct chunk *c, uint32_t i, struct fault_info *fi)
{
	TRY(db_begin(db, fi));
	for (size_t k = 0; k < c->n; k++) {
		enum fault f = DB_RUN(db, DO_LINKAGE_EVOLVE, fi,
		    DB_INT(c->number[k]), DB_BLOB(c->seed1[k].b, 16),
		    DB_BLOB(c->seed2[k].b, 16), DB_INT(i));

		if (f != FAULT_OK) {
			db_rollback(db);
			return f;
		}
	}
	return db_commit(db, fi);
}

static enum fault
evolve_some(bool *more, struct chunk *c, struct db *db, uint32_t i,
    struct fault_info *fi)
{
	c->n = 0;
	TRY(DB_EACH(db, DO_LINKAGE_BEHIND, got_class, c, fi, DB_INT(i)));
	*more = c->n > 0;
	if (!*more)
		return FAULT_OK;
	c->n = 0;
	TRY(DB_EACH(db, DO_LINKAGES_BEHIND, got_seeds, c, fi, DB_INT(c->i),
	    DB_BLOB(c->la1, 2), DB_BLOB(c->la2, 2), DB_INT(CHUNK)));
	for (uint32_t at = c->i; at < i; at++) {
		linkage_step(c->seed1, c->la1, c->seed1, c->n);
		linkage_step(c->seed2, c->la2, c->seed2, c->n);
	}
	return write_chunk(db, c, i, fi);
}

enum fault
entries_evolve(struct db *db, uint32_t i, struct fault_info *fi)
{
	struct chunk *c = calloc(1, sizeof(*c));
	enum fault f = FAULT_OK;
	bool more = true;

	if (c == NULL)
		log_fatal("out of memory");
	while (f == FAULT_OK && more) {
		f = evolve_some(&more, c, db, i, fi);
		if (more)
			crash_point("crlg-evolving");
	}
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
