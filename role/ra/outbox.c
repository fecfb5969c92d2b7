/* outbox.c - see outbox.h. */
#include <string.h>

#include "base/file.h"
#include "role/ra/outbox.h"

#define MAGIC	  0x52414f4201u /* "RAOB" 01 */
#define HEAD_SIZE 40
#define FILE_MAX  ((size_t)1 << 30)

static size_t
file_size(const struct batch *b)
{
	return HEAD_SIZE + b->units * sizeof(*b->devices) +
	       batch_requests(b) * (sizeof(*b->order) + sizeof(*b->hpcr)) +
	       b->message.n;
}

static void
write_head(struct writer *w, const struct batch *b)
{
	write_uint(w, MAGIC, 5);
	write_uint(w, b->i, 2);
	write_uint(w, b->each, 1);
	write_uint(w, (uint64_t)b->class, 8);
	write_span(w, b->id, sizeof(b->id));
	write_uint(w, b->units, 4);
	write_uint(w, b->message.n, 4);
}

enum fault
outbox_write(struct bytes *octets, const char *path, const struct batch *b,
    struct arena *arena, struct fault_info *fi)
{
	size_t n = file_size(b);
	uint8_t *p = arena_alloc(arena, n, 1);
	struct writer w;

	if (p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "batch of %zu requests",
		    batch_requests(b));
	w = writer_of(p, n);
	write_head(&w, b);
	for (size_t u = 0; u < b->units; u++)
		write_uint(&w, (uint64_t)b->devices[u], 8);
	for (size_t k = 0; k < batch_requests(b); k++)
		write_uint(&w, b->order[k], 4);
	write_span(&w, b->hpcr, batch_requests(b) * sizeof(*b->hpcr));
	write_bytes(&w, b->message);
	*octets = writer_done(&w);
	return file_write(path, *octets, 0600, fi);
}

static bool
read_head(struct reader *r, struct batch *b)
{
	bool is_ours = read_uint(r, 5) == MAGIC;

	b->i = (uint32_t)read_uint(r, 2);
	b->each = (uint32_t)read_uint(r, 1);
	b->class = (int64_t)read_uint(r, 8);
	read_copy(r, b->id, sizeof(b->id));
	b->units = read_uint(r, 4);
	b->message.n = read_uint(r, 4);
	return is_ours && !r->failed && b->each > 0 && b->units > 0;
}

static enum fault
read_tables(struct reader *r, struct batch *b, struct arena *arena)
{
	size_t n = batch_requests(b);
	int64_t *devices = ARENA_ARRAY(arena, b->units, int64_t);
	uint32_t *order = ARENA_ARRAY(arena, n, uint32_t);

	if (devices == NULL || order == NULL)
		return FAULT_TOO_LARGE;
	for (size_t u = 0; u < b->units; u++)
		devices[u] = (int64_t)read_uint(r, 8);
	for (size_t k = 0; k < n; k++)
		if ((order[k] = (uint32_t)read_uint(r, 4)) >= n)
			return FAULT_STORE;
	b->devices = devices;
	b->order = order;
	b->hpcr =
	    (const struct digest *)(const void *)read_span(r, n * SHA256_SIZE);
	b->message.p = read_span(r, b->message.n);
	return r->failed ? FAULT_STORE : FAULT_OK;
}

enum fault
outbox_open(struct batch *b, struct arena *arena, struct bytes octets,
    const char *path, struct fault_info *fi)
{
	struct reader r = reader_of(octets);
	enum fault f;

	memset(b, 0, sizeof(*b));
	if (!read_head(&r, b) || file_size(b) != octets.n)
		return fault_set(fi, FAULT_STORE, "%s: damaged", path);
	if ((f = read_tables(&r, b, arena)) != FAULT_OK)
		return fault_set(fi, f, "%s: cannot be read", path);
	return FAULT_OK;
}

enum fault
outbox_read(struct batch *b, struct arena *arena, const char *path,
    struct fault_info *fi)
{
	struct bytes octets;

	TRY(file_read(&octets, arena, path, FILE_MAX, fi));
	return outbox_open(b, arena, octets, path, fi);
}
