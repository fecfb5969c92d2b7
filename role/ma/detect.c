/* detect.c - the thread that works on reports and cases. */
#include "role/ma/detect.h"
#include "base/log.h"
#include "role/ma/decide.h"

#define PAUSE_MS 1000
#define OPEN_MAX 1024

static enum fault
link_all(struct ma *ma, bool *waits, struct fault_info *fi)
{
	bool more = true;
	enum fault f;

	while (more && !service_stopping(ma->service)) {
		f = ma_link(ma, &more, fi);
		if (f == FAULT_BUSY) {
			*waits = true;
			return FAULT_OK;
		}
		TRY(f);
	}
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

/* A case that waits for an answer keeps no other one waiting. */
static enum fault
judge_all(struct ma *ma, bool *waits, struct fault_info *fi)
{
	struct open_cases o = {.n = 0};
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = db_run(ma->db, DO_INCIDENTS_OPEN, NULL, 0, got_open, &o, fi);
	pthread_mutex_unlock(&ma->lock);
	TRY(f);
	for (size_t k = 0; k < o.n && !service_stopping(ma->service); k++) {
		f = ma_apply_policy(ma, o.v[k], fi);
		if (f == FAULT_BUSY)
			*waits = true;
		else if (f != FAULT_EXISTS) /* an operator was faster */
			TRY(f);
	}
	return FAULT_OK;
}

enum fault
ma_detect(struct ma *ma, struct fault_info *fi)
{
	bool waits = false;
	size_t n;

	do
		TRY(ma_group(ma, &n, fi));
	while (n > 0);
	TRY(link_all(ma, &waits, fi));
	TRY(judge_all(ma, &waits, fi));
	if (waits && !ma->waiting)
		log_info("detection waits: %s", fi->text);
	ma->waiting = waits;
	return ma_hand_over(ma, fi);
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
