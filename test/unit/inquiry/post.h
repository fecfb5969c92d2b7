/*
 * post.h - questions of the MA over real HTTPS, to a server of one component
 * in this process: as the MA asks them, or changed on the way.
 */
#ifndef TEST_INQUIRY_POST_H
#define TEST_INQUIRY_POST_H

#include "http/client.h"
#include "http/server.h"
#include "inquiry/ask.h"
#include "inquiry/inquiry.h"
#include "test/unit/plv/world.h"

struct office {
	struct world *world;
	enum world_who who; /* who answers */
	char folder[PATH_SIZE];
	struct http_route routes[4];
	struct http_route_set set;
	struct http_server *server;
	struct http_client *ma, *ra; /* by their TLS certificates */
	struct audit *ma_audit;
};

/* Serves the routes (their contexts are ctx) as this component. */
void office_open(struct office *, struct world *, enum world_who,
    const struct http_route *, size_t n, void *ctx);
void office_close(struct office *);

/* A question as it travels. */
struct letter {
	enum inquiry_kind kind;
	const scms_pdu *pdu;
	const struct component *signer;
	enum world_who to; /* for whom it is encrypted */
	const char *why, *header;
	struct http_client *client;
	struct bytes body; /* BYTES_NONE: made of the above */
};
struct letter
letter_usual(const struct office *, enum inquiry_kind, const scms_pdu *);
/* Signed and encrypted. */
struct bytes
letter_seal(const struct office *, struct arena *, const struct letter *);
/* Status; *error is the header Monarch-Error, or NULL. */
unsigned letter_post(const char **error, const struct office *, struct arena *,
    const struct letter *);
/* Both as expected, and nothing in the component's data folder has changed; a
 * refusal by our code (error not NULL) is written into its audit log. */
void letter_is_refused(const struct office *, const struct letter *,
    unsigned status, const char *error);

/* As the MA does it (ask.h). */
enum fault office_ask(struct inquiry_reply *, const struct office *,
    struct arena *, enum inquiry_kind, const scms_pdu *, const char *header,
    struct fault_info *);

/* Countersigns a question. */
void countersign(scms_pdu *, enum inquiry_kind, struct arena *,
    const struct world *, const enum world_who *auditors, size_t n);

/* A digest over the files in FOLDER/data, databases by their contents; with or
 * without that of questions. */
void data_digest(char out[65], const char *folder, bool with_ledger);
/* Lines of an audit log with this event and this text; the log holds. */
unsigned audit_lines(const char *folder, const char *event, const char *text);

#endif /* TEST_INQUIRY_POST_H */
