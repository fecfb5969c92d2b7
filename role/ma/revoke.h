/*
 * revoke.h - a decision is carried out (use-cases.md 8.3, 12.2).
 *
 *	DECIDED		a row; nobody was told
 *	HPCR		the PCA said which request the linkage value came of
 *	BLACKLISTED	the RA refuses the device and makes nothing for it
 *	CHAINS		the RA said which chains it has (LCIs, iMax, jMax); of
 *			an RSE or identification certificates: their digests
 *	SEEDS		both LAs gave the seeds of the running period
 *	SENT		the CRL generator has them, durably
 *	DONE		what was learned on the way is wiped
 *	FAILED		somebody refused; the text says who and why
 *
 * An RSE, or who has identification certificates, has no HPCR and no SEEDS.
 * A device without certificates that are valid now or later is DONE once it is
 * BLACKLISTED.
 *
 * Each state is durable before the next step begins, and every step may be
 * repeated, so a restart goes on where it was.  Seeds are those of the period
 * in which they are sent: if it ends before, they are wiped and asked for anew.
 * Nobody is asked for what a device was called earlier.
 */
#ifndef MA_REVOKE_H
#define MA_REVOKE_H

#include "role/ma/ma.h"

enum ma_revocation_state {
#define STATE(name, word) MA_##name,
#include "role/ma/revoke_state.def"
#undef STATE
	MA_REVOCATION_STATES
};
/* "blacklisted" */
const char *ma_revocation_word(enum ma_revocation_state);

/*
 * The decision: a row in DECIDED, durable on return, which a thread of the
 * daemon carries out.  One case has one revocation: a second call changes
 * nothing, unless the one before has FAILED, which begins anew.  Any linkage
 * value of the device will do.  reason: as why of question.h, at most 160
 * characters.  Takes ma->lock.  FAULT_CONSTRAINT: the reason; FAULT_STORE.
 */
enum fault must_check ma_revoke(struct ma *, int64_t case_id,
    const struct ma_subject *, const char *reason, struct fault_info *);

/* For people. */
struct ma_revocation {
	int64_t number; /* 0: there is none */
	int64_t case_id;
	enum ma_revocation_state state;
	const char *reason;
	const char *text; /* what it waits for, or why it failed; or NULL */
	uint32_t decided, done; /* Time32; done 0: not yet */
};
/* The revocation of a case, in arena memory.  Takes ma->lock. */
enum fault must_check ma_revocation_find(struct ma_revocation *, struct ma *,
    struct arena *, int64_t case_id, struct fault_info *);

/* Carries out one that is not at its end, as far as that is possible now. */
void revoke_go_on(struct ma *, int64_t number);
/* Threads of the daemon: carry out what was decided, until it stops. */
void revoke_run(void *ma, struct service *);
#define REVOKE_THREADS 4u

#endif /* MA_REVOKE_H */
