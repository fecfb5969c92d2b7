/* csr_terms.c - what a device asks for, as the standard writes it down. */
#include "device/csr_terms.h"
#include "cert/perm.h"

#define PSIDS_MOST  64
#define PLACES_MOST 64

static enum fault
no_memory(struct fault_info *fi)
{
	return fault_set(fi, FAULT_TOO_LARGE, "request");
}

/* ---- regions ---- */

static enum fault
fill_country(identified_region *out, struct arena *arena,
    const struct monarch_country *in, struct fault_info *fi)
{
	country_and_regions *c = &out->country_and_regions;
	uint8_t *v;

	if (in->regions_n == 0) {
		out->is = identified_region_country_only;
		out->country_only = in->country;
		return FAULT_OK;
	}
	if ((v = ARENA_ARRAY(arena, in->regions_n, uint8_t)) == NULL)
		return no_memory(fi);
	for (size_t k = 0; k < in->regions_n; k++)
		v[k] = in->regions[k];
	out->is = identified_region_country_and_regions;
	c->country_only = in->country;
	c->regions = (sequence_of_uint8){in->regions_n, v};
	return FAULT_OK;
}

static enum fault
fill_countries(geographic_region *out, struct arena *arena,
    const struct monarch_region *in, struct fault_info *fi)
{
	identified_region *v = ARENA_ARRAY(arena, in->n, identified_region);

	if (v == NULL)
		return no_memory(fi);
	for (size_t k = 0; k < in->n; k++)
		TRY(fill_country(&v[k], arena, &in->country[k], fi));
	out->is = geographic_region_identified_region;
	out->identified_region = (sequence_of_identified_region){in->n, v};
	return FAULT_OK;
}

static two_d_location
location(struct monarch_place p)
{
	return (two_d_location){
	    .latitude = p.latitude, .longitude = p.longitude};
}

static int32_t
least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static int32_t
most(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

static enum fault
fill_rectangles(geographic_region *out, struct arena *arena,
    const struct monarch_region *in, struct fault_info *fi)
{
	const size_t n = in->n / 2;
	rectangular_region *v = ARENA_ARRAY(arena, n, rectangular_region);

	if (v == NULL)
		return no_memory(fi);
	for (size_t k = 0; k < n; k++) {
		struct monarch_place a = in->place[2 * k];
		struct monarch_place b = in->place[2 * k + 1];

		if (a.latitude == b.latitude || a.longitude == b.longitude)
			return fault_set(fi, FAULT_USAGE,
			    "corners of a rectangle in one line");
		v[k].north_west = location(
		    (struct monarch_place){most(a.latitude, b.latitude),
			least(a.longitude, b.longitude)});
		v[k].south_east = location(
		    (struct monarch_place){least(a.latitude, b.latitude),
			most(a.longitude, b.longitude)});
	}
	out->is = geographic_region_rectangular_region;
	out->rectangular_region = (sequence_of_rectangular_region){n, v};
	return FAULT_OK;
}

static enum fault
fill_polygon(geographic_region *out, struct arena *arena,
    const struct monarch_region *in, struct fault_info *fi)
{
	two_d_location *v = ARENA_ARRAY(arena, in->n, two_d_location);

	if (v == NULL)
		return no_memory(fi);
	for (size_t k = 0; k < in->n; k++)
		v[k] = location(in->place[k]);
	out->is = geographic_region_polygonal_region;
	out->polygonal_region = (polygonal_region){in->n, v};
	return FAULT_OK;
}

/* Is there as much as the form needs? */
static enum fault
check_region(const struct monarch_region *in, struct fault_info *fi)
{
	const bool good[] = {
	    [MONARCH_COUNTRIES] = in->n > 0,
	    [MONARCH_CIRCLE] = in->n == 1 && in->radius > 0,
	    [MONARCH_RECTANGLES] = in->n > 0 && in->n % 2 == 0,
	    [MONARCH_POLYGON] = in->n >= 3,
	};

	if (in->n > PLACES_MOST || !good[in->form])
		return fault_set(fi, FAULT_USAGE,
		    "a region is needed: countries, a circle with a radius, "
		    "corners of rectangles, or a polygon of 3 to %d places",
		    PLACES_MOST);
	for (size_t k = 0; k < in->n && in->form != MONARCH_COUNTRIES; k++)
		if (in->place[k].latitude < -900000000 ||
		    in->place[k].latitude > 900000000 ||
		    in->place[k].longitude < -1799999999 ||
		    in->place[k].longitude > 1800000000)
			return fault_set(fi, FAULT_USAGE,
			    "latitude or longitude that is none");
	return FAULT_OK;
}

enum fault
csr_region(geographic_region **out, struct arena *arena,
    const struct monarch_region *in, struct fault_info *fi)
{
	geographic_region *r = ARENA_NEW(arena, geographic_region);

	TRY(check_region(in, fi));
	if ((*out = r) == NULL)
		return no_memory(fi);
	switch (in->form) {
	case MONARCH_COUNTRIES:
		return fill_countries(r, arena, in, fi);
	case MONARCH_RECTANGLES:
		return fill_rectangles(r, arena, in, fi);
	case MONARCH_POLYGON:
		return fill_polygon(r, arena, in, fi);
	case MONARCH_CIRCLE:
		break;
	}
	r->is = geographic_region_circular_region;
	r->circular_region.center = location(in->place[0]);
	r->circular_region.radius = in->radius;
	return FAULT_OK;
}

/* ---- PSIDs ---- */

static enum fault
fill_range(ssp_range *out, struct arena *arena, const struct monarch_psid *in,
    struct fault_info *fi)
{
	const size_t n = in->ssp == MONARCH_SSP_EMPTY ? 0 : in->n;
	octet_string *v = ARENA_NEW(arena, octet_string);
	struct bytes value, mask;

	if (n > MONARCH_SSP_MAX || (in->ssp != MONARCH_SSP_EMPTY && n == 0))
		return fault_set(fi, FAULT_USAGE,
		    "PSID 0x%x: an SSP has 1 to %d octets here",
		    (unsigned)in->psid, MONARCH_SSP_MAX);
	value = bytes_copy(arena, (struct bytes){in->value, n});
	mask = bytes_copy(arena, (struct bytes){in->mask, n});
	if (v == NULL || (n > 0 && (value.p == NULL || mask.p == NULL)))
		return no_memory(fi);
	if (in->ssp == MONARCH_SSP_BITMAP) {
		out->is = ssp_range_bitmap_ssp_range;
		out->bitmap_ssp_range = (bitmap_ssp_range){value, mask};
		return FAULT_OK;
	}
	*v = value;
	out->is = ssp_range_opaque;
	out->opaque = (sequence_of_octet_string){1, v};
	return FAULT_OK;
}

static enum fault
check_psids(const struct monarch_psid *in, size_t n, struct fault_info *fi)
{
	if (n == 0 || n > PSIDS_MOST)
		return fault_set(
		    fi, FAULT_USAGE, "1 to %d PSIDs are needed", PSIDS_MOST);
	for (size_t k = 0; k < n; k++)
		for (size_t m = 0; m < k; m++)
			if (in[k].psid == in[m].psid)
				return fault_set(fi, FAULT_USAGE,
				    "PSID 0x%x twice", (unsigned)in[k].psid);
	return FAULT_OK;
}

enum fault
csr_permissions(sequence_of_psid_group_permissions **out, struct arena *arena,
    const struct monarch_psid *in, size_t n, struct fault_info *fi)
{
	psid_group_permissions *g = ARENA_NEW(arena, psid_group_permissions);
	psid_ssp_range *v = ARENA_ARRAY(arena, n, psid_ssp_range);

	TRY(check_psids(in, n, fi));
	*out = ARENA_NEW(arena, sequence_of_psid_group_permissions);
	if (*out == NULL || g == NULL || v == NULL)
		return no_memory(fi);
	for (size_t k = 0; k < n; k++) {
		v[k].psid = in[k].psid;
		if ((v[k].ssp_range = ARENA_NEW(arena, ssp_range)) == NULL)
			return no_memory(fi);
		TRY(fill_range(v[k].ssp_range, arena, &in[k], fi));
	}
	g->subject_permissions.is = subject_permissions_explicit;
	g->subject_permissions.explicit = (sequence_of_psid_ssp_range){n, v};
	g->min_chain_length = 0;
	g->ee_type = EE_APP;
	**out = (sequence_of_psid_group_permissions){1, g};
	return FAULT_OK;
}
