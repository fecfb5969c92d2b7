/*
 * download_bench - batch downloads per second from a running RA: TLS kept
 * alive, requests prepared, each checked by the RA as if it were the first.
 *
 *	download_bench ENVIRONMENT CONNECTIONS SECONDS DEVICE...
 *
 * The requests are signed with the devices' keys for this moment, so SECONDS
 * must be less than twice the tolerance of the environment.  Prints
 * "downloads_per_s", "octets_per_download" and milliseconds of latency, and
 * full handshakes per second over as many connections.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* Reads one answer; its size. */
static size_t
read_answer(SSL *ssl, char *text, size_t room)
{
	size_t n = 0, want = 0;
	const char *p;
	int got;

	while (want == 0 || n < want) {
		got = SSL_read(ssl, text + n, (int)(room - 1 - n));
		if (got <= 0)
			die("connection ended");
		n += (size_t)got;
		text[n] = '\0';
		if (want != 0 || (p = strstr(text, "\r\n\r\n")) == NULL)
			continue;
		want = (size_t)(p + 4 - text);
		if (strncmp(text, "HTTP/1.1 200", 12) != 0)
			die(text);
		if ((p = strcasestr(text, "\r\nContent-Length:")) == NULL)
			die("no Content-Length");
		want += strtoul(p + 17, NULL, 10);
		if (want >= room)
			die("answer too large");
	}
	return n;
}

/* ---- load ---- */

static void *
download(void *arg)
{
	size_t at = (size_t)(uintptr_t)arg * 37 % requests, n;
	char *text = malloc(1 << 18);
	SSL *ssl = connect_to();
	uint64_t start;

	while (!atomic_load(&stopping)) {
		size_t size = strlen(request[at]);

		start = clock_ns();
		if (SSL_write(ssl, request[at], (int)size) != (int)size)
			die("connection ended");
		octets += read_answer(ssl, text, 1 << 18);
		done++;
		n = atomic_fetch_add(&latencies, 1) % LATENCIES;
		latency_us[n] = (uint32_t)((clock_ns() - start) / 1000);
		at = (at + 1) % requests;
	}
	disconnect(ssl);
	free(text);
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

/* The RA's, so far. */
static double
cpu_us(void)
{
	unsigned long user = 0, system = 0;
	char path[PATH_SIZE], line[512];
	struct bytes pid;
	FILE *f;
	char *p;

	path_join(path, environment_dir, "ra/run/pid");
	need(file_read(&pid, &arena, path, 32, &info));
	snprintf(path, sizeof(path), "/proc/%d/stat",
	    atoi(
		arena_printf(&arena, "%.*s", (int)pid.n, (const char *)pid.p)));
	if ((f = fopen(path, "r")) == NULL ||
	    fgets(line, sizeof(line), f) == NULL ||
	    (p = strrchr(line, ')')) == NULL ||
	    sscanf(p, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		&user, &system) != 2)
		die("the RA's CPU time");
	fclose(f);
	return 1e6 * (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static void
run(const char *name, void *(*work)(void *), size_t connections)
{
	pthread_t thread[1024];
	uint64_t start = clock_ns();
	double cpu = cpu_us();

	done = 0;
	stopping = false;
	for (size_t k = 0; k < connections; k++)
		if (pthread_create(
			&thread[k], NULL, work, (void *)(uintptr_t)k) != 0)
			die("no thread");
	sleep(seconds);
	stopping = true;
	for (size_t k = 0; k < connections; k++)
		pthread_join(thread[k], NULL);
	printf("%ss_per_s %.0f\n", name,
	    (double)done / ((double)(clock_ns() - start) * 1e-9));
	printf("%s_ra_cpu_us %.1f\n", name, (cpu_us() - cpu) / (double)done);
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
	size_t connections;

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
	run("download", download, connections);
	printf("octets_per_download %.0f\n", (double)octets / (double)done);
	qsort(latency_us, latencies < LATENCIES ? latencies : LATENCIES,
	    sizeof(*latency_us), compare);
	print_latency("latency_p50_ms", 0.5);
	print_latency("latency_p99_ms", 0.99);
	SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	run("tls_handshake", shake_hands, connections);
	return 0;
}
