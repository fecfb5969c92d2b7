/*
 * track.h - what a receiver remembers of the senders around it, and whom it
 * accuses.
 *
 * Of each sender (one certificate: nothing is linked to another one) the last
 * messages are kept, of a bounded number of senders.  A sender is accused of a
 * kind of misbehavior once, until all is forgotten.
 *
 * That a message is stale is said only while others agree with the receiver
 * on what time it is.
 *
 * Privacy: a report is signed under the certificate that the reporter uses, so
 * what it rests on must have been received while that was in use, lest it say
 * where the reporter was before.  Hence all is forgotten when the own
 * certificate changes.
 */
#ifndef MISBEHAVIOR_TRACK_H
#define MISBEHAVIOR_TRACK_H

#include "base/arena.h"
#include "base/bytes.h"
#include "cert/cert.h"
#include "misbehavior/plausibility.h"
#include "misbehavior/report.h"

/* A BSM whose signature and certificate were found good. */
struct heard {
	uint8_t signer[CERT_ID_SIZE];
	bool certificate; /* the SPDU carries it */
	struct bytes spdu;
	struct observation what;
	const geographic_region *region; /* of the certificate */
};

/* Longer SPDUs are no evidence: no channel carries them. */
#define TRACK_SPDU_MOST 2048

struct tracks;

struct tracks *tracks_new(size_t senders);
void tracks_free(struct tracks *);

/* A BSM that the receiver itself has signed and sent. */
void tracks_own(struct tracks *, const struct heard *);
/* The newest of those, and its signer's HashedId8; NULL: there is none. */
const struct observation *
tracks_last_own(const struct tracks *, const uint8_t **signer);

struct accusation {
	struct suspicion suspicion;
	struct misbehavior_report report;
};

/*
 * Takes a message of another sender, in the order of reception; out gets what
 * it is newly accused of, as many as returned.  *fresh: it was generated after
 * all that were heard of this sender, and is none of the receiver's own.
 * Evidence lies in the arena and in the tracks and in h, where it stays until
 * the next call.
 */
size_t tracks_hear(struct tracks *, struct accusation out[MISBEHAVIOR_KINDS],
    bool *fresh, struct arena *, const struct heard *h);

#endif /* MISBEHAVIOR_TRACK_H */
