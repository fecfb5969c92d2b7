/*
 * sign.h - who signs: the one interface between keys and what is signed.
 *
 * A signer hands out signatures over digests and never its key, so that it may
 * be a file (keys/key.h), an HSM or another process.  Digests come in arrays,
 * because a batch of signatures costs far less than as many single ones.
 */
#ifndef CERT_SIGN_H
#define CERT_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "cert/cert.h"
#include "crypto/curve.h"
#include "crypto/ecdsa.h"

struct signer {
	/* Signing certificate; NULL: no certificate yet (signer "self"). */
	const struct cert *cert;
	struct curve_point public; /* of the key; has the curve */
	/* P-256 only: n signatures at once, r x-only. */
	enum fault (*sign)(void *ctx, struct p256_signature *out,
	    const struct digest *, size_t n, struct fault_info *);
	/* Any curve: one signature over a hash of 32 or 48 octets. */
	enum fault (*sign_any)(void *ctx, struct curve_signature *out,
	    const uint8_t *hash, size_t hash_n, struct fault_info *);
	void *ctx;
};

/* A signer that uses a P-256 scalar in memory: what a device does with a key
 * that was derived a moment ago.  *out borrows d, which must outlive it.
 * FAULT_BAD_SCALAR; FAULT_KEY_MISMATCH: cert (may be NULL) has another key. */
enum fault must_check signer_of_scalar(struct signer *out,
    const struct scalar *d, const struct cert *cert, struct fault_info *);

/* How a message names who signed it: the HashedId8 of the certificate, the
 * certificate itself, or not at all. */
enum signer_form { SIGNER_DIGEST, SIGNER_CERTIFICATE, SIGNER_SELF };

/* The encoded Signature (1609.2 6.3.28), 66 octets for P-256. */
#define SIGNATURE_SIZE_P256 66
#define SIGNATURE_SIZE_MAX  100

#endif /* CERT_SIGN_H */
