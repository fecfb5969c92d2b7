/*
 * plv.h - the RA's stock of pre-linkage values: orders to both LAs, fresh
 * chains for devices to come, continuations for those whose chain runs out.
 */
#ifndef RA_PLV_H
#define RA_PLV_H

#include "role/ra/ra.h"

/* Removes PLV files that nothing refers to. */
enum fault must_check plv_recover(
    struct ra *, struct db *, struct fault_info *);
/*
 * Carries out an order for a PCA that is under way, or else makes the one that
 * is most needed (fetch.h). FAULT_NOT_FOUND: nothing is needed.  Other faults:
 * *pause says how many milliseconds to wait.
 */
enum fault must_check plv_step(struct ra *, struct ra_pca *, struct db *,
    struct arena *, unsigned *pause, struct fault_info *);
/* Removes ranges whose periods are all done, and files that hold no others;
 * it looks at some hundred at a time.  *cursor is where it goes on (0 at
 * first), *removed how many ranges went. */
enum fault must_check plv_clean(struct ra *, struct db *, int64_t *cursor,
    size_t *removed, struct fault_info *);
/* A thread; RA_FETCHES of them work for each PCA. */
void plv_run(void *ra, struct service *);

#endif /* RA_PLV_H */
