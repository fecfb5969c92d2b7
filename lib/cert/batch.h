/* batch.h - what batches of certificates and messages share. */
#ifndef CERT_BATCH_H
#define CERT_BATCH_H

#include <stddef.h>

#include "base/fault.h"

/* The result of a batch whose ok[] is looked at element by element. */
static inline void
per_element(enum fault f)
{
	(void)f;
}

static inline enum fault
first_fault(const enum fault *verdict, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (verdict[i] != FAULT_OK)
			return verdict[i];
	return FAULT_OK;
}

#endif /* CERT_BATCH_H */
