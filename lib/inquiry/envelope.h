/*
 * envelope.h - how a question and its answer travel: SignedData (psid 35, no
 * generationTime, signer by digest) over ScmsPDU, encrypted to the certificate
 * of the receiver.
 */
#ifndef INQUIRY_ENVELOPE_H
#define INQUIRY_ENVELOPE_H

#include "cert/perm.h"
#include "crypto/hash.h"
#include "keys/component.h"

typedef struct scms_pdu scms_pdu;

/* Two components, as one of them sees it. */
struct envelope_ends {
	const struct component *self;
	const char *folder; /* of self; known/ is read for each message */
	const char *peer;   /* host name */
	enum scms_role role;
};

/* hash (may be NULL): requestHash of the ScmsPDU.  NO_CERTIFICATE: of the peer
 * in known/; those of the signer, TOO_LARGE. */
enum fault must_check envelope_seal(struct bytes *out, uint8_t hash[8],
    struct arena *, const struct envelope_ends *, const scms_pdu *,
    struct fault_info *);

struct envelope {
	const scms_pdu *pdu;
	uint8_t hash[8]; /* requestHash: last octets of SHA-256 of ScmsPDU */
	/* Tells the message: SHA-256 of what is signed and of the x of r, so
	 * that neither -s nor another form of r makes it a new one. */
	struct digest seen;
};
/*
 * Decrypts with our present key or a former one, and verifies: the signer has
 * the peer's name and role and a chain that holds now.  Faults: those of
 * spdu_decrypt, spdu_open and coer_decode; DENIED, SSP_NOT_PERMITTED: signed by
 * somebody else; NO_CERTIFICATE.
 */
enum fault must_check envelope_open(struct envelope *out, struct arena *,
    const struct envelope_ends *, struct bytes in, struct fault_info *);

#endif /* INQUIRY_ENVELOPE_H */
