/*
 * portable_symmetric.c - the symmetric part of the portable engine: OpenSSL,
 * one element after the other.
 */
#include <assert.h>
#include <limits.h>
#include <string.h>

#include <openssl/err.h>

#include "base/secret.h"
#include "crypto/ossl.h"
#include "crypto/symmetric_int.h"

/* ---- hashes ---- */

static void
hash(struct digest *out, const struct bytes *in, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sha256(out[i].b, in[i]);
}

static void
hash_to_sign(struct digest *out, const struct bytes *data,
    const uint8_t signer[SHA256_SIZE], size_t n)
{
	uint8_t both[2 * SHA256_SIZE];

	memcpy(both + SHA256_SIZE, signer, SHA256_SIZE);
	for (size_t i = 0; i < n; i++) {
		sha256(both, data[i]);
		sha256(out[i].b, BYTES(both));
	}
	wipe(both, sizeof(both));
}

static void
hmac(struct digest *out, const struct bytes *key, const struct bytes *message,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		hmac_sha256(out[i].b, key[i], message[i]);
}

/* ---- AES-CCM ---- */

static const uint8_t no_key[16];

static void
seal_one(EVP_CIPHER_CTX *c, const struct ccm_item *m)
{
	static const uint8_t empty[1];
	int in_n = (int)m->in.n, n;

	assert(m->in.n <= CCM_MAX);
	ossl_must(EVP_EncryptInit_ex(c, NULL, NULL, m->key, m->nonce));
	ossl_must(EVP_EncryptUpdate(c, NULL, &n, NULL, in_n));
	ossl_must(EVP_EncryptUpdate(
	    c, m->out, &n, in_n == 0 ? empty : m->in.p, in_n));
	ossl_must(EVP_EncryptFinal_ex(c, m->out + in_n, &n));
	ossl_must(EVP_CIPHER_CTX_ctrl(
	    c, EVP_CTRL_AEAD_GET_TAG, CCM_TAG_SIZE, m->out + in_n));
}

static void
seal(const struct ccm_item *m, size_t n)
{
	EVP_CIPHER_CTX *c = ossl_thread()->ccm_seal;

	for (size_t i = 0; i < n; i++)
		seal_one(c, &m[i]);
	/* The schedule of the last key goes. */
	ossl_must(EVP_EncryptInit_ex(c, NULL, NULL, no_key, NULL));
}

static enum fault
open_one(EVP_CIPHER_CTX *c, const struct ccm_item *m)
{
	uint8_t tag[CCM_TAG_SIZE], none[1];
	int in_n, n, good;

	if (m->in.n < CCM_TAG_SIZE)
		return FAULT_TRUNCATED;
	if (m->in.n - CCM_TAG_SIZE > CCM_MAX)
		return FAULT_TOO_LARGE;
	in_n = (int)(m->in.n - CCM_TAG_SIZE);
	memcpy(tag, m->in.p + in_n, sizeof(tag));
	ossl_must(
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag));
	ossl_must(EVP_DecryptInit_ex(c, NULL, NULL, m->key, m->nonce));
	ossl_must(EVP_DecryptUpdate(c, NULL, &n, NULL, in_n));
	good =
	    EVP_DecryptUpdate(c, in_n == 0 ? none : m->out, &n, m->in.p, in_n);
	if (good == 1)
		return FAULT_OK;
	wipe(m->out, (size_t)in_n);
	return FAULT_BAD_TAG;
}

static enum fault
open_all(const struct ccm_item *m, bool *ok, size_t n)
{
	EVP_CIPHER_CTX *c = ossl_thread()->ccm_open;
	enum fault first = FAULT_OK;

	ERR_set_mark();
	for (size_t i = 0; i < n; i++) {
		enum fault f = open_one(c, &m[i]);

		if (first == FAULT_OK)
			first = f;
		if (ok != NULL)
			ok[i] = f == FAULT_OK;
	}
	ossl_must(EVP_DecryptInit_ex(c, NULL, NULL, no_key, NULL));
	ERR_pop_to_mark();
	return first;
}

/* ---- AES blocks ---- */

static void
feed_forward(const struct aes_job *job, size_t n, size_t blocks)
{
	EVP_CIPHER_CTX *c = ossl_thread()->blocks;
	int got;

	assert(blocks <= INT_MAX / 16);
	for (size_t i = 0; i < n; i++) {
		uint8_t *out = job[i].out;

		ossl_must(EVP_EncryptInit_ex(c, NULL, NULL, job[i].key, NULL));
		ossl_must(EVP_EncryptUpdate(
		    c, out, &got, job[i].in, (int)(16 * blocks)));
		for (size_t t = 0; t < 16 * blocks; t++)
			out[t] ^= job[i].in[t];
	}
	ossl_must(EVP_EncryptInit_ex(c, NULL, NULL, no_key, NULL));
}

const struct engine_symmetric portable_symmetric = {
    .sha256 = hash,
    .sha256_to_sign = hash_to_sign,
    .hmac_sha256 = hmac,
    .ccm_seal = seal,
    .ccm_open = open_all,
    .feed_forward = feed_forward,
};
