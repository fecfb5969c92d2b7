/* run.c - simulated weeks: who has to do what, in order; see fleet.h. */
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time32.h"
#include "crypto/random.h"
#include "tool/fleet/fleet.h"

#define PROBES	 16
#define CLOCK_MS 1000 /* for the components to follow the clock */

/* Runs one stage for devices who[0..n-1]. */
static enum fault
stage(struct fleet *f, enum run_stage which, struct work *w,
    struct fault_info *fi)
{
	uint64_t begun = clock_ns();
	enum fault fault;

	atomic_store(&f->done, 0);
	atomic_store(&f->total, (uint32_t)w->n);
	atomic_store(&f->stage, which);
	fault = work_run(f, w, fi);
	f->report.stage_ns[which] += clock_ns() - begun;
	return fault;
}

/* The devices for whom there is something to do, by number. */
static void
choose(struct fleet *f, struct work *w)
{
	w->n = 0;
	for (uint32_t k = 0; k < f->state.n; k++)
		if (work_is_due(f, w, &f->state.v[k]))
			w->device[w->n++] = k;
}

/* The number of downloads, for the progress bar. */
static uint32_t
downloads(const struct fleet *f, const struct work *w)
{
	uint32_t n = 0, period = world_period(&f->world);

	for (size_t k = 0; k < w->n; k++) {
		uint32_t next = f->state.v[w->device[k]].progress.next_i;

		n += w->end_i - (next > period ? next : period);
	}
	return n;
}

/* A few random ones first: when they have found their batches, nearly all
 * will. */
static enum fault
wait_for_batches(struct fleet *f, struct work *w, struct fault_info *fi)
{
	struct work probes = *w;
	uint32_t random, swap;

	probes.once = true;
	probes.n = w->n < PROBES ? w->n : PROBES;
	for (size_t k = 0; k < probes.n; k++) {
		random_bytes(&random, sizeof(random));
		random = (uint32_t)(k + random % (w->n - k));
		swap = w->device[k];
		w->device[k] = w->device[random];
		w->device[random] = swap;
	}
	return stage(f, RUN_WAIT, &probes, fi);
}

static enum fault
download_all(struct fleet *f, struct work *w, struct fault_info *fi)
{
	w->kind = MESSAGE_DOWNLOAD;
	w->end_i = world_supply_end(&f->world);
	choose(f, w);
	if (w->n == 0)
		return FAULT_OK;
	TRY(wait_for_batches(f, w, fi));
	choose(f, w);
	atomic_store(&f->certificates_due, downloads(f, w));
	return stage(f, RUN_DOWNLOAD, w, fi);
}

static enum fault
one_week(struct fleet *f, struct work *w, struct fault_info *fi)
{
	w->kind = MESSAGE_ENROLLMENT;
	choose(f, w);
	TRY(stage(f, RUN_ENROLL, w, fi));
	w->kind = MESSAGE_PROVISIONING;
	choose(f, w);
	TRY(stage(f, RUN_PROVISION, w, fi));
	return download_all(f, w, fi);
}

/* Gives a device that failed another chance with each run. */
static void
forgive(struct fleet *f)
{
	for (uint32_t k = 0; k < f->state.n; k++)
		f->state.v[k].failures = 0;
}

enum fault
run_weeks(struct fleet *f, uint32_t weeks, struct fault_info *fi)
{
	struct work w = {.device = calloc(f->state.n, sizeof(uint32_t))};
	enum fault fault = FAULT_OK;

	if (w.device == NULL)
		log_fatal("out of memory");
	forgive(f);
	for (uint32_t k = 0; k < weeks && fault == FAULT_OK; k++) {
		if (k > 0 &&
		    (fault = world_next_period(&f->world, fi)) != FAULT_OK)
			break;
		if (k > 0)
			usleep(CLOCK_MS * 1000);
		atomic_store(&f->week, k + 1);
		fault = one_week(f, &w, fi);
	}
	free(w.device);
	return fault;
}

void
run_count(const struct fleet *f, struct report_end *end)
{
	uint32_t all = world_supply_end(&f->world);

	end->devices = f->state.n;
	for (uint32_t k = 0; k < f->state.n; k++) {
		const struct record *r = &f->state.v[k];

		end->enrolled += r->stage >= STAGE_ENROLLED;
		end->provisioned += r->stage >= STAGE_PROVISIONED;
		end->supplied += r->stage >= STAGE_PROVISIONED &&
				 r->progress.next_i >= work_end_i(f, all, r);
		end->certificates += r->progress.certificates;
	}
}
