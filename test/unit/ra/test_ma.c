/*
 * test_ma.c - what the MA asks of the RA, over HTTPS: who may, what it is told,
 * and that a device that is blacklisted gets nothing any more.  Each refusal
 * leaves every row of the database as it was.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time32.h"
#include "role/ra/admin.h"
#include "role/ra/collect.h"
#include "role/ra/handlers.h"
#include "role/ra/in_hand.h"
#include "role/ra/plan.h"
#include "role/ra/plv.h"
#include "role/ra/sender.h"
#include "service/crash.h"
#include "test/unit/ra/asker.h"
#include "test/unit/ra/fakes.h"
#include "test/unit/ra/rows.h"

#define DEVICES 6
#define EACH	4
#define WEEKS	5

static const char *const points[] = {
#define CRASH CRASH_NAME
#include "role/ra/crash.def"
#undef CRASH
    NULL};

static struct world w;
static struct fakes *fakes;
static struct asker asker;
static struct device device[DEVICES];
static struct arena arena; /* of a test */

/* ---- the scene ---- */

static int
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

static int
tear_down(void **state)
{
	(void)state;
	asker_close(&asker);
	world_remove(&w);
	fakes_free(fakes);
	arena_free(&arena);
	return 0;
}

static void
restart(void)
{
	http_server_stop(asker.server, 5);
	world_stop(&w);
	world_start(&w);
	fakes_install(fakes, &w);
	asker_serve(&asker);
}

static void
provision(void)
{
	for (size_t k = 0; k < DEVICES; k++) {
		device_ask(&device[k], &w);
		assert_int_equal(device_provision(&device[k], &w), 200);
	}
}

/* Units for the periods to come wait in pools; something was done. */
static bool
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
static bool
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

static void
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

static int64_t
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

static void
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

static int64_t
units(const struct device *d, int state)
{
	char sql[100];

	snprintf(sql, sizeof(sql),
	    "select count(*) from unit where device = %lld and state = %d",
	    (long long)d->number, state);
	return count(sql);
}

/* Lines of the RA's audit log with these words. */
static size_t
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
static hpcr
hpcr_of(const struct device *d)
{
	struct wanted wanted = {.device = d->number};

	must(bulk_each(w.ra->hpcr, BULK_ALL, look_at, &wanted, &fi));
	assert_true(wanted.n > 0);
	return wanted.found;
}

static const hpcr nobody = {{1, 2, 3}};

/* ---- questions ---- */

static const scms_pdu *
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

static const scms_pdu *
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

static struct inquiry_reply
ask(enum inquiry_kind kind, const scms_pdu *question)
{
	struct inquiry_reply reply;

	must(asker_ask(&reply, &asker, &arena, kind, question, &fi));
	return reply;
}

static bool
same_error(const scms_error *a, const scms_error *b)
{
	struct bytes x, y;

	must(coer_encode_new(&x, &arena, &scms_error_asn, a, &fi));
	must(coer_encode_new(&y, &arena, &scms_error_asn, b, &fi));
	return bytes_equal(x, y);
}

/* What is said of each HPCR; NULL: success. */
static void
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

static void
blacklist_one(const struct device *d)
{
	const scms_error *const success[] = {NULL};
	hpcr h = hpcr_of(d);

	blacklist(&h, 1, success);
}

static const ra_ma_lci_response_msg_lci_info *
ask_chains(struct inquiry_reply *reply, const hpcr *list, size_t n)
{
	*reply = ask(INQUIRY_CHAINS, about(INQUIRY_CHAINS, list, n));
	return &reply->pdu->content.ma_ra.ra_ma_lci_response.lci_info;
}

static void
no_chains(const struct device *d, const scms_error *error)
{
	const ra_ma_lci_response_msg_lci_info *info;
	struct inquiry_reply reply;
	hpcr h = hpcr_of(d);

	info = ask_chains(&reply, &h, 1);
	assert_int_equal(info->n, 1);
	assert_memory_equal(&info->v[0].hpcr, &h, sizeof(h));
	assert_int_equal(info->v[0].reply.is, hpcr2_lci_reply_failure);
	assert_true(same_error(&info->v[0].reply.failure, error));
}

/* ---- refused ---- */

/* Something is wrong with a question about the last device. */
struct wrong {
	const char *name;
	unsigned status;
	const char *error; /* Monarch-Error; NULL: none */
	unsigned (*send)(struct http_result *, const scms_pdu *);
};

static const char *const why[] = {"Monarch-Justification: case 7", NULL};

static unsigned
post(struct http_result *r, struct http_client *client, const char *path,
    const char *const *headers, struct bytes body)
{
	return asker_post(r, &asker, &arena, client, path, headers, body);
}

static struct bytes
sealed(const scms_pdu *question)
{
	return asker_seal(&arena, &asker.ma, asker.folder, question);
}

#define PATH "/blacklist-by-hpcr"

static unsigned
by_nobody(struct http_result *r, const scms_pdu *q)
{
	return post(r, asker.by_nobody, PATH, why, sealed(q));
}

static unsigned
by_pca(struct http_result *r, const scms_pdu *q)
{
	return post(r, asker.by_pca, PATH, why, sealed(q));
}

static unsigned
without_reason(struct http_result *r, const scms_pdu *q)
{
	return post(r, asker.by_ma, PATH, NULL, sealed(q));
}

static unsigned
garbage(struct http_result *r, const scms_pdu *q)
{
	(void)q;
	return post(r, asker.by_ma, PATH, why, bytes_of_string("garbage"));
}

static unsigned
too_long(struct http_result *r, const scms_pdu *q)
{
	static uint8_t body[INQUIRY_BODY_MAX + 1];

	(void)q;
	return post(r, asker.by_ma, PATH, why, BYTES(body));
}

/* The RA's own signature, on a message of the MA's. */
static unsigned
signed_by_ra(struct http_result *r, const scms_pdu *q)
{
	return post(r, asker.by_ma, PATH, why,
	    asker_seal(&arena, &w.ra->self, asker.folder, q));
}

static unsigned
to_another_path(struct http_result *r, const scms_pdu *q)
{
	return post(r, asker.by_ma, "/certificate-digests", why, sealed(q));
}

static unsigned
of_another_ma(struct http_result *r, const scms_pdu *q)
{
	scms_pdu *other = ARENA_NEW(&arena, scms_pdu);

	*other = *q;
	other->content.ma_ra.ma_ra_blacklist_request.tbs.ma_id =
	    bytes_of_string("ma2.monarch.test");
	return post(r, asker.by_ma, PATH, why, sealed(other));
}

static unsigned
about_none(struct http_result *r, const scms_pdu *q)
{
	(void)q;
	return post(r, asker.by_ma, PATH, why,
	    sealed(about(INQUIRY_BLACKLIST, NULL, 0)));
}

static unsigned
about_many(struct http_result *r, const scms_pdu *q)
{
	hpcr list[51];

	(void)q;
	for (size_t k = 0; k < 51; k++)
		list[k] = hpcr_of(&device[DEVICES - 1]);
	return post(r, asker.by_ma, PATH, why,
	    sealed(about(INQUIRY_BLACKLIST, list, 51)));
}

static unsigned
without_auditors(struct http_result *r, const scms_pdu *q)
{
	unsigned status;

	w.service.environment.auditors_needed = 1;
	status = post(r, asker.by_ma, PATH, why, sealed(q));
	w.service.environment.auditors_needed = 0;
	return status;
}

/* A lost audit log: who does it must not be told that it was done. */
static unsigned
with_no_audit_log(struct http_result *r, const scms_pdu *q)
{
	char path[PATH_SIZE];
	struct bytes log;
	unsigned status;

	path_join(path, w.dir, AUDIT_FILE);
	must(file_read(&log, &arena, path, 1 << 20, &fi));
	assert_int_equal(truncate(path, 0), 0);
	status = post(r, asker.by_ma, PATH, why, sealed(q));
	{
		FILE *f = fopen(path, "r+");

		assert_non_null(f);
		assert_int_equal(fwrite(log.p, 1, log.n, f), log.n);
		fclose(f);
	}
	return status;
}

static const struct wrong wrongs[] = {
    {"by nobody", 403, NULL, by_nobody},
    {"by a PCA", 403, NULL, by_pca},
    {"too long", 413, NULL, too_long},
    {"without a reason", 400, "BAD_MESSAGE", without_reason},
    {"garbage", 400, "BAD_VERSION", garbage},
    {"signed by the RA", 401, "SSP_NOT_PERMITTED", signed_by_ra},
    {"to another path", 400, "BAD_MESSAGE", to_another_path},
    {"of another MA", 400, "BAD_MESSAGE", of_another_ma},
    {"about none", 400, "BAD_MESSAGE", about_none},
    {"about many", 413, "TOO_LARGE", about_many},
    {"without auditors", 401, "DENIED", without_auditors},
    {"no audit log", 503, "STORE", with_no_audit_log},
};

static void
test_refused(void **state)
{
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];
	const scms_pdu *question;
	hpcr h;

	(void)state;
	provision();
	run();
	h = hpcr_of(&device[DEVICES - 1]);
	question = about(INQUIRY_BLACKLIST, &h, 1);
	rows_hash(before, w.ra->db_path);
	for (size_t k = 0; k < sizeof(wrongs) / sizeof(wrongs[0]); k++) {
		const struct wrong *wrong = &wrongs[k];
		size_t refusals = lines(" refusal ");
		struct http_result r;
		unsigned status = wrong->send(&r, question);
		const char *error =
		    http_result_header(&r, &arena, "Monarch-Error");

		if (status != wrong->status ||
		    strcmp(error != NULL ? error : "",
			wrong->error != NULL ? wrong->error : "") != 0)
			fail_msg("%s: %u %s", wrong->name, status, error);
		assert_int_equal(r.body.n, 0);
		if (wrong->error != NULL && status != 503)
			assert_int_equal(lines(" refusal "), refusals + 1);
		rows_hash(after, w.ra->db_path);
		assert_memory_equal(before, after, SHA256_SIZE);
		assert_int_equal(lines(" blacklist "), 0);
	}
	blacklist_one(&device[DEVICES - 1]);
	assert_int_equal(lines(" blacklist "), 1);
}

static void
test_replayed(void **state)
{
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];
	struct http_result r;
	struct bytes message;
	bool changed;
	hpcr h;

	(void)state;
	provision();
	run();
	h = hpcr_of(&device[0]);
	message = sealed(about(INQUIRY_BLACKLIST, &h, 1));
	assert_int_equal(post(&r, asker.by_ma, PATH, why, message), 200);
	must(
	    admin_block(&changed, w.db, device[1].cert->id, time32_now(), &fi));
	rows_hash(before, w.ra->db_path);
	assert_int_equal(post(&r, asker.by_ma, PATH, why, message), 409);
	restart();
	assert_int_equal(post(&r, asker.by_ma, PATH, why, message), 409);
	rows_hash(after, w.ra->db_path);
	assert_memory_equal(before, after, SHA256_SIZE);
}

static void
test_per_day(void **state)
{
	const scms_error *const unknown[] = {
	    &ma_no_such_hpcr, &ma_no_such_hpcr, &ma_no_such_hpcr};
	const hpcr list[] = {nobody, nobody, nobody};
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];
	struct inquiry_reply reply;
	hpcr h;

	(void)state;
	w.service.environment.ma_blacklists_per_day = 4;
	restart();
	provision();
	run();
	h = hpcr_of(&device[0]);
	blacklist(list, 3, unknown); /* guesses count */
	blacklist_one(&device[1]);
	rows_hash(before, w.ra->db_path);
	assert_int_equal(asker_ask(&reply, &asker, &arena, INQUIRY_BLACKLIST,
			     about(INQUIRY_BLACKLIST, &h, 1), &fi),
	    FAULT_LIMIT);
	rows_hash(after, w.ra->db_path);
	assert_memory_equal(before, after, SHA256_SIZE);
	h = hpcr_of(&device[1]); /* chains cost nothing */
	(void)ask_chains(&reply, &h, 1);
	time_set_offset(time_offset() + 86400 + 3600);
	blacklist_one(&device[0]);
}

/* ---- blacklisted ---- */

static void
test_blacklist(void **state)
{
	const scms_error *const expected[] = {
	    NULL, &ma_no_such_hpcr, &ma_already_blacklisted, NULL};
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];
	hpcr list[4];
	bool changed;

	(void)state;
	provision();
	run();
	must(
	    admin_block(&changed, w.db, device[2].cert->id, time32_now(), &fi));
	list[0] = list[2] = hpcr_of(&device[0]);
	list[1] = nobody;
	list[3] = hpcr_of(&device[2]); /* the operator's block is lifted no
					  more */
	blacklist(list, 4, expected);
	assert_int_equal(count("select count(*) from blocked"), 2);
	assert_int_equal(
	    count("select count(*) from blocked where revoked = 1"), 2);
	assert_int_equal(lines("by=ma devices=2 already=1 unknown=1"
			       " why=\"case 7\""),
	    1);
	rows_hash(before, w.ra->db_path);
	for (size_t k = 0; k < 3; k += 2)
		assert_int_equal(admin_unblock(&changed, w.db,
				     device[k].cert->id, time32_now(), 0, &fi),
		    FAULT_DENIED);
	rows_hash(after, w.ra->db_path);
	assert_memory_equal(before, after, SHA256_SIZE);
	/* its request of then, and its files */
	assert_int_equal(device_provision(&device[0], &w), 403);
	assert_int_equal(device_provision(&device[1], &w), 200);
}

/* In pools, refused, on their way, on order: nothing more comes of it. */
static void
test_stops_everything(void **state)
{
	struct device *d = &device[0];
	uint32_t issued, more;

	(void)state;
	provision();
	run();
	assert_int_equal(units(d, UNIT_DONE), WEEKS);
	fakes->pca.lose = 1; /* the next message is issued, not collected */
	world_wait(&w, 1);
	for (int k = 0; k < 60 && fakes->pca.lose > 0; k++) {
		(void)step();
		time_set_offset(time_offset() + 3);
	}
	assert_int_equal(units(d, UNIT_SENT), 1);
	world_wait(&w, 2);
	for (int k = 0; k < 20; k++)
		(void)plan();
	assert_int_equal(units(d, UNIT_POOLED), 2);
	execute("update unit set state = %d where device = %lld and i ="
		" (select max(i) from unit)",
	    UNIT_REFUSED, (long long)d->number);
	assert_int_equal(units(d, UNIT_POOLED), 1);
	assert_int_equal(units(d, UNIT_REFUSED), 1);
	issued = fakes->pca.records_n;
	blacklist_one(d);
	assert_int_equal(units(d, UNIT_POOLED), 0);
	assert_int_equal(units(d, UNIT_REFUSED), 0);
	for (int week = 0; week < 4; week++) {
		time_set_offset(time_offset() + 1000);
		run();
		world_wait(&w, 1);
	}
	/* the others went on; this one has what was issued before */
	more = fakes->pca.records_n - issued;
	assert_int_equal(more, (DEVICES - 1) * 5 * EACH);
	assert_int_equal(units(&device[1], UNIT_DONE), WEEKS + 6);
	assert_int_equal(units(d, UNIT_SENT), 0);
	assert_int_equal(units(d, UNIT_DONE), WEEKS + 1);
	assert_int_equal(units(d, UNIT_REMOVED), 2);
	assert_int_equal(count("select count(*) from pool"), 0);
	assert_string_equal(fakes->pca.mistake, "");
}

/* The one it got later and the one it had before. */
static void
test_family(void **state)
{
	const struct device *old = &device[0], *new = &device[1];
	char from[17], to[17];
	struct inquiry_reply reply;
	const ra_ma_lci_response_msg_lci_info *info;
	hpcr h;

	(void)state;
	provision();
	run();
	hex_encode(from, old->cert->id, 8);
	hex_encode(to, new->cert->id, 8);
	execute("insert into successor(enrollment_hash, enrollment_id, request,"
		" next_id, since) values(x'00', x'%s', x'00', x'%s', 1)",
	    from, to);
	blacklist_one(old);
	assert_int_equal(device_provision(&device[0], &w), 403);
	assert_int_equal(device_provision(&device[1], &w), 403);
	assert_int_equal(device_provision(&device[2], &w), 200);
	h = hpcr_of(new);
	info = ask_chains(&reply, &h, 1);
	assert_int_equal(info->n, 2);
	for (size_t k = 0; k < 2; k++) {
		assert_int_equal(info->v[k].reply.is, hpcr2_lci_reply_success);
		assert_memory_equal(&info->v[k].hpcr, &h, sizeof(h));
	}
}

static void
die_at_blacklisting(const hpcr *h)
{
	scms_pdu answer;
	const struct inquiry_question question = {
	    .kind = INQUIRY_BLACKLIST,
	    .pdu = about(INQUIRY_BLACKLIST, h, 1),
	    .why = "case 7",
	};

	setenv("MONARCH_CRASH_AT", "ra-blacklisted", 1);
	if (crash_arm("ra", points, &fi) != FAULT_OK)
		_exit(3);
	(void)ma_blacklist(&answer, w.ra, w.db, &arena, &question, NULL, &fi);
	_exit(4);
}

static void
test_killed(void **state)
{
	const scms_error *const already[] = {&ma_already_blacklisted};
	int status;
	pid_t pid;
	hpcr h;

	(void)state;
	provision();
	run();
	h = hpcr_of(&device[0]);
	if ((pid = fork()) == 0)
		die_at_blacklisting(&h);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(device_provision(&device[0], &w), 403);
	blacklist(&h, 1, already);
	assert_int_equal(lines(" blacklist "), 2);
}

/* ---- chains ---- */

struct text {
	char text[40];
};

static struct text
j_max(const struct inquiry_reply *reply)
{
	const char *value =
	    http_result_header(&reply->http, &arena, "Monarch-J-Max");
	struct text t;

	snprintf(t.text, sizeof(t.text), "%s", value != NULL ? value : "none");
	return t;
}

static enum fault
got_lci(void *ctx, const struct db_row *row, struct fault_info *f)
{
	linkage_chain_id *lci = ctx;

	for (unsigned la = 0; la < 2; la++)
		TRY(coer_decode(&linkage_chain_id_asn, &lci[la], &arena,
		    bytes_copy(&arena, db_blob(row, la)), f));
	return FAULT_OK;
}

/* The entry is about that chain. */
static void
check_entry(const hpcr2_lci *e, int64_t chain, uint32_t last)
{
	static const char *const sql = "select lci1, lci2 from chain"
				       " where id = ?1";
	const struct db_schema one = {
	    ra_schema.steps, ra_schema.steps_n, &sql, 1};
	const lci_and_host_info *info = &e->reply.success.info;
	const uint8_t i_max[4] = {0, 0, (uint8_t)(last >> 8), (uint8_t)last};
	linkage_chain_id lci[2];
	struct bytes got, stored;
	struct db *db;

	assert_int_equal(e->reply.is, hpcr2_lci_reply_success);
	assert_memory_equal(e->reply.success.group_identifier.b, "\0\0\0", 4);
	assert_memory_equal(info->i_max.b, i_max, 4);
	assert_true(
	    bytes_equal(info->la1_id, bytes_of_string("la1.monarch.test")));
	assert_true(
	    bytes_equal(info->la2_id, bytes_of_string("la2.monarch.test")));
	must(db_open(&db, w.ra->db_path, &one, &fi));
	must(DB_EACH(db, 0, got_lci, lci, &fi, DB_INT(chain)));
	db_close(db);
	for (unsigned la = 0; la < 2; la++) {
		must(coer_encode_new(&got, &arena, &linkage_chain_id_asn,
		    la == 0 ? &info->la1_lci : &info->la2_lci, &fi));
		must(coer_encode_new(
		    &stored, &arena, &linkage_chain_id_asn, &lci[la], &fi));
		assert_true(bytes_equal(got, stored));
	}
}

static void
test_chains(void **state)
{
	const ra_ma_lci_response_msg_lci_info *info;
	struct inquiry_reply reply;
	uint32_t first;
	int64_t chain;
	bool changed;
	hpcr list[2];
	char sql[100];

	(void)state;
	provision();
	run();
	first = ra_period_now(w.ra);
	/* not blacklisted, or only by the operator */
	no_chains(&device[0], &ma_no_such_hpcr);
	must(
	    admin_block(&changed, w.db, device[0].cert->id, time32_now(), &fi));
	no_chains(&device[0], &ma_no_such_hpcr);
	blacklist_one(&device[0]);
	blacklist_one(&device[1]);
	snprintf(sql, sizeof(sql),
	    "select chain from device where number ="
	    " %lld",
	    (long long)device[0].number);
	chain = count(sql);
	list[0] = hpcr_of(&device[0]);
	list[1] = nobody;
	info = ask_chains(&reply, list, 2);
	assert_int_equal(info->n, 2);
	assert_memory_equal(&info->v[0].hpcr, &list[0], sizeof(list[0]));
	check_entry(&info->v[0], chain, first + WEEKS - 1);
	assert_true(same_error(&info->v[1].reply.failure, &ma_no_such_hpcr));
	assert_string_equal(j_max(&reply).text, "4");

	/* half of its certificates are of another chain */
	execute("insert into chain(state, lci1, lci2, i_end, device, i_begin,"
		" pca) select state, lci2, lci1, i_end, device, i_begin, pca"
		" from chain where id = %lld",
	    (long long)chain);
	execute("update unit set chain = (select max(id) from chain)"
		" where device = %lld and i >= %u",
	    (long long)device[0].number, first + 2);
	info = ask_chains(&reply, list, 1);
	assert_int_equal(info->n, 2);
	check_entry(&info->v[0], chain, first + 1);
	check_entry(&info->v[1], count("select max(id) from chain"), first + 4);
	/* an hour after the end of the second period it is over */
	time_set_offset(time_offset() +
			(int64_t)ra_period_start(w.ra, first + 2) + 3595 -
			time32_now());
	assert_int_equal(ask_chains(&reply, list, 1)->n, 2);
	time_set_offset(time_offset() + 10);
	assert_int_equal(ask_chains(&reply, list, 1)->n, 1);
	world_wait(&w, 3);
	no_chains(&device[0], &ma_no_chains);
}

/* Of the whole RA: it does not tell how many this device has. */
static void
test_j_max(void **state)
{
	struct inquiry_reply reply;
	uint32_t first;
	hpcr h;

	(void)state;
	w.service.environment.certs_per_i_period = 3;
	w.service.environment.shuffle_count = 9;
	provision();
	run();
	first = ra_period_now(w.ra);
	blacklist_one(&device[0]);
	h = hpcr_of(&device[0]);
	(void)ask_chains(&reply, &h, 1);
	assert_string_equal(j_max(&reply).text, "3");
	w.service.environment.certs_per_i_period = 5;
	restart();
	world_wait(&w, 1);
	run();
	(void)ask_chains(&reply, &h, 1);
	assert_string_equal(j_max(&reply).text, "5");
	/* nor is a period that is over of any importance */
	execute("update most set n = 9 where i = %u", first + 1);
	(void)ask_chains(&reply, &h, 1);
	assert_string_equal(j_max(&reply).text, "9");
	world_wait(&w, 1);
	(void)ask_chains(&reply, &h, 1);
	assert_string_equal(j_max(&reply).text, "5");
}

/* A database of before there was an MA. */
static void
test_older_database(void **state)
{
	static const char *const rows[] = {
	    "insert into unit(device, i, state, n, class, chain, since)"
	    " values(1, 7, 2, 20, 1, 1, 1), (2, 7, 2, 30, 1, 1, 1),"
	    " (2, 8, 2, 10, 1, 1, 1)",
	    "insert into blocked(enrollment_id, since) values(x'00', 1)"};
	static const char *const sums[] = {
	    "select sum(i * n) from most", "select sum(revoked) from blocked"};
	const struct db_schema then = {
	    ra_schema.steps, ra_schema.steps_n - 1, rows, 2};
	const struct db_schema now = {
	    ra_schema.steps, ra_schema.steps_n, sums, 2};
	char path[PATH_SIZE];
	struct db *db;
	int64_t n;

	(void)state;
	ra_path(w.ra, path, "older.db", NULL);
	must(db_open(&db, path, &then, &fi));
	must(db_run(db, 0, NULL, 0, NULL, NULL, &fi));
	must(db_run(db, 1, NULL, 0, NULL, NULL, &fi));
	db_close(db);
	must(db_open(&db, path, &now, &fi));
	must(db_run_int(db, &n, 0, NULL, 0, &fi));
	assert_int_equal(n, 7 * 30 + 8 * 10);
	must(db_run_int(db, &n, 1, NULL, 0, &fi));
	assert_int_equal(n, 0);
	db_close(db);
}

/* ---- RIF ---- */

static const uint8_t holders[4][8] = {
    {1, 0, 1}, {2, 0, 1}, {3, 0, 1}, {4, 0, 1}};

/* Two with certificates (of which one has followed the other), one without. */
static void
make_holders(uint32_t now)
{
	char id[3][17];

	for (unsigned k = 0; k < 3; k++) {
		hex_encode(id[k], holders[k], 8);
		execute("insert into auth_device(number, enrollment_hash,"
			" enrollment_id, enrollment, start, created, contact)"
			" values(%u, x'%02u', x'%s', x'00', 1, 1, 1)",
		    k + 1, k, id[k]);
		execute("insert into auth_request(id, device, kind, request,"
			" request_id, psid_ssp, region, ack, next_i, end_i)"
			" values(%u, %u, 0, x'%02u', x'%02u', x'', x'', x'',"
			" 1, 1)",
		    k + 1, k + 1, k, k);
	}
	for (unsigned k = 0; k < 6; k++) /* two are over; one is on its way */
		execute("insert into auth_certificate(request, i, state, pca,"
			" start, end, since, digest) values(%u, %u, %d, 1, 1,"
			" %u, 1, x'0000000000000000000%u')",
		    k % 2 + 1, k, k == 5 ? AUTH_SENT : AUTH_DONE,
		    now + 1000 * k - 1500, k);
	execute("insert into successor(enrollment_hash, enrollment_id, request,"
		" next_id, since) values(x'00', x'%s', x'00', x'%s', 1)",
	    id[0], id[1]);
}

static rif
rif_of(const uint8_t id[8])
{
	rif r;

	memcpy(r.b, id, sizeof(r.b));
	return r;
}

static void
blacklist_rif(const rif *list, size_t n, const scms_error *const *expected)
{
	struct inquiry_reply reply = ask(
	    INQUIRY_BLACKLIST_RIF, about_rif(INQUIRY_BLACKLIST_RIF, list, n));
	const ra_ma_rse_obe_id_blacklist_response_msg_status *status =
	    &reply.pdu->content.ma_ra.ra_ma_rse_obe_id_blacklist_response
		 .status;

	assert_int_equal(status->n, n);
	for (size_t k = 0; k < n; k++) {
		const rse_obe_id_blacklisting_status_reply *r =
		    &status->v[k].reply;

		assert_memory_equal(&status->v[k].rif, &list[k], 8);
		if (expected[k] == NULL)
			assert_int_equal(r->is,
			    rse_obe_id_blacklisting_status_reply_success);
		else
			assert_true(
			    r->is ==
				rse_obe_id_blacklisting_status_reply_failure &&
			    same_error(&r->failure, expected[k]));
	}
}

static void
test_blacklist_rif(void **state)
{
	const scms_error *const expected[] = {
	    NULL, &ma_already_blacklisted, &ma_no_such_rif, &ma_no_such_rif};
	rif list[4] = {
	    rif_of(holders[0]), rif_of(holders[1]), rif_of(holders[3])};
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];

	(void)state;
	provision();
	make_holders(time32_now());
	/* who has pseudonym certificates is no holder */
	list[3] = rif_of(device[0].cert->id);
	rows_hash(before, w.ra->db_path);
	blacklist_rif(&list[2], 2, &expected[2]);
	rows_hash(after, w.ra->db_path);
	assert_memory_equal(before, after, SHA256_SIZE);
	blacklist_rif(list, 4, expected);
	assert_int_equal(
	    count("select count(*) from blocked where revoked = 1"), 2);
	assert_int_equal(device_provision(&device[0], &w), 200);
}

static const ra_ma_cdv_response_msg_cdv_info *
ask_digests(const char **ends, const rif *list, size_t n)
{
	struct inquiry_reply reply =
	    ask(INQUIRY_DIGESTS, about_rif(INQUIRY_DIGESTS, list, n));

	*ends = http_result_header(&reply.http, &arena, "Monarch-Expiry");
	return &reply.pdu->content.ma_ra.ra_ma_cdv_response.cdv_info;
}

static void
test_digests(void **state)
{
	const scms_error *const success[] = {NULL, NULL};
	const rif list[] = {
	    rif_of(holders[0]), rif_of(holders[2]), rif_of(holders[3])};
	const ra_ma_cdv_response_msg_cdv_info *info;
	uint32_t now = time32_now();
	char expected[60];
	const char *ends;

	(void)state;
	make_holders(now);
	info = ask_digests(&ends, list, 3);
	assert_int_equal(info->n, 3);
	for (size_t k = 0; k < 3; k++) {
		assert_int_equal(info->v[k].reply.is, cdv_info_reply_failure);
		assert_true(
		    same_error(&info->v[k].reply.failure, &ma_no_such_rif));
	}
	assert_string_equal(ends != NULL ? ends : "", "");
	blacklist_rif(list, 2, success);
	info = ask_digests(&ends, list, 3);
	assert_int_equal(info->v[0].reply.is, cdv_info_reply_success);
	assert_int_equal(info->v[0].reply.success.n, 3);
	for (size_t k = 0; k < 3; k++)
		assert_int_equal(info->v[0].reply.success.v[k].b[9], k + 2);
	assert_true(same_error(&info->v[1].reply.failure, &ma_no_digests));
	assert_true(same_error(&info->v[2].reply.failure, &ma_no_such_rif));
	snprintf(expected, sizeof(expected), "%u,%u,%u", now + 500, now + 1500,
	    now + 2500);
	assert_string_equal(ends, expected);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_refused),
	    TEST(test_replayed),
	    TEST(test_per_day),
	    TEST(test_blacklist),
	    TEST(test_stops_everything),
	    TEST(test_family),
	    TEST(test_killed),
	    TEST(test_chains),
	    TEST(test_j_max),
	    TEST(test_older_database),
	    TEST(test_blacklist_rif),
	    TEST(test_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
