/* intake.c - reports that come in; see intake.h. */
#include "role/ma/intake.h"
#include "base/log.h"
#include "base/time32.h"
#include "service/crash.h"

enum fault
ma_sender_store(int64_t *number, struct ma *ma, const struct ma_sender *s,
    struct fault_info *fi)
{
	const struct db_value id[] = {DB_BLOB(s->id, sizeof(s->id))};
	const struct db_value all[] = {id[0],
	    s->is_pseudonym ? DB_BLOB(s->lv.lv.b, sizeof(s->lv.lv.b))
			    : DB_NULL_VALUE,
	    s->is_pseudonym ? DB_INT(s->lv.i) : DB_NULL_VALUE,
	    s->is_pseudonym ? DB_BLOB(s->lv.issuer, sizeof(s->lv.issuer))
			    : DB_NULL_VALUE,
	    s->is_holder ? DB_BLOB(s->rif, sizeof(s->rif)) : DB_NULL_VALUE};

	TRY(db_run(ma->db, DO_SENDER_ADD, all, 5, NULL, NULL, fi));
	return db_run_int(ma->db, number, DO_SENDER_OF, id, 1, fi);
}

/* What the suspect itself has signed; not the word of its reporters, who may be
 * several and of one mind. */
static bool
counts(enum misbehavior_kind kind)
{
	return misbehavior_kind_basis(kind) == MISBEHAVIOR_SENDER;
}

static enum fault
store(struct ma *ma, const struct ma_report *r, struct fault_info *fi)
{
	int64_t suspect, reporter;

	TRY(ma_sender_store(&suspect, ma, &r->suspect, fi));
	TRY(ma_sender_store(&reporter, ma, &r->reporter, fi));
	return DB_RUN(ma->db, DO_REPORT_ADD, fi,
	    DB_BLOB(r->digest.b, sizeof(r->digest.b)), DB_BYTES(r->body),
	    DB_INT(r->taken), DB_INT(r->made), DB_INT(r->kind),
	    DB_INT(counts(r->kind)), DB_TEXT(r->words), DB_INT(suspect),
	    DB_INT(reporter), DB_INT(r->began), DB_INT(r->ended),
	    DB_INT(r->first.latitude), DB_INT(r->first.longitude),
	    DB_INT(r->last.latitude), DB_INT(r->last.longitude));
}

enum fault
ma_report_store(struct ma *ma, const struct ma_report *r, struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	if ((f = db_begin(ma->db, fi)) == FAULT_OK) {
		f = store(ma, r, fi);
		crash_point("ma-report-stored");
		if (f == FAULT_OK)
			f = db_commit(ma->db, fi);
		else
			db_rollback(ma->db);
	}
	pthread_mutex_unlock(&ma->lock);
	crash_point("ma-report-committed");
	return f == FAULT_EXISTS ? FAULT_OK : f;
}

enum fault
ma_report_refuse(struct ma *ma, enum ma_reason reason, struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = DB_RUN(ma->db, DO_REFUSED, fi, DB_TEXT(ma_reason_word(reason)));
	pthread_mutex_unlock(&ma->lock);
	return f;
}

void
ma_handle_report(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct ma *ma = ctx;
	struct ma_report report;
	enum ma_reason reason;
	struct fault_info fi;
	enum fault f;

	f = ma_report_check(&report, &reason, ma, request->arena, request->body,
	    time32_now(), &fi);
	if (f == FAULT_OK) {
		f = ma_report_store(ma, &report, &fi);
	} else if (reason != MA_REASONS) {
		log_info("report refused: %s (%s)", ma_reason_text(reason),
		    fault_name(f));
		f = ma_report_refuse(ma, reason, &fi);
	}
	if (f != FAULT_OK)
		log_error("report not taken: %s", fi.text);
	http_reply(response, f == FAULT_OK ? 204 : 503, BYTES_NONE);
}
