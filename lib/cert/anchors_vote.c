/* anchors_vote.c - what ballots do to roots and electors; see anchors.h. */
#include <string.h>

#include "cert/anchors.h"
#include "cert/ballot.h"
#include "cert/validity.h"

#define REMOVALS_MOST 64 /* of one composite CRL; more are passed over */
#define MEMORY	      ((size_t)64 << 20)

/* One kind of anchor. */
struct list {
	struct cert **v;
	size_t *n, most;
	enum scms_role role;
	enum endorsement add;
	size_t least; /* that must stay */
};

static struct list
roots_of(struct anchors *a)
{
	return (struct list){
	    a->root, &a->roots, ROOTS_MOST, SCMS_ROOT, ENDORSE_ADD_ROOT, 1};
}

static struct list
electors_of(struct anchors *a)
{
	return (struct list){a->elector, &a->electors, ELECTORS_MOST,
	    SCMS_ELECTOR, ENDORSE_ADD_ELECTOR, QUORUM};
}

/* Its place in the list, or how many there are. */
static size_t
find(const struct list *list, const struct cert *cert)
{
	size_t k = 0;

	while (k < *list->n &&
	       !bytes_equal(list->v[k]->canonical, cert->canonical))
		k++;
	return k;
}

static void
take_out(struct list *list, size_t k)
{
	for (--*list->n; k < *list->n; k++)
		list->v[k] = list->v[k + 1];
}

/* What has ended, or was removed while it was the last, makes room. */
static void
forget(struct anchors *a, struct list *list, uint32_t now)
{
	for (size_t k = *list->n; k-- > 0;)
		if (*list->n > list->least &&
		    (list->v[k]->end <= now ||
			anchors_is_removed(a, list->v[k], NULL))) {
			take_out(list, k);
			a->changed = true;
		}
}

/* Removed ones that would have ended by now need not be remembered. */
static void
forget_removed(struct anchors *a, uint32_t now)
{
	size_t n = 0;

	for (size_t k = 0; k < a->removed_n; k++)
		if (a->removed[k].end > now)
			a->removed[n++] = a->removed[k];
	a->changed |= n < a->removed_n;
	a->removed_n = n;
}

/* ---- adding ---- */

static void
add(struct anchors *a, struct list *list, struct arena *arena,
    const struct cert *subject, uint32_t now)
{
	struct cert *cert;

	if (find(list, subject) < *list->n ||
	    anchors_is_removed(a, subject, NULL) || *list->n == list->most ||
	    subject->end <= now ||
	    anchors_load(&cert, arena, subject->raw, list->role, NULL) !=
		FAULT_OK)
		return;
	list->v[(*list->n)++] = cert;
	a->changed = true;
}

/* ---- removing ---- */

/* Another ballot on one that is removed: the earlier time counts. */
static bool
is_earlier(struct anchors *a, const struct ballot *b)
{
	uint8_t hash[SHA256_SIZE];

	sha256(hash, b->subject->canonical);
	for (size_t k = 0; k < a->removed_n; k++) {
		struct anchors_removed *one = &a->removed[k];

		if (b->from >= one->from ||
		    memcmp(one->hash.b, hash, sizeof(hash)) != 0)
			continue;
		one->from = b->from;
		a->changed = true;
		return true;
	}
	return false;
}

static void
remove_one(struct anchors *a, struct list *list, const struct ballot *b)
{
	struct anchors_removed *one = &a->removed[a->removed_n];
	size_t k = find(list, b->subject);

	if (perm_role(b->subject) != list->role || is_earlier(a, b) ||
	    anchors_is_removed(a, b->subject, NULL) ||
	    a->removed_n == REMOVED_MOST ||
	    (list->role == SCMS_ELECTOR && k < *list->n &&
		*list->n <= list->least))
		return;
	sha256(one->hash.b, b->subject->canonical);
	one->from = b->from;
	one->end = b->subject->end;
	a->removed_n++;
	a->changed = true;
	if (k == *list->n)
		return;
	a->lost |= list->role == SCMS_ROOT;
	if (*list->n > list->least)
		take_out(list, k);
}

/* ---- ballots of a chain file ---- */

static bool
agree(struct ballot *b, struct anchors *a, struct arena *arena,
    struct bytes ballot, enum endorsement kind, uint32_t now)
{
	return ballot_check(b, arena, ballot, kind, a->elector, a->electors,
		   QUORUM, now, NULL) == FAULT_OK;
}

static void
vote(struct anchors *a, struct list *list, struct arena *arena,
    struct bytes ballot, uint32_t now)
{
	struct ballot b;

	if (!agree(&b, a, arena, ballot, list->add, now))
		return;
	add(a, list, arena, b.subject, now);
	if (list->role == SCMS_ROOT && find(list, b.subject) < *list->n)
		a->endorsed = b.subject;
}

/* Electors may be endorsed by others who are endorsed in the same file. */
static void
vote_all(struct anchors *a, struct list *list, struct arena *arena,
    const struct bytes *ballot, size_t n, uint32_t now)
{
	size_t before;

	do {
		before = *list->n;
		for (size_t k = 0; k < n; k++)
			vote(a, list, arena, ballot[k], now);
	} while (*list->n > before);
}

enum fault
anchors_vote(struct anchors *a, struct arena *arena,
    const struct chain_file *file, uint32_t now, struct fault_info *fi)
{
	struct anchors next = *a;
	struct list roots = roots_of(&next), electors = electors_of(&next);

	next.changed = next.lost = false;
	next.endorsed = NULL;
	forget_removed(&next, now);
	forget(&next, &electors, now);
	vote_all(&next, &electors, arena, file->elector_ballot,
	    file->n_elector_ballot, now);
	forget(&next, &roots, now);
	vote_all(
	    &next, &roots, arena, file->root_ballot, file->n_root_ballot, now);
	/* The only root may go now that its successor is there. */
	forget(&next, &roots, now);
	if (next.endorsed == NULL)
		return fault_set(fi, FAULT_NO_QUORUM,
		    "no endorsement of our root by the electors");
	*a = next;
	return FAULT_OK;
}

/* ---- ballots of a composite CRL ---- */

struct removal {
	struct bytes octets;
	enum scms_role role;
	struct ballot ballot; /* by the electors in force */
	bool valid, done;
};

struct removals {
	struct removal v[REMOVALS_MOST];
	size_t n;
	struct arena arena;
	uint32_t now;
};

static void
gather(struct removals *all, const struct bytes *ballot, size_t n,
    enum scms_role role)
{
	for (size_t k = 0; k < n && all->n < REMOVALS_MOST; k++)
		all->v[all->n++] =
		    (struct removal){.octets = ballot[k], .role = role};
}

static enum endorsement
kind_of(const struct removal *r)
{
	return r->role == SCMS_ROOT ? ENDORSE_REMOVE_ROOT
				    : ENDORSE_REMOVE_ELECTOR;
}

/* The time of the earliest that is valid and not done yet; false: none. */
static bool
judge(uint32_t *first, struct removals *all, struct anchors *a)
{
	bool any = false;

	for (size_t k = 0; k < all->n; k++) {
		struct removal *r = &all->v[k];

		r->valid = !r->done && agree(&r->ballot, a, &all->arena,
					   r->octets, kind_of(r), all->now);
		if (r->valid && (!any || r->ballot.from < *first))
			*first = r->ballot.from;
		any |= r->valid;
	}
	return any;
}

/* Without the votes of those that others of the same time remove? */
static bool
stands(const struct removal *r, struct removals *all, const struct anchors *a,
    uint32_t time)
{
	struct anchors rest = *a;
	struct list electors = electors_of(&rest);
	struct ballot b;

	for (size_t k = 0; k < all->n; k++) {
		const struct removal *o = &all->v[k];
		size_t place;

		if (o == r || !o->valid || o->ballot.from != time ||
		    bytes_equal(o->ballot.subject->canonical,
			r->ballot.subject->canonical))
			continue;
		place = find(&electors, o->ballot.subject);
		if (place < rest.electors)
			take_out(&electors, place);
	}
	return agree(&b, &rest, &all->arena, r->octets, kind_of(r), all->now);
}

static void
carry_out(struct removals *all, struct anchors *a, uint32_t time)
{
	const struct anchors before = *a;

	for (size_t k = 0; k < all->n; k++) {
		struct removal *r = &all->v[k];
		struct list list =
		    r->role == SCMS_ROOT ? roots_of(a) : electors_of(a);

		if (!r->valid || r->ballot.from != time)
			continue;
		r->done = true;
		if (stands(r, all, &before, time))
			remove_one(a, &list, &r->ballot);
	}
}

void
anchors_vote_ballots(
    struct anchors *a, const struct anchors_removals *in, uint32_t now)
{
	struct removals all = {.arena = arena_new(MEMORY), .now = now};
	struct list roots = roots_of(a);
	uint32_t first = 0;

	a->changed = a->lost = false;
	forget_removed(a, now);
	gather(&all, in->elector, in->n_elector, SCMS_ELECTOR);
	gather(&all, in->root, in->n_root, SCMS_ROOT);
	while (judge(&first, &all, a))
		carry_out(&all, a, first);
	forget(a, &roots, now);
	arena_free(&all.arena);
}
