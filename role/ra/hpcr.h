/*
 * hpcr.h - whose request to the PCA was it?  The question that the MA asks and
 * that is answered to nobody outside this process.
 */
#ifndef RA_HPCR_H
#define RA_HPCR_H

#include "role/ra/ra.h"
#include "schema/scms_base.h"

/* An enrollment certificate (HashedId8), if there is one. */
struct hpcr_owner {
	bool is_known;
	uint8_t enrollment[CERT_ID_SIZE];
};

/* owners[k] of hpcrs[k], n of them, in the caller's arena.  That one is not
 * known is no fault. */
enum fault must_check hpcr_owners(struct hpcr_owner **owners, const struct ra *,
    struct db *, struct arena *, const hpcr *, size_t n, struct fault_info *);

#endif /* RA_HPCR_H */
