/* issue.c - the enrollment certificate and the ECA's signed answer. */
#include <string.h>

#include "cert/issue.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "role/eca/eca.h"
#include "schema/scms_protocol.h"

static enum fault
make_certificate(struct implicit_certificate *out, struct arena *arena,
    const struct eca *eca, const struct eca_grant *g, struct fault_info *fi)
{
	const struct implicit_issuer issuer = {eca->self.cert, eca->scalar};
	struct profile_params params = {.name = "",
	    .start = g->start,
	    .lifetime = g->lifetime,
	    .region = g->region};
	certificate *template;

	/* Enrollment certificates belong to the CRACA of their ECA. */
	memcpy(params.craca_id, eca->self.cert->tbs->craca_id.b,
	    sizeof(params.craca_id));
	params.request_permissions = g->permissions;
	TRY(profile_build(&template, arena, PROFILE_ENROLLMENT, &params, fi));
	return cert_issue_implicit(out, arena, template, &g->key, &issuer, fi);
}

/* Nothing leaves that a relying party would not accept. */
static enum fault
check_certificate(struct cert **out, struct arena *arena, const struct eca *eca,
    struct bytes raw, struct fault_info *fi)
{
	TRY(cert_load(out, arena, raw, fi));
	TRY(profile_check(PROFILE_ENROLLMENT, *out, fi));
	return trust_check_chain(
	    NULL, eca->self.trust, *out, TRUST_ANY_TIME, fi);
}

static enum fault
encode_response(struct bytes *out, struct arena *arena, const struct eca *eca,
    const struct cert *enrollment, const struct scalar *r, struct bytes request,
    struct fault_info *fi)
{
	scms_pdu pdu = {.version = 1};
	eca_ee_cert_response *response;

	pdu.content.is = scms_pdu_content_eca_ee;
	pdu.content.eca_ee.is =
	    eca_end_entity_interface_pdu_eca_ee_cert_response;
	response = &pdu.content.eca_ee.eca_ee_cert_response;
	response->version = 1;
	cert_id8(response->request_hash.b, request);
	response->eca_cert = *eca->self.cert->c;
	response->enrollment_cert = *enrollment->c;
	memcpy(response->priv_key_reconstruction.b, r->b, sizeof(r->b));
	return coer_encode_new(out, arena, &scms_pdu_asn, &pdu, fi);
}

enum fault
eca_issue(struct bytes *answer, struct arena *arena, const struct eca *eca,
    const struct eca_grant *g, struct bytes request, struct fault_info *fi)
{
	const struct spdu_header header = {.psid = PSID_SECURITY};
	struct implicit_certificate made;
	struct cert *enrollment;
	struct bytes payload;

	TRY(make_certificate(&made, arena, eca, g, fi));
	TRY(check_certificate(&enrollment, arena, eca, made.raw, fi));
	TRY(encode_response(
	    &payload, arena, eca, enrollment, &made.r, request, fi));
	return spdu_sign(answer, arena, &header, payload, SIGNER_CERTIFICATE,
	    &eca->self.signer, fi);
}
