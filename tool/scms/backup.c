/*
 * backup.c - scms backup: a consistent copy of an environment.
 *
 * While the components stand still (pause.h), databases are copied and sealed
 * files get a second name; then the components go on, and the tar is made
 * from the copy.  So the pause does not depend on how many certificates there
 * are.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "tool/common/opt.h"
#include "tool/scms/backup.h"
#include "tool/scms/cmd.h"
#include "tool/scms/pause.h"
#include "tool/scms/run.h"
#include "tool/scms/site.h"
#include "tool/scms/tree.h"

#define STAGE_NAME	".backup."
#define SETTLED_SECONDS 60

struct staging {
	const char *to;
	bool logs; /* only logs, or all but logs */
};

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static bool
is_log(const char *name)
{
	return strstr(name, "/log/") != NULL;
}

/*
 * Can the octets of this file still change?  Databases do.  Records and
 * messages are written once, and who still writes one has done so a moment
 * ago (by the machine's clock, not by the one of the environment).
 */
static bool
is_sealed(const struct tree_entry *e)
{
	struct stat st;

	return strstr(e->name, "/data/") != NULL &&
	       !ends_with(e->name, ".db") && !ends_with(e->name, "-wal") &&
	       lstat(e->path, &st) == 0 &&
	       st.st_mtime + SETTLED_SECONDS < time(NULL);
}

/* What is meaningless elsewhere: sockets and pids, shared memory of SQLite,
 * the copy itself. */
static bool
is_left_out(const struct tree_entry *e)
{
	if (e->is_folder)
		return strncmp(e->name, STAGE_NAME, strlen(STAGE_NAME)) == 0 ||
		       ends_with(e->name, "/run");
	return ends_with(e->name, "-shm");
}

static enum fault
copy_octets(int from, int to, const char *path, struct fault_info *fi)
{
	char block[1 << 14];
	ssize_t n;

	while ((n = read(from, block, sizeof(block))) > 0)
		for (ssize_t at = 0, m; at < n; at += m)
			if ((m = write(to, block + at, (size_t)(n - at))) <= 0)
				return fault_errno(fi, FAULT_IO, "%s", path);
	return n == 0 ? FAULT_OK : fault_errno(fi, FAULT_IO, "%s", path);
}

static enum fault
copy_file(const char *from, const char *to, struct fault_info *fi)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	struct stat st;
	enum fault f;

	if (in < 0)
		return errno == ENOENT ? FAULT_OK
				       : fault_errno(fi, FAULT_IO, "%s", from);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0 || fstat(in, &st) != 0 ||
	    fchmod(out, st.st_mode & 0777) != 0)
		f = fault_errno(fi, FAULT_IO, "%s", to);
	else
		f = copy_octets(in, out, to, fi);
	if (out >= 0 && close(out) != 0 && f == FAULT_OK)
		f = fault_errno(fi, FAULT_IO, "%s", to);
	close(in);
	return f;
}

static enum fault
copy_folder(const char *from, const char *to, struct fault_info *fi)
{
	struct stat st;

	if (lstat(from, &st) != 0)
		return fault_errno(fi, FAULT_IO, "%s", from);
	TRY(file_mkdir(to, 0700, fi));
	return chmod(to, st.st_mode & 0777) == 0
		   ? FAULT_OK
		   : fault_errno(fi, FAULT_IO, "%s", to);
}

static enum fault
stage_one(
    void *ctx, const struct tree_entry *e, bool *enter, struct fault_info *fi)
{
	const struct staging *s = ctx;
	char to[PATH_SIZE];

	path_join(to, s->to, e->name);
	if (is_left_out(e)) {
		*enter = false;
		return FAULT_OK;
	}
	if (e->is_folder)
		return s->logs ? FAULT_OK : copy_folder(e->path, to, fi);
	if (is_log(e->name) != s->logs)
		return FAULT_OK;
	if (!is_sealed(e))
		return copy_file(e->path, to, fi);
	if (link(e->path, to) == 0 || errno == ENOENT)
		return FAULT_OK;
	return fault_errno(fi, FAULT_IO, "%s", to);
}

static enum fault
stage(const char *dir, const char *to, struct fault_info *fi)
{
	struct staging all = {to, false}, logs = {to, true};
	struct pause pause;
	enum fault f;

	TRY(pause_begin(&pause, dir, fi));
	f = copy_folder(dir, to, fi);
	if (f == FAULT_OK)
		f = tree_walk(dir, stage_one, &all, fi);
	pause_end(&pause);
	return f != FAULT_OK ? f : tree_walk(dir, stage_one, &logs, fi);
}

static enum fault
add_manifest(const char *folder, struct fault_info *fi)
{
	char path[PATH_SIZE], *manifest;
	enum fault f;

	TRY(backup_manifest(&manifest, folder, fi));
	path_join(path, folder, BACKUP_MANIFEST);
	f = file_create(path, bytes_of_string(manifest), 0600, fi);
	free(manifest);
	return f;
}

static enum fault
pack(const char *folder, const char *file, struct fault_info *fi)
{
	const char *const tar[] = {"tar", "-c", "-f", "-", "--sort=name",
	    "--numeric-owner", "-C", folder, ".", NULL};
	enum fault f;
	int out;

	/* Created by this program, so that nobody else can read the keys. */
	out = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		return fault_errno(
		    fi, errno == EEXIST ? FAULT_EXISTS : FAULT_IO, "%s", file);
	f = run_program(tar, STDIN_FILENO, out, fi);
	if ((fsync(out) != 0 || close(out) != 0) && f == FAULT_OK)
		f = fault_errno(fi, FAULT_IO, "%s", file);
	if (f != FAULT_OK)
		unlink(file);
	return f;
}

/* What a backup that was killed left behind; nobody else is at work here. */
static enum fault
clear_stages(const char *dir, struct fault_info *fi)
{
	DIR *d = opendir(dir);
	char path[PATH_SIZE];
	enum fault f = FAULT_OK;
	struct dirent *e;

	if (d == NULL)
		return fault_errno(fi, FAULT_IO, "%s", dir);
	while (f == FAULT_OK && (e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, STAGE_NAME, strlen(STAGE_NAME)) != 0)
			continue;
		path_join(path, dir, e->d_name);
		f = tree_remove(path, fi);
	}
	closedir(d);
	return f;
}

static enum fault
backup(const char *dir, const char *file, struct fault_info *fi)
{
	char folder[PATH_SIZE];
	struct fault_info cleaning;
	enum fault f;

	if (file_exists(file))
		return fault_set(fi, FAULT_EXISTS, "%s exists already", file);
	TRY(clear_stages(dir, fi));
	path_join(folder, dir, STAGE_NAME "XXXXXX");
	if (mkdtemp(folder) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	if ((f = stage(dir, folder, fi)) == FAULT_OK &&
	    (f = add_manifest(folder, fi)) == FAULT_OK)
		f = pack(folder, file, fi);
	if (tree_remove(folder, &cleaning) != FAULT_OK)
		fprintf(stderr, "scms backup: %s\n", cleaning.text);
	return f;
}

int
cmd_backup(int argc, char **argv)
{
	struct fault_info fi;
	struct site site;
	enum fault f;

	if (opt_parse(NULL, 0, &argc, argv, &fi) != FAULT_OK ||
	    cmd_need(argc, 2, "DIR FILE", &fi) != FAULT_OK ||
	    site_open(&site, argv[0], SITE_LOCKED, &fi) != FAULT_OK)
		return cmd_fault("backup", &fi);
	f = backup(site.dir, argv[1], &fi);
	site_close(&site);
	if (f != FAULT_OK)
		return cmd_fault("backup", &fi);
	printf("%s written.  It holds the private keys of every component: "
	       "guard it like them.\n",
	    argv[1]);
	return CMD_OK;
}
