/*
 * mont.h - integers modulo the two primes of P-256 (private to lib/crypto).
 *
 * Four 64-bit limbs, least significant first, in Montgomery form with
 * R = 2^256; results are always fully reduced.  Everything takes the same
 * time and touches the same addresses for all values.
 *
 * The functions are inline and the modulus a constant argument, so that the
 * compiler makes one version for each modulus.  Long rows of multiplications
 * are best made through one function that is not inlined (gcc 12 runs out of
 * registers otherwise: 35 ns a squaring instead of 22).
 */
#ifndef CRYPTO_MONT_H
#define CRYPTO_MONT_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 mont_wide;

struct mont {
	uint64_t l[4];
};

struct mont_modulus {
	struct mont m;
	uint64_t inverse; /* -1/m mod 2^64 */
	struct mont rr;	  /* R^2 mod m */
	struct mont one;  /* R mod m */
};

/* p, the field of the coordinates. */
static const struct mont_modulus mont_p = {
    {{0xffffffffffffffff, 0x00000000ffffffff, 0, 0xffffffff00000001}},
    1,
    {{0x0000000000000003, 0xfffffffbffffffff, 0xfffffffffffffffe,
	0x00000004fffffffd}},
    {{0x0000000000000001, 0xffffffff00000000, 0xffffffffffffffff,
	0x00000000fffffffe}},
};

/* n, the order of the group. */
static const struct mont_modulus mont_n = {
    {{0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff,
	0xffffffff00000000}},
    0xccd1c8aaee00bc4f,
    {{0x83244c95be79eea2, 0x4699799c49bd6fa6, 0x2845b2392b6bec59,
	0x66e12d94f3d95620}},
    {{0x0c46353d039cdaaf, 0x4319055258e8617b, 0x0000000000000000,
	0x00000000ffffffff}},
};

#define mont_inline static inline __attribute__((always_inline))

/* Big endian octets to limbs and back, values unchanged. */
mont_inline struct mont
mont_load(const uint8_t b[32])
{
	struct mont r;

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		uint64_t v;

		memcpy(&v, b + 24 - 8 * i, sizeof(v));
		r.l[i] = be64toh(v);
	}
	return r;
}

mont_inline void
mont_store(uint8_t b[32], const struct mont *a)
{
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		uint64_t v = htobe64(a->l[i]);

		memcpy(b + 24 - 8 * i, &v, sizeof(v));
	}
}

/* All ones where bit is 1, all zeros where it is 0; opaque to the compiler,
 * which must not turn selections into branches. */
mont_inline uint64_t
mont_mask(uint64_t bit)
{
	uint64_t mask = 0 - bit;

	__asm__("" : "+r"(mask));
	return mask;
}

mont_inline void
mont_select(struct mont *r, uint64_t mask, const struct mont *yes,
    const struct mont *no)
{
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		r->l[i] = (yes->l[i] & mask) | (no->l[i] & ~mask);
}

/* r = a - b, the borrow (0 or 1) returned. */
mont_inline uint64_t
mont_sub_raw(struct mont *r, const struct mont *a, const struct mont *b)
{
	uint64_t borrow = 0;

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		mont_wide d = (mont_wide)a->l[i] - b->l[i] - borrow;

		r->l[i] = (uint64_t)d;
		borrow = (uint64_t)(d >> 64) & 1;
	}
	return borrow;
}

/* high * 2^256 + a, below 2m, made less than m. */
mont_inline void
mont_reduce_once(struct mont *r, const struct mont *a, uint64_t high,
    const struct mont_modulus *m)
{
	struct mont d;
	uint64_t borrow = mont_sub_raw(&d, a, &m->m);

	mont_select(r, mont_mask(borrow & (high ^ 1)), a, &d);
}

mont_inline void
mont_add(struct mont *r, const struct mont *a, const struct mont *b,
    const struct mont_modulus *m)
{
	struct mont s;
	mont_wide c = 0;

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		c += (mont_wide)a->l[i] + b->l[i];
		s.l[i] = (uint64_t)c;
		c >>= 64;
	}
	mont_reduce_once(r, &s, (uint64_t)c, m);
}

mont_inline void
mont_sub(struct mont *r, const struct mont *a, const struct mont *b,
    const struct mont_modulus *m)
{
	struct mont d;
	uint64_t mask = mont_mask(mont_sub_raw(&d, a, b));
	mont_wide c = 0;

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		c += (mont_wide)d.l[i] + (m->m.l[i] & mask);
		r->l[i] = (uint64_t)c;
		c >>= 64;
	}
}

/* t += a * b + carry; the new carry is returned. */
mont_inline uint64_t
mont_mac(uint64_t *t, uint64_t a, uint64_t b, uint64_t carry)
{
	mont_wide w = (mont_wide)a * b + *t + carry;

	*t = (uint64_t)w;
	return (uint64_t)(w >> 64);
}

/*
 * r = a * b / R mod m, by rows: multiply one limb in, then reduce one out.
 * One of a and b may be any 256-bit value.  By rr a value enters Montgomery
 * form, by the integer 1 it leaves it.
 */
mont_inline void
mont_mul(struct mont *r, const struct mont *a, const struct mont *b,
    const struct mont_modulus *m)
{
	uint64_t t[6] = {0};

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		uint64_t c = 0, q;
		mont_wide top;

#pragma GCC unroll 4
		for (int j = 0; j < 4; j++)
			c = mont_mac(&t[j], a->l[j], b->l[i], c);
		top = (mont_wide)t[4] + c;
		q = t[0] * m->inverse;
		c = mont_mac(&t[0], q, m->m.l[0], 0);
#pragma GCC unroll 4
		for (int j = 1; j < 4; j++) {
			c = mont_mac(&t[j], q, m->m.l[j], c);
			t[j - 1] = t[j];
		}
		top += c;
		t[3] = (uint64_t)top;
		t[4] = (uint64_t)(top >> 64);
	}
	mont_reduce_once(r, &(struct mont){{t[0], t[1], t[2], t[3]}}, t[4], m);
}

/* 1 where a is zero, else 0. */
mont_inline uint64_t
mont_is_zero(const struct mont *a)
{
	uint64_t v = a->l[0] | a->l[1] | a->l[2] | a->l[3];

	return ((v | (0 - v)) >> 63) ^ 1;
}

#endif /* CRYPTO_MONT_H */
