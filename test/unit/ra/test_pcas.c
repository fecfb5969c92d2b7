/*
 * test_pcas.c - two PCAs behind one RA; a PCA that gets another certificate;
 * renewals of the keys that LAs and PCAs share.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "role/ra/in_hand.h"
#include "role/ra/keys.h"
#include "role/ra/plan.h"
#include "role/ra/plv.h"
#include "role/ra/sender.h"
#include "test/unit/ra/fakes.h"

#define DEVICES 12
#define EACH	4
#define WEEKS	5

struct scene {
	struct world world;
	struct fakes *fakes;
	struct device device[DEVICES];
	size_t n; /* devices that have come */
};

static void
start(struct scene *s)
{
	world_start(&s->world);
	fakes_install(s->fakes, &s->world);
}

static int
set_up(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	s->fakes = fakes_new();
	world_make(&s->world);
	world_add_pca(&s->world);
	s->world.service.environment.shuffle_count = 3 * EACH;
	for (size_t k = 0; k < DEVICES; k++)
		device_make(&s->device[k], &s->world, WHO_ECA);
	start(s);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	world_remove(&s->world);
	fakes_free(s->fakes);
	free(s);
	return 0;
}

/* Devices up to the nth come. */
static void
provision(struct scene *s, size_t n)
{
	for (; s->n < n; s->n++) {
		device_ask(&s->device[s->n], &s->world);
		assert_int_equal(
		    device_provision(&s->device[s->n], &s->world), 200);
	}
}

/* ---- what the threads of each PCA do, one after the other ---- */

/* Something was done, for this PCA. */
static bool
step_of(struct scene *s, struct ra_pca *pca)
{
	struct world *w = &s->world;
	struct arena arena = arena_new((size_t)64 << 20);
	struct sender sender;
	unsigned pause;
	bool busy;

	busy = plv_step(w->ra, pca, w->db, &arena, &pause, &fi) == FAULT_OK;
	arena_reset(&arena);
	sender_open(&sender, w->ra, pca, w->db);
	busy |= sender_step(&sender, &pause, &fi) == FAULT_OK;
	sender_close(&sender);
	busy |= closer_step(w->ra, pca, w->db, &arena, &pause, &fi) == FAULT_OK;
	arena_free(&arena);
	return busy;
}

static void
run(struct scene *s)
{
	int quiet = 0;

	for (int round = 0; round < 2000; round++) {
		bool busy;

		must(plan_pass(s->world.ra, s->world.db, &busy, &fi));
		for (size_t k = 0; k < s->world.ra->pca_n; k++)
			busy |= step_of(s, &s->world.ra->pca[k]);
		quiet = busy ? 0 : quiet + 1;
		if (quiet == 2)
			return;
		if (quiet == 1)
			time_set_offset(time_offset() + 3);
	}
	fail_msg("it never ends");
}

/* ---- counting ---- */

static int64_t
count(struct scene *s, const char *sql)
{
	const struct db_schema one = {
	    ra_schema.steps, ra_schema.steps_n, &sql, 1};
	struct db *db;
	int64_t n;

	must(db_open(&db, s->world.ra->db_path, &one, &fi));
	must(db_run_int(db, &n, 0, NULL, 0, &fi));
	db_close(db);
	return n;
}

/* Devices of pca or pca2. */
static int64_t
given(struct scene *s, unsigned which)
{
	return atomic_load(&s->world.ra->pca[which].devices);
}

static void
no_mistakes(const struct scene *s)
{
	assert_string_equal(s->fakes->la[0].mistake, "");
	assert_string_equal(s->fakes->la[1].mistake, "");
	assert_string_equal(s->fakes->pca.mistake, "");
	assert_string_equal(s->fakes->pca2.mistake, "");
}

/* Each of n devices has its WEEKS, and none was issued twice. */
static void
all_supplied(struct scene *s, int64_t units)
{
	uint32_t records = s->fakes->pca.records_n + s->fakes->pca2.records_n;

	assert_int_equal(
	    count(s, "select count(*) from unit where state = " SQL_NUMBER(
			 UNIT_DONE)),
	    units);
	assert_int_equal(count(s, "select count(*) from unit"), units);
	assert_int_equal(count(s, "select count(*) from batch"), 0);
	assert_int_equal(records, units * EACH);
	no_mistakes(s);
}

/* ---- several ---- */

static void
test_evenly(void **state)
{
	struct scene *s = *state;

	provision(s, DEVICES);
	assert_int_equal(given(s, 0), DEVICES / 2);
	assert_int_equal(given(s, 1), DEVICES / 2);
	run(s);
	all_supplied(s, DEVICES * WEEKS);
	assert_int_equal(s->fakes->pca.records_n, DEVICES / 2 * WEEKS * EACH);
	world_stop(&s->world);
	start(s);
	assert_int_equal(given(s, 1), DEVICES / 2);
	world_wait(&s->world, 1);
	run(s);
	all_supplied(s, DEVICES * (WEEKS + 1));
}

static void
test_one_away(void **state)
{
	struct scene *s = *state;
	struct ra *ra = s->world.ra;
	char cause[200];

	s->fakes->pca2.away = true;
	provision(s, DEVICES / 2);
	run(s);
	assert_false(peer_is_down(&ra->pca[0].peer, cause, sizeof(cause)));
	assert_true(peer_is_down(&ra->pca[1].peer, cause, sizeof(cause)));
	assert_non_null(strstr(cause, "pca2.monarch.test"));
	assert_int_equal(
	    count(s, "select count(*) from unit where state = " SQL_NUMBER(
			 UNIT_DONE)),
	    DEVICES / 4 * WEEKS);
	assert_int_equal(s->fakes->pca2.records_n, 0);

	/* who comes now is given to the one that works */
	provision(s, DEVICES - 1);
	run(s);
	assert_int_equal(given(s, 1), DEVICES / 4);
	s->fakes->pca2.away = false;
	run(s);
	assert_false(peer_is_down(&ra->pca[1].peer, cause, sizeof(cause)));
	all_supplied(s, (DEVICES - 1) * WEEKS);
	provision(s, DEVICES); /* and the next one to the other again */
	assert_int_equal(given(s, 1), DEVICES / 4 + 1);
}

static void
test_no_key_with_one(void **state)
{
	struct scene *s = *state;
	struct ra *ra = s->world.ra;
	char cause[200];

	provision(s, DEVICES / 2);
	/* a refusal of one PCA's values is not a fault of the LA */
	s->fakes->la[0].trick = LA_NO_KEY;
	(void)step_of(s, &ra->pca[1]);
	s->fakes->la[0].trick = LA_HONEST;
	assert_true(peer_is_down(&ra->pca[1].supply, cause, sizeof(cause)));
	assert_false(peer_is_down(&ra->la[0], cause, sizeof(cause)));
	run(s);
	assert_false(peer_is_down(&ra->pca[1].supply, cause, sizeof(cause)));
	all_supplied(s, DEVICES / 2 * WEEKS);
}

static void
test_too_many_or_twice(void **state)
{
	static const char *const twice[] = {"pca", "pca.monarch.test"};
	static const char *const many[] = {
	    "a", "b", "c", "d", "e", "f", "g", "h", "i"};
	static const char *const unknown[] = {"pca", "pca3"};
	const struct conf_list lists[] = {
	    {twice, 2}, {many, 9}, {many, 0}, {unknown, 2}};
	static const char *const texts[] = {
	    "twice", "1 to 8", "1 to 8", "no certificate of pca3"};
	struct scene *s = *state;
	struct ra *ra;

	for (size_t k = 0; k < 4; k++) {
		s->world.conf.pca = lists[k];
		assert_int_equal(
		    ra_load(&ra, &s->world.service, &fi), FAULT_CONFIG);
		assert_non_null(strstr(fi.text, texts[k]));
	}
}

/* One leaves the list: its devices, and what waited, go to the other. */
static void
test_left(void **state)
{
	static const char *const one[] = {"pca"};
	struct scene *s = *state;

	provision(s, DEVICES);
	run(s);
	s->fakes->pca2.away = true;
	world_wait(&s->world, 2); /* two periods of pca2 wait in pools */
	for (int k = 0; k < 5; k++) {
		bool busy;

		must(plan_pass(s->world.ra, s->world.db, &busy, &fi));
		(void)step_of(s, s->world.ra->pca);
	}
	assert_true(count(s, "select count(*) from unit where state = "
			     "" SQL_NUMBER(UNIT_POOLED)) > 0);
	world_stop(&s->world);
	s->world.conf.pca = (struct conf_list){one, 1};
	start(s);
	assert_int_equal(given(s, 0), DEVICES);
	run(s);
	all_supplied(s, DEVICES * (WEEKS + 2));
	assert_int_equal(s->fakes->pca2.records_n, DEVICES / 2 * WEEKS * EACH);
	assert_int_equal(
	    count(s, "select count(*) from chain where state = " SQL_NUMBER(
			 CHAIN_BROKEN)),
	    DEVICES / 2);
	world_wait(&s->world, 1);
	run(s);
	all_supplied(s, DEVICES * (WEEKS + 3));
}

/* What is under way to it still comes back. */
static void
test_under_way(void **state)
{
	static const char *const one[] = {"pca"};
	struct scene *s = *state;
	struct ra *ra;

	provision(s, DEVICES);
	s->fakes->pca2.lose = 1000;
	run(s);
	assert_true(count(s, "select count(*) from batch") > 0);
	world_stop(&s->world);
	s->world.conf.pca = (struct conf_list){one, 1};
	start(s);
	ra = s->world.ra;
	assert_int_equal(ra->pca_n, 1);
	assert_int_equal(ra->pca_all, 2);
	assert_int_equal(given(s, 0), DEVICES);
	s->fakes->pca2.lose = 0;
	for (int k = 0; k < 20; k++)
		(void)step_of(s, &ra->pca[1]);
	assert_int_equal(ra->pca[1].in_hand_n, 0);
	run(s);
	all_supplied(s, DEVICES * WEEKS);
	assert_true(s->fakes->pca2.records_n < DEVICES / 2 * WEEKS * EACH);
	world_stop(&s->world);
	start(s);
	assert_int_equal(s->world.ra->pca_all, 1);
}

/* What it refuses then is planned again, with the other one. */
static void
test_refuses_and_left(void **state)
{
	static const char *const one[] = {"pca"};
	struct scene *s = *state;
	struct ra *ra;
	int64_t refused;

	provision(s, DEVICES);
	s->fakes->pca2.away = true;
	run(s);
	world_stop(&s->world);
	s->world.conf.pca = (struct conf_list){one, 1};
	start(s);
	ra = s->world.ra;
	assert_int_equal(ra->pca_all, 2);
	s->fakes->pca2.away = false;
	s->fakes->pca2.trick = PCA_REFUSES_ALL;
	for (int k = 0; k < 20; k++)
		(void)step_of(s, &ra->pca[1]);
	refused = count(s, "select count(*) from unit where state = "
			   "" SQL_NUMBER(UNIT_REFUSED));
	assert_true(refused > 0);
	time_set_offset(time_offset() + 700); /* their pause is over */
	run(s);
	assert_int_equal(count(s, "select count(*) from pool"), 0);
	assert_int_equal(
	    count(s, "select count(*) from unit where state = " SQL_NUMBER(
			 UNIT_DONE)),
	    DEVICES * WEEKS);
	assert_int_equal(
	    count(s, "select count(*) from unit"), DEVICES * WEEKS);
	no_mistakes(s);
}

/* ---- another certificate ---- */

static void
test_renewed(void **state)
{
	struct scene *s = *state;

	provision(s, DEVICES);
	s->fakes->pca.lose = 1; /* its answer to a batch is lost */
	(void)step_of(s, s->world.ra->pca);
	for (int k = 0; k < 20 && s->fakes->pca.lose > 0; k++) {
		bool busy;

		must(plan_pass(s->world.ra, s->world.db, &busy, &fi));
		(void)step_of(s, s->world.ra->pca);
		time_set_offset(time_offset() + 3);
	}
	assert_int_equal(s->fakes->pca.lose, 0);
	assert_true(count(s, "select count(*) from batch") > 0);
	world_stop(&s->world);
	world_renew_pca(&s->world);
	start(s);
	/* the PCA repeats what it issued under that */
	s->fakes->pca.trick = PCA_FORMER;
	run(s);
	all_supplied(s, DEVICES * WEEKS);
}

static void
test_not_begun(void **state)
{
	struct scene *s = *state;
	uint32_t end = ra_pca_end(s->world.ra, s->world.ra->pca);

	world_stop(&s->world);
	world_wait(&s->world, 25); /* certificates of that day begin in 5 */
	world_renew_pca(&s->world);
	world_wait(&s->world, -25);
	start(s);
	assert_memory_equal(
	    ra_pca_cert(s->world.ra->pca)->id, s->world.former.cert->id, 8);
	assert_int_equal(ra_pca_end(s->world.ra, s->world.ra->pca), end);
	world_wait(&s->world, 6);
	assert_memory_equal(ra_pca_cert(s->world.ra->pca)->id,
	    s->world.actor[WHO_PCA].cert->id, 8);
}

static void
test_newest(void **state)
{
	struct scene *s = *state;
	uint32_t end = ra_pca_end(s->world.ra, s->world.ra->pca);

	provision(s, DEVICES);
	run(s);
	world_stop(&s->world);
	world_wait(&s->world, 10);
	world_renew_pca(&s->world);
	start(s);
	assert_memory_equal(ra_pca_cert(s->world.ra->pca)->id,
	    s->world.actor[WHO_PCA].cert->id, 8);
	assert_true(ra_pca_is(s->world.ra->pca, s->world.former.cert->id));
	assert_false(
	    ra_pca_is(s->world.ra->pca, s->world.actor[WHO_PCA2].cert->id));
	assert_int_equal(ra_pca_end(s->world.ra, s->world.ra->pca), end + 10);
	/* the other one's is as it was */
	assert_int_equal(ra_pca_end(s->world.ra, s->world.ra->pca + 1), end);
	run(s);
	all_supplied(s, DEVICES * WEEKS * 2);
}

/* ---- keys ---- */

/* What keys_step does until nothing is due; renewals. */
static unsigned
renewals(struct scene *s, unsigned pca)
{
	struct ra *ra = s->world.ra;
	struct arena arena = arena_new((size_t)1 << 20);
	unsigned n = 0;

	for (unsigned la = 0; la < 2; la++) {
		ra->pca[pca].key[la].asked = 0; /* as if a while ago */
		ra->pca[pca].key[la].again = 0;
		while (
		    keys_step(ra, &ra->pca[pca], la, &arena, &fi) == FAULT_OK)
			n++;
	}
	arena_free(&arena);
	return n;
}

static void
test_key_due(void **state)
{
	struct scene *s = *state;
	struct fake_la *la = s->fakes->la;

	assert_int_equal(renewals(s, 0), 0);
	assert_int_equal(renewals(s, 1), 0);
	la[0].key[0].values = (uint64_t)1 << 31;
	la[1].key[0].values = ((uint64_t)1 << 31) - 1;
	assert_int_equal(renewals(s, 1), 0);
	la[0].worn = 1; /* what follows is due at once, but not renewed so */
	assert_int_equal(renewals(s, 0), 1);
	assert_true(s->world.ra->pca[0].key[0].again >
		    clock_ns() + UINT64_C(1000000000));
	assert_int_equal(renewals(s, 0), 1); /* a while later */
	assert_int_equal(renewals(s, 0), 0);
	assert_int_equal(la[0].key[0].number, s->fakes->pca.has_key[0]);
	assert_int_equal(la[1].key[0].number, 1);
	la[1].key[1].end = time32_now(); /* there is none */
	assert_int_equal(renewals(s, 1), 1);
	assert_int_equal(la[1].key[1].number, s->fakes->pca2.has_key[1]);
	/* it ends soon, and certificates last longer */
	la[0].key[1].end = time32_now() + RA_KEY_MARGIN + 100;
	assert_int_equal(renewals(s, 1), 0);
	la[0].key[1].end = time32_now() + RA_KEY_MARGIN;
	assert_int_equal(renewals(s, 1), 1);
	/* ... or not */
	la[0].key[0].end = s->world.actor[WHO_PCA].cert->end;
	time_set_offset(time_offset() + la[0].key[0].end - time32_now() - 600);
	la[0].key[0].start = la[1].key[0].start = time32_now();
	assert_int_equal(renewals(s, 0), 0);
	no_mistakes(s);
	assert_int_equal(atomic_load(&s->world.ra->keys_renewed), 4);
}

/* The policy says how old: without any, a year. */
static void
test_key_old(void **state)
{
	struct scene *s = *state;
	struct ra_policy p;

	ra_policy_at(s->world.ra, &p, time32_now());
	s->fakes->la[0].key[0].start =
	    time32_now() - p.key_update_seconds + 100;
	assert_int_equal(renewals(s, 0), 0);
	time_set_offset(time_offset() + 100);
	assert_int_equal(renewals(s, 0), 1);
	assert_int_equal(renewals(s, 0), 0);
	no_mistakes(s);
}

static void
test_key_cut_off(void **state)
{
	struct scene *s = *state;
	struct ra *ra = s->world.ra;
	struct ra_key *key = &ra->pca[0].key[0];
	char cause[200];

	s->fakes->la[0].key[0].values = (uint64_t)1 << 31;
	s->fakes->pca.away = true;
	assert_int_equal(renewals(s, 0), 0);
	assert_true(peer_is_down(&key->peer, cause, sizeof(cause)));
	assert_non_null(
	    strstr(cause, "key of la1.monarch.test and pca.monarch.test"));
	assert_true(key->again > clock_ns());
	assert_int_equal(s->fakes->la[0].key[0].number, 1);
	s->fakes->pca.away = false;
	assert_int_equal(renewals(s, 0), 1);
	assert_false(peer_is_down(&key->peer, cause, sizeof(cause)));
	s->fakes->la[0].away = true; /* nobody knows whether it is due */
	assert_int_equal(renewals(s, 0), 0);
	assert_false(peer_is_down(&key->peer, cause, sizeof(cause)));
	no_mistakes(s);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_evenly),
	    TEST(test_one_away),
	    TEST(test_no_key_with_one),
	    TEST(test_too_many_or_twice),
	    TEST(test_left),
	    TEST(test_under_way),
	    TEST(test_refuses_and_left),
	    TEST(test_renewed),
	    TEST(test_not_begun),
	    TEST(test_newest),
	    TEST(test_key_due),
	    TEST(test_key_old),
	    TEST(test_key_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
