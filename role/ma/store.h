/*
 * store.h - the database of the MA: its statements and tables.
 *
 * Reports and cases have their statements in sql.def, questions and
 * revocations in revoke_sql.def; the tables of both are in store.c.
 */
#ifndef MA_STORE_H
#define MA_STORE_H

#include "store/db.h"

enum ma_statement {
#define STATEMENT(name, sql) DO_##name,
#include "role/ma/revoke_sql.def"
#include "role/ma/sql.def"
#undef STATEMENT
	MA_STATEMENTS
};

extern const struct db_schema ma_schema;

#endif /* MA_STORE_H */
