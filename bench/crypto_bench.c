/*
 * crypto_bench - nanoseconds per element of each batch function of
 * lib/crypto, beside the same work by OpenSSL called in the straightforward
 * way, in the same run.
 *
 *	crypto_bench [part of a name]
 *
 * One thread, timed as measure.h says.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "bench/measure.h"
#include "crypto/butterfly.h"
#include "crypto/ecdsa.h"
#include "crypto/ecies.h"
#include "crypto/ecqv.h"
#include "crypto/engine.h"
#include "crypto/linkage.h"
#include "crypto/random.h"

#define N	2048 /* elements of a batch */
#define PLAIN_N 128  /* of them by OpenSSL, in one go */

/* Inputs and outputs, filled once. */
static struct scalar k[N], d[N], out_k[N];
static struct point P[N], out_p[N];
static struct compressed c[N];
static struct digest e[N], out_e[N];
static struct p256_signature sig[N];
static struct p256_known *known;
static struct ecies box[N];
static struct key16 key[N], out_key[N];
static struct ecqv_share share[N];
static struct point P_U[N], Q_U[N];
static struct butterfly caterpillar;
static struct butterfly_index ij[N];
static struct lv lv[20 * N];
static struct bytes message[N];
static struct ccm_item seal[N], open[N];
static uint8_t text[N][150], sealed[N][166], opened[N][166];
static uint8_t p1[32], nonce[12];
static const uint8_t la_id[2] = {0x2a, 0xa0};

/* For the straightforward way. */
static EC_GROUP *group;
static BN_CTX *ctx;
static EC_KEY *ec_key;
static EC_POINT *Pt[N], *tmp;
static BIGNUM *Kn[N], *x, *y;
static ECDSA_SIG *ec_sig[N];

#define FOR_ALL	 for (size_t i = 0; i < N; i++)
#define FOR_SOME for (size_t i = 0; i < PLAIN_N; i++)

static void
prepare_plain(void)
{
	group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	ctx = BN_CTX_new();
	ec_key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
	tmp = EC_POINT_new(group);
	x = BN_bin2bn(d[0].b, 32, NULL);
	y = BN_new();
	MUST(EC_KEY_set_private_key(ec_key, x));
	FOR_ALL
	{
		uint8_t sec1[65] = {4};

		memcpy(sec1 + 1, &P[i], 64);
		Pt[i] = EC_POINT_new(group);
		MUST(EC_POINT_oct2point(group, Pt[i], sec1, 65, ctx));
		Kn[i] = BN_bin2bn(k[i].b, 32, NULL);
		ec_sig[i] = ECDSA_SIG_new();
		MUST(ECDSA_SIG_set0(ec_sig[i], BN_bin2bn(sig[i].r, 32, NULL),
		    BN_bin2bn(sig[i].s, 32, NULL)));
	}
	MUST(EC_KEY_set_public_key(ec_key, Pt[0]));
}

static void
prepare_ecqv(void)
{
	static struct scalar kk[N], r[N];

	FINE(ecqv_issue(P_U, kk, P, &d[0], NULL, N));
	FINE(ecqv_respond(r, kk, e, &d[0], NULL, N));
	FINE(ecqv_public(Q_U, e, P_U, &P[0], NULL, N));
	FOR_ALL
	share[i] = (struct ecqv_share){d[i], r[i]};
}

static void
prepare(void)
{
	random_scalars(k, N);
	p256_generate(d, P, N);
	random_bytes(e, sizeof(e));
	random_bytes(key, sizeof(key));
	random_bytes(text, sizeof(text));
	random_bytes(p1, sizeof(p1));
	random_bytes(nonce, sizeof(nonce));
	random_bytes(&caterpillar.expansion, 16);
	known = p256_known_new(&P[0]);
	MUST(known != NULL);
	ecdsa_sign(sig, e, &d[0], N);
	FINE(ecies_encrypt(box, P, key, p1, NULL, N));
	FOR_ALL
	{
		point_compress(&c[i], &P[i]);
		message[i] = BYTES(text[i]);
		ij[i] = (struct butterfly_index){
		    (uint32_t)i / 20, (uint32_t)i % 20};
		seal[i] =
		    (struct ccm_item){key[i].b, nonce, message[i], sealed[i]};
		open[i] = (struct ccm_item){
		    key[i].b, nonce, BYTES(sealed[i]), opened[i]};
	}
	prepare_ecqv();
	prepare_plain();
}

/* Ours over N elements, theirs over the first PLAIN_N of them. */

static void
ours_sha256(void *arg)
{
	(void)arg;
	sha256_batch(out_e, message, N);
}

static void
plain_sha256(void *arg)
{
	(void)arg;
	FOR_SOME
	SHA256(text[i], sizeof(text[i]), out_e[i].b);
}

static void
ours_to_sign(void *arg)
{
	(void)arg;
	sha256_to_sign(out_e, message, p1, N);
}

static void
plain_to_sign(void *arg)
{
	(void)arg;
	uint8_t both[64];

	memcpy(both + 32, p1, 32);
	FOR_SOME
	{
		SHA256(text[i], sizeof(text[i]), both);
		SHA256(both, sizeof(both), out_e[i].b);
	}
}

static void
ours_hmac(void *arg)
{
	(void)arg;
	FOR_ALL
	hmac_sha256(out_e[i].b, BYTES(e[i].b), BYTES(key[i].b));
}

static void
plain_hmac(void *arg)
{
	(void)arg;
	unsigned n;

	FOR_SOME
	HMAC(EVP_sha256(), e[i].b, 32, key[i].b, 16, out_e[i].b, &n);
}

static void
ours_seal(void *arg)
{
	(void)arg;
	ccm_seal(seal, N);
}

static void
plain_ccm(const uint8_t *aes_key, const uint8_t *in, uint8_t *out)
{
	EVP_CIPHER_CTX *ec = EVP_CIPHER_CTX_new();
	int n;

	EVP_EncryptInit_ex(ec, EVP_aes_128_ccm(), NULL, NULL, NULL);
	EVP_CIPHER_CTX_ctrl(ec, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL);
	EVP_CIPHER_CTX_ctrl(ec, EVP_CTRL_AEAD_SET_TAG, 16, NULL);
	EVP_EncryptInit_ex(ec, NULL, NULL, aes_key, nonce);
	EVP_EncryptUpdate(ec, NULL, &n, NULL, 150);
	EVP_EncryptUpdate(ec, out, &n, in, 150);
	EVP_CIPHER_CTX_ctrl(ec, EVP_CTRL_AEAD_GET_TAG, 16, out + 150);
	EVP_CIPHER_CTX_free(ec);
}

static void
plain_seal(void *arg)
{
	(void)arg;
	FOR_SOME
	plain_ccm(key[i].b, text[i], sealed[i]);
}

static void
ours_open(void *arg)
{
	(void)arg;
	FINE(ccm_open(open, NULL, N));
}

static void
ours_random(void *arg)
{
	(void)arg;
	FOR_ALL
	random_bytes(&out_e[i], 32);
}

static void
plain_random(void *arg)
{
	(void)arg;
	FOR_SOME
	RAND_bytes(out_e[i].b, 32);
}

static void
ours_scalar_mul(void *arg)
{
	(void)arg;
	FOR_ALL
	scalar_mul(&out_k[i], &k[i], &d[i]);
}

static void
plain_scalar_mul(void *arg)
{
	(void)arg;
	FOR_SOME
	BN_mod_mul(x, Kn[i], Kn[N - 1 - i], EC_GROUP_get0_order(group), ctx);
}

static void
ours_invert(void *arg)
{
	(void)arg;
	scalar_invert(out_k, k, N);
}

static void
plain_invert(void *arg)
{
	(void)arg;
	FOR_SOME
	BN_mod_inverse(x, Kn[i], EC_GROUP_get0_order(group), ctx);
}

static void
ours_base_mul(void *arg)
{
	(void)arg;
	FINE(p256_base_mul(out_p, k, NULL, N));
}

static void
plain_affine(void)
{
	MUST(EC_POINT_get_affine_coordinates(group, tmp, x, y, ctx));
}

static void
plain_base_mul(void *arg)
{
	(void)arg;
	FOR_SOME
	{
		EC_POINT_mul(group, tmp, Kn[i], NULL, NULL, ctx);
		plain_affine();
	}
}

static void
ours_add_base_mul(void *arg)
{
	(void)arg;
	FINE(p256_add_base_mul(out_p, P, k, NULL, N));
}

static void
plain_add_base_mul(void *arg)
{
	(void)arg;
	FOR_SOME
	{
		EC_POINT_mul(group, tmp, Kn[i], NULL, NULL, ctx);
		EC_POINT_add(group, tmp, tmp, Pt[i], ctx);
		plain_affine();
	}
}

static void
ours_mul(void *arg)
{
	(void)arg;
	FINE(p256_mul(out_p, P, k, NULL, N));
}

static void
plain_mul(void *arg)
{
	(void)arg;
	FOR_SOME
	{
		EC_POINT_mul(group, tmp, NULL, Pt[i], Kn[i], ctx);
		plain_affine();
	}
}

static void
ours_known_mul(void *arg)
{
	(void)arg;
	FINE(p256_known_mul(out_p, known, k, NULL, N));
}

static void
ours_decompress(void *arg)
{
	(void)arg;
	FINE(p256_decompress(out_p, c, NULL, N));
}

static void
plain_decompress(void *arg)
{
	(void)arg;
	FOR_SOME
	{
		uint8_t sec1[33];

		sec1[0] = 2 | c[i].y_bit;
		memcpy(sec1 + 1, c[i].x, 32);
		MUST(EC_POINT_oct2point(group, tmp, sec1, 33, ctx));
	}
}

static void
ours_check(void *arg)
{
	(void)arg;
	FINE(p256_check(P, NULL, N));
}

static void
plain_check(void *arg)
{
	(void)arg;
	FOR_SOME
	{
		uint8_t sec1[65] = {4};

		memcpy(sec1 + 1, &P[i], 64);
		MUST(EC_POINT_oct2point(group, tmp, sec1, 65, ctx));
	}
}

static void
ours_sign(void *arg)
{
	(void)arg;
	static struct p256_signature out[N];

	ecdsa_sign(out, e, &d[0], N);
}

static void
plain_sign(void *arg)
{
	(void)arg;
	FOR_SOME
	ECDSA_SIG_free(ECDSA_do_sign(e[i].b, 32, ec_key));
}

static void
ours_verify(void *arg)
{
	(void)arg;
	for (size_t i = 0; i < N; i++)
		out_p[i] = P[0];
	FINE(ecdsa_verify(out_p, e, sig, NULL, N));
}

static void
ours_verify_known(void *arg)
{
	(void)arg;
	FINE(ecdsa_verify_known(known, e, sig, NULL, N));
}

static void
plain_verify(void *arg)
{
	(void)arg;
	FOR_SOME
	MUST(ECDSA_do_verify(e[i].b, 32, ec_sig[i], ec_key) == 1);
}

static void
ours_encrypt(void *arg)
{
	(void)arg;
	static struct ecies out[N];

	FINE(ecies_encrypt(out, P, key, p1, NULL, N));
}

/* Z to C and T, by the one-shot functions. */
static void
plain_wrap(const uint8_t z[32], const uint8_t *aes_key)
{
	uint8_t in[68], keys[64], cc[16], tag[32];
	unsigned n;

	memcpy(in, z, 32);
	memset(in + 32, 0, 4);
	memcpy(in + 36, p1, 32);
	for (size_t i = 0; i < 2; i++) {
		in[35]++;
		SHA256(in, sizeof(in), keys + 32 * i);
	}
	for (size_t i = 0; i < 16; i++)
		cc[i] = aes_key[i] ^ keys[i];
	HMAC(EVP_sha256(), keys + 16, 32, cc, 16, tag, &n);
}

static void
plain_encrypt(void *arg)
{
	(void)arg;
	uint8_t sec1[33], z[32];

	FOR_SOME
	{
		MUST(BN_priv_rand_range(y, EC_GROUP_get0_order(group)));
		EC_POINT_mul(group, tmp, y, NULL, NULL, ctx);
		EC_POINT_point2oct(
		    group, tmp, POINT_CONVERSION_COMPRESSED, sec1, 33, ctx);
		EC_POINT_mul(group, tmp, NULL, Pt[i], y, ctx);
		EC_POINT_get_affine_coordinates(group, tmp, x, NULL, ctx);
		BN_bn2binpad(x, z, 32);
		plain_wrap(z, key[i].b);
	}
}

static void
ours_decrypt(void *arg)
{
	(void)arg;
	FINE(ecies_decrypt(out_key, box, d, p1, NULL, N));
}

static void
plain_decrypt(void *arg)
{
	(void)arg;
	uint8_t sec1[33], z[32];

	FOR_SOME
	{
		sec1[0] = 2 | box[i].v.y_bit;
		memcpy(sec1 + 1, box[i].v.x, 32);
		MUST(EC_POINT_oct2point(group, tmp, sec1, 33, ctx));
		EC_POINT_mul(group, tmp, NULL, tmp, Kn[i], ctx);
		EC_POINT_get_affine_coordinates(group, tmp, x, NULL, ctx);
		BN_bn2binpad(x, z, 32);
		plain_wrap(z, key[i].b);
	}
}

static void
ours_issue(void *arg)
{
	(void)arg;
	FINE(ecqv_issue(out_p, out_k, P, &d[0], NULL, N));
}

static void
plain_issue(void *arg)
{
	(void)arg;
	FOR_SOME
	{
		MUST(BN_priv_rand_range(y, EC_GROUP_get0_order(group)));
		EC_POINT_mul(group, tmp, y, NULL, NULL, ctx);
		EC_POINT_add(group, tmp, tmp, Pt[i], ctx);
		plain_affine();
	}
}

static void
ours_respond(void *arg)
{
	(void)arg;
	static struct scalar kk[N];

	memcpy(kk, k, sizeof(kk));
	FINE(ecqv_respond(out_k, kk, e, &d[0], NULL, N));
}

static void
plain_respond(void *arg)
{
	(void)arg;
	const BIGNUM *n = EC_GROUP_get0_order(group);

	FOR_SOME
	{
		BN_bin2bn(e[i].b, 32, x);
		BN_mod_mul(x, x, Kn[i], n, ctx);
		BN_mod_add(x, x, Kn[0], n, ctx);
		BN_bn2binpad(x, out_k[i].b, 32);
	}
}

static void
ours_public(void *arg)
{
	(void)arg;
	FINE(ecqv_public(out_p, e, P_U, &P[0], NULL, N));
}

static void
plain_public(void *arg)
{
	(void)arg;
	FOR_SOME
	{
		EC_POINT_mul(group, tmp, NULL, Pt[i], Kn[i], ctx);
		EC_POINT_add(group, tmp, tmp, Pt[0], ctx);
		plain_affine();
	}
}

static void
ours_private(void *arg)
{
	(void)arg;
	FINE(ecqv_private(out_k, share, e, Q_U, NULL, N));
}

static void
ours_cocoon(void *arg)
{
	(void)arg;
	FINE(butterfly_public(out_p, &caterpillar, &P[0], ij, NULL, N));
}

static void
plain_cocoon(void *arg)
{
	(void)arg;
	EVP_CIPHER_CTX *ec = EVP_CIPHER_CTX_new();
	uint8_t in[48], f[48];
	int n;

	EVP_EncryptInit_ex(
	    ec, EVP_aes_128_ecb(), NULL, caterpillar.expansion.b, NULL);
	EVP_CIPHER_CTX_set_padding(ec, 0);
	FOR_SOME
	{
		memset(in, (int)i, sizeof(in));
		EVP_EncryptUpdate(ec, f, &n, in, sizeof(in));
		BN_bin2bn(f, sizeof(f), y);
		BN_nnmod(y, y, EC_GROUP_get0_order(group), ctx);
		EC_POINT_mul(group, tmp, y, NULL, NULL, ctx);
		EC_POINT_add(group, tmp, tmp, Pt[0], ctx);
		plain_affine();
	}
	EVP_CIPHER_CTX_free(ec);
}

static void
ours_cocoon_private(void *arg)
{
	(void)arg;
	FINE(butterfly_private(out_k, &caterpillar, &d[0], ij, NULL, N));
}

static void
ours_plv(void *arg)
{
	(void)arg;
	linkage_plv(lv, la_id, key, N, 0, 20);
}

static void
plain_plv(void *arg)
{
	(void)arg;
	EVP_CIPHER_CTX *ec = EVP_CIPHER_CTX_new();
	uint8_t in[320] = {0}, out[320];
	int n;

	FOR_SOME
	{
		EVP_EncryptInit_ex(ec, EVP_aes_128_ecb(), NULL, key[i].b, NULL);
		EVP_EncryptUpdate(ec, out, &n, in, sizeof(in));
	}
	EVP_CIPHER_CTX_free(ec);
}

static void
ours_step(void *arg)
{
	(void)arg;
	linkage_step(out_key, la_id, key, N);
}

static void
plain_step(void *arg)
{
	(void)arg;
	uint8_t in[32] = {0};

	FOR_SOME
	{
		memcpy(in + 2, &key[i], 16);
		SHA256(in, sizeof(in), out_e[i].b);
	}
}

/* One of another curve, N / 128 times: the row counts these. */
static void
other_curve(enum curve curve)
{
	static struct curve_point Q[CURVE_P384 + 1];
	static struct curve_signature s[CURVE_P384 + 1];
	static uint8_t kk[48], hash[48];
	size_t n = curve_octets(curve);

	if (Q[curve].form == POINT_X_ONLY) {
		curve_generate(kk, &Q[curve], curve);
		FINE(curve_sign(&s[curve], curve, kk, hash, n, NULL));
	}
	for (int i = 0; i < 4; i++)
		FINE(curve_verify(&Q[curve], hash, n, &s[curve], NULL));
}

static void
ours_p384(void *arg)
{
	(void)arg;
	other_curve(CURVE_P384);
}

static void
ours_brainpool(void *arg)
{
	(void)arg;
	other_curve(CURVE_BRAINPOOL_P256R1);
}

static const struct row {
	const char *name;
	void (*ours)(void *), (*plain)(void *);
	size_t n;
} rows[] = {
    {"sha256 of 150 octets", ours_sha256, plain_sha256, N},
    {"sha256 to sign, 150 octets", ours_to_sign, plain_to_sign, N},
    {"hmac_sha256 of 16 octets", ours_hmac, plain_hmac, N},
    {"ccm seal 150 octets", ours_seal, plain_seal, N},
    {"ccm open 150 octets", ours_open, NULL, N},
    {"random 32 octets", ours_random, plain_random, N},
    {"scalar_mul", ours_scalar_mul, plain_scalar_mul, N},
    {"scalar_invert", ours_invert, plain_invert, N},
    {"p256_base_mul", ours_base_mul, plain_base_mul, N},
    {"p256_add_base_mul", ours_add_base_mul, plain_add_base_mul, N},
    {"p256_mul", ours_mul, plain_mul, N},
    {"p256_known_mul", ours_known_mul, plain_mul, N},
    {"p256_decompress", ours_decompress, plain_decompress, N},
    {"p256_check", ours_check, plain_check, N},
    {"ecdsa_sign", ours_sign, plain_sign, N},
    {"ecdsa_verify", ours_verify, plain_verify, N},
    {"ecdsa_verify_known", ours_verify_known, plain_verify, N},
    {"ecies_encrypt", ours_encrypt, plain_encrypt, N},
    {"ecies_decrypt", ours_decrypt, plain_decrypt, N},
    {"ecqv_issue", ours_issue, plain_issue, N},
    {"ecqv_respond", ours_respond, plain_respond, N},
    {"ecqv_public", ours_public, plain_public, N},
    {"ecqv_private", ours_private, NULL, N},
    {"butterfly_public", ours_cocoon, plain_cocoon, N},
    {"butterfly_private", ours_cocoon_private, NULL, N},
    {"linkage_plv, 20 of a seed, each", ours_plv, plain_plv, 20 * N},
    {"linkage_step", ours_step, plain_step, N},
    {"curve_verify, NIST P-384", ours_p384, NULL, 4},
    {"curve_verify, brainpoolP256r1", ours_brainpool, NULL, 4},
};

/* The whole row in nanoseconds. */
static void
print_row(const struct row *r)
{
	struct way first = {r->ours, NULL, r->n},
		   second = {r->plain, NULL, r->n / (N / PLAIN_N)};
	struct measured m = measure(first, second);

	printf("%-32s %10.1f", r->name, m.first_us * 1e3);
	if (r->plain != NULL)
		printf(" %12.1f %8.2f", m.second_us * 1e3, m.times);
	printf("\n");
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	char title[64];

	prepare();
	(void)snprintf(title, sizeof(title), "ns per element, batch of %d", N);
	printf("%-32s %10s %12s %8s\n", title, crypto_engine(), "OpenSSL",
	    "times");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (argc < 2 || strstr(rows[i].name, argv[1]) != NULL)
			print_row(&rows[i]);
	return 0;
}
