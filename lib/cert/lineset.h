/*
 * lineset.h - sets of short octet strings, all of one width, that are made
 * once and looked up often, from memory or from a mapped file.
 *
 * A set is an array of lines of 64 octets, one cache line each: octet 0 says
 * how many values are in it, which follow it.  A keyed hash names the line of
 * a value; where that is full, the value is in the next line that was not.
 * Nobody who does not know the key, which is chosen at random, can make
 * values that crowd together, and a key under which some do is replaced, so
 * a look-up touches LINESET_REACH lines at most, and nearly always one.
 *
 * The octets do not depend on the machine.
 */
#ifndef CERT_LINESET_H
#define CERT_LINESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

#define LINESET_LINE  64
#define LINESET_REACH 16
#define LINESET_WIDTH 12 /* octets of a value at most; at least 8 */

struct lineset {
	uint64_t key[4];
	size_t width;
	size_t lines;  /* 0: an empty set */
	uint8_t *line; /* lines * LINESET_LINE octets, the caller's */
};

/* Lines for n values of this width. */
size_t lineset_lines(size_t n, size_t width);
/* Empties the set, with a fresh key. */
void lineset_clear(struct lineset *);
/* Puts n values (width octets each, one behind the other) in.  false: they
 * crowd; clear it and put all in again.  A value may come twice. */
bool must_check lineset_add(struct lineset *, const uint8_t *value, size_t n);
bool lineset_has(const struct lineset *, const uint8_t *value);

#endif /* CERT_LINESET_H */
