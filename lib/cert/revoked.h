/*
 * revoked.h - what revocation lists revoke, ready to be looked up in constant
 * small time (use-cases 8.4, IEEE 1609.2 5.1.3.4 and 5.1.3.5).
 *
 * A certificate is looked up in the list that its cracaId and crlSeries name,
 * and in no other: by its linkage value in a list of linkage seeds, by its
 * HashedId10 in a list of digests.  The linkage values of two periods, "base"
 * and the next, are there; base is the period that runs, but while
 * certificates of the former are still valid, the former.  So the values of
 * a period are there before it begins, except for the first REVOKED_OVERLAP
 * seconds after the one before began.
 *
 * What is looked up is one block of octets, the same in memory and in a file
 * that is mapped:
 *
 *	8	"MNRCRVKD"
 *	1, 1	version 1, number of lists
 *	4, 4	base; Time32 at which the period after the next begins
 *	32	digest of what it was made of, the caller's
 *	...	of each list: digest (32), HashedId8 of the CRACA (8),
 *		series (2), issueDate (4), nextCrl (4), kind (1), iRev (4),
 *		and two tables: lines (4), key (32); padded to whole lines
 *	...	the tables, one after another (lineset.h)
 *	32	SHA-256 of all before
 *
 * A struct revoked does not change once it is made; any thread may look.
 */
#ifndef CERT_REVOKED_H
#define CERT_REVOKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "cert/cert.h"
#include "crypto/hash.h"

struct crl; /* cert/crl.h */
struct revoked;

#define REVOKED_OVERLAP 7200u /* an hour that certificates overlap, and one */
#define REVOKED_LISTS	64    /* at most */

/* Which periods there are, and how long a list may be overdue (UINT32_MAX:
 * any time). */
struct revoked_terms {
	uint32_t now;
	uint32_t i_zero, i_seconds; /* 0: those of CAMP */
	uint32_t tolerance;
};

/*
 * Expands n lists, which crl_open has authenticated.  Roots and electors that
 * ballots have removed go in as a list of their digests with series and CRACA
 * 0, as in their certificates.  Entries that are over are passed over.
 *
 * former (may be NULL) gives what it has already: the values of a list that is
 * the same, and those of a period before iRev, which nobody can compute any
 * more.  source tells what all was made of.  TOO_LARGE: memory, or too many
 * lists; DUPLICATE: two of one CRACA and series.
 */
enum fault must_check revoked_new(struct revoked **, const struct crl *list,
    size_t n, const struct revoked *former, const struct digest *source,
    const struct revoked_terms *, struct fault_info *);
void revoked_free(struct revoked *);

/* Writes it as a file, in one step; maps such a file.  NOT_FOUND; STORE: it is
 * damaged. */
enum fault must_check revoked_save(
    const struct revoked *, const char *path, struct fault_info *);
enum fault must_check revoked_map(struct revoked **, const char *path,
    const struct revoked_terms *, struct fault_info *);
const struct digest *revoked_source(const struct revoked *);
/* Does it hold what is needed at this time?  If not, it is to be made again;
 * it still serves until the period after the next begins. */
bool revoked_is_current(const struct revoked *, uint32_t now);

/*
 * REVOKED: it is on a list, and the text says on which; OVERDUE: its list
 * should have been replaced longer ago than is tolerated, or this was not
 * expanded for that time (TRUST_ANY_TIME: neither is judged).  A certificate
 * of no list's CRACA and series is fine.
 */
enum fault must_check revoked_check(const struct revoked *, const struct cert *,
    uint32_t time, struct fault_info *);
/* The same for a linkage value alone, of period i.  False, too, if the values
 * of the period are not there. */
bool
revoked_has_linkage(const struct revoked *, const uint8_t value[9], uint32_t i);

#endif /* CERT_REVOKED_H */
