/*
 * test_flow.c - from provisioning to answers on disk, with LAs and a PCA that
 * fail in every way, and with an RA that is killed at every commit boundary.
 *
 * What must hold in the end is counted at the PCA and on the RA's disk: each
 * (device, i, j) was asked for under one HPCR only, with its own keys and PLVs,
 * and its answer lies where the device will look for it.
 */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time32.h"
#include "role/ra/admin.h"
#include "role/ra/answer.h"
#include "role/ra/collect.h"
#include "role/ra/in_hand.h"
#include "role/ra/keys.h"
#include "role/ra/plan.h"
#include "role/ra/plv.h"
#include "role/ra/sender.h"
#include "role/ra/supply.h"
#include "service/crash.h"
#include "test/unit/ra/fakes.h"

#define DEVICES 6
#define EACH	4
#define WEEKS	5

static const char *const points[] = {
#define CRASH CRASH_NAME
#include "role/ra/crash.def"
#undef CRASH
    NULL};

struct scene {
	struct world world;
	struct fakes *fakes;
	struct device device[DEVICES];
	size_t n;	/* devices that take part */
	uint32_t first; /* period */
};

/* ---- setting the scene ---- */

static void
start(struct scene *s)
{
	world_start(&s->world);
	fakes_install(s->fakes, &s->world);
}

static void
restart(struct scene *s)
{
	world_stop(&s->world);
	start(s);
}

static int
setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	s->fakes = fakes_new();
	world_make(&s->world);
	s->n = DEVICES;
	for (size_t k = 0; k < DEVICES; k++) {
		device_make(&s->device[k], &s->world, WHO_ECA);
		device_ask(&s->device[k], &s->world);
	}
	start(s);
	s->first = ra_period_now(s->world.ra);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	world_remove(&s->world);
	fakes_free(s->fakes);
	free(s);
	return 0;
}

static void
provision(struct scene *s)
{
	for (size_t k = 0; k < s->n; k++)
		assert_int_equal(
		    device_provision(&s->device[k], &s->world), 200);
}

/* ---- doing what the threads do, one after the other ---- */

struct done {
	bool plan, plv, sender, key;
	enum fault fault;
};

static struct done
step(struct scene *s)
{
	struct world *w = &s->world;
	struct arena arena = arena_new((size_t)64 << 20);
	struct done d = {.fault = FAULT_OK};
	struct sender sender;
	unsigned pause;
	enum fault f;

	must(plan_pass(w->ra, w->db, &d.plan, &fi));
	for (unsigned la = 0; la < 2; la++)
		if (keys_step(w->ra, w->ra->pca, la, &arena, &fi) == FAULT_OK) {
			d.key = true;
			w->ra->pca->key[la].again = 0; /* a while later */
		}
	f = plv_step(w->ra, w->ra->pca, w->db, &arena, &pause, &fi);
	d.plv = f == FAULT_OK;
	if (f != FAULT_OK && f != FAULT_NOT_FOUND) {
		assert_true(pause > 0);
		d.fault = f;
	}
	arena_reset(&arena);
	sender_open(&sender, w->ra, w->ra->pca, w->db);
	f = sender_step(&sender, &pause, &fi);
	sender_close(&sender);
	d.sender = f == FAULT_OK;
	if (f != FAULT_OK && f != FAULT_NOT_FOUND) {
		assert_true(pause > 0);
		d.fault = f;
	}
	f = closer_step(w->ra, w->ra->pca, w->db, &arena, &pause, &fi);
	d.sender |= f == FAULT_OK;
	if (f != FAULT_OK && f != FAULT_NOT_FOUND) {
		assert_true(pause > 0);
		d.fault = f;
	}
	arena_free(&arena);
	return d;
}

/* Until there is nothing more to do, also after a moment in which pools
 * settle; the last fault that was met. */
static enum fault
run(struct scene *s)
{
	enum fault f = FAULT_OK;
	bool settled = false;

	for (int round = 0; round < 2000; round++) {
		struct done d = step(s);

		if (d.fault != FAULT_OK)
			f = d.fault;
		if (d.plan || d.plv || d.sender || d.key)
			settled = false;
		else if (settled)
			return f;
		else
			settled = true;
		if (settled)
			time_set_offset(time_offset() + 3);
	}
	fail_msg("it never ends");
	return FAULT_INTERNAL;
}

/* ---- counting ---- */

struct place {
	int64_t batch;
	struct answer_place at;
	uint32_t n;
};

static enum fault
got_place(void *ctx, const struct db_row *row, struct fault_info *f)
{
	struct place *p = ctx;

	(void)f;
	p->n = (uint32_t)db_int(row, 0);
	p->batch = db_int(row, 1);
	p->at.offset = (uint32_t)db_int(row, 2);
	p->at.size = (uint32_t)db_int(row, 3);
	return FAULT_OK;
}

static bool
find_place(struct place *p, struct scene *s, const struct device *d, uint32_t i)
{
	p->batch = 0;
	must(DB_EACH(s->world.db, DO_UNIT_PLACE, got_place, p, &fi,
	    DB_INT(d->number), DB_INT(i)));
	return p->batch != 0;
}

/* The record of (device, i, j) at the PCA; NULL: never asked for. */
static struct fake_record *
find_record(struct scene *s, const struct device *d, uint32_t i, uint32_t j)
{
	struct butterfly_index ij = {i, j};
	struct fake_record *r;
	struct point b, h;

	must(butterfly_public(&b, &d->sign, &d->A, &ij, NULL, 1));
	must(butterfly_public(&h, &d->encrypt, &d->H, &ij, NULL, 1));
	if ((r = fakes_find(s->fakes, &b)) == NULL)
		return NULL;
	assert_memory_equal(&r->h, &h, sizeof(h));
	assert_int_equal(r->i, i);
	for (unsigned la = 0; la < 2; la++) {
		assert_int_equal(r->plv[la].la, la + 1);
		assert_int_equal(r->plv[la].i, i);
		assert_int_equal(r->plv[la].j, j);
	}
	return r;
}

/* HPCR -> device, i, j in the bulk store. */
static void
check_hpcr(struct scene *s, const struct fake_record *r, const struct device *d,
    uint32_t i, uint32_t j)
{
	struct arena arena = arena_new(1 << 12);
	struct bytes value;
	struct reader reader;

	must(bulk_find(s->world.ra->hpcr, &value, &arena, r->hpcr.b, &fi));
	assert_int_equal(value.n, HPCR_RECORD_SIZE);
	reader = reader_of(value);
	assert_int_equal(read_uint(&reader, 8), d->number);
	assert_int_equal(read_uint(&reader, 2), i);
	assert_int_equal(read_uint(&reader, 1), j);
	arena_free(&arena);
}

/* One unit: all records, one chain of each LA, and the pieces on disk. */
static void
check_unit(struct scene *s, const struct device *d, uint32_t i)
{
	struct arena arena = arena_new(1 << 16);
	struct bytes answers[EACH];
	char path[PATH_SIZE];
	struct place p;
	uint32_t chain[2] = {0, 0};

	if (!find_place(&p, s, d, i))
		fail_msg("nothing for period %u", i);
	assert_int_equal(p.n, EACH);
	must(answer_path(path, s->world.ra, i, p.batch, false, &fi));
	must(answer_read(answers, EACH, &arena, path, p.at, &fi));
	for (uint32_t j = 0; j < EACH; j++) {
		const struct fake_record *r = find_record(s, d, i, j);

		assert_non_null(r);
		assert_true(r->issued);
		/* the response that answers just this request */
		assert_non_null(
		    memmem(answers[j].p, answers[j].n, &r->hpcr, 32));
		for (unsigned la = 0; la < 2; la++) {
			if (j == 0)
				chain[la] = r->plv[la].chain;
			assert_int_equal(r->plv[la].chain, chain[la]);
		}
		check_hpcr(s, r, d, i, j);
	}
	arena_free(&arena);
}

/* No chain serves two devices, and no cocoon key was ever asked for twice
 * with another request: nothing was issued twice. */
static void
check_records(struct scene *s)
{
	const struct fake_pca *pca = &s->fakes->pca;

	for (uint32_t k = 0; k < pca->records_n; k++)
		for (uint32_t m = 0; m < k; m++) {
			const struct fake_record *a = &pca->record[k],
						 *b = &pca->record[m];

			assert_memory_not_equal(&a->b, &b->b, sizeof(a->b));
			for (unsigned la = 0; la < 2; la++)
				assert_memory_not_equal(&a->plv[la],
				    &b->plv[la], sizeof(a->plv[la]));
		}
	assert_string_equal(pca->mistake, "");
	assert_string_equal(s->fakes->la[0].mistake, "");
	assert_string_equal(s->fakes->la[1].mistake, "");
}

static size_t
count_files(struct scene *s, const char *kind)
{
	char path[PATH_SIZE];
	struct dirent *e;
	size_t n = 0;
	DIR *dir;

	ra_path(s->world.ra, path, kind, NULL);
	assert_non_null(dir = opendir(path));
	while ((e = readdir(dir)) != NULL)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

static int64_t
value_of(struct scene *s, enum statement statement)
{
	const struct db_value args[] = {
	    DB_INT(s->first), DB_INT(s->world.ra->pca->id)};
	int64_t v;

	must(db_run_int(s->world.db, &v, statement, args,
	    statement == DO_CHAINS_FREE ? 2 : 0, &fi));
	return v;
}

/* Periods from first to before end are complete for all; nothing is under way;
 * what was stored at the peers is confirmed. */
static void
check_all(struct scene *s, uint32_t first, uint32_t end)
{
	const struct fake_pca *pca = &s->fakes->pca;
	struct place p;

	for (size_t k = 0; k < s->n; k++) {
		for (uint32_t i = first; i < end; i++)
			check_unit(s, &s->device[k], i);
		assert_false(find_place(&p, s, &s->device[k], end));
	}
	check_records(s);
	assert_int_equal(value_of(s, DO_POOLED_COUNT), 0);
	assert_int_equal(value_of(s, DO_SENT_COUNT), 0);
	assert_int_equal(count_files(s, "outbox"), 0);
	for (uint32_t k = 0; k < pca->records_n; k++)
		assert_true(pca->record[k].confirmed);
}

/* ---- the usual ---- */

static void
test_supply(void **state)
{
	struct scene *s = *state;
	struct fake_pca *pca = &s->fakes->pca;

	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS);
	assert_int_equal(pca->records_n, DEVICES * WEEKS * EACH);
	/* all came at once: all of a period go in one message */
	assert_int_equal(pca->messages_n, WEEKS);
	for (uint32_t k = 0; k < pca->records_n; k++)
		assert_int_equal(pca->record[k].asked, 1);
	/* nothing to do is nothing done */
	assert_int_equal(run(s), FAULT_OK);
	assert_int_equal(pca->messages_n, WEEKS);
}

/* In a message of some devices none has more than 1/K. */
static void
check_one_in_k(struct scene *s, uint32_t k_rule)
{
	const struct fake_pca *pca = &s->fakes->pca;

	for (uint32_t m = 0; m < pca->messages_n; m++) {
		unsigned all = 0;

		for (size_t k = 0; k < s->n; k++) {
			unsigned mine = 0;

			for (uint32_t i = s->first; i < s->first + 60; i++)
				for (uint32_t j = 0; j < EACH; j++) {
					const struct fake_record *r =
					    find_record(s, &s->device[k], i, j);

					mine += r != NULL && r->message == m;
				}
			assert_true(mine * k_rule <= pca->size[m]);
			all += mine;
		}
		assert_int_equal(all, pca->size[m]);
	}
}

static void
test_one_in_k(void **state)
{
	struct scene *s = *state;

	s->world.service.environment.shuffle_devices = 2;
	s->world.service.environment.shuffle_count = 12;
	s->world.service.environment.batch_max_requests = 8;
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS);
	/* 6 devices in messages of at most 3 */
	assert_int_equal(s->fakes->pca.messages_n, 2 * WEEKS);
	check_one_in_k(s, 2);
}

static void
test_too_few(void **state)
{
	struct scene *s = *state;

	s->n = 2;
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	assert_int_equal(s->fakes->pca.messages_n, 0);
	assert_int_equal(value_of(s, DO_POOLED_COUNT), 2 * WEEKS);
	time_set_offset(time_offset() + WORLD_MAX_AGE);
	assert_int_equal(run(s), FAULT_OK);
	assert_int_equal(s->fakes->pca.messages_n, 0);
	s->world.service.environment.allow_small_sets = true;
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS);
}

/* A week passes, then five years in one moment. */
static void
test_weeks(void **state)
{
	struct scene *s = *state;
	struct place p;

	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	world_wait(&s->world, 1);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS + 1);
	world_wait(&s->world, 30);
	restart(s);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first + 31, s->first + 31 + WEEKS);
	/* the weeks that nobody saw are not made up for */
	assert_false(find_place(&p, s, &s->device[0], s->first + 30));
	check_records(s);
}

/* Only periods that end inside the PCA's validity: it has 4 years, of which 20
 * weeks are over. */
static void
test_pca_ends(void **state)
{
	struct scene *s = *state;
	uint32_t end = ra_pca_end(s->world.ra, s->world.ra->pca);
	struct place p;
	unsigned messages;

	assert_int_equal(
	    environment_period_start(&s->world.service.environment, end - 1) +
		    169 * 3600 <=
		s->world.actor[WHO_PCA].cert->end,
	    true);
	assert_true(
	    environment_period_start(&s->world.service.environment, end) +
		169 * 3600 >
	    s->world.actor[WHO_PCA].cert->end);
	world_wait(&s->world, (int)(end - s->first) - 2);
	assert_int_equal(ra_horizon(s->world.ra, s->world.ra->pca), end);
	for (size_t k = 0; k < s->n; k++)
		device_ask(&s->device[k], &s->world);
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, end - 2, end);
	messages = s->fakes->pca.messages_n;
	world_wait(&s->world, 1);
	assert_int_equal(run(s), FAULT_OK);
	assert_int_equal(s->fakes->pca.messages_n, messages);
	assert_false(find_place(&p, s, &s->device[0], end));
}

/* Units that waited while their period passed are not sent any more. */
static void
test_lapse(void **state)
{
	struct scene *s = *state;

	s->fakes->pca.away = true;
	provision(s);
	assert_int_not_equal(run(s), FAULT_OK);
	world_wait(&s->world, 3);
	s->fakes->pca.away = false;
	assert_int_equal(run(s), FAULT_OK);
	/* one batch was on its way before; it is finished all the same */
	check_unit(s, &s->device[0], s->first);
	assert_null(find_record(s, &s->device[0], s->first + 1, 0));
	check_all(s, s->first + 3, s->first + 3 + WEEKS);
}

/* ---- peers that fail ---- */

static void
test_away(void **state)
{
	struct scene *s = *state;
	char cause[256];

	provision(s);
	s->fakes->la[1].away = true;
	assert_int_equal(run(s), FAULT_NETWORK);
	assert_true(peer_is_down(&s->world.ra->la[1], cause, sizeof(cause)));
	assert_false(peer_is_down(&s->world.ra->la[0], cause, sizeof(cause)));
	assert_int_equal(value_of(s, DO_POOLED_COUNT), 0);
	s->fakes->la[1].away = false;
	s->fakes->pca.away = true;
	assert_int_equal(run(s), FAULT_NETWORK);
	assert_false(peer_is_down(&s->world.ra->la[1], cause, sizeof(cause)));
	assert_true(
	    peer_is_down(&s->world.ra->pca->peer, cause, sizeof(cause)));
	assert_non_null(strstr(cause, "pca.monarch.test"));
	assert_int_equal(run(s), FAULT_NETWORK);
	s->fakes->pca.away = false;
	assert_int_equal(run(s), FAULT_OK);
	assert_false(
	    peer_is_down(&s->world.ra->pca->peer, cause, sizeof(cause)));
	check_all(s, s->first, s->first + WEEKS);
}

/* Answers get lost on the way: the same octets are sent again. */
static void
test_lost_answers(void **state)
{
	struct scene *s = *state;

	s->fakes->la[0].lose = 3;
	s->fakes->la[1].lose = 2;
	s->fakes->pca.lose = 4;
	provision(s);
	for (int k = 0; k < 12; k++) {
		(void)run(s);
		restart(s);
	}
	check_all(s, s->first, s->first + WEEKS);
	assert_true(s->fakes->la[0].repeated >= 3);
	assert_int_equal(s->fakes->pca.records_n, DEVICES * WEEKS * EACH);
}

static void
test_bad_answers(void **state)
{
	static const enum pca_trick tricks[] = {PCA_SIGNED_BY_LA,
	    PCA_OTHER_BATCH, PCA_MISSING, PCA_DUPLICATE, PCA_FOREIGN,
	    PCA_ONE_MORE, PCA_OTHER_PCA, PCA_RAW, PCA_UNSIGNED,
	    PCA_OTHER_SIGNER, PCA_DAMAGED, PCA_NONSENSE, PCA_BAD_REQUEST};
	struct scene *s = *state;

	provision(s);
	for (size_t k = 0; k < sizeof(tricks) / sizeof(tricks[0]); k++) {
		s->fakes->pca.trick = tricks[k];
		assert_int_not_equal(run(s), FAULT_OK);
		/* nothing of it was used */
		assert_int_equal(count_files(s, "answers"), 0);
		assert_int_equal(count_files(s, "outbox"), 1);
	}
	s->fakes->pca.trick = PCA_HONEST;
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS);
}

static void
test_bad_values(void **state)
{
	static const enum la_trick tricks[] = {LA_SIGNED_BY_PCA,
	    LA_OTHER_REQUEST, LA_SHORT, LA_OTHER_ID, LA_NO_KEY,
	    LA_UNAUTHORIZED};
	struct scene *s = *state;

	provision(s);
	for (unsigned la = 0; la < 2; la++)
		for (size_t k = 0; k < sizeof(tricks) / sizeof(tricks[0]);
		     k++) {
			s->fakes->la[la].trick = tricks[k];
			assert_int_not_equal(run(s), FAULT_OK);
			assert_int_equal(count_files(s, "plv"), 0);
			assert_int_equal(value_of(s, DO_CHAINS_FREE), 0);
			s->fakes->la[la].trick = LA_HONEST;
		}
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS);
}

/* Do the certificates of a device come from more than one chain? */
static bool
has_two_chains_since(
    struct scene *s, const struct device *d, uint32_t first, uint32_t end)
{
	uint32_t chain = find_record(s, d, first, 0)->plv[0].chain;

	for (uint32_t i = first; i < end; i++)
		if (find_record(s, d, i, 0)->plv[0].chain != chain)
			return true;
	return false;
}

static bool
has_two_chains(struct scene *s, const struct device *d)
{
	return has_two_chains_since(s, d, s->first, s->first + WEEKS);
}

/* The LAs may drop all that they answered but the latest. */
static void
check_confirmed(struct scene *s)
{
	for (unsigned la = 0; la < 2; la++)
		for (uint32_t k = 0; k + 3 < s->fakes->la[la].orders_n; k++)
			assert_true(s->fakes->la[la].order[k].confirmed);
}

/* An LA refuses an order of many chains, perhaps after the other one met it:
 * each chain is ordered by itself, and nobody gets another one. */
static void
refuse_order(struct scene *s, unsigned la, enum la_trick trick)
{
	provision(s);
	for (int k = 0; k < 40; k++) {
		/* the second order is for continuations */
		s->fakes->la[la].trick = k == 1 ? trick : LA_HONEST;
		(void)step(s);
	}
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS);
	for (size_t k = 0; k < s->n; k++)
		assert_false(has_two_chains(s, &s->device[k]));
	/* fresh, all refused by one of both, each alone, cache filled up */
	assert_in_range(s->fakes->la[la].orders_n, 1 + DEVICES, 2 + DEVICES);
	check_confirmed(s);
}

static void
test_order_refused(void **state)
{
	refuse_order(*state, 1, LA_NO_CHAIN);
}

static void
test_order_refused_first(void **state)
{
	refuse_order(*state, 0, LA_NO_CHAIN);
}

static void
test_order_conflict(void **state)
{
	refuse_order(*state, 1, LA_CONFLICT);
}

/* One chain among them will never go on: its device gets another one, and
 * nobody else does. */
static void
break_chain(struct scene *s, unsigned la)
{
	unsigned others = 0;

	s->fakes->la[la].bad = 3;
	provision(s);
	for (int k = 0; k < 40; k++)
		(void)step(s);
	s->fakes->la[la].bad = 0;
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS);
	for (size_t k = 0; k < s->n; k++) {
		const struct device *d = &s->device[k];
		bool is_bad =
		    find_record(s, d, s->first, 0)->plv[la].chain == 2;

		assert_int_equal(has_two_chains(s, d), is_bad);
		others += !is_bad;
	}
	assert_int_equal(others, DEVICES - 1);
}

static void
test_chain_refused(void **state)
{
	break_chain(*state, 1);
}

static void
test_chain_refused_first(void **state)
{
	break_chain(*state, 0);
}

/* ---- the policy changes ---- */

/* Devices have n certificates of each period from first to before end, of the
 * chain that they had from the beginning. */
static void
check_many(struct scene *s, uint32_t first, uint32_t end, uint32_t n)
{
	struct place p;

	for (size_t k = 0; k < s->n; k++) {
		const struct device *d = &s->device[k];

		for (uint32_t i = first; i < end; i++) {
			if (!find_place(&p, s, d, i))
				fail_msg("nothing for period %u", i);
			assert_int_equal(p.n, n);
			for (uint32_t j = 0; j < n; j++) {
				const struct fake_record *r =
				    find_record(s, d, i, j);

				assert_non_null(r);
				assert_true(r->issued);
				assert_int_equal(r->asked, 1);
			}
			assert_null(find_record(s, d, i, n));
		}
		assert_false(find_place(&p, s, d, end));
	}
}

static void
set_certs(struct scene *s, uint32_t n)
{
	s->world.service.environment.certs_per_i_period = n;
}

/* More certificates from the first period on that is planned after the change,
 * and then fewer; periods that are there or wait stay as they are. */
static void
test_more_certificates(void **state)
{
	struct scene *s = *state;
	uint32_t last = s->first + WEEKS, orders;

	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	orders = s->fakes->la[0].orders_n;
	set_certs(s, 7);
	assert_int_equal(run(s), FAULT_OK);
	check_many(s, s->first, last, EACH); /* nothing is done again */
	assert_int_equal(s->fakes->la[0].orders_n, orders);
	world_wait(&s->world, 1);
	assert_int_equal(run(s), FAULT_OK);
	check_many(s, last, last + 1, 7);
	set_certs(s, 5); /* there are values for it */
	orders = s->fakes->la[0].orders_n;
	world_wait(&s->world, 1);
	assert_int_equal(run(s), FAULT_OK);
	check_many(s, last + 1, last + 2, 5);
	assert_int_equal(s->fakes->la[0].orders_n, orders);
	set_certs(s, 9);
	restart(s);
	world_wait(&s->world, 2);
	assert_int_equal(run(s), FAULT_OK);
	check_many(s, last + 2, last + 4, 9);
	for (size_t k = 0; k < s->n; k++)
		assert_false(
		    has_two_chains_since(s, &s->device[k], s->first, last + 4));
	check_records(s);
	check_confirmed(s);
}

/* Devices that come after the change get the chains that were ready before. */
static void
test_more_certificates_at_once(void **state)
{
	struct scene *s = *state;

	s->n = 0;
	assert_int_equal(run(s), FAULT_OK); /* the cache is filled */
	set_certs(s, 11);
	s->n = DEVICES;
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	check_many(s, s->first, s->first + WEEKS, 11);
	for (size_t k = 0; k < s->n; k++)
		assert_false(has_two_chains(s, &s->device[k]));
	check_records(s);
}

/* Killed at each commit on the way to more certificates. */
static void
more_certificates_killed(const char *point, unsigned count)
{
	struct scene *s;
	char at[80];
	void *state;
	pid_t pid;
	int status;

	setup(&state);
	s = state;
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	world_wait(&s->world, 2);
	set_certs(s, 7);
	world_stop(&s->world);
	snprintf(at, sizeof(at), "%s:%u", point, count);
	if ((pid = fork()) == 0) {
		setenv("MONARCH_CRASH_AT", at, 1);
		if (crash_arm("ra", points, &fi) != FAULT_OK)
			_exit(3);
		start(s);
		(void)run(s);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	start(s);
	assert_int_equal(run(s), FAULT_OK);
	for (size_t k = 0; k < s->n; k++) {
		assert_false(has_two_chains_since(
		    s, &s->device[k], s->first, s->first + WEEKS + 2));
		for (uint32_t i = s->first + WEEKS; i < s->first + WEEKS + 2;
		     i++) {
			struct place p;

			assert_true(find_place(&p, s, &s->device[k], i));
			assert_int_equal(p.n, 7);
		}
	}
	check_records(s);
	check_confirmed(s);
	teardown(&state);
}

static void
test_more_certificates_killed(void **state)
{
	(void)state;
	more_certificates_killed("ra-planned", 1);
	more_certificates_killed("ra-planned", 2);
	more_certificates_killed("ra-fetch-asked", 1);
	more_certificates_killed("ra-fetch-written", 1);
	more_certificates_killed("ra-fetch-held", 1);
	more_certificates_killed("ra-fetch-confirmed", 1);
	more_certificates_killed("ra-batch-sent", 1);
	more_certificates_killed("ra-batch-collected", 2);
}

/* How far ahead: less, and nothing comes until that is used up; more, and what
 * is missing comes at once. */
static void
test_horizon(void **state)
{
	struct scene *s = *state;
	struct environment *e = &s->world.service.environment;

	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	e->supply_weeks = WEEKS - 2;
	for (int week = 1; week <= 2; week++) {
		world_wait(&s->world, 1);
		assert_int_equal(run(s), FAULT_OK);
		check_many(s, s->first, s->first + WEEKS, EACH);
	}
	world_wait(&s->world, 1);
	assert_int_equal(run(s), FAULT_OK);
	check_many(s, s->first, s->first + WEEKS + 1, EACH);
	e->supply_weeks = WEEKS + 1;
	assert_int_equal(run(s), FAULT_OK);
	check_many(s, s->first, s->first + WEEKS + 4, EACH);
	check_records(s);
}

/* The policy in force, as if an LPF said so: values from some times on. */
#define AT(time) ((uint64_t)(time)*1000000)

static void
set_policy(struct scene *s, enum policy_key key, const struct policy_point *v,
    size_t n)
{
	struct ra_policies *p = &s->world.ra->policies;

	p->seen = 1;
	p->since = UINT32_MAX;
	p->set.of[key] = (struct policy_series){v, n};
}

/* A change counts from its start on, for what is planned then, and not a second
 * before; also that of how many requests a message waits for. */
static void
test_policy_starts(void **state)
{
	struct scene *s = *state;
	struct environment *e = &s->world.service.environment;
	uint32_t start = environment_period_start(e, s->first + 1) + 100;
	const struct policy_point supply[] = {
	    {0, {.lifetime = {CONF_HOURS, WEEKS * 168}}}};
	const struct policy_point certs[] = {
	    {0, {.number = EACH}}, {AT(start), {.number = 7}}};
	const struct policy_point shuffle[] = {{0, {.number = DEVICES * EACH}},
	    {AT(start), {.number = DEVICES * 7 + 1}}};
	struct supply_plan plan;

	e->certs_per_i_period = 99; /* of no matter */
	e->shuffle_count = 1;
	set_policy(s, POLICY_MAX_SUPPLY, supply, 1);
	set_policy(s, POLICY_LOCAL_CERTS, certs, 2);
	set_policy(s, POLICY_LOCAL_SHUFFLE, shuffle, 2);
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	check_many(s, s->first, s->first + WEEKS, EACH);
	supply_plan_make(&plan, s->world.ra, time32_now());
	assert_int_equal(plan.n, 2);
	assert_int_equal(plan.span[1].from, start);

	time_set_offset(time_offset() + start - 20 - time32_now());
	assert_true(time32_now() < start);
	assert_int_equal(run(s), FAULT_OK);
	check_many(s, s->first, s->first + WEEKS + 1, EACH);

	world_wait(&s->world, 1); /* the change has begun */
	assert_int_equal(run(s), FAULT_OK);
	assert_int_equal(value_of(s, DO_POOLED_COUNT), DEVICES);
	time_set_offset(time_offset() + WORLD_MAX_AGE);
	assert_int_equal(run(s), FAULT_OK);
	check_many(s, s->first + WEEKS + 1, s->first + WEEKS + 2, 7);
	check_records(s);
}

/* Periods of another length: nothing is generated while the policy wants them,
 * and the operator is told why. */
static void
test_policy_with_other_periods(void **state)
{
	struct scene *s = *state;
	struct environment *e = &s->world.service.environment;
	uint32_t start = environment_period_start(e, s->first + 3);
	const struct policy_point supply[] = {
	    {0, {.lifetime = {CONF_HOURS, WEEKS * 168}}}};
	const struct policy_point period[] = {
	    {0, {.lifetime = {CONF_HOURS, 336}}},
	    {AT(start), {.lifetime = {CONF_HOURS, 168}}}};
	const struct supply mine = {
	    .next_i = s->first, .end_i = s->first + 90, .pca_end = UINT32_MAX};
	const struct policy_point each[] = {{0, {.number = EACH}}};
	struct supply_plan plan;

	set_policy(s, POLICY_MAX_SUPPLY, supply, 1);
	set_policy(s, POLICY_LOCAL_SHUFFLE, each, 1);
	set_policy(s, POLICY_LOCAL_CERTS, each, 1);
	set_policy(s, POLICY_I_PERIOD, period, 2);
	assert_int_equal(
	    supply_check(s->world.ra, time32_now(), &fi), FAULT_CONFIG);
	assert_non_null(strstr(fi.text, "i_period"));
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	assert_int_equal(s->fakes->pca.messages_n, 0);
	assert_int_equal(value_of(s, DO_POOLED_COUNT), 0);
	supply_plan_make(&plan, s->world.ra, time32_now());
	assert_int_equal(supply_next(&mine, &plan), start);
	world_wait(&s->world, 4);
	must(supply_check(s->world.ra, time32_now(), &fi));
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first + 4, s->first + 4 + WEEKS);
}

static void
was_here(struct scene *s, size_t k)
{
	contacts_note(
	    &s->world.ra->contacts, s->device[k].number, time32_now(), NULL);
}

/* Who is gone gets nothing more, until he comes again; then it goes on with the
 * running period. */
static void
test_inactive(void **state)
{
	struct scene *s = *state;
	uint32_t end = s->first + WEEKS;
	struct place p;

	s->world.service.environment.inactive_after_days = 20;
	s->world.service.environment.shuffle_count = EACH;
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, end);
	world_wait(&s->world, 2);
	for (size_t k = 0; k < 3; k++)
		was_here(s, k);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, end + 2);
	world_wait(&s->world, 1); /* 21 days; 7 for those that were here */
	assert_int_equal(run(s), FAULT_OK);
	assert_int_equal(value_of(s, DO_IDLE_COUNT), 3);
	for (size_t k = 0; k < DEVICES; k++)
		assert_int_equal(
		    find_place(&p, s, &s->device[k], end + 2), k < 3);
	world_wait(&s->world, 6);
	for (size_t k = 2; k < DEVICES; k++)
		was_here(s, k);
	assert_int_equal(run(s), FAULT_OK);
	assert_int_equal(value_of(s, DO_IDLE_COUNT), 2);
	for (size_t k = 0; k < DEVICES; k++) {
		assert_false(find_place(&p, s, &s->device[k], end + 3));
		for (uint32_t i = s->first + 9; i < end + 9; i++)
			assert_int_equal(
			    find_place(&p, s, &s->device[k], i), k >= 2);
	}
	/* the setting goes: all are supplied */
	s->world.service.environment.inactive_after_days = 0;
	assert_int_equal(run(s), FAULT_OK);
	assert_int_equal(value_of(s, DO_IDLE_COUNT), 0);
	s->world.service.environment.allow_small_sets = true;
	time_set_offset(time_offset() + WORLD_MAX_AGE);
	assert_int_equal(run(s), FAULT_OK);
	for (size_t k = 0; k < DEVICES; k++)
		check_unit(s, &s->device[k], s->first + 10);
	check_records(s);
}

/* Weeks are lived through in advance: chains that were ordered then are of no
 * use to those who come, or have to go on, when it is today again. */
static void
test_time_ahead(void **state)
{
	struct scene *s = *state;
	int64_t cursor = 0;
	struct arena arena = arena_new((size_t)64 << 20);
	size_t removed;
	unsigned pause;
	bool busy;

	s->world.service.environment.shuffle_count = EACH;
	s->n = DEVICES / 2;
	provision(s);
	(void)step(s); /* chains; those of three devices run out early */
	must(plan_pass(s->world.ra, s->world.db, &busy, &fi));
	world_wait(&s->world, 30);
	for (int k = 0; k < 3; k++) {
		enum fault f = plv_step(s->world.ra, s->world.ra->pca,
		    s->world.db, &arena, &pause, &fi);

		arena_reset(&arena);
		assert_true(f == FAULT_OK || k > 1);
	}
	arena_free(&arena);
	must(plv_clean(s->world.ra, s->world.db, &cursor, &removed, &fi));
	world_wait(&s->world, -30);
	assert_int_equal(value_of(s, DO_CHAINS_FREE), 0);
	s->n = DEVICES;
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS);
}

/* All chains that run out together are continued by one order to each LA. */
static void
test_continued_together(void **state)
{
	struct scene *s = *state;

	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS);
	for (size_t k = 0; k < s->n; k++)
		assert_false(has_two_chains(s, &s->device[k]));
	for (unsigned la = 0; la < 2; la++) /* fresh, more, cache filled up */
		assert_in_range(s->fakes->la[la].orders_n, 2, 3);
}

/* A pool that claims to hold more than it does goes all the same. */
static void
test_pool_miscounted(void **state)
{
	struct scene *s = *state;
	const struct pool_key key = {
	    s->world.ra->pca->class_id, s->first + 1, EACH};

	s->world.service.environment.shuffle_count = 1000;
	provision(s);
	assert_int_equal(run(s), FAULT_OK); /* all wait */
	must(db_begin(s->world.db, &fi));
	must(pool_take(s->world.db, &key, (size_t)-2, &fi));
	must(db_commit(s->world.db, &fi));
	s->world.service.environment.shuffle_count = EACH;
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS);
}

/* While a thread makes a message of a pool, another takes the next pool. */
static void
test_reserve(void **state)
{
	struct scene *s = *state;
	struct ra *ra = s->world.ra;
	struct arena arena = arena_new((size_t)1 << 20);
	const struct shuffle_rule rule = {
	    .devices = 3, .requests = 1, .age = 1000, .requests_max = 100};
	struct pool_key key = {.each = EACH};
	struct batch b;

	provision(s);
	s->world.service.environment.shuffle_count = 1000;
	assert_int_equal(run(s), FAULT_OK); /* all wait */
	for (uint32_t i = s->first; i < s->first + WEEKS; i++) {
		must(pools_draw(&b, &ra->pools, "pca.monarch.test", s->world.db,
		    &arena, &rule, time32_now(), &fi));
		assert_int_equal(b.i, i);
		assert_int_equal(b.units, DEVICES);
	}
	assert_int_equal(pools_draw(&b, &ra->pools, "pca.monarch.test",
			     s->world.db, &arena, &rule, time32_now(), &fi),
	    FAULT_NOT_FOUND);
	key.class = b.class;
	key.i = s->first + 1;
	pools_release(&ra->pools, &key);
	must(pools_draw(&b, &ra->pools, "pca.monarch.test", s->world.db, &arena,
	    &rule, time32_now(), &fi));
	assert_int_equal(b.i, s->first + 1);
	arena_free(&arena);
}

static enum fault
got_lot(void *ctx, const struct db_row *row, struct fault_info *f)
{
	int64_t *last = ctx;

	(void)f;
	assert_true(db_int(row, 1) > *last); /* a lot of its own */
	*last = db_int(row, 1);
	return FAULT_OK;
}

/* Each unit has a lot; that lots are fair, test_pool.c shows.  In which order
 * the requests stand: of 600 draws, each of 12 requests comes first in about
 * 50; the limits are 6 sigma away. */
static void
test_draw(void **state)
{
	struct scene *s = *state;
	struct ra *ra = s->world.ra;
	const struct shuffle_rule rule = {
	    .devices = 2, .requests = 1, .age = 1000, .requests_max = 12};
	unsigned first[3 * EACH] = {0};
	int64_t last = 0;
	struct batch b;

	provision(s);
	s->world.service.environment.shuffle_count = 1000;
	assert_int_equal(run(s), FAULT_OK);
	for (int k = 0; k < 600; k++) {
		struct arena arena = arena_new((size_t)1 << 20);
		struct pool_key key = {.each = EACH};

		must(pools_draw(&b, &ra->pools, "pca.monarch.test", s->world.db,
		    &arena, &rule, time32_now(), &fi));
		assert_int_equal(b.units, 3);
		first[b.order[0]]++;
		key.class = b.class;
		key.i = b.i;
		pools_release(&ra->pools, &key);
		arena_free(&arena);
	}
	must(DB_EACH(s->world.db, DO_POOL_DEVICES, got_lot, &last, &fi,
	    DB_INT(b.class), DB_INT(b.i), DB_INT(b.each), DB_INT(-1)));
	for (size_t k = 0; k < 3 * EACH; k++)
		assert_in_range(first[k], 50 - 41, 50 + 41);
}

/* The PCA refuses: units come back after a pause. */
static void
test_refused(void **state)
{
	struct scene *s = *state;
	struct place p;

	s->fakes->pca.trick = PCA_REFUSES_ALL;
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	assert_false(find_place(&p, s, &s->device[0], s->first));
	assert_int_equal(value_of(s, DO_POOLED_COUNT), 0);
	s->fakes->pca.trick = PCA_HONEST;
	assert_int_equal(run(s), FAULT_OK);
	assert_false(find_place(&p, s, &s->device[0], s->first));
	time_set_offset(time_offset() + 601);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS);
}

/* A PCA that refuses on purpose would learn with each round which requests
 * come again together: after the third there is no other. */
static void
test_refused_too_often(void **state)
{
	struct scene *s = *state;
	uint32_t asked;
	struct place p;

	s->fakes->pca.trick = PCA_REFUSES_ALL;
	provision(s);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(run(s), FAULT_OK);
		time_set_offset(time_offset() + 601);
	}
	asked = s->fakes->pca.messages_n;
	s->fakes->pca.trick = PCA_HONEST;
	assert_int_equal(run(s), FAULT_OK);
	time_set_offset(time_offset() + 601);
	assert_int_equal(run(s), FAULT_OK);
	assert_int_equal(s->fakes->pca.messages_n, asked);
	assert_false(find_place(&p, s, &s->device[0], s->first));
	assert_int_equal(value_of(s, DO_POOLED_COUNT), 0);
}

/* It refuses one certificate of each unit: what it issued must not be issued
 * again, so the unit is given up. */
static void
test_refused_in_part(void **state)
{
	struct scene *s = *state;
	struct place p;

	s->fakes->pca.trick = PCA_REFUSES_ONE;
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	s->fakes->pca.trick = PCA_HONEST;
	time_set_offset(time_offset() + 601);
	assert_int_equal(run(s), FAULT_OK);
	for (size_t k = 0; k < s->n; k++)
		assert_false(find_place(&p, s, &s->device[k], s->first));
	for (uint32_t k = 0; k < s->fakes->pca.records_n; k++)
		assert_int_equal(s->fakes->pca.record[k].asked, 1);
	check_records(s);
}

/* ---- devices that are special ---- */

static void
test_block(void **state)
{
	struct scene *s = *state;
	struct world *w = &s->world;
	const uint8_t *id = s->device[0].cert->id;
	struct place p;
	bool changed;

	s->fakes->pca.away = true;
	w->service.environment.shuffle_count = (DEVICES - 1) * EACH;
	provision(s);
	(void)run(s); /* one batch is on its way, the others wait */
	must(admin_block(&changed, w->db, id, time32_now(), &fi));
	assert_true(changed);
	must(admin_block(&changed, w->db, id, time32_now(), &fi));
	assert_false(changed);
	assert_int_equal(
	    value_of(s, DO_POOLED_COUNT), (DEVICES - 1) * (WEEKS - 1));
	s->fakes->pca.away = false;
	assert_int_equal(run(s), FAULT_OK);
	for (uint32_t i = s->first + 1; i < s->first + WEEKS; i++) {
		assert_null(find_record(s, &s->device[0], i, 0));
		assert_false(find_place(&p, s, &s->device[0], i));
	}
	world_wait(w, 1);
	assert_int_equal(run(s), FAULT_OK); /* no new period either */
	assert_null(find_record(s, &s->device[0], s->first + WEEKS, 0));
	check_unit(s, &s->device[1], s->first + WEEKS);

	must(admin_unblock(
	    &changed, w->db, id, time32_now(), ra_period_now(w->ra), &fi));
	assert_true(changed);
	w->service.environment.allow_small_sets = true;
	assert_int_equal(run(s), FAULT_OK);
	time_set_offset(time_offset() + WORLD_MAX_AGE);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first + 1, s->first + WEEKS + 1);
	must(admin_unblock(
	    &changed, w->db, id, time32_now(), ra_period_now(w->ra), &fi));
	assert_false(changed);
}

/* Blocked while its request is at the PCA, which then refuses it: nothing of
 * it is asked for again. */
static void
test_block_refused(void **state)
{
	struct scene *s = *state;
	struct world *w = &s->world;
	const uint8_t *id = s->device[0].cert->id;
	const struct fake_record *r;
	bool changed;

	s->fakes->pca.away = true;
	w->service.environment.shuffle_count = (DEVICES - 1) * EACH;
	provision(s);
	(void)run(s); /* one batch is on its way, the others wait */
	must(admin_block(&changed, w->db, id, time32_now(), &fi));
	s->fakes->pca.away = false;
	s->fakes->pca.trick = PCA_REFUSES_ALL;
	assert_int_equal(run(s), FAULT_OK);
	s->fakes->pca.trick = PCA_HONEST;
	time_set_offset(time_offset() + 601);
	assert_int_equal(run(s), FAULT_OK);
	r = find_record(s, &s->device[0], s->first, 0);
	assert_non_null(r);
	assert_int_equal(r->asked, 1);
	assert_false(r->issued);
	check_unit(s, &s->device[1], s->first);
}

/* Units that wait for the greatest age, while time goes back. */
static void
test_clock_back(void **state)
{
	struct scene *s = *state;

	s->world.service.environment.shuffle_count = 1000000;
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	assert_int_equal(value_of(s, DO_POOLED_COUNT), DEVICES * WEEKS);
	time_set_offset(time_offset() - 2 * 86400);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS);
}

/* What happens while a message is being signed. */
static struct {
	struct scene *scene;
	struct signer signer; /* the RA's own */
	unsigned blocks;
} meanwhile;

static enum fault
sign_late(void *ctx, struct p256_signature *out, const struct digest *e,
    size_t n, struct fault_info *f)
{
	bool changed;

	(void)ctx;
	if (meanwhile.blocks > 0) {
		struct world *w = &meanwhile.scene->world;
		struct db *db;

		meanwhile.blocks--;
		must(db_open(&db, w->ra->db_path, &ra_schema, &fi));
		must(admin_block(&changed, db,
		    meanwhile.scene->device[0].cert->id, time32_now(), &fi));
		db_close(db);
	}
	return meanwhile.signer.sign(meanwhile.signer.ctx, out, e, n, f);
}

/* Blocked after its requests were written into a message, but before the
 * message was committed: nothing of it leaves. */
static void
test_block_late(void **state)
{
	struct scene *s = *state;
	struct world *w = &s->world;
	struct place p;

	provision(s);
	w->service.environment.shuffle_count = 1000;
	assert_int_equal(run(s), FAULT_OK); /* all wait */
	assert_int_equal(value_of(s, DO_POOLED_COUNT), DEVICES * WEEKS);
	w->service.environment.shuffle_count = (DEVICES - 1) * EACH;
	meanwhile.scene = s;
	meanwhile.signer = w->ra->self.signer;
	meanwhile.blocks = 1;
	w->ra->self.signer.sign = sign_late;
	assert_int_equal(run(s), FAULT_OK);
	assert_int_equal(meanwhile.blocks, 0);
	for (uint32_t i = s->first; i < s->first + WEEKS; i++) {
		assert_null(find_record(s, &s->device[0], i, 0));
		assert_false(find_place(&p, s, &s->device[0], i));
		check_unit(s, &s->device[1], i);
	}
	assert_int_equal(value_of(s, DO_POOLED_COUNT), 0);
	assert_int_equal(count_files(s, "outbox"), 0);
	check_records(s);
}

/* The same request comes twice at once: while the first is being decrypted,
 * the second is granted.  Both get the same ack. */
static enum fault
unwrap_late(void *ctx, struct key16 *out, const struct curve_ecies *in,
    const uint8_t p1[32], struct fault_info *f)
{
	struct decryption_key *own = ctx;
	struct scene *s = meanwhile.scene;

	s->world.ra->self.decryption = *own;
	assert_int_equal(device_provision(&s->device[0], &s->world), 200);
	return own->unwrap(own->ctx, out, in, p1, f);
}

static void
test_twice_at_once(void **state)
{
	struct scene *s = *state;
	struct decryption_key own = s->world.ra->self.decryption;

	meanwhile.scene = s;
	s->world.ra->self.decryption.unwrap = unwrap_late;
	s->world.ra->self.decryption.unwrap_many = NULL;
	s->world.ra->self.decryption.ctx = &own;
	assert_int_equal(device_provision(&s->device[0], &s->world), 200);
	assert_int_equal(value_of(s, DO_DEVICE_COUNT), 1);
}

/* A device chooses its key so that one cocoon key is the point at infinity:
 * that must stop nobody else. */
static void
test_bad_key(void **state)
{
	struct scene *s = *state;
	struct device *d = &s->device[2];
	struct butterfly_index ij = {s->first + 1, 3};
	struct scalar f, zero = {{0}};
	struct place p;

	butterfly_expand(&f, &d->sign, &ij, 1);
	scalar_sub(&d->a, &zero, &f);
	must(p256_base_mul(&d->A, &d->a, NULL, 1));
	s->world.service.environment.shuffle_count = (DEVICES - 1) * EACH;
	device_ask(d, &s->world);
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	assert_false(find_place(&p, s, d, s->first + 1));
	check_unit(s, d, s->first);
	check_unit(s, d, s->first + 2);
	for (size_t k = 0; k < s->n; k++)
		if (k != 2)
			for (uint32_t i = 0; i < WEEKS; i++)
				check_unit(s, &s->device[k], s->first + i);
	check_records(s);
}

/* PLV files that are used up do not stay. */
static void
test_clean(void **state)
{
	struct scene *s = *state;
	int64_t cursor = 0;
	size_t removed;

	/* six fresh chains for the cache, six more for those who wait: each
	 * order is a file, whose ranges go one by one */
	s->n = 1;
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	s->n = DEVICES;
	provision(s);
	assert_int_equal(run(s), FAULT_OK);
	assert_true(count_files(s, "plv") >= 3);
	must(plv_clean(s->world.ra, s->world.db, &cursor, &removed, &fi));
	assert_int_equal(cursor, 0);
	/* of 5 weeks, 3 + 2 were used; the last range has a week left */
	assert_int_equal(removed, DEVICES);
	assert_true(count_files(s, "plv") > 0);
	check_all(s, s->first, s->first + WEEKS);
	world_wait(&s->world, 40);
	must(plv_clean(s->world.ra, s->world.db, &cursor, &removed, &fi));
	assert_int_equal(count_files(s, "plv"), 0);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first + 40, s->first + 40 + WEEKS);
}

/* ---- killed at every commit boundary ---- */

/* In a child: everything from the beginning to the end, or to the crash. */
static void
child(struct scene *s)
{
	start(s);
	s->n = DEVICES / 2; /* they come in two groups, for more orders */
	provision(s);
	for (int k = 0; k < 8; k++)
		(void)step(s);
	s->n = DEVICES;
	provision(s);
	(void)run(s);
	world_wait(&s->world, 1);
	(void)run(s);
	world_stop(&s->world);
	_exit(0);
}

/* The key with LA1 is used up, and so are two of those to come. */
static void
wear_out_key(struct scene *s)
{
	s->fakes->la[0].key[0].values = (uint64_t)1 << 31;
	s->fakes->la[0].worn = 2;
}

static int
fork_child(struct scene *s, const char *crash_at)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (crash_at != NULL) {
			setenv("MONARCH_CRASH_AT", crash_at, 1);
			if (crash_arm("ra", points, &fi) != FAULT_OK)
				_exit(3);
		}
		child(s);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
crash_and_go_on(const char *point, unsigned count)
{
	struct scene *s;
	char at[80];
	void *state;
	int status;

	if (strncmp(point, "ra-policy-", 10) == 0 ||
	    strncmp(point, "ra-chains-", 10) == 0)
		return; /* test_policy.c passes there */
	setup(&state);
	s = state;
	world_stop(&s->world);
	s->world.service.environment.allow_small_sets = true;
	snprintf(at, sizeof(at), "%s:%u", point, count);
	wear_out_key(s);
	status = fork_child(s, at);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail_msg("%s was not reached: status %x", at, status);
	status = fork_child(s, NULL);
	if (status != 0)
		fail_msg("after %s: status %x", at, status);
	start(s);
	provision(s); /* the same ack once more; finds numbers */
	world_wait(&s->world, 1);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS + 1);
	teardown(&state);
}

static void
test_crashes(void **state)
{
	static const unsigned counts[] = {1, 3};

	(void)state;
	for (size_t k = 0; points[k] != NULL; k++) {
		if (strcmp(points[k], "ra-blocked") == 0)
			continue; /* see test_crash_block */
		if (strncmp(points[k], "ra-auth-", 8) == 0)
			continue; /* see test/e2e/types.py */
		if (strncmp(points[k], "ra-successor", 12) == 0)
			continue; /* they need an ECA: e2e/rollover.sh */
		if (strncmp(points[k], "ra-report-", 10) == 0)
			continue; /* see test_report.c */
		if (strcmp(points[k], "ra-blacklisted") == 0)
			continue; /* see test_ma.c */
		if (strcmp(points[k], "ra-ma-counted") == 0)
			continue; /* see test/e2e/revocation.sh */
		for (size_t c = 0; c < 2; c++)
			crash_and_go_on(points[k], counts[c]);
	}
}

/* Killed again and again, each time a little later. */
static void
test_crash_row(void **state)
{
	struct scene *s = *state;
	char at[80];

	world_stop(&s->world);
	s->world.service.environment.allow_small_sets = true;
	for (size_t k = 0; points[k] != NULL; k++) {
		snprintf(at, sizeof(at), "%s:1", points[k]);
		(void)fork_child(s, at);
	}
	assert_int_equal(fork_child(s, NULL), 0);
	start(s);
	provision(s);
	world_wait(&s->world, 1);
	assert_int_equal(run(s), FAULT_OK);
	check_all(s, s->first, s->first + WEEKS + 1);
}

static void
test_crash_block(void **state)
{
	struct scene *s = *state;
	struct world *w = &s->world;
	int status;
	bool changed;
	pid_t pid;

	provision(s);
	s->fakes->la[0].away = true;
	(void)run(s);
	world_stop(w);
	pid = fork();
	if (pid == 0) {
		setenv("MONARCH_CRASH_AT", "ra-blocked", 1);
		if (crash_arm("ra", points, &fi) != FAULT_OK)
			_exit(3);
		start(s);
		_exit(admin_block(&changed, w->db, s->device[3].cert->id,
			  time32_now(), &fi) == FAULT_OK
			  ? 0
			  : 4);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	start(s);
	s->fakes->la[0].away = false;
	w->service.environment.shuffle_count = (DEVICES - 1) * EACH;
	assert_int_equal(run(s), FAULT_OK);
	assert_null(find_record(s, &s->device[3], s->first, 0));
	check_unit(s, &s->device[0], s->first);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_supply),
	    TEST(test_one_in_k),
	    TEST(test_too_few),
	    TEST(test_weeks),
	    TEST(test_pca_ends),
	    TEST(test_lapse),
	    TEST(test_away),
	    TEST(test_lost_answers),
	    TEST(test_bad_answers),
	    TEST(test_bad_values),
	    TEST(test_order_refused),
	    TEST(test_order_refused_first),
	    TEST(test_order_conflict),
	    TEST(test_chain_refused),
	    TEST(test_chain_refused_first),
	    TEST(test_more_certificates),
	    TEST(test_more_certificates_at_once),
	    cmocka_unit_test(test_more_certificates_killed),
	    TEST(test_horizon),
	    TEST(test_policy_starts),
	    TEST(test_policy_with_other_periods),
	    TEST(test_inactive),
	    TEST(test_continued_together),
	    TEST(test_time_ahead),
	    TEST(test_pool_miscounted),
	    TEST(test_reserve),
	    TEST(test_draw),
	    TEST(test_refused),
	    TEST(test_refused_too_often),
	    TEST(test_refused_in_part),
	    TEST(test_block),
	    TEST(test_block_refused),
	    TEST(test_clock_back),
	    TEST(test_block_late),
	    TEST(test_twice_at_once),
	    TEST(test_bad_key),
	    TEST(test_clean),
	    cmocka_unit_test(test_crashes),
	    TEST(test_crash_row),
	    TEST(test_crash_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
