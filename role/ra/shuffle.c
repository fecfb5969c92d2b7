/* shuffle.c - see shuffle.h. */
#include <assert.h>

#include "crypto/random.h"

#include "role/ra/shuffle.h"

/* Uniform in 0 .. n - 1: the part of the range that would favour small
 * numbers is drawn again. */
static uint32_t
below(uint32_t n)
{
	uint32_t unfair = (uint32_t)-n % n, v;

	do {
		random_bytes(&v, sizeof(v));
	} while (v < unfair);
	return v % n;
}

/* The most devices that one message takes. */
static size_t
room(const struct shuffle_rule *rule, size_t each)
{
	size_t fit = rule->requests_max / each;
	size_t least = 2 * (size_t)rule->devices - 1;

	return fit > least ? fit : least;
}

size_t
shuffle_take(const struct shuffle_rule *rule, const struct shuffle_pool *pool)
{
	size_t requests = pool->devices * pool->each, messages, most;
	bool is_old = pool->oldest >= rule->age;

	assert(pool->each > 0 && rule->devices > 0);
	if (pool->devices == 0 || (requests < rule->requests && !is_old))
		return 0;
	if (pool->devices < rule->devices)
		return is_old && rule->small ? pool->devices : 0;
	most = room(rule, pool->each);
	if (pool->newest < rule->settle && pool->devices < most && !is_old)
		return 0;
	messages = (pool->devices + most - 1) / most;
	return (pool->devices + messages - 1) / messages;
}

void
shuffle_order(uint32_t *v, size_t n)
{
	assert(n <= UINT32_MAX);
	for (size_t k = 0; k < n; k++)
		v[k] = (uint32_t)k;
	for (size_t k = n; k > 1; k--) {
		uint32_t at = below((uint32_t)k), t = v[k - 1];

		v[k - 1] = v[at];
		v[at] = t;
	}
}
