/*
 * outside.c - see outside.h.
 *
 * Of countries there are rectangles that hold all of them, and some of their
 * neighbours: what is in none of them is certain to lie outside.
 */
#include <math.h>
#include <stddef.h>

#include "cert/profile.h"
#include "misbehavior/outside.h"
#include "schema/dot2_base.h"

#define METRES_PER_DEGREE 111195.0

/* Whole degrees, drawn outwards. */
static const struct box {
	uint16_t country;
	int16_t south, west, north, east;
} boxes[] = {
    {COUNTRY_USA, 24, -126, 50, -66},	 /* between Canada and Mexico */
    {COUNTRY_USA, 51, -180, 72, -129},	 /* Alaska */
    {COUNTRY_USA, 51, 172, 54, 180},	 /* the last of the Aleutians */
    {COUNTRY_USA, 18, -179, 29, -154},	 /* Hawaii and its chain */
    {COUNTRY_USA, 17, -68, 19, -64},	 /* Puerto Rico, Virgin Islands */
    {COUNTRY_USA, 13, 144, 21, 147},	 /* Guam, Northern Marianas */
    {COUNTRY_USA, -15, -172, -10, -168}, /* American Samoa */
    {COUNTRY_CANADA, 41, -142, 84, -52},
    {COUNTRY_MEXICO, 14, -119, 33, -86},
};

/* A box grown by so many metres. */
static bool
in_box(const struct box *b, struct region_place p, double metres)
{
	double lat = p.latitude * 1e-7, lon = p.longitude * 1e-7;
	double dlat = metres / METRES_PER_DEGREE;
	double dlon = dlat / fmax(0.01, cos(lat * 3.14159265358979 / 180));

	return lat >= b->south - dlat && lat <= b->north + dlat &&
	       lon >= b->west - dlon && lon <= b->east + dlon;
}

static bool
outside_country(uint16_t country, struct region_place p, double metres)
{
	bool known = false;

	for (size_t k = 0; k < sizeof(boxes) / sizeof(boxes[0]); k++) {
		if (boxes[k].country != country)
			continue;
		if (in_box(&boxes[k], p, metres))
			return false;
		known = true;
	}
	return known;
}

static bool
outside_identified(
    const identified_region *r, struct region_place p, double metres)
{
	switch (r->is) {
	case identified_region_country_only:
		return outside_country(r->country_only, p, metres);
	case identified_region_country_and_regions:
		return outside_country(
		    r->country_and_regions.country_only, p, metres);
	case identified_region_country_and_subregions:
		return outside_country(
		    r->country_and_subregions.country, p, metres);
	case identified_region_unknown:
		break;
	}
	return false;
}

/* Of a shape: so are the place and eight around it. */
static bool
outside_shape(const geographic_region *r, struct region_place p, double metres)
{
	double step = metres / METRES_PER_DEGREE * 1e7;
	double shrink =
	    fmax(0.01, cos(p.latitude * 1e-7 * 3.14159265358979 / 180));
	struct region_place q;

	for (int north = -1; north <= 1; north++)
		for (int east = -1; east <= 1; east++) {
			q.latitude = p.latitude + (int32_t)(north * step);
			q.longitude =
			    p.longitude + (int32_t)(east * step / shrink);
			if (region_holds(r, q) != REGION_OUTSIDE)
				return false;
		}
	return true;
}

bool
outside_region(const geographic_region *r, struct region_place p, double metres)
{
	if (r == NULL)
		return false;
	if (r->is != geographic_region_identified_region)
		return outside_shape(r, p, metres);
	for (size_t k = 0; k < r->identified_region.n; k++)
		if (!outside_identified(&r->identified_region.v[k], p, metres))
			return false;
	return r->identified_region.n > 0;
}
