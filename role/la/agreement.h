/*
 * agreement.h - the LA's side of the key agreement with a PCA (plv/ring.h):
 * what it says to each message, whichever way that came.
 */
#ifndef LA_AGREEMENT_H
#define LA_AGREEMENT_H

#include "keys/component.h"
#include "role/la/la.h"

/* Whose agreements: certificate and keys, our PCAs, the folder of LA-PCA keys,
 * and those keys in memory. */
struct la_side {
	const struct component *self;
	const struct la_pcas *pcas;
	const char *folder;
	struct plv_ring *ring;
};

/*
 * Answers a PCA's request.  Our contribution is durable; the same request
 * again finds the same; an earlier one of that PCA that has not led to a key
 * is forgotten.  REPLAYED: it has led to a key; DENIED: of somebody else;
 * BAD_TIME: its dates make no sense, or it is older than a key we have; then
 * *response says so to the PCA, and nothing was kept.
 */
enum fault must_check la_agreement_respond(struct bytes *response,
    struct arena *, const struct la_side *, struct bytes request,
    struct fault_info *);
/*
 * The PCA's ack: it has the key, which is durable here from now on and is used
 * from its start.  REPLAYED, DENIED as above; NOT_FOUND: no agreement of ours;
 * BAD_TAG: the PCA has another key.
 */
enum fault must_check la_agreement_finish(struct arena *,
    const struct la_side *, struct bytes ack, struct fault_info *);

#endif /* LA_AGREEMENT_H */
