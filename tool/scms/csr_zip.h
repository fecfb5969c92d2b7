/*
 * csr_zip.h - the ZIP in which a vendor sends enrollment requests: one
 * SignedEeEnrollmentCertRequest per file <device>.oer, in folders or not.
 *
 * It comes from outside: every limit is checked by what the ZIP declares
 * before anything is unpacked, and again while unpacking.
 */
#ifndef SCMS_CSR_ZIP_H
#define SCMS_CSR_ZIP_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

#define CSR_ZIP_MAX	(64u << 20) /* octets of the ZIP */
#define CSR_ZIP_ENTRIES 10000u
#define CSR_MAX		16384u /* octets of one request */
#define CSR_DEVICE_NAME 128u   /* of a device, in octets */
#define CSR_FOLDERS	8u     /* one inside the other */

struct csr {
	const char *file;   /* its name in the ZIP */
	const char *device; /* the last part of it, without ".oer" */
	struct bytes octets;
	/* FAULT_OK, or why this file is not taken; the others are not
	 * affected. */
	struct fault_info why;
};

/* Sorted by device.  FAULT_BAD_MESSAGE, FAULT_TOO_LARGE: the ZIP as a whole
 * cannot be read. */
enum fault must_check csr_zip_read(struct csr **out, size_t *n, struct arena *,
    struct bytes zip, struct fault_info *);

#endif /* SCMS_CSR_ZIP_H */
