/* ma_blacklist.c - POST /blacklist-by-hpcr and /blacklist-by-rif. */
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "role/ra/block.h"
#include "role/ra/hpcr.h"
#include "role/ra/ma.h"
#include "service/crash.h"

/* An entry of the list and what became of it. */
struct entry {
	bool is_known, changed;
	uint8_t enrollment[CERT_ID_SIZE];
};

struct list {
	struct entry *v;
	size_t n;
	size_t changed, already, unknown;
};

static enum fault
make_list(
    struct list *list, size_t n, struct arena *arena, struct fault_info *fi)
{
	*list = (struct list){.v = ARENA_ARRAY(arena, n, struct entry), .n = n};
	return list->v != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "%zu entries", n);
}

static enum fault
block_all(struct list *list, struct db *db, struct fault_info *fi)
{
	uint32_t now = time32_now();

	for (size_t k = 0; k < list->n; k++) {
		struct entry *e = &list->v[k];

		e->changed = false;
		if (e->is_known)
			TRY(block_for_ever(
			    &e->changed, db, e->enrollment, now, fi));
		list->unknown += !e->is_known;
		list->changed += e->changed;
		list->already += e->is_known && !e->changed;
	}
	return FAULT_OK;
}

/* One commit for the whole list.  The audit log says how many and never which:
 * there stands the case, and a case leads to certificates. */
static enum fault
blacklist(struct list *list, struct ra *ra, struct db *db,
    const struct inquiry_question *question, struct fault_info *fi)
{
	TRY(db_begin(db, fi));
	TRY(block_all(list, db, fi));
	TRY(audit_write(ra->service->audit, AUDIT_BLACKLIST, fi,
	    "by=ma devices=%zu already=%zu unknown=%zu why=\"%s\"",
	    list->changed, list->already, list->unknown, question->why));
	TRY(db_commit(db, fi));
	crash_point("ra-blacklisted");
	log_info("the MA had %zu devices blacklisted", list->changed);
	return FAULT_OK;
}

enum fault
ma_blacklist(scms_pdu *answer, struct ra *ra, struct db *db,
    struct arena *arena, const struct inquiry_question *question,
    struct http_response *response, struct fault_info *fi)
{
	const to_be_signed_blacklisting_instruction_msg_hpcr *asked =
	    &question->pdu->content.ma_ra.ma_ra_blacklist_request.tbs.hpcr;
	ra_ma_blacklist_response_msg_status *status =
	    &answer->content.ma_ra.ra_ma_blacklist_response.status;
	struct hpcr_owner *owners;
	struct list list;

	(void)response;
	TRY(make_list(&list, asked->n, arena, fi));
	TRY(hpcr_owners(&owners, ra, db, arena, asked->v, asked->n, fi));
	for (size_t k = 0; k < list.n; k++) {
		list.v[k].is_known = owners[k].is_known;
		memcpy(list.v[k].enrollment, owners[k].enrollment,
		    sizeof(list.v[k].enrollment));
	}
	status->n = list.n;
	status->v = ARENA_ARRAY(arena, list.n, blacklisting_status);
	if (status->v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "answer");
	TRY(blacklist(&list, ra, db, question, fi));
	for (size_t k = 0; k < list.n; k++) {
		blacklisting_status_reply *reply = &status->v[k].reply;

		status->v[k].hpcr = asked->v[k];
		reply->is = list.v[k].changed
				? blacklisting_status_reply_success
				: blacklisting_status_reply_failure;
		if (!list.v[k].changed)
			reply->failure = list.v[k].is_known
					     ? ma_already_blacklisted
					     : ma_no_such_hpcr;
	}
	return FAULT_OK;
}

/* Holders of identification and application certificates only: the MA must
 * not learn who else is enrolled. */
static enum fault
look_up(struct entry *e, struct db *db, const rif *id, struct fault_info *fi)
{
	const struct db_value arg[] = {DB_BLOB(id->b, sizeof(id->b))};
	int64_t one;
	enum fault f = db_run_int(db, &one, DO_HOLDER_KNOWN, arg, 1, fi);

	e->is_known = f == FAULT_OK;
	memcpy(e->enrollment, id->b, sizeof(e->enrollment));
	return f == FAULT_NOT_FOUND ? FAULT_OK : f;
}

enum fault
ma_blacklist_rif(scms_pdu *answer, struct ra *ra, struct db *db,
    struct arena *arena, const struct inquiry_question *question,
    struct http_response *response, struct fault_info *fi)
{
	const to_be_signed_rse_obe_id_blacklisting_instruction_msg_rif *asked =
	    &question->pdu->content.ma_ra.ma_ra_rse_obe_id_blacklist_request.tbs
		 .rif;
	ra_ma_rse_obe_id_blacklist_response_msg_status *status =
	    &answer->content.ma_ra.ra_ma_rse_obe_id_blacklist_response.status;
	struct list list;

	(void)response;
	TRY(make_list(&list, asked->n, arena, fi));
	for (size_t k = 0; k < list.n; k++)
		TRY(look_up(&list.v[k], db, &asked->v[k], fi));
	status->n = list.n;
	status->v = ARENA_ARRAY(arena, list.n, rse_obe_id_blacklisting_status);
	if (status->v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "answer");
	TRY(blacklist(&list, ra, db, question, fi));
	for (size_t k = 0; k < list.n; k++) {
		rse_obe_id_blacklisting_status_reply *reply =
		    &status->v[k].reply;

		status->v[k].rif = asked->v[k];
		reply->is = list.v[k].changed
				? rse_obe_id_blacklisting_status_reply_success
				: rse_obe_id_blacklisting_status_reply_failure;
		if (!list.v[k].changed)
			reply->failure = list.v[k].is_known
					     ? ma_already_blacklisted
					     : ma_no_such_rif;
	}
	return FAULT_OK;
}
