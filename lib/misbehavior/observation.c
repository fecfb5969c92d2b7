/* observation.c - see observation.h. */
#include <math.h>

#include "misbehavior/observation.h"

#define EARTH_RADIUS	6371008.8 /* m */
#define DEGREE		(3.14159265358979323846 / 180)
#define NO_LATITUDE	900000001
#define NO_LONGITUDE	1800000001
#define NO_ELEVATION	(-4096)
#define NO_ACCURACY	255
#define NO_SPEED	8191
#define NO_HEADING	28800
#define NO_ACCELERATION 2001
#define NO_WIDTH	0

static double
known(int64_t value, int64_t unavailable, double unit)
{
	return value == unavailable ? (double)NAN : (double)value * unit;
}

void
observation_of_bsm(struct observation *out, const struct monarch_bsm *bsm,
    uint64_t generated, uint64_t received)
{
	*out = (struct observation){
	    .generated = generated,
	    .received = received,
	    .placed =
		bsm->latitude != NO_LATITUDE && bsm->longitude != NO_LONGITUDE,
	    .place = {(int32_t)bsm->latitude, (int32_t)bsm->longitude},
	    .elevation = known(bsm->elevation, NO_ELEVATION, 0.1),
	    .accuracy = known(bsm->semi_major, NO_ACCURACY, 0.05),
	    .speed = known(bsm->speed, NO_SPEED, 0.02),
	    .heading = known(bsm->heading, NO_HEADING, 0.0125 * DEGREE),
	    .acceleration = known(bsm->accel_long, NO_ACCELERATION, 0.01),
	    .width = known(bsm->width, NO_WIDTH, 0.01),
	};
}

/* Haversines: good for any distance. */
double
observation_distance(const struct observation *a, const struct observation *b)
{
	double la, lb, dlat, dlon, h;

	if (!a->placed || !b->placed)
		return (double)INFINITY;
	la = a->place.latitude * 1e-7 * DEGREE;
	lb = b->place.latitude * 1e-7 * DEGREE;
	dlat = sin((lb - la) / 2);
	dlon = sin(((double)b->place.longitude - a->place.longitude) * 1e-7 *
		   DEGREE / 2);
	h = dlat * dlat + cos(la) * cos(lb) * dlon * dlon;
	return 2 * EARTH_RADIUS * asin(sqrt(fmin(1, h)));
}

double
observation_seconds(
    const struct observation *from, const struct observation *to)
{
	return (double)(int64_t)(to->generated - from->generated) * 1e-6;
}

void
observation_move(struct observation *o, double seconds)
{
	double way = o->speed * seconds / EARTH_RADIUS / DEGREE * 1e7;
	double shrink = cos(o->place.latitude * 1e-7 * DEGREE);

	if (isnan(way) || isnan(o->heading) || shrink < 0.01)
		return;
	o->place.latitude += (int32_t)lround(way * cos(o->heading));
	o->place.longitude += (int32_t)lround(way * sin(o->heading) / shrink);
}
