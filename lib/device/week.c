/* week.c - the certificates of one period, in one file. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "crypto/hash.h"
#include "device/week.h"

#define VERSION	    1
#define HEADER_SIZE (8 + 1 + 1 + 4 + 4 + 4 + 2)
#define ENTRY_SIZE  (4 + 2 + 32) /* and the certificate */
#define NAME_SIZE   48
#define TEMPORARY   ".new"

static const char magic[8] = {'M', 'N', 'R', 'C', 'W', 'E', 'E', 'K'};

static void
week_name(char out[NAME_SIZE], uint32_t i, const char *suffix)
{
	snprintf(
	    out, NAME_SIZE, FOLDER_CERTIFICATES "/%X%s", (unsigned)i, suffix);
}

static enum fault
read_entry(struct week_certificate *c, struct reader *r)
{
	const uint8_t *p;
	size_t n;

	c->j = (uint32_t)read_uint(r, 4);
	n = (size_t)read_uint(r, 2);
	if (n > WEEK_CERTIFICATE_MAX || (p = read_span(r, n)) == NULL)
		return FAULT_STORE;
	c->certificate = (struct bytes){p, n};
	read_copy(r, c->s.b, sizeof(c->s.b));
	return r->failed ? FAULT_STORE : FAULT_OK;
}

static enum fault
parse(struct week *w, struct arena *arena, struct bytes file)
{
	struct reader r = reader_of(file);
	uint8_t sum[SHA256_SIZE];

	if (file.n < HEADER_SIZE + SHA256_SIZE)
		return FAULT_STORE;
	sha256(sum, (struct bytes){file.p, file.n - SHA256_SIZE});
	if (memcmp(sum, file.p + file.n - SHA256_SIZE, SHA256_SIZE) != 0 ||
	    memcmp(read_span(&r, 8), magic, 8) != 0 ||
	    read_uint(&r, 1) != VERSION)
		return FAULT_STORE;
	w->complete = read_uint(&r, 1) == 1;
	w->i = (uint32_t)read_uint(&r, 4);
	w->start = (uint32_t)read_uint(&r, 4);
	w->end = (uint32_t)read_uint(&r, 4);
	w->n = (size_t)read_uint(&r, 2);
	w->v = ARENA_ARRAY(arena, w->n, struct week_certificate);
	if (w->v == NULL)
		return FAULT_TOO_LARGE;
	for (size_t k = 0; k < w->n; k++)
		TRY(read_entry(&w->v[k], &r));
	return read_left(&r) == SHA256_SIZE ? FAULT_OK : FAULT_STORE;
}

enum fault
week_read(struct week *w, struct arena *arena, const struct folder *f,
    uint32_t i, struct fault_info *fi)
{
	char name[NAME_SIZE];
	struct bytes file;

	week_name(name, i, "");
	TRY(folder_read(&file, arena, f, name, fi));
	if (parse(w, arena, file) != FAULT_OK || w->i != i)
		return fault_set(
		    fi, FAULT_STORE, "%s/%s is damaged", f->path, name);
	return FAULT_OK;
}

size_t
week_size(const struct week *w)
{
	size_t n = HEADER_SIZE + SHA256_SIZE;

	for (size_t k = 0; k < w->n; k++)
		n += ENTRY_SIZE + w->v[k].certificate.n;
	return n;
}

static void
build(uint8_t *out, size_t size, const struct week *w)
{
	struct writer to = writer_of(out, size);

	write_span(&to, magic, sizeof(magic));
	write_uint(&to, VERSION, 1);
	write_uint(&to, w->complete, 1);
	write_uint(&to, w->i, 4);
	write_uint(&to, w->start, 4);
	write_uint(&to, w->end, 4);
	write_uint(&to, w->n, 2);
	for (size_t k = 0; k < w->n; k++) {
		write_uint(&to, w->v[k].j, 4);
		write_uint(&to, w->v[k].certificate.n, 2);
		write_bytes(&to, w->v[k].certificate);
		write_span(&to, w->v[k].s.b, sizeof(w->v[k].s.b));
	}
	sha256(
	    out + size - SHA256_SIZE, (struct bytes){out, size - SHA256_SIZE});
}

static enum fault
write_all(int fd, const uint8_t *p, size_t n)
{
	ssize_t done;

	while (n > 0) {
		if ((done = write(fd, p, n)) < 0)
			return FAULT_IO;
		p += done;
		n -= (size_t)done;
	}
	return FAULT_OK;
}

/* The week under its temporary name, with its contents durable. */
static enum fault
write_temporary(
    const struct folder *f, const struct week *w, struct fault_info *fi)
{
	char name[NAME_SIZE], path[PATH_SIZE];
	size_t size = week_size(w);
	uint8_t *octets;
	bool ok;
	int fd;

	if ((octets = malloc(size)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "out of memory");
	build(octets, size, w);
	week_name(name, w->i, TEMPORARY);
	folder_path(path, f, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ok = fd >= 0 && write_all(fd, octets, size) == FAULT_OK &&
	     fdatasync(fd) == 0;
	wipe(octets, size);
	free(octets);
	if (!ok)
		fault_errno(fi, FAULT_IO, "%s", path);
	if (fd >= 0 && close(fd) != 0 && ok)
		ok = fault_errno(fi, FAULT_IO, "%s", path) == FAULT_OK;
	if (!ok)
		(void)unlink(path);
	return ok ? FAULT_OK : FAULT_IO;
}

static enum fault
reveal(const struct folder *f, uint32_t i, struct fault_info *fi)
{
	char name[NAME_SIZE], from[PATH_SIZE], to[PATH_SIZE];

	week_name(name, i, TEMPORARY);
	folder_path(from, f, name);
	week_name(name, i, "");
	folder_path(to, f, name);
	if (rename(from, to) != 0)
		return fault_errno(fi, FAULT_IO, "%s", to);
	return FAULT_OK;
}

enum fault
week_write(const struct folder *f, const struct week *w, size_t n,
    struct fault_info *fi)
{
	enum fault fault = FAULT_OK;
	char path[PATH_SIZE];
	size_t written = 0;

	if (n == 0)
		return FAULT_OK;
	TRY(folder_mkdir(f, FOLDER_CERTIFICATES, fi));
	while (written < n && fault == FAULT_OK)
		if ((fault = write_temporary(f, &w[written], fi)) == FAULT_OK)
			written++;
	for (size_t k = 0; k < written; k++)
		TRY(reveal(f, w[k].i, fault == FAULT_OK ? fi : NULL));
	folder_path(path, f, FOLDER_CERTIFICATES);
	TRY(file_sync_folder(path, fault == FAULT_OK ? fi : NULL));
	return fault;
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Only what week_name makes: no sign, no leading zero, no lower case. */
static bool
parse_name(uint32_t *i, const char *name)
{
	char again[16], *end;
	unsigned long value = strtoul(name, &end, 16);

	if (end == name || *end != '\0' || value > UINT32_MAX)
		return false;
	snprintf(again, sizeof(again), "%lX", value);
	*i = (uint32_t)value;
	return strcmp(again, name) == 0;
}

static void
remove_temporary(const char *folder, const char *name)
{
	size_t n = strlen(name), suffix = strlen(TEMPORARY);
	char path[PATH_SIZE];

	if (n > suffix && strcmp(name + n - suffix, TEMPORARY) == 0) {
		path_join(path, folder, name);
		(void)unlink(path);
	}
}

static size_t
count_files(DIR *dir)
{
	size_t n = 0;

	while (readdir(dir) != NULL)
		n++;
	rewinddir(dir);
	return n;
}

enum fault
week_list(uint32_t **i, size_t *n, struct arena *arena, const struct folder *f,
    struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	size_t most;
	DIR *dir;

	*n = 0;
	*i = NULL;
	folder_path(path, f, FOLDER_CERTIFICATES);
	if ((dir = opendir(path)) == NULL)
		return FAULT_OK;
	most = count_files(dir);
	*i = ARENA_ARRAY(arena, most, uint32_t);
	while (*i != NULL && *n < most && (entry = readdir(dir)) != NULL) {
		if (parse_name(&(*i)[*n], entry->d_name))
			++*n;
		else if (f->lock >= 0)
			remove_temporary(path, entry->d_name);
	}
	closedir(dir);
	if (*i == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "%s: too many files", path);
	qsort(*i, *n, sizeof(**i), compare);
	return FAULT_OK;
}

void
week_remove(const struct folder *f, uint32_t i)
{
	char name[NAME_SIZE];

	week_name(name, i, "");
	folder_remove(f, name);
}
