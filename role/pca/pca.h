/*
 * pca.h - the pseudonym certificate authority: what its parts share.
 */
#ifndef PCA_PCA_H
#define PCA_PCA_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "http/server.h"
#include "inquiry/inquiry.h"
#include "keys/component.h"
#include "plv/ring.h"
#include "role/pca/checked.h"
#include "role/pca/class.h"
#include "role/pca/issue.h"
#include "role/pca/store.h"
#include "service/service.h"

/* What one message may hold, so that memory stays bounded. */
/* 2K - 1 devices of PROD have 59,940, of 60 certificates each. */
#define PCA_REQUESTS_MAX  ENVIRONMENT_REQUESTS_MAX
#define AUTH_REQUESTS_MAX 1024u /* of auth-cert-req */
#define PCA_BODY_MAX	  (60u << 20)
#define PCA_SINGLE_MAX	  8192u
#define PCA_ARENA	  (336u << 20) /* of one message */
#define PCA_AT_ONCE	  3	       /* messages being worked on, at most */

struct pca_conf {
#define CONF_DEF "role/pca/pca_conf.def"
#include "service/conf_members.h"
};

#define PCA_LAS 2
struct pca_la {
	char name[PLV_PEER_SIZE];
};

/* Where one message is worked on; the memory is kept for the next. */
struct workplace {
	struct arena arena;
	struct workplace *next;
};

struct pca {
	const struct environment *environment;
	struct audit *audit;
	struct component self;
	struct checked_signer checked; /* if check_signatures */
	struct issuer issuer;	       /* its signer is used for all */
	struct arena arena;	       /* of the class */
	struct cert_class class;
	char ra[PLV_PEER_SIZE];
	struct pca_la la[PCA_LAS];
	struct plv_ring *ring;
	char dir[PATH_SIZE],
	    keys[PATH_SIZE]; /* folders: ours, of LA-PCA keys */
	pthread_mutex_t agreeing;
	struct pca_store *store;
	pthread_mutex_t lock; /* of the idle places */
	pthread_cond_t freed;
	struct workplace place[PCA_AT_ONCE], *idle;
	struct inquiry *inquiry; /* of the MA */
	struct http_route routes[7];
	atomic_uint_fast64_t batches, refused[REFUSALS];
};

/* Loads all of DIR and DIR/data; environment and audit are borrowed. */
enum fault must_check pca_new(struct pca **, const char *dir,
    const struct pca_conf *, const struct environment *, struct audit *,
    struct fault_info *);
void pca_free(struct pca *); /* NULL is fine */
/* "ra" -> "ra.monarch.test"; names with a dot stay. */
void pca_full_name(
    char out[PLV_PEER_SIZE], const char *name, const struct environment *);

/* cracaId: the last 3 octets of the root's HashedId8. */
const uint8_t *pca_craca_id(const struct cert *);

/* The three messages; bodies in, signed answers out, in the arena.  Faults:
 * see README.md.  Thread-safe. */
enum fault must_check pca_answer_batch(struct bytes *out, struct pca *,
    struct arena *, struct bytes body, struct fault_info *);
enum fault must_check pca_answer_single(struct bytes *out, struct pca *,
    struct arena *, struct bytes body, struct fault_info *);
enum fault must_check pca_confirm(
    struct pca *, struct arena *, struct bytes body, struct fault_info *);

/* Is this the certificate of our RA?  FAULT_DENIED. */
enum fault must_check pca_check_ra(const struct pca *, struct arena *,
    const struct cert *signer, struct fault_info *);
/* Opens a SignedData of our RA; *payload is what was signed. */
enum fault must_check pca_open_message(struct bytes *payload, struct pca *,
    struct arena *, struct bytes body, struct fault_info *);
enum fault must_check pca_sign_message(struct bytes *out, struct arena *,
    const struct pca *, struct bytes payload, struct fault_info *);

/* http.c */
/* Status and header of an answer that is none. */
void
pca_http_fail(struct http_response *, enum fault, const struct fault_info *);
/* In memory that outlives the message's arena. */
void pca_http_succeed(struct http_response *, struct bytes answer);
http_handler pca_http_batch, pca_http_single, pca_http_confirm;
/* http_agree.c */
http_handler pca_http_agree_request, pca_http_agree_response;
/* ma.c */
http_handler pca_http_plvs, pca_http_hpcr;
/* agree.c */
int pca_agree_request(struct service *, int argc, char **argv);
int pca_agree_confirm(struct service *, int argc, char **argv);

#endif /* PCA_PCA_H */
