/*
 * agreement.h - the PCA's side of the key agreement with an LA (plv/ring.h):
 * what it says to each message, whichever way that came.
 */
#ifndef PCA_AGREEMENT_H
#define PCA_AGREEMENT_H

#include "cert/cert.h"
#include "keys/component.h"
#include "plv/ring.h"

/* Whose agreements: certificate and keys, the folder of LA-PCA keys, and those
 * keys in memory. */
struct pca_side {
	const struct component *self;
	const char *folder;
	struct plv_ring *ring;
};

/* With whom, and how long the key is to be in force. */
struct agreement_terms {
	const struct cert *la; /* its chain was checked */
	uint32_t start, end;
};

/* From now until one of the two certificates ends. */
void pca_agreement_terms(struct agreement_terms *, const struct cert *la,
    const struct component *self);

/*
 * A new request to the LA; our contribution is durable, and an earlier request
 * to the same LA that has not led to a key is forgotten.
 */
enum fault must_check pca_agreement_begin(struct bytes *request, struct arena *,
    const struct pca_side *, const struct agreement_terms *,
    struct fault_info *);
/*
 * The LA's response: the key is durable and can be used, *ack says so to the
 * LA.  REPLAYED: this agreement is finished; NOT_FOUND: none of ours; DENIED:
 * of somebody else, or the LA has refused; BAD_TAG: the MAC is wrong, and the
 * ack says that.
 */
enum fault must_check pca_agreement_confirm(struct bytes *ack, struct arena *,
    const struct pca_side *, struct bytes response, struct fault_info *);

#endif /* PCA_AGREEMENT_H */
