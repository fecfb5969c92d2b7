/* crl.c - scms crl show|revoke|now|special: what is revoked, and what shall
 * be.  The CRL generator's own program enters and publishes it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time32.h"
#include "cert/profile.h"
#include "schema/dot2.h"
#include "tool/common/opt.h"
#include "tool/scms/cmd.h"
#include "tool/scms/crl.h"
#include "tool/scms/process.h"
#include "tool/scms/run.h"

#define CERTIFICATE_MAX 4096u
#define CHAIN_FILE_MAX	((size_t)8 << 20)

/* ---- the desk ---- */

enum fault
crl_desk_open(
    struct crl_desk *d, const struct site *site, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct bytes gccf;

	*d = (struct crl_desk){.site = site,
	    .trust = trust_new(),
	    .arena = arena_new(CRL_DESK_MEMORY),
	    .now = time32_now()};
	path_join(path, site->dir, "crlg/trust");
	TRY(trust_add_folder(d->trust, path, true, fi));
	path_join(path, site->dir, "public/GCCF.oer");
	TRY(file_read(&gccf, &d->arena, path, CHAIN_FILE_MAX, fi));
	return trust_add_known(d->trust, gccf, fi);
}

void
crl_desk_close(struct crl_desk *d)
{
	trust_free(d->trust);
	arena_free(&d->arena);
}

enum fault
crl_desk_certificate(struct cert **out, struct crl_desk *d, const char *path,
    struct fault_info *fi)
{
	struct bytes raw;
	enum fault f;

	TRY(file_read(&raw, &d->arena, path, CERTIFICATE_MAX, fi));
	f = cert_load(out, &d->arena, raw, fi);
	if (f == FAULT_OK)
		f = trust_check_chain(NULL, d->trust, *out, d->now, fi);
	return f == FAULT_OK ? f : fault_prefix(fi, "%s", path);
}

enum fault
crl_desk_run(struct crl_desk *d, const char *command, int argc, char **argv,
    struct fault_info *fi)
{
	const char **v = ARENA_ARRAY(&d->arena, (size_t)argc + 4, const char *);
	char program[PATH_SIZE], folder[PATH_SIZE];

	if (v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "arguments");
	process_program(program, parts[PART_CRLG].program);
	path_join(folder, d->site->dir, parts[PART_CRLG].name);
	v[0] = program;
	v[1] = folder;
	v[2] = command;
	for (int k = 0; k < argc; k++)
		v[3 + k] = argv[k];
	return run_program(v, STDIN_FILENO, STDOUT_FILENO, fi);
}

/* ---- commands ---- */

/* All certificates are looked at before the first is revoked. */
static enum fault
revoke_all(struct crl_desk *d, int argc, char **argv, struct fault_info *fi)
{
	char end[TIME32_TEXT];
	struct cert *k;

	for (int n = 0; n < argc; n++) {
		TRY(crl_desk_certificate(&k, d, argv[n], fi));
		time32_text(end, k->end);
		printf("series %u: %s, until %s\n", k->tbs->crl_series,
		    cert_name(&d->arena, k), end);
	}
	fflush(stdout);
	return crl_desk_run(d, "revoke", argc, argv, fi);
}

/* Everything behind the verb, DIR left out. */
struct arguments {
	const char *verb;
	struct crl_special special;
};

static enum fault
run(struct crl_desk *d, const struct arguments *a, struct fault_info *fi)
{
	const struct crl_special *s = &a->special;

	if (strcmp(a->verb, "special") == 0)
		return crl_special(d, s, fi);
	if (s->offline != NULL || s->passphrase_file != NULL)
		return fault_set(fi, FAULT_USAGE,
		    "--offline and --passphrase-file are for special");
	if (strcmp(a->verb, "show") == 0 && s->argc <= 1)
		return crl_show(d, s->argc == 1 ? s->argv[0] : NULL, fi);
	if (strcmp(a->verb, "revoke") == 0 && s->argc > 0)
		return revoke_all(d, s->argc, s->argv, fi);
	if (strcmp(a->verb, "now") == 0 && s->argc == 0)
		return crl_desk_run(d, "now", 0, NULL, fi);
	return fault_set(fi, FAULT_USAGE, "crl %s: wrong arguments", a->verb);
}

static enum fault
at_site(const struct arguments *a, const char *dir, struct fault_info *fi)
{
	struct crl_desk d;
	struct site site;
	enum fault f;

	TRY(site_open(&site, dir,
	    strcmp(a->verb, "special") == 0 ? SITE_LOCKED : SITE_SHARED, fi));
	f = crl_desk_open(&d, &site, fi);
	if (f == FAULT_OK)
		f = run(&d, a, fi);
	crl_desk_close(&d);
	site_close(&site);
	return f;
}

int
cmd_crl(int argc, char **argv)
{
	struct arguments a = {.verb = NULL};
	const struct opt opts[] = {
	    {"passphrase-file", OPT_TEXT, &a.special.passphrase_file},
	    {"offline", OPT_TEXT, &a.special.offline},
	};
	struct fault_info fi;

	if (opt_parse(opts, 2, &argc, argv, &fi) != FAULT_OK)
		return cmd_fault("crl", &fi);
	if (argc < 2) {
		fault_set(&fi, FAULT_USAGE,
		    "show, revoke, now or special, and DIR needed");
		return cmd_fault("crl", &fi);
	}
	a.verb = argv[0];
	a.special.argc = argc - 2;
	a.special.argv = argv + 1;
	return at_site(&a, argv[argc - 1], &fi) == FAULT_OK
		   ? CMD_OK
		   : cmd_fault("crl", &fi);
}
