/*
 * published.h - LCCF and LPF: files that somebody lays into our folder and
 * that anybody may fetch.  A file is read again when it has changed; one that
 * is not what it should be is not published, and the log says so once.
 */
#ifndef RA_PUBLISHED_H
#define RA_PUBLISHED_H

#include <pthread.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "keys/component.h"

#define PUBLISHED_NAME 64

struct published;

/* Checks the contents and gives them their name. */
typedef enum fault published_name_fn(char out[PUBLISHED_NAME], struct bytes,
    const struct component *, struct fault_info *);

struct published {
	pthread_mutex_t lock;
	char path[PATH_SIZE];
	published_name_fn *name_of;
	const struct component *self;
	struct timespec changed; /* of what was read */
	ino_t inode;
	unsigned reading;	   /* how many good ones were read */
	char name[PUBLISHED_NAME]; /* "": nothing */
	struct arena arena;
	struct bytes contents;
};

void published_init(struct published *, const char *path, published_name_fn *,
    const struct component *);
void published_destroy(struct published *);
/* Copies of name and contents in the arena.  FAULT_NOT_FOUND: there is
 * nothing to publish. */
enum fault must_check published_get(struct published *, const char **name,
    struct bytes *contents, struct arena *, struct fault_info *);

/* Which reading of the file is being published, from 1; 0: nothing is. */
unsigned published_reading(struct published *);

/* "local_certificate_chains_01_03.oer" */
published_name_fn published_lccf;
/* "local_policy_0001_0001.oer": the ids of the global and the local part */
published_name_fn published_lpf;

#endif /* RA_PUBLISHED_H */
