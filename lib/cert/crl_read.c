/* crl_read.c - lists that come in: columns, permission, checks; see crl.h. */
#include <inttypes.h>
#include <string.h>

#include "cert/crl.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/spdu.h"
#include "cert/validity.h"
#include "coer/coer.h"
#include "schema/dot2_crl.h"

static enum fault
no_memory(struct fault_info *fi)
{
	return fault_set(fi, FAULT_TOO_LARGE, "no memory left for a CRL");
}

/* ---- columns ---- */

/* Calls fn for each group at the lowest level, in the order of the list. */
static void
each_group(const sequence_of_j_max_group *list,
    void (*fn)(
	void *, const j_max_group *, const la_group *, const i_max_group *),
    void *ctx)
{
	for (size_t j = 0; j < list->n; j++)
		for (size_t l = 0; l < list->v[j].contents.n; l++) {
			const la_group *la = &list->v[j].contents.v[l];

			for (size_t i = 0; i < la->contents.n; i++)
				fn(ctx, &list->v[j], la, &la->contents.v[i]);
		}
}

struct columns {
	struct crl_linkage_group *group;
	struct key16 *seed1, *seed2;
	size_t groups, n;
};

static void
count(void *ctx, const j_max_group *j, const la_group *la, const i_max_group *i)
{
	struct columns *c = ctx;

	(void)j;
	(void)la;
	c->groups++;
	c->n += i->contents.n;
}

static void
take(void *ctx, const j_max_group *j, const la_group *la, const i_max_group *i)
{
	struct columns *c = ctx;
	struct crl_linkage_group *g = &c->group[c->groups++];

	*g = (struct crl_linkage_group){.jmax = j->jmax,
	    .i_max = i->i_max,
	    .seed1 = c->seed1 + c->n,
	    .seed2 = c->seed2 + c->n,
	    .n = i->contents.n};
	memcpy(g->la1, la->la1_id.b, sizeof(g->la1));
	memcpy(g->la2, la->la2_id.b, sizeof(g->la2));
	for (size_t k = 0; k < g->n; k++, c->n++) {
		const individual_revocation *r = &i->contents.v[k];

		memcpy(c->seed1[c->n].b, r->linkage_seed1.b, 16);
		memcpy(c->seed2[c->n].b, r->linkage_seed2.b, 16);
	}
}

static enum fault
read_linked(struct crl *out, struct arena *a,
    const to_be_signed_linkage_value_crl *in, struct fault_info *fi)
{
	struct columns c = {.n = 0};

	if (in->groups != NULL)
		return fault_set(
		    fi, FAULT_UNSUPPORTED, "CRL with seeds of groups");
	if (in->individual == NULL)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "linkage CRL with neither single seeds nor groups");
	each_group(in->individual, count, &c);
	c.group = ARENA_ARRAY(a, c.groups, struct crl_linkage_group);
	c.seed1 = ARENA_ARRAY(a, c.n, struct key16);
	c.seed2 = ARENA_ARRAY(a, c.n, struct key16);
	if ((c.group == NULL && c.groups > 0) ||
	    ((c.seed1 == NULL || c.seed2 == NULL) && c.n > 0))
		return no_memory(fi);
	c.groups = c.n = 0;
	each_group(in->individual, take, &c);
	out->i_rev = in->i_rev;
	out->index_within_i = in->index_within_i;
	out->group = c.group;
	out->groups = c.groups;
	return FAULT_OK;
}

static enum fault
read_hashes(struct crl *out, struct arena *a,
    const to_be_signed_hash_id_crl *in, struct fault_info *fi)
{
	struct crl_hash_entry *v =
	    ARENA_ARRAY(a, in->entries.n, struct crl_hash_entry);

	if (v == NULL && in->entries.n > 0)
		return no_memory(fi);
	for (size_t k = 0; k < in->entries.n; k++) {
		memcpy(v[k].id, in->entries.v[k].id.b, CRL_ID_SIZE);
		v[k].expiry = in->entries.v[k].expiry;
	}
	out->serial = in->crl_serial;
	out->entry = v;
	out->entries = in->entries.n;
	return FAULT_OK;
}

/* The columns; *linked: of a linkage list. */
static enum fault
read_contents(struct crl *out, bool *linked, struct arena *a,
    struct bytes contents, struct fault_info *fi)
{
	crl_contents *c = ARENA_NEW(a, crl_contents);

	if (c == NULL)
		return no_memory(fi);
	TRY(coer_decode(&crl_contents_asn, c, a, contents, fi));
	*out = (struct crl){.series = c->crl_series,
	    .issued = c->issue_date,
	    .next = c->next_crl};
	memcpy(out->craca, c->craca_id.b, sizeof(out->craca));
	switch (c->type_specific.is) {
	case crl_contents_type_specific_full_linked_crl:
		*linked = true;
		return read_linked(
		    out, a, &c->type_specific.full_linked_crl, fi);
	case crl_contents_type_specific_full_hash_crl:
		*linked = false;
		return read_hashes(out, a, &c->type_specific.full_hash_crl, fi);
	case crl_contents_type_specific_delta_hash_crl:
	case crl_contents_type_specific_delta_linked_crl:
	case crl_contents_type_specific_unknown:
		break;
	}
	return fault_set(fi, FAULT_UNSUPPORTED, "CRL that is not a full one");
}

enum fault
crl_read(struct crl *out, struct arena *a, struct bytes contents,
    struct fault_info *fi)
{
	bool linked;

	return read_contents(out, &linked, a, contents, fi);
}

enum fault
crl_peek(struct crl *out, struct arena *a, struct bytes secured,
    struct fault_info *fi)
{
	ieee1609_dot2_data *d = ARENA_NEW(a, ieee1609_dot2_data);
	const ieee1609_dot2_data *inner = NULL;

	if (d == NULL)
		return no_memory(fi);
	TRY(coer_decode(&ieee1609_dot2_data_asn, d, a, secured, fi));
	if (d->content.is == ieee1609_dot2_content_signed_data)
		inner = d->content.signed_data.tbs_data.payload.data;
	if (inner == NULL ||
	    inner->content.is != ieee1609_dot2_content_unsecured_data)
		return fault_set(fi, FAULT_BAD_MESSAGE, "not a signed CRL");
	TRY(crl_read(out, a, inner->content.unsecured_data, fi));
	out->raw = secured;
	return FAULT_OK;
}

/* ---- permission ---- */

static enum fault
read_ssp(crl_ssp *out, struct arena *a, const struct cert *signer,
    struct fault_info *fi)
{
	const psid_ssp *p = perm_find(signer, PSID_CRL);

	if (p == NULL)
		return fault_set(fi, FAULT_PSID_NOT_PERMITTED,
		    "the signer may not sign CRLs (no PSID 0x100)");
	if (p->ssp == NULL ||
	    p->ssp->is != service_specific_permissions_opaque ||
	    coer_decode(&crl_ssp_asn, out, a, p->ssp->opaque, NULL) != FAULT_OK)
		return fault_set(fi, FAULT_SSP_NOT_PERMITTED,
		    "PSID 0x100 of the signer has no CrlSsp");
	return FAULT_OK;
}

enum fault
crl_check_generator(const struct cert *signer, uint16_t series,
    const uint8_t craca[CERT_ID_SIZE], struct fault_info *fi)
{
	uint8_t room[512];
	struct arena a = arena_of(room, sizeof(room));
	const uint8_t *permitted;
	crl_ssp ssp;
	size_t k = 0;

	TRY(read_ssp(&ssp, &a, signer, fi));
	while (k < ssp.crls.n && ssp.crls.v[k] != series)
		k++;
	if (k == ssp.crls.n)
		return fault_set(fi, FAULT_SSP_NOT_PERMITTED,
		    "the signer may not sign CRLs of series %u", series);
	permitted = ssp.associated_craca == craca_type_is_craca
			? signer->id
			: cert_issuer_id(signer);
	if (permitted == NULL || memcmp(permitted, craca, CERT_ID_SIZE) != 0)
		return fault_set(fi, FAULT_DENIED,
		    "the CRL is about certificates of another root than the "
		    "signer's");
	return FAULT_OK;
}

/* ---- opening ---- */

/* SecuredCrl: everything in the header but the PSID is absent. */
static enum fault
check_header(const struct spdu *s, struct fault_info *fi)
{
	const header_info *h =
	    &s->data->content.signed_data.tbs_data.header_info;

	if (h->generation_time == NULL && h->expiry_time == NULL &&
	    h->generation_location == NULL &&
	    h->p2pcd_learning_request == NULL &&
	    h->missing_crl_identifier == NULL && h->encryption_key == NULL &&
	    s->is_unsecured && s->external_hash.n == 0)
		return FAULT_OK;
	return fault_set(fi, FAULT_BAD_MESSAGE,
	    "header or payload of the CRL has more than it may have");
}

static enum fault
check_dates(
    const struct crl *crl, const struct crl_rules *r, struct fault_info *fi)
{
	if (crl->next < crl->issued)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "the next CRL would come before this one");
	TRY(validity_check_time(crl->signer, crl->issued, fi));
	if (r->now != TRUST_ANY_TIME &&
	    crl->issued > (uint64_t)r->now + r->tolerance)
		return fault_set(fi, FAULT_GENERATED_IN_FUTURE,
		    "CRL issued %" PRIu32 " s in the future",
		    crl->issued - r->now);
	return FAULT_OK;
}

enum fault
crl_open(struct crl *out, struct arena *a, struct bytes in, struct trust *t,
    const struct crl_rules *r, struct fault_info *fi)
{
	struct spdu_rules rules = {
	    .psid = PSID_CRL, .now = r->now, .tolerance = r->tolerance};
	struct spdu s;
	bool linked;

	TRY(spdu_open(&s, a, in, t, &rules, fi));
	TRY(check_header(&s, fi));
	TRY(read_contents(out, &linked, a, s.payload, fi));
	out->raw = in;
	out->signer = s.signer;
	TRY(crl_check_generator(s.signer, out->series, out->craca, fi));
	if (linked != (out->series == CRL_SERIES_PSEUDONYM))
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "CRL of series %u that names certificates by %s",
		    out->series, linked ? "linkage seeds" : "hash");
	return check_dates(out, r, fi);
}

enum fault
crl_check_follows(
    const struct crl *a, const struct crl *b, struct fault_info *fi)
{
	if (bytes_equal(a->raw, b->raw))
		return FAULT_OK;
	if (b->issued == a->issued)
		return fault_set(fi, FAULT_DUPLICATE,
		    "another CRL of series %u with the same date of issue",
		    b->series);
	if (b->issued > a->issued && b->i_rev >= a->i_rev)
		return FAULT_OK;
	return fault_set(fi, FAULT_TOO_OLD,
	    "CRL of series %u is older than the one held", b->series);
}
