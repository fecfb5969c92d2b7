/*
 * linkage_seed.c - POST /linkage-seed-hash: the seeds of chains that are
 * revoked, of the running week or the next and never of an earlier one, so that
 * what was sent before stays unlinkable.
 */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "role/la/la.h"
#include "schema/scms_protocol.h"

/* The week that the header names: the running one or the next. */
static enum fault
read_week(uint16_t *out, const struct la *la, const char *header,
    struct fault_info *fi)
{
	uint32_t now = environment_period(la->environment, time32_now());
	char text[12];

	for (uint32_t i = now; i <= now + 1 && i <= UINT16_MAX; i++) {
		(void)snprintf(text, sizeof(text), "%u", i);
		if (header != NULL && strcmp(header, text) == 0) {
			*out = (uint16_t)i;
			return FAULT_OK;
		}
	}
	return fault_set(fi, FAULT_BAD_TIME,
	    "%s names neither the running week nor the next", LA_WEEK_HEADER);
}

struct seeds {
	struct la *la;
	uint16_t i;
};

static void
fill_seed(lci2_ls *out, const struct seeds *s, const linkage_chain_id *lci)
{
	scoped_la_ma_ls_error *failure = &out->reply.failure;
	linkage_seed_and_la_id *success = &out->reply.success;
	struct chain chain;
	uint16_t i;

	out->lci = *lci;
	if (chain_of_lci(&chain, &s->la->keys, lci) != FAULT_OK ||
	    chain.i0 > s->i) {
		out->reply.is = lci2_ls_reply_failure;
		failure->is = scms_error_la_ma;
		failure->la_ma.is = la_ma_error_la_ma_linkage_seed_error;
		failure->la_ma.la_ma_linkage_seed_error =
		    la_ma_linkage_seed_error_code_la_invalid_linkage_value;
		return;
	}
	for (i = chain.i0; i < s->i; i++)
		linkage_step(&chain.seed, s->la->id, &chain.seed, 1);
	out->reply.is = lci2_ls_reply_success;
	memcpy(success->linkage_seed.b, chain.seed.b, sizeof(chain.seed.b));
	memcpy(success->la_id.b, s->la->id, sizeof(s->la->id));
	wipe(&chain, sizeof(chain));
}

static enum fault
fill_seeds(scms_pdu *answer, void *ctx, struct arena *arena,
    const struct inquiry_question *q, struct http_response *response,
    struct fault_info *fi)
{
	const to_be_signed_ls_request_msg_lci *asked =
	    &q->pdu->content.la_ma.ma_la_linkage_seed_request.tbs.lci;
	la_ma_linkage_seed_response_msg_ls_info *out =
	    &answer->content.la_ma.la_ma_linkage_seed_response.ls_info;

	(void)response;
	out->v = ARENA_ARRAY(arena, asked->n, lci2_ls);
	if (out->v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	out->n = asked->n;
	for (size_t t = 0; t < out->n; t++)
		fill_seed(&out->v[t], ctx, &asked->v[t]);
	return FAULT_OK;
}

void
la_http_seeds(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct la *la = ctx;
	struct seeds seeds = {.la = la};
	struct fault_info fi;
	enum fault f;

	f = read_week(&seeds.i, la, http_header(request, LA_WEEK_HEADER), &fi);
	if (f != FAULT_OK)
		inquiry_refuse(la->inquiry, INQUIRY_SEEDS,
		    http_header(request, INQUIRY_HEADER), response, f, &fi);
	else
		inquiry_serve(la->inquiry, INQUIRY_SEEDS, request, response,
		    fill_seeds, &seeds);
}
