/*
 * stream.h - where the inputs come from: a seeded generator, so that every
 * case can be made again, or the octets of a fuzzer, and the generator when
 * they are used up.
 */
#ifndef TEST_CRYPTO_ENGINES_STREAM_H
#define TEST_CRYPTO_ENGINES_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct stream {
	const uint8_t *p; /* octets to be used first */
	size_t n;
	uint64_t state;
};

/* splitmix64, by its published constants */
static inline uint64_t
stream_next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline void
stream_octets(struct stream *s, void *out, size_t n)
{
	size_t m = n < s->n ? n : s->n;
	uint8_t *to = out;
	uint64_t v = 0;

	if (m > 0) {
		memcpy(to, s->p, m);
		s->p += m;
		s->n -= m;
	}
	for (size_t i = m; i < n; i++, v >>= 8) {
		if ((i - m) % 8 == 0)
			v = stream_next(&s->state);
		to[i] = (uint8_t)v;
	}
}

/* Below n, which is at most 65,536. */
static inline size_t
stream_below(struct stream *s, size_t n)
{
	uint8_t b[2];

	stream_octets(s, b, n <= 256 ? 1 : 2);
	return (n <= 256 ? b[0] : (size_t)b[0] << 8 | b[1]) % n;
}

/* As a random_source: arg is the stream. */
static inline void
stream_source(void *arg, void *out, size_t n)
{
	stream_octets(arg, out, n);
}

#endif /* TEST_CRYPTO_ENGINES_STREAM_H */
