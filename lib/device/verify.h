/*
 * verify.h - what is behind monarch_verify, for those who need more of the
 * message than it gives out.
 */
#ifndef DEVICE_VERIFY_H
#define DEVICE_VERIFY_H

#include "cert/spdu.h"
#include "device/monarch.h"

/* As monarch_verify; the message lies in the arena and in the octets given.
 * report may be NULL. */
enum fault must_check verifier_open(const struct monarch_verifier *,
    struct spdu *out, struct arena *, struct monarch_report *, struct bytes in,
    const struct monarch_rules *, struct fault_info *);
void verifier_give(struct monarch_message *, const struct spdu *);
/* The signer of a message that was opened is found by its digest from now on
 * (trust_remember). */
void verifier_remember(const struct monarch_verifier *, const struct cert *);
/* The chain of a certificate at a time. */
enum fault must_check verifier_check(const struct monarch_verifier *,
    struct cert *, uint32_t now, struct fault_info *);

#endif /* DEVICE_VERIFY_H */
