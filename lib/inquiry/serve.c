/* serve.c - questions over HTTP: which fault gets which status. */
#include "base/log.h"
#include "inquiry/inquiry_int.h"
#include "schema/scms_protocol.h"
#include "service/crash.h"

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
	inquiry_write_refusal(q, kind, why, f);
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

void
inquiry_health(struct inquiry *q, struct service_health *health)
{
	health_count(health, "questions", (int64_t)atomic_load(&q->counted));
	health_count(
	    health, "questions_refused", (int64_t)atomic_load(&q->refused));
}
