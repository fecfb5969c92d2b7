/*
 * Identification and application certificates with a PCA of the test's own:
 * answers that are wrong, lost or refusals, requests that come at once, and
 * what is generated when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/convert.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "role/ra/admin.h"
#include "role/ra/auth.h"
#include "role/ra/handlers.h"
#include "role/ra/plan.h"
#include "schema/monarch.h"
#include "test/unit/ra/world.h"

/* ---- a PCA ---- */

enum trick {
	HONEST,
	BY_ANOTHER,	/* message signed by an LA */
	ANOTHER_BATCH,	/* batchId */
	MISSING,	/* a reply less */
	TWICE,		/* one twice instead of another */
	FOREIGN,	/* one to a request of somebody else */
	OF_ANOTHER,	/* pca-id */
	RAW,		/* not encrypted */
	RESPONSE_BY_LA, /* what the device gets */
	NO_ID,		/* success without HashedId10 */
	PSEUDONYM_FORM, /* MonarchCertificateBatchReply */
	NONSENSE,
	BAD_REQUEST, /* status 400 */
	LOST,
	TRICKS_TRANSIENT,
	REFUSES = TRICKS_TRANSIENT
};

#define SEEN_MAX 64

struct pca {
	struct world *world;
	enum trick trick;
	struct digest seen[SEEN_MAX]; /* HPCRs issued, each once */
	size_t seen_n, messages, confirmations;
	bool away, second; /* it is pca2 */
	size_t strangers;  /* requests for another PCA */
};

static const char *
name_of(const struct pca *pca)
{
	return pca->second ? "pca2.monarch.test" : "pca.monarch.test";
}

static enum who
who_is(const struct pca *pca)
{
	return pca->second ? WHO_PCA2 : WHO_PCA;
}

static struct bytes
sign_as(struct arena *arena, struct bytes payload, const struct actor *by)
{
	const struct spdu_header header = {.psid = PSID_SECURITY};
	struct bytes out;

	must(spdu_sign(
	    &out, arena, &header, payload, SIGNER_DIGEST, &by->signer, &fi));
	return out;
}

static void
note(struct pca *pca, const struct digest *h)
{
	for (size_t k = 0; k < pca->seen_n; k++)
		if (memcmp(&pca->seen[k], h, sizeof(*h)) == 0)
			return;
	assert_true(pca->seen_n < SEEN_MAX);
	pca->seen[pca->seen_n++] = *h;
}

static void
fill_reply(monarch_auth_reply *out, struct pca *pca, struct arena *arena,
    const scms_pdu *request)
{
	pca_ra_cert_response_msg *m =
	    &out->reply.content.pca_ra.pca_ra_cert_response;
	hashed_id10 *id = ARENA_NEW(arena, hashed_id10);
	struct digest h;

	assert_int_equal(
	    request->content.pca_ra.ra_pca_cert_request.cert_request_info.is,
	    ra_pca_cert_request_msg_cert_request_info_auth_cert_req);
	sha256(h.b, request->raw);
	memset(out, 0, sizeof(*out));
	out->reply.version = 1;
	out->reply.content.is = scms_pdu_content_pca_ra;
	out->reply.content.pca_ra.is =
	    pca_ra_interface_pdu_pca_ra_cert_response;
	m->version = 1;
	memcpy(m->request_hash.b, digest_id8(h.b), 8);
	m->pca_id = bytes_of_string(
	    pca->trick == OF_ANOTHER ? "pca.elsewhere.test" : name_of(pca));
	pca->strangers +=
	    !bytes_equal(request->content.pca_ra.ra_pca_cert_request
			     .cert_request_info.auth_cert_req.pca_id,
		bytes_of_string(name_of(pca)));
	if (pca->trick == REFUSES) {
		m->reply.is = pca_ra_cert_response_msg_reply_failure;
		m->reply.failure.is = scms_error_pca_ra;
		m->reply.failure.pca_ra.is = pca_ra_error_pca_ra_request_error;
		m->reply.failure.pca_ra.pca_ra_request_error =
		    pca_ra_request_error_code_invalid_validity;
		return;
	}
	note(pca, &h);
	memcpy(id->b, h.b, sizeof(id->b));
	out->certificate_id = pca->trick == NO_ID ? NULL : id;
	m->reply.is = pca_ra_cert_response_msg_reply_success;
	m->reply.success.is =
	    pca_ra_cert_response_msg_reply_success_value_signed_encrypted;
	must(coer_decode(&ieee1609_dot2_data_asn,
	    &m->reply.success.signed_encrypted, arena,
	    sign_as(arena, bytes_copy(arena, BYTES(h.b)),
		&pca->world->actor[pca->trick == RESPONSE_BY_LA ? WHO_LA1
								: who_is(pca)]),
	    &fi));
	if (pca->trick != RAW)
		return;
	m->reply.success.is = pca_ra_cert_response_msg_reply_success_value_raw;
	m->reply.success.raw.is = plaintext_certificate_response_explicit;
	m->reply.success.raw.explicit = *pca->world->actor[WHO_PCA].cert->c;
}

static struct bytes
encode_answer(
    const struct pca *pca, struct arena *arena, monarch_auth_batch_reply *m)
{
	monarch_certificate_batch_reply old = {.version = 1};
	monarch_auth_reply *v = m->replies.v;
	struct bytes out;

	if (pca->trick == ANOTHER_BATCH)
		m->batch_id.b[0] ^= 1;
	if (pca->trick == MISSING)
		m->replies.n--;
	if (pca->trick == TWICE)
		v[0] = v[1];
	if (pca->trick == FOREIGN)
		v[0].reply.content.pca_ra.pca_ra_cert_response.request_hash
		    .b[3] ^= 1;
	if (pca->trick != PSEUDONYM_FORM) {
		must(coer_encode_new(
		    &out, arena, &monarch_auth_batch_reply_asn, m, &fi));
		return out;
	}
	old.batch_id = m->batch_id;
	old.replies.n = m->replies.n;
	old.replies.v = ARENA_ARRAY(arena, m->replies.n, scms_pdu);
	for (size_t k = 0; k < m->replies.n; k++)
		old.replies.v[k] = v[k].reply;
	must(coer_encode_new(
	    &out, arena, &monarch_certificate_batch_reply_asn, &old, &fi));
	return out;
}

static struct bytes
answer(struct pca *pca, struct arena *arena, struct bytes payload)
{
	monarch_certificate_batch_request in;
	monarch_auth_batch_reply out = {.version = 1};

	must(coer_decode(
	    &monarch_certificate_batch_request_asn, &in, arena, payload, &fi));
	out.batch_id = in.batch_id;
	out.replies.n = in.requests.n;
	out.replies.v = ARENA_ARRAY(arena, in.requests.n, monarch_auth_reply);
	for (size_t k = 0; k < in.requests.n; k++)
		fill_reply(&out.replies.v[in.requests.n - 1 - k], pca, arena,
		    &in.requests.v[k]);
	pca->messages++;
	return sign_as(arena, encode_answer(pca, arena, &out),
	    &pca->world
		 ->actor[pca->trick == BY_ANOTHER ? WHO_LA1 : who_is(pca)]);
}

static enum fault
call_pca(void *ctx, struct http_result *result, struct arena *out,
    const struct http_call *call, struct fault_info *info)
{
	struct pca *pca = ctx;
	struct arena arena = arena_new((size_t)16 << 20);
	const struct spdu_rules rules = {
	    .psid = PSID_SECURITY,
	    .now = time32_now(),
	    .signer = pca->world->actor[WHO_RA].cert,
	};
	struct bytes octets;
	struct spdu spdu;

	*result = (struct http_result){.status = 200};
	if (pca->away) {
		arena_free(&arena);
		return fault_set(info, FAULT_NETWORK, "nobody there");
	}
	must(spdu_open(&spdu, &arena, call->body, pca->world->ra->self.trust,
	    &rules, &fi));
	if (strstr(call->url, "/certificate-batch-confirm") != NULL) {
		pca->confirmations++;
		result->status = 204;
		arena_free(&arena);
		return FAULT_OK;
	}
	octets = answer(pca, &arena, spdu.payload);
	if (pca->trick == NONSENSE)
		octets = bytes_of_string("oops");
	if (pca->trick == BAD_REQUEST)
		result->status = 400;
	result->body = bytes_copy(out, octets);
	arena_free(&arena);
	return pca->trick == LOST
		   ? fault_set(info, FAULT_NETWORK, "nobody there")
		   : FAULT_OK;
}

/* ---- a scene ---- */

struct scene {
	struct world world;
	struct pca pca;
	struct device device[2];
};

static int
set_up(void **state)
{
	static const uint64_t psids[] = {0x83};
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	world_make(&s->world);
	s->world.service.environment.identification_supply = 4;
	world_start(&s->world);
	device_params.request_permissions =
	    profile_group(&s->world.arena, psids, 1, false, 0, EE_APP);
	for (size_t k = 0; k < 2; k++)
		device_make(&s->device[k], &s->world, WHO_ECA);
	device_params.request_permissions = NULL;
	s->pca.world = &s->world;
	s->world.ra->pca[0].peer.call = call_pca;
	s->world.ra->pca[0].peer.ctx = &s->pca;
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	world_remove(&s->world);
	free(s);
	return 0;
}

/* ---- requests ---- */

static void
put_key(ecc_p256_curve_point *out, const struct point *p)
{
	struct curve_point c;

	curve_of_p256(&c, p);
	curve_compress(&c);
	point_to_schema(out, &c);
}

static void
put_butterfly(unsigned_butterfly_params *out, const struct point *p,
    const struct butterfly *b)
{
	put_key(&out->seed_key, p);
	memcpy(out->expansion.b, &b->expansion, 16);
}

/* For other keys each time. */
static struct bytes
request_of(struct scene *s, struct device *d, int kind)
{
	uint32_t now = time32_now();
	scms_pdu pdu = {.version = 1};
	end_entity_ra_interface_pdu *ee = &pdu.content.ee_ra;
	ee_ra_id_cert_provisioning_request *i =
	    &ee->ee_ra_id_cert_provisioning_request;
	ee_ra_app_cert_provisioning_request *a =
	    &ee->ee_ra_app_cert_provisioning_request;
	struct bytes octets;

	p256_generate(&d->a, &d->A, 1);
	pdu.content.is = scms_pdu_content_ee_ra;
	if (kind == AUTH_IDENTIFICATION) {
		ee->is =
		    end_entity_ra_interface_pdu_ee_ra_id_cert_provisioning_request;
		i->version = 1;
		put_butterfly(&i->verify_key_info, &d->A, &d->sign);
		put_butterfly(&i->resp_enc_key_info, &d->H, &d->encrypt);
		i->common.current_time = i->common.requested_start_time = now;
	} else {
		ee->is =
		    end_entity_ra_interface_pdu_ee_ra_app_cert_provisioning_request;
		a->version = 1;
		a->verify_key.is = public_verification_key_ecdsa_nist_p256;
		put_key(&a->verify_key.ecdsa_nist_p256, &d->A);
		a->response_encryption_key.supported_symm_alg =
		    symm_algorithm_aes128_ccm;
		a->response_encryption_key.public_key.is =
		    base_public_encryption_key_ecies_nist_p256;
		put_key(&a->response_encryption_key.public_key.ecies_nist_p256,
		    &d->H);
		a->common.current_time = a->common.requested_start_time = now;
	}
	must(coer_encode_new(
	    &octets, &s->world.arena, &scms_pdu_asn, &pdu, &fi));
	return device_send(d, &s->world, &s->world.arena, octets, false);
}

#define TOGETHER 4

/* Requests that are there at the same moment; their statuses. */
static void
post(struct scene *s, int kind, const struct bytes *body, unsigned *status,
    size_t n)
{
	struct arena arena[TOGETHER];
	struct http_request request[TOGETHER];
	struct http_response response[TOGETHER];
	const struct http_request *requests[TOGETHER];
	struct http_response *responses[TOGETHER];

	for (size_t k = 0; k < n; k++) {
		arena[k] = arena_new((size_t)1 << 20);
		request[k] = (struct http_request){.method = "POST",
		    .path = "/provision",
		    .body = body[k],
		    .arena = &arena[k]};
		response[k] = (struct http_response){.status = 200, .fd = -1};
		requests[k] = &request[k];
		responses[k] = &response[k];
		if (kind == AUTH_IDENTIFICATION)
			ra_provision_identity(
			    s->world.ra, &request[k], &response[k]);
		else
			ra_provision_application(
			    s->world.ra, &request[k], &response[k]);
	}
	finish_gathered(s->world.ra, requests, responses, n);
	for (size_t k = 0; k < n; k++) {
		status[k] = response[k].status;
		arena_free(&arena[k]);
	}
}

static unsigned
ask(struct scene *s, struct device *d, int kind)
{
	struct bytes body = request_of(s, d, kind);
	unsigned status;

	post(s, kind, &body, &status, 1);
	return status;
}

/* ---- what the RA does ---- */

static enum fault
step_of(struct scene *s, struct ra_pca *pca)
{
	struct arena arena = arena_new((size_t)64 << 20);
	unsigned pause;
	enum fault f =
	    auth_step(s->world.ra, pca, s->world.ra->db, &arena, &pause, &fi);

	arena_free(&arena);
	return f;
}

static enum fault
step(struct scene *s)
{
	return step_of(s, &s->world.ra->pca[0]);
}

static void
plan(struct scene *s)
{
	bool busy = true;

	for (int k = 0; k < 20 && busy; k++)
		must(plan_pass(s->world.ra, s->world.ra->db, &busy, &fi));
}

/* Plans and sends until nothing is left. */
static void
run(struct scene *s)
{
	plan(s);
	while (step(s) == FAULT_OK)
		;
}

struct tally {
	uint32_t done, waiting, failed, n;
	uint32_t until;
};

static void
add_view(void *ctx, const struct auth_view *v)
{
	struct tally *t = ctx;

	t->done += v->done;
	t->waiting += v->waiting;
	t->failed += v->failed;
	t->until = v->until > t->until ? v->until : t->until;
	t->n++;
}

static struct tally
tally(struct scene *s)
{
	struct tally t = {.n = 0};

	must(auth_views(s->world.db, add_view, &t, &fi));
	return t;
}

/* ---- tests ---- */

static void
wrong_answers_change_nothing(void **state)
{
	struct scene *s = *state;
	size_t asked;

	assert_int_equal(ask(s, &s->device[0], AUTH_IDENTIFICATION), 200);
	plan(s);
	for (int t = HONEST + 1; t < TRICKS_TRANSIENT; t++) {
		s->pca.trick = (enum trick)t;
		asked = s->pca.messages;
		if (step(s) == FAULT_OK)
			fail_msg("trick %d was believed", t);
		assert_int_equal(s->pca.messages, asked + 1);
		assert_int_equal(tally(s).done, 0);
		assert_int_equal(tally(s).waiting, 4);
		assert_int_equal(s->pca.confirmations, 0);
	}
	s->pca.trick = HONEST;
	must(step(s));
	/* always the same four requests */
	assert_int_equal(s->pca.seen_n, 4);
	assert_int_equal(tally(s).done, 4);
	assert_int_equal(s->pca.confirmations, 1);
	assert_int_equal(step(s), FAULT_NOT_FOUND);
}

static void
a_refusal_is_tried_again_twice(void **state)
{
	struct scene *s = *state;

	s->pca.trick = REFUSES;
	assert_int_equal(ask(s, &s->device[0], AUTH_APPLICATION), 200);
	for (unsigned k = 0; k < 3; k++) {
		must(step(s));
		assert_int_equal(tally(s).done, 0);
		assert_int_equal(tally(s).failed, k == 2);
		assert_int_equal(step(s), FAULT_NOT_FOUND); /* a pause */
		assert_int_equal(s->pca.messages, k + 1);
		time_set_offset(time_offset() + 601);
	}
	assert_int_equal(step(s), FAULT_NOT_FOUND);
	/* what was never issued stands in nobody's way */
	s->pca.trick = HONEST;
	assert_int_equal(ask(s, &s->device[0], AUTH_APPLICATION), 200);
	run(s);
	assert_int_equal(tally(s).done, 1);
	assert_int_equal(s->pca.seen_n, 1);
}

static void
of_requests_at_once_one_is_granted(void **state)
{
	static const unsigned kinds[] = {AUTH_IDENTIFICATION, AUTH_APPLICATION};
	struct scene *s = *state;
	struct bytes body[TOGETHER];
	unsigned status[TOGETHER];

	for (size_t t = 0; t < 2; t++) {
		for (size_t k = 0; k < 3; k++)
			body[k] = request_of(s, &s->device[0], (int)kinds[t]);
		body[3] = body[0]; /* the same octets twice */
		post(s, (int)kinds[t], body, status, 4);
		assert_int_equal(status[0], 200);
		assert_int_equal(status[1], 409);
		assert_int_equal(status[2], 409);
		assert_int_equal(status[3], 200);
	}
	run(s);
	assert_int_equal(tally(s).n, 1);
	assert_int_equal(tally(s).done, 4 + 1);
	assert_int_equal(s->pca.seen_n, 4 + 1);
}

static int64_t
asleep(struct scene *s)
{
	static const char *const sql =
	    "select count(*) from auth_request where asleep = 1";
	const struct db_schema one = {
	    ra_schema.steps, ra_schema.steps_n, &sql, 1};
	struct db *db;
	int64_t n;

	must(db_open(&db, s->world.ra->db_path, &one, &fi));
	must(db_run_int(db, &n, 0, NULL, 0, &fi));
	db_close(db);
	return n;
}

static void
a_blocked_holder_gets_nothing_until_unblocked(void **state)
{
	struct scene *s = *state;
	const struct cert *c = s->device[0].cert;
	bool changed;

	for (size_t k = 0; k < 2; k++)
		assert_int_equal(
		    ask(s, &s->device[k], AUTH_IDENTIFICATION), 200);
	must(admin_block(&changed, s->world.db, c->id, time32_now(), &fi));
	run(s);
	assert_int_equal(tally(s).done, 4);
	assert_int_equal(ask(s, &s->device[0], AUTH_APPLICATION), 403);
	assert_int_equal(asleep(s), 1); /* nobody looks at it meanwhile */
	must(admin_unblock(&changed, s->world.db, c->id, time32_now(), 0, &fi));
	assert_int_equal(asleep(s), 0);
	run(s);
	assert_int_equal(tally(s).done, 8);
	assert_int_equal(s->pca.seen_n, 8);
}

/* What waits for it, or is refused by it later, is asked of the one that
 * stays. */
static void
who_waits_for_a_pca_that_left_gets_it_of_another(void **state)
{
	static const char *const other[] = {"pca2"}, *const one[] = {"pca"};
	struct scene *s = *state;

	world_stop(&s->world);
	s->world.conf.pca = (struct conf_list){other, 1};
	world_start(&s->world);
	for (size_t k = 0; k < 2; k++)
		assert_int_equal(
		    ask(s, &s->device[k], AUTH_IDENTIFICATION), 200);
	for (size_t k = 0; k < 2; k++)
		assert_int_equal(ask(s, &s->device[k], AUTH_APPLICATION), 200);
	plan(s);
	assert_int_equal(tally(s).waiting, 2 * (4 + 1));
	world_stop(&s->world);
	s->world.conf.pca = (struct conf_list){one, 1};
	world_start(&s->world);
	assert_int_equal(s->world.ra->pca_all, 1); /* it is not waited for */
	s->world.ra->pca[0].peer.call = call_pca;
	s->world.ra->pca[0].peer.ctx = &s->pca;
	run(s);
	assert_int_equal(tally(s).done, 2 * (4 + 1));
	assert_int_equal(tally(s).waiting + tally(s).failed, 0);
	assert_int_equal(s->pca.seen_n, 2 * (4 + 1));
	assert_int_equal(s->pca.strangers, 0);
}

static void
what_a_pca_that_left_refuses_is_asked_of_another(void **state)
{
	static const char *const other[] = {"pca2"}, *const one[] = {"pca"};
	struct scene *s = *state;
	struct ra *ra;

	/* a message to pca2 is on its way when it leaves */
	world_stop(&s->world);
	s->world.conf.pca = (struct conf_list){other, 1};
	world_start(&s->world);
	assert_int_equal(ask(s, &s->device[0], AUTH_IDENTIFICATION), 200);
	assert_int_equal(ask(s, &s->device[0], AUTH_APPLICATION), 200);
	plan(s);
	s->world.ra->pca[0].peer.call = call_pca;
	s->world.ra->pca[0].peer.ctx = &s->pca;
	s->pca.away = true;
	assert_int_equal(step(s), FAULT_NETWORK);
	world_stop(&s->world);
	s->world.conf.pca = (struct conf_list){one, 1};
	world_start(&s->world);
	ra = s->world.ra;
	assert_int_equal(ra->pca_all, 2);
	for (size_t k = 0; k < 2; k++) {
		ra->pca[k].peer.call = call_pca;
		ra->pca[k].peer.ctx = &s->pca;
	}
	s->pca.away = false;
	run(s);
	assert_int_equal(s->pca.messages, 0);
	s->pca.trick = REFUSES;
	s->pca.second = true;
	must(step_of(s, &ra->pca[1]));
	assert_int_equal(tally(s).waiting, 5);
	s->pca.trick = HONEST;
	time_set_offset(time_offset() + 601);
	assert_int_equal(step_of(s, &ra->pca[1]), FAULT_NOT_FOUND);
	s->pca.second = false;
	run(s);
	assert_int_equal(tally(s).done, 5);
	assert_int_equal(s->pca.strangers, 0);
}

static void
supply_follows_time(void **state)
{
	struct scene *s = *state;
	uint32_t period =
	    s->world.service.environment.identification_period_seconds;
	uint32_t start = s->device[0].cert->start;

	assert_int_equal(ask(s, &s->device[0], AUTH_IDENTIFICATION), 200);
	run(s);
	assert_int_equal(tally(s).done, 4);
	time_set_offset(
	    time_offset() + (int64_t)(start + period - time32_now()) - 1);
	run(s);
	assert_int_equal(tally(s).done, 4);
	time_set_offset(time_offset() + 2);
	run(s);
	assert_int_equal(tally(s).done, 5);
	/* a restart looks at everybody anew, and finds nothing to do */
	world_stop(&s->world);
	world_start(&s->world);
	s->world.ra->pca[0].peer.call = call_pca;
	s->world.ra->pca[0].peer.ctx = &s->pca;
	run(s);
	assert_int_equal(tally(s).done, 5);
	assert_int_equal(s->pca.seen_n, 5);
}

static void
who_is_gone_gets_nothing_until_it_returns(void **state)
{
	struct scene *s = *state;

	s->world.service.environment.inactive_after_days = 50;
	assert_int_equal(ask(s, &s->device[0], AUTH_IDENTIFICATION), 200);
	run(s);
	time_set_offset(time_offset() + 45 * 86400);
	run(s);
	assert_int_equal(tally(s).done, 5);
	time_set_offset(time_offset() + 30 * 86400);
	run(s);
	assert_int_equal(tally(s).done, 5);
	assert_int_equal(asleep(s), 1);
	/* whatever it says, it is here */
	assert_int_equal(ask(s, &s->device[0], AUTH_IDENTIFICATION), 409);
	run(s);
	assert_int_equal(tally(s).done, 6);
	assert_int_equal(asleep(s), 0);
}

/* Two hours, and from change on one hour; ten minutes of overlap. */
static void
publish(struct scene *s, struct policy_point validity[2],
    struct policy_point *overlap, uint32_t change)
{
	struct ra_policies *p = &s->world.ra->policies;

	validity[0].value.lifetime = (struct lifetime){duration_hours, 2};
	validity[1].value.lifetime = (struct lifetime){duration_hours, 1};
	validity[1].start = change * UINT64_C(1000000);
	overlap->value.lifetime = (struct lifetime){duration_minutes, 10};
	p->set.of[POLICY_RSE_VALIDITY] = (struct policy_series){validity, 2};
	p->set.of[POLICY_RSE_OVERLAP] = (struct policy_series){overlap, 1};
	p->seen = 1;
	p->since = UINT32_MAX; /* nothing is evaluated */
}

static void
to(uint32_t time)
{
	time_set_offset(time_offset() + (int64_t)time - time32_now());
}

static void
validity_and_overlap_are_the_policys(void **state)
{
	struct policy_point validity[2] = {{0}}, overlap = {0};
	uint32_t before = time32_now(), until;
	struct scene *s = *state;

	publish(s, validity, &overlap, before + 6000);
	assert_int_equal(ask(s, &s->device[0], AUTH_APPLICATION), 200);
	run(s);
	until = tally(s).until;
	assert_in_range(until, before + 7200, time32_now() + 7200);
	to(until - 660);
	assert_int_equal(ask(s, &s->device[0], AUTH_APPLICATION), 409);
	to(until - 600);
	before = time32_now();
	assert_int_equal(ask(s, &s->device[0], AUTH_APPLICATION), 200);
	run(s);
	assert_in_range(tally(s).until, before + 3600, time32_now() + 3600);
	assert_int_equal(tally(s).done, 2);
}

/* An overlap of all the validity does not let two begin at once. */
static void
one_at_a_time_whatever_the_overlap(void **state)
{
	struct policy_point validity[2] = {{0}}, overlap = {0};
	struct scene *s = *state;

	publish(s, validity, &overlap, time32_now() + 6000);
	overlap.value.lifetime = validity[0].value.lifetime;
	assert_int_equal(ask(s, &s->device[0], AUTH_APPLICATION), 200);
	assert_int_equal(ask(s, &s->device[0], AUTH_APPLICATION), 409);
	run(s);
	assert_int_equal(tally(s).done, 1);
}

struct asked {
	struct arena *arena;
	struct bytes octets;
};

static enum fault
got_asked(void *ctx, const struct db_row *row, struct fault_info *f)
{
	struct asked *a = ctx;

	(void)f;
	a->octets = bytes_copy(a->arena, db_blob(row, 1));
	return FAULT_OK;
}

/* Its answer would have one reply for both. */
static void
what_is_asked_twice_goes_into_two_messages(void **state)
{
	struct scene *s = *state;
	struct ra_pca *pca = &s->world.ra->pca[0];
	struct asked a = {.arena = &s->world.arena};
	uint32_t now = time32_now();

	for (size_t k = 0; k < 2; k++)
		assert_int_equal(ask(s, &s->device[k], AUTH_APPLICATION), 200);
	must(DB_EACH(s->world.db, DO_AUTH_WAITING_SOME, got_asked, &a, &fi,
	    DB_INT(pca->id), DB_INT(now), DB_INT(1)));
	must(DB_RUN(s->world.db, DO_AUTH_CERTIFICATE_ADD, &fi, DB_INT(1),
	    DB_INT(1), DB_INT(pca->id), DB_INT(now), DB_INT(now + 3600),
	    DB_BYTES(a.octets), DB_INT(0)));
	must(step(s));
	assert_int_equal(tally(s).done, 2);
	assert_int_equal(tally(s).waiting, 1);
	must(step(s));
	assert_int_equal(tally(s).done, 3);
	assert_int_equal(s->pca.messages, 2);
	assert_int_equal(s->pca.seen_n, 2);
}

/* The running one also waits for a PCA that may be renewed ... */
static void
no_iterator_is_lost_while_a_pca_ends(void **state)
{
	struct scene *s = *state;
	struct ra_pca *pca = &s->world.ra->pca[0];
	const struct cert *own = pca->certs[0];
	struct cert other = *own;

	other.end = time32_now() + 60;
	pca->certs[0] = &other;
	assert_int_equal(ask(s, &s->device[0], AUTH_IDENTIFICATION), 200);
	run(s);
	assert_int_equal(tally(s).waiting + tally(s).done, 0);
	pca->certs[0] = own;
	to(time32_now() + 3660);
	run(s);
	assert_int_equal(tally(s).done, 4);
	/* ... but not for one that has begun since */
	other = *own;
	other.start = time32_now();
	pca->certs[0] = &other;
	assert_int_equal(ask(s, &s->device[1], AUTH_IDENTIFICATION), 200);
	run(s);
	assert_int_equal(tally(s).done, 4 + 3);
	pca->certs[0] = own;
}

/* The last octet of the RIF decides, unless that PCA is away or may not. */
static void
holders_are_spread_among_pcas(void **state)
{
	static const uint64_t psids[] = {0x83};
	static const uint16_t here = COUNTRY_USA, there = COUNTRY_MEXICO;
	struct scene *s = *state;
	struct ra *ra = s->world.ra;
	struct ra_pca *first = &ra->pca[0], *second = &ra->pca[1], *got;
	const struct cert *own = first->certs[0];
	struct cert shorter = *own;
	uint8_t even[8] = {0}, odd[8] = {0, 0, 0, 0, 0, 0, 0, 1};
	struct auth_terms terms = {
	    .rif = even,
	    .psids = profile_psids(&s->world.arena, psids, 1),
	    .region = profile_countries(&s->world.arena, &here, 1),
	};

	*second = (struct ra_pca){.certs = {own}, .certs_n = 1};
	must(peer_init(
	    &second->peer, &s->world.arena, "pca2", "monarch.test", 8891, &fi));
	ra->pca_n = 2;
	must(auth_choose_pca(&got, ra, &terms, own->start, own->end, &fi));
	assert_ptr_equal(got, first);
	terms.rif = odd;
	must(auth_choose_pca(&got, ra, &terms, own->start, own->end, &fi));
	assert_ptr_equal(got, second);
	(void)peer_fails(&second->peer, &fi);
	must(auth_choose_pca(&got, ra, &terms, own->start, own->end, &fi));
	assert_ptr_equal(got, first);
	/* away is better than not permitted */
	shorter.end--;
	first->certs[0] = &shorter;
	must(auth_choose_pca(&got, ra, &terms, own->start, own->end, &fi));
	assert_ptr_equal(got, second);
	second->certs[0] = &shorter;
	assert_int_equal(
	    auth_choose_pca(&got, ra, &terms, own->start, own->end, &fi),
	    FAULT_BAD_TIME);
	must(auth_choose_pca(&got, ra, &terms, own->start, own->end - 1, &fi));
	terms.region = profile_countries(&s->world.arena, &there, 1);
	assert_int_equal(
	    auth_choose_pca(&got, ra, &terms, own->start, own->end - 1, &fi),
	    FAULT_REGION_NOT_NESTED);
	terms.psids =
	    profile_psids(&s->world.arena, (const uint64_t[]){0x99}, 1);
	assert_int_equal(
	    auth_choose_pca(&got, ra, &terms, own->start, own->end - 1, &fi),
	    FAULT_PSID_NOT_PERMITTED);
	first->certs[0] = own;
	peer_destroy(&second->peer);
	ra->pca_n = 1;
}

static void
lifetimes(void **state)
{
	static const struct {
		uint32_t seconds;
		struct lifetime want;
	} rows[] = {
	    {169 * 3600, {duration_hours, 169}},
	    {90, {duration_seconds, 90}},
	    {600, {duration_minutes, 10}},
	    {65535, {duration_seconds, 65535}},
	    {65537, {duration_minutes, 1092}}, /* never longer */
	    {65536u * 60 + 1, {duration_hours, 1092}},
	    {65535u * 3600, {duration_hours, 65535}},
	    {65560u * 3600, {duration_sixty_hours, 1092}},
	    {365 * 86400, {duration_hours, 8760}},
	};

	(void)state;
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct lifetime l = auth_lifetime(rows[k].seconds);

		assert_int_equal(l.unit, rows[k].want.unit);
		assert_int_equal(l.value, rows[k].want.value);
		assert_true(lifetime_seconds(l) <= rows[k].seconds);
	}
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(wrong_answers_change_nothing),
	    T(a_refusal_is_tried_again_twice),
	    T(of_requests_at_once_one_is_granted),
	    T(a_blocked_holder_gets_nothing_until_unblocked),
	    T(who_waits_for_a_pca_that_left_gets_it_of_another),
	    T(what_a_pca_that_left_refuses_is_asked_of_another),
	    T(supply_follows_time),
	    T(who_is_gone_gets_nothing_until_it_returns),
	    T(validity_and_overlap_are_the_policys),
	    T(one_at_a_time_whatever_the_overlap),
	    T(what_is_asked_twice_goes_into_two_messages),
	    T(no_iterator_is_lost_while_a_pca_ends),
	    T(holders_are_spread_among_pcas),
	    cmocka_unit_test(lifetimes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
