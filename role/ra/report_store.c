/* report_store.c - see report_store.h. */
#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "role/ra/report_store.h"
#include "service/crash.h"
#include "store/db.h"

#define DAY  86400u
#define HOUR 3600u

enum statement {
#define STATEMENT(name, sql) DO_##name,
#include "role/ra/report_sql.def"
#undef STATEMENT
	STATEMENT_COUNT
};

static const char *const statements[STATEMENT_COUNT] = {
#define STATEMENT(name, sql) sql,
#include "role/ra/report_sql.def"
#undef STATEMENT
};

/* clang-format off */
static const char step_1[] =
    "create table report("
    " lot blob primary key,"		/* REPORT_LOT random octets */
    " released integer not null,"
    " octets blob not null) without rowid;"
    "create index report_released on report(lot) where released = 1;"
    "create table filling("
    " one integer primary key check(one = 1),"
    " since integer not null);"		/* Time32 */
    "create table seen("
    " hash blob primary key,"		/* SHA-256 of a report */
    " day integer not null) without rowid;";
/* clang-format on */

static const char *const steps[] = {step_1};

static const struct db_schema schema = {
    .steps = steps,
    .steps_n = 1,
    .statements = statements,
    .statements_n = STATEMENT_COUNT,
};

struct reports {
	pthread_mutex_t lock; /* of all this */
	struct db *db;
	struct report_limits limits;
	struct report_figures figures; /* what is committed */
	uint32_t hour;		       /* Time32 at which it began */
	uint64_t this_hour;	       /* reports taken in it */
	uint32_t forgotten;	       /* day up to which seen was cleaned */
};

/* ---- start and end ---- */

static enum fault
got_totals(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct report_figures *f = ctx;

	(void)fi;
	f->pooled = (uint64_t)db_int(row, 0);
	f->released = (uint64_t)db_int(row, 1);
	f->octets = (uint64_t)db_int(row, 2);
	return FAULT_OK;
}

enum fault
reports_open(struct reports **out, const char *path,
    const struct report_limits *limits, struct fault_info *fi)
{
	struct reports *r = calloc(1, sizeof(*r));
	enum fault f;

	if (r == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&r->lock, NULL);
	r->limits = *limits;
	if ((f = db_open(&r->db, path, &schema, fi)) == FAULT_OK)
		f = db_run(r->db, DO_REPORT_TOTALS, NULL, 0, got_totals,
		    &r->figures, fi);
	if (f != FAULT_OK)
		reports_close(r);
	else
		*out = r;
	return f;
}

void
reports_close(struct reports *r)
{
	if (r == NULL)
		return;
	db_close(r->db);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* Unlocking rolls back a transaction that was not committed. */
static void
unlock(struct reports *r)
{
	db_rollback(r->db);
	pthread_mutex_unlock(&r->lock);
}

/* ---- in ---- */

/* What a commit adds. */
struct added {
	uint64_t reports, octets;
};

static bool
has_room(
    const struct reports *r, const struct added *a, const struct report *new)
{
	const struct report_figures *f = &r->figures;

	return f->pooled + f->released + a->reports < r->limits.waiting &&
	       f->octets + a->octets + new->octets.n <= r->limits.octets &&
	       r->this_hour + a->reports < r->limits.an_hour;
}

/* Room is looked for first: what is refused leaves no hash. */
static enum fault
add_one(struct reports *r, struct added *a, struct report *new, uint32_t now,
    struct fault_info *fi)
{
	uint8_t lot[REPORT_LOT], hash[SHA256_SIZE];
	enum fault f;

	if (!has_room(r, a, new)) {
		new->fault = FAULT_TOO_MANY;
		return FAULT_OK;
	}
	sha256(hash, new->octets);
	f = DB_RUN(r->db, DO_REPORT_SEEN, fi, DB_BLOB(hash, sizeof(hash)),
	    DB_INT(now / DAY));
	new->is_known = f == FAULT_EXISTS;
	if (new->is_known)
		return FAULT_OK;
	TRY(f);
	random_bytes(lot, sizeof(lot));
	TRY(DB_RUN(r->db, DO_REPORT_ADD, fi, DB_BLOB(lot, sizeof(lot)),
	    DB_BYTES(new->octets)));
	a->reports++;
	a->octets += new->octets.n;
	return FAULT_OK;
}

static void
begin_hour(struct reports *r, uint32_t now)
{
	if (now - r->hour < HOUR) /* also false when time went back */
		return;
	r->hour = now;
	r->this_hour = 0;
}

static enum fault
add(struct reports *r, struct report *v, size_t n, uint32_t now, uint32_t grain,
    struct fault_info *fi)
{
	struct added a = {0, 0};

	begin_hour(r, now);
	TRY(db_begin(r->db, fi));
	for (size_t k = 0; k < n; k++)
		if (v[k].fault == FAULT_OK)
			TRY(add_one(r, &a, &v[k], now, fi));
	if (a.reports == 0)
		return FAULT_OK;
	TRY(DB_RUN(r->db, DO_REPORT_FILLING, fi, DB_INT(now - now % grain)));
	TRY(db_commit(r->db, fi));
	r->figures.pooled += a.reports;
	r->figures.octets += a.octets;
	r->this_hour += a.reports;
	crash_point("ra-report-stored");
	return FAULT_OK;
}

enum fault
reports_add(struct reports *r, struct report *v, size_t n, uint32_t now,
    uint32_t grain, struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&r->lock);
	f = add(r, v, n, now, grain, fi);
	unlock(r);
	return f;
}

/* ---- release ---- */

static enum fault
is_due(bool *due, const struct reports *r, const struct report_rule *rule,
    uint32_t now, struct fault_info *fi)
{
	int64_t since;
	enum fault f;

	*due = r->figures.pooled >= rule->count;
	if (*due || r->figures.pooled == 0)
		return FAULT_OK;
	f = db_run_int(r->db, &since, DO_REPORT_SINCE, NULL, 0, fi);
	/* nobody waits longer because time went back */
	*due = f == FAULT_OK &&
	       (since + rule->age <= now || since > (int64_t)now + DAY);
	return f;
}

/* What was seen long ago is forgotten, once a day. */
static enum fault
forget(struct reports *r, uint32_t now, struct fault_info *fi)
{
	uint32_t day = now / DAY;

	if (day == r->forgotten)
		return FAULT_OK;
	TRY(DB_RUN(
	    r->db, DO_REPORT_FORGET, fi, DB_INT(day - REPORT_SEEN_DAYS)));
	r->forgotten = day;
	return FAULT_OK;
}

static enum fault
release(struct reports *r, uint64_t *n, const struct report_rule *rule,
    uint32_t now, struct fault_info *fi)
{
	bool due;

	*n = 0;
	TRY(forget(r, now, fi));
	TRY(is_due(&due, r, rule, now, fi));
	if (!due)
		return FAULT_OK;
	TRY(db_begin(r->db, fi));
	TRY(db_run(r->db, DO_REPORT_RELEASE, NULL, 0, NULL, NULL, fi));
	TRY(db_run(r->db, DO_REPORT_FILLED, NULL, 0, NULL, NULL, fi));
	TRY(db_commit(r->db, fi));
	*n = r->figures.pooled;
	r->figures.released += *n;
	r->figures.pooled = 0;
	crash_point("ra-report-released");
	return FAULT_OK;
}

enum fault
reports_release(struct reports *r, uint64_t *n, const struct report_rule *rule,
    uint32_t now, struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&r->lock);
	f = release(r, n, rule, now, fi);
	unlock(r);
	return f;
}

/* ---- out ---- */

struct next {
	uint8_t *lot;
	struct bytes octets;
	struct arena *arena;
};

static enum fault
got_next(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct next *next = ctx;

	TRY(db_blob_copy(row, 0, next->lot, REPORT_LOT, fi));
	next->octets = bytes_copy(next->arena, db_blob(row, 1));
	return next->octets.p != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "misbehavior report");
}

enum fault
reports_next(struct reports *r, uint8_t lot[REPORT_LOT], struct bytes *octets,
    struct arena *arena, struct fault_info *fi)
{
	struct next next = {.lot = lot, .arena = arena};
	enum fault f = FAULT_OK;

	pthread_mutex_lock(&r->lock);
	if (r->figures.released > 0)
		f = db_run(
		    r->db, DO_REPORT_FIRST, NULL, 0, got_next, &next, fi);
	unlock(r);
	TRY(f);
	*octets = next.octets;
	return next.octets.p != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_NOT_FOUND, "no report is to be sent");
}

enum fault
reports_taken(struct reports *r, const uint8_t lot[REPORT_LOT], size_t octets,
    struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&r->lock);
	f = DB_RUN(r->db, DO_REPORT_TAKEN, fi, DB_BLOB(lot, REPORT_LOT));
	if (f == FAULT_OK && db_changes(r->db) > 0) {
		r->figures.released--;
		r->figures.octets -= octets;
	}
	unlock(r);
	return f;
}

void
reports_figures(struct reports *r, struct report_figures *out)
{
	pthread_mutex_lock(&r->lock);
	*out = r->figures;
	pthread_mutex_unlock(&r->lock);
}
