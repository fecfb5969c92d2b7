/*
 * share.h - one inversion for a whole batch (Montgomery's trick).
 *
 * Products of all numbers so far are kept in four chains, that the core may
 * work on four at a time; one inversion of their product serves all:
 *
 *	share_begin(&s, before);
 *	for v = 0 to n - 1	share_put(&s, v, &d[v]);
 *	share_invert(&s, d, odd, n);
 *	for v = n - 1 to 0	share_take(&s, v, &d[v], &inverse);
 *
 * A zero in some lane would make nonsense of that lane for all of the batch.
 * share_invert notices, replaces each zero by one, in its lane, and notes it
 * in odd[]; the elements concerned must then be computed in another way.
 */
#ifndef CRYPTO_LANES_SHARE_H
#define CRYPTO_LANES_SHARE_H

#include "crypto/lanes/field.h"

struct share {
	struct fe chain[4]; /* loose, < 2 */
	struct fe *before;  /* room for n: the product before d[v] */
};

lane_inline void
share_begin(struct share *s, struct fe *before)
{
	for (int i = 0; i < 4; i++)
		fe_set(&s->chain[i], fe_one);
	s->before = before;
}

/* d < 8 */
lane_inline void
share_put(struct share *s, size_t v, const struct fe *d)
{
	s->before[v] = s->chain[v & 3];
	fe_mul_loose(&s->chain[v & 3], &s->chain[v & 3], d);
}

void LANES(share_invert)(struct share *, struct fe *d, mask8 *odd, size_t n);

/* inverse = 1 / d, loose, < 2 */
lane_inline void
share_take(struct share *s, size_t v, const struct fe *d, struct fe *inverse)
{
	fe_mul_loose(inverse, &s->chain[v & 3], &s->before[v]);
	fe_mul_loose(&s->chain[v & 3], &s->chain[v & 3], d);
}

#endif /* CRYPTO_LANES_SHARE_H */
