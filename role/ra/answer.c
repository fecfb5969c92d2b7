/* answer.c - see answer.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "role/ra/answer.h"

#define LENGTH_SIZE 2

static uint32_t
piece_size(const struct bytes *answers, size_t each)
{
	size_t n = 0;

	for (size_t j = 0; j < each; j++) {
		if (answers[j].n == 0)
			return 0;
		n += LENGTH_SIZE + answers[j].n;
	}
	return (uint32_t)n;
}

static void
write_piece(struct writer *w, const struct bytes *answers, size_t each)
{
	for (size_t j = 0; j < each; j++) {
		write_uint(w, answers[j].n, LENGTH_SIZE);
		write_bytes(w, answers[j]);
	}
}

enum fault
answer_write(const char *path, const struct bytes *answers, size_t units,
    size_t each, struct answer_place *places, struct arena *arena,
    struct fault_info *fi)
{
	struct writer w;
	size_t n = 0;
	uint8_t *p;

	for (size_t u = 0; u < units; u++) {
		places[u].offset = (uint32_t)n;
		places[u].size = piece_size(&answers[u * each], each);
		n += places[u].size;
	}
	if (n > UINT32_MAX || (p = arena_alloc(arena, n, 1)) == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "%s: %zu octets", path, n);
	w = writer_of(p, n);
	for (size_t u = 0; u < units; u++)
		if (places[u].size > 0)
			write_piece(&w, &answers[u * each], each);
	return file_write(path, writer_done(&w), 0600, fi);
}

static enum fault
read_place(
    uint8_t *p, const char *path, struct answer_place at, struct fault_info *fi)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return fault_errno(fi,
		    errno == ENOENT ? FAULT_NOT_FOUND : FAULT_IO, "%s", path);
	n = pread(fd, p, at.size, at.offset);
	close(fd);
	if (n < 0)
		return fault_errno(fi, FAULT_IO, "%s", path);
	if ((size_t)n != at.size)
		return fault_set(fi, FAULT_STORE, "%s: too short", path);
	return FAULT_OK;
}

enum fault
answer_read(struct bytes *answers, size_t n, struct arena *arena,
    const char *path, struct answer_place at, struct fault_info *fi)
{
	uint8_t *p = arena_alloc(arena, at.size, 1);
	struct reader r;

	if (p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", path);
	TRY(read_place(p, path, at, fi));
	r = reader_of((struct bytes){p, at.size});
	for (size_t j = 0; j < n; j++) {
		answers[j].n = read_uint(&r, LENGTH_SIZE);
		answers[j].p = read_span(&r, answers[j].n);
	}
	if (r.failed || read_left(&r) != 0)
		return fault_set(fi, FAULT_STORE, "%s: damaged", path);
	return FAULT_OK;
}

/* Names of files that are whole have no dot (file_write). */
static enum fault
sweep_folder(const char *folder, struct fault_info *fi)
{
	DIR *dir = opendir(folder);
	char path[PATH_SIZE];
	struct dirent *e;

	if (dir == NULL)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.' || strchr(e->d_name, '.') == NULL)
			continue;
		path_join(path, folder, e->d_name);
		unlink(path);
	}
	closedir(dir);
	return FAULT_OK;
}

enum fault
answer_sweep(const char *folder, struct fault_info *fi)
{
	DIR *dir = opendir(folder);
	enum fault f = FAULT_OK;
	char path[PATH_SIZE];
	struct dirent *e;

	if (dir == NULL)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	while (f == FAULT_OK && (e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		path_join(path, folder, e->d_name);
		f = sweep_folder(path, fi);
	}
	closedir(dir);
	return f;
}
