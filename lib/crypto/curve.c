/* curve.c - see curve.h; P-256 goes to p256.c and ecdsa.c. */
#include <assert.h>
#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/err.h>

#include "base/secret.h"
#include "crypto/ecdsa.h"
#include "crypto/ossl.h"

static const struct {
	const char *name;
	size_t octets;
} curves[] = {
    [CURVE_P256] = {"NIST P-256", 32},
    [CURVE_BRAINPOOL_P256R1] = {"brainpoolP256r1", 32},
    [CURVE_BRAINPOOL_P384R1] = {"brainpoolP384r1", 48},
    [CURVE_P384] = {"NIST P-384", 48},
};

size_t
curve_octets(enum curve c)
{
	return curves[c].octets;
}

const char *
curve_name(enum curve c)
{
	return curves[c].name;
}

static enum fault
bad_point(enum curve c, struct fault_info *fi)
{
	return fault_set(
	    fi, FAULT_BAD_POINT, "not a point of %s", curve_name(c));
}

static enum fault
bad_scalar(enum curve c, struct fault_info *fi)
{
	return fault_set(
	    fi, FAULT_BAD_SCALAR, "not a private key of %s", curve_name(c));
}

enum fault
curve_to_p256(
    struct point *out, const struct curve_point *in, struct fault_info *fi)
{
	struct compressed c;

	if (in->curve != CURVE_P256)
		return fault_set(fi, FAULT_UNSUPPORTED, "%s instead of %s",
		    curve_name(in->curve), curve_name(CURVE_P256));
	memcpy(c.x, in->x, sizeof(c.x));
	c.y_bit = in->form == POINT_COMPRESSED_Y_1;
	memcpy(out->x, in->x, sizeof(out->x));
	memcpy(out->y, in->y, sizeof(out->y));
	if (in->form == POINT_X_ONLY)
		return bad_point(in->curve, fi);
	if (in->form == POINT_UNCOMPRESSED
		? p256_check(out, NULL, 1) != FAULT_OK
		: p256_decompress(out, &c, NULL, 1) != FAULT_OK)
		return bad_point(in->curve, fi);
	return FAULT_OK;
}

void
curve_of_p256(struct curve_point *out, const struct point *in)
{
	memset(out, 0, sizeof(*out));
	out->curve = CURVE_P256;
	out->form = POINT_UNCOMPRESSED;
	memcpy(out->x, in->x, sizeof(in->x));
	memcpy(out->y, in->y, sizeof(in->y));
}

/* To be freed by the caller; NULL: not a point. */
static EC_POINT *
get(const struct curve_point *in)
{
	static const uint8_t first[] = {
	    [POINT_X_ONLY] = 0xff,
	    [POINT_COMPRESSED_Y_0] = 2,
	    [POINT_COMPRESSED_Y_1] = 3,
	    [POINT_UNCOMPRESSED] = 4,
	};
	const EC_GROUP *g = ossl_group(in->curve);
	size_t n = curve_octets(in->curve);
	uint8_t sec1[1 + 2 * CURVE_OCTETS_MAX];
	EC_POINT *p = EC_POINT_new(g);

	ossl_must(p != NULL);
	sec1[0] = first[in->form];
	memcpy(sec1 + 1, in->x, n);
	memcpy(sec1 + 1 + n, in->y, n);
	ERR_set_mark();
	if (EC_POINT_oct2point(g, p, sec1,
		1 + (in->form == POINT_UNCOMPRESSED ? 2 * n : n),
		ossl_thread()->bn) != 1) {
		EC_POINT_free(p);
		p = NULL;
	}
	ERR_pop_to_mark();
	return p;
}

static void
put(struct curve_point *out, enum curve c, const EC_POINT *p)
{
	size_t n = curve_octets(c);
	uint8_t sec1[1 + 2 * CURVE_OCTETS_MAX];

	ossl_must(
	    EC_POINT_point2oct(ossl_group(c), p, POINT_CONVERSION_UNCOMPRESSED,
		sec1, sizeof(sec1), ossl_thread()->bn) == 1 + 2 * n);
	memset(out, 0, sizeof(*out));
	out->curve = c;
	out->form = POINT_UNCOMPRESSED;
	memcpy(out->x, sec1 + 1, n);
	memcpy(out->y, sec1 + 1 + n, n);
	wipe(sec1, sizeof(sec1));
}

/* To be freed by the caller; NULL: not in 1..n-1. */
static BIGNUM *
get_private(enum curve c, const uint8_t *octets)
{
	BIGNUM *d = BN_bin2bn(octets, (int)curve_octets(c), NULL);

	ossl_must(d != NULL);
	BN_set_flags(d, BN_FLG_CONSTTIME);
	if (!BN_is_zero(d) && BN_cmp(d, EC_GROUP_get0_order(ossl_group(c))) < 0)
		return d;
	BN_clear_free(d);
	return NULL;
}

enum fault
curve_decompress(struct curve_point *out, const struct curve_point *in,
    struct fault_info *fi)
{
	EC_POINT *p;
	struct point q;

	if (in->curve == CURVE_P256) {
		TRY(curve_to_p256(&q, in, fi));
		curve_of_p256(out, &q);
		return FAULT_OK;
	}
	p = get(in);
	if (p == NULL)
		return bad_point(in->curve, fi);
	put(out, in->curve, p);
	EC_POINT_free(p);
	return FAULT_OK;
}

void
curve_compress(struct curve_point *p)
{
	size_t n = curve_octets(p->curve);

	if (p->form != POINT_UNCOMPRESSED)
		return;
	p->form = p->y[n - 1] & 1 ? POINT_COMPRESSED_Y_1 : POINT_COMPRESSED_Y_0;
	memset(p->y, 0, sizeof(p->y));
}

void
curve_generate(uint8_t *d, struct curve_point *Q, enum curve c)
{
	enum fault f;
	BIGNUM *k = BN_new();

	ossl_must(k != NULL);
	do
		ossl_must(
		    BN_priv_rand_range(k, EC_GROUP_get0_order(ossl_group(c))));
	while (BN_is_zero(k));
	ossl_must(BN_bn2binpad(k, d, (int)curve_octets(c)) > 0);
	BN_clear_free(k);
	f = curve_public(Q, c, d, NULL);
	assert(f == FAULT_OK);
}

enum fault
curve_public(struct curve_point *Q, enum curve c, const uint8_t *d,
    struct fault_info *fi)
{
	const EC_GROUP *g = ossl_group(c);
	BIGNUM *k = get_private(c, d);
	EC_POINT *p;

	if (k == NULL)
		return bad_scalar(c, fi);
	p = EC_POINT_new(g);
	ossl_must(p != NULL);
	ossl_must(EC_POINT_mul(g, p, k, NULL, NULL, ossl_thread()->bn));
	put(Q, c, p);
	EC_POINT_free(p);
	BN_clear_free(k);
	return FAULT_OK;
}

enum fault
curve_shared(uint8_t *z, const struct curve_point *P, const uint8_t *d,
    struct fault_info *fi)
{
	const EC_GROUP *g = ossl_group(P->curve);
	enum fault f = FAULT_OK;
	BIGNUM *k = get_private(P->curve, d);
	EC_POINT *p = get(P);
	struct curve_point s;

	memset(z, 0, curve_octets(P->curve));
	if (k == NULL || p == NULL) {
		f = k == NULL ? bad_scalar(P->curve, fi)
			      : bad_point(P->curve, fi);
		goto out;
	}
	/* The order is prime, so this is never infinity. */
	ossl_must(EC_POINT_mul(g, p, NULL, p, k, ossl_thread()->bn));
	put(&s, P->curve, p);
	memcpy(z, s.x, curve_octets(P->curve));
	wipe(&s, sizeof(s));
out:
	EC_POINT_clear_free(p);
	BN_clear_free(k);
	return f;
}

/*
 * ECDSA
 */

static struct digest
left_32(const uint8_t *hash)
{
	struct digest e;

	memcpy(e.b, hash, sizeof(e.b));
	return e;
}

static bool
verify_p256(const struct point *key, const uint8_t *hash,
    const struct curve_signature *sig)
{
	struct p256_signature s = {.r_is_point = sig->r.form != POINT_X_ONLY};
	struct digest e = left_32(hash);

	memcpy(s.r, sig->r.x, sizeof(s.r));
	memcpy(s.s, sig->s, sizeof(s.s));
	return ecdsa_verify(key, &e, &s, NULL, 1) == FAULT_OK;
}

/* r and s as OpenSSL takes them; NULL: r is an x that is not below p. */
static ECDSA_SIG *
get_signature(const struct curve_signature *sig)
{
	enum curve c = sig->r.curve;
	const EC_GROUP *g = ossl_group(c);
	int n = (int)curve_octets(c);
	BIGNUM *r = BN_bin2bn(sig->r.x, n, NULL);
	BIGNUM *s = BN_bin2bn(sig->s, n, NULL);
	ECDSA_SIG *out = ECDSA_SIG_new();

	ossl_must(r != NULL && s != NULL && out != NULL);
	ossl_must(ECDSA_SIG_set0(out, r, s));
	if (sig->r.form == POINT_X_ONLY)
		return out;
	if (BN_cmp(r, EC_GROUP_get0_field(g)) >= 0) {
		ECDSA_SIG_free(out);
		return NULL;
	}
	ossl_must(BN_nnmod(r, r, EC_GROUP_get0_order(g), ossl_thread()->bn));
	return out;
}

static bool
verify_other(const EC_POINT *key, const uint8_t *hash, size_t hash_n,
    const struct curve_signature *sig)
{
	EC_KEY *k = EC_KEY_new();
	ECDSA_SIG *s = get_signature(sig);
	bool good;

	ossl_must(k != NULL);
	ossl_must(EC_KEY_set_group(k, ossl_group(sig->r.curve)));
	ossl_must(EC_KEY_set_public_key(k, key));
	ERR_set_mark();
	good = s != NULL && ECDSA_do_verify(hash, (int)hash_n, s, k) == 1;
	ERR_pop_to_mark();
	ECDSA_SIG_free(s);
	EC_KEY_free(k);
	return good;
}

enum fault
curve_verify(const struct curve_point *key, const uint8_t *hash, size_t hash_n,
    const struct curve_signature *sig, struct fault_info *fi)
{
	EC_POINT *k;
	struct point p;
	bool good;

	assert(hash_n == SHA256_SIZE || hash_n == SHA384_SIZE);
	if (key->curve != sig->r.curve)
		return fault_set(fi, FAULT_CURVE_MISMATCH,
		    "signature on %s under a key on %s",
		    curve_name(sig->r.curve), curve_name(key->curve));
	if (key->curve == CURVE_P256) {
		TRY(curve_to_p256(&p, key, fi));
		good = verify_p256(&p, hash, sig);
	} else {
		k = get(key);
		if (k == NULL)
			return bad_point(key->curve, fi);
		good = verify_other(k, hash, hash_n, sig);
		EC_POINT_free(k);
	}
	return good ? FAULT_OK
		    : fault_set(fi, FAULT_BAD_SIGNATURE,
			  "%s signature does not verify",
			  curve_name(key->curve));
}

static void
sign_p256(struct curve_signature *out, const uint8_t *d, const uint8_t *hash)
{
	struct p256_signature s;
	struct digest e = left_32(hash);
	struct scalar key;

	memcpy(key.b, d, sizeof(key.b));
	ecdsa_sign(&s, &e, &key, 1);
	memcpy(out->r.x, s.r, sizeof(s.r));
	memcpy(out->s, s.s, sizeof(s.s));
	wipe(&key, sizeof(key));
}

static void
sign_other(struct curve_signature *out, enum curve c, const BIGNUM *d,
    const uint8_t *hash, size_t hash_n)
{
	int n = (int)curve_octets(c);
	EC_KEY *k = EC_KEY_new();
	ECDSA_SIG *s;

	ossl_must(k != NULL);
	ossl_must(EC_KEY_set_group(k, ossl_group(c)));
	ossl_must(EC_KEY_set_private_key(k, d));
	s = ECDSA_do_sign(hash, (int)hash_n, k);
	ossl_must(s != NULL);
	ossl_must(BN_bn2binpad(ECDSA_SIG_get0_r(s), out->r.x, n) == n);
	ossl_must(BN_bn2binpad(ECDSA_SIG_get0_s(s), out->s, n) == n);
	ECDSA_SIG_free(s);
	EC_KEY_free(k);
}

enum fault
curve_sign(struct curve_signature *out, enum curve c, const uint8_t *d,
    const uint8_t *hash, size_t hash_n, struct fault_info *fi)
{
	BIGNUM *k = get_private(c, d);

	assert(hash_n == SHA256_SIZE || hash_n == SHA384_SIZE);
	if (k == NULL)
		return bad_scalar(c, fi);
	memset(out, 0, sizeof(*out));
	out->r.curve = c;
	out->r.form = POINT_X_ONLY;
	if (c == CURVE_P256)
		sign_p256(out, d, hash);
	else
		sign_other(out, c, k, hash, hash_n);
	BN_clear_free(k);
	return FAULT_OK;
}
