/* bytes.c - see bytes.h. */
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"

struct bytes
bytes_of_string(const char *s)
{
	return (struct bytes){(const uint8_t *)s, strlen(s)};
}

bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

struct bytes
bytes_copy(struct arena *arena, struct bytes b)
{
	uint8_t *p = arena_alloc(arena, b.n, 1);

	if (p == NULL)
		return BYTES_NONE;
	if (b.n > 0)
		memcpy(p, b.p, b.n);
	return (struct bytes){p, b.n};
}

void
hex_encode(char *out, const void *in, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	const uint8_t *p = in;
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = digit[p[i] >> 4];
		out[2 * i + 1] = digit[p[i] & 15];
	}
	out[2 * n] = '\0';
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hex_decode(void *out, size_t n, const char *hex)
{
	uint8_t *p = out;
	size_t i;

	if (strlen(hex) != 2 * n)
		return false;
	for (i = 0; i < n; i++) {
		int hi = nibble(hex[2 * i]), lo = nibble(hex[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		p[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

bool
hex_decode_new(struct arena *arena, struct bytes *out, const char *hex)
{
	size_t n = strlen(hex) / 2;
	uint8_t *p = arena_alloc(arena, n, 1);

	*out = (struct bytes){p, n};
	return p != NULL && hex_decode(p, n, hex);
}

struct reader
reader_of(struct bytes b)
{
	return (struct reader){b.p, b.p, b.p + b.n, false};
}

const uint8_t *
read_span(struct reader *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->failed || n > (size_t)(r->end - r->p)) {
		r->failed = true;
		return NULL;
	}
	r->p += n;
	return p;
}

uint64_t
read_uint(struct reader *r, unsigned octets)
{
	const uint8_t *p = read_span(r, octets);
	uint64_t v = 0;

	if (p == NULL)
		return 0;
	while (octets-- > 0)
		v = v << 8 | *p++;
	return v;
}

void
read_copy(struct reader *r, void *out, size_t n)
{
	const uint8_t *p = read_span(r, n);

	if (p == NULL)
		memset(out, 0, n);
	else if (n > 0)
		memcpy(out, p, n);
}

size_t
read_left(const struct reader *r)
{
	return r->failed ? 0 : (size_t)(r->end - r->p);
}

struct writer
writer_of(void *p, size_t n)
{
	return (struct writer){p, p, (uint8_t *)p + n, false};
}

void
write_span(struct writer *w, const void *p, size_t n)
{
	if (w->failed || n > (size_t)(w->end - w->p)) {
		w->failed = true;
		return;
	}
	if (n > 0)
		memcpy(w->p, p, n);
	w->p += n;
}

void
write_bytes(struct writer *w, struct bytes b)
{
	write_span(w, b.p, b.n);
}

void
write_uint(struct writer *w, uint64_t v, unsigned octets)
{
	uint8_t b[8];
	unsigned i;

	for (i = octets; i-- > 0; v >>= 8)
		b[i] = (uint8_t)v;
	write_span(w, b, octets);
}

struct bytes
writer_done(const struct writer *w)
{
	return (struct bytes){w->start, (size_t)(w->p - w->start)};
}
