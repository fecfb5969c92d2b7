/*
 * aes.h - AES-128: CCM as IEEE 1609.2 5.3.8 uses it, and bare blocks for key
 * expansion and linkage values.
 *
 * Any thread may call anything.  Batches are worth it: side by side, sixteen
 * short messages take little longer than one.
 */
#ifndef CRYPTO_AES_H
#define CRYPTO_AES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"

#define CCM_NONCE_SIZE 12
#define CCM_TAG_SIZE   16
#define CCM_MAX	       ((1u << 24) - 1) /* the counter has 3 octets */

/* Sixteen secret octets: an AES key, an expansion key, a linkage seed. */
struct key16 {
	uint8_t b[16];
};

/*
 * One message to seal or open.  out takes in.n + CCM_TAG_SIZE octets when
 * sealing (ciphertext, tag), in.n - CCM_TAG_SIZE when opening; it may be in.p,
 * but overlap in no other way.  There is no associated data.  The items of a
 * batch are worked on in any order, so none may need what another gives.
 */
struct ccm_item {
	const uint8_t *key;   /* 16 octets */
	const uint8_t *nonce; /* 12 octets, never twice with a key */
	struct bytes in;
	uint8_t *out;
};

/* in.n is at most CCM_MAX (asserted). */
void ccm_seal(const struct ccm_item *, size_t n);
/* ok[i] (ok may be NULL) says which tags matched; where one did not, out is
 * wiped.  FAULT_OK when all matched; else FAULT_TRUNCATED (no room for a tag),
 * FAULT_TOO_LARGE or FAULT_BAD_TAG, of the first that did not. */
enum fault must_check ccm_open(const struct ccm_item *, bool *ok, size_t n);

/* Encrypts blocks of 16 octets, each for itself, under one key.
 * out may be in. */
void aes_blocks(
    uint8_t *out, const struct key16 *, const uint8_t *in, size_t blocks);

#endif /* CRYPTO_AES_H */
