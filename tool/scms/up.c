/* up.c - scms up: start what is not running, wait until all are ready. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/time32.h"
#include "tool/common/opt.h"
#include "tool/scms/bring.h"
#include "tool/scms/cmd.h"
#include "tool/scms/component.h"
#include "tool/scms/process.h"

#define POLL_NS 20000000L

enum progress { WAITING, READY, FAILED };

struct start {
	struct process process;
	enum progress progress;
	bool was_running;
	char why[512];
};

static void
failed(struct start *s, const char *how)
{
	char words[400];

	process_last_words(words, sizeof(words), &s->process);
	snprintf(s->why, sizeof(s->why), "%s%s%s", how,
	    words[0] != '\0' ? "; last line of its log: " : "", words);
	s->progress = FAILED;
}

static void
begin(struct start *s, const char *dir, const struct part *part)
{
	struct fault_info fi;

	process_find(&s->process, dir, part);
	s->was_running = s->process.pid != 0;
	s->progress = WAITING;
	if (!s->was_running && process_start(&s->process, &fi) != FAULT_OK) {
		snprintf(s->why, sizeof(s->why), "%s", fi.text);
		s->progress = FAILED;
	}
}

static void
look(struct start *s, unsigned net)
{
	char how[64];
	int status;

	if (process_ended(&s->process, &status)) {
		if (status != -1 && WIFEXITED(status))
			snprintf(how, sizeof(how), "ended with status %d",
			    WEXITSTATUS(status));
		else if (status != -1 && WIFSIGNALED(status))
			snprintf(how, sizeof(how), "killed by signal %d",
			    WTERMSIG(status));
		else
			snprintf(how, sizeof(how), "ended");
		failed(s, how);
	} else if (process_ready(&s->process, net)) {
		s->progress = READY;
	}
}

/* Waits until each has become ready or failed. */
static void
wait_all(struct start *starts, unsigned net, int64_t seconds)
{
	const struct timespec pause = {.tv_nsec = POLL_NS};
	uint64_t end = clock_ns() + (uint64_t)seconds * 1000000000u;
	size_t waiting;

	do {
		waiting = 0;
		for (size_t i = 0; i < PART_COUNT; i++) {
			if (starts[i].progress == WAITING)
				look(&starts[i], net);
			waiting += starts[i].progress == WAITING;
		}
		if (waiting > 0)
			nanosleep(&pause, NULL);
	} while (waiting > 0 && clock_ns() < end);
	for (size_t i = 0; i < PART_COUNT; i++)
		if (starts[i].progress == WAITING)
			failed(&starts[i], "not ready in time");
}

static int
report(const struct start *starts)
{
	int status = CMD_OK;

	for (size_t i = 0; i < PART_COUNT; i++) {
		const struct start *s = &starts[i];

		if (s->process.part == NULL)
			continue;
		if (s->progress == READY) {
			printf("%-9s %s (process %ld)\n", parts[i].name,
			    s->was_running ? "was running" : "ready",
			    (long)s->process.pid);
			continue;
		}
		printf("%-9s NOT READY: %s\n", parts[i].name, s->why);
		status = CMD_FAILED;
	}
	return status;
}

int
bring_up(
    const struct site *site, const bool wanted[PART_COUNT], int64_t seconds)
{
	struct start starts[PART_COUNT] = {0};
	int status;

	for (size_t i = 0; i < PART_COUNT; i++) {
		if (wanted[i] && parts[i].program != NULL &&
		    part_is_there(site->dir, &parts[i]))
			begin(&starts[i], site->dir, &parts[i]);
		else
			starts[i].progress = READY;
	}
	wait_all(starts, site->env.net, seconds);
	status = report(starts);
	for (size_t i = 0; i < PART_COUNT; i++)
		if (starts[i].process.part != NULL)
			process_close(&starts[i].process);
	return status;
}

int
cmd_up(int argc, char **argv)
{
	int64_t seconds = 60;
	const struct opt opts[] = {{"timeout", OPT_NUMBER, &seconds}};
	bool all[PART_COUNT];
	struct fault_info fi;
	struct site site;
	int status;

	if (opt_parse(opts, 1, &argc, argv, &fi) != FAULT_OK ||
	    cmd_need(argc, 1, "DIR", &fi) != FAULT_OK ||
	    site_open(&site, argv[0], SITE_LOCKED, &fi) != FAULT_OK)
		return cmd_fault("up", &fi);
	/* What was begun is finished first; it may start some of them. */
	if (component_finish(&site, &fi) != FAULT_OK) {
		site_close(&site);
		return cmd_fault("up", &fi);
	}
	memset(all, true, sizeof(all));
	status = bring_up(&site, all, seconds);
	site_close(&site);
	return status;
}
