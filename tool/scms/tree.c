/* tree.c - see tree.h. */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "tool/scms/tree.h"

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static FTS *
open_tree(char root[PATH_SIZE])
{
	char *const roots[] = {root, NULL};

	return fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
}

static enum fault
visit_one(FTS *fts, FTSENT *e, size_t prefix, tree_visit *visit, void *ctx,
    struct fault_info *fi)
{
	struct tree_entry entry = {
	    e->fts_path, e->fts_path + prefix + 1, e->fts_info == FTS_D};
	bool enter = true;

	TRY(visit(ctx, &entry, &enter, fi));
	if (!enter)
		fts_set(fts, e, FTS_SKIP);
	return FAULT_OK;
}

static enum fault
step(FTS *fts, FTSENT *e, size_t prefix, tree_visit *visit, void *ctx,
    struct fault_info *fi)
{
	if (e->fts_level == FTS_ROOTLEVEL && e->fts_info == FTS_D)
		return FAULT_OK;
	switch (e->fts_info) {
	case FTS_DP:
		return FAULT_OK;
	case FTS_D:
	case FTS_F:
		return visit_one(fts, e, prefix, visit, ctx, fi);
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		/* Gone while walking: a live environment has such files. */
		if (e->fts_errno == ENOENT && e->fts_level > 0)
			return FAULT_OK;
		errno = e->fts_errno;
		return fault_errno(fi, FAULT_IO, "%s", e->fts_path);
	default:
		return fault_set(fi, FAULT_DENIED,
		    "%s: neither a file nor a folder", e->fts_path);
	}
}

enum fault
tree_walk(const char *root, tree_visit *visit, void *ctx, struct fault_info *fi)
{
	char path[PATH_SIZE];
	enum fault f = FAULT_OK;
	FTSENT *e;
	FTS *fts;

	snprintf(path, sizeof(path), "%s", root);
	if ((fts = open_tree(path)) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", root);
	while (f == FAULT_OK && (e = fts_read(fts)) != NULL)
		f = step(fts, e, strlen(root), visit, ctx, fi);
	fts_close(fts);
	return f;
}

enum fault
tree_remove(const char *root, struct fault_info *fi)
{
	char path[PATH_SIZE];
	enum fault f = FAULT_OK;
	FTSENT *e;
	FTS *fts;

	if (!file_exists(root))
		return FAULT_OK;
	snprintf(path, sizeof(path), "%s", root);
	if ((fts = open_tree(path)) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", root);
	while ((e = fts_read(fts)) != NULL)
		if (e->fts_info != FTS_D && remove(e->fts_accpath) != 0 &&
		    errno != ENOENT)
			f = fault_errno(fi, FAULT_IO, "%s", e->fts_path);
	fts_close(fts);
	return f;
}
