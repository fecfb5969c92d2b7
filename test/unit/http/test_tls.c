/* test_tls.c - who may call whom, with which TLS, at which time. */
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/time32.h"
#include "http/x509.h"
#include "world.h"

static const struct http_server_config devices = {
    .tls = HTTP_TLS_DEVICES, .threading = HTTP_THREAD_POOL};
static const struct http_server_config internal = {
    .tls = HTTP_TLS_INTERNAL, .threading = HTTP_THREAD_PER_CONNECTION};

static int
at_noon(void **state)
{
	(void)state;
	world_time(0);
	return 0;
}

/* Status that a client with this certificate gets. */
static unsigned
status_for(struct http_server *s, const char *cert, const char *path)
{
	struct http_client *client = world_client(cert);
	struct answer a;

	world_call(&a, client, s, "GET", path, BYTES_NONE);
	if (a.fault != FAULT_OK)
		fail_msg("%s: %s", path, a.fi.text);
	if (a.result.status != 200)
		assert_int_equal(a.result.body.n, 0);
	http_client_free(client);
	return a.result.status;
}

static void
check_peers(const struct http_server_config *c)
{
	struct http_server *s = world_server("pca", *c);

	assert_int_equal(status_for(s, "ra", "/ra-only"), 200);
	assert_int_equal(status_for(s, "la1", "/ra-only"), 403);
	assert_int_equal(status_for(s, NULL, "/ra-only"), 403);
	assert_int_equal(status_for(s, "stranger", "/ra-only"), 403);
	assert_int_equal(status_for(s, "expired", "/ra-only"), 403);
	assert_int_equal(status_for(s, "la1", "/two-peers"), 200);
	assert_int_equal(status_for(s, "ra", "/two-peers"), 403);
	assert_int_equal(status_for(s, "ra", "/any-peer"), 200);
	assert_int_equal(status_for(s, "la1", "/any-peer"), 200);
	assert_int_equal(status_for(s, "stranger", "/any-peer"), 403);
	assert_int_equal(status_for(s, NULL, "/any-peer"), 403);
	/* those without a certificate still get what is for anybody */
	assert_int_equal(status_for(s, NULL, "/hello"), 200);
	assert_int_equal(status_for(s, "stranger", "/hello"), 200);
	assert_int_equal(status_for(s, "expired", "/hello"), 200);
	http_server_stop(s, 1);
}

static void
only_named_peers(void **state)
{
	(void)state;
	check_peers(&devices);
	check_peers(&internal);
}

static void
the_handler_learns_the_peer(void **state)
{
	struct http_server *s = world_server("pca", internal);
	struct http_client *client = world_client("ra");
	struct arena arena = arena_new(4096);
	struct answer a;

	(void)state;
	world_call(&a, client, s, "GET", "/hello", BYTES_NONE);
	assert_int_equal(a.fault, FAULT_OK);
	assert_string_equal(
	    http_result_header(&a.result, &arena, "X-Peer"), "ra.monarch.test");
	arena_free(&arena);
	http_client_free(client);
	http_server_stop(s, 1);
}

/* A body is not even read from somebody who may not send it. */
static void
refused_before_the_body(void **state)
{
	static const uint8_t body[500] = {1};
	struct http_server *s = world_server("pca", internal);
	struct http_client *client = world_client("la1");
	struct answer a;

	(void)state;
	handled = 0;
	world_call(&a, client, s, "POST", "/ra-only", BYTES(body));
	assert_int_equal(a.fault, FAULT_OK);
	assert_int_equal(a.result.status, 403);
	assert_int_equal(handled, 0);
	http_client_free(client);
	http_server_stop(s, 1);
}

/* Certificates live from ten days before noon to 300 days after. */
static void
time_is_the_injected_one(void **state)
{
	struct http_server *s = world_server("pca", internal);
	struct http_client *client;
	struct answer a;

	(void)state;
	world_time(299 * (int64_t)DAY);
	assert_int_equal(status_for(s, "ra", "/ra-only"), 200);
	assert_int_equal(status_for(s, "expired", "/ra-only"), 403);
	world_time(301 * (int64_t)DAY);
	client = world_client("ra");
	world_call(&a, client, s, "GET", "/hello", BYTES_NONE);
	assert_int_equal(a.fault, FAULT_TLS);
	assert_non_null(strstr(a.fi.text, "expired"));
	world_time(-11 * (int64_t)DAY);
	world_call(&a, client, s, "GET", "/hello", BYTES_NONE);
	assert_int_equal(a.fault, FAULT_TLS);
	assert_non_null(strstr(a.fi.text, "not yet valid"));
	world_time(-9 * (int64_t)DAY);
	world_call(&a, client, s, "GET", "/ra-only", BYTES_NONE);
	assert_int_equal(a.fault, FAULT_OK);
	assert_int_equal(a.result.status, 200);
	http_client_free(client);
	http_server_stop(s, 1);

	/* one that becomes valid while the server runs */
	world_time(0);
	s = world_server("future", internal);
	client = world_client("ra");
	world_call(&a, client, s, "GET", "/hello", BYTES_NONE);
	assert_int_equal(a.fault, FAULT_TLS);
	world_time(2 * (int64_t)DAY);
	world_call(&a, client, s, "GET", "/hello", BYTES_NONE);
	assert_int_equal(a.fault, FAULT_OK);
	http_client_free(client);
	http_server_stop(s, 1);
}

/* The connection stays open, the certificate does not stay valid. */
static void
expired_on_a_kept_alive_connection(void **state)
{
	struct http_server *s = world_server("pca", internal);
	struct http_client *client = world_client("ra");
	struct http_server_stats stats;
	struct answer a;

	(void)state;
	world_call(&a, client, s, "GET", "/ra-only", BYTES_NONE);
	assert_int_equal(a.result.status, 200);
	world_time(301 * (int64_t)DAY);
	world_call(&a, client, s, "GET", "/ra-only", BYTES_NONE);
	assert_int_equal(a.fault, FAULT_OK);
	assert_int_equal(a.result.status, 403);
	http_server_stats(s, &stats);
	assert_int_equal(stats.connections, 1);
	world_time(0);
	world_call(&a, client, s, "GET", "/ra-only", BYTES_NONE);
	assert_int_equal(a.result.status, 200);
	http_client_free(client);
	http_server_stop(s, 1);
}

static void
the_client_checks_the_server(void **state)
{
	struct http_server *s = world_server("pca", devices);
	struct http_server *other = world_server("other-pca", devices);
	struct http_client *client = world_client(NULL);
	struct answer a;

	(void)state;
	handled = 0;
	world_call(&a, client, other, "GET", "/hello", BYTES_NONE);
	assert_int_equal(a.fault, FAULT_TLS);
	world_call(&a, client, s, "GET", "wrong/hello", BYTES_NONE);
	assert_int_equal(a.fault, FAULT_TLS);
	assert_non_null(strstr(a.fi.text, "wrong.monarch.test"));
	assert_int_equal(handled, 0);
	world_call(&a, client, s, "GET", "/hello", BYTES_NONE);
	assert_int_equal(a.fault, FAULT_OK);
	http_client_free(client);
	http_server_stop(s, 1);
	http_server_stop(other, 1);
}

static void
versions(void **state)
{
	static const struct {
		int max;
		bool devices, internal;
	} cases[] = {
	    {TLS1_VERSION, false, false},
	    {TLS1_1_VERSION, false, false},
	    {TLS1_2_VERSION, true, false},
	    {TLS1_3_VERSION, true, true},
	};
	struct http_server *d = world_server("pca", devices);
	struct http_server *i = world_server("pca", internal);
	struct raw r;
	size_t k;

	(void)state;
	for (k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
		bool got = raw_open(&r, d, cases[k].max, NULL);

		assert_int_equal(got, cases[k].devices);
		if (got) {
			assert_int_equal(SSL_version(r.ssl), cases[k].max);
			raw_close(&r);
		}
		got = raw_open(&r, i, cases[k].max, NULL);
		assert_int_equal(got, cases[k].internal);
		if (got)
			raw_close(&r);
	}
	http_server_stop(d, 1);
	http_server_stop(i, 1);
}

/* wire-interface.md 2: what every device of CAMP's can do. */
static void
exactly_the_suite_of_camp(void **state)
{
	static const char suite[] = "ECDHE-ECDSA-AES128-SHA256";
	struct http_server *s = world_server("pca", devices);
	struct http_client *client =
	    world_client_of((struct http_client_config){.cipher_list = suite});
	struct answer a;
	struct raw r;

	(void)state;
	assert_true(raw_open(&r, s, TLS1_2_VERSION, suite));
	assert_string_equal(SSL_get_cipher_name(r.ssl), suite);
	raw_close(&r);
	world_call(&a, client, s, "GET", "/hello", BYTES_NONE);
	if (a.fault != FAULT_OK)
		fail_msg("%s", a.fi.text);
	assert_string_equal(a.text, "hello");
	http_client_free(client);
	http_server_stop(s, 1);
	/* and not towards components */
	s = world_server("pca", internal);
	assert_false(raw_open(&r, s, TLS1_2_VERSION, suite));
	http_server_stop(s, 1);
}

static void
a_client_for_components_wants_1_3(void **state)
{
	struct http_server *s = world_server("pca", devices);
	struct http_client *client =
	    world_client_of((struct http_client_config){.tls13_only = true});
	struct answer a;

	(void)state;
	world_call(&a, client, s, "GET", "/hello", BYTES_NONE);
	assert_int_equal(a.fault, FAULT_OK);
	http_client_free(client);
	http_server_stop(s, 1);
}

static void
make_and_open_a_ca(void **state)
{
	const struct x509_validity v = {NOON, NOON + 100 * DAY};
	const struct x509_validity wide = {NOON - DAY, NOON + 200 * DAY};
	char cert[PATH_SIZE], key[PATH_SIZE], c2[PATH_SIZE], k2[PATH_SIZE];
	struct fault_info fi = {0};
	struct x509_validity got;
	struct x509_ca *ca;
	struct stat st;

	(void)state;
	world_path(cert, "new-ca.pem");
	world_path(key, "new-ca.key");
	world_path(c2, "leaf.pem");
	world_path(k2, "leaf.key");
	assert_int_equal(
	    x509_make_ca(cert, key, "right", "CA", v, &fi), FAULT_OK);
	assert_int_equal(stat(key, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(
	    x509_make_ca(cert, key, "right", "CA", v, &fi), FAULT_EXISTS);
	assert_int_equal(
	    x509_open_ca(&ca, cert, key, "wrong", &fi), FAULT_DENIED);
	world_path(c2, "ca.pem");
	assert_int_equal(
	    x509_open_ca(&ca, c2, key, "right", &fi), FAULT_KEY_MISMATCH);
	assert_int_equal(x509_open_ca(&ca, cert, key, "right", &fi), FAULT_OK);
	world_path(c2, "leaf.pem");
	assert_int_equal(
	    x509_issue(ca, c2, k2, "Not A Name", wide, &fi), FAULT_CONSTRAINT);
	assert_int_equal(
	    x509_issue(ca, c2, k2, "leaf.monarch.test", wide, &fi), FAULT_OK);
	assert_int_equal(x509_validity(&got, c2, &fi), FAULT_OK);
	assert_int_equal(got.not_before, v.not_before);
	assert_int_equal(got.not_after, v.not_after);
	assert_int_equal(x509_issue(ca, c2, k2, "leaf.monarch.test", wide, &fi),
	    FAULT_EXISTS);
	assert_int_equal(stat(k2, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	x509_close_ca(ca);
}

static bool
file_holds(const char *path, const char *text)
{
	struct arena arena = arena_new(100000);
	struct fault_info fi = {0};
	struct bytes b;
	bool found;

	assert_int_equal(file_read(&b, &arena, path, 50000, &fi), FAULT_OK);
	found = memmem(b.p, b.n, text, strlen(text)) != NULL;
	arena_free(&arena);
	return found;
}

/* The CA's key is encrypted; what OpenSSL's own program thinks of the files. */
static void
openssl_agrees(void **state)
{
	char ca[PATH_SIZE], pca[PATH_SIZE], key[PATH_SIZE];
	char command[4 * PATH_SIZE];

	(void)state;
	world_path(ca, "ca.pem");
	world_path(pca, "pca.pem");
	world_path(key, "ca.key");
	assert_true(file_holds(key, "BEGIN ENCRYPTED PRIVATE KEY"));
	snprintf(command, sizeof(command),
	    "openssl verify -CAfile %s "
	    "-attime %lld -purpose sslserver -verify_hostname "
	    "pca.monarch.test -x509_strict %s >/dev/null 2>&1",
	    ca, (long long)time32_to_posix(NOON), pca);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof(command),
	    "openssl pkey -in %s -noout "
	    "-passin pass:passphrase 2>/dev/null",
	    key);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof(command),
	    "openssl pkey -in %s -noout "
	    "-passin pass:other 2>/dev/null",
	    key);
	assert_int_not_equal(system(command), 0);
}

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Connections that stop in the middle of their handshake cost nothing:
 * no thread asks for the rest again and again. */
static void
slow_handshakes_wait(const struct http_server_config *c)
{
	/* the beginning of a ClientHello of 200 octets */
	static const uint8_t hello[] = {0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3};
	struct http_server *s = world_server("pca", *c);
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons(http_server_port(s)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd[4];
	double cpu;

	for (size_t k = 0; k < 4; k++) {
		fd[k] = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(
		    connect(fd[k], (struct sockaddr *)&a, sizeof(a)), 0);
		assert_int_equal(
		    write(fd[k], hello, sizeof(hello) - k), sizeof(hello) - k);
	}
	usleep(100000);
	cpu = cpu_seconds();
	usleep(600000);
	assert_true(cpu_seconds() - cpu < 0.2);
	for (size_t k = 0; k < 4; k++)
		close(fd[k]);
	http_server_stop(s, 1);
}

static void
handshakes_that_stop(void **state)
{
	(void)state;
	slow_handshakes_wait(&devices);
	slow_handshakes_wait(&internal);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, at_noon)
	const struct CMUnitTest tests[] = {
	    TEST(only_named_peers),
	    TEST(the_handler_learns_the_peer),
	    TEST(refused_before_the_body),
	    TEST(time_is_the_injected_one),
	    TEST(expired_on_a_kept_alive_connection),
	    TEST(the_client_checks_the_server),
	    TEST(versions),
	    TEST(exactly_the_suite_of_camp),
	    TEST(a_client_for_components_wants_1_3),
	    TEST(make_and_open_a_ca),
	    TEST(openssl_agrees),
	    TEST(handshakes_that_stop),
	};

	return cmocka_run_group_tests(tests, world_make, world_remove);
}
