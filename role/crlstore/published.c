/* published.c - see published.h. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "role/crlstore/published.h"

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
