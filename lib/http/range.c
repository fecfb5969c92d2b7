/* range.c - see range.h. */
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "http/range.h"

/* Digits up to 18, so that they fit; false: none, or too many. */
static bool
number(const char **p, uint64_t *out)
{
	size_t n = strspn(*p, "0123456789");

	if (n == 0 || n > 18)
		return false;
	for (*out = 0; n > 0; n--, (*p)++)
		*out = *out * 10 + (uint64_t)(**p - '0');
	return true;
}

static const char *
skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

/* "-n": the last n octets. */
static enum http_range
suffix(const char *p, uint64_t size, uint64_t *offset, uint64_t *length)
{
	uint64_t n;

	p++;
	if (!number(&p, &n) || *skip_blanks(p) != '\0')
		return HTTP_RANGE_NONE;
	if (n == 0 || size == 0)
		return HTTP_RANGE_OUTSIDE;
	*length = n < size ? n : size;
	*offset = size - *length;
	return HTTP_RANGE_PART;
}

enum http_range
http_range_parse(
    const char *range, uint64_t size, uint64_t *offset, uint64_t *length)
{
	uint64_t first, last = UINT64_MAX;
	const char *p;

	if (range == NULL || strncasecmp(range, "bytes=", 6) != 0)
		return HTTP_RANGE_NONE;
	p = skip_blanks(range + 6);
	if (*p == '-')
		return suffix(p, size, offset, length);
	if (!number(&p, &first) || *p++ != '-')
		return HTTP_RANGE_NONE;
	if (*skip_blanks(p) != '\0' &&
	    (!number(&p, &last) || *skip_blanks(p) != '\0' || last < first))
		return HTTP_RANGE_NONE;
	if (first >= size)
		return HTTP_RANGE_OUTSIDE;
	*offset = first;
	*length = (last < size ? last + 1 : size) - first;
	return HTTP_RANGE_PART;
}

bool
http_none_match(const char *p, const char *name)
{
	size_t n, want = strlen(name);

	if (p == NULL)
		return false;
	while (*(p += strspn(p, ", \t")) != '\0') {
		if (strncmp(p, "W/", 2) == 0)
			p += 2;
		if (*p == '"') {
			n = strcspn(++p, "\"");
			if (n == want && strncasecmp(p, name, n) == 0)
				return true;
			p += n + (p[n] == '"');
			continue;
		}
		n = strcspn(p, ", \t");
		if ((n == 1 && *p == '*') ||
		    (n == want && strncasecmp(p, name, n) == 0))
			return true;
		p += n;
	}
	return false;
}

/* Sets status and headers; false: there is no body to send. */
static bool
begin_download(const struct http_request *q, struct http_response *r,
    const char *name, uint64_t size, uint64_t *offset, uint64_t *length)
{
	struct arena *a = q->arena;

	*offset = 0;
	*length = size;
	http_set_header(r, "ETag", arena_printf(a, "\"%s\"", name));
	if (http_none_match(http_header(q, "If-None-Match"), name)) {
		r->status = 304;
		return false;
	}
	http_set_header(r, "Accept-Ranges", "bytes");
	switch (
	    http_range_parse(http_header(q, "Range"), size, offset, length)) {
	case HTTP_RANGE_OUTSIDE:
		r->status = 416;
		http_set_header(r, "Content-Range",
		    arena_printf(a, "bytes */%llu", (unsigned long long)size));
		return false;
	case HTTP_RANGE_PART:
		r->status = 206;
		http_set_header(r, "Content-Range",
		    arena_printf(a, "bytes %llu-%llu/%llu",
			(unsigned long long)*offset,
			(unsigned long long)(*offset + *length - 1),
			(unsigned long long)size));
		break;
	case HTTP_RANGE_NONE:
		r->status = 200;
		break;
	}
	http_set_header(r, "Content-Disposition",
	    arena_printf(a, "attachment; filename=\"%s\"", name));
	http_set_header(
	    r, "Access-Control-Expose-Headers", "Content-Disposition");
	return true;
}

void
http_reply_download(const struct http_request *q, struct http_response *r,
    const char *name, struct bytes body)
{
	uint64_t offset, length;

	if (begin_download(q, r, name, body.n, &offset, &length))
		r->body = (struct bytes){body.p + offset, (size_t)length};
}

void
http_reply_download_file(const struct http_request *q, struct http_response *r,
    const char *name, int fd, uint64_t offset, uint64_t length)
{
	uint64_t part, n;

	if (begin_download(q, r, name, length, &part, &n))
		http_reply_file(r, r->status, fd, offset + part, n);
	else
		close(fd);
}
