/*
 * scratch.h - room for a batch on its way, per thread (private to lib/crypto).
 *
 * A stack: what is taken after a mark goes, wiped, when that mark is left.
 * The room is address space of which only what was once used takes memory.
 */
#ifndef CRYPTO_SCRATCH_H
#define CRYPTO_SCRATCH_H

#include <stddef.h>

size_t scratch_mark(void);
/* n octets, aligned for any vector. */
void *scratch_take(size_t n);
void scratch_leave(size_t mark);

/* n elements of a type. */
#define SCRATCH(type, n) ((type *)scratch_take((n) * sizeof(type)))

#endif /* CRYPTO_SCRATCH_H */
