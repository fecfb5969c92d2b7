/* exchange.c - one request, from its first header to its answer's end. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "http/server_int.h"

#define POOL_MAX   64u		       /* exchanges kept for reuse */
#define KEEP_MAX   ((size_t)256 << 10) /* arena memory kept in one */
#define FIRST_BODY ((size_t)16 << 10)  /* of a body of unknown size */
/* A refused body up to this size is read and thrown away, so that the sender
 * gets the answer and not a broken connection. */
#define THROW_AWAY_MAX ((size_t)4 << 20)

static struct exchange *
exchange_new(struct http_server *s)
{
	struct exchange *ex;

	pthread_mutex_lock(&s->lock);
	if ((ex = s->pool) != NULL) {
		s->pool = ex->next;
		s->pool_n--;
	}
	pthread_mutex_unlock(&s->lock);
	if (ex == NULL) {
		if ((ex = calloc(1, sizeof(*ex))) == NULL)
			log_fatal("out of memory");
		ex->arena = arena_new(s->arena_limit);
		ex->server = s;
	}
	atomic_fetch_add(&s->active, 1);
	return ex;
}

static void
exchange_free(struct exchange *ex)
{
	struct http_server *s = ex->server;
	struct arena arena = ex->arena;

	if (arena.size > KEEP_MAX)
		arena_free(&arena);
	else
		arena_reset(&arena);
	atomic_fetch_sub(&s->memory, ex->reserved);
	memset(ex, 0, sizeof(*ex));
	ex->arena = arena;
	ex->server = s;
	pthread_mutex_lock(&s->lock);
	if (s->pool_n < POOL_MAX) {
		ex->next = s->pool;
		s->pool = ex;
		s->pool_n++;
		ex = NULL;
	}
	pthread_mutex_unlock(&s->lock);
	if (ex != NULL) {
		arena_free(&ex->arena);
		free(ex);
	}
	atomic_fetch_sub(&s->active, 1);
}

void
exchange_free_pool(struct http_server *s)
{
	struct exchange *ex, *next;

	for (ex = s->pool; ex != NULL; ex = next) {
		next = ex->next;
		arena_free(&ex->arena);
		free(ex);
	}
}

/* Takes memory for the body from what all requests share. */
static bool
reserve(struct exchange *ex, size_t n)
{
	struct http_server *s = ex->server;

	ex->reserved = n;
	return atomic_fetch_add(&s->memory, n) + n <= s->config.memory;
}

static unsigned
prepare_body(struct exchange *ex)
{
	size_t max = ex->route->max_body;

	if (!ex->has_body)
		return 0;
	if (max == 0 || ex->declared > max)
		return MHD_HTTP_CONTENT_TOO_LARGE;
	if (!reserve(ex, ex->chunked ? max : (size_t)ex->declared))
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	ex->body_size = !ex->chunked	   ? (size_t)ex->declared
			: max < FIRST_BODY ? max
					   : FIRST_BODY;
	ex->body = arena_alloc(&ex->arena, ex->body_size, 1);
	return ex->body == NULL ? MHD_HTTP_SERVICE_UNAVAILABLE : 0;
}

/* All that can be said before the body: 0 or the status of the refusal. */
static unsigned
admit(struct exchange *ex, const char *method)
{
	unsigned status;

	if (!form_check(ex))
		return MHD_HTTP_BAD_REQUEST;
	if ((status = route_find(ex, method)) != 0)
		return status;
	if (ex->server->ca != NULL)
		ex->request.peer =
		    connection_peer(ex->server, ex->connection, ex->mhd);
	if (!route_permits(ex->server, ex->route, ex->request.peer))
		return MHD_HTTP_FORBIDDEN;
	if (ex->closed != NULL && atomic_load(ex->closed))
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	return prepare_body(ex);
}

static void
refuse(struct exchange *ex)
{
	struct http_response *r = &ex->response;

	atomic_fetch_add(&ex->server->refused, 1);
	r->status = ex->refusal;
	if (ex->refusal == MHD_HTTP_METHOD_NOT_ALLOWED)
		http_set_header(r, "Allow", ex->allow);
	if (ex->refusal == MHD_HTTP_SERVICE_UNAVAILABLE)
		http_set_header(r, "Retry-After", "1");
}

/* Makes the answer; false: it will be made while the connection is
 * suspended, and exchange_handle be called again after that. */
static bool
make_answer(struct exchange *ex)
{
	ex->answered = true;
	ex->response = (struct http_response){.status = 200, .fd = -1};
	connection_enter(ex->connection, PHASE_HANDLER);
	if (ex->refusal != 0) {
		refuse(ex);
		return true;
	}
	atomic_fetch_add(&ex->server->requests, 1);
	ex->request.body = (struct bytes){ex->body, ex->body_n};
	ex->route->handler(ex->ctx, &ex->request, &ex->response);
	return ex->response.gathered == NULL || !gather_later(ex);
}

static enum MHD_Result
answer(struct exchange *ex)
{
	if (!ex->answered && !make_answer(ex))
		return MHD_YES;
	connection_enter(ex->connection, PHASE_RESPONSE);
	return response_send(ex, &ex->response);
}

/*
 * A refusal is sent before the body only if the body is ambiguous, too large
 * to be thrown away, or not sent yet; libmicrohttpd then ends the connection.
 */
static bool
answers_now(const struct exchange *ex)
{
	return ex->refusal == MHD_HTTP_BAD_REQUEST ||
	       (ex->refusal != 0 && ex->has_body &&
		   (ex->declared > THROW_AWAY_MAX ||
		       http_header(&ex->request, "Expect") != NULL));
}

static enum MHD_Result
begin(struct http_server *s, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, void **slot)
{
	struct exchange *ex = exchange_new(s);

	*slot = ex;
	ex->mhd = mhd;
	ex->connection = connection_of(mhd);
	ex->connection->used = true;
	connection_enter(ex->connection, PHASE_REQUEST);
	ex->request.method = method;
	ex->request.path = url;
	ex->request.tail = "";
	ex->request.tally = &ex->connection->tally;
	ex->request.arena = &ex->arena;
	ex->refusal = form_uri_was_cut(ex->connection, url, version)
			  ? MHD_HTTP_BAD_REQUEST
			  : admit(ex, method);
	return answers_now(ex) ? answer(ex) : MHD_YES;
}

/* Room for n more octets of a body whose size was not declared. */
static bool
grow_body(struct exchange *ex, size_t n)
{
	size_t max = ex->route->max_body, size = ex->body_size;
	uint8_t *p;

	if (n <= size - ex->body_n)
		return true;
	if (!ex->chunked || n > max - ex->body_n)
		return false;
	while (size < ex->body_n + n)
		size = size > max / 2 ? max : 2 * size;
	if ((p = arena_alloc(&ex->arena, size, 1)) == NULL)
		return false;
	memcpy(p, ex->body, ex->body_n);
	ex->body = p;
	ex->body_size = size;
	return true;
}

static enum MHD_Result
take_body(struct exchange *ex, const char *data, size_t n)
{
	if (ex->refusal == 0 && !grow_body(ex, n))
		ex->refusal = MHD_HTTP_CONTENT_TOO_LARGE;
	if (ex->refusal != 0) {
		ex->thrown_away += n;
		return ex->thrown_away > THROW_AWAY_MAX ? MHD_NO : MHD_YES;
	}
	memcpy(ex->body + ex->body_n, data, n);
	ex->body_n += n;
	return MHD_YES;
}

enum MHD_Result
exchange_handle(void *server, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **slot)
{
	size_t got = *n;

	if (*slot == NULL)
		return begin(server, mhd, url, method, version, slot);
	if (got > 0) {
		*n = 0;
		return take_body(*slot, data, got);
	}
	return answer(*slot);
}

void
exchange_completed(void *server, struct MHD_Connection *mhd, void **slot,
    enum MHD_RequestTerminationCode code)
{
	struct exchange *ex = *slot;

	(void)server;
	(void)mhd;
	(void)code;
	if (ex == NULL)
		return;
	connection_enter(ex->connection, PHASE_IDLE);
	exchange_free(ex);
	*slot = NULL;
}

const char *
http_header(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(
	    exchange_of(r)->mhd, MHD_HEADER_KIND, name);
}

const char *
http_query(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(
	    exchange_of(r)->mhd, MHD_GET_ARGUMENT_KIND, name);
}

struct visitor {
	const char *name;
	void (*fn)(void *, const char *);
	void *ctx;
};

static enum MHD_Result
visit_header(
    void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
	const struct visitor *v = ctx;

	(void)kind;
	if (strcasecmp(key, v->name) == 0)
		v->fn(v->ctx, value == NULL ? "" : value);
	return MHD_YES;
}

void
http_header_each(const struct http_request *r, const char *name,
    void (*fn)(void *, const char *), void *ctx)
{
	struct visitor v = {name, fn, ctx};

	MHD_get_connection_values(
	    exchange_of(r)->mhd, MHD_HEADER_KIND, visit_header, &v);
}
