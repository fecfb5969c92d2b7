/* folder.c - a temporary folder for one test. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "crypto/hash.h"
#include "test/unit/device/folder.h"

void
temporary_folder(char out[PATH_SIZE])
{
	const char *base = getenv("TMPDIR");

	/* In memory where possible: these tests sync a great deal. */
	if (base == NULL)
		base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(out, PATH_SIZE, "%s/monarch-device-XXXXXX", base);
	if (mkdtemp(out) == NULL) {
		perror(out);
		abort();
	}
}

/* Calls visit for every file below path, in order of names, then for the
 * folders that held them. */
static void
walk(const char *path, void (*visit)(void *, const char *), void *ctx)
{
	struct dirent **entry;
	char child[PATH_SIZE];
	struct stat st;
	int n = scandir(path, &entry, NULL, alphasort);

	for (int k = 0; k < n; k++) {
		path_join(child, path, entry[k]->d_name);
		if (strcmp(entry[k]->d_name, ".") != 0 &&
		    strcmp(entry[k]->d_name, "..") != 0 &&
		    lstat(child, &st) == 0) {
			if (S_ISDIR(st.st_mode))
				walk(child, visit, ctx);
			visit(ctx, child);
		}
		free(entry[k]);
	}
	if (n >= 0)
		free(entry);
}

static void
remove_one(void *ctx, const char *path)
{
	(void)ctx;
	(void)remove(path);
}

void
remove_folder(const char *path)
{
	walk(path, remove_one, NULL);
	(void)rmdir(path);
}

/* hash = SHA-256(hash || path || mode || contents) */
static void
digest_one(void *ctx, const char *path)
{
	uint8_t *hash = ctx;
	struct arena arena = arena_new(64u << 20);
	struct bytes file = BYTES_NONE;
	struct stat st;
	const char *end = strrchr(path, '.');

	if ((end == NULL || strcmp(end, ".lock") != 0) &&
	    strcmp(strrchr(path, '/'), "/lock") != 0 && stat(path, &st) == 0) {
		struct bytes parts[4] = {{hash, 32}, bytes_of_string(path),
		    {(const uint8_t *)&st.st_mode, sizeof(st.st_mode)}};

		if (S_ISREG(st.st_mode) &&
		    file_read(&file, &arena, path, 32u << 20, NULL) != FAULT_OK)
			abort();
		parts[3] = file;
		sha256_parts(hash, parts, 4);
	}
	arena_free(&arena);
}

void
folder_digest(uint8_t out[32], const char *path)
{
	memset(out, 0, 32);
	walk(path, digest_one, out);
}
