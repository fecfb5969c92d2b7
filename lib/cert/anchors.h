/*
 * anchors.h - where trust begins: the roots in force, and the electors who may
 * give us others and take them away (use-cases.md 11, 14.9).
 *
 * Chain files bring ballots that add, composite CRLs bring ballots that remove.
 * One that a quorum of the electors in force agrees to takes effect at once: an
 * added certificate counts from the start of its own validity, a removed one
 * is gone for good from the earliest generation time on its ballot.  Anything
 * else changes nothing.
 *
 * Devices and components keep what is in force as octets:
 *
 *	8	"MNRCTRST"
 *	1	version 2
 *	1, 1, 1	numbers of roots, electors, and removed ones
 *	2, ...	of each root and elector: length, certificate (COER)
 *	32	of each that was removed: SHA-256 of its canonical form,
 *	4, 4	since when, and its own end (Time32; version 1 has neither)
 *	32	SHA-256 of all before
 */
#ifndef CERT_ANCHORS_H
#define CERT_ANCHORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/chainfile.h"
#include "cert/perm.h"

#define ROOTS_MOST    2
#define ELECTORS_MOST 4
#define REMOVED_MOST  32
#define QUORUM	      2 /* of the electors (design.md 4) */

/* A root or elector that is trusted no longer. */
struct anchors_removed {
	struct digest hash; /* of the canonical form */
	uint32_t from, end; /* Time32; end: of its own validity */
};

struct anchors {
	struct cert *root[ROOTS_MOST], *elector[ELECTORS_MOST];
	size_t roots, electors;
	struct anchors_removed removed[REMOVED_MOST];
	size_t removed_n;
	/* By the last vote: */
	bool changed;
	bool lost;		     /* a root was removed */
	const struct cert *endorsed; /* a root that is endorsed; NULL: none */
};

/* A self-signed certificate of this role, with a good signature. */
enum fault must_check anchors_load(struct cert **, struct arena *,
    struct bytes raw, enum scms_role, struct fault_info *);
/* The octets to keep; and back again.  STORE: they are damaged. */
enum fault must_check anchors_build(struct bytes *out, struct arena *,
    const struct anchors *, struct fault_info *);
enum fault must_check anchors_open(
    struct anchors *, struct arena *, struct bytes, struct fault_info *);

/* Was it removed?  *from (may be NULL): since when. */
bool
anchors_is_removed(const struct anchors *, const struct cert *, uint32_t *from);

/*
 * Adds what the ballots of a chain file say, electors first; and forgets what
 * has ended, which makes room.  NO_QUORUM: they endorse no root of ours, nor
 * one that we could take; then nothing has changed.
 */
enum fault must_check anchors_vote(struct anchors *, struct arena *,
    const struct chain_file *, uint32_t now, struct fault_info *);

/* Encoded ElectorBallots of a composite CRL. */
struct anchors_removals {
	const struct bytes *root, *elector;
	size_t n_root, n_elector;
};

/*
 * Removes what they say, in the order of their times, so that one who was
 * removed earlier has no vote in what came later; of two at the same time that
 * take away each other's quorum neither counts.  The last root leaves the list
 * only when another one comes (it is removed all the same: anchors_is_removed),
 * so that who is below it can be told why; and a quorum of electors stays.
 * To be repeated with the same ballots after a vote on a chain file that has
 * changed anything: they may be by electors that it added.
 */
void anchors_vote_ballots(
    struct anchors *, const struct anchors_removals *, uint32_t now);

#endif /* CERT_ANCHORS_H */
