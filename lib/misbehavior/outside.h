/*
 * outside.h - places that are certain to lie outside a region.
 */
#ifndef MISBEHAVIOR_OUTSIDE_H
#define MISBEHAVIOR_OUTSIDE_H

#include <stdbool.h>

#include "cert/region.h"

/* Is the place certain to lie more than this outside a region, which may be a
 * shape or a list of countries, and is NULL for the world? */
bool
outside_region(const geographic_region *, struct region_place, double metres);

#endif /* MISBEHAVIOR_OUTSIDE_H */
