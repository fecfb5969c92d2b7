/*
 * sender.h - batches on their way to the PCA and back.
 *
 * A sender thread takes one batch from the draw to the answers on disk: build,
 * outbox, commit, POST, answer, store; another thread closes it (in_hand.h).
 * With two or more of them one expands keys while the PCA works for the other.
 */
#ifndef RA_SENDER_H
#define RA_SENDER_H

#include "role/ra/ra.h"

#define RA_SENDERS 32u /* threads */

struct sender {
	struct ra *ra;
	struct ra_pca *pca; /* all that it sends to */
	struct db *db;
	struct arena arena;   /* of the batch; the caller resets it */
	struct arena scratch; /* of its making */
};

void sender_open(struct sender *, struct ra *, struct ra_pca *, struct db *);
void sender_close(struct sender *);
/* Does one step's worth of work: finishes a batch of before, or makes a new
 * one and takes it as far as the PCA lets it.  FAULT_NOT_FOUND: nothing to do.
 * FAULT_NETWORK and others: the batch stays in hand (in the list of those to
 * be finished), *pause says how many milliseconds to wait. */
enum fault must_check sender_step(
    struct sender *, unsigned *pause, struct fault_info *);
/* The thread: so many run as may be in flight, for each PCA. */
void sender_run(void *ra, struct service *);

#endif /* RA_SENDER_H */
