/* policy.c - see policy.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cert/convert.h"
#include "cert/perm.h"
#include "cert/region.h"
#include "cert/validity.h"
#include "role/eca/policy.h"

#define DAY	      86400u
#define SIXTY_HOURS   216000u
#define HOUR	      3600u
#define PSIDS_MAX     64
#define COUNTRIES_MAX 64

/* What the checks of one request share. */
struct judge {
	struct eca_grant *grant;
	eca_end_entity_error *error;
	struct arena *arena;
	const ee_eca_cert_request *request;
	const to_be_signed_certificate *tbs;
	const struct eca_policy *policy;
	uint32_t now;
	struct fault_info *fi;
};

printf_like(3, 4) static enum fault
    refuse(struct judge *j, eca_end_entity_error error, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	*j->error = error;
	return fault_set(j->fi, FAULT_DENIED, "%s", text);
}

static enum fault
judge_time(struct judge *j)
{
	uint32_t t = j->request->current_time;

	if (t > j->now && t - j->now > j->policy->tolerance)
		return refuse(j, eca_end_entity_error_eca_invalid_current_time,
		    "currentTime is %u s in the future", t - j->now);
	if (t < j->now && j->now - t > j->policy->max_age)
		return refuse(j, eca_end_entity_error_eca_invalid_current_time,
		    "the request is %u days old, at most %u are accepted",
		    (j->now - t) / DAY, j->policy->max_age / DAY);
	return FAULT_OK;
}

/* Fields that the profile of EeEcaCertRequest excludes, each with its number.
 */
static enum fault
judge_form(struct judge *j)
{
	const to_be_signed_certificate *t = j->tbs;

	if (t->id.is == certificate_id_linkage_data)
		return refuse(j, eca_end_entity_error_eca_malformed_request,
		    "id is linkageData");
	if (t->app_permissions != NULL)
		return refuse(j, eca_end_entity_error_eca_malformed_request,
		    "appPermissions are present");
	if (t->cert_issue_permissions != NULL)
		return refuse(j, eca_end_entity_error_eca_malformed_request,
		    "certIssuePermissions are present");
	if (t->assurance_level != NULL)
		return refuse(j,
		    eca_end_entity_error_eca_invalid_assurance_level,
		    "assuranceLevel is present");
	if (t->encryption_key != NULL)
		return refuse(j,
		    eca_end_entity_error_eca_invalid_encryption_key,
		    "encryptionKey is present");
	return FAULT_OK;
}

static enum fault
judge_key(struct judge *j)
{
	const verification_key_indicator *v = &j->tbs->verify_key_indicator;
	struct curve_point key;
	struct fault_info why;

	if (v->is != verification_key_indicator_verification_key)
		return refuse(j, eca_end_entity_error_eca_invalid_verify_key,
		    "no verificationKey");
	if (key_of_schema(&key, &v->verification_key, &why) != FAULT_OK ||
	    curve_to_p256(&j->grant->key, &key, &why) != FAULT_OK)
		return refuse(j, eca_end_entity_error_eca_invalid_verify_key,
		    "verificationKey: %s", why.text);
	return FAULT_OK;
}

static bool
has(const struct conf_uints *list, uint64_t v)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i] == v)
			return true;
	return false;
}

/* Devices get zero-length SSPs.  A range that allows them is narrowed to
 * them; one that does not is a request for something else. */
static bool
range_allows_empty(const ssp_range *range)
{
	const service_specific_permissions empty = {
	    .is = service_specific_permissions_opaque, .opaque = BYTES_NONE};

	return perm_ssp_in_range(&empty, range);
}

static enum fault
grant_psid(struct judge *j, const psid_ssp_range *p)
{
	struct eca_grant *g = j->grant;

	if (!has(&j->policy->psids, p->psid))
		return refuse(j, eca_end_entity_error_eca_invalid_psid,
		    "PSID 0x%llx is not among those of this environment",
		    (unsigned long long)p->psid);
	if (!range_allows_empty(p->ssp_range))
		return refuse(j, eca_end_entity_error_eca_invalid_psid,
		    "PSID 0x%llx: only the SSP of length 0 is granted",
		    (unsigned long long)p->psid);
	for (size_t i = 0; i < g->psids_n; i++)
		if (g->psids[i] == p->psid)
			return refuse(j, eca_end_entity_error_eca_invalid_psid,
			    "PSID 0x%llx is named twice",
			    (unsigned long long)p->psid);
	if (g->psids_n == PSIDS_MAX)
		return refuse(j, eca_end_entity_error_eca_invalid_psid,
		    "more than %d PSIDs", PSIDS_MAX);
	g->psids[g->psids_n++] = p->psid;
	return FAULT_OK;
}

static enum fault
judge_psids(struct judge *j)
{
	const sequence_of_psid_group_permissions *groups =
	    j->tbs->cert_request_permissions;

	j->grant->psids = ARENA_ARRAY(j->arena, PSIDS_MAX, uint64_t);
	if (j->grant->psids == NULL)
		return refuse(j, eca_end_entity_error_eca_internal_server_error,
		    "memory");
	for (size_t i = 0; groups != NULL && i < groups->n; i++) {
		const subject_permissions *s =
		    &groups->v[i].subject_permissions;

		if (s->is != subject_permissions_explicit)
			return refuse(j, eca_end_entity_error_eca_invalid_psid,
			    "PSIDs are not named one by one");
		for (size_t k = 0; k < s->explicit.n; k++)
			TRY(grant_psid(j, &s->explicit.v[k]));
	}
	return j->grant->psids_n > 0
		   ? FAULT_OK
		   : refuse(j, eca_end_entity_error_eca_invalid_psid,
			 "no PSID in certRequestPermissions");
}

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
		return refuse(j, eca_end_entity_error_eca_invalid_region,
		    "region has nothing in common with that of this "
		    "environment");
	j->grant->region = profile_countries(j->arena, kept, n);
	return j->grant->region != NULL
		   ? FAULT_OK
		   : refuse(j, eca_end_entity_error_eca_internal_server_error,
			 "memory");
}

static enum fault
judge_region(struct judge *j)
{
	const struct conf_uints *list = &j->policy->countries;
	geographic_region *ours;
	uint16_t codes[COUNTRIES_MAX];
	size_t n = 0;

	if (j->tbs->region == NULL)
		return refuse(j, eca_end_entity_error_eca_invalid_region,
		    "region is absent");
	for (size_t i = 0; i < list->n && n < COUNTRIES_MAX; i++)
		codes[n++] = (uint16_t)list->v[i];
	if ((ours = profile_countries(j->arena, codes, n)) == NULL)
		return refuse(j, eca_end_entity_error_eca_internal_server_error,
		    "memory");
	if (!region_within(j->tbs->region, ours))
		return cut_region(j);
	j->grant->region = j->tbs->region;
	return FAULT_OK;
}

/* The longest Duration of at most seconds. */
static struct lifetime
shortened(uint64_t seconds)
{
	if (seconds / HOUR <= UINT16_MAX)
		return (struct lifetime){
		    duration_hours, (uint16_t)(seconds / HOUR)};
	return (struct lifetime){
	    duration_sixty_hours, (uint16_t)(seconds / (SIXTY_HOURS))};
}

static enum fault
judge_validity(struct judge *j)
{
	const validity_period *v = &j->tbs->validity_period;
	const struct eca_policy *p = j->policy;
	uint64_t longest = conf_duration_seconds(p->lifetime);
	uint64_t asked = duration_in_seconds(&v->duration), room;
	struct eca_grant *g = j->grant;

	if (v->start > j->now && v->start - j->now > p->max_age)
		return refuse(j,
		    eca_end_entity_error_eca_invalid_requested_start_time,
		    "start is %u days in the future",
		    (v->start - j->now) / DAY);
	if (asked == 0 || validity_end(v) <= j->now)
		return refuse(j,
		    eca_end_entity_error_eca_invalid_validity_period,
		    "the validity period is empty or over");
	g->start = v->start < p->eca->start ? p->eca->start : v->start;
	/* Every alternative of Duration is a Uint16. */
	g->lifetime =
	    (struct lifetime){(uint8_t)v->duration.is, v->duration.hours};
	if (asked > longest)
		g->lifetime =
		    (struct lifetime){(uint8_t)p->lifetime.unit, p->lifetime.n};
	room = g->start < p->eca->end ? p->eca->end - g->start : 0;
	if (lifetime_seconds(g->lifetime) > room)
		g->lifetime = shortened(room);
	if (room < HOUR)
		return refuse(j,
		    eca_end_entity_error_eca_invalid_validity_period,
		    "the ECA's own certificate ends before");
	return FAULT_OK;
}

enum fault
eca_policy_judge(struct eca_grant *out, eca_end_entity_error *error,
    struct arena *arena, const ee_eca_cert_request *request,
    const struct eca_policy *policy, uint32_t now, struct fault_info *fi)
{
	struct judge j = {
	    out, error, arena, request, &request->tbs_data, policy, now, fi};

	memset(out, 0, sizeof(*out));
	TRY(judge_time(&j));
	TRY(judge_form(&j));
	TRY(judge_key(&j));
	TRY(judge_psids(&j));
	TRY(judge_region(&j));
	return judge_validity(&j);
}
