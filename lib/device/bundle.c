/* bundle.c - the files of a bootstrap bundle: from a ZIP, to a folder. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device/bundle.h"

#define TEMPORARY FOLDER_BUNDLE ".new"

/* Ten thousand devices. */
static const struct zip_limits limits = {
    .entries = 1u << 18,
    .entry = FOLDER_FILE_MAX,
    .total = 256u << 20,
};

static const char *const names[] = {
#define FILE_OF_BUNDLE(name, file) file,
#define COMPONENT(name, file)	   file,
#include "device/bundle.def"
#undef FILE_OF_BUNDLE
#undef COMPONENT
};

const char *
bundle_name(enum bundle_file f)
{
	return names[f];
}

/* ---- a bundle for many ---- */

/* "device/file" of a path that may have more folders above; NULL: it has no
 * folder at all. */
static const char *
last_two(const char *path)
{
	const char *file = strrchr(path, '/');

	if (file == NULL)
		return NULL;
	while (file > path && file[-1] != '/')
		file--;
	return file;
}

static int
by_device(const void *a, const void *b)
{
	const struct zip_entry *const *x = a, *const *y = b;

	return strcmp(last_two((*x)->name), last_two((*y)->name));
}

enum fault
bundles_open(struct bundles *b, struct arena *arena, struct bytes zip,
    struct fault_info *fi)
{
	struct zip_entry *entry;
	size_t n;

	TRY(zipfile_read(&entry, &n, arena, zip, &limits, fi));
	b->sorted = ARENA_ARRAY(arena, n + 1, const struct zip_entry *);
	if (b->sorted == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "bundle");
	b->n = 0;
	for (size_t k = 0; k < n; k++)
		if (last_two(entry[k].name) != NULL)
			b->sorted[b->n++] = &entry[k];
	if (b->n > 0)
		qsort(b->sorted, b->n, sizeof(b->sorted[0]), by_device);
	return FAULT_OK;
}

/* The first place where name is or would be. */
static size_t
lower_bound(const struct bundles *b, const char *name)
{
	size_t low = 0, high = b->n, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (strcmp(last_two(b->sorted[middle]->name), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum fault
bundles_file(struct bytes *out, const struct bundles *b, const char *device,
    const char *file, struct fault_info *fi)
{
	const struct zip_entry *found;
	char name[PATH_SIZE];
	size_t at;

	path_join(name, device, file);
	at = lower_bound(b, name);
	if (at == b->n || strcmp(last_two(b->sorted[at]->name), name) != 0)
		return fault_set(
		    fi, FAULT_NOT_FOUND, "%s: not in the bundle", name);
	if (at + 1 < b->n &&
	    strcmp(last_two(b->sorted[at + 1]->name), name) == 0)
		return fault_set(
		    fi, FAULT_DUPLICATE, "%s: in the bundle twice", name);
	found = b->sorted[at];
	if (found->fault != FAULT_OK)
		return fault_set(fi, found->fault, "%s: %s", found->name,
		    fault_text(found->fault));
	*out = found->data;
	return FAULT_OK;
}

enum fault
bundle_of(struct bundle *out, const struct bundles *b, const char *device,
    struct fault_info *fi)
{
	for (unsigned f = 0; f < BUNDLE_FILES; f++)
		TRY(bundles_file(&out->file[f], b, device, names[f], fi));
	return FAULT_OK;
}

/* ---- a bundle of one ---- */

enum fault
bundle_of_folder(struct bundle *b, struct arena *arena, const struct folder *f,
    struct fault_info *fi)
{
	char name[64];

	if (!folder_has(f, FOLDER_BUNDLE))
		return fault_set(
		    fi, FAULT_NOT_FOUND, "%s: not bootstrapped yet", f->path);
	for (unsigned k = 0; k < BUNDLE_FILES; k++) {
		snprintf(name, sizeof(name), FOLDER_BUNDLE "/%s", names[k]);
		TRY(folder_read(&b->file[k], arena, f, name, fi));
	}
	return FAULT_OK;
}

static enum fault
put(const struct folder *f, const char *name, struct bytes data,
    struct fault_info *fi)
{
	char path[PATH_SIZE];
	ssize_t n = -1;
	int fd;

	folder_path(path, f, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0)
		n = write(fd, data.p, data.n);
	if (fd >= 0 && close(fd) != 0)
		n = -1;
	return n == (ssize_t)data.n ? FAULT_OK
				    : fault_errno(fi, FAULT_IO, "%s", path);
}

/* One wait for the disk, however many files. */
static enum fault
sync_all(const char *path, struct fault_info *fi)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && syncfs(fd) == 0;

	if (!ok)
		fault_errno(fi, FAULT_IO, "%s", path);
	if (fd >= 0)
		close(fd);
	return ok ? FAULT_OK : FAULT_IO;
}

/* Into a folder beside, which takes its name when all is there. */
enum fault
bundle_install(
    const struct bundle *b, const struct folder *f, struct fault_info *fi)
{
	char name[64], from[PATH_SIZE], to[PATH_SIZE];

	folder_remove_all(f, TEMPORARY);
	TRY(folder_mkdir(f, TEMPORARY, fi));
	for (unsigned k = 0; k < BUNDLE_FILES; k++) {
		snprintf(name, sizeof(name), TEMPORARY "/%s", names[k]);
		TRY(put(f, name, b->file[k], fi));
	}
	folder_path(from, f, TEMPORARY);
	folder_path(to, f, FOLDER_BUNDLE);
	TRY(sync_all(from, fi));
	if (rename(from, to) != 0)
		return fault_errno(fi, FAULT_IO, "%s", to);
	return file_sync_folder(f->path, fi);
}

bool
bundle_equal(const struct bundle *a, const struct bundle *b)
{
	for (unsigned k = 0; k < BUNDLE_FILES; k++)
		if (!bytes_equal(a->file[k], b->file[k]))
			return false;
	return true;
}
