/*
 * admin.h - the operator's commands: scms-ra DIR/ra device list | show | block
 * | unblock.  They work on the database, beside a running daemon or without
 * one; what they change counts from the next request and the next pass on.
 */
#ifndef RA_ADMIN_H
#define RA_ADMIN_H

#include "service/service.h"
#include "store/db.h"

int admin_device(struct service *, int argc, char **argv);

/*
 * Blocks an enrollment certificate (HashedId8): no more downloads, and units
 * that have not been sent leave their pools.  Unblocking puts those back whose
 * period is not over; FAULT_DENIED if the MA had it blacklisted.  *changed: it
 * was not so already.  now is Time32, i the running period.
 */
enum fault must_check admin_block(bool *changed, struct db *,
    const uint8_t id[8], uint32_t now, struct fault_info *);
enum fault must_check admin_unblock(bool *changed, struct db *,
    const uint8_t id[8], uint32_t now, uint32_t i, struct fault_info *);

#endif /* RA_ADMIN_H */
