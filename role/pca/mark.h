/*
 * mark.h - finds fields in what the general encoder has made.
 *
 * A field is filled with its mark, octets that occur nowhere else, and found
 * by them; an integer is found by encoding twice with different values.  So
 * nobody who patches a template needs to know the layout.
 */
#ifndef PCA_MARK_H
#define PCA_MARK_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define MARK_MAX 96

/* n octets that follow from the field's name. */
void mark(uint8_t *out, size_t n, const char *field);
/* field NULL: n octets of fill. */
void mark_or_fill(uint8_t *out, size_t n, const char *field, int fill);

/* Where the part is; it must be there exactly once (asserted). */
size_t find(struct bytes in, struct bytes part);
size_t find_mark(struct bytes in, size_t n, const char *field);
/* The first octet that differs; both are of one length (asserted). */
size_t find_difference(struct bytes a, struct bytes b);

#endif /* PCA_MARK_H */
