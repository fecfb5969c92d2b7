/* Implicit certificates. */
#include "common.h"
#include "crypto/ecqv.h"
#include "crypto/random_int.h"

#define MANY 150

struct numbers {
	struct scalar k_u, d_ca, k, r, d_u;
	struct point R_U, Q_CA, P_U, Q_U;
	struct digest e;
	bool shift;
};

static struct numbers
take(const json_t *v)
{
	struct numbers x;

	vector_hex(v, "kU", &x.k_u, 32);
	vector_hex(v, "dCA", &x.d_ca, 32);
	vector_hex(v, "k", &x.k, 32);
	vector_hex(v, "r", &x.r, 32);
	vector_hex(v, "dU", &x.d_u, 32);
	x.R_U = vector_point(v, "RUx", "RUy");
	x.Q_CA = vector_point(v, "QCAx", "QCAy");
	x.P_U = vector_point(v, "PUx", "PUy");
	x.Q_U = vector_point(v, "QUx", "QUy");
	x.shift = strcmp(vector_string(v, "rule"), "sec4-shift") == 0;
	/* These vectors hash tbs || P_U, for illustration. */
	sha256(x.e.b, vector_bytes(v, "certu"));
	return x;
}

static void
prepared(void *arg, void *out, size_t n)
{
	assert_int_equal(n, 32);
	memcpy(out, arg, n);
}

/* SEC 4 drops the lowest bit of the hash. */
static void
halve(struct digest *e)
{
	for (size_t i = 32; i-- > 0;)
		e->b[i] =
		    (uint8_t)(e->b[i] >> 1 | (i > 0 ? e->b[i - 1] << 7 : 0));
}

/* All steps with one e; good says whether the vector's numbers come out. */
static void
assert_steps(const struct numbers *x, const struct digest *e, bool good)
{
	struct ecqv_share share = {x->k_u, x->r};
	struct scalar r, k = x->k, d_u;
	struct point q_u;

	assert_int_equal(ecqv_respond(&r, &k, e, &x->d_ca, NULL, 1), FAULT_OK);
	assert_zero(k);
	assert_int_equal(memcmp(&r, &x->r, 32) == 0, good);
	assert_int_equal(
	    ecqv_public(&q_u, e, &x->P_U, &x->Q_CA, NULL, 1), FAULT_OK);
	assert_int_equal(memcmp(&q_u, &x->Q_U, 64) == 0, good);
	assert_int_equal(ecqv_private(&d_u, &share, e, &q_u, NULL, 1),
	    good ? FAULT_OK : FAULT_KEY_MISMATCH);
	if (good)
		assert_same(d_u, x->d_u);
	else
		assert_zero(d_u);
}

static size_t shifted, full;

static void
vector_one(const json_t *v)
{
	struct numbers x = take(v);
	struct point p_u;
	struct scalar k;
	struct digest e = x.e;

	random_replace(prepared, &x.k);
	assert_int_equal(ecqv_issue(&p_u, &k, &x.R_U, NULL, 1), FAULT_OK);
	random_replace(NULL, NULL);
	assert_same(k, x.k);
	assert_same(p_u, x.P_U);
	assert_steps(&x, &e, !x.shift);
	halve(&e);
	assert_steps(&x, &e, x.shift);
	*(x.shift ? &shifted : &full) += 1;
}

/* Two of the final rule, two of the old one, which must not come out. */
static void
vectors(void **state)
{
	(void)state;
	assert_int_equal(vectors_each("camp_ecqv.json", "ecqv", vector_one), 4);
	assert_int_equal(shifted, 2);
	assert_int_equal(full, 2);
}

static struct scalar k_u[MANY], d_ca, k[MANY], r[MANY], d_u[MANY];
static struct point R_U[MANY], Q_CA, P_U[MANY], Q_U[MANY];
static struct digest e[MANY];
static struct ecqv_share share[MANY];
static bool ok[MANY];

static int
setup(void **state)
{
	(void)state;
	p256_generate(k_u, R_U, MANY);
	p256_generate(&d_ca, &Q_CA, 1);
	test_random(e, sizeof(e));
	memset(&e[1], 0xff, sizeof(e[1]));
	return 0;
}

static void
shares(void)
{
	for (size_t i = 0; i < MANY; i++)
		share[i] = (struct ecqv_share){k_u[i], r[i]};
}

static void
round_trip(void **state)
{
	static const size_t size[] = {0, 1, 7, 128, 129, MANY};

	(void)state;
	for (size_t s = 0; s < sizeof(size) / sizeof(size[0]); s++) {
		size_t n = size[s];

		assert_int_equal(ecqv_issue(P_U, k, R_U, ok, n), FAULT_OK);
		assert_int_equal(ecqv_respond(r, k, e, &d_ca, ok, n), FAULT_OK);
		assert_int_equal(
		    ecqv_public(Q_U, e, P_U, &Q_CA, ok, n), FAULT_OK);
		shares();
		assert_int_equal(
		    ecqv_private(d_u, share, e, Q_U, ok, n), FAULT_OK);
		for (size_t i = 0; i < n; i++) {
			struct point expected;

			assert_true(ok[i]);
			assert_zero(k[i]);
			assert_true(ref_mul(&expected, &d_u[i], NULL, NULL));
			assert_same(Q_U[i], expected);
		}
	}
}

static void
neighbours(void **state)
{
	struct point bad[MANY], issuer[MANY];

	(void)state;
	memcpy(bad, R_U, sizeof(bad));
	bad[3].y[5] ^= 1;
	assert_int_equal(ecqv_issue(P_U, k, bad, ok, MANY), FAULT_BAD_POINT);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(ok[i], i != 3);
	assert_zero(P_U[3]);
	assert_int_equal(
	    ecqv_respond(r, k, e, &d_ca, ok, MANY), FAULT_BAD_SCALAR);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(ok[i], i != 3);
	assert_int_equal(
	    ecqv_public(Q_U, e, P_U, &Q_CA, ok, MANY), FAULT_BAD_POINT);
	shares();
	share[140].r.b[8] ^= 1;
	share[141].k_u.b[8] ^= 1;
	assert_int_equal(
	    ecqv_private(d_u, share, e, Q_U, ok, MANY), FAULT_KEY_MISMATCH);
	for (size_t i = 0; i < MANY; i++) {
		bool good = i != 3 && i != 140 && i != 141;

		assert_int_equal(ok[i], good);
		if (!good)
			assert_zero(d_u[i]);
		issuer[i] = Q_CA;
	}
	issuer[0].x[0] ^= 1;
	memcpy(bad, Q_U, sizeof(bad));
	assert_int_equal(
	    ecqv_public_mixed(Q_U, e, P_U, issuer, ok, MANY), FAULT_BAD_POINT);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(ok[i], i != 0 && i != 3);
	assert_memory_equal(&Q_U[4], &bad[4], (MANY - 4) * sizeof(bad[0]));
	assert_int_equal(
	    ecqv_public(Q_U, e, P_U, &issuer[0], ok, MANY), FAULT_BAD_POINT);
	for (size_t i = 0; i < MANY; i++)
		assert_false(ok[i]);
}

/* k = -k_u would make P_U infinity: never issued. */
static void
infinite_p_u(void **state)
{
	struct scalar minus = ref_negative(&k_u[0]), kk, rr;
	struct point p;

	(void)state;
	random_replace(prepared, &minus);
	assert_int_equal(ecqv_issue(&p, &kk, &R_U[0], ok, 1), FAULT_BAD_SCALAR);
	random_replace(NULL, NULL);
	assert_false(ok[0]);
	assert_zero(p);
	assert_zero(kk);
	assert_int_equal(
	    ecqv_respond(&rr, &kk, e, &d_ca, ok, 1), FAULT_BAD_SCALAR);
}

/* e * P_U = -Q_CA: no key. */
static void
infinite_q_u(void **state)
{
	struct scalar h;
	struct point p, q;

	(void)state;
	memcpy(h.b, e[0].b, 32);
	scalar_invert(&h, &h, 1);
	scalar_mul(&h, &h, &d_ca);
	h = ref_negative(&h);
	assert_true(ref_mul(&p, &h, NULL, NULL));
	assert_int_equal(ecqv_public(&q, e, &p, &Q_CA, ok, 1), FAULT_BAD_POINT);
	assert_false(ok[0]);
	assert_zero(q);
}

/* Whatever would give d_CA away is refused. */
static void
respond_refuses(void **state)
{
	struct scalar kk = k_u[0], rr;
	struct digest zero = {{0}},
		      n = {{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff,
			  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
			  0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2,
			  0xfc, 0x63, 0x25, 0x51}};

	(void)state;
	assert_int_equal(
	    ecqv_respond(&rr, &kk, &zero, &d_ca, NULL, 1), FAULT_BAD_SCALAR);
	assert_zero(rr);
	assert_zero(kk);
	kk = k_u[0];
	assert_int_equal(
	    ecqv_respond(&rr, &kk, &n, &d_ca, NULL, 1), FAULT_BAD_SCALAR);
	kk = k_u[0];
	assert_int_equal(ecqv_respond(&rr, &kk, e, &d_ca, NULL, 1), FAULT_OK);
	assert_int_equal(
	    ecqv_respond(&rr, &kk, e, &d_ca, NULL, 1), FAULT_BAD_SCALAR);
	assert_zero(rr);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vectors),
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(neighbours),
	    cmocka_unit_test(infinite_p_u),
	    cmocka_unit_test(infinite_q_u),
	    cmocka_unit_test(respond_refuses),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
