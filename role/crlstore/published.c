/* published.c - see published.h. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "role/crlstore/published.h"

#define OURS_SIZE (sizeof("crl_0000_0000.oer") - 1)

static bool
is_crl(const char *name)
{
	size_t n = strlen(name);

	return n > 8 && n < PUBLISHED_NAME && strncmp(name, "crl_", 4) == 0 &&
	       strcmp(name + n - 4, ".oer") == 0;
}

enum fault
published_find(
    char out[PUBLISHED_NAME], const char *folder, struct fault_info *fi)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	if (d == NULL)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	out[0] = '\0';
	while ((e = readdir(d)) != NULL)
		if (is_crl(e->d_name) && strcmp(e->d_name, out) > 0)
			snprintf(out, PUBLISHED_NAME, "%s", e->d_name);
	closedir(d);
	return out[0] != '\0'
		   ? FAULT_OK
		   : fault_set(fi, FAULT_NOT_FOUND, "%s: no crl_*.oer", folder);
}

/* ---- the next ---- */

static void
set_name(char out[PUBLISHED_NAME], unsigned period, unsigned number)
{
	snprintf(out, PUBLISHED_NAME, "crl_%04x_%04x.oer", period & 0xffff,
	    number & 0xffff);
}

/* The name that follows the last one; the same text if it was not ours. */
static void
name_after(char out[PUBLISHED_NAME], const char *last, unsigned period)
{
	unsigned p, n;

	if (strlen(last) != OURS_SIZE ||
	    sscanf(last, "crl_%4x_%4x.oer", &p, &n) != 2 || p < period)
		set_name(out, period, 1);
	else if (n < 0xffff)
		set_name(out, p, n + 1);
	else
		set_name(out, p + 1, 1);
}

enum fault
published_add(char name[PUBLISHED_NAME], const char *folder, uint32_t period,
    struct bytes octets, struct fault_info *fi)
{
	char last[PUBLISHED_NAME], path[PATH_SIZE];
	enum fault f = published_find(last, folder, fi);

	if (f == FAULT_NOT_FOUND)
		last[0] = '\0';
	else
		TRY(f);
	name_after(name, last, period);
	if (strcmp(name, last) <= 0)
		return fault_set(fi, FAULT_EXISTS,
		    "%s/%s would stay before any new file", folder, last);
	path_join(path, folder, name);
	return file_write(path, octets, 0644, fi);
}

/* ---- the old ---- */

static int
is_any(const struct dirent *e)
{
	return strncmp(e->d_name, "crl_", 4) == 0;
}

void
published_clean(const char *folder)
{
	struct dirent **names;
	int n = scandir(folder, &names, is_any, alphasort), kept = 0;
	char path[PATH_SIZE];

	for (int k = n - 1; k >= 0; k--) {
		bool whole = is_crl(names[k]->d_name);

		if (!whole || kept++ >= PUBLISHED_KEEP) {
			path_join(path, folder, names[k]->d_name);
			(void)unlink(path);
		}
		free(names[k]);
	}
	if (n >= 0)
		free(names);
}
