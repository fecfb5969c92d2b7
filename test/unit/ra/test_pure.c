/* test_pure.c - names, Base64, error numbers, .info, retries, ZIP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <zip.h>

#include "base/file.h"
#include "role/ra/base64.h"
#include "role/ra/errors.h"
#include "role/ra/filename.h"
#include "role/ra/retry.h"
#include "role/ra/supply.h"
#include "role/ra/zip.h"

/* ---- names ---- */

static bool
parse(struct filename *name, const char *text)
{
	return filename_parse(name, bytes_of_string(text));
}

static void
test_filename(void **state)
{
	static const uint8_t hash[8] = {
	    0xab, 0x09, 0x28, 0x1c, 0x98, 0x67, 0xde, 0x53};
	char text[FILENAME_TEXT];
	struct filename name;

	(void)state;
	assert_true(parse(&name, "AB09281C9867DE53_F.zip"));
	assert_int_equal(name.kind, FILENAME_BATCH);
	assert_int_equal(name.i, 15);
	assert_memory_equal(name.hash, hash, 8);
	filename_text(text, &name);
	assert_string_equal(text, "AB09281C9867DE53_F.zip");

	/* as a Korean device writes it, and as CAMP's report builder does */
	assert_true(parse(&name, "c4e1f7bd5034f181_1A9.zip"));
	assert_int_equal(name.i, 0x1a9);
	assert_true(parse(&name, "C4E1F7BD5034F181_1A9.ZIP"));
	filename_text(text, &name);
	assert_string_equal(text, "C4E1F7BD5034F181_1A9.zip");

	assert_true(parse(&name, "ab09281c9867de53.info"));
	assert_int_equal(name.kind, FILENAME_INFO);
	filename_text(text, &name);
	assert_string_equal(text, "AB09281C9867DE53.info");
	assert_true(parse(&name, "ab09281C9867DE53.ZIP"));
	assert_int_equal(name.kind, FILENAME_SINGLE);
	filename_text(text, &name);
	assert_string_equal(text, "AB09281C9867DE53.zip");
	assert_true(parse(&name, "AB09281C9867DE53_FFFFFFFF.zip"));
	assert_int_equal(name.i, 0xffffffff);
}

static void
test_filename_malformed(void **state)
{
	static const char *const wrong[] = {"", "x", "AB09281C9867DE53",
	    "AB09281C9867DE53_F", "AB09281C9867DE5_F.zip",
	    "AB09281C9867DE533_F.zip", "AB09281C9867DE53_.zip",
	    "AB09281C9867DE53_123456789.zip", "AB09281C9867DE53_G.zip",
	    "AB09281C9867DE53_F.zip ", " AB09281C9867DE53_F.zip",
	    "AB09281C9867DE53_F.zip.zip", "AB09281C9867DE53_F.tar",
	    "AB09281C9867DE53_F.info", "AB09281C9867DE53.zi",
	    "AB09281C9867DE53.inf", "../AB09281C9867DE53.info",
	    "AB09281C9867DE5G.info", "AB09281C9867DE53-F.zip"};
	struct filename name;

	(void)state;
	for (size_t k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++)
		if (parse(&name, wrong[k]))
			fail_msg("\"%s\" was taken for a name", wrong[k]);
	assert_false(filename_parse(&name,
	    (struct bytes){(const uint8_t *)"AB09281C9867DE53_F.zi\0", 22}));
}

/* ---- Base64 ---- */

static void
test_base64(void **state)
{
	/* RFC 4648 section 10 */
	static const char *const pairs[][2] = {{"Zg==", "f"}, {"Zm8=", "fo"},
	    {"Zm9v", "foo"}, {"Zm9vYg==", "foob"}, {"Zm9vYmE=", "fooba"},
	    {"Zm9vYmFy", "foobar"}, {"+/+/", "\xfb\xff\xbf"}};
	static const char *const wrong[] = {"", "Z", "Zg",
	    "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n", "Zm 9", "=m9v", "Z=9v",
	    "Zm9vZg==Zm9v", "-_-_", "===="};
	struct arena arena = arena_new(1 << 16);
	struct bytes out;

	(void)state;
	for (size_t k = 0; k < sizeof(pairs) / sizeof(pairs[0]); k++) {
		assert_true(base64_decode(&out, &arena, pairs[k][0]));
		assert_true(bytes_equal(out, bytes_of_string(pairs[k][1])));
	}
	for (size_t k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++)
		if (base64_decode(&out, &arena, wrong[k]))
			fail_msg("\"%s\" was taken for Base64", wrong[k]);
	arena_free(&arena);
}

/* ---- errors: design.md 4, "which code" and "errors to devices" ---- */

static void
test_errors(void **state)
{
	static const struct {
		enum ee_step step;
		enum fault fault;
		unsigned code, status;
	} rows[] = {
	    {EE_STEP_DECRYPTION, FAULT_TRUNCATED, 5070, 400},
	    {EE_STEP_DECRYPTION, FAULT_BAD_MESSAGE, 5059, 401},
	    {EE_STEP_DECRYPTION, FAULT_NOT_FOR_US, 5059, 401},
	    {EE_STEP_DECRYPTION, FAULT_BAD_TAG, 5067, 401},
	    {EE_STEP_FORM, FAULT_NOT_CANONICAL, 5070, 400},
	    {EE_STEP_FORM, FAULT_BAD_MESSAGE, 5058, 401},
	    {EE_STEP_BLACKLIST, FAULT_BLOCKED, 5055, 403},
	    {EE_STEP_CERTIFICATE, FAULT_EXPIRED, 5067, 401},
	    {EE_STEP_CERTIFICATE, FAULT_BAD_SIGNATURE, 5067, 401},
	    {EE_STEP_TIME, FAULT_BAD_TIME, 5067, 401},
	    {EE_STEP_SIGNATURE, FAULT_BAD_SIGNATURE, 5058, 401},
	    {EE_STEP_RETRIES, FAULT_TOO_MANY, 5071, 429},
	    {EE_STEP_CONTENT, FAULT_DUPLICATE, 5057, 409},
	    {EE_STEP_CONTENT, FAULT_PSID_NOT_PERMITTED, 5070, 400},
	    {EE_STEP_HEADER, FAULT_BAD_MESSAGE, 5070, 400},
	    {EE_STEP_NAME, FAULT_BAD_MESSAGE, 5072, 404},
	    {EE_STEP_OWNER, FAULT_DENIED, 5067, 401},
	    {EE_STEP_BATCH, FAULT_NOT_FOUND, 5065, 404},
	    {EE_STEP_INFO, FAULT_NOT_FOUND, 5069, 404},
	    {EE_STEP_CHAIN_FILE, FAULT_NOT_FOUND, 5068, 404},
	    {EE_STEP_BATCH, FAULT_STORE, 0, 500},
	    {EE_STEP_CONTENT, FAULT_IO, 0, 500},
	};

	(void)state;
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		const struct ee_answer *a =
		    ee_answer_of(ee_error_of(rows[k].step, rows[k].fault));

		assert_int_equal(a->code, rows[k].code);
		assert_int_equal(a->status, rows[k].status);
	}
	assert_int_equal(ee_answer_of(EE_ERROR_MULTIPLE)->code, 5056);
	assert_int_equal(ee_answer_of(EE_ERROR_MULTIPLE)->status, 409);
}

/* Whatever goes wrong at whatever step has an answer, and none of the numbers
 * that nobody knows. */
static void
test_errors_complete(void **state)
{
	(void)state;
	for (int step = 0; step <= EE_STEP_CHAIN_FILE; step++)
		for (int f = 1; f < FAULT_COUNT; f++) {
			const struct ee_answer *a = ee_answer_of(
			    ee_error_of((enum ee_step)step, (enum fault)f));

			assert_non_null(a->text);
			assert_true(a->status >= 400 && a->status <= 500);
			if (a->code == 0)
				continue;
			assert_in_range(a->code, 5055, 5072);
			assert_true(a->code < 5060 || a->code == 5065 ||
				    a->code >= 5067);
		}
}

/* ---- .info ---- */

#define WEEK	 604800u
#define START(i) ((i)*WEEK + 1000)

static void
test_info(void **state)
{
	struct supply_plan plan = {.now = START(500) + 5,
	    .i_zero = 1000,
	    .i_seconds = WEEK,
	    .n = 1,
	    .span = {{.from = START(500) + 5, .periods = 156}}};
	struct supply s = {.next_i = 656, .end_i = 2000, .pca_end = 800};

	(void)state;
	/* 500 to 655 are there; 656 comes when 501 begins */
	assert_int_equal(supply_next(&s, &plan), START(501));
	s.waiting = true;
	assert_int_equal(supply_next(&s, &plan), plan.now);
	s.waiting = false;
	s.next_i = 655;
	assert_int_equal(supply_next(&s, &plan), plan.now);
	s.next_i = s.end_i = 656;
	assert_int_equal(supply_next(&s, &plan), SUPPLY_NEVER);
	s.end_i = 2000;
	s.pca_end = 656;
	assert_int_equal(supply_next(&s, &plan), SUPPLY_NEVER);
	s.waiting = true;
	assert_int_equal(supply_next(&s, &plan), plan.now);
}

/* The policy will change how far ahead is generated. */
static void
test_info_of_changes(void **state)
{
	struct supply_plan plan = {.now = START(500) + 5,
	    .i_zero = 1000,
	    .i_seconds = WEEK,
	    .n = 2,
	    .span = {{.from = START(500) + 5, .periods = 10},
		{.from = START(503) + 77, .periods = 12}}};
	struct supply s = {.next_i = 510, .end_i = 2000, .pca_end = 800};

	(void)state;
	assert_int_equal(supply_next(&s, &plan), START(501));
	s.next_i = 512; /* 503 begins before the change */
	assert_int_equal(supply_next(&s, &plan), START(503));
	s.next_i = 513; /* 504 begins after it, and makes two more due */
	assert_int_equal(supply_next(&s, &plan), START(503) + 77);
	s.next_i = 514;
	assert_int_equal(supply_next(&s, &plan), START(503) + 77);
	s.next_i = 515;
	assert_int_equal(supply_next(&s, &plan), START(504));
	plan.span[1].periods = 5; /* fewer: it waits until they are used up */
	assert_int_equal(supply_next(&s, &plan), START(511));
	s.next_i = 512;
	assert_int_equal(supply_next(&s, &plan), START(503));
	plan.span[0].periods = 0; /* none for a while */
	assert_int_equal(supply_next(&s, &plan), START(508));
	s.next_i = 504;
	assert_int_equal(supply_next(&s, &plan), START(503) + 77);
	plan.n = 1; /* for ever */
	assert_int_equal(supply_next(&s, &plan), SUPPLY_NEVER);
}

/* ---- retries ---- */

#define NOW 700000000u

static void
test_retries(void **state)
{
	static const uint8_t id[8] = {1, 2, 3, 4, 5, 6, 7, 8},
			     other[8] = {8, 2, 3, 4, 5, 6, 7, 8};
	struct retries *r = retries_new(10);

	(void)state;
	for (uint32_t k = 0; k < 10; k++) {
		assert_false(retries_exceeded(r, id, true, NOW + 100 * k));
		retries_failed(r, id, true, NOW + 100 * k);
	}
	assert_true(retries_exceeded(r, id, true, NOW + 1000));
	assert_false(retries_exceeded(r, other, true, NOW + 1000));
	assert_false(retries_exceeded(r, id, false, NOW + 1000));
	/* the first failure is an hour ago */
	assert_true(retries_exceeded(r, id, true, NOW + 3599));
	assert_false(retries_exceeded(r, id, true, NOW + 3600));
	retries_failed(r, id, true, NOW + 3600);
	assert_true(retries_exceeded(r, id, true, NOW + 3699));
	assert_false(retries_exceeded(r, id, true, NOW + 3700));
	assert_false(retries_exceeded(r, id, true, NOW + 1000000));
	retries_free(r);
}

/* More certificates than there is room for: the memory does not grow, and the
 * latest failures are known. */
static void
test_retries_bounded(void **state)
{
	struct retries *r = retries_new(1);
	uint8_t id[8] = {0};

	(void)state;
	for (uint32_t k = 0; k < 100000; k++) {
		memcpy(id, &k, sizeof(k));
		memcpy(id + 4, &k, sizeof(k));
		retries_failed(r, id, true, NOW + k);
		assert_true(retries_exceeded(r, id, true, NOW + k));
	}
	retries_free(r);
}

/* ---- ZIP ---- */

#define ENTRIES 20

static struct bytes
make_zip(struct arena *arena)
{
	struct zip_entry e[ENTRIES];
	struct writer w;
	uint8_t *p;
	size_t n;

	for (unsigned j = 0; j < ENTRIES; j++) {
		uint8_t *contents = arena_alloc(arena, 348 + j, 1);

		assert_non_null(contents);
		for (unsigned k = 0; k < 348 + j; k++)
			contents[k] = (uint8_t)(k * 7 + j);
		snprintf(e[j].name, sizeof(e[j].name), "%X_%X", 0x1a9, j);
		e[j].contents = (struct bytes){contents, 348 + j};
	}
	n = zip_size(e, ENTRIES);
	p = arena_alloc(arena, n, 1);
	assert_non_null(p);
	w = writer_of(p, n);
	zip_write(&w, e, ENTRIES);
	assert_false(w.failed);
	assert_int_equal(writer_done(&w).n, n);
	return writer_done(&w);
}

static void
test_zip_same_octets(void **state)
{
	struct arena arena = arena_new(1 << 20);
	struct bytes a = make_zip(&arena), b = make_zip(&arena);

	(void)state;
	assert_ptr_not_equal(a.p, b.p);
	assert_true(bytes_equal(a, b));
	arena_free(&arena);
}

/* What another implementation reads. */
static void
test_zip_read(void **state)
{
	struct arena arena = arena_new(1 << 20);
	struct bytes in = make_zip(&arena);
	zip_error_t error;
	zip_source_t *source = zip_source_buffer_create(in.p, in.n, 0, &error);
	zip_t *zip =
	    zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);

	(void)state;
	assert_non_null(zip);
	assert_int_equal(zip_get_num_entries(zip, 0), ENTRIES);
	for (unsigned j = 0; j < ENTRIES; j++) {
		uint8_t got[512];
		char name[16];
		zip_stat_t st;
		zip_file_t *f;

		assert_int_equal(zip_stat_index(zip, j, 0, &st), 0);
		snprintf(name, sizeof(name), "1A9_%X", j);
		assert_string_equal(st.name, name);
		assert_int_equal(st.comp_method, ZIP_CM_STORE);
		assert_int_equal(st.size, 348 + j);
		f = zip_fopen_index(zip, j, 0);
		assert_int_equal(zip_fread(f, got, sizeof(got)), 348 + j);
		assert_int_equal(zip_fclose(f), 0); /* checks the CRC */
		for (unsigned k = 0; k < 348 + j; k++)
			assert_int_equal(got[k], (uint8_t)(k * 7 + j));
	}
	zip_discard(zip);
	arena_free(&arena);
}

static void
test_zip_unzip(void **state)
{
	struct arena arena = arena_new(1 << 20);
	char path[] = "/tmp/ra-zip.XXXXXX", command[64];
	struct bytes zip = make_zip(&arena);
	int fd = mkstemp(path);
	int status;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, zip.p, zip.n), (ssize_t)zip.n);
	close(fd);
	snprintf(
	    command, sizeof(command), "unzip -tq %s >/dev/null 2>&1", path);
	status = system(command);
	unlink(path);
	arena_free(&arena);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		skip();
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_filename),
	    cmocka_unit_test(test_filename_malformed),
	    cmocka_unit_test(test_base64),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_errors_complete),
	    cmocka_unit_test(test_info),
	    cmocka_unit_test(test_info_of_changes),
	    cmocka_unit_test(test_retries),
	    cmocka_unit_test(test_retries_bounded),
	    cmocka_unit_test(test_zip_same_octets),
	    cmocka_unit_test(test_zip_read),
	    cmocka_unit_test(test_zip_unzip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
