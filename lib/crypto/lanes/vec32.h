/*
 * vec32.h - sixteen 32-bit words side by side, for SHA-256 in lanes.
 *
 * One lane is one message.  What compilers know of whole vectors is written
 * once; the rest has a form for AVX-512 and, with LANES_EMULATED, one in plain
 * C for tools and machines without it.
 */
#ifndef CRYPTO_LANES_VEC32_H
#define CRYPTO_LANES_VEC32_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "crypto/lanes/unroll.h"
#include "crypto/lanes/vec.h"

#define LANES32 16

typedef uint32_t v16 __attribute__((vector_size(4 * LANES32)));

#define v16_set(x)	      ((v16){0} + (uint32_t)(x))
#define v16_add(a, b)	      ((a) + (b))
#define v16_shift_right(a, n) ((a) >> (n))

#if defined(LANES_EMULATED) || defined(CT_MEMORY)
/* MemorySanitizer follows these, but not ternary logic. */
#define v16_xor3(a, b, c)      ((a) ^ (b) ^ (c))
#define v16_choose(a, b, c)    (((a) & (b)) | (~(a) & (c)))
#define v16_majority(a, b, c)  (((a) & (b)) | (((a) | (b)) & (c)))
#define v16_rotate_right(a, n) ((a) >> (n) | (a) << (32 - (n)))
#else
#define V16_LOGIC(a, b, c, table)        \
	((v16)_mm512_ternarylogic_epi32( \
	    (__m512i)(a), (__m512i)(b), (__m512i)(c), table))
#define v16_xor3(a, b, c)      V16_LOGIC(a, b, c, 0x96)
/* Bits of b where a has ones, of c where it has zeros. */
#define v16_choose(a, b, c)    V16_LOGIC(a, b, c, 0xca)
#define v16_majority(a, b, c)  V16_LOGIC(a, b, c, 0xe8)
#define v16_rotate_right(a, n) ((v16)_mm512_ror_epi32((__m512i)(a), n))
#endif

#ifdef LANES_EMULATED

/* w[t] = the big-endian words t of the 64 octets at p[0..15]. */
lane_heavy void
v16_load_words(v16 w[16], const uint8_t *const p[LANES32])
{
	for (size_t i = 0; i < LANES32; i++)
		for (size_t t = 0; t < 16; t++) {
			const uint8_t *b = p[i] + 4 * t;

			w[t][i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
				  (uint32_t)b[2] << 8 | b[3];
		}
}

/* The 32 octets of each lane, to out[0..15]. */
lane_heavy void
v16_store_words(uint8_t *const out[LANES32], const v16 h[8])
{
	for (size_t i = 0; i < LANES32; i++)
		for (size_t t = 0; t < 32; t++)
			out[i][t] =
			    (uint8_t)(h[t / 4][i] >> (24 - 8 * (t % 4)));
}

/* out = the n octets at p, then zeros; n <= 64. */
lane_inline void
copy_padded64(uint8_t out[64], const uint8_t *p, size_t n)
{
	memset(out, 0, 64);
	if (n > 0)
		memcpy(out, p, n);
}

#else /* AVX-512 */

/* Reverses the octets of each word. */
lane_inline __m512i
swap_octets(__m512i a)
{
	return _mm512_shuffle_epi8(
	    a, _mm512_broadcast_i32x4(_mm_setr_epi8(
		   3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)));
}

/* In each quarter: columns of four words become rows. */
lane_inline void
transpose4(__m512i r[4])
{
	__m512i a = _mm512_unpacklo_epi32(r[0], r[1]);
	__m512i b = _mm512_unpackhi_epi32(r[0], r[1]);
	__m512i c = _mm512_unpacklo_epi32(r[2], r[3]);
	__m512i d = _mm512_unpackhi_epi32(r[2], r[3]);

	r[0] = _mm512_unpacklo_epi64(a, c);
	r[1] = _mm512_unpackhi_epi64(a, c);
	r[2] = _mm512_unpacklo_epi64(b, d);
	r[3] = _mm512_unpackhi_epi64(b, d);
}

lane_inline __m128i
load128(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Sixteen octets of each of four messages, one per quarter. */
lane_inline __m512i
load_quarters(
    const uint8_t *a, const uint8_t *b, const uint8_t *c, const uint8_t *d)
{
	__m512i r = _mm512_castsi128_si512(load128(a));

	r = _mm512_inserti32x4(r, load128(b), 1);
	r = _mm512_inserti32x4(r, load128(c), 2);
	return _mm512_inserti32x4(r, load128(d), 3);
}

/* w[t] = the big-endian words t of the 64 octets at p[0..15]. */
lane_heavy void
v16_load_words(v16 w[16], const uint8_t *const p[LANES32])
{
	UNROLL(4)
	for (size_t t = 0; t < 16; t += 4) {
		__m512i r[4];

		UNROLL(4)
		for (size_t i = 0; i < 4; i++)
			r[i] = swap_octets(
			    load_quarters(p[i] + 4 * t, p[4 + i] + 4 * t,
				p[8 + i] + 4 * t, p[12 + i] + 4 * t));
		transpose4(r);
		UNROLL(4)
		for (size_t i = 0; i < 4; i++)
			w[t + i] = (v16)r[i];
	}
}

lane_inline void
store128(uint8_t *p, __m128i x)
{
	_mm_storeu_si128((__m128i *)(void *)p, x);
}

/* The 32 octets of each lane, to out[0..15]. */
lane_heavy void
v16_store_words(uint8_t *const out[LANES32], const v16 h[8])
{
	UNROLL(2)
	for (size_t t = 0; t < 8; t += 4) {
		__m512i r[4] = {(__m512i)h[t], (__m512i)h[t + 1],
		    (__m512i)h[t + 2], (__m512i)h[t + 3]};

		transpose4(r);
		UNROLL(4)
		for (size_t i = 0; i < 4; i++) {
			__m512i x = swap_octets(r[i]);

			store128(out[i] + 4 * t, _mm512_castsi512_si128(x));
			store128(out[4 + i] + 4 * t,
			    _mm512_extracti32x4_epi32(x, 1));
			store128(out[8 + i] + 4 * t,
			    _mm512_extracti32x4_epi32(x, 2));
			store128(out[12 + i] + 4 * t,
			    _mm512_extracti32x4_epi32(x, 3));
		}
	}
}

/* out = the n octets at p, then zeros; n <= 64. */
lane_inline void
copy_padded64(uint8_t out[64], const uint8_t *p, size_t n)
{
	__mmask64 m = n == 0 ? 0 : UINT64_MAX >> (64 - n);

	_mm512_storeu_si512(out, _mm512_maskz_loadu_epi8(m, p));
}

#endif /* LANES_EMULATED */

#endif /* CRYPTO_LANES_VEC32_H */
