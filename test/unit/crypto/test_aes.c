/* AES-128 in CCM and as bare blocks. */
#include "common.h"
#include "crypto/aes.h"

static void
ccm_one(const json_t *v)
{
	struct bytes key = vector_bytes(v, "key");
	struct bytes nonce = vector_bytes(v, "nonce");
	struct bytes plain = vector_bytes(v, "plaintext");
	struct bytes sealed = vector_bytes(v, "ciphertext_tag");
	uint8_t out[4096];
	struct ccm_item m = {key.p, nonce.p, plain, out};

	ccm_seal(&m, 1);
	assert_int_equal(plain.n + CCM_TAG_SIZE, sealed.n);
	assert_memory_equal(out, sealed.p, sealed.n);
	m.in = sealed;
	assert_int_equal(ccm_open(&m, NULL, 1), FAULT_OK);
	assert_memory_equal(out, plain.p, plain.n);
}

static void
ccm_vectors(void **state)
{
	(void)state;
	assert_int_equal(
	    vectors_each("camp_primitives.json", "ccm", ccm_one), 6);
}

/* Every octet of a sealed message, of the nonce and of the key counts. */
static void
ccm_damage(void **state)
{
	uint8_t key[16], nonce[12], plain[37], sealed[53], out[37];
	struct ccm_item m = {key, nonce, BYTES(plain), sealed};
	struct ccm_item o = {key, nonce, BYTES(sealed), out};
	struct {
		uint8_t *p;
		size_t n;
	} part[] = {{key, 16}, {nonce, 12}, {sealed, 53}};

	(void)state;
	test_random(key, 16);
	test_random(nonce, 12);
	test_random(plain, 37);
	ccm_seal(&m, 1);
	for (size_t k = 0; k < 3; k++)
		for (size_t bit = 0; bit < 8 * part[k].n; bit++) {
			part[k].p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			memset(out, 0xaa, sizeof(out));
			assert_int_equal(ccm_open(&o, NULL, 1), FAULT_BAD_TAG);
			assert_zero(out);
			part[k].p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	assert_int_equal(ccm_open(&o, NULL, 1), FAULT_OK);
	assert_memory_equal(out, plain, sizeof(plain));
}

/* All lengths, the empty message included; and in place. */
static void
ccm_lengths(void **state)
{
	uint8_t key[16], nonce[12], plain[70], buffer[86];

	(void)state;
	test_random(key, 16);
	test_random(nonce, 12);
	test_random(plain, sizeof(plain));
	for (size_t n = 0; n <= sizeof(plain); n++) {
		struct ccm_item m = {key, nonce, {buffer, n}, buffer};

		memcpy(buffer, plain, n);
		ccm_seal(&m, 1);
		if (n > 0)
			assert_memory_not_equal(buffer, plain, n);
		m.in.n = n + 16;
		assert_int_equal(ccm_open(&m, NULL, 1), FAULT_OK);
		assert_memory_equal(buffer, plain, n);
		m.in.n = n < 16 ? n : 15;
		assert_int_equal(ccm_open(&m, NULL, 1), FAULT_TRUNCATED);
	}
}

/* The empty message: AES(B0) xor AES(A0), from the bare cipher. */
static void
ccm_empty(void **state)
{
	struct key16 key;
	uint8_t nonce[12], sealed[16], x[32] = {0}, y[32];
	struct ccm_item m = {key.b, nonce, BYTES_NONE, sealed};

	(void)state;
	test_random(&key, sizeof(key));
	test_random(nonce, 12);
	ccm_seal(&m, 1);
	x[0] = 0x3a;
	memcpy(x + 1, nonce, 12);
	x[16] = 0x02;
	memcpy(x + 17, nonce, 12);
	aes_blocks(y, &key, x, 2);
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(sealed[i], y[i] ^ y[16 + i]);
	m.in = BYTES(sealed);
	assert_int_equal(ccm_open(&m, NULL, 1), FAULT_OK);
	sealed[3] ^= 1;
	assert_int_equal(ccm_open(&m, NULL, 1), FAULT_BAD_TAG);
}

/* Keys, nonces and lengths of their own; one bad item in the middle. */
static void
ccm_batch(void **state)
{
	uint8_t key[31][16], nonce[31][12], plain[31][64], box[31][80];
	uint8_t out[31][64];
	struct ccm_item m[31];
	bool ok[31];

	(void)state;
	test_random(key, sizeof(key));
	test_random(nonce, sizeof(nonce));
	test_random(plain, sizeof(plain));
	for (size_t i = 0; i < 31; i++)
		m[i] = (struct ccm_item){
		    key[i], nonce[i], {plain[i], 2 * i}, box[i]};
	ccm_seal(m, 31);
	box[17][5] ^= 0x10;
	for (size_t i = 0; i < 31; i++)
		m[i] = (struct ccm_item){
		    key[i], nonce[i], {box[i], 2 * i + 16}, out[i]};
	assert_int_equal(ccm_open(m, ok, 31), FAULT_BAD_TAG);
	for (size_t i = 0; i < 31; i++) {
		assert_int_equal(ok[i], i != 17);
		if (i != 17)
			assert_memory_equal(out[i], plain[i], 2 * i);
	}
	ccm_seal(NULL, 0);
	assert_int_equal(ccm_open(NULL, NULL, 0), FAULT_OK);
}

/* FIPS 197 appendix B. */
static void
blocks(void **state)
{
	struct key16 key;
	uint8_t in[32], out[32], expected[16];

	(void)state;
	assert_true(hex_decode(&key, 16, "2b7e151628aed2a6abf7158809cf4f3c"));
	assert_true(hex_decode(in, 16, "3243f6a8885a308d313198a2e0370734"));
	assert_true(
	    hex_decode(expected, 16, "3925841d02dc09fbdc118597196a0b32"));
	memcpy(in + 16, in, 16);
	aes_blocks(out, &key, in, 2);
	assert_memory_equal(out, expected, 16);
	assert_memory_equal(out + 16, expected, 16);
	aes_blocks(in, &key, in, 2);
	assert_memory_equal(in, out, 32);
	aes_blocks(NULL, &key, NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ccm_vectors),
	    cmocka_unit_test(ccm_damage),
	    cmocka_unit_test(ccm_lengths),
	    cmocka_unit_test(ccm_empty),
	    cmocka_unit_test(ccm_batch),
	    cmocka_unit_test(blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
