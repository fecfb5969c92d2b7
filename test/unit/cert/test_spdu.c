/* Signed messages: layout, hazards, every rule with its edges. */
#include "cert/replay.h"
#include "cert/spdu.h"
#include "common.h"

#define US UINT64_C(1000000)

static const struct spdu_header plain = {.psid = 0x20};

static struct spdu_rules
rules(void)
{
	return (struct spdu_rules){.psid = 0x20, .now = NOW, .tolerance = 5};
}

/* A trust that knows the pseudonym certificate, too. */
static struct trust *
knowing(void)
{
	const struct world *w = world();

	return trust_of(
	    &w->root, &w->ica, &w->pca, &w->pseudonym, (struct party *)NULL);
}

static struct bytes
sign(const struct spdu_header *h, enum signer_form form)
{
	struct bytes out;

	OK(spdu_sign(&out, &A, h, hex("00112233"), form,
	    &world()->pseudonym.signer, FI));
	return out;
}

/* ---- layout and signature ---- */

static void
octets_as_the_standard_says(void **state)
{
	const struct world *w = world();
	struct spdu_header h = {.psid = 0x23,
	    .has_generation_time = true,
	    .generation_time = UINT64_C(0x0102030405060708)};
	struct bytes out, tbs;
	const uint8_t *r;

	(void)state;
	OK(spdu_sign(
	    &out, &A, &h, hex("aabb"), SIGNER_DIGEST, &w->ra.signer, FI));
	tbs = hex("40"
		  "038002aabb"
		  "40"
		  "0123"
		  "0102030405060708");
	assert_bytes(
	    ((struct bytes){out.p, 3 + tbs.n}), cat(hex("038100"), tbs));
	assert_bytes(((struct bytes){out.p + 3 + tbs.n, 11}),
	    cat(cat(hex("80"), BYTES(w->ra.cert->id)), hex("8080")));
	assert_int_equal(out.n, 3 + tbs.n + 9 + 66);
	r = out.p + out.n - 64;
	assert_true(plain_verify(CURVE_P256, w->ra.q.x, w->ra.q.y,
	    plain_to_sign(32, tbs, w->ra.cert->raw), r, r + 32));
	assert_false(plain_verify(CURVE_P256, w->ra.q.x, w->ra.q.y,
	    plain_to_sign(32, tbs, BYTES_NONE), r, r + 32));
	/* With everything in the header; signer self. */
	h = (struct spdu_header){.psid = 0x100,
	    .has_expiry_time = true,
	    .expiry_time = 7,
	    .has_location = true,
	    .place = {-1, 2},
	    .elevation = 3};
	OK(spdu_sign(&out, &A, &h, hex(""), SIGNER_SELF, &w->ra.signer, FI));
	tbs = hex("40"
		  "038000"
		  "30"
		  "020100"
		  "0000000000000007"
		  "ffffffff"
		  "00000002"
		  "0003");
	assert_bytes(((struct bytes){out.p, 3 + tbs.n + 1}),
	    cat(cat(hex("038100"), tbs), hex("82")));
	r = out.p + out.n - 64;
	assert_true(plain_verify(CURVE_P256, w->ra.q.x, w->ra.q.y,
	    plain_to_sign(32, tbs, BYTES_NONE), r, r + 32));
	/* extDataHash. */
	OK(spdu_sign_external(&out, &A, &plain, plain_hash(32, hex("")).p,
	    SIGNER_CERTIFICATE, &w->ra.signer, FI));
	tbs = cat(cat(hex("2080"), plain_hash(32, hex(""))), hex("000120"));
	assert_bytes(((struct bytes){out.p, 3 + tbs.n + 3 + w->ra.cert->raw.n}),
	    cat(cat(hex("038100"), tbs), cat(hex("810101"), w->ra.cert->raw)));
	r = out.p + out.n - 64;
	assert_true(plain_verify(CURVE_P256, w->ra.q.x, w->ra.q.y,
	    plain_to_sign(32, tbs, w->ra.cert->raw), r, r + 32));
}

static void
opens_in_each_form(void **state)
{
	const struct world *w = world();
	struct spdu_rules r = rules();
	struct trust *t = knowing();
	struct curve_point q;
	struct spdu s;

	(void)state;
	OK(spdu_open(&s, &A, sign(&plain, SIGNER_DIGEST), t, &r, FI));
	assert_bytes(s.payload, hex("00112233"));
	assert_true(s.is_unsecured);
	assert_int_equal(s.header.psid, 0x20);
	assert_false(s.header.has_generation_time);
	OK(spdu_open(
	    &s, &A, sign(&plain, SIGNER_CERTIFICATE), w->trust, &r, FI));
	assert_memory_equal(s.signer->id, w->pseudonym.cert->id, 8);
	FAULT_IS(UNKNOWN_ISSUER,
	    spdu_open(&s, &A, sign(&plain, SIGNER_DIGEST), w->trust, &r, FI));
	FAULT_IS(BAD_MESSAGE,
	    spdu_open(&s, &A, sign(&plain, SIGNER_SELF), t, &r, FI));
	curve_of_p256(&q, &w->pseudonym.q);
	OK(spdu_open_self(&s, &A, sign(&plain, SIGNER_SELF), &q, &r, FI));
	assert_null(s.signer);
	FAULT_IS(BAD_MESSAGE,
	    spdu_open_self(&s, &A, sign(&plain, SIGNER_DIGEST), &q, &r, FI));
	curve_of_p256(&q, &w->pca.q);
	FAULT_IS(BAD_SIGNATURE,
	    spdu_open_self(&s, &A, sign(&plain, SIGNER_SELF), &q, &r, FI));
	trust_free(t);
}

/* Data inside that is not unsecured; and a signer with its issuers along. */
static void
nested_and_along(void **state)
{
	const struct world *w = world();
	struct trust *t = trust_of(&w->root, (struct party *)NULL);
	struct spdu_rules r = rules();
	struct bytes inner = sign(&plain, SIGNER_DIGEST), out, tail;
	struct spdu s;
	size_t i, at, cert_n;

	(void)state;
	OK(spdu_sign_data(&out, &A, &plain, inner, SIGNER_CERTIFICATE,
	    &w->pseudonym.signer, FI));
	OK(spdu_open(&s, &A, out, w->trust, &r, FI));
	assert_false(s.is_unsecured);
	assert_bytes(s.payload, inner);
	/* 81 01 01 cert -> 81 01 03 cert PCA ICA */
	out = sign(&plain, SIGNER_CERTIFICATE);
	FAULT_IS(UNKNOWN_ISSUER, spdu_open(&s, &A, out, t, &r, FI));
	tail = (struct bytes){out.p + out.n - 66, 66};
	out = flipped(out, out.n - 66 - w->pseudonym.cert->raw.n - 1, 2);
	out = cat(cat((struct bytes){out.p, out.n - 66},
		      cat(w->pca.cert->raw, w->ica.cert->raw)),
	    tail);
	OK(spdu_open(&s, &A, out, t, &r, FI));
	/* Nine certificates are the most; the rest of them is of no use. */
	out = sign(&plain, SIGNER_CERTIFICATE);
	cert_n = w->pseudonym.cert->raw.n;
	for (i = 2; i <= 10; i++) {
		out = cat(cat((struct bytes){out.p, out.n - 66},
			      w->pseudonym.cert->raw),
		    tail);
		at = out.n - 66 - i * cert_n - 1;
		assert_int_equal(
		    spdu_open(&s, &A, flipped(out, at, (uint8_t)(1 ^ i)), t, &r,
			NULL),
		    i == 10 ? FAULT_CHAIN_TOO_LONG : FAULT_UNKNOWN_ISSUER);
	}
	trust_free(t);
}

/* ---- hazards ---- */

static void
changed_octets(void **state)
{
	struct spdu_rules r = rules();
	struct trust *t = knowing();
	struct bytes in = sign(&plain, SIGNER_DIGEST), b;
	struct spdu s;
	size_t i;

	(void)state;
	FAULT_IS(BAD_VERSION, spdu_open(&s, &A, flipped(in, 0, 1), t, &r, FI));
	FAULT_IS(
	    HASH_MISMATCH, spdu_open(&s, &A, flipped(in, 2, 1), t, &r, FI));
	FAULT_IS(CURVE_MISMATCH,
	    spdu_open(&s, &A, flipped(in, in.n - 66, 1), t, &r, FI));
	FAULT_IS(
	    BAD_SIGNATURE, spdu_open(&s, &A, flipped(in, 8, 1), t, &r, FI));
	for (i = 0; i < in.n; i++) {
		/* The y bit of R is not used: 82 for 80 says the same. */
		if (spdu_open(&s, &A, flipped(in, i, 1), t, &r, NULL) ==
		    FAULT_OK)
			fail_msg("octet %zu may be changed", i);
	}
	for (b = in; b.n-- > 0;)
		FAULT_IS(TRUNCATED, spdu_open(&s, &A, b, t, &r, FI));
	FAULT_IS(TRAILING, spdu_open(&s, &A, cat(in, hex("00")), t, &r, FI));
	FAULT_IS(BAD_MESSAGE, spdu_open(&s, &A, hex("03800100"), t, &r, FI));
	trust_free(t);
}

/* A tool that signed the payload alone (crypto-facts 2). */
static void
payload_only_signature(void **state)
{
	const struct world *w = world();
	struct spdu_rules r = rules();
	struct trust *t = knowing();
	struct bytes in = sign(&plain, SIGNER_DIGEST);
	struct p256_signature sig;
	struct digest e;
	struct spdu s;
	uint8_t *p;

	(void)state;
	memcpy(e.b,
	    plain_to_sign(32, hex("00112233"), w->pseudonym.cert->raw).p, 32);
	ecdsa_sign(&sig, &e, &w->pseudonym.d, 1);
	p = arena_alloc(&A, in.n, 1);
	memcpy(p, in.p, in.n - 64);
	memcpy(p + in.n - 64, sig.r, 32);
	memcpy(p + in.n - 32, sig.s, 32);
	FAULT_IS(BAD_SIGNATURE,
	    spdu_open(&s, &A, (struct bytes){p, in.n}, t, &r, FI));
	trust_free(t);
}

/* An uncompressed key in the header is hashed compressed. */
static void
header_key_is_canonicalised(void **state)
{
	const struct world *w = world();
	struct spdu_rules r = rules();
	encryption_key key = {.is = encryption_key_public_};
	struct spdu_header h = {.psid = 0x20, .encryption_key = &key};
	base_public_encryption_key *b = &key.public_.public_key;
	struct bytes out, tbs, small;
	const uint8_t *sig;
	struct spdu s;

	(void)state;
	b->is = base_public_encryption_key_ecies_nist_p256;
	b->ecies_nist_p256.is = ecc_p256_curve_point_uncompressed_p256;
	memcpy(b->ecies_nist_p256.uncompressed_p256.x.b, w->ra.k.x, 32);
	memcpy(b->ecies_nist_p256.uncompressed_p256.y.b, w->ra.k.y, 32);
	out = sign(&h, SIGNER_CERTIFICATE);
	OK(spdu_open(&s, &A, out, w->trust, &r, FI));
	assert_non_null(s.header.encryption_key);
	tbs = cat(cat(hex("40"
			  "03800400112233"
			  "02"
			  "0120"
			  "80"
			  "00"
			  "80"),
		      w->ra.k.y[31] & 1 ? hex("83") : hex("82")),
	    BYTES(w->ra.k.x));
	sig = out.p + out.n - 64;
	assert_true(plain_verify(CURVE_P256, w->pseudonym.q.x, w->pseudonym.q.y,
	    plain_to_sign(32, tbs, w->pseudonym.cert->raw), sig, sig + 32));
	OK(spdu_canonical(&small, &A, out, FI));
	assert_int_equal(small.n, out.n - 32);
	assert_bytes(((struct bytes){small.p + 3, tbs.n}), tbs);
}

/* ---- replay ---- */

static void
replays_however_dressed(void **state)
{
	const struct world *w = world();
	struct replay *seen = replay_new(100, 60);
	struct spdu_rules r = rules();
	struct trust *t = knowing();
	struct bytes in = sign(&plain, SIGNER_DIGEST), other;
	struct scalar s_value, minus, zero = {{0}};
	struct spdu s;
	uint8_t *p;

	(void)state;
	r.replay = seen;
	/* One that fails leaves no trace. */
	FAULT_IS(BAD_SIGNATURE,
	    spdu_open(&s, &A, flipped(in, in.n - 1, 1), t, &r, FI));
	OK(spdu_open(&s, &A, in, t, &r, FI));
	FAULT_IS(REPLAYED, spdu_open(&s, &A, in, t, &r, FI));
	/* (r, -s) verifies, too. */
	memcpy(s_value.b, in.p + in.n - 32, 32);
	scalar_sub(&minus, &zero, &s_value);
	p = arena_alloc(&A, in.n, 1);
	memcpy(p, in.p, in.n - 32);
	memcpy(p + in.n - 32, minus.b, 32);
	r.replay = NULL;
	OK(spdu_open(&s, &A, (struct bytes){p, in.n}, t, &r, FI));
	r.replay = seen;
	FAULT_IS(
	    REPLAYED, spdu_open(&s, &A, (struct bytes){p, in.n}, t, &r, FI));
	/* The whole certificate instead of its digest; another nonce. */
	other = sign(&plain, SIGNER_CERTIFICATE);
	FAULT_IS(REPLAYED, spdu_open(&s, &A, other, t, &r, FI));
	/* Another payload is another message; another signer, too. */
	OK(spdu_sign(&other, &A, &plain, hex("00"), SIGNER_DIGEST,
	    &w->pseudonym.signer, FI));
	OK(spdu_open(&s, &A, other, t, &r, FI));
	/* Forgotten after its time. */
	r.now = NOW + 60;
	FAULT_IS(REPLAYED, spdu_open(&s, &A, in, t, &r, FI));
	r.now = NOW + 61;
	OK(spdu_open(&s, &A, in, t, &r, FI));
	replay_free(seen);
	trust_free(t);
}

static void
replay_cache_is_bounded(void **state)
{
	struct replay *r = replay_new(8, 1000);
	struct digest d = {{0}};
	unsigned i;

	(void)state;
	for (i = 0; i < 100; i++) {
		d.b[0] = (uint8_t)i;
		d.b[5] = (uint8_t)(i * 7);
		OK(replay_check(r, &d, NOW + i, FI));
		FAULT_IS(REPLAYED, replay_check(r, &d, NOW + i, FI));
	}
	/* The last 8 are there, the one before is not. */
	for (i = 99; i > 91; i--) {
		d.b[0] = (uint8_t)i;
		d.b[5] = (uint8_t)(i * 7);
		FAULT_IS(REPLAYED, replay_check(r, &d, NOW + 99, FI));
	}
	d.b[0] = 91;
	d.b[5] = (uint8_t)(91 * 7);
	OK(replay_check(r, &d, NOW + 99, FI));
	replay_free(r);
}

/* ---- rules ---- */

static void
times(void **state)
{
	/* clang-format off */
	static const struct {
		int		 made;		/* against NOW; 0: absent */
		int		 expires;
		uint32_t	 max_age;
		bool		 need;
		const char	*fault;
	} rows[] = {
		{ 0, 0, 0, false, "OK" },
		{ 0, 0, 0, true, "NO_GENERATION_TIME" },
		{ 1, 0, 0, true, "OK" },
		{ 5, 0, 0, false, "OK" },
		{ 6, 0, 0, false, "GENERATED_IN_FUTURE" },
		{ -5, 0, 0, false, "OK" },
		{ -1000, 0, 0, false, "OK" },
		{ -35, 0, 30, false, "OK" },
		{ -36, 0, 30, false, "TOO_OLD" },
		{ 0, 0, 30, false, "OK" },
		{ 1, 1, 0, false, "OK" },
		{ -10, -5, 0, false, "OK" },
		{ -10, -6, 0, false, "MESSAGE_EXPIRED" },
		{ 0, -6, 0, false, "MESSAGE_EXPIRED" },
		/* the signer was not valid yet when the message was made */
		{ -86401, 0, 0, false, "NOT_YET_VALID" },
		{ -86400, 0, 0, false, "OK" },
	};
	/* clang-format on */
	struct trust *t = knowing();
	struct spdu_rules r;
	struct spdu_header h;
	struct spdu s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		h = plain;
		h.has_generation_time = rows[i].made != 0;
		h.generation_time =
		    (uint64_t)((int64_t)NOW + rows[i].made) * US + 999999;
		h.has_expiry_time = rows[i].expires != 0;
		h.expiry_time = (uint64_t)((int64_t)NOW + rows[i].expires) * US;
		r = rules();
		r.max_age = rows[i].max_age;
		r.need_generation_time = rows[i].need;
		assert_string_equal(fault_name(spdu_open(&s, &A,
					sign(&h, SIGNER_DIGEST), t, &r, NULL)),
		    rows[i].fault);
	}
	/* The signer's own time. */
	r = rules();
	r.now = T0 + 169 * 3600 - 1;
	OK(spdu_open(&s, &A, sign(&plain, SIGNER_DIGEST), t, &r, FI));
	r.now++;
	FAULT_IS(
	    EXPIRED, spdu_open(&s, &A, sign(&plain, SIGNER_DIGEST), t, &r, FI));
	r.now = TRUST_ANY_TIME;
	OK(spdu_open(&s, &A, sign(&plain, SIGNER_DIGEST), t, &r, FI));
	trust_free(t);
}

static void
psids_and_signers(void **state)
{
	const struct world *w = world();
	struct spdu_header h = {.psid = 0x26};
	struct trust *t = knowing();
	struct spdu_rules r = rules();
	struct spdu s;

	(void)state;
	FAULT_IS(PSID_NOT_PERMITTED,
	    spdu_open(&s, &A, sign(&h, SIGNER_DIGEST), t, &r, FI));
	r.any_psid = true;
	OK(spdu_open(&s, &A, sign(&h, SIGNER_DIGEST), t, &r, FI));
	/* Not among the signer's appPermissions. */
	h.psid = 0x23;
	FAULT_IS(PSID_NOT_PERMITTED,
	    spdu_open(&s, &A, sign(&h, SIGNER_DIGEST), t, &r, FI));
	r = rules();
	r.signer = w->pca.cert;
	FAULT_IS(
	    DENIED, spdu_open(&s, &A, sign(&plain, SIGNER_DIGEST), t, &r, FI));
	r.signer = w->pseudonym.cert;
	OK(spdu_open(&s, &A, sign(&plain, SIGNER_DIGEST), t, &r, FI));
	trust_free(t);
}

static void
place_in_region(void **state)
{
	const struct world *w = world();
	struct spdu_header h = {.psid = 0x20,
	    .has_location = true,
	    .place = {400000000, -1000000000}};
	struct party root, pca, leaf;
	geographic_region circle = {
	    .is = geographic_region_circular_region,
	    .circular_region = {{400000000, -1000000000}, 1000},
	};
	certificate *c;
	struct trust *t;
	struct spdu_rules r = rules();
	struct bytes out;
	struct spdu s;

	(void)state;
	/* USA: no map, so any place will do. */
	OK(spdu_open(&s, &A, sign(&h, SIGNER_CERTIFICATE), w->trust, &r, FI));
	c = template_for(&root, PROFILE_ROOT);
	c->to_be_signed.cert_issue_permissions->v[0].min_chain_length = 1;
	issue(&root, c, NULL);
	c = template_for(&pca, PROFILE_PCA);
	c->to_be_signed.region = &circle;
	issue(&pca, c, &root);
	c = template_for(&leaf, PROFILE_PSEUDONYM);
	c->to_be_signed.region = NULL; /* the issuer's */
	issue(&leaf, c, &pca);
	t = trust_of(&root, &pca, (struct party *)NULL);
	OK(spdu_sign(
	    &out, &A, &h, hex(""), SIGNER_CERTIFICATE, &leaf.signer, FI));
	OK(spdu_open(&s, &A, out, t, &r, FI));
	h.place.latitude += 100000;
	OK(spdu_sign(
	    &out, &A, &h, hex(""), SIGNER_CERTIFICATE, &leaf.signer, FI));
	FAULT_IS(OUTSIDE_REGION, spdu_open(&s, &A, out, t, &r, FI));
	trust_free(t);
}

/* ---- batches ---- */

static void
batch(void **state)
{
	enum { N = 1500 }; /* enough for a table of the signer's key */
	const struct world *w = world();
	struct bytes *payload = ARENA_ARRAY(&A, N, struct bytes);
	struct bytes *in = ARENA_ARRAY(&A, N, struct bytes);
	enum fault *verdict = ARENA_ARRAY(&A, N, enum fault);
	struct spdu *out = ARENA_ARRAY(&A, N, struct spdu), one;
	struct spdu_rules r = rules();
	struct trust *t = knowing();
	size_t i;

	(void)state;
	for (i = 0; i < N; i++)
		payload[i] = bytes_of_string(arena_printf(&A, "%zu", i));
	OK(spdu_sign_batch(in, &A, &plain, payload, N, SIGNER_DIGEST,
	    &w->pseudonym.signer, FI));
	in[3] = flipped(in[3], 7, 1);
	in[700] = flipped(in[700], in[700].n - 1, 1);
	in[701].n--;
	assert_int_equal(spdu_open_batch(out, verdict, &A, in, N, t, &r),
	    FAULT_BAD_SIGNATURE);
	for (i = 0; i < N; i++) {
		assert_int_equal(verdict[i], i == 3 || i == 700
						 ? FAULT_BAD_SIGNATURE
					     : i == 701 ? FAULT_TRUNCATED
							: FAULT_OK);
		if (verdict[i] == FAULT_OK)
			assert_bytes(out[i].payload, payload[i]);
		if (i % 100 == 50)
			OK(spdu_open(&one, &A, in[i], t, &r, FI));
	}
	/* Signers of all kinds, few of each. */
	for (i = 0; i < 10; i++) {
		const struct signer *by =
		    i % 2 ? &w->ra.signer : &w->pca.signer;
		struct spdu_header h = {.psid = i == 4 ? 0x20 : 0x23};

		OK(spdu_sign(&in[i], &A, &h, hex("00"),
		    i % 3 ? SIGNER_DIGEST : SIGNER_CERTIFICATE, by, FI));
	}
	r.psid = 0x23;
	assert_int_equal(
	    spdu_open_batch(out, verdict, &A, in, 10, w->trust, &r),
	    FAULT_PSID_NOT_PERMITTED);
	for (i = 0; i < 10; i++)
		assert_int_equal(
		    verdict[i], i == 4 ? FAULT_PSID_NOT_PERMITTED : FAULT_OK);
	trust_free(t);
}

static void
wrapping(void **state)
{
	struct bytes out, in;

	(void)state;
	OK(spdu_wrap(&out, &A, hex("aabbcc"), FI));
	assert_bytes(out, hex("038003aabbcc"));
	OK(spdu_unwrap(&in, out, FI));
	assert_bytes(in, hex("aabbcc"));
	FAULT_IS(BAD_MESSAGE, spdu_unwrap(&in, hex("038100"), FI));
	FAULT_IS(TRUNCATED, spdu_unwrap(&in, hex("038003aabb"), FI));
	FAULT_IS(TRAILING, spdu_unwrap(&in, hex("038003aabbccdd"), FI));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(octets_as_the_standard_says),
	    T(opens_in_each_form),
	    T(nested_and_along),
	    T(changed_octets),
	    T(payload_only_signature),
	    T(header_key_is_canonicalised),
	    T(replays_however_dressed),
	    T(replay_cache_is_bounded),
	    T(times),
	    T(psids_and_signers),
	    T(place_in_region),
	    T(batch),
	    T(wrapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
