/* Arithmetic mod n against OpenSSL's BN. */
#include <openssl/bn.h>

#include "common.h"

#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"

/* Edges first, random values behind. */
#define EDGES 16
#define MANY  200

static struct scalar value[MANY];
static BIGNUM *order;
static BN_CTX *ctx;

static const char *const edge[EDGES] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000001",
    "0000000000000000000000000000000000000000000000000000000000000002",
    "000000000000000000000000000000000000000000000000ffffffffffffffff",
    "0000000000000000000000000000000000000000000000010000000000000000",
    "00000000000000000000000000000000ffffffffffffffffffffffffffffffff",
    "00000000ffffffffffffffffffffffff00000000ffffffffffffffffffffffff",
    "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254f",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
    ORDER,
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552",
    "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    "ffffffff00000000ffffffffffffffffbce6faada7179e85f3b9cac2fc632551",
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

static int
setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < EDGES; i++)
		value[i] = scalar_hex(edge[i]);
	test_random(value + EDGES, (MANY - EDGES) * sizeof(value[0]));
	ctx = BN_CTX_new();
	return ctx != NULL && BN_hex2bn(&order, ORDER) > 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	BN_free(order);
	BN_CTX_free(ctx);
	return 0;
}

static void
assert_is(const struct scalar *got, const BIGNUM *expected)
{
	uint8_t b[32];

	assert_int_equal(BN_bn2binpad(expected, b, 32), 32);
	assert_memory_equal(got->b, b, 32);
}

static void
pairs(void **state)
{
	BIGNUM *x = BN_new(), *y = BN_new(), *z = BN_new(), *r = BN_new();
	struct scalar got;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		for (size_t j = 0; j < MANY; j++) {
			const struct scalar *c = &value[(i + 3 * j) % MANY];

			BN_bin2bn(value[i].b, 32, x);
			BN_bin2bn(value[j].b, 32, y);
			BN_bin2bn(c->b, 32, z);
			BN_mod_add(r, x, y, order, ctx);
			scalar_add(&got, &value[i], &value[j]);
			assert_is(&got, r);
			BN_mod_sub(r, x, y, order, ctx);
			scalar_sub(&got, &value[i], &value[j]);
			assert_is(&got, r);
			BN_mod_mul(r, x, y, order, ctx);
			scalar_mul(&got, &value[i], &value[j]);
			assert_is(&got, r);
			BN_mod_add(r, r, z, order, ctx);
			scalar_mul_add(&got, &value[i], &value[j], c);
			assert_is(&got, r);
		}
	BN_free(x);
	BN_free(y);
	BN_free(z);
	BN_free(r);
}

static void
reductions(void **state)
{
	BIGNUM *x = BN_new(), *r = BN_new();
	uint8_t wide[48];
	struct scalar got;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		BN_bin2bn(value[i].b, 32, x);
		BN_mod(r, x, order, ctx);
		scalar_reduce(&got, value[i].b);
		assert_is(&got, r);
		for (size_t j = 0; j < MANY; j++) {
			memcpy(wide, value[j].b + 16, 16);
			memcpy(wide + 16, value[i].b, 32);
			BN_bin2bn(wide, 48, x);
			BN_mod(r, x, order, ctx);
			scalar_reduce384(&got, wide);
			assert_is(&got, r);
		}
	}
	BN_free(x);
	BN_free(r);
}

/* 2^256 - 1 below, and above it the largest multiple of c = 2^256 - n that
 * is less than n: their sum reaches 2n. */
static void
reduction_twice(void **state)
{
	BIGNUM *x = BN_new(), *c = BN_new(), *r = BN_new();
	uint8_t wide[48];
	struct scalar got;

	(void)state;
	BN_one(c);
	BN_lshift(c, c, 256);
	BN_sub(c, c, order);
	BN_copy(x, order);
	BN_sub_word(x, 1);
	BN_div(x, NULL, x, c, ctx);
	memset(wide, 0xff, sizeof(wide));
	assert_int_equal(BN_bn2binpad(x, wide, 16), 16);
	BN_bin2bn(wide, 48, x);
	BN_mod(r, x, order, ctx);
	scalar_reduce384(&got, wide);
	assert_is(&got, r);
	BN_free(x);
	BN_free(c);
	BN_free(r);
}

/* Sizes around the chunk; zeros (0 and n) among the others. */
static void
inverses(void **state)
{
	static const size_t size[] = {1, 2, 3, 127, 128, 129, MANY};
	struct scalar out[MANY], place[MANY];
	BIGNUM *x = BN_new(), *r = BN_new();

	(void)state;
	for (size_t s = 0; s < sizeof(size) / sizeof(size[0]); s++) {
		scalar_invert(out, value, size[s]);
		for (size_t i = 0; i < size[s]; i++) {
			BN_bin2bn(value[i].b, 32, x);
			BN_mod(x, x, order, ctx);
			if (BN_is_zero(x))
				BN_zero(r);
			else
				BN_mod_inverse(r, x, order, ctx);
			assert_is(&out[i], r);
		}
	}
	memcpy(place, value, sizeof(place));
	scalar_invert(place, place, MANY);
	assert_same(place, out);
	scalar_invert(NULL, NULL, 0);
	BN_free(x);
	BN_free(r);
}

static void
validity(void **state)
{
	BIGNUM *x = BN_new();

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		BN_bin2bn(value[i].b, 32, x);
		assert_int_equal(scalar_valid(&value[i]),
		    !BN_is_zero(x) && BN_cmp(x, order) < 0);
	}
	/* 0 = n, 1 = n + 1 */
	assert_true(scalar_equal(&value[0], &value[10]));
	assert_true(scalar_equal(&value[1], &value[11]));
	assert_false(scalar_equal(&value[1], &value[10]));
	BN_free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pairs),
	    cmocka_unit_test(reductions),
	    cmocka_unit_test(reduction_twice),
	    cmocka_unit_test(inverses),
	    cmocka_unit_test(validity),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
