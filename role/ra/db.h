/*
 * db.h - the RA's database: states, statements, connections.
 *
 * Tables and their states are explained in README.md; the texts are in
 * schema.c and sql.def.
 */
#ifndef RA_DB_H
#define RA_DB_H

#include <pthread.h>

#include "store/db.h"

/* Written into statements, hence macros. */
#define UNIT_POOLED  0
#define UNIT_SENT    1
#define UNIT_DONE    2
#define UNIT_REMOVED 3 /* device blocked */
#define UNIT_LAPSED  4 /* the period is over */
#define UNIT_REFUSED 5 /* by the PCA; goes back to its pool later */
#define UNIT_FAILED  6 /* by the PCA, in part or for good */

#define CHAIN_FREE   0
#define CHAIN_IN_USE 1
#define CHAIN_ASKED  2 /* a continuation is on order */
#define CHAIN_BROKEN 3 /* an LA will not continue it */

#define FETCH_ASKED 0
#define FETCH_HELD  1 /* stored here, not yet confirmed */

#define BATCH_SENT	1
#define BATCH_COLLECTED 2

#define AUTH_IDENTIFICATION 0 /* kind */
#define AUTH_APPLICATION    1

/* Numbers of holders begin here, above those of devices, which have 32 bits;
 * they have ten digits. */
#define AUTH_NUMBERS INT64_C(5000000000)

#define AUTH_WAITING 0
#define AUTH_SENT    1
#define AUTH_DONE    2
#define AUTH_FAILED  3 /* by the PCA, for good */

#define SQL_NUMBER_(n) #n
#define SQL_NUMBER(n)  SQL_NUMBER_(n)

/* The enrollment certificate ?1, those that follow it and those before. */
#define SQL_FAMILY                                                 \
	"with recursive family(id) as (select ?1"                  \
	" union select s.next_id from successor s, family f"       \
	"  where s.enrollment_id = f.id"                           \
	" union select s.enrollment_id from successor s, family f" \
	"  where s.next_id = f.id)"

/* Rows of table counter. */
enum counter {
	COUNTER_UNITS_DONE = 1,
	COUNTER_CERTIFICATES_DONE = 2,
	COUNTER_SMALLEST_SET = 3, /* a minimum, not a sum */
	COUNTER_SMALL_SETS = 4,	  /* messages below K devices */
	COUNTER_UNITS_LAPSED = 5,
	COUNTER_UNITS_REFUSED = 6,
	COUNTER_UNITS_FAILED = 7,
	COUNTER_AUTH_DONE = 8, /* identification and application */
	COUNTER_AUTH_FAILED = 9,
};

enum statement {
#define STATEMENT(name, sql) DO_##name,
#include "role/ra/sql.def"
#undef STATEMENT
	STATEMENT_COUNT
};

extern const struct db_schema ra_schema;

/* Connections for threads that need one for a moment. */
struct db_pool {
	pthread_mutex_t lock;
	const char *path;
	struct db *idle[64];
	size_t n;
};

void db_pool_init(struct db_pool *, const char *path);
/* An idle connection, or a new one. */
enum fault must_check db_pool_take(
    struct db_pool *, struct db **, struct fault_info *);
/* Rolls back what is open. */
void db_pool_give(struct db_pool *, struct db *);
void db_pool_close(struct db_pool *);

/* Adds to a counter, within the caller's transaction. */
enum fault must_check db_count(
    struct db *, enum counter, int64_t add, struct fault_info *);

#endif /* RA_DB_H */
