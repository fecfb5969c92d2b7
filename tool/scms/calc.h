/* calc.h - what the files of scms calc share. */
#ifndef SCMS_CALC_H
#define SCMS_CALC_H

#include <jansson.h>

#include "base/file.h"
#include "crypto/hash.h"
#include "crypto/p256.h"

/* Adds a member of hex digits; a point is compressed SEC 1. */
void calc_put(json_t *out, const char *name, const void *, size_t);
void calc_put_point(json_t *out, const char *name, const struct point *);

/* Public key q and hash e of an implicit certificate, both from its octets
 * and those of its issuer.  Says in fi what does not fit. */
enum fault must_check calc_ecqv(struct point *q, struct digest *e,
    struct bytes cert, struct bytes issuer, struct fault_info *fi);

#endif /* SCMS_CALC_H */
