/* elector.c - scms elector ...; see elector.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "service/crash.h"
#include "tool/scms/cmd.h"
#include "tool/scms/elector.h"

#define MEMORY	   ((size_t)64 << 20)
#define BALLOT_MAX 65536u

static const char *const crash_points[] = {
#define CRASH CRASH_NAME
#include "tool/scms/crash.def"
#undef CRASH
    NULL};

/* ---- ceremonies in an environment ---- */

/* A change that is under way; everything but the site. */
struct ceremony_desk {
	struct component_job job;
	struct electors electors;
	struct elector_change change;
	char offline[PATH_SIZE];
};

static struct bytes
secret_of(const struct passphrase *p)
{
	return (struct bytes){(const uint8_t *)p->text, p->n};
}

static enum fault
take_all(struct ceremony_desk *d, const struct elector_request *r,
    const struct passphrase *p, struct fault_info *fi)
{
	TRY(electors_take(&d->electors, d->offline, secret_of(p), fi));
	for (size_t k = 1; k < r->offline.n; k++)
		TRY(electors_take(
		    &d->electors, r->offline.v[k], secret_of(p), fi));
	return FAULT_OK;
}

/* All electors whose keys are here vote on a certificate. */
static enum fault
vote(struct ceremony_desk *d, const struct elector_request *r,
    const struct passphrase *p, struct fault_info *fi)
{
	struct elector_change *c = &d->change;
	struct component_job *job = &d->job;

	c->kind = r->kind;
	job->c.passphrase = p;
	TRY(take_all(d, r, p, fi));
	if (r->argc == 3) {
		TRY(elector_find(
		    &c->subject, &d->electors, job->site, r->argv[2], fi));
		TRY(elector_judge_subject(&d->electors, c->kind, c->subject,
		    &job->c.arena, job->c.now, fi));
	} else {
		TRY(elector_room(&d->electors, fi));
		TRY(elector_make(c, job, &d->electors, fi));
	}
	return electors_vote(
	    &c->ballot, &d->electors, c->kind, c->subject, job->c.now, fi);
}

static enum fault
vote_with_passphrase(struct ceremony_desk *d, const struct elector_request *r,
    struct fault_info *fi)
{
	struct passphrase p;
	enum fault f;

	TRY(passphrase_get(&p, r->passphrase_file, fi));
	f = vote(d, r, &p, fi);
	wipe(&p, sizeof(p));
	d->job.c.passphrase = NULL;
	return f;
}

/* One that electors have made elsewhere. */
static enum fault
read_ballot(struct ceremony_desk *d, const struct elector_request *r,
    struct fault_info *fi)
{
	struct elector_change *c = &d->change;
	struct component_job *job = &d->job;

	TRY(file_read(&c->ballot, &job->c.arena, r->argv[2], BALLOT_MAX, fi));
	return elector_judge(c, &d->electors, &job->c.arena, job->c.now, fi) ==
		       FAULT_OK
		   ? FAULT_OK
		   : fault_prefix(fi, "%s", r->argv[2]);
}

static bool
is_publish(const struct elector_request *r)
{
	return strcmp(r->argv[0], "publish") == 0;
}

static enum fault
carry_out(struct ceremony_desk *d, const struct site *site,
    const struct elector_request *r, struct fault_info *fi)
{
	struct component_job *job = &d->job;
	enum fault f;

	TRY(component_open(job, site, d->offline, fi));
	TRY(electors_read(&d->electors, &job->c.arena, site, fi));
	TRY(change_begin(&job->change, site->dir, d->offline, fi));
	f = is_publish(r) ? read_ballot(d, r, fi)
			  : vote_with_passphrase(d, r, fi);
	if (f == FAULT_OK)
		f = elector_publish(job, &d->electors, &d->change, fi);
	if (f != FAULT_OK)
		change_abandon(&job->change);
	return f;
}

static enum fault
change(const struct site *site, const struct elector_request *r,
    struct fault_info *fi)
{
	struct ceremony_desk *d;
	enum fault f = FAULT_OK;

	if (change_is_pending(site->dir)) {
		TRY(component_finish(site, fi));
		puts("finished what had been begun before; nothing else");
		return FAULT_OK;
	}
	if ((d = calloc(1, sizeof(*d))) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "out of memory");
	if (!is_publish(r))
		f = component_offline(d->offline, site,
		    r->offline.n > 0 ? r->offline.v[0] : NULL, fi);
	if (f == FAULT_OK) {
		f = carry_out(d, site, r, fi);
		electors_free(&d->electors);
		component_close(&d->job);
	}
	free(d);
	return f;
}

static enum fault
show(const struct site *site, const struct elector_request *r,
    struct fault_info *fi)
{
	struct arena arena = arena_new(MEMORY);
	enum fault f = elector_show(site, &arena, fi);

	(void)r;
	arena_free(&arena);
	return f;
}

/* ---- verbs ---- */

typedef enum fault site_fn(
    const struct site *, const struct elector_request *, struct fault_info *);

static const struct verb {
	const char *name;
	int argc; /* itself, DIR, ... */
	const char *what;
	enum fault (*alone)(struct elector_request *, struct fault_info *);
	site_fn *there;
	enum endorsement kind;
} verbs[] = {
    {"endorse", 0, "", elector_endorse, NULL, 0},
    {"ballot", 0, "", elector_ballot, NULL, 0},
    {"show", 2, "show DIR", NULL, show, 0},
    {"publish", 3, "publish DIR BALLOT", NULL, change, 0},
    {"add-elector", 2, "add-elector DIR", NULL, change, ENDORSE_ADD_ELECTOR},
    {"add-root", 3, "add-root DIR CERT", NULL, change, ENDORSE_ADD_ROOT},
    {"remove-elector", 3, "remove-elector DIR CERT", NULL, change,
	ENDORSE_REMOVE_ELECTOR},
    {"remove-root", 3, "remove-root DIR CERT", NULL, change,
	ENDORSE_REMOVE_ROOT},
};

static const struct verb *
find_verb(const char *name)
{
	for (size_t k = 0; k < sizeof(verbs) / sizeof(verbs[0]); k++)
		if (strcmp(verbs[k].name, name) == 0)
			return &verbs[k];
	return NULL;
}

static enum fault
run_there(
    const struct verb *v, struct elector_request *r, struct fault_info *fi)
{
	struct site site;
	enum fault f;

	if (r->argc != v->argc)
		return fault_set(fi, FAULT_USAGE, "%s needed", v->what);
	r->kind = v->kind;
	TRY(site_open(&site, r->argv[1],
	    v->there == show ? SITE_SHARED : SITE_LOCKED, fi));
	f = v->there(&site, r, fi);
	site_close(&site);
	return f;
}

static enum fault
run(struct elector_request *r, struct fault_info *fi)
{
	const struct verb *v = r->argc > 0 ? find_verb(r->argv[0]) : NULL;

	if (v == NULL)
		return fault_set(fi, FAULT_USAGE,
		    "show, endorse, ballot, publish, add-elector, add-root, "
		    "remove-elector or remove-root needed");
	return v->alone != NULL ? v->alone(r, fi) : run_there(v, r, fi);
}

int
cmd_elector(int argc, char **argv)
{
	struct elector_request r = {.argc = 0};
	const struct opt opts[] = {
	    {"offline", OPT_LIST, &r.offline},
	    {"passphrase-file", OPT_TEXT, &r.passphrase_file},
	    {"out", OPT_TEXT, &r.out},
	};
	struct fault_info fi = {.code = FAULT_OK};

	if (opt_parse(opts, 3, &argc, argv, &fi) != FAULT_OK ||
	    crash_arm("change", crash_points, &fi) != FAULT_OK)
		return cmd_fault("elector", &fi);
	r.argc = argc;
	r.argv = argv;
	return run(&r, &fi) == FAULT_OK ? CMD_OK : cmd_fault("elector", &fi);
}
