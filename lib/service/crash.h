/*
 * crash.h - points at which a test can have the process killed.
 *
 * Around every commit boundary a role says crash_point("ra-outbox-stored").
 * The process sends itself SIGKILL when the environment variable
 * MONARCH_CRASH_AT names that point; "ra-outbox-stored:3" means the third
 * time it is passed.  Otherwise the call costs one load and a branch.
 *
 * A role lists its points in role/<x>/crash.def as CRASH(name, text), makes
 * an array of it (CRASH_NAME) for service_def.crash_points, and so
 * `scms-ra --crash-points` can name them to a test.  Names begin with the
 * role; the frame refuses to start when MONARCH_CRASH_AT names a point of its
 * role that is not in the list, and a point that is not in the list ends the
 * process with an assertion when it is passed while armed.
 */
#ifndef SERVICE_CRASH_H
#define SERVICE_CRASH_H

#include <stdbool.h>

#include "base/fault.h"

#define CRASH_NAME(name, text) name,

extern bool crash_armed;

#define crash_point(name)                             \
	do {                                          \
		if (__builtin_expect(crash_armed, 0)) \
			crash_here(name);             \
	} while (0)

/* Reads MONARCH_CRASH_AT; points of another role are ignored.  FAULT_CONFIG:
 * not one of names (NULL at the end; or NULL: there are none). */
enum fault must_check crash_arm(
    const char *role, const char *const *names, struct fault_info *);
void crash_here(const char *name);

#endif /* SERVICE_CRASH_H */
