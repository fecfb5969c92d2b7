/*
 * p256_int.h - the portable engine of P-256 (private to lib/crypto): each
 * batch function names what happens to one element, and p256_each does the
 * rest: chunks, one inversion for all affine coordinates, verdicts, wiping.
 */
#ifndef CRYPTO_P256_INT_H
#define CRYPTO_P256_INT_H

#include "crypto/ossl.h"

/* Leaves the result of element i, in any coordinates, in out. */
typedef enum fault
p256_one(struct ossl_thread *, EC_POINT *out, const void *arg, size_t i);

enum fault must_check p256_each(
    struct point *out, bool *ok, size_t n, p256_one *one, const void *arg);

/* FAULT_BAD_POINT unless p is on the curve. */
enum fault must_check p256_put(
    struct ossl_thread *, EC_POINT *out, const struct point *p);
/* k mod n, in scratch that the next call overwrites. */
const BIGNUM *p256_scalar(struct ossl_thread *, const struct scalar *k);

/* out = k * G, k * P, k * Q */
void
p256_times_base(struct ossl_thread *, EC_POINT *out, const struct scalar *k);
enum fault must_check p256_times(struct ossl_thread *, EC_POINT *out,
    const struct point *P, const struct scalar *k);
void p256_times_known(struct ossl_thread *, EC_POINT *out,
    const struct p256_known *, const struct scalar *k);
/* a += b */
void p256_plus(struct ossl_thread *, EC_POINT *a, const EC_POINT *b);

bool p256_on_curve(const struct point *);
/* Below p. */
bool p256_reduced(const uint8_t x[32]);

/* What a batch found so far: the first fault, and ok[] unless NULL. */
struct verdict {
	enum fault first;
	bool *ok;
};

static inline void
verdict_add(struct verdict *v, size_t i, enum fault f)
{
	if (v->first == FAULT_OK)
		v->first = f;
	if (v->ok != NULL)
		v->ok[i] = f == FAULT_OK;
}

/* For a batch inside a batch, whose ok[] says all that matters. */
static inline void
by_element(enum fault f)
{
	(void)f;
}

/* Elements of the chunk that starts at i. */
static inline size_t
chunk(size_t n, size_t i)
{
	return n - i < CHUNK ? n - i : CHUNK;
}

#endif /* CRYPTO_P256_INT_H */
