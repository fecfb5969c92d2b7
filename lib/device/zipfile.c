/* zipfile.c - ZIP files by libzip, in memory, within limits. */
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "device/zipfile.h"

#define NAME_MAX_SIZE 255
#define ZIP_SIZE_MIN  22 /* the end record alone */

static bool
name_is_safe(const char *name)
{
	const char *p, *part = name;

	if (name[0] == '\0' || name[0] == '/' || strlen(name) > NAME_MAX_SIZE)
		return false;
	for (p = name;; p++) {
		if (*p == '/' || *p == '\0') {
			if (p == part || (p - part == 1 && part[0] == '.') ||
			    (p - part == 2 && memcmp(part, "..", 2) == 0))
				return false;
			part = p + 1;
		}
		if (*p == '\0')
			return true;
		if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == '\\')
			return false;
	}
}

static bool
is_folder(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && name[n - 1] == '/';
}

static enum fault
unpack(struct bytes *out, zip_t *zip, zip_uint64_t index, size_t size,
    struct arena *arena)
{
	zip_file_t *file;
	zip_int64_t got = 0;
	uint8_t *p, more;
	size_t n = 0;

	if ((p = arena_alloc(arena, size + 1, 1)) == NULL)
		return FAULT_TOO_LARGE;
	if ((file = zip_fopen_index(zip, index, 0)) == NULL)
		return FAULT_BAD_MESSAGE;
	while (n < size && (got = zip_fread(file, p + n, size - n)) > 0)
		n += (size_t)got;
	/* The read past the end is what makes libzip compare checksums. */
	if (got >= 0 && n == size)
		got = zip_fread(file, &more, 1);
	zip_fclose(file);
	if (got != 0 || n != size)
		return FAULT_BAD_MESSAGE;
	*out = (struct bytes){p, n};
	return FAULT_OK;
}

/* What the directory of the ZIP says of an entry, judged before unpacking. */
static enum fault
entry_check(const zip_stat_t *stat, size_t limit)
{
	const zip_uint64_t need =
	    ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_ENCRYPTION_METHOD;

	if ((stat->valid & need) != need || !name_is_safe(stat->name))
		return FAULT_BAD_MESSAGE;
	if (stat->encryption_method != ZIP_EM_NONE)
		return FAULT_UNSUPPORTED;
	if (stat->size > limit)
		return FAULT_TOO_LARGE;
	return FAULT_OK;
}

static int
by_name(const void *a, const void *b)
{
	const struct zip_entry *const *x = a, *const *y = b;

	return strcasecmp((*x)->name, (*y)->name);
}

/* Equal names stand side by side when sorted. */
static enum fault
refuse_duplicates(struct zip_entry *entry, size_t n, struct arena *arena)
{
	struct zip_entry **sorted = ARENA_ARRAY(arena, n, struct zip_entry *);

	if (sorted == NULL && n > 0)
		return FAULT_TOO_LARGE;
	for (size_t k = 0; k < n; k++)
		sorted[k] = &entry[k];
	if (n > 1)
		qsort(sorted, n, sizeof(struct zip_entry *), by_name);
	for (size_t k = 1; k < n; k++)
		if (by_name(&sorted[k - 1], &sorted[k]) == 0)
			sorted[k - 1]->fault = sorted[k]->fault =
			    FAULT_DUPLICATE;
	return FAULT_OK;
}

/* A copy for people to read: a name must not be able to write a line of its
 * own into somebody's report. */
static char *
copy_name(struct arena *arena, const char *name)
{
	char *copy = arena_printf(arena, "%s", name);

	for (char *p = copy; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return copy;
}

/* Names, sizes and faults of all files; index[k] is the place of entry k. */
static enum fault
list(struct zip_entry *entry, zip_uint64_t *index, size_t *n_out, zip_t *zip,
    struct arena *arena, const struct zip_limits *limits, struct fault_info *fi)
{
	zip_int64_t all = zip_get_num_entries(zip, 0);
	zip_uint64_t total = 0;
	zip_stat_t stat;
	size_t n = 0;

	for (zip_int64_t i = 0; i < all; i++) {
		if (zip_stat_index(zip, (zip_uint64_t)i, 0, &stat) != 0 ||
		    (stat.valid & ZIP_STAT_NAME) == 0)
			return fault_set(fi, FAULT_BAD_MESSAGE,
			    "ZIP: entry %lld has no name", (long long)i);
		if (is_folder(stat.name))
			continue;
		entry[n].fault = entry_check(&stat, limits->entry);
		entry[n].name = copy_name(arena, stat.name);
		if (entry[n].name == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "ZIP: names");
		entry[n].data.n = entry[n].fault == FAULT_OK ? stat.size : 0;
		total += entry[n].data.n;
		index[n++] = (zip_uint64_t)i;
	}
	if (total > limits->total)
		return fault_set(fi, FAULT_TOO_LARGE,
		    "ZIP: %llu octets unpacked, at most %zu",
		    (unsigned long long)total, limits->total);
	*n_out = n;
	return refuse_duplicates(entry, n, arena) == FAULT_OK
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "ZIP: names");
}

static enum fault
read_all(struct zip_entry **out, size_t *n_out, zip_t *zip, struct arena *arena,
    const struct zip_limits *limits, struct fault_info *fi)
{
	zip_int64_t all = zip_get_num_entries(zip, 0);
	struct zip_entry *entry;
	zip_uint64_t *index;
	size_t n = 0;

	if (all < 0 || (zip_uint64_t)all > limits->entries)
		return fault_set(fi, FAULT_TOO_LARGE,
		    "ZIP: %lld entries, at most %zu", (long long)all,
		    limits->entries);
	entry = ARENA_ARRAY(arena, (size_t)all + 1, struct zip_entry);
	index = ARENA_ARRAY(arena, (size_t)all + 1, zip_uint64_t);
	if (entry == NULL || index == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "ZIP: entries");
	TRY(list(entry, index, &n, zip, arena, limits, fi));
	for (size_t i = 0; i < n; i++) {
		if (entry[i].fault == FAULT_OK)
			entry[i].fault = unpack(&entry[i].data, zip, index[i],
			    entry[i].data.n, arena);
		if (entry[i].fault != FAULT_OK)
			entry[i].data = BYTES_NONE;
	}
	*out = entry;
	*n_out = n;
	return FAULT_OK;
}

enum fault
zipfile_read(struct zip_entry **out, size_t *n, struct arena *arena,
    struct bytes in, const struct zip_limits *limits, struct fault_info *fi)
{
	zip_source_t *source;
	zip_error_t error;
	enum fault fault;
	zip_t *zip;

	/* libzip takes nothing at all for a ZIP with nothing in it. */
	if (in.n < ZIP_SIZE_MIN)
		return fault_set(fi, FAULT_BAD_MESSAGE, "ZIP: too short");
	zip_error_init(&error);
	source = zip_source_buffer_create(in.p, in.n, 0, &error);
	zip = source == NULL ? NULL
			     : zip_open_from_source(source, ZIP_RDONLY, &error);
	if (zip == NULL) {
		fault = fault_set(fi, FAULT_BAD_MESSAGE, "ZIP: %s",
		    zip_error_strerror(&error));
		zip_source_free(source);
		zip_error_fini(&error);
		return fault;
	}
	fault = read_all(out, n, zip, arena, limits, fi);
	zip_discard(zip);
	zip_error_fini(&error);
	return fault;
}

/* Stored, at 1 January 2004, when Time32 begins, for everybody to read. */
static bool
add(zip_t *zip, const struct zip_entry *entry)
{
	zip_source_t *source;
	zip_int64_t i;

	source = zip_source_buffer(zip, entry->data.p, entry->data.n, 0);
	if (source == NULL)
		return false;
	i = zip_file_add(zip, entry->name, source, ZIP_FL_ENC_UTF_8);
	if (i < 0) {
		zip_source_free(source);
		return false;
	}
	return zip_set_file_compression(
		   zip, (zip_uint64_t)i, ZIP_CM_STORE, 0) == 0 &&
	       zip_file_set_dostime(zip, (zip_uint64_t)i, 0,
		   (2004 - 1980) << 9 | 1 << 5 | 1, 0) == 0 &&
	       zip_file_set_external_attributes(zip, (zip_uint64_t)i, 0,
		   ZIP_OPSYS_UNIX, 0100644u << 16) == 0;
}

static enum fault
copy_out(struct bytes *out, struct arena *arena, zip_source_t *source)
{
	zip_stat_t stat;
	uint8_t *p;
	bool ok;

	if (zip_source_stat(source, &stat) != 0 ||
	    (stat.valid & ZIP_STAT_SIZE) == 0)
		return FAULT_INTERNAL;
	if ((p = arena_alloc(arena, stat.size, 1)) == NULL)
		return FAULT_TOO_LARGE;
	if (zip_source_open(source) != 0)
		return FAULT_INTERNAL;
	ok = zip_source_read(source, p, stat.size) == (zip_int64_t)stat.size;
	zip_source_close(source);
	*out = (struct bytes){p, stat.size};
	return ok ? FAULT_OK : FAULT_INTERNAL;
}

enum fault
zipfile_build(struct bytes *out, struct arena *arena,
    const struct zip_entry *entry, size_t n, struct fault_info *fi)
{
	zip_source_t *source;
	enum fault fault = FAULT_INTERNAL;
	zip_error_t error;
	zip_t *zip;

	zip_error_init(&error);
	source = zip_source_buffer_create(NULL, 0, 0, &error);
	zip = source == NULL
		  ? NULL
		  : zip_open_from_source(source, ZIP_TRUNCATE, &error);
	if (zip == NULL)
		goto out;
	zip_source_keep(source);
	for (size_t i = 0; i < n; i++)
		if (!add(zip, &entry[i])) {
			zip_discard(zip);
			goto out;
		}
	if (zip_close(zip) != 0)
		zip_discard(zip);
	else
		fault = copy_out(out, arena, source);
out:
	zip_source_free(source);
	zip_error_fini(&error);
	return fault == FAULT_OK ? fault
				 : fault_set(fi, fault, "ZIP cannot be built");
}
