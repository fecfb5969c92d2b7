/* eca.c - see eca.h. */
#include <string.h>

#include "enroll/eca.h"

#define ANSWER_MAX 65536u

const char *
eca_client_url(struct arena *arena, const char *address, const char *domain,
    const char *path)
{
	int n = (int)strcspn(address, ":");
	bool whole = memchr(address, '.', (size_t)n) != NULL;

	return arena_printf(arena, "https://%.*s%s%s%s%s", n, address,
	    whole ? "" : ".", whole ? "" : domain, address + n, path);
}

static enum fault
refusal(struct http_result *result, struct arena *arena, struct fault_info *fi)
{
	const char *code = http_result_header(result, arena, "SCMS-POC-Error");
	const char *text =
	    http_result_header(result, arena, "SCMS-POC-Error-Message");

	if (code != NULL && text != NULL && result->status < 500)
		return fault_set(fi, FAULT_DENIED, "error %s, %s", code, text);
	return fault_set(fi, FAULT_HTTP_STATUS,
	    "the ECA answers with status %u%s%s", result->status,
	    text != NULL ? ", " : "", text != NULL ? text : "");
}

/* Whatever is wrong with an answer, it is not a refusal of the ECA. */
static enum fault
recode(struct fault_info *fi)
{
	struct fault_info was = *fi;

	return fault_set(
	    fi, FAULT_BAD_MESSAGE, "answer of the ECA: %s", was.text);
}

enum fault
eca_client_ask(struct bytes *answer, struct enrollment *out,
    struct arena *arena, const struct eca_client *c, struct bytes request,
    struct fault_info *fi)
{
	const struct http_call call = {.method = "POST",
	    .url = c->url,
	    .body = request,
	    .limit = ANSWER_MAX,
	    .timeout_ms = c->timeout_ms};
	struct http_result result;

	TRY(http_call(c->http, &result, arena, &call, fi));
	if (result.status != 200)
		return refusal(&result, arena, fi);
	*answer = result.body;
	if (enrollment_open(out, arena, result.body, request, c->trust, c->eca,
		fi) != FAULT_OK)
		return recode(fi);
	return FAULT_OK;
}
