/* ECIES key wrapping. */
#include "common.h"
#include "crypto/ecies.h"
#include "crypto/random_int.h"

#define MANY 131 /* a chunk and a bit */

/* Hands out a prepared scalar. */
static void
prepared(void *arg, void *out, size_t n)
{
	assert_int_equal(n, 32);
	memcpy(out, arg, n);
}

static void
vector_one(const json_t *j)
{
	struct point to = vector_point(j, "Rx", "Ry");
	struct point V = vector_point(j, "Vx", "Vy");
	struct scalar r, v;
	struct key16 k, got;
	uint8_t p1[32];
	struct ecies e, expected;

	vector_hex(j, "r", &r, 32);
	vector_hex(j, "v", &v, 32);
	vector_hex(j, "k", &k, 16);
	vector_hex(j, "p1", p1, 32);
	point_compress(&expected.v, &V);
	vector_hex(j, "C", expected.c, 16);
	vector_hex(j, "T", expected.t, 16);
	random_replace(prepared, &v);
	assert_int_equal(ecies_encrypt(&e, &to, &k, p1, NULL, 1), FAULT_OK);
	random_replace(NULL, NULL);
	assert_same(e, expected);
	assert_int_equal(
	    ecies_decrypt(&got, &expected, &r, p1, NULL, 1), FAULT_OK);
	assert_same(got, k);
}

static void
vectors(void **state)
{
	(void)state;
	assert_int_equal(
	    vectors_each("camp_ecies.json", "ecies", vector_one), 4);
}

static struct scalar d[MANY];
static struct point Q[MANY];
static struct key16 key[MANY];
static struct ecies box[MANY];
static uint8_t p1[32];

static int
setup(void **state)
{
	(void)state;
	p256_generate(d, Q, MANY);
	test_random(key, sizeof(key));
	test_random(p1, sizeof(p1));
	return ecies_encrypt(box, Q, key, p1, NULL, MANY) != FAULT_OK;
}

static void
batches(void **state)
{
	static const size_t size[] = {0, 1, 3, 127, 128, 129, MANY};
	struct key16 got[MANY];
	bool ok[MANY];

	(void)state;
	for (size_t s = 0; s < sizeof(size) / sizeof(size[0]); s++) {
		memset(got, 0, sizeof(got));
		assert_int_equal(
		    ecies_decrypt(got, box, d, p1, ok, size[s]), FAULT_OK);
		assert_memory_equal(got, key, size[s] * sizeof(key[0]));
		for (size_t i = 0; i < size[s]; i++)
			assert_true(ok[i]);
	}
	for (size_t i = 1; i < MANY; i++)
		assert_memory_not_equal(
		    &box[i].v, &box[i - 1].v, sizeof(box[i].v));
}

static enum fault
open_one(const struct ecies *e, const struct scalar *k, const uint8_t *p)
{
	struct key16 got;
	enum fault f;
	bool ok;

	memset(&got, 0xaa, sizeof(got));
	f = ecies_decrypt(&got, e, k, p, &ok, 1);
	assert_int_equal(ok, f == FAULT_OK);
	if (f != FAULT_OK)
		assert_zero(got);
	else
		assert_same(got, key[0]);
	return f;
}

static void
every_bit_counts(void **state)
{
	size_t off_curve = 0;

	(void)state;
	for (size_t bit = 0; bit < 256; bit++) {
		uint8_t mask = (uint8_t)(1 << bit % 8), p[32];
		struct scalar k = d[0];
		struct ecies e = box[0];
		enum fault f;

		e.v.x[bit / 8] ^= mask;
		f = open_one(&e, &d[0], p1);
		assert_true(f == FAULT_BAD_POINT || f == FAULT_BAD_TAG);
		off_curve += f == FAULT_BAD_POINT;
		e = box[0];
		e.c[bit / 8 % 16] ^= mask;
		assert_int_equal(open_one(&e, &d[0], p1), FAULT_BAD_TAG);
		e = box[0];
		e.t[bit / 8 % 16] ^= mask;
		assert_int_equal(open_one(&e, &d[0], p1), FAULT_BAD_TAG);
		memcpy(p, p1, 32);
		p[bit / 8] ^= mask;
		assert_int_equal(open_one(&box[0], &d[0], p), FAULT_BAD_TAG);
		k.b[bit / 8] ^= mask;
		assert_int_equal(open_one(&box[0], &k, p1), FAULT_BAD_TAG);
	}
	assert_in_range(off_curve, 80, 176);
	assert_int_equal(open_one(&box[0], &d[0], p1), FAULT_OK);
}

/* Z is an x coordinate: the sign of V does not matter. */
static void
sign_of_v(void **state)
{
	struct ecies e = box[0];

	(void)state;
	e.v.y_bit ^= 1;
	assert_int_equal(open_one(&e, &d[0], p1), FAULT_OK);
	e.v.y_bit = 2;
	assert_int_equal(open_one(&e, &d[0], p1), FAULT_BAD_POINT);
}

static void
no_private_key(void **state)
{
	(void)state;
	assert_int_equal(
	    open_one(&box[0], &(struct scalar){{0}}, p1), FAULT_BAD_SCALAR);
	assert_int_equal(
	    open_one(&box[0],
		&(struct scalar){{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff,
		    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
		    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc,
		    0x63, 0x25, 0x51}},
		p1),
	    FAULT_BAD_SCALAR);
}

static void
neighbours(void **state)
{
	struct ecies e[MANY];
	struct point to[MANY];
	struct key16 got[MANY];
	bool ok[MANY];

	(void)state;
	memcpy(e, box, sizeof(e));
	e[5].t[0] ^= 1;
	memset(&e[6].v, 0xff, sizeof(e[6].v));
	e[129].c[15] ^= 0x80;
	assert_int_equal(ecies_decrypt(got, e, d, p1, ok, MANY), FAULT_BAD_TAG);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(ok[i], i != 5 && i != 6 && i != 129);
		if (ok[i])
			assert_same(got[i], key[i]);
		else
			assert_zero(got[i]);
	}
	memcpy(to, Q, sizeof(to));
	to[4].y[0] ^= 1;
	memset(&to[130], 0, sizeof(to[0]));
	assert_int_equal(
	    ecies_encrypt(e, to, key, p1, ok, MANY), FAULT_BAD_POINT);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(ok[i], i != 4 && i != 130);
	assert_zero(e[4]);
	assert_zero(e[130]);
	/* x = 0 is a point, so zeros fail by their tag. */
	assert_int_equal(ecies_decrypt(got, e, d, p1, ok, MANY), FAULT_BAD_TAG);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(ok[i], i != 4 && i != 130);
	assert_same(got[129], key[129]);
}

/* The single form, both curves, V in both forms. */
static void
single(void **state)
{
	static const enum curve curves[] = {CURVE_P256, CURVE_BRAINPOOL_P256R1};
	struct fault_info fi;

	(void)state;
	for (size_t c = 0; c < 2; c++) {
		uint8_t k[32];
		struct curve_point to;
		struct curve_ecies e;
		struct key16 got;

		curve_generate(k, &to, curves[c]);
		assert_int_equal(
		    curve_ecies_encrypt(&e, &to, &key[0], p1, &fi), FAULT_OK);
		assert_int_equal(e.v.curve, curves[c]);
		assert_true(e.v.form == POINT_COMPRESSED_Y_0 ||
			    e.v.form == POINT_COMPRESSED_Y_1);
		assert_int_equal(
		    curve_ecies_decrypt(&got, &e, k, p1, &fi), FAULT_OK);
		assert_same(got, key[0]);
		assert_int_equal(curve_decompress(&e.v, &e.v, &fi), FAULT_OK);
		assert_int_equal(
		    curve_ecies_decrypt(&got, &e, k, p1, &fi), FAULT_OK);
		e.t[3] ^= 2;
		assert_int_equal(
		    curve_ecies_decrypt(&got, &e, k, p1, &fi), FAULT_BAD_TAG);
		assert_zero(got);
		e.v.y[31] ^= 1;
		assert_int_equal(
		    curve_ecies_decrypt(&got, &e, k, p1, &fi), FAULT_BAD_POINT);
		e.v.form = POINT_X_ONLY;
		assert_int_equal(
		    curve_ecies_decrypt(&got, &e, k, p1, &fi), FAULT_BAD_POINT);
		to.x[7] ^= 1;
		assert_int_equal(curve_ecies_encrypt(&e, &to, &key[0], p1, &fi),
		    FAULT_BAD_POINT);
	}
}

/* What one form wraps the other unwraps. */
static void
single_meets_batch(void **state)
{
	struct curve_ecies e;
	struct curve_point to;
	struct ecies b;
	struct key16 got;

	(void)state;
	curve_of_p256(&to, &Q[0]);
	assert_int_equal(
	    curve_ecies_encrypt(&e, &to, &key[0], p1, NULL), FAULT_OK);
	memcpy(b.v.x, e.v.x, 32);
	b.v.y_bit = e.v.form == POINT_COMPRESSED_Y_1;
	memcpy(b.c, e.c, 16);
	memcpy(b.t, e.t, 16);
	assert_int_equal(ecies_decrypt(&got, &b, &d[0], p1, NULL, 1), FAULT_OK);
	assert_same(got, key[0]);
	to.curve = CURVE_P384;
	assert_int_equal(
	    curve_ecies_encrypt(&e, &to, &key[0], p1, NULL), FAULT_UNSUPPORTED);
	e.v.curve = CURVE_BRAINPOOL_P384R1;
	assert_int_equal(
	    curve_ecies_decrypt(&got, &e, d[0].b, p1, NULL), FAULT_UNSUPPORTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vectors),
	    cmocka_unit_test(batches),
	    cmocka_unit_test(every_bit_counts),
	    cmocka_unit_test(sign_of_v),
	    cmocka_unit_test(no_private_key),
	    cmocka_unit_test(neighbours),
	    cmocka_unit_test(single),
	    cmocka_unit_test(single_meets_batch),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
