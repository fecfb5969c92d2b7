/* order.c - see order.h. */
#include <string.h>

#include "base/time32.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "role/ra/order.h"

/* ---- out ---- */

static enum fault
read_lcis(linkage_chain_id **out, struct arena *arena, const struct order *o,
    unsigned la, struct fault_info *fi)
{
	*out = ARENA_ARRAY(arena, o->continued, linkage_chain_id);
	if (*out == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "%zu chains", o->continued);
	for (size_t k = 0; k < o->continued; k++)
		TRY(coer_decode(&linkage_chain_id_asn, &(*out)[k], arena,
		    o->lci[la][k], fi));
	return FAULT_OK;
}

enum fault
order_sign(struct bytes *out, struct arena *arena, const struct ra *ra,
    const struct order *o, unsigned la, struct fault_info *fi)
{
	struct spdu_header header = {
	    .psid = PSID_SECURITY,
	    .has_generation_time = true,
	    .generation_time = time64_now(),
	};
	scms_pdu pdu = {.version = 1};
	ra_la_individual_pre_linkage_value_request_msg *msg;
	ra_la_individual_pre_linkage_value_request_msg_continuations_ind list;
	uint32 fresh = o->fresh;
	struct bytes payload;

	pdu.content.is = scms_pdu_content_la_ra;
	pdu.content.la_ra.is =
	    la_ra_interface_pdu_ra_la_individual_pre_linkage_value_request;
	msg = &pdu.content.la_ra.ra_la_individual_pre_linkage_value_request;
	msg->header.version = 1;
	msg->header.ra_id = bytes_of_string(ra->self.name);
	msg->header.pca_id = bytes_of_string(o->pca->peer.name);
	msg->header.i_min = o->i_min;
	msg->header.i_max = o->i_max;
	msg->j_max = o->j_max;
	if (o->fresh > 0) {
		msg->number_of_fresh_ind = &fresh;
	} else {
		list.n = o->continued;
		TRY(read_lcis(&list.v, arena, o, la, fi));
		msg->continuations_ind = &list;
	}
	TRY(coer_encode_new(&payload, arena, &scms_pdu_asn, &pdu, fi));
	return spdu_sign(
	    out, arena, &header, payload, SIGNER_DIGEST, &ra->self.signer, fi);
}

/* ---- in ---- */

static enum fault
check_hash(const la_ra_pre_linkage_value_response_msg *msg,
    struct bytes request, const char *name, struct fault_info *fi)
{
	uint8_t id[8];

	sha256_id(id, sizeof(id), request);
	if (memcmp(msg->request_hash.b, id, sizeof(id)) != 0)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "%s answers another order", name);
	if (!bytes_equal(msg->la_id, bytes_of_string(name)))
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "the answer of %s names another LA", name);
	return FAULT_OK;
}

static enum fault
check_row(const individual_plv_response_linkage_chain_values_item *row,
    const struct order *o, const uint8_t id[2], struct fault_info *fi)
{
	if (row->n != o->j_max)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "%zu values for a period, %u were ordered", row->n,
		    o->j_max);
	for (size_t j = 0; j < row->n; j++)
		if (memcmp(row->v[j].la_id.b, id, 2) != 0)
			return fault_set(
			    fi, FAULT_BAD_MESSAGE, "a value is of another LA");
	return FAULT_OK;
}

static enum fault
check_chain(const individual_plv_response_linkage_chain *chain,
    const struct order *o, const uint8_t id[2], struct fault_info *fi)
{
	if (chain->j_max != o->j_max ||
	    chain->values.n != (size_t)(o->i_max - o->i_min))
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "%zu periods, %u were ordered", chain->values.n,
		    o->i_max - o->i_min);
	for (size_t k = 0; k < chain->values.n; k++)
		TRY(check_row(&chain->values.v[k], o, id, fi));
	return FAULT_OK;
}

static enum fault
check_values(struct order_answer *out, const struct ra *ra,
    const struct order *o, unsigned la,
    const pre_linkage_value_request_response *r, struct fault_info *fi)
{
	if (r->i_min != o->i_min || r->i_max != o->i_max ||
	    r->individual.n != order_chains(o))
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "%s gave another range or number of chains",
		    ra->la[la].name);
	for (size_t c = 0; c < r->individual.n; c++)
		TRY(check_chain(&r->individual.v[c], o, ra->la_id[la], fi));
	out->verdict = ORDER_MET;
	out->chains = r->individual.v;
	return FAULT_OK;
}

static enum order_verdict
verdict_of(const scoped_la_ra_error *e)
{
	if (e->is != scms_error_la_ra || e->la_ra.is != la_ra_error_la_ra ||
	    e->la_ra.la_ra == la_ra_error_code_invalid_pca_key)
		return ORDER_AGAIN;
	return ORDER_DEAD;
}

static void
describe(const scoped_la_ra_error *e, const char *name, struct fault_info *fi)
{
	const char *text = NULL;

	if (e->is == scms_error_la_ra && e->la_ra.is == la_ra_error_la_ra)
		text = coer_name_of(&la_ra_error_code_asn, e->la_ra.la_ra);
	fault_set(fi, FAULT_DENIED, "%s refuses: %s", name,
	    text != NULL ? text : "common error");
}

/* Its number is what makes an LA; a stored answer may be signed under a
 * certificate that was renewed since. */
static enum fault
check_signer(const struct ra *ra, unsigned la, const struct cert *signer,
    struct fault_info *fi)
{
	uint8_t id[sizeof(ra->la_id[la])];

	if (perm_la_id(id, signer) &&
	    memcmp(id, ra->la_id[la], sizeof(id)) == 0)
		return FAULT_OK;
	return fault_set(fi, FAULT_DENIED, "not signed by %s", ra->la[la].name);
}

enum fault
order_open(struct order_answer *out, struct arena *arena, const struct ra *ra,
    const struct order *o, unsigned la, struct bytes request,
    struct bytes answer, struct fault_info *fi)
{
	const struct spdu_rules rules = {
	    .psid = PSID_SECURITY,
	    .now = time32_now(),
	    .tolerance = ra->environment->time_tolerance_seconds,
	    .need_generation_time = true,
	};
	const la_ra_pre_linkage_value_response_msg *msg;
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	struct spdu spdu;

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "answer of an LA");
	TRY(spdu_open(&spdu, arena, answer, ra->self.trust, &rules, fi));
	TRY(check_signer(ra, la, spdu.signer, fi));
	TRY(coer_decode(&scms_pdu_asn, pdu, arena, spdu.payload, fi));
	msg = &pdu->content.la_ra.la_ra_pre_linkage_value_response;
	if (pdu->content.is != scms_pdu_content_la_ra ||
	    pdu->content.la_ra.is !=
		la_ra_interface_pdu_la_ra_pre_linkage_value_response)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "%s does not send pre-linkage values", ra->la[la].name);
	TRY(check_hash(msg, request, ra->la[la].name, fi));
	if (msg->reply.is == la_ra_pre_linkage_value_response_msg_reply_success)
		return check_values(out, ra, o, la, &msg->reply.success, fi);
	describe(&msg->reply.failure, ra->la[la].name, fi);
	out->verdict = verdict_of(&msg->reply.failure);
	return FAULT_OK;
}

/* ---- rows ---- */

static enum fault
write_value(struct writer *w, const encrypted_individual_plv *plv,
    size_t stride, struct fault_info *fi)
{
	const uint8_t *start = w->p;

	TRY(coer_encode(&encrypted_individual_plv_asn, plv, w, fi));
	if ((size_t)(w->p - start) != stride)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "values of an LA differ in size");
	return FAULT_OK;
}

static enum fault
write_chain(struct writer *w, const struct order *o, const struct plv_head *h,
    const struct order_answer answer[2], size_t c, struct fault_info *fi)
{
	const individual_plv_response_linkage_chain_values *v[2] = {
	    &answer[0].chains[c].values,
	    &answer[1].chains[c].values,
	};

	for (size_t i = 0; i < (size_t)(o->i_max - o->i_min); i++)
		for (size_t j = 0; j < o->j_max; j++)
			for (unsigned la = 0; la < 2; la++)
				TRY(write_value(
				    w, &v[la]->v[i].v[j], h->stride[la], fi));
	return FAULT_OK;
}

enum fault
order_file(struct bytes *out, struct arena *arena, const struct order *o,
    const struct order_answer answer[2], struct fault_info *fi)
{
	struct plv_head h = {o->i_min, o->i_max, o->j_max, {0, 0}};
	size_t n;
	struct writer w;
	uint8_t *p;

	for (unsigned la = 0; la < 2; la++)
		h.stride[la] =
		    (uint16_t)coer_size(&encrypted_individual_plv_asn,
			&answer[la].chains[0].values.v[0].v[0]);
	n = plv_file_size(&h, order_chains(o));
	if ((p = arena_alloc(arena, n, 1)) == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "PLVs of %zu chains", order_chains(o));
	w = writer_of(p, n);
	plv_file_head(&w, &h);
	for (size_t c = 0; c < order_chains(o); c++)
		TRY(write_chain(&w, o, &h, answer, c, fi));
	*out = writer_done(&w);
	return FAULT_OK;
}
