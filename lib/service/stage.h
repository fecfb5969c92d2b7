/*
 * stage.h - where the time goes: for each stage of a role's work the time it
 * took, summed over all messages and threads; in /healthz under "stages".
 *
 * A role lists its stages in role/<x>/stage.def as STAGE(name) and makes an
 * array of them:
 *
 *	struct stage_time ra_stages[] = {
 *	#define STAGE STAGE_NAME
 *	#include "role/ra/stage.def"
 *	};
 *
 * A thread says stage_begin() when it takes up a message and stage_end() after
 * each stage; what passed since the last of these calls belongs to the stage.
 * A call costs less than a microsecond, so it is made per message or per some
 * hundred certificates.
 */
#ifndef SERVICE_STAGE_H
#define SERVICE_STAGE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "service/service.h"

struct stage_time {
	const char *name;
	_Atomic uint64_t wall_ns; /* passed */
	_Atomic uint64_t cpu_ns;  /* of that, spent by this thread's work */
};

#define STAGE_NAME(stage) {.name = #stage},

void stage_begin(void);
void stage_end(struct stage_time *);
/* For def->health. */
void
health_stages(struct service_health *, const struct stage_time *, size_t n);

#endif /* SERVICE_STAGE_H */
