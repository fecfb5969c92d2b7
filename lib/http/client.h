/*
 * client.h - HTTPS client (libcurl).
 *
 * Connections are kept alive and shared by the threads of the process.  The
 * peer's certificate must chain to the given CA, name the host of the URL and
 * be valid by time32_now().  No proxy, no redirection, HTTP/1.1.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

struct http_client;

struct http_client_config {
	const char *ca;		 /* PEM file; required */
	const char *cert, *key;	 /* PEM files of the client certificate,
				    or NULL */
	const char *hosts;	 /* map in the form of /etc/hosts, or
				    NULL; other names by DNS */
	const char *cipher_list; /* NULL, or exactly these TLS 1.2
				    suites (OpenSSL names) and no 1.3 */
	bool tls13_only;
};

/* Copies what it needs.  FAULT_NOT_FOUND, FAULT_IO: a file; FAULT_CONFIG: the
 * hosts map (line number); FAULT_TLS. */
enum fault must_check http_client_new(struct http_client **,
    const struct http_client_config *, struct fault_info *);
/* Running calls end within a second or two, and later ones at once, with
 * FAULT_NETWORK; for a daemon that is to stop. */
void http_client_interrupt(struct http_client *);
/* No call may be running.  NULL is allowed. */
void http_client_free(struct http_client *);

struct http_call {
	const char *method;	    /* NULL: GET */
	const char *url;	    /* https://name:port/path */
	const char *const *headers; /* "Name: value", NULL at the
				       end; or NULL */
	struct bytes body;	    /* of POST */
	size_t limit;		    /* of the answer's body */
	unsigned timeout_ms;	    /* whole call; 0: 30 s */
};

struct http_result {
	unsigned status;
	struct bytes body; /* arena memory */
	struct bytes head; /* header lines as they came */
	/* The peer may have the request, or some of it: false only if the
	 * connection failed before.  Set after a fault, too. */
	bool sent;
};

/*
 * One call; any status is a success here.  FAULT_NETWORK: no connection, time
 * over, broken off; FAULT_TLS: the peer's certificate, or it wants another
 * version, suite or certificate; FAULT_TOO_LARGE: answer beyond limit or arena.
 */
enum fault must_check http_call(struct http_client *, struct http_result *,
    struct arena *, const struct http_call *, struct fault_info *);
/* POST of octets that must be answered by 200 or 204; FAULT_HTTP_STATUS names
 * the status and the SCMS-POC-Error headers. */
enum fault must_check http_post(struct http_client *, struct bytes *answer,
    struct arena *, const struct http_call *, struct fault_info *);
/* A header of the answer, without surrounding blanks, in arena memory; NULL:
 * not there. */
const char *http_result_header(
    const struct http_result *, struct arena *, const char *name);

#endif /* HTTP_CLIENT_H */
