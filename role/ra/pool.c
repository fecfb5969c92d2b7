/* pool.c - see pool.h. */
#include <assert.h>

#include "crypto/random.h"
#include "role/ra/db.h"
#include "role/ra/pool.h"

#define CLOCK_STEP_MOST 3600 /* seconds that a clock may be put back by */

void
pools_init(struct pools *p)
{
	pthread_mutex_init(&p->lock, NULL);
	p->n = 0;
}

void
pools_destroy(struct pools *p)
{
	pthread_mutex_destroy(&p->lock);
}

static bool
same(const struct pool_key *a, const struct pool_key *b)
{
	return a->class == b->class && a->i == b->i && a->each == b->each;
}

static bool
is_reserved(const struct pools *p, const struct pool_key *key)
{
	for (size_t k = 0; k < p->n; k++)
		if (same(&p->reserved[k], key))
			return true;
	return false;
}

void
pools_release(struct pools *p, const struct pool_key *key)
{
	pthread_mutex_lock(&p->lock);
	for (size_t k = 0; k < p->n; k++)
		if (same(&p->reserved[k], key)) {
			p->reserved[k] = p->reserved[--p->n];
			break;
		}
	pthread_mutex_unlock(&p->lock);
}

/* ---- choosing ---- */

struct choice {
	const struct pools *pools;
	const struct shuffle_rule *rule;
	uint32_t now;
	struct pool_key key;
	uint32_t oldest, newest; /* ages of its units */
	bool found;
};

/* Who came in our future came before time went back, nobody knows how long
 * ago: he does not wait for that time to come again. */
static uint32_t
age_at(uint32_t now, int64_t since)
{
	if (since > (int64_t)now + CLOCK_STEP_MOST)
		return UINT32_MAX;
	return since < (int64_t)now ? (uint32_t)((int64_t)now - since) : 0;
}

/* Rows come by rising i: what is needed first goes first. */
static enum fault
consider(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct choice *c = ctx;
	struct pool_key key = {
	    .class = db_int(row, 0),
	    .i = (uint32_t)db_int(row, 1),
	    .each = (uint32_t)db_int(row, 2),
	};
	struct shuffle_pool pool = {
	    .devices = (size_t)db_int(row, 3),
	    .each = key.each,
	    .oldest = age_at(c->now, db_int(row, 4)),
	    /* seconds that have surely passed: a clock that has just moved
	     * on says one more */
	    .newest = age_at(c->now, db_int(row, 5) + 1),
	};

	(void)fi;
	if (c->found || is_reserved(c->pools, &key) ||
	    shuffle_take(c->rule, &pool) == 0)
		return FAULT_OK;
	c->found = true;
	c->key = key;
	c->oldest = pool.oldest;
	c->newest = pool.newest;
	return FAULT_OK;
}

static enum fault
choose(struct choice *c, struct pools *p, struct db *db, struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&p->lock);
	f = db_run(db, DO_POOLS, NULL, 0, consider, c, fi);
	if (f == FAULT_OK && (!c->found || p->n == POOLS_RESERVED))
		f = FAULT_NOT_FOUND;
	if (f == FAULT_OK)
		p->reserved[p->n++] = c->key;
	pthread_mutex_unlock(&p->lock);
	return f;
}

/* ---- drawing ---- */

struct devices {
	uint64_t *v;
	size_t n, room;
	struct arena *arena;
};

static enum fault
add_device(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct devices *d = ctx;
	uint64_t *v;

	if (d->n == d->room) {
		d->room = d->room == 0 ? 1024 : 4 * d->room;
		if ((v = ARENA_ARRAY(d->arena, d->room, uint64_t)) == NULL)
			return fault_set(fi, FAULT_TOO_LARGE,
			    "pool of more than %zu devices", d->n);
		for (size_t k = 0; k < d->n; k++)
			v[k] = d->v[k];
		d->v = v;
	}
	d->v[d->n++] = (uint64_t)db_int(row, 0);
	return FAULT_OK;
}

static enum fault
draw(struct batch *b, const struct choice *c, struct db *db,
    struct arena *arena, struct fault_info *fi)
{
	struct devices all = {.arena = arena};
	int64_t *devices;
	uint32_t *order;

	TRY(DB_EACH(db, DO_POOL_DEVICES, add_device, &all, fi,
	    DB_INT(c->key.class), DB_INT(c->key.i), DB_INT(c->key.each)));
	b->class = c->key.class;
	b->i = c->key.i;
	b->each = c->key.each;
	b->units = shuffle_take(c->rule,
	    &(struct shuffle_pool){all.n, b->each, c->oldest, c->newest});
	if (b->units == 0) /* somebody was blocked meanwhile */
		return FAULT_NOT_FOUND;
	shuffle_choose(all.v, all.n, b->units);
	devices = ARENA_ARRAY(arena, b->units, int64_t);
	order = ARENA_ARRAY(arena, batch_requests(b), uint32_t);
	if (devices == NULL || order == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "batch of %zu requests",
		    batch_requests(b));
	for (size_t u = 0; u < b->units; u++)
		devices[u] = (int64_t)all.v[u];
	shuffle_order(order, batch_requests(b));
	b->devices = devices;
	b->order = order;
	random_bytes(b->id, sizeof(b->id));
	return FAULT_OK;
}

enum fault
pools_draw(struct batch *b, struct pools *p, struct db *db, struct arena *arena,
    const struct shuffle_rule *rule, uint32_t now, struct fault_info *fi)
{
	struct choice c = {.pools = p, .rule = rule, .now = now};
	enum fault f;

	TRY(choose(&c, p, db, fi));
	if ((f = draw(b, &c, db, arena, fi)) != FAULT_OK)
		pools_release(p, &c.key);
	return f;
}

/* ---- counting ---- */

enum fault
pool_add(struct db *db, const struct pool_key *key, uint32_t since,
    struct fault_info *fi)
{
	assert(db_in_transaction(db));
	return DB_RUN(db, DO_POOL_ADD, fi, DB_INT(key->class), DB_INT(key->i),
	    DB_INT(key->each), DB_INT(since));
}

enum fault
pool_take(
    struct db *db, const struct pool_key *key, size_t n, struct fault_info *fi)
{
	assert(db_in_transaction(db));
	TRY(DB_RUN(db, DO_POOL_TAKE, fi, DB_INT(key->class), DB_INT(key->i),
	    DB_INT(key->each), DB_INT(n)));
	return DB_RUN(db, DO_POOL_CLEAN, fi, DB_INT(key->class), DB_INT(key->i),
	    DB_INT(key->each));
}
