/*
 * detect.h - from reports to cases, by a thread of the daemon.
 *
 * A case is the set of reports about one suspect: first those about the same
 * certificate; then those about certificates whose tracks make it likely that
 * they are of one device, once PCA and LAs have said that they are.  Nothing
 * else is ever asked about, so the MA learns of no link that it had no
 * suspicion of.
 */
#ifndef MA_DETECT_H
#define MA_DETECT_H

#include "role/ma/ma.h"

/* Puts new reports into the cases of their suspects, or into new ones; a line
 * of the audit log counts them.  *n: reports that were new. */
enum fault must_check ma_group(struct ma *, size_t *n, struct fault_info *);
/*
 * Compares the first report after *number that nobody has compared with those
 * of other cases, asks whether suspects are one device, and if so makes one
 * case of two.  *number becomes that report's; 0: there was none.  FAULT_BUSY:
 * an answer is not there yet; the same is asked next time.
 */
enum fault must_check ma_link(
    struct ma *, int64_t *number, struct fault_info *);
/*
 * Has as many reporters of a case as the policy wants, drawn at random, proved
 * to be different devices: one question, whose answer names none.  A draw that
 * fails is followed by others as reporters join.  *proved: how many are, 0 if
 * none.  FAULT_BUSY as above.
 */
enum fault must_check ma_prove(
    struct ma *, int64_t *proved, int64_t incident, struct fault_info *);
/* All of it once, and what decide.h has to carry out. */
enum fault must_check ma_detect(struct ma *, struct fault_info *);

/* The thread. */
void detect_run(void *ma, struct service *);

#endif /* MA_DETECT_H */
