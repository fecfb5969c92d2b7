/*
 * build.h - from a drawn batch to the signed message.
 *
 * Per unit: its caterpillar keys and a row of PLVs; from them the cocoon keys
 * of all its certificates, in batches of some thousand points; then the
 * requests, each written to its place in the drawn order.
 */
#ifndef RA_BUILD_H
#define RA_BUILD_H

#include "base/arena.h"
#include "role/ra/batch.h"
#include "role/ra/ra.h"

#define BUILD_NO_UNIT SIZE_MAX

/*
 * Sets hpcr and message; memory comes from the arena.  *bad is the index of
 * the unit that cannot be built (its PLVs are missing, or its keys lead to
 * the point at infinity) and else BUILD_NO_UNIT.
 */
enum fault must_check build_message(struct batch *, size_t *bad, struct ra *,
    struct db *, struct arena *, struct fault_info *);

#endif /* RA_BUILD_H */
