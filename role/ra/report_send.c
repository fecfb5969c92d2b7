/* report_send.c - released misbehavior reports, one by one to the MA. */
#include "base/log.h"
#include "base/time32.h"
#include "role/ra/report.h"
#include "service/crash.h"

#define MA_TIMEOUT_MS 60000u
#define ANSWER_MAX    4096u
#define MEMORY	      ((size_t)1 << 20)
#define IDLE_MS	      500u

static enum fault
release(struct ra *ra, struct fault_info *fi)
{
	const struct report_rule rule = {
	    .count = ra->environment->report_shuffle_count,
	    .age = ra->environment->report_max_age_seconds,
	};
	uint64_t n;

	TRY(reports_release(ra->reports, &n, &rule, time32_now(), fi));
	if (n > 0)
		log_info("%llu misbehavior reports are shuffled",
		    (unsigned long long)n);
	return FAULT_OK;
}

/* Refused for good: the MA will not take these octets another time either. */
static bool
is_refusal(enum fault f, const struct http_result *result)
{
	return f == FAULT_HTTP_STATUS &&
	       (result->status == 400 || result->status == 413);
}

static enum fault
post(struct ra *ra, struct bytes octets, struct arena *arena,
    struct fault_info *fi)
{
	const struct peer_message m = {
	    .path = "/misbehavior-report",
	    .body = octets,
	    .limit = ANSWER_MAX,
	    .timeout_ms = MA_TIMEOUT_MS,
	};
	struct http_result result = {.status = 0};
	enum fault f = peer_post(&ra->ma, &result, arena, &m, fi);

	if (is_refusal(f, &result)) {
		log_warn("a misbehavior report is dropped: %s", fi->text);
		ra_count(&ra->reports_dropped);
		return FAULT_OK;
	}
	TRY(f);
	ra_count(&ra->reports_sent);
	return FAULT_OK;
}

static enum fault
send_one(struct ra *ra, struct arena *arena, struct fault_info *fi)
{
	uint8_t lot[REPORT_LOT];
	struct bytes octets;

	TRY(reports_next(ra->reports, lot, &octets, arena, fi));
	TRY(post(ra, octets, arena, fi));
	crash_point("ra-report-taken");
	TRY(reports_taken(ra->reports, lot, octets.n, fi));
	crash_point("ra-report-sent");
	peer_works(&ra->ma);
	return FAULT_OK;
}

enum fault
report_step(
    struct ra *ra, struct arena *arena, unsigned *pause, struct fault_info *fi)
{
	enum fault f = release(ra, fi);

	*pause = 0;
	if (f == FAULT_OK)
		f = send_one(ra, arena, fi);
	if (f == FAULT_OK || f == FAULT_NOT_FOUND)
		peer_works(&ra->storage);
	else
		*pause = peer_fails(ra_culprit(ra, &ra->ma, f), fi);
	return f;
}

void
report_run(void *ctx, struct service *service)
{
	struct ra *ra = ctx;
	struct arena arena = arena_new(MEMORY);
	struct fault_info fi;
	unsigned pause;

	while (!service_stopping(service)) {
		uint64_t count = wake_count(&ra->report);
		enum fault f = report_step(ra, &arena, &pause, &fi);

		arena_reset(&arena);
		if (pause > 0)
			service_sleep(service, pause);
		else if (f != FAULT_OK)
			wake_wait(&ra->report, count, IDLE_MS);
	}
	arena_free(&arena);
}

void
report_health(struct ra *ra, struct service_health *h)
{
	struct report_figures figures;

	reports_figures(ra->reports, &figures);
	health_count(h, "reports_pooled", (int64_t)figures.pooled);
	health_count(h, "reports_released", (int64_t)figures.released);
	health_count(
	    h, "reports_repeated", (int64_t)atomic_load(&ra->reports_repeated));
	health_count(
	    h, "reports_sent", (int64_t)atomic_load(&ra->reports_sent));
	health_count(
	    h, "reports_dropped", (int64_t)atomic_load(&ra->reports_dropped));
}
