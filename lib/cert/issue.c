/* issue.c - see issue.h. */
#include <string.h>

#include "base/secret.h"
#include "cert/batch.h"
#include "cert/canonical.h"
#include "cert/convert.h"
#include "cert/issue.h"
#include "cert/signature.h"
#include "coer/coer.h"
#include "crypto/ecqv.h"

static void
set_issuer(issuer_identifier *out, const struct cert *issuer, enum curve own)
{
	memset(out, 0, sizeof(*out));
	if (issuer == NULL) {
		out->is = issuer_identifier_self;
		out->self = hash_of_curve(own) == SHA384_SIZE
				? hash_algorithm_sha384
				: hash_algorithm_sha256;
	} else if (issuer->hash_n == SHA384_SIZE) {
		out->is = issuer_identifier_sha384_and_digest;
		memcpy(out->sha384_and_digest.b, issuer->id, CERT_ID_SIZE);
	} else {
		out->is = issuer_identifier_sha256_and_digest;
		memcpy(out->sha256_and_digest.b, issuer->id, CERT_ID_SIZE);
	}
}

static enum fault
check_own_key(const to_be_signed_certificate *tbs, const struct signer *s,
    struct fault_info *fi)
{
	struct curve_point in, key;

	TRY(key_of_schema(
	    &in, &tbs->verify_key_indicator.verification_key, fi));
	TRY(curve_decompress(&key, &in, fi));
	if (key.curve == s->public.curve &&
	    memcmp(key.x, s->public.x, sizeof(key.x)) == 0 &&
	    memcmp(key.y, s->public.y, sizeof(key.y)) == 0)
		return FAULT_OK;
	return fault_set(fi, FAULT_KEY_MISMATCH,
	    "self-signed certificate holds another key than the signer's");
}

enum fault
cert_issue_explicit(struct bytes *out, struct arena *a,
    const certificate *template, const struct signer *s, struct fault_info *fi)
{
	size_t hash_n = hash_of_curve(s->public.curve);
	uint8_t hash[SHA384_SIZE];
	certificate c = *template;
	struct bytes tbs;
	signature sig;

	if (c.to_be_signed.verify_key_indicator.is !=
	    verification_key_indicator_verification_key)
		return fault_set(fi, FAULT_WRONG_PROFILE,
		    "explicit certificate without verification key");
	if (s->cert == NULL)
		TRY(check_own_key(&c.to_be_signed, s, fi));
	c.raw = c.to_be_signed.raw = BYTES_NONE;
	c.version = 3;
	c.type = certificate_type_explicit;
	set_issuer(&c.issuer, s->cert, s->public.curve);
	c.signature = &sig;
	TRY(canonical_tbs_certificate(&tbs, a, &c.to_be_signed, fi));
	hash_to_sign(hash, hash_n, tbs, s->cert);
	TRY(signature_make(&sig, s, hash, fi));
	return coer_encode_new(out, a, &certificate_asn, &c, fi);
}

/* ---- implicit ---- */

#define CHUNK 64

/* What stands before toBeSigned in an implicit certificate: preamble, version,
 * type, and the issuer's tag and HashedId8.  Nothing stands behind. */
#define BEFORE_TBS 12

struct chunk {
	struct point p_u[CHUNK];
	struct scalar k[CHUNK], r[CHUNK]; /* secret */
	struct digest e[CHUNK];
	struct bytes tbs[CHUNK];
	bool ok[CHUNK];
};

static enum fault
encode_one(struct bytes *out, struct arena *a, const certificate *template,
    const struct point *p_u, const struct implicit_issuer *by,
    struct fault_info *fi)
{
	certificate c = *template;
	verification_key_indicator *v = &c.to_be_signed.verify_key_indicator;
	struct curve_point p;

	c.raw = c.to_be_signed.raw = BYTES_NONE;
	c.version = 3;
	c.type = certificate_type_implicit;
	c.signature = NULL;
	set_issuer(&c.issuer, by->cert, CURVE_P256);
	curve_of_p256(&p, p_u);
	curve_compress(&p);
	v->is = verification_key_indicator_reconstruction_value;
	point_to_schema(&v->reconstruction_value, &p);
	return coer_encode_new(out, a, &certificate_asn, &c, fi);
}

/* The encoding with an uncompressed encryption key is not what is hashed. */
static enum fault
hashed_tbs(struct bytes *out, struct arena *a, struct bytes raw,
    const certificate *template)
{
	public_encryption_key key;
	certificate c;

	*out = (struct bytes){raw.p + BEFORE_TBS, raw.n - BEFORE_TBS};
	if (template->to_be_signed.encryption_key == NULL)
		return FAULT_OK;
	key = *template->to_be_signed.encryption_key;
	if (!canonical_encryption_key(&key))
		return FAULT_OK;
	TRY(coer_decode(&certificate_asn, &c, a, raw, NULL));
	return canonical_tbs_certificate(out, a, &c.to_be_signed, NULL);
}

static void
issue_chunk(struct chunk *h, struct implicit_certificate *out,
    enum fault *verdict, struct arena *a, const certificate *const *template,
    const struct point *r_u, size_t n, const struct implicit_issuer *by,
    struct fault_info *fi)
{
	size_t i;

	per_element(ecqv_issue(h->p_u, h->k, r_u, by->d, h->ok, n));
	for (i = 0; i < n; i++) {
		verdict[i] =
		    h->ok[i] ? encode_one(&out[i].raw, a, template[i],
				   &h -> p_u[i], by, fi)
			     : fault_set(fi, FAULT_BAD_POINT,
				   "request key is not a point of the curve");
		if (verdict[i] == FAULT_OK)
			verdict[i] =
			    hashed_tbs(&h->tbs[i], a, out[i].raw, template[i]);
		if (verdict[i] != FAULT_OK)
			h->tbs[i] = BYTES_NONE;
	}
	sha256_to_sign(h->e, h->tbs, by->cert->hash, n);
	per_element(ecqv_respond(h->r, h->k, h->e, by->d, h->ok, n));
	for (i = 0; i < n; i++) {
		if (verdict[i] == FAULT_OK && !h->ok[i])
			verdict[i] = FAULT_BAD_SCALAR;
		if (verdict[i] == FAULT_OK)
			out[i].r = h->r[i];
		else
			memset(&out[i], 0, sizeof(out[i]));
	}
}

static enum fault
issue_all(struct implicit_certificate *out, enum fault *verdict,
    struct arena *a, const certificate *const *template,
    const struct point *r_u, size_t n, const struct implicit_issuer *by,
    struct fault_info *fi)
{
	enum fault first = FAULT_OK, own[CHUNK];
	struct chunk h;
	size_t i, m;

	for (i = 0; i < n; i += m) {
		m = n - i < CHUNK ? n - i : CHUNK;
		issue_chunk(
		    &h, out + i, own, a, template + i, r_u + i, m, by, fi);
		if (first == FAULT_OK)
			first = first_fault(own, m);
		if (verdict != NULL)
			memcpy(verdict + i, own, m * sizeof(own[0]));
	}
	wipe(&h, sizeof(h));
	return first;
}

enum fault
cert_issue_implicit_batch(struct implicit_certificate *out, enum fault *verdict,
    struct arena *a, const certificate *const *template,
    const struct point *r_u, size_t n, const struct implicit_issuer *by)
{
	size_t i;

	if (by->cert->has_key && by->cert->key.curve == CURVE_P256)
		return issue_all(out, verdict, a, template, r_u, n, by, NULL);
	for (i = 0; i < n; i++) {
		memset(&out[i], 0, sizeof(out[i]));
		if (verdict != NULL)
			verdict[i] = FAULT_CURVE_MISMATCH;
	}
	return FAULT_CURVE_MISMATCH;
}

enum fault
cert_issue_implicit(struct implicit_certificate *out, struct arena *a,
    const certificate *template, const struct point *r_u,
    const struct implicit_issuer *by, struct fault_info *fi)
{
	if (!by->cert->has_key || by->cert->key.curve != CURVE_P256)
		return fault_set(fi, FAULT_CURVE_MISMATCH,
		    "implicit certificates need an issuer on NIST P-256");
	return issue_all(out, NULL, a, &template, r_u, 1, by, fi);
}
