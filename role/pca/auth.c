/* auth.c - auth-cert-reqs of one message, from decoded to answered; see
 * auth.h.  The order of commits is that of batch.c. */
#include <string.h>

#include "crypto/hash.h"
#include "role/pca/account.h"
#include "role/pca/auth.h"
#include "role/pca/refuse.h"
#include "service/crash.h"

bool
auth_is_request(const scms_pdu *pdu)
{
	const scms_pdu_content *c = &pdu->content;

	return c->is == scms_pdu_content_pca_ra &&
	       c->pca_ra.is == pca_ra_interface_pdu_ra_pca_cert_request &&
	       c->pca_ra.ra_pca_cert_request.cert_request_info.is ==
		   ra_pca_cert_request_msg_cert_request_info_auth_cert_req;
}

/* ---- who is in ---- */

static bool
is_in(const struct auth_batch *b, const uint8_t hash[HPCR_OCTETS])
{
	for (size_t t = 0; t < b->n; t++)
		if (memcmp(b->entry[t].hpcr, hash, HPCR_OCTETS) == 0)
			return true;
	return false;
}

static enum fault
enter(struct auth_batch *b, const scms_pdu *const *pdu, size_t n,
    struct fault_info *fi)
{
	uint8_t hash[HPCR_OCTETS];

	if (n > AUTH_REQUESTS_MAX)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "%zu requests in one message", n);
	b->entry = ARENA_ARRAY(b->arena, n, struct auth_entry);
	b->hpcr = ARENA_ARRAY(b->arena, n, const uint8_t *);
	if (b->entry == NULL || b->hpcr == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (size_t t = 0; t < n; t++) {
		struct auth_entry *e = &b->entry[b->n];

		sha256(hash, pdu[t]->raw);
		if (is_in(b, hash))
			continue;
		e->pdu = pdu[t];
		memcpy(e->hpcr, hash, HPCR_OCTETS);
		b->hpcr[b->n++] = e->hpcr;
	}
	return FAULT_OK;
}

/* Those that were answered before. */
static enum fault
look_up(struct auth_batch *b, struct fault_info *fi)
{
	struct bytes *record = ARENA_ARRAY(b->arena, b->n, struct bytes);
	bool *confirmed = ARENA_ARRAY(b->arena, b->n, bool);

	if (record == NULL || confirmed == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(pca_store_find_pending(
	    b->pca->store, SHELF_AUTH, record, b->arena, b->hpcr, b->n, fi));
	pca_store_are_confirmed(
	    b->pca->store, SHELF_AUTH, confirmed, b->hpcr, b->n);
	for (size_t t = 0; t < b->n; t++) {
		struct auth_entry *e = &b->entry[t];

		if (record[t].p != NULL) {
			e->id = record[t].p + AUTH_AT_ID;
			e->reply = (struct bytes){record[t].p + AUTH_AT_REPLY,
			    record[t].n - AUTH_AT_REPLY};
		} else if (confirmed[t]) {
			e->refusal = REFUSED_confirmed;
		}
	}
	return FAULT_OK;
}

/* ---- what is new ---- */

static enum fault
record_of(struct pca_record *out, const struct auth_entry *e,
    struct arena *arena, const uint8_t *batch_id, struct fault_info *fi)
{
	size_t n = AUTH_AT_REPLY + e->reply.n;
	uint8_t *p = arena_alloc(arena, n, 1);
	struct writer w;

	if (p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	w = writer_of(p, n);
	write_span(&w, batch_id, BATCH_ID_OCTETS);
	write_span(&w, e->id, AUTH_AT_REPLY - AUTH_AT_ID);
	write_bytes(&w, e->reply);
	*out = (struct pca_record){e->hpcr, writer_done(&w)};
	return FAULT_OK;
}

/* is_new: of the entries that had no reply before. */
static enum fault
store(const struct auth_batch *b, const bool *is_new, const uint8_t *batch_id,
    struct fault_info *fi)
{
	struct pca_record *record =
	    ARENA_ARRAY(b->arena, b->n, struct pca_record);
	size_t n = 0;

	if (record == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (size_t t = 0; t < b->n; t++)
		if (is_new[t] && b->entry[t].reply.p != NULL)
			TRY(record_of(&record[n++], &b->entry[t], b->arena,
			    batch_id, fi));
	if (n == 0)
		return FAULT_OK;
	return pca_account(b->pca, SHELF_AUTH, record, n, batch_id, fi);
}

static enum fault
issue(struct auth_batch *b, const uint8_t *batch_id, struct fault_info *fi)
{
	bool *is_new = ARENA_ARRAY(b->arena, b->n, bool);

	if (is_new == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (size_t t = 0; t < b->n; t++) {
		is_new[t] = auth_is_open(&b->entry[t]);
		if (is_new[t])
			TRY(auth_check(&b->entry[t], b->pca, b->arena, fi));
	}
	TRY(auth_issue(b, fi));
	crash_point("pca-batch-checked");
	TRY(store(b, is_new, batch_id, fi));
	crash_point("pca-batch-stored");
	return FAULT_OK;
}

static enum fault
refuse_all(struct auth_batch *b, struct fault_info *fi)
{
	for (size_t t = 0; t < b->n; t++) {
		struct auth_entry *e = &b->entry[t];

		if (e->refusal == REFUSED_NOT)
			continue;
		e->id = NULL;
		TRY(refuse(&e->reply, b->pca, b->arena, e->refusal,
		    digest_id8(e->hpcr), fi));
	}
	return FAULT_OK;
}

static enum fault
answer(struct auth_batch *b, const uint8_t *batch_id, struct fault_info *fi)
{
	TRY(look_up(b, fi));
	TRY(issue(b, batch_id, fi));
	return refuse_all(b, fi);
}

enum fault
auth_answer(struct auth_batch *b, struct pca *pca, struct arena *arena,
    const scms_pdu *const *pdu, size_t n,
    const uint8_t batch_id[BATCH_ID_OCTETS], struct fault_info *fi)
{
	enum fault f;

	*b = (struct auth_batch){.pca = pca, .arena = arena};
	TRY(enter(b, pdu, n, fi));
	pca_store_claim(pca->store, b->hpcr, b->n);
	f = answer(b, batch_id, fi);
	pca_store_release(pca->store, b->hpcr, b->n);
	return f;
}

/* ---- the reply ---- */

enum fault
auth_encode_replies(struct bytes *out, const struct auth_batch *b,
    const uint8_t batch_id[BATCH_ID_OCTETS], struct fault_info *fi)
{
	monarch_auth_batch_reply m = {.version = 1};
	monarch_auth_reply *v = ARENA_ARRAY(b->arena, b->n, monarch_auth_reply);
	hashed_id10 *id = ARENA_ARRAY(b->arena, b->n, hashed_id10);

	if (v == NULL || id == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	memcpy(m.batch_id.b, batch_id, BATCH_ID_OCTETS);
	m.replies = (monarch_auth_batch_reply_replies){b->n, v};
	for (size_t t = 0; t < b->n; t++) {
		const struct auth_entry *e = &b->entry[t];

		if (e->id != NULL) {
			memcpy(id[t].b, e->id, sizeof(id[t].b));
			v[t].certificate_id = &id[t];
		}
		TRY(coer_decode(
		    &scms_pdu_asn, &v[t].reply, b->arena, e->reply, fi));
	}
	return coer_encode_new(
	    out, b->arena, &monarch_auth_batch_reply_asn, &m, fi);
}
