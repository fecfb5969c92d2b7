/*
 * reset.c - erasing a device.
 *
 * The folder gets another name first: from then on there is no device, and
 * what a crash leaves behind is removed by the next call.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "device/folder.h"
#include "device/monarch.h"

#define ERASED	   ".erased-"
#define DEPTH_MOST 4 /* successor-1/identification/certificates */

static enum fault
remove_below(const char *path, unsigned depth, struct fault_info *fi);

static enum fault
remove_one(const char *path, unsigned depth, struct fault_info *fi)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return fault_errno(fi, FAULT_IO, "%s", path);
	if (S_ISDIR(st.st_mode) && depth > 0) {
		TRY(remove_below(path, depth - 1, fi));
		return rmdir(path) == 0 ? FAULT_OK
					: fault_errno(fi, FAULT_IO, "%s", path);
	}
	return unlink(path) == 0 ? FAULT_OK
				 : fault_errno(fi, FAULT_IO, "%s", path);
}

static enum fault
remove_below(const char *path, unsigned depth, struct fault_info *fi)
{
	char child[PATH_SIZE];
	struct dirent *entry;
	enum fault fault = FAULT_OK;
	DIR *dir;

	if ((dir = opendir(path)) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", path);
	while (fault == FAULT_OK && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (strlen(path) + strlen(entry->d_name) + 2 > sizeof(child))
			fault = fault_set(fi, FAULT_IO, "%s: path", path);
		else {
			path_join(child, path, entry->d_name);
			fault = remove_one(child, depth, fi);
		}
	}
	closedir(dir);
	return fault;
}

/* The folder's parent, and ".erased-NAME" in it. */
static enum fault
other_name(char erased[PATH_SIZE], char parent[PATH_SIZE], const char *folder,
    struct fault_info *fi)
{
	char path[PATH_SIZE], name[PATH_SIZE], *slash;
	size_t n = strlen(folder);

	while (n > 1 && folder[n - 1] == '/')
		n--;
	if (n + sizeof(ERASED) >= PATH_SIZE)
		return fault_set(fi, FAULT_USAGE, "path of %zu characters", n);
	snprintf(path, sizeof(path), "%.*s", (int)n, folder);
	slash = strrchr(path, '/');
	snprintf(name, sizeof(name), ERASED "%.200s",
	    slash == NULL ? path : slash + 1);
	if (slash != NULL)
		slash[slash == path] = '\0';
	snprintf(parent, PATH_SIZE, "%s", slash == NULL ? "." : path);
	path_join(erased, parent, name);
	return FAULT_OK;
}

static enum fault
put_away(const char *folder, const char *erased, const char *parent,
    struct fault_info *fi)
{
	struct folder f, signer;
	enum fault fault;

	TRY(folder_lock(&f, folder, FOLDER_LOCK, fi));
	fault = folder_has(&f, FOLDER_REQUEST_KEY)
		    ? folder_lock(&signer, folder, FOLDER_SIGNER_LOCK, fi)
		    : fault_set(fi, FAULT_NOT_FOUND, "%s is no device", folder);
	if (fault == FAULT_OK) {
		if (rename(f.path, erased) != 0)
			fault = fault_errno(fi, FAULT_IO, "%s", f.path);
		else
			fault = file_sync_folder(parent, fi);
		folder_unlock(&signer);
	}
	folder_unlock(&f);
	return fault;
}

enum fault
monarch_reset(const char *folder, struct fault_info *fi)
{
	char erased[PATH_SIZE], parent[PATH_SIZE];
	struct fault_info own = {0};

	fi = fi == NULL ? &own : fi;
	TRY(other_name(erased, parent, folder, fi));
	if (file_exists(erased)) {
		TRY(remove_one(erased, DEPTH_MOST, fi));
		if (!file_exists(folder))
			return FAULT_OK;
	}
	TRY(put_away(folder, erased, parent, fi));
	return remove_one(erased, DEPTH_MOST, fi);
}
