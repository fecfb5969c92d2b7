/* file.c - see file.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"

void
path_join(char out[PATH_SIZE], const char *a, const char *b)
{
	int n = snprintf(out, PATH_SIZE, "%s/%s", a, b);

	if (n < 0 || n >= PATH_SIZE)
		log_fatal("path too long: %s/%s", a, b);
}

bool
file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static enum fault
read_fd(struct bytes *out, struct arena *arena, int fd, size_t n,
    const char *path, struct fault_info *fi)
{
	uint8_t *p = arena_alloc(arena, n, 1);
	size_t at = 0;
	ssize_t got;

	if (p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s: no memory", path);
	while (at < n) {
		if ((got = read(fd, p + at, n - at)) < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fault_errno(fi, FAULT_IO, "%s", path);
		at += (size_t)got;
	}
	*out = (struct bytes){p, n};
	return FAULT_OK;
}

enum fault
file_read(struct bytes *out, struct arena *arena, const char *path,
    size_t limit, struct fault_info *fi)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	enum fault f;

	if (fd < 0)
		return fault_errno(fi,
		    errno == ENOENT ? FAULT_NOT_FOUND : FAULT_IO, "%s", path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		f = fault_set(fi, FAULT_IO, "%s: not a regular file", path);
	else if ((uint64_t)st.st_size > limit)
		f = fault_set(fi, FAULT_TOO_LARGE,
		    "%s: %lld octets, at most %zu are read", path,
		    (long long)st.st_size, limit);
	else
		f = read_fd(out, arena, fd, (size_t)st.st_size, path, fi);
	close(fd);
	return f;
}

static bool
write_all(int fd, struct bytes b)
{
	ssize_t n;

	while (b.n > 0) {
		if ((n = write(fd, b.p, b.n)) < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		b.p += n;
		b.n -= (size_t)n;
	}
	return true;
}

enum fault
file_sync_folder(const char *path, struct fault_info *fi)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (!ok)
		fault_errno(fi, FAULT_IO, "%s", path);
	if (fd >= 0)
		close(fd);
	return ok ? FAULT_OK : FAULT_IO;
}

static enum fault
sync_parent(const char *path, struct fault_info *fi)
{
	char dir[PATH_SIZE];
	char *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	if ((slash = strrchr(dir, '/')) == NULL)
		return file_sync_folder(".", fi);
	slash[slash == dir] = '\0';
	return file_sync_folder(dir, fi);
}

static enum fault
write_new(const char *path, struct bytes b, mode_t mode, bool replace,
    struct fault_info *fi)
{
	char tmp[PATH_SIZE];
	enum fault f = FAULT_OK;
	int fd;

	if (snprintf(tmp, sizeof(tmp), "%s.XXXXXX", path) >= (int)sizeof(tmp))
		return fault_set(fi, FAULT_IO, "%s: path too long", path);
	if ((fd = mkstemp(tmp)) < 0)
		return fault_errno(fi, FAULT_IO, "%s", tmp);
	if (fchmod(fd, mode) != 0 || !write_all(fd, b) || fsync(fd) != 0)
		f = fault_errno(fi, FAULT_IO, "%s", tmp);
	if (close(fd) != 0 && f == FAULT_OK)
		f = fault_errno(fi, FAULT_IO, "%s", tmp);
	if (f == FAULT_OK && replace && rename(tmp, path) != 0)
		f = fault_errno(fi, FAULT_IO, "%s", path);
	if (f == FAULT_OK && !replace && link(tmp, path) != 0)
		f = fault_errno(
		    fi, errno == EEXIST ? FAULT_EXISTS : FAULT_IO, "%s", path);
	if (f != FAULT_OK || !replace)
		unlink(tmp);
	return f == FAULT_OK ? sync_parent(path, fi) : f;
}

enum fault
file_write(const char *path, struct bytes b, mode_t mode, struct fault_info *fi)
{
	return write_new(path, b, mode, true, fi);
}

enum fault
file_create(
    const char *path, struct bytes b, mode_t mode, struct fault_info *fi)
{
	return write_new(path, b, mode, false, fi);
}

enum fault
file_mkdir(const char *path, mode_t mode, struct fault_info *fi)
{
	if (mkdir(path, mode) == 0)
		return sync_parent(path, fi);
	if (errno != EEXIST)
		return fault_errno(fi, FAULT_IO, "%s", path);
	return FAULT_OK;
}
