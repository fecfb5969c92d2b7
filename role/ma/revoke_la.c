/* revoke_la.c - the seeds of the running period, from both LAs. */
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "role/ma/refusal.h"
#include "role/ma/revoke_steps.h"

#define PERIOD_HEADER "Monarch-I"
/* Clocks of components may differ by so much around the change of a period. */
#define MARGIN 60u

/* What one LA is asked for, no more at a time than one question may hold. */
struct seeds {
	struct chains chains; /* of the revocation, all */
	unsigned la;
	uint32_t i;
	size_t n;	       /* chains that are asked about, */
	size_t *of;	       /* which, */
	linkage_chain_id *lci; /* and what they are called there */
};

static bool
is_over(const struct chain *c, uint32_t i)
{
	return c->i_max < i;
}

static enum fault
choose(struct seeds *w, struct step *s, struct fault_info *fi)
{
	uint32_t most = s->ma->environment->ma_list_most;

	w->n = 0;
	w->of = ARENA_ARRAY(s->arena, w->chains.n, size_t);
	w->lci = ARENA_ARRAY(s->arena, w->chains.n, linkage_chain_id);
	if (w->of == NULL || w->lci == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "chains");
	for (size_t k = 0; k < w->chains.n && w->n < most; k++) {
		const struct chain *c = &w->chains.v[k];

		if (c->i[w->la] == w->i || is_over(c, w->i))
			continue;
		TRY(coer_decode(&linkage_chain_id_asn, &w->lci[w->n], s->arena,
		    c->lci[w->la], fi));
		w->of[w->n++] = k;
	}
	return FAULT_OK;
}

/* ---- the answer ---- */

static enum fault
check_seed(struct step *s, const struct seeds *w, size_t k, const lci2_ls *e,
    const char *la, struct fault_info *fi)
{
	struct bytes lci;

	TRY(coer_encode_new(
	    &lci, s->arena, &linkage_chain_id_asn, &e->lci, fi));
	if (!bytes_equal(lci, w->chains.v[w->of[k]].lci[w->la]))
		return fault_set(fi, FAULT_DENIED,
		    "%s answers about another chain than it was asked about",
		    la);
	if (e->reply.is == lci2_ls_reply_failure)
		return refusal_fault(la, &e->reply.failure, fi);
	return FAULT_OK;
}

static enum fault
store(struct ma *ma, const struct seeds *w,
    const la_ma_linkage_seed_response_msg_ls_info *list, const char *key,
    struct fault_info *fi)
{
	TRY(db_begin(ma->db, fi));
	for (size_t k = 0; k < w->n; k++) {
		const linkage_seed_and_la_id *e = &list->v[k].reply.success;

		TRY(DB_RUN(ma->db,
		    w->la == 0 ? DO_CHAIN_SEED_1 : DO_CHAIN_SEED_2, fi,
		    DB_INT(w->chains.v[w->of[k]].number),
		    DB_BLOB(e->linkage_seed.b, sizeof(e->linkage_seed.b)),
		    DB_BLOB(e->la_id.b, sizeof(e->la_id.b)), DB_INT(w->i)));
	}
	TRY(question_used(ma, key, "answered", fi));
	return db_commit(ma->db, fi);
}

static enum fault
accept(struct step *s, struct seeds *w, const scms_pdu *answer,
    const struct asking *a, struct fault_info *fi)
{
	const la_ma_linkage_seed_response_msg_ls_info *list =
	    &answer->content.la_ma.la_ma_linkage_seed_response.ls_info;
	enum fault f;

	if (list->n != w->n)
		return fault_set(fi, FAULT_DENIED,
		    "%s answers about %zu chains, not about %zu", a->peer->name,
		    list->n, w->n);
	for (size_t k = 0; k < w->n; k++)
		TRY(check_seed(s, w, k, &list->v[k], a->peer->name, fi));
	pthread_mutex_lock(&s->ma->lock);
	f = store(s->ma, w, list, a->key, fi);
	db_rollback(s->ma->db);
	pthread_mutex_unlock(&s->ma->lock);
	for (size_t k = 0; k < w->n && f == FAULT_OK; k++)
		w->chains.v[w->of[k]].i[w->la] = w->i;
	return f;
}

/* ---- asking ---- */

/* It is not refused for good where the period is about to change, or did a
 * moment ago: the LA's clock may say so already, or not yet. */
static enum fault
judge(enum fault f, const struct step *s, uint32_t i, struct fault_info *fi)
{
	uint32_t now = time32_now();

	if (f == FAULT_DENIED && (step_period(s, now + MARGIN) != i ||
				     step_period(s, now - MARGIN) != i)) {
		f = fi->code = FAULT_BUSY;
	}
	return f;
}

static enum fault
ask(struct step *s, struct seeds *w, struct fault_info *fi)
{
	const char *headers[2] = {NULL, NULL};
	to_be_signed_ls_request_msg *tbs;
	scms_pdu *pdu = ARENA_NEW(s->arena, scms_pdu);
	struct inquiry_reply reply;
	struct asking a;
	enum fault f;

	headers[0] = arena_printf(s->arena, PERIOD_HEADER ": %u", w->i);
	if (pdu == NULL || headers[0] == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "question");
	inquiry_begin(pdu, INQUIRY_SEEDS, s->ma->self.name);
	tbs = &pdu->content.la_ma.ma_la_linkage_seed_request.tbs;
	tbs->lci.n = w->n;
	tbs->lci.v = w->lci;
	TRY(step_key(s, &a, INQUIRY_SEEDS, &s->peers.la[w->la], fi));
	a.headers = headers;
	f = question_ask(s->ma, &reply, s->arena, &a, pdu, fi);
	if (f != FAULT_OK)
		return judge(f, s, w->i, fi);
	return accept(s, w, reply.pdu, &a, fi);
}

/* Seeds of a period that is over go before anybody is asked: the LAs may be
 * away for long.  The log is shortened even if there were none: whoever wiped
 * them may have been killed before that. */
static enum fault
load(struct seeds *w, struct step *s, struct fault_info *fi)
{
	struct ma *ma = s->ma;
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = DB_RUN(ma->db, DO_SEEDS_FORGET_OLD, fi, DB_INT(s->r->number),
	    DB_INT(w->i));
	if (f == FAULT_OK) {
		db_shorten_log(ma->db, 0);
		f = chains_load(&w->chains, ma, s->arena, s->r->number, fi);
	}
	pthread_mutex_unlock(&ma->lock);
	return f;
}

static enum fault
store_period(struct step *s, void *ctx, struct fault_info *fi)
{
	s->r->period = *(const uint32_t *)ctx;
	return DB_RUN(s->ma->db, DO_REVOCATION_PERIOD, fi, DB_INT(s->r->number),
	    DB_INT(s->r->period));
}

static bool
are_over(const struct seeds *w)
{
	for (size_t k = 0; k < w->chains.n; k++)
		if (!is_over(&w->chains.v[k], w->i))
			return false;
	return true;
}

enum fault
revoke_find_seeds(struct step *s, struct fault_info *fi)
{
	struct seeds w = {.i = step_period(s, time32_now())};

	TRY(load(&w, s, fi));
	if (are_over(&w))
		return step_end(s,
		    "blacklisted; its certificates have ended meanwhile", fi);
	for (w.la = 0; w.la < 2;) {
		TRY(choose(&w, s, fi));
		if (w.n > 0)
			TRY(ask(s, &w, fi));
		else
			w.la++;
		/* It is asked anew, for the period that has begun. */
		if (step_period(s, time32_now()) != w.i)
			return FAULT_OK;
	}
	return step_commit(s, MA_SEEDS, NULL, store_period, &w.i, fi);
}
