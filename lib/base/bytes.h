/*
 * bytes.h - octet spans, and the only reader and writer of octets.
 *
 * Both cursors have a sticky error: after the first failure every further
 * call does nothing, so code checks once, at the end.  Integers are big
 * endian.  Neither allocates; a span borrows the memory it points to.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct arena;

struct bytes {
	const uint8_t *p;
	size_t n;
};

#define BYTES(array) ((struct bytes){(array), sizeof(array)})
#define BYTES_NONE   ((struct bytes){NULL, 0})

/* A span over a C string, without its terminator. */
struct bytes bytes_of_string(const char *);
/* Equal length and octets; not for secrets, see ct_equal() in secret.h. */
bool bytes_equal(struct bytes, struct bytes);
/* Copy into arena memory. */
struct bytes bytes_copy(struct arena *, struct bytes);

/* Hexadecimal.  hex_encode writes 2 * n digits and a NUL into out; lower case.
 * hex_decode returns false unless hex is exactly 2 * n digits. */
void hex_encode(char *out, const void *, size_t n);
bool must_check hex_decode(void *out, size_t n, const char *hex);
/* Decodes a whole string into arena memory; false on odd length or bad digit.
 */
bool must_check hex_decode_new(
    struct arena *, struct bytes *out, const char *hex);

struct reader {
	const uint8_t *start, *p, *end;
	bool failed;
};

struct reader reader_of(struct bytes);
const uint8_t *read_span(struct reader *, size_t n);  /* NULL: failed */
uint64_t read_uint(struct reader *, unsigned octets); /* 1..8 */
void read_copy(struct reader *, void *out, size_t n);
size_t read_left(const struct reader *);

struct writer {
	uint8_t *start, *p, *end;
	bool failed;
};

struct writer writer_of(void *, size_t);
void write_span(struct writer *, const void *, size_t n);
void write_bytes(struct writer *, struct bytes);
void write_uint(struct writer *, uint64_t, unsigned octets); /* 1..8 */
/* What was written so far; meaningless after a failure. */
struct bytes writer_done(const struct writer *);

#endif /* BASE_BYTES_H */
