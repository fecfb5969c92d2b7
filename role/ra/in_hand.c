/* in_hand.c - see in_hand.h. */
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "role/ra/in_hand.h"
#include "role/ra/stages.h"
#include "schema/monarch.h"
#include "service/crash.h"

#define PCA_TIMEOUT_MS 120000u
#define CONFIRM_ANSWER 4096u
#define MEMORY	       ((size_t)1 << 20)
#define IDLE_MS	       500u
#define FOREVER_MS     60000u

/* ---- the list ---- */

void
in_hand_path(
    char out[PATH_SIZE], const struct ra *ra, const uint8_t id[BATCH_ID_SIZE])
{
	char name[2 * BATCH_ID_SIZE + 1];

	hex_encode(name, id, BATCH_ID_SIZE);
	ra_path(ra, out, "outbox", name);
}

void
in_hand_keep(struct ra *ra, struct ra_pca *pca, const struct in_hand *b)
{
	pthread_mutex_lock(&ra->pools.lock);
	if (pca->in_hand_n < RA_IN_HAND)
		pca->in_hand[pca->in_hand_n++] = *b;
	pthread_mutex_unlock(&ra->pools.lock);
	if (b->state == BATCH_COLLECTED)
		wake_all(&ra->due);
}

bool
in_hand_take(struct ra *ra, struct ra_pca *pca, int state, struct in_hand *b)
{
	size_t k = 0;

	pthread_mutex_lock(&ra->pools.lock);
	while (k < pca->in_hand_n && pca->in_hand[k].state != state)
		k++;
	if (k < pca->in_hand_n) {
		*b = pca->in_hand[k];
		pca->in_hand_n--;
		memmove(pca->in_hand + k, pca->in_hand + k + 1,
		    (pca->in_hand_n - k) * sizeof(*b));
		pthread_mutex_unlock(&ra->pools.lock);
		return true;
	}
	pthread_mutex_unlock(&ra->pools.lock);
	return false;
}

bool
in_hand_is_full(struct ra *ra, const struct ra_pca *pca)
{
	bool full;

	pthread_mutex_lock(&ra->pools.lock);
	full = pca->in_hand_n >= RA_IN_HAND / 2;
	pthread_mutex_unlock(&ra->pools.lock);
	return full;
}

/* ---- start ---- */

static enum fault
got_batch(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct ra *ra = ctx;
	struct in_hand h = {
	    .number = db_int(row, 0),
	    .state = (int)db_int(row, 1),
	};

	size_t k = ra_pca_index(ra, db_int(row, 3));
	struct ra_pca *pca = &ra->pca[k];

	TRY(db_blob_copy(row, 2, h.id, sizeof(h.id), fi));
	if (k == ra->pca_all)
		return fault_set(fi, FAULT_CONFIG,
		    "a batch waits for a PCA that nobody knows");
	if (pca->in_hand_n == RA_IN_HAND)
		return fault_set(fi, FAULT_STORE, "too many batches");
	pca->in_hand[pca->in_hand_n++] = h;
	return FAULT_OK;
}

static bool
is_in_hand(const struct ra_pca *pca, const char *name)
{
	char hex[2 * BATCH_ID_SIZE + 1];

	for (size_t k = 0; k < pca->in_hand_n; k++) {
		hex_encode(hex, pca->in_hand[k].id, BATCH_ID_SIZE);
		if (strcmp(hex, name) == 0)
			return true;
	}
	return false;
}

static bool
is_in_some_hand(const struct ra *ra, const char *name)
{
	for (size_t k = 0; k < ra->pca_all; k++)
		if (is_in_hand(&ra->pca[k], name))
			return true;
	return false;
}

enum fault
in_hand_recover(struct ra *ra, struct db *db, struct fault_info *fi)
{
	char folder[PATH_SIZE], path[PATH_SIZE];
	struct dirent *e;
	DIR *dir;

	TRY(db_run(db, DO_BATCHES, NULL, 0, got_batch, ra, fi));
	ra_path(ra, folder, "outbox", NULL);
	if ((dir = opendir(folder)) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.' || is_in_some_hand(ra, e->d_name))
			continue;
		path_join(path, folder, e->d_name);
		unlink(path);
	}
	closedir(dir);
	for (size_t k = 0; k < ra->pca_all; k++)
		if (ra->pca[k].in_hand_n > 0)
			log_info("%zu batches are on their way to %s",
			    ra->pca[k].in_hand_n, ra->pca[k].peer.name);
	return FAULT_OK;
}

/* ---- the end of a batch ---- */

static enum fault
confirm(const uint8_t id[BATCH_ID_SIZE], const struct ra *ra,
    struct ra_pca *pca, struct arena *arena, struct fault_info *fi)
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
	TRY(peer_post(&pca->peer, &result, arena, &m, fi));
	crash_point("ra-batch-confirmed");
	return FAULT_OK;
}

static enum fault
close_batch(const struct in_hand *h, struct ra *ra, struct ra_pca *pca,
    struct db *db, struct arena *arena, struct fault_info *fi)
{
	char path[PATH_SIZE];
	enum fault f;

	TRY(confirm(h->id, ra, pca, arena, fi));
	ra_db_lock(ra);
	f = DB_RUN(db, DO_BATCH_DELETE, fi, DB_INT(h->number));
	ra_db_unlock(ra, db);
	TRY(f);
	crash_point("ra-batch-closed");
	in_hand_path(path, ra, h->id);
	unlink(path);
	RA_STAGE_END(confirm);
	return FAULT_OK;
}

enum fault
closer_step(struct ra *ra, struct ra_pca *pca, struct db *db,
    struct arena *arena, unsigned *pause, struct fault_info *fi)
{
	struct in_hand h;
	enum fault f;

	*pause = 0;
	stage_begin();
	if (!in_hand_take(ra, pca, BATCH_COLLECTED, &h))
		return FAULT_NOT_FOUND;
	if ((f = close_batch(&h, ra, pca, db, arena, fi)) == FAULT_OK) {
		peer_works(&pca->peer);
		peer_works(&ra->storage);
		return FAULT_OK;
	}
	*pause = peer_fails(ra_culprit(ra, &pca->peer, f), fi);
	in_hand_keep(ra, pca, &h);
	return f;
}

void
closer_run(void *ctx, struct service *service)
{
	struct ra *ra = ctx;
	unsigned mine = atomic_fetch_add(&ra->closers, 1);
	struct arena arena = arena_new(MEMORY);
	struct fault_info fi;

	while (mine >= ra->pca_all && !service_stopping(service))
		(void)service_sleep(service, FOREVER_MS);
	while (!service_stopping(service)) {
		uint64_t count = wake_count(&ra->due);
		unsigned pause;
		enum fault f = closer_step(
		    ra, &ra->pca[mine], ra->db, &arena, &pause, &fi);

		arena_reset(&arena);
		if (pause > 0)
			service_sleep(service, pause);
		else if (f != FAULT_OK)
			wake_wait(&ra->due, count, IDLE_MS);
	}
	arena_free(&arena);
}
