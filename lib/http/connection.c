/*
 * connection.c - one connection: handshake, requests one after another, end.
 *
 * Everything here goes on until it would have to wait and then says for what;
 * who waits, and how, is for worker.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/log.h"
#include "base/time32.h"
#include "http/server_int.h"

#define FIRST_IN ((size_t)4 << 10)

uint64_t
now_ms(void)
{
	return clock_ns() / 1000000;
}

void
connection_enter(struct connection *k, enum phase phase)
{
	k->phase = phase;
	k->since = now_ms();
}

uint64_t
connection_left(const struct connection *k, uint64_t now)
{
	const struct http_server_config *c = &k->server->config;
	const unsigned idle = c->idle_seconds;
	const unsigned seconds[PHASES] = {
	    [PHASE_NEW] = idle < NEW_SECONDS ? idle : NEW_SECONDS,
	    [PHASE_IDLE] = idle,
	    [PHASE_REQUEST] = c->request_seconds,
	    [PHASE_RESPONSE] = c->response_seconds,
	    [PHASE_CLOSING] = CLOSING_SECONDS,
	};
	uint64_t end = k->since + seconds[k->phase] * UINT64_C(1000);

	if (k->phase == PHASE_HANDLER)
		return UINT64_MAX;
	return end > now ? end - now : 0;
}

struct connection *
connection_new(struct http_server *s, int fd)
{
	struct connection *k = calloc(1, sizeof(*k));

	if (k == NULL || (k->in = malloc(FIRST_IN)) == NULL ||
	    (k->ssl = SSL_new(s->tls)) == NULL || SSL_set_fd(k->ssl, fd) != 1)
		log_fatal("out of memory");
	SSL_set_accept_state(k->ssl);
	k->in_size = FIRST_IN;
	k->server = s;
	k->fd = fd;
	connection_enter(k, PHASE_NEW);
	return k;
}

void
connection_free(struct connection *k)
{
	if (k->exchange != NULL)
		exchange_free(k->exchange);
	if (!k->used)
		atomic_fetch_add(&k->server->unused, 1);
	SSL_free(k->ssl);
	close(k->fd);
	free(k->in);
	free(k);
}

/* ---- octets ---- */

/* What a call of OpenSSL that did not succeed waits for. */
static enum step
waits_for(struct connection *k, int result)
{
	enum step step = STEP_END;

	switch (SSL_get_error(k->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		step = STEP_READ;
		break;
	case SSL_ERROR_WANT_WRITE:
		step = STEP_WRITE;
		break;
	default:
		break;
	}
	ERR_clear_error();
	return step;
}

/* STEP_AGAIN: some octets came. */
static enum step
receive(struct connection *k, void *out, size_t room, size_t *got)
{
	int r = SSL_read_ex(k->ssl, out, room, got);

	return r == 1 ? STEP_AGAIN : waits_for(k, r);
}

/* The octets not looked at come to the front; room for more behind them.
 * False: the head is too large. */
static bool
make_room(struct connection *k)
{
	size_t left = k->in_n - k->in_at;

	if (k->in_at > 0)
		memmove(k->in, k->in + k->in_at, left);
	k->in_at = 0;
	k->in_n = left;
	if (left < k->in_size)
		return true;
	if (k->in_size >= HEAD_MAX)
		return false;
	k->in_size *= 2;
	if ((k->in = realloc(k->in, k->in_size)) == NULL)
		log_fatal("out of memory");
	return true;
}

/* ---- a request ---- */

static void
skip_empty_lines(struct connection *k)
{
	while (
	    k->in_n - k->in_at >= 2 && memcmp(k->in + k->in_at, "\r\n", 2) == 0)
		k->in_at += 2;
}

static enum step
after_head(struct connection *k)
{
	if (exchange_complete(k->exchange)) {
		k->state = STATE_RUN;
		return STEP_READY;
	}
	k->state = STATE_BODY;
	return STEP_AGAIN;
}

/* "100 Continue", which is small enough always to find room. */
static bool
encourage(struct connection *k)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
	size_t sent;

	if (!k->exchange->expects || exchange_complete(k->exchange))
		return true;
	return SSL_write_ex(k->ssl, text, sizeof(text) - 1, &sent) == 1 &&
	       sent == sizeof(text) - 1;
}

static enum step
begin(struct connection *k, size_t n)
{
	k->used = true;
	connection_enter(k, PHASE_REQUEST);
	if (n == 0) {
		k->last = true;
		k->exchange =
		    exchange_refuse(k, 431 /* header fields too large */);
	} else {
		k->exchange = exchange_begin(k, k->in + k->in_at, n);
		k->in_at += n;
	}
	return encourage(k) ? after_head(k) : STEP_END;
}

static enum step
read_head(struct connection *k)
{
	size_t searched = 0, got, n;
	enum step step;

	for (;;) {
		skip_empty_lines(k);
		n = parse_head_size(
		    k->in + k->in_at, k->in_n - k->in_at, searched);
		if (n > 0)
			return begin(k, n);
		searched = k->in_n - k->in_at;
		if (!make_room(k))
			return begin(k, 0);
		step = receive(k, k->in + k->in_n, k->in_size - k->in_n, &got);
		if (step != STEP_AGAIN)
			return step;
		k->in_n += got;
	}
}

/* Octets that came with the head, or with the end of a chunk. */
static bool
take_buffered(struct connection *k)
{
	size_t n = exchange_take(
	    k->exchange, (const uint8_t *)k->in + k->in_at, k->in_n - k->in_at);

	k->in_at += n;
	return n > 0;
}

static enum step
read_body(struct connection *k)
{
	enum step step;
	uint8_t *room;
	size_t n, got;

	while (!exchange_complete(k->exchange)) {
		if (k->in_at < k->in_n) {
			if (!take_buffered(k))
				return STEP_END;
			continue;
		}
		n = exchange_room(k->exchange, &room);
		if (n > 0) {
			step = receive(k, room, n, &got);
			if (step != STEP_AGAIN)
				return step;
			if (exchange_take(k->exchange, room, got) != got)
				return STEP_END;
			continue;
		}
		k->in_at = k->in_n = 0;
		step = receive(k, k->in, k->in_size, &got);
		if (step != STEP_AGAIN)
			return step;
		k->in_n = got;
	}
	k->state = STATE_RUN;
	return STEP_READY;
}

/* ---- an answer ---- */

static enum step
close_orderly(struct connection *k)
{
	SSL_shutdown(k->ssl);
	ERR_clear_error();
	shutdown(k->fd, SHUT_WR);
	k->state = STATE_DRAIN;
	connection_enter(k, PHASE_CLOSING);
	return STEP_AGAIN;
}

static enum step
answered(struct connection *k)
{
	exchange_free(k->exchange);
	k->exchange = NULL;
	if (k->last)
		return close_orderly(k);
	k->state = STATE_HEAD;
	connection_enter(k, PHASE_IDLE);
	return k->in_at < k->in_n || SSL_has_pending(k->ssl) ? STEP_AGAIN
							     : STEP_READ;
}

static enum step
send_answer(struct connection *k)
{
	struct exchange *ex = k->exchange;
	size_t sent;
	int r;

	do {
		while (ex->out.n > 0) {
			r = SSL_write_ex(k->ssl, ex->out.p, ex->out.n, &sent);
			if (r != 1)
				return waits_for(k, r);
			ex->out.p += sent;
			ex->out.n -= sent;
		}
	} while (response_next(ex));
	/* a file that ended too early cannot be made good */
	return ex->response.length > 0 ? STEP_END : answered(k);
}

enum step
connection_answer(struct connection *k)
{
	k->state = STATE_SEND;
	connection_enter(k, PHASE_RESPONSE);
	if (k->exchange->close ||
	    atomic_load_explicit(&k->server->stopping, memory_order_relaxed))
		k->last = true;
	response_begin(k->exchange);
	return send_answer(k);
}

/* What still comes is thrown away, so that the answer is not lost by a reset of
 * the connection. */
static enum step
drain(struct connection *k)
{
	ssize_t n;

	while (k->drained < THROW_AWAY_MAX) {
		n = recv(k->fd, k->in, k->in_size, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return STEP_READ;
		if (n <= 0)
			break;
		k->drained += (size_t)n;
	}
	return STEP_END;
}

static enum step
shake_hands(struct connection *k)
{
	int r = SSL_do_handshake(k->ssl);

	if (r != 1)
		return waits_for(k, r);
	k->state = STATE_HEAD;
	return STEP_AGAIN;
}

enum step
connection_step(struct connection *k)
{
	enum step step = STEP_AGAIN;

	while (step == STEP_AGAIN) {
		switch (k->state) {
		case STATE_HANDSHAKE:
			step = shake_hands(k);
			break;
		case STATE_HEAD:
			step = read_head(k);
			break;
		case STATE_BODY:
			step = read_body(k);
			break;
		case STATE_RUN:
			return STEP_READY;
		case STATE_SEND:
			return send_answer(k);
		case STATE_DRAIN:
			step = drain(k);
			break;
		}
	}
	return step;
}
