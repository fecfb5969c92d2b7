/* take.h - what the MA has revoked: POST /revocations. */
#ifndef CRLG_TAKE_H
#define CRLG_TAKE_H

#include "role/crlg/crlg.h"

#define CRLG_REVOCATION_MAX ((size_t)4 << 20)

/*
 * Takes one MonarchRevocation, signed by the MA of this name; all of it is
 * durable, and in the audit log, when it returns.  The same revocationId again
 * is fine and changes nothing.  DENIED: not signed by the MA; BAD_TIME: seeds
 * of a period that is over; BUSY: seeds of one that has not begun by our clock;
 * CONSTRAINT: a value that cannot be, or more than 200 pairs of seeds or 512
 * digests; LIMIT: more than ma_blacklists_per_day in 24 hours; those of
 * coer_decode, spdu_open and of the store.  After a fault nothing has changed.
 */
enum fault must_check crlg_take(struct crlg *, struct bytes in,
    const char *name, uint32_t now, struct fault_info *);

http_handler crlg_handle_revocation;

#endif /* CRLG_TAKE_H */
