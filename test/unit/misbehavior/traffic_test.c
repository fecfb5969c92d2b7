/*
 * traffic_test.c - a receiver among many vehicles: honest ones are accused of
 * nothing, whatever happens to them, and each kind of liar is found, and is
 * found again by somebody who has nothing but the evidence.
 *
 * MISBEHAVIOR_SECONDS in the environment: for so long honest traffic goes on;
 * MISBEHAVIOR_SEED: another number makes another traffic.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "misbehavior/track.h"
#include "schema/dot2_base.h"
#include "tool/obe/traffic.h"

#define VEHICLES   40u
#define HIGHWAY	   1u  /* a receiver on the highway, */
#define BESIDE	   2u  /* one in the lane beside it, */
#define TOWN	   25u /* and one in town */
#define LIAR	   6u
#define EARSHOT	   3000.0 /* metres */
#define SECOND	   1000000ull
#define START	   (720000000 * SECOND)
#define LIE_FROM   (30 * SECOND)
#define STEPS_BACK 20 /* a replay comes two seconds later */

struct radio {
	struct vehicle vehicle;
	uint8_t certificate[CERT_ID_SIZE];
	unsigned step, silent; /* steps without reception left */
	double loss;
	int64_t clock; /* error, microseconds */
	struct monarch_bsm said;
	/* octets of the last messages: Time64 and the payload */
	uint8_t sent[STEPS_BACK + 1][8 + MONARCH_BSM_SIZE];
};

struct scene {
	struct radio radio[VEHICLES];
	unsigned own; /* who receives */
	struct tracks *tracks;
	struct arena arena;
	uint64_t now, random;
	uint64_t fast; /* by how much the receiver's clock is */
	const geographic_region *region;
	bool lying;
	enum misbehavior_kind lie;
	size_t accused[MISBEHAVIOR_KINDS], messages;
	uint64_t found; /* when the lie was */
};

static rectangular_region box = {
    {600000000, -790000000}, {300000000, -750000000}};
static const geographic_region around = {
    .is = geographic_region_rectangular_region,
    .rectangular_region = {1, &box}};

static uint32_t
below(struct scene *s, uint32_t n)
{
	s->random = s->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(s->random >> 33) % n;
}

static void
change_certificate(struct scene *s, struct radio *r)
{
	for (size_t k = 0; k < sizeof(r->certificate); k++)
		r->certificate[k] = (uint8_t)below(s, 256);
	vehicle_rename(&r->vehicle);
}

static struct scene *
scene_new(unsigned own)
{
	const char *seed = getenv("MISBEHAVIOR_SEED");
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->own = own;
	s->now = START;
	s->random = seed == NULL ? 0 : strtoull(seed, NULL, 10);
	s->tracks = tracks_new(VEHICLES + 8);
	s->arena = arena_new(1 << 20);
	s->region = &around;
	assert_non_null(s->tracks);
	for (unsigned k = 0; k < VEHICLES; k++) {
		struct radio *r = &s->radio[k];

		vehicle_init(&r->vehicle, k,
		    k < VEHICLES / 2 ? TRAFFIC_HIGHWAY : TRAFFIC_TOWN);
		r->vehicle.random ^= s->random;
		r->loss = below(s, 60) / 100.0;
		r->step = below(s, 3000);
		/* leap seconds forgotten; a little off */
		r->clock = k % 9 == 8 ? -5000000 : (int64_t)below(s, 2000);
		change_certificate(s, r);
	}
	return s;
}

static void
scene_free(struct scene *s)
{
	tracks_free(s->tracks);
	arena_free(&s->arena);
	free(s);
}

static struct heard
heard(const struct scene *s, const struct radio *r, const uint8_t *octets,
    bool full)
{
	struct reader t = reader_of((struct bytes){octets, 8});
	struct heard h = {.certificate = full, .region = s->region};
	struct monarch_bsm bsm;

	memcpy(h.signer, r->certificate, sizeof(h.signer));
	h.spdu = (struct bytes){octets, 8 + MONARCH_BSM_SIZE};
	assert_int_equal(
	    monarch_bsm_decode(
		&bsm, (struct bytes){octets + 8, MONARCH_BSM_SIZE}, NULL),
	    FAULT_OK);
	observation_of_bsm(&h.what, &bsm, read_uint(&t, 8), s->now + s->fast);
	return h;
}

/* ---- what somebody makes of the evidence who was not there ---- */

static size_t
observe(struct observation *out, const struct bytes *spdu, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		struct reader r = reader_of(spdu[k]);
		uint64_t t = read_uint(&r, 8);
		struct monarch_bsm bsm;

		assert_int_equal(monarch_bsm_decode(&bsm,
				     (struct bytes){r.p, read_left(&r)}, NULL),
		    FAULT_OK);
		observation_of_bsm(&out[k], &bsm, t, t);
	}
	return n;
}

static void
judge_again(const struct scene *s, const struct accusation *a)
{
	struct observation seen[MISBEHAVIOR_BSMS_MOST];
	struct observation own[MISBEHAVIOR_BSMS_MOST];
	struct suspicion found[MISBEHAVIOR_KINDS];
	struct circumstances about = {.region = s->region, .own = own};
	size_t n;

	assert_in_range(a->report.n, 1, MISBEHAVIOR_BSMS_MOST);
	assert_in_range(a->report.own_n, 0, MISBEHAVIOR_BSMS_MOST);
	n = observe(seen, a->report.bsms, a->report.n);
	about.own_n = observe(own, a->report.own, a->report.own_n);
	seen[n - 1].received = s->now;
	n = plausibility_check(found, seen, n, &about);
	for (size_t k = 0; k < n; k++)
		if (found[k].kind == a->suspicion.kind)
			return;
	fail_msg("the evidence does not show that it %s", a->suspicion.text);
}

/* ---- time ---- */

static void
receive(struct scene *s, struct radio *r, const uint8_t *octets, bool full)
{
	const struct heard h = heard(s, r, octets, full);
	struct accusation a[MISBEHAVIOR_KINDS];
	bool fresh;
	size_t n = tracks_hear(s->tracks, a, &fresh, &s->arena, &h);

	s->messages++;
	for (size_t k = 0; k < n; k++) {
		if (!s->lying || r != &s->radio[LIAR])
			fail_msg("vehicle %d is accused: %s",
			    (int)(r - s->radio), a[k].suspicion.text);
		judge_again(s, &a[k]);
		s->accused[a[k].suspicion.kind]++;
		if (a[k].suspicion.kind == s->lie && s->found == 0)
			s->found = s->now;
	}
	arena_reset(&s->arena);
}

/* Losses come alone and in bursts. */
static bool
is_lost(struct scene *s, struct radio *r)
{
	const struct vehicle *a = &r->vehicle, *b = &s->radio[s->own].vehicle;

	if (hypot(a->x - b->x, a->y - b->y) > EARSHOT)
		return true;
	if (r->silent > 0) {
		r->silent--;
		return true;
	}
	if (below(s, 600) == 0)
		r->silent = below(s, 60);
	return below(s, 1000) < 1000 * r->loss;
}

static void
say(struct scene *s, struct radio *r, bool lies)
{
	uint8_t *octets = r->sent[r->step % (STEPS_BACK + 1)];
	uint64_t t = s->now + (uint64_t)r->clock;
	struct writer w = writer_of(octets, 8);

	vehicle_say(&r->vehicle, &r->said, (unsigned)(t / 1000 % 60000));
	if (lies) {
		traffic_lie(&r->said, s->lie,
		    (unsigned)((s->now - START) / TRAFFIC_STEP),
		    &s->radio[s->own].said);
		t -= s->lie == MISBEHAVIOR_STALE ? 60 * SECOND : 0;
	}
	write_uint(&w, t, 8);
	assert_int_equal(
	    monarch_bsm_encode(octets + 8, &r->said, NULL), FAULT_OK);
}

static void
step(struct scene *s, unsigned k)
{
	struct radio *r = &s->radio[k];
	bool lies = s->lying && k == LIAR && s->now >= START + LIE_FROM;
	const uint8_t *octets;
	bool full;

	vehicle_step(&r->vehicle);
	if (++r->step % 3000 == 0)
		change_certificate(s, r);
	full = r->step % 5 == 0;
	say(s, r, lies);
	octets = r->sent[r->step % (STEPS_BACK + 1)];
	if (k == s->own) {
		const struct heard h = heard(s, r, octets, full);

		tracks_own(s->tracks, &h);
		return;
	}
	if (!vehicle_is_heard(&r->vehicle) || is_lost(s, r))
		return;
	receive(s, r, octets, full);
	if (below(s, 500) == 0) /* by the second antenna */
		receive(s, r, octets, full);
	if (lies && s->lie == MISBEHAVIOR_REPLAY)
		receive(s, r, r->sent[(r->step + 1) % (STEPS_BACK + 1)], full);
}

static void
run(struct scene *s, unsigned seconds)
{
	for (unsigned n = 0; n < seconds * 10; n++) {
		s->now += TRAFFIC_STEP;
		for (unsigned k = 0; k < VEHICLES; k++)
			step(s, (s->own + k) % VEHICLES); /* ourselves first */
	}
}

/* ---- tests ---- */

static void
honest_traffic_raises_nothing(void **state)
{
	const char *seconds = getenv("MISBEHAVIOR_SECONDS");
	const unsigned receivers[] = {HIGHWAY, BESIDE, TOWN};

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct scene *s = scene_new(receivers[k]);

		run(s, seconds != NULL ? (unsigned)atoi(seconds) : 600);
		print_message("%zu messages\n", s->messages);
		assert_true(s->messages > 40000);
		scene_free(s);
	}
}

static void
a_receiver_whose_clock_is_wrong_accuses_nobody(void **state)
{
	struct scene *s = scene_new(HIGHWAY);

	(void)state;
	s->fast = 3600 * SECOND;
	run(s, 20);
	/* set right, and wrong again, the other way */
	s->fast = 0;
	run(s, 20);
	s->fast = 0 - 3600 * SECOND;
	run(s, 20);
	assert_true(s->messages > 5000);
	scene_free(s);
}

/* What else may be said of a liar of a kind, when it begins. */
static bool
may_be_said(enum misbehavior_kind lie, enum misbehavior_kind kind)
{
	return kind == lie || kind == MISBEHAVIOR_POSITION_JUMP ||
	       (kind == MISBEHAVIOR_RANGE &&
		   lie == MISBEHAVIOR_OUTSIDE_REGION) ||
	       (kind == MISBEHAVIOR_ACCELERATION && lie == MISBEHAVIOR_SPEED);
}

static void
each_lie_is_found(void **state)
{
	(void)state;
	for (unsigned lie = 0; lie < MISBEHAVIOR_KINDS; lie++) {
		struct scene *s = scene_new(HIGHWAY);

		s->lying = true;
		s->lie = (enum misbehavior_kind)lie;
		s->radio[LIAR].loss = 0.3;
		s->radio[LIAR].vehicle.sigma = 0.1;
		run(s, 60);
		print_message("%s: after %.1f s\n",
		    misbehavior_kind_word(s->lie),
		    (double)(s->found - START - LIE_FROM) / 1e6);
		assert_in_range(
		    s->found, START + LIE_FROM, START + LIE_FROM + 10 * SECOND);
		for (unsigned k = 0; k < MISBEHAVIOR_KINDS; k++)
			if (s->accused[k] > 0)
				assert_true(may_be_said(
				    s->lie, (enum misbehavior_kind)k));
		/* once under each certificate, of either */
		assert_in_range(s->accused[lie], 1, 3);
		scene_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(honest_traffic_raises_nothing),
	    cmocka_unit_test(a_receiver_whose_clock_is_wrong_accuses_nobody),
	    cmocka_unit_test(each_lie_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
