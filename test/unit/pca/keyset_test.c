/* keyset_test.c - sets of keys against a plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "role/pca/keyset.h"

enum { KEYS = 5000, KEY_N = 9 };

/* Few different first octets, so that probes run into each other. */
static void
make_key(uint8_t out[KEY_N], unsigned t)
{
	memset(out, 0, KEY_N);
	out[0] = (uint8_t)(t % 7);
	out[7] = (uint8_t)(t >> 8);
	out[8] = (uint8_t)t;
}

static void
a_set_agrees_with_a_plain_array(void **state)
{
	static bool in[KEYS];
	struct keyset *s = keyset_new(KEY_N);
	uint8_t key[KEY_N];
	size_t count = 0;
	unsigned t;

	(void)state;
	srand(7);
	for (int round = 0; round < 60000; round++) {
		t = (unsigned)rand() % (round < 30000 ? KEYS : 300);
		make_key(key, t);
		if (rand() % 2 == 0) {
			assert_int_equal(keyset_add(s, key), !in[t]);
			count += !in[t];
			in[t] = true;
		} else {
			keyset_remove(s, key);
			count -= in[t];
			in[t] = false;
		}
		assert_int_equal(keyset_count(s), count);
	}
	for (t = 0; t < KEYS; t++) {
		make_key(key, t);
		assert_int_equal(keyset_has(s, key), in[t]);
		keyset_remove(s, key);
	}
	assert_int_equal(keyset_count(s), 0);
	keyset_free(s);
}

static void
all_or_none_are_added(void **state)
{
	struct keyset *s = keyset_new(KEY_N);
	uint8_t key[10][KEY_N];
	const uint8_t *p[10];

	(void)state;
	for (unsigned t = 0; t < 10; t++) {
		make_key(key[t], t);
		p[t] = key[t];
	}
	assert_true(keyset_add(s, key[6]));
	assert_false(keyset_add_all(s, p, 10));
	assert_int_equal(keyset_count(s), 1);
	assert_true(keyset_has(s, key[6]));
	assert_false(keyset_has(s, key[0]));
	assert_true(keyset_add_all(s, p, 6));
	assert_int_equal(keyset_count(s), 7);
	keyset_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_set_agrees_with_a_plain_array),
	    cmocka_unit_test(all_or_none_are_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
