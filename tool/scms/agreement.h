/* agreement.h - a PCA and an LA agree on the key of pre-linkage values. */
#ifndef SCMS_AGREEMENT_H
#define SCMS_AGREEMENT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

/*
 * Runs the programs of the two, whose folders are dir/<pca> and dir/<la>.
 * Each computes its part in its own folder, so that nobody else ever holds
 * the key; only their three signed messages pass through here.  *request (may
 * be NULL) is the first of them, in the arena.  They may be running.
 */
enum fault must_check agreement_run(struct bytes *request, struct arena *,
    const char *dir, const char *pca, const char *la, struct fault_info *);

#endif /* SCMS_AGREEMENT_H */
