/* folder.c - the folder of a device. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device/folder.h"

/* Room for the longest name inside the folder. */
#define PATH_LIMIT (PATH_SIZE - 300)

enum fault
folder_find(struct folder *f, const char *path, struct fault_info *fi)
{
	size_t n = strlen(path);
	struct stat st;
	char *slash;

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n == 0 || n > PATH_LIMIT)
		return fault_set(fi, FAULT_USAGE, "path of %zu characters", n);
	memcpy(f->path, path, n);
	f->path[n] = '\0';
	f->lock = -1;
	slash = strrchr(f->path, '/');
	f->name = slash == NULL || n == 1 ? f->path : slash + 1;
	if (stat(f->path, &st) != 0 || !S_ISDIR(st.st_mode))
		return fault_set(
		    fi, FAULT_NOT_FOUND, "%s: no such folder", f->path);
	return FAULT_OK;
}

enum fault
folder_lock(
    struct folder *f, const char *path, const char *name, struct fault_info *fi)
{
	char lock[PATH_SIZE];

	TRY(folder_find(f, path, fi));
	folder_path(lock, f, name);
	f->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (f->lock < 0)
		return fault_errno(fi, FAULT_IO, "%s", lock);
	if (flock(f->lock, LOCK_EX | LOCK_NB) == 0)
		return FAULT_OK;
	folder_unlock(f);
	return fault_set(fi, FAULT_BUSY,
	    "%s: another process works with this device", f->path);
}

void
folder_unlock(struct folder *f)
{
	if (f->lock >= 0)
		close(f->lock);
	f->lock = -1;
}

void
folder_within(struct folder *out, const struct folder *outer, const char *name)
{
	char *slash;

	if (name == NULL)
		snprintf(out->path, sizeof(out->path), "%s", outer->path);
	else
		path_join(out->path, outer->path, name);
	slash = strrchr(out->path, '/');
	out->name = slash == NULL ? out->path : slash + 1;
	out->lock = outer->lock;
}

void
folder_path(char out[PATH_SIZE], const struct folder *f, const char *name)
{
	path_join(out, f->path, name);
}

bool
folder_has(const struct folder *f, const char *name)
{
	char path[PATH_SIZE];

	folder_path(path, f, name);
	return file_exists(path);
}

enum fault
folder_read(struct bytes *out, struct arena *arena, const struct folder *f,
    const char *name, struct fault_info *fi)
{
	char path[PATH_SIZE];

	folder_path(path, f, name);
	return file_read(out, arena, path, FOLDER_FILE_MAX, fi);
}

enum fault
folder_write(const struct folder *f, const char *name, struct bytes data,
    struct fault_info *fi)
{
	char path[PATH_SIZE];

	folder_path(path, f, name);
	return file_write(path, data, 0600, fi);
}

enum fault
folder_mkdir(const struct folder *f, const char *name, struct fault_info *fi)
{
	char path[PATH_SIZE];

	folder_path(path, f, name);
	return file_mkdir(path, 0700, fi);
}

void
folder_remove(const struct folder *f, const char *name)
{
	char path[PATH_SIZE];

	folder_path(path, f, name);
	(void)unlink(path);
}

void
folder_remove_all(const struct folder *f, const char *name)
{
	char path[PATH_SIZE], file[PATH_SIZE];
	struct dirent *entry;
	DIR *dir;

	folder_path(path, f, name);
	if ((dir = opendir(path)) == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' &&
		    (entry->d_name[1] == '\0' || entry->d_name[1] == '.'))
			continue;
		path_join(file, path, entry->d_name);
		(void)unlink(file);
	}
	closedir(dir);
	(void)rmdir(path);
}
