/*
 * crl_self.h - does a device find itself on a list (use-cases 8.4, step 5)?
 */
#ifndef DEVICE_CRL_SELF_H
#define DEVICE_CRL_SELF_H

#include "base/fault.h"
#include "cert/cert.h"
#include "cert/trust.h"
#include "device/folder.h"

/* REVOKED: one of our certificates, or somebody above it as far as the trust
 * knows them, is; the text names who and where. */
enum fault must_check crl_self_check(
    struct trust *, const struct cert *, struct fault_info *);
/* The same for the enrollment certificate of a place; OK if it has none. */
enum fault must_check crl_self_enrollment(
    struct trust *, const struct folder *place, struct fault_info *);
/* The same for all that a device has that is valid now: the enrollment
 * certificate in use, and the certificates of all kinds and places. */
enum fault must_check crl_self_find(
    struct trust *, const struct folder *, uint32_t now, struct fault_info *);

#endif /* DEVICE_CRL_SELF_H */
