/*
 * selftest_symmetric.c - known answers for the symmetric part of an engine:
 * published ones, in a batch that fills all lanes and some again.
 */
#include <string.h>

#include "crypto/symmetric_int.h"

#define MANY 19 /* sixteen lanes, and a rest that is worth some */

/* clang-format off */
/* FIPS 180-4: messages of one and of two blocks. */
static const char one_block[] = "abc";
static const char one_block_hash[] =
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char two_blocks[] =
	"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
static const char two_blocks_hash[] =
	"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";
/* SHA-256(SHA-256("abc") || SHA-256("")), by coreutils' sha256sum, and the
 * same of two_blocks. */
static const char to_sign_hash[] =
	"6f1290896ee81a0349174d19f4473d267a10289c40480861d5c42affffbd79f9";
static const char to_sign_two_hash[] =
	"3bf91a706f2f62c744c5408e432c7d44daaedcb0b0ae9451b0a3c87d416bb9b6";
/* RFC 4231, test case 1. */
static const char mac_key[] = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";
static const char mac_text[] = "Hi There";
static const char mac[] =
	"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";

/* "AES-CCM-128 #3" of the CAMP test vectors: its last block is not full. */
#define CCM_PLAIN 129
static const char ccm_key[] = "e58d5c8f8c9ed9785679e08abc7c8116";
static const char ccm_nonce[] = "a9f593c09eaeea8bf0c1cf6a";
static const char ccm_plain[] =
	"d1aa8bbc04dfc92ffe2cb7748e70b02f5a91da14781223a712d44c4ba14a1c78"
	"eb02387fe73fdcbca8447056acaa9b5f94d5208972b706df9fc4c803eabb2bc5"
	"8c3d8df4ac496c34cb6bab939478cb417995b2314daf7af3f4c8a8d5d57a03f0"
	"eb2b7bbd2d16babbf22c5b1eebff72c7dd4f912d5821f9a6bfa2d063ce6f6648"
	"df";
static const char ccm_sealed[] =
	"887b8731aa870a5834e2b751e77f804ed993a1cda44c7b34752bda8974a82eba"
	"805622e8839cdc184c885cb710576cbce657fb1af97711f01622458bc53cce8b"
	"3bd92b51b76c096a74241aace6c1956bca2611f35b189d547cf685aa17846a5d"
	"43c564653ffcef6123bff836e000df289a8feea4106c51c738c926856723bacd"
	"b3f5d0f87f7e29d94bf1b41de8063e1071";

/* The first of the CAMP test vectors of butterfly expansion: AES_k(x) xor x
 * of three blocks. */
#define BLOCKS 3
static const char expansion_key[] = "121d14216715e11d2d3787434a673b1b";
static const char expansion_in[] =
	"00000000217d79e1000000110000000100000000217d79e10000001100000002"
	"00000000217d79e10000001100000003";
static const char expansion_out[] =
	"e2fa3cee09e5bd6d9aec05c52dba31f8fcb03925b61b9b78b321b8d680402a6e"
	"a9a7fd2da569b9d86a0326e0a19873dd";
/* clang-format on */

static bool
is(const void *p, size_t n, const char *hex)
{
	uint8_t expected[CCM_PLAIN + CCM_TAG_SIZE];

	return hex_decode(expected, n, hex) && memcmp(p, expected, n) == 0;
}

/* Long and short messages by turns. */
static const char *
hashes(const struct engine_symmetric *e)
{
	struct digest out[MANY];
	struct bytes in[MANY];

	for (size_t i = 0; i < MANY; i++)
		in[i] = bytes_of_string(i % 4 == 3 ? two_blocks : one_block);
	e->sha256(out, in, MANY);
	for (size_t i = 0; i < MANY; i++)
		if (!is(&out[i], SHA256_SIZE,
			i % 4 == 3 ? two_blocks_hash : one_block_hash))
			return "SHA-256";
	e->sha256_to_sign(out, in, sha256_of_nothing, MANY);
	for (size_t i = 0; i < MANY; i++)
		if (!is(&out[i], SHA256_SIZE,
			i % 4 == 3 ? to_sign_two_hash : to_sign_hash))
			return "SHA-256 to sign";
	return NULL;
}

static const char *
hmacs(const struct engine_symmetric *e)
{
	struct digest out[MANY];
	struct bytes in[MANY], key[MANY];
	uint8_t octets[20];

	if (!hex_decode(octets, sizeof(octets), mac_key))
		return "HMAC: key";
	for (size_t i = 0; i < MANY; i++) {
		in[i] = bytes_of_string(mac_text);
		key[i] = BYTES(octets);
	}
	e->hmac_sha256(out, key, in, MANY);
	for (size_t i = 0; i < MANY; i++)
		if (!is(&out[i], SHA256_SIZE, mac))
			return "HMAC";
	return NULL;
}

/* The messages of every third are damaged before they are opened. */
static const char *
ccm(const struct engine_symmetric *e)
{
	uint8_t key[16], nonce[CCM_NONCE_SIZE], plain[CCM_PLAIN];
	uint8_t box[MANY][CCM_PLAIN + CCM_TAG_SIZE];
	struct ccm_item item[MANY];
	bool ok[MANY];

	if (!hex_decode(key, sizeof(key), ccm_key) ||
	    !hex_decode(nonce, sizeof(nonce), ccm_nonce) ||
	    !hex_decode(plain, sizeof(plain), ccm_plain))
		return "AES-CCM: input";
	for (size_t i = 0; i < MANY; i++)
		item[i] = (struct ccm_item){key, nonce, BYTES(plain), box[i]};
	e->ccm_seal(item, MANY);
	for (size_t i = 0; i < MANY; i++) {
		if (!is(box[i], sizeof(box[i]), ccm_sealed))
			return "AES-CCM, sealing";
		item[i].in = BYTES(box[i]);
		if (i % 3 == 1)
			box[i][7 * i] ^= 1;
	}
	if (e->ccm_open(item, ok, MANY) != FAULT_BAD_TAG)
		return "AES-CCM, opening";
	for (size_t i = 0; i < MANY; i++)
		if (ok[i] != (i % 3 != 1) ||
		    (ok[i] && memcmp(box[i], plain, sizeof(plain)) != 0))
			return "AES-CCM, opening";
	return NULL;
}

static const char *
feed_forward(const struct engine_symmetric *e)
{
	uint8_t key[16], in[16 * BLOCKS], out[MANY][16 * BLOCKS];
	struct aes_job job[MANY];

	if (!hex_decode(key, sizeof(key), expansion_key) ||
	    !hex_decode(in, sizeof(in), expansion_in))
		return "AES: input";
	for (size_t i = 0; i < MANY; i++)
		job[i] = (struct aes_job){key, in, out[i]};
	e->feed_forward(job, MANY, BLOCKS);
	for (size_t i = 0; i < MANY; i++)
		if (!is(out[i], sizeof(out[i]), expansion_out))
			return "AES";
	return NULL;
}

const char *
symmetric_self_test(const struct engine_symmetric *e)
{
	const char *wrong = hashes(e);

	if (wrong == NULL)
		wrong = hmacs(e);
	if (wrong == NULL)
		wrong = ccm(e);
	if (wrong == NULL)
		wrong = feed_forward(e);
	return wrong;
}
