/*
 * p256_int.h - what the files of lib/crypto know of P-256 beyond p256.h
 * (private to lib/crypto).
 */
#ifndef CRYPTO_P256_INT_H
#define CRYPTO_P256_INT_H

#include "crypto/engine_int.h"
#include "crypto/ossl.h"

/* A sum of multiples for each element; faults as of struct p256_terms. */
enum fault must_check p256_sum(
    struct point *out, const struct p256_terms *, bool *ok, size_t n);

bool p256_on_curve(const struct point *);
/* Below p. */
bool p256_reduced(const uint8_t x[32]);
/* The point of this x; false if there is none. */
bool p256_root(struct point *out, const struct compressed *in);

/* 1 / in[i] for the portable engine, at most BATCH of them. */
void portable_invert(struct scalar *out, const struct scalar *in, size_t n);

/* scalar_valid of a secret one: the answer is no secret, as only one in 2^32
 * of random numbers is refused, and those are not used. */
bool must_check scalar_valid_secret(const struct scalar *);

/* a * b + c in constant time; any n. */
void scalar_mul_add_batch(struct scalar *out, struct scalars a,
    struct scalars b, struct scalars c, size_t n);

/* ecqv_issue with k[] from the caller. */
enum fault must_check ecqv_issue_with(struct point *p_u, struct scalar *k,
    const struct point *r_u, bool *ok, size_t n);

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
