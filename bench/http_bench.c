/*
 * http_bench - requests and TLS handshakes per second of lib/http over the
 * loopback address: the server's threads on one core, the load on the other
 * where there are two.
 *
 *	http_bench [connections]
 *
 * POST of 400 octets answered by 400 octets; TLS 1.3, P-256.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "base/file.h"
#include "base/time32.h"
#include "http/client.h"
#include "http/server.h"
#include "http/x509.h"

#define SECONDS 3
#define BODY	400

static struct fault_info info;
static char folder[PATH_SIZE];

static void
need(enum fault f)
{
	if (f == FAULT_OK)
		return;
	fprintf(stderr, "http_bench: %s\n", info.text);
	exit(1);
}

static void
use_core(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned)core, &set);
	if (sched_setaffinity(0, sizeof(set), &set) != 0)
		return; /* there is only one */
}

static const char *
path_of(const char *name)
{
	static char paths[4][PATH_SIZE];
	static int next;
	char *path = paths[next++ % 4];

	path_join(path, folder, name);
	return path;
}

static void
make_certificates(void)
{
	const uint32_t now = time32_now();
	const struct x509_validity v = {now - 86400, now + 86400};
	struct x509_ca *ca;

	need(x509_make_ca(
	    path_of("ca.pem"), path_of("ca.key"), "p", "CA", v, &info));
	need(x509_open_ca(
	    &ca, path_of("ca.pem"), path_of("ca.key"), "p", &info));
	need(x509_issue(ca, path_of("s.pem"), path_of("s.key"),
	    "s.monarch.test", v, &info));
	x509_close_ca(ca);
	need(file_write(path_of("hosts"),
	    bytes_of_string("127.0.0.1 s.monarch.test\n"), 0600, &info));
}

static void
echo(void *ctx, const struct http_request *q, struct http_response *r)
{
	(void)ctx;
	http_reply(r, 200, q->body);
}

/* The server in a process of its own; its port comes back by the pipe. */
static pid_t
start_server(uint16_t *port)
{
	static const struct http_route routes[] = {
	    {"POST", "/echo", NULL, 4000000, echo, 0}};
	const struct http_route_set set = {.routes = routes, .n = 1};
	const struct http_server_config config = {.listen = "127.0.0.1:0",
	    .cert = path_of("s.pem"),
	    .key = path_of("s.key"),
	    .tls = HTTP_TLS_DEVICES,
	    .threading = HTTP_THREAD_POOL,
	    .threads = 1,
	    .sets = &set,
	    .sets_n = 1};
	struct http_server *server;
	int pipes[2];
	pid_t pid;

	if (pipe(pipes) != 0 || (pid = fork()) < 0)
		exit(1);
	if (pid == 0) {
		use_core(0);
		need(http_server_start(&server, &config, &info));
		*port = http_server_port(server);
		if (write(pipes[1], port, sizeof(*port)) != sizeof(*port))
			exit(1);
		for (;;)
			pause();
	}
	if (read(pipes[0], port, sizeof(*port)) != sizeof(*port))
		exit(1);
	return pid;
}

static SSL *
connect_to(SSL_CTX *ctx, uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	SSL *ssl = SSL_new(ctx);
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		exit(1);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) != 1) {
		fprintf(stderr, "http_bench: no handshake\n");
		exit(1);
	}
	return ssl;
}

static void
disconnect(SSL *ssl)
{
	const struct linger now = {1, 0}; /* no TIME_WAIT */
	int fd = SSL_get_fd(ssl);

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	SSL_free(ssl);
	close(fd);
}

/* Reads the answers to so many requests; each is of the same length. */
static void
read_answers(SSL *ssl, size_t count)
{
	static size_t answer_n;
	static char text[1 << 16];
	size_t n = 0;
	int got;

	while (n == 0 || n < answer_n * count) {
		got = SSL_read(ssl, text, sizeof(text) - 1);
		if (got <= 0)
			exit(1);
		n += (size_t)got;
		if (answer_n == 0) {
			text[n] = '\0';
			answer_n = (size_t)(strstr(text, "\r\n\r\n") - text) +
				   4 + BODY;
		}
	}
}

static size_t
make_requests(char *out, size_t count)
{
	char *p = out;
	size_t i;

	for (i = 0; i < count; i++) {
		p += sprintf(p,
		    "POST /echo HTTP/1.1\r\nHost: s\r\n"
		    "Content-Length: %d\r\n\r\n",
		    BODY);
		memset(p, 'x', BODY);
		p += BODY;
	}
	return (size_t)(p - out);
}

static double
cpu_seconds(pid_t pid)
{
	unsigned long user, system;
	char path[64], line[512];
	FILE *f;
	char *p;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((f = fopen(path, "r")) == NULL ||
	    fgets(line, sizeof(line), f) == NULL)
		exit(1);
	fclose(f);
	for (i = 0, p = strrchr(line, ')'); i < 12; i++)
		p = strchr(p + 1, ' ');
	sscanf(p, "%lu %lu", &user, &system);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static void
bench_requests(SSL_CTX *ctx, uint16_t port, pid_t pid, size_t connections,
    size_t pipelined)
{
	SSL **c = calloc(connections, sizeof(SSL *));
	char *requests = malloc(pipelined * 600);
	size_t n = make_requests(requests, pipelined), i;
	uint64_t done = 0, start;
	double cpu, wall;

	for (i = 0; i < connections; i++)
		c[i] = connect_to(ctx, port);
	cpu = cpu_seconds(pid);
	start = clock_ns();
	while (clock_ns() - start < SECONDS * UINT64_C(1000000000)) {
		for (i = 0; i < connections; i++)
			if (SSL_write(c[i], requests, (int)n) != (int)n)
				exit(1);
		for (i = 0; i < connections; i++)
			read_answers(c[i], pipelined);
		done += connections * pipelined;
	}
	wall = (double)(clock_ns() - start) * 1e-9;
	cpu = cpu_seconds(pid) - cpu;
	printf("kept alive, %2zu in a row  %10.0f requests/s  %6.2f us of the "
	       "server's CPU each\n",
	    pipelined, (double)done / wall, cpu * 1e6 / (double)done);
	for (i = 0; i < connections; i++)
		disconnect(c[i]);
	free(requests);
	free(c);
}

static void
shake_hands(SSL_CTX *ctx, uint16_t port)
{
	char request[600];
	size_t n = make_requests(request, 1);
	SSL *ssl = connect_to(ctx, port);

	if (SSL_write(ssl, request, (int)n) != (int)n)
		exit(1);
	read_answers(ssl, 1);
	disconnect(ssl);
}

/* Clients in processes of their own, so that the server always has work. */
static void
bench_handshakes(SSL_CTX *ctx, uint16_t port, pid_t pid, size_t clients)
{
	double cpu = cpu_seconds(pid), wall;
	uint64_t done = 0, n, start = clock_ns();
	int pipes[2];

	if (pipe(pipes) != 0)
		exit(1);
	for (size_t k = 0; k < clients; k++) {
		if (fork() != 0)
			continue;
		for (n = 0; clock_ns() - start < SECONDS * UINT64_C(1000000000);
		     n++)
			shake_hands(ctx, port);
		_exit(write(pipes[1], &n, sizeof(n)) != sizeof(n));
	}
	for (size_t k = 0; k < clients; k++) {
		if (read(pipes[0], &n, sizeof(n)) != sizeof(n))
			exit(1);
		done += n;
	}
	wall = (double)(clock_ns() - start) * 1e-9;
	cpu = cpu_seconds(pid) - cpu;
	while (clients-- > 0)
		wait(NULL);
	printf("new connection each    %10.0f handshakes/s, %.0f/s per core of "
	       "the server\n",
	    (double)done / wall, (double)done / cpu);
}

/* lib/http's client, as the components use it: one thread, large messages. */
static void
bench_client(uint16_t port, size_t size)
{
	const struct http_client_config config = {
	    .ca = path_of("ca.pem"), .hosts = path_of("hosts")};
	struct arena arena = arena_new((size_t)64 << 20);
	struct http_client *client;
	struct http_result r;
	uint8_t *body = calloc(1, size);
	uint64_t done = 0, start;
	char url[128];
	double wall;

	snprintf(url, sizeof(url), "https://s.monarch.test:%u/echo", port);
	need(http_client_new(&client, &config, &info));
	start = clock_ns();
	while (clock_ns() - start < SECONDS * UINT64_C(1000000000)) {
		const struct http_call call = {.method = "POST",
		    .url = url,
		    .body = {body, size},
		    .limit = size};

		arena_reset(&arena);
		need(http_call(client, &r, &arena, &call, &info));
		if (r.status != 200 || r.body.n != size)
			exit(1);
		done++;
	}
	wall = (double)(clock_ns() - start) * 1e-9;
	printf("client, %7zu octets there and back %8.1f calls/s  %8.1f MB/s\n",
	    size, (double)done / wall, 2e-6 * (double)(done * size) / wall);
	http_client_free(client);
	arena_free(&arena);
	free(body);
}

int
main(int argc, char **argv)
{
	size_t connections = argc > 1 ? strtoul(argv[1], NULL, 10) : 32;
	char command[PATH_SIZE + 16];
	uint16_t port;
	SSL_CTX *ctx;
	pid_t pid;

	signal(SIGPIPE, SIG_IGN);
	snprintf(folder, sizeof(folder), "/tmp/http-bench-XXXXXX");
	if (connections == 0 || mkdtemp(folder) == NULL)
		return 2;
	make_certificates();
	pid = start_server(&port);
	use_core(1);
	ctx = SSL_CTX_new(TLS_client_method());
	bench_requests(ctx, port, pid, connections, 1);
	bench_requests(ctx, port, pid, connections, 16);
	bench_handshakes(ctx, port, pid, 8);
	bench_client(port, 400);
	bench_client(port, 2000000);
	SSL_CTX_free(ctx);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command) == 0 ? 0 : 1;
}
