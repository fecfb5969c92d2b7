/*
 * variable.h - multiples of points that turn up once (private to the lanes).
 */
#ifndef CRYPTO_LANES_VARIABLE_H
#define CRYPTO_LANES_VARIABLE_H

#include "crypto/lanes/affine.h"
#include "crypto/lanes/fixed.h"

/*
 * out[v] = k[v] * P[v] for n vectors; P on the curve, k by
 * digits_of(.., VARIABLE_TOP).  Exceptional lanes have Z = 0.
 */
#define VARIABLE_TOP 259
void LANES(variable_mul)(struct jacobian *out, const struct affine *P,
    const struct digits *k, size_t n);

#endif /* CRYPTO_LANES_VARIABLE_H */
