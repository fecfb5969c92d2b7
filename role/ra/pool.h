/*
 * pool.h - the pools of units that wait for a message to the PCA.
 *
 * Table pool says how many units wait in each; the units themselves are rows.
 * Several sender threads choose at the same time, so a pool from which one is
 * just making a message is reserved: no other takes from it meanwhile.
 *
 * Which units go is a lottery in which the lots are drawn beforehand: a unit
 * that comes gets a random number above that of all units that have gone, and
 * those with the lowest go.  So all that wait have numbers evenly spread over
 * the same range, whenever they came, and each choice of m of them is equally
 * likely; and to find it costs nothing for those that stay.
 */
#ifndef RA_POOL_H
#define RA_POOL_H

#include <pthread.h>

#include "base/arena.h"
#include "role/ra/batch.h"
#include "role/ra/shuffle.h"
#include "store/db.h"

#define POOLS_RESERVED 16
#define POOL_TALLY     512

struct pool_key {
	int64_t class;
	uint32_t i, each;
};

struct pools {
	pthread_mutex_t lock;
	struct pool_key reserved[POOLS_RESERVED];
	size_t n;
};

void pools_init(struct pools *);
void pools_destroy(struct pools *);
void pools_release(struct pools *, const struct pool_key *);

/*
 * Chooses the most urgent pool of a PCA that is due, reserves it, and draws
 * the devices of the next message and the order of their requests: sets class,
 * i, each, units, devices, order and a random id of the batch.  now is Time32.
 * FAULT_NOT_FOUND: no pool is due; FAULT_BLOCKED: there are fewer units than
 * the pool says, its class, i and each are set (pool_recount).  None is
 * reserved then.
 */
enum fault must_check pools_draw(struct batch *, struct pools *,
    const char *pca, struct db *, struct arena *, const struct shuffle_rule *,
    uint32_t now, struct fault_info *);

/* ---- within a transaction of the caller ---- */

/* Units that come, counted for the pools of a transaction.  All zeros: none. */
struct pool_tally {
	struct {
		struct pool_key key;
		int64_t drawn;
		uint32_t n;
	} v[POOL_TALLY];
};

/* One more unit waits, since then (the same time for all of a tally); *draw is
 * its lot.  It counts when the tally is written. */
enum fault must_check pool_add(struct pool_tally *, struct db *,
    const struct pool_key *, uint32_t since, int64_t *draw,
    struct fault_info *);
/* Not, after all: the unit that was added last. */
void pool_withdraw(struct pool_tally *, const struct pool_key *);
enum fault must_check pool_tally_write(
    struct pool_tally *, struct db *, uint32_t since, struct fault_info *);
/* n units that waited have got another state. */
enum fault must_check pool_take(
    struct db *, const struct pool_key *, size_t n, struct fault_info *);
/* The pool says again how many units wait. */
enum fault must_check pool_recount(
    struct db *, const struct pool_key *, struct fault_info *);
/* The units of a batch go: those with lots up to batch->drawn.  Units that came
 * since it was drawn get lots above that. */
enum fault must_check pool_go(
    struct db *, const struct batch *, struct arena *, struct fault_info *);

#endif /* RA_POOL_H */
