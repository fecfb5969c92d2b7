/*
 * ccm.c - AES-CCM (NIST SP 800-38C) of sixteen messages side by side, with
 * IEEE 1609.2's nonce of 12 octets, tag of 16 and no associated data.
 *
 * Messages of equally many blocks go together, each lane with its own key,
 * nonce and length.  The chain of the MAC is what takes time; the key stream
 * of the block after next is made beside it.
 */
#include "crypto/lanes/aes128.h"
#include "crypto/lanes/groups.h"
#include "crypto/lanes/symmetric.h"

enum {
	FLAGS_COUNTER = 0x02, /* a counter of 3 octets */
	FLAGS_MAC = 0x3a,     /* the same, and a tag of 16 */
};

/* What a call works with; wiped at its end. */
struct work {
	struct quad_keys key;
	v4 counter[QUADS]; /* A_0 */
	v4 mac[QUADS];
	v4 tag_mask[QUADS]; /* AES(A_0) */
	v4 stream[QUADS];   /* AES(A_i) of the block that is next */
	const struct ccm_item *item[QUADS][LANES128];
	size_t n[QUADS][LANES128]; /* octets of plaintext */
	octets_mask last[QUADS];   /* of the last block */
};

/* B_0 = 3a nonce length, A_0 = 02 nonce 0 */
static void
first_blocks(struct work *k, v4 *b0, size_t r)
{
	uint8_t a[LANES128][16], b[LANES128][16];
	const uint8_t *from[LANES128];

	for (size_t i = 0; i < LANES128; i++) {
		size_t n = k->n[r][i];

		a[i][0] = FLAGS_COUNTER;
		memcpy(a[i] + 1, k->item[r][i]->nonce, CCM_NONCE_SIZE);
		memset(a[i] + 13, 0, 3);
		memcpy(b[i], a[i], sizeof(b[i]));
		b[i][0] = FLAGS_MAC;
		b[i][14] = (uint8_t)(n >> 8);
		b[i][15] = (uint8_t)n;
		from[i] = a[i];
	}
	k->counter[r] = v4_load(from);
	for (size_t i = 0; i < LANES128; i++)
		from[i] = b[i];
	*b0 = v4_load(from);
}

/* A_i; messages are short, so that i fits into its last octet. */
static inline v4
counter(const struct work *k, size_t r, size_t i)
{
	return v4_xor(k->counter[r], v4_set_octet(15, (uint8_t)i));
}

lane_heavy void
begin(struct work *k, size_t blocks, size_t regs)
{
	v4 x[3][QUADS];

	for (size_t r = 0; r < regs; r++) {
		const uint8_t *key[LANES128];
		size_t left[LANES128];

		for (size_t i = 0; i < LANES128; i++) {
			key[i] = k->item[r][i]->key;
			left[i] =
			    blocks == 0 ? 0 : k->n[r][i] - 16 * (blocks - 1);
		}
		k->last[r] = octets_first(left);
		k->key.k[0][r] = v4_load(key);
		first_blocks(k, &x[0][r], r);
		x[1][r] = k->counter[r];
		x[2][r] = counter(k, r, 1);
	}
	quad_keys_expand(&k->key, regs);
	quad_encrypt(x, 3, &k->key, regs);
	for (size_t r = 0; r < regs; r++) {
		k->mac[r] = x[0][r];
		k->tag_mask[r] = x[1][r];
		k->stream[r] = x[2][r];
	}
}

/* Where block b of the messages of a register is, and where it goes. */
static inline void
place(const struct work *k, size_t r, size_t b, const uint8_t *in[LANES128],
    uint8_t *out[LANES128])
{
	for (size_t i = 0; i < LANES128; i++) {
		in[i] = k->item[r][i]->in.p + 16 * b;
		out[i] = k->item[r][i]->out + 16 * b;
	}
}

/* Block b: all loads before the first store, since a lane without a message
 * repeats one and in may be out. */
lane_heavy void
cipher_block(struct work *k, size_t b, bool last, bool seal, size_t regs)
{
	const uint8_t *in[QUADS][LANES128];
	uint8_t *out[QUADS][LANES128];
	v4 x[2][QUADS], from[QUADS], to[QUADS];

	UNROLL(4)
	for (size_t r = 0; r < regs; r++) {
		place(k, r, b, in[r], out[r]);
		from[r] =
		    last ? v4_load_part(in[r], k->last[r]) : v4_load(in[r]);
		to[r] = v4_xor(from[r], k->stream[r]);
		if (last)
			to[r] = v4_keep(to[r], k->last[r]);
		x[0][r] = v4_xor(k->mac[r], seal ? from[r] : to[r]);
		x[1][r] = counter(k, r, b + 2);
	}
	UNROLL(4)
	for (size_t r = 0; r < regs; r++) {
		if (last)
			v4_store_part(out[r], to[r], k->last[r]);
		else
			v4_store(out[r], to[r]);
	}
	quad_encrypt(x, last ? 1 : 2, &k->key, regs);
	UNROLL(4)
	for (size_t r = 0; r < regs; r++) {
		k->mac[r] = x[0][r];
		if (!last)
			k->stream[r] = x[1][r];
	}
}

lane_heavy void
cipher(struct work *k, size_t blocks, bool seal, size_t regs)
{
	begin(k, blocks, regs);
	if (blocks == 0)
		return;
	for (size_t b = 0; b + 1 < blocks; b++)
		cipher_block(k, b, false, seal, regs);
	cipher_block(k, blocks - 1, true, seal, regs);
}

/* The registers that n messages need are few or all. */
static void
cipher_group(struct work *k, size_t n, size_t blocks, bool seal)
{
	if (n > LANES128 && seal)
		cipher(k, blocks, true, QUADS);
	else if (n > LANES128)
		cipher(k, blocks, false, QUADS);
	else
		cipher(k, blocks, seal, 1);
}

/* ---- batches ---- */

static size_t
plain_octets(const struct ccm_item *m, bool seal)
{
	return seal ? m->in.n : m->in.n - CCM_TAG_SIZE;
}

static void
put_items(struct work *k, const struct ccm_item *item, const uint16_t *order,
    size_t n, bool seal)
{
	for (size_t t = 0; t < QUAD_LANES; t++) {
		const struct ccm_item *m = &item[order[t < n ? t : 0]];

		k->item[t / LANES128][t % LANES128] = m;
		k->n[t / LANES128][t % LANES128] = plain_octets(m, seal);
	}
}

static void
put_tags(const struct work *k, size_t n)
{
	for (size_t r = 0; LANES128 * r < n; r++) {
		uint8_t *to[LANES128];

		for (size_t i = 0; i < LANES128; i++)
			to[i] = k->item[r][i]->out + k->n[r][i];
		v4_store(to, v4_xor(k->mac[r], k->tag_mask[r]));
	}
}

/* Which tags are as they should be.  That is no secret: the caller learns it
 * and acts on it. */
static void
check_tags(const struct work *k, bool *ok, const uint16_t *order, size_t n)
{
	uint64_t d[QUADS][LANES128];

	for (size_t r = 0; LANES128 * r < n; r++) {
		const uint8_t *tag[LANES128];

		for (size_t i = 0; i < LANES128; i++)
			tag[i] = k->item[r][i]->in.p + k->n[r][i];
		v4_differ(
		    d[r], v4_xor(k->mac[r], k->tag_mask[r]), v4_load(tag));
		ct_public(d[r], sizeof(d[r]));
	}
	for (size_t t = 0; t < n; t++)
		ok[order[t]] = d[t / LANES128][t % LANES128] == 0;
}

/* Whether the lengths suit us; the rest is for the portable engine. */
static uint8_t
steps_of(const struct ccm_item *m, bool seal)
{
	size_t n = plain_octets(m, seal);

	if (!seal && m->in.n < CCM_TAG_SIZE)
		return GROUPS_OVER;
	return groups_clamp(n / 16 + (n % 16 != 0));
}

/* Messages of equally many blocks. */
static void
run_equal(struct work *k, const struct ccm_item *item, bool *ok,
    const uint16_t *order, size_t n, size_t blocks)
{
	bool seal = ok == NULL;

	for (size_t t = 0, m; t < n; t += m) {
		m = n - t < QUAD_LANES ? n - t : QUAD_LANES;
		put_items(k, item, order + t, m, seal);
		cipher_group(k, m, blocks, seal);
		if (seal)
			put_tags(k, m);
		else
			check_tags(k, ok, order + t, m);
	}
}

/* At most GROUPS_WINDOW messages; ok is NULL when sealing. */
static __attribute__((noinline)) void
run_window(struct work *k, const struct ccm_item *item, bool *ok, size_t n)
{
	struct groups g;

	for (size_t t = 0; t < n; t++)
		g.steps[t] = steps_of(&item[t], ok == NULL);
	groups_sort(&g, n);
	for (size_t s = g.least; s <= g.most; s++)
		run_equal(k, item, ok, g.order + g.begin[s],
		    g.begin[s + 1] - g.begin[s], s);
	for (size_t t = g.begin[GROUPS_OVER]; t < n; t++) {
		size_t i = g.order[t];

		vec_leave();
		if (ok == NULL)
			portable_symmetric.ccm_seal(&item[i], 1);
		else
			(void)!portable_symmetric.ccm_open(&item[i], &ok[i], 1);
	}
}

void
LANES(ccm_seal)(const struct ccm_item *item, size_t n)
{
	struct work k;

	for (size_t i = 0; i < n; i += GROUPS_WINDOW)
		run_window(&k, item + i, NULL, groups_window(n, i));
	wipe(&k, sizeof(k));
	lanes_forget();
}

static enum fault
fault_of(const struct ccm_item *m)
{
	if (m->in.n < CCM_TAG_SIZE)
		return FAULT_TRUNCATED;
	if (m->in.n - CCM_TAG_SIZE > CCM_MAX)
		return FAULT_TOO_LARGE;
	return FAULT_BAD_TAG;
}

enum fault
LANES(ccm_open)(const struct ccm_item *item, bool *ok, size_t n)
{
	enum fault first = FAULT_OK;
	bool good[GROUPS_WINDOW];
	struct work k;

	for (size_t i = 0, m; i < n; i += m) {
		m = groups_window(n, i);
		run_window(&k, item + i, good, m);
		for (size_t t = 0; t < m; t++) {
			enum fault f =
			    good[t] ? FAULT_OK : fault_of(&item[i + t]);

			if (f == FAULT_BAD_TAG)
				wipe(item[i + t].out,
				    item[i + t].in.n - CCM_TAG_SIZE);
			if (first == FAULT_OK)
				first = f;
		}
		if (ok != NULL)
			memcpy(ok + i, good, m * sizeof(*ok));
	}
	wipe(&k, sizeof(k));
	lanes_forget();
	return first;
}
