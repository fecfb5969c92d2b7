/* test_pool.c - which units of a pool go: every choice equally likely, also
 * when some came later and when lots are used up; and databases of before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "role/ra/db.h"
#include "role/ra/pool.h"

#define NOW 700000000u

static const struct pool_key key = {.class = 1, .i = 600, .each = 20};
/* K 2, so a message holds 2K - 1 devices or as many as fit: 4 */
static const struct shuffle_rule rule = {
    .devices = 2, .requests = 1, .age = 1000, .requests_max = 80};

static char folder[] = "/dev/shm/ra-pool.XXXXXX";
static char path[PATH_SIZE];
static struct fault_info fi;
static struct db *db;
static struct pools pools;
static struct arena arena;

#define must(expr)                                                           \
	do {                                                                 \
		if ((expr) != FAULT_OK)                                      \
			fail_msg("%s:%d: %s: %s", __FILE__, __LINE__, #expr, \
			    fi.text);                                        \
	} while (0)

static int
setup(void **state)
{
	(void)state;
	strcpy(folder, "/dev/shm/ra-pool.XXXXXX");
	if (mkdtemp(folder) == NULL) {
		strcpy(folder, "/tmp/ra-pool.XXXXXX");
		assert_non_null(mkdtemp(folder));
	}
	path_join(path, folder, "ra.db");
	arena = arena_new((size_t)8 << 20);
	pools_init(&pools);
	must(db_open(&db, path, &ra_schema, &fi));
	must(DB_RUN(db, DO_CLASS_ADD, &fi, DB_BLOB("", 1), DB_BLOB("", 1),
	    DB_TEXT("p"), DB_TEXT("a"), DB_TEXT("b")));
	return 0;
}

static int
teardown(void **state)
{
	char command[64];

	(void)state;
	db_close(db);
	pools_destroy(&pools);
	arena_free(&arena);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void
arrive(int64_t device)
{
	struct pool_tally tally = {0};
	int64_t draw;

	must(pool_add(&tally, db, &key, NOW, &draw, &fi));
	must(pool_tally_write(&tally, db, NOW, &fi));
	must(DB_RUN(db, DO_UNIT_ADD, &fi, DB_INT(device), DB_INT(key.i),
	    DB_INT(key.each), DB_INT(key.class), DB_INT(1), DB_INT(NOW),
	    DB_INT(draw)));
}

/* A message is drawn; its devices as bits. */
static unsigned
draw(struct batch *b, size_t want)
{
	unsigned set = 0;

	must(pools_draw(b, &pools, "p", db, &arena, &rule, NOW + 10, &fi));
	pools_release(&pools, &key);
	assert_int_equal(b->units, want);
	for (size_t u = 0; u < b->units; u++) {
		assert_true(u == 0 || b->devices[u] > b->devices[u - 1]);
		set |= 1u << b->devices[u];
	}
	return set;
}

/* It has been made and goes. */
static void
leave(const struct batch *b)
{
	for (size_t u = 0; u < b->units; u++) {
		must(DB_RUN(db, DO_UNIT_SEND, &fi, DB_INT(b->devices[u]),
		    DB_INT(key.i), DB_INT(1)));
		assert_int_equal(db_changes(db), 1);
	}
	must(pool_go(db, b, &arena, &fi));
	arena_reset(&arena);
}

static unsigned
go(size_t want)
{
	struct batch b;
	unsigned set = draw(&b, want);

	leave(&b);
	return set;
}

static unsigned
bits(unsigned set)
{
	unsigned n = 0;

	for (; set != 0; set &= set - 1)
		n++;
	return n;
}

/* Of 8 devices 4 go, 4 others come, or came while the message was made, and
 * again 4 go: each of the 70 sets of those present equally often, the old ones
 * before the new ones.  69 degrees of freedom; 140 is exceeded once in a
 * million runs. */
static void
check_uniform(unsigned rounds, bool meanwhile)
{
	unsigned count[256] = {0}, sets = 0;
	double expected = rounds / 70.0, chi = 0;

	for (unsigned r = 0; r < rounds; r++) {
		unsigned gone, set = 0, at = 0, next;
		struct batch b;

		must(db_begin(db, &fi));
		for (int64_t d = 0; d < 8; d++)
			arrive(d);
		gone = draw(&b, 4);
		if (!meanwhile)
			leave(&b);
		for (int64_t d = 8; d < 12; d++)
			arrive(d);
		if (meanwhile)
			leave(&b);
		next = go(4);
		assert_int_equal(bits(next), 4);
		assert_int_equal(next & gone, 0);
		for (unsigned d = 0; d < 12; d++)
			if ((gone >> d & 1) == 0)
				set |= (next >> d & 1) << at++;
		count[set]++;
		db_rollback(db);
	}
	for (unsigned k = 0; k < 256; k++)
		if (count[k] > 0) {
			assert_int_equal(bits(k), 4);
			chi += (count[k] - expected) * (count[k] - expected) /
			       expected;
			sets++;
		}
	assert_int_equal(sets, 70);
	assert_true(chi < 140);
}

static void
test_choice(void **state)
{
	(void)state;
	check_uniform(70 * 100, false);
}

static void
test_choice_meanwhile(void **state)
{
	(void)state;
	check_uniform(70 * 100, true);
}

/* A pool that says more than there is: nothing goes, until it is counted. */
static void
test_recount(void **state)
{
	struct batch b;

	(void)state;
	must(db_begin(db, &fi));
	for (int64_t d = 0; d < 3; d++)
		arrive(d);
	must(pool_take(db, &key, (size_t)-1, &fi)); /* one more than there is */
	assert_int_equal(
	    pools_draw(&b, &pools, "p", db, &arena, &rule, NOW + 10, &fi),
	    FAULT_BLOCKED);
	assert_int_equal(b.class, key.class);
	assert_int_equal(b.i, key.i);
	assert_int_equal(b.each, key.each);
	must(pool_recount(db, &key, &fi));
	assert_int_equal(bits(go(3)), 3);
	must(pool_recount(db, &key, &fi)); /* it is gone */
	assert_int_equal(
	    pools_draw(&b, &pools, "p", db, &arena, &rule, NOW + 10, &fi),
	    FAULT_NOT_FOUND);
	db_rollback(db);
}

static enum fault
got_lot(void *ctx, const struct db_row *row, struct fault_info *f)
{
	int64_t *least = ctx;

	(void)f;
	if (*least == 0 || db_int(row, 1) < *least)
		*least = db_int(row, 1);
	return FAULT_OK;
}

/* The numbers of a pool that was never empty are nearly used up: all that
 * wait get new ones, from the whole range. */
static void
test_lots_used_up(void **state)
{
	const int64_t high = (INT64_C(1) << 62) - (INT64_C(1) << 39);
	int64_t least = 0;

	(void)state;
	must(db_begin(db, &fi));
	arrive(0);
	must(DB_RUN(db, DO_POOL_DRAWN, &fi, DB_INT(key.class), DB_INT(key.i),
	    DB_INT(key.each), DB_INT(high)));
	must(DB_RUN(
	    db, DO_UNIT_DRAW, &fi, DB_INT(0), DB_INT(key.i), DB_INT(high - 1)));
	for (int64_t d = 1; d < 32; d++)
		arrive(d);
	must(DB_EACH(db, DO_POOL_DEVICES, got_lot, &least, &fi,
	    DB_INT(key.class), DB_INT(key.i), DB_INT(key.each), DB_INT(-1)));
	assert_int_equal(least, high - 1);
	assert_int_equal(bits(go(4)), 4);
	least = 0;
	must(DB_EACH(db, DO_POOL_DEVICES, got_lot, &least, &fi,
	    DB_INT(key.class), DB_INT(key.i), DB_INT(key.each), DB_INT(-1)));
	/* of 28: all in the upper quarter once in 7 * 10^16 */
	assert_true(least > 0 && least < high - high / 4);
	for (int k = 0; k < 7; k++)
		assert_int_equal(bits(go(4)), 4);
	db_rollback(db);
}

/* ---- a database of the first version ---- */

static int64_t
number(const char *sql)
{
	const struct db_schema one = {
	    ra_schema.steps, ra_schema.steps_n, &sql, 1};
	struct db *other;
	int64_t v;

	must(db_open(&other, path, &one, &fi));
	must(db_run_int(other, &v, 0, NULL, 0, &fi));
	db_close(other);
	return v;
}

static void
insert(const char *sql)
{
	const struct db_schema old = {ra_schema.steps, 1, &sql, 1};
	struct db *other;

	must(db_open(&other, path, &old, &fi));
	must(db_run(other, 0, NULL, 0, NULL, NULL, &fi));
	db_close(other);
}

static void
test_old_database(void **state)
{
	(void)state;
	db_close(db);
	path_join(path, folder, "old.db");
	insert("insert into class values(1, x'00', x'00', 'p', 'a', 'b')");
	insert("insert into chain values(1, " SQL_NUMBER(
	    CHAIN_ASKED) ", 5, x'01', x'02', 600), (2, " SQL_NUMBER(CHAIN_FREE) ", null, x'03', x'04', 620)");
	insert("insert into device(number, request, request_id,"
	       " enrollment_hash, enrollment_id, enrollment, class, sign_key,"
	       " sign_expansion, enc_key, enc_expansion, ack, next_i, end_i,"
	       " chain, created, contact) values(5, x'05', x'06', x'07', x'08',"
	       " x'09', 1, x'0a', x'0b', x'0c', x'0d', x'0e', 600, 900, 1, 1,"
	       " 1)");
	insert("insert into plv_file(chain, name, i_min, i_max, j_max)"
	       " values(1, '1-0', 590, 600, 20), (2, '1-1', 600, 620, 20)");
	insert("insert into fetch(id, state, i_min, i_max, j_max, fresh, chain,"
	       " request1, request2, confirmed) values(7, " SQL_NUMBER(
		   FETCH_ASKED) ", 600, 610, 20, 0, 1, x'01', x'02', 0),"
				" (8, " SQL_NUMBER(
				    FETCH_ASKED) ", 600, 610, 20, 3, 0, x'03',"
						 " x'04', 0)");
	insert("insert into unit(device, i, state, n, class, chain, since)"
	       " values(5, 600, " SQL_NUMBER(UNIT_POOLED) ", 20, 1, 1, 1)");
	insert("insert into pool values(1, 600, 20, 1, 1, 1)");
	insert("insert into batch values(9, 1, x'05', 20)");
	must(db_open(&db, path, &ra_schema, &fi));
	assert_int_equal(number("select chain_end from device"), 600);
	assert_int_equal(number("select count(*) from plv_file where name ="
				" '1-' || (id - 1) and place = 0"),
	    2);
	assert_int_equal(
	    number("select 100 * fetch + 10 * place + chain from fetch_chain"),
	    701);
	assert_int_equal(number("select count(*) from fetch_chain"), 1);
	assert_int_equal(number("select count(*) from fetch"), 2);
	assert_int_equal(number("select drawn from pool"), 0);
	assert_int_equal(number("select i_begin from chain where id = 2"), 600);
	assert_true(number("select draw from unit") > 0);
	/* all belonged to the one PCA there was */
	assert_int_equal(number("select id from pca where name = 'p'"), 1);
	assert_int_equal(number("select count(*) from pca"), 1);
	assert_int_equal(
	    number("select count(*) from device where pca = 1"), 1);
	assert_int_equal(number("select count(*) from chain where pca = 1"), 2);
	assert_int_equal(number("select count(*) from fetch where pca = 1"), 2);
	assert_int_equal(number("select count(*) from batch where pca = 1"), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_choice),
	    TEST(test_choice_meanwhile),
	    TEST(test_recount),
	    TEST(test_lots_used_up),
	    TEST(test_old_database),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
