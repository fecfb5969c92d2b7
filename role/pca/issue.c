/* issue.c - from checked requests to replies, in batches. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
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
#define CHUNK 2048

struct issue_scratch {
	struct issue_scratch *next;
	struct point point[CHUNK];
	struct scalar k[CHUNK], r[CHUNK]; /* secret */
	struct digest digest[CHUNK];
	struct bytes span[CHUNK];
	struct ecies wrapped[CHUNK];
	struct key16 key[CHUNK]; /* secret */
	struct ccm_item seal[CHUNK];
	struct p256_signature signature[CHUNK];
	uint8_t nonce[CHUNK][CCM_NONCE_SIZE];
	uint8_t recipient[CHUNK][CLASS_KEY_MAX];
	bool ok[CHUNK];
	uint8_t plain[CHUNK * CLASS_PLAIN_MAX]; /* secret; one behind the
						   other */
};

/* ---- the issuer ---- */

void
issuer_start(struct issuer *s)
{
	s->idle = NULL;
	s->crew = crew_for_machine();
	pthread_mutex_init(&s->lock, NULL);
}

void
issuer_stop(struct issuer *s)
{
	struct issue_scratch *x;

	if (s->crew == NULL)
		return;
	crew_free(s->crew);
	s->crew = NULL;
	pthread_mutex_destroy(&s->lock);
	while ((x = s->idle) != NULL) {
		s->idle = x->next;
		free(x);
	}
}

static struct issue_scratch *
take_scratch(struct issuer *issuer)
{
	struct issue_scratch *s;

	pthread_mutex_lock(&issuer->lock);
	if ((s = issuer->idle) != NULL)
		issuer->idle = s->next;
	pthread_mutex_unlock(&issuer->lock);
	if (s == NULL && (s = calloc(1, sizeof(*s))) == NULL)
		log_fatal("out of memory");
	return s;
}

static void
return_scratch(struct issuer *issuer, struct issue_scratch *s, size_t n)
{
	wipe(s->k, n * sizeof(*s->k));
	wipe(s->r, n * sizeof(*s->r));
	wipe(s->key, n * sizeof(*s->key));
	wipe(s->plain, n * issuer->class->plain.n);
	pthread_mutex_lock(&issuer->lock);
	s->next = issuer->idle;
	issuer->idle = s;
	pthread_mutex_unlock(&issuer->lock);
}

/* ---- one chunk ---- */

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

/* The template has the tag of compressed-y-0; that of -y-1 follows it. */
static void
put_point(uint8_t *out, const uint8_t x[32], uint8_t y_bit)
{
	out[0] = (uint8_t)(out[0] + y_bit);
	memcpy(out + 1, x, 32);
}

/* Elements that failed before stay failed. */
static void
carry(struct issue_item *const item[], const bool *ok, size_t n)
{
	for (size_t t = 0; t < n; t++)
		item[t]->ok = item[t]->ok && ok[t];
}

static void
write_certificates(struct issue_scratch *s, const struct issuer *issuer,
    struct issue_item *const item[], size_t n)
{
	const struct plain_template *p = &issuer->class->plain;
	uint8_t *m = s->plain;

	for (size_t t = 0; t < n; t++, m += p->n) {
		const struct point *P_U = &s->point[t];

		memcpy(m, p->octets, p->n);
		put16(m + p->i, item[t]->i);
		memcpy(m + p->lv, item[t]->lv.b, sizeof(item[t]->lv.b));
		put32(m + p->start, item[t]->start);
		put_point(m + p->point, P_U->x, P_U->y[31] & 1);
		s->span[t] = (struct bytes){m + p->tbs, p->tbs_n};
	}
}

/* P_U = B + k*G, the certificate with it, r = e*k + d. */
static void
make_certificates(struct issue_scratch *s, const struct issuer *issuer,
    struct issue_item *const item[], size_t n)
{
	const struct plain_template *p = &issuer->class->plain;

	for (size_t t = 0; t < n; t++)
		s->point[t] = item[t]->b;
	(void)!ecqv_issue(s->point, s->k, s->point, issuer->d, s->ok, n);
	carry(item, s->ok, n);
	write_certificates(s, issuer, item, n);
	sha256_to_sign(s->digest, s->span, issuer->cert->hash, n);
	(void)!ecqv_respond(s->r, s->k, s->digest, issuer->d, s->ok, n);
	carry(item, s->ok, n);
	for (size_t t = 0; t < n; t++)
		memcpy(s->plain + t * p->n + p->r, s->r[t].b, 32);
}

/* recipientId = HashedId8 (COER PublicEncryptionKey). */
static void
hash_recipients(struct issue_scratch *s, const struct key_template *k,
    struct issue_item *const item[], size_t n)
{
	for (size_t t = 0; t < n; t++) {
		const struct point *h = &item[t]->h;

		memcpy(s->recipient[t], k->octets, k->n);
		put_point(s->recipient[t] + k->point, h->x, h->y[31] & 1);
		s->span[t] = (struct bytes){s->recipient[t], k->n};
	}
	sha256_batch(s->digest, s->span, n);
}

static void
write_replies(struct issue_scratch *s, const struct cert_class *class,
    struct issue_item *const item[], size_t n)
{
	const struct reply_template *r = &class->reply;

	for (size_t t = 0; t < n; t++) {
		const struct ecies *e = &s->wrapped[t];
		uint8_t *m = item[t]->reply;

		memcpy(m, r->octets, r->n);
		memcpy(m + r->request_hash, item[t]->request_hash, 8);
		put32(m + r->expiration, item[t]->start + class->lifetime);
		memcpy(m + r->recipient, digest_id8(s->digest[t].b), 8);
		put_point(m + r->v, e->v.x, e->v.y_bit);
		memcpy(m + r->c, e->c, sizeof(e->c));
		memcpy(m + r->t, e->t, sizeof(e->t));
		memcpy(m + r->nonce, s->nonce[t], CCM_NONCE_SIZE);
		s->seal[t] = (struct ccm_item){s->key[t].b, s->nonce[t],
		    {s->plain + t * class->plain.n, class->plain.n},
		    m + r->ciphertext};
		s->span[t] = (struct bytes){m + r->tbs, r->tbs_n};
	}
}

static void
encrypt(struct issue_scratch *s, const struct cert_class *class,
    struct issue_item *const item[], size_t n)
{
	random_bytes(s->key, n * sizeof(*s->key));
	random_bytes(s->nonce, n * sizeof(*s->nonce));
	for (size_t t = 0; t < n; t++)
		s->point[t] = item[t]->h;
	(void)!ecies_encrypt(
	    s->wrapped, s->point, s->key, sha256_of_nothing, s->ok, n);
	carry(item, s->ok, n);
	hash_recipients(s, &class->key, item, n);
	write_replies(s, class, item, n);
	ccm_seal(s->seal, n);
}

static enum fault
sign(struct issue_scratch *s, const struct issuer *issuer,
    struct issue_item *const item[], size_t n, struct fault_info *fi)
{
	const struct reply_template *r = &issuer->class->reply;

	sha256_to_sign(s->digest, s->span, issuer->cert->hash, n);
	TRY(issuer->signer->sign(
	    issuer->signer->ctx, s->signature, s->digest, n, fi));
	for (size_t t = 0; t < n; t++) {
		uint8_t *m = item[t]->reply;

		memcpy(m + r->signature_r, s->signature[t].r, 32);
		memcpy(m + r->signature_s, s->signature[t].s, 32);
	}
	return FAULT_OK;
}

static enum fault
issue_chunk(struct issuer *issuer, struct issue_item *const item[], size_t n,
    struct fault_info *fi)
{
	struct issue_scratch *s = take_scratch(issuer);
	enum fault f;

	for (size_t t = 0; t < n; t++)
		item[t]->ok = true;
	make_certificates(s, issuer, item, n);
	PCA_STAGE_END(certificate);
	encrypt(s, issuer->class, item, n);
	PCA_STAGE_END(encrypt);
	f = sign(s, issuer, item, n, fi);
	PCA_STAGE_END(sign);
	return_scratch(issuer, s, n);
	return f;
}

/* ---- all ---- */

/* Chunks of one size, as far as it goes, among the crew. */
struct issue_job {
	struct issuer *issuer;
	struct issue_item *const *item;
	size_t n, each;
	pthread_t owner;
	pthread_mutex_t lock; /* of what follows */
	enum fault fault;
	struct fault_info info;
};

static void
issue_part(void *ctx, size_t k)
{
	struct issue_job *job = ctx;
	size_t at = k * job->each;
	size_t n = job->n - at < job->each ? job->n - at : job->each;
	struct fault_info info;
	enum fault f;

	if (!pthread_equal(pthread_self(), job->owner))
		stage_begin();
	f = issue_chunk(job->issuer, job->item + at, n, &info);
	if (f == FAULT_OK)
		return;
	pthread_mutex_lock(&job->lock);
	job->fault = f;
	job->info = info;
	pthread_mutex_unlock(&job->lock);
}

enum fault
issue_batch(struct issuer *issuer, struct issue_item *const item[], size_t n,
    struct fault_info *fi)
{
	struct issue_job job = {.issuer = issuer,
	    .item = item,
	    .n = n,
	    .owner = pthread_self(),
	    .fault = FAULT_OK};
	size_t parts = (n + CHUNK - 1) / CHUNK;

	if (n == 0)
		return FAULT_OK;
	job.each = (n + parts - 1) / parts;
	pthread_mutex_init(&job.lock, NULL);
	crew_run(issuer->crew, issue_part, &job, parts);
	pthread_mutex_destroy(&job.lock);
	if (job.fault != FAULT_OK && fi != NULL)
		*fi = job.info;
	return job.fault;
}
