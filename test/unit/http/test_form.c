/* test_form.c - requests that are not as they should be. */
#include <stdio.h>
#include <string.h>

#include "world.h"

static const struct http_server_config pool = {
    .tls = HTTP_TLS_DEVICES, .threading = HTTP_THREAD_POOL};

/* Sends the text; the first status that comes back, 0 for none.  *statuses
 * counts the different ones, *ended tells whether the connection is over. */
static unsigned
send_text(struct http_server *s, const char *text, size_t n, unsigned *statuses,
    bool *ended)
{
	static char answer[65536];
	unsigned first = 0;
	const char *p;
	struct raw r;

	assert_true(raw_open(&r, s, TLS1_3_VERSION, NULL));
	raw_send(&r, text, n);
	raw_read(&r, answer, sizeof(answer), 250);
	*ended = raw_ended(&r, 250);
	raw_close(&r);
	*statuses = 0;
	for (p = answer; (p = strstr(p, "HTTP/1.1 ")) != NULL; p++) {
		unsigned status = 0;

		/* libmicrohttpd writes the head of its own errors twice */
		sscanf(p + 9, "%u", &status);
		if (status != first)
			++*statuses;
		if (first == 0)
			first = status;
	}
	return first;
}

struct form_case {
	const char *name, *text;
};

/* Each of these might be understood in two ways: 400, and the connection is
 * over, so that nothing that follows is taken for a request. */
static const struct form_case ambiguous[] = {
    {"Content-Length twice",
	"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
	"Content-Length: 5\r\n\r\nhello"},
    {"two Content-Lengths",
	"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
	"Content-Length: 36\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"a list of lengths",
	"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nhello"},
    {"length with a sign",
	"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello"},
    {"negative length",
	"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nhello"},
    {"hexadecimal length",
	"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\nhello"},
    {"empty length",
	"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\nhello"},
    {"folded length",
	"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n 5\r\n\r\nhello"},
    {"folded after a digit",
	"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n 6\r\n\r\n"
	"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"name that begins like it",
	"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length5: 5\r\n\r\nhello"},
    {"blank before the colon",
	"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nhello"},
    {"blank before the name",
	"POST /echo HTTP/1.1\r\n Content-Length: 5\r\nHost: x\r\n\r\nhello"},
    {"length and chunks",
	"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
	"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"chunks twice",
	"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
	"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"unknown encoding",
	"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"},
    {"encoding with blank",
	"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n"
	"\r\n0\r\n\r\n"},
    {"folded encoding",
	"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\n"
	"\r\n0\r\n\r\n"},
    {"Host twice", "GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"},
    {"no Host", "GET /hello HTTP/1.1\r\n\r\n"},
    {"name with a blank", "GET /hello HTTP/1.1\r\nHost: x\r\nX Y: z\r\n\r\n"},
    {"name with a control character",
	"GET /hello HTTP/1.1\r\nHost: x\r\nX\001: z\r\n\r\n"},
    {"no colon", "GET /hello HTTP/1.1\r\nHost: x\r\nnothing\r\n\r\n"},
    {"%00 in the path", "GET /hello%00 HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"%00 before the end", "GET /hello%00/x HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"half an escape", "GET /hello%4 HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"no hexadecimal", "GET /hello%zz HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"escaped percent", "GET /hello%2541 HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"not a path", "GET hello HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"another host's URL", "GET http://y/hello HTTP/1.1\r\nHost: x\r\n\r\n"},
};

static void
ambiguous_requests_are_refused(void **state)
{
	struct http_server *s = world_server("pca", pool);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ambiguous) / sizeof(*ambiguous); i++) {
		const struct form_case *c = &ambiguous[i];
		unsigned answers, status;
		bool ended;

		handled = 0;
		status =
		    send_text(s, c->text, strlen(c->text), &answers, &ended);
		if (status != 400 || answers != 1 || !ended || handled != 0)
			fail_msg("%s: status %u, %u answers, %s, %u handled",
			    c->name, status, answers,
			    ended ? "ended" : "not ended", handled);
	}
	http_server_stop(s, 1);
}

/* No answer, or an error; never the page, and the server lives. */
static const struct form_case hopeless[] = {
    {"blank in the URL", "GET /hel lo HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"no version", "GET /hello\r\n\r\n"},
    {"another version", "GET /hello HTTP/3.0\r\nHost: x\r\n\r\n"},
    {"bad chunk", "POST /echo HTTP/1.1\r\nHost: x\r\n"
		  "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"},
    {"endless chunk",
	"POST /echo HTTP/1.1\r\nHost: x\r\n"
	"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello"},
    {"binary", "\026\003\001\002\003\r\n\r\n"},
    {"too long", "GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length: "
		 "99999999999999999999999\r\n\r\n"},
};

static void
hopeless_requests_do_no_harm(void **state)
{
	struct http_server *s = world_server("pca", pool);
	struct http_client *client = world_client(NULL);
	struct answer a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hopeless) / sizeof(*hopeless); i++) {
		unsigned answers, status;
		bool ended;

		handled = 0;
		status = send_text(s, hopeless[i].text,
		    strlen(hopeless[i].text), &answers, &ended);
		if ((status != 0 && status < 400) || handled != 0)
			fail_msg("%s: status %u, %u handled", hopeless[i].name,
			    status, handled);
	}
	world_call(&a, client, s, "GET", "/hello", BYTES_NONE);
	assert_int_equal(a.fault, FAULT_OK);
	assert_int_equal(a.result.status, 200);
	http_client_free(client);
	http_server_stop(s, 1);
}

static void
headers_without_end(void **state)
{
	struct http_server *s = world_server("pca", pool);
	char line[1024], answer[4096];
	struct raw r;
	int i;

	(void)state;
	handled = 0;
	memset(line, 'a', sizeof(line));
	line[sizeof(line) - 2] = '\r';
	line[sizeof(line) - 1] = '\n';
	line[3] = ':';
	assert_true(raw_open(&r, s, TLS1_3_VERSION, NULL));
	raw_send(&r, "GET /hello HTTP/1.1\r\nHost: x\r\n", 30);
	for (i = 0; i < 200; i++)
		raw_send(&r, line, sizeof(line));
	raw_read(&r, answer, sizeof(answer), 300);
	assert_int_equal(strncmp(answer, "HTTP/1.1 200", 12) == 0, 0);
	assert_true(raw_ended(&r, 500));
	assert_int_equal(handled, 0);
	raw_close(&r);
	http_server_stop(s, 1);
}

/* An octet 0 in the request line or a header must not cut anything off. */
static void
octets_of_zero(void **state)
{
	static const char in_path[] =
	    "GET /hello\0x HTTP/1.1\r\nHost: x\r\n\r\n";
	static const char in_name[] = "POST /echo HTTP/1.1\r\nHost: x\r\n"
				      "Content-Length\0: 5\r\n\r\nhello";
	struct http_server *s = world_server("pca", pool);
	unsigned answers, status;
	bool ended;

	(void)state;
	handled = 0;
	status = send_text(s, in_path, sizeof(in_path) - 1, &answers, &ended);
	assert_true(status == 0 || status >= 400);
	status = send_text(s, in_name, sizeof(in_name) - 1, &answers, &ended);
	assert_true(status == 0 || status >= 400);
	assert_int_equal(handled, 0);
	http_server_stop(s, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ambiguous_requests_are_refused),
	    cmocka_unit_test(hopeless_requests_do_no_harm),
	    cmocka_unit_test(headers_without_end),
	    cmocka_unit_test(octets_of_zero),
	};

	return cmocka_run_group_tests(tests, world_make, world_remove);
}
