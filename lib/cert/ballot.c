/* ballot.c - see ballot.h. */
#include <string.h>

#include "cert/ballot.h"
#include "cert/canonical.h"
#include "cert/perm.h"
#include "cert/signature.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "schema/scms_protocol.h"

_Static_assert(
    (int)ENDORSE_REMOVE_ELECTOR == (int)endorsement_type_remove_elector,
    "numbers of EndorsementType");

enum fault
endorsement_sign(struct bytes *out, struct arena *a, enum endorsement kind,
    const struct cert *subject, uint32_t time, const struct signer *elector,
    struct fault_info *fi)
{
	scms_pdu pdu = {.version = 1, .content.is = scms_pdu_content_ccm};
	scms_component_certificate_management_pdu *ccm = &pdu.content.ccm;
	struct spdu_header h = {.psid = PSID_SECURITY,
	    .has_generation_time = true,
	    .generation_time = time * UINT64_C(1000000)};
	tbs_elector_endorsement *e = &ccm->tbs_elector_endorsement;
	struct bytes payload;

	ccm->is =
	    scms_component_certificate_management_pdu_tbs_elector_endorsement;
	e->type = (endorsement_type)kind;
	e->generation_time = time;
	sha256(e->certificate_hash.b, subject->canonical);
	TRY(coer_encode_new(&payload, a, &scms_pdu_asn, &pdu, fi));
	return spdu_sign(out, a, &h, payload, SIGNER_DIGEST, elector, fi);
}

enum fault
ballot_build(struct bytes *out, struct arena *a, const struct cert *subject,
    const struct bytes *endorsement, size_t n, struct fault_info *fi)
{
	elector_ballot b = {.certificate = *subject->c};
	size_t i;

	b.endorsements.n = n;
	b.endorsements.v = ARENA_ARRAY(a, n, signed_elector_endorsement);
	if (b.endorsements.v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE,
		    "no memory left for %zu endorsements", n);
	for (i = 0; i < n; i++)
		TRY(coer_decode(&signed_elector_endorsement_asn,
		    &b.endorsements.v[i], a, endorsement[i], fi));
	return coer_encode_new(out, a, &elector_ballot_asn, &b, fi);
}

/* What an endorsement must be about. */
struct topic {
	enum endorsement kind;
	uint8_t hash[SHA256_SIZE];
	uint32_t now;
};

static bool
is_about(const scms_pdu *pdu, const struct topic *t)
{
	const tbs_elector_endorsement *e;

	if (pdu->content.is != scms_pdu_content_ccm ||
	    pdu->content.ccm.is !=
		scms_component_certificate_management_pdu_tbs_elector_endorsement)
		return false;
	e = &pdu->content.ccm.tbs_elector_endorsement;
	return (int)e->type == (int)t->kind && e->generation_time <= t->now &&
	       memcmp(e->certificate_hash.b, t->hash, sizeof(t->hash)) == 0;
}

/* Verified under one elector; an elector signs by digest or certificate. */
static bool
signed_by(
    const ieee1609_dot2_data *d, struct arena *a, const struct cert *elector)
{
	const signed_data *sd = &d->content.signed_data;
	uint8_t hash[SHA384_SIZE];
	struct bytes tbs;
	struct cert *k;

	if (sd->signer.is == signer_identifier_digest) {
		if (memcmp(sd->signer.digest.b, elector->id, CERT_ID_SIZE) != 0)
			return false;
	} else if (sd->signer.is != signer_identifier_certificate ||
		   sd->signer.certificate.n != 1 ||
		   cert_of(&k, a, &sd->signer.certificate.v[0], NULL) !=
		       FAULT_OK ||
		   memcmp(k->hash, elector->hash, sizeof(k->hash)) != 0)
		return false;
	if (sd->hash_id != (elector->hash_n == SHA384_SIZE
				   ? hash_algorithm_sha384
				   : hash_algorithm_sha256) ||
	    canonical_tbs_data(&tbs, a, &sd->tbs_data, NULL) != FAULT_OK)
		return false;
	hash_to_sign(hash, elector->hash_n, tbs, elector);
	return signature_check(&elector->key, hash, elector->hash_n,
		   &sd->signature, NULL) == FAULT_OK;
}

static bool
is_within(const struct cert *elector, uint32_t time)
{
	return time >= elector->start && time < elector->end;
}

/* *from: when it was generated. */
static bool
endorses(uint32_t *from, const ieee1609_dot2_data *d, struct arena *a,
    const struct cert *elector, const struct topic *t)
{
	const to_be_signed_data *tbs = &d->content.signed_data.tbs_data;
	const ieee1609_dot2_data *payload;
	scms_pdu pdu;

	if (d->content.is != ieee1609_dot2_content_signed_data ||
	    tbs->header_info.psid != PSID_SECURITY ||
	    tbs->header_info.generation_time == NULL ||
	    *tbs->header_info.generation_time / 1000000 > t->now)
		return false;
	payload = tbs->payload.data;
	if (payload == NULL ||
	    payload->content.is != ieee1609_dot2_content_unsecured_data ||
	    coer_decode(&scms_pdu_asn, &pdu, a, payload->content.unsecured_data,
		NULL) != FAULT_OK ||
	    !is_about(&pdu, t))
		return false;
	*from = pdu.content.ccm.tbs_elector_endorsement.generation_time;
	return is_within(elector, *from) && signed_by(d, a, elector);
}

/* The earliest of its endorsements counts; UINT32_MAX: it has none. */
static uint32_t
agrees_since(const elector_ballot *b, struct arena *a,
    const struct cert *elector, const struct topic *t)
{
	uint32_t first = UINT32_MAX, one = 0;
	size_t i;

	if (perm_role(elector) != SCMS_ELECTOR || !is_within(elector, t->now))
		return first;
	for (i = 0; i < b->endorsements.n; i++)
		if (endorses(&one, &b->endorsements.v[i], a, elector, t) &&
		    one < first)
			first = one;
	return first;
}

static bool
is_repeated(struct cert *const *elector, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (memcmp(elector[j]->hash, elector[i]->hash,
			sizeof(elector[i]->hash)) == 0)
			return true;
	return false;
}

static enum fault
open_ballot(elector_ballot **out, struct arena *a, struct bytes ballot,
    struct fault_info *fi)
{
	if ((*out = ARENA_NEW(a, elector_ballot)) == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no memory left for a ballot");
	return coer_decode(&elector_ballot_asn, *out, a, ballot, fi);
}

enum fault
ballot_check(struct ballot *out, struct arena *a, struct bytes ballot,
    enum endorsement kind, struct cert *const *elector, size_t n, size_t quorum,
    uint32_t now, struct fault_info *fi)
{
	struct ballot found = {.from = UINT32_MAX};
	struct topic t = {.kind = kind, .now = now};
	elector_ballot *b;
	uint32_t from;
	size_t i;

	TRY(open_ballot(&b, a, ballot, fi));
	TRY(cert_of(&found.subject, a, &b->certificate, fi));
	sha256(t.hash, found.subject->canonical);
	for (i = 0; i < n; i++) {
		if (is_repeated(elector, i))
			continue;
		from = agrees_since(b, a, elector[i], &t);
		found.agree += from != UINT32_MAX;
		found.from = from < found.from ? from : found.from;
	}
	if (found.agree < quorum)
		return fault_set(fi, FAULT_NO_QUORUM,
		    "%zu of %zu electors agree, %zu are needed", found.agree, n,
		    quorum);
	if (out != NULL)
		*out = found;
	return FAULT_OK;
}

enum fault
ballot_subject(struct cert **out, struct arena *a, struct bytes ballot,
    struct fault_info *fi)
{
	elector_ballot *b;

	TRY(open_ballot(&b, a, ballot, fi));
	return cert_of(out, a, &b->certificate, fi);
}

/* ---- other endorsements ---- */

/* The octets of each, to be compared. */
static enum fault
add_endorsements(struct bytes *list, size_t *n, struct arena *a,
    const elector_ballot *b, struct fault_info *fi)
{
	struct bytes one;
	size_t i, k;

	for (i = 0; i < b->endorsements.n; i++) {
		TRY(coer_encode_new(&one, a, &signed_elector_endorsement_asn,
		    &b->endorsements.v[i], fi));
		for (k = 0; k < *n && !bytes_equal(list[k], one); k++)
			continue;
		if (k == *n)
			list[(*n)++] = one;
	}
	return FAULT_OK;
}

enum fault
ballot_merge(struct bytes *out, struct arena *a, struct bytes ballot,
    struct bytes other, struct fault_info *fi)
{
	elector_ballot *b, *o;
	struct cert *subject, *also;
	struct bytes *list;
	size_t n = 0;

	TRY(open_ballot(&b, a, ballot, fi));
	TRY(open_ballot(&o, a, other, fi));
	TRY(cert_of(&subject, a, &b->certificate, fi));
	TRY(cert_of(&also, a, &o->certificate, fi));
	if (!bytes_equal(subject->canonical, also->canonical))
		return fault_set(fi, FAULT_CONSTRAINT,
		    "ballots about two different certificates");
	list =
	    ARENA_ARRAY(a, b->endorsements.n + o->endorsements.n, struct bytes);
	if (list == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no memory left for a ballot");
	TRY(add_endorsements(list, &n, a, b, fi));
	TRY(add_endorsements(list, &n, a, o, fi));
	return ballot_build(out, a, subject, list, n, fi);
}

static bool
signed_by_any(const ieee1609_dot2_data *d, struct arena *a,
    struct cert *const *elector, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (d->content.is == ieee1609_dot2_content_signed_data &&
		    signed_by(d, a, elector[i]))
			return true;
	return false;
}

enum fault
ballot_keep(struct bytes *out, size_t *kept, struct arena *a,
    struct bytes ballot, struct cert *const *elector, size_t n,
    struct fault_info *fi)
{
	elector_ballot *b;
	size_t i, k = 0;

	*out = ballot;
	TRY(open_ballot(&b, a, ballot, fi));
	for (i = 0; i < b->endorsements.n; i++)
		if (signed_by_any(&b->endorsements.v[i], a, elector, n))
			b->endorsements.v[k++] = b->endorsements.v[i];
	*kept = b->endorsements.n = k;
	return k == 0 ? FAULT_OK
		      : coer_encode_new(out, a, &elector_ballot_asn, b, fi);
}
