/* auth_issue.c - from checked auth-cert-reqs to replies: ECQV, ECIES,
 * signature (asn1-facts 5.5). */
#include <string.h>

#include "base/secret.h"
#include "cert/batch.h"
#include "cert/encrypt.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "role/pca/auth.h"
#include "role/pca/stages.h"

/* Those that are open, side by side. */
struct work {
	struct auth_batch *b;
	struct auth_entry **entry;
	const certificate **template;
	struct point *key;
	struct implicit_certificate *made; /* holds secrets */
	enum fault *verdict;
	struct bytes *response; /* to be signed, then signed */
	size_t n;
};

static enum fault
work_new(struct work *w, struct auth_batch *b, struct fault_info *fi)
{
	*w = (struct work){.b = b};
	w->entry = ARENA_ARRAY(b->arena, b->n, struct auth_entry *);
	w->template = ARENA_ARRAY(b->arena, b->n, const certificate *);
	w->key = ARENA_ARRAY(b->arena, b->n, struct point);
	w->made = ARENA_ARRAY(b->arena, b->n, struct implicit_certificate);
	w->verdict = ARENA_ARRAY(b->arena, b->n, enum fault);
	w->response = ARENA_ARRAY(b->arena, b->n, struct bytes);
	if (w->entry == NULL || w->template == NULL || w->key == NULL ||
	    w->made == NULL || w->verdict == NULL || w->response == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (size_t t = 0; t < b->n; t++)
		if (auth_is_open(&b->entry[t])) {
			w->template[w->n] = b->entry[t].template;
			w->key[w->n] = b->entry[t].key;
			w->entry[w->n++] = &b->entry[t];
		}
	return FAULT_OK;
}

/* Those that could not be made drop out. */
static void
make_certificates(struct work *w)
{
	const struct implicit_issuer by = {
	    w->b->pca->issuer.cert, w->b->pca->issuer.d};
	size_t n = 0;

	per_element(cert_issue_implicit_batch(
	    w->made, w->verdict, w->b->arena, w->template, w->key, w->n, &by));
	for (size_t t = 0; t < w->n; t++) {
		if (w->verdict[t] != FAULT_OK) {
			w->entry[t]->refusal = REFUSED_internal;
			continue;
		}
		w->entry[n] = w->entry[t];
		w->made[n++] = w->made[t];
	}
	w->n = n;
}

/* unsecuredData of PlaintextCertificateResponse; holds a secret. */
static enum fault
encode_plain(struct bytes *out, struct arena *arena, const struct auth_entry *e,
    const struct cert *k, const struct scalar *r, struct fault_info *fi)
{
	plaintext_certificate_response p = {
	    .is = e->butterfly
		      ? plaintext_certificate_response_implicit_butterfly
		      : plaintext_certificate_response_implicit};
	implicit_cert_response *i =
	    e->butterfly ? &p.implicit_butterfly : &p.implicit;
	struct bytes octets = BYTES_NONE;
	enum fault f;

	i->certificate = *k->c;
	memcpy(i->priv_key_reconstruction_s.b, r->b, sizeof(r->b));
	f = coer_encode_new(
	    &octets, arena, &plaintext_certificate_response_asn, &p, fi);
	if (f == FAULT_OK)
		f = spdu_wrap(out, arena, octets, fi);
	wipe(&p, sizeof(p));
	wipe((uint8_t *)(uintptr_t)octets.p, octets.n);
	return f;
}

/* EncryptedCertificateData, to the response key. */
static enum fault
encrypt(ieee1609_dot2_data *out, struct arena *arena,
    const struct auth_entry *e, struct bytes plain, struct fault_info *fi)
{
	struct recipient to;
	struct bytes sealed;

	recipient_of_key(&to, &e->response);
	TRY(spdu_encrypt_to(&sealed, arena, plain, &to, 1, fi));
	return coer_decode(&ieee1609_dot2_data_asn, out, arena, sealed, fi);
}

/* ToBeSignedEncryptedCertificateResponse. */
static enum fault
respond(struct bytes *out, struct arena *arena, struct auth_entry *e,
    const struct implicit_certificate *made, struct fault_info *fi)
{
	psid_ssp security = {.psid = PSID_SECURITY};
	to_be_signed_encrypted_certificate_response r = {
	    .psid_ssp = {1, &security}};
	struct bytes plain = BYTES_NONE;
	struct cert *k;
	enum fault f;

	TRY(cert_load(&k, arena, made->raw, fi));
	e->id = k->hash + k->hash_n - 10;
	r.expiration = k->end;
	r.lifetime = k->tbs->validity_period.duration;
	TRY(encode_plain(&plain, arena, e, k, &made->r, fi));
	f = encrypt(&r.encrypted_cert, arena, e, plain, fi);
	wipe((uint8_t *)(uintptr_t)plain.p, plain.n);
	TRY(f);
	return coer_encode_new(out, arena,
	    &to_be_signed_encrypted_certificate_response_asn, &r, fi);
}

/* PcaRaCertResponseMsg around the signed response. */
static enum fault
encode_reply(struct auth_entry *e, struct auth_batch *b, struct bytes response,
    struct fault_info *fi)
{
	scms_pdu *pdu = ARENA_NEW(b->arena, scms_pdu);
	pca_ra_cert_response_msg *m;

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	pdu->version = 1;
	pdu->content.is = scms_pdu_content_pca_ra;
	pdu->content.pca_ra.is = pca_ra_interface_pdu_pca_ra_cert_response;
	m = &pdu->content.pca_ra.pca_ra_cert_response;
	m->version = 1;
	memcpy(m->request_hash.b, digest_id8(e->hpcr), 8);
	m->pca_id = bytes_of_string(b->pca->self.name);
	m->reply.is = pca_ra_cert_response_msg_reply_success;
	m->reply.success.is =
	    pca_ra_cert_response_msg_reply_success_value_signed_encrypted;
	TRY(coer_decode(&ieee1609_dot2_data_asn,
	    &m->reply.success.signed_encrypted, b->arena, response, fi));
	return coer_encode_new(&e->reply, b->arena, &scms_pdu_asn, pdu, fi);
}

static enum fault
make_replies(struct work *w, struct fault_info *fi)
{
	const struct spdu_header header = {.psid = PSID_SECURITY};
	struct bytes *octets = ARENA_ARRAY(w->b->arena, w->n, struct bytes);

	if (octets == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (size_t t = 0; t < w->n; t++)
		TRY(respond(&w->response[t], w->b->arena, w->entry[t],
		    &w->made[t], fi));
	TRY(spdu_sign_batch(octets, w->b->arena, &header, w->response, w->n,
	    SIGNER_DIGEST, w->b->pca->issuer.signer, fi));
	for (size_t t = 0; t < w->n; t++)
		TRY(encode_reply(w->entry[t], w->b, octets[t], fi));
	return FAULT_OK;
}

enum fault
auth_issue(struct auth_batch *b, struct fault_info *fi)
{
	struct work w;
	enum fault f;
	size_t n;

	TRY(work_new(&w, b, fi));
	n = w.n;
	make_certificates(&w);
	PCA_STAGE_END(certificate);
	f = w.n > 0 ? make_replies(&w, fi) : FAULT_OK;
	wipe(w.made, n * sizeof(*w.made));
	PCA_STAGE_END(sign);
	return f;
}
