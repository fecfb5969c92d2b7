/* crl_composite.c - CAMP's composite CRL; see crl.h. */
#include <string.h>

#include "cert/crl.h"
#include "cert/profile.h"
#include "coer/coer.h"
#include "schema/component_cert.h"

const uint8_t crl_composite_empty[7] = {
    0x00, 0x01, 0x00, 0x01, 0x00, 0x01, 0x00};

static enum fault
no_memory(struct fault_info *fi)
{
	return fault_set(
	    fi, FAULT_TOO_LARGE, "no memory left for a composite CRL");
}

/* ---- out ---- */

static enum fault
decode_ballots(elector_ballot **out, struct arena *a, const struct bytes *in,
    size_t n, struct fault_info *fi)
{
	elector_ballot *v = ARENA_ARRAY(a, n, elector_ballot);

	if (v == NULL && n > 0)
		return no_memory(fi);
	for (size_t k = 0; k < n; k++)
		TRY(coer_decode(&elector_ballot_asn, &v[k], a, in[k], fi));
	*out = v;
	return FAULT_OK;
}

enum fault
crl_composite_build(struct bytes *out, struct arena *a,
    const struct crl_parts *p, struct fault_info *fi)
{
	secured_crl *list = ARENA_ARRAY(a, p->lists, secured_crl);
	composite_crl c = {
	    .secured_crl_series = {p->lists, list},
	    .revoked_root_cas.n = p->root_ballots,
	    .revoked_electors.n = p->elector_ballots,
	};

	if (list == NULL && p->lists > 0)
		return no_memory(fi);
	for (size_t k = 0; k < p->lists; k++)
		TRY(coer_decode(&secured_crl_asn, &list[k], a, p->list[k], fi));
	TRY(decode_ballots(
	    &c.revoked_root_cas.v, a, p->root_ballot, p->root_ballots, fi));
	TRY(decode_ballots(&c.revoked_electors.v, a, p->elector_ballot,
	    p->elector_ballots, fi));
	return coer_encode_new(out, a, &composite_crl_asn, &c, fi);
}

/* ---- in ---- */

static enum fault
encode_ballots(const struct bytes **out, size_t *n, struct arena *a,
    const elector_ballot *in, size_t count, struct fault_info *fi)
{
	struct bytes *v = ARENA_ARRAY(a, count, struct bytes);

	if (v == NULL && count > 0)
		return no_memory(fi);
	for (size_t k = 0; k < count; k++)
		TRY(coer_encode_new(&v[k], a, &elector_ballot_asn, &in[k], fi));
	*out = v;
	*n = count;
	return FAULT_OK;
}

enum fault
crl_composite_read(struct crl_parts *out, struct arena *a, struct bytes in,
    struct fault_info *fi)
{
	composite_crl *c = ARENA_NEW(a, composite_crl);
	struct bytes *list;

	if (c == NULL)
		return no_memory(fi);
	TRY(coer_decode(&composite_crl_asn, c, a, in, fi));
	list = ARENA_ARRAY(a, c->secured_crl_series.n, struct bytes);
	if (list == NULL && c->secured_crl_series.n > 0)
		return no_memory(fi);
	for (size_t k = 0; k < c->secured_crl_series.n; k++)
		list[k] = c->secured_crl_series.v[k].raw;
	*out =
	    (struct crl_parts){.list = list, .lists = c->secured_crl_series.n};
	TRY(encode_ballots(&out->root_ballot, &out->root_ballots, a,
	    c->revoked_root_cas.v, c->revoked_root_cas.n, fi));
	return encode_ballots(&out->elector_ballot, &out->elector_ballots, a,
	    c->revoked_electors.v, c->revoked_electors.n, fi);
}

bool
crl_names(const struct crl *crl, const struct cert *k)
{
	for (size_t m = 0; m < crl->entries; m++)
		if (memcmp(crl->entry[m].id, crl_id_of(k), CRL_ID_SIZE) == 0)
			return true;
	return false;
}

/* No pair of lists about the same certificates; no signer that is revoked. */
static enum fault
check_pair(const struct crl *a, const struct crl *b, struct fault_info *fi)
{
	if (a->series == b->series &&
	    memcmp(a->craca, b->craca, sizeof(a->craca)) == 0)
		return fault_set(fi, FAULT_DUPLICATE,
		    "two CRLs of series %u of one root", a->series);
	if (a->series == CRL_SERIES_SPECIAL && crl_names(a, b->signer))
		return fault_set(fi, FAULT_REVOKED,
		    "the signer of the CRL of series %u is revoked", b->series);
	return FAULT_OK;
}

enum fault
crl_composite_open(struct crl_composite *out, struct arena *a, struct bytes in,
    struct trust *t, const struct crl_rules *r, struct fault_info *fi)
{
	struct crl *list;

	TRY(crl_composite_read(&out->parts, a, in, fi));
	list = ARENA_ARRAY(a, out->parts.lists, struct crl);
	if (list == NULL && out->parts.lists > 0)
		return no_memory(fi);
	for (size_t k = 0; k < out->parts.lists; k++) {
		enum fault f =
		    crl_open(&list[k], a, out->parts.list[k], t, r, fi);

		if (f != FAULT_OK)
			return fi == NULL ? f
					  : fault_prefix(fi, "CRL %zu of %zu",
						k + 1, out->parts.lists);
	}
	for (size_t k = 0; k < out->parts.lists; k++)
		for (size_t m = 0; m < out->parts.lists; m++)
			if (k != m)
				TRY(check_pair(&list[k], &list[m], fi));
	out->list = list;
	return FAULT_OK;
}

const struct crl *
crl_find(const struct crl_composite *c,
    const uint8_t craca_id[TRUST_CRACA_SIZE], uint16_t series)
{
	for (size_t k = 0; k < c->parts.lists; k++) {
		const struct crl *crl = &c->list[k];

		if (crl->series == series &&
		    memcmp(crl->craca + CERT_ID_SIZE - TRUST_CRACA_SIZE,
			craca_id, TRUST_CRACA_SIZE) == 0)
			return crl;
	}
	return NULL;
}
