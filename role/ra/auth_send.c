/* auth_send.c - requests for identification and application certificates on
 * their way to a PCA and back; see auth.h. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "crypto/random.h"
#include "role/ra/auth.h"
#include "schema/monarch.h"
#include "service/crash.h"

#define MESSAGE_MOST   256u /* requests */
#define ANSWER_MAX     ((size_t)MESSAGE_MOST * 8192u)
#define PCA_TIMEOUT_MS 60000u
#define IDLE_MS	       500u
#define FOREVER_MS     60000u
#define MEMORY	       ((size_t)64 << 20)
#define REFUSED_PAUSE  600u /* seconds */
#define REFUSALS_MAX   2

/* A message to the PCA, as its row has it. */
struct message {
	int64_t number; /* 0: none */
	int state;	/* BATCH_... */
	uint8_t id[BATCH_ID_SIZE];
	struct bytes octets;
};

/* A certificate that a message asks for. */
struct item {
	int64_t id;
	struct bytes asked;
	uint8_t hash[SHA256_SIZE]; /* HPCR */
	int64_t refusals;
	bool is_answered;
};

struct step {
	struct ra *ra;
	struct ra_pca *pca;
	struct db *db;
	struct arena *arena;
	struct message message;
	struct item item[MESSAGE_MOST];
	size_t n;
};

/* ---- rows ---- */

static enum fault
got_message(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct step *s = ctx;

	s->message.number = db_int(row, 0);
	s->message.state = (int)db_int(row, 1);
	s->message.octets = bytes_copy(s->arena, db_blob(row, 3));
	if (s->message.octets.p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "message");
	return db_blob_copy(row, 2, s->message.id, BATCH_ID_SIZE, fi);
}

static enum fault
got_item(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct step *s = ctx;
	struct item *item = &s->item[s->n];

	if (s->n == MESSAGE_MOST)
		return fault_set(fi, FAULT_STORE, "a message is too large");
	item->id = db_int(row, 0);
	item->asked = bytes_copy(s->arena, db_blob(row, 1));
	if (item->asked.n == 0)
		return fault_set(fi, FAULT_STORE, "a request is missing");
	item->refusals = db_int(row, 2);
	sha256(item->hash, item->asked);
	s->n++;
	return FAULT_OK;
}

/* ---- a new message ---- */

/* MonarchCertificateBatchRequest, signed; the requests are encoded already. */
static enum fault
sign_message(struct step *s, struct fault_info *fi)
{
	const struct spdu_header header = {.psid = PSID_SECURITY};
	unsigned octets = s->n < 0x100 ? 1 : 2;
	size_t size = 64;
	struct writer w;
	uint8_t *p;

	for (size_t k = 0; k < s->n; k++)
		size += s->item[k].asked.n;
	if ((p = arena_alloc(s->arena, size, 1)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "message");
	w = writer_of(p, size);
	write_uint(&w, 1, 1); /* version */
	write_span(&w, s->message.id, BATCH_ID_SIZE);
	write_uint(&w, octets, 1);
	write_uint(&w, s->n, octets);
	for (size_t k = 0; k < s->n; k++)
		write_bytes(&w, s->item[k].asked);
	return spdu_sign(&s->message.octets, s->arena, &header, writer_done(&w),
	    SIGNER_DIGEST, &s->ra->self.signer, fi);
}

static enum fault
write_message(struct step *s, struct fault_info *fi)
{
	TRY(DB_RUN(s->db, DO_AUTH_BATCH_ADD, fi, DB_INT(s->pca->id),
	    DB_BLOB(s->message.id, BATCH_ID_SIZE),
	    DB_BYTES(s->message.octets)));
	s->message.number = db_last_id(s->db);
	for (size_t k = 0; k < s->n; k++)
		TRY(DB_RUN(s->db, DO_AUTH_CERTIFICATE_SEND, fi,
		    DB_INT(s->item[k].id), DB_INT(s->message.number)));
	return db_commit(s->db, fi);
}

/* An answer names requests by their HPCR, so of those that have the same one
 * only the first goes into the message; the others wait for the next. */
static void
leave_out_repeated(struct step *s)
{
	size_t n = 0, i;

	for (size_t k = 0; k < s->n; k++) {
		const uint8_t *id = digest_id8(s->item[k].hash);

		for (i = 0; i < n; i++)
			if (memcmp(digest_id8(s->item[i].hash), id, 8) == 0)
				break;
		if (i == n)
			s->item[n++] = s->item[k];
	}
	s->n = n;
}

/* Looks and writes in one transaction, so that a holder who is blocked
 * meanwhile gets nothing.  FAULT_NOT_FOUND: nobody waits, or the PCA has left
 * and is to be asked for nothing new. */
static enum fault
begin(struct step *s, struct fault_info *fi)
{
	if (s->pca >= s->ra->pca + s->ra->pca_n)
		return FAULT_NOT_FOUND;
	TRY(db_begin(s->db, fi));
	TRY(DB_EACH(s->db, DO_AUTH_WAITING_SOME, got_item, s, fi,
	    DB_INT(s->pca->id), DB_INT(time32_now()), DB_INT(MESSAGE_MOST)));
	if (s->n == 0)
		return FAULT_NOT_FOUND;
	leave_out_repeated(s);
	s->message.state = BATCH_SENT;
	random_bytes(s->message.id, sizeof(s->message.id));
	TRY(sign_message(s, fi));
	TRY(write_message(s, fi));
	crash_point("ra-auth-sent");
	return FAULT_OK;
}

/* The message that is not closed yet, or a new one. */
static enum fault
take_message(struct step *s, struct fault_info *fi)
{
	const struct db_value pca[] = {DB_INT(s->pca->id)};

	TRY(db_run(s->db, DO_AUTH_BATCH_OLDEST, pca, 1, got_message, s, fi));
	if (s->message.number == 0)
		return begin(s, fi);
	return DB_EACH(
	    s->db, DO_AUTH_SENT_IN, got_item, s, fi, DB_INT(s->message.number));
}

/* ---- the answer ---- */

static struct item *
item_of(struct step *s, const uint8_t request_hash[8])
{
	for (size_t k = 0; k < s->n; k++)
		if (!s->item[k].is_answered &&
		    memcmp(digest_id8(s->item[k].hash), request_hash, 8) == 0)
			return &s->item[k];
	return NULL;
}

static enum fault
refused(struct step *s, const struct item *item, const scoped_pca_ra_error *e,
    struct fault_info *fi)
{
	bool again = item->refusals < REFUSALS_MAX;
	uint32_t now = time32_now();
	const char *name = NULL;
	char text[128];

	if (e->is == scms_error_pca_ra &&
	    e->pca_ra.is == pca_ra_error_pca_ra_request_error)
		name = coer_name_of(&pca_ra_request_error_code_asn,
		    e->pca_ra.pca_ra_request_error);
	snprintf(text, sizeof(text), "PCA says %s",
	    name != NULL ? name : "unknown error");
	log_warn("%s refused a request: %s", s->pca->peer.name, text);
	if (!again)
		TRY(db_count(s->db, COUNTER_AUTH_FAILED, 1, fi));
	TRY(DB_RUN(s->db, DO_AUTH_ERROR_OF, fi, DB_INT(item->id), DB_TEXT(text),
	    DB_INT(now)));
	return DB_RUN(s->db, DO_AUTH_CERTIFICATE_REFUSED, fi, DB_INT(item->id),
	    DB_INT(again ? AUTH_WAITING : AUTH_FAILED),
	    DB_INT(now + REFUSED_PAUSE));
}

/* The response as the device will get it: signed by the PCA that we asked,
 * psid 35.  That it is encrypted to the device, only the device can see. */
static enum fault
take_response(struct step *s, const struct item *item,
    const monarch_auth_reply *r, const ieee1609_dot2_data *data,
    struct fault_info *fi)
{
	const signed_data *sd = &data->content.signed_data;

	if (r->certificate_id == NULL ||
	    data->content.is != ieee1609_dot2_content_signed_data ||
	    sd->tbs_data.header_info.psid != PSID_SECURITY ||
	    sd->signer.is != signer_identifier_digest ||
	    !ra_pca_is(s->pca, sd->signer.digest.b))
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "a response is not signed by the PCA");
	TRY(db_count(s->db, COUNTER_AUTH_DONE, 1, fi));
	/* protocolVersion and the tag of content stand before SignedData */
	return DB_RUN(s->db, DO_AUTH_CERTIFICATE_DONE, fi, DB_INT(item->id),
	    DB_BLOB(r->certificate_id->b, sizeof(r->certificate_id->b)),
	    DB_BLOB(sd->raw.p - 2, sd->raw.n + 2));
}

static enum fault
take_reply(struct step *s, const monarch_auth_reply *r, struct fault_info *fi)
{
	const scms_pdu *pdu = &r->reply;
	const pca_ra_cert_response_msg *msg =
	    &pdu->content.pca_ra.pca_ra_cert_response;
	struct item *item;

	if (pdu->content.is != scms_pdu_content_pca_ra ||
	    pdu->content.pca_ra.is !=
		pca_ra_interface_pdu_pca_ra_cert_response ||
	    !bytes_equal(msg->pca_id, bytes_of_string(s->pca->peer.name)))
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "a reply is not a response of %s", s->pca->peer.name);
	if ((item = item_of(s, msg->request_hash.b)) == NULL)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "a reply belongs to no request, or came twice");
	item->is_answered = true;
	if (msg->reply.is == pca_ra_cert_response_msg_reply_failure)
		return refused(s, item, &msg->reply.failure, fi);
	if (msg->reply.success.is !=
	    pca_ra_cert_response_msg_reply_success_value_signed_encrypted)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "a response is not encrypted");
	return take_response(
	    s, item, r, &msg->reply.success.signed_encrypted, fi);
}

/* Exactly one reply for each request, or nothing of the answer is used. */
static enum fault
store(struct step *s, const monarch_auth_batch_reply *m, struct fault_info *fi)
{
	TRY(db_begin(s->db, fi));
	for (size_t k = 0; k < m->replies.n; k++)
		TRY(take_reply(s, &m->replies.v[k], fi));
	TRY(DB_RUN(
	    s->db, DO_AUTH_BATCH_COLLECT, fi, DB_INT(s->message.number)));
	return db_commit(s->db, fi);
}

static enum fault
open_answer(monarch_auth_batch_reply *out, const struct step *s,
    struct bytes answer, struct fault_info *fi)
{
	const struct spdu_rules rules = {
	    .psid = PSID_SECURITY,
	    .now = time32_now(),
	};
	struct spdu spdu;

	TRY(spdu_open(&spdu, s->arena, answer, s->ra->self.trust, &rules, fi));
	if (!ra_pca_is(s->pca, spdu.signer->id))
		return fault_set(fi, FAULT_DENIED, "signed by another than %s",
		    s->pca->peer.name);
	TRY(coer_decode(
	    &monarch_auth_batch_reply_asn, out, s->arena, spdu.payload, fi));
	if (memcmp(out->batch_id.b, s->message.id, BATCH_ID_SIZE) != 0)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "the answer is to another batch");
	if (out->replies.n != s->n)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "%zu replies to %zu requests", out->replies.n, s->n);
	return FAULT_OK;
}

static enum fault
ask(struct step *s, struct fault_info *fi)
{
	const struct peer_message m = {
	    .path = "/certificate-batch",
	    .body = s->message.octets,
	    .limit = ANSWER_MAX,
	    .timeout_ms = PCA_TIMEOUT_MS,
	};
	monarch_auth_batch_reply reply;
	struct http_result result;
	enum fault f;

	TRY(peer_post(&s->pca->peer, &result, s->arena, &m, fi));
	crash_point("ra-auth-answered");
	TRY(open_answer(&reply, s, result.body, fi));
	ra_db_lock(s->ra);
	f = store(s, &reply, fi);
	ra_db_unlock(s->ra, s->db);
	TRY(f);
	crash_point("ra-auth-collected");
	s->message.state = BATCH_COLLECTED;
	return FAULT_OK;
}

/* ---- confirmation ---- */

static enum fault
finish(struct step *s, struct fault_info *fi)
{
	const struct spdu_header header = {.psid = PSID_SECURITY};
	monarch_batch_confirm msg = {.version = 1};
	struct peer_message m = {
	    .path = "/certificate-batch-confirm",
	    .limit = 4096,
	    .timeout_ms = PCA_TIMEOUT_MS,
	};
	struct http_result result;
	struct bytes payload = BYTES_NONE;
	enum fault f;

	memcpy(msg.batch_id.b, s->message.id, BATCH_ID_SIZE);
	TRY(coer_encode_new(
	    &payload, s->arena, &monarch_batch_confirm_asn, &msg, fi));
	TRY(spdu_sign(&m.body, s->arena, &header, payload, SIGNER_DIGEST,
	    &s->ra->self.signer, fi));
	TRY(peer_post(&s->pca->peer, &result, s->arena, &m, fi));
	crash_point("ra-auth-confirmed");
	ra_db_lock(s->ra);
	f = DB_RUN(s->db, DO_AUTH_BATCH_DELETE, fi, DB_INT(s->message.number));
	ra_db_unlock(s->ra, s->db);
	return f;
}

/* ---- the thread ---- */

enum fault
auth_step(struct ra *ra, struct ra_pca *pca, struct db *db, struct arena *arena,
    unsigned *pause, struct fault_info *fi)
{
	struct step *s = ARENA_NEW(arena, struct step);
	enum fault f;

	*pause = 0;
	if (s == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	*s = (struct step){.ra = ra, .pca = pca, .db = db, .arena = arena};
	ra_db_lock(ra);
	f = take_message(s, fi);
	ra_db_unlock(ra, db);
	if (f == FAULT_NOT_FOUND)
		return f;
	if (f == FAULT_OK && s->message.state == BATCH_SENT)
		f = ask(s, fi);
	if (f == FAULT_OK)
		f = finish(s, fi);
	if (f == FAULT_OK) {
		peer_works(&pca->peer);
		peer_works(&ra->storage);
		return FAULT_OK;
	}
	*pause = peer_fails(ra_culprit(ra, &pca->peer, f), fi);
	return f;
}

void
auth_run(void *ctx, struct service *service)
{
	struct ra *ra = ctx;
	unsigned mine = atomic_fetch_add(&ra->auth_senders, 1);
	struct arena arena = arena_new(MEMORY);
	struct fault_info fi;
	unsigned pause;

	while (mine >= ra->pca_all && !service_stopping(service))
		(void)service_sleep(service, FOREVER_MS);
	while (!service_stopping(service)) {
		uint64_t count = wake_count(&ra->auth);
		enum fault f =
		    auth_step(ra, &ra->pca[mine], ra->db, &arena, &pause, &fi);

		arena_reset(&arena);
		if (pause > 0)
			service_sleep(service, pause);
		else if (f != FAULT_OK)
			wake_wait(&ra->auth, count, IDLE_MS);
	}
	arena_free(&arena);
}
