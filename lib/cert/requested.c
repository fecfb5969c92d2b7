/* requested.c - what an enrollment certificate lets its holder ask for; see
 * perm.h. */
#include <inttypes.h>

#include "cert/cert.h"
#include "cert/perm.h"
#include "schema/dot2.h"

static enum fault
no_memory(struct fault_info *fi)
{
	return fault_set(fi, FAULT_TOO_LARGE, "no memory left");
}

static enum fault
fill_ssp(service_specific_permissions **out, struct arena *a,
    const ssp_range *r, struct fault_info *fi)
{
	*out = NULL;
	if (r == NULL || r->is == ssp_range_all)
		return FAULT_OK;
	if ((*out = ARENA_NEW(a, service_specific_permissions)) == NULL)
		return no_memory(fi);
	if (r->is == ssp_range_opaque && r->opaque.n > 0) {
		(*out)->is = service_specific_permissions_opaque;
		(*out)->opaque = r->opaque.v[0];
		return FAULT_OK;
	}
	if (r->is == ssp_range_bitmap_ssp_range) {
		(*out)->is = service_specific_permissions_bitmap_ssp;
		(*out)->bitmap_ssp = r->bitmap_ssp_range.ssp_value;
		return FAULT_OK;
	}
	return fault_set(
	    fi, FAULT_SSP_NOT_PERMITTED, "no SSP is in the range asked for");
}

static bool
has_psid(const sequence_of_psid_ssp *list, uint64_t id)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].psid == id)
			return true;
	return false;
}

static enum fault
add_group(sequence_of_psid_ssp *out, struct arena *a,
    const sequence_of_psid_ssp_range *g, struct fault_info *fi)
{
	for (size_t i = 0; i < g->n; i++) {
		psid_ssp *p = &out->v[out->n];

		if (has_psid(out, g->v[i].psid))
			return fault_set(fi, FAULT_PSID_NOT_PERMITTED,
			    "PSID 0x%" PRIx64 " is named twice",
			    (uint64_t)g->v[i].psid);
		p->psid = g->v[i].psid;
		TRY(fill_ssp(&p->ssp, a, g->v[i].ssp_range, fi));
		out->n++;
	}
	return FAULT_OK;
}

/* The PSIDs of a group; "all" names none. */
static enum fault
psids_of(const sequence_of_psid_ssp_range **out,
    const psid_group_permissions *g, struct fault_info *fi)
{
	*out = &g->subject_permissions.explicit;
	if (g->subject_permissions.is == subject_permissions_explicit)
		return FAULT_OK;
	return fault_set(fi, FAULT_PSID_NOT_PERMITTED,
	    "certRequestPermissions do not name their PSIDs");
}

static enum fault
groups_of(const sequence_of_psid_group_permissions **out, const struct cert *k,
    struct fault_info *fi)
{
	*out = k->tbs->cert_request_permissions;
	if (*out != NULL && (*out)->n > 0)
		return FAULT_OK;
	return fault_set(fi, FAULT_PSID_NOT_PERMITTED,
	    "certificate has no certRequestPermissions");
}

enum fault
perm_requested(sequence_of_psid_ssp **out, struct arena *a,
    const struct cert *k, struct fault_info *fi)
{
	const sequence_of_psid_group_permissions *groups;
	const sequence_of_psid_ssp_range *psids;
	size_t n = 0;

	TRY(groups_of(&groups, k, fi));
	for (size_t i = 0; i < groups->n; i++) {
		TRY(psids_of(&psids, &groups->v[i], fi));
		n += psids->n;
	}
	*out = ARENA_NEW(a, sequence_of_psid_ssp);
	if (*out == NULL || ((*out)->v = ARENA_ARRAY(a, n, psid_ssp)) == NULL)
		return no_memory(fi);
	(*out)->n = 0;
	for (size_t i = 0; i < groups->n; i++)
		TRY(add_group(
		    *out, a, &groups->v[i].subject_permissions.explicit, fi));
	return FAULT_OK;
}

static bool
is_listed(uint64_t id, const uint32_t *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == id)
			return true;
	return false;
}

enum fault
perm_check_listed(
    const struct cert *k, const uint32_t *list, size_t n, struct fault_info *fi)
{
	const sequence_of_psid_group_permissions *groups;
	const sequence_of_psid_ssp_range *psids;

	TRY(groups_of(&groups, k, fi));
	for (size_t i = 0; i < groups->n; i++) {
		TRY(psids_of(&psids, &groups->v[i], fi));
		for (size_t t = 0; t < psids->n; t++)
			if (!is_listed(psids->v[t].psid, list, n))
				return fault_set(fi, FAULT_PSID_NOT_PERMITTED,
				    "PSID 0x%" PRIx64
				    " is not for certificates of this kind",
				    (uint64_t)psids->v[t].psid);
	}
	return FAULT_OK;
}
