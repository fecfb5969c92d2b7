/* test_range.c - Range and If-None-Match against a table by RFC 9110. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/range.h"

static const struct {
	const char *range;
	enum http_range kind;
	uint64_t offset, length;
} ranges[] = {
    /* of 1,000 octets */
    {NULL, HTTP_RANGE_NONE, 0, 0},
    {"bytes=0-0", HTTP_RANGE_PART, 0, 1},
    {"bytes=500-700", HTTP_RANGE_PART, 500, 201},
    {"bytes=999-", HTTP_RANGE_PART, 999, 1},
    {"bytes=0-", HTTP_RANGE_PART, 0, 1000},
    {"bytes=0-99999", HTTP_RANGE_PART, 0, 1000},
    {"bytes=-1", HTTP_RANGE_PART, 999, 1},
    {"bytes=-5000", HTTP_RANGE_PART, 0, 1000},
    {"Bytes= 5-6 ", HTTP_RANGE_PART, 5, 2},
    {"bytes=1000-", HTTP_RANGE_OUTSIDE, 0, 0},
    {"bytes=5000-6000", HTTP_RANGE_OUTSIDE, 0, 0},
    {"bytes=-0", HTTP_RANGE_OUTSIDE, 0, 0},
    {"bytes=7-6", HTTP_RANGE_NONE, 0, 0},
    {"bytes=0-1,5-6", HTTP_RANGE_NONE, 0, 0},
    {"bytes=", HTTP_RANGE_NONE, 0, 0},
    {"bytes=-", HTTP_RANGE_NONE, 0, 0},
    {"bytes=a-b", HTTP_RANGE_NONE, 0, 0},
    {"bytes=1-2x", HTTP_RANGE_NONE, 0, 0},
    {"lines=1-2", HTTP_RANGE_NONE, 0, 0},
    {"bytes=99999999999999999999-", HTTP_RANGE_NONE, 0, 0},
    {"bytes=0-99999999999999999999", HTTP_RANGE_NONE, 0, 0},
};

static void
parse_ranges(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		uint64_t offset = 0, length = 0;
		enum http_range kind =
		    http_range_parse(ranges[i].range, 1000, &offset, &length);

		if (kind != ranges[i].kind ||
		    (kind == HTTP_RANGE_PART &&
			(offset != ranges[i].offset ||
			    length != ranges[i].length)))
			fail_msg("%s: %d %llu %llu", ranges[i].range, (int)kind,
			    (unsigned long long)offset,
			    (unsigned long long)length);
	}
}

static void
parts_of_nothing(void **state)
{
	uint64_t offset, length;

	(void)state;
	assert_int_equal(http_range_parse("bytes=0-", 0, &offset, &length),
	    HTTP_RANGE_OUTSIDE);
	assert_int_equal(http_range_parse("bytes=-1", 0, &offset, &length),
	    HTTP_RANGE_OUTSIDE);
}

static void
match_names(void **state)
{
	(void)state;
	assert_false(http_none_match(NULL, "a.oer"));
	assert_false(http_none_match("", "a.oer"));
	assert_true(http_none_match("a.oer", "a.oer"));
	assert_true(http_none_match("\"a.oer\"", "a.oer"));
	assert_true(http_none_match("A.OER", "a.oer"));
	assert_true(http_none_match("W/\"a.oer\"", "a.oer"));
	assert_true(http_none_match("\"b\", \"a.oer\"", "a.oer"));
	assert_true(http_none_match("b,a.oer", "a.oer"));
	assert_true(http_none_match("*", "a.oer"));
	assert_false(http_none_match("\"*\"", "a.oer"));
	assert_false(http_none_match("a.oe", "a.oer"));
	assert_false(http_none_match("a.oerx", "a.oer"));
	assert_false(http_none_match("\"a.oer", "b"));
	assert_false(http_none_match("\"", "b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parse_ranges),
	    cmocka_unit_test(parts_of_nothing),
	    cmocka_unit_test(match_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
