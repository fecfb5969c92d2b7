/*
 * jobs.h - the same work for many devices, several at a time.
 */
#ifndef OBE_JOBS_H
#define OBE_JOBS_H

#include "device/monarch.h"
#include "tool/obe/cmd.h"

/* Options of the commands that talk to the RA. */
struct jobs_options {
	int64_t jobs, attempts, timeout, give_up;
	bool quiet, again;
};
#define JOBS_OPTIONS_DEFAULT \
	{                    \
		.jobs = 4    \
	}
#define JOBS_OPTS(o)                                  \
	{"jobs", OPT_NUMBER, &(o)->jobs},             \
	    {"attempts", OPT_NUMBER, &(o)->attempts}, \
	    {"timeout", OPT_NUMBER, &(o)->timeout},   \
	    {"give-up", OPT_NUMBER, &(o)->give_up},   \
	    {"again", OPT_FLAG, &(o)->again},         \
	{                                             \
		"quiet", OPT_FLAG, &(o)->quiet        \
	}

/* Works on one open device, of index n among all; prints what came of it,
 * except the fault that it returns. */
typedef enum fault
jobs_work(void *ctx, size_t n, struct monarch_device *, struct fault_info *);

/*
 * Opens each device, works on it and closes it, in o->jobs threads.  Faults
 * are printed as "DEVICE: text (FAULT)".  Returns how many failed.
 */
size_t
jobs_run(const char *const *device, size_t n, const struct jobs_options *,
    const struct cmd_common *, jobs_work *, void *ctx);
enum fault must_check jobs_check(
    const struct jobs_options *, struct fault_info *);
/* A whole command without further options: its exit status.  done: what a
 * device has then, "%zu of %zu devices <done>"; NULL: nothing is said. */
int jobs_command(
    const char *name, int argc, char **argv, jobs_work *, const char *done);

#endif /* OBE_JOBS_H */
