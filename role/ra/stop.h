/*
 * stop.h - devices whose enrollment certificate, or its ECA, is revoked: they
 * get nothing further (use-cases 11).  What they ask for is refused anyhow.
 */
#ifndef RA_STOP_H
#define RA_STOP_H

#include "role/ra/ra.h"

/* Plans nothing more for them, for good, and takes out of the pools what has
 * not been sent.  *n: how many there were. */
enum fault must_check stop_revoked(size_t *n, struct ra *, struct fault_info *);

#endif /* RA_STOP_H */
