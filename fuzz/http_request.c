/*
 * http_request.c - the head of a request and a chunked body.
 *
 * What is accepted must be as RFC 9112 wants it, and a chunked body must not
 * depend on how it was cut into pieces.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "http/server_int.h"

#define NEED(expr)               \
	do {                     \
		if (!(expr))     \
			abort(); \
	} while (0)

static void
check_text(const char *s, bool may_have_tabs)
{
	for (; *s != '\0'; s++)
		NEED(((unsigned char)*s >= ' ' && *s != 0x7f) ||
		     (may_have_tabs && *s == '\t'));
}

static void
check_accepted(const struct exchange *ex)
{
	unsigned lengths = 0, codings = 0;

	NEED(ex->request.path[0] == '/');
	NEED(strchr(ex->request.path, '%') == NULL);
	NEED(ex->headers_n <= HEADERS_MAX);
	for (size_t k = 0; k < ex->headers_n; k++) {
		const struct field *f = &ex->headers[k];

		NEED(f->name[0] != '\0' && strpbrk(f->name, " \t:") == NULL);
		check_text(f->name, false);
		check_text(f->value, true);
		lengths += strcasecmp(f->name, "content-length") == 0;
		codings += strcasecmp(f->name, "transfer-encoding") == 0;
	}
	NEED(lengths + codings <= 1);
	NEED(ex->chunked == (codings == 1));
	NEED(lengths == 1 || ex->declared == 0);
	NEED(ex->has_body == (ex->chunked || ex->declared > 0));
}

/* Octets as they are, in memory of just that size. */
static char *
copy(const uint8_t *in, size_t n)
{
	char *p = malloc(n + 1);

	NEED(p != NULL);
	memcpy(p, in, n);
	p = realloc(p, n != 0 ? n : 1);
	NEED(p != NULL);
	return p;
}

static size_t
read_chunks(
    struct chunks *c, const uint8_t *in, size_t n, size_t step, uint8_t *out)
{
	size_t at = 0, got = 0;
	struct bytes data;

	while (at < n && c->state < CHUNK_DONE) {
		size_t some = n - at < step ? n - at : step;
		size_t used = parse_chunks(c, in + at, some, &data);

		NEED(used > 0 && used <= some);
		if (data.n > 0)
			memcpy(out + got, data.p, data.n);
		got += data.n;
		at += used;
	}
	return got;
}

static void
check_chunks(const uint8_t *in, size_t n)
{
	uint8_t *a = malloc(n + 1), *b = malloc(n + 1);
	struct chunks whole = {.left = 0}, single = {.left = 0};
	size_t a_n, b_n;

	NEED(a != NULL && b != NULL);
	a_n = read_chunks(&whole, in, n, n, a);
	b_n = read_chunks(&single, in, n, 1, b);
	NEED(a_n == b_n && whole.state == single.state);
	NEED(memcmp(a, b, a_n) == 0);
	free(a);
	free(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct exchange ex = {.arena = arena_new((size_t)1 << 17)};
	char *head = copy(in, n);
	size_t size = parse_head_size(head, n, 0);

	if (size > 0 && parse_head(&ex, head, size))
		check_accepted(&ex);
	check_chunks(in + size, n - size);
	arena_free(&ex.arena);
	free(head);
	return 0;
}
