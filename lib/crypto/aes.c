/* aes.c - see aes.h. */
#include <assert.h>
#include <limits.h>

#include "crypto/ossl.h"
#include "crypto/symmetric_int.h"

void
ccm_seal(const struct ccm_item *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert(m[i].in.n <= CCM_MAX);
	symmetric()->ccm_seal(m, n);
}

enum fault
ccm_open(const struct ccm_item *m, bool *ok, size_t n)
{
	return symmetric()->ccm_open(m, ok, n);
}

void
aes_blocks(
    uint8_t *out, const struct key16 *key, const uint8_t *in, size_t blocks)
{
	static const uint8_t no_key[16];
	EVP_CIPHER_CTX *c = ossl_thread()->blocks;
	int n;

	assert(blocks <= INT_MAX / 16);
	ossl_must(EVP_EncryptInit_ex(c, NULL, NULL, key->b, NULL));
	ossl_must(EVP_EncryptUpdate(c, out, &n, in, (int)(16 * blocks)));
	/* The schedule of the key goes. */
	ossl_must(EVP_EncryptInit_ex(c, NULL, NULL, no_key, NULL));
}
