/*
 * common.h - what the tests of lib/crypto share: vectors from JSON files, and
 * a second implementation of P-256 that calls OpenSSL in the plainest way.
 */
#ifndef TEST_CRYPTO_COMMON_H
#define TEST_CRYPTO_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/bytes.h"
#include "crypto/p256.h"

/* A file of the folder MONARCH_VECTORS; the caller drops it (json_decref). */
json_t *vectors_load(const char *name);
/* Decodes field name of a vector, which must have n octets. */
void vector_hex(const json_t *, const char *name, void *out, size_t n);
/* One of any length; lives until the next 16 calls. */
struct bytes vector_bytes(const json_t *, const char *name);
uint32_t vector_u32(const json_t *, const char *name);
const char *vector_string(const json_t *, const char *name);
struct point vector_point(const json_t *, const char *x, const char *y);

/* Calls once per vector of the file whose "op" is op; returns how many. */
size_t vectors_each(const char *file, const char *op, void (*)(const json_t *));

/* From hex, for constants in tests. */
struct scalar scalar_hex(const char *);

/* Random octets from a seeded generator: tests repeat. */
void test_random(void *out, size_t n);

/* k * G + m * P by OpenSSL; m and P may be NULL.  false: infinity. */
bool ref_mul(struct point *out, const struct scalar *k, const struct point *P,
    const struct scalar *m);
/* ECDSA by EVP_PKEY_verify over a DER signature. */
bool ref_verify(const struct point *key, const uint8_t *hash, size_t hash_n,
    const uint8_t r[32], const uint8_t s[32]);
/* -k mod n */
struct scalar ref_negative(const struct scalar *);

#define assert_same(a, b) assert_memory_equal(&(a), &(b), sizeof(a))
#define assert_zero(a)                                                    \
	do {                                                              \
		for (size_t i_ = 0; i_ < sizeof(a); i_++)                 \
			assert_int_equal(((const uint8_t *)&(a))[i_], 0); \
	} while (0)

#endif /* TEST_CRYPTO_COMMON_H */
