/* store.c - see store.h. */
#include "role/ma/store.h"

static const char *const statements[] = {
#define STATEMENT(name, sql) sql,
#include "role/ma/revoke_sql.def"
#include "role/ma/sql.def"
#undef STATEMENT
};

/*
 * sender: a certificate that somebody was reported under, or reported under.
 * Pseudonym certificates have lv, i and issuer; others their HashedId8 only.
 * wrong: as a reporter it counts nothing.
 * report: one that holds; digest is that of the octets that came in, body the
 * signed report without its encryption.
 */
static const char reports[] = "create table sender("
			      " number integer primary key,"
			      " id blob not null unique,"
			      " lv blob,"
			      " i integer,"
			      " issuer blob,"
			      " wrong integer not null default 0);"
			      "create table report("
			      " number integer primary key,"
			      " digest blob not null unique,"
			      " body blob not null);";

static const char *const steps[] = {reports};

const struct db_schema ma_schema = {
    steps, sizeof(steps) / sizeof(steps[0]), statements, MA_STATEMENTS};
