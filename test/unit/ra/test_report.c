/*
 * test_report.c - misbehavior reports: what is taken and what is refused, the
 * pool and its release, the way to the MA, SIGKILL at each step.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/encrypt.h"
#include "cert/spdu.h"
#include "crypto/random.h"
#include "role/ra/handlers.h"
#include "role/ra/report.h"
#include "service/crash.h"
#include "test/unit/ra/rows.h"
#include "test/unit/ra/world.h"

#define COUNT	 8 /* reports of a release */
#define AGE	 3600
#define ARRIVALS 64

static const char *const points[] = {
#define CRASH CRASH_NAME
#include "role/ra/crash.def"
#undef CRASH
    NULL};

/* An MA that notes what came; in shared memory. */
struct fake_ma {
	unsigned status; /* that it answers with; 0: it is away */
	uint8_t came[ARRIVALS][SHA256_SIZE];
	size_t n;
	bool path_was_wrong;
};

static struct world w;
static struct fake_ma *ma;
static char db_path[PATH_SIZE];

static enum fault
ma_call(void *ctx, struct http_result *result, struct arena *arena,
    const struct http_call *call, struct fault_info *f)
{
	static const char url[] =
	    "https://ma.monarch.test:8897/misbehavior-report";

	(void)ctx;
	(void)arena;
	if (ma->status == 0)
		return fault_set(f, FAULT_NETWORK, "the MA is away");
	ma->path_was_wrong |= strcmp(call->url, url) != 0;
	if (ma->status == 204 && ma->n < ARRIVALS)
		sha256(ma->came[ma->n++], call->body);
	*result = (struct http_result){.status = ma->status};
	return FAULT_OK;
}

static void
start(void)
{
	world_start(&w);
	w.ra->ma.call = ma_call;
	ra_path(w.ra, db_path, "reports.db", NULL);
}

static int
set_up(void **state)
{
	struct environment *e = &w.service.environment;

	(void)state;
	world_make(&w);
	e->report_shuffle_count = COUNT;
	e->report_max_age_seconds = AGE;
	ma = mmap(NULL, sizeof(*ma), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(ma != MAP_FAILED);
	ma->status = 204;
	start();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	assert_false(ma->path_was_wrong);
	munmap(ma, sizeof(*ma));
	world_remove(&w);
	return 0;
}

/* ---- what devices do ---- */

/* Something that only the MA can read. */
static struct bytes
make_report(size_t n)
{
	uint8_t *octets = arena_alloc(&w.arena, n, 1);
	struct bytes plain = {octets, n}, out;

	random_bytes(octets, n);
	must(spdu_encrypt(&out, &w.arena, plain, w.actor[WHO_MA].cert, &fi));
	return out;
}

struct told {
	unsigned status, code;
	size_t body;
};

/* Over a connection that has had so many. */
static struct told
post_over(struct bytes body, uint32_t *tally)
{
	struct arena arena = arena_new((size_t)1 << 20);
	struct http_request request = {
	    .method = "POST",
	    .path = "/process-misbehavior-report",
	    .body = body,
	    .tally = tally,
	    .arena = &arena,
	};
	struct http_response response = {.status = 200, .fd = -1};
	const struct http_request *const requests[] = {&request};
	struct http_response *const responses[] = {&response};
	struct told told;

	ra_report(w.ra, &request, &response);
	finish_gathered(w.ra, requests, responses, 1);
	told = (struct told){.status = response.status, 0, response.body.n};
	for (size_t k = 0; k < response.headers_n; k++)
		if (strcmp(response.headers[k].name, "SCMS-POC-Error") == 0)
			told.code = (unsigned)strtoul(
			    response.headers[k].value, NULL, 10);
	arena_free(&arena);
	return told;
}

static struct told
post(struct bytes body)
{
	uint32_t tally = 0;

	return post_over(body, &tally);
}

static void
post_some(size_t n)
{
	for (size_t k = 0; k < n; k++)
		assert_int_equal(post(make_report(300)).status, 200);
}

static struct report_figures
figures(void)
{
	struct report_figures f;

	reports_figures(w.ra->reports, &f);
	return f;
}

/* What the thread does until there is nothing to do; steps that did. */
static size_t
send_all(void)
{
	struct arena arena = arena_new((size_t)1 << 20);
	unsigned pause;
	size_t n = 0;

	while (report_step(w.ra, &arena, &pause, &fi) == FAULT_OK)
		n++;
	arena_free(&arena);
	return n;
}

/* ---- taken ---- */

static void
test_nothing_but_octets(void **state)
{
	char columns[100];
	struct told told;

	(void)state;
	told = post(make_report(2000));
	assert_int_equal(told.status, 200);
	assert_int_equal(told.body, 0);
	assert_int_equal(figures().pooled, 1);
	rows_columns(columns, sizeof(columns), db_path, "report");
	assert_string_equal(columns, "lot,released,octets");
	rows_columns(columns, sizeof(columns), db_path, "seen");
	assert_string_equal(columns, "hash,day");
}

/* Since when the pool fills says nothing exact about its first report. */
static void
test_grain(void **state)
{
	const struct report_rule rule = {COUNT, AGE};
	uint32_t now = time32_now();
	uint64_t n;

	(void)state;
	time_set_offset(time_offset() + 361 - now % 361 + 200);
	post_some(1);
	now = time32_now();
	assert_true(now % 361 >= 200 && now % 361 < 300);
	now -= now % 361;
	must(reports_release(w.ra->reports, &n, &rule, now + AGE - 1, &fi));
	assert_int_equal(n, 0);
	must(reports_release(w.ra->reports, &n, &rule, now + AGE, &fi));
	assert_int_equal(n, 1);
}

static void
test_repeated(void **state)
{
	struct bytes report = make_report(300);
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];

	(void)state;
	assert_int_equal(post(report).status, 200);
	rows_hash(before, db_path);
	assert_int_equal(post(report).status, 200);
	rows_hash(after, db_path);
	assert_memory_equal(before, after, SHA256_SIZE);
	post_some(COUNT - 1);
	assert_int_equal(send_all(), COUNT);
	/* the MA has it; it is known all the same, and after a restart */
	world_stop(&w);
	start();
	rows_hash(before, db_path);
	assert_int_equal(post(report).status, 200);
	rows_hash(after, db_path);
	assert_memory_equal(before, after, SHA256_SIZE);
	assert_int_equal(figures().pooled, 0);
	/* on the seventh day, too; after that it is forgotten */
	time_set_offset(time_offset() + 7 * 86400);
	assert_int_equal(send_all(), 0);
	assert_int_equal(post(report).status, 200);
	assert_int_equal(figures().pooled, 0);
	time_set_offset(time_offset() + 86400);
	assert_int_equal(send_all(), 0);
	assert_int_equal(post(report).status, 200);
	assert_int_equal(figures().pooled, 1);
}

/* ---- refused ---- */

static struct bytes
with_recipients(const struct recipient *r, size_t n)
{
	static const uint8_t plain[100];
	struct bytes out;

	must(spdu_encrypt_to(
	    &out, &w.arena, (struct bytes){plain, 100}, r, n, &fi));
	return out;
}

static struct bytes
to_ra(struct bytes good)
{
	struct bytes out;

	must(spdu_encrypt(&out, &w.arena, good, w.actor[WHO_RA].cert, &fi));
	return out;
}

static struct bytes
to_two(struct bytes good)
{
	struct recipient r[2];

	(void)good;
	must(recipient_of_cert(&r[0], w.actor[WHO_MA].cert, &fi));
	must(recipient_of_cert(&r[1], w.actor[WHO_RA].cert, &fi));
	return with_recipients(r, 2);
}

/* The id is the MA's, the kind is another. */
static struct bytes
to_response_key(struct bytes good)
{
	struct recipient r;

	(void)good;
	must(recipient_of_cert(&r, w.actor[WHO_MA].cert, &fi));
	r.kind = RECIPIENT_KEY;
	return with_recipients(&r, 1);
}

static struct bytes
to_secret(struct bytes good)
{
	struct recipient r;
	struct key16 secret;

	(void)good;
	random_bytes(&secret, sizeof(secret));
	recipient_of_secret(&r, RECIPIENT_SYMMETRIC, &secret);
	memcpy(r.id, w.actor[WHO_MA].cert->id, sizeof(r.id));
	return with_recipients(&r, 1);
}

static struct bytes
not_encrypted(struct bytes good)
{
	struct bytes out;

	must(spdu_wrap(&out, &w.arena, good, &fi));
	return out;
}

static struct bytes
only_signed(struct bytes good)
{
	const struct spdu_header header = {.psid = 0x26};
	struct bytes out;

	must(spdu_sign(&out, &w.arena, &header, good, SIGNER_DIGEST,
	    &w.actor[WHO_RA].signer, &fi));
	return out;
}

static struct bytes
empty(struct bytes good)
{
	(void)good;
	return BYTES_NONE;
}

static struct bytes
cut(struct bytes good)
{
	return (struct bytes){good.p, good.n - 1};
}

static struct bytes
longer(struct bytes good)
{
	uint8_t *p = arena_alloc(&w.arena, good.n + 1, 1);

	memcpy(p, good.p, good.n);
	p[good.n] = 0;
	return (struct bytes){p, good.n + 1};
}

static struct bytes
version_2(struct bytes good)
{
	struct bytes out = bytes_copy(&w.arena, good);

	((uint8_t *)(uintptr_t)out.p)[0] = 2;
	return out;
}

static struct bytes
too_large(struct bytes good)
{
	(void)good;
	return make_report(w.service.environment.report_octets);
}

static const struct {
	struct bytes (*change)(struct bytes good);
	const char *name;
} changes[] = {
    {empty, "empty"},
    {cut, "cut"},
    {longer, "longer"},
    {version_2, "version 2"},
    {not_encrypted, "not encrypted"},
    {only_signed, "only signed"},
    {to_ra, "to the RA"},
    {to_two, "to two"},
    {to_response_key, "to a response key"},
    {to_secret, "to a shared key"},
    {too_large, "too large"},
};

static void
test_refused(void **state)
{
	struct bytes good = make_report(300);
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];

	(void)state;
	w.service.environment.report_octets = 4096;
	post_some(2);
	rows_hash(before, db_path);
	for (size_t k = 0; k < sizeof(changes) / sizeof(changes[0]); k++) {
		struct told told = post(changes[k].change(good));

		if (told.status != 400 || told.code != 5070)
			fail_msg("%s: %u %u", changes[k].name, told.status,
			    told.code);
		rows_hash(after, db_path);
		assert_memory_equal(before, after, SHA256_SIZE);
	}
	w.service.environment.detailed_errors = false;
	for (size_t k = 0; k < sizeof(changes) / sizeof(changes[0]); k++) {
		struct told told = post(changes[k].change(good));

		assert_int_equal(told.status, 500);
		assert_int_equal(told.code, 0);
	}
	rows_hash(after, db_path);
	assert_memory_equal(before, after, SHA256_SIZE);
	assert_int_equal(post(good).status, 200);
}

static void
test_no_ma(void **state)
{
	char path[PATH_SIZE];

	(void)state;
	world_stop(&w);
	path_join(path, w.dir, "known/ma.monarch.test.oer");
	assert_int_equal(remove(path), 0);
	start();
	assert_int_equal(post(make_report(300)).status, 500);
	assert_int_equal(figures().pooled, 0);
}

/* ---- limits ---- */

static void
test_connection(void **state)
{
	uint32_t tally = 0, other = 0;
	struct told told;

	(void)state;
	w.service.environment.reports_per_connection = 3;
	for (int k = 0; k < 3; k++)
		assert_int_equal(
		    post_over(make_report(300), &tally).status, 200);
	told = post_over(make_report(300), &tally);
	assert_int_equal(told.status, 429);
	assert_int_equal(told.code, 5071);
	assert_int_equal(figures().pooled, 3);
	/* those that are refused count, too */
	for (int k = 0; k < 3; k++)
		assert_int_equal(post_over(BYTES_NONE, &other).status, 400);
	assert_int_equal(post_over(make_report(300), &other).status, 429);
	assert_int_equal(post(make_report(300)).status, 200);
}

static void
test_hour(void **state)
{
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];
	struct bytes late = make_report(300);

	(void)state;
	world_stop(&w);
	w.service.environment.reports_per_hour = 5;
	start();
	post_some(5);
	rows_hash(before, db_path);
	assert_int_equal(post(late).status, 429);
	rows_hash(after, db_path);
	assert_memory_equal(before, after, SHA256_SIZE);
	time_set_offset(time_offset() + 3600);
	assert_int_equal(post(late).status, 200);
	post_some(4);
	assert_int_equal(post(make_report(300)).status, 429);
}

/* A store of the test's own, with its own limits. */
static struct reports *
open_store(uint64_t waiting, uint64_t octets)
{
	const struct report_limits limits = {waiting, octets, 1000000};
	struct reports *r;
	char path[PATH_SIZE];

	path_join(path, w.dir, "data/other.db");
	must(reports_open(&r, path, &limits, &fi));
	return r;
}

static enum fault
add(struct reports *r, size_t n)
{
	struct report report = {.octets = {arena_alloc(&w.arena, n, 1), n}};

	random_bytes((uint8_t *)(uintptr_t)report.octets.p, n);
	must(reports_add(r, &report, 1, time32_now(), 1, &fi));
	return report.fault;
}

static void
test_full(void **state)
{
	const struct report_rule at_once = {1, 0};
	struct reports *r = open_store(3, 1000);
	struct arena arena = arena_new((size_t)1 << 20);
	uint8_t lot[REPORT_LOT];
	struct bytes octets;
	uint64_t n;

	(void)state;
	assert_int_equal(add(r, 100), FAULT_OK);
	assert_int_equal(add(r, 901), FAULT_TOO_MANY); /* octets */
	assert_int_equal(add(r, 100), FAULT_OK);
	assert_int_equal(add(r, 100), FAULT_OK);
	assert_int_equal(add(r, 100), FAULT_TOO_MANY); /* number */
	must(reports_release(r, &n, &at_once, time32_now(), &fi));
	assert_int_equal(n, 3);
	assert_int_equal(add(r, 100), FAULT_TOO_MANY); /* not yet sent */
	reports_close(r);
	r = open_store(3, 1000); /* the figures are those of the rows */
	assert_int_equal(add(r, 100), FAULT_TOO_MANY);
	must(reports_next(r, lot, &octets, &arena, &fi));
	assert_int_equal(octets.n, 100);
	must(reports_taken(r, lot, octets.n, &fi));
	assert_int_equal(add(r, 801), FAULT_TOO_MANY);
	assert_int_equal(add(r, 800), FAULT_OK);
	reports_close(r);
	arena_free(&arena);
}

/* ---- release ---- */

static void
test_release(void **state)
{
	(void)state;
	post_some(COUNT - 1);
	assert_int_equal(send_all(), 0);
	post_some(1);
	assert_int_equal(send_all(), COUNT);
	assert_int_equal(ma->n, COUNT);
	/* too few, until the time is over; also across a restart */
	post_some(2);
	time_set_offset(time_offset() + AGE / 2);
	assert_int_equal(send_all(), 0);
	world_stop(&w);
	start();
	assert_int_equal(send_all(), 0);
	assert_int_equal(figures().pooled, 2);
	time_set_offset(time_offset() + AGE / 2);
	assert_int_equal(send_all(), 2);
	assert_int_equal(ma->n, COUNT + 2);
	assert_int_equal(figures().octets, 0);
}

/* What comes while others are sent waits for its own company. */
static void
test_not_mixed(void **state)
{
	struct arena arena = arena_new((size_t)1 << 20);
	unsigned pause;

	(void)state;
	post_some(COUNT);
	must(report_step(w.ra, &arena, &pause, &fi));
	post_some(COUNT - 1);
	assert_int_equal(send_all(), COUNT - 1);
	assert_int_equal(figures().pooled, COUNT - 1);
	assert_int_equal(figures().released, 0);
	arena_free(&arena);
}

/* Each of the 24 orders of four reports comes equally often: chi-square with 23
 * degrees of freedom is beyond 95 once in 10^10 times. */
static void
test_uniform(void **state)
{
	enum { ROUNDS = 2400, EACH = 4, ORDERS = 256 };
	const struct report_rule rule = {EACH, AGE};
	struct reports *r = open_store(100, 10000);
	struct arena arena = arena_new((size_t)1 << 20);
	unsigned seen[ORDERS] = {0}, orders = 0;
	double chi = 0, expected = ROUNDS / 24.0;

	(void)state;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		unsigned order = 0;
		uint64_t n;

		for (uint32_t k = 0; k < EACH; k++) {
			uint32_t text[2] = {k, round};
			struct report one = {
			    .octets = {(const uint8_t *)text, sizeof(text)}};

			must(reports_add(r, &one, 1, time32_now(), 1, &fi));
		}
		must(reports_release(r, &n, &rule, time32_now(), &fi));
		assert_int_equal(n, EACH);
		for (uint32_t k = 0; k < EACH; k++) {
			uint8_t lot[REPORT_LOT];
			struct bytes octets;

			must(reports_next(r, lot, &octets, &arena, &fi));
			must(reports_taken(r, lot, octets.n, &fi));
			order = 4 * order + octets.p[0];
		}
		seen[order]++;
		arena_reset(&arena);
	}
	for (unsigned k = 0; k < ORDERS; k++)
		if (seen[k] > 0) {
			double off = seen[k] - expected;

			chi += off * off / expected;
			orders++;
		}
	assert_int_equal(orders, 24);
	assert_true(chi < 95);
	reports_close(r);
	arena_free(&arena);
}

/* ---- the MA ---- */

static void
test_away(void **state)
{
	struct arena arena = arena_new((size_t)1 << 20);
	unsigned pause = 0, first;
	char cause[200];

	(void)state;
	ma->status = 0;
	post_some(COUNT);
	assert_int_equal(report_step(w.ra, &arena, &first, &fi), FAULT_NETWORK);
	assert_true(first > 0);
	assert_true(peer_is_down(&w.ra->ma, cause, sizeof(cause)));
	assert_int_equal(figures().released, COUNT);
	/* no other answer but these two means that it was taken */
	for (unsigned status = 403; status <= 503; status += 50) {
		ma->status = status;
		assert_int_not_equal(
		    report_step(w.ra, &arena, &pause, &fi), FAULT_OK);
		assert_true(pause > 0);
		assert_int_equal(figures().released, COUNT);
	}
	ma->status = 204;
	assert_int_equal(send_all(), COUNT);
	assert_int_equal(ma->n, COUNT);
	assert_false(peer_is_down(&w.ra->ma, cause, sizeof(cause)));
	arena_free(&arena);
}

/* One that the MA will never take does not hold up the others. */
static void
test_dropped(void **state)
{
	struct arena arena = arena_new((size_t)1 << 20);
	unsigned pause;

	(void)state;
	post_some(COUNT);
	ma->status = 400;
	must(report_step(w.ra, &arena, &pause, &fi));
	ma->status = 413;
	must(report_step(w.ra, &arena, &pause, &fi));
	ma->status = 204;
	assert_int_equal(send_all(), COUNT - 2);
	assert_int_equal(atomic_load(&w.ra->reports_dropped), 2);
	assert_int_equal(ma->n, COUNT - 2);
	arena_free(&arena);
}

/* ---- killed ---- */

/* All reports come until they are acknowledged, and all are sent. */
static bool
life(const struct bytes *reports, size_t n, bool *acked)
{
	for (size_t k = 0; k < n; k++) {
		if (acked[k])
			continue;
		if (post(reports[k]).status != 200)
			return false;
		acked[k] = true;
	}
	(void)send_all();
	return true;
}

static int
in_child(
    const struct bytes *reports, size_t n, bool *acked, const char *crash_at)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		setenv("MONARCH_CRASH_AT", crash_at, 1);
		if (crash_arm("ra", points, &fi) != FAULT_OK)
			_exit(3);
		start();
		_exit(life(reports, n, acked) ? 0 : 4);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* The MA has each that was acknowledged, and, apart from what it was sent
 * twice, nothing else. */
static void
came(const struct bytes *reports, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		uint8_t hash[SHA256_SIZE];
		size_t at = 0;

		sha256(hash, reports[k]);
		while (at < ma->n && memcmp(ma->came[at], hash, 32) != 0)
			at++;
		assert_true(at < ma->n);
	}
	assert_true(ma->n <= n + 1);
}

static void
test_killed(void **state)
{
	struct bytes reports[COUNT];
	bool *acked = mmap(NULL, COUNT, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char at[60];

	(void)state;
	world_stop(&w);
	for (size_t k = 0; points[k] != NULL; k++) {
		unsigned last =
		    strcmp(points[k], "ra-report-released") == 0 ? 1 : COUNT;

		if (strncmp(points[k], "ra-report-", 10) != 0)
			continue;
		for (unsigned count = 1; count <= last; count += COUNT - 1) {
			int status;

			memset(acked, 0, COUNT);
			ma->n = 0;
			for (size_t i = 0; i < COUNT; i++)
				reports[i] = make_report(300);
			snprintf(at, sizeof(at), "%s:%u", points[k], count);
			status = in_child(reports, COUNT, acked, at);
			if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
				fail_msg("%s was not reached", at);
			start();
			assert_true(life(reports, COUNT, acked));
			came(reports, COUNT);
			assert_int_equal(figures().pooled, 0);
			assert_int_equal(figures().released, 0);
			assert_int_equal(figures().octets, 0);
			world_stop(&w);
		}
	}
	munmap(acked, COUNT);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_nothing_but_octets),
	    TEST(test_grain),
	    TEST(test_repeated),
	    TEST(test_refused),
	    TEST(test_no_ma),
	    TEST(test_connection),
	    TEST(test_hour),
	    TEST(test_full),
	    TEST(test_release),
	    TEST(test_not_mixed),
	    TEST(test_uniform),
	    TEST(test_away),
	    TEST(test_dropped),
	    TEST(test_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
