/* pause.c - see pause.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/time32.h"
#include "tool/scms/pause.h"

#define STOP_NS 5000000000u

/* Holds the other end of the leash.  Whatever happens to the program that
 * asked for the pause, this process sees the leash drop. */
no_return static void
keep(struct process *processes, int leash)
{
	struct fault_info fi;
	char c;

	setsid();
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	while (read(leash, &c, 1) < 0 && errno == EINTR)
		continue;
	for (size_t i = 0; i < PART_COUNT; i++)
		if (process_signal(&processes[i], SIGCONT, &fi) != FAULT_OK)
			fprintf(stderr, "scms: %s\n", fi.text);
	_exit(0);
}

static enum fault
hire_keeper(struct pause *p, struct process *processes, struct fault_info *fi)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return fault_errno(fi, FAULT_IO, "pipe");
	if ((p->keeper = fork()) < 0) {
		close(ends[0]);
		close(ends[1]);
		return fault_errno(fi, FAULT_IO, "fork");
	}
	if (p->keeper == 0) {
		close(ends[1]);
		keep(processes, ends[0]);
	}
	close(ends[0]);
	p->leash = ends[1];
	return FAULT_OK;
}

/* The state letter of proc(5) for one thread; 0: it has ended. */
static char
thread_state(pid_t pid, const char *thread)
{
	char path[PATH_SIZE], text[512];
	const char *after;
	ssize_t n;
	int fd;

	snprintf(
	    path, sizeof(path), "/proc/%ld/task/%s/stat", (long)pid, thread);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	after = strrchr(text, ')');
	return after != NULL && after[1] == ' ' ? after[2] : 0;
}

static bool
stands_still(pid_t pid)
{
	char path[PATH_SIZE], state;
	struct dirent *e;
	bool still = true;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%ld/task", (long)pid);
	if ((tasks = opendir(path)) == NULL)
		return true;
	while (still && (e = readdir(tasks)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		state = thread_state(pid, e->d_name);
		still = state == 0 || strchr("TtZX", state) != NULL;
	}
	closedir(tasks);
	return still;
}

static enum fault
stop_all(struct process *processes, struct fault_info *fi)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	uint64_t end = clock_ns() + STOP_NS;

	for (size_t i = 0; i < PART_COUNT; i++)
		TRY(process_signal(&processes[i], SIGSTOP, fi));
	for (size_t i = 0; i < PART_COUNT; i++)
		while (
		    processes[i].pid != 0 && !stands_still(processes[i].pid)) {
			if (clock_ns() > end)
				return fault_set(fi, FAULT_BUSY,
				    "%s does not stand still", parts[i].name);
			nanosleep(&moment, NULL);
		}
	return FAULT_OK;
}

enum fault
pause_begin(struct pause *p, const char *dir, struct fault_info *fi)
{
	struct process processes[PART_COUNT];
	enum fault f;

	*p = (struct pause){0, -1};
	for (size_t i = 0; i < PART_COUNT; i++)
		process_find(&processes[i], dir, &parts[i]);
	if ((f = hire_keeper(p, processes, fi)) == FAULT_OK &&
	    (f = stop_all(processes, fi)) != FAULT_OK)
		pause_end(p);
	for (size_t i = 0; i < PART_COUNT; i++)
		process_close(&processes[i]);
	return f;
}

void
pause_end(struct pause *p)
{
	if (p->leash < 0)
		return;
	close(p->leash);
	p->leash = -1;
	while (waitpid(p->keeper, NULL, 0) < 0 && errno == EINTR)
		continue;
}
