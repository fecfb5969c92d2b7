/*
 * pcas.h - the PCAs of an RA.
 *
 * Each has a number (table pca), an address, certificates, a class of requests,
 * chains that are encrypted for it, pools, batches, threads.  A device belongs
 * to one of them from the day it is provisioned; so one that is away makes its
 * own devices wait and nobody else's.
 */
#ifndef RA_PCAS_H
#define RA_PCAS_H

#include <pthread.h>
#include <stdatomic.h>

#include "cert/cert.h"
#include "role/ra/batch.h"
#include "role/ra/peer.h"
#include "role/ra/request.h"

struct db;
struct ra;

#define RA_PCAS	     8u /* of an RA */
#define RA_PCA_CERTS 8u /* of a PCA: one that is renewed keeps its name */
#define RA_IN_HAND   64 /* batches that wait for a PCA */
#define RA_FETCHES   2u /* orders of PLVs at a time, of a PCA */

/* A batch that has to be finished. */
struct in_hand {
	int64_t number;
	int state; /* BATCH_... */
	uint8_t id[BATCH_ID_SIZE];
};

/* Orders of PLVs under way that a thread works on; see fetch.h. */
struct fetches {
	pthread_mutex_t lock;
	int64_t claimed[RA_FETCHES]; /* 0: none */
};

/* The key of an LA and a PCA, as the LA described it; see keys.h. */
struct ra_key {
	struct peer peer; /* whether renewals work */
	bool is_there;
	uint32_t start, end; /* Time32 */
	uint64_t values;     /* sealed under it */
	uint64_t asked;	     /* clock_ns; 0: not since it changed */
	uint64_t again;	     /* clock_ns: not before */
};

struct ra_pca {
	int64_t id; /* of its row */
	struct peer peer;
	struct peer supply; /* the LAs, as far as this PCA's values go */
	const struct cert *certs[RA_PCA_CERTS]; /* of its name */
	size_t certs_n;
	struct request_class class; /* by the settings of today */
	int64_t class_id;
	_Atomic int64_t devices;
	struct ra_key key[2]; /* with LA1, LA2 */
	struct fetches fetches;
	struct in_hand in_hand[RA_IN_HAND]; /* pools.lock */
	size_t in_hand_n;
};

/* Names and addresses from the list of component.conf. */
enum fault must_check pcas_configure(
    struct ra *, peer_call_fn *, void *ctx, struct fault_info *);
void pcas_destroy(struct ra *);
/* A certificate of the folder known, with its name: kept if it is a PCA's. */
enum fault must_check pcas_meet(
    struct ra *, const char *name, const struct cert *, struct fault_info *);
/* Has each its certificate?  Makes the classes of today. */
enum fault must_check pcas_complete(struct ra *, struct fault_info *);
/* Numbers, classes and how many devices each has. */
enum fault must_check pcas_open(struct ra *, struct db *, struct fault_info *);

/* A PCA of this name, behind those that are there already. */
enum fault must_check pcas_add(struct ra *, const char *name,
    const struct peer *like, struct fault_info *);
/* Those that have left component.conf: their devices are given to others, and
 * what waited for them is planned again (pca_left.c).  One for which messages
 * are under way stays until they are done, for nothing else.  FAULT_CONFIG:
 * its certificate is not known any more. */
enum fault must_check pcas_leave(struct ra *, struct db *, struct fault_info *);

/* Its index in ra->pca; ra->pca_all: it is not there. */
size_t ra_pca_index(const struct ra *, int64_t id);
/* Of a device, for what is only shown: by row or by name, the first if there
 * is none. */
const struct ra_pca *ra_pca_of(const struct ra *, int64_t id);
const struct ra_pca *ra_pca_named(const struct ra *, const char *name);
/* The PCA for a new device: of those that work and can issue, that with the
 * fewest.  It counts the device: a caller that does not add it takes it back
 * with ra_pca_give_back. */
struct ra_pca *ra_pca_choose(struct ra *);
void ra_pca_give_back(struct ra_pca *);
/* The certificate it issues under: of those that have begun, the newest. */
const struct cert *ra_pca_cert(const struct ra_pca *);
/* Is this the HashedId8 of one of its certificates, present or former? */
bool ra_pca_is(const struct ra_pca *, const uint8_t id[CERT_ID_SIZE]);

/* First period that it may issue for: the running one, or the first that lies
 * inside its validity. */
uint32_t ra_period_first(const struct ra *, const struct ra_pca *);
/* First period that is not to be generated yet: the supply's end, as far as
 * periods end inside the PCA's validity. */
uint32_t ra_horizon(const struct ra *, const struct ra_pca *);
/* First period that the PCA cannot issue for any more. */
uint32_t ra_pca_end(const struct ra *, const struct ra_pca *);

#endif /* RA_PCAS_H */
