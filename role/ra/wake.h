/*
 * wake.h - "there may be something to do": threads wait for it, each checks
 * for itself whether there is.
 */
#ifndef RA_WAKE_H
#define RA_WAKE_H

#include <pthread.h>
#include <stdint.h>

struct wake {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t count;
};

void wake_init(struct wake *);
void wake_destroy(struct wake *);
/* Something has changed. */
void wake_all(struct wake *);
/* To be read before looking for work, so that no change is missed. */
uint64_t wake_count(struct wake *);
/* Waits until the count is another, at most so long. */
void wake_wait(struct wake *, uint64_t count, unsigned milliseconds);

#endif /* RA_WAKE_H */
