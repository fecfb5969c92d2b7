/* call.c - see call.h and fleet.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/time32.h"
#include "cert/enrollment.h"
#include "device/message.h"
#include "device/zipfile.h"
#include "tool/fleet/call.h"

#define ANSWER_LIMIT ((size_t)1 << 20)
#define TIMEOUT_MS   60000
#define REFUSALS     6 /* in a row; then a device gives up */

static const struct {
	unsigned code;
	enum fault fault;
	const char *meaning;
} ra_errors[] = {
#define RA_ERROR(code, fault, meaning) {code, FAULT_##fault, meaning},
#include "device/ra_error.def"
#undef RA_ERROR
};

/* ---- what an answer means ---- */

/* By the ECA's codes or the RA's. */
static enum outcome
refused(struct fleet *f, const struct http_result *result, struct arena *arena,
    const struct errand *errand)
{
	const char *code = http_result_header(result, arena, "SCMS-POC-Error");
	const char *text =
	    http_result_header(result, arena, "SCMS-POC-Error-Message");
	unsigned n = code == NULL ? 0 : (unsigned)strtoul(code, NULL, 10);
	enum fault fault = FAULT_HTTP_STATUS;
	char name[32], first[160];

	for (size_t k = 0; k < sizeof(ra_errors) / sizeof(ra_errors[0]); k++)
		if (errand->kind != REQUEST_ENROLLMENT &&
		    ra_errors[k].code == n)
			fault = ra_errors[k].fault;
	if (fault == FAULT_NOT_FOUND) {
		atomic_fetch_add(&f->report.early, 1);
		return OUTCOME_EARLY;
	}
	if (errand->again && fault == FAULT_DENIED)
		return OUTCOME_REFUSED;
	snprintf(name, sizeof(name), "%s %u", fault_name(fault),
	    n != 0 ? n : result->status);
	snprintf(first, sizeof(first), "status %u%s%.100s", result->status,
	    text == NULL ? "" : ": ", text == NULL ? "" : text);
	report_error(&f->report, name, first);
	return result->status >= 502 && result->status <= 504 ? OUTCOME_PASSING
							      : OUTCOME_REFUSED;
}

enum outcome
call_bad(struct fleet *f, const struct fault_info *fi)
{
	report_error(&f->report, fault_name(fi->code), fi->text);
	return OUTCOME_REFUSED;
}

enum outcome
call_http(struct fleet *f, struct http_result *result, struct arena *arena,
    const struct errand *errand, const struct http_call *call)
{
	uint64_t begun = clock_ns();
	struct fault_info fi;
	enum fault fault;

	fault = http_call(errand->client, result, arena, call, &fi);
	if (atomic_load(&f->stopping))
		return OUTCOME_STOPPED;
	if (fault == FAULT_NETWORK || fault == FAULT_TLS) {
		report_error(&f->report, fault_name(fault), fi.text);
		return OUTCOME_PASSING;
	}
	if (fault != FAULT_OK)
		return call_bad(f, &fi);
	report_latency(&f->report, errand->kind, clock_ns() - begun);
	atomic_fetch_add(&f->report.octets, result->body.n + result->head.n);
	return result->status == 200 || result->status == 304
		   ? OUTCOME_DONE
		   : refused(f, result, arena, errand);
}

enum outcome
call_download(struct fleet *f, struct http_result *result, struct arena *arena,
    enum request kind, const char *path, const struct message *m)
{
	char header[4 * MESSAGE_SIZE_MAX / 3 + 64] = "Download-Req: ";
	const char *headers[] = {header, NULL};
	char url[256];
	const struct http_call call = {.url = url,
	    .headers = headers,
	    .limit = ANSWER_LIMIT,
	    .timeout_ms = TIMEOUT_MS};
	const struct errand errand = {f->world.ra_client, kind, false};

	EVP_EncodeBlock(
	    (unsigned char *)header + strlen(header), m->octets, (int)m->n);
	snprintf(url, sizeof(url), "%s%s", f->world.ra_url, path);
	return call_http(f, result, arena, &errand, &call);
}

static enum outcome
post(struct fleet *f, struct http_result *result, struct arena *arena,
    const struct errand *errand, const char *url, const struct message *m)
{
	const struct http_call call = {.method = "POST",
	    .url = url,
	    .body = {m->octets, m->n},
	    .limit = ANSWER_LIMIT,
	    .timeout_ms = TIMEOUT_MS};

	return call_http(f, result, arena, errand, &call);
}

/* ---- enrollment ---- */

static enum fault
take_enrollment(struct fleet *f, struct job *job, struct record *r,
    struct arena *arena, struct bytes answer, struct fault_info *fi)
{
	struct bytes request = {job->message.octets, job->message.n};
	const struct world *w = &f->world;
	uint32_t device = job->message.device;
	struct enrollment e;

	if (is_sample(f, device))
		TRY(enrollment_open(
		    &e, arena, answer, request, w->trust, w->eca, fi));
	else
		TRY(enrollment_read(&e, arena, answer, request, fi));
	return message_take_enrollment(
	    r, w, device, e.certificate, e.reconstruction, fi);
}

/* What was refused is as if it had never been: the next one is new. */
static enum outcome
enroll(struct fleet *f, struct job *job, struct record *r, struct arena *arena)
{
	const struct errand errand = {
	    f->world.eca_client, REQUEST_ENROLLMENT, job->again};
	struct http_result result;
	struct fault_info fi;
	enum outcome outcome;

	outcome =
	    post(f, &result, arena, &errand, f->world.eca_url, &job->message);
	if (outcome == OUTCOME_REFUSED)
		r->enroll_time = 0;
	if (outcome != OUTCOME_DONE)
		return outcome;
	if (take_enrollment(f, job, r, arena, result.body, &fi) != FAULT_OK)
		return call_bad(f, &fi);
	atomic_thread_fence(memory_order_release);
	r->stage = STAGE_ENROLLED;
	return OUTCOME_DONE;
}

/* ---- provisioning ---- */

/* Signed by our RA, for this request. */
static enum fault
check_ack(const struct fleet *f, struct arena *arena, struct bytes answer,
    const uint8_t hash[8], struct fault_info *fi)
{
	const struct identity id = {.trust = f->world.trust, .ra = f->world.ra};
	struct ack ack;

	TRY(message_open_ack(
	    &ack, arena, &id, MONARCH_PSEUDONYM, answer, time32_now(), fi));
	return memcmp(ack.hash, hash, sizeof(ack.hash)) == 0
		   ? FAULT_OK
		   : fault_set(
			 fi, FAULT_BAD_MESSAGE, "ack for another request");
}

static enum fault
take_ack(struct fleet *f, struct job *job, struct record *r,
    struct arena *arena, struct bytes answer, struct fault_info *fi)
{
	const uint8_t *id = digest_id8(r->request_hash);

	sha256(r->request_hash,
	    (struct bytes){job->message.octets, job->message.n});
	sha256(r->ack_hash, answer);
	if (is_sample(f, job->message.device))
		return check_ack(f, arena, answer, id, fi);
	return memmem(answer.p, answer.n, id, 8) != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_BAD_MESSAGE, "no ack for the request");
}

static enum outcome
provision(
    struct fleet *f, struct job *job, struct record *r, struct arena *arena)
{
	const struct errand errand = {
	    f->world.ra_client, REQUEST_PROVISIONING, job->again};
	struct http_result result;
	struct fault_info fi;
	enum outcome outcome;
	char url[256];
	uint16_t i;

	snprintf(url, sizeof(url), "%s/provision-pseudonym-certificate-batch",
	    f->world.ra_url);
	outcome = post(f, &result, arena, &errand, url, &job->message);
	if (outcome == OUTCOME_REFUSED)
		r->provision_time = 0;
	if (outcome != OUTCOME_DONE)
		return outcome;
	if (take_ack(f, job, r, arena, result.body, &fi) != FAULT_OK)
		return call_bad(f, &fi);
	i = (uint16_t)world_period(&f->world);
	record_set_progress(r, (struct progress){i, i, 0});
	atomic_thread_fence(memory_order_release);
	r->stage = STAGE_PROVISIONED;
	return OUTCOME_DONE;
}

/* ---- download ---- */

/* Names and form of what came; samples look inside. */
static enum fault
count_entries(unsigned *n_out, const struct fleet *f, uint32_t i,
    struct arena *arena, struct bytes zip, struct fault_info *fi)
{
	const struct zip_limits limits = {512, 2048, ANSWER_LIMIT};
	struct zip_entry *entry;
	char name[32];
	size_t n;

	TRY(zipfile_read(&entry, &n, arena, zip, &limits, fi));
	if (n != f->world.env.certs_per_i_period)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "batch of %zu entries", n);
	for (size_t j = 0; j < n; j++) {
		snprintf(name, sizeof(name), "%X_%zX", (unsigned)i, j);
		if (entry[j].fault != FAULT_OK || entry[j].data.n == 0 ||
		    strcmp(entry[j].name, name) != 0)
			return fault_set(fi, FAULT_BAD_MESSAGE,
			    "entry %.40s instead of %s", entry[j].name, name);
	}
	*n_out = (unsigned)n;
	return FAULT_OK;
}

static enum outcome
download(
    struct fleet *f, struct job *job, struct record *r, struct arena *arena)
{
	uint32_t device = job->message.device;
	struct progress p = r->progress;
	struct http_result result;
	struct fault_info fi;
	enum outcome outcome;
	unsigned n = 0;

	if (is_sample(f, device) && r->contact_i != world_period(&f->world)) {
		outcome = sample_contact(f, device, r, arena);
		if (outcome != OUTCOME_DONE)
			return outcome;
		r->contact_i = world_period(&f->world);
	}
	outcome = call_download(
	    f, &result, arena, REQUEST_BATCH, "/download/batch", &job->message);
	if (outcome != OUTCOME_DONE)
		return outcome;
	if (count_entries(&n, f, job->i, arena, result.body, &fi) != FAULT_OK)
		return call_bad(f, &fi);
	if (is_sample(f, device) && sample_batch(f, device, job->i, r,
					result.body, arena, &fi) != FAULT_OK)
		return call_bad(f, &fi);
	atomic_fetch_add(&f->report.certificates, n);
	p.next_i = (uint16_t)(job->i + 1);
	p.certificates += n;
	record_set_progress(r, p);
	return OUTCOME_DONE;
}

enum outcome
call_send(struct fleet *f, struct job *job, struct arena *arena)
{
	static enum outcome (*const send[])(
	    struct fleet *, struct job *, struct record *, struct arena *) = {
	    [MESSAGE_ENROLLMENT] = enroll,
	    [MESSAGE_PROVISIONING] = provision,
	    [MESSAGE_DOWNLOAD] = download,
	};
	struct record *r = &f->state.v[job->message.device];
	enum outcome outcome;

	outcome = send[job->message.kind](f, job, r, arena);
	if (outcome == OUTCOME_REFUSED && r->failures < REFUSALS)
		r->failures++;
	else if (outcome == OUTCOME_DONE || outcome == OUTCOME_EARLY)
		r->failures = 0;
	return outcome;
}
