/* forget.c - what nobody needs any more; see forget.h. */
#include <inttypes.h>

#include "base/log.h"
#include "role/ma/forget.h"

#define DAY 86400

struct work {
	struct db_value before; /* Time32 */
	int64_t incident;	/* the last that was looked at */
};

/* The next case that has reports to forget. */
static enum fault
forget_reports(
    int64_t *n, struct ma *ma, struct work *work, struct fault_info *fi)
{
	struct db_value args[] = {DB_INT(work->incident), work->before};
	enum fault f;

	f = db_run_int(
	    ma->db, &work->incident, DO_INCIDENT_TO_FORGET, args, 2, fi);
	if (f == FAULT_NOT_FOUND)
		return FAULT_OK;
	TRY(f);
	args[0] = DB_INT(work->incident);
	TRY(db_run(ma->db, DO_INCIDENT_GONE, args, 2, NULL, NULL, fi));
	TRY(db_run(ma->db, DO_REPORTS_FORGET, args, 2, NULL, NULL, fi));
	*n = db_changes(ma->db);
	return FAULT_OK;
}

/* All of them. */
static enum fault
forget_questions(
    int64_t *n, struct ma *ma, struct work *work, struct fault_info *fi)
{
	TRY(db_run(
	    ma->db, DO_QUESTIONS_FORGET, &work->before, 1, NULL, NULL, fi));
	*n = db_changes(ma->db);
	if (*n == 0)
		return FAULT_OK;
	return db_run(
	    ma->db, DO_COUNTERSIGNATURES_FORGET, NULL, 0, NULL, NULL, fi);
}

typedef enum fault
forget_fn(int64_t *n, struct ma *, struct work *, struct fault_info *);

/* Each a transaction of its own, so that others come in between. */
static enum fault
forget(struct ma *ma, forget_fn *fn, const char *what, struct work *work,
    struct fault_info *fi)
{
	int64_t n, all = 0;
	enum fault f;

	do {
		n = 0;
		pthread_mutex_lock(&ma->lock);
		if ((f = db_begin(ma->db, fi)) == FAULT_OK &&
		    (f = fn(&n, ma, work, fi)) == FAULT_OK)
			f = db_commit(ma->db, fi);
		db_rollback(ma->db);
		pthread_mutex_unlock(&ma->lock);
		TRY(f);
		all += n;
	} while (n > 0 && !service_stopping(ma->service));
	if (all > 0)
		log_info("%" PRId64 " %s forgotten", all, what);
	return FAULT_OK;
}

enum fault
ma_forget(struct ma *ma, uint32_t now, struct fault_info *fi)
{
	const int64_t keep = (int64_t)ma->environment->ma_keep_days * DAY;
	struct work work = {.before = DB_INT((int64_t)now - keep)};

	TRY(forget(ma, forget_reports, "reports", &work, fi));
	return forget(ma, forget_questions, "questions", &work, fi);
}
