/*
 * outside.h - what goes into a composite but is not ours: lists of series 256
 * (folder special/, by scms crl special) and ballots that remove roots and
 * electors (folder ballots/, by scms elector).
 */
#ifndef CRLG_OUTSIDE_H
#define CRLG_OUTSIDE_H

#include "cert/crl.h"
#include "role/crlg/crlg.h"

#define OUTSIDE_MOST 64 /* of each kind */

struct outside {
	struct crl special[OUTSIDE_MOST]; /* opened */
	struct bytes root[OUTSIDE_MOST], elector[OUTSIDE_MOST];
	size_t specials, roots, electors;
};

/*
 * Reads both folders; memory comes from the arena.  Ballots are taken as long
 * as the certificate they remove has not ended: whoever put them there has
 * counted the votes.  A file that does not belong there is left out, and noted
 * in left_out.  IO: a folder that cannot be read.
 */
enum fault must_check outside_read(struct outside *, struct arena *,
    struct crlg *, uint32_t now, struct fault_info *);

/* Is a certificate on one of the lists of series 256? */
bool outside_revokes(const struct outside *, const struct cert *);

#endif /* CRLG_OUTSIDE_H */
