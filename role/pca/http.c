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
	case FAULT_REPLAYED:
		return 409;
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

void
pca_http_fail(
    struct http_response *response, enum fault f, const struct fault_info *fi)
{
	log_warn("message not answered: %s", fi->text);
	http_reply(response, status_of(f), BYTES_NONE);
	http_set_header(response, "Monarch-Error", fault_name(f));
	if (response->status == 503)
		http_set_header(response, "Retry-After", "1");
}

void
pca_http_succeed(struct http_response *response, struct bytes answer)
{
	uint8_t *copy = malloc(answer.n);

	if (copy == NULL)
		log_fatal("out of memory");
	memcpy(copy, answer.p, answer.n);
	http_reply_malloced(response, 200, (struct bytes){copy, answer.n});
}

typedef enum fault answer_fn(struct bytes *, struct pca *, struct arena *,
    struct bytes, struct fault_info *);

/* Waits for a place: whoever waits has its body in memory that is bounded
 * (main.c), and who finds no room there gets 503 and Retry-After. */
static struct workplace *
take_place(struct pca *pca)
{
	struct workplace *p;

	pthread_mutex_lock(&pca->lock);
	while ((p = pca->idle) == NULL)
		pthread_cond_wait(&pca->freed, &pca->lock);
	pca->idle = p->next;
	pthread_mutex_unlock(&pca->lock);
	return p;
}

static void
leave_place(struct pca *pca, struct workplace *p)
{
	arena_reset(&p->arena);
	pthread_mutex_lock(&pca->lock);
	p->next = pca->idle;
	pca->idle = p;
	pthread_cond_signal(&pca->freed);
	pthread_mutex_unlock(&pca->lock);
}

static void
run(answer_fn *answer, struct pca *pca, const struct http_request *request,
    struct http_response *response)
{
	struct workplace *place = take_place(pca);
	struct fault_info fi = {.code = FAULT_OK};
	struct bytes out;
	enum fault f;

	stage_begin();
	f = answer(&out, pca, &place->arena, request->body, &fi);
	if (f == FAULT_OK)
		pca_http_succeed(response, out);
	else
		pca_http_fail(response, f, &fi);
	leave_place(pca, place);
	PCA_STAGE_END(answer);
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
		pca_http_fail(response, f, &fi);
	arena_free(&arena);
}
