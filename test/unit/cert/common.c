/* common.c - see common.h. */
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "cert/convert.h"
#include "common.h"
#include "crypto/ecqv.h"

struct arena A;

int
test_setup(void **state)
{
	(void)state;
	if (A.blocks == NULL)
		A = arena_new((size_t)64 << 20);
	arena_reset(&A);
	return 0;
}

int
test_teardown(void **state)
{
	(void)state;
	arena_free(&A);
	A = arena_new((size_t)64 << 20);
	return 0;
}

struct bytes
hex(const char *s)
{
	struct bytes b;

	assert_true(hex_decode_new(&A, &b, s));
	return b;
}

struct bytes
cat(struct bytes a, struct bytes b)
{
	uint8_t *p = arena_alloc(&A, a.n + b.n + 1, 1);

	assert_non_null(p);
	if (a.n > 0)
		memcpy(p, a.p, a.n);
	if (b.n > 0)
		memcpy(p + a.n, b.p, b.n);
	return (struct bytes){p, a.n + b.n};
}

struct bytes
flipped(struct bytes b, size_t i, uint8_t bits)
{
	uint8_t *p = arena_alloc(&A, b.n, 1);

	assert_non_null(p);
	memcpy(p, b.p, b.n);
	p[i] ^= bits;
	return (struct bytes){p, b.n};
}

/* ---- a second opinion ---- */

struct bytes
plain_hash(size_t n, struct bytes in)
{
	uint8_t *p = arena_alloc(&A, n, 1);
	unsigned len;

	assert_non_null(p);
	assert_int_equal(EVP_Digest(in.p, in.n, p, &len,
			     n == 48 ? EVP_sha384() : EVP_sha256(), NULL),
	    1);
	assert_int_equal(len, n);
	return (struct bytes){p, n};
}

struct bytes
plain_to_sign(size_t n, struct bytes data, struct bytes signer)
{
	return plain_hash(n, cat(plain_hash(n, data), plain_hash(n, signer)));
}

static EVP_PKEY *
plain_key(enum curve curve, const uint8_t *x, const uint8_t *y)
{
	static const char *const names[] = {
	    [CURVE_P256] = "prime256v1",
	    [CURVE_BRAINPOOL_P256R1] = "brainpoolP256r1",
	    [CURVE_BRAINPOOL_P384R1] = "brainpoolP384r1",
	    [CURVE_P384] = "secp384r1",
	};
	size_t n = curve_octets(curve);
	uint8_t octets_of_point[1 + 2 * 48] = {4};
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	memcpy(octets_of_point + 1, x, n);
	memcpy(octets_of_point + 1 + n, y, n);
	OSSL_PARAM_BLD_push_utf8_string(
	    b, OSSL_PKEY_PARAM_GROUP_NAME, names[curve], 0);
	OSSL_PARAM_BLD_push_octet_string(
	    b, OSSL_PKEY_PARAM_PUB_KEY, octets_of_point, 1 + 2 * n);
	params = OSSL_PARAM_BLD_to_param(b);
	assert_int_equal(EVP_PKEY_fromdata_init(c), 1);
	assert_int_equal(
	    EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(c);
	return key;
}

bool
plain_verify(enum curve curve, const uint8_t *x, const uint8_t *y,
    struct bytes hash, const uint8_t *r, const uint8_t *s)
{
	EVP_PKEY *key = plain_key(curve, x, y);
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	int n = (int)curve_octets(curve), len;
	unsigned char *der = NULL;
	bool ok;

	ECDSA_SIG_set0(sig, BN_bin2bn(r, n, NULL), BN_bin2bn(s, n, NULL));
	len = i2d_ECDSA_SIG(sig, &der);
	assert_true(len > 0);
	assert_int_equal(EVP_PKEY_verify_init(c), 1);
	ok = EVP_PKEY_verify(c, der, (size_t)len, hash.p, hash.n) == 1;
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(key);
	return ok;
}

/* ---- a hierarchy ---- */

certificate *
template_for(struct party *p, enum profile profile)
{
	struct profile_params in = {
	    .name = profile_name(profile),
	    .la_id = 0x1234,
	    .start = T0,
	    .lifetime = profile_lifetime(profile, LIFETIME_TEST),
	    .craca_id = {1, 2, 3},
	    .i = 590,
	    .linkage_value = {"linkageV"},
	};
	static const uint64_t psids[] = {0x87};
	struct curve_point encryption;
	certificate *c;

	if (profile == PROFILE_IDENTIFICATION ||
	    profile == PROFILE_APPLICATION) {
		in.rif = (const uint8_t *)"rif-8oct";
		in.app_permissions = profile_psids(&A, psids, 1);
	}
	p256_generate(&p->d, &p->q, 1);
	p256_generate(&p->e, &p->k, 1);
	curve_of_p256(&in.verify_key, &p->q);
	curve_of_p256(&encryption, &p->k);
	if (profile != PROFILE_PSEUDONYM && profile != PROFILE_IDENTIFICATION)
		in.encryption_key = &encryption;
	OK(profile_build(&c, &A, profile, &in, FI));
	return c;
}

/* The device's side: d = e*k_u + r. */
static void
issue_implicit(
    struct party *p, const certificate *c, const struct party *issuer)
{
	struct implicit_issuer by = {issuer->cert, &issuer->d};
	struct implicit_certificate out;
	struct ecqv_share share;
	struct digest e;

	OK(cert_issue_implicit(&out, &A, c, &p->q, &by, FI));
	OK(cert_load(&p->cert, &A, out.raw, FI));
	assert_int_equal(
	    cert_resolve(&p->cert, 1, issuer->cert, NULL), FAULT_OK);
	share.k_u = p->d;
	share.r = out.r;
	cert_ecqv_hash(&e, p->cert, issuer->cert);
	assert_int_equal(
	    ecqv_private(&p->d, &share, &e, &p->cert->key_p256, NULL, 1),
	    FAULT_OK);
	p->q = p->cert->key_p256;
}

void
issue(struct party *p, const certificate *c, const struct party *issuer)
{
	struct signer self;
	struct bytes raw;

	if (c->to_be_signed.verify_key_indicator.is ==
	    verification_key_indicator_reconstruction_value) {
		issue_implicit(p, c, issuer);
	} else {
		OK(signer_of_scalar(&self, &p->d, NULL, FI));
		OK(cert_issue_explicit(
		    &raw, &A, c, issuer != NULL ? &issuer->signer : &self, FI));
		OK(cert_load(&p->cert, &A, raw, FI));
	}
	OK(signer_of_scalar(&p->signer, &p->d, p->cert, FI));
}

struct trust *
trust_of(const struct party *root, ...)
{
	struct trust *t = trust_new();
	const struct party *p;
	va_list ap;

	OK(trust_add_root(t, root->cert->raw, FI));
	va_start(ap, root);
	while ((p = va_arg(ap, const struct party *)) != NULL)
		OK(trust_add_known(t, p->cert->raw, FI));
	va_end(ap);
	return t;
}

static void
make(struct party *p, enum profile profile, const struct party *issuer)
{
	issue(p, template_for(p, profile), issuer);
}

static struct arena world_arena;

static void
forget(void)
{
	arena_free(&world_arena);
}

const struct world *
world(void)
{
	static struct world w;
	struct arena tests = A;

	if (w.trust != NULL)
		return &w;
	/* It outlives the arenas of the tests. */
	A = arena_new((size_t)16 << 20);
	make(&w.root, PROFILE_ROOT, NULL);
	make(&w.ica, PROFILE_ICA, &w.root);
	make(&w.ma, PROFILE_MA, &w.root);
	make(&w.pg, PROFILE_PG, &w.root);
	make(&w.crlg, PROFILE_CRLG, &w.root);
	make(&w.eca, PROFILE_ECA, &w.ica);
	make(&w.pca, PROFILE_PCA, &w.ica);
	make(&w.ra, PROFILE_RA, &w.ica);
	make(&w.la, PROFILE_LA, &w.ica);
	make(&w.enrollment, PROFILE_ENROLLMENT, &w.eca);
	make(&w.pseudonym, PROFILE_PSEUDONYM, &w.pca);
	make(&w.identification, PROFILE_IDENTIFICATION, &w.pca);
	make(&w.application, PROFILE_APPLICATION, &w.pca);
	w.trust = trust_of(&w.root, &w.ica, &w.ma, &w.pg, &w.crlg, &w.eca,
	    &w.pca, &w.ra, &w.la, (struct party *)NULL);
	world_arena = A;
	A = tests;
	atexit(forget);
	return &w;
}
