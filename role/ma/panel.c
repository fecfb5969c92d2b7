/* panel.c - reporters that are proved to be different devices; detect.h. */
#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "role/ma/detect.h"
#include "role/ma/question.h"

/* So many draws for each reporter of a case. */
#define TRIES 3

#define PANEL_MAX 50

struct panel {
	struct ma_lv v[PANEL_MAX];
	size_t n;
};

static enum fault
got_member(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct panel *p = ctx;
	struct ma_lv *lv = &p->v[p->n];

	if (p->n++ == PANEL_MAX)
		return fault_set(fi, FAULT_STORE, "a panel is too large");
	lv->i = (uint32_t)db_int(row, 1);
	TRY(db_blob_copy(row, 0, lv->lv.b, sizeof(lv->lv.b), fi));
	return db_blob_copy(row, 2, lv->issuer, sizeof(lv->issuer), fi);
}

static enum fault
number(int64_t *out, struct ma *ma, unsigned statement, int64_t incident,
    struct fault_info *fi)
{
	const struct db_value args[] = {DB_INT(incident)};

	return db_run_int(ma->db, out, statement, args, 1, fi);
}

static enum fault
drop(struct ma *ma, int64_t incident, struct fault_info *fi)
{
	TRY(DB_RUN(ma->db, DO_PANEL_DROP, fi, DB_INT(incident)));
	return DB_RUN(
	    ma->db, DO_INCIDENT_PROVED, fi, DB_INT(incident), DB_INT(0));
}

/* The panel of a case, drawn if there is none; empty: too few reporters, or
 * enough draws.  A member that counts no more ends a panel. */
static enum fault
convene(struct panel *p, struct ma *ma, int64_t incident, int64_t need,
    struct fault_info *fi)
{
	int64_t count, tries, left;

	p->n = 0;
	TRY(DB_EACH(ma->db, DO_PANEL_OF, got_member, p, fi, DB_INT(incident)));
	TRY(number(&left, ma, DO_PANEL_COUNTS, incident, fi));
	if (p->n > 0 && left == need && p->n == (size_t)need)
		return FAULT_OK;
	if (p->n > 0)
		TRY(drop(ma, incident, fi));
	p->n = 0;
	TRY(number(&count, ma, DO_REPORTERS_COUNT, incident, fi));
	TRY(number(&tries, ma, DO_INCIDENT_TRIES, incident, fi));
	if (count < need || tries >= TRIES * count)
		return FAULT_OK;
	TRY(DB_RUN(ma->db, DO_PANEL_DRAW, fi, DB_INT(incident), DB_INT(need)));
	return DB_EACH(
	    ma->db, DO_PANEL_OF, got_member, p, fi, DB_INT(incident));
}

static enum fault
convene_alone(struct panel *p, int64_t *proof, struct ma *ma, int64_t incident,
    struct fault_info *fi)
{
	int64_t need = ma->environment->case_reporters;
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	if ((f = db_begin(ma->db, fi)) == FAULT_OK) {
		f = convene(p, ma, incident, need, fi);
		if (f == FAULT_OK)
			f = number(proof, ma, DO_INCIDENT_PROOF, incident, fi);
		if (f == FAULT_OK)
			f = db_commit(ma->db, fi);
		else
			db_rollback(ma->db);
	}
	pthread_mutex_unlock(&ma->lock);
	return f;
}

/* One reporter needs no question. */
static enum fault
ask(bool *different, struct ma *ma, const struct panel *p, int64_t incident,
    struct fault_info *fi)
{
	size_t matches = 0;
	char why[96];
	enum fault f;

	*different = p->n == 1;
	if (*different)
		return FAULT_OK;
	snprintf(why, sizeof(why),
	    "case %" PRId64 ": are its reporters different devices?", incident);
	f = ma_ask_linked(ma, &matches, p->v, p->n, why, fi);
	if (f == FAULT_BUSY || f == FAULT_STORE)
		return f;
	if (f != FAULT_OK)
		log_warn("%s not answered: %s", why, fi->text);
	*different = f == FAULT_OK && matches <= 1;
	return FAULT_OK;
}

static enum fault
conclude(struct ma *ma, int64_t incident, size_t proved, struct fault_info *fi)
{
	enum fault f;

	if (proved > 0)
		return DB_RUN(ma->db, DO_INCIDENT_PROVED, fi, DB_INT(incident),
		    DB_INT(proved));
	TRY(db_begin(ma->db, fi));
	f = DB_RUN(ma->db, DO_PANEL_DROP, fi, DB_INT(incident));
	if (f == FAULT_OK)
		f = DB_RUN(ma->db, DO_INCIDENT_TRIED, fi, DB_INT(incident));
	if (f == FAULT_OK)
		return db_commit(ma->db, fi);
	db_rollback(ma->db);
	return f;
}

enum fault
ma_prove(
    struct ma *ma, int64_t *proved, int64_t incident, struct fault_info *fi)
{
	struct panel p;
	bool different;
	enum fault f;

	*proved = 0;
	if (ma->environment->case_reporters == 0)
		return FAULT_OK;
	TRY(convene_alone(&p, proved, ma, incident, fi));
	if (p.n == 0 || *proved > 0)
		return FAULT_OK;
	TRY(ask(&different, ma, &p, incident, fi));
	*proved = different ? (int64_t)p.n : 0;
	pthread_mutex_lock(&ma->lock);
	f = conclude(ma, incident, (size_t)*proved, fi);
	pthread_mutex_unlock(&ma->lock);
	return f;
}
