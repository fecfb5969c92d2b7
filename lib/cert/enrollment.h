/*
 * enrollment.h - what the ECA answers (SignedEeEnrollmentCertResponse),
 * checked before anything of it goes to a device.
 */
#ifndef CERT_ENROLLMENT_H
#define CERT_ENROLLMENT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/trust.h"

struct enrollment {
	const struct cert *certificate;
	struct bytes reconstruction; /* 32 octets */
	const struct cert *eca;	     /* who signed; NULL: not verified */
};

/* Signed by this ECA, or (NULL) by any, for these request octets, and the
 * certificate chains to a trusted root.  *out lies in the arena.  Faults: those
 * of spdu_open and trust_check_chain; BAD_MESSAGE. */
enum fault must_check enrollment_open(struct enrollment *out, struct arena *,
    struct bytes answer, struct bytes request, struct trust *,
    const struct cert *eca, struct fault_info *);
/* The same with nothing verified but that it answers these octets: for those
 * who simulate many devices and check samples. */
enum fault must_check enrollment_read(struct enrollment *out, struct arena *,
    struct bytes answer, struct bytes request, struct fault_info *);

#endif /* CERT_ENROLLMENT_H */
