/* report_test.c - reports that wait, and their way to the RA. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/time32.h"
#include "device/spool.h"
#include "test/unit/device/folder.h"
#include "test/unit/device/world_int.h"

static char dir[PATH_SIZE], path[PATH_SIZE];
static struct world *w;
static struct folder folder;

static int
set_up(void **state)
{
	struct fault_info fi = {0};

	(void)state;
	temporary_folder(dir);
	w = world_new();
	world_device(w, dir, "obe", path);
	MUST(folder_find(&folder, path, &fi));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_clock(WORLD_NOW);
	world_free(w);
	remove_folder(dir);
	return 0;
}

static void
put(const char *text, uint32_t now)
{
	struct fault_info fi = {0};

	MUST(spool_put(&folder, bytes_of_string(text), now, &fi));
}

static unsigned
count(void)
{
	uint32_t oldest;

	return spool_count(&folder, &oldest);
}

/* ---- waiting ---- */

static void
reports_wait_in_their_order(void **state)
{
	struct arena arena = arena_new(1 << 20);
	struct fault_info fi = {0};
	const char **name;
	char file[PATH_SIZE];
	struct bytes octets;
	uint32_t oldest;
	struct stat st;
	size_t n;

	(void)state;
	MUST(spool_list(&name, &n, &arena, &folder, WORLD_NOW, &fi));
	assert_int_equal(n, 0);
	assert_int_equal(spool_count(&folder, &oldest), 0);
	assert_int_equal(oldest, 0);
	put("second", WORLD_NOW + 2);
	put("first", WORLD_NOW + 1);
	put("third", WORLD_NOW + 3);
	MUST(spool_list(&name, &n, &arena, &folder, WORLD_NOW + 3, &fi));
	assert_int_equal(n, 3);
	assert_int_equal(spool_count(&folder, &oldest), 3);
	assert_int_equal(oldest, WORLD_NOW + 1);
	for (size_t k = 0; k < 3; k++) {
		static const char *const want[] = {"first", "second", "third"};

		MUST(folder_read(&octets, &arena, &folder, name[k], &fi));
		assert_true(bytes_equal(octets, bytes_of_string(want[k])));
		folder_path(file, &folder, name[k]);
		assert_int_equal(stat(file, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	arena_free(&arena);
}

static void
a_report_waits_for_a_week(void **state)
{
	struct arena arena = arena_new(1 << 20);
	struct fault_info fi = {0};
	const char **name;
	size_t n;

	(void)state;
	put("old", WORLD_NOW);
	put("new", WORLD_NOW + 1);
	MUST(spool_list(&name, &n, &arena, &folder, WORLD_NOW + 604800, &fi));
	assert_int_equal(n, 2);
	MUST(spool_list(&name, &n, &arena, &folder, WORLD_NOW + 604801, &fi));
	assert_int_equal(n, 1);
	assert_int_equal(count(), 1);
	put("newest", WORLD_NOW + 604802);
	assert_int_equal(count(), 1); /* "new" is gone as well */
	arena_free(&arena);
}

static void
the_oldest_make_room(void **state)
{
	uint32_t oldest;

	(void)state;
	for (unsigned k = 0; k < SPOOL_MOST + 3; k++)
		put("report", WORLD_NOW + k);
	assert_int_equal(spool_count(&folder, &oldest), SPOOL_MOST);
	assert_int_equal(oldest, WORLD_NOW + 3);
}

static void
what_is_no_report_is_left_alone(void **state)
{
	static const char *const names[] = {"reports/notes",
	    "reports/0000000g-0000000000000000.oer",
	    "reports/00000000-0000000000000000.oer.tmp"};
	struct fault_info fi = {0};

	(void)state;
	put("report", WORLD_NOW);
	for (size_t k = 0; k < 3; k++)
		MUST(folder_write(
		    &folder, names[k], bytes_of_string("other"), &fi));
	assert_int_equal(count(), 1);
	put("report", WORLD_NOW + 700000);
	assert_int_equal(count(), 1);
	for (size_t k = 0; k < 3; k++)
		assert_true(folder_has(&folder, names[k]));
}

/* ---- on their way ---- */

/* An RA that looks at what it gets. */
struct ra {
	unsigned status[8], calls; /* 0: cannot be reached */
	char body[8][16];
	const char *head;
};

static enum fault
answer(void *ctx, struct http_result *result, struct arena *arena,
    const struct http_call *call, struct fault_info *fi)
{
	struct ra *ra = ctx;
	unsigned k = ra->calls++;

	assert_true(k < 8);
	assert_string_equal(call->method, "POST");
	assert_string_equal(
	    call->url, "https://" WORLD_RA ":8892/process-misbehavior-report");
	/* nothing that says who it is */
	assert_true(call->headers == NULL || call->headers[0] == NULL);
	snprintf(ra->body[k], sizeof(ra->body[k]), "%.*s", (int)call->body.n,
	    (const char *)call->body.p);
	if (ra->status[k] == 0)
		return fault_set(fi, FAULT_NETWORK, "no connection");
	return world_answer(result, arena, ra->status[k], ra->head, BYTES_NONE);
}

static enum fault
send_reports(struct ra *ra, struct monarch_report_result *out)
{
	const struct monarch_settings settings = {.attempts = 1};
	struct fault_info fi = {0};
	struct monarch_device *d;
	enum fault fault;

	MUST(device_open(&d, path, &settings, &fi));
	d->transport = (struct transport){answer, ra};
	fault = monarch_report(d, out, &fi);
	monarch_close(d);
	return fault;
}

static void
put_three(void)
{
	put("one", WORLD_NOW - 3);
	put("two", WORLD_NOW - 2);
	put("three", WORLD_NOW - 1);
}

static void
reports_are_sent_one_by_one(void **state)
{
	struct ra ra = {.status = {200, 200, 200}, .head = ""};
	struct monarch_report_result r;
	struct monarch_status s;
	struct fault_info fi = {0};

	(void)state;
	put_three();
	MUST(monarch_status(path, &s, &fi));
	assert_int_equal(s.reports, 3);
	assert_int_equal(s.oldest_report, WORLD_NOW - 3);
	assert_int_equal(send_reports(&ra, &r), FAULT_OK);
	assert_int_equal(ra.calls, 3);
	assert_string_equal(ra.body[0], "one");
	assert_string_equal(ra.body[1], "two");
	assert_string_equal(ra.body[2], "three");
	assert_int_equal(r.sent, 3);
	assert_int_equal(r.left, 0);
	assert_int_equal(count(), 0);
	MUST(monarch_status(path, &s, &fi));
	assert_int_equal(s.reports, 0);
	/* nobody is asked when there is nothing to say */
	assert_int_equal(send_reports(&ra, &r), FAULT_OK);
	assert_int_equal(ra.calls, 3);
}

static void
what_cannot_be_sent_waits(void **state)
{
	/* answers, and what becomes of three reports */
	static const struct {
		unsigned status[3];
		enum fault fault;
		unsigned calls, sent, refused, left;
	} cases[] = {
	    {{0}, FAULT_NETWORK, 1, 0, 0, 3},
	    {{200, 0}, FAULT_NETWORK, 2, 1, 0, 2},
	    {{503, 503, 503}, FAULT_HTTP_STATUS, 3, 0, 0, 3},
	    {{500, 500, 200}, FAULT_HTTP_STATUS, 3, 1, 0, 2},
	    {{400, 200, 200}, FAULT_HTTP_STATUS, 3, 2, 1, 0},
	    {{413, 200, 0}, FAULT_HTTP_STATUS, 3, 1, 1, 1},
	};

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct ra ra = {.head = ""};
		struct monarch_report_result r;

		folder_remove_all(&folder, FOLDER_REPORTS);
		put_three();
		memcpy(ra.status, cases[k].status, sizeof(cases[k].status));
		assert_int_equal(send_reports(&ra, &r), cases[k].fault);
		assert_int_equal(ra.calls, cases[k].calls);
		assert_int_equal(r.sent, cases[k].sent);
		assert_int_equal(r.refused, cases[k].refused);
		assert_int_equal(r.left, cases[k].left);
		assert_int_equal(count(), cases[k].left);
	}
}

/* 5071 and its like: the others would fare no better now. */
static void
a_busy_ra_is_left_in_peace(void **state)
{
	struct ra ra = {
	    .status = {429, 200, 200}, .head = "SCMS-POC-Error: 5071\r\n"};
	struct monarch_report_result r;

	(void)state;
	put_three();
	assert_int_equal(send_reports(&ra, &r), FAULT_TOO_MANY);
	assert_int_equal(ra.calls, 1);
	assert_int_equal(count(), 3);
	ra = (struct ra){.status = {200, 200, 200}, .head = ""};
	assert_int_equal(send_reports(&ra, &r), FAULT_OK);
	assert_string_equal(ra.body[0], "one");
	assert_int_equal(count(), 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(reports_wait_in_their_order),
	    TEST(a_report_waits_for_a_week),
	    TEST(the_oldest_make_room),
	    TEST(what_is_no_report_is_left_alone),
	    TEST(reports_are_sent_one_by_one),
	    TEST(what_cannot_be_sent_waits),
	    TEST(a_busy_ra_is_left_in_peace),
	};

	world_clock(WORLD_NOW);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
