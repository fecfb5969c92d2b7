/* plan.c - see plan.h. */
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "role/ra/auth.h"
#include "role/ra/plan.h"
#include "role/ra/refused.h"
#include "role/ra/stages.h"
#include "role/ra/supply.h"
#include "service/crash.h"

#define UNITS_PER_COMMIT   10000u
#define DEVICES_PER_COMMIT 500u
#define POOLS_PER_COMMIT   1000u
#define IDLE_PER_COMMIT	   1000u
#define RANGES_MAX	   64u /* PLV files of a chain at a time */
#define IDLE_MS		   250u
#define LOG_MOST	   (UINT64_C(64) << 20) /* of the database, octets */

/*
 * Each part of a pass looks and writes in one transaction, so that a device
 * that is blocked meanwhile gets nothing.
 */

/* ---- one device ---- */

struct device {
	int64_t number, chain;
	uint32_t next_i, end_i;
	uint32_t chain_end; /* first period without values */
};

struct range {
	uint32_t i_min, i_max, j_max;
};
struct ranges {
	struct range v[RANGES_MAX];
	size_t n;
};

static enum fault
got_range(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct ranges *r = ctx;

	(void)fi;
	if (r->n < RANGES_MAX) /* the rest in the next pass */
		r->v[r->n++] = (struct range){(uint32_t)db_int(row, 0),
		    (uint32_t)db_int(row, 1), (uint32_t)db_int(row, 2)};
	return FAULT_OK;
}

static uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t
most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* A transaction under way. */
struct planning {
	struct ra *ra;
	const struct ra_pca *pca;
	struct db *db;
	uint32_t now;
	struct supply_rule rule;
	uint32_t first, horizon; /* periods: first <= i < horizon */
	struct pool_tally tally;
};

static void
planning_begin(
    struct planning *p, struct ra *ra, const struct ra_pca *pca, struct db *db)
{
	memset(p, 0, sizeof(*p));
	p->ra = ra;
	p->pca = pca;
	p->db = db;
	p->now = time32_now();
	supply_rule_at(&p->rule, ra, p->now);
	p->first = ra_period_first(ra, pca);
	p->horizon = ra_horizon(ra, pca);
}

static enum fault
planning_commit(struct planning *p, struct fault_info *fi)
{
	TRY(pool_tally_write(&p->tally, p->db, p->now, fi));
	return db_commit(p->db, fi);
}

static enum fault
add_unit(struct planning *p, const struct device *d, uint32_t i, uint32_t each,
    struct fault_info *fi)
{
	struct pool_key key = {p->pca->class_id, i, each};
	int64_t draw;

	TRY(pool_add(&p->tally, p->db, &key, p->now, &draw, fi));
	TRY(DB_RUN(p->db, DO_UNIT_ADD, fi, DB_INT(d->number), DB_INT(i),
	    DB_INT(each), DB_INT(key.class), DB_INT(d->chain), DB_INT(p->now),
	    DB_INT(draw)));
	if (db_changes(p->db) == 0) /* it has it, of a PCA that has left */
		pool_withdraw(&p->tally, &key);
	return FAULT_OK;
}

/* Values for fewer certificates than a period is to have now: they are dropped
 * from the first period on that is not planned, and so will be ordered anew. */
static enum fault
drop_values(
    struct planning *p, struct device *d, uint32_t from, struct fault_info *fi)
{
	d->chain_end = d->next_i = from;
	TRY(DB_RUN(
	    p->db, DO_PLV_FILES_CUT, fi, DB_INT(d->chain), DB_INT(from)));
	return DB_RUN(p->db, DO_DEVICE_CHAIN_CUT, fi, DB_INT(d->number),
	    DB_INT(d->chain_end));
}

/* All periods of a range that the device is to have. */
static enum fault
plan_range(struct planning *p, struct device *d, const struct range *r,
    struct fault_info *fi)
{
	uint32_t from = most(most(d->next_i, r->i_min), p->first);
	uint32_t to = least(least(d->end_i, r->i_max), p->horizon);

	if (from < to && r->j_max < p->rule.certs)
		return drop_values(p, d, from, fi);
	for (uint32_t i = from; i < to; i++)
		TRY(add_unit(p, d, i, p->rule.certs, fi));
	if (from < to)
		d->next_i = to;
	return FAULT_OK;
}

/* Its values begin too late: time was ahead when they were ordered. */
static enum fault
drop_chain(struct planning *p, struct device *d, struct fault_info *fi)
{
	log_warn("device=%lld gets another chain", (long long)d->number);
	TRY(DB_RUN(
	    p->db, DO_CHAIN_STATE, fi, DB_INT(d->chain), DB_INT(CHAIN_BROKEN)));
	return DB_RUN(p->db, DO_CHAIN_DROP_DEVICE, fi, DB_INT(d->chain));
}

static enum fault
plan_device(struct planning *p, struct device *d, struct fault_info *fi)
{
	struct ranges ranges = {.n = 0};
	uint32_t from = most(d->next_i, p->first);

	TRY(DB_EACH(p->db, DO_PLV_FILES, got_range, &ranges, fi,
	    DB_INT(d->chain), DB_INT(from)));
	if (ranges.n > 0 && ranges.v[0].i_min > from)
		return drop_chain(p, d, fi);
	for (size_t k = 0; k < ranges.n && d->next_i < d->chain_end; k++)
		TRY(plan_range(p, d, &ranges.v[k], fi));
	if (ranges.n == 0) /* no more values of its chain */
		from = most(from, d->chain_end);
	if (d->next_i < from) /* past periods for which nothing can be had */
		d->next_i = least(from, d->end_i);
	return DB_RUN(
	    p->db, DO_DEVICE_NEXT, fi, DB_INT(d->number), DB_INT(d->next_i));
}

/* ---- devices ---- */

struct devices {
	struct device v[DEVICES_PER_COMMIT];
	size_t n;
};

/* As many as come to a commit of bearable size. */
static uint32_t
devices_per_commit(const struct planning *p)
{
	uint32_t n = UNITS_PER_COMMIT / most(p->rule.periods, 1);

	return most(least(n, DEVICES_PER_COMMIT), 1);
}

static enum fault
got_device(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct devices *all = ctx;

	(void)fi;
	all->v[all->n++] = (struct device){
	    .number = db_int(row, 0),
	    .next_i = (uint32_t)db_int(row, 1),
	    .end_i = (uint32_t)db_int(row, 2),
	    .chain = db_int(row, 3),
	    .chain_end = (uint32_t)db_int(row, 4),
	};
	return FAULT_OK;
}

static enum fault
plan_next(struct ra *ra, const struct ra_pca *pca, struct db *db, bool *busy,
    struct fault_info *fi)
{
	struct devices all = {.n = 0};
	struct planning p;

	planning_begin(&p, ra, pca, db);
	TRY(db_begin(db, fi));
	TRY(DB_EACH(db, DO_PLAN_NEXT, got_device, &all, fi, DB_INT(p.horizon),
	    DB_INT(devices_per_commit(&p)), DB_INT(pca->id),
	    DB_INT(p.rule.contact)));
	if (all.n == 0)
		return FAULT_OK;
	for (size_t k = 0; k < all.n; k++) {
		struct device before = all.v[k];

		TRY(plan_device(&p, &all.v[k], fi));
		if (all.v[k].next_i != before.next_i ||
		    all.v[k].chain_end != before.chain_end)
			*busy = true;
	}
	TRY(planning_commit(&p, fi));
	crash_point("ra-planned");
	RA_STAGE_END(plan);
	return FAULT_OK;
}

/* ---- chains for those who have none ---- */

struct free_chains {
	struct {
		int64_t id;
		uint32_t i_end;
		struct range range;
	} v[DEVICES_PER_COMMIT];
	size_t n;
};

static enum fault
got_free(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct free_chains *all = ctx;
	size_t k = all->n;

	(void)fi;
	if (k == DEVICES_PER_COMMIT)
		return FAULT_OK;
	all->v[k].id = db_int(row, 0);
	all->v[k].i_end = (uint32_t)db_int(row, 1);
	all->v[k].range = (struct range){(uint32_t)db_int(row, 2),
	    (uint32_t)db_int(row, 3), (uint32_t)db_int(row, 4)};
	all->n++;
	return FAULT_OK;
}

static enum fault
give_chain(struct planning *p, struct device *d, const struct free_chains *free,
    size_t k, struct fault_info *fi)
{
	d->chain = free->v[k].id;
	d->chain_end = free->v[k].i_end;
	TRY(DB_RUN(
	    p->db, DO_CHAIN_TAKE, fi, DB_INT(d->chain), DB_INT(d->number)));
	TRY(plan_range(p, d, &free->v[k].range, fi));
	return DB_RUN(p->db, DO_DEVICE_CHAIN, fi, DB_INT(d->number),
	    DB_INT(d->chain), DB_INT(d->chain_end), DB_INT(d->next_i));
}

static enum fault
plan_chainless(struct ra *ra, const struct ra_pca *pca, struct db *db,
    bool *busy, struct fault_info *fi)
{
	struct devices all = {.n = 0};
	struct free_chains free;
	struct planning p;

	free.n = 0;
	planning_begin(&p, ra, pca, db);
	TRY(db_begin(db, fi));
	TRY(DB_EACH(db, DO_PLAN_CHAINLESS, got_device, &all, fi,
	    DB_INT(p.horizon), DB_INT(devices_per_commit(&p)), DB_INT(pca->id),
	    DB_INT(p.rule.contact)));
	if (all.n > 0)
		TRY(DB_EACH(db, DO_CHAINS_FREE_SOME, got_free, &free, fi,
		    DB_INT(p.first), DB_INT(all.n), DB_INT(pca->id)));
	if (free.n == 0)
		return FAULT_OK;
	for (size_t k = 0; k < all.n && k < free.n; k++)
		TRY(give_chain(&p, &all.v[k], &free, k, fi));
	TRY(planning_commit(&p, fi));
	crash_point("ra-planned");
	RA_STAGE_END(plan);
	*busy = true;
	return FAULT_OK;
}

/* ---- time passes ---- */

struct keys {
	struct pool_key v[POOLS_PER_COMMIT];
	size_t n;
};

static enum fault
got_key(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct keys *keys = ctx;

	(void)fi;
	if (keys->n < POOLS_PER_COMMIT)
		keys->v[keys->n++] = (struct pool_key){db_int(row, 0),
		    (uint32_t)db_int(row, 1), (uint32_t)db_int(row, 2)};
	return FAULT_OK;
}

static enum fault
lapse(struct db *db, const struct pool_key *key, struct fault_info *fi)
{
	int64_t n;

	TRY(DB_RUN(db, DO_UNIT_LAPSE, fi, DB_INT(key->class), DB_INT(key->i),
	    DB_INT(key->each)));
	n = db_changes(db);
	TRY(DB_RUN(db, DO_POOL_DELETE, fi, DB_INT(key->class), DB_INT(key->i),
	    DB_INT(key->each)));
	return db_count(db, COUNTER_UNITS_LAPSED, n, fi);
}

/* Nobody needs certificates of a period that is over. */
static enum fault
lapse_pools(struct ra *ra, const struct ra_pca *pca, struct db *db, bool *busy,
    struct fault_info *fi)
{
	struct keys keys = {.n = 0};

	(void)pca;
	TRY(DB_EACH(
	    db, DO_POOLS_OVER, got_key, &keys, fi, DB_INT(ra_period_now(ra))));
	if (keys.n == 0)
		return FAULT_OK;
	TRY(db_begin(db, fi));
	for (size_t k = 0; k < keys.n; k++)
		TRY(lapse(db, &keys.v[k], fi));
	TRY(db_commit(db, fi));
	log_info("%zu pools of periods that are over were dropped", keys.n);
	*busy = true;
	return FAULT_OK;
}

/* Units that the PCA refused as a whole. */
static enum fault
plan_refused(struct ra *ra, const struct ra_pca *pca, struct db *db, bool *busy,
    struct fault_info *fi)
{
	(void)pca;
	return refused_again(ra, db, busy, fi);
}

/* Identification certificates. */
static enum fault
plan_auth(struct ra *ra, const struct ra_pca *pca, struct db *db, bool *busy,
    struct fault_info *fi)
{
	(void)pca;
	return auth_plan(ra, db, busy, fi);
}

/* What a PCA that has left refuses is asked of another. */
static enum fault
move_auth(struct ra *ra, const struct ra_pca *pca, struct db *db, bool *busy,
    struct fault_info *fi)
{
	size_t n, all = 0;

	(void)pca;
	if (ra->pca_n == ra->pca_all)
		return FAULT_OK;
	TRY(db_begin(db, fi));
	for (size_t k = ra->pca_n; k < ra->pca_all; k++) {
		TRY(auth_move(&n, ra, db, ra->pca[k].id, fi));
		all += n;
	}
	if (all == 0)
		return FAULT_OK;
	*busy = true;
	return db_commit(db, fi);
}

/* ---- devices that are gone, and those that came back ---- */

static enum fault
mark_idle(struct ra *ra, struct db *db, uint32_t contact, int64_t *n,
    struct fault_info *fi)
{
	const struct db_value args[] = {
	    DB_INT(ra->idle_cursor), DB_INT(IDLE_PER_COMMIT)};
	int64_t last;

	*n = 0;
	TRY(db_run_int(db, &last, DO_IDLE_STEP, args, 2, fi));
	if (last > 0) {
		TRY(DB_RUN(db, DO_IDLE_FIND, fi, DB_INT(ra->idle_cursor),
		    DB_INT(last), DB_INT(contact)));
		*n = db_changes(db);
	}
	ra->idle_cursor = last; /* 0: from the beginning */
	return FAULT_OK;
}

/* Who is gone gets nothing at once, because planning looks at the contact; the
 * mark is there so that it looks at fewer. */
static enum fault
watch_idle(struct ra *ra, const struct ra_pca *pca, struct db *db, bool *busy,
    struct fault_info *fi)
{
	struct supply_rule rule;
	int64_t gone = 0, back;

	(void)pca;
	supply_rule_at(&rule, ra, time32_now());
	TRY(db_begin(db, fi));
	TRY(DB_RUN(db, DO_IDLE_END, fi, DB_INT(rule.contact)));
	back = db_changes(db);
	if (rule.contact > 0)
		TRY(mark_idle(ra, db, rule.contact, &gone, fi));
	if (gone + back == 0)
		return FAULT_OK;
	TRY(db_commit(db, fi));
	log_info(
	    "devices: %lld gone, %lld back", (long long)gone, (long long)back);
	*busy |= back > 0;
	return FAULT_OK;
}

/* ---- the pass ---- */

static enum fault
flush_contacts(struct ra *ra, struct db *db, struct fault_info *fi)
{
	enum fault f;

	ra_db_lock(ra);
	f = contacts_flush(&ra->contacts, db, fi);
	ra_db_unlock(ra, db);
	return f;
}

enum fault
plan_pass(struct ra *ra, struct db *db, bool *busy, struct fault_info *fi)
{
	typedef enum fault part(struct ra *, const struct ra_pca *, struct db *,
	    bool *, struct fault_info *);
	static const struct {
		part *run;
		bool each; /* for each PCA */
	} parts[] = {
	    {lapse_pools, false},
	    {watch_idle, false},
	    {plan_refused, false},
	    {plan_next, true},
	    {plan_chainless, true},
	    {move_auth, false},
	    {plan_auth, false},
	};

	*busy = false;
	stage_begin();
	TRY(flush_contacts(ra, db, fi));
	for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
		for (size_t n = 0; n < (parts[k].each ? ra->pca_n : 1); n++) {
			enum fault f;

			ra_db_lock(ra);
			f = parts[k].run(ra, &ra->pca[n], db, busy, fi);
			ra_db_unlock(ra, db);
			TRY(f);
		}
	ra_db_lock(ra);
	db_shorten_log(db, LOG_MOST);
	ra_db_unlock(ra, db);
	return FAULT_OK;
}

/* Units wait in pools; and the chains that they took are to be replaced. */
static void
wake_others(struct ra *ra)
{
	wake_all(&ra->due);
	wake_all(&ra->wake);
}

void
plan_run(void *ctx, struct service *service)
{
	struct ra *ra = ctx;
	struct fault_info fi;
	bool busy;

	while (!service_stopping(service)) {
		uint64_t count = wake_count(&ra->wake);

		if (plan_pass(ra, ra->db, &busy, &fi) != FAULT_OK)
			service_sleep(service, peer_fails(&ra->storage, &fi));
		else if (busy)
			wake_others(ra);
		else
			wake_wait(&ra->wake, count, IDLE_MS);
	}
	if (flush_contacts(ra, ra->db, &fi) != FAULT_OK)
		log_warn("%s", fi.text);
}
