/* report.c - POST /process-misbehavior-report; see report.h. */
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "coer/coer.h"
#include "role/ra/ee.h"
#include "role/ra/handlers.h"
#include "role/ra/report.h"
#include "schema/scms_envelopes.h"

/* When a pool began to fill is kept as exactly as a tenth of the time that it
 * may take, so that it does not say when its first report came. */
#define GRAINS 10u

static bool
is_ma(const struct ra *ra, const uint8_t id[CERT_ID_SIZE])
{
	for (size_t k = 0; k < ra->ma_certs_n; k++)
		if (memcmp(ra->ma_certs[k]->id, id, CERT_ID_SIZE) == 0)
			return true;
	return false;
}

static enum fault
check_form(const struct ra *ra, struct arena *arena, struct bytes in,
    struct fault_info *fi)
{
	const sequence_of_recipient_info *to;
	secured_misbehavior_report report;

	TRY(coer_decode(
	    &secured_misbehavior_report_asn, &report, arena, in, fi));
	if (report.content.is != ieee1609_dot2_content_encrypted_data)
		return fault_set(fi, FAULT_BAD_MESSAGE, "not encrypted");
	to = &report.content.encrypted_data.recipients;
	if (to->n != 1 || to->v[0].is != recipient_info_cert_recip_info)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "not encrypted to one certificate");
	if (!is_ma(ra, to->v[0].cert_recip_info.recipient_id.b))
		return fault_set(
		    fi, FAULT_NOT_FOR_US, "not encrypted to %s", ra->ma.name);
	return FAULT_OK;
}

static enum fault
check(const struct ra *ra, const struct http_request *request,
    struct fault_info *fi)
{
	const struct environment *e = ra->environment;

	if (++*request->tally > e->reports_per_connection)
		return fault_set(
		    fi, FAULT_TOO_MANY, "too many over one connection");
	if (request->body.n > e->report_octets)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "%zu octets", request->body.n);
	if (ra->ma_certs_n == 0)
		return fault_set(fi, FAULT_INTERNAL,
		    "no certificate of %s in the folder known", ra->ma.name);
	return check_form(ra, request->arena, request->body, fi);
}

static void
refuse(struct ra *ra, const struct http_request *request,
    struct http_response *response, const struct fault_info *fi)
{
	const struct ee nobody = {.step = EE_STEP_REPORT};

	ee_refuse(ra, &nobody, request, response, fi);
}

static void
reply(struct ra *ra, const struct report *report,
    const struct http_request *request, struct http_response *response)
{
	struct fault_info fi;

	if (report->fault != FAULT_OK) {
		(void)fault_set(&fi, report->fault, "no room for more");
		refuse(ra, request, response, &fi);
		return;
	}
	if (report->is_known)
		ra_count(&ra->reports_repeated);
	http_reply(response, 200, BYTES_NONE);
}

/* One commit for all that are there. */
static void
add_together(void *ctx, const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	struct ra *ra = ctx;
	uint32_t age = ra->environment->report_max_age_seconds;
	struct report reports[HTTP_GATHER_MAX];
	struct fault_info fi;
	enum fault f;

	for (size_t k = 0; k < n; k++)
		reports[k] = (struct report){.octets = requests[k]->body};
	f = reports_add(
	    ra->reports, reports, n, time32_now(), age / GRAINS + 1, &fi);
	for (size_t k = 0; k < n; k++)
		if (f != FAULT_OK)
			refuse(ra, requests[k], responses[k], &fi);
		else
			reply(ra, &reports[k], requests[k], responses[k]);
	if (f == FAULT_OK)
		wake_all(&ra->report);
}

void
ra_report(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct fault_info fi;

	if (check(ctx, request, &fi) != FAULT_OK)
		refuse(ctx, request, response, &fi);
	else
		http_gather_alone(response, add_together);
}
