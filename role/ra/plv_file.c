/* plv_file.c - see plv_file.h. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "role/ra/plv_file.h"

#define MAGIC	  0x5241504c01u /* "RAPL" 01 */
#define HEAD_SIZE 14

enum fault
plv_file_write(const char *path, const struct plv_head *h, struct bytes rows,
    struct arena *arena, struct fault_info *fi)
{
	uint8_t *p = arena_alloc(arena, HEAD_SIZE + rows.n, 1);
	struct writer w;

	if (p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", path);
	w = writer_of(p, HEAD_SIZE + rows.n);
	write_uint(&w, MAGIC, 5);
	write_uint(&w, h->i_min, 2);
	write_uint(&w, h->i_max, 2);
	write_uint(&w, h->j_max, 1);
	write_uint(&w, h->stride[0], 2);
	write_uint(&w, h->stride[1], 2);
	write_bytes(&w, rows);
	return file_write(path, writer_done(&w), 0600, fi);
}

static enum fault
read_head(struct plv_head *h, int fd, const char *path, struct fault_info *fi)
{
	uint8_t p[HEAD_SIZE];
	struct reader r = reader_of(BYTES(p));

	if (pread(fd, p, sizeof(p), 0) != (ssize_t)sizeof(p) ||
	    read_uint(&r, 5) != MAGIC)
		return fault_set(fi, FAULT_STORE, "%s: damaged", path);
	h->i_min = (uint16_t)read_uint(&r, 2);
	h->i_max = (uint16_t)read_uint(&r, 2);
	h->j_max = (uint8_t)read_uint(&r, 1);
	h->stride[0] = (uint16_t)read_uint(&r, 2);
	h->stride[1] = (uint16_t)read_uint(&r, 2);
	return FAULT_OK;
}

static enum fault
read_row(struct plv_row *row, struct arena *arena, int fd, const char *path,
    uint32_t i, struct fault_info *fi)
{
	struct plv_head h = {0};
	uint8_t *p;
	size_t n;

	TRY(read_head(&h, fd, path, fi));
	if (i < h.i_min || i >= h.i_max)
		return fault_set(
		    fi, FAULT_NOT_FOUND, "%s: no period %u", path, i);
	n = plv_row_size(&h);
	if ((p = arena_alloc(arena, n, 1)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", path);
	if (pread(fd, p, n, (off_t)(HEAD_SIZE + (i - h.i_min) * n)) !=
	    (ssize_t)n)
		return fault_set(fi, FAULT_STORE, "%s: too short", path);
	*row = (struct plv_row){h.j_max, {h.stride[0], h.stride[1]}, p};
	return FAULT_OK;
}

enum fault
plv_file_read(struct plv_row *row, struct arena *arena, const char *path,
    uint32_t i, struct fault_info *fi)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum fault f;

	if (fd < 0)
		return fault_errno(fi,
		    errno == ENOENT ? FAULT_NOT_FOUND : FAULT_IO, "%s", path);
	f = read_row(row, arena, fd, path, i, fi);
	close(fd);
	return f;
}
