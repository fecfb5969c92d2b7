/*
 * common.h - what the tests of lib/cert share: an arena, hexadecimal, a small
 * hierarchy of our own, and a second opinion by plain OpenSSL.
 */
#ifndef TEST_CERT_COMMON_H
#define TEST_CERT_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/issue.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/trust.h"
#include "coer/coer.h"
#include "crypto/random.h"
#include "schema/all.h"

/* Memory of the running test; reset by test_setup. */
extern struct arena A;
int test_setup(void **);
int test_teardown(void **);

#define T(f) cmocka_unit_test_setup_teardown(f, test_setup, test_teardown)

/* Fails with the text of the fault. */
#define OK(call)                                                      \
	do {                                                          \
		struct fault_info fi_ = {.code = FAULT_OK};           \
		struct fault_info *FI = &fi_;                         \
		enum fault f_ = (call);                               \
		if (f_ != FAULT_OK)                                   \
			fail_msg("%s: %s", fault_name(f_), FI->text); \
	} while (0)
/* The call must give this fault, with the same code and a text. */
#define FAULT_IS(want, call)                                \
	do {                                                \
		struct fault_info fi_ = {.code = FAULT_OK}; \
		struct fault_info *FI = &fi_;               \
		enum fault f_ = (call);                     \
		assert_string_equal(fault_name(f_), #want); \
		assert_int_equal(FI->code, f_);             \
		assert_true(FI->text[0] != '\0');           \
	} while (0)

struct bytes hex(const char *);
/* a followed by b, in the arena. */
struct bytes cat(struct bytes a, struct bytes b);
/* A copy with octet i xored. */
struct bytes flipped(struct bytes, size_t i, uint8_t bits);
#define assert_bytes(a, b)                             \
	do {                                           \
		struct bytes a_ = (a), b_ = (b);       \
		assert_int_equal(a_.n, b_.n);          \
		assert_memory_equal(a_.p, b_.p, a_.n); \
	} while (0)

/* ---- a second opinion ---- */

struct bytes plain_hash(size_t n, struct bytes); /* n: 32 or 48 */
/* H(H(data) || H(signer)). */
struct bytes plain_to_sign(size_t n, struct bytes data, struct bytes signer);
/* EVP_PKEY_verify with a key made of (x, y). */
bool plain_verify(enum curve, const uint8_t *x, const uint8_t *y,
    struct bytes hash, const uint8_t *r, const uint8_t *s);

/* ---- a hierarchy ---- */

#define T0  0x2a000000u /* 2026-05-01; certificates are valid from here */
#define NOW (T0 + 86400)

struct party {
	struct scalar d, e; /* signing, encryption */
	struct point q, k;  /* their public keys */
	struct cert *cert;
	struct signer signer;
};

/* Made once, by the profiles. */
struct world {
	struct party root, ica, eca, pca, ra, la, ma, pg, crlg;
	struct party enrollment, pseudonym, identification, application;
	struct trust *trust; /* root; all components known */
};
const struct world *world(void);

/* A template by profile, for a fresh key pair in p. */
certificate *template_for(struct party *, enum profile);
/* Issues the template to p: explicit or, by what it is, implicit; loads it. */
void issue(struct party *, const certificate *, const struct party *issuer);
/* Root, ICA, ... into a new trust. */
struct trust *trust_of(const struct party *root, ...);

#endif /* TEST_CERT_COMMON_H */
