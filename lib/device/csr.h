/*
 * csr.h - a key and the request that it be certified.
 */
#ifndef DEVICE_CSR_H
#define DEVICE_CSR_H

#include "base/arena.h"
#include "base/fault.h"
#include "device/folder.h"
#include "device/monarch.h"

typedef struct to_be_signed_certificate to_be_signed_certificate;

/* Makes a key and the SignedEeEnrollmentCertRequest for what tbs says (its
 * verifyKeyIndicator excepted) in a folder; the key is durable before the
 * request that names it. */
enum fault must_check csr_make(const struct folder *, struct arena *,
    const to_be_signed_certificate *tbs, bool extra_octet, struct fault_info *);

#endif /* DEVICE_CSR_H */
