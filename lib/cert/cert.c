/* cert.c - see cert.h. */
#include <string.h>

#include "cert/batch.h"
#include "cert/canonical.h"
#include "cert/cert.h"
#include "cert/convert.h"
#include "cert/signature.h"
#include "cert/validity.h"
#include "coer/coer.h"
#include "crypto/ecqv.h"

/* ---- loading ---- */

static enum fault
check_type(const certificate *c, struct fault_info *fi)
{
	const verification_key_indicator *v =
	    &c->to_be_signed.verify_key_indicator;
	const char *wrong = NULL;

	if (v->is == verification_key_indicator_unknown)
		return fault_set(fi, FAULT_UNSUPPORTED,
		    "verifyKeyIndicator of an unknown kind");
	switch (c->type) {
	case certificate_type_explicit:
		if (c->signature == NULL)
			wrong = "explicit certificate without signature";
		else if (v->is != verification_key_indicator_verification_key)
			wrong = "explicit certificate without verification key";
		break;
	case certificate_type_implicit:
		if (c->signature != NULL)
			wrong = "implicit certificate with signature";
		else if (v->is !=
			 verification_key_indicator_reconstruction_value)
			wrong = "implicit certificate without "
				"reconstruction value";
		else if (c->issuer.is == issuer_identifier_self)
			wrong = "implicit certificate with issuer self";
		break;
	default:
		wrong = "certificate of an unknown type";
	}
	if (wrong != NULL)
		return fault_set(fi, FAULT_BAD_CERTIFICATE_TYPE, "%s", wrong);
	return FAULT_OK;
}

/* The key of an explicit certificate; an implicit one only has its form. */
static enum fault
load_key(struct cert *k, struct fault_info *fi)
{
	const verification_key_indicator *v = &k->tbs->verify_key_indicator;
	struct curve_point in;
	enum fault f;

	if (k->implicit) {
		TRY(point_of_schema(
		    &in, CURVE_P256, &v->reconstruction_value, fi));
		if (in.form == POINT_X_ONLY)
			return fault_set(fi, FAULT_BAD_POINT,
			    "reconstruction value is x-only");
		return FAULT_OK;
	}
	TRY(key_of_schema(&in, &v->verification_key, fi));
	if ((f = curve_decompress(&k->key, &in, fi)) != FAULT_OK) {
		fault_prefix(fi, "verification key");
		return f;
	}
	if (k->key.curve == CURVE_P256)
		TRY(curve_to_p256(&k->key_p256, &k->key, fi));
	k->has_key = true;
	return FAULT_OK;
}

/* A key for an algorithm that we do not have is as good as none. */
static enum fault
load_encryption_key(struct cert *k, struct fault_info *fi)
{
	struct curve_point in;
	enum fault f;

	if (k->tbs->encryption_key == NULL)
		return FAULT_OK;
	f = encryption_key_of_schema(&in, k->tbs->encryption_key, fi);
	if (f == FAULT_UNSUPPORTED)
		return FAULT_OK;
	TRY(f);
	if ((f = curve_decompress(&k->encryption_key, &in, fi)) != FAULT_OK) {
		fault_prefix(fi, "encryption key");
		return f;
	}
	k->has_encryption_key = true;
	return FAULT_OK;
}

/* 1609.2 5.3.9.2: the hash algorithm follows the verification key. */
static void
hash_whole(struct cert *k)
{
	if (k->has_key && curve_octets(k->key.curve) == 48) {
		k->hash_n = SHA384_SIZE;
		sha384(k->hash, k->canonical);
	} else {
		k->hash_n = SHA256_SIZE;
		sha256(k->hash, k->canonical);
	}
	memcpy(k->id, k->hash + k->hash_n - CERT_ID_SIZE, CERT_ID_SIZE);
}

static enum fault
check_self(const struct cert *k, struct fault_info *fi)
{
	hash_algorithm want;

	if (!k->self_issued)
		return FAULT_OK;
	want = k->hash_n == SHA384_SIZE ? hash_algorithm_sha384
					: hash_algorithm_sha256;
	if (k->c->issuer.self == want)
		return FAULT_OK;
	return fault_set(fi, FAULT_HASH_MISMATCH,
	    "self-signed with another hash algorithm than its key on %s has",
	    curve_name(k->key.curve));
}

enum fault
cert_of(struct cert **out, struct arena *a, const certificate *c,
    struct fault_info *fi)
{
	struct cert *k = ARENA_NEW(a, struct cert);

	if (k == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no memory left for a certificate");
	TRY(check_type(c, fi));
	k->c = c;
	k->tbs = &c->to_be_signed;
	k->raw = c->raw;
	k->implicit = c->type == certificate_type_implicit;
	k->self_issued = c->issuer.is == issuer_identifier_self;
	k->start = k->tbs->validity_period.start;
	k->end = validity_end(&k->tbs->validity_period);
	TRY(load_key(k, fi));
	TRY(load_encryption_key(k, fi));
	TRY(canonical_certificate(&k->canonical, a, c, fi));
	TRY(canonical_tbs_certificate(&k->canonical_tbs, a, k->tbs, fi));
	hash_whole(k);
	TRY(check_self(k, fi));
	*out = k;
	return FAULT_OK;
}

enum fault
cert_load(
    struct cert **out, struct arena *a, struct bytes raw, struct fault_info *fi)
{
	certificate *c = ARENA_NEW(a, certificate);
	struct bytes copy = bytes_copy(a, raw);

	if (c == NULL || (copy.p == NULL && raw.n != 0))
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no memory left for a certificate");
	/* The version is not under the signature; it has a fault of its own. */
	if (raw.n >= 2 && (raw.p[0] & 0x7f) == 0 && raw.p[1] != 3)
		return fault_set(fi, FAULT_BAD_VERSION,
		    "certificate of version %u", raw.p[1]);
	TRY(coer_decode(&certificate_asn, c, a, copy, fi));
	return cert_of(out, a, c, fi);
}

/* ---- issuer ---- */

const uint8_t *
cert_issuer_id(const struct cert *k)
{
	const issuer_identifier *i = &k->c->issuer;

	switch (i->is) {
	case issuer_identifier_sha256_and_digest:
		return i->sha256_and_digest.b;
	case issuer_identifier_sha384_and_digest:
		return i->sha384_and_digest.b;
	case issuer_identifier_sm3_and_digest:
		return i->sm3_and_digest.b;
	case issuer_identifier_self:
	case issuer_identifier_unknown:
		break;
	}
	return NULL;
}

bool
cert_names_issuer(const struct cert *k, const struct cert *issuer)
{
	enum issuer_identifier_tag want =
	    issuer->hash_n == SHA384_SIZE ? issuer_identifier_sha384_and_digest
					  : issuer_identifier_sha256_and_digest;

	return k->c->issuer.is == want &&
	       memcmp(cert_issuer_id(k), issuer->id, CERT_ID_SIZE) == 0;
}

void
cert_ecqv_hash(
    struct digest *e, const struct cert *k, const struct cert *issuer)
{
	sha256_to_sign(e, &k->canonical_tbs, issuer->hash, 1);
}

/* ---- implicit certificates ---- */

#define CHUNK 64

struct chunk {
	struct cert *cert[CHUNK];
	size_t index[CHUNK]; /* in the caller's array */
	struct digest e[CHUNK];
	struct compressed small[CHUNK];
	struct point p_u[CHUNK], q_u[CHUNK];
	bool ok[CHUNK];
	size_t n;
};

static void
set_key(struct cert *k, const struct point *q, const struct cert *issuer)
{
	k->key_p256 = *q;
	curve_of_p256(&k->key, q);
	k->has_key = true;
	k->issuer = issuer;
}

/* Points as compressed ones; uncompressed ones are checked by ecqv_public. */
static void
reconstruction_point(struct chunk *h, size_t i)
{
	const ecc_p256_curve_point *p =
	    &h->cert[i]->tbs->verify_key_indicator.reconstruction_value;

	if (p->is == ecc_p256_curve_point_uncompressed_p256) {
		memcpy(h->p_u[i].x, p->uncompressed_p256.x.b, 32);
		memcpy(h->p_u[i].y, p->uncompressed_p256.y.b, 32);
		memcpy(h->small[i].x, h->p_u[i].x, 32);
		h->small[i].y_bit = h->p_u[i].y[31] & 1;
		return;
	}
	memcpy(h->small[i].x, p->compressed_y_0.b, 32);
	h->small[i].y_bit = p->is == ecc_p256_curve_point_compressed_y_1;
}

static void
resolve_chunk(struct chunk *h, const struct cert *issuer, enum fault *verdict)
{
	struct point given[CHUNK];
	size_t i;

	for (i = 0; i < h->n; i++) {
		reconstruction_point(h, i);
		given[i] = h->p_u[i];
		cert_ecqv_hash(&h->e[i], h->cert[i], issuer);
	}
	/* A bad point becomes zeros, which ecqv_public refuses. */
	per_element(p256_decompress(h->p_u, h->small, NULL, h->n));
	for (i = 0; i < h->n; i++)
		if (h->cert[i]
			->tbs->verify_key_indicator.reconstruction_value.is ==
		    ecc_p256_curve_point_uncompressed_p256)
			h->p_u[i] = given[i];
	per_element(
	    ecqv_public(h->q_u, h->e, h->p_u, &issuer->key_p256, h->ok, h->n));
	for (i = 0; i < h->n; i++) {
		if (h->ok[i])
			set_key(h->cert[i], &h->q_u[i], issuer);
		verdict[h->index[i]] = h->ok[i] ? FAULT_OK : FAULT_BAD_POINT;
	}
	h->n = 0;
}

static enum fault
can_resolve(const struct cert *k, const struct cert *issuer)
{
	if (!cert_names_issuer(k, issuer))
		return FAULT_UNKNOWN_ISSUER;
	if (!issuer->has_key)
		return FAULT_UNKNOWN_ISSUER;
	return issuer->key.curve == CURVE_P256 ? FAULT_OK
					       : FAULT_CURVE_MISMATCH;
}

/* Verdicts for the n <= CHUNK certificates from k on. */
static enum fault
resolve_some(struct cert *const *k, size_t n, const struct cert *issuer,
    enum fault *verdict)
{
	struct chunk h = {.n = 0};
	size_t i;

	for (i = 0; i < n; i++) {
		verdict[i] = FAULT_OK;
		if (k[i]->has_key)
			continue;
		verdict[i] = can_resolve(k[i], issuer);
		if (verdict[i] != FAULT_OK)
			continue;
		h.cert[h.n] = k[i];
		h.index[h.n++] = i;
	}
	if (h.n > 0)
		resolve_chunk(&h, issuer, verdict);
	return first_fault(verdict, n);
}

enum fault
cert_resolve(struct cert *const *k, size_t n, const struct cert *issuer,
    enum fault *verdict)
{
	enum fault first = FAULT_OK, f, own[CHUNK];
	size_t i, m;

	for (i = 0; i < n; i += m) {
		m = n - i < CHUNK ? n - i : CHUNK;
		f = resolve_some(k + i, m, issuer, own);
		if (first == FAULT_OK)
			first = f;
		if (verdict != NULL)
			memcpy(verdict + i, own, m * sizeof(own[0]));
	}
	return first;
}

/* ---- explicit certificates ---- */

enum fault
cert_check_issued(
    struct cert *k, const struct cert *issuer, struct fault_info *fi)
{
	uint8_t hash[SHA384_SIZE];
	enum fault f;
	bool self = k->self_issued;

	if (self ? issuer != k &&
		       memcmp(issuer->hash, k->hash, sizeof(k->hash)) != 0
		 : !cert_names_issuer(k, issuer))
		return fault_set(fi, FAULT_UNKNOWN_ISSUER,
		    "issuer field names another certificate");
	if (k->implicit) {
		f = cert_resolve(&k, 1, issuer, NULL);
		return f == FAULT_OK
			   ? f
			   : fault_set(fi, f,
				 "public key cannot be reconstructed: %s",
				 fault_text(f));
	}
	if (!issuer->has_key)
		return fault_set(
		    fi, FAULT_UNKNOWN_ISSUER, "issuer's key is not known");
	hash_to_sign(
	    hash, issuer->hash_n, k->canonical_tbs, self ? NULL : issuer);
	TRY(signature_check(
	    &issuer->key, hash, issuer->hash_n, k->c->signature, fi));
	k->issuer = self ? NULL : issuer;
	return FAULT_OK;
}

/* ---- for people ---- */

/* Names are compared, and printed into reports: none shall end early at a NUL
 * or write a line of its own. */
static const char *
copy_name(struct arena *a, struct bytes name)
{
	char *s = arena_alloc(a, name.n + 1, 1);

	for (size_t i = 0; s != NULL && i < name.n; i++)
		s[i] = name.p[i] < ' ' || name.p[i] == 0x7f ? '?'
							    : (char)name.p[i];
	return s;
}

const char *
cert_name(struct arena *a, const struct cert *k)
{
	const certificate_id *id = &k->tbs->id;
	char hex[2 * 64 + 1];
	const char *s = NULL;

	switch (id->is) {
	case certificate_id_linkage_data:
		s = arena_printf(
		    a, "linkage data i=%u", id->linkage_data.i_cert);
		break;
	case certificate_id_name:
		s = id->name.n == 0 ? "no name" : copy_name(a, id->name);
		break;
	case certificate_id_binary_id:
		hex_encode(hex, id->binary_id.p, id->binary_id.n);
		s = arena_printf(a, "binary %s", hex);
		break;
	case certificate_id_none:
	case certificate_id_unknown:
		s = "none";
		break;
	}
	return s != NULL ? s : "?";
}
