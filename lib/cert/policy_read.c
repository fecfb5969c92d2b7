/* policy_read.c - policy files that come in; see policy.h. */
#include <string.h>

#include "cert/perm.h"
#include "cert/policy.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "schema/scms_protocol.h"

/* Clocks of PG, RA and reader differ. */
#define TOLERANCE 5

/* ---- series ---- */

static struct policy_value
of_number(struct arena *a, uint32_t v)
{
	(void)a;
	return (struct policy_value){.number = v};
}

static struct policy_value
of_model(struct arena *a, cert_validity_model m)
{
	(void)a;
	return (struct policy_value){
	    .number = m == cert_validity_model_non_concurrent};
}

static struct policy_value
of_lifetime(struct arena *a, duration d)
{
	(void)a;
	return (struct policy_value){.lifetime = {(uint8_t)d.is, d.hours}};
}

static struct policy_value
of_octets(struct arena *a, struct bytes b)
{
	(void)a;
	return (struct policy_value){.octets = b};
}

/* NULL: the arena is used up. */
static struct policy_value
of_text(struct arena *a, struct bytes b)
{
	const char *s = arena_printf(a, "%.*s", (int)b.n, (const char *)b.p);

	return (struct policy_value){
	    .octets = s == NULL ? BYTES_NONE : bytes_of_string(s)};
}

/* Puts the last point where it belongs; of two that start together the later
 * one of the file counts. */
static void
sort_in(struct policy_point *v, size_t n)
{
	struct policy_point new = v[n];

	for (; n > 1 && v[n - 1].start > new.start; n--)
		v[n] = v[n - 1];
	v[n] = new;
}

#define READ(part, id, series, element, kind)                                \
	static bool read_##id(struct policy_series *out, struct arena *a,    \
	    const part##_policy_data *in)                                    \
	{                                                                    \
		const part##_policy_data_temporal_series_of_##series *s =    \
		    in->temporal_series_of_##series;                         \
		struct policy_point *v;                                      \
                                                                             \
		if (s == NULL)                                               \
			return true;                                         \
		v = ARENA_ARRAY(a, s->intervals.n + 1, struct policy_point); \
		if (v == NULL)                                               \
			return false;                                        \
		v[0].value = of_##kind(a, s->initial_##element);             \
		for (size_t i = 0; i < s->intervals.n; i++) {                \
			v[i + 1] = (struct policy_point){                    \
			    s->intervals.v[i].start_time,                    \
			    of_##kind(a, s->intervals.v[i].element)};        \
			sort_in(v, i + 1);                                   \
		}                                                            \
		*out = (struct policy_series){v, s->intervals.n + 1};        \
		return true;                                                 \
	}
#define GLOBAL(id, series, element, member, kind, name) \
	READ(global, id, series, element, kind)
#define LOCAL(id, series, element, member, kind, name) \
	READ(local, id, series, element, kind)
#include "cert/policy.def"

static enum fault
no_memory(bool ok, struct fault_info *fi)
{
	return ok ? FAULT_OK
		  : fault_set(
			fi, FAULT_TOO_LARGE, "no memory left for a policy");
}

static enum fault
read_global(struct policy_set *out, struct arena *a,
    const global_policy_data *in, struct fault_info *fi)
{
	bool ok = true;

#define GLOBAL(id, ...) ok &= read_##id(&out->of[POLICY_##id], a, in);
#include "cert/policy.def"
	return no_memory(ok, fi);
}

static enum fault
read_local(struct policy_set *out, struct arena *a, const local_policy_data *in,
    struct fault_info *fi)
{
	bool ok = true;

#define LOCAL(id, ...) ok &= read_##id(&out->of[POLICY_##id], a, in);
#include "cert/policy.def"
	return no_memory(ok, fi);
}

static void
read_head(struct policy_head *out, const to_be_signed_policy_data *tbs)
{
	out->id = tbs->policy_id;
	out->generation_time = tbs->generation_time;
	out->active_time = tbs->active_time;
}

static enum fault
read_custom(struct policy_file *out, struct arena *a,
    const custom_policy_data *c, struct fault_info *fi)
{
	if (c->requesting_ra_hostname != NULL) {
		out->ra_hostname =
		    arena_printf(a, "%.*s", (int)c->requesting_ra_hostname->n,
			(const char *)c->requesting_ra_hostname->p);
		TRY(no_memory(out->ra_hostname != NULL, fi));
	}
	return read_global(&out->set, a, &c->global_policy, fi);
}

static enum fault
read_policy(struct policy_file *out, struct arena *a,
    const to_be_signed_policy_data *tbs, struct fault_info *fi)
{
	switch (tbs->policy.is) {
	case policy_global:
		read_head(&out->head, tbs);
		return read_global(&out->set, a, &tbs->policy.global, fi);
	case policy_custom:
		read_head(&out->head, tbs);
		return read_custom(out, a, &tbs->policy.custom, fi);
	case policy_local:
		read_head(&out->local_head, tbs);
		return read_local(&out->set, a, &tbs->policy.local, fi);
	case policy_unknown:
		break;
	}
	return fault_set(fi, FAULT_BAD_MESSAGE, "policy of an unknown kind");
}

/* What is in force at a time of the set that was read. */
static enum fault
evaluate(struct policy_file *out, uint32_t now)
{
	uint64_t time = now * UINT64_C(1000000);

	policy_global_at(&out->global, &out->set, time);
	policy_local_at(&out->local, &out->set, time);
	return FAULT_OK;
}

enum fault
policy_read_tbs(struct policy_file *out, struct arena *a, enum policy_part part,
    struct bytes in, uint32_t now, struct fault_info *fi)
{
	static const struct {
		int is;
		const char *name;
	} parts[] = {
	    [POLICY_GLOBAL] = {policy_global, "global"},
	    [POLICY_CUSTOM] = {policy_custom, "custom"},
	    [POLICY_LOCAL] = {policy_local, "local"},
	};
	to_be_signed_policy_data tbs;

	memset(out, 0, sizeof(*out));
	TRY(coer_decode(&to_be_signed_policy_data_asn, &tbs, a, in, fi));
	if ((int)tbs.policy.is != parts[part].is)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "policy is not a %s one", parts[part].name);
	TRY(read_policy(out, a, &tbs, fi));
	return evaluate(out, now);
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
	if (base->tbs_data.policy.is != policy_global)
		return wrong_kind("global", fi);
	TRY(perm_check_role(signer, SCMS_PG, fi));
	TRY(check_base(&out->pg, j, base, SCMS_PG, fi));
	TRY(coer_encode_new(
	    &out->base, j->arena, &base_policy_file_asn, base, fi));
	TRY(read_policy(out, j->arena, &base->tbs_data, fi));
	return evaluate(out, j->now);
}

static enum fault
open_local(struct policy_file *out, const struct judging *j,
    const local_policy_file *l, const struct cert *signer,
    struct fault_info *fi)
{
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
	TRY(read_policy(out, j->arena, &l->global_parameters.tbs_data, fi));
	TRY(read_policy(out, j->arena, &l->local_paramters.tbs_data, fi));
	return evaluate(out, j->now);
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
