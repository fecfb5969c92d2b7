/* ma_digests.c - POST /certificate-digests: what a CRL of series 3 says of the
 * certificates of those that the MA had blacklisted by RIF. */
#include <stdio.h>

#include "base/time32.h"
#include "role/ra/block.h"
#include "role/ra/ma.h"

/* Header of the answer: the end (Time32) of each certificate, in the order of
 * the digests. */
#define EXPIRY_HEADER "Monarch-Expiry"
/* Of all holders of a question, so that the header stays bearable. */
#define DIGESTS_MOST 512u
#define TIME_TEXT    11u /* "4294967295," */

struct found {
	hashed_id10 v[DIGESTS_MOST];
	size_t n;
	char ends[DIGESTS_MOST * TIME_TEXT + 1];
	size_t ends_n;
};

static enum fault
got_digest(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct found *f = ctx;

	if (f->n == DIGESTS_MOST)
		return fault_set(fi, FAULT_TOO_LARGE,
		    "more than %u certificates", DIGESTS_MOST);
	TRY(db_blob_copy(row, 0, f->v[f->n].b, sizeof(f->v[0].b), fi));
	f->ends_n +=
	    (size_t)snprintf(f->ends + f->ends_n, sizeof(f->ends) - f->ends_n,
		"%s%u", f->n > 0 ? "," : "", (unsigned)db_int(row, 1));
	f->n++;
	return FAULT_OK;
}

static enum fault
find_digests(cdv_info *out, struct found *found, struct db *db, const rif *id,
    struct fault_info *fi)
{
	size_t before = found->n;
	bool revoked;

	out->rif = *id;
	out->reply.is = cdv_info_reply_failure;
	TRY(block_is_for_ever(&revoked, db, id->b, fi));
	if (!revoked) {
		out->reply.failure = ma_no_such_rif;
		return FAULT_OK;
	}
	TRY(DB_EACH(db, DO_DIGESTS_OF, got_digest, found, fi,
	    DB_BLOB(id->b, sizeof(id->b)), DB_INT(time32_now())));
	if (found->n == before) {
		out->reply.failure = ma_no_digests;
		return FAULT_OK;
	}
	out->reply.is = cdv_info_reply_success;
	out->reply.success.v = found->v + before;
	out->reply.success.n = found->n - before;
	return FAULT_OK;
}

enum fault
ma_digests(scms_pdu *answer, struct ra *ra, struct db *db, struct arena *arena,
    const struct inquiry_question *question, struct http_response *response,
    struct fault_info *fi)
{
	const to_be_signed_cdv_request_msg_rif_values *asked =
	    &question->pdu->content.ma_ra.ma_ra_cdv_request.tbs.rif_values;
	ra_ma_cdv_response_msg_cdv_info *info =
	    &answer->content.ma_ra.ra_ma_cdv_response.cdv_info;
	struct found *found = ARENA_NEW(arena, struct found);

	(void)ra;
	info->v = ARENA_ARRAY(arena, asked->n, cdv_info);
	info->n = asked->n;
	if (found == NULL || info->v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "answer");
	found->n = found->ends_n = 0;
	found->ends[0] = '\0';
	TRY(db_begin_reading(db, fi));
	for (size_t k = 0; k < asked->n; k++)
		TRY(find_digests(&info->v[k], found, db, &asked->v[k], fi));
	http_set_header(response, EXPIRY_HEADER, found->ends);
	return FAULT_OK;
}
