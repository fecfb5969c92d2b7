/*
 * anchors.h - where a device's trust begins: its roots, and the electors who
 * may give it others and take them away (use-cases.md 11, 11.5).
 *
 * They come with the bundle.  Chain files bring ballots; one that a quorum of
 * the electors agrees to adds a root or an elector, or removes one for good.
 * What has ended is forgotten, which makes room.  What is then in force is
 * kept in the file "trust":
 *
 *	8	"MNRCTRST"
 *	1	version 1
 *	1, 1, 1	numbers of roots, electors, and hashes
 *	2, ...	of each root and elector: length, certificate (COER)
 *	32	of each that was removed: SHA-256 of its canonical form
 *	32	SHA-256 of all before
 */
#ifndef DEVICE_ANCHORS_H
#define DEVICE_ANCHORS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/chainfile.h"
#include "device/bundle.h"
#include "device/folder.h"

#define ROOTS_MOST    2
#define ELECTORS_MOST 4
#define REMOVED_MOST  16
#define ELECTORS      3 /* in a bundle */
#define QUORUM	      2 /* of the electors (design.md 4) */

struct anchors {
	struct cert *root[ROOTS_MOST], *elector[ELECTORS_MOST];
	size_t roots, electors;
	struct digest removed[REMOVED_MOST];
	size_t removed_n;
	/* By the last vote: */
	bool changed;
	bool lost;		     /* a root was removed */
	const struct cert *endorsed; /* a root that is endorsed; NULL: none */
};

/* Root and electors of the bundle, checked by themselves.  The fault's text
 * begins with the name of the file that is wrong. */
enum fault must_check anchors_of_bundle(struct anchors *, struct arena *,
    const struct bundle *, struct fault_info *);
/* NOT_FOUND: there is no such file, the bundle's are in force; STORE. */
enum fault must_check anchors_read(struct anchors *, struct arena *,
    const struct folder *, struct fault_info *);
enum fault must_check anchors_write(
    const struct folder *, const struct anchors *, struct fault_info *);
/*
 * Does what the ballots of a chain file say, those of electors first.
 * NO_QUORUM: they endorse no root of ours, nor one that we could take; then
 * nothing has changed.
 */
enum fault must_check anchors_vote(struct anchors *, struct arena *,
    const struct chain_file *, uint32_t now, struct fault_info *);

#endif /* DEVICE_ANCHORS_H */
