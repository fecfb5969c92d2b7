/*
 * server.h - HTTPS server: routes, who may call them, and limits.
 *
 * libmicrohttpd with GnuTLS underneath.  The parser is strict: what is
 * ambiguous (a folded or repeated Content-Length, Transfer-Encoding beside
 * it, a header name that only begins like these, %00, ...) gets 400 and the
 * connection is closed.  TLS certificates are judged by time32_now().  No
 * source address appears in any log or answer.
 *
 * Before a handler runs, in this order: form of the request (400), path (404),
 * method (405), caller (403, empty body), whether the routes are closed (503),
 * declared size (413), memory (503);
 * a body that turns out larger than permitted gets 413 too.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

struct http_server;

struct http_request {
	const char *method;  /* "GET", "POST"; HEAD shows as GET */
	const char *path;    /* unescaped, without the query */
	const char *tail;    /* what follows the path of the route
				(HTTP_ROUTE_PREFIX), else "" */
	struct bytes body;   /* complete */
	const char *peer;    /* name in the verified TLS client
				certificate; NULL: none was shown */
	uint32_t *tally;     /* a number of the connection's, 0 when it
				opens, for handlers to count with */
	struct arena *arena; /* lives until the answer is sent */
};

/* A header of the request, NULL: not there.  One that is there more than once
 * gives its first value; http_header_each visits all. */
const char *http_header(const struct http_request *, const char *name);
void http_header_each(const struct http_request *, const char *name,
    void (*)(void *ctx, const char *value), void *ctx);
/* A query parameter, unescaped; NULL: not there. */
const char *http_query(const struct http_request *, const char *name);

struct http_response;

/*
 * Answers several requests at once: those of one context that were complete
 * when one thread looked, in no particular order.  Each stands alone.
 */
typedef void http_gathered(void *ctx, const struct http_request *const *,
    struct http_response *const *, size_t n);
#define HTTP_GATHER_MAX 64

#define HTTP_HEADERS_MAX 12

/* Filled by a handler with the functions below.  Starts as 200 with an empty
 * body.  Content-Length, Date and Connection are the server's business. */
struct http_response {
	unsigned status;
	const char *content_type; /* application/octet-stream */
	struct bytes body;	  /* in arena or static memory ... */
	void (*release)(void *);  /* ... or released so */
	int fd;			  /* -1, or a file to send from */
	uint64_t offset, length;  /* of the part to send */
	struct {
		const char *name, *value;
	} headers[HTTP_HEADERS_MAX];
	size_t headers_n;
	http_gathered *gathered; /* see http_gather */
	bool alone;		 /* see http_gather_alone */
	void *state; /* the handlers' own, from one gathering to the next */
};

/* body must live as long as the request's arena, or for ever. */
void http_reply(struct http_response *, unsigned status, struct bytes body);
/* body is malloc'd; the server frees it. */
void
http_reply_malloced(struct http_response *, unsigned status, struct bytes body);
/* length octets of a file from offset; the server closes fd. */
void http_reply_file(struct http_response *, unsigned status, int fd,
    uint64_t offset, uint64_t length);
/* A line of text, for people (arena memory or static). */
void http_reply_text(struct http_response *, unsigned status, const char *);
/* name and value must live as long as the arena, or for ever; control
 * characters in a value are replaced by '?'. */
void
http_set_header(struct http_response *, const char *name, const char *value);
/*
 * The answer is not ready: it will be made by this function, together with
 * those of the other requests that are there at this moment, at once if there
 * are none.  For work that is cheaper in batches.  It may be asked for again
 * from within such a function.
 */
void http_gather(struct http_response *, http_gathered *);
/* The same for what may wait long for something that only one can have: no two
 * threads run such functions at once, so the others go on meanwhile. */
void http_gather_alone(struct http_response *, http_gathered *);
/*
 * An error in the form of CAMP (wire-interface.md 5.1): if detailed, status
 * with SCMS-POC-Error: code and SCMS-POC-Error-Message: message, else 500 and
 * nothing else.  message must live as long as the arena.
 */
void http_reply_scms_error(struct http_response *, struct arena *,
    bool detailed, unsigned status, unsigned code, const char *message);

typedef void
http_handler(void *ctx, const struct http_request *, struct http_response *);

enum http_route_flags {
	HTTP_ROUTE_PREFIX = 1 /* path matches everything that begins so */
};

struct http_route {
	const char *method; /* GET answers HEAD too */
	const char *path;
	/*
	 * NULL: anybody.  Else a comma list of the peers that may call it,
	 * by the name in their TLS client certificate; a name without a dot is
	 * in the server's domain ("ra" is ra.<domain>), "*" any peer that has
	 * a certificate of the environment.
	 */
	const char *peers;
	size_t max_body; /* 0: no body permitted */
	http_handler *handler;
	unsigned flags;
};

/* Routes that get the same context. */
struct http_route_set {
	const struct http_route *routes;
	size_t n;
	void *ctx;
	const atomic_bool *closed; /* while true: 503; NULL: never */
};

enum http_tls {
	HTTP_TLS_DEVICES, /* 1.2 and 1.3, with
			     ECDHE-ECDSA-AES128-SHA256 */
	HTTP_TLS_INTERNAL /* 1.3 only */
};

enum http_threading {
	/* threads workers with many connections each: for many callers and
	 * handlers that are done in milliseconds and wait for nobody (RA,
	 * CRL store). */
	HTTP_THREAD_POOL,
	/* A thread for each connection: for few callers and handlers that
	 * compute for long or wait for a peer (PCA, LA, ECA, PG). */
	HTTP_THREAD_PER_CONNECTION
};

/* Zero means the default in brackets. */
struct http_server_config {
	const char *listen;	     /* "127.0.1.4:8891", "[::1]:8891";
					port 0: any free one */
	const char *cert, *key, *ca; /* PEM files */
	const char *domain;	     /* see http_route.peers; may be NULL */
	enum http_tls tls;
	enum http_threading threading;
	unsigned threads;	   /* [processors] */
	unsigned connections;	   /* [4,096; 128 with a thread
				      each]; no limit per address,
				      since all come from the LOP */
	size_t memory;		   /* all bodies at once [256 MiB] */
	size_t arena;		   /* per request beside the
				      body [16 MiB] */
	unsigned idle_seconds;	   /* without a request [60] */
	unsigned request_seconds;  /* to send a whole body [60] */
	unsigned response_seconds; /* to take the answer [600] */
	const struct http_route_set *sets;
	size_t sets_n;
};

/* Listens and answers from its own threads.  Borrows the routes and contexts,
 * nothing else.  FAULT_IO: address in use and the like; FAULT_TLS: cert, key
 * or ca unusable; FAULT_CONFIG. */
enum fault must_check http_server_start(struct http_server **,
    const struct http_server_config *, struct fault_info *);
/* The port it listens on. */
uint16_t http_server_port(const struct http_server *);
/* Accepts no more connections and waits until running requests are answered,
 * at most seconds; then ends all. */
void http_server_stop(struct http_server *, unsigned seconds);

struct http_server_stats {
	uint64_t requests;    /* that reached a handler */
	uint64_t refused;     /* 4xx and 503 of the server itself */
	uint64_t connections; /* open now */
	uint64_t unused;      /* connections that ended without a
				 request; failed handshakes are
				 among them */
};
void http_server_stats(struct http_server *, struct http_server_stats *);

#endif /* HTTP_SERVER_H */
