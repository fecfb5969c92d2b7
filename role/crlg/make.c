/* make.c - see make.h. */
#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "cert/profile.h"
#include "role/crlg/entries.h"
#include "role/crlg/make.h"
#include "role/crlg/outside.h"
#include "service/crash.h"

/* About 1.5 million devices. */
#define MEMORY ((size_t)512 << 20)

#define OWN_SERIES 4 /* CRL_SERIES_PSEUDONYM to CRL_SERIES_ENROLLMENT */

struct making {
	struct crlg *g;
	struct arena arena;
	uint32_t now, i;
	struct crlg_state before, after;
	struct outside outside;
	struct bytes list[OWN_SERIES * SIGNERS_MOST + OUTSIDE_MOST];
	size_t lists, entries; /* entries: of one root */
	bool silent;	       /* nothing of our own */
	struct bytes composite;
};

/* ---- when ---- */

/* Whoever has two lists must know which is newer. */
static enum fault
check_newer(const struct crlg_state *s, uint32_t now, struct fault_info *fi)
{
	if (s->number == 0 || now > s->issued)
		return FAULT_OK;
	if (now == s->issued)
		return fault_set(
		    fi, FAULT_BUSY, "CRLs were issued in this very second");
	return fault_set(fi, FAULT_BAD_TIME,
	    "the latest CRLs were issued %" PRIu32 " s later than now",
	    s->issued - now);
}

enum fault
make_is_due(bool *due, struct crlg *g, struct fault_info *fi)
{
	struct crlg_state s;
	uint32_t now;
	enum fault f;

	pthread_mutex_lock(&g->lock);
	now = g->now();
	f = crlg_state_read(&s, g->db, fi);
	pthread_mutex_unlock(&g->lock);
	TRY(f);
	*due = s.asked > s.made || now >= s.next;
	f = check_newer(&s, now, fi);
	return f == FAULT_BUSY && !*due ? FAULT_OK : f;
}

/* ---- lists ---- */

/* 255 stands for "many": the date of issue tells lists apart. */
static uint32_t
next_index(const struct crlg_state *s, uint32_t i)
{
	if (s->number > 0 && s->i != i)
		return 0;
	/* The ceremony made one before the first of ours. */
	return s->index_within_i < UINT8_MAX ? s->index_within_i + 1
					     : UINT8_MAX;
}

static void
decide(struct making *m)
{
	uint64_t next = (uint64_t)m->now +
			(uint64_t)m->g->environment->crl_interval_seconds;

	m->after = m->before;
	m->after.made = m->before.asked;
	m->after.number = m->before.number + 1;
	m->after.issued = m->now;
	m->after.next = next < UINT32_MAX ? (uint32_t)next : UINT32_MAX;
	m->after.index_within_i = next_index(&m->before, m->i);
	m->after.i = m->i;
}

static enum fault
sign_list(struct making *m, const struct crlg_signer *by, uint16_t series,
    struct fault_info *fi)
{
	struct crl crl = {.series = series,
	    .issued = m->after.issued,
	    .next = m->after.next,
	    .i_rev = (uint16_t)m->after.i,
	    .index_within_i = (uint8_t)m->after.index_within_i,
	    .serial = (uint32_t)m->after.number};

	memcpy(crl.craca, by->craca, sizeof(crl.craca));
	TRY(entries_read(&crl, &m->arena, m->g->db, fi));
	m->entries += crl.entries;
	for (size_t k = 0; k < crl.groups; k++)
		m->entries += crl.group[k].n;
	return crl_sign(&m->list[m->lists++], &m->arena, &crl, &by->signer, fi);
}

/* Of a signer that is over or revoked nobody wants any. */
static enum fault
sign_own(struct making *m, struct fault_info *fi)
{
	const struct signers *all = &m->g->signers;

	m->silent = true;
	for (size_t n = 0; n < all->n; n++) {
		const struct crlg_signer *by = &all->v[n];

		if (by->cert->end <= m->now ||
		    outside_revokes(&m->outside, by->cert))
			continue;
		m->silent = false;
		m->entries = 0;
		for (uint16_t k = 0; k < OWN_SERIES; k++)
			TRY(sign_list(m, by, CRL_SERIES_PSEUDONYM + k, fi));
	}
	return FAULT_OK;
}

/* The earliest nextCrl of the lists that only people can renew. */
static void
note_due(struct making *m)
{
	uint32_t due = 0;

	for (size_t k = 0; k < m->outside.specials; k++)
		if (due == 0 || m->outside.special[k].next < due)
			due = m->outside.special[k].next;
	atomic_store(&m->g->special_due, due);
}

static enum fault
compose(struct making *m, struct fault_info *fi)
{
	const struct outside *o = &m->outside;
	struct crl_parts parts = {.list = m->list,
	    .root_ballot = o->root,
	    .root_ballots = o->roots,
	    .elector_ballot = o->elector,
	    .elector_ballots = o->electors};

	TRY(sign_own(m, fi));
	note_due(m);
	for (size_t k = 0; k < o->specials; k++)
		m->list[m->lists++] = o->special[k].raw;
	parts.lists = m->lists;
	return crl_composite_build(&m->composite, &m->arena, &parts, fi);
}

/* ---- commit ---- */

static enum fault
write_audit(struct making *m, struct fault_info *fi)
{
	char hex[2 * SHA256_SIZE + 1];
	uint8_t hash[SHA256_SIZE];

	sha256(hash, m->composite);
	hex_encode(hex, hash, sizeof(hash));
	return audit_write(m->g->service->audit, AUDIT_CRL, fi,
	    "number=%" PRId64 " issued=%" PRIu32 " lists=%zu entries=%zu "
	    "composite=%s",
	    m->after.number, m->after.issued, m->lists, m->entries, hex);
}

static enum fault
store(struct making *m, struct fault_info *fi)
{
	const struct crlg_state *s = &m->after;
	struct db *db = m->g->db;

	TRY(DB_RUN(db, DO_COMPOSITE_SET, fi, DB_INT(s->number),
	    DB_BYTES(m->composite)));
	TRY(DB_RUN(db, DO_STATE_MADE, fi, DB_INT(s->made), DB_INT(s->number),
	    DB_INT(s->issued), DB_INT(s->next), DB_INT(s->i),
	    DB_INT(s->index_within_i)));
	TRY(write_audit(m, fi));
	crash_point("crlg-signed");
	TRY(db_commit(db, fi));
	crash_point("crlg-made");
	return FAULT_OK;
}

static enum fault
in_transaction(struct making *m, struct fault_info *fi)
{
	struct db *db = m->g->db;

	TRY(crlg_state_read(&m->before, db, fi));
	decide(m);
	TRY(entries_drop(db, m->i, m->now, fi));
	TRY(outside_read(&m->outside, &m->arena, m->g, m->now, fi));
	TRY(compose(m, fi));
	return store(m, fi);
}

/* Seeds cannot go back, and under an earlier iRev they would tell receivers
 * that other certificates are revoked. */
static enum fault
check_seeds(struct making *m, struct fault_info *fi)
{
	int64_t latest;

	TRY(db_run_int(m->g->db, &latest, DO_LINKAGE_LATEST, NULL, 0, fi));
	if (latest > m->i)
		return fault_set(fi, FAULT_BUSY,
		    "there are seeds of period %" PRId64 ", and it is %" PRIu32,
		    latest, m->i);
	return FAULT_OK;
}

static enum fault
make_locked(struct making *m, struct fault_info *fi)
{
	struct db *db = m->g->db;
	enum fault f;

	m->now = m->g->now();
	m->i = environment_period(m->g->environment, m->now);
	TRY(crlg_state_read(&m->before, db, fi));
	TRY(check_newer(&m->before, m->now, fi));
	TRY(check_seeds(m, fi));
	TRY(entries_evolve(db, m->i, fi));
	TRY(db_begin(db, fi));
	f = in_transaction(m, fi);
	db_rollback(db);
	return f;
}

enum fault
make_composite(struct crlg *g, struct fault_info *fi)
{
	struct making m = {.g = g, .arena = arena_new(MEMORY)};
	enum fault f;

	pthread_mutex_lock(&g->lock);
	f = make_locked(&m, fi);
	pthread_mutex_unlock(&g->lock);
	if (f == FAULT_OK)
		log_info("composite CRL %" PRId64 ": lists=%zu entries=%zu "
			 "octets=%zu",
		    m.after.number, m.lists, m.entries, m.composite.n);
	if (f == FAULT_OK && m.silent)
		log_error("our certificate is over or revoked: nothing is "
			  "signed");
	arena_free(&m.arena);
	return f;
}
