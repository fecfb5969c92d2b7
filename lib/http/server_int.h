/*
 * server_int.h - what the files of the server share.
 *
 *	server.c	settings, start, stop
 *	tls.c		TLS: settings, the peer's certificate
 *	worker.c	threads: which connection is looked at when
 *	connection.c	one connection: its state, its octets, its deadline
 *	exchange.c	one request: admission, body, handler
 *	parse.c		head and chunks of a request
 *	route.c		which handler, and who may call it
 *	response.c	answers
 */
#ifndef HTTP_SERVER_INT_H
#define HTTP_SERVER_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include <openssl/ssl.h>

#include "http/server.h"

/* What a connection is doing, for its deadline. */
enum phase {
	PHASE_NEW, /* no request yet, perhaps no handshake */
	PHASE_IDLE,
	PHASE_REQUEST,
	PHASE_HANDLER,
	PHASE_RESPONSE,
	PHASE_CLOSING, /* all is said; what still comes is thrown away */
	PHASES
};
#define NEW_SECONDS	15u /* until the first request */
#define CLOSING_SECONDS 2u

#define HEAD_MAX      ((size_t)32 << 10) /* request line and headers */
#define HEADERS_MAX   64u
#define PEER_NAME_MAX 254
/* A refused body up to this size is read and thrown away, so that the sender
 * gets the answer and not a broken connection. */
#define THROW_AWAY_MAX ((size_t)4 << 20)

struct worker;

struct connection {
	struct connection *next, **link; /* of its worker's list */
	struct http_server *server;
	int fd;
	SSL *ssl;
	enum {
		STATE_HANDSHAKE,
		STATE_HEAD,
		STATE_BODY,
		STATE_RUN, /* the request is complete */
		STATE_SEND,
		STATE_DRAIN /* PHASE_CLOSING */
	} state;
	enum phase phase;
	uint64_t since; /* ms, of the phase */
	bool writable;	/* epoll waits for room instead of octets */
	bool used;	/* a request has come */
	bool last;	/* no request after this one */
	char *in;	/* octets that came, from in_at on not looked at */
	size_t in_at, in_n, in_size;
	size_t drained;
	struct exchange *exchange;	/* NULL: no request */
	char peer[PEER_NAME_MAX];	/* "": not verified */
	uint32_t not_before, not_after; /* of its certificate */
};

struct field {
	const char *name, *value;
};

/* Where in a chunked body the next octet belongs. */
enum chunk_state {
	CHUNK_SIZE,
	CHUNK_EXTENSION,
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	CHUNK_TRAILER, /* at the start of a line */
	CHUNK_TRAILER_LINE,
	CHUNK_TRAILER_LF,
	CHUNK_LAST_LF,
	CHUNK_DONE,
	CHUNK_BAD
};

struct chunks {
	enum chunk_state state;
	unsigned digits;
	uint64_t left;	 /* of the chunk */
	size_t overhead; /* octets that are no data */
};

/* A request and its answer. */
struct exchange {
	struct http_request request; /* first: see exchange_of() */
	struct http_server *server;
	struct connection *connection;
	const struct http_route *route;
	void *ctx;
	struct arena arena;

	struct field *headers, *query;
	size_t headers_n, query_n;
	const char *method; /* as sent */
	uint64_t declared;  /* Content-Length */
	bool has_body, chunked, expects, close;

	unsigned refusal;  /* status, or 0 */
	const char *allow; /* methods, beside 405 */
	struct chunks chunks;
	uint8_t *body;
	size_t body_n, body_size, thrown_away;
	size_t reserved; /* of the server's memory */

	struct http_response response;
	struct bytes out;      /* to be sent next */
	size_t body_sent;      /* of response.body */
	uint8_t *piece;	       /* of a file */
	struct exchange *next; /* of the pool */
};

struct http_server {
	struct http_server_config config;
	SSL_CTX *tls;
	int listen_fd;
	uint16_t port;
	char *domain;
	struct http_route_set *sets;
	size_t arena_limit;
	bool asks_certificates;
	X509_STORE *peers; /* NULL: peers show no certificates */

	_Atomic bool stopping; /* no more connections, last answers */
	_Atomic bool ending;   /* nothing more */
	_Atomic uint64_t requests, refused, unused;
	_Atomic uint64_t refusal_logged; /* ms; see tls_peer */
	_Atomic size_t memory;		 /* reserved by bodies */
	_Atomic uint64_t active;	 /* exchanges not answered */
	_Atomic uint64_t connections_n;

	pthread_mutex_t lock; /* of all lists */
	pthread_cond_t fewer; /* connections, see worker.c */
	struct worker *workers;
	unsigned workers_n, next_worker;
	struct exchange *pool;
	size_t pool_n;
};

static inline struct exchange *
exchange_of(const struct http_request *r)
{
	return (struct exchange *)(uintptr_t)r;
}

/* tls.c */
enum fault must_check tls_open(struct http_server *, struct fault_info *);
void tls_close(struct http_server *);
/* The verified name of the TLS client, NULL if there is none. */
const char *tls_peer(struct connection *);

/* worker.c */
void workers_start(struct http_server *);
/* Accept no more. */
void workers_quiesce(struct http_server *);
/* Ends all connections and threads. */
void workers_end(struct http_server *);

/* connection.c */
enum step {
	STEP_READ,  /* waits for octets */
	STEP_WRITE, /* waits for room */
	STEP_READY, /* a request is complete: exchange_run() */
	STEP_AGAIN, /* answered; the next request may be here already */
	STEP_END
};
struct connection *connection_new(struct http_server *, int fd);
void connection_free(struct connection *);
void connection_enter(struct connection *, enum phase);
/* Goes on as far as possible. */
enum step must_check connection_step(struct connection *);
/* Begins to send the answer. */
enum step must_check connection_answer(struct connection *);
/* Milliseconds that are left to the connection; 0: none. */
uint64_t connection_left(const struct connection *, uint64_t now_ms);
uint64_t now_ms(void);

/* exchange.c */
/* Looks at a head of n octets, which the exchange keeps using.  The exchange
 * may be refused; exchange_complete says whether it still wants its body. */
struct exchange *exchange_begin(struct connection *, char *head, size_t n);
/* An exchange that is refused without having been looked at. */
struct exchange *exchange_refuse(struct connection *, unsigned status);
void exchange_free(struct exchange *);
/* Nothing more is to be read before the answer. */
bool exchange_complete(const struct exchange *);
/* Takes up to n octets of the body; how many, 0: broken off. */
size_t exchange_take(struct exchange *, const uint8_t *, size_t n);
/* Where octets of the body may be read to directly; 0: nowhere. */
size_t exchange_room(const struct exchange *, uint8_t **);
/* Runs the handlers; where they ask for it, several at once. */
void exchange_run(struct exchange **, size_t n);
void exchange_free_pool(struct http_server *);

/* parse.c */
/* Octets of the head with its empty line; 0: not complete.  The first from
 * octets were searched before. */
size_t parse_head_size(const char *, size_t n, size_t from);
/* Cuts the head into strings in place; false: it is not as RFC 9112 wants it,
 * or may be understood in two ways. */
bool must_check parse_head(struct exchange *, char *head, size_t n);
/* Looks at up to n octets of a chunked body; how many were used, and which of
 * them, at the end, are data. */
size_t
parse_chunks(struct chunks *, const uint8_t *, size_t n, struct bytes *data);

/* route.c */
/* Sets route, ctx, tail; 0 or the status of the refusal. */
unsigned route_find(struct exchange *);
bool route_permits(
    const struct http_server *, const struct http_route *, const char *peer);

/* response.c */
/* Makes the head, and what is sent with it. */
void response_begin(struct exchange *);
/* Sets out to what comes next; false: all was sent. */
bool must_check response_next(struct exchange *);
/* Releases what the response holds. */
void response_free(struct http_response *);

#endif /* HTTP_SERVER_INT_H */
