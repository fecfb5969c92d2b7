/*
 * db.h - a component's database, behind an interface that SQLite serves now
 * and PostgreSQL can serve later.
 *
 * A role names its statements in an X-macro list, from which it makes an enum
 * and the array of SQL texts (DB_STATEMENT_ENUM, DB_STATEMENT_SQL below); each
 * is prepared once per connection.  SQLite runs with WAL, synchronous=FULL,
 * foreign_keys=ON and a busy timeout of 10 s: what db_commit acknowledged
 * survives a power cut.  What is deleted is overwritten (secure_delete); in the
 * write-ahead log it stays until that begins anew, or db_shorten_log.
 *
 * A struct db belongs to one thread at a time: every thread opens its own, or
 * the callers serialise.  Readers do not wait for writers, writers wait for
 * each other.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

struct db;
struct db_row;

/*
 * What a role needs of its database.  steps[k] is SQL that takes the schema
 * from version k to k + 1; db_open runs those that are missing, each in a
 * transaction of its own.  A published step is never changed, only followed
 * by another.
 */
struct db_schema {
	const char *const *steps;
	size_t steps_n;
	const char *const *statements; /* index: the role's enum */
	size_t statements_n;
};

/* #define RA_STATEMENTS(S) S(DEVICE_ADD, "insert ...") S(DEVICE_FIND, "...")
 * enum { RA_STATEMENTS(DB_STATEMENT_ENUM) STATEMENTS };
 * static const char *const sql[] = { RA_STATEMENTS(DB_STATEMENT_SQL) };  */
#define DB_STATEMENT_ENUM(name, sql) name,
#define DB_STATEMENT_SQL(name, sql)  sql,

/* Opens or creates (mode 0600).  FAULT_STORE: not a database, a newer schema,
 * wrong SQL (named), damaged; FAULT_BUSY; FAULT_IO. */
enum fault must_check db_open(struct db **, const char *path,
    const struct db_schema *, struct fault_info *);
/* For tools beside a running daemon: changes nothing, runs no steps; the
 * schema must be of the version the program knows. */
enum fault must_check db_open_readonly(struct db **, const char *path,
    const struct db_schema *, struct fault_info *);
/* A transaction that is still open is rolled back.  NULL is allowed. */
void db_close(struct db *);
/* Keeps up to so many KiB of pages in memory (2,000 without this).  They are
 * of use while nobody writes through another connection. */
void db_cache(struct db *, unsigned kib);

/*
 * SQLite begins the write-ahead log anew at a moment in which nobody reads.
 * Where somebody always does, it would grow without end: when it has more than
 * so many octets, this waits for those who read at this moment, takes its
 * contents over into the database and empties it.  Readers that do not end
 * within the busy timeout, or a read-only disk: nothing happens.
 */
void db_shorten_log(struct db *, uint64_t octets);

/* begin takes the write lock at once, so that no statement inside fails for
 * want of it.  After a failed commit the transaction is rolled back. */
enum fault must_check db_begin(struct db *, struct fault_info *);
/* For a row of statements that only read: one look at the locks for all, and
 * one state of the database.  Ends with db_rollback. */
enum fault must_check db_begin_reading(struct db *, struct fault_info *);
enum fault must_check db_commit(struct db *, struct fault_info *);
void db_rollback(struct db *); /* no transaction: nothing */
bool db_in_transaction(const struct db *);

enum db_type { DB_TYPE_NULL, DB_TYPE_INT, DB_TYPE_BLOB, DB_TYPE_TEXT };

struct db_value {
	enum db_type type;
	int64_t integer;
	const void *p; /* borrowed until db_run returns */
	size_t n;
};

#define DB_INT(v) \
	((struct db_value){.type = DB_TYPE_INT, .integer = (int64_t)(v)})
#define DB_BLOB(octets, count) \
	((struct db_value){.type = DB_TYPE_BLOB, .p = (octets), .n = (count)})
#define DB_BYTES(b) DB_BLOB((b).p, (b).n)
#define DB_TEXT(s) \
	((struct db_value){.type = DB_TYPE_TEXT, .p = (s)}) /* NULL: null */
#define DB_NULL_VALUE ((struct db_value){.type = DB_TYPE_NULL})

/* Called per row; a fault ends the statement and is what db_run returns.  It
 * must not run the same statement again. */
typedef enum fault
db_row_fn(void *ctx, const struct db_row *, struct fault_info *);

/*
 * Binds args to ?1, ?2, ..., runs the statement, calls row (unless NULL) for
 * each row.  Outside a transaction it is one of its own.  FAULT_EXISTS: a
 * unique key is there already; FAULT_STORE: any other refusal of the
 * database, a full disk included (then nothing of the statement is done).
 */
enum fault must_check db_run(struct db *, unsigned statement,
    const struct db_value *args, size_t n, db_row_fn *row, void *ctx,
    struct fault_info *);
/* The first column of the only row; FAULT_NOT_FOUND when there is no row. */
enum fault must_check db_run_int(struct db *, int64_t *out, unsigned statement,
    const struct db_value *args, size_t n, struct fault_info *);

/* DB_RUN(db, DEVICE_ADD, fi, DB_INT(1), DB_BLOB(p, 8)): no rows wanted. */
#define DB_RUN(db, statement, fi, ...)                                    \
	db_run((db), (statement), (const struct db_value[]){__VA_ARGS__}, \
	    sizeof((const struct db_value[]){__VA_ARGS__}) /              \
		sizeof(struct db_value),                                  \
	    NULL, NULL, (fi))
/* DB_EACH(db, DEVICE_FIND, got_device, &ctx, fi, DB_BLOB(p, 8)) */
#define DB_EACH(db, statement, row, ctx, fi, ...)                         \
	db_run((db), (statement), (const struct db_value[]){__VA_ARGS__}, \
	    sizeof((const struct db_value[]){__VA_ARGS__}) /              \
		sizeof(struct db_value),                                  \
	    (row), (ctx), (fi))

/* Columns from 0.  Spans and strings live until the row function returns;
 * null gives 0, an empty span, and NULL. */
bool db_is_null(const struct db_row *, unsigned column);
int64_t db_int(const struct db_row *, unsigned column);
struct bytes db_blob(const struct db_row *, unsigned column);
const char *db_text(const struct db_row *, unsigned column);
/* A blob of exactly n octets; FAULT_STORE otherwise. */
enum fault must_check db_blob_copy(const struct db_row *, unsigned column,
    void *out, size_t n, struct fault_info *);

/* Rows that the latest insert, update or delete touched; latest rowid. */
int64_t db_changes(const struct db *);
int64_t db_last_id(const struct db *);

/* A consistent copy of the state at one moment, made while others write;
 * durable on return.  FAULT_EXISTS when to_path is there. */
enum fault must_check db_backup(
    struct db *, const char *to_path, struct fault_info *);
/* The same for a file of any schema, as `scms backup` needs it. */
enum fault must_check db_backup_file(
    const char *from_path, const char *to_path, struct fault_info *);

#endif /* STORE_DB_H */
