/* Implicit certificates. */
#include "common.h"
#include "crypto/ecqv.h"
#include "crypto/p256_int.h"
#include "crypto/random.h"
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
stuck(void *arg, void *out, size_t n)
{
	(void)arg;
	memset(out, 0x55, n);
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

	k = x.k;
	assert_int_equal(ecqv_issue_with(&p_u, &k, &x.R_U, NULL, 1), FAULT_OK);
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

		assert_int_equal(
		    ecqv_issue(P_U, k, R_U, &d_ca, ok, n), FAULT_OK);
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
	assert_int_equal(
	    ecqv_issue(P_U, k, bad, &d_ca, ok, MANY), FAULT_BAD_POINT);
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
	struct scalar kk = ref_negative(&k_u[0]), rr;
	struct point p;

	(void)state;
	assert_int_equal(
	    ecqv_issue_with(&p, &kk, &R_U[0], ok, 1), FAULT_BAD_SCALAR);
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

/* k of two elements with the same R_U, when randomness gets stuck. */
static void
stuck_k(struct scalar out[2], const struct point *r_u, const struct scalar *d)
{
	const struct point both[2] = {*r_u, *r_u};
	struct point p[2];

	random_replace(stuck, NULL);
	assert_int_equal(ecqv_issue(p, out, both, d, NULL, 2), FAULT_OK);
	random_replace(NULL, NULL);
	assert_memory_not_equal(&p[0], &p[1], sizeof(p[0]));
}

/* Should randomness get stuck, a k still belongs to one request, one CA and
 * one moment; and it is random otherwise. */
static void
k_is_hedged(void **state)
{
	struct scalar a[2], b[2], random[2];
	struct point p;

	(void)state;
	stuck_k(a, &R_U[0], &d_ca);
	assert_memory_not_equal(&a[0], &a[1], sizeof(a[0]));
	stuck_k(b, &R_U[0], &d_ca);
	assert_memory_equal(a, b, sizeof(a));
	stuck_k(b, &R_U[1], &d_ca);
	assert_memory_not_equal(&a[0], &b[0], sizeof(a[0]));
	stuck_k(b, &R_U[0], &k_u[0]);
	assert_memory_not_equal(&a[0], &b[0], sizeof(a[0]));
	for (size_t i = 0; i < 2; i++) {
		random_replace(stuck, NULL);
		(void)random_serial(i); /* counts on, whatever is drawn */
		assert_int_equal(
		    ecqv_issue(&p, &b[i], R_U, &d_ca, NULL, 1), FAULT_OK);
		random_replace(NULL, NULL);
		assert_int_equal(
		    ecqv_issue(&p, &random[i], R_U, &d_ca, NULL, 1), FAULT_OK);
	}
	assert_memory_equal(&b[0], &a[0], sizeof(a[0]));
	assert_memory_equal(&b[1], &a[1], sizeof(a[0]));
	assert_memory_not_equal(&random[0], &random[1], sizeof(random[0]));
	assert_memory_not_equal(&random[0], &a[0], sizeof(a[0]));
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
	    cmocka_unit_test(k_is_hedged),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
