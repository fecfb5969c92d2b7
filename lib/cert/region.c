/* region.c - what region.h says about sets and certificates; the geometry is
 * in shape.c. */
#include "cert/region.h"
#include "cert/cert.h"
#include "cert/region_map.h"
#include "cert/shape.h"
#include "coer/coer.h"
#include "schema/dot2.h"

/* ---- identified regions ---- */

static bool
has_region(const sequence_of_uint8 *list, uint8_t r)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (list->v[i] == r)
			return true;
	return false;
}

static bool
has_subregion(
    const sequence_of_region_and_subregions *list, uint8_t r, uint16_t sub)
{
	size_t i, j;

	for (i = 0; i < list->n; i++)
		for (j = 0;
		     list->v[i].region == r && j < list->v[i].subregions.n; j++)
			if (list->v[i].subregions.v[j] == sub)
				return true;
	return false;
}

/* A country, or a region of it, or a subregion of that. */
struct area {
	uint16_t country, subregion;
	uint8_t region;
	unsigned level; /* 1, 2, 3: how many of them count */
};

static bool
one_holds(const identified_region *o, const struct area *a)
{
	switch (o->is) {
	case identified_region_country_only:
		return o->country_only == a->country;
	case identified_region_country_and_regions:
		return a->level >= 2 &&
		       o->country_and_regions.country_only == a->country &&
		       has_region(&o->country_and_regions.regions, a->region);
	case identified_region_country_and_subregions:
		return a->level == 3 &&
		       o->country_and_subregions.country == a->country &&
		       has_subregion(
			   &o->country_and_subregions.region_and_subregions,
			   a->region, a->subregion);
	case identified_region_unknown:
		break;
	}
	return false;
}

static bool
set_holds(const sequence_of_identified_region *outer, struct area a)
{
	size_t i;

	for (i = 0; i < outer->n; i++)
		if (one_holds(&outer->v[i], &a))
			return true;
	return false;
}

static bool
regions_within(
    const country_and_regions *c, const sequence_of_identified_region *outer)
{
	size_t i;

	for (i = 0; i < c->regions.n; i++)
		if (!set_holds(outer, (struct area){.country = c->country_only,
					  .region = c->regions.v[i],
					  .level = 2}))
			return false;
	return c->regions.n > 0;
}

static bool
subregions_within(
    const country_and_subregions *c, const sequence_of_identified_region *outer)
{
	const sequence_of_region_and_subregions *list =
	    &c->region_and_subregions;
	size_t i, j;

	for (i = 0; i < list->n; i++) {
		if (list->v[i].subregions.n == 0)
			return false;
		for (j = 0; j < list->v[i].subregions.n; j++)
			if (!set_holds(outer,
				(struct area){.country = c->country,
				    .region = list->v[i].region,
				    .subregion = list->v[i].subregions.v[j],
				    .level = 3}))
				return false;
	}
	return list->n > 0;
}

static bool
identified_within(
    const identified_region *inner, const sequence_of_identified_region *outer)
{
	switch (inner->is) {
	case identified_region_country_only:
		return set_holds(outer,
		    (struct area){.country = inner->country_only, .level = 1});
	case identified_region_country_and_regions:
		return regions_within(&inner->country_and_regions, outer);
	case identified_region_country_and_subregions:
		return subregions_within(&inner->country_and_subregions, outer);
	case identified_region_unknown:
		break;
	}
	return false;
}

static bool
set_within(const sequence_of_identified_region *inner,
    const sequence_of_identified_region *outer)
{
	size_t i;

	for (i = 0; i < inner->n; i++)
		if (!identified_within(&inner->v[i], outer))
			return false;
	return inner->n > 0;
}

/* ---- shapes and countries ---- */

static bool
shape_in_countries(
    const geographic_region *inner, const sequence_of_identified_region *outer)
{
	const geographic_region *map;
	size_t i;

	for (i = 0; i < outer->n; i++) {
		if (outer->v[i].is != identified_region_country_only)
			continue;
		map = region_map(outer->v[i].country_only);
		if (map != NULL && shape_within(inner, map))
			return true;
	}
	return false;
}

/* ---- all kinds ---- */

static bool
same_encoding(const geographic_region *a, const geographic_region *b)
{
	uint8_t room[2][2048];
	struct writer w = writer_of(room[0], sizeof(room[0]));
	struct writer x = writer_of(room[1], sizeof(room[1]));

	return coer_encode(&geographic_region_asn, a, &w, NULL) == FAULT_OK &&
	       coer_encode(&geographic_region_asn, b, &x, NULL) == FAULT_OK &&
	       bytes_equal(writer_done(&w), writer_done(&x));
}

bool
region_within(const geographic_region *inner, const geographic_region *outer)
{
	if (outer == NULL || inner == outer)
		return true;
	if (inner == NULL)
		return false;
	if (inner->is == geographic_region_identified_region &&
	    outer->is == geographic_region_identified_region &&
	    set_within(&inner->identified_region, &outer->identified_region))
		return true;
	if (outer->is == geographic_region_identified_region &&
	    shape_in_countries(inner, &outer->identified_region))
		return true;
	return shape_within(inner, outer) || same_encoding(inner, outer);
}

enum region_answer
region_holds(const geographic_region *r, struct region_place p)
{
	if (r == NULL)
		return REGION_INSIDE;
	if (r->is == geographic_region_identified_region ||
	    r->is == geographic_region_unknown || !shape_place_known(p))
		return REGION_UNKNOWN;
	return shape_holds(r, p) ? REGION_INSIDE : REGION_OUTSIDE;
}

const geographic_region *
region_of_cert(const struct cert *k)
{
	while (k != NULL && k->tbs->region == NULL)
		k = k->issuer;
	return k != NULL ? k->tbs->region : NULL;
}

enum fault
region_check_nested(
    const struct cert *k, const struct cert *issuer, struct fault_info *fi)
{
	if (k->tbs->region == NULL ||
	    region_within(k->tbs->region, region_of_cert(issuer)))
		return FAULT_OK;
	return fault_set(fi, FAULT_REGION_NOT_NESTED,
	    "region is not certain to lie within the issuer's");
}
