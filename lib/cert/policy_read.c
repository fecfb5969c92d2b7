/* policy_read.c - policy files that come in; see policy.h. */
#include <string.h>

#include "cert/perm.h"
#include "cert/policy.h"
#include "cert/policy_series.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "schema/scms_protocol.h"

/* Clocks of PG, RA and reader differ. */
#define TOLERANCE 5

/* ---- series ---- */

struct reading {
	struct arena *arena;
	uint64_t now; /* Time64 */
	bool failed;  /* arena used up */
};

static struct lifetime
as_lifetime(struct reading *r, duration d)
{
	(void)r;
	return (struct lifetime){(uint8_t)d.is, d.hours};
}

static bool
as_model(struct reading *r, cert_validity_model m)
{
	(void)r;
	return m == cert_validity_model_non_concurrent;
}

static const char *
as_text(struct reading *r, struct bytes b)
{
	char *s = arena_printf(r->arena, "%.*s", (int)b.n, (const char *)b.p);

	r->failed |= s == NULL;
	return s;
}

#define as_number(r, v) (v)
#define as_span(r, v)	(v)

/* The value in force: of the last interval that has begun, else the first. */
#define GET(kind, series, element, member, conversion)                    \
	static void get_##kind##_##series(struct policy_##kind *out,      \
	    struct reading *r, const kind##_policy_data *in)              \
	{                                                                 \
		const kind##_policy_data_temporal_series_of_##series *s = \
		    in->temporal_series_of_##series;                      \
		const __typeof__(s->initial_##element) *value;            \
		uint64_t since = 0;                                       \
                                                                          \
		if (s == NULL)                                            \
			return;                                           \
		value = &s->initial_##element;                            \
		for (size_t i = 0; i < s->intervals.n; i++) {             \
			if (s->intervals.v[i].start_time > r->now ||      \
			    s->intervals.v[i].start_time < since)         \
				continue;                                 \
			since = s->intervals.v[i].start_time;             \
			value = &s->intervals.v[i].element;               \
		}                                                         \
		out->member = as_##conversion(r, *value);                 \
	}
#define GET_GLOBAL(...) GET(global, __VA_ARGS__)
#define GET_LOCAL(...)	GET(local, __VA_ARGS__)

/* clang-format off */
POLICY_GLOBAL_SERIES(GET_GLOBAL)
POLICY_LOCAL_SERIES(GET_LOCAL)
/* clang-format on */

#define CALL_GLOBAL(series, ...) get_global_##series(out, r, in);
#define CALL_LOCAL(series, ...)	 get_local_##series(out, r, in);

static void
read_global(
    struct policy_global *out, struct reading *r, const global_policy_data *in)
{
	*out = policy_global_default;
	POLICY_GLOBAL_SERIES(CALL_GLOBAL)
}

static void
read_local(
    struct policy_local *out, struct reading *r, const local_policy_data *in)
{
	memset(out, 0, sizeof(*out));
	POLICY_LOCAL_SERIES(CALL_LOCAL)
}

static void
read_head(struct policy_head *out, const to_be_signed_policy_data *tbs)
{
	out->id = tbs->policy_id;
	out->generation_time = tbs->generation_time;
	out->active_time = tbs->active_time;
}

static enum fault
read_policy(struct policy_file *out, struct reading *r,
    const to_be_signed_policy_data *tbs, struct fault_info *fi)
{
	const custom_policy_data *c = &tbs->policy.custom;

	switch (tbs->policy.is) {
	case policy_global:
		read_head(&out->head, tbs);
		read_global(&out->global, r, &tbs->policy.global);
		break;
	case policy_custom:
		read_head(&out->head, tbs);
		read_global(&out->global, r, &c->global_policy);
		if (c->requesting_ra_hostname != NULL)
			out->ra_hostname =
			    as_text(r, *c->requesting_ra_hostname);
		break;
	case policy_local:
		read_head(&out->local_head, tbs);
		read_local(&out->local, r, &tbs->policy.local);
		break;
	case policy_unknown:
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "policy of an unknown kind");
	}
	return r->failed ? fault_set(fi, FAULT_TOO_LARGE,
			       "no memory left for a policy")
			 : FAULT_OK;
}

static struct reading
reading_at(struct arena *a, uint32_t now)
{
	return (struct reading){.arena = a, .now = now * UINT64_C(1000000)};
}

enum fault
policy_read_custom(struct policy_file *out, struct arena *a, struct bytes in,
    uint32_t now, struct fault_info *fi)
{
	struct reading r = reading_at(a, now);
	to_be_signed_policy_data tbs;

	memset(out, 0, sizeof(*out));
	TRY(coer_decode(&to_be_signed_policy_data_asn, &tbs, a, in, fi));
	if (tbs.policy.is != policy_custom)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "policy is not a custom one");
	return read_policy(out, &r, &tbs, fi);
}

/* ---- signatures ---- */

struct judging {
	struct arena *arena;
	struct trust *trust;
	uint32_t now;
};

static enum fault
check_counter(const struct cert **by, const struct judging *j,
    const to_be_signed_policy_data *tbs, const countersignature *counter,
    struct fault_info *fi)
{
	struct spdu_rules rules = {.psid = PSID_SECURITY,
	    .now = j->now,
	    .tolerance = TOLERANCE,
	    .need_generation_time = true};
	uint8_t hash[SHA256_SIZE];
	struct spdu s;

	TRY(spdu_open(&s, j->arena, counter->raw, j->trust, &rules, fi));
	sha256(hash, tbs->raw);
	if (s.payload.p != NULL || !bytes_equal(s.external_hash, BYTES(hash)))
		return fault_set(fi, FAULT_BAD_SIGNATURE,
		    "countersignature is over something else");
	*by = s.signer;
	return FAULT_OK;
}

/* All countersignatures hold, and one of them is of the role. */
static enum fault
check_base(const struct cert **by, const struct judging *j,
    const base_policy_file *base, enum scms_role role, struct fault_info *fi)
{
	const struct cert *k = NULL;
	size_t i;

	*by = NULL;
	for (i = 0; i < base->signatures.n; i++) {
		TRY(check_counter(
		    &k, j, &base->tbs_data, &base->signatures.v[i], fi));
		if (perm_role(k) == role)
			*by = k;
	}
	if (*by != NULL)
		return FAULT_OK;
	return fault_set(fi, FAULT_SSP_NOT_PERMITTED,
	    "policy is not countersigned by the %s", scms_role_name(role));
}

enum fault
policy_check_base(struct arena *a, struct bytes in, struct trust *t,
    uint32_t now, struct fault_info *fi)
{
	struct judging j = {a, t, now};
	base_policy_file base;
	const struct cert *by;

	TRY(coer_decode(&base_policy_file_asn, &base, a, in, fi));
	return check_base(&by, &j, &base,
	    base.tbs_data.policy.is == policy_local ? SCMS_RA : SCMS_PG, fi);
}

/* ---- files ---- */

static enum fault
wrong_kind(const char *what, struct fault_info *fi)
{
	return fault_set(fi, FAULT_BAD_MESSAGE,
	    "policy file does not hold a %s policy", what);
}

static enum fault
open_global(struct policy_file *out, const struct judging *j,
    const base_policy_file *base, const struct cert *signer,
    struct fault_info *fi)
{
	struct reading r = reading_at(j->arena, j->now);

	if (base->tbs_data.policy.is != policy_global)
		return wrong_kind("global", fi);
	TRY(perm_check_role(signer, SCMS_PG, fi));
	TRY(check_base(&out->pg, j, base, SCMS_PG, fi));
	TRY(coer_encode_new(
	    &out->base, j->arena, &base_policy_file_asn, base, fi));
	return read_policy(out, &r, &base->tbs_data, fi);
}

static enum fault
open_local(struct policy_file *out, const struct judging *j,
    const local_policy_file *l, const struct cert *signer,
    struct fault_info *fi)
{
	struct reading r = reading_at(j->arena, j->now);

	out->is_local = true;
	if (l->global_parameters.tbs_data.policy.is != policy_custom)
		return wrong_kind("custom", fi);
	if (l->local_paramters.tbs_data.policy.is != policy_local)
		return wrong_kind("local", fi);
	TRY(perm_check_role(signer, SCMS_RA, fi));
	TRY(check_base(&out->pg, j, &l->global_parameters, SCMS_PG, fi));
	TRY(check_base(&out->ra, j, &l->local_paramters, SCMS_RA, fi));
	TRY(coer_encode_new(&out->base, j->arena, &base_policy_file_asn,
	    &l->global_parameters, fi));
	TRY(read_policy(out, &r, &l->global_parameters.tbs_data, fi));
	return read_policy(out, &r, &l->local_paramters.tbs_data, fi);
}

enum fault
policy_open(struct policy_file *out, struct arena *a, struct bytes in,
    struct trust *t, uint32_t now, struct fault_info *fi)
{
	struct spdu_rules rules = {
	    .psid = PSID_SECURITY, .now = now, .tolerance = TOLERANCE};
	struct judging j = {a, t, now};
	const policy_files *p;
	scms_file *file;
	struct spdu s;

	memset(out, 0, sizeof(*out));
	if ((file = ARENA_NEW(a, scms_file)) == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no memory left for a policy");
	TRY(spdu_open(&s, a, in, t, &rules, fi));
	if (!s.is_unsecured)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "policy file has no contents");
	TRY(coer_decode(&scms_file_asn, file, a, s.payload, fi));
	p = &file->content.policy;
	if (file->content.is == scms_file_content_policy &&
	    p->is == policy_files_global_policy_file)
		return open_global(
		    out, &j, &p->global_policy_file, s.signer, fi);
	if (file->content.is == scms_file_content_policy &&
	    p->is == policy_files_local_policy_file)
		return open_local(out, &j, &p->local_policy_file, s.signer, fi);
	return fault_set(fi, FAULT_BAD_MESSAGE, "file is not a policy file");
}

/* ---- limits ---- */

static enum fault
check_limit(bool ok, const char *name, struct fault_info *fi)
{
	return ok ? FAULT_OK
		  : fault_set(fi, FAULT_DENIED,
			"%s is not within the global policy", name);
}

/* No longer than the global policy allows. */
static bool
within(struct lifetime l, struct lifetime limit)
{
	return lifetime_seconds(l) <= lifetime_seconds(limit);
}

enum fault
policy_check_custom(const struct policy_file *custom,
    const struct policy_global *g, struct fault_info *fi)
{
	const struct policy_global *c = &custom->global;
	const struct {
		bool ok;
		const char *name;
	} limits[] = {
	    {c->scms_version == g->scms_version, "scmsVersion"},
	    {c->chain_file_id == g->chain_file_id, "globalCertChainFileID"},
	    {within(c->overdue_crl_tolerance, g->overdue_crl_tolerance),
		"overdueCrlTolerance"},
	    {lifetime_seconds(c->i_period) == lifetime_seconds(g->i_period),
		"iPeriod"},
	    {c->min_certs_per_i_period >= g->min_certs_per_i_period,
		"minCertsPerIPeriod"},
	    {c->non_concurrent == g->non_concurrent, "certValidityModel"},
	    {within(c->max_cert_supply, g->max_cert_supply),
		"maxAvailableCertSupply"},
	    {within(c->max_request_age, g->max_request_age),
		"maxCertRequestAge"},
	    {c->shuffle_threshold >= g->shuffle_threshold, "shuffleThreshold"},
	    {c->request_hash_size == g->request_hash_size, "hashOfRequestSize"},
	    {within(c->max_retrieval_interval, g->max_retrieval_interval),
		"maxGpfGccfRetrievalInterval"},
	    {within(c->rse_validity, g->rse_validity),
		"rseApplicationCertValidity"},
	    {within(c->rse_overlap, g->rse_overlap),
		"rseApplicationCertOverlap"},
	};
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		TRY(check_limit(limits[i].ok, limits[i].name, fi));
	return FAULT_OK;
}
