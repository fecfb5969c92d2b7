/*
 * server_int.h - what the files of the server share.
 *
 *	server.c	start, stop, options of libmicrohttpd
 *	connection.c	open connections, their deadlines, the peer's name
 *	exchange.c	one request from its first header to its answer's end
 *	gather.c	requests whose answers are made together
 *	form.c		what a request must look like
 *	route.c		which handler, and who may call it
 *	response.c	answers
 */
#ifndef HTTP_SERVER_INT_H
#define HTTP_SERVER_INT_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include <microhttpd.h>

#include "http/server.h"

/* What a connection is doing, for its deadline. */
enum phase {
	PHASE_NEW, /* no request yet, perhaps no handshake */
	PHASE_IDLE,
	PHASE_REQUEST,
	PHASE_HANDLER,
	PHASE_RESPONSE,
	PHASES
};
#define PHASE_BITS  3
#define NEW_SECONDS 15u /* until the first request */

#define PEER_NAME_MAX 254

struct connection {
	struct connection *next, **link; /* of the server's list */
	int fd;
	/* Milliseconds since when << PHASE_BITS | phase, as one value. */
	_Atomic uint64_t state;
	bool used;			/* a request has come */
	size_t uri_n;			/* octets of the latest URI */
	uint32_t tally;			/* see http_request */
	char peer[PEER_NAME_MAX];	/* "": not verified */
	uint32_t not_before, not_after; /* of its certificate */
};

/* A request and its answer. */
struct exchange {
	struct http_request request; /* first: see exchange_of() */
	struct http_server *server;
	struct MHD_Connection *mhd;
	struct connection *connection;
	const struct http_route *route;
	void *ctx;
	const atomic_bool *closed; /* of its set */
	struct arena arena;
	unsigned refusal;  /* status, or 0 */
	const char *allow; /* method, beside 405 */
	uint64_t declared; /* Content-Length */
	bool has_body, chunked;
	uint8_t *body;
	size_t body_n, body_size, thrown_away;
	size_t reserved; /* of the server's memory */
	struct http_response response;
	bool answered; /* the response is there, or will be */
	TAILQ_ENTRY(exchange) waiting;
	struct exchange *next; /* of the pool */
};

TAILQ_HEAD(exchange_queue, exchange);

struct http_server {
	struct http_server_config config;
	struct MHD_Daemon *daemon;
	int listen_fd;
	uint16_t port;
	char *cert, *key, *ca, *domain;
	struct http_route_set *sets;
	size_t arena_limit;
	char reason[160]; /* why MHD did not start */
	_Atomic bool started;

	_Atomic bool stopping;
	_Atomic uint64_t requests, refused, unused;
	_Atomic uint64_t refusal_logged; /* ms; see connection_peer */
	_Atomic size_t memory;		 /* reserved by bodies */
	_Atomic uint64_t active;	 /* exchanges not answered */

	pthread_mutex_t lock; /* of the two lists */
	pthread_cond_t wake;
	pthread_t sweeper;
	struct connection *connections;
	uint64_t connections_n;
	struct exchange *pool;
	size_t pool_n;

	pthread_mutex_t gather_lock; /* of what follows */
	pthread_cond_t gather_wake;
	struct exchange_queue waiting;
	bool gathering;	   /* else each answer is made by itself */
	bool gather_alone; /* one runs what must not be run twice at once */
	pthread_t *gatherers;
	unsigned gatherers_n;
};

static inline struct exchange *
exchange_of(const struct http_request *r)
{
	return (struct exchange *)(uintptr_t)r;
}

/* connection.c */
void connection_notify(void *server, struct MHD_Connection *, void **slot,
    enum MHD_ConnectionNotificationCode);
struct connection *connection_of(struct MHD_Connection *);
void connection_enter(struct connection *, enum phase);
/* The verified name of the TLS client, NULL if there is none. */
const char *connection_peer(
    struct http_server *, struct connection *, struct MHD_Connection *);
void *connection_sweep(void *server); /* thread */

/* exchange.c */
enum MHD_Result exchange_handle(void *server, struct MHD_Connection *,
    const char *url, const char *method, const char *version, const char *data,
    size_t *n, void **slot);
void exchange_completed(void *server, struct MHD_Connection *, void **slot,
    enum MHD_RequestTerminationCode);
void exchange_free_pool(struct http_server *);

/* gather.c */
void gather_start(struct http_server *, unsigned threads);
/* Finishes what is being made and refuses what waits; from now on each answer
 * is made by itself. */
void gather_stop(struct http_server *);
/* Sees to it that the function the response asks for is run: false, it was;
 * true, it will be, the connection being suspended until then. */
bool must_check gather_later(struct exchange *);

/* form.c */
/* Sets has_body, chunked, declared; false: the request is ambiguous. */
bool must_check form_check(struct exchange *);
/* MHD_OPTION_URI_LOG_CALLBACK: notes the length up to the first octet 0. */
void *form_note_uri(void *, const char *uri, struct MHD_Connection *);
/* Was there an octet 0 in the URI?  libmicrohttpd would not tell. */
bool form_uri_was_cut(
    const struct connection *, const char *url, const char *version);
/* MHD_OPTION_UNESCAPE_CALLBACK: leaves %00 and what is not an escape as it
 * is, so that a path that still has a '%' is refused. */
size_t form_unescape(void *, struct MHD_Connection *, char *);

/* route.c */
/* Sets route, ctx, tail; 0 or the status of the refusal. */
unsigned route_find(struct exchange *, const char *method);
bool route_permits(
    const struct http_server *, const struct http_route *, const char *peer);

/* response.c */
enum MHD_Result response_send(struct exchange *, struct http_response *);

#endif /* HTTP_SERVER_INT_H */
