/*
 * checked.h - a signer that verifies what it has signed before anybody sees it.
 *
 * A signature that a fault of memory or processor has spoilt can give the
 * private key away.  So with check_signatures each signature of a reply and
 * of a message is verified under our own key; one that does not verify ends
 * the program, and nothing of its message is stored or sent.
 */
#ifndef PCA_CHECKED_H
#define PCA_CHECKED_H

#include "cert/sign.h"

struct checked_signer {
	struct signer signer; /* this one checks */
	const struct signer *inner;
	struct p256_known *key;
};

/* inner is borrowed.  FAULT_UNSUPPORTED: its key is not on P-256;
 * FAULT_BAD_POINT. */
enum fault must_check checked_signer_start(
    struct checked_signer *, const struct signer *inner, struct fault_info *);
void checked_signer_stop(struct checked_signer *); /* fine if not started */

#endif /* PCA_CHECKED_H */
