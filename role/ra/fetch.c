/* fetch.c - see fetch.h. */
#include <stdio.h>

#include "base/log.h"
#include "base/time32.h"
#include "role/ra/fetch.h"
#include "role/ra/stages.h"
#include "role/ra/supply.h"
#include "service/crash.h"

#define VALUES_MAX 20000u /* of one order and LA */

static const enum statement set_request[2] = {
    DO_FETCH_REQUEST1,
    DO_FETCH_REQUEST2,
};

/* ---- claims: all under fetches.lock ---- */

static bool
claim(struct fetches *all, int64_t id)
{
	size_t room = RA_FETCHES;

	for (size_t k = 0; k < RA_FETCHES; k++) {
		if (all->claimed[k] == id)
			return false;
		if (all->claimed[k] == 0)
			room = k;
	}
	if (room == RA_FETCHES)
		return false;
	all->claimed[room] = id;
	return true;
}

void
fetch_release(const struct fetch *f, struct ra_pca *pca)
{
	struct fetches *all = &pca->fetches;

	pthread_mutex_lock(&all->lock);
	for (size_t k = 0; k < RA_FETCHES; k++)
		if (f->id != 0 && all->claimed[k] == f->id)
			all->claimed[k] = 0;
	pthread_mutex_unlock(&all->lock);
}

/* ---- a new order ---- */

static uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Periods from i_min on that an order asks for; false: none would be of use. */
static bool
set_range(struct order *o, const struct ra *ra, const struct supply_rule *rule,
    uint32_t i_min)
{
	const struct environment *e = ra->environment;
	uint32_t weeks = least(e->plv_weeks_per_fetch, rule->periods);
	uint32_t i_max =
	    least(least(i_min + weeks, ra_pca_end(ra, o->pca)), UINT16_MAX);

	if (i_max <= i_min)
		return false;
	o->i_min = (uint16_t)i_min;
	o->i_max = (uint16_t)i_max;
	o->j_max = (uint8_t)rule->certs;
	return true;
}

static uint32_t
chains_of_an_order(const struct order *o)
{
	uint32_t n = VALUES_MAX / ((uint32_t)(o->i_max - o->i_min) * o->j_max);

	return n > 0 ? n : 1;
}

static enum fault
insert_rows(struct db *db, struct fetch *f, struct fault_info *fi)
{
	const struct order *o = &f->order;

	TRY(DB_RUN(db, DO_FETCH_ADD, fi, DB_INT(o->i_min), DB_INT(o->i_max),
	    DB_INT(o->j_max), DB_INT(o->fresh), DB_BYTES(f->request[0]),
	    DB_BYTES(f->request[1]), DB_INT(o->pca->id)));
	f->id = db_last_id(db);
	for (size_t k = 0; k < o->continued; k++) {
		TRY(DB_RUN(db, DO_FETCH_CHAIN_ADD, fi, DB_INT(f->id), DB_INT(k),
		    DB_INT(f->chains[k])));
		TRY(DB_RUN(db, DO_CHAIN_STATE, fi, DB_INT(f->chains[k]),
		    DB_INT(CHAIN_ASKED)));
	}
	return FAULT_OK;
}

static enum fault
add_rows(struct db *db, struct fetch *f, struct fault_info *fi)
{
	TRY(insert_rows(db, f, fi));
	return db_commit(db, fi);
}

static enum fault
add(struct fetch *f, struct ra *ra, struct db *db, struct fault_info *fi)
{
	enum fault fault;

	for (unsigned la = 0; la < 2; la++)
		TRY(order_sign(
		    &f->request[la], f->arena, ra, &f->order, la, fi));
	TRY(db_begin(db, fi));
	if ((fault = add_rows(db, f, fi)) != FAULT_OK) {
		f->id = 0;
		return fault;
	}
	crash_point("ra-fetch-asked");
	RA_STAGE_END(order);
	return FAULT_OK;
}

static enum fault
make_room(struct fetch *f, size_t n, struct fault_info *fi)
{
	f->chains = ARENA_ARRAY(f->arena, n, int64_t);
	f->order.lci[0] = ARENA_ARRAY(f->arena, n, struct bytes);
	f->order.lci[1] = ARENA_ARRAY(f->arena, n, struct bytes);
	if (f->chains == NULL || f->order.lci[0] == NULL ||
	    f->order.lci[1] == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "order of %zu chains", n);
	return FAULT_OK;
}

static enum fault
add_chain(struct fetch *f, const struct db_row *row, unsigned lci_column,
    struct fault_info *fi)
{
	struct order *o = &f->order;
	size_t k = o->continued;

	f->chains[k] = db_int(row, 0);
	for (unsigned la = 0; la < 2; la++) {
		o->lci[la][k] =
		    bytes_copy(f->arena, db_blob(row, lci_column + la));
		if (o->lci[la][k].p == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "LCI");
	}
	o->continued++;
	return FAULT_OK;
}

/* Chains that have run out while their devices need more. */
struct continuation {
	struct fetch *fetch;
	const struct ra *ra;
	const struct supply_rule *rule;
	uint32_t from, room;
};

/* An order for more values of a period than were given must reach to the end
 * of what was given (role/la/README.md). */
static enum fault
begin_continuation(struct continuation *c, uint32_t from, uint32_t given,
    struct fault_info *fi)
{
	struct order *o = &c->fetch->order;

	if (!set_range(o, c->ra, c->rule, from))
		return FAULT_OK;
	if (given > o->i_max)
		o->i_max = (uint16_t)given;
	c->from = from;
	c->room = chains_of_an_order(o);
	return make_room(c->fetch, c->room, fi);
}

/* The first row says for which range; those behind it that want another wait
 * for the next order. */
static enum fault
got_dry(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct continuation *c = ctx;
	struct order *o = &c->fetch->order;
	uint32_t from = (uint32_t)db_int(row, 1);
	uint32_t given = (uint32_t)db_int(row, 2);

	if (c->room == 0)
		TRY(begin_continuation(c, from, given, fi));
	if (from != c->from || given > o->i_max || o->continued == c->room)
		return FAULT_OK;
	return add_chain(c->fetch, row, 3, fi);
}

static enum fault
order_continuations(
    struct fetch *f, struct ra *ra, struct db *db, struct fault_info *fi)
{
	struct supply_rule rule;
	struct continuation c = {.fetch = f, .ra = ra, .rule = &rule};
	const struct ra_pca *pca = f->order.pca;

	supply_rule_at(&rule, ra, time32_now());
	TRY(DB_EACH(db, DO_CHAINS_TO_CONTINUE, got_dry, &c, fi,
	    DB_INT(ra_horizon(ra, pca)), DB_INT(ra_period_first(ra, pca)),
	    DB_INT(VALUES_MAX / rule.certs), DB_INT(pca->id),
	    DB_INT(rule.contact)));
	return f->order.continued > 0 ? add(f, ra, db, fi) : FAULT_NOT_FOUND;
}

/* Chains that are missing: so many are kept ready, and one for each device
 * that waits for one. */
static enum fault
count_missing(int64_t *n, const struct ra *ra, const struct ra_pca *pca,
    struct db *db, uint32_t first, uint32_t most, struct fault_info *fi)
{
	const struct db_value start[] = {DB_INT(first), DB_INT(pca->id)};
	const struct db_value need[] = {DB_INT(ra_horizon(ra, pca)),
	    DB_INT(pca->id), DB_INT(RA_FETCHES * most)};
	int64_t ready, asked, blocked;

	TRY(db_run_int(db, &ready, DO_CHAINS_FREE, start, 2, fi));
	TRY(db_run_int(db, &asked, DO_CHAINS_ASKED, start, 2, fi));
	TRY(db_run_int(db, n, DO_CHAINS_WANTED, need, 3, fi));
	TRY(db_run_int(db, &blocked, DO_CHAINS_NOT_WANTED, need, 2, fi));
	*n = *n > blocked ? *n - blocked : 0;
	*n += ra->environment->plv_cache_pairs - ready - asked;
	return FAULT_OK;
}

static enum fault
order_fresh(
    struct fetch *f, struct ra *ra, struct db *db, struct fault_info *fi)
{
	struct order *o = &f->order;
	struct supply_rule rule;
	int64_t missing;
	uint32_t most;

	supply_rule_at(&rule, ra, time32_now());
	if (!set_range(o, ra, &rule, ra_period_first(ra, o->pca)))
		return FAULT_NOT_FOUND;
	most = chains_of_an_order(o);
	TRY(count_missing(&missing, ra, o->pca, db, o->i_min, most, fi));
	if (missing <= 0)
		return FAULT_NOT_FOUND;
	o->fresh = missing < most ? (uint32_t)missing : most;
	return add(f, ra, db, fi);
}

/* ---- an order under way ---- */

struct unclaimed {
	struct fetches *all;
	int64_t id;
};

static enum fault
got_asked(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct unclaimed *u = ctx;

	(void)fi;
	if (u->id == 0 && claim(u->all, db_int(row, 0)))
		u->id = db_int(row, 0);
	return FAULT_OK;
}

static enum fault
got_fetch(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct fetch *f = ctx;

	f->order.i_min = (uint16_t)db_int(row, 0);
	f->order.i_max = (uint16_t)db_int(row, 1);
	f->order.j_max = (uint8_t)db_int(row, 2);
	f->order.fresh = (uint32_t)db_int(row, 3);
	for (unsigned la = 0; la < 2; la++)
		if ((f->request[la] =
			    bytes_copy(f->arena, db_blob(row, 4 + la)))
			.p == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "order");
	return FAULT_OK;
}

static enum fault
got_continued(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct fetch *f = ctx;

	if (f->chains == NULL)
		TRY(make_room(f, chains_of_an_order(&f->order), fi));
	if (f->order.continued == chains_of_an_order(&f->order))
		return fault_set(fi, FAULT_STORE, "chains of an order");
	return add_chain(f, row, 1, fi);
}

static enum fault
take_up(struct fetch *f, struct db *db, struct fault_info *fi)
{
	TRY(DB_EACH(db, DO_FETCH_GET, got_fetch, f, fi, DB_INT(f->id)));
	return DB_EACH(
	    db, DO_FETCH_CHAINS, got_continued, f, fi, DB_INT(f->id));
}

static enum fault
find(struct fetch *f, struct ra *ra, struct ra_pca *pca, struct db *db,
    struct fault_info *fi)
{
	struct unclaimed u = {.all = &pca->fetches};
	enum fault fault;

	TRY(DB_EACH(db, DO_FETCHES_ASKED, got_asked, &u, fi, DB_INT(pca->id)));
	if ((f->id = u.id) != 0)
		return take_up(f, db, fi);
	fault = order_continuations(f, ra, db, fi);
	if (fault == FAULT_NOT_FOUND)
		fault = order_fresh(f, ra, db, fi);
	if (fault == FAULT_OK && !claim(&pca->fetches, f->id))
		fault = FAULT_NOT_FOUND; /* more threads than places */
	return fault;
}

enum fault
fetch_find(struct fetch *f, struct ra *ra, struct ra_pca *pca, struct db *db,
    struct fault_info *fi)
{
	enum fault fault;

	f->order.pca = pca;
	ra_db_lock(ra);
	pthread_mutex_lock(&pca->fetches.lock);
	fault = find(f, ra, pca, db, fi);
	pthread_mutex_unlock(&pca->fetches.lock);
	ra_db_unlock(ra, db);
	return fault;
}

enum fault
fetch_renew(struct fetch *f, struct ra *ra, struct db *db, unsigned la,
    struct fault_info *fi)
{
	enum fault fault;

	TRY(order_sign(&f->request[la], f->arena, ra, &f->order, la, fi));
	ra_db_lock(ra);
	fault = DB_RUN(
	    db, set_request[la], fi, DB_INT(f->id), DB_BYTES(f->request[la]));
	ra_db_unlock(ra, db);
	return fault;
}

/* ---- its end ---- */

static void
file_name(char out[64], const struct fetch *f)
{
	snprintf(out, 64, "%llx", (unsigned long long)f->id);
}

static enum fault
write_file(const struct fetch *f, const struct order_answer answer[2],
    const struct ra *ra, struct fault_info *fi)
{
	char path[PATH_SIZE], name[64];
	struct bytes octets;

	TRY(order_file(&octets, f->arena, &f->order, answer, fi));
	file_name(name, f);
	ra_path(ra, path, "plv", name);
	TRY(file_write(path, octets, 0600, fi));
	crash_point("ra-fetch-written");
	return FAULT_OK;
}

static enum fault
hold_chain(struct db *db, const struct fetch *f, const char *file,
    const struct order_answer answer[2], size_t c, struct fault_info *fi)
{
	const struct order *o = &f->order;
	int64_t chain;
	struct bytes lci[2];

	for (unsigned la = 0; la < 2; la++)
		TRY(coer_encode_new(&lci[la], f->arena, &linkage_chain_id_asn,
		    &answer[la].chains[c].linkage_chain_id, fi));
	if (o->fresh == 0) {
		chain = f->chains[c];
		TRY(DB_RUN(db, DO_CHAIN_EXTEND, fi, DB_INT(chain),
		    DB_BYTES(lci[0]), DB_BYTES(lci[1]), DB_INT(o->i_max)));
		TRY(DB_RUN(db, DO_DEVICE_CHAIN_END, fi, DB_INT(chain),
		    DB_INT(o->i_max)));
	} else {
		TRY(DB_RUN(db, DO_CHAIN_ADD, fi, DB_BYTES(lci[0]),
		    DB_BYTES(lci[1]), DB_INT(o->i_min), DB_INT(o->i_max),
		    DB_INT(o->pca->id)));
		chain = db_last_id(db);
	}
	return DB_RUN(db, DO_PLV_FILE_ADD, fi, DB_INT(chain), DB_TEXT(file),
	    DB_INT(c), DB_INT(o->i_min), DB_INT(o->i_max), DB_INT(o->j_max));
}

static enum fault
hold(struct db *db, const struct fetch *f, struct fault_info *fi)
{
	TRY(DB_RUN(db, DO_FETCH_CHAINS_DELETE, fi, DB_INT(f->id)));
	TRY(DB_RUN(db, DO_FETCH_HOLD, fi, DB_INT(f->id)));
	return db_commit(db, fi);
}

static enum fault
hold_all(struct db *db, const struct fetch *f,
    const struct order_answer answer[2], struct fault_info *fi)
{
	char file[64];

	file_name(file, f);
	TRY(db_begin(db, fi));
	for (size_t c = 0; c < order_chains(&f->order); c++)
		TRY(hold_chain(db, f, file, answer, c, fi));
	return hold(db, f, fi);
}

enum fault
fetch_store(const struct fetch *f, const struct order_answer answer[2],
    struct ra *ra, struct db *db, struct fault_info *fi)
{
	enum fault fault;

	TRY(write_file(f, answer, ra, fi));
	ra_db_lock(ra);
	fault = hold_all(db, f, answer, fi);
	ra_db_unlock(ra, db);
	TRY(fault);
	crash_point("ra-fetch-held");
	RA_STAGE_END(order_store);
	return FAULT_OK;
}

/*
 * One chain of many may be the cause, so each is ordered by itself.  An LA that
 * has met the order gives a range again only for more values: so each asks for
 * one more than the order did.
 */
static enum fault
sign_alone(struct fetch *out, const struct fetch *f, size_t k,
    const struct ra *ra, struct fault_info *fi)
{
	*out = (struct fetch){.order = f->order, .arena = f->arena};
	out->order.continued = 1;
	out->order.j_max++;
	out->chains = &f->chains[k];
	for (unsigned la = 0; la < 2; la++) {
		out->order.lci[la] = &f->order.lci[la][k];
		TRY(order_sign(
		    &out->request[la], f->arena, ra, &out->order, la, fi));
	}
	return FAULT_OK;
}

static enum fault
add_alone(const struct fetch *f, struct fetch *alone, struct db *db,
    struct fault_info *fi)
{
	TRY(db_begin(db, fi));
	for (size_t k = 0; k < f->order.continued; k++)
		TRY(insert_rows(db, &alone[k], fi));
	return hold(db, f, fi);
}

static enum fault
divide(const struct fetch *f, struct ra *ra, struct db *db,
    const struct fault_info *why, struct fault_info *fi)
{
	size_t n = f->order.continued;
	struct fetch *alone = ARENA_ARRAY(f->arena, n, struct fetch);
	enum fault fault = FAULT_OK;

	log_warn("%zu chains are ordered one by one: %s", n, why->text);
	if (alone == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%zu orders", n);
	for (size_t k = 0; k < n; k++)
		TRY(sign_alone(&alone[k], f, k, ra, fi));
	ra_db_lock(ra);
	fault = add_alone(f, alone, db, fi);
	ra_db_unlock(ra, db);
	return fault;
}

static enum fault
break_chains(const struct fetch *f, struct db *db, struct fault_info *fi)
{
	TRY(db_begin(db, fi));
	for (size_t k = 0; k < f->order.continued; k++) {
		TRY(DB_RUN(db, DO_CHAIN_STATE, fi, DB_INT(f->chains[k]),
		    DB_INT(CHAIN_BROKEN)));
		TRY(DB_RUN(db, DO_CHAIN_DROP_DEVICE, fi, DB_INT(f->chains[k])));
	}
	return hold(db, f, fi);
}

enum fault
fetch_abandon(const struct fetch *f, struct ra *ra, struct db *db,
    const struct fault_info *why, struct fault_info *fi)
{
	enum fault fault;

	if (f->order.continued > 1 && f->order.j_max < UINT8_MAX)
		return divide(f, ra, db, why, fi);
	if (f->order.continued > 0)
		log_warn("%zu chains cannot go on, their devices get others:"
			 " %s",
		    f->order.continued, why->text);
	ra_db_lock(ra);
	fault = break_chains(f, db, fi);
	ra_db_unlock(ra, db);
	return fault;
}
