/*
 * inquiry.h - answering the MA: PCA, LA and RA alike.
 *
 * A question is judged in this order, and nothing is changed before all of it
 * holds:
 *	justification (header Monarch-Justification)	400
 *	decryption, signature of the MA			400, 401
 *	form: this question, of this MA, not empty	400
 *	auditors: enough different ones have signed	401
 *	length of the list (ma_list_most)		413
 *	never seen before (kept for ever)		409
 *	entries of the last 24 hours for its purpose	429
 * What fails is answered by that status, with the fault in the header
 * Monarch-Error, and written into the audit log as a refusal.  Disk or audit
 * log out of order: 503.  What holds is counted and written into the audit log,
 * durably, before the role looks at it; so the same question again needs a new
 * message.
 *
 * State: FOLDER/data/inquiry.db, hashes and numbers only.
 */
#ifndef INQUIRY_INQUIRY_H
#define INQUIRY_INQUIRY_H

#include "audit/audit.h"
#include "http/server.h"
#include "inquiry/kind.h"
#include "keys/component.h"
#include "service/service.h"

/* 1 to 200 printable ASCII characters but " and \ : case and reason, for the
 * audit logs of both sides; never a linkage value or a name. */
#define INQUIRY_HEADER	 "Monarch-Justification"
#define INQUIRY_WHY_MAX	 200
#define INQUIRY_BODY_MAX (256u << 10)

struct inquiry;

struct inquiry_conf {
	const struct component *self; /* with a key to decrypt */
	const char *folder;	      /* of the component */
	/* domain, ma_list_most, auditors_needed */
	const struct environment *environment;
	uint64_t per_day; /* entries, for each inquiry_purpose */
	struct audit *audit;
	/* The role's crash point (service/crash.h) at which a question is
	 * counted and nothing of the answer was done; NULL: none. */
	const char *counted;
};

/* Opens or makes the database; what conf points to is borrowed, but for the
 * folder. */
enum fault must_check inquiry_open(
    struct inquiry **, const struct inquiry_conf *, struct fault_info *);
void inquiry_close(struct inquiry *); /* NULL is fine */
/* Host name of the MA: for the routes. */
const char *inquiry_ma(const struct inquiry *);

/* A question that holds, in arena memory. */
struct inquiry_question {
	enum inquiry_kind kind;
	const scms_pdu *pdu;
	uint8_t hash[8]; /* requestHash */
	const char *why;
};

/*
 * Judges a question, counts it and logs it; or logs the refusal.  why: the
 * header, NULL if there is none.  Thread-safe.
 */
enum fault must_check inquiry_receive(struct inquiry_question *out,
    struct inquiry *, struct arena *, enum inquiry_kind, struct bytes body,
    const char *why, struct fault_info *);
/* Signs an answer and encrypts it to the MA. */
enum fault must_check inquiry_reply(struct bytes *out, const struct inquiry *,
    struct arena *, const scms_pdu *answer, struct fault_info *);

/*
 * Fills the answer to a question.  *answer has the hash of the question and our
 * name already; headers may be set in the response.  A fault: no answer, status
 * as above (the question stays counted).
 */
typedef enum fault inquiry_answer_fn(scms_pdu *answer, void *ctx,
    struct arena *, const struct inquiry_question *, struct http_response *,
    struct fault_info *);
/* All of the above for one request, in the memory of the request. */
void
inquiry_serve(struct inquiry *, enum inquiry_kind, const struct http_request *,
    struct http_response *, inquiry_answer_fn *, void *);
/* For what a role finds wrong before inquiry_serve: audit log and status. */
void inquiry_refuse(struct inquiry *, enum inquiry_kind, const char *why,
    struct http_response *, enum fault, const struct fault_info *);
/* Counters questions and questions_refused, since the start. */
void inquiry_health(struct inquiry *, struct service_health *);

#endif /* INQUIRY_INQUIRY_H */
