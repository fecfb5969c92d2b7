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
	uint32_t requests_max; /* of a message; see shuffle_take */
	bool small;	       /* below K is better than not at all */
};

/*
 * How many of the devices of a pool, with each requests per device, go into
 * the next message; 0: the pool waits on.  age is that of the oldest.  Either
 * all go, or so many that those who stay are K or more: the most that fit
 * into requests_max, but messages of one pool are of about equal size.  A
 * message may hold 2K - 1 devices whatever requests_max says, for else there
 * would be pools that cannot be divided into parts of K.
 */
size_t shuffle_take(
    const struct shuffle_rule *, size_t devices, size_t each, uint32_t age);
/* Moves a uniformly random choice of m of the n numbers to the front. */
void shuffle_choose(uint64_t *v, size_t n, size_t m);
/* A uniformly random order of 0 .. n - 1. */
void shuffle_order(uint32_t *v, size_t n);

#endif /* RA_SHUFFLE_H */
