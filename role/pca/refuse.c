/* refuse.c - see refuse.h. */
#include <string.h>

#include "role/pca/refuse.h"
#include "schema/scms_protocol.h"

static const pca_ra_error errors[REFUSALS] = {
/* clang-format off */
#define REQUEST(name, code)						\
	[REFUSED_##name] = { .is = pca_ra_error_pca_ra_request_error,	\
	    .pca_ra_request_error = pca_ra_request_error_code_##code },
#define BASE(name, code)						\
	[REFUSED_##name] = { .is = pca_ra_error_pca_ra_base_error,	\
	    .pca_ra_base_error = pca_ra_base_error_code_##code },
#include "role/pca/refusal.def"
#undef REQUEST
#undef BASE
    /* clang-format on */
};

enum fault
refuse(struct bytes *out, struct pca *pca, struct arena *arena,
    enum refusal refusal, const uint8_t request_hash[8], struct fault_info *fi)
{
	scms_pdu pdu = {.version = 1};
	pca_ra_cert_response_msg *m = &pdu.content.pca_ra.pca_ra_cert_response;

	atomic_fetch_add(&pca->refused[refusal], 1);
	pdu.content.is = scms_pdu_content_pca_ra;
	pdu.content.pca_ra.is = pca_ra_interface_pdu_pca_ra_cert_response;
	m->version = 1;
	memcpy(m->request_hash.b, request_hash, 8);
	m->pca_id = bytes_of_string(pca->self.name);
	m->reply.is = pca_ra_cert_response_msg_reply_failure;
	m->reply.failure.is = scms_error_pca_ra;
	m->reply.failure.pca_ra = errors[refusal];
	return coer_encode_new(out, arena, &scms_pdu_asn, &pdu, fi);
}
