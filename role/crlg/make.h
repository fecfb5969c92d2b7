/* make.h - one composite CRL out of all that is revoked. */
#ifndef CRLG_MAKE_H
#define CRLG_MAKE_H

#include "role/crlg/crlg.h"

/* Is there anything to make now?  BUSY: yes, but the latest was issued in this
 * very second; BAD_TIME: it was issued later than now. */
enum fault must_check make_is_due(
    bool *due, struct crlg *, struct fault_info *);

/*
 * Evolves seeds to the running period, drops what is over, signs series 1 to 4,
 * and composes them with lists of series 256 and ballots.  All of it is one
 * transaction (but the seeds, entries.h), which ends with the composite stored.
 * A generator that is on a list of series 256 signs nothing more: its composite
 * has only what others signed.
 *
 * The time is asked with the lock held, so no revocation comes between it and
 * the reading of rows.  BUSY: there are seeds of a later period all the same
 * (the clock went back), which must not be given out under an earlier iRev; or
 * that of make_is_due, as BAD_TIME.  Nothing has changed then.
 */
enum fault must_check make_composite(struct crlg *, struct fault_info *);

#endif /* CRLG_MAKE_H */
