/* component_anchors.c - see component_anchors.h. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "keys/component_anchors.h"

#define KEPT		"data/anchors"
#define KEPT_MAX	(64u << 10)
#define CERTIFICATE_MAX 4096

/* Certificates of a folder, and where they go. */
struct intake {
	struct anchors *anchors;
	struct arena *arena;
	enum scms_role role;
};

static bool
has(struct cert *const *list, size_t n, const struct cert *cert)
{
	for (size_t k = 0; k < n; k++)
		if (bytes_equal(list[k]->canonical, cert->canonical))
			return true;
	return false;
}

static enum fault
take(const struct intake *in, const char *path, struct fault_info *fi)
{
	struct anchors *a = in->anchors;
	bool root = in->role == SCMS_ROOT;
	struct cert **list = root ? a->root : a->elector;
	size_t *n = root ? &a->roots : &a->electors;
	struct cert *cert;
	struct bytes raw;

	TRY(file_read(&raw, in->arena, path, CERTIFICATE_MAX, fi));
	if (anchors_load(&cert, in->arena, raw, in->role, fi) != FAULT_OK)
		return fault_prefix(fi, "%s", path);
	if (*n < (root ? (size_t)ROOTS_MOST : (size_t)ELECTORS_MOST) &&
	    !has(list, *n, cert) && !anchors_is_removed(a, cert, NULL))
		list[(*n)++] = cert;
	return FAULT_OK;
}

static int
is_certificate(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && d->d_name[0] != '.' &&
	       strcmp(d->d_name + n - 4, ".oer") == 0;
}

static enum fault
take_folder(const struct intake *in, const char *folder, const char *name,
    struct fault_info *fi)
{
	char path[PATH_SIZE], file[PATH_SIZE];
	enum fault fault = FAULT_OK;
	struct dirent **list;
	int n;

	path_join(path, folder, name);
	if ((n = scandir(path, &list, is_certificate, alphasort)) < 0)
		return errno == ENOENT ? FAULT_OK
				       : fault_errno(fi, FAULT_IO, "%s", path);
	for (int i = 0; i < n; i++) {
		path_join(file, path, list[i]->d_name);
		if (fault == FAULT_OK)
			fault = take(in, file, fi);
		free(list[i]);
	}
	free(list);
	return fault;
}

enum fault
component_anchors_read(struct anchors *a, struct arena *arena,
    const char *folder, struct fault_info *fi)
{
	const struct intake roots = {a, arena, SCMS_ROOT};
	const struct intake electors = {a, arena, SCMS_ELECTOR};
	char path[PATH_SIZE];
	struct bytes kept;
	enum fault fault;

	*a = (struct anchors){0};
	path_join(path, folder, KEPT);
	fault = file_read(&kept, arena, path, KEPT_MAX, fi);
	if (fault == FAULT_OK) {
		if (anchors_open(a, arena, kept, fi) != FAULT_OK)
			return fault_prefix(fi, "%s", path);
	} else if (fault != FAULT_NOT_FOUND) {
		return fault;
	} else {
		TRY(take_folder(&electors, folder, "electors", fi));
	}
	return take_folder(&roots, folder, "trust", fi);
}

enum fault
component_anchors_keep(
    const char *folder, const struct anchors *a, struct fault_info *fi)
{
	struct arena arena = arena_new(KEPT_MAX);
	char path[PATH_SIZE];
	struct bytes file;
	enum fault fault = anchors_build(&file, &arena, a, fi);

	path_join(path, folder, KEPT);
	if (fault == FAULT_OK)
		fault = file_write(path, file, 0600, fi);
	arena_free(&arena);
	return fault;
}
