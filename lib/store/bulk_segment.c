/* bulk_segment.c - one segment file; see bulk_int.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/bulk_int.h"

uint64_t
check_of(uint64_t seed, const uint8_t *p, size_t n)
{
	uint8_t tail[8] = {0};

	for (; n >= 8; p += 8, n -= 8)
		seed = mix(seed, word_at(p));
	if (n == 0)
		return seed;
	memcpy(tail, p, n);
	return mix(seed, word_at(tail));
}

void
segment_name(char out[SEGMENT_NAME], uint64_t first, uint64_t last)
{
	snprintf(out, SEGMENT_NAME, "%016llx-%016llx.seg",
	    (unsigned long long)first, (unsigned long long)last);
}

bool
segment_name_parse(const char *name, uint64_t *first, uint64_t *last)
{
	char again[SEGMENT_NAME];
	char *end;

	*first = strtoull(name, &end, 16);
	if (*end != '-')
		return false;
	*last = strtoull(end + 1, NULL, 16);
	segment_name(again, *first, *last); /* the only way to write it */
	return *first <= *last && strcmp(again, name) == 0;
}

/* Fills the lengths; false: not a header of ours. */
static bool
read_header(struct segment *s)
{
	struct reader r = reader_of((struct bytes){s->map, HEADER_SIZE});
	const uint8_t *magic = read_span(&r, 8);
	bool ok;

	ok = memcmp(magic, "MONBULK1", 8) == 0;
	s->key_n = (size_t)read_uint(&r, 4);
	(void)read_uint(&r, 4);
	s->first = read_uint(&r, 8);
	s->last = read_uint(&r, 8);
	s->records = read_uint(&r, 8);
	s->values_n = read_uint(&r, 8);
	s->filter_n = read_uint(&r, 8);
	return ok && read_uint(&r, 8) ==
			 check_of(CHECK_SEED, s->map, HEADER_SIZE - 8);
}

/* Do the lengths of the header fill the file exactly? */
static bool
lay_out(struct segment *s)
{
	uint64_t limit = s->size;

	if (s->key_n == 0 || s->key_n > BULK_KEY_MAX || s->records == 0 ||
	    s->filter_n == 0 || s->filter_n % BLOCK_SIZE != 0 ||
	    s->records > limit / 8 || s->filter_n > limit ||
	    s->values_n > limit)
		return false;
	s->filter = s->map + HEADER_SIZE;
	s->keys = s->filter + s->filter_n;
	s->offsets = s->keys + s->records * s->key_n;
	s->values = s->offsets + (s->records + 1) * 8;
	return HEADER_SIZE + s->filter_n + s->records * s->key_n +
		   (s->records + 1) * 8 + s->values_n + 8 ==
	       limit;
}

static enum fault
map_file(struct segment *s, const char *path, struct fault_info *fi)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;

	if (fd < 0)
		return fault_errno(fi,
		    errno == ENOENT ? FAULT_NOT_FOUND : FAULT_IO, "%s", path);
	if (fstat(fd, &st) != 0 || st.st_size < (off_t)HEADER_SIZE) {
		close(fd);
		return fault_set(
		    fi, FAULT_STORE, "%s: damaged, too short", path);
	}
	s->size = (size_t)st.st_size;
	p = mmap(NULL, s->size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return fault_errno(fi, FAULT_IO, "%s", path);
	s->map = p;
	return FAULT_OK;
}

static enum fault
check_file(struct segment *s, const char *path, const char *name, size_t key_n,
    struct fault_info *fi)
{
	uint64_t first, last;

	if (!read_header(s))
		return fault_set(fi, FAULT_STORE, "%s: damaged header", path);
	if (!lay_out(s))
		return fault_set(fi, FAULT_STORE,
		    "%s: damaged, %zu octets are not what its header says",
		    path, s->size);
	if (!segment_name_parse(name, &first, &last) || first != s->first ||
	    last != s->last)
		return fault_set(fi, FAULT_STORE, "%s: wrong name", path);
	if (s->key_n != key_n)
		return fault_set(fi, FAULT_STORE,
		    "%s: keys have %zu octets, not %zu", path, s->key_n, key_n);
	return FAULT_OK;
}

enum fault
segment_open(struct segment **out, const char *folder, const char *name,
    size_t key_n, struct fault_info *fi)
{
	struct segment *s = calloc(1, sizeof(*s));
	char path[PATH_SIZE];
	enum fault f;

	if (s == NULL)
		log_fatal("out of memory");
	atomic_init(&s->users, 1);
	path_join(path, folder, name);
	if ((f = map_file(s, path, fi)) == FAULT_OK)
		f = check_file(s, path, name, key_n, fi);
	if (f == FAULT_OK)
		*out = s;
	else
		segment_release(s);
	return f;
}

void
segment_release(struct segment *s)
{
	if (atomic_fetch_sub(&s->users, 1) != 1)
		return;
	if (s->map != NULL)
		munmap((void *)(uintptr_t)s->map, s->size);
	free(s);
}

uint64_t
key_hash(const uint8_t *key, size_t key_n)
{
	return check_of(CHECK_SEED, key, key_n);
}

/* Which block of the filter, and six of its 512 bits. */
static uint64_t
filter_place(uint64_t filter_n, uint64_t hash, uint64_t *bits)
{
	*bits = mix(hash, UINT64_C(0x94d049bb133111eb));
	return (hash >> 32) * (filter_n / BLOCK_SIZE) >> 32;
}

void
filter_add(uint8_t *filter, uint64_t n, uint64_t hash)
{
	uint64_t bits;
	uint8_t *block = filter + filter_place(n, hash, &bits) * BLOCK_SIZE;
	int i;

	for (i = 0; i < 6; i++, bits >>= 9)
		block[bits >> 3 & 63] |= (uint8_t)(1u << (bits & 7));
}

static bool
filter_has(const struct segment *s, uint64_t hash)
{
	uint64_t bits;
	const uint8_t *block =
	    s->filter + filter_place(s->filter_n, hash, &bits) * BLOCK_SIZE;
	int i;

	for (i = 0; i < 6; i++, bits >>= 9)
		if ((block[bits >> 3 & 63] & 1u << (bits & 7)) == 0)
			return false;
	return true;
}

void
segment_let_go(const struct segment *s)
{
	/* the file keeps the octets; whoever looks here again reads them */
	(void)madvise((void *)(uintptr_t)s->map, s->size, MADV_DONTNEED);
}

void
segment_prefetch(const struct segment *s, uint64_t hash)
{
	uint64_t bits;

	__builtin_prefetch(
	    s->filter + filter_place(s->filter_n, hash, &bits) * BLOCK_SIZE);
}

bool
segment_find(
    const struct segment *s, uint64_t hash, const uint8_t *key, uint64_t *at)
{
	uint64_t low = 0, high = s->records;

	if (!filter_has(s, hash))
		return false;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		int c = memcmp(key, s->keys + middle * s->key_n, s->key_n);

		if (c == 0) {
			*at = middle;
			return true;
		}
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

enum fault
segment_value(const struct segment *s, uint64_t at, struct bytes *out,
    struct fault_info *fi)
{
	uint64_t begin = word_at(s->offsets + at * 8);
	uint64_t end = word_at(s->offsets + (at + 1) * 8);

	if (begin > end || end > s->values_n)
		return fault_set(fi, FAULT_STORE,
		    "segment %016llx: damaged at record %llu",
		    (unsigned long long)s->first, (unsigned long long)at);
	*out = (struct bytes){s->values + begin, (size_t)(end - begin)};
	return FAULT_OK;
}

enum fault
segment_check(const struct segment *s, struct fault_info *fi)
{
	uint64_t at;
	struct bytes value;

	if (check_of(CHECK_SEED, s->map, s->size - 8) !=
	    word_at(s->map + s->size - 8))
		return fault_set(fi, FAULT_STORE,
		    "segment %016llx: damaged, wrong checksum",
		    (unsigned long long)s->first);
	for (at = 0; at < s->records; at++) {
		TRY(segment_value(s, at, &value, fi));
		if (at > 0 && memcmp(s->keys + (at - 1) * s->key_n,
				  s->keys + at * s->key_n, s->key_n) >= 0)
			return fault_set(fi, FAULT_STORE,
			    "segment %016llx: keys out of order",
			    (unsigned long long)s->first);
	}
	return FAULT_OK;
}
