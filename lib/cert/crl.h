/*
 * crl.h - revocation lists: the composite CRL of CAMP that a CRL store gives
 * out.
 */
#ifndef CERT_CRL_H
#define CERT_CRL_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

/* CompositeCrl with nothing in it: 00 0100 0100 0100. */
extern const uint8_t crl_composite_empty[7];

/* A CompositeCrl around n encoded SecuredCrls (Ieee1609Dot2Data). */
enum fault must_check crl_composite(struct bytes *out, struct arena *,
    const struct bytes *secured_crl, size_t n, struct fault_info *);

#endif /* CERT_CRL_H */
