/* auth_test.c - identification and application certificates at a PCA: what it
 * issues, refuses, repeats and keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time32.h"
#include "cert/convert.h"
#include "cert/encrypt.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/request.h"
#include "cert/spdu.h"
#include "crypto/ecqv.h"
#include "crypto/random.h"
#include "role/pca/pca.h"
#include "schema/monarch.h"
#include "service/crash.h"
#include "test/unit/pca/requests.h"

static struct world world;
static struct plv_key key[2];
static char pca_dir[PATH_SIZE];
static struct audit *audit;
static struct fault_info info;

static const struct pca_conf conf = {.ra = "ra", .la1 = "la1", .la2 = "la2"};

static const char *const crash_points[] = {
#define CRASH CRASH_NAME
#include "role/pca/crash.def"
#undef CRASH
    NULL};

#define must(expr)                                            \
	do {                                                  \
		if ((expr) != FAULT_OK)                       \
			fail_msg("%s: %s", #expr, info.text); \
	} while (0)

static int
set_up(void **state)
{
	(void)state;
	world_make(&world);
	world_folder(&world, pca_dir, WORLD_PCA);
	world_share_key(&world, WORLD_LA1, &key[0]);
	world_share_key(&world, WORLD_LA2, &key[1]);
	must(audit_open(&audit, pca_dir, &info));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	audit_close(audit);
	world_remove(&world);
	return 0;
}

static struct pca *
open_pca(void)
{
	struct pca *out;

	must(pca_new(&out, pca_dir, &conf, &world.environment, audit, &info));
	return out;
}

/* ---- what is asked for ---- */

static const uint8_t rif_of_all[8] = "rif-8oct";

/* A request and the keys of its holder. */
struct wish {
	struct scalar k, h; /* private keys of R_U and of the response */
	bool butterfly;
	scms_pdu pdu;
	id_cert_request_info *info;
	struct bytes octets;
	uint8_t hash[32]; /* HPCR */
};

static void
put_point(ecc_p256_curve_point *out, const struct point *p)
{
	struct curve_point c;

	curve_of_p256(&c, p);
	curve_compress(&c);
	point_to_schema(out, &c);
}

static sequence_of_psid_ssp *
intersection(struct arena *arena)
{
	static const uint64_t psids[] = {0x82, 0x83};
	sequence_of_psid_ssp *out = profile_psids(arena, psids, 2);

	out->v[0].ssp->opaque = bytes_of_string("\x90\x01");
	out->v[1].ssp = NULL;
	return out;
}

static geographic_region *
junction(struct arena *arena)
{
	geographic_region *r = ARENA_NEW(arena, geographic_region);

	r->is = geographic_region_circular_region;
	r->circular_region = (circular_region){{407128000, -740060000}, 500};
	return r;
}

static void
encode(struct wish *w, struct arena *arena)
{
	must(coer_encode_new(&w->octets, arena, &scms_pdu_asn, &w->pdu, &info));
	sha256(w->hash, w->octets);
}

static void
wish_for(struct wish *w, struct arena *arena, bool butterfly)
{
	scms_pdu_content *c = &w->pdu.content;
	ra_pca_cert_request_msg *m = &c->pca_ra.ra_pca_cert_request;
	to_be_signed_certificate *t;
	struct point p;

	*w = (struct wish){.butterfly = butterfly, .pdu = {.version = 1}};
	c->is = scms_pdu_content_pca_ra;
	c->pca_ra.is = pca_ra_interface_pdu_ra_pca_cert_request;
	m->version = 1;
	m->ra_id = bytes_of_string("ra.monarch.test");
	m->cert_request_info.is =
	    ra_pca_cert_request_msg_cert_request_info_auth_cert_req;
	w->info = &m->cert_request_info.auth_cert_req;
	w->info->pca_id = bytes_of_string("pca.monarch.test");
	w->info->type = certificate_type_implicit;
	t = &w->info->to_be_signed_cert;
	t->id.is = certificate_id_binary_id;
	t->id.binary_id = BYTES(rif_of_all);
	t->validity_period.start = world.now;
	t->validity_period.duration.is = duration_hours;
	t->validity_period.duration.hours = butterfly ? 721 : 169;
	t->region = junction(arena);
	t->app_permissions = intersection(arena);
	p256_generate(&w->k, &p, 1);
	if (butterfly) {
		t->verify_key_indicator.is =
		    verification_key_indicator_reconstruction_value;
		put_point(&t->verify_key_indicator.reconstruction_value, &p);
	} else {
		t->verify_key_indicator.is =
		    verification_key_indicator_verification_key;
		t->verify_key_indicator.verification_key.is =
		    public_verification_key_ecdsa_nist_p256;
		put_point(
		    &t->verify_key_indicator.verification_key.ecdsa_nist_p256,
		    &p);
	}
	p256_generate(&w->h, &p, 1);
	put_point(&w->info->response_encryption_key, &p);
	encode(w, arena);
}

static struct bytes
message_of(
    struct arena *arena, const struct wish *w, size_t n, const uint8_t id[16])
{
	struct asked *a = ARENA_ARRAY(arena, n, struct asked);

	for (size_t t = 0; t < n; t++)
		a[t].octets = w[t].octets;
	return batch_message(arena, a, n, id, &world.ra);
}

/* ---- what is answered ---- */

static monarch_auth_batch_reply *
open_answer(struct arena *arena, struct bytes answer, const uint8_t id[16])
{
	const struct spdu_rules rules = {.psid = 0x23, .now = time32_now()};
	monarch_auth_batch_reply *m =
	    ARENA_NEW(arena, monarch_auth_batch_reply);
	struct spdu spdu;

	must(spdu_open(&spdu, arena, answer, world.ra.trust, &rules, &info));
	must(coer_decode(
	    &monarch_auth_batch_reply_asn, m, arena, spdu.payload, &info));
	assert_memory_equal(m->batch_id.b, id, 16);
	return m;
}

static monarch_auth_batch_reply *
send(struct pca *pca, struct arena *arena, const struct wish *w, size_t n,
    const uint8_t id[16])
{
	struct arena work = arena_new(PCA_ARENA);
	struct bytes out;

	must(pca_answer_batch(
	    &out, pca, &work, message_of(arena, w, n, id), &info));
	out = bytes_copy(arena, out);
	arena_free(&work);
	return open_answer(arena, out, id);
}

static const monarch_auth_reply *
reply_of(const struct wish *w, const monarch_auth_batch_reply *m)
{
	for (size_t t = 0; t < m->replies.n; t++)
		if (memcmp(m->replies.v[t]
			       .reply.content.pca_ra.pca_ra_cert_response
			       .request_hash.b,
			w->hash + 24, 8) == 0)
			return &m->replies.v[t];
	fail_msg("no reply");
	return NULL;
}

/* PcaRaRequestErrorCode, or -1 for the base error. */
static int
error_of(const struct wish *w, const monarch_auth_reply *r)
{
	struct asked a;

	memcpy(a.hpcr, w->hash, sizeof(a.hpcr));
	assert_null(r->certificate_id);
	return failure_of(&a, &r->reply);
}

/* The response as the holder opens it. */
static void
open_response(plaintext_certificate_response *out, struct arena *arena,
    const struct wish *w, const scms_pdu *pdu)
{
	const pca_ra_cert_response_msg *msg =
	    &pdu->content.pca_ra.pca_ra_cert_response;
	const struct spdu_rules rules = {.psid = 0x23, .now = time32_now()};
	to_be_signed_encrypted_certificate_response r;
	struct bytes octets, plain, inner;
	struct decryption_key dk;
	struct spdu spdu;

	assert_int_equal(msg->reply.is, pca_ra_cert_response_msg_reply_success);
	octets = (struct bytes){
	    msg->reply.success.signed_encrypted.content.signed_data.raw.p - 2,
	    msg->reply.success.signed_encrypted.content.signed_data.raw.n + 2};
	must(spdu_open(&spdu, arena, octets, world.ra.trust, &rules, &info));
	assert_string_equal(cert_name(arena, spdu.signer), "pca.monarch.test");
	assert_false(spdu.header.has_generation_time);
	must(coer_decode(&to_be_signed_encrypted_certificate_response_asn, &r,
	    arena, spdu.payload, &info));
	assert_int_equal(r.psid_ssp.v[0].psid, 0x23);
	assert_int_equal(
	    r.expiration, world.now + (w->butterfly ? 721u : 169u) * 3600u);
	must(coer_encode_new(
	    &octets, arena, &ieee1609_dot2_data_asn, &r.encrypted_cert, &info));
	decryption_key_of_scalar(&dk, &w->h, NULL);
	must(spdu_decrypt(&plain, arena, octets, &dk, 1, &info));
	must(spdu_unwrap(&inner, plain, &info));
	must(coer_decode(
	    &plaintext_certificate_response_asn, out, arena, inner, &info));
}

/* d = e*k + r fits the certificate's key. */
static void
check_key(const struct wish *w, struct cert *c, const struct cert *pca,
    const uint8_t r[32])
{
	struct ecqv_share share = {.k_u = w->k};
	struct scalar d;
	struct digest e;

	memcpy(share.r.b, r, 32);
	cert_ecqv_hash(&e, c, pca);
	assert_int_equal(
	    ecqv_private(&d, &share, &e, &c->key_p256, NULL, 1), FAULT_OK);
}

static void
check_certificate(
    struct arena *arena, const struct wish *w, const monarch_auth_reply *reply)
{
	plaintext_certificate_response p;
	const implicit_cert_response *i;
	const to_be_signed_certificate *t;
	struct cert *c, *root, *pca;

	open_response(&p, arena, w, &reply->reply);
	assert_int_equal(p.is,
	    w->butterfly ? plaintext_certificate_response_implicit_butterfly
			 : plaintext_certificate_response_implicit);
	i = w->butterfly ? &p.implicit_butterfly : &p.implicit;
	must(cert_of(&c, arena, &i->certificate, &info));
	must(trust_check_chain(NULL, world.ra.trust, c, world.now, &info));
	must(profile_check(
	    w->butterfly ? PROFILE_IDENTIFICATION : PROFILE_APPLICATION, c,
	    &info));
	t = c->tbs;
	assert_memory_equal(t->id.binary_id.p, rif_of_all, 8);
	assert_int_equal(t->crl_series, 3);
	must(cert_load(&root, arena, world.cert[WORLD_ROOT], &info));
	assert_memory_equal(t->craca_id.b, root->id + 5, 3);
	assert_int_equal(c->start, world.now);
	assert_int_equal(t->region->is, geographic_region_circular_region);
	assert_int_equal(t->app_permissions->n, 2);
	assert_memory_equal(
	    t->app_permissions->v[0].ssp->opaque.p, "\x90\x01", 2);
	assert_null(t->app_permissions->v[1].ssp);
	assert_memory_equal(reply->certificate_id->b, c->hash + 22, 10);
	must(cert_load(&pca, arena, world.cert[WORLD_PCA], &info));
	check_key(w, c, pca, i->priv_key_reconstruction_s.b);
}

static struct pca_counts
counts_of(struct pca *pca)
{
	struct pca_counts c;

	pca_store_counts(pca->store, &c);
	return c;
}

/* ---- tests ---- */

static void
both_kinds_are_issued(void **state)
{
	struct arena arena = arena_new(1u << 24);
	struct pca *pca = open_pca();
	const monarch_auth_batch_reply *m;
	struct pca_counts before = counts_of(pca);
	struct wish w[3];
	public_encryption_key k = {
	    .supported_symm_alg = symm_algorithm_aes128_ccm};
	plaintext_certificate_response p;
	uint8_t id[16] = {1};

	(void)state;
	wish_for(&w[0], &arena, false);
	wish_for(&w[1], &arena, true);
	wish_for(&w[2], &arena, false);
	k.public_key.is = base_public_encryption_key_ecies_nist_p256;
	k.public_key.ecies_nist_p256 = w[2].info->response_encryption_key;
	w[2].info->to_be_signed_cert.encryption_key = &k;
	encode(&w[2], &arena);
	m = send(pca, &arena, w, 3, id);
	assert_int_equal(m->replies.n, 3);
	for (size_t t = 0; t < 3; t++)
		check_certificate(&arena, &w[t], reply_of(&w[t], m));
	open_response(&p, &arena, &w[2], &reply_of(&w[2], m)->reply);
	assert_non_null(p.implicit.certificate.to_be_signed.encryption_key);
	assert_int_equal(counts_of(pca).auth_pending, before.auth_pending + 3);
	assert_int_equal(counts_of(pca).pending, before.pending);
	pca_free(pca);
	arena_free(&arena);
}

/* ---- refusals ---- */

static void
foreign_ra(struct wish *w, struct arena *a)
{
	(void)a;
	w->pdu.content.pca_ra.ra_pca_cert_request.ra_id =
	    bytes_of_string("ra2.monarch.test");
}

static void
foreign_pca(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->pca_id = bytes_of_string("pca2.monarch.test");
}

static void
is_explicit(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->type = certificate_type_explicit;
}

static void
has_name(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->to_be_signed_cert.id.is = certificate_id_name;
	w->info->to_be_signed_cert.id.name = bytes_of_string("me");
}

static void
long_id(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->to_be_signed_cert.id.binary_id = bytes_of_string("9 octets.");
}

static void
own_series(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->to_be_signed_cert.crl_series = 1;
}

static void
may_issue(struct wish *w, struct arena *a)
{
	w->info->to_be_signed_cert.cert_issue_permissions =
	    profile_group(a, (const uint64_t[]){0x82}, 1, false, 1, EE_APP);
}

static void
no_permissions(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->to_be_signed_cert.app_permissions->n = 0;
}

static void
pseudonym_psid(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->to_be_signed_cert.app_permissions->v[1].psid = 0x20;
}

static void
strange_psid(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->to_be_signed_cert.app_permissions->v[1].psid = 0x99;
}

static void
strange_ssp(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->to_be_signed_cert.app_permissions->v[0].ssp->opaque =
	    bytes_of_string("\x90\x02");
}

static void
no_region(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->to_be_signed_cert.region = NULL;
}

static void
abroad(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->to_be_signed_cert.region->circular_region.center.latitude =
	    500000000;
}

static void
too_early(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->to_be_signed_cert.validity_period.start = 1;
}

static void
too_long(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->to_be_signed_cert.validity_period.duration.is = duration_years;
	w->info->to_be_signed_cert.validity_period.duration.years = 30;
}

static void
no_time(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->to_be_signed_cert.validity_period.duration.hours = 0;
}

static void
x_only(struct wish *w, struct arena *a)
{
	(void)a;
	w->info->to_be_signed_cert.verify_key_indicator.verification_key
	    .ecdsa_nist_p256.is = ecc_p256_curve_point_x_only;
}

static void
no_point(struct wish *w, struct arena *a)
{
	(void)a;
	memset(w->info->to_be_signed_cert.verify_key_indicator.verification_key
		   .ecdsa_nist_p256.compressed_y_0.b,
	    0xff, 32);
}

static void
no_response_point(struct wish *w, struct arena *a)
{
	(void)a;
	memset(w->info->response_encryption_key.compressed_y_0.b, 0xff, 32);
}

static void
bad_encryption_key(struct wish *w, struct arena *a)
{
	public_encryption_key *k = ARENA_NEW(a, public_encryption_key);

	k->public_key.is = base_public_encryption_key_ecies_nist_p256;
	k->public_key.ecies_nist_p256.is = ecc_p256_curve_point_compressed_y_0;
	memset(k->public_key.ecies_nist_p256.compressed_y_0.b, 0xff, 32);
	w->info->to_be_signed_cert.encryption_key = k;
}

static const struct {
	const char *name;
	void (*change)(struct wish *, struct arena *);
	int error;
} refusals[] = {
    {"foreign RA", foreign_ra, -1},
    {"foreign PCA", foreign_pca, -1},
    {"explicit", is_explicit, pca_ra_request_error_code_invalid_type},
    {"name", has_name, pca_ra_request_error_code_invalid_type},
    {"long id", long_id, pca_ra_request_error_code_invalid_type},
    {"series", own_series, pca_ra_request_error_code_invalid_type},
    {"may issue", may_issue, pca_ra_request_error_code_invalid_type},
    {"no PSID", no_permissions, pca_ra_request_error_code_invalid_psid_ssp},
    {"pseudonym", pseudonym_psid, pca_ra_request_error_code_invalid_psid_ssp},
    {"strange", strange_psid, pca_ra_request_error_code_invalid_psid_ssp},
    {"SSP", strange_ssp, pca_ra_request_error_code_invalid_psid_ssp},
    {"no region", no_region, pca_ra_request_error_code_invalid_region},
    {"abroad", abroad, pca_ra_request_error_code_invalid_region},
    {"early", too_early, pca_ra_request_error_code_invalid_validity},
    {"long", too_long, pca_ra_request_error_code_invalid_validity},
    {"no time", no_time, pca_ra_request_error_code_invalid_validity},
    {"x only", x_only, pca_ra_request_error_code_invalid_signature_public_key},
    {"no point", no_point,
	pca_ra_request_error_code_invalid_signature_public_key},
    {"response", no_response_point,
	pca_ra_request_error_code_invalid_encryption_public_key},
    {"encryption", bad_encryption_key,
	pca_ra_request_error_code_invalid_encryption_public_key},
};
enum { REFUSED = sizeof(refusals) / sizeof(refusals[0]) };

static void
each_bad_request_is_refused_and_stops_no_other(void **state)
{
	struct arena arena = arena_new(1u << 24);
	struct pca *pca = open_pca();
	struct wish w[REFUSED + 2];
	const monarch_auth_batch_reply *m;
	struct pca_counts before = counts_of(pca);
	uint8_t id[16] = {2};

	(void)state;
	for (size_t t = 0; t < REFUSED; t++) {
		wish_for(&w[t], &arena, false);
		refusals[t].change(&w[t], &arena);
		encode(&w[t], &arena);
	}
	wish_for(&w[REFUSED], &arena, false);
	/* an iterator has one length */
	wish_for(&w[REFUSED + 1], &arena, true);
	w[REFUSED + 1].info->to_be_signed_cert.validity_period.duration.hours =
	    169;
	encode(&w[REFUSED + 1], &arena);
	m = send(pca, &arena, w, REFUSED + 2, id);
	for (size_t t = 0; t < REFUSED; t++)
		if (error_of(&w[t], reply_of(&w[t], m)) != refusals[t].error)
			fail_msg("%s: %d", refusals[t].name,
			    error_of(&w[t], reply_of(&w[t], m)));
	check_certificate(&arena, &w[REFUSED], reply_of(&w[REFUSED], m));
	assert_int_equal(
	    error_of(&w[REFUSED + 1], reply_of(&w[REFUSED + 1], m)),
	    pca_ra_request_error_code_invalid_validity);
	assert_int_equal(counts_of(pca).auth_issued, before.auth_issued + 1);
	pca_free(pca);
	arena_free(&arena);
}

/* The first request of a message says what it holds. */
static void
kinds_are_never_mixed(void **state)
{
	struct arena arena = arena_new(1u << 24);
	struct arena work = arena_new(PCA_ARENA);
	struct pca *pca = open_pca();
	const struct asking how = {.arena = &arena,
	    .key = {&key[0], &key[1]},
	    .i = (uint16_t)(world.week + 2)};
	const monarch_auth_batch_reply *m;
	const scms_pdu *reply;
	struct asked both[2];
	struct wish w[2];
	struct bytes out;
	uint8_t id[16] = {3};
	size_t n;

	(void)state;
	wish_for(&w[0], &arena, false);
	ask(&both[1], &how);
	w[1] = w[0];
	w[1].octets = both[1].octets;
	memcpy(w[1].hash, both[1].hpcr, 32);
	m = send(pca, &arena, w, 2, id);
	check_certificate(&arena, &w[0], reply_of(&w[0], m));
	assert_int_equal(error_of(&w[1], reply_of(&w[1], m)),
	    pca_ra_request_error_code_invalid_certificate_request_type);
	/* and the other way round */
	both[0] = both[1];
	both[1].octets = w[0].octets;
	memcpy(both[1].hpcr, w[0].hash, 32);
	id[1] = 1;
	must(pca_answer_batch(&out, pca, &work,
	    batch_message(&arena, both, 2, id, &world.ra), &info));
	n = open_replies(&reply, &arena, out, &world, id);
	(void)check_success(&both[0], reply_to(&both[0], reply, n), &world);
	assert_int_equal(failure_of(&both[1], reply_to(&both[1], reply, n)),
	    pca_ra_request_error_code_invalid_certificate_request_type);
	pca_free(pca);
	arena_free(&work);
	arena_free(&arena);
}

/* ---- once ---- */

static void
must_be_same(const monarch_auth_reply *a, const monarch_auth_reply *b)
{
	assert_true(bytes_equal(a->reply.raw, b->reply.raw));
	assert_memory_equal(a->certificate_id->b, b->certificate_id->b, 10);
}

static void
a_request_is_answered_once(void **state)
{
	struct arena arena = arena_new(1u << 24);
	struct pca *pca = open_pca();
	const monarch_auth_batch_reply *x, *y;
	uint8_t id[16] = {4}, other[16] = {5};
	struct pca_counts before = counts_of(pca);
	struct wish w[2];

	(void)state;
	wish_for(&w[0], &arena, false);
	w[1] = w[0]; /* twice in a message */
	x = send(pca, &arena, w, 2, id);
	assert_int_equal(x->replies.n, 1);
	y = send(pca, &arena, w, 1, other);
	must_be_same(reply_of(w, x), reply_of(w, y));
	pca_free(pca);
	pca = open_pca();
	y = send(pca, &arena, w, 1, other);
	must_be_same(reply_of(w, x), reply_of(w, y));
	must(pca_confirm(
	    pca, &arena, confirm_message(&arena, other, &world.ra), &info));
	y = send(pca, &arena, w, 1, other);
	must_be_same(reply_of(w, x), reply_of(w, y));
	must(pca_confirm(
	    pca, &arena, confirm_message(&arena, id, &world.ra), &info));
	y = send(pca, &arena, w, 1, other);
	assert_int_equal(error_of(w, reply_of(w, y)), -1);
	assert_int_equal(counts_of(pca).auth_issued, before.auth_issued + 1);
	assert_int_equal(counts_of(pca).auth_pending, before.auth_pending);
	pca_free(pca);
	arena_free(&arena);
}

static void
a_single_request_is_answered_as_camp_does(void **state)
{
	const struct spdu_rules rules = {.psid = 0x23, .now = time32_now()};
	struct arena arena = arena_new(1u << 24);
	struct arena work = arena_new(PCA_ARENA);
	struct pca *pca = open_pca();
	monarch_auth_reply r = {.certificate_id = NULL};
	plaintext_certificate_response p;
	struct bytes body, out;
	struct spdu spdu;
	struct wish w;

	(void)state;
	wish_for(&w, &arena, true);
	must(request_sign(&body, &arena, w.octets, false, SIGNER_CERTIFICATE,
	    &world.ra.signer, &info));
	must(pca_answer_single(&out, pca, &work, body, &info));
	must(spdu_open(&spdu, &arena, out, world.ra.trust, &rules, &info));
	must(coer_decode(&scms_pdu_asn, &r.reply, &arena, spdu.payload, &info));
	open_response(&p, &arena, &w, &r.reply);
	assert_int_equal(
	    p.is, plaintext_certificate_response_implicit_butterfly);
	/* the batchId of its confirmation is the beginning of its HPCR */
	must(pca_confirm(
	    pca, &arena, confirm_message(&arena, w.hash, &world.ra), &info));
	must(pca_answer_single(&out, pca, &work, body, &info));
	must(spdu_open(&spdu, &arena, out, world.ra.trust, &rules, &info));
	must(coer_decode(&scms_pdu_asn, &r.reply, &arena, spdu.payload, &info));
	assert_int_equal(error_of(&w, &r), -1);
	pca_free(pca);
	arena_free(&work);
	arena_free(&arena);
}

/* ---- kills ---- */

/* Does it in a child that dies at the point; body empty: a confirmation. */
static void
die_at(const char *point, struct bytes body, struct bytes confirm)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct arena arena = arena_new(PCA_ARENA);
		struct bytes out;
		struct pca *pca;

		setenv("MONARCH_CRASH_AT", point, 1);
		if (crash_arm("pca", crash_points, &info) != FAULT_OK ||
		    pca_new(&pca, pca_dir, &conf, &world.environment, audit,
			&info) != FAULT_OK)
			_exit(3);
		if (body.n > 0)
			(void)!pca_answer_batch(&out, pca, &arena, body, &info);
		else
			(void)!pca_confirm(pca, &arena, confirm, &info);
		_exit(4);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void
a_kill_at_any_commit_loses_and_doubles_nothing(void **state)
{
	static const char *const confirming[] = {
	    "pca-confirm-issued", "pca-confirm-dropped"};
	struct arena arena = arena_new(1u << 25);
	const monarch_auth_batch_reply *x, *y;
	struct pca_counts before, after;
	struct wish w[2];
	struct bytes body, confirm;
	struct pca *pca;

	(void)state;
	for (uint8_t round = 0; round < 2; round++) {
		uint8_t id[16] = {6, round};

		wish_for(&w[0], &arena, false);
		wish_for(&w[1], &arena, true);
		body = message_of(&arena, w, 2, id);
		confirm = confirm_message(&arena, id, &world.ra);
		pca = open_pca();
		before = counts_of(pca);
		pca_free(pca);
		die_at("pca-batch-checked", body, confirm);
		pca = open_pca();
		assert_int_equal(
		    counts_of(pca).auth_issued, before.auth_issued);
		pca_free(pca);
		die_at("pca-batch-stored", body, confirm);
		pca = open_pca();
		assert_int_equal(
		    counts_of(pca).auth_issued, before.auth_issued + 2);
		x = send(pca, &arena, w, 2, id);
		y = send(pca, &arena, w, 2, id);
		for (size_t t = 0; t < 2; t++) {
			must_be_same(reply_of(&w[t], x), reply_of(&w[t], y));
			check_certificate(&arena, &w[t], reply_of(&w[t], x));
		}
		pca_free(pca);
		die_at(confirming[round], BYTES_NONE, confirm);
		pca = open_pca();
		must(pca_confirm(pca, &arena, confirm, &info));
		after = counts_of(pca);
		assert_int_equal(after.auth_issued, before.auth_issued + 2);
		assert_int_equal(after.auth_pending, before.auth_pending);
		y = send(pca, &arena, w, 2, id);
		for (size_t t = 0; t < 2; t++)
			assert_int_equal(
			    error_of(&w[t], reply_of(&w[t], y)), -1);
		pca_free(pca);
	}
	arena_free(&arena);
}

/* ---- hostile octets ---- */

/* Each octet of a good request changed, signed by the RA all the same: it is
 * not understood, or refused, or asks for something else that is fine. */
static void
changed_octets_harm_nothing(void **state)
{
	struct arena arena = arena_new(1u << 24);
	struct pca *pca = open_pca();
	size_t undecodable = 0, refused = 0, granted = 0;
	uint8_t id[16] = {7}, copy[1024];
	struct wish good, w;

	(void)state;
	wish_for(&good, &arena, false);
	srand(1);
	for (size_t at = 0; at < good.octets.n; at++) {
		struct arena one = arena_new(1u << 22), work;
		const monarch_auth_batch_reply *m;
		struct bytes out;

		memcpy(copy, good.octets.p, good.octets.n);
		copy[at] ^= (uint8_t)(1 + rand() % 255);
		w = good;
		w.octets = (struct bytes){copy, good.octets.n};
		sha256(w.hash, w.octets);
		id[1] = (uint8_t)at;
		id[2] = (uint8_t)(at >> 8);
		work = arena_new(PCA_ARENA);
		if (pca_answer_batch(&out, pca, &work,
			message_of(&one, &w, 1, id), &info) != FAULT_OK) {
			undecodable++;
		} else if (at >= 4) { /* the first four tell the kind */
			m = open_answer(&one, out, id);
			assert_int_equal(m->replies.n, 1);
			if (m->replies.v[0].certificate_id == NULL) {
				(void)error_of(&w, &m->replies.v[0]);
				refused++;
			} else {
				granted++;
			}
		}
		arena_free(&work);
		arena_free(&one);
	}
	assert_true(undecodable > 10 && refused > 50 && granted > 10);
	pca_free(pca);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(both_kinds_are_issued),
	    cmocka_unit_test(each_bad_request_is_refused_and_stops_no_other),
	    cmocka_unit_test(kinds_are_never_mixed),
	    cmocka_unit_test(a_request_is_answered_once),
	    cmocka_unit_test(a_single_request_is_answered_as_camp_does),
	    cmocka_unit_test(a_kill_at_any_commit_loses_and_doubles_nothing),
	    cmocka_unit_test(changed_octets_harm_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
