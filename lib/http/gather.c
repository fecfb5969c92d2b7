/*
 * gather.c - requests whose answers are made together (http_gather).
 *
 * libmicrohttpd calls a handler for one request at a time.  A request whose
 * handler asks for http_gather is suspended and waits in a queue; threads of
 * our own take from it what belongs together, run the function that was asked
 * for, and resume the connections, whose answers libmicrohttpd then fetches.
 * While one batch is computed the next one gathers, so nobody waits for
 * company.  At most one thread runs what http_gather_alone asked for.
 */
#include <stdlib.h>

#include "base/log.h"
#include "http/server_int.h"

static bool
together(const struct exchange *a, const struct exchange *b)
{
	return a->response.gathered == b->response.gathered && a->ctx == b->ctx;
}

/* The first one whose turn it is and those that go with it, out of the queue.
 * not_alone: somebody runs what only one may run at a time. */
static size_t
take(struct exchange *out[HTTP_GATHER_MAX], struct exchange_queue *q,
    bool not_alone)
{
	struct exchange *ex, *next;
	size_t n = 0;

	for (ex = TAILQ_FIRST(q); ex != NULL && n < HTTP_GATHER_MAX;
	     ex = next) {
		next = TAILQ_NEXT(ex, waiting);
		if (n > 0 ? !together(out[0], ex)
			  : not_alone && ex->response.alone)
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
		ex[i]->response.alone = false;
	}
	fn(ex[0]->ctx, requests, responses, n);
}

/* The end is near: whoever waits would make it wait. */
static void
refuse(struct exchange *ex)
{
	struct http_response *r = &ex->response;

	r->gathered = NULL;
	http_reply(r, MHD_HTTP_SERVICE_UNAVAILABLE, BYTES_NONE);
	http_set_header(r, "Retry-After", "1");
}

/* Those that ask to be gathered again wait again; the others are answered.
 * Under gather_lock; resume: those that were suspended and have an answer. */
static size_t
sort(struct exchange *resume[], struct http_server *s,
    struct exchange *const ex[], size_t n)
{
	size_t answered = 0;

	for (size_t i = 0; i < n; i++) {
		if (ex[i]->response.gathered != NULL && s->gathering) {
			TAILQ_INSERT_TAIL(&s->waiting, ex[i], waiting);
			continue;
		}
		if (ex[i]->response.gathered != NULL)
			refuse(ex[i]);
		resume[answered++] = ex[i];
	}
	return answered;
}

static void
resume_all(struct exchange *const ex[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		MHD_resume_connection(ex[i]->mhd);
}

static void *
gather(void *server)
{
	struct http_server *s = server;
	struct exchange *ex[HTTP_GATHER_MAX], *answered[HTTP_GATHER_MAX];
	size_t n;
	bool alone;

	pthread_mutex_lock(&s->gather_lock);
	while (s->gathering) {
		if ((n = take(ex, &s->waiting, s->gather_alone)) == 0) {
			pthread_cond_wait(&s->gather_wake, &s->gather_lock);
			continue;
		}
		if ((alone = ex[0]->response.alone))
			s->gather_alone = true;
		pthread_mutex_unlock(&s->gather_lock);
		run(ex, n);
		pthread_mutex_lock(&s->gather_lock);
		if (alone)
			s->gather_alone = false;
		n = sort(answered, s, ex, n);
		if (alone || !TAILQ_EMPTY(&s->waiting))
			pthread_cond_broadcast(&s->gather_wake);
		pthread_mutex_unlock(&s->gather_lock);
		resume_all(answered, n);
		pthread_mutex_lock(&s->gather_lock);
	}
	pthread_mutex_unlock(&s->gather_lock);
	return NULL;
}

bool
gather_later(struct exchange *ex)
{
	struct http_server *s = ex->server;
	bool later;

	pthread_mutex_lock(&s->gather_lock);
	if ((later = s->gathering)) {
		MHD_suspend_connection(ex->mhd);
		TAILQ_INSERT_TAIL(&s->waiting, ex, waiting);
		pthread_cond_signal(&s->gather_wake);
	}
	pthread_mutex_unlock(&s->gather_lock);
	while (!later && ex->response.gathered != NULL)
		run(&ex, 1);
	return later;
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
	while (!TAILQ_EMPTY(&s->waiting)) {
		struct exchange *ex = TAILQ_FIRST(&s->waiting);

		TAILQ_REMOVE(&s->waiting, ex, waiting);
		refuse(ex);
		MHD_resume_connection(ex->mhd);
	}
	free(s->gatherers);
	s->gatherers = NULL;
}
