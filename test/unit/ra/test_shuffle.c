/*
 * test_shuffle.c - the order is uniform, the choice is uniform, and no device
 * ever has more than one request in K of a message.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "role/ra/shuffle.h"

/* Chi-square of counts against the expectation that all are equal. */
static double
chi_square(const unsigned *count, size_t n, double expected)
{
	double sum = 0;

	for (size_t k = 0; k < n; k++) {
		double d = count[k] - expected;

		sum += d * d / expected;
	}
	return sum;
}

/* All 120 orders of 5 come equally often.  With 119 degrees of freedom, 210
 * is exceeded once in 2 million runs. */
static void
test_order_uniform(void **state)
{
	static unsigned count[5 * 5 * 5 * 5 * 5];
	const unsigned rounds = 240000;
	unsigned seen[120], n = 0;
	uint32_t v[5];

	(void)state;
	memset(count, 0, sizeof(count));
	for (unsigned r = 0; r < rounds; r++) {
		unsigned at = 0;

		shuffle_order(v, 5);
		for (unsigned k = 0; k < 5; k++)
			at = at * 5 + v[k];
		count[at]++;
	}
	for (unsigned k = 0; k < sizeof(count) / sizeof(count[0]); k++)
		if (count[k] > 0) {
			assert_true(n < 120);
			seen[n++] = count[k];
		}
	assert_int_equal(n, 120);
	assert_true(chi_square(seen, 120, rounds / 120.0) < 210);
}

/* Where the request that was first goes in a message of 97: 96 degrees of
 * freedom; 180 is exceeded once in 2 million runs. */
static void
test_order_places(void **state)
{
	unsigned first[97] = {0}, last[97] = {0};
	const unsigned rounds = 97 * 400;
	uint32_t v[97];

	(void)state;
	for (unsigned r = 0; r < rounds; r++) {
		shuffle_order(v, 97);
		for (unsigned k = 0; k < 97; k++) {
			first[k] += v[k] == 0;
			last[k] += v[k] == 96;
		}
	}
	assert_true(chi_square(first, 97, 400) < 180);
	assert_true(chi_square(last, 97, 400) < 180);
}

/* Each order is a permutation, also of one and of none. */
static void
test_order_complete(void **state)
{
	static uint32_t v[10007];
	static bool seen[10007];

	(void)state;
	shuffle_order(v, 0);
	v[0] = 7;
	shuffle_order(v, 1);
	assert_int_equal(v[0], 0);
	shuffle_order(v, 10007);
	for (size_t k = 0; k < 10007; k++) {
		assert_true(v[k] < 10007 && !seen[v[k]]);
		seen[v[k]] = true;
	}
}

/*
 * Pools of all sizes, released until they are empty: every message has K
 * devices or more, so no device more than 1/K of it, and is no larger than
 * permitted.  Only below K, where nothing else is possible, less.
 */
static void
drain(const struct shuffle_rule *rule, size_t devices, size_t each)
{
	struct shuffle_pool p = {devices, each, rule->age, rule->settle};

	while (p.devices > 0) {
		size_t n = shuffle_take(rule, &p);

		if (p.devices < rule->devices) {
			assert_int_equal(n, rule->small ? p.devices : 0);
			return;
		}
		assert_true(n >= rule->devices && n <= p.devices);
		assert_true(
		    n * each <= rule->requests_max || n < 2 * rule->devices);
		p.devices -= n;
		assert_true(p.devices == 0 || p.devices >= rule->devices);
	}
}

static void
test_one_in_k(void **state)
{
	static const uint32_t ks[] = {1, 2, 3, 10, 500};
	static const uint32_t maxima[] = {1, 20, 200, 4096, 10000};

	(void)state;
	for (size_t k = 0; k < 5; k++)
		for (size_t m = 0; m < 5; m++) {
			struct shuffle_rule rule = {.devices = ks[k],
			    .requests = 20 * ks[k],
			    .requests_max = maxima[m],
			    .age = 100};

			for (size_t n = 1; n < 3000; n++)
				drain(&rule, n, 20);
			drain(&rule, 100000, 20);
			drain(&rule, 777, 255);
			rule.small = true;
			drain(&rule, ks[k] - 1, 20);
		}
}

static void
test_when(void **state)
{
	struct shuffle_rule rule = {.devices = 10,
	    .requests = 400,
	    .age = 60,
	    .settle = 2,
	    .requests_max = 4096};
	struct shuffle_pool p = {
	    .devices = 19, .each = 20, .oldest = 59, .newest = 50};

	(void)state;
	assert_int_equal(shuffle_take(&rule, &p), 0); /* 380 requests */
	p.oldest = 60;				      /* too old to wait */
	assert_int_equal(shuffle_take(&rule, &p), 19);
	p = (struct shuffle_pool){20, 20, 5, 2};
	assert_int_equal(shuffle_take(&rule, &p), 20);
	p.newest = 1; /* they keep coming */
	assert_int_equal(shuffle_take(&rule, &p), 0);
	p.oldest = 60;
	assert_int_equal(shuffle_take(&rule, &p), 20);
	p = (struct shuffle_pool){204, 20, 1, 0}; /* a full message */
	assert_int_equal(shuffle_take(&rule, &p), 204);
	p = (struct shuffle_pool){205, 20, 1, 0};
	assert_int_equal(shuffle_take(&rule, &p), 103);
	p = (struct shuffle_pool){9, 200, 59, 59}; /* 1,800, but few */
	assert_int_equal(shuffle_take(&rule, &p), 0);
	p.oldest = 60;
	assert_int_equal(shuffle_take(&rule, &p), 0);
	rule.small = true;
	assert_int_equal(shuffle_take(&rule, &p), 9);
	p.oldest = 59;
	assert_int_equal(shuffle_take(&rule, &p), 0);
	p.devices = 0;
	assert_int_equal(shuffle_take(&rule, &p), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_order_uniform),
	    cmocka_unit_test(test_order_places),
	    cmocka_unit_test(test_order_complete),
	    cmocka_unit_test(test_one_in_k),
	    cmocka_unit_test(test_when),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
