/* guess.c - finds out what a string of octets is; see explain.h. */
#include "schema/all.h"
#include "tool/scms/explain.h"

/* A type that came no further than this was not the type. */
#define TELLING 8

/* The first that decodes whole counts, so the telling types come first. */
static const struct asn_type *const candidates[] = {
    &ieee1609_dot2_data_asn,
    &certificate_asn,
    &signed_certificate_request_asn,
    &signed_certificate_request_124_asn,
    &scms_pdu_asn,
    &scms_pdu_124_asn,
    &scms_file_asn,
    &composite_crl_asn,
    &crl_contents_asn,
    &to_be_signed_encrypted_certificate_response_asn,
    &plaintext_certificate_response_asn,
    &monarch_certificate_batch_request_asn,
    &monarch_certificate_batch_reply_asn,
    &monarch_batch_confirm_asn,
    &scms_ssp_asn,
    &crl_ssp_asn,
};

enum fault
explain_guess(struct guess *g, struct arena *arena, struct bytes in,
    struct fault_info *fi)
{
	struct fault_info best, now;
	size_t i;

	fault_set(&best, FAULT_UNKNOWN_ALTERNATIVE,
	    "no type of an SCMS begins like this");
	best.offset = TELLING;
	for (i = 0; i < sizeof(candidates) / sizeof(*candidates); i++) {
		g->type = candidates[i];
		g->value = arena_alloc(arena, g->type->size, g->type->align);
		if (g->value == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "arena used up");
		if (coer_decode(g->type, g->value, arena, in, &now) == FAULT_OK)
			return FAULT_OK;
		if (now.offset > best.offset)
			best = now;
	}
	if (best.code == FAULT_UNKNOWN_ALTERNATIVE && best.offset == TELLING)
		best.offset = 0;
	if (fi != NULL)
		*fi = best;
	return best.code;
}
