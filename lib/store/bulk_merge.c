/*
 * bulk_merge.c - merges neighbouring segments in the background.
 *
 * The eight or more youngest segments are merged, beginning with the oldest
 * one that is at most a quarter of all that are younger.  So each record is
 * copied about log4(N / batch) times (4 to 5 times after 5,000 batches of any
 * mixture of sizes), and the segments that remain fall off in size: at least
 * by a quarter from each to the next, so that a look-up sees few (10 on
 * average then, 25 at most).
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "store/bulk_int.h"

#define FEWEST	      8u /* segments of a merge */
#define MOST	      64u
#define LARGEST	      ((uint64_t)16 << 30) /* octets of a merged one */
#define RETRY_SECONDS 60		   /* after a failed merge */
#define HIDDEN	      0x80u
/* Octets of records after which memory that was read is given back: a merge
 * goes through far more than a component may hold. */
#define LET_GO ((uint64_t)32 << 20)

/* Several sorted segments as one.  The first pass merges and writes down which
 * segment each record came from; the later ones follow that order. */
struct merge {
	struct source source;	     /* first */
	struct segment *const *from; /* oldest first */
	size_t n;
	uint64_t at[MOST];
	uint8_t *order; /* segment, HIDDEN: skip the record */
	uint64_t order_n, order_at;
	bool ordered;
	bool damaged;
	uint64_t read; /* octets, since let_go */
};

static const uint8_t *
key_of(const struct merge *m, size_t k)
{
	const struct segment *s = m->from[k];

	return m->at[k] < s->records ? s->keys + m->at[k] * s->key_n : NULL;
}

/* Writes down the next record and the older ones that it hides. */
static void
order_next(struct merge *m)
{
	const uint8_t *best = NULL, *key;
	size_t k, newest = 0, key_n = m->from[0]->key_n;

	for (k = 0; k < m->n; k++) {
		if ((key = key_of(m, k)) == NULL)
			continue;
		if (best == NULL || memcmp(key, best, key_n) <= 0) {
			best = key;
			newest = k;
		}
	}
	if (best == NULL)
		return;
	for (k = 0; k < newest; k++)
		if ((key = key_of(m, k)) != NULL &&
		    memcmp(key, best, key_n) == 0)
			m->order[m->order_n++] = (uint8_t)(k | HIDDEN);
	m->order[m->order_n++] = (uint8_t)newest;
}

static void
let_go(struct merge *m)
{
	for (size_t k = 0; k < m->n; k++)
		segment_let_go(m->from[k]);
	m->read = 0;
}

static bool
next(struct source *source, const uint8_t **key, struct bytes *value)
{
	struct merge *m = (struct merge *)source;

	for (;;) {
		size_t k;
		uint8_t o;

		if (m->read >= LET_GO)
			let_go(m);
		if (m->order_at == m->order_n && !m->ordered)
			order_next(m);
		if (m->order_at == m->order_n) {
			m->ordered = true;
			return false;
		}
		o = m->order[m->order_at++];
		k = o & (HIDDEN - 1);
		if (o & HIDDEN) {
			m->at[k]++;
			continue;
		}
		*key = key_of(m, k);
		m->read += m->from[k]->key_n;
		if (segment_value(m->from[k], m->at[k]++, value, NULL) !=
		    FAULT_OK) {
			m->damaged = true;
			*value = BYTES_NONE;
		}
		m->read += value->n;
		return true;
	}
}

static void
rewind_merge(struct source *source)
{
	struct merge *m = (struct merge *)source;

	memset(m->at, 0, sizeof(m->at));
	m->order_at = 0;
}

/* How many segments are to be merged, from which position on; 0: none. */
static size_t
choose(const struct segment_list *l, size_t *at)
{
	uint64_t younger = 0, size = 0;
	size_t i, n = 0;

	for (i = l->n; i-- > 0 && size <= LARGEST;) {
		size += l->v[i]->size;
		if (l->n - i >= FEWEST && l->v[i]->records <= younger / 4 &&
		    size <= LARGEST) {
			*at = i;
			n = l->n - i;
		}
		younger += l->v[i]->records;
	}
	return n < MOST ? n : MOST;
}

static void
remove_files(const struct bulk *b, struct segment *const *v, size_t n)
{
	char name[SEGMENT_NAME], path[PATH_SIZE];
	size_t i;

	for (i = 0; i < n; i++) {
		segment_name(name, v[i]->first, v[i]->last);
		path_join(path, b->folder, name);
		unlink(path); /* one that stays is removed at the next open */
	}
}

/* The list may have grown at its end meanwhile, nothing else. */
static void
put_in_place(struct bulk *b, size_t at, size_t n, struct segment *merged)
{
	pthread_mutex_lock(&b->lock);
	list_replace(b, at, n, merged);
	b->merges++;
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

static enum fault
merge_at(struct bulk *b, const struct segment_list *l, size_t at, size_t n,
    struct fault_info *fi)
{
	struct merge m = {.source = {.next = next, .rewind = rewind_merge},
	    .from = &l->v[at],
	    .n = n};
	struct segment *merged;
	enum fault f;
	size_t k;

	for (k = 0; k < n; k++)
		m.source.max += m.from[k]->records;
	if ((m.order = malloc(m.source.max)) == NULL)
		return fault_set(fi, FAULT_STORE, "no memory to merge");
	f = segment_write(&merged, b, m.from[0]->first, m.from[n - 1]->last,
	    &m.source, &b->stopping, fi);
	free(m.order);
	if (f == FAULT_OK && m.damaged) {
		/* never replace what can still be repaired by hand */
		remove_files(b, &merged, 1);
		segment_release(merged);
		f = fault_set(
		    fi, FAULT_STORE, "%s: damaged segment", b->folder);
	}
	TRY(f);
	put_in_place(b, at, n, merged);
	remove_files(b, m.from, n);
	return FAULT_OK;
}

/* False: nothing to merge as of *version of the list, or it failed. */
static bool
merge_once(struct bulk *b, uint64_t *version)
{
	struct segment_list *l;
	struct fault_info fi;
	bool merged = false;
	size_t at, n;

	pthread_mutex_lock(&b->lock);
	*version = b->version;
	pthread_mutex_unlock(&b->lock);
	l = list_take(b);

	if ((n = choose(l, &at)) > 0) {
		merged = merge_at(b, l, at, n, &fi) == FAULT_OK;
		pthread_mutex_lock(&b->lock);
		b->merge_failed = !merged;
		pthread_cond_broadcast(&b->changed);
		pthread_mutex_unlock(&b->lock);
		if (!merged && !atomic_load(&b->stopping))
			log_warn(
			    "%s: segments not merged: %s", b->folder, fi.text);
	}
	list_release(l);
	return merged;
}

/* An append that came after the look at the list has raised its version. */
static void
wait_for_work(struct bulk *b, uint64_t version)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += RETRY_SECONDS;
	pthread_mutex_lock(&b->lock);
	/* appends signal too; let a full disk rest */
	while (b->merge_failed && !atomic_load(&b->stopping) &&
	       pthread_cond_timedwait(&b->changed, &b->lock, &until) == 0)
		continue;
	while (!b->merge_failed && !atomic_load(&b->stopping) &&
	       b->version == version)
		pthread_cond_wait(&b->changed, &b->lock);
	pthread_mutex_unlock(&b->lock);
}

void *
merge_run(void *arg)
{
	struct bulk *b = arg;
	uint64_t version;

	while (!atomic_load(&b->stopping))
		if (!merge_once(b, &version))
			wait_for_work(b, version);
	return NULL;
}
