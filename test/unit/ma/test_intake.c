/* What comes in: a report that holds is stored; each that does not is refused
 * for its reason, counted, and changes nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cert/crl.h"
#include "cert/encrypt.h"
#include "cert/perm.h"
#include "cert/revoked.h"
#include "crypto/random.h"
#include "test/unit/ma/world.h"

static struct world w;
static struct vehicle reporter, suspect, other;

#define WEEK ((int64_t)604800)

/* ---- reports that do not hold ---- */

/* Signed and encrypted by hand. */
static struct bytes
sealed(const struct spdu_header *header, struct bytes contents,
    enum signer_form form, const struct signer *signer)
{
	struct bytes inside, out;

	OK(spdu_sign(&inside, &w.arena, header, contents, form, signer, &fi));
	OK(spdu_encrypt(&out, &w.arena, inside, w.ma_keys.cert, &fi));
	return out;
}

static struct bytes
contents(void)
{
	struct misbehavior_report r = {.kind = MISBEHAVIOR_SPEED, .n = 3};
	struct bytes bsms[3], out;

	world_speeding(&w, bsms, &suspect, w.now - 60, 0);
	r.bsms = bsms;
	OK(misbehavior_report_encode(&out, &w.arena, &r, &fi));
	return out;
}

static struct spdu_header
header(void)
{
	return (struct spdu_header){.psid = PSID_MISBEHAVIOR,
	    .has_generation_time = true,
	    .generation_time = (uint64_t)(w.now - 50) * 1000000,
	    .has_location = true,
	    .place = REPORT_NO_PLACE};
}

static struct bytes
random_octets(size_t n)
{
	uint8_t *p = ARENA_ARRAY(&w.arena, n + 1, uint8_t);

	random_bytes(p, n);
	return (struct bytes){p, n};
}

static struct bytes
changed(struct bytes in, size_t at)
{
	struct bytes out = bytes_copy(&w.arena, in);

	((uint8_t *)(uintptr_t)out.p)[at] ^= 1;
	return out;
}

static struct bytes
make_nothing(void)
{
	return BYTES_NONE;
}

static struct bytes
make_junk(void)
{
	return random_octets(300);
}

static struct bytes
make_huge(void)
{
	return random_octets(65536);
}

/* A list whose length says 2^31. */
static struct bytes
make_bomb(void)
{
	static const uint8_t bomb[] = {
	    0x03, 0x82, 0x04, 0x80, 0x00, 0x00, 0x00};

	return BYTES(bomb);
}

static struct bytes
make_sealed_junk(void)
{
	struct bytes out;

	OK(spdu_encrypt(
	    &out, &w.arena, random_octets(500), w.ma_keys.cert, &fi));
	return out;
}

static struct bytes
make_huge_inside(void)
{
	struct spdu_header h = header();

	return sealed(
	    &h, random_octets(60000), SIGNER_CERTIFICATE, &reporter.signer);
}

static struct bytes
make_foreign_pdu(void)
{
	static const uint8_t pdu[] = {0x00, 0x81, 0x00};
	struct spdu_header h = header();

	return sealed(&h, BYTES(pdu), SIGNER_CERTIFICATE, &reporter.signer);
}

static struct bytes
make_plain(void)
{
	struct spdu_header h = header();
	struct bytes out;

	OK(spdu_sign(&out, &w.arena, &h, contents(), SIGNER_CERTIFICATE,
	    &reporter.signer, &fi));
	return out;
}

static struct bytes
make_for_pca(void)
{
	struct spdu_header h = header();
	struct bytes inside, out;

	OK(spdu_sign(&inside, &w.arena, &h, contents(), SIGNER_CERTIFICATE,
	    &reporter.signer, &fi));
	OK(spdu_encrypt(&out, &w.arena, inside, w.pca.cert, &fi));
	return out;
}

static struct bytes
make_changed(void)
{
	struct bytes good = world_good(&w, &reporter, &suspect);

	return changed(good, good.n - 1);
}

static struct bytes
make_wrong_signature(void)
{
	struct spdu_header h = header();
	struct signer s = other.signer;

	s.cert = reporter.cert;
	return sealed(&h, contents(), SIGNER_CERTIFICATE, &s);
}

static struct bytes
make_by_digest(void)
{
	struct spdu_header h = header();

	return sealed(&h, contents(), SIGNER_DIGEST, &reporter.signer);
}

static struct bytes
make_as_bsm(void)
{
	struct spdu_header h = header();

	h.psid = PSID_BSM;
	return sealed(&h, contents(), SIGNER_CERTIFICATE, &reporter.signer);
}

static struct bytes
make_nowhere(void)
{
	struct spdu_header h = header();

	h.has_location = false;
	return sealed(&h, contents(), SIGNER_CERTIFICATE, &reporter.signer);
}

static struct bytes
make_timeless(void)
{
	struct spdu_header h = header();

	h.has_generation_time = false;
	return sealed(&h, contents(), SIGNER_CERTIFICATE, &reporter.signer);
}

/* With the certificate of its week, which was good then. */
static struct bytes
make_aged(uint32_t age)
{
	struct vehicle then;
	struct bytes bsms[3];

	vehicle_make(&w, &then, 1,
	    (uint16_t)environment_period(&w.environment, w.now - age));
	world_speeding(&w, bsms, &then, w.now - age - 10, 0);
	vehicle_make(&w, &then, 2,
	    (uint16_t)environment_period(&w.environment, w.now - age));
	return world_report(&w, &then, MISBEHAVIOR_SPEED, bsms, 3, w.now - age);
}

static struct bytes
make_old(void)
{
	return make_aged(
	    MA_REPORT_AGE + w.environment.time_tolerance_seconds + 1);
}

static struct bytes
make_future(void)
{
	struct bytes bsms[3];

	world_speeding(&w, bsms, &suspect, w.now - 60, 0);
	return world_report(&w, &reporter, MISBEHAVIOR_SPEED, bsms, 3,
	    w.now + w.environment.time_tolerance_seconds + 1);
}

static struct bytes
make_stranger(void)
{
	struct vehicle v;

	vehicle_make_as(&w, &v, PROFILE_PSEUDONYM, &w.other_pca);
	return world_good(&w, &v, &suspect);
}

static struct bytes
make_component(void)
{
	struct spdu_header h = header();

	return sealed(&h, contents(), SIGNER_CERTIFICATE, &w.pca.signer);
}

static struct bytes
make_no_pseudonym(void)
{
	struct vehicle v;

	vehicle_make_as(&w, &v, PROFILE_IDENTIFICATION, &w.pca);
	return world_good(&w, &v, &suspect);
}

/* Evidence: three BSMs, of which one is replaced. */
static struct bytes
with(size_t at, struct bytes bsm)
{
	struct bytes bsms[3];

	world_speeding(&w, bsms, &suspect, w.now - 60, 0);
	bsms[at] = bsm;
	return world_report(
	    &w, &reporter, MISBEHAVIOR_SPEED, bsms, 3, w.now - 50);
}

static struct drive
speeding(void)
{
	return (struct drive){
	    .base = w.now - 60, .ms = 200, .north = 6, .speed = 130};
}

static struct bytes
make_changed_evidence(void)
{
	struct drive d = speeding();
	struct bytes bsm = world_bsm(&w, &suspect, &d, SIGNER_DIGEST);

	/* An octet of the BSM, before the header: the speed, say. */
	return with(2, changed(bsm, 28));
}

static struct bytes
make_forged_evidence(void)
{
	struct drive d = speeding();
	struct vehicle forger = other;

	forger.signer.cert = suspect.cert;
	return with(2, world_bsm(&w, &forger, &d, SIGNER_DIGEST));
}

static struct bytes
make_stranger_evidence(void)
{
	struct drive d = speeding();
	struct vehicle v;
	struct bytes bsm;

	vehicle_make_as(&w, &v, PROFILE_PSEUDONYM, &w.other_pca);
	bsm = world_bsm(&w, &v, &d, SIGNER_CERTIFICATE);
	return world_report(
	    &w, &reporter, MISBEHAVIOR_SPEED, &bsm, 1, w.now - 50);
}

/* Valid now, but not when it was: somebody got hold of its key. */
static struct bytes
make_untimely_evidence(void)
{
	struct vehicle v;
	struct bytes bsms[3];

	vehicle_make(&w, &v, 1, (uint16_t)(w.week - 3));
	world_speeding(&w, bsms, &v, w.now - 60, 0);
	return world_report(
	    &w, &reporter, MISBEHAVIOR_SPEED, bsms, 3, w.now - 50);
}

/* Three BSMs, the first so many seconds after the report, under the certificate
 * of their week. */
static struct bytes
make_shifted(int64_t seconds)
{
	const uint32_t made = w.now - 50;
	const uint32_t base = (uint32_t)(made + seconds);
	struct bytes bsms[3];
	struct vehicle v;

	vehicle_make(
	    &w, &v, 1, (uint16_t)environment_period(&w.environment, base));
	world_speeding(&w, bsms, &v, base, 0);
	return world_report(&w, &reporter, MISBEHAVIOR_SPEED, bsms, 3, made);
}

static struct bytes
make_three_weeks_before(void)
{
	return make_shifted(-3 * WEEK);
}

static struct bytes
make_before(void)
{
	return make_shifted(-(int64_t)MA_REPORT_AGE - 1);
}

/* The third, 200 ms later, is too late. */
static struct bytes
make_after(void)
{
	return make_shifted(w.environment.time_tolerance_seconds);
}

static struct bytes
make_three_weeks_after(void)
{
	return make_shifted(3 * WEEK);
}

static struct bytes
make_years_after(void)
{
	return make_shifted(100 * WEEK);
}

/* What the reporter says of itself. */
static struct bytes
make_own_after(void)
{
	const uint32_t made = w.now - 50;
	const struct drive d = {
	    .base = made + w.environment.time_tolerance_seconds + 1};
	struct bytes bsms[3], own;
	const struct misbehavior_report r = {.kind = MISBEHAVIOR_SPEED,
	    .bsms = bsms,
	    .n = 3,
	    .own = &own,
	    .own_n = 1};

	own = world_bsm(&w, &reporter, &d, SIGNER_CERTIFICATE);
	world_speeding(&w, bsms, &suspect, w.now - 60, 0);
	return world_report_with(&w, &reporter, &r, made);
}

static struct bytes
make_bare_evidence(void)
{
	struct drive d = speeding();

	d.ms = 0;
	return with(0, world_bsm(&w, &suspect, &d, SIGNER_DIGEST));
}

static struct bytes
make_junk_evidence(void)
{
	return with(1, random_octets(100));
}

static struct bytes
make_two_senders(void)
{
	struct drive d = speeding();

	return with(2, world_bsm(&w, &other, &d, SIGNER_CERTIFICATE));
}

static struct bytes
make_self(void)
{
	return world_good(&w, &suspect, &suspect);
}

static struct bytes
make_harmless(void)
{
	struct drive d = speeding();

	d.speed = 33;
	return with(2, world_bsm(&w, &suspect, &d, SIGNER_DIGEST));
}

/* It is too fast; but it is said to jump. */
static struct bytes
make_other_kind(void)
{
	struct bytes bsms[3];

	world_speeding(&w, bsms, &suspect, w.now - 60, 0);
	return world_report(
	    &w, &reporter, MISBEHAVIOR_POSITION_JUMP, bsms, 3, w.now - 50);
}

static const struct {
	const char *what;
	struct bytes (*make)(void);
	enum ma_reason reason;
} rows[] = {
    {"nothing", make_nothing, MA_REASON_FORM},
    {"junk", make_junk, MA_REASON_FORM},
    {"huge", make_huge, MA_REASON_FORM},
    {"bomb", make_bomb, MA_REASON_FORM},
    {"sealed junk", make_sealed_junk, MA_REASON_FORM},
    {"huge inside", make_huge_inside, MA_REASON_FORM},
    {"another PDU", make_foreign_pdu, MA_REASON_FORM},
    {"plain", make_plain, MA_REASON_FORM},
    {"without a place", make_nowhere, MA_REASON_FORM},
    {"for the PCA", make_for_pca, MA_REASON_SEALED},
    {"changed on the way", make_changed, MA_REASON_SEALED},
    {"wrong signature", make_wrong_signature, MA_REASON_SIGNATURE},
    {"too old", make_old, MA_REASON_TIME},
    {"of the future", make_future, MA_REASON_TIME},
    {"without a time", make_timeless, MA_REASON_TIME},
    {"signer by digest", make_by_digest, MA_REASON_CERTIFICATE},
    {"PSID of BSMs", make_as_bsm, MA_REASON_CERTIFICATE},
    {"of another SCMS", make_stranger, MA_REASON_CERTIFICATE},
    {"by the PCA", make_component, MA_REASON_CERTIFICATE},
    {"by a named device", make_no_pseudonym, MA_REASON_NO_PSEUDONYM},
    {"evidence changed", make_changed_evidence, MA_REASON_FORGED},
    {"evidence forged", make_forged_evidence, MA_REASON_FORGED},
    {"evidence of another SCMS", make_stranger_evidence, MA_REASON_FORGED},
    {"evidence out of its time", make_untimely_evidence, MA_REASON_FORGED},
    {"evidence of three weeks before", make_three_weeks_before, MA_REASON_TIME},
    {"evidence too long before", make_before, MA_REASON_TIME},
    {"evidence after the report", make_after, MA_REASON_TIME},
    {"evidence of three weeks after", make_three_weeks_after, MA_REASON_TIME},
    {"evidence of years after", make_years_after, MA_REASON_TIME},
    {"own message after the report", make_own_after, MA_REASON_TIME},
    {"evidence without a certificate", make_bare_evidence, MA_REASON_FORGED},
    {"evidence that is junk", make_junk_evidence, MA_REASON_FORGED},
    {"two senders", make_two_senders, MA_REASON_FOREIGN},
    {"itself", make_self, MA_REASON_FOREIGN},
    {"harmless", make_harmless, MA_REASON_UNSHOWN},
    {"another kind", make_other_kind, MA_REASON_UNSHOWN},
};

static void
expect_refused(const char *what, struct bytes in, enum ma_reason reason)
{
	struct digest before = world_state(&w), after;
	int64_t all = world_refused(&w, MA_REASONS);
	int64_t n = world_refused(&w, reason);
	enum ma_reason got = world_bring(&w, in);

	if (got != reason)
		fail_msg("%s: %s (%s)", what,
		    got == MA_REASONS ? "taken" : ma_reason_word(got), fi.text);
	after = world_state(&w);
	assert_memory_equal(&after, &before, sizeof(after));
	assert_int_equal(world_refused(&w, reason), n + 1);
	assert_int_equal(world_refused(&w, MA_REASONS), all + 1);
}

static void
test_refused(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++)
		expect_refused(rows[k].what, rows[k].make(), rows[k].reason);
	/* Each reason that one report alone can have was seen. */
	assert_int_equal(world_number(&w, "select count(*) from refusal"), 9);
}

/* ---- reports that hold ---- */

static void
test_taken(void **state)
{
	struct bytes good = world_good(&w, &reporter, &suspect);
	int64_t n = world_number(&w, "select count(*) from report");

	(void)state;
	assert_int_equal(world_bring(&w, good), MA_REASONS);
	assert_int_equal(
	    world_number(&w, "select count(*) from report"), n + 1);
	assert_int_equal(
	    world_number(&w, "select kind from report order by number desc "
			     "limit 1"),
	    MISBEHAVIOR_SPEED);
	assert_int_equal(
	    world_number(&w, "select made from report order by number desc "
			     "limit 1"),
	    w.now - 50);
	world_restart(&w);
	expect_refused("the same again", good, MA_REASON_REPEATED);
	assert_int_equal(
	    world_number(&w, "select count(*) from report"), n + 1);
}

/* Whoever has it can encrypt it anew. */
static void
test_sealed_again(void **state)
{
	struct spdu_header h = header();
	struct bytes inside, first, second;

	(void)state;
	OK(spdu_sign(&inside, &w.arena, &h, contents(), SIGNER_CERTIFICATE,
	    &reporter.signer, &fi));
	OK(spdu_encrypt(&first, &w.arena, inside, w.ma_keys.cert, &fi));
	OK(spdu_encrypt(&second, &w.arena, inside, w.ma_keys.cert, &fi));
	assert_false(bytes_equal(first, second));
	assert_int_equal(world_bring(&w, first), MA_REASONS);
	expect_refused("sealed again", second, MA_REASON_REPEATED);
}

/* A week later its certificate is over; the report is not. */
static void
test_late(void **state)
{
	(void)state;
	assert_int_equal(
	    world_bring(&w, make_aged(7 * 86400 + 7200)), MA_REASONS);
	assert_int_equal(world_bring(&w, make_aged(MA_REPORT_AGE)), MA_REASONS);
}

/* The first and the last moment that evidence may be of. */
static void
test_evidence_in_time(void **state)
{
	(void)state;
	assert_int_equal(
	    world_bring(&w, make_shifted(-(int64_t)MA_REPORT_AGE)), MA_REASONS);
	assert_int_equal(
	    world_bring(
		&w, make_shifted(w.environment.time_tolerance_seconds - 1)),
	    MA_REASONS);
}

/* As `scms component renew ma` leaves it: devices have the former certificate,
 * and its key is in the folder former. */
static void
test_former_key(void **state)
{
	struct bytes in = world_good(&w, &reporter, &suspect);
	const struct decryption_key present = w.ma->keys[0];

	(void)state;
	memset(w.ma->keys[0].id, 0xee, sizeof(w.ma->keys[0].id));
	expect_refused("key is gone", in, MA_REASON_SEALED);
	w.ma->keys[1] = present;
	w.ma->keys_n = 2;
	assert_int_equal(world_bring(&w, in), MA_REASONS);
	world_restart(&w);
}

static void
test_wrong_reporter(void **state)
{
	struct vehicle liar, victim;
	struct bytes in;

	(void)state;
	vehicle_make(&w, &liar, 77, w.week);
	vehicle_make(&w, &victim, 78, w.week);
	in = world_good(&w, &liar, &victim);
	assert_int_equal(world_bring(&w, in), MA_REASONS);
	OK(ma_detect(w.ma, &fi));
	OK(ma_decide(w.ma,
	    world_number(&w, "select incident from report order by number desc "
			     "limit 1"),
	    CASE_FALSE, "test", "made up", &fi));
	expect_refused("who was wrong before", world_good(&w, &liar, &other),
	    MA_REASON_REPORTER);
}

/* ---- what is revoked ---- */

/* One vehicle that reports another again and again. */
static void
test_enough(void **state)
{
	struct vehicle v[2];

	(void)state;
	vehicle_make(&w, &v[0], 20, w.week);
	vehicle_make(&w, &v[1], 21, w.week);
	for (uint32_t k = 0; k < MA_REPORTS_BETWEEN; k++)
		assert_int_equal(
		    world_bring(&w, world_seen(&w, &v[0], &v[1], 60 + k, 0)),
		    MA_REASONS);
	expect_refused(
	    "enough", world_seen(&w, &v[0], &v[1], 50, 0), MA_REASON_ENOUGH);
	assert_int_equal(
	    world_bring(&w, world_seen(&w, &reporter, &v[1], 50, 0)),
	    MA_REASONS);
}

/* As many messages as a report may have, in the memory of a request. */
static void
test_long(void **state)
{
	struct bytes bsms[MISBEHAVIOR_BSMS_MOST];
	struct vehicle v;

	(void)state;
	vehicle_make(&w, &v, 22, w.week);
	for (size_t k = 0; k < COUNT(bsms); k++) {
		struct drive d = {.base = w.now - 60,
		    .ms = 100 * (double)k,
		    .north = 3 * (double)k,
		    .speed = k + 1 < COUNT(bsms) ? 30 : 130};

		bsms[k] = world_bsm(&w, &v, &d, SIGNER_CERTIFICATE);
	}
	assert_int_equal(
	    world_bring(&w, world_report(&w, &reporter, MISBEHAVIOR_SPEED, bsms,
				COUNT(bsms), w.now - 40)),
	    MA_REASONS);
}

/* Both seeds of a device of this week. */
struct seeds {
	struct key16 one, two;
};

static const uint8_t la1[2] = {0, 1}, la2[2] = {0, 2};

static void
make_revocable(struct vehicle *v, struct seeds *s)
{
	struct lv a, b, lv;

	random_bytes(s->one.b, sizeof(s->one.b));
	random_bytes(s->two.b, sizeof(s->two.b));
	linkage_plv(&a, la1, &s->one, 1, 3, 1);
	linkage_plv(&b, la2, &s->two, 1, 3, 1);
	linkage_combine(&lv, &a, &b, 1);
	vehicle_make_with(&w, v, 9, w.week, &lv);
}

static void
revoke(const struct seeds *s)
{
	const struct revoked_terms terms = {
	    .now = w.now, .tolerance = UINT32_MAX};
	struct crl_linkage_group group = {.jmax = 20,
	    .la1 = {la1[0], la1[1]},
	    .la2 = {la2[0], la2[1]},
	    .i_max = (uint16_t)(w.week + 5),
	    .seed1 = &s->one,
	    .seed2 = &s->two,
	    .n = 1};
	struct crl crl = {.series = CRL_SERIES_PSEUDONYM,
	    .issued = w.now - 60,
	    .next = w.now + 604800,
	    .i_rev = w.week,
	    .group = &group,
	    .groups = 1};
	static const struct digest source;
	struct revoked *revoked;

	memcpy(crl.craca, w.root.cert->id, sizeof(crl.craca));
	OK(revoked_new(&revoked, &crl, 1, NULL, &source, &terms, &fi));
	trust_revoke(w.ma->self.trust, revoked);
}

static void
test_revoked(void **state)
{
	struct vehicle gone;
	struct seeds seeds;

	(void)state;
	make_revocable(&gone, &seeds);
	assert_int_equal(
	    world_bring(&w, world_good(&w, &gone, &suspect)), MA_REASONS);
	revoke(&seeds);
	expect_refused("by somebody who is revoked",
	    world_good(&w, &gone, &other), MA_REASON_REVOKED);
	expect_refused("about somebody who is revoked",
	    world_good(&w, &reporter, &gone), MA_REASON_OVER);
	world_restart(&w);
}

static int
setup(void **state)
{
	(void)state;
	world_open(&w);
	w.environment.case_reporters = 0;
	w.service.environment.case_reporters = 0;
	vehicle_make(&w, &reporter, 1, w.week);
	vehicle_make(&w, &suspect, 2, w.week);
	vehicle_make(&w, &other, 3, w.week);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_taken),
	    cmocka_unit_test(test_sealed_again),
	    cmocka_unit_test(test_late),
	    cmocka_unit_test(test_evidence_in_time),
	    cmocka_unit_test(test_former_key),
	    cmocka_unit_test(test_wrong_reporter),
	    cmocka_unit_test(test_enough),
	    cmocka_unit_test(test_long),
	    cmocka_unit_test(test_revoked),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
