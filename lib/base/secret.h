/*
 * secret.h - handling of secrets.
 *
 * Secrets live in fixed-size structs, are wiped by wipe() after use, compared
 * by ct_equal(), and never reach logs, arguments or core dumps.
 *
 * No branch and no address may depend on one.  The tests of test/ct show it:
 * they mark secrets as undefined memory and let valgrind's memcheck
 * (-Dct=memcheck) or clang's MemorySanitizer (-Dct=memory) watch.  What is no
 * secret any more, although made of one, is told by ct_public(); in all other
 * builds these marks are nothing.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(CT_MEMCHECK)
#include <valgrind/memcheck.h>
#elif defined(CT_MEMORY)
#include <sanitizer/msan_interface.h>
#endif

/* These n octets are a secret from now on. */
static inline void
ct_secret(void *p, size_t n)
{
#if defined(CT_MEMCHECK)
	(void)VALGRIND_MAKE_MEM_UNDEFINED(p, n);
#elif defined(CT_MEMORY)
	__msan_poison(p, n);
#else
	(void)p;
	(void)n;
#endif
}

/* These n octets are no secret from now on; say why where you say it. */
static inline void
ct_public(const void *p, size_t n)
{
#if defined(CT_MEMCHECK)
	(void)VALGRIND_MAKE_MEM_DEFINED(p, n);
#elif defined(CT_MEMORY)
	__msan_unpoison(p, n);
#else
	(void)p;
	(void)n;
#endif
}

/* The same value, of which the compiler knows nothing, so that it cannot turn
 * a selection by masks into a branch. */
static inline uint64_t
ct_opaque(uint64_t v)
{
#if !defined(CT_MEMORY) /* MemorySanitizer sees nothing through assembly */
	__asm__("" : "+r"(v));
#endif
	return v;
}

/* Overwrites; the compiler may not leave it out. */
static inline void
wipe(void *p, size_t n)
{
	explicit_bzero(p, n);
	ct_public(p, n); /* zeros */
}

/* Equal, in time that depends on n only.  The verdict is public, since all
 * that ask act on it. */
static inline bool
ct_equal(const void *a, const void *b, size_t n)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t d = 0;

	while (n-- > 0)
		d |= (uint8_t)(x[n] ^ y[n]);
	d = (uint8_t)((ct_opaque(d) - 1) >> 8 & 1);
	ct_public(&d, sizeof(d));
	return d == 1;
}

/* Called first in each program that holds keys: no core dumps, no ptrace by
 * others, files 0600 by default. */
void secret_process(void);

#endif /* BASE_SECRET_H */
