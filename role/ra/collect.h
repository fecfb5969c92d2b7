/*
 * collect.h - the PCA's answer to a batch: checked as a whole, then stored.
 */
#ifndef RA_COLLECT_H
#define RA_COLLECT_H

#include "base/arena.h"
#include "role/ra/batch.h"
#include "role/ra/ra.h"

/* What was answered, by unit and j: index u * each + j. */
struct collected {
	struct bytes *answers; /* n 0: this request was refused */
	size_t refused;	       /* requests */
	char reason[64];       /* of the last one refused */
};

/*
 * Verifies and takes apart.  Replies may come in any order, but there must be
 * exactly one for each request, of the PCA that was asked: else nothing of the
 * answer is used (BAD_MESSAGE, and all faults of spdu_open).  Spans point into
 * answer and arena.
 */
enum fault must_check collect_open(struct collected *, const struct batch *,
    const struct ra *, const struct ra_pca *, struct arena *,
    struct bytes answer, struct fault_info *);
/*
 * Stores it: answer file, HPCR records, then units and batch in one commit.
 * May be repeated after a crash at any point.
 */
enum fault must_check collect_store(const struct collected *,
    const struct batch *, struct ra *, struct db *, struct arena *,
    struct fault_info *);

/* What is stored per HPCR: device(8) i(2) j(1). */
#define HPCR_RECORD_SIZE 11
/* DIR/ra/data/answers/<i>/<batch>; makes the folder if it is to be written. */
enum fault must_check answer_path(char out[PATH_SIZE], const struct ra *,
    uint32_t i, int64_t batch, bool make, struct fault_info *);

#endif /* RA_COLLECT_H */
