/*
 * chains.h - the next version of a chain file (GCCF or LCCF): what is over or
 * revoked goes, what is new comes.
 */
#ifndef CERT_CHAINS_H
#define CERT_CHAINS_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/anchors.h"
#include "cert/cert.h"
#include "cert/chainfile.h"
#include "cert/trust.h"

struct chains_update {
	const struct bytes *added; /* encoded certificates */
	size_t added_n;
	/* Components that are gone: those that certified nobody (perm.h) leave
	 * at once, CAs when they end, because their certificates are in use. */
	const struct bytes *gone;
	size_t gone_n;
	/* On other roots or electors, or more endorsements of those that are
	 * there. */
	const struct bytes *root_ballot, *elector_ballot;
	size_t root_ballots, elector_ballots;
	struct bytes ma; /* a new MA certificate; BYTES_NONE: the same */
	/* Certificates that do not hold any more because of it leave; NULL:
	 * none.  An MA's stays until there is another: a file must have one. */
	struct trust *trust;
	/* Roots and electors that were removed leave, and roots lose their
	 * endorsements, as long as they keep a quorum; NULL: none. */
	const struct anchors *anchors;
	uint16_t gccf_version; /* of an LCCF; 0: one higher */
	uint32_t now;	       /* Time32 */
};

/* *next follows *old, in arena memory, encoded in *out.  Versions are one
 * higher; an LCCF takes only what devices need. */
enum fault must_check chains_next(struct bytes *out, struct chain_file *next,
    struct arena *, const struct chain_file *old, const struct chains_update *,
    struct fault_info *);

/* Do they hold other certificates or ballots? */
bool chains_differ(const struct chain_file *, const struct chain_file *);

/* Does an LCCF hold certificates of this kind? */
bool chains_is_for_devices(const struct cert *);

#endif /* CERT_CHAINS_H */
