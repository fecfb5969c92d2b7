/* refused.c - see refused.h. */
#include <string.h>

#include "base/time32.h"
#include "role/ra/refused.h"

#define UNITS_PER_COMMIT 1000u

struct refused {
	int64_t device;
	struct pool_key key;
	bool has_left; /* the PCA */
};

struct all_refused {
	struct refused v[UNITS_PER_COMMIT];
	size_t n;
	const struct ra *ra;
};

static bool
has_left(const struct ra *ra, const char *pca)
{
	for (size_t k = 0; k < ra->pca_n; k++)
		if (strcmp(ra->pca[k].peer.name, pca) == 0)
			return false;
	return true;
}

static enum fault
got_refused(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct all_refused *all = ctx;
	const char *pca = db_text(row, 4);

	(void)fi;
	all->v[all->n++] = (struct refused){
	    .device = db_int(row, 0),
	    .key = {db_int(row, 3), (uint32_t)db_int(row, 1),
		(uint32_t)db_int(row, 2)},
	    .has_left = has_left(all->ra, pca != NULL ? pca : ""),
	};
	return FAULT_OK;
}

static enum fault
pool_again(struct pool_tally *tally, struct db *db, const struct refused *unit,
    uint32_t now, struct fault_info *fi)
{
	int64_t draw;

	TRY(pool_add(tally, db, &unit->key, now, &draw, fi));
	return DB_RUN(db, DO_UNIT_POOL_AGAIN, fi, DB_INT(unit->device),
	    DB_INT(unit->key.i), DB_INT(now), DB_INT(draw));
}

static enum fault
plan_anew(struct db *db, const struct refused *unit, struct fault_info *fi)
{
	TRY(DB_RUN(
	    db, DO_UNIT_DELETE, fi, DB_INT(unit->device), DB_INT(unit->key.i)));
	return DB_RUN(db, DO_DEVICE_NEXT_BACK, fi, DB_INT(unit->device),
	    DB_INT(unit->key.i));
}

enum fault
refused_again(struct ra *ra, struct db *db, bool *busy, struct fault_info *fi)
{
	struct all_refused all = {.n = 0, .ra = ra};
	struct pool_tally tally = {0};
	uint32_t now = time32_now();

	TRY(db_begin(db, fi));
	TRY(DB_EACH(db, DO_UNIT_REFUSED_DUE, got_refused, &all, fi, DB_INT(now),
	    DB_INT(UNITS_PER_COMMIT)));
	if (all.n == 0)
		return FAULT_OK;
	for (size_t k = 0; k < all.n; k++)
		if (all.v[k].has_left)
			TRY(plan_anew(db, &all.v[k], fi));
		else
			TRY(pool_again(&tally, db, &all.v[k], now, fi));
	TRY(pool_tally_write(&tally, db, now, fi));
	TRY(db_commit(db, fi));
	*busy = true;
	return FAULT_OK;
}
