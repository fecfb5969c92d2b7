/* pool.c - see pool.h. */
#include <assert.h>
#include <stdlib.h>

#include "crypto/random.h"
#include "role/ra/db.h"
#include "role/ra/pool.h"

#define CLOCK_STEP_MOST 3600 /* seconds that a clock may be put back by */
#define LOTS		((uint64_t)1 << 62)
#define LOTS_LEAST	((uint64_t)1 << 40) /* fewer: they are given anew */

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
	size_t units; /* that go; 0: none was found */
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
	if (c->units > 0 || is_reserved(c->pools, &key))
		return FAULT_OK;
	c->units = shuffle_take(c->rule, &pool);
	c->key = key;
	return FAULT_OK;
}

static enum fault
choose(struct choice *c, struct pools *p, const char *pca, struct db *db,
    struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&p->lock);
	f = DB_EACH(db, DO_POOLS, consider, c, fi, DB_TEXT(pca));
	if (f == FAULT_OK && (c->units == 0 || p->n == POOLS_RESERVED))
		f = FAULT_NOT_FOUND;
	if (f == FAULT_OK)
		p->reserved[p->n++] = c->key;
	pthread_mutex_unlock(&p->lock);
	return f;
}

/* ---- drawing ---- */

struct drawn {
	int64_t *devices;
	size_t n;
	int64_t last;
};

static enum fault
add_device(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct drawn *d = ctx;

	(void)fi;
	d->devices[d->n++] = db_int(row, 0);
	d->last = db_int(row, 1);
	return FAULT_OK;
}

static int
by_number(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return a < b ? -1 : a > b;
}

/* Rising, so that the rows of a batch are touched in the order in which they
 * lie; the PCA sees only the order below. */
static enum fault
draw_devices(
    struct batch *b, struct db *db, struct arena *arena, struct fault_info *fi)
{
	struct drawn d = {.devices = ARENA_ARRAY(arena, b->units, int64_t)};

	if (d.devices == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "batch of %zu devices", b->units);
	TRY(DB_EACH(db, DO_POOL_DEVICES, add_device, &d, fi, DB_INT(b->class),
	    DB_INT(b->i), DB_INT(b->each), DB_INT(b->units)));
	if (d.n < b->units)
		return fault_set(fi, FAULT_BLOCKED,
		    "a pool has %zu devices, not %zu", d.n, b->units);
	qsort(d.devices, d.n, sizeof(*d.devices), by_number);
	b->devices = d.devices;
	b->drawn = d.last;
	return FAULT_OK;
}

static enum fault
draw(struct batch *b, const struct choice *c, struct db *db,
    struct arena *arena, struct fault_info *fi)
{
	uint32_t *order;

	b->class = c->key.class;
	b->i = c->key.i;
	b->each = c->key.each;
	b->units = c->units;
	TRY(draw_devices(b, db, arena, fi));
	order = ARENA_ARRAY(arena, batch_requests(b), uint32_t);
	if (order == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "batch of %zu requests",
		    batch_requests(b));
	shuffle_order(order, batch_requests(b));
	b->order = order;
	random_bytes(b->id, sizeof(b->id));
	return FAULT_OK;
}

enum fault
pools_draw(struct batch *b, struct pools *p, const char *pca, struct db *db,
    struct arena *arena, const struct shuffle_rule *rule, uint32_t now,
    struct fault_info *fi)
{
	struct choice c = {.pools = p, .rule = rule, .now = now};
	enum fault f;

	TRY(choose(&c, p, pca, db, fi));
	if ((f = draw(b, &c, db, arena, fi)) != FAULT_OK)
		pools_release(p, &c.key);
	return f;
}

/* ---- lots ---- */

__extension__ typedef unsigned __int128 uint128;

/* Evenly from those above drawn. */
static int64_t
lot_above(uint64_t drawn)
{
	uint64_t r;

	random_bytes(&r, sizeof(r));
	return (
	    int64_t)(drawn + 1 + (uint64_t)((uint128)r * (LOTS - drawn) >> 64));
}

struct waiting {
	int64_t *devices;
	size_t n, room;
	struct arena *arena;
};

static enum fault
add_waiting(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct waiting *w = ctx;
	int64_t *v;

	if (w->n == w->room) {
		w->room = w->room == 0 ? 1024 : 4 * w->room;
		if ((v = ARENA_ARRAY(w->arena, w->room, int64_t)) == NULL)
			return fault_set(fi, FAULT_TOO_LARGE,
			    "pool of more than %zu devices", w->n);
		for (size_t k = 0; k < w->n; k++)
			v[k] = w->devices[k];
		w->devices = v;
	}
	w->devices[w->n++] = db_int(row, 0);
	return FAULT_OK;
}

/* New lots for all that wait, when a pool that was never empty has used up
 * the numbers. */
static enum fault
draw_again(struct db *db, const struct batch *b, struct arena *arena,
    struct fault_info *fi)
{
	struct waiting w = {.arena = arena};

	TRY(DB_EACH(db, DO_POOL_DEVICES, add_waiting, &w, fi, DB_INT(b->class),
	    DB_INT(b->i), DB_INT(b->each), DB_INT(-1)));
	for (size_t k = 0; k < w.n; k++)
		TRY(DB_RUN(db, DO_UNIT_DRAW, fi, DB_INT(w.devices[k]),
		    DB_INT(b->i), DB_INT(lot_above(0))));
	return FAULT_OK;
}

/* Who came while the message was made may have got a lot below those that went;
 * he would be the first to go next time. */
static enum fault
draw_latest(struct db *db, const struct batch *b, struct arena *arena,
    struct fault_info *fi)
{
	struct waiting w = {.arena = arena};

	TRY(DB_EACH(db, DO_POOL_DEVICES_BELOW, add_waiting, &w, fi,
	    DB_INT(b->class), DB_INT(b->i), DB_INT(b->each), DB_INT(b->drawn)));
	for (size_t k = 0; k < w.n; k++)
		TRY(DB_RUN(db, DO_UNIT_DRAW, fi, DB_INT(w.devices[k]),
		    DB_INT(b->i), DB_INT(lot_above((uint64_t)b->drawn))));
	return FAULT_OK;
}

enum fault
pool_go(struct db *db, const struct batch *b, struct arena *arena,
    struct fault_info *fi)
{
	const struct pool_key key = {b->class, b->i, b->each};
	int64_t drawn = b->drawn;

	TRY(pool_take(db, &key, b->units, fi));
	if (LOTS - (uint64_t)drawn < LOTS_LEAST) {
		TRY(draw_again(db, b, arena, fi));
		drawn = 0;
	} else {
		TRY(draw_latest(db, b, arena, fi));
	}
	return DB_RUN(db, DO_POOL_DRAWN, fi, DB_INT(b->class), DB_INT(b->i),
	    DB_INT(b->each), DB_INT(drawn));
}

/* ---- counting ---- */

static enum fault
write_slot(struct pool_tally *t, size_t at, struct db *db, uint32_t since,
    struct fault_info *fi)
{
	const struct pool_key *key = &t->v[at].key;
	uint32_t n = t->v[at].n;

	t->v[at].n = 0;
	if (n == 0)
		return FAULT_OK;
	TRY(DB_RUN(db, DO_MOST_ADD, fi, DB_INT(key->i), DB_INT(key->each)));
	return DB_RUN(db, DO_POOL_ADD, fi, DB_INT(key->class), DB_INT(key->i),
	    DB_INT(key->each), DB_INT(n), DB_INT(since));
}

enum fault
pool_add(struct pool_tally *t, struct db *db, const struct pool_key *key,
    uint32_t since, int64_t *draw, struct fault_info *fi)
{
	const struct db_value args[] = {
	    DB_INT(key->class), DB_INT(key->i), DB_INT(key->each)};
	size_t at = key->i % POOL_TALLY;
	enum fault f = FAULT_OK;

	assert(db_in_transaction(db));
	if (t->v[at].n > 0 && !same(&t->v[at].key, key))
		TRY(write_slot(t, at, db, since, fi));
	if (t->v[at].n == 0) {
		f = db_run_int(db, &t->v[at].drawn, DO_POOL_LOTS, args, 3, fi);
		if (f == FAULT_NOT_FOUND)
			t->v[at].drawn = 0;
		else
			TRY(f);
		t->v[at].key = *key;
	}
	t->v[at].n++;
	*draw = lot_above((uint64_t)t->v[at].drawn);
	return FAULT_OK;
}

void
pool_withdraw(struct pool_tally *t, const struct pool_key *key)
{
	assert(t->v[key->i % POOL_TALLY].n > 0);
	t->v[key->i % POOL_TALLY].n--;
}

enum fault
pool_tally_write(
    struct pool_tally *t, struct db *db, uint32_t since, struct fault_info *fi)
{
	for (size_t at = 0; at < POOL_TALLY; at++)
		TRY(write_slot(t, at, db, since, fi));
	return FAULT_OK;
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

enum fault
pool_recount(struct db *db, const struct pool_key *key, struct fault_info *fi)
{
	assert(db_in_transaction(db));
	TRY(DB_RUN(db, DO_POOL_RECOUNT, fi, DB_INT(key->class), DB_INT(key->i),
	    DB_INT(key->each)));
	return DB_RUN(db, DO_POOL_CLEAN, fi, DB_INT(key->class), DB_INT(key->i),
	    DB_INT(key->each));
}
