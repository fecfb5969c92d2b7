/*
 * key.h - private keys behind one interface: files today, an HSM later.
 *
 * What a key can do is handed out as a struct signer or a struct
 * decryption_key; nobody needs the key itself, except issuers of implicit
 * certificates (r = e*k + d, which no HSM computes): key_scalar.
 *
 * A struct key may be used by several threads at once.  It is wiped when
 * freed, and what it handed out must not be used any more then.
 *
 * File (mode 0600), all integers big endian:
 *
 *	"MKEY" 01 00 curve d Q		plain; curve as enum curve, d 32 or 48
 *					octets, Q compressed (02|03 x)
 *	"MKEY" 01 01 N r p salt(16) nonce(12) sealed
 *					under a passphrase: key = scrypt(
 *					passphrase, salt, 2^N, r, p), sealed =
 *					AES-256-GCM of the plain form, tag
 *					behind; the octets before are its
 *					associated data
 *	32 octets			a bare P-256 scalar (read only)
 */
#ifndef KEYS_KEY_H
#define KEYS_KEY_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/encrypt.h"
#include "cert/sign.h"
#include "crypto/curve.h"

struct key;

/* A fresh random key. */
struct key *key_generate(enum curve);
/* From 32 or 48 octets, which the caller wipes.  FAULT_BAD_SCALAR. */
enum fault must_check key_import(
    struct key **out, enum curve, const uint8_t *d, struct fault_info *);
void key_free(struct key *);

/* passphrase BYTES_NONE: a plain file.  NOT_FOUND, IO, KEY_MISMATCH (Q is
 * not d*G), BAD_TAG (wrong passphrase or damaged), DENIED (file is sealed and
 * there is no passphrase), BAD_MESSAGE (not a key file). */
enum fault must_check key_load(struct key **out, const char *path,
    struct bytes passphrase, struct fault_info *);
/* Refuses to overwrite: EXISTS. */
enum fault must_check key_save(const struct key *, const char *path,
    struct bytes passphrase, struct fault_info *);

/* Uncompressed; lives as long as the key. */
const struct curve_point *key_public(const struct key *);

/* Signs for cert, or for nobody yet (NULL: signer "self").
 * FAULT_KEY_MISMATCH: the certificate has another key. */
enum fault must_check key_signer(
    struct signer *out, struct key *, const struct cert *, struct fault_info *);
/* Opens what is encrypted to cert, or to the key itself as a response key
 * (NULL).  FAULT_KEY_MISMATCH, FAULT_UNSUPPORTED (curve). */
enum fault must_check key_decryption(struct decryption_key *out, struct key *,
    const struct cert *, struct fault_info *);
/* The P-256 scalar; it belongs to the key.  FAULT_UNSUPPORTED: other curve, or
 * a key that does not leave its module. */
enum fault must_check key_scalar(
    const struct scalar **out, struct key *, struct fault_info *);

#endif /* KEYS_KEY_H */
