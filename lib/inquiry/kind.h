/*
 * kind.h - the questions of the MA, all of one shape: who asks, a list, the
 * countersignatures of auditors; and their answers, which name the question by
 * a hash (ma-pca.asn, la-ma.asn, ma-ra.asn).
 */
#ifndef INQUIRY_KIND_H
#define INQUIRY_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/perm.h"

typedef struct scms_pdu scms_pdu;

/* Numbers are kept in databases: new ones go to the end. */
enum inquiry_kind {
#define KIND(name, ...) INQUIRY_##name,
#include "inquiry/kind.def"
	INQUIRY_KINDS
};

/* Each has a limit of its own, so that however much detection asks, or is made
 * to ask by reports, revocations go through.  Numbers are kept in databases. */
enum inquiry_purpose { INQUIRY_TO_REVOKE, INQUIRY_TO_LINK };

/* "/plvs"; without the slash it is the word for logs. */
const char *inquiry_path(enum inquiry_kind);
/* Who answers. */
enum scms_role inquiry_role(enum inquiry_kind);

/*
 * Makes *pdu an empty question of the MA with this host name, which is
 * borrowed.  The caller then sets the list, by its name in the schema:
 *	pdu->content.ma_pca.ma_pca_hpcr_request.tbs.linkage_values
 */
void inquiry_begin(scms_pdu *, enum inquiry_kind, const char *ma);
/* Makes *pdu an answer with the hash of its question and our name; the caller
 * sets the rest. */
void inquiry_begin_answer(scms_pdu *, enum inquiry_kind,
    const uint8_t request_hash[8], const char *self);
/* Octets that auditors countersign: COER of tbs.  Those of two kinds with lists
 * of the same things are the same, and so are their countersignatures: who lets
 * a device be blacklisted lets its chains be asked for. */
enum fault must_check inquiry_tbs(struct bytes *out, struct arena *,
    const scms_pdu *, enum inquiry_kind, struct fault_info *);
/* Entries of the list. */
size_t inquiry_entries(const scms_pdu *, enum inquiry_kind);
/* What it is asked for. */
enum inquiry_purpose inquiry_purpose(enum inquiry_kind);
/* Entries that count towards the limit of a day for this purpose. */
size_t inquiry_weight(const scms_pdu *, enum inquiry_kind);

/* The form of a question: of this kind, by this MA, a list that is not empty
 * and no group linkage values.  BAD_MESSAGE. */
enum fault must_check inquiry_check_question(
    const scms_pdu *, enum inquiry_kind, const char *ma, struct fault_info *);
/* ... and of an answer: of this kind, by this component, to that question.
 * BAD_MESSAGE. */
enum fault must_check inquiry_check_answer(const scms_pdu *, enum inquiry_kind,
    const uint8_t request_hash[8], const char *peer, struct fault_info *);

/* The countersignatures of a question, each an encoded SPDU, as received. */
enum fault must_check inquiry_signatures(struct bytes **out, size_t *n,
    struct arena *, const scms_pdu *, enum inquiry_kind, struct fault_info *);
/* Replaces them; memory is the arena's, octets are borrowed. */
enum fault must_check inquiry_set_signatures(scms_pdu *, enum inquiry_kind,
    struct arena *, const struct bytes *, size_t n, struct fault_info *);

#endif /* INQUIRY_KIND_H */
