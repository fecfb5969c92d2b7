/* Butterfly expansion. */
#include "common.h"
#include "crypto/butterfly.h"

static struct butterfly
take(const json_t *v)
{
	struct butterfly b = {BUTTERFLY_CERTIFICATE, {{0}}};

	if (strcmp(vector_string(v, "kind"), "enc") == 0)
		b.use = BUTTERFLY_ENCRYPTION;
	vector_hex(v, "key", &b.expansion, 16);
	return b;
}

static void
vector_one(const json_t *v)
{
	struct butterfly b = take(v);
	struct butterfly_index ij = {vector_u32(v, "i"), vector_u32(v, "j")};
	struct point A = vector_point(v, "seed_pub_x", "seed_pub_y"), Q;
	struct point expected =
	    vector_point(v, "expanded_pub_x", "expanded_pub_y");
	struct scalar f, got, a;
	uint8_t f_int[48];

	vector_hex(v, "f", &f, 32);
	butterfly_expand(&got, &b, &ij, 1);
	assert_same(got, f);
	vector_hex(v, "f_int", f_int, 48);
	scalar_reduce384(&got, f_int);
	assert_same(got, f);
	assert_int_equal(butterfly_public(&Q, &b, &A, &ij, NULL, 1), FAULT_OK);
	assert_same(Q, expected);
	vector_hex(v, "seed_priv", &a, 32);
	assert_int_equal(
	    butterfly_private(&got, &b, &a, &ij, NULL, 1), FAULT_OK);
	vector_hex(v, "expanded_priv", &a, 32);
	assert_same(got, a);
	/* The other purpose gives another key. */
	b.use = b.use == BUTTERFLY_ENCRYPTION ? BUTTERFLY_CERTIFICATE
					      : BUTTERFLY_ENCRYPTION;
	butterfly_expand(&got, &b, &ij, 1);
	assert_memory_not_equal(&got, &f, 32);
}

static void
vectors(void **state)
{
	(void)state;
	assert_int_equal(
	    vectors_each("camp_butterfly.json", "butterfly", vector_one), 4);
}

#define MANY 260

static struct butterfly b;
static struct scalar a;
static struct point A;
static struct butterfly_index ij[MANY];

static int
setup(void **state)
{
	(void)state;
	p256_generate(&a, &A, 1);
	test_random(&b.expansion, 16);
	for (uint32_t t = 0; t < MANY; t++)
		ij[t] = (struct butterfly_index){0x1a9 + t / 20, t % 20};
	ij[0] = (struct butterfly_index){UINT32_MAX, UINT32_MAX};
	return 0;
}

/* RA and device arrive at the same key, whatever the batch. */
static void
both_sides(void **state)
{
	static const size_t size[] = {0, 1, 20, 127, 128, 129, MANY};
	struct scalar s[MANY], one;
	struct point Q[MANY], expected;
	bool ok[MANY], ok2[MANY];

	(void)state;
	for (size_t k = 0; k < sizeof(size) / sizeof(size[0]); k++) {
		size_t n = size[k];

		assert_int_equal(
		    butterfly_public(Q, &b, &A, ij, ok, n), FAULT_OK);
		assert_int_equal(
		    butterfly_private(s, &b, &a, ij, ok2, n), FAULT_OK);
		for (size_t i = 0; i < n; i++) {
			assert_true(ok[i] && ok2[i]);
			assert_true(ref_mul(&expected, &s[i], NULL, NULL));
			assert_same(Q[i], expected);
		}
	}
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(
		    butterfly_private(&one, &b, &a, &ij[i], NULL, 1), FAULT_OK);
		assert_same(one, s[i]);
	}
}

/* a = -f(i, j) for one j: that key does not exist, its neighbours do. */
static void
infinity(void **state)
{
	struct scalar f, minus, s[20];
	struct point M, Q[20];
	bool ok[20];

	(void)state;
	butterfly_expand(&f, &b, &ij[7], 1);
	minus = ref_negative(&f);
	assert_true(ref_mul(&M, &minus, NULL, NULL));
	assert_int_equal(
	    butterfly_public(Q, &b, &M, ij, ok, 20), FAULT_BAD_SCALAR);
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(ok[i], i != 7);
	assert_zero(Q[7]);
	assert_int_equal(
	    butterfly_private(s, &b, &minus, ij, ok, 20), FAULT_BAD_SCALAR);
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(ok[i], i != 7);
	assert_zero(s[7]);
}

static void
bad_caterpillar(void **state)
{
	struct point M = A, Q[MANY];
	bool ok[MANY];

	(void)state;
	M.x[31] ^= 1;
	assert_int_equal(
	    butterfly_public(Q, &b, &M, ij, ok, MANY), FAULT_BAD_POINT);
	for (size_t i = 0; i < MANY; i++) {
		assert_false(ok[i]);
		assert_zero(Q[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vectors),
	    cmocka_unit_test(both_sides),
	    cmocka_unit_test(infinity),
	    cmocka_unit_test(bad_caterpillar),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
