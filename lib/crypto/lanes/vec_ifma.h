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

/* Clears all vector registers: vec_leave's instruction lets the lower parts of
 * the first sixteen be, and knows nothing of the others. */
lane_inline void
vec_forget(void)
{
	_mm256_zeroall();
	__asm__ volatile("vpxorq %%xmm16, %%xmm16, %%xmm16\n\t"
			 "vpxorq %%xmm17, %%xmm17, %%xmm17\n\t"
			 "vpxorq %%xmm18, %%xmm18, %%xmm18\n\t"
			 "vpxorq %%xmm19, %%xmm19, %%xmm19\n\t"
			 "vpxorq %%xmm20, %%xmm20, %%xmm20\n\t"
			 "vpxorq %%xmm21, %%xmm21, %%xmm21\n\t"
			 "vpxorq %%xmm22, %%xmm22, %%xmm22\n\t"
			 "vpxorq %%xmm23, %%xmm23, %%xmm23\n\t"
			 "vpxorq %%xmm24, %%xmm24, %%xmm24\n\t"
			 "vpxorq %%xmm25, %%xmm25, %%xmm25\n\t"
			 "vpxorq %%xmm26, %%xmm26, %%xmm26\n\t"
			 "vpxorq %%xmm27, %%xmm27, %%xmm27\n\t"
			 "vpxorq %%xmm28, %%xmm28, %%xmm28\n\t"
			 "vpxorq %%xmm29, %%xmm29, %%xmm29\n\t"
			 "vpxorq %%xmm30, %%xmm30, %%xmm30\n\t"
			 "vpxorq %%xmm31, %%xmm31, %%xmm31" ::
			     : "xmm16", "xmm17", "xmm18", "xmm19", "xmm20",
			 "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26",
			 "xmm27", "xmm28", "xmm29", "xmm30", "xmm31");
}

#endif /* CRYPTO_LANES_VEC_IFMA_H */
