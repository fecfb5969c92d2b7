/*
 * unroll.h - loops over registers, which must come out without a counter.
 */
#ifndef CRYPTO_LANES_UNROLL_H
#define CRYPTO_LANES_UNROLL_H

/* Before a loop of n rounds.  See vec.h for LANES_OUTLINE. */
#ifdef LANES_OUTLINE
#define UNROLL(n)
#else
#define UNROLL_PRAGMA(x) _Pragma(#x)
#define UNROLL(n)	 UNROLL_PRAGMA(GCC unroll n)
#endif

#endif /* CRYPTO_LANES_UNROLL_H */
