/*
 * plausibility_test.c - each threshold from both sides.
 *
 * The values are computed here from the laws and constants that limit.def
 * gives reasons for, not taken from it.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "misbehavior/plausibility.h"
#include "schema/dot2_base.h"

#define MOST   64
#define SECOND 1000000ull
#define NORTH  89.932 /* 1e-7 degrees of latitude in a metre */

/* A vehicle that drives north at a constant speed, ten messages a second. */
struct drive {
	struct observation v[MOST], own[MOST];
	size_t n, own_n;
	const geographic_region *region;
};

static struct observation
at(double seconds, double metres, double speed)
{
	return (struct observation){
	    .generated = 720000000 * SECOND + (uint64_t)llround(seconds * 1e6),
	    .received = 720000000 * SECOND + (uint64_t)llround(seconds * 1e6),
	    .placed = true,
	    .place = {389560000 + (int32_t)lround(metres * NORTH), -771500000},
	    .elevation = 60,
	    .accuracy = 2,
	    .speed = speed,
	    .heading = 0,
	    .acceleration = 0,
	    .width = 1.8,
	};
}

static struct drive
constant(size_t n, double speed)
{
	struct drive d = {.n = n};

	for (size_t k = 0; k < n; k++)
		d.v[k] = at(0.1 * (double)k, speed * 0.1 * (double)k, speed);
	return d;
}

/* Two messages, so many seconds apart. */
static struct drive
pair(double seconds, double metres, double speed1, double speed2)
{
	struct drive d = {.n = 2};

	d.v[0] = at(0, 0, speed1);
	d.v[1] = at(seconds, metres, speed2);
	return d;
}

static bool
finds(const struct drive *d, enum misbehavior_kind kind, struct suspicion *out)
{
	const struct circumstances about = {
	    .region = d->region, .own = d->own, .own_n = d->own_n};
	struct suspicion found[MISBEHAVIOR_KINDS];
	size_t n = plausibility_check(found, d->v, d->n, &about);

	for (size_t k = 0; k < n; k++)
		if (found[k].kind == kind) {
			if (out != NULL)
				*out = found[k];
			return true;
		}
	return false;
}

static bool
finds_nothing(const struct drive *d)
{
	for (unsigned k = 0; k < MISBEHAVIOR_KINDS; k++)
		if (finds(d, (enum misbehavior_kind)k, NULL))
			return false;
	return true;
}

/* ---- speed and acceleration ---- */

static void
a_speed_may_be_up_to_that_of_the_fastest(void **state)
{
	struct drive d = constant(1, 110);

	(void)state;
	assert_true(finds_nothing(&d));
	d.v[0].speed = 110.02;
	assert_true(finds(&d, MISBEHAVIOR_SPEED, NULL));
	d.v[0].speed = (double)NAN;
	assert_true(finds_nothing(&d));
}

static void
a_speed_may_grow_by_grip_and_a_push(void **state)
{
	/* in a second: 16 + 12 */
	struct drive d = pair(1, 30, 20, 48);
	struct suspicion s;

	(void)state;
	assert_false(finds(&d, MISBEHAVIOR_ACCELERATION, NULL));
	d.v[1].speed = 48.1;
	assert_true(finds(&d, MISBEHAVIOR_ACCELERATION, &s));
	assert_int_equal(s.first, 0);
	assert_non_null(strstr(s.text, "from 20.0 to 48.1 m/s in 1.0 s"));
	/* who drives into a wall stops at once */
	d = pair(0.1, 2, 30, 0);
	assert_true(finds_nothing(&d));
}

/* Claims an acceleration of a for n messages, and keeps its speed. */
static struct drive
claim(size_t n, double a)
{
	struct drive d = constant(n, 27);

	for (size_t k = 0; k < n; k++)
		d.v[k].acceleration = a;
	return d;
}

static void
a_claimed_acceleration_must_show_in_the_speed(void **state)
{
	/* two of 30 left out: 6 * 30 / 28 = 6.43 */
	struct drive d = claim(31, -6.4);
	struct suspicion s;

	(void)state;
	assert_true(finds_nothing(&d));
	d = claim(31, -6.5);
	assert_true(finds(&d, MISBEHAVIOR_ACCELERATION, &s));
	assert_int_equal(s.first, 0);
	d = claim(31, 6.5);
	assert_true(finds(&d, MISBEHAVIOR_ACCELERATION, NULL));
	/* not for three seconds yet */
	d = claim(30, -9);
	assert_true(finds_nothing(&d));
	/* a message whose acceleration is not known */
	d = claim(31, -9);
	d.v[15].acceleration = (double)NAN;
	assert_true(finds_nothing(&d));
}

static void
a_gap_hides_an_acceleration(void **state)
{
	struct drive d = claim(40, -9);

	(void)state;
	for (size_t k = 20; k < 40; k++) {
		d.v[k].generated += 500000;
		d.v[k].received += 500000;
	}
	assert_true(finds_nothing(&d));
}

static void
who_brakes_for_real_is_believed(void **state)
{
	struct drive d = claim(31, -9);
	double way = 0, speed = 40;

	(void)state;
	for (size_t k = 0; k < d.n; k++, speed -= 0.9) {
		d.v[k] = at(0.1 * (double)k, way, speed);
		d.v[k].acceleration = -9;
		way += speed * 0.1;
	}
	assert_true(finds_nothing(&d));
}

/* Accelerates hard, and drives into somebody, between three messages. */
static void
a_crash_is_no_claim(void **state)
{
	struct drive d = claim(40, 7);

	(void)state;
	for (size_t k = 0; k < d.n; k++)
		d.v[k].speed = 10 + 0.7 * (double)k -
			       (k >= 38	     ? 25
				   : k == 37 ? 15
					     : 0);
	assert_false(finds(&d, MISBEHAVIOR_ACCELERATION, NULL));
}

/* ---- positions ---- */

static void
a_position_may_jump_as_far_as_errors_explain(void **state)
{
	/* 0.1 s at 27 m/s with the speedometer's part, 2.97 + 0.03; the fix 20,
	 * twice three times 2 m; half a second 13.5: 48.5 m */
	struct drive d = pair(0.1, 48, 27, 27);
	struct suspicion s;

	(void)state;
	assert_true(finds_nothing(&d));
	d = pair(0.1, 49, 27, 27);
	assert_true(finds(&d, MISBEHAVIOR_POSITION_JUMP, &s));
	assert_int_equal(s.first, 0);
	/* at the same time, in two places: without the 3 m */
	d = pair(0, 45, 27, 27);
	assert_true(finds_nothing(&d));
	d = pair(0, 46, 27, 27);
	assert_true(finds(&d, MISBEHAVIOR_POSITION_JUMP, NULL));
}

static void
an_accuracy_that_is_not_known_leaves_more(void **state)
{
	/* 3 + 20 + 13.5 + 100 + 6 */
	struct drive d = pair(0.1, 142, 27, 27);

	(void)state;
	d.v[1].accuracy = (double)NAN;
	assert_true(finds_nothing(&d));
	d.v[1].accuracy = 12.7; /* "12.7 or more" */
	assert_true(finds_nothing(&d));
	d = pair(0.1, 143, 27, 27);
	d.v[1].accuracy = (double)NAN;
	assert_true(finds(&d, MISBEHAVIOR_POSITION_JUMP, NULL));
}

static void
a_gap_leaves_room_to_drive(void **state)
{
	/* 10 s from 20 to 20 m/s: 220 + 12 * 10 * 10 / 4 = 520; 20 + 12 + 10 */
	struct drive d = pair(10, 561, 20, 20);

	(void)state;
	assert_true(finds_nothing(&d));
	d = pair(10, 563, 20, 20);
	assert_true(finds(&d, MISBEHAVIOR_POSITION_JUMP, NULL));
	/* at a speed that is not known, the most */
	d = pair(1, 190, (double)NAN, (double)NAN);
	assert_true(finds_nothing(&d));
	d.v[1].placed = false;
	d.v[1].place = (struct region_place){900000001, 1800000001};
	assert_true(finds_nothing(&d));
}

/* Stands, and says that it drives. */
static struct drive
stand(size_t n, double speed)
{
	struct drive d = constant(n, speed);

	for (size_t k = 0; k < n; k++)
		d.v[k].place = d.v[0].place;
	return d;
}

static void
who_drives_straight_must_move(void **state)
{
	/* 27 * 0.9 * cos 20 degrees: 22.8 m a second; 45.5 m of errors take
	 * 2.0 s */
	struct drive d = stand(20, 27);

	(void)state;
	assert_true(finds_nothing(&d));
	d = stand(22, 27);
	assert_true(finds(&d, MISBEHAVIOR_POSITION_JUMP, NULL));
	/* wheels spin in the snow */
	d = stand(MOST, 14.9);
	assert_true(finds_nothing(&d));
	/* it turns */
	d = stand(MOST, 27);
	for (size_t k = 0; k < d.n; k++)
		d.v[k].heading = 0.3 * (double)k;
	assert_true(finds_nothing(&d));
	/* its heading is not known */
	d = stand(MOST, 27);
	for (size_t k = 0; k < d.n; k++)
		d.v[k].heading = (double)NAN;
	assert_true(finds_nothing(&d));
}

/* One metre in each message that it does not drive. */
static void
a_position_that_creeps_away_is_found(void **state)
{
	struct drive d = constant(MOST, 27);

	(void)state;
	for (size_t k = 0; k < d.n; k++)
		d.v[k].place.longitude += (int32_t)(k * 450); /* 3.9 m */
	assert_true(finds(&d, MISBEHAVIOR_POSITION_JUMP, NULL));
}

/* ---- the receiver's own place ---- */

/* Both in the same place, with receivers that have corrections. */
static struct drive
overlap(size_t n)
{
	struct drive d = constant(n, 20);

	for (size_t k = 0; k < n; k++) {
		d.v[k].accuracy = 0.1;
		d.own[k] = d.v[k];
	}
	d.own_n = n;
	return d;
}

static void
two_bodies_need_two_places(void **state)
{
	struct drive d = overlap(21); /* two seconds */
	struct suspicion s;

	(void)state;
	assert_true(finds(&d, MISBEHAVIOR_OVERLAP, &s));
	assert_true(s.needs_own);
	assert_int_equal(s.own_first, 0);
	d = overlap(20);
	assert_true(finds_nothing(&d));
}

static void
any_doubt_about_two_bodies_is_enough(void **state)
{
	/* what is done to each message of the sender */
	const struct {
		double metres, accuracy, elevation, speed, width;
		bool found;
	} cases[] = {
	    /* 1.8 - 0.25 - 3 * 0.2 = 0.95 m */
	    {0.9, 0.1, 60, 20, 1.8, true},
	    {1.0, 0.1, 60, 20, 1.8, false},
	    {0, 0.5, 60, 20, 1.8, false},
	    {0, 2, 60, 20, 1.8, false},
	    {0, (double)NAN, 60, 20, 1.8, false},
	    {0, 0.1, 62.9, 20, 1.8, true},
	    {0, 0.1, 63.1, 20, 1.8, false},
	    {0, 0.1, (double)NAN, 20, 1.8, false},
	    {0, 0.1, 60, 4.9, 1.8, false},
	    {0, 0.1, 60, 20, (double)NAN, false},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct drive d = overlap(21);

		for (size_t k = 0; k < d.n; k++) {
			d.v[k].place.latitude +=
			    (int32_t)lround(cases[c].metres * NORTH);
			d.v[k].accuracy = cases[c].accuracy;
			d.v[k].elevation = cases[c].elevation;
			d.v[k].speed = cases[c].speed;
			d.v[k].width = cases[c].width;
		}
		assert_int_equal(
		    finds(&d, MISBEHAVIOR_OVERLAP, NULL), cases[c].found);
	}
}

static void
bodies_are_compared_at_the_same_time(void **state)
{
	struct drive d = overlap(21);

	(void)state;
	/* the own messages between those of the sender, a metre further */
	for (size_t k = 0; k < d.own_n; k++) {
		d.own[k].generated += 50000;
		d.own[k].place.latitude += (int32_t)lround(1.0 * NORTH);
	}
	assert_true(finds(&d, MISBEHAVIOR_OVERLAP, NULL));
	/* one vehicle a tenth of a second behind is not in the same place */
	d = overlap(21);
	for (size_t k = 0; k < d.own_n; k++)
		d.own[k].generated += 100000;
	assert_true(finds_nothing(&d));
	/* without own messages nothing can be said */
	d = overlap(21);
	d.own_n = 0;
	assert_true(finds_nothing(&d));
}

static void
radio_does_not_reach_beyond_its_range(void **state)
{
	struct drive d = constant(1, 27);

	(void)state;
	d.own[0] = at(0, 14900, 20);
	d.own_n = 1;
	assert_true(finds_nothing(&d));
	d.own[0] = at(0, 15100, 20);
	assert_true(finds(&d, MISBEHAVIOR_RANGE, NULL));
	d.own[0] = at(-2.1, 15100, 20); /* where we were */
	assert_true(finds_nothing(&d));
}

/* ---- region ---- */

static bool
is_outside(const geographic_region *region, double north, double east)
{
	struct drive d = constant(1, 27);

	d.region = region;
	d.v[0].place = (struct region_place){
	    (int32_t)(north * 1e7), (int32_t)(east * 1e7)};
	return finds(&d, MISBEHAVIOR_OUTSIDE_REGION, NULL);
}

static void
a_place_must_be_in_a_circle(void **state)
{
	const geographic_region circle = {
	    .is = geographic_region_circular_region,
	    .circular_region = {{389560000, -771500000}, 5000}};

	(void)state;
	/* 5 km, one more, and 0.6 % for the shape of the earth */
	assert_false(is_outside(&circle, 38.956 + 5.9 / 111.2, -77.15));
	assert_true(is_outside(&circle, 38.956 + 6.2 / 111.2, -77.15));
	assert_false(is_outside(NULL, 0, 0));
}

static void
a_place_must_be_in_a_country(void **state)
{
	uint8_t texas[] = {48};
	identified_region countries[2] = {
	    {.is = identified_region_country_only, .country_only = 840},
	    {.is = identified_region_country_and_regions,
		.country_and_regions = {124, {1, texas}}}};
	geographic_region usa = {.is = geographic_region_identified_region,
	    .identified_region = {1, countries}};
	/* in it or in its neighbourhood, where nothing is certain */
	static const double inside[][2] = {{38.9, -77.0}, {24.6, -81.8},
	    {61.2, -149.9}, {52.9, 173.1}, {21.3, -157.9}, {18.4, -66.1},
	    {13.4, 144.8}, {-14.3, -170.7}, {47.6, -122.3}, {44.9, -67.0}};
	static const double outside[][2] = {
	    {48.86, 2.29}, {-33.9, 151.2}, {19.4, -99.1}, {53.5, -113.5}};

	(void)state;
	for (size_t k = 0; k < sizeof(inside) / sizeof(inside[0]); k++)
		assert_false(is_outside(&usa, inside[k][0], inside[k][1]));
	for (size_t k = 0; k < sizeof(outside) / sizeof(outside[0]); k++)
		assert_true(is_outside(&usa, outside[k][0], outside[k][1]));
	/* Edmonton, with Canada beside the USA */
	usa.identified_region.n = 2;
	assert_false(is_outside(&usa, 53.5, -113.5));
	assert_true(is_outside(&usa, 48.86, 2.29));
	/* a country that is not known holds everything */
	countries[0].country_only = 276;
	assert_false(is_outside(&usa, 48.86, 2.29));
}

/* ---- time ---- */

static void
a_message_must_be_of_the_present(void **state)
{
	struct drive d = constant(1, 27);

	(void)state;
	d.v[0].received = d.v[0].generated + 30 * SECOND;
	assert_true(finds_nothing(&d));
	d.v[0].received += 100000;
	assert_true(finds(&d, MISBEHAVIOR_STALE, NULL));
	d.v[0].received = d.v[0].generated - 30 * SECOND;
	assert_true(finds_nothing(&d));
	d.v[0].received -= 100000;
	assert_true(finds(&d, MISBEHAVIOR_STALE, NULL));
}

static void
a_message_comes_once(void **state)
{
	struct drive d = constant(3, 27);
	struct suspicion s;

	(void)state;
	d.v[2] = d.v[1];
	d.v[2].received += SECOND;
	assert_true(finds_nothing(&d));
	d.v[2].received += 1;
	assert_true(finds(&d, MISBEHAVIOR_REPLAY, &s));
	assert_int_equal(s.first, 1);
}

/* What is late is not held against where the sender is by now. */
static void
a_late_message_is_no_jump(void **state)
{
	struct drive d = constant(30, 27);

	(void)state;
	d.v[29] = at(0, 0, 27);
	d.v[29].generated -= 50000;
	d.v[29].received += 2900000;
	assert_true(finds_nothing(&d));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_speed_may_be_up_to_that_of_the_fastest),
	    cmocka_unit_test(a_speed_may_grow_by_grip_and_a_push),
	    cmocka_unit_test(a_claimed_acceleration_must_show_in_the_speed),
	    cmocka_unit_test(a_gap_hides_an_acceleration),
	    cmocka_unit_test(who_brakes_for_real_is_believed),
	    cmocka_unit_test(a_crash_is_no_claim),
	    cmocka_unit_test(a_position_may_jump_as_far_as_errors_explain),
	    cmocka_unit_test(an_accuracy_that_is_not_known_leaves_more),
	    cmocka_unit_test(a_gap_leaves_room_to_drive),
	    cmocka_unit_test(who_drives_straight_must_move),
	    cmocka_unit_test(a_position_that_creeps_away_is_found),
	    cmocka_unit_test(two_bodies_need_two_places),
	    cmocka_unit_test(any_doubt_about_two_bodies_is_enough),
	    cmocka_unit_test(bodies_are_compared_at_the_same_time),
	    cmocka_unit_test(radio_does_not_reach_beyond_its_range),
	    cmocka_unit_test(a_place_must_be_in_a_circle),
	    cmocka_unit_test(a_place_must_be_in_a_country),
	    cmocka_unit_test(a_message_must_be_of_the_present),
	    cmocka_unit_test(a_message_comes_once),
	    cmocka_unit_test(a_late_message_is_no_jump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
