/*
 * fixed.h - multiples of a point that is known beforehand (private to the
 * lanes).
 *
 * An odd scalar k < 2^259 is written in 37 digits of 7 bits: those of
 * k' = (k >> 1) + 2^258.  A digit e of k' stands for the odd number 2e - 127:
 *
 *	sum of (2 e_w - 127) 2^(7w) = 2 k' - (2^259 - 1) = k.
 *
 * (For an even k, k + n is taken.)  No digit is 0, so no infinity turns up on
 * the way; and as partial sums are odd and smaller than what follows, two
 * points can only be equal or opposite in the last window (k near 0 mod n) or
 * by what was there before; share.h and Z = 0 tell.
 *
 * The table is common to all lanes, so an entry is chosen by permuting
 * registers that hold all of them: no address depends on a digit.
 */
#ifndef CRYPTO_LANES_FIXED_H
#define CRYPTO_LANES_FIXED_H

#include "crypto/lanes/affine.h"
#include "crypto/p256.h"

#define FIXED_WINDOWS 37
#define FIXED_BITS    7
#define FIXED_ODD     64 /* 1, 3, ... 127 times */

/* (2j + 1) 2^(7w) Q: window w, limbs of x and y, entry j; below p, Montgomery
 * form. */
struct fixed {
	uint64_t t[FIXED_WINDOWS][2 * LIMBS][FIXED_ODD]
	    __attribute__((aligned(64)));
};

/* k' of a vector of scalars. */
struct digits {
	vec w[5];
};

/* k (any 256 bits) as four words, to k' with its top bit: 258 here, 259 in
 * variable.c. */
lane_inline void
digits_of(struct digits *d, const vec k[4], int top)
{
	/* n, words */
	static const uint64_t order[4] = {0xf3b9cac2fc632551,
	    0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000};
	vec carry = vec_zero(), one = vec_all(1), sum[5];
	vec even = (k[0] & one) - one; /* all ones */

	for (int i = 0; i < 4; i++) {
		vec n = vec_all(order[i]) & even, part = k[i] + n;
		mask8 over = vec_below(part, n);

		sum[i] = part + carry;
		over |= vec_below(sum[i], carry);
		carry = vec_choose(over, one, vec_zero());
	}
	sum[4] = carry;
	for (int i = 0; i < 4; i++)
		d->w[i] = vec_shr(sum[i], 1) | vec_shl(sum[i + 1], 63);
	d->w[4] = vec_shr(sum[4], 1) | vec_all(1ull << (top - 256));
}

/* bits of k' from bit position at on; fewer than 64 */
lane_inline vec
digit(const struct digits *d, int at, int bits)
{
	int i = at / 64, shift = at % 64;
	vec e = vec_shr(d->w[i], shift);

	if (i < 4 && shift + bits > 64)
		e |= vec_shl(d->w[i + 1], 64 - shift);
	return e & vec_all((1ull << bits) - 1);
}

/* The entry for a digit, and the lanes where it is to be added; where not,
 * its opposite is.  2e - 2^b + 1 is 2j + 1 for j = e - 2^(b-1), and -(2j + 1)
 * for j = 2^(b-1) - 1 - e. */
lane_inline mask8
entry_of(vec *j, vec e, int bits)
{
	vec half = vec_all(1ull << (bits - 1));
	mask8 plus = vec_test(e, half);

	*j = vec_choose(plus, e, ~e) & (half - vec_all(1));
	return plus;
}

/* The table of a point, to be released by free(). */
struct fixed *LANES(fixed_new)(const struct point *Q);
/* The table of G, made when first asked for. */
const struct fixed *LANES(fixed_base)(void);

/* p[v] += k[v] * Q, or p[v] = k[v] * Q where first is set; k by
 * digits_of(.., FIXED_TOP).  Cheap by element, dear by call (37 inversions). */
#define FIXED_TOP 258
void LANES(fixed_add_affine)(struct affine *p, const struct fixed *,
    const struct digits *k, bool first, const struct work *);
/* The same for small batches: no inversion.  Exceptional lanes have Z = 0. */
void LANES(fixed_add_jacobian)(struct jacobian *p, const struct fixed *,
    const struct digits *k, bool first, size_t n);

#endif /* CRYPTO_LANES_FIXED_H */
