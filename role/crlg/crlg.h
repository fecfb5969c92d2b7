/*
 * crlg.h - the CRL generator: what its files share.
 *
 * Whatever is revoked becomes a row (take.h, enter.h).  One thread looks
 * whether a composite CRL is due, makes it in one transaction (make.h) and
 * brings it to the CRL store (publish.h).
 *
 * The generator knows seeds, digests and certificates of components: nothing
 * that names a device, and no seed of a period before the one in which a device
 * was revoked.
 */
#ifndef CRLG_CRLG_H
#define CRLG_CRLG_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/file.h"
#include "http/server.h"
#include "keys/component.h"
#include "role/crlg/signers.h"
#include "role/crlg/store.h"
#include "service/service.h"

struct crlg_conf {
#define CONF_DEF "role/crlg/crlg_conf.def"
#include "service/conf_members.h"
};

#define CRLG_TROUBLE sizeof(((struct fault_info *)NULL)->text)

struct crlg {
	struct service *service;
	const struct crlg_conf *conf;
	const struct environment *environment;
	struct component self;
	struct signers signers;
	/* Folders: certificates of the MA, lists of series 256 that a root
	 * has signed, ballots of electors. */
	char known[PATH_SIZE], special[PATH_SIZE], ballots[PATH_SIZE];
	const char *url;       /* of the CRL store */
	uint32_t (*now)(void); /* time32_now, but in tests */

	pthread_mutex_t lock; /* of db */
	struct db *db;

	pthread_mutex_t waiting; /* of all below */
	pthread_cond_t changed;
	bool work;		     /* there may be something to do */
	char trouble[CRLG_TROUBLE];  /* why nothing can be published, or "" */
	char left_out[CRLG_TROUBLE]; /* a file that is in no composite, or "" */

	atomic_uint_fast64_t taken, repeated, refused;
	/* Time32 by which a root should sign its next list of series 256; 0:
	 * there is none. */
	atomic_uint_fast32_t special_due;
};

/* Keys and certificates: what a check of the folder needs. */
enum fault must_check crlg_load(
    struct crlg **, struct service *, struct fault_info *);
/* And the database.  Commands open it beside the running daemon. */
enum fault must_check crlg_open(
    struct crlg **, struct service *, struct fault_info *);
void crlg_close(struct crlg *);

/* There may be something to do: wakes the thread that publishes. */
void crlg_wake(struct crlg *);
/* Waits for that, at most so long. */
void crlg_wait(struct crlg *, unsigned milliseconds);
/* Sets trouble or left_out; a new text goes into the log.  fi NULL: all is
 * well. */
void
crlg_note(struct crlg *, char field[CRLG_TROUBLE], const struct fault_info *);

#endif /* CRLG_CRLG_H */
