/* response.c - answers. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "http/server_int.h"

/* As much goes out at once as TLS puts into a record. */
#define RECORD	  ((size_t)16 << 10)
#define FILE_ROOM ((size_t)64 << 10) /* of a file, at once */

void
http_reply(struct http_response *r, unsigned status, struct bytes body)
{
	r->status = status;
	r->body = body;
}

void
http_reply_malloced(struct http_response *r, unsigned status, struct bytes body)
{
	http_reply(r, status, body);
	r->release = free;
}

void
http_reply_file(struct http_response *r, unsigned status, int fd,
    uint64_t offset, uint64_t length)
{
	r->status = status;
	r->fd = fd;
	r->offset = offset;
	r->length = length;
}

void
http_reply_text(struct http_response *r, unsigned status, const char *text)
{
	http_reply(r, status, bytes_of_string(text));
	r->content_type = "text/plain; charset=utf-8";
}

void
http_set_header(struct http_response *r, const char *name, const char *value)
{
	assert(r->headers_n < HTTP_HEADERS_MAX);
	r->headers[r->headers_n].name = name;
	r->headers[r->headers_n++].value = value;
}

void
http_gather(struct http_response *r, http_gathered *gathered)
{
	r->gathered = gathered;
}

void
http_reply_scms_error(struct http_response *r, struct arena *arena,
    bool detailed, unsigned status, unsigned code, const char *message)
{
	r->body = BYTES_NONE;
	r->status = detailed ? status : 500;
	if (!detailed)
		return;
	http_set_header(r, "SCMS-POC-Error", arena_printf(arena, "%u", code));
	http_set_header(r, "SCMS-POC-Error-Message", message);
}

void
response_free(struct http_response *r)
{
	if (r->release != NULL)
		r->release((void *)(uintptr_t)r->body.p);
	if (r->fd >= 0)
		close(r->fd);
	r->release = NULL;
	r->fd = -1;
}

/* ---- head ---- */

static const char *
reason(unsigned status)
{
	static const struct {
		unsigned status;
		const char *text;
	} reasons[] = {
	    {200, "OK"},
	    {202, "Accepted"},
	    {204, "No Content"},
	    {206, "Partial Content"},
	    {304, "Not Modified"},
	    {400, "Bad Request"},
	    {401, "Unauthorized"},
	    {403, "Forbidden"},
	    {404, "Not Found"},
	    {405, "Method Not Allowed"},
	    {409, "Conflict"},
	    {413, "Content Too Large"},
	    {416, "Range Not Satisfiable"},
	    {429, "Too Many Requests"},
	    {431, "Request Header Fields Too Large"},
	    {500, "Internal Server Error"},
	    {503, "Service Unavailable"},
	};

	for (size_t k = 0; k < sizeof(reasons) / sizeof(reasons[0]); k++)
		if (reasons[k].status == status)
			return reasons[k].text;
	return "Other";
}

/* Control characters become '?': a header cannot be broken in two. */
static void
write_line(struct writer *w, const char *name, const char *value)
{
	char *p;

	if (value == NULL)
		return;
	write_bytes(w, bytes_of_string(name));
	write_span(w, ": ", 2);
	p = (char *)w->p;
	write_bytes(w, bytes_of_string(value));
	for (; p < (char *)w->p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	write_span(w, "\r\n", 2);
}

static size_t
head_room(const struct http_response *r)
{
	size_t n = 256;

	if (r->content_type != NULL)
		n += strlen(r->content_type);
	for (size_t k = 0; k < r->headers_n; k++)
		if (r->headers[k].value != NULL)
			n += strlen(r->headers[k].name) +
			     strlen(r->headers[k].value) + 4;
	return n;
}

static bool
may_have_body(unsigned status)
{
	return status >= 200 && status != 204 && status != 304;
}

static void
write_head(struct writer *w, const struct http_response *r, bool last)
{
	uint64_t length = r->fd >= 0 ? r->length : r->body.n;
	char text[64];

	snprintf(text, sizeof(text), "HTTP/1.1 %u ", r->status);
	write_bytes(w, bytes_of_string(text));
	write_bytes(w, bytes_of_string(reason(r->status)));
	write_span(w, "\r\n", 2);
	if (may_have_body(r->status)) {
		snprintf(
		    text, sizeof(text), "%llu", (unsigned long long)length);
		write_line(w, "Content-Length", text);
	}
	if (length > 0)
		write_line(w, "Content-Type",
		    r->content_type != NULL ? r->content_type
					    : "application/octet-stream");
	for (size_t k = 0; k < r->headers_n; k++)
		write_line(w, r->headers[k].name, r->headers[k].value);
	if (last)
		write_line(w, "Connection", "close");
	write_span(w, "\r\n", 2);
}

/* ---- sending ---- */

static bool
is_head(const struct exchange *ex)
{
	return ex->method != NULL && strcmp(ex->method, "HEAD") == 0;
}

/* Nothing more of this answer can be sent: the connection ends. */
static void
give_up(struct exchange *ex)
{
	static const char text[] = "HTTP/1.1 500 Internal Server Error\r\n"
				   "Content-Length: 0\r\n"
				   "Connection: close\r\n\r\n";

	log_error("no memory for an answer");
	response_free(&ex->response);
	ex->response.body = BYTES_NONE;
	ex->response.length = 0;
	ex->connection->last = true;
	ex->out = bytes_of_string(text);
}

void
response_begin(struct exchange *ex)
{
	struct http_response *r = &ex->response;
	size_t room = head_room(r), with = RECORD;
	uint8_t *p;
	struct writer w;

	assert(r->status >= 200 && r->status <= 599);
	if (r->fd >= 0)
		r->body = BYTES_NONE;
	else
		r->length = 0;
	with = with > room ? with - room : 0;
	if (with > r->body.n)
		with = r->body.n;
	if ((p = arena_alloc(&ex->arena, room + with, 1)) == NULL) {
		give_up(ex);
		return;
	}
	w = writer_of(p, room + with);
	write_head(&w, r, ex->connection->last);
	if (is_head(ex) || !may_have_body(r->status)) {
		response_free(r);
		r->body = BYTES_NONE;
		r->length = 0;
	} else {
		write_span(&w, r->body.p, with);
		ex->body_sent = with;
	}
	assert(!w.failed);
	ex->out = writer_done(&w);
}

/* The next piece of a file; false: there is none any more. */
static bool
next_of_file(struct exchange *ex)
{
	struct http_response *r = &ex->response;
	size_t n = r->length < FILE_ROOM ? (size_t)r->length : FILE_ROOM;
	ssize_t got;

	if (ex->piece == NULL)
		ex->piece = arena_alloc(&ex->arena, n, 1);
	if (ex->piece == NULL)
		return false;
	do
		got = pread(r->fd, ex->piece, n, (off_t)r->offset);
	while (got < 0 && errno == EINTR);
	if (got <= 0) {
		log_error("a file ended while it was sent");
		return false;
	}
	r->offset += (uint64_t)got;
	r->length -= (uint64_t)got;
	ex->out = (struct bytes){ex->piece, (size_t)got};
	return true;
}

bool
response_next(struct exchange *ex)
{
	struct http_response *r = &ex->response;

	if (r->length > 0)
		return next_of_file(ex);
	if (ex->body_sent == r->body.n)
		return false;
	ex->out = (struct bytes){
	    r->body.p + ex->body_sent, r->body.n - ex->body_sent};
	ex->body_sent = r->body.n;
	return true;
}
