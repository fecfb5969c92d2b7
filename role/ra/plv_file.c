/* plv_file.c - see plv_file.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "role/ra/plv_file.h"

#define MAGIC	  0x5241504c01u /* "RAPL" 01 */
#define HEAD_SIZE 14

size_t
plv_file_size(const struct plv_head *h, size_t chains)
{
	return HEAD_SIZE +
	       chains * (size_t)(h->i_max - h->i_min) * plv_row_size(h);
}

void
plv_file_head(struct writer *w, const struct plv_head *h)
{
	write_uint(w, MAGIC, 5);
	write_uint(w, h->i_min, 2);
	write_uint(w, h->i_max, 2);
	write_uint(w, h->j_max, 1);
	write_uint(w, h->stride[0], 2);
	write_uint(w, h->stride[1], 2);
}

/* A disk that fails may work again; a file that ends too early never will. */
static enum fault
read_at(uint8_t *p, size_t n, int fd, off_t at, const char *name,
    struct fault_info *fi)
{
	ssize_t got = pread(fd, p, n, at);

	if (got < 0)
		return fault_errno(fi, FAULT_IO, "%s", name);
	return (size_t)got == n
		   ? FAULT_OK
		   : fault_set(fi, FAULT_STORE, "%s: too short", name);
}

static enum fault
read_head(struct plv_head *h, int fd, const char *path, struct fault_info *fi)
{
	uint8_t p[HEAD_SIZE];
	struct reader r = reader_of(BYTES(p));

	TRY(read_at(p, sizeof(p), fd, 0, path, fi));
	if (read_uint(&r, 5) != MAGIC)
		return fault_set(fi, FAULT_STORE, "%s: damaged", path);
	h->i_min = (uint16_t)read_uint(&r, 2);
	h->i_max = (uint16_t)read_uint(&r, 2);
	h->j_max = (uint8_t)read_uint(&r, 1);
	h->stride[0] = (uint16_t)read_uint(&r, 2);
	h->stride[1] = (uint16_t)read_uint(&r, 2);
	return FAULT_OK;
}

/* ---- open files ---- */

void
plv_files_init(struct plv_files *files, const char *folder)
{
	files->folder = folder;
	files->n = files->next = 0;
}

void
plv_files_close(struct plv_files *files)
{
	while (files->n > 0)
		close(files->v[--files->n].fd);
}

static enum fault
open_file(int *fd, struct plv_head *h, const struct plv_files *files,
    const char *name, struct fault_info *fi)
{
	char path[PATH_SIZE];
	enum fault f;

	path_join(path, files->folder, name);
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		return fault_errno(fi,
		    errno == ENOENT ? FAULT_NOT_FOUND : FAULT_IO, "%s", path);
	if ((f = read_head(h, *fd, path, fi)) != FAULT_OK)
		close(*fd);
	return f;
}

/* The file's index; it takes the place of another when all are taken. */
static enum fault
find_file(size_t *at, struct plv_files *files, const char *name,
    struct fault_info *fi)
{
	struct plv_head head = {0};
	int fd;

	for (*at = 0; *at < files->n; ++*at)
		if (strcmp(files->v[*at].name, name) == 0)
			return FAULT_OK;
	TRY(open_file(&fd, &head, files, name, fi));
	if (files->n < PLV_FILES) {
		*at = files->n++;
	} else {
		*at = files->next++ % PLV_FILES;
		close(files->v[*at].fd);
	}
	snprintf(files->v[*at].name, PLV_NAME, "%s", name);
	files->v[*at].fd = fd;
	files->v[*at].head = head;
	return FAULT_OK;
}

enum fault
plv_files_read(struct plv_row *row, struct arena *arena,
    struct plv_files *files, const char *name, uint32_t place, uint32_t i,
    struct fault_info *fi)
{
	const struct plv_head *h;
	size_t at, n, skip;
	uint8_t *p;

	TRY(find_file(&at, files, name, fi));
	h = &files->v[at].head;
	if (i < h->i_min || i >= h->i_max)
		return fault_set(
		    fi, FAULT_NOT_FOUND, "%s: no period %u", name, i);
	n = plv_row_size(h);
	skip = (size_t)place * (size_t)(h->i_max - h->i_min) + (i - h->i_min);
	if ((p = arena_alloc(arena, n, 1)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", name);
	TRY(read_at(
	    p, n, files->v[at].fd, (off_t)(HEAD_SIZE + skip * n), name, fi));
	*row = (struct plv_row){h->j_max, {h->stride[0], h->stride[1]}, p};
	return FAULT_OK;
}
