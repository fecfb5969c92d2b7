/* sample.c - see fleet.h. */
#include <stdio.h>
#include <string.h>

#include "base/time32.h"
#include "cert/chainfile.h"
#include "cert/policy.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "crypto/ecqv.h"
#include "device/response.h"
#include "device/zipfile.h"
#include "schema/dot2.h"
#include "tool/fleet/call.h"

#define FILE_LIMIT ((size_t)1 << 20)
#define TIMEOUT_MS 60000

void
samples_begin(struct samples *s)
{
	memset(s, 0, sizeof(*s));
	pthread_mutex_init(&s->lock, NULL);
}

/* ---- policy, chain file, .info ---- */

static enum fault
check_chain_file(struct fleet *f, struct arena *arena, struct bytes in,
    struct fault_info *fi)
{
	struct chain_file file;

	TRY(chain_file_open(&file, arena, in, fi));
	return trust_add_known(f->world.trust, in, fi);
}

static enum fault
check_policy(struct fleet *f, struct arena *arena, struct bytes in,
    struct fault_info *fi)
{
	struct policy_file policy;

	TRY(policy_open(&policy, arena, in, f->world.trust, time32_now(), fi));
	return lifetime_seconds(policy.global.i_period) ==
		       f->world.env.i_period_seconds
		   ? FAULT_OK
		   : fault_set(fi, FAULT_BAD_MESSAGE, "policy: i-period");
}

static const struct {
	enum request request;
	const char *path;
	enum fault (*check)(
	    struct fleet *, struct arena *, struct bytes, struct fault_info *);
} files[SAMPLE_FILES] = {
    {REQUEST_CHAIN, "/download/local-certificate-chain", check_chain_file},
    {REQUEST_POLICY, "/download/policy/local", check_policy},
};

/* attachment; filename="local_policy_01_01.oer" */
static void
keep_name(struct samples *s, size_t which, const struct http_result *result,
    struct arena *arena)
{
	const char *p =
	    http_result_header(result, arena, "Content-Disposition");

	p = p == NULL ? NULL : strchr(p, '"');
	if (p == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	snprintf(s->name[which], sizeof(s->name[which]), "%.*s",
	    (int)strcspn(p + 1, "\""), p + 1);
	pthread_mutex_unlock(&s->lock);
}

static enum outcome
fetch_file(struct fleet *f, size_t which, struct arena *arena)
{
	char url[256], header[96];
	const char *headers[] = {NULL, NULL};
	const struct http_call call = {.url = url,
	    .headers = headers,
	    .limit = FILE_LIMIT,
	    .timeout_ms = TIMEOUT_MS};
	const struct errand errand = {
	    f->world.ra_client, files[which].request, false};
	struct http_result result;
	struct fault_info fi;
	enum outcome outcome;

	snprintf(url, sizeof(url), "%s%s", f->world.ra_url, files[which].path);
	pthread_mutex_lock(&f->samples.lock);
	snprintf(header, sizeof(header), "If-None-Match: \"%s\"",
	    f->samples.name[which]);
	if (f->samples.name[which][0] != '\0')
		headers[0] = header;
	pthread_mutex_unlock(&f->samples.lock);
	outcome = call_http(f, &result, arena, &errand, &call);
	if (outcome != OUTCOME_DONE || result.status == 304)
		return outcome;
	if (files[which].check(f, arena, result.body, &fi) != FAULT_OK)
		return call_bad(f, &fi);
	keep_name(&f->samples, which, &result, arena);
	return OUTCOME_DONE;
}

static enum outcome
fetch_info(struct fleet *f, uint32_t device, const struct record *r,
    struct arena *arena)
{
	struct message *m = ARENA_NEW(arena, struct message);
	struct message *const one[] = {m};
	struct http_result result;
	struct fault_info fi;
	enum outcome outcome;
	char hex[17];

	hex_encode(hex, digest_id8(r->request_hash), 8);
	if (m == NULL)
		return OUTCOME_REFUSED;
	m->kind = MESSAGE_DOWNLOAD;
	m->device = device;
	m->time = time32_now();
	m->record = r;
	m->filename = arena_printf(arena, "%s.info", hex);
	if (messages_make(&f->world, one, 1, arena, &fi) != FAULT_OK)
		return call_bad(f, &fi);
	outcome =
	    call_download(f, &result, arena, REQUEST_INFO, "/download/info", m);
	if (outcome == OUTCOME_DONE && result.body.n != 4) {
		fault_set(&fi, FAULT_BAD_MESSAGE, ".info of %zu octets",
		    result.body.n);
		return call_bad(f, &fi);
	}
	/* 5069: nothing is expected yet. */
	return outcome == OUTCOME_EARLY ? OUTCOME_DONE : outcome;
}

enum outcome
sample_contact(
    struct fleet *f, uint32_t device, struct record *r, struct arena *arena)
{
	enum outcome outcome = OUTCOME_DONE;

	for (size_t k = 0; k < SAMPLE_FILES && outcome == OUTCOME_DONE; k++)
		outcome = fetch_file(f, k, arena);
	return outcome == OUTCOME_DONE ? fetch_info(f, device, r, arena)
				       : outcome;
}

/* ---- a message ---- */

static enum fault
private_key(struct scalar *out, const struct provision_file *keys,
    struct cert *cert, const struct response *r, struct trust *trust,
    struct fault_info *fi)
{
	const struct butterfly_index index = {r->i, r->j};
	struct ecqv_share share = {.r = r->s};
	struct digest e;

	TRY(trust_check_chain(NULL, trust, cert, TRUST_ANY_TIME, fi));
	cert_ecqv_hash(&e, cert, cert->issuer);
	TRY(butterfly_private(&share.k_u, &keys->certificate.butterfly,
	    &keys->certificate.private, &index, NULL, 1));
	return ecqv_private(out, &share, &e, &cert->key_p256, NULL, 1) ==
		       FAULT_OK
		   ? FAULT_OK
		   : fault_set(fi, FAULT_KEY_MISMATCH, "certificate key");
}

/* A BSM of the first minute of the certificate's life, or of now. */
static enum fault
sign_and_verify(struct fleet *f, const struct provision_file *keys,
    const struct response *r, struct arena *arena, struct fault_info *fi)
{
	uint32_t now = time32_now(), t = r->start > now ? r->start + 60 : now;
	const struct spdu_header header = {.psid = 0x20,
	    .has_generation_time = true,
	    .generation_time = (uint64_t)t * 1000000};
	const struct monarch_rules rules = {.now = t, .psid = 0x20};
	uint8_t payload[MONARCH_BSM_SIZE];
	struct monarch_message message;
	struct monarch_bsm bsm;
	struct signer signer;
	struct scalar d;
	struct bytes spdu;
	struct cert *cert;

	TRY(cert_load(&cert, arena, r->certificate, fi));
	TRY(private_key(&d, keys, cert, r, f->world.trust, fi));
	TRY(signer_of_scalar(&signer, &d, cert, fi));
	monarch_bsm_init(&bsm);
	TRY(monarch_bsm_encode(payload, &bsm, fi));
	TRY(spdu_sign(&spdu, arena, &header, BYTES(payload), SIGNER_CERTIFICATE,
	    &signer, fi));
	TRY(monarch_verify(
	    f->world.stranger, &message, NULL, spdu, &rules, fi));
	atomic_fetch_add(&f->report.signed_messages, 1);
	return bytes_equal(message.payload, BYTES(payload))
		   ? FAULT_OK
		   : fault_set(fi, FAULT_BAD_MESSAGE, "another payload");
}

/* ---- certificates ---- */

static enum fault
note_held(struct held *h, uint32_t device, const struct response *r,
    struct arena *arena, struct fault_info *fi)
{
	certificate *c = ARENA_NEW(arena, certificate);

	if (c == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "certificate");
	TRY(coer_decode(&certificate_asn, c, arena, r->certificate, fi));
	*h = (struct held){device, (uint16_t)r->i, (uint8_t)r->j, {0}};
	memcpy(h->lv, c->to_be_signed.id.linkage_data.linkage_value.b,
	    sizeof(h->lv));
	return FAULT_OK;
}

/* No two of one batch may have the same linkage value. */
static enum fault
hold(struct fleet *f, uint32_t device, const struct response *r, size_t n,
    struct arena *arena, struct fault_info *fi)
{
	struct held *h = ARENA_ARRAY(arena, n, struct held);

	if (h == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "batch");
	for (size_t k = 0; k < n; k++) {
		TRY(note_held(&h[k], device, &r[k], arena, fi));
		for (size_t l = 0; l < k; l++)
			if (memcmp(h[k].lv, h[l].lv, sizeof(h[k].lv)) == 0)
				return fault_set(fi, FAULT_DUPLICATE,
				    "the same linkage value twice");
	}
	return state_hold(&f->state, h, n, fi);
}

static enum fault
check_responses(struct fleet *f, struct response *r, size_t n,
    const struct response_rules *rules, struct arena *arena,
    struct fault_info *fi)
{
	size_t good = response_check(r, n, arena, rules);

	atomic_fetch_add(&f->report.verified, good);
	atomic_fetch_add(&f->report.refused, n - good);
	for (size_t k = 0; k < n; k++)
		if (r[k].verdict != FAULT_OK)
			return fault_set(fi, r[k].verdict,
			    "certificate %X_%X: %s", (unsigned)r[k].i,
			    (unsigned)r[k].j, r[k].step);
	return FAULT_OK;
}

enum fault
sample_batch(struct fleet *f, uint32_t device, uint32_t i,
    const struct record *record, struct bytes zip, struct arena *arena,
    struct fault_info *fi)
{
	const struct zip_limits limits = {512, 2048, FILE_LIMIT};
	struct response_rules rules = {.kind = MONARCH_PSEUDONYM,
	    .trust = f->world.trust,
	    .now = time32_now(),
	    .i_zero = f->world.env.i_zero,
	    .i_seconds = f->world.env.i_period_seconds};
	struct provision_file keys;
	struct zip_entry *entry;
	struct response *r;
	struct cert *own;
	size_t n;

	TRY(zipfile_read(&entry, &n, arena, zip, &limits, fi));
	TRY(cert_load(&own, arena, record_certificate(record), fi));
	derive_caterpillars(&keys, &f->world.seed, device);
	rules.enrollment = own;
	rules.keys = &keys;
	if ((r = ARENA_ARRAY(arena, n + 1, struct response)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "batch");
	for (size_t j = 0; j < n; j++)
		r[j] = (struct response){
		    .i = i, .j = (uint32_t)j, .octets = entry[j].data};
	TRY(check_responses(f, r, n, &rules, arena, fi));
	TRY(hold(f, device, r, n, arena, fi));
	return n == 0
		   ? FAULT_OK
		   : sign_and_verify(f, &keys, &r[(device + i) % n], arena, fi);
}
