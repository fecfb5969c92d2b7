/* hpcr.c - see hpcr.h. */
#include "role/ra/hpcr.h"
#include "role/ra/collect.h"

static enum fault
got_enrollment(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct hpcr_owner *owner = ctx;

	owner->is_known = true;
	return db_blob_copy(
	    row, 0, owner->enrollment, sizeof(owner->enrollment), fi);
}

/* record: what collect_store kept. */
static enum fault
look_up(struct hpcr_owner *owner, struct db *db, struct bytes record,
    struct fault_info *fi)
{
	struct reader r = reader_of(record);
	int64_t device = (int64_t)read_uint(&r, 8);

	if (record.n != HPCR_RECORD_SIZE)
		return fault_set(fi, FAULT_STORE, "a record of an HPCR");
	return DB_EACH(
	    db, DO_ENROLLMENT_OF, got_enrollment, owner, fi, DB_INT(device));
}

enum fault
hpcr_owners(struct hpcr_owner **owners, const struct ra *ra, struct db *db,
    struct arena *arena, const hpcr *hpcrs, size_t n, struct fault_info *fi)
{
	struct hpcr_owner *v = ARENA_ARRAY(arena, n, struct hpcr_owner);
	const uint8_t **keys = ARENA_ARRAY(arena, n, const uint8_t *);
	struct bytes *records = ARENA_ARRAY(arena, n, struct bytes);

	if (v == NULL || keys == NULL || records == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%zu HPCRs", n);
	for (size_t k = 0; k < n; k++)
		keys[k] = hpcrs[k].b;
	TRY(bulk_find_batch(ra->hpcr, records, arena, keys, n, NULL, fi));
	for (size_t k = 0; k < n; k++) {
		v[k].is_known = false;
		if (records[k].p != NULL)
			TRY(look_up(&v[k], db, records[k], fi));
	}
	*owners = v;
	return FAULT_OK;
}
