/*
 * ra.h - the registration authority: what its parts share.
 */
#ifndef RA_RA_H
#define RA_RA_H

#include <stdatomic.h>

#include "cert/cert.h"
#include "http/client.h"
#include "http/server.h"
#include "inquiry/inquiry.h"
#include "keys/component.h"
#include "role/ra/contacts.h"
#include "role/ra/db.h"
#include "role/ra/pcas.h"
#include "role/ra/peer.h"
#include "role/ra/policy.h"
#include "role/ra/pool.h"
#include "role/ra/published.h"
#include "role/ra/report_store.h"
#include "role/ra/request.h"
#include "role/ra/retry.h"
#include "role/ra/wake.h"
#include "service/service.h"
#include "store/bulk.h"

/* Limits: what one message may cost. */
#define RA_BODY_MAX	 (64u << 10) /* from a device */
#define RA_ARENA	 (1u << 20)  /* a device's request */
#define RA_REMEMBERED	 16384u	     /* enrollment certificates */
#define RA_PUBLISHED_MAX (4u << 20)  /* LCCF, LPF */
#define RA_I_END	 65536u	     /* IValue has 16 bits */
#define RA_ERRORS	 16u	     /* kinds of refusals to devices */
#define RA_MA_CERTS	 8u	     /* of the MA: it is renewed, too */

struct ra_conf {
#define CONF_DEF "role/ra/ra_conf.def"
#include "service/conf_members.h"
};

/* What is refused so often that one line tells of many times. */
struct ra_said {
	_Atomic uint64_t times; /* since a line said so ... */
	_Atomic uint32_t at;	/* ... at that Time32 */
};

struct ra {
	struct service *service;
	const struct environment *environment;
	struct component self;
	struct arena arena; /* of what lives as long */

	const struct cert *eca[COMPONENT_ECAS]; /* the white list */
	size_t eca_n;
	const struct cert *la_cert[2];
	uint8_t la_id[2][2];
	struct peer la[2], pg;
	struct peer enroll;	    /* the ECA that successors come from */
	const struct cert *pg_cert; /* the newest; NULL: unknown */
	struct peer storage;	    /* ourselves: disk, database */
	struct peer ma;
	const struct cert *ma_certs[RA_MA_CERTS];
	size_t ma_certs_n; /* 0: reports are refused */
	/* Those of component.conf, pca_n; then those that have left it and for
	 * which messages wait (pca_left.c). */
	struct ra_pca pca[RA_PCAS];
	size_t pca_n, pca_all;
	const struct cert *other_pca[RA_PCAS]; /* known, not configured */
	size_t other_pca_n;

	const char *url;	 /* certDLURL */
	const char *auth_url[2]; /* by AUTH_... */
	char db_path[PATH_SIZE];
	struct db_pool dbs; /* for requests */
	struct db *db;	    /* for the threads, one at a time */
	pthread_mutex_t db_lock;
	struct bulk *hpcr;
	struct wake wake; /* something to plan or to order */
	struct wake due;  /* something to send or to close */
	struct wake auth; /* the same of auth.h */
	struct reports *reports;
	struct wake report;	 /* one has come */
	struct inquiry *inquiry; /* the MA's questions */
	struct pools pools;
	struct contacts contacts;
	int64_t idle_cursor; /* the planner's: how far it has looked */
	struct retries *retries;
	struct published lccf, lpf;
	struct ra_policies policies;
	_Atomic uint32_t pg_visited; /* Time32; 0: not yet */
	atomic_bool pg_wanted;	     /* something has changed: visit it now */
	_Atomic unsigned senders, closers, fetchers; /* threads that run */
	_Atomic unsigned auth_senders;
	_Atomic uint64_t downloads, keys_renewed;
	_Atomic uint64_t errors[RA_ERRORS]; /* by enum ee_error */
	struct ra_said polls, bad_reports;
	_Atomic uint64_t reports_repeated, reports_sent, reports_dropped;
};

/*
 * The threads share a connection, because a connection that alone writes keeps
 * its pages in memory, and waiting for a mutex is shorter than SQLite's wait
 * for a lock.  Unlocking rolls back a transaction that was not committed.
 */
void ra_db_lock(struct ra *);
void ra_db_unlock(struct ra *, struct db *);

static inline void
ra_count(_Atomic uint64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* Loads keys and certificates and looks whether all fits together. */
enum fault must_check ra_load(
    struct ra **, struct service *, struct fault_info *);
/* The same; opens the stores and finds what was under way. */
enum fault must_check ra_open(
    struct ra **, struct service *, struct fault_info *);
void ra_close(struct ra *);

/* DIR/ra/data/<kind>/<name>; name may be NULL. */
void ra_path(
    const struct ra *, char out[PATH_SIZE], const char *kind, const char *name);
/* The running period. */
uint32_t ra_period_now(const struct ra *);
/* Whose fault is it: ours, or that of the peer that was called? */
struct peer *ra_culprit(struct ra *, struct peer *, enum fault);
/* The start of a period, and whole periods between i = 0 and a time (at most
 * RA_I_END). */
uint64_t ra_period_start(const struct ra *, uint32_t i);
uint32_t ra_periods_until(const struct ra *, uint64_t time);

#endif /* RA_RA_H */
