/*
 * issue.h - from checked requests to replies, in batches.
 */
#ifndef PCA_ISSUE_H
#define PCA_ISSUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/fault.h"
#include "cert/sign.h"
#include "crypto/linkage.h"
#include "crypto/p256.h"
#include "role/pca/class.h"

struct issue_scratch;

/* Who issues, and what.  The first four are borrowed. */
struct issuer {
	const struct cert *cert;
	const struct signer *signer;
	const struct scalar *d; /* of cert's key */
	const struct cert_class *class;
	struct crew *crew;
	pthread_mutex_t lock; /* of what follows */
	struct issue_scratch *idle;
};

/* With the first four set. */
void issuer_start(struct issuer *);
void issuer_stop(struct issuer *); /* fine if it was not started */

struct issue_item {
	uint16_t i;
	uint32_t start; /* Time32 of period i */
	struct lv lv;
	struct point b, h; /* cocoon keys */
	uint8_t request_hash[8];
	uint8_t *reply; /* out: of the template's size */
	bool ok;	/* out */
};

/*
 * Issues all of n: a certificate with a fresh random reconstruction point,
 * encrypted to h, signed.  ok is false where b or h is no point.  Many are
 * shared among the processors.  Nothing is allocated per item; scratch is
 * kept by the issuer, and secrets in it are wiped.  The faults are those of
 * the signer: then no reply is good.
 */
enum fault must_check issue_batch(
    struct issuer *, struct issue_item *const[], size_t n, struct fault_info *);

#endif /* PCA_ISSUE_H */
