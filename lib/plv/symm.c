/* symm.c - EncryptedData for one holder of a shared key. */
#include <assert.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "plv/symm.h"
#include "schema/dot2.h"

#define CHUNK 64 /* messages whose scratch fits on the stack */

/* Where the parts stand. */
enum {
	AT_ID = 3,
	AT_KEY_NONCE = AT_ID + SYMM_ID_OCTETS + 1,
	AT_WRAPPED = AT_KEY_NONCE + CCM_NONCE_SIZE + 1,
	AT_NONCE = AT_WRAPPED + SYMM_WRAPPED_OCTETS + 1,
	AT_LENGTH = AT_NONCE + CCM_NONCE_SIZE,
	AT_CIPHERTEXT = AT_LENGTH + 1,
};

static const uint8_t recipients[AT_ID] = {0x01, 0x01, 0x81};

void
symm_key_make(struct symm_key *out, const struct key16 *key)
{
	uint8_t coer[1 + sizeof(key->b)];

	coer[0] = 0x80;
	memcpy(coer + 1, key->b, sizeof(key->b));
	out->key = *key;
	sha256_id(out->id, sizeof(out->id), BYTES(coer));
	wipe(coer, sizeof(coer));
}

/* All but what the cipher writes. */
static void
lay_out(uint8_t *out, const struct symm_key *key, size_t plain_n,
    const uint8_t nonces[2 * CCM_NONCE_SIZE])
{
	memcpy(out, recipients, sizeof(recipients));
	memcpy(out + AT_ID, key->id, sizeof(key->id));
	out[AT_KEY_NONCE - 1] = 0x80;
	memcpy(out + AT_KEY_NONCE, nonces, CCM_NONCE_SIZE);
	out[AT_WRAPPED - 1] = SYMM_WRAPPED_OCTETS;
	out[AT_NONCE - 1] = 0x80;
	memcpy(out + AT_NONCE, nonces + CCM_NONCE_SIZE, CCM_NONCE_SIZE);
	out[AT_LENGTH] = (uint8_t)(plain_n + CCM_TAG_SIZE);
}

static void
seal_chunk(uint8_t *out, size_t stride, const struct symm_key *key,
    const uint8_t *plain, size_t plain_n, size_t n)
{
	struct {
		uint8_t key[16], nonces[2 * CCM_NONCE_SIZE];
	} fresh[CHUNK];
	struct ccm_item item[2 * CHUNK];
	size_t t;

	random_bytes(fresh, n * sizeof(*fresh));
	for (t = 0; t < n; t++) {
		uint8_t *m = out + t * stride;

		lay_out(m, key, plain_n, fresh[t].nonces);
		item[t] = (struct ccm_item){key->key.b, m + AT_KEY_NONCE,
		    BYTES(fresh[t].key), m + AT_WRAPPED};
		item[n + t] = (struct ccm_item){fresh[t].key, m + AT_NONCE,
		    {plain + t * plain_n, plain_n}, m + AT_CIPHERTEXT};
	}
	ccm_seal(item, 2 * n);
	wipe(fresh, sizeof(fresh));
}

void
symm_seal(uint8_t *out, size_t stride, const struct symm_key *key,
    const uint8_t *plain, size_t plain_n, size_t n)
{
	size_t t, m;

	assert(plain_n <= SYMM_PLAIN_MAX && stride >= SYMM_OCTETS(plain_n));
	for (t = 0; t < n; t += m) {
		m = n - t < CHUNK ? n - t : CHUNK;
		seal_chunk(out + t * stride, stride, key, plain + t * plain_n,
		    plain_n, m);
	}
}

bool
symm_data_of(
    struct symm_data *out, const uint8_t **id, const encrypted_data *in)
{
	const symm_recipient_info *to;
	const symmetric_ciphertext *text = &in->ciphertext;

	memset(out, 0, sizeof(*out));
	if (in->recipients.n != 1 ||
	    in->recipients.v[0].is != recipient_info_symm_recip_info)
		return false;
	to = &in->recipients.v[0].symm_recip_info;
	if (to->enc_key.is != symmetric_ciphertext_aes128ccm ||
	    text->is != symmetric_ciphertext_aes128ccm)
		return false;
	*id = to->recipient_id.b;
	out->key_nonce = to->enc_key.aes128ccm.nonce.b;
	out->wrapped = to->enc_key.aes128ccm.ccm_ciphertext;
	out->nonce = text->aes128ccm.nonce.b;
	out->ciphertext = text->aes128ccm.ccm_ciphertext;
	return true;
}

static bool
fits(const struct symm_data *in, size_t plain_n)
{
	return in->key != NULL && in->wrapped.n == SYMM_WRAPPED_OCTETS &&
	       in->ciphertext.n == plain_n + CCM_TAG_SIZE;
}

/* Opens those that fit, packed together, in two passes. */
static void
open_chunk(uint8_t *out, size_t plain_n, const struct symm_data *in, bool *ok,
    size_t n)
{
	uint8_t key[CHUNK][16] = {0};
	struct ccm_item item[CHUNK];
	size_t which[CHUNK], t, m = 0;
	bool wrapped_ok[CHUNK], plain_ok[CHUNK];

	for (t = 0; t < n; t++) {
		ok[t] = fits(&in[t], plain_n);
		if (!ok[t])
			continue;
		item[m] = (struct ccm_item){
		    in[t].key->key.b, in[t].key_nonce, in[t].wrapped, key[m]};
		which[m++] = t;
	}
	(void)!ccm_open(item, wrapped_ok, m);
	for (t = 0; t < m; t++)
		item[t] = (struct ccm_item){key[t], in[which[t]].nonce,
		    in[which[t]].ciphertext, out + which[t] * plain_n};
	(void)!ccm_open(item, plain_ok, m);
	for (t = 0; t < m; t++)
		ok[which[t]] = wrapped_ok[t] && plain_ok[t];
	for (t = 0; t < n; t++)
		if (!ok[t])
			memset(out + t * plain_n, 0, plain_n);
	wipe(key, sizeof(key));
}

void
symm_open(uint8_t *out, size_t plain_n, const struct symm_data *in, bool *ok,
    size_t n)
{
	size_t t, m;

	assert(plain_n <= SYMM_PLAIN_MAX);
	for (t = 0; t < n; t += m) {
		m = n - t < CHUNK ? n - t : CHUNK;
		open_chunk(out + t * plain_n, plain_n, in + t, ok + t, m);
	}
}
