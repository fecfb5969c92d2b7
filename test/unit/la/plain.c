/* plain.c - see plain.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "base/file.h"
#include "schema/scms_protocol.h"
#include "test/unit/la/plain.h"

static void
evp_open(
    uint8_t *out, const uint8_t *key, const aes_ccm_ciphertext *in, int plain_n)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t tag[16];
	int n;

	assert_int_equal(in->ccm_ciphertext.n, plain_n + 16);
	memcpy(tag, in->ccm_ciphertext.p + plain_n, 16);
	EVP_DecryptInit_ex(c, EVP_aes_128_ccm(), NULL, NULL, NULL);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 16, tag);
	EVP_DecryptInit_ex(c, NULL, NULL, key, in->nonce.b);
	EVP_DecryptUpdate(c, NULL, &n, NULL, plain_n);
	assert_int_equal(
	    EVP_DecryptUpdate(c, out, &n, in->ccm_ciphertext.p, plain_n), 1);
	EVP_CIPHER_CTX_free(c);
}

void
plain_open(
    uint8_t *out, const encrypted_data *in, const uint8_t *key, int plain_n)
{
	uint8_t one[16];

	evp_open(one, key,
	    &in->recipients.v[0].symm_recip_info.enc_key.aes128ccm, 16);
	evp_open(out, one, &in->ciphertext.aes128ccm, plain_n);
}

/* The chain behind an LCI: i0 and ls(i0), with the LA's storage key. */
void
plain_lci(const char *la_dir, uint16_t *i0, uint8_t seed[16],
    const encrypted_data *lci)
{
	uint8_t in[32 + 4 + 18], key[64], plain[18];
	char path[PATH_SIZE];
	FILE *f;

	path_join(path, la_dir, "data/storage.key");
	f = fopen(path, "rb");
	assert_non_null(f);
	assert_int_equal(fread(in, 1, 33, f), 32);
	(void)fclose(f);
	memcpy(in + 32, (uint8_t[]){0, 0, 0, 1}, 4);
	memcpy(in + 36, "monarch-la-storage", 18);
	EVP_Digest(in, sizeof(in), key, NULL, EVP_sha256(), NULL);
	plain_open(plain, lci, key + 16, 18); /* the second 16 */
	*i0 = (uint16_t)(plain[0] << 8 | plain[1]);
	memcpy(seed, plain + 2, 16);
}

void
plain_step(uint8_t seed[16], const uint8_t la[2])
{
	uint8_t block[32] = {la[0], la[1]}, hash[32];

	memcpy(block + 2, seed, 16);
	EVP_Digest(block, sizeof(block), hash, NULL, EVP_sha256(), NULL);
	memcpy(seed, hash, 16);
}

void
plain_plv(
    uint8_t out[9], const uint8_t seed[16], const uint8_t la[2], uint8_t j)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t block[16] = {la[0], la[1], 0, 0, 0, j}, e[32];
	int n;

	EVP_EncryptInit_ex(c, EVP_aes_128_ecb(), NULL, seed, NULL);
	EVP_EncryptUpdate(c, e, &n, block, 16);
	for (n = 0; n < 9; n++)
		out[n] = e[n] ^ block[n];
	EVP_CIPHER_CTX_free(c);
}
