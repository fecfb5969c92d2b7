/* db.c - see db.h. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/file.h"
#include "base/log.h"
#include "store/db.h"

#define BUSY_MS 10000

struct db {
	sqlite3 *handle;
	sqlite3_stmt **statements;
	size_t statements_n;
	char path[PATH_SIZE];
};

/* A row is the statement that stands on it. */
struct db_row {
	sqlite3_stmt *statement;
};

/* What SQLite's code means to us, with its own words. */
static enum fault
failed(const struct db *db, int code, const char *what, struct fault_info *fi)
{
	enum fault f = FAULT_STORE;

	switch (sqlite3_extended_errcode(db->handle)) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		f = FAULT_EXISTS;
		break;
	default:
		if ((code & 0xff) == SQLITE_BUSY)
			f = FAULT_BUSY;
		break;
	}
	return fault_set(fi, f, "%s: %s: %s", db->path, what,
	    db->handle != NULL ? sqlite3_errmsg(db->handle)
			       : sqlite3_errstr(code));
}

static enum fault
execute(struct db *db, const char *sql, struct fault_info *fi)
{
	int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? FAULT_OK : failed(db, code, sql, fi);
}

static enum fault
read_version(struct db *db, int64_t *out, struct fault_info *fi)
{
	sqlite3_stmt *s;
	int code =
	    sqlite3_prepare_v2(db->handle, "pragma user_version", -1, &s, NULL);

	if (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
		*out = sqlite3_column_int64(s, 0);
		code = SQLITE_OK;
	}
	sqlite3_finalize(s);
	return code == SQLITE_OK ? FAULT_OK : failed(db, code, "version", fi);
}

static enum fault
run_step(struct db *db, const struct db_schema *schema, size_t step,
    struct fault_info *fi)
{
	char set[64];
	enum fault f;

	snprintf(set, sizeof(set), "pragma user_version = %zu", step + 1);
	if ((f = execute(db, schema->steps[step], fi)) == FAULT_OK)
		f = execute(db, set, fi);
	return f;
}

/* Takes the schema to the version of the program.  The version is read inside
 * the transaction, since another thread may be doing the same. */
static enum fault
migrate(struct db *db, const struct db_schema *schema, struct fault_info *fi)
{
	int64_t version = 0;
	enum fault f;

	for (;;) {
		TRY(db_begin(db, fi));
		if ((f = read_version(db, &version, fi)) == FAULT_OK &&
		    version < (int64_t)schema->steps_n)
			f = run_step(db, schema, (size_t)version, fi);
		if (f != FAULT_OK) {
			db_rollback(db);
			return f;
		}
		TRY(db_commit(db, fi));
		if (version >= (int64_t)schema->steps_n)
			return FAULT_OK;
	}
}

static enum fault
check_version(
    struct db *db, const struct db_schema *schema, struct fault_info *fi)
{
	int64_t version = 0;

	TRY(read_version(db, &version, fi));
	if (version == (int64_t)schema->steps_n)
		return FAULT_OK;
	return fault_set(fi, FAULT_STORE,
	    "%s: schema is of version %lld, the program of %zu", db->path,
	    (long long)version, schema->steps_n);
}

static enum fault
prepare(struct db *db, const struct db_schema *schema, struct fault_info *fi)
{
	size_t i, n = schema->statements_n;
	int code;

	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are meant */
	db->statements = calloc(n + 1, sizeof(*db->statements));
	if (db->statements == NULL)
		log_fatal("out of memory");
	db->statements_n = n;
	for (i = 0; i < n; i++) {
		code = sqlite3_prepare_v3(db->handle, schema->statements[i], -1,
		    SQLITE_PREPARE_PERSISTENT, &db->statements[i], NULL);
		if (code != SQLITE_OK)
			return failed(db, code, schema->statements[i], fi);
	}
	return FAULT_OK;
}

/*
 * SQLite would create it with the umask's mode.  A file that is there is not
 * opened: closing it would take away the locks that other connections of this
 * process hold on it (that is how POSIX has it), and then any other process
 * that looks into the database removes the write-ahead log on leaving.
 */
static enum fault
create_file(const char *path, struct fault_info *fi)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	enum fault f = FAULT_OK;
	int fd;

	/* Nobody of this process connects before the new file is closed. */
	pthread_mutex_lock(&lock);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	else if (errno != EEXIST)
		f = fault_errno(fi, FAULT_IO, "%s", path);
	pthread_mutex_unlock(&lock);
	return f;
}

static struct db *
new_db(const char *path)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		log_fatal("out of memory");
	if (strlen(path) >= sizeof(db->path))
		log_fatal("path too long: %s", path);
	memcpy(db->path, path, strlen(path) + 1);
	return db;
}

static enum fault
connect(struct db *db, int flags, struct fault_info *fi)
{
	int code = sqlite3_open_v2(
	    db->path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);

	if (code != SQLITE_OK)
		return failed(db, code, "open", fi);
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	return execute(db,
	    "pragma foreign_keys = on;"
	    "pragma temp_store = memory;"
	    "pragma secure_delete = on;"
	    "pragma trusted_schema = off",
	    fi);
}

static enum fault
open_writing(
    struct db *db, const struct db_schema *schema, struct fault_info *fi)
{
	TRY(create_file(db->path, fi));
	TRY(connect(db, SQLITE_OPEN_READWRITE, fi));
	TRY(execute(db,
	    "pragma journal_mode = wal;"
	    "pragma synchronous = full",
	    fi));
	TRY(migrate(db, schema, fi));
	TRY(check_version(db, schema, fi));
	return prepare(db, schema, fi);
}

static enum fault
open_reading(
    struct db *db, const struct db_schema *schema, struct fault_info *fi)
{
	TRY(connect(db, SQLITE_OPEN_READONLY, fi));
	TRY(check_version(db, schema, fi));
	return prepare(db, schema, fi);
}

enum fault
db_open(struct db **out, const char *path, const struct db_schema *schema,
    struct fault_info *fi)
{
	struct db *db = new_db(path);
	enum fault f = open_writing(db, schema, fi);

	if (f == FAULT_OK)
		*out = db;
	else
		db_close(db);
	return f;
}

enum fault
db_open_readonly(struct db **out, const char *path,
    const struct db_schema *schema, struct fault_info *fi)
{
	struct db *db = new_db(path);
	enum fault f = open_reading(db, schema, fi);

	if (f == FAULT_OK)
		*out = db;
	else
		db_close(db);
	return f;
}

void
db_close(struct db *db)
{
	size_t i;

	if (db == NULL)
		return;
	for (i = 0; i < db->statements_n; i++)
		sqlite3_finalize(db->statements[i]);
	free(db->statements);
	sqlite3_close(db->handle); /* rolls back */
	free(db);
}

void
db_cache(struct db *db, unsigned kib)
{
	char sql[48];

	snprintf(sql, sizeof(sql), "pragma cache_size = -%u", kib);
	(void)sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
}

void
db_shorten_log(struct db *db, uint64_t octets)
{
	char log[PATH_SIZE + 8];
	struct stat st;

	snprintf(log, sizeof(log), "%s-wal", db->path);
	if (stat(log, &st) == 0 && (uint64_t)st.st_size > octets)
		(void)sqlite3_wal_checkpoint_v2(
		    db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

enum fault
db_begin(struct db *db, struct fault_info *fi)
{
	return execute(db, "begin immediate", fi);
}

enum fault
db_begin_reading(struct db *db, struct fault_info *fi)
{
	return execute(db, "begin deferred", fi);
}

enum fault
db_commit(struct db *db, struct fault_info *fi)
{
	enum fault f = execute(db, "commit", fi);

	if (f != FAULT_OK)
		db_rollback(db);
	return f;
}

bool
db_in_transaction(const struct db *db)
{
	return sqlite3_get_autocommit(db->handle) == 0;
}

void
db_rollback(struct db *db)
{
	if (db_in_transaction(db) &&
	    sqlite3_exec(db->handle, "rollback", NULL, NULL, NULL) != SQLITE_OK)
		log_fatal(
		    "%s: rollback: %s", db->path, sqlite3_errmsg(db->handle));
}

static int
bind_one(sqlite3_stmt *s, int at, const struct db_value *v)
{
	switch (v->type) {
	case DB_TYPE_INT:
		return sqlite3_bind_int64(s, at, v->integer);
	case DB_TYPE_BLOB:
		if (v->n == 0)
			return sqlite3_bind_zeroblob(s, at, 0);
		return sqlite3_bind_blob64(s, at, v->p, v->n, SQLITE_STATIC);
	case DB_TYPE_TEXT:
		return sqlite3_bind_text(s, at, v->p, -1, SQLITE_STATIC);
	case DB_TYPE_NULL:
		return sqlite3_bind_null(s, at);
	}
	return SQLITE_MISUSE;
}

static enum fault
bind(struct db *db, sqlite3_stmt *s, const struct db_value *args, size_t n,
    struct fault_info *fi)
{
	size_t i;
	int code;

	assert((size_t)sqlite3_bind_parameter_count(s) == n);
	for (i = 0; i < n; i++) {
		code = bind_one(s, (int)i + 1, &args[i]);
		if (code != SQLITE_OK)
			return failed(db, code, sqlite3_sql(s), fi);
	}
	return FAULT_OK;
}

static enum fault
step(struct db *db, sqlite3_stmt *s, db_row_fn *fn, void *ctx,
    struct fault_info *fi)
{
	const struct db_row row = {s};
	int code;

	while ((code = sqlite3_step(s)) == SQLITE_ROW)
		if (fn != NULL)
			TRY(fn(ctx, &row, fi));
	return code == SQLITE_DONE ? FAULT_OK
				   : failed(db, code, sqlite3_sql(s), fi);
}

enum fault
db_run(struct db *db, unsigned statement, const struct db_value *args, size_t n,
    db_row_fn *row, void *ctx, struct fault_info *fi)
{
	sqlite3_stmt *s;
	enum fault f;

	assert(statement < db->statements_n);
	s = db->statements[statement];
	assert(!sqlite3_stmt_busy(s));
	if ((f = bind(db, s, args, n, fi)) == FAULT_OK)
		f = step(db, s, row, ctx, fi);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return f;
}

struct one_int {
	int64_t value;
	bool found;
};

static enum fault
take_int(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct one_int *one = ctx;

	(void)fi;
	if (!one->found)
		one->value = db_int(row, 0);
	one->found = true;
	return FAULT_OK;
}

enum fault
db_run_int(struct db *db, int64_t *out, unsigned statement,
    const struct db_value *args, size_t n, struct fault_info *fi)
{
	struct one_int one = {0};

	TRY(db_run(db, statement, args, n, take_int, &one, fi));
	*out = one.value;
	return one.found
		   ? FAULT_OK
		   : fault_set(fi, FAULT_NOT_FOUND, "%s: no row", db->path);
}

bool
db_is_null(const struct db_row *row, unsigned column)
{
	return sqlite3_column_type(row->statement, (int)column) == SQLITE_NULL;
}

int64_t
db_int(const struct db_row *row, unsigned column)
{
	return sqlite3_column_int64(row->statement, (int)column);
}

struct bytes
db_blob(const struct db_row *row, unsigned column)
{
	const void *p = sqlite3_column_blob(row->statement, (int)column);
	int n = sqlite3_column_bytes(row->statement, (int)column);

	return (struct bytes){p, p != NULL ? (size_t)n : 0};
}

const char *
db_text(const struct db_row *row, unsigned column)
{
	return (const char *)sqlite3_column_text(row->statement, (int)column);
}

enum fault
db_blob_copy(const struct db_row *row, unsigned column, void *out, size_t n,
    struct fault_info *fi)
{
	struct bytes b = db_blob(row, column);

	if (b.n != n)
		return fault_set(fi, FAULT_STORE,
		    "column %u has %zu octets, not %zu", column, b.n, n);
	if (n > 0)
		memcpy(out, b.p, n);
	return FAULT_OK;
}

int64_t
db_changes(const struct db *db)
{
	return sqlite3_changes64(db->handle);
}

int64_t
db_last_id(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

/* VACUUM INTO copies within one read transaction; it does not sync. */
static enum fault
copy_into(struct db *db, const char *to_path, struct fault_info *fi)
{
	sqlite3_stmt *s = NULL;
	int code =
	    sqlite3_prepare_v2(db->handle, "vacuum into ?1", -1, &s, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_bind_text(s, 1, to_path, -1, SQLITE_STATIC);
	if (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_DONE)
		code = SQLITE_OK;
	sqlite3_finalize(s);
	return code == SQLITE_OK ? FAULT_OK : failed(db, code, to_path, fi);
}

static enum fault
sync_copy(const char *path, struct fault_info *fi)
{
	char folder[PATH_SIZE];
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool ok = fd >= 0 && fchmod(fd, 0600) == 0 && fsync(fd) == 0;
	char *slash;

	if (!ok)
		fault_errno(fi, FAULT_IO, "%s", path);
	if (fd >= 0)
		close(fd);
	if (!ok)
		return FAULT_IO;
	snprintf(folder, sizeof(folder), "%s", path);
	if ((slash = strrchr(folder, '/')) == NULL)
		return file_sync_folder(".", fi);
	slash[slash == folder] = '\0';
	return file_sync_folder(folder, fi);
}

enum fault
db_backup(struct db *db, const char *to_path, struct fault_info *fi)
{
	enum fault f;

	if (file_exists(to_path))
		return fault_set(fi, FAULT_EXISTS, "%s exists", to_path);
	if ((f = copy_into(db, to_path, fi)) == FAULT_OK)
		f = sync_copy(to_path, fi);
	if (f != FAULT_OK)
		unlink(to_path);
	return f;
}

enum fault
db_backup_file(
    const char *from_path, const char *to_path, struct fault_info *fi)
{
	struct db *db = new_db(from_path);
	enum fault f;

	if ((f = connect(db, SQLITE_OPEN_READONLY, fi)) == FAULT_OK)
		f = db_backup(db, to_path, fi);
	db_close(db);
	return f;
}
