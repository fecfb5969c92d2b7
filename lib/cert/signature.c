/* signature.c - see signature.h and sign.h. */
#include <assert.h>
#include <string.h>

#include "cert/batch.h"
#include "cert/convert.h"
#include "cert/sign.h"
#include "cert/signature.h"
#include "coer/coer.h"

void
hash_to_sign(
    uint8_t *out, size_t hash_n, struct bytes data, const struct cert *signer)
{
	struct digest d;

	assert(signer == NULL || signer->hash_n == hash_n);
	if (hash_n == SHA384_SIZE) {
		sha384_to_sign(out, data,
		    signer != NULL ? signer->hash : sha384_of_nothing);
		return;
	}
	sha256_to_sign(
	    &d, &data, signer != NULL ? signer->hash : sha256_of_nothing, 1);
	memcpy(out, d.b, sizeof(d.b));
}

enum fault
signature_check(const struct curve_point *key, const uint8_t *hash,
    size_t hash_n, const signature *in, struct fault_info *fi)
{
	struct curve_signature sig;

	TRY(signature_of_schema(&sig, in, fi));
	if (sig.r.curve != key->curve)
		return fault_set(fi, FAULT_CURVE_MISMATCH,
		    "key is on %s, signature on %s", curve_name(key->curve),
		    curve_name(sig.r.curve));
	return curve_verify(key, hash, hash_n, &sig, fi);
}

/* ---- many ---- */

#define CHUNK 64

struct chunk {
	struct signature_case *of[CHUNK];
	struct point key[CHUNK];
	struct digest e[CHUNK];
	struct p256_signature sig[CHUNK];
	bool ok[CHUNK];
	size_t n;
};

static void
check_chunk(struct chunk *h)
{
	if (h->n == 0)
		return;
	per_element(ecdsa_verify(h->key, h->e, h->sig, h->ok, h->n));
	for (size_t i = 0; i < h->n; i++)
		if (!h->ok[i])
			h->of[i]->fault = fault_set(h->of[i]->fi,
			    FAULT_BAD_SIGNATURE, "%s signature does not verify",
			    curve_name(CURVE_P256));
	h->n = 0;
}

/* False: not for the batch, which is made for keys on P-256. */
static bool
add_to_chunk(struct chunk *h, struct signature_case *c)
{
	struct curve_signature sig;
	const struct curve_point *k = c->key;

	if (k->curve != CURVE_P256 || k->form != POINT_UNCOMPRESSED ||
	    signature_of_schema(&sig, c->signature, NULL) != FAULT_OK ||
	    sig.r.curve != CURVE_P256)
		return false;
	memcpy(h->key[h->n].x, k->x, sizeof(h->key[h->n].x));
	memcpy(h->key[h->n].y, k->y, sizeof(h->key[h->n].y));
	h->e[h->n] = c->e;
	signature_to_p256(&h->sig[h->n], &sig);
	h->of[h->n++] = c;
	return true;
}

void
signature_check_many(struct signature_case *c, size_t n)
{
	struct chunk h = {.n = 0};

	for (size_t i = 0; i < n; i++) {
		if (c[i].fault != FAULT_OK)
			continue;
		if (!add_to_chunk(&h, &c[i]))
			c[i].fault = signature_check(c[i].key, c[i].e.b,
			    SHA256_SIZE, c[i].signature, c[i].fi);
		if (h.n == CHUNK)
			check_chunk(&h);
	}
	check_chunk(&h);
}

/* ---- making them ---- */

enum fault
signature_make(signature *out, const struct signer *s, const uint8_t *hash,
    struct fault_info *fi)
{
	struct p256_signature p256;
	struct curve_signature any;
	struct digest d;

	if (s->public.curve == CURVE_P256) {
		memcpy(d.b, hash, sizeof(d.b));
		TRY(s->sign(s->ctx, &p256, &d, 1, fi));
		signature_of_p256(out, &p256);
		return FAULT_OK;
	}
	TRY(s->sign_any(
	    s->ctx, &any, hash, hash_of_curve(s->public.curve), fi));
	signature_to_schema(out, &any);
	return FAULT_OK;
}

enum fault
signer_octets(struct bytes *out, struct arena *a, enum signer_form form,
    const struct signer *s, struct fault_info *fi)
{
	signer_identifier id = {.is = signer_identifier_self};
	certificate one;

	if (form != SIGNER_SELF && s->cert == NULL)
		return fault_set(fi, FAULT_USAGE,
		    "a signer without certificate signs as self only");
	if (form == SIGNER_DIGEST) {
		id.is = signer_identifier_digest;
		memcpy(id.digest.b, s->cert->id, sizeof(id.digest.b));
	} else if (form == SIGNER_CERTIFICATE) {
		one = *s->cert->c;
		id.is = signer_identifier_certificate;
		id.certificate = (sequence_of_certificate){1, &one};
	}
	return coer_encode_new(out, a, &signer_identifier_asn, &id, fi);
}

/* ---- a signer in memory ---- */

static enum fault
scalar_sign(void *ctx, struct p256_signature *out, const struct digest *e,
    size_t n, struct fault_info *fi)
{
	(void)fi;
	ecdsa_sign(out, e, ctx, n);
	return FAULT_OK;
}

static enum fault
scalar_sign_any(void *ctx, struct curve_signature *out, const uint8_t *hash,
    size_t hash_n, struct fault_info *fi)
{
	uint8_t d[CURVE_OCTETS_MAX] = {0};
	enum fault f;

	memcpy(d, ((const struct scalar *)ctx)->b, sizeof(struct scalar));
	f = curve_sign(out, CURVE_P256, d, hash, hash_n, fi);
	explicit_bzero(d, sizeof(d));
	return f;
}

enum fault
signer_of_scalar(struct signer *out, const struct scalar *d,
    const struct cert *cert, struct fault_info *fi)
{
	struct point q;

	if (!scalar_valid(d))
		return fault_set(fi, FAULT_BAD_SCALAR, "not a private key");
	TRY(p256_base_mul(&q, d, NULL, 1));
	if (cert != NULL && (!cert->has_key || cert->key.curve != CURVE_P256 ||
				memcmp(&cert->key_p256, &q, sizeof(q)) != 0))
		return fault_set(fi, FAULT_KEY_MISMATCH,
		    "key does not belong to the certificate");
	memset(out, 0, sizeof(*out));
	out->cert = cert;
	curve_of_p256(&out->public, &q);
	out->sign = scalar_sign;
	out->sign_any = scalar_sign_any;
	/* Only ever read through; the interface's ctx serves all signers. */
	memcpy(&out->ctx, &d, sizeof(out->ctx));
	return FAULT_OK;
}
