/* base_test.c - arenas, cursors, time and files of lib/base. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/time32.h"

static void
arena_gives_aligned_zeroed_memory_up_to_its_limit(void **state)
{
	struct arena a = arena_new(200000);
	uint8_t *p;
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		p = arena_alloc(&a, 1001, 32);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 32, 0);
		assert_int_equal(p[0] | p[1000], 0);
		memset(p, 0xff, 1001);
	}
	assert_null(arena_alloc(&a, 150000, 1));
	assert_null(arena_array(&a, SIZE_MAX / 2, 3, 1));
	arena_reset(&a);
	p = arena_alloc(&a, 60000, 1);
	assert_non_null(p);
	for (i = 0; i < 60000; i++)
		assert_int_equal(p[i], 0);
	arena_free(&a);
	assert_non_null(arena_alloc(&a, 190000, 1));
	arena_free(&a);
}

static void
arena_in_memory_of_the_caller_does_not_grow(void **state)
{
	uint8_t memory[100];
	struct arena a = arena_of(memory, sizeof(memory));

	(void)state;
	assert_non_null(arena_alloc(&a, 90, 1));
	assert_null(arena_alloc(&a, 11, 1));
	assert_non_null(arena_alloc(&a, 10, 1));
}

static void
reader_fails_once_and_for_all(void **state)
{
	static const uint8_t in[] = {1, 2, 3, 4, 5};
	struct reader r = reader_of(BYTES(in));
	uint8_t copy[2] = {9, 9};

	(void)state;
	assert_int_equal(read_uint(&r, 3), 0x010203);
	assert_null(read_span(&r, 3));
	assert_true(r.failed);
	assert_int_equal(read_uint(&r, 1), 0);
	read_copy(&r, copy, 2);
	assert_int_equal(copy[0] | copy[1], 0);
	assert_int_equal(read_left(&r), 0);
}

static void
writer_never_passes_its_end(void **state)
{
	uint8_t out[6] = {[5] = 0xaa};
	struct writer w = writer_of(out, 5);

	(void)state;
	write_uint(&w, 0x0102030405, 5);
	assert_false(w.failed);
	assert_memory_equal(out, "\1\2\3\4\5\xaa", 6);
	write_uint(&w, 1, 1);
	assert_true(w.failed);
	assert_int_equal(out[5], 0xaa);
	assert_int_equal(writer_done(&w).n, 5);
}

static void
hex_is_exact(void **state)
{
	uint8_t b[3];
	char s[7];

	(void)state;
	assert_true(hex_decode(b, 3, "00aBff"));
	hex_encode(s, b, 3);
	assert_string_equal(s, "00abff");
	assert_false(hex_decode(b, 3, "00abf"));
	assert_false(hex_decode(b, 3, "00abfff"));
	assert_false(hex_decode(b, 3, "00abfg"));
}

/* Dates from the standard and from captured certificates: period 0x1A9 of a
 * field certificate starts at Time32 604659603 (asn1-facts.md 12.13). */
static void
time32_counts_leap_seconds(void **state)
{
	char text[TIME32_TEXT];
	uint32_t t;

	(void)state;
	assert_int_equal(time32_of_posix(1072915200), 0);
	assert_true(time32_parse(&t, "2015-01-06T09:00:00Z"));
	assert_int_equal(t, I_ZERO_DEFAULT);
	assert_int_equal(
	    time32_period(604659603, I_ZERO_DEFAULT, I_PERIOD_DEFAULT), 0x1a9);
	assert_int_equal(
	    time32_period(604659602, I_ZERO_DEFAULT, I_PERIOD_DEFAULT), 0x1a8);
	assert_int_equal(time32_period(5, I_ZERO_DEFAULT, I_PERIOD_DEFAULT), 0);
	assert_true(time32_parse(&t, "2017-01-01"));
	assert_int_equal(t - time32_of_posix(1483228800 - 1), 2);
	time32_text(text, t);
	assert_string_equal(text, "2017-01-01T00:00:00Z");
	time32_text(text, t - 2);
	assert_string_equal(text, "2016-12-31T23:59:59Z");
	assert_true(time32_parse(&t, "4294967295"));
	assert_false(time32_parse(&t, "4294967296"));
	assert_false(time32_parse(&t, "2003-12-31"));
	assert_false(time32_parse(&t, "2031-02-30"));
	assert_true(time32_parse(&t, "2032-02-29"));
	assert_false(time32_parse(&t, "2017-01-01T00:00:00"));
	assert_false(time32_parse(&t, ""));
}

static void
time_offset_moves_now(void **state)
{
	uint32_t before = time32_now();

	(void)state;
	time_set_offset(3 * 31556952);
	assert_in_range(time32_now() - before, 3 * 31556952, 3 * 31556952 + 5);
	time_set_offset(0);
}

static void
files_are_replaced_whole(void **state)
{
	char dir[] = "/tmp/monarch-base-XXXXXX", path[PATH_SIZE];
	struct arena a = arena_new(1 << 20);
	struct fault_info fi;
	struct bytes b;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path_join(path, dir, "f");
	assert_int_equal(file_read(&b, &a, path, 10, &fi), FAULT_NOT_FOUND);
	assert_int_equal(
	    file_write(path, bytes_of_string("one"), 0600, &fi), 0);
	assert_int_equal(
	    file_create(path, bytes_of_string("two"), 0600, &fi), FAULT_EXISTS);
	assert_int_equal(file_read(&b, &a, path, 10, &fi), 0);
	assert_true(bytes_equal(b, bytes_of_string("one")));
	assert_int_equal(
	    file_write(path, bytes_of_string("three"), 0600, &fi), 0);
	assert_int_equal(file_read(&b, &a, path, 4, &fi), FAULT_TOO_LARGE);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_read(&b, &a, dir, 10, &fi), FAULT_IO);
	unlink(path);
	assert_int_equal(rmdir(dir), 0); /* no temporary file is left */
	arena_free(&a);
}

static void
faults_carry_context(void **state)
{
	struct fault_info fi;

	(void)state;
	assert_int_equal(
	    fault_set(&fi, FAULT_EXPIRED, "at %d", 5), FAULT_EXPIRED);
	assert_int_equal(fault_prefix(&fi, "%s", "a.oer"), FAULT_EXPIRED);
	assert_string_equal(fi.text, "a.oer: at 5");
	assert_string_equal(fault_name(fi.code), "EXPIRED");
	assert_int_equal(fault_set(NULL, FAULT_EXPIRED, "x"), FAULT_EXPIRED);
	for (enum fault f = 0; f < FAULT_COUNT; f++)
		assert_true(strlen(fault_text(f)) > 0);
}

static void
ct_equal_compares_all(void **state)
{
	(void)state;
	assert_true(ct_equal("abc", "abc", 3));
	assert_false(ct_equal("abc", "abd", 3));
	assert_false(ct_equal("bbc", "abc", 3));
	assert_true(ct_equal("x", "y", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(arena_gives_aligned_zeroed_memory_up_to_its_limit),
	    cmocka_unit_test(arena_in_memory_of_the_caller_does_not_grow),
	    cmocka_unit_test(reader_fails_once_and_for_all),
	    cmocka_unit_test(writer_never_passes_its_end),
	    cmocka_unit_test(hex_is_exact),
	    cmocka_unit_test(time32_counts_leap_seconds),
	    cmocka_unit_test(time_offset_moves_now),
	    cmocka_unit_test(files_are_replaced_whole),
	    cmocka_unit_test(faults_carry_context),
	    cmocka_unit_test(ct_equal_compares_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
