/* crl_take.c - which lists of a composite CRL come into force; see crl.h. */
#include <string.h>

#include "base/time32.h"
#include "cert/profile.h"
#include "device/crl.h"

#define CLOCK_TOLERANCE 5

/* ---- one list ---- */

static struct crl *
find(struct crl_lists *held, const struct crl *crl)
{
	for (size_t k = 0; k < held->n; k++)
		if (held->list[k].series == crl->series &&
		    memcmp(held->list[k].craca, crl->craca,
			sizeof(crl->craca)) == 0)
			return &held->list[k];
	return NULL;
}

static enum fault
check_overdue(const struct crl *crl, const struct revoked_terms *terms,
    struct fault_info *fi)
{
	char next[TIME32_TEXT];

	if (terms->tolerance == UINT32_MAX ||
	    terms->now <= (uint64_t)crl->next + terms->tolerance)
		return FAULT_OK;
	time32_text(next, crl->next);
	return fault_set(
	    fi, FAULT_OVERDUE, "should have been replaced on %.10s", next);
}

static enum fault
put(struct crl_lists *held, const struct crl *crl, struct fault_info *fi)
{
	struct crl *former = find(held, crl);

	if (former != NULL)
		TRY(crl_check_follows(former, crl, fi));
	TRY(check_overdue(crl, &held->terms, fi));
	if (former == NULL && held->n == CRL_LISTS_MOST)
		return fault_set(fi, FAULT_TOO_LARGE, "too many CRLs");
	if (former == NULL)
		former = &held->list[held->n++];
	*former = *crl;
	return FAULT_OK;
}

/* ---- all of a composite ---- */

/* What became of each list. */
struct opened {
	struct crl crl;
	enum fault fault;
	struct fault_info why;
};

/* Not authenticated; what cannot be read is somebody's whom we trust, until
 * crl_open says more. */
static bool
is_ours(struct arena *a, struct bytes list, struct trust *t)
{
	struct crl crl;

	if (crl_peek(&crl, a, list, NULL) != FAULT_OK)
		return true;
	return trust_has_craca(t, crl.craca + CERT_ID_SIZE - TRUST_CRACA_SIZE);
}

static void
open_one(struct opened *o, struct arena *a, struct bytes list, struct trust *t,
    uint32_t now)
{
	const struct crl_rules rules = {now, CLOCK_TOLERANCE};

	o->fault = crl_open(&o->crl, a, list, t, &rules, &o->why);
}

static bool
names(const struct crl *special, const struct crl *crl)
{
	for (size_t k = 0; k < special->entries; k++)
		if (memcmp(special->entry[k].id, crl_id_of(crl->signer),
			CRL_ID_SIZE) == 0)
			return true;
	return false;
}

/* The root may have revoked a CRL generator in this very composite. */
static void
judge_signer(struct opened *o, const struct opened *all, size_t n)
{
	for (size_t k = 0; k < n && o->fault == FAULT_OK; k++)
		if (all[k].fault == FAULT_OK &&
		    all[k].crl.series == CRL_SERIES_SPECIAL &&
		    names(&all[k].crl, &o->crl))
			o->fault = fault_set(
			    &o->why, FAULT_REVOKED, "its signer is revoked");
}

static enum fault
blame(struct opened *o, size_t k, size_t n, struct fault_info *fi)
{
	*fi = o->why;
	if (o->crl.series != 0)
		return fault_prefix(fi, "CRL of series %u", o->crl.series);
	return fault_prefix(fi, "CRL %zu of %zu", k + 1, n);
}

static enum fault
take_all(
    struct crl_lists *held, struct opened *o, size_t n, struct fault_info *fi)
{
	enum fault first = FAULT_OK;

	for (size_t k = 0; k < n; k++) {
		judge_signer(&o[k], o, n);
		if (o[k].fault == FAULT_OK)
			o[k].fault = put(held, &o[k].crl, &o[k].why);
		if (o[k].fault != FAULT_OK && first == FAULT_OK)
			first = blame(&o[k], k, n, fi);
	}
	return first;
}

enum fault
crl_take(struct crl_lists *held, struct arena *a, struct bytes composite,
    struct trust *t, struct fault_info *fi)
{
	struct fault_info own = {0};
	struct crl_parts parts;
	struct opened *o;
	size_t n = 0;

	fi = fi == NULL ? &own : fi;
	TRY(crl_composite_read(&parts, a, composite, fi));
	if ((o = ARENA_ARRAY(a, parts.lists, struct opened)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "composite CRL");
	for (size_t k = 0; k < parts.lists; k++)
		if (is_ours(a, parts.list[k], t))
			open_one(&o[n++], a, parts.list[k], t, held->terms.now);
	held->ballots = (struct anchors_removals){parts.root_ballot,
	    parts.elector_ballot, parts.root_ballots, parts.elector_ballots};
	return take_all(held, o, n, fi);
}

/* ---- for people ---- */

static uint32_t
count_entries(const struct crl *crl)
{
	size_t n = crl->entries;

	for (size_t k = 0; k < crl->groups; k++)
		n += crl->group[k].n;
	return (uint32_t)n;
}

void
crl_describe(struct monarch_lists *out, const struct crl_lists *l)
{
	for (size_t k = 0; k < l->n && k < MONARCH_LISTS; k++) {
		const struct crl *crl = &l->list[k];
		struct monarch_list *one = &out->list[k];

		*one = (struct monarch_list){.series = crl->series,
		    .issued = crl->issued,
		    .next = crl->next,
		    .entries = count_entries(crl)};
		memcpy(one->root, crl->craca, sizeof(one->root));
		out->n = k + 1;
	}
}
