/* issue.c - from checked requests to replies, in batches. */
#include <string.h>

#include "base/secret.h"
#include "crypto/aes.h"
#include "crypto/ecies.h"
#include "crypto/ecqv.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "role/pca/issue.h"
#include "role/pca/stages.h"

/* Certificates in one go: enough to share inversions, little enough for the
 * second-level cache. */
#define CHUNK 256

/* COER PublicEncryptionKey: aes128Ccm, eciesNistP256, compressed point. */
#define ENCRYPTION_KEY_OCTETS 35

struct scratch {
	struct point point[CHUNK];
	struct scalar k[CHUNK], r[CHUNK]; /* secret */
	struct digest digest[CHUNK];
	struct bytes span[CHUNK];
	struct ecies wrapped[CHUNK];
	struct key16 key[CHUNK]; /* secret */
	struct ccm_item seal[CHUNK];
	struct p256_signature signature[CHUNK];
	uint8_t encryption_key[CHUNK][ENCRYPTION_KEY_OCTETS];
	uint8_t plain[CHUNK][CLASS_PLAIN_MAX]; /* secret */
	bool ok[CHUNK];
};

static void
put16(uint8_t *out, uint16_t v)
{
	out[0] = (uint8_t)(v >> 8);
	out[1] = (uint8_t)v;
}

static void
put32(uint8_t *out, uint32_t v)
{
	put16(out, (uint16_t)(v >> 16));
	put16(out + 2, (uint16_t)v);
}

static void
put_point(uint8_t *out, const uint8_t x[32], uint8_t y_bit)
{
	out[0] = (uint8_t)(0x82 | y_bit); /* compressed-y-0 or -1 */
	memcpy(out + 1, x, 32);
}

/* Elements that failed before stay failed. */
static void
carry(struct issue_item *item, const bool *ok, size_t n)
{
	for (size_t t = 0; t < n; t++)
		item[t].ok = item[t].ok && ok[t];
}

static void
write_certificates(struct scratch *s, const struct issue_item *item, size_t n)
{
	for (size_t t = 0; t < n; t++) {
		const struct plain_template *p = &item[t].class->plain;
		const struct point *P_U = &s->point[t];
		uint8_t *m = s->plain[t];

		memcpy(m, p->octets, p->n);
		put16(m + p->i, item[t].i);
		memcpy(m + p->lv, item[t].lv.b, sizeof(item[t].lv.b));
		put32(m + p->start, item[t].start);
		put_point(m + p->point, P_U->x, P_U->y[31] & 1);
		s->span[t] = (struct bytes){m + p->tbs, p->tbs_n};
	}
}

/* P_U = B + k*G, the certificate with it, r = e*k + d. */
static void
make_certificates(struct scratch *s, const struct issuer *issuer,
    struct issue_item *item, size_t n)
{
	for (size_t t = 0; t < n; t++)
		s->point[t] = item[t].b;
	(void)!ecqv_issue(s->point, s->k, s->point, s->ok, n);
	carry(item, s->ok, n);
	write_certificates(s, item, n);
	sha256_to_sign(s->digest, s->span, issuer->cert->hash, n);
	(void)!ecqv_respond(s->r, s->k, s->digest, issuer->d, s->ok, n);
	carry(item, s->ok, n);
	for (size_t t = 0; t < n; t++)
		memcpy(s->plain[t] + item[t].class->plain.r, s->r[t].b, 32);
}

/* recipientId = HashedId8 (COER PublicEncryptionKey). */
static void
hash_recipients(struct scratch *s, const struct issue_item *item, size_t n)
{
	for (size_t t = 0; t < n; t++) {
		uint8_t *key = s->encryption_key[t];

		key[0] = 0;
		key[1] = 0x80;
		put_point(key + 2, item[t].h.x, item[t].h.y[31] & 1);
		s->span[t] = (struct bytes){key, ENCRYPTION_KEY_OCTETS};
	}
	sha256_batch(s->digest, s->span, n);
}

static void
write_replies(struct scratch *s, const struct issue_item *item, size_t n)
{
	for (size_t t = 0; t < n; t++) {
		const struct reply_template *r = &item[t].class->reply;
		const struct ecies *e = &s->wrapped[t];
		uint8_t *m = item[t].reply;

		memcpy(m, r->octets, r->n);
		memcpy(m + r->request_hash, item[t].request_hash, 8);
		put32(
		    m + r->expiration, item[t].start + item[t].class->lifetime);
		memcpy(m + r->recipient, digest_id8(s->digest[t].b), 8);
		put_point(m + r->v, e->v.x, e->v.y_bit);
		memcpy(m + r->c, e->c, sizeof(e->c));
		memcpy(m + r->t, e->t, sizeof(e->t));
		random_bytes(m + r->nonce, CCM_NONCE_SIZE);
		s->seal[t] = (struct ccm_item){s->key[t].b, m + r->nonce,
		    {s->plain[t], item[t].class->plain.n}, m + r->ciphertext};
		s->span[t] = (struct bytes){m + r->tbs, r->tbs_n};
	}
}

static void
encrypt(struct scratch *s, struct issue_item *item, size_t n)
{
	random_bytes(s->key, n * sizeof(*s->key));
	for (size_t t = 0; t < n; t++)
		s->point[t] = item[t].h;
	(void)!ecies_encrypt(
	    s->wrapped, s->point, s->key, sha256_of_nothing, s->ok, n);
	carry(item, s->ok, n);
	hash_recipients(s, item, n);
	write_replies(s, item, n);
	ccm_seal(s->seal, n);
}

static enum fault
sign(struct scratch *s, const struct issuer *issuer, struct issue_item *item,
    size_t n, struct fault_info *fi)
{
	sha256_to_sign(s->digest, s->span, issuer->cert->hash, n);
	TRY(issuer->signer->sign(
	    issuer->signer->ctx, s->signature, s->digest, n, fi));
	for (size_t t = 0; t < n; t++) {
		const struct reply_template *r = &item[t].class->reply;

		memcpy(item[t].reply + r->signature_r, s->signature[t].r, 32);
		memcpy(item[t].reply + r->signature_s, s->signature[t].s, 32);
	}
	return FAULT_OK;
}

enum fault
issue_batch(const struct issuer *issuer, struct issue_item *item, size_t n,
    struct arena *arena, struct fault_info *fi)
{
	struct scratch *s = ARENA_NEW(arena, struct scratch);
	enum fault f = FAULT_OK;
	size_t t, m;

	if (s == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (t = 0; t < n; t++)
		item[t].ok = true;
	for (t = 0; t < n && f == FAULT_OK; t += m) {
		m = n - t < CHUNK ? n - t : CHUNK;
		make_certificates(s, issuer, item + t, m);
		PCA_STAGE_END(certificate);
		encrypt(s, item + t, m);
		PCA_STAGE_END(encrypt);
		f = sign(s, issuer, item + t, m, fi);
		PCA_STAGE_END(sign);
	}
	wipe(s, sizeof(*s));
	return f;
}
