/* bundle.c - the files of a bootstrap bundle: from a ZIP, to a folder. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device/bundle.h"
#include "device/zipfile.h"

#define TEMPORARY FOLDER_BUNDLE ".new"

static const struct zip_limits limits = {
    .entries = 65535,
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

/* Is path ".../device/file", or "device/file"? */
static bool
path_ends(const char *path, const char *device, const char *file)
{
	size_t p = strlen(path), d = strlen(device), f = strlen(file);

	if (p < d + 1 + f || strcmp(path + p - f, file) != 0 ||
	    path[p - f - 1] != '/')
		return false;
	path += p - f - 1 - d;
	return strncmp(path, device, d) == 0 &&
	       (p == d + 1 + f || path[-1] == '/');
}

static enum fault
find(struct bytes *out, const struct zip_entry *entry, size_t n,
    const char *device, const char *file, struct fault_info *fi)
{
	const struct zip_entry *found = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!path_ends(entry[i].name, device, file))
			continue;
		if (found != NULL)
			return fault_set(fi, FAULT_DUPLICATE,
			    "%s/%s: in the bundle twice", device, file);
		found = &entry[i];
	}
	if (found == NULL)
		return fault_set(fi, FAULT_NOT_FOUND,
		    "%s/%s: not in the bundle", device, file);
	if (found->fault != FAULT_OK)
		return fault_set(fi, found->fault, "%s: %s", found->name,
		    fault_text(found->fault));
	*out = found->data;
	return FAULT_OK;
}

enum fault
bundle_of_zip(struct bundle *b, struct arena *arena, struct bytes zip,
    const char *device, struct fault_info *fi)
{
	struct zip_entry *entry;
	size_t n;

	TRY(zipfile_read(&entry, &n, arena, zip, &limits, fi));
	for (unsigned f = 0; f < BUNDLE_FILES; f++)
		TRY(find(&b->file[f], entry, n, device, names[f], fi));
	return FAULT_OK;
}

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
		TRY(folder_write(f, name, b->file[k], fi));
	}
	folder_path(from, f, TEMPORARY);
	folder_path(to, f, FOLDER_BUNDLE);
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
