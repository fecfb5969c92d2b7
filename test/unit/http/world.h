/*
 * world.h - certificates, a server with a few routes, and clients, for the
 * tests of lib/http; everything over real TLS on the loopback address.
 */
#ifndef TEST_UNIT_HTTP_WORLD_H
#define TEST_UNIT_HTTP_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/ssl.h>

#include "base/file.h"
#include "http/client.h"
#include "http/server.h"

#define NOON 694310405u /* Time32 in which the tests live */
#define DAY  86400u

/* Files of the world: NAME.pem and NAME.key for pca (the server), ra, la1
 * (peers), expired (client ra until yesterday), future (server pca from
 * tomorrow), and stranger (client ra of another CA); ca.pem, other-ca.pem. */
int world_make(void **state); /* group set-up: folder, files */
int world_remove(void **state);
void world_path(char out[PATH_SIZE], const char *name);
/* Moves the process's time to so many seconds after NOON. */
void world_time(int64_t seconds);

extern _Atomic unsigned handled; /* calls of handlers */
extern _Atomic int slow_ms;	 /* what GET /slow waits */

/* GET /together?name=TEXT answers TEXT together with others, or "again TEXT"
 * by a second round, if TEXT begins with 2, by a function that runs alone if it
 * begins with 4. */
struct together {
	_Atomic unsigned asked, wait_for;   /* no answer before so many asked */
	_Atomic unsigned most;		    /* that were answered at once */
	_Atomic unsigned begun;		    /* times that answers were made */
	_Atomic unsigned alone, alone_most; /* at the same time */
};
extern struct together together;

/* Starts a server with certificate NAME; config may be half filled. */
struct http_server *world_server(const char *name, struct http_server_config);
/* Client that trusts ca.pem; cert NULL: none.  Names pca.monarch.test,
 * wrong.monarch.test lead to the loopback address. */
struct http_client *world_client(const char *cert);
struct http_client *world_client_of(struct http_client_config);

/* What a call brought; the body lives until the thread's next call. */
struct answer {
	enum fault fault;
	struct fault_info fi;
	struct http_result result;
	char head[2048];
	char text[256]; /* first octets of the body */
};
void world_call(struct answer *, struct http_client *, struct http_server *,
    const char *method, const char *path, struct bytes body);
/* The same, with a header line. */
void world_call_with(struct answer *, struct http_client *,
    struct http_server *, const char *path, const char *header);
/* To be called at the end of other threads that made calls. */
void world_thread_end(void);

/* A TLS connection for raw octets, without any check of certificates. */
struct raw {
	SSL_CTX *ctx;
	SSL *ssl;
	int fd;
};
/* false: no handshake.  max: TLS1_1_VERSION ...; suites NULL: default. */
bool raw_open(struct raw *, struct http_server *, int max, const char *suites);
void raw_send(struct raw *, const char *text, size_t n);
/* Reads until the end or until so many milliseconds without more; returns
 * the number of octets, text ends with NUL. */
size_t raw_read(struct raw *, char *text, size_t size, int ms);
/* Has the server ended the connection within so many milliseconds? */
bool raw_ended(struct raw *, int ms);
void raw_close(struct raw *);

#endif /* TEST_UNIT_HTTP_WORLD_H */
