/* Linkage seeds and values. */
#include "common.h"
#include "crypto/linkage.h"

static void
half(struct lv *plv, const json_t *v, int which)
{
	static const char *const name[2][4] = {
	    {"la1", "ls1", "ls1_prev", "plv1"},
	    {"la2", "ls2", "ls2_prev", "plv2"},
	};
	const char *const *f = name[which];
	struct key16 seed, previous, next;
	struct lv expected;
	uint8_t la[2];

	vector_hex(v, f[0], la, 2);
	vector_hex(v, f[1], &seed, 16);
	vector_hex(v, f[3], &expected, 9);
	linkage_plv(plv, la, &seed, 1, vector_u32(v, "j"), 1);
	assert_same(*plv, expected);
	if (json_object_get(v, f[2]) == NULL)
		return;
	vector_hex(v, f[2], &previous, 16);
	linkage_chain(&next, la, &previous, 1);
	assert_same(next, seed);
	linkage_step(&next, la, &previous, 1);
	assert_same(next, seed);
}

static void
vector_one(const json_t *v)
{
	struct lv plv[2], lv, expected;
	struct key16 ik;
	uint8_t ei[16], k[4], got[16];

	half(&plv[0], v, 0);
	half(&plv[1], v, 1);
	vector_hex(v, "lv", &expected, 9);
	linkage_combine(&lv, &plv[0], &plv[1], 1);
	assert_same(lv, expected);
	if (!json_is_true(json_object_get(v, "group")))
		return;
	vector_hex(v, "ik", &ik, 16);
	vector_hex(v, "k", k, 4);
	vector_hex(v, "ei", ei, 16);
	linkage_group_index(got, &ik,
	    (uint32_t)k[0] << 24 | (uint32_t)k[1] << 16 | (uint32_t)k[2] << 8 |
		k[3],
	    vector_u32(v, "j"));
	assert_memory_equal(got, ei, 16);
}

static void
vectors(void **state)
{
	(void)state;
	assert_int_equal(
	    vectors_each("camp_linkage.json", "linkage", vector_one), 4);
}

static const uint8_t la[2] = {0x2a, 0xa0};

/* A chain is its steps, one after the other. */
static void
chains(void **state)
{
	struct key16 start, chain[60], one, many[60];

	(void)state;
	test_random(&start, 16);
	linkage_chain(chain, la, &start, 60);
	one = start;
	for (size_t i = 0; i < 60; i++) {
		linkage_step(&one, la, &one, 1);
		assert_same(chain[i], one);
	}
	linkage_step(many, la, chain, 59);
	assert_memory_equal(many, chain + 1, 59 * sizeof(chain[0]));
	linkage_chain(NULL, la, &start, 0);
}

/* Each value of a table equals the one computed alone, also where j passes
 * from one call of AES to the next, and where it wraps. */
static void
tables(void **state)
{
	static const uint32_t first[] = {0, 5, UINT32_MAX - 70};
	struct key16 seed[3];
	struct lv table[3 * 150], one;

	(void)state;
	test_random(seed, sizeof(seed));
	for (size_t f = 0; f < 3; f++) {
		linkage_plv(table, la, seed, 3, first[f], 150);
		for (size_t s = 0; s < 3; s++)
			for (uint32_t t = 0; t < 150; t++) {
				linkage_plv(
				    &one, la, &seed[s], 1, first[f] + t, 1);
				assert_same(table[s * 150 + t], one);
			}
	}
	linkage_plv(NULL, la, seed, 0, 0, 20);
	linkage_plv(NULL, la, seed, 3, 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vectors),
	    cmocka_unit_test(chains),
	    cmocka_unit_test(tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
