/* refusal.h - why a peer does not answer about one entry of a list, in words.
 */
#ifndef MA_REFUSAL_H
#define MA_REFUSAL_H

#include <stdbool.h>

#include "schema/scms_protocol.h"

/* As in ASN.1, such as "pcaInvalidLinkageValue"; NULL: one we do not know. */
const char *refusal_name(const scms_error *);
/* "has issued no certificate with this linkage value" */
const char *refusal_words(const scms_error *);
bool refusal_is(const scms_error *, const char *name);
/* DENIED: "PEER has issued no ..." */
enum fault
refusal_fault(const char *peer, const scms_error *, struct fault_info *);

#endif /* MA_REFUSAL_H */
