/*
 * secret.h - handling of secrets.
 *
 * Secrets live in fixed-size structs, are wiped by wipe() after use, compared
 * by ct_equal(), and never reach logs, arguments or core dumps.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Overwrites; the compiler may not leave it out. */
static inline void
wipe(void *p, size_t n)
{
	explicit_bzero(p, n);
}

/* Equal, in time that depends on n only. */
static inline bool
ct_equal(const void *a, const void *b, size_t n)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t d = 0;

	while (n-- > 0)
		d |= (uint8_t)(x[n] ^ y[n]);
	return d == 0;
}

/* Called first in each program that holds keys: no core dumps, no ptrace by
 * others, files 0600 by default. */
void secret_process(void);

#endif /* BASE_SECRET_H */
