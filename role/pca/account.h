/*
 * account.h - what is issued is accounted for: first in the audit log, then on
 * its shelf.
 */
#ifndef PCA_ACCOUNT_H
#define PCA_ACCOUNT_H

#include "role/pca/pca.h"
#include "role/pca/store.h"

/*
 * Makes all that was issued for one message durable.  Its line in the audit log
 * has the batchId, the count, and SHA-256 over the HPCRs in their order, which
 * is ascending: what an RA can compute as well, and what tells nobody who does
 * not have them anything.  If the shelf then fails, the line stays, and the
 * same requests get another one with the same digest.  An audit log that cannot
 * be written ends it here: nothing is issued.
 */
enum fault must_check pca_account(struct pca *, enum pca_shelf,
    const struct pca_record *, size_t n,
    const uint8_t batch_id[BATCH_ID_OCTETS], struct fault_info *);

#endif /* PCA_ACCOUNT_H */
