/* watch_int.h - the inside of a watch, for the files watch*.c. */
#ifndef SERVICE_WATCH_INT_H
#define SERVICE_WATCH_INT_H

#include <pthread.h>

#include "cert/anchors.h"
#include "cert/crl.h"
#include "cert/revoked.h"
#include "service/watch.h"

#define WATCH_TAG  128
#define WATCH_KEPT "data/crl.oer"

/* Chain file or composite CRL as fetched.  What is wrong with it is the fault;
 * *news: something is in force that was not before. */
typedef enum fault
watch_take(struct watch *, bool *news, struct bytes, struct fault_info *);

/* Somebody who is asked again and again. */
struct watch_source {
	const char *what; /* for texts */
	const char *url;
	watch_take *take;
	char tag[WATCH_TAG]; /* of what was taken last; "": nothing */
	char trouble[240];   /* why the last was not taken; "": it was */
	bool away;	     /* could not be asked */
};

struct watch {
	struct service *service;
	struct component *self;
	atomic_bool *closed;
	pthread_mutex_t lock; /* of all texts and times, for health */
	char stopped[240];    /* why the component stands still */
	uint32_t issued;      /* the newest list */
	size_t roots, electors;
	char said[160]; /* the last line in the audit log */

	struct watch_source chains, crl;
	struct arena arena; /* URLs */

	struct anchors anchors;
	struct arena anchors_arena;

	struct crl list[REVOKED_LISTS]; /* in force */
	size_t lists;
	struct bytes kept; /* the same as a composite CRL */
	struct arena lists_arena;
	struct revoked *revoked; /* the trust's; NULL: nothing yet */
};

/* watch_anchors.c */
watch_take watch_take_chains;
enum fault must_check watch_take_ballots(
    struct watch *, bool *news, const struct crl_parts *, struct fault_info *);

/* watch_lists.c; restore: NOT_FOUND, nothing was kept. */
watch_take watch_take_crl;
enum fault must_check watch_restore_lists(struct watch *, struct fault_info *);

/* watch_apply.c: reads what was kept; puts in force, for the trust of the
 * component, whatever there is. */
enum fault must_check watch_restore(struct watch *, struct fault_info *);
enum fault must_check watch_apply(struct watch *, struct fault_info *);

#endif /* SERVICE_WATCH_INT_H */
