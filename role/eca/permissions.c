/* permissions.c - for which services and where: PSIDs, SSPs and region of an
 * enrollment, by its kind. */
#include <string.h>

#include "cert/perm.h"
#include "cert/region.h"
#include "coer/coer.h"
#include "role/eca/judge.h"

#define PSIDS_MAX     64
#define COUNTRIES_MAX 64

static enum fault
no_memory(struct judge *j)
{
	return judge_refuse(
	    j, eca_end_entity_error_eca_internal_server_error, "memory");
}

/* ---- PSIDs ---- */

static bool
has(const struct conf_uints *list, uint64_t v)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i] == v)
			return true;
	return false;
}

/* One enrollment certificate is for one kind of certificates: what belongs to
 * pseudonym certificates must not be linked with anything else. */
static enum fault
judge_kind(struct judge *j, uint64_t id, bool first)
{
	enum enrollment_kind kind = ENROLLMENT_PSEUDONYM;

	if (!has(&j->policy->psids[ENROLLMENT_PSEUDONYM], id)) {
		kind = ENROLLMENT_APPLICATION;
		if (!has(&j->policy->psids[kind], id))
			return judge_refuse(j,
			    eca_end_entity_error_eca_invalid_psid,
			    "PSID 0x%llx is not among those of this "
			    "environment",
			    (unsigned long long)id);
	}
	if (first)
		j->grant->kind = kind;
	if (j->grant->kind == kind)
		return FAULT_OK;
	return judge_refuse(j, eca_end_entity_error_eca_invalid_psid,
	    "PSID 0x%llx: PSIDs of pseudonym certificates and others do not go "
	    "together",
	    (unsigned long long)id);
}

static const psid_ssp_range *
find_psid(const sequence_of_psid_ssp_range *list, uint64_t id)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].psid == id)
			return &list->v[i];
	return NULL;
}

/* What the ECA's own certificate lets it grant.  "All" are those that no other
 * group names, with any SSP. */
static const psid_ssp_range *
issuable(const struct cert *eca, uint64_t id)
{
	static const psid_ssp_range anything = {.ssp_range = NULL};
	const sequence_of_psid_group_permissions *groups =
	    eca->tbs->cert_issue_permissions;
	const psid_ssp_range *found = NULL, *all = NULL;

	for (size_t i = 0; groups != NULL && i < groups->n; i++) {
		const subject_permissions *s =
		    &groups->v[i].subject_permissions;

		if ((groups->v[i].ee_type & EE_ENROL) == 0)
			continue;
		if (s->is == subject_permissions_all)
			all = &anything;
		else if (s->is == subject_permissions_explicit && found == NULL)
			found = find_psid(&s->explicit, id);
	}
	return found != NULL ? found : all;
}

static bool
is_any(const ssp_range *range)
{
	return range == NULL || range->is == ssp_range_all;
}

static bool
allows_empty(const ssp_range *range)
{
	const service_specific_permissions empty = {
	    .is = service_specific_permissions_opaque, .opaque = BYTES_NONE};

	return perm_ssp_in_range(&empty, range);
}

/* A list of SSPs must name one, a bitmap as many octets as its mask. */
static bool
is_well_formed(const ssp_range *range)
{
	switch (range->is) {
	case ssp_range_opaque:
		return range->opaque.n > 0;
	case ssp_range_bitmap_ssp_range:
		return range->bitmap_ssp_range.ssp_value.n ==
		       range->bitmap_ssp_range.ssp_bitmask.n;
	case ssp_range_all:
	case ssp_range_unknown:
		break;
	}
	return false;
}

static ssp_range *
only_empty(struct arena *arena)
{
	octet_string *nothing = ARENA_NEW(arena, octet_string);
	ssp_range *range = ARENA_NEW(arena, ssp_range);

	if (nothing == NULL || range == NULL)
		return NULL;
	*nothing = BYTES_NONE;
	range->is = ssp_range_opaque;
	range->opaque = (sequence_of_octet_string){1, nothing};
	return range;
}

/* The SSPs of one PSID.  Where the zero-length one is the only way, or a
 * request for any SSP meets a list that has it, it is narrowed to that. */
static enum fault
grant_ssps(struct judge *j, psid_ssp_range *out, const psid_ssp_range *asked)
{
	const psid_ssp_range *ours = issuable(j->policy->eca, asked->psid);
	const ssp_range *range = asked->ssp_range;
	bool empty = j->grant->kind == ENROLLMENT_PSEUDONYM;

	out->psid = asked->psid;
	out->ssp_range = NULL;
	if (ours == NULL)
		return judge_refuse(j, eca_end_entity_error_eca_invalid_psid,
		    "PSID 0x%llx is not among those the ECA may issue",
		    (unsigned long long)asked->psid);
	if (empty && !allows_empty(range))
		return judge_refuse(j, eca_end_entity_error_eca_invalid_psid,
		    "PSID 0x%llx: only the SSP of length 0 is granted",
		    (unsigned long long)asked->psid);
	if (!empty && is_any(range)) {
		if (is_any(ours->ssp_range))
			return FAULT_OK;
		empty = allows_empty(ours->ssp_range);
	}
	if (empty) {
		out->ssp_range = only_empty(j->arena);
		return out->ssp_range != NULL ? FAULT_OK : no_memory(j);
	}
	if (is_any(range) || !is_well_formed(range) ||
	    !perm_range_in_range(range, ours->ssp_range))
		return judge_refuse(j, eca_end_entity_error_eca_invalid_psid,
		    "PSID 0x%llx: its SSPs are not among those the ECA may "
		    "issue",
		    (unsigned long long)asked->psid);
	out->ssp_range = asked->ssp_range;
	return FAULT_OK;
}

static enum fault
grant_psid(struct judge *j, sequence_of_psid_ssp_range *out,
    const psid_ssp_range *asked)
{
	if (find_psid(out, asked->psid) != NULL)
		return judge_refuse(j, eca_end_entity_error_eca_invalid_psid,
		    "PSID 0x%llx is named twice",
		    (unsigned long long)asked->psid);
	if (out->n == PSIDS_MAX)
		return judge_refuse(j, eca_end_entity_error_eca_invalid_psid,
		    "more than %d PSIDs", PSIDS_MAX);
	TRY(judge_kind(j, asked->psid, out->n == 0));
	TRY(grant_ssps(j, &out->v[out->n], asked));
	out->n++;
	return FAULT_OK;
}

/* One group, whatever groups were asked for: eeType app, for the device
 * itself. */
static sequence_of_psid_ssp_range *
make_group(struct judge *j)
{
	struct arena *a = j->arena;
	sequence_of_psid_group_permissions *all =
	    ARENA_NEW(a, sequence_of_psid_group_permissions);
	psid_group_permissions *one = ARENA_NEW(a, psid_group_permissions);
	psid_ssp_range *v = ARENA_ARRAY(a, PSIDS_MAX, psid_ssp_range);

	if (all == NULL || one == NULL || v == NULL)
		return NULL;
	one->ee_type = EE_APP;
	one->subject_permissions.is = subject_permissions_explicit;
	one->subject_permissions.explicit = (sequence_of_psid_ssp_range){0, v};
	*all = (sequence_of_psid_group_permissions){1, one};
	j->grant->permissions = all;
	return &one->subject_permissions.explicit;
}

enum fault
judge_psids(struct judge *j)
{
	const sequence_of_psid_group_permissions *groups =
	    j->tbs->cert_request_permissions;
	sequence_of_psid_ssp_range *out = make_group(j);

	if (out == NULL)
		return no_memory(j);
	for (size_t i = 0; groups != NULL && i < groups->n; i++) {
		const subject_permissions *s =
		    &groups->v[i].subject_permissions;

		if (s->is != subject_permissions_explicit)
			return judge_refuse(j,
			    eca_end_entity_error_eca_invalid_psid,
			    "PSIDs are not named one by one");
		for (size_t k = 0; k < s->explicit.n; k++)
			TRY(grant_psid(j, out, &s->explicit.v[k]));
	}
	return out->n > 0
		   ? FAULT_OK
		   : judge_refuse(j, eca_end_entity_error_eca_invalid_psid,
			 "no PSID in certRequestPermissions");
}

/* ---- region ---- */

static geographic_region *
one_country(struct judge *j, uint32_t code)
{
	uint16_t country = (uint16_t)code;

	return profile_countries(j->arena, &country, 1);
}

/* The part of the region asked for that the environment has: countries, since
 * nothing else can be compared with them. */
static enum fault
cut_region(struct judge *j)
{
	uint16_t kept[COUNTRIES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < j->policy->countries.n; i++) {
		uint32_t code = j->policy->countries.v[i];
		geographic_region *country = one_country(j, code);

		if (n < COUNTRIES_MAX && country != NULL &&
		    region_within(country, j->tbs->region))
			kept[n++] = (uint16_t)code;
	}
	if (n == 0)
		return judge_refuse(j, eca_end_entity_error_eca_invalid_region,
		    "region has nothing in common with that of this "
		    "environment");
	j->grant->region = profile_countries(j->arena, kept, n);
	return j->grant->region != NULL ? FAULT_OK : no_memory(j);
}

/* Pseudonym certificates all have the same region, made of countries: that of
 * the environment.  A shape inside it would be a fingerprint. */
static enum fault
judge_countries(struct judge *j)
{
	const struct conf_uints *list = &j->policy->countries;
	geographic_region *ours;
	uint16_t codes[COUNTRIES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < list->n && n < COUNTRIES_MAX; i++)
		codes[n++] = (uint16_t)list->v[i];
	if ((ours = profile_countries(j->arena, codes, n)) == NULL)
		return no_memory(j);
	if (j->tbs->region->is != geographic_region_identified_region ||
	    !region_within(j->tbs->region, ours))
		return cut_region(j);
	j->grant->region = j->tbs->region;
	return FAULT_OK;
}

enum fault
judge_region(struct judge *j)
{
	if (j->tbs->region == NULL)
		return judge_refuse(j, eca_end_entity_error_eca_invalid_region,
		    "region is absent");
	if (j->grant->kind == ENROLLMENT_PSEUDONYM)
		return judge_countries(j);
	if (!region_within(j->tbs->region, region_of_cert(j->policy->eca)))
		return judge_refuse(j, eca_end_entity_error_eca_invalid_region,
		    "region is not certain to lie within that of the ECA");
	j->grant->region = j->tbs->region;
	return FAULT_OK;
}
