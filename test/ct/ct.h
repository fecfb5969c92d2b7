/* ct.h - asks the watching tool what it thinks of memory. */
#ifndef TEST_CT_CT_H
#define TEST_CT_CT_H

#include "base/secret.h"

/* The program runs under the tool that it was built for. */
static inline bool
ct_watched(void)
{
#if defined(CT_MEMCHECK)
	return RUNNING_ON_VALGRIND != 0;
#elif defined(CT_MEMORY)
	return true;
#else
	return false;
#endif
}

/* At least one bit of each eight octets (or of the rest) is marked. */
static inline bool
ct_is_secret(const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0, m; i < n; i += m) {
		m = n - i < 8 ? n - i : 8;
#if defined(CT_MEMCHECK)
		uint8_t bits[8] = {0}, any = 0;

		(void)VALGRIND_GET_VBITS(b + i, bits, m);
		for (size_t j = 0; j < m; j++)
			any |= bits[j];
		if (any == 0)
			return false;
#elif defined(CT_MEMORY)
		if (__msan_test_shadow(b + i, m) == -1)
			return false;
#else
		(void)b;
#endif
	}
	return true;
}

#endif /* TEST_CT_CT_H */
