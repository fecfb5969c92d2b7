/* answer.c - SignedLaRaPreLinkageValueResponse. */
#include <assert.h>
#include <string.h>

#include "base/time32.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "role/la/order.h"
#include "schema/scms_protocol.h"

static enum fault
sign(struct bytes *out, struct arena *arena, const struct la *la,
    struct bytes payload, struct fault_info *fi)
{
	const struct spdu_header header = {
	    .psid = PSID_SECURITY,
	    .has_generation_time = true,
	    .generation_time = time64_now(),
	};

	return spdu_sign(
	    out, arena, &header, payload, SIGNER_DIGEST, &la->self.signer, fi);
}

/* An answer without chains; it ends with the quantities of two empty lists,
 * of which the first one's chains are nearly all of an answer and so are
 * written where they stand. */
static enum fault
encode_empty(struct bytes *out, struct arena *arena, const struct la *la,
    const struct order *o, struct fault_info *fi)
{
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	la_ra_pre_linkage_value_response_msg *m;

	if (pdu == NULL) {
		fault_set(fi, FAULT_TOO_LARGE, "no memory");
		return FAULT_TOO_LARGE;
	}
	m = &pdu->content.la_ra.la_ra_pre_linkage_value_response;
	pdu->version = 1;
	pdu->content.is = scms_pdu_content_la_ra;
	pdu->content.la_ra.is =
	    la_ra_interface_pdu_la_ra_pre_linkage_value_response;
	m->version = 1;
	memcpy(m->request_hash.b, digest_id8(o->hash.b), 8);
	m->la_id = bytes_of_string(la->self.name);
	m->reply.is = la_ra_pre_linkage_value_response_msg_reply_success;
	m->reply.success.i_min = o->range.i_min;
	m->reply.success.i_max = o->range.i_max;
	return coer_encode_new(out, arena, &scms_pdu_asn, pdu, fi);
}

#define EMPTY_OCTETS	2 /* of the quantity 0 */
#define QUANTITY_OCTETS 9 /* of any, at most */

enum fault
answer_success(struct bytes *out, struct arena *arena, const struct la *la,
    const struct order *o, struct fault_info *fi)
{
	size_t size = values_octets(o);
	struct bytes empty = BYTES_NONE;
	struct writer w;
	uint8_t *memory;

	TRY(encode_empty(&empty, arena, la, o, fi));
	size += empty.n + QUANTITY_OCTETS;
	memory = arena_alloc(arena, size, 1);
	if (memory == NULL) {
		fault_set(fi, FAULT_TOO_LARGE, "no memory");
		return FAULT_TOO_LARGE;
	}
	w = writer_of(memory, size);
	assert(memcmp(empty.p + empty.n - 4, "\1\0\1\0", 4) == 0);
	write_span(&w, empty.p, empty.n - (size_t)2 * EMPTY_OCTETS);
	write_quantity(&w, o->n);
	assert(!w.failed && (size_t)(w.end - w.p) >= values_octets(o));
	TRY(values_write(w.p, arena, la, o, fi));
	w.p += values_octets(o);
	write_span(&w, empty.p + empty.n - EMPTY_OCTETS, EMPTY_OCTETS);
	if (w.failed)
		return fault_set(fi, FAULT_INTERNAL, "answer does not fit");
	return sign(out, arena, la, writer_done(&w), fi);
}

enum fault
answer_failure(struct bytes *out, struct arena *arena, const struct la *la,
    const struct order *o, int code, struct fault_info *fi)
{
	scms_pdu pdu = {.version = 1};
	la_ra_pre_linkage_value_response_msg *m =
	    &pdu.content.la_ra.la_ra_pre_linkage_value_response;
	struct bytes payload;

	pdu.content.is = scms_pdu_content_la_ra;
	pdu.content.la_ra.is =
	    la_ra_interface_pdu_la_ra_pre_linkage_value_response;
	m->version = 1;
	memcpy(m->request_hash.b, digest_id8(o->hash.b), 8);
	m->la_id = bytes_of_string(la->self.name);
	m->reply.is = la_ra_pre_linkage_value_response_msg_reply_failure;
	if (code == REFUSED_COMMON) {
		m->reply.failure.is = scms_error_common;
		m->reply.failure.common = scms_common_error_baseline;
	} else {
		m->reply.failure.is = scms_error_la_ra;
		m->reply.failure.la_ra.is = la_ra_error_la_ra;
		m->reply.failure.la_ra.la_ra = (la_ra_error_code)code;
	}
	TRY(coer_encode_new(&payload, arena, &scms_pdu_asn, &pdu, fi));
	return sign(out, arena, la, payload, fi);
}
