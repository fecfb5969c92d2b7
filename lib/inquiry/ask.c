/* ask.c - see ask.h. */
#include <string.h>

#include "inquiry/ask.h"
#include "inquiry/envelope.h"
#include "inquiry/inquiry.h"
#include "inquiry/why.h"

/* An LA looks through all its chains: 3 s for a million. */
#define TIMEOUT_MS  120000
#define ANSWER_MAX  (1u << 20)
#define HEADERS_MAX 6 /* justification, 4 of the caller, NULL */

enum fault
inquiry_call_http(void *ctx, struct http_result *result, struct arena *arena,
    const struct http_call *call, struct fault_info *fi)
{
	return http_call(ctx, result, arena, call, fi);
}

static enum fault
set_headers(const char *out[HEADERS_MAX], struct arena *arena,
    const struct inquiry_ask *ask, struct fault_info *fi)
{
	size_t n = 0;

	out[n++] = arena_printf(arena, "%s: %s", INQUIRY_HEADER, ask->why);
	if (out[0] == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (const char *const *h = ask->headers; h != NULL && *h != NULL;
	     h++) {
		if (n == HEADERS_MAX - 1)
			return fault_set(fi, FAULT_USAGE, "too many headers");
		out[n++] = *h;
	}
	out[n] = NULL;
	return FAULT_OK;
}

/* The fault with this name; HTTP_STATUS: none. */
static enum fault
fault_named(const char *name)
{
	for (unsigned f = FAULT_OK + 1; name != NULL && f < FAULT_COUNT; f++)
		if (strcmp(fault_name((enum fault)f), name) == 0)
			return (enum fault)f;
	return FAULT_HTTP_STATUS;
}

static enum fault
check_status(const struct http_result *r, struct arena *arena,
    const struct inquiry_ask *ask, struct fault_info *fi)
{
	const char *name = http_result_header(r, arena, "Monarch-Error");
	enum fault f = fault_named(name);

	if (r->status == 200)
		return FAULT_OK;
	if (r->status >= 500)
		f = FAULT_BUSY;
	return fault_set(fi, f, "%s answers %s with status %u, %s", ask->peer,
	    inquiry_path(ask->kind), r->status, name != NULL ? name : "-");
}

static enum fault
post(struct http_result *result, struct arena *arena,
    const struct inquiry_asker *asker, const struct inquiry_ask *ask,
    struct bytes body, struct fault_info *fi)
{
	const char *headers[HEADERS_MAX];
	struct http_call call = {.method = "POST",
	    .headers = headers,
	    .body = body,
	    .limit = ANSWER_MAX,
	    .timeout_ms = TIMEOUT_MS};

	TRY(set_headers(headers, arena, ask, fi));
	call.url = arena_printf(arena, "https://%s:%u%s", ask->peer, ask->port,
	    inquiry_path(ask->kind));
	if (call.url == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(audit_write(asker->audit, AUDIT_QUESTION, fi,
	    "question=%s peer=%s entries=%zu why=\"%s\"",
	    inquiry_path(ask->kind) + 1, ask->peer,
	    inquiry_entries(ask->question, ask->kind), ask->why));
	TRY(asker->call(asker->ctx, result, arena, &call, fi));
	return check_status(result, arena, ask, fi);
}

enum fault
inquiry_ask(struct inquiry_reply *out, struct arena *arena,
    const struct inquiry_asker *asker, const struct inquiry_ask *ask,
    struct fault_info *fi)
{
	const struct envelope_ends ends = {
	    asker->self, asker->folder, ask->peer, inquiry_role(ask->kind)};
	struct envelope answer;
	struct bytes body;
	uint8_t hash[8];

	out->http.sent = false;
	TRY(why_check(ask->why, fi));
	TRY(inquiry_check_question(
	    ask->question, ask->kind, asker->self->name, fi));
	TRY(envelope_seal(&body, hash, arena, &ends, ask->question, fi));
	TRY(post(&out->http, arena, asker, ask, body, fi));
	if (envelope_open(&answer, arena, &ends, out->http.body, fi) !=
	    FAULT_OK)
		return fault_prefix(fi, "answer of %s", ask->peer);
	TRY(inquiry_check_answer(answer.pdu, ask->kind, hash, ask->peer, fi));
	out->pdu = answer.pdu;
	return FAULT_OK;
}
