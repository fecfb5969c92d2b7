/* request_pdu.c - the ScmsPDU of a provisioning request, in both layouts. */
#include <string.h>

#include "base/secret.h"
#include "cert/convert.h"
#include "coer/coer.h"
#include "device/request_pdu.h"
#include "schema/scms_124.h"
#include "schema/scms_protocol.h"

/* ---- keys ---- */

static enum fault
public_of(struct curve_point *out, const struct scalar *private,
    struct fault_info *fi)
{
	struct point public;

	if (p256_base_mul(&public, private, NULL, 1) != FAULT_OK)
		return fault_set(fi, FAULT_BAD_SCALAR, "caterpillar key");
	curve_of_p256(out, &public);
	curve_compress(out);
	return FAULT_OK;
}

/* The public side of a caterpillar key, as it goes to the RA. */
static enum fault
butterfly_params(unsigned_butterfly_params *out, const struct caterpillar *c,
    struct fault_info *fi)
{
	struct curve_point any;

	TRY(public_of(&any, &c->private, fi));
	point_to_schema(&out->seed_key, &any);
	memcpy(out->expansion.b, c->butterfly.expansion.b,
	    sizeof(out->expansion.b));
	return FAULT_OK;
}

/* The keys of one application request. */
static enum fault
single_key(struct curve_point *out, const struct caterpillar *c,
    uint32_t number, struct fault_info *fi)
{
	const struct butterfly_index index = {.i = number};
	struct scalar private;
	enum fault fault = FAULT_BAD_SCALAR;

	if (butterfly_private(&private, &c->butterfly, &c->private, &index,
		NULL, 1) == FAULT_OK)
		fault = public_of(out, &private, fi);
	else
		fault_set(fi, fault, "key of the request");
	wipe(&private, sizeof(private));
	return fault;
}

static enum fault
single_verify_key(public_verification_key *out, const struct provision_file *p,
    struct fault_info *fi)
{
	struct curve_point point;

	TRY(single_key(&point, &p->certificate, p->number, fi));
	key_to_schema(out, &point);
	return FAULT_OK;
}

static enum fault
single_encryption_key(public_encryption_key *out, const struct caterpillar *c,
    uint32_t number, struct fault_info *fi)
{
	struct curve_point point;

	TRY(single_key(&point, c, number, fi));
	encryption_key_to_schema(out, &point);
	return FAULT_OK;
}

static enum fault
no_memory(struct fault_info *fi)
{
	return fault_set(fi, FAULT_TOO_LARGE, "request");
}

/* NULL where no encryption keys are wanted. */
static enum fault
butterfly_encryption(unsigned_butterfly_params **out, struct arena *arena,
    const struct provision_file *p, struct fault_info *fi)
{
	*out = NULL;
	if (!p->has_encryption)
		return FAULT_OK;
	if ((*out = ARENA_NEW(arena, unsigned_butterfly_params)) == NULL)
		return no_memory(fi);
	return butterfly_params(*out, &p->encryption, fi);
}

static enum fault
encryption_key_of(public_encryption_key **out, struct arena *arena,
    const struct provision_file *p, struct fault_info *fi)
{
	*out = NULL;
	if (!p->has_encryption)
		return FAULT_OK;
	if ((*out = ARENA_NEW(arena, public_encryption_key)) == NULL)
		return no_memory(fi);
	return single_encryption_key(*out, &p->encryption, p->number, fi);
}

/* ---- 1.2.2 ---- */

static common_provisioning_request_fields
common_of(const struct request_pdu *in)
{
	const uint32_t start = in->keys->start;

	return (common_provisioning_request_fields){.current_time = in->now,
	    .requested_start_time = start != 0 ? start : in->now};
}

static enum fault
pseudonym_122(end_entity_ra_interface_pdu *out, const struct request_pdu *in,
    struct fault_info *fi)
{
	ee_ra_pseudonym_cert_provisioning_request *r =
	    &out->ee_ra_pseudonym_cert_provisioning_request;

	out->is =
	    end_entity_ra_interface_pdu_ee_ra_pseudonym_cert_provisioning_request;
	r->version = 1;
	r->common = common_of(in);
	TRY(butterfly_params(&r->verify_key_info, &in->keys->certificate, fi));
	return butterfly_params(&r->resp_enc_key_info, &in->keys->response, fi);
}

static enum fault
identification_122(end_entity_ra_interface_pdu *out, struct arena *arena,
    const struct request_pdu *in, struct fault_info *fi)
{
	ee_ra_id_cert_provisioning_request *r =
	    &out->ee_ra_id_cert_provisioning_request;

	out->is =
	    end_entity_ra_interface_pdu_ee_ra_id_cert_provisioning_request;
	r->version = 1;
	r->common = common_of(in);
	TRY(butterfly_encryption(&r->cert_enc_key_info, arena, in->keys, fi));
	TRY(butterfly_params(&r->verify_key_info, &in->keys->certificate, fi));
	return butterfly_params(&r->resp_enc_key_info, &in->keys->response, fi);
}

static enum fault
application_122(end_entity_ra_interface_pdu *out, struct arena *arena,
    const struct request_pdu *in, struct fault_info *fi)
{
	ee_ra_app_cert_provisioning_request *r =
	    &out->ee_ra_app_cert_provisioning_request;

	out->is =
	    end_entity_ra_interface_pdu_ee_ra_app_cert_provisioning_request;
	r->version = 1;
	r->common = common_of(in);
	TRY(single_verify_key(&r->verify_key, in->keys, fi));
	TRY(encryption_key_of(&r->cert_encryption_key, arena, in->keys, fi));
	return single_encryption_key(&r->response_encryption_key,
	    &in->keys->response, in->keys->number, fi);
}

static enum fault
pdu_122(struct bytes *out, struct arena *arena, const struct request_pdu *in,
    struct fault_info *fi)
{
	scms_pdu pdu = {.version = 1, .content.is = scms_pdu_content_ee_ra};
	end_entity_ra_interface_pdu *r = &pdu.content.ee_ra;

	if (in->kind == MONARCH_IDENTIFICATION)
		TRY(identification_122(r, arena, in, fi));
	else if (in->kind == MONARCH_APPLICATION)
		TRY(application_122(r, arena, in, fi));
	else
		TRY(pseudonym_122(r, in, fi));
	return coer_encode_new(out, arena, &scms_pdu_asn, &pdu, fi);
}

/* ---- 1.2.4 ---- */

static enum fault
pseudonym_124(end_entity_ra_interface_pdu_124 *out,
    const struct request_pdu *in, struct fault_info *fi)
{
	ee_ra_pseudonym_cert_provisioning_request_124 *r =
	    &out->ee_ra_pseudonym_cert_provisioning_request;

	out->is =
	    end_entity_ra_interface_pdu_124_ee_ra_pseudonym_cert_provisioning_request;
	r->version = 1;
	r->current_time = in->now;
	TRY(butterfly_params(&r->verify_key_info, &in->keys->certificate, fi));
	return butterfly_params(&r->resp_enc_key_info, &in->keys->response, fi);
}

static enum fault
identification_124(end_entity_ra_interface_pdu_124 *out, struct arena *arena,
    const struct request_pdu *in, struct fault_info *fi)
{
	ee_ra_id_cert_provisioning_request_124 *r =
	    &out->ee_ra_id_cert_provisioning_request;

	out->is =
	    end_entity_ra_interface_pdu_124_ee_ra_id_cert_provisioning_request;
	r->version = 1;
	r->region = *in->region;
	r->current_time = in->now;
	TRY(butterfly_encryption(&r->cert_enc_key_info, arena, in->keys, fi));
	TRY(butterfly_params(&r->verify_key_info, &in->keys->certificate, fi));
	return butterfly_params(&r->resp_enc_key_info, &in->keys->response, fi);
}

static enum fault
application_124(end_entity_ra_interface_pdu_124 *out, struct arena *arena,
    const struct request_pdu *in, struct fault_info *fi)
{
	ee_ra_app_cert_provisioning_request_124 *r =
	    &out->ee_ra_app_cert_provisioning_request;
	const common_provisioning_request_fields common = common_of(in);

	out->is =
	    end_entity_ra_interface_pdu_124_ee_ra_app_cert_provisioning_request;
	r->version = 1;
	r->region = *in->region;
	r->current_time = common.current_time;
	r->requested_start_time = common.requested_start_time;
	TRY(single_verify_key(&r->verify_key, in->keys, fi));
	TRY(encryption_key_of(&r->cert_encryption_key, arena, in->keys, fi));
	return single_encryption_key(&r->response_encryption_key,
	    &in->keys->response, in->keys->number, fi);
}

static enum fault
pdu_124(struct bytes *out, struct arena *arena, const struct request_pdu *in,
    struct fault_info *fi)
{
	scms_pdu_124 pdu = {
	    .version = 1, .content.is = scms_pdu_124_content_ee_ra};
	end_entity_ra_interface_pdu_124 *r = &pdu.content.ee_ra;

	if (in->kind == MONARCH_PSEUDONYM)
		TRY(pseudonym_124(r, in, fi));
	else if (in->region == NULL)
		return fault_set(fi, FAULT_WRONG_PROFILE,
		    "the enrollment certificate has no region to ask for");
	else if (in->kind == MONARCH_IDENTIFICATION)
		TRY(identification_124(r, arena, in, fi));
	else
		TRY(application_124(r, arena, in, fi));
	return coer_encode_new(out, arena, &scms_pdu_124_asn, &pdu, fi);
}

enum fault
request_pdu(struct bytes *out, struct arena *arena,
    const struct request_pdu *in, struct fault_info *fi)
{
	return in->layout == MONARCH_LAYOUT_1_2_4 ? pdu_124(out, arena, in, fi)
						  : pdu_122(out, arena, in, fi);
}
