/* ECDSA on P-256: every signature is checked by EVP too. */
#include <stdlib.h>

#include "common.h"
#include "crypto/ecdsa.h"
#include "crypto/random_int.h"

#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define MANY  300 /* more than two chunks */

static struct scalar d;
static struct point Q;
static struct p256_known *known;
static struct digest e[MANY];
static struct p256_signature sig[MANY];

static int
setup(void **state)
{
	(void)state;
	p256_generate(&d, &Q, 1);
	known = p256_known_new(&Q);
	test_random(e, sizeof(e));
	memset(&e[0], 0, sizeof(e[0]));
	memset(&e[1], 0xff, sizeof(e[1]));
	memcpy(&e[2], scalar_hex(ORDER).b, 32); /* 0 mod n */
	ecdsa_sign(sig, e, &d, MANY);
	return known == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	p256_known_free(known);
	return 0;
}

static void
signatures_are_good(void **state)
{
	bool ok[MANY];
	struct point key[MANY];

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		assert_true(ref_verify(&Q, e[i].b, 32, sig[i].r, sig[i].s));
		assert_false(sig[i].r_is_point);
		key[i] = Q;
	}
	assert_int_equal(ecdsa_verify_known(known, e, sig, ok, MANY), FAULT_OK);
	for (size_t i = 0; i < MANY; i++)
		assert_true(ok[i]);
	assert_int_equal(ecdsa_verify(key, e, sig, ok, MANY), FAULT_OK);
	for (size_t i = 0; i < MANY; i++)
		assert_true(ok[i]);
}

static void
batch_sizes(void **state)
{
	static const size_t size[] = {0, 1, 2, 127, 128, 129};
	struct p256_signature s[129];
	struct point key[129];

	(void)state;
	for (size_t k = 0; k < sizeof(size) / sizeof(size[0]); k++) {
		ecdsa_sign(s, e, &d, size[k]);
		for (size_t i = 0; i < size[k]; i++) {
			key[i] = Q;
			assert_true(ref_verify(&Q, e[i].b, 32, s[i].r, s[i].s));
		}
		assert_int_equal(
		    ecdsa_verify(key, e, s, NULL, size[k]), FAULT_OK);
		assert_int_equal(
		    ecdsa_verify_known(known, e, s, NULL, size[k]), FAULT_OK);
	}
}

/* R = u1*G + u2*Q, from (r, y_bit). */
static void
y_bit_is_of_r(void **state)
{
	(void)state;
	for (size_t i = 3; i < 40; i++) {
		struct compressed c = {.y_bit = sig[i].y_bit};
		struct scalar w, u1, u2, x, h;
		struct point R, expected;

		memcpy(c.x, sig[i].r, 32);
		assert_int_equal(p256_decompress(&R, &c, NULL, 1), FAULT_OK);
		memcpy(w.b, sig[i].s, 32);
		memcpy(x.b, sig[i].r, 32);
		memcpy(h.b, e[i].b, 32);
		scalar_invert(&w, &w, 1);
		scalar_mul(&u1, &h, &w);
		scalar_mul(&u2, &x, &w);
		assert_true(ref_mul(&expected, &u1, &Q, &u2));
		assert_same(R, expected);
	}
}

/* Both ways of verifying, and EVP where it can tell, say good or bad. */
static void
assert_verdict(const struct point *key, const struct digest *h,
    const struct p256_signature *s, bool good)
{
	enum fault f = good ? FAULT_OK : FAULT_BAD_SIGNATURE;
	bool ok = !good;

	assert_int_equal(ecdsa_verify(key, h, s, &ok, 1), f);
	assert_int_equal(ok, good);
	if (memcmp(key, &Q, sizeof(Q)) != 0)
		return;
	ok = !good;
	assert_int_equal(ecdsa_verify_known(known, h, s, &ok, 1), f);
	assert_int_equal(ok, good);
	if (!s->r_is_point)
		assert_int_equal(ref_verify(key, h->b, 32, s->r, s->s), good);
}

static void
every_bit_counts(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < 256; bit++) {
		uint8_t mask = (uint8_t)(1 << bit % 8);
		struct p256_signature s = sig[5];
		struct digest h = e[5];
		struct point key = Q;

		s.r[bit / 8] ^= mask;
		assert_verdict(&Q, &e[5], &s, false);
		s.r_is_point = true;
		assert_verdict(&Q, &e[5], &s, false);
		s = sig[5];
		s.s[bit / 8] ^= mask;
		assert_verdict(&Q, &e[5], &s, false);
		h.b[bit / 8] ^= mask;
		assert_verdict(&Q, &h, &sig[5], false);
		key.x[bit / 8] ^= mask;
		assert_verdict(&key, &e[5], &sig[5], false);
		key = Q;
		key.y[bit / 8] ^= mask;
		assert_verdict(&key, &e[5], &sig[5], false);
	}
	assert_verdict(&Q, &e[5], &sig[5], true);
}

static const char *const bad[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    ORDER,
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

static void
out_of_range(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (int as_point = 0; as_point < 2; as_point++) {
			struct p256_signature s = sig[6];

			s.r_is_point = as_point;
			memcpy(s.r, scalar_hex(bad[i]).b, 32);
			assert_verdict(&Q, &e[6], &s, false);
			s = sig[6];
			s.r_is_point = as_point;
			memcpy(s.s, scalar_hex(bad[i]).b, 32);
			assert_verdict(&Q, &e[6], &s, false);
		}
	/* r = s = 0 under e = 0: u1 and u2 vanish, R would be infinity. */
	assert_verdict(&Q, &e[0], &(struct p256_signature){.y_bit = 0}, false);
}

/* -s verifies too: callers may not take (r, s) for an identity. */
static void
minus_s_verifies(void **state)
{
	struct p256_signature s = sig[7];
	struct scalar t;

	(void)state;
	memcpy(t.b, s.s, 32);
	memcpy(s.s, ref_negative(&t).b, 32);
	assert_verdict(&Q, &e[7], &s, true);
}

/* A signature whose R is infinity: u1 = -u2 * d. */
static void
infinite_r(void **state)
{
	struct p256_signature s = {.y_bit = 0};
	struct scalar r = scalar_hex("00000000000000000000000000000000"
				     "00000000000000000000000000000007"),
		      h;
	struct digest chosen;

	(void)state;
	scalar_mul(&h, &r, &d);
	h = ref_negative(&h);
	memcpy(chosen.b, h.b, 32);
	memcpy(s.r, r.b, 32);
	memcpy(s.s, r.b, 32);
	assert_verdict(&Q, &chosen, &s, false);
}

/* u1*G = u2*Q: the addition is a doubling.  e = r * d. */
static void
doubling(void **state)
{
	struct p256_signature s = {.y_bit = 0};
	struct scalar k = scalar_hex("00000000000000000000000000000000"
				     "000000000000000000000000deadbeef"),
		      r, h, t;
	struct digest chosen;
	struct point R;

	(void)state;
	assert_true(ref_mul(&R, &k, NULL, NULL));
	memcpy(r.b, R.x, 32);
	scalar_mul(&h, &r, &d);
	scalar_add(&t, &h, &h);
	scalar_invert(&k, &k, 1);
	scalar_mul(&t, &t, &k); /* s = (e + r*d) / k */
	memcpy(chosen.b, h.b, 32);
	memcpy(s.r, r.b, 32);
	memcpy(s.s, t.b, 32);
	assert_verdict(&Q, &chosen, &s, true);
}

/* The key under which (x of R, s) signs h: Q = (s*R - h*G) / r. */
static struct point
key_for(const struct point *R, const struct scalar *s, const struct digest *h)
{
	struct scalar r, t, u, v;
	struct point key;

	scalar_reduce(&r, R->x);
	scalar_invert(&t, &r, 1);
	scalar_mul(&u, s, &t);
	memcpy(v.b, h->b, 32);
	scalar_mul(&v, &v, &t);
	v = ref_negative(&v);
	assert_true(ref_mul(&key, &v, R, &u));
	return key;
}

/* The point with the least x from a start on. */
static struct point
point_from(const char *x)
{
	struct compressed c = {.y_bit = 1};
	struct point R;

	memcpy(c.x, scalar_hex(x).b, 32);
	while (p256_decompress(&R, &c, NULL, 1) != FAULT_OK)
		c.x[31]++;
	return R;
}

/* a + n, where that fits 256 bits. */
static void
add_order(uint8_t a[32])
{
	struct scalar n = scalar_hex(ORDER);
	unsigned carry = 0;

	for (size_t i = 32; i-- > 0;) {
		carry += (unsigned)a[i] + n.b[i];
		a[i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(carry, 0);
}

#define SMALL "000000000000000000000000000000000000000000000000000000000000abcd"

/* R with n <= x < p: r = x - n as integer, x itself as a point. */
static void
x_above_n(void **state)
{
	struct p256_signature s = {.y_bit = 1};
	struct scalar r, k = scalar_hex(SMALL);
	struct point R = point_from(ORDER), key = key_for(&R, &k, &e[8]);

	(void)state;
	scalar_reduce(&r, R.x);
	assert_memory_not_equal(r.b, R.x, 32);
	memcpy(s.s, k.b, 32);
	memcpy(s.r, r.b, 32);
	assert_true(ref_verify(&key, e[8].b, 32, s.r, s.s));
	assert_verdict(&key, &e[8], &s, true);
	memcpy(s.r, R.x, 32);
	assert_verdict(&key, &e[8], &s, false);
	s.r_is_point = true;
	assert_verdict(&key, &e[8], &s, true);
}

/* r + n and s + n are r and s mod n, and still no r and s; nor is r + n
 * the x of a point once it reaches p. */
static void
not_reduced(void **state)
{
	struct point R = point_from("0000000000000000000000000000000"
				    "100000000000000000000000000000000");
	struct scalar k = scalar_hex(SMALL);
	struct point key = key_for(&R, &k, &e[8]);
	struct p256_signature good = {.y_bit = 1}, s;

	(void)state;
	memcpy(good.r, R.x, 32);
	memcpy(good.s, k.b, 32);
	assert_verdict(&key, &e[8], &good, true);
	good.r_is_point = true;
	assert_verdict(&key, &e[8], &good, true);
	for (int point = 0; point < 2; point++) {
		s = good;
		s.r_is_point = point;
		add_order(s.s);
		assert_verdict(&key, &e[8], &s, false);
		s = good;
		s.r_is_point = point;
		add_order(s.r);
		assert_verdict(&key, &e[8], &s, false);
	}
}

static void
neighbours(void **state)
{
	struct p256_signature s[MANY];
	struct point key[MANY];
	bool ok[MANY];

	(void)state;
	for (int what = 0; what < 4; what++) {
		memcpy(s, sig, sizeof(s));
		for (size_t i = 0; i < MANY; i++)
			key[i] = Q;
		for (size_t i = 13; i < MANY; i += 40) {
			if (what == 0)
				s[i].s[9] ^= 4;
			else if (what == 1)
				memset(s[i].s, 0, 32);
			else if (what == 2)
				memset(s[i].r, 0xff, 32);
			else
				memset(&key[i], 0, sizeof(key[i]));
		}
		assert_int_equal(
		    ecdsa_verify(key, e, s, ok, MANY), FAULT_BAD_SIGNATURE);
		for (size_t i = 0; i < MANY; i++)
			assert_int_equal(ok[i], i % 40 != 13);
		if (what == 3)
			continue;
		assert_int_equal(ecdsa_verify_known(known, e, s, ok, MANY),
		    FAULT_BAD_SIGNATURE);
		for (size_t i = 0; i < MANY; i++)
			assert_int_equal(ok[i], i % 40 != 13);
	}
}

static int
compare_r(const void *a, const void *b)
{
	return memcmp(((const struct p256_signature *)a)->r,
	    ((const struct p256_signature *)b)->r, 32);
}

static void
nonces_never_repeat(void **state)
{
	enum { N = 10000 };
	struct p256_signature *s = calloc(N, sizeof(*s));
	struct digest *h = calloc(N, sizeof(*h));

	(void)state;
	for (size_t i = 0; i < N; i++)
		h[i] = e[9];
	ecdsa_sign(s, h, &d, N / 2);
	for (size_t i = N / 2; i < N; i++)
		ecdsa_sign(&s[i], &h[i], &d, 1);
	qsort(s, N, sizeof(*s), compare_r);
	for (size_t i = 1; i < N; i++)
		assert_memory_not_equal(s[i - 1].r, s[i].r, 32);
	free(s);
	free(h);
}

static void
stuck(void *arg, void *out, size_t n)
{
	(void)arg;
	memset(out, 0x55, n);
}

/* Should randomness get stuck, a nonce still belongs to one digest and key. */
static void
nonces_are_hedged(void **state)
{
	struct p256_signature a[2], b, c;
	struct digest h[2] = {e[10], e[11]};
	struct scalar other = scalar_hex("00000000000000000000000000000000"
					 "00000000000000000000000000012345");

	(void)state;
	random_replace(stuck, NULL);
	ecdsa_sign(a, h, &d, 2);
	ecdsa_sign(&b, &h[0], &d, 1);
	ecdsa_sign(&c, &h[0], &other, 1);
	random_replace(NULL, NULL);
	assert_memory_not_equal(a[0].r, a[1].r, 32);
	assert_memory_not_equal(b.r, c.r, 32);
	assert_memory_equal(a[0].r, b.r, 32);
	assert_memory_equal(a[0].s, b.s, 32);
	assert_verdict(&Q, &h[0], &b, true);
}

/* RFC 6979 A.2.5, SHA-256, "sample". */
static void
rfc6979(void **state)
{
	struct point key;
	struct p256_signature s = {.y_bit = 0};
	struct digest h;

	(void)state;
	memcpy(key.x,
	    scalar_hex("60FED4BA255A9D31C961EB74C6356D68"
		       "C049B8923B61FA6CE669622E60F29FB6")
		.b,
	    32);
	memcpy(key.y,
	    scalar_hex("7903FE1008B8BC99A41AE9E95628BC64"
		       "F2F1B20C2D7E9F5177A3C294D4462299")
		.b,
	    32);
	memcpy(s.r,
	    scalar_hex("EFD48B2AACB6A8FD1140DD9CD45E81D6"
		       "9D2C877B56AAF991C34D0EA84EAF3716")
		.b,
	    32);
	memcpy(s.s,
	    scalar_hex("F7CB1C942D657C41D436C7A1B6E29F65"
		       "F3E900DBB9AFF4064DC4AB2F843ACDA8")
		.b,
	    32);
	sha256(h.b, bytes_of_string("sample"));
	assert_verdict(&key, &h, &s, true);
	h.b[0] ^= 1;
	assert_verdict(&key, &h, &s, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(signatures_are_good),
	    cmocka_unit_test(batch_sizes),
	    cmocka_unit_test(y_bit_is_of_r),
	    cmocka_unit_test(every_bit_counts),
	    cmocka_unit_test(out_of_range),
	    cmocka_unit_test(minus_s_verifies),
	    cmocka_unit_test(infinite_r),
	    cmocka_unit_test(doubling),
	    cmocka_unit_test(x_above_n),
	    cmocka_unit_test(not_reduced),
	    cmocka_unit_test(neighbours),
	    cmocka_unit_test(nonces_never_repeat),
	    cmocka_unit_test(nonces_are_hedged),
	    cmocka_unit_test(rfc6979),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
