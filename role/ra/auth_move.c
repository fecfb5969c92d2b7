/* auth_move.c - certificates that wait to be asked of a PCA that has left. */
#include "base/log.h"
#include "base/time32.h"
#include "role/ra/auth.h"
#include "schema/scms_protocol.h"

#define AT_ONCE 100u
#define MEMORY	((size_t)4 << 20)

/* A request for an application certificate; in the arena of all. */
struct waiting {
	int64_t id;
	struct bytes asked;
	uint32_t start, end;
	sequence_of_psid_ssp psids;
	geographic_region region;
	uint8_t rif[8];
};

struct all_waiting {
	struct waiting v[AT_ONCE];
	size_t n;
	struct arena *arena;
};

static enum fault
got_waiting(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct all_waiting *all = ctx;
	struct waiting *w = &all->v[all->n++];
	struct bytes psids = bytes_copy(all->arena, db_blob(row, 4));
	struct bytes region = bytes_copy(all->arena, db_blob(row, 5));

	w->id = db_int(row, 0);
	w->asked = bytes_copy(all->arena, db_blob(row, 1));
	w->start = (uint32_t)db_int(row, 2);
	w->end = (uint32_t)db_int(row, 3);
	TRY(coer_decode(
	    &sequence_of_psid_ssp_asn, &w->psids, all->arena, psids, fi));
	TRY(coer_decode(
	    &geographic_region_asn, &w->region, all->arena, region, fi));
	return db_blob_copy(row, 6, w->rif, sizeof(w->rif), fi);
}

/* The same request, to another PCA. */
static enum fault
readdress(struct bytes *out, struct arena *arena, struct bytes asked,
    const char *pca, struct fault_info *fi)
{
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "request");
	TRY(coer_decode(&scms_pdu_asn, pdu, arena, asked, fi));
	pdu->content.pca_ra.ra_pca_cert_request.cert_request_info.auth_cert_req
	    .pca_id = bytes_of_string(pca);
	return coer_encode_new(out, arena, &scms_pdu_asn, pdu, fi);
}

static enum fault
give_up(struct db *db, const struct waiting *w, struct fault_info *fi)
{
	uint32_t now = time32_now();

	TRY(db_count(db, COUNTER_AUTH_FAILED, 1, fi));
	TRY(DB_RUN(db, DO_AUTH_ERROR_OF, fi, DB_INT(w->id),
	    DB_TEXT("its PCA has left, and no other may issue it"),
	    DB_INT(now)));
	return DB_RUN(db, DO_AUTH_CERTIFICATE_REFUSED, fi, DB_INT(w->id),
	    DB_INT(AUTH_FAILED), DB_INT(now));
}

static enum fault
move_one(struct ra *ra, struct db *db, struct arena *arena,
    const struct waiting *w, struct fault_info *fi)
{
	const struct auth_terms terms = {
	    .rif = w->rif, .psids = &w->psids, .region = &w->region};
	struct bytes asked;
	struct ra_pca *pca;

	if (auth_choose_pca(&pca, ra, &terms, w->start, w->end, fi) != FAULT_OK)
		return give_up(db, w, fi);
	TRY(readdress(&asked, arena, w->asked, pca->peer.name, fi));
	return DB_RUN(db, DO_AUTH_MOVE, fi, DB_INT(w->id), DB_INT(pca->id),
	    DB_BYTES(asked));
}

static enum fault
move_some(
    size_t *n, struct ra *ra, struct db *db, int64_t pca, struct fault_info *fi)
{
	struct arena arena = arena_new(MEMORY);
	struct all_waiting *all = ARENA_NEW(&arena, struct all_waiting);
	enum fault f =
	    all != NULL ? FAULT_OK : fault_set(fi, FAULT_INTERNAL, "no memory");

	*n = 0;
	if (f == FAULT_OK) {
		*all = (struct all_waiting){.arena = &arena};
		f = DB_EACH(db, DO_AUTH_LEFT_WAITING, got_waiting, all, fi,
		    DB_INT(pca), DB_INT(AT_ONCE));
	}
	for (size_t k = 0; f == FAULT_OK && k < all->n; k++)
		f = move_one(ra, db, &arena, &all->v[k], fi);
	if (f == FAULT_OK)
		*n = all->n;
	arena_free(&arena);
	return f;
}

/* Those of iterators are planned again. */
enum fault
auth_move(
    size_t *n, struct ra *ra, struct db *db, int64_t pca, struct fault_info *fi)
{
	size_t some;

	TRY(DB_RUN(db, DO_AUTH_LEFT_NEXT, fi, DB_INT(pca)));
	TRY(DB_RUN(db, DO_AUTH_LEFT_DELETE, fi, DB_INT(pca)));
	*n = (size_t)db_changes(db);
	do {
		TRY(move_some(&some, ra, db, pca, fi));
		*n += some;
	} while (some > 0);
	return FAULT_OK;
}
