/* crew.c - threads that help with work that falls into parts. */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/crew.h"
#include "base/log.h"

/* On the stack of who waits for it. */
struct job {
	void (*part)(void *, size_t);
	void *ctx;
	size_t n, taken, done;
	struct job *next;
};

struct crew {
	pthread_mutex_t lock; /* of all below, and of the jobs */
	pthread_cond_t work, done;
	struct job *first; /* that have parts left; oldest first */
	bool stopping;
	unsigned helpers;
	pthread_t thread[];
};

static void
remove_job(struct crew *c, const struct job *job)
{
	struct job **p;

	for (p = &c->first; *p != job; p = &(*p)->next)
		;
	*p = job->next;
}

/* With the lock held, which is given up meanwhile. */
static void
do_part(struct crew *c, struct job *job)
{
	size_t k = job->taken++;

	if (job->taken == job->n)
		remove_job(c, job);
	pthread_mutex_unlock(&c->lock);
	job->part(job->ctx, k);
	pthread_mutex_lock(&c->lock);
	if (++job->done == job->n)
		pthread_cond_broadcast(&c->done);
}

static void *
help(void *arg)
{
	struct crew *c = arg;

	pthread_mutex_lock(&c->lock);
	while (!c->stopping)
		if (c->first != NULL)
			do_part(c, c->first);
		else
			pthread_cond_wait(&c->work, &c->lock);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

struct crew *
crew_new(unsigned helpers)
{
	struct crew *c = calloc(1, sizeof(*c) + helpers * sizeof(pthread_t));

	if (c == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->work, NULL);
	pthread_cond_init(&c->done, NULL);
	for (; c->helpers < helpers; c->helpers++)
		if (pthread_create(&c->thread[c->helpers], NULL, help, c) != 0)
			log_fatal("cannot make a thread");
	return c;
}

struct crew *
crew_for_machine(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return crew_new(n > 1 ? (unsigned)n - 1 : 0);
}

void
crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_cond_broadcast(&c->work);
	pthread_mutex_unlock(&c->lock);
	for (unsigned t = 0; t < c->helpers; t++)
		pthread_join(c->thread[t], NULL);
	pthread_cond_destroy(&c->work);
	pthread_cond_destroy(&c->done);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static void
add_job(struct crew *c, struct job *job)
{
	struct job **p;

	for (p = &c->first; *p != NULL; p = &(*p)->next)
		;
	*p = job;
}

void
crew_run(struct crew *c, void (*part)(void *, size_t), void *ctx, size_t n)
{
	struct job job = {part, ctx, n, 0, 0, NULL};

	if (n == 0)
		return;
	pthread_mutex_lock(&c->lock);
	add_job(c, &job);
	if (n > 1)
		pthread_cond_broadcast(&c->work);
	while (job.taken < n)
		do_part(c, &job);
	while (job.done < n)
		pthread_cond_wait(&c->done, &c->lock);
	pthread_mutex_unlock(&c->lock);
}
