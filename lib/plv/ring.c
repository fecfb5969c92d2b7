/* ring.c - the keys of a folder, shared by threads. */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/log.h"
#include "base/secret.h"
#include "plv/ring_int.h"

struct plv_ring {
	char folder[PATH_SIZE];
	pthread_rwlock_t lock;
	struct timespec changed; /* of the folder, when read */
	struct plv_key *keys;
};

static struct plv_key *
find(struct plv_ring *ring, const uint8_t id[8])
{
	struct plv_key *k;

	for (k = ring->keys; k != NULL; k = k->next)
		if (memcmp(k->symm.id, id, sizeof(k->symm.id)) == 0)
			break;
	return k;
}

static enum fault
add(struct plv_ring *ring, const char *path, struct fault_info *fi)
{
	struct plv_agreement a;
	struct plv_key *key;
	enum fault f;

	f = agreement_load(&a, path, fi);
	if (f != FAULT_OK)
		goto out;
	key = malloc(sizeof(*key));
	if (key == NULL)
		log_fatal("out of memory");
	plv_key_derive(key, &a);
	if (find(ring, key->symm.id) == NULL) {
		key->next = ring->keys;
		ring->keys = key;
	} else {
		wipe(key, sizeof(*key));
		free(key);
	}
out:
	wipe(&a, sizeof(a));
	return f;
}

static bool
is_key(const char *name)
{
	size_t n = strlen(name), e = strlen(KEY_ENDING);

	return n == 16 + e && strcmp(name + 16, KEY_ENDING) == 0;
}

static enum fault
read_folder(struct plv_ring *ring, struct fault_info *fi)
{
	char path[PATH_SIZE];
	const struct dirent *entry;
	enum fault f = FAULT_OK;
	DIR *dir;

	dir = opendir(ring->folder);
	if (dir == NULL)
		return fault_errno(fi, FAULT_IO, "open %s", ring->folder);
	while (f == FAULT_OK && (entry = readdir(dir)) != NULL)
		if (is_key(entry->d_name)) {
			path_join(path, ring->folder, entry->d_name);
			f = add(ring, path, fi);
		}
	closedir(dir);
	return f;
}

/* The clock of file times is coarse: a folder changed a moment ago may change
 * again without looking changed. */
static bool
settled(struct timespec changed)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec - changed.tv_sec >= 2;
}

enum fault
plv_ring_refresh(struct plv_ring *ring, struct fault_info *fi)
{
	enum fault f = FAULT_OK;
	struct stat st;
	bool same;

	if (stat(ring->folder, &st) != 0)
		return errno == ENOENT ? FAULT_OK
				       : fault_errno(fi, FAULT_IO, "look at %s",
					     ring->folder);
	pthread_rwlock_rdlock(&ring->lock);
	same = memcmp(&st.st_mtim, &ring->changed, sizeof(st.st_mtim)) == 0;
	pthread_rwlock_unlock(&ring->lock);
	if (same)
		return FAULT_OK;
	pthread_rwlock_wrlock(&ring->lock);
	f = read_folder(ring, fi);
	if (f == FAULT_OK && settled(st.st_mtim))
		ring->changed = st.st_mtim;
	pthread_rwlock_unlock(&ring->lock);
	return f;
}

enum fault
plv_ring_open(struct plv_ring **out, const char *folder, struct fault_info *fi)
{
	struct plv_ring *ring = calloc(1, sizeof(*ring));
	enum fault f;

	if (ring == NULL)
		log_fatal("out of memory");
	path_join(ring->folder, folder, "");
	pthread_rwlock_init(&ring->lock, NULL);
	f = plv_ring_refresh(ring, fi);
	if (f != FAULT_OK) {
		plv_ring_free(ring);
		return f;
	}
	*out = ring;
	return FAULT_OK;
}

void
plv_ring_free(struct plv_ring *ring)
{
	struct plv_key *k;

	if (ring == NULL)
		return;
	while ((k = ring->keys) != NULL) {
		ring->keys = k->next;
		wipe(k, sizeof(*k));
		free(k);
	}
	pthread_rwlock_destroy(&ring->lock);
	free(ring);
}

const struct plv_key *
plv_ring_find(struct plv_ring *ring, const uint8_t id[8], const char *peer)
{
	const struct plv_key *k;

	pthread_rwlock_rdlock(&ring->lock);
	k = find(ring, id);
	pthread_rwlock_unlock(&ring->lock);
	return k != NULL && strcmp(k->agreement.peer, peer) == 0 ? k : NULL;
}

const struct plv_key *
plv_ring_current(struct plv_ring *ring, const char *peer, uint32_t now)
{
	const struct plv_key *k, *best = NULL;

	pthread_rwlock_rdlock(&ring->lock);
	for (k = ring->keys; k != NULL; k = k->next) {
		const struct plv_agreement *a = &k->agreement;

		if (strcmp(a->peer, peer) == 0 && a->start <= now &&
		    now < a->end &&
		    (best == NULL || a->start >= best->agreement.start))
			best = k;
	}
	pthread_rwlock_unlock(&ring->lock);
	return best;
}

bool
plv_ring_has_request(struct plv_ring *ring, const uint8_t request_hash[8])
{
	const struct plv_key *k;

	pthread_rwlock_rdlock(&ring->lock);
	for (k = ring->keys; k != NULL; k = k->next)
		if (memcmp(k->agreement.request_hash, request_hash, 8) == 0)
			break;
	pthread_rwlock_unlock(&ring->lock);
	return k != NULL;
}

uint32_t
plv_ring_latest(struct plv_ring *ring, const char *peer)
{
	const struct plv_key *k;
	uint32_t latest = 0;

	pthread_rwlock_rdlock(&ring->lock);
	for (k = ring->keys; k != NULL; k = k->next)
		if (strcmp(k->agreement.peer, peer) == 0 &&
		    k->agreement.start > latest)
			latest = k->agreement.start;
	pthread_rwlock_unlock(&ring->lock);
	return latest;
}
