/* test_files.c - outbox, answer and PLV files: what is written is read, and
 * what is damaged is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/random.h"
#include "role/ra/answer.h"
#include "role/ra/outbox.h"
#include "role/ra/plv_file.h"

#define UNITS 7
#define EACH  20

static char folder[] = "/tmp/ra-files.XXXXXX";
static char path[PATH_SIZE];
static struct fault_info fi;

static int
setup(void **state)
{
	static struct arena arena;

	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	path_join(path, folder, "file");
	arena = arena_new((size_t)8 << 20);
	*state = &arena;
	return 0;
}

static int
teardown(void **state)
{
	char command[64];

	arena_free(*state);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void
must(enum fault f)
{
	if (f != FAULT_OK)
		fail_msg("%s", fi.text);
}

/* The file as octets, and back with n of them. */
static struct bytes
slurp(struct arena *arena)
{
	struct bytes b;

	must(file_read(&b, arena, path, (size_t)8 << 20, &fi));
	return b;
}

static void
spit(struct bytes b, size_t n)
{
	b.n = n;
	must(file_write(path, b, 0600, &fi));
}

/* ---- outbox ---- */

static void
make_batch(struct batch *b)
{
	static int64_t devices[UNITS];
	static uint32_t order[UNITS * EACH];
	static struct digest hashes[UNITS * EACH];
	static uint8_t message[5000];

	random_bytes(devices, sizeof(devices));
	random_bytes(hashes, sizeof(hashes));
	random_bytes(message, sizeof(message));
	for (uint32_t k = 0; k < UNITS * EACH; k++)
		order[k] = UNITS * EACH - 1 - k;
	*b = (struct batch){
	    .class = 3,
	    .i = 0xfedc,
	    .each = EACH,
	    .units = UNITS,
	    .devices = devices,
	    .order = order,
	    .hpcr = hashes,
	    .message = BYTES(message),
	};
	random_bytes(b->id, sizeof(b->id));
}

static void
test_outbox(void **state)
{
	struct batch a, b;

	make_batch(&a);
	must(outbox_write(path, &a, *state, &fi));
	must(outbox_read(&b, *state, path, &fi));
	assert_int_equal(b.number, 0);
	assert_memory_equal(b.id, a.id, sizeof(a.id));
	assert_int_equal(b.class, a.class);
	assert_int_equal(b.i, a.i);
	assert_int_equal(b.each, a.each);
	assert_int_equal(b.units, a.units);
	assert_memory_equal(b.devices, a.devices, UNITS * 8);
	assert_memory_equal(b.order, a.order, UNITS * EACH * 4);
	assert_memory_equal(b.hpcr, a.hpcr, UNITS * EACH * 32);
	assert_true(bytes_equal(b.message, a.message));
}

static void
test_outbox_damaged(void **state)
{
	struct batch a, b;
	struct bytes in;
	uint8_t *copy;

	make_batch(&a);
	must(outbox_write(path, &a, *state, &fi));
	in = slurp(*state);
	for (size_t n = 0; n < in.n; n += 97) {
		spit(in, n);
		assert_int_equal(
		    outbox_read(&b, *state, path, &fi), FAULT_STORE);
	}
	copy = arena_alloc(*state, in.n, 1);
	memcpy(copy, in.p, in.n);
	copy[0] ^= 1; /* magic */
	spit((struct bytes){copy, in.n}, in.n);
	assert_int_equal(outbox_read(&b, *state, path, &fi), FAULT_STORE);
	copy[0] ^= 1;
	copy[40 + 8 * UNITS] = 0xff; /* an order of 4 billion */
	spit((struct bytes){copy, in.n}, in.n);
	assert_int_equal(outbox_read(&b, *state, path, &fi), FAULT_STORE);
	remove(path);
	assert_int_equal(outbox_read(&b, *state, path, &fi), FAULT_NOT_FOUND);
}

/* ---- answers ---- */

static void
test_answers(void **state)
{
	struct bytes answers[UNITS * EACH], got[EACH];
	struct answer_place places[UNITS];
	uint8_t octets[UNITS * EACH][400];

	random_bytes(octets, sizeof(octets));
	for (size_t k = 0; k < UNITS * EACH; k++)
		answers[k] = (struct bytes){octets[k], 300 + k % 100};
	answers[2 * EACH + 5].n = 0; /* unit 2 is not complete */
	must(answer_write(path, answers, UNITS, EACH, places, *state, &fi));
	assert_int_equal(places[2].size, 0);
	for (size_t u = 0; u < UNITS; u++) {
		if (u == 2)
			continue;
		must(answer_read(got, EACH, *state, path, places[u], &fi));
		for (size_t j = 0; j < EACH; j++)
			assert_true(bytes_equal(got[j], answers[u * EACH + j]));
	}
	/* another number, place or file */
	assert_int_equal(
	    answer_read(got, EACH - 1, *state, path, places[0], &fi),
	    FAULT_STORE);
	places[6].size++;
	assert_int_equal(
	    answer_read(got, EACH, *state, path, places[6], &fi), FAULT_STORE);
	places[1].offset += 2;
	assert_int_equal(
	    answer_read(got, EACH, *state, path, places[1], &fi), FAULT_STORE);
	remove(path);
	assert_int_equal(answer_read(got, EACH, *state, path, places[0], &fi),
	    FAULT_NOT_FOUND);
}

/* ---- PLVs ---- */

static void
test_plvs(void **state)
{
	const struct plv_head h = {500, 503, EACH, {101, 99}};
	uint8_t rows[3 * EACH * 200];
	struct plv_row row;

	random_bytes(rows, sizeof(rows));
	assert_int_equal(plv_row_size(&h), EACH * 200);
	must(plv_file_write(path, &h, BYTES(rows), *state, &fi));
	for (uint32_t i = 500; i < 503; i++) {
		const uint8_t *at = rows + (i - 500) * EACH * 200;

		must(plv_file_read(&row, *state, path, i, &fi));
		assert_int_equal(row.j_max, EACH);
		for (size_t j = 0; j < EACH; j++) {
			struct bytes a = plv_row_value(&row, j, 0);
			struct bytes b = plv_row_value(&row, j, 1);

			assert_int_equal(a.n, 101);
			assert_int_equal(b.n, 99);
			assert_memory_equal(a.p, at + 200 * j, 101);
			assert_memory_equal(b.p, at + 200 * j + 101, 99);
		}
	}
	assert_int_equal(
	    plv_file_read(&row, *state, path, 499, &fi), FAULT_NOT_FOUND);
	assert_int_equal(
	    plv_file_read(&row, *state, path, 503, &fi), FAULT_NOT_FOUND);
}

static void
test_plvs_damaged(void **state)
{
	const struct plv_head h = {500, 502, 2, {101, 101}};
	uint8_t rows[2 * 2 * 202] = {1};
	struct plv_row row;
	struct bytes in;

	must(plv_file_write(path, &h, BYTES(rows), *state, &fi));
	in = slurp(*state);
	spit(in, in.n - 1);
	must(plv_file_read(&row, *state, path, 500, &fi));
	assert_int_equal(
	    plv_file_read(&row, *state, path, 501, &fi), FAULT_STORE);
	spit(in, 10);
	assert_int_equal(
	    plv_file_read(&row, *state, path, 500, &fi), FAULT_STORE);
	remove(path);
	assert_int_equal(
	    plv_file_read(&row, *state, path, 500, &fi), FAULT_NOT_FOUND);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_outbox),
	    TEST(test_outbox_damaged),
	    TEST(test_answers),
	    TEST(test_plvs),
	    TEST(test_plvs_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
