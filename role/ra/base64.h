/* base64.h - RFC 4648 section 4, on one line, with padding. */
#ifndef RA_BASE64_H
#define RA_BASE64_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/bytes.h"

/* False unless the whole text is the one encoding of some octets, or when the
 * arena is full. */
bool must_check base64_decode(
    struct bytes *out, struct arena *, const char *text);

#endif /* RA_BASE64_H */
