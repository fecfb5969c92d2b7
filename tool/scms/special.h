/*
 * special.h - the CRL of series 256, which a root signs by itself: MA, PG and
 * CRL generator are revoked there.  It lies in the folder special/ of the CRL
 * generator, under the root's HashedId8, and is in every composite from there.
 */
#ifndef SCMS_SPECIAL_H
#define SCMS_SPECIAL_H

#include "cert/crl.h"

#define SPECIAL_YEAR 31556952u /* seconds until nextCrl */

/* Folder below an environment, and "special/<16 digits>.oer" below that. */
#define SPECIAL_PART   "crlg"
#define SPECIAL_FOLDER "special"
#define SPECIAL_NAME   40
void special_name(char out[SPECIAL_NAME], const struct cert *root);

/* The list that follows one with this serial (the first has 0), with these
 * entries. */
enum fault must_check special_sign(struct bytes *out, struct arena *,
    uint32_t serial, const struct crl_hash_entry *, size_t n, uint32_t now,
    const struct signer *root, struct fault_info *);

#endif /* SCMS_SPECIAL_H */
