/* chain.c - the checks of a chain; see trust.h. */
#include <string.h>

#include "cert/batch.h"
#include "cert/perm.h"
#include "cert/region.h"
#include "cert/trust_int.h"
#include "cert/validity.h"
#include "schema/dot2.h"

/* From a leaf up to where the chain ends. */
struct path {
	struct cert *cert[CERT_CHAIN_MAX + 1];
	/* Set where cert[i] is shared with other threads. */
	struct entry *entry[CERT_CHAIN_MAX + 1];
	size_t n;
	struct trust *trust;
	bool trusted; /* ends in a trusted root */
	bool too_long;
	uint32_t time;
	/* The leaf's key is authentic already. */
	bool leaf_known;
};

struct candidates {
	struct cert *const *v;
	size_t n;
};

/* ---- the way up ---- */

static bool
is_checked(const struct path *p, size_t i)
{
	return p->entry[i] != NULL && atomic_load(&p->entry[i]->checked);
}

static struct cert *
find_along(const struct cert *k, struct candidates along)
{
	size_t i;

	for (i = 0; i < along.n; i++)
		if (cert_names_issuer(k, along.v[i]))
			return along.v[i];
	return NULL;
}

/*
 * A known certificate gets no issuer that came along, because the known one
 * will be remembered as checked, and what came along will be gone.
 */
static bool
push_issuer(struct path *p, struct trust *t, struct candidates along)
{
	const struct cert *top = p->cert[p->n - 1];
	const uint8_t *id = cert_issuer_id(top);
	struct entry *e = id != NULL ? trust_entry(t, id) : NULL;
	struct cert *other =
	    p->entry[p->n - 1] == NULL ? find_along(top, along) : NULL;

	if (e != NULL && !cert_names_issuer(top, e->cert))
		e = NULL;
	if (e != NULL && other != NULL && !atomic_load(&e->checked))
		e = NULL;
	if (e == NULL && other == NULL)
		return false;
	p->cert[p->n] = e != NULL ? e->cert : other;
	p->entry[p->n++] = e;
	return true;
}

static bool
is_trusted_root(struct trust *t, const struct cert *k)
{
	struct entry *e = trust_entry(t, k->id);

	return e != NULL && atomic_load(&e->root) &&
	       memcmp(e->cert->hash, k->hash, sizeof(k->hash)) == 0;
}

static void
climb_with(struct path *p, struct trust *t, struct cert *leaf,
    struct candidates along, uint32_t time)
{
	struct entry *e = trust_entry(t, leaf->id);

	memset(p, 0, sizeof(*p));
	p->time = time;
	p->trust = t;
	p->cert[0] = leaf;
	p->entry[0] = e != NULL && e->cert == leaf ? e : NULL;
	p->n = 1;
	while (!p->cert[p->n - 1]->self_issued) {
		if (p->n == CERT_CHAIN_MAX + 1) {
			p->too_long = true;
			return;
		}
		if (!push_issuer(p, t, along))
			return;
	}
	p->trusted = is_trusted_root(t, p->cert[p->n - 1]);
}

/* By what is known alone, if that leads to a trusted root; else with what came
 * along. */
static void
climb(struct path *p, struct trust *t, struct cert *leaf,
    struct candidates along, uint32_t time)
{
	climb_with(p, t, leaf, (struct candidates){0}, time);
	if (!p->trusted && along.n > 0)
		climb_with(p, t, leaf, along, time);
}

/* ---- single checks, of certificate i of the path ---- */

typedef enum fault check_fn(const struct path *, size_t i, struct fault_info *);

static bool
has_issuer(const struct path *p, size_t i)
{
	return i + 1 < p->n;
}

static bool
is_self(const struct path *p, size_t i)
{
	return p->cert[i]->self_issued;
}

static bool
not_self(const struct path *p, size_t i)
{
	return !is_self(p, i);
}

static bool
has_key_above(const struct path *p, size_t i)
{
	return is_self(p, i) || has_issuer(p, i);
}

static bool
always(const struct path *p, size_t i)
{
	(void)p;
	(void)i;
	return true;
}

static bool
at_a_time(const struct path *p, size_t i)
{
	(void)i;
	return p->time != TRUST_ANY_TIME;
}

static bool
with_lists(const struct path *p, size_t i)
{
	(void)i;
	return atomic_load(&p->trust->revoked) != NULL;
}

/* A certificate without its issuer still names its root, by cracaId; that of
 * a root or elector is zero. */
static enum fault
blame_root(
    const struct path *p, size_t i, const char *issuer, struct fault_info *fi)
{
	const uint8_t *craca = p->cert[i]->tbs->craca_id.b;
	char hex[2 * TRUST_CRACA_SIZE + 1];

	hex_encode(hex, craca, TRUST_CRACA_SIZE);
	if (strcmp(hex, "000000") == 0 || trust_has_craca(p->trust, craca))
		return fault_set(
		    fi, FAULT_UNKNOWN_ISSUER, "issuer %s is not known", issuer);
	return fault_set(fi, FAULT_UNKNOWN_ISSUER,
	    "issuer %s is not known, nor is its root (cracaId %s): a "
	    "certificate of another environment",
	    issuer, hex);
}

static enum fault
check_issuer(const struct path *p, size_t i, struct fault_info *fi)
{
	const uint8_t *id = cert_issuer_id(p->cert[i]);
	char hex[32] = "of an unknown kind";

	if (has_issuer(p, i))
		return FAULT_OK;
	if (p->too_long)
		return fault_set(fi, FAULT_CHAIN_TOO_LONG,
		    "more than %d certificates", CERT_CHAIN_MAX + 1);
	if (id != NULL)
		hex_encode(hex, id, CERT_ID_SIZE);
	return blame_root(p, i, hex, fi);
}

static enum fault
check_root(const struct path *p, size_t i, struct fault_info *fi)
{
	char hex[2 * CERT_ID_SIZE + 1];

	if (p->trusted)
		return FAULT_OK;
	hex_encode(hex, p->cert[i]->id, CERT_ID_SIZE);
	return fault_set(fi, FAULT_UNTRUSTED_ROOT,
	    "root %s is not known here: that of another environment, or not "
	    "endorsed",
	    hex);
}

static enum fault
check_form(const struct path *p, size_t i, struct fault_info *fi)
{
	return perm_check_form(p->cert[i], fi);
}

/* What was found out about a certificate that other threads may be looking at
 * by name: nothing but what they read of checked certificates only. */
static void
take_over(struct cert *k, const struct cert *found)
{
	if (k->implicit) {
		k->key = found->key;
		k->key_p256 = found->key_p256;
		k->has_key = found->has_key;
	}
	k->issuer = found->issuer;
}

/* Works on a copy, so that a check that fails leaves no key behind. */
static enum fault
check_signature(const struct path *p, size_t i, struct fault_info *fi)
{
	struct cert copy = *p->cert[i];

	if (i == 0 && p->leaf_known)
		return FAULT_OK;
	if (copy.implicit)
		copy.has_key = false;
	TRY(cert_check_issued(&copy, p->cert[is_self(p, i) ? i : i + 1], fi));
	if (!is_checked(p, i))
		take_over(p->cert[i], &copy);
	return FAULT_OK;
}

static enum fault
check_validity(const struct path *p, size_t i, struct fault_info *fi)
{
	return validity_check_nested(p->cert[i], p->cert[i + 1], fi);
}

/* The region that binds certificate i: its own or the nearest above. */
static const geographic_region *
region_above(const struct path *p, size_t i)
{
	for (; i < p->n; i++)
		if (p->cert[i]->tbs->region != NULL)
			return p->cert[i]->tbs->region;
	return NULL;
}

static enum fault
check_region(const struct path *p, size_t i, struct fault_info *fi)
{
	const geographic_region *own = p->cert[i]->tbs->region;

	if (own == NULL || region_within(own, region_above(p, i + 1)))
		return FAULT_OK;
	return fault_set(fi, FAULT_REGION_NOT_NESTED,
	    "region is not certain to lie within the issuer's");
}

static enum fault
check_permissions(const struct path *p, size_t i, struct fault_info *fi)
{
	size_t j;

	for (j = i + 1; j < p->n; j++)
		TRY(perm_check_issued(
		    p->cert[i], p->cert[j], (unsigned)(j - i), fi));
	return FAULT_OK;
}

static enum fault
check_time(const struct path *p, size_t i, struct fault_info *fi)
{
	return validity_check_time(p->cert[i], p->time, fi);
}

static enum fault
check_revoked(const struct path *p, size_t i, struct fault_info *fi)
{
	return trust_check_revoked(p->trust, p->cert[i], p->time, fi);
}

static const struct {
	const char *name;
	bool (*applies)(const struct path *, size_t);
	check_fn *run;
	bool lasting; /* true once, true for ever */
} checks[] = {
    /* Whether the path is complete is never taken from memory. */
    [CHAIN_ISSUER] = {"issuer", not_self, check_issuer, false},
    [CHAIN_ROOT] = {"root", is_self, check_root, false},
    [CHAIN_FORM] = {"form", always, check_form, true},
    [CHAIN_SIGNATURE] = {"signature", has_key_above, check_signature, true},
    [CHAIN_VALIDITY] = {"validity", has_issuer, check_validity, true},
    [CHAIN_REGION] = {"region", has_issuer, check_region, true},
    [CHAIN_PERMISSIONS] = {"permissions", has_issuer, check_permissions, true},
    [CHAIN_TIME] = {"time", at_a_time, check_time, false},
    [CHAIN_REVOKED] = {"not revoked", with_lists, check_revoked, false},
};

const char *
chain_check_name(enum chain_check c)
{
	return checks[c].name;
}

/* ---- the way down ---- */

static void
blame(const struct path *p, size_t i, struct fault_info *fi)
{
	uint8_t room[512];
	struct arena a = arena_of(room, sizeof(room));

	if (fi != NULL)
		fault_prefix(fi, "certificate %s", cert_name(&a, p->cert[i]));
}

static void
note(struct chain_report *r, const struct path *p, size_t i, enum chain_check c,
    const struct fault_info *verdict)
{
	if (r != NULL)
		r->step[r->n++] = (struct chain_step){p->cert[i], c, *verdict};
}

/* All checks of certificate i; stops at the first failing one unless there is
 * a report to write. */
static enum fault
judge(struct chain_report *r, const struct path *p, size_t i,
    struct fault_info *fi)
{
	bool done = r == NULL && is_checked(p, i);
	enum fault first = FAULT_OK, f;
	struct fault_info why;
	enum chain_check c;

	for (c = 0; c < CHAIN_CHECKS; c++) {
		if (!checks[c].applies(p, i) || (done && checks[c].lasting))
			continue;
		why = (struct fault_info){.code = FAULT_OK};
		f = checks[c].run(p, i, &why);
		if (f == FAULT_OK) /* on the way something did not */
			why = (struct fault_info){.code = FAULT_OK};
		note(r, p, i, c, &why);
		if (f == FAULT_OK || first != FAULT_OK)
			continue;
		first = f;
		blame(p, i, &why);
		if (fi != NULL)
			*fi = why;
		if (r == NULL)
			break;
	}
	return first;
}

static enum fault
judge_all(struct chain_report *r, const struct path *p, struct fault_info *fi)
{
	enum fault first = FAULT_OK, f;
	size_t i;

	for (i = p->n; i-- > 0;) {
		f = judge(r, p, i, first == FAULT_OK ? fi : NULL);
		if (first == FAULT_OK)
			first = f;
		if (first != FAULT_OK && r == NULL)
			break;
	}
	return first;
}

/* Everything but the present time held: known certificates need not be
 * checked again. */
static void
accept(const struct path *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->entry[i] != NULL)
			atomic_store(&p->entry[i]->checked, true);
}

static bool
has_unchecked(const struct path *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->entry[i] != NULL && !is_checked(p, i))
			return true;
	return false;
}

/* A leaf that was checked before brings its key along. */
static void
recall(struct path *p, struct trust *t)
{
	struct cert *leaf = p->cert[0];
	struct entry *e;

	if (p->entry[0] != NULL || leaf->self_issued)
		return;
	e = trust_entry(t, leaf->id);
	if (e != NULL && atomic_load(&e->checked) &&
	    memcmp(e->cert->hash, leaf->hash, sizeof(leaf->hash)) == 0) {
		leaf->key = e->cert->key;
		leaf->key_p256 = e->cert->key_p256;
		leaf->has_key = true;
		leaf->issuer = e->cert->issuer;
		p->leaf_known = true;
		return;
	}
	p->leaf_known = trust_recall(t, leaf);
}

enum fault
trust_check_chain_with(struct chain_report *r, struct trust *t,
    struct cert *leaf, uint32_t time, struct cert *const *along, size_t n_along,
    struct fault_info *fi)
{
	struct path p;
	enum fault f;
	bool alone;

	if (r != NULL)
		r->n = 0;
	climb(&p, t, leaf, (struct candidates){along, n_along}, time);
	if (r == NULL)
		recall(&p, t);
	alone = has_unchecked(&p);
	if (alone)
		pthread_mutex_lock(&t->checking);
	f = judge_all(r, &p, fi);
	if (f == FAULT_OK)
		accept(&p);
	if (alone)
		pthread_mutex_unlock(&t->checking);
	return f;
}

enum fault
trust_check_chain(struct chain_report *r, struct trust *t, struct cert *leaf,
    uint32_t time, struct fault_info *fi)
{
	return trust_check_chain_with(r, t, leaf, time, NULL, 0, fi);
}

/* ---- batches ---- */

#define CHUNK 64

/* Leaves of one issuer. */
struct group {
	struct cert *leaf[CHUNK];
	size_t index[CHUNK];
	enum fault verdict[CHUNK];
	size_t n;
};

#define PENDING FAULT_COUNT

/* Takes up to CHUNK pending implicit leaves with the issuer of leaf i. */
static void
gather(struct group *g, const struct cert *issuer, struct cert *const *leaf,
    const enum fault *verdict, size_t i, size_t n)
{
	for (g->n = 0; i < n && g->n < CHUNK; i++) {
		if (verdict[i] != PENDING || !leaf[i]->implicit ||
		    !cert_names_issuer(leaf[i], issuer))
			continue;
		g->leaf[g->n] = leaf[i];
		g->index[g->n++] = i;
	}
}

/* One whose key is known already. */
static enum fault
check_known(struct trust *t, struct cert *leaf, uint32_t time)
{
	struct path p;

	climb(&p, t, leaf, (struct candidates){0}, time);
	p.leaf_known = true;
	return judge_all(NULL, &p, NULL);
}

static void
check_group(struct group *g, struct trust *t, const struct cert *issuer,
    enum fault *verdict, uint32_t time)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		g->leaf[i]->has_key = false;
	per_element(cert_resolve(g->leaf, g->n, issuer, g->verdict));
	for (i = 0; i < g->n; i++) {
		if (g->verdict[i] == FAULT_OK)
			g->verdict[i] = check_known(t, g->leaf[i], time);
		verdict[g->index[i]] = g->verdict[i];
	}
}

enum fault
trust_check_batch(struct trust *t, struct cert *const *leaf,
    enum fault *verdict, size_t n, uint32_t time)
{
	const uint8_t *id;
	struct group g;
	struct entry *e;
	size_t i;

	for (i = 0; i < n; i++)
		verdict[i] = trust_recall(t, leaf[i])
				 ? check_known(t, leaf[i], time)
				 : PENDING;
	for (i = 0; i < n; i++) {
		if (verdict[i] != PENDING)
			continue;
		id = cert_issuer_id(leaf[i]);
		e = id != NULL ? trust_entry(t, id) : NULL;
		/* What is not implicit, or has no issuer worth a batch. */
		if (!leaf[i]->implicit || e == NULL || e->cert == leaf[i] ||
		    !cert_names_issuer(leaf[i], e->cert) ||
		    trust_check_chain(NULL, t, e->cert, TRUST_ANY_TIME, NULL) !=
			FAULT_OK) {
			verdict[i] =
			    trust_check_chain(NULL, t, leaf[i], time, NULL);
			continue;
		}
		do {
			gather(&g, e->cert, leaf, verdict, i, n);
			check_group(&g, t, e->cert, verdict, time);
		} while (g.n == CHUNK);
	}
	return first_fault(verdict, n);
}
