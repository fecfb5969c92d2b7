/* spdu_sign.c - signed messages that go out; see spdu.h. */
#include <string.h>

#include "cert/canonical.h"
#include "cert/convert.h"
#include "cert/signature.h"
#include "cert/spdu.h"
#include "coer/coer.h"

#define CHUNK 64

/* What all messages of a batch have in common. */
struct common {
	const struct signer *signer;
	enum signer_form form;
	struct bytes signer_octets;
	header_info header;
	three_d_location location;
	encryption_key key;
	time64 generation, expiry;
};

struct one {
	struct bytes tbs, canonical;
};

static void
set_header(struct common *c, const struct spdu_header *h)
{
	memset(&c->header, 0, sizeof(c->header));
	c->header.psid = h->psid;
	if (h->has_generation_time) {
		c->generation = h->generation_time;
		c->header.generation_time = &c->generation;
	}
	if (h->has_expiry_time) {
		c->expiry = h->expiry_time;
		c->header.expiry_time = &c->expiry;
	}
	if (h->has_location) {
		c->location = (three_d_location){
		    h->place.latitude, h->place.longitude, h->elevation};
		c->header.generation_location = &c->location;
	}
	if (h->encryption_key != NULL) {
		c->key = *h->encryption_key;
		c->header.encryption_key = &c->key;
	}
}

static enum fault
prepare(struct common *c, struct arena *a, const struct spdu_header *h,
    enum signer_form form, const struct signer *s, struct fault_info *fi)
{
	c->signer = s;
	c->form = form;
	set_header(c, h);
	return signer_octets(&c->signer_octets, a, form, s, fi);
}

static enum fault
encode_tbs(struct one *o, struct arena *a, const struct common *c,
    const signed_data_payload *payload, struct fault_info *fi)
{
	to_be_signed_data tbs = {.payload = *payload, .header_info = c->header};

	TRY(coer_encode_new(&o->tbs, a, &to_be_signed_data_asn, &tbs, fi));
	tbs.raw = o->tbs;
	return canonical_tbs_data(&o->canonical, a, &tbs, fi);
}

/* 03 81, hashId, tbsData, signer, signature: no field of SignedData needs a
 * length or a preamble of its own. */
static enum fault
assemble(struct bytes *out, struct arena *a, const struct common *c,
    const struct one *o, const signature *sig, struct fault_info *fi)
{
	size_t n = 3 + o->tbs.n + c->signer_octets.n + SIGNATURE_SIZE_MAX;
	void *p = arena_alloc(a, n, 1);
	struct writer w;

	if (p == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no memory left for a message");
	w = writer_of(p, n);
	write_uint(&w, 0x0381, 2);
	write_uint(&w,
	    hash_of_curve(c->signer->public.curve) == SHA384_SIZE
		? hash_algorithm_sha384
		: hash_algorithm_sha256,
	    1);
	write_bytes(&w, o->tbs);
	write_bytes(&w, c->signer_octets);
	TRY(coer_encode(&signature_asn, sig, &w, fi));
	*out = writer_done(&w);
	return FAULT_OK;
}

static enum fault
sign_p256(struct bytes *out, struct arena *a, const struct common *c,
    const struct one *o, size_t n, struct fault_info *fi)
{
	const struct cert *k = c->form == SIGNER_SELF ? NULL : c->signer->cert;
	struct p256_signature sigs[CHUNK];
	struct bytes data[CHUNK];
	struct digest e[CHUNK];
	signature sig;
	size_t i;

	for (i = 0; i < n; i++)
		data[i] = o[i].canonical;
	sha256_to_sign(e, data, k != NULL ? k->hash : sha256_of_nothing, n);
	TRY(c->signer->sign(c->signer->ctx, sigs, e, n, fi));
	for (i = 0; i < n; i++) {
		signature_of_p256(&sig, &sigs[i]);
		TRY(assemble(&out[i], a, c, &o[i], &sig, fi));
	}
	return FAULT_OK;
}

static enum fault
sign_any(struct bytes *out, struct arena *a, const struct common *c,
    const struct one *o, size_t n, struct fault_info *fi)
{
	const struct cert *k = c->form == SIGNER_SELF ? NULL : c->signer->cert;
	uint8_t hash[SHA384_SIZE];
	signature sig;
	size_t i;

	for (i = 0; i < n; i++) {
		hash_to_sign(hash, hash_of_curve(c->signer->public.curve),
		    o[i].canonical, k);
		TRY(signature_make(&sig, c->signer, hash, fi));
		TRY(assemble(&out[i], a, c, &o[i], &sig, fi));
	}
	return FAULT_OK;
}

static enum fault
sign_some(struct bytes *out, struct arena *a, const struct common *c,
    const struct one *o, size_t n, struct fault_info *fi)
{
	return c->signer->public.curve == CURVE_P256
		   ? sign_p256(out, a, c, o, n, fi)
		   : sign_any(out, a, c, o, n, fi);
}

enum fault
spdu_sign_batch(struct bytes *out, struct arena *a, const struct spdu_header *h,
    const struct bytes *payload, size_t n, enum signer_form form,
    const struct signer *s, struct fault_info *fi)
{
	ieee1609_dot2_data data = {.protocol_version = 3,
	    .content.is = ieee1609_dot2_content_unsecured_data};
	signed_data_payload p = {.data = &data};
	struct one one[CHUNK];
	struct common c;
	size_t i, j, m;

	TRY(prepare(&c, a, h, form, s, fi));
	for (i = 0; i < n; i += m) {
		m = n - i < CHUNK ? n - i : CHUNK;
		for (j = 0; j < m; j++) {
			data.content.unsecured_data = payload[i + j];
			TRY(encode_tbs(&one[j], a, &c, &p, fi));
		}
		TRY(sign_some(out + i, a, &c, one, m, fi));
	}
	return FAULT_OK;
}

enum fault
spdu_sign(struct bytes *out, struct arena *a, const struct spdu_header *h,
    struct bytes payload, enum signer_form form, const struct signer *s,
    struct fault_info *fi)
{
	return spdu_sign_batch(out, a, h, &payload, 1, form, s, fi);
}

static enum fault
sign_payload(struct bytes *out, struct arena *a, const struct spdu_header *h,
    const signed_data_payload *p, enum signer_form form, const struct signer *s,
    struct fault_info *fi)
{
	struct common c;
	struct one one;

	TRY(prepare(&c, a, h, form, s, fi));
	TRY(encode_tbs(&one, a, &c, p, fi));
	return sign_some(out, a, &c, &one, 1, fi);
}

enum fault
spdu_sign_data(struct bytes *out, struct arena *a, const struct spdu_header *h,
    struct bytes in, enum signer_form form, const struct signer *s,
    struct fault_info *fi)
{
	ieee1609_dot2_data data;
	signed_data_payload p = {.data = &data};

	TRY(coer_decode(&ieee1609_dot2_data_asn, &data, a, in, fi));
	return sign_payload(out, a, h, &p, form, s, fi);
}

enum fault
spdu_sign_external(struct bytes *out, struct arena *a,
    const struct spdu_header *h, const uint8_t hash[SHA256_SIZE],
    enum signer_form form, const struct signer *s, struct fault_info *fi)
{
	hashed_data hashed = {.is = hashed_data_sha256_hashed_data};
	signed_data_payload p = {.ext_data_hash = &hashed};

	memcpy(hashed.sha256_hashed_data.b, hash, SHA256_SIZE);
	return sign_payload(out, a, h, &p, form, s, fi);
}

enum fault
spdu_wrap(struct bytes *out, struct arena *a, struct bytes payload,
    struct fault_info *fi)
{
	ieee1609_dot2_data data = {.protocol_version = 3,
	    .content.is = ieee1609_dot2_content_unsecured_data};

	data.content.unsecured_data = payload;
	return coer_encode_new(out, a, &ieee1609_dot2_data_asn, &data, fi);
}

enum fault
spdu_unwrap(struct bytes *out, struct bytes in, struct fault_info *fi)
{
	uint8_t room[64];
	struct arena a = arena_of(room, sizeof(room));
	ieee1609_dot2_data data;

	if (in.n >= 2 && in.p[0] == 3 && in.p[1] != 0x80)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "message is not unsecuredData");
	TRY(coer_decode(&ieee1609_dot2_data_asn, &data, &a, in, fi));
	*out = data.content.unsecured_data;
	return FAULT_OK;
}
