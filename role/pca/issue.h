/*
 * issue.h - from checked requests to replies, in batches.
 */
#ifndef PCA_ISSUE_H
#define PCA_ISSUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "cert/sign.h"
#include "crypto/linkage.h"
#include "crypto/p256.h"
#include "role/pca/class.h"

struct issuer {
	const struct cert *cert;
	const struct signer *signer;
	const struct scalar *d; /* of cert's key */
};

struct issue_item {
	const struct cert_class *class;
	uint16_t i;
	uint32_t start; /* Time32 of period i */
	struct lv lv;
	struct point b, h; /* cocoon keys */
	uint8_t request_hash[8];
	uint8_t *reply; /* out: class->reply.n octets */
	bool ok;	/* out */
};

/*
 * Issues all of n: a certificate with a fresh random reconstruction point,
 * encrypted to h, signed.  ok is false where b or h is no point.  Nothing is
 * allocated per item; scratch comes from the arena, and secrets in it are
 * wiped.  FAULT_TOO_LARGE, or that of the signer: then no reply is good.
 */
enum fault must_check issue_batch(const struct issuer *, struct issue_item *,
    size_t n, struct arena *, struct fault_info *);

#endif /* PCA_ISSUE_H */
