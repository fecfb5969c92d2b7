/*
 * report.h - what a run did and how long it took: latencies by kind of
 * request, errors by name, stages, and certificates.
 */
#ifndef FLEET_REPORT_H
#define FLEET_REPORT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum request {
#define REQUEST(name, text) REQUEST_##name,
#define STAGE(name, text)
#include "tool/fleet/report.def"
#undef REQUEST
#undef STAGE
	REQUESTS
};

enum run_stage {
#define REQUEST(name, text)
#define STAGE(name, text) RUN_##name,
#include "tool/fleet/report.def"
#undef REQUEST
#undef STAGE
	RUN_STAGES
};

/* Microseconds in classes of at most 1/32 of their value, up to 2^32. */
#define LATENCY_CLASSES (28 * 32)

struct latency {
	_Atomic uint64_t n, sum;
	_Atomic uint64_t class[LATENCY_CLASSES];
};

#define ERRORS_MOST 64

struct error_count {
	char name[32], first[200];
	uint64_t n;
};

struct report {
	struct latency latency[REQUESTS];
	uint64_t stage_ns[RUN_STAGES], begun;
	_Atomic uint64_t certificates, octets;
	_Atomic uint64_t early; /* asked for what was not there yet */
	_Atomic uint64_t late;	/* requests made, too old when their turn came
				 */
	_Atomic uint64_t verified, refused, signed_messages;
	pthread_mutex_t lock; /* of the rest */
	struct error_count error[ERRORS_MOST];
	size_t errors;
};

/* What remains of a fleet when a run ends, by its records. */
struct report_end {
	uint32_t devices, enrolled, provisioned, supplied;
	uint64_t certificates; /* all that they ever got */
	uint32_t weeks;
	int64_t sample;
	uint64_t seed;
	unsigned jobs;
	const char *engine;
};

void report_begin(struct report *);
void report_latency(struct report *, enum request, uint64_t ns);
/* One more of the errors of this name; the text of the first is kept. */
void report_error(struct report *, const char *name, const char *text);
uint64_t report_errors(struct report *);
const char *report_stage_name(enum run_stage);

void report_print(struct report *, const struct report_end *);
/* The same as JSON (scms-fleet(1)). */
enum fault must_check report_write(struct report *, const struct report_end *,
    const char *path, struct fault_info *);

#endif /* FLEET_REPORT_H */
