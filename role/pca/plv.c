/* plv.c - linkage values of requests: opens what both LAs have sealed. */
#include <string.h>

#include "base/secret.h"
#include "role/pca/batch.h"

#define LA_ID_OCTETS 2

/* The values of both LAs for the entries that are open; those of LA2 behind
 * those of LA1. */
struct values {
	struct batch_entry **entry;
	struct symm_data *data;
	struct plv *plv; /* secret */
	bool *ok, *taken;
	const struct lv **lv;
	size_t n;			     /* entries */
	const struct plv_key *last[PCA_LAS]; /* most have the same key */
};

static enum fault
values_new(
    struct values *v, struct arena *arena, size_t n, struct fault_info *fi)
{
	*v = (struct values){.n = 0};
	v->entry = ARENA_ARRAY(arena, n, struct batch_entry *);
	v->data = ARENA_ARRAY(arena, PCA_LAS * n, struct symm_data);
	v->plv = ARENA_ARRAY(arena, PCA_LAS * n, struct plv);
	v->ok = ARENA_ARRAY(arena, PCA_LAS * n, bool);
	v->taken = ARENA_ARRAY(arena, n, bool);
	v->lv = ARENA_ARRAY(arena, n, const struct lv *);
	if (v->entry == NULL || v->data == NULL || v->plv == NULL ||
	    v->ok == NULL || v->taken == NULL || v->lv == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	return FAULT_OK;
}

/* The key must be that of this LA, and the LA must say who it is. */
static const struct symm_key *
find_key(
    struct values *v, const struct sealed_plv *in, struct pca *pca, unsigned la)
{
	const struct plv_key *key = v->last[la];

	if (in->octets == NULL)
		return NULL;
	if (key == NULL ||
	    memcmp(key->symm.id, in->key_id, sizeof(key->symm.id)) != 0)
		key = plv_ring_find(pca->ring, in->key_id, pca->la[la].name);
	v->last[la] = key;
	if (key == NULL ||
	    memcmp(key->agreement.la_id, in->la_id, LA_ID_OCTETS) != 0)
		return NULL;
	return &key->symm;
}

static void
gather(struct values *v, struct batch *b, size_t n)
{
	for (size_t t = 0; t < b->n; t++) {
		struct batch_entry *e = &b->entry[t];

		if (!entry_is_open(e))
			continue;
		for (unsigned la = 0; la < PCA_LAS; la++) {
			struct symm_data *d = &v->data[la * n + v->n];

			*d = e->request->plv[la].data;
			d->key = find_key(v, &e->request->plv[la], b->pca, la);
		}
		v->entry[v->n++] = e;
	}
}

/* Both values opened and for this period? */
static bool
combine(struct values *v, size_t t)
{
	const struct plv *a = &v->plv[t], *b = &v->plv[v->n + t];
	struct batch_entry *e = v->entry[t];

	if (!v->ok[t] || !v->ok[v->n + t] || a->i != e->item.i ||
	    b->i != e->item.i) {
		e->refusal = REFUSED_pre_linkage_value;
		return false;
	}
	linkage_combine(&e->item.lv, &a->value, &b->value, 1);
	return true;
}

/* No other certificate has the same linkage value. */
static void
take(struct values *v, struct pca_store *store)
{
	size_t n = 0;

	for (size_t t = 0; t < v->n; t++)
		if (combine(v, t)) {
			v->entry[n] = v->entry[t];
			v->lv[n] = &v->entry[t]->item.lv;
			n++;
		}
	pca_store_take_lvs(store, v->taken, v->lv, n);
	for (size_t t = 0; t < n; t++) {
		v->entry[t]->has_lv = v->taken[t];
		if (!v->taken[t])
			v->entry[t]->refusal = REFUSED_pre_linkage_value;
	}
}

enum fault
open_linkage_values(struct batch *b, struct fault_info *fi)
{
	struct values v;
	size_t n = 0;

	TRY(plv_ring_refresh(b->pca->ring, fi));
	for (size_t t = 0; t < b->n; t++)
		n += entry_is_open(&b->entry[t]);
	if (n == 0)
		return FAULT_OK;
	TRY(values_new(&v, b->arena, n, fi));
	gather(&v, b, n);
	plv_open(v.plv, v.data, v.ok, PCA_LAS * n);
	take(&v, b->pca->store);
	wipe(v.plv, PCA_LAS * n * sizeof(*v.plv));
	return FAULT_OK;
}
