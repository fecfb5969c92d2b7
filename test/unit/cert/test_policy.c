/* Policy files, chain files, ballots and the empty CRL. */
#include "cert/ballot.h"
#include "cert/chainfile.h"
#include "cert/crl.h"
#include "cert/policy.h"
#include "cert/spdu.h"
#include "common.h"

#define US UINT64_C(1000000)

static const struct policy_head head = {
    .id = {(const uint8_t *)"test", 4},
    .generation_time = (uint64_t)NOW * US,
    .active_time = (uint64_t)(NOW + 10) * US,
};

/* ---- policies ---- */

/* Initial values of what is not NULL. */
static const struct policy_set *
values(const struct policy_global *g, const struct policy_local *l)
{
	struct policy_set *set = ARENA_NEW(&A, struct policy_set);

	OK(policy_set_values(set, &A, g, l, FI));
	return set;
}

static const struct policy_set *
defaults(void)
{
	return values(&policy_global_default, NULL);
}

static struct bytes
custom_base(const struct signer *by)
{
	struct bytes tbs, base;

	OK(policy_tbs_custom(
	    &tbs, &A, &head, "ra.monarch.test", defaults(), FI));
	OK(policy_countersign(&base, &A, tbs, head.generation_time, by, FI));
	return base;
}

static struct bytes
local_base(const struct signer *by)
{
	const struct policy_local local = {
	    .shuffle_threshold = 200,
	    .certs_per_i_period = 21,
	    .la1 = "la1.monarch.test",
	    .pca = "pca.monarch.test",
	    .ra_tls = hex("3000"),
	    .shared_key_update = {duration_years, 1},
	};
	struct bytes tbs, base;

	OK(policy_tbs_local(&tbs, &A, &head, values(NULL, &local), FI));
	OK(policy_countersign(&base, &A, tbs, head.generation_time, by, FI));
	return base;
}

static struct bytes
lpf(void)
{
	const struct world *w = world();
	struct bytes out;

	OK(policy_lpf(&out, &A, custom_base(&w->pg.signer),
	    local_base(&w->ra.signer), &w->ra.signer, FI));
	return out;
}

static void
local_policy_file_whole(void **state)
{
	const struct world *w = world();
	struct policy_file p;

	(void)state;
	OK(policy_open(&p, &A, lpf(), w->trust, NOW, FI));
	assert_true(p.is_local);
	assert_bytes(p.head.id, hex("74657374"));
	assert_int_equal(p.head.active_time, head.active_time);
	assert_memory_equal(p.pg->id, w->pg.cert->id, 8);
	assert_memory_equal(p.ra->id, w->ra.cert->id, 8);
	assert_string_equal(p.ra_hostname, "ra.monarch.test");
	assert_int_equal(p.global.scms_version, 1);
	assert_int_equal(lifetime_seconds(p.global.i_period), 604800);
	assert_int_equal(
	    lifetime_seconds(p.global.overdue_crl_tolerance), 2 * 604800);
	assert_int_equal(p.global.min_certs_per_i_period, 20);
	assert_int_equal(p.global.shuffle_threshold, 1000);
	assert_int_equal(p.global.request_hash_size, 32);
	assert_false(p.global.non_concurrent);
	assert_int_equal(p.local.shuffle_threshold, 200);
	assert_int_equal(p.local.certs_per_i_period, 21);
	assert_string_equal(p.local.la1, "la1.monarch.test");
	assert_null(p.local.la2);
	assert_string_equal(p.local.pca, "pca.monarch.test");
	assert_bytes(p.local.ra_tls, hex("3000"));
	assert_int_equal(p.local.pca_tls.n, 0);
	OK(policy_check_base(&A, p.base, w->trust, NOW, FI));
}

/* What a countersignature is over (design.md 4), by plain OpenSSL. */
static void
countersignature_by_hand(void **state)
{
	const struct world *w = world();
	struct bytes tbs, base, signed_octets;
	const uint8_t *sig;

	(void)state;
	OK(policy_tbs_global(&tbs, &A, &head, defaults(), FI));
	OK(policy_countersign(&base, &A, tbs, 77, &w->pg.signer, FI));
	/* BasePolicyFile: preamble, version, tbs, 01 01 countersignature. */
	assert_bytes(((struct bytes){base.p, 2 + tbs.n + 2}),
	    cat(cat(hex("0001"), tbs), hex("0101")));
	signed_octets =
	    cat(cat(hex("2080"), plain_hash(32, tbs)), hex("40"
							   "0123"
							   "000000000000004d"));
	sig = base.p + base.n - 64;
	assert_true(plain_verify(CURVE_P256, w->pg.q.x, w->pg.q.y,
	    plain_to_sign(32, signed_octets, w->pg.cert->raw), sig, sig + 32));
}

static void
defaults_and_series(void **state)
{
	(void)state;
	struct bytes tbs;
	struct policy_file p;
	to_be_signed_policy_data in = {.policy.is = policy_custom};
	global_policy_data *g = &in.policy.custom.global_policy;
	global_policy_data_temporal_series_of_shuffle_threshold s;
	global_policy_data_temporal_series_of_shuffle_threshold_intervals_item
	    v[3] = {{(NOW + 10) * US, 30}, {(NOW + 20) * US, 50},
		{(NOW + 15) * US, 40}};
	/* clang-format off */
	const struct { uint32_t t; uint32_t n; } rows[] = {
		{ NOW, 20 }, { NOW + 9, 20 }, { NOW + 10, 30 },
		{ NOW + 14, 30 }, { NOW + 15, 40 }, { NOW + 20, 50 },
		{ NOW + 1000, 50 },
	};
	/* clang-format on */
	size_t i;

	s.initial_shuffle_threshold = 20;
	s.intervals.n = 3;
	s.intervals.v = v;
	g->temporal_series_of_shuffle_threshold = &s;
	OK(coer_encode_new(&tbs, &A, &to_be_signed_policy_data_asn, &in, FI));
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		OK(policy_read_tbs(&p, &A, POLICY_CUSTOM, tbs, rows[i].t, FI));
		assert_int_equal(p.global.shuffle_threshold, rows[i].n);
		/* What the file does not say is as by default. */
		assert_int_equal(p.global.min_certs_per_i_period, 20);
	}
	assert_null(p.ra_hostname);
	OK(policy_tbs_global(&tbs, &A, &head, defaults(), FI));
	FAULT_IS(
	    BAD_MESSAGE, policy_read_tbs(&p, &A, POLICY_CUSTOM, tbs, NOW, FI));
}

static void
wrong_policy_files(void **state)
{
	const struct world *w = world();
	struct bytes out, tbs, base, in;
	struct policy_file p;
	size_t i;

	(void)state;
	/* Roles: outer signer, custom part, local part. */
	OK(policy_lpf(&out, &A, custom_base(&w->pg.signer),
	    local_base(&w->ra.signer), &w->pg.signer, FI));
	FAULT_IS(
	    SSP_NOT_PERMITTED, policy_open(&p, &A, out, w->trust, NOW, FI));
	OK(policy_lpf(&out, &A, custom_base(&w->ra.signer),
	    local_base(&w->ra.signer), &w->ra.signer, FI));
	FAULT_IS(
	    SSP_NOT_PERMITTED, policy_open(&p, &A, out, w->trust, NOW, FI));
	OK(policy_lpf(&out, &A, custom_base(&w->pg.signer),
	    local_base(&w->la.signer), &w->ra.signer, FI));
	FAULT_IS(
	    SSP_NOT_PERMITTED, policy_open(&p, &A, out, w->trust, NOW, FI));
	/* Parts in each other's place. */
	OK(policy_lpf(&out, &A, local_base(&w->ra.signer),
	    custom_base(&w->pg.signer), &w->ra.signer, FI));
	FAULT_IS(BAD_MESSAGE, policy_open(&p, &A, out, w->trust, NOW, FI));
	/* A countersignature over another policy: taken from a different tbs
	 * of the same size. */
	OK(policy_tbs_global(&tbs, &A, &head, defaults(), FI));
	OK(policy_countersign(
	    &base, &A, tbs, head.generation_time, &w->pg.signer, FI));
	OK(policy_check_base(&A, base, w->trust, NOW, FI));
	FAULT_IS(BAD_SIGNATURE,
	    policy_check_base(&A, flipped(base, 7, 1), w->trust, NOW, FI));
	/* Countersigned in the future; tolerance 5. */
	OK(policy_countersign(
	    &base, &A, tbs, (NOW + 6) * US, &w->pg.signer, FI));
	FAULT_IS(GENERATED_IN_FUTURE,
	    policy_check_base(&A, base, w->trust, NOW, FI));
	OK(policy_check_base(&A, base, w->trust, NOW + 1, FI));
	/* Signed by the RA, but no policy file. */
	OK(spdu_sign(&out, &A, &(struct spdu_header){.psid = 0x23}, hex("0181"),
	    SIGNER_DIGEST, &w->ra.signer, FI));
	FAULT_IS(TRUNCATED, policy_open(&p, &A, out, w->trust, NOW, FI));
	OK(spdu_sign_external(&out, &A, &(struct spdu_header){.psid = 0x23},
	    plain_hash(32, BYTES_NONE).p, SIGNER_DIGEST, &w->ra.signer, FI));
	FAULT_IS(BAD_MESSAGE, policy_open(&p, &A, out, w->trust, NOW, FI));
	/* Every octet of an LPF counts. */
	in = lpf();
	for (i = 0; i < in.n; i++)
		if (policy_open(&p, &A, flipped(in, i, 1), w->trust, NOW,
			NULL) == FAULT_OK)
			fail_msg("octet %zu may be changed", i);
}

static void
global_policy_file_whole(void **state)
{
	const struct world *w = world();
	struct bytes tbs, base, out;
	struct policy_file p;

	(void)state;
	OK(policy_tbs_global(&tbs, &A, &head, defaults(), FI));
	OK(policy_countersign(
	    &base, &A, tbs, head.generation_time, &w->pg.signer, FI));
	OK(policy_gpf(&out, &A, base, &w->pg.signer, FI));
	OK(policy_open(&p, &A, out, w->trust, NOW, FI));
	assert_false(p.is_local);
	assert_bytes(p.base, base);
	OK(policy_gpf(&out, &A, base, &w->ra.signer, FI));
	FAULT_IS(
	    SSP_NOT_PERMITTED, policy_open(&p, &A, out, w->trust, NOW, FI));
	/* A custom policy does not pass for a global one. */
	OK(policy_gpf(&out, &A, custom_base(&w->pg.signer), &w->pg.signer, FI));
	FAULT_IS(BAD_MESSAGE, policy_open(&p, &A, out, w->trust, NOW, FI));
}

/* ---- limits ---- */

static void
custom_within_global(void **state)
{
	const struct policy_set *global = defaults();
	struct policy_global c = policy_global_default;
	/* clang-format off */
	static const struct { enum policy_key key; struct policy_value value;
	    const char *text; } refused[] = {
		{ POLICY_SCMS_VERSION, { .number = 2 }, "scmsVersion = 2" },
		{ POLICY_CHAIN_FILE_ID, { .number = 2 },
		    "globalCertChainFileID = 2" },
		{ POLICY_OVERDUE_CRL_TOLERANCE,
		    { .lifetime = { duration_hours, 337 } },
		    "overdueCrlTolerance = 337 hours" },
		{ POLICY_I_PERIOD, { .lifetime = { duration_minutes, 10079 } },
		    "iPeriod = 10079 minutes" },
		{ POLICY_MIN_CERTS, { .number = 19 },
		    "minCertsPerIPeriod = 19" },
		{ POLICY_VALIDITY_MODEL, { .number = 1 },
		    "certValidityModel = non-concurrent" },
		{ POLICY_MAX_SUPPLY, { .lifetime = { duration_years, 4 } },
		    "maxAvailableCertSupply = 4 years" },
		{ POLICY_MAX_REQUEST_AGE, { .lifetime = { duration_hours, 49 } },
		    "maxCertRequestAge = 49 hours" },
		{ POLICY_SHUFFLE, { .number = 999 }, "shuffleThreshold = 999" },
		{ POLICY_HASH_SIZE, { .number = 31 }, "hashOfRequestSize = 31" },
		{ POLICY_RETRIEVAL, { .lifetime = { duration_minutes, 61 } },
		    "maxGpfGccfRetrievalInterval = 61 minutes" },
		{ POLICY_RSE_VALIDITY, { .lifetime = { duration_hours, 170 } },
		    "rseApplicationCertValidity = 170 hours" },
		{ POLICY_RSE_OVERLAP, { .lifetime = { duration_hours, 2 } },
		    "rseApplicationCertOverlap = 2 hours" },
	};
	/* clang-format on */
	struct policy_set set;
	struct fault_info fi;
	size_t i;

	(void)state;
	OK(policy_check_custom(global, global, 0, FI));
	c.min_certs_per_i_period = 40;
	c.shuffle_threshold = 2000;
	c.max_cert_supply.value = 2;
	OK(policy_check_custom(values(&c, NULL), global, 0, FI));
	assert_int_equal(
	    sizeof(refused) / sizeof(*refused), POLICY_GLOBAL_KEYS);
	for (i = 0; i < POLICY_GLOBAL_KEYS; i++) {
		enum policy_key k = refused[i].key;
		/* At once, and only in an interval. */
		const struct policy_point points[2] = {
		    global->of[k].v[0], {NOW * US, refused[i].value}};
		const struct policy_point first = {0, refused[i].value};

		set = *global;
		set.of[k] = (struct policy_series){&first, 1};
		assert_int_equal(
		    policy_check_custom(&set, global, 0, &fi), FAULT_DENIED);
		assert_memory_equal(
		    fi.text, refused[i].text, strlen(refused[i].text));
		set.of[k] = (struct policy_series){points, 2};
		assert_int_equal(
		    policy_check_custom(&set, global, 0, &fi), FAULT_DENIED);
		assert_non_null(strstr(fi.text, " from 2"));
		/* The same value, where the global policy changes to it. */
		OK(policy_check_custom(&set, &set, 0, FI));
	}
}

/* A value that stays becomes wrong when its limit changes. */
static void
limit_that_changes(void **state)
{
	struct policy_set global = *defaults(), custom = global;
	struct policy_point points[2] = {
	    global.of[POLICY_MIN_CERTS].v[0], {(NOW + 5) * US, {.number = 60}}};
	const struct policy_point sixty = {0, {.number = 60}};
	struct fault_info fi;

	(void)state;
	global.of[POLICY_MIN_CERTS] = (struct policy_series){points, 2};
	assert_int_equal(
	    policy_check_custom(&custom, &global, 0, &fi), FAULT_DENIED);
	assert_non_null(strstr(fi.text, "minCertsPerIPeriod = 20 from "));
	custom.of[POLICY_MIN_CERTS] = global.of[POLICY_MIN_CERTS];
	OK(policy_check_custom(&custom, &global, 0, FI));
	/* What is over does not count: 20 was enough until now. */
	points[1].start = NOW * US;
	points[1].value.number = 60;
	custom.of[POLICY_MIN_CERTS] = (struct policy_series){points, 2};
	global.of[POLICY_MIN_CERTS] = (struct policy_series){&sixty, 1};
	OK(policy_check_custom(&custom, &global, NOW * US, FI));
	FAULT_IS(
	    DENIED, policy_check_custom(&custom, &global, NOW * US - 1, FI));
}

static void
removed_parameters(void **state)
{
	const struct policy_set *global = defaults();
	struct policy_set set;
	struct fault_info fi;
	unsigned critical = 0;

	(void)state;
	for (enum policy_key k = 0; k < POLICY_GLOBAL_KEYS; k++) {
		set = *global;
		set.of[k] = (struct policy_series){NULL, 0};
		if (policy_check_custom(&set, global, 0, &fi) == FAULT_OK)
			continue;
		critical++;
		assert_int_equal(fi.code, FAULT_DENIED);
		assert_memory_equal(
		    fi.text, policy_info[k].name, strlen(policy_info[k].name));
		/* What is not there cannot be added, either. */
		assert_int_equal(
		    policy_check_custom(global, &set, 0, &fi), FAULT_DENIED);
	}
	assert_int_equal(critical, 7);
}

static void
local_within_custom(void **state)
{
	struct policy_local l = {
	    .certs_per_i_period = 20, .shuffle_threshold = 1000};
	struct policy_set set;
	struct fault_info fi;

	(void)state;
	policy_set_override(&set, defaults(), values(NULL, &l));
	OK(policy_check_local(&set, 0, FI));
	l.certs_per_i_period = 19;
	policy_set_override(&set, defaults(), values(NULL, &l));
	assert_int_equal(policy_check_local(&set, 0, &fi), FAULT_DENIED);
	assert_non_null(strstr(fi.text, "certsPerIPeriod = 19"));
	l = (struct policy_local){.shuffle_threshold = 999};
	policy_set_override(&set, defaults(), values(NULL, &l));
	assert_int_equal(policy_check_local(&set, 0, &fi), FAULT_DENIED);
	assert_non_null(strstr(fi.text, "shuffleThreshold = 999"));
}

static void
possible_values(void **state)
{
	struct policy_global g = policy_global_default;
	struct fault_info fi;

	(void)state;
	OK(policy_check_values(defaults(), POLICY_LEAST_CERTS, FI));
	g.min_certs_per_i_period = 255;
	OK(policy_check_values(values(&g, NULL), POLICY_LEAST_CERTS, FI));
	g.min_certs_per_i_period = 19;
	assert_int_equal(
	    policy_check_values(values(&g, NULL), POLICY_LEAST_CERTS, &fi),
	    FAULT_DENIED);
	assert_non_null(strstr(fi.text, "minCertsPerIPeriod = 19"));
	OK(policy_check_values(values(&g, NULL), 19, FI));
	g = policy_global_default;
	g.request_hash_size = 31;
	FAULT_IS(DENIED, policy_check_values(values(&g, NULL), 1, FI));
	g = policy_global_default;
	g.non_concurrent = true;
	FAULT_IS(DENIED, policy_check_values(values(&g, NULL), 1, FI));
	g = policy_global_default;
	g.rse_overlap = g.rse_validity;
	g.rse_overlap.value--;
	OK(policy_check_values(values(&g, NULL), 1, FI));
	g.rse_overlap.value++;
	assert_int_equal(
	    policy_check_values(values(&g, NULL), 1, &fi), FAULT_DENIED);
	assert_non_null(strstr(fi.text, "rseApplicationCertOverlap"));
	g = policy_global_default;
	g.max_cert_supply = (struct lifetime){duration_hours, 1};
	assert_int_equal(
	    policy_check_values(values(&g, NULL), 1, &fi), FAULT_DENIED);
	assert_non_null(strstr(fi.text, "maxAvailableCertSupply"));
}

/* Series through a file and back, and one second before and at each start. */
static void
series_written_and_read(void **state)
{
	static const struct policy_point
	    certs[] = {{0, {.number = 20}}, {(NOW + 10) * US, {.number = 60}},
		{(NOW + 20) * US, {.number = 40}}},
	    hosts[] = {{0, {.octets = {(const uint8_t *)"a.test", 6}}},
		{(NOW + 15) * US, {.octets = {(const uint8_t *)"b.test", 6}}}},
	    supply[] = {{0, {.lifetime = {duration_years, 3}}},
		{(NOW + 15) * US + 1, {.lifetime = {duration_hours, 10}}}};
	struct policy_set set = *defaults();
	struct policy_file p, q;
	struct policy_local l;
	struct policy_global g;
	struct bytes tbs;

	(void)state;
	set.of[POLICY_LOCAL_CERTS] = (struct policy_series){certs, 3};
	set.of[POLICY_PCA] = (struct policy_series){hosts, 2};
	set.of[POLICY_MAX_SUPPLY] = (struct policy_series){supply, 2};
	OK(policy_tbs_local(&tbs, &A, &head, &set, FI));
	OK(policy_read_tbs(&p, &A, POLICY_LOCAL, tbs, NOW + 9, FI));
	assert_int_equal(p.local.certs_per_i_period, 20);
	OK(policy_read_tbs(&p, &A, POLICY_LOCAL, tbs, NOW + 10, FI));
	assert_int_equal(p.local.certs_per_i_period, 60);
	policy_local_at(&l, &p.set, (NOW + 10) * US - 1);
	assert_int_equal(l.certs_per_i_period, 20);
	policy_local_at(&l, &p.set, (NOW + 19) * US);
	assert_int_equal(l.certs_per_i_period, 60);
	assert_string_equal(l.pca, "b.test");
	policy_local_at(&l, &p.set, (NOW + 20) * US);
	assert_int_equal(l.certs_per_i_period, 40);
	assert_null(l.la1);
	assert_true(policy_series_equal(POLICY_LOCAL_CERTS,
	    &p.set.of[POLICY_LOCAL_CERTS], &set.of[POLICY_LOCAL_CERTS]));
	OK(policy_tbs_global(&tbs, &A, &head, &set, FI));
	OK(policy_read_tbs(&q, &A, POLICY_GLOBAL, tbs, NOW + 15, FI));
	assert_int_equal(
	    lifetime_seconds(q.global.max_cert_supply), 3 * 31556952);
	policy_global_at(&g, &q.set, (NOW + 16) * US);
	assert_int_equal(lifetime_seconds(g.max_cert_supply), 36000);
	/* When something changes next. */
	assert_true(policy_next_change(&p.set, NOW * US) == (NOW + 10) * US);
	assert_true(
	    policy_next_change(&p.set, (NOW + 10) * US) == (NOW + 15) * US);
	assert_true(policy_next_change(&p.set, (NOW + 20) * US) == UINT64_MAX);
	assert_false(policy_series_equal(POLICY_LOCAL_CERTS,
	    &p.set.of[POLICY_LOCAL_CERTS], &defaults()->of[POLICY_MIN_CERTS]));
}

/* ---- chain files ---- */

static void
local_chain_file(void **state)
{
	const struct world *w = world();
	const struct bytes certs[] = {w->root.cert->raw, w->ica.cert->raw,
	    w->pca.cert->raw, w->crlg.cert->raw, w->pg.cert->raw};
	struct chain_file f = {.local = true,
			      .gccf_version = 1,
			      .lccf_version = 3,
			      .ra_hostname = "ra.scms.co.kr",
			      .ma = w->ma.cert->raw,
			      .cert = certs,
			      .n_cert = 5,
			      .optional = &w->eca.cert->raw,
			      .n_optional = 1},
			  got;
	char name[CHAIN_FILE_NAME];
	struct trust *t = trust_new();
	struct bytes out;
	struct cert *k;

	(void)state;
	OK(chain_file_build(&out, &A, &f, FI));
	/* As asn1-facts 8: 01 80 81 00 versions, host, no endorsements. */
	assert_bytes(
	    ((struct bytes){out.p, 27}), hex("01808100"
					     "00010003"
					     "0d72612e73636d732e636f2e6b72"
					     "00"
					     "01000100"));
	OK(chain_file_open(&got, &A, out, FI));
	assert_true(got.local);
	assert_int_equal(got.n_cert, 5);
	assert_bytes(got.cert[4], w->pg.cert->raw);
	assert_bytes(got.ma, w->ma.cert->raw);
	assert_bytes(got.optional[0], w->eca.cert->raw);
	assert_string_equal(got.ra_hostname, "ra.scms.co.kr");
	chain_file_name(name, &got);
	assert_string_equal(name, "local_certificate_chains_01_03.oer");
	/* A stranger with the root and this file can check a chain. */
	OK(trust_add_root(t, w->root.cert->raw, FI));
	OK(trust_add_known(t, out, FI));
	OK(cert_load(&k, &A, w->pseudonym.cert->raw, FI));
	OK(trust_check_chain(NULL, t, k, NOW, FI));
	OK(cert_load(&k, &A, w->enrollment.cert->raw, FI));
	OK(trust_check_chain(NULL, t, k, NOW, FI));
	/* Again, and one with a changed certificate in it. */
	OK(trust_add_known(t, out, FI));
	FAULT_IS(TRUNCATED,
	    trust_add_known(t, (struct bytes){out.p, out.n - 1}, FI));
	trust_free(t);
}

/* The file alone trusts nobody. */
static void
chain_file_is_no_trust(void **state)
{
	const struct world *w = world();
	const struct bytes certs[] = {
	    w->root.cert->raw, w->ica.cert->raw, w->pca.cert->raw};
	struct chain_file f = {.gccf_version = 7,
			      .ma = w->ma.cert->raw,
			      .cert = certs,
			      .n_cert = 3},
			  got;
	struct trust *t = trust_new();
	struct bytes out;
	struct cert *k;

	(void)state;
	OK(chain_file_build(&out, &A, &f, FI));
	OK(chain_file_open(&got, &A, out, FI));
	assert_false(got.local);
	assert_int_equal(got.gccf_version, 7);
	OK(trust_add_known(t, out, FI));
	OK(cert_load(&k, &A, w->pseudonym.cert->raw, FI));
	FAULT_IS(UNTRUSTED_ROOT, trust_check_chain(NULL, t, k, NOW, FI));
	trust_free(t);
	FAULT_IS(BAD_MESSAGE,
	    chain_file_open(
		&got, &A, cat(hex("018180"), custom_base(&w->pg.signer)), FI));
}

/* ---- ballots ---- */

static void
ballots(void **state)
{
	const struct world *w = world();
	struct party elector[4];
	struct cert *who[4];
	struct ballot found;
	struct bytes e[4], ballot, wrong[3], root_ballot;
	struct chain_file f = {.ma = w->ma.cert->raw}, got;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		issue(&elector[i], template_for(&elector[i], PROFILE_ELECTOR),
		    NULL);
		who[i] = elector[i].cert;
		OK(endorsement_sign(&e[i], &A, ENDORSE_ADD_ROOT, w->root.cert,
		    NOW, &elector[i].signer, FI));
	}
	OK(ballot_build(&ballot, &A, w->root.cert, e, 2, FI));
	OK(ballot_check(
	    &found, &A, ballot, ENDORSE_ADD_ROOT, who, 3, 2, NOW, FI));
	assert_memory_equal(found.subject->id, w->root.cert->id, 8);
	assert_int_equal(found.from, NOW);
	assert_int_equal(found.agree, 2);
	FAULT_IS(NO_QUORUM, ballot_check(NULL, &A, ballot, ENDORSE_ADD_ROOT,
				who, 3, 3, NOW, FI));
	FAULT_IS(NO_QUORUM, ballot_check(NULL, &A, ballot, ENDORSE_REMOVE_ROOT,
				who, 3, 2, NOW, FI));
	FAULT_IS(NO_QUORUM, ballot_check(NULL, &A, ballot, ENDORSE_ADD_ROOT,
				who, 3, 2, NOW - 1, FI));
	/* One elector twice, under two names, counts once. */
	OK(ballot_build(
	    &ballot, &A, w->root.cert, (struct bytes[]){e[0], e[0]}, 2, FI));
	FAULT_IS(
	    NO_QUORUM, ballot_check(NULL, &A, ballot, ENDORSE_ADD_ROOT,
			   (struct cert *[]){who[0], who[0]}, 2, 2, NOW, FI));
	/* A stranger, another subject, a changed one, no elector. */
	OK(endorsement_sign(&wrong[0], &A, ENDORSE_ADD_ROOT, w->ica.cert, NOW,
	    &elector[1].signer, FI));
	wrong[1] = flipped(e[2], e[2].n - 1, 1);
	OK(endorsement_sign(&wrong[2], &A, ENDORSE_ADD_ROOT, w->root.cert, NOW,
	    &w->ra.signer, FI));
	OK(ballot_build(&ballot, &A, w->root.cert,
	    (struct bytes[]){e[0], wrong[0], wrong[1], wrong[2], e[3]}, 5, FI));
	FAULT_IS(NO_QUORUM,
	    ballot_check(NULL, &A, ballot, ENDORSE_ADD_ROOT,
		(struct cert *[]){who[0], who[1], who[2], w->ra.cert}, 4, 2,
		NOW, FI));
	OK(ballot_check(
	    NULL, &A, ballot, ENDORSE_ADD_ROOT, who, 4, 2, NOW, FI));
	/* In a chain file, and out of it again. */
	OK(ballot_build(&root_ballot, &A, w->root.cert, e, 3, FI));
	f.root_ballot = &root_ballot;
	f.n_root_ballot = 1;
	OK(chain_file_build(&ballot, &A, &f, FI));
	OK(chain_file_open(&got, &A, ballot, FI));
	assert_bytes(got.root_ballot[0], root_ballot);
	assert_bytes(got.root_cert[0], w->root.cert->raw);
	OK(ballot_check(NULL, &A, got.root_ballot[0], ENDORSE_ADD_ROOT, who, 3,
	    3, NOW, FI));
}

/* An elector may name itself by its certificate, too. */
static void
ballot_by_certificate(void **state)
{
	const struct world *w = world();
	const struct spdu_header h = {.psid = 0x23,
	    .has_generation_time = true,
	    .generation_time = NOW * US};
	struct party elector[2];
	struct bytes e, ballot, tbs;
	ieee1609_dot2_data d;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++)
		issue(&elector[i], template_for(&elector[i], PROFILE_ELECTOR),
		    NULL);
	OK(endorsement_sign(&e, &A, ENDORSE_ADD_ROOT, w->root.cert, NOW,
	    &elector[0].signer, FI));
	OK(coer_decode(&ieee1609_dot2_data_asn, &d, &A, e, FI));
	tbs =
	    d.content.signed_data.tbs_data.payload.data->content.unsecured_data;
	OK(spdu_sign(
	    &e, &A, &h, tbs, SIGNER_CERTIFICATE, &elector[0].signer, FI));
	OK(ballot_build(&ballot, &A, w->root.cert, &e, 1, FI));
	OK(ballot_check(NULL, &A, ballot, ENDORSE_ADD_ROOT, &elector[0].cert, 1,
	    1, NOW, FI));
	FAULT_IS(NO_QUORUM, ballot_check(NULL, &A, ballot, ENDORSE_ADD_ROOT,
				&elector[1].cert, 1, 1, NOW, FI));
	/* The right certificate, the wrong key. */
	elector[1].signer.cert = elector[0].cert;
	OK(spdu_sign(
	    &e, &A, &h, tbs, SIGNER_CERTIFICATE, &elector[1].signer, FI));
	OK(ballot_build(&ballot, &A, w->root.cert, &e, 1, FI));
	FAULT_IS(NO_QUORUM, ballot_check(NULL, &A, ballot, ENDORSE_ADD_ROOT,
				&elector[0].cert, 1, 1, NOW, FI));
	OK(spdu_sign(&e, &A, &h, tbs, SIGNER_SELF, &elector[0].signer, FI));
	OK(ballot_build(&ballot, &A, w->root.cert, &e, 1, FI));
	FAULT_IS(NO_QUORUM, ballot_check(NULL, &A, ballot, ENDORSE_ADD_ROOT,
				&elector[0].cert, 1, 1, NOW, FI));
	/* An elector of yesterday, or of tomorrow. */
	FAULT_IS(
	    NO_QUORUM, ballot_check(NULL, &A, ballot, ENDORSE_ADD_ROOT,
			   &elector[0].cert, 1, 1, elector[0].cert->end, FI));
}

static void
empty_crl(void **state)
{
	struct crl_parts parts = {.lists = 0};
	struct bytes out, one = hex("03800100");

	(void)state;
	OK(crl_composite_build(&out, &A, &parts, FI));
	assert_bytes(out, BYTES(crl_composite_empty));
	assert_bytes(out, hex("00010001000100"));
	parts = (struct crl_parts){.list = &one, .lists = 1};
	OK(crl_composite_build(&out, &A, &parts, FI));
	assert_bytes(out, hex("00010103800100"
			      "01000100"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(local_policy_file_whole),
	    T(countersignature_by_hand),
	    T(defaults_and_series),
	    T(wrong_policy_files),
	    T(global_policy_file_whole),
	    T(custom_within_global),
	    T(limit_that_changes),
	    T(removed_parameters),
	    T(local_within_custom),
	    T(possible_values),
	    T(series_written_and_read),
	    T(local_chain_file),
	    T(chain_file_is_no_trust),
	    T(ballots),
	    T(ballot_by_certificate),
	    T(empty_crl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
