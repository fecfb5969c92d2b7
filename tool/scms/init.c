/* init.c - scms init: the ceremony that creates an environment. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/time32.h"
#include "tool/common/opt.h"
#include "tool/scms/account.h"
#include "tool/scms/ceremony.h"
#include "tool/scms/cmd.h"
#include "tool/scms/tree.h"

#define CEREMONY_MEMORY (8u << 20)

static const struct {
	const char *what;
	ceremony_step *run;
} steps[] = {
    {"folders", ceremony_folders},
    {"certificates", ceremony_certificates},
    {"TLS", ceremony_tls},
    {"component settings", ceremony_components},
    {"lists of the DCM", ceremony_dcm},
    {"policy files", ceremony_policy},
    {"chain files", ceremony_chain_files},
    {"CRLs", ceremony_crl},
    {"LA-PCA keys", ceremony_agreement},
};

struct init {
	const char *kind, *domain, *passphrase_file;
	int64_t net, clock_offset;
	struct opt_list psids, set;
	struct arena arena;
	struct environment env;
	struct passphrase passphrase;
};

static volatile sig_atomic_t interrupted;

static void
on_signal(int number)
{
	interrupted = number;
}

static void
catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

/* An absent folder or an empty one; anything else is not to be touched. */
static enum fault
check_target(const char *dir, struct fault_info *fi)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool empty = true;

	if (d == NULL)
		return errno == ENOENT
			   ? FAULT_OK
			   : fault_errno(fi, FAULT_EXISTS, "%s", dir);
	while ((e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			empty = false;
	closedir(d);
	return empty ? FAULT_OK
		     : fault_set(fi, FAULT_EXISTS,
			   "%s exists already and is not empty: nothing was "
			   "touched",
			   dir);
}

static enum fault
set_psids(struct init *in, struct fault_info *fi)
{
	const char *list = in->psids.v[0];

	for (size_t i = 1; i < in->psids.n && list != NULL; i++)
		list = arena_printf(&in->arena, "%s, %s", list, in->psids.v[i]);
	if (list == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "--psid");
	return environment_set(
	    &in->env, &in->arena, "pseudonym_psids", list, fi);
}

/* One "KEY=VALUE" of --set. */
static enum fault
set_one(struct init *in, const char *text, struct fault_info *fi)
{
	const char *eq = strchr(text, '=');
	char *key = arena_printf(
	    &in->arena, "%.*s", eq != NULL ? (int)(eq - text) : 0, text);

	if (eq == NULL || key == NULL)
		return fault_set(
		    fi, FAULT_USAGE, "--set %s: KEY=VALUE needed", text);
	return environment_set(&in->env, &in->arena, key, eq + 1, fi);
}

static enum fault
settle_environment(struct init *in, struct fault_info *fi)
{
	enum environment_kind kind;
	char net[24];

	if (in->kind == NULL || !environment_kind_parse(&kind, in->kind))
		return fault_set(
		    fi, FAULT_USAGE, "--env test, qa or prod needed");
	TRY(environment_defaults(&in->env, &in->arena, kind, fi));
	in->env.kind = environment_kind_name(kind);
	if (in->domain != NULL)
		TRY(environment_set(
		    &in->env, &in->arena, "domain", in->domain, fi));
	if (in->net != 0) {
		snprintf(net, sizeof(net), "%lld", (long long)in->net);
		TRY(environment_set(&in->env, &in->arena, "net", net, fi));
	}
	if (in->psids.n > 0)
		TRY(set_psids(in, fi));
	for (size_t i = 0; i < in->set.n; i++)
		TRY(set_one(in, in->set.v[i], fi));
	return environment_check(&in->env, fi);
}

static void
open_record(struct ceremony *c)
{
	char path[PATH_SIZE], text[TIME32_TEXT];

	ceremony_path(c, path, "ceremony.txt");
	if ((c->record = fopen(path, "wxe")) == NULL)
		return;
	time32_text(text, c->now);
	ceremony_record(c, "Ceremony of the %s environment %s, %s (Time32 %u)",
	    c->env->kind, c->env->domain, text, c->now);
}

static enum fault
finish_record(struct ceremony *c, struct fault_info *fi)
{
	char path[PATH_SIZE];

	if (fflush(c->record) != 0 || fsync(fileno(c->record)) != 0)
		return fault_errno(fi, FAULT_IO, "ceremony.txt");
	ceremony_path(c, path, "ceremony.txt");
	return account_record(c->dir, path, fi, "what=init");
}

static enum fault
run_steps(struct ceremony *c, struct fault_info *fi)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (interrupted != 0)
			return fault_set(fi, FAULT_IO,
			    "interrupted by signal %d", (int)interrupted);
		if (steps[i].run(c, fi) != FAULT_OK)
			return fault_prefix(fi, "%s", steps[i].what);
	}
	return finish_record(c, fi);
}

static enum fault
hold(struct init *in, const char *workshop, struct fault_info *fi)
{
	struct ceremony *c = calloc(1, sizeof(*c));
	enum fault f;

	if (c == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "out of memory");
	c->dir = workshop;
	c->env = &in->env;
	c->passphrase = &in->passphrase;
	c->clock_offset = in->clock_offset;
	c->arena = arena_new(CEREMONY_MEMORY);
	c->now = time32_now();
	c->start = c->now - CEREMONY_HEAD_START;
	c->trust = trust_new();
	open_record(c);
	f = c->record != NULL
		? run_steps(c, fi)
		: fault_errno(fi, FAULT_IO, "%s/ceremony.txt", workshop);
	ceremony_free(c);
	free(c);
	return f;
}

/* Makes everything beside dir, then gives it the name. */
static enum fault
create(struct init *in, const char *dir, struct fault_info *fi)
{
	char workshop[PATH_SIZE], where[PATH_MAX];
	struct fault_info cleaning;
	enum fault f;

	if (snprintf(workshop, sizeof(workshop), "%s.ceremony.XXXXXX", dir) >=
	    (int)sizeof(workshop))
		return fault_set(fi, FAULT_USAGE, "%s: path too long", dir);
	if (mkdtemp(workshop) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", workshop);
	/* The programs that are run see the folder from their own place. */
	if (realpath(workshop, where) == NULL || chmod(where, 0755) != 0)
		f = fault_errno(fi, FAULT_IO, "%s", workshop);
	else if (strlen(where) > PATH_SIZE / 2)
		f = fault_set(fi, FAULT_USAGE, "%s: path too long", dir);
	else
		f = hold(in, where, fi);
	if (f == FAULT_OK && rename(workshop, dir) != 0)
		f = fault_errno(fi, FAULT_EXISTS, "%s", dir);
	if (f != FAULT_OK && tree_remove(workshop, &cleaning) != FAULT_OK)
		fprintf(stderr, "scms init: %s\n", cleaning.text);
	return f;
}

/* An i has 16 bits (IValue): the supply must not run out of them. */
static enum fault
check_periods(const struct environment *env, struct fault_info *fi)
{
	uint32_t now = time32_now();

	if (now < env->i_zero)
		return fault_set(fi, FAULT_CONFIG,
		    "i_zero = %u lies in the future", env->i_zero);
	if (environment_period(env, now) + env->supply_weeks > UINT16_MAX)
		return fault_set(fi, FAULT_CONFIG,
		    "i_period_seconds = %u: the supply would end beyond "
		    "period 65535; let i_zero be later",
		    env->i_period_seconds);
	return FAULT_OK;
}

static enum fault
init(struct init *in, char *dir, struct fault_info *fi)
{
	enum fault f;

	for (size_t n = strlen(dir); n > 1 && dir[n - 1] == '/'; n--)
		dir[n - 1] = '\0';
	TRY(check_target(dir, fi));
	TRY(settle_environment(in, fi));
	time_set_offset(in->clock_offset);
	TRY(check_periods(&in->env, fi));
	TRY(passphrase_get(&in->passphrase, in->passphrase_file, fi));
	catch_signals();
	f = create(in, dir, fi);
	wipe(&in->passphrase, sizeof(in->passphrase));
	return f;
}

int
cmd_init(int argc, char **argv)
{
	struct init in = {.arena = arena_new(1u << 20)};
	const struct opt opts[] = {
	    {"env", OPT_TEXT, &in.kind},
	    {"domain", OPT_TEXT, &in.domain},
	    {"net", OPT_NUMBER, &in.net},
	    {"psid", OPT_LIST, &in.psids},
	    {"clock", OPT_NUMBER, &in.clock_offset},
	    {"passphrase-file", OPT_TEXT, &in.passphrase_file},
	    {"set", OPT_LIST, &in.set},
	};
	struct fault_info fi;
	enum fault f;

	f = opt_parse(opts, sizeof(opts) / sizeof(opts[0]), &argc, argv, &fi);
	if (f == FAULT_OK)
		f = cmd_need(argc, 1, "DIR", &fi);
	if (f == FAULT_OK)
		f = init(&in, argv[0], &fi);
	arena_free(&in.arena);
	if (f != FAULT_OK)
		return cmd_fault("init", &fi);
	printf("\n%s is ready; its record is ceremony.txt.  Take %s/offline "
	       "away to a safe place:\nscms up does not need it.\n",
	    argv[0], argv[0]);
	return CMD_OK;
}
