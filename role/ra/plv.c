/* plv.c - see plv.h. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "role/ra/order.h"
#include "role/ra/plv.h"
#include "role/ra/stages.h"
#include "service/crash.h"

#define LA_TIMEOUT_MS	 30000u
#define VALUES_MAX	 20000u /* of one order and LA */
#define OCTETS_PER_VALUE 160u	/* a value has 101 */
#define MEMORY		 ((size_t)256 << 20)
#define CONFIRMS_MAX	 32u /* per message */
#define IDLE_MS		 500u
#define NO_CHAIN	 INT64_C(0)

/* Row of table fetch. */
struct fetch {
	int64_t id;
	struct order order;
	int64_t chain; /* that goes on, or NO_CHAIN */
	struct bytes request[2];
	struct arena *arena;
};

static const enum statement set_request[2] = {
    DO_FETCH_REQUEST1,
    DO_FETCH_REQUEST2,
};

/* ---- orders ---- */

static uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Periods from i_min on that an order asks for; false: none would be of use. */
static bool
set_range(struct order *o, const struct ra *ra, uint32_t i_min)
{
	const struct environment *e = ra->environment;
	uint32_t weeks = least(e->plv_weeks_per_fetch, e->supply_weeks);
	uint32_t i_max =
	    least(least(i_min + weeks, ra_pca_end(ra)), UINT16_MAX);

	if (i_max <= i_min)
		return false;
	o->i_min = (uint16_t)i_min;
	o->i_max = (uint16_t)i_max;
	o->j_max = (uint8_t)e->certs_per_i_period;
	return true;
}

static uint32_t
chains_of_an_order(const struct order *o)
{
	uint32_t n = VALUES_MAX / ((uint32_t)(o->i_max - o->i_min) * o->j_max);

	return n > 0 ? n : 1;
}

static enum fault
add_fetch(struct ra *ra, struct db *db, struct fetch *f, struct fault_info *fi)
{
	const struct order *o = &f->order;

	for (unsigned la = 0; la < 2; la++)
		TRY(order_sign(&f->request[la], f->arena, ra, o, la, fi));
	TRY(db_begin(db, fi));
	TRY(DB_RUN(db, DO_FETCH_ADD, fi, DB_INT(o->i_min), DB_INT(o->i_max),
	    DB_INT(o->j_max), DB_INT(o->fresh), DB_INT(f->chain),
	    DB_BYTES(f->request[0]), DB_BYTES(f->request[1])));
	f->id = db_last_id(db);
	if (f->chain != NO_CHAIN)
		TRY(DB_RUN(db, DO_CHAIN_STATE, fi, DB_INT(f->chain),
		    DB_INT(CHAIN_ASKED)));
	TRY(db_commit(db, fi));
	crash_point("ra-fetch-asked");
	RA_STAGE_END(order);
	return FAULT_OK;
}

struct continuation {
	struct fetch *fetch;
	uint32_t from;
};

static enum fault
got_continuation(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct continuation *c = ctx;
	struct fetch *f = c->fetch;

	f->chain = db_int(row, 0);
	c->from = (uint32_t)db_int(row, 1);
	f->order.lci[0] = bytes_copy(f->arena, db_blob(row, 4));
	f->order.lci[1] = bytes_copy(f->arena, db_blob(row, 5));
	if (f->order.lci[0].p == NULL || f->order.lci[1].p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "LCI");
	return FAULT_OK;
}

/* A chain that has run out while its device needs more. */
static enum fault
order_continuation(
    struct ra *ra, struct db *db, struct fetch *f, struct fault_info *fi)
{
	struct continuation c = {.fetch = f};
	uint32_t first = ra_period_first(ra);

	TRY(DB_EACH(db, DO_CHAIN_TO_CONTINUE, got_continuation, &c, fi,
	    DB_INT(ra_horizon(ra)), DB_INT(first)));
	if (f->chain == NO_CHAIN ||
	    !set_range(&f->order, ra, c.from > first ? c.from : first))
		return FAULT_NOT_FOUND;
	return add_fetch(ra, db, f, fi);
}

static enum fault
order_fresh(
    struct ra *ra, struct db *db, struct fetch *f, struct fault_info *fi)
{
	const struct db_value from[] = {DB_INT(ra_period_first(ra))};
	uint32_t wanted = ra->environment->plv_cache_pairs;
	int64_t ready;

	TRY(db_run_int(db, &ready, DO_CHAINS_FREE, from, 1, fi));
	if (ready >= wanted || !set_range(&f->order, ra, ra_period_first(ra)))
		return FAULT_NOT_FOUND;
	f->chain = NO_CHAIN;
	f->order.fresh =
	    least(wanted - (uint32_t)ready, chains_of_an_order(&f->order));
	return add_fetch(ra, db, f, fi);
}

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
	    .limit = VALUES_MAX * OCTETS_PER_VALUE + (1 << 20),
	    .timeout_ms = LA_TIMEOUT_MS,
	};
	struct http_result result;
	enum fault fault;

	TRY(db_run(db, DO_FETCHES_HELD, NULL, 0, got_held, &c, fi));
	m.headers = c.n > 0 ? headers : NULL;
	fault = peer_post(&ra->la[la], &result, f->arena, &m, fi);
	if (fault == FAULT_HTTP_STATUS) {
		out->verdict = verdict_of_status(result.status);
		return FAULT_OK;
	}
	TRY(fault);
	RA_STAGE_END(order_wait);
	TRY(note_confirmed(db, &c, fi));
	TRY(order_open(
	    out, f->arena, ra, &f->order, la, f->request[la], result.body, fi));
	RA_STAGE_END(order_open);
	return FAULT_OK;
}

/* ---- storing ---- */

static void
file_name(char out[64], const struct fetch *f, size_t c)
{
	snprintf(out, 64, "%llx-%zu", (unsigned long long)f->id, c);
}

static enum fault
write_files(struct ra *ra, const struct fetch *f,
    const struct order_answer answer[2], struct fault_info *fi)
{
	char path[PATH_SIZE], name[64];
	struct plv_head head;
	struct bytes rows;

	for (size_t c = 0; c < order_chains(&f->order); c++) {
		TRY(order_rows(
		    &head, &rows, f->arena, &f->order, answer, c, fi));
		file_name(name, f, c);
		ra_path(ra, path, "plv", name);
		TRY(plv_file_write(path, &head, rows, f->arena, fi));
	}
	crash_point("ra-fetch-written");
	return FAULT_OK;
}

static enum fault
commit_chain(struct db *db, const struct fetch *f,
    const struct order_answer answer[2], size_t c, struct fault_info *fi)
{
	int64_t chain = f->chain;
	struct bytes lci[2];
	char name[64];

	for (unsigned la = 0; la < 2; la++)
		TRY(coer_encode_new(&lci[la], f->arena, &linkage_chain_id_asn,
		    &answer[la].chains[c].linkage_chain_id, fi));
	if (chain != NO_CHAIN) {
		TRY(DB_RUN(db, DO_CHAIN_EXTEND, fi, DB_INT(chain),
		    DB_BYTES(lci[0]), DB_BYTES(lci[1]),
		    DB_INT(f->order.i_max)));
	} else {
		TRY(DB_RUN(db, DO_CHAIN_ADD, fi, DB_BYTES(lci[0]),
		    DB_BYTES(lci[1]), DB_INT(f->order.i_max)));
		chain = db_last_id(db);
	}
	file_name(name, f, c);
	return DB_RUN(db, DO_PLV_FILE_ADD, fi, DB_INT(chain), DB_TEXT(name),
	    DB_INT(f->order.i_min), DB_INT(f->order.i_max),
	    DB_INT(f->order.j_max));
}

static enum fault
hold(struct db *db, const struct fetch *f, const struct order_answer answer[2],
    struct fault_info *fi)
{
	TRY(db_begin(db, fi));
	for (size_t c = 0; c < order_chains(&f->order); c++)
		TRY(commit_chain(db, f, answer, c, fi));
	TRY(DB_RUN(db, DO_FETCH_HOLD, fi, DB_INT(f->id)));
	TRY(db_commit(db, fi));
	crash_point("ra-fetch-held");
	RA_STAGE_END(order_store);
	return FAULT_OK;
}

/* ---- refusals ---- */

/* The order ends here.  Held without values, it still gets confirmed, so that
 * the other LA can drop its answer. */
static enum fault
abandon(struct db *db, const struct fetch *f, const struct fault_info *why,
    struct fault_info *fi)
{
	TRY(db_begin(db, fi));
	if (f->chain != NO_CHAIN) {
		log_warn("a chain cannot go on, its device gets another: %s",
		    why->text);
		TRY(DB_RUN(db, DO_CHAIN_STATE, fi, DB_INT(f->chain),
		    DB_INT(CHAIN_BROKEN)));
		TRY(DB_RUN(db, DO_CHAIN_DROP_DEVICE, fi, DB_INT(f->chain)));
	}
	TRY(DB_RUN(db, DO_FETCH_HOLD, fi, DB_INT(f->id)));
	return db_commit(db, fi);
}

/* The same order in a new message to one LA. */
static enum fault
ask_anew(struct ra *ra, struct db *db, struct fetch *f, unsigned la,
    struct fault_info *fi)
{
	TRY(order_sign(&f->request[la], f->arena, ra, &f->order, la, fi));
	return DB_RUN(
	    db, set_request[la], fi, DB_INT(f->id), DB_BYTES(f->request[la]));
}

/* ---- a step ---- */

static enum fault
got_fetch(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct fetch *f = ctx;

	f->id = db_int(row, 0);
	f->order.i_min = (uint16_t)db_int(row, 1);
	f->order.i_max = (uint16_t)db_int(row, 2);
	f->order.j_max = (uint8_t)db_int(row, 3);
	f->order.fresh = (uint32_t)db_int(row, 4);
	f->chain = db_int(row, 5);
	for (unsigned la = 0; la < 2; la++)
		if ((f->request[la] =
			    bytes_copy(f->arena, db_blob(row, 6 + la)))
			.p == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "order");
	return FAULT_OK;
}

static enum fault
got_lcis(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct fetch *f = ctx;

	for (unsigned la = 0; la < 2; la++)
		if ((f->order.lci[la] = bytes_copy(f->arena, db_blob(row, la)))
			.p == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "LCI");
	return FAULT_OK;
}

/* The order under way, or a new one. */
static enum fault
find_order(struct fetch *f, struct ra *ra, struct db *db, struct fault_info *fi)
{
	enum fault fault;

	TRY(db_run(db, DO_FETCH_NEXT, NULL, 0, got_fetch, f, fi));
	if (f->id != 0)
		return f->chain == NO_CHAIN
			   ? FAULT_OK
			   : DB_EACH(db, DO_CHAIN_LCIS, got_lcis, f, fi,
				 DB_INT(f->chain));
	if ((fault = order_continuation(ra, db, f, fi)) == FAULT_NOT_FOUND)
		fault = order_fresh(ra, db, f, fi);
	return fault;
}

static enum fault
refused(struct ra *ra, struct db *db, struct fetch *f, unsigned la,
    enum order_verdict verdict, struct fault_info *fi)
{
	struct fault_info why = *fi;

	TRY(verdict == ORDER_DEAD ? abandon(db, f, &why, fi)
				  : ask_anew(ra, db, f, la, fi));
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
	TRY(write_files(ra, f, answer, fi));
	return hold(db, f, answer, fi);
}

enum fault
plv_step(struct ra *ra, struct db *db, struct arena *arena, unsigned *pause,
    struct fault_info *fi)
{
	struct fetch f = {.arena = arena};
	unsigned la = 0;
	enum fault fault;

	*pause = 0;
	stage_begin();
	fault = find_order(&f, ra, db, fi);
	if (fault == FAULT_OK)
		fault = carry_out(ra, db, &f, &la, fi);
	if (fault != FAULT_OK) {
		db_rollback(db);
		if (fault != FAULT_NOT_FOUND)
			*pause =
			    peer_fails(ra_culprit(ra, &ra->la[la], fault), fi);
		return fault;
	}
	peer_works(&ra->storage);
	wake_all(&ra->wake);
	return FAULT_OK;
}

/* ---- tidying ---- */

struct used_up {
	struct {
		int64_t id;
		char name[64];
	} v[256];
	size_t n;
};

static enum fault
got_used_up(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct used_up *u = ctx;
	const char *name = db_text(row, 1);

	(void)fi;
	if (u->n == sizeof(u->v) / sizeof(u->v[0]) || name == NULL)
		return FAULT_OK;
	u->v[u->n].id = db_int(row, 0);
	snprintf(u->v[u->n++].name, sizeof(u->v[0].name), "%s", name);
	return FAULT_OK;
}

enum fault
plv_clean(struct ra *ra, struct db *db, int64_t *cursor, struct fault_info *fi)
{
	struct used_up used = {.n = 0};
	uint32_t first = ra_period_first(ra);
	char path[PATH_SIZE];
	int64_t last;

	TRY(DB_EACH(db, DO_PLV_FILES_USED_UP, got_used_up, &used, fi,
	    DB_INT(*cursor), DB_INT(first)));
	TRY(db_run_int(db, &last, DO_PLV_FILE_LAST, NULL, 0, fi));
	if (used.n < sizeof(used.v) / sizeof(used.v[0]))
		*cursor = *cursor + 1000 < last ? *cursor + 1000 : 0;
	if (used.n == 0)
		return FAULT_OK;
	for (size_t k = 0; k < used.n; k++) {
		ra_path(ra, path, "plv", used.v[k].name);
		unlink(path);
	}
	TRY(db_begin(db, fi));
	for (size_t k = 0; k < used.n; k++)
		TRY(DB_RUN(db, DO_PLV_FILE_DELETE, fi, DB_INT(used.v[k].id)));
	TRY(DB_RUN(db, DO_CHAINS_STALE, fi, DB_INT(first)));
	return db_commit(db, fi);
}

static enum fault
is_known(bool *known, struct db *db, const char *name, struct fault_info *fi)
{
	const struct db_value arg[] = {DB_TEXT(name)};
	int64_t one;
	enum fault f = db_run_int(db, &one, DO_PLV_FILE_KNOWN, arg, 1, fi);

	*known = f == FAULT_OK;
	return f == FAULT_NOT_FOUND ? FAULT_OK : f;
}

enum fault
plv_recover(struct ra *ra, struct db *db, struct fault_info *fi)
{
	char folder[PATH_SIZE], path[PATH_SIZE];
	enum fault f = FAULT_OK;
	struct dirent *e;
	bool known;
	DIR *dir;

	ra_path(ra, folder, "plv", NULL);
	if ((dir = opendir(folder)) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	while (f == FAULT_OK && (e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		f = is_known(&known, db, e->d_name, fi);
		if (f == FAULT_OK && !known) {
			path_join(path, folder, e->d_name);
			unlink(path);
		}
	}
	closedir(dir);
	return f;
}

void
plv_run(void *ctx, struct service *service)
{
	struct ra *ra = ctx;
	struct arena arena = arena_new(MEMORY);
	struct fault_info fi;
	int64_t cursor = 0;
	struct db *db;

	if (db_open(&db, ra->db_path, &ra_schema, &fi) != FAULT_OK)
		log_fatal("%s", fi.text);
	while (!service_stopping(service)) {
		uint64_t count = wake_count(&ra->wake);
		unsigned pause;
		enum fault f = plv_step(ra, db, &arena, &pause, &fi);

		arena_reset(&arena);
		if (pause > 0)
			service_sleep(service, pause);
		if (f == FAULT_OK)
			continue;
		if (plv_clean(ra, db, &cursor, &fi) != FAULT_OK) {
			db_rollback(db);
			service_sleep(service, peer_fails(&ra->storage, &fi));
		}
		if (pause == 0)
			wake_wait(&ra->wake, count, IDLE_MS);
	}
	db_close(db);
	arena_free(&arena);
}
