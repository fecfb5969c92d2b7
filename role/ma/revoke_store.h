/*
 * revoke_store.h - the rows of revocations.  All of it with ma->lock held.
 */
#ifndef MA_REVOKE_STORE_H
#define MA_REVOKE_STORE_H

#include "role/ma/revoke.h"

#define HPCR_SIZE	   32
#define REVOCATION_ID_SIZE 16

/* Memory of what it points to is the arena's. */
struct revocation {
	int64_t number, case_id;
	struct ma_subject subject;
	const char *reason;
	uint8_t id[REVOCATION_ID_SIZE];
	enum ma_revocation_state state;
	unsigned tries;
	uint8_t hpcr[HPCR_SIZE]; /* from MA_HPCR on */
	uint8_t j_max;		 /* from MA_CHAINS on */
	uint32_t period;	 /* of the seeds, from MA_SEEDS on */
};

enum fault must_check revocation_load(struct revocation *, struct ma *,
    struct arena *, int64_t number, struct fault_info *);
/* The next one to go on with; number 0: none. */
enum fault must_check revocation_due(int64_t *number, struct ma *,
    bool (*is_free)(void *ctx, int64_t number), void *ctx, struct fault_info *);
/* From r->state to the next; inside a transaction. */
enum fault must_check revocation_advance(struct ma *, struct revocation *,
    enum ma_revocation_state, struct fault_info *);
/* It is tried again after a pause that grows; text says why. */
enum fault must_check revocation_wait(struct ma *, const struct revocation *,
    const char *text, struct fault_info *);
/* MA_DONE or MA_FAILED; wipes what was learned, in the files too.  A
 * transaction of its own. */
enum fault must_check revocation_end(struct ma *, struct revocation *,
    enum ma_revocation_state, const char *text, struct fault_info *);

/* A pair of chains of a device. */
struct chain {
	int64_t number;
	struct bytes lci[2]; /* of LA1, of LA2: LinkageChainId */
	uint16_t i_max;
	/* Of the seeds: LA id, and their period; -1: not known. */
	uint8_t la_id[2][2];
	struct key16 seed[2];
	int64_t i[2];
};
struct chains {
	size_t n;
	struct chain *v;
};
enum fault must_check chains_load(struct chains *, struct ma *, struct arena *,
    int64_t revocation, struct fault_info *);

#endif /* MA_REVOKE_STORE_H */
