/*
 * groups.h - which elements of a batch go side by side: lanes want elements
 * that take equally many steps.
 *
 * Elements are sorted by their number of steps, so that a batch has at most
 * one incomplete group for each number of steps that occurs in it.
 */
#ifndef CRYPTO_LANES_GROUPS_H
#define CRYPTO_LANES_GROUPS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define GROUPS_WINDOW 2048 /* elements sorted together */
#define GROUPS_STEPS  64   /* more steps than this do not pay in lanes */

struct groups {
	uint8_t steps[GROUPS_WINDOW]; /* of each element; over: too many */
	uint16_t order[GROUPS_WINDOW];
	/* Elements of s steps: order[begin[s]] .. order[begin[s + 1] - 1]. */
	uint16_t begin[GROUPS_STEPS + 3];
	size_t least, most; /* numbers of steps that occur, of those not over */
};

#define GROUPS_OVER (GROUPS_STEPS + 1)

/* Elements of the window that starts at i. */
static inline size_t
groups_window(size_t n, size_t i)
{
	return n - i < GROUPS_WINDOW ? n - i : GROUPS_WINDOW;
}

static inline uint8_t
groups_clamp(size_t steps)
{
	return (uint8_t)(steps > GROUPS_STEPS ? GROUPS_OVER : steps);
}

/* Of steps[0..n-1]; n <= GROUPS_WINDOW. */
static inline void
groups_sort(struct groups *g, size_t n)
{
	uint16_t next[GROUPS_OVER + 1];

	memset(g->begin, 0, sizeof(g->begin));
	for (size_t i = 0; i < n; i++)
		g->begin[g->steps[i] + 1]++;
	g->least = GROUPS_STEPS;
	g->most = 0;
	for (size_t s = 0; s <= GROUPS_OVER; s++) {
		if (g->begin[s + 1] > 0 && s < GROUPS_OVER) {
			g->least = s < g->least ? s : g->least;
			g->most = s;
		}
		next[s] = g->begin[s];
		g->begin[s + 1] = (uint16_t)(g->begin[s + 1] + g->begin[s]);
	}
	for (size_t i = 0; i < n; i++)
		g->order[next[g->steps[i]]++] = (uint16_t)i;
}

#endif /* CRYPTO_LANES_GROUPS_H */
