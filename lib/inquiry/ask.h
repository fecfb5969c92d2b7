/*
 * ask.h - the MA's side of a question to PCA, LA or RA.
 */
#ifndef INQUIRY_ASK_H
#define INQUIRY_ASK_H

#include "audit/audit.h"
#include "http/client.h"
#include "inquiry/kind.h"
#include "keys/component.h"

/* http_call, or what a test puts in its place. */
typedef enum fault inquiry_call_fn(void *ctx, struct http_result *,
    struct arena *, const struct http_call *, struct fault_info *);
/* ctx: struct http_client. */
inquiry_call_fn inquiry_call_http;

/* Who asks: the MA. */
struct inquiry_asker {
	const struct component *self;
	const char *folder; /* known/ has the certificates of the peers */
	inquiry_call_fn *call;
	void *ctx;
	struct audit *audit;
};

struct inquiry_ask {
	enum inquiry_kind kind;
	const char *peer; /* host name */
	unsigned port;
	/* Begun by inquiry_begin, list and countersignatures set. */
	const scms_pdu *question;
	const char *why;	    /* justification; see inquiry.h */
	const char *const *headers; /* further ones, "Name: value", at most 4,
				       NULL at the end; or NULL */
};

struct inquiry_reply {
	const scms_pdu *pdu;	 /* an answer of this kind, to this question */
	struct http_result http; /* for headers of the answer */
};

/*
 * Signs, encrypts, writes the question into the audit log, posts it, opens the
 * answer and checks that it is the peer's and to this question.  Each call is a
 * new message.  Memory is the arena's.
 *
 * NETWORK, TLS, BUSY (5xx): may be asked again.  What the peer refuses has the
 * fault that it names: REPLAYED, TOO_LARGE (list), LIMIT (of a day), DENIED
 * (auditors), ...; HTTP_STATUS if it names none we know.  Faults of an answer
 * that is not genuine, or to something else: those of envelope_open,
 * BAD_MESSAGE.  After a fault out->http.sent says whether the peer may have the
 * question.
 */
enum fault must_check inquiry_ask(struct inquiry_reply *out, struct arena *,
    const struct inquiry_asker *, const struct inquiry_ask *,
    struct fault_info *);

#endif /* INQUIRY_ASK_H */
