/* change.c - see change.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/scms/change.h"
#include "tool/scms/tree.h"

#define WORKSHOP "change.new"  /* before the commit */
#define PENDING	 "change"      /* after it */
#define DONE	 "change.done" /* on its way out */
#define FILES	 "files"
#define REMOVE	 "remove"
#define OFFLINE	 "offline"
#define FILE_MAX ((size_t)16 << 20)

bool
change_is_pending(const char *dir)
{
	char path[PATH_SIZE];

	path_join(path, dir, PENDING);
	return file_exists(path);
}

static enum fault
clear(const char *dir, const char *name, struct fault_info *fi)
{
	char path[PATH_SIZE];

	path_join(path, dir, name);
	return tree_remove(path, fi);
}

enum fault
change_begin(struct change *c, const char *dir, const char *offline,
    struct fault_info *fi)
{
	char workshop[PATH_SIZE];

	if (change_is_pending(dir))
		return fault_set(
		    fi, FAULT_BUSY, "%s: a change is not finished", dir);
	TRY(clear(dir, DONE, fi));
	TRY(clear(dir, WORKSHOP, fi));
	snprintf(c->dir, sizeof(c->dir), "%s", dir);
	path_join(workshop, dir, WORKSHOP);
	path_join(c->files, workshop, FILES);
	TRY(file_mkdir(workshop, 0700, fi));
	TRY(file_mkdir(c->files, 0700, fi));
	return change_note(c, OFFLINE, offline, fi);
}

/* Makes the folders in which name is. */
static enum fault
make_way(struct change *c, const char *name, struct fault_info *fi)
{
	char part[PATH_SIZE], path[PATH_SIZE];
	const char *slash = name;

	while ((slash = strchr(slash, '/')) != NULL) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - name), name);
		path_join(path, c->files, part);
		TRY(file_mkdir(path, 0700, fi));
		slash++;
	}
	return FAULT_OK;
}

enum fault
change_write(struct change *c, const char *name, struct bytes b, mode_t mode,
    struct fault_info *fi)
{
	char path[PATH_SIZE];

	TRY(make_way(c, name, fi));
	path_join(path, c->files, name);
	return file_write(path, b, mode, fi);
}

enum fault
change_folder(struct change *c, const char *name, struct fault_info *fi)
{
	char path[PATH_SIZE];

	TRY(make_way(c, name, fi));
	path_join(path, c->files, name);
	return file_mkdir(path, 0700, fi);
}

enum fault
change_note(
    struct change *c, const char *list, const char *line, struct fault_info *fi)
{
	char workshop[PATH_SIZE], path[PATH_SIZE];
	FILE *f;
	bool ok;

	path_join(workshop, c->dir, WORKSHOP);
	path_join(path, workshop, list);
	if ((f = fopen(path, "ae")) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", path);
	ok = fprintf(f, "%s\n", line) > 0 && fflush(f) == 0 &&
	     fsync(fileno(f)) == 0;
	if (fclose(f) != 0 || !ok)
		return fault_errno(fi, FAULT_IO, "%s", path);
	return FAULT_OK;
}

enum fault
change_remove(struct change *c, const char *name, struct fault_info *fi)
{
	return change_note(c, REMOVE, name, fi);
}

enum fault
change_commit(struct change *c, struct fault_info *fi)
{
	char from[PATH_SIZE], to[PATH_SIZE];

	path_join(from, c->dir, WORKSHOP);
	path_join(to, c->dir, PENDING);
	TRY(file_sync_folder(from, fi));
	if (rename(from, to) != 0)
		return fault_errno(fi, FAULT_IO, "%s", to);
	return file_sync_folder(c->dir, fi);
}

void
change_abandon(struct change *c)
{
	struct fault_info fi;

	if (clear(c->dir, WORKSHOP, &fi) != FAULT_OK)
		fprintf(stderr, "scms: %s\n", fi.text);
}

/* ---- carrying it out ---- */

enum fault
change_each_note(const char *dir, const char *list, change_line *f, void *ctx,
    struct fault_info *fi)
{
	char pending[PATH_SIZE], path[PATH_SIZE], line[PATH_SIZE];
	enum fault fault = FAULT_OK;
	FILE *in;

	path_join(pending, dir, PENDING);
	path_join(path, pending, list);
	if ((in = fopen(path, "re")) == NULL)
		return errno == ENOENT ? FAULT_OK
				       : fault_errno(fi, FAULT_IO, "%s", path);
	while (fault == FAULT_OK && fgets(line, sizeof(line), in) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		fault = f(ctx, line, fi);
	}
	fclose(in);
	return fault;
}

struct place {
	const char *dir;
	char offline[PATH_SIZE];
};

static enum fault
take_offline(void *ctx, const char *line, struct fault_info *fi)
{
	struct place *p = ctx;

	(void)fi;
	snprintf(p->offline, sizeof(p->offline), "%s", line);
	return FAULT_OK;
}

/* Where a name is in the end. */
static enum fault
find_place(char out[PATH_SIZE], const struct place *p, const char *name,
    struct fault_info *fi)
{
	size_t n = strlen(OFFLINE);

	if (strncmp(name, OFFLINE, n) != 0 ||
	    (name[n] != '/' && name[n] != '\0')) {
		path_join(out, p->dir, name);
		return FAULT_OK;
	}
	if (!file_exists(p->offline))
		return fault_set(fi, FAULT_NOT_FOUND,
		    "%s is needed to finish the change", p->offline);
	if (name[n] == '\0')
		snprintf(out, PATH_SIZE, "%s", p->offline);
	else
		path_join(out, p->offline, name + n + 1);
	return FAULT_OK;
}

static enum fault
copy(const char *from, const char *to, struct fault_info *fi)
{
	struct arena arena = arena_new(FILE_MAX + 4096);
	struct bytes b;
	struct stat st;
	enum fault f;

	f = file_read(&b, &arena, from, FILE_MAX, fi);
	if (f == FAULT_OK && stat(from, &st) != 0)
		f = fault_errno(fi, FAULT_IO, "%s", from);
	if (f == FAULT_OK)
		f = file_write(to, b, st.st_mode & 0777, fi);
	arena_free(&arena);
	return f;
}

static enum fault
write_one(
    void *ctx, const struct tree_entry *e, bool *enter, struct fault_info *fi)
{
	char to[PATH_SIZE];

	(void)enter;
	TRY(find_place(to, ctx, e->name, fi));
	return e->is_folder ? file_mkdir(to, 0700, fi) : copy(e->path, to, fi);
}

static enum fault
remove_one(void *ctx, const char *line, struct fault_info *fi)
{
	char path[PATH_SIZE];

	TRY(find_place(path, ctx, line, fi));
	return unlink(path) == 0 || errno == ENOENT
		   ? FAULT_OK
		   : fault_errno(fi, FAULT_IO, "%s", path);
}

enum fault
change_carry_out(const char *dir, struct fault_info *fi)
{
	struct place p = {.dir = dir};
	char pending[PATH_SIZE], files[PATH_SIZE];

	path_join(pending, dir, PENDING);
	path_join(files, pending, FILES);
	TRY(change_each_note(dir, OFFLINE, take_offline, &p, fi));
	TRY(tree_walk(files, write_one, &p, fi));
	return change_each_note(dir, REMOVE, remove_one, &p, fi);
}

enum fault
change_end(const char *dir, struct fault_info *fi)
{
	char from[PATH_SIZE], to[PATH_SIZE];

	TRY(clear(dir, DONE, fi));
	path_join(from, dir, PENDING);
	path_join(to, dir, DONE);
	if (rename(from, to) != 0)
		return fault_errno(fi, FAULT_IO, "%s", from);
	TRY(file_sync_folder(dir, fi));
	return clear(dir, DONE, fi);
}
