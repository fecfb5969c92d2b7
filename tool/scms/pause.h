/*
 * pause.h - all components of an environment held still for a moment.
 *
 * What their files hold then is what they would hold after a power failure at
 * one and the same instant, everywhere; and that is a state from which they
 * go on without losing or repeating anything.  No order of copying running
 * components has this property: the PCA may drop an answer that the copy of
 * the RA still waits for.
 */
#ifndef SCMS_PAUSE_H
#define SCMS_PAUSE_H

#include <sys/types.h>

#include "base/fault.h"
#include "tool/scms/process.h"

struct pause {
	pid_t keeper; /* lets them go on as soon as this program is gone */
	int leash;
};

/* Returns when no thread of any of them runs.  dir is absolute. */
enum fault must_check pause_begin(
    struct pause *, const char *dir, struct fault_info *);
/* Lets them go on. */
void pause_end(struct pause *);

#endif /* SCMS_PAUSE_H */
