/* countersign.c - auditors agree to a question; see asking.h. */
#include <string.h>

#include "cert/perm.h"
#include "inquiry/auditor.h"
#include "role/ma/asking.h"
#include "schema/scms_protocol.h"

struct loading {
	struct question *out;
	struct arena *arena;
};

static enum fault
got_question(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct loading *l = ctx;
	struct question *q = l->out;

	if (db_is_null(row, 4))
		return FAULT_OK;
	q->kind = (enum inquiry_kind)db_int(row, 0);
	q->peer = arena_printf(l->arena, "%s", db_text(row, 1));
	q->why = arena_printf(l->arena, "%s", db_text(row, 2));
	TRY(db_blob_copy(row, 3, q->hash, sizeof(q->hash), fi));
	q->pdu = bytes_copy(l->arena, db_blob(row, 4));
	return q->peer != NULL && q->why != NULL && q->pdu.p != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "question");
}

enum fault
question_load(struct question *out, struct ma *ma, struct arena *arena,
    int64_t number, struct fault_info *fi)
{
	struct loading l = {out, arena};
	enum fault f;

	*out = (struct question){.number = number};
	pthread_mutex_lock(&ma->lock);
	f = DB_EACH(ma->db, DO_QUESTION_OF_NUMBER, got_question, &l, fi,
	    DB_INT(number));
	pthread_mutex_unlock(&ma->lock);
	TRY(f);
	return out->pdu.n > 0 ? FAULT_OK
			      : fault_set(fi, FAULT_NOT_FOUND,
				    "no question %lld waits to be asked",
				    (long long)number);
}

/* What auditors sign. */
static enum fault
load_tbs(struct bytes *tbs, struct arena *arena, const struct question *q,
    struct fault_info *fi)
{
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "question");
	TRY(coer_decode(&scms_pdu_asn, pdu, arena, q->pdu, fi));
	return inquiry_tbs(tbs, arena, pdu, q->kind, fi);
}

static enum fault
signer_name(const char **out, struct arena *arena, struct bytes octets,
    struct fault_info *fi)
{
	ieee1609_dot2_data *data = ARENA_NEW(arena, ieee1609_dot2_data);
	const signer_identifier *signer;
	struct cert *c;

	if (data == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "countersignature");
	TRY(coer_decode(&ieee1609_dot2_data_asn, data, arena, octets, fi));
	signer = &data->content.signed_data.signer;
	if (signer->is != signer_identifier_certificate ||
	    signer->certificate.n != 1)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "the countersignature does not hold one certificate");
	TRY(cert_of(&c, arena, &signer->certificate.v[0], fi));
	*out = cert_name(arena, c);
	return *out != NULL ? FAULT_OK : fault_set(fi, FAULT_TOO_LARGE, "name");
}

static enum fault
got_auditor(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	const char *const *auditor = ctx;

	return strcmp(*auditor, db_text(row, 0)) != 0
		   ? FAULT_OK
		   : fault_set(fi, FAULT_EXISTS, "%s has countersigned already",
			 *auditor);
}

/* With it whoever waits for it goes on at once. */
static enum fault
store(struct ma *ma, struct bytes hash, const char *auditor,
    struct bytes octets, struct fault_info *fi)
{
	TRY(db_begin(ma->db, fi));
	TRY(DB_EACH(ma->db, DO_COUNTERSIGNATURES, got_auditor, &auditor, fi,
	    DB_BYTES(hash)));
	TRY(DB_RUN(ma->db, DO_COUNTERSIGNATURE_ADD, fi, DB_BYTES(hash),
	    DB_TEXT(auditor), DB_BYTES(octets)));
	TRY(db_run(ma->db, DO_REVOCATIONS_WAKE, NULL, 0, NULL, NULL, fi));
	return db_commit(ma->db, fi);
}

enum fault
question_countersign(struct ma *ma, const char **auditor, struct arena *arena,
    int64_t number, struct bytes octets, struct fault_info *fi)
{
	struct question q;
	struct bytes tbs;
	enum fault f;
	size_t n;

	TRY(question_load(&q, ma, arena, number, fi));
	TRY(load_tbs(&tbs, arena, &q, fi));
	TRY(auditor_count(
	    &n, arena, &ma->self, ma->service->dir, tbs, &octets, 1, fi));
	TRY(signer_name(auditor, arena, octets, fi));
	pthread_mutex_lock(&ma->lock);
	f = store(ma, BYTES(q.hash), *auditor, octets, fi);
	db_rollback(ma->db);
	pthread_mutex_unlock(&ma->lock);
	return f;
}
