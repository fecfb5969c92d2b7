/*
 * compare.h - one operation on one batch by every engine, and by OpenSSL.
 */
#ifndef TEST_CRYPTO_ENGINES_COMPARE_H
#define TEST_CRYPTO_ENGINES_COMPARE_H

#include "operation.h"

/* "portable", "lanes", "emulated": takes one in or leaves it out from now on;
 * false: no such engine. */
bool compare_use(const char *engine, bool use);
/* This machine can run it, and it is not left out. */
bool compare_has(const char *engine);
/* Before the program ends. */
void compare_end(void);

/*
 * All engines must give the same octets, verdicts and fault, and OpenSSL must
 * find every element right.  What is wrong goes to stderr, with the elements
 * concerned; false if anything is.
 */
bool compare(const struct operation *, struct stream *, size_t n);

#endif /* TEST_CRYPTO_ENGINES_COMPARE_H */
