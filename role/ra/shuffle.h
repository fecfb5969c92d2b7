/*
 * shuffle.h - which devices of a pool go into a message, and in which order
 * their requests stand.
 *
 * The PCA sees one message at a time and may know everything but who sent
 * what.  Two rules keep it ignorant: no device has more than one request in K
 * of a message, and every order of the requests is equally likely.
 *
 * All devices of a pool have the same number of requests, so the first rule
 * says: at least K devices.
 */
#ifndef RA_SHUFFLE_H
#define RA_SHUFFLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shuffle_rule {
	uint32_t devices;      /* K */
	uint32_t requests;     /* wait for so many ... */
	uint32_t age;	       /* ... or so long, in seconds */
	uint32_t settle;       /* see shuffle_take */
	uint32_t requests_max; /* of a message; see shuffle_take */
	bool small;	       /* below K is better than not at all */
};

/* A pool, as the rule sees it; ages in seconds. */
struct shuffle_pool {
	size_t devices, each;	 /* each: requests per device */
	uint32_t oldest, newest; /* how long ago they came */
};

/*
 * How many of the devices of a pool go into the next message; 0: the pool
 * waits on.
 *
 * A pool that is large enough still waits while more keeps coming, until
 * nobody came for settle seconds, or a message is full, or its oldest request
 * has the age: so the last of a crowd of devices are not left to themselves.
 *
 * Either all go, or so many that those who stay are K or more: the most that
 * fit into requests_max, but messages of one pool are of about equal size.  A
 * message may hold 2K - 1 devices whatever requests_max says, for else there
 * would be pools that cannot be divided into parts of K.
 */
size_t shuffle_take(const struct shuffle_rule *, const struct shuffle_pool *);
/* A uniformly random order of 0 .. n - 1. */
void shuffle_order(uint32_t *v, size_t n);

#endif /* RA_SHUFFLE_H */
