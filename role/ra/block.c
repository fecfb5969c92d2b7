/* block.c - the internal blacklist; see admin.h and block.h. */
#include <stdlib.h>

#include "role/ra/admin.h"
#include "role/ra/block.h"
#include "role/ra/db.h"
#include "role/ra/pool.h"
#include "service/crash.h"

#define UNITS_MAX 65536u

/* The numbers of a device: one for each of its enrollment certificates. */
struct devices {
	int64_t *v; /* malloc */
	size_t n, room;
};

static enum fault
got_device(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct devices *d = ctx;

	if (d->n == d->room) {
		size_t room = 2 * d->room + 16;
		int64_t *v = realloc(d->v, room * sizeof(*v));

		if (v == NULL)
			return fault_set(fi, FAULT_INTERNAL, "out of memory");
		d->v = v;
		d->room = room;
	}
	d->v[d->n++] = db_int(row, 0);
	return FAULT_OK;
}

/* One (i, n, class) of the units of a device. */
struct units {
	struct pool_key v[UNITS_MAX];
	size_t n;
};

static enum fault
got_unit(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct units *u = ctx;

	if (u->n == UNITS_MAX)
		return fault_set(fi, FAULT_STORE, "too many units");
	u->v[u->n++] = (struct pool_key){
	    .i = (uint32_t)db_int(row, 0),
	    .each = (uint32_t)db_int(row, 1),
	    .class = db_int(row, 2),
	};
	return FAULT_OK;
}

static enum fault
set_state(struct db *db, int64_t device, const struct pool_key *key, int state,
    uint32_t now, struct fault_info *fi)
{
	return DB_RUN(db, DO_UNIT_STATE, fi, DB_INT(device), DB_INT(key->i),
	    DB_INT(state), DB_INT(now));
}

static enum fault
remove_units(struct db *db, int64_t device, int from, struct units *u,
    uint32_t now, struct fault_info *fi)
{
	u->n = 0;
	TRY(DB_EACH(db, DO_UNITS_IN_STATE, got_unit, u, fi, DB_INT(device),
	    DB_INT(from)));
	for (size_t k = 0; k < u->n; k++) {
		TRY(set_state(db, device, &u->v[k], UNIT_REMOVED, now, fi));
		if (from == UNIT_POOLED)
			TRY(pool_take(db, &u->v[k], 1, fi));
	}
	return FAULT_OK;
}

static enum fault
restore_unit(struct pool_tally *tally, struct db *db, int64_t device,
    const struct pool_key *key, uint32_t now, struct fault_info *fi)
{
	int64_t draw;

	TRY(pool_add(tally, db, key, now, &draw, fi));
	return DB_RUN(db, DO_UNIT_POOL_AGAIN, fi, DB_INT(device),
	    DB_INT(key->i), DB_INT(now), DB_INT(draw));
}

static enum fault
restore_units(struct db *db, int64_t device, uint32_t i, struct units *u,
    uint32_t now, struct fault_info *fi)
{
	struct pool_tally tally = {0};

	u->n = 0;
	TRY(DB_EACH(db, DO_UNITS_IN_STATE, got_unit, u, fi, DB_INT(device),
	    DB_INT(UNIT_REMOVED)));
	for (size_t k = 0; k < u->n; k++)
		if (u->v[k].i < i)
			TRY(set_state(
			    db, device, &u->v[k], UNIT_LAPSED, now, fi));
		else
			TRY(restore_unit(
			    &tally, db, device, &u->v[k], now, fi));
	return pool_tally_write(&tally, db, now, fi);
}

typedef enum fault device_fn(struct db *, int64_t device, struct units *,
    uint32_t now, uint32_t i, struct fault_info *);

static enum fault
stop_device(struct db *db, int64_t device, struct units *u, uint32_t now,
    uint32_t i, struct fault_info *fi)
{
	(void)i;
	TRY(remove_units(db, device, UNIT_POOLED, u, now, fi));
	return remove_units(db, device, UNIT_REFUSED, u, now, fi);
}

enum fault
block_withdraw(
    struct db *db, int64_t device, uint32_t now, struct fault_info *fi)
{
	struct units *u = calloc(1, sizeof(*u));
	enum fault f;

	if (u == NULL)
		return fault_set(fi, FAULT_INTERNAL, "out of memory");
	f = stop_device(db, device, u, now, 0, fi);
	free(u);
	return f;
}

static enum fault
resume_device(struct db *db, int64_t device, struct units *u, uint32_t now,
    uint32_t i, struct fault_info *fi)
{
	return restore_units(db, device, i, u, now, fi);
}

static enum fault
each_device(struct db *db, const uint8_t id[8], device_fn *fn, uint32_t now,
    uint32_t i, struct fault_info *fi)
{
	struct units *u = calloc(1, sizeof(*u));
	struct devices devices = {0};
	enum fault f;

	if (u == NULL)
		return fault_set(fi, FAULT_INTERNAL, "out of memory");
	f = DB_EACH(
	    db, DO_DEVICES_OF, got_device, &devices, fi, DB_BLOB(id, 8));
	for (size_t k = 0; k < devices.n && f == FAULT_OK; k++)
		f = fn(db, devices.v[k], u, now, i, fi);
	free(devices.v);
	free(u);
	return f;
}

/* With an enrollment certificate go those that follow it or came before. */
static enum fault
block(bool *changed, struct db *db, enum statement how, const uint8_t id[8],
    uint32_t now, struct fault_info *fi)
{
	TRY(DB_RUN(db, how, fi, DB_BLOB(id, 8), DB_INT(now)));
	*changed = db_changes(db) > 0;
	return *changed ? each_device(db, id, stop_device, now, 0, fi)
			: FAULT_OK;
}

static enum fault
unblock(bool *changed, struct db *db, const uint8_t id[8], uint32_t now,
    uint32_t i, struct fault_info *fi)
{
	bool revoked;

	TRY(block_is_for_ever(&revoked, db, id, fi));
	if (revoked)
		return fault_set(fi, FAULT_DENIED,
		    "the MA has blacklisted it: it must be bootstrapped again");
	TRY(DB_RUN(db, DO_UNBLOCK, fi, DB_BLOB(id, 8)));
	*changed = db_changes(db) > 0;
	TRY(DB_RUN(db, DO_AUTH_AWAKE_FAMILY, fi, DB_BLOB(id, 8)));
	return *changed ? each_device(db, id, resume_device, now, i, fi)
			: FAULT_OK;
}

enum fault
block_for_ever(bool *changed, struct db *db, const uint8_t id[8], uint32_t now,
    struct fault_info *fi)
{
	return block(changed, db, DO_REVOKE, id, now, fi);
}

enum fault
block_is_for_ever(
    bool *revoked, struct db *db, const uint8_t id[8], struct fault_info *fi)
{
	const struct db_value arg[] = {DB_BLOB(id, 8)};
	int64_t n;

	TRY(db_run_int(db, &n, DO_REVOKED, arg, 1, fi));
	*revoked = n > 0;
	return FAULT_OK;
}

/* The end of a transaction of the operator. */
static enum fault
finish(enum fault f, struct db *db, struct fault_info *fi)
{
	if (f == FAULT_OK)
		f = db_commit(db, fi);
	if (f != FAULT_OK)
		db_rollback(db);
	else
		crash_point("ra-blocked");
	return f;
}

enum fault
admin_block(bool *changed, struct db *db, const uint8_t id[8], uint32_t now,
    struct fault_info *fi)
{
	TRY(db_begin(db, fi));
	return finish(block(changed, db, DO_BLOCK, id, now, fi), db, fi);
}

enum fault
admin_unblock(bool *changed, struct db *db, const uint8_t id[8], uint32_t now,
    uint32_t i, struct fault_info *fi)
{
	TRY(db_begin(db, fi));
	return finish(unblock(changed, db, id, now, i, fi), db, fi);
}
