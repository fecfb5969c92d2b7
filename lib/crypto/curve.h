/*
 * curve.h - the four curves of IEEE 1609.2-2022, one operation at a time:
 * what certificates of higher authorities and electors need.  P-256 in
 * quantity belongs to p256.h and ecdsa.h.
 */
#ifndef CRYPTO_CURVE_H
#define CRYPTO_CURVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

struct point;

enum curve {
	CURVE_P256,
	CURVE_BRAINPOOL_P256R1,
	CURVE_BRAINPOOL_P384R1,
	CURVE_P384,
};

#define CURVE_OCTETS_MAX 48

/* How a point is written (EccP256CurvePoint, EccP384CurvePoint). */
enum point_form {
	POINT_X_ONLY,
	POINT_COMPRESSED_Y_0,
	POINT_COMPRESSED_Y_1,
	POINT_UNCOMPRESSED,
};

/* Big endian; the first curve_octets() octets of x, y and s count, and that
 * many have private keys (d) and shared secrets (z). */
struct curve_point {
	enum curve curve;
	enum point_form form;
	uint8_t x[CURVE_OCTETS_MAX];
	uint8_t y[CURVE_OCTETS_MAX]; /* POINT_UNCOMPRESSED only */
};

struct curve_signature {
	struct curve_point r; /* any form; r is x mod n */
	uint8_t s[CURVE_OCTETS_MAX];
};

/* 32 or 48: of a coordinate, of s and of a private key. */
size_t curve_octets(enum curve);
/* The name for people, such as "NIST P-256". */
const char *curve_name(enum curve);

/* A compressed or uncompressed point of P-256, for the batches of p256.h.
 * FAULT_BAD_POINT (x-only included), FAULT_UNSUPPORTED: another curve. */
enum fault must_check curve_to_p256(
    struct point *out, const struct curve_point *, struct fault_info *);
void curve_of_p256(struct curve_point *out, const struct point *);

/* Any compressed or uncompressed point, checked and uncompressed.
 * FAULT_BAD_POINT (x-only included). */
enum fault must_check curve_decompress(
    struct curve_point *out, const struct curve_point *in, struct fault_info *);
/* y left away again, its bit kept. */
void curve_compress(struct curve_point *);

/* A random key pair; Q is uncompressed. */
void curve_generate(uint8_t *d, struct curve_point *Q, enum curve);
/* Q = d * G.  FAULT_BAD_SCALAR unless d is in 1..n-1. */
enum fault must_check curve_public(
    struct curve_point *Q, enum curve, const uint8_t *d, struct fault_info *);

/* Diffie-Hellman: the x coordinate of d * P.
 * FAULT_BAD_POINT, FAULT_BAD_SCALAR. */
enum fault must_check curve_shared(uint8_t *z, const struct curve_point *P,
    const uint8_t *d, struct fault_info *);

/*
 * ECDSA over a hash of hash_n octets (32 or 48; its leftmost bits count when
 * it is longer than n).  An x-only r is the integer r; the other forms give
 * the point R, whose x is taken mod n (1609.2 6.3.30).
 * FAULT_CURVE_MISMATCH: key and signature differ in their curve;
 * FAULT_BAD_POINT: the key; FAULT_BAD_SIGNATURE: all else.
 */
enum fault must_check curve_verify(const struct curve_point *key,
    const uint8_t *hash, size_t hash_n, const struct curve_signature *,
    struct fault_info *);
/* r is given x-only.  FAULT_BAD_SCALAR: no private key. */
enum fault must_check curve_sign(struct curve_signature *out, enum curve,
    const uint8_t *d, const uint8_t *hash, size_t hash_n, struct fault_info *);

#endif /* CRYPTO_CURVE_H */
