/* aes.c - see aes.h. */
#include <assert.h>
#include <limits.h>
#include <string.h>

#include <openssl/err.h>

#include "base/secret.h"
#include "crypto/aes_int.h"
#include "crypto/ossl.h"

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

void
ccm_seal(const struct ccm_item *m, size_t n)
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

enum fault
ccm_open(const struct ccm_item *m, bool *ok, size_t n)
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

static void
encrypt_blocks(
    uint8_t *out, const struct key16 *key, const uint8_t *in, size_t blocks)
{
	EVP_CIPHER_CTX *c = ossl_thread()->blocks;
	int n;

	assert(blocks <= INT_MAX / 16);
	ossl_must(EVP_EncryptInit_ex(c, NULL, NULL, key->b, NULL));
	ossl_must(EVP_EncryptUpdate(c, out, &n, in, (int)(16 * blocks)));
}

void
aes_blocks(
    uint8_t *out, const struct key16 *key, const uint8_t *in, size_t blocks)
{
	encrypt_blocks(out, key, in, blocks);
	aes_forget();
}

void
aes_feed_forward(
    uint8_t *out, const struct key16 *key, const uint8_t *in, size_t blocks)
{
	encrypt_blocks(out, key, in, blocks);
	for (size_t i = 0; i < 2 * blocks; i++) {
		uint64_t x, y;

		memcpy(&x, in + 8 * i, sizeof(x));
		memcpy(&y, out + 8 * i, sizeof(y));
		y ^= x;
		memcpy(out + 8 * i, &y, sizeof(y));
	}
}

void
aes_forget(void)
{
	ossl_must(EVP_EncryptInit_ex(
	    ossl_thread()->blocks, NULL, NULL, no_key, NULL));
}
