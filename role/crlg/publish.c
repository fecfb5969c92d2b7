/* publish.c - see publish.h. */
#include <inttypes.h>

#include "base/log.h"
#include "role/crlg/make.h"
#include "role/crlg/publish.h"
#include "service/crash.h"

#define LOOK_MS	   250u /* commands change the database, tests the clock */
#define PAUSE_MOST 30u	/* seconds between attempts at the store */
#define CALL_MS	   120000u
#define MEMORY	   ((size_t)512 << 20)

struct parcel {
	int64_t number;
	struct bytes octets;
	struct arena *arena;
};

static enum fault
got_composite(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct parcel *p = ctx;

	p->number = db_int(row, 0);
	p->octets = bytes_copy(p->arena, db_blob(row, 1));
	return p->octets.p != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "composite CRL");
}

/* What the store does not have yet; number 0: nothing. */
static enum fault
find_parcel(struct parcel *p, struct crlg *g, struct fault_info *fi)
{
	struct crlg_state s;
	enum fault f;

	p->number = 0;
	pthread_mutex_lock(&g->lock);
	f = crlg_state_read(&s, g->db, fi);
	if (f == FAULT_OK && s.pushed < s.number)
		f = db_run(g->db, DO_COMPOSITE, NULL, 0, got_composite, p, fi);
	pthread_mutex_unlock(&g->lock);
	return f;
}

static enum fault
push(struct crlg *g, struct arena *a, publish_fn *bring, void *ctx,
    struct fault_info *fi)
{
	struct parcel p = {.arena = a};
	enum fault f;

	TRY(find_parcel(&p, g, fi));
	if (p.number == 0)
		return FAULT_OK;
	TRY(bring(ctx, a, p.octets, fi));
	crash_point("crlg-pushed");
	pthread_mutex_lock(&g->lock);
	f = DB_RUN(g->db, DO_STATE_PUSHED, fi, DB_INT(p.number));
	pthread_mutex_unlock(&g->lock);
	TRY(f);
	log_info("the CRL store has composite CRL %" PRId64, p.number);
	return FAULT_OK;
}

static enum fault
make_if_due(struct crlg *g, struct fault_info *fi)
{
	bool due;
	enum fault f = make_is_due(&due, g, fi);

	if (f == FAULT_BUSY)
		return FAULT_OK; /* the next second will do */
	TRY(f);
	return due ? make_composite(g, fi) : FAULT_OK;
}

/* What is made already goes out, even if the next one has to wait. */
enum fault
publish_once(
    struct crlg *g, publish_fn *bring, void *ctx, struct fault_info *fi)
{
	struct arena a;
	enum fault made = make_if_due(g, fi), f;

	if (made != FAULT_OK && made != FAULT_BUSY)
		return made;
	a = arena_new(MEMORY);
	f = push(g, &a, bring, ctx, fi);
	arena_free(&a);
	return f != FAULT_OK ? f : made;
}

/* ---- the thread ---- */

static enum fault
post(void *ctx, struct arena *a, struct bytes composite, struct fault_info *fi)
{
	struct crlg *g = ctx;
	struct http_call call = {.method = "POST",
	    .url = g->url,
	    .body = composite,
	    .limit = 4096,
	    .timeout_ms = CALL_MS};
	struct http_result result;
	const char *why;

	TRY(http_call(g->service->client, &result, a, &call, fi));
	if (result.status == 204)
		return FAULT_OK;
	why = http_result_header(&result, a, "Monarch-Error");
	return fault_set(fi, FAULT_HTTP_STATUS,
	    "the CRL store answers with status %u%s%s", result.status,
	    why != NULL ? ": " : "", why != NULL ? why : "");
}

void
publish_run(void *state, struct service *service)
{
	struct crlg *g = state;
	struct fault_info fi;
	unsigned pause = 0; /* seconds */

	while (!service_stopping(service)) {
		enum fault f = publish_once(g, post, g, &fi);

		crlg_note(g, g->trouble, f == FAULT_OK ? NULL : &fi);
		pause = f == FAULT_OK || f == FAULT_BUSY ? 0
			: pause == 0			 ? 1
							 : 2 * pause;
		if (pause > PAUSE_MOST)
			pause = PAUSE_MOST;
		crlg_wait(g, pause > 0 ? 1000 * pause : LOOK_MS);
	}
}
