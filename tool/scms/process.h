/*
 * process.h - the processes of an environment: found by their recorded pid,
 * started, waited for, stopped.
 *
 * A recorded pid counts only while that process holds its lock (daemons) or
 * was started with our configuration (HAProxy): after a crash the number may
 * belong to anybody.
 */
#ifndef SCMS_PROCESS_H
#define SCMS_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/fault.h"
#include "base/file.h"
#include "tool/scms/part.h"

struct process {
	const struct part *part;
	char folder[PATH_SIZE]; /* DIR/<name>, absolute */
	pid_t pid;		/* 0: not running */
	int fd;			/* pidfd; -1: not running */
	bool child;		/* started by this program: can be reaped */
};

/* Looks the part up; dir is absolute.  Close with process_close. */
void process_find(struct process *, const char *dir, const struct part *);
void process_close(struct process *);
/* For one that has ended: removes its run/pid and run/ready, and closes. */
void process_forget(struct process *);

/* Starts the part, whose output is appended to its log.  FAULT_NOT_FOUND if
 * its program is not beside this one and not on the PATH. */
enum fault must_check process_start(struct process *, struct fault_info *);

/* Whether it accepts requests (run/ready is there; the LOP: accepts TCP at
 * the address). */
bool process_ready(const struct process *, unsigned net);

/* Has it ended?  If it is a child, *status is as from waitpid, else -1. */
bool process_ended(struct process *, int *status);

/* Asks it to stop; process_ended tells when it has. */
enum fault must_check process_signal(
    const struct process *, int signal, struct fault_info *);

/* Last line of its log, without the newline; "" if there is none. */
void process_last_words(char *out, size_t n, const struct process *);

/* Resident memory in KiB; 0 if unknown. */
long process_memory(const struct process *);

/* Path of one of our programs: beside this one, in the build folder, or as it
 * is (for the PATH). */
void process_program(char out[PATH_SIZE], const char *name);

#endif /* SCMS_PROCESS_H */
