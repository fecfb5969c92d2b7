/* batch.c - the requests of one message, from taken apart to answered. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "role/pca/account.h"
#include "role/pca/batch.h"
#include "role/pca/refuse.h"
#include "role/pca/stages.h"
#include "service/crash.h"

/* ---- who is in ---- */

/* By the first octets, which nearly always decide. */
struct ranked {
	uint64_t first;
	const struct digest *hpcr;
};

static int
compare(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return memcmp(x->hpcr, y->hpcr, sizeof(*x->hpcr));
}

/* Sorted, because the order of HPCRs tells nothing. */
static void
sort_by_hpcr(struct ranked *out, const struct digest *hash, size_t n)
{
	for (size_t t = 0; t < n; t++) {
		out[t].hpcr = &hash[t];
		memcpy(&out[t].first, hash[t].b, sizeof(out[t].first));
		out[t].first = be64toh(out[t].first);
	}
	qsort(out, n, sizeof(*out), compare);
}

static enum fault
enter(struct batch *b, const struct pca_request *request, size_t n,
    struct fault_info *fi)
{
	struct bytes *raw = ARENA_ARRAY(b->arena, n, struct bytes);
	struct digest *hash = ARENA_ARRAY(b->arena, n, struct digest);
	struct ranked *r = ARENA_ARRAY(b->arena, n, struct ranked);

	b->entry = ARENA_ARRAY(b->arena, n, struct batch_entry);
	b->hpcr = ARENA_ARRAY(b->arena, n, const uint8_t *);
	if (raw == NULL || hash == NULL || r == NULL || b->entry == NULL ||
	    b->hpcr == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (size_t t = 0; t < n; t++)
		raw[t] = request[t].octets;
	sha256_batch(hash, raw, n);
	sort_by_hpcr(r, hash, n);
	for (size_t t = 0; t < n; t++) {
		struct batch_entry *e = &b->entry[b->n];

		if (t > 0 && compare(&r[t], &r[t - 1]) == 0)
			continue;
		e->request = &request[r[t].hpcr - hash];
		memcpy(e->hpcr, r[t].hpcr->b, HPCR_OCTETS);
		memcpy(e->item.request_hash, digest_id8(e->hpcr), 8);
		b->hpcr[b->n++] = e->hpcr;
	}
	return FAULT_OK;
}

/* Those that were answered before. */
static enum fault
look_up(struct batch *b, struct fault_info *fi)
{
	struct bytes *record = ARENA_ARRAY(b->arena, b->n, struct bytes);
	bool *confirmed = ARENA_ARRAY(b->arena, b->n, bool);

	if (record == NULL || confirmed == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(pca_store_find_pending(b->pca->store, SHELF_PSEUDONYM, record,
	    b->arena, b->hpcr, b->n, fi));
	pca_store_are_confirmed(
	    b->pca->store, SHELF_PSEUDONYM, confirmed, b->hpcr, b->n);
	for (size_t t = 0; t < b->n; t++) {
		struct batch_entry *e = &b->entry[t];

		if (record[t].p != NULL)
			e->reply = (struct bytes){record[t].p + RECORD_AT_REPLY,
			    record[t].n - RECORD_AT_REPLY};
		else if (confirmed[t])
			e->refusal = REFUSED_confirmed;
	}
	return FAULT_OK;
}

/* ---- issue ---- */

/* Those to be issued; each entry's record will take its reply. */
struct packed {
	struct batch_entry **entry;
	struct issue_item **item;
	struct pca_record *record;
	size_t n, n_stored;
};

static void
write_record(struct batch_entry *e, uint8_t *out,
    const uint8_t batch_id[BATCH_ID_OCTETS])
{
	memcpy(out, batch_id, BATCH_ID_OCTETS);
	out[RECORD_AT_I] = (uint8_t)(e->item.i >> 8);
	out[RECORD_AT_I + 1] = (uint8_t)e->item.i;
	memcpy(out + RECORD_AT_LV, e->item.lv.b, sizeof(e->item.lv.b));
	memcpy(out + RECORD_AT_PLV1, e->request->plv[0].octets, PLV_OCTETS);
	memcpy(out + RECORD_AT_PLV2, e->request->plv[1].octets, PLV_OCTETS);
	e->record = out;
	e->item.reply = out + RECORD_AT_REPLY;
}

static enum fault
pack(struct packed *p, struct batch *b, const uint8_t *batch_id,
    struct fault_info *fi)
{
	size_t size = RECORD_AT_REPLY + b->pca->class.reply.n, n = 0;
	uint8_t *record;

	memset(p, 0, sizeof(*p));
	for (size_t t = 0; t < b->n; t++)
		n += entry_is_open(&b->entry[t]);
	p->entry = ARENA_ARRAY(b->arena, n, struct batch_entry *);
	p->item = ARENA_ARRAY(b->arena, n, struct issue_item *);
	p->record = ARENA_ARRAY(b->arena, n, struct pca_record);
	record = arena_array(b->arena, n, size, 1);
	if (p->entry == NULL || p->item == NULL || p->record == NULL ||
	    record == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (size_t t = 0; t < b->n; t++)
		if (entry_is_open(&b->entry[t])) {
			write_record(
			    &b->entry[t], record + p->n * size, batch_id);
			p->entry[p->n] = &b->entry[t];
			p->item[p->n++] = &b->entry[t].item;
		}
	return FAULT_OK;
}

/* Certificates that were made, as records to be stored. */
static void
gather(struct packed *p, const struct cert_class *class)
{
	size_t n = class->reply.n;

	for (size_t t = 0; t < p->n; t++) {
		struct batch_entry *e = p->entry[t];

		if (!e->item.ok) {
			e->refusal = REFUSED_internal;
			continue;
		}
		p->record[p->n_stored++] = (struct pca_record){
		    e->hpcr, {e->record, RECORD_AT_REPLY + n}};
		e->reply = (struct bytes){e->item.reply, n};
	}
}

static enum fault
issue(struct batch *b, const uint8_t *batch_id, struct fault_info *fi)
{
	struct packed p;

	TRY(pack(&p, b, batch_id, fi));
	PCA_STAGE_END(look_up);
	if (p.n == 0)
		return FAULT_OK;
	TRY(issue_batch(&b->pca->issuer, p.item, p.n, fi));
	gather(&p, &b->pca->class);
	crash_point("pca-batch-checked");
	if (p.n_stored > 0)
		TRY(pca_account(b->pca, SHELF_PSEUDONYM, p.record, p.n_stored,
		    batch_id, fi));
	crash_point("pca-batch-stored");
	PCA_STAGE_END(store);
	return FAULT_OK;
}

/* Linkage values that no certificate got. */
static void
return_lvs(struct batch *b, bool all)
{
	for (size_t t = 0; t < b->n; t++)
		if (b->entry[t].has_lv &&
		    (all || b->entry[t].refusal != REFUSED_NOT))
			pca_store_return_lvs(b->pca->store,
			    &(const struct lv *){&b->entry[t].item.lv}, 1);
}

/* ---- refusals ---- */

static enum fault
refuse_all(struct batch *b, struct fault_info *fi)
{
	for (size_t t = 0; t < b->n; t++) {
		struct batch_entry *e = &b->entry[t];

		if (e->refusal != REFUSED_NOT)
			TRY(refuse(&e->reply, b->pca, b->arena, e->refusal,
			    e->item.request_hash, fi));
	}
	return FAULT_OK;
}

/* ---- all of it ---- */

static enum fault
answer(struct batch *b, const uint8_t *batch_id, struct fault_info *fi)
{
	enum fault f;

	TRY(look_up(b, fi));
	PCA_STAGE_END(look_up);
	TRY(check_entries(b, fi));
	PCA_STAGE_END(check);
	f = open_linkage_values(b, fi);
	PCA_STAGE_END(plv);
	if (f == FAULT_OK)
		f = issue(b, batch_id, fi);
	return_lvs(b, f != FAULT_OK);
	return f == FAULT_OK ? refuse_all(b, fi) : f;
}

enum fault
batch_answer(struct batch *b, struct pca *pca, struct arena *arena,
    const struct pca_request *request, size_t n,
    const uint8_t batch_id[BATCH_ID_OCTETS], struct fault_info *fi)
{
	enum fault f;

	*b = (struct batch){.pca = pca, .arena = arena};
	PCA_STAGE_END(open);
	if (n == 0)
		return FAULT_OK;
	TRY(enter(b, request, n, fi));
	pca_store_claim(pca->store, b->hpcr, b->n);
	f = answer(b, batch_id, fi);
	pca_store_release(pca->store, b->hpcr, b->n);
	return f;
}
