/*
 * in_hand.h - batches that have left and are not closed yet: to be sent again,
 * or collected and to be confirmed.
 */
#ifndef RA_IN_HAND_H
#define RA_IN_HAND_H

#include "role/ra/ra.h"

/* Reads the batches that were on their way when the RA stopped, and removes
 * outbox files that belong to none. */
enum fault must_check in_hand_recover(
    struct ra *, struct db *, struct fault_info *);
/* The outbox file of a batch. */
void in_hand_path(
    char out[PATH_SIZE], const struct ra *, const uint8_t id[BATCH_ID_SIZE]);
/* Keeps a batch for a later step. */
void in_hand_keep(struct ra *, struct ra_pca *, const struct in_hand *);
/* Takes the longest kept of a state and PCA; false: there is none. */
bool in_hand_take(struct ra *, struct ra_pca *, int state, struct in_hand *);
/* So many are kept that no new batch should be begun. */
bool in_hand_is_full(struct ra *, const struct ra_pca *);

/* Closes one that is collected: tells the PCA that it may forget its answers,
 * removes row and outbox file.  FAULT_NOT_FOUND: nothing to do; others: *pause
 * says how many milliseconds to wait. */
enum fault must_check closer_step(struct ra *, struct ra_pca *, struct db *,
    struct arena *, unsigned *pause, struct fault_info *);
/* The thread of a PCA. */
void closer_run(void *ra, struct service *);

#endif /* RA_IN_HAND_H */
