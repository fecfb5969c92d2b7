/* policy_write.c - policy files that go out; see policy.h. */
#include "cert/perm.h"
#include "cert/policy.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "schema/scms_protocol.h"

const struct policy_global policy_global_default = {
    .scms_version = 1,
    .chain_file_id = 1,
    .overdue_crl_tolerance = {duration_hours, 336},
    .i_period = {duration_minutes, 10080},
    .min_certs_per_i_period = 20,
    .non_concurrent = false,
    .max_cert_supply = {duration_years, 3},
    .max_request_age = {duration_hours, 48},
    .shuffle_threshold = 1000,
    .request_hash_size = 32,
    .max_retrieval_interval = {duration_hours, 1},
    .rse_validity = {duration_hours, 169},
    .rse_overlap = {duration_hours, 1},
};

static enum fault
enough(bool ok, struct fault_info *fi)
{
	return ok ? FAULT_OK
		  : fault_set(
			fi, FAULT_TOO_LARGE, "no memory left for a policy");
}

/* ---- series ---- */

static duration
as_duration(struct lifetime l)
{
	duration d = {.is = (enum duration_tag)l.unit};

	d.hours = l.value; /* all alternatives are the same type */
	return d;
}

#define number(type, v)	  (type)(v).number
#define lifetime(type, v) as_duration((v).lifetime)
#define octets(type, v)	  (v).octets
#define text(type, v)	  (v).octets
#define model(type, v)                                        \
	((v).number != 0 ? cert_validity_model_non_concurrent \
			 : cert_validity_model_concurrent)

#define WRITE(part, id, series, element, kind)                                        \
	static bool write_##id(part##_policy_data *out, struct arena *a,              \
	    const struct policy_series *in)                                           \
	{                                                                             \
		part##_policy_data_temporal_series_of_##series *s;                    \
		part##_policy_data_temporal_series_of_##series##_intervals_item       \
		    *v;                                                               \
                                                                                      \
		if (in->n == 0)                                                       \
			return true;                                                  \
		s = ARENA_NEW(                                                        \
		    a, part##_policy_data_temporal_series_of_##series);               \
		v = ARENA_ARRAY(a, in->n,                                             \
		    part##_policy_data_temporal_series_of_##series##_intervals_item); \
		if (s == NULL || v == NULL)                                           \
			return false;                                                 \
		s->initial_##element =                                                \
		    kind(__typeof__(s->initial_##element), in->v[0].value);           \
		for (size_t i = 1; i < in->n; i++) {                                  \
			v[i - 1].start_time = in->v[i].start;                         \
			v[i - 1].element =                                            \
			    kind(__typeof__(v->element), in->v[i].value);             \
		}                                                                     \
		s->intervals.n = in->n - 1;                                           \
		s->intervals.v = v;                                                   \
		out->temporal_series_of_##series = s;                                 \
		return true;                                                          \
	}
#define GLOBAL(id, series, element, member, kind, name) \
	WRITE(global, id, series, element, kind)
#define LOCAL(id, series, element, member, kind, name) \
	WRITE(local, id, series, element, kind)
#include "cert/policy.def"

static enum fault
write_global(global_policy_data *out, struct arena *a,
    const struct policy_set *in, struct fault_info *fi)
{
	bool ok = true;

#define GLOBAL(id, ...) ok &= write_##id(out, a, &in->of[POLICY_##id]);
#include "cert/policy.def"
	return enough(ok, fi);
}

static enum fault
write_local(local_policy_data *out, struct arena *a,
    const struct policy_set *in, struct fault_info *fi)
{
	bool ok = true;

#define LOCAL(id, ...) ok &= write_##id(out, a, &in->of[POLICY_##id]);
#include "cert/policy.def"
	return enough(ok, fi);
}

/* ---- ToBeSignedPolicyData ---- */

static enum fault
encode_tbs(struct bytes *out, struct arena *a, to_be_signed_policy_data *tbs,
    const struct policy_head *head, struct fault_info *fi)
{
	tbs->policy_id = head->id;
	tbs->generation_time = head->generation_time;
	tbs->active_time = head->active_time;
	return coer_encode_new(out, a, &to_be_signed_policy_data_asn, tbs, fi);
}

enum fault
policy_tbs_global(struct bytes *out, struct arena *a,
    const struct policy_head *head, const struct policy_set *in,
    struct fault_info *fi)
{
	to_be_signed_policy_data tbs = {.policy.is = policy_global};

	TRY(write_global(&tbs.policy.global, a, in, fi));
	return encode_tbs(out, a, &tbs, head, fi);
}

enum fault
policy_tbs_custom(struct bytes *out, struct arena *a,
    const struct policy_head *head, const char *ra_hostname,
    const struct policy_set *in, struct fault_info *fi)
{
	to_be_signed_policy_data tbs = {.policy.is = policy_custom};
	ra_hostname_id name = bytes_of_string(ra_hostname);

	tbs.policy.custom.requesting_ra_hostname = &name;
	TRY(write_global(&tbs.policy.custom.global_policy, a, in, fi));
	return encode_tbs(out, a, &tbs, head, fi);
}

enum fault
policy_tbs_local(struct bytes *out, struct arena *a,
    const struct policy_head *head, const struct policy_set *in,
    struct fault_info *fi)
{
	to_be_signed_policy_data tbs = {.policy.is = policy_local};

	TRY(write_local(&tbs.policy.local, a, in, fi));
	return encode_tbs(out, a, &tbs, head, fi);
}

/* ---- signatures and files ---- */

enum fault
policy_countersign(struct bytes *out, struct arena *a, struct bytes tbs,
    uint64_t time, const struct signer *s, struct fault_info *fi)
{
	struct spdu_header h = {.psid = PSID_SECURITY,
	    .has_generation_time = true,
	    .generation_time = time};
	base_policy_file base = {.version = 1};
	uint8_t hash[SHA256_SIZE];
	countersignature one;
	struct bytes counter;

	TRY(coer_decode(
	    &to_be_signed_policy_data_asn, &base.tbs_data, a, tbs, fi));
	sha256(hash, tbs);
	TRY(spdu_sign_external(
	    &counter, a, &h, hash, SIGNER_CERTIFICATE, s, fi));
	TRY(coer_decode(&countersignature_asn, &one, a, counter, fi));
	base.signatures.n = 1;
	base.signatures.v = &one;
	return coer_encode_new(out, a, &base_policy_file_asn, &base, fi);
}

static enum fault
sign_file(struct bytes *out, struct arena *a, const scms_file *file,
    const struct signer *s, struct fault_info *fi)
{
	struct spdu_header h = {.psid = PSID_SECURITY};
	struct bytes payload;

	TRY(coer_encode_new(&payload, a, &scms_file_asn, file, fi));
	return spdu_sign(out, a, &h, payload, SIGNER_CERTIFICATE, s, fi);
}

enum fault
policy_gpf(struct bytes *out, struct arena *a, struct bytes base,
    const struct signer *pg, struct fault_info *fi)
{
	scms_file file = {.version = 1, .content.is = scms_file_content_policy};

	file.content.policy.is = policy_files_global_policy_file;
	TRY(coer_decode(&base_policy_file_asn,
	    &file.content.policy.global_policy_file, a, base, fi));
	return sign_file(out, a, &file, pg, fi);
}

enum fault
policy_lpf(struct bytes *out, struct arena *a, struct bytes custom,
    struct bytes local, const struct signer *ra, struct fault_info *fi)
{
	scms_file file = {.version = 1, .content.is = scms_file_content_policy};
	local_policy_file *l = &file.content.policy.local_policy_file;

	file.content.policy.is = policy_files_local_policy_file;
	TRY(coer_decode(
	    &base_policy_file_asn, &l->global_parameters, a, custom, fi));
	TRY(coer_decode(
	    &base_policy_file_asn, &l->local_paramters, a, local, fi));
	return sign_file(out, a, &file, ra, fi);
}
