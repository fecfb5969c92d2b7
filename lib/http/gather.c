/*
 * gather.c - requests whose answers are made together (http_gather).
 *
 * libmicrohttpd calls a handler for one request at a time.  A request whose
 * handler asks for http_gather is suspended and waits in a queue; threads of
 * our own take from it what belongs together, run the function that was asked
 * for, and resume the connections, whose answers libmicrohttpd then fetches.
 * While one batch is computed the next one gathers, so nobody waits for
 * company.
 */
#include <stdlib.h>

#include "base/log.h"
#include "http/server_int.h"

static bool
together(const struct exchange *a, const struct exchange *b)
{
	return a->response.gathered == b->response.gathered && a->ctx == b->ctx;
}

/* The first one and those that go with it, out of the queue. */
static size_t
take(struct exchange *out[HTTP_GATHER_MAX], struct exchange_queue *q)
{
	struct exchange *ex, *next;
	size_t n = 0;

	for (ex = TAILQ_FIRST(q); ex != NULL && n < HTTP_GATHER_MAX;
	     ex = next) {
		next = TAILQ_NEXT(ex, waiting);
		if (n > 0 && !together(out[0], ex))
			continue;
		TAILQ_REMOVE(q, ex, waiting);
		out[n++] = ex;
	}
	return n;
}

static void
run(struct exchange *const ex[], size_t n)
{
	const struct http_request *requests[HTTP_GATHER_MAX];
	struct http_response *responses[HTTP_GATHER_MAX];
	http_gathered *fn = ex[0]->response.gathered;

	for (size_t i = 0; i < n; i++) {
		requests[i] = &ex[i]->request;
		responses[i] = &ex[i]->response;
		ex[i]->response.gathered = NULL;
	}
	fn(ex[0]->ctx, requests, responses, n);
}

/* Runs what is in the queue, and what asks to be gathered again. */
static void
finish(struct exchange_queue *q)
{
	struct exchange *ex[HTTP_GATHER_MAX];
	size_t n;

	while ((n = take(ex, q)) > 0) {
		run(ex, n);
		for (size_t i = 0; i < n; i++) {
			if (ex[i]->response.gathered != NULL)
				TAILQ_INSERT_TAIL(q, ex[i], waiting);
			else if (ex[i]->suspended)
				MHD_resume_connection(ex[i]->mhd);
		}
	}
}

static void *
gather(void *server)
{
	struct http_server *s = server;
	struct exchange_queue mine = TAILQ_HEAD_INITIALIZER(mine);
	struct exchange *ex[HTTP_GATHER_MAX];
	size_t n;

	pthread_mutex_lock(&s->gather_lock);
	for (;;) {
		while (TAILQ_EMPTY(&s->waiting) && s->gathering)
			pthread_cond_wait(&s->gather_wake, &s->gather_lock);
		if ((n = take(ex, &s->waiting)) == 0)
			break;
		pthread_mutex_unlock(&s->gather_lock);
		for (size_t i = 0; i < n; i++)
			TAILQ_INSERT_TAIL(&mine, ex[i], waiting);
		finish(&mine);
		pthread_mutex_lock(&s->gather_lock);
	}
	pthread_mutex_unlock(&s->gather_lock);
	return NULL;
}

bool
gather_later(struct exchange *ex)
{
	struct http_server *s = ex->server;
	struct exchange_queue alone = TAILQ_HEAD_INITIALIZER(alone);

	pthread_mutex_lock(&s->gather_lock);
	ex->suspended = s->gathering;
	if (ex->suspended) {
		MHD_suspend_connection(ex->mhd);
		TAILQ_INSERT_TAIL(&s->waiting, ex, waiting);
		pthread_cond_signal(&s->gather_wake);
	}
	pthread_mutex_unlock(&s->gather_lock);
	if (ex->suspended)
		return true;
	TAILQ_INSERT_TAIL(&alone, ex, waiting);
	finish(&alone);
	return false;
}

void
gather_start(struct http_server *s, unsigned threads)
{
	if ((s->gatherers = calloc(threads, sizeof(*s->gatherers))) == NULL)
		log_fatal("out of memory");
	s->gathering = true;
	for (; s->gatherers_n < threads; s->gatherers_n++)
		if (pthread_create(
			&s->gatherers[s->gatherers_n], NULL, gather, s) != 0)
			log_fatal("cannot make a thread");
}

void
gather_stop(struct http_server *s)
{
	pthread_mutex_lock(&s->gather_lock);
	s->gathering = false;
	pthread_cond_broadcast(&s->gather_wake);
	pthread_mutex_unlock(&s->gather_lock);
	for (; s->gatherers_n > 0; s->gatherers_n--)
		pthread_join(s->gatherers[s->gatherers_n - 1], NULL);
	free(s->gatherers);
	s->gatherers = NULL;
}
