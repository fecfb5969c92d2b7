/* symmetric.c - hashes, CCM, and linkage values. */
#include <stdlib.h>

#include "operation.h"
#include "plain.h"

/* Messages, and keys for HMAC. */
static void
text_fill(struct batch *b, struct stream *s)
{
	stream_octets(s, b->p1, sizeof(b->p1));
	for (size_t i = 0; i < b->n; i++) {
		bool wild = batch_wild(b, s, i);

		batch_text(&b->text[i], s, input_length(s, wild));
		if (b->more != NULL)
			batch_text(
			    &b->more[i], s, wild ? stream_below(s, 140) : 32);
	}
}

static enum fault
sha256_run(const struct batch *b, void *out, bool *ok)
{
	sha256_batch(out, b->text, b->n);
	return batch_good(b, ok);
}

static bool
sha256_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	uint8_t h[32];

	plain_sha256(h, b->text[i]);
	return same(out, ok, h, sizeof(h), true);
}

static enum fault
to_sign_run(const struct batch *b, void *out, bool *ok)
{
	sha256_to_sign(out, b->text, b->p1, b->n);
	return batch_good(b, ok);
}

static bool
to_sign_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	uint8_t h[64];

	plain_sha256(h, b->text[i]);
	memcpy(h + 32, b->p1, 32);
	plain_sha256(h, BYTES(h));
	return same(out, ok, h, 32, true);
}

static enum fault
hmac_run(const struct batch *b, void *out, bool *ok)
{
	hmac_sha256_batch(out, b->more, b->text, b->n);
	return batch_good(b, ok);
}

static bool
hmac_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	uint8_t h[32];

	plain_hmac(h, b->more[i], b->text[i]);
	return same(out, ok, h, sizeof(h), true);
}

/* Of one length for all; the rest of an element's result is zeros. */
#define KDF_MAX 100

static void
kdf2_fill(struct batch *b, struct stream *s)
{
	stream_octets(s, b->p1, sizeof(b->p1));
	b->j_n = stream_below(s, 2) == 0 ? 48 : 1 + stream_below(s, KDF_MAX);
	b->j = stream_below(s, 2) == 0 ? 32 : (uint32_t)stream_below(s, 33);
	for (size_t i = 0; i < b->n; i++)
		batch_text(&b->text[i], s,
		    batch_wild(b, s, i) ? 1 + stream_below(s, 140) : 32);
}

static enum fault
kdf2_run(const struct batch *b, void *out, bool *ok)
{
	uint8_t *all = calloc(b->n + 1, b->j_n), *to = out;

	if (all == NULL)
		plain_failed("out of memory");
	kdf2_sha256_batch(
	    all, b->j_n, b->text, (struct bytes){b->p1, b->j}, b->n);
	for (size_t i = 0; i < b->n; i++) {
		memset(to + i * KDF_MAX, 0, KDF_MAX);
		memcpy(to + i * KDF_MAX, all + i * b->j_n, b->j_n);
	}
	free(all);
	return batch_good(b, ok);
}

static bool
kdf2_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	uint8_t z[KDF_MAX] = {0};

	plain_kdf2(z, b->j_n, b->text[i], (struct bytes){b->p1, b->j});
	return same(out, ok, z, sizeof(z), true);
}

/*
 * AES.  An element of aes_blocks is two blocks; the result of CCM is hashed,
 * because its length differs.
 */

static void
blocks_fill(struct batch *b, struct stream *s)
{
	stream_octets(s, b->butterfly.expansion.b, 16);
	for (size_t i = 0; i < b->n; i++)
		input_random(s, &b->k[i]);
}

static enum fault
blocks_run(const struct batch *b, void *out, bool *ok)
{
	if (b->in_place)
		memcpy(out, b->k, b->n * sizeof(b->k[0]));
	aes_blocks(out, &b->butterfly.expansion,
	    b->in_place ? out : (const uint8_t *)b->k, 2 * b->n);
	return batch_good(b, ok);
}

static bool
blocks_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	uint8_t y[32];

	plain_aes(y, b->butterfly.expansion.b, b->k[i].b);
	plain_aes(y + 16, b->butterfly.expansion.b, b->k[i].b + 16);
	return same(out, ok, y, sizeof(y), true);
}

/* The nonce of element i is in its digest; now and then one key is for all
 * (b->j: every how many elements have a new one). */
static void
seal_fill(struct batch *b, struct stream *s)
{
	static const uint32_t every[] = {1, 1, 2, 20, BATCH_MAX};

	b->j = every[stream_below(s, 5)];
	for (size_t i = 0; i < b->n; i++) {
		batch_text(
		    &b->text[i], s, input_length(s, batch_wild(b, s, i)));
		stream_octets(s, b->key[i].b, 16);
		stream_octets(s, b->e[i].b, 12);
	}
}

static const uint8_t *
key_of(const struct batch *b, size_t i)
{
	return b->key[i - i % b->j].b;
}

/* Half of them to be opened are sealed well. */
static void
open_fill(struct batch *b, struct stream *s)
{
	seal_fill(b, s);
	for (size_t i = 0; i < b->n; i++) {
		uint8_t *p = (uint8_t *)(uintptr_t)b->text[i].p;
		size_t n = b->text[i].n;

		if (n >= 16) {
			struct bytes in = {p, n - 16};
			uint8_t *copy = malloc(n);

			if (copy == NULL)
				plain_failed("out of memory");
			plain_ccm_seal(copy, key_of(b, i), b->e[i].b, in);
			memcpy(p, copy, n);
			free(copy);
		}
		if (n > 0 && batch_wild(b, s, i))
			p[stream_below(s, n)] ^=
			    (uint8_t)(stream_below(s, 2) << stream_below(s, 8));
	}
}

/* Room of the right size for each, not aligned; or the input's copy. */
static struct ccm_item *
items_new(const struct batch *b, bool seal)
{
	struct ccm_item *m = calloc(b->n + 1, sizeof(*m));

	if (m == NULL)
		plain_failed("out of memory");
	for (size_t i = 0; i < b->n; i++) {
		size_t n = b->text[i].n, room = n + (seal ? 16 : 0);
		uint8_t *to = calloc(1, room + 1);

		if (to == NULL)
			plain_failed("out of memory");
		m[i] = (struct ccm_item){
		    key_of(b, i), b->e[i].b, b->text[i], to + 1};
		if (b->in_place && n > 0) {
			memcpy(to + 1, b->text[i].p, n);
			m[i].in.p = to + 1;
		}
	}
	return m;
}

static void
items_free(struct ccm_item *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(m[i].out - 1);
	free(m);
}

static enum fault
seal_run(const struct batch *b, void *out, bool *ok)
{
	struct ccm_item *m = items_new(b, true);
	uint8_t *to = out;

	ccm_seal(m, b->n);
	for (size_t i = 0; i < b->n; i++)
		plain_sha256(
		    to + 32 * i, (struct bytes){m[i].out, b->text[i].n + 16});
	items_free(m, b->n);
	return batch_good(b, ok);
}

static bool
seal_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	size_t n = b->text[i].n + 16;
	uint8_t *sealed = malloc(n), h[32];

	if (sealed == NULL)
		plain_failed("out of memory");
	plain_ccm_seal(sealed, key_of(b, i), b->e[i].b, b->text[i]);
	plain_sha256(h, (struct bytes){sealed, n});
	free(sealed);
	return same(out, ok, h, sizeof(h), true);
}

/* What was not opened has left nothing behind. */
static bool
wiped(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static enum fault
open_run(const struct batch *b, void *out, bool *ok)
{
	struct ccm_item *m = items_new(b, false);
	bool *opened = calloc(b->n + 1, sizeof(*opened));
	uint8_t *to = out;
	enum fault f;

	if (opened == NULL)
		plain_failed("out of memory");
	f = ccm_open(m, opened, b->n);
	for (size_t i = 0; i < b->n; i++, to += 32) {
		size_t n = b->text[i].n < 16 ? 0 : b->text[i].n - 16;

		if (opened[i])
			plain_sha256(to, (struct bytes){m[i].out, n});
		else
			memset(to, wiped(m[i].out, n) ? 0 : 0xff, 32);
	}
	if (ok != NULL)
		memcpy(ok, opened, b->n * sizeof(*ok));
	free(opened);
	items_free(m, b->n);
	return f;
}

static bool
open_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	size_t n = b->text[i].n;
	uint8_t *opened = malloc(n + 1), h[32];
	bool good;

	if (opened == NULL)
		plain_failed("out of memory");
	good = plain_ccm_open(opened, key_of(b, i), b->e[i].b, b->text[i]);
	if (good)
		plain_sha256(h, (struct bytes){opened, n - 16});
	free(opened);
	return same(out, ok, h, sizeof(h), good);
}

/*
 * Linkage
 */

#define STEPS_MAX 5
#define J_MAX	  24

static void
seeds_fill(struct batch *b, struct stream *s)
{
	stream_octets(s, b->la_id, sizeof(b->la_id));
	stream_octets(s, &b->j, sizeof(b->j));
	b->j_n = 1 + stream_below(s, 2 * J_MAX);
	b->j_n = b->j_n > J_MAX ? 20 : b->j_n;
	if (stream_below(s, 2) == 0)
		b->j = 0;
	for (size_t i = 0; i < b->n; i++)
		stream_octets(s, b->key[i].b, 16);
}

static void
plain_step(uint8_t out[16], const struct batch *b, const uint8_t seed[16])
{
	uint8_t in[32] = {b->la_id[0], b->la_id[1]}, h[32];

	memcpy(in + 2, seed, 16);
	plain_sha256(h, BYTES(in));
	memcpy(out, h, 16);
}

static enum fault
step_run(const struct batch *b, void *out, bool *ok)
{
	if (b->in_place)
		memcpy(out, b->key, b->n * sizeof(b->key[0]));
	linkage_step(out, b->la_id, b->in_place ? out : b->key, b->n);
	return batch_good(b, ok);
}

static bool
step_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	uint8_t x[16];

	plain_step(x, b, b->key[i].b);
	return same(out, ok, x, sizeof(x), true);
}

static enum fault
chains_run(const struct batch *b, void *out, bool *ok)
{
	linkage_chains(out, b->la_id, b->key, b->n, STEPS_MAX);
	return batch_good(b, ok);
}

static bool
chains_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	uint8_t x[16 * STEPS_MAX];

	plain_step(x, b, b->key[i].b);
	for (size_t t = 1; t < STEPS_MAX; t++)
		plain_step(x + 16 * t, b, x + 16 * (t - 1));
	return same(out, ok, x, sizeof(x), true);
}

static enum fault
plv_run(const struct batch *b, void *out, bool *ok)
{
	struct lv *all = calloc(b->n * b->j_n + 1, sizeof(*all));
	struct lv *to = out;

	if (all == NULL)
		plain_failed("out of memory");
	linkage_plv(all, b->la_id, b->key, b->n, b->j, b->j_n);
	memset(out, 0, b->n * J_MAX * sizeof(*all));
	for (size_t i = 0; i < b->n; i++)
		memcpy(to + i * J_MAX, all + i * b->j_n, b->j_n * sizeof(*all));
	free(all);
	return batch_good(b, ok);
}

static bool
plv_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct lv x[J_MAX] = {0};

	for (size_t t = 0; t < b->j_n; t++) {
		uint32_t j = (uint32_t)(b->j + t);
		uint8_t y[16],
		    in[16] = {b->la_id[0], b->la_id[1], (uint8_t)(j >> 24),
			(uint8_t)(j >> 16), (uint8_t)(j >> 8), (uint8_t)j};

		plain_aes(y, b->key[i].b, in);
		for (size_t o = 0; o < sizeof(x[t].b); o++)
			x[t].b[o] = y[o] ^ in[o];
	}
	return same(out, ok, x, sizeof(x), true);
}

const struct operation operations_symmetric[] = {
    {"sha256", 32, "t", text_fill, sha256_run, sha256_right},
    {"sha256_to_sign", 32, "t", text_fill, to_sign_run, to_sign_right},
    {"hmac", 32, "tT", text_fill, hmac_run, hmac_right},
    {"kdf2", KDF_MAX, "t", kdf2_fill, kdf2_run, kdf2_right},
    {"aes_blocks", 32, "k", blocks_fill, blocks_run, blocks_right},
    {"ccm_seal", 32, "tKe", seal_fill, seal_run, seal_right},
    {"ccm_open", 32, "tKe", open_fill, open_run, open_right},
    {"linkage_step", 16, "K", seeds_fill, step_run, step_right},
    {"linkage_chains", 16 * STEPS_MAX, "K", seeds_fill, chains_run,
	chains_right},
    {"linkage_plv", 9 * J_MAX, "K", seeds_fill, plv_run, plv_right},
};
const size_t operations_symmetric_n =
    sizeof(operations_symmetric) / sizeof(operations_symmetric[0]);
