/* take.c - see take.h. */
#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "role/crlg/take.h"
#include "schema/monarch.h"
#include "service/crash.h"

/* A revocation may wait so long with an MA that cannot reach us. */
#define AGE_MOST 86400u

#define OLD_SEEDS 1u /* periods that seeds may be behind: they are evolved */

/* A message is about one holder.  Its RA tells no more of it: role/ra/
 * ma_chains.c, ma_digests.c. */
#define LINKAGE_MOST 200u
#define DIGESTS_MOST 512u

#define DAY 86400

/* ---- form ---- */

static enum fault
check_linkage(
    const monarch_revocation_linkage *l, uint32_t i, struct fault_info *fi)
{
	if (l->j_max == 0)
		return fault_set(fi, FAULT_CONSTRAINT, "jMax is 0");
	if (l->i_max < i)
		return fault_set(fi, FAULT_CONSTRAINT,
		    "iMax %u is before the period %" PRIu32 " of the seeds",
		    l->i_max, i);
	if (memcmp(l->la1_id.b, l->la2_id.b, sizeof(l->la1_id.b)) == 0)
		return fault_set(
		    fi, FAULT_CONSTRAINT, "both seeds are of one LA");
	return FAULT_OK;
}

/* Series 1 is for seeds; components and enrollment certificates (2, 4) are the
 * operator's matter, 256 is the root's. */
static enum fault
check_digest(const monarch_revocation_digest *d, struct fault_info *fi)
{
	if (d->series == CRL_SERIES_END_ENTITY)
		return FAULT_OK;
	return fault_set(fi, FAULT_CONSTRAINT,
	    "the MA cannot revoke certificates of series %u", d->series);
}

static enum fault
check_size(const monarch_revocation *r, struct fault_info *fi)
{
	if (r->linkage.n == 0 && r->digests.n == 0)
		return fault_set(
		    fi, FAULT_CONSTRAINT, "a revocation of nothing");
	if (r->linkage.n > LINKAGE_MOST)
		return fault_set(fi, FAULT_CONSTRAINT,
		    "%zu pairs of seeds, more than %u", r->linkage.n,
		    LINKAGE_MOST);
	if (r->digests.n > DIGESTS_MOST)
		return fault_set(fi, FAULT_CONSTRAINT,
		    "%zu digests, more than %u", r->digests.n, DIGESTS_MOST);
	return FAULT_OK;
}

static enum fault
check_period(
    const monarch_revocation *r, uint32_t current, struct fault_info *fi)
{
	if (r->linkage.n == 0)
		return FAULT_OK;
	if (r->i > current)
		return fault_set(fi, FAULT_BUSY,
		    "seeds of period %u, which has not begun", r->i);
	if (r->i + OLD_SEEDS < current)
		return fault_set(fi, FAULT_BAD_TIME,
		    "seeds of period %u, which is over", r->i);
	return FAULT_OK;
}

static enum fault
check(const monarch_revocation *r, uint32_t current, struct fault_info *fi)
{
	TRY(check_size(r, fi));
	for (size_t k = 0; k < r->linkage.n; k++)
		TRY(check_linkage(&r->linkage.v[k], r->i, fi));
	for (size_t k = 0; k < r->digests.n; k++)
		TRY(check_digest(&r->digests.v[k], fi));
	return check_period(r, current, fi);
}

/* ---- signature ---- */

/* By any certificate of the MA that is valid: the present one, or one that a
 * renewal has replaced a moment ago. */
static enum fault
open_signed(struct bytes *payload, struct arena *a, struct crlg *g,
    struct bytes in, const char *name, uint32_t now, struct fault_info *fi)
{
	struct spdu_rules rules = {.psid = PSID_SECURITY,
	    .now = now,
	    .tolerance = (uint32_t)g->environment->time_tolerance_seconds,
	    .max_age = AGE_MOST,
	    .need_generation_time = true};
	struct spdu s;

	/* A certificate laid there since the start counts. */
	TRY(trust_add_folder(g->self.trust, g->known, false, fi));
	TRY(spdu_open(&s, a, in, g->self.trust, &rules, fi));
	if (perm_role(s.signer) != SCMS_MA ||
	    strcmp(cert_name(a, s.signer), name) != 0)
		return fault_set(
		    fi, FAULT_DENIED, "not signed by the MA that sends it");
	if (!s.is_unsecured)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "payload is not unsecuredData");
	*payload = s.payload;
	return FAULT_OK;
}

/* ---- rows ---- */

static enum fault
add_rows(struct db *db, const monarch_revocation *r, struct fault_info *fi)
{
	for (size_t k = 0; k < r->linkage.n; k++) {
		const monarch_revocation_linkage *l = &r->linkage.v[k];

		TRY(DB_RUN(db, DO_LINKAGE_ADD, fi,
		    DB_BLOB(l->la1_id.b, sizeof(l->la1_id.b)),
		    DB_BLOB(l->la2_id.b, sizeof(l->la2_id.b)),
		    DB_BLOB(l->ls1.b, sizeof(l->ls1.b)),
		    DB_BLOB(l->ls2.b, sizeof(l->ls2.b)), DB_INT(r->i),
		    DB_INT(l->i_max), DB_INT(l->j_max)));
	}
	for (size_t k = 0; k < r->digests.n; k++) {
		const monarch_revocation_digest *d = &r->digests.v[k];

		TRY(DB_RUN(db, DO_DIGEST_ADD, fi, DB_INT(d->series),
		    DB_BLOB(d->id.b, sizeof(d->id.b)), DB_INT(d->expiry)));
	}
	return db_run(db, DO_STATE_ASK, NULL, 0, NULL, NULL, fi);
}

static enum fault
write_audit(struct crlg *g, const monarch_revocation *r, struct fault_info *fi)
{
	char id[2 * sizeof(r->revocation_id.b) + 1];

	hex_encode(id, r->revocation_id.b, sizeof(r->revocation_id.b));
	return audit_write(g->service->audit, AUDIT_REVOKE, fi,
	    "revocation=%s linkage=%zu digests=%zu", id, r->linkage.n,
	    r->digests.n);
}

/* With the one that is being taken.  Whoever has the MA's key cannot revoke
 * everybody before somebody looks. */
static enum fault
check_day(struct crlg *g, uint32_t now, struct fault_info *fi)
{
	const struct db_value since = DB_INT((int64_t)now - DAY);
	uint32_t most = g->environment->ma_blacklists_per_day;
	int64_t n;

	TRY(db_run_int(g->db, &n, DO_REVOCATION_COUNT, &since, 1, fi));
	if (n <= most)
		return FAULT_OK;
	return fault_set(fi, FAULT_LIMIT,
	    "more than %" PRIu32 " revocations (ma_blacklists_per_day) in 24 "
	    "hours",
	    most);
}

/* In a transaction.  The line is in the log before the rows are in force. */
static enum fault
store(struct crlg *g, const monarch_revocation *r, uint32_t now,
    struct fault_info *fi)
{
	TRY(DB_RUN(g->db, DO_REVOCATION_ADD, fi,
	    DB_BLOB(r->revocation_id.b, sizeof(r->revocation_id.b)),
	    DB_INT(now)));
	TRY(check_day(g, now, fi));
	TRY(add_rows(g->db, r, fi));
	TRY(write_audit(g, r, fi));
	return db_commit(g->db, fi);
}

static enum fault
store_once(struct crlg *g, const monarch_revocation *r, uint32_t now,
    struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&g->lock);
	if ((f = db_begin(g->db, fi)) == FAULT_OK) {
		f = store(g, r, now, fi);
		db_rollback(g->db);
	}
	pthread_mutex_unlock(&g->lock);
	if (f == FAULT_EXISTS) {
		atomic_fetch_add(&g->repeated, 1);
		return FAULT_OK;
	}
	TRY(f);
	crash_point("crlg-taken");
	atomic_fetch_add(&g->taken, 1);
	log_info("revocation taken: linkage=%zu digests=%zu", r->linkage.n,
	    r->digests.n);
	crlg_wake(g);
	return FAULT_OK;
}

static enum fault
is_known(bool *known, struct crlg *g, const monarch_revocation *r,
    struct fault_info *fi)
{
	const struct db_value id =
	    DB_BLOB(r->revocation_id.b, sizeof(r->revocation_id.b));
	int64_t taken;
	enum fault f;

	pthread_mutex_lock(&g->lock);
	f = db_run_int(g->db, &taken, DO_REVOCATION_FIND, &id, 1, fi);
	pthread_mutex_unlock(&g->lock);
	*known = f == FAULT_OK;
	return f == FAULT_NOT_FOUND ? FAULT_OK : f;
}

static enum fault
take(struct crlg *g, struct arena *a, struct bytes in, const char *name,
    uint32_t now, struct fault_info *fi)
{
	monarch_revocation r;
	struct bytes payload;
	bool known;

	TRY(open_signed(&payload, a, g, in, name, now, fi));
	TRY(coer_decode(&monarch_revocation_asn, &r, a, payload, fi));
	/* What was taken is taken, even if its period is over by now. */
	TRY(is_known(&known, g, &r, fi));
	if (known) {
		atomic_fetch_add(&g->repeated, 1);
		return FAULT_OK;
	}
	TRY(check(&r, environment_period(g->environment, now), fi));
	crash_point("crlg-verified");
	return store_once(g, &r, now, fi);
}

enum fault
crlg_take(struct crlg *g, struct bytes in, const char *name, uint32_t now,
    struct fault_info *fi)
{
	struct arena a = arena_new(4 * in.n + ((size_t)1 << 20));
	enum fault f = take(g, &a, in, name, now, fi);

	arena_free(&a);
	return f;
}

/* ---- HTTP ---- */

static unsigned
status_of(enum fault f)
{
	switch ((int)f) {
	case FAULT_OK:
		return 204;
	case FAULT_BAD_TIME:
		return 409;
	case FAULT_LIMIT:
		return 429;
	case FAULT_BUSY:
	case FAULT_IO:
	case FAULT_STORE:
	case FAULT_TOO_LARGE:
		return 503;
	case FAULT_TRUNCATED:
	case FAULT_TRAILING:
	case FAULT_NOT_CANONICAL:
	case FAULT_CONSTRAINT:
	case FAULT_BAD_MESSAGE:
		return 400;
	default:
		return 401;
	}
}

void
crlg_handle_revocation(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct crlg *g = ctx;
	struct fault_info fi, ignored;
	enum fault f =
	    crlg_take(g, request->body, request->peer, g->now(), &fi);
	unsigned status = status_of(f);

	http_reply(response, status, BYTES_NONE);
	if (f == FAULT_OK)
		return;
	log_warn("revocation refused: %s", fi.text);
	http_set_header(response, "Monarch-Error",
	    arena_printf(request->arena, "%s", fi.text));
	if (status >= 500)
		return;
	atomic_fetch_add(&g->refused, 1);
	if (audit_write(g->service->audit, AUDIT_REFUSAL, &ignored,
		"peer=%s fault=%s", request->peer, fault_name(f)) != FAULT_OK)
		log_error("audit log: %s", ignored.text);
}
