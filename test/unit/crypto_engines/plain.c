/* plain.c - see plain.h. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/obj_mac.h>

#include "plain.h"

void
plain_failed(const char *what)
{
	warnx("%s", what);
	abort();
}

#define must(x)                           \
	do {                              \
		if (!(x))                 \
			plain_failed(#x); \
	} while (0)

/* Made once, and kept until the program ends. */
static struct {
	EC_GROUP *g;
	EC_KEY *key;
	EC_POINT *p, *r;
	BN_CTX *ctx;
	BIGNUM *k, *m, *x, *y;
	const BIGNUM *n;
	EVP_MD *sha256;
	EVP_CIPHER *ccm, *ecb;
	EVP_KDF *kdf;
} o;

static void
clean(void)
{
	EVP_KDF_free(o.kdf);
	EVP_CIPHER_free(o.ccm);
	EVP_CIPHER_free(o.ecb);
	EVP_MD_free(o.sha256);
	BN_free(o.k);
	BN_free(o.m);
	BN_free(o.x);
	BN_free(o.y);
	EC_POINT_free(o.p);
	EC_POINT_free(o.r);
	EC_KEY_free(o.key);
	EC_GROUP_free(o.g);
	BN_CTX_free(o.ctx);
}

static void
begin(void)
{
	if (o.g != NULL)
		return;
	must(o.g = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
	must(o.key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
	must(o.p = EC_POINT_new(o.g));
	must(o.r = EC_POINT_new(o.g));
	must(o.ctx = BN_CTX_new());
	must(o.k = BN_new());
	must(o.m = BN_new());
	must(o.x = BN_new());
	must(o.y = BN_new());
	must(o.n = EC_GROUP_get0_order(o.g));
	must(o.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL));
	must(o.ccm = EVP_CIPHER_fetch(NULL, "AES-128-CCM", NULL));
	must(o.ecb = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL));
	must(o.kdf = EVP_KDF_fetch(NULL, "X963KDF", NULL));
	atexit(clean);
}

static bool
put(EC_POINT *out, const struct point *p)
{
	uint8_t sec1[65] = {4};

	memcpy(sec1 + 1, p->x, 32);
	memcpy(sec1 + 33, p->y, 32);
	return EC_POINT_oct2point(o.g, out, sec1, 65, o.ctx) == 1;
}

static bool
get(struct point *out, const EC_POINT *p)
{
	uint8_t sec1[65];

	memset(out, 0, sizeof(*out));
	if (EC_POINT_is_at_infinity(o.g, p))
		return false;
	must(EC_POINT_point2oct(
		 o.g, p, POINT_CONVERSION_UNCOMPRESSED, sec1, 65, o.ctx) == 65);
	memcpy(out->x, sec1 + 1, 32);
	memcpy(out->y, sec1 + 33, 32);
	return true;
}

/* a mod n */
static const BIGNUM *
number(BIGNUM *to, const struct scalar *a)
{
	must(BN_bin2bn(a->b, 32, to));
	must(BN_nnmod(to, to, o.n, o.ctx));
	return to;
}

bool
plain_mul(struct point *out, const struct scalar *k, const struct point *P,
    const struct scalar *m)
{
	begin();
	must(P == NULL || put(o.p, P));
	must(EC_POINT_mul(o.g, o.r, k == NULL ? NULL : number(o.k, k),
		 P == NULL ? NULL : o.p, P == NULL ? NULL : number(o.m, m),
		 o.ctx) == 1);
	return get(out, o.r);
}

bool
plain_add(struct point *out, const struct point *P, const struct point *Q)
{
	begin();
	must(put(o.p, P) && put(o.r, Q));
	must(EC_POINT_add(o.g, o.r, o.r, o.p, o.ctx) == 1);
	return get(out, o.r);
}

bool
plain_on_curve(const struct point *p)
{
	begin();
	return put(o.p, p);
}

bool
plain_decompress(struct point *out, const struct compressed *c)
{
	uint8_t sec1[33];

	begin();
	memset(out, 0, sizeof(*out));
	if (c->y_bit > 1)
		return false;
	sec1[0] = 2 | c->y_bit;
	memcpy(sec1 + 1, c->x, 32);
	return EC_POINT_oct2point(o.g, o.p, sec1, 33, o.ctx) == 1 &&
	       get(out, o.p);
}

bool
plain_verify(const struct point *key, const struct digest *e,
    const struct p256_signature *s)
{
	ECDSA_SIG *sig;
	bool good = false;

	begin();
	must(BN_bin2bn(s->r, 32, o.x));
	if (s->r_is_point) {
		must(EC_GROUP_get_curve(o.g, o.y, NULL, NULL, o.ctx));
		if (BN_cmp(o.x, o.y) >= 0)
			return false;
		must(BN_nnmod(o.x, o.x, o.n, o.ctx));
	}
	if (!put(o.p, key))
		return false;
	must(sig = ECDSA_SIG_new());
	must(ECDSA_SIG_set0(sig, BN_dup(o.x), BN_bin2bn(s->s, 32, NULL)));
	must(EC_KEY_set_public_key(o.key, o.p));
	good = ECDSA_do_verify(e->b, 32, sig, o.key) == 1;
	ECDSA_SIG_free(sig);
	return good;
}

static void
leave(struct scalar *out, const BIGNUM *a)
{
	must(BN_bn2binpad(a, out->b, 32) == 32);
}

void
plain_mul_add(struct scalar *out, const struct scalar *a,
    const struct scalar *b, const struct scalar *c)
{
	begin();
	must(BN_one(o.x));
	if (a != NULL)
		must(BN_mod_mul(o.x, o.x, number(o.k, a), o.n, o.ctx));
	if (b != NULL)
		must(BN_mod_mul(o.x, o.x, number(o.k, b), o.n, o.ctx));
	if (c != NULL)
		must(BN_mod_add(o.x, o.x, number(o.k, c), o.n, o.ctx));
	leave(out, o.x);
}

void
plain_mod(struct scalar *out, const uint8_t *in, size_t n)
{
	begin();
	must(BN_bin2bn(in, (int)n, o.x));
	must(BN_nnmod(o.x, o.x, o.n, o.ctx));
	leave(out, o.x);
}

void
plain_negative(struct scalar *out, const struct scalar *a)
{
	begin();
	BN_zero(o.x);
	must(BN_mod_sub(o.x, o.x, number(o.k, a), o.n, o.ctx));
	leave(out, o.x);
}

void
plain_invert(struct scalar *out, const struct scalar *a)
{
	begin();
	BN_zero(o.x);
	if (!plain_zero(a))
		must(BN_mod_inverse(o.x, number(o.k, a), o.n, o.ctx));
	leave(out, o.x);
}

bool
plain_zero(const struct scalar *a)
{
	begin();
	return BN_is_zero(number(o.k, a));
}

void
plain_sha256(uint8_t out[32], struct bytes in)
{
	begin();
	must(EVP_Digest(in.p, in.n, out, NULL, o.sha256, NULL) == 1);
}

void
plain_hmac(uint8_t out[32], struct bytes key, struct bytes message)
{
	must(HMAC(EVP_sha256(), key.n == 0 ? (const uint8_t *)"" : key.p,
	    (int)key.n, message.p, message.n, out, NULL));
}

void
plain_kdf2(uint8_t *out, size_t n, struct bytes z, struct bytes p1)
{
	OSSL_PARAM param[4], *p = param;
	EVP_KDF_CTX *c;
	char md[] = "SHA256";

	begin();
	*p++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, md, 0);
	*p++ = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_SECRET, (void *)(uintptr_t)z.p, z.n);
	*p++ = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)p1.p, p1.n);
	*p = OSSL_PARAM_construct_end();
	must(c = EVP_KDF_CTX_new(o.kdf));
	must(EVP_KDF_derive(c, out, n, param) == 1);
	EVP_KDF_CTX_free(c);
}

void
plain_aes(uint8_t out[16], const uint8_t key[16], const uint8_t in[16])
{
	EVP_CIPHER_CTX *c;
	int n;

	begin();
	must(c = EVP_CIPHER_CTX_new());
	must(EVP_EncryptInit_ex2(c, o.ecb, key, NULL, NULL) == 1);
	must(EVP_EncryptUpdate(c, out, &n, in, 16) == 1);
	EVP_CIPHER_CTX_free(c);
}

static EVP_CIPHER_CTX *
ccm(const uint8_t key[16], const uint8_t nonce[12], void *tag, int direction)
{
	EVP_CIPHER_CTX *c;

	begin();
	must(c = EVP_CIPHER_CTX_new());
	must(EVP_CipherInit_ex2(c, o.ccm, NULL, NULL, direction, NULL) == 1);
	must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL) == 1);
	must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1);
	must(EVP_CipherInit_ex2(c, NULL, key, nonce, direction, NULL) == 1);
	return c;
}

void
plain_ccm_seal(uint8_t *out, const uint8_t key[16], const uint8_t nonce[12],
    struct bytes in)
{
	EVP_CIPHER_CTX *c = ccm(key, nonce, NULL, 1);
	int n, in_n = (int)in.n;

	must(EVP_EncryptUpdate(c, NULL, &n, NULL, in_n) == 1);
	must(EVP_EncryptUpdate(c, out, &n, in_n > 0 ? in.p : out, in_n) == 1);
	must(EVP_EncryptFinal_ex(c, out + in_n, &n) == 1);
	must(
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, out + in_n) == 1);
	EVP_CIPHER_CTX_free(c);
}

bool
plain_ccm_open(uint8_t *out, const uint8_t key[16], const uint8_t nonce[12],
    struct bytes in)
{
	EVP_CIPHER_CTX *c;
	uint8_t tag[16], none[1];
	int n, in_n = (int)in.n - 16;
	bool good;

	if (in.n < 16)
		return false;
	memcpy(tag, in.p + in_n, 16);
	c = ccm(key, nonce, tag, 0);
	must(EVP_DecryptUpdate(c, NULL, &n, NULL, in_n) == 1);
	good = EVP_DecryptUpdate(c, in_n > 0 ? out : none, &n, in.p, in_n) == 1;
	EVP_CIPHER_CTX_free(c);
	return good;
}
