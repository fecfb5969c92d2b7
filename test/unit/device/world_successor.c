/* world_successor.c - the RA and the ECA of the world, asked for the next
 * enrollment certificate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/encrypt.h"
#include "cert/issue.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "schema/scms_protocol.h"
#include "test/unit/device/world_int.h"

/* The octets inside, under the signature of an enrollment certificate. */
static struct bytes
open_outer(struct world *w, struct bytes body)
{
	const struct world_actor *ra = &w->actor[ACTOR_RA];
	struct spdu_rules rules = {.psid = PSID_SECURITY,
	    .now = time32_now(),
	    .max_age = 60,
	    .need_generation_time = true};
	const ieee1609_dot2_data *data;
	struct decryption_key key;
	struct fault_info fi = {0};
	const to_be_signed_data *tbs;
	struct bytes plain;
	ieee1609_dot2_data *d = ARENA_NEW(&w->call, ieee1609_dot2_data);

	(void)rules;
	decryption_key_of_scalar(&key, &ra->encrypt, ra->cert);
	MUST(spdu_decrypt(&plain, &w->call, body, &key, 1, &fi));
	MUST(coer_decode(&ieee1609_dot2_data_asn, d, &w->call, plain, &fi));
	data = d;
	assert_int_equal(data->content.is, ieee1609_dot2_content_signed_data);
	tbs = &data->content.signed_data.tbs_data;
	assert_int_equal(tbs->header_info.psid, PSID_SECURITY);
	assert_non_null(tbs->header_info.generation_time);
	assert_int_equal(
	    data->content.signed_data.signer.is, signer_identifier_certificate);
	return tbs->payload.data->content.unsecured_data;
}

static struct bytes
answer(struct world *w, struct bytes request)
{
	const struct spdu_header header = {.psid = PSID_SECURITY};
	scms_pdu pdu = {.version = 1, .content.is = scms_pdu_content_eca_ee};
	eca_ee_cert_response *r = &pdu.content.eca_ee.eca_ee_cert_response;
	struct implicit_certificate made;
	struct bytes encoded, out;
	struct fault_info fi = {0};
	struct cert *cert;

	world_enroll(w, &w->call, &made, request, true);
	MUST(cert_load(&cert, &w->call, made.raw, &fi));
	pdu.content.eca_ee.is =
	    eca_end_entity_interface_pdu_eca_ee_cert_response;
	r->version = 1;
	cert_id8(r->request_hash.b, request);
	if (w->successor_mistake == SUCCESSOR_HASH)
		r->request_hash.b[0] ^= 1;
	r->eca_cert = *w->actor[ACTOR_ECA].cert->c;
	r->enrollment_cert = *cert->c;
	memcpy(r->priv_key_reconstruction.b, made.r.b, 32);
	MUST(coer_encode_new(&encoded, &w->call, &scms_pdu_asn, &pdu, &fi));
	MUST(spdu_sign(&out, &w->call, &header, encoded, SIGNER_CERTIFICATE,
	    &w->actor[w->successor_mistake == SUCCESSOR_SIGNER ? ACTOR_PCA
							       : ACTOR_ECA]
		 .signer,
	    &fi));
	return out;
}

enum fault
world_successor(struct world *w, struct http_result *result,
    struct arena *arena, struct bytes body, struct fault_info *fi)
{
	struct world_ra *ra = w->ra;
	struct bytes request;

	if (w->lose_requests > 0) {
		w->lose_requests--;
		return fault_set(fi, FAULT_NETWORK, "lost");
	}
	if (w->refuse_code != 0)
		return world_refuse(w, result, arena, w->refuse_code);
	request = open_outer(w, body);
	if (!bytes_equal(
		request, (struct bytes){ra->successor, ra->successor_n})) {
		assert_true(request.n <= sizeof(ra->successor));
		memcpy(ra->successor, request.p, request.n);
		ra->successor_n = request.n;
		ra->successors++;
	}
	if (w->lose_acks > 0) {
		w->lose_acks--;
		return fault_set(fi, FAULT_NETWORK, "lost");
	}
	return world_answer(result, arena, 200, "\r\n", answer(w, request));
}
