/* store.c - see store.h. */
#include "role/eca/store.h"

enum {
#define STATEMENT(name, sql) name,
#include "role/eca/sql.def"
#undef STATEMENT
	STATEMENTS
};

static const char *const statements[] = {
#define STATEMENT(name, sql) sql,
#include "role/eca/sql.def"
#undef STATEMENT
};

/* What was answered is kept for ever: the answer to the same octets must be
 * the same, and no key may be certified twice. */
static const char *const steps[] = {
    "create table enrollment("
    " number integer primary key,"
    " request blob not null unique,"
    " key blob not null unique,"
    " answer blob not null,"
    " client text not null,"
    " issued integer not null)",
};

static const struct db_schema schema = {
    steps, sizeof(steps) / sizeof(steps[0]), statements, STATEMENTS};

enum fault
eca_store_open(struct db **db, const char *path, struct fault_info *fi)
{
	return db_open(db, path, &schema, fi);
}

struct copy {
	struct bytes *out;
	struct arena *arena;
};

static enum fault
copy_answer(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct copy *c = ctx;

	*c->out = bytes_copy(c->arena, db_blob(row, 0));
	return c->out->p != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "stored answer");
}

enum fault
eca_store_answer(struct db *db, struct bytes *answer, struct arena *arena,
    const struct digest *request, struct fault_info *fi)
{
	struct copy c = {answer, arena};

	*answer = BYTES_NONE;
	TRY(DB_EACH(db, ANSWER_OF, copy_answer, &c, fi,
	    DB_BLOB(request->b, sizeof(request->b))));
	return answer->p != NULL ? FAULT_OK : FAULT_NOT_FOUND;
}

enum fault
eca_store_check_key(
    struct db *db, const struct digest *key, struct fault_info *fi)
{
	const struct db_value args[] = {DB_BLOB(key->b, sizeof(key->b))};
	int64_t found;
	enum fault f;

	f = db_run_int(db, &found, KEY_IN_USE, args, 1, fi);
	if (f == FAULT_NOT_FOUND)
		return FAULT_OK;
	return f != FAULT_OK
		   ? f
		   : fault_set(fi, FAULT_DUPLICATE,
			 "another request with this key was granted before");
}

enum fault
eca_store_add(struct db *db, int64_t *number, const struct eca_record *r,
    struct fault_info *fi)
{
	TRY(DB_RUN(db, ENROLLMENT_ADD, fi,
	    DB_BLOB(r->request.b, sizeof(r->request.b)),
	    DB_BLOB(r->key.b, sizeof(r->key.b)), DB_BYTES(r->answer),
	    DB_TEXT(r->client), DB_INT(r->issued)));
	*number = db_last_id(db);
	return FAULT_OK;
}

enum fault
eca_store_count(struct db *db, int64_t *out, struct fault_info *fi)
{
	return db_run_int(db, out, ENROLLMENT_COUNT, NULL, 0, fi);
}
