/*
 * auth.h - auth-cert-req: identification and application certificates
 * (IdCertRequestInfo, asn1-facts 5.5).
 *
 * They are few, and each names its holder by an RIF, so they go through the
 * general codec and are never in one message with pseudonym certificates: the
 * first request of a message tells which it holds.
 *
 * verifyKeyIndicator of the request is a reconstructionValue where the key was
 * expanded from a caterpillar key (identification; the answer is
 * implicit-butterfly) and a verificationKey where it is the holder's own
 * (application; the answer is implicit).
 */
#ifndef PCA_AUTH_H
#define PCA_AUTH_H

#include "cert/issue.h"
#include "role/pca/pca.h"
#include "schema/monarch.h"

/* One request; where HPCRs repeat, only the first of them. */
struct auth_entry {
	const scms_pdu *pdu;
	uint8_t hpcr[HPCR_OCTETS];
	enum refusal refusal;
	/* What is asked for, once checked: */
	certificate *template;
	struct point key; /* R_U */
	struct curve_point response;
	bool butterfly;
	/* What came of it; id NULL: refused. */
	const uint8_t *id;  /* HashedId10 */
	struct bytes reply; /* ScmsPDU */
};

static inline bool
auth_is_open(const struct auth_entry *e)
{
	return e->refusal == REFUSED_NOT && e->reply.p == NULL;
}

struct auth_batch {
	struct pca *pca;
	struct arena *arena;
	struct auth_entry *entry;
	const uint8_t **hpcr; /* of each entry */
	size_t n;
};

/* Does this PDU hold an auth-cert-req? */
bool auth_is_request(const scms_pdu *);
/* Answers n requests: b->entry[].reply.  All that is newly issued is durable
 * when this returns. */
enum fault must_check auth_answer(struct auth_batch *b, struct pca *,
    struct arena *, const scms_pdu *const *, size_t n,
    const uint8_t batch_id[BATCH_ID_OCTETS], struct fault_info *);
/* MonarchAuthBatchReply. */
enum fault must_check auth_encode_replies(struct bytes *out,
    const struct auth_batch *, const uint8_t batch_id[BATCH_ID_OCTETS],
    struct fault_info *);

/* auth_check.c: template, keys or refusal of one that is open.  The fault is
 * TOO_LARGE. */
enum fault must_check auth_check(struct auth_entry *, const struct pca *,
    struct arena *, struct fault_info *);
/* auth_issue.c: id and reply of those that are open. */
enum fault must_check auth_issue(struct auth_batch *, struct fault_info *);

#endif /* PCA_AUTH_H */
