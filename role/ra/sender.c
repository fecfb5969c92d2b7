/* sender.c - see sender.h. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "role/ra/build.h"
#include "role/ra/collect.h"
#include "role/ra/outbox.h"
#include "role/ra/sender.h"
#include "role/ra/stages.h"
#include "schema/monarch.h"
#include "service/crash.h"

#define PCA_TIMEOUT_MS	   120000u
#define ANSWER_PER_REQUEST 2048u /* a reply has some 500 octets */
#define CONFIRM_ANSWER	   4096u
#define SETTLE_MOST	   2u /* seconds */
#define IDLE_MS		   200u
/* Of a request, its copies, its reply and what is decoded of it. */
#define MEMORY_PER_REQUEST 8192u
#define MEMORY_BASE	   ((size_t)32 << 20)

/* ---- paths and lists ---- */

static void
outbox_path(
    char out[PATH_SIZE], const struct ra *ra, const uint8_t id[BATCH_ID_SIZE])
{
	char name[2 * BATCH_ID_SIZE + 1];

	hex_encode(name, id, BATCH_ID_SIZE);
	ra_path(ra, out, "outbox", name);
}

/* Keeps a batch for a later step; there are never more than threads, and
 * what a restart found. */
static void
keep(struct ra *ra, const struct in_hand *b)
{
	pthread_mutex_lock(&ra->pools.lock);
	if (ra->in_hand_n < RA_IN_HAND)
		ra->in_hand[ra->in_hand_n++] = *b;
	pthread_mutex_unlock(&ra->pools.lock);
}

static bool
take(struct ra *ra, struct in_hand *b)
{
	bool found;

	pthread_mutex_lock(&ra->pools.lock);
	if ((found = ra->in_hand_n > 0)) {
		*b = ra->in_hand[0];
		ra->in_hand_n--;
		memmove(
		    ra->in_hand, ra->in_hand + 1, ra->in_hand_n * sizeof(*b));
	}
	pthread_mutex_unlock(&ra->pools.lock);
	return found;
}

/* ---- a new batch ---- */

static struct shuffle_rule
rule_of(const struct environment *e)
{
	uint32_t settle = e->shuffle_max_age_seconds / 4;

	return (struct shuffle_rule){
	    .devices = e->shuffle_devices,
	    .requests = e->shuffle_count,
	    .age = e->shuffle_max_age_seconds,
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
	    DB_INT(batch_requests(b))));
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

	log_error("device=%lld period=%u cannot be served: %s",
	    (long long)device, b->i, why->text);
	TRY(db_begin(db, fi));
	TRY(DB_RUN(db, DO_UNIT_STATE, fi, DB_INT(device), DB_INT(b->i),
	    DB_INT(UNIT_FAILED), DB_INT(time32_now())));
	TRY(pool_take(db, &key, 1, fi));
	TRY(db_count(db, COUNTER_UNITS_FAILED, 1, fi));
	TRY(DB_RUN(db, DO_DEVICE_ERROR, fi, DB_INT(device), DB_TEXT(why->text),
	    DB_INT(time32_now())));
	return db_commit(db, fi);
}

static enum fault
commit_batch(struct batch *b, struct ra *ra, struct db *db, struct arena *arena,
    struct fault_info *fi)
{
	char path[PATH_SIZE];
	enum fault f;

	outbox_path(path, ra, b->id);
	TRY(outbox_write(path, b, arena, fi));
	crash_point("ra-outbox-written");
	RA_STAGE_END(outbox);
	if ((f = write_rows(b, ra, db, arena, fi)) != FAULT_OK) {
		db_rollback(db);
		unlink(path);
		return f;
	}
	/* A commit that failed may still come back after a power cut, and must
	 * then find its file; if it does not, the next start removes it. */
	TRY(db_commit(db, fi));
	crash_point("ra-batch-sent");
	RA_STAGE_END(commit);
	return FAULT_OK;
}

static enum fault
make_batch(struct batch *b, struct ra *ra, struct db *db, struct arena *arena,
    struct fault_info *fi)
{
	struct shuffle_rule rule = rule_of(ra->environment);
	struct fault_info why;
	struct pool_key key;
	size_t bad;
	enum fault f;

	memset(b, 0, sizeof(*b));
	TRY(pools_draw(b, &ra->pools, db, arena, &rule, time32_now(), fi));
	RA_STAGE_END(draw);
	key = pool_of(b);
	f = build_message(b, &bad, ra, db, arena, &why);
	if (f == FAULT_OK) {
		f = commit_batch(b, ra, db, arena, fi);
	} else if (bad != BUILD_NO_UNIT) {
		f = give_up(b, bad, db, &why, fi);
		db_rollback(db);
		f = f == FAULT_OK ? FAULT_BLOCKED : f;
	} else if (fi != NULL) {
		*fi = why;
	}
	pools_release(&ra->pools, &key);
	return f;
}

/* ---- to the PCA and back ---- */

static enum fault
ask(struct collected *c, const struct batch *b, struct ra *ra,
    struct arena *arena, struct fault_info *fi)
{
	struct peer_message m = {
	    .path = "/certificate-batch",
	    .body = b->message,
	    .limit = batch_requests(b) * ANSWER_PER_REQUEST + (64 << 10),
	    .timeout_ms = PCA_TIMEOUT_MS,
	};
	struct http_result result;

	TRY(peer_post(&ra->pca, &result, arena, &m, fi));
	crash_point("ra-answer-received");
	RA_STAGE_END(post);
	TRY(collect_open(c, b, ra, arena, result.body, fi));
	RA_STAGE_END(open);
	return FAULT_OK;
}

static enum fault
confirm(const uint8_t id[BATCH_ID_SIZE], struct ra *ra, struct arena *arena,
    struct fault_info *fi)
{
	monarch_batch_confirm msg = {.version = 1};
	struct spdu_header header = {.psid = PSID_SECURITY};
	struct peer_message m = {
	    .path = "/certificate-batch-confirm",
	    .limit = CONFIRM_ANSWER,
	    .timeout_ms = PCA_TIMEOUT_MS,
	};
	struct http_result result;
	struct bytes payload;

	memcpy(msg.batch_id.b, id, BATCH_ID_SIZE);
	TRY(coer_encode_new(
	    &payload, arena, &monarch_batch_confirm_asn, &msg, fi));
	TRY(spdu_sign(&m.body, arena, &header, payload, SIGNER_DIGEST,
	    &ra->self.signer, fi));
	TRY(peer_post(&ra->pca, &result, arena, &m, fi));
	crash_point("ra-batch-confirmed");
	return FAULT_OK;
}

static enum fault
close_batch(const struct in_hand *h, struct ra *ra, struct db *db,
    struct arena *arena, struct fault_info *fi)
{
	char path[PATH_SIZE];

	TRY(confirm(h->id, ra, arena, fi));
	TRY(DB_RUN(db, DO_BATCH_DELETE, fi, DB_INT(h->number)));
	crash_point("ra-batch-closed");
	outbox_path(path, ra, h->id);
	unlink(path);
	RA_STAGE_END(confirm);
	return FAULT_OK;
}

/* From the outbox to answers on disk: a batch made a moment ago goes the same
 * way as one that a restart found. */
static enum fault
deliver(const struct in_hand *h, struct ra *ra, struct db *db,
    struct arena *arena, struct fault_info *fi)
{
	struct batch b;
	struct collected c;
	char path[PATH_SIZE];

	outbox_path(path, ra, h->id);
	TRY(outbox_read(&b, arena, path, fi));
	b.number = h->number;
	TRY(ask(&c, &b, ra, arena, fi));
	return collect_store(&c, &b, ra, db, arena, fi);
}

static enum fault
finish(struct in_hand *h, struct ra *ra, struct db *db, struct arena *arena,
    struct fault_info *fi)
{
	if (h->state == BATCH_SENT)
		TRY(deliver(h, ra, db, arena, fi));
	h->state = BATCH_COLLECTED;
	return close_batch(h, ra, db, arena, fi);
}

/* A new batch; what was needed to make it is forgotten. */
static enum fault
begin(struct in_hand *h, struct ra *ra, struct db *db, struct arena *arena,
    struct fault_info *fi)
{
	struct batch b;

	TRY(make_batch(&b, ra, db, arena, fi));
	*h = (struct in_hand){.number = b.number, .state = BATCH_SENT};
	memcpy(h->id, b.id, sizeof(h->id));
	arena_reset(arena);
	return FAULT_OK;
}

enum fault
sender_step(struct ra *ra, struct db *db, struct arena *arena, unsigned *pause,
    struct fault_info *fi)
{
	struct in_hand h;
	enum fault f;

	*pause = 0;
	stage_begin();
	if (!take(ra, &h)) {
		f = begin(&h, ra, db, arena, fi);
		if (f == FAULT_BLOCKED) /* try with what is left */
			return FAULT_OK;
		TRY(f);
	}
	if ((f = finish(&h, ra, db, arena, fi)) == FAULT_OK) {
		peer_works(&ra->pca);
		peer_works(&ra->storage);
		return FAULT_OK;
	}
	*pause = peer_fails(ra_culprit(ra, &ra->pca, f), fi);
	keep(ra, &h);
	return f;
}

/* ---- start, thread ---- */

static enum fault
got_batch(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct ra *ra = ctx;
	struct in_hand h = {
	    .number = db_int(row, 0),
	    .state = (int)db_int(row, 1),
	};

	TRY(db_blob_copy(row, 2, h.id, sizeof(h.id), fi));
	if (ra->in_hand_n == RA_IN_HAND)
		return fault_set(fi, FAULT_STORE, "too many batches");
	ra->in_hand[ra->in_hand_n++] = h;
	return FAULT_OK;
}

static bool
is_in_hand(const struct ra *ra, const char *name)
{
	char hex[2 * BATCH_ID_SIZE + 1];

	for (size_t k = 0; k < ra->in_hand_n; k++) {
		hex_encode(hex, ra->in_hand[k].id, BATCH_ID_SIZE);
		if (strcmp(hex, name) == 0)
			return true;
	}
	return false;
}

enum fault
sender_recover(struct ra *ra, struct db *db, struct fault_info *fi)
{
	char folder[PATH_SIZE], path[PATH_SIZE];
	struct dirent *e;
	DIR *dir;

	TRY(db_run(db, DO_BATCHES, NULL, 0, got_batch, ra, fi));
	ra_path(ra, folder, "outbox", NULL);
	if ((dir = opendir(folder)) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.' || is_in_hand(ra, e->d_name))
			continue;
		path_join(path, folder, e->d_name);
		unlink(path);
	}
	closedir(dir);
	if (ra->in_hand_n > 0)
		log_info("%zu batches are on their way", ra->in_hand_n);
	return FAULT_OK;
}

static size_t
memory_limit(const struct environment *e)
{
	return (size_t)environment_message_requests(e) * MEMORY_PER_REQUEST +
	       MEMORY_BASE;
}

void
sender_run(void *ctx, struct service *service)
{
	struct ra *ra = ctx;
	struct arena arena = arena_new(memory_limit(ra->environment));
	struct fault_info fi;
	struct db *db;

	if (db_open(&db, ra->db_path, &ra_schema, &fi) != FAULT_OK)
		log_fatal("%s", fi.text);
	while (!service_stopping(service)) {
		uint64_t count = wake_count(&ra->wake);
		unsigned pause;
		enum fault f = sender_step(ra, db, &arena, &pause, &fi);

		arena_reset(&arena);
		if (f == FAULT_OK)
			continue;
		if (f != FAULT_NOT_FOUND && pause == 0)
			pause = peer_fails(&ra->storage, &fi);
		if (pause > 0)
			service_sleep(service, pause);
		else
			wake_wait(&ra->wake, count, IDLE_MS);
	}
	db_close(db);
	arena_free(&arena);
}
