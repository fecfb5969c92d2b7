/*
 * signer.h - a key of the signer, for what is no BSM and yet must say no more
 * of its sender than BSMs do.
 */
#ifndef DEVICE_SIGNER_H
#define DEVICE_SIGNER_H

#include "cert/sign.h"
#include "device/folder.h"
#include "device/monarch.h"

const struct folder *signer_folder(const struct monarch_signer *);
/*
 * Lends the key of the certificate of this HashedId8, which must be of the
 * running period and good for the PSID, or (id NULL) of the one that a BSM
 * would be signed with now (Time64).  *out is good until the next call with
 * the signer, and nothing is noted of it.  NO_CERTIFICATE,
 * PSID_NOT_PERMITTED.
 */
enum fault must_check signer_lend(struct monarch_signer *, struct signer *out,
    const uint8_t id[CERT_ID_SIZE], uint32_t psid, uint64_t now,
    struct fault_info *);

#endif /* DEVICE_SIGNER_H */
