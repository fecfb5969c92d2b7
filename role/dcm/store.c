/* store.c - see store.h. */
#include "role/dcm/store.h"

static const char *const statements[] = {
#define STATEMENT(name, sql) sql,
#include "role/dcm/sql.def"
#undef STATEMENT
};

static const char *const steps[] = {
    "create table device("
    " number integer primary key,"
    " serial text not null,"
    " request blob not null unique,"
    " csr blob not null,"
    " type text not null,"
    " operator text not null,"
    " method text not null,"
    " state integer not null,"
    " asked integer not null,"
    " done integer,"
    " enrollment blob,"
    " ends integer,"
    " answer blob);"
    "create index device_serial on device(serial);"
    "create table activity("
    " number integer primary key,"
    " line text not null)",
};

const struct db_schema dcm_schema = {
    steps, sizeof(steps) / sizeof(steps[0]), statements, STATEMENTS};

struct copy {
	struct dcm_device *device;
	struct arena *arena;
};

static enum fault
got_device(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct copy *c = ctx;
	struct dcm_device *d = c->device;
	struct bytes answer = db_blob(row, 8);

	d->number = db_int(row, 0);
	d->serial = arena_printf(c->arena, "%s", db_text(row, 1));
	TRY(db_blob_copy(row, 2, d->request.b, sizeof(d->request.b), fi));
	d->csr = bytes_copy(c->arena, db_blob(row, 3));
	d->method = arena_printf(c->arena, "%s", db_text(row, 4));
	d->state = (enum dcm_state)db_int(row, 5);
	if (!db_is_null(row, 6))
		TRY(db_blob_copy(
		    row, 6, d->enrollment, sizeof(d->enrollment), fi));
	d->ends = (uint32_t)db_int(row, 7);
	d->answer = answer.n > 0 ? bytes_copy(c->arena, answer) : BYTES_NONE;
	d->done = (uint32_t)db_int(row, 9);
	return d->serial != NULL && d->csr.p != NULL && d->method != NULL &&
		       d->answer.n == answer.n
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "stored device");
}

enum fault
dcm_store_find(struct dcm_device *out, struct db *db, struct arena *arena,
    const char *serial, struct fault_info *fi)
{
	struct copy c = {out, arena};

	*out = (struct dcm_device){0};
	return DB_EACH(
	    db, DO_DEVICE_OF_SERIAL, got_device, &c, fi, DB_TEXT(serial));
}

enum fault
dcm_store_find_request(struct dcm_device *out, struct db *db,
    struct arena *arena, const struct digest *request, struct fault_info *fi)
{
	struct copy c = {out, arena};

	*out = (struct dcm_device){0};
	return DB_EACH(db, DO_DEVICE_OF_REQUEST, got_device, &c, fi,
	    DB_BLOB(request->b, sizeof(request->b)));
}

enum fault
dcm_store_ask(
    struct db *db, struct dcm_device *d, uint32_t now, struct fault_info *fi)
{
	d->state = DCM_ASKED;
	TRY(DB_RUN(db, DO_DEVICE_ASK, fi, DB_TEXT(d->serial),
	    DB_BLOB(d->request.b, sizeof(d->request.b)), DB_BYTES(d->csr),
	    DB_TEXT(d->type), DB_TEXT(d->who), DB_TEXT(d->method),
	    DB_INT(now)));
	d->number = db_last_id(db);
	return FAULT_OK;
}
