/* question_view.c - see question_view.h. */
#include <inttypes.h>

#include "base/time32.h"
#include "role/ma/asking.h"
#include "role/ma/question_view.h"
#include "role/ma/revoke.h"

#define MEMORY (1u << 20)

struct view {
	struct ma *ma;
	FILE *out;
	int64_t only; /* 0: all */
	unsigned lines;
};

/* ---- questions ---- */

static const char *
path_of(int64_t kind)
{
	return kind >= 0 && kind < INQUIRY_KINDS
		   ? inquiry_path((enum inquiry_kind)kind)
		   : "?";
}

static enum fault
print_question(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct view *v = ctx;
	char made[TIME32_TEXT];

	(void)fi;
	if (v->only != 0 && v->only != db_int(row, 0))
		return FAULT_OK;
	v->lines++;
	time32_text(made, (uint32_t)db_int(row, 5));
	fprintf(v->out,
	    "question %" PRId64 "  %s to %s, entries: %" PRId64
	    ", since %s\n  why: %s\n  countersigned by %" PRId64 " of %u\n",
	    db_int(row, 0), path_of(db_int(row, 1)), db_text(row, 2),
	    db_int(row, 4), made, db_text(row, 3), db_int(row, 8),
	    v->ma->environment->auditors_needed);
	if (!db_is_null(row, 7))
		fprintf(v->out, "  latest attempt: %s\n", db_text(row, 7));
	return FAULT_OK;
}

static enum fault
print_questions(struct view *v, struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&v->ma->lock);
	f = db_run(
	    v->ma->db, DO_QUESTIONS_WAITING, NULL, 0, print_question, v, fi);
	pthread_mutex_unlock(&v->ma->lock);
	return f;
}

enum fault
view_questions(struct ma *ma, FILE *out, struct fault_info *fi)
{
	struct view v = {.ma = ma, .out = out};

	TRY(print_questions(&v, fi));
	if (v.lines == 0)
		fprintf(out, "no question waits\n");
	return FAULT_OK;
}

static enum fault
print_auditor(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	(void)fi;
	fprintf(ctx, "  countersigned by %s\n", db_text(row, 0));
	return FAULT_OK;
}

enum fault
view_question(struct ma *ma, FILE *out, int64_t number, struct fault_info *fi)
{
	struct view v = {.ma = ma, .out = out, .only = number};
	struct arena arena = arena_new(MEMORY);
	struct question q;
	enum fault f;

	f = question_load(&q, ma, &arena, number, fi);
	if (f == FAULT_OK)
		f = print_questions(&v, fi);
	if (f == FAULT_OK) {
		pthread_mutex_lock(&ma->lock);
		f = DB_EACH(ma->db, DO_COUNTERSIGNATURES, print_auditor, out,
		    fi, DB_BLOB(q.hash, sizeof(q.hash)));
		pthread_mutex_unlock(&ma->lock);
	}
	arena_free(&arena);
	return f;
}

static enum fault
write_all(const char *path, struct bytes b, struct fault_info *fi)
{
	FILE *file = fopen(path, "we");
	bool good;

	if (file == NULL)
		return fault_errno(fi, FAULT_IO, "%s", path);
	good = fwrite(b.p, 1, b.n, file) == b.n;
	good = fclose(file) == 0 && good;
	return good ? FAULT_OK : fault_errno(fi, FAULT_IO, "%s", path);
}

enum fault
question_export(
    struct ma *ma, int64_t number, const char *path, struct fault_info *fi)
{
	struct arena arena = arena_new(MEMORY);
	struct question q;
	enum fault f;

	f = question_load(&q, ma, &arena, number, fi);
	if (f == FAULT_OK)
		f = write_all(path, q.pdu, fi);
	arena_free(&arena);
	return f;
}

/* ---- revocations ---- */

static enum fault
print_revocation(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct view *v = ctx;
	char decided[TIME32_TEXT];

	(void)fi;
	v->lines++;
	time32_text(decided, (uint32_t)db_int(row, 5));
	fprintf(v->out,
	    "revocation %" PRId64 "  case %" PRId64 "  %s  %s: %s\n",
	    db_int(row, 0), db_int(row, 1), decided,
	    ma_revocation_word((enum ma_revocation_state)db_int(row, 2)),
	    db_text(row, 3));
	if (!db_is_null(row, 4))
		fprintf(v->out, "  %s\n", db_text(row, 4));
	return FAULT_OK;
}

enum fault
view_revocations(struct ma *ma, FILE *out, struct fault_info *fi)
{
	struct view v = {.ma = ma, .out = out};
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = db_run(ma->db, DO_REVOCATIONS, NULL, 0, print_revocation, &v, fi);
	pthread_mutex_unlock(&ma->lock);
	if (f == FAULT_OK && v.lines == 0)
		fprintf(out, "nothing was ever revoked\n");
	return f;
}
