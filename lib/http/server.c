/* server.c - start and stop of the HTTPS server; see server.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time32.h"
#include "http/server_int.h"

#define BACKLOG 1024

static bool
wants_certificates(const struct http_server_config *c)
{
	size_t i, k;

	for (i = 0; i < c->sets_n; i++)
		for (k = 0; k < c->sets[i].n; k++)
			if (c->sets[i].routes[k].peers != NULL)
				return true;
	return false;
}

static size_t
largest_body(const struct http_server_config *c)
{
	size_t i, k, max = 0;

	for (i = 0; i < c->sets_n; i++)
		for (k = 0; k < c->sets[i].n; k++)
			if (c->sets[i].routes[k].max_body > max)
				max = c->sets[i].routes[k].max_body;
	return max;
}

static void
fill_defaults(struct http_server_config *c)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (c->threads == 0)
		c->threads = processors > 0 ? (unsigned)processors : 1;
	if (c->connections == 0)
		c->connections = c->threading == HTTP_THREAD_POOL ? 4096 : 128;
	if (c->connections < c->threads)
		c->connections = c->threads;
	if (c->memory == 0)
		c->memory = (size_t)256 << 20;
	if (c->arena == 0)
		c->arena = (size_t)16 << 20;
	if (c->idle_seconds == 0)
		c->idle_seconds = 60;
	if (c->request_seconds == 0)
		c->request_seconds = 60;
	if (c->response_seconds == 0)
		c->response_seconds = 600;
}

static enum fault
load(struct http_server *s, const struct http_server_config *c,
    struct fault_info *fi)
{
	s->config = *c;
	fill_defaults(&s->config);
	s->sets = calloc(c->sets_n + 1, sizeof(*s->sets));
	if (s->sets == NULL ||
	    (c->domain != NULL && (s->domain = strdup(c->domain)) == NULL))
		log_fatal("out of memory");
	if (c->sets_n > 0)
		memcpy(s->sets, c->sets, c->sets_n * sizeof(*s->sets));
	s->config.sets = s->sets;
	/* a body of undeclared size grows by copying: twice its size */
	s->arena_limit = s->config.arena + 2 * largest_body(c);
	s->asks_certificates = wants_certificates(c);
	return tls_open(s, fi);
}

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} u;
	socklen_t n;
};

/* "127.0.0.1:80" or "[::1]:80". */
static bool
parse_address(struct address *out, const char *text)
{
	const char *colon = strrchr(text, ':');
	char host[64], *end;
	unsigned long port;
	size_t n;

	memset(out, 0, sizeof(*out));
	if (colon == NULL || (n = (size_t)(colon - text)) >= sizeof(host) ||
	    colon[1] < '0' || colon[1] > '9')
		return false;
	port = strtoul(colon + 1, &end, 10);
	if (*end != '\0' || port > 65535)
		return false;
	if (n > 2 && text[0] == '[' && text[n - 1] == ']') {
		snprintf(host, sizeof(host), "%.*s", (int)n - 2, text + 1);
		out->u.v6.sin6_family = AF_INET6;
		out->u.v6.sin6_port = htons((uint16_t)port);
		out->n = sizeof(out->u.v6);
		return inet_pton(AF_INET6, host, &out->u.v6.sin6_addr) == 1;
	}
	snprintf(host, sizeof(host), "%.*s", (int)n, text);
	out->u.v4.sin_family = AF_INET;
	out->u.v4.sin_port = htons((uint16_t)port);
	out->n = sizeof(out->u.v4);
	return inet_pton(AF_INET, host, &out->u.v4.sin_addr) == 1;
}

static enum fault
open_socket(struct http_server *s, struct fault_info *fi)
{
	const char *listen_at = s->config.listen;
	struct address a;
	int on = 1;

	if (listen_at == NULL || !parse_address(&a, listen_at))
		return fault_set(fi, FAULT_CONFIG,
		    "%s: not an address and a port",
		    listen_at != NULL ? listen_at : "listen");
	s->listen_fd = socket(
	    a.u.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listen_fd < 0 ||
	    setsockopt(
		s->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    /* accepted ones inherit it */
	    setsockopt(
		s->listen_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0 ||
	    bind(s->listen_fd, &a.u.any, a.n) != 0 ||
	    listen(s->listen_fd, BACKLOG) != 0 ||
	    getsockname(s->listen_fd, &a.u.any, &a.n) != 0)
		return fault_errno(
		    fi, FAULT_IO, "cannot listen on %s", listen_at);
	s->port = ntohs(
	    a.u.any.sa_family == AF_INET6 ? a.u.v6.sin6_port : a.u.v4.sin_port);
	return FAULT_OK;
}

static void
server_free(struct http_server *s)
{
	if (s->workers != NULL)
		workers_end(s);
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	exchange_free_pool(s);
	tls_close(s);
	free(s->domain);
	free(s->sets);
	pthread_cond_destroy(&s->fewer);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

enum fault
http_server_start(struct http_server **out, const struct http_server_config *c,
    struct fault_info *fi)
{
	struct http_server *s = calloc(1, sizeof(*s));
	enum fault f;

	if (s == NULL)
		log_fatal("out of memory");
	s->listen_fd = -1;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->fewer, NULL);
	if ((f = load(s, c, fi)) != FAULT_OK ||
	    (f = open_socket(s, fi)) != FAULT_OK) {
		server_free(s);
		return f;
	}
	workers_start(s);
	*out = s;
	return FAULT_OK;
}

uint16_t
http_server_port(const struct http_server *s)
{
	return s->port;
}

void
http_server_stop(struct http_server *s, unsigned seconds)
{
	uint64_t until = clock_ns() + seconds * UINT64_C(1000000000);

	if (s == NULL)
		return;
	workers_quiesce(s);
	while (atomic_load(&s->active) > 0 && clock_ns() < until)
		usleep(5000);
	server_free(s);
}

void
http_server_stats(struct http_server *s, struct http_server_stats *out)
{
	out->requests = atomic_load(&s->requests);
	out->refused = atomic_load(&s->refused);
	out->unused = atomic_load(&s->unused);
	out->connections = atomic_load(&s->connections_n);
}
