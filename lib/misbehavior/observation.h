/*
 * observation.h - what a basic safety message says, in the units of physics.
 */
#ifndef MISBEHAVIOR_OBSERVATION_H
#define MISBEHAVIOR_OBSERVATION_H

#include <stdbool.h>
#include <stdint.h>

#include "bsm/bsm.h"
#include "cert/region.h"

/* NAN: the sender does not say. */
struct observation {
	uint64_t generated; /* Time64 in the header of the SPDU */
	uint64_t received;  /* Time64 by the receiver's clock */
	bool placed;	    /* latitude and longitude are known */
	struct region_place place;
	double elevation;    /* m */
	double accuracy;     /* m, one standard deviation of the place */
	double speed;	     /* m/s */
	double heading;	     /* radians, clockwise from north */
	double acceleration; /* m/s2, forwards */
	double width;	     /* m */
};

void observation_of_bsm(struct observation *, const struct monarch_bsm *,
    uint64_t generated, uint64_t received);

/* Metres between two places on the ground; INFINITY: one is not known. */
double
observation_distance(const struct observation *, const struct observation *);
/* Seconds from one to the other, by their senders' clocks. */
double observation_seconds(
    const struct observation *from, const struct observation *to);

/* Where it is so many seconds later (at most a few), on a straight line. */
void observation_move(struct observation *, double seconds);

#endif /* MISBEHAVIOR_OBSERVATION_H */
