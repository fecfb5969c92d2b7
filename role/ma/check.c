/* check.c - does a report hold?  See intake.h. */
#include <string.h>

#include "misbehavior/evidence.h"
#include "misbehavior/report.h"
#include "role/ma/intake.h"
#include "schema/dot2.h"

static const struct {
	const char *word, *text;
} reasons[] = {
#define REASON(name, word, text) {word, text},
#include "role/ma/reason.def"
#undef REASON
};

const char *
ma_reason_word(enum ma_reason reason)
{
	return reasons[reason].word;
}

const char *
ma_reason_text(enum ma_reason reason)
{
	return reasons[reason].text;
}

/* What is not named here is a matter of the certificate. */
static const struct {
	enum fault fault;
	enum ma_reason reason;
} open_reasons[] = {
    {FAULT_TRUNCATED, MA_REASON_FORM},
    {FAULT_TRAILING, MA_REASON_FORM},
    {FAULT_NOT_CANONICAL, MA_REASON_FORM},
    {FAULT_CONSTRAINT, MA_REASON_FORM},
    {FAULT_UNKNOWN_ALTERNATIVE, MA_REASON_FORM},
    {FAULT_TOO_DEEP, MA_REASON_FORM},
    {FAULT_TOO_LARGE, MA_REASON_FORM},
    {FAULT_BAD_MESSAGE, MA_REASON_FORM},
    {FAULT_BAD_VERSION, MA_REASON_FORM},
    {FAULT_NOT_FOR_US, MA_REASON_SEALED},
    {FAULT_BAD_TAG, MA_REASON_SEALED},
    {FAULT_BAD_SIGNATURE, MA_REASON_SIGNATURE},
    {FAULT_NO_GENERATION_TIME, MA_REASON_TIME},
    {FAULT_GENERATED_IN_FUTURE, MA_REASON_TIME},
    {FAULT_TOO_OLD, MA_REASON_TIME},
    {FAULT_REVOKED, MA_REASON_REVOKED},
};

static enum ma_reason
reason_of(enum fault f)
{
	size_t n = sizeof(open_reasons) / sizeof(open_reasons[0]);

	for (size_t k = 0; k < n; k++)
		if (open_reasons[k].fault == f)
			return open_reasons[k].reason;
	return MA_REASON_CERTIFICATE;
}

void
ma_sender_of(struct ma_sender *out, const struct cert *c)
{
	const certificate_id *id = &c->tbs->id;
	const linkage_data *l = &id->linkage_data;

	memset(out, 0, sizeof(*out));
	memcpy(out->id, c->id, sizeof(out->id));
	out->is_pseudonym = id->is == certificate_id_linkage_data;
	out->is_holder = id->is == certificate_id_binary_id &&
			 id->binary_id.n == sizeof(out->rif);
	if (out->is_holder)
		memcpy(out->rif, id->binary_id.p, sizeof(out->rif));
	if (!out->is_pseudonym)
		return;
	memcpy(out->lv.lv.b, l->linkage_value.b, sizeof(out->lv.lv.b));
	out->lv.i = l->i_cert;
	memcpy(out->lv.issuer, cert_issuer_id(c), sizeof(out->lv.issuer));
}

/* ---- what the database knows of it ---- */

static enum fault
ask(bool *yes, struct ma *ma, unsigned statement, struct db_value value,
    struct fault_info *fi)
{
	int64_t found = 0;
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = db_run_int(ma->db, &found, statement, &value, 1, fi);
	pthread_mutex_unlock(&ma->lock);
	*yes = f == FAULT_OK && found != 0;
	return f == FAULT_NOT_FOUND ? FAULT_OK : f;
}

static enum fault
refuse(enum ma_reason *out, enum ma_reason reason, struct fault_info *fi)
{
	*out = reason;
	return fault_set(fi, FAULT_DENIED, "%s", ma_reason_text(reason));
}

static enum fault
check_known(enum ma_reason *reason, struct ma *ma, const struct ma_report *r,
    struct fault_info *fi)
{
	bool yes;

	TRY(ask(&yes, ma, DO_SENDER_WRONG,
	    DB_BLOB(r->reporter.id, sizeof(r->reporter.id)), fi));
	if (yes)
		return refuse(reason, MA_REASON_REPORTER, fi);
	TRY(ask(&yes, ma, DO_REPORT_IS,
	    DB_BLOB(r->digest.b, sizeof(r->digest.b)), fi));
	return yes ? refuse(reason, MA_REASON_REPEATED, fi) : FAULT_OK;
}

static enum fault
check_enough(enum ma_reason *reason, struct ma *ma, const struct ma_report *r,
    struct fault_info *fi)
{
	const struct db_value args[] = {
	    DB_BLOB(r->suspect.id, sizeof(r->suspect.id)),
	    DB_BLOB(r->reporter.id, sizeof(r->reporter.id))};
	int64_t n;
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = db_run_int(ma->db, &n, DO_REPORTS_BETWEEN, args, 2, fi);
	pthread_mutex_unlock(&ma->lock);
	TRY(f);
	return n < MA_REPORTS_BETWEEN ? FAULT_OK
				      : refuse(reason, MA_REASON_ENOUGH, fi);
}

/* ---- the evidence ---- */

static int64_t
milliseconds(const struct observation *o)
{
	return (int64_t)(o->generated / 1000);
}

static void
set_places(struct ma_report *out, const struct evidence *e)
{
	out->first.latitude = MA_NO_PLACE;
	out->last.latitude = MA_NO_PLACE;
	for (size_t k = e->n; k-- > 0;)
		if (e->seen[k].placed)
			out->first = e->seen[k].place;
	for (size_t k = 0; k < e->n; k++)
		if (e->seen[k].placed)
			out->last = e->seen[k].place;
}

static enum ma_reason
evidence_reason(enum fault f)
{
	if (f == FAULT_TOO_OLD || f == FAULT_GENERATED_IN_FUTURE)
		return MA_REASON_TIME;
	return f == FAULT_DENIED    ? MA_REASON_FOREIGN
	       : f == FAULT_REVOKED ? MA_REASON_OVER
				    : MA_REASON_FORGED;
}

static enum fault
check_evidence(struct ma_report *out, enum ma_reason *reason, struct ma *ma,
    struct arena *arena, const struct opened_report *opened,
    const struct report_rules *rules, struct fault_info *fi)
{
	struct suspicion shown;
	struct evidence e;
	enum fault f;

	f = evidence_open(&e, arena, opened, rules, ma->self.trust, fi);
	if (f != FAULT_OK) {
		*reason = evidence_reason(f);
		return f;
	}
	*reason = MA_REASON_UNSHOWN;
	TRY(evidence_judge(&shown, &e, opened->report.kind, fi));
	ma_sender_of(&out->suspect, e.accused);
	out->words = arena_printf(arena, "%s", shown.text);
	out->began = milliseconds(&e.seen[0]);
	out->ended = milliseconds(&e.seen[e.n - 1]);
	set_places(out, &e);
	return out->words != NULL ? FAULT_OK
				  : fault_set(fi, FAULT_TOO_LARGE, "evidence");
}

enum fault
ma_report_check(struct ma_report *out, enum ma_reason *reason, struct ma *ma,
    struct arena *arena, struct bytes in, uint32_t now, struct fault_info *fi)
{
	const struct report_rules rules = {.now = now,
	    .max_age = MA_REPORT_AGE,
	    .tolerance = ma->environment->time_tolerance_seconds};
	struct opened_report opened;
	enum fault f;

	memset(out, 0, sizeof(*out));
	f = misbehavior_report_open(&opened, arena, in, ma->keys, ma->keys_n,
	    ma->self.trust, &rules, fi);
	*reason = f == FAULT_OK ? MA_REASONS : reason_of(f);
	TRY(f);
	out->digest = opened.digest;
	out->body = opened.signed_report;
	out->taken = now;
	out->made = (uint32_t)(opened.origin.generated / 1000000);
	out->kind = opened.report.kind;
	ma_sender_of(&out->reporter, opened.reporter);
	if (!out->reporter.is_pseudonym)
		return refuse(reason, MA_REASON_NO_PSEUDONYM, fi);
	TRY(check_known(reason, ma, out, fi));
	TRY(check_evidence(out, reason, ma, arena, &opened, &rules, fi));
	*reason = MA_REASONS;
	return check_enough(reason, ma, out, fi);
}
