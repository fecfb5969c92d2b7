/*
 * zipfile_test.c - ZIP files as strangers make them.  The hostile ones are
 * built octet by octet here, so that libzip is not checked against itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "device/zipfile.h"

static const struct zip_limits limits = {8, 1000, 3000};

/* A file as a ZIP has it; claim is the unpacked size that is written down. */
struct part {
	const char *name;
	const char *data;
	unsigned claim, method, flags;
	uint32_t crc;
};

static void
put(uint8_t *out, size_t *at, uint32_t value, unsigned octets)
{
	while (octets-- > 0) {
		out[(*at)++] = (uint8_t)value;
		value >>= 8;
	}
}

static void
put_text(uint8_t *out, size_t *at, const char *text)
{
	memcpy(out + *at, text, strlen(text));
	*at += strlen(text);
}

/* The fields that local and central headers have in common. */
static void
put_header(uint8_t *out, size_t *at, const struct part *p)
{
	put(out, at, 20, 2);
	put(out, at, p->flags, 2);
	put(out, at, p->method, 2);
	put(out, at, 0, 4); /* time, date */
	put(out, at, p->crc, 4);
	put(out, at, (uint32_t)strlen(p->data), 4);
	put(out, at, p->claim, 4);
	put(out, at, (uint32_t)strlen(p->name), 2);
	put(out, at, 0, 2); /* extra */
}

static struct bytes
zip_of(uint8_t *out, const struct part *part, size_t n)
{
	size_t at = 0, offset[16], start, end;

	for (size_t i = 0; i < n; i++) {
		offset[i] = at;
		put(out, &at, 0x04034b50, 4);
		put_header(out, &at, &part[i]);
		put_text(out, &at, part[i].name);
		put_text(out, &at, part[i].data);
	}
	start = at;
	for (size_t i = 0; i < n; i++) {
		put(out, &at, 0x02014b50, 4);
		put(out, &at, 20, 2);
		put_header(out, &at, &part[i]);
		put(out, &at, 0, 6); /* comment, disk, internal */
		put(out, &at, 0, 4); /* external */
		put(out, &at, (uint32_t)offset[i], 4);
		put_text(out, &at, part[i].name);
	}
	end = at;
	put(out, &at, 0x06054b50, 4);
	put(out, &at, 0, 4);
	put(out, &at, (uint32_t)n, 2);
	put(out, &at, (uint32_t)n, 2);
	put(out, &at, (uint32_t)(end - start), 4);
	put(out, &at, (uint32_t)start, 4);
	put(out, &at, 0, 2);
	return (struct bytes){out, at};
}

/* CRC-32 of "hello" and of "world". */
#define GOOD(name)                                 \
	{                                          \
		name, "hello", 5, 0, 0, 0x3610a686 \
	}
#define WORLD(name)                                \
	{                                          \
		name, "world", 5, 0, 0, 0x3a771143 \
	}

static struct zip_entry *
read_ok(struct arena *arena, size_t *n, const struct part *part, size_t parts)
{
	static uint8_t buffer[20000];
	struct zip_entry *entry;
	struct fault_info fi = {0};

	if (zipfile_read(&entry, n, arena, zip_of(buffer, part, parts), &limits,
		&fi) != FAULT_OK)
		fail_msg("%s", fi.text);
	return entry;
}

static void
files_are_read_and_folders_left_away(void **state)
{
	static const struct part part[] = {
	    GOOD("a/one"), {"a/", "", 0, 0, 0, 0}, WORLD("two")};
	struct arena arena = arena_new(100000);
	struct zip_entry *entry;
	size_t n;

	(void)state;
	entry = read_ok(&arena, &n, part, 3);
	assert_int_equal(n, 2);
	assert_string_equal(entry[0].name, "a/one");
	assert_int_equal(entry[0].fault, FAULT_OK);
	assert_int_equal(entry[0].data.n, 5);
	assert_memory_equal(entry[0].data.p, "hello", 5);
	assert_string_equal(entry[1].name, "two");
	assert_memory_equal(entry[1].data.p, "world", 5);
	arena_free(&arena);
}

/* Each spoils itself alone: the good one beside it is read. */
static void
bad_entries_spoil_only_themselves(void **state)
{
	static const struct {
		struct part part;
		enum fault fault;
	} bad[] = {
	    {GOOD("../x"), FAULT_BAD_MESSAGE},
	    {GOOD("/etc/x"), FAULT_BAD_MESSAGE},
	    {GOOD("a/../../x"), FAULT_BAD_MESSAGE},
	    {GOOD("a//x"), FAULT_BAD_MESSAGE},
	    {GOOD("./x"), FAULT_BAD_MESSAGE},
	    {GOOD(".."), FAULT_BAD_MESSAGE},
	    {GOOD("..\\x"), FAULT_BAD_MESSAGE},
	    {GOOD("a\nb"), FAULT_BAD_MESSAGE},
	    {{"crc", "hello", 5, 0, 0, 0x3610a687}, FAULT_BAD_MESSAGE},
	    {{"long", "hello", 6, 0, 0, 0x3610a686}, FAULT_BAD_MESSAGE},
	    {{"encrypted", "hello", 5, 0, 1, 0x3610a686}, FAULT_UNSUPPORTED},
	    {{"method", "hello", 5, 77, 0, 0x3610a686}, FAULT_BAD_MESSAGE},
	    {{"big", "hello", 1001, 8, 0, 0x3610a686}, FAULT_TOO_LARGE},
	};
	struct arena arena = arena_new(100000);
	struct part part[2] = {WORLD("good")};
	struct zip_entry *entry;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		part[1] = bad[i].part;
		entry = read_ok(&arena, &n, part, 2);
		assert_int_equal(n, 2);
		assert_int_equal(entry[0].fault, FAULT_OK);
		assert_int_equal(entry[0].data.n, 5);
		if (entry[1].fault != bad[i].fault)
			fail_msg("%s: %s", bad[i].part.name,
			    fault_name(entry[1].fault));
		assert_int_equal(entry[1].data.n, 0);
		/* the name writes no line into a report */
		assert_null(strpbrk(entry[1].name, "\r\n\t\x1b\x7f"));
		arena_reset(&arena);
	}
	arena_free(&arena);
}

static void
a_name_that_occurs_twice_is_refused_both_times(void **state)
{
	static const struct part part[] = {
	    GOOD("7A_0"), WORLD("7A_1"), WORLD("7a_0")};
	struct arena arena = arena_new(100000);
	struct zip_entry *entry;
	size_t n;

	(void)state;
	entry = read_ok(&arena, &n, part, 3);
	assert_int_equal(n, 3);
	assert_int_equal(entry[0].fault, FAULT_DUPLICATE);
	assert_int_equal(entry[0].data.n, 0);
	assert_int_equal(entry[1].fault, FAULT_OK);
	assert_int_equal(entry[2].fault, FAULT_DUPLICATE);
	arena_free(&arena);
}

/* 1,000 zeros deflated to 11 octets, by zlib; the header says less. */
static void
a_bomb_goes_off_within_its_limits(void **state)
{
	static const char deflated[] =
	    "\x63\x60\x18\x05\xa3\x60\x14\x0c\x77\x00";
	uint8_t buffer[1000];
	struct part part[] = {{"bomb", "12345678901", 5, 8, 0, 0}};
	struct arena arena = arena_new(100000);
	struct zip_entry *entry;
	struct bytes zip;
	size_t n;

	(void)state;
	zip = zip_of(buffer, part, 1);
	memcpy(buffer + 30 + 4, deflated, 11);
	assert_int_equal(
	    zipfile_read(&entry, &n, &arena, zip, &limits, NULL), FAULT_OK);
	assert_int_equal(entry[0].fault, FAULT_BAD_MESSAGE);
	assert_int_equal(entry[0].data.n, 0);
	arena_free(&arena);
}

static void
what_is_too_much_in_all_is_refused_whole(void **state)
{
	struct part part[9];
	char name[9][8];
	uint8_t buffer[20000];
	struct arena arena = arena_new(100000);
	struct zip_entry *entry;
	struct bytes zip;
	size_t n;

	(void)state;
	for (int i = 0; i < 9; i++) {
		snprintf(name[i], sizeof(name[i]), "f%d", i);
		part[i] = (struct part){name[i], "hello", 5, 0, 0, 0x3610a686};
	}
	zip = zip_of(buffer, part, 9);
	assert_int_equal(zipfile_read(&entry, &n, &arena, zip, &limits, NULL),
	    FAULT_TOO_LARGE);
	zip = zip_of(buffer, part, 8);
	assert_int_equal(
	    zipfile_read(&entry, &n, &arena, zip, &limits, NULL), FAULT_OK);
	for (int i = 0; i < 4; i++)
		part[i].claim = 900;
	zip = zip_of(buffer, part, 8);
	assert_int_equal(zipfile_read(&entry, &n, &arena, zip, &limits, NULL),
	    FAULT_TOO_LARGE);
	arena_free(&arena);
}

/* Every prefix of a ZIP lacks its end and is not a ZIP. */
static void
a_torn_zip_is_refused(void **state)
{
	static const struct part part[] = {GOOD("a"), WORLD("b")};
	struct arena arena = arena_new(100000);
	struct zip_entry *entry;
	uint8_t buffer[1000], *copy;
	struct bytes zip;
	size_t n;

	(void)state;
	zip = zip_of(buffer, part, 2);
	for (size_t cut = 0; cut < zip.n; cut++) {
		copy = malloc(cut + 1);
		memcpy(copy, zip.p, cut);
		assert_int_not_equal(
		    zipfile_read(&entry, &n, &arena, (struct bytes){copy, cut},
			&limits, NULL),
		    FAULT_OK);
		free(copy);
		arena_reset(&arena);
	}
	arena_free(&arena);
}

static void
equal_contents_make_equal_stored_files(void **state)
{
	struct zip_entry in[] = {
	    {"one.oer", bytes_of_string("hello"), FAULT_OK},
	    {"two.oer", bytes_of_string("world"), FAULT_OK}};
	struct arena arena = arena_new(100000);
	struct bytes first, second;
	struct zip_entry *entry;
	size_t n;

	(void)state;
	assert_int_equal(zipfile_build(&first, &arena, in, 2, NULL), FAULT_OK);
	assert_int_equal(zipfile_build(&second, &arena, in, 2, NULL), FAULT_OK);
	assert_true(bytes_equal(first, second));
	/* Stored: the contents stand in the file as they are. */
	assert_non_null(memmem(first.p, first.n, "one.oerhello", 12));
	assert_int_equal(
	    zipfile_read(&entry, &n, &arena, first, &limits, NULL), FAULT_OK);
	assert_int_equal(n, 2);
	assert_true(bytes_equal(entry[1].data, in[1].data));
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_are_read_and_folders_left_away),
	    cmocka_unit_test(bad_entries_spoil_only_themselves),
	    cmocka_unit_test(a_name_that_occurs_twice_is_refused_both_times),
	    cmocka_unit_test(a_bomb_goes_off_within_its_limits),
	    cmocka_unit_test(what_is_too_much_in_all_is_refused_whole),
	    cmocka_unit_test(a_torn_zip_is_refused),
	    cmocka_unit_test(equal_contents_make_equal_stored_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
