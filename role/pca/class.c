/* class.c - templates of pseudonym certificates and of the replies that carry
 * them (use-cases.md 4: OBE pseudonym; asn1-facts 5.5). */
#include <assert.h>
#include <string.h>

#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/region.h"
#include "crypto/aes.h"
#include "crypto/hash.h"
#include "role/pca/class.h"
#include "role/pca/mark.h"
#include "schema/scms_protocol.h"

/* ---- what is issued ---- */

/* What we may issue is what our own certificate lets us. */
static enum fault
check_permitted(const struct cert *pca, const sequence_of_psid_ssp *psids,
    const geographic_region *region, struct fault_info *fi)
{
	if (pca->tbs->cert_issue_permissions == NULL)
		return fault_set(
		    fi, FAULT_CONFIG, "our certificate may not issue any");
	if (perm_check_all(pca->tbs->cert_issue_permissions, psids, 1, EE_APP,
		fi) != FAULT_OK)
		return fault_prefix(fi, "pseudonym_psids");
	if (!region_within(region, region_of_cert(pca)))
		return fault_set(fi, FAULT_CONFIG,
		    "pseudonym_region is not inside our own region");
	return FAULT_OK;
}

static duration
lifetime_of(const struct environment *e)
{
	duration d = {.is = (enum duration_tag)e->pseudonym_lifetime.unit};

	d.hours = e->pseudonym_lifetime.n; /* all alternatives: Uint16 */
	return d;
}

/* What all certificates of the class have in common. */
struct common {
	const sequence_of_psid_ssp *psids;
	const geographic_region *region;
	const struct environment *environment;
	const struct cert *pca;
	const uint8_t *craca_id;
};

static enum fault
make_certificate(certificate **out, struct arena *arena,
    const struct common *common, uint16_t i, uint32_t start,
    struct fault_info *fi)
{
	const struct conf_duration *life =
	    &common->environment->pseudonym_lifetime;
	struct profile_params p = {
	    .start = start,
	    .i = i,
	    .region = common->region,
	    .app_permissions = common->psids,
	    .lifetime = {(uint8_t)life->unit, life->n},
	};
	ecc_p256_curve_point *P_U;

	memcpy(p.craca_id, common->craca_id, sizeof(p.craca_id));
	mark(p.linkage_value.b, sizeof(p.linkage_value.b), "linkage-value");
	TRY(profile_build(out, arena, PROFILE_PSEUDONYM, &p, fi));
	(*out)->version = 3;
	(*out)->type = certificate_type_implicit;
	(*out)->issuer.is = issuer_identifier_sha256_and_digest;
	memcpy(
	    (*out)->issuer.sha256_and_digest.b, common->pca->id, CERT_ID_SIZE);
	(*out)->to_be_signed.verify_key_indicator.is =
	    verification_key_indicator_reconstruction_value;
	P_U = &(*out)->to_be_signed.verify_key_indicator.reconstruction_value;
	P_U->is = ecc_p256_curve_point_compressed_y_0;
	mark(P_U->compressed_y_0.b, sizeof(P_U->compressed_y_0.b),
	    "reconstructionValue");
	return FAULT_OK;
}

static enum fault
encode_plain(struct bytes *out, struct arena *arena, const certificate *c,
    struct fault_info *fi)
{
	plaintext_certificate_response r = {
	    .is = plaintext_certificate_response_implicit_butterfly};
	ieee1609_dot2_data d = {.protocol_version = 3};

	r.implicit_butterfly.certificate = *c;
	mark(r.implicit_butterfly.priv_key_reconstruction_s.b, 32,
	    "priv-key-reconstruction-s");
	d.content.is = ieee1609_dot2_content_unsecured_data;
	TRY(coer_encode_new(&d.content.unsecured_data, arena,
	    &plaintext_certificate_response_asn, &r, fi));
	return coer_encode_new(out, arena, &ieee1609_dot2_data_asn, &d, fi);
}

/* The plaintext of a certificate with these two integers. */
static enum fault
encode_variant(struct bytes *out, struct arena *arena,
    const struct common *common, uint16_t i, uint32_t start,
    struct fault_info *fi)
{
	certificate *c;

	TRY(make_certificate(&c, arena, common, i, start, fi));
	return encode_plain(out, arena, c, fi);
}

static enum fault
find_certificate(struct plain_template *t, struct arena *arena,
    const struct common *common, struct bytes all, struct fault_info *fi)
{
	struct bytes part;
	certificate *c;

	TRY(make_certificate(&c, arena, common, 0, 0, fi));
	TRY(coer_encode_new(&part, arena, &certificate_asn, c, fi));
	t->certificate = find(all, part);
	t->certificate_n = part.n;
	TRY(coer_encode_new(
	    &part, arena, &to_be_signed_certificate_asn, &c->to_be_signed, fi));
	t->tbs = find(all, part);
	t->tbs_n = part.n;
	return FAULT_OK;
}

static enum fault
make_plain(struct plain_template *t, struct arena *arena,
    const struct common *common, struct fault_info *fi)
{
	struct bytes all, other;

	TRY(encode_variant(&all, arena, common, 0, 0, fi));
	if (all.n > sizeof(t->octets))
		return fault_set(fi, FAULT_CONFIG, "too many PSIDs");
	memcpy(t->octets, all.p, all.n);
	t->n = all.n;
	t->lv = find_mark(all, 9, "linkage-value");
	t->point = find_mark(all, 32, "reconstructionValue") - 1;
	t->r = find_mark(all, 32, "priv-key-reconstruction-s");
	TRY(find_certificate(t, arena, common, all, fi));
	TRY(encode_variant(&other, arena, common, UINT16_MAX, 0, fi));
	t->i = find_difference(all, other);
	TRY(encode_variant(&other, arena, common, 0, UINT32_MAX, fi));
	t->start = find_difference(all, other);
	return FAULT_OK;
}

/* ---- reply ---- */

#define CIPHERTEXT_MARK 48 /* octets of the ciphertext that are marked */

/* EncryptedData to the response key: rekRecipInfo. */
static void
fill_encrypted(
    ieee1609_dot2_data *d, recipient_info *to, struct bytes ciphertext)
{
	encrypted_data *e = &d->content.encrypted_data;
	ecies_p256_encrypted_key *key =
	    &to->rek_recip_info.enc_key.ecies_nist_p256;

	d->protocol_version = 3;
	d->content.is = ieee1609_dot2_content_encrypted_data;
	e->recipients.n = 1;
	e->recipients.v = to;
	to->is = recipient_info_rek_recip_info;
	to->rek_recip_info.enc_key.is =
	    encrypted_data_encryption_key_ecies_nist_p256;
	mark(to->rek_recip_info.recipient_id.b, 8, "recipientId");
	key->v.is = ecc_p256_curve_point_compressed_y_0;
	mark(key->v.compressed_y_0.b, 32, "v");
	mark(key->c.b, 16, "c");
	mark(key->t.b, 16, "t");
	e->ciphertext.is = symmetric_ciphertext_aes128ccm;
	mark(e->ciphertext.aes128ccm.nonce.b, 12, "nonce");
	e->ciphertext.aes128ccm.ccm_ciphertext = ciphertext;
}

static enum fault
encode_tbs_response(struct bytes *out, struct arena *arena,
    const struct environment *e, uint32_t expiration, struct bytes ciphertext,
    struct fault_info *fi)
{
	psid_ssp security = {.psid = PSID_SECURITY};
	to_be_signed_encrypted_certificate_response r = {
	    .psid_ssp = {1, &security},
	    .expiration = expiration,
	    .lifetime = lifetime_of(e)};
	recipient_info to = {.is = recipient_info_rek_recip_info};

	fill_encrypted(&r.encrypted_cert, &to, ciphertext);
	return coer_encode_new(out, arena,
	    &to_be_signed_encrypted_certificate_response_asn, &r, fi);
}

static void
fill_signed(ieee1609_dot2_data *d, ieee1609_dot2_data *payload,
    struct bytes tbs_response, const struct cert *pca)
{
	signed_data *s = &d->content.signed_data;

	payload->protocol_version = 3;
	payload->content.is = ieee1609_dot2_content_unsecured_data;
	payload->content.unsecured_data = tbs_response;
	d->protocol_version = 3;
	d->content.is = ieee1609_dot2_content_signed_data;
	s->hash_id = hash_algorithm_sha256;
	s->tbs_data.payload.data = payload;
	s->tbs_data.header_info.psid = PSID_SECURITY;
	s->signer.is = signer_identifier_digest;
	memcpy(s->signer.digest.b, pca->id, CERT_ID_SIZE);
	s->signature.is = signature_ecdsa_nist_p256_signature;
	s->signature.ecdsa_nist_p256_signature.r_sig.is =
	    ecc_p256_curve_point_x_only;
	mark(s->signature.ecdsa_nist_p256_signature.r_sig.x_only.b, 32, "rSig");
	mark(s->signature.ecdsa_nist_p256_signature.s_sig.b, 32, "sSig");
}

/* What encoding a reply yields. */
struct encoded {
	struct bytes all, response, tbs;
};

static enum fault
encode_reply(struct encoded *out, struct arena *arena,
    const struct environment *e, const struct cert *pca, const char *name,
    uint32_t expiration, struct bytes ciphertext, struct fault_info *fi)
{
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	pca_ra_cert_response_msg *m;
	ieee1609_dot2_data *d, payload = {.protocol_version = 3};
	struct bytes tbs_response;

	if (pdu == NULL) {
		fault_set(fi, FAULT_TOO_LARGE, "no memory");
		return FAULT_TOO_LARGE;
	}
	TRY(encode_tbs_response(
	    &tbs_response, arena, e, expiration, ciphertext, fi));
	pdu->version = 1;
	pdu->content.is = scms_pdu_content_pca_ra;
	pdu->content.pca_ra.is = pca_ra_interface_pdu_pca_ra_cert_response;
	m = &pdu->content.pca_ra.pca_ra_cert_response;
	m->version = 1;
	mark(m->request_hash.b, 8, "requestHash");
	m->pca_id = bytes_of_string(name);
	m->reply.is = pca_ra_cert_response_msg_reply_success;
	m->reply.success.is =
	    pca_ra_cert_response_msg_reply_success_value_signed_encrypted;
	d = &m->reply.success.signed_encrypted;
	fill_signed(d, &payload, tbs_response, pca);
	TRY(coer_encode_new(&out->tbs, arena, &to_be_signed_data_asn,
	    &d->content.signed_data.tbs_data, fi));
	TRY(coer_encode_new(
	    &out->response, arena, &ieee1609_dot2_data_asn, d, fi));
	return coer_encode_new(&out->all, arena, &scms_pdu_asn, pdu, fi);
}

static enum fault
make_reply(struct reply_template *t, struct arena *arena,
    const struct environment *e, const struct cert *pca, const char *name,
    size_t plain_n, struct fault_info *fi)
{
	size_t ciphertext_n = plain_n + CCM_TAG_SIZE;
	uint8_t *text = arena_alloc(arena, ciphertext_n, 1);
	struct encoded a = {0}, b = {0};

	if (text == NULL) {
		fault_set(fi, FAULT_TOO_LARGE, "no memory");
		return FAULT_TOO_LARGE;
	}
	mark(text, CIPHERTEXT_MARK, "ciphertext");
	TRY(encode_reply(&a, arena, e, pca, name, 0,
	    (struct bytes){text, ciphertext_n}, fi));
	TRY(encode_reply(&b, arena, e, pca, name, UINT32_MAX,
	    (struct bytes){text, ciphertext_n}, fi));
	if (a.all.n > sizeof(t->octets))
		return fault_set(fi, FAULT_CONFIG, "too many PSIDs");
	memcpy(t->octets, a.all.p, a.all.n);
	t->n = a.all.n;
	t->request_hash = find_mark(a.all, 8, "requestHash");
	t->response = find(a.all, a.response);
	t->response_n = a.response.n;
	t->tbs = find(a.all, a.tbs);
	t->tbs_n = a.tbs.n;
	t->expiration = find_difference(a.all, b.all);
	t->recipient = find_mark(a.all, 8, "recipientId");
	t->v = find_mark(a.all, 32, "v") - 1;
	t->c = find_mark(a.all, 16, "c");
	t->t = find_mark(a.all, 16, "t");
	t->nonce = find_mark(a.all, 12, "nonce");
	t->ciphertext = find_mark(a.all, CIPHERTEXT_MARK, "ciphertext");
	t->signature_r = find_mark(a.all, 32, "rSig");
	t->signature_s = find_mark(a.all, 32, "sSig");
	return FAULT_OK;
}

/* ---- key ---- */

static enum fault
make_key(struct key_template *t, struct arena *arena, struct fault_info *fi)
{
	public_encryption_key key = {
	    .supported_symm_alg = symm_algorithm_aes128_ccm};
	struct bytes all;

	key.public_key.is = base_public_encryption_key_ecies_nist_p256;
	key.public_key.ecies_nist_p256.is = ecc_p256_curve_point_compressed_y_0;
	mark(key.public_key.ecies_nist_p256.compressed_y_0.b, 32, "H");
	TRY(coer_encode_new(&all, arena, &public_encryption_key_asn, &key, fi));
	assert(all.n <= sizeof(t->octets));
	memcpy(t->octets, all.p, all.n);
	t->n = all.n;
	t->point = find_mark(all, 32, "H") - 1;
	return FAULT_OK;
}

/* ---- all ---- */

/* The short list: one set of PSIDs, each with the zero-length SSP, and the
 * countries. */
static enum fault
make_common(struct common *out, struct arena *arena, struct fault_info *fi)
{
	const struct environment *e = out->environment;
	size_t psids = e->pseudonym_psids.n, regions = e->pseudonym_region.n;
	uint64_t *number = ARENA_ARRAY(arena, psids, uint64_t);
	uint16_t *country = ARENA_ARRAY(arena, regions, uint16_t);

	if (number == NULL || country == NULL) {
		fault_set(fi, FAULT_TOO_LARGE, "no memory");
		return FAULT_TOO_LARGE;
	}
	for (size_t t = 0; t < psids; t++)
		number[t] = e->pseudonym_psids.v[t];
	for (size_t t = 0; t < regions; t++)
		country[t] = (uint16_t)e->pseudonym_region.v[t];
	out->psids = profile_psids(arena, number, psids);
	out->region = profile_countries(arena, country, regions);
	if (out->psids == NULL || out->region == NULL) {
		fault_set(fi, FAULT_TOO_LARGE, "no memory");
		return FAULT_TOO_LARGE;
	}
	return check_permitted(out->pca, out->psids, out->region, fi);
}

enum fault
class_make(struct cert_class *out, struct arena *arena,
    const struct environment *e, const struct cert *pca,
    const struct request_form *names, const uint8_t craca_id[3],
    struct fault_info *fi)
{
	struct common common = {
	    .environment = e, .pca = pca, .craca_id = craca_id};
	struct request_form form = *names;

	memset(out, 0, sizeof(*out));
	TRY(make_common(&common, arena, fi));
	form.psids = common.psids;
	form.region = common.region;
	TRY(coer_encode_new(&form.psids_coer, arena, &sequence_of_psid_ssp_asn,
	    common.psids, fi));
	TRY(coer_encode_new(&form.region_coer, arena, &geographic_region_asn,
	    common.region, fi));
	out->lifetime = (uint32_t)conf_duration_seconds(e->pseudonym_lifetime);
	TRY(make_plain(&out->plain, arena, &common, fi));
	TRY(make_reply(
	    &out->reply, arena, e, pca, names->pca, out->plain.n, fi));
	TRY(make_key(&out->key, arena, fi));
	return request_template_make(&out->request, arena, &form, fi);
}
