/* inquiry.c - see inquiry.h: judging, counting. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/time32.h"
#include "inquiry/auditor.h"
#include "inquiry/envelope.h"
#include "inquiry/inquiry_int.h"
#include "inquiry/ledger.h"
#include "inquiry/why.h"
#include "schema/scms_protocol.h"

/* ---- open ---- */

static enum fault
open_ledger(struct inquiry *q, struct fault_info *fi)
{
	char path[PATH_SIZE];

	path_join(path, q->conf.folder, "data");
	TRY(file_mkdir(path, 0700, fi));
	path_join(path, q->conf.folder, "data/inquiry.db");
	return ledger_open(&q->ledger, path, fi);
}

enum fault
inquiry_open(struct inquiry **out, const struct inquiry_conf *conf,
    struct fault_info *fi)
{
	struct inquiry *q = calloc(1, sizeof(*q));
	enum fault f;

	if (q == NULL ||
	    asprintf(&q->ma, "ma.%s", conf->environment->domain) < 0 ||
	    (q->folder = strdup(conf->folder)) == NULL)
		log_fatal("out of memory");
	q->conf = *conf;
	q->conf.folder = q->folder;
	f = open_ledger(q, fi);
	if (f == FAULT_OK && conf->self->enc_key == NULL)
		f = fault_set(
		    fi, FAULT_CONFIG, "cert.oer has no encryption key");
	if (f != FAULT_OK) {
		inquiry_close(q);
		return f;
	}
	*out = q;
	return FAULT_OK;
}

void
inquiry_close(struct inquiry *q)
{
	if (q == NULL)
		return;
	ledger_close(q->ledger);
	free(q->folder);
	free(q->ma);
	free(q);
}

const char *
inquiry_ma(const struct inquiry *q)
{
	return q->ma;
}

static struct envelope_ends
ends_of(const struct inquiry *q)
{
	return (struct envelope_ends){
	    q->conf.self, q->conf.folder, q->ma, SCMS_MA};
}

/* ---- judging ---- */

static enum fault
check_auditors(size_t *n, const struct inquiry *q, struct arena *arena,
    const struct inquiry_question *question, struct fault_info *fi)
{
	unsigned needed = q->conf.environment->auditors_needed;
	struct bytes tbs, *signatures;
	size_t signatures_n;

	TRY(inquiry_tbs(&tbs, arena, question->pdu, question->kind, fi));
	TRY(inquiry_signatures(&signatures, &signatures_n, arena, question->pdu,
	    question->kind, fi));
	if (auditor_count(n, arena, q->conf.self, q->conf.folder, tbs,
		signatures, signatures_n, fi) != FAULT_OK)
		return fault_prefix(fi, "countersignature");
	if (*n < needed)
		return fault_set(fi, FAULT_DENIED,
		    "countersigned by %zu auditors, %u are needed", *n, needed);
	return FAULT_OK;
}

/* What is written into the audit log in the same step as the ledger. */
struct note {
	const struct inquiry *inquiry;
	const struct inquiry_question *question;
	size_t auditors;
};

static enum fault
write_answer(void *ctx, struct fault_info *fi)
{
	const struct note *n = ctx;
	const struct inquiry_question *q = n->question;

	return audit_write(n->inquiry->conf.audit, AUDIT_ANSWER, fi,
	    "question=%s entries=%zu auditors=%zu why=\"%s\"",
	    inquiry_path(q->kind) + 1, inquiry_entries(q->pdu, q->kind),
	    n->auditors, q->why);
}

static enum fault
check_length(const struct inquiry *q, const struct inquiry_question *question,
    struct fault_info *fi)
{
	size_t n = inquiry_entries(question->pdu, question->kind);

	if (n > q->conf.environment->ma_list_most)
		return fault_set(fi, FAULT_TOO_LARGE,
		    "asks about %zu, at most %u are permitted", n,
		    q->conf.environment->ma_list_most);
	return FAULT_OK;
}

static enum fault
judge(struct inquiry_question *out, struct inquiry *q, struct arena *arena,
    struct bytes body, struct fault_info *fi)
{
	const struct envelope_ends ends = ends_of(q);
	struct note note = {q, out, 0};
	struct ledger_entry entry;
	struct envelope e;

	TRY(why_check(out->why, fi));
	TRY(envelope_open(&e, arena, &ends, body, fi));
	out->pdu = e.pdu;
	memcpy(out->hash, e.hash, sizeof(out->hash));
	TRY(inquiry_check_question(e.pdu, out->kind, q->ma, fi));
	TRY(check_auditors(&note.auditors, q, arena, out, fi));
	TRY(check_length(q, out, fi));
	entry = (struct ledger_entry){.seen = e.seen,
	    .kind = out->kind,
	    .purpose = inquiry_purpose(out->kind),
	    .weight = inquiry_weight(e.pdu, out->kind),
	    .time = time32_now()};
	return ledger_enter(
	    q->ledger, &entry, q->conf.per_day, write_answer, &note, fi);
}

void
inquiry_write_refusal(
    struct inquiry *q, enum inquiry_kind kind, const char *why, enum fault f)
{
	bool good = why_check(why, NULL) == FAULT_OK;
	struct fault_info fi;

	atomic_fetch_add(&q->refused, 1);
	if (audit_write(q->conf.audit, AUDIT_REFUSAL, &fi,
		"question=%s fault=%s%s%s%s", inquiry_path(kind) + 1,
		fault_name(f), good ? " why=\"" : "", good ? why : "",
		good ? "\"" : "") != FAULT_OK)
		log_error("%s", fi.text);
}

enum fault
inquiry_receive(struct inquiry_question *out, struct inquiry *q,
    struct arena *arena, enum inquiry_kind kind, struct bytes body,
    const char *why, struct fault_info *fi)
{
	enum fault f;

	*out = (struct inquiry_question){.kind = kind, .why = why};
	f = judge(out, q, arena, body, fi);
	if (f != FAULT_OK)
		inquiry_write_refusal(q, kind, why, f);
	else
		atomic_fetch_add(&q->counted, 1);
	return f;
}

enum fault
inquiry_reply(struct bytes *out, const struct inquiry *q, struct arena *arena,
    const scms_pdu *answer, struct fault_info *fi)
{
	const struct envelope_ends ends = ends_of(q);

	return envelope_seal(out, NULL, arena, &ends, answer, fi);
}
