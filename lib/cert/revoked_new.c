/* revoked_new.c - making what is looked up out of lists; see revoked.h. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cert/crl.h"
#include "cert/profile.h"
#include "cert/revoked_int.h"

#define SEEDS	  64 /* expanded together */
#define JMAX_MOST 255
#define KEYS_MOST 16 /* tried for one table */

/* Some devices: their seeds and values of one period. */
struct expansion {
	struct key16 seed1[SEEDS], seed2[SEEDS];
	struct lv plv1[SEEDS * JMAX_MOST], plv2[SEEDS * JMAX_MOST];
};

/* ---- one table ---- */

static bool
is_linked(const struct crl *l)
{
	return l->series == CRL_SERIES_PSEUDONYM;
}

/* What one set is made of. */
struct table {
	const struct crl *list;
	uint32_t i; /* of a list of seeds */
	uint32_t now;
};

static bool
put_digests(struct lineset *set, const struct table *t)
{
	const struct crl *l = t->list;
	bool fits = true;

	for (size_t k = 0; k < l->entries && fits; k++)
		if (l->entry[k].expiry > t->now)
			fits = lineset_add(set, l->entry[k].id, 1);
	return fits;
}

static void
step(struct key16 *out, const uint8_t la[2], const struct key16 *seed, size_t n,
    uint32_t steps)
{
	memcpy(out, seed, n * sizeof(*out));
	for (; steps > 0; steps--)
		linkage_step(out, la, out, n);
}

/* The values of n devices, steps periods after that of their seeds. */
static bool
put_devices(struct lineset *set, struct expansion *x,
    const struct crl_linkage_group *g, size_t first, size_t n, uint32_t steps)
{
	const size_t values = n * g->jmax;

	step(x->seed1, g->la1, g->seed1 + first, n, steps);
	step(x->seed2, g->la2, g->seed2 + first, n, steps);
	linkage_plv(x->plv1, g->la1, x->seed1, n, 0, g->jmax);
	linkage_plv(x->plv2, g->la2, x->seed2, n, 0, g->jmax);
	linkage_combine(x->plv1, x->plv1, x->plv2, values);
	return lineset_add(set, x->plv1->b, values);
}

static bool
put_group(struct lineset *set, struct expansion *x,
    const struct crl_linkage_group *g, uint32_t steps)
{
	for (size_t i = 0, n; i < g->n; i += n) {
		n = g->n - i < SEEDS ? g->n - i : SEEDS;
		if (!put_devices(set, x, g, i, n, steps))
			return false;
	}
	return true;
}

/* Devices whose last certificates are of an earlier period are passed over. */
static bool
put_linkage(struct lineset *set, const struct table *t)
{
	struct expansion *x = malloc(sizeof(*x));
	const struct crl *l = t->list;
	bool fits = true;

	if (x == NULL)
		log_fatal("out of memory");
	for (size_t k = 0; k < l->groups && fits; k++)
		if (l->group[k].i_max >= t->i)
			fits = put_group(set, x, &l->group[k], t->i - l->i_rev);
	free(x);
	return fits;
}

/* Puts everything into an empty set; a key that is no good is replaced. */
static enum fault
fill(struct lineset *set, const struct table *t, struct fault_info *fi)
{
	bool linked = is_linked(t->list);

	for (unsigned tries = 0; tries < KEYS_MOST; tries++) {
		lineset_clear(set);
		if (linked ? put_linkage(set, t) : put_digests(set, t))
			return FAULT_OK;
	}
	return fault_set(fi, FAULT_TOO_LARGE,
	    "the CRL of series %u cannot be arranged", t->list->series);
}

static size_t
count_values(const struct crl *l, uint32_t i)
{
	size_t n = 0;

	for (size_t k = 0; k < l->groups; k++)
		if (l->group[k].i_max >= i)
			n += l->group[k].n * l->group[k].jmax;
	return n;
}

/* ---- what is there already ---- */

/* The former table of a period, if it is the same as one made now, or if one
 * cannot be made now. */
static const struct lineset *
former_set(
    const struct revoked *former, const struct revoked_held *now, uint32_t i)
{
	const struct revoked_held *h;

	if (former == NULL || !now->linked)
		return NULL;
	h = revoked_find(former, now->craca, sizeof(now->craca), now->series);
	if (h == NULL ||
	    (i >= now->i_rev && memcmp(&h->id, &now->id, sizeof(h->id)) != 0))
		return NULL;
	return revoked_set(former, h, i);
}

static void
copy_set(struct lineset *to, const struct lineset *from)
{
	memcpy(to->key, from->key, sizeof(to->key));
	if (to->lines > 0)
		memcpy(to->line, from->line, to->lines * LINESET_LINE);
}

/* ---- all ---- */

struct making {
	struct revoked *r;
	const struct revoked *former;
	const struct crl *list;
};

static struct table
table_of(const struct making *m, size_t i, size_t k)
{
	return (struct table){.list = &m->list[i],
	    .i = m->r->base + (uint32_t)k,
	    .now = m->r->terms.now};
}

static bool
take_list(struct revoked *r, const struct crl *l)
{
	struct revoked_held *h = &r->list[r->n];

	if (revoked_find(r, l->craca, sizeof(l->craca), l->series) != NULL)
		return false;
	h->series = l->series;
	memcpy(h->craca, l->craca, sizeof(h->craca));
	h->issued = l->issued;
	h->next = l->next;
	h->i_rev = l->i_rev;
	h->linked = is_linked(l);
	sha256(h->id.b, l->raw);
	r->n++;
	return true;
}

/* How large table k of list i will be. */
static void
measure(const struct making *m, size_t i, size_t k)
{
	struct revoked_held *h = &m->r->list[i];
	const struct table t = table_of(m, i, k);
	const struct lineset *same = former_set(m->former, h, t.i);
	size_t n = 0;

	if (!h->linked)
		n = k == 0 ? t.list->entries : 0;
	else if (t.i >= h->i_rev)
		n = count_values(t.list, t.i);
	h->set[k].width = h->linked ? sizeof(struct lv) : CRL_ID_SIZE;
	h->set[k].lines =
	    same != NULL ? same->lines : lineset_lines(n, h->set[k].width);
}

static enum fault
make(const struct making *m, size_t i, size_t k, struct fault_info *fi)
{
	struct revoked_held *h = &m->r->list[i];
	const struct table t = table_of(m, i, k);
	const struct lineset *same = former_set(m->former, h, t.i);

	if (same != NULL)
		copy_set(&h->set[k], same);
	else if (h->set[k].lines > 0)
		TRY(fill(&h->set[k], &t, fi));
	return FAULT_OK;
}

static enum fault
make_all(const struct making *m, struct fault_info *fi)
{
	for (size_t i = 0; i < m->r->n; i++)
		for (size_t k = 0; k < REVOKED_PERIODS; k++)
			measure(m, i, k);
	TRY(revoked_image_new(m->r, fi));
	for (size_t i = 0; i < m->r->n; i++)
		for (size_t k = 0; k < REVOKED_PERIODS; k++)
			TRY(make(m, i, k, fi));
	revoked_image_seal(m->r);
	return FAULT_OK;
}

static enum fault
take_lists(
    struct revoked *r, const struct crl *list, size_t n, struct fault_info *fi)
{
	if (n > REVOKED_LISTS)
		return fault_set(fi, FAULT_TOO_LARGE, "%zu CRLs", n);
	for (size_t i = 0; i < n; i++)
		if (!take_list(r, &list[i]))
			return fault_set(fi, FAULT_DUPLICATE,
			    "two CRLs of series %u", list[i].series);
	return FAULT_OK;
}

enum fault
revoked_new(struct revoked **out, const struct crl *list, size_t n,
    const struct revoked *former, const struct digest *source,
    const struct revoked_terms *terms, struct fault_info *fi)
{
	struct making m = {revoked_alloc(terms), former, list};
	struct revoked *r = m.r;
	enum fault fault = take_lists(r, list, n, fi);

	r->source = *source;
	r->base = revoked_base(&r->terms, terms->now);
	r->until =
	    r->terms.i_zero + (r->base + REVOKED_PERIODS) * r->terms.i_seconds;
	if (fault == FAULT_OK)
		fault = make_all(&m, fi);
	if (fault != FAULT_OK) {
		revoked_free(r);
		return fault;
	}
	*out = r;
	return FAULT_OK;
}
