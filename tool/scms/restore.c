/* restore.c - scms restore: an environment from a backup. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "tool/common/opt.h"
#include "tool/scms/backup.h"
#include "tool/scms/cmd.h"
#include "tool/scms/run.h"
#include "tool/scms/site.h"
#include "tool/scms/tree.h"

#define MANIFEST_LIMIT (256u << 20)

static enum fault
unpack(const char *folder, const char *file, struct fault_info *fi)
{
	const char *const tar[] = {"tar", "-x", "-p", "-f", "-",
	    "--numeric-owner", "-C", folder, NULL};
	int in = open(file, O_RDONLY | O_CLOEXEC);
	enum fault f;

	if (in < 0)
		return fault_errno(fi, FAULT_IO, "%s", file);
	f = run_program(tar, in, STDERR_FILENO, fi);
	close(in);
	return f == FAULT_OK
		   ? f
		   : fault_prefix(fi, "%s is not a whole backup", file);
}

#define HASH_TEXT 65 /* SHA-256 in hexadecimal and a blank */

/* The name in the first line that b has and a has not, for the message. */
static const char *
first_difference(const char *a, const char *b)
{
	const char *line = b;

	for (; *a == *b && *b != '\0'; a++, b++)
		if (*b == '\n')
			line = b + 1;
	return strlen(line) > HASH_TEXT ? line + HASH_TEXT : "nothing more";
}

/* Are the files those that were saved, to the octet? */
static enum fault
check(const char *folder, struct fault_info *fi)
{
	struct arena arena = arena_new(MANIFEST_LIMIT);
	char path[PATH_SIZE], *found = NULL, *said = NULL;
	const char *differs;
	struct bytes manifest;
	enum fault f;

	path_join(path, folder, BACKUP_MANIFEST);
	f = file_read(&manifest, &arena, path, MANIFEST_LIMIT / 2, fi);
	if (f == FAULT_OK &&
	    (said = arena_printf(&arena, "%.*s", (int)manifest.n,
		 (const char *)manifest.p)) == NULL)
		f = fault_set(fi, FAULT_TOO_LARGE, "manifest");
	if (f == FAULT_OK)
		f = backup_manifest(&found, folder, fi);
	if (f == FAULT_OK && strcmp(found, said) != 0) {
		differs = first_difference(found, said);
		f = fault_set(fi, FAULT_BAD_MESSAGE,
		    "the backup is damaged at %.*s",
		    (int)strcspn(differs, "\n"), differs);
	}
	if (f == FAULT_OK && unlink(path) != 0)
		f = fault_errno(fi, FAULT_IO, "%s", path);
	free(found);
	arena_free(&arena);
	return f;
}

static enum fault
restore(const char *dir, const char *file, struct fault_info *fi)
{
	char folder[PATH_SIZE];
	struct fault_info cleaning;
	enum fault f;

	if (file_exists(dir))
		return fault_set(fi, FAULT_EXISTS, "%s exists already", dir);
	if (snprintf(folder, sizeof(folder), "%s.restore.XXXXXX", dir) >=
	    (int)sizeof(folder))
		return fault_set(fi, FAULT_USAGE, "%s: path too long", dir);
	if (mkdtemp(folder) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	if ((f = unpack(folder, file, fi)) == FAULT_OK &&
	    (f = check(folder, fi)) == FAULT_OK && rename(folder, dir) != 0)
		f = fault_errno(fi, FAULT_IO, "%s", dir);
	if (f != FAULT_OK && tree_remove(folder, &cleaning) != FAULT_OK)
		fprintf(stderr, "scms restore: %s\n", cleaning.text);
	return f;
}

int
cmd_restore(int argc, char **argv)
{
	struct fault_info fi;
	struct site site;

	if (opt_parse(NULL, 0, &argc, argv, &fi) != FAULT_OK ||
	    cmd_need(argc, 2, "DIR FILE", &fi) != FAULT_OK)
		return cmd_fault("restore", &fi);
	for (size_t n = strlen(argv[0]); n > 1 && argv[0][n - 1] == '/'; n--)
		argv[0][n - 1] = '\0';
	if (restore(argv[0], argv[1], &fi) != FAULT_OK ||
	    site_open(&site, argv[0], SITE_SHARED, &fi) != FAULT_OK)
		return cmd_fault("restore", &fi);
	printf("%s restored as it was when the backup was made; "
	       "scms up starts it.\n",
	    argv[0]);
	site_close(&site);
	return CMD_OK;
}
