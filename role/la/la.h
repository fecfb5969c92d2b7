/*
 * la.h - a linkage authority: what its parts share.
 */
#ifndef LA_LA_H
#define LA_LA_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "http/server.h"
#include "inquiry/inquiry.h"
#include "keys/component.h"
#include "plv/ring.h"
#include "role/la/chain.h"
#include "role/la/store.h"
#include "service/service.h"

/* What one order may ask for, so that memory stays bounded. */
#define LA_VALUES_MAX  200000u /* values in one answer, 20 MB */
#define LA_WEEKS_AHEAD 520u    /* i_max after the running week */
#define LA_WEEKS_GRACE 1u      /* i_min before it */
#define LA_BODY_MAX    (4u << 20)
#define LA_ARENA       (96u << 20) /* of one request */
#define LA_AT_ONCE     3	   /* requests being worked on */
/*
 * An order may be so old: the RA makes it durable before it sends it, and
 * pauses up to a minute between attempts when an LA is away.  That it is no
 * replay is known by the record of it, which is kept longer.
 */
#define LA_ORDER_SECONDS 300u
/* A key seals no more than this many values: nonces are random. */
#define LA_KEY_VALUES ((uint64_t)1 << 32)

struct la_conf {
#define CONF_DEF "role/la/la_conf.def"
#include "service/conf_members.h"
};

/* Requests under way, by hash: the same octets sent twice at the same moment
 * are answered one after the other. */
#define FLIGHTS_MAX 256
struct flights {
	pthread_mutex_t lock;
	pthread_cond_t landed;
	size_t n;
	struct digest hash[FLIGHTS_MAX];
};

/* Those whose values we seal. */
#define LA_PCAS 16
struct la_pcas {
	char name[LA_PCAS][PLV_PEER_SIZE];
	size_t n;
};

struct la {
	const struct environment *environment;
	struct audit *audit;
	struct component self;
	uint8_t id[2];
	char ra[PLV_PEER_SIZE];
	struct la_pcas pcas;
	struct plv_ring *ring;
	char folder[PATH_SIZE]; /* of LA-PCA keys */
	pthread_mutex_t agreeing;
	struct chain_keys keys;
	struct la_store *store;
	struct flights flights;
	sem_t places;		 /* LA_AT_ONCE */
	struct inquiry *inquiry; /* of the MA */
	pthread_mutex_t asking;	 /* one count of what is linked at a time */
	struct http_route routes[6];
};

/* "ra" -> "ra.monarch.test"; names with a dot stay. */
void la_full_name(
    char out[PLV_PEER_SIZE], const char *name, const struct environment *);

/* The list of component.conf, with full names. */
enum fault must_check la_pcas_read(struct la_pcas *, const struct la_conf *,
    const struct environment *, struct fault_info *);
/* NULL: not one of ours. */
const char *la_pca_named(const struct la_pcas *, struct bytes name);

/* Loads all of DIR and DIR/data; environment and audit are borrowed. */
enum fault must_check la_new(struct la **, const char *dir,
    const struct la_conf *, const struct environment *, struct audit *,
    struct fault_info *);
void la_free(struct la *);

/* pre_linkage_values.c */
http_handler la_pre_linkage_values;

/* What leaves: a stored file (fd, which the caller closes), or octets in the
 * arena. */
struct la_answer {
	int fd;	    /* -1: none */
	uint64_t n; /* octets of the file */
	struct bytes octets;
};
/* One request; orders that cannot be met get an answer too.  Thread-safe.
 * Faults: see README.md. */
enum fault must_check la_answer_order(struct la_answer *, struct la *,
    struct arena *, struct bytes body, struct fault_info *);

/* Status and header of an answer that is none. */
void
la_http_fail(struct http_response *, enum fault, const struct fault_info *);
/* Octets that outlive the arena they are in. */
void la_http_reply(struct http_response *, struct bytes);
/* http_agree.c */
http_handler la_http_key_use, la_http_agree_request, la_http_agree_ack;
/* linkage_info.c */
http_handler la_http_linkage_info;
/* linkage_seed.c */
/* The week whose seeds the MA wants, in decimal: the message has none. */
#define LA_WEEK_HEADER "Monarch-I"
http_handler la_http_seeds;
/* agree.c */
int la_agree_respond(struct service *, int argc, char **argv);
int la_agree_finish(struct service *, int argc, char **argv);

#endif /* LA_LA_H */
