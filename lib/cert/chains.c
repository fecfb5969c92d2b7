/* chains.c - see chains.h. */
#include <string.h>

#include "cert/ballot.h"
#include "cert/chains.h"
#include "cert/perm.h"

bool
chains_is_for_devices(const struct cert *c)
{
	static const enum scms_role roles[] = {
	    SCMS_ICA, SCMS_ECA, SCMS_PCA, SCMS_RA, SCMS_CRLG, SCMS_PG};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (perm_role(c) == roles[i])
			return true;
	return false;
}

static bool
is_ca(const struct cert *c)
{
	return perm_role(c) == SCMS_ICA || perm_role(c) == SCMS_ECA ||
	       perm_role(c) == SCMS_PCA;
}

static bool
is_among(struct bytes raw, const struct bytes *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_equal(raw, list[i]))
			return true;
	return false;
}

static bool
is_revoked(struct cert *c, const struct chains_update *u)
{
	return u->trust != NULL && trust_check_chain(NULL, u->trust, c,
				       TRUST_ANY_TIME, NULL) == FAULT_REVOKED;
}

/* Adds raw to the list, if it is not over and belongs there. */
static enum fault
take(struct bytes *list, size_t *n, struct arena *a, struct bytes raw,
    bool local, const struct chains_update *u, struct fault_info *fi)
{
	struct cert *c;

	TRY(cert_load(&c, a, raw, fi));
	if (c->end <= u->now || (local && !chains_is_for_devices(c)) ||
	    (is_among(raw, u->gone, u->gone_n) && !is_ca(c)) ||
	    is_among(raw, list, *n) || is_revoked(c, u))
		return FAULT_OK;
	list[(*n)++] = raw;
	return FAULT_OK;
}

static enum fault
fill_certs(struct chain_file *next, struct arena *a,
    const struct chain_file *old, const struct chains_update *u,
    struct fault_info *fi)
{
	struct bytes *list =
	    ARENA_ARRAY(a, old->n_cert + u->added_n + 1, struct bytes);

	if (list == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "chain file");
	next->cert = list;
	next->n_cert = 0;
	for (size_t i = 0; i < old->n_cert; i++)
		TRY(take(
		    list, &next->n_cert, a, old->cert[i], old->local, u, fi));
	for (size_t i = 0; i < u->added_n; i++)
		TRY(take(
		    list, &next->n_cert, a, u->added[i], old->local, u, fi));
	return FAULT_OK;
}

/* ---- ballots ---- */

/* Ballots of one kind, on their way. */
struct ballots {
	struct bytes *v;
	size_t n;
	/* To be merged, or added at the end. */
	const struct bytes *more;
	size_t more_n;
	bool on_roots;
};

/* What electors that are no more have said of a root. */
static enum fault
drop_votes(struct bytes *ballot, struct arena *a, const struct chains_update *u,
    struct fault_info *fi)
{
	struct bytes left;
	size_t kept;

	if (u->anchors == NULL || u->anchors->electors == 0)
		return FAULT_OK;
	TRY(ballot_keep(&left, &kept, a, *ballot, u->anchors->elector,
	    u->anchors->electors, fi));
	if (kept >= QUORUM)
		*ballot = left;
	return FAULT_OK;
}

/* What else is said about the same one. */
static enum fault
merge_more(struct bytes *ballot, const struct ballots *b, struct arena *a,
    const struct cert *subject, struct fault_info *fi)
{
	struct cert *other;

	for (size_t i = 0; i < b->more_n; i++) {
		TRY(ballot_subject(&other, a, b->more[i], fi));
		if (bytes_equal(subject->canonical, other->canonical))
			TRY(ballot_merge(ballot, a, *ballot, b->more[i], fi));
	}
	return FAULT_OK;
}

static enum fault
has_subject(bool *has, const struct ballots *b, struct arena *a,
    const struct cert *subject, struct fault_info *fi)
{
	struct cert *other;

	*has = false;
	for (size_t i = 0; i < b->n && !*has; i++) {
		TRY(ballot_subject(&other, a, b->v[i], fi));
		*has = bytes_equal(subject->canonical, other->canonical);
	}
	return FAULT_OK;
}

/* Roots and electors stay until they end, because what they certified or
 * endorsed is in use, or until they are removed. */
static enum fault
take_ballot(struct ballots *b, struct arena *a, struct bytes ballot,
    const struct chains_update *u, struct fault_info *fi)
{
	struct cert *subject;

	TRY(ballot_subject(&subject, a, ballot, fi));
	if (subject->end <= u->now ||
	    (u->anchors != NULL &&
		anchors_is_removed(u->anchors, subject, NULL)))
		return FAULT_OK;
	TRY(merge_more(&ballot, b, a, subject, fi));
	if (b->on_roots)
		TRY(drop_votes(&ballot, a, u, fi));
	b->v[b->n++] = ballot;
	return FAULT_OK;
}

static enum fault
fill_ballots(struct ballots *b, struct arena *a, const struct bytes *old,
    size_t n, const struct chains_update *u, struct fault_info *fi)
{
	struct cert *subject;
	bool has;

	if ((b->v = ARENA_ARRAY(a, n + b->more_n + 1, struct bytes)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "chain file");
	for (size_t i = 0; i < n; i++)
		TRY(take_ballot(b, a, old[i], u, fi));
	for (size_t i = 0; i < b->more_n; i++) {
		TRY(ballot_subject(&subject, a, b->more[i], fi));
		TRY(has_subject(&has, b, a, subject, fi));
		if (!has)
			b->v[b->n++] = b->more[i];
	}
	return FAULT_OK;
}

static enum fault
fill_all_ballots(struct chain_file *next, struct arena *a,
    const struct chain_file *old, const struct chains_update *u,
    struct fault_info *fi)
{
	struct ballots roots = {.more = u->root_ballot,
	    .more_n = u->root_ballots,
	    .on_roots = true};
	struct ballots electors = {
	    .more = u->elector_ballot, .more_n = u->elector_ballots};

	TRY(fill_ballots(
	    &roots, a, old->root_ballot, old->n_root_ballot, u, fi));
	TRY(fill_ballots(
	    &electors, a, old->elector_ballot, old->n_elector_ballot, u, fi));
	next->root_ballot = roots.v;
	next->n_root_ballot = roots.n;
	next->elector_ballot = electors.v;
	next->n_elector_ballot = electors.n;
	return FAULT_OK;
}

/* ---- the whole ---- */

static bool
lists_differ(
    const struct bytes *a, size_t a_n, const struct bytes *b, size_t b_n)
{
	size_t i = 0;

	while (i < a_n && i < b_n && bytes_equal(a[i], b[i]))
		i++;
	return a_n != b_n || i < a_n;
}

bool
chains_differ(const struct chain_file *a, const struct chain_file *b)
{
	return !bytes_equal(a->ma, b->ma) ||
	       lists_differ(a->cert, a->n_cert, b->cert, b->n_cert) ||
	       lists_differ(a->root_ballot, a->n_root_ballot, b->root_ballot,
		   b->n_root_ballot) ||
	       lists_differ(a->elector_ballot, a->n_elector_ballot,
		   b->elector_ballot, b->n_elector_ballot);
}

enum fault
chains_next(struct bytes *out, struct chain_file *next, struct arena *a,
    const struct chain_file *old, const struct chains_update *u,
    struct fault_info *fi)
{
	*next = *old;
	if (old->gccf_version == UINT16_MAX ||
	    (old->local && old->lccf_version == UINT16_MAX))
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no version after %u", UINT16_MAX);
	next->gccf_version++;
	if (old->local)
		next->lccf_version++;
	if (old->local && u->gccf_version != 0)
		next->gccf_version = u->gccf_version;
	TRY(fill_certs(next, a, old, u, fi));
	TRY(fill_all_ballots(next, a, old, u, fi));
	if (u->ma.n > 0)
		next->ma = u->ma;
	return chain_file_build(out, a, next, fi);
}
