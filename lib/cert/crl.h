/*
 * crl.h - revocation lists: SecuredCrl of IEEE 1609.2a-2017 (hash entries
 * without a preamble) and the composite CRL of CAMP that a CRL store gives
 * out.
 *
 * Series 1 names pseudonym certificates by linkage seeds; all other series name
 * certificates by the last octets of their hash.  A list is decoded into
 * columns, which the batch code of crypto/linkage.h works on as they are.
 *
 * A list is believed if its signer may sign it: PSID 256 with a CrlSsp that
 * names the series and says whose certificates (the CRACA, a root) it is about.
 */
#ifndef CERT_CRL_H
#define CERT_CRL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/sign.h"
#include "cert/trust.h"
#include "crypto/aes.h"

#define CRL_ID_SIZE 10 /* HashedId10 */

/* What a hash list calls a certificate. */
static inline const uint8_t *
crl_id_of(const struct cert *k)
{
	return k->hash + k->hash_n - CRL_ID_SIZE;
}

struct crl_hash_entry {
	uint8_t id[CRL_ID_SIZE];
	uint32_t expiry; /* Time32 from which on the entry is not needed */
};

/* Chain pairs that have jMax, the LAs and iMax in common: seed1[k] and seed2[k]
 * are ls1(iRev) and ls2(iRev) of one pair.  The certificates of the pair in
 * period i >= iRev have j = 0 .. jmax - 1. */
struct crl_linkage_group {
	uint8_t jmax;
	uint8_t la1[2], la2[2];
	uint16_t i_max; /* last period the pair has certificates in */
	const struct key16 *seed1, *seed2;
	size_t n;
};

/* CrlContents, without priority. */
struct crl {
	uint16_t series;	     /* CRL_SERIES_ of cert/profile.h */
	uint8_t craca[CERT_ID_SIZE]; /* HashedId8 of the root */
	uint32_t issued, next;	     /* Time32 */

	/* series 1: fullLinkedCrl */
	uint16_t i_rev;
	uint8_t index_within_i; /* lists of the same iRev before this one */
	const struct crl_linkage_group *group;
	size_t groups;

	/* all others: fullHashCrl */
	uint32_t serial; /* lists of the series before this one */
	const struct crl_hash_entry *entry;
	size_t entries;

	/* set by crl_open */
	struct bytes raw;	   /* the SecuredCrl */
	const struct cert *signer; /* checked; its issuer may be NULL: self */
};

/* What has to be known of a pair to put it into a list. */
struct crl_linkage_entry {
	uint8_t jmax;
	uint8_t la1[2], la2[2];
	uint16_t i_max;
	struct key16 seed1, seed2; /* of iRev */
};

/* Enough for an arena in which a list or composite of so many octets is opened
 * or made. */
#define CRL_MEMORY(octets) ((size_t)8 * (octets) + ((size_t)1 << 20))

/* ---- out ---- */

/*
 * The groups of a list: jMax above LA pair above iMax, and in each group the
 * order of the seeds, which tells nothing of who was revoked with whom; what
 * is there twice is taken once.  Sorts the entries; sets group and groups.
 * FAULT_TOO_LARGE.
 */
enum fault must_check crl_group(struct crl *, struct arena *,
    struct crl_linkage_entry *, size_t n, struct fault_info *);
/* CrlContents of all but raw and signer. */
enum fault must_check crl_encode(struct bytes *contents, struct arena *,
    const struct crl *, struct fault_info *);
/* The SecuredCrl (PSID 256, no generation time, signer by digest).  Faults: as
 * crl_check_generator; TOO_LARGE. */
enum fault must_check crl_sign(struct bytes *out, struct arena *,
    const struct crl *, const struct signer *, struct fault_info *);

/* ---- in ---- */

/* The columns of encoded CrlContents; nothing is authenticated.  Faults: those
 * of coer_decode; UNSUPPORTED: a delta list, or one with group seeds. */
enum fault must_check crl_read(struct crl *out, struct arena *,
    struct bytes contents, struct fault_info *);

/* The columns of a SecuredCrl, and its raw; nothing is authenticated.  Faults:
 * those of crl_read; BAD_MESSAGE: not signed data around unsecured data. */
enum fault must_check crl_peek(
    struct crl *out, struct arena *, struct bytes secured, struct fault_info *);

/*
 * May this certificate sign lists of this series for this CRACA?  signer's
 * chain must have been checked.  PSID_NOT_PERMITTED, SSP_NOT_PERMITTED (the
 * CrlSsp does not have the series), DENIED (another CRACA).
 */
enum fault must_check crl_check_generator(const struct cert *signer,
    uint16_t series, const uint8_t craca[CERT_ID_SIZE], struct fault_info *);

struct crl_rules {
	uint32_t now;	    /* Time32; TRUST_ANY_TIME: no times */
	uint32_t tolerance; /* issued at most so much later than now */
};

/*
 * Opens one SecuredCrl; in must outlive *out.  Faults: those of spdu_open, of
 * crl_read and of crl_check_generator; BAD_MESSAGE (a header with more than the
 * PSID, a next list before this one, series 1 by hash or another one by seeds),
 * NOT_YET_VALID and EXPIRED (the signer at the date of issue),
 * GENERATED_IN_FUTURE.  An overdue list opens: what that means is the caller's
 * business.
 */
enum fault must_check crl_open(struct crl *out, struct arena *, struct bytes in,
    struct trust *, const struct crl_rules *, struct fault_info *);

/* May b take the place of a, which has the same series and CRACA?  Yes if it is
 * the same, or was issued later and for no earlier period.  FAULT_TOO_OLD;
 * DUPLICATE: another list of the same date. */
enum fault must_check crl_check_follows(
    const struct crl *a, const struct crl *b, struct fault_info *);

/* ---- composite ---- */

/* CompositeCrl with nothing in it: 00 0100 0100 0100. */
extern const uint8_t crl_composite_empty[7];

/* The pieces of a CompositeCrl, encoded: SecuredCrls, and ElectorBallots
 * (cert/ballot.h) that remove roots and electors. */
struct crl_parts {
	const struct bytes *list, *root_ballot, *elector_ballot;
	size_t lists, root_ballots, elector_ballots;
};

/* Each piece must decode. */
enum fault must_check crl_composite_build(struct bytes *out, struct arena *,
    const struct crl_parts *, struct fault_info *);
/* Takes it apart; nothing is authenticated.  The pieces lie in `in` or in the
 * arena. */
enum fault must_check crl_composite_read(struct crl_parts *out, struct arena *,
    struct bytes in, struct fault_info *);

struct crl_composite {
	struct crl_parts parts; /* the ballots were not judged */
	const struct crl *list; /* opened, as many as parts.lists */
};

/*
 * Takes it apart and opens all lists.  The fault is that of the first list that
 * does not open, its text says which; DUPLICATE: two of one series and
 * CRACA; REVOKED: a list of series 256 here names the signer of another list.
 */
enum fault must_check crl_composite_open(struct crl_composite *out,
    struct arena *, struct bytes in, struct trust *, const struct crl_rules *,
    struct fault_info *);
/* Does a hash list name this certificate? */
bool crl_names(const struct crl *, const struct cert *);
/* The list of a series that is about certificates with this cracaId (last
 * octets of the CRACA's HashedId8); NULL: none. */
const struct crl *crl_find(const struct crl_composite *,
    const uint8_t craca_id[TRUST_CRACA_SIZE], uint16_t series);

#endif /* CERT_CRL_H */
