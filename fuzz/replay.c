/*
 * replay.c - runs a fuzz target over files and folders of files, in the place
 * of libFuzzer.
 *
 * usage: fuzz_<target> FILE|FOLDER...
 */
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "fuzz.h"

static size_t
replay_file(const char *path)
{
	struct arena arena = arena_new((size_t)8 << 20);
	struct fault_info fi;
	struct bytes in;

	if (file_read(&in, &arena, path, (size_t)1 << 20, &fi) != FAULT_OK)
		errx(1, "%s: %s", path, fi.text);
	LLVMFuzzerTestOneInput(in.p, in.n);
	arena_free(&arena);
	return 1;
}

static size_t
replay(const char *path)
{
	char name[PATH_SIZE];
	struct dirent *e;
	size_t n = 0;
	DIR *dir;

	if ((dir = opendir(path)) == NULL)
		return replay_file(path);
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		path_join(name, path, e->d_name);
		n += replay_file(name);
	}
	closedir(dir);
	return n;
}

int
main(int argc, char **argv)
{
	size_t n = 0;
	int i;

	for (i = 1; i < argc; i++)
		n += replay(argv[i]);
	printf("%zu inputs\n", n);
	return n > 0 ? 0 : 1;
}
