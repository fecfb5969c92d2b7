/* retry.c - see retry.h. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "role/ra/retry.h"

#define HOUR	  3600u
#define BUCKETS	  1024u
#define WAYS	  4u
#define LIMIT_MAX 1000u

/* times[] is a ring of the latest failures; at is the oldest's place. */
struct account {
	uint8_t id[8];
	bool proven;
	uint32_t latest; /* 0: account is free */
	unsigned at;
	uint32_t *times;
};

struct retries {
	pthread_mutex_t lock;
	unsigned limit;
	struct account account[BUCKETS][WAYS];
};

struct retries *
retries_new(unsigned limit)
{
	struct retries *r = calloc(1, sizeof(*r));

	if (r == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&r->lock, NULL);
	r->limit = limit < LIMIT_MAX ? limit : LIMIT_MAX;
	return r;
}

void
retries_free(struct retries *r)
{
	if (r == NULL)
		return;
	for (size_t k = 0; k < (size_t)BUCKETS * WAYS; k++)
		free(r->account[k / WAYS][k % WAYS].times);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static struct account *
bucket_of(struct retries *r, const uint8_t id[8])
{
	return r->account[((unsigned)id[6] << 8 | id[7]) % BUCKETS];
}

static struct account *
find(struct retries *r, const uint8_t id[8], bool proven)
{
	struct account *a = bucket_of(r, id);

	for (size_t k = 0; k < WAYS; k++)
		if (a[k].latest != 0 && a[k].proven == proven &&
		    memcmp(a[k].id, id, sizeof(a[k].id)) == 0)
			return &a[k];
	return NULL;
}

/* The account in the bucket that matters least, emptied. */
static struct account *
take(struct retries *r, const uint8_t id[8], bool proven)
{
	struct account *a = bucket_of(r, id), *least = a;

	for (size_t k = 1; k < WAYS; k++)
		if (a[k].latest < least->latest)
			least = &a[k];
	if (least->times == NULL &&
	    (least->times = calloc(r->limit, sizeof(*least->times))) == NULL)
		log_fatal("out of memory");
	memset(least->times, 0, r->limit * sizeof(*least->times));
	memcpy(least->id, id, sizeof(least->id));
	least->proven = proven;
	least->at = 0;
	return least;
}

void
retries_failed(
    struct retries *r, const uint8_t id[8], bool proven, uint32_t now)
{
	struct account *a;

	pthread_mutex_lock(&r->lock);
	if ((a = find(r, id, proven)) == NULL)
		a = take(r, id, proven);
	a->times[a->at] = now;
	a->at = (a->at + 1) % r->limit;
	a->latest = now;
	pthread_mutex_unlock(&r->lock);
}

bool
retries_exceeded(
    struct retries *r, const uint8_t id[8], bool proven, uint32_t now)
{
	struct account *a;
	bool is_full;

	pthread_mutex_lock(&r->lock);
	a = find(r, id, proven);
	is_full =
	    a != NULL && a->times[a->at] != 0 && now - a->times[a->at] < HOUR;
	pthread_mutex_unlock(&r->lock);
	return is_full;
}
