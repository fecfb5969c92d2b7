/*
 * What the ECA grants and refuses: each row changes one thing in a request
 * that is otherwise as the profile wants it, and names the number of
 * EcaEndEntityError that must come (-1: granted).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "cert/convert.h"
#include "cert/request.h"
#include "crypto/ecqv.h"
#include "crypto/random.h"
#include "schema/scms_protocol.h"
#include "world.h"

#define DAY	86400u
#define GRANTED -1

static struct world w;
static struct fault_info fi;

struct row {
	const char *what;
	void (*change)(struct csr_maker *);
	int error;
};

static void
nothing(struct csr_maker *m)
{
	(void)m;
}

static to_be_signed_certificate *
tbs(struct csr_maker *m)
{
	return &m->request.tbs_data;
}

/* ---- time ---- */

static void
six_ahead(struct csr_maker *m)
{
	m->request.current_time = NOW + 6;
}

static void
five_ahead(struct csr_maker *m)
{
	m->request.current_time = NOW + 5;
}

static void
ninety_days(struct csr_maker *m)
{
	m->request.current_time = NOW - 90 * DAY;
}

static void
ninety_days_and_a_second(struct csr_maker *m)
{
	m->request.current_time = NOW - 90 * DAY - 1;
}

static void
start_five_ahead(struct csr_maker *m)
{
	tbs(m)->validity_period.start = NOW + 5;
}

static void
start_six_ahead(struct csr_maker *m)
{
	tbs(m)->validity_period.start = NOW + 6;
}

static void
no_lifetime(struct csr_maker *m)
{
	tbs(m)->validity_period.duration.years = 0;
}

static void
half_of_six_years(struct csr_maker *m)
{
	tbs(m)->validity_period.duration.is = duration_hours;
	tbs(m)->validity_period.duration.hours = 3 * 365 * 24 + 18;
}

static void
an_hour_less(struct csr_maker *m)
{
	tbs(m)->validity_period.duration.is = duration_hours;
	tbs(m)->validity_period.duration.hours = 3 * 365 * 24 + 17;
}

static void
over(struct csr_maker *m)
{
	tbs(m)->validity_period.start = NOW - 30 * DAY;
	tbs(m)->validity_period.duration.is = duration_hours;
	tbs(m)->validity_period.duration.hours = 24 * 30;
}

static void
seventy_years(struct csr_maker *m)
{
	tbs(m)->validity_period.duration.years = 70;
}

static void
start_at_zero(struct csr_maker *m)
{
	tbs(m)->validity_period.start = 0;
	tbs(m)->validity_period.duration.years = 30;
}

/* ---- PSIDs ---- */

static void
foreign_psid(struct csr_maker *m)
{
	m->psid[1].psid = 0x84;
}

static void
psid_of_the_other_kind(struct csr_maker *m)
{
	m->psid[1].psid = 0x27;
}

static void
psid_twice(struct csr_maker *m)
{
	m->psid[1].psid = 0x20;
}

static void
all_psids(struct csr_maker *m)
{
	m->group.subject_permissions.is = subject_permissions_all;
}

static void
no_group(struct csr_maker *m)
{
	m->groups.n = 0;
}

static void
no_psid(struct csr_maker *m)
{
	m->group.subject_permissions.explicit.n = 0;
}

static void
one_psid(struct csr_maker *m)
{
	m->group.subject_permissions.explicit.n = 1;
}

static void
empty_ssp(struct csr_maker *m)
{
	static ssp_range range;

	range.is = ssp_range_opaque;
	range.opaque.n = 1;
	range.opaque.v = &m->nothing;
	m->psid[0].ssp_range = &range;
}

static void
longer_ssp(struct csr_maker *m)
{
	static const uint8_t one[] = {1};
	static ssp_range range;

	empty_ssp(m);
	m->nothing = BYTES(one);
	range = *m->psid[0].ssp_range;
	m->psid[0].ssp_range = &range;
}

static void
for_enrolment(struct csr_maker *m)
{
	m->group.ee_type = END_ENTITY_TYPE_ENROL;
	m->group.min_chain_length = 5;
	m->group.chain_length_range = -1;
}

/* ---- region ---- */

static void
no_region(struct csr_maker *m)
{
	tbs(m)->region = NULL;
}

static void
only_canada(struct csr_maker *m)
{
	m->identified[0].country_only = 124;
}

static void
north_america(struct csr_maker *m)
{
	m->region.identified_region.n = 3;
	for (int i = 0; i < 3; i++) {
		static const uint16_t code[] = {124, 484, 840};

		m->identified[i].is = identified_region_country_only;
		m->identified[i].country_only = code[i];
	}
}

static void
circle(struct csr_maker *m)
{
	m->region.is = geographic_region_circular_region;
	m->region.circular_region.center.latitude = 455000000;
	m->region.circular_region.center.longitude = -735700000;
	m->region.circular_region.radius = 1000;
}

static void
some_states(struct csr_maker *m)
{
	static uint8 states[] = {36, 56};

	m->identified[0].is = identified_region_country_and_regions;
	m->identified[0].country_and_regions.country_only = 840;
	m->identified[0].country_and_regions.regions.n = 2;
	m->identified[0].country_and_regions.regions.v = states;
}

/* ---- what must be absent ---- */

static void
assurance(struct csr_maker *m)
{
	static subject_assurance level;

	tbs(m)->assurance_level = &level;
}

static void
with_encryption_key(struct csr_maker *m)
{
	static public_encryption_key key;
	struct curve_point point;

	curve_of_p256(&point, &m->Q);
	curve_compress(&point);
	encryption_key_to_schema(&key, &point);
	tbs(m)->encryption_key = &key;
}

static void
with_linkage_data(struct csr_maker *m)
{
	tbs(m)->id.is = certificate_id_linkage_data;
	memset(&tbs(m)->id.linkage_data, 0, sizeof(tbs(m)->id.linkage_data));
}

static void
app_permissions(struct csr_maker *m)
{
	static psid_ssp one = {.psid = 0x20};
	static sequence_of_psid_ssp list;

	(void)m;
	list.n = 1;
	list.v = &one;
	tbs(m)->app_permissions = &list;
}

static void
issue_permissions(struct csr_maker *m)
{
	tbs(m)->cert_issue_permissions = &m->groups;
}

static void
our_root(struct csr_maker *m)
{
	memcpy(tbs(m)->craca_id.b, w.eca->self.cert->tbs->craca_id.b, 3);
}

static void
another_root(struct csr_maker *m)
{
	memset(tbs(m)->craca_id.b, 0xee, 3);
}

static void
a_name(struct csr_maker *m)
{
	tbs(m)->id.name = bytes_of_string("device-7");
	tbs(m)->crl_series = 77;
}

/* ---- keys ---- */

static void
uncompressed_key(struct csr_maker *m)
{
	struct curve_point key;

	curve_of_p256(&key, &m->Q);
	key_to_schema(&tbs(m)->verify_key_indicator.verification_key, &key);
}

static void
x_only_key(struct csr_maker *m)
{
	ecc_p256_curve_point *p =
	    &tbs(m)->verify_key_indicator.verification_key.ecdsa_nist_p256;

	p->is = ecc_p256_curve_point_x_only;
	memcpy(p->x_only.b, m->Q.x, 32);
}

static void
brainpool_key(struct csr_maker *m)
{
	tbs(m)->verify_key_indicator.verification_key.is =
	    public_verification_key_ecdsa_brainpool_p256r1;
}

static void
another_key(struct csr_maker *m)
{
	struct csr_maker other;

	csr_begin(&other);
	tbs(m)->verify_key_indicator = tbs(&other)->verify_key_indicator;
}

static const struct row rows[] = {
    {"as the profile wants it", nothing, GRANTED},
    {"five seconds ahead", five_ahead, GRANTED},
    {"six seconds ahead", six_ahead, 0},
    {"ninety days old", ninety_days, GRANTED},
    {"a second older", ninety_days_and_a_second, 0},
    {"begins in five seconds", start_five_ahead, GRANTED},
    {"begins in six seconds", start_six_ahead, 1},
    {"foreign PSID", foreign_psid, 2},
    {"PSID of the other kind", psid_of_the_other_kind, 2},
    {"PSID twice", psid_twice, 2},
    {"all PSIDs", all_psids, 2},
    {"no group", no_group, 2},
    {"no PSID", no_psid, 2},
    {"one PSID", one_psid, GRANTED},
    {"empty SSP", empty_ssp, GRANTED},
    {"longer SSP", longer_ssp, 2},
    {"chain length and type", for_enrolment, GRANTED},
    {"no lifetime", no_lifetime, 3},
    {"half of six years", half_of_six_years, GRANTED},
    {"an hour less", an_hour_less, 3},
    {"over", over, 3},
    {"seventy years", seventy_years, GRANTED},
    {"begins at zero", start_at_zero, GRANTED},
    {"no region", no_region, 4},
    {"Canada", only_canada, 4},
    {"North America", north_america, GRANTED},
    {"circle", circle, 4},
    {"states", some_states, GRANTED},
    {"assurance level", assurance, 5},
    {"encryption key", with_encryption_key, 6},
    {"uncompressed key", uncompressed_key, GRANTED},
    {"x-only key", x_only_key, 7},
    {"brainpool key", brainpool_key, 7},
    {"somebody else's key", another_key, 8},
    {"linkage data", with_linkage_data, 8},
    {"appPermissions", app_permissions, 8},
    {"certIssuePermissions", issue_permissions, 8},
    {"name, series", a_name, GRANTED},
    {"cracaId of our root", our_root, GRANTED},
    {"cracaId of another environment", another_root,
	eca_end_entity_error_eca_malformed_request},
};

/* Error number, or GRANTED with the answer. */
static int
ask(struct bytes request, struct bytes *answer)
{
	eca_end_entity_error error;
	enum fault f;

	f = eca_enroll(
	    w.eca, answer, &error, &w.arena, request, "operator", NOW, &fi);
	return f == FAULT_OK ? GRANTED : (int)error;
}

/* Decodes an answer whose signature and chain must hold. */
static const eca_ee_cert_response *
open_answer(struct bytes answer)
{
	const struct spdu_rules rules = {
	    .psid = 0x23, .now = NOW, .signer = w.eca->self.cert};
	struct spdu spdu;
	scms_pdu *pdu = ARENA_NEW(&w.arena, scms_pdu);

	if (spdu_open(&spdu, &w.arena, answer, w.eca->self.trust, &rules,
		&fi) != FAULT_OK ||
	    coer_decode(&scms_pdu_asn, pdu, &w.arena, spdu.payload, &fi) !=
		FAULT_OK)
		fail_msg("answer: %s", fi.text);
	assert_int_equal(pdu->content.eca_ee.is,
	    eca_end_entity_interface_pdu_eca_ee_cert_response);
	return &pdu->content.eca_ee.eca_ee_cert_response;
}

/* The device computes its key from the answer, and it fits. */
static struct cert *
check_key(const struct csr_maker *m, const eca_ee_cert_response *r)
{
	struct ecqv_share share = {.k_u = m->d};
	struct cert *cert;
	struct scalar d;
	struct digest e;

	memcpy(share.r.b, r->priv_key_reconstruction.b, 32);
	assert_int_equal(
	    cert_of(&cert, &w.arena, &r->enrollment_cert, &fi), FAULT_OK);
	if (trust_check_chain(
		NULL, w.eca->self.trust, cert, TRUST_ANY_TIME, &fi) != FAULT_OK)
		fail_msg("chain: %s", fi.text);
	assert_int_equal(
	    profile_check(PROFILE_ENROLLMENT, cert, &fi), FAULT_OK);
	cert_ecqv_hash(&e, cert, cert->issuer);
	assert_int_equal(
	    ecqv_private(&d, &share, &e, &cert->key_p256, NULL, 1), FAULT_OK);
	return cert;
}

static struct cert *
enroll(void (*change)(struct csr_maker *))
{
	struct csr_maker m;
	struct bytes answer, request;

	csr_begin(&m);
	change(&m);
	request = csr_sign(&m, &w.arena, false);
	if (ask(request, &answer) != GRANTED)
		fail_msg("refused: %s", fi.text);
	return check_key(&m, open_answer(answer));
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct csr_maker m;
		struct bytes answer;
		int got;

		csr_begin(&m);
		rows[i].change(&m);
		got = ask(csr_sign(&m, &w.arena, i % 2 == 1), &answer);
		if (got != rows[i].error)
			fail_msg("%s: %d, not %d: %s", rows[i].what, got,
			    rows[i].error, fi.text);
		if (got == GRANTED)
			check_key(&m, open_answer(answer));
	}
}

/* What is granted when more is asked for. */
static void
test_overrides(void **state)
{
	struct cert *c = enroll(seventy_years);
	uint64_t six_years = 6ull * 31556952;

	(void)state;
	assert_int_equal(c->end - c->start, six_years);
	c = enroll(start_at_zero);
	assert_int_equal(c->start, w.eca->self.cert->start);
	c = enroll(north_america);
	assert_int_equal(c->tbs->region->identified_region.n, 1);
	assert_int_equal(
	    c->tbs->region->identified_region.v[0].country_only, 840);
	c = enroll(some_states);
	assert_int_equal(c->tbs->region->identified_region.v[0].is,
	    identified_region_country_and_regions);
	c = enroll(a_name);
	assert_int_equal(c->tbs->id.name.n, 0);
	assert_int_equal(c->tbs->crl_series, 4);
	assert_memory_equal(
	    c->tbs->craca_id.b, w.eca->self.cert->tbs->craca_id.b, 3);
	c = enroll(for_enrolment);
	assert_int_equal(c->tbs->cert_request_permissions->v[0].ee_type,
	    END_ENTITY_TYPE_APP);
	assert_int_equal(
	    c->tbs->cert_request_permissions->v[0].min_chain_length, 0);
}

static void
test_signer_and_content(void **state)
{
	struct bytes answer, body, request;
	struct csr_maker m;
	scms_pdu pdu = {.version = 1};
	struct signer signer;

	(void)state;
	/* signed by a certificate instead of "self" */
	csr_begin(&m);
	pdu.content.is = scms_pdu_content_eca_ee;
	pdu.content.eca_ee.is =
	    eca_end_entity_interface_pdu_ee_eca_cert_request;
	pdu.content.eca_ee.ee_eca_cert_request = m.request;
	assert_int_equal(
	    coer_encode_new(&body, &w.arena, &scms_pdu_asn, &pdu, &fi),
	    FAULT_OK);
	assert_int_equal(request_sign(&request, &w.arena, body, false,
			     SIGNER_CERTIFICATE, &w.eca->self.signer, &fi),
	    FAULT_OK);
	assert_int_equal(ask(request, &answer), 8);
	/* another message of the same interface, self-signed */
	memset(&pdu.content, 0, sizeof(pdu.content));
	pdu.content.is = scms_pdu_content_ee_ra;
	pdu.content.ee_ra.is = end_entity_ra_interface_pdu_ee_ra_cert_request;
	pdu.content.ee_ra.ee_ra_cert_request.version = 1;
	assert_int_equal(
	    coer_encode_new(&body, &w.arena, &scms_pdu_asn, &pdu, &fi),
	    FAULT_OK);
	assert_int_equal(signer_of_scalar(&signer, &m.d, NULL, &fi), FAULT_OK);
	assert_int_equal(request_sign(&request, &w.arena, body, false,
			     SIGNER_SELF, &signer, &fi),
	    FAULT_OK);
	assert_int_equal(ask(request, &answer), 8);
	assert_int_equal(ask(BYTES_NONE, &answer), 8);
}

/* No single changed bit is let through, and nothing crashes.  (Another form of
 * r is the same request in other octets: its key is taken.) */
static void
test_every_bit(void **state)
{
	struct bytes request, answer;
	struct csr_maker m;
	uint8_t copy[1024];
	int64_t before, after;

	(void)state;
	csr_begin(&m);
	request = csr_sign(&m, &w.arena, false);
	assert_true(request.n < sizeof(copy));
	assert_int_equal(ask(request, &answer), GRANTED);
	before = (int64_t)atomic_load(&w.eca->granted);
	for (size_t bit = 0; bit < request.n * 8; bit++) {
		struct arena arena = arena_new(1u << 20);
		eca_end_entity_error error;

		memcpy(copy, request.p, request.n);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(
		    eca_enroll(w.eca, &answer, &error, &arena,
			(struct bytes){copy, request.n}, "operator", NOW, &fi),
		    FAULT_OK);
		assert_true(error == 7 || error == 8);
		arena_free(&arena);
	}
	for (size_t n = 0; n < request.n; n++)
		assert_int_equal(ask((struct bytes){request.p, n}, &answer), 8);
	after = (int64_t)atomic_load(&w.eca->granted);
	assert_int_equal(before, after);
}

static void
test_repeated_and_duplicate(void **state)
{
	struct bytes first, again, other, request;
	struct csr_maker m;

	(void)state;
	csr_begin(&m);
	request = csr_sign(&m, &w.arena, false);
	assert_int_equal(ask(request, &first), GRANTED);
	assert_int_equal(ask(request, &again), GRANTED);
	assert_true(bytes_equal(first, again));
	/* the same key in another request */
	m.request.current_time--;
	assert_int_equal(ask(csr_sign(&m, &w.arena, false), &other), 7);
	assert_int_equal(fi.code, FAULT_DUPLICATE);
	/* and so after a restart, and after its age limit */
	world_restart(&w);
	assert_int_equal(ask(request, &again), GRANTED);
	assert_true(bytes_equal(first, again));
	{
		eca_end_entity_error error;

		assert_int_equal(eca_enroll(w.eca, &again, &error, &w.arena,
				     request, "operator", NOW + 400 * DAY, &fi),
		    FAULT_OK);
		assert_true(bytes_equal(first, again));
	}
	assert_int_equal(ask(csr_sign(&m, &w.arena, false), &other), 7);
	/* the other form of the same request is another request */
	m.request.current_time++;
	assert_int_equal(ask(csr_sign(&m, &w.arena, true), &other), 7);
}

/* What was enrolled is in the audit log once; without the log, nothing is. */
static void
test_accounts(void **state)
{
	char log[PATH_SIZE], wanted[160], hex[65];
	struct arena arena = arena_new(1 << 22);
	const uint8_t none[32] = {0};
	struct bytes answer, request, text;
	struct audit_end before, after;
	uint8_t hash[32], digest[32];
	struct csr_maker m;

	(void)state;
	path_join(log, w.folder, AUDIT_FILE);
	csr_begin(&m);
	request = csr_sign(&m, &w.arena, false);
	assert_int_equal(ask(request, &answer), GRANTED);
	assert_int_equal(
	    audit_verify(&before, w.folder, NULL, NULL, &fi), FAULT_OK);
	assert_int_equal(ask(request, &answer), GRANTED);
	assert_int_equal(
	    audit_verify(&after, w.folder, NULL, NULL, &fi), FAULT_OK);
	assert_int_equal(after.number, before.number);
	assert_int_equal(file_read(&text, &arena, log, 1 << 20, &fi), FAULT_OK);
	sha256(hash, request);
	sha256_parts(
	    digest, (const struct bytes[]){BYTES(none), BYTES(hash)}, 2);
	hex_encode(hex, digest, 32);
	snprintf(
	    wanted, sizeof(wanted), " enroll count=1 requests=%s sha256=", hex);
	assert_non_null(memmem(text.p, text.n, wanted, strlen(wanted)));

	csr_begin(&m);
	request = csr_sign(&m, &w.arena, false);
	assert_int_equal(truncate(log, 1), 0);
	assert_int_equal(ask(request, &answer),
	    eca_end_entity_error_eca_internal_server_error);
	assert_non_null(strstr(fi.text, AUDIT_FILE));
	assert_int_equal(file_write(log, text, 0600, &fi), FAULT_OK);
	audit_close(w.audit);
	assert_int_equal(audit_open(&w.audit, w.folder, &fi), FAULT_OK);
	world_restart(&w);
	assert_int_equal(ask(request, &answer), GRANTED);
	assert_int_equal(
	    audit_verify(&after, w.folder, NULL, NULL, &fi), FAULT_OK);
	assert_int_equal(after.number, before.number + 1);
	arena_free(&arena);
}

/* Near the end of the ECA's certificate lifetimes are cut, then refused. */
static void
test_end_of_eca(void **state)
{
	const uint32_t end = w.eca->self.cert->end;
	eca_end_entity_error error;
	struct bytes answer;
	struct csr_maker m;
	struct cert *c;

	(void)state;
	csr_begin(&m);
	m.request.current_time = m.request.tbs_data.validity_period.start =
	    end - 30 * DAY - 1;
	assert_int_equal(
	    eca_enroll(w.eca, &answer, &error, &w.arena,
		csr_sign(&m, &w.arena, false), "operator", end - 30 * DAY, &fi),
	    FAULT_OK);
	{
		const eca_ee_cert_response *r;
		const struct spdu_rules rules = {
		    .psid = 0x23, .now = end - 30 * DAY};
		struct spdu spdu;
		scms_pdu pdu;

		assert_int_equal(spdu_open(&spdu, &w.arena, answer,
				     w.eca->self.trust, &rules, &fi),
		    FAULT_OK);
		assert_int_equal(coer_decode(&scms_pdu_asn, &pdu, &w.arena,
				     spdu.payload, &fi),
		    FAULT_OK);
		r = &pdu.content.eca_ee.eca_ee_cert_response;
		c = check_key(&m, r);
	}
	assert_true(c->end <= end && end - c->end < 3600);
	csr_begin(&m);
	m.request.current_time = m.request.tbs_data.validity_period.start =
	    end - 600;
	assert_int_equal(
	    eca_enroll(w.eca, &answer, &error, &w.arena,
		csr_sign(&m, &w.arena, false), "operator", end - 600, &fi),
	    FAULT_DENIED);
	assert_int_equal(error, 3);
}

static int
begin(void **state)
{
	(void)state;
	world_open(&w);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_overrides),
	    cmocka_unit_test(test_signer_and_content),
	    cmocka_unit_test(test_every_bit),
	    cmocka_unit_test(test_repeated_and_duplicate),
	    cmocka_unit_test(test_accounts),
	    cmocka_unit_test(test_end_of_eca),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
