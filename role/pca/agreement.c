/* agreement.c - see agreement.h. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "crypto/random.h"
#include "plv/message.h"
#include "role/pca/agreement.h"
#include "schema/scms_protocol.h"
#include "service/crash.h"

/* ---- request ---- */

void
pca_agreement_terms(struct agreement_terms *t, const struct cert *la,
    const struct component *self)
{
	t->la = la;
	t->start = time32_now();
	t->end = la->end < self->cert->end ? la->end : self->cert->end;
}

static enum fault
take_terms(struct plv_agreement *a, struct arena *arena,
    const struct agreement_terms *t, struct fault_info *fi)
{
	const char *name = cert_name(arena, t->la);

	if (name == NULL || strlen(name) >= sizeof(a->peer))
		return fault_set(fi, FAULT_TOO_LARGE, "name of an LA");
	if (!perm_la_id(a->la_id, t->la))
		return fault_set(fi, FAULT_DENIED, "%s has no la-id", name);
	if (t->start >= t->end)
		return fault_set(fi, FAULT_USAGE, "ends before it starts");
	(void)snprintf(a->peer, sizeof(a->peer), "%s", name);
	a->start = t->start;
	a->end = t->end;
	random_bytes(a->r_pca, sizeof(a->r_pca));
	return FAULT_OK;
}

static enum fault
begin(struct bytes *request, struct plv_agreement *a, struct arena *arena,
    const struct pca_side *side, const struct agreement_terms *t,
    struct fault_info *fi)
{
	la_pca_interface_pdu pdu = {
	    .is = la_pca_interface_pdu_pca_la_key_agreement_request};
	pca_la_key_agreement_request_msg *r = &pdu.pca_la_key_agreement_request;

	TRY(take_terms(a, arena, t, fi));
	r->version = 1;
	r->pca_id = bytes_of_string(side->self->name);
	r->start_date = a->start;
	r->end_date = a->end;
	TRY(plv_contribution_seal(&r->enc_r_pca, arena, a->r_pca, t->la, fi));
	TRY(plv_message_sign(request, arena, &pdu, &side->self->signer, fi));
	sha256_id(a->request_hash, sizeof(a->request_hash), *request);
	TRY(plv_pending_save(side->folder, a, fi));
	crash_point("pca-agree-pending");
	return plv_pending_forget(side->folder, a, fi);
}

enum fault
pca_agreement_begin(struct bytes *request, struct arena *arena,
    const struct pca_side *side, const struct agreement_terms *terms,
    struct fault_info *fi)
{
	struct plv_agreement a = {.start = 0};
	enum fault f = begin(request, &a, arena, side, terms, fi);

	wipe(&a, sizeof(a));
	return f;
}

/* ---- response and ack ---- */

static enum fault
refused_by_la(const scms_error *e, struct fault_info *fi)
{
	const char *name = "an error of another interface";

	if (e->is == scms_error_la_pca && e->la_pca.is == la_pca_error_la_pca)
		name = coer_name_of(&la_pca_error_code_asn, e->la_pca.la_pca);
	return fault_set(fi, FAULT_DENIED, "the LA has refused: %s",
	    name != NULL ? name : "an unknown error");
}

/* The response belongs to a request of ours and is by the LA it went to. */
static enum fault
check_response(struct plv_agreement *a, struct arena *arena,
    const struct pca_side *side, const struct plv_message *m,
    struct fault_info *fi)
{
	const la_pca_key_agreement_response_msg *r =
	    &m->pdu->la_pca_key_agreement_response;
	enum fault f;

	if (m->pdu->is != la_pca_interface_pdu_la_pca_key_agreement_response)
		return fault_set(fi, FAULT_BAD_MESSAGE, "not a response");
	f = plv_pending_load(a, side->folder, r->request_hash.b, fi);
	if (f == FAULT_NOT_FOUND &&
	    plv_ring_has_request(side->ring, r->request_hash.b))
		return fault_set(fi, FAULT_REPLAYED,
		    "this agreement has led to a key already");
	TRY(f);
	if (strcmp(m->signer_name, a->peer) != 0 ||
	    !bytes_equal(r->la_id, bytes_of_string(a->peer)))
		return fault_set(fi, FAULT_DENIED,
		    "response of %s to a request to %s", m->signer_name,
		    a->peer);
	if (r->reply.is != la_pca_key_agreement_response_msg_reply_success)
		return refused_by_la(&r->reply.failure, fi);
	return plv_contribution_open(
	    a->r_la, arena, &r->enc_r_la, &side->self->decryption, fi);
}

/* MAC_pca, or invalidMacValue. */
static enum fault
sign_ack(struct bytes *out, struct arena *arena, const struct component *self,
    const struct plv_agreement *a, const struct plv_key *key,
    struct fault_info *fi)
{
	la_pca_interface_pdu pdu = {
	    .is = la_pca_interface_pdu_pca_la_key_agreement_ack};
	pca_la_key_agreement_ack_msg *r = &pdu.pca_la_key_agreement_ack;

	r->version = 1;
	memcpy(r->request_hash.b, a->request_hash, sizeof(a->request_hash));
	r->pca_id = bytes_of_string(self->name);
	if (key != NULL) {
		plv_key_mac(r->reply.success.b, key, "scms-pca");
	} else {
		r->reply.is = pca_la_key_agreement_ack_msg_reply_failure;
		r->reply.failure.is = scms_error_la_pca;
		r->reply.failure.la_pca.is = la_pca_error_la_pca;
		r->reply.failure.la_pca.la_pca =
		    la_pca_error_code_invalid_mac_value;
	}
	return plv_message_sign(out, arena, &pdu, &self->signer, fi);
}

/* Our key is durable, and found by those who open values, before the LA can
 * learn that we have it. */
static enum fault
take_into_use(struct bytes *ack, struct arena *arena,
    const struct pca_side *side, const struct plv_agreement *a,
    const struct plv_key *key, const uint8_t *mac, struct fault_info *fi)
{
	uint8_t ours[SHA256_SIZE];

	plv_key_mac(ours, key, "scms-la");
	if (!ct_equal(ours, mac, sizeof(ours))) {
		TRY(sign_ack(ack, arena, side->self, a, NULL, fi));
		return fault_set(fi, FAULT_BAD_TAG,
		    "invalidMacValue: the LA has another key");
	}
	TRY(plv_key_save(side->folder, a, fi));
	crash_point("pca-agree-confirmed");
	TRY(plv_ring_refresh(side->ring, fi));
	TRY(sign_ack(ack, arena, side->self, a, key, fi));
	return plv_pending_remove(side->folder, a, fi);
}

enum fault
pca_agreement_confirm(struct bytes *ack, struct arena *arena,
    const struct pca_side *side, struct bytes response, struct fault_info *fi)
{
	struct plv_agreement a = {.start = 0};
	struct plv_message m;
	struct plv_key key;
	enum fault f;

	*ack = BYTES_NONE;
	TRY(plv_message_open(&m, arena, response, side->self, SCMS_LA, fi));
	f = check_response(&a, arena, side, &m, fi);
	if (f == FAULT_OK) {
		plv_key_derive(&key, &a);
		f = take_into_use(ack, arena, side, &a, &key,
		    m.pdu->la_pca_key_agreement_response.reply.success.b, fi);
		wipe(&key, sizeof(key));
	}
	wipe(&a, sizeof(a));
	return f;
}
