/* message.c - what a device sends to the RA, and what it gets for it. */
#include <string.h>

#include <openssl/evp.h>

#include "cert/encrypt.h"
#include "cert/perm.h"
#include "cert/region.h"
#include "cert/request.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "device/kind.h"
#include "device/message.h"
#include "device/request_pdu.h"
#include "schema/scms_protocol.h"

/* Signed with the enrollment certificate, encrypted to the RA. */
static enum fault
secure(struct bytes *out, struct arena *arena, const struct identity *id,
    struct bytes pdu, bool extra_octet, uint32_t now, struct fault_info *fi)
{
	const struct cert *ra;
	struct signer signer;
	struct bytes signed_request;

	TRY(identity_find_ra(&ra, id, now, fi));
	TRY(signer_of_scalar(&signer, &id->enrollment_key, id->enrollment, fi));
	TRY(request_sign(&signed_request, arena, pdu, extra_octet,
	    SIGNER_CERTIFICATE, &signer, fi));
	return spdu_encrypt(out, arena, signed_request, ra, fi);
}

enum fault
message_provision(struct bytes *out, struct arena *arena,
    const struct identity *id, enum monarch_kind kind,
    const struct provision_file *p, const struct monarch_provision_terms *terms,
    uint32_t now, struct fault_info *fi)
{
	struct bytes pdu;

	TRY(request_pdu(&pdu, arena,
	    &(struct request_pdu){.kind = kind,
		.layout = terms->layout,
		.keys = p,
		.region = region_of_cert(id->enrollment),
		.now = now},
	    fi));
	return secure(out, arena, id, pdu, terms->extra_octet, now, fi);
}

enum fault
message_successor(struct bytes *out, struct arena *arena,
    const struct identity *id, struct bytes request, uint64_t now,
    struct fault_info *fi)
{
	const struct spdu_header header = {.psid = PSID_SECURITY,
	    .has_generation_time = true,
	    .generation_time = now};
	struct bytes signed_request;
	const struct cert *ra;
	struct signer signer;

	TRY(identity_find_ra(&ra, id, (uint32_t)(now / 1000000), fi));
	TRY(signer_of_scalar(&signer, &id->enrollment_key, id->enrollment, fi));
	TRY(spdu_sign(&signed_request, arena, &header, request,
	    SIGNER_CERTIFICATE, &signer, fi));
	return spdu_encrypt(out, arena, signed_request, ra, fi);
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
	TRY(secure(&secured, arena, id, encoded, extra_octet, now, fi));
	return base64_header(header, arena, secured, fi);
}

enum fault
message_open_ack(struct ack *out, struct arena *arena,
    const struct identity *id, enum monarch_kind kind, struct bytes in,
    uint32_t now, struct fault_info *fi)
{
	struct spdu_rules rules = {.psid = PSID_SECURITY, .now = now};
	const ra_ee_pseudonym_cert_provisioning_ack *ack;
	struct spdu spdu;
	scms_pdu *pdu;

	TRY(identity_find_ra(&rules.signer, id, now, fi));
	TRY(spdu_open(&spdu, arena, in, id->trust, &rules, fi));
	if ((pdu = ARENA_NEW(arena, scms_pdu)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(coer_decode(&scms_pdu_asn, pdu, arena, spdu.payload, fi));
	if (pdu->content.is != scms_pdu_content_ee_ra ||
	    pdu->content.ee_ra.is != kind_of(kind)->ack)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "not an ack for %s certificates", kind_of(kind)->name);
	/* All three are of one type, and share their place. */
	ack = &pdu->content.ee_ra.ra_ee_pseudonym_cert_provisioning_ack;
	if (ack->reply.is != ra_ee_pseudonym_cert_provisioning_ack_reply_ack)
		return fault_set(fi, FAULT_BAD_MESSAGE, "ack of unknown kind");
	memcpy(out->hash, ack->request_hash.b, sizeof(out->hash));
	out->download_time = ack->reply.ack.cert_dl_time;
	out->url = ack->reply.ack.cert_dlurl;
	return FAULT_OK;
}
