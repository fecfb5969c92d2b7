/*
 * evidence_test.c - reports as an MA gets them, each wrong in one way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cert/perm.h"
#include "test/unit/device/hearing.h"
#include "test/unit/device/world_int.h"

#define STEP  (100 * MS)
#define BSMS  3u
#define MADE  (T0 + 5 * SECOND)
#define RULES ((struct report_rules){WORLD_NOW + 60, 691200, 5})

static const struct region_place place = {389560000, -771500000};

/* What a report is made of, so that a test may change one thing. */
struct made {
	struct said said[BSMS], own[1];
	struct bytes bsms[BSMS], own_bsms[1];
	struct misbehavior_report report;
	struct report_origin origin;
};

/* A jump of 500 m, seen by an honest hearer. */
static void
make(struct made *m, struct hearing *h)
{
	*m = (struct made){.report = {.kind = MISBEHAVIOR_POSITION_JUMP,
			       .n = BSMS,
			       .bsms = m->bsms,
			       .own = m->own_bsms},
	    .origin = {MADE, place}};
	for (unsigned k = 0; k < BSMS; k++) {
		const struct monarch_bsm bsm =
		    bsm_at(2.7 * k + (k == BSMS - 1 ? 500 : 0));

		m->said[k] = say(h, HEARD, &bsm, T0 + k * STEP, k == 0);
		m->bsms[k] = said_span(&m->said[k]);
	}
	m->own[0] = say(h, HEARER, &(struct monarch_bsm){0}, T0, false);
	m->own_bsms[0] = said_span(&m->own[0]);
}

static struct bytes
seal(struct hearing *h, const struct made *m)
{
	struct fault_info fi = {0};
	struct signer signer;
	struct bytes out;

	MUST(signer_lend(
	    h->signer[HEARER], &signer, NULL, PSID_MISBEHAVIOR, MADE, &fi));
	MUST(misbehavior_report_seal(&out, &h->arena, &m->report, &m->origin,
	    &signer, h->world->actor[ACTOR_MA].cert, &fi));
	return out;
}

static enum fault
open_with(struct hearing *h, struct opened_report *out, struct bytes octets,
    struct report_rules rules, const char *word)
{
	const struct decryption_key key = key_of_ma(h);
	struct fault_info fi = {0};
	enum fault fault = misbehavior_report_open(
	    out, &h->arena, octets, &key, 1, h->world->trust, &rules, &fi);

	if (word != NULL)
		assert_non_null(strstr(fi.text, word));
	return fault;
}

/* ---- envelope ---- */

static void
what_was_sealed_is_opened(void **state)
{
	struct hearing *h = *state;
	struct opened_report opened;
	struct made m;

	make(&m, h);
	m.report.own_n = 1;
	assert_int_equal(
	    open_with(h, &opened, seal(h, &m), RULES, NULL), FAULT_OK);
	assert_int_equal(opened.report.kind, m.report.kind);
	assert_int_equal(opened.report.n, BSMS);
	for (unsigned k = 0; k < BSMS; k++)
		assert_true(bytes_equal(opened.report.bsms[k], m.bsms[k]));
	assert_int_equal(opened.report.own_n, 1);
	assert_true(bytes_equal(opened.report.own[0], m.own_bsms[0]));
	assert_int_equal(opened.origin.generated, MADE);
	assert_int_equal(opened.origin.place.latitude, place.latitude);
	assert_int_equal(opened.origin.place.longitude, place.longitude);
}

static void
the_layout_is_that_of_camp(void **state)
{
	struct hearing *h = *state;
	struct opened_report opened;
	const uint8_t *p;
	struct bytes octets;
	struct made m;

	make(&m, h);
	octets = seal(h, &m);
	/* encryptedData, one recipient, certRecipInfo with the HashedId8 */
	assert_memory_equal(octets.p, "\x03\x82\x01\x01\x82", 5);
	assert_memory_equal(
	    octets.p + 5, h->world->actor[ACTOR_MA].cert->id, CERT_ID_SIZE);
	assert_int_equal(open_with(h, &opened, octets, RULES, NULL), FAULT_OK);
	/* signedData, sha256, payload of unsecuredData: ScmsPDU version 1,
	 * ee-ma (2), misbehaviorReport (0), BSMs of the accused only, version
	 * 1, MonarchMisbehavior version 1 kind 2 */
	p = opened.signed_report.p;
	assert_memory_equal(p, "\x03\x81\x00\x40\x03\x80\x82", 7);
	assert_memory_equal(p + 9, "\x01\x82\x80\x40\x01\x02\x01\x02", 8);
}

static void
what_is_not_for_the_ma_or_not_whole_is_refused(void **state)
{
	struct hearing *h = *state;
	struct opened_report opened;
	uint8_t copy[8192];
	struct bytes octets;
	struct made m;

	make(&m, h);
	octets = seal(h, &m);
	assert_true(octets.n <= sizeof(copy));
	memcpy(copy, octets.p, octets.n);
	copy[octets.n - 1] ^= 1;
	assert_int_equal(
	    open_with(h, &opened, (struct bytes){copy, octets.n}, RULES, NULL),
	    FAULT_BAD_TAG);
	copy[octets.n - 1] ^= 1;
	copy[5] ^= 1;
	assert_int_equal(
	    open_with(h, &opened, (struct bytes){copy, octets.n}, RULES, NULL),
	    FAULT_NOT_FOR_US);
	octets.n--;
	assert_int_equal(
	    open_with(h, &opened, octets, RULES, NULL), FAULT_TRUNCATED);
}

static void
a_report_is_of_the_last_days(void **state)
{
	struct hearing *h = *state;
	struct report_rules rules = RULES;
	struct opened_report opened;
	struct bytes octets;
	struct made m;

	make(&m, h);
	octets = seal(h, &m);
	rules.now = WORLD_NOW + 5 + 691200 + 5;
	assert_int_equal(open_with(h, &opened, octets, rules, NULL), FAULT_OK);
	rules.now++;
	assert_int_equal(
	    open_with(h, &opened, octets, rules, NULL), FAULT_TOO_OLD);
	rules.now = WORLD_NOW - 1;
	assert_int_equal(open_with(h, &opened, octets, rules, NULL),
	    FAULT_GENERATED_IN_FUTURE);
}

/* Signed and encrypted as a report is, but for what the caller wants. */
static struct bytes
envelope(struct hearing *h, const struct spdu_header *header,
    struct bytes contents, enum signer_form form)
{
	struct fault_info fi = {0};
	struct bytes spdu, out;
	struct signer signer;

	MUST(signer_lend(
	    h->signer[HEARER], &signer, NULL, PSID_MISBEHAVIOR, MADE, &fi));
	MUST(spdu_sign(&spdu, &h->arena, header, contents, form, &signer, &fi));
	MUST(spdu_encrypt(
	    &out, &h->arena, spdu, h->world->actor[ACTOR_MA].cert, &fi));
	return out;
}

static void
an_envelope_must_be_that_of_a_report(void **state)
{
	const struct {
		struct spdu_header header;
		enum signer_form form;
		enum fault fault;
	} cases[] = {
	    {{.psid = PSID_MISBEHAVIOR,
		 .has_generation_time = true,
		 .generation_time = MADE,
		 .has_location = true},
		SIGNER_CERTIFICATE, FAULT_OK},
	    {{.psid = PSID_BSM,
		 .has_generation_time = true,
		 .generation_time = MADE,
		 .has_location = true},
		SIGNER_CERTIFICATE, FAULT_PSID_NOT_PERMITTED},
	    {{.psid = PSID_MISBEHAVIOR, .has_location = true},
		SIGNER_CERTIFICATE, FAULT_NO_GENERATION_TIME},
	    {{.psid = PSID_MISBEHAVIOR,
		 .has_generation_time = true,
		 .generation_time = MADE},
		SIGNER_CERTIFICATE, FAULT_BAD_MESSAGE},
	    {{.psid = PSID_MISBEHAVIOR,
		 .has_generation_time = true,
		 .generation_time = MADE,
		 .has_location = true},
		SIGNER_DIGEST, FAULT_BAD_MESSAGE},
	};
	struct hearing *h = *state;
	struct opened_report opened;
	struct fault_info fi = {0};
	struct bytes contents;
	struct made m;

	make(&m, h);
	MUST(misbehavior_report_encode(&contents, &h->arena, &m.report, &fi));
	/* first with the certificate, so that the digest is known, too */
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct bytes octets =
		    envelope(h, &cases[k].header, contents, cases[k].form);

		assert_int_equal(
		    open_with(h, &opened, octets, RULES, NULL), cases[k].fault);
		if (k == 0)
			trust_remember(h->world->trust, opened.reporter);
	}
	assert_int_not_equal(
	    open_with(h, &opened,
		envelope(h, &cases[0].header, bytes_of_string("\1\2"),
		    SIGNER_CERTIFICATE),
		RULES, NULL),
	    FAULT_OK);
}

static void
a_report_has_a_bounded_number_of_messages(void **state)
{
	struct hearing *h = *state;
	struct bytes many[MISBEHAVIOR_BSMS_MOST + 1], contents;
	struct misbehavior_report out;
	struct fault_info fi = {0};
	struct made m;

	make(&m, h);
	for (size_t k = 0; k < MISBEHAVIOR_BSMS_MOST + 1; k++)
		many[k] = m.bsms[0];
	m.report.bsms = many;
	m.report.n = MISBEHAVIOR_BSMS_MOST;
	MUST(misbehavior_report_encode(&contents, &h->arena, &m.report, &fi));
	MUST(misbehavior_report_decode(&out, &h->arena, contents, &fi));
	m.report.n++;
	assert_int_equal(
	    misbehavior_report_encode(&contents, &h->arena, &m.report, &fi),
	    FAULT_TOO_LARGE);
	m.report.n = 0;
	MUST(misbehavior_report_encode(&contents, &h->arena, &m.report, &fi));
	assert_int_equal(
	    misbehavior_report_decode(&out, &h->arena, contents, &fi),
	    FAULT_BAD_MESSAGE);
}

/* ---- evidence ---- */

static enum fault
examine(struct hearing *h, const struct made *m, struct fault_info *fi)
{
	struct opened_report opened;
	struct evidence evidence;
	struct suspicion found;

	assert_int_equal(
	    open_with(h, &opened, seal(h, m), RULES, NULL), FAULT_OK);
	TRY(evidence_open(
	    &evidence, &h->arena, &opened, &RULES, h->world->trust, fi));
	return evidence_judge(&found, &evidence, m->report.kind, fi);
}

static void
evidence_must_be_good(void **state)
{
	struct hearing *h = *state;
	struct fault_info fi = {0};
	struct made m;

	make(&m, h);
	assert_int_equal(examine(h, &m, &fi), FAULT_OK);

	/* one octet of a signature */
	m.said[2].octets[m.said[2].n - 1] ^= 1;
	assert_int_equal(examine(h, &m, &fi), FAULT_BAD_SIGNATURE);
	assert_non_null(strstr(fi.text, "BSM 3"));

	/* honest ones */
	make(&m, h);
	m.report.n = 2;
	assert_int_equal(examine(h, &m, &fi), FAULT_CONSTRAINT);

	/* of another kind than it shows */
	make(&m, h);
	m.report.kind = MISBEHAVIOR_SPEED;
	assert_int_equal(examine(h, &m, &fi), FAULT_CONSTRAINT);

	/* in an order in which it was not said */
	make(&m, h);
	m.bsms[0] = said_span(&m.said[2]);
	m.bsms[2] = said_span(&m.said[0]);
	assert_int_equal(examine(h, &m, &fi), FAULT_BAD_MESSAGE);
	make(&m, h);
	m.bsms[1] = m.bsms[0];
	assert_int_equal(examine(h, &m, &fi), FAULT_BAD_MESSAGE);
	assert_non_null(strstr(fi.text, "order"));

	/* without the certificate */
	make(&m, h);
	m.report.bsms = &m.bsms[1];
	m.report.n = 2;
	assert_int_equal(examine(h, &m, &fi), FAULT_BAD_MESSAGE);
	assert_non_null(strstr(fi.text, "BSM 1"));
}

static void
evidence_must_be_of_one_sender(void **state)
{
	struct hearing *h = *state;
	const struct monarch_bsm far = bsm_at(900);
	struct fault_info fi = {0};
	struct said other;
	struct made m;

	/* somebody else's message makes the jump */
	make(&m, h);
	other = say(h, HEARER, &far, T0 + 3 * STEP, true);
	m.bsms[2] = said_span(&other);
	assert_int_equal(examine(h, &m, &fi), FAULT_DENIED);
	/* the sender's, under another of its certificates */
	make(&m, h);
	other = say(h, HEARD, &far, T0 + 301 * SECOND, true);
	m.bsms[2] = said_span(&other);
	assert_int_equal(examine(h, &m, &fi), FAULT_DENIED);
	/* own messages of another vehicle */
	make(&m, h);
	m.own_bsms[0] = m.bsms[0];
	m.report.own_n = 1;
	assert_int_equal(examine(h, &m, &fi), FAULT_DENIED);
	assert_non_null(strstr(fi.text, "of the reporter"));
	/* the reporter about itself */
	make(&m, h);
	for (unsigned k = 0; k < BSMS; k++) {
		m.said[k] = say(h, HEARER, &far, T0 + k * STEP, true);
		m.bsms[k] = said_span(&m.said[k]);
	}
	assert_int_equal(examine(h, &m, &fi), FAULT_DENIED);
	assert_non_null(strstr(fi.text, "itself"));
}

int
main(void)
{
#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, hearing_set_up, hearing_tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(what_was_sealed_is_opened),
	    TEST(the_layout_is_that_of_camp),
	    TEST(what_is_not_for_the_ma_or_not_whole_is_refused),
	    TEST(a_report_is_of_the_last_days),
	    TEST(an_envelope_must_be_that_of_a_report),
	    TEST(a_report_has_a_bounded_number_of_messages),
	    TEST(evidence_must_be_good),
	    TEST(evidence_must_be_of_one_sender),
	};

	world_clock(WORLD_NOW);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
