/* enrollment.c - see enrollment.h. */
#include <string.h>

#include "base/time32.h"
#include "cert/enrollment.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "schema/dot2.h"
#include "schema/scms_protocol.h"

static enum fault
decode(const eca_ee_cert_response **out, struct arena *arena,
    struct bytes payload, struct fault_info *fi)
{
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "answer of the ECA");
	TRY(coer_decode(&scms_pdu_asn, pdu, arena, payload, fi));
	if (pdu->content.is != scms_pdu_content_eca_ee ||
	    pdu->content.eca_ee.is !=
		eca_end_entity_interface_pdu_eca_ee_cert_response)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "not an EcaEeCertResponse");
	*out = &pdu->content.eca_ee.eca_ee_cert_response;
	return FAULT_OK;
}

/* From the signed payload. */
static enum fault
take(struct enrollment *out, struct cert **cert, struct arena *arena,
    struct bytes payload, struct bytes request, struct fault_info *fi)
{
	const eca_ee_cert_response *r;
	uint8_t id[CERT_ID_SIZE];

	out->eca = NULL;
	TRY(decode(&r, arena, payload, fi));
	cert_id8(id, request);
	if (memcmp(id, r->request_hash.b, sizeof(id)) != 0)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "answer to another request");
	TRY(cert_of(cert, arena, &r->enrollment_cert, fi));
	out->certificate = *cert;
	out->reconstruction = BYTES(r->priv_key_reconstruction.b);
	return FAULT_OK;
}

enum fault
enrollment_open(struct enrollment *out, struct arena *arena,
    struct bytes answer, struct bytes request, struct trust *trust,
    const struct cert *eca, struct fault_info *fi)
{
	const struct spdu_rules rules = {
	    .psid = 0x23, .signer = eca, .now = time32_now()};
	struct cert *issued;
	struct spdu spdu;

	TRY(spdu_open(&spdu, arena, answer, trust, &rules, fi));
	TRY(perm_check_role(spdu.signer, SCMS_ECA, fi));
	TRY(take(out, &issued, arena, spdu.payload, request, fi));
	out->eca = spdu.signer;
	return trust_check_chain(NULL, trust, issued, TRUST_ANY_TIME, fi);
}

enum fault
enrollment_read(struct enrollment *out, struct arena *arena,
    struct bytes answer, struct bytes request, struct fault_info *fi)
{
	ieee1609_dot2_data *outer = ARENA_NEW(arena, ieee1609_dot2_data);
	const ieee1609_dot2_data *inner;
	struct cert *issued;

	if (outer == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "answer of the ECA");
	TRY(coer_decode(&ieee1609_dot2_data_asn, outer, arena, answer, fi));
	if (outer->content.is != ieee1609_dot2_content_signed_data ||
	    (inner = outer->content.signed_data.tbs_data.payload.data) ==
		NULL ||
	    inner->content.is != ieee1609_dot2_content_unsecured_data)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "answer of the ECA is not signed");
	return take(
	    out, &issued, arena, inner->content.unsecured_data, request, fi);
}
