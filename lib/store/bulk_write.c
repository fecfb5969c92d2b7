/*
 * bulk_write.c - writes a segment from a sorted source of records.
 *
 * The source is gone through four times: to count and fill the filter, then
 * for the keys, the offsets and the values, so that no more memory is needed
 * than the filter and a buffer, whatever the size.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "store/bulk_int.h"

#define BUFFER_SIZE ((size_t)64 << 10) /* a multiple of 8; stays in cache */
#define SYNC_EVERY                                         \
	((uint64_t)64 << 20) /* so that a large merge does \
				not hold up other syncs */

struct output {
	int fd;
	uint8_t *buffer;
	size_t n; /* in the buffer */
	uint64_t check, written, synced;
	int error; /* errno, or 0 */
	const _Atomic bool *stopping;
};

/* What the first pass finds out. */
struct totals {
	uint64_t records, values_n, filter_n;
	uint8_t *filter;
};

static void
flush(struct output *o)
{
	const uint8_t *p = o->buffer;
	size_t left = o->n;
	ssize_t n;

	o->check = check_of(o->check, o->buffer, o->n);
	while (left > 0 && o->error == 0) {
		if ((n = write(o->fd, p, left)) < 0) {
			if (errno != EINTR)
				o->error = errno;
			continue;
		}
		p += n;
		left -= (size_t)n;
	}
	o->written += o->n;
	o->n = 0;
	if (o->error == 0 && o->written - o->synced >= SYNC_EVERY) {
		if (fdatasync(o->fd) != 0)
			o->error = errno;
		o->synced = o->written;
	}
}

static void
put(struct output *o, const void *p, size_t n)
{
	const uint8_t *from = p;

	while (n > 0 && o->error == 0) {
		size_t part = BUFFER_SIZE - o->n;

		if (part > n)
			part = n;
		memcpy(o->buffer + o->n, from, part);
		o->n += part;
		from += part;
		n -= part;
		if (o->n == BUFFER_SIZE)
			flush(o);
	}
}

static void
put_word(struct output *o, uint64_t v)
{
	v = htobe64(v);
	put(o, &v, sizeof(v));
}

static bool
goes_on(const struct output *o)
{
	return o->error == 0 &&
	       !atomic_load_explicit(o->stopping, memory_order_relaxed);
}

/* Counts, fills the filter, and sees that keys rise. */
static enum fault
count(struct output *o, struct totals *t, size_t key_n, struct source *from,
    struct fault_info *fi)
{
	const uint8_t *key, *before = NULL;
	struct bytes value;

	from->rewind(from);
	while (goes_on(o) && from->next(from, &key, &value)) {
		if (before != NULL && memcmp(before, key, key_n) >= 0)
			return fault_set(fi, FAULT_EXISTS,
			    "the same key twice in one batch");
		before = key;
		filter_add(t->filter, t->filter_n, key_hash(key, key_n));
		t->records++;
		t->values_n += value.n;
	}
	return FAULT_OK;
}

static void
put_header(struct output *o, const struct totals *t, size_t key_n,
    const uint64_t range[2])
{
	uint8_t header[HEADER_SIZE];
	struct writer w = writer_of(header, sizeof(header));

	write_span(&w, "MONBULK1", 8);
	write_uint(&w, key_n, 4);
	write_uint(&w, 0, 4);
	write_uint(&w, range[0], 8);
	write_uint(&w, range[1], 8);
	write_uint(&w, t->records, 8);
	write_uint(&w, t->values_n, 8);
	write_uint(&w, t->filter_n, 8);
	write_uint(&w, check_of(CHECK_SEED, header, HEADER_SIZE - 8), 8);
	put(o, header, sizeof(header));
}

static void
put_records(struct output *o, size_t key_n, struct source *from)
{
	const uint8_t *key;
	struct bytes value;
	uint64_t at = 0;

	from->rewind(from);
	while (goes_on(o) && from->next(from, &key, &value))
		put(o, key, key_n);
	from->rewind(from);
	while (goes_on(o) && from->next(from, &key, &value)) {
		put_word(o, at);
		at += value.n;
	}
	put_word(o, at);
	from->rewind(from);
	while (goes_on(o) && from->next(from, &key, &value))
		put(o, value.p, value.n);
}

/* Everything into the open file, synced. */
static enum fault
write_file(struct output *o, const struct bulk *b, const uint64_t range[2],
    struct source *from, struct fault_info *fi)
{
	struct totals t = {
	    .filter_n = (from->max * FILTER_BITS / 8 + BLOCK_SIZE) /
			BLOCK_SIZE * BLOCK_SIZE};
	enum fault f;

	if ((t.filter = calloc(1, t.filter_n)) == NULL)
		log_fatal("out of memory");
	f = count(o, &t, b->key_n, from, fi);
	if (f == FAULT_OK) {
		put_header(o, &t, b->key_n, range);
		put(o, t.filter, t.filter_n);
		put_records(o, b->key_n, from);
		flush(o); /* the check covers all up to here */
		put_word(o, o->check);
		flush(o);
		if (o->error == 0 && fdatasync(o->fd) != 0)
			o->error = errno;
	}
	free(t.filter);
	if (f == FAULT_OK && atomic_load(o->stopping))
		return FAULT_BUSY;
	return f;
}

static enum fault
failed(int error, const char *path, struct fault_info *fi)
{
	errno = error;
	return fault_errno(fi, FAULT_STORE, "%s", path);
}

static enum fault
write_and_close(const char *path, const struct bulk *b, const uint64_t range[2],
    struct source *from, const _Atomic bool *stopping, struct fault_info *fi)
{
	struct output o = {.check = CHECK_SEED, .stopping = stopping};
	enum fault f;

	o.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (o.fd < 0)
		return failed(errno, path, fi);
	if ((o.buffer = malloc(BUFFER_SIZE)) == NULL)
		log_fatal("out of memory");
	f = write_file(&o, b, range, from, fi);
	free(o.buffer);
	if (close(o.fd) != 0 && o.error == 0)
		o.error = errno;
	if (f == FAULT_OK && o.error != 0)
		f = failed(o.error, path, fi);
	return f;
}

/* The final name, durable. */
static enum fault
publish(const char *tmp, const char *path, const char *folder,
    struct fault_info *fi)
{
	if (rename(tmp, path) != 0)
		return failed(errno, path, fi);
	return file_sync_folder(folder, fi) == FAULT_OK ? FAULT_OK
							: FAULT_STORE;
}

enum fault
segment_write(struct segment **out, const struct bulk *b, uint64_t first,
    uint64_t last, struct source *from, const _Atomic bool *stopping,
    struct fault_info *fi)
{
	const uint64_t range[2] = {first, last};
	char name[SEGMENT_NAME], tmp_name[SEGMENT_NAME + 8];
	char path[PATH_SIZE], tmp[PATH_SIZE];
	enum fault f;

	segment_name(name, first, last);
	snprintf(tmp_name, sizeof(tmp_name), "%s.tmp", name);
	path_join(path, b->folder, name);
	path_join(tmp, b->folder, tmp_name);
	f = write_and_close(tmp, b, range, from, stopping, fi);
	if (f == FAULT_OK)
		f = publish(tmp, path, b->folder, fi);
	if (f == FAULT_OK)
		f = segment_open(out, b->folder, name, b->key_n, fi);
	if (f != FAULT_OK) {
		unlink(tmp);
		unlink(path);
	}
	return f;
}
