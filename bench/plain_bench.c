/*
 * plain_bench - what a pseudonym certificate costs when OpenSSL is used in the
 * straightforward way: one certificate after the other, EC_POINT and ECDSA
 * calls, one request and one reply signed for each, as CAMP's messages have
 * it.  Cryptography only: no encoding, no network, no disk.
 *
 *	plain_bench [seconds per part]
 *
 * Prints "part microseconds", CPU time of one thread.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#define REQUEST	    420 /* octets of a request, of a certificate, of a reply */
#define CERTIFICATE 150
#define REPLY	    400
#define PLV	    11

struct sealed {
	uint8_t nonce[12], octets[64], tag[16];
};

static EC_GROUP *group;
static BN_CTX *ctx;
static EC_KEY *ra_key, *pca_key;
static uint8_t request[REQUEST], certificate[CERTIFICATE], reply[REPLY];
static uint8_t signer_hash[32], plv_key[16];
static uint8_t b_octets[33], h_octets[33]; /* cocoon keys, compressed */
static EC_POINT *caterpillar[2];
static uint8_t expansion[2][16];
static struct sealed wrapped_key[2], plv[2];

static void
must(int good)
{
	if (good != 1) {
		fprintf(stderr, "plain_bench: OpenSSL failed\n");
		exit(1);
	}
}

/* ---- the operations ---- */

static void
digest(uint8_t out[32], const uint8_t *p, size_t n)
{
	uint8_t both[64];

	SHA256(p, n, both);
	memcpy(both + 32, signer_hash, 32);
	SHA256(both, sizeof(both), out);
}

static ECDSA_SIG *
sign(const uint8_t *p, size_t n, EC_KEY *key)
{
	uint8_t hash[32];
	ECDSA_SIG *sig;

	digest(hash, p, n);
	sig = ECDSA_do_sign(hash, sizeof(hash), key);
	must(sig != NULL);
	return sig;
}

static void
verify(const uint8_t *p, size_t n, const ECDSA_SIG *sig, EC_KEY *key)
{
	uint8_t hash[32];

	digest(hash, p, n);
	must(ECDSA_do_verify(hash, sizeof(hash), sig, key));
}

static void
ccm(struct sealed *s, const uint8_t key[16], uint8_t *text, int n, int seal)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int got;

	must(EVP_CipherInit_ex(c, EVP_aes_128_ccm(), NULL, NULL, NULL, seal));
	must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL));
	must(EVP_CIPHER_CTX_ctrl(
	    c, EVP_CTRL_AEAD_SET_TAG, 16, seal ? NULL : s->tag));
	must(EVP_CipherInit_ex(c, NULL, NULL, key, s->nonce, seal));
	must(EVP_CipherUpdate(c, NULL, &got, NULL, n));
	if (seal) {
		must(EVP_CipherUpdate(c, s->octets, &got, text, n));
		must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, s->tag));
	} else {
		must(EVP_CipherUpdate(c, text, &got, s->octets, n));
	}
	EVP_CIPHER_CTX_free(c);
}

static EC_POINT *
decode(const uint8_t octets[33])
{
	EC_POINT *p = EC_POINT_new(group);

	must(EC_POINT_oct2point(group, p, octets, 33, ctx));
	return p;
}

static void
encode(uint8_t out[33], const EC_POINT *p)
{
	must(EC_POINT_point2oct(
		 group, p, POINT_CONVERSION_COMPRESSED, out, 33, ctx) == 33);
}

/* ---- the PCA ---- */

static void
open_plvs(void)
{
	uint8_t key[16], text[PLV];

	for (int la = 0; la < 2; la++) {
		ccm(&wrapped_key[la], plv_key, key, sizeof(key), 0);
		ccm(&plv[la], key, text, sizeof(text), 0);
	}
}

/* P_U = B + k*G; r = e*k + d */
static void
issue(const EC_POINT *b)
{
	const BIGNUM *n = EC_GROUP_get0_order(group);
	EC_POINT *p = EC_POINT_new(group);
	BIGNUM *k = BN_new(), *e;
	uint8_t octets[33], hash[32], r[32];

	must(BN_priv_rand_range(k, n));
	must(EC_POINT_mul(group, p, k, NULL, NULL, ctx));
	must(EC_POINT_add(group, p, p, b, ctx));
	encode(octets, p);
	memcpy(certificate + 60, octets, sizeof(octets));
	digest(hash, certificate, sizeof(certificate));
	e = BN_bin2bn(hash, sizeof(hash), NULL);
	must(BN_mod_mul(e, e, k, n, ctx));
	must(BN_mod_add(e, e, EC_KEY_get0_private_key(pca_key), n, ctx));
	must(BN_bn2binpad(e, r, sizeof(r)) == 32);
	BN_clear_free(k);
	BN_clear_free(e);
	EC_POINT_free(p);
}

/* ECIES to H, and the certificate under the key. */
static void
encrypt(const EC_POINT *h)
{
	uint8_t key[16], v[33], z[33 + 4 + 32] = {0}, kdf[64], c[16], tag[32];
	EC_POINT *p = EC_POINT_new(group);
	BIGNUM *r = BN_new();
	struct sealed box;
	uint8_t text[64] = {0};
	unsigned n;

	RAND_bytes(key, sizeof(key));
	RAND_bytes(box.nonce, sizeof(box.nonce));
	must(BN_priv_rand_range(r, EC_GROUP_get0_order(group)));
	must(EC_POINT_mul(group, p, r, NULL, NULL, ctx));
	encode(v, p);
	must(EC_POINT_mul(group, p, NULL, h, r, ctx));
	encode(z, p);
	for (unsigned k = 0; k < 2; k++) {
		z[36] = (uint8_t)(k + 1);
		SHA256(z + 1, sizeof(z) - 1, kdf + 32 * k);
	}
	for (unsigned k = 0; k < 16; k++)
		c[k] = key[k] ^ kdf[k];
	HMAC(EVP_sha256(), kdf + 16, 32, c, sizeof(c), tag, &n);
	for (int k = 0; k < 3; k++) /* some 190 octets */
		ccm(&box, key, text, sizeof(text), 1);
	BN_clear_free(r);
	EC_POINT_free(p);
}

static ECDSA_SIG *ra_signature;

static void
pca_part(void)
{
	EC_POINT *b, *h;

	verify(request, sizeof(request), ra_signature, ra_key);
	open_plvs();
	b = decode(b_octets);
	h = decode(h_octets);
	issue(b);
	encrypt(h);
	ECDSA_SIG_free(sign(reply, sizeof(reply) - 100, pca_key));
	ECDSA_SIG_free(sign(reply, sizeof(reply), pca_key));
	EC_POINT_free(b);
	EC_POINT_free(h);
}

/* ---- the RA ---- */

static void
expand(int which, uint32_t index)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	EC_POINT *p = EC_POINT_new(group);
	uint8_t in[48] = {0}, f[48], octets[33];
	BIGNUM *k;
	int n;

	memcpy(in + 4, &index, sizeof(index));
	must(EVP_EncryptInit_ex(
	    c, EVP_aes_128_ecb(), NULL, expansion[which], NULL));
	EVP_CIPHER_CTX_set_padding(c, 0);
	must(EVP_EncryptUpdate(c, f, &n, in, sizeof(in)));
	k = BN_bin2bn(f, sizeof(f), NULL);
	must(BN_nnmod(k, k, EC_GROUP_get0_order(group), ctx));
	must(EC_POINT_mul(group, p, k, NULL, NULL, ctx));
	must(EC_POINT_add(group, p, p, caterpillar[which], ctx));
	encode(octets, p);
	memcpy(request + 40 * which, octets, sizeof(octets));
	BN_clear_free(k);
	EC_POINT_free(p);
	EVP_CIPHER_CTX_free(c);
}

static ECDSA_SIG *pca_signature;

static void
ra_part(void)
{
	static uint32_t index;

	expand(0, ++index);
	expand(1, index);
	ECDSA_SIG_free(sign(request, sizeof(request), ra_key));
	verify(reply, sizeof(reply), pca_signature, pca_key);
}

/* ---- both LAs ---- */

static void
la_part(void)
{
	static uint32_t index;
	uint8_t in[16] = {0}, out[16], key[16], text[PLV] = {0};
	struct sealed box;
	int n;

	for (int la = 0; la < 2; la++) {
		EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();

		memcpy(in + 12, &index, sizeof(index));
		must(EVP_EncryptInit_ex(
		    c, EVP_aes_128_ecb(), NULL, expansion[la], NULL));
		must(EVP_EncryptUpdate(c, out, &n, in, sizeof(in)));
		EVP_CIPHER_CTX_free(c);
		memcpy(text + 2, out, 9);
		RAND_bytes(key, sizeof(key));
		RAND_bytes(box.nonce, sizeof(box.nonce));
		ccm(&box, plv_key, key, sizeof(key), 1);
		RAND_bytes(box.nonce, sizeof(box.nonce));
		ccm(&box, key, text, sizeof(text), 1);
	}
	index++;
}

/* ---- preparation, measurement ---- */

static EC_KEY *
new_key(void)
{
	EC_KEY *key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);

	must(key != NULL);
	must(EC_KEY_generate_key(key));
	return key;
}

static void
prepare(void)
{
	uint8_t key[16], text[PLV] = {0};
	EC_KEY *device[2];

	group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	ctx = BN_CTX_new();
	ra_key = new_key();
	pca_key = new_key();
	RAND_bytes(request, sizeof(request));
	RAND_bytes(plv_key, sizeof(plv_key));
	for (int k = 0; k < 2; k++) {
		device[k] = new_key();
		caterpillar[k] = EC_POINT_new(group);
		must(EC_POINT_copy(
		    caterpillar[k], EC_KEY_get0_public_key(device[k])));
		encode(k == 0 ? b_octets : h_octets, caterpillar[k]);
		EC_KEY_free(device[k]);
		RAND_bytes(expansion[k], 16);
		RAND_bytes(key, sizeof(key));
		ccm(&wrapped_key[k], plv_key, key, sizeof(key), 1);
		ccm(&plv[k], key, text, sizeof(text), 1);
	}
	ra_signature = sign(request, sizeof(request), ra_key);
	pca_signature = sign(reply, sizeof(reply), pca_key);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The median of five. */
static double
measure(void (*part)(void), double seconds)
{
	double v[5], start;

	for (int k = 0; k < 5; k++) {
		unsigned n = 0;

		for (start = now(); now() - start < seconds / 5; n++)
			part();
		v[k] = (now() - start) / n * 1e6;
	}
	for (int k = 0; k < 5; k++)
		for (int m = k + 1; m < 5; m++)
			if (v[m] < v[k]) {
				double t = v[k];

				v[k] = v[m];
				v[m] = t;
			}
	return v[2];
}

int
main(int argc, char **argv)
{
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 1;

	prepare();
	printf("pca %.1f\n", measure(pca_part, seconds));
	/* from here on the request is no longer what was signed */
	printf("ra %.1f\n", measure(ra_part, seconds));
	printf("la %.1f\n", measure(la_part, seconds));
	return 0;
}
