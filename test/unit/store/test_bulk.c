/* test_bulk.c - append, find, drop, merge, backup of the bulk store. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "records.h"

static char folder[PATH_SIZE], store[PATH_SIZE];

static int
set_up(void **state)
{
	(void)state;
	folder_make(folder);
	path_join(store, folder, "store");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static void
find_what_was_appended(void **state)
{
	struct bulk *b = records_open(store, BULK_KEEP);
	struct fault_info fi = {0};
	struct bulk_stats stats;

	(void)state;
	assert_int_equal(records_append(b, 0, 5000, NULL, &fi), FAULT_OK);
	assert_int_equal(records_append(b, 5000, 1, NULL, &fi), FAULT_OK);
	records_expect(b, 0, 5001);
	assert_int_equal(records_count(b, 5001, 5000), 0);
	assert_int_equal(records_total(b), 5001);
	assert_int_equal(bulk_check(b, &fi), FAULT_OK);
	bulk_stats(b, &stats);
	assert_int_equal(stats.records, 5001);
	assert_int_equal(stats.segments, 2);
	bulk_close(b);

	b = records_open(store, BULK_KEEP);
	records_expect(b, 0, 5001);
	bulk_close(b);
}

static void
find_many_at_once(void **state)
{
	struct bulk *b = records_open(store, BULK_MERGE);
	struct arena arena = arena_new((size_t)1 << 20);
	uint8_t keys[6][KEY_N], want[VALUE_MAX];
	const uint8_t *key_p[6];
	struct bytes values[6];
	struct fault_info fi = {0};
	size_t i, found;

	(void)state;
	assert_int_equal(records_append(b, 0, 3, NULL, &fi), FAULT_OK);
	assert_int_equal(records_append(b, 3, 2, NULL, &fi), FAULT_OK);
	for (i = 0; i < 6; i++) {
		record_key(5 - i, keys[i]);
		key_p[i] = keys[i];
	}
	assert_int_equal(
	    bulk_find_batch(b, values, &arena, key_p, 6, &found, &fi),
	    FAULT_OK);
	assert_int_equal(found, 5);
	assert_null(values[0].p);
	for (i = 1; i < 6; i++) {
		assert_non_null(values[i].p);
		assert_int_equal(values[i].n, record_value(5 - i, want));
		assert_memory_equal(values[i].p, want, values[i].n);
	}
	arena_free(&arena);
	bulk_close(b);
}

/* Of three segments, in no order, more than are looked up side by side. */
static void
which_keys_are_there(void **state)
{
	enum { IN = 150, OUT = 150, ALL = IN + OUT };
	struct bulk *b = records_open(store, BULK_KEEP);
	static uint8_t keys[ALL][KEY_N];
	const uint8_t *key_p[ALL];
	bool has[ALL];
	struct fault_info fi = {0};

	(void)state;
	bulk_has_batch(b, has, key_p, 0);
	for (size_t i = 0; i < IN; i += 50)
		assert_int_equal(records_append(b, i, 50, NULL, &fi), FAULT_OK);
	for (size_t i = 0; i < ALL; i++) {
		record_key(i * 7 % ALL, keys[i]);
		key_p[i] = keys[i];
	}
	for (size_t n = ALL; n > 0; n = n > 70 ? n - 70 : n / 2) {
		memset(has, 2, sizeof(has));
		bulk_has_batch(b, has, key_p, n);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(has[i], i * 7 % ALL < IN);
	}
	bulk_close(b);
}

static void
keys_are_sorted_in_the_file(void **state)
{
	struct bulk *b = records_open(store, BULK_KEEP);
	struct fault_info fi = {0};
	char path[PATH_SIZE];
	uint8_t key[KEY_N], file[8192], *at;
	uint64_t order[5] = {0};
	size_t i, n;
	FILE *f;

	(void)state;
	assert_int_equal(records_append(b, 0, 5, NULL, &fi), FAULT_OK);
	bulk_close(b);
	folder_only(store, ".seg", path);
	assert_non_null(f = fopen(path, "rb"));
	n = fread(file, 1, sizeof(file), f);
	fclose(f);
	/* where each key stands decides its rank; ranks follow the octets */
	for (i = 0; i < 5; i++) {
		record_key(i, key);
		assert_non_null(at = memmem(file, n, key, KEY_N));
		order[i] = (uint64_t)(at - file);
	}
	for (size_t a = 0; a < 5; a++)
		for (size_t c = 0; c < 5; c++)
			if (order[a] < order[c])
				assert_true(memcmp(file + order[a],
						file + order[c], KEY_N) < 0);
}

static void
the_same_key_twice_in_a_batch(void **state)
{
	struct bulk *b = records_open(store, BULK_KEEP);
	uint8_t key[KEY_N];
	const struct bulk_record v[] = {
	    {key, {(const uint8_t *)"a", 1}},
	    {key, {(const uint8_t *)"b", 1}},
	};
	struct fault_info fi = {0};

	(void)state;
	record_key(7, key);
	assert_int_equal(bulk_append(b, v, 2, NULL, &fi), FAULT_EXISTS);
	assert_false(bulk_has(b, key));
	assert_int_equal(folder_count(store, ".seg"), 0);
	assert_int_equal(folder_count(store, ".tmp"), 0);
	assert_int_equal(bulk_append(b, v, 1, NULL, &fi), FAULT_OK);
	assert_true(bulk_has(b, key));
	bulk_close(b);
}

/* Appends one record with a value of one octet. */
static void
append_octet(struct bulk *b, uint64_t number, uint8_t octet)
{
	uint8_t key[KEY_N];
	struct bulk_record r = {key, {&octet, 1}};
	struct fault_info fi = {0};

	record_key(number, key);
	assert_int_equal(bulk_append(b, &r, 1, NULL, &fi), FAULT_OK);
}

static void
the_newest_record_is_found(void **state)
{
	struct bulk *b = records_open(store, BULK_MERGE);
	struct arena arena = arena_new(4096);
	uint8_t key[KEY_N], i;
	struct bytes value;
	struct bulk_stats stats;
	struct fault_info fi = {0};

	(void)state;
	for (i = 0; i < 50; i++)
		append_octet(b, 1, i);
	records_settle(b);
	bulk_stats(b, &stats);
	assert_true(stats.merges > 0);
	assert_true(stats.records < 50); /* hidden ones were dropped */
	record_key(1, key);
	assert_int_equal(bulk_find(b, &value, &arena, key, &fi), FAULT_OK);
	assert_int_equal(value.n, 1);
	assert_int_equal(value.p[0], 49);
	arena_free(&arena);
	bulk_close(b);
}

static void
merging_keeps_everything(void **state)
{
	enum { BATCHES = 600 };
	struct bulk *b = records_open(store, BULK_MERGE);
	struct fault_info fi = {0};
	struct bulk_stats stats;
	uint64_t seed = 1, n = 0;
	int i;

	(void)state;
	for (i = 0; i < BATCHES; i++) {
		size_t k = 1 + test_random(&seed) % 60;

		assert_int_equal(records_append(b, n, k, NULL, &fi), FAULT_OK);
		n += k;
	}
	records_settle(b);
	bulk_stats(b, &stats);
	assert_true(stats.segments < 40);
	assert_true(stats.merges > 50);
	assert_int_equal(stats.records, n);
	assert_int_equal(folder_count(store, ".seg"), stats.segments);
	records_expect(b, 0, n);
	assert_int_equal(records_total(b), n);
	assert_int_equal(bulk_check(b, &fi), FAULT_OK);
	bulk_close(b);
	b = records_open(store, BULK_MERGE);
	records_expect(b, 0, n);
	assert_int_equal(records_total(b), n);
	bulk_close(b);
}

static void
batches_are_dropped(void **state)
{
	struct bulk *b = records_open(store, BULK_KEEP);
	struct arena arena = arena_new(4096);
	uint64_t s[3], next, *list;
	struct fault_info fi = {0};
	size_t i, n;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(
		    records_append(b, i * 10, 10, &s[i], &fi), FAULT_OK);
	assert_true(s[0] < s[1] && s[1] < s[2]);
	assert_int_equal(bulk_drop_segment(b, s[1], &fi), FAULT_OK);
	assert_int_equal(bulk_drop_segment(b, s[1], &fi), FAULT_NOT_FOUND);
	assert_int_equal(records_count(b, 10, 10), 0);
	records_expect(b, 0, 10);
	records_expect(b, 20, 10);
	assert_int_equal(bulk_segments(b, &list, &n, &arena, &fi), FAULT_OK);
	assert_int_equal(n, 2);
	assert_true(list[0] == s[0] && list[1] == s[2]);
	/* a number is not given out again, even if it was the latest */
	assert_int_equal(bulk_drop_segment(b, s[2], &fi), FAULT_OK);
	bulk_close(b);
	b = records_open(store, BULK_KEEP);
	assert_int_equal(records_append(b, 30, 10, &next, &fi), FAULT_OK);
	assert_true(next > s[2]);
	assert_int_equal(records_count(b, 0, 30), 10);
	arena_free(&arena);
	bulk_close(b);
}

static enum fault
stop_at_third(
    void *ctx, const uint8_t *key, struct bytes value, struct fault_info *fi)
{
	int *n = ctx;

	(void)key;
	(void)value;
	return ++*n == 3 ? fault_set(fi, FAULT_DENIED, "third") : FAULT_OK;
}

static void
each_visits_one_batch(void **state)
{
	struct bulk *b = records_open(store, BULK_KEEP);
	struct fault_info fi = {0};
	uint64_t s;
	int n = 0;

	(void)state;
	assert_int_equal(records_append(b, 0, 10, NULL, &fi), FAULT_OK);
	assert_int_equal(records_append(b, 10, 2, &s, &fi), FAULT_OK);
	assert_int_equal(bulk_each(b, s, stop_at_third, &n, &fi), FAULT_OK);
	assert_int_equal(n, 2);
	n = 0;
	assert_int_equal(
	    bulk_each(b, BULK_ALL, stop_at_third, &n, &fi), FAULT_DENIED);
	assert_int_equal(n, 3);
	assert_int_equal(
	    bulk_each(b, s + 1, stop_at_third, &n, &fi), FAULT_NOT_FOUND);
	bulk_close(b);
}

static void
one_writer_many_readers(void **state)
{
	struct bulk *b = records_open(store, BULK_MERGE), *other = NULL;
	struct fault_info fi = {0};
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(records_append(b, 0, 10, NULL, &fi), FAULT_OK);
	assert_int_equal(
	    bulk_open(&other, store, KEY_N, BULK_MERGE, &fi), FAULT_BUSY);
	if ((pid = fork()) == 0)
		_exit(bulk_open(&other, store, KEY_N, BULK_KEEP, &fi) ==
			      FAULT_BUSY
			  ? 0
			  : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	other = records_open(store, BULK_READONLY);
	records_expect(other, 0, 10);
	bulk_close(other);
	bulk_close(b);
	b = records_open(store, BULK_MERGE);
	bulk_close(b);
	assert_int_equal(bulk_open(&b, folder, KEY_N, BULK_READONLY, &fi),
	    FAULT_OK); /* an empty folder is an empty store */
	bulk_close(b);
	path_join(store, folder, "nowhere");
	assert_int_equal(
	    bulk_open(&b, store, KEY_N, BULK_READONLY, &fi), FAULT_NOT_FOUND);
}

static void
files_are_private(void **state)
{
	struct bulk *b = records_open(store, BULK_KEEP);
	struct fault_info fi = {0};
	char path[PATH_SIZE];
	struct stat st;

	(void)state;
	umask(0);
	assert_int_equal(records_append(b, 0, 10, NULL, &fi), FAULT_OK);
	bulk_close(b);
	assert_int_equal(stat(store, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	folder_only(store, ".seg", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
backup_while_writing(void **state)
{
	struct bulk *b = records_open(store, BULK_MERGE), *copy;
	struct fault_info fi = {0};
	char to[PATH_SIZE];
	uint64_t s, later, i;

	(void)state;
	path_join(to, folder, "copy");
	for (i = 0; i < 100; i++)
		assert_int_equal(
		    records_append(b, i * 20, 20, &s, &fi), FAULT_OK);
	assert_int_equal(bulk_backup(b, to, &fi), FAULT_OK);
	assert_int_equal(records_append(b, 2000, 20, NULL, &fi), FAULT_OK);
	assert_int_equal(bulk_backup(b, to, &fi), FAULT_EXISTS);
	records_settle(b);
	bulk_close(b);
	folder_remove(store);
	copy = records_open(to, BULK_MERGE);
	records_expect(copy, 0, 2000);
	assert_int_equal(records_total(copy), 2000);
	assert_int_equal(records_count(copy, 2000, 20), 0);
	assert_int_equal(bulk_check(copy, &fi), FAULT_OK);
	assert_int_equal(records_append(copy, 3000, 20, &later, &fi), FAULT_OK);
	assert_true(later > s);
	bulk_close(copy);
}

struct shared {
	struct bulk *b;
	_Atomic uint64_t there; /* records acknowledged */
	_Atomic bool stop;
	_Atomic uint64_t missing, looked;
};

static void *
read_along(void *arg)
{
	struct shared *s = arg;
	uint64_t seed = (uint64_t)(uintptr_t)&seed, n;
	uint8_t key[KEY_N];

	while (!atomic_load(&s->stop)) {
		if ((n = atomic_load(&s->there)) == 0)
			continue;
		record_key(test_random(&seed) % n, key);
		if (!bulk_has(s->b, key))
			atomic_fetch_add(&s->missing, 1);
		atomic_fetch_add(&s->looked, 1);
	}
	return NULL;
}

static void
readers_beside_appends_and_merges(void **state)
{
	struct shared s = {.b = records_open(store, BULK_MERGE)};
	struct fault_info fi = {0};
	pthread_t readers[3];
	uint64_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(
		    pthread_create(&readers[i], NULL, read_along, &s), 0);
	for (i = 0; i < 300; i++) {
		assert_int_equal(
		    records_append(s.b, i * 30, 30, NULL, &fi), FAULT_OK);
		atomic_store(&s.there, (i + 1) * 30);
	}
	atomic_store(&s.stop, true);
	for (i = 0; i < 3; i++)
		pthread_join(readers[i], NULL);
	assert_true(atomic_load(&s.looked) > 1000);
	assert_int_equal(atomic_load(&s.missing), 0);
	bulk_close(s.b);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(find_what_was_appended),
	    TEST(find_many_at_once),
	    TEST(which_keys_are_there),
	    TEST(keys_are_sorted_in_the_file),
	    TEST(the_same_key_twice_in_a_batch),
	    TEST(the_newest_record_is_found),
	    TEST(merging_keeps_everything),
	    TEST(batches_are_dropped),
	    TEST(each_visits_one_batch),
	    TEST(one_writer_many_readers),
	    TEST(files_are_private),
	    TEST(backup_while_writing),
	    TEST(readers_beside_appends_and_merges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
