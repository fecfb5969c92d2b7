/*
 * message.h - what simulated devices send: enrollment, provisioning and
 * download requests, many at a time, the cryptography in arrays.
 *
 * A message is a function of the seed, the device, the time, and the name of
 * the file: made again it has the same octets, which is what the ECA and the
 * RA want to see of a device whose answer was lost.
 */
#ifndef FLEET_MESSAGE_H
#define FLEET_MESSAGE_H

#include "tool/fleet/state.h"
#include "tool/fleet/world.h"

#define MESSAGES_MOST	 256 /* at a time */
#define MESSAGE_SIZE_MAX 768

enum message_kind {
	MESSAGE_ENROLLMENT,   /* SignedEeEnrollmentCertRequest */
	MESSAGE_PROVISIONING, /* SecuredPseudonymCertProvisioningRequest */
	MESSAGE_DOWNLOAD,     /* SecuredAuthenticatedDownloadRequest */
};

struct message {
	/* in */
	enum message_kind kind;
	uint32_t device, time;
	const char *filename;	     /* MESSAGE_DOWNLOAD */
	const struct record *record; /* not for MESSAGE_ENROLLMENT */
	/* out */
	size_t n;
	uint8_t octets[MESSAGE_SIZE_MAX];
};

/* Makes n messages; the arena is for the call.  FAULT_TOO_LARGE. */
enum fault must_check messages_make(const struct world *,
    struct message *const *, size_t n, struct arena *, struct fault_info *);

/* Notes the certificate and what its private key is made of; that they go
 * together is checked if the certificate was (has_key).  KEY_MISMATCH. */
enum fault must_check message_take_enrollment(struct record *,
    const struct world *, uint32_t device, const struct cert *,
    struct bytes reconstruction, struct fault_info *);
/* The private key of the enrollment certificate. */
void message_enrollment_key(struct scalar *, const struct world *,
    uint32_t device, const struct record *);

#endif /* FLEET_MESSAGE_H */
