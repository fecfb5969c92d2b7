/* plain.c - see plain.h. */
#include "bench/plain.h"

#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "bench/measure.h"

#define TAG   16
#define NONCE 12

static EC_GROUP *group;
static BN_CTX *bn;
static EVP_CIPHER *ccm;
static EVP_CIPHER_CTX *ccm_ctx;
static EC_POINT *point;
static BIGNUM *scalar, *x;

void
plain_start(void)
{
	group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	bn = BN_CTX_new();
	ccm = EVP_CIPHER_fetch(NULL, "AES-128-CCM", NULL);
	ccm_ctx = EVP_CIPHER_CTX_new();
	point = EC_POINT_new(group);
	scalar = BN_new();
	x = BN_new();
	must(group != NULL && bn != NULL && ccm != NULL && ccm_ctx != NULL &&
		 point != NULL && scalar != NULL && x != NULL,
	    "OpenSSL");
}

const EC_GROUP *
plain_group(void)
{
	return group;
}

BN_CTX *
plain_bn(void)
{
	return bn;
}

void
plain_sha256(uint8_t out[32], const void *p, size_t n)
{
	SHA256_CTX c;

	SHA256_Init(&c);
	SHA256_Update(&c, p, n);
	SHA256_Final(out, &c);
}

void
plain_to_sign(
    uint8_t out[32], const void *data, size_t n, const uint8_t signer[32])
{
	uint8_t both[64];

	plain_sha256(both, data, n);
	memcpy(both + 32, signer, 32);
	plain_sha256(out, both, sizeof(both));
}

void
plain_random(void *out, size_t n)
{
	MUST(RAND_bytes(out, (int)n) == 1);
}

/* ---- keys and signatures ---- */

static EC_KEY *
empty_key(void)
{
	EC_KEY *key = EC_KEY_new();

	MUST(key != NULL && EC_KEY_set_group(key, group) == 1);
	return key;
}

EC_KEY *
plain_key_new(void)
{
	EC_KEY *key = empty_key();

	MUST(EC_KEY_generate_key(key) == 1);
	return key;
}

EC_KEY *
plain_key_of(const uint8_t d[32])
{
	EC_KEY *key = empty_key();

	MUST(BN_bin2bn(d, 32, scalar) != NULL);
	MUST(EC_KEY_set_private_key(key, scalar) == 1);
	MUST(EC_POINT_mul(group, point, scalar, NULL, NULL, bn) == 1);
	MUST(EC_KEY_set_public_key(key, point) == 1);
	return key;
}

EC_KEY *
plain_key_of_public(const EC_POINT *q)
{
	EC_KEY *key = empty_key();

	MUST(EC_KEY_set_public_key(key, q) == 1);
	return key;
}

void
plain_sign(uint8_t r_s[64], const uint8_t hash[32], EC_KEY *key)
{
	ECDSA_SIG *sig = ECDSA_do_sign(hash, 32, key);

	MUST(sig != NULL);
	MUST(BN_bn2binpad(ECDSA_SIG_get0_r(sig), r_s, 32) == 32);
	MUST(BN_bn2binpad(ECDSA_SIG_get0_s(sig), r_s + 32, 32) == 32);
	ECDSA_SIG_free(sig);
}

bool
plain_verify(const uint8_t r_s[64], const uint8_t hash[32], EC_KEY *key)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	bool good;

	MUST(sig != NULL);
	MUST(ECDSA_SIG_set0(sig, BN_bin2bn(r_s, 32, NULL),
		 BN_bin2bn(r_s + 32, 32, NULL)) == 1);
	good = ECDSA_do_verify(hash, 32, sig, key) == 1;
	ECDSA_SIG_free(sig);
	return good;
}

/* ---- AES-CCM ---- */

static bool
run_ccm(uint8_t *out, uint8_t *tag, const uint8_t key[16],
    const uint8_t nonce[NONCE], const uint8_t *in, size_t n, int seal)
{
	int got;

	MUST(EVP_CipherInit_ex(ccm_ctx, ccm, NULL, NULL, NULL, seal) == 1);
	MUST(EVP_CIPHER_CTX_ctrl(
		 ccm_ctx, EVP_CTRL_AEAD_SET_IVLEN, NONCE, NULL) == 1);
	MUST(EVP_CIPHER_CTX_ctrl(
		 ccm_ctx, EVP_CTRL_AEAD_SET_TAG, TAG, seal ? NULL : tag) == 1);
	MUST(EVP_CipherInit_ex(ccm_ctx, NULL, NULL, key, nonce, seal) == 1);
	MUST(EVP_CipherUpdate(ccm_ctx, NULL, &got, NULL, (int)n) == 1);
	if (EVP_CipherUpdate(ccm_ctx, out, &got, in, (int)n) != 1)
		return false;
	if (seal)
		MUST(EVP_CIPHER_CTX_ctrl(
			 ccm_ctx, EVP_CTRL_AEAD_GET_TAG, TAG, tag) == 1);
	return true;
}

void
plain_seal(uint8_t *out, const uint8_t key[16], const uint8_t nonce[NONCE],
    const uint8_t *text, size_t n)
{
	MUST(run_ccm(out, out + n, key, nonce, text, n, 1));
}

bool
plain_open(uint8_t *text, const uint8_t key[16], const uint8_t nonce[NONCE],
    const uint8_t *in, size_t n)
{
	uint8_t tag[TAG];

	memcpy(tag, in + n, TAG);
	return run_ccm(text, tag, key, nonce, in, n, 0);
}

/* ---- points ---- */

bool
plain_decode(EC_POINT *out, const uint8_t *sec1, size_t n)
{
	return EC_POINT_oct2point(group, out, sec1, n, bn) == 1;
}

void
plain_encode(uint8_t *sec1, size_t n, const EC_POINT *p)
{
	MUST(EC_POINT_point2oct(group, p,
		 n == 33 ? POINT_CONVERSION_COMPRESSED
			 : POINT_CONVERSION_UNCOMPRESSED,
		 sec1, n, bn) == n);
}

void
plain_scalar(BIGNUM *k)
{
	MUST(BN_priv_rand_range(k, EC_GROUP_get0_order(group)) == 1);
}

/* The first half of HMAC-SHA-256 under a key of 32 octets. */
static void
mac1(uint8_t out[16], const uint8_t key[32], const uint8_t message[16])
{
	uint8_t block[64 + 32] = {0}, hash[32];

	memcpy(block, key, 32);
	for (size_t t = 0; t < 64; t++)
		block[t] ^= 0x36;
	memcpy(block + 64, message, 16);
	plain_sha256(hash, block, 64 + 16);
	for (size_t t = 0; t < 64; t++)
		block[t] ^= 0x36 ^ 0x5c;
	memcpy(block + 64, hash, 32);
	plain_sha256(hash, block, sizeof(block));
	memcpy(out, hash, 16);
}

void
plain_wrap(struct plain_ecies *out, const EC_POINT *to, const uint8_t key[16],
    const uint8_t p1[32])
{
	uint8_t z[32 + 4 + 32] = {0}, keys[64];

	plain_scalar(scalar);
	MUST(EC_POINT_mul(group, point, scalar, NULL, NULL, bn) == 1);
	plain_encode(out->v, sizeof(out->v), point);
	MUST(EC_POINT_mul(group, point, NULL, to, scalar, bn) == 1);
	MUST(EC_POINT_get_affine_coordinates(group, point, x, NULL, bn) == 1);
	MUST(BN_bn2binpad(x, z, 32) == 32);
	memcpy(z + 36, p1, 32);
	for (uint8_t t = 1; t <= 2; t++) {
		z[35] = t;
		plain_sha256(keys + 32 * (t - 1), z, sizeof(z));
	}
	for (size_t t = 0; t < 16; t++)
		out->c[t] = key[t] ^ keys[t];
	mac1(out->t, keys + 16, out->c);
}

static void
put32(uint8_t *out, uint32_t v)
{
	for (unsigned t = 0; t < 4; t++)
		out[t] = (uint8_t)(v >> (24 - 8 * t));
}

void
plain_expand(BIGNUM *f, const struct plain_butterfly *b, uint32_t i, uint32_t j)
{
	uint8_t in[48], out[48];
	int n;

	for (unsigned t = 0; t < 3; t++) {
		put32(in + 16 * t, b->use);
		put32(in + 16 * t + 4, i);
		put32(in + 16 * t + 8, j);
		put32(in + 16 * t + 12, t + 1);
	}
	MUST(EVP_EncryptUpdate(b->aes, out, &n, in, sizeof(in)) == 1);
	for (size_t t = 0; t < sizeof(out); t++)
		out[t] ^= in[t];
	MUST(BN_bin2bn(out, sizeof(out), f) != NULL);
	MUST(BN_nnmod(f, f, EC_GROUP_get0_order(group), bn) == 1);
}
