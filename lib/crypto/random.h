/*
 * random.h - random octets, from a buffer per thread that OpenSSL's private
 * DRBG fills in bulk.
 *
 * Octets are wiped as they are handed out.  A child of fork() never hands out
 * what its parent held.  Without randomness no program can go on: log_fatal.
 */
#ifndef CRYPTO_RANDOM_H
#define CRYPTO_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct scalar;

void random_bytes(void *out, size_t n);
/* n scalars of P-256, uniform in 1..n-1 (p256.h). */
void random_scalars(struct scalar *out, size_t n);
/* The first of n numbers which this process, and by its clock this machine,
 * was not given before; no secret. */
uint64_t random_serial(size_t n);

#endif /* CRYPTO_RANDOM_H */
