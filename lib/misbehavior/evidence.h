/*
 * evidence.h - the BSMs of a report, verified and judged again.
 */
#ifndef MISBEHAVIOR_EVIDENCE_H
#define MISBEHAVIOR_EVIDENCE_H

#include "base/arena.h"
#include "base/fault.h"
#include "cert/trust.h"
#include "misbehavior/plausibility.h"
#include "misbehavior/report.h"

struct evidence {
	const struct cert *accused; /* checked; its linkage value in tbs->id */
	/* Each BSM, as the accused and as the reporter claim; messages of the
	 * accused count as received when they were generated, the last one
	 * when the report was. */
	const struct observation *seen, *own;
	size_t n, own_n;
};

/*
 * Verifies each BSM with its chain at its own time, which may be before that
 * of the report by max_age of the rules and after it by their tolerance:
 * whoever holds the keys of other weeks must not bring those in.  All of the
 * accused must be under one certificate, all of the reporter under that of the
 * report.  Faults: those of spdu_open and monarch_bsm_decode, BAD_MESSAGE (the
 * first has no certificate, or they are not in order), DENIED (another signer;
 * or reporter and accused are one), TOO_OLD, GENERATED_IN_FUTURE (against the
 * report).
 */
enum fault must_check evidence_open(struct evidence *, struct arena *,
    const struct opened_report *, const struct report_rules *, struct trust *,
    struct fault_info *);
/* Do the messages show what the report says?  *out says it in words.
 * FAULT_CONSTRAINT: they do not. */
enum fault must_check evidence_judge(struct suspicion *out,
    const struct evidence *, enum misbehavior_kind, struct fault_info *);

#endif /* MISBEHAVIOR_EVIDENCE_H */
