/* test_audit.c - logs that nobody changes unnoticed. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/audit.h"
#include "base/arena.h"
#include "base/time32.h"
#include "crypto/hash.h"
#include "store/folder.h"

static char folder[PATH_SIZE], path[PATH_SIZE];

static int
set_up(void **state)
{
	(void)state;
	folder_make(folder);
	path_join(path, folder, AUDIT_FILE);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static struct audit *
opened(void)
{
	struct fault_info fi;
	struct audit *a = NULL;

	if (audit_open(&a, folder, &fi) != FAULT_OK)
		fail_msg("%s", fi.text);
	return a;
}

static void
write_lines(unsigned n)
{
	struct audit *a = opened();

	for (unsigned k = 0; k < n; k++)
		assert_int_equal(
		    audit_write(a, AUDIT_ISSUE, NULL, "count=%u", k), FAULT_OK);
	audit_close(a);
}

static struct bytes
contents(struct arena *arena)
{
	struct bytes out;

	assert_int_equal(file_read(&out, arena, path, 1 << 20, NULL), FAULT_OK);
	return out;
}

static uint64_t
verified(void)
{
	struct audit_end end;
	struct fault_info fi;

	if (audit_verify(&end, folder, NULL, NULL, &fi) != FAULT_OK)
		fail_msg("%s", fi.text);
	return end.number;
}

/* The chain, computed here by another way: the text is taken apart by hand. */
static void
lines_are_what_they_say(void **state)
{
	struct arena arena = arena_new(1 << 20);
	char last[65], hash[65], want[200];
	uint8_t digest[32];
	struct bytes log;
	char *line, *rest;

	(void)state;
	time_set_offset(0);
	write_lines(3);
	write_lines(1);
	log = contents(&arena);
	memset(last, '0', 64);
	last[64] = '\0';
	rest = arena_printf(&arena, "%.*s", (int)log.n, (const char *)log.p);
	for (unsigned k = 0; k < 4; k++) {
		const char *mark;

		line = strsep(&rest, "\n");
		mark = strstr(line, " sha256=");
		assert_non_null(mark);
		sha256_parts(digest,
		    (const struct bytes[]){bytes_of_string(last),
			{(const uint8_t *)line, (size_t)(mark - line)}},
		    2);
		hex_encode(hash, digest, 32);
		assert_string_equal(mark + 8, hash);
		memcpy(last, hash, 65);
		snprintf(want, sizeof(want), "%u 2", k + 1);
		assert_memory_equal(line, want, strlen(want));
		snprintf(want, sizeof(want), "Z issue count=%u", k % 3);
		assert_non_null(strstr(line, want));
	}
	assert_string_equal(rest, "");
	assert_int_equal(verified(), 4);
	arena_free(&arena);
}

static void
file_is_ours_alone(void **state)
{
	char dir[PATH_SIZE];
	struct stat st;

	(void)state;
	write_lines(1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	path_join(dir, folder, AUDIT_FOLDER);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void
any_change_shows(void **state)
{
	struct arena arena = arena_new(1 << 20);
	struct audit_end end;
	struct bytes log;
	uint8_t *changed;
	size_t from;

	(void)state;
	write_lines(5);
	log = contents(&arena);
	changed = arena_alloc(&arena, log.n, 1);
	for (size_t k = 0; k < log.n; k++) {
		memcpy(changed, log.p, log.n);
		changed[k] ^= 1;
		assert_int_equal(
		    file_write(
			path, (struct bytes){changed, log.n}, 0600, NULL),
		    FAULT_OK);
		assert_int_equal(audit_verify(&end, folder, NULL, NULL, NULL),
		    FAULT_HASH_MISMATCH);
	}
	/* without each line but the last, which only its number can tell */
	for (from = 0; from < log.n;) {
		const uint8_t *lf = memchr(log.p + from, '\n', log.n - from);
		size_t n = (size_t)(lf - (log.p + from)) + 1;

		memcpy(changed, log.p, from);
		memcpy(changed + from, log.p + from + n, log.n - from - n);
		assert_int_equal(
		    file_write(
			path, (struct bytes){changed, log.n - n}, 0600, NULL),
		    FAULT_OK);
		if (from + n < log.n)
			assert_int_equal(
			    audit_verify(&end, folder, NULL, NULL, NULL),
			    FAULT_HASH_MISMATCH);
		else
			assert_int_equal(verified(), 4);
		from += n;
	}
	arena_free(&arena);
}

static void
cut_off_line_goes(void **state)
{
	struct arena arena = arena_new(1 << 20);
	struct bytes log;
	uint64_t whole;

	(void)state;
	write_lines(3);
	log = contents(&arena);
	for (size_t n = 0; n < log.n; n++) {
		whole = 0;
		for (size_t k = 0; k < n; k++)
			whole += log.p[k] == '\n';
		assert_int_equal(
		    file_write(path, (struct bytes){log.p, n}, 0600, NULL),
		    FAULT_OK);
		audit_close(opened());
		assert_int_equal(verified(), whole);
		write_lines(1);
		assert_int_equal(verified(), whole + 1);
	}
	arena_free(&arena);
}

static void
other_file_is_refused(void **state)
{
	static char text[4096];
	struct audit *a = NULL;
	struct fault_info fi;

	(void)state;
	write_lines(1);
	memset(text, 'x', sizeof(text));
	for (size_t n = 10; n < sizeof(text); n += 1021) {
		text[n - 1] = '\n';
		assert_int_equal(
		    file_write(
			path, (struct bytes){(uint8_t *)text, n}, 0600, NULL),
		    FAULT_OK);
		assert_int_equal(audit_open(&a, folder, &fi), FAULT_STORE);
		assert_null(a);
		assert_non_null(strstr(fi.text, AUDIT_FILE));
		text[n - 1] = 'x';
	}
}

static void
shortened_log_is_noticed(void **state)
{
	struct audit *a;
	struct fault_info fi;

	(void)state;
	write_lines(2);
	a = opened();
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(
	    audit_write(a, AUDIT_CRL, &fi, "series=1"), FAULT_STORE);
	assert_true(audit_is_broken(a, &fi));
	assert_non_null(strstr(fi.text, "shorter"));
	audit_close(a);
}

/* A full disk: nothing is written, and later all goes on. */
static void
full_disk_changes_nothing(void **state)
{
	struct rlimit unlimited, limit;
	struct fault_info fi;
	struct stat before, after;
	struct audit *a;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	write_lines(2);
	a = opened();
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
	limit = unlimited;
	limit.rlim_cur = (rlim_t)before.st_size + 20;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(audit_write(a, AUDIT_ISSUE, &fi, "count=7"), FAULT_IO);
	assert_true(audit_is_broken(a, &fi));
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(after.st_size, before.st_size);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
	assert_int_equal(audit_write(a, AUDIT_ISSUE, &fi, "count=7"), FAULT_OK);
	assert_false(audit_is_broken(a, &fi));
	audit_close(a);
	assert_int_equal(verified(), 3);
}

static void
long_and_foreign_text_is_tamed(void **state)
{
	struct arena arena = arena_new(1 << 20);
	char text[3000];
	struct audit *a = opened();
	struct bytes log;

	(void)state;
	memset(text, 'y', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	memcpy(text, "a\nb\r\033\xff", 6);
	assert_int_equal(
	    audit_write(a, AUDIT_CASE, NULL, "%s", text), FAULT_OK);
	assert_int_equal(audit_write(a, AUDIT_CASE, NULL, "case=1"), FAULT_OK);
	audit_close(a);
	assert_int_equal(verified(), 2);
	log = contents(&arena);
	assert_true(log.n < 2 * AUDIT_LINE);
	assert_non_null(strstr(
	    arena_printf(&arena, "%.*s", (int)log.n, (const char *)log.p),
	    " case a?b???yyy"));
	arena_free(&arena);
}

#define WRITERS 4
#define EACH	100

static void *
writer(void *arg)
{
	for (unsigned k = 0; k < EACH; k++)
		assert_int_equal(
		    audit_write(arg, AUDIT_ANSWER, NULL, "k=%u", k), FAULT_OK);
	return NULL;
}

/* Two processes, each with threads. */
static void
writers_do_not_disturb_each_other(void **state)
{
	pthread_t thread[WRITERS];
	struct audit *a;
	pid_t child;
	int status;

	(void)state;
	child = fork();
	a = opened();
	for (unsigned k = 0; k < WRITERS; k++)
		assert_int_equal(
		    pthread_create(&thread[k], NULL, writer, a), 0);
	for (unsigned k = 0; k < WRITERS; k++)
		pthread_join(thread[k], NULL);
	audit_close(a);
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(verified(), 2 * WRITERS * EACH);
}

static void
no_log_is_no_good_log(void **state)
{
	struct audit_end end;

	(void)state;
	assert_int_equal(
	    audit_verify(&end, folder, NULL, NULL, NULL), FAULT_NOT_FOUND);
}

static void
count_events(void *ctx, const struct audit_end *end, struct bytes time,
    struct bytes event, struct bytes text)
{
	unsigned *seen = ctx;

	assert_int_equal(time.n, 20);
	assert_true(bytes_equal(event, bytes_of_string("issue")));
	assert_int_equal(text.n, 7);
	assert_memory_equal(text.p, "count=", 6);
	assert_int_equal(text.p[6], '0' + (int)*seen);
	assert_int_equal(end->number, ++*seen);
}

static void
lines_are_told_in_order(void **state)
{
	struct audit_end end;
	unsigned seen = 0;

	(void)state;
	write_lines(5);
	assert_int_equal(
	    audit_verify(&end, folder, count_events, &seen, NULL), FAULT_OK);
	assert_int_equal(seen, 5);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(lines_are_what_they_say),
	    T(file_is_ours_alone),
	    T(any_change_shows),
	    T(cut_off_line_goes),
	    T(other_file_is_refused),
	    T(shortened_log_is_noticed),
	    T(full_disk_changes_nothing),
	    T(long_and_foreign_text_is_tamed),
	    T(writers_do_not_disturb_each_other),
	    T(no_log_is_no_good_log),
	    T(lines_are_told_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
