/*
 * auditor.h - countersignatures of auditors, who see what the MA asks before
 * it may ask it.
 *
 * A countersignature is SignedData (psid 35, generationTime) over the hash of
 * tbs, with the auditor's certificate.  Its role is SCMS_AUDITOR (perm.h), and
 * there is a certificate with its name in known/ of whoever checks.
 */
#ifndef INQUIRY_AUDITOR_H
#define INQUIRY_AUDITOR_H

#include "cert/sign.h"
#include "keys/component.h"

/* A countersignature is good for a week: a revocation may need that long. */
#define AUDITOR_SECONDS 604800u

/* Countersigns tbs (inquiry_tbs), now. */
enum fault must_check auditor_sign(struct bytes *out, struct arena *,
    struct bytes tbs, const struct signer *, struct fault_info *);
/*
 * How many different auditors, told by their names, have signed tbs?  Each
 * countersignature must hold, and be by somebody in folder/known: one that does
 * not is the fault, those of spdu_open, BAD_SIGNATURE (over something else),
 * SSP_NOT_PERMITTED (no auditor), NO_CERTIFICATE (not in known/).
 */
enum fault must_check auditor_count(size_t *out, struct arena *,
    const struct component *, const char *folder, struct bytes tbs,
    const struct bytes *signatures, size_t n, struct fault_info *);

#endif /* INQUIRY_AUDITOR_H */
