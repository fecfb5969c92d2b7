/* enter.c - see enter.h. */
#include <string.h>
#include <time.h>

#include "cert/crl.h"
#include "cert/profile.h"
#include "role/crlg/enter.h"
#include "schema/dot2.h"
#include "service/crash.h"

#define LOOK_MS 50

/* ---- a certificate ---- */

static enum fault
check_series(const struct cert *k, struct fault_info *fi)
{
	switch (k->tbs->crl_series) {
	case CRL_SERIES_PSEUDONYM:
		return fault_set(fi, FAULT_DENIED,
		    "pseudonym certificates (series 1) are revoked by linkage "
		    "seeds, which only the MA can ask for");
	case CRL_SERIES_COMPONENT:
	case CRL_SERIES_END_ENTITY:
	case CRL_SERIES_ENROLLMENT:
		return FAULT_OK;
	case CRL_SERIES_SPECIAL:
		return fault_set(fi, FAULT_DENIED,
		    "a certificate of series 256 is revoked by the root: scms "
		    "crl special");
	default:
		return fault_set(fi, FAULT_DENIED,
		    "a certificate of series %u is on no CRL; roots and "
		    "electors are removed by ballots",
		    k->tbs->crl_series);
	}
}

static enum fault
check_certificate(const struct crlg *g, const struct cert *k, uint32_t now,
    struct fault_info *fi)
{
	TRY(check_series(k, fi));
	if (signers_find(&g->signers, k->tbs->craca_id.b) == NULL)
		return fault_set(fi, FAULT_UNTRUSTED_ROOT,
		    "the certificate is on the CRLs of another root");
	if (k->end <= now)
		return fault_set(fi, FAULT_EXPIRED,
		    "the certificate has ended: nobody accepts it");
	return FAULT_OK;
}

static enum fault
write_audit(
    struct crlg *g, uint16_t series, const uint8_t *id, struct fault_info *fi)
{
	char hex[2 * CRL_ID_SIZE + 1];

	hex_encode(hex, id, CRL_ID_SIZE);
	return audit_write(g->service->audit, AUDIT_REVOKE, fi,
	    "by=operator series=%u digest=%s", series, hex);
}

static enum fault
add(struct crlg *g, const struct cert *k, uint32_t now, struct fault_info *fi)
{
	const struct db_value key[] = {
	    DB_INT(k->tbs->crl_series), DB_BLOB(crl_id_of(k), CRL_ID_SIZE)};
	int64_t expiry;
	enum fault f;

	TRY(check_certificate(g, k, now, fi));
	f = db_run_int(g->db, &expiry, DO_DIGEST_FIND, key, 2, fi);
	if (f == FAULT_OK)
		return fault_set(
		    fi, FAULT_DUPLICATE, "the certificate is revoked already");
	if (f != FAULT_NOT_FOUND)
		return f;
	return DB_RUN(g->db, DO_DIGEST_ADD, fi, key[0], key[1], DB_INT(k->end));
}

/* In a transaction.  The audit log hears of them when none is refused. */
static enum fault
add_all(struct crlg *g, struct arena *a, const struct enter_file *file,
    size_t n, uint32_t now, struct fault_info *fi)
{
	struct cert **k = ARENA_ARRAY(a, n, struct cert *);

	if (k == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "certificates");
	for (size_t m = 0; m < n; m++)
		if (cert_load(&k[m], a, file[m].certificate, fi) != FAULT_OK ||
		    add(g, k[m], now, fi) != FAULT_OK)
			return fault_prefix(fi, "%s", file[m].name);
	for (size_t m = 0; m < n; m++)
		TRY(write_audit(g, k[m]->tbs->crl_series, crl_id_of(k[m]), fi));
	TRY(db_run(g->db, DO_STATE_ASK, NULL, 0, NULL, NULL, fi));
	return db_commit(g->db, fi);
}

enum fault
enter_certificates(struct crlg *g, struct arena *a,
    const struct enter_file *file, size_t n, uint32_t now,
    struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&g->lock);
	if ((f = db_begin(g->db, fi)) == FAULT_OK) {
		f = add_all(g, a, file, n, now, fi);
		db_rollback(g->db);
	}
	pthread_mutex_unlock(&g->lock);
	if (f == FAULT_OK)
		crash_point("crlg-entered");
	return f;
}

enum fault
enter_wish(struct crlg *g, struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&g->lock);
	f = db_run(g->db, DO_STATE_ASK, NULL, 0, NULL, NULL, fi);
	pthread_mutex_unlock(&g->lock);
	return f;
}

/* ---- waiting ---- */

static bool
is_out(const struct crlg_state *s, int64_t asked)
{
	return s->made >= asked && s->pushed >= s->number;
}

enum fault
enter_wait(struct crlg *g, unsigned seconds, struct fault_info *fi)
{
	struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	struct crlg_state s;
	int64_t asked;

	TRY(crlg_state_read(&s, g->db, fi));
	asked = s.asked;
	for (unsigned ms = 0; ms < 1000 * seconds; ms += LOOK_MS) {
		if (is_out(&s, asked))
			return FAULT_OK;
		nanosleep(&pause, NULL);
		TRY(crlg_state_read(&s, g->db, fi));
	}
	return fault_set(fi, FAULT_BUSY,
	    "the CRL store does not have the new CRLs after %u s; the log of "
	    "the CRL generator says why",
	    seconds);
}
