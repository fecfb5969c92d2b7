/* plv.c - see plv.h. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "role/ra/fetch.h"
#include "role/ra/plv.h"
#include "role/ra/stages.h"
#include "service/crash.h"

#define LA_TIMEOUT_MS 30000u
#define ANSWER_MAX    ((size_t)5 << 20)
#define MEMORY	      ((size_t)192 << 20)
#define CONFIRMS_MAX  32u /* per message */
#define IDLE_MS	      500u
#define FOREVER_MS    60000u
#define TIDY_NS	      UINT64_C(1000000000)

/* ---- confirmations ---- */

/* Earlier orders whose answers an LA may drop. */
struct confirmations {
	unsigned la;
	size_t n;
	int64_t id[CONFIRMS_MAX];
	char header[32 + CONFIRMS_MAX * 18];
};

static enum fault
got_held(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct confirmations *c = ctx;
	uint8_t id[8];
	char hex[17];
	size_t at;

	(void)fi;
	if ((db_int(row, 3) >> c->la & 1) != 0 || c->n == CONFIRMS_MAX)
		return FAULT_OK;
	sha256_id(id, sizeof(id), db_blob(row, 1 + c->la));
	hex_encode(hex, id, sizeof(id));
	at = strlen(c->header);
	snprintf(c->header + at, sizeof(c->header) - at, "%s%s",
	    c->n == 0 ? "Monarch-Confirm: " : ", ", hex);
	c->id[c->n++] = db_int(row, 0);
	return FAULT_OK;
}

static enum fault
note_confirmed(
    struct db *db, const struct confirmations *c, struct fault_info *fi)
{
	if (c->n == 0)
		return FAULT_OK;
	crash_point("ra-fetch-confirmed");
	TRY(db_begin(db, fi));
	for (size_t k = 0; k < c->n; k++)
		TRY(DB_RUN(db, DO_FETCH_CONFIRM, fi, DB_INT(c->id[k]),
		    DB_INT(1 << c->la)));
	TRY(db_run(db, DO_FETCH_CLEAN, NULL, 0, NULL, NULL, fi));
	return db_commit(db, fi);
}

/* ---- asking ---- */

/* What a refusal without a signature means. */
static enum order_verdict
verdict_of_status(unsigned status)
{
	return status == 409 ? ORDER_DEAD : ORDER_AGAIN;
}

static enum fault
ask(struct order_answer *out, struct ra *ra, struct db *db,
    const struct fetch *f, unsigned la, struct fault_info *fi)
{
	struct confirmations c = {.la = la};
	const char *headers[] = {c.header, NULL};
	struct peer_message m = {
	    .path = "/pre-linkage-values",
	    .body = f->request[la],
	    .limit = ANSWER_MAX,
	    .timeout_ms = LA_TIMEOUT_MS,
	};
	struct http_result result;
	enum fault fault;

	ra_db_lock(ra);
	fault = db_run(db, DO_FETCHES_HELD, NULL, 0, got_held, &c, fi);
	ra_db_unlock(ra, db);
	TRY(fault);
	m.headers = c.n > 0 ? headers : NULL;
	fault = peer_post(&ra->la[la], &result, f->arena, &m, fi);
	if (fault == FAULT_HTTP_STATUS) {
		out->verdict = verdict_of_status(result.status);
		return FAULT_OK;
	}
	TRY(fault);
	RA_STAGE_END(order_wait);
	ra_db_lock(ra);
	fault = note_confirmed(db, &c, fi);
	ra_db_unlock(ra, db);
	TRY(fault);
	TRY(order_open(
	    out, f->arena, ra, &f->order, la, f->request[la], result.body, fi));
	RA_STAGE_END(order_open);
	return FAULT_OK;
}

/* ---- a step ---- */

/* An order that died ends; any other is asked for anew. */
static enum fault
refused(struct ra *ra, struct db *db, struct fetch *f, unsigned la,
    enum order_verdict verdict, struct fault_info *fi)
{
	struct fault_info why = *fi;

	TRY(verdict == ORDER_DEAD ? fetch_abandon(f, ra, db, &why, fi)
				  : fetch_renew(f, ra, db, la, fi));
	*fi = why;
	return FAULT_DENIED;
}

/* *la: who failed, where the fault is theirs. */
static enum fault
carry_out(struct ra *ra, struct db *db, struct fetch *f, unsigned *la,
    struct fault_info *fi)
{
	struct order_answer answer[2];

	for (*la = 0; *la < 2; ++*la) {
		TRY(ask(&answer[*la], ra, db, f, *la, fi));
		if (answer[*la].verdict != ORDER_MET)
			return refused(ra, db, f, *la, answer[*la].verdict, fi);
		peer_works(&ra->la[*la]);
	}
	*la = 0;
	return fetch_store(f, answer, ra, db, fi);
}

/* An LA that refuses the values of one PCA may give those of another. */
static struct peer *
culprit(struct ra *ra, struct ra_pca *pca, unsigned la, enum fault f)
{
	return ra_culprit(
	    ra, f == FAULT_DENIED ? &pca->supply : &ra->la[la], f);
}

enum fault
plv_step(struct ra *ra, struct ra_pca *pca, struct db *db, struct arena *arena,
    unsigned *pause, struct fault_info *fi)
{
	struct fetch f = {.arena = arena};
	unsigned la = 0;
	enum fault fault;

	*pause = 0;
	stage_begin();
	fault = fetch_find(&f, ra, pca, db, fi);
	if (fault == FAULT_OK)
		fault = carry_out(ra, db, &f, &la, fi);
	if (fault != FAULT_OK && fault != FAULT_NOT_FOUND)
		*pause = peer_fails(culprit(ra, pca, la, fault), fi);
	fetch_release(&f, pca);
	if (fault != FAULT_OK)
		return fault;
	peer_works(&pca->supply);
	peer_works(&ra->storage);
	wake_all(&ra->wake);
	return FAULT_OK;
}

/* ---- the threads ---- */

/* Used-up ranges are looked for by the first thread, and at once again only
 * where there were some: looking costs as much as an order. */
struct tidying {
	bool is_mine;
	int64_t cursor;
	uint64_t next; /* clock_ns */
};

static void
tidy(struct tidying *t, struct ra *ra, struct service *service)
{
	struct fault_info fi;
	size_t removed = 1;

	if (!t->is_mine || clock_ns() < t->next)
		return;
	while (removed > 0 && !service_stopping(service))
		if (plv_clean(ra, ra->db, &t->cursor, &removed, &fi) !=
		    FAULT_OK) {
			service_sleep(service, peer_fails(&ra->storage, &fi));
			return;
		}
	t->next = clock_ns() + TIDY_NS;
}

void
plv_run(void *ctx, struct service *service)
{
	struct ra *ra = ctx;
	unsigned mine = atomic_fetch_add(&ra->fetchers, 1);
	struct ra_pca *pca = &ra->pca[mine % ra->pca_n];
	struct tidying tidying = {.is_mine = mine == 0};
	struct arena arena = arena_new(MEMORY);
	struct fault_info fi;

	while (mine >= RA_FETCHES * ra->pca_n && !service_stopping(service))
		(void)service_sleep(service, FOREVER_MS);
	while (!service_stopping(service)) {
		uint64_t count = wake_count(&ra->wake);
		unsigned pause;
		enum fault f = plv_step(ra, pca, ra->db, &arena, &pause, &fi);

		arena_reset(&arena);
		if (pause > 0)
			service_sleep(service, pause);
		if (f == FAULT_OK)
			continue;
		tidy(&tidying, ra, service);
		if (pause == 0)
			wake_wait(&ra->wake, count, IDLE_MS);
	}
	arena_free(&arena);
}
