/* vec_ifma.h - see vec.h: operations that are one AVX-512 instruction. */
#ifndef CRYPTO_LANES_VEC_IFMA_H
#define CRYPTO_LANES_VEC_IFMA_H

#include <immintrin.h>

/* t + the low 52 bits of a * b, of which only the low 52 bits count */
lane_inline vec
vec_mul_low(vec t, vec a, vec b)
{
	return (vec)_mm512_madd52lo_epu64((__m512i)t, (__m512i)a, (__m512i)b);
}

/* t + bits 52 to 103 of a * b, of which only the low 52 bits count */
lane_inline vec
vec_mul_high(vec t, vec a, vec b)
{
	return (vec)_mm512_madd52hi_epu64((__m512i)t, (__m512i)a, (__m512i)b);
}

/* Lanes where a and b have a common bit. */
lane_inline mask8
vec_test(vec a, vec b)
{
	return _mm512_test_epi64_mask((__m512i)a, (__m512i)b);
}

lane_inline mask8
vec_equal(vec a, vec b)
{
	return _mm512_cmpeq_epi64_mask((__m512i)a, (__m512i)b);
}

/* a < b, unsigned */
lane_inline mask8
vec_below(vec a, vec b)
{
	return _mm512_cmplt_epu64_mask((__m512i)a, (__m512i)b);
}

lane_inline vec
vec_choose(mask8 m, vec yes, vec no)
{
	return (vec)_mm512_mask_blend_epi64(m, (__m512i)no, (__m512i)yes);
}

/* Entry index (its low 4 bits) of the table, for each lane. */
lane_inline vec
vec_pick16(const uint64_t table[16], vec index)
{
	return (vec)_mm512_permutex2var_epi64(_mm512_load_si512(table),
	    (__m512i)index, _mm512_load_si512(table + 8));
}

/* SHA-NI exists in the old encoding only, which becomes thirty times slower
 * while the upper parts of the vector registers are in use. */
lane_inline void
vec_leave(void)
{
	_mm256_zeroupper();
}

#endif /* CRYPTO_LANES_VEC_IFMA_H */
