/* lineset.c - see lineset.h. */
#include <assert.h>
#include <string.h>

#include "cert/lineset.h"
#include "crypto/random.h"

#define BATCH 64 /* whose lines are fetched together */

static size_t
room(const struct lineset *s)
{
	return (LINESET_LINE - 1) / s->width;
}

size_t
lineset_lines(size_t n, size_t width)
{
	/* On average 4 of 7 places are taken, so that few lines overflow. */
	size_t each = (LINESET_LINE - 1) / width * 4 / 7;

	return n == 0 ? 0 : n / each + LINESET_REACH;
}

void
lineset_clear(struct lineset *s)
{
	assert(s->width >= 8 && s->width <= LINESET_WIDTH);
	random_bytes(s->key, sizeof(s->key));
	if (s->lines > 0)
		memset(s->line, 0, s->lines * LINESET_LINE);
}

/*
 * Vector multiply-shift (Dietzfelbinger; Thorup, "High speed hashing for
 * integers and strings"): under a random key, two values that differ have
 * independent hashes of 32 bits.
 */
static size_t
line_of(const struct lineset *s, const uint8_t *value)
{
	uint8_t x[LINESET_WIDTH] = {0};
	uint64_t h = s->key[0];

	memcpy(x, value, s->width);
	for (size_t i = 0; i < LINESET_WIDTH / 4; i++) {
		uint32_t word = (uint32_t)x[4 * i] << 24 |
				(uint32_t)x[4 * i + 1] << 16 |
				(uint32_t)x[4 * i + 2] << 8 | x[4 * i + 3];

		h += s->key[i + 1] * word;
	}
	return (size_t)((h >> 32) * s->lines >> 32);
}

/* Nearly always the first eight octets tell. */
static bool
is_same(const uint8_t *a, const uint8_t *b, size_t width)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x == y && memcmp(a + 8, b + 8, width - 8) == 0;
}

static bool
is_in(const struct lineset *s, const uint8_t *line, const uint8_t *value)
{
	size_t n = line[0] < room(s) ? line[0] : room(s);

	for (size_t i = 0; i < n; i++)
		if (is_same(line + 1 + i * s->width, value, s->width))
			return true;
	return false;
}

/* Lines go round; step is less than there are. */
static uint8_t *
line_at(const struct lineset *s, size_t first, size_t step)
{
	size_t i = first + step;

	return s->line + (i < s->lines ? i : i - s->lines) * LINESET_LINE;
}

/* No look-up goes round twice. */
static size_t
reach(const struct lineset *s)
{
	return s->lines < LINESET_REACH ? s->lines : LINESET_REACH;
}

static bool
add_one(struct lineset *s, size_t first, const uint8_t *value)
{
	for (size_t step = 0; step < reach(s); step++) {
		uint8_t *line = line_at(s, first, step);

		if (is_in(s, line, value))
			return true;
		if (line[0] < room(s)) {
			memcpy(
			    line + 1 + line[0]++ * s->width, value, s->width);
			return true;
		}
	}
	return false;
}

bool
lineset_add(struct lineset *s, const uint8_t *value, size_t n)
{
	size_t first[BATCH];

	assert(n == 0 || s->lines > 0);
	for (size_t i = 0, m; i < n; i += m, value += m * s->width) {
		m = n - i < BATCH ? n - i : BATCH;
		for (size_t k = 0; k < m; k++) {
			first[k] = line_of(s, value + k * s->width);
			__builtin_prefetch(line_at(s, first[k], 0), 1);
		}
		for (size_t k = 0; k < m; k++)
			if (!add_one(s, first[k], value + k * s->width))
				return false;
	}
	return true;
}

bool
lineset_has(const struct lineset *s, const uint8_t *value)
{
	size_t first;

	if (s->lines == 0)
		return false;
	first = line_of(s, value);
	for (size_t step = 0; step < reach(s); step++) {
		const uint8_t *line = line_at(s, first, step);

		if (is_in(s, line, value))
			return true;
		if (line[0] < room(s))
			return false;
	}
	return false;
}
