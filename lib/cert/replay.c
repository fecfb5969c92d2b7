/* replay.c - see replay.h. */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cert/replay.h"

/* In order of arrival: a ring; found by a hash table of ring positions + 1,
 * with chains.  Digests are hash output, so any bits of them will do. */
struct seen {
	struct digest digest;
	uint32_t time;
	uint32_t next; /* in its chain; 0: last */
};

struct replay {
	pthread_mutex_t lock;
	uint32_t seconds;
	size_t capacity, slots;
	size_t first, n; /* ring: oldest, how many */
	struct seen *ring;
	uint32_t *slot;
};

struct replay *
replay_new(size_t capacity, uint32_t seconds)
{
	struct replay *r = calloc(1, sizeof(*r));

	if (capacity == 0 || capacity >= UINT32_MAX / 2)
		log_fatal("replay cache of %zu entries", capacity);
	if (r == NULL || pthread_mutex_init(&r->lock, NULL) != 0 ||
	    (r->ring = calloc(capacity, sizeof(*r->ring))) == NULL ||
	    (r->slot = calloc(2 * capacity, sizeof(*r->slot))) == NULL)
		log_fatal("out of memory");
	r->capacity = capacity;
	r->slots = 2 * capacity;
	r->seconds = seconds;
	return r;
}

void
replay_free(struct replay *r)
{
	if (r == NULL)
		return;
	pthread_mutex_destroy(&r->lock);
	free(r->ring);
	free(r->slot);
	free(r);
}

static uint32_t *
chain(struct replay *r, const struct digest *d)
{
	size_t h;

	memcpy(&h, d->b, sizeof(h));
	return &r->slot[h % r->slots];
}

static bool
find(struct replay *r, const struct digest *d)
{
	uint32_t i;

	for (i = *chain(r, d); i != 0; i = r->ring[i - 1].next)
		if (memcmp(&r->ring[i - 1].digest, d, sizeof(*d)) == 0)
			return true;
	return false;
}

static void
forget_oldest(struct replay *r)
{
	struct seen *s = &r->ring[r->first];
	uint32_t *at = chain(r, &s->digest);

	while (*at != r->first + 1)
		at = &r->ring[*at - 1].next;
	*at = s->next;
	r->first = (r->first + 1) % r->capacity;
	r->n--;
}

static void
enter(struct replay *r, const struct digest *d, uint32_t now)
{
	size_t i = (r->first + r->n++) % r->capacity;
	uint32_t *at = chain(r, d);

	r->ring[i] = (struct seen){*d, now, *at};
	*at = (uint32_t)i + 1;
}

/* An entry from the future (the clock was set back) stays until its time. */
static bool
is_old(const struct seen *s, const struct replay *r, uint32_t now)
{
	return now > s->time && now - s->time > r->seconds;
}

enum fault
replay_check(struct replay *r, const struct digest *d, uint32_t now,
    struct fault_info *fi)
{
	bool found;

	pthread_mutex_lock(&r->lock);
	while (r->n > 0 && is_old(&r->ring[r->first], r, now))
		forget_oldest(r);
	found = find(r, d);
	if (!found) {
		if (r->n == r->capacity)
			forget_oldest(r);
		enter(r, d, now);
	}
	pthread_mutex_unlock(&r->lock);
	return found ? fault_set(fi, FAULT_REPLAYED,
			   "this message was accepted before")
		     : FAULT_OK;
}
