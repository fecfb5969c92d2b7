/* policy.c - see policy.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cert/convert.h"
#include "cert/validity.h"
#include "role/eca/judge.h"

#define DAY  86400u
#define HOUR 3600u

enum fault
judge_refuse(struct judge *j, eca_end_entity_error error, const char *fmt, ...)
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
		return judge_refuse(j,
		    eca_end_entity_error_eca_invalid_current_time,
		    "currentTime is %u s in the future", t - j->now);
	if (t < j->now && j->now - t > j->policy->max_age)
		return judge_refuse(j,
		    eca_end_entity_error_eca_invalid_current_time,
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
		return judge_refuse(j,
		    eca_end_entity_error_eca_malformed_request,
		    "id is linkageData");
	if (t->app_permissions != NULL)
		return judge_refuse(j,
		    eca_end_entity_error_eca_malformed_request,
		    "appPermissions are present");
	if (t->cert_issue_permissions != NULL)
		return judge_refuse(j,
		    eca_end_entity_error_eca_malformed_request,
		    "certIssuePermissions are present");
	if (t->assurance_level != NULL)
		return judge_refuse(j,
		    eca_end_entity_error_eca_invalid_assurance_level,
		    "assuranceLevel is present");
	if (t->encryption_key != NULL)
		return judge_refuse(j,
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
		return judge_refuse(j,
		    eca_end_entity_error_eca_invalid_verify_key,
		    "no verificationKey");
	if (key_of_schema(&key, &v->verification_key, &why) != FAULT_OK ||
	    curve_to_p256(&j->grant->key, &key, &why) != FAULT_OK)
		return judge_refuse(j,
		    eca_end_entity_error_eca_invalid_verify_key,
		    "verificationKey: %s", why.text);
	return FAULT_OK;
}

static enum fault
judge_validity(struct judge *j)
{
	const validity_period *v = &j->tbs->validity_period;
	const struct eca_policy *p = j->policy;
	struct eca_grant *g = j->grant;
	struct conf_duration longest = p->lifetime[g->kind];
	uint64_t asked = duration_in_seconds(&v->duration), room;

	if (v->start > j->now && v->start - j->now > p->start_ahead)
		return judge_refuse(j,
		    eca_end_entity_error_eca_invalid_requested_start_time,
		    "start is %u s in the future, at most %u are accepted",
		    v->start - j->now, p->start_ahead);
	if (asked == 0 || validity_end(v) <= j->now)
		return judge_refuse(j,
		    eca_end_entity_error_eca_invalid_validity_period,
		    "the validity period is empty or over");
	g->start = v->start < p->eca->start ? p->eca->start : v->start;
	/* Every alternative of Duration is a Uint16. */
	g->lifetime =
	    (struct lifetime){(uint8_t)v->duration.is, v->duration.hours};
	if (asked > conf_duration_seconds(longest))
		g->lifetime =
		    (struct lifetime){(uint8_t)longest.unit, longest.n};
	room = g->start < p->eca->end ? p->eca->end - g->start : 0;
	g->lifetime = lifetime_within(g->lifetime, room);
	if (room < HOUR)
		return judge_refuse(j,
		    eca_end_entity_error_eca_invalid_validity_period,
		    "the ECA's own certificate ends before");
	/* Successors of short ones would be many for the same weeks, each with
	 * certificates of its own. */
	if (asked < conf_duration_seconds(longest) / 2 && asked < room)
		return judge_refuse(j,
		    eca_end_entity_error_eca_invalid_validity_period,
		    "the validity period of %llu h is shorter than half of "
		    "what enrollments have here, %llu h",
		    (unsigned long long)asked / HOUR,
		    (unsigned long long)conf_duration_seconds(longest) / HOUR);
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
