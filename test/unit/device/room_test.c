/* room_test.c - little room, little patience: storage that ends, downloads
 * that wait until they are due, and devices that give up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "device/week.h"
#include "test/unit/device/folder.h"
#include "test/unit/device/world_int.h"

static char dir[PATH_SIZE], path[PATH_SIZE];
static struct world *w;

static int
set_up(void **state)
{
	(void)state;
	temporary_folder(dir);
	w = world_new();
	world_device(w, dir, "obe", path);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_free(w);
	remove_folder(dir);
	return 0;
}

static void
provision(void)
{
	const struct monarch_provision_terms ask = {0};
	struct monarch_device *d = world_open(w, path);
	struct fault_info fi = {0};
	uint32_t t;

	MUST(monarch_provision(d, &t, &ask, &fi));
	monarch_close(d);
}

static struct monarch_download_result
download(const struct monarch_download_terms *get)
{
	struct monarch_device *d = world_open(w, path);
	struct monarch_download_result r;
	struct fault_info fi = {0};

	MUST(monarch_download(d, &r, get, &fi));
	assert_int_equal(r.refused, 0);
	monarch_close(d);
	return r;
}

static struct monarch_held
held(void)
{
	struct monarch_status s;
	struct fault_info fi = {0};

	MUST(monarch_status(path, &s, &fi));
	return s.kind[MONARCH_PSEUDONYM];
}

static void
what_fits_is_taken_and_the_rest_when_there_is_room(void **state)
{
	/* One period, and half of the next. */
	const struct monarch_download_terms get = {
	    .most_certificates = WORLD_JMAX * 3 / 2};
	struct monarch_download_result r;
	unsigned before;

	(void)state;
	provision();
	r = download(&get);
	assert_int_equal(r.certificates, WORLD_JMAX * 3 / 2);
	assert_int_equal(r.periods, 1);
	assert_true(r.no_room > 2);
	assert_int_equal(held().periods, 1);
	assert_int_equal(held().incomplete, 1);
	assert_int_equal(held().usable, WORLD_JMAX);
	/* Full is full: nothing is fetched in vain. */
	before = w->ra->downloads;
	r = download(&get);
	assert_int_equal(r.certificates, 0);
	assert_int_equal(w->ra->downloads, before);
	/* When a week is over there is room for the rest of the second. */
	world_clock(WORLD_PERIOD_START(WORLD_I + 1) + 7200);
	r = download(&get);
	assert_int_equal(held().certificates, WORLD_JMAX * 3 / 2);
	assert_int_equal(held().i_first, WORLD_I + 1);
	assert_int_equal(held().usable, WORLD_JMAX);
	assert_int_equal(held().periods, 1);
}

static void
octets_are_counted_too(void **state)
{
	struct monarch_download_terms get = {0};
	struct arena arena = arena_new(1u << 20);
	struct fault_info fi = {0};
	struct folder f;
	struct week week;
	uint64_t one;

	(void)state;
	provision();
	get.periods = 1;
	download(&get);
	MUST(folder_find(&f, path, &fi));
	MUST(week_read(&week, &arena, &f, WORLD_I, &fi));
	one = week_size(&week);
	get.periods = 0;
	get.most_octets = 2 * one + one / 2;
	download(&get);
	assert_int_equal(held().periods, 2);
	assert_int_equal(held().incomplete, 1);
	assert_in_range(
	    held().certificates, 2 * WORLD_JMAX + 1, 3 * WORLD_JMAX - 1);
	/* A limit below what is there takes nothing away. */
	get.most_octets = 100;
	download(&get);
	assert_int_equal(held().periods, 2);
	get.most_octets = 0;
	download(&get);
	assert_int_equal(held().periods, 4);
	assert_int_equal(held().incomplete, 0);
	arena_free(&arena);
}

static void
who_waits_asks_nobody_before_it_is_time(void **state)
{
	const struct monarch_download_terms get = {.periods = 4},
					    due = {.periods = 4, .due = true};
	struct monarch_download_result r;
	unsigned policies;

	(void)state;
	w->info = WORLD_PERIOD_START(WORLD_I + 1);
	w->i_last = WORLD_I + 2;
	provision();
	r = download(&due); /* never before: due */
	assert_int_equal(r.certificates, 3 * WORLD_JMAX);
	assert_int_equal(r.missing, 1);
	w->i_last = WORLD_I + 3;
	r = download(&due); /* one was missing */
	assert_int_equal(r.certificates, WORLD_JMAX);
	policies = w->asked;
	r = download(&due);
	assert_int_equal(w->asked, policies);
	assert_int_equal(r.next, w->info);
	download(&get);
	assert_true(w->asked > policies);
	world_clock(w->info + 7200);
	w->info += 604800;
	w->i_last = WORLD_I + 4;
	r = download(&due);
	assert_int_equal(r.certificates, WORLD_JMAX);
	assert_int_equal(r.next, w->info);
}

static enum fault
try(unsigned most, bool again, struct fault_info *fi)
{
	const struct monarch_settings settings = {
	    .attempts = 1, .failures_most = most, .again = again};
	const struct monarch_provision_terms ask = {0};
	struct monarch_device *d;
	enum fault fault;
	uint32_t t;

	must(device_open(&d, path, &settings, fi), fi, "open");
	d->transport = world_transport(w);
	fault = monarch_provision(d, &t, &ask, fi);
	monarch_close(d);
	return fault;
}

static void
after_failures_in_a_row_it_gives_up_until_asked(void **state)
{
	struct monarch_status s;
	struct fault_info fi = {0};
	unsigned asked;

	(void)state;
	w->refuse_code = 5055;
	for (unsigned k = 0; k < 3; k++)
		assert_int_equal(try(3, false, &fi), FAULT_BLOCKED);
	asked = w->asked;
	assert_int_equal(try(3, false, &fi), FAULT_GAVE_UP);
	assert_non_null(strstr(fi.text, "blacklist"));
	assert_int_equal(w->asked, asked);
	MUST(monarch_status(path, &s, &fi));
	assert_true(s.stopped);
	assert_int_equal(s.failures, 3);
	/* It stays so, even if more would be allowed now. */
	assert_int_equal(try(100, false, &fi), FAULT_GAVE_UP);
	assert_int_equal(try(3, true, &fi), FAULT_BLOCKED);
	MUST(monarch_status(path, &s, &fi));
	assert_false(s.stopped);
	assert_int_equal(s.failures, 1);
	w->refuse_code = 0;
	MUST(try(3, false, &fi));
	MUST(monarch_status(path, &s, &fi));
	assert_int_equal(s.failures, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_fits_is_taken_and_the_rest_when_there_is_room),
	    TEST(octets_are_counted_too),
	    TEST(who_waits_asks_nobody_before_it_is_time),
	    TEST(after_failures_in_a_row_it_gives_up_until_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
