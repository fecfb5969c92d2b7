/*
 * question.h - what the MA asks PCA, LAs and RA (use-cases.md 8.2, 8.3).
 *
 * A question is a row before it leaves: what is asked, whom, and why.  It
 * waits until enough auditors have countersigned it (auditors_needed), and
 * until today's measure (ma_lvs_per_day, ma_blacklists_per_day) has room for
 * it, that of its purpose: to link, to revoke; whoever answers counts for
 * himself as well.  What was asked is
 * forgotten when its answer has been used: hash, justification,
 * countersignatures and outcome stay.
 */
#ifndef MA_QUESTION_H
#define MA_QUESTION_H

#include "role/ma/ma.h"

/*
 * How many of these linkage values belong to one device?  *matches is the size
 * of the largest set that does: 0 or 1: no two.  Asks their PCAs for the
 * pre-linkage values and then both LAs, who must say the same.  The order does
 * not matter; the answer is kept, and the same set is never asked about twice.
 *
 * why: case and reason, 1 to 200 printable ASCII characters but " and \, with
 * no linkage value in it.  Takes ma->lock; waits for peers (at most two
 * minutes each).
 *
 * FAULT_BUSY: waits for auditors, a peer, or tomorrow, which the text says; to
 * be called again with the same set.  FAULT_TOO_LARGE: more than ma_list_most.
 * FAULT_DENIED: a peer refuses, in words.  FAULT_CONSTRAINT: the LAs do not
 * agree.  FAULT_STORE.
 */
enum fault must_check ma_ask_linked(struct ma *, size_t *matches,
    const struct ma_lv *, size_t n, const char *why, struct fault_info *);

#endif /* MA_QUESTION_H */
