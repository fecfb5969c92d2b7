/* linkage.c - see linkage.h. */
#include <string.h>

#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/linkage.h"

#define J_CHUNK	64	/* values made by one call of AES */

static void
step(struct key16 *out, const uint8_t la_id[2], const struct key16 *seed)
{
	uint8_t in[32] = { 0 }, hash[SHA256_SIZE];

	memcpy(in, la_id, 2);
	memcpy(in + 2, seed->b, sizeof(seed->b));
	sha256(hash, BYTES(in));
	memcpy(out->b, hash, sizeof(out->b));
	wipe(in, sizeof(in));
	wipe(hash, sizeof(hash));
}

void
linkage_chain(struct key16 *out, const uint8_t la_id[2],
    const struct key16 *seed, size_t n)
{
	for (size_t i = 0; i < n; i++)
		step(&out[i], la_id, i == 0 ? seed : &out[i - 1]);
}

void
linkage_step(struct key16 *out, const uint8_t la_id[2],
    const struct key16 *seed, size_t n)
{
	for (size_t i = 0; i < n; i++)
		step(&out[i], la_id, &seed[i]);
}

/* AES_key(b) xor b of successive j. */
static void
davies_meyer(uint8_t *y, const uint8_t la_id[2], const struct key16 *seed,
    uint32_t j, size_t n)
{
	uint8_t x[16 * J_CHUNK] = { 0 };

	for (size_t t = 0; t < n; t++) {
		struct writer w = writer_of(x + 16 * t, 16);

		write_span(&w, la_id, 2);
		write_uint(&w, (uint32_t)(j + t), 4);
	}
	aes_blocks(y, seed, x, n);
	for (size_t o = 0; o < 16 * n; o++)
		y[o] ^= x[o];
}

static void
one_seed(struct lv *out, const uint8_t la_id[2], const struct key16 *seed,
    uint32_t j, size_t n)
{
	uint8_t y[16 * J_CHUNK];

	for (size_t i = 0, m; i < n; i += m) {
		m = n - i < J_CHUNK ? n - i : J_CHUNK;
		davies_meyer(y, la_id, seed, (uint32_t)(j + i), m);
		for (size_t t = 0; t < m; t++)
			memcpy(out[i + t].b, y + 16 * t, sizeof(out->b));
	}
	wipe(y, sizeof(y));
}

void
linkage_plv(struct lv *out, const uint8_t la_id[2], const struct key16 *seed,
    size_t seeds, uint32_t j, size_t j_n)
{
	for (size_t s = 0; s < seeds; s++)
		one_seed(out + s * j_n, la_id, &seed[s], j, j_n);
}

void
linkage_combine(struct lv *out, const struct lv *a, const struct lv *b,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t o = 0; o < sizeof(out->b); o++)
			out[i].b[o] = a[i].b[o] ^ b[i].b[o];
}

void
linkage_group_index(uint8_t out[16], const struct key16 *ik, uint32_t k,
    uint32_t j)
{
	uint8_t x[16] = { 0 };
	struct writer w = writer_of(x, sizeof(x));

	write_uint(&w, k, 4);
	write_uint(&w, j, 4);
	aes_blocks(out, ik, x, 1);
	for (size_t o = 0; o < sizeof(x); o++)
		out[o] ^= x[o];
}
