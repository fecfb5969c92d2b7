/* folder.c - see folder.h. */
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "folder.h"

void
folder_make(char out[PATH_SIZE])
{
	const char *base = getenv("TMPDIR");

	snprintf(out, PATH_SIZE, "%s/monarch-test-XXXXXX",
	    base != NULL ? base : "/tmp");
	if (mkdtemp(out) == NULL)
		log_fatal("mkdtemp %s", out);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
folder_remove(const char *path)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		log_warn("cannot remove %s", path);
}

static size_t
search(const char *path, const char *end, char out[PATH_SIZE])
{
	DIR *dir = opendir(path);
	struct dirent *e;
	size_t found = 0;

	if (dir == NULL)
		log_fatal("no folder %s", path);
	while ((e = readdir(dir)) != NULL) {
		size_t n = strlen(e->d_name), k = strlen(end);

		if (n < k || strcmp(e->d_name + n - k, end) != 0)
			continue;
		found++;
		if (out != NULL)
			path_join(out, path, e->d_name);
	}
	closedir(dir);
	return found;
}

size_t
folder_count(const char *path, const char *end)
{
	return search(path, end, NULL);
}

void
folder_only(const char *path, const char *end, char out[PATH_SIZE])
{
	if (search(path, end, out) != 1)
		log_fatal("not one %s in %s", end, path);
}

uint64_t
test_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}
