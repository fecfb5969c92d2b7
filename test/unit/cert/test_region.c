/* Tables of regions inside each other. */
#include <stdio.h>
#include <stdlib.h>

#include "cert/region.h"
#include "cert/validity.h"
#include "common.h"

/* ---- a little language ----
 *	C lat lon radius; R n w s e [, n w s e]...; P lat lon, lat lon, ...
 *	I country[/region[/subregion]] ...;	degrees; -: absent
 */

static int32_t
units(double degrees)
{
	return (int32_t)(degrees * 1e7 + (degrees < 0 ? -0.5 : 0.5));
}

static size_t
numbers(double *v, size_t max, const char *s)
{
	char *end;
	size_t n = 0;

	for (;;) {
		while (*s == ' ' || *s == ',')
			s++;
		if (*s == '\0')
			return n;
		assert_true(n < max);
		v[n++] = strtod(s, &end);
		assert_ptr_not_equal(end, s);
		s = end;
	}
}

static void
identified(identified_region *out, const char *s)
{
	unsigned country, region, sub;
	int n = sscanf(s, "%u/%u/%u", &country, &region, &sub);
	region_and_subregions *rs = ARENA_NEW(&A, region_and_subregions);
	uint8_t *r = ARENA_NEW(&A, uint8_t);
	uint16_t *u = ARENA_NEW(&A, uint16_t);

	assert_true(n >= 1);
	if (n == 1) {
		out->is = identified_region_country_only;
		out->country_only = (uint16_t)country;
	} else if (n == 2) {
		out->is = identified_region_country_and_regions;
		*r = (uint8_t)region;
		out->country_and_regions =
		    (country_and_regions){(uint16_t)country, {1, r}};
	} else {
		out->is = identified_region_country_and_subregions;
		*u = (uint16_t)sub;
		*rs = (region_and_subregions){(uint8_t)region, {1, u}};
		out->country_and_subregions =
		    (country_and_subregions){(uint16_t)country, {1, rs}};
	}
}

static void
identified_list(geographic_region *r, const char *s)
{
	identified_region *v = ARENA_ARRAY(&A, 8, identified_region);
	size_t n = 0;

	r->is = geographic_region_identified_region;
	while (*s != '\0') {
		while (*s == ' ')
			s++;
		assert_true(n < 8);
		identified(&v[n++], s);
		s += strcspn(s, " ");
	}
	r->identified_region = (sequence_of_identified_region){n, v};
}

static geographic_region *
region(const char *s)
{
	geographic_region *r = ARENA_NEW(&A, geographic_region);
	two_d_location *p = ARENA_ARRAY(&A, 32, two_d_location);
	rectangular_region *q = ARENA_ARRAY(&A, 16, rectangular_region);
	double v[64];
	size_t n, i;

	if (*s == '-')
		return NULL;
	if (*s == 'I') {
		identified_list(r, s + 2);
		return r;
	}
	n = numbers(v, 64, s + 1);
	for (i = 0; i + 1 < n; i += 2)
		p[i / 2] = (two_d_location){units(v[i]), units(v[i + 1])};
	if (*s == 'C') {
		r->is = geographic_region_circular_region;
		r->circular_region = (circular_region){p[0], (uint16_t)v[2]};
	} else if (*s == 'R') {
		for (i = 0; i < n / 4; i++)
			q[i] = (rectangular_region){p[2 * i], p[2 * i + 1]};
		r->is = geographic_region_rectangular_region;
		r->rectangular_region =
		    (sequence_of_rectangular_region){n / 4, q};
	} else {
		r->is = geographic_region_polygonal_region;
		r->polygonal_region = (polygonal_region){n / 2, p};
	}
	return r;
}

/* ---- tables ---- */

static void
within(void **state)
{
	/* clang-format off */
	static const struct { const char *inner, *outer; bool in; } rows[] = {
		/* absent is everywhere */
		{ "-", "-", true }, { "I 840", "-", true },
		{ "-", "I 840", false }, { "C 0 0 1", "-", true },
		/* countries, regions, subregions */
		{ "I 840", "I 840", true }, { "I 840", "I 124 840", true },
		{ "I 840 124", "I 124 484 840", true },
		{ "I 840 1", "I 124 840", false }, { "I 124", "I 840", false },
		{ "I 840/5", "I 840", true }, { "I 840/5/7", "I 840", true },
		{ "I 840/5/7", "I 840/5", true },
		{ "I 840/5/7", "I 840/5/7", true },
		{ "I 840/5/7", "I 124 840/5/7", true },
		{ "I 840/5/7", "I 124/5/7 840/6/7", false },
		{ "I 840/5/7", "I 840/5/8", false },
		{ "I 840/5/7", "I 840/6", false },
		{ "I 840/5", "I 840/5/7", false },
		{ "I 840", "I 840/5", false }, { "I 840/5", "I 124/5", false },
		{ "I 840/5 840/6", "I 840/6 840/5", true },
		{ "I 840/5 840/6/1", "I 840/5 840/6", true },
		{ "I 840/5 840/7", "I 840/5 840/6", false },
		/* shapes in the part of a country that is known */
		{ "C 40 -100 10", "I 840", true },
		{ "C 40 -100 10", "I 124 840", true },
		{ "C 40 -100 10", "I 840/5", false },
		{ "C 40 -100 10", "I 124 484", false },
		{ "C 40.7128 -74.006 1000", "I 840", true }, /* New York */
		{ "C 27.9506 -82.4572 5000", "I 840", true }, /* Tampa */
		{ "C 41.14 -104.82 50000", "I 840", true }, /* Cheyenne */
		{ "C 37.7749 -122.4194 2000", "I 840", true },
		{ "C 61.2181 -149.9003 2000", "I 840", true }, /* Anchorage */
		{ "R 45 -111 41 -104", "I 840", true }, /* Wyoming */
		{ "P 41.4 -81.8, 41.4 -81.6, 41.5 -81.7", "I 840", true },
		{ "C 43.6532 -79.3832 1000", "I 840", false }, /* Toronto */
		{ "C 45.5019 -73.5674 1000", "I 840", false }, /* Montreal */
		{ "C 49.2827 -123.1207 1000", "I 840", false }, /* Vancouver */
		{ "C 48.4284 -123.3656 1000", "I 840", false }, /* Victoria */
		{ "C 42.3149 -83.0364 1000", "I 840", false }, /* Windsor */
		{ "C 42.0417 -82.7400 1000", "I 840", false }, /* Leamington */
		{ "C 46.5136 -84.3358 1000", "I 840", false }, /* Sault, Ont. */
		{ "C 48.3809 -89.2477 1000", "I 840", false }, /* Thunder Bay */
		{ "C 45.2733 -66.0633 1000", "I 840", false }, /* Saint John */
		{ "C 44.6488 -63.5752 1000", "I 840", false }, /* Halifax */
		{ "C 46.8139 -71.2080 1000", "I 840", false }, /* Quebec */
		{ "C 49.8951 -97.1384 1000", "I 840", false }, /* Winnipeg */
		{ "C 60.7212 -135.0568 1000", "I 840", false }, /* Whitehorse */
		{ "C 32.5149 -117.0382 1000", "I 840", false }, /* Tijuana */
		{ "C 32.6245 -115.4523 1000", "I 840", false }, /* Mexicali */
		{ "C 31.6904 -106.4245 1000", "I 840", false }, /* Juarez */
		{ "C 31.2959 -110.9428 1000", "I 840", false }, /* Nogales */
		{ "C 27.4779 -99.5496 1000", "I 840", false }, /* N. Laredo */
		{ "C 28.7000 -100.5230 1000", "I 840", false }, /* P. Negras */
		{ "C 26.0508 -98.2979 1000", "I 840", false }, /* Reynosa */
		{ "C 25.8690 -97.5027 1000", "I 840", false }, /* Matamoros */
		{ "C 25.0443 -77.3504 1000", "I 840", false }, /* Nassau */
		{ "C 35 -70 1000", "I 840", false }, /* at sea */
		{ "R 50 -111 41 -104", "I 840", false },
		/* an identified region is never certain to be in a shape */
		{ "I 840", "R 90 -180 -90 180", false },
		{ "I 840/5", "I 840/6", false },
		/* circles */
		{ "C 40 -100 1000", "C 40 -100 1000", true },
		{ "C 40 -100 1000", "C 40 -100 1001", true },
		{ "C 40 -100 1001", "C 40 -100 1000", false },
		/* 0.01 degree of latitude is 1,112 m */
		{ "C 40.01 -100 1000", "C 40 -100 2200", true },
		{ "C 40.01 -100 1000", "C 40 -100 2111", false },
		{ "C 40.01 -100 1000", "C 40 -100 2115", false }, /* in doubt */
		{ "R 40.001 -100.001 39.999 -99.999", "C 40 -100 150", true },
		{ "R 40.001 -100.001 39.999 -99.999", "C 40 -100 130", false },
		{ "P 40.001 -100, 39.999 -100.001, 39.999 -99.999",
		    "C 40 -100 150", true },
		{ "P 40.002 -100, 39.999 -100.001, 39.999 -99.999",
		    "C 40 -100 150", false },
		/* rectangles */
		{ "R 41 -101 40 -100", "R 41 -101 40 -100", true },
		{ "R 41 -101 40 -100", "R 42 -102 39 -99", true },
		{ "R 41 -101 40 -98", "R 42 -102 39 -99", false },
		{ "R 43 -101 40 -100", "R 42 -102 39 -99", false },
		{ "R 41 -101 40 -100", "R 41 -101 40.5 -100, 40.5 -101 40 -100",
		    true },
		{ "R 41 -101 40 -100",
		    "R 41 -101 40.5 -100, 40.4999999 -101 40 -100", false },
		{ "R 41 -101 40 -99", "R 41 -101 40 -100, 42 -100 39 -98",
		    true },
		{ "R 41 -101 40 -99",
		    "R 40.6 -102 39 -99.9, 42 -102 40.5 -98, 41 -100 39 -98",
		    true },
		/* a pinwheel around a hole */
		{ "R 3 0 0 3", "R 3 0 1 1, 3 1 2 3, 2 2 0 3, 1 0 0 2", false },
		{ "R 3 0 0 3",
		    "R 3 0 1 1, 3 1 2 3, 2 2 0 3, 1 0 0 2, 2 1 1 2", true },
		{ "R 41 -101 40 -100, 51 -101 50 -100", "R 42 -102 39 -99",
		    false },
		{ "R 41 -101 40 -100, 51 -101 50 -100",
		    "R 42 -102 39 -99, 52 -102 49 -99", true },
		{ "C 40 -100 1000", "R 40.1 -100.1 39.9 -99.9", true },
		{ "C 40 -100 12000", "R 40.1 -100.1 39.9 -99.9", false },
		{ "C 40 -100 9000", "R 40.1 -100.1 39.9 -99.9", false },
		{ "C 40 -100 8000", "R 40.1 -100.1 39.9 -99.9", true },
		{ "P 40 -100, 40 -101, 41 -100.5", "R 42 -102 39 -99", true },
		{ "P 40 -100, 40 -101, 41 -98.5", "R 42 -102 39 -99", false },
		/* a geodesic from 40/-110 to 40/-90 rises to 40.43 north */
		{ "P 40 -110, 35 -100, 40 -90", "R 40.1 -111 30 -89", false },
		{ "P 40 -110, 35 -100, 40 -90", "R 40.5 -111 30 -89", true },
		/* upside down, inside out, across 180, unknown */
		{ "R 40 -101 41 -100", "R 42 -102 39 -99", false },
		{ "R 41 -101 40 -100", "R 39 -102 42 -99", false },
		{ "R 41 179 40 -179", "R 42 178 39 -178", false },
		{ "R 41 179 40 -179", "R 41 179 40 -179", true },
		{ "C 90.0000001 0 1", "R 90 -179 -90 180", false },
		{ "C 0 179.9999 1000", "R 10 170 -10 180", false },
		/* polygons */
		{ "P 1 1, 1 9, 9 9, 9 1", "P 0 0, 0 10, 10 10, 10 0", true },
		{ "P 1 1, 1 9, 9 9, 11 1", "P 0 0, 0 10, 10 10, 10 0", false },
		{ "P 0 0, 0 10, 10 10, 10 0", "P 1 1, 1 9, 9 9, 9 1", false },
		{ "P 1 1, 1 2, 2 1", "P 0 0, 0 10, 10 10, 10 0", true },
		{ "P 0 0, 0 10, 10 10, 10 0", "P 0 0, 0 10, 10 10, 10 0",
		    true },
		/* all corners inside, but an edge cuts a notch */
		{ "P 1 1, 1 9, 2 9, 2 1", "P 0 0, 0 4, 8 5, 0 6, 0 10, 10 10, "
		    "10 0", false },
		{ "R 9 1 1 9", "P 0 0, 0 10, 10 10, 10 0", true },
		{ "R 2 1 1 9", "P 0 0, 0 4, 8 5, 0 6, 0 10, 10 10, 10 0",
		    false },
		{ "R 9 1 1 11", "P 0 0, 0 10, 10 10, 10 0", false },
		{ "C 5 5 60000", "P 0 0, 0 10, 10 10, 10 0", true },
		{ "C 0.5 5 54000", "P 0 0, 0 10, 10 10, 10 0", true },
		{ "C 0.5 5 56000", "P 0 0, 0 10, 10 10, 10 0", false },
		{ "C 11 5 100", "P 0 0, 0 10, 10 10, 10 0", false },
		/* near the pole nothing is certain */
		{ "C 85 0 100", "P 84 -10, 84 10, 86 10, 86 -10", false },
	};
	/* clang-format on */
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (region_within(region(rows[i].inner),
			region(rows[i].outer)) != rows[i].in)
			fail_msg("%s in %s: not %d", rows[i].inner,
			    rows[i].outer, rows[i].in);
}

static void
hostile_rectangles_end_soon(void **state)
{
	enum { N = 2000 };
	geographic_region outer = {.is = geographic_region_rectangular_region};
	rectangular_region *v = ARENA_ARRAY(&A, N, rectangular_region);
	size_t i;

	(void)state;
	/* Crosses, each of which cuts every piece into four. */
	for (i = 0; i < N; i++)
		v[i] =
		    i % 2 == 0
			? (rectangular_region){{(int32_t)i * 100 + 50, 0},
			      {(int32_t)i * 100, 9000000}}
			: (rectangular_region){{9000000, (int32_t)i * 100 + 50},
			      {0, (int32_t)i * 100}};
	outer.rectangular_region = (sequence_of_rectangular_region){N, v};
	assert_false(region_within(region("R 0.9 0 0 0.9"), &outer));
}

static void
places(void **state)
{
	/* clang-format off */
	static const struct {
		const char		*region;
		double			 lat, lon;
		enum region_answer	 want;
	} rows[] = {
		{ "-", 0, 0, REGION_INSIDE },
		{ "I 840", 40, -100, REGION_UNKNOWN },
		{ "C 40 -100 1000", 40, -100, REGION_INSIDE },
		{ "C 40 -100 1120", 40.01, -100, REGION_INSIDE },
		{ "C 40 -100 1000", 40.01, -100, REGION_OUTSIDE },
		{ "C 40 -100 860", 40, -100.01, REGION_INSIDE },
		{ "C 40 -100 840", 40, -100.01, REGION_OUTSIDE },
		{ "R 41 -101 40 -100", 40.5, -100.5, REGION_INSIDE },
		{ "R 41 -101 40 -100", 41, -101, REGION_INSIDE },
		{ "R 41 -101 40 -100", 41.0000001, -101, REGION_OUTSIDE },
		{ "R 41 -101 40 -100, 51 -101 50 -100", 50.5, -100.5,
		    REGION_INSIDE },
		{ "R 41 179 40 -179", 40.5, 180, REGION_INSIDE },
		{ "R 41 179 40 -179", 40.5, -179.5, REGION_INSIDE },
		{ "R 41 179 40 -179", 40.5, 178, REGION_OUTSIDE },
		{ "P 0 0, 0 10, 10 10, 10 0", 5, 5, REGION_INSIDE },
		{ "P 0 0, 0 10, 10 10, 10 0", 5, 11, REGION_OUTSIDE },
		{ "P 0 0, 0 4, 8 5, 0 6, 0 10, 10 10, 10 0", 1, 5,
		    REGION_OUTSIDE },
		{ "C 40 -100 1000", 90.0000001, -100, REGION_UNKNOWN },
	};
	/* clang-format on */
	struct region_place p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		p = (struct region_place){
		    units(rows[i].lat), units(rows[i].lon)};
		if (region_holds(region(rows[i].region), p) != rows[i].want)
			fail_msg("%s at %f %f", rows[i].region, rows[i].lat,
			    rows[i].lon);
	}
}

/* ---- validity periods ---- */

static void
durations(void **state)
{
	/* clang-format off */
	static const struct {
		enum duration_tag unit; uint16_t value; uint64_t seconds;
	} rows[] = {
		{ duration_microseconds, 65535, 0 },
		{ duration_milliseconds, 999, 0 },
		{ duration_milliseconds, 65535, 65 },
		{ duration_seconds, 65535, 65535 },
		{ duration_minutes, 10140, 608400 },
		{ duration_hours, 169, 608400 },
		{ duration_sixty_hours, 1169, 252504000 },
		{ duration_years, 1, 31556952 },
		{ duration_years, 70, 2208986640 },
	};
	/* clang-format on */
	validity_period v, other;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		v = (validity_period){1000, {.is = rows[i].unit}};
		v.duration.years = rows[i].value;
		assert_int_equal(
		    duration_in_seconds(&v.duration), rows[i].seconds);
		assert_int_equal(validity_end(&v), 1000 + rows[i].seconds);
	}
	v = (validity_period){T0, {.is = duration_years}};
	v.duration.years = 65535;
	assert_int_equal(validity_end(&v), UINT32_MAX);
	/* The same end in another unit is still inside. */
	v.duration.is = duration_hours;
	v.duration.hours = 169;
	other = (validity_period){T0, {.is = duration_minutes}};
	other.duration.minutes = 10140;
	assert_true(validity_nested(&v, &other));
	assert_true(validity_nested(&other, &v));
	other.duration.minutes++;
	assert_false(validity_nested(&other, &v));
	other = (validity_period){T0 - 1, v.duration};
	assert_false(validity_nested(&other, &v));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(within),
	    T(hostile_rectangles_end_soon),
	    T(places),
	    T(durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
