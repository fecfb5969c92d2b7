/* publish.h - composites are made when due, and brought to the CRL store. */
#ifndef CRLG_PUBLISH_H
#define CRLG_PUBLISH_H

#include "role/crlg/crlg.h"

/* Brings a composite to the store; FAULT_OK: the store gives it out. */
typedef enum fault publish_fn(
    void *ctx, struct arena *, struct bytes composite, struct fault_info *);

/*
 * Makes a composite if one is due, and brings the latest to the store unless it
 * has it.  What could not be brought is brought by the next call, the same
 * octets again.  Whatever has to wait for the next second is no fault.  BUSY:
 * that of make_composite; the store has all that was made before.
 */
enum fault must_check publish_once(
    struct crlg *, publish_fn *, void *ctx, struct fault_info *);

/* The thread that does so until the daemon stops. */
void publish_run(void *crlg, struct service *);

#endif /* CRLG_PUBLISH_H */
