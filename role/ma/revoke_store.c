/* revoke_store.c - see revoke_store.h. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "crypto/random.h"
#include "role/ma/revoke_store.h"

#define REASON_MAX   160u
#define PAUSE_MOST   60u
#define CHAINS_MOST  4096u /* of one device; more are a defect */
#define PAUSE_DOUBLE 6u

static const char *const words[] = {
#define STATE(name, word) word,
#include "role/ma/revoke_state.def"
#undef STATE
};

_Static_assert(MA_DONE == 6 && MA_FAILED == 7, "numbers in revoke_sql.def");

const char *
ma_revocation_word(enum ma_revocation_state state)
{
	return state < MA_REVOCATION_STATES ? words[state] : "?";
}

/* ---- the decision ---- */

static enum fault
check_reason(const char *reason, struct fault_info *fi)
{
	size_t n = strlen(reason);
	bool is_fine = n > 0 && n <= REASON_MAX;

	for (size_t i = 0; i < n; i++)
		is_fine = is_fine && reason[i] >= ' ' && reason[i] <= '~' &&
			  reason[i] != '"' && reason[i] != '\\';
	return is_fine ? FAULT_OK
		       : fault_set(fi, FAULT_CONSTRAINT,
			     "a reason has 1 to %u printable characters, none "
			     "of them \" or \\",
			     REASON_MAX);
}

static enum fault
got_state(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	(void)fi;
	*(int64_t *)ctx = db_int(row, 2);
	return FAULT_OK;
}

static enum fault
add(struct ma *ma, int64_t case_id, const struct ma_subject *s,
    const char *reason, struct fault_info *fi)
{
	uint8_t id[REVOCATION_ID_SIZE];
	bool lv = s->kind == MA_PSEUDONYM;

	random_bytes(id, sizeof(id));
	return DB_RUN(ma->db, DO_REVOCATION_ADD, fi, DB_INT(case_id),
	    DB_INT(s->kind),
	    lv ? DB_BLOB(s->lv.lv.b, sizeof(s->lv.lv.b)) : DB_NULL_VALUE,
	    lv ? DB_INT(s->lv.i) : DB_NULL_VALUE,
	    lv ? DB_BLOB(s->lv.issuer, CERT_ID_SIZE) : DB_NULL_VALUE,
	    lv ? DB_NULL_VALUE : DB_BLOB(s->rif, CERT_ID_SIZE), DB_TEXT(reason),
	    DB_BLOB(id, sizeof(id)), DB_INT(time32_now()));
}

static enum fault
decide(struct ma *ma, int64_t case_id, const struct ma_subject *s,
    const char *reason, struct fault_info *fi)
{
	int64_t state = MA_FAILED;

	TRY(db_begin(ma->db, fi));
	TRY(DB_EACH(ma->db, DO_REVOCATION_OF_CASE, got_state, &state, fi,
	    DB_INT(case_id)));
	if (state != MA_FAILED)
		return FAULT_OK;
	TRY(add(ma, case_id, s, reason, fi));
	return db_commit(ma->db, fi);
}

enum fault
ma_revoke(struct ma *ma, int64_t case_id, const struct ma_subject *s,
    const char *reason, struct fault_info *fi)
{
	enum fault f;

	TRY(check_reason(reason, fi));
	pthread_mutex_lock(&ma->lock);
	f = decide(ma, case_id, s, reason, fi);
	db_rollback(ma->db);
	pthread_mutex_unlock(&ma->lock);
	return f;
}

/* ---- for people ---- */

struct found {
	struct ma_revocation *out;
	struct arena *arena;
};

static enum fault
got_revocation(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct found *found = ctx;
	struct ma_revocation *r = found->out;

	r->number = db_int(row, 0);
	r->case_id = db_int(row, 1);
	r->state = (enum ma_revocation_state)db_int(row, 2);
	r->reason = arena_printf(found->arena, "%s", db_text(row, 3));
	if (!db_is_null(row, 4))
		r->text = arena_printf(found->arena, "%s", db_text(row, 4));
	r->decided = (uint32_t)db_int(row, 5);
	r->done = (uint32_t)db_int(row, 6);
	return r->reason != NULL ? FAULT_OK
				 : fault_set(fi, FAULT_TOO_LARGE, "revocation");
}

enum fault
ma_revocation_find(struct ma_revocation *out, struct ma *ma,
    struct arena *arena, int64_t case_id, struct fault_info *fi)
{
	struct found found = {out, arena};
	enum fault f;

	*out = (struct ma_revocation){0};
	pthread_mutex_lock(&ma->lock);
	f = DB_EACH(ma->db, DO_REVOCATION_OF_CASE, got_revocation, &found, fi,
	    DB_INT(case_id));
	pthread_mutex_unlock(&ma->lock);
	return f;
}

/* ---- rows ---- */

struct loaded {
	struct revocation *out;
	struct arena *arena;
};

static enum fault
read_subject(
    struct ma_subject *s, const struct db_row *row, struct fault_info *fi)
{
	s->kind = (enum ma_subject_kind)db_int(row, 2);
	if (s->kind == MA_HOLDER)
		return db_blob_copy(row, 6, s->rif, sizeof(s->rif), fi);
	s->lv.i = (uint32_t)db_int(row, 4);
	TRY(db_blob_copy(row, 3, s->lv.lv.b, sizeof(s->lv.lv.b), fi));
	return db_blob_copy(row, 5, s->lv.issuer, sizeof(s->lv.issuer), fi);
}

static enum fault
got_row(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct loaded *l = ctx;
	struct revocation *r = l->out;

	r->number = db_int(row, 0);
	r->case_id = db_int(row, 1);
	TRY(read_subject(&r->subject, row, fi));
	r->reason = arena_printf(l->arena, "%s", db_text(row, 7));
	TRY(db_blob_copy(row, 8, r->id, sizeof(r->id), fi));
	r->state = (enum ma_revocation_state)db_int(row, 9);
	r->tries = (unsigned)db_int(row, 10);
	if (!db_is_null(row, 11))
		TRY(db_blob_copy(row, 11, r->hpcr, sizeof(r->hpcr), fi));
	r->j_max = (uint8_t)db_int(row, 12);
	r->period = (uint32_t)db_int(row, 13);
	return r->reason != NULL ? FAULT_OK
				 : fault_set(fi, FAULT_TOO_LARGE, "revocation");
}

enum fault
revocation_load(struct revocation *out, struct ma *ma, struct arena *arena,
    int64_t number, struct fault_info *fi)
{
	struct loaded l = {out, arena};

	*out = (struct revocation){0};
	TRY(DB_EACH(
	    ma->db, DO_REVOCATION_LOAD, got_row, &l, fi, DB_INT(number)));
	return out->number != 0 ? FAULT_OK
				: fault_set(fi, FAULT_NOT_FOUND,
				      "no revocation %lld", (long long)number);
}

struct due {
	int64_t *number;
	bool (*is_free)(void *, int64_t);
	void *ctx;
};

static enum fault
got_due(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct due *due = ctx;

	(void)fi;
	if (*due->number == 0 && due->is_free(due->ctx, db_int(row, 0)))
		*due->number = db_int(row, 0);
	return FAULT_OK;
}

enum fault
revocation_due(int64_t *number, struct ma *ma,
    bool (*is_free)(void *ctx, int64_t number), void *ctx,
    struct fault_info *fi)
{
	struct due due = {number, is_free, ctx};

	*number = 0;
	return DB_EACH(ma->db, DO_REVOCATIONS_DUE, got_due, &due, fi,
	    DB_INT(time32_now()), DB_INT(REVOKE_THREADS));
}

enum fault
revocation_advance(struct ma *ma, struct revocation *r,
    enum ma_revocation_state state, struct fault_info *fi)
{
	TRY(DB_RUN(ma->db, DO_REVOCATION_STATE, fi, DB_INT(r->number),
	    DB_INT(r->state), DB_INT(state)));
	if (db_changes(ma->db) != 1)
		return fault_set(fi, FAULT_INTERNAL,
		    "revocation %lld has left its state", (long long)r->number);
	r->state = state;
	return FAULT_OK;
}

enum fault
revocation_wait(struct ma *ma, const struct revocation *r, const char *text,
    struct fault_info *fi)
{
	unsigned pause = r->tries < PAUSE_DOUBLE ? 1u << r->tries : PAUSE_MOST;

	return DB_RUN(ma->db, DO_REVOCATION_WAIT, fi, DB_INT(r->number),
	    DB_TEXT(text), DB_INT(time32_now()), DB_INT(pause));
}

/* Chains, digests, and what was asked and may not have been answered. */
static enum fault
forget(struct ma *ma, const struct revocation *r, struct fault_info *fi)
{
	char keys[64];

	snprintf(keys, sizeof(keys), "revocation %lld *", (long long)r->number);
	TRY(DB_RUN(ma->db, DO_QUESTIONS_DROP, fi, DB_TEXT(keys)));
	TRY(DB_RUN(ma->db, DO_CHAINS_FORGET, fi, DB_INT(r->number)));
	return DB_RUN(ma->db, DO_DIGESTS_FORGET, fi, DB_INT(r->number));
}

enum fault
revocation_end(struct ma *ma, struct revocation *r,
    enum ma_revocation_state state, const char *text, struct fault_info *fi)
{
	TRY(db_begin(ma->db, fi));
	TRY(DB_RUN(ma->db, DO_REVOCATION_END, fi, DB_INT(r->number),
	    DB_INT(state), DB_TEXT(text), DB_INT(time32_now())));
	TRY(forget(ma, r, fi));
	TRY(db_commit(ma->db, fi));
	db_shorten_log(ma->db, 0);
	r->state = state;
	return FAULT_OK;
}

/* ---- chains ---- */

struct list {
	struct chains *out;
	struct arena *arena;
};

static enum fault
read_seed(struct chain *c, unsigned la, const struct db_row *row,
    struct fault_info *fi)
{
	c->i[la] = -1;
	if (db_is_null(row, 6 + la))
		return FAULT_OK;
	TRY(db_blob_copy(row, 4 + la, c->la_id[la], 2, fi));
	TRY(db_blob_copy(
	    row, 6 + la, c->seed[la].b, sizeof(c->seed[la].b), fi));
	c->i[la] = db_int(row, 8 + la);
	return FAULT_OK;
}

static enum fault
got_chain(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct list *l = ctx;
	struct chain *c = &l->out->v[l->out->n];

	if (l->out->n == CHAINS_MOST)
		return fault_set(fi, FAULT_TOO_LARGE, "chains of a device");
	c->number = db_int(row, 0);
	for (unsigned k = 0; k < 2; k++) {
		c->lci[k] = bytes_copy(l->arena, db_blob(row, 1 + k));
		if (c->lci[k].p == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "chains");
		TRY(read_seed(c, k, row, fi));
	}
	c->i_max = (uint16_t)db_int(row, 3);
	l->out->n++;
	return FAULT_OK;
}

enum fault
chains_load(struct chains *out, struct ma *ma, struct arena *arena,
    int64_t revocation, struct fault_info *fi)
{
	struct list l = {out, arena};

	*out =
	    (struct chains){0, ARENA_ARRAY(arena, CHAINS_MOST, struct chain)};
	if (out->v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "chains");
	return DB_EACH(
	    ma->db, DO_CHAINS, got_chain, &l, fi, DB_INT(revocation));
}
