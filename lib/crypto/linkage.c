/* linkage.c - see linkage.h. */
#include <string.h>

#include "crypto/linkage.h"
#include "crypto/scratch.h"
#include "crypto/symmetric_int.h"

#define CHAINS 256 /* stepped together */
#define SEEDS  32  /* whose values are made together, */
#define VALUES 64  /* at most so many of each */

/* la_id || seed || 0^112 */
struct link {
	uint8_t la_id[2], seed[16], zeros[14];
};

/* out[t * out_step] follows seed[t * seed_step] in its chain; n <= CHAINS. */
static void
step(struct key16 *out, size_t out_step, const uint8_t la_id[2],
    const struct key16 *seed, size_t seed_step, size_t n)
{
	size_t mark = scratch_mark();
	struct link *in = SCRATCH(struct link, n);
	struct bytes *message = SCRATCH(struct bytes, n);
	struct digest *hash = SCRATCH(struct digest, n);

	for (size_t t = 0; t < n; t++) {
		memcpy(in[t].la_id, la_id, 2);
		memcpy(in[t].seed, seed[t * seed_step].b, 16);
		memset(in[t].zeros, 0, sizeof(in[t].zeros));
		message[t] = (struct bytes){(uint8_t *)&in[t], sizeof(in[t])};
	}
	symmetric()->sha256(hash, message, n);
	for (size_t t = 0; t < n; t++)
		memcpy(out[t * out_step].b, hash[t].b, 16);
	scratch_leave(mark);
}

void
linkage_chains(struct key16 *out, const uint8_t la_id[2],
    const struct key16 *seed, size_t chains, size_t n)
{
	for (size_t c = 0, m; c < chains && n > 0; c += m) {
		struct key16 *o = out + c * n;

		m = chains - c < CHAINS ? chains - c : CHAINS;
		step(o, n, la_id, seed + c, 1, m);
		for (size_t t = 1; t < n; t++)
			step(o + t, n, la_id, o + t - 1, n, m);
	}
}

void
linkage_chain(struct key16 *out, const uint8_t la_id[2],
    const struct key16 *seed, size_t n)
{
	linkage_chains(out, la_id, seed, 1, n);
}

void
linkage_step(struct key16 *out, const uint8_t la_id[2],
    const struct key16 *seed, size_t n)
{
	linkage_chains(out, la_id, seed, n, 1);
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

/* The first octets of n blocks. */
static void
cut(struct lv *out, const uint8_t *block, size_t n)
{
	for (size_t t = 0; t < n; t++)
		memcpy(out[t].b, block + 16 * t, sizeof(out->b));
}

void
linkage_plv(struct lv *out, const uint8_t la_id[2], const struct key16 *seed,
    size_t seeds, uint32_t j, size_t j_n)
{
	size_t mark = scratch_mark(), most = j_n < VALUES ? j_n : VALUES;
	uint8_t *x = scratch_take(16 * most);
	uint8_t *y = scratch_take(16 * most * SEEDS);
	struct aes_job job[SEEDS];

	for (size_t i = 0, m; i < j_n; i += m) {
		m = j_n - i < VALUES ? j_n - i : VALUES;
		fill(x, la_id, (uint32_t)(j + i), m);
		for (size_t s = 0, k; s < seeds; s += k) {
			k = seeds - s < SEEDS ? seeds - s : SEEDS;
			for (size_t t = 0; t < k; t++)
				job[t] = (struct aes_job){
				    seed[s + t].b, x, y + 16 * m * t};
			symmetric()->feed_forward(job, k, m);
			for (size_t t = 0; t < k; t++)
				cut(out + (s + t) * j_n + i, job[t].out, m);
		}
	}
	scratch_leave(mark);
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
	symmetric()->feed_forward(&(struct aes_job){ik->b, x, out}, 1, 1);
}
