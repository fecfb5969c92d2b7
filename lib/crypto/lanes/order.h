/*
 * order.h - integers mod n, the order of P-256, in eight lanes; as field.h,
 * but for a modulus without a special form.
 *
 * Bounds are in units of n here: 2^260 is more than 16 n, so a product is
 * below A * B / 16 + 1 as there.
 */
#ifndef CRYPTO_LANES_ORDER_H
#define CRYPTO_LANES_ORDER_H

#include "crypto/lanes/octets.h"

static const uint64_t order_n[LIMBS] = {0x9cac2fc632551, 0xada7179e84f3b,
    0xfffffffbce6fa, 0x0000fffffffff, 0x0ffffffff0000};
/* 2^260, 2^520 and 2^516 mod n */
static const uint64_t order_one[LIMBS] = {0x353d039cdaaf0, 0x258e8617b0c46,
    0x0000004319055, 0xfff0000000000, 0x00000000fffff};
static const uint64_t order_rr[LIMBS] = {0x5cc0dea6dc3ba, 0x192a067d8a084,
    0xbec59615571bb, 0x1fc245b2392b6, 0x0e12d9559d956};
static const uint64_t order_256r[LIMBS] = {0xa08c9fd4c0a3a, 0xb2b149434a7be,
    0x6bec595fc2db9, 0x61fc845b2392b, 0x06e12d9553d95};
#define ORDER_INVERSE 0x1c8aaee00bc4full /* -1/n mod 2^52 */

/* a * b / R, tight */
lane_heavy void
order_mul(struct fe *r, const struct fe *a, const struct fe *b)
{
	vec t[2 * LIMBS];

	wide_zero(t);
	wide_mul(t, a, b);
	for (int i = 0; i < LIMBS; i++) {
		vec m = vec_mul_low(vec_zero(), t[i], vec_all(ORDER_INVERSE));

		for (int j = 0; j < LIMBS; j++) {
			vec nj = vec_all(order_n[j]);

			t[i + j] = vec_mul_low(t[i + j], m, nj);
			t[i + j + 1] = vec_mul_high(t[i + j + 1], m, nj);
		}
		t[i + 1] += vec_shr(t[i], LIMB_BITS);
	}
	fe_tight(r, t + LIMBS);
}

/* a, tight and < 2, below n */
lane_inline void
order_below(struct fe *r, const struct fe *a)
{
	struct fe d;
	mask8 below = limbs_below(&d, a, order_n);

	fe_choose(r, below, a, &d);
}

/* A scalar (any 256 bits, < 1 + 2^-31), tight. */
lane_inline void
order_load(struct fe *r, struct column in)
{
	limbs_load(r, in);
}

/* a < 2 */
lane_inline void
order_store(void *out, const struct fe *a, size_t n)
{
	struct fe r;
	vec w[4];

	order_below(&r, a);
	words_of_limbs(w, &r);
	words_store(out, 32, w, n);
}

#endif /* CRYPTO_LANES_ORDER_H */
