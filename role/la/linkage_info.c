/*
 * linkage_info.c - POST /linkage-info: how many encrypted pre-linkage values
 * belong together.  The LA learns that certificates of a week are suspect, not
 * which; the MA learns a number, not the values.
 */
#include <string.h>

#include "base/time32.h"
#include "inquiry/window.h"
#include "role/la/linked.h"
#include "schema/scms_protocol.h"

typedef to_be_signed_li_request_msg_encrypted_plvs_and_flags li_list;

static const struct plv_key *
find_key(const struct la *la, const uint8_t id[8])
{
	const struct plv_key *key = NULL;

	for (size_t k = 0; k < la->pcas.n && key == NULL; k++)
		key = plv_ring_find(la->ring, id, la->pcas.name[k]);
	return key;
}

/* Of our number, under a key of ours. */
static bool
take_apart(struct symm_data *out, const struct la *la,
    const encrypted_individual_plv *in)
{
	const struct plv_key *key;
	const uint8_t *id;

	if (memcmp(in->la_id.b, la->id, sizeof(la->id)) != 0 ||
	    !symm_data_of(out, &id, &in->enc_plv) ||
	    (key = find_key(la, id)) == NULL)
		return false;
	out->key = &key->symm;
	return true;
}

/* Those that count come to out; *genuine: all of the list open, and are of
 * periods about which may be asked. */
static enum fault
open_plvs(struct plv *out, size_t *n, bool *genuine, struct la *la,
    struct arena *arena, const li_list *in, struct fault_info *fi)
{
	struct symm_data *data = ARENA_ARRAY(arena, in->n, struct symm_data);
	struct plv *plv = ARENA_ARRAY(arena, in->n, struct plv);
	bool *ok = ARENA_ARRAY(arena, in->n, bool);

	if (data == NULL || plv == NULL || ok == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	*n = 0;
	*genuine = true;
	for (size_t t = 0; t < in->n && *genuine; t++)
		*genuine = take_apart(&data[t], la, &in->v[t].encrypted_plv);
	if (!*genuine)
		return FAULT_OK;
	plv_open(plv, data, ok, in->n);
	for (size_t t = 0; t < in->n; t++) {
		*genuine =
		    *genuine && ok[t] &&
		    inquiry_may_link(la->environment, plv[t].i, time32_now());
		if (!in->v[t].dont_care_flag)
			out[(*n)++] = plv[t];
	}
	return FAULT_OK;
}

static void
refuse_info(scoped_la_ma_li_error *out, enum la_ma_error_tag is, unsigned code)
{
	out->is = scms_error_la_ma;
	out->la_ma.is = is;
	if (is == la_ma_error_la_ma_base_error)
		out->la_ma.la_ma_base_error = (la_ma_base_error_code)code;
	else
		out->la_ma.la_ma_linkage_info_error =
		    (la_ma_linkage_info_error_code)code;
}

static enum fault
count_linked(la_ma_linkage_info_response_msg_linkage_info *out, struct la *la,
    struct arena *arena, const to_be_signed_li_request_msg *asked,
    struct fault_info *fi)
{
	const li_list *list = &asked->encrypted_plvs_and_flags;
	struct plv *plv = ARENA_ARRAY(arena, list->n, struct plv);
	size_t n = 0, matches;
	bool genuine;

	if (plv == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(plv_ring_refresh(la->ring, fi));
	TRY(open_plvs(plv, &n, &genuine, la, arena, list, fi));
	if (!genuine) {
		refuse_info(&out->failure, la_ma_error_la_ma_linkage_info_error,
		    la_ma_linkage_info_error_code_la_invalid_prelinkage_value_presented);
		return FAULT_OK;
	}
	TRY(la_linked(&matches, la, arena, plv, n, fi));
	out->is = la_ma_linkage_info_response_msg_linkage_info_success;
	out->success.is = linkage_information_scalar;
	out->success.scalar.matches = (int64_t)matches;
	out->success.scalar.lower_bound = false;
	return FAULT_OK;
}

static enum fault
fill_info(scms_pdu *answer, void *ctx, struct arena *arena,
    const struct inquiry_question *q, struct http_response *response,
    struct fault_info *fi)
{
	const to_be_signed_li_request_msg *asked =
	    &q->pdu->content.la_ma.ma_la_linkage_info_request.tbs;
	la_ma_linkage_info_response_msg_linkage_info *out =
	    &answer->content.la_ma.la_ma_linkage_info_response.linkage_info;
	struct la *la = ctx;
	enum fault f;

	(void)response;
	out->is = la_ma_linkage_info_response_msg_linkage_info_failure;
	if (asked->expected_reply != expected_reply_scalar_answer) {
		refuse_info(&out->failure, la_ma_error_la_ma_base_error,
		    la_ma_base_error_code_la_invalid_input_value_format);
		return FAULT_OK;
	}
	pthread_mutex_lock(&la->asking);
	f = count_linked(out, la, arena, asked, fi);
	pthread_mutex_unlock(&la->asking);
	return f;
}

void
la_http_linkage_info(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct la *la = ctx;

	inquiry_serve(la->inquiry, INQUIRY_LINKAGE_INFO, request, response,
	    fill_info, la);
}
