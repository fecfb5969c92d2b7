/* component.c - scms component add|renew|retire NAME DIR. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "service/crash.h"
#include "tool/common/opt.h"
#include "tool/scms/cmd.h"
#include "tool/scms/component.h"

static const char *const crash_points[] = {
#define CRASH CRASH_NAME
#include "tool/scms/crash.def"
#undef CRASH
    NULL};

struct request {
	const char *passphrase_file, *offline, *name;
	enum component_verb verb;
};

static enum fault
parse_verb(enum component_verb *out, const char *text, struct fault_info *fi)
{
	static const char *const verbs[] = {
	    [COMPONENT_ADD] = "add",
	    [COMPONENT_RENEW] = "renew",
	    [COMPONENT_RETIRE] = "retire",
	};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i], text) == 0) {
			*out = (enum component_verb)i;
			return FAULT_OK;
		}
	return fault_set(
	    fi, FAULT_USAGE, "%s: add, renew or retire needed", text);
}

static enum fault
take_words(void *ctx, const char *line, struct fault_info *fi)
{
	char *words = ctx;

	(void)fi;
	snprintf(words, 64, "%s", line);
	return FAULT_OK;
}

/* *done: there was one, and it is what is asked for. */
static enum fault
finish_pending(bool *done, const struct site *site,
    const struct component_plan *asked, struct fault_info *fi)
{
	char was[64] = "", is[64];

	*done = false;
	if (!change_is_pending(site->dir))
		return FAULT_OK;
	TRY(change_each_note(site->dir, "what", take_words, was, fi));
	TRY(component_finish(site, fi));
	component_words(is, asked);
	*done = strcmp(was, is) == 0;
	printf("finished what had been begun: %s\n", was);
	return FAULT_OK;
}

enum fault
component_offline(char out[PATH_SIZE], const struct site *site,
    const char *named, struct fault_info *fi)
{
	char *real;

	path_join(out, site->dir, "offline");
	real = realpath(named != NULL ? named : out, NULL);
	if (real == NULL)
		return fault_set(fi, FAULT_NOT_FOUND,
		    "%s: the offline folder is needed; --offline names it",
		    named != NULL ? named : out);
	snprintf(out, PATH_SIZE, "%.*s", (int)PATH_SIZE / 2, real);
	free(real);
	return FAULT_OK;
}

static enum fault
run(struct component_job *job, struct component_plan *plan,
    const struct site *site, const struct request *r, struct fault_info *fi)
{
	struct passphrase passphrase;
	char offline[PATH_SIZE];
	enum fault f;

	TRY(component_offline(offline, site, r->offline, fi));
	f = component_open(job, site, offline, fi);
	if (f == FAULT_OK)
		f = component_decide(plan, r->verb, job->there, fi);
	if (f == FAULT_OK)
		f = passphrase_get(&passphrase, r->passphrase_file, fi);
	if (f == FAULT_OK) {
		job->plan = *plan;
		f = component_stage(job, &passphrase, fi);
		wipe(&passphrase, sizeof(passphrase));
	}
	component_close(job);
	if (f == FAULT_OK)
		f = component_finish(site, fi);
	return f;
}

static enum fault
component(
    const struct site *site, const struct request *r, struct fault_info *fi)
{
	struct component_plan plan;
	struct component_job *job;
	enum fault f;
	bool done;

	TRY(component_find(&plan, r->name, fi));
	plan.verb = r->verb;
	TRY(finish_pending(&done, site, &plan, fi));
	if (done)
		return FAULT_OK;
	if ((job = calloc(1, sizeof(*job))) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "out of memory");
	f = run(job, &plan, site, r, fi);
	free(job);
	return f;
}

int
cmd_component(int argc, char **argv)
{
	struct request r = {.name = NULL};
	const struct opt opts[] = {
	    {"passphrase-file", OPT_TEXT, &r.passphrase_file},
	    {"offline", OPT_TEXT, &r.offline},
	};
	struct fault_info fi;
	struct site site;
	enum fault f;

	if (opt_parse(opts, 2, &argc, argv, &fi) != FAULT_OK ||
	    cmd_need(argc, 3, "add|renew|retire, NAME and DIR", &fi) !=
		FAULT_OK ||
	    parse_verb(&r.verb, argv[0], &fi) != FAULT_OK ||
	    crash_arm("change", crash_points, &fi) != FAULT_OK ||
	    site_open(&site, argv[2], SITE_LOCKED, &fi) != FAULT_OK)
		return cmd_fault("component", &fi);
	r.name = argv[1];
	f = component(&site, &r, &fi);
	site_close(&site);
	return f == FAULT_OK ? CMD_OK : cmd_fault("component", &fi);
}
