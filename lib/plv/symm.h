/*
 * symm.h - EncryptedData for one holder of a shared key (symmRecipInfo), in
 * batches.
 *
 *	01 01 81 recipientId(8) 80 nonce(12) 20 wrapped key(16 + 16)
 *	      80 nonce(12) length ciphertext(plain + 16)
 *
 * Each message has a fresh AES key, which is wrapped under the shared key;
 * both nonces are random, never counters, because a counter would tell in
 * which order messages were made.  Hence a shared key is good for 2^32
 * messages at most.
 */
#ifndef PLV_SYMM_H
#define PLV_SYMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "crypto/aes.h"

typedef struct encrypted_data encrypted_data;

#define SYMM_ID_OCTETS	    8
#define SYMM_WRAPPED_OCTETS (16 + CCM_TAG_SIZE)
#define SYMM_PLAIN_MAX	    64
/* Octets of an EncryptedData over plain octets (at most SYMM_PLAIN_MAX). */
#define SYMM_OCTETS(plain)                                                   \
	(3 + SYMM_ID_OCTETS + 1 + CCM_NONCE_SIZE + 1 + SYMM_WRAPPED_OCTETS + \
	    1 + CCM_NONCE_SIZE + 1 + (plain) + CCM_TAG_SIZE)

/* A shared key and its recipientId: HashedId8 (80 || key), which is the COER
 * SymmetricEncryptionKey. */
struct symm_key {
	struct key16 key;
	uint8_t id[SYMM_ID_OCTETS];
};

void symm_key_make(struct symm_key *, const struct key16 *);

/* Seals n plaintexts of plain_n octets each, which stand one behind the other
 * in plain; message t goes to out + t * stride. */
void symm_seal(uint8_t *out, size_t stride, const struct symm_key *,
    const uint8_t *plain, size_t plain_n, size_t n);

/* The parts of a received EncryptedData. */
struct symm_data {
	const struct symm_key *key;	  /* NULL: none fits */
	const uint8_t *key_nonce, *nonce; /* 12 octets each */
	struct bytes wrapped, ciphertext;
};

/* Takes a decoded message apart; key stays NULL, *id points to the
 * recipientId.  False unless it is to one holder of a shared key. */
bool must_check symm_data_of(
    struct symm_data *, const uint8_t **id, const encrypted_data *);

/* Opens n messages of plain_n octets each into out, one behind the other.
 * ok[t] is false, and the plaintext zeros, where the key is missing, a length
 * is another or a tag does not match. */
void symm_open(
    uint8_t *out, size_t plain_n, const struct symm_data *, bool *ok, size_t n);

#endif /* PLV_SYMM_H */
