/*
 * test_bulk_damage.c - the bulk store after crashes, on a full disk, and with
 * damaged files.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
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
	char disk[PATH_SIZE];

	(void)state;
	path_join(disk, folder, "disk");
	umount(disk); /* left by disk_full if it failed */
	folder_remove(folder);
	return 0;
}

/* Child: batches of 40 records without end; says each number it has done. */
static void
append_for_ever(int to, uint64_t batch)
{
	struct fault_info fi;
	struct bulk *b;

	if (bulk_open(&b, store, KEY_N, BULK_MERGE, &fi) != FAULT_OK)
		_exit(2);
	for (;; batch++) {
		if (records_append(b, batch * 40, 40, NULL, &fi) != FAULT_OK)
			_exit(3);
		if (write(to, &batch, sizeof(batch)) != sizeof(batch))
			_exit(4);
	}
}

/* Runs the child for so long, kills it; the next batch number to be done. */
static uint64_t
run_and_kill(uint64_t batch, unsigned microseconds)
{
	int pipes[2], status;
	uint64_t done;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	if ((pid = fork()) == 0) {
		close(pipes[0]);
		append_for_ever(pipes[1], batch);
	}
	close(pipes[1]);
	usleep(microseconds);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status)); /* it did not end by itself */
	while (read(pipes[0], &done, sizeof(done)) == sizeof(done))
		batch = done + 1;
	close(pipes[0]);
	return batch;
}

/* Everything acknowledged is there; the batch that was under way is there
 * whole or not at all. */
static void
killed_at_any_moment(void **state)
{
	uint64_t seed = 3, batch = 0, merged = 0, unfinished = 0;
	struct fault_info fi = {0};
	struct bulk *b;
	int round;

	(void)state;
	/* until it has tested what it says, on a slow or busy machine too */
	for (round = 0;
	     round < 40 ||
	     (round < 400 && (batch < 100 || merged == 0 || unfinished == 0));
	     round++) {
		size_t more;

		batch = run_and_kill(
		    batch, (unsigned)(2000 + test_random(&seed) % 30000) *
			       (1 + (unsigned)round / 40));
		unfinished += folder_count(store, ".tmp") > 0;
		b = records_open(store, BULK_KEEP); /* merges nothing */
		/* segments, lock, sequence, and the folder's own two */
		assert_int_equal(
		    folder_count(store, ""), folder_count(store, ".seg") + 4);
		more = records_count(b, batch * 40, 40);
		assert_true(more == 0 || more == 40);
		batch += more == 40;
		assert_int_equal(records_total(b), batch * 40);
		if (round % 10 == 9) {
			records_expect(b, 0, batch * 40);
			assert_int_equal(bulk_check(b, &fi), FAULT_OK);
		} else {
			assert_int_equal(
			    records_count(b, 0, batch * 40), batch * 40);
		}
		merged += folder_count(store, ".seg") < batch;
		bulk_close(b);
	}
	assert_true(batch >= 100 && merged > 0 && unfinished > 0);
}

static uint64_t
size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (uint64_t)st.st_size;
}

/* Lengths at which a part of a segment of 100 records ends, and around. */
static size_t
lengths(uint64_t out[32], uint64_t size)
{
	const uint64_t filter = 64 + (100 * 12 / 8 + 64) / 64 * 64;
	const uint64_t ends[] = {0, 64, filter, filter + 100 * KEY_N,
	    filter + 100 * KEY_N + 101 * 8, size - 8, size};
	size_t i, n = 0;

	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		if (ends[i] > 0)
			out[n++] = ends[i] - 1;
		if (ends[i] != size)
			out[n++] = ends[i];
		out[n++] = ends[i] + 1;
	}
	return n;
}

static void
make_one_segment(char path[PATH_SIZE])
{
	struct bulk *b = records_open(store, BULK_KEEP);
	struct fault_info fi = {0};

	assert_int_equal(records_append(b, 0, 100, NULL, &fi), FAULT_OK);
	bulk_close(b);
	folder_only(store, ".seg", path);
}

/* A finished segment that has another length is no leftover: it is refused,
 * by name, and left as it is. */
static void
finished_segment_of_wrong_length(void **state)
{
	char path[PATH_SIZE], copy[PATH_SIZE];
	struct fault_info fi = {0};
	uint64_t length[32], size;
	struct bulk *b;
	size_t i, n;

	(void)state;
	make_one_segment(path);
	path_join(copy, folder, "copy");
	size = size_of(path);
	n = lengths(length, size);
	for (i = 0; i < n; i++) {
		struct arena arena = arena_new((size_t)1 << 20);
		struct bytes whole;

		assert_int_equal(
		    file_read(&whole, &arena, path, (size_t)1 << 19, &fi),
		    FAULT_OK);
		assert_int_equal(truncate(path, (off_t)length[i]), 0);
		assert_int_equal(
		    bulk_open(&b, store, KEY_N, BULK_KEEP, &fi), FAULT_STORE);
		assert_non_null(strstr(fi.text, path));
		assert_int_equal(size_of(path), length[i]);
		assert_int_equal(file_write(path, whole, 0600, &fi), FAULT_OK);
		b = records_open(store, BULK_KEEP);
		records_expect(b, 0, 100);
		bulk_close(b);
		arena_free(&arena);
	}
}

/* What a crash leaves under a temporary name is removed, whatever it holds. */
static void
unfinished_segment_of_any_length(void **state)
{
	char path[PATH_SIZE], tmp[PATH_SIZE], whole_path[PATH_SIZE];
	struct arena arena = arena_new((size_t)1 << 20);
	struct fault_info fi = {0};
	uint64_t length[32];
	struct bytes whole;
	struct bulk *b;
	size_t i, n;

	(void)state;
	make_one_segment(whole_path);
	memcpy(path, whole_path, sizeof(path));
	assert_int_equal(
	    file_read(&whole, &arena, path, (size_t)1 << 19, &fi), FAULT_OK);
	path_join(tmp, store, "00000000000000ff-00000000000000ff.seg.tmp");
	n = lengths(length, whole.n);
	for (i = 0; i < n; i++) {
		struct bytes part = {
		    whole.p, length[i] < whole.n ? length[i] : whole.n};

		assert_int_equal(file_write(tmp, part, 0600, &fi), FAULT_OK);
		b = records_open(store, BULK_READONLY);
		records_expect(b, 0, 100);
		bulk_close(b);
		assert_true(file_exists(tmp)); /* readers remove nothing */
		b = records_open(store, BULK_KEEP);
		assert_false(file_exists(tmp));
		records_expect(b, 0, 100);
		assert_int_equal(records_total(b), 100);
		bulk_close(b);
	}
	arena_free(&arena);
}

/* One octet changed, anywhere: never a crash, and bulk_check tells. */
static void
any_octet_changed(void **state)
{
	char path[PATH_SIZE];
	struct arena arena = arena_new((size_t)1 << 20);
	struct fault_info fi = {0};
	struct bytes whole;
	uint8_t *octets;
	uint64_t seed = 11;
	struct bulk *b;
	int i;

	(void)state;
	make_one_segment(path);
	assert_int_equal(
	    file_read(&whole, &arena, path, (size_t)1 << 19, &fi), FAULT_OK);
	octets = arena_alloc(&arena, whole.n, 1);
	for (i = 0; i < 400; i++) {
		size_t at = i < 200 ? (size_t)i * whole.n / 200
				    : test_random(&seed) % whole.n;

		memcpy(octets, whole.p, whole.n);
		octets[at] ^= (uint8_t)(1u << (i & 7));
		assert_int_equal(
		    file_write(
			path, (struct bytes){octets, whole.n}, 0600, &fi),
		    FAULT_OK);
		if (bulk_open(&b, store, KEY_N, BULK_KEEP, &fi) != FAULT_OK) {
			assert_true(at < 64); /* the header */
			continue;
		}
		(void)records_count(b, 0, 200);
		assert_int_equal(bulk_check(b, &fi), FAULT_STORE);
		assert_non_null(strstr(fi.text, "damaged"));
		bulk_close(b);
	}
	arena_free(&arena);
}

/* A crash between putting a merged segment in place and removing its parts. */
static void
parts_beside_the_merged_segment(void **state)
{
	char saved[PATH_SIZE], command[3 * PATH_SIZE];
	struct fault_info fi = {0};
	struct bulk *b = records_open(store, BULK_KEEP);
	uint64_t i;

	(void)state;
	path_join(saved, folder, "saved");
	for (i = 0; i < 8; i++)
		assert_int_equal(
		    records_append(b, i * 10, 10, NULL, &fi), FAULT_OK);
	assert_int_equal(bulk_backup(b, saved, &fi), FAULT_OK);
	bulk_close(b);
	b = records_open(store, BULK_MERGE);
	records_settle(b);
	bulk_close(b);
	assert_int_equal(folder_count(store, ".seg"), 1);
	snprintf(command, sizeof(command), "cp %s/*.seg %s/", saved, store);
	assert_int_equal(system(command), 0);
	assert_int_equal(folder_count(store, ".seg"), 9);
	b = records_open(store, BULK_READONLY);
	assert_int_equal(records_total(b), 80);
	bulk_close(b);
	b = records_open(store, BULK_MERGE);
	assert_int_equal(folder_count(store, ".seg"), 1);
	assert_int_equal(records_total(b), 80);
	records_expect(b, 0, 80);
	bulk_close(b);
}

static void
another_key_length(void **state)
{
	char path[PATH_SIZE];
	struct fault_info fi = {0};
	struct bulk *b;

	(void)state;
	make_one_segment(path);
	assert_int_equal(bulk_open(&b, store, 9, BULK_KEEP, &fi), FAULT_STORE);
	assert_non_null(strstr(fi.text, "32 octets, not 9"));
}

/* Fills the store until it fails; then makes room and goes on. */
static void
fill_until_full(void (*make_room)(void))
{
	struct fault_info fi = {0};
	struct bulk *b = records_open(store, BULK_KEEP);
	uint64_t batch = 0;

	while (records_append(b, batch * 500, 500, NULL, &fi) == FAULT_OK)
		assert_true(++batch < 1000);
	assert_int_equal(fi.code, FAULT_STORE);
	assert_true(batch > 0);
	assert_int_equal(
	    records_append(b, batch * 500, 500, NULL, &fi), FAULT_STORE);
	assert_int_equal(records_count(b, batch * 500, 500), 0);
	assert_int_equal(records_total(b), batch * 500);
	records_expect(b, 0, batch * 500);
	make_room();
	assert_int_equal(
	    records_append(b, batch * 500, 500, NULL, &fi), FAULT_OK);
	bulk_close(b);
	b = records_open(store, BULK_KEEP);
	records_expect(b, 0, (batch + 1) * 500);
	assert_int_equal(bulk_check(b, &fi), FAULT_OK);
	bulk_close(b);
}

static char ballast[PATH_SIZE];

static void
remove_ballast(void)
{
	assert_int_equal(unlink(ballast), 0);
}

static void
disk_full(void **state)
{
	struct fault_info fi = {0};
	char disk[PATH_SIZE];
	static const uint8_t zeros[1 << 20];

	(void)state;
	path_join(disk, folder, "disk");
	assert_int_equal(mkdir(disk, 0700), 0);
	if (mount("none", disk, "tmpfs", 0, "size=4m") != 0) {
		print_message("no tmpfs can be mounted here\n");
		skip();
	}
	path_join(ballast, disk, "ballast");
	path_join(store, disk, "store");
	assert_int_equal(
	    file_write(ballast, BYTES(zeros), 0600, &fi), FAULT_OK);
	fill_until_full(remove_ballast);
	assert_int_equal(umount(disk), 0);
}

static void
lift_limit(void)
{
	const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
}

/* Writes of a segment fail half way; nothing else does. */
static void
write_fails_half_way(void **state)
{
	const struct rlimit limit = {100000, RLIM_INFINITY};
	struct fault_info fi = {0};
	struct bulk *b;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	b = records_open(store, BULK_KEEP);
	assert_int_equal(records_append(b, 0, 500, NULL, &fi), FAULT_OK);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(records_append(b, 500, 500, NULL, &fi), FAULT_STORE);
	assert_non_null(strstr(fi.text, strerror(EFBIG)));
	assert_int_equal(folder_count(store, ".tmp"), 0);
	assert_int_equal(folder_count(store, ".seg"), 1);
	lift_limit();
	assert_int_equal(records_append(b, 500, 500, NULL, &fi), FAULT_OK);
	records_expect(b, 0, 1000);
	bulk_close(b);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(killed_at_any_moment),
	    TEST(finished_segment_of_wrong_length),
	    TEST(unfinished_segment_of_any_length),
	    TEST(any_octet_changed),
	    TEST(parts_beside_the_merged_segment),
	    TEST(another_key_length),
	    TEST(disk_full),
	    TEST(write_fails_half_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
