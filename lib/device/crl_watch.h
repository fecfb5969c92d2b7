/*
 * crl_watch.h - what the lists of a device's folder revoke, looked up by
 * whoever verifies or signs, and renewed when the lists or the period change.
 *
 * What was expanded is kept in the file "crl/expanded" (revoked.h), which is
 * mapped; it is made again when it is not there, is damaged, or is not of
 * these lists and this time, and then only as far as it must.
 */
#ifndef DEVICE_CRL_WATCH_H
#define DEVICE_CRL_WATCH_H

#include <pthread.h>

#include "cert/revoked.h"
#include "cert/trust.h"
#include "device/crl.h"
#include "device/folder.h"

/* Of the file "crl/lists" or "trust". */
struct crl_mark {
	uint64_t inode, seconds, nanoseconds, size; /* 0: there is none */
};

struct crl_watch {
	struct folder folder;
	struct trust *trust; /* that is told; the caller's */
	/* Set by the caller, both false at first: */
	bool overdue;	       /* an overdue list refuses what it is about */
	bool keep;	       /* write "crl/expanded" */
	pthread_mutex_t mutex; /* of all below */
	struct crl_mark lists, anchors;
	const struct revoked *revoked; /* what the trust has; NULL: nothing */
	unsigned renewals;	       /* how often that has changed */
};

/* Nothing is revoked until the first call of crl_watch_renew. */
void crl_watch_init(struct crl_watch *, const struct folder *, struct trust *);
void crl_watch_free(struct crl_watch *);
/*
 * Makes the trust know what the folder's lists say at this time; two calls of
 * stat if it does already.  Any thread.  A folder without lists revokes
 * nothing.  STORE: the lists are damaged; what was known stays.
 */
enum fault must_check crl_watch_renew(
    struct crl_watch *, uint32_t now, struct fault_info *);
/*
 * Writes the lists, if they are others than those that were read, expanded
 * first, so that who comes later finds both; their terms are those of this
 * moment.  The folder must be locked.
 */
enum fault must_check crl_watch_install(struct crl_watch *, struct arena *,
    struct crl_lists *, struct fault_info *);

#endif /* DEVICE_CRL_WATCH_H */
