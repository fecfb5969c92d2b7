/* revoke_rif.c - RSEs and identification certificates: the RA blacklists the
 * holder of an enrollment certificate (RIF) and says what its certificates are
 * called on a CRL (use-cases.md 12.2). */
#include <stdlib.h>
#include <string.h>

#include "role/ma/refusal.h"
#include "role/ma/revoke_steps.h"

#define EXPIRY_HEADER "Monarch-Expiry"
#define NO_DIGESTS    "noCertificateDigestValuesKnownForRIF"

static enum fault
new_question(scms_pdu **pdu, rif **one, struct step *s, enum inquiry_kind kind,
    struct fault_info *fi)
{
	*pdu = ARENA_NEW(s->arena, scms_pdu);
	*one = ARENA_NEW(s->arena, rif);
	if (*pdu == NULL || *one == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "question");
	memcpy((*one)->b, s->r->subject.rif, sizeof((*one)->b));
	inquiry_begin(*pdu, kind, s->ma->self.name);
	return FAULT_OK;
}

static bool
is_ours(const struct step *s, const rif *is)
{
	return memcmp(is->b, s->r->subject.rif, sizeof(is->b)) == 0;
}

static enum fault
other_holder(const struct step *s, struct fault_info *fi)
{
	return fault_set(fi, FAULT_DENIED,
	    "%s answers about another holder than it was asked about",
	    s->peers.ra.name);
}

/* ---- the blacklist ---- */

enum fault
revoke_blacklist_rif(struct step *s, struct fault_info *fi)
{
	const ra_ma_rse_obe_id_blacklist_response_msg_status *list;
	struct inquiry_reply reply;
	struct asking a;
	scms_pdu *pdu;
	rif *one;

	TRY(new_question(&pdu, &one, s, INQUIRY_BLACKLIST_RIF, fi));
	pdu->content.ma_ra.ma_ra_rse_obe_id_blacklist_request.tbs.rif.n = 1;
	pdu->content.ma_ra.ma_ra_rse_obe_id_blacklist_request.tbs.rif.v = one;
	TRY(step_key(s, &a, INQUIRY_BLACKLIST_RIF, &s->peers.ra, fi));
	TRY(question_ask(s->ma, &reply, s->arena, &a, pdu, fi));
	list = &reply.pdu->content.ma_ra.ra_ma_rse_obe_id_blacklist_response
		    .status;
	if (list->n != 1 || !is_ours(s, &list->v[0].rif))
		return other_holder(s, fi);
	if (list->v[0].reply.is ==
		rse_obe_id_blacklisting_status_reply_failure &&
	    !refusal_is(&list->v[0].reply.failure, "alreadyBlacklisted"))
		return refusal_fault(
		    s->peers.ra.name, &list->v[0].reply.failure, fi);
	return step_commit(s, MA_BLACKLISTED, a.key, NULL, NULL, fi);
}

/* ---- digests ---- */

struct told {
	const cdv_info_reply_success_value *list;
	const char *expiry; /* "t,t,..." in the order of the list */
};

static enum fault
no_expiry(const struct step *s, struct fault_info *fi)
{
	return fault_set(fi, FAULT_DENIED,
	    "%s does not say when each certificate ends (%s)", s->peers.ra.name,
	    EXPIRY_HEADER);
}

static enum fault
next_expiry(uint32_t *out, const char **text, const struct step *s, bool last,
    struct fault_info *fi)
{
	char *end;
	unsigned long long t = strtoull(*text, &end, 10);

	if (end == *text || t > UINT32_MAX || *end != (last ? '\0' : ','))
		return no_expiry(s, fi);
	*out = (uint32_t)t;
	*text = end + (last ? 0 : 1);
	return FAULT_OK;
}

static enum fault
store(struct step *s, void *ctx, struct fault_info *fi)
{
	const struct told *told = ctx;
	const char *text = told->expiry;
	uint32_t expiry = 0;

	TRY(DB_RUN(s->ma->db, DO_DIGESTS_FORGET, fi, DB_INT(s->r->number)));
	for (size_t i = 0; i < told->list->n; i++) {
		TRY(next_expiry(&expiry, &text, s, i + 1 == told->list->n, fi));
		TRY(DB_RUN(s->ma->db, DO_DIGEST_ADD, fi, DB_INT(s->r->number),
		    DB_BLOB(told->list->v[i].b, sizeof(told->list->v[i].b)),
		    DB_INT(expiry)));
	}
	return FAULT_OK;
}

static bool
says_none(const cdv_info_reply *reply)
{
	return reply->is == cdv_info_reply_success
		   ? reply->success.n == 0
		   : refusal_is(&reply->failure, NO_DIGESTS);
}

static enum fault
accept(struct step *s, const struct inquiry_reply *reply, const char *key,
    struct fault_info *fi)
{
	const ra_ma_cdv_response_msg_cdv_info *list =
	    &reply->pdu->content.ma_ra.ra_ma_cdv_response.cdv_info;
	struct told told;

	if (list->n != 1 || !is_ours(s, &list->v[0].rif))
		return other_holder(s, fi);
	if (says_none(&list->v[0].reply))
		return step_end(s,
		    "blacklisted; it has no certificates that are valid now "
		    "or later",
		    fi);
	if (list->v[0].reply.is == cdv_info_reply_failure)
		return refusal_fault(
		    s->peers.ra.name, &list->v[0].reply.failure, fi);
	told.list = &list->v[0].reply.success;
	told.expiry = http_result_header(&reply->http, s->arena, EXPIRY_HEADER);
	if (told.expiry == NULL)
		return no_expiry(s, fi);
	return step_commit(s, MA_CHAINS, key, store, &told, fi);
}

enum fault
revoke_find_digests(struct step *s, struct fault_info *fi)
{
	struct inquiry_reply reply;
	struct asking a;
	scms_pdu *pdu;
	rif *one;

	TRY(new_question(&pdu, &one, s, INQUIRY_DIGESTS, fi));
	pdu->content.ma_ra.ma_ra_cdv_request.tbs.rif_values.n = 1;
	pdu->content.ma_ra.ma_ra_cdv_request.tbs.rif_values.v = one;
	TRY(step_key(s, &a, INQUIRY_DIGESTS, &s->peers.ra, fi));
	TRY(question_ask(s->ma, &reply, s->arena, &a, pdu, fi));
	return accept(s, &reply, a.key, fi);
}
