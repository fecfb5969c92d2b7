/*
 * The 2018 exchange, as far as it is pure cryptography: key pairs, ECQV and
 * ECIES.  The file carries no licence, so it stays outside the repository;
 * without it this test is skipped.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common.h"
#include "crypto/ecies.h"
#include "crypto/ecqv.h"

static json_t *file;

static const json_t *
certificate(const char *name)
{
	return json_object_get(json_object_get(file, "certificates"), name);
}

/* Where pattern begins in text. */
static const uint8_t *
find(struct bytes text, const void *pattern, size_t n)
{
	const uint8_t *p = memmem(text.p, text.n, pattern, n);

	assert_non_null(p);
	return p;
}

static void
keypair(const json_t *v)
{
	struct bytes pub = vector_bytes(v, "pub");
	struct scalar d;
	struct point Q, expected;

	vector_hex(v, "priv", &d, 32);
	assert_int_equal(point_of_sec1(&expected, pub), FAULT_OK);
	assert_int_equal(p256_base_mul(&Q, &d, NULL, 1), FAULT_OK);
	assert_same(Q, expected);
}

/* P_U comes from the certificate itself; Q_CA from the CA's key. */
static void
ecqv(const json_t *v)
{
	struct bytes cert =
	    vector_bytes(certificate(vector_string(v, "cert")), "hex");
	struct ecqv_share share;
	struct scalar k, d_ca, d, got;
	struct point R_U, P_U, Q_CA, Q_U;
	struct digest e;

	vector_hex(v, "ku", &share.k_u, 32);
	vector_hex(v, "r", &share.r, 32);
	vector_hex(v, "e", &e, 32);
	vector_hex(v, "k_ca", &k, 32);
	vector_hex(v, "d_ca", &d_ca, 32);
	vector_hex(v, "d", &d, 32);
	assert_int_equal(p256_base_mul(&R_U, &share.k_u, NULL, 1), FAULT_OK);
	assert_int_equal(p256_base_mul(&Q_CA, &d_ca, NULL, 1), FAULT_OK);
	assert_int_equal(p256_add_base_mul(&P_U, &R_U, &k, NULL, 1), FAULT_OK);
	find(cert, P_U.x, 32);
	assert_int_equal(ecqv_respond(&got, &k, &e, &d_ca, NULL, 1), FAULT_OK);
	assert_same(got, share.r);
	assert_int_equal(ecqv_public(&Q_U, &e, &P_U, &Q_CA, NULL, 1), FAULT_OK);
	assert_int_equal(
	    ecqv_private(&got, &share, &e, &Q_U, NULL, 1), FAULT_OK);
	assert_same(got, d);
	share.r.b[31] ^= 1;
	assert_int_equal(
	    ecqv_private(&got, &share, &e, &Q_U, NULL, 1), FAULT_KEY_MISMATCH);
}

/* certRecipInfo: ... recipientId, 80, V (82|83 x), C, T; then 80 nonce
 * length ciphertext. */
static void
encrypted(const json_t *v)
{
	struct bytes message = vector_bytes(v, "message");
	struct bytes plain = vector_bytes(v, "plaintext");
	uint8_t id[8], p1[32], out[4096];
	struct ccm_item item = {.out = out};
	struct key16 key, got;
	struct ecies e;
	struct scalar d;
	const uint8_t *p;

	vector_hex(v, "priv", &d, 32);
	vector_hex(v, "p1", p1, 32);
	vector_hex(v, "key", &key, 16);
	vector_hex(
	    certificate(vector_string(v, "recipient")), "hashed_id8", id, 8);
	p = find(message, id, 8) + 8;
	assert_int_equal(p[0], 0x80);
	assert_true(p[1] == 0x82 || p[1] == 0x83);
	e.v.y_bit = p[1] & 1;
	memcpy(e.v.x, p + 2, 32);
	memcpy(e.c, p + 34, 16);
	memcpy(e.t, p + 50, 16);
	assert_int_equal(ecies_decrypt(&got, &e, &d, p1, NULL, 1), FAULT_OK);
	assert_same(got, key);
	p += 66;
	assert_int_equal(p[0], 0x80);
	item.key = got.b;
	item.nonce = p + 1;
	p += 13; /* the length, in 1 or 2 octets */
	assert_true(p[0] == 0x81 || p[0] == 0x82);
	item.in.n = p[0] == 0x81 ? p[1] : (size_t)p[1] << 8 | p[2];
	item.in.p = p + (p[0] == 0x81 ? 2 : 3);
	assert_ptr_equal(item.in.p + item.in.n, message.p + message.n);
	assert_int_equal(ccm_open(&item, NULL, 1), FAULT_OK);
	assert_int_equal(item.in.n - 16, plain.n);
	assert_memory_equal(out, plain.p, plain.n);
}

static size_t
each(const char *op, void (*f)(const json_t *))
{
	size_t i, n = 0;
	json_t *v;

	json_array_foreach(json_object_get(file, "vectors"), i,
	    v) if (strcmp(vector_string(v, "op"), op) == 0)
	{
		f(v);
		n++;
	}
	return n;
}

static void
key_pairs(void **state)
{
	(void)state;
	assert_int_equal(each("keypair", keypair), 2);
}

static void
implicit_certificate(void **state)
{
	(void)state;
	assert_int_equal(each("ecqv", ecqv), 1);
}

static void
decryption(void **state)
{
	(void)state;
	assert_int_equal(each("encrypted_data", encrypted), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(key_pairs),
	    cmocka_unit_test(implicit_certificate),
	    cmocka_unit_test(decryption),
	};
	const char *shared = getenv("MONARCH_SHARED");
	char path[1024];

	snprintf(path, sizeof(path), "%s/vectors/scms_escrypt_2018.json",
	    shared == NULL ? "../shared" : shared);
	file = json_load_file(path, 0, NULL);
	if (file == NULL) {
		printf("skipped: no %s\n", path);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
