/* books_plv.c - the RA: chains, orders, and what must not be left over. */
#include <string.h>

#include "role/ra/db.h"
#include "test/soak/books.h"

/* Rows of a query that must have none. */
static void
chain_differs(struct books *b, sqlite3_stmt *s)
{
	books_differ(b, CHECK_CHAINS, "%s (chain %lld)",
	    (const char *)sqlite3_column_text(s, 1),
	    (long long)sqlite3_column_int64(s, 0));
}

static void
order_is_open(struct books *b, sqlite3_stmt *s)
{
	books_differ(b, CHECK_ORDERS, "order %lld is open",
	    (long long)sqlite3_column_int64(s, 0));
}

static void
is_left(struct books *b, sqlite3_stmt *s)
{
	books_differ(b, CHECK_RA_LEFT, "%s %lld",
	    (const char *)sqlite3_column_text(s, 0),
	    (long long)sqlite3_column_int64(s, 1));
}

static void
file_is_left(struct books *b, const char *folder, const char *name)
{
	books_differ(b, CHECK_RA_LEFT, "%s/%s", folder, name);
}

/* ---- files of PLVs: exactly those that have a row ---- */

static sqlite3 *ra_db; /* for the call-backs below */

static void
plv_file_is_there(struct books *b, sqlite3_stmt *s)
{
	char folder[PATH_SIZE], path[PATH_SIZE];
	const char *name = (const char *)sqlite3_column_text(s, 0);

	books_path(b, folder, "ra/data/plv");
	path_join(path, folder, name);
	if (!file_exists(path))
		books_differ(b, CHECK_CHAINS, "PLV file %s is lost", name);
}

static void
plv_file_has_row(struct books *b, const char *folder, const char *name)
{
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(ra_db, "select 1 from plv_file where name = ?1",
		-1, &s, NULL) != SQLITE_OK)
		books_fatal("plv_file: %s", sqlite3_errmsg(ra_db));
	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_ROW)
		books_differ(b, CHECK_RA_LEFT, "%s/%s", folder, name);
	sqlite3_finalize(s);
}

void
books_plv(struct books *b)
{
	ra_db = books_db(b, "ra/data/ra.db");
	books_count(b, CHECK_CHAINS,
	    (uint64_t)books_number(ra_db, "select count(*) from chain"));
	books_each(ra_db,
	    "select u.chain, 'units of another device than the chain''s'"
	    " from unit u left join chain c on c.id = u.chain"
	    " where c.device is not u.device",
	    chain_differs, b);
	books_each(ra_db,
	    "select id, 'waits for its continuation' from chain where state ="
	    " " SQL_NUMBER(CHAIN_ASKED),
	    chain_differs, b);
	books_each(ra_db,
	    "select min(id), 'two chains of one device in use' from chain"
	    " where state = " SQL_NUMBER(
		CHAIN_IN_USE) " group by device having count(*) > 1",
	    chain_differs, b);
	books_each(ra_db,
	    "select id from fetch where state = " SQL_NUMBER(FETCH_ASKED),
	    order_is_open, b);
	books_count(b, CHECK_ORDERS,
	    (uint64_t)books_number(
		ra_db, "select coalesce(max(id), 0) from fetch"));
	books_each(ra_db,
	    "select 'batch', id from batch union all"
	    " select 'pool of i', i from pool union all"
	    " select 'chains of order', fetch from fetch_chain",
	    is_left, b);
	books_folder(b, "ra/data/outbox", file_is_left);
	books_each(ra_db, "select name from plv_file", plv_file_is_there, b);
	books_folder(b, "ra/data/plv", plv_file_has_row);
	sqlite3_close(ra_db);
}
