/* Keys and secrets in files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "base/file.h"
#include "cert/issue.h"
#include "cert/profile.h"
#include "cert/spdu.h"
#include "keys/key.h"
#include "keys/sealed.h"

#define OK(call)                                                            \
	do {                                                                \
		struct fault_info fi_ = {.code = FAULT_OK};                 \
		struct fault_info *FI = &fi_;                               \
		if ((call) != FAULT_OK)                                     \
			fail_msg("%s: %s", fault_name(fi_.code), fi_.text); \
	} while (0)
#define FAULT_IS(want, call)                                \
	do {                                                \
		struct fault_info fi_ = {.code = FAULT_OK}; \
		struct fault_info *FI = &fi_;               \
		enum fault f_ = (call);                     \
		assert_string_equal(fault_name(f_), #want); \
		assert_true(FI->text[0] != '\0');           \
	} while (0)

static char folder[64], path[PATH_SIZE];
static struct arena A;

static const struct bytes phrase = {(const uint8_t *)"correct horse", 13};
static const struct bytes other_phrase = {(const uint8_t *)"wrong", 5};

static int
setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/monarch-keys-XXXXXX");
	assert_non_null(mkdtemp(folder));
	path_join(path, folder, "x.key");
	A = arena_new(1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(path);
	rmdir(folder);
	arena_free(&A);
	return 0;
}

static struct bytes
file(void)
{
	struct bytes b;

	OK(file_read(&b, &A, path, 1 << 16, FI));
	return b;
}

static void
replace(struct bytes b)
{
	OK(file_write(path, b, 0600, FI));
}

static void
same_key(const struct key *a, const struct key *b)
{
	assert_memory_equal(
	    key_public(a), key_public(b), sizeof(*key_public(a)));
}

static void
all_curves(void **state)
{
	struct key *k, *again;
	struct stat st;
	int curve;
	int sealed;

	(void)state;
	for (curve = CURVE_P256; curve <= CURVE_P384; curve++)
		for (sealed = 0; sealed < 2; sealed++) {
			k = key_generate((enum curve)curve);
			OK(key_save(k, path, sealed ? phrase : BYTES_NONE, FI));
			assert_int_equal(stat(path, &st), 0);
			assert_int_equal(st.st_mode & 07777, 0600);
			OK(key_load(
			    &again, path, sealed ? phrase : BYTES_NONE, FI));
			same_key(k, again);
			key_free(again);
			FAULT_IS(EXISTS, key_save(k, path, BYTES_NONE, FI));
			key_free(k);
			unlink(path);
		}
}

/* key.h gives the plain form octet by octet. */
static void
plain_form(void **state)
{
	static const char d[] = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b"
				"127b8a622b120f6721";
	static const char x[] = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa"
				"6ce669622e60f29fb6"; /* RFC 6979 A.2.5 */
	struct bytes secret, want;
	struct key *k;
	char text[256];

	(void)state;
	assert_true(hex_decode_new(&A, &secret, d));
	OK(key_import(&k, CURVE_P256, secret.p, FI));
	OK(key_save(k, path, BYTES_NONE, FI));
	snprintf(text, sizeof(text),
	    "4d4b4559"
	    "01"
	    "00"
	    "00"
	    "%s"
	    "03"
	    "%s",
	    d, x);
	assert_true(hex_decode_new(&A, &want, text));
	assert_true(bytes_equal(file(), want));
	key_free(k);
	/* A bare scalar. */
	replace(secret);
	OK(key_load(&k, path, BYTES_NONE, FI));
	assert_memory_equal(key_public(k)->x, want.p + 6 + 1 + 32 + 1, 32);
	key_free(k);
}

/* The sealed form opened here with OpenSSL, as key.h describes it. */
static void
sealed_form(void **state)
{
	struct bytes secret = {(const uint8_t *)"sixteen octets!!", 16}, in;
	uint8_t key[32], out[64];
	EVP_CIPHER_CTX *c;
	int n;

	(void)state;
	OK(sealed_save(path, secret, phrase, FI));
	in = file();
	assert_int_equal(in.n, 6 + 3 + 16 + 12 + 16 + 16);
	assert_memory_equal(in.p, "MKEY\1\1", 6);
	assert_true(in.p[6] >= 14); /* 2^N: 16 MB at least */
	assert_null(memmem(in.p, in.n, "sixteen", 7));
	assert_int_equal(EVP_PBE_scrypt((const char *)phrase.p, phrase.n,
			     in.p + 9, 16, UINT64_C(1) << in.p[6], in.p[7],
			     in.p[8], (uint64_t)1 << 30, key, 32),
	    1);
	c = EVP_CIPHER_CTX_new();
	assert_int_equal(
	    EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, in.p + 25), 1);
	EVP_DecryptUpdate(c, NULL, &n, in.p, 37);
	EVP_DecryptUpdate(c, out, &n, in.p + 37, 16);
	memcpy(out + 32, in.p + 53, 16);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 16, out + 32);
	assert_int_equal(EVP_DecryptFinal_ex(c, out + n, &n), 1);
	assert_memory_equal(out, secret.p, 16);
	EVP_CIPHER_CTX_free(c);
}

static void
damaged_files(void **state)
{
	struct key *k = key_generate(CURVE_P256), *l;
	struct bytes in, b;
	uint8_t *p;
	size_t i;

	(void)state;
	FAULT_IS(NOT_FOUND, key_load(&l, path, BYTES_NONE, FI));
	OK(key_save(k, path, phrase, FI));
	FAULT_IS(DENIED, key_load(&l, path, BYTES_NONE, FI));
	FAULT_IS(BAD_TAG, key_load(&l, path, other_phrase, FI));
	in = file();
	p = arena_alloc(&A, in.n, 1);
	for (i = 6; i < in.n; i += 5) {
		memcpy(p, in.p, in.n);
		p[i] ^= 1;
		replace((struct bytes){p, in.n});
		assert_int_not_equal(
		    key_load(&l, path, phrase, NULL), FAULT_OK);
	}
	/* scrypt may not be asked for more than is reasonable. */
	memcpy(p, in.p, in.n);
	p[6] = 63;
	replace((struct bytes){p, in.n});
	FAULT_IS(BAD_MESSAGE, key_load(&l, path, phrase, FI));
	for (b = in, b.n = 40; b.n > 6; b.n -= 7) {
		replace(b);
		FAULT_IS(TRUNCATED, key_load(&l, path, phrase, FI));
	}
	unlink(path);
	OK(key_save(k, path, BYTES_NONE, FI));
	in = file();
	memcpy(p, in.p, in.n);
	p[20] ^= 1;
	replace((struct bytes){p, in.n});
	FAULT_IS(KEY_MISMATCH, key_load(&l, path, BYTES_NONE, FI));
	replace((struct bytes){in.p, in.n - 1});
	FAULT_IS(BAD_MESSAGE, key_load(&l, path, BYTES_NONE, FI));
	replace((struct bytes){(const uint8_t *)"", 0});
	FAULT_IS(BAD_MESSAGE, key_load(&l, path, BYTES_NONE, FI));
	memset(p, 0, 32);
	replace((struct bytes){p, 32});
	FAULT_IS(BAD_SCALAR, key_load(&l, path, BYTES_NONE, FI));
	key_free(k);
	key_free(NULL);
}

/* ---- what a key can do ---- */

static struct cert *
root_of(struct key *k, struct key *enc)
{
	struct profile_params in = {.name = "root",
	    .start = 1000,
	    .lifetime = {6, 1},
	    .verify_key = *key_public(k)};
	struct curve_point e = *key_public(enc);
	certificate *c;
	struct signer s;
	struct bytes raw;
	struct cert *out;

	in.encryption_key = &e;
	OK(key_signer(&s, k, NULL, FI));
	/* A PG has the key usage; self-signed here, which is all that the
	 * test needs. */
	OK(profile_build(&c, &A, PROFILE_ECA, &in, FI));
	OK(cert_issue_explicit(&raw, &A, c, &s, FI));
	OK(cert_load(&out, &A, raw, FI));
	OK(cert_check_issued(out, out, FI));
	return out;
}

static void
signs_and_opens(void **state)
{
	struct spdu_header h = {.psid = 0x23};
	struct spdu_rules rules = {.psid = 0x23, .now = 2000};
	const struct scalar *d;
	struct decryption_key dk;
	struct signer s;
	struct bytes out, in;
	struct trust *t;
	struct cert *root;
	struct key *k, *e;
	struct spdu m;
	int curve;

	(void)state;
	for (curve = CURVE_P256; curve <= CURVE_P384; curve++) {
		k = key_generate((enum curve)curve);
		e = key_generate(curve == CURVE_BRAINPOOL_P256R1
				     ? CURVE_BRAINPOOL_P256R1
				     : CURVE_P256);
		root = root_of(k, e);
		t = trust_new();
		OK(trust_add_root(t, root->raw, FI));
		OK(key_signer(&s, k, root, FI));
		OK(spdu_sign(
		    &out, &A, &h, bytes_of_string("x"), SIGNER_DIGEST, &s, FI));
		OK(spdu_open(&m, &A, out, t, &rules, FI));
		OK(key_decryption(&dk, e, root, FI));
		OK(spdu_encrypt(&out, &A, bytes_of_string("secret"), root, FI));
		OK(spdu_decrypt(&in, &A, out, &dk, 1, FI));
		assert_true(bytes_equal(in, bytes_of_string("secret")));
		if (curve == CURVE_P256 || curve == CURVE_BRAINPOOL_P256R1)
			FAULT_IS(
			    KEY_MISMATCH, key_decryption(&dk, k, root, FI));
		else
			FAULT_IS(UNSUPPORTED, key_decryption(&dk, k, root, FI));
		FAULT_IS(KEY_MISMATCH, key_signer(&s, e, root, FI));
		if (curve == CURVE_P256) {
			OK(key_scalar(&d, k, FI));
			assert_true(scalar_valid(d));
		} else {
			FAULT_IS(UNSUPPORTED, key_scalar(&d, k, FI));
		}
		trust_free(t);
		key_free(k);
		key_free(e);
	}
	k = key_generate(CURVE_P384);
	FAULT_IS(UNSUPPORTED, key_decryption(&dk, k, NULL, FI));
	key_free(k);
}

static void
symmetric_keys(void **state)
{
	struct key16 a, b;
	struct stat st;

	(void)state;
	FAULT_IS(NOT_FOUND, key16_load(&a, path, FI));
	OK(key16_load_or_make(&a, path, FI));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	OK(key16_load_or_make(&b, path, FI));
	assert_memory_equal(a.b, b.b, 16);
	OK(key16_load(&b, path, FI));
	assert_memory_equal(a.b, b.b, 16);
	FAULT_IS(EXISTS, key16_save(path, &a, FI));
	replace((struct bytes){a.b, 15});
	FAULT_IS(BAD_MESSAGE, key16_load(&b, path, FI));
	unlink(path);
	OK(key16_load_or_make(&b, path, FI));
	assert_memory_not_equal(a.b, b.b, 16);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(all_curves),
	    T(plain_form),
	    T(sealed_form),
	    T(damaged_files),
	    T(signs_and_opens),
	    T(symmetric_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
