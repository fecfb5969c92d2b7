/*
 * request.h - SignedCertificateRequest, in which end entities (and the RA
 * towards the PCA) send what they ask for:
 *
 *	03 83 length | hashId | [00] | ScmsPDU | signer | signature
 *
 * The octet 00 before the ScmsPDU is in the field with and without
 * (asn1-facts 12.1); the signature is over the octets as received.
 */
#ifndef CERT_REQUEST_H
#define CERT_REQUEST_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/sign.h"
#include "cert/spdu.h"
#include "cert/trust.h"

typedef struct scms_pdu scms_pdu;
typedef struct scms_pdu_124 scms_pdu_124;

/* Signs an encoded ScmsPDU; *out is the whole Ieee1609Dot2Data.  form is
 * SIGNER_SELF or SIGNER_CERTIFICATE. */
enum fault must_check request_sign(struct bytes *out, struct arena *,
    struct bytes pdu, bool extra_octet, enum signer_form, const struct signer *,
    struct fault_info *);

struct request {
	const scms_pdu *pdu;	     /* decoded; or, if NULL: */
	const scms_pdu_124 *pdu_124; /* in a layout of CAMP 1.2.4 */
	struct bytes pdu_octets;     /* without the extra octet */
	bool extra_octet;
	const struct cert *signer; /* NULL: self */
	struct digest digest;	   /* tells the request; replay.h */
};

/*
 * Opens a signed request and verifies it: signer "self" under the key that is
 * requested to be certified (enrollment request only), else under the
 * certificate that comes with it, whose chain is checked at now.
 * Whether signer and content go together is for the caller to say.
 * Faults: BAD_MESSAGE, those of coer_decode and trust_check_chain,
 * CURVE_MISMATCH, HASH_MISMATCH, BAD_SIGNATURE.
 */
enum fault must_check request_open(struct request *out, struct arena *,
    struct bytes in, struct trust *, uint32_t now, struct fault_info *);

#endif /* CERT_REQUEST_H */
