/* test_db.c - statements, transactions, migrations, crashes, backups. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"
#include "store/db.h"

#define STATEMENTS(S)                                                \
	S(ADD, "insert into t (id, blob, text) values (?1, ?2, ?3)") \
	S(GET, "select id, blob, text from t where id = ?1")         \
	S(ALL, "select id from t order by id")                       \
	S(COUNT, "select count(*) from t")                           \
	S(MOVE, "update t set id = id + ?2 where id = ?1")           \
	S(JOURNAL, "pragma journal_mode")                            \
	S(SYNCHRONOUS, "pragma synchronous")                         \
	S(FOREIGN, "pragma foreign_keys")                            \
	S(CHILD, "insert into child (parent) values (?1)")

#define OK(expr) assert_int_equal((expr), FAULT_OK)

enum { STATEMENTS(DB_STATEMENT_ENUM) STATEMENT_COUNT };

static const char *const sql[] = {STATEMENTS(DB_STATEMENT_SQL)};
static const char *const steps[] = {
    "create table t (id integer primary key, blob blob, text text);"
    "create table child (parent integer references t (id));",
    "alter table t add column later integer default 7",
};
static const struct db_schema schema = {steps, 1, sql, STATEMENT_COUNT};

static char folder[PATH_SIZE], path[PATH_SIZE];

static int
set_up(void **state)
{
	(void)state;
	folder_make(folder);
	path_join(path, folder, "data.db");
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

static struct db *
open_db(void)
{
	struct fault_info fi = {0};
	struct db *db = NULL;

	if (db_open(&db, path, &schema, &fi) != FAULT_OK)
		fail_msg("%s", fi.text);
	return db;
}

static enum fault
add(struct db *db, int64_t id, struct fault_info *fi)
{
	return DB_RUN(db, ADD, fi, DB_INT(id), DB_NULL_VALUE, DB_NULL_VALUE);
}

static int64_t
count(struct db *db)
{
	struct fault_info fi = {0};
	int64_t n = -1;

	assert_int_equal(db_run_int(db, &n, COUNT, NULL, 0, &fi), FAULT_OK);
	return n;
}

static enum fault
compare_row(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	int *rows = ctx;
	struct bytes b = db_blob(row, 1);
	uint8_t copy[3];

	++*rows;
	assert_int_equal(db_int(row, 0), INT64_MIN);
	assert_int_equal(b.n, 3);
	assert_memory_equal(b.p, "a\0b", 3);
	assert_string_equal(db_text(row, 2), "text");
	assert_int_equal(db_blob_copy(row, 1, copy, 3, fi), FAULT_OK);
	assert_memory_equal(copy, "a\0b", 3);
	assert_int_equal(db_blob_copy(row, 1, copy, 2, fi), FAULT_STORE);
	return FAULT_OK;
}

static enum fault
compare_nulls(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	int *rows = ctx;

	(void)fi;
	++*rows;
	assert_int_equal(db_int(row, 0), 2);
	assert_false(db_is_null(row, 1)); /* an empty blob */
	assert_int_equal(db_blob(row, 1).n, 0);
	assert_true(db_is_null(row, 2));
	assert_null(db_text(row, 2));
	return FAULT_OK;
}

static void
values_come_back(void **state)
{
	struct db *db = open_db();
	struct fault_info fi = {0};
	int64_t n;
	int rows = 0;

	(void)state;
	assert_int_equal(DB_RUN(db, ADD, &fi, DB_INT(INT64_MIN),
			     DB_BLOB("a\0b", 3), DB_TEXT("text")),
	    FAULT_OK);
	assert_int_equal(db_changes(db), 1);
	assert_int_equal(
	    DB_RUN(db, ADD, &fi, DB_INT(2), DB_BLOB(NULL, 0), DB_TEXT(NULL)),
	    FAULT_OK);
	assert_int_equal(db_last_id(db), 2);
	assert_int_equal(
	    DB_EACH(db, GET, compare_row, &rows, &fi, DB_INT(INT64_MIN)),
	    FAULT_OK);
	assert_int_equal(
	    DB_EACH(db, GET, compare_nulls, &rows, &fi, DB_INT(2)), FAULT_OK);
	assert_int_equal(rows, 2);
	assert_int_equal(
	    DB_EACH(db, GET, compare_row, &rows, &fi, DB_INT(5)), FAULT_OK);
	assert_int_equal(rows, 2);
	assert_int_equal(db_run_int(db, &n, GET,
			     (const struct db_value[]){DB_INT(5)}, 1, &fi),
	    FAULT_NOT_FOUND);
	assert_int_equal(
	    DB_RUN(db, MOVE, &fi, DB_INT(77), DB_INT(1)), FAULT_OK);
	assert_int_equal(db_changes(db), 0);
	db_close(db);
}

static enum fault
stop_at_two(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	int *rows = ctx;

	(void)row;
	return ++*rows == 2 ? fault_set(fi, FAULT_DENIED, "two") : FAULT_OK;
}

static void
a_fault_ends_the_rows(void **state)
{
	struct db *db = open_db();
	struct fault_info fi = {0};
	int rows = 0;

	(void)state;
	for (int64_t i = 0; i < 5; i++)
		assert_int_equal(add(db, i, &fi), FAULT_OK);
	assert_int_equal(
	    db_run(db, ALL, NULL, 0, stop_at_two, &rows, &fi), FAULT_DENIED);
	assert_int_equal(rows, 2);
	rows = 2; /* and the statement can run again */
	assert_int_equal(
	    db_run(db, ALL, NULL, 0, stop_at_two, &rows, &fi), FAULT_OK);
	assert_int_equal(rows, 7);
	db_close(db);
}

static void
constraints_have_names(void **state)
{
	struct db *db = open_db();
	struct fault_info fi = {0};

	(void)state;
	assert_int_equal(add(db, 1, &fi), FAULT_OK);
	assert_int_equal(add(db, 1, &fi), FAULT_EXISTS);
	assert_int_equal(DB_RUN(db, CHILD, &fi, DB_INT(1)), FAULT_OK);
	assert_int_equal(DB_RUN(db, CHILD, &fi, DB_INT(2)), FAULT_STORE);
	assert_non_null(strstr(fi.text, "FOREIGN KEY"));
	db_close(db);
}

static enum fault
take_text(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	(void)fi;
	snprintf(ctx, 32, "%s", db_text(row, 0));
	return FAULT_OK;
}

static void
it_is_as_durable_as_promised(void **state)
{
	struct db *db = open_db();
	struct fault_info fi = {0};
	struct stat st;
	char mode[32] = "";
	int64_t n;

	(void)state;
	assert_int_equal(
	    db_run(db, JOURNAL, NULL, 0, take_text, mode, &fi), FAULT_OK);
	assert_string_equal(mode, "wal");
	assert_int_equal(
	    db_run_int(db, &n, SYNCHRONOUS, NULL, 0, &fi), FAULT_OK);
	assert_int_equal(n, 2); /* FULL */
	assert_int_equal(db_run_int(db, &n, FOREIGN, NULL, 0, &fi), FAULT_OK);
	assert_int_equal(n, 1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	db_close(db);
}

static void
transactions(void **state)
{
	struct db *db = open_db();
	struct fault_info fi = {0};

	(void)state;
	assert_int_equal(db_begin(db, &fi), FAULT_OK);
	assert_true(db_in_transaction(db));
	assert_int_equal(add(db, 1, &fi), FAULT_OK);
	db_rollback(db);
	assert_false(db_in_transaction(db));
	assert_int_equal(count(db), 0);
	db_rollback(db); /* nothing to roll back */

	assert_int_equal(db_begin(db, &fi), FAULT_OK);
	assert_int_equal(add(db, 1, &fi), FAULT_OK);
	assert_int_equal(db_commit(db, &fi), FAULT_OK);
	assert_int_equal(db_begin(db, &fi), FAULT_OK);
	assert_int_equal(add(db, 2, &fi), FAULT_OK);
	db_close(db); /* in the middle of it */
	db = open_db();
	assert_int_equal(count(db), 1);
	assert_int_equal(db_commit(db, &fi), FAULT_STORE);
	db_close(db);
}

/* Child: transactions of 50 rows without end. */
static void
write_for_ever(int to, int64_t id)
{
	struct fault_info fi;
	struct db *db;
	int i;

	if (db_open(&db, path, &schema, &fi) != FAULT_OK)
		_exit(2);
	for (;;) {
		if (db_begin(db, &fi) != FAULT_OK)
			_exit(3);
		for (i = 0; i < 50; i++)
			if (add(db, id++, &fi) != FAULT_OK)
				_exit(4);
		if (db_commit(db, &fi) != FAULT_OK ||
		    write(to, &id, sizeof(id)) != sizeof(id))
			_exit(5);
	}
}

static void
killed_at_any_moment(void **state)
{
	uint64_t seed = 5;
	int64_t id = 0, n, said;
	int round, pipes[2], status;
	struct db *db;
	pid_t pid;

	(void)state;
	/* On a busy machine a child needs longer to come to anything. */
	for (round = 0; round < 30 || (id <= 1000 && round < 600); round++) {
		assert_int_equal(pipe(pipes), 0);
		if ((pid = fork()) == 0) {
			close(pipes[0]);
			write_for_ever(pipes[1], id);
		}
		close(pipes[1]);
		usleep((unsigned)(3000 + test_random(&seed) % 20000) *
		       (1 + (unsigned)round / 30));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		while (read(pipes[0], &said, sizeof(said)) == sizeof(said))
			id = said;
		close(pipes[0]);
		db = open_db();
		n = count(db);
		assert_true(n == id || n == id + 50);
		id = n;
		db_close(db);
	}
	assert_true(id > 1000);
}

static void
schemas_move_forward(void **state)
{
	struct db_schema later = schema;
	struct fault_info fi = {0};
	struct db *db = open_db();

	(void)state;
	assert_int_equal(add(db, 1, &fi), FAULT_OK);
	db_close(db);
	later.steps_n = 2;
	assert_int_equal(db_open_readonly(&db, path, &later, &fi),
	    FAULT_STORE); /* a reader does not migrate */
	assert_int_equal(db_open(&db, path, &later, &fi), FAULT_OK);
	assert_int_equal(count(db), 1);
	db_close(db);
	assert_int_equal(db_open(&db, path, &later, &fi), FAULT_OK);
	db_close(db);
	assert_int_equal(db_open(&db, path, &schema, &fi), FAULT_STORE);
	assert_non_null(strstr(fi.text, "version 2, the program of 1"));
}

static void
a_step_that_fails_changes_nothing(void **state)
{
	const char *const bad_steps[] = {
	    steps[0], "create table u (a); insert into nowhere values (1)"};
	const struct db_schema bad = {bad_steps, 2, sql, STATEMENT_COUNT};
	struct fault_info fi = {0};
	struct db *db;

	(void)state;
	assert_int_equal(db_open(&db, path, &bad, &fi), FAULT_STORE);
	assert_non_null(strstr(fi.text, "nowhere"));
	db = open_db(); /* still of version 1 */
	assert_int_equal(count(db), 0);
	db_close(db);
}

static void
wrong_files_and_statements(void **state)
{
	const char *const wrong[] = {"select nothing from nowhere"};
	const struct db_schema bad = {steps, 1, wrong, 1};
	struct fault_info fi = {0};
	uint8_t noise[4096];
	struct db *db;

	(void)state;
	assert_int_equal(db_open(&db, path, &bad, &fi), FAULT_STORE);
	assert_non_null(strstr(fi.text, "select nothing from nowhere"));
	path_join(path, folder, "noise.db");
	memset(noise, 0x5a, sizeof(noise));
	assert_int_equal(file_write(path, BYTES(noise), 0600, &fi), FAULT_OK);
	assert_int_equal(db_open(&db, path, &schema, &fi), FAULT_STORE);
	path_join(path, folder, "no/such/folder.db");
	assert_int_equal(db_open(&db, path, &schema, &fi), FAULT_IO);
	assert_int_equal(
	    db_open_readonly(&db, path, &schema, &fi), FAULT_STORE);
}

static void
readers_beside_a_writer(void **state)
{
	struct db *db = open_db(), *reader;
	struct fault_info fi = {0};

	(void)state;
	assert_int_equal(add(db, 1, &fi), FAULT_OK);
	assert_int_equal(
	    db_open_readonly(&reader, path, &schema, &fi), FAULT_OK);
	assert_int_equal(db_begin(db, &fi), FAULT_OK);
	assert_int_equal(add(db, 2, &fi), FAULT_OK);
	assert_int_equal(count(reader), 1);
	assert_int_equal(db_commit(db, &fi), FAULT_OK);
	assert_int_equal(count(reader), 2);
	assert_int_equal(add(reader, 3, &fi), FAULT_STORE);
	assert_non_null(strstr(fi.text, "readonly"));
	db_close(reader);
	db_close(db);
	/* and when nobody else has it open */
	assert_int_equal(
	    db_open_readonly(&reader, path, &schema, &fi), FAULT_OK);
	assert_int_equal(count(reader), 2);
	db_close(reader);
}

static _Atomic bool stop_writing;

/* Keeps the sum of ids at zero, in transactions. */
static void *
write_pairs(void *arg)
{
	struct fault_info fi;
	struct db *db = open_db();
	int64_t i;

	(void)arg;
	for (i = 1; !stop_writing; i++) {
		if (db_begin(db, &fi) != FAULT_OK ||
		    add(db, i, &fi) != FAULT_OK ||
		    add(db, -i, &fi) != FAULT_OK ||
		    db_commit(db, &fi) != FAULT_OK)
			abort();
	}
	db_close(db);
	return NULL;
}

static enum fault
sum_up(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	int64_t *sum = ctx;

	(void)fi;
	*sum += db_int(row, 0);
	return FAULT_OK;
}

static void
backup_while_writing(void **state)
{
	struct fault_info fi = {0};
	char copy[PATH_SIZE], original[PATH_SIZE];
	pthread_t writer;
	struct db *db = open_db();
	int round;

	(void)state;
	memcpy(original, path, sizeof(path));
	assert_int_equal(pthread_create(&writer, NULL, write_pairs, NULL), 0);
	while (count(db) < 100)
		usleep(1000);
	for (round = 0; round < 10; round++) {
		int64_t sum = 0, n;

		path_join(copy, folder, round % 2 == 0 ? "even" : "odd");
		assert_int_equal(round % 2 == 0
				     ? db_backup(db, copy, &fi)
				     : db_backup_file(original, copy, &fi),
		    FAULT_OK);
		memcpy(path, copy, sizeof(path));
		{
			struct db *back = open_db();

			n = count(back);
			assert_true(n >= 100 && n % 2 == 0);
			assert_int_equal(
			    db_run(back, ALL, NULL, 0, sum_up, &sum, &fi),
			    FAULT_OK);
			assert_int_equal(sum, 0);
			db_close(back);
		}
		memcpy(path, original, sizeof(path));
		assert_int_equal(unlink(copy), 0);
	}
	stop_writing = true;
	pthread_join(writer, NULL);
	assert_int_equal(db_backup(db, original, &fi), FAULT_EXISTS);
	db_close(db);
}

/* Another process: opens the database when asked, counts, closes. */
static void
visitor(int in, int out)
{
	int64_t n;
	char c;

	while (read(in, &c, 1) == 1) {
		struct db *db = open_db();

		n = count(db);
		db_close(db);
		if (write(out, &n, sizeof(n)) != sizeof(n))
			break;
	}
	_exit(0);
}

static int64_t
ask_visitor(const int pipes[2])
{
	int64_t n = -1;

	assert_int_equal(write(pipes[1], "?", 1), 1);
	assert_int_equal(read(pipes[0], &n, sizeof(n)), sizeof(n));
	return n;
}

/* Another program that looks into the database (scms device list) must not
 * take itself for the last one there and remove the write-ahead log.  It is
 * forked before SQLite knows the file. */
static void
visitors_from_other_processes(void **state)
{
	struct fault_info fi = {0};
	struct db *one, *two;
	int to[2], from[2], ours[2];
	pid_t child;
	int64_t n;

	(void)state;
	assert_int_equal(pipe(to) | pipe(from), 0);
	if ((child = fork()) == 0) {
		close(to[1]);
		visitor(to[0], from[1]);
	}
	ours[0] = from[0];
	ours[1] = to[1];
	one = open_db();
	two = open_db();
	for (n = 0; n < 5; n++) {
		assert_int_equal(ask_visitor(ours), n);
		assert_int_equal(add(n % 2 == 0 ? one : two, n, &fi), FAULT_OK);
	}
	assert_int_equal(ask_visitor(ours), 5);
	db_close(one);
	db_close(two);
	assert_int_equal(ask_visitor(ours), 5);
	close(to[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(to[0]);
	close(from[0]);
	close(from[1]);
}

/* Rows of a megabyte until there is no room; nothing that was committed is
 * lost, and with room again it goes on. */
static void
disk_full(void **state)
{
	static uint8_t blob[1 << 20];
	struct fault_info fi = {0};
	char disk[PATH_SIZE], ballast[PATH_SIZE];
	int64_t done = 0;
	struct db *db;

	(void)state;
	path_join(disk, folder, "disk");
	assert_int_equal(mkdir(disk, 0700), 0);
	if (mount("none", disk, "tmpfs", 0, "size=24m") != 0) {
		print_message("no tmpfs can be mounted here\n");
		skip();
	}
	path_join(ballast, disk, "ballast");
	assert_int_equal(file_write(ballast, BYTES(blob), 0600, &fi), FAULT_OK);
	path_join(path, disk, "data.db");
	db = open_db();
	for (;;) {
		assert_int_equal(db_begin(db, &fi), FAULT_OK);
		if (DB_RUN(db, ADD, &fi, DB_INT(done),
			DB_BLOB(blob, sizeof(blob)),
			DB_NULL_VALUE) != FAULT_OK ||
		    db_commit(db, &fi) != FAULT_OK)
			break;
		assert_true(++done < 24);
	}
	assert_int_equal(fi.code, FAULT_STORE);
	assert_non_null(strstr(fi.text, "full"));
	db_rollback(db);
	assert_int_equal(count(db), done);
	assert_int_equal(unlink(ballast), 0);
	assert_int_equal(add(db, 1000, &fi), FAULT_OK);
	db_close(db);
	db = open_db();
	assert_int_equal(count(db), done + 1);
	db_close(db);
	assert_int_equal(umount(disk), 0);
}

/* Two readers of which one always reads: the log is not begun anew by itself,
 * but it is when asked for, with nothing lost. */
static void
log_is_shortened(void **state)
{
	struct db *db, *reader[2];
	char wal[PATH_SIZE + 8];
	uint8_t octets[4000] = {1};
	struct fault_info fi;
	struct stat st;
	int64_t n;

	(void)state;
	snprintf(wal, sizeof(wal), "%s-wal", path);
	OK(db_open(&db, path, &schema, &fi));
	for (int k = 0; k < 2; k++)
		OK(db_open(&reader[k], path, &schema, &fi));
	OK(db_begin_reading(reader[0], &fi));
	OK(db_run_int(reader[0], &n, COUNT, NULL, 0, &fi));
	for (int k = 0; k < 1500; k++) {
		struct db *next = reader[(k / 100 + 1) % 2];

		OK(DB_RUN(db, ADD, &fi, DB_INT(k),
		    DB_BLOB(octets, sizeof(octets)), DB_TEXT("")));
		if (k % 100 != 99)
			continue;
		OK(db_begin_reading(next, &fi)); /* before the other ends */
		OK(db_run_int(next, &n, COUNT, NULL, 0, &fi));
		db_rollback(reader[(k / 100) % 2]);
	}
	assert_int_equal(stat(wal, &st), 0);
	assert_true(st.st_size > 6000000);
	db_rollback(reader[0]);
	db_rollback(reader[1]);
	db_shorten_log(db, (uint64_t)st.st_size); /* not too much */
	assert_int_equal(stat(wal, &st), 0);
	assert_true(st.st_size > 6000000);
	db_shorten_log(db, 1000000);
	assert_int_equal(stat(wal, &st), 0);
	assert_int_equal(st.st_size, 0);
	OK(db_run_int(reader[0], &n, COUNT, NULL, 0, &fi));
	assert_int_equal(n, 1500);
	for (int k = 0; k < 2; k++)
		db_close(reader[k]);
	db_close(db);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(values_come_back),
	    TEST(a_fault_ends_the_rows),
	    TEST(constraints_have_names),
	    TEST(it_is_as_durable_as_promised),
	    TEST(transactions),
	    TEST(killed_at_any_moment),
	    TEST(schemas_move_forward),
	    TEST(a_step_that_fails_changes_nothing),
	    TEST(wrong_files_and_statements),
	    TEST(readers_beside_a_writer),
	    TEST(log_is_shortened),
	    TEST(backup_while_writing),
	    TEST(visitors_from_other_processes),
	    TEST(disk_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
