/* plv_clean.c - removal of PLV files that nobody needs any more. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "role/ra/plv.h"

#define RANGES_MAX 500u /* per commit */

/* Ranges of chains whose periods are all done. */
struct used_up {
	struct {
		int64_t id;
		char name[64];
	} v[RANGES_MAX];
	size_t n;
};

static enum fault
got_used_up(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct used_up *u = ctx;
	const char *name = db_text(row, 1);

	(void)fi;
	if (u->n == RANGES_MAX || name == NULL)
		return FAULT_OK;
	u->v[u->n].id = db_int(row, 0);
	snprintf(u->v[u->n++].name, sizeof(u->v[0].name), "%s", name);
	return FAULT_OK;
}

static enum fault
is_known(bool *known, struct db *db, const char *name, struct fault_info *fi)
{
	const struct db_value arg[] = {DB_TEXT(name)};
	int64_t one;
	enum fault f = db_run_int(db, &one, DO_PLV_FILE_KNOWN, arg, 1, fi);

	*known = f == FAULT_OK;
	return f == FAULT_NOT_FOUND ? FAULT_OK : f;
}

static enum fault
remove_unknown(
    const struct ra *ra, struct db *db, const char *name, struct fault_info *fi)
{
	char path[PATH_SIZE];
	bool known;

	TRY(is_known(&known, db, name, fi));
	if (known)
		return FAULT_OK;
	ra_path(ra, path, "plv", name);
	unlink(path);
	return FAULT_OK;
}

static enum fault
delete_ranges(const struct used_up *used, struct db *db, uint32_t first,
    struct fault_info *fi)
{
	TRY(db_begin(db, fi));
	for (size_t k = 0; k < used->n; k++)
		TRY(DB_RUN(db, DO_PLV_FILE_DELETE, fi, DB_INT(used->v[k].id)));
	TRY(DB_RUN(db, DO_CHAINS_STALE, fi, DB_INT(first)));
	return db_commit(db, fi);
}

/* Files of which the last range was removed; a restart removes those that
 * this leaves. */
static enum fault
remove_files(const struct used_up *used, const struct ra *ra, struct db *db,
    struct fault_info *fi)
{
	const char *last = "";

	for (size_t k = 0; k < used->n; k++) {
		if (strcmp(last, used->v[k].name) != 0)
			TRY(remove_unknown(ra, db, used->v[k].name, fi));
		last = used->v[k].name;
	}
	return FAULT_OK;
}

static enum fault
clean(struct ra *ra, struct db *db, int64_t *cursor, struct used_up *used,
    struct fault_info *fi)
{
	uint32_t first = ra_period_now(ra);
	int64_t last;

	TRY(DB_EACH(db, DO_PLV_FILES_USED_UP, got_used_up, used, fi,
	    DB_INT(*cursor), DB_INT(first), DB_INT(RANGES_MAX)));
	TRY(db_run_int(db, &last, DO_PLV_FILE_LAST, NULL, 0, fi));
	*cursor = *cursor + RANGES_MAX < last ? *cursor + RANGES_MAX : 0;
	if (used->n == 0)
		return FAULT_OK;
	TRY(delete_ranges(used, db, first, fi));
	return remove_files(used, ra, db, fi);
}

enum fault
plv_clean(struct ra *ra, struct db *db, int64_t *cursor, size_t *removed,
    struct fault_info *fi)
{
	struct used_up used = {.n = 0};
	enum fault f;

	ra_db_lock(ra);
	f = clean(ra, db, cursor, &used, fi);
	ra_db_unlock(ra, db);
	*removed = used.n;
	return f;
}

enum fault
plv_recover(struct ra *ra, struct db *db, struct fault_info *fi)
{
	char folder[PATH_SIZE];
	enum fault f = FAULT_OK;
	struct dirent *e;
	DIR *dir;

	ra_path(ra, folder, "plv", NULL);
	if ((dir = opendir(folder)) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	while (f == FAULT_OK && (e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.')
			f = remove_unknown(ra, db, e->d_name, fi);
	closedir(dir);
	return f;
}
