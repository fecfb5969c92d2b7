/* revoke_ra.c - the RA blacklists a device that it does not name, and says
 * which chains it has. */
#include <stdlib.h>
#include <string.h>

#include "role/ma/refusal.h"
#include "role/ma/revoke_steps.h"

#define J_MAX_HEADER "Monarch-J-Max"
#define NO_CHAINS    "noLinkageChainIdentifiersKnownForHPCR"

static enum fault
new_question(scms_pdu **pdu, hpcr **one, struct step *s, enum inquiry_kind kind,
    struct fault_info *fi)
{
	*pdu = ARENA_NEW(s->arena, scms_pdu);
	*one = ARENA_NEW(s->arena, hpcr);
	if (*pdu == NULL || *one == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "question");
	memcpy((*one)->b, s->r->hpcr, sizeof((*one)->b));
	inquiry_begin(*pdu, kind, s->ma->self.name);
	return FAULT_OK;
}

static bool
is_ours(const struct step *s, const hpcr *is)
{
	return memcmp(is->b, s->r->hpcr, sizeof(is->b)) == 0;
}

static enum fault
other_device(const struct step *s, struct fault_info *fi)
{
	return fault_set(fi, FAULT_DENIED,
	    "%s answers about another request than it was asked about",
	    s->peers.ra.name);
}

/* ---- the blacklist ---- */

enum fault
revoke_blacklist(struct step *s, struct fault_info *fi)
{
	const ra_ma_blacklist_response_msg_status *list;
	struct inquiry_reply reply;
	struct asking a;
	scms_pdu *pdu;
	hpcr *one;

	TRY(new_question(&pdu, &one, s, INQUIRY_BLACKLIST, fi));
	pdu->content.ma_ra.ma_ra_blacklist_request.tbs.hpcr.n = 1;
	pdu->content.ma_ra.ma_ra_blacklist_request.tbs.hpcr.v = one;
	TRY(step_key(s, &a, INQUIRY_BLACKLIST, &s->peers.ra, fi));
	TRY(question_ask(s->ma, &reply, s->arena, &a, pdu, fi));
	list = &reply.pdu->content.ma_ra.ra_ma_blacklist_response.status;
	if (list->n != 1 || !is_ours(s, &list->v[0].hpcr))
		return other_device(s, fi);
	if (list->v[0].reply.is == blacklisting_status_reply_failure &&
	    !refusal_is(&list->v[0].reply.failure, "alreadyBlacklisted"))
		return refusal_fault(
		    s->peers.ra.name, &list->v[0].reply.failure, fi);
	return step_commit(s, MA_BLACKLISTED, a.key, NULL, NULL, fi);
}

/* ---- chains ---- */

struct told {
	const ra_ma_lci_response_msg_lci_info *list;
	uint8_t j_max;
};

/* iMax has four octets, big endian; a CRL has room for two. */
static enum fault
read_i_max(uint16_t *out, const octets4 *in, struct fault_info *fi)
{
	struct reader r = reader_of(BYTES(in->b));
	uint64_t i = read_uint(&r, 4);

	*out = (uint16_t)i;
	return i <= UINT16_MAX ? FAULT_OK
			       : fault_set(fi, FAULT_DENIED,
				     "iMax of a chain is beyond all periods");
}

static enum fault
store_chain(
    struct step *s, const lci_and_host_info *info, struct fault_info *fi)
{
	struct bytes lci[2];
	uint16_t i_max;

	TRY(read_i_max(&i_max, &info->i_max, fi));
	TRY(coer_encode_new(
	    &lci[0], s->arena, &linkage_chain_id_asn, &info->la1_lci, fi));
	TRY(coer_encode_new(
	    &lci[1], s->arena, &linkage_chain_id_asn, &info->la2_lci, fi));
	return DB_RUN(s->ma->db, DO_CHAIN_ADD, fi, DB_INT(s->r->number),
	    DB_BYTES(lci[0]), DB_BYTES(lci[1]), DB_INT(i_max));
}

static enum fault
store_chains(struct step *s, void *ctx, struct fault_info *fi)
{
	const struct told *told = ctx;

	TRY(DB_RUN(s->ma->db, DO_CHAINS_FORGET, fi, DB_INT(s->r->number)));
	for (size_t i = 0; i < told->list->n; i++)
		TRY(store_chain(s, &told->list->v[i].reply.success.info, fi));
	s->r->j_max = told->j_max;
	return DB_RUN(s->ma->db, DO_REVOCATION_J_MAX, fi, DB_INT(s->r->number),
	    DB_INT(told->j_max));
}

static enum fault
read_j_max(uint8_t *out, struct step *s, const struct http_result *http,
    struct fault_info *fi)
{
	const char *text = http_result_header(http, s->arena, J_MAX_HEADER);
	char *end = NULL;
	unsigned long n = text != NULL ? strtoul(text, &end, 10) : 0;

	*out = (uint8_t)n;
	return n >= 1 && n <= UINT8_MAX && *end == '\0'
		   ? FAULT_OK
		   : fault_set(fi, FAULT_DENIED,
			 "%s does not say how many certificates a period has "
			 "(%s)",
			 s->peers.ra.name, J_MAX_HEADER);
}

static enum fault
check_chain(struct step *s, const hpcr2_lci *e, struct fault_info *fi)
{
	const lci_and_host_info *info = &e->reply.success.info;

	if (!is_ours(s, &e->hpcr))
		return other_device(s, fi);
	if (e->reply.is == hpcr2_lci_reply_failure)
		return refusal_fault(s->peers.ra.name, &e->reply.failure, fi);
	return ma_la_index(&s->peers, info->la1_id) == 0 &&
		       ma_la_index(&s->peers, info->la2_id) == 1
		   ? FAULT_OK
		   : fault_set(fi, FAULT_DENIED, "%s names other LAs than ours",
			 s->peers.ra.name);
}

static bool
says_none(const ra_ma_lci_response_msg_lci_info *list)
{
	return list->n == 0 ||
	       (list->n == 1 &&
		   list->v[0].reply.is == hpcr2_lci_reply_failure &&
		   refusal_is(&list->v[0].reply.failure, NO_CHAINS));
}

static enum fault
accept(struct step *s, const struct inquiry_reply *reply, const char *key,
    struct fault_info *fi)
{
	struct told told = {
	    .list = &reply->pdu->content.ma_ra.ra_ma_lci_response.lci_info};

	if (says_none(told.list))
		return step_end(s,
		    "blacklisted; it has no certificates that are valid now "
		    "or later",
		    fi);
	for (size_t i = 0; i < told.list->n; i++)
		TRY(check_chain(s, &told.list->v[i], fi));
	TRY(read_j_max(&told.j_max, s, &reply->http, fi));
	return step_commit(s, MA_CHAINS, key, store_chains, &told, fi);
}

enum fault
revoke_find_chains(struct step *s, struct fault_info *fi)
{
	struct inquiry_reply reply;
	struct asking a;
	scms_pdu *pdu;
	hpcr *one;

	TRY(new_question(&pdu, &one, s, INQUIRY_CHAINS, fi));
	pdu->content.ma_ra.ma_ra_lci_request.tbs.hpcr.n = 1;
	pdu->content.ma_ra.ma_ra_lci_request.tbs.hpcr.v = one;
	TRY(step_key(s, &a, INQUIRY_CHAINS, &s->peers.ra, fi));
	TRY(question_ask(s->ma, &reply, s->arena, &a, pdu, fi));
	return accept(s, &reply, a.key, fi);
}
