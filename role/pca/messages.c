/* messages.c - the messages of the RA: opened, answered, signed. */
#include <string.h>

#include "base/time32.h"
#include "cert/perm.h"
#include "cert/request.h"
#include "cert/spdu.h"
#include "role/pca/batch.h"
#include "schema/monarch.h"

enum fault
pca_check_ra(const struct pca *pca, struct arena *arena,
    const struct cert *signer, struct fault_info *fi)
{
	TRY(perm_check_role(signer, SCMS_RA, fi));
	if (signer->tbs->id.is != certificate_id_name ||
	    strcmp(cert_name(arena, signer), pca->ra) != 0)
		return fault_set(
		    fi, FAULT_DENIED, "signed by another RA than ours");
	return FAULT_OK;
}

enum fault
pca_open_message(struct bytes *payload, struct pca *pca, struct arena *arena,
    struct bytes body, struct fault_info *fi)
{
	const struct spdu_rules rules = {.psid = PSID_SECURITY,
	    .now = time32_now(),
	    .tolerance = pca->environment->time_tolerance_seconds};
	struct spdu spdu;

	TRY(spdu_open(&spdu, arena, body, pca->self.trust, &rules, fi));
	TRY(pca_check_ra(pca, arena, spdu.signer, fi));
	*payload = spdu.payload;
	return FAULT_OK;
}

enum fault
pca_sign_message(struct bytes *out, struct arena *arena, const struct pca *pca,
    struct bytes payload, struct fault_info *fi)
{
	const struct spdu_header header = {.psid = PSID_SECURITY};

	return spdu_sign(
	    out, arena, &header, payload, SIGNER_DIGEST, &pca->self.signer, fi);
}

/* ---- /certificate-batch ---- */

/* MonarchCertificateBatchReply. The replies are encoded already. */
static enum fault
encode_replies(struct bytes *out, const struct batch *b,
    const octets16 *batch_id, struct fault_info *fi)
{
	size_t size = 64, quantity_n = 1;
	struct writer w;
	uint8_t *memory;

	for (size_t t = 0; t < b->n; t++)
		size += b->entry[t].reply.n;
	memory = arena_alloc(b->arena, size, 1);
	if (memory == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	w = writer_of(memory, size);
	write_uint(&w, 1, 1); /* version */
	write_bytes(&w, BYTES(batch_id->b));
	while (b->n >> 8 * quantity_n != 0)
		quantity_n++;
	write_uint(&w, quantity_n, 1);
	write_uint(&w, b->n, (unsigned)quantity_n);
	for (size_t t = 0; t < b->n; t++)
		write_bytes(&w, b->entry[t].reply);
	if (w.failed)
		return fault_set(fi, FAULT_INTERNAL, "reply does not fit");
	*out = writer_done(&w);
	return FAULT_OK;
}

enum fault
pca_answer_batch(struct bytes *out, struct pca *pca, struct arena *arena,
    struct bytes body, struct fault_info *fi)
{
	monarch_certificate_batch_request m;
	struct bytes payload, replies;
	struct batch b;

	TRY(pca_open_message(&payload, pca, arena, body, fi));
	TRY(coer_decode(
	    &monarch_certificate_batch_request_asn, &m, arena, payload, fi));
	if (m.requests.n > environment_message_requests(pca->environment))
		return fault_set(fi, FAULT_TOO_LARGE,
		    "%zu requests in one message", m.requests.n);
	TRY(batch_answer(
	    &b, pca, arena, m.requests.v, m.requests.n, m.batch_id.b, fi));
	atomic_fetch_add(&pca->batches, 1);
	TRY(encode_replies(&replies, &b, &m.batch_id, fi));
	return pca_sign_message(out, arena, pca, replies, fi);
}

/* ---- /certificate ---- */

enum fault
pca_answer_single(struct bytes *out, struct pca *pca, struct arena *arena,
    struct bytes body, struct fault_info *fi)
{
	uint8_t hash[HPCR_OCTETS];
	struct request r;
	struct batch b;

	TRY(request_open(&r, arena, body, pca->self.trust, time32_now(), fi));
	if (r.signer == NULL)
		return fault_set(fi, FAULT_DENIED, "signed by nobody");
	TRY(pca_check_ra(pca, arena, r.signer, fi));
	if (r.pdu == NULL)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "request in the layout of 1.2.4");
	sha256(hash, r.pdu_octets);
	TRY(batch_answer(&b, pca, arena, r.pdu, 1, hash, fi));
	return pca_sign_message(out, arena, pca, b.entry[0].reply, fi);
}

/* ---- /certificate-batch-confirm ---- */

enum fault
pca_confirm(struct pca *pca, struct arena *arena, struct bytes body,
    struct fault_info *fi)
{
	monarch_batch_confirm m;
	struct bytes payload;

	TRY(pca_open_message(&payload, pca, arena, body, fi));
	TRY(coer_decode(&monarch_batch_confirm_asn, &m, arena, payload, fi));
	return pca_store_confirm(pca->store, m.batch_id.b, fi);
}
