/* encrypt.c - encrypted messages that go out; see encrypt.h. */
#include <assert.h>
#include <string.h>

#include "base/secret.h"
#include "cert/canonical.h"
#include "cert/convert.h"
#include "cert/encrypt.h"
#include "coer/coer.h"
#include "crypto/random.h"

/* ---- recipients ---- */

enum fault
recipient_of_cert(
    struct recipient *out, const struct cert *k, struct fault_info *fi)
{
	if (!k->has_encryption_key)
		return fault_set(
		    fi, FAULT_UNSUPPORTED, "certificate has no encryption key");
	*out = (struct recipient){
	    .kind = RECIPIENT_CERTIFICATE, .key = k->encryption_key};
	memcpy(out->id, k->id, sizeof(out->id));
	/* P1 has 32 octets, whatever the certificate's own hash is. */
	sha256(out->p1, k->canonical);
	return FAULT_OK;
}

void
recipient_of_key(struct recipient *out, const struct curve_point *key)
{
	struct curve_point small = *key;
	public_encryption_key schema;
	uint8_t room[128];
	struct writer w = writer_of(room, sizeof(room));

	*out = (struct recipient){.kind = RECIPIENT_KEY, .key = *key};
	memcpy(out->p1, sha256_of_nothing, sizeof(out->p1));
	if (small.form == POINT_UNCOMPRESSED)
		curve_compress(&small);
	encryption_key_to_schema(&schema, &small);
	if (coer_encode(&public_encryption_key_asn, &schema, &w, NULL) !=
	    FAULT_OK)
		assert(false && "a point always encodes");
	cert_id8(out->id, writer_done(&w));
}

enum fault
recipient_of_message(struct recipient *out, struct arena *a,
    struct bytes message, struct fault_info *fi)
{
	const encryption_key *key;
	ieee1609_dot2_data d;
	struct bytes octets_hashed;

	TRY(coer_decode(&ieee1609_dot2_data_asn, &d, a, message, fi));
	if (d.content.is != ieee1609_dot2_content_signed_data)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "message is not signedData");
	key = d.content.signed_data.tbs_data.header_info.encryption_key;
	if (key == NULL)
		return fault_set(
		    fi, FAULT_NOT_FOUND, "message brings no encryption key");
	if (key->is != encryption_key_public_)
		return fault_set(fi, FAULT_UNSUPPORTED,
		    "message brings a symmetric encryption key");
	*out = (struct recipient){.kind = RECIPIENT_SIGNED_DATA};
	TRY(encryption_key_of_schema(&out->key, &key->public_, fi));
	TRY(canonical_data(&octets_hashed, a, &d, fi));
	sha256(out->p1, octets_hashed);
	memcpy(out->id, out->p1 + SHA256_SIZE - CERT_ID_SIZE, CERT_ID_SIZE);
	return FAULT_OK;
}

void
symmetric_key_id(uint8_t out[CERT_ID_SIZE], const struct key16 *key)
{
	uint8_t coer[1 + sizeof(key->b)];

	coer[0] = 0x80; /* aes128Ccm */
	memcpy(coer + 1, key->b, sizeof(key->b));
	cert_id8(out, BYTES(coer));
	wipe(coer, sizeof(coer));
}

void
recipient_of_secret(
    struct recipient *out, enum recipient_kind kind, const struct key16 *key)
{
	assert(kind == RECIPIENT_PSK || kind == RECIPIENT_SYMMETRIC);
	*out = (struct recipient){.kind = kind, .secret = *key};
	symmetric_key_id(out->id, key);
}

/* ---- sealing ---- */

/* Nonce and ciphertext under key, in arena memory. */
static enum fault
seal(symmetric_ciphertext *out, struct arena *a, const struct key16 *key,
    struct bytes in, struct fault_info *fi)
{
	uint8_t *c = arena_alloc(a, in.n + CCM_TAG_SIZE, 1);

	if (c == NULL || in.n > CCM_MAX)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no room to encrypt %zu octets", in.n);
	out->is = symmetric_ciphertext_aes128ccm;
	random_bytes(out->aes128ccm.nonce.b, CCM_NONCE_SIZE);
	ccm_seal(&(struct ccm_item){key->b, out->aes128ccm.nonce.b, in, c}, 1);
	out->aes128ccm.ccm_ciphertext = (struct bytes){c, in.n + CCM_TAG_SIZE};
	return FAULT_OK;
}

static enum fault
wrap_public(pk_recipient_info *out, const struct recipient *to,
    const struct key16 *key, struct fault_info *fi)
{
	struct curve_ecies wrapped;

	TRY(curve_ecies_encrypt(&wrapped, &to->key, key, to->p1, fi));
	memcpy(out->recipient_id.b, to->id, CERT_ID_SIZE);
	ecies_to_schema(&out->enc_key, &wrapped);
	return FAULT_OK;
}

static enum fault
wrap(recipient_info *out, struct arena *a, const struct recipient *to,
    const struct key16 *key, struct fault_info *fi)
{
	switch (to->kind) {
	case RECIPIENT_PSK:
		out->is = recipient_info_psk_recip_info;
		memcpy(out->psk_recip_info.b, to->id, CERT_ID_SIZE);
		return FAULT_OK;
	case RECIPIENT_SYMMETRIC:
		out->is = recipient_info_symm_recip_info;
		memcpy(
		    out->symm_recip_info.recipient_id.b, to->id, CERT_ID_SIZE);
		return seal(&out->symm_recip_info.enc_key, a, &to->secret,
		    BYTES(key->b), fi);
	case RECIPIENT_CERTIFICATE:
		out->is = recipient_info_cert_recip_info;
		return wrap_public(&out->cert_recip_info, to, key, fi);
	case RECIPIENT_SIGNED_DATA:
		out->is = recipient_info_signed_data_recip_info;
		return wrap_public(&out->signed_data_recip_info, to, key, fi);
	case RECIPIENT_KEY:
		out->is = recipient_info_rek_recip_info;
		return wrap_public(&out->rek_recip_info, to, key, fi);
	}
	return fault_set(fi, FAULT_USAGE, "recipient of an unknown kind");
}

static enum fault
choose_key(struct key16 *out, const struct recipient *to, size_t n,
    struct fault_info *fi)
{
	size_t i;

	if (n == 0)
		return fault_set(fi, FAULT_USAGE, "no recipient");
	for (i = 0; i < n; i++)
		if (to[i].kind == RECIPIENT_PSK && n > 1)
			return fault_set(fi, FAULT_USAGE,
			    "a pre-shared key has no other recipients");
	if (to[0].kind == RECIPIENT_PSK)
		*out = to[0].secret;
	else
		random_bytes(out->b, sizeof(out->b));
	return FAULT_OK;
}

static enum fault
seal_all(encrypted_data *out, struct arena *a, struct bytes plaintext,
    const struct recipient *to, size_t n, struct fault_info *fi)
{
	struct key16 key;
	enum fault f;
	size_t i;

	TRY(choose_key(&key, to, n, fi));
	out->recipients.n = n;
	out->recipients.v = ARENA_ARRAY(a, n, recipient_info);
	f = out->recipients.v != NULL ? FAULT_OK
				      : fault_set(fi, FAULT_TOO_LARGE,
					    "no memory left for recipients");
	for (i = 0; f == FAULT_OK && i < n; i++)
		f = wrap(&out->recipients.v[i], a, &to[i], &key, fi);
	if (f == FAULT_OK)
		f = seal(&out->ciphertext, a, &key, plaintext, fi);
	wipe(&key, sizeof(key));
	return f;
}

enum fault
encrypted_data_seal(struct bytes *out, struct arena *a, struct bytes plaintext,
    const struct recipient *to, size_t n, struct fault_info *fi)
{
	encrypted_data e;

	TRY(seal_all(&e, a, plaintext, to, n, fi));
	return coer_encode_new(out, a, &encrypted_data_asn, &e, fi);
}

enum fault
spdu_encrypt_to(struct bytes *out, struct arena *a, struct bytes plaintext,
    const struct recipient *to, size_t n, struct fault_info *fi)
{
	ieee1609_dot2_data d = {.protocol_version = 3,
	    .content.is = ieee1609_dot2_content_encrypted_data};

	TRY(seal_all(&d.content.encrypted_data, a, plaintext, to, n, fi));
	return coer_encode_new(out, a, &ieee1609_dot2_data_asn, &d, fi);
}

enum fault
spdu_encrypt(struct bytes *out, struct arena *a, struct bytes plaintext,
    const struct cert *k, struct fault_info *fi)
{
	struct recipient to;

	TRY(recipient_of_cert(&to, k, fi));
	return spdu_encrypt_to(out, a, plaintext, &to, 1, fi);
}
