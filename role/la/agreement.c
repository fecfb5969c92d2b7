/* agreement.c - see agreement.h. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "crypto/random.h"
#include "plv/message.h"
#include "role/la/agreement.h"
#include "schema/scms_protocol.h"
#include "service/crash.h"

/* A message of one of our PCAs, which says so itself. */
static enum fault
check_pca(const struct la_side *side, const struct plv_message *m,
    struct bytes pca_id, struct fault_info *fi)
{
	if (la_pca_named(side->pcas, bytes_of_string(m->signer_name)) == NULL)
		return fault_set(fi, FAULT_DENIED, "%s is not a PCA of ours",
		    m->signer_name);
	if (!bytes_equal(pca_id, bytes_of_string(m->signer_name)))
		return fault_set(fi, FAULT_DENIED,
		    "message of %s in the name of another", m->signer_name);
	return FAULT_OK;
}

/* ---- request ---- */

static enum fault
check_request(const struct la_side *side, const struct plv_message *m,
    struct fault_info *fi)
{
	const pca_la_key_agreement_request_msg *r =
	    &m->pdu->pca_la_key_agreement_request;

	if (m->pdu->is != la_pca_interface_pdu_pca_la_key_agreement_request)
		return fault_set(fi, FAULT_BAD_MESSAGE, "not a request");
	TRY(check_pca(side, m, r->pca_id, fi));
	if (r->pca_certificate != NULL &&
	    !bytes_equal(r->pca_certificate->raw, m->signer->raw))
		return fault_set(fi, FAULT_DENIED,
		    "the certificate in the request is not the signer's");
	if (plv_ring_has_request(side->ring, m->hash))
		return fault_set(fi, FAULT_REPLAYED,
		    "this request has led to a key already");
	return FAULT_OK;
}

/* Dates that make no sense get an answer that says so; a request from before
 * our latest key is an old one that somebody has kept. */
static int
date_error(const struct la_side *side, const struct plv_message *m)
{
	const pca_la_key_agreement_request_msg *r =
	    &m->pdu->pca_la_key_agreement_request;

	if (r->start_date >= r->end_date ||
	    r->start_date < plv_ring_latest(side->ring, m->signer_name))
		return la_pca_error_code_invalid_start_time;
	if (r->end_date <= time32_now())
		return la_pca_error_code_invalid_end_time;
	return -1;
}

/* The agreement as of now; the same request again finds the same. */
static enum fault
contribute(struct plv_agreement *a, struct arena *arena,
    const struct la_side *side, const struct plv_message *m,
    struct fault_info *fi)
{
	const pca_la_key_agreement_request_msg *r =
	    &m->pdu->pca_la_key_agreement_request;
	enum fault f;

	if (!perm_la_id(a->la_id, side->self->cert))
		return fault_set(
		    fi, FAULT_CONFIG, "our certificate is not that of an LA");
	if (strlen(m->signer_name) >= sizeof(a->peer))
		return fault_set(fi, FAULT_TOO_LARGE, "name of the PCA");
	TRY(plv_contribution_open(
	    a->r_pca, arena, &r->enc_r_pca, &side->self->decryption, fi));
	memcpy(a->request_hash, m->hash, sizeof(a->request_hash));
	(void)snprintf(a->peer, sizeof(a->peer), "%s", m->signer_name);
	a->start = r->start_date;
	a->end = r->end_date;
	random_bytes(a->r_la, sizeof(a->r_la));
	f = plv_pending_save(side->folder, a, fi);
	if (f == FAULT_EXISTS)
		f = plv_pending_load(a, side->folder, m->hash, fi);
	TRY(f);
	crash_point("la-agree-pending");
	return plv_pending_forget(side->folder, a, fi);
}

static enum fault
sign_response(struct bytes *out, struct arena *arena,
    const struct la_side *side, const struct plv_message *m,
    const struct plv_agreement *a, int error, struct fault_info *fi)
{
	la_pca_interface_pdu pdu = {
	    .is = la_pca_interface_pdu_la_pca_key_agreement_response};
	la_pca_key_agreement_response_msg *r =
	    &pdu.la_pca_key_agreement_response;
	struct plv_key key;

	r->version = 1;
	memcpy(r->request_hash.b, m->hash, sizeof(m->hash));
	r->la_id = bytes_of_string(side->self->name);
	TRY(plv_contribution_seal(&r->enc_r_la, arena, a->r_la, m->signer, fi));
	if (error >= 0) {
		r->reply.is = la_pca_key_agreement_response_msg_reply_failure;
		r->reply.failure.is = scms_error_la_pca;
		r->reply.failure.la_pca.is = la_pca_error_la_pca;
		r->reply.failure.la_pca.la_pca = (la_pca_error_code)error;
	} else {
		plv_key_derive(&key, a);
		plv_key_mac(r->reply.success.b, &key, "scms-la");
		wipe(&key, sizeof(key));
	}
	return plv_message_sign(out, arena, &pdu, &side->self->signer, fi);
}

static enum fault
respond(struct bytes *response, struct plv_agreement *a, struct arena *arena,
    const struct la_side *side, struct bytes request, struct fault_info *fi)
{
	struct plv_message m;
	int error;

	TRY(plv_message_open(&m, arena, request, side->self, SCMS_PCA, fi));
	TRY(check_request(side, &m, fi));
	error = date_error(side, &m);
	if (error < 0)
		TRY(contribute(a, arena, side, &m, fi));
	TRY(sign_response(response, arena, side, &m, a, error, fi));
	if (error >= 0)
		return fault_set(fi, FAULT_BAD_TIME,
		    "the dates of the request make no sense: %s",
		    coer_name_of(
			&la_pca_error_code_asn, (la_pca_error_code)error));
	return FAULT_OK;
}

enum fault
la_agreement_respond(struct bytes *response, struct arena *arena,
    const struct la_side *side, struct bytes request, struct fault_info *fi)
{
	struct plv_agreement a = {.start = 0};
	enum fault f;

	*response = BYTES_NONE;
	f = respond(response, &a, arena, side, request, fi);
	wipe(&a, sizeof(a));
	return f;
}

/* ---- ack ---- */

static enum fault
check_ack(struct plv_agreement *a, const struct la_side *side,
    const struct plv_message *m, struct fault_info *fi)
{
	const pca_la_key_agreement_ack_msg *r =
	    &m->pdu->pca_la_key_agreement_ack;
	uint8_t mac[SHA256_SIZE];
	struct plv_key key;
	enum fault f;

	if (m->pdu->is != la_pca_interface_pdu_pca_la_key_agreement_ack)
		return fault_set(fi, FAULT_BAD_MESSAGE, "not an ack");
	TRY(check_pca(side, m, r->pca_id, fi));
	if (r->reply.is != pca_la_key_agreement_ack_msg_reply_success)
		return fault_set(
		    fi, FAULT_DENIED, "the PCA has refused our response");
	f = plv_pending_load(a, side->folder, r->request_hash.b, fi);
	if (f == FAULT_NOT_FOUND &&
	    plv_ring_has_request(side->ring, r->request_hash.b))
		return fault_set(fi, FAULT_REPLAYED,
		    "this agreement has led to a key already");
	TRY(f);
	if (strcmp(m->signer_name, a->peer) != 0)
		return fault_set(fi, FAULT_DENIED,
		    "ack of %s to an agreement with %s", m->signer_name,
		    a->peer);
	plv_key_derive(&key, a);
	plv_key_mac(mac, &key, "scms-pca");
	wipe(&key, sizeof(key));
	if (!ct_equal(mac, r->reply.success.b, sizeof(mac)))
		return fault_set(fi, FAULT_BAD_TAG,
		    "invalidMacValue: the PCA has another key");
	return FAULT_OK;
}

static enum fault
finish(struct plv_agreement *a, struct arena *arena, const struct la_side *side,
    struct bytes ack, struct fault_info *fi)
{
	struct plv_message m;

	TRY(plv_message_open(&m, arena, ack, side->self, SCMS_PCA, fi));
	TRY(check_ack(a, side, &m, fi));
	TRY(plv_key_save(side->folder, a, fi));
	crash_point("la-agree-finished");
	TRY(plv_ring_refresh(side->ring, fi));
	return plv_pending_remove(side->folder, a, fi);
}

enum fault
la_agreement_finish(struct arena *arena, const struct la_side *side,
    struct bytes ack, struct fault_info *fi)
{
	struct plv_agreement a = {.start = 0};
	enum fault f = finish(&a, arena, side, ack, fi);

	wipe(&a, sizeof(a));
	return f;
}
