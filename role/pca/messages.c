/* messages.c - the messages of the RA: opened, answered, signed. */
#include <string.h>

#include "base/time32.h"
#include "cert/perm.h"
#include "cert/request.h"
#include "cert/spdu.h"
#include "role/pca/auth.h"
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

	return spdu_sign(out, arena, &header, payload, SIGNER_DIGEST,
	    pca->issuer.signer, fi);
}

/* ---- /certificate-batch ---- */

/* Octets of the quantity of a SEQUENCE OF, without their count. */
static unsigned
quantity_octets(size_t n)
{
	unsigned octets = 1;

	while (n >> 8 * octets != 0)
		octets++;
	return octets;
}

/* The requests of a message. */
struct asked {
	octets16 batch_id;
	struct pca_request *v;
	size_t n;
};

static enum fault
make_room(struct asked *out, const struct pca *pca, struct arena *arena,
    size_t n, struct fault_info *fi)
{
	if (n > environment_message_requests(pca->environment))
		return fault_set(
		    fi, FAULT_TOO_LARGE, "%zu requests in one message", n);
	out->n = n;
	out->v = ARENA_ARRAY(arena, n, struct pca_request);
	return out->v == NULL ? fault_set(fi, FAULT_TOO_LARGE, "no memory")
			      : FAULT_OK;
}

/* What stands before the requests; false: not in this way. */
static bool
read_head(struct reader *r, octets16 *batch_id, size_t *n)
{
	size_t octets;

	if (read_uint(r, 1) != 1) /* version */
		return false;
	read_copy(r, batch_id->b, sizeof(batch_id->b));
	octets = (size_t)read_uint(r, 1);
	if (octets < 1 || octets > 4)
		return false;
	*n = (size_t)read_uint(r, (unsigned)octets);
	return !r->failed && octets == quantity_octets(*n);
}

/* Requests that all have the form of the template; false: they have not, or
 * the general decoder must say what is wrong. */
static bool
take_all(struct asked *out, const struct pca *pca, struct arena *arena,
    struct bytes payload)
{
	const struct request_template *form = &pca->class.request;
	struct reader r = reader_of(payload);
	size_t n;

	if (!read_head(&r, &out->batch_id, &n) || n > PCA_REQUESTS_MAX ||
	    read_left(&r) != n * form->pdu.n ||
	    make_room(out, pca, arena, n, NULL) != FAULT_OK)
		return false;
	for (size_t t = 0; t < n; t++)
		if (!request_take(&out->v[t], form, read_span(&r, form->pdu.n)))
			return false;
	return true;
}

/* Requests of any form. */
static enum fault
take_decoded(struct asked *out, const struct pca *pca, struct arena *arena,
    const monarch_certificate_batch_request *m, struct fault_info *fi)
{
	TRY(make_room(out, pca, arena, m->requests.n, fi));
	out->batch_id = m->batch_id;
	for (size_t t = 0; t < out->n; t++)
		TRY(request_of_pdu(&out->v[t], arena, &pca->class.request,
		    &m->requests.v[t], fi));
	return FAULT_OK;
}

/* MonarchCertificateBatchReply. The replies are encoded already. */
static enum fault
encode_replies(struct bytes *out, const struct batch *b,
    const octets16 *batch_id, struct fault_info *fi)
{
	size_t size = 64;
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
	write_uint(&w, quantity_octets(b->n), 1);
	write_uint(&w, b->n, quantity_octets(b->n));
	for (size_t t = 0; t < b->n; t++)
		write_bytes(&w, b->entry[t].reply);
	if (w.failed)
		return fault_set(fi, FAULT_INTERNAL, "reply does not fit");
	*out = writer_done(&w);
	return FAULT_OK;
}

/* Identification and application certificates: a message of their own. */
static enum fault
answer_auth(struct bytes *out, struct pca *pca, struct arena *arena,
    const monarch_certificate_batch_request *m, struct fault_info *fi)
{
	const scms_pdu **pdu =
	    ARENA_ARRAY(arena, m->requests.n, const scms_pdu *);
	struct bytes replies = BYTES_NONE;
	struct auth_batch b;

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (size_t t = 0; t < m->requests.n; t++)
		pdu[t] = &m->requests.v[t];
	TRY(auth_answer(&b, pca, arena, pdu, m->requests.n, m->batch_id.b, fi));
	atomic_fetch_add(&pca->batches, 1);
	TRY(auth_encode_replies(&replies, &b, m->batch_id.b, fi));
	return pca_sign_message(out, arena, pca, replies, fi);
}

enum fault
pca_answer_batch(struct bytes *out, struct pca *pca, struct arena *arena,
    struct bytes body, struct fault_info *fi)
{
	struct bytes payload = BYTES_NONE, replies = BYTES_NONE;
	monarch_certificate_batch_request m;
	struct asked asked;
	struct batch b;

	TRY(pca_open_message(&payload, pca, arena, body, fi));
	if (!take_all(&asked, pca, arena, payload)) {
		TRY(coer_decode(&monarch_certificate_batch_request_asn, &m,
		    arena, payload, fi));
		if (m.requests.n > 0 && auth_is_request(&m.requests.v[0]))
			return answer_auth(out, pca, arena, &m, fi);
		TRY(take_decoded(&asked, pca, arena, &m, fi));
	}
	TRY(batch_answer(
	    &b, pca, arena, asked.v, asked.n, asked.batch_id.b, fi));
	atomic_fetch_add(&pca->batches, 1);
	TRY(encode_replies(&replies, &b, &asked.batch_id, fi));
	return pca_sign_message(out, arena, pca, replies, fi);
}

/* ---- /certificate ---- */

/* The reply to one request of either kind; its HPCR begins with the batchId
 * by which it will be confirmed. */
static enum fault
answer_one(struct bytes *reply, struct pca *pca, struct arena *arena,
    const scms_pdu *pdu, const uint8_t hash[HPCR_OCTETS], struct fault_info *fi)
{
	struct pca_request asked;
	struct auth_batch auth;
	struct batch b;

	if (auth_is_request(pdu)) {
		TRY(auth_answer(&auth, pca, arena, &pdu, 1, hash, fi));
		*reply = auth.entry[0].reply;
		return FAULT_OK;
	}
	TRY(request_of_pdu(&asked, arena, &pca->class.request, pdu, fi));
	TRY(batch_answer(&b, pca, arena, &asked, 1, hash, fi));
	*reply = b.entry[0].reply;
	return FAULT_OK;
}

enum fault
pca_answer_single(struct bytes *out, struct pca *pca, struct arena *arena,
    struct bytes body, struct fault_info *fi)
{
	uint8_t hash[HPCR_OCTETS];
	struct bytes reply = BYTES_NONE;
	struct request r;

	TRY(request_open(&r, arena, body, pca->self.trust, time32_now(), fi));
	if (r.signer == NULL)
		return fault_set(fi, FAULT_DENIED, "signed by nobody");
	TRY(pca_check_ra(pca, arena, r.signer, fi));
	if (r.pdu == NULL)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "request in the layout of 1.2.4");
	sha256(hash, r.pdu_octets);
	TRY(answer_one(&reply, pca, arena, r.pdu, hash, fi));
	return pca_sign_message(out, arena, pca, reply, fi);
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
