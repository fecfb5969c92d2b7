/* spool.c - see spool.h. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/random.h"
#include "device/spool.h"

/* reports/ 8 digits - 16 digits .oer */
#define NAME_FORMAT FOLDER_REPORTS "/%08" PRIx32 "-%016" PRIx64 ".oer"
#define NAME_SIZE   (sizeof(FOLDER_REPORTS) + 8 + 1 + 16 + 4 + 1)

/* When a report was made; false: not the name of one. */
static bool
made(uint32_t *out, const char *name)
{
	uint8_t b[4], random[8];
	char digits[17];

	if (strlen(name) != 8 + 1 + 16 + 4 || name[8] != '-' ||
	    strcmp(name + 25, ".oer") != 0)
		return false;
	snprintf(digits, sizeof(digits), "%.8s", name);
	if (!hex_decode(b, sizeof(b), digits))
		return false;
	*out = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
	snprintf(digits, sizeof(digits), "%.16s", name + 9);
	return hex_decode(random, sizeof(random), digits);
}

static int
is_report(const struct dirent *entry)
{
	uint32_t t;

	return made(&t, entry->d_name);
}

/* Sorted by name and therefore by time; -1: there is no folder. */
static int
scan(struct dirent ***list, const struct folder *f)
{
	char path[PATH_SIZE];

	folder_path(path, f, FOLDER_REPORTS);
	return scandir(path, list, is_report, alphasort);
}

static void
free_scan(struct dirent **list, int n)
{
	for (int k = 0; k < n; k++)
		free(list[k]);
	if (n >= 0)
		free(list);
}

/* From the future: the clock was wrong, and nobody knows. */
static bool
is_too_old(uint32_t t, uint32_t now)
{
	return t < now && now - t > SPOOL_SECONDS;
}

static void
remove_one(const struct folder *f, const char *name)
{
	char path[NAME_SIZE];

	snprintf(path, sizeof(path), FOLDER_REPORTS "/%.29s", name);
	folder_remove(f, path);
}

static void
make_room(const struct folder *f, uint32_t now)
{
	struct dirent **list;
	int n = scan(&list, f);
	uint32_t t;

	for (int k = 0; k < n; k++)
		if (n - k >= (int)SPOOL_MOST ||
		    (made(&t, list[k]->d_name) && is_too_old(t, now)))
			remove_one(f, list[k]->d_name);
	free_scan(list, n);
}

enum fault
spool_put(const struct folder *f, struct bytes report, uint32_t now,
    struct fault_info *fi)
{
	char name[NAME_SIZE];
	uint64_t random;

	TRY(folder_mkdir(f, FOLDER_REPORTS, fi));
	make_room(f, now);
	random_bytes(&random, sizeof(random));
	snprintf(name, sizeof(name), NAME_FORMAT, now, random);
	return folder_write(f, name, report, fi);
}

static enum fault
list_names(const char **out, size_t *n, struct arena *arena,
    const struct folder *f, struct dirent **list, size_t all, uint32_t now,
    struct fault_info *fi)
{
	uint32_t t;

	*n = 0;
	for (size_t k = 0; k < all; k++) {
		const char *name = list[k]->d_name;

		if (made(&t, name) && is_too_old(t, now)) {
			remove_one(f, name);
			continue;
		}
		out[*n] = arena_printf(arena, FOLDER_REPORTS "/%s", name);
		if (out[*n] == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "reports");
		++*n;
	}
	return FAULT_OK;
}

enum fault
spool_list(const char ***out, size_t *n, struct arena *arena,
    const struct folder *f, uint32_t now, struct fault_info *fi)
{
	struct dirent **list;
	int all = scan(&list, f);
	enum fault fault = FAULT_OK;

	*n = 0;
	if (all < 0)
		return errno == ENOENT ? FAULT_OK
				       : fault_errno(fi, FAULT_IO, "%s/%s",
					     f->path, FOLDER_REPORTS);
	*out = ARENA_ARRAY(arena, (size_t)all + 1, const char *);
	if (*out == NULL)
		fault = fault_set(fi, FAULT_TOO_LARGE, "reports");
	else
		fault =
		    list_names(*out, n, arena, f, list, (size_t)all, now, fi);
	free_scan(list, all);
	return fault;
}

unsigned
spool_count(const struct folder *f, uint32_t *oldest)
{
	struct dirent **list;
	int n = scan(&list, f);

	*oldest = 0;
	if (n > 0)
		(void)!made(oldest, list[0]->d_name);
	free_scan(list, n);
	return n > 0 ? (unsigned)n : 0;
}
