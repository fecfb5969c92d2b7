/* message.c - what a device sends to the RA, and what it gets for it. */
#include <string.h>

#include <openssl/evp.h>

#include "cert/convert.h"
#include "cert/encrypt.h"
#include "cert/perm.h"
#include "cert/request.h"
#include "coer/coer.h"
#include "device/message.h"
#include "schema/scms_124.h"
#include "schema/scms_protocol.h"

/* Signed with the enrollment certificate, encrypted to the RA. */
static enum fault
secure(struct bytes *out, struct arena *arena, const struct identity *id,
    struct bytes pdu, bool extra_octet, struct fault_info *fi)
{
	struct signer signer;
	struct bytes signed_request;

	TRY(signer_of_scalar(&signer, &id->enrollment_key, id->enrollment, fi));
	TRY(request_sign(&signed_request, arena, pdu, extra_octet,
	    SIGNER_CERTIFICATE, &signer, fi));
	return spdu_encrypt(out, arena, signed_request, id->ra, fi);
}

/* The public side of a caterpillar key, as it goes to the RA. */
static enum fault
public_side(unsigned_butterfly_params *out, const struct caterpillar *c,
    struct fault_info *fi)
{
	struct curve_point any;
	struct point public;

	if (p256_base_mul(&public, &c->private, NULL, 1) != FAULT_OK)
		return fault_set(fi, FAULT_BAD_SCALAR, "caterpillar key");
	curve_of_p256(&any, &public);
	curve_compress(&any);
	point_to_schema(&out->seed_key, &any);
	memcpy(out->expansion.b, c->butterfly.expansion.b,
	    sizeof(out->expansion.b));
	return FAULT_OK;
}

static enum fault
pdu_122(struct bytes *out, struct arena *arena, const struct provision_file *p,
    uint32_t now, struct fault_info *fi)
{
	scms_pdu pdu = {.version = 1, .content.is = scms_pdu_content_ee_ra};
	ee_ra_pseudonym_cert_provisioning_request *r =
	    &pdu.content.ee_ra.ee_ra_pseudonym_cert_provisioning_request;

	pdu.content.ee_ra.is =
	    end_entity_ra_interface_pdu_ee_ra_pseudonym_cert_provisioning_request;
	r->version = 1;
	r->common.current_time = now;
	r->common.requested_start_time = now;
	TRY(public_side(&r->verify_key_info, &p->certificate, fi));
	TRY(public_side(&r->resp_enc_key_info, &p->response, fi));
	return coer_encode_new(out, arena, &scms_pdu_asn, &pdu, fi);
}

static enum fault
pdu_124(struct bytes *out, struct arena *arena, const struct provision_file *p,
    uint32_t now, struct fault_info *fi)
{
	scms_pdu_124 pdu = {
	    .version = 1, .content.is = scms_pdu_124_content_ee_ra};
	ee_ra_pseudonym_cert_provisioning_request_124 *r =
	    &pdu.content.ee_ra.ee_ra_pseudonym_cert_provisioning_request;

	pdu.content.ee_ra.is =
	    end_entity_ra_interface_pdu_124_ee_ra_pseudonym_cert_provisioning_request;
	r->version = 1;
	r->current_time = now;
	TRY(public_side(&r->verify_key_info, &p->certificate, fi));
	TRY(public_side(&r->resp_enc_key_info, &p->response, fi));
	return coer_encode_new(out, arena, &scms_pdu_124_asn, &pdu, fi);
}

enum fault
message_provision(struct bytes *out, struct arena *arena,
    const struct identity *id, const struct provision_file *p,
    const struct monarch_provision_terms *terms, uint32_t now,
    struct fault_info *fi)
{
	struct bytes pdu;

	if (terms->layout == MONARCH_LAYOUT_1_2_4)
		TRY(pdu_124(&pdu, arena, p, now, fi));
	else
		TRY(pdu_122(&pdu, arena, p, now, fi));
	return secure(out, arena, id, pdu, terms->extra_octet, fi);
}

static enum fault
base64_header(const char **out, struct arena *arena, struct bytes in,
    struct fault_info *fi)
{
	unsigned char *text = arena_alloc(arena, 4 * (in.n / 3 + 1) + 1, 1);

	if (text == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "download request");
	EVP_EncodeBlock(text, in.p, (int)in.n);
	*out = arena_printf(arena, "Download-Req: %s", (char *)text);
	return *out == NULL ? fault_set(fi, FAULT_TOO_LARGE, "download request")
			    : FAULT_OK;
}

enum fault
message_download(const char **header, struct arena *arena,
    const struct identity *id, const char *filename, bool extra_octet,
    uint32_t now, struct fault_info *fi)
{
	scms_pdu pdu = {.version = 1, .content.is = scms_pdu_content_ee_ra};
	authenticated_download_request *r =
	    &pdu.content.ee_ra.ee_ra_authenticated_download_request;
	struct bytes encoded, secured;

	pdu.content.ee_ra.is =
	    end_entity_ra_interface_pdu_ee_ra_authenticated_download_request;
	r->timestamp = now;
	r->filename = bytes_of_string(filename);
	TRY(coer_encode_new(&encoded, arena, &scms_pdu_asn, &pdu, fi));
	TRY(secure(&secured, arena, id, encoded, extra_octet, fi));
	return base64_header(header, arena, secured, fi);
}

enum fault
message_open_ack(struct ack *out, struct arena *arena,
    const struct identity *id, struct bytes in, uint32_t now,
    struct fault_info *fi)
{
	const struct spdu_rules rules = {
	    .psid = PSID_SECURITY, .now = now, .signer = id->ra};
	const ra_ee_pseudonym_cert_provisioning_ack *ack;
	struct spdu spdu;
	scms_pdu *pdu;

	TRY(spdu_open(&spdu, arena, in, id->trust, &rules, fi));
	if ((pdu = ARENA_NEW(arena, scms_pdu)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(coer_decode(&scms_pdu_asn, pdu, arena, spdu.payload, fi));
	if (pdu->content.is != scms_pdu_content_ee_ra ||
	    pdu->content.ee_ra.is !=
		end_entity_ra_interface_pdu_ra_ee_pseudonym_cert_provisioning_ack)
		return fault_set(fi, FAULT_BAD_MESSAGE, "not an ack");
	ack = &pdu->content.ee_ra.ra_ee_pseudonym_cert_provisioning_ack;
	if (ack->reply.is != ra_ee_pseudonym_cert_provisioning_ack_reply_ack)
		return fault_set(fi, FAULT_BAD_MESSAGE, "ack of unknown kind");
	memcpy(out->hash, ack->request_hash.b, sizeof(out->hash));
	out->download_time = ack->reply.ack.cert_dl_time;
	out->url = ack->reply.ack.cert_dlurl;
	return FAULT_OK;
}
