/* test_server.c - routes, bodies, files, limits and stop of the server. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time32.h"
#include "world.h"

static const struct http_server_config pool = {
    .tls = HTTP_TLS_DEVICES, .threading = HTTP_THREAD_POOL};
static const struct http_server_config per_connection = {
    .tls = HTTP_TLS_INTERNAL, .threading = HTTP_THREAD_PER_CONNECTION};

/* Fails unless the answer has this status and text (NULL: any). */
#define EXPECT(a, wanted, wanted_text)                              \
	do {                                                        \
		if ((a).fault != FAULT_OK)                          \
			fail_msg("%s", (a).fi.text);                \
		assert_int_equal((a).result.status, wanted);        \
		if ((wanted_text) != NULL)                          \
			assert_string_equal((a).text, wanted_text); \
	} while (0)

static const char *
header(const struct answer *a, const char *name)
{
	static char text[256];
	struct arena arena = arena_new(4096);
	const char *v = http_result_header(&a->result, &arena, name);

	snprintf(text, sizeof(text), "%s", v != NULL ? v : "none");
	arena_free(&arena);
	return text;
}

static void
check_routes(const struct http_server_config *c)
{
	struct http_server *s = world_server("pca", *c);
	struct http_client *client = world_client(NULL);
	struct http_server_stats stats;
	struct answer a;

	world_call(&a, client, s, "GET", "/hello", BYTES_NONE);
	EXPECT(a, 200, "hello");
	assert_string_equal(header(&a, "x-peer"), "nobody");
	assert_string_equal(header(&a, "Date"), "none");
	world_call(&a, client, s, "HEAD", "/hello", BYTES_NONE);
	EXPECT(a, 200, "");
	assert_string_equal(header(&a, "Content-Length"), "5");
	world_call(&a, client, s, "GET", "/nowhere", BYTES_NONE);
	EXPECT(a, 404, "");
	world_call(&a, client, s, "GET", "/hello/", BYTES_NONE);
	EXPECT(a, 404, "");
	world_call(&a, client, s, "POST", "/hello", BYTES_NONE);
	EXPECT(a, 405, "");
	assert_string_equal(header(&a, "Allow"), "GET");
	world_call(&a, client, s, "DELETE", "/ra-only", BYTES_NONE);
	EXPECT(a, 405, "");
	assert_string_equal(header(&a, "Allow"), "GET, POST");
	world_call(&a, client, s, "POST", "/files/x", BYTES_NONE);
	EXPECT(a, 405, "");
	world_call(&a, client, s, "GET", "/files/a%20b/c?name=%41%2Bx&y=1",
	    BYTES_NONE);
	EXPECT(a, 200, "GET|/files/a b/c|a b/c|-|A+x");
	world_call_with(&a, client, s, "/files/", "x-TEST: some value");
	EXPECT(a, 200, "GET|/files/||some value|-");
	http_server_stats(s, &stats);
	assert_int_equal(stats.requests, 4);
	assert_int_equal(stats.refused, 5);
	assert_int_equal(stats.connections, 1); /* kept alive */
	http_client_free(client);
	http_server_stop(s, 1);
}

static void
routes_by_pool(void **state)
{
	(void)state;
	check_routes(&pool);
}

static void
routes_by_thread_per_connection(void **state)
{
	(void)state;
	check_routes(&per_connection);
}

static void
connections_have_tallies(void **state)
{
	struct http_server *s = world_server("pca", pool);
	struct http_client *one = world_client(NULL);
	struct http_client *other = world_client(NULL);
	struct answer a;

	(void)state;
	world_call(&a, one, s, "GET", "/count", BYTES_NONE);
	EXPECT(a, 200, "1");
	world_call(&a, one, s, "GET", "/count", BYTES_NONE);
	EXPECT(a, 200, "2");
	world_call(&a, other, s, "GET", "/count", BYTES_NONE);
	EXPECT(a, 200, "1");
	world_call(&a, one, s, "GET", "/count", BYTES_NONE);
	EXPECT(a, 200, "3");
	http_client_free(one);
	http_client_free(other);
	http_server_stop(s, 1);
}

static void
bodies_of_every_size(void **state)
{
	static const size_t sizes[] = {
	    0, 1, 100, 4096, 16384, 16385, 65536, 99999, 100000};
	static uint8_t body[100001];
	struct http_server *s = world_server("pca", pool);
	struct http_client *client = world_client(NULL);
	struct answer a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(body); i++)
		body[i] = (uint8_t)(i ^ i >> 8);
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		world_call(&a, client, s, "POST", "/echo",
		    (struct bytes){body, sizes[i]});
		EXPECT(a, 200, NULL);
		assert_int_equal(a.result.body.n, sizes[i]);
		if (sizes[i] > 0)
			assert_memory_equal(a.result.body.p, body, sizes[i]);
	}
	handled = 0;
	world_call(&a, client, s, "POST", "/echo", BYTES(body));
	EXPECT(a, 413, "");
	assert_int_equal(handled, 0);
	world_call(&a, client, s, "POST", "/echo", (struct bytes){body, 9});
	EXPECT(a, 200, NULL); /* the connection goes on */
	http_client_free(client);
	http_server_stop(s, 1);
}

/* Sends raw text, returns what comes back. */
static const char *
exchange(struct http_server *s, const char *text)
{
	static char answer[1 << 20];
	struct raw r;

	assert_true(raw_open(&r, s, TLS1_3_VERSION, NULL));
	raw_send(&r, text, strlen(text));
	raw_read(&r, answer, sizeof(answer), 300);
	raw_close(&r);
	return answer;
}

static bool
has_status(const char *answer, unsigned status)
{
	char line[32];

	snprintf(line, sizeof(line), "HTTP/1.1 %u ", status);
	return strncmp(answer, line, strlen(line)) == 0;
}

static void
chunked_bodies(void **state)
{
	struct http_server *s = world_server("pca", pool);
	const char *answer;
	char *large, *p;
	int i;

	(void)state;
	answer = exchange(s, "POST /echo HTTP/1.1\r\nHost: x\r\n"
			     "Transfer-Encoding: chunked\r\n\r\n"
			     "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
	assert_true(has_status(answer, 200));
	assert_non_null(strstr(answer, "\r\n\r\nhello world"));
	/* 3 x 40,000 octets are more than /echo takes */
	large = malloc(200000);
	p = large + sprintf(large, "POST /echo HTTP/1.1\r\nHost: x\r\n"
				   "Transfer-Encoding: chunked\r\n\r\n");
	for (i = 0; i < 3; i++) {
		p += sprintf(p, "9c40\r\n");
		memset(p, 'x', 40000);
		p += 40000;
		p += sprintf(p, "\r\n");
	}
	sprintf(p, "0\r\n\r\n");
	handled = 0;
	assert_true(has_status(exchange(s, large), 413));
	assert_int_equal(handled, 0);
	/* and 2 x 40,000 are not */
	memcpy(large + strlen(large) - strlen("0\r\n\r\n") - 40008, "0\r\n\r\n",
	    6);
	assert_true(has_status(exchange(s, large), 200));
	assert_int_equal(handled, 1);
	free(large);
	http_server_stop(s, 1);
}

static void
a_far_too_large_body_is_refused_unread(void **state)
{
	struct http_server *s = world_server("pca", pool);

	(void)state;
	assert_true(has_status(
	    exchange(s, "POST /echo HTTP/1.1\r\n"
			"Host: x\r\nContent-Length: 99999999\r\n\r\n"),
	    413));
	assert_true(
	    has_status(exchange(s, "POST /echo HTTP/1.1\r\n"
				   "Host: x\r\nContent-Length: "
				   "100001\r\nExpect: 100-continue\r\n\r\n"),
		413));
	assert_true(
	    has_status(exchange(s, "POST /echo HTTP/1.1\r\n"
				   "Host: x\r\nContent-Length: 3\r\nExpect: "
				   "100-continue\r\n\r\nabc"),
		100));
	assert_true(
	    has_status(exchange(s, "GET /hello HTTP/1.1\r\n"
				   "Host: x\r\nContent-Length: 3\r\n\r\nabc"),
		413));
	http_server_stop(s, 1);
}

static void
pipelined_requests(void **state)
{
	static const char one[] = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
	struct http_server *s = world_server("pca", pool);
	char text[sizeof(one) * 20] = "";
	const char *p;
	int i, n = 0;

	(void)state;
	for (i = 0; i < 20; i++)
		strcat(text, one);
	for (p = exchange(s, text); (p = strstr(p, "HTTP/1.1 200")) != NULL;
	     p++)
		n++;
	assert_int_equal(n, 20);
	http_server_stop(s, 1);
}

/* The files route starts at 1,000; octet k of the file is k * 7 >> 3. */
static void
make_big_file(void)
{
	static uint8_t octets[3001000];
	struct fault_info fi;
	char path[PATH_SIZE];
	size_t i;

	for (i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 7 >> 3);
	world_path(path, "big");
	assert_int_equal(file_write(path, BYTES(octets), 0600, &fi), FAULT_OK);
}

static void
expect_octets(const struct answer *a, size_t from, size_t n)
{
	size_t i;

	assert_int_equal(a->result.body.n, n);
	for (i = 0; i < n; i++)
		if (a->result.body.p[i] != (uint8_t)((from + i) * 7 >> 3))
			fail_msg("octet %zu", i);
}

static void
large_answers(void **state)
{
	struct http_server *s = world_server("pca", pool);
	struct http_client *client = world_client(NULL);
	struct answer a;

	(void)state;
	make_big_file();
	world_call(&a, client, s, "GET", "/big", BYTES_NONE);
	EXPECT(a, 200, NULL);
	expect_octets(&a, 0, 3000000);
	world_call(&a, client, s, "GET", "/file?n=10", BYTES_NONE);
	EXPECT(a, 200, NULL);
	expect_octets(&a, 1000, 10);
	world_call(&a, client, s, "GET", "/file?n=3000000", BYTES_NONE);
	EXPECT(a, 200, NULL);
	expect_octets(&a, 1000, 3000000);
	assert_string_equal(header(&a, "Content-Disposition"),
	    "attachment; filename=\"big.bin\"");
	world_call_with(
	    &a, client, s, "/file?n=3000000", "Range: bytes=1500000-2999998");
	EXPECT(a, 206, NULL);
	expect_octets(&a, 1501000, 1499999);
	world_call_with(&a, client, s, "/file?n=3000000", "Range: bytes=-7");
	EXPECT(a, 206, NULL);
	expect_octets(&a, 3000993, 7);
	assert_string_equal(
	    header(&a, "Content-Range"), "bytes 2999993-2999999/3000000");
	world_call_with(&a, client, s, "/file?n=50", "Range: bytes=50-");
	EXPECT(a, 416, "");
	assert_string_equal(header(&a, "Content-Range"), "bytes */50");
	http_client_free(client);
	http_server_stop(s, 1);
}

static void
downloads(void **state)
{
	struct http_server *s = world_server("pca", pool);
	struct http_client *client = world_client(NULL);
	struct answer a;

	(void)state;
	world_call(&a, client, s, "GET", "/download", BYTES_NONE);
	EXPECT(a, 200, "0123456789");
	assert_string_equal(header(&a, "Content-Disposition"),
	    "attachment; filename=\"lccf_01_02.oer\"");
	assert_string_equal(header(&a, "ETag"), "\"lccf_01_02.oer\"");
	assert_string_equal(
	    header(&a, "Access-Control-Expose-Headers"), "Content-Disposition");
	assert_string_equal(
	    header(&a, "Content-Type"), "application/octet-stream");
	world_call_with(
	    &a, client, s, "/download", "If-None-Match: lccf_01_02.oer");
	EXPECT(a, 304, "");
	world_call_with(
	    &a, client, s, "/download", "If-None-Match: \"LCCF_01_02.oer\"");
	EXPECT(a, 304, "");
	world_call_with(
	    &a, client, s, "/download", "If-None-Match: lccf_01_01.oer");
	EXPECT(a, 200, "0123456789");
	world_call_with(&a, client, s, "/download", "Range: bytes=3-5");
	EXPECT(a, 206, "345");
	http_client_free(client);
	http_server_stop(s, 1);
}

static void
errors_as_camp_wants_them(void **state)
{
	struct http_server *s = world_server("pca", pool);
	struct http_client *client = world_client(NULL);
	struct answer a;

	(void)state;
	world_call(&a, client, s, "GET", "/error", BYTES_NONE);
	EXPECT(a, 409, "");
	assert_string_equal(header(&a, "SCMS-POC-Error"), "5057");
	/* a header cannot be broken in two */
	assert_string_equal(header(&a, "SCMS-POC-Error-Message"),
	    "raDuplicateRequestReceived: two??lines");
	world_call(&a, client, s, "GET", "/error-prod", BYTES_NONE);
	EXPECT(a, 500, "");
	assert_string_equal(header(&a, "SCMS-POC-Error"), "none");
	assert_string_equal(header(&a, "SCMS-POC-Error-Message"), "none");
	http_client_free(client);
	http_server_stop(s, 1);
}

/* One sender holds most of the memory for bodies; the next has to wait. */
static void
memory_for_bodies_is_limited(void **state)
{
	static uint8_t body[800000];
	static char answer[1 << 20];
	struct http_server_config c = pool;
	struct http_server *s;
	struct http_client *client = world_client(NULL);
	const char *head = "POST /large HTTP/1.1\r\nHost: x\r\n"
			   "Content-Length: 800000\r\n"
			   "Expect: 100-continue\r\n\r\n";
	struct answer a;
	struct raw r;

	(void)state;
	c.memory = 1000000;
	s = world_server("pca", c);
	memset(body, 'b', sizeof(body));
	assert_true(raw_open(&r, s, TLS1_3_VERSION, NULL));
	raw_send(&r, head, strlen(head));
	raw_read(&r, answer, sizeof(answer), 1); /* it has its place */
	assert_true(has_status(answer, 100));
	raw_send(&r, (char *)body, 400000);
	world_call(&a, client, s, "POST", "/large", BYTES(body));
	EXPECT(a, 503, "");
	assert_string_equal(header(&a, "Retry-After"), "1");
	world_call(&a, client, s, "POST", "/echo", (struct bytes){body, 9});
	EXPECT(a, 200, NULL);
	raw_send(&r, (char *)body, 400000);
	raw_read(&r, answer, sizeof(answer), 500);
	assert_true(has_status(answer, 200));
	raw_close(&r);
	world_call(&a, client, s, "POST", "/large", BYTES(body));
	EXPECT(a, 200, NULL);
	http_client_free(client);
	http_server_stop(s, 1);
}

/* A sender that is never silent for long, and never done. */
static void
slow_senders_are_cut_off(void **state)
{
	static const char head[] = "POST /echo HTTP/1.1\r\nHost: x\r\n"
				   "Content-Length: 1000\r\n\r\n";
	struct http_server_config c = pool;
	struct http_server *s;
	struct raw in_head, in_body, idle;
	bool head_cut = false, body_cut = false;
	size_t i;

	(void)state;
	c.idle_seconds = 2;
	c.request_seconds = 2;
	s = world_server("pca", c);
	assert_true(raw_open(&in_head, s, TLS1_3_VERSION, NULL));
	assert_true(raw_open(&in_body, s, TLS1_3_VERSION, NULL));
	assert_true(raw_open(&idle, s, TLS1_3_VERSION, NULL));
	raw_send(&in_body, head, strlen(head));
	for (i = 0; i < 60 && !(head_cut && body_cut); i++) {
		if (!head_cut)
			raw_send(&in_head,
			    &"GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				 [i],
			    1);
		if (!body_cut)
			raw_send(&in_body, "x", 1);
		head_cut = head_cut || raw_ended(&in_head, 40);
		body_cut = body_cut || raw_ended(&in_body, 40);
	}
	assert_true(head_cut);
	assert_true(body_cut);
	assert_true(raw_ended(&idle, 1000));
	raw_close(&in_head);
	raw_close(&in_body);
	raw_close(&idle);
	http_server_stop(s, 1);
}

/* More connections than permitted wait until there is room. */
static void
connections_are_limited(void **state)
{
	static const char request[] = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
	struct http_server_config c = per_connection;
	struct http_server_stats stats;
	struct http_server *s;
	struct raw r[3];
	char answer[1024];
	int i;

	(void)state;
	c.connections = 3;
	c.threads = 1;
	s = world_server("pca", c);
	for (i = 0; i < 3; i++)
		assert_true(raw_open(&r[i], s, TLS1_3_VERSION, NULL));
	http_server_stats(s, &stats);
	assert_int_equal(stats.connections, 3);
	raw_send(&r[1], request, strlen(request));
	raw_read(&r[1], answer, sizeof(answer), 500);
	assert_true(has_status(answer, 200));
	for (i = 0; i < 3; i++)
		raw_close(&r[i]);
	for (i = 0; i < 100; i++) {
		http_server_stats(s, &stats);
		if (stats.connections == 0)
			break;
		usleep(10000);
	}
	assert_int_equal(stats.connections, 0);
	assert_int_equal(stats.unused, 2);
	assert_true(raw_open(&r[0], s, TLS1_3_VERSION, NULL));
	raw_close(&r[0]);
	http_server_stop(s, 1);
}

struct late {
	struct http_server *s;
	const char *path;
	struct answer a;
};

static void *
ask_slowly(void *arg)
{
	struct late *l = arg;
	struct http_client *client = world_client(NULL);

	world_call(&l->a, client, l->s, "GET", l->path, BYTES_NONE);
	http_client_free(client);
	world_thread_end();
	return NULL;
}

static void
check_stop(
    const struct http_server_config *c, const char *path, const char *text)
{
	struct late l = {.s = world_server("pca", *c), .path = path};
	pthread_t thread;

	handled = 0;
	slow_ms = 700;
	pthread_create(&thread, NULL, ask_slowly, &l);
	while (handled == 0)
		usleep(1000);
	http_server_stop(l.s, 5);
	pthread_join(thread, NULL);
	EXPECT(l.a, 200, text);
	assert_string_equal(header(&l.a, "Connection"), "close");
}

static void
a_stop_lets_requests_end(void **state)
{
	(void)state;
	check_stop(&pool, "/slow", "slow");
	check_stop(&per_connection, "/slow", "slow");
	check_stop(&pool, "/together?name=1", "1");
	check_stop(&per_connection, "/together?name=2", "again 2");
}

#define MANY 24

/* Answers wait until all have asked, so most must be made together. */
static void
check_together(const struct http_server_config *c, unsigned wait_for)
{
	struct late l[MANY];
	char path[MANY][32], text[32];
	struct http_server *s = world_server("pca", *c);
	pthread_t thread[MANY];

	slow_ms = 0;
	together.asked = together.most = 0;
	together.wait_for = wait_for;
	for (unsigned k = 0; k < MANY; k++) {
		snprintf(path[k], sizeof(path[k]), "/together?name=%u", k);
		l[k] = (struct late){.s = s, .path = path[k]};
		pthread_create(&thread[k], NULL, ask_slowly, &l[k]);
	}
	for (unsigned k = 0; k < MANY; k++) {
		pthread_join(thread[k], NULL);
		snprintf(text, sizeof(text), "%s%u",
		    k / 10 == 2 || k == 2 ? "again " : "", k);
		EXPECT(l[k].a, *text == '3' ? 409 : 200, text);
	}
	together.wait_for = 0;
	http_server_stop(s, 5);
}

static void
answers_are_made_together(void **state)
{
	struct http_server_config two = pool;

	(void)state;
	two.threads = 2;
	check_together(&two, MANY);
	/* two threads held a request each, or more; the rest gathered */
	assert_true(together.most > 1);
	check_together(&per_connection, 0);
	assert_int_equal(together.most, 1);
}

/* While one thread runs a function that is to run alone, the other goes on with
 * other requests, and never begins a second such function. */
static void
one_runs_alone(void **state)
{
	struct http_server_config two = pool;
	static struct late l[MANY];
	char path[MANY][32];
	pthread_t thread[MANY];
	struct http_client *client = world_client(NULL);
	struct answer a;

	(void)state;
	two.threads = 2;
	two.connections = MANY + 8;
	slow_ms = 100;
	together.asked = together.wait_for = together.begun = 0;
	together.alone_most = 0;
	l[0].s = world_server("pca", two);
	for (unsigned k = 0; k < MANY; k++) {
		snprintf(path[k], sizeof(path[k]), "/together?name=4%u", k);
		l[k] = (struct late){.s = l[0].s, .path = path[k]};
		pthread_create(&thread[k], NULL, ask_slowly, &l[k]);
	}
	while (together.begun == 0)
		usleep(1000);
	world_call(&a, client, l[0].s, "GET", "/together?name=1", BYTES_NONE);
	EXPECT(a, 200, "1");
	for (unsigned k = 0; k < MANY; k++) {
		pthread_join(thread[k], NULL);
		EXPECT(l[k].a, 200, path[k] + strlen("/together?name="));
	}
	assert_int_equal(together.alone_most, 1);
	slow_ms = 0;
	http_client_free(client);
	http_server_stop(l[0].s, 5);
}

/* A stop does not wait for answers that nobody has begun to make. */
static void
a_stop_refuses_what_waits(void **state)
{
	struct http_server_config one = pool;
	struct late l[4];
	pthread_t thread[4];

	(void)state;
	one.threads = 1;
	slow_ms = 700;
	handled = 0;
	together.asked = together.wait_for = together.begun = 0;
	l[0].s = world_server("pca", one);
	for (unsigned k = 0; k < 4; k++) {
		l[k] = (struct late){.s = l[0].s, .path = "/together?name=1"};
		pthread_create(&thread[k], NULL, ask_slowly, &l[k]);
		while (k == 0 && together.begun == 0)
			usleep(1000);
	}
	while (handled < 4)
		usleep(1000);
	http_server_stop(l[0].s, 0);
	assert_int_equal(together.begun, 1);
	for (unsigned k = 0; k < 4; k++)
		pthread_join(thread[k], NULL);
	slow_ms = 0;
}

/* Handlers that block do not hold up other connections. */
static void
a_thread_per_connection(void **state)
{
	struct late l = {
	    .s = world_server("pca", per_connection), .path = "/slow"};
	struct http_client *client = world_client(NULL);
	struct answer a;
	pthread_t thread;
	uint64_t start;

	(void)state;
	handled = 0;
	slow_ms = 20000;
	pthread_create(&thread, NULL, ask_slowly, &l);
	while (handled == 0)
		usleep(1000);
	start = clock_ns();
	world_call(&a, client, l.s, "GET", "/hello", BYTES_NONE);
	EXPECT(a, 200, "hello");
	assert_true(clock_ns() - start < UINT64_C(10000000000));
	slow_ms = 0;
	pthread_join(thread, NULL);
	http_client_free(client);
	http_server_stop(l.s, 1);
}

/* Nobody stays longer than it takes to end: not for the answer either. */
static void
a_close_is_a_close(void **state)
{
	struct http_server *s = world_server("pca", pool);
	struct raw r;
	char answer[1024];
	static const char one[] = "GET /hello HTTP/1.1\r\nHost: x\r\n"
				  "Connection: keep-alive, Close\r\n\r\n";
	static const char old[] = "GET /hello HTTP/1.0\r\n\r\n";

	(void)state;
	assert_true(raw_open(&r, s, TLS1_3_VERSION, NULL));
	raw_send(&r, one, strlen(one));
	raw_read(&r, answer, sizeof(answer), 300);
	assert_true(has_status(answer, 200));
	assert_non_null(strstr(answer, "\r\nConnection: close\r\n"));
	assert_true(raw_ended(&r, 5000));
	raw_close(&r);
	assert_true(raw_open(&r, s, TLS1_3_VERSION, NULL));
	raw_send(&r, old, strlen(old));
	raw_read(&r, answer, sizeof(answer), 300);
	assert_true(has_status(answer, 200));
	assert_true(raw_ended(&r, 5000));
	raw_close(&r);
	http_server_stop(s, 1);
}

static void
what_cannot_be_started(void **state)
{
	struct http_server *s = world_server("pca", pool), *other;
	char cert[PATH_SIZE], key[PATH_SIZE], ca[PATH_SIZE], listen_at[32];
	struct http_server_config c = pool;
	struct fault_info fi = {0};

	(void)state;
	world_path(cert, "pca.pem");
	world_path(key, "pca.key");
	world_path(ca, "ca.pem");
	snprintf(
	    listen_at, sizeof(listen_at), "127.0.0.1:%u", http_server_port(s));
	c.cert = cert;
	c.key = key;
	c.ca = ca;
	c.listen = listen_at;
	assert_int_equal(http_server_start(&other, &c, &fi), FAULT_IO);
	assert_non_null(strstr(fi.text, listen_at));
	c.listen = "localhost:1";
	assert_int_equal(http_server_start(&other, &c, &fi), FAULT_CONFIG);
	c.listen = "127.0.0.1:65536";
	assert_int_equal(http_server_start(&other, &c, &fi), FAULT_CONFIG);
	c.listen = "127.0.0.1:0";
	world_path(key, "ra.key");
	assert_int_equal(http_server_start(&other, &c, &fi), FAULT_TLS);
	assert_non_null(strstr(fi.text, "pca.pem"));
	world_path(key, "hosts");
	assert_int_equal(http_server_start(&other, &c, &fi), FAULT_TLS);
	world_path(key, "none.key");
	assert_int_equal(http_server_start(&other, &c, &fi), FAULT_NOT_FOUND);
	http_server_stop(s, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(routes_by_pool),
	    cmocka_unit_test(routes_by_thread_per_connection),
	    cmocka_unit_test(connections_have_tallies),
	    cmocka_unit_test(bodies_of_every_size),
	    cmocka_unit_test(chunked_bodies),
	    cmocka_unit_test(a_far_too_large_body_is_refused_unread),
	    cmocka_unit_test(pipelined_requests),
	    cmocka_unit_test(large_answers),
	    cmocka_unit_test(downloads),
	    cmocka_unit_test(errors_as_camp_wants_them),
	    cmocka_unit_test(memory_for_bodies_is_limited),
	    cmocka_unit_test(slow_senders_are_cut_off),
	    cmocka_unit_test(connections_are_limited),
	    cmocka_unit_test(a_stop_lets_requests_end),
	    cmocka_unit_test(answers_are_made_together),
	    cmocka_unit_test(one_runs_alone),
	    cmocka_unit_test(a_stop_refuses_what_waits),
	    cmocka_unit_test(a_thread_per_connection),
	    cmocka_unit_test(a_close_is_a_close),
	    cmocka_unit_test(what_cannot_be_started),
	};

	return cmocka_run_group_tests(tests, world_make, world_remove);
}
