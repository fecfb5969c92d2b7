/*
 * shape.c - see shape.h and region.h.
 *
 * Edges of polygons are geodesics, which deviate from straight lines in the
 * plane of longitude and latitude, towards the nearer pole.  Each edge gets a
 * bound of that deviation (edge_bulge), and other shapes must keep away from
 * it by more.  Sides of rectangles are straight in that plane.
 */
#include <math.h>
#include <stddef.h>

#include "cert/shape.h"

#define MAX_LATITUDE  900000000
#define MIN_LONGITUDE (-1799999999)
#define MAX_LONGITUDE 1800000000
#define HALF_TURN     1800000000.0

#define RADIAN (3.14159265358979323846 / HALF_TURN)
#define EARTH  6371008.8 /* mean radius, metres */
/* A distance on the sphere differs from the ellipsoid's by no more. */
#define ELLIPSOID 1.006
/* Metres per 1e-7 degree of latitude, the least anywhere. */
#define METRES_MIN 0.0110574
/* Beyond, longitudes come too close together to reason in a plane. */
#define PLANE_LATITUDE 800000000.0

typedef struct two_d_location place;

struct box {
	double south, north, west, east;
};

static bool
known(const place *p)
{
	return p->latitude >= -MAX_LATITUDE && p->latitude <= MAX_LATITUDE &&
	       p->longitude >= MIN_LONGITUDE && p->longitude <= MAX_LONGITUDE;
}

bool
shape_place_known(struct region_place p)
{
	return known(&(place){p.latitude, p.longitude});
}

/* Metres on the sphere (haversine). */
static double
distance(const place *a, const place *b)
{
	double u = sin((b->latitude - (double)a->latitude) * RADIAN / 2);
	double v = sin((b->longitude - (double)a->longitude) * RADIAN / 2);
	double h = u * u + cos(a->latitude * RADIAN) *
			       cos(b->latitude * RADIAN) * v * v;

	return 2 * EARTH * asin(sqrt(h > 1 ? 1 : h));
}

/* ---- boxes: rectangles, and bounds of other shapes ---- */

static bool
box_of_rectangle(struct box *out, const rectangular_region *r)
{
	*out = (struct box){r->south_east.latitude, r->north_west.latitude,
	    r->north_west.longitude, r->south_east.longitude};
	return known(&r->north_west) && known(&r->south_east) &&
	       out->south <= out->north && out->west <= out->east;
}

static bool
box_of_circle(struct box *out, const circular_region *c)
{
	double dlat = c->radius * ELLIPSOID / METRES_MIN;
	double far = fabs((double)c->center.latitude) + dlat;
	double dlon;

	if (!known(&c->center) || far > PLANE_LATITUDE)
		return false;
	dlon = dlat / cos(far * RADIAN);
	*out =
	    (struct box){c->center.latitude - dlat, c->center.latitude + dlat,
		c->center.longitude - dlon, c->center.longitude + dlon};
	return out->west > -HALF_TURN && out->east < HALF_TURN;
}

/* How far a geodesic between a and b leaves the straight line, in 1e-7 degree
 * of latitude: that of the arc between two points on the parallel nearer to
 * the pole, as far apart in longitude. */
static double
edge_bulge(const place *a, const place *b)
{
	double lat =
	    fmax(fabs((double)a->latitude), fabs((double)b->latitude)) * RADIAN;
	double half = fabs(a->longitude - (double)b->longitude) * RADIAN / 2;

	return (atan(tan(lat) / cos(half)) - lat) / RADIAN + 1;
}

/* Is the polygon one that can be reasoned about in a plane? */
static bool
plane_polygon(const polygonal_region *p)
{
	const place *a, *b;
	size_t i;

	for (i = 0; i < p->n; i++) {
		a = &p->v[i];
		b = &p->v[(i + 1) % p->n];
		if (!known(a) || fabs((double)a->latitude) > PLANE_LATITUDE ||
		    fabs(a->longitude - (double)b->longitude) > HALF_TURN / 3)
			return false;
	}
	return p->n >= 3;
}

static bool
box_of_polygon(struct box *out, const polygonal_region *p)
{
	struct box b = {HALF_TURN, -HALF_TURN, HALF_TURN, -HALF_TURN};
	double bulge = 0;
	size_t i;

	if (!plane_polygon(p))
		return false;
	for (i = 0; i < p->n; i++) {
		b.south = fmin(b.south, p->v[i].latitude);
		b.north = fmax(b.north, p->v[i].latitude);
		b.west = fmin(b.west, p->v[i].longitude);
		b.east = fmax(b.east, p->v[i].longitude);
		bulge =
		    fmax(bulge, edge_bulge(&p->v[i], &p->v[(i + 1) % p->n]));
	}
	b.south -= bulge;
	b.north += bulge;
	*out = b;
	return true;
}

/* ---- inside rectangles ---- */

/* Cutting ends after this many pieces; no real certificate comes near. */
#define CUTS_MAX 20000

/* Is what is left of b, after the first rectangles, inside the others? */
static bool
covered(struct box b, const rectangular_region *v, size_t n, unsigned *cuts)
{
	struct box o, rest;

	while (n > 0 &&
	       (!box_of_rectangle(&o, v) || o.east < b.west ||
		   o.west > b.east || o.north < b.south || o.south > b.north)) {
		v++;
		n--;
	}
	if (n == 0 || ++*cuts > CUTS_MAX)
		return false;
	v++;
	n--;
	rest = b;
	rest.south = o.north;
	if (b.north > o.north && !covered(rest, v, n, cuts))
		return false;
	rest = b;
	rest.north = o.south;
	if (b.south < o.south && !covered(rest, v, n, cuts))
		return false;
	b.south = fmax(b.south, o.south);
	b.north = fmin(b.north, o.north);
	rest = b;
	rest.east = o.west;
	if (b.west < o.west && !covered(rest, v, n, cuts))
		return false;
	rest = b;
	rest.west = o.east;
	return b.east <= o.east || covered(rest, v, n, cuts);
}

static bool
box_in_rectangles(struct box b, const sequence_of_rectangular_region *outer)
{
	unsigned cuts = 0;

	return covered(b, outer->v, outer->n, &cuts);
}

static bool
in_rectangles(
    const geographic_region *inner, const sequence_of_rectangular_region *outer)
{
	struct box b;
	size_t i;

	if (inner->is == geographic_region_circular_region)
		return box_of_circle(&b, &inner->circular_region) &&
		       box_in_rectangles(b, outer);
	if (inner->is == geographic_region_polygonal_region)
		return box_of_polygon(&b, &inner->polygonal_region) &&
		       box_in_rectangles(b, outer);
	for (i = 0; i < inner->rectangular_region.n; i++)
		if (!box_of_rectangle(&b, &inner->rectangular_region.v[i]) ||
		    !box_in_rectangles(b, outer))
			return false;
	return inner->rectangular_region.n > 0;
}

/* ---- inside a circle ---- */

static bool
point_in_circle(const place *p, const circular_region *c)
{
	return known(p) && distance(p, &c->center) * ELLIPSOID <= c->radius;
}

/* Distance grows with the difference of longitude, and along a meridian away
 * from the nearest point, so the corners are the farthest. */
static bool
rectangle_in_circle(const rectangular_region *r, const circular_region *c)
{
	struct box b;
	place nw = r->north_west, se = r->south_east;

	return box_of_rectangle(&b, r) && b.east - b.west < HALF_TURN &&
	       point_in_circle(&nw, c) && point_in_circle(&se, c) &&
	       point_in_circle(&(place){nw.latitude, se.longitude}, c) &&
	       point_in_circle(&(place){se.latitude, nw.longitude}, c);
}

static bool
in_circle(const geographic_region *inner, const circular_region *c)
{
	size_t i;

	if (!known(&c->center))
		return false;
	if (inner->is == geographic_region_circular_region)
		return known(&inner->circular_region.center) &&
		       distance(&inner->circular_region.center, &c->center) *
				   ELLIPSOID +
			       inner->circular_region.radius <=
			   c->radius;
	if (inner->is == geographic_region_polygonal_region) {
		for (i = 0; i < inner->polygonal_region.n; i++)
			if (!point_in_circle(&inner->polygonal_region.v[i], c))
				return false;
		return true;
	}
	for (i = 0; i < inner->rectangular_region.n; i++)
		if (!rectangle_in_circle(&inner->rectangular_region.v[i], c))
			return false;
	return inner->rectangular_region.n > 0;
}

/* ---- inside a polygon ---- */

/* Even-odd rule in the plane. */
static bool
point_in_polygon(const place *p, const polygonal_region *poly)
{
	const place *a, *b;
	bool in = false;
	double x;
	size_t i;

	for (i = 0; i < poly->n; i++) {
		a = &poly->v[i];
		b = &poly->v[(i + 1) % poly->n];
		if ((a->latitude > p->latitude) == (b->latitude > p->latitude))
			continue;
		x = a->longitude + (p->latitude - (double)a->latitude) *
				       (b->longitude - (double)a->longitude) /
				       (b->latitude - (double)a->latitude);
		if (p->longitude < x)
			in = !in;
	}
	return in;
}

struct plane {
	double x, y;
};

static double
point_to_segment(struct plane p, struct plane a, struct plane b)
{
	double dx = b.x - a.x, dy = b.y - a.y, n = dx * dx + dy * dy;
	double t = n == 0 ? 0 : ((p.x - a.x) * dx + (p.y - a.y) * dy) / n;

	t = t < 0 ? 0 : t > 1 ? 1 : t;
	return hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

static double
side(struct plane a, struct plane b, struct plane p)
{
	return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

static double
segment_to_segment(
    struct plane a, struct plane b, struct plane c, struct plane d)
{
	if (side(a, b, c) * side(a, b, d) < 0 &&
	    side(c, d, a) * side(c, d, b) < 0)
		return 0;
	return fmin(fmin(point_to_segment(a, c, d), point_to_segment(b, c, d)),
	    fmin(point_to_segment(c, a, b), point_to_segment(d, a, b)));
}

/* Metres, at most the true ones: longitudes shrink by the least cosine. */
static struct plane
project(const place *p, double shrink)
{
	return (struct plane){
	    p->longitude * METRES_MIN * shrink, p->latitude * METRES_MIN};
}

static double
least_cosine(const polygonal_region *poly)
{
	double lat = 0;
	size_t i;

	for (i = 0; i < poly->n; i++)
		lat = fmax(lat, fabs((double)poly->v[i].latitude));
	return cos(lat * RADIAN);
}

/* Does the segment from a to b keep more than room metres from all edges? */
static bool
keeps_away(
    const place *a, const place *b, double room, const polygonal_region *poly)
{
	double shrink = least_cosine(poly), d;
	const place *c, *e;
	size_t i;

	for (i = 0; i < poly->n; i++) {
		c = &poly->v[i];
		e = &poly->v[(i + 1) % poly->n];
		d = segment_to_segment(project(a, shrink), project(b, shrink),
		    project(c, shrink), project(e, shrink));
		/* The bulge is in units of latitude, at most 0.01117 m. */
		if (d <= room + edge_bulge(c, e) * METRES_MIN * 1.02)
			return false;
	}
	return true;
}

static bool
rectangle_in_polygon(const rectangular_region *r, const polygonal_region *poly)
{
	place nw = r->north_west, se = r->south_east;
	place ne = {nw.latitude, se.longitude};
	place sw = {se.latitude, nw.longitude};
	struct box b;

	return box_of_rectangle(&b, r) && point_in_polygon(&nw, poly) &&
	       keeps_away(&nw, &ne, 0, poly) && keeps_away(&ne, &se, 0, poly) &&
	       keeps_away(&se, &sw, 0, poly) && keeps_away(&sw, &nw, 0, poly);
}

static bool
polygon_in_polygon(const polygonal_region *p, const polygonal_region *poly)
{
	const place *a, *b;
	size_t i;

	if (!plane_polygon(p) || !point_in_polygon(&p->v[0], poly))
		return false;
	for (i = 0; i < p->n; i++) {
		a = &p->v[i];
		b = &p->v[(i + 1) % p->n];
		if (!keeps_away(
			a, b, edge_bulge(a, b) * METRES_MIN * 1.02, poly))
			return false;
	}
	return true;
}

static bool
in_polygon(const geographic_region *inner, const polygonal_region *poly)
{
	const circular_region *c = &inner->circular_region;
	size_t i;

	if (!plane_polygon(poly))
		return false;
	if (inner->is == geographic_region_circular_region)
		return known(&c->center) &&
		       point_in_polygon(&c->center, poly) &&
		       keeps_away(
			   &c->center, &c->center, c->radius * ELLIPSOID, poly);
	if (inner->is == geographic_region_polygonal_region)
		return polygon_in_polygon(&inner->polygonal_region, poly);
	for (i = 0; i < inner->rectangular_region.n; i++)
		if (!rectangle_in_polygon(
			&inner->rectangular_region.v[i], poly))
			return false;
	return inner->rectangular_region.n > 0;
}

/* ---- all ---- */

static bool
is_shape(const geographic_region *r)
{
	return r->is == geographic_region_circular_region ||
	       r->is == geographic_region_rectangular_region ||
	       r->is == geographic_region_polygonal_region;
}

bool
shape_within(const geographic_region *inner, const geographic_region *outer)
{
	if (!is_shape(inner) || !is_shape(outer))
		return false;
	if (outer->is == geographic_region_circular_region)
		return in_circle(inner, &outer->circular_region);
	if (outer->is == geographic_region_rectangular_region)
		return in_rectangles(inner, &outer->rectangular_region);
	return in_polygon(inner, &outer->polygonal_region);
}

static bool
rectangle_holds(const rectangular_region *r, const place *p)
{
	double west = r->north_west.longitude, east = r->south_east.longitude;

	if (p->latitude > r->north_west.latitude ||
	    p->latitude < r->south_east.latitude)
		return false;
	if (west > east) /* across longitude 180 */
		return p->longitude >= west || p->longitude <= east;
	return p->longitude >= west && p->longitude <= east;
}

bool
shape_holds(const geographic_region *r, struct region_place at)
{
	place p = {at.latitude, at.longitude};
	size_t i;

	if (r->is == geographic_region_circular_region)
		return distance(&p, &r->circular_region.center) / ELLIPSOID <=
		       r->circular_region.radius;
	if (r->is == geographic_region_polygonal_region)
		return point_in_polygon(&p, &r->polygonal_region);
	for (i = 0; i < r->rectangular_region.n; i++)
		if (rectangle_holds(&r->rectangular_region.v[i], &p))
			return true;
	return false;
}
