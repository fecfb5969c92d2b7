/*
 * fleet.h - a fleet at work: devices, connections, and what is to be done.
 *
 * One thread (the feeder) makes requests, many at a time; as many threads as
 * there are connections send them, each one at a time, and take the answers.
 * A device has at most one request under way.
 */
#ifndef FLEET_FLEET_H
#define FLEET_FLEET_H

#include <stdatomic.h>
#include <stdbool.h>

#include "tool/fleet/message.h"
#include "tool/fleet/report.h"
#include "tool/fleet/state.h"
#include "tool/fleet/world.h"

#define SAMPLE_FILES 2 /* chain file, policy */

/* Names of the files that samples have, for If-None-Match. */
struct samples {
	pthread_mutex_t lock;
	char name[SAMPLE_FILES][64];
};

struct fleet {
	struct world world;
	struct state state;
	struct report report;
	struct samples samples;
	unsigned jobs;	/* connections */
	int64_t sample; /* each so many-th device is one; 0: none */
	_Atomic bool stopping;
	/* for the progress bar */
	_Atomic enum run_stage stage;
	_Atomic uint32_t week, done, total, certificates_due;
};

#define FILENAME_SIZE 32

/* One request, from feeder to sender. */
struct job {
	struct message message;
	uint32_t i; /* period asked for */
	bool again; /* octets that were sent before and got no answer */
	uint64_t made;
	char filename[FILENAME_SIZE];
};

/* What came of it. */
enum outcome {
	OUTCOME_DONE,	 /* one step further */
	OUTCOME_EARLY,	 /* not there yet: later */
	OUTCOME_PASSING, /* nobody answered, or could: later */
	OUTCOME_REFUSED, /* later, but not for ever */
	OUTCOME_STOPPED,
};

/* ---- call.c: one request, sent and its answer taken ---- */

enum outcome call_send(struct fleet *, struct job *, struct arena *);

/*
 * ---- sample.c: sampled devices do all that a device does: fetch and check
 * policy and chain file, ask when more is to come, open every certificate of a
 * batch, and sign a message that a stranger verifies ----
 */

void samples_begin(struct samples *);
/* What comes before the batches of a week. */
enum outcome sample_contact(
    struct fleet *, uint32_t device, struct record *, struct arena *);
/* Checks every certificate of a batch, notes those it holds, signs with one.
 * The first that is no good is the fault. */
enum fault must_check sample_batch(struct fleet *, uint32_t device, uint32_t i,
    const struct record *, struct bytes zip, struct arena *,
    struct fault_info *);

/* ---- work.c: one kind of request for many devices ---- */

struct work {
	enum message_kind kind;
	uint32_t end_i;	  /* MESSAGE_DOWNLOAD: periods below this one */
	bool once;	  /* one request of each device is enough */
	uint32_t *device; /* who; the call keeps it in another order */
	size_t n;
};

/* The first period below end_i that a device does not get. */
uint32_t
work_end_i(const struct fleet *, uint32_t end_i, const struct record *);
/* Is there something left to do for this device? */
bool
work_is_due(const struct fleet *, const struct work *, const struct record *);
/* Until nothing is left to do.  FAULT_NETWORK: nothing came for long;
 * FAULT_BUSY: stopped.  Devices that were refused again and again are left
 * out. */
enum fault must_check work_run(
    struct fleet *, const struct work *, struct fault_info *);

/* ---- run.c: weeks ---- */

enum fault must_check run_weeks(
    struct fleet *, uint32_t weeks, struct fault_info *);
void run_count(const struct fleet *, struct report_end *);

static inline bool
is_sample(const struct fleet *f, uint32_t device)
{
	return f->sample > 0 && device % (uint64_t)f->sample == 0;
}

#endif /* FLEET_FLEET_H */
