/* check.c - what is asked for: ours, permitted, of the right form? */
#include <string.h>

#include "role/pca/batch.h"

/* The certificate's time must lie within ours. */
static enum refusal
check_validity(struct batch_entry *e, const struct pca *pca)
{
	const struct environment *env = pca->environment;
	uint64_t start =
	    env->i_zero + (uint64_t)e->request->i * env->i_period_seconds;

	if (start < pca->self.cert->start ||
	    start + pca->class.lifetime > pca->self.cert->end)
		return REFUSED_validity;
	e->item.i = e->request->i;
	e->item.start = (uint32_t)start;
	return REFUSED_NOT;
}

static enum refusal
check_content(struct batch_entry *e, const struct pca *pca)
{
	if (e->request->refusal != REFUSED_NOT)
		return e->request->refusal;
	return check_validity(e, pca);
}

/* ---- points ---- */

/* A key of an entry that is still open, and where its point goes. */
struct key {
	struct batch_entry *entry;
	const struct asked_point *in;
	struct point *out;
	enum refusal bad;
};

/* Keys of one form, with arrays for what is done to all at once. */
struct keys {
	struct key *v;
	struct compressed *compressed; /* NULL: the form is uncompressed */
	struct point *point;
	bool *ok;
	size_t n;
};

static void
refuse_entry(struct batch_entry *e, enum refusal why)
{
	if (e->refusal == REFUSED_NOT)
		e->refusal = why;
}

static void
add_key(struct keys *k, const struct key *key)
{
	const struct asked_point *in = key->in;
	struct point *p = &k->point[k->n];

	if (k->compressed != NULL) {
		struct compressed *c = &k->compressed[k->n];

		memcpy(c->x, in->x, sizeof(c->x));
		c->y_bit = in->y_bit;
	} else {
		memcpy(p->x, in->x, sizeof(p->x));
		memcpy(p->y, in->y, sizeof(p->y));
	}
	k->v[k->n++] = *key;
}

/* Those whose form is or is not compressed; others are refused. */
static void
add_keys(struct keys *k, struct batch *b)
{
	for (size_t t = 0; t < b->n; t++) {
		struct batch_entry *e = &b->entry[t];
		const struct key key[2] = {
		    {e, &e->request->b, &e->item.b, REFUSED_signature_key},
		    {e, &e->request->h, &e->item.h, REFUSED_encryption_key}};

		for (size_t w = 0; w < 2 && entry_is_open(e); w++)
			if (key[w].in->x == NULL)
				refuse_entry(e, key[w].bad);
			else if ((key[w].in->y == NULL) ==
				 (k->compressed != NULL))
				add_key(k, &key[w]);
	}
}

static enum fault
keys_new(struct keys *k, struct arena *arena, size_t n, bool compressed,
    struct fault_info *fi)
{
	k->v = ARENA_ARRAY(arena, n, struct key);
	k->compressed =
	    compressed ? ARENA_ARRAY(arena, n, struct compressed) : NULL;
	k->point = ARENA_ARRAY(arena, n, struct point);
	k->ok = ARENA_ARRAY(arena, n, bool);
	k->n = 0;
	if (k->v == NULL || (compressed && k->compressed == NULL) ||
	    k->point == NULL || k->ok == NULL) {
		fault_set(fi, FAULT_TOO_LARGE, "no memory");
		return FAULT_TOO_LARGE;
	}
	return FAULT_OK;
}

static void
keep_good(struct keys *k)
{
	for (size_t t = 0; t < k->n; t++)
		if (k->ok[t])
			*k->v[t].out = k->point[t];
		else
			refuse_entry(k->v[t].entry, k->v[t].bad);
}

static enum fault
check_points(struct batch *b, struct fault_info *fi)
{
	size_t n[2] = {0, 0};
	struct keys k;

	for (size_t t = 0; t < b->n; t++)
		if (entry_is_open(&b->entry[t])) {
			n[b->entry[t].request->b.y == NULL]++;
			n[b->entry[t].request->h.y == NULL]++;
		}
	if (n[0] > 0) {
		TRY(keys_new(&k, b->arena, n[0], false, fi));
		add_keys(&k, b);
		(void)!p256_check(k.point, k.ok, k.n);
		keep_good(&k);
	}
	if (n[1] > 0) {
		TRY(keys_new(&k, b->arena, n[1], true, fi));
		add_keys(&k, b);
		(void)!p256_decompress(k.point, k.compressed, k.ok, k.n);
		keep_good(&k);
	}
	return FAULT_OK;
}

enum fault
check_entries(struct batch *b, struct fault_info *fi)
{
	for (size_t t = 0; t < b->n; t++)
		if (entry_is_open(&b->entry[t]))
			b->entry[t].refusal =
			    check_content(&b->entry[t], b->pca);
	return check_points(b, fi);
}
