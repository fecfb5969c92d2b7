/* policy_store.c - policies on disk; see policy_make.h. */
#include <stdio.h>
#include <string.h>

#include "base/time32.h"
#include "role/ra/policy_store.h"

void
policy_folder(const struct ra *ra, char out[PATH_SIZE])
{
	ra_path(ra, out, POLICY_FOLDER, NULL);
}

static enum fault
read_file(const struct ra *ra, struct bytes *out, struct arena *arena,
    const char *name, struct fault_info *fi)
{
	char path[PATH_SIZE];

	ra_path(ra, path, POLICY_FOLDER, name);
	return file_read(out, arena, path, POLICY_LIMIT, fi);
}

enum fault
policy_keep(struct ra *ra, const char *name, struct bytes contents,
    const char *who, struct fault_info *fi)
{
	char folder[PATH_SIZE];

	policy_folder(ra, folder);
	return versions_add(
	    ra->service->audit, folder, name, contents, who, fi);
}

enum fault
policy_next_name(struct ra *ra, const char **name, uint32_t *version,
    struct arena *arena, uint32_t global, struct fault_info *fi)
{
	char path[PATH_SIZE];

	do {
		*name = arena_printf(arena, POLICY_LPF "%04x_%04x.oer", global,
		    (unsigned)++*version);
		if (*name == NULL || *version > UINT16_MAX)
			return fault_set(fi, FAULT_TOO_LARGE,
			    "no number is left for a policy");
		ra_path(ra, path, POLICY_FOLDER, *name);
	} while (file_exists(path));
	return FAULT_OK;
}

/* ---- what is in force ---- */

enum fault
policy_current(struct policy_file *out, struct ra *ra, struct arena *arena,
    struct fault_info *fi)
{
	struct bytes file;

	TRY(file_read(&file, arena, ra->lpf.path, POLICY_LIMIT, fi));
	TRY(policy_open(out, arena, file, ra->self.trust, TRUST_ANY_TIME, fi));
	return out->is_local ? FAULT_OK
			     : fault_set(fi, FAULT_BAD_MESSAGE,
				   "%s is not an LPF", ra->lpf.path);
}

enum fault
policy_keep_current(struct ra *ra, struct arena *arena, struct fault_info *fi)
{
	char name[PUBLISHED_NAME];
	struct bytes file;

	/* One that does not verify was not published, either. */
	if (file_read(&file, arena, ra->lpf.path, POLICY_LIMIT, NULL) !=
		FAULT_OK ||
	    published_lpf(name, file, &ra->self, NULL) != FAULT_OK)
		return FAULT_OK;
	return policy_keep(ra, name, file, "found", fi);
}

/* ---- GPF ---- */

static enum fault
open_gpf(struct policy_input *out, struct ra *ra, struct arena *arena,
    struct bytes file, uint32_t now, struct fault_info *fi)
{
	out->gpf_file = file;
	TRY(policy_open(&out->gpf, arena, file, ra->self.trust, now, fi));
	if (out->gpf.is_local || policy_version(&out->gpf.head) == 0)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "not a global policy file");
	return FAULT_OK;
}

/* The newest at hand. */
static enum fault
read_gpf(struct policy_input *out, struct ra *ra, struct arena *arena,
    struct fault_info *fi)
{
	char folder[PATH_SIZE], name[VERSION_NAME];
	struct bytes file;

	policy_folder(ra, folder);
	TRY(versions_last(name, folder, POLICY_GPF, fi));
	TRY(read_file(ra, &file, arena, name, fi));
	if (open_gpf(out, ra, arena, file, TRUST_ANY_TIME, fi) != FAULT_OK)
		return fault_prefix(fi, "%s", name);
	return FAULT_OK;
}

enum fault
policy_keep_gpf(struct ra *ra, struct arena *arena, struct bytes file,
    const char *who, struct fault_info *fi)
{
	struct policy_input new, held;
	char name[VERSION_NAME];

	TRY(open_gpf(&new, ra, arena, file, time32_now(), fi));
	if (read_gpf(&held, ra, arena, NULL) == FAULT_OK &&
	    (policy_is_older(&new.gpf, &held.gpf) ||
		policy_version(&new.gpf.head) < policy_version(&held.gpf.head)))
		return fault_set(fi, FAULT_DENIED,
		    "global policy %04x is older than %04x, which is held",
		    policy_version(&new.gpf.head),
		    policy_version(&held.gpf.head));
	snprintf(name, sizeof(name), POLICY_GPF "%04x.oer",
	    policy_version(&new.gpf.head));
	return policy_keep(ra, name, file, who, fi);
}

/* ---- wishes ---- */

#define WISHES "wishes" /* length (4), custom part, local part */

enum fault
policy_keep_wishes(struct ra *ra, struct arena *arena,
    const struct policy_input *in, struct fault_info *fi)
{
	const struct policy_head nobody = {.id = BYTES_NONE};
	struct bytes custom, local;
	char path[PATH_SIZE];
	struct writer w;
	uint8_t *room;

	TRY(policy_tbs_custom(
	    &custom, arena, &nobody, ra->self.name, &in->custom, fi));
	TRY(policy_tbs_local(&local, arena, &nobody, &in->local, fi));
	room = arena_alloc(arena, 4 + custom.n + local.n, 1);
	if (room == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "wishes");
	w = writer_of(room, 4 + custom.n + local.n);
	write_uint(&w, custom.n, 4);
	write_bytes(&w, custom);
	write_bytes(&w, local);
	ra_path(ra, path, POLICY_FOLDER, WISHES);
	return file_write(path, writer_done(&w), 0600, fi);
}

/* Without the file: local as the LPF in force says, nothing of our own in the
 * custom part. */
enum fault
policy_wishes(struct policy_input *out, struct ra *ra, struct arena *arena,
    struct fault_info *fi)
{
	struct policy_file custom, local;
	struct bytes file, part;
	struct reader r;

	if (read_file(ra, &file, arena, WISHES, fi) == FAULT_NOT_FOUND) {
		TRY(policy_current(&local, ra, arena, fi));
		memset(&out->custom, 0, sizeof(out->custom));
		memset(&out->local, 0, sizeof(out->local));
		for (size_t k = POLICY_GLOBAL_KEYS; k < POLICY_KEYS; k++)
			out->local.of[k] = local.set.of[k];
		return FAULT_OK;
	}
	r = reader_of(file);
	part.n = (size_t)read_uint(&r, 4);
	if ((part.p = read_span(&r, part.n)) == NULL)
		return fault_set(fi, FAULT_STORE, WISHES " is damaged");
	TRY(policy_read_tbs(&custom, arena, POLICY_CUSTOM, part, 0, fi));
	part.n = read_left(&r);
	part.p = read_span(&r, part.n);
	TRY(policy_read_tbs(&local, arena, POLICY_LOCAL, part, 0, fi));
	out->custom = custom.set;
	out->local = local.set;
	return FAULT_OK;
}

enum fault
policy_stored(struct policy_input *out, struct ra *ra, struct arena *arena,
    struct fault_info *fi)
{
	TRY(read_gpf(out, ra, arena, fi));
	if (policy_wishes(out, ra, arena, fi) != FAULT_OK)
		return fault_prefix(fi, WISHES);
	return FAULT_OK;
}
