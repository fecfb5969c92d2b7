/*
 * vecaes.h - four blocks of 16 octets side by side, for AES.
 *
 * With LANES_EMULATED the same operations in plain C, still without a table
 * and without a branch on data: for tools and machines without VAES.
 */
#ifndef CRYPTO_LANES_VECAES_H
#define CRYPTO_LANES_VECAES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "crypto/lanes/unroll.h"
#include "crypto/lanes/vec.h"

#define LANES128 4

/* Which octets of a register count: bit 16 * lane + octet. */
typedef uint64_t octets_mask;

/* The first n[i] octets of each lane. */
lane_inline octets_mask
octets_first(const size_t n[LANES128])
{
	octets_mask m = 0;

	for (size_t i = 0; i < LANES128; i++)
		m |= (octets_mask)((1u << n[i]) - 1) << 16 * i;
	return m;
}

#ifdef LANES_EMULATED

typedef struct {
	union {
		uint8_t b[16 * LANES128];
		uint64_t w[2 * LANES128]; /* eight octets at once */
	};
} v4;

lane_inline v4
v4_zero(void)
{
	v4 r;

	memset(&r, 0, sizeof(r));
	return r;
}

/* 16 octets from each p[i] + at */
lane_inline v4
v4_load_at(const uint8_t *const p[LANES128], size_t at)
{
	v4 r;

	for (size_t i = 0; i < LANES128; i++)
		memcpy(r.b + 16 * i, p[i] + at, 16);
	return r;
}

/* Reads only the octets of the mask; the others are zero. */
lane_inline v4
v4_load_part(const uint8_t *const p[LANES128], octets_mask m)
{
	v4 r;

	for (size_t t = 0; t < sizeof(r.b); t++)
		r.b[t] = m >> t & 1 ? p[t / 16][t % 16] : 0;
	return r;
}

lane_inline void
v4_store_at(uint8_t *const p[LANES128], size_t at, v4 a)
{
	for (size_t i = 0; i < LANES128; i++)
		memcpy(p[i] + at, a.b + 16 * i, 16);
}

lane_inline void
v4_store_part(uint8_t *const p[LANES128], v4 a, octets_mask m)
{
	for (size_t t = 0; t < sizeof(a.b); t++)
		if (m >> t & 1)
			p[t / 16][t % 16] = a.b[t];
}

lane_inline v4
v4_keep(v4 a, octets_mask m)
{
	for (size_t t = 0; t < sizeof(a.b); t++)
		a.b[t] = m >> t & 1 ? a.b[t] : 0;
	return a;
}

lane_inline v4
v4_xor(v4 a, v4 b)
{
	for (size_t i = 0; i < 2 * LANES128; i++)
		a.w[i] ^= b.w[i];
	return a;
}

/* In each lane: x in the octet at. */
lane_inline v4
v4_set_octet(size_t at, uint8_t x)
{
	v4 r = v4_zero();

	for (size_t i = 0; i < LANES128; i++)
		r.b[16 * i + at] = x;
	return r;
}

/* Octets up by 4 or 8 within each lane, zeros below. */
lane_inline v4
v4_octets_up(v4 a, size_t n)
{
	v4 r = v4_zero();

	for (size_t i = 0; i < LANES128; i++)
		memcpy(r.b + 16 * i + n, a.b + 16 * i, 16 - n);
	return r;
}

/* RotWord (FIPS 197) of the last word, in every word. */
lane_inline v4
v4_last_word_rotated(v4 a)
{
	v4 r;

	for (size_t t = 0; t < sizeof(r.b); t++)
		r.b[t] = a.b[(t & ~(size_t)15) + 12 + (t + 1) % 4];
	return r;
}

/* Zero where a and b are equal in a lane. */
lane_inline void
v4_differ(uint64_t out[LANES128], v4 a, v4 b)
{
	a = v4_xor(a, b);
	for (size_t i = 0; i < LANES128; i++)
		out[i] = a.w[2 * i] | a.w[2 * i + 1];
}

/* Octets of GF(2^8), eight in a word. */
#define OCTETS(x) ((uint64_t)(x)*0x0101010101010101)

lane_inline uint64_t
gf_double(uint64_t a)
{
	return (a & OCTETS(0x7f)) << 1 ^ (a >> 7 & OCTETS(1)) * 0x1b;
}

lane_heavy uint64_t
gf_multiply(uint64_t a, uint64_t b)
{
	uint64_t r = 0;

	for (unsigned bit = 0; bit < 8; bit++) {
		r ^= a & (b >> bit & OCTETS(1)) * 0xff;
		a = gf_double(a);
	}
	return r;
}

lane_inline uint64_t
octets_rotate(uint64_t a, unsigned n)
{
	uint64_t high = OCTETS(0xff << n & 0xff);

	return (a << n & high) | (a >> (8 - n) & ~high);
}

/* The S-box: x^254, then the affine map. */
lane_heavy uint64_t
sub_octets(uint64_t x)
{
	uint64_t x2 = gf_multiply(x, x), x3 = gf_multiply(x2, x);
	uint64_t x6 = gf_multiply(x3, x3), x12 = gf_multiply(x6, x6);
	uint64_t y = gf_multiply(x12, x3); /* x^15 */

	for (unsigned i = 0; i < 4; i++)
		y = gf_multiply(y, y);
	y = gf_multiply(gf_multiply(y, x12), x2); /* 240 + 12 + 2 */
	return y ^ octets_rotate(y, 1) ^ octets_rotate(y, 2) ^
	       octets_rotate(y, 3) ^ octets_rotate(y, 4) ^ OCTETS(0x63);
}

lane_heavy v4
sub_and_shift_rows(v4 a)
{
	v4 r;

	for (size_t i = 0; i < 2 * LANES128; i++)
		a.w[i] = sub_octets(a.w[i]);
	for (size_t t = 0; t < sizeof(r.b); t++)
		r.b[t] = a.b[(t & ~(size_t)15) + (t + 4 * (t % 4)) % 16];
	return r;
}

/* Octets down by n bits in each column of a pair, those below on top. */
lane_inline uint64_t
columns_rotate(uint64_t a, unsigned n)
{
	uint64_t low = UINT32_MAX >> n;

	low |= low << 32;
	return (a >> n & low) | (a << (32 - n) & ~low);
}

lane_inline v4
v4_round_last(v4 a, v4 key)
{
	return v4_xor(sub_and_shift_rows(a), key);
}

lane_heavy v4
v4_round(v4 a, v4 key)
{
	a = sub_and_shift_rows(a);
	for (size_t i = 0; i < 2 * LANES128; i++) {
		uint64_t x = a.w[i], next = columns_rotate(x, 8);

		a.w[i] = gf_double(x ^ next) ^ next ^ columns_rotate(x, 16) ^
			 columns_rotate(x, 24);
	}
	return v4_xor(a, key);
}

/* c in the lowest octet of each word. */
lane_inline v4
v4_set_word(uint8_t c)
{
	v4 r = v4_zero();

	for (size_t t = 0; t < sizeof(r.b); t += 4)
		r.b[t] = c;
	return r;
}

#else /* AVX-512 and VAES */

typedef __m512i v4;

#define v4_zero()	    _mm512_setzero_si512()
#define v4_set_word(c)	    _mm512_set1_epi32(c)
#define v4_xor(a, b)	    _mm512_xor_si512(a, b)
#define v4_keep(a, m)	    _mm512_maskz_mov_epi8(m, a)
#define v4_octets_up(a, n)  _mm512_bslli_epi128(a, n)
#define v4_round(a, k)	    _mm512_aesenc_epi128(a, k)
#define v4_round_last(a, k) _mm512_aesenclast_epi128(a, k)

lane_inline v4
v4_of(__m128i a, __m128i b, __m128i c, __m128i d)
{
	v4 r = _mm512_castsi128_si512(a);

	r = _mm512_inserti32x4(r, b, 1);
	r = _mm512_inserti32x4(r, c, 2);
	return _mm512_inserti32x4(r, d, 3);
}

lane_inline __m128i
octets16_load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* 16 octets from each p[i] + at */
lane_inline v4
v4_load_at(const uint8_t *const p[LANES128], size_t at)
{
	return v4_of(octets16_load(p[0] + at), octets16_load(p[1] + at),
	    octets16_load(p[2] + at), octets16_load(p[3] + at));
}

/* Reads only the octets of the mask; the others are zero. */
lane_inline v4
v4_load_part(const uint8_t *const p[LANES128], octets_mask m)
{
	return v4_of(_mm_maskz_loadu_epi8((__mmask16)m, p[0]),
	    _mm_maskz_loadu_epi8((__mmask16)(m >> 16), p[1]),
	    _mm_maskz_loadu_epi8((__mmask16)(m >> 32), p[2]),
	    _mm_maskz_loadu_epi8((__mmask16)(m >> 48), p[3]));
}

lane_inline void
octets16_store(uint8_t *p, __m128i x)
{
	_mm_storeu_si128((__m128i *)(void *)p, x);
}

lane_inline void
v4_store_at(uint8_t *const p[LANES128], size_t at, v4 a)
{
	octets16_store(p[0] + at, _mm512_castsi512_si128(a));
	octets16_store(p[1] + at, _mm512_extracti32x4_epi32(a, 1));
	octets16_store(p[2] + at, _mm512_extracti32x4_epi32(a, 2));
	octets16_store(p[3] + at, _mm512_extracti32x4_epi32(a, 3));
}

lane_inline void
v4_store_part(uint8_t *const p[LANES128], v4 a, octets_mask m)
{
	_mm_mask_storeu_epi8(p[0], (__mmask16)m, _mm512_castsi512_si128(a));
	_mm_mask_storeu_epi8(
	    p[1], (__mmask16)(m >> 16), _mm512_extracti32x4_epi32(a, 1));
	_mm_mask_storeu_epi8(
	    p[2], (__mmask16)(m >> 32), _mm512_extracti32x4_epi32(a, 2));
	_mm_mask_storeu_epi8(
	    p[3], (__mmask16)(m >> 48), _mm512_extracti32x4_epi32(a, 3));
}

/* In each lane: x in the octet at. */
lane_inline v4
v4_set_octet(size_t at, uint8_t x)
{
	return _mm512_maskz_set1_epi8(
	    (__mmask64)0x0001000100010001 << at, (char)x);
}

/* RotWord (FIPS 197) of the last word, in every word. */
lane_inline v4
v4_last_word_rotated(v4 a)
{
	return _mm512_shuffle_epi8(a, _mm512_set1_epi32(0x0c0f0e0d));
}

/* Zero where a and b are equal in a lane. */
lane_inline void
v4_differ(uint64_t out[LANES128], v4 a, v4 b)
{
	uint64_t w[2 * LANES128];

	_mm512_storeu_si512(w, v4_xor(a, b));
	for (size_t i = 0; i < LANES128; i++)
		out[i] = w[2 * i] | w[2 * i + 1];
}

#endif /* LANES_EMULATED */

lane_inline v4
v4_load(const uint8_t *const p[LANES128])
{
	return v4_load_at(p, 0);
}

lane_inline void
v4_store(uint8_t *const p[LANES128], v4 a)
{
	v4_store_at(p, 0, a);
}

#endif /* CRYPTO_LANES_VECAES_H */
