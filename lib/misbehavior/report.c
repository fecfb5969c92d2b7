/* report.c - see report.h. */
#include "misbehavior/report.h"
#include "cert/perm.h"
#include "coer/coer.h"
#include "schema/monarch.h"

/* Of 1609.2: not known. */
#define NO_ELEVATION 0xf000u

/* ---- contents ---- */

static enum fault
encode_list(struct bytes *out, struct arena *arena, const struct bytes *v,
    size_t n, struct fault_info *fi)
{
	monarch_evidence list = {.n = n, .v = ARENA_ARRAY(arena, n, opaque)};

	if (n > MISBEHAVIOR_BSMS_MOST)
		return fault_set(fi, FAULT_TOO_LARGE, "%zu BSMs", n);
	if (list.v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "report");
	for (size_t k = 0; k < n; k++)
		list.v[k] = v[k];
	return coer_encode_new(out, arena, &monarch_evidence_asn, &list, fi);
}

enum fault
misbehavior_report_encode(struct bytes *out, struct arena *arena,
    const struct misbehavior_report *report, struct fault_info *fi)
{
	const monarch_misbehavior what = {
	    .version = 1, .kind = (monarch_misbehavior_kind)report->kind};
	misbehavior_report_contents *c;
	octet_string bsms, own;
	scms_pdu pdu = {.version = 1,
	    .content = {.is = scms_pdu_content_ee_ma,
		.ee_ma = {
		    .is = end_entity_ma_interface_pdu_misbehavior_report}}};

	c = &pdu.content.ee_ma.misbehavior_report;
	c->version = 1;
	TRY(coer_encode_new(&c->misbehaving_device_info, arena,
	    &monarch_misbehavior_asn, &what, fi));
	TRY(encode_list(&bsms, arena, report->bsms, report->n, fi));
	c->misbehaving_device_bsms = &bsms;
	if (report->own_n > 0) {
		TRY(encode_list(&own, arena, report->own, report->own_n, fi));
		c->reporter_device_bsms = &own;
	}
	return coer_encode_new(out, arena, &scms_pdu_asn, &pdu, fi);
}

static enum fault
decode_list(const struct bytes **out, size_t *n, struct arena *arena,
    const octet_string *in, struct fault_info *fi)
{
	monarch_evidence list = {0};

	if (in != NULL)
		TRY(coer_decode(&monarch_evidence_asn, &list, arena, *in, fi));
	if (list.n > MISBEHAVIOR_BSMS_MOST)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "report with %zu BSMs", list.n);
	*out = list.v;
	*n = list.n;
	return FAULT_OK;
}

enum fault
misbehavior_report_decode(struct misbehavior_report *out, struct arena *arena,
    struct bytes in, struct fault_info *fi)
{
	const misbehavior_report_contents *c;
	monarch_misbehavior what;
	scms_pdu pdu;

	TRY(coer_decode(&scms_pdu_asn, &pdu, arena, in, fi));
	if (pdu.content.is != scms_pdu_content_ee_ma ||
	    pdu.content.ee_ma.is !=
		end_entity_ma_interface_pdu_misbehavior_report)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "not a misbehavior report");
	c = &pdu.content.ee_ma.misbehavior_report;
	TRY(coer_decode(&monarch_misbehavior_asn, &what, arena,
	    c->misbehaving_device_info, fi));
	out->kind = (enum misbehavior_kind)what.kind;
	TRY(decode_list(
	    &out->bsms, &out->n, arena, c->misbehaving_device_bsms, fi));
	TRY(decode_list(
	    &out->own, &out->own_n, arena, c->reporter_device_bsms, fi));
	return out->n > 0 ? FAULT_OK
			  : fault_set(fi, FAULT_BAD_MESSAGE,
				"report without a BSM of the accused");
}

/* ---- envelope ---- */

enum fault
misbehavior_report_seal(struct bytes *out, struct arena *arena,
    const struct misbehavior_report *report, const struct report_origin *origin,
    const struct signer *signer, const struct cert *ma, struct fault_info *fi)
{
	const struct spdu_header header = {
	    .psid = PSID_MISBEHAVIOR,
	    .has_generation_time = true,
	    .generation_time = origin->generated,
	    .has_location = true,
	    .place = origin->place,
	    .elevation = NO_ELEVATION,
	};
	struct bytes contents, spdu;

	TRY(misbehavior_report_encode(&contents, arena, report, fi));
	TRY(spdu_sign(
	    &spdu, arena, &header, contents, SIGNER_CERTIFICATE, signer, fi));
	return spdu_encrypt(out, arena, spdu, ma, fi);
}

static bool
came_with_certificate(const struct spdu *spdu)
{
	return spdu->data->content.signed_data.signer.is ==
	       signer_identifier_certificate;
}

/* The certificate has to be valid when the report was made, not when it is
 * read: a device may keep a report for longer than its certificate lasts. */
static enum fault
check_age(
    uint64_t generated, const struct report_rules *r, struct fault_info *fi)
{
	uint64_t made = generated / 1000000, now = r->now;

	if (made > now + r->tolerance)
		return fault_set(fi, FAULT_GENERATED_IN_FUTURE,
		    "generated %llu s in the future",
		    (unsigned long long)(made - now));
	if (now > made + r->max_age + r->tolerance)
		return fault_set(fi, FAULT_TOO_OLD, "generated %llu s ago",
		    (unsigned long long)(now - made));
	return FAULT_OK;
}

enum fault
misbehavior_report_open(struct opened_report *out, struct arena *arena,
    struct bytes in, const struct decryption_key *key, size_t n,
    struct trust *trust, const struct report_rules *rules,
    struct fault_info *fi)
{
	const struct spdu_rules r = {
	    .psid = PSID_MISBEHAVIOR,
	    .now = TRUST_ANY_TIME,
	    .need_generation_time = true,
	};
	struct bytes plain;
	struct spdu spdu;

	TRY(spdu_decrypt(&plain, arena, in, key, n, fi));
	TRY(spdu_open(&spdu, arena, plain, trust, &r, fi));
	TRY(check_age(spdu.header.generation_time, rules, fi));
	if (!spdu.is_unsecured || !came_with_certificate(&spdu))
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "report without its signer's certificate");
	if (!spdu.header.has_location)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "report without a location");
	out->origin = (struct report_origin){
	    spdu.header.generation_time, spdu.header.place};
	out->reporter = spdu.signer;
	out->signed_report = plain;
	out->digest = spdu.digest;
	return misbehavior_report_decode(&out->report, arena, spdu.payload, fi);
}
