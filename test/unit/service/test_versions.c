/* test_versions.c - files whose versions follow one another, and their log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/versions.h"

static char folder[] = "/tmp/versions.XXXXXX";
static struct fault_info fi;
static struct arena arena;
static struct audit *audit;

static int
set_up(void **state)
{
	(void)state;
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	arena = arena_new(1u << 20);
	assert_int_equal(audit_open(&audit, folder, &fi), FAULT_OK);
	return 0;
}

static int
tear_down(void **state)
{
	char command[64];

	(void)state;
	audit_close(audit);
	arena_free(&arena);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static enum fault
add(const char *name, const char *contents, const char *who)
{
	return versions_add(
	    audit, folder, name, bytes_of_string(contents), who, &fi);
}

static const char *
last(const char *kind)
{
	static char name[VERSION_NAME];

	return versions_last(name, folder, kind, &fi) == FAULT_OK ? name : "";
}

static const char *
read_log(void)
{
	char path[PATH_SIZE];
	struct bytes b;

	path_join(path, folder, AUDIT_FILE);
	if (file_read(&b, &arena, path, 1u << 16, &fi) != FAULT_OK)
		return "";
	return arena_printf(&arena, "%.*s", (int)b.n, (const char *)b.p);
}

static unsigned
lines(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void
test_order(void **state)
{
	(void)state;
	assert_string_equal(last("a_"), "");
	assert_int_equal(fi.code, FAULT_NOT_FOUND);
	assert_int_equal(add("a_0002.oer", "two", "me"), FAULT_OK);
	assert_int_equal(add("a_0001.oer", "one", "me"), FAULT_OK);
	assert_int_equal(add("b_0009.oer", "nine", "me"), FAULT_OK);
	assert_int_equal(add("a_0003.oe", "no", "me"), FAULT_OK);
	assert_string_equal(last("a_"), "a_0002.oer");
	assert_string_equal(last("b_"), "b_0009.oer");
	assert_string_equal(last("c_"), "");
}

/* The log has each once, with its SHA-256; what was written stays. */
static void
test_log(void **state)
{
	const char *first;

	(void)state;
	assert_int_equal(add("a_0001.oer", "abc", "me"), FAULT_OK);
	first = read_log();
	assert_int_equal(lines(first), 1);
	assert_non_null(
	    strstr(first, "Z policy by=me file=a_0001.oer hash=ba7816bf8f01cfea"
			  "414140de5dae2223b00361a396177a9cb410ff61f20015ad "));
	/* The same again is no other version; another one is refused. */
	assert_int_equal(add("a_0001.oer", "abc", "me"), FAULT_OK);
	assert_int_equal(add("a_0001.oer", "abd", "me"), FAULT_EXISTS);
	assert_string_equal(read_log(), first);
	assert_int_equal(add("a_0002.oer", "abd", NULL), FAULT_OK);
	assert_memory_equal(read_log(), first, strlen(first));
	assert_int_equal(lines(read_log()), 2);
	assert_null(strstr(strchr(read_log(), '\n'), "by=me "));
}

static void
test_lock(void **state)
{
	int lock;

	(void)state;
	for (int k = 0; k < 3; k++) {
		assert_int_equal(versions_lock(&lock, folder, &fi), FAULT_OK);
		versions_unlock(lock);
	}
	assert_int_equal(
	    versions_lock(&lock, "/nowhere/at/all", &fi), FAULT_IO);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_order),
	    TEST(test_log),
	    TEST(test_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
