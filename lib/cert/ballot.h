/*
 * ballot.h - electors endorse roots and one another (component certificate
 * management): SignedElectorEndorsements, gathered in an ElectorBallot.
 */
#ifndef CERT_BALLOT_H
#define CERT_BALLOT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/sign.h"

/* Numbers are those of EndorsementType. */
enum endorsement {
	ENDORSE_ADD_ROOT,
	ENDORSE_ADD_ELECTOR,
	ENDORSE_REMOVE_ROOT,
	ENDORSE_REMOVE_ELECTOR,
};

/* One elector's SignedElectorEndorsement (psid 35, generation time) of a root
 * or elector; certificateHash = SHA-256 of its canonical form. */
enum fault must_check endorsement_sign(struct bytes *out, struct arena *,
    enum endorsement, const struct cert *subject, uint32_t time,
    const struct signer *elector, struct fault_info *);
/* ElectorBallot: the certificate and n endorsements of it. */
enum fault must_check ballot_build(struct bytes *out, struct arena *,
    const struct cert *subject, const struct bytes *endorsement, size_t n,
    struct fault_info *);
/* What a quorum has decided. */
struct ballot {
	struct cert *subject;
	uint32_t from; /* Time32: earliest of the endorsements that count */
	size_t agree;  /* electors */
};

/*
 * Do at least quorum of the n electors endorse (as kind) what the encoded
 * ballot is about?  Each counts once, and only within the validity of its
 * certificate; endorsements of others, for another certificate, of another
 * kind or generated after now count nothing.  out may be NULL.
 * FAULT_NO_QUORUM.
 */
enum fault must_check ballot_check(struct ballot *out, struct arena *,
    struct bytes ballot, enum endorsement kind, struct cert *const *elector,
    size_t n, size_t quorum, uint32_t now, struct fault_info *);
/* Two ballots about the same certificate as one, each endorsement once.
 * CONSTRAINT: they are about two. */
enum fault must_check ballot_merge(struct bytes *out, struct arena *,
    struct bytes ballot, struct bytes other, struct fault_info *);
/* The ballot with those endorsements alone that the n electors signed (whatever
 * they are about); *kept is their number, and if it is 0, *out is the ballot
 * as it was. */
enum fault must_check ballot_keep(struct bytes *out, size_t *kept,
    struct arena *, struct bytes ballot, struct cert *const *elector, size_t n,
    struct fault_info *);
/* The certificate that it is about; nothing is checked. */
enum fault must_check ballot_subject(
    struct cert **, struct arena *, struct bytes ballot, struct fault_info *);

#endif /* CERT_BALLOT_H */
