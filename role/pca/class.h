/*
 * class.h - a kind of pseudonym certificate: what all certificates of one
 * PSID/SSP set and region have in common, as octets in which the rest is
 * patched.
 *
 * The octets come from the general encoder, which encodes one certificate and
 * one reply with marks where the changing fields are (mark.h).  So nothing
 * here knows the layout.  Requests for the class have a template too, by which
 * they are taken apart (request.h).
 */
#ifndef PCA_CLASS_H
#define PCA_CLASS_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "role/pca/request.h"
#include "service/environment.h"

#define CLASS_PLAIN_MAX 512
#define CLASS_REPLY_MAX 1024
#define CLASS_KEY_MAX	64

/* The decrypted part: unsecuredData of PlaintextCertificateResponse. */
struct plain_template {
	uint8_t octets[CLASS_PLAIN_MAX];
	size_t n;
	size_t certificate, certificate_n;
	size_t tbs, tbs_n; /* toBeSigned */
	size_t i, lv, start;
	size_t point; /* tag and x, 33 octets */
	size_t r;     /* private key reconstruction */
};

/* ScmsPDU.pca-ra.pcaRaCertResponse.success.signed-encrypted. */
struct reply_template {
	uint8_t octets[CLASS_REPLY_MAX];
	size_t n;
	size_t request_hash;
	size_t response, response_n; /* what the device gets */
	size_t tbs, tbs_n;	     /* tbsData */
	size_t expiration;
	size_t recipient, v, c, t; /* v: tag and x */
	size_t nonce, ciphertext;
	size_t signature_r, signature_s;
};

/* PublicEncryptionKey of a response key. */
struct key_template {
	uint8_t octets[CLASS_KEY_MAX];
	size_t n, point;
};

struct cert_class {
	uint32_t lifetime; /* seconds */
	struct plain_template plain;
	struct reply_template reply;
	struct key_template key;
	struct request_template request;
};

/*
 * The class that the environment permits: its PSIDs, each with an empty
 * opaque SSP, and its countries.  FAULT_CONFIG: our own certificate does not
 * permit it.  Of names, the names are used, and must last.  Memory is in the
 * arena.
 */
enum fault must_check class_make(struct cert_class *, struct arena *,
    const struct environment *, const struct cert *pca,
    const struct request_form *names, const uint8_t craca_id[3],
    struct fault_info *);

#endif /* PCA_CLASS_H */
