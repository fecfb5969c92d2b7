/*
 * block.h - the internal blacklist, as the MA uses it.
 *
 * With an enrollment certificate (HashedId8) go those that follow it or came
 * before.  Units that have not been sent leave their pools; what was sent is
 * collected and never given out.
 */
#ifndef RA_BLOCK_H
#define RA_BLOCK_H

#include "store/db.h"

/* Within a transaction of the caller: no operator may lift this.  *changed:
 * it was not so already. */
enum fault must_check block_for_ever(bool *changed, struct db *,
    const uint8_t id[8], uint32_t now, struct fault_info *);
/* Has the MA had it blacklisted? */
enum fault must_check block_is_for_ever(
    bool *, struct db *, const uint8_t id[8], struct fault_info *);
/* The same: units of this device alone leave their pools. */
enum fault must_check block_withdraw(
    struct db *, int64_t device, uint32_t now, struct fault_info *);

#endif /* RA_BLOCK_H */
