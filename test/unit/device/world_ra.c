/* world_ra.c - the RA of the world: what it answers to a device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "base/time32.h"
#include "cert/encrypt.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "crypto/hash.h"
#include "schema/scms_protocol.h"
#include "test/unit/device/world_int.h"

#define CRL_STORE "https://crlstore.monarch.test:8894"

void
world_open_request(struct world *w, struct bytes secured, struct request *out)
{
	const struct world_actor *ra = &w->actor[ACTOR_RA];
	struct decryption_key key;
	struct bytes plain;
	struct fault_info fi = {0};

	decryption_key_of_scalar(&key, &ra->encrypt, ra->cert);
	MUST(spdu_decrypt(&plain, &w->call, secured, &key, 1, &fi));
	MUST(request_open(out, &w->call, plain, w->trust, time32_now(), &fi));
	assert_non_null(out->signer);
}

enum fault
world_answer(struct http_result *result, struct arena *arena, unsigned status,
    const char *head, struct bytes body)
{
	struct bytes text = bytes_of_string(head);

	result->status = status;
	result->body = bytes_copy(arena, body);
	result->head = bytes_copy(arena, text);
	return FAULT_OK;
}

enum fault
world_refuse(struct world *w, struct http_result *result, struct arena *arena,
    unsigned code)
{
	char head[128];

	if (w->bare)
		return world_answer(result, arena, 500, "\r\n", BYTES_NONE);
	snprintf(head, sizeof(head),
	    "SCMS-POC-Error: %u\r\nSCMS-POC-Error-Message: no\r\n", code);
	return world_answer(result, arena, 404, head, BYTES_NONE);
}

static const char *
header_of(const struct http_call *call, const char *name)
{
	size_t n = strlen(name);

	for (unsigned k = 0; call->headers != NULL && call->headers[k] != NULL;
	     k++)
		if (strncmp(call->headers[k], name, n) == 0 &&
		    strncmp(call->headers[k] + n, ": ", 2) == 0)
			return call->headers[k] + n + 2;
	return NULL;
}

/* ---- provisioning ---- */

void
world_ack(
    struct world *w, struct bytes *out, struct bytes request, unsigned tag)
{
	scms_pdu pdu = {.version = 1, .content.is = scms_pdu_content_ee_ra};
	ra_ee_pseudonym_cert_provisioning_ack *ack =
	    &pdu.content.ee_ra.ra_ee_pseudonym_cert_provisioning_ack;
	const struct spdu_header header = {.psid = PSID_SECURITY};
	struct fault_info fi = {0};
	struct bytes encoded;

	pdu.content.ee_ra.is = tag;
	ack->version = 1;
	sha256_id(ack->request_hash.b, 8, request);
	ack->reply.is = ra_ee_pseudonym_cert_provisioning_ack_reply_ack;
	ack->reply.ack.cert_dl_time = WORLD_NOW + 7;
	ack->reply.ack.cert_dlurl = bytes_of_string("https://" WORLD_RA);
	MUST(coer_encode_new(&encoded, &w->call, &scms_pdu_asn, &pdu, &fi));
	MUST(spdu_sign(out, &w->call, &header, encoded, SIGNER_DIGEST,
	    &w->actor[ACTOR_RA].signer, &fi));
}

/* The request as it was accepted. */
static struct bytes
accepted(const struct world *w)
{
	return (struct bytes){w->ra->request, w->ra->request_n};
}

static enum fault
post(struct world *w, struct http_result *result, struct arena *arena,
    struct bytes body, struct fault_info *fi)
{
	struct request request;
	struct bytes ack;

	w->ra->posts++;
	if (w->lose_requests > 0) {
		w->lose_requests--;
		return fault_set(fi, FAULT_NETWORK, "lost");
	}
	if (w->ra->request_n == 0) {
		if (w->refuse_code != 0)
			return world_refuse(w, result, arena, w->refuse_code);
		world_open_request(w, body, &request);
		assert_true(body.n <= sizeof(w->ra->request));
		memcpy(w->ra->request, body.p, body.n);
		w->ra->request_n = body.n;
	} else if (!bytes_equal(accepted(w), body)) {
		return world_refuse(w, result, arena, 5057);
	}
	if (w->lose_acks > 0) {
		w->lose_acks--;
		return fault_set(fi, FAULT_NETWORK, "lost");
	}
	world_ack(w, &ack, body,
	    end_entity_ra_interface_pdu_ra_ee_pseudonym_cert_provisioning_ack);
	return world_answer(result, arena, 200, "\r\n", ack);
}

/* ---- downloads ---- */

/* The file name that the Download-Req header asks for. */
static void
filename_of(struct world *w, const struct http_call *call, char out[64])
{
	const char *text = header_of(call, "Download-Req");
	uint8_t *octets = arena_alloc(&w->call, strlen(text), 1);
	const authenticated_download_request *r;
	int n, pad;
	struct request request;

	n = EVP_DecodeBlock(octets, (const uint8_t *)text, (int)strlen(text));
	pad = (text[strlen(text) - 1] == '=') + (text[strlen(text) - 2] == '=');
	assert_true(n > 0);
	world_open_request(
	    w, (struct bytes){octets, (size_t)(n - pad)}, &request);
	assert_int_equal(request.pdu->content.ee_ra.is,
	    end_entity_ra_interface_pdu_ee_ra_authenticated_download_request);
	r = &request.pdu->content.ee_ra.ee_ra_authenticated_download_request;
	assert_true(r->timestamp + 5 >= time32_now() &&
		    r->timestamp <= time32_now() + 5);
	snprintf(
	    out, 64, "%.*s", (int)r->filename.n, (const char *)r->filename.p);
}

static enum fault
send_range(struct world *w, struct http_result *result, struct arena *arena,
    const char *range, struct bytes file)
{
	size_t first, last;
	char head[128];

	w->range_calls++;
	assert_int_equal(sscanf(range, "bytes=%zu-%zu", &first, &last), 2);
	if (first >= file.n)
		return world_answer(result, arena, 416, "\r\n", BYTES_NONE);
	last = last >= file.n ? file.n - 1 : last;
	snprintf(head, sizeof(head), "Content-Range: bytes %zu-%zu/%zu\r\n",
	    first, last, file.n);
	return world_answer(result, arena, 206, head,
	    (struct bytes){file.p + first, last - first + 1});
}

static enum fault
get_batch(struct world *w, struct http_result *result, struct arena *arena,
    const struct http_call *call, struct fault_info *fi)
{
	const char *range = header_of(call, "Range");
	char name[64], hash[17];
	uint8_t id[8];
	unsigned i;

	if (w->deaf)
		return world_refuse(w, result, arena, 5067);
	filename_of(w, call, name);
	sha256_id(id, 8, accepted(w));
	hex_encode(hash, id, 8);
	assert_int_equal(strncasecmp(name, hash, 16), 0);
	assert_int_equal(sscanf(name + 16, "_%X.zip", &i), 1);
	if (i < w->i_first || i > w->i_last)
		return world_refuse(w, result, arena, 5065);
	w->ra->downloads++;
	if (range != NULL)
		return send_range(
		    w, result, arena, range, world_batch(w, accepted(w), i));
	if (w->break_batches > 0) {
		w->break_batches--;
		return fault_set(fi, FAULT_NETWORK, "broken off");
	}
	return world_answer(
	    result, arena, 200, "\r\n", world_batch(w, accepted(w), i));
}

static enum fault
get_file(struct http_result *result, struct arena *arena,
    const struct http_call *call, struct bytes file, const char *name,
    unsigned *sent)
{
	const char *have = header_of(call, "If-None-Match");
	char head[128];

	if (have != NULL && strstr(have, name) != NULL)
		return world_answer(result, arena, 304, "\r\n", BYTES_NONE);
	++*sent;
	snprintf(head, sizeof(head),
	    "Content-Disposition: attachment; filename=\"%s\"\r\n", name);
	return world_answer(result, arena, 200, head, file);
}

static enum fault
call(void *ctx, struct http_result *result, struct arena *arena,
    const struct http_call *call, struct fault_info *fi)
{
	uint8_t info[4];
	struct writer out = writer_of(info, sizeof(info));
	static const char base[] = "https://" WORLD_RA ":8892";
	struct world *w = ctx;
	const char *path = call->url + strlen(base);
	char name[64], lpf_name[64], lccf_name[64];

	snprintf(lpf_name, sizeof(lpf_name), "local_policy_0001_%04u.oer",
	    w->lpf_version);
	snprintf(lccf_name, sizeof(lccf_name),
	    "local_certificate_chains_01_%02u.oer", w->lccf_version);
	w->asked++;
	arena_reset(&w->call);
	if (strcmp(call->url, CRL_STORE "/download-crl") == 0)
		return world_crl_get(
		    w, result, arena, header_of(call, "If-None-Match"));
	assert_int_equal(strncmp(call->url, base, strlen(base)), 0);
	if (strcmp(path, "/provision-pseudonym-certificate-batch") == 0) {
		assert_string_equal(call->method, "POST");
		return post(w, result, arena, call->body, fi);
	}
	if (strcmp(path, "/provision-identity-certificate") == 0)
		return world_single_post(
		    w, MONARCH_IDENTIFICATION, result, arena, call->body, fi);
	if (strcmp(path, "/provision-application-certificate") == 0)
		return world_single_post(
		    w, MONARCH_APPLICATION, result, arena, call->body, fi);
	if (strcmp(path, "/successor-enrollment-certificate") == 0)
		return world_successor(w, result, arena, call->body, fi);
	if (strcmp(path, "/download/batch") == 0)
		return get_batch(w, result, arena, call, fi);
	if (strcmp(path, "/download/local-certificate-chain") == 0)
		return get_file(
		    result, arena, call, w->lccf, lccf_name, &w->lccf_sent);
	if (strcmp(path, "/download/policy/local") == 0)
		return get_file(
		    result, arena, call, w->lpf, lpf_name, &w->lpf_sent);
	if (w->deaf)
		return world_refuse(w, result, arena, 5067);
	filename_of(w, call, name);
	if (strcmp(path, "/download/identity-certificate") == 0)
		return world_single_get(
		    w, MONARCH_IDENTIFICATION, result, arena, name);
	if (strcmp(path, "/download/application-certificate") == 0)
		return world_single_get(
		    w, MONARCH_APPLICATION, result, arena, name);
	assert_string_equal(path, "/download/info");
	assert_non_null(strstr(name, ".info"));
	write_uint(&out, w->info, 4);
	return world_answer(result, arena, 200, "\r\n", BYTES(info));
}

struct transport
world_transport(struct world *w)
{
	return (struct transport){call, w};
}
