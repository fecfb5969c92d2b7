/*
 * sha256.c - SHA-256 and HMAC of sixteen messages side by side (FIPS 180-4,
 * RFC 2104).
 *
 * Messages of equally many blocks go together, one per lane.  Chained hashes
 * (what ECDSA signs, HMAC) stay in the registers from the first block to the
 * last.
 */
#include "crypto/hash.h"
#include "crypto/lanes/groups.h"
#include "crypto/lanes/symmetric.h"
#include "crypto/lanes/vec32.h"

#define FEW   3 /* fewer messages than this are faster one by one */
#define BLOCK 64

/* clang-format off */
static const uint32_t K[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static const uint32_t IV[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};
/* clang-format on */

/* ---- the compression function ---- */

#define SIGMA(x, a, b, c)                                        \
	v16_xor3(v16_rotate_right(x, a), v16_rotate_right(x, b), \
	    v16_rotate_right(x, c))
#define SMALL_SIGMA(x, a, b, c)                                  \
	v16_xor3(v16_rotate_right(x, a), v16_rotate_right(x, b), \
	    v16_shift_right(x, c))

/* Sixteen rounds; expand: first w[i] becomes the word of sixteen rounds on.
 * The eight variables do not move, they are named in turn. */
lane_heavy void
rounds(v16 s[8], v16 w[16], const uint32_t k[16], bool expand)
{
#define S(variable) s[(8 + (variable)-i % 8) % 8]
	UNROLL(16)
	for (size_t i = 0; i < 16; i++) {
		v16 t;

		if (expand) {
			v16 x = w[(i + 1) % 16], y = w[(i + 14) % 16];

			w[i] = v16_add(v16_add(w[i], w[(i + 9) % 16]),
			    v16_add(SMALL_SIGMA(x, 7, 18, 3),
				SMALL_SIGMA(y, 17, 19, 10)));
		}
		t = v16_add(v16_add(S(7), v16_add(w[i], v16_set(k[i]))),
		    v16_add(
			SIGMA(S(4), 6, 11, 25), v16_choose(S(4), S(5), S(6))));
		S(3) = v16_add(S(3), t);
		S(7) = v16_add(t, v16_add(SIGMA(S(0), 2, 13, 22),
				      v16_majority(S(0), S(1), S(2))));
	}
#undef S
}

/* Takes one block into the state. */
static __attribute__((noinline)) void
compress(v16 h[8], const v16 block[16])
{
	v16 s[8], w[16];

	memcpy(s, h, sizeof(s));
	memcpy(w, block, sizeof(w));
	rounds(s, w, K, false);
	for (size_t t = 16; t < 64; t += 16)
		rounds(s, w, K + t, true);
	UNROLL(8)
	for (size_t i = 0; i < 8; i++)
		h[i] = v16_add(h[i], s[i]);
}

static inline void
begin(v16 h[8])
{
	UNROLL(8)
	for (size_t i = 0; i < 8; i++)
		h[i] = v16_set(IV[i]);
}

lane_heavy void
compress_octets(v16 h[8], const uint8_t *const p[LANES32])
{
	v16 w[16];

	v16_load_words(w, p);
	compress(h, w);
}

/* ---- whole messages ---- */

/* What a call works with; everything in it is wiped at its end. */
struct work {
	struct bytes message[LANES32];
	/* The last one or two blocks of each message, with the padding; and
	 * the keys of HMAC. */
	uint8_t block[LANES32][2 * BLOCK];
	v16 h[8];
};

static size_t
blocks_of(size_t octets)
{
	return octets / BLOCK + (octets % BLOCK < BLOCK - 8 ? 1 : 2);
}

/* The last blocks of a message: what is left of it, 80 00 .. 00, and its
 * length in bits. */
static void
pad(uint8_t *out, size_t blocks, const uint8_t *p, size_t n, uint64_t bits)
{
	if (n < BLOCK) {
		copy_padded64(out, p, n);
		memset(out + BLOCK, 0, BLOCK);
	} else {
		memcpy(out, p, BLOCK);
		copy_padded64(out + BLOCK, p + BLOCK, n - BLOCK);
	}
	out[n] = 0x80;
	bits = __builtin_bswap64(bits);
	memcpy(out + blocks * BLOCK - 8, &bits, 8);
}

/* Takes the messages in work, of equally many blocks, into its state, which
 * some octets have gone into before. */
static void
absorb(struct work *k, size_t blocks, size_t before)
{
	size_t whole = blocks < 2 ? 0 : blocks - 2; /* read where they are */
	const uint8_t *p[LANES32];

	for (size_t b = 0; b < whole; b++) {
		for (size_t i = 0; i < LANES32; i++)
			p[i] = k->message[i].p + b * BLOCK;
		compress_octets(k->h, p);
	}
	for (size_t i = 0; i < LANES32; i++) {
		struct bytes m = k->message[i];

		p[i] = k->block[i];
		pad(k->block[i], blocks - whole,
		    whole == 0 ? m.p : m.p + whole * BLOCK, m.n - whole * BLOCK,
		    8 * (uint64_t)(before + m.n));
	}
	compress_octets(k->h, p);
	if (blocks == 1)
		return;
	for (size_t i = 0; i < LANES32; i++)
		p[i] += BLOCK;
	compress_octets(k->h, p);
}

/* ---- batches ---- */

struct batch {
	struct digest *out;
	const struct bytes *in, *key;
	const uint8_t *signer;
};

/* Hashes the elements which[0..15] of equally many blocks. */
typedef void sixteen(struct work *, const struct batch *,
    const uint16_t which[LANES32], size_t blocks);
/* Hashes one element. */
typedef void single(const struct batch *, size_t i);

static void
put_digests(
    const struct work *k, const struct batch *b, const uint16_t which[LANES32])
{
	uint8_t *to[LANES32];

	for (size_t i = 0; i < LANES32; i++)
		to[i] = b->out[which[i]].b;
	v16_store_words(to, k->h);
}

/* Elements of equally many blocks.  Lanes without an element repeat one, and
 * write the same where that writes. */
static void
run_equal(struct work *k, const struct batch *b, const uint16_t *order,
    size_t n, size_t blocks, sixteen *many, single *one)
{
	uint16_t which[LANES32];

	for (size_t t = 0, m; t < n; t += m) {
		m = n - t < LANES32 ? n - t : LANES32;
		if (m < FEW) {
			for (size_t i = 0; i < m; i++)
				one(b, order[t + i]);
			continue;
		}
		for (size_t i = 0; i < LANES32; i++) {
			which[i] = order[t + (i < m ? i : 0)];
			k->message[i] = b->in[which[i]];
		}
		many(k, b, which, blocks);
	}
}

/* At most GROUPS_WINDOW elements. */
static __attribute__((noinline)) void
run_window(
    struct work *k, const struct batch *b, size_t n, sixteen *many, single *one)
{
	struct groups g;

	for (size_t i = 0; i < n; i++)
		g.steps[i] = groups_clamp(b->key != NULL && b->key[i].n > BLOCK
					      ? SIZE_MAX
					      : blocks_of(b->in[i].n));
	groups_sort(&g, n);
	for (size_t s = g.least; s <= g.most; s++)
		run_equal(k, b, g.order + g.begin[s],
		    g.begin[s + 1] - g.begin[s], s, many, one);
	for (size_t t = g.begin[GROUPS_OVER]; t < n; t++)
		one(b, g.order[t]);
}

static void
run_all(struct batch b, size_t n, sixteen *many, single *one)
{
	struct work k;

	for (size_t i = 0, m; i < n; i += m) {
		m = groups_window(n, i);
		run_window(&k, &b, m, many, one);
		b.out += m;
		b.in += m;
		if (b.key != NULL)
			b.key += m;
	}
	wipe(&k, sizeof(k));
	lanes_forget();
}

static void
run(struct batch b, size_t n, sixteen *many, single *one)
{
	if (n >= FEW)
		run_all(b, n, many, one);
	else
		for (size_t i = 0; i < n; i++)
			one(&b, i);
}

/* SHA-256 */

static void
hash_sixteen(struct work *k, const struct batch *b,
    const uint16_t which[LANES32], size_t blocks)
{
	begin(k->h);
	absorb(k, blocks, 0);
	put_digests(k, b, which);
}

static void
hash_single(const struct batch *b, size_t i)
{
	vec_leave();
	sha256(b->out[i].b, b->in[i]);
}

void
LANES(sha256)(struct digest *out, const struct bytes *in, size_t n)
{
	run((struct batch){.out = out, .in = in}, n, hash_sixteen, hash_single);
}

/* SHA-256(SHA-256(data) || signer) */

static void
to_sign_sixteen(struct work *k, const struct batch *b,
    const uint16_t which[LANES32], size_t blocks)
{
	v16 w[16];

	begin(k->h);
	absorb(k, blocks, 0);
	memcpy(w, k->h, sizeof(k->h));
	for (size_t t = 0; t < 8; t++) {
		const uint8_t *p = b->signer + 4 * t;

		w[8 + t] = v16_set((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
				   (uint32_t)p[2] << 8 | p[3]);
	}
	begin(k->h);
	compress(k->h, w);
	for (size_t t = 0; t < 16; t++)
		w[t] = v16_set(t == 0 ? 0x80000000 : t == 15 ? 8 * BLOCK : 0);
	compress(k->h, w);
	put_digests(k, b, which);
}

static void
to_sign_single(const struct batch *b, size_t i)
{
	vec_leave();
	portable_symmetric.sha256_to_sign(&b->out[i], &b->in[i], b->signer, 1);
}

void
LANES(sha256_to_sign)(struct digest *out, const struct bytes *data,
    const uint8_t signer[SHA256_SIZE], size_t n)
{
	run((struct batch){.out = out, .in = data, .signer = signer}, n,
	    to_sign_sixteen, to_sign_single);
}

/* HMAC */

/* Takes the keys, each octet xored with x, into a new state. */
static void
absorb_keys(struct work *k, const struct batch *b,
    const uint16_t which[LANES32], uint8_t x)
{
	const uint8_t *p[LANES32];

	for (size_t i = 0; i < LANES32; i++) {
		struct bytes key = b->key[which[i]];

		copy_padded64(k->block[i], key.p, key.n);
		for (size_t t = 0; t < BLOCK; t++)
			k->block[i][t] ^= x;
		p[i] = k->block[i];
	}
	begin(k->h);
	compress_octets(k->h, p);
}

static void
hmac_sixteen(struct work *k, const struct batch *b,
    const uint16_t which[LANES32], size_t blocks)
{
	v16 w[16];

	absorb_keys(k, b, which, 0x36);
	absorb(k, blocks, BLOCK);
	memcpy(w, k->h, sizeof(k->h));
	for (size_t t = 8; t < 16; t++)
		w[t] = v16_set(t == 8	 ? 0x80000000
			       : t == 15 ? 8 * (BLOCK + SHA256_SIZE)
					 : 0);
	absorb_keys(k, b, which, 0x5c);
	compress(k->h, w);
	put_digests(k, b, which);
}

static void
hmac_single(const struct batch *b, size_t i)
{
	vec_leave();
	hmac_sha256(b->out[i].b, b->key[i], b->in[i]);
}

void
LANES(hmac_sha256)(struct digest *out, const struct bytes *key,
    const struct bytes *message, size_t n)
{
	run((struct batch){.out = out, .in = message, .key = key}, n,
	    hmac_sixteen, hmac_single);
}
