/* detect.c - the thread that works on reports and cases. */
#include "role/ma/detect.h"
#include "base/log.h"
#include "base/time32.h"
#include "role/ma/decide.h"
#include "role/ma/forget.h"

#define PAUSE_MS   1000
#define OPEN_MAX   1024
#define FORGETTING 3600u /* seconds from one time to the next */

/* One pass bears so many answers that are not there yet: each may have cost a
 * peer's silence. */
#define PATIENCE 8

/* Goes on where the last pass ended, so that nobody has to wait behind those
 * that wait. */
static enum fault
link_all(struct ma *ma, unsigned *waits, struct fault_info *fi)
{
	enum fault f;

	do {
		f = ma_link(ma, &ma->compared, fi);
		if (f == FAULT_BUSY)
			++*waits;
		else
			TRY(f);
	} while (ma->compared != 0 && *waits < PATIENCE &&
		 !service_stopping(ma->service));
	return FAULT_OK;
}

struct open_cases {
	int64_t v[OPEN_MAX];
	size_t n;
};

static enum fault
got_open(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct open_cases *o = ctx;

	(void)fi;
	if (o->n < OPEN_MAX)
		o->v[o->n++] = db_int(row, 0);
	return FAULT_OK;
}

/* Those that have waited least come first. */
static enum fault
judge_all(struct ma *ma, unsigned *waits, struct fault_info *fi)
{
	struct open_cases o = {.n = 0};
	uint32_t need = ma->environment->case_reporters;
	enum fault f;

	if (need == 0)
		return FAULT_OK;
	pthread_mutex_lock(&ma->lock);
	f = DB_EACH(ma->db, DO_INCIDENTS_OPEN, got_open, &o, fi, DB_INT(need));
	pthread_mutex_unlock(&ma->lock);
	TRY(f);
	for (size_t k = 0;
	     k < o.n && *waits < 2 * PATIENCE && !service_stopping(ma->service);
	     k++) {
		f = ma_apply_policy(ma, o.v[k], fi);
		if (f == FAULT_BUSY)
			++*waits;
		else if (f != FAULT_EXISTS) /* an operator was faster */
			TRY(f);
	}
	return FAULT_OK;
}

static enum fault
forget(struct ma *ma, struct fault_info *fi)
{
	uint32_t now = time32_now();

	if (now - ma->forgot < FORGETTING)
		return FAULT_OK;
	TRY(ma_forget(ma, now, fi));
	ma->forgot = now;
	return FAULT_OK;
}

enum fault
ma_detect(struct ma *ma, struct fault_info *fi)
{
	unsigned waits = 0;
	size_t n;

	do
		TRY(ma_group(ma, &n, fi));
	while (n > 0);
	TRY(link_all(ma, &waits, fi));
	TRY(judge_all(ma, &waits, fi));
	if (waits > 0 && !ma->waiting)
		log_info("detection waits: %s", fi->text);
	ma->waiting = waits > 0;
	TRY(ma_hand_over(ma, fi));
	return forget(ma, fi);
}

void
detect_run(void *state, struct service *service)
{
	struct ma *ma = state;
	struct fault_info fi;

	do
		if (ma_detect(ma, &fi) != FAULT_OK)
			log_error("detection: %s", fi.text);
	while (!service_sleep(service, PAUSE_MS));
}
