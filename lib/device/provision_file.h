/*
 * provision_file.h - what a device must never lose once it has asked for
 * certificates of one kind: its caterpillar keys and the octets it sent.  File
 * "provision", 0600:
 *
 *	8	"MNRCPROV"
 *	1	version 2; in version 1 what is marked * is missing and zero
 *	32, 16	a and expansion key of the certificate keys
 *	32, 16	h and expansion key of the response keys
 *	1	* 1: the certificates are to have encryption keys, too
 *	32, 16	* private and expansion key of these
 *	4	* number of the request (application), else 0
 *	4	* start that it asks for (Time32), or 0
 *	4, 4	* validity and overlap that the policy had then, in seconds
 *	4	* number of the earlier request
 *	1	1: the RA has accepted the request
 *	4	from when there is something to download (Time32), if so
 *	8	hash of the request: the last 8 octets of SHA-256 of it
 *	4, ...	length, the request as sent; 0: none, or it was refused
 *	4, ...	an earlier one whose fate is not certain (provision.c); or 0
 *	32	SHA-256 of all before
 */
#ifndef DEVICE_PROVISION_FILE_H
#define DEVICE_PROVISION_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "crypto/butterfly.h"
#include "crypto/p256.h"
#include "device/folder.h"

struct caterpillar {
	struct scalar private;
	struct butterfly butterfly;
};

struct provision_file {
	struct caterpillar certificate, response, encryption; /* secret */
	bool has_encryption;
	uint32_t number, start, validity, overlap, earlier_number;
	bool acked;
	uint32_t download_time;
	uint8_t hash[8];
	struct bytes request, earlier; /* n 0: none */
};

/* Fresh keys, no request, no encryption keys in certificates. */
void provision_file_new(struct provision_file *);
/* Sets request and hash. */
void provision_file_set_request(struct provision_file *, struct bytes);
/* Is there a request that the RA has answered, or may have got?  Keys alone
 * are left by one that it refused. */
bool provision_file_is_asked(const struct provision_file *);
/* FAULT_NOT_FOUND; FAULT_STORE: damaged. */
enum fault must_check provision_file_read(struct provision_file *,
    struct arena *, const struct folder *, struct fault_info *);
enum fault must_check provision_file_write(
    const struct folder *, const struct provision_file *, struct fault_info *);

#endif /* DEVICE_PROVISION_FILE_H */
