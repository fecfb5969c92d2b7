/*
 * traffic.h - vehicles that do not exist, and what they say about themselves:
 * honest ones, with the errors of real receivers and sensors, and liars.
 *
 * What a vehicle does is a function of its number and of the steps taken, so
 * that runs can be repeated.  Places are on a plane around an origin.
 */
#ifndef OBE_TRAFFIC_H
#define OBE_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

#include "bsm/bsm.h"
#include "misbehavior/kind.h"

#define TRAFFIC_STEP 100000u /* microseconds between messages */

enum traffic_road {
	TRAFFIC_HIGHWAY, /* straight, each vehicle in a lane of its own */
	TRAFFIC_TOWN,	 /* corners, stops, reflections and tunnels */
};

struct vehicle {
	uint64_t random;
	enum traffic_road road;
	/* what is: metres east and north, radians, m/s, m/s2 */
	double home_x, home_y; /* in town it stays around it */
	double x, y, height, heading, speed, acceleration;
	double want, rate, turn, manoeuvre; /* and until when */
	double width, length;
	/* what its instruments think of it */
	double sigma, stated;		   /* m */
	double drift_x, drift_y;	   /* slow error of the fix */
	double reflection_x, reflection_y; /* sudden error */
	double reflected;		   /* seconds left of it */
	double tunnel, dark, reckoned;	   /* s, s, m */
	double slope;			   /* seen as acceleration */
	double age;			   /* of the fix, s */
	bool no_heading, no_acceleration, no_accuracy;
	double shock;  /* speed that a crash changes in this step */
	double second; /* and in the next */
	unsigned count;
	uint32_t id;
};

void vehicle_init(struct vehicle *, unsigned number, enum traffic_road);
/* Drives on for one step. */
void vehicle_step(struct vehicle *);
/* In a tunnel nobody hears it. */
bool vehicle_is_heard(const struct vehicle *);
/* An honest message; milliseconds: of the minute. */
void vehicle_say(struct vehicle *, struct monarch_bsm *, unsigned milliseconds);
/* A certificate change: another temporary id, another count. */
void vehicle_rename(struct vehicle *);

/*
 * Turns an honest message into a lie, of which step is the how manieth; victim
 * is what a vehicle says of which OVERLAP takes the place.  STALE and REPLAY
 * are lies about time, which are told by sending late or again.
 */
void traffic_lie(struct monarch_bsm *, enum misbehavior_kind, unsigned step,
    const struct monarch_bsm *victim);

#endif /* OBE_TRAFFIC_H */
