/* What the DCM works by: its two lists, and its activity log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "role/dcm/activity.h"
#include "role/dcm/store.h"
#include "role/dcm/types.h"

static char folder[] = "/tmp/dcm-test.XXXXXX";
static char list_path[PATH_SIZE], log_path[PATH_SIZE], db_path[PATH_SIZE];
static struct arena arena;
static struct fault_info fi;

static void
put(const char *path, const char *text)
{
	assert_int_equal(
	    file_write(path, bytes_of_string(text), 0600, &fi), FAULT_OK);
}

/* ---- types.conf ---- */

static enum fault
read_types(struct dcm_types *types, const char *text)
{
	put(list_path, text);
	return dcm_types_read(types, &arena, list_path, &fi);
}

static void
test_types(void **state)
{
	const struct dcm_type *t;
	struct dcm_types types;

	(void)state;
	assert_int_equal(
	    read_types(&types, "# certified\n\n[obe]\npsids = 0x20, 0x26\n"
			       "regions = 840\n[rse]\nversions = 1.0, 2.0\n"
			       "psids = 0x82\nregions = 840, 124\n"
			       "methods = own, injected\n"),
	    FAULT_OK);
	assert_int_equal(types.n, 2);
	assert_int_equal(types.v[1].regions.v[1], 124);
	assert_int_equal(
	    dcm_types_find(&t, &types, "obe", "own", &fi), FAULT_OK);
	assert_ptr_equal(t, &types.v[0]);
	assert_int_equal(
	    dcm_types_find(&t, &types, "obe/7", "own", &fi), FAULT_OK);
	assert_int_equal(
	    dcm_types_find(&t, &types, "rse/2.0", "injected", &fi), FAULT_OK);
	assert_ptr_equal(t, &types.v[1]);
	assert_int_equal(
	    dcm_types_find(&t, &types, "rse/3.0", "own", &fi), FAULT_DENIED);
	assert_int_equal(
	    dcm_types_find(&t, &types, "rse", "own", &fi), FAULT_DENIED);
	assert_int_equal(
	    dcm_types_find(&t, &types, "obe", "injected", &fi), FAULT_DENIED);
	assert_int_equal(
	    dcm_types_find(&t, &types, "ob", "own", &fi), FAULT_DENIED);
	assert_int_equal(
	    dcm_types_find(&t, &types, "", "own", &fi), FAULT_DENIED);
	assert_int_equal(read_types(&types, ""), FAULT_OK);
	assert_int_equal(types.n, 0);
}

static void
test_wrong_types(void **state)
{
	static const struct {
		const char *text, *cause;
	} rows[] = {
	    {"psids = 0x20\n[obe]\n", "before the first"},
	    {"[obe]\npsids = 0x20\n", "regions"},
	    {"[obe]\npsids = 0x20\nregions = 840\ncolour = red\n", ":4"},
	    {"[obe]\npsids = 0x20\nregions = 840\n"
	     "[rse]\npsids = x\nregions = 840\n",
		":5"},
	    {"[obe]\npsids = 1\nregions = 2\n[obe]\npsids = 1\nregions = 2\n",
		"twice"},
	    {"[obe\npsids = 0x20\n", "no [name]"},
	    {"[o b]\npsids = 0x20\n", "no [name]"},
	    {"[obe]\npsids = 1\nregions = 2\nmethods = magic\n", "methods"},
	};
	struct dcm_types types;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    read_types(&types, rows[i].text), FAULT_CONFIG);
		if (strstr(fi.text, rows[i].cause) == NULL)
			fail_msg("row %zu: %s", i, fi.text);
	}
}

static void
test_people(void **state)
{
	struct dcm_people p;

	(void)state;
	put(list_path, "operators = operator, x.example.org\nauditors =\n");
	assert_int_equal(dcm_people_read(&p, &arena, list_path, &fi), FAULT_OK);
	assert_true(dcm_people_has(&p.operators, "operator.a.test", "a.test"));
	assert_true(dcm_people_has(&p.operators, "x.example.org", "a.test"));
	assert_false(dcm_people_has(&p.operators, "operator.b.test", "a.test"));
	assert_false(
	    dcm_people_has(&p.operators, "operators.a.test", "a.test"));
	assert_false(dcm_people_has(&p.operators, "operato.a.test", "a.test"));
	assert_false(
	    dcm_people_has(&p.operators, "x.example.org.a.test", "a.test"));
	assert_false(dcm_people_has(&p.auditors, "operator.a.test", "a.test"));
}

/* ---- the log ---- */

static struct db *
open_db(void)
{
	struct db *db;

	assert_int_equal(db_open(&db, db_path, &dcm_schema, &fi), FAULT_OK);
	return db;
}

static void
add(struct db *db, const char *serial, const char *outcome)
{
	static const uint8_t id[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	const struct activity a = {.time = 700000000,
	    .who = "operator.a.test",
	    .type = "obe",
	    .serial = serial,
	    .enrollment = id,
	    .outcome = outcome};

	assert_int_equal(activity_add(db, &a, &fi), FAULT_OK);
}

static struct bytes
read_log(void)
{
	struct bytes text;

	assert_int_equal(
	    file_read(&text, &arena, log_path, 1u << 20, &fi), FAULT_OK);
	return text;
}

static enum fault
verify(struct db *db, struct bytes text, int64_t *lines)
{
	return activity_verify(db, lines, text, &fi);
}

static void
test_log(void **state)
{
	struct db *db = open_db();
	struct bytes text;
	int64_t lines;

	(void)state;
	assert_int_equal(activity_flush(db, log_path, &fi), FAULT_OK);
	add(db, "a", "enrolled");
	add(db, "b\n9 x=\"", "refused: a \"quoted\"\nline");
	assert_int_equal(activity_flush(db, log_path, &fi), FAULT_OK);
	add(db, "c", "enrolled");
	assert_int_equal(activity_flush(db, log_path, &fi), FAULT_OK);
	assert_int_equal(activity_flush(db, log_path, &fi), FAULT_OK);
	text = read_log();
	assert_int_equal(verify(db, text, &lines), FAULT_OK);
	assert_int_equal(lines, 3);
	assert_non_null(strstr((const char *)text.p, "serial=b?9?x??"));
	/* Half a line, as a crash leaves it. */
	put(log_path, arena_printf(&arena, "%.*s", (int)text.n - 20,
			  (const char *)text.p));
	/* Whoever only looks changes nothing. */
	assert_int_equal(activity_check(db, log_path, &fi), FAULT_STORE);
	assert_int_equal(read_log().n, text.n - 20);
	assert_int_equal(activity_flush(db, log_path, &fi), FAULT_OK);
	assert_true(bytes_equal(read_log(), text));
	assert_int_equal(activity_check(db, log_path, &fi), FAULT_OK);
	/* Gone altogether. */
	put(log_path, "");
	assert_int_equal(activity_flush(db, log_path, &fi), FAULT_OK);
	assert_true(bytes_equal(read_log(), text));
	db_close(db);
}

/* Any octet that is not what it was is found, and so is a torn end. */
static void
test_changes(void **state)
{
	struct db *db = open_db();
	struct bytes text = read_log();
	uint8_t *copy = arena_alloc(&arena, text.n, 1);
	int64_t lines;

	(void)state;
	memcpy(copy, text.p, text.n);
	for (size_t i = 0; i + 1 < text.n; i++) {
		copy[i] ^= 1;
		assert_int_equal(
		    verify(db, (struct bytes){copy, text.n}, &lines),
		    FAULT_HASH_MISMATCH);
		copy[i] ^= 1;
	}
	for (size_t n = 0; n + 1 < text.n; n++)
		assert_int_equal(verify(db, (struct bytes){copy, n}, &lines),
		    FAULT_HASH_MISMATCH);
	/* The daemon looks at the last line before it adds one. */
	copy[text.n - 3] ^= 1;
	assert_int_equal(
	    file_write(log_path, (struct bytes){copy, text.n}, 0600, &fi),
	    FAULT_OK);
	assert_int_equal(activity_flush(db, log_path, &fi), FAULT_STORE);
	assert_non_null(strstr(fi.text, "line 3"));
	db_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_types),
	    cmocka_unit_test(test_wrong_types),
	    cmocka_unit_test(test_people),
	    cmocka_unit_test(test_log),
	    cmocka_unit_test(test_changes),
	};
	char command[64];
	int failed;

	arena = arena_new(256u << 20);
	if (mkdtemp(folder) == NULL)
		return 1;
	path_join(list_path, folder, "list.conf");
	path_join(log_path, folder, "activity.log");
	path_join(db_path, folder, "dcm.db");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command) == 0 ? failed : 1;
}
