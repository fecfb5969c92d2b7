/* order.c - an order of pre-linkage values: checks, in order. */
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "role/la/order.h"
#include "schema/scms_protocol.h"

typedef ra_la_individual_pre_linkage_value_request_msg request_msg;

/* ---- genuine? ---- */

static enum fault
check_signer(const struct la *la, const struct spdu *spdu, struct arena *arena,
    struct fault_info *fi)
{
	TRY(perm_check_role(spdu->signer, SCMS_RA, fi));
	if (spdu->signer->tbs->id.is != certificate_id_name ||
	    strcmp(cert_name(arena, spdu->signer), la->ra) != 0)
		return fault_set(
		    fi, FAULT_DENIED, "signed by another RA than ours");
	return FAULT_OK;
}

static const request_msg *
request_in(const scms_pdu *pdu)
{
	const la_ra_interface_pdu *p = &pdu->content.la_ra;

	if (pdu->content.is != scms_pdu_content_la_ra ||
	    p->is !=
		la_ra_interface_pdu_ra_la_individual_pre_linkage_value_request)
		return NULL;
	return &p->ra_la_individual_pre_linkage_value_request;
}

static bool
is_name(struct bytes field, const char *name)
{
	return bytes_equal(field, bytes_of_string(name));
}

/* A replay is refused until the time of i_min, and at least as long as its
 * generation time would pass. */
static uint32_t
replay_until(const struct la *la, const request_msg *m, uint32_t now)
{
	uint32_t start =
	    environment_period_start(la->environment, m->header.i_min);
	uint32_t least = now + LA_ORDER_SECONDS +
			 2 * la->environment->time_tolerance_seconds + 1;

	return start > least ? start : least;
}

enum fault
order_open(struct order *o, const scms_pdu **out, struct la *la,
    struct arena *arena, struct bytes body, uint32_t now, struct fault_info *fi)
{
	const struct spdu_rules rules = {
	    .psid = PSID_SECURITY,
	    .now = now,
	    .tolerance = la->environment->time_tolerance_seconds,
	    .max_age = LA_ORDER_SECONDS,
	    .need_generation_time = true,
	};
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	const request_msg *m;
	struct spdu spdu;

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(spdu_open(&spdu, arena, body, la->self.trust, &rules, fi));
	TRY(check_signer(la, &spdu, arena, fi));
	TRY(coer_decode(&scms_pdu_asn, pdu, arena, spdu.payload, fi));
	m = request_in(pdu);
	if (m == NULL)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "not a RaLaIndividualPreLinkageValueRequestMsg");
	if (!is_name(m->header.ra_id, la->ra))
		return fault_set(fi, FAULT_DENIED, "raId is not the signer's");
	o->digest = spdu.digest;
	o->until = replay_until(la, m, now);
	*out = pdu;
	return la_store_check_replay(la->store, &o->digest, fi);
}

/* ---- can it be met? ---- */

static enum fault
refuse(struct fault_info *fi, int *code, int value, const char *why)
{
	*code = value;
	return fault_set(fi, FAULT_DENIED, "%s", why);
}

static enum fault
check_key(struct order *o, int *code, const request_msg *m, struct la *la,
    uint32_t now, struct fault_info *fi)
{
	const char *pca = la_pca_named(&la->pcas, m->header.pca_id);

	if (pca == NULL)
		return refuse(fi, code, la_ra_error_code_invalid_pca_key,
		    "another PCA than ours");
	TRY(plv_ring_refresh(la->ring, fi));
	o->key = plv_ring_current(la->ring, pca, now);
	if (o->key == NULL)
		return refuse(fi, code, la_ra_error_code_invalid_pca_key,
		    "no key agreed with this PCA is in force");
	return FAULT_OK;
}

static enum fault
check_range(struct order *o, int *code, const request_msg *m, uint32_t week,
    struct fault_info *fi)
{
	o->range =
	    (struct chain_range){m->header.i_min, m->header.i_max, m->j_max};
	if (m->j_max == 0)
		return refuse(
		    fi, code, la_ra_error_code_invalid_j_max, "jMax is 0");
	if (m->header.i_min + LA_WEEKS_GRACE < week)
		return refuse(fi, code, la_ra_error_code_invalid_i_min,
		    "iMin is in the past");
	if (m->header.i_min >= m->header.i_max)
		return refuse(fi, code, la_ra_error_code_invalid_i_max,
		    "iMax is not after iMin");
	if (m->header.i_max > week + LA_WEEKS_AHEAD)
		return refuse(fi, code, la_ra_error_code_invalid_i_max,
		    "iMax is too far in the future");
	return FAULT_OK;
}

/* Not more than one answer may hold, nor than the key may seal. */
static enum fault
check_count(struct order *o, int *code, const request_msg *m, struct la *la,
    struct fault_info *fi)
{
	uint64_t fresh =
	    m->number_of_fresh_ind == NULL ? 0 : *m->number_of_fresh_ind;
	uint64_t more =
	    m->continuations_ind == NULL ? 0 : m->continuations_ind->n;
	uint64_t used;

	if (fresh + more == 0)
		return refuse(fi, code, REFUSED_COMMON, "no chains ordered");
	if (fresh + more > LA_VALUES_MAX)
		return refuse(fi, code, REFUSED_COMMON, "too many chains");
	o->n = (size_t)(fresh + more);
	if (order_values(o) > LA_VALUES_MAX)
		return refuse(fi, code, REFUSED_COMMON, "too many values");
	TRY(la_store_key_use(la->store, &used, o->key->symm.id, fi));
	if (used + order_values(o) > LA_KEY_VALUES)
		return refuse(fi, code, la_ra_error_code_invalid_pca_key,
		    "the key with this PCA is used up");
	return FAULT_OK;
}

static void
make_fresh(
    struct ordered_chain *c, const struct la *la, uint32_t week, uint16_t i_min)
{
	c->fresh = true;
	chain_make(&c->chain, week < i_min ? (uint16_t)week : i_min);
	chain_id(c->id, &la->keys, &c->chain);
	chain_to_lci(c->lci, &la->keys, &c->chain);
}

/*
 * What was given is not given again.  The one exception is the latest range of
 * a chain, from some week on to its end at least, if more values a week are
 * wanted than it had: that is how an RA gets them whose policy has changed, and
 * it drops those that it has of these weeks.  What is given now is then the
 * latest range.
 */
static bool
may_go_on(const struct chain_range *given, const struct chain_range *wanted)
{
	return wanted->i_min >= given->i_max ||
	       (wanted->i_min >= given->i_min &&
		   wanted->i_max >= given->i_max && wanted->j_n > given->j_n);
}

static enum fault
find_chain(struct ordered_chain *c, int *code, const encrypted_data *lci,
    struct la *la, const struct chain_range *wanted, struct fault_info *fi)
{
	struct writer w = writer_of(c->lci, sizeof(c->lci));
	enum fault f;

	if (chain_of_lci(&c->chain, &la->keys, lci) != FAULT_OK)
		return refuse(fi, code,
		    la_ra_error_code_invalid_linkagechain_id,
		    "a linkageChainId is not ours");
	TRY(coer_encode(&encrypted_data_asn, lci, &w, fi));
	chain_id(c->id, &la->keys, &c->chain);
	f = la_store_find_chain(la->store, &c->given, c->id, fi);
	if (f == FAULT_NOT_FOUND)
		return refuse(fi, code,
		    la_ra_error_code_invalid_linkagechain_id,
		    "a linkageChainId names no chain");
	TRY(f);
	if (!may_go_on(&c->given, wanted))
		return refuse(fi, code, la_ra_error_code_invalid_continue_chain,
		    "values of this range were given already");
	return FAULT_OK;
}

static enum fault
take_chains(struct order *o, int *code, const request_msg *m, struct la *la,
    struct arena *arena, uint32_t week, struct fault_info *fi)
{
	size_t fresh =
	    m->number_of_fresh_ind == NULL ? 0 : *m->number_of_fresh_ind;

	o->chains = ARENA_ARRAY(arena, o->n, struct ordered_chain);
	if (o->chains == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (size_t i = 0; i < fresh; i++)
		make_fresh(&o->chains[i], la, week, o->range.i_min);
	for (size_t i = fresh; i < o->n; i++)
		TRY(find_chain(&o->chains[i], code,
		    &m->continuations_ind->v[i - fresh], la, &o->range, fi));
	return FAULT_OK;
}

enum fault
order_check(struct order *o, int *code, const scms_pdu *pdu, struct la *la,
    struct arena *arena, uint32_t now, struct fault_info *fi)
{
	const request_msg *m = request_in(pdu);
	uint32_t week = environment_period(la->environment, now);

	TRY(check_key(o, code, m, la, now, fi));
	TRY(check_range(o, code, m, week, fi));
	TRY(check_count(o, code, m, la, fi));
	return take_chains(o, code, m, la, arena, week, fi);
}
