/* chains.c - see chains.h. */
#include <string.h>

#include "cert/perm.h"
#include "tool/scms/chains.h"

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

/* Adds raw to the list, if it is not over and belongs there. */
static enum fault
take(struct bytes *list, size_t *n, struct arena *a, struct bytes raw,
    bool local, const struct chains_update *u, struct fault_info *fi)
{
	struct cert *c;

	TRY(cert_load(&c, a, raw, fi));
	if (c->end <= u->now || (local && !chains_is_for_devices(c)) ||
	    (is_among(raw, u->gone, u->gone_n) && !is_ca(c)) ||
	    is_among(raw, list, *n))
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

/* Roots stay until they end: what they certified is in use. */
static enum fault
fill_ballots(struct chain_file *next, struct arena *a,
    const struct chain_file *old, const struct chains_update *u,
    struct fault_info *fi)
{
	struct bytes *list =
	    ARENA_ARRAY(a, old->n_root_ballot + 1, struct bytes);
	struct cert *root;

	if (list == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "chain file");
	next->root_ballot = list;
	next->n_root_ballot = 0;
	for (size_t i = 0; i < old->n_root_ballot; i++) {
		TRY(cert_load(&root, a, old->root_cert[i], fi));
		if (root->end > u->now)
			list[next->n_root_ballot++] = old->root_ballot[i];
	}
	if (u->ballot.n > 0)
		list[next->n_root_ballot++] = u->ballot;
	return FAULT_OK;
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
	TRY(fill_certs(next, a, old, u, fi));
	TRY(fill_ballots(next, a, old, u, fi));
	if (u->ma.n > 0)
		next->ma = u->ma;
	return chain_file_build(out, a, next, fi);
}
