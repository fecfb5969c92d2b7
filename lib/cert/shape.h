/*
 * shape.h - circles, rectangles and polygons on the earth; for region.c.
 */
#ifndef CERT_SHAPE_H
#define CERT_SHAPE_H

#include <stdbool.h>

#include "cert/region.h"
#include "schema/dot2_base.h"

/* Both are shapes, and inner is certain to lie within outer. */
bool
shape_within(const geographic_region *inner, const geographic_region *outer);
bool shape_place_known(struct region_place);
/* Is the place inside?  In doubt (0.6 % of a distance) it is. */
bool shape_holds(const geographic_region *, struct region_place);

#endif /* CERT_SHAPE_H */
