/* ra.c - one request to the RA, as often as it takes. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "device/device.h"

#define PAUSE_FIRST_MS 200
#define PAUSE_MOST_MS  5000

static const struct {
	unsigned code;
	enum fault fault;
	const char *meaning;
} errors[] = {
#define RA_ERROR(code, fault, meaning) {code, FAULT_##fault, meaning},
#include "device/ra_error.def"
#undef RA_ERROR
};

struct monarch_refusal
monarch_refusal(const struct monarch_device *d)
{
	return d->refusal;
}

static void
sleep_ms(unsigned ms)
{
	struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};

	while (nanosleep(&t, &t) != 0)
		;
}

/* A server that is there and cannot answer now. */
static bool
is_passing(unsigned status)
{
	return status == 502 || status == 503 || status == 504;
}

/* The fault for an answer that is a refusal; the RA's own words if it has
 * any, so that an unknown code is of some use too. */
static enum fault
refuse(struct monarch_device *d, const struct http_result *result,
    struct arena *arena, struct fault_info *fi)
{
	const char *code, *message;
	enum fault fault = FAULT_HTTP_STATUS;

	code = http_result_header(result, arena, "SCMS-POC-Error");
	message = http_result_header(result, arena, "SCMS-POC-Error-Message");
	d->refusal.status = result->status;
	d->refusal.code = code == NULL ? 0 : (unsigned)strtoul(code, NULL, 10);
	d->refusal.meaning =
	    message == NULL ? "no reason given" : "reason unknown here";
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].code == d->refusal.code) {
			fault = errors[i].fault;
			d->refusal.meaning = errors[i].meaning;
		}
	if (d->refusal.code == 0)
		return fault_set(fi, fault,
		    "RA answers with status %u and gives no reason",
		    result->status);
	return fault_set(fi, fault, "RA answers %u: %s%s%.100s",
	    d->refusal.code, d->refusal.meaning, message == NULL ? "" : "; ",
	    message == NULL ? "" : message);
}

static enum fault
call_once(struct monarch_device *d, struct http_result *result,
    struct arena *arena, const struct ra_request *request,
    struct fault_info *fi)
{
	const char *headers[] = {request->header[0], request->header[1], NULL};
	char url[URL_SIZE + 128];
	const struct http_call call = {
	    .method = request->body.n > 0 ? "POST" : "GET",
	    .url = url,
	    .headers = headers,
	    .body = request->body,
	    .limit = request->limit,
	    .timeout_ms = d->settings.timeout * 1000,
	};

	snprintf(url, sizeof(url), "%s%s",
	    request->server != NULL ? request->server : d->identity.url,
	    request->path);
	return d->transport.call(d->transport.ctx, result, arena, &call, fi);
}

/* A TLS handshake that somebody cut short looks like one that failed. */
static bool
worth_another(enum fault fault, const struct http_result *result)
{
	return fault == FAULT_NETWORK || fault == FAULT_TLS ||
	       (fault == FAULT_OK && is_passing(result->status));
}

enum fault
ra_call(struct monarch_device *d, struct http_result *result,
    struct arena *arena, const struct ra_request *request,
    struct fault_info *fi)
{
	struct ra_request one = *request;
	unsigned pause = PAUSE_FIRST_MS;
	enum fault fault;

	d->refusal = (struct monarch_refusal){0};
	for (unsigned attempt = 1;; attempt++) {
		*result = (struct http_result){0};
		if (one.make != NULL)
			TRY(one.make(one.ctx, &one, arena, fi));
		fault = call_once(d, result, arena, &one, fi);
		if (!worth_another(fault, result) ||
		    attempt >= d->settings.attempts)
			break;
		device_tell(d, MONARCH_RETRY,
		    fault == FAULT_OK ? "the server is busy" : fi->text);
		sleep_ms(pause);
		pause = pause * 2 > PAUSE_MOST_MS ? PAUSE_MOST_MS : pause * 2;
	}
	if (fault != FAULT_OK)
		return fault;
	switch (result->status) {
	case 200:
	case 206:
	case 304:
	case 416:
		return FAULT_OK;
	default:
		break;
	}
	if (one.server == NULL)
		return refuse(d, result, arena, fi);
	return fault_set(fi, FAULT_HTTP_STATUS, "%s answers with status %u",
	    one.server, result->status);
}
