/*
 * hash.c - see hash.h.
 *
 * The low-level functions of OpenSSL are used on purpose: they run the same
 * assembly as EVP, need no object to be fetched or allocated, and are faster
 * for short messages.
 */
#include <string.h>

#include <openssl/sha.h>

#include "base/secret.h"
#include "crypto/scratch.h"
#include "crypto/symmetric_int.h"

/* clang-format off */
const uint8_t sha256_of_nothing[SHA256_SIZE] = {
	0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14,
	0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
	0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c,
	0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
};

const uint8_t sha384_of_nothing[SHA384_SIZE] = {
	0x38, 0xb0, 0x60, 0xa7, 0x51, 0xac, 0x96, 0x38,
	0x4c, 0xd9, 0x32, 0x7e, 0xb1, 0xb1, 0xe3, 0x6a,
	0x21, 0xfd, 0xb7, 0x11, 0x14, 0xbe, 0x07, 0x43,
	0x4c, 0x0c, 0xc7, 0xbf, 0x63, 0xf6, 0xe1, 0xda,
	0x27, 0x4e, 0xde, 0xbf, 0xe7, 0x6f, 0x65, 0xfb,
	0xd5, 0x1a, 0xd2, 0xf1, 0x48, 0x98, 0xb9, 0x5b,
};
/* clang-format on */

void
sha256_parts(uint8_t out[SHA256_SIZE], const struct bytes *part, size_t n)
{
	SHA256_CTX c;

	SHA256_Init(&c);
	for (size_t i = 0; i < n; i++)
		SHA256_Update(&c, part[i].p, part[i].n);
	SHA256_Final(out, &c);
	wipe(&c, sizeof(c));
}

void
sha256(uint8_t out[SHA256_SIZE], struct bytes in)
{
	sha256_parts(out, &in, 1);
}

void
sha384_parts(uint8_t out[SHA384_SIZE], const struct bytes *part, size_t n)
{
	SHA512_CTX c;

	SHA384_Init(&c);
	for (size_t i = 0; i < n; i++)
		SHA384_Update(&c, part[i].p, part[i].n);
	SHA384_Final(out, &c);
	wipe(&c, sizeof(c));
}

void
sha384(uint8_t out[SHA384_SIZE], struct bytes in)
{
	sha384_parts(out, &in, 1);
}

void
sha256_batch(struct digest *out, const struct bytes *in, size_t n)
{
	symmetric()->sha256(out, in, n);
}

void
sha256_to_sign(struct digest *out, const struct bytes *data,
    const uint8_t signer[SHA256_SIZE], size_t n)
{
	symmetric()->sha256_to_sign(out, data, signer, n);
}

void
sha384_to_sign(uint8_t out[SHA384_SIZE], struct bytes data,
    const uint8_t signer[SHA384_SIZE])
{
	uint8_t both[2 * SHA384_SIZE];

	sha384(both, data);
	memcpy(both + SHA384_SIZE, signer, SHA384_SIZE);
	sha384(out, BYTES(both));
}

void
sha256_id(uint8_t *out, size_t n, struct bytes in)
{
	uint8_t hash[SHA256_SIZE];

	sha256(hash, in);
	memcpy(out, hash + SHA256_SIZE - n, n);
}

void
hmac_sha256(uint8_t out[SHA256_SIZE], struct bytes key, struct bytes message)
{
	uint8_t pad[SHA256_CBLOCK] = {0};
	struct bytes inner[2] = {BYTES(pad), message};
	struct bytes outer[2] = {BYTES(pad), {out, SHA256_SIZE}};

	if (key.n > sizeof(pad))
		sha256(pad, key);
	else if (key.n > 0)
		memcpy(pad, key.p, key.n);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36;
	sha256_parts(out, inner, 2);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	sha256_parts(out, outer, 2);
	wipe(pad, sizeof(pad));
}

void
kdf2_sha256(uint8_t *out, size_t n, const uint8_t *z, size_t z_n,
    const uint8_t *p1, size_t p1_n)
{
	uint8_t counter[4], hash[SHA256_SIZE];
	struct bytes part[3] = {{z, z_n}, BYTES(counter), {p1, p1_n}};

	for (uint32_t i = 1; n > 0; i++) {
		size_t m = n < sizeof(hash) ? n : sizeof(hash);
		struct writer w = writer_of(counter, sizeof(counter));

		write_uint(&w, i, 4);
		sha256_parts(hash, part, 3);
		memcpy(out, hash, m);
		out += m;
		n -= m;
	}
	wipe(hash, sizeof(hash));
}

void
hmac_sha256_batch(struct digest *out, const struct bytes *key,
    const struct bytes *message, size_t n)
{
	symmetric()->hmac_sha256(out, key, message, n);
}

#define KDF_CHUNK 256 /* elements whose hashes are made together */

/* The messages z || counter || p1 of some elements, and their hashes. */
static void
kdf2_chunk(uint8_t *out, size_t out_n, const struct bytes *z, struct bytes p1,
    size_t n)
{
	size_t each = (out_n + SHA256_SIZE - 1) / SHA256_SIZE;
	size_t mark = scratch_mark(), octets = 0;
	struct digest *hash = SCRATCH(struct digest, n * each);
	struct bytes *in = SCRATCH(struct bytes, n * each), *m = in;
	struct writer w;

	for (size_t i = 0; i < n; i++)
		octets += each * (z[i].n + 4 + p1.n);
	w = writer_of(scratch_take(octets), octets);
	for (size_t i = 0; i < n; i++)
		for (size_t t = 1; t <= each; t++, m++) {
			*m = (struct bytes){w.p, z[i].n + 4 + p1.n};
			write_bytes(&w, z[i]);
			write_uint(&w, t, 4);
			write_bytes(&w, p1);
		}
	symmetric()->sha256(hash, in, n * each);
	for (size_t i = 0; i < n; i++)
		memcpy(out + i * out_n, hash + i * each, out_n);
	scratch_leave(mark);
}

void
kdf2_sha256_batch(uint8_t *out, size_t out_n, const struct bytes *z,
    struct bytes p1, size_t n)
{
	for (size_t i = 0, m; i < n; i += m) {
		m = n - i < KDF_CHUNK ? n - i : KDF_CHUNK;
		kdf2_chunk(out + i * out_n, out_n, z + i, p1, m);
	}
}
