/*
 * download_bench - batch downloads per second from a running RA: TLS kept
 * alive, requests prepared, each checked by the RA as if it were the first.
 *
 *	download_bench ENVIRONMENT CONNECTIONS SECONDS DEVICE...
 *
 * The requests are signed with the devices' keys for this moment, so SECONDS
 * must be less than twice the tolerance of the environment.  Prints
 * "downloads_per_s", what each costs the RA, the LOP and this program,
 * "octets_per_download", milliseconds of latency, and the same of full
 * handshakes over as many connections: "tls_handshakes_per_s" as many as there
 * are, which this program and the LOP share the cores for, and
 * "tls_handshakes_per_core", what a core does that is the RA's alone.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "base/file.h"
#include "base/time32.h"
#include "device/device.h"
#include "device/message.h"
#include "device/week.h"
#include "service/environment.h"
#include "service/service.h"

#define LOADERS	     2 /* threads */
#define REQUESTS_MAX 2000
#define PERIODS	     16 /* of each device */
#define LATENCIES    (1u << 20)
#define AHEAD	     4 /* seconds: half of the time they are from the future */

static struct fault_info info;
static const char *environment_dir;
static struct environment environment;
static struct arena arena;
static struct sockaddr_in ra;
static char ra_name[256];
static SSL_CTX *tls;

static const char *request[REQUESTS_MAX];
static size_t requests;

static _Atomic uint64_t done, octets, latencies;
static uint32_t latency_us[LATENCIES];
static _Atomic bool stopping;
static unsigned seconds;
static size_t connections;

static void
need(enum fault f)
{
	if (f == FAULT_OK)
		return;
	fprintf(stderr, "download_bench: %s\n", info.text);
	exit(1);
}

static void
die(const char *text)
{
	fprintf(stderr, "download_bench: %s\n", text);
	exit(1);
}

/* ---- preparation ---- */

static void
prepare(const struct monarch_device *d, const uint8_t hash[8], uint32_t i)
{
	char hex[17], name[64];
	const char *header;

	hex_encode(hex, hash, 8);
	for (char *p = hex; *p != '\0'; p++)
		*p = *p >= 'a' ? (char)(*p - 'a' + 'A') : *p;
	snprintf(name, sizeof(name), "%s_%X.zip", hex, (unsigned)i);
	need(message_download(&header, &arena, &d->identity, name, false,
	    time32_now() + AHEAD, &info));
	request[requests] = arena_printf(&arena,
	    "GET /download/batch HTTP/1.1\r\nHost: %s\r\n%s\r\n\r\n", ra_name,
	    header);
	if (request[requests++] == NULL)
		die("out of memory");
}

static void
prepare_device(const char *path)
{
	struct monarch_settings settings = {.hosts = NULL};
	struct provision_file keys;
	struct monarch_device *d;
	struct folder f;
	uint32_t *i;
	size_t n;

	need(folder_find(&f, path, &info));
	need(provision_file_read(&keys, &arena, &f, &info));
	need(week_list(&i, &n, &arena, &f, &info));
	need(device_open(&d, path, &settings, &info));
	for (size_t k = 0; k < n && k < PERIODS && requests < REQUESTS_MAX; k++)
		prepare(d, keys.hash, i[k]);
	monarch_close(d);
}

static void
read_environment(const char *dir)
{
	char path[PATH_SIZE], ca[PATH_SIZE], address[64];

	path_join(path, dir, "environment.conf");
	need(environment_read(&environment, &arena, path, &info));
	path_join(path, dir, "clock");
	need(service_clock_read(path, &info));
	snprintf(ra_name, sizeof(ra_name), "ra.%s", environment.domain);
	/* the LOP, as a device does */
	snprintf(address, sizeof(address), "127.0.%u.1", environment.net);
	ra.sin_family = AF_INET;
	ra.sin_port = htons(8892);
	if (inet_pton(AF_INET, address, &ra.sin_addr) != 1)
		die("address of the LOP");
	path_join(ca, dir, "public/root.tls");
	tls = SSL_CTX_new(TLS_client_method());
	if (SSL_CTX_load_verify_locations(tls, ca, NULL) != 1)
		die("public/root.tls");
	SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
}

/* ---- connections ---- */

static SSL *
connect_to(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	SSL *ssl = SSL_new(tls);

	if (connect(fd, (struct sockaddr *)&ra, sizeof(ra)) != 0)
		die("the RA does not listen");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	SSL_set_fd(ssl, fd);
	SSL_set_tlsext_host_name(ssl, ra_name);
	SSL_set1_host(ssl, ra_name);
	if (SSL_connect(ssl) != 1)
		die("no TLS handshake");
	return ssl;
}

static void
disconnect(SSL *ssl)
{
	int fd = SSL_get_fd(ssl);

	SSL_free(ssl);
	close(fd);
}

/* ---- load ---- */

/* A connection that always has one request under way. */
struct client {
	SSL *ssl;
	size_t at;	/* of the request */
	size_t n, want; /* octets of its answer; want 0: not known yet */
	uint64_t start;
	char text[1 << 17];
};

static void
ask(struct client *c)
{
	int size = (int)strlen(request[c->at]);

	c->n = c->want = 0;
	c->start = clock_ns();
	if (SSL_write(c->ssl, request[c->at], size) != size)
		die("connection ended");
}

/* The size of the whole answer, 0: not known yet. */
static size_t
answer_size(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n"), *p;

	if (end == NULL)
		return 0;
	if (strncmp(text, "HTTP/1.1 200", 12) != 0)
		die(text);
	if ((p = strcasestr(text, "\r\nContent-Length:")) == NULL)
		die("no Content-Length");
	return (size_t)(end + 4 - text) + strtoul(p + 17, NULL, 10);
}

/* Reads what is there; true: the answer is complete. */
static bool
read_some(struct client *c)
{
	const int room = (int)(sizeof(c->text) - 1 - c->n);
	int got = SSL_read(c->ssl, c->text + c->n, room);

	if (got <= 0) {
		if (SSL_get_error(c->ssl, got) != SSL_ERROR_WANT_READ)
			die("connection ended");
		return false;
	}
	c->n += (size_t)got;
	c->text[c->n] = '\0';
	if (c->want == 0)
		c->want = answer_size(c->text);
	if (c->want >= sizeof(c->text))
		die("answer too large");
	return c->want != 0 && c->n >= c->want;
}

static void
note(struct client *c)
{
	size_t n = atomic_fetch_add(&latencies, 1) % LATENCIES;

	latency_us[n] = (uint32_t)((clock_ns() - c->start) / 1000);
	octets += c->n;
	done++;
	c->at = (c->at + 1) % requests;
}

static struct client *
open_clients(int epoll, size_t n, size_t first)
{
	struct client *c = calloc(n, sizeof(*c));

	if (c == NULL)
		die("out of memory");
	for (size_t k = 0; k < n; k++) {
		struct epoll_event e = {.events = EPOLLIN, .data.ptr = &c[k]};
		int fd;

		c[k].ssl = connect_to();
		SSL_set_read_ahead(c[k].ssl, 1);
		c[k].at = (first + k) * 37 % requests;
		fd = SSL_get_fd(c[k].ssl);
		fcntl(fd, F_SETFL, O_NONBLOCK);
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
		ask(&c[k]);
	}
	return c;
}

/* One of LOADERS threads, with its share of the connections. */
static void *
download(void *arg)
{
	size_t number = (size_t)(uintptr_t)arg;
	size_t n = connections / LOADERS + (number < connections % LOADERS);
	struct epoll_event events[64];
	int epoll = epoll_create1(0), got;
	struct client *c = open_clients(epoll, n, number * connections);

	while (!atomic_load(&stopping)) {
		got = epoll_wait(epoll, events, 64, 100);
		for (int k = 0; k < got; k++) {
			struct client *one = events[k].data.ptr;

			do
				if (read_some(one)) {
					note(one);
					ask(one);
				}
			while (SSL_has_pending(one->ssl));
		}
	}
	for (size_t k = 0; k < n; k++)
		disconnect(c[k].ssl);
	free(c);
	close(epoll);
	return NULL;
}

static void *
shake_hands(void *arg)
{
	(void)arg;
	while (!atomic_load(&stopping)) {
		disconnect(connect_to());
		done++;
	}
	return NULL;
}

/* Of a component, so far. */
static double
cpu_us(const char *part)
{
	unsigned long user = 0, system = 0;
	char path[PATH_SIZE], line[512];
	struct bytes pid;
	FILE *f;
	char *p;

	snprintf(path, sizeof(path), "%s/%s/run/pid", environment_dir, part);
	need(file_read(&pid, &arena, path, 32, &info));
	snprintf(path, sizeof(path), "/proc/%d/stat",
	    atoi(
		arena_printf(&arena, "%.*s", (int)pid.n, (const char *)pid.p)));
	if ((f = fopen(path, "r")) == NULL ||
	    fgets(line, sizeof(line), f) == NULL ||
	    (p = strrchr(line, ')')) == NULL ||
	    sscanf(p, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		&user, &system) != 2)
		die("CPU time");
	fclose(f);
	return 1e6 * (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double
own_cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return 1e6 * (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

struct measured {
	double ra, lop, own;
};

static struct measured
measure(void)
{
	return (struct measured){cpu_us("ra"), cpu_us("lop"), own_cpu_us()};
}

/* Returns microseconds of the RA's CPU for each. */
static double
run(const char *name, void *(*work)(void *), size_t threads)
{
	struct measured from = measure(), to;
	pthread_t thread[1024];
	uint64_t start = clock_ns();
	double n;

	done = 0;
	stopping = false;
	for (size_t k = 0; k < threads; k++)
		if (pthread_create(
			&thread[k], NULL, work, (void *)(uintptr_t)k) != 0)
			die("no thread");
	sleep(seconds);
	stopping = true;
	for (size_t k = 0; k < threads; k++)
		pthread_join(thread[k], NULL);
	to = measure();
	n = (double)done;
	printf("%ss_per_s %.0f\n", name,
	    n / ((double)(clock_ns() - start) * 1e-9));
	printf("%s_ra_cpu_us %.1f\n", name, (to.ra - from.ra) / n);
	printf("%s_lop_cpu_us %.1f\n", name, (to.lop - from.lop) / n);
	printf("%s_client_cpu_us %.1f\n", name, (to.own - from.own) / n);
	return (to.ra - from.ra) / n;
}

static int
compare(const void *x, const void *y)
{
	const uint32_t *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

static void
print_latency(const char *name, double part)
{
	size_t n = latencies < LATENCIES ? latencies : LATENCIES;

	printf("%s %.2f\n", name,
	    (double)latency_us[(size_t)(part * (double)(n - 1))] / 1000);
}

int
main(int argc, char **argv)
{
	double us;

	if (argc < 5)
		die("usage: ENVIRONMENT CONNECTIONS SECONDS DEVICE...");
	signal(SIGPIPE, SIG_IGN);
	arena = arena_new((size_t)256 << 20);
	connections = strtoul(argv[2], NULL, 10);
	seconds = (unsigned)strtoul(argv[3], NULL, 10);
	if (connections == 0 || connections > 1024 || seconds == 0)
		die("CONNECTIONS: 1 to 1024");
	environment_dir = argv[1];
	read_environment(argv[1]);
	for (int k = 4; k < argc && requests < REQUESTS_MAX; k++)
		prepare_device(argv[k]);
	if (requests == 0)
		die("no device has certificates");
	run("download", download, LOADERS);
	printf("octets_per_download %.0f\n", (double)octets / (double)done);
	qsort(latency_us, latencies < LATENCIES ? latencies : LATENCIES,
	    sizeof(*latency_us), compare);
	print_latency("latency_p50_ms", 0.5);
	print_latency("latency_p99_ms", 0.99);
	SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	us = run("tls_handshake", shake_hands, connections);
	printf("tls_handshakes_per_core %.0f\n", 1e6 / us);
	return 0;
}
