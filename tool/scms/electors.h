/*
 * electors.h - the electors of an environment: who is in force, and whose keys
 * are at hand in a ceremony.
 *
 * Each elector's folder has cert.oer and sign.key (sealed).  It is named by
 * itself, or is the folder elector<n> of an offline folder.
 */
#ifndef SCMS_ELECTORS_H
#define SCMS_ELECTORS_H

#include "cert/anchors.h"
#include "cert/ballot.h"
#include "keys/key.h"
#include "tool/scms/site.h"

struct elector {
	char folder[PATH_SIZE];
	struct cert *cert;
	struct key *key;
	struct signer signer;
};

struct electors {
	struct arena *arena;
	struct anchors anchors;	  /* in force */
	struct chain_file chains; /* the newest of the PG */
	struct elector hand[ELECTORS_MOST];
	size_t n; /* at hand */
};

/* What the PG has, and what it has not read yet: its newest chain file, and
 * the ballots that the CRLG publishes. */
enum fault must_check electors_read(struct electors *, struct arena *,
    const struct site *, struct fault_info *);
/* The keys of those in force that are in this folder.  NOT_FOUND: no elector's
 * certificate; BAD_TAG: the passphrase is wrong. */
enum fault must_check electors_take(struct electors *, const char *folder,
    struct bytes passphrase, struct fault_info *);
/* One elector by its folder, whoever it is. */
enum fault must_check elector_load(struct elector *, struct arena *,
    const char *folder, struct bytes passphrase, struct fault_info *);
/* The ballot of all at hand.  NO_QUORUM. */
enum fault must_check electors_vote(struct bytes *ballot, struct electors *,
    enum endorsement, const struct cert *subject, uint32_t now,
    struct fault_info *);
void electors_free(struct electors *);

/* "remove elector"; as a file name: "remove-elector". */
const char *endorsement_words(enum endorsement);
const char *endorsement_verb(enum endorsement);
/* FAULT_USAGE. */
enum fault must_check endorsement_parse(
    enum endorsement *, const char *verb, struct fault_info *);

#endif /* SCMS_ELECTORS_H */
