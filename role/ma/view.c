/* view.c - see view.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/time32.h"
#include "misbehavior/kind.h"
#include "role/ma/decide.h"
#include "role/ma/drawing.h"
#include "role/ma/revoke.h"
#include "role/ma/view.h"

#define MEMORY (1u << 20)

struct line {
	int64_t number, reports, suspects, reporters, proved, into;
	enum ma_case_state state;
	uint32_t opened, decided;
	int64_t began, ended; /* ms */
	char who[64], reason[MA_REASON_MAX + 1];
	bool has_rif;
	uint8_t rif[CERT_ID_SIZE];
};

struct lines {
	struct line *v;
	size_t n, room;
};

static void
copy_text(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text != NULL ? text : "");
}

static enum fault
got_line(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct lines *l = ctx;
	struct line *more, *v;

	if (l->n == l->room) {
		l->room = l->room * 2 + 16;
		if ((more = realloc(l->v, l->room * sizeof(*l->v))) == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "cases");
		l->v = more;
	}
	v = &l->v[l->n++];
	*v = (struct line){.number = db_int(row, 0),
	    .state = (enum ma_case_state)db_int(row, 1),
	    .opened = (uint32_t)db_int(row, 2),
	    .decided = (uint32_t)db_int(row, 3),
	    .proved = db_int(row, 6),
	    .reports = db_int(row, 7),
	    .suspects = db_int(row, 8),
	    .reporters = db_int(row, 9),
	    .began = db_int(row, 10),
	    .ended = db_int(row, 11),
	    .into = db_int(row, 13)};
	copy_text(v->who, sizeof(v->who), db_text(row, 4));
	copy_text(v->reason, sizeof(v->reason), db_text(row, 5));
	v->has_rif = !db_is_null(row, 12);
	return v->has_rif ? db_blob_copy(row, 12, v->rif, sizeof(v->rif), fi)
			  : FAULT_OK;
}

/* incident 0: all. */
static enum fault
read_lines(
    struct lines *l, struct ma *ma, int64_t incident, struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = DB_EACH(ma->db, DO_INCIDENTS, got_line, l, fi, DB_INT(incident));
	pthread_mutex_unlock(&ma->lock);
	return f;
}

/* ---- what it is about ---- */

struct words {
	char *out;
	size_t size, n;
};

static enum fault
got_kind(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct words *w = ctx;
	int64_t kind = db_int(row, 0);
	int n;

	(void)fi;
	if (kind < 0 || kind >= MISBEHAVIOR_KINDS || w->n >= w->size)
		return FAULT_OK;
	n = snprintf(w->out + w->n, w->size - w->n, "%s%" PRId64 " %s",
	    w->n > 0 ? ", " : "", db_int(row, 1),
	    misbehavior_kind_text((enum misbehavior_kind)kind));
	w->n += n > 0 ? (size_t)n : 0;
	return FAULT_OK;
}

static enum fault
read_kinds(
    char out[200], struct ma *ma, int64_t incident, struct fault_info *fi)
{
	struct words w = {out, 200, 0};
	enum fault f;

	snprintf(out, w.size, "-");
	pthread_mutex_lock(&ma->lock);
	f = DB_EACH(ma->db, DO_KINDS_OF, got_kind, &w, fi, DB_INT(incident));
	pthread_mutex_unlock(&ma->lock);
	return f;
}

/* "open", "to be revoked (blacklisted)", "revoked" */
static enum fault
state_words(char out[48], struct ma *ma, struct arena *arena,
    const struct line *v, struct fault_info *fi)
{
	struct ma_revocation r = {.number = 0};

	if (v->state == CASE_REVOKED)
		TRY(ma_revocation_find(&r, ma, arena, v->number, fi));
	if (v->state == CASE_MERGED)
		snprintf(out, 48, "part of case %" PRId64, v->into);
	else if (v->state != CASE_REVOKED || r.state == MA_DONE)
		snprintf(out, 48, "%s", ma_case_word(v->state));
	else if (r.state == MA_FAILED)
		snprintf(out, 48, "revocation failed");
	else
		snprintf(
		    out, 48, "to be revoked (%s)", ma_revocation_word(r.state));
	return FAULT_OK;
}

static enum fault
print_line(FILE *out, struct ma *ma, struct arena *arena, const struct line *v,
    struct fault_info *fi)
{
	char opened[TIME32_TEXT], state[48], kinds[200];

	TRY(state_words(state, ma, arena, v, fi));
	TRY(read_kinds(kinds, ma, v->number, fi));
	time32_text(opened, v->opened);
	fprintf(out,
	    "%4" PRId64 "  %-28s  %-20s  %7" PRId64 "  %8" PRId64 "  %9" PRId64
	    "  %6" PRId64 "  %s\n",
	    v->number, state, opened, v->reports, v->suspects, v->reporters,
	    v->proved, kinds);
	return FAULT_OK;
}

enum fault
view_cases(struct ma *ma, FILE *out, struct fault_info *fi)
{
	struct arena arena = arena_new(MEMORY);
	struct lines l = {.n = 0};
	enum fault f;

	f = read_lines(&l, ma, 0, fi);
	fprintf(out, "%4s  %-28s  %-20s  %7s  %8s  %9s  %6s  %s\n", "CASE",
	    "STATE", "OPENED", "REPORTS", "SUSPECTS", "REPORTERS", "PROVED",
	    "WHAT");
	for (size_t k = 0; k < l.n && f == FAULT_OK; k++)
		f = print_line(out, ma, &arena, &l.v[k], fi);
	free(l.v);
	arena_free(&arena);
	return f;
}

/* ---- one case ---- */

struct reports {
	struct drawing *drawing;
	int64_t n;
	FILE *out;
};

static const char *
kind_words(int64_t kind)
{
	return kind >= 0 && kind < MISBEHAVIOR_KINDS
		   ? misbehavior_kind_text((enum misbehavior_kind)kind)
		   : "?";
}

/* number, body, made, kind, words, suspect, its i, reporter, its i */
static enum fault
got_report(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	char made[TIME32_TEXT], hex[2 * CERT_ID_SIZE + 1];
	uint8_t suspect[CERT_ID_SIZE], reporter[CERT_ID_SIZE];
	struct reports *r = ctx;

	TRY(db_blob_copy(row, 5, suspect, sizeof(suspect), fi));
	TRY(db_blob_copy(row, 7, reporter, sizeof(reporter), fi));
	hex_encode(hex, reporter, sizeof(reporter));
	time32_text(made, (uint32_t)db_int(row, 2));
	fprintf(r->out,
	    "report %" PRId64 ", %s, by certificate %s:\n  %s: %s\n",
	    db_int(row, 0), made, hex, kind_words(db_int(row, 3)),
	    db_text(row, 4));
	r->n++;
	if (drawing_add(r->drawing, db_blob(row, 1), suspect, db_int(row, 6),
		fi) != FAULT_OK)
		fprintf(r->out, "  (not drawn: %s)\n", fi->text);
	return FAULT_OK;
}

static enum fault
print_reports(FILE *out, FILE *svg, struct ma *ma, const struct line *v,
    struct fault_info *fi)
{
	struct reports r = {drawing_new(), 0, out};
	char title[64];
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = DB_EACH(ma->db, DO_REPORTS_OF, got_report, &r, fi,
	    DB_INT(v->number), DB_INT(DRAWING_REPORTS));
	pthread_mutex_unlock(&ma->lock);
	if (f == FAULT_OK && r.n < v->reports)
		fprintf(out, "(and %" PRId64 " more)\n", v->reports - r.n);
	snprintf(title, sizeof(title), "Case %" PRId64, v->number);
	if (f == FAULT_OK)
		drawing_print(r.drawing, out, svg, title);
	drawing_free(r.drawing);
	return f;
}

static enum fault
print_revocation(FILE *out, struct ma *ma, struct arena *arena,
    const struct line *v, struct fault_info *fi)
{
	char at[TIME32_TEXT];
	struct ma_revocation r;

	if (v->state == CASE_OPEN || v->state == CASE_MERGED)
		return FAULT_OK;
	time32_text(at, v->decided);
	fprintf(out, "decided      %s by %s: %s\n", at, v->who, v->reason);
	if (v->state != CASE_REVOKED)
		return FAULT_OK;
	TRY(ma_revocation_find(&r, ma, arena, v->number, fi));
	fprintf(out, "revocation   %s%s%s",
	    r.number != 0 ? ma_revocation_word(r.state) : "not begun",
	    r.number != 0 && r.text != NULL ? ": " : "",
	    r.number != 0 && r.text != NULL ? r.text : "");
	if (r.number != 0 && r.done != 0) {
		time32_text(at, r.done);
		fprintf(out, ", %s", at);
	}
	fputc('\n', out);
	return FAULT_OK;
}

static void
print_suspect(FILE *out, const struct line *v)
{
	char hex[2 * CERT_ID_SIZE + 1];

	fprintf(out, "suspect      %" PRId64 " certificate%s%s\n", v->suspects,
	    v->suspects == 1 ? "" : "s",
	    v->suspects > 1 ? ", of one device by what PCA and LAs said" : "");
	if (v->has_rif) {
		hex_encode(hex, v->rif, sizeof(v->rif));
		fprintf(out, "enrollment   %s\n", hex);
	}
	fprintf(out, "reporters    %" PRId64 " certificate%s", v->reporters,
	    v->reporters == 1 ? "" : "s");
	if (v->proved > 0)
		fprintf(out,
		    ", %" PRId64 " of them proved to be different "
		    "devices",
		    v->proved);
	fputc('\n', out);
}

static void
print_times(FILE *out, const struct line *v)
{
	char from[TIME32_TEXT], until[TIME32_TEXT];

	if (v->reports == 0)
		return;
	time32_text(from, (uint32_t)(v->began / 1000));
	time32_text(until, (uint32_t)(v->ended / 1000));
	fprintf(out, "seen         %s to %s\n", from, until);
}

static enum fault
print_case(FILE *out, FILE *svg, struct ma *ma, struct arena *arena,
    const struct line *v, struct fault_info *fi)
{
	char opened[TIME32_TEXT], state[48], kinds[200];

	TRY(state_words(state, ma, arena, v, fi));
	TRY(read_kinds(kinds, ma, v->number, fi));
	time32_text(opened, v->opened);
	fprintf(out, "case %" PRId64 "       %s, opened %s\n", v->number, state,
	    opened);
	print_suspect(out, v);
	fprintf(out, "reports      %" PRId64 ": %s\n", v->reports, kinds);
	print_times(out, v);
	TRY(print_revocation(out, ma, arena, v, fi));
	return print_reports(out, svg, ma, v, fi);
}

enum fault
view_case(struct ma *ma, FILE *out, FILE *svg, int64_t incident,
    struct fault_info *fi)
{
	struct arena arena = arena_new(MEMORY);
	struct lines l = {.n = 0};
	enum fault f;

	f = read_lines(&l, ma, incident, fi);
	if (f == FAULT_OK && l.n == 0)
		f = fault_set(
		    fi, FAULT_NOT_FOUND, "no case %" PRId64, incident);
	if (f == FAULT_OK)
		f = print_case(out, svg, ma, &arena, &l.v[0], fi);
	free(l.v);
	arena_free(&arena);
	return f;
}
