/* revoke.c - revocations go on from state to state; see revoke.h. */
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "role/ma/revoke_steps.h"
#include "service/crash.h"

#define MEMORY	((size_t)8 << 20)
#define LOOK_MS 200u

/* What takes a revocation on from a state; a pseudonym's, a holder's. */
static const struct {
	revoke_step *step[2];
	const char *reached; /* crash point */
} states[MA_REVOCATION_STATES] = {
    [MA_DECIDED] = {{revoke_find_request, revoke_blacklist_rif},
	"ma-revoke-decided"},
    [MA_HPCR] = {{revoke_blacklist, revoke_blacklist}, "ma-revoke-hpcr"},
    [MA_BLACKLISTED] = {{revoke_find_chains, revoke_find_digests},
	"ma-revoke-blacklisted"},
    [MA_CHAINS] = {{revoke_find_seeds, revoke_send}, "ma-revoke-chains"},
    [MA_SEEDS] = {{revoke_send, revoke_send}, "ma-revoke-seeds"},
    [MA_SENT] = {{revoke_finish, revoke_finish}, "ma-revoke-sent"},
    [MA_DONE] = {{NULL, NULL}, "ma-revoke-done"},
    [MA_FAILED] = {{NULL, NULL}, "ma-revoke-failed"},
};

/* ---- who works on what ---- */

static struct {
	pthread_mutex_t lock;
	int64_t number[REVOKE_THREADS];
} claims = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool
is_free(void *ctx, int64_t number)
{
	(void)ctx;
	for (size_t i = 0; i < REVOKE_THREADS; i++)
		if (claims.number[i] == number)
			return false;
	return true;
}

static int64_t *
claim(int64_t number)
{
	for (size_t i = 0; i < REVOKE_THREADS; i++)
		if (claims.number[i] == 0) {
			claims.number[i] = number;
			return &claims.number[i];
		}
	return NULL;
}

static int64_t *
take(struct ma *ma, struct fault_info *fi)
{
	int64_t number = 0, *claimed = NULL;

	pthread_mutex_lock(&claims.lock);
	pthread_mutex_lock(&ma->lock);
	if (revocation_due(&number, ma, is_free, NULL, fi) != FAULT_OK)
		log_warn("revocations: %s", fi->text);
	pthread_mutex_unlock(&ma->lock);
	if (number != 0)
		claimed = claim(number);
	pthread_mutex_unlock(&claims.lock);
	return claimed;
}

static void
give(int64_t *claimed)
{
	pthread_mutex_lock(&claims.lock);
	*claimed = 0;
	pthread_mutex_unlock(&claims.lock);
}

/* ---- what steps share ---- */

enum fault
step_key(struct step *s, struct asking *a, enum inquiry_kind kind,
    const struct ma_peer *peer, struct fault_info *fi)
{
	*a = (struct asking){.kind = kind,
	    .peer = peer,
	    .why = s->why,
	    .key = arena_printf(s->arena, "revocation %lld %s %s",
		(long long)s->r->number, inquiry_path(kind) + 1, peer->name)};
	return a->key != NULL ? FAULT_OK
			      : fault_set(fi, FAULT_TOO_LARGE, "question");
}

static enum fault
audit(
    const struct step *s, enum ma_revocation_state state, struct fault_info *fi)
{
	return audit_write(s->ma->service->audit, AUDIT_REVOKE, fi,
	    "revocation=%lld case=%lld state=\"%s\" reason=\"%s\"",
	    (long long)s->r->number, (long long)s->r->case_id,
	    ma_revocation_word(state), s->r->reason);
}

static enum fault
commit(struct step *s, enum ma_revocation_state next, const char *key,
    step_store *store, void *ctx, struct fault_info *fi)
{
	struct ma *ma = s->ma;

	TRY(db_begin(ma->db, fi));
	if (store != NULL)
		TRY(store(s, ctx, fi));
	if (key != NULL)
		TRY(question_used(ma, key, ma_revocation_word(next), fi));
	TRY(revocation_advance(ma, s->r, next, fi));
	return db_commit(ma->db, fi);
}

enum fault
step_commit(struct step *s, enum ma_revocation_state next, const char *key,
    step_store *store, void *ctx, struct fault_info *fi)
{
	enum ma_revocation_state before = s->r->state;
	enum fault f;

	TRY(audit(s, next, fi));
	pthread_mutex_lock(&s->ma->lock);
	f = commit(s, next, key, store, ctx, fi);
	db_rollback(s->ma->db);
	pthread_mutex_unlock(&s->ma->lock);
	if (f != FAULT_OK)
		s->r->state = before;
	else
		crash_point(states[next].reached);
	return f;
}

static enum fault
end(struct step *s, enum ma_revocation_state state, const char *text,
    struct fault_info *fi)
{
	enum fault f;

	TRY(audit(s, state, fi));
	pthread_mutex_lock(&s->ma->lock);
	f = revocation_end(s->ma, s->r, state, text, fi);
	db_rollback(s->ma->db);
	pthread_mutex_unlock(&s->ma->lock);
	if (f == FAULT_OK)
		crash_point(states[state].reached);
	return f;
}

enum fault
step_end(struct step *s, const char *text, struct fault_info *fi)
{
	return end(s, MA_DONE, text, fi);
}

enum fault
revoke_finish(struct step *s, struct fault_info *fi)
{
	return step_end(s, NULL, fi);
}

uint32_t
step_period(const struct step *s, uint32_t time)
{
	return environment_period(s->ma->environment, time);
}

/* ---- one after the other ---- */

static bool
is_final(enum fault f)
{
	return f == FAULT_DENIED || f == FAULT_CONSTRAINT ||
	       f == FAULT_TOO_LARGE;
}

static void
wait_for(struct step *s, const char *text)
{
	struct fault_info fi;

	if (s->r->tries == 0)
		log_warn(
		    "revocation %lld waits: %s", (long long)s->r->number, text);
	pthread_mutex_lock(&s->ma->lock);
	if (revocation_wait(s->ma, s->r, text, &fi) != FAULT_OK)
		log_warn("%s", fi.text);
	pthread_mutex_unlock(&s->ma->lock);
}

static void
fail(struct step *s, const char *text)
{
	struct fault_info fi;

	log_error(
	    "revocation %lld has failed: %s", (long long)s->r->number, text);
	if (end(s, MA_FAILED, text, &fi) != FAULT_OK)
		wait_for(s, fi.text);
}

static enum fault
begin(struct step *s, struct fault_info *fi)
{
	s->why = arena_printf(
	    s->arena, "case %lld: %s", (long long)s->r->case_id, s->r->reason);
	if (s->why == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "revocation");
	if (s->r->state == MA_DECIDED && s->r->tries == 0) {
		TRY(audit(s, MA_DECIDED, fi));
		crash_point(states[MA_DECIDED].reached);
	}
	return ma_peers(&s->peers, s->arena, s->ma, fi);
}

static void
go_on(struct step *s)
{
	unsigned kind = s->r->subject.kind == MA_PSEUDONYM ? 0 : 1;
	struct fault_info fi;
	enum fault f;

	f = begin(s, &fi);
	while (f == FAULT_OK && s->r->state < MA_DONE)
		f = states[s->r->state].step[kind](s, &fi);
	if (f == FAULT_OK)
		return;
	if (is_final(f))
		fail(s, fi.text);
	else
		wait_for(s, fi.text);
}

void
revoke_go_on(struct ma *ma, int64_t number)
{
	struct arena arena = arena_new(MEMORY);
	struct revocation r;
	struct step s = {.ma = ma, .r = &r, .arena = &arena};
	struct fault_info fi;
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = revocation_load(&r, ma, &arena, number, &fi);
	pthread_mutex_unlock(&ma->lock);
	if (f == FAULT_OK)
		go_on(&s);
	else
		log_warn("revocation %lld: %s", (long long)number, fi.text);
	arena_free(&arena);
}

/* Whatever they waited for may be there by now. */
static void
wake_all(struct ma *ma)
{
	struct fault_info fi;

	pthread_mutex_lock(&ma->lock);
	if (db_run(ma->db, DO_REVOCATIONS_WAKE, NULL, 0, NULL, NULL, &fi) !=
	    FAULT_OK)
		log_warn("revocations: %s", fi.text);
	pthread_mutex_unlock(&ma->lock);
}

void
revoke_run(void *state, struct service *service)
{
	struct ma *ma = state;
	struct fault_info fi;
	int64_t *claimed;

	wake_all(ma);
	while (!service_stopping(service)) {
		if ((claimed = take(ma, &fi)) == NULL) {
			service_sleep(service, LOOK_MS);
			continue;
		}
		revoke_go_on(ma, *claimed);
		give(claimed);
	}
}
