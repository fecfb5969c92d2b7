/* traffic.c - see traffic.h. */
#include <math.h>
#include <string.h>

#include "tool/obe/traffic.h"

#define SECONDS	   (TRAFFIC_STEP * 1e-6)
#define PI	   3.14159265358979323846
#define LATITUDE   38.9560 /* of the origin, degrees */
#define LONGITUDE  (-77.1500)
#define DEGREE	   111195.0 /* metres of latitude */
#define LANE	   3.2	    /* metres; narrow */
#define HOME_RANGE 1000.0   /* metres */
#define SHOCK_MOST 25.0	    /* m/s that a crash takes */
#define PUSH_MOST  12.0	    /* and gives */

/* ---- chance ---- */

/* splitmix64: the same everywhere, and good enough for errors. */
static double
uniform(struct vehicle *v, double least, double most)
{
	uint64_t z = v->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	return least + (most - least) * ((double)(z >> 11) * 0x1p-53);
}

/* Nearly normal: twelve uniform ones. */
static double
normal(struct vehicle *v, double sigma)
{
	double sum = -6;

	for (int k = 0; k < 12; k++)
		sum += uniform(v, 0, 1);
	return sigma * sum;
}

/* True about once in so many seconds, if asked at each step. */
static bool
every(struct vehicle *v, double seconds)
{
	return uniform(v, 0, seconds) < SECONDS;
}

/* ---- driving ---- */

void
vehicle_rename(struct vehicle *v)
{
	v->id = (uint32_t)uniform(v, 0, 4294967295.0);
	v->count = (unsigned)uniform(v, 0, 127);
}

void
vehicle_init(struct vehicle *v, unsigned number, enum traffic_road road)
{
	memset(v, 0, sizeof(*v));
	v->random = ((uint64_t)number + 1) * 0x2545f4914f6cdd1du;
	v->road = road;
	v->width = number % 7 == 3 ? 2.55 : 1.8; /* a truck */
	v->length = number % 7 == 3 ? 16 : 4.8;
	v->x = road == TRAFFIC_HIGHWAY ? LANE * number : 120.0 * number;
	v->y = road == TRAFFIC_HIGHWAY ? uniform(v, -50, 50) : 2000;
	v->home_x = v->x;
	v->home_y = v->y;
	v->height = road == TRAFFIC_HIGHWAY ? 60 : 90;
	v->speed = v->want = road == TRAFFIC_HIGHWAY ? 27 : 12;
	/* two in four have a receiver with corrections */
	v->sigma = number % 4 / 2 == 0 ? 0.1 : 1.5;
	v->stated = number % 4 / 2 == 0 ? 0.15 : 2.0;
	v->age = uniform(v, 0, 0.15);
	v->no_heading = number % 11 == 5;
	v->no_acceleration = number % 13 == 6;
	v->no_accuracy = number % 17 == 7;
	v->drift_x = normal(v, v->sigma);
	v->drift_y = normal(v, v->sigma);
	vehicle_rename(v);
}

/* A corner or a roundabout, as fast as tyres allow; far from home, one in its
 * direction. */
static void
turn(struct vehicle *v)
{
	double east = v->home_x - v->x, north = v->home_y - v->y;
	double angle = remainder(atan2(east, north) - v->heading, 2 * PI);

	v->turn = fmin(1, uniform(v, 1, 4) / v->speed);
	v->manoeuvre = uniform(v, 1, 8);
	if (hypot(east, north) > HOME_RANGE) {
		v->manoeuvre = fabs(angle) / v->turn;
		v->turn = copysign(v->turn, angle);
	} else if (uniform(v, 0, 1) < 0.5) {
		v->turn = -v->turn;
	}
}

/* What the driver does next, and for how long. */
static void
choose_manoeuvre(struct vehicle *v)
{
	const bool town = v->road == TRAFFIC_TOWN;

	v->manoeuvre = uniform(v, 1, town ? 12 : 30);
	v->turn = 0;
	v->want = town ? uniform(v, 0, 18) : uniform(v, 22, 36);
	v->rate = uniform(v, 0.5, 4);
	if (uniform(v, 0, 1) < 0.1) { /* an emergency stop */
		v->want = town ? 0 : uniform(v, 0, 15);
		v->rate = 9.5;
	} else if (uniform(v, 0, 1) < 0.05) { /* a sports car */
		v->want = 45;
		v->rate = 7;
	} else if (town && uniform(v, 0, 1) < 0.5 && v->speed > 1) {
		turn(v);
	}
}

static void
crash(struct vehicle *v)
{
	double push = uniform(v, -SHOCK_MOST, PUSH_MOST);

	/* within a tenth of a second, which may be parts of two */
	v->shock = push * uniform(v, 0, 1);
	v->second = push - v->shock;
	v->want = 0;
	v->rate = 6;
	v->manoeuvre = 20;
}

/* Towards what is wanted, with the delay of engine and brakes. */
static void
accelerate(struct vehicle *v)
{
	double missing = v->want - v->speed;
	double wanted = fmax(-v->rate, fmin(v->rate, missing / 0.5));

	v->acceleration += (wanted - v->acceleration) * fmin(1, SECONDS / 0.15);
	v->speed = fmax(0, v->speed + v->acceleration * SECONDS);
	if (v->speed == 0)
		v->acceleration = 0;
}

/* ---- instruments ---- */

/* A receiver's slow error, and in town sudden ones that it does not know. */
static void
err(struct vehicle *v)
{
	const double fade = SECONDS / 60;
	const double new = v->sigma *sqrt(2 * fade);

	v->drift_x += normal(v, new) - v->drift_x * fade;
	v->drift_y += normal(v, new) - v->drift_y * fade;
	v->slope += normal(v, 0.05) - v->slope * SECONDS / 20;
	v->reflected -= SECONDS;
	if (v->reflected < 0)
		v->reflection_x = v->reflection_y = 0;
	if (v->road == TRAFFIC_TOWN && v->sigma > 1 && every(v, 60)) {
		v->reflected = uniform(v, 0.1, 20);
		v->reflection_x = uniform(v, -10, 10);
		v->reflection_y = uniform(v, -10, 10);
	}
}

/* Without satellites the place is reckoned from wheels and gyroscope, off by
 * up to 3 % of the way, until the receiver finds them again. */
static void
go_through_tunnels(struct vehicle *v)
{
	v->tunnel -= SECONDS;
	v->dark -= SECONDS;
	if (v->dark > 0) {
		double off = 0.03 * v->speed * SECONDS;

		v->reckoned += v->speed * SECONDS;
		v->drift_x += off * cos(v->reckoned / 500 + v->id);
		v->drift_y += off * sin(v->reckoned / 500 + v->id);
	} else if (v->reckoned > 0) {
		v->reckoned = 0;
		v->drift_x = normal(v, v->sigma);
		v->drift_y = normal(v, v->sigma);
	}
	if (v->road == TRAFFIC_TOWN && v->dark < 0 && every(v, 300)) {
		v->tunnel = uniform(v, 3, 90);
		v->dark = v->tunnel + uniform(v, 0, 5);
	}
}

void
vehicle_step(struct vehicle *v)
{
	v->shock = v->second;
	v->second = 0;
	v->manoeuvre -= SECONDS;
	if (v->manoeuvre < 0)
		choose_manoeuvre(v);
	if (v->road == TRAFFIC_TOWN && every(v, 900))
		crash(v);
	v->speed = fmax(0, v->speed + v->shock);
	accelerate(v);
	v->heading += v->turn * SECONDS;
	v->x += v->speed * sin(v->heading) * SECONDS;
	v->y += v->speed * cos(v->heading) * SECONDS;
	err(v);
	go_through_tunnels(v);
}

bool
vehicle_is_heard(const struct vehicle *v)
{
	return v->tunnel <= 0;
}

/* ---- saying ---- */

static int64_t
bounded(double value, int64_t least, int64_t most)
{
	return (int64_t)fmax((double)least, fmin((double)most, round(value)));
}

static void
say_place(struct vehicle *v, struct monarch_bsm *bsm)
{
	double back = v->speed * v->age;
	double east = v->x - back * sin(v->heading) + v->drift_x +
		      v->reflection_x + normal(v, 0.1 * v->sigma);
	double north = v->y - back * cos(v->heading) + v->drift_y +
		       v->reflection_y + normal(v, 0.1 * v->sigma);
	double shrink = cos(LATITUDE * PI / 180);
	double stated = v->stated + 0.03 * v->reckoned;

	bsm->latitude =
	    bounded((LATITUDE + north / DEGREE) * 1e7, -900000000, 900000000);
	bsm->longitude = bounded((LONGITUDE + east / DEGREE / shrink) * 1e7,
	    -1799999999, 1800000000);
	bsm->elevation =
	    bounded((v->height + normal(v, 2 * v->sigma)) * 10, -4095, 61439);
	if (v->no_accuracy || v->dark > 30)
		return;
	bsm->semi_major = bounded(stated * 20, 0, 254);
	bsm->semi_minor = bounded(stated * 20, 0, 254);
	bsm->orientation = 0;
}

/* At rest a heading made of positions points anywhere. */
static void
say_heading(struct vehicle *v, struct monarch_bsm *bsm)
{
	double heading = v->heading + normal(v, 0.02);

	if (v->no_heading)
		return;
	if (v->speed < 0.5)
		heading = uniform(v, 0, 2 * PI);
	heading = fmod(fmod(heading, 2 * PI) + 2 * PI, 2 * PI);
	bsm->heading = bounded(heading * 180 / PI * 80, 0, 28799);
}

static void
say_acceleration(struct vehicle *v, struct monarch_bsm *bsm)
{
	double a = v->acceleration + v->slope + normal(v, 0.3);

	if (v->no_acceleration)
		return;
	bsm->accel_long = bounded(
	    (v->shock != 0 ? v->shock / SECONDS : a) * 100, -2000, 2000);
	bsm->accel_lat = bounded(v->turn * v->speed * 100, -2000, 2000);
	bsm->accel_vert = 0;
	bsm->yaw = bounded(v->turn * 180 / PI * 100, -32767, 32767);
}

void
vehicle_say(struct vehicle *v, struct monarch_bsm *bsm, unsigned milliseconds)
{
	monarch_bsm_init(bsm);
	bsm->msg_count = v->count++ % 128;
	bsm->id = v->id;
	bsm->sec_mark = milliseconds;
	say_place(v, bsm);
	say_heading(v, bsm);
	say_acceleration(v, bsm);
	bsm->transmission = 2;
	bsm->speed = bounded((v->speed + normal(v, 0.15)) * 50, 0, 8190);
	bsm->angle = 0;
	bsm->wheel_brakes = v->acceleration < -0.5 ? 15 : 0;
	bsm->traction = bsm->abs = bsm->stability = bsm->brake_boost = 1;
	bsm->aux_brakes = 1;
	bsm->width = bounded(v->width * 100, 0, 1023);
	bsm->length = bounded(v->length * 100, 0, 4095);
}

/* ---- lying ---- */

static void
jump(struct monarch_bsm *bsm, unsigned step)
{
	struct vehicle dice = {.random = step / 20};

	bsm->latitude += (int64_t)uniform(&dice, 10000, 40000);
	bsm->longitude += (int64_t)uniform(&dice, -40000, 40000);
}

static void
take_place(struct monarch_bsm *bsm, const struct monarch_bsm *victim)
{
	bsm->latitude = victim->latitude;
	bsm->longitude = victim->longitude;
	bsm->elevation = victim->elevation;
	bsm->semi_major = bsm->semi_minor = 2;
	bsm->speed = victim->speed;
	bsm->heading = victim->heading;
	bsm->accel_long = victim->accel_long;
}

void
traffic_lie(struct monarch_bsm *bsm, enum misbehavior_kind kind, unsigned step,
    const struct monarch_bsm *victim)
{
	switch (kind) {
	case MISBEHAVIOR_SPEED:
		bsm->speed = 6500; /* 130 m/s */
		break;
	case MISBEHAVIOR_ACCELERATION:
		bsm->accel_long = -900; /* brakes hard, and does not */
		bsm->wheel_brakes = 15;
		break;
	case MISBEHAVIOR_POSITION_JUMP:
		jump(bsm, step);
		break;
	case MISBEHAVIOR_OVERLAP:
		take_place(bsm, victim);
		break;
	case MISBEHAVIOR_OUTSIDE_REGION:
		bsm->latitude = 488583000;
		bsm->longitude = 22945000;
		break;
	case MISBEHAVIOR_RANGE:
		bsm->latitude += 3000000; /* 33 km */
		break;
	case MISBEHAVIOR_STALE:
	case MISBEHAVIOR_REPLAY:
	case MISBEHAVIOR_KINDS:
		break;
	}
}
