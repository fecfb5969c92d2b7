/* ossl.c - see ossl.h. */
#include <pthread.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include "base/log.h"
#include "crypto/ossl.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static EVP_CIPHER *ccm, *ecb;
static EC_GROUP *groups[CURVE_P384 + 1];

static _Thread_local struct ossl_thread *mine;

void
ossl_failed(void)
{
	const char *file = "?", *reason;
	unsigned long e =
	    ERR_peek_last_error_all(&file, NULL, NULL, NULL, NULL);

	reason = e == 0 ? NULL : ERR_reason_error_string(e);
	log_fatal("OpenSSL failed: %s (%s)",
	    reason == NULL ? "no reason given" : reason, file);
}

static void
thread_end(void *p)
{
	struct ossl_thread *t = p;

	EVP_CIPHER_CTX_free(t->ccm_seal);
	EVP_CIPHER_CTX_free(t->ccm_open);
	EVP_CIPHER_CTX_free(t->blocks);
	BN_clear_free(t->x);
	BN_clear_free(t->y);
	BN_clear_free(t->z);
	BN_clear_free(t->k);
	BN_free(t->one);
	BN_CTX_free(t->bn);
	for (size_t i = 0; i < CHUNK; i++)
		EC_POINT_clear_free(t->acc[i]);
	EC_POINT_clear_free(t->tmp);
	EC_POINT_clear_free(t->fixed);
	free(t);
}

static void
process_begin(void)
{
	static const int nid[] = {
	    [CURVE_P256] = NID_X9_62_prime256v1,
	    [CURVE_BRAINPOOL_P256R1] = NID_brainpoolP256r1,
	    [CURVE_BRAINPOOL_P384R1] = NID_brainpoolP384r1,
	    [CURVE_P384] = NID_secp384r1,
	};

	for (size_t i = 0; i < sizeof(nid) / sizeof(nid[0]); i++) {
		groups[i] = EC_GROUP_new_by_curve_name(nid[i]);
		ossl_must(groups[i] != NULL);
	}
	ccm = EVP_CIPHER_fetch(NULL, "AES-128-CCM", NULL);
	ecb = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
	ossl_must(ccm != NULL && ecb != NULL);
	ossl_must(pthread_key_create(&key, thread_end) == 0);
}

static void
ciphers_begin(struct ossl_thread *t)
{
	t->ccm_seal = EVP_CIPHER_CTX_new();
	t->ccm_open = EVP_CIPHER_CTX_new();
	t->blocks = EVP_CIPHER_CTX_new();
	ossl_must(
	    t->ccm_seal != NULL && t->ccm_open != NULL && t->blocks != NULL);
	ossl_must(EVP_EncryptInit_ex(t->ccm_seal, ccm, NULL, NULL, NULL));
	ossl_must(EVP_CIPHER_CTX_ctrl(
	    t->ccm_seal, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL));
	ossl_must(
	    EVP_CIPHER_CTX_ctrl(t->ccm_seal, EVP_CTRL_AEAD_SET_TAG, 16, NULL));
	ossl_must(EVP_DecryptInit_ex(t->ccm_open, ccm, NULL, NULL, NULL));
	ossl_must(EVP_CIPHER_CTX_ctrl(
	    t->ccm_open, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL));
	ossl_must(EVP_EncryptInit_ex(t->blocks, ecb, NULL, NULL, NULL));
	ossl_must(EVP_CIPHER_CTX_set_padding(t->blocks, 0));
}

static struct ossl_thread *
thread_begin(void)
{
	const EC_GROUP *g = groups[CURVE_P256];
	struct ossl_thread *t = calloc(1, sizeof(*t));

	ossl_must(t != NULL);
	ciphers_begin(t);
	t->bn = BN_CTX_new();
	t->x = BN_new();
	t->y = BN_new();
	t->z = BN_new();
	t->k = BN_new();
	t->one = BN_new();
	ossl_must(t->bn != NULL && t->x != NULL && t->y != NULL &&
		  t->z != NULL && t->k != NULL && t->one != NULL);
	ossl_must(BN_one(t->one));
	for (size_t i = 0; i < CHUNK; i++)
		ossl_must((t->acc[i] = EC_POINT_new(g)) != NULL);
	t->tmp = EC_POINT_new(g);
	t->fixed = EC_POINT_new(g);
	ossl_must(t->tmp != NULL && t->fixed != NULL);
	return t;
}

struct ossl_thread *
ossl_thread(void)
{
	if (mine == NULL) {
		ossl_must(pthread_once(&once, process_begin) == 0);
		mine = thread_begin();
		ossl_must(pthread_setspecific(key, mine) == 0);
	}
	return mine;
}

const EC_GROUP *
ossl_group(enum curve c)
{
	ossl_must(pthread_once(&once, process_begin) == 0);
	return groups[c];
}
