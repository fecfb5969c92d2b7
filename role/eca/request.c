/* request.c - a SignedEeEnrollmentCertRequest: form and proof of possession. */
#include <string.h>

#include "cert/request.h"
#include "role/eca/eca.h"
#include "schema/scms_protocol.h"

static enum fault
refuse(eca_end_entity_error *error, eca_end_entity_error number,
    struct fault_info *fi, const char *why)
{
	*error = number;
	return fault_set(fi, FAULT_DENIED, "%s", why);
}

/* What request_open found, as a number of EcaEndEntityError. */
static enum fault
refuse_for(eca_end_entity_error *error, enum fault f, struct fault_info *fi)
{
	struct fault_info why = *fi;

	*error = f == FAULT_BAD_POINT || f == FAULT_UNSUPPORTED ||
			 f == FAULT_CURVE_MISMATCH
		     ? eca_end_entity_error_eca_invalid_verify_key
		     : eca_end_entity_error_eca_malformed_request;
	if (f == FAULT_BAD_SIGNATURE)
		return fault_set(fi, FAULT_DENIED,
		    "proof of possession fails: %s", why.text);
	return fault_set(fi, FAULT_DENIED, "%s", why.text);
}

/* Most devices leave cracaId zero; one that names a root means that root. */
static enum fault
check_root(eca_end_entity_error *error, const to_be_signed_certificate *tbs,
    struct trust *trust, struct fault_info *fi)
{
	static const uint8_t none[TRUST_CRACA_SIZE];
	const uint8_t *craca = tbs->craca_id.b;
	char hex[2 * TRUST_CRACA_SIZE + 1];

	if (memcmp(craca, none, sizeof(none)) == 0 ||
	    trust_has_craca(trust, craca))
		return FAULT_OK;
	*error = eca_end_entity_error_eca_malformed_request;
	hex_encode(hex, craca, TRUST_CRACA_SIZE);
	return fault_set(fi, FAULT_DENIED,
	    "cracaId %s names no root known here: a request for another "
	    "environment",
	    hex);
}

enum fault
eca_request_open(struct eca_grant *out, eca_end_entity_error *error,
    struct arena *arena, struct bytes in, struct trust *trust,
    const struct eca_policy *rules, uint32_t now, struct fault_info *fi)
{
	const eca_end_entity_interface_pdu *pdu;
	struct request request;
	enum fault f;

	f = request_open(&request, arena, in, trust, now, fi);
	if (f != FAULT_OK)
		return refuse_for(error, f, fi);
	if (request.signer != NULL)
		return refuse(error, eca_end_entity_error_eca_malformed_request,
		    fi, "signer is not \"self\"");
	if (request.pdu->content.is != scms_pdu_content_eca_ee ||
	    request.pdu->content.eca_ee.is !=
		eca_end_entity_interface_pdu_ee_eca_cert_request)
		return refuse(error, eca_end_entity_error_eca_malformed_request,
		    fi, "not an EeEcaCertRequest");
	pdu = &request.pdu->content.eca_ee;
	TRY(check_root(error, &pdu->ee_eca_cert_request.tbs_data, trust, fi));
	return eca_policy_judge(
	    out, error, arena, &pdu->ee_eca_cert_request, rules, now, fi);
}
