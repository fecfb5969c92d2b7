/* policy_read.c - the policies that an environment has; see policy.h. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/versions.h"
#include "tool/scms/policy.h"
#include "tool/scms/process.h"
#include "tool/scms/run.h"
#include "tool/scms/tree.h"

#define GPF	  "global_policy_"
#define LPF	  "local_policy_"
#define PG_FOLDER "pg/data"
#define RA_FOLDER "ra/data/policy"
#define ID_OCTETS 2

/* ---- other programs ---- */

const char *
policy_desk_path(struct policy_desk *d, const char *name)
{
	return arena_printf(&d->arena, "%s/%s", d->exchange, name);
}

#define ARGUMENTS_MAX 16

enum fault
policy_desk_run(struct policy_desk *d, enum part_id who, const char *command,
    const char *const *options, struct fault_info *fi)
{
	const char *arguments[ARGUMENTS_MAX] = {NULL};
	char program[PATH_SIZE], folder[PATH_SIZE];
	size_t n = 0;
	enum fault f;
	int null;

	process_program(program, parts[who].program);
	path_join(folder, d->site->dir, parts[who].name);
	arguments[n++] = program;
	arguments[n++] = folder;
	arguments[n++] = command;
	while (*options != NULL && n + 1 < ARGUMENTS_MAX)
		arguments[n++] = *options++;
	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0)
		return fault_errno(fi, FAULT_IO, "/dev/null");
	f = run_program(arguments, null, null, fi);
	close(null);
	return f;
}

/* ---- files ---- */

static enum fault
open_trust(struct policy_desk *d, struct fault_info *fi)
{
	char path[PATH_SIZE];

	d->trust = trust_new();
	path_join(path, d->site->dir, "ra/trust");
	TRY(trust_add_folder(d->trust, path, true, fi));
	path_join(path, d->site->dir, "ra/known");
	return trust_add_folder(d->trust, path, false, fi);
}

static enum fault
open_file(struct policy_desk *d, struct policy_file *out, const char *path,
    struct fault_info *fi)
{
	struct bytes file;

	TRY(file_read(&file, &d->arena, path, POLICY_FILE, fi));
	if (policy_open(out, &d->arena, file, d->trust, TRUST_ANY_TIME, fi) !=
	    FAULT_OK)
		return fault_prefix(fi, "%s", path);
	return FAULT_OK;
}

static uint32_t
version_of(const struct policy_head *head)
{
	struct reader r = reader_of(head->id);

	return head->id.n == ID_OCTETS ? (uint32_t)read_uint(&r, ID_OCTETS) : 0;
}

static const char *
lpf_name(struct arena *arena, const struct policy_file *lpf)
{
	return arena_printf(arena, LPF "%04x_%04x.oer", version_of(&lpf->head),
	    version_of(&lpf->local_head));
}

static enum fault
read_in_force(struct policy_desk *d, struct fault_info *fi)
{
	char folder[PATH_SIZE], path[PATH_SIZE], name[VERSION_NAME];

	path_join(folder, d->site->dir, PG_FOLDER);
	TRY(versions_last(name, folder, GPF, fi));
	path_join(d->gpf_path, folder, name);
	TRY(open_file(d, &d->gpf, d->gpf_path, fi));
	path_join(path, d->site->dir, "ra/data/lpf.oer");
	TRY(open_file(d, &d->lpf, path, fi));
	d->gpf_name = arena_printf(&d->arena, "%s", name);
	d->lpf_name = lpf_name(&d->arena, &d->lpf);
	return d->gpf_name != NULL && d->lpf_name != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "policies");
}

/* ---- what was wanted last ---- */

static enum fault
read_part(struct policy_desk *d, enum policy_part part, const char *path,
    struct fault_info *fi)
{
	struct policy_file file;
	struct bytes tbs;

	TRY(file_read(&tbs, &d->arena, path, POLICY_FILE, fi));
	TRY(policy_read_tbs(&file, &d->arena, part, tbs, 0, fi));
	d->now.part[part] = file.set;
	return FAULT_OK;
}

static enum fault
read_view(struct policy_desk *d, struct fault_info *fi)
{
	const char *custom = policy_desk_path(d, "custom-now");
	const char *local = policy_desk_path(d, "local-now");
	const char *const options[] = {
	    "--custom", custom, "--local", local, NULL};

	if (custom == NULL || local == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "policies");
	TRY(policy_desk_run(d, PART_RA, "policy-wishes", options, fi));
	d->now.part[POLICY_GLOBAL] = d->gpf.set;
	TRY(read_part(d, POLICY_CUSTOM, custom, fi));
	return read_part(d, POLICY_LOCAL, local, fi);
}

/* ---- the desk ---- */

enum fault
policy_desk_open(
    struct policy_desk *d, const struct site *site, struct fault_info *fi)
{
	*d = (struct policy_desk){.site = site};
	d->arena = arena_new(POLICY_MEMORY);
	path_join(d->draft, site->dir, POLICY_DRAFT);
	path_join(d->exchange, site->dir, "policy.XXXXXX");
	if (mkdtemp(d->exchange) == NULL) {
		fault_errno(fi, FAULT_IO, "%s", d->exchange);
		d->exchange[0] = '\0';
		return FAULT_IO;
	}
	TRY(open_trust(d, fi));
	TRY(read_in_force(d, fi));
	return read_view(d, fi);
}

void
policy_desk_close(struct policy_desk *d)
{
	struct fault_info fi;

	if (d->exchange[0] != '\0' && tree_remove(d->exchange, &fi) != FAULT_OK)
		fprintf(stderr, "scms policy: %s\n", fi.text);
	trust_free(d->trust);
	arena_free(&d->arena);
}

/* ---- versions ---- */

/* "2", "2_3", and what file names make of them; global alone: local is 0. */
static bool
parse_version(unsigned *global, unsigned *local, const char *text)
{
	char *end;
	unsigned long a, b = 0;

	if (strncmp(text, GPF, strlen(GPF)) == 0)
		text += strlen(GPF);
	else if (strncmp(text, LPF, strlen(LPF)) == 0)
		text += strlen(LPF);
	a = strtoul(text, &end, 16);
	if (end == text)
		return false;
	if (*end == '_') {
		text = end + 1;
		b = strtoul(text, &end, 16);
		if (end == text || b == 0)
			return false;
	}
	*global = (unsigned)a;
	*local = (unsigned)b;
	return (*end == '\0' || strcmp(end, ".oer") == 0) && a != 0 &&
	       a <= UINT16_MAX && b <= UINT16_MAX;
}

enum fault
policy_desk_version(struct policy_desk *d, struct policy_file *out,
    const char **name, const char *version, struct fault_info *fi)
{
	char folder[PATH_SIZE], path[PATH_SIZE];
	unsigned global, local;

	if (!parse_version(&global, &local, version))
		return fault_set(fi, FAULT_USAGE,
		    "--version %s: must be like 2 (global) or 2_3 (local)",
		    version);
	if (local == 0)
		*name = arena_printf(&d->arena, GPF "%04x.oer", global);
	else
		*name =
		    arena_printf(&d->arena, LPF "%04x_%04x.oer", global, local);
	if (*name == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "policies");
	path_join(folder, d->site->dir, local == 0 ? PG_FOLDER : RA_FOLDER);
	path_join(path, folder, *name);
	/* The first one was laid there by the ceremony. */
	if (!file_exists(path) && strcmp(*name, d->lpf_name) == 0)
		path_join(path, d->site->dir, "ra/data/lpf.oer");
	return open_file(d, out, path, fi);
}
