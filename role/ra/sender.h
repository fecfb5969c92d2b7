/*
 * sender.h - batches on their way to the PCA and back.
 *
 * A sender thread takes one batch through its whole life: draw, build, outbox,
 * commit, POST, answer, store, confirm.  With two or more of them one expands
 * keys while the PCA works for the other.
 */
#ifndef RA_SENDER_H
#define RA_SENDER_H

#include "role/ra/ra.h"

/* Reads the batches that were on their way when the RA stopped, and removes
 * outbox files that belong to none. */
enum fault must_check sender_recover(
    struct ra *, struct db *, struct fault_info *);
/* Does one step's worth of work: finishes a batch of before, or makes a new
 * one and takes it as far as the PCA lets it.  FAULT_NOT_FOUND: nothing to do.
 * FAULT_NETWORK and others: the batch stays in hand (in the list of those to
 * be finished), *pause says how many milliseconds to wait. */
enum fault must_check sender_step(struct ra *, struct db *, struct arena *,
    unsigned *pause, struct fault_info *);
/* The thread. */
void sender_run(void *ra, struct service *);

#endif /* RA_SENDER_H */
