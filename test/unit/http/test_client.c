/* test_client.c - the client's limits, times, hosts map and errors. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/time32.h"
#include "folder.h"
#include "world.h"

static const struct http_server_config pool = {
    .tls = HTTP_TLS_DEVICES, .threading = HTTP_THREAD_POOL};

static char url[256];

static const char *
url_of(struct http_server *s, const char *path)
{
	snprintf(url, sizeof(url), "https://pca.monarch.test:%u%s",
	    http_server_port(s), path);
	return url;
}

static void
answers_have_a_limit(void **state)
{
	struct http_server *s = world_server("pca", pool);
	struct http_client *client = world_client(NULL);
	struct arena arena = arena_new((size_t)16 << 20);
	struct http_call c = {.url = url_of(s, "/big"), .limit = 2999999};
	struct fault_info fi = {0};
	struct http_result r;

	(void)state;
	assert_int_equal(
	    http_call(client, &r, &arena, &c, &fi), FAULT_TOO_LARGE);
	c.limit = 3000000;
	assert_int_equal(http_call(client, &r, &arena, &c, &fi), FAULT_OK);
	assert_int_equal(r.body.n, 3000000);
	/* an arena that is too small */
	arena_free(&arena);
	arena = arena_new((size_t)1 << 20);
	assert_int_equal(
	    http_call(client, &r, &arena, &c, &fi), FAULT_TOO_LARGE);
	arena_free(&arena);
	http_client_free(client);
	http_server_stop(s, 1);
}

static void
calls_have_a_time(void **state)
{
	struct http_server *s = world_server("pca", pool);
	struct http_client *client = world_client(NULL);
	struct arena arena = arena_new((size_t)1 << 20);
	struct http_call c = {
	    .url = url_of(s, "/slow"), .limit = 1000, .timeout_ms = 300};
	struct fault_info fi = {0};
	struct http_result r;
	uint64_t start = clock_ns();

	(void)state;
	slow_ms = 20000;
	assert_int_equal(http_call(client, &r, &arena, &c, &fi), FAULT_NETWORK);
	assert_true(clock_ns() - start < UINT64_C(10000000000));
	slow_ms = 0;
	c.timeout_ms = 5000;
	assert_int_equal(http_call(client, &r, &arena, &c, &fi), FAULT_OK);
	arena_free(&arena);
	http_client_free(client);
	http_server_stop(s, 3);
}

static void *
interrupt_soon(void *client)
{
	usleep(200000);
	http_client_interrupt(client);
	return NULL;
}

static void
calls_can_be_interrupted(void **state)
{
	struct http_server *s = world_server("pca", pool);
	struct http_client *client = world_client(NULL);
	struct arena arena = arena_new((size_t)1 << 20);
	struct http_call c = {
	    .url = url_of(s, "/slow"), .limit = 1000, .timeout_ms = 20000};
	struct fault_info fi = {0};
	struct http_result r;
	uint64_t start = clock_ns();
	pthread_t thread;

	(void)state;
	slow_ms = 20000;
	pthread_create(&thread, NULL, interrupt_soon, client);
	assert_int_equal(http_call(client, &r, &arena, &c, &fi), FAULT_NETWORK);
	assert_true(r.sent); /* it is answered slowly */
	assert_true(clock_ns() - start < UINT64_C(10000000000));
	pthread_join(thread, NULL);
	slow_ms = 0;
	arena_free(&arena);
	http_client_free(client);
	http_server_stop(s, 1);
}

static void
what_a_post_says_of_errors(void **state)
{
	struct http_server *s = world_server("pca", pool);
	struct http_client *client = world_client(NULL);
	struct arena arena = arena_new((size_t)1 << 20);
	struct http_call c = {.url = url_of(s, "/echo"),
	    .limit = 1000,
	    .body = {(const uint8_t *)"abc", 3}};
	struct fault_info fi = {0};
	struct bytes answer;

	(void)state;
	assert_int_equal(http_post(client, &answer, &arena, &c, &fi), FAULT_OK);
	assert_int_equal(answer.n, 3);
	assert_memory_equal(answer.p, "abc", 3);
	c.url = url_of(s, "/hello");
	assert_int_equal(
	    http_post(client, &answer, &arena, &c, &fi), FAULT_HTTP_STATUS);
	assert_non_null(strstr(fi.text, "status 405"));
	arena_free(&arena);
	http_client_free(client);
	http_server_stop(s, 1);
}

static void
nobody_is_there(void **state)
{
	struct http_server *s = world_server("pca", pool);
	struct http_client *client = world_client(NULL);
	struct arena arena = arena_new((size_t)1 << 20);
	struct http_call c = {.url = url_of(s, "/hello"), .limit = 1000};
	struct fault_info fi = {0};
	struct http_result r;

	(void)state;
	assert_int_equal(http_call(client, &r, &arena, &c, &fi), FAULT_OK);
	http_server_stop(s, 1); /* the kept-alive connection too */
	assert_int_equal(http_call(client, &r, &arena, &c, &fi), FAULT_NETWORK);
	assert_non_null(strstr(fi.text, "pca.monarch.test"));
	r.sent = true;
	assert_int_equal(http_call(client, &r, &arena, &c, &fi), FAULT_NETWORK);
	assert_false(r.sent);
	c.url = "http://pca.monarch.test/";
	assert_int_equal(http_call(client, &r, &arena, &c, &fi),
	    FAULT_NETWORK); /* https and nothing else */
	arena_free(&arena);
	http_client_free(client);
}

/* The server ends idle connections; a call that finds its own ended is made
 * again over a new one, a POST too. */
static void
a_connection_that_has_ended(void **state)
{
	struct http_server_config config = pool;
	struct http_client *client = world_client(NULL);
	struct http_server *s;
	struct answer a;

	(void)state;
	config.idle_seconds = 1;
	s = world_server("pca", config);
	world_call(&a, client, s, "POST", "/echo",
	    (struct bytes){(const uint8_t *)"a", 1});
	assert_int_equal(a.fault, FAULT_OK);
	usleep(3200000);
	world_call(&a, client, s, "POST", "/echo",
	    (struct bytes){(const uint8_t *)"b", 1});
	if (a.fault != FAULT_OK)
		fail_msg("%s", a.fi.text);
	assert_string_equal(a.text, "b");
	http_client_free(client);
	http_server_stop(s, 1);
}

struct caller {
	struct http_client *client;
	struct http_server *s;
	bool ok;
};

static void *
call_often(void *arg)
{
	struct caller *caller = arg;
	struct arena arena = arena_new((size_t)1 << 20);
	struct fault_info fi = {0};
	struct http_result r;
	char to[128], body[32];
	int i;

	snprintf(to, sizeof(to), "https://pca.monarch.test:%u/echo",
	    http_server_port(caller->s));
	caller->ok = true;
	for (i = 0; i < 100; i++) {
		struct http_call c = {
		    .method = "POST", .url = to, .limit = 100};

		snprintf(body, sizeof(body), "%p %d", (void *)caller, i);
		c.body = bytes_of_string(body);
		arena_reset(&arena);
		if (http_call(caller->client, &r, &arena, &c, &fi) !=
			FAULT_OK ||
		    !bytes_equal(r.body, c.body))
			caller->ok = false;
	}
	arena_free(&arena);
	return NULL;
}

static void
many_threads_one_client(void **state)
{
	struct http_server *s = world_server("pca", pool);
	struct http_client *client = world_client(NULL);
	struct http_server_stats stats;
	struct caller callers[8];
	pthread_t threads[8];
	int i;

	(void)state;
	for (i = 0; i < 8; i++) {
		callers[i] = (struct caller){client, s, false};
		pthread_create(&threads[i], NULL, call_often, &callers[i]);
	}
	for (i = 0; i < 8; i++) {
		pthread_join(threads[i], NULL);
		assert_true(callers[i].ok);
	}
	http_server_stats(s, &stats);
	assert_int_equal(stats.requests, 800);
	assert_true(stats.connections <= 8);
	http_client_free(client);
	http_server_stop(s, 1);
}

static enum fault
open_with_hosts(const char *text, struct fault_info *fi)
{
	char ca[PATH_SIZE], hosts[PATH_SIZE];
	struct http_client_config c = {.ca = ca, .hosts = hosts};
	struct http_client *client;
	struct fault_info written;

	world_path(ca, "ca.pem");
	world_path(hosts, "hosts-test");
	assert_int_equal(
	    file_write(hosts, bytes_of_string(text), 0600, &written), FAULT_OK);
	TRY(http_client_new(&client, &c, fi));
	http_client_free(client);
	return FAULT_OK;
}

static void
hosts_maps(void **state)
{
	struct fault_info fi = {0};
	struct http_client *client;

	(void)state;
	assert_int_equal(open_with_hosts("", &fi), FAULT_OK);
	assert_int_equal(open_with_hosts("127.0.1.2\tra.monarch.test ra # RA\n"
					 "::1 six\r\n# end",
			     &fi),
	    FAULT_OK);
	assert_int_equal(
	    open_with_hosts("127.0.1.2 a\nnonsense b\n", &fi), FAULT_CONFIG);
	assert_non_null(strstr(fi.text, "hosts-test:2:"));
	assert_int_equal(open_with_hosts("127.0.1.2\n", &fi), FAULT_CONFIG);
	assert_int_equal(
	    http_client_new(&client,
		&(struct http_client_config){.ca = "/no/such/file"}, &fi),
	    FAULT_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers_have_a_limit),
	    cmocka_unit_test(calls_have_a_time),
	    cmocka_unit_test(calls_can_be_interrupted),
	    cmocka_unit_test(what_a_post_says_of_errors),
	    cmocka_unit_test(nobody_is_there),
	    cmocka_unit_test(a_connection_that_has_ended),
	    cmocka_unit_test(many_threads_one_client),
	    cmocka_unit_test(hosts_maps),
	};

	return cmocka_run_group_tests(tests, world_make, world_remove);
}
