/* vec_emulated.h - see vec.h: the same in plain C, lane by lane. */
#ifndef CRYPTO_LANES_VEC_EMULATED_H
#define CRYPTO_LANES_VEC_EMULATED_H

#include "base/secret.h"

__extension__ typedef unsigned __int128 vec_wide;

#define VEC_52 ((1ull << 52) - 1)

lane_inline vec
vec_mul_low(vec t, vec a, vec b)
{
	for (int i = 0; i < LANE_COUNT; i++)
		t[i] += ((a[i] & VEC_52) * (b[i] & VEC_52)) & VEC_52;
	return t;
}

lane_inline vec
vec_mul_high(vec t, vec a, vec b)
{
	for (int i = 0; i < LANE_COUNT; i++) {
		vec_wide w = (vec_wide)(a[i] & VEC_52) * (b[i] & VEC_52);

		t[i] += (uint64_t)(w >> 52);
	}
	return t;
}

lane_inline mask8
vec_test(vec a, vec b)
{
	uint64_t m = 0;

	for (int i = 0; i < LANE_COUNT; i++) {
		uint64_t x = a[i] & b[i];

		m |= (x | (0 - x)) >> 63 << i;
	}
	return (mask8)ct_opaque(m);
}

lane_inline mask8
vec_equal(vec a, vec b)
{
	return (mask8)~vec_test(a ^ b, a ^ b);
}

lane_inline mask8
vec_below(vec a, vec b)
{
	uint64_t m = 0;

	for (int i = 0; i < LANE_COUNT; i++) {
		vec_wide d = (vec_wide)a[i] - b[i];

		m |= ((uint64_t)(d >> 64) & 1) << i;
	}
	return (mask8)ct_opaque(m);
}

lane_inline vec
vec_choose(mask8 m, vec yes, vec no)
{
	for (int i = 0; i < LANE_COUNT; i++) {
		uint64_t take = 0 - ((uint64_t)m >> i & 1);

		no[i] ^= (no[i] ^ yes[i]) & take;
	}
	return no;
}

lane_inline vec
vec_pick16(const uint64_t table[16], vec index)
{
	vec r = {0};

	for (int i = 0; i < LANE_COUNT; i++)
		for (uint64_t e = 0; e < 16; e++) {
			/* all ones where e is the index */
			uint64_t d = (index[i] & 15) ^ e;

			r[i] |= table[e] & ~(0 - ((d | (0 - d)) >> 63));
		}
	return r;
}

lane_inline void
vec_leave(void)
{
}

lane_inline void
vec_forget(void)
{
}

#endif /* CRYPTO_LANES_VEC_EMULATED_H */
