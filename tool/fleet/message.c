/* message.c - see message.h; layouts: asn1-facts 12.1, crypto-facts 2 and 4. */
#include <string.h>

#include "cert/convert.h"
#include "cert/encrypt.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/sign.h"
#include "coer/coer.h"
#include "crypto/ecqv.h"
#include "schema/scms_protocol.h"
#include "tool/fleet/message.h"

#define YEARS	   6
#define SIGNED_MAX (MESSAGE_SIZE_MAX - 140)
#define PDU_MAX	   320
#define COUNTRIES  16
#define PSIDS	   16
#define KEYS_EACH  2 /* public keys in a message, at most */

/* One message under way; arrays of all run parallel. */
struct draft {
	struct curve_point key[KEYS_EACH];
	uint8_t pdu[PDU_MAX], plain[SIGNED_MAX];
	size_t pdu_n, plain_n;
};

struct drafts {
	const struct world *world;
	struct message *const *m;
	size_t n;
	struct arena *arena;
	struct draft *draft;
	/* scratch */
	struct digest *e;
	struct scalar *d, *k;
	struct point *P;
};

/* ---- public keys in requests ---- */

static void
list_keys(struct scalar out[KEYS_EACH], const struct world *w,
    const struct message *m)
{
	static const enum derived keys[][KEYS_EACH] = {
	    [MESSAGE_ENROLLMENT] = {DERIVED_ENROLLMENT, DERIVED_ENROLLMENT},
	    [MESSAGE_PROVISIONING] = {DERIVED_CERTIFICATE, DERIVED_RESPONSE},
	};

	for (size_t k = 0; k < KEYS_EACH; k++)
		derive_scalar(
		    &out[k], &w->seed, keys[m->kind][k], m->device, NULL);
}

static enum fault
make_keys(struct drafts *d, struct fault_info *fi)
{
	size_t n = KEYS_EACH * d->n;

	if (d->m[0]->kind == MESSAGE_DOWNLOAD)
		return FAULT_OK;
	for (size_t k = 0; k < d->n; k++)
		list_keys(&d->k[KEYS_EACH * k], d->world, d->m[k]);
	if (p256_base_mul(d->P, d->k, NULL, n) != FAULT_OK)
		return fault_set(fi, FAULT_BAD_SCALAR, "key of a device");
	for (size_t k = 0; k < n; k++) {
		struct curve_point *key =
		    &d->draft[k / KEYS_EACH].key[k % KEYS_EACH];

		curve_of_p256(key, &d->P[k]);
		curve_compress(key);
	}
	return FAULT_OK;
}

/* ---- what is said ---- */

static enum fault
fill_enrollment(scms_pdu *pdu, const struct world *w, const struct message *m,
    const struct draft *draft, struct arena *arena)
{
	ee_eca_cert_request *r = &pdu->content.eca_ee.ee_eca_cert_request;
	const struct conf_uints *region = &w->env.pseudonym_region;
	const struct conf_uints *list = &w->env.pseudonym_psids;
	to_be_signed_certificate *tbs = &r->tbs_data;
	uint16_t countries[COUNTRIES];
	uint64_t psids[PSIDS];
	size_t c, p;

	for (c = 0; c < region->n && c < COUNTRIES; c++)
		countries[c] = (uint16_t)region->v[c];
	for (p = 0; p < list->n && p < PSIDS; p++)
		psids[p] = list->v[p];
	pdu->content.is = scms_pdu_content_eca_ee;
	pdu->content.eca_ee.is =
	    eca_end_entity_interface_pdu_ee_eca_cert_request;
	r->version = 1;
	r->current_time = m->time;
	tbs->id.is = certificate_id_name;
	tbs->validity_period.start = m->time;
	tbs->validity_period.duration.is = duration_years;
	tbs->validity_period.duration.years = YEARS;
	tbs->region = profile_countries(arena, countries, c);
	tbs->cert_request_permissions =
	    profile_group(arena, psids, p, true, 0, EE_APP);
	tbs->verify_key_indicator.is =
	    verification_key_indicator_verification_key;
	key_to_schema(
	    &tbs->verify_key_indicator.verification_key, &draft->key[0]);
	return tbs->region != NULL && tbs->cert_request_permissions != NULL
		   ? FAULT_OK
		   : FAULT_TOO_LARGE;
}

static void
fill_side(unsigned_butterfly_params *out, const struct curve_point *key,
    const struct butterfly *b)
{
	point_to_schema(&out->seed_key, key);
	memcpy(out->expansion.b, b->expansion.b, sizeof(out->expansion.b));
}

static void
fill_provisioning(scms_pdu *pdu, const struct world *w, const struct message *m,
    const struct draft *draft)
{
	ee_ra_pseudonym_cert_provisioning_request *r =
	    &pdu->content.ee_ra.ee_ra_pseudonym_cert_provisioning_request;
	struct provision_file keys;

	derive_caterpillars(&keys, &w->seed, m->device);
	pdu->content.is = scms_pdu_content_ee_ra;
	pdu->content.ee_ra.is =
	    end_entity_ra_interface_pdu_ee_ra_pseudonym_cert_provisioning_request;
	r->version = 1;
	r->common.current_time = m->time;
	r->common.requested_start_time = m->time;
	fill_side(
	    &r->verify_key_info, &draft->key[0], &keys.certificate.butterfly);
	fill_side(
	    &r->resp_enc_key_info, &draft->key[1], &keys.response.butterfly);
}

static void
fill_download(scms_pdu *pdu, const struct message *m)
{
	authenticated_download_request *r =
	    &pdu->content.ee_ra.ee_ra_authenticated_download_request;

	pdu->content.is = scms_pdu_content_ee_ra;
	pdu->content.ee_ra.is =
	    end_entity_ra_interface_pdu_ee_ra_authenticated_download_request;
	r->timestamp = m->time;
	r->filename = bytes_of_string(m->filename);
}

static enum fault
encode(struct drafts *d, size_t k, struct fault_info *fi)
{
	struct draft *draft = &d->draft[k];
	const struct message *m = d->m[k];
	struct writer w = writer_of(draft->pdu, sizeof(draft->pdu));
	scms_pdu pdu = {.version = 1};

	switch (m->kind) {
	case MESSAGE_ENROLLMENT:
		TRY(fill_enrollment(&pdu, d->world, m, draft, d->arena));
		break;
	case MESSAGE_PROVISIONING:
		fill_provisioning(&pdu, d->world, m, draft);
		break;
	case MESSAGE_DOWNLOAD:
		fill_download(&pdu, m);
		break;
	}
	TRY(coer_encode(&scms_pdu_asn, &pdu, &w, fi));
	draft->pdu_n = writer_done(&w).n;
	return FAULT_OK;
}

/* ---- signatures, each under a key of its own ---- */

static void
list_signing(struct drafts *d)
{
	uint8_t signer[SHA256_SIZE];
	struct bytes pdu;

	for (size_t k = 0; k < d->n; k++) {
		const struct message *m = d->m[k];

		memcpy(signer, sha256_of_nothing, sizeof(signer));
		if (m->kind == MESSAGE_ENROLLMENT)
			derive_scalar(&d->d[k], &d->world->seed,
			    DERIVED_ENROLLMENT, m->device, NULL);
		else
			message_enrollment_key(
			    &d->d[k], d->world, m->device, m->record);
		if (m->kind != MESSAGE_ENROLLMENT)
			sha256(signer, record_certificate(m->record));
		pdu = (struct bytes){d->draft[k].pdu, d->draft[k].pdu_n};
		sha256_to_sign(&d->e[k], &pdu, signer, 1);
		derive_scalar(&d->k[k], &d->world->seed, DERIVED_NONCE,
		    m->device, &d->e[k]);
	}
}

static void
write_length(struct writer *w, size_t n)
{
	if (n >= 256) {
		write_uint(w, 0x82, 1);
		write_uint(w, n, 2);
	} else {
		if (n >= 128)
			write_uint(w, 0x81, 1);
		write_uint(w, n, 1);
	}
}

/* Ieee1609Dot2Data{signedCertificateRequest}: 03 83 length, sha256, the PDU,
 * signer (certificate or self), ecdsaNistP256 with r x-only. */
static enum fault
write_signed(struct draft *draft, const struct message *m, const uint8_t *r,
    const struct scalar *s)
{
	struct writer w = writer_of(draft->plain, sizeof(draft->plain));
	struct bytes cert = BYTES_NONE;

	if (m->kind != MESSAGE_ENROLLMENT)
		cert = record_certificate(m->record);
	write_uint(&w, 0x0383, 2);
	write_length(&w, 1 + draft->pdu_n + (cert.n > 0 ? 3 + cert.n : 1) +
			     SIGNATURE_SIZE_P256);
	write_uint(&w, 0, 1);
	write_span(&w, draft->pdu, draft->pdu_n);
	if (cert.n > 0) {
		write_uint(&w, 0x810101, 3);
		write_bytes(&w, cert);
	} else {
		write_uint(&w, 0x82, 1);
	}
	write_uint(&w, 0x8080, 2);
	write_span(&w, r, 32);
	write_span(&w, s->b, 32);
	draft->plain_n = writer_done(&w).n;
	return w.failed ? FAULT_TOO_LARGE : FAULT_OK;
}

static enum fault
sign_all(struct drafts *d, struct fault_info *fi)
{
	struct scalar e, r, s;

	list_signing(d);
	if (p256_base_mul(d->P, d->k, NULL, d->n) != FAULT_OK)
		return fault_set(fi, FAULT_BAD_SCALAR, "nonce");
	scalar_invert(d->k, d->k, d->n);
	for (size_t k = 0; k < d->n; k++) {
		scalar_reduce(&e, d->e[k].b);
		scalar_reduce(&r, d->P[k].x);
		scalar_mul_add(&s, &r, &d->d[k], &e);
		scalar_mul(&s, &s, &d->k[k]);
		if (write_signed(&d->draft[k], d->m[k], r.b, &s) != FAULT_OK)
			return fault_set(fi, FAULT_TOO_LARGE, "request");
	}
	return FAULT_OK;
}

/* ---- encryption to the RA ---- */

/* Ieee1609Dot2Data{encryptedData} with one certRecipInfo. */
static enum fault
write_encrypted(struct message *m, const struct world *w, const struct point *V,
    const uint8_t *wrapped, const uint8_t *nonce, size_t n)
{
	struct writer out = writer_of(m->octets, sizeof(m->octets));

	write_uint(&out, 0x0382, 2);
	write_uint(&out, 0x010182, 3);
	write_span(&out, w->ra->id, sizeof(w->ra->id));
	write_uint(&out, 0x80, 1);
	write_uint(&out, 0x82 + (V->y[31] & 1u), 1);
	write_span(&out, V->x, sizeof(V->x));
	write_span(&out, wrapped, 32);
	write_uint(&out, 0x80, 1);
	write_span(&out, nonce, CCM_NONCE_SIZE);
	write_length(&out, n + CCM_TAG_SIZE);
	m->n = writer_done(&out).n;
	return !out.failed && m->n + n + CCM_TAG_SIZE <= sizeof(m->octets)
		   ? FAULT_OK
		   : FAULT_TOO_LARGE;
}

/* S is the shared point. */
static enum fault
encrypt(struct drafts *d, size_t k, const struct point *V,
    const struct point *S, struct fault_info *fi)
{
	const struct draft *draft = &d->draft[k];
	uint8_t keys[48], data[SHA256_SIZE], wrapped[32], tag[SHA256_SIZE];
	struct message *m = d->m[k];
	struct ccm_item item = {
	    data, data + 16, {draft->plain, draft->plain_n}, NULL};

	derive(data, &d->world->seed, DERIVED_DATA_KEY, m->device, &d->e[k]);
	kdf2_sha256(keys, sizeof(keys), S->x, sizeof(S->x), d->world->ra_p1,
	    sizeof(d->world->ra_p1));
	for (size_t i = 0; i < 16; i++)
		wrapped[i] = data[i] ^ keys[i];
	hmac_sha256(
	    tag, (struct bytes){keys + 16, 32}, (struct bytes){wrapped, 16});
	memcpy(wrapped + 16, tag, 16);
	if (write_encrypted(m, d->world, V, wrapped, item.nonce,
		draft->plain_n) != FAULT_OK)
		return fault_set(fi, FAULT_TOO_LARGE, "request");
	item.out = m->octets + m->n;
	ccm_seal(&item, 1);
	m->n += draft->plain_n + CCM_TAG_SIZE;
	return FAULT_OK;
}

static enum fault
encrypt_all(struct drafts *d, struct fault_info *fi)
{
	struct point *S = d->P + d->n;

	for (size_t k = 0; k < d->n; k++)
		derive_scalar(&d->k[k], &d->world->seed, DERIVED_EPHEMERAL,
		    d->m[k]->device, &d->e[k]);
	if (p256_base_mul(d->P, d->k, NULL, d->n) != FAULT_OK ||
	    p256_known_mul(S, d->world->ra_key, d->k, NULL, d->n) != FAULT_OK)
		return fault_set(fi, FAULT_BAD_SCALAR, "ephemeral key");
	for (size_t k = 0; k < d->n; k++)
		TRY(encrypt(d, k, &d->P[k], &S[k], fi));
	return FAULT_OK;
}

static enum fault
finish_plain(struct drafts *d)
{
	for (size_t k = 0; k < d->n; k++) {
		d->m[k]->n = d->draft[k].plain_n;
		memcpy(d->m[k]->octets, d->draft[k].plain, d->m[k]->n);
	}
	return FAULT_OK;
}

/* ---- the whole ---- */

enum fault
messages_make(const struct world *w, struct message *const *m, size_t n,
    struct arena *arena, struct fault_info *fi)
{
	struct drafts d = {.world = w, .m = m, .n = n, .arena = arena};

	if (n == 0)
		return FAULT_OK;
	d.draft = ARENA_ARRAY(arena, n, struct draft);
	d.e = ARENA_ARRAY(arena, n, struct digest);
	d.d = ARENA_ARRAY(arena, n, struct scalar);
	d.k = ARENA_ARRAY(arena, KEYS_EACH * n, struct scalar);
	d.P = ARENA_ARRAY(arena, KEYS_EACH * n, struct point);
	if (d.draft == NULL || d.e == NULL || d.d == NULL || d.k == NULL ||
	    d.P == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "messages");
	TRY(make_keys(&d, fi));
	for (size_t k = 0; k < n; k++)
		TRY(encode(&d, k, fi));
	TRY(sign_all(&d, fi));
	return m[0]->kind == MESSAGE_ENROLLMENT ? finish_plain(&d)
						: encrypt_all(&d, fi);
}

/* ---- the enrollment certificate ---- */

enum fault
message_take_enrollment(struct record *r, const struct world *w,
    uint32_t device, const struct cert *issued, struct bytes reconstruction,
    struct fault_info *fi)
{
	struct ecqv_share share;
	struct digest e;
	struct scalar d;

	if (issued->raw.n > sizeof(r->certificate) ||
	    !bytes_equal(issued->raw, issued->canonical) || !issued->implicit ||
	    reconstruction.n != sizeof(share.r.b))
		return fault_set(
		    fi, FAULT_UNSUPPORTED, "enrollment certificate");
	cert_ecqv_hash(&e, issued, w->eca);
	derive_scalar(&share.k_u, &w->seed, DERIVED_ENROLLMENT, device, NULL);
	memcpy(share.r.b, reconstruction.p, sizeof(share.r.b));
	if (issued->has_key && ecqv_private(&d, &share, &e, &issued->key_p256,
				   NULL, 1) != FAULT_OK)
		return fault_set(
		    fi, FAULT_KEY_MISMATCH, "enrollment certificate");
	memcpy(r->e, e.b, sizeof(r->e));
	memcpy(r->r, share.r.b, sizeof(r->r));
	memcpy(r->certificate, issued->raw.p, issued->raw.n);
	r->certificate_n = (uint8_t)issued->raw.n;
	r->certificate_end = issued->end;
	return FAULT_OK;
}

void
message_enrollment_key(struct scalar *d, const struct world *w, uint32_t device,
    const struct record *r)
{
	struct scalar e, k_u, share;

	scalar_reduce(&e, r->e);
	memcpy(share.b, r->r, sizeof(share.b));
	derive_scalar(&k_u, &w->seed, DERIVED_ENROLLMENT, device, NULL);
	scalar_mul_add(d, &e, &k_u, &share);
}
