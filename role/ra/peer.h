/*
 * peer.h - calling the LAs and the PCA: one URL, one state, one line in the
 * log when it goes and one when it returns.
 */
#ifndef RA_PEER_H
#define RA_PEER_H

#include <pthread.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/fault.h"
#include "http/client.h"

struct service;

/* http_call, or what a test puts in its place. */
typedef enum fault peer_call_fn(void *ctx, struct http_result *, struct arena *,
    const struct http_call *, struct fault_info *);

struct peer {
	const char *name;    /* host name, as in its certificate */
	const char *address; /* name:port */
	peer_call_fn *call;
	void *ctx;
	pthread_mutex_t lock;
	unsigned failures; /* since it last answered */
	uint64_t again;	   /* when it is tried next (clock_ns) */
	unsigned pause_most_ms;
	char cause[240]; /* of the latest */
};

struct peer_message {
	const char *path;
	struct bytes body;
	const char *const *headers; /* or NULL */
	size_t limit;		    /* of the answer */
	unsigned timeout_ms;
};

/* text: a name without a dot is in the domain; a port may follow. Strings are
 * in the arena.  FAULT_CONFIG, FAULT_TOO_LARGE. */
enum fault must_check peer_init(struct peer *, struct arena *, const char *text,
    const char *domain, unsigned port, struct fault_info *);
void peer_destroy(struct peer *);

/*
 * POST.  FAULT_OK: 200 or 204; FAULT_HTTP_STATUS: it refused (4xx), the status
 * is in the result; FAULT_NETWORK, FAULT_TLS, FAULT_TOO_LARGE: no answer, or
 * 5xx: the same octets may be sent again.
 */
enum fault must_check peer_post(struct peer *, struct http_result *,
    struct arena *, const struct peer_message *, struct fault_info *);

/* It answered as it should. */
void peer_works(struct peer *);
/* It did not; returns after how many milliseconds to try again: a quarter of
 * a second, then twice as long each time, up to a minute or pause_most_ms. */
unsigned peer_fails(struct peer *, const struct fault_info *);
/* It did not, and is not to be tried again yet. */
bool peer_rests(struct peer *);
/* Why it does not work; false: it does. */
bool peer_is_down(struct peer *, char *cause, size_t n);

#endif /* RA_PEER_H */
