/*
 * plain_bench - what a pseudonym certificate costs when OpenSSL is used in the
 * straightforward way (plain.h): one certificate after the other, one request
 * and one reply signed for each, as CAMP's messages have it.  Cryptography
 * only: no encoding, no network, no disk.
 *
 *	plain_bench
 *
 * Prints "part microseconds" for PCA, RA and both LAs together.
 */
#include <stdio.h>
#include <string.h>

#include "bench/measure.h"
#include "bench/plain.h"

#define REQUEST	    420 /* octets of a request, of a certificate, of a reply */
#define CERTIFICATE 150
#define RESPONSE    300
#define REPLY	    400
#define PLV	    11
#define PERIOD	    731u

struct sealed {
	uint8_t nonce[12], octets[192 + 16];
};

static EC_KEY *ra_key, *pca_key;
static uint8_t request[REQUEST], certificate[CERTIFICATE], reply[REPLY];
static uint8_t ra_signature[64], pca_signature[64];
static uint8_t signer_hash[32], plv_key[16];
static uint8_t b_octets[33], h_octets[33]; /* cocoon keys, compressed */
static EC_POINT *caterpillar[2], *point_b, *point_h, *point;
static struct plain_butterfly butterfly[2];
static struct sealed wrapped_key[2], plv[2];
static BIGNUM *k, *e;

static void
sign(uint8_t r_s[64], const uint8_t *p, size_t n, EC_KEY *key)
{
	uint8_t hash[32];

	plain_to_sign(hash, p, n, signer_hash);
	plain_sign(r_s, hash, key);
}

static void
verify(const uint8_t r_s[64], const uint8_t *p, size_t n, EC_KEY *key)
{
	uint8_t hash[32];

	plain_to_sign(hash, p, n, signer_hash);
	MUST(plain_verify(r_s, hash, key));
}

static void
seal(struct sealed *s, const uint8_t key[16], const uint8_t *text, size_t n)
{
	plain_random(s->nonce, sizeof(s->nonce));
	plain_seal(s->octets, key, s->nonce, text, n);
}

/* ---- the PCA ---- */

static void
open_plvs(void)
{
	uint8_t key[16], text[PLV];

	for (int la = 0; la < 2; la++) {
		MUST(plain_open(key, plv_key, wrapped_key[la].nonce,
		    wrapped_key[la].octets, sizeof(key)));
		MUST(plain_open(
		    text, key, plv[la].nonce, plv[la].octets, sizeof(text)));
	}
}

/* P_U = B + k*G; r = e*k + d */
static void
issue(void)
{
	const BIGNUM *n = EC_GROUP_get0_order(plain_group());
	uint8_t hash[32], r[32];

	plain_scalar(k);
	MUST(EC_POINT_mul(plain_group(), point, k, NULL, NULL, plain_bn()));
	MUST(EC_POINT_add(plain_group(), point, point, point_b, plain_bn()));
	plain_encode(certificate + 60, 33, point);
	plain_to_sign(hash, certificate, sizeof(certificate), signer_hash);
	MUST(BN_bin2bn(hash, sizeof(hash), e) != NULL);
	MUST(BN_mod_mul(e, e, k, n, plain_bn()));
	MUST(BN_mod_add_quick(e, e, EC_KEY_get0_private_key(pca_key), n));
	MUST(BN_bn2binpad(e, r, sizeof(r)) == sizeof(r));
}

static void
pca_part(void *arg)
{
	struct plain_ecies box;
	struct sealed out;
	uint8_t key[16], text[192] = {0}, r_s[64];

	(void)arg;
	verify(ra_signature, request, sizeof(request), ra_key);
	open_plvs();
	MUST(plain_decode(point_b, b_octets, 33));
	MUST(plain_decode(point_h, h_octets, 33));
	issue();
	plain_random(key, sizeof(key));
	plain_wrap(&box, point_h, key, signer_hash);
	seal(&out, key, text, sizeof(text));
	sign(r_s, reply, RESPONSE, pca_key);
	sign(r_s, reply, sizeof(reply), pca_key);
}

/* ---- the RA ---- */

static void
ra_part(void *arg)
{
	static uint32_t j;
	static uint8_t message[REQUEST];
	uint8_t r_s[64];

	(void)arg;
	j++;
	for (size_t which = 0; which < 2; which++) {
		plain_expand(k, &butterfly[which], PERIOD, j);
		MUST(EC_POINT_mul(
		    plain_group(), point, k, NULL, NULL, plain_bn()));
		MUST(EC_POINT_add(plain_group(), point, point,
		    caterpillar[which], plain_bn()));
		plain_encode(message + 40 * which, 33, point);
	}
	sign(r_s, message, sizeof(message), ra_key);
	verify(pca_signature, reply, sizeof(reply), pca_key);
}

/* ---- both LAs ---- */

static void
la_part(void *arg)
{
	static uint32_t j;
	uint8_t in[16] = {0}, out[16], key[16], text[PLV] = {0};
	struct sealed box;
	int n;

	(void)arg;
	for (int la = 0; la < 2; la++) {
		memcpy(in + 12, &j, sizeof(j));
		MUST(EVP_EncryptUpdate(
		    butterfly[la].aes, out, &n, in, sizeof(in)));
		memcpy(text + 2, out, 9);
		plain_random(key, sizeof(key));
		seal(&box, plv_key, key, sizeof(key));
		seal(&box, key, text, sizeof(text));
	}
	j++;
}

/* ---- preparation ---- */

static void
prepare_device(size_t which)
{
	uint8_t key[16], text[PLV] = {0};
	EC_KEY *seed = plain_key_new();

	caterpillar[which] =
	    EC_POINT_dup(EC_KEY_get0_public_key(seed), plain_group());
	plain_encode(which == 0 ? b_octets : h_octets, 33, caterpillar[which]);
	EC_KEY_free(seed);
	plain_random(key, sizeof(key));
	butterfly[which].use = which == 0 ? 0 : UINT32_MAX;
	butterfly[which].aes = EVP_CIPHER_CTX_new();
	MUST(EVP_EncryptInit_ex(
	    butterfly[which].aes, EVP_aes_128_ecb(), NULL, key, NULL));
	EVP_CIPHER_CTX_set_padding(butterfly[which].aes, 0);
	plain_random(key, sizeof(key));
	seal(&wrapped_key[which], plv_key, key, sizeof(key));
	seal(&plv[which], key, text, sizeof(text));
}

int
main(void)
{
	static const struct {
		const char *name;
		void (*run)(void *);
	} part[] = {{"pca", pca_part}, {"ra", ra_part}, {"la", la_part}};

	plain_start();
	point = EC_POINT_new(plain_group());
	point_b = EC_POINT_new(plain_group());
	point_h = EC_POINT_new(plain_group());
	k = BN_new();
	e = BN_new();
	ra_key = plain_key_new();
	pca_key = plain_key_new();
	plain_random(request, sizeof(request));
	plain_random(plv_key, sizeof(plv_key));
	prepare_device(0);
	prepare_device(1);
	sign(ra_signature, request, sizeof(request), ra_key);
	sign(pca_signature, reply, sizeof(reply), pca_key);
	for (size_t p = 0; p < sizeof(part) / sizeof(part[0]); p++)
		figure(part[p].name, "",
		    measure((struct way){part[p].run, NULL, 1},
			(struct way){.run = NULL})
			.first_us);
	return 0;
}
