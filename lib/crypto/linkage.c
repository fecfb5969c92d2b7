/* linkage.c - see linkage.h. */
#include <string.h>

#include "base/secret.h"
#include "crypto/aes_int.h"
#include "crypto/hash.h"
#include "crypto/linkage.h"

#define J_CHUNK 64 /* values of a seed made together */

static void
step(struct key16 *out, const uint8_t la_id[2], const struct key16 *seed)
{
	uint8_t in[32] = {0}, hash[SHA256_SIZE];

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
linkage_chains(struct key16 *out, const uint8_t la_id[2],
    const struct key16 *seed, size_t chains, size_t n)
{
	for (size_t c = 0; c < chains; c++)
		linkage_chain(out + c * n, la_id, &seed[c], n);
}

void
linkage_step(struct key16 *out, const uint8_t la_id[2],
    const struct key16 *seed, size_t n)
{
	for (size_t i = 0; i < n; i++)
		step(&out[i], la_id, &seed[i]);
}

/* The blocks la_id || j || 0^80 of successive j. */
static void
fill(uint8_t *x, const uint8_t la_id[2], uint32_t j, size_t n)
{
	memset(x, 0, 16 * n);
	for (size_t t = 0; t < n; t++, j++, x += 16) {
		memcpy(x, la_id, 2);
		x[2] = (uint8_t)(j >> 24);
		x[3] = (uint8_t)(j >> 16);
		x[4] = (uint8_t)(j >> 8);
		x[5] = (uint8_t)j;
	}
}

void
linkage_plv(struct lv *out, const uint8_t la_id[2], const struct key16 *seed,
    size_t seeds, uint32_t j, size_t j_n)
{
	uint8_t x[16 * J_CHUNK], y[16 * J_CHUNK];

	for (size_t i = 0, m; i < j_n; i += m) {
		m = j_n - i < J_CHUNK ? j_n - i : J_CHUNK;
		fill(x, la_id, (uint32_t)(j + i), m);
		for (size_t s = 0; s < seeds; s++) {
			struct lv *to = out + s * j_n + i;

			aes_feed_forward(y, &seed[s], x, m);
			for (size_t t = 0; t < m; t++)
				memcpy(to[t].b, y + 16 * t, sizeof(to->b));
		}
	}
	aes_forget();
	wipe(y, sizeof(y));
}

void
linkage_combine(
    struct lv *out, const struct lv *a, const struct lv *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t o = 0; o < sizeof(out->b); o++)
			out[i].b[o] = a[i].b[o] ^ b[i].b[o];
}

void
linkage_group_index(
    uint8_t out[16], const struct key16 *ik, uint32_t k, uint32_t j)
{
	uint8_t x[16] = {0};
	struct writer w = writer_of(x, sizeof(x));

	write_uint(&w, k, 4);
	write_uint(&w, j, 4);
	aes_feed_forward(out, ik, x, 1);
	aes_forget();
}
