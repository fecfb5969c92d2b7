/* exchange.c - one request, from its head to its handler. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "http/server_int.h"

#define POOL_MAX   128u		       /* exchanges kept for reuse */
#define KEEP_MAX   ((size_t)256 << 10) /* arena memory kept in one */
#define FIRST_BODY ((size_t)16 << 10)  /* of a body of unknown size */

static struct exchange *
exchange_new(struct connection *k)
{
	struct http_server *s = k->server;
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
	}
	ex->server = s;
	ex->connection = k;
	ex->request.method = ex->request.path = ex->request.tail = "";
	ex->request.arena = &ex->arena;
	ex->response.fd = -1;
	atomic_fetch_add(&s->active, 1);
	return ex;
}

void
exchange_free(struct exchange *ex)
{
	struct http_server *s = ex->server;
	struct arena arena = ex->arena;

	response_free(&ex->response);
	if (arena.size > KEEP_MAX)
		arena_free(&arena);
	else
		arena_reset(&arena);
	atomic_fetch_sub(&s->memory, ex->reserved);
	memset(ex, 0, sizeof(*ex));
	ex->arena = arena;
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

/* ---- admission ---- */

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
		return 413;
	if (!reserve(ex, ex->chunked ? max : (size_t)ex->declared))
		return 503;
	ex->body_size = !ex->chunked	   ? (size_t)ex->declared
			: max < FIRST_BODY ? max
					   : FIRST_BODY;
	ex->body = arena_alloc(&ex->arena, ex->body_size, 1);
	return ex->body == NULL ? 503 : 0;
}

/* All that can be said before the body: 0 or the status of the refusal. */
static unsigned
admit(struct exchange *ex)
{
	unsigned status;

	if ((status = route_find(ex)) != 0)
		return status;
	ex->request.peer = tls_peer(ex->connection);
	if (!route_permits(ex->server, ex->route, ex->request.peer))
		return 403;
	return prepare_body(ex);
}

/*
 * A refusal is sent before the body only if the body is ambiguous, too large
 * to be thrown away, or not sent yet; then the connection ends with it.
 */
static void
refuse(struct exchange *ex, unsigned status)
{
	ex->refusal = status;
	if (status == 400 || status == 431 ||
	    (ex->has_body && (ex->declared > THROW_AWAY_MAX || ex->expects)))
		ex->close = true;
	if (ex->close)
		ex->has_body = false;
}

struct exchange *
exchange_begin(struct connection *k, char *head, size_t n)
{
	struct exchange *ex = exchange_new(k);
	unsigned status;

	if (!parse_head(ex, head, n))
		status = 400;
	else
		status = admit(ex);
	if (status != 0)
		refuse(ex, status);
	return ex;
}

struct exchange *
exchange_refuse(struct connection *k, unsigned status)
{
	struct exchange *ex = exchange_new(k);

	refuse(ex, status);
	return ex;
}

/* ---- body ---- */

bool
exchange_complete(const struct exchange *ex)
{
	if (!ex->has_body)
		return true;
	if (ex->chunked)
		return ex->chunks.state == CHUNK_DONE;
	return ex->body_n + ex->thrown_away == ex->declared;
}

size_t
exchange_room(const struct exchange *ex, uint8_t **room)
{
	if (ex->refusal != 0 || ex->chunked)
		return 0;
	*room = ex->body + ex->body_n;
	return ex->body_size - ex->body_n;
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

/* False: so much was thrown away that it is enough. */
static bool
add_body(struct exchange *ex, const uint8_t *p, size_t n)
{
	if (ex->refusal == 0 && !grow_body(ex, n))
		ex->refusal = 413;
	if (ex->refusal != 0) {
		ex->thrown_away += n;
		return ex->thrown_away <= THROW_AWAY_MAX;
	}
	if (p != ex->body + ex->body_n) /* not there already */
		memcpy(ex->body + ex->body_n, p, n);
	ex->body_n += n;
	return true;
}

/* A bad chunk: nobody knows where the next request begins. */
static void
give_up(struct exchange *ex)
{
	ex->refusal = 400;
	ex->close = true;
	ex->has_body = false;
}

size_t
exchange_take(struct exchange *ex, const uint8_t *p, size_t n)
{
	uint64_t missing = ex->declared - ex->body_n - ex->thrown_away;
	struct bytes data;
	size_t used;

	if (!ex->chunked) {
		used = n < missing ? n : (size_t)missing;
		return add_body(ex, p, used) ? used : 0;
	}
	used = parse_chunks(&ex->chunks, p, n, &data);
	if (ex->chunks.state == CHUNK_BAD)
		give_up(ex);
	else if (data.n > 0 && !add_body(ex, data.p, data.n))
		return 0;
	return used;
}

/* ---- handlers ---- */

static void
answer_refusal(struct exchange *ex)
{
	struct http_response *r = &ex->response;

	atomic_fetch_add(&ex->server->refused, 1);
	r->status = ex->refusal;
	if (ex->refusal == 405)
		http_set_header(r, "Allow", ex->allow);
	if (ex->refusal == 503)
		http_set_header(r, "Retry-After", "1");
}

static void
run_handler(struct exchange *ex)
{
	connection_enter(ex->connection, PHASE_HANDLER);
	ex->response = (struct http_response){.status = 200, .fd = -1};
	if (ex->refusal != 0) {
		answer_refusal(ex);
		return;
	}
	atomic_fetch_add(&ex->server->requests, 1);
	ex->request.body = (struct bytes){ex->body, ex->body_n};
	ex->route->handler(ex->ctx, &ex->request, &ex->response);
}

/* Those that wait for the same function as the first that waits; 0: none. */
static size_t
gather(struct exchange **out, struct exchange *const *ex, size_t n)
{
	http_gathered *wanted = NULL;
	size_t found = 0;

	for (size_t k = 0; k < n && found < HTTP_GATHER_MAX; k++) {
		if (wanted == NULL)
			wanted = ex[k]->response.gathered;
		if (wanted != NULL && ex[k]->response.gathered == wanted &&
		    (found == 0 || ex[k]->ctx == out[0]->ctx))
			out[found++] = ex[k];
	}
	return found;
}

static bool
run_gathered(struct exchange *const *all, size_t all_n)
{
	const struct http_request *requests[HTTP_GATHER_MAX];
	struct http_response *responses[HTTP_GATHER_MAX];
	struct exchange *ex[HTTP_GATHER_MAX];
	size_t n = gather(ex, all, all_n);
	http_gathered *run;

	if (n == 0)
		return false;
	run = ex[0]->response.gathered;
	for (size_t k = 0; k < n; k++) {
		requests[k] = &ex[k]->request;
		responses[k] = &ex[k]->response;
		ex[k]->response.gathered = NULL;
	}
	run(ex[0]->ctx, requests, responses, n);
	return true;
}

void
exchange_run(struct exchange **ex, size_t n)
{
	for (size_t k = 0; k < n; k++)
		run_handler(ex[k]);
	while (run_gathered(ex, n))
		;
}

/* ---- what handlers ask ---- */

static const char *
find(const struct field *f, size_t n, const char *name)
{
	for (size_t k = 0; k < n; k++)
		if (strcasecmp(f[k].name, name) == 0)
			return f[k].value;
	return NULL;
}

const char *
http_header(const struct http_request *r, const char *name)
{
	const struct exchange *ex = exchange_of(r);

	return find(ex->headers, ex->headers_n, name);
}

const char *
http_query(const struct http_request *r, const char *name)
{
	const struct exchange *ex = exchange_of(r);

	for (size_t k = 0; k < ex->query_n; k++)
		if (strcmp(ex->query[k].name, name) == 0)
			return ex->query[k].value;
	return NULL;
}

void
http_header_each(const struct http_request *r, const char *name,
    void (*fn)(void *ctx, const char *value), void *ctx)
{
	const struct exchange *ex = exchange_of(r);

	for (size_t k = 0; k < ex->headers_n; k++)
		if (strcasecmp(ex->headers[k].name, name) == 0)
			fn(ctx, ex->headers[k].value);
}
