/* Sets of octet strings in cache lines. */
#include <stdlib.h>

#include "cert/lineset.h"
#include "common.h"

static void
make(struct lineset *s, size_t width, size_t lines)
{
	*s = (struct lineset){.width = width, .lines = lines};
	s->line = arena_alloc(&A, lines * LINESET_LINE, 64);
	assert_non_null(s->line);
	lineset_clear(s);
}

/* Every value that was put in is found, and of as many others none. */
static void
holds(size_t width, size_t n)
{
	uint8_t *value = arena_alloc(&A, 2 * n * width, 1);
	struct lineset s;

	assert_non_null(value);
	random_bytes(value, 2 * n * width);
	make(&s, width, lineset_lines(n, width));
	assert_true(lineset_add(&s, value, n));
	for (size_t i = 0; i < 2 * n; i++)
		assert_int_equal(lineset_has(&s, value + i * width), i < n);
}

static void
finds_what_is_in_it(void **state)
{
	(void)state;
	holds(9, 1);
	holds(9, 31);
	holds(9, 20000);
	holds(10, 20000);
	holds(12, 20000);
}

static void
empty(void **state)
{
	const struct lineset s = {.width = 9};

	(void)state;
	assert_int_equal(lineset_lines(0, 9), 0);
	assert_false(lineset_has(&s, (const uint8_t *)"123456789"));
}

/* A value that comes twice takes its room once. */
static void
twice(void **state)
{
	struct lineset s;

	(void)state;
	make(&s, 9, 1);
	for (unsigned i = 0; i < 100; i++)
		assert_true(lineset_add(&s, (const uint8_t *)"123456789", 1));
	assert_int_equal(s.line[0], 1);
}

/* Where there is no line within reach that has room, nothing is claimed to be
 * in the set; and a full set ends every look-up. */
static void
crowded(void **state)
{
	uint8_t value[12] = {0};
	struct lineset s;
	size_t n = 0;

	(void)state;
	make(&s, 12, 2);
	for (; lineset_add(&s, value, 1); n++)
		value[0]++;
	assert_int_equal(n, 2 * (LINESET_LINE - 1) / 12);
	assert_false(lineset_has(&s, value));
	while (value[0]-- > 0)
		assert_true(lineset_has(&s, value));
}

/* Whatever is in a line, nothing outside of it is read. */
static void
damaged(void **state)
{
	struct lineset s;

	(void)state;
	make(&s, 9, 1);
	memset(s.line, 0xff, LINESET_LINE);
	assert_false(lineset_has(&s, (const uint8_t *)"123456789"));
}

/* The same values under another key lie in other lines: nobody can choose
 * values that crowd without knowing the key. */
static void
keyed(void **state)
{
	uint8_t value[200 * 9];
	struct lineset a, b;

	(void)state;
	random_bytes(value, sizeof(value));
	make(&a, 9, 64);
	make(&b, 9, 64);
	assert_true(lineset_add(&a, value, 200));
	assert_true(lineset_add(&b, value, 200));
	assert_memory_not_equal(a.line, b.line, 64 * LINESET_LINE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(finds_what_is_in_it),
	    T(empty),
	    T(twice),
	    T(crowded),
	    T(damaged),
	    T(keyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
