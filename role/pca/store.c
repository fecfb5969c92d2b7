/* store.c - what a PCA keeps. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "role/pca/keyset.h"
#include "role/pca/store.h"
#include "service/crash.h"
#include "store/bulk.h"

/* A batch whose answers are kept. */
struct kept {
	uint8_t batch_id[BATCH_ID_OCTETS];
	uint64_t segment;
	size_t n;
	struct kept *next;
};

struct pca_store {
	struct bulk *pending; /* HPCR -> record with reply */
	struct bulk *issued;  /* HPCR -> record */
	struct bulk *linkage; /* lv -> HPCR */

	pthread_mutex_t lock; /* of the following */
	pthread_cond_t released;
	struct keyset *claimed; /* HPCRs being worked on */
	struct keyset *lvs;	/* of pending, or being made */
	struct kept *kept;
	uint64_t n_pending;

	pthread_mutex_t confirming; /* one confirmation at a time */
};

/* ---- open ---- */

static void
keep(struct pca_store *s, const uint8_t batch_id[BATCH_ID_OCTETS],
    uint64_t segment, size_t n)
{
	struct kept *k = malloc(sizeof(*k));

	if (k == NULL)
		log_fatal("out of memory");
	memcpy(k->batch_id, batch_id, sizeof(k->batch_id));
	k->segment = segment;
	k->n = n;
	k->next = s->kept;
	s->kept = k;
	s->n_pending += n;
}

struct recount {
	struct pca_store *store;
	uint8_t batch_id[BATCH_ID_OCTETS];
	size_t n;
};

static enum fault
recount_one(
    void *ctx, const uint8_t *key, struct bytes value, struct fault_info *fi)
{
	struct recount *r = ctx;

	(void)key;
	if (value.n < RECORD_AT_REPLY)
		return fault_set(fi, FAULT_STORE, "a record is too short");
	memcpy(r->batch_id, value.p, sizeof(r->batch_id));
	(void)keyset_add(r->store->lvs, value.p + RECORD_AT_LV);
	r->n++;
	return FAULT_OK;
}

/* Which batches wait for confirmation, and their linkage values. */
static enum fault
recover(struct pca_store *s, struct fault_info *fi)
{
	struct arena arena = arena_new(16u << 20);
	uint64_t *segment;
	size_t n = 0;
	enum fault f;

	f = bulk_segments(s->pending, &segment, &n, &arena, fi);
	for (size_t t = 0; t < n && f == FAULT_OK; t++) {
		struct recount r = {.store = s};

		f = bulk_each(s->pending, segment[t], recount_one, &r, fi);
		if (f == FAULT_OK)
			keep(s, r.batch_id, segment[t], r.n);
	}
	arena_free(&arena);
	return f;
}

static enum fault
open_bulk(struct bulk **out, const char *data, const char *name, size_t key_n,
    enum bulk_mode mode, struct fault_info *fi)
{
	char path[PATH_SIZE];

	path_join(path, data, name);
	return bulk_open(out, path, key_n, mode, fi);
}

static enum fault
open_all(struct pca_store *s, const char *data, struct fault_info *fi)
{
	TRY(file_mkdir(data, 0700, fi));
	TRY(open_bulk(
	    &s->pending, data, "pending", HPCR_OCTETS, BULK_KEEP, fi));
	TRY(open_bulk(&s->issued, data, "issued", HPCR_OCTETS, BULK_MERGE, fi));
	TRY(open_bulk(
	    &s->linkage, data, "linkage", sizeof(struct lv), BULK_MERGE, fi));
	return recover(s, fi);
}

enum fault
pca_store_open(struct pca_store **out, const char *data, struct fault_info *fi)
{
	struct pca_store *s = calloc(1, sizeof(*s));
	enum fault f;

	if (s == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->confirming, NULL);
	pthread_cond_init(&s->released, NULL);
	s->claimed = keyset_new(HPCR_OCTETS);
	s->lvs = keyset_new(sizeof(struct lv));
	f = open_all(s, data, fi);
	if (f != FAULT_OK) {
		pca_store_close(s);
		return f;
	}
	*out = s;
	return FAULT_OK;
}

void
pca_store_close(struct pca_store *s)
{
	struct kept *k;

	if (s == NULL)
		return;
	bulk_close(s->pending);
	bulk_close(s->issued);
	bulk_close(s->linkage);
	while ((k = s->kept) != NULL) {
		s->kept = k->next;
		free(k);
	}
	keyset_free(s->claimed);
	keyset_free(s->lvs);
	pthread_mutex_destroy(&s->lock);
	pthread_mutex_destroy(&s->confirming);
	pthread_cond_destroy(&s->released);
	free(s);
}

/* ---- one message ---- */

void
pca_store_claim(struct pca_store *s, const uint8_t *const hpcr[], size_t n)
{
	pthread_mutex_lock(&s->lock);
	/* All or none, so that two messages never wait for each other. */
	while (!keyset_add_all(s->claimed, hpcr, n))
		pthread_cond_wait(&s->released, &s->lock);
	pthread_mutex_unlock(&s->lock);
}

void
pca_store_release(struct pca_store *s, const uint8_t *const hpcr[], size_t n)
{
	pthread_mutex_lock(&s->lock);
	for (size_t t = 0; t < n; t++)
		keyset_remove(s->claimed, hpcr[t]);
	pthread_cond_broadcast(&s->released);
	pthread_mutex_unlock(&s->lock);
}

enum fault
pca_store_find_pending(struct pca_store *s, struct bytes records[],
    struct arena *arena, const uint8_t *const hpcr[], size_t n,
    struct fault_info *fi)
{
	return bulk_find_batch(s->pending, records, arena, hpcr, n, NULL, fi);
}

void
pca_store_are_confirmed(
    struct pca_store *s, bool out[], const uint8_t *const hpcr[], size_t n)
{
	bulk_has_batch(s->issued, out, hpcr, n);
}

#define LVS 64u

/* Those that were issued long ago are given back.  A value is in the set
 * while it is looked up, so no other message gets it meanwhile. */
static void
refuse_issued(
    struct pca_store *s, bool taken[], const struct lv *const lv[], size_t n)
{
	const uint8_t *key[LVS];
	bool issued[LVS];

	for (size_t t = 0; t < n; t++)
		key[t] = lv[t]->b;
	bulk_has_batch(s->linkage, issued, key, n);
	for (size_t t = 0; t < n; t++)
		if (taken[t] && issued[t]) {
			taken[t] = false;
			pca_store_return_lvs(s, &lv[t], 1);
		}
}

void
pca_store_take_lvs(
    struct pca_store *s, bool taken[], const struct lv *const lv[], size_t n)
{
	size_t t, m;

	pthread_mutex_lock(&s->lock);
	for (t = 0; t < n; t++)
		taken[t] = keyset_add(s->lvs, lv[t]->b);
	pthread_mutex_unlock(&s->lock);
	for (t = 0; t < n; t += m) {
		m = n - t < LVS ? n - t : LVS;
		refuse_issued(s, taken + t, lv + t, m);
	}
}

void
pca_store_return_lvs(struct pca_store *s, const struct lv *const lv[], size_t n)
{
	pthread_mutex_lock(&s->lock);
	for (size_t t = 0; t < n; t++)
		keyset_remove(s->lvs, lv[t]->b);
	pthread_mutex_unlock(&s->lock);
}

enum fault
pca_store_put(struct pca_store *s, const struct pca_record *record, size_t n,
    const uint8_t batch_id[BATCH_ID_OCTETS], struct fault_info *fi)
{
	struct bulk_record *b = calloc(n, sizeof(*b));
	uint64_t segment;
	enum fault f;

	if (b == NULL)
		log_fatal("out of memory");
	for (size_t t = 0; t < n; t++)
		b[t] = (struct bulk_record){record[t].hpcr, record[t].octets};
	f = bulk_append(s->pending, b, n, &segment, fi);
	free(b);
	if (f != FAULT_OK)
		return f;
	pthread_mutex_lock(&s->lock);
	keep(s, batch_id, segment, n);
	pthread_mutex_unlock(&s->lock);
	return FAULT_OK;
}

/* ---- confirmation ---- */

/* Without the reply, as it is kept for good. */
struct lasting {
	uint8_t hpcr[HPCR_OCTETS];
	uint8_t octets[ISSUED_OCTETS];
};

struct collected {
	struct lasting *v;
	size_t n, room;
};

static enum fault
collect_one(
    void *ctx, const uint8_t *key, struct bytes value, struct fault_info *fi)
{
	struct collected *c = ctx;

	if (value.n < RECORD_AT_REPLY || c->n == c->room)
		return fault_set(fi, FAULT_STORE, "a segment has changed");
	memcpy(c->v[c->n].hpcr, key, HPCR_OCTETS);
	memcpy(c->v[c->n++].octets, value.p + RECORD_AT_I, ISSUED_OCTETS);
	return FAULT_OK;
}

static const uint8_t *
lasting_lv(const struct lasting *l)
{
	return l->octets + RECORD_AT_LV - RECORD_AT_I;
}

/* Each append is atomic, so the first record tells whether it was made
 * before a crash. */
static enum fault
keep_for_good(struct pca_store *s, const struct collected *c,
    struct bulk_record *b, struct fault_info *fi)
{
	for (size_t t = 0; t < c->n; t++)
		b[t] =
		    (struct bulk_record){c->v[t].hpcr, BYTES(c->v[t].octets)};
	if (!bulk_has(s->issued, c->v[0].hpcr))
		TRY(bulk_append(s->issued, b, c->n, NULL, fi));
	crash_point("pca-confirm-issued");
	for (size_t t = 0; t < c->n; t++)
		b[t] = (struct bulk_record){
		    lasting_lv(&c->v[t]), BYTES(c->v[t].hpcr)};
	if (!bulk_has(s->linkage, lasting_lv(&c->v[0])))
		TRY(bulk_append(s->linkage, b, c->n, NULL, fi));
	crash_point("pca-confirm-linkage");
	return FAULT_OK;
}

static void
forget(struct pca_store *s, const struct kept *gone, const struct collected *c)
{
	struct kept **p;

	pthread_mutex_lock(&s->lock);
	for (size_t t = 0; t < c->n; t++)
		keyset_remove(s->lvs, lasting_lv(&c->v[t]));
	s->n_pending -= gone->n;
	for (p = &s->kept; *p != NULL && (*p)->segment != gone->segment;
	     p = &(*p)->next)
		;
	if (*p != NULL) {
		struct kept *k = *p;

		*p = k->next;
		free(k);
	}
	pthread_mutex_unlock(&s->lock);
}

static enum fault
confirm_segment(
    struct pca_store *s, const struct kept *k, struct fault_info *fi)
{
	struct collected c = {calloc(k->n, sizeof(struct lasting)), 0, k->n};
	struct bulk_record *b = calloc(k->n, sizeof(*b));
	enum fault f;

	if (c.v == NULL || b == NULL)
		log_fatal("out of memory");
	f = bulk_each(s->pending, k->segment, collect_one, &c, fi);
	if (f == FAULT_OK)
		f = keep_for_good(s, &c, b, fi);
	if (f == FAULT_OK)
		f = bulk_drop_segment(s->pending, k->segment, fi);
	if (f == FAULT_OK) {
		crash_point("pca-confirm-dropped");
		forget(s, k, &c);
	}
	free(c.v);
	free(b);
	return f;
}

/* A segment of the batch; false: none (any more). */
static bool
find_kept(struct pca_store *s, struct kept *out,
    const uint8_t batch_id[BATCH_ID_OCTETS])
{
	const struct kept *k;

	pthread_mutex_lock(&s->lock);
	for (k = s->kept; k != NULL; k = k->next)
		if (memcmp(k->batch_id, batch_id, BATCH_ID_OCTETS) == 0) {
			*out = *k;
			break;
		}
	pthread_mutex_unlock(&s->lock);
	return k != NULL;
}

enum fault
pca_store_confirm(struct pca_store *s, const uint8_t batch_id[BATCH_ID_OCTETS],
    struct fault_info *fi)
{
	enum fault f = FAULT_OK;
	struct kept k;

	pthread_mutex_lock(&s->confirming);
	while (f == FAULT_OK && find_kept(s, &k, batch_id))
		f = confirm_segment(s, &k, fi);
	pthread_mutex_unlock(&s->confirming);
	return f;
}

/* ---- for the MA ---- */

enum fault
pca_store_find_issued(struct pca_store *s, struct bytes *record,
    struct arena *arena, const uint8_t hpcr[HPCR_OCTETS], struct fault_info *fi)
{
	return bulk_find(s->issued, record, arena, hpcr, fi);
}

enum fault
pca_store_find_lv(struct pca_store *s, uint8_t hpcr[HPCR_OCTETS],
    const struct lv *lv, struct fault_info *fi)
{
	uint8_t memory[256];
	struct arena arena = arena_of(memory, sizeof(memory));
	struct bytes value;

	TRY(bulk_find(s->linkage, &value, &arena, lv->b, fi));
	if (value.n != HPCR_OCTETS)
		return fault_set(fi, FAULT_STORE, "a record is too short");
	memcpy(hpcr, value.p, HPCR_OCTETS);
	return FAULT_OK;
}

void
pca_store_counts(struct pca_store *s, struct pca_counts *out)
{
	struct bulk_stats issued, linkage, pending;

	bulk_stats(s->issued, &issued);
	bulk_stats(s->linkage, &linkage);
	bulk_stats(s->pending, &pending);
	pthread_mutex_lock(&s->lock);
	out->pending = s->n_pending;
	pthread_mutex_unlock(&s->lock);
	out->issued = issued.records + out->pending;
	out->octets = issued.octets + linkage.octets + pending.octets;
}
