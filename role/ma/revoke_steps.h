/*
 * revoke_steps.h - the steps of a revocation, one file for each peer.
 *
 * A step asks, stores what it was told together with the next state, or ends
 * the revocation.  BUSY and all faults that pass: it is repeated later; DENIED,
 * CONSTRAINT, TOO_LARGE: the revocation has failed.
 */
#ifndef MA_REVOKE_STEPS_H
#define MA_REVOKE_STEPS_H

#include "role/ma/asking.h"
#include "role/ma/peers.h"
#include "role/ma/revoke_store.h"
#include "schema/scms_protocol.h"

struct step {
	struct ma *ma;
	struct revocation *r;
	struct arena *arena;
	struct ma_peers peers;
	const char *why; /* of every question */
};

typedef enum fault revoke_step(struct step *, struct fault_info *);

revoke_step revoke_find_request;  /* revoke_pca.c: DECIDED to HPCR */
revoke_step revoke_blacklist;	  /* revoke_ra.c: HPCR to BLACKLISTED */
revoke_step revoke_find_chains;	  /* revoke_ra.c: BLACKLISTED to CHAINS */
revoke_step revoke_blacklist_rif; /* revoke_rif.c: DECIDED to BLACKLISTED */
revoke_step revoke_find_digests;  /* revoke_rif.c: BLACKLISTED to CHAINS */
revoke_step revoke_find_seeds;	  /* revoke_la.c: CHAINS to SEEDS */
revoke_step revoke_send;	  /* revoke_crlg.c: SEEDS to SENT */
revoke_step revoke_finish;	  /* revoke.c: SENT to DONE */

/* The key of a question of this revocation: "revocation 7 /plvs ra.x" */
enum fault must_check step_key(struct step *, struct asking *,
    enum inquiry_kind, const struct ma_peer *, struct fault_info *);

/* What a step stores, in one transaction with the next state. */
typedef enum fault step_store(struct step *, void *ctx, struct fault_info *);
enum fault must_check step_commit(struct step *, enum ma_revocation_state next,
    const char *key, step_store *, void *ctx, struct fault_info *);
/* There is nothing to put on a CRL. */
enum fault must_check step_end(
    struct step *, const char *text, struct fault_info *);

/* An instant's period i, as a CRL has room for it (IValue). */
uint32_t step_period(const struct step *, uint32_t time);

#endif /* MA_REVOKE_STEPS_H */
