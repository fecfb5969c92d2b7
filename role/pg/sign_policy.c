/* sign_policy.c - POST /sign-policy: a custom policy of an RA, signed by the
 * PG if it keeps to the global one. */
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "role/pg/pg.h"
#include "schema/scms_protocol.h"

#define MICROSECONDS 1000000u

/* Reads the request down to the encoded custom policy. */
static enum fault
read_request(struct bytes *tbs, struct arena *arena, struct bytes request,
    struct fault_info *fi)
{
	const ra_pg_interface_pdu *content;
	scms_pdu pdu;

	TRY(coer_decode(&scms_pdu_asn, &pdu, arena, request, fi));
	content = &pdu.content.ra_pg;
	if (pdu.content.is != scms_pdu_content_ra_pg ||
	    content->is != ra_pg_interface_pdu_ra_pg_policy_signature_request)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "not a RaPgPolicySignatureRequest");
	return coer_encode_new(tbs, arena, &to_be_signed_policy_data_asn,
	    &content->ra_pg_policy_signature_request.tbs, fi);
}

static enum fault
judge(struct pg *pg, struct arena *arena, struct bytes tbs, const char *peer,
    uint32_t now, struct fault_info *fi)
{
	struct policy_file custom, global;
	struct bytes file;
	const char *name;

	TRY(policy_read_tbs(&custom, arena, POLICY_CUSTOM, tbs, now, fi));
	if (custom.ra_hostname == NULL || strcmp(custom.ra_hostname, peer) != 0)
		return fault_set(
		    fi, FAULT_DENIED, "requestingRaHostname is not %s", peer);
	TRY(pg_global_policy(pg, &file, &name, arena, fi));
	TRY(policy_open(&global, arena, file, pg->self.trust, now, fi));
	return policy_check_custom(
	    &custom.set, &global.set, now * (uint64_t)MICROSECONDS, fi);
}

/* Countersigns; the signed file goes into the reply in its decoded form. */
static enum fault
sign(struct pg *pg, base_policy_file *out, struct arena *arena,
    struct bytes tbs, uint32_t now, struct fault_info *fi)
{
	struct bytes base;

	TRY(policy_countersign(&base, arena, tbs, (uint64_t)now * MICROSECONDS,
	    &pg->self.signer, fi));
	return coer_decode(&base_policy_file_asn, out, arena, base, fi);
}

static ra_pg_error
number_of(enum fault f)
{
	if (f == FAULT_DENIED)
		return ra_pg_error_ra_pg_policy_error;
	return f == FAULT_BAD_MESSAGE ? ra_pg_error_ra_pg_malformed_request
				      : ra_pg_error_ra_pg_signature_failed;
}

enum fault
pg_sign_policy(struct pg *pg, struct bytes *reply, struct arena *arena,
    struct bytes request, const char *peer, uint32_t now, struct fault_info *fi)
{
	ra_pg_policy_signature_request_reply_msg *msg;
	scms_pdu pdu = {.version = 1};
	struct bytes tbs;
	enum fault f;

	pdu.content.is = scms_pdu_content_ra_pg;
	pdu.content.ra_pg.is =
	    ra_pg_interface_pdu_ra_pg_policy_signature_request_reply;
	msg = &pdu.content.ra_pg.ra_pg_policy_signature_request_reply;
	msg->version = 1;
	msg->signed_file.is =
	    ra_pg_policy_signature_request_reply_msg_signed_file_success;
	if (read_request(&tbs, arena, request, fi) != FAULT_OK)
		f = FAULT_BAD_MESSAGE;
	else if ((f = judge(pg, arena, tbs, peer, now, fi)) == FAULT_OK)
		f = sign(pg, &msg->signed_file.success, arena, tbs, now, fi);
	if (f != FAULT_OK) {
		msg->signed_file.is =
		    ra_pg_policy_signature_request_reply_msg_signed_file_failure;
		msg->signed_file.failure = number_of(f);
	}
	TRY(coer_encode_new(
	    reply, arena, &scms_pdu_asn, &pdu, f == FAULT_OK ? fi : NULL));
	return f == FAULT_OK ? f : FAULT_DENIED;
}

void
pg_handle_sign(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct pg *pg = ctx;
	struct fault_info fi;
	struct bytes reply;
	const char *why;
	enum fault f;

	f = pg_sign_policy(pg, &reply, request->arena, request->body,
	    request->peer, time32_now(), &fi);
	if (f != FAULT_OK && f != FAULT_DENIED) {
		log_error("policy signature: %s", fi.text);
		http_reply(response, 503, BYTES_NONE);
		return;
	}
	http_reply(response, 200, reply);
	if (f == FAULT_OK) {
		atomic_fetch_add(&pg->signatures, 1);
		log_info("policy signed client=%s", request->peer);
		return;
	}
	atomic_fetch_add(&pg->refused, 1);
	log_info("policy refused client=%s: %s", request->peer, fi.text);
	if ((why = arena_printf(request->arena, "%s", fi.text)) != NULL)
		http_set_header(response, "SCMS-POC-Error-Message", why);
}
