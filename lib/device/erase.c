/* erase.c - removing a folder with all that is in it. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device/erase.h"

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

enum fault
erase_beside(char out[PATH_SIZE], char parent[PATH_SIZE], const char *folder,
    const char *prefix, struct fault_info *fi)
{
	char path[PATH_SIZE], name[PATH_SIZE], *slash;
	size_t n = strlen(folder);

	while (n > 1 && folder[n - 1] == '/')
		n--;
	if (n + strlen(prefix) + 2 > PATH_SIZE)
		return fault_set(fi, FAULT_USAGE, "path of %zu characters", n);
	snprintf(path, sizeof(path), "%.*s", (int)n, folder);
	slash = strrchr(path, '/');
	snprintf(name, sizeof(name), "%s%.200s", prefix,
	    slash == NULL ? path : slash + 1);
	if (slash != NULL)
		slash[slash == path] = '\0';
	snprintf(parent, PATH_SIZE, "%s", slash == NULL ? "." : path);
	path_join(out, parent, name);
	return FAULT_OK;
}

enum fault
erase(const char *path, struct fault_info *fi)
{
	return file_exists(path) ? remove_one(path, DEPTH_MOST, fi) : FAULT_OK;
}
