/* wake.c - see wake.h. */
#include <errno.h>
#include <time.h>

#include "role/ra/wake.h"

void
wake_init(struct wake *w)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, &attr);
	pthread_condattr_destroy(&attr);
	w->count = 0;
}

void
wake_destroy(struct wake *w)
{
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
}

void
wake_all(struct wake *w)
{
	pthread_mutex_lock(&w->lock);
	w->count++;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

uint64_t
wake_count(struct wake *w)
{
	uint64_t count;

	pthread_mutex_lock(&w->lock);
	count = w->count;
	pthread_mutex_unlock(&w->lock);
	return count;
}

void
wake_wait(struct wake *w, uint64_t count, unsigned milliseconds)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += milliseconds / 1000;
	until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&w->lock);
	while (w->count == count &&
	       pthread_cond_timedwait(&w->changed, &w->lock, &until) == 0)
		;
	pthread_mutex_unlock(&w->lock);
}
