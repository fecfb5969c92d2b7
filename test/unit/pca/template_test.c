/*
 * template_test.c - what is patched into templates, or read by them, is octet
 * for octet what the general encoder makes of the same values, and what the
 * general decoder finds in the same octets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cert/perm.h"
#include "cert/profile.h"
#include "crypto/ecies.h"
#include "crypto/random.h"
#include "role/pca/pca.h"
#include "schema/monarch.h"
#include "test/unit/pca/requests.h"

static struct world world;
static struct plv_key key[2];
static struct fault_info info;

#define must(expr)                                            \
	do {                                                  \
		if ((expr) != FAULT_OK)                       \
			fail_msg("%s: %s", #expr, info.text); \
	} while (0)

/* ---- the variations that environments can have ---- */

static char name_1[] = "a", name_127[128], name_128[129], name_250[251];

struct variation {
	const uint32_t *numbers;
	size_t psids;
	struct conf_duration lifetime;
	const char *ra, *pca, *la1, *la2;
};

static const uint32_t both[] = {0x20, 0x26};
static const uint32_t six[] = {0x20, 0x26, 0x87, 0x4082, 0x204083, 0x204097};

#define HOSTS                                                      \
	"ra.monarch.test", "pca.monarch.test", "la1.monarch.test", \
	    "la2.monarch.test"

static const struct variation variations[] = {
    {both, 2, {CONF_HOURS, 169}, HOSTS},
    {both, 1, {CONF_HOURS, 1}, HOSTS},
    {six, 6, {CONF_HOURS, 169}, HOSTS},
    {both + 1, 1, {CONF_MINUTES, 65535}, HOSTS},
    {both, 2, {CONF_SECONDS, 604800 % 65536}, HOSTS},
    {both, 2, {CONF_SIXTY_HOURS, 3}, HOSTS},
    {both, 2, {CONF_YEARS, 1}, HOSTS},
    {both, 2, {CONF_HOURS, 169}, name_1, name_1, name_1, name_1},
    {both, 2, {CONF_HOURS, 169}, name_127, name_128, name_127, name_128},
    {both, 2, {CONF_HOURS, 169}, name_128, name_127, name_250, name_1},
};
enum { VARIATIONS = sizeof(variations) / sizeof(*variations) };

/* A PCA's templates, and what they were made of. */
struct templates {
	struct arena arena;
	struct environment environment;
	struct cert *cert;
	struct request_form names;
	struct cert_class class;
	const sequence_of_psid_ssp *psids;
	const geographic_region *region;
};

static const uint8_t craca_id[3] = {0xaa, 0xbb, 0xcc};

static void
templates_make(struct templates *t, const struct variation *v)
{
	static const uint16_t countries[] = {840};
	uint64_t number[6];

	memset(t, 0, sizeof(*t));
	t->arena = arena_new(1u << 20);
	t->environment = world.environment;
	t->environment.pseudonym_psids =
	    (struct conf_uints){v->numbers, v->psids};
	t->environment.pseudonym_lifetime = v->lifetime;
	must(cert_load(&t->cert, &t->arena, world.cert[WORLD_PCA], &info));
	t->names = (struct request_form){
	    .ra = v->ra, .pca = v->pca, .la = {v->la1, v->la2}};
	must(class_make(&t->class, &t->arena, &t->environment, t->cert,
	    &t->names, craca_id, &info));
	for (size_t k = 0; k < v->psids; k++)
		number[k] = v->numbers[k];
	t->psids = profile_psids(&t->arena, number, v->psids);
	t->region = profile_countries(&t->arena, countries, 1);
}

/* ---- replies ---- */

enum { REPLIES = 24 };

struct issued {
	struct scalar h; /* private, of item.h */
	struct issue_item item;
};

static void
issue_some(struct templates *t, struct issued *v)
{
	static const uint16_t edges[] = {0, 1, 0x8000, UINT16_MAX};
	struct issue_item *item[REPLIES];
	struct signer signer;
	struct issuer issuer = {.cert = t->cert, .class = &t->class};

	must(key_signer(&signer, world.sign[WORLD_PCA], t->cert, &info));
	must(key_scalar(&issuer.d, world.sign[WORLD_PCA], &info));
	issuer.signer = &signer;
	issuer_start(&issuer);
	for (size_t k = 0; k < REPLIES; k++) {
		struct scalar b;

		random_bytes(&v[k].item, sizeof(v[k].item));
		if (k < 4)
			v[k].item.i = edges[k];
		p256_generate(&b, &v[k].item.b, 1);
		p256_generate(&v[k].h, &v[k].item.h, 1);
		v[k].item.reply = arena_alloc(&t->arena, t->class.reply.n, 1);
		item[k] = &v[k].item;
	}
	must(issue_batch(&issuer, item, REPLIES, &info));
	issuer_stop(&issuer);
}

static void
put_point(ecc_p256_curve_point *out, const struct compressed *p)
{
	out->is = p->y_bit ? ecc_p256_curve_point_compressed_y_1
			   : ecc_p256_curve_point_compressed_y_0;
	memcpy(out->compressed_y_0.b, p->x, 32);
}

static duration
lifetime_of(const struct templates *t)
{
	const struct conf_duration *d = &t->environment.pseudonym_lifetime;
	duration out = {.is = (enum duration_tag)d->unit};

	out.hours = d->n;
	return out;
}

/* The general encoder's octets of what the device decrypts. */
static struct bytes
plain_of(struct templates *t, const struct issue_item *item,
    const ecc_p256_curve_point *P_U, const uint8_t r[32])
{
	plaintext_certificate_response p = {
	    .is = plaintext_certificate_response_implicit_butterfly};
	certificate *c = &p.implicit_butterfly.certificate;
	to_be_signed_certificate *tbs = &c->to_be_signed;
	ieee1609_dot2_data d = {.protocol_version = 3};
	struct bytes out;

	c->version = 3;
	c->type = certificate_type_implicit;
	c->issuer.is = issuer_identifier_sha256_and_digest;
	memcpy(c->issuer.sha256_and_digest.b, t->cert->id, 8);
	tbs->id.is = certificate_id_linkage_data;
	tbs->id.linkage_data.i_cert = item->i;
	memcpy(tbs->id.linkage_data.linkage_value.b, item->lv.b, 9);
	memcpy(tbs->craca_id.b, craca_id, 3);
	tbs->crl_series = 1;
	tbs->validity_period.start = item->start;
	tbs->validity_period.duration = lifetime_of(t);
	tbs->region = (geographic_region *)(uintptr_t)t->region;
	tbs->app_permissions = (sequence_of_psid_ssp *)(uintptr_t)t->psids;
	tbs->verify_key_indicator.is =
	    verification_key_indicator_reconstruction_value;
	tbs->verify_key_indicator.reconstruction_value = *P_U;
	memcpy(p.implicit_butterfly.priv_key_reconstruction_s.b, r, 32);
	d.content.is = ieee1609_dot2_content_unsecured_data;
	must(coer_encode_new(&d.content.unsecured_data, &t->arena,
	    &plaintext_certificate_response_asn, &p, &info));
	must(coer_encode_new(
	    &out, &t->arena, &ieee1609_dot2_data_asn, &d, &info));
	return out;
}

/* The general encoder's octets of the inner, encrypted response. */
static struct bytes
tbs_response_of(struct templates *t, const struct issue_item *item,
    const recipient_info *to, const aes_ccm_ciphertext *text)
{
	psid_ssp security = {.psid = PSID_SECURITY};
	to_be_signed_encrypted_certificate_response r = {
	    .psid_ssp = {1, &security},
	    .expiration = item->start + t->class.lifetime,
	    .lifetime = lifetime_of(t)};
	encrypted_data *e = &r.encrypted_cert.content.encrypted_data;
	struct bytes out;

	r.encrypted_cert.protocol_version = 3;
	r.encrypted_cert.content.is = ieee1609_dot2_content_encrypted_data;
	e->recipients.n = 1;
	e->recipients.v = (recipient_info *)(uintptr_t)to;
	e->ciphertext.is = symmetric_ciphertext_aes128ccm;
	e->ciphertext.aes128ccm = *text;
	must(coer_encode_new(&out, &t->arena,
	    &to_be_signed_encrypted_certificate_response_asn, &r, &info));
	return out;
}

/* The general encoder's octets of the whole reply. */
static struct bytes
reply_of(struct templates *t, const struct issue_item *item,
    struct bytes tbs_response, const ecdsa_p256_signature *sig)
{
	scms_pdu pdu = {.version = 1};
	pca_ra_cert_response_msg *m = &pdu.content.pca_ra.pca_ra_cert_response;
	ieee1609_dot2_data *d = &m->reply.success.signed_encrypted;
	signed_data *s = &d->content.signed_data;
	ieee1609_dot2_data payload = {.protocol_version = 3};
	struct bytes out;

	pdu.content.is = scms_pdu_content_pca_ra;
	pdu.content.pca_ra.is = pca_ra_interface_pdu_pca_ra_cert_response;
	m->version = 1;
	memcpy(m->request_hash.b, item->request_hash, 8);
	m->pca_id = bytes_of_string(t->names.pca);
	m->reply.is = pca_ra_cert_response_msg_reply_success;
	m->reply.success.is =
	    pca_ra_cert_response_msg_reply_success_value_signed_encrypted;
	payload.content.is = ieee1609_dot2_content_unsecured_data;
	payload.content.unsecured_data = tbs_response;
	d->protocol_version = 3;
	d->content.is = ieee1609_dot2_content_signed_data;
	s->hash_id = hash_algorithm_sha256;
	s->tbs_data.payload.data = &payload;
	s->tbs_data.header_info.psid = PSID_SECURITY;
	s->signer.is = signer_identifier_digest;
	memcpy(s->signer.digest.b, t->cert->id, 8);
	s->signature.is = signature_ecdsa_nist_p256_signature;
	s->signature.ecdsa_nist_p256_signature = *sig;
	must(coer_encode_new(&out, &t->arena, &scms_pdu_asn, &pdu, &info));
	return out;
}

/* HashedId8 of the response key, encoded by the general encoder. */
static void
recipient_of(uint8_t out[8], struct templates *t, const struct point *h)
{
	public_encryption_key k = {
	    .supported_symm_alg = symm_algorithm_aes128_ccm};
	struct compressed c;
	struct bytes coer;

	point_compress(&c, h);
	k.public_key.is = base_public_encryption_key_ecies_nist_p256;
	put_point(&k.public_key.ecies_nist_p256, &c);
	must(coer_encode_new(
	    &coer, &t->arena, &public_encryption_key_asn, &k, &info));
	sha256_id(out, 8, coer);
}

static struct bytes
decrypt(struct templates *t, const recipient_info *to,
    const aes_ccm_ciphertext *text, const struct scalar *h)
{
	const ecies_p256_encrypted_key *k =
	    &to->rek_recip_info.enc_key.ecies_nist_p256;
	struct ecies e = {
	    .v.y_bit = k->v.is == ecc_p256_curve_point_compressed_y_1};
	size_t n = text->ccm_ciphertext.n - CCM_TAG_SIZE;
	struct bytes out = {arena_alloc(&t->arena, n, 1), n};
	struct key16 key16;
	struct ccm_item item = {key16.b, text->nonce.b, text->ccm_ciphertext,
	    (uint8_t *)(uintptr_t)out.p};

	memcpy(e.v.x, k->v.compressed_y_0.b, 32);
	memcpy(e.c, k->c.b, 16);
	memcpy(e.t, k->t.b, 16);
	must(ecies_decrypt(&key16, &e, h, sha256_of_nothing, NULL, 1));
	must(ccm_open(&item, NULL, 1));
	return out;
}

static void
check_plain(
    struct templates *t, const struct issue_item *item, struct bytes plain)
{
	plaintext_certificate_response p;
	ieee1609_dot2_data d;
	struct bytes again;

	must(coer_decode(&ieee1609_dot2_data_asn, &d, &t->arena, plain, &info));
	must(coer_decode(&plaintext_certificate_response_asn, &p, &t->arena,
	    d.content.unsecured_data, &info));
	again = plain_of(t, item,
	    &p.implicit_butterfly.certificate.to_be_signed.verify_key_indicator
		 .reconstruction_value,
	    p.implicit_butterfly.priv_key_reconstruction_s.b);
	assert_int_equal(plain.n, again.n);
	assert_memory_equal(plain.p, again.p, plain.n);
}

static void
check_reply(struct templates *t, const struct issued *v)
{
	struct bytes reply = {v->item.reply, t->class.reply.n}, again;
	scms_pdu *pdu = ARENA_NEW(&t->arena, scms_pdu);
	to_be_signed_encrypted_certificate_response r;
	const encrypted_data *e = &r.encrypted_cert.content.encrypted_data;
	const signed_data *s;
	uint8_t id[8];

	assert_true(v->item.ok);
	must(coer_decode(&scms_pdu_asn, pdu, &t->arena, reply, &info));
	s = &pdu->content.pca_ra.pca_ra_cert_response.reply.success
		 .signed_encrypted.content.signed_data;
	must(coer_decode(&to_be_signed_encrypted_certificate_response_asn, &r,
	    &t->arena, s->tbs_data.payload.data->content.unsecured_data,
	    &info));
	recipient_of(id, t, &v->item.h);
	assert_memory_equal(
	    e->recipients.v[0].rek_recip_info.recipient_id.b, id, 8);
	again = tbs_response_of(
	    t, &v->item, &e->recipients.v[0], &e->ciphertext.aes128ccm);
	again = reply_of(
	    t, &v->item, again, &s->signature.ecdsa_nist_p256_signature);
	assert_int_equal(reply.n, again.n);
	assert_memory_equal(reply.p, again.p, reply.n);
	check_plain(t, &v->item,
	    decrypt(t, &e->recipients.v[0], &e->ciphertext.aes128ccm, &v->h));
}

static void
replies_are_what_the_general_encoder_makes(void **state)
{
	static struct issued v[REPLIES];
	struct templates t;
	unsigned y[2] = {0, 0};

	(void)state;
	for (size_t k = 0; k < VARIATIONS; k++) {
		templates_make(&t, &variations[k]);
		issue_some(&t, v);
		for (size_t m = 0; m < REPLIES; m++) {
			check_reply(&t, &v[m]);
			y[v[m].item.h.y[31] & 1]++;
		}
		arena_free(&t.arena);
	}
	assert_true(y[0] > 0 && y[1] > 0); /* both kinds of points */
}

/* ---- requests ---- */

static void
same_plv(const struct sealed_plv *a, const struct sealed_plv *b)
{
	assert_memory_equal(a->octets, b->octets, PLV_OCTETS);
	assert_int_equal(a->la_id - a->octets, b->la_id - b->octets);
	assert_int_equal(a->key_id - a->octets, b->key_id - b->octets);
	assert_int_equal(a->data.nonce - a->octets, b->data.nonce - b->octets);
	assert_null(a->data.key);
}

/* Parts of a PLV are where the general decoder finds them. */
static void
right_plv(const struct sealed_plv *a, const encrypted_individual_plv *in)
{
	struct symm_data d;
	const uint8_t *id;

	assert_true(symm_data_of(&d, &id, &in->enc_plv));
	assert_memory_equal(a->la_id, in->la_id.b, 2);
	assert_memory_equal(a->key_id, id, 8);
	assert_memory_equal(a->data.key_nonce, d.key_nonce, CCM_NONCE_SIZE);
	assert_memory_equal(a->data.nonce, d.nonce, CCM_NONCE_SIZE);
	assert_true(bytes_equal(a->data.wrapped, d.wrapped));
	assert_true(bytes_equal(a->data.ciphertext, d.ciphertext));
}

static void
same_point(const struct asked_point *a, const struct asked_point *b)
{
	assert_memory_equal(a->x, b->x, 32);
	assert_memory_equal(a->y, b->y, 32);
}

/* What the template reads, the general decoder reads too. */
static void
check_both_ways(const struct request_template *t, struct bytes octets)
{
	struct arena arena = arena_new(1u << 18);
	scms_pdu *pdu = ARENA_NEW(&arena, scms_pdu);
	const pseudonym_cert_request_info *m =
	    &pdu->content.pca_ra.ra_pca_cert_request.cert_request_info
		 .pseudonym_cert_req;
	struct pca_request a, b;

	assert_int_equal(octets.n, t->pdu.n);
	assert_true(request_take(&a, t, octets.p));
	must(coer_decode(&scms_pdu_asn, pdu, &arena, octets, &info));
	must(request_of_pdu(&b, &arena, t, pdu, &info));
	assert_true(bytes_equal(a.octets, b.octets));
	assert_int_equal(a.refusal, REFUSED_NOT);
	assert_int_equal(b.refusal, REFUSED_NOT);
	assert_int_equal(a.i, b.i);
	same_point(&a.b, &b.b);
	same_point(&a.h, &b.h);
	for (size_t k = 0; k < 2; k++)
		same_plv(&a.plv[k], &b.plv[k]);
	right_plv(&a.plv[0], &m->enc_plv1);
	right_plv(&a.plv[1], &m->enc_plv2);
	arena_free(&arena);
}

/* Names and permissions of the variation that is tested. */
static const struct templates *varied;

static void
change_names(ra_pca_cert_request_msg *m, struct arena *arena)
{
	pseudonym_cert_request_info *p =
	    &m->cert_request_info.pseudonym_cert_req;

	(void)arena;
	m->ra_id = bytes_of_string(varied->names.ra);
	p->pca_id = bytes_of_string(varied->names.pca);
	p->la1_id = bytes_of_string(varied->names.la[0]);
	p->la2_id = bytes_of_string(varied->names.la[1]);
	p->psid_ssp = *varied->psids;
}

static struct asking
asking_for(struct templates *t, uint16_t i)
{
	varied = t;
	return (struct asking){.arena = &t->arena,
	    .key = {&key[0], &key[1]},
	    .i = i,
	    .change = change_names};
}

static void
requests_are_read_as_the_general_decoder_reads_them(void **state)
{
	static const uint16_t i[] = {0, 1, 600, UINT16_MAX};
	struct templates t;
	struct asked a;

	(void)state;
	for (size_t k = 0; k < VARIATIONS; k++) {
		templates_make(&t, &variations[k]);
		for (size_t m = 0; m < 4; m++) {
			struct asking how = asking_for(&t, i[m]);

			ask(&a, &how);
			check_both_ways(&t.class.request, a.octets);
		}
		arena_free(&t.arena);
	}
}

/* The template takes no octets that the general decoder reads otherwise. */
static void
each_changed_octet_is_free_or_not_taken(void **state)
{
	struct pca_request r;
	struct templates t;
	struct asking how;
	struct asked a;
	size_t taken = 0;

	(void)state;
	templates_make(&t, &variations[0]);
	how = asking_for(&t, 700);
	ask(&a, &how);
	for (size_t at = 0; at < a.octets.n; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			uint8_t *p = (uint8_t *)(uintptr_t)a.octets.p + at;

			*p ^= (uint8_t)(1u << bit);
			if (request_take(&r, &t.class.request, a.octets.p)) {
				check_both_ways(&t.class.request, a.octets);
				taken++;
			}
			*p ^= (uint8_t)(1u << bit);
		}
	/* i, two points, and of each PLV all but its constant octets */
	assert_int_equal(
	    taken, 8 * (2 + 128 + 2 * (2 + 8 + 12 + 32 + 12 + 27)));
	arena_free(&t.arena);
}

static void
other_forms_go_through_the_general_decoder(void **state)
{
	struct pca_request r;
	struct templates t;
	struct asking how;
	struct asked a;
	scms_pdu *pdu;

	(void)state;
	templates_make(&t, &variations[0]);
	pdu = ARENA_NEW(&t.arena, scms_pdu);
	how = asking_for(&t, 700);
	how.compressed = true;
	ask(&a, &how);
	assert_true(a.octets.n < t.class.request.pdu.n);
	must(coer_decode(&scms_pdu_asn, pdu, &t.arena, a.octets, &info));
	must(request_of_pdu(&r, &t.arena, &t.class.request, pdu, &info));
	assert_int_equal(r.refusal, REFUSED_NOT);
	assert_non_null(r.b.x);
	assert_null(r.b.y);
	assert_non_null(r.plv[1].octets);
	/* a PLV of another size is no PLV of an LA */
	pdu->content.pca_ra.ra_pca_cert_request.cert_request_info
	    .pseudonym_cert_req.enc_plv2.enc_plv.ciphertext.aes128ccm
	    .ccm_ciphertext.n--;
	must(request_of_pdu(&r, &t.arena, &t.class.request, pdu, &info));
	assert_int_equal(r.refusal, REFUSED_NOT);
	assert_non_null(r.plv[0].octets);
	assert_null(r.plv[1].octets);
	arena_free(&t.arena);
}

static int
set_up(void **state)
{
	(void)state;
	memset(name_127, 'x', sizeof(name_127) - 1);
	memset(name_128, 'y', sizeof(name_128) - 1);
	memset(name_250, 'z', sizeof(name_250) - 1);
	world_make(&world);
	world_share_key(&world, WORLD_LA1, &key[0]);
	world_share_key(&world, WORLD_LA2, &key[1]);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_remove(&world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replies_are_what_the_general_encoder_makes),
	    cmocka_unit_test(
		requests_are_read_as_the_general_decoder_reads_them),
	    cmocka_unit_test(each_changed_octet_is_free_or_not_taken),
	    cmocka_unit_test(other_forms_go_through_the_general_decoder),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
