/*
 * receiver_test.c - what a vehicle hears, what it reports, and what its reports
 * tell of itself: nothing that its own messages do not tell.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "test/unit/device/folder.h"
#include "test/unit/device/hearing.h"
#include "test/unit/device/world_int.h"

#define STEP (100 * MS)

/* Hears the other vehicle for n messages; then one that is 500 m away. */
/* What evidence may be older and younger than its report by. */
static const struct report_rules demands = {
    .max_age = 8 * 86400, .tolerance = 5};

static void
hear_jump(
    struct hearing *h, struct monarch_received *out, unsigned n, uint64_t from)
{
	for (unsigned k = 0; k <= n; k++) {
		const uint64_t t = from + k * STEP;
		const struct monarch_bsm bsm =
		    bsm_at(2.7 * k + (k == n ? 500 : 0));
		const struct said s = say(h, HEARD, &bsm, t, false);

		assert_int_equal(hear(h, out, &s, t), FAULT_OK);
		if (k < n)
			assert_int_equal(out->n, 0);
	}
}

static void
an_honest_vehicle_is_heard_and_not_reported(void **state)
{
	struct hearing *h = *state;
	struct monarch_received m;
	const char **names;

	for (unsigned k = 0; k < 100; k++) {
		const struct monarch_bsm bsm = bsm_at(2.7 * k);
		const uint64_t t = T0 + k * STEP;
		const struct said s = say(h, HEARD, &bsm, t, false);

		assert_int_equal(hear(h, &m, &s, t + 20 * MS), FAULT_OK);
		assert_int_equal(m.n, 0);
		assert_int_equal(m.message.generation_time, t);
		assert_memory_equal(&m.bsm, &bsm, sizeof(bsm));
	}
	assert_int_equal(reports_of(h, &names), 0);
}

static void
a_lie_becomes_a_report_that_the_ma_can_check(void **state)
{
	struct hearing *h = *state;
	struct opened_report opened;
	struct monarch_received m;
	struct fault_info fi = {0};
	struct evidence evidence;
	struct suspicion found;

	hear_jump(h, &m, 7, T0);
	assert_int_equal(m.n, 1);
	assert_string_equal(m.accusation[0].kind, "position");
	assert_int_equal(m.accusation[0].report.code, FAULT_OK);
	open_report(h, &opened, report_octets(h));
	assert_int_equal(opened.report.kind, MISBEHAVIOR_POSITION_JUMP);
	/* from the message with the certificate on, the sixth */
	assert_int_equal(opened.report.n, 3);
	assert_int_equal(opened.report.own_n, 0);
	MUST(evidence_open(
	    &evidence, &h->arena, &opened, &demands, h->world->trust, &fi));
	assert_memory_equal(
	    evidence.accused->id, m.message.signer, CERT_ID_SIZE);
	MUST(evidence_judge(&found, &evidence, opened.report.kind, &fi));
	assert_string_equal(found.text, m.accusation[0].text);
	assert_int_equal(
	    evidence_judge(&found, &evidence, MISBEHAVIOR_SPEED, &fi),
	    FAULT_CONSTRAINT);
}

static void
a_sender_is_accused_once(void **state)
{
	struct hearing *h = *state;
	struct monarch_received m;
	const char **names;

	hear_jump(h, &m, 3, T0);
	for (unsigned k = 4; k < 60; k++) {
		const struct monarch_bsm bsm = bsm_at(k % 2 * 900);
		const struct said s = say(h, HEARD, &bsm, T0 + k * STEP, false);

		assert_int_equal(hear(h, &m, &s, T0 + k * STEP), FAULT_OK);
		assert_int_equal(m.n, 0);
	}
	assert_int_equal(reports_of(h, &names), 1);
}

/* ---- what a report says of the reporter ---- */

/* The signer's certificate in use, as a message of now shows it. */
static void
certificate_in_use(struct hearing *h, uint8_t id[CERT_ID_SIZE], uint64_t now)
{
	const struct monarch_bsm bsm = bsm_at(0);
	const struct said s = say(h, HEARER, &bsm, now, true);
	const struct monarch_rules rules = {
	    .psid = 0x20, .now = (uint32_t)(now / SECOND)};
	struct monarch_message m;
	struct fault_info fi = {0};

	MUST(monarch_verify(h->verifier, &m, NULL, said_span(&s), &rules, &fi));
	memcpy(id, m.signer, CERT_ID_SIZE);
}

static void
a_report_is_where_the_own_messages_are(void **state)
{
	struct hearing *h = *state;
	const struct monarch_bsm bsm = bsm_at(40);
	const struct said own = say(h, HEARER, &bsm, T0 + 600 * MS, false);
	struct opened_report opened;
	uint8_t id[CERT_ID_SIZE];
	struct monarch_received m;

	hear_own(h, &own, T0 + 600 * MS);
	hear_jump(h, &m, 7, T0);
	open_report(h, &opened, report_octets(h));
	certificate_in_use(h, id, T0 + 700 * MS);
	assert_memory_equal(opened.reporter->id, id, CERT_ID_SIZE);
	assert_int_equal(opened.origin.generated, T0 + 700 * MS);
	assert_int_equal(opened.origin.place.latitude, bsm.latitude);
	assert_int_equal(opened.origin.place.longitude, bsm.longitude);
}

static void
who_has_sent_nothing_tells_no_place(void **state)
{
	struct hearing *h = *state;
	struct opened_report opened;
	uint8_t id[CERT_ID_SIZE];
	struct monarch_received m;

	hear_jump(h, &m, 7, T0);
	open_report(h, &opened, report_octets(h));
	assert_int_equal(opened.origin.place.latitude, 900000001);
	assert_int_equal(opened.origin.place.longitude, 1800000001);
	/* and uses the certificate that a message would have had */
	certificate_in_use(h, id, T0 + 700 * MS);
	assert_memory_equal(opened.reporter->id, id, CERT_ID_SIZE);
}

static void
who_has_sent_long_ago_tells_no_place(void **state)
{
	struct hearing *h = *state;
	const struct monarch_bsm bsm = bsm_at(40);
	const struct said own = say(h, HEARER, &bsm, T0, false);
	struct opened_report opened;
	struct monarch_received m;

	hear_own(h, &own, T0);
	hear_jump(h, &m, 7, T0 + 3 * SECOND);
	open_report(h, &opened, report_octets(h));
	assert_int_equal(opened.origin.place.latitude, 900000001);
}

/* The hearer's certificate changes between two messages of a liar: that the
 * new certificate heard what the old one was there to hear, links the two. */
static void
a_report_rests_on_nothing_older_than_the_certificate(void **state)
{
	struct hearing *h = *state;
	const uint64_t change = T0 + 300 * SECOND;
	struct opened_report opened;
	struct monarch_received m;
	uint8_t before[CERT_ID_SIZE], after[CERT_ID_SIZE];
	const struct monarch_bsm here = bsm_at(0), there = bsm_at(2000);
	const char **names;
	struct said s;

	certificate_in_use(h, before, T0);
	s = say(h, HEARER, &here, change - STEP, false);
	hear_own(h, &s, change - STEP);
	s = say(h, HEARD, &here, change - STEP, true);
	assert_int_equal(hear(h, &m, &s, change - STEP), FAULT_OK);
	s = say(h, HEARER, &here, change, false);
	hear_own(h, &s, change);
	certificate_in_use(h, after, change);
	assert_memory_not_equal(before, after, CERT_ID_SIZE);

	/* a jump for who remembers: nobody */
	s = say(h, HEARD, &there, change, true);
	assert_int_equal(hear(h, &m, &s, change), FAULT_OK);
	assert_int_equal(m.n, 0);
	assert_int_equal(reports_of(h, &names), 0);
	/* and another one */
	s = say(h, HEARD, &here, change + STEP, false);
	assert_int_equal(hear(h, &m, &s, change + STEP), FAULT_OK);
	assert_int_equal(m.n, 1);
	open_report(h, &opened, report_octets(h));
	assert_memory_equal(opened.reporter->id, after, CERT_ID_SIZE);
	assert_int_equal(opened.report.n, 2);
}

static void
own_messages_in_a_report_are_under_its_certificate(void **state)
{
	struct hearing *h = *state;
	struct opened_report opened;
	struct monarch_received m = {0};
	struct fault_info fi = {0};
	struct evidence evidence;
	struct suspicion found;

	for (unsigned k = 0; k <= 21; k++) {
		const uint64_t t = T0 + 299 * SECOND + k * STEP;
		const struct monarch_bsm bsm = bsm_at(2.7 * k);
		struct said s = say(h, HEARER, &bsm, t, false);

		/* the very place of the hearer */
		hear_own(h, &s, t);
		s = say(h, HEARD, &bsm, t, false);
		assert_int_equal(hear(h, &m, &s, t), FAULT_OK);
		assert_int_equal(m.n, k == 20);
		if (k == 20)
			assert_string_equal(m.accusation[0].kind, "overlap");
	}
	open_report(h, &opened, report_octets(h));
	assert_true(opened.report.own_n >= 21);
	MUST(evidence_open(
	    &evidence, &h->arena, &opened, &demands, h->world->trust, &fi));
	MUST(evidence_judge(&found, &evidence, MISBEHAVIOR_OVERLAP, &fi));
	/* without the reporter's word there is nothing to see */
	evidence.own_n = 0;
	assert_int_equal(
	    evidence_judge(&found, &evidence, MISBEHAVIOR_OVERLAP, &fi),
	    FAULT_CONSTRAINT);
}

static void
the_signer_goes_on_as_if_nothing_had_been_reported(void **state)
{
	struct hearing *h = *state;
	uint8_t before[32], after[32], id[CERT_ID_SIZE], again[CERT_ID_SIZE];
	char file[PATH_SIZE];
	struct monarch_received m;

	certificate_in_use(h, id, T0);
	path_join(file, h->path[HEARER], "certificates");
	folder_digest(before, file);
	hear_jump(h, &m, 7, T0);
	assert_int_equal(m.accusation[0].report.code, FAULT_OK);
	certificate_in_use(h, again, T0 + SECOND);
	assert_memory_equal(id, again, CERT_ID_SIZE);
	folder_digest(after, file);
	assert_memory_equal(before, after, sizeof(before));
}

/* ---- what is refused ---- */

static void
what_is_not_good_leaves_no_trace(void **state)
{
	struct hearing *h = *state;
	const struct monarch_bsm bsm = bsm_at(0);
	const struct monarch_sign_terms terms = {.now = T0, .full = true};
	struct said good = say(h, HEARD, &bsm, T0, true), bad;
	uint8_t before[32], after[32];
	struct monarch_received m;
	struct fault_info fi = {0};

	folder_digest(before, h->path[HEARER]);
	bad = good;
	bad.octets[bad.n - 1] ^= 1;
	assert_int_equal(hear(h, &m, &bad, T0), FAULT_BAD_SIGNATURE);
	bad = good;
	bad.n--;
	assert_int_equal(hear(h, &m, &bad, T0), FAULT_TRUNCATED);
	/* signed, and no BSM */
	MUST(monarch_sign(h->signer[HEARD], bad.octets, sizeof(bad.octets),
	    &bad.n, bytes_of_string("hello"), &terms, &fi));
	assert_int_equal(hear(h, &m, &bad, T0), FAULT_UNKNOWN_ALTERNATIVE);
	/* a digest that nobody knows yet */
	bad = say(h, HEARD, &bsm, T0 + 10 * MS, false);
	monarch_verifier_free(h->verifier);
	h->verifier = monarch_verifier_new();
	MUST(monarch_verifier_device(h->verifier, h->path[HEARER], &fi));
	monarch_receiver_close(h->receiver);
	MUST(monarch_receiver_open(
	    &h->receiver, h->signer[HEARER], h->verifier, &fi));
	assert_int_equal(hear(h, &m, &bad, T0), FAULT_UNKNOWN_ISSUER);
	assert_int_equal(m.n, 0);
	folder_digest(after, h->path[HEARER]);
	assert_memory_equal(before, after, sizeof(before));
	/* and is not in the way of what is */
	assert_int_equal(hear(h, &m, &good, T0), FAULT_OK);
}

static void
what_comes_again_or_late_is_not_for_applications(void **state)
{
	struct hearing *h = *state;
	const struct monarch_bsm bsm = bsm_at(0);
	const struct said first = say(h, HEARD, &bsm, T0, true);
	const struct said second = say(h, HEARD, &bsm, T0 + STEP, false);
	/* the same vehicle under another certificate is another sender */
	const uint64_t later = T0 + 301 * SECOND;
	struct monarch_received m;
	struct said other;

	assert_int_equal(hear(h, &m, &second, T0 + STEP), FAULT_UNKNOWN_ISSUER);
	assert_int_equal(hear(h, &m, &first, T0 + STEP), FAULT_OK);
	assert_int_equal(hear(h, &m, &second, T0 + STEP), FAULT_OK);
	assert_int_equal(hear(h, &m, &second, T0 + STEP), FAULT_REPLAYED);
	assert_int_equal(m.n, 0); /* by the other antenna */
	assert_int_equal(hear(h, &m, &first, T0 + 2 * STEP), FAULT_REPLAYED);
	assert_int_equal(m.n, 0);
	assert_int_equal(hear(h, &m, &second, T0 + 3 * SECOND), FAULT_REPLAYED);
	assert_int_equal(m.n, 1);
	assert_string_equal(m.accusation[0].kind, "replay");
	/* 5 seconds are the most, 30 are misbehavior */
	assert_int_equal(hear(h, &m, &second, T0 + 6 * SECOND), FAULT_TOO_OLD);
	assert_int_equal(m.n, 0);
	assert_int_equal(hear(h, &m, &second, later), FAULT_TOO_OLD);
	assert_int_equal(m.n, 0); /* is it we whose clock is wrong? */
	other = say(h, HEARD, &bsm, later, true);
	assert_int_equal(hear(h, &m, &other, later), FAULT_OK);
	assert_int_equal(hear(h, &m, &second, later + STEP), FAULT_TOO_OLD);
	assert_int_equal(m.n, 1);
	assert_string_equal(m.accusation[0].kind, "stale");
}

/* ---- the MA's certificate ---- */

static void
without_an_ma_there_are_no_reports(void **state)
{
	struct hearing *h = *state;
	struct world_actor *ma = &h->world->actor[ACTOR_MA];
	char file[PATH_SIZE];
	struct fault_info fi = {0};
	struct monarch_receiver *r = NULL;

	/* the certificate of somebody else in its place */
	path_join(file, h->path[HEARER], "bundle/MA.oer");
	MUST(file_write(file, h->world->actor[ACTOR_RA].raw, 0600, &fi));
	assert_int_equal(
	    monarch_receiver_open(&r, h->signer[HEARER], h->verifier, &fi),
	    FAULT_SSP_NOT_PERMITTED);
	assert_non_null(strstr(fi.text, "MA.oer"));
	assert_null(r);
	MUST(file_write(file, ma->raw, 0600, &fi));
	MUST(monarch_receiver_open(&r, h->signer[HEARER], h->verifier, &fi));
	monarch_receiver_close(r);
}

/* ---- the revoked ---- */

static void
a_revoked_sender_is_dropped_and_not_reported(void **state)
{
	struct hearing *h = *state;
	const struct monarch_bsm here = bsm_at(0), there = bsm_at(900);
	struct monarch_received m;
	struct said s = say(h, HEARD, &here, T0, true);
	const char **names;

	assert_int_equal(hear(h, &m, &s, T0), FAULT_OK);
	revoke(h, HEARD);
	/* it lies, under the same certificate and under the next */
	s = say(h, HEARD, &there, T0 + STEP, true);
	assert_int_equal(hear(h, &m, &s, T0 + STEP), FAULT_REVOKED);
	assert_int_equal(m.n, 0);
	s = say(h, HEARD, &there, T0 + 2 * STEP, false);
	assert_int_equal(hear(h, &m, &s, T0 + 2 * STEP), FAULT_REVOKED);
	s = say(h, HEARD, &there, T0 + 301 * SECOND, true);
	assert_int_equal(hear(h, &m, &s, T0 + 301 * SECOND), FAULT_REVOKED);
	/* one that is known only as revoked */
	s = say(h, HEARD, &there, T0 + 301 * SECOND + STEP, false);
	assert_int_equal(
	    hear(h, &m, &s, T0 + 301 * SECOND + STEP), FAULT_REVOKED);
	assert_int_equal(m.n, 0);
	assert_int_equal(reports_of(h, &names), 0);
}

static void
a_revoked_receiver_reports_nothing(void **state)
{
	struct hearing *h = *state;
	struct monarch_received m;
	const char **names;

	revoke(h, HEARER);
	hear_jump(h, &m, 7, T0);
	assert_int_equal(m.n, 1);
	assert_int_equal(m.accusation[0].report.code, FAULT_REVOKED);
	assert_int_equal(reports_of(h, &names), 0);
}

static int
set_up_without_permission(void **state)
{
	return hearing_of(state, false);
}

static void
who_may_not_report_is_told(void **state)
{
	struct hearing *h = *state;
	struct monarch_received m;
	const char **names;

	hear_jump(h, &m, 7, T0);
	assert_int_equal(m.n, 1);
	assert_int_equal(m.accusation[0].report.code, FAULT_PSID_NOT_PERMITTED);
	assert_int_equal(reports_of(h, &names), 0);
}

int
main(void)
{
#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, hearing_set_up, hearing_tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(an_honest_vehicle_is_heard_and_not_reported),
	    TEST(a_lie_becomes_a_report_that_the_ma_can_check),
	    TEST(a_sender_is_accused_once),
	    TEST(a_report_is_where_the_own_messages_are),
	    TEST(who_has_sent_nothing_tells_no_place),
	    TEST(who_has_sent_long_ago_tells_no_place),
	    TEST(a_report_rests_on_nothing_older_than_the_certificate),
	    TEST(own_messages_in_a_report_are_under_its_certificate),
	    TEST(the_signer_goes_on_as_if_nothing_had_been_reported),
	    TEST(what_is_not_good_leaves_no_trace),
	    TEST(what_comes_again_or_late_is_not_for_applications),
	    TEST(without_an_ma_there_are_no_reports),
	    TEST(a_revoked_sender_is_dropped_and_not_reported),
	    TEST(a_revoked_receiver_reports_nothing),
	    cmocka_unit_test_setup_teardown(who_may_not_report_is_told,
		set_up_without_permission, hearing_tear_down),
	};

	world_clock(WORLD_NOW);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
