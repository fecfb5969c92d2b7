/*
 * decide.h - the end of a case: somebody decides it, once.
 *
 * People decide by `scms ma`, the policy by itself where a case is clear:
 * case_reporters different devices, each with evidence that holds.  The line of
 * the audit log is written first, then one commit makes the decision; the
 * daemon hands what is to be revoked to revoke.h.
 */
#ifndef MA_DECIDE_H
#define MA_DECIDE_H

#include "role/ma/ma.h"

/* Kept in the database. */
enum ma_case_state {
	CASE_OPEN,
	CASE_REVOKED, /* to be revoked, from now on by revoke.h */
	CASE_DISMISSED,
	CASE_MERGED, /* its reports are in another one */
	CASE_FALSE   /* dismissed, and whoever reported it was wrong */
};
/* "open" */
const char *ma_case_word(enum ma_case_state);

#define MA_POLICY     "policy" /* who */
#define MA_REASON_MAX 160

/*
 * state: CASE_REVOKED, CASE_DISMISSED or CASE_FALSE.  who and reason go into
 * the audit log: printable ASCII but " and \.  What is to be revoked already
 * begins anew if its revocation has failed.  Who reported in a case that was
 * false counts no more.  FAULT_NOT_FOUND; FAULT_EXISTS: the case is decided;
 * FAULT_CONSTRAINT: reason, or nobody can be revoked for it: no report is about
 * a pseudonym certificate and no RIF is known.
 */
enum fault must_check ma_decide(struct ma *, int64_t incident,
    enum ma_case_state, const char *who, const char *reason,
    struct fault_info *);
/* A case about the holder of an enrollment certificate, without reports, or
 * the one that an open case is about.  *incident 0: a new one, which it is set
 * to.  FAULT_NOT_FOUND, FAULT_EXISTS as above; FAULT_CONSTRAINT: a suspect of
 * the case has a pseudonym certificate, or names another holder. */
enum fault must_check ma_case_of_rif(struct ma *, int64_t *incident,
    const uint8_t rif[CERT_ID_SIZE], struct fault_info *);
/* A new case about whoever has this certificate, without reports.
 * FAULT_CONSTRAINT: it is of no device; those of trust_check_chain. */
enum fault must_check ma_case_of_certificate(
    struct ma *, int64_t *incident, struct cert *, struct fault_info *);
/* Decides an open case that is clear. */
enum fault must_check ma_apply_policy(
    struct ma *, int64_t incident, struct fault_info *);
/* Tells revoke.h of the cases that it does not know. */
enum fault must_check ma_hand_over(struct ma *, struct fault_info *);

#endif /* MA_DECIDE_H */
