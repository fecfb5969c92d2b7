/* perm.c - see perm.h; IEEE 1609.2 5.1.2.4, 6.4.28 to 6.4.33. */
#include <inttypes.h>
#include <string.h>

#include "cert/cert.h"
#include "cert/perm.h"
#include "coer/coer.h"
#include "schema/dot2.h"

/* ---- SSPs ---- */

static bool
is_empty_opaque(const service_specific_permissions *ssp)
{
	return ssp == NULL || (ssp->is == service_specific_permissions_opaque &&
				  ssp->opaque.n == 0);
}

static bool
list_has(const sequence_of_octet_string *list, struct bytes b)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (bytes_equal(list->v[i], b))
			return true;
	return false;
}

/* Every bit set in the mask exists in value and is as the range says. */
static bool
bits_agree(const bitmap_ssp_range *r, struct bytes value)
{
	size_t i;

	if (r->ssp_value.n != r->ssp_bitmask.n)
		return false;
	for (i = 0; i < r->ssp_bitmask.n; i++) {
		if (r->ssp_bitmask.p[i] == 0)
			continue;
		if (i >= value.n || ((value.p[i] ^ r->ssp_value.p[i]) &
					r->ssp_bitmask.p[i]) != 0)
			return false;
	}
	return true;
}

bool
perm_ssp_in_range(
    const service_specific_permissions *ssp, const ssp_range *range)
{
	if (range == NULL)
		return true;
	switch (range->is) {
	case ssp_range_all:
		return true;
	case ssp_range_opaque:
		if (is_empty_opaque(ssp))
			return list_has(&range->opaque, BYTES_NONE);
		return ssp->is == service_specific_permissions_opaque &&
		       list_has(&range->opaque, ssp->opaque);
	case ssp_range_bitmap_ssp_range:
		return ssp != NULL &&
		       ssp->is == service_specific_permissions_bitmap_ssp &&
		       bits_agree(&range->bitmap_ssp_range, ssp->bitmap_ssp);
	case ssp_range_unknown:
		break;
	}
	return false;
}

static bool
bitmap_in_bitmap(const bitmap_ssp_range *inner, const bitmap_ssp_range *outer)
{
	size_t i;

	if (inner->ssp_value.n != inner->ssp_bitmask.n ||
	    !bits_agree(outer, inner->ssp_value))
		return false;
	/* What outer fixes, inner must fix, too. */
	for (i = 0; i < outer->ssp_bitmask.n; i++)
		if ((outer->ssp_bitmask.p[i] &
			~(i < inner->ssp_bitmask.n ? inner->ssp_bitmask.p[i]
						   : 0)) != 0)
			return false;
	return true;
}

static bool
list_in_list(const sequence_of_octet_string *inner,
    const sequence_of_octet_string *outer)
{
	size_t i;

	for (i = 0; i < inner->n; i++)
		if (!list_has(outer, inner->v[i]))
			return false;
	return true;
}

bool
perm_range_in_range(const ssp_range *inner, const ssp_range *outer)
{
	if (outer == NULL || outer->is == ssp_range_all)
		return true;
	if (inner == NULL || inner->is != outer->is)
		return false;
	if (outer->is == ssp_range_opaque)
		return list_in_list(&inner->opaque, &outer->opaque);
	if (outer->is == ssp_range_bitmap_ssp_range)
		return bitmap_in_bitmap(
		    &inner->bitmap_ssp_range, &outer->bitmap_ssp_range);
	return false;
}

/* ---- groups ---- */

/* Chain lengths lo..hi; empty if hi < lo. */
struct lengths {
	int64_t lo, hi;
};

#define LENGTH_MAX ((int64_t)1 << 32) /* of "any" */

static int64_t
clamp(int64_t v)
{
	return v > 1 << 20 ? 1 << 20 : v < -1 ? -1 : v;
}

static struct lengths
lengths_of(const psid_group_permissions *g)
{
	int64_t lo = clamp(g->min_chain_length);
	int64_t range = clamp(g->chain_length_range);

	if (range == -1)
		return (struct lengths){lo, LENGTH_MAX};
	return (struct lengths){lo, lo + range};
}

static bool
overlap(struct lengths a, struct lengths b)
{
	return a.lo <= a.hi && b.lo <= b.hi && a.lo <= b.hi && b.lo <= a.hi;
}

/* What is wanted of a list of groups. */
struct want {
	bool every_psid; /* "all" */
	uint64_t id;	 /* PSID */
	/* Either an SSP or a range of them. */
	bool is_range;
	const service_specific_permissions *ssp;
	const ssp_range *range;
	struct lengths lengths;
	uint8_t ee_type; /* one bit */
};

/* How far a group goes towards what is wanted. */
enum grant { NOT_PSID, NOT_SSP, NOT_LENGTH, NOT_EE_TYPE, GRANTED };

static bool
names_psid(const psid_group_permissions *g, uint64_t id)
{
	const sequence_of_psid_ssp_range *list =
	    &g->subject_permissions.explicit;
	size_t i;

	if (g->subject_permissions.is != subject_permissions_explicit)
		return false;
	for (i = 0; i < list->n; i++)
		if (list->v[i].psid == id)
			return true;
	return false;
}

static enum grant
group_rest(const psid_group_permissions *g, const struct want *w)
{
	if (!overlap(lengths_of(g), w->lengths))
		return NOT_LENGTH;
	return (g->ee_type & w->ee_type) != 0 ? GRANTED : NOT_EE_TYPE;
}

static enum grant
explicit_grants(const psid_group_permissions *g, const struct want *w)
{
	const sequence_of_psid_ssp_range *list =
	    &g->subject_permissions.explicit;
	enum grant best = NOT_PSID;
	const ssp_range *r;
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (list->v[i].psid != w->id)
			continue;
		r = list->v[i].ssp_range;
		if (w->is_range ? perm_range_in_range(w->range, r)
				: perm_ssp_in_range(w->ssp, r))
			return group_rest(g, w);
		best = NOT_SSP;
	}
	return best;
}

static enum grant
group_grants(
    const psid_group_permissions *g, const struct want *w, bool named_elsewhere)
{
	if (g->subject_permissions.is == subject_permissions_all)
		return named_elsewhere ? NOT_PSID : group_rest(g, w);
	if (w->every_psid ||
	    g->subject_permissions.is != subject_permissions_explicit)
		return NOT_PSID;
	return explicit_grants(g, w);
}

static enum grant
list_grants(
    const sequence_of_psid_group_permissions *list, const struct want *w)
{
	enum grant best = NOT_PSID, g;
	bool named = false;
	size_t i;

	for (i = 0; !w->every_psid && i < list->n; i++)
		named |= names_psid(&list->v[i], w->id);
	for (i = 0; i < list->n; i++) {
		g = group_grants(&list->v[i], w, named);
		best = g > best ? g : best;
	}
	return best;
}

static enum fault
refuse(enum grant g, const struct want *w, struct fault_info *fi)
{
	static const enum fault faults[] = {
	    [NOT_PSID] = FAULT_PSID_NOT_PERMITTED,
	    [NOT_SSP] = FAULT_SSP_NOT_PERMITTED,
	    [NOT_LENGTH] = FAULT_CHAIN_LENGTH_NOT_PERMITTED,
	    [NOT_EE_TYPE] = FAULT_EE_TYPE_NOT_PERMITTED,
	    [GRANTED] = FAULT_OK,
	};

	if (g == GRANTED)
		return FAULT_OK;
	if (w->every_psid)
		return fault_set(
		    fi, faults[g], "all PSIDs: %s", fault_text(faults[g]));
	return fault_set(fi, faults[g], "PSID 0x%" PRIx64 ": %s", w->id,
	    fault_text(faults[g]));
}

enum fault
perm_check(const sequence_of_psid_group_permissions *list, const psid_ssp *p,
    unsigned length, uint8_t ee_type, struct fault_info *fi)
{
	struct want w = {
	    .id = p->psid,
	    .ssp = p->ssp,
	    .lengths = {length, length},
	    .ee_type = ee_type,
	};

	return refuse(list_grants(list, &w), &w, fi);
}

enum fault
perm_check_all(const sequence_of_psid_group_permissions *list,
    const sequence_of_psid_ssp *p, unsigned length, uint8_t ee_type,
    struct fault_info *fi)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		TRY(perm_check(list, &p->v[i], length, ee_type, fi));
	return FAULT_OK;
}

/* ---- one certificate above another ---- */

/* Each PSID of a group is granted for the lengths and ee_type (one bit). */
static enum fault
check_group(const psid_group_permissions *g,
    const sequence_of_psid_group_permissions *list, struct lengths lengths,
    uint8_t ee_type, struct fault_info *fi)
{
	const sequence_of_psid_ssp_range *psids =
	    &g->subject_permissions.explicit;
	struct want w = {
	    .is_range = true, .lengths = lengths, .ee_type = ee_type};
	size_t i;

	if (g->subject_permissions.is == subject_permissions_all) {
		w.every_psid = true;
		return refuse(list_grants(list, &w), &w, fi);
	}
	if (g->subject_permissions.is != subject_permissions_explicit)
		return fault_set(fi, FAULT_PSID_NOT_PERMITTED,
		    "subjectPermissions of an unknown kind");
	for (i = 0; i < psids->n; i++) {
		w.id = psids->v[i].psid;
		w.range = psids->v[i].ssp_range;
		TRY(refuse(list_grants(list, &w), &w, fi));
	}
	return FAULT_OK;
}

/* All end-entity types of a group, one by one. */
static enum fault
check_types(const psid_group_permissions *g,
    const sequence_of_psid_group_permissions *list, struct lengths lengths,
    struct fault_info *fi)
{
	unsigned bit;

	for (bit = 0x80; bit != 0; bit >>= 1)
		if ((g->ee_type & bit) != 0)
			TRY(check_group(g, list, lengths, (uint8_t)bit, fi));
	return FAULT_OK;
}

static enum fault
check_issue_groups(const struct cert *k,
    const sequence_of_psid_group_permissions *list, unsigned distance,
    struct fault_info *fi)
{
	const sequence_of_psid_group_permissions *own =
	    k->tbs->cert_issue_permissions;
	struct lengths l;
	size_t i;

	for (i = 0; own != NULL && i < own->n; i++) {
		l = lengths_of(&own->v[i]);
		l.lo += distance;
		l.hi += distance;
		TRY(check_types(&own->v[i], list, l, fi));
	}
	return FAULT_OK;
}

/* An RA or DCM asks for certificates that others, below the same CA, issue. */
static bool
asks_for_others(const struct cert *k)
{
	return perm_find(k, PSID_SECURITY) != NULL;
}

static enum fault
check_request_groups(const struct cert *k,
    const sequence_of_psid_group_permissions *list, unsigned distance,
    struct fault_info *fi)
{
	const sequence_of_psid_group_permissions *own =
	    k->tbs->cert_request_permissions;
	struct lengths here = {distance, distance}, l;
	enum fault f;
	size_t i;

	for (i = 0; own != NULL && i < own->n; i++) {
		f = check_group(&own->v[i], list, here, EE_ENROL, fi);
		/* Two ways to be right; what fi says counts if neither is. */
		if (f == FAULT_CHAIN_LENGTH_NOT_PERMITTED &&
		    asks_for_others(k)) {
			l = lengths_of(&own->v[i]);
			l.lo += distance + 1;
			l.hi += distance + 1;
			f = check_types(&own->v[i], list, l, fi);
		}
		TRY(f);
	}
	return FAULT_OK;
}

enum fault
perm_check_issued(const struct cert *k, const struct cert *ancestor,
    unsigned distance, struct fault_info *fi)
{
	const sequence_of_psid_group_permissions *list =
	    ancestor->tbs->cert_issue_permissions;

	if (list == NULL)
		return fault_set(fi, FAULT_PSID_NOT_PERMITTED,
		    "issuer has no certIssuePermissions");
	if (k->tbs->app_permissions != NULL)
		TRY(perm_check_all(
		    list, k->tbs->app_permissions, distance, EE_APP, fi));
	TRY(check_request_groups(k, list, distance, fi));
	return check_issue_groups(k, list, distance, fi);
}

/* ---- form ---- */

static enum fault
check_range_form(const psid_group_permissions *g, struct fault_info *fi)
{
	const sequence_of_psid_ssp_range *list =
	    &g->subject_permissions.explicit;
	const ssp_range *r;
	size_t i;

	if (g->subject_permissions.is != subject_permissions_explicit)
		return FAULT_OK;
	for (i = 0; i < list->n; i++) {
		r = list->v[i].ssp_range;
		if (r != NULL && r->is == ssp_range_bitmap_ssp_range &&
		    r->bitmap_ssp_range.ssp_value.n !=
			r->bitmap_ssp_range.ssp_bitmask.n)
			return fault_set(fi, FAULT_CONSTRAINT,
			    "PSID 0x%" PRIx64 ": sspValue and sspBitmask "
			    "differ in length",
			    (uint64_t)list->v[i].psid);
	}
	return FAULT_OK;
}

static enum fault
check_list_form(const sequence_of_psid_group_permissions *list, int64_t least,
    struct fault_info *fi)
{
	const psid_group_permissions *g;
	size_t i;

	for (i = 0; list != NULL && i < list->n; i++) {
		g = &list->v[i];
		if (g->min_chain_length < least || g->chain_length_range < -1)
			return fault_set(fi, FAULT_CHAIN_LENGTH_NOT_PERMITTED,
			    "minChainLength %" PRId64
			    ", chainLengthRange %" PRId64 " are not valid",
			    g->min_chain_length, g->chain_length_range);
		if (g->ee_type == 0)
			return fault_set(
			    fi, FAULT_CONSTRAINT, "eeType is empty");
		TRY(check_range_form(g, fi));
	}
	return FAULT_OK;
}

enum fault
perm_check_form(const struct cert *k, struct fault_info *fi)
{
	const to_be_signed_certificate *t = k->tbs;

	if (t->app_permissions == NULL && t->cert_issue_permissions == NULL &&
	    t->cert_request_permissions == NULL)
		return fault_set(fi, FAULT_CONSTRAINT,
		    "certificate without any permissions");
	TRY(check_list_form(t->cert_issue_permissions, 1, fi));
	return check_list_form(t->cert_request_permissions, 0, fi);
}

/* ---- use ---- */

enum fault
perm_check_request(const struct cert *enrollment, const sequence_of_psid_ssp *p,
    struct fault_info *fi)
{
	if (enrollment->tbs->cert_request_permissions == NULL)
		return fault_set(fi, FAULT_PSID_NOT_PERMITTED,
		    "certificate has no certRequestPermissions");
	return perm_check_all(
	    enrollment->tbs->cert_request_permissions, p, 0, EE_APP, fi);
}

const psid_ssp *
perm_find(const struct cert *k, uint64_t id)
{
	const sequence_of_psid_ssp *p = k->tbs->app_permissions;
	size_t i;

	for (i = 0; p != NULL && i < p->n; i++)
		if (p->v[i].psid == id)
			return &p->v[i];
	return NULL;
}

enum fault
perm_check_use(const struct cert *k, uint64_t id, struct fault_info *fi)
{
	if (perm_find(k, id) != NULL)
		return FAULT_OK;
	return fault_set(fi, FAULT_PSID_NOT_PERMITTED,
	    "PSID 0x%" PRIx64 " is not among the signer's appPermissions", id);
}
