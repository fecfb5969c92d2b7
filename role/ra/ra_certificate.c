/* ra_certificate.c - /retrieve-ra-certificate: POST SecuredRACertRequest as
 * CAMP says, or a plain GET as its list of paths says. */
#include <string.h>

#include "cert/spdu.h"
#include "role/ra/ee.h"
#include "role/ra/handlers.h"

static enum fault
check_request(const struct http_request *request, struct fault_info *fi)
{
	scms_pdu *pdu = ARENA_NEW(request->arena, scms_pdu);
	struct bytes in;

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "request");
	TRY(spdu_unwrap(&in, request->body, fi));
	TRY(coer_decode(&scms_pdu_asn, pdu, request->arena, in, fi));
	if (pdu->content.is != scms_pdu_content_ee_ra ||
	    pdu->content.ee_ra.is !=
		end_entity_ra_interface_pdu_ee_ra_cert_request)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "not a request for the RA's certificate");
	return FAULT_OK;
}

void
ra_certificate(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	const struct ee ee = {.step = EE_STEP_CONTENT};
	struct ra *ra = ctx;
	struct fault_info fi;

	if (strcmp(request->method, "POST") == 0 &&
	    check_request(request, &fi) != FAULT_OK)
		ee_refuse(ra, &ee, request, response, &fi);
	else
		http_reply(response, 200, ra->self.cert->raw);
}
