/* revoke_crlg.c - what was learned goes to the CRL generator. */
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "cert/profile.h"
#include "cert/spdu.h"
#include "role/ma/revoke_steps.h"
#include "schema/monarch.h"
#include "service/crash.h"

#define PATH	   "/revocations"
#define DIGESTS	   4096u
#define ANSWER_MAX 4096u

/* ---- the message ---- */

static bool
has_seeds(const struct chain *c, const struct revocation *r)
{
	return c->i_max >= r->period && c->i[0] == r->period &&
	       c->i[1] == r->period;
}

static enum fault
fill_linkage(monarch_revocation *m, struct step *s, struct fault_info *fi)
{
	monarch_revocation_linkage *v;
	struct chains chains;

	TRY(chains_load(&chains, s->ma, s->arena, s->r->number, fi));
	v = ARENA_ARRAY(s->arena, chains.n, monarch_revocation_linkage);
	if (v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "chains");
	m->linkage.v = v;
	for (size_t k = 0; k < chains.n; k++) {
		const struct chain *c = &chains.v[k];

		if (!has_seeds(c, s->r))
			continue;
		v = &m->linkage.v[m->linkage.n++];
		memcpy(v->la1_id.b, c->la_id[0], sizeof(v->la1_id.b));
		memcpy(v->la2_id.b, c->la_id[1], sizeof(v->la2_id.b));
		memcpy(v->ls1.b, c->seed[0].b, sizeof(v->ls1.b));
		memcpy(v->ls2.b, c->seed[1].b, sizeof(v->ls2.b));
		v->i_max = c->i_max;
		v->j_max = s->r->j_max;
	}
	return FAULT_OK;
}

static enum fault
got_digest(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	monarch_revocation *m = ctx;
	monarch_revocation_digest *d = &m->digests.v[m->digests.n];

	if (m->digests.n == DIGESTS)
		return fault_set(fi, FAULT_TOO_LARGE, "digests of a holder");
	TRY(db_blob_copy(row, 0, d->id.b, sizeof(d->id.b), fi));
	d->expiry = (uint32_t)db_int(row, 1);
	d->series = CRL_SERIES_END_ENTITY;
	m->digests.n++;
	return FAULT_OK;
}

static enum fault
fill(monarch_revocation *m, struct step *s, struct fault_info *fi)
{
	*m = (monarch_revocation){.version = 1};
	memcpy(m->revocation_id.b, s->r->id, sizeof(m->revocation_id.b));
	if (s->r->subject.kind == MA_PSEUDONYM) {
		m->i = (uint16_t)s->r->period;
		return fill_linkage(m, s, fi);
	}
	m->i = (uint16_t)step_period(s, time32_now());
	m->digests.v =
	    ARENA_ARRAY(s->arena, DIGESTS, monarch_revocation_digest);
	if (m->digests.v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "digests");
	return DB_EACH(
	    s->ma->db, DO_DIGESTS, got_digest, m, fi, DB_INT(s->r->number));
}

static enum fault
make(struct bytes *out, struct step *s, struct fault_info *fi)
{
	const struct spdu_header header = {.psid = PSID_SECURITY,
	    .has_generation_time = true,
	    .generation_time = time64_now()};
	monarch_revocation m;
	struct bytes payload;
	enum fault f;

	pthread_mutex_lock(&s->ma->lock);
	f = fill(&m, s, fi);
	pthread_mutex_unlock(&s->ma->lock);
	TRY(f);
	TRY(coer_encode_new(
	    &payload, s->arena, &monarch_revocation_asn, &m, fi));
	return spdu_sign(out, s->arena, &header, payload, SIGNER_DIGEST,
	    &s->ma->self.signer, fi);
}

/* ---- sending ---- */

/* Clocks (401), a period that has changed there already (409) and disks pass;
 * a message that the generator cannot take does not get better. */
static bool
is_final(unsigned status)
{
	return status == 400 || status == 403 || status == 404 || status == 413;
}

static enum fault
check_answer(const struct http_result *r, struct step *s, struct fault_info *fi)
{
	const char *error = http_result_header(r, s->arena, "Monarch-Error");

	if (r->status == 204)
		return FAULT_OK;
	return fault_set(fi, is_final(r->status) ? FAULT_DENIED : FAULT_BUSY,
	    "%s answers with status %u, %s", s->peers.crlg.name, r->status,
	    error != NULL ? error : "and no reason");
}

static enum fault
post(struct step *s, struct bytes body, struct fault_info *fi)
{
	struct http_call call = {
	    .method = "POST", .body = body, .limit = ANSWER_MAX};
	struct http_result result;

	call.url = arena_printf(s->arena, "https://%s:%u%s", s->peers.crlg.name,
	    s->peers.crlg.port, PATH);
	if (call.url == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "revocation");
	TRY(s->ma->call(s->ma->call_ctx, &result, s->arena, &call, fi));
	return check_answer(&result, s, fi);
}

/* The period is over: nobody may get seeds of one that has passed. */
static enum fault
forget_seeds(struct step *s, struct fault_info *fi)
{
	struct ma *ma = s->ma;

	TRY(db_begin(ma->db, fi));
	TRY(DB_RUN(ma->db, DO_SEEDS_FORGET, fi, DB_INT(s->r->number)));
	TRY(revocation_advance(ma, s->r, MA_CHAINS, fi));
	TRY(db_commit(ma->db, fi));
	db_shorten_log(ma->db, 0);
	return FAULT_OK;
}

static enum fault
ask_anew(struct step *s, struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&s->ma->lock);
	f = forget_seeds(s, fi);
	db_rollback(s->ma->db);
	pthread_mutex_unlock(&s->ma->lock);
	if (f == FAULT_OK)
		crash_point("ma-revoke-anew");
	return f;
}

enum fault
revoke_send(struct step *s, struct fault_info *fi)
{
	struct bytes body;

	if (s->r->state == MA_SEEDS &&
	    step_period(s, time32_now()) != s->r->period)
		return ask_anew(s, fi);
	TRY(make(&body, s, fi));
	TRY(post(s, body, fi));
	crash_point("ma-revoke-taken");
	return step_commit(s, MA_SENT, NULL, NULL, NULL, fi);
}
