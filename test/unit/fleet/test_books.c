/* test_books.c - what a fleet remembers and what it reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/file.h"
#include "tool/fleet/report.h"
#include "tool/fleet/state.h"
#include "tool/fleet/world.h"

#define MUST(call) assert_int_equal((call), FAULT_OK)

static char dir[] = "/tmp/monarch-fleet-XXXXXX";

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static int
tear_down(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void
records_stay_and_more_devices_join(void **state)
{
	struct fault_info fi = {0};
	struct state s, other;
	char folder[PATH_SIZE];

	(void)state;
	path_join(folder, dir, "stay");
	MUST(state_open(&s, folder, 3, 7, &fi));
	s.v[2].stage = STAGE_PROVISIONED;
	record_set_progress(&s.v[2], (struct progress){5, 9, 80});
	assert_int_equal(state_open(&other, folder, 3, 7, &fi), FAULT_BUSY);
	state_close(&other);
	state_close(&s);
	MUST(state_open(&s, folder, 1000, 7, &fi));
	assert_int_equal(s.v[2].stage, STAGE_PROVISIONED);
	assert_int_equal(s.v[2].progress.next_i, 9);
	assert_int_equal(s.v[999].stage, STAGE_NEW);
	state_close(&s);
	MUST(state_open(&s, folder, 2, 7, &fi));
	state_close(&s);
	MUST(state_open(&s, folder, 1000, 7, &fi));
	assert_int_equal(s.v[2].progress.certificates, 80);
	state_close(&s);
}

static void
foreign_files_are_refused(void **state)
{
	struct fault_info fi = {0};
	char folder[PATH_SIZE], path[PATH_SIZE];
	struct state s;

	(void)state;
	path_join(folder, dir, "foreign");
	MUST(state_open(&s, folder, 1, 7, &fi));
	state_close(&s);
	assert_int_equal(state_open(&s, folder, 1, 8, &fi), FAULT_STORE);
	state_close(&s);
	path_join(path, folder, STATE_DEVICES);
	MUST(file_write(path,
	    bytes_of_string("neither here nor there, but "
			    "as long as a head would be, "
			    "and some."),
	    0600, &fi));
	assert_int_equal(state_open(&s, folder, 1, 7, &fi), FAULT_STORE);
	state_close(&s);
}

static void
a_torn_entry_goes(void **state)
{
	const struct held h[] = {{1, 2, 3, {4}}, {5, 6, 7, {8}}};
	struct arena arena = arena_new(1 << 20);
	char folder[PATH_SIZE], path[PATH_SIZE];
	struct fault_info fi = {0};
	struct bytes file;
	struct state s;

	(void)state;
	path_join(folder, dir, "torn");
	path_join(path, folder, STATE_CERTIFICATES);
	MUST(state_open(&s, folder, 1, 7, &fi));
	MUST(state_hold(&s, h, 2, &fi));
	state_close(&s);
	assert_int_equal(truncate(path, 2 * sizeof(h[0]) - 3), 0);
	MUST(state_open(&s, folder, 1, 7, &fi));
	MUST(state_hold(&s, &h[1], 1, &fi));
	state_close(&s);
	MUST(file_read(&file, &arena, path, 1 << 20, &fi));
	assert_int_equal(file.n, sizeof(h));
	assert_memory_equal(file.p, h, sizeof(h));
	arena_free(&arena);
}

static double
number(json_t *o, const char *a, const char *b, const char *c)
{
	o = json_object_get(o, a);
	if (b != NULL)
		o = json_object_get(o, b);
	if (c != NULL)
		o = json_object_get(o, c);
	assert_non_null(o);
	return json_number_value(o);
}

/* 1,000 latencies of 1 to 1,000 ms: each quantile is within a class, which is
 * 3 % wide. */
static void
quantiles_and_errors_are_what_happened(void **state)
{
	const struct report_end end = {
	    .devices = 5, .supplied = 4, .engine = "none"};
	static struct report r;
	struct fault_info fi = {0};
	char path[PATH_SIZE];
	double value;
	json_t *o;

	(void)state;
	report_begin(&r);
	for (uint64_t ms = 1; ms <= 1000; ms++)
		report_latency(&r, REQUEST_BATCH, ms * 1000000);
	report_latency(&r, REQUEST_INFO, UINT64_MAX);
	report_error(&r, "DENIED 5067", "first");
	report_error(&r, "NETWORK", "broken");
	report_error(&r, "DENIED 5067", "second");
	assert_int_equal(report_errors(&r), 3);
	path_join(path, dir, "report.json");
	MUST(report_write(&r, &end, path, &fi));
	assert_non_null(o = json_load_file(path, 0, NULL));
	value = number(o, "latency_ms", "download", "p50");
	assert_true(value > 480 && value < 520);
	value = number(o, "latency_ms", "download", "p99");
	assert_true(value > 955 && value < 1025);
	value = number(o, "latency_ms", "download", "mean");
	assert_true(value > 500 && value < 501);
	assert_true(number(o, "latency_ms", "enroll", "n") < 0.5);
	assert_true(number(o, "requests", NULL, NULL) > 1000.5);
	assert_true(number(o, "errors", "DENIED 5067", "n") > 1.5);
	assert_string_equal(
	    json_string_value(json_object_get(
		json_object_get(json_object_get(o, "errors"), "DENIED 5067"),
		"first")),
	    "first");
	assert_true(number(o, "fleet", "supplied", NULL) > 3.5);
	json_decref(o);
}

/* An environment that is nothing but its settings and a hosts map. */
static enum fault
open_with(const char *hosts)
{
	static const char conf[] = "kind = test\n";
	struct fault_info fi = {0};
	char path[PATH_SIZE];
	struct world w;
	enum fault fault;

	path_join(path, dir, "environment.conf");
	MUST(file_write(path, bytes_of_string(conf), 0600, &fi));
	path_join(path, dir, "hosts");
	MUST(file_write(path, bytes_of_string(hosts), 0600, &fi));
	fault = world_open(&w, dir, 1, &fi);
	world_close(&w);
	return fault;
}

static void
only_this_machine_is_loaded(void **state)
{
	(void)state;
	unsetenv("MONARCH_HOSTS");
	unsetenv("MONARCH_CLOCK");
	assert_int_equal(open_with(""), FAULT_DENIED);
	assert_int_equal(
	    open_with("127.0.1.1 ra.monarch.test\n"), FAULT_DENIED);
	assert_int_equal(open_with("192.0.2.1 ra.monarch.test\n"
				   "127.0.1.3 eca.monarch.test\n"),
	    FAULT_DENIED);
	assert_int_equal(open_with("127.0.1.1 lop.monarch.test "
				   "ra.monarch.test\n"
				   "192.0.2.1 RA.monarch.test\n"
				   "127.0.1.3 eca.monarch.test\n"),
	    FAULT_DENIED);
	assert_int_equal(open_with("::1 ra.monarch.test\n"
				   "127.0.1.3 eca.monarch.test\n"),
	    FAULT_DENIED);
	/* next thing missing: certificates */
	assert_int_equal(open_with("127.0.1.1 lop.monarch.test "
				   "ra.monarch.test # devices\n"
				   "127.0.1.3 eca.monarch.test\n"),
	    FAULT_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(records_stay_and_more_devices_join),
	    cmocka_unit_test(foreign_files_are_refused),
	    cmocka_unit_test(a_torn_entry_goes),
	    cmocka_unit_test(quantiles_and_errors_are_what_happened),
	    cmocka_unit_test(only_this_machine_is_loaded),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
