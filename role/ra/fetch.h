/*
 * fetch.h - orders of PLVs as rows: what is on order, who works on it, what
 * has come.
 *
 * An order asks both LAs for fresh chains or for continuations of chains that
 * have run out, many at a time.  Several threads carry out orders, each
 * another: they claim them.
 */
#ifndef RA_FETCH_H
#define RA_FETCH_H

#include "role/ra/order.h"

/* Row of table fetch. */
struct fetch {
	int64_t id; /* 0: none yet */
	struct order order;
	int64_t *chains; /* that go on; [order.continued] */
	struct bytes request[2];
	struct arena *arena;
};

/*
 * The first order for a PCA under way that nobody works on, or a new one: what
 * is most needed, first continuations, then fresh chains.  It is claimed until
 * fetch_release.  FAULT_NOT_FOUND: nothing is needed.
 */
enum fault must_check fetch_find(struct fetch *, struct ra *, struct ra_pca *,
    struct db *, struct fault_info *);
void fetch_release(const struct fetch *, struct ra_pca *);
/* The same order in a new message to one LA. */
enum fault must_check fetch_renew(
    struct fetch *, struct ra *, struct db *, unsigned la, struct fault_info *);
/* Both LAs have answered: the values in one file, then chains and ranges in
 * one commit; the order waits for its confirmation. */
enum fault must_check fetch_store(const struct fetch *,
    const struct order_answer answer[2], struct ra *, struct db *,
    struct fault_info *);
/* The order ends here.  Of several chains that were to go on each is ordered by
 * itself; one alone is broken.  Held without values, the order still gets
 * confirmed, so that the other LA can drop its answer. */
enum fault must_check fetch_abandon(const struct fetch *, struct ra *,
    struct db *, const struct fault_info *why, struct fault_info *);

#endif /* RA_FETCH_H */
