/*
 * ecies.h - ECIES of IEEE 1609.2 5.3.5.1: wraps a 16-octet AES key.
 *
 *	V = v*G, S = v*recipient, K1 || K2 = KDF2(x of S, P1, 16 + 32)
 *	C = key xor K1, T = first half of HMAC-SHA-256(K2, C)
 *
 * P1 binds the key to its purpose: the whole-certificate hash of the
 * recipient (certRecipInfo), the hash of the message that brought the
 * response key (signedDataRecipInfo), sha256_of_nothing (rekRecipInfo).
 *
 * Arrays, ok[] and results as p256.h says.
 */
#ifndef CRYPTO_ECIES_H
#define CRYPTO_ECIES_H

#include "crypto/aes.h"
#include "crypto/curve.h"
#include "crypto/p256.h"

/* EciesP256EncryptedKey. */
struct ecies {
	struct compressed v;
	uint8_t c[16], t[16];
};

/* Wraps key[i] for to[i]; one P1 for all.  FAULT_BAD_POINT: to[i]. */
enum fault must_check ecies_encrypt(struct ecies *out, const struct point *to,
    const struct key16 *key, const uint8_t p1[32], bool *ok, size_t n);
/* Unwraps in[i] with the private key d[i].  FAULT_BAD_POINT (V),
 * FAULT_BAD_SCALAR (d), FAULT_BAD_TAG: not for this key and P1, or changed. */
enum fault must_check ecies_decrypt(struct key16 *out, const struct ecies *in,
    const struct scalar *d, const uint8_t p1[32], bool *ok, size_t n);

/* One key, for P-256 or brainpoolP256r1 (else FAULT_UNSUPPORTED), V in any
 * form that has a y; encryption gives it compressed. */
struct curve_ecies {
	struct curve_point v;
	uint8_t c[16], t[16];
};
enum fault must_check curve_ecies_encrypt(struct curve_ecies *out,
    const struct curve_point *to, const struct key16 *key, const uint8_t p1[32],
    struct fault_info *);
enum fault must_check curve_ecies_decrypt(struct key16 *out,
    const struct curve_ecies *, const uint8_t d[32], const uint8_t p1[32],
    struct fault_info *);

#endif /* CRYPTO_ECIES_H */
