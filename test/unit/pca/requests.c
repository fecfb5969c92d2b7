/* requests.c - requests to a PCA, and the check of what comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>

#include "base/time32.h"
#include "cert/profile.h"
#include "cert/request.h"
#include "cert/spdu.h"
#include "crypto/random.h"
#include "schema/monarch.h"
#include "test/unit/pca/requests.h"

static _Thread_local struct fault_info info;

#define must(expr)                                            \
	do {                                                  \
		if ((expr) != FAULT_OK)                       \
			fail_msg("%s: %s", #expr, info.text); \
	} while (0)

/* ---- plain OpenSSL ---- */

static void
evp_sha256(uint8_t out[32], const void *p, size_t n)
{
	assert_int_equal(EVP_Digest(p, n, out, NULL, EVP_sha256(), NULL), 1);
}

static void
evp_plv(struct lv *out, const uint8_t seed[16], uint8_t id, uint8_t j)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t block[16] = {0, id, 0, 0, 0, j}, e[32];
	int n;

	EVP_EncryptInit_ex(c, EVP_aes_128_ecb(), NULL, seed, NULL);
	EVP_EncryptUpdate(c, e, &n, block, 16);
	for (n = 0; n < 9; n++)
		out->b[n] = e[n] ^ block[n];
	EVP_CIPHER_CTX_free(c);
}

static const EC_GROUP *
group(void)
{
	static EC_GROUP *g;

	if (g == NULL)
		g = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	return g;
}

static EC_POINT *
evp_point(uint8_t first, const uint8_t *rest, size_t n)
{
	EC_POINT *p = EC_POINT_new(group());
	uint8_t sec1[65];

	sec1[0] = first;
	memcpy(sec1 + 1, rest, n);
	assert_int_equal(EC_POINT_oct2point(group(), p, sec1, n + 1, NULL), 1);
	return p;
}

/* A compressed point of the schema. */
static EC_POINT *
schema_point(const ecc_p256_curve_point *in)
{
	assert_true(in->is == ecc_p256_curve_point_compressed_y_0 ||
		    in->is == ecc_p256_curve_point_compressed_y_1);
	return in->is == ecc_p256_curve_point_compressed_y_0
		   ? evp_point(2, in->compressed_y_0.b, 32)
		   : evp_point(3, in->compressed_y_1.b, 32);
}

static void
evp_x(uint8_t out[32], const EC_POINT *p)
{
	BIGNUM *x = BN_new();

	assert_int_equal(
	    EC_POINT_get_affine_coordinates(group(), p, x, NULL, NULL), 1);
	BN_bn2binpad(x, out, 32);
	BN_free(x);
}

/* SHA-256 (SHA-256 (data) || SHA-256 (signer)). */
static void
to_sign(uint8_t out[32], struct bytes data, struct bytes signer)
{
	uint8_t both[64];

	evp_sha256(both, data.p, data.n);
	evp_sha256(both + 32, signer.p, signer.n);
	evp_sha256(out, both, sizeof(both));
}

/* ECDSA by its definition: x of (e/s) G + (r/s) Q is r. */
static bool
evp_verify(const EC_POINT *Q, const uint8_t e[32], const uint8_t r[32],
    const uint8_t s[32])
{
	const BIGNUM *n = EC_GROUP_get0_order(group());
	BN_CTX *c = BN_CTX_new();
	BIGNUM *be = BN_bin2bn(e, 32, NULL), *br = BN_bin2bn(r, 32, NULL);
	BIGNUM *bs = BN_bin2bn(s, 32, NULL), *x = BN_new();
	EC_POINT *p = EC_POINT_new(group());
	bool good;

	assert_non_null(BN_mod_inverse(bs, bs, n, c));
	BN_mod_mul(be, be, bs, n, c);
	BN_mod_mul(bs, br, bs, n, c);
	EC_POINT_mul(group(), p, be, Q, bs, c);
	EC_POINT_get_affine_coordinates(group(), p, x, NULL, c);
	BN_nnmod(x, x, n, c);
	good = BN_cmp(x, br) == 0;
	BN_free(be);
	BN_free(br);
	BN_free(bs);
	BN_free(x);
	EC_POINT_free(p);
	BN_CTX_free(c);
	return good;
}

/* ---- requests ---- */

static void
put_point(ecc_p256_curve_point *out, const struct point *p, bool compressed)
{
	if (!compressed) {
		out->is = ecc_p256_curve_point_uncompressed_p256;
		memcpy(out->uncompressed_p256.x.b, p->x, 32);
		memcpy(out->uncompressed_p256.y.b, p->y, 32);
		return;
	}
	out->is = p->y[31] & 1 ? ecc_p256_curve_point_compressed_y_1
			       : ecc_p256_curve_point_compressed_y_0;
	memcpy(out->compressed_y_0.b, p->x, 32);
}

/* Both PLVs of seeds that the test draws, and their sum. */
static void
put_plvs(
    struct asked *out, pseudonym_cert_request_info *m, const struct asking *how)
{
	encrypted_individual_plv *to[2] = {&m->enc_plv1, &m->enc_plv2};
	uint8_t seed[16] = {0}, sealed[PLV_OCTETS];
	struct plv plv = {.i = how->i};
	struct bytes copy;

	memset(&out->lv, 0, sizeof(out->lv));
	for (uint8_t t = 0; t < 2; t++) {
		if (!how->same_lv)
			random_bytes(seed, sizeof(seed));
		evp_plv(&plv.value, seed, (uint8_t)(t + 1), 3);
		for (size_t k = 0; k < 9; k++)
			out->lv.b[k] ^= plv.value.b[k];
		plv_seal(sealed, (const uint8_t[]){0, (uint8_t)(t + 1)},
		    &how->key[t]->symm, &plv, 1);
		copy = bytes_copy(how->arena, BYTES(sealed));
		must(coer_decode(&encrypted_individual_plv_asn, to[t],
		    how->arena, copy, &info));
	}
}

static void
put_common(ra_pca_cert_request_msg *m, const struct asking *how)
{
	static const uint64_t psids[] = {0x20, 0x26};
	static const uint16_t countries[] = {840};
	pseudonym_cert_request_info *p =
	    &m->cert_request_info.pseudonym_cert_req;

	m->version = 1;
	m->ra_id = bytes_of_string("ra.monarch.test");
	m->cert_request_info.is =
	    ra_pca_cert_request_msg_cert_request_info_pseudonym_cert_req;
	p->psid_ssp = *profile_psids(how->arena, psids, 2);
	p->region = profile_countries(how->arena, countries, 1);
	p->i_value = how->i;
	p->pca_id = bytes_of_string("pca.monarch.test");
	p->la1_id = bytes_of_string("la1.monarch.test");
	p->la2_id = bytes_of_string("la2.monarch.test");
}

void
ask(struct asked *out, const struct asking *how)
{
	scms_pdu pdu = {.version = 1};
	ra_pca_cert_request_msg *m = &pdu.content.pca_ra.ra_pca_cert_request;
	pseudonym_cert_request_info *p =
	    &m->cert_request_info.pseudonym_cert_req;
	struct point point;

	pdu.content.is = scms_pdu_content_pca_ra;
	pdu.content.pca_ra.is = pca_ra_interface_pdu_ra_pca_cert_request;
	put_common(m, how);
	out->i = how->i;
	p256_generate(&out->b, &point, 1);
	put_point(&p->sig_butterfly_key_b, &point, how->compressed);
	p256_generate(&out->h, &point, 1);
	put_point(&p->enc_butterfly_key_h, &point, how->compressed);
	put_plvs(out, p, how);
	if (how->change != NULL)
		how->change(m, how->arena);
	must(coer_encode_new(
	    &out->octets, how->arena, &scms_pdu_asn, &pdu, &info));
	evp_sha256(out->hpcr, out->octets.p, out->octets.n);
}

void
ask_many(struct asked *out, size_t n, const struct asking *how)
{
	struct asking one = *how;

	for (size_t t = 0; t < n; t++) {
		one.compressed = t % 3 == 0;
		ask(&out[t], &one);
	}
}

static struct bytes
sign(struct arena *arena, struct bytes payload, const struct component *by)
{
	const struct spdu_header header = {.psid = 0x23};
	struct bytes out;

	must(spdu_sign(
	    &out, arena, &header, payload, SIGNER_DIGEST, &by->signer, &info));
	return out;
}

struct bytes
batch_message(struct arena *arena, const struct asked *a, size_t n,
    const uint8_t batch_id[16], const struct component *signer)
{
	size_t size = 64;
	struct writer w;
	uint8_t *memory;

	for (size_t t = 0; t < n; t++)
		size += a[t].octets.n;
	memory = arena_alloc(arena, size, 1);
	assert_non_null(memory);
	w = writer_of(memory, size);
	write_uint(&w, 1, 1);
	write_span(&w, batch_id, 16);
	write_uint(&w, n > 255 ? 2 : 1, 1);
	write_uint(&w, n, n > 255 ? 2 : 1);
	for (size_t t = 0; t < n; t++)
		write_bytes(&w, a[t].octets);
	assert_false(w.failed);
	return sign(arena, writer_done(&w), signer);
}

struct bytes
confirm_message(struct arena *arena, const uint8_t batch_id[16],
    const struct component *signer)
{
	uint8_t octet[17] = {1};

	memcpy(octet + 1, batch_id, 16);
	return sign(arena, bytes_copy(arena, BYTES(octet)), signer);
}

struct bytes
single_message(
    struct arena *arena, const struct asked *a, const struct component *signer)
{
	struct bytes out;

	must(request_sign(&out, arena, a->octets, false, SIGNER_CERTIFICATE,
	    &signer->signer, &info));
	return out;
}

/* ---- replies ---- */

size_t
open_replies(const scms_pdu **out, struct arena *arena, struct bytes answer,
    const struct world *w, const uint8_t batch_id[16])
{
	const struct spdu_rules rules = {.psid = 0x23, .now = time32_now()};
	monarch_certificate_batch_reply *m =
	    ARENA_NEW(arena, monarch_certificate_batch_reply);
	struct bytes again;
	struct spdu spdu;

	must(spdu_open(&spdu, arena, answer, w->ra.trust, &rules, &info));
	assert_string_equal(cert_name(arena, spdu.signer), "pca.monarch.test");
	must(coer_decode(&monarch_certificate_batch_reply_asn, m, arena,
	    spdu.payload, &info));
	must(coer_encode_new(
	    &again, arena, &monarch_certificate_batch_reply_asn, m, &info));
	assert_true(bytes_equal(again, spdu.payload));
	assert_memory_equal(m->batch_id.b, batch_id, 16);
	*out = m->replies.v;
	return m->replies.n;
}

static const pca_ra_cert_response_msg *
message_of(const scms_pdu *pdu)
{
	assert_int_equal(pdu->content.is, scms_pdu_content_pca_ra);
	assert_int_equal(
	    pdu->content.pca_ra.is, pca_ra_interface_pdu_pca_ra_cert_response);
	return &pdu->content.pca_ra.pca_ra_cert_response;
}

const scms_pdu *
reply_to(const struct asked *a, const scms_pdu *reply, size_t n)
{
	for (size_t t = 0; t < n; t++)
		if (memcmp(message_of(&reply[t])->request_hash.b, a->hpcr + 24,
			8) == 0)
			return &reply[t];
	return NULL;
}

int
failure_of(const struct asked *a, const scms_pdu *pdu)
{
	const pca_ra_cert_response_msg *m;
	const pca_ra_error *e;

	assert_non_null(pdu);
	m = message_of(pdu);
	assert_memory_equal(m->request_hash.b, a->hpcr + 24, 8);
	assert_int_equal(m->reply.is, pca_ra_cert_response_msg_reply_failure);
	assert_int_equal(m->reply.failure.is, scms_error_pca_ra);
	e = &m->reply.failure.pca_ra;
	return e->is == pca_ra_error_pca_ra_base_error
		   ? -1
		   : (int)e->pca_ra_request_error;
}

/* The inner signature, over what the device gets. */
static void
check_signature(const ieee1609_dot2_data *d, const struct cert *pca,
    struct bytes pca_octets)
{
	const signed_data *s = &d->content.signed_data;
	const ecdsa_p256_signature *g = &s->signature.ecdsa_nist_p256_signature;
	EC_POINT *Q;
	uint8_t e[32], hash[32];

	assert_int_equal(d->content.is, ieee1609_dot2_content_signed_data);
	assert_int_equal(s->hash_id, hash_algorithm_sha256);
	assert_int_equal(s->tbs_data.header_info.psid, 0x23);
	assert_null(s->tbs_data.header_info.generation_time);
	assert_int_equal(s->signer.is, signer_identifier_digest);
	evp_sha256(hash, pca_octets.p, pca_octets.n);
	assert_memory_equal(s->signer.digest.b, hash + 24, 8);
	assert_int_equal(g->r_sig.is, ecc_p256_curve_point_x_only);
	to_sign(e, s->tbs_data.raw, pca_octets);
	Q = schema_point(
	    &pca->tbs->verify_key_indicator.verification_key.ecdsa_nist_p256);
	assert_true(evp_verify(Q, e, g->r_sig.x_only.b, g->s_sig.b));
	EC_POINT_free(Q);
}

/* HashedId8 of 00 80 and the compressed point. */
static void
check_recipient(const hashed_id8 *id, const BIGNUM *h)
{
	EC_POINT *H = EC_POINT_new(group());
	uint8_t coer[35] = {0, 0x80}, hash[32];

	EC_POINT_mul(group(), H, h, NULL, NULL, NULL);
	assert_int_equal(EC_POINT_point2oct(group(), H,
			     POINT_CONVERSION_COMPRESSED, coer + 2, 33, NULL),
	    33);
	coer[2] |= 0x80;
	evp_sha256(hash, coer, sizeof(coer));
	assert_memory_equal(id->b, hash + 24, 8);
	EC_POINT_free(H);
}

/* ECIES with P1 = SHA-256 (""), then AES-CCM. */
static struct bytes
decrypt(struct arena *arena, const encrypted_data *in, const struct asked *a)
{
	const pk_recipient_info *to = &in->recipients.v[0].rek_recip_info;
	const ecies_p256_encrypted_key *k = &to->enc_key.ecies_nist_p256;
	const struct bytes text = in->ciphertext.aes128ccm.ccm_ciphertext;
	BIGNUM *h = BN_bin2bn(a->h.b, 32, NULL);
	EC_POINT *V = schema_point(&k->v);
	uint8_t z[68], kb[64], tag[32], key[16];
	uint8_t *plain = arena_alloc(arena, text.n, 1);
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n = (int)text.n - 16, got;

	assert_int_equal(in->recipients.n, 1);
	assert_int_equal(in->recipients.v[0].is, recipient_info_rek_recip_info);
	check_recipient(&to->recipient_id, h);
	EC_POINT_mul(group(), V, NULL, V, h, NULL);
	evp_x(z, V);
	evp_sha256(z + 36, "", 0);
	for (uint8_t t = 1; t <= 2; t++) {
		memcpy(z + 32, (uint8_t[]){0, 0, 0, t}, 4);
		evp_sha256(kb + 32 * (t - 1), z, sizeof(z));
	}
	HMAC(EVP_sha256(), kb + 16, 32, k->c.b, 16, tag, NULL);
	assert_memory_equal(tag, k->t.b, 16);
	for (int t = 0; t < 16; t++)
		key[t] = kb[t] ^ k->c.b[t];
	EVP_DecryptInit_ex(c, EVP_aes_128_ccm(), NULL, NULL, NULL);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL);
	EVP_CIPHER_CTX_ctrl(
	    c, EVP_CTRL_AEAD_SET_TAG, 16, (void *)(uintptr_t)(text.p + n));
	EVP_DecryptInit_ex(
	    c, NULL, NULL, key, in->ciphertext.aes128ccm.nonce.b);
	EVP_DecryptUpdate(c, NULL, &got, NULL, n);
	assert_int_equal(EVP_DecryptUpdate(c, plain, &got, text.p, n), 1);
	EVP_CIPHER_CTX_free(c);
	EC_POINT_free(V);
	BN_free(h);
	return (struct bytes){plain, (size_t)n};
}

/* d = e*b + r is the private key of e*P_U + Q_CA. */
static void
check_key(const certificate *c, const uint8_t r[32], const struct asked *a,
    const struct cert *pca, struct bytes pca_octets)
{
	const BIGNUM *n = EC_GROUP_get0_order(group());
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *e, *d = BN_bin2bn(a->b.b, 32, NULL);
	BIGNUM *br = BN_bin2bn(r, 32, NULL);
	EC_POINT *left = EC_POINT_new(group());
	EC_POINT *right = schema_point(
	    &c->to_be_signed.verify_key_indicator.reconstruction_value);
	EC_POINT *Q = schema_point(
	    &pca->tbs->verify_key_indicator.verification_key.ecdsa_nist_p256);
	uint8_t hash[32];

	to_sign(hash, c->to_be_signed.raw, pca_octets);
	e = BN_bin2bn(hash, 32, NULL);
	BN_mod_mul(d, d, e, n, ctx);
	BN_mod_add(d, d, br, n, ctx);
	EC_POINT_mul(group(), left, d, NULL, NULL, ctx);
	EC_POINT_mul(group(), right, NULL, right, e, ctx);
	EC_POINT_add(group(), right, right, Q, ctx);
	assert_int_equal(EC_POINT_cmp(group(), left, right, ctx), 0);
	BN_free(e);
	BN_free(d);
	BN_free(br);
	EC_POINT_free(left);
	EC_POINT_free(right);
	EC_POINT_free(Q);
	BN_CTX_free(ctx);
}

static void
check_certificate(struct arena *arena, const certificate *c,
    const struct asked *a, const struct world *w, const struct cert *root)
{
	const to_be_signed_certificate *t = &c->to_be_signed;
	const uint32_t week = 604800, zero = 347619603;
	struct cert *cert;

	assert_int_equal(t->id.is, certificate_id_linkage_data);
	assert_int_equal(t->id.linkage_data.i_cert, a->i);
	assert_memory_equal(t->id.linkage_data.linkage_value.b, a->lv.b, 9);
	assert_null(t->id.linkage_data.group_linkage_value);
	assert_memory_equal(t->craca_id.b, root->id + 5, 3);
	assert_int_equal(t->crl_series, 1);
	assert_int_equal(t->validity_period.start, zero + a->i * week);
	assert_int_equal(t->validity_period.duration.is, duration_hours);
	assert_int_equal(t->validity_period.duration.hours, 169);
	assert_int_equal(t->region->identified_region.n, 1);
	assert_int_equal(t->region->identified_region.v[0].country_only, 840);
	assert_int_equal(t->app_permissions->n, 2);
	assert_int_equal(t->app_permissions->v[0].psid, 0x20);
	assert_int_equal(t->app_permissions->v[1].psid, 0x26);
	assert_int_equal(t->app_permissions->v[0].ssp->opaque.n, 0);
	must(cert_of(&cert, arena, c, &info));
	must(profile_check(PROFILE_PSEUDONYM, cert, &info));
	must(trust_check_chain(NULL, w->ra.trust, cert, TRUST_ANY_TIME, &info));
}

size_t
check_success(const struct asked *a, const scms_pdu *pdu, const struct world *w)
{
	struct arena arena = arena_new(1u << 20);
	to_be_signed_encrypted_certificate_response r;
	plaintext_certificate_response p;
	const ieee1609_dot2_data *d;
	ieee1609_dot2_data inner;
	struct cert *pca, *root;
	struct bytes plain;
	size_t n;

	assert_non_null(pdu);
	assert_int_equal(
	    message_of(pdu)->reply.is, pca_ra_cert_response_msg_reply_success);
	d = &message_of(pdu)->reply.success.signed_encrypted;
	n = d->raw.n;
	must(cert_load(&pca, &arena, w->cert[WORLD_PCA], &info));
	must(cert_load(&root, &arena, w->cert[WORLD_ROOT], &info));
	check_signature(d, pca, w->cert[WORLD_PCA]);
	must(coer_decode(&to_be_signed_encrypted_certificate_response_asn, &r,
	    &arena,
	    d->content.signed_data.tbs_data.payload.data->content
		.unsecured_data,
	    &info));
	assert_int_equal(r.psid_ssp.n, 1);
	assert_int_equal(r.psid_ssp.v[0].psid, 0x23);
	assert_null(r.psid_ssp.v[0].ssp);
	assert_int_equal(r.lifetime.is, duration_hours);
	assert_int_equal(r.lifetime.hours, 169);
	assert_int_equal(r.expiration, 347619603 + a->i * 604800 + 169 * 3600);
	plain = decrypt(&arena, &r.encrypted_cert.content.encrypted_data, a);
	must(
	    coer_decode(&ieee1609_dot2_data_asn, &inner, &arena, plain, &info));
	must(coer_decode(&plaintext_certificate_response_asn, &p, &arena,
	    inner.content.unsecured_data, &info));
	assert_int_equal(
	    p.is, plaintext_certificate_response_implicit_butterfly);
	check_certificate(
	    &arena, &p.implicit_butterfly.certificate, a, w, root);
	check_key(&p.implicit_butterfly.certificate,
	    p.implicit_butterfly.priv_key_reconstruction_s.b, a, pca,
	    w->cert[WORLD_PCA]);
	arena_free(&arena);
	return n;
}
