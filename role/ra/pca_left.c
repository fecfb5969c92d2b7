/* pca_left.c - PCAs that are no longer in component.conf. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "role/ra/auth.h"

#define PCAS_MOST    64u
#define DEVICES_MOST 1000u

struct left {
	int64_t id[PCAS_MOST];
	char name[PCAS_MOST][64];
	size_t n;
	const struct ra *ra;
};

static enum fault
got_pca(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct left *left = ctx;
	int64_t id = db_int(row, 0);

	if (ra_pca_index(left->ra, id) < left->ra->pca_n)
		return FAULT_OK;
	if (left->n == PCAS_MOST)
		return fault_set(fi, FAULT_STORE, "too many PCAs");
	snprintf(
	    left->name[left->n], sizeof(left->name[0]), "%s", db_text(row, 1));
	left->id[left->n++] = id;
	return FAULT_OK;
}

struct numbers {
	int64_t v[DEVICES_MOST];
	size_t n;
};

static enum fault
got_number(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct numbers *all = ctx;

	(void)fi;
	all->v[all->n++] = db_int(row, 0);
	return FAULT_OK;
}

/* To the one with the fewest; what is not under way is planned again. */
static enum fault
move(int64_t device, struct ra *ra, struct db *db, struct fault_info *fi)
{
	const struct ra_pca *to = ra_pca_choose(ra);

	TRY(DB_RUN(db, DO_LEFT_DEVICE, fi, DB_INT(device), DB_INT(to->id),
	    DB_INT(to->class_id)));
	return DB_RUN(db, DO_LEFT_UNITS, fi, DB_INT(device));
}

static enum fault
move_all(
    size_t *n, int64_t pca, struct ra *ra, struct db *db, struct fault_info *fi)
{
	struct numbers some;

	*n = 0;
	do {
		some.n = 0;
		TRY(DB_EACH(db, DO_LEFT_DEVICES, got_number, &some, fi,
		    DB_INT(pca), DB_INT(DEVICES_MOST)));
		for (size_t k = 0; k < some.n; k++)
			TRY(move(some.v[k], ra, db, fi));
		*n += some.n;
	} while (some.n > 0);
	return FAULT_OK;
}

/* An order that an LA may have answered is held without values, so that it is
 * confirmed and the LA can drop its answer. */
static enum fault
take_leave(
    size_t *n, int64_t pca, struct ra *ra, struct db *db, struct fault_info *fi)
{
	static const enum statement rest[] = {DO_LEFT_CHAINS, DO_LEFT_POOLS,
	    DO_LEFT_FETCH_CHAINS, DO_LEFT_FETCHES};
	size_t certificates;

	TRY(db_begin(db, fi));
	TRY(move_all(n, pca, ra, db, fi));
	TRY(auth_move(&certificates, ra, db, pca, fi));
	for (size_t k = 0; k < sizeof(rest) / sizeof(rest[0]); k++)
		TRY(DB_RUN(db, rest[k], fi, DB_INT(pca)));
	return db_commit(db, fi);
}

/* It is among the others until what is under way has come back. */
static enum fault
keep(int64_t id, const char *name, struct ra *ra, struct fault_info *fi)
{
	struct ra_pca *pca = &ra->pca[ra->pca_all];
	const char *other;

	TRY(pcas_add(ra, name, &ra->pca[0].peer, fi));
	pca->id = id;
	for (size_t k = 0; k < ra->other_pca_n; k++) {
		other = cert_name(&ra->arena, ra->other_pca[k]);
		if (other != NULL && strcmp(other, name) == 0)
			pca->certs[pca->certs_n++] = ra->other_pca[k];
	}
	if (pca->certs_n == 0)
		return fault_set(fi, FAULT_CONFIG,
		    "messages wait for %s, whose certificate is not in the "
		    "folder known",
		    name);
	log_info("%s has left, but for what is under way", name);
	return FAULT_OK;
}

enum fault
pcas_leave(struct ra *ra, struct db *db, struct fault_info *fi)
{
	struct left left = {.ra = ra};

	TRY(db_run(db, DO_PCAS, NULL, 0, got_pca, &left, fi));
	for (size_t k = 0; k < left.n; k++) {
		const struct db_value id[] = {DB_INT(left.id[k])};
		int64_t busy;
		size_t n;

		TRY(db_run_int(db, &busy, DO_PCA_BUSY, id, 1, fi));
		if (busy > 0)
			TRY(keep(left.id[k], left.name[k], ra, fi));
		TRY(take_leave(&n, left.id[k], ra, db, fi));
		if (n > 0)
			log_info("%zu devices of %s are given to others", n,
			    left.name[k]);
	}
	return FAULT_OK;
}
