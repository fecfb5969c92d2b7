/*
 * spool.h - misbehavior reports that were made and not yet sent: the folder
 * "reports", one file each, named by when it was made and a random number.
 * They are encrypted to the MA: nobody else can read them here either.
 */
#ifndef DEVICE_SPOOL_H
#define DEVICE_SPOOL_H

#include "device/folder.h"

#define SPOOL_SECONDS 604800u /* then a report may go (use-cases.md 8.1) */
#define SPOOL_MOST    200u    /* then the oldest goes */

/* Durable when it returns. */
enum fault must_check spool_put(
    const struct folder *, struct bytes, uint32_t now, struct fault_info *);
/* The names of what is there and not too old, oldest first, in the arena;
 * "reports/..." as folder.h has it.  What is too old is removed. */
enum fault must_check spool_list(const char ***out, size_t *n, struct arena *,
    const struct folder *, uint32_t now, struct fault_info *);

/* For those who only look: how many, and when the oldest was made; 0: none. */
unsigned spool_count(const struct folder *, uint32_t *oldest);

#endif /* DEVICE_SPOOL_H */
