/* store.c - see store.h. */
#include "role/crlg/store.h"

static const char *const statements[] = {
#define STATEMENT(name, sql) sql,
#include "role/crlg/sql.def"
#undef STATEMENT
};

/* The first composite is wanted from the start. */
static const char *const steps[] = {
    "create table state("
    " one integer primary key check(one = 1),"
    " asked integer not null,"
    " made integer not null,"
    " number integer not null,"
    " pushed integer not null,"
    " issued integer not null,"
    " next integer not null,"
    " i integer not null,"
    " index_within_i integer not null);"
    "insert into state values(1, 1, 0, 0, 0, 0, 0, 0, 0);"
    "create table composite("
    " one integer primary key check(one = 1),"
    " number integer not null,"
    " octets blob not null);"
    "create table revocation("
    " id blob primary key,"
    " taken integer not null) without rowid;"
    "create table linkage("
    " number integer primary key,"
    " la1 blob not null,"
    " la2 blob not null,"
    " seed1 blob not null,"
    " seed2 blob not null,"
    " i integer not null,"
    " i_max integer not null,"
    " j_max integer not null);"
    "create table digest("
    " series integer not null,"
    " id blob not null,"
    " expiry integer not null,"
    " primary key(series, id)) without rowid",
    "create index revocation_taken on revocation(taken)",
};

const struct db_schema crlg_schema = {
    steps, sizeof(steps) / sizeof(steps[0]), statements, STATEMENTS};

static enum fault
got_state(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct crlg_state *s = ctx;

	(void)fi;
	s->asked = db_int(row, 0);
	s->made = db_int(row, 1);
	s->number = db_int(row, 2);
	s->pushed = db_int(row, 3);
	s->issued = (uint32_t)db_int(row, 4);
	s->next = (uint32_t)db_int(row, 5);
	s->i = (uint32_t)db_int(row, 6);
	s->index_within_i = (uint32_t)db_int(row, 7);
	return FAULT_OK;
}

enum fault
crlg_state_read(struct crlg_state *s, struct db *db, struct fault_info *fi)
{
	return db_run(db, DO_STATE, NULL, 0, got_state, s, fi);
}
