/*
 * message.h - what a device sends to the RA, and what it gets for it.
 */
#ifndef DEVICE_MESSAGE_H
#define DEVICE_MESSAGE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "device/identity.h"
#include "device/monarch.h"
#include "device/provision_file.h"

/* Secured(Pseudonym|Id|App)CertProvisioningRequest for the caterpillar keys;
 * of an application request, those of its number. */
enum fault must_check message_provision(struct bytes *out, struct arena *,
    const struct identity *, enum monarch_kind, const struct provision_file *,
    const struct monarch_provision_terms *, uint32_t now, struct fault_info *);

/* The octets of a SignedEeEnrollmentCertRequest, signed with the enrollment
 * certificate in use, for the RA. */
enum fault must_check message_successor(struct bytes *out, struct arena *,
    const struct identity *, struct bytes request, uint64_t now,
    struct fault_info *);

/* "Download-Req: <Base64>" with a SecuredAuthenticatedDownloadRequest. */
enum fault must_check message_download(const char **header, struct arena *,
    const struct identity *, const char *filename, bool extra_octet,
    uint32_t now, struct fault_info *);

struct ack {
	uint8_t hash[8];
	uint32_t download_time;
	struct bytes url;
};
/* The ack for this kind, signed by our RA. */
enum fault must_check message_open_ack(struct ack *, struct arena *,
    const struct identity *, enum monarch_kind, struct bytes in, uint32_t now,
    struct fault_info *);

#endif /* DEVICE_MESSAGE_H */
