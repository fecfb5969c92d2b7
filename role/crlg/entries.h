/* entries.h - what is revoked, as rows and as columns of lists. */
#ifndef CRLG_ENTRIES_H
#define CRLG_ENTRIES_H

#include "cert/crl.h"
#include "store/db.h"

/*
 * Brings all seeds to period i, in chunks that are transactions of their own:
 * what is not evolved yet stays as it was, and is evolved by the next call.
 */
enum fault must_check entries_evolve(
    struct db *, uint32_t i, struct fault_info *);
/* In a transaction: drops pairs without certificates in period i or later, and
 * digests of certificates that have ended. */
enum fault must_check entries_drop(
    struct db *, uint32_t i, uint32_t now, struct fault_info *);

/* The columns of a list, whose series is set; in the arena.  Seeds must be of
 * the list's period. */
enum fault must_check entries_read(
    struct crl *, struct arena *, struct db *, struct fault_info *);

#endif /* CRLG_ENTRIES_H */
