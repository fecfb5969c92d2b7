/* crl_test.c - which revocation lists a device takes, and how it keeps them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/profile.h"
#include "crypto/linkage.h"
#include "test/unit/device/folder.h"
#include "test/unit/device/world_int.h"

#define WEEK  604800u
#define SPARE 1209600u /* that a list may be overdue, by the policy */

static char dir[PATH_SIZE], path[PATH_SIZE];
static struct world *w;

/* Calls of the expansion, two for one device and period (meson.build). */
static unsigned expansions;

void __real_linkage_plv(struct lv *, const uint8_t la[2], const struct key16 *,
    size_t, uint32_t, size_t);
void __wrap_linkage_plv(struct lv *, const uint8_t la[2], const struct key16 *,
    size_t, uint32_t, size_t);

void
__wrap_linkage_plv(struct lv *out, const uint8_t la[2],
    const struct key16 *seed, size_t seeds, uint32_t j, size_t j_n)
{
	expansions++;
	__real_linkage_plv(out, la, seed, seeds, j, j_n);
}

static int
set_up(void **state)
{
	(void)state;
	temporary_folder(dir);
	w = world_new();
	world_device(w, dir, "obe", path);
	expansions = 0;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_free(w);
	remove_folder(dir);
	return 0;
}

/* ---- what a device does ---- */

static enum fault
update(struct monarch_lists *lists, struct fault_info *fi)
{
	const struct monarch_crl_terms terms = {0};
	struct monarch_device *d = world_open(w, path);
	enum fault fault = monarch_update_crl(d, lists, &terms, fi);

	monarch_close(d);
	return fault;
}

static struct monarch_lists
take(void)
{
	struct fault_info fi = {0};
	struct monarch_lists lists;

	MUST(update(&lists, &fi));
	return lists;
}

/* Anything at all: opened, and closed. */
static void
start(void)
{
	monarch_close(world_open(w, path));
}

static struct monarch_status
status(void)
{
	struct fault_info fi = {0};
	struct monarch_status s;

	MUST(monarch_status(path, &s, &fi));
	return s;
}

static void
crl_digest(uint8_t out[32])
{
	char crl[PATH_SIZE];

	path_join(crl, path, "crl");
	folder_digest(out, crl);
}

/* A list of series 1 about the device of the world. */
static struct crl
linked(uint32_t issued)
{
	struct crl l = world_crl(CRL_SERIES_PSEUDONYM, issued);

	world_crl_device(w, &l, w->seed);
	return l;
}

/* ---- taken ---- */

static void
all_series(void **state)
{
	const uint16_t series[] = {1, 2, 3, 4, 256};
	struct bytes list[5];
	struct monarch_lists lists;
	struct monarch_status s;

	(void)state;
	for (unsigned k = 0; k < 5; k++) {
		struct crl l = series[k] == 1 ? linked(WORLD_NOW)
					      : world_crl(series[k], WORLD_NOW);

		for (unsigned n = 0; series[k] != 1 && n < k; n++)
			world_crl_digest(w, &l, w->actor[ACTOR_PCA2].cert);
		list[k] = world_crl_list(w, &l);
	}
	world_crl_publish(w, &(struct crl_parts){.list = list, .lists = 5});
	lists = take();
	assert_int_equal(lists.n, 5);
	assert_string_equal(lists.revoked, "");
	s = status();
	assert_int_equal(s.lists.n, 5);
	for (unsigned k = 0; k < 5; k++) {
		const struct monarch_list *l = &s.lists.list[k];

		assert_int_equal(l->series, series[k]);
		assert_int_equal(l->issued, WORLD_NOW);
		assert_int_equal(l->next, WORLD_NOW + WEEK);
		assert_int_equal(l->entries, k == 0 ? 1 : k);
		assert_memory_equal(l->root, w->actor[ACTOR_ROOT].cert->id, 8);
	}
}

/* The same composite is not fetched twice; what was lost is. */
static void
fetched_once(void **state)
{
	char lists[PATH_SIZE];
	struct crl l = linked(WORLD_NOW);

	(void)state;
	world_crl_publish_one(w, world_crl_list(w, &l));
	take();
	assert_int_equal(take().n, 1);
	assert_int_equal(w->crl_sent, 1);
	path_join(lists, path, "crl/lists");
	assert_int_equal(unlink(lists), 0);
	assert_int_equal(take().n, 1);
	assert_int_equal(w->crl_sent, 2);
}

static void
store_is_away(void **state)
{
	struct fault_info fi = {0};
	uint8_t before[32], after[32];
	struct crl l = linked(WORLD_NOW);

	(void)state;
	world_crl_publish_one(w, world_crl_list(w, &l));
	take();
	crl_digest(before);
	w->composite = BYTES_NONE;
	assert_int_equal(update(NULL, &fi), FAULT_HTTP_STATUS);
	crl_digest(after);
	assert_memory_equal(before, after, 32);
	/* and it does not count as a failure of the RA */
	assert_int_equal(status().failures, 0);
}

/* A newer one takes the place of the former; a series that is no longer there
 * stays as it was, so that nobody can take a list away by leaving it out. */
static void
newer_list(void **state)
{
	struct crl one = linked(WORLD_NOW), two = world_crl(2, WORLD_NOW);
	struct bytes list[] = {
	    world_crl_list(w, &one), world_crl_list(w, &two)};
	struct monarch_lists lists;

	(void)state;
	world_crl_publish(w, &(struct crl_parts){.list = list, .lists = 2});
	take();
	world_clock(WORLD_NOW + 60);
	one = linked(WORLD_NOW + 60);
	world_crl_publish_one(w, world_crl_list(w, &one));
	lists = take();
	assert_int_equal(lists.n, 2);
	assert_int_equal(lists.list[0].issued, WORLD_NOW + 60);
	assert_int_equal(lists.list[1].issued, WORLD_NOW);
}

/* ---- refused ---- */

/* A list of series 1 that is wrong in one way. */
struct wrong {
	const char *name;
	enum fault fault;
	void (*change)(struct crl *);
	enum actor signer;
	bool damaged; /* in its signature */
	bool truncated;
};

static void
older(struct crl *l)
{
	l->issued = WORLD_NOW - 1;
}

static void
same_date(struct crl *l)
{
	l->issued = WORLD_NOW;
	l->groups = 0;
}

static void
earlier_period(struct crl *l)
{
	l->i_rev--;
}

static void
later(struct crl *l)
{
	l->issued += 3600;
}

static void
other_root(struct crl *l)
{
	memcpy(l->craca, w->actor[ACTOR_ROOT].cert->id, sizeof(l->craca));
	l->craca[0] ^= 1;
}

static void
unknown_series(struct crl *l)
{
	*l = world_crl(7, l->issued);
}

static void
special(struct crl *l)
{
	*l = world_crl(CRL_SERIES_SPECIAL, l->issued);
}

static void
nothing(struct crl *l)
{
	(void)l;
}

static const struct wrong wrong[] = {
    {"older", FAULT_TOO_OLD, older, ACTOR_CRLG, false, false},
    {"of the same date", FAULT_DUPLICATE, same_date, ACTOR_CRLG, false, false},
    {"of a period before", FAULT_TOO_OLD, earlier_period, ACTOR_CRLG, false,
	false},
    {"issued later", FAULT_GENERATED_IN_FUTURE, later, ACTOR_CRLG, false,
	false},
    {"about another root", FAULT_DENIED, other_root, ACTOR_CRLG, false, false},
    {"of another series", FAULT_SSP_NOT_PERMITTED, unknown_series, ACTOR_CRLG,
	false, false},
    {"special, by the generator", FAULT_SSP_NOT_PERMITTED, special, ACTOR_CRLG,
	false, false},
    {"by the root", FAULT_SSP_NOT_PERMITTED, nothing, ACTOR_ROOT, false, false},
    {"by the MA", FAULT_PSID_NOT_PERMITTED, nothing, ACTOR_MA, false, false},
    {"by the PG", FAULT_PSID_NOT_PERMITTED, nothing, ACTOR_PG, false, false},
    {"by somebody unknown", FAULT_UNKNOWN_ISSUER, nothing, ACTOR_PCA2, false,
	false},
    {"signature", FAULT_BAD_SIGNATURE, nothing, ACTOR_CRLG, true, false},
    {"truncated", FAULT_TRUNCATED, nothing, ACTOR_CRLG, false, true},
};

static void
publish_wrong(const struct wrong *k)
{
	struct crl l = linked(WORLD_NOW + 30);
	struct bytes list;
	uint8_t *octets;

	k->change(&l);
	list = world_crl_sign(w, &l, k->signer);
	if (k->damaged) {
		octets = arena_alloc(&w->arena, list.n, 1);
		memcpy(octets, list.p, list.n);
		octets[list.n - 1] ^= 1;
		list.p = octets;
	}
	world_crl_publish_one(w, list);
	if (k->truncated)
		w->composite.n -= 3;
}

/* Each wrong one is refused, and the former list stays in force, as it was;
 * and a good one after it is taken. */
static void
wrong_lists(void **state)
{
	uint8_t before[32], after[32];
	struct crl l = linked(WORLD_NOW);
	struct fault_info fi;

	(void)state;
	world_crl_publish_one(w, world_crl_list(w, &l));
	take();
	crl_digest(before);
	world_clock(WORLD_NOW + 30);
	for (size_t k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++) {
		enum fault fault;

		publish_wrong(&wrong[k]);
		fi = (struct fault_info){0};
		fault = update(NULL, &fi);
		if (fault != wrong[k].fault)
			fail_msg("%s: %s: %s", wrong[k].name, fault_name(fault),
			    fi.text);
		crl_digest(after);
		assert_memory_equal(before, after, 32);
		assert_int_equal(status().lists.n, 1);
	}
	l = linked(WORLD_NOW + 30);
	world_crl_publish_one(w, world_crl_list(w, &l));
	assert_int_equal(take().list[0].issued, WORLD_NOW + 30);
}

/* Tolerated as long as the policy says, from then on refused. */
static void
overdue_lists(void **state)
{
	struct fault_info fi = {0};
	struct crl l = linked(WORLD_NOW);

	(void)state;
	world_crl_publish_one(w, world_crl_list(w, &l));
	world_clock(l.next + SPARE + 1);
	assert_int_equal(update(NULL, &fi), FAULT_OVERDUE);
	assert_int_equal(status().lists.n, 0);
	world_clock(l.next + SPARE - 600);
	assert_int_equal(take().n, 1);
}

/* One that is wrong does not keep the others out. */
static void
one_of_two(void **state)
{
	struct crl one = linked(WORLD_NOW), two = world_crl(2, WORLD_NOW);
	struct bytes list[2];
	struct monarch_lists lists;
	struct fault_info fi = {0};

	(void)state;
	list[0] = world_crl_sign(w, &one, ACTOR_MA);
	list[1] = world_crl_list(w, &two);
	world_crl_publish(w, &(struct crl_parts){.list = list, .lists = 2});
	assert_int_equal(update(&lists, &fi), FAULT_PSID_NOT_PERMITTED);
	assert_int_equal(lists.n, 1);
	assert_int_equal(lists.list[0].series, 2);
}

/* What a generator says that the root has revoked, in this composite or one
 * before, does not count. */
static void
revoked_generator(void **state)
{
	struct crl one = linked(WORLD_NOW),
		   root = world_crl(CRL_SERIES_SPECIAL, WORLD_NOW);
	struct bytes list[2];
	struct fault_info fi = {0};

	(void)state;
	world_crl_digest(w, &root, w->actor[ACTOR_CRLG].cert);
	list[0] = world_crl_list(w, &one);
	list[1] = world_crl_list(w, &root);
	world_crl_publish(w, &(struct crl_parts){.list = list, .lists = 2});
	assert_int_equal(update(NULL, &fi), FAULT_REVOKED);
	assert_int_equal(status().lists.n, 1);
	assert_int_equal(status().lists.list[0].series, 256);
	world_crl_publish_one(w, list[0]);
	assert_int_equal(update(NULL, &fi), FAULT_REVOKED);
	assert_int_equal(status().lists.n, 1);
}

/* Somebody else's lists, in the same composite, are none of our business. */
static void
foreign_lists(void **state)
{
	struct crl one = linked(WORLD_NOW),
		   two = world_crl(CRL_SERIES_SPECIAL, WORLD_NOW);
	struct bytes list[2];

	(void)state;
	memcpy(two.craca, w->actor[ACTOR_ROOT2].cert->id, sizeof(two.craca));
	list[0] = world_crl_sign(w, &two, ACTOR_ROOT2);
	list[1] = world_crl_list(w, &one);
	world_crl_publish(w, &(struct crl_parts){.list = list, .lists = 2});
	assert_int_equal(take().n, 1);
}

/* ---- kept ---- */

static void
restart_expands_nothing(void **state)
{
	struct crl l = linked(WORLD_NOW);

	(void)state;
	world_crl_publish_one(w, world_crl_list(w, &l));
	take();
	assert_int_equal(expansions, 4);
	take();
	start();
	status();
	start();
	assert_int_equal(expansions, 4);
}

/* When the next period has begun, its values are there; those of the one
 * after it are computed then, once. */
static void
next_period(void **state)
{
	struct crl l = linked(WORLD_NOW);

	(void)state;
	world_crl_publish_one(w, world_crl_list(w, &l));
	take();
	world_clock(WORLD_PERIOD_START(WORLD_I + 1) + 60);
	start();
	assert_int_equal(expansions, 4);
	world_clock(WORLD_PERIOD_START(WORLD_I + 1) + REVOKED_OVERLAP);
	start();
	assert_int_equal(expansions, 6);
	start();
	assert_int_equal(expansions, 6);
}

static void
change_file(const char *name, bool truncate)
{
	struct arena a = arena_new(1 << 20);
	struct fault_info fi = {0};
	char file[PATH_SIZE];
	struct bytes in;
	uint8_t *out;

	path_join(file, path, name);
	MUST(file_read(&in, &a, file, 1 << 20, &fi));
	out = arena_alloc(&a, in.n, 1);
	memcpy(out, in.p, in.n);
	out[in.n / 2] ^= 1;
	MUST(file_write(
	    file, (struct bytes){out, truncate ? in.n / 2 : in.n}, 0600, &fi));
	arena_free(&a);
}

/* What was computed is computed again; what was fetched is fetched again. */
static void
damaged_files(void **state)
{
	struct crl l = linked(WORLD_NOW);
	uint8_t good[32], now[32];
	char file[PATH_SIZE];

	(void)state;
	world_crl_publish_one(w, world_crl_list(w, &l));
	take();
	for (unsigned truncate = 0; truncate < 2; truncate++) {
		expansions = 0;
		change_file("crl/expanded", truncate);
		start();
		assert_int_equal(expansions, 4);
		start();
		assert_int_equal(expansions, 4);
	}
	path_join(file, path, "crl/expanded");
	assert_int_equal(unlink(file), 0);
	start();
	assert_int_equal(expansions, 8);

	crl_digest(good);
	for (unsigned truncate = 0; truncate < 2; truncate++) {
		change_file("crl/lists", truncate);
		start(); /* and does its other work */
		assert_int_equal(status().lists.n, 0);
		assert_int_equal(take().n, 1);
		crl_digest(now);
		assert_memory_equal(good, now, 32);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(all_series),
	    T(fetched_once),
	    T(store_is_away),
	    T(newer_list),
	    T(wrong_lists),
	    T(overdue_lists),
	    T(one_of_two),
	    T(revoked_generator),
	    T(foreign_lists),
	    T(restart_expands_nothing),
	    T(next_period),
	    T(damaged_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
