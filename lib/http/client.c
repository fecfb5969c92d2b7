/* client.c - see client.h. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "base/file.h"
#include "base/log.h"
#include "base/time32.h"
#include "http/client.h"
#include "http/client_int.h"

#define HEAD_MAX ((size_t)32 << 10)

/* A curl handle with its kept-alive connections; idle ones wait in a list. */
struct handle {
	CURL *curl;
	char error[CURL_ERROR_SIZE];
	struct handle *next;
};

struct http_client {
	char *ca, *cert, *key, *cipher_list;
	bool tls13_only;
	struct curl_slist *hosts;
	pthread_mutex_t lock;
	struct handle *idle;
	_Atomic bool interrupted;
};

/* Where an answer is collected. */
struct sink {
	CURL *curl; /* to ask for the size; or NULL */
	struct arena *arena;
	uint8_t *p;
	size_t n, size, limit;
	bool full;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
init_curl(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		log_fatal("libcurl does not start");
}

static char *
copy(const char *s)
{
	char *p;

	if (s == NULL)
		return NULL;
	if ((p = strdup(s)) == NULL)
		log_fatal("out of memory");
	return p;
}

static enum fault
check_files(const struct http_client_config *c, struct fault_info *fi)
{
	const char *paths[] = {c->ca, c->cert, c->key};
	size_t i;

	for (i = 0; i < 3; i++)
		if (paths[i] != NULL && !file_exists(paths[i]))
			return fault_errno(fi, FAULT_NOT_FOUND, "%s", paths[i]);
	return FAULT_OK;
}

enum fault
http_client_new(struct http_client **out, const struct http_client_config *c,
    struct fault_info *fi)
{
	struct curl_slist *hosts = NULL;
	struct http_client *client;

	pthread_once(&once, init_curl);
	TRY(check_files(c, fi));
	if (c->hosts != NULL)
		TRY(hosts_read(&hosts, c->hosts, fi));
	if ((client = calloc(1, sizeof(*client))) == NULL)
		log_fatal("out of memory");
	client->ca = copy(c->ca);
	client->cert = copy(c->cert);
	client->key = copy(c->key);
	client->cipher_list = copy(c->cipher_list);
	client->tls13_only = c->tls13_only;
	client->hosts = hosts;
	pthread_mutex_init(&client->lock, NULL);
	*out = client;
	return FAULT_OK;
}

void
http_client_interrupt(struct http_client *client)
{
	atomic_store(&client->interrupted, true);
}

void
http_client_free(struct http_client *client)
{
	struct handle *h, *next;

	if (client == NULL)
		return;
	for (h = client->idle; h != NULL; h = next) {
		next = h->next;
		curl_easy_cleanup(h->curl);
		free(h);
	}
	curl_slist_free_all(client->hosts);
	pthread_mutex_destroy(&client->lock);
	free(client->ca);
	free(client->cert);
	free(client->key);
	free(client->cipher_list);
	free(client);
}

/* The time at which OpenSSL judges the peer's certificate. */
static CURLcode
set_time(CURL *curl, void *ssl_ctx, void *unused)
{
	(void)curl;
	(void)unused;
	X509_VERIFY_PARAM_set_time(
	    SSL_CTX_get0_param(ssl_ctx), (time_t)time32_to_posix(time32_now()));
	return CURLE_OK;
}

/* libcurl asks this about once a second; not 0 ends the call. */
static int
on_progress(void *client, curl_off_t down_total, curl_off_t down,
    curl_off_t up_total, curl_off_t up)
{
	const struct http_client *c = client;

	(void)down_total;
	(void)down;
	(void)up_total;
	(void)up;
	return atomic_load_explicit(&c->interrupted, memory_order_relaxed);
}

/* Room for n more octets: what Content-Length says, or twice as much as
 * before, but not more than the limit. */
static bool
grow(struct sink *s, size_t n)
{
	curl_off_t length = -1;
	size_t room = s->size == 0 ? 4096 : s->size;
	uint8_t *p;

	if (n <= s->size - s->n)
		return true;
	if (s->curl != NULL && s->n == 0)
		curl_easy_getinfo(
		    s->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	if (length > 0)
		room = (size_t)length;
	while (room < s->n + n)
		room *= 2;
	if (room > s->limit)
		room = s->limit;
	if ((p = arena_alloc(s->arena, room, 1)) == NULL)
		return false;
	if (s->n > 0)
		memcpy(p, s->p, s->n);
	s->p = p;
	s->size = room;
	return true;
}

static size_t
collect(char *data, size_t size, size_t n, void *ctx)
{
	struct sink *s = ctx;

	n *= size;
	if (n > s->limit - s->n || !grow(s, n)) {
		s->full = true;
		return 0;
	}
	memcpy(s->p + s->n, data, n);
	s->n += n;
	return n;
}

/* Options that are the same for every call. */
static void
set_options(struct http_client *c, struct handle *h)
{
	CURL *u = h->curl;

	curl_easy_setopt(u, CURLOPT_ERRORBUFFER, h->error);
	curl_easy_setopt(u, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(u, CURLOPT_PROXY, "");
	curl_easy_setopt(u, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(u, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(u, CURLOPT_SSL_ENABLE_ALPN, 0L);
	curl_easy_setopt(u, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(u, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(u, CURLOPT_CAINFO, c->ca);
	curl_easy_setopt(u, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(u, CURLOPT_SSL_CTX_FUNCTION, set_time);
	curl_easy_setopt(u, CURLOPT_CONNECT_TO, c->hosts);
	curl_easy_setopt(u, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(u, CURLOPT_HEADERFUNCTION, collect);
	curl_easy_setopt(u, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(u, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(u, CURLOPT_XFERINFODATA, c);
	if (c->cert != NULL) {
		curl_easy_setopt(u, CURLOPT_SSLCERT, c->cert);
		curl_easy_setopt(u, CURLOPT_SSLKEY, c->key);
	}
	curl_easy_setopt(u, CURLOPT_SSLVERSION,
	    c->cipher_list != NULL ? (long)CURL_SSLVERSION_TLSv1_2 |
					 (long)CURL_SSLVERSION_MAX_TLSv1_2
	    : c->tls13_only ? (long)CURL_SSLVERSION_TLSv1_3
			    : (long)CURL_SSLVERSION_TLSv1_2);
	if (c->cipher_list != NULL)
		curl_easy_setopt(u, CURLOPT_SSL_CIPHER_LIST, c->cipher_list);
}

static struct handle *
handle_take(struct http_client *c)
{
	struct handle *h;

	pthread_mutex_lock(&c->lock);
	if ((h = c->idle) != NULL)
		c->idle = h->next;
	pthread_mutex_unlock(&c->lock);
	if (h != NULL)
		return h;
	if ((h = calloc(1, sizeof(*h))) == NULL ||
	    (h->curl = curl_easy_init()) == NULL)
		log_fatal("out of memory");
	set_options(c, h);
	return h;
}

static void
handle_give(struct http_client *c, struct handle *h)
{
	pthread_mutex_lock(&c->lock);
	h->next = c->idle;
	c->idle = h;
	pthread_mutex_unlock(&c->lock);
}

static void
add_line(struct curl_slist **list, const char *line)
{
	struct curl_slist *grown = curl_slist_append(*list, line);

	if (grown == NULL)
		log_fatal("out of memory");
	*list = grown;
}

static struct curl_slist *
header_list(const struct http_call *call)
{
	struct curl_slist *list = NULL;
	size_t i;

	add_line(&list, "Expect:");
	add_line(&list, "Accept:");
	add_line(&list, "Content-Type: application/octet-stream");
	for (i = 0; call->headers != NULL && call->headers[i] != NULL; i++)
		add_line(&list, call->headers[i]);
	return list;
}

static void
set_method(CURL *u, const struct http_call *call)
{
	const char *method = call->method != NULL ? call->method : "GET";

	if (strcmp(method, "POST") == 0) {
		curl_easy_setopt(u, CURLOPT_POST, 1L);
		curl_easy_setopt(u, CURLOPT_POSTFIELDS,
		    call->body.n > 0 ? (const char *)call->body.p : "");
		curl_easy_setopt(
		    u, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.n);
		curl_easy_setopt(u, CURLOPT_CUSTOMREQUEST, NULL);
	} else {
		curl_easy_setopt(u, CURLOPT_HTTPGET, 1L);
		curl_easy_setopt(
		    u, CURLOPT_NOBODY, strcmp(method, "HEAD") == 0 ? 1L : 0L);
		curl_easy_setopt(u, CURLOPT_CUSTOMREQUEST,
		    strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0
			? NULL
			: method);
	}
}

static enum fault
fault_of_curl(CURLcode code)
{
	static const CURLcode tls[] = {
	    CURLE_SSL_CONNECT_ERROR,
	    CURLE_SSL_CERTPROBLEM,
	    CURLE_SSL_CIPHER,
	    CURLE_PEER_FAILED_VERIFICATION,
	    CURLE_SSL_CACERT_BADFILE,
	    CURLE_SSL_ISSUER_ERROR,
	    CURLE_SSL_CLIENTCERT,
	    CURLE_USE_SSL_FAILED,
	};
	size_t i;

	for (i = 0; i < sizeof(tls) / sizeof(*tls); i++)
		if (code == tls[i])
			return FAULT_TLS;
	return FAULT_NETWORK;
}

/* OpenSSL's words for a certificate of somebody else's CA do not say so. */
static const char *
whose(CURL *u, CURLcode code)
{
	long result = X509_V_OK;

	if (code != CURLE_PEER_FAILED_VERIFICATION ||
	    curl_easy_getinfo(u, CURLINFO_SSL_VERIFYRESULT, &result) !=
		CURLE_OK)
		return "";
	switch (result) {
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return "; its TLS root is not known here: a server of another "
		       "environment";
	default:
		return "";
	}
}

static enum fault
perform(struct handle *h, const struct http_call *call, struct sink *body,
    struct sink *head, struct fault_info *fi)
{
	struct curl_slist *headers = header_list(call);
	CURL *u = h->curl;
	CURLcode code;

	h->error[0] = '\0';
	set_method(u, call);
	curl_easy_setopt(u, CURLOPT_URL, call->url);
	curl_easy_setopt(u, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(u, CURLOPT_TIMEOUT_MS,
	    call->timeout_ms != 0 ? (long)call->timeout_ms : 30000L);
	curl_easy_setopt(u, CURLOPT_WRITEDATA, body);
	curl_easy_setopt(u, CURLOPT_HEADERDATA, head);
	code = curl_easy_perform(u);
	curl_easy_setopt(u, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	if (body->full || head->full)
		return fault_set(fi, FAULT_TOO_LARGE,
		    "%s: answer of more than %zu octets", call->url,
		    call->limit);
	if (code != CURLE_OK)
		return fault_set(fi, fault_of_curl(code), "%s: %s%s", call->url,
		    h->error[0] != '\0' ? h->error : curl_easy_strerror(code),
		    whose(u, code));
	return FAULT_OK;
}

enum fault
http_call(struct http_client *client, struct http_result *out,
    struct arena *arena, const struct http_call *call, struct fault_info *fi)
{
	struct sink body = {.arena = arena, .limit = call->limit};
	struct sink head = {.arena = arena, .limit = HEAD_MAX};
	struct handle *h = handle_take(client);
	long status = 0, sent = 0;
	enum fault f;

	body.curl = h->curl;
	f = perform(h, call, &body, &head, fi);
	out->sent = curl_easy_getinfo(h->curl, CURLINFO_REQUEST_SIZE, &sent) !=
			CURLE_OK ||
		    sent != 0;
	if (f == FAULT_OK)
		curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	handle_give(client, h);
	TRY(f);
	out->status = (unsigned)status;
	out->body = (struct bytes){body.p, body.n};
	out->head = (struct bytes){head.p, head.n};
	return FAULT_OK;
}

enum fault
http_post(struct http_client *client, struct bytes *answer, struct arena *arena,
    const struct http_call *call, struct fault_info *fi)
{
	struct http_call post = *call;
	struct http_result result;
	const char *code, *text;

	post.method = "POST";
	TRY(http_call(client, &result, arena, &post, fi));
	if (result.status != 200 && result.status != 204) {
		code = http_result_header(&result, arena, "SCMS-POC-Error");
		text = http_result_header(
		    &result, arena, "SCMS-POC-Error-Message");
		return fault_set(fi, FAULT_HTTP_STATUS, "%s: status %u%s%s%s%s",
		    call->url, result.status, code != NULL ? ", error " : "",
		    code != NULL ? code : "", text != NULL ? ": " : "",
		    text != NULL ? text : "");
	}
	*answer = result.body;
	return FAULT_OK;
}

/* The value of a header line; NULL: it is another header. */
static const char *
value_of(const char *line, const char *end, const char *name, size_t *n)
{
	size_t len = strlen(name);

	if ((size_t)(end - line) <= len || line[len] != ':' ||
	    strncasecmp(line, name, len) != 0)
		return NULL;
	for (line += len + 1; line < end && (*line == ' ' || *line == '\t');)
		line++;
	while (end > line &&
	       (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	*n = (size_t)(end - line);
	return line;
}

const char *
http_result_header(
    const struct http_result *r, struct arena *arena, const char *name)
{
	const char *p = (const char *)r->head.p, *end = p + r->head.n;
	const char *line_end, *v;
	size_t n;

	for (; p < end; p = line_end + 1) {
		line_end = memchr(p, '\n', (size_t)(end - p));
		if (line_end == NULL)
			break;
		if ((v = value_of(p, line_end, name, &n)) != NULL)
			return arena_printf(arena, "%.*s", (int)n, v);
	}
	return NULL;
}
