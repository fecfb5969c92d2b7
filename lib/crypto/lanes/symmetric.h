/*
 * symmetric.h - the symmetric part of the engine in lanes (private to
 * lib/crypto): what each function does, aes.h, hash.h and engine_int.h say.
 *
 * The same source makes two engines: AVX-512 with VAES, and the emulation
 * that only tests link.
 */
#ifndef CRYPTO_LANES_SYMMETRIC_H
#define CRYPTO_LANES_SYMMETRIC_H

#include "crypto/lanes/forget.h"
#include "crypto/symmetric_int.h"

extern const struct engine_symmetric LANES(symmetric);

void LANES(sha256)(struct digest *out, const struct bytes *in, size_t n);
void LANES(sha256_to_sign)(struct digest *out, const struct bytes *data,
    const uint8_t signer[SHA256_SIZE], size_t n);
void LANES(hmac_sha256)(struct digest *out, const struct bytes *key,
    const struct bytes *message, size_t n);
void LANES(ccm_seal)(const struct ccm_item *, size_t n);
enum fault
    must_check LANES(ccm_open)(const struct ccm_item *, bool *ok, size_t n);
void LANES(feed_forward)(const struct aes_job *, size_t n, size_t blocks);

#endif /* CRYPTO_LANES_SYMMETRIC_H */
