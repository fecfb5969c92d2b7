/* http.c - the three paths, and which fault gives which status. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "role/pca/pca.h"
#include "role/pca/stages.h"
#include "service/crash.h"

static unsigned
status_of(enum fault f)
{
	switch ((unsigned)f) {
	case FAULT_TRUNCATED:
	case FAULT_TRAILING:
	case FAULT_NOT_CANONICAL:
	case FAULT_CONSTRAINT:
	case FAULT_UNKNOWN_ALTERNATIVE:
	case FAULT_TOO_DEEP:
	case FAULT_BAD_MESSAGE:
		return 400;
	case FAULT_TOO_LARGE:
		return 413;
	case FAULT_IO:
	case FAULT_STORE:
	case FAULT_BUSY:
	case FAULT_INTERNAL:
		return 503;
	default:
		return 401; /* not genuine, one way or another */
	}
}

static void
fail(struct http_response *response, enum fault f, const struct fault_info *fi)
{
	log_warn("message not answered: %s", fi->text);
	http_reply(response, status_of(f), BYTES_NONE);
	http_set_header(response, "Monarch-Error", fault_name(f));
}

/* In memory that outlives the message's arena. */
static void
succeed(struct http_response *response, struct bytes answer)
{
	uint8_t *copy = malloc(answer.n);

	if (copy == NULL)
		log_fatal("out of memory");
	memcpy(copy, answer.p, answer.n);
	http_reply_malloced(response, 200, (struct bytes){copy, answer.n});
}

typedef enum fault answer_fn(struct bytes *, struct pca *, struct arena *,
    struct bytes, struct fault_info *);

static void
run(answer_fn *answer, struct pca *pca, const struct http_request *request,
    struct http_response *response)
{
	struct arena arena = arena_new(PCA_ARENA);
	struct fault_info fi = {.code = FAULT_OK};
	struct bytes out;
	enum fault f;

	while (sem_wait(&pca->places) != 0)
		;
	stage_begin();
	f = answer(&out, pca, &arena, request->body, &fi);
	if (f == FAULT_OK)
		succeed(response, out);
	else
		fail(response, f, &fi);
	arena_free(&arena);
	PCA_STAGE_END(answer);
	sem_post(&pca->places);
	crash_point("pca-batch-answered");
}

void
pca_http_batch(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	run(pca_answer_batch, ctx, request, response);
}

void
pca_http_single(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	run(pca_answer_single, ctx, request, response);
}

void
pca_http_confirm(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct arena arena = arena_new((size_t)8 * PCA_SINGLE_MAX);
	struct fault_info fi = {.code = FAULT_OK};
	enum fault f;

	stage_begin();
	f = pca_confirm(ctx, &arena, request->body, &fi);
	PCA_STAGE_END(confirm);
	if (f == FAULT_OK)
		http_reply(response, 204, BYTES_NONE);
	else
		fail(response, f, &fi);
	arena_free(&arena);
}
