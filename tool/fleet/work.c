/* work.c - one kind of request for many devices; see fleet.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/time32.h"
#include "tool/fleet/fleet.h"

#define SENDERS_MOST 1024
#define MS	     1000000u
#define STALE_MS     2000 /* the RA bears 5 s */
#define PASSING_MS   300
#define SILENCE_MS   300000 /* nobody answers: it is no use */
#define BARREN_MS                                                 \
	1800000 /* they answer, and nothing comes of it; and what \
		   a pool may take */
#define REFUSALS    6
#define EARLY_MS    20 /* and more, the longer it takes: */
#define EARLY_MOST  1500
#define EARLY_PART  20
#define ARENA_LIMIT ((size_t)8 << 20)

/* A device that waits for its turn. */
struct turn {
	uint32_t device;
	uint64_t not_before; /* clock_ns */
};

struct crew {
	struct fleet *f;
	const struct work *work;
	pthread_mutex_t lock;
	pthread_cond_t made;	 /* for senders: a job */
	pthread_cond_t returned; /* for the feeder: room, or a turn */
	/* Devices to be asked for; a ring with room for all. */
	struct turn *turn;
	size_t first, turns;
	/* Made and not yet sent; free ones. */
	struct job **queue, **spare, *jobs;
	size_t queue_first, queued, spares, jobs_n;
	size_t flying; /* taken from the ring and not yet back */
	uint64_t begun, heard, achieved, patience;
	bool over;
};

uint32_t
work_end_i(const struct fleet *f, uint32_t end_i, const struct record *r)
{
	uint32_t last =
	    environment_period(&f->world.env, r->certificate_end - 1);

	return end_i <= last ? end_i : last + 1;
}

bool
work_is_due(const struct fleet *f, const struct work *w, const struct record *r)
{
	uint32_t end;

	if (r->failures >= REFUSALS)
		return false;
	switch (w->kind) {
	case MESSAGE_ENROLLMENT:
		return r->stage == STAGE_NEW;
	case MESSAGE_PROVISIONING:
		return r->stage == STAGE_ENROLLED;
	case MESSAGE_DOWNLOAD:
		end = work_end_i(f, w->end_i, r);
		return r->stage == STAGE_PROVISIONED &&
		       r->progress.next_i < end &&
		       world_period(&f->world) < end;
	}
	return false;
}

static void
add_turn(struct crew *c, uint32_t device, unsigned ms)
{
	struct turn *t = &c->turn[(c->first + c->turns++) % c->work->n];

	*t = (struct turn){device, clock_ns() + (uint64_t)ms * MS};
}

/* ---- feeder ---- */

/* A request whose answer was lost keeps its time, and so its octets. */
static void
set_time(struct job *job, uint32_t *kept, uint32_t now)
{
	job->again = *kept != 0;
	if (*kept == 0)
		*kept = now;
	job->message.time = *kept;
}

/* Time and name. */
static void
fill(struct crew *c, struct job *job, uint32_t device)
{
	struct record *r = &c->f->state.v[device];
	struct message *m = &job->message;
	uint32_t now = time32_now(), period = world_period(&c->f->world);
	char hash[17];

	m->kind = c->work->kind;
	m->device = device;
	m->record = r;
	m->time = now;
	job->made = clock_ns();
	job->again = false;
	if (m->kind == MESSAGE_ENROLLMENT) {
		set_time(job, &r->enroll_time, now);
	} else if (m->kind == MESSAGE_PROVISIONING) {
		set_time(job, &r->provision_time, now);
	} else {
		/* What was over before it was fetched is lost. */
		job->i =
		    r->progress.next_i > period ? r->progress.next_i : period;
		hex_encode(hash, digest_id8(r->request_hash), 8);
		for (char *p = hash; *p != '\0'; p++)
			*p = *p >= 'a' ? (char)(*p - 'a' + 'A') : *p;
		snprintf(job->filename, sizeof(job->filename), "%s_%X.zip",
		    hash, (unsigned)job->i);
		m->filename = job->filename;
	}
}

/* Jobs for the devices whose turn it is; under the lock. */
static size_t
take_turns(struct crew *c, struct job **job)
{
	uint64_t now = clock_ns();
	size_t n = 0;

	while (n < MESSAGES_MOST && c->spares > 0 && c->turns > 0 &&
	       c->turn[c->first].not_before <= now) {
		job[n] = c->spare[--c->spares];
		fill(c, job[n++], c->turn[c->first].device);
		c->first = (c->first + 1) % c->work->n;
		c->turns--;
	}
	c->flying += n;
	return n;
}

static void
wait_ms(struct crew *c, unsigned ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += (long)ms * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&c->returned, &c->lock, &t);
}

/* Few large batches are cheaper than many small ones, but senders must not
 * wait. */
static bool
may_feed(const struct crew *c)
{
	return c->turns > 0 &&
	       (c->spares >= c->jobs_n / 2 ||
		   (c->queued == 0 && c->spares > 0)) &&
	       c->turn[c->first].not_before <= clock_ns();
}

static void
enqueue(struct crew *c, struct job **job, size_t n)
{
	pthread_mutex_lock(&c->lock);
	for (size_t k = 0; k < n; k++)
		c->queue[(c->queue_first + c->queued++) % c->jobs_n] = job[k];
	if (n < c->f->jobs)
		while (n-- > 0)
			pthread_cond_signal(&c->made);
	else
		pthread_cond_broadcast(&c->made);
	pthread_mutex_unlock(&c->lock);
}

static bool
is_hopeful(const struct crew *c)
{
	uint64_t now = clock_ns();

	return now - c->heard < (uint64_t)SILENCE_MS * MS &&
	       now - c->achieved < c->patience;
}

static enum fault
feed(struct crew *c, struct arena *arena, struct fault_info *fi)
{
	struct message *message[MESSAGES_MOST];
	struct job *job[MESSAGES_MOST];
	size_t n;

	for (;;) {
		pthread_mutex_lock(&c->lock);
		while (!may_feed(c) && !atomic_load(&c->f->stopping) &&
		       c->turns + c->flying > 0 && is_hopeful(c))
			wait_ms(c, 20);
		n = may_feed(c) ? take_turns(c, job) : 0;
		pthread_mutex_unlock(&c->lock);
		if (atomic_load(&c->f->stopping))
			return fault_set(fi, FAULT_BUSY, "stopped");
		if (n == 0)
			break;
		for (size_t k = 0; k < n; k++)
			message[k] = &job[k]->message;
		TRY(messages_make(&c->f->world, message, n, arena, fi));
		arena_reset(arena);
		enqueue(c, job, n);
	}
	return c->turns + c->flying == 0
		   ? FAULT_OK
		   : fault_set(fi, FAULT_NETWORK, "nothing comes any more");
}

/* ---- senders ---- */

static struct job *
next_job(struct crew *c)
{
	struct job *job = NULL;

	pthread_mutex_lock(&c->lock);
	while (c->queued == 0 && !c->over)
		pthread_cond_wait(&c->made, &c->lock);
	if (!c->over) {
		job = c->queue[c->queue_first];
		c->queue_first = (c->queue_first + 1) % c->jobs_n;
		c->queued--;
	}
	pthread_mutex_unlock(&c->lock);
	return job;
}

/* Requests that carry the present time must not lie about for long. */
static bool
is_stale(const struct job *job)
{
	return job->message.kind != MESSAGE_ENROLLMENT && !job->again &&
	       clock_ns() - job->made > (uint64_t)STALE_MS * MS;
}

/* When to come back; what is not there yet is asked for the less often the
 * longer it has taken. */
static unsigned
pause_after(const struct crew *c, enum outcome outcome)
{
	uint64_t early;

	switch (outcome) {
	case OUTCOME_EARLY:
		early = (clock_ns() - c->begun) / MS / EARLY_PART + EARLY_MS;
		return early < EARLY_MOST ? (unsigned)early : EARLY_MOST;
	case OUTCOME_PASSING:
	case OUTCOME_REFUSED:
		return PASSING_MS;
	case OUTCOME_DONE:
	case OUTCOME_STOPPED:
		break;
	}
	return 0;
}

static void
give_back(struct crew *c, struct job *job, enum outcome outcome, bool stale)
{
	uint32_t device = job->message.device;
	const struct record *r = &c->f->state.v[device];
	bool again = stale || work_is_due(c->f, c->work, r);

	pthread_mutex_lock(&c->lock);
	c->flying--;
	c->spare[c->spares++] = job;
	if (outcome != OUTCOME_PASSING && !stale)
		c->heard = clock_ns();
	if (outcome == OUTCOME_DONE && !stale) {
		c->achieved = clock_ns();
		atomic_fetch_add(&c->f->done, 1);
		again = again && !c->work->once;
	}
	if (again)
		add_turn(c, device, pause_after(c, outcome));
	if (c->spares == c->jobs_n / 2 || c->queued == 0)
		pthread_cond_signal(&c->returned);
	pthread_mutex_unlock(&c->lock);
}

static void *
send_jobs(void *arg)
{
	struct crew *c = arg;
	struct arena arena = arena_new(ARENA_LIMIT);
	struct job *job;
	bool stale;

	while ((job = next_job(c)) != NULL) {
		enum outcome outcome = OUTCOME_STOPPED;

		stale = is_stale(job);
		if (stale) {
			atomic_fetch_add(&c->f->report.late, 1);
			if (job->message.kind == MESSAGE_PROVISIONING)
				c->f->state.v[job->message.device]
				    .provision_time = 0;
		} else {
			outcome = call_send(c->f, job, &arena);
		}
		arena_reset(&arena);
		give_back(c, job, outcome, stale);
	}
	arena_free(&arena);
	return NULL;
}

/* ---- the whole ---- */

static void
crew_open(struct crew *c, struct fleet *f, const struct work *w)
{
	pthread_condattr_t attr;

	*c = (struct crew){.f = f, .work = w, .begun = clock_ns()};
	c->heard = c->achieved = c->begun;
	c->patience = (uint64_t)BARREN_MS * MS +
		      f->world.env.shuffle_max_age_seconds * 2000000000ull;
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->returned, &attr);
	pthread_cond_init(&c->made, NULL);
	c->jobs_n = 2 * (size_t)(f->jobs > 64 ? f->jobs : 64);
	c->turn = calloc(w->n + 1, sizeof(*c->turn));
	c->jobs = calloc(c->jobs_n, sizeof(*c->jobs));
	c->queue = calloc(c->jobs_n, sizeof(struct job *));
	c->spare = calloc(c->jobs_n, sizeof(struct job *));
	if (c->turn == NULL || c->jobs == NULL || c->queue == NULL ||
	    c->spare == NULL)
		log_fatal("out of memory");
	while (c->spares < c->jobs_n) {
		c->spare[c->spares] = &c->jobs[c->spares];
		c->spares++;
	}
	for (size_t k = 0; k < w->n; k++)
		add_turn(c, w->device[k], 0);
}

static void
crew_close(struct crew *c)
{
	free(c->turn);
	free(c->jobs);
	free(c->queue);
	free(c->spare);
	pthread_cond_destroy(&c->made);
	pthread_cond_destroy(&c->returned);
	pthread_mutex_destroy(&c->lock);
}

enum fault
work_run(struct fleet *f, const struct work *w, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	pthread_t thread[SENDERS_MOST];
	enum fault fault;
	struct crew c;
	unsigned n;

	if (w->n == 0)
		return FAULT_OK;
	crew_open(&c, f, w);
	for (n = 0; n < f->jobs && n < w->n && n < SENDERS_MOST; n++)
		if (pthread_create(&thread[n], NULL, send_jobs, &c) != 0)
			log_fatal("no thread");
	fault = feed(&c, &arena, fi);
	pthread_mutex_lock(&c.lock);
	c.over = true;
	pthread_cond_broadcast(&c.made);
	pthread_mutex_unlock(&c.lock);
	while (n > 0)
		pthread_join(thread[--n], NULL);
	crew_close(&c);
	arena_free(&arena);
	return fault;
}
