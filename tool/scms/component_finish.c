/* component_finish.c - carries a change of components out; see component.h. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "service/crash.h"
#include "tool/scms/agreement.h"
#include "tool/scms/bring.h"
#include "tool/scms/cmd.h"
#include "tool/scms/component.h"
#include "tool/scms/policy.h"
#include "tool/scms/process.h"
#include "tool/scms/run.h"

#define START_SECONDS 60
#define STOP_SECONDS  60

struct finish {
	const struct site *site;
	bool list[PART_COUNT];
};

static enum fault
take_part(void *ctx, const char *line, struct fault_info *fi)
{
	struct finish *f = ctx;

	(void)fi;
	for (enum part_id i = 0; i < PART_COUNT; i++)
		if (strcmp(parts[i].name, line) == 0)
			f->list[i] = true;
	return FAULT_OK;
}

static enum fault
read_list(struct finish *f, const char *list, struct fault_info *fi)
{
	memset(f->list, 0, sizeof(f->list));
	return change_each_note(f->site->dir, list, take_part, f, fi);
}

static enum fault
stop(struct finish *f, const char *list, struct fault_info *fi)
{
	TRY(read_list(f, list, fi));
	return bring_down(f->site->dir, f->list, STOP_SECONDS) == CMD_OK
		   ? FAULT_OK
		   : fault_set(fi, FAULT_BUSY,
			 "a component does not stop; the change is finished "
			 "by calling again");
}

/* "pca2 la1" */
static enum fault
agree(void *ctx, const char *line, struct fault_info *fi)
{
	const struct finish *f = ctx;
	struct arena arena;
	char pca[32], la[32];
	enum fault fault;

	if (sscanf(line, "%31s %31s", pca, la) != 2)
		return fault_set(fi, FAULT_BAD_MESSAGE, "agree: %s", line);
	arena = arena_new(1u << 20);
	fault = agreement_run(NULL, &arena, f->site->dir, pca, la, fi);
	arena_free(&arena);
	return fault;
}

/* The policies name the global chain file that is in force, and are signed by
 * the PG and the RA as they are now. */
static void
sign_policies(const struct site *site)
{
	struct policy_desk desk;
	struct fault_info fi;
	enum fault f;

	if ((f = policy_desk_open(&desk, site, &fi)) == FAULT_OK)
		f = policy_publish(&desk, &desk.now, &fi);
	policy_desk_close(&desk);
	if (f != FAULT_OK)
		fprintf(stderr,
		    "scms: the policies are still the former ones: %s; scms "
		    "policy publish makes new ones\n",
		    fi.text);
}

/* A ballot that removes somebody is in the next composite CRL, which is made
 * now; whether the CRLG runs or not. */
static enum fault
compose_crl(void *ctx, const char *line, struct fault_info *fi)
{
	const struct finish *f = ctx;
	char program[PATH_SIZE], folder[PATH_SIZE];
	const char *argv[] = {program, folder, line, NULL};

	process_program(program, parts[PART_CRLG].program);
	path_join(folder, f->site->dir, parts[PART_CRLG].name);
	if (run_program(argv, STDIN_FILENO, STDOUT_FILENO, fi) != FAULT_OK)
		fprintf(stderr,
		    "scms: the composite CRL is still the former one: %s; "
		    "scms crl now makes a new one\n",
		    fi->text);
	return FAULT_OK;
}

enum fault
component_finish(const struct site *site, struct fault_info *fi)
{
	struct finish f = {.site = site};

	if (!change_is_pending(site->dir))
		return FAULT_OK;
	TRY(stop(&f, "stop", fi));
	crash_point("change-stopped");
	TRY(change_carry_out(site->dir, fi));
	crash_point("change-written");
	TRY(change_each_note(site->dir, "agree", agree, &f, fi));
	crash_point("change-agreed");
	TRY(stop(&f, "restart", fi));
	TRY(read_list(&f, "run", fi));
	crash_point("change-restarting");
	if (bring_up(site, f.list, START_SECONDS) != CMD_OK)
		fprintf(stderr, "scms: the change is made, but not everybody "
				"is up; scms up tries again\n");
	TRY(change_each_note(site->dir, "crl", compose_crl, &f, fi));
	sign_policies(site);
	crash_point("change-restarted");
	return change_end(site->dir, fi);
}
