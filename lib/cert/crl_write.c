/* crl_write.c - lists that are made: groups, contents, signature; see crl.h. */
#include <stdlib.h>
#include <string.h>

#include "cert/crl.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "schema/dot2_crl.h"

static enum fault
no_memory(struct fault_info *fi)
{
	return fault_set(fi, FAULT_TOO_LARGE, "no memory left for a CRL");
}

/* ---- groups ---- */

static int
compare_number(unsigned a, unsigned b)
{
	return a < b ? -1 : a > b;
}

static int
compare_group(
    const struct crl_linkage_entry *a, const struct crl_linkage_entry *b)
{
	int d;

	if ((d = compare_number(a->jmax, b->jmax)) != 0 ||
	    (d = memcmp(a->la1, b->la1, sizeof(a->la1))) != 0 ||
	    (d = memcmp(a->la2, b->la2, sizeof(a->la2))) != 0)
		return d;
	return compare_number(a->i_max, b->i_max);
}

static int
compare_entry(const void *va, const void *vb)
{
	const struct crl_linkage_entry *a = va, *b = vb;
	int d = compare_group(a, b);

	if (d == 0)
		d = memcmp(a->seed1.b, b->seed1.b, sizeof(a->seed1.b));
	return d != 0 ? d : memcmp(a->seed2.b, b->seed2.b, sizeof(a->seed2.b));
}

/* Each once: a pair may have been revoked by two cases. */
static size_t
drop_repeated(struct crl_linkage_entry *e, size_t n)
{
	size_t kept = n > 0;

	for (size_t k = 1; k < n; k++)
		if (compare_entry(&e[kept - 1], &e[k]) != 0)
			e[kept++] = e[k];
	return kept;
}

static size_t
count_groups(const struct crl_linkage_entry *e, size_t n)
{
	size_t groups = n > 0;

	for (size_t k = 1; k < n; k++)
		groups += compare_group(&e[k - 1], &e[k]) != 0;
	return groups;
}

enum fault
crl_group(struct crl *out, struct arena *a, struct crl_linkage_entry *e,
    size_t n, struct fault_info *fi)
{
	struct key16 *seed1 = ARENA_ARRAY(a, n, struct key16);
	struct key16 *seed2 = ARENA_ARRAY(a, n, struct key16);
	struct crl_linkage_group *g;
	size_t groups = 0;

	if (n > 1)
		qsort(e, n, sizeof(*e), compare_entry);
	n = drop_repeated(e, n);
	g = ARENA_ARRAY(a, count_groups(e, n), struct crl_linkage_group);
	if (n > 0 && (seed1 == NULL || seed2 == NULL || g == NULL))
		return no_memory(fi);
	for (size_t k = 0; k < n; k++) {
		seed1[k] = e[k].seed1;
		seed2[k] = e[k].seed2;
		if (k == 0 || compare_group(&e[k - 1], &e[k]) != 0) {
			g[groups] =
			    (struct crl_linkage_group){.jmax = e[k].jmax,
				.i_max = e[k].i_max,
				.seed1 = seed1 + k,
				.seed2 = seed2 + k};
			memcpy(g[groups].la1, e[k].la1, sizeof(e[k].la1));
			memcpy(g[groups].la2, e[k].la2, sizeof(e[k].la2));
			groups++;
		}
		g[groups - 1].n++;
	}
	out->group = g;
	out->groups = groups;
	return FAULT_OK;
}

/* ---- contents ---- */

/* Room for as many groups as there are, at each level. */
struct tree {
	j_max_group *j;
	la_group *la;
	i_max_group *i;
	size_t n_j, n_la, n_i;
};

static bool
same_las(const struct crl_linkage_group *a, const struct crl_linkage_group *b)
{
	return memcmp(a->la1, b->la1, sizeof(a->la1)) == 0 &&
	       memcmp(a->la2, b->la2, sizeof(a->la2)) == 0;
}

static bool
fill_leaf(i_max_group *out, struct arena *a, const struct crl_linkage_group *g)
{
	individual_revocation *v = ARENA_ARRAY(a, g->n, individual_revocation);

	if (v == NULL && g->n > 0)
		return false;
	for (size_t k = 0; k < g->n; k++) {
		memcpy(v[k].linkage_seed1.b, g->seed1[k].b, 16);
		memcpy(v[k].linkage_seed2.b, g->seed2[k].b, 16);
	}
	out->i_max = g->i_max;
	out->contents = (sequence_of_individual_revocation){g->n, v};
	return true;
}

/* Neighbours with the same jMax, and then the same LAs, go under one node. */
static bool
add_group(struct tree *t, struct arena *a, const struct crl_linkage_group *g,
    const struct crl_linkage_group *before)
{
	bool new_j = before == NULL || before->jmax != g->jmax;

	if (new_j)
		t->j[t->n_j++] = (j_max_group){
		    .jmax = g->jmax, .contents.v = t->la + t->n_la};
	if (new_j || !same_las(before, g)) {
		la_group *la = &t->la[t->n_la++];

		memcpy(la->la1_id.b, g->la1, sizeof(g->la1));
		memcpy(la->la2_id.b, g->la2, sizeof(g->la2));
		la->contents.v = t->i + t->n_i;
		t->j[t->n_j - 1].contents.n++;
	}
	t->la[t->n_la - 1].contents.n++;
	return fill_leaf(&t->i[t->n_i++], a, g);
}

static enum fault
fill_linked(to_be_signed_linkage_value_crl *out, struct arena *a,
    const struct crl *crl, struct fault_info *fi)
{
	sequence_of_j_max_group *list = ARENA_NEW(a, sequence_of_j_max_group);
	struct tree t = {.j = ARENA_ARRAY(a, crl->groups, j_max_group),
	    .la = ARENA_ARRAY(a, crl->groups, la_group),
	    .i = ARENA_ARRAY(a, crl->groups, i_max_group)};

	if (list == NULL ||
	    (crl->groups > 0 && (t.j == NULL || t.la == NULL || t.i == NULL)))
		return no_memory(fi);
	for (size_t k = 0; k < crl->groups; k++)
		if (!add_group(&t, a, &crl->group[k],
			k > 0 ? &crl->group[k - 1] : NULL))
			return no_memory(fi);
	*list = (sequence_of_j_max_group){t.n_j, t.j};
	*out = (to_be_signed_linkage_value_crl){.i_rev = crl->i_rev,
	    .index_within_i = crl->index_within_i,
	    .individual = list};
	return FAULT_OK;
}

static enum fault
fill_hashes(to_be_signed_hash_id_crl *out, struct arena *a,
    const struct crl *crl, struct fault_info *fi)
{
	hash_based_revocation_info *v =
	    ARENA_ARRAY(a, crl->entries, hash_based_revocation_info);

	if (v == NULL && crl->entries > 0)
		return no_memory(fi);
	for (size_t k = 0; k < crl->entries; k++) {
		memcpy(v[k].id.b, crl->entry[k].id, CRL_ID_SIZE);
		v[k].expiry = crl->entry[k].expiry;
	}
	*out = (to_be_signed_hash_id_crl){
	    .crl_serial = crl->serial, .entries = {crl->entries, v}};
	return FAULT_OK;
}

enum fault
crl_encode(struct bytes *contents, struct arena *a, const struct crl *crl,
    struct fault_info *fi)
{
	crl_contents c = {.version = 1,
	    .crl_series = crl->series,
	    .issue_date = crl->issued,
	    .next_crl = crl->next};

	memcpy(c.craca_id.b, crl->craca, sizeof(crl->craca));
	if (crl->series == CRL_SERIES_PSEUDONYM) {
		c.type_specific.is = crl_contents_type_specific_full_linked_crl;
		TRY(fill_linked(&c.type_specific.full_linked_crl, a, crl, fi));
	} else {
		c.type_specific.is = crl_contents_type_specific_full_hash_crl;
		TRY(fill_hashes(&c.type_specific.full_hash_crl, a, crl, fi));
	}
	return coer_encode_new(contents, a, &crl_contents_asn, &c, fi);
}

enum fault
crl_sign(struct bytes *out, struct arena *a, const struct crl *crl,
    const struct signer *signer, struct fault_info *fi)
{
	struct spdu_header h = {.psid = PSID_CRL};
	struct bytes contents;

	TRY(crl_check_generator(signer->cert, crl->series, crl->craca, fi));
	TRY(crl_encode(&contents, a, crl, fi));
	return spdu_sign(out, a, &h, contents, SIGNER_DIGEST, signer, fi);
}
