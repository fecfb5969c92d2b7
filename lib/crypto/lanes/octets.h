/*
 * octets.h - big-endian integers of 32 octets into eight lanes and back.
 */
#ifndef CRYPTO_LANES_OCTETS_H
#define CRYPTO_LANES_OCTETS_H

#include <endian.h>
#include <string.h>

#include "crypto/lanes/field.h"

/* The same number of eight elements of a batch; a lane beyond the end of the
 * batch takes a substitute. */
struct column {
	const void *at;	 /* of the first element */
	size_t step;	 /* octets from one to the next */
	const void *pad; /* used from lane n on */
	size_t n;
};

/* Four words of 64 bits, least significant first. */
lane_inline void
words_load(vec w[4], struct column in)
{
	uint64_t x[4][LANE_COUNT] __attribute__((aligned(64)));

	for (size_t i = 0; i < LANE_COUNT; i++) {
		const uint8_t *from =
		    i < in.n ? (const uint8_t *)in.at + i * in.step : in.pad;

		for (size_t j = 0; j < 4; j++) {
			uint64_t v;

			memcpy(&v, from + 24 - 8 * j, sizeof(v));
			x[j][i] = be64toh(v);
		}
	}
	memcpy(w, x, sizeof(x));
}

/* Only the first n lanes. */
lane_inline void
words_store(void *out, size_t step, const vec w[4], size_t n)
{
	uint64_t x[4][LANE_COUNT] __attribute__((aligned(64)));

	memcpy(x, w, sizeof(x));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < 4; j++) {
			uint64_t v = htobe64(x[j][i]);

			memcpy((uint8_t *)out + i * step + 24 - 8 * j, &v,
			    sizeof(v));
		}
}

/* Tight limbs, and back from tight limbs below 2^256. */
lane_inline void
limbs_of_words(struct fe *r, const vec w[4])
{
	const vec m = vec_all(LIMB_MASK);

	r->l[0] = w[0] & m;
	r->l[1] = (vec_shr(w[0], 52) | vec_shl(w[1], 12)) & m;
	r->l[2] = (vec_shr(w[1], 40) | vec_shl(w[2], 24)) & m;
	r->l[3] = (vec_shr(w[2], 28) | vec_shl(w[3], 36)) & m;
	r->l[4] = vec_shr(w[3], 16);
}

lane_inline void
words_of_limbs(vec w[4], const struct fe *a)
{
	w[0] = a->l[0] | vec_shl(a->l[1], 52);
	w[1] = vec_shr(a->l[1], 12) | vec_shl(a->l[2], 40);
	w[2] = vec_shr(a->l[2], 24) | vec_shl(a->l[3], 28);
	w[3] = vec_shr(a->l[3], 36) | vec_shl(a->l[4], 16);
}

lane_inline void
limbs_load(struct fe *r, struct column in)
{
	vec w[4];

	words_load(w, in);
	limbs_of_words(r, w);
}

/* A coordinate into Montgomery form, tight, < 2; the lanes returned hold
 * numbers below p. */
lane_inline mask8
fe_load(struct fe *r, struct column in)
{
	struct fe raw, d, rr;
	mask8 below;

	limbs_load(&raw, in);
	below = limbs_below(&d, &raw, fe_p);
	fe_set(&rr, fe_rr);
	fe_mul(r, &raw, &rr);
	return below;
}

/* Out of Montgomery form and below p; the words of it. */
lane_inline void
fe_words(vec w[4], const struct fe *a)
{
	struct fe x, d;
	mask8 below;

	fe_leave(&x, a); /* <= 1 */
	below = limbs_below(&d, &x, fe_p);
	fe_choose(&x, below, &x, &d);
	words_of_limbs(w, &x);
}

lane_inline void
fe_store(void *out, size_t step, const struct fe *a, size_t n)
{
	vec w[4];

	fe_words(w, a);
	words_store(out, step, w, n);
}

#endif /* CRYPTO_LANES_OCTETS_H */
