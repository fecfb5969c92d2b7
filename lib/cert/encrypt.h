/*
 * encrypt.h - encrypted messages: Ieee1609Dot2Data with encryptedData, and
 * bare EncryptedData as CAMP uses it for PLVs and linkage chain identifiers.
 *
 * The data key is AES-128-CCM, fresh and random per message; each recipient
 * gets it wrapped.  A pre-shared key (pskRecipInfo) is the data key itself and
 * must be the only recipient.
 */
#ifndef CERT_ENCRYPT_H
#define CERT_ENCRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "crypto/aes.h"
#include "crypto/ecies.h"

/* Numbers are the tags of RecipientInfo. */
enum recipient_kind {
	RECIPIENT_PSK,	       /* pskRecipInfo: a shared key is the data key */
	RECIPIENT_SYMMETRIC,   /* symmRecipInfo: wrapped under a shared key */
	RECIPIENT_CERTIFICATE, /* certRecipInfo */
	RECIPIENT_SIGNED_DATA, /* signedDataRecipInfo: key was in a message */
	RECIPIENT_KEY,	       /* rekRecipInfo: a response encryption key */
};

struct recipient {
	enum recipient_kind kind;
	uint8_t id[CERT_ID_SIZE];
	uint8_t p1[SHA256_SIZE];
	struct curve_point key; /* the three public kinds */
	struct key16 secret;	/* the two symmetric kinds */
};

/* FAULT_UNSUPPORTED: the certificate has no encryption key. */
enum fault must_check recipient_of_cert(
    struct recipient *, const struct cert *, struct fault_info *);
/* id = HashedId8(COER PublicEncryptionKey), P1 = SHA-256(""). */
void recipient_of_key(struct recipient *, const struct curve_point *);
/* The public key in headerInfo.encryptionKey of a signed message: id and P1 are
 * of the hash of its canonical octets.  NOT_FOUND: it has none; UNSUPPORTED:
 * a symmetric one; BAD_MESSAGE: not signedData. */
enum fault must_check recipient_of_message(struct recipient *, struct arena *,
    struct bytes message, struct fault_info *);
/* kind is RECIPIENT_PSK or _SYMMETRIC; id = HashedId8(80 || key). */
void recipient_of_secret(
    struct recipient *, enum recipient_kind, const struct key16 *);
/* HashedId8(COER SymmetricEncryptionKey), the id of the above. */
void symmetric_key_id(uint8_t out[CERT_ID_SIZE], const struct key16 *);

/*
 * Encrypts plaintext, which is an encoded Ieee1609Dot2Data except where CAMP
 * says otherwise, into an Ieee1609Dot2Data{encryptedData}.
 * TOO_LARGE (arena), BAD_POINT, USAGE (psk among several recipients).
 */
enum fault must_check spdu_encrypt_to(struct bytes *out, struct arena *,
    struct bytes plaintext, const struct recipient *, size_t n,
    struct fault_info *);
/* The usual case: to the holder of a certificate. */
enum fault must_check spdu_encrypt(struct bytes *out, struct arena *,
    struct bytes plaintext, const struct cert *recipient, struct fault_info *);
/* Bare EncryptedData without protocolVersion and content tag. */
enum fault must_check encrypted_data_seal(struct bytes *out, struct arena *,
    struct bytes plaintext, const struct recipient *, size_t n,
    struct fault_info *);

/*
 * A key that can open messages.  Private keys may sit behind a function
 * (keys/key.h), or be scalars of the caller.
 */
struct decryption_key {
	enum recipient_kind kind;
	/* recipientId that is looked for; not for RECIPIENT_KEY, whose id is
	 * never used for look-up (asn1-facts 12.6). */
	uint8_t id[CERT_ID_SIZE];
	uint8_t p1[SHA256_SIZE];
	enum curve curve;
	enum fault (*unwrap)(void *ctx, struct key16 *out,
	    const struct curve_ecies *, const uint8_t p1[SHA256_SIZE],
	    struct fault_info *);
	/* The same for n wrapped keys on P-256; NULL: one by one only. */
	void (*unwrap_many)(void *ctx, struct key16 *out, const struct ecies *,
	    const uint8_t p1[SHA256_SIZE], bool *ok, size_t n);
	void *ctx;
	struct key16 secret; /* the two symmetric kinds */
};

/* What unwrap_many does where the private key is at hand. */
void unwrap_with_scalar(struct key16 *out, const struct ecies *,
    const struct scalar *, const uint8_t p1[SHA256_SIZE], bool *ok, size_t n);

/* For a P-256 scalar of the caller, which must outlive the key. cert NULL: a
 * response key (RECIPIENT_KEY). */
void decryption_key_of_scalar(
    struct decryption_key *, const struct scalar *, const struct cert *);
/* For the sender of a request with headerInfo.encryptionKey. */
enum fault must_check decryption_key_of_message(struct decryption_key *,
    struct arena *, const struct scalar *, struct bytes message,
    struct fault_info *);
void decryption_key_of_secret(
    struct decryption_key *, enum recipient_kind, const struct key16 *);

/*
 * Decrypts with the first key that fits a recipient; *out is in arena memory.
 * BAD_MESSAGE (not encryptedData), NOT_FOR_US (no recipient fits, or the
 * wrapped key does not open; no more than 16 that fit are tried), BAD_TAG (key
 * opened, contents changed), UNSUPPORTED.
 */
enum fault must_check spdu_decrypt(struct bytes *out, struct arena *,
    struct bytes in, const struct decryption_key *, size_t n,
    struct fault_info *);
enum fault must_check encrypted_data_open(struct bytes *out, struct arena *,
    struct bytes in, const struct decryption_key *, size_t n,
    struct fault_info *);
/*
 * Many messages to response keys (rekRecipInfo, one recipient), each with a
 * private key of its own: what a device downloads.  verdict[i] as above;
 * returns the first that is not FAULT_OK.
 */
enum fault must_check spdu_decrypt_batch(struct bytes *out, enum fault *verdict,
    struct arena *, const struct bytes *in, const struct scalar *d, size_t n);

/* A message to us, its plaintext, and what became of it. */
struct encrypted_spdu {
	struct arena *arena;
	struct bytes in, out;
	enum fault fault;
	struct fault_info *fi; /* may be NULL */
};
/* Many messages to one key, as spdu_decrypt does it; those whose fault is set
 * already are left alone.  What is wrapped on P-256 for one recipient, as
 * devices do it, is unwrapped as a batch. */
void spdu_decrypt_many(
    struct encrypted_spdu *, size_t n, const struct decryption_key *);

#endif /* CERT_ENCRYPT_H */
