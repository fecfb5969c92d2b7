/* CAMP's profiles: exact fields (use-cases.md 3.3 and 4), and violations. */
#include "cert/profile.h"
#include "common.h"

/* ---- against the notes, field by field ---- */

static bool
has_octets(struct bytes in, const char *s)
{
	struct bytes b = hex(s);

	return memmem(in.p, in.n, b.p, b.n) != NULL;
}

static void
ssps(void **state)
{
	const struct world *w = world();
	/* appPermissions whole: asn1-facts 6.3, design.md 4. */
	/* clang-format off */
	const struct { const struct party *p; const char *s; } rows[] = {
		{ &w->root, "0102" "80" "0123" "80" "03" "810001"
		    "80" "020100" "80" "07" "00010001010100" },
		{ &w->ica, "0101" "80" "0123" "80" "03" "830001" },
		{ &w->eca, "0101" "80" "0123" "80" "03" "840001" },
		{ &w->pca, "0101" "80" "0123" "80" "03" "850001" },
		{ &w->ra, "0101" "80" "0123" "80" "03" "8b0001" },
		{ &w->la, "0101" "80" "0123" "80" "05" "8800011234" },
		{ &w->ma, "0101" "80" "0123" "80" "07" "8a000101010120" },
		{ &w->pg, "0101" "80" "0123" "80" "03" "820001" },
		{ &w->crlg, "0102" "80" "0123" "80" "03" "860001"
		    "80" "020100" "80" "0d" "00010101040004000300010002" },
		{ &w->pseudonym, "0102" "80" "0120" "80" "00" "80" "0126"
		    "80" "00" },
	};
	/* clang-format on */
	struct party auditor;
	struct bytes out;
	size_t i;

	(void)state;
	issue(&auditor, template_for(&auditor, PROFILE_AUDITOR), &w->root);
	OK(coer_encode_new(&out, &A, &sequence_of_psid_ssp_asn,
	    auditor.cert->tbs->app_permissions, FI));
	assert_bytes(out, hex("0101"
			      "80"
			      "0123"
			      "80"
			      "04"
			      "8c020001"));
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		OK(coer_encode_new(&out, &A, &sequence_of_psid_ssp_asn,
		    rows[i].p->cert->tbs->app_permissions, FI));
		assert_bytes(out, hex(rows[i].s));
	}
	assert_null(w->enrollment.cert->tbs->app_permissions);
}

static void
groups(void **state)
{
	const struct world *w = world();
	struct bytes out;

	(void)state;
	/* The root's are those of the root of 2018, octet by octet. */
	assert_true(has_octets(w->root.cert->raw, "0104"
						  "e081"
						  "0103"
						  "01ff"
						  "c0"
						  "608001010001"
						  "23"
						  "01ff"
						  "c0"
						  "608001010001"
						  "26"
						  "01ff"
						  "c0"
						  "6080010100020100"
						  "01ff"
						  "c0"));
	/* ICA: all, exactly 2; 26 PSIDs, any; 0x23 and 0x100, any. */
	OK(coer_encode_new(&out, &A, &sequence_of_psid_group_permissions_asn,
	    w->ica.cert->tbs->cert_issue_permissions, FI));
	assert_bytes(out, hex("0103"
			      "a081"
			      "0102"
			      "c0"
			      "6080"
			      "011a"
			      "80"
			      "0120"
			      "80"
			      "010100"
			      "000126"
			      "000127"
			      "000180"
			      "000181"
			      "80"
			      "0182"
			      "80"
			      "0105"
			      "029001"
			      "0490ffff01"
			      "0490ffff02"
			      "0490ffff03"
			      "0490ffff04"
			      "000183"
			      "80"
			      "0187"
			      "80"
			      "010100"
			      "00024082"
			      "0003204083"
			      "0003204088"
			      "0003204089"
			      "000320408a"
			      "000320408b"
			      "000320408c"
			      "000320408d"
			      "000320408e"
			      "000320408f"
			      "0003204090"
			      "0003204091"
			      "0003204092"
			      "0003204093"
			      "0003204094"
			      "0003204095"
			      "0003204096"
			      "0003204097"
			      "01ff"
			      "c0"
			      "6080"
			      "0102"
			      "000123"
			      "00020100"
			      "01ff"
			      "c0"));
	/* Enrollment: 0x20 and 0x26, zero-length, min 0. */
	OK(coer_encode_new(&out, &A, &sequence_of_psid_group_permissions_asn,
	    w->enrollment.cert->tbs->cert_request_permissions, FI));
	assert_bytes(out, hex("0101"
			      "8080"
			      "0102"
			      "80012080010100"
			      "80012680010100"
			      "0100"));
	/* ECA: enrol; PCA: app, so that all but the PSIDs is default. */
	OK(coer_encode_new(&out, &A, &sequence_of_psid_group_permissions_asn,
	    w->eca.cert->tbs->cert_issue_permissions, FI));
	assert_bytes(((struct bytes){out.p, 6}), hex("01012080011a"));
	assert_int_equal(out.p[out.n - 1], 0x40);
	OK(coer_encode_new(&out, &A, &sequence_of_psid_group_permissions_asn,
	    w->pca.cert->tbs->cert_issue_permissions, FI));
	assert_bytes(((struct bytes){out.p, 6}), hex("01010080011a"));
}

/* As the certificates of 2018: 80 03 00 80 issuer, preamble 55 of tbs. */
static void
layout(void **state)
{
	const struct world *w = world();
	/* tbs preamble: region 40, app 10, issue 08, request 04, rollover 02,
	 * encryption 01; then crlSeries. */
	/* clang-format off */
	const struct { const struct party *p; uint8_t bits; uint16_t series; }
	rows[] = {
		{ &w->root, 0x18, 0 }, { &w->ica, 0x5a, 2 },
		{ &w->eca, 0x5b, 2 }, { &w->pca, 0x5b, 2 },
		{ &w->ra, 0x57, 2 }, { &w->la, 0x53, 2 },
		{ &w->ma, 0x13, 256 }, { &w->pg, 0x12, 256 },
		{ &w->crlg, 0x12, 256 }, { &w->enrollment, 0x46, 4 },
		{ &w->pseudonym, 0x50, 1 },
		{ &w->identification, 0x50, 3 },
		{ &w->application, 0x51, 3 },
	};
	/* clang-format on */
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(
		    rows[i].p->cert->canonical_tbs.p[0], rows[i].bits);
		assert_int_equal(
		    rows[i].p->cert->tbs->crl_series, rows[i].series);
		assert_memory_equal(rows[i].p->cert->tbs->craca_id.b,
		    i == 0 ? "\0\0\0" : "\1\2\3", 3);
	}
	assert_true(has_octets(w->pseudonym.cert->raw, "010203"
						       "0001"
						       "2a000000"
						       "8400a9"
						       "830101800348"));
}

static void
lifetimes(void **state)
{
	static const uint64_t year = 31556952, hour = 3600;
	/* clang-format off */
	const struct { enum profile p; uint64_t seconds[3]; } rows[] = {
		{ PROFILE_ROOT, { 17 * year, 9 * year, 70 * year } },
		{ PROFILE_ELECTOR, { 12 * year, 6 * year, 6 * year } },
		{ PROFILE_ICA, { 13 * year, 5 * year, 1169 * 60 * hour } },
		{ PROFILE_ECA, { 11 * year, 3 * year, 1084 * 60 * hour } },
		{ PROFILE_PCA, { 4 * year, 13140 * hour, 35281 * hour } },
		{ PROFILE_RA, { 26448 * hour, 17688 * hour, 26472 * hour } },
		{ PROFILE_LA, { 26448 * hour, 17688 * hour, 26472 * hour } },
		{ PROFILE_DCM, { 26448 * hour, 17688 * hour, 26472 * hour } },
		{ PROFILE_MA, { 35208 * hour, 17688 * hour, 35208 * hour } },
		{ PROFILE_PG, { 35208 * hour, 17688 * hour, 35208 * hour } },
		{ PROFILE_CRLG, { 35208 * hour, 17688 * hour, 17688 * hour } },
		{ PROFILE_AUDITOR,
		    { 35208 * hour, 17688 * hour, 35208 * hour } },
		{ PROFILE_ENROLLMENT, { 6 * year, 4380 * hour, 7 * year } },
		{ PROFILE_PSEUDONYM, { 169 * hour, 169 * hour, 169 * hour } },
		{ PROFILE_IDENTIFICATION,
		    { 721 * hour, 721 * hour, 721 * hour } },
		{ PROFILE_APPLICATION, { 169 * hour, 169 * hour, 169 * hour } },
	};
	/* clang-format on */
	size_t i, j;

	(void)state;
	assert_int_equal(sizeof(rows) / sizeof(*rows), PROFILE_COUNT);
	for (i = 0; i < PROFILE_COUNT; i++)
		for (j = 0; j < 3; j++)
			assert_int_equal(
			    lifetime_seconds(profile_lifetime(
				rows[i].p, (enum lifetime_column)j)),
			    rows[i].seconds[j]);
}

/* The longest that fits, in the unit of the finest grain that can say it. */
static void
shorter_lifetimes(void **state)
{
	static const struct {
		struct lifetime wish;
		uint64_t most;
		struct lifetime want;
	} rows[] = {
	    {{duration_years, 4}, 4 * 31556952u, {duration_years, 4}},
	    {{duration_years, 4}, 4 * 31556952u - 1, {duration_hours, 35063}},
	    {{duration_hours, 169}, 608400, {duration_hours, 169}},
	    {{duration_hours, 169}, 608399, {duration_minutes, 10139}},
	    {{duration_years, 70}, UINT64_C(65535) * 3600,
		{duration_hours, 65535}},
	    {{duration_years, 70}, UINT64_C(65536) * 3600,
		{duration_sixty_hours, 1092}},
	    {{duration_years, 1}, 65535, {duration_seconds, 65535}},
	    {{duration_years, 1}, 65536, {duration_minutes, 1092}},
	    {{duration_years, 1}, 0, {duration_seconds, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lifetime l = lifetime_within(rows[i].wish, rows[i].most);

		assert_int_equal(l.unit, rows[i].want.unit);
		assert_int_equal(l.value, rows[i].want.value);
	}
}

/* ---- chains and checks ---- */

static void
all_chains_hold(void **state)
{
	const struct world *w = world();
	/* clang-format off */
	const struct { const struct party *p; enum profile profile; } rows[] = {
		{ &w->root, PROFILE_ROOT }, { &w->ica, PROFILE_ICA },
		{ &w->eca, PROFILE_ECA }, { &w->pca, PROFILE_PCA },
		{ &w->ra, PROFILE_RA }, { &w->la, PROFILE_LA },
		{ &w->ma, PROFILE_MA }, { &w->pg, PROFILE_PG },
		{ &w->crlg, PROFILE_CRLG },
		{ &w->enrollment, PROFILE_ENROLLMENT },
		{ &w->pseudonym, PROFILE_PSEUDONYM },
	};
	/* clang-format on */
	struct party dcm, elector, auditor;
	struct cert *k;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		OK(cert_load(&k, &A, rows[i].p->cert->raw, FI));
		OK(trust_check_chain(NULL, w->trust, k, NOW, FI));
		for (j = 0; j < sizeof(rows) / sizeof(*rows); j++)
			assert_int_equal(
			    profile_check(rows[j].profile, k, NULL),
			    i == j ? FAULT_OK : FAULT_WRONG_PROFILE);
	}
	issue(&dcm, template_for(&dcm, PROFILE_DCM), &w->ica);
	OK(trust_check_chain(NULL, w->trust, dcm.cert, NOW, FI));
	OK(profile_check(PROFILE_DCM, dcm.cert, FI));
	issue(&auditor, template_for(&auditor, PROFILE_AUDITOR), &w->root);
	OK(trust_check_chain(NULL, w->trust, auditor.cert, NOW, FI));
	for (j = 0; j < PROFILE_COUNT; j++)
		assert_int_equal(
		    profile_check((enum profile)j, auditor.cert, NULL),
		    j == PROFILE_AUDITOR ? FAULT_OK : FAULT_WRONG_PROFILE);
	issue(&elector, template_for(&elector, PROFILE_ELECTOR), NULL);
	OK(profile_check(PROFILE_ELECTOR, elector.cert, FI));
	OK(cert_check_issued(elector.cert, elector.cert, FI));
}

/* They differ from each other in nothing but lifetimes. */
static void
end_entities_of_series_3(void **state)
{
	const struct world *w = world();
	const struct party *both[] = {&w->identification, &w->application};
	struct fault_info fi;
	struct party p;
	certificate *c;
	struct cert *k;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		OK(cert_load(&k, &A, both[i]->cert->raw, FI));
		OK(trust_check_chain(NULL, w->trust, k, NOW, FI));
		OK(profile_check(PROFILE_IDENTIFICATION, k, FI));
		OK(profile_check(PROFILE_APPLICATION, k, FI));
		FAULT_IS(
		    WRONG_PROFILE, profile_check(PROFILE_PSEUDONYM, k, FI));
		assert_memory_equal(
		    k->tbs->id.binary_id.p, "rif-8oct", CERT_ID_SIZE);
	}
	c = template_for(&p, PROFILE_APPLICATION);
	c->to_be_signed.id.binary_id.n = 7;
	issue(&p, c, &w->pca);
	assert_int_equal(profile_check(PROFILE_APPLICATION, p.cert, &fi),
	    FAULT_WRONG_PROFILE);
	assert_non_null(strstr(fi.text, "id is no HashedId8"));
}

static void
series_3_need_rif_and_permissions(void **state)
{
	struct profile_params in = {.lifetime = {duration_hours, 1}};
	sequence_of_psid_ssp none = {0, NULL};
	certificate *c;

	(void)state;
	in.app_permissions = &none;
	FAULT_IS(
	    WRONG_PROFILE, profile_build(&c, &A, PROFILE_APPLICATION, &in, FI));
	in.app_permissions = NULL;
	in.rif = (const uint8_t *)"rif-8oct";
	FAULT_IS(WRONG_PROFILE,
	    profile_build(&c, &A, PROFILE_IDENTIFICATION, &in, FI));
}

static void
violations_name_the_field(void **state)
{
	const struct world *w = world();
	struct fault_info fi;
	struct party p;
	certificate *c;
	subject_assurance level = {{0}};
	size_t i;
	static const char *const fields[] = {"assuranceLevel", "region",
	    "appPermissions", "canRequestRollover", "encryptionKey",
	    "crlSeries", "id", "certIssuePermissions", "certIssuePermissions"};

	(void)state;
	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		c = template_for(&p, PROFILE_PCA);
		switch (i) {
		case 0:
			c->to_be_signed.assurance_level = &level;
			break;
		case 1:
			c->to_be_signed.region = NULL;
			break;
		case 2:
			c->to_be_signed.app_permissions->v[0].ssp = NULL;
			break;
		case 3:
			c->to_be_signed.can_request_rollover = NULL;
			break;
		case 4:
			c->to_be_signed.encryption_key = NULL;
			break;
		case 5:
			c->to_be_signed.crl_series = 3;
			break;
		case 6:
			c->to_be_signed.id.is = certificate_id_none;
			break;
		case 7:
			c->to_be_signed.cert_issue_permissions->v[0].ee_type =
			    EE_ENROL;
			break;
		default:
			c->to_be_signed.cert_issue_permissions = NULL;
		}
		issue(&p, c, &w->ica);
		assert_int_equal(profile_check(PROFILE_PCA, p.cert, &fi),
		    FAULT_WRONG_PROFILE);
		if (strstr(fi.text, fields[i]) == NULL)
			fail_msg("%s does not name %s", fi.text, fields[i]);
	}
}

/* Permissions to request belong to RA and DCM, among components. */
static void
request_permissions(void **state)
{
	const struct world *w = world();
	sequence_of_psid_group_permissions *given;
	struct fault_info fi;
	struct party p;
	certificate *c;

	(void)state;
	c = template_for(&p, PROFILE_RA);
	given = c->to_be_signed.cert_request_permissions;
	c->to_be_signed.cert_request_permissions = NULL;
	issue(&p, c, &w->ica);
	assert_int_equal(
	    profile_check(PROFILE_RA, p.cert, &fi), FAULT_WRONG_PROFILE);
	assert_non_null(strstr(fi.text, "certRequestPermissions is absent"));
	c = template_for(&p, PROFILE_LA);
	c->to_be_signed.cert_request_permissions = given;
	issue(&p, c, &w->ica);
	assert_int_equal(
	    profile_check(PROFILE_LA, p.cert, &fi), FAULT_WRONG_PROFILE);
	assert_non_null(strstr(fi.text, "certRequestPermissions is present"));
}

static void
parameters(void **state)
{
	static const uint16_t countries[] = {124, 484, 840};
	const struct world *w = world();
	struct profile_params in = {.name = "x",
	    .start = T0,
	    .lifetime = {duration_years, 3},
	    .verify_key = w->ra.cert->key};
	const uint64_t one[] = {0x27};
	certificate *c;
	struct bytes out;

	(void)state;
	FAULT_IS(WRONG_PROFILE, profile_build(&c, &A, PROFILE_RA, &in, FI));
	in.name = NULL;
	FAULT_IS(WRONG_PROFILE, profile_build(&c, &A, PROFILE_PG, &in, FI));
	in.region = profile_countries(&A, countries, 3);
	in.request_permissions = profile_group(&A, one, 1, false, 0, EE_APP);
	OK(profile_build(&c, &A, PROFILE_ENROLLMENT, &in, FI));
	c->to_be_signed.verify_key_indicator.reconstruction_value.is =
	    ecc_p256_curve_point_compressed_y_1;
	OK(coer_encode_new(
	    &out, &A, &to_be_signed_certificate_asn, &c->to_be_signed, FI));
	/* The shape of the enrollment certificate of 2018. */
	assert_bytes(((struct bytes){out.p, out.n - 32}), hex("46"
							      "8100"
							      "000000"
							      "0004"
							      "2a000000"
							      "860003"
							      "830103"
							      "80007c"
							      "8001e4"
							      "800348"
							      "0101"
							      "8080"
							      "0101"
							      "000127"
							      "0100"
							      "8183"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(ssps),
	    T(groups),
	    T(layout),
	    T(lifetimes),
	    T(shorter_lifetimes),
	    T(all_chains_hold),
	    T(end_entities_of_series_3),
	    T(series_3_need_rif_and_permissions),
	    T(violations_name_the_field),
	    T(request_permissions),
	    T(parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
