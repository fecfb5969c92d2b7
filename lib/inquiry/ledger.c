/* ledger.c - see ledger.h. */
#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "inquiry/ledger.h"
#include "store/db.h"

#define DAY 86400

/* clang-format off */
enum {
#define S	DB_STATEMENT_ENUM
#include "inquiry/sql.def"
#undef S
	STATEMENTS
};
static const char *const statements[] = {
#define S	DB_STATEMENT_SQL
#include "inquiry/sql.def"
#undef S
};
/* clang-format on */

static const char *const steps[] = {
    "create table question ("
    "  seen blob primary key, kind integer not null,"
    "  weight integer not null, time integer not null) without rowid;"
    "create index question_time on question (time, weight);",
    /* inquiry_purpose: kinds 0 and 2 are to link, the others to revoke */
    "alter table question add column purpose integer not null default 0;"
    "update question set purpose = 1 where kind in (0, 2);"
    "drop index question_time;"
    "create index question_purpose on question (purpose, time, weight);",
};

static const struct db_schema schema = {
    steps, sizeof(steps) / sizeof(*steps), statements, STATEMENTS};

struct ledger {
	pthread_mutex_t lock; /* of db */
	struct db *db;
};

enum fault
ledger_open(struct ledger **out, const char *path, struct fault_info *fi)
{
	struct ledger *l = calloc(1, sizeof(*l));
	enum fault f;

	if (l == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&l->lock, NULL);
	f = db_open(&l->db, path, &schema, fi);
	if (f != FAULT_OK) {
		ledger_close(l);
		return f;
	}
	*out = l;
	return FAULT_OK;
}

void
ledger_close(struct ledger *l)
{
	if (l == NULL)
		return;
	db_close(l->db);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static enum fault
check(struct db *db, const struct ledger_entry *e, uint64_t per_day,
    struct fault_info *fi)
{
	const struct db_value seen = DB_BLOB(e->seen.b, sizeof(e->seen.b));
	const struct db_value since[] = {
	    DB_INT(e->purpose), DB_INT((int64_t)e->time - DAY)};
	int64_t n;

	TRY(db_run_int(db, &n, QUESTION_FIND, &seen, 1, fi));
	if (n > 0)
		return fault_set(
		    fi, FAULT_REPLAYED, "this question was answered before");
	TRY(db_run_int(db, &n, QUESTION_SUM, since, 2, fi));
	if (e->weight > 0 && (uint64_t)n + e->weight > per_day)
		return fault_set(fi, FAULT_LIMIT,
		    "%zu entries more than %llu of the last 24 hours, beyond "
		    "the %llu of a day for this purpose",
		    e->weight, (unsigned long long)n,
		    (unsigned long long)per_day);
	return FAULT_OK;
}

static enum fault
add(struct db *db, const struct ledger_entry *e, uint64_t per_day,
    enum fault (*before)(void *, struct fault_info *), void *ctx,
    struct fault_info *fi)
{
	TRY(check(db, e, per_day, fi));
	TRY(DB_RUN(db, QUESTION_ADD, fi, DB_BLOB(e->seen.b, sizeof(e->seen.b)),
	    DB_INT(e->kind), DB_INT(e->purpose), DB_INT(e->weight),
	    DB_INT(e->time)));
	return before(ctx, fi);
}

enum fault
ledger_enter(struct ledger *l, const struct ledger_entry *e, uint64_t per_day,
    enum fault (*before)(void *, struct fault_info *), void *ctx,
    struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&l->lock);
	f = db_begin(l->db, fi);
	if (f == FAULT_OK)
		f = add(l->db, e, per_day, before, ctx, fi);
	if (f == FAULT_OK)
		f = db_commit(l->db, fi);
	else
		db_rollback(l->db);
	pthread_mutex_unlock(&l->lock);
	return f;
}
