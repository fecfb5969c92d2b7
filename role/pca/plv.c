/* plv.c - linkage values of requests: opens what both LAs have sealed. */
#include <string.h>

#include "base/secret.h"
#include "role/pca/batch.h"
#include "schema/pca_ra.h"

#define CHUNK 64

/* The values of one LA for some entries; an entry may have none. */
struct sealed {
	struct symm_data data[CHUNK];
	struct plv plv[CHUNK];
	bool ok[CHUNK];
	const struct plv_key *last; /* most have the same key */
};

static const struct plv_key *
find_key(
    struct sealed *s, struct plv_ring *ring, const uint8_t *id, const char *la)
{
	if (s->last == NULL ||
	    memcmp(s->last->symm.id, id, sizeof(s->last->symm.id)) != 0)
		s->last = plv_ring_find(ring, id, la);
	return s->last;
}

/* The key must be that of this LA, and the LA must say who it is. */
static void
add_sealed(struct sealed *s, size_t t, const encrypted_individual_plv *in,
    struct pca *pca, unsigned which)
{
	const struct plv_key *key;
	const uint8_t *id;

	if (!symm_data_of(&s->data[t], &id, &in->enc_plv))
		return;
	key = find_key(s, pca->ring, id, pca->la[which].name);
	if (key != NULL &&
	    memcmp(key->agreement.la_id, in->la_id.b, sizeof(in->la_id.b)) == 0)
		s->data[t].key = &key->symm;
}

/* Both values opened and for this period; no other certificate has their
 * sum. */
static void
combine(struct batch_entry *e, const struct sealed *s, size_t t,
    struct pca_store *store)
{
	const struct plv *a = &s[0].plv[t], *b = &s[1].plv[t];

	if (!s[0].ok[t] || !s[1].ok[t] || a->i != e->item.i ||
	    b->i != e->item.i) {
		e->refusal = REFUSED_pre_linkage_value;
		return;
	}
	linkage_combine(&e->item.lv, &a->value, &b->value, 1);
	if (pca_store_take_lv(store, &e->item.lv))
		e->has_lv = true;
	else
		e->refusal = REFUSED_pre_linkage_value;
}

static void
open_chunk(
    struct batch *b, struct sealed *s, struct batch_entry *entry, size_t n)
{
	size_t t;

	for (t = 0; t < n; t++) {
		struct batch_entry *e = &entry[t];

		memset(&s[0].data[t], 0, sizeof(s[0].data[t]));
		memset(&s[1].data[t], 0, sizeof(s[1].data[t]));
		if (!entry_is_open(e))
			continue;
		add_sealed(&s[0], t, &e->info->enc_plv1, b->pca, 0);
		add_sealed(&s[1], t, &e->info->enc_plv2, b->pca, 1);
	}
	plv_open(s[0].plv, s[0].data, s[0].ok, n);
	plv_open(s[1].plv, s[1].data, s[1].ok, n);
	for (t = 0; t < n; t++)
		if (entry_is_open(&entry[t]))
			combine(&entry[t], s, t, b->pca->store);
}

enum fault
open_linkage_values(struct batch *b, struct fault_info *fi)
{
	struct sealed s[PCA_LAS];
	size_t t, m;

	TRY(plv_ring_refresh(b->pca->ring, fi));
	s[0].last = s[1].last = NULL;
	for (t = 0; t < b->n; t += m) {
		m = b->n - t < CHUNK ? b->n - t : CHUNK;
		open_chunk(b, s, b->entry + t, m);
	}
	wipe(s, sizeof(s));
	return FAULT_OK;
}
