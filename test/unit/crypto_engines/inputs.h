/*
 * inputs.h - scalars and points that are hard on an engine.
 *
 * Engines of P-256 add multiples of points: a fast addition fails when both
 * points are equal, opposite or infinity, and a fast field fails where carries
 * run through all limbs.  The generators below make both happen, at any place
 * of the computation, whatever windows the engine has.
 */
#ifndef TEST_CRYPTO_ENGINES_INPUTS_H
#define TEST_CRYPTO_ENGINES_INPUTS_H

#include "crypto/p256.h"
#include "stream.h"

/* 256 random bits. */
void input_random(struct stream *, struct scalar *);
/* Near 0, n, 2^256; small multiples of powers of 2; runs of ones to the edges
 * of limbs of 52 and 64 bits; digits all at their extremes; and so on. */
void input_scalar(struct stream *, struct scalar *);
/* The same, wild or not, but never 0 mod n. */
void input_private(struct stream *, struct scalar *, bool wild);

/* A point, and d with P = d*G unless d is NULL. */
void input_point(struct stream *, struct point *, struct scalar *d);
/* +-j*G for small j; x or y near 0, p, or the edges of limbs. */
void input_wild_point(struct stream *, struct point *);
/* Not a point: off the curve, not reduced, zeros. */
void input_bad_point(struct stream *, struct point *);

/*
 * k is recoded into signed odd digits of 4 to 8 bits, as engines do.  sum is
 * what has been added up after some of them, from either end; next is the
 * value of the digit whose turn it is, or its negative.  sum + next = 0 and
 * sum = next are the cases that a fast addition cannot do.
 */
struct input_moment {
	struct scalar sum, next;
};
void
input_moment(struct stream *, struct input_moment *, const struct scalar *k);

/* What an engine may have in hand of k * P on its way: all, some digits, one
 * digit, or the negative of that. */
void input_in_hand(struct stream *, struct scalar *out, const struct scalar *k);

/* Lengths around the blocks of hashes and ciphers. */
size_t input_length(struct stream *, bool wild);

#endif /* TEST_CRYPTO_ENGINES_INPUTS_H */
