/* decrypt.c - encrypted messages that come in; see encrypt.h. */
#include <assert.h>
#include <string.h>

#include "base/secret.h"
#include "cert/batch.h"
#include "cert/convert.h"
#include "cert/encrypt.h"
#include "coer/coer.h"

#define CHUNK 64

/* ---- keys ---- */

static enum fault
unwrap_scalar(void *ctx, struct key16 *out, const struct curve_ecies *in,
    const uint8_t p1[SHA256_SIZE], struct fault_info *fi)
{
	const struct scalar *d = ctx;

	return curve_ecies_decrypt(out, in, d->b, p1, fi);
}

void
unwrap_with_scalar(struct key16 *out, const struct ecies *in,
    const struct scalar *d, const uint8_t p1[SHA256_SIZE], bool *ok, size_t n)
{
	struct scalar same[CHUNK];

	for (size_t i = 0, m; i < n; i += m) {
		m = n - i < CHUNK ? n - i : CHUNK;
		for (size_t j = 0; j < m; j++)
			same[j] = *d;
		per_element(
		    ecies_decrypt(out + i, in + i, same, p1, ok + i, m));
	}
	wipe(same, sizeof(same));
}

static void
unwrap_scalars(void *ctx, struct key16 *out, const struct ecies *in,
    const uint8_t p1[SHA256_SIZE], bool *ok, size_t n)
{
	unwrap_with_scalar(out, in, ctx, p1, ok, n);
}

static void
set_scalar(struct decryption_key *out, enum recipient_kind kind,
    const struct scalar *d)
{
	memset(out, 0, sizeof(*out));
	out->kind = kind;
	out->curve = CURVE_P256;
	out->unwrap = unwrap_scalar;
	out->unwrap_many = unwrap_scalars;
	/* Only ever read through; ctx serves all kinds of keys. */
	memcpy(&out->ctx, &d, sizeof(out->ctx));
}

void
decryption_key_of_scalar(
    struct decryption_key *out, const struct scalar *d, const struct cert *k)
{
	set_scalar(out, k != NULL ? RECIPIENT_CERTIFICATE : RECIPIENT_KEY, d);
	if (k == NULL) {
		memcpy(out->p1, sha256_of_nothing, sizeof(out->p1));
		return;
	}
	memcpy(out->id, k->id, sizeof(out->id));
	sha256(out->p1, k->canonical);
}

enum fault
decryption_key_of_message(struct decryption_key *out, struct arena *a,
    const struct scalar *d, struct bytes message, struct fault_info *fi)
{
	struct recipient r;

	TRY(recipient_of_message(&r, a, message, fi));
	set_scalar(out, RECIPIENT_SIGNED_DATA, d);
	memcpy(out->id, r.id, sizeof(out->id));
	memcpy(out->p1, r.p1, sizeof(out->p1));
	return FAULT_OK;
}

void
decryption_key_of_secret(struct decryption_key *out, enum recipient_kind kind,
    const struct key16 *key)
{
	assert(kind == RECIPIENT_PSK || kind == RECIPIENT_SYMMETRIC);
	*out = (struct decryption_key){.kind = kind, .secret = *key};
	symmetric_key_id(out->id, key);
}

/* ---- one ---- */

static enum fault
open_ccm(struct bytes *out, struct arena *a, const struct key16 *key,
    const symmetric_ciphertext *in, struct fault_info *fi)
{
	struct bytes c = in->aes128ccm.ccm_ciphertext;
	uint8_t *p;

	if (in->is != symmetric_ciphertext_aes128ccm)
		return fault_set(
		    fi, FAULT_UNSUPPORTED, "cipher is not supported");
	if (c.n < CCM_TAG_SIZE)
		return fault_set(
		    fi, FAULT_BAD_TAG, "ciphertext is shorter than its tag");
	p = arena_alloc(a, c.n, 1);
	if (p == NULL || c.n > CCM_MAX)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no room to decrypt %zu octets", c.n);
	if (ccm_open(&(struct ccm_item){key->b, in->aes128ccm.nonce.b, c, p},
		NULL, 1) != FAULT_OK)
		return fault_set(
		    fi, FAULT_BAD_TAG, "contents do not fit their tag");
	*out = (struct bytes){p, c.n - CCM_TAG_SIZE};
	return FAULT_OK;
}

static const hashed_id8 *
recipient_id(const recipient_info *r, enum recipient_kind kind)
{
	switch (kind) {
	case RECIPIENT_PSK:
		return &r->psk_recip_info;
	case RECIPIENT_SYMMETRIC:
		return &r->symm_recip_info.recipient_id;
	case RECIPIENT_CERTIFICATE:
	case RECIPIENT_SIGNED_DATA:
	case RECIPIENT_KEY:
		break;
	}
	return &r->cert_recip_info.recipient_id;
}

/* The numbers of enum recipient_kind are the tags of RecipientInfo. */
static bool
is_for(const recipient_info *r, const struct decryption_key *k)
{
	if ((int)r->is != (int)k->kind)
		return false;
	return k->kind == RECIPIENT_KEY ||
	       memcmp(recipient_id(r, k->kind)->b, k->id, CERT_ID_SIZE) == 0;
}

static enum fault
unwrap_symmetric(struct key16 *out, const symm_recipient_info *r,
    const struct decryption_key *k, struct fault_info *fi)
{
	struct bytes c = r->enc_key.aes128ccm.ccm_ciphertext;

	if (r->enc_key.is != symmetric_ciphertext_aes128ccm)
		return fault_set(
		    fi, FAULT_UNSUPPORTED, "cipher is not supported");
	if (c.n != sizeof(out->b) + CCM_TAG_SIZE ||
	    ccm_open(&(struct ccm_item){k->secret.b,
			 r->enc_key.aes128ccm.nonce.b, c, out->b},
		NULL, 1) != FAULT_OK)
		return fault_set(
		    fi, FAULT_BAD_TAG, "wrapped key does not open");
	return FAULT_OK;
}

static enum fault
unwrap(struct key16 *out, const recipient_info *r,
    const struct decryption_key *k, struct fault_info *fi)
{
	struct curve_ecies in;

	if (k->kind == RECIPIENT_PSK) {
		*out = k->secret;
		return FAULT_OK;
	}
	if (k->kind == RECIPIENT_SYMMETRIC)
		return unwrap_symmetric(out, &r->symm_recip_info, k, fi);
	/* The three public kinds have the same type. */
	TRY(ecies_of_schema(&in, &r->cert_recip_info.enc_key, fi));
	if (in.v.curve != k->curve)
		return fault_set(fi, FAULT_CURVE_MISMATCH, "key wrapped on %s",
		    curve_name(in.v.curve));
	return k->unwrap(k->ctx, out, &in, k->p1, fi);
}

/* Recipients that may be tried: each costs a multiplication on the curve, and
 * a stranger's message has room for hundreds that look like ours. */
#define TRIES_MAX 16

static enum fault
not_for_us(unsigned tried, size_t recipients, struct fault_info *fi)
{
	return fault_set(fi, FAULT_NOT_FOR_US,
	    tried > 0 ? "no key opens what is wrapped for its recipient"
		      : "none of %zu recipients is known here",
	    recipients);
}

static enum fault
find_key(struct key16 *out, const encrypted_data *e,
    const struct decryption_key *k, size_t n, struct fault_info *fi)
{
	const sequence_of_recipient_info *r = &e->recipients;
	unsigned tried = 0;
	size_t i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < r->n && tried < TRIES_MAX; j++) {
			if (!is_for(&r->v[j], &k[i]))
				continue;
			tried++;
			if (unwrap(out, &r->v[j], &k[i], fi) == FAULT_OK)
				return FAULT_OK;
		}
	return not_for_us(tried, r->n, fi);
}

static enum fault
open_all(struct bytes *out, struct arena *a, const encrypted_data *e,
    const struct decryption_key *k, size_t n, struct fault_info *fi)
{
	struct key16 key;
	enum fault f;

	f = find_key(&key, e, k, n, fi);
	if (f == FAULT_OK)
		f = open_ccm(out, a, &key, &e->ciphertext, fi);
	wipe(&key, sizeof(key));
	return f;
}

enum fault
encrypted_data_open(struct bytes *out, struct arena *a, struct bytes in,
    const struct decryption_key *k, size_t n, struct fault_info *fi)
{
	encrypted_data e;

	TRY(coer_decode(&encrypted_data_asn, &e, a, in, fi));
	return open_all(out, a, &e, k, n, fi);
}

static enum fault
decode(ieee1609_dot2_data *d, struct arena *a, struct bytes in,
    struct fault_info *fi)
{
	if (in.n > 0 && in.p[0] != 3)
		return fault_set(fi, FAULT_BAD_VERSION,
		    "message of protocol version %u", in.p[0]);
	TRY(coer_decode(&ieee1609_dot2_data_asn, d, a, in, fi));
	if (d->content.is != ieee1609_dot2_content_encrypted_data)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "message is not encryptedData");
	return FAULT_OK;
}

enum fault
spdu_decrypt(struct bytes *out, struct arena *a, struct bytes in,
    const struct decryption_key *k, size_t n, struct fault_info *fi)
{
	ieee1609_dot2_data d;

	TRY(decode(&d, a, in, fi));
	return open_all(out, a, &d.content.encrypted_data, k, n, fi);
}

/* ---- many, each to a key of its own ---- */

struct chunk {
	encrypted_data e[CHUNK];
	struct ecies wrapped[CHUNK];
	struct scalar d[CHUNK];	 /* secret */
	struct key16 key[CHUNK]; /* secret */
	size_t index[CHUNK];
	bool ok[CHUNK];
	size_t n;
};

/* False: not of the usual form, which the batch is made for.  The three public
 * kinds have the same type. */
static bool
usual(struct ecies *out, const encrypted_data *e, enum recipient_info_tag kind)
{
	const recipient_info *r = e->recipients.v;
	const ecies_p256_encrypted_key *k;

	if (e->recipients.n != 1 || r->is != kind ||
	    r->rek_recip_info.enc_key.is !=
		encrypted_data_encryption_key_ecies_nist_p256)
		return false;
	k = &r->rek_recip_info.enc_key.ecies_nist_p256;
	if (k->v.is != ecc_p256_curve_point_compressed_y_0 &&
	    k->v.is != ecc_p256_curve_point_compressed_y_1)
		return false;
	memcpy(out->v.x, k->v.compressed_y_0.b, sizeof(out->v.x));
	out->v.y_bit = k->v.is == ecc_p256_curve_point_compressed_y_1;
	memcpy(out->c, k->c.b, sizeof(out->c));
	memcpy(out->t, k->t.b, sizeof(out->t));
	return true;
}

static void
open_chunk(
    struct chunk *h, struct bytes *out, enum fault *verdict, struct arena *a)
{
	size_t i;

	if (h->n == 0)
		return;
	per_element(ecies_decrypt(
	    h->key, h->wrapped, h->d, sha256_of_nothing, h->ok, h->n));
	for (i = 0; i < h->n; i++)
		verdict[h->index[i]] =
		    h->ok[i] ? open_ccm(&out[h->index[i]], a, &h->key[i],
				   &h->e[i].ciphertext, NULL)
			     : FAULT_NOT_FOR_US;
	h->n = 0;
}

static enum fault
open_one(struct bytes *out, struct arena *a, const encrypted_data *e,
    const struct scalar *d)
{
	struct decryption_key k;

	decryption_key_of_scalar(&k, d, NULL);
	return open_all(out, a, e, &k, 1, NULL);
}

enum fault
spdu_decrypt_batch(struct bytes *out, enum fault *verdict, struct arena *a,
    const struct bytes *in, const struct scalar *d, size_t n)
{
	struct chunk h = {.n = 0};
	ieee1609_dot2_data data;
	size_t i;

	for (i = 0; i < n; i++) {
		out[i] = BYTES_NONE;
		verdict[i] = decode(&data, a, in[i], NULL);
		if (verdict[i] != FAULT_OK)
			continue;
		h.e[h.n] = data.content.encrypted_data;
		if (!usual(&h.wrapped[h.n], &h.e[h.n],
			recipient_info_rek_recip_info)) {
			verdict[i] = open_one(&out[i], a, &h.e[h.n], &d[i]);
			continue;
		}
		h.d[h.n] = d[i];
		h.index[h.n++] = i;
		if (h.n == CHUNK)
			open_chunk(&h, out, verdict, a);
	}
	open_chunk(&h, out, verdict, a);
	wipe(h.d, sizeof(h.d));
	wipe(h.key, sizeof(h.key));
	return first_fault(verdict, n);
}

/* ---- many, all to one key ---- */

struct opening {
	struct encrypted_spdu *to[CHUNK];
	encrypted_data e[CHUNK];
	struct ecies wrapped[CHUNK];
	struct key16 key[CHUNK]; /* secret */
	bool ok[CHUNK];
	size_t n;
};

static void
open_together(struct opening *o, const struct decryption_key *k)
{
	if (o->n == 0)
		return;
	k->unwrap_many(k->ctx, o->key, o->wrapped, k->p1, o->ok, o->n);
	for (size_t i = 0; i < o->n; i++) {
		struct encrypted_spdu *to = o->to[i];

		to->fault = o->ok[i] ? open_ccm(&to->out, to->arena, &o->key[i],
					   &o->e[i].ciphertext, to->fi)
				     : not_for_us(1, 1, to->fi);
	}
	o->n = 0;
}

static bool
fits_batch(
    struct ecies *out, const encrypted_data *e, const struct decryption_key *k)
{
	return k->unwrap_many != NULL && k->curve == CURVE_P256 &&
	       usual(out, e, (enum recipient_info_tag)k->kind) &&
	       is_for(e->recipients.v, k);
}

void
spdu_decrypt_many(
    struct encrypted_spdu *in, size_t n, const struct decryption_key *k)
{
	struct opening o = {.n = 0};
	ieee1609_dot2_data d;

	for (size_t i = 0; i < n; i++) {
		struct encrypted_spdu *to = &in[i];

		if (to->fault != FAULT_OK)
			continue;
		to->fault = decode(&d, to->arena, to->in, to->fi);
		if (to->fault != FAULT_OK)
			continue;
		o.e[o.n] = d.content.encrypted_data;
		if (!fits_batch(&o.wrapped[o.n], &o.e[o.n], k)) {
			to->fault = open_all(
			    &to->out, to->arena, &o.e[o.n], k, 1, to->fi);
			continue;
		}
		o.to[o.n++] = to;
		if (o.n == CHUNK)
			open_together(&o, k);
	}
	open_together(&o, k);
	wipe(o.key, sizeof(o.key));
}
