/*
 * report.h - misbehavior reports as octets (CAMP 1.2.2:
 * SecuredMisbehaviorReport around SignedMisbehaviorReport around
 * ScopedMisbehaviorReport).
 *
 * What CAMP leaves open: misbehavingDeviceInfo is a MonarchMisbehavior,
 * misbehavingDeviceBSMs and reporterDeviceBSMs are each a MonarchEvidence, a
 * list of signed BSMs as they were received or sent.
 */
#ifndef MISBEHAVIOR_REPORT_H
#define MISBEHAVIOR_REPORT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/encrypt.h"
#include "cert/spdu.h"
#include "misbehavior/kind.h"

/* BSMs of either in a report. */
#define MISBEHAVIOR_BSMS_MOST 80

struct misbehavior_report {
	enum misbehavior_kind kind;
	/* Of the accused, in the order of reception; the first carries its
	 * certificate, the last is the one that was found implausible. */
	const struct bytes *bsms;
	size_t n;
	/* Of the reporter, in order; may be none. */
	const struct bytes *own;
	size_t own_n;
};

/* The contents, as they are signed.  TOO_LARGE: arena, or too many BSMs. */
enum fault must_check misbehavior_report_encode(struct bytes *out,
    struct arena *, const struct misbehavior_report *, struct fault_info *);
/* BAD_MESSAGE: another PDU, or no or too many BSMs; those of coer_decode.
 * BSMs lie inside in. */
enum fault must_check misbehavior_report_decode(struct misbehavior_report *out,
    struct arena *, struct bytes in, struct fault_info *);

/* When and where the reporter says that it was: as in its own BSMs. */
struct report_origin {
	uint64_t generated; /* Time64 */
	struct region_place place;
};
/* UnknownLatitude, UnknownLongitude: it has sent none. */
#define REPORT_NO_PLACE ((struct region_place){900000001, 1800000001})

/* Signs (PSID 0x26, with the certificate) and encrypts to the MA. */
enum fault must_check misbehavior_report_seal(struct bytes *out, struct arena *,
    const struct misbehavior_report *, const struct report_origin *,
    const struct signer *, const struct cert *ma, struct fault_info *);

/* What an MA demands of a report. */
struct report_rules {
	uint32_t now;	  /* Time32 */
	uint32_t max_age; /* seconds since generation */
	uint32_t tolerance;
};

/* A report that was opened: what it says, and who says it. */
struct opened_report {
	struct misbehavior_report report;
	struct report_origin origin;
	const struct cert *reporter; /* checked; its linkage value in tbs->id */
	struct bytes signed_report;  /* without its encryption */
	struct digest digest; /* tells the report, however it is encrypted */
};

/*
 * Decrypts with one of n keys and verifies: PSID 0x26, signer certificate in
 * the message, generationTime and generationLocation present, not too old, the
 * chain.  Everything lies in the arena or inside in.  Faults: those of
 * spdu_decrypt, spdu_open and misbehavior_report_decode; BAD_MESSAGE: no
 * certificate or no location.
 */
enum fault must_check misbehavior_report_open(struct opened_report *out,
    struct arena *, struct bytes in, const struct decryption_key *, size_t n,
    struct trust *, const struct report_rules *, struct fault_info *);

#endif /* MISBEHAVIOR_REPORT_H */
