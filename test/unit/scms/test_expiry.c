/* Days left, and what scms status warns of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tool/scms/expiry.h"

#define DAY 86400u

static void
test_days(void **state)
{
	(void)state;
	assert_int_equal(expiry_days(1000, 1000), 0);
	assert_int_equal(expiry_days(1000 + DAY - 1, 1000), 0);
	assert_int_equal(expiry_days(1000 + DAY, 1000), 1);
	assert_int_equal(expiry_days(999, 1000), -1);
	assert_int_equal(expiry_days(5 * DAY, 6 * DAY), -1);
	assert_int_equal(expiry_days(5 * DAY, 6 * DAY + 1), -2);
	assert_int_equal(expiry_days(UINT32_MAX, 0), UINT32_MAX / DAY);
}

static json_t *
world(int ra, int ra_tls, int root)
{
	return json_pack("{s:[{s:s, s:{s:s, s:i}, s:{s:s, s:i}}],"
			 " s:[{s:s, s:{s:s, s:i}}, {s:s, s:n}]}",
	    "components", "name", "ra", "certificate", "ends",
	    "2030-01-01T00:00:00Z", "days", ra, "tls", "ends",
	    "2031-01-01T00:00:00Z", "days", ra_tls, "certificates", "name",
	    "root", "certificate", "ends", "2032-01-01T00:00:00Z", "days", root,
	    "name", "tls-ca", "tls");
}

static void
check(json_t *all, const char *const *want)
{
	json_t *warnings = expiry_warnings(all);
	size_t n = 0;

	for (; want[n] != NULL; n++)
		assert_string_equal(
		    json_string_value(json_array_get(warnings, n)), want[n]);
	assert_int_equal(json_array_size(warnings), n);
	json_decref(warnings);
	json_decref(all);
}

#define UNREADABLE "TLS certificate of tls-ca cannot be read"

static void
test_warnings(void **state)
{
	static const char *const none[] = {UNREADABLE, NULL};
	static const char *const some[] = {
	    "certificate of ra ends in 29 days (2030-01-01T00:00:00Z)",
	    "certificate of root has been over for 1 days "
	    "(2032-01-01T00:00:00Z)",
	    UNREADABLE, NULL};

	(void)state;
	check(world(30, 30, 30), none);
	check(world(29, 30, -1), some);
}

static void
test_text(void **state)
{
	json_t *all = world(12, 400, 5), *none = json_object();
	char text[160];

	(void)state;
	assert_true(expiry_text(text, sizeof(text),
	    json_array_get(json_object_get(all, "components"), 0)));
	assert_string_equal(text, "certificate until 2030-01-01 (12 days), "
				  "TLS until 2031-01-01 (400 days)");
	assert_true(expiry_text(
	    text, 20, json_array_get(json_object_get(all, "components"), 0)));
	assert_int_equal(strlen(text), 19);
	assert_false(expiry_text(text, sizeof(text), none));
	assert_string_equal(text, "");
	json_decref(all);
	json_decref(none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_days),
	    cmocka_unit_test(test_warnings),
	    cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
