/*
 * explain.h - any decoded value as indented text for people: times, PSIDs,
 * durations and key forms in words, opaque contents opened where their kind
 * is known.
 */
#ifndef SCMS_EXPLAIN_H
#define SCMS_EXPLAIN_H

#include <stdio.h>

#include "base/arena.h"
#include "coer/coer.h"

/* Prints the value; arena holds what opening the contents needs. */
void
explain_value(FILE *, struct arena *, const struct asn_type *, const void *);
/* The name of a PSID, NULL if it has none here. */
const char *explain_psid(uint64_t);

/*
 * What a string of octets is: the first type of a list of all that files and
 * opaque contents of an SCMS hold, whose canonical encoding it is.
 */
struct guess {
	const struct asn_type *type;
	void *value;
};
/* FAULT_UNKNOWN_ALTERNATIVE: nothing fits; then fi tells how far the nearest
 * type came. */
enum fault must_check explain_guess(
    struct guess *, struct arena *, struct bytes, struct fault_info *);

#endif /* SCMS_EXPLAIN_H */
