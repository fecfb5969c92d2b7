/*
 * eca.h - bringing a device's request to the ECA: what the operator's
 * station, the DCM and the RA have in common.
 */
#ifndef ENROLL_ECA_H
#define ENROLL_ECA_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/enrollment.h"
#include "cert/trust.h"
#include "http/client.h"

#define ECA_PATH "/enrollment-certificate-request"

/* Borrowed; threads may share it. */
struct eca_client {
	struct http_client *http;
	const char *url; /* with ECA_PATH */
	struct trust *trust;
	const struct cert *eca; /* who must have signed; NULL: any of trust */
	unsigned timeout_ms;	/* of a call; 0: 30 s */
};

/* The URL of a path at "name:port"; a name without a dot is in the domain.
 * NULL: no memory. */
const char *eca_client_url(
    struct arena *, const char *address, const char *domain, const char *path);

/*
 * Sends the octets of a SignedEeEnrollmentCertRequest and checks what comes
 * back.  *answer (the octets that came) and *out are in the arena.
 * FAULT_DENIED: the ECA refuses this one, the text has the number and name of
 * its error; any other fault: it cannot say, the same octets may be sent
 * again.
 */
enum fault must_check eca_client_ask(struct bytes *answer,
    struct enrollment *out, struct arena *, const struct eca_client *,
    struct bytes request, struct fault_info *);

#endif /* ENROLL_ECA_H */
