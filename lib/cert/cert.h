/*
 * cert.h - one certificate, decoded, with all that is derived from it.
 *
 * Certificates are compared, named and signed over in canonical form (IEEE
 * 1609.2-2022, "Canonicalization"): points compressed, r of the signature
 * x-only.  `raw` is what was received and is what is sent on; `canonical` is
 * what is hashed, and is nearly always the same octets.
 *
 * A struct cert and all it points to live in the arena that it was loaded
 * into.  cert_load checks form and curve points; nothing is authenticated
 * until trust_check_chain (trust.h) has said so and filled `issuer` and, for
 * an implicit certificate, `key`.
 */
#ifndef CERT_CERT_H
#define CERT_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "crypto/curve.h"
#include "crypto/hash.h"
#include "crypto/p256.h"

typedef struct certificate certificate;
typedef struct to_be_signed_certificate to_be_signed_certificate;

#define CERT_ID_SIZE 8
/* Certificates above a leaf, root included (CHAIN_TOO_LONG beyond). */
#define CERT_CHAIN_MAX 8

struct cert {
	const certificate *c;		     /* as received */
	const to_be_signed_certificate *tbs; /* &c->to_be_signed */
	struct bytes raw;
	struct bytes canonical;	    /* of the whole certificate */
	struct bytes canonical_tbs; /* of toBeSigned: what is signed */

	/* Whole-certificate hash: SHA-256, or SHA-384 when the verification
	 * key is on a 384-bit curve (1609.2 5.3.9.2). */
	uint8_t hash[SHA384_SIZE];
	size_t hash_n;		  /* 32 or 48 */
	uint8_t id[CERT_ID_SIZE]; /* HashedId8 */

	bool implicit;
	bool self_issued;    /* issuer is "self" */
	uint32_t start, end; /* valid: start <= t < end */

	/* Verification key.  Explicit: from cert_load on.  Implicit: once the
	 * chain was checked or cert_resolve was called. */
	bool has_key;
	struct curve_point key; /* uncompressed */
	struct point key_p256;	/* if key.curve is CURVE_P256 */

	/* Encryption key, uncompressed, where there is one. */
	bool has_encryption_key;
	struct curve_point encryption_key;

	const struct cert *issuer; /* once checked; NULL: self */
};

/*
 * Decodes and derives; raw is copied into the arena.  Checks version 3
 * (BAD_VERSION), type against signature, verifyKeyIndicator and issuer
 * (BAD_CERTIFICATE_TYPE), curve of issuer "self" against the key's
 * (CURVE_MISMATCH, HASH_MISMATCH), that keys are points (BAD_POINT) and of
 * algorithms supported here (UNSUPPORTED; SM2 is not).  Other faults: those
 * of coer_decode; TOO_LARGE: arena used up.
 */
enum fault must_check cert_load(
    struct cert **out, struct arena *, struct bytes raw, struct fault_info *);
/* The same of a decoded certificate, as found inside a message: c must come
 * from coer_decode and outlive *out (it is not copied). */
enum fault must_check cert_of(struct cert **out, struct arena *,
    const certificate *c, struct fault_info *);

/*
 * Computes the keys Q_U of n implicit certificates of one issuer, whose key
 * must be known (ECQV, crypto-facts 3); explicit ones and those that have a
 * key already are left alone.  Sets key and issuer, which authenticates
 * nothing by itself.  verdict[i] (may be NULL): BAD_POINT, CURVE_MISMATCH,
 * UNKNOWN_ISSUER (the issuer identifier names another certificate).
 * Returns FAULT_OK when all have a key, else the first verdict that is not.
 */
enum fault must_check cert_resolve(struct cert *const *, size_t n,
    const struct cert *issuer, enum fault *verdict);

/* e of an ECQV certificate with this issuer: what the device multiplies its
 * k_u with (crypto/ecqv.h).  SHA-256(SHA-256(tbs) || hash of issuer). */
void cert_ecqv_hash(
    struct digest *e, const struct cert *, const struct cert *issuer);

/*
 * FAULT_OK if issuer made cert: issuer identifier, then the signature of an
 * explicit certificate (issuer == cert for a self-signed one); an implicit
 * one is resolved.  UNKNOWN_ISSUER, CURVE_MISMATCH, BAD_SIGNATURE, BAD_POINT.
 * No other check; see trust.h for those.
 */
enum fault must_check cert_check_issued(
    struct cert *, const struct cert *issuer, struct fault_info *);

/* Does the issuer field of cert name this certificate? */
bool cert_names_issuer(const struct cert *, const struct cert *issuer);
/* The HashedId8 in the issuer field; NULL for "self". */
const uint8_t *cert_issuer_id(const struct cert *);
/* id.name as a string in arena memory, control characters as '?', or a text
 * such as "linkage data i=400", "binary 01", "none". */
const char *cert_name(struct arena *, const struct cert *);

/* ---- canonical form --------------------------------------------------- */

/*
 * Canonical octets of an encoded certificate.  Where the encoding is canonical
 * already *out is raw itself.  raw must decode.
 */
enum fault must_check cert_canonical(
    struct bytes *out, struct arena *, struct bytes raw, struct fault_info *);
/* Canonical octets of a decoded ToBeSignedCertificate (its raw where that is
 * canonical). */
enum fault must_check cert_canonical_tbs(struct bytes *out, struct arena *,
    const to_be_signed_certificate *, struct fault_info *);
/* HashedId8 of any encoded object as IEEE defines it, by SHA-256 of the
 * octets as given (requestHash, file names, RIF). */
static inline void
cert_id8(uint8_t out[CERT_ID_SIZE], struct bytes in)
{
	sha256_id(out, CERT_ID_SIZE, in);
}

#endif /* CERT_CERT_H */
