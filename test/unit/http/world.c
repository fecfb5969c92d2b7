/* world.c - see world.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/time32.h"
#include "folder.h"
#include "http/range.h"
#include "http/x509.h"
#include "world.h"

_Atomic unsigned handled;
_Atomic int slow_ms;
struct together together;

static char folder[PATH_SIZE];
static _Thread_local struct arena answers;

#define OK(expr)                                  \
	do {                                      \
		struct fault_info fi_ = {0};      \
		if ((expr) != FAULT_OK)           \
			fail_msg("%s", fi_.text); \
	} while (0)

void
world_path(char out[PATH_SIZE], const char *name)
{
	path_join(out, folder, name);
}

void
world_time(int64_t seconds)
{
	time_set_offset(time32_to_posix(NOON) + seconds - time(NULL));
}

static void
make_ca(const char *name)
{
	char cert[PATH_SIZE], key[PATH_SIZE], file[64];

	snprintf(file, sizeof(file), "%s.pem", name);
	world_path(cert, file);
	snprintf(file, sizeof(file), "%s.key", name);
	world_path(key, file);
	OK(x509_make_ca(cert, key, "passphrase", "Test CA",
	    (struct x509_validity){NOON - 400 * DAY, NOON + 4000 * DAY}, &fi_));
}

static void
issue(const char *ca_name, const char *name, const char *dns,
    struct x509_validity v)
{
	char cert[PATH_SIZE], key[PATH_SIZE], file[64];
	struct x509_ca *ca;

	snprintf(file, sizeof(file), "%s.pem", ca_name);
	world_path(cert, file);
	snprintf(file, sizeof(file), "%s.key", ca_name);
	world_path(key, file);
	OK(x509_open_ca(&ca, cert, key, "passphrase", &fi_));
	snprintf(file, sizeof(file), "%s.pem", name);
	world_path(cert, file);
	snprintf(file, sizeof(file), "%s.key", name);
	world_path(key, file);
	OK(x509_issue(ca, cert, key, dns, v, &fi_));
	x509_close_ca(ca);
}

int
world_make(void **state)
{
	const struct x509_validity now = {NOON - 10 * DAY, NOON + 300 * DAY};
	static const char hosts[] =
	    "# names\n\n"
	    "127.0.0.1 pca.monarch.test wrong.monarch.test\n";
	char path[PATH_SIZE];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	folder_make(folder);
	world_time(0);
	make_ca("ca");
	make_ca("other-ca");
	issue("ca", "pca", "pca.monarch.test", now);
	issue("ca", "ra", "ra.monarch.test", now);
	issue("ca", "la1", "la1.monarch.test", now);
	issue("ca", "expired", "ra.monarch.test",
	    (struct x509_validity){NOON - 10 * DAY, NOON - DAY});
	issue("ca", "future", "pca.monarch.test",
	    (struct x509_validity){NOON + DAY, NOON + 10 * DAY});
	issue("other-ca", "stranger", "ra.monarch.test", now);
	issue("other-ca", "other-pca", "pca.monarch.test", now);
	world_path(path, "hosts");
	OK(file_write(path, bytes_of_string(hosts), 0600, &fi_));
	return 0;
}

int
world_remove(void **state)
{
	(void)state;
	world_thread_end();
	folder_remove(folder);
	return 0;
}

static void
say_hello(void *ctx, const struct http_request *q, struct http_response *r)
{
	(void)ctx;
	handled++;
	http_set_header(r, "X-Peer", q->peer != NULL ? q->peer : "nobody");
	http_reply_text(r, 200, "hello");
}

static void
echo(void *ctx, const struct http_request *q, struct http_response *r)
{
	(void)ctx;
	handled++;
	http_reply(r, 200, q->body);
}

static void
show_request(void *ctx, const struct http_request *q, struct http_response *r)
{
	const char *header = http_header(q, "X-Test");
	const char *query = http_query(q, "name");

	(void)ctx;
	handled++;
	http_reply_text(r, 200,
	    arena_printf(q->arena, "%s|%s|%s|%s|%s", q->method, q->path,
		q->tail, header != NULL ? header : "-",
		query != NULL ? query : "-"));
}

static void
wait_a_while(void *ctx, const struct http_request *q, struct http_response *r)
{
	uint64_t start = clock_ns();

	(void)ctx;
	(void)q;
	handled++;
	while (clock_ns() - start < (uint64_t)atomic_load(&slow_ms) * 1000000)
		usleep(10000);
	http_reply_text(r, 200, "slow");
}

/* Answers with the query, "again " before it if it was gathered twice, and
 * refuses some. */
static void
answer_together(void *ctx, const struct http_request *const *q,
    struct http_response *const *r, size_t n)
{
	(void)ctx;
	together.begun++;
	while (together.asked < together.wait_for)
		usleep(1000);
	usleep((useconds_t)atomic_load(&slow_ms) * 1000);
	if (n > together.most)
		together.most = (unsigned)n;
	for (size_t k = 0; k < n; k++) {
		const char *name = http_query(q[k], "name");

		http_reply_text(r[k], *name == '3' ? 409 : 200,
		    arena_printf(q[k]->arena, "%s%s",
			r[k]->content_type != NULL ? "again " : "", name));
	}
}

static void
ask_again(void *ctx, const struct http_request *const *q,
    struct http_response *const *r, size_t n)
{
	(void)ctx;
	(void)q;
	for (size_t k = 0; k < n; k++) {
		r[k]->content_type = "text/plain";
		http_gather(r[k], answer_together);
	}
}

static void
answer_alone(void *ctx, const struct http_request *const *q,
    struct http_response *const *r, size_t n)
{
	unsigned here = ++together.alone;

	if (here > together.alone_most)
		together.alone_most = here;
	answer_together(ctx, q, r, n);
	together.alone--;
}

static void
ask_together(void *ctx, const struct http_request *q, struct http_response *r)
{
	(void)ctx;
	handled++;
	together.asked++;
	if (*http_query(q, "name") == '4')
		http_gather_alone(r, answer_alone);
	else
		http_gather(r, *http_query(q, "name") == '2' ? ask_again
							     : answer_together);
}

/* Three megabytes whose octets tell their position. */
static void
send_big(void *ctx, const struct http_request *q, struct http_response *r)
{
	size_t n = 3000000, i;
	uint8_t *p = malloc(n);

	(void)ctx;
	(void)q;
	handled++;
	for (i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 7 >> 3);
	http_reply_malloced(r, 200, (struct bytes){p, n});
}

/* The same from a file: from 1,000 on, as many as the query says. */
static void
send_file(void *ctx, const struct http_request *q, struct http_response *r)
{
	char path[PATH_SIZE];
	const char *n = http_query(q, "n");

	(void)ctx;
	handled++;
	world_path(path, "big");
	http_reply_download_file(q, r, "big.bin",
	    open(path, O_RDONLY | O_CLOEXEC), 1000,
	    strtoull(n != NULL ? n : "10", NULL, 10));
}

static void
send_download(void *ctx, const struct http_request *q, struct http_response *r)
{
	(void)ctx;
	handled++;
	http_reply_download(
	    q, r, "lccf_01_02.oer", bytes_of_string("0123456789"));
}

static void
send_error(void *ctx, const struct http_request *q, struct http_response *r)
{
	(void)ctx;
	handled++;
	http_reply_scms_error(r, q->arena, strcmp(q->path, "/error") == 0, 409,
	    5057, "raDuplicateRequestReceived: two\r\nlines");
}

static void
count(void *ctx, const struct http_request *q, struct http_response *r)
{
	(void)ctx;
	http_reply_text(r, 200, arena_printf(q->arena, "%u", ++*q->tally));
}

static const struct http_route routes[] = {
    {"GET", "/hello", NULL, 0, say_hello, 0},
    {"POST", "/echo", NULL, 100000, echo, 0},
    {"POST", "/large", NULL, 3000000, echo, 0},
    {"GET", "/files/", NULL, 0, show_request, HTTP_ROUTE_PREFIX},
    {"GET", "/count", NULL, 0, count, 0},
    {"GET", "/slow", NULL, 0, wait_a_while, 0},
    {"GET", "/together", NULL, 0, ask_together, 0},
    {"GET", "/big", NULL, 0, send_big, 0},
    {"GET", "/file", NULL, 0, send_file, 0},
    {"GET", "/download", NULL, 0, send_download, 0},
    {"GET", "/error", NULL, 0, send_error, 0},
    {"GET", "/error-prod", NULL, 0, send_error, 0},
    {"GET", "/ra-only", "ra", 0, say_hello, 0},
    {"GET", "/two-peers", "ma.monarch.test, la1.monarch.test", 0, say_hello, 0},
    {"GET", "/any-peer", "*", 0, say_hello, 0},
    {"POST", "/ra-only", "ra", 1000, echo, 0},
};
static const struct http_route_set set = {
    .routes = routes, .n = sizeof(routes) / sizeof(*routes)};

struct http_server *
world_server(const char *name, struct http_server_config c)
{
	char cert[PATH_SIZE], key[PATH_SIZE], ca[PATH_SIZE], file[64];
	struct http_server *server = NULL;

	snprintf(file, sizeof(file), "%s.pem", name);
	world_path(cert, file);
	snprintf(file, sizeof(file), "%s.key", name);
	world_path(key, file);
	world_path(ca, "ca.pem");
	c.cert = cert;
	c.key = key;
	c.ca = ca;
	c.listen = "127.0.0.1:0";
	c.domain = "monarch.test";
	c.sets = &set;
	c.sets_n = 1;
	OK(http_server_start(&server, &c, &fi_));
	return server;
}

struct http_client *
world_client_of(struct http_client_config c)
{
	char ca[PATH_SIZE], hosts[PATH_SIZE];
	struct http_client *client = NULL;

	world_path(ca, "ca.pem");
	world_path(hosts, "hosts");
	if (c.ca == NULL)
		c.ca = ca;
	c.hosts = hosts;
	OK(http_client_new(&client, &c, &fi_));
	return client;
}

struct http_client *
world_client(const char *name)
{
	char cert[PATH_SIZE], key[PATH_SIZE], file[64];

	if (name == NULL)
		return world_client_of((struct http_client_config){0});
	snprintf(file, sizeof(file), "%s.pem", name);
	world_path(cert, file);
	snprintf(file, sizeof(file), "%s.key", name);
	world_path(key, file);
	return world_client_of(
	    (struct http_client_config){.cert = cert, .key = key});
}

static void
call(struct answer *a, struct http_client *client, struct http_server *s,
    const char *path, struct http_call *c)
{
	char url[256];

	arena_free(&answers);
	answers = arena_new((size_t)64 << 20);
	memset(a, 0, sizeof(*a));
	snprintf(url, sizeof(url), "https://%s:%u%s",
	    path[0] == '/' ? "pca.monarch.test" : "wrong.monarch.test",
	    http_server_port(s), path[0] == '/' ? path : path + 5);
	c->url = url;
	c->limit = 4000000;
	c->timeout_ms = 10000;
	a->fault = http_call(client, &a->result, &answers, c, &a->fi);
	if (a->fault != FAULT_OK)
		return;
	snprintf(a->head, sizeof(a->head), "%.*s", (int)a->result.head.n,
	    (const char *)a->result.head.p);
	a->result.head = bytes_of_string(a->head);
	if (a->result.body.n > 0)
		snprintf(a->text, sizeof(a->text), "%.*s",
		    (int)(a->result.body.n < 200 ? a->result.body.n : 200),
		    (const char *)a->result.body.p);
}

void
world_thread_end(void)
{
	arena_free(&answers);
	answers = (struct arena){0};
}

void
world_call(struct answer *a, struct http_client *client, struct http_server *s,
    const char *method, const char *path, struct bytes body)
{
	struct http_call c = {.method = method, .body = body};

	call(a, client, s, path, &c);
}

void
world_call_with(struct answer *a, struct http_client *client,
    struct http_server *s, const char *path, const char *header)
{
	const char *const headers[] = {header, NULL};
	struct http_call c = {.headers = headers};

	call(a, client, s, path, &c);
}

bool
raw_open(struct raw *r, struct http_server *s, int max, const char *suites)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons(http_server_port(s)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	r->ctx = SSL_CTX_new(TLS_client_method());
	assert_non_null(r->ctx);
	/* what the server refuses must be offered, or nothing is tested */
	SSL_CTX_set_security_level(r->ctx, 0);
	SSL_CTX_set_min_proto_version(r->ctx, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(r->ctx, max);
	if (suites != NULL)
		assert_int_equal(SSL_CTX_set_cipher_list(r->ctx, suites), 1);
	r->ssl = SSL_new(r->ctx);
	r->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(r->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	SSL_set_fd(r->ssl, r->fd);
	if (SSL_connect(r->ssl) == 1)
		return true;
	ERR_clear_error();
	raw_close(r);
	return false;
}

void
raw_send(struct raw *r, const char *text, size_t n)
{
	if (SSL_write(r->ssl, text, (int)n) != (int)n)
		ERR_clear_error(); /* the server may have ended it */
}

static bool
readable(struct raw *r, int ms)
{
	struct pollfd p = {.fd = r->fd, .events = POLLIN};

	return SSL_pending(r->ssl) > 0 || poll(&p, 1, ms) == 1;
}

size_t
raw_read(struct raw *r, char *text, size_t size, int ms)
{
	size_t n = 0;
	int got;

	/* the first octet may take its time on a busy machine */
	while (n + 1 < size && readable(r, n == 0 ? 30000 : ms)) {
		got = SSL_read(r->ssl, text + n, (int)(size - 1 - n));
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	ERR_clear_error();
	text[n] = '\0';
	return n;
}

bool
raw_ended(struct raw *r, int ms)
{
	char text[4096];
	uint64_t until = clock_ns() + (uint64_t)ms * 1000000;

	while (clock_ns() < until) {
		if (!readable(r, 100))
			continue;
		if (SSL_read(r->ssl, text, sizeof(text)) > 0)
			continue;
		ERR_clear_error();
		return true;
	}
	return false;
}

void
raw_close(struct raw *r)
{
	SSL_free(r->ssl);
	SSL_CTX_free(r->ctx);
	close(r->fd);
}
