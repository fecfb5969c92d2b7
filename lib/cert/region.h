/*
 * region.h - geographic regions (1609.2 6.4.17 ff.) inside each other.
 *
 * "Inside" is decided conservatively: true is said only when it is certain.
 *	identified	sets: a country holds all its regions, a region all its
 *			subregions; an inner one may be covered by several
 *			outer ones together
 *	rectangle	inside one rectangle; inside several that cover it
 *			together (found by cutting along their edges); inside a
 *			circle if all corners are, with a margin; inside a
 *			polygon if no edge enters it and its corners are inside
 *	circle		inside a circle, rectangle or polygon by distance
 *	polygon		inside a circle or rectangle by its corners; inside a
 *			polygon if corners are inside and no edges cross
 * Distances are taken on a sphere, too long where they must not be too short
 * (and conversely) by 0.6 %, the flattening of the earth.  A region that
 * crosses longitude 180 or holds a pole is inside nothing but an equal one or
 * the whole world.  Of countries there is a map only of what is certain to lie
 * inside them, and only of the United States (region_map.c): there a shape may
 * lie inside a country.  An identified region is never inside a shape, nor a
 * shape inside a part of a country.
 * A region of an unknown kind is inside nothing but its own equal encoding.
 */
#ifndef CERT_REGION_H
#define CERT_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

typedef struct geographic_region geographic_region;
struct cert;

/* Absent regions are NULL: outer NULL is the whole world, inner NULL too. */
bool
region_within(const geographic_region *inner, const geographic_region *outer);

/* 1e-7 degrees. */
struct region_place {
	int32_t latitude, longitude;
};
enum region_answer { REGION_OUTSIDE, REGION_INSIDE, REGION_UNKNOWN };
/* UNKNOWN: an identified region (no map), or a place marked unknown. */
enum region_answer region_holds(const geographic_region *, struct region_place);

/* The region that binds a certificate: its own or, where it has none, that of
 * the nearest issuer that has one; NULL: the whole world (1609.2 6.4.8). */
const geographic_region *region_of_cert(const struct cert *);
/* FAULT_REGION_NOT_NESTED. */
enum fault must_check region_check_nested(
    const struct cert *, const struct cert *issuer, struct fault_info *);

#endif /* CERT_REGION_H */
