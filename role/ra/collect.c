/* collect.c - see collect.h. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "role/ra/answer.h"
#include "role/ra/collect.h"
#include "role/ra/stages.h"
#include "service/crash.h"

/* A refused unit goes back to its pool after so many seconds. */
#define REFUSED_PAUSE 600u
/* ... so often: a PCA that refuses on purpose learns with each round which
 * requests come again together, and so whose they are. */
#define REFUSALS_MAX 2
/* One reply, decoded. */
#define REPLY_ARENA ((size_t)64 << 10)

/* ---- which request is answered? ---- */

#define USED UINT32_MAX

/* Open addressing by requestHash: position + 1 in the message, 0: free. */
struct index {
	const struct batch *batch;
	uint32_t *slot;
	size_t mask;
};

static uint64_t
key_of(const uint8_t id[8])
{
	uint64_t key;

	memcpy(&key, id, sizeof(key));
	return key;
}

static enum fault
index_make(struct index *x, const struct batch *b, struct arena *arena,
    struct fault_info *fi)
{
	size_t n = batch_requests(b), size = 4, at;

	while (size < 2 * n)
		size *= 2;
	x->batch = b;
	x->mask = size - 1;
	if ((x->slot = ARENA_ARRAY(arena, size, uint32_t)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%zu replies", n);
	for (size_t p = 0; p < n; p++) {
		at = key_of(digest_id8(b->hpcr[p].b)) & x->mask;
		while (x->slot[at] != 0)
			at = (at + 1) & x->mask;
		x->slot[at] = (uint32_t)p + 1;
	}
	return FAULT_OK;
}

/* Each request is found once; two with the same hash one after the other. */
static bool
index_take(struct index *x, const uint8_t id[8], size_t *position)
{
	const struct digest *hashes = x->batch->hpcr;
	size_t at = key_of(id) & x->mask;
	uint32_t p;

	for (; (p = x->slot[at]) != 0; at = (at + 1) & x->mask)
		if (p != USED &&
		    memcmp(digest_id8(hashes[p - 1].b), id, 8) == 0) {
			*position = p - 1;
			x->slot[at] = USED;
			return true;
		}
	return false;
}

/* ---- one reply ---- */

static bool
names(struct bytes host, const char *name)
{
	return bytes_equal(host, bytes_of_string(name));
}

/* The response as the device will get it: signed by the PCA that we asked,
 * under its certificate of then or of now, psid 35.  That it is encrypted to
 * the device, only the device can see. */
static enum fault
check_response(struct bytes *out, const ieee1609_dot2_data *data,
    const struct ra_pca *pca, struct fault_info *fi)
{
	const signed_data *sd = &data->content.signed_data;

	if (data->content.is != ieee1609_dot2_content_signed_data ||
	    sd->tbs_data.header_info.psid != PSID_SECURITY ||
	    sd->signer.is != signer_identifier_digest ||
	    !ra_pca_is(pca, sd->signer.digest.b))
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "a response is not signed by the PCA");
	/* protocolVersion and the tag of content stand before SignedData */
	*out = (struct bytes){sd->raw.p - 2, sd->raw.n + 2};
	return FAULT_OK;
}

static void
describe(char *out, size_t n, const scoped_pca_ra_error *e)
{
	const char *name = NULL;

	if (e->is == scms_error_pca_ra &&
	    e->pca_ra.is == pca_ra_error_pca_ra_request_error)
		name = coer_name_of(&pca_ra_request_error_code_asn,
		    e->pca_ra.pca_ra_request_error);
	snprintf(out, n, "%s", name != NULL ? name : "unknown error");
}

static const pca_ra_cert_response_msg *
response_of(const scms_pdu *pdu)
{
	if (pdu->content.is != scms_pdu_content_pca_ra ||
	    pdu->content.pca_ra.is != pca_ra_interface_pdu_pca_ra_cert_response)
		return NULL;
	return &pdu->content.pca_ra.pca_ra_cert_response;
}

static enum fault
take_reply(struct collected *c, struct index *x, const struct ra_pca *pca,
    const scms_pdu *pdu, struct fault_info *fi)
{
	const pca_ra_cert_response_msg *msg = response_of(pdu);
	size_t position;

	if (msg == NULL || !names(msg->pca_id, pca->peer.name))
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "a reply is not a response of %s", pca->peer.name);
	if (!index_take(x, msg->request_hash.b, &position))
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "a reply belongs to no request, or came twice");
	if (msg->reply.is == pca_ra_cert_response_msg_reply_failure) {
		describe(c->reason, sizeof(c->reason), &msg->reply.failure);
		c->refused++;
		return FAULT_OK;
	}
	if (msg->reply.success.is !=
	    pca_ra_cert_response_msg_reply_success_value_signed_encrypted)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "a response is not encrypted");
	return check_response(&c->answers[x->batch->order[position]],
	    &msg->reply.success.signed_encrypted, pca, fi);
}

/* ---- all replies ---- */

/* version, batchId and quantity of MonarchCertificateBatchReply. */
static enum fault
read_head(struct reader *r, const struct batch *b, struct fault_info *fi)
{
	uint8_t id[BATCH_ID_SIZE];
	uint64_t version = read_uint(r, 1), n;
	unsigned size;

	read_copy(r, id, sizeof(id));
	size = (unsigned)read_uint(r, 1);
	if (version != 1 || size < 1 || size > 4)
		return fault_set(fi, FAULT_BAD_MESSAGE, "not a batch reply");
	n = read_uint(r, size);
	if (r->failed || memcmp(id, b->id, sizeof(id)) != 0)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "the answer is to another batch");
	if (n != batch_requests(b))
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "%llu replies to %zu requests", (unsigned long long)n,
		    batch_requests(b));
	return FAULT_OK;
}

static enum fault
take_replies(struct collected *c, const struct batch *b,
    const struct ra_pca *pca, struct arena *arena, struct reader *r,
    struct fault_info *fi)
{
	uint8_t *memory = arena_alloc(arena, REPLY_ARENA, 64);
	struct index x;
	scms_pdu pdu;

	if (memory == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "reply");
	TRY(index_make(&x, b, arena, fi));
	for (size_t k = 0; k < batch_requests(b); k++) {
		struct arena one = arena_of(memory, REPLY_ARENA);
		size_t used;

		TRY(coer_decode_prefix(&scms_pdu_asn, &pdu, &one,
		    (struct bytes){r->p, read_left(r)}, &used, fi));
		read_span(r, used);
		TRY(take_reply(c, &x, pca, &pdu, fi));
	}
	if (read_left(r) != 0)
		return fault_set(fi, FAULT_TRAILING, "batch reply");
	return FAULT_OK;
}

enum fault
collect_open(struct collected *c, const struct batch *b, const struct ra *ra,
    const struct ra_pca *pca, struct arena *arena, struct bytes answer,
    struct fault_info *fi)
{
	const struct spdu_rules rules = {
	    .psid = PSID_SECURITY,
	    .now = time32_now(),
	};
	struct reader r;
	struct spdu spdu;

	memset(c, 0, sizeof(*c));
	c->answers = ARENA_ARRAY(arena, batch_requests(b), struct bytes);
	if (c->answers == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "%zu replies", batch_requests(b));
	TRY(spdu_open(&spdu, arena, answer, ra->self.trust, &rules, fi));
	if (!ra_pca_is(pca, spdu.signer->id))
		return fault_set(fi, FAULT_DENIED, "signed by another than %s",
		    pca->peer.name);
	r = reader_of(spdu.payload);
	TRY(read_head(&r, b, fi));
	return take_replies(c, b, pca, arena, &r, fi);
}

/* ---- storing ---- */

enum fault
answer_path(char out[PATH_SIZE], const struct ra *ra, uint32_t i, int64_t batch,
    bool make, struct fault_info *fi)
{
	char folder[PATH_SIZE], name[32];

	snprintf(name, sizeof(name), "%X", i);
	ra_path(ra, folder, "answers", name);
	if (make && !file_exists(folder)) {
		char parent[PATH_SIZE];

		TRY(file_mkdir(folder, 0700, fi));
		ra_path(ra, parent, "answers", NULL);
		TRY(file_sync_folder(parent, fi));
	}
	snprintf(name, sizeof(name), "%llx", (unsigned long long)batch);
	path_join(out, folder, name);
	return FAULT_OK;
}

static enum fault
store_hpcrs(const struct collected *c, const struct batch *b,
    const struct ra *ra, struct arena *arena, struct fault_info *fi)
{
	size_t all = batch_requests(b), n = 0;
	struct bulk_record *records =
	    ARENA_ARRAY(arena, all, struct bulk_record);
	uint8_t *values = arena_alloc(arena, all * HPCR_RECORD_SIZE, 1);
	struct writer w = writer_of(values, all * HPCR_RECORD_SIZE);

	if (records == NULL || values == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%zu records", all);
	for (size_t p = 0; p < all; p++) {
		if (c->answers[b->order[p]].n == 0)
			continue;
		records[n].key = b->hpcr[p].b;
		records[n++].value = (struct bytes){w.p, HPCR_RECORD_SIZE};
		write_uint(&w, (uint64_t)b->devices[b->order[p] / b->each], 8);
		write_uint(&w, b->i, 2);
		write_uint(&w, b->order[p] % b->each, 1);
	}
	/* an append is all or nothing: one is there when all are */
	if (n == 0 || bulk_has(ra->hpcr, records[0].key))
		return FAULT_OK;
	return bulk_append(ra->hpcr, records, n, NULL, fi);
}

/* How a unit ends that has not got all of its certificates: refused as a
 * whole, it may be tried again; in part, never, because what was issued must
 * not be issued again. */
static enum fault
end_of_unit(int *state, const struct collected *c, const struct batch *b,
    struct db *db, size_t u, struct fault_info *fi)
{
	const struct db_value unit[] = {DB_INT(b->devices[u]), DB_INT(b->i)};
	int64_t refusals;

	*state = UNIT_FAILED;
	for (size_t j = 0; j < b->each; j++)
		if (c->answers[u * b->each + j].n > 0)
			return FAULT_OK;
	TRY(db_run_int(db, &refusals, DO_UNIT_REFUSALS, unit, 2, fi));
	if (refusals < REFUSALS_MAX)
		*state = UNIT_REFUSED;
	return FAULT_OK;
}

static enum fault
refuse_unit(const struct collected *c, const struct batch *b, struct db *db,
    size_t u, struct fault_info *fi)
{
	uint32_t now = time32_now();
	char text[CONTACT_ERROR];
	int state;

	TRY(end_of_unit(&state, c, b, db, u, fi));
	snprintf(text, sizeof(text), "period %u: PCA says %s", b->i, c->reason);
	TRY(DB_RUN(db, DO_UNIT_REFUSE, fi, DB_INT(b->devices[u]), DB_INT(b->i),
	    DB_INT(b->number), DB_INT(state), DB_INT(now + REFUSED_PAUSE)));
	TRY(db_count(db,
	    state == UNIT_REFUSED ? COUNTER_UNITS_REFUSED
				  : COUNTER_UNITS_FAILED,
	    1, fi));
	return DB_RUN(db, DO_DEVICE_ERROR, fi, DB_INT(b->devices[u]),
	    DB_TEXT(text), DB_INT(now));
}

static enum fault
commit_units(const struct collected *c, const struct batch *b,
    const struct answer_place *places, struct db *db, struct fault_info *fi)
{
	int64_t done = 0;

	TRY(db_begin(db, fi));
	for (size_t u = 0; u < b->units; u++) {
		if (places[u].size == 0) {
			TRY(refuse_unit(c, b, db, u, fi));
			continue;
		}
		TRY(DB_RUN(db, DO_UNIT_COLLECT, fi, DB_INT(b->devices[u]),
		    DB_INT(b->i), DB_INT(b->number), DB_INT(places[u].offset),
		    DB_INT(places[u].size)));
		done++;
	}
	TRY(db_count(db, COUNTER_UNITS_DONE, done, fi));
	TRY(db_count(db, COUNTER_CERTIFICATES_DONE, done * b->each, fi));
	TRY(DB_RUN(db, DO_BATCH_COLLECT, fi, DB_INT(b->number)));
	return db_commit(db, fi);
}

enum fault
collect_store(const struct collected *c, const struct batch *b, struct ra *ra,
    struct db *db, struct arena *arena, struct fault_info *fi)
{
	struct answer_place *places =
	    ARENA_ARRAY(arena, b->units, struct answer_place);
	char path[PATH_SIZE];
	enum fault f;

	if (places == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%zu units", b->units);
	TRY(answer_path(path, ra, b->i, b->number, true, fi));
	TRY(answer_write(
	    path, c->answers, b->units, b->each, places, arena, fi));
	crash_point("ra-answers-written");
	RA_STAGE_END(answers);
	TRY(store_hpcrs(c, b, ra, arena, fi));
	crash_point("ra-hpcr-stored");
	RA_STAGE_END(hpcr);
	ra_db_lock(ra);
	f = commit_units(c, b, places, db, fi);
	ra_db_unlock(ra, db);
	TRY(f);
	crash_point("ra-batch-collected");
	RA_STAGE_END(collect);
	if (c->refused > 0)
		log_warn("PCA refused %zu of %zu requests for period %u: %s",
		    c->refused, batch_requests(b), b->i, c->reason);
	return FAULT_OK;
}
