/*
 * vec.h - eight lanes of 64 bits, and what can be done with them.
 *
 * The sources in this folder are compiled twice: for AVX-512 IFMA (the engine
 * "lanes"), and with LANES_EMULATED on plain C, for tools and machines without
 * it (tests only).  LANES(name) tells their symbols apart.  Whatever either
 * compiler calls addition, shift and so on of whole vectors is written here
 * once; what needs an instruction of its own is in the other two files.
 *
 * No operation takes a time or touches an address that depends on its
 * operands; shift counts are never secret.
 */
#ifndef CRYPTO_LANES_VEC_H
#define CRYPTO_LANES_VEC_H

#include <stddef.h>
#include <stdint.h>

#define lane_inline static inline __attribute__((always_inline))
#define LANE_COUNT  8

/* For the big ones, which must become one with what surrounds them to be fast,
 * but take minutes to compile so in plain C or under a sanitizer. */
#ifdef LANES_OUTLINE
#define lane_heavy static __attribute__((noinline, unused))
#else
#define lane_heavy lane_inline
#endif

typedef uint64_t vec __attribute__((vector_size(64)));
typedef int64_t vec_signed __attribute__((vector_size(64)));
/* One bit per lane. */
typedef uint8_t mask8;

#ifdef LANES_EMULATED
#define LANES(name) emulated_##name
#include "crypto/lanes/vec_emulated.h"
#else
#define LANES(name) lanes_##name
#include "crypto/lanes/vec_ifma.h"
#endif

lane_inline vec
vec_zero(void)
{
	return (vec){0};
}

/* x in every lane */
lane_inline vec
vec_all(uint64_t x)
{
	return (vec){x, x, x, x, x, x, x, x};
}

lane_inline vec
vec_shr(vec a, int n)
{
	return a >> (uint64_t)n;
}

lane_inline vec
vec_shl(vec a, int n)
{
	return a << (uint64_t)n;
}

/* Arithmetic: the sign comes in from the left. */
lane_inline vec
vec_sar(vec a, int n)
{
	return (vec)((vec_signed)a >> (int64_t)n);
}

/* Lanes whose top bit is set. */
lane_inline mask8
vec_negative(vec a)
{
	return vec_test(a, vec_all(1ull << 63));
}

#endif /* CRYPTO_LANES_VEC_H */
