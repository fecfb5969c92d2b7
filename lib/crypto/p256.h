/*
 * p256.h - NIST P-256: points, scalars, and multiplication in batches.
 *
 * All functions of this and the following headers take arrays and fill
 * arrays.  An output array may be one of the input arrays of the same type,
 * but overlap in no other way.  Nothing is allocated per element; scratch is
 * kept per thread and wiped.  Any thread may call anything.
 *
 * Elements stand alone: ok[i] tells whether element i has a result, and a bad
 * element never disturbs its neighbours.  A result that does not exist
 * (infinity, a point off the curve) is set to zeros, which no function takes
 * for a struct point or a private key, so failures carry through a row of
 * batches (but x = 0 is a point: compressed zeros mean nothing).  ok may be
 * NULL.  The functions return FAULT_OK when every element is ok, and else
 * the fault named with them.
 *
 * Every point that comes in is checked to be on the curve.
 */
#ifndef CRYPTO_P256_H
#define CRYPTO_P256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"

/* An integer mod n, the order of the group; big endian. */
struct scalar {
	uint8_t b[32];
};
/* Affine coordinates below p, big endian; never the point at infinity. */
struct point {
	uint8_t x[32], y[32];
};
/* The same with y reduced to its lowest bit. */
struct compressed {
	uint8_t x[32], y_bit;
};

static inline void
point_compress(struct compressed *out, const struct point *p)
{
	for (size_t i = 0; i < sizeof(out->x); i++)
		out->x[i] = p->x[i];
	out->y_bit = p->y[31] & 1;
}

/* SEC 1: 33 octets 02|03 x, or 65 octets 04 x y.  FAULT_BAD_POINT. */
enum fault must_check point_of_sec1(struct point *, struct bytes);
void point_to_sec1(uint8_t out[33], const struct point *);

/*
 * Arithmetic mod n: in constant time, inputs are any 256 bits (taken mod n),
 * outputs are reduced.
 */
void scalar_reduce(struct scalar *, const uint8_t in[32]);
/* A 384-bit integer, as the butterfly expansion function gives. */
void scalar_reduce384(struct scalar *, const uint8_t in[48]);
void scalar_add(struct scalar *, const struct scalar *, const struct scalar *);
void scalar_sub(struct scalar *, const struct scalar *, const struct scalar *);
void scalar_mul(struct scalar *, const struct scalar *, const struct scalar *);
/* a * b + c */
void scalar_mul_add(struct scalar *, const struct scalar *a,
    const struct scalar *b, const struct scalar *c);
/* 1 / in[i], with one inversion for all; the inverse of 0 is 0. */
void scalar_invert(struct scalar *out, const struct scalar *in, size_t n);
/* In 1..n-1, so fit to be a private key, an r or an s. */
bool must_check scalar_valid(const struct scalar *);
bool must_check scalar_equal(const struct scalar *, const struct scalar *);

/* FAULT_BAD_POINT where p[i] is not on the curve or not reduced. */
enum fault must_check p256_check(const struct point *p, bool *ok, size_t n);
/* FAULT_BAD_POINT where x[i] is not the x of a point (half of all are). */
enum fault must_check p256_decompress(
    struct point *out, const struct compressed *in, bool *ok, size_t n);

/*
 * Scalars of the following functions are any 256 bits, taken mod n.
 * FAULT_BAD_SCALAR: the result is infinity; FAULT_BAD_POINT: P[i] is no point.
 */
/* k[i] * G */
enum fault must_check p256_base_mul(
    struct point *out, const struct scalar *k, bool *ok, size_t n);
/* P[i] + k[i] * G */
enum fault must_check p256_add_base_mul(struct point *out,
    const struct point *P, const struct scalar *k, bool *ok, size_t n);
/* k[i] * P[i]; the x coordinate is the Diffie-Hellman secret. */
enum fault must_check p256_mul(struct point *out, const struct point *P,
    const struct scalar *k, bool *ok, size_t n);

/* Random key pairs: Q[i] = d[i] * G. */
void p256_generate(struct scalar *d, struct point *Q, size_t n);

/*
 * A point that is used again and again, such as a peer's public key, with a
 * table of its multiples: up to 190 KB, made in 25 ms (in lanes in less than
 * one), and five times the speed thereafter.  Read-only once made, so threads
 * may share it.
 */
struct p256_known;
/* NULL if Q is not on the curve. */
struct p256_known *p256_known_new(const struct point *Q);
void p256_known_free(struct p256_known *);
const struct point *p256_known_point(const struct p256_known *);
/* k[i] * Q; FAULT_BAD_SCALAR. */
enum fault must_check p256_known_mul(struct point *out,
    const struct p256_known *, const struct scalar *k, bool *ok, size_t n);

#endif /* CRYPTO_P256_H */
