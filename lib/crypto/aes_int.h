/*
 * aes_int.h - AES blocks under many keys in a row (private to lib/crypto).
 */
#ifndef CRYPTO_AES_INT_H
#define CRYPTO_AES_INT_H

#include "crypto/aes.h"

/* out = AES_key(block) xor block (Davies-Meyer); out may not be in.  The key
 * schedule stays behind until aes_forget(). */
void aes_feed_forward(
    uint8_t *out, const struct key16 *key, const uint8_t *in, size_t blocks);
void aes_forget(void);

#endif /* CRYPTO_AES_INT_H */
