/* fakes.c - see fakes.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "schema/monarch.h"
#include "test/unit/ra/fakes.h"

struct caller {
	struct fakes *fakes;
	struct world *world;
	unsigned la;
	struct fake_pca *pca;
	enum who who; /* the PCA's certificate */
};

struct fakes *
fakes_new(void)
{
	void *p = mmap(NULL, sizeof(struct fakes), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct fakes *fakes;

	assert_ptr_not_equal(p, MAP_FAILED);
	fakes = p;
	for (unsigned la = 0; la < 2; la++)
		for (unsigned k = 0; k < 2; k++)
			fakes->la[la].key[k] =
			    (struct fake_key){1, time32_now(), UINT32_MAX, 0};
	return fakes;
}

void
fakes_free(struct fakes *f)
{
	munmap(f, sizeof(*f));
}

struct fake_record *
fakes_find(struct fakes *f, const struct point *b)
{
	for (uint32_t k = 0; k < f->pca.records_n; k++)
		if (memcmp(&f->pca.record[k].b, b, sizeof(*b)) == 0)
			return &f->pca.record[k];
	for (uint32_t k = 0; k < f->pca2.records_n; k++)
		if (memcmp(&f->pca2.record[k].b, b, sizeof(*b)) == 0)
			return &f->pca2.record[k];
	return NULL;
}

static enum fault
reply(struct http_result *result, struct arena *arena, unsigned status,
    struct bytes body)
{
	result->status = status;
	result->body = bytes_copy(arena, body);
	result->head = BYTES_NONE;
	return FAULT_OK;
}

/* ---- EncryptedData that holds what the test wants ---- */

#define CONTENTS 27

static struct bytes
contents(struct arena *arena, const struct fake_plv *v)
{
	uint8_t *p = arena_alloc(arena, CONTENTS, 1);
	struct writer w = writer_of(p, CONTENTS);

	assert_non_null(p);
	write_uint(&w, v->la, 1);
	write_uint(&w, v->chain, 4);
	write_uint(&w, v->i, 2);
	write_uint(&w, v->j, 1);
	return (struct bytes){p, CONTENTS};
}

static struct fake_plv
read_contents(struct bytes in)
{
	struct reader r = reader_of(in);
	struct fake_plv v;

	v.la = (uint8_t)read_uint(&r, 1);
	v.chain = (uint32_t)read_uint(&r, 4);
	v.i = (uint16_t)read_uint(&r, 2);
	v.j = (uint8_t)read_uint(&r, 1);
	assert_false(r.failed);
	return v;
}

static void
seal(encrypted_data *out, struct arena *arena, const struct fake_plv *v)
{
	recipient_info *r = ARENA_NEW(arena, recipient_info);
	uint8_t *wrapped = arena_alloc(arena, 32, 1);

	assert_true(r != NULL && wrapped != NULL);
	memset(out, 0, sizeof(*out));
	r->is = recipient_info_symm_recip_info;
	r->symm_recip_info.enc_key.is = symmetric_ciphertext_aes128ccm;
	r->symm_recip_info.enc_key.aes128ccm.ccm_ciphertext =
	    (struct bytes){wrapped, 32};
	out->recipients.n = 1;
	out->recipients.v = r;
	out->ciphertext.is = symmetric_ciphertext_aes128ccm;
	out->ciphertext.aes128ccm.ccm_ciphertext = contents(arena, v);
}

/* ---- opening what the RA sends ---- */

static bool
open_message(struct bytes *payload, struct world *w, struct arena *arena,
    struct bytes in, bool with_time)
{
	struct spdu_rules rules = {
	    .psid = PSID_SECURITY,
	    .now = time32_now(),
	    .need_generation_time = with_time,
	};
	struct spdu *spdu = ARENA_NEW(arena, struct spdu);

	if (spdu_open(spdu, arena, in, w->ra->self.trust, &rules, &fi) !=
	    FAULT_OK)
		return false;
	if (memcmp(spdu->signer->id, w->actor[WHO_RA].cert->id, 8) != 0)
		return false;
	*payload = spdu->payload;
	return true;
}

static struct bytes
sign(struct arena *arena, struct bytes payload, const struct actor *by,
    bool with_time)
{
	struct spdu_header header = {
	    .psid = PSID_SECURITY,
	    .has_generation_time = with_time,
	    .generation_time = time64_now(),
	};
	struct bytes out;

	must(spdu_sign(
	    &out, arena, &header, payload, SIGNER_DIGEST, &by->signer, &fi));
	return out;
}

/* ---- LA ---- */

static void
wrong(char mistake[80], const char *text)
{
	snprintf(mistake, 80, "%s", text);
}

static struct fake_order *
find_order(struct fake_la *la, const uint8_t id[8])
{
	for (uint32_t k = 0; k < la->orders_n; k++)
		if (memcmp(la->order[k].id, id, 8) == 0)
			return &la->order[k];
	return NULL;
}

static void
take_confirmations(struct fake_la *la, const char *const *headers)
{
	static const char name[] = "Monarch-Confirm: ";

	for (; headers != NULL && *headers != NULL; headers++) {
		const char *at = *headers + sizeof(name) - 1;

		if (strncmp(*headers, name, sizeof(name) - 1) != 0)
			continue;
		for (; strlen(at) >= 16; at += at[16] == ',' ? 18 : 16) {
			char hex[17] = {0};
			uint8_t id[8];
			struct fake_order *o;

			memcpy(hex, at, 16);
			if (!hex_decode(id, 8, hex)) {
				wrong(la->mistake, "confirmation");
				return;
			}
			if ((o = find_order(la, id)) != NULL)
				o->confirmed = true;
		}
	}
}

static void
give(struct fake_la *la, uint32_t chain,
    const ra_la_individual_pre_linkage_value_request_msg *m)
{
	la->last_i[chain] = m->header.i_min;
	la->next_i[chain] = m->header.i_max;
	la->j_n[chain] = m->j_max;
}

static bool
may_go_on(const struct fake_la *la, uint32_t chain,
    const ra_la_individual_pre_linkage_value_request_msg *m)
{
	if (chain + 1 == la->bad)
		return false;
	return m->header.i_min >= la->next_i[chain] ||
	       (m->header.i_min >= la->last_i[chain] &&
		   m->header.i_max >= la->next_i[chain] &&
		   m->j_max > la->j_n[chain]);
}

/* Chains of an order that is met for the first time; false: a range was given
 * already. */
static bool
take_chains(struct fake_la *la, struct fake_order *o,
    const ra_la_individual_pre_linkage_value_request_msg *m)
{
	bool second =
	    bytes_equal(m->header.pca_id, bytes_of_string("pca2.monarch.test"));
	struct fake_plv lci;

	if (m->number_of_fresh_ind != NULL) {
		assert_true(*m->number_of_fresh_ind <= FAKE_TOGETHER);
		assert_true(
		    la->chains_n + *m->number_of_fresh_ind < FAKE_CHAINS);
		for (uint32_t k = 0; k < *m->number_of_fresh_ind; k++) {
			o->chain[k] = la->chains_n;
			la->second[la->chains_n] = second;
			give(la, la->chains_n++, m);
		}
		return true;
	}
	assert_true(m->continuations_ind->n <= FAKE_TOGETHER);
	for (size_t k = 0; k < m->continuations_ind->n; k++) {
		lci = read_contents(m->continuations_ind->v[k]
					.ciphertext.aes128ccm.ccm_ciphertext);
		o->chain[k] = lci.chain;
		if (!may_go_on(la, lci.chain, m))
			return false;
		if (la->second[lci.chain] != second)
			wrong(la->mistake, "a chain for another PCA");
	}
	for (size_t k = 0; k < m->continuations_ind->n; k++)
		give(la, o->chain[k], m);
	return true;
}

static void
fill_chain(individual_plv_response_linkage_chain *out, struct arena *arena,
    const ra_la_individual_pre_linkage_value_request_msg *m, struct fake_plv v)
{
	size_t n = (size_t)(m->header.i_max - m->header.i_min);

	memset(out, 0, sizeof(*out));
	out->j_max = m->j_max;
	out->values.n = n;
	out->values.v = ARENA_ARRAY(
	    arena, n, individual_plv_response_linkage_chain_values_item);
	for (size_t i = 0; i < n; i++) {
		individual_plv_response_linkage_chain_values_item *row =
		    &out->values.v[i];

		row->n = m->j_max;
		row->v = ARENA_ARRAY(arena, row->n, encrypted_individual_plv);
		for (size_t j = 0; j < row->n; j++) {
			v.i = (uint16_t)(m->header.i_min + i);
			v.j = (uint8_t)j;
			row->v[j].version = 1;
			row->v[j].la_id.b[1] = v.la;
			seal(&row->v[j].enc_plv, arena, &v);
		}
	}
	v.i = 0;
	v.j = 0;
	seal(&out->linkage_chain_id, arena, &v);
}

static void
fill_success(pre_linkage_value_request_response *out, struct arena *arena,
    const ra_la_individual_pre_linkage_value_request_msg *m, uint8_t la,
    const struct fake_order *o)
{
	size_t n = m->number_of_fresh_ind != NULL ? *m->number_of_fresh_ind
						  : m->continuations_ind->n;

	memset(out, 0, sizeof(*out));
	out->i_min = m->header.i_min;
	out->i_max = m->header.i_max;
	out->individual.n = n;
	out->individual.v =
	    ARENA_ARRAY(arena, n, individual_plv_response_linkage_chain);
	for (size_t k = 0; k < n; k++)
		fill_chain(&out->individual.v[k], arena, m,
		    (struct fake_plv){.chain = o->chain[k], .la = la});
}

static int
refusal_of(enum la_trick trick)
{
	if (trick == LA_NO_KEY)
		return la_ra_error_code_invalid_pca_key;
	return trick == LA_NO_CHAIN ? la_ra_error_code_invalid_continue_chain
				    : -1;
}

static struct bytes
la_answer(const struct caller *c, struct arena *arena,
    const ra_la_individual_pre_linkage_value_request_msg *m,
    const struct fake_order *o, int code)
{
	static const enum who who[] = {WHO_LA1, WHO_LA2};
	struct fake_la *la = &c->fakes->la[c->la];
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	la_ra_pre_linkage_value_response_msg *r =
	    &pdu->content.la_ra.la_ra_pre_linkage_value_response;
	struct actor *by = &c->world->actor[who[c->la]];
	uint8_t number = (uint8_t)(c->la + 1);
	struct bytes payload;

	pdu->version = 1;
	pdu->content.is = scms_pdu_content_la_ra;
	pdu->content.la_ra.is =
	    la_ra_interface_pdu_la_ra_pre_linkage_value_response;
	r->version = 1;
	memcpy(r->request_hash.b, o->id, 8);
	if (la->trick == LA_OTHER_REQUEST)
		r->request_hash.b[0] ^= 1;
	r->la_id = bytes_of_string(
	    c->la == 0 ? "la1.monarch.test" : "la2.monarch.test");
	if (code >= 0) {
		r->reply.is =
		    la_ra_pre_linkage_value_response_msg_reply_failure;
		r->reply.failure.is = scms_error_la_ra;
		r->reply.failure.la_ra.is = la_ra_error_la_ra;
		r->reply.failure.la_ra.la_ra = (la_ra_error_code)code;
	} else {
		r->reply.is =
		    la_ra_pre_linkage_value_response_msg_reply_success;
		fill_success(&r->reply.success, arena, m, number, o);
		if (la->trick == LA_SHORT)
			r->reply.success.individual.v[0].values.n--;
		if (la->trick == LA_OTHER_ID)
			r->reply.success.individual.v[0]
			    .values.v[0]
			    .v[0]
			    .la_id.b[1] ^= 3;
	}
	must(coer_encode_new(&payload, arena, &scms_pdu_asn, pdu, &fi));
	if (la->trick == LA_SIGNED_BY_PCA)
		by = &c->world->actor[WHO_PCA];
	return sign(arena, payload, by, true);
}

/* ---- keys: "request N", "response N", "ack N" ---- */

static struct bytes
word(struct arena *arena, const char *what, uint32_t number)
{
	return bytes_of_string(arena_printf(arena, "%s %u", what, number));
}

/* The number after a word; 0: another word. */
static uint32_t
number_after(struct bytes body, const char *what)
{
	size_t n = strlen(what);
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)body.n, (const char *)body.p);
	return strncmp(text, what, n) == 0 && text[n] == ' '
		   ? (uint32_t)strtoul(text + n, NULL, 10)
		   : 0;
}

static enum fault
key_use(struct fake_la *la, struct http_result *result, struct arena *out,
    struct bytes name)
{
	bool second = bytes_equal(name, bytes_of_string("pca2.monarch.test"));
	const struct fake_key *key = &la->key[second];
	uint8_t octets[16];
	struct writer w = writer_of(octets, sizeof(octets));

	if (key->end <= time32_now())
		return reply(result, out, 404, BYTES_NONE);
	write_uint(&w, key->start, 4);
	write_uint(&w, key->end, 4);
	write_uint(&w, key->values, 8);
	return reply(result, out, 200, writer_done(&w));
}

/* The PCA must have had it before. */
static enum fault
take_ack(const struct caller *c, struct http_result *result, struct arena *out,
    uint32_t number)
{
	struct fake_la *la = &c->fakes->la[c->la];
	bool second = number >= 1000;
	const struct fake_pca *pca = second ? &c->fakes->pca2 : &c->fakes->pca;

	if (number == 0)
		return reply(result, out, 401, BYTES_NONE);
	if (pca->has_key[c->la] != number)
		wrong(la->mistake, "a key that the PCA has not");
	la->key[second] = (struct fake_key){number, time32_now(), UINT32_MAX,
	    la->worn > 0 ? (uint64_t)1 << 31 : 0};
	la->worn -= la->worn > 0;
	return reply(result, out, 204, BYTES_NONE);
}

/* *known: it is about keys. */
static enum fault
call_la_keys(bool *known, const struct caller *c, struct http_result *result,
    struct arena *out, const struct http_call *call)
{
	struct fake_la *la = &c->fakes->la[c->la];

	*known = true;
	if (strstr(call->url, "/key-use") != NULL)
		return key_use(la, result, out, call->body);
	if (strstr(call->url, "/key-agreement-request") != NULL)
		return reply(result, out, 200,
		    word(out, "response", number_after(call->body, "request")));
	if (strstr(call->url, "/key-agreement-ack") != NULL)
		return take_ack(
		    c, result, out, number_after(call->body, "ack"));
	*known = false;
	return FAULT_OK;
}

static enum fault
call_pca_keys(bool *known, const struct caller *c, struct http_result *result,
    struct arena *out, const struct http_call *call)
{
	struct fake_pca *pca = c->pca;
	uint32_t first = c->who == WHO_PCA2 ? 1000 : 1;
	bool la2 = bytes_equal(call->body, bytes_of_string("la2.monarch.test"));

	*known = true;
	if (strstr(call->url, "/key-agreement-request") != NULL)
		return reply(result, out, 200,
		    word(out, "request", first + 2 * pca->requests++ + la2));
	if (strstr(call->url, "/key-agreement-response") != NULL) {
		uint32_t number = number_after(call->body, "response");

		if (number == 0)
			return reply(result, out, 401, BYTES_NONE);
		pca->has_key[(number - first) % 2] = number;
		return reply(result, out, 200, word(out, "ack", number));
	}
	*known = false;
	return FAULT_OK;
}

static enum fault
call_la(void *ctx, struct http_result *result, struct arena *out,
    const struct http_call *call, struct fault_info *info)
{
	const struct caller *c = ctx;
	struct fake_la *la = &c->fakes->la[c->la];
	struct arena arena = arena_new((size_t)64 << 20);
	struct fake_order new = {.chain = {0}}, *o;
	const ra_la_individual_pre_linkage_value_request_msg *m;
	struct bytes payload;
	scms_pdu *pdu;
	int code;
	enum fault f = FAULT_OK;
	bool keys;

	if (la->away)
		return fault_set(info, FAULT_NETWORK, "nobody there");
	f = call_la_keys(&keys, c, result, out, call);
	if (keys)
		return f;
	assert_non_null(strstr(call->url, "/pre-linkage-values"));
	take_confirmations(la, call->headers);
	if (la->trick == LA_UNAUTHORIZED)
		return reply(result, out, 401, BYTES_NONE);
	if (la->trick == LA_CONFLICT)
		return reply(result, out, 409, BYTES_NONE);
	assert_true(open_message(&payload, c->world, &arena, call->body, true));
	pdu = ARENA_NEW(&arena, scms_pdu);
	must(coer_decode(&scms_pdu_asn, pdu, &arena, payload, &fi));
	assert_int_equal(pdu->content.la_ra.is,
	    la_ra_interface_pdu_ra_la_individual_pre_linkage_value_request);
	m = &pdu->content.la_ra.ra_la_individual_pre_linkage_value_request;
	assert_true(
	    bytes_equal(m->header.ra_id, bytes_of_string("ra.monarch.test")));
	sha256_id(new.id, sizeof(new.id), call->body);
	code = refusal_of(la->trick);
	if ((o = find_order(la, new.id)) != NULL) {
		la->repeated++;
		if (o->confirmed)
			wrong(la->mistake, "asked again after confirming");
	} else {
		o = &new;
		if (code < 0 && !take_chains(la, o, m))
			code = la_ra_error_code_invalid_continue_chain;
		if (code < 0) {
			assert_true(la->orders_n < FAKE_ORDERS);
			la->order[la->orders_n] = new;
			o = &la->order[la->orders_n++];
		}
	}
	if (la->lose > 0) {
		la->lose--;
		f = fault_set(info, FAULT_NETWORK, "lost");
	} else {
		f = reply(result, out, 200, la_answer(c, &arena, m, o, code));
	}
	arena_free(&arena);
	return f;
}

/* ---- PCA ---- */

static struct point
point_of(const ecc_p256_curve_point *p)
{
	struct point out;

	assert_int_equal(p->is, ecc_p256_curve_point_uncompressed_p256);
	memcpy(out.x, p->uncompressed_p256.x.b, 32);
	memcpy(out.y, p->uncompressed_p256.y.b, 32);
	return out;
}

static struct fake_record *
record_of(struct fake_pca *pca, const scms_pdu *pdu)
{
	const pseudonym_cert_request_info *info =
	    &pdu->content.pca_ra.ra_pca_cert_request.cert_request_info
		 .pseudonym_cert_req;
	struct digest h;
	struct fake_record *r;

	sha256(h.b, pdu->raw);
	for (uint32_t k = 0; k < pca->records_n; k++)
		if (memcmp(&pca->record[k].hpcr, &h, sizeof(h)) == 0)
			return &pca->record[k];
	assert_true(pca->records_n < FAKE_RECORDS);
	r = &pca->record[pca->records_n++];
	r->hpcr = h;
	r->b = point_of(&info->sig_butterfly_key_b);
	r->h = point_of(&info->enc_butterfly_key_h);
	r->i = info->i_value;
	r->plv[0] = read_contents(
	    info->enc_plv1.enc_plv.ciphertext.aes128ccm.ccm_ciphertext);
	r->plv[1] = read_contents(
	    info->enc_plv2.enc_plv.ciphertext.aes128ccm.ccm_ciphertext);
	r->message = pca->messages_n;
	assert_int_equal(info->psid_ssp.n, 2);
	assert_non_null(info->region);
	return r;
}

/* One reply; the response holds the HPCR, so that a test sees what is whose. */
static void
fill_reply(scms_pdu *pdu, const struct caller *c, struct arena *arena,
    const struct fake_record *r, bool refuse)
{
	pca_ra_cert_response_msg *m = &pdu->content.pca_ra.pca_ra_cert_response;
	enum pca_trick trick = c->pca->trick;
	struct bytes octets;

	memset(pdu, 0, sizeof(*pdu));
	pdu->version = 1;
	pdu->content.is = scms_pdu_content_pca_ra;
	pdu->content.pca_ra.is = pca_ra_interface_pdu_pca_ra_cert_response;
	m->version = 1;
	memcpy(m->request_hash.b, digest_id8(r->hpcr.b), 8);
	m->pca_id =
	    bytes_of_string(trick == PCA_OTHER_PCA ? "pca.elsewhere.test"
			    : c->who == WHO_PCA2   ? "pca2.monarch.test"
						   : "pca.monarch.test");
	if (refuse) {
		m->reply.is = pca_ra_cert_response_msg_reply_failure;
		m->reply.failure.is = scms_error_pca_ra;
		m->reply.failure.pca_ra.is = pca_ra_error_pca_ra_request_error;
		m->reply.failure.pca_ra.pca_ra_request_error =
		    pca_ra_request_error_code_invalid_region;
		return;
	}
	m->reply.is = pca_ra_cert_response_msg_reply_success;
	m->reply.success.is =
	    pca_ra_cert_response_msg_reply_success_value_signed_encrypted;
	octets = (struct bytes){r->hpcr.b, sizeof(r->hpcr)};
	if (trick == PCA_UNSIGNED)
		must(spdu_wrap(&octets, arena, octets, &fi));
	else
		octets = sign(arena, octets,
		    trick == PCA_FORMER
			? &c->world->former
			: &c->world->actor[trick == PCA_OTHER_SIGNER ? WHO_LA1
								     : c->who],
		    false);
	must(coer_decode(&ieee1609_dot2_data_asn,
	    &m->reply.success.signed_encrypted, arena, octets, &fi));
	if (trick != PCA_RAW)
		return;
	m->reply.success.is = pca_ra_cert_response_msg_reply_success_value_raw;
	m->reply.success.raw.is = plaintext_certificate_response_explicit;
	m->reply.success.raw.explicit = *c->world->actor[WHO_PCA].cert->c;
}

/* Is certificate j = 1 of a unit? (in every batch there are some) */
static bool
is_refused(enum pca_trick trick, const struct fake_record *r)
{
	return trick == PCA_REFUSES_ALL ||
	       (trick == PCA_REFUSES_ONE && r->plv[0].j == 1);
}

static void
twist(monarch_certificate_batch_reply *out, enum pca_trick trick)
{
	size_t n = out->replies.n;
	scms_pdu *v = out->replies.v, first = v[0];

	/* never in the order of the requests */
	memmove(v, v + 1, (n - 1) * sizeof(*v));
	v[n - 1] = first;
	if (trick == PCA_OTHER_BATCH)
		out->batch_id.b[0] ^= 1;
	if (trick == PCA_MISSING)
		out->replies.n--;
	if (trick == PCA_DUPLICATE)
		v[0] = v[1];
	if (trick == PCA_FOREIGN)
		v[0].content.pca_ra.pca_ra_cert_response.request_hash.b[3] ^= 1;
	if (trick == PCA_ONE_MORE)
		v[out->replies.n++] = v[0];
}

static struct bytes
pca_answer(const struct caller *c, struct arena *arena, struct bytes in)
{
	struct fake_pca *pca = c->pca;
	monarch_certificate_batch_request request;
	monarch_certificate_batch_reply out = {.version = 1};
	struct bytes payload;

	must(coer_decode(
	    &monarch_certificate_batch_request_asn, &request, arena, in, &fi));
	out.batch_id = request.batch_id;
	out.replies.n = request.requests.n;
	out.replies.v = ARENA_ARRAY(arena, request.requests.n + 1, scms_pdu);
	pca->size[pca->messages_n] = (uint32_t)request.requests.n;
	for (size_t k = 0; k < request.requests.n; k++) {
		struct fake_record *r = record_of(pca, &request.requests.v[k]);
		bool refuse = is_refused(pca->trick, r) && !r->issued;

		memcpy(r->batch_id, request.batch_id.b, 16);
		r->asked++;
		r->issued |= !refuse;
		if (r->confirmed)
			wrong(pca->mistake, "asked again after confirming");
		for (unsigned la = 0; la < 2; la++)
			if (c->fakes->la[la].second[r->plv[la].chain] !=
			    (c->who == WHO_PCA2))
				wrong(pca->mistake, "a value for another PCA");
		fill_reply(&out.replies.v[k], c, arena, r, refuse);
	}
	pca->messages_n++;
	assert_true(pca->messages_n < FAKE_MESSAGES);
	twist(&out, pca->trick);
	must(coer_encode_new(
	    &payload, arena, &monarch_certificate_batch_reply_asn, &out, &fi));
	return sign(arena, payload,
	    &c->world->actor[pca->trick == PCA_SIGNED_BY_LA ? WHO_LA1 : c->who],
	    false);
}

static enum fault
take_batch_confirm(const struct caller *c, struct http_result *result,
    struct arena *out, struct bytes in)
{
	struct fake_pca *pca = c->pca;
	monarch_batch_confirm m;
	struct arena arena = arena_new((size_t)1 << 20);

	must(coer_decode(&monarch_batch_confirm_asn, &m, &arena, in, &fi));
	for (uint32_t k = 0; k < pca->records_n; k++)
		if (memcmp(pca->record[k].batch_id, m.batch_id.b, 16) == 0)
			pca->record[k].confirmed = pca->record[k].issued;
	arena_free(&arena);
	return reply(result, out, 204, BYTES_NONE);
}

static enum fault
call_pca(void *ctx, struct http_result *result, struct arena *out,
    const struct http_call *call, struct fault_info *info)
{
	const struct caller *c = ctx;
	struct fake_pca *pca = c->pca;
	struct arena arena = arena_new((size_t)64 << 20);
	struct bytes payload, answer;
	enum fault f;
	bool keys;

	if (pca->away)
		return fault_set(info, FAULT_NETWORK, "nobody there");
	f = call_pca_keys(&keys, c, result, out, call);
	if (keys)
		return f;
	if (pca->trick == PCA_BAD_REQUEST)
		return reply(result, out, 400, BYTES_NONE);
	assert_true(
	    open_message(&payload, c->world, &arena, call->body, false));
	if (strstr(call->url, "/certificate-batch-confirm") != NULL) {
		f = take_batch_confirm(c, result, out, payload);
		arena_free(&arena);
		return f;
	}
	answer = pca_answer(c, &arena, payload);
	if (pca->trick == PCA_NONSENSE)
		answer = bytes_of_string("500 oops");
	if (pca->lose > 0) {
		pca->lose--;
		f = fault_set(info, FAULT_NETWORK, "lost");
	} else {
		f = reply(result, out, 200, answer);
		if (pca->trick == PCA_DAMAGED)
			((uint8_t *)(uintptr_t)result->body.p)[50] ^= 1;
	}
	arena_free(&arena);
	return f;
}

void
fakes_install(struct fakes *f, struct world *w)
{
	static struct caller callers[4];

	for (unsigned la = 0; la < 2; la++) {
		callers[la] = (struct caller){.fakes = f, .world = w, .la = la};
		w->ra->la[la].call = call_la;
		w->ra->la[la].ctx = &callers[la];
	}
	callers[2] = (struct caller){f, w, 0, &f->pca, WHO_PCA};
	callers[3] = (struct caller){f, w, 0, &f->pca2, WHO_PCA2};
	for (size_t k = 0; k < w->ra->pca_all; k++) {
		w->ra->pca[k].peer.call = call_pca;
		w->ra->pca[k].peer.ctx = &callers[2 + k];
	}
}
