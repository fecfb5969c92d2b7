/* revoke_pca.c - which request of the RA a linkage value comes of. */
#include <string.h>

#include "role/ma/refusal.h"
#include "role/ma/revoke_steps.h"

struct found {
	const hpcr_and_host_info *info;
};

static enum fault
store(struct step *s, void *ctx, struct fault_info *fi)
{
	const struct found *found = ctx;
	const hpcr_and_host_info *info = found->info;

	memcpy(s->r->hpcr, info->hpcr.b, sizeof(s->r->hpcr));
	return DB_RUN(s->ma->db, DO_REVOCATION_HPCR, fi, DB_INT(s->r->number),
	    DB_BLOB(s->r->hpcr, sizeof(s->r->hpcr)));
}

static enum fault
read_answer(const hpcr_and_host_info **info, const struct step *s,
    const scms_pdu *pdu, const char *pca, struct fault_info *fi)
{
	const pca_ma_hpcr_response_msg_hpcrinfo *list =
	    &pdu->content.ma_pca.pca_ma_hpcr_response.hpcrinfo;
	const struct lv *lv = &s->r->subject.lv.lv;

	if (list->n != 1 || memcmp(list->v[0].lv.b, lv->b, sizeof(lv->b)) != 0)
		return fault_set(fi, FAULT_DENIED,
		    "%s answers about another linkage value", pca);
	if (list->v[0].reply.is == lv2_hpcr_reply_failure)
		return refusal_fault(pca, &list->v[0].reply.failure, fi);
	*info = &list->v[0].reply.success;
	if (!bytes_equal((*info)->hostname, bytes_of_string(s->peers.ra.name)))
		return fault_set(
		    fi, FAULT_DENIED, "%s names another RA than ours", pca);
	return FAULT_OK;
}

static enum fault
ask(struct step *s, const struct ma_peer *pca, struct fault_info *fi)
{
	scms_pdu *pdu = ARENA_NEW(s->arena, scms_pdu);
	linkage_value *lv = ARENA_NEW(s->arena, linkage_value);
	struct inquiry_reply reply;
	struct found found;
	struct asking a;

	if (pdu == NULL || lv == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "question");
	memcpy(lv->b, s->r->subject.lv.lv.b, sizeof(lv->b));
	inquiry_begin(pdu, INQUIRY_HPCR, s->ma->self.name);
	pdu->content.ma_pca.ma_pca_hpcr_request.tbs.linkage_values.n = 1;
	pdu->content.ma_pca.ma_pca_hpcr_request.tbs.linkage_values.v = lv;
	TRY(step_key(s, &a, INQUIRY_HPCR, pca, fi));
	TRY(question_ask(s->ma, &reply, s->arena, &a, pdu, fi));
	TRY(read_answer(&found.info, s, reply.pdu, pca->name, fi));
	return step_commit(s, MA_HPCR, a.key, store, &found, fi);
}

/* Nobody knows who has issued it, such as a PCA whose certificate of that time
 * is gone: they are asked in turn, until one says that it did. */
static enum fault
ask_each(struct step *s, struct fault_info *fi)
{
	enum fault f = FAULT_DENIED;

	fault_set(fi, FAULT_DENIED, "there is no PCA to ask");
	for (size_t k = 0; k < s->peers.pca_n && f == FAULT_DENIED; k++)
		f = ask(s, &s->peers.pca[k], fi);
	return f;
}

enum fault
revoke_find_request(struct step *s, struct fault_info *fi)
{
	const struct ma_peer *pca =
	    ma_pca_of(&s->peers, s->arena, s->ma, s->r->subject.lv.issuer);

	return pca != NULL ? ask(s, pca, fi) : ask_each(s, fi);
}
