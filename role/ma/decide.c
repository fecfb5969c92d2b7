/* decide.c - see decide.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "role/ma/decide.h"
#include "role/ma/detect.h"
#include "role/ma/intake.h"
#include "role/ma/revoke.h"
#include "service/crash.h"

#define MEMORY (1u << 20)

static const char *const words[] = {
    [CASE_OPEN] = "open",
    [CASE_REVOKED] = "revoked",
    [CASE_DISMISSED] = "dismissed",
    [CASE_MERGED] = "merged",
    [CASE_FALSE] = "false",
};

/* What was decided, in the audit log. */
static const char *const verbs[] = {
    [CASE_REVOKED] = "revoke",
    [CASE_DISMISSED] = "dismiss",
    [CASE_FALSE] = "discredit",
};

const char *
ma_case_word(enum ma_case_state state)
{
	return (unsigned)state < sizeof(words) / sizeof(words[0]) ? words[state]
								  : "?";
}

/* ---- whom it is about ---- */

static enum fault
got_subject(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct ma_subject *s = ctx;

	s->kind = MA_PSEUDONYM;
	s->lv.i = (uint32_t)db_int(row, 1);
	TRY(db_blob_copy(row, 0, s->lv.lv.b, sizeof(s->lv.lv.b), fi));
	return db_blob_copy(row, 2, s->lv.issuer, sizeof(s->lv.issuer), fi);
}

static enum fault
got_rif(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct ma_subject *s = ctx;

	s->kind = MA_HOLDER;
	return db_blob_copy(row, 0, s->rif, sizeof(s->rif), fi);
}

/* The latest pseudonym certificate will do, since all are of one device; else
 * the holder that an operator named.  The lock is held. */
static enum fault
find_subject(struct ma_subject *out, struct ma *ma, int64_t incident,
    struct fault_info *fi)
{
	*out = (struct ma_subject){.kind = MA_HOLDER + 1};
	TRY(DB_EACH(
	    ma->db, DO_INCIDENT_RIF, got_rif, out, fi, DB_INT(incident)));
	TRY(DB_EACH(ma->db, DO_INCIDENT_SUBJECT, got_subject, out, fi,
	    DB_INT(incident)));
	return out->kind <= MA_HOLDER
		   ? FAULT_OK
		   : fault_set(fi, FAULT_CONSTRAINT,
			 "case %" PRId64 " has no pseudonym certificate: "
			 "--rif names whose enrollment it is about",
			 incident);
}

/* ---- a decision ---- */

static enum fault
check_reason(const char *reason, struct fault_info *fi)
{
	size_t n = strlen(reason);

	for (size_t k = 0; k < n; k++)
		if (reason[k] < ' ' || reason[k] > '~' || reason[k] == '"' ||
		    reason[k] == '\\')
			return fault_set(fi, FAULT_CONSTRAINT,
			    "the reason is not printable ASCII without quotes");
	return n > 0 && n <= MA_REASON_MAX
		   ? FAULT_OK
		   : fault_set(fi, FAULT_CONSTRAINT,
			 "the reason has %zu characters, not 1 to %d", n,
			 MA_REASON_MAX);
}

/* The lock is held. */
static enum fault
check_open(struct ma *ma, int64_t incident, struct fault_info *fi)
{
	const struct db_value args[] = {DB_INT(incident)};
	int64_t state;
	enum fault f;

	f = db_run_int(ma->db, &state, DO_INCIDENT_STATE, args, 1, fi);
	if (f == FAULT_NOT_FOUND)
		return fault_set(fi, f, "no case %" PRId64, incident);
	if (f == FAULT_OK && state != CASE_OPEN)
		return fault_set(fi, FAULT_EXISTS, "case %" PRId64 " is %s",
		    incident, ma_case_word((enum ma_case_state)state));
	return f;
}

/* The lock is held: nobody of this process comes in between; if an operator's
 * command does, the statement changes nothing. */
static enum fault
commit(struct ma *ma, int64_t incident, enum ma_case_state state,
    const char *who, const char *reason, struct fault_info *fi)
{
	enum fault f;

	TRY(db_begin(ma->db, fi));
	f = DB_RUN(ma->db, DO_INCIDENT_DECIDE, fi, DB_INT(incident),
	    DB_INT(state), DB_INT(time32_now()), DB_TEXT(who), DB_TEXT(reason));
	if (f == FAULT_OK && db_changes(ma->db) != 1)
		f = fault_set(fi, FAULT_EXISTS,
		    "case %" PRId64 " was decided a moment ago", incident);
	if (f == FAULT_OK && state == CASE_FALSE)
		f = DB_RUN(ma->db, DO_REPORTERS_WRONG, fi, DB_INT(incident));
	if (f == FAULT_OK && state != CASE_REVOKED)
		f = DB_RUN(ma->db, DO_REPORTS_OVER, fi, DB_INT(incident));
	if (f == FAULT_OK)
		return db_commit(ma->db, fi);
	db_rollback(ma->db);
	return f;
}

static enum fault
decide(struct ma *ma, int64_t incident, enum ma_case_state state,
    const char *who, const char *reason, struct fault_info *fi)
{
	struct ma_subject subject;

	TRY(check_open(ma, incident, fi));
	if (state == CASE_REVOKED)
		TRY(find_subject(&subject, ma, incident, fi));
	TRY(audit_write(ma->service->audit, AUDIT_CASE, fi,
	    "case=%" PRId64 " decision=%s by=%s reason=\"%s\"", incident,
	    verbs[state], who, reason));
	crash_point("ma-case-audited");
	TRY(commit(ma, incident, state, who, reason, fi));
	crash_point("ma-case-decided");
	return FAULT_OK;
}

static enum fault
has_failed(bool *failed, struct ma *ma, int64_t incident, struct fault_info *fi)
{
	struct arena arena = arena_new(MEMORY);
	struct ma_revocation r = {.number = 0};
	enum fault f;

	f = ma_revocation_find(&r, ma, &arena, incident, fi);
	*failed = f == FAULT_OK && r.number != 0 && r.state == MA_FAILED;
	arena_free(&arena);
	return f;
}

/* The decision stands; it is handed over once more. */
static enum fault
decide_again(struct ma *ma, int64_t incident, const char *who,
    const char *reason, struct fault_info *fi)
{
	TRY(audit_write(ma->service->audit, AUDIT_CASE, fi,
	    "case=%" PRId64 " decision=revoke-again by=%s reason=\"%s\"",
	    incident, who, reason));
	return DB_RUN(ma->db, DO_INCIDENT_AGAIN, fi, DB_INT(incident));
}

enum fault
ma_decide(struct ma *ma, int64_t incident, enum ma_case_state state,
    const char *who, const char *reason, struct fault_info *fi)
{
	bool failed = false;
	enum fault f;

	TRY(check_reason(reason, fi));
	if (state == CASE_REVOKED)
		TRY(has_failed(&failed, ma, incident, fi));
	pthread_mutex_lock(&ma->lock);
	f = failed ? decide_again(ma, incident, who, reason, fi)
		   : decide(ma, incident, state, who, reason, fi);
	pthread_mutex_unlock(&ma->lock);
	return f;
}

/* Its own suspect would be revoked, and not whom the operator named.  A
 * transaction is open. */
static enum fault
set_rif(struct ma *ma, int64_t incident, const uint8_t rif[CERT_ID_SIZE],
    struct fault_info *fi)
{
	const struct db_value args[] = {
	    DB_INT(incident), DB_BLOB(rif, CERT_ID_SIZE)};
	int64_t others;

	TRY(check_open(ma, incident, fi));
	TRY(db_run_int(ma->db, &others, DO_INCIDENT_OTHERS, args, 2, fi));
	if (others > 0)
		return fault_set(fi, FAULT_CONSTRAINT,
		    "case %" PRId64 " has a suspect of its own: --rif alone "
		    "revokes somebody else, the case alone its suspect",
		    incident);
	TRY(db_run(ma->db, DO_INCIDENT_SET_RIF, args, 2, NULL, NULL, fi));
	return db_commit(ma->db, fi);
}

enum fault
ma_case_of_rif(struct ma *ma, int64_t *incident,
    const uint8_t rif[CERT_ID_SIZE], struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	if (*incident == 0) {
		f = DB_RUN(ma->db, DO_INCIDENT_ADD, fi, DB_INT(time32_now()),
		    DB_BLOB(rif, CERT_ID_SIZE));
		*incident = db_last_id(ma->db);
	} else {
		if ((f = db_begin(ma->db, fi)) == FAULT_OK)
			f = set_rif(ma, *incident, rif, fi);
		db_rollback(ma->db);
	}
	pthread_mutex_unlock(&ma->lock);
	return f;
}

/* The lock is held. */
static enum fault
add_case_of(int64_t *incident, struct ma *ma, const struct ma_sender *s,
    struct fault_info *fi)
{
	int64_t suspect;

	TRY(db_begin(ma->db, fi));
	TRY(ma_sender_store(&suspect, ma, s, fi));
	TRY(DB_RUN(ma->db, DO_INCIDENT_ADD_SUSPECT, fi, DB_INT(time32_now()),
	    DB_INT(suspect)));
	*incident = db_last_id(ma->db);
	return db_commit(ma->db, fi);
}

enum fault
ma_case_of_certificate(
    struct ma *ma, int64_t *incident, struct cert *c, struct fault_info *fi)
{
	struct ma_sender s;
	enum fault f;

	TRY(trust_check_chain(NULL, ma->self.trust, c, TRUST_ANY_TIME, fi));
	ma_sender_of(&s, c);
	if (s.is_holder)
		return ma_case_of_rif(ma, incident, s.rif, fi);
	if (!s.is_pseudonym)
		return fault_set(fi, FAULT_CONSTRAINT,
		    "neither a pseudonym certificate nor one that names its "
		    "holder");
	pthread_mutex_lock(&ma->lock);
	f = add_case_of(incident, ma, &s, fi);
	db_rollback(ma->db);
	pthread_mutex_unlock(&ma->lock);
	return f;
}

enum fault
ma_apply_policy(struct ma *ma, int64_t incident, struct fault_info *fi)
{
	char reason[MA_REASON_MAX];
	int64_t proved;

	TRY(ma_prove(ma, &proved, incident, fi));
	if (proved == 0)
		return FAULT_OK;
	snprintf(reason, sizeof(reason),
	    "clear: %" PRId64 " different reporters, evidence holds", proved);
	return ma_decide(ma, incident, CASE_REVOKED, MA_POLICY, reason, fi);
}

/* ---- to revoke.h ---- */

struct handing {
	int64_t number;
	char reason[MA_REASON_MAX + 1];
};

static enum fault
got_handing(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct handing *h = ctx;
	const char *reason = db_text(row, 1);

	(void)fi;
	h->number = db_int(row, 0);
	snprintf(h->reason, sizeof(h->reason), "%s",
	    reason != NULL ? reason : "decided");
	return FAULT_OK;
}

static enum fault
next_handing(struct handing *h, struct ma_subject *subject, struct ma *ma,
    struct fault_info *fi)
{
	enum fault f;

	h->number = 0;
	pthread_mutex_lock(&ma->lock);
	f = db_run(ma->db, DO_INCIDENT_TO_REVOKE, NULL, 0, got_handing, h, fi);
	if (f == FAULT_OK && h->number != 0)
		f = find_subject(subject, ma, h->number, fi);
	pthread_mutex_unlock(&ma->lock);
	return f;
}

enum fault
ma_hand_over(struct ma *ma, struct fault_info *fi)
{
	struct ma_subject subject;
	struct handing h;
	enum fault f;

	for (;;) {
		TRY(next_handing(&h, &subject, ma, fi));
		if (h.number == 0)
			return FAULT_OK;
		TRY(ma_revoke(ma, h.number, &subject, h.reason, fi));
		crash_point("ma-case-handed");
		pthread_mutex_lock(&ma->lock);
		f = DB_RUN(ma->db, DO_INCIDENT_HANDED, fi, DB_INT(h.number));
		pthread_mutex_unlock(&ma->lock);
		TRY(f);
	}
}
