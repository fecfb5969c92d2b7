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
	struct bytes octets;
	struct batch a, b;

	make_batch(&a);
	must(outbox_write(&octets, path, &a, *state, &fi));
	assert_true(bytes_equal(octets, slurp(*state)));
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
	must(outbox_write(&in, path, &a, *state, &fi));
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

/* Two chains of three periods each. */
static struct bytes
plv_octets(struct arena *arena, const struct plv_head *h, size_t chains)
{
	size_t n = plv_file_size(h, chains);
	uint8_t *p = arena_alloc(arena, n, 1);
	struct writer w = writer_of(p, n);
	size_t head;

	plv_file_head(&w, h);
	head = writer_done(&w).n;
	assert_int_equal(
	    n, head + chains * (h->i_max - h->i_min) * plv_row_size(h));
	random_bytes(p + head, n - head);
	return (struct bytes){p, n};
}

static enum fault
read_plvs(struct plv_row *row, struct arena *arena, uint32_t place, uint32_t i)
{
	struct plv_files files;
	enum fault f;

	plv_files_init(&files, folder);
	f = plv_files_read(row, arena, &files, "file", place, i, &fi);
	plv_files_close(&files);
	return f;
}

static void
test_plvs(void **state)
{
	const struct plv_head h = {500, 503, EACH, {101, 99}};
	struct bytes in = plv_octets(*state, &h, 2);
	const uint8_t *rows = in.p + in.n - 6 * EACH * 200;
	struct plv_row row;

	assert_int_equal(plv_row_size(&h), EACH * 200);
	must(file_write(path, in, 0600, &fi));
	for (uint32_t k = 0; k < 6; k++) {
		const uint8_t *at = rows + k * EACH * 200;

		must(read_plvs(&row, *state, k / 3, 500 + k % 3));
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
	assert_int_equal(read_plvs(&row, *state, 0, 499), FAULT_NOT_FOUND);
	assert_int_equal(read_plvs(&row, *state, 1, 503), FAULT_NOT_FOUND);
	assert_int_equal(read_plvs(&row, *state, 2, 500), FAULT_STORE);
}

static void
test_plvs_damaged(void **state)
{
	const struct plv_head h = {500, 502, 2, {101, 101}};
	struct bytes in = plv_octets(*state, &h, 1);
	struct plv_row row;

	spit(in, in.n - 1);
	must(read_plvs(&row, *state, 0, 500));
	assert_int_equal(read_plvs(&row, *state, 0, 501), FAULT_STORE);
	spit(in, 10);
	assert_int_equal(read_plvs(&row, *state, 0, 500), FAULT_STORE);
	remove(path);
	assert_int_equal(read_plvs(&row, *state, 0, 500), FAULT_NOT_FOUND);
}

/* More files than may be open at a time, again and again. */
static void
test_plvs_many(void **state)
{
	enum { N = 2 * PLV_FILES + 1 };
	struct plv_head h = {500, 501, 1, {40, 60}};
	char name[N][PLV_NAME], file[PATH_SIZE];
	struct plv_files files;
	struct bytes in[N];
	struct plv_row row;

	plv_files_init(&files, folder);
	for (size_t k = 0; k < N; k++) {
		in[k] = plv_octets(*state, &h, 1);
		snprintf(name[k], PLV_NAME, "%zx", k);
		path_join(file, folder, name[k]);
		must(file_write(file, in[k], 0600, &fi));
	}
	for (size_t r = 0; r < 5 * N; r++) {
		size_t k = (r * r + r / 3) % N;

		must(
		    plv_files_read(&row, *state, &files, name[k], 0, 500, &fi));
		assert_memory_equal(row.p, in[k].p + in[k].n - 100, 100);
	}
	plv_files_close(&files);
}

/* What cannot be read now may be read later: not the same as damaged.  (Reading
 * a folder fails, as reading a bad disk does.) */
static void
test_plvs_unreadable(void **state)
{
	struct plv_row row;

	must(file_mkdir(path, 0700, &fi));
	assert_int_equal(read_plvs(&row, *state, 0, 500), FAULT_IO);
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
	    TEST(test_plvs_many),
	    TEST(test_plvs_unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
