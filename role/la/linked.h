/*
 * linked.h - which pre-linkage values stem from one chain.
 */
#ifndef LA_LINKED_H
#define LA_LINKED_H

#include "role/la/la.h"

/*
 * The size of the largest set of these values that one chain has given: 0, no
 * chain has given any of them; 1, each is of another chain.  A value counts
 * once, however often it stands in the list.
 *
 * Computes the values of the weeks in question of all chains: some 3
 * microseconds for a chain and half a microsecond for each week of the list, so
 * the MA's questions are limited (lib/inquiry) and answered one at a time.
 * STORE, TOO_LARGE (arena).
 */
enum fault must_check la_linked(size_t *matches, struct la *, struct arena *,
    const struct plv *, size_t n, struct fault_info *);

#endif /* LA_LINKED_H */
