/*
 * refuse.h - the reply to a request that gets no certificate.
 */
#ifndef PCA_REFUSE_H
#define PCA_REFUSE_H

#include "role/pca/pca.h"

/* ScmsPDU with the PcaRaError of the refusal; counts it. */
enum fault must_check refuse(struct bytes *out, struct pca *, struct arena *,
    enum refusal, const uint8_t request_hash[8], struct fault_info *);

#endif /* PCA_REFUSE_H */
