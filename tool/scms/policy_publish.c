/*
 * policy_publish.c - new versions of policies, made by the components' own
 * programs in their own folders: the PG makes the global one, the RA its own
 * and the PG signs the custom part of it.  Only what is signed passes through
 * here.  Each step is done or not; done again, the rest follows.
 */
#include <string.h>

#include "service/versions.h"
#include "tool/scms/policy.h"

static enum fault
write_exchange(struct policy_desk *d, const char **path, const char *name,
    struct bytes octets, struct fault_info *fi)
{
	*path = policy_desk_path(d, name);
	if (*path == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "policies");
	return file_write(*path, octets, 0600, fi);
}

/* ---- global ---- */

static enum fault
make_global(
    struct policy_desk *d, const struct policy_view *to, struct fault_info *fi)
{
	const struct policy_head nobody = {.id = BYTES_NONE};
	const char *options[] = {"--in", NULL, NULL};
	char folder[PATH_SIZE], name[VERSION_NAME];
	struct bytes tbs;

	TRY(policy_tbs_global(
	    &tbs, &d->arena, &nobody, &to->part[POLICY_GLOBAL], fi));
	TRY(write_exchange(d, &options[1], "global", tbs, fi));
	TRY(policy_desk_run(d, PART_PG, "make-policy", options, fi));
	path_join(folder, d->site->dir, "pg/data");
	TRY(versions_last(name, folder, "global_policy_", fi));
	path_join(d->gpf_path, folder, name);
	if (strcmp(name, d->gpf_name) != 0)
		printf("published %s\n", name);
	return FAULT_OK;
}

/* ---- local ---- */

struct local {
	const char *custom, *local, *request, *reply; /* paths */
};

static enum fault
write_local(struct policy_desk *d, struct local *l,
    const struct policy_view *to, struct fault_info *fi)
{
	const struct policy_head nobody = {.id = BYTES_NONE};
	struct bytes tbs;

	TRY(policy_tbs_custom(&tbs, &d->arena, &nobody,
	    d->lpf.ra_hostname != NULL ? d->lpf.ra_hostname : "",
	    &to->part[POLICY_CUSTOM], fi));
	TRY(write_exchange(d, &l->custom, "custom", tbs, fi));
	TRY(policy_tbs_local(
	    &tbs, &d->arena, &nobody, &to->part[POLICY_LOCAL], fi));
	TRY(write_exchange(d, &l->local, "local", tbs, fi));
	l->request = policy_desk_path(d, "request");
	l->reply = policy_desk_path(d, "reply");
	return l->request != NULL && l->reply != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "policies");
}

static enum fault
make_local(
    struct policy_desk *d, const struct policy_view *to, struct fault_info *fi)
{
	const char *ra = arena_printf(
	    &d->arena, "%s.%s", parts[PART_RA].name, d->site->env.domain);
	struct local l;

	if (ra == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "policies");
	TRY(write_local(d, &l, to, fi));
	TRY(policy_desk_run(d, PART_RA, "policy-request",
	    (const char *const[]){"--gpf", d->gpf_path, "--custom", l.custom,
		"--local", l.local, "--out", l.request, NULL},
	    fi));
	if (!file_exists(l.request))
		return FAULT_OK; /* nothing changes for the RA */
	TRY(policy_desk_run(d, PART_PG, "sign-policy",
	    (const char *const[]){
		"--ra", ra, "--in", l.request, "--out", l.reply, NULL},
	    fi));
	return policy_desk_run(d, PART_RA, "policy-install",
	    (const char *const[]){"--gpf", d->gpf_path, "--custom", l.custom,
		"--local", l.local, "--in", l.reply, NULL},
	    fi);
}

/* ---- both ---- */

/* Bundles for new devices are made of what is in public. */
static enum fault
copy_to_public(struct policy_desk *d, const char *from, const char *name,
    struct fault_info *fi)
{
	char folder[PATH_SIZE], path[PATH_SIZE];
	struct bytes file;

	TRY(file_read(&file, &d->arena, from, POLICY_FILE, fi));
	path_join(folder, d->site->dir, "public");
	path_join(path, folder, name);
	return file_write(path, file, 0644, fi);
}

enum fault
policy_publish(
    struct policy_desk *d, const struct policy_view *to, struct fault_info *fi)
{
	const char *former = d->lpf_name;
	struct policy_desk after;
	char path[PATH_SIZE];
	enum fault f;

	TRY(policy_check(d, to, fi));
	TRY(make_global(d, to, fi));
	TRY(make_local(d, to, fi));
	TRY(copy_to_public(d, d->gpf_path, "GPF.oer", fi));
	path_join(path, d->site->dir, "ra/data/lpf.oer");
	TRY(copy_to_public(d, path, "LPF.oer", fi));
	f = policy_desk_open(&after, d->site, fi);
	if (f == FAULT_OK && strcmp(after.lpf_name, former) != 0)
		printf("published %s; devices take it at their next contact\n",
		    after.lpf_name);
	policy_desk_close(&after);
	return f;
}
