/* ma.c - see ma.h: the routes of the MA. */
#include "role/ra/ma.h"
#include "role/ra/handlers.h"

#define MA_ERROR(alternative, code)                            \
	{                                                      \
		.is = scms_error_ma_ra, .ma_ra = {             \
			.is = ma_ra_error_ma_ra_##alternative, \
			.ma_ra_##alternative =                 \
			    ma_ra_##alternative##_code_##code, \
		}                                              \
	}

const scms_error ma_no_such_hpcr =
    MA_ERROR(base_error, ra_invalid_hash_request);
const scms_error ma_no_such_rif = MA_ERROR(base_error, ra_invalid_rif_value);
const scms_error ma_already_blacklisted =
    MA_ERROR(blacklist_error, already_blacklisted);
const scms_error ma_no_chains =
    MA_ERROR(lci_error, no_linkage_chain_identifiers_known_for_hpcr);
const scms_error ma_no_digests =
    MA_ERROR(cdv_error, no_certificate_digest_values_known_for_rif);

static const struct subject {
	enum inquiry_kind kind;
	ma_answer *answer;
} blacklist = {INQUIRY_BLACKLIST, ma_blacklist},
  blacklist_rif = {INQUIRY_BLACKLIST_RIF, ma_blacklist_rif},
  chains = {INQUIRY_CHAINS, ma_chains}, digests = {INQUIRY_DIGESTS, ma_digests};

struct asked {
	struct ra *ra;
	const struct subject *subject;
};

static enum fault
answer(scms_pdu *pdu, void *ctx, struct arena *arena,
    const struct inquiry_question *question, struct http_response *response,
    struct fault_info *fi)
{
	const struct asked *a = ctx;
	enum fault f;

	ra_db_lock(a->ra);
	f = a->subject->answer(
	    pdu, a->ra, a->ra->db, arena, question, response, fi);
	ra_db_unlock(a->ra, a->ra->db);
	return f;
}

/* They wait for disk and database, so devices do not wait with them. */
static void
serve(void *ctx, const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	struct ra *ra = ctx;

	for (size_t k = 0; k < n; k++) {
		struct asked asked = {ra, responses[k]->state};

		inquiry_serve(ra->inquiry, asked.subject->kind, requests[k],
		    responses[k], answer, &asked);
	}
}

static void
ask(const struct subject *subject, struct http_response *response)
{
	response->state = (void *)(uintptr_t)subject;
	http_gather_alone(response, serve);
}

void
ra_blacklist(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	(void)request;
	ask(&blacklist, response);
}

void
ra_blacklist_rif(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	(void)request;
	ask(&blacklist_rif, response);
}

void
ra_chains(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	(void)request;
	ask(&chains, response);
}

void
ra_digests(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	(void)request;
	ask(&digests, response);
}
