/* rows.c - see rows.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "test/unit/ra/rows.h"

static sqlite3 *
open_db(const char *path)
{
	sqlite3 *db;

	assert_int_equal(
	    sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	return db;
}

static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	return s;
}

/* The hash so far and one value more. */
static void
mix(uint8_t hash[SHA256_SIZE], int type, const void *p, size_t n)
{
	uint64_t size = n;
	const struct bytes parts[] = {
	    {hash, SHA256_SIZE},
	    {(const uint8_t *)&type, sizeof(type)},
	    {(const uint8_t *)&size, sizeof(size)},
	    {p, n},
	};

	sha256_parts(hash, parts, 4);
}

static void
mix_table(uint8_t hash[SHA256_SIZE], sqlite3 *db, const char *table)
{
	char sql[200];
	sqlite3_stmt *s;

	snprintf(sql, sizeof(sql), "select * from \"%s\" order by 1, 2", table);
	s = prepare(db, sql);
	mix(hash, 0, table, strlen(table));
	while (sqlite3_step(s) == SQLITE_ROW)
		for (int k = 0; k < sqlite3_column_count(s); k++)
			mix(hash, sqlite3_column_type(s, k),
			    sqlite3_column_blob(s, k),
			    (size_t)sqlite3_column_bytes(s, k));
	assert_int_equal(sqlite3_finalize(s), SQLITE_OK);
}

void
rows_hash(uint8_t out[SHA256_SIZE], const char *db_path)
{
	sqlite3 *db = open_db(db_path);
	sqlite3_stmt *s =
	    prepare(db, "select name from sqlite_master where type = 'table'"
			" order by name");

	memset(out, 0, SHA256_SIZE);
	while (sqlite3_step(s) == SQLITE_ROW)
		mix_table(out, db, (const char *)sqlite3_column_text(s, 0));
	assert_int_equal(sqlite3_finalize(s), SQLITE_OK);
	sqlite3_close(db);
}

void
rows_columns(char *out, size_t n, const char *db_path, const char *table)
{
	sqlite3 *db = open_db(db_path);
	sqlite3_stmt *s;
	char sql[200];

	snprintf(sql, sizeof(sql),
	    "select group_concat(name) from pragma_table_info('%s')", table);
	s = prepare(db, sql);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	snprintf(out, n, "%s", (const char *)sqlite3_column_text(s, 0));
	assert_int_equal(sqlite3_finalize(s), SQLITE_OK);
	sqlite3_close(db);
}
