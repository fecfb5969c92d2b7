/*
 * http_agree.c - renewals of LA-PCA keys, whose messages the RA carries: the
 * two that come to the PCA.
 */
#include <string.h>

#include "base/time32.h"
#include "keys/known.h"
#include "plv/message.h"
#include "role/pca/agreement.h"
#include "role/pca/pca.h"

#define MEMORY (1u << 20)

/* A message of the RA, answered one at a time. */
typedef enum fault agree_fn(struct bytes *out, struct pca *, struct arena *,
    const struct pca_side *, struct bytes body, struct fault_info *);

static void
run(agree_fn *answer, struct pca *pca, const struct http_request *request,
    struct http_response *response)
{
	const struct pca_side side = {&pca->self, pca->keys, pca->ring};
	struct fault_info fi = {.code = FAULT_OK};
	struct arena arena = arena_new(MEMORY);
	struct bytes out;
	enum fault f;

	pthread_mutex_lock(&pca->agreeing);
	f = plv_ring_refresh(pca->ring, &fi);
	if (f == FAULT_OK)
		f = answer(&out, pca, &arena, &side, request->body, &fi);
	pthread_mutex_unlock(&pca->agreeing);
	if (f == FAULT_OK)
		pca_http_succeed(response, out);
	else
		pca_http_fail(response, f, &fi);
	arena_free(&arena);
}

/* Which of our LAs; NULL: none. */
static const char *
la_named(const struct pca *pca, struct bytes name)
{
	for (size_t t = 0; t < PCA_LAS; t++)
		if (bytes_equal(name, bytes_of_string(pca->la[t].name)))
			return pca->la[t].name;
	return NULL;
}

static enum fault
begin(struct bytes *out, struct pca *pca, struct arena *arena,
    const struct pca_side *side, struct bytes body, struct fault_info *fi)
{
	const char *name = la_named(pca, body);
	struct agreement_terms terms;
	struct cert *la;

	if (name == NULL)
		return fault_set(
		    fi, FAULT_DENIED, "a key with somebody who is not our LA");
	TRY(known_find(
	    &la, arena, &pca->self, pca->dir, name, SCMS_LA, time32_now(), fi));
	pca_agreement_terms(&terms, la, &pca->self);
	return pca_agreement_begin(out, arena, side, &terms, fi);
}

static enum fault
confirm(struct bytes *out, struct pca *pca, struct arena *arena,
    const struct pca_side *side, struct bytes body, struct fault_info *fi)
{
	(void)pca;
	return pca_agreement_confirm(out, arena, side, body, fi);
}

void
pca_http_agree_request(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	run(begin, ctx, request, response);
}

void
pca_http_agree_response(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	run(confirm, ctx, request, response);
}
