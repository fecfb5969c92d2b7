/* SHA-2, HMAC, KDF2 against published values. */
#include "common.h"
#include "crypto/hash.h"

static struct bytes
text(const char *s)
{
	return bytes_of_string(s);
}

static void
assert_hex(const uint8_t *got, size_t n, const char *hex)
{
	char line[2 * 64 + 1];

	hex_encode(line, got, n);
	assert_string_equal(line, hex);
}

/* FIPS 180-4 examples. */
static void
sha2_known(void **state)
{
	uint8_t h[SHA384_SIZE];

	(void)state;
	sha256(h, text("abc"));
	assert_hex(h, 32,
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
	sha256(h, text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmno"
		       "mnopnopq"));
	assert_hex(h, 32,
	    "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1");
	sha384(h, text("abc"));
	assert_hex(h, 48,
	    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"
	    "1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
	sha256(h, BYTES_NONE);
	assert_memory_equal(h, sha256_of_nothing, 32);
	sha384(h, BYTES_NONE);
	assert_memory_equal(h, sha384_of_nothing, 48);
}

static void
parts_are_one_message(void **state)
{
	const struct bytes part[] = {text("a"), BYTES_NONE, text("bc")};
	uint8_t whole[48], parts[48];

	(void)state;
	sha256(whole, text("abc"));
	sha256_parts(parts, part, 3);
	assert_memory_equal(whole, parts, 32);
	sha384(whole, text("abc"));
	sha384_parts(parts, part, 3);
	assert_memory_equal(whole, parts, 48);
	sha256_parts(parts, NULL, 0);
	assert_memory_equal(parts, sha256_of_nothing, 32);
}

static void
batch_equals_single(void **state)
{
	uint8_t data[300], one[32];
	struct bytes in[301];
	struct digest out[301];

	(void)state;
	test_random(data, sizeof(data));
	for (size_t i = 0; i <= sizeof(data); i++)
		in[i] = (struct bytes){data, i};
	sha256_batch(out, in, 301);
	for (size_t i = 0; i <= sizeof(data); i++) {
		sha256(one, in[i]);
		assert_memory_equal(out[i].b, one, 32);
	}
	sha256_batch(NULL, NULL, 0);
}

/* The digest of a self-signed object: SHA-256(SHA-256("abc") ||
 * SHA-256("")), by coreutils' sha256sum. */
static void
to_sign(void **state)
{
	const struct bytes data[] = {text("abc"), text("abc")};
	struct digest out[2];
	uint8_t out384[48], both[96];

	(void)state;
	sha256_to_sign(out, data, sha256_of_nothing, 2);
	assert_hex(out[0].b, 32,
	    "6f1290896ee81a0349174d19f4473d26"
	    "7a10289c40480861d5c42affffbd79f9");
	assert_same(out[0], out[1]);
	sha384(both, text("abc"));
	memcpy(both + 48, sha384_of_nothing, 48);
	sha384(both, BYTES(both));
	sha384_to_sign(out384, text("abc"), sha384_of_nothing);
	assert_memory_equal(out384, both, 48);
}

/* 1609.2-2022 note on HashedId3, 8, 10 of the empty string. */
static void
hashed_ids(void **state)
{
	uint8_t id[10];

	(void)state;
	sha256_id(id, 3, BYTES_NONE);
	assert_hex(id, 3, "52b855");
	sha256_id(id, 8, BYTES_NONE);
	assert_hex(id, 8, "a495991b7852b855");
	sha256_id(id, 10, BYTES_NONE);
	assert_hex(id, 10, "934ca495991b7852b855");
	assert_hex(digest_id8(sha256_of_nothing), 8, "a495991b7852b855");
}

static void
mac1_one(const json_t *v)
{
	uint8_t tag[32];

	hmac_sha256(tag, vector_bytes(v, "key"), vector_bytes(v, "msg"));
	assert_hex(tag, 16, vector_string(v, "tag"));
}

static void
mac1(void **state)
{
	(void)state;
	assert_int_equal(
	    vectors_each("camp_primitives.json", "mac1", mac1_one), 7);
}

static void
kdf2_one(const json_t *v)
{
	struct bytes z = vector_bytes(v, "z"), p1 = vector_bytes(v, "p1");
	struct bytes out = vector_bytes(v, "out");
	uint8_t got[200];

	assert_int_equal(out.n, vector_u32(v, "dl"));
	memset(got, 0xaa, sizeof(got));
	kdf2_sha256(got, out.n, z.p, z.n, p1.p, p1.n);
	assert_memory_equal(got, out.p, out.n);
	assert_int_equal(got[out.n], 0xaa);
}

static void
kdf2(void **state)
{
	(void)state;
	assert_int_equal(
	    vectors_each("camp_primitives.json", "kdf2", kdf2_one), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sha2_known),
	    cmocka_unit_test(parts_are_one_message),
	    cmocka_unit_test(batch_equals_single),
	    cmocka_unit_test(to_sign),
	    cmocka_unit_test(hashed_ids),
	    cmocka_unit_test(mac1),
	    cmocka_unit_test(kdf2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
