/* recording.c - see recording.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "tool/obe/recording.h"

#define DIGITS 16
#define DEPTH  2 /* folders in folders */

static uint64_t
time_of(const char *path)
{
	const char *name = strrchr(path, '/');

	name = name == NULL ? path : name + 1;
	return strspn(name, "0123456789") == DIGITS ? strtoull(name, NULL, 10)
						    : 0;
}

static enum fault
add_file(struct recording *r, struct arena *arena, const char *path, bool own,
    struct fault_info *fi)
{
	char *copy = arena_printf(arena, "%s", path);
	struct recorded *more;

	if (r->n == r->room) {
		size_t room = r->room == 0 ? 64 : 2 * r->room;

		more = ARENA_ARRAY(arena, room, struct recorded);
		if (more == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "messages");
		if (r->n > 0)
			memcpy(more, r->v, r->n * sizeof(*more));
		r->v = more;
		r->room = room;
	}
	if (copy == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "messages");
	r->v[r->n++] = (struct recorded){copy, time_of(path), own};
	return FAULT_OK;
}

static enum fault add(struct recording *, struct arena *, const char *path,
    const char *skip, bool own, unsigned depth, struct fault_info *);

static enum fault
add_folder(struct recording *r, struct arena *arena, const char *path,
    const char *skip, bool own, unsigned depth, struct fault_info *fi)
{
	enum fault fault = FAULT_OK;
	char child[PATH_SIZE];
	struct dirent **entry;
	int all = scandir(path, &entry, NULL, alphasort);

	if (all < 0)
		return fault_errno(fi, FAULT_IO, "%s", path);
	for (int k = 0; k < all; k++) {
		const char *name = entry[k]->d_name;

		if (fault == FAULT_OK && name[0] != '.' &&
		    (skip == NULL || strcmp(name, skip) != 0) &&
		    strlen(path) + strlen(name) + 2 < sizeof(child)) {
			path_join(child, path, name);
			fault = add(r, arena, child, NULL, own, depth + 1, fi);
		}
		free(entry[k]);
	}
	free(entry);
	return fault;
}

static enum fault
add(struct recording *r, struct arena *arena, const char *path,
    const char *skip, bool own, unsigned depth, struct fault_info *fi)
{
	struct stat st;

	if (strlen(path) >= PATH_SIZE || stat(path, &st) != 0)
		return fault_errno(fi, FAULT_NOT_FOUND, "%s", path);
	if (!S_ISDIR(st.st_mode))
		return add_file(r, arena, path, own, fi);
	if (depth >= DEPTH)
		return FAULT_OK;
	return add_folder(r, arena, path, skip, own, depth, fi);
}

enum fault
recording_add(struct recording *r, struct arena *arena, const char *path,
    const char *skip, bool own, struct fault_info *fi)
{
	return add(r, arena, path, skip, own, 0, fi);
}

static int
compare(const void *a, const void *b)
{
	const struct recorded *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->own != y->own)
		return x->own ? -1 : 1;
	return strcmp(x->path, y->path);
}

void
recording_sort(struct recording *r)
{
	if (r->n > 0)
		qsort(r->v, r->n, sizeof(*r->v), compare);
}

enum fault
recording_write(
    const char *folder, uint64_t time, struct bytes spdu, struct fault_info *fi)
{
	char name[32], path[PATH_SIZE];
	ssize_t n;
	int fd;

	snprintf(name, sizeof(name), "%016" PRIu64 ".spdu", time);
	path_join(path, folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return fault_errno(fi, FAULT_IO, "%s", path);
	n = write(fd, spdu.p, spdu.n);
	if (close(fd) != 0 || n != (ssize_t)spdu.n)
		return fault_errno(fi, FAULT_IO, "%s", path);
	return FAULT_OK;
}
