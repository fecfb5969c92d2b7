/*
 * aes128.h - AES-128 (FIPS 197) of sixteen blocks at a time, each lane under
 * a key of its own.
 *
 * A unit of four registers is worked on at once: one round of one register
 * waits for the round before, and the others fill that time.
 */
#ifndef CRYPTO_LANES_AES128_H
#define CRYPTO_LANES_AES128_H

#include "crypto/lanes/vecaes.h"

#define AES_ROUNDS 10
#define QUADS	   4 /* registers worked on at once */
#define QUAD_LANES (QUADS * LANES128)

/* Round keys: [round][register]. */
struct quad_keys {
	v4 k[AES_ROUNDS + 1][QUADS];
};

/* The round keys of regs registers, from the keys in k[0]. */
lane_heavy void
quad_keys_expand(struct quad_keys *key, size_t regs)
{
	static const uint8_t constant[AES_ROUNDS] = {
	    0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36};
	v4 k[QUADS];

	UNROLL(4)
	for (size_t r = 0; r < regs; r++)
		k[r] = key->k[0][r];
	for (size_t i = 0; i < AES_ROUNDS; i++) {
		v4 c = v4_set_word(constant[i]);

		UNROLL(4)
		for (size_t r = 0; r < regs; r++) {
			/* All columns are alike: shifting rows does nothing. */
			v4 t = v4_round_last(v4_last_word_rotated(k[r]), c);

			k[r] = v4_xor(k[r], v4_octets_up(k[r], 4));
			k[r] = v4_xor(k[r], v4_octets_up(k[r], 8));
			k[r] = v4_xor(k[r], t);
			key->k[i + 1][r] = k[r];
		}
	}
}

/* Encrypts x[stream][register], all streams of a register under its keys. */
lane_heavy void
quad_encrypt(
    v4 x[][QUADS], size_t streams, const struct quad_keys *key, size_t regs)
{
	UNROLL(4)
	for (size_t r = 0; r < regs; r++) {
		UNROLL(4)
		for (size_t s = 0; s < streams; s++)
			x[s][r] = v4_xor(x[s][r], key->k[0][r]);
	}
	UNROLL(9)
	for (size_t i = 1; i < AES_ROUNDS; i++) {
		UNROLL(4)
		for (size_t r = 0; r < regs; r++) {
			UNROLL(4)
			for (size_t s = 0; s < streams; s++)
				x[s][r] = v4_round(x[s][r], key->k[i][r]);
		}
	}
	UNROLL(4)
	for (size_t r = 0; r < regs; r++) {
		UNROLL(4)
		for (size_t s = 0; s < streams; s++)
			x[s][r] = v4_round_last(x[s][r], key->k[AES_ROUNDS][r]);
	}
}

#endif /* CRYPTO_LANES_AES128_H */
