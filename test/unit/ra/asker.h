/*
 * asker.h - the RA behind its routes, over real HTTPS, and an MA that asks it.
 */
#ifndef TEST_RA_ASKER_H
#define TEST_RA_ASKER_H

#include "inquiry/ask.h"
#include "role/ra/ma.h"
#include "test/unit/ra/world.h"

struct asker {
	struct world *world;
	char folder[PATH_SIZE];
	struct component ma;
	struct audit *audit;
	struct http_server *server;
	/* by their TLS certificates */
	struct http_client *by_ma, *by_pca, *by_nobody;
};

/* The RA must run; a restart of it needs another server (asker_serve). */
void asker_open(struct asker *, struct world *);
void asker_serve(struct asker *);
void asker_close(struct asker *);

/* As the MA does it. */
enum fault asker_ask(struct inquiry_reply *, const struct asker *,
    struct arena *, enum inquiry_kind, const scms_pdu *, struct fault_info *);
/* Octets as they are; headers may be NULL.  Status. */
unsigned asker_post(struct http_result *, const struct asker *, struct arena *,
    struct http_client *, const char *path, const char *const *headers,
    struct bytes body);
/* A question as it travels, by the MA or somebody else. */
struct bytes asker_seal(struct arena *, const struct component *by,
    const char *folder, const scms_pdu *);

#endif /* TEST_RA_ASKER_H */
