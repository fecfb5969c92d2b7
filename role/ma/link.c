/* link.c - certificates that are likely of one device; see detect.h. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/log.h"
#include "role/ma/decide.h"
#include "role/ma/detect.h"
#include "role/ma/question.h"
#include "service/crash.h"

/*
 * Devices change certificates every five minutes.  The next track of the same
 * one begins within twice that time, and no further than it can have driven
 * (70 m/s) from where the former ended; half a kilometre more, because what it
 * says about its place need not be true.
 */
#define GAP_MS	  600000
#define SPEED	  0.07 /* m per ms */
#define AROUND	  500.0
#define NEAR_LAT  4300000 /* 1e-7 degrees: what it drives in that time, */
#define NEAR_LONG 9000000 /* up to 60 degrees north */
#define MOST_NEAR 8
#define DEGREE	  111320.0 /* m */
#define PI_180	  0.017453292519943295

/* When and where the messages about a suspect began and ended. */
struct track {
	int64_t incident, suspect;
	int64_t began, ended; /* ms */
	struct {
		double latitude, longitude; /* degrees */
	} first, last;
};

struct near {
	struct track v[MOST_NEAR];
	size_t n;
};

static struct track
track_of_row(const struct db_row *row, unsigned column)
{
	struct track t = {.incident = db_int(row, column),
	    .suspect = db_int(row, column + 1),
	    .began = db_int(row, column + 2),
	    .ended = db_int(row, column + 3)};

	t.first.latitude = (double)db_int(row, column + 4) / 1e7;
	t.first.longitude = (double)db_int(row, column + 5) / 1e7;
	t.last.latitude = (double)db_int(row, column + 6) / 1e7;
	t.last.longitude = (double)db_int(row, column + 7) / 1e7;
	return t;
}

struct oldest {
	int64_t report;
	struct track track;
};

static enum fault
got_oldest(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct oldest *o = ctx;

	(void)fi;
	o->report = db_int(row, 0);
	o->track = track_of_row(row, 1);
	return FAULT_OK;
}

static enum fault
got_near(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct near *near = ctx;

	(void)fi;
	near->v[near->n++] = track_of_row(row, 0);
	return FAULT_OK;
}

/* Could one device have made both? */
static bool
is_likely(const struct track *a, const struct track *b)
{
	const struct track *earlier = a->began <= b->began ? a : b;
	const struct track *later = earlier == a ? b : a;
	double gap = later->began > earlier->ended
			 ? (double)(later->began - earlier->ended)
			 : 0;
	double north =
	    (later->first.latitude - earlier->last.latitude) * DEGREE;
	double east = (later->first.longitude - earlier->last.longitude) *
		      DEGREE * cos(earlier->last.latitude * PI_180);

	return hypot(north, east) <= AROUND + SPEED * gap;
}

static enum fault
find(struct oldest *o, struct near *near, struct ma *ma, int64_t after,
    struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = DB_EACH(
	    ma->db, DO_REPORT_TO_COMPARE, got_oldest, o, fi, DB_INT(after));
	if (f == FAULT_OK && o->report != 0)
		f = DB_EACH(ma->db, DO_REPORTS_NEAR, got_near, near, fi,
		    DB_INT(o->report), DB_INT(GAP_MS), DB_INT(NEAR_LAT),
		    DB_INT(NEAR_LONG), DB_INT(MOST_NEAR));
	pthread_mutex_unlock(&ma->lock);
	return f;
}

/* ---- asking ---- */

static enum fault
got_lv(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct ma_lv *lv = ctx;

	lv->i = (uint32_t)db_int(row, 1);
	TRY(db_blob_copy(row, 0, lv->lv.b, sizeof(lv->lv.b), fi));
	return db_blob_copy(row, 2, lv->issuer, sizeof(lv->issuer), fi);
}

/* They answered, and it stays unknown; whatever else there is goes by. */
static bool
is_answer(enum fault f)
{
	return f == FAULT_DENIED || f == FAULT_CONSTRAINT ||
	       f == FAULT_TOO_LARGE;
}

static enum fault
ask(bool *same, struct ma *ma, const struct track *a, const struct track *b,
    struct fault_info *fi)
{
	struct ma_lv lv[2] = {0};
	size_t matches = 0;
	char why[96];
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = DB_EACH(
	    ma->db, DO_SENDER_GET, got_lv, &lv[0], fi, DB_INT(a->suspect));
	if (f == FAULT_OK)
		f = DB_EACH(ma->db, DO_SENDER_GET, got_lv, &lv[1], fi,
		    DB_INT(b->suspect));
	pthread_mutex_unlock(&ma->lock);
	TRY(f);
	snprintf(why, sizeof(why),
	    "case %" PRId64 ": is its suspect that of case %" PRId64 "?",
	    a->incident, b->incident);
	f = ma_ask_linked(ma, &matches, lv, 2, why, fi);
	*same = f == FAULT_OK && matches == 2;
	if (f == FAULT_OK || f == FAULT_STORE)
		return f;
	if (!is_answer(f))
		return fi->code = FAULT_BUSY;
	log_warn("%s not answered: %s", why, fi->text);
	return FAULT_OK;
}

/* The older case takes the younger one in; a revoked one any. */
static enum fault
merge_cases(struct ma *ma, int64_t from, int64_t into, struct fault_info *fi)
{
	TRY(DB_RUN(ma->db, DO_REPORTS_MOVE, fi, DB_INT(from), DB_INT(into)));
	TRY(DB_RUN(ma->db, DO_PANEL_DROP, fi, DB_INT(from)));
	return DB_RUN(
	    ma->db, DO_INCIDENT_MERGE, fi, DB_INT(from), DB_INT(into));
}

static enum fault
state_of(int64_t *state, struct ma *ma, int64_t incident, struct fault_info *fi)
{
	const struct db_value args[] = {DB_INT(incident)};

	return db_run_int(ma->db, state, DO_INCIDENT_STATE, args, 1, fi);
}

/* What became of the two meanwhile is looked at in the same transaction. */
static enum fault
unite_in(struct ma *ma, int64_t a, int64_t b, struct fault_info *fi)
{
	int64_t older = a < b ? a : b, younger = a < b ? b : a, at[2];

	TRY(state_of(&at[0], ma, older, fi));
	TRY(state_of(&at[1], ma, younger, fi));
	if (at[0] == CASE_OPEN && at[1] == CASE_REVOKED)
		return merge_cases(ma, older, younger, fi);
	if (at[1] == CASE_OPEN && (at[0] == CASE_OPEN || at[0] == CASE_REVOKED))
		return merge_cases(ma, younger, older, fi);
	return FAULT_OK;
}

static enum fault
unite(struct ma *ma, int64_t a, int64_t b, struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = audit_write(ma->service->audit, AUDIT_CASE, fi,
	    "case=%" PRId64 " same-device-as-case=%" PRId64, a, b);
	crash_point("ma-link-audited");
	if (f == FAULT_OK && (f = db_begin(ma->db, fi)) == FAULT_OK) {
		if ((f = unite_in(ma, a, b, fi)) == FAULT_OK)
			f = db_commit(ma->db, fi);
		else
			db_rollback(ma->db);
	}
	pthread_mutex_unlock(&ma->lock);
	crash_point("ma-link-stored");
	return f;
}

static enum fault
mark_compared(struct ma *ma, int64_t report, struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = DB_RUN(ma->db, DO_REPORT_COMPARED, fi, DB_INT(report));
	pthread_mutex_unlock(&ma->lock);
	return f;
}

enum fault
ma_link(struct ma *ma, int64_t *number, struct fault_info *fi)
{
	struct near near = {.n = 0};
	struct oldest o = {.report = 0};
	bool same;

	TRY(find(&o, &near, ma, *number, fi));
	*number = o.report;
	if (o.report == 0)
		return FAULT_OK;
	for (size_t k = 0; k < near.n; k++) {
		if (!is_likely(&o.track, &near.v[k]))
			continue;
		TRY(ask(&same, ma, &o.track, &near.v[k], fi));
		if (!same)
			continue;
		/* Its other neighbours are looked for anew, now that its case
		 * is another one. */
		TRY(unite(ma, o.track.incident, near.v[k].incident, fi));
		*number = o.report - 1;
		return FAULT_OK;
	}
	return mark_compared(ma, o.report, fi);
}
