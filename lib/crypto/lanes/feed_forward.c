/* feed_forward.c - AES_key(x) xor x under many keys (Davies-Meyer). */
#include "crypto/lanes/aes128.h"
#include "crypto/lanes/symmetric.h"

#define AT_ONCE 8 /* blocks of a lane in the pipe */

/* The pointers of four jobs. */
struct four {
	const uint8_t *in[LANES128];
	uint8_t *out[LANES128];
};

/* n blocks of each job, from octet at on. */
lane_heavy void
encrypt_some(const struct four *p, const struct quad_keys *key, size_t r,
    size_t at, size_t n)
{
	v4 in[AT_ONCE], x[AT_ONCE];

	UNROLL(8)
	for (size_t b = 0; b < n; b++) {
		in[b] = v4_load_at(p->in, at + 16 * b);
		x[b] = v4_xor(in[b], key->k[0][r]);
	}
	UNROLL(9)
	for (size_t i = 1; i < AES_ROUNDS; i++) {
		UNROLL(8)
		for (size_t b = 0; b < n; b++)
			x[b] = v4_round(x[b], key->k[i][r]);
	}
	UNROLL(8)
	for (size_t b = 0; b < n; b++) {
		x[b] = v4_round_last(x[b], key->k[AES_ROUNDS][r]);
		v4_store_at(p->out, at + 16 * b, v4_xor(x[b], in[b]));
	}
}

/* The jobs of one register. */
static void
run_four(const struct four *jobs, const struct quad_keys *key, size_t r,
    size_t blocks)
{
	const struct four p = *jobs; /* in registers */
	size_t b = 0;

	for (; blocks - b >= AT_ONCE; b += AT_ONCE)
		encrypt_some(&p, key, r, 16 * b, AT_ONCE);
	for (; blocks - b >= 4; b += 4)
		encrypt_some(&p, key, r, 16 * b, 4);
	for (; b < blocks; b++)
		encrypt_some(&p, key, r, 16 * b, 1);
}

lane_heavy void
run(struct quad_keys *key, const struct aes_job *job, size_t n, size_t blocks,
    size_t regs)
{
	struct four p[QUADS];

	for (size_t r = 0; r < regs; r++) {
		const uint8_t *k[LANES128];

		for (size_t i = 0; i < LANES128; i++) {
			size_t t = LANES128 * r + i;
			/* Lanes without a job repeat one. */
			const struct aes_job *j = &job[t < n ? t : 0];

			k[i] = j->key;
			p[r].in[i] = j->in;
			p[r].out[i] = j->out;
		}
		key->k[0][r] = v4_load(k);
	}
	quad_keys_expand(key, regs);
	for (size_t r = 0; r < regs; r++)
		run_four(&p[r], key, r, blocks);
}

static __attribute__((noinline)) void
run_all(const struct aes_job *job, size_t n, size_t blocks)
{
	struct quad_keys key;

	for (size_t t = 0, m; t < n; t += m) {
		m = n - t < QUAD_LANES ? n - t : QUAD_LANES;
		if (m > LANES128)
			run(&key, job + t, m, blocks, QUADS);
		else
			run(&key, job + t, m, blocks, 1);
	}
	wipe(&key, sizeof(key));
}

void
LANES(feed_forward)(const struct aes_job *job, size_t n, size_t blocks)
{
	run_all(job, n, blocks);
	lanes_forget();
}
