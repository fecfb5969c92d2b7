/*
 * ma.c - what the MA asks about linkage values: the encrypted pre-linkage
 * values of each, for the LAs to say what belongs together, and the request it
 * was issued to, for the RA to find the device.  The PCA learns which of its
 * certificates are suspect, and nothing else.
 */
#include <string.h>

#include "base/time32.h"
#include "inquiry/window.h"
#include "role/pca/pca.h"
#include "schema/scms_protocol.h"

static void
fail_unknown(scoped_ma_pca_error *out)
{
	out->is = scms_error_ma_pca;
	out->ma_pca.is = ma_pca_error_ma_pca;
	out->ma_pca.ma_pca = ma_pca_error_code_pca_invalid_linkage_value;
}

/* Its record, if the period is one about which may be asked; else NOT_FOUND. */
typedef bool window_fn(const struct environment *, uint32_t i, uint32_t now);

static enum fault
find_issued(struct bytes *record, uint8_t id[HPCR_OCTETS], struct pca *pca,
    struct arena *arena, const linkage_value *lv, window_fn *may,
    struct fault_info *fi)
{
	struct lv key;
	uint32_t i;

	memcpy(key.b, lv->b, sizeof(key.b));
	TRY(pca_store_find_lv(pca->store, id, &key, fi));
	TRY(pca_store_find_record(pca->store, record, arena, id, fi));
	i = (uint32_t)record->p[0] << 8 | record->p[1];
	return may(pca->environment, i, time32_now())
		   ? FAULT_OK
		   : fault_set(fi, FAULT_NOT_FOUND, "period %u", i);
}

/* ---- POST /plvs ---- */

static enum fault
put_plv(encrypted_plv_and_host_info *out, struct arena *arena, const char *host,
    const uint8_t *octets, struct fault_info *fi)
{
	out->hostname = bytes_of_string(host);
	return coer_decode(&encrypted_individual_plv_asn, &out->encrypted_plv,
	    arena, (struct bytes){octets, PLV_OCTETS}, fi);
}

/* Two entries, LA1 first: of a linkage value that is unknown, too. */
static enum fault
fill_two(lv2_plv out[PCA_LAS], struct pca *pca, struct arena *arena,
    const linkage_value *lv, struct fault_info *fi)
{
	static const size_t at[PCA_LAS] = {
	    RECORD_AT_PLV1 - RECORD_AT_I, RECORD_AT_PLV2 - RECORD_AT_I};
	uint8_t id[HPCR_OCTETS];
	struct bytes record;
	enum fault f;

	f = find_issued(&record, id, pca, arena, lv, inquiry_may_link, fi);
	for (size_t t = 0; t < PCA_LAS; t++) {
		out[t].lv = *lv;
		out[t].reply.is = f == FAULT_OK ? lv2_plv_reply_success
						: lv2_plv_reply_failure;
		if (f == FAULT_OK)
			TRY(put_plv(&out[t].reply.success, arena,
			    pca->la[t].name, record.p + at[t], fi));
		else
			fail_unknown(&out[t].reply.failure);
	}
	return f == FAULT_NOT_FOUND ? FAULT_OK : f;
}

static enum fault
fill_plvs(scms_pdu *answer, void *ctx, struct arena *arena,
    const struct inquiry_question *q, struct http_response *response,
    struct fault_info *fi)
{
	const to_be_signed_ma_pca_pre_linkage_value_request_msg *asked =
	    &q->pdu->content.ma_pca.ma_pca_pre_linkage_value_request.tbs;
	pca_ma_pre_linkage_value_response_msg_plv_info *out =
	    &answer->content.ma_pca.pca_ma_pre_linkage_value_response.plv_info;
	size_t n = asked->linkage_values.n;

	(void)response;
	out->v = ARENA_ARRAY(arena, n * PCA_LAS, lv2_plv);
	if (out->v == NULL)
		return fault_set(fi, FAULT_INTERNAL, "no memory");
	out->n = n * PCA_LAS;
	for (size_t t = 0; t < n; t++)
		TRY(fill_two(&out->v[t * PCA_LAS], ctx, arena,
		    &asked->linkage_values.v[t], fi));
	return FAULT_OK;
}

void
pca_http_plvs(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct pca *pca = ctx;

	inquiry_serve(
	    pca->inquiry, INQUIRY_PLVS, request, response, fill_plvs, pca);
}

/* ---- POST /hash-of-individual-request ---- */

static enum fault
fill_one(lv2_hpcr *out, struct pca *pca, struct arena *arena,
    const linkage_value *lv, struct fault_info *fi)
{
	struct bytes record;
	enum fault f;

	out->lv = *lv;
	out->reply.is = lv2_hpcr_reply_success;
	f = find_issued(&record, out->reply.success.hpcr.b, pca, arena, lv,
	    inquiry_may_revoke, fi);
	out->reply.success.hostname = bytes_of_string(pca->ra);
	if (f != FAULT_NOT_FOUND)
		return f;
	out->reply.is = lv2_hpcr_reply_failure;
	fail_unknown(&out->reply.failure);
	return FAULT_OK;
}

static enum fault
fill_hpcrs(scms_pdu *answer, void *ctx, struct arena *arena,
    const struct inquiry_question *q, struct http_response *response,
    struct fault_info *fi)
{
	const to_be_signed_ma_pca_hpcr_request_msg *asked =
	    &q->pdu->content.ma_pca.ma_pca_hpcr_request.tbs;
	pca_ma_hpcr_response_msg_hpcrinfo *out =
	    &answer->content.ma_pca.pca_ma_hpcr_response.hpcrinfo;

	(void)response;
	out->n = asked->linkage_values.n;
	out->v = ARENA_ARRAY(arena, out->n, lv2_hpcr);
	if (out->v == NULL)
		return fault_set(fi, FAULT_INTERNAL, "no memory");
	for (size_t t = 0; t < out->n; t++)
		TRY(fill_one(
		    &out->v[t], ctx, arena, &asked->linkage_values.v[t], fi));
	return FAULT_OK;
}

void
pca_http_hpcr(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct pca *pca = ctx;

	inquiry_serve(
	    pca->inquiry, INQUIRY_HPCR, request, response, fill_hpcrs, pca);
}
