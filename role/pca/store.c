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

/* What distinguishes the shelves; sizes are of what is kept for good. */
static const struct shelf_rule {
	const char *pending, *issued;
	size_t lasting;
	bool has_lv;
} rules[SHELVES] = {
    [SHELF_PSEUDONYM] = {"pending", "issued", ISSUED_OCTETS, true},
    [SHELF_AUTH] = {"auth-pending", "auth-issued", AUTH_AT_REPLY - AUTH_AT_ID,
	false},
};
_Static_assert(AUTH_AT_REPLY - AUTH_AT_ID <= ISSUED_OCTETS, "room of lasting");
_Static_assert(AUTH_AT_ID == RECORD_AT_I, "both begin with the batchId");

/* A batch whose answers are kept. */
struct kept {
	uint8_t batch_id[BATCH_ID_OCTETS];
	enum pca_shelf shelf;
	uint64_t segment;
	size_t n;
	struct kept *next;
};

struct pca_store {
	struct {
		struct bulk *pending; /* HPCR -> record with reply */
		struct bulk *issued;  /* HPCR -> record */
		uint64_t n_pending;   /* lock */
	} shelf[SHELVES];
	struct bulk *linkage; /* lv -> HPCR */

	pthread_mutex_t lock; /* of the following */
	pthread_cond_t released;
	struct keyset *claimed; /* HPCRs being worked on */
	struct keyset *lvs;	/* of pending, or being made */
	struct kept *kept;

	pthread_mutex_t confirming; /* one confirmation at a time */
};

/* ---- open ---- */

static void
keep(struct pca_store *s, enum pca_shelf shelf,
    const uint8_t batch_id[BATCH_ID_OCTETS], uint64_t segment, size_t n)
{
	struct kept *k = malloc(sizeof(*k));

	if (k == NULL)
		log_fatal("out of memory");
	memcpy(k->batch_id, batch_id, sizeof(k->batch_id));
	k->shelf = shelf;
	k->segment = segment;
	k->n = n;
	k->next = s->kept;
	s->kept = k;
	s->shelf[shelf].n_pending += n;
}

struct recount {
	struct pca_store *store;
	const struct shelf_rule *rule;
	uint8_t batch_id[BATCH_ID_OCTETS];
	size_t n;
};

static enum fault
recount_one(
    void *ctx, const uint8_t *key, struct bytes value, struct fault_info *fi)
{
	struct recount *r = ctx;

	(void)key;
	if (value.n < BATCH_ID_OCTETS + r->rule->lasting)
		return fault_set(fi, FAULT_STORE, "a record is too short");
	memcpy(r->batch_id, value.p, sizeof(r->batch_id));
	if (r->rule->has_lv)
		(void)keyset_add(r->store->lvs, value.p + RECORD_AT_LV);
	r->n++;
	return FAULT_OK;
}

/* Which batches wait for confirmation, and their linkage values. */
static enum fault
recover(struct pca_store *s, enum pca_shelf shelf, struct fault_info *fi)
{
	struct arena arena = arena_new(16u << 20);
	struct bulk *pending = s->shelf[shelf].pending;
	uint64_t *segment;
	size_t n = 0;
	enum fault f;

	f = bulk_segments(pending, &segment, &n, &arena, fi);
	for (size_t t = 0; t < n && f == FAULT_OK; t++) {
		struct recount r = {.store = s, .rule = &rules[shelf]};

		f = bulk_each(pending, segment[t], recount_one, &r, fi);
		if (f == FAULT_OK)
			keep(s, shelf, r.batch_id, segment[t], r.n);
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
	    &s->linkage, data, "linkage", sizeof(struct lv), BULK_MERGE, fi));
	for (unsigned t = 0; t < SHELVES; t++) {
		TRY(open_bulk(&s->shelf[t].pending, data, rules[t].pending,
		    HPCR_OCTETS, BULK_KEEP, fi));
		TRY(open_bulk(&s->shelf[t].issued, data, rules[t].issued,
		    HPCR_OCTETS, BULK_MERGE, fi));
		TRY(recover(s, (enum pca_shelf)t, fi));
	}
	return FAULT_OK;
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
	for (unsigned t = 0; t < SHELVES; t++) {
		bulk_close(s->shelf[t].pending);
		bulk_close(s->shelf[t].issued);
	}
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
pca_store_find_pending(struct pca_store *s, enum pca_shelf shelf,
    struct bytes records[], struct arena *arena, const uint8_t *const hpcr[],
    size_t n, struct fault_info *fi)
{
	return bulk_find_batch(
	    s->shelf[shelf].pending, records, arena, hpcr, n, NULL, fi);
}

void
pca_store_are_confirmed(struct pca_store *s, enum pca_shelf shelf, bool out[],
    const uint8_t *const hpcr[], size_t n)
{
	bulk_has_batch(s->shelf[shelf].issued, out, hpcr, n);
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
pca_store_put(struct pca_store *s, enum pca_shelf shelf,
    const struct pca_record *record, size_t n,
    const uint8_t batch_id[BATCH_ID_OCTETS], struct fault_info *fi)
{
	struct bulk_record *b = calloc(n, sizeof(*b));
	uint64_t segment;
	enum fault f;

	if (b == NULL)
		log_fatal("out of memory");
	for (size_t t = 0; t < n; t++)
		b[t] = (struct bulk_record){record[t].hpcr, record[t].octets};
	f = bulk_append(s->shelf[shelf].pending, b, n, &segment, fi);
	free(b);
	if (f != FAULT_OK)
		return f;
	pthread_mutex_lock(&s->lock);
	keep(s, shelf, batch_id, segment, n);
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
	const struct shelf_rule *rule;
	struct lasting *v;
	size_t n, room;
};

static enum fault
collect_one(
    void *ctx, const uint8_t *key, struct bytes value, struct fault_info *fi)
{
	struct collected *c = ctx;

	if (value.n < BATCH_ID_OCTETS + c->rule->lasting || c->n == c->room)
		return fault_set(fi, FAULT_STORE, "a segment has changed");
	memcpy(c->v[c->n].hpcr, key, HPCR_OCTETS);
	memcpy(
	    c->v[c->n++].octets, value.p + BATCH_ID_OCTETS, c->rule->lasting);
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
keep_for_good(struct pca_store *s, struct bulk *issued,
    const struct collected *c, struct bulk_record *b, struct fault_info *fi)
{
	for (size_t t = 0; t < c->n; t++)
		b[t] = (struct bulk_record){
		    c->v[t].hpcr, {c->v[t].octets, c->rule->lasting}};
	if (!bulk_has(issued, c->v[0].hpcr))
		TRY(bulk_append(issued, b, c->n, NULL, fi));
	crash_point("pca-confirm-issued");
	if (!c->rule->has_lv)
		return FAULT_OK;
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
	for (size_t t = 0; c->rule->has_lv && t < c->n; t++)
		keyset_remove(s->lvs, lasting_lv(&c->v[t]));
	s->shelf[gone->shelf].n_pending -= gone->n;
	for (p = &s->kept; *p != NULL && ((*p)->segment != gone->segment ||
					     (*p)->shelf != gone->shelf);
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
	struct collected c = {.rule = &rules[k->shelf],
	    .v = calloc(k->n, sizeof(struct lasting)),
	    .room = k->n};
	struct bulk *pending = s->shelf[k->shelf].pending;
	struct bulk_record *b = calloc(k->n, sizeof(*b));
	enum fault f;

	if (c.v == NULL || b == NULL)
		log_fatal("out of memory");
	f = bulk_each(pending, k->segment, collect_one, &c, fi);
	if (f == FAULT_OK)
		f = keep_for_good(s, s->shelf[k->shelf].issued, &c, b, fi);
	if (f == FAULT_OK)
		f = bulk_drop_segment(pending, k->segment, fi);
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

static enum fault
find_linkage(struct pca_store *s, uint8_t hpcr[HPCR_OCTETS],
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

struct wanted {
	const struct lv *lv;
	uint8_t *hpcr;
	bool found;
};

static enum fault
compare_one(
    void *ctx, const uint8_t *key, struct bytes value, struct fault_info *fi)
{
	struct wanted *w = ctx;

	if (value.n < RECORD_AT_REPLY)
		return fault_set(fi, FAULT_STORE, "a record is too short");
	if (memcmp(value.p + RECORD_AT_LV, w->lv, sizeof(*w->lv)) == 0) {
		memcpy(w->hpcr, key, HPCR_OCTETS);
		w->found = true;
	}
	return FAULT_OK;
}

/* Reads all that is pending: the MA asks seldom, and for few that are. */
static enum fault
find_pending_lv(struct pca_store *s, uint8_t hpcr[HPCR_OCTETS],
    const struct lv *lv, struct fault_info *fi)
{
	struct wanted w = {lv, hpcr, false};
	bool is_pending;

	pthread_mutex_lock(&s->lock);
	is_pending = keyset_has(s->lvs, lv->b);
	pthread_mutex_unlock(&s->lock);
	if (is_pending)
		TRY(bulk_each(s->shelf[SHELF_PSEUDONYM].pending, BULK_ALL,
		    compare_one, &w, fi));
	return w.found ? FAULT_OK
		       : fault_set(fi, FAULT_NOT_FOUND, "no such certificate");
}

/* A record that is confirmed meanwhile is among the others before it goes. */
enum fault
pca_store_find_lv(struct pca_store *s, uint8_t hpcr[HPCR_OCTETS],
    const struct lv *lv, struct fault_info *fi)
{
	enum fault f = find_pending_lv(s, hpcr, lv, fi);

	return f == FAULT_NOT_FOUND ? find_linkage(s, hpcr, lv, fi) : f;
}

enum fault
pca_store_find_record(struct pca_store *s, struct bytes *record,
    struct arena *arena, const uint8_t hpcr[HPCR_OCTETS], struct fault_info *fi)
{
	enum fault f = bulk_find(
	    s->shelf[SHELF_PSEUDONYM].pending, record, arena, hpcr, fi);

	if (f == FAULT_NOT_FOUND)
		return bulk_find(
		    s->shelf[SHELF_PSEUDONYM].issued, record, arena, hpcr, fi);
	TRY(f);
	if (record->n < RECORD_AT_REPLY)
		return fault_set(fi, FAULT_STORE, "a record is too short");
	*record = (struct bytes){record->p + RECORD_AT_I, ISSUED_OCTETS};
	return FAULT_OK;
}

void
pca_store_counts(struct pca_store *s, struct pca_counts *out)
{
	struct bulk_stats issued, linkage, pending, auth;

	bulk_stats(s->shelf[SHELF_PSEUDONYM].issued, &issued);
	bulk_stats(s->linkage, &linkage);
	bulk_stats(s->shelf[SHELF_PSEUDONYM].pending, &pending);
	bulk_stats(s->shelf[SHELF_AUTH].issued, &auth);
	pthread_mutex_lock(&s->lock);
	out->pending = s->shelf[SHELF_PSEUDONYM].n_pending;
	out->auth_pending = s->shelf[SHELF_AUTH].n_pending;
	pthread_mutex_unlock(&s->lock);
	out->issued = issued.records + out->pending;
	out->auth_issued = auth.records + out->auth_pending;
	out->octets = issued.octets + linkage.octets + pending.octets;
}
