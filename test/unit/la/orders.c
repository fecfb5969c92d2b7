/* orders.c - see orders.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "base/time32.h"
#include "cert/spdu.h"
#include "schema/scms_protocol.h"
#include "test/unit/la/orders.h"

static _Thread_local struct fault_info info;

#define must(expr)                                            \
	do {                                                  \
		if ((expr) != FAULT_OK)                       \
			fail_msg("%s: %s", #expr, info.text); \
	} while (0)

struct wish
wish_usual(const struct world *world)
{
	return (struct wish){.ra_id = "ra.monarch.test",
	    .pca_id = "pca.monarch.test",
	    .i_min = world->week,
	    .i_max = (uint16_t)(world->week + 3),
	    .j_max = 20,
	    .fresh = 2,
	    .signer = &world->ra,
	    .time = time64_now()};
}

static void
fill_header(ra_la_pre_linkage_value_request_msg_header *h, const struct wish *w)
{
	h->version = 1;
	h->ra_id = bytes_of_string(w->ra_id);
	h->pca_id = bytes_of_string(w->pca_id);
	h->i_min = w->i_min;
	h->i_max = w->i_max;
}

static struct bytes
encode_wish(struct arena *arena, const struct wish *w)
{
	scms_pdu pdu = {.version = 1};
	ra_la_individual_pre_linkage_value_request_msg *m =
	    &pdu.content.la_ra.ra_la_individual_pre_linkage_value_request;
	ra_la_individual_pre_linkage_value_request_msg_continuations_ind more;
	linkage_chain_id lci[MORE_MAX];
	uint32_t fresh = w->fresh;
	struct bytes out;

	pdu.content.is = scms_pdu_content_la_ra;
	if (w->group) {
		pdu.content.la_ra.is =
		    la_ra_interface_pdu_ra_la_group_pre_linkage_value_request;
		fill_header(&pdu.content.la_ra
				 .ra_la_group_pre_linkage_value_request.header,
		    w);
	} else {
		pdu.content.la_ra.is =
		    la_ra_interface_pdu_ra_la_individual_pre_linkage_value_request;
		fill_header(&m->header, w);
		m->j_max = w->j_max;
		m->number_of_fresh_ind = fresh > 0 ? &fresh : NULL;
		for (size_t t = 0; t < w->more_n; t++)
			must(coer_decode(&linkage_chain_id_asn, &lci[t], arena,
			    w->more[t], &info));
		more.n = w->more_n;
		more.v = lci;
		m->continuations_ind = w->more_n > 0 ? &more : NULL;
	}
	must(coer_encode_new(&out, arena, &scms_pdu_asn, &pdu, &info));
	return out;
}

struct bytes
sign_wish(struct arena *arena, const struct wish *w)
{
	const struct spdu_header header = {.psid = 0x23,
	    .has_generation_time = w->time != 0,
	    .generation_time = w->time};
	struct bytes out;

	must(spdu_sign(&out, arena, &header, encode_wish(arena, w),
	    SIGNER_DIGEST, &w->signer->signer, &info));
	return out;
}

/* ---- answers ---- */

/* The octets of an answer, copied into the test's arena. */
enum fault
send_order(struct bytes *out, struct la *la, struct arena *arena,
    struct bytes body, struct fault_info *fi)
{
	struct arena work = arena_new(LA_ARENA);
	struct la_answer a;
	enum fault f = la_answer_order(&a, la, &work, body, fi);
	uint8_t *p;

	if (f == FAULT_OK && a.fd >= 0) {
		p = arena_alloc(arena, (size_t)a.n, 1);
		assert_non_null(p);
		assert_int_equal(pread(a.fd, p, (size_t)a.n, 0), a.n);
		close(a.fd);
		*out = (struct bytes){p, (size_t)a.n};
	} else if (f == FAULT_OK) {
		*out = bytes_copy(arena, a.octets);
	}
	arena_free(&work);
	return f;
}

/* Opens an answer as the RA does; it belongs to body. */
const la_ra_pre_linkage_value_response_msg *
open_answer(const struct world *world, struct arena *arena, struct bytes answer,
    struct bytes body)
{
	const struct spdu_rules rules = {.psid = 0x23,
	    .now = time32_now(),
	    .tolerance = 5,
	    .need_generation_time = true};
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	const la_ra_pre_linkage_value_response_msg *m;
	struct bytes again;
	struct spdu spdu;
	uint8_t hash[32];

	must(spdu_open(&spdu, arena, answer, world->ra.trust, &rules, &info));
	assert_string_equal(cert_name(arena, spdu.signer), "la1.monarch.test");
	must(coer_decode(&scms_pdu_asn, pdu, arena, spdu.payload, &info));
	must(coer_encode_new(&again, arena, &scms_pdu_asn, pdu, &info));
	assert_true(bytes_equal(again, spdu.payload));
	m = &pdu->content.la_ra.la_ra_pre_linkage_value_response;
	EVP_Digest(body.p, body.n, hash, NULL, EVP_sha256(), NULL);
	assert_memory_equal(m->request_hash.b, hash + 24, 8);
	assert_true(bytes_equal(m->la_id, bytes_of_string("la1.monarch.test")));
	return m;
}

const pre_linkage_value_request_response *
success_of(const struct world *world, struct arena *arena, struct la *la,
    struct bytes body)
{
	const la_ra_pre_linkage_value_response_msg *m;
	struct bytes answer;

	must(send_order(&answer, la, arena, body, &info));
	m = open_answer(world, arena, answer, body);
	assert_int_equal(
	    m->reply.is, la_ra_pre_linkage_value_response_msg_reply_success);
	return &m->reply.success;
}
