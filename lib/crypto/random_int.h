/*
 * random_int.h - another source of randomness for one thread, so that tests
 * repeat published vectors and compare engines (private to lib/crypto and its
 * tests; nothing that is installed may use it).
 */
#ifndef CRYPTO_RANDOM_INT_H
#define CRYPTO_RANDOM_INT_H

#include <stddef.h>

typedef void random_source(void *arg, void *out, size_t n);

/* From now on in this thread; NULL: the true source again.  random_serial()
 * begins at 0 with each replacement. */
void random_replace(random_source *, void *arg);

#endif /* CRYPTO_RANDOM_INT_H */
