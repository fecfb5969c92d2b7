/* down.c - scms down: ask every component to stop, wait, name what stays. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/time32.h"
#include "tool/common/opt.h"
#include "tool/scms/bring.h"
#include "tool/scms/cmd.h"
#include "tool/scms/process.h"

#define POLL_NS 20000000L

static void
ask(struct process *p)
{
	struct fault_info fi;

	if (process_signal(p, SIGTERM, &fi) != FAULT_OK)
		fprintf(stderr, "scms down: %s\n", fi.text);
}

static size_t
left(struct process *processes)
{
	size_t n = 0;

	for (size_t i = 0; i < PART_COUNT; i++) {
		struct process *p = &processes[i];

		if (p->pid == 0)
			continue;
		if (!process_ended(p, NULL)) {
			n++;
			continue;
		}
		printf("%-9s stopped\n", p->part->name);
		process_forget(p);
	}
	return n;
}

int
bring_down(const char *dir, const bool wanted[PART_COUNT], int64_t seconds)
{
	const struct timespec pause = {.tv_nsec = POLL_NS};
	uint64_t end = clock_ns() + (uint64_t)seconds * 1000000000u;
	struct process processes[PART_COUNT];
	size_t n;

	for (size_t i = 0; i < PART_COUNT; i++)
		if (wanted[i])
			process_find(&processes[i], dir, &parts[i]);
		else
			processes[i] = (struct process){.fd = -1};
	for (size_t i = 0; i < PART_COUNT; i++)
		ask(&processes[i]);
	while ((n = left(processes)) > 0 && clock_ns() < end)
		nanosleep(&pause, NULL);
	for (size_t i = 0; i < PART_COUNT && n > 0; i++) {
		if (processes[i].pid != 0)
			printf("%-9s STILL RUNNING (process %ld)\n",
			    parts[i].name, (long)processes[i].pid);
		process_close(&processes[i]);
	}
	return n == 0 ? CMD_OK : CMD_FAILED;
}

int
cmd_down(int argc, char **argv)
{
	int64_t seconds = 30;
	const struct opt opts[] = {{"timeout", OPT_NUMBER, &seconds}};
	bool all[PART_COUNT];
	struct fault_info fi;
	struct site site;
	int status;

	if (opt_parse(opts, 1, &argc, argv, &fi) != FAULT_OK ||
	    cmd_need(argc, 1, "DIR", &fi) != FAULT_OK ||
	    site_open(&site, argv[0], SITE_LOCKED, &fi) != FAULT_OK)
		return cmd_fault("down", &fi);
	memset(all, true, sizeof(all));
	status = bring_down(site.dir, all, seconds);
	site_close(&site);
	return status;
}
