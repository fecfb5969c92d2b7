/* answer.c - SignedLaRaPreLinkageValueResponse. */
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

/*
 * ScmsPDU.la-ra.laRaPreLinkageValueResponse, up to and including the
 * quantity of chains.  Written out because the values, which are nearly all
 * of it, are written where they stand.
 */
static void
write_head(struct writer *w, const struct la *la, const struct order *o)
{
	static const uint8_t pdu[] = {1, 0x80 | scms_pdu_content_la_ra,
	    0x80 | la_ra_interface_pdu_la_ra_pre_linkage_value_response, 1};
	static const uint8_t success[] = {
	    0x80 | la_ra_pre_linkage_value_response_msg_reply_success, 0};

	write_bytes(w, BYTES(pdu));
	write_span(w, digest_id8(o->hash.b), 8);
	write_uint(w, strlen(la->self.name), 1); /* < 128: a host name */
	write_bytes(w, bytes_of_string(la->self.name));
	write_bytes(w, BYTES(success));
	write_uint(w, o->range.i_min, 2);
	write_uint(w, o->range.i_max, 2);
	write_quantity(w, o->n);
}

#define HEAD_OCTETS (4 + 8 + 1 + 127 + 2 + 4 + 9)
#define TAIL_OCTETS 2 /* no group chains */

enum fault
answer_success(struct bytes *out, struct arena *arena, const struct la *la,
    const struct order *o, struct fault_info *fi)
{
	size_t size = HEAD_OCTETS + TAIL_OCTETS +
		      o->n * (1 + chain_values_octets(&o->range) + LCI_OCTETS);
	uint8_t *memory = arena_alloc(arena, size, 1);
	struct writer w = writer_of(memory, size);

	if (memory == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	write_head(&w, la, o);
	for (size_t i = 0; i < o->n; i++) {
		write_uint(&w, o->range.j_n, 1);
		chain_write_values(
		    &w, &o->chains[i].chain, &o->range, la->id, &o->key->symm);
		write_bytes(&w, BYTES(o->chains[i].lci));
	}
	write_quantity(&w, 0);
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
