/* auth_plan.c - identification certificates that are due: one per iterator and
 * holder, with keys expanded from its caterpillar keys at (i, 0). */
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "base/time32.h"
#include "cert/convert.h"
#include "crypto/butterfly.h"
#include "role/ra/auth.h"
#include "role/ra/supply.h"
#include "service/crash.h"

/* So that nobody waits long for the database, and a start with many holders
 * for whom there is nothing to do does not last. */
#define HOLDERS_PER_COMMIT	256u
#define CERTIFICATES_PER_COMMIT 320u
#define MEMORY			((size_t)16 << 20)
/* A PCA that cannot issue them yet may be renewed. */
#define LATER_SECONDS 3600u

struct holder {
	int64_t request, number;
	sequence_of_psid_ssp psids;
	geographic_region region;
	struct point a, h;
	struct butterfly sign, encrypt;
	uint32_t next_i, end_i, start;
	uint8_t rif[8];
};

struct due {
	struct holder *v; /* [HOLDERS_PER_COMMIT] */
	size_t n;
	struct arena *arena;
	uint32_t left; /* certificates that may yet be planned */
};

static enum fault
got_due(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct due *all = ctx;
	struct holder *h = &all->v[all->n++];
	struct bytes psids = bytes_copy(all->arena, db_blob(row, 1));
	struct bytes region = bytes_copy(all->arena, db_blob(row, 2));

	h->request = db_int(row, 0);
	TRY(coer_decode(
	    &sequence_of_psid_ssp_asn, &h->psids, all->arena, psids, fi));
	TRY(coer_decode(
	    &geographic_region_asn, &h->region, all->arena, region, fi));
	TRY(db_blob_copy(row, 3, &h->a, sizeof(h->a), fi));
	TRY(db_blob_copy(row, 4, &h->sign.expansion, 16, fi));
	TRY(db_blob_copy(row, 5, &h->h, sizeof(h->h), fi));
	TRY(db_blob_copy(row, 6, &h->encrypt.expansion, 16, fi));
	h->sign.use = BUTTERFLY_CERTIFICATE;
	h->encrypt.use = BUTTERFLY_ENCRYPTION;
	h->next_i = (uint32_t)db_int(row, 7);
	h->end_i = (uint32_t)db_int(row, 8);
	h->number = db_int(row, 9);
	h->start = (uint32_t)db_int(row, 11);
	return db_blob_copy(row, 10, h->rif, sizeof(h->rif), fi);
}

/* Cocoon keys of iterator i: B and J. */
static enum fault
expand(struct point out[2], const struct holder *h, uint32_t i,
    struct fault_info *fi)
{
	const struct butterfly_index at = {.i = i, .j = 0};
	struct scalar f[2];
	enum fault result;

	butterfly_expand(&f[0], &h->sign, &at, 1);
	butterfly_expand(&f[1], &h->encrypt, &at, 1);
	out[0] = h->a;
	out[1] = h->h;
	result = p256_add_base_mul(out, out, f, NULL, 2);
	wipe(f, sizeof(f));
	return result == FAULT_OK ? FAULT_OK
				  : fault_set(fi, FAULT_BAD_POINT,
					"no cocoon key for iterator %u", i);
}

static enum fault
encode(struct bytes *out, struct arena *arena, const struct ra *ra,
    const struct holder *h, const struct ra_pca *pca, uint32_t i,
    struct fault_info *fi)
{
	const struct conf_duration *life =
	    &ra->environment->identification_lifetime;
	struct point keys[2];
	struct curve_point response;
	struct auth_terms terms = {
	    .pca = pca->peer.name,
	    .rif = h->rif,
	    .start = (uint32_t)auth_iterator_start(ra, h->start, i),
	    .lifetime = {(uint8_t)life->unit, life->n},
	    .psids = &h->psids,
	    .region = &h->region,
	    .cocoon = &keys[0],
	};

	TRY(expand(keys, h, i, fi));
	curve_of_p256(&response, &keys[1]);
	curve_compress(&response);
	point_to_schema(&terms.response_key, &response);
	return auth_encode(out, arena, ra, &terms, fi);
}

/* Iterator i, if a PCA may issue it.  FAULT_NOT_FOUND: none may yet, but a PCA
 * may be renewed; FAULT_BAD_TIME: none ever will. */
static enum fault
plan_one(struct ra *ra, struct db *db, struct arena *arena,
    const struct holder *h, uint32_t i, struct fault_info *fi)
{
	uint64_t start = auth_iterator_start(ra, h->start, i);
	uint64_t end = start + conf_duration_seconds(
				   ra->environment->identification_lifetime);
	const struct auth_terms terms = {
	    .rif = h->rif, .psids = &h->psids, .region = &h->region};
	struct bytes asked = BYTES_NONE;
	struct ra_pca *pca;

	if (end > UINT32_MAX)
		return fault_set(fi, FAULT_BAD_TIME, "end is beyond Time32");
	if (auth_choose_pca(&pca, ra, &terms, start, end, fi) != FAULT_OK)
		return start <= time32_now() && auth_is_past(ra, &terms, start)
			   ? fault_set(fi, FAULT_BAD_TIME, "it is too late")
			   : fault_set(fi, FAULT_NOT_FOUND, "no PCA may yet");
	arena_reset(arena);
	TRY(encode(&asked, arena, ra, h, pca, i, fi));
	return DB_RUN(db, DO_AUTH_CERTIFICATE_ADD, fi, DB_INT(h->request),
	    DB_INT(i), DB_INT(pca->id), DB_INT(start), DB_INT(end),
	    DB_BYTES(asked), DB_INT(0));
}

/* Those of one holder that are due now; iterators that are over are skipped,
 * and so is one that no PCA will ever issue or no key can be made for. */
static enum fault
plan_holder(struct ra *ra, struct db *db, struct arena *arena, struct holder *h,
    uint32_t *left, struct fault_info *fi)
{
	uint32_t now = time32_now(), running = auth_iterator(ra, h->start, now);
	struct db_value due = DB_NULL_VALUE;
	enum fault f = FAULT_OK;

	if (h->next_i < running)
		h->next_i = running < h->end_i ? running : h->end_i;
	while (h->next_i<h->end_i && * left> 0 &&
	       auth_iterator_due(ra, h->start, h->next_i) <= now) {
		--*left;
		f = plan_one(ra, db, arena, h, h->next_i, fi);
		if (f == FAULT_NOT_FOUND)
			break;
		if (f == FAULT_BAD_POINT)
			log_error(
			    "device=%lld: %s", (long long)h->number, fi->text);
		else if (f != FAULT_OK && f != FAULT_BAD_TIME)
			return f;
		f = FAULT_OK;
		h->next_i++;
	}
	if (f == FAULT_NOT_FOUND)
		due = DB_INT((int64_t)now + LATER_SECONDS);
	else if (h->next_i < h->end_i)
		due = DB_INT(auth_iterator_due(ra, h->start, h->next_i));
	return DB_RUN(db, DO_AUTH_REQUEST_NEXT, fi, DB_INT(h->request),
	    DB_INT(h->next_i), due);
}

/* Supplies of holders who are blocked, or were not here since contact. */
static enum fault
put_to_sleep(bool *some, struct db *db, uint32_t now, uint32_t contact,
    struct fault_info *fi)
{
	TRY(DB_RUN(db, DO_AUTH_SLEEP, fi, DB_INT(now),
	    DB_INT(HOLDERS_PER_COMMIT), DB_INT(contact)));
	*some = db_changes(db) > 0;
	return FAULT_OK;
}

enum fault
auth_plan(struct ra *ra, struct db *db, bool *busy, struct fault_info *fi)
{
	struct arena arena = arena_new(MEMORY), scratch = arena_new(MEMORY);
	struct due all = {
	    .v = ARENA_ARRAY(&arena, HOLDERS_PER_COMMIT, struct holder),
	    .arena = &arena,
	    .left = CERTIFICATES_PER_COMMIT};
	uint32_t now = time32_now();
	struct supply_rule rule;
	bool slept = false;
	enum fault f = all.v != NULL
			   ? db_begin(db, fi)
			   : fault_set(fi, FAULT_INTERNAL, "no memory");

	supply_rule_at(&rule, ra, now);
	if (f == FAULT_OK)
		f = put_to_sleep(&slept, db, now, rule.contact, fi);
	if (f == FAULT_OK)
		f = DB_EACH(db, DO_AUTH_DUE, got_due, &all, fi, DB_INT(now),
		    DB_INT(HOLDERS_PER_COMMIT), DB_INT(rule.contact));
	for (size_t k = 0; k < all.n && all.left > 0 && f == FAULT_OK; k++)
		f = plan_holder(ra, db, &scratch, &all.v[k], &all.left, fi);
	if (f == FAULT_OK && slept && all.n == 0)
		f = db_commit(db, fi);
	if (f == FAULT_OK && all.n > 0) {
		f = db_commit(db, fi);
		crash_point("ra-auth-planned");
		wake_all(&ra->auth);
		*busy = true;
	}
	arena_free(&arena);
	arena_free(&scratch);
	return f;
}

enum fault
auth_recover(struct db *db, struct fault_info *fi)
{
	return db_run(db, DO_AUTH_DUE_ANEW, NULL, 0, NULL, NULL, fi);
}
