/* server.c - start and stop of the HTTPS server; see server.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/time32.h"
#include "http/server_int.h"

#define PEM_MAX		  ((size_t)1 << 20)
#define CONNECTION_MEMORY ((size_t)32 << 10) /* headers and buffer */
#define BACKLOG		  1024

/* Devices must find ECDHE-ECDSA-AES128-SHA256 (wire-interface.md 2); without
 * -VERS-ALL GnuTLS would agree to TLS 1.0. */
static const char *const priorities[] = {
    [HTTP_TLS_DEVICES] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:+SHA256",
    [HTTP_TLS_INTERNAL] = "NORMAL:-VERS-ALL:+VERS-TLS1.3",
};

static time_t
tls_time(time_t *out)
{
	time_t t = (time_t)time32_to_posix(time32_now());

	if (out != NULL)
		*out = t;
	return t;
}

static enum fault
read_pem(char **out, const char *path, struct fault_info *fi)
{
	struct arena arena = arena_new(PEM_MAX);
	struct bytes b;
	enum fault f = file_read(&b, &arena, path, PEM_MAX, fi);

	if (f == FAULT_OK) {
		if ((*out = malloc(b.n + 1)) == NULL)
			log_fatal("out of memory");
		memcpy(*out, b.p, b.n);
		(*out)[b.n] = '\0';
	}
	arena_free(&arena);
	return f;
}

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
	TRY(read_pem(&s->cert, c->cert, fi));
	TRY(read_pem(&s->key, c->key, fi));
	if (wants_certificates(c))
		TRY(read_pem(&s->ca, c->ca, fi));
	return FAULT_OK;
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
	    bind(s->listen_fd, &a.u.any, a.n) != 0 ||
	    listen(s->listen_fd, BACKLOG) != 0 ||
	    getsockname(s->listen_fd, &a.u.any, &a.n) != 0)
		return fault_errno(
		    fi, FAULT_IO, "cannot listen on %s", listen_at);
	s->port = ntohs(
	    a.u.any.sa_family == AF_INET6 ? a.u.v6.sin6_port : a.u.v4.sin_port);
	return FAULT_OK;
}

static void on_mhd_log(void *, const char *, va_list) printf_like(2, 0);

/* Keeps what libmicrohttpd says while it starts, for the error text. */
static void
on_mhd_log(void *server, const char *fmt, va_list ap)
{
	struct http_server *s = server;
	size_t n;

	if (atomic_load(&s->started))
		return;
	vsnprintf(s->reason, sizeof(s->reason), fmt, ap);
	for (n = strlen(s->reason); n > 0 && s->reason[n - 1] <= ' '; n--)
		s->reason[n - 1] = '\0';
}

static enum fault
start_daemon(struct http_server *s, struct fault_info *fi)
{
	const struct http_server_config *c = &s->config;
	bool pool = c->threading == HTTP_THREAD_POOL;
	/* Not epoll: there a thread of libmicrohttpd 0.9.75 spins, asking
	 * GnuTLS again and again, as long as any TLS handshake waits for its
	 * client. */
	unsigned flags =
	    MHD_USE_TLS | MHD_USE_ERROR_LOG | MHD_USE_ITC |
	    MHD_USE_SUPPRESS_DATE_NO_CLOCK | MHD_USE_POLL_INTERNAL_THREAD |
	    (pool ? MHD_ALLOW_SUSPEND_RESUME : MHD_USE_THREAD_PER_CONNECTION);
	struct MHD_OptionItem options[] = {
	    {MHD_OPTION_HTTPS_MEM_TRUST, 0, s->ca},
	    {MHD_OPTION_THREAD_POOL_SIZE, c->threads, NULL},
	    {MHD_OPTION_END, 0, NULL},
	};
	size_t from = s->ca != NULL ? 0 : 1;

	if (!pool || c->threads < 2)
		options[1] = options[2];
	/* clang-format off */
	s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, exchange_handle, s,
	    MHD_OPTION_EXTERNAL_LOGGER, on_mhd_log, s,
	    MHD_OPTION_LISTEN_SOCKET, s->listen_fd,
	    MHD_OPTION_HTTPS_MEM_CERT, s->cert,
	    MHD_OPTION_HTTPS_MEM_KEY, s->key,
	    MHD_OPTION_HTTPS_PRIORITIES, priorities[c->tls],
	    MHD_OPTION_CONNECTION_LIMIT, c->connections,
	    MHD_OPTION_CONNECTION_TIMEOUT, c->idle_seconds,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_URI_LOG_CALLBACK, form_note_uri, s,
	    MHD_OPTION_UNESCAPE_CALLBACK, form_unescape, s,
	    MHD_OPTION_NOTIFY_CONNECTION, connection_notify, s,
	    MHD_OPTION_NOTIFY_COMPLETED, exchange_completed, s,
	    MHD_OPTION_ARRAY, options + from,
	    MHD_OPTION_END);
	/* clang-format on */
	if (s->daemon == NULL)
		return fault_set(fi, FAULT_TLS, "HTTPS server with %s: %s",
		    c->cert,
		    s->reason[0] != '\0' ? s->reason
					 : "certificate or key unusable");
	atomic_store(&s->started, true);
	s->listen_fd = -1; /* libmicrohttpd closes it */
	return FAULT_OK;
}

static void
server_free(struct http_server *s)
{
	gather_stop(s);
	if (s->daemon != NULL)
		MHD_stop_daemon(s->daemon);
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	exchange_free_pool(s);
	if (s->key != NULL)
		wipe(s->key, strlen(s->key));
	free(s->key);
	free(s->cert);
	free(s->ca);
	free(s->domain);
	free(s->sets);
	pthread_cond_destroy(&s->gather_wake);
	pthread_mutex_destroy(&s->gather_lock);
	pthread_cond_destroy(&s->wake);
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
	pthread_cond_init(&s->wake, NULL);
	pthread_mutex_init(&s->gather_lock, NULL);
	pthread_cond_init(&s->gather_wake, NULL);
	TAILQ_INIT(&s->waiting);
	gnutls_global_set_time_function(tls_time);
	if ((f = load(s, c, fi)) != FAULT_OK ||
	    (f = open_socket(s, fi)) != FAULT_OK ||
	    (f = start_daemon(s, fi)) != FAULT_OK) {
		server_free(s);
		return f;
	}
	if (s->config.threading == HTTP_THREAD_POOL)
		gather_start(s, s->config.threads);
	if (pthread_create(&s->sweeper, NULL, connection_sweep, s) != 0)
		log_fatal("cannot make a thread");
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
	int fd;

	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	atomic_store(&s->stopping, true);
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->sweeper, NULL);
	if ((fd = MHD_quiesce_daemon(s->daemon)) >= 0)
		s->listen_fd = fd;
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
	pthread_mutex_lock(&s->lock);
	out->connections = s->connections_n;
	pthread_mutex_unlock(&s->lock);
}
