/*
 * lanes.h - what the engine "lanes" consists of (private to the lanes).
 */
#ifndef CRYPTO_LANES_LANES_H
#define CRYPTO_LANES_LANES_H

#include "crypto/engine_int.h"
#include "crypto/lanes/affine.h"

/* As in struct engine. */
void LANES(check)(bool *ok, const struct point *p, size_t n);
void LANES(decompress)(
    struct point *out, bool *ok, const struct compressed *in, size_t n);
void LANES(sum)(
    struct point *out, enum fault *f, const struct p256_terms *, size_t n);
void LANES(invert)(struct scalar *out, const struct scalar *in, size_t n);
void LANES(mul_add)(struct scalar *out, struct scalars a, struct scalars b,
    struct scalars c, size_t n);
void LANES(reduce384)(struct scalar *out, const uint8_t (*in)[48], size_t n);

/* Loads points into Montgomery form, the first n (if fewer than all) lanes
 * step elements apart, G in the others; gives the lanes where they are on the
 * curve and reduced. */
mask8 LANES(load_point)(
    struct affine *out, const struct point *in, size_t step, size_t n);

#endif /* CRYPTO_LANES_LANES_H */
