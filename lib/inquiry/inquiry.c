/* inquiry.c - see inquiry.h: judging, counting, answering. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/time32.h"
#include "inquiry/auditor.h"
#include "inquiry/envelope.h"
#include "inquiry/inquiry.h"
#include "inquiry/ledger.h"
#include "inquiry/why.h"
#include "schema/scms_protocol.h"
#include "service/crash.h"

struct inquiry {
	struct inquiry_conf conf;
	char *ma, *folder;
	struct ledger *ledger;
};

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
	    .weight = inquiry_weight(e.pdu, out->kind),
	    .time = time32_now()};
	return ledger_enter(
	    q->ledger, &entry, q->conf.per_day, write_answer, &note, fi);
}

/* A refusal that cannot be written down is one all the same. */
static void
write_refusal(
    struct inquiry *q, enum inquiry_kind kind, const char *why, enum fault f)
{
	bool good = why_check(why, NULL) == FAULT_OK;
	struct fault_info fi;

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
		write_refusal(q, kind, why, f);
	return f;
}

enum fault
inquiry_reply(struct bytes *out, const struct inquiry *q, struct arena *arena,
    const scms_pdu *answer, struct fault_info *fi)
{
	const struct envelope_ends ends = ends_of(q);

	return envelope_seal(out, NULL, arena, &ends, answer, fi);
}

/* ---- HTTP ---- */

static unsigned
status_of(enum fault f)
{
	switch ((unsigned)f) {
	case FAULT_TRUNCATED:
	case FAULT_TRAILING:
	case FAULT_NOT_CANONICAL:
	case FAULT_CONSTRAINT:
	case FAULT_UNKNOWN_ALTERNATIVE:
	case FAULT_TOO_DEEP:
	case FAULT_BAD_MESSAGE:
	case FAULT_BAD_VERSION:
	case FAULT_BAD_TIME:
	case FAULT_NOT_FOR_US:
	case FAULT_BAD_TAG:
	case FAULT_USAGE:
		return 400;
	case FAULT_REPLAYED:
		return 409;
	case FAULT_TOO_LARGE:
		return 413;
	case FAULT_LIMIT:
		return 429;
	case FAULT_IO:
	case FAULT_STORE:
	case FAULT_BUSY:
	case FAULT_CONFIG:
	case FAULT_INTERNAL:
		return 503;
	default:
		return 401; /* not genuine, one way or another */
	}
}

static void
fail(struct http_response *response, enum inquiry_kind kind, enum fault f,
    const struct fault_info *fi)
{
	log_warn("%s not answered: %s", inquiry_path(kind), fi->text);
	http_reply(response, status_of(f), BYTES_NONE);
	response->headers_n = 0;
	http_set_header(response, "Monarch-Error", fault_name(f));
	if (response->status == 503)
		http_set_header(response, "Retry-After", "1");
}

void
inquiry_refuse(struct inquiry *q, enum inquiry_kind kind, const char *why,
    struct http_response *response, enum fault f, const struct fault_info *fi)
{
	write_refusal(q, kind, why, f);
	fail(response, kind, f, fi);
}

static enum fault
make_answer(struct bytes *out, struct inquiry *q, struct arena *arena,
    const struct inquiry_question *question, struct http_response *response,
    inquiry_answer_fn *answer, void *ctx, struct fault_info *fi)
{
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);

	if (pdu == NULL)
		return fault_set(fi, FAULT_INTERNAL, "no memory");
	inquiry_begin_answer(
	    pdu, question->kind, question->hash, q->conf.self->name);
	TRY(answer(pdu, ctx, arena, question, response, fi));
	return inquiry_reply(out, q, arena, pdu, fi);
}

void
inquiry_serve(struct inquiry *q, enum inquiry_kind kind,
    const struct http_request *request, struct http_response *response,
    inquiry_answer_fn *answer, void *ctx)
{
	const char *why = http_header(request, INQUIRY_HEADER);
	struct fault_info fi = {.code = FAULT_OK};
	struct inquiry_question question;
	struct bytes out;
	enum fault f;

	f = inquiry_receive(
	    &question, q, request->arena, kind, request->body, why, &fi);
	if (f != FAULT_OK) {
		fail(response, kind, f, &fi);
		return;
	}
	if (q->conf.counted != NULL)
		crash_point(q->conf.counted);
	f = make_answer(
	    &out, q, request->arena, &question, response, answer, ctx, &fi);
	if (f != FAULT_OK)
		inquiry_refuse(q, kind, why, response, f, &fi);
	else
		http_reply(response, 200, out);
}
