/* Points of P-256 against OpenSSL called plainly, and what must be refused. */
#include <pthread.h>
#include <stdlib.h>

#include "common.h"

#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define MANY  300 /* more than two chunks */

static struct scalar k[MANY];
static struct point P[MANY]; /* P[i] = d[i] * G */
static struct scalar d[MANY];

/* 0, 1, 2, n-2, n-1, n, n+1, 2^256-1; random ones follow. */
static const char *const edge[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000001",
    "0000000000000000000000000000000000000000000000000000000000000002",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254f",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
    ORDER,
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

static int
setup(void **state)
{
	(void)state;
	test_random(k, sizeof(k));
	test_random(d, sizeof(d));
	for (size_t i = 0; i < sizeof(edge) / sizeof(edge[0]); i++)
		k[i] = scalar_hex(edge[i]);
	for (size_t i = 0; i < MANY; i++)
		if (!ref_mul(&P[i], &d[i], NULL, NULL))
			return -1;
	return 0;
}

static bool
multiple_of_n(const struct scalar *a)
{
	static const struct scalar zero;

	return scalar_equal(a, &zero);
}

/* Sizes 0, 1, odd ones, chunk edges. */
static const size_t sizes[] = {0, 1, 2, 3, 7, 127, 128, 129, 255, MANY};

static void
base_mul(void **state)
{
	struct point out[MANY], expected;
	bool ok[MANY];

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		size_t n = sizes[s];

		assert_int_equal(p256_base_mul(out, k, ok, n),
		    n == 0 ? FAULT_OK : FAULT_BAD_SCALAR);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(ok[i], !multiple_of_n(&k[i]));
			if (!ok[i]) {
				assert_zero(out[i]);
				continue;
			}
			assert_true(ref_mul(&expected, &k[i], NULL, NULL));
			assert_same(out[i], expected);
		}
	}
	assert_int_equal(p256_base_mul(out, k + 10, NULL, 5), FAULT_OK);
}

/* Ordinary sums; P + P (doubling), P - P (infinity), P + 0. */
static void
add_base_mul(void **state)
{
	static const struct scalar one = {{[31] = 1}};
	struct scalar m[MANY];
	struct point out[MANY], expected;
	bool ok[MANY];

	(void)state;
	memcpy(m, k, sizeof(m));
	m[10] = d[10];
	m[20] = ref_negative(&d[20]);
	m[150] = ref_negative(&d[150]);
	m[30] = k[0];
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		size_t n = sizes[s];

		assert_int_equal(p256_add_base_mul(out, P, m, ok, n),
		    n > 20 ? FAULT_BAD_SCALAR : FAULT_OK);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(ok[i], i != 20 && i != 150);
			if (!ok[i]) {
				assert_zero(out[i]);
				continue;
			}
			assert_true(ref_mul(&expected, &m[i], &P[i], &one));
			assert_same(out[i], expected);
		}
	}
}

static void
mul(void **state)
{
	static const struct scalar zero;
	struct point out[MANY], expected;
	bool ok[MANY];

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		size_t n = sizes[s];

		assert_int_equal(p256_mul(out, P, k, ok, n),
		    n == 0 ? FAULT_OK : FAULT_BAD_SCALAR);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(ok[i], !multiple_of_n(&k[i]));
			if (!ok[i]) {
				assert_zero(out[i]);
				continue;
			}
			assert_true(ref_mul(&expected, &zero, &P[i], &k[i]));
			assert_same(out[i], expected);
		}
	}
}

static void
known_mul(void **state)
{
	static const struct scalar zero;
	struct p256_known *q = p256_known_new(&P[5]);
	struct point out[MANY], expected;
	bool ok[MANY];

	(void)state;
	assert_non_null(q);
	assert_same(*p256_known_point(q), P[5]);
	assert_int_equal(p256_known_mul(out, q, k, ok, MANY), FAULT_BAD_SCALAR);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(ok[i], !multiple_of_n(&k[i]));
		if (ok[i]) {
			assert_true(ref_mul(&expected, &zero, &P[5], &k[i]));
			assert_same(out[i], expected);
		}
	}
	assert_int_equal(p256_known_mul(out, q, k, NULL, 0), FAULT_OK);
	p256_known_free(q);
	p256_known_free(NULL);
	/* The base point may be known too. */
	assert_int_equal(p256_base_mul(&expected, &k[1], NULL, 1), FAULT_OK);
	q = p256_known_new(&expected);
	assert_int_equal(p256_known_mul(out, q, k + 9, NULL, 1), FAULT_OK);
	assert_true(ref_mul(&expected, &k[9], NULL, NULL));
	assert_same(out[0], expected);
	p256_known_free(q);
}

static void
ecdh_one(const json_t *v)
{
	struct point B = vector_point(v, "Bx", "By"), S;
	struct scalar a;
	uint8_t z[32];

	vector_hex(v, "a", &a, sizeof(a));
	vector_hex(v, "Z", z, sizeof(z));
	assert_int_equal(p256_mul(&S, &B, &a, NULL, 1), FAULT_OK);
	assert_memory_equal(S.x, z, sizeof(z));
}

static void
ecdh_vectors(void **state)
{
	(void)state;
	assert_int_equal(
	    vectors_each("camp_primitives.json", "ecdh", ecdh_one), 25);
}

#define PRIME "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"

/* x + p where that fits 256 bits. */
static void
add_prime(uint8_t x[32])
{
	struct scalar p = scalar_hex(PRIME);
	unsigned carry = 0;

	for (size_t i = 32; i-- > 0;) {
		carry += (unsigned)x[i] + p.b[i];
		x[i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(carry, 0);
}

/* A point whose x is so small that x + p fits 256 bits. */
static struct point
small_x(void)
{
	struct compressed c = {{0}, 0};
	struct point p;

	while (p256_decompress(&p, &c, NULL, 1) != FAULT_OK)
		c.x[31]++;
	return p;
}

/* Every function with points refuses these, and only these. */
static void
bad_points(void **state)
{
	static const struct scalar three = {{[31] = 3}};
	struct point bad[12], out[12];
	struct scalar m[12];
	bool ok[12];

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		bad[i] = P[i];
		m[i] = three;
	}
	memset(&bad[1], 0, sizeof(bad[1])); /* (0, 0) */
	bad[2].y[31] ^= 1;		    /* off the curve */
	bad[3].x[0] ^= 0x80;
	bad[4] = small_x();
	add_prime(bad[4].x); /* x >= p */
	memset(&bad[5], 0xff, sizeof(bad[5]));
	memcpy(bad[6].x, P[6].y, 32); /* swapped */
	memcpy(bad[6].y, P[6].x, 32);
	memcpy(bad[7].x, scalar_hex(PRIME).b, 32); /* x = p */
	for (size_t i = 0; i < 12; i++)
		ok[i] = i % 2;
	assert_int_equal(p256_check(bad, ok, 12), FAULT_BAD_POINT);
	for (size_t i = 0; i < 12; i++)
		assert_int_equal(ok[i], i < 1 || i > 7);
	assert_int_equal(p256_mul(out, bad, m, ok, 12), FAULT_BAD_POINT);
	for (size_t i = 0; i < 12; i++)
		assert_int_equal(ok[i], i < 1 || i > 7);
	assert_int_equal(
	    p256_add_base_mul(out, bad, m, ok, 12), FAULT_BAD_POINT);
	for (size_t i = 0; i < 12; i++) {
		struct point expected;

		assert_int_equal(ok[i], i < 1 || i > 7);
		if (!ok[i]) {
			assert_zero(out[i]);
			continue;
		}
		assert_int_equal(
		    p256_add_base_mul(&expected, &P[i], &m[i], NULL, 1),
		    FAULT_OK);
		assert_same(out[i], expected);
	}
	for (size_t i = 1; i <= 7; i++)
		assert_null(p256_known_new(&bad[i]));
	assert_int_equal(p256_check(P, NULL, MANY), FAULT_OK);
}

static void
decompress(void **state)
{
	struct compressed c[MANY];
	struct point out[MANY];
	bool ok[MANY];
	size_t points = 0;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		point_compress(&c[i], &P[i]);
		assert_int_equal(c[i].y_bit, P[i].y[31] & 1);
	}
	assert_int_equal(p256_decompress(out, c, ok, MANY), FAULT_OK);
	assert_memory_equal(out, P, sizeof(P));
	/* The other y. */
	c[3].y_bit ^= 1;
	assert_int_equal(p256_decompress(out, c, NULL, 4), FAULT_OK);
	assert_memory_equal(out[3].x, P[3].x, 32);
	assert_memory_not_equal(out[3].y, P[3].y, 32);
	assert_int_equal(p256_check(&out[3], NULL, 1), FAULT_OK);
	/* Half of all x belong to a point; what comes out lies on the
	 * curve, says OpenSSL (ref_mul reads it). */
	for (size_t i = 0; i < MANY; i++)
		test_random(c[i].x, 32);
	assert_int_equal(p256_decompress(out, c, ok, MANY), FAULT_BAD_POINT);
	for (size_t i = 0; i < MANY; i++) {
		static const struct scalar one = {{[31] = 1}}, zero;
		struct point same;

		points += ok[i];
		if (!ok[i]) {
			assert_zero(out[i]);
			continue;
		}
		assert_true(ref_mul(&same, &zero, &out[i], &one));
		assert_same(same, out[i]);
		assert_memory_equal(out[i].x, c[i].x, 32);
		assert_int_equal(out[i].y[31] & 1, c[i].y_bit);
	}
	assert_in_range(points, MANY / 3, 2 * MANY / 3);
}

static void
decompress_refuses(void **state)
{
	struct compressed c[3];
	struct point out[3], p = small_x();
	bool ok[3];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		point_compress(&c[i], &p);
	add_prime(c[0].x);
	c[2].y_bit = 2;
	assert_int_equal(p256_decompress(out, c, ok, 3), FAULT_BAD_POINT);
	assert_false(ok[0]);
	assert_true(ok[1]);
	assert_false(ok[2]);
	assert_zero(out[0]);
	assert_same(out[1], p);
}

static void
sec1(void **state)
{
	uint8_t b[66] = {4};
	struct point p;

	(void)state;
	memcpy(b + 1, &P[0], 64);
	assert_int_equal(point_of_sec1(&p, (struct bytes){b, 65}), FAULT_OK);
	assert_same(p, P[0]);
	assert_int_equal(
	    point_of_sec1(&p, (struct bytes){b, 66}), FAULT_BAD_POINT);
	assert_int_equal(
	    point_of_sec1(&p, (struct bytes){b, 33}), FAULT_BAD_POINT);
	assert_int_equal(point_of_sec1(&p, BYTES_NONE), FAULT_BAD_POINT);
	b[64] ^= 1;
	assert_int_equal(
	    point_of_sec1(&p, (struct bytes){b, 65}), FAULT_BAD_POINT);
	point_to_sec1(b, &P[1]);
	assert_int_equal(b[0], 2 + (P[1].y[31] & 1));
	assert_int_equal(point_of_sec1(&p, (struct bytes){b, 33}), FAULT_OK);
	assert_same(p, P[1]);
	b[0] = 0;
	assert_int_equal(
	    point_of_sec1(&p, (struct bytes){b, 33}), FAULT_BAD_POINT);
}

static void
in_place(void **state)
{
	struct point expected[MANY], out[MANY];

	(void)state;
	assert_int_equal(
	    p256_mul(expected, P + 8, k + 8, NULL, MANY - 8), FAULT_OK);
	memcpy(out, P, sizeof(out));
	assert_int_equal(
	    p256_mul(out + 8, out + 8, k + 8, NULL, MANY - 8), FAULT_OK);
	assert_memory_equal(
	    out + 8, expected, (MANY - 8) * sizeof(struct point));
	memcpy(out, P, sizeof(out));
	assert_int_equal(
	    p256_add_base_mul(expected, P + 8, k + 8, NULL, MANY - 8),
	    FAULT_OK);
	assert_int_equal(
	    p256_add_base_mul(out + 8, out + 8, k + 8, NULL, MANY - 8),
	    FAULT_OK);
	assert_memory_equal(
	    out + 8, expected, (MANY - 8) * sizeof(struct point));
}

static void
generate(void **state)
{
	struct scalar key[5];
	struct point Q[5], expected;

	(void)state;
	p256_generate(key, Q, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_true(scalar_valid(&key[i]));
		assert_true(ref_mul(&expected, &key[i], NULL, NULL));
		assert_same(Q[i], expected);
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(&key[i], &key[j], 32);
	}
}

/* Threads share groups and known points, and nothing else. */
static void *
worker(void *known)
{
	struct point a[50], b[50];
	intptr_t wrong = 0;

	for (int round = 0; round < 20; round++) {
		wrong += p256_known_mul(a, known, k + 10, NULL, 50) != FAULT_OK;
		for (size_t i = 0; i < 50; i++)
			b[i] = P[5];
		wrong += p256_mul(b, b, k + 10, NULL, 50) != FAULT_OK;
		wrong += memcmp(a, b, sizeof(a)) != 0;
	}
	return (void *)wrong;
}

static void
threads(void **state)
{
	struct p256_known *known = p256_known_new(&P[5]);
	pthread_t t[4];
	void *wrong;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, worker, known), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(t[i], &wrong), 0);
		assert_null(wrong);
	}
	p256_known_free(known);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(base_mul),
	    cmocka_unit_test(add_base_mul),
	    cmocka_unit_test(mul),
	    cmocka_unit_test(known_mul),
	    cmocka_unit_test(ecdh_vectors),
	    cmocka_unit_test(bad_points),
	    cmocka_unit_test(decompress),
	    cmocka_unit_test(decompress_refuses),
	    cmocka_unit_test(sec1),
	    cmocka_unit_test(in_place),
	    cmocka_unit_test(generate),
	    cmocka_unit_test(threads),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
