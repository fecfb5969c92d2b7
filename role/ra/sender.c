/* sender.c - see sender.h. */
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time32.h"
#include "role/ra/build.h"
#include "role/ra/collect.h"
#include "role/ra/in_hand.h"
#include "role/ra/outbox.h"
#include "role/ra/sender.h"
#include "role/ra/stages.h"
#include "role/ra/supply.h"
#include "service/crash.h"

#define PCA_TIMEOUT_MS	   120000u
#define ANSWER_PER_REQUEST 2048u /* a reply has some 500 octets */
#define SETTLE_MOST	   2u	 /* seconds */
#define IDLE_MS		   200u
#define FOREVER_MS	   60000u
/* Of a request, its copies, its reply and what is decoded of it. */
#define MEMORY_PER_REQUEST 8192u
#define MEMORY_BASE	   ((size_t)32 << 20)

/* ---- a new batch ---- */

/* K is no matter of policy. */
static struct shuffle_rule
rule_now(const struct ra *ra)
{
	const struct environment *e = ra->environment;
	struct ra_policy rules;
	uint32_t settle;

	supply_policy(ra, &rules, time32_now());
	settle = rules.shuffle_max_age / 4;
	return (struct shuffle_rule){
	    .devices = e->shuffle_devices,
	    .requests = rules.shuffle_count,
	    .age = rules.shuffle_max_age,
	    .settle = settle < SETTLE_MOST ? settle : SETTLE_MOST,
	    .requests_max = e->batch_max_requests,
	    .small = e->allow_small_sets,
	};
}

static struct pool_key
pool_of(const struct batch *b)
{
	return (struct pool_key){b->class, b->i, b->each};
}

static enum fault
count_set(const struct batch *b, const struct ra *ra, struct db *db,
    struct fault_info *fi)
{
	TRY(DB_RUN(db, DO_COUNT_LEAST, fi, DB_INT(COUNTER_SMALLEST_SET),
	    DB_INT(b->units)));
	if (b->units >= ra->environment->shuffle_devices)
		return FAULT_OK;
	log_warn("small anonymity set: %zu devices for period %u, wanted %u",
	    b->units, b->i, ra->environment->shuffle_devices);
	return db_count(db, COUNTER_SMALL_SETS, 1, fi);
}

/* Leaves the transaction open.  FAULT_BLOCKED: a unit is no longer waiting. */
static enum fault
write_rows(struct batch *b, const struct ra *ra, struct db *db,
    struct arena *arena, struct fault_info *fi)
{
	TRY(db_begin(db, fi));
	TRY(DB_RUN(db, DO_BATCH_ADD, fi, DB_BLOB(b->id, sizeof(b->id)),
	    DB_INT(batch_requests(b)), DB_INT(b->pca)));
	b->number = db_last_id(db);
	for (size_t u = 0; u < b->units; u++) {
		TRY(DB_RUN(db, DO_UNIT_SEND, fi, DB_INT(b->devices[u]),
		    DB_INT(b->i), DB_INT(b->number)));
		if (db_changes(db) != 1)
			return fault_set(fi, FAULT_BLOCKED,
			    "a device was blocked meanwhile");
	}
	TRY(pool_go(db, b, arena, fi));
	return count_set(b, ra, db, fi);
}

/* A unit that cannot be built must not stop the others of its pool. */
static enum fault
give_up(const struct batch *b, size_t bad, struct db *db,
    const struct fault_info *why, struct fault_info *fi)
{
	struct pool_key key = pool_of(b);
	int64_t device = b->devices[bad];

	TRY(db_begin(db, fi));
	TRY(DB_RUN(db, DO_UNIT_GIVE_UP, fi, DB_INT(device), DB_INT(b->i),
	    DB_INT(time32_now())));
	if (db_changes(db) != 1) /* it was blocked meanwhile */
		return FAULT_OK;
	TRY(pool_take(db, &key, 1, fi));
	TRY(db_count(db, COUNTER_UNITS_FAILED, 1, fi));
	TRY(DB_RUN(db, DO_DEVICE_ERROR, fi, DB_INT(device), DB_TEXT(why->text),
	    DB_INT(time32_now())));
	log_error("device=%lld period=%u cannot be served: %s",
	    (long long)device, b->i, why->text);
	return db_commit(db, fi);
}

/* A pool that promised more than there is must not stay so for ever. */
static enum fault
recount(const struct batch *b, struct db *db, struct fault_info *fi)
{
	struct pool_key key = pool_of(b);

	log_warn("%s", fi->text);
	TRY(db_begin(db, fi));
	TRY(pool_recount(db, &key, fi));
	TRY(db_commit(db, fi));
	return FAULT_BLOCKED;
}

static enum fault
draw(struct batch *b, struct sender *s, struct fault_info *fi)
{
	struct shuffle_rule rule = rule_now(s->ra);
	enum fault f;

	ra_db_lock(s->ra);
	f = pools_draw(b, &s->ra->pools, s->pca->peer.name, s->db, &s->scratch,
	    &rule, time32_now(), fi);
	if (f == FAULT_BLOCKED)
		f = recount(b, s->db, fi);
	ra_db_unlock(s->ra, s->db);
	return f;
}

/* From here on the batch lives in the octets of its file. */
static enum fault
commit_batch(struct batch *b, struct sender *s, struct fault_info *fi)
{
	struct bytes octets;
	char path[PATH_SIZE];
	int64_t drawn = b->drawn;
	enum fault f;

	in_hand_path(path, s->ra, b->id);
	TRY(outbox_write(&octets, path, b, &s->arena, fi));
	TRY(outbox_open(b, &s->arena, octets, path, fi));
	b->drawn = drawn;
	b->pca = s->pca->id;
	crash_point("ra-outbox-written");
	RA_STAGE_END(outbox);
	ra_db_lock(s->ra);
	/* A commit that failed may still come back after a power cut, and must
	 * then find its file; if it does not, the next start removes it. */
	if ((f = write_rows(b, s->ra, s->db, &s->scratch, fi)) != FAULT_OK)
		unlink(path);
	else
		f = db_commit(s->db, fi);
	ra_db_unlock(s->ra, s->db);
	TRY(f);
	crash_point("ra-batch-sent");
	RA_STAGE_END(commit);
	return FAULT_OK;
}

static enum fault
make_batch(struct batch *b, struct sender *s, struct fault_info *fi)
{
	struct ra *ra = s->ra;
	struct fault_info why;
	struct pool_key key;
	size_t bad;
	enum fault f;

	memset(b, 0, sizeof(*b));
	TRY(draw(b, s, fi));
	RA_STAGE_END(draw);
	key = pool_of(b);
	f = build_message(b, &bad, ra, s->db, &s->scratch, &why);
	if (f == FAULT_OK) {
		f = commit_batch(b, s, fi);
	} else if (bad != BUILD_NO_UNIT) {
		ra_db_lock(ra);
		f = give_up(b, bad, s->db, &why, fi);
		ra_db_unlock(ra, s->db);
		f = f == FAULT_OK ? FAULT_BLOCKED : f;
	} else if (fi != NULL) {
		*fi = why;
	}
	pools_release(&ra->pools, &key);
	wake_all(&ra->due); /* it may be large enough for another message */
	return f;
}

/* ---- to the PCA and back ---- */

static enum fault
ask(struct collected *c, const struct batch *b, struct sender *s,
    struct fault_info *fi)
{
	struct peer_message m = {
	    .path = "/certificate-batch",
	    .body = b->message,
	    .limit = batch_requests(b) * ANSWER_PER_REQUEST + (64 << 10),
	    .timeout_ms = PCA_TIMEOUT_MS,
	};
	struct http_result result;

	TRY(peer_post(&s->pca->peer, &result, &s->arena, &m, fi));
	crash_point("ra-answer-received");
	RA_STAGE_END(post);
	TRY(collect_open(c, b, s->ra, s->pca, &s->arena, result.body, fi));
	RA_STAGE_END(open);
	return FAULT_OK;
}

/* From the outbox to answers on disk: a batch made a moment ago goes the same
 * way as one that a restart found. */
static enum fault
deliver(const struct batch *b, struct sender *s, struct fault_info *fi)
{
	struct collected c;

	TRY(ask(&c, b, s, fi));
	return collect_store(&c, b, s->ra, s->db, &s->arena, fi);
}

static enum fault
again(struct batch *b, const struct in_hand *h, struct sender *s,
    struct fault_info *fi)
{
	char path[PATH_SIZE];

	in_hand_path(path, s->ra, h->id);
	TRY(outbox_read(b, &s->arena, path, fi));
	b->number = h->number;
	return FAULT_OK;
}

/* A new batch; what was needed to make it is forgotten.  Too many that are
 * not closed: none is begun. */
static enum fault
begin(struct batch *b, struct sender *s, struct fault_info *fi)
{
	enum fault f;

	if (in_hand_is_full(s->ra, s->pca))
		return FAULT_NOT_FOUND;
	f = make_batch(b, s, fi);
	arena_reset(&s->scratch);
	return f;
}

enum fault
sender_step(struct sender *s, unsigned *pause, struct fault_info *fi)
{
	struct ra *ra = s->ra;
	struct in_hand h;
	struct batch b;
	enum fault f;

	*pause = 0;
	stage_begin();
	if (in_hand_take(ra, s->pca, BATCH_SENT, &h)) {
		f = again(&b, &h, s, fi);
	} else {
		if ((f = begin(&b, s, fi)) == FAULT_BLOCKED)
			return FAULT_OK; /* try with what is left */
		TRY(f);
		h = (struct in_hand){.number = b.number, .state = BATCH_SENT};
		memcpy(h.id, b.id, sizeof(h.id));
	}
	if (f == FAULT_OK)
		f = deliver(&b, s, fi);
	if (f == FAULT_OK) {
		peer_works(&s->pca->peer);
		peer_works(&ra->storage);
		h.state = BATCH_COLLECTED;
	} else {
		*pause = peer_fails(ra_culprit(ra, &s->pca->peer, f), fi);
	}
	in_hand_keep(ra, s->pca, &h);
	return f;
}

/* ---- the thread ---- */

static size_t
memory_limit(const struct environment *e)
{
	return (size_t)environment_message_requests(e) * MEMORY_PER_REQUEST +
	       MEMORY_BASE;
}

void
sender_open(struct sender *s, struct ra *ra, struct ra_pca *pca, struct db *db)
{
	size_t limit = memory_limit(ra->environment);

	*s = (struct sender){.ra = ra, .pca = pca, .db = db};
	s->arena = arena_new(limit);
	s->scratch = arena_new(limit);
}

void
sender_close(struct sender *s)
{
	arena_free(&s->arena);
	arena_free(&s->scratch);
}

/* The PCA of a thread: so many for each as messages may be in flight; those
 * beyond have nothing to do. */
static struct ra_pca *
take_pca(struct ra *ra)
{
	unsigned mine = atomic_fetch_add(&ra->senders, 1);

	return mine < ra->environment->batches_in_flight * ra->pca_all
		   ? &ra->pca[mine % ra->pca_all]
		   : NULL;
}

void
sender_run(void *ctx, struct service *service)
{
	struct ra *ra = ctx;
	struct ra_pca *pca = take_pca(ra);
	struct fault_info fi;
	struct sender s;

	while (pca == NULL && !service_stopping(service))
		(void)service_sleep(service, FOREVER_MS);
	sender_open(&s, ra, pca, ra->db);
	while (!service_stopping(service)) {
		uint64_t count = wake_count(&ra->due);
		unsigned pause;
		enum fault f = sender_step(&s, &pause, &fi);

		arena_reset(&s.arena);
		if (f == FAULT_OK)
			continue;
		if (f != FAULT_NOT_FOUND && pause == 0)
			pause = peer_fails(&ra->storage, &fi);
		if (pause > 0)
			service_sleep(service, pause);
		else
			wake_wait(&ra->due, count, IDLE_MS);
	}
	sender_close(&s);
}
