/*
 * asking.h - one question to one peer: for linked.c and the steps of a
 * revocation.
 */
#ifndef MA_ASKING_H
#define MA_ASKING_H

#include "inquiry/ask.h"
#include "role/ma/question.h"

struct asking {
	/* What it is for; the same key is the same question.  One that is asked
	 * with another list needs new countersignatures. */
	const char *key;
	enum inquiry_kind kind;
	const struct ma_peer *peer;
	const char *why;
	const char *const *headers; /* as inquiry_ask; or NULL */
};

/*
 * Asks, if auditors and today's measure permit.  question: begun by
 * inquiry_begin, its list set.  ma->lock must not be held.
 *
 * BUSY: not now; the text says what it waits for.  A peer that answers, but not
 * in the protocol, is asked again after five minutes.  DENIED: refused for
 * good, by the peer, or because its answer is not to this question.  TOO_LARGE:
 * more than ma_list_most.  STORE, IO.
 */
enum fault must_check question_ask(struct ma *, struct inquiry_reply *,
    struct arena *, const struct asking *, scms_pdu *question,
    struct fault_info *);
/* The answer is stored: forgets what was asked.  outcome: in a word or two,
 * for people.  With ma->lock held, in the transaction that stores it. */
enum fault must_check question_used(
    struct ma *, const char *key, const char *outcome, struct fault_info *);

/* Adds a countersignature to the question of this number; *auditor is the name
 * in its certificate.  BAD_SIGNATURE and others of auditor_count; NOT_FOUND:
 * no such question waits; EXISTS: this auditor has signed.  Takes ma->lock. */
enum fault must_check question_countersign(struct ma *, const char **auditor,
    struct arena *, int64_t number, struct bytes octets, struct fault_info *);

/* For people: one that waits. */
struct question {
	int64_t number;
	enum inquiry_kind kind;
	const char *peer, *why, *outcome; /* outcome: of the latest attempt */
	uint8_t hash[SHA256_SIZE];	  /* of what auditors sign */
	struct bytes pdu;		  /* ScmsPDU, not countersigned */
};
enum fault must_check question_load(struct question *, struct ma *,
    struct arena *, int64_t number, struct fault_info *);

#endif /* MA_ASKING_H */
