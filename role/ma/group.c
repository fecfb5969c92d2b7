/* group.c - new reports into cases; see detect.h. */
#include <inttypes.h>

#include "base/time32.h"
#include "role/ma/detect.h"
#include "service/crash.h"

#define AT_ONCE 256

struct batch {
	struct {
		int64_t report, suspect;
	} v[AT_ONCE];
	size_t n;
};

static enum fault
got_new(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct batch *b = ctx;

	(void)fi;
	b->v[b->n].report = db_int(row, 0);
	b->v[b->n++].suspect = db_int(row, 1);
	return FAULT_OK;
}

/* The case of a suspect; a dismissed one is over, and what is reported later is
 * another case. */
static enum fault
find_case(int64_t *out, struct ma *ma, int64_t suspect, struct fault_info *fi)
{
	const struct db_value args[] = {DB_INT(suspect)};
	enum fault f;

	f = db_run_int(ma->db, out, DO_INCIDENT_OF, args, 1, fi);
	if (f != FAULT_NOT_FOUND)
		return f;
	TRY(DB_RUN(
	    ma->db, DO_INCIDENT_ADD, fi, DB_INT(time32_now()), DB_NULL_VALUE));
	*out = db_last_id(ma->db);
	return FAULT_OK;
}

static enum fault
place(struct ma *ma, const struct batch *b, struct fault_info *fi)
{
	int64_t incident;

	for (size_t k = 0; k < b->n; k++) {
		TRY(find_case(&incident, ma, b->v[k].suspect, fi));
		TRY(DB_RUN(ma->db, DO_REPORT_PLACE, fi, DB_INT(b->v[k].report),
		    DB_INT(incident)));
	}
	return FAULT_OK;
}

static enum fault
group(struct ma *ma, struct batch *b, struct fault_info *fi)
{
	enum fault f;

	TRY(DB_EACH(ma->db, DO_REPORTS_NEW, got_new, b, fi, DB_INT(AT_ONCE)));
	if (b->n == 0)
		return FAULT_OK;
	TRY(audit_write(ma->service->audit, AUDIT_REPORT, fi,
	    "taken=%zu last=%" PRId64, b->n, b->v[b->n - 1].report));
	crash_point("ma-reports-audited");
	TRY(db_begin(ma->db, fi));
	if ((f = place(ma, b, fi)) == FAULT_OK)
		f = db_commit(ma->db, fi);
	else
		db_rollback(ma->db);
	crash_point("ma-reports-grouped");
	return f;
}

enum fault
ma_group(struct ma *ma, size_t *n, struct fault_info *fi)
{
	struct batch b = {.n = 0};
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = group(ma, &b, fi);
	pthread_mutex_unlock(&ma->lock);
	*n = b.n;
	return f;
}
