/* response.c - answers. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "http/server_int.h"

/* Up to here a part of a file is read and sent from memory: over TLS there is
 * no sendfile, and libmicrohttpd would read it in pieces of 4 KiB. */
#define READ_MAX ((uint64_t)1 << 20)

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
http_gather(struct http_response *r, http_gathered *answer)
{
	r->gathered = answer;
}

void
http_gather_alone(struct http_response *r, http_gathered *answer)
{
	r->gathered = answer;
	r->alone = true;
}

void
http_reply_scms_error(struct http_response *r, struct arena *arena,
    bool detailed, unsigned status, unsigned code, const char *message)
{
	r->body = BYTES_NONE;
	r->status = detailed ? status : MHD_HTTP_INTERNAL_SERVER_ERROR;
	if (!detailed)
		return;
	http_set_header(r, "SCMS-POC-Error", arena_printf(arena, "%u", code));
	http_set_header(r, "SCMS-POC-Error-Message", message);
}

static void
add_header(struct MHD_Response *mhd, struct arena *arena, const char *name,
    const char *value)
{
	char *copy;

	if (value == NULL)
		return;
	if (MHD_add_response_header(mhd, name, value) == MHD_YES)
		return;
	if ((copy = arena_printf(arena, "%s", value)) == NULL)
		return;
	for (char *p = copy; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	if (MHD_add_response_header(mhd, name, copy) != MHD_YES)
		log_error("answer header %s left out", name);
}

/* Reads the part of the file into the arena. */
static bool
read_file(struct exchange *ex, struct http_response *r)
{
	size_t n = (size_t)r->length, at = 0;
	uint8_t *p = arena_alloc(&ex->arena, n, 1);
	ssize_t got;

	if (p == NULL)
		return false;
	while (at < n) {
		got = pread(r->fd, p + at, n - at, (off_t)(r->offset + at));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += (size_t)got;
	}
	close(r->fd);
	r->fd = -1;
	r->body = (struct bytes){p, n};
	return true;
}

static struct MHD_Response *
make(struct exchange *ex, struct http_response *r)
{
	void *p;

	if (r->fd >= 0 && (r->length > READ_MAX || !read_file(ex, r)))
		return MHD_create_response_from_fd_at_offset64(
		    r->length, r->fd, r->offset);
	p = (void *)(uintptr_t)r->body.p;
	if (r->release != NULL)
		return MHD_create_response_from_buffer_with_free_callback(
		    r->body.n, p, r->release);
	return MHD_create_response_from_buffer(
	    r->body.n, p, MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result
response_send(struct exchange *ex, struct http_response *r)
{
	struct MHD_Response *mhd;
	enum MHD_Result result;
	size_t i;

	assert(r->status >= 200 && r->status <= 599);
	if ((mhd = make(ex, r)) == NULL)
		return MHD_NO;
	if (r->body.n > 0 || r->fd >= 0)
		add_header(mhd, &ex->arena, "Content-Type",
		    r->content_type != NULL ? r->content_type
					    : "application/octet-stream");
	for (i = 0; i < r->headers_n; i++)
		add_header(
		    mhd, &ex->arena, r->headers[i].name, r->headers[i].value);
	if (atomic_load_explicit(&ex->server->stopping, memory_order_relaxed))
		add_header(mhd, &ex->arena, "Connection", "close");
	result = MHD_queue_response(ex->mhd, r->status, mhd);
	MHD_destroy_response(mhd);
	return result;
}
