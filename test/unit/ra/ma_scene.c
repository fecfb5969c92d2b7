/* ma_scene.c - see ma_scene.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "role/ra/in_hand.h"
#include "role/ra/plan.h"
#include "role/ra/plv.h"
#include "role/ra/sender.h"
#include "test/unit/ra/ma_scene.h"

struct world w;
struct fakes *fakes;
struct asker asker;
struct device device[DEVICES];
struct arena arena;

/* ---- the scene ---- */

int
set_up(void **state)
{
	(void)state;
	fakes = fakes_new();
	arena = arena_new((size_t)16 << 20);
	world_make(&w);
	w.service.environment.shuffle_count = 3 * EACH;
	world_start(&w);
	fakes_install(fakes, &w);
	for (size_t k = 0; k < DEVICES; k++)
		device_make(&device[k], &w, WHO_ECA);
	asker_open(&asker, &w);
	return 0;
}

int
tear_down(void **state)
{
	(void)state;
	asker_close(&asker);
	world_remove(&w);
	fakes_free(fakes);
	arena_free(&arena);
	return 0;
}

void
restart(void)
{
	http_server_stop(asker.server, 5);
	world_stop(&w);
	world_start(&w);
	fakes_install(fakes, &w);
	asker_serve(&asker);
}

void
provision(void)
{
	for (size_t k = 0; k < DEVICES; k++) {
		device_ask(&device[k], &w);
		assert_int_equal(device_provision(&device[k], &w), 200);
	}
}

/* Units for the periods to come wait in pools; something was done. */
bool
plan(void)
{
	struct arena a = arena_new((size_t)64 << 20);
	unsigned pause;
	bool busy;

	must(plan_pass(w.ra, w.db, &busy, &fi));
	busy |= plv_step(w.ra, w.ra->pca, w.db, &a, &pause, &fi) == FAULT_OK;
	arena_free(&a);
	return busy;
}

/* All that the threads do. */
bool
step(void)
{
	struct arena a = arena_new((size_t)64 << 20);
	struct ra_pca *pca = w.ra->pca;
	struct sender sender;
	unsigned pause;
	bool more = plan();

	sender_open(&sender, w.ra, pca, w.db);
	more |= sender_step(&sender, &pause, &fi) == FAULT_OK;
	sender_close(&sender);
	more |= closer_step(w.ra, pca, w.db, &a, &pause, &fi) == FAULT_OK;
	arena_free(&a);
	return more;
}

void
run(void)
{
	int quiet = 0;

	for (int round = 0; round < 2000 && quiet < 3; round++) {
		quiet = step() ? 0 : quiet + 1;
		if (quiet == 1)
			time_set_offset(time_offset() + 3);
	}
	assert_int_equal(quiet, 3);
}

/* ---- rows ---- */

int64_t
count(const char *sql)
{
	const struct db_schema one = {
	    ra_schema.steps, ra_schema.steps_n, &sql, 1};
	struct db *db;
	int64_t n;

	must(db_open(&db, w.ra->db_path, &one, &fi));
	must(db_run_int(db, &n, 0, NULL, 0, &fi));
	db_close(db);
	return n;
}

void
execute(const char *format, ...)
{
	char sql[1000];
	const char *const text = sql;
	const struct db_schema one = {
	    ra_schema.steps, ra_schema.steps_n, &text, 1};
	struct db *db;
	va_list ap;

	va_start(ap, format);
	vsnprintf(sql, sizeof(sql), format, ap);
	va_end(ap);
	must(db_open(&db, w.ra->db_path, &one, &fi));
	must(db_run(db, 0, NULL, 0, NULL, NULL, &fi));
	db_close(db);
}

int64_t
units(const struct device *d, int state)
{
	char sql[100];

	snprintf(sql, sizeof(sql),
	    "select count(*) from unit where device = %lld and state = %d",
	    (long long)d->number, state);
	return count(sql);
}

/* Lines of the RA's audit log with these words. */
size_t
lines(const char *words)
{
	char path[PATH_SIZE], *at, *text;
	struct bytes log;
	size_t n = 0;

	path_join(path, w.dir, AUDIT_FILE);
	must(file_read(&log, &arena, path, 1 << 20, &fi));
	text = arena_printf(&arena, "%.*s", (int)log.n, (const char *)log.p);
	for (at = text; (at = strstr(at, words)) != NULL; at++)
		n++;
	return n;
}

/* ---- HPCRs ---- */

struct wanted {
	int64_t device;
	hpcr found;
	size_t n;
};

static enum fault
look_at(void *ctx, const uint8_t *key, struct bytes value, struct fault_info *f)
{
	struct wanted *wanted = ctx;
	struct reader r = reader_of(value);

	(void)f;
	if ((int64_t)read_uint(&r, 8) == wanted->device) {
		memcpy(wanted->found.b, key, sizeof(wanted->found.b));
		wanted->n++;
	}
	return FAULT_OK;
}

/* Of some certificate of a device. */
hpcr
hpcr_of(const struct device *d)
{
	struct wanted wanted = {.device = d->number};

	must(bulk_each(w.ra->hpcr, BULK_ALL, look_at, &wanted, &fi));
	assert_true(wanted.n > 0);
	return wanted.found;
}

const hpcr nobody = {{1, 2, 3}};

/* ---- questions ---- */

const scms_pdu *
about(enum inquiry_kind kind, const hpcr *list, size_t n)
{
	scms_pdu *pdu = ARENA_NEW(&arena, scms_pdu);
	hpcr *copy = ARENA_ARRAY(&arena, n, hpcr);

	for (size_t k = 0; k < n; k++)
		copy[k] = list[k];
	inquiry_begin(pdu, kind, "ma.monarch.test");
	if (kind == INQUIRY_BLACKLIST) {
		ma_ra_blacklist_request_msg *m =
		    &pdu->content.ma_ra.ma_ra_blacklist_request;

		m->tbs.hpcr.v = copy;
		m->tbs.hpcr.n = n;
	} else {
		ma_ra_lci_request_msg *m =
		    &pdu->content.ma_ra.ma_ra_lci_request;

		m->tbs.hpcr.v = copy;
		m->tbs.hpcr.n = n;
	}
	return pdu;
}

const scms_pdu *
about_rif(enum inquiry_kind kind, const rif *list, size_t n)
{
	scms_pdu *pdu = ARENA_NEW(&arena, scms_pdu);
	rif *copy = ARENA_ARRAY(&arena, n, rif);

	for (size_t k = 0; k < n; k++)
		copy[k] = list[k];
	inquiry_begin(pdu, kind, "ma.monarch.test");
	if (kind == INQUIRY_BLACKLIST_RIF) {
		ma_ra_rse_obe_id_blacklist_request_msg *m =
		    &pdu->content.ma_ra.ma_ra_rse_obe_id_blacklist_request;

		m->tbs.rif.v = copy;
		m->tbs.rif.n = n;
	} else {
		ma_ra_cdv_request_msg *m =
		    &pdu->content.ma_ra.ma_ra_cdv_request;

		m->tbs.rif_values.v = copy;
		m->tbs.rif_values.n = n;
	}
	return pdu;
}

struct inquiry_reply
ask(enum inquiry_kind kind, const scms_pdu *question)
{
	struct inquiry_reply reply;

	must(asker_ask(&reply, &asker, &arena, kind, question, &fi));
	return reply;
}

bool
same_error(const scms_error *a, const scms_error *b)
{
	struct bytes x, y;

	must(coer_encode_new(&x, &arena, &scms_error_asn, a, &fi));
	must(coer_encode_new(&y, &arena, &scms_error_asn, b, &fi));
	return bytes_equal(x, y);
}

/* What is said of each HPCR; NULL: success. */
void
blacklist(const hpcr *list, size_t n, const scms_error *const *expected)
{
	struct inquiry_reply reply =
	    ask(INQUIRY_BLACKLIST, about(INQUIRY_BLACKLIST, list, n));
	const ra_ma_blacklist_response_msg_status *status =
	    &reply.pdu->content.ma_ra.ra_ma_blacklist_response.status;

	assert_int_equal(status->n, n);
	for (size_t k = 0; k < n; k++) {
		const blacklisting_status_reply *r = &status->v[k].reply;

		assert_memory_equal(&status->v[k].hpcr, &list[k], 32);
		if (expected[k] == NULL)
			assert_int_equal(
			    r->is, blacklisting_status_reply_success);
		else
			assert_true(
			    r->is == blacklisting_status_reply_failure &&
			    same_error(&r->failure, expected[k]));
	}
}

void
blacklist_one(const struct device *d)
{
	const scms_error *const success[] = {NULL};
	hpcr h = hpcr_of(d);

	blacklist(&h, 1, success);
}

const ra_ma_lci_response_msg_lci_info *
ask_chains(struct inquiry_reply *reply, const hpcr *list, size_t n)
{
	*reply = ask(INQUIRY_CHAINS, about(INQUIRY_CHAINS, list, n));
	return &reply->pdu->content.ma_ra.ra_ma_lci_response.lci_info;
}
