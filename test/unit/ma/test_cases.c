/* From reports to cases to decisions: who is put together with whom, what is
 * asked for it, what the policy decides, and that a kill at any commit ends in
 * the same. */
#include <limits.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "role/ma/forget.h"
#include "role/ma/revoke.h"
#include "service/crash.h"
#include "test/unit/ma/world.h"

static struct world w;

#define NUMBER(sql) world_number(&w, sql)
#define CASES	    "select count(*) from incident where state <> 3"
#define OPEN	    "select count(*) from incident where state = 0"
#define REVOKED	    "select count(*) from incident where state = 1"

static void
set_reporters(uint32_t n)
{
	w.environment.case_reporters = n;
	w.service.environment.case_reporters = n;
}

static void
bring(const struct vehicle *reporter, const struct vehicle *suspect,
    uint32_t ago, double north)
{
	assert_int_equal(
	    world_bring(&w, world_seen(&w, reporter, suspect, ago, north)),
	    MA_REASONS);
}

static void
detect(void)
{
	OK(ma_detect(w.ma, &fi));
}

/* Vehicles 1, 2, ... of this week, each another device. */
static void
make_devices(struct vehicle *v, size_t n)
{
	for (size_t k = 0; k < n; k++)
		vehicle_make(&w, &v[k], (unsigned)k + 1, w.week);
}

static enum ma_revocation_state
revocation_of(int64_t incident, int64_t *number)
{
	struct ma_revocation r;

	OK(ma_revocation_find(&r, w.ma, &w.arena, incident, &fi));
	*number = r.number;
	return r.state;
}

/* ---- grouping ---- */

static void
test_one_certificate(void **state)
{
	struct vehicle v[4];

	(void)state;
	set_reporters(0);
	make_devices(v, 4);
	bring(&v[0], &v[3], 60, 0);
	bring(&v[1], &v[3], 50, 100);
	detect();
	assert_int_equal(NUMBER(CASES), 1);
	bring(&v[2], &v[3], 3600, 90000); /* elsewhere, at another time */
	bring(&v[2], &v[0], 3600, 0);	  /* somebody else */
	world_restart(&w);
	detect();
	assert_int_equal(NUMBER(CASES), 2);
	assert_int_equal(
	    NUMBER("select count(*) from report where incident = 1"), 3);
	assert_int_equal(oracle.asked, 0);
}

/* Once dismissed it is over; what is reported later is another case. */
static void
test_dismissed(void **state)
{
	struct vehicle v[3];

	(void)state;
	set_reporters(0);
	make_devices(v, 3);
	bring(&v[0], &v[2], 60, 0);
	detect();
	OK(ma_decide(w.ma, 1, CASE_DISMISSED, "test", "a joke", &fi));
	assert_int_equal(NUMBER(OPEN), 0);
	bring(&v[1], &v[2], 50, 0);
	detect();
	assert_int_equal(NUMBER(OPEN), 1);
	assert_int_equal(
	    NUMBER("select count(*) from report where incident = 1"), 1);
	/* It was no misbehavior; that is not the reporter's fault. */
	assert_int_equal(NUMBER("select sum(wrong) from sender"), 0);
}

static void
test_false(void **state)
{
	struct vehicle v[2];

	(void)state;
	set_reporters(0);
	make_devices(v, 2);
	bring(&v[0], &v[1], 60, 0);
	detect();
	OK(ma_decide(w.ma, 1, CASE_FALSE, "test", "a joke", &fi));
	assert_int_equal(NUMBER(OPEN), 0);
	assert_int_equal(NUMBER("select sum(wrong) from sender"), 1);
	assert_int_equal(world_bring(&w, world_seen(&w, &v[0], &v[1], 50, 0)),
	    MA_REASON_REPORTER);
}

/* After the decision more reports change nothing, but are with it. */
static void
test_revoked(void **state)
{
	struct vehicle v[3];
	int64_t number;

	(void)state;
	set_reporters(0);
	make_devices(v, 3);
	bring(&v[0], &v[2], 60, 0);
	detect();
	OK(ma_decide(w.ma, 1, CASE_REVOKED, "test", "seen", &fi));
	bring(&v[1], &v[2], 50, 0);
	detect();
	assert_int_equal(NUMBER(CASES), 1);
	assert_int_equal(
	    NUMBER("select count(*) from report where incident = 1"), 2);
	assert_int_equal(revocation_of(1, &number), MA_DECIDED);
	assert_int_equal(number, 1);
}

/* Certificates that name their holder need no question. */
static void
test_holder(void **state)
{
	struct vehicle v[2], named[2];
	int64_t number;

	(void)state;
	set_reporters(0);
	make_devices(v, 2);
	for (size_t k = 0; k < 2; k++) {
		vehicle_make_as(&w, &named[k], PROFILE_IDENTIFICATION, &w.pca);
		bring(&v[k], &named[k], 60, 0);
	}
	detect();
	assert_int_equal(NUMBER(CASES), 1);
	assert_int_equal(
	    NUMBER("select count(distinct suspect) from report"), 2);
	assert_int_equal(oracle.asked, 0);
	OK(ma_decide(w.ma, 1, CASE_REVOKED, "test", "seen", &fi));
	detect();
	(void)revocation_of(1, &number);
	assert_int_equal(number, 1);
	assert_int_equal(NUMBER("select count(*) from revocation "
				"where rif = x'686f6c6465722d31'"),
	    1);
}

/* ---- linking ---- */

/* Two certificates of one device, one after the other. */
static void
test_linked(void **state)
{
	struct vehicle v[3], next;

	(void)state;
	set_reporters(0);
	make_devices(v, 3);
	vehicle_make(&w, &next, v[2].device, w.week);
	bring(&v[0], &v[2], 200, 0);
	bring(&v[1], &next, 100, 3000);
	detect();
	assert_int_equal(oracle.asked, 1);
	assert_int_equal(NUMBER(CASES), 1);
	assert_int_equal(
	    NUMBER("select count(*) from report where incident = 1"), 2);
	assert_int_equal(
	    NUMBER("select into_case from incident where number = 2"), 1);
	detect();
	assert_int_equal(oracle.asked, 1);
}

static void
test_not_linked(void **state)
{
	struct vehicle v[3], near;

	(void)state;
	set_reporters(0);
	make_devices(v, 3);
	vehicle_make(&w, &near, 99, w.week);
	bring(&v[0], &v[2], 200, 0);
	bring(&v[1], &near, 100, 3000);
	detect();
	assert_true(oracle.asked > 0);
	assert_int_equal(NUMBER(CASES), 2);
}

/* Too far, too late: nobody is asked, whatever the truth is. */
static void
test_unlikely(void **state)
{
	static const struct {
		uint32_t ago;
		double north;
	} rows[] = {
	    {100, 9000},   /* 90 m/s */
	    {100, -9000},  /* the other way */
	    {200, 800},	   /* at once, and elsewhere */
	    {900, 100},	   /* twelve minutes earlier */
	    {100, 500000}, /* another state */
	};
	struct vehicle v[3], next;

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		world_close(&w);
		world_open(&w);
		set_reporters(0);
		make_devices(v, 3);
		vehicle_make(&w, &next, v[2].device, w.week);
		bring(&v[0], &v[2], 200, 0);
		bring(&v[1], &next, rows[k].ago, rows[k].north);
		detect();
		if (oracle.asked != 0)
			fail_msg("row %zu was asked about", k);
		assert_int_equal(NUMBER(OPEN), 2);
	}
}

static void
test_link_waits(void **state)
{
	struct vehicle v[3], next;

	(void)state;
	set_reporters(0);
	make_devices(v, 3);
	vehicle_make(&w, &next, v[2].device, w.week);
	bring(&v[0], &v[2], 200, 0);
	bring(&v[1], &next, 100, 3000);
	oracle.refuse = FAULT_BUSY;
	detect();
	oracle.refuse = FAULT_INTERNAL; /* nor is that an answer */
	detect();
	assert_int_equal(NUMBER(CASES), 2);
	world_restart(&w);
	detect();
	assert_int_equal(NUMBER(CASES), 2);
	oracle.refuse = FAULT_OK;
	detect();
	assert_int_equal(NUMBER(CASES), 1);
}

/* One that waits for an answer keeps nobody else waiting: the next pass goes on
 * behind it. */
static void
test_link_behind(void **state)
{
	struct vehicle v[3], waiting[2], other[2];

	(void)state;
	set_reporters(0);
	make_devices(v, 3);
	for (size_t k = 0; k < 2; k++) {
		vehicle_make(&w, &waiting[k], 60, w.week);
		vehicle_make(&w, &other[k], 61, w.week);
	}
	oracle.patient = 60;
	bring(&v[0], &waiting[0], 200, 0);
	bring(&v[1], &waiting[1], 100, 3000);
	bring(&v[0], &other[0], 200, 90000);
	bring(&v[1], &other[1], 100, 93000);
	detect();
	assert_int_equal(NUMBER(CASES), 3);
	oracle.patient = UINT_MAX;
	detect();
	assert_int_equal(NUMBER(CASES), 2);
}

/* A question that is refused for good is not asked again and again. */
static void
test_link_refused(void **state)
{
	struct vehicle v[3], next;
	unsigned asked;

	(void)state;
	set_reporters(0);
	make_devices(v, 3);
	vehicle_make(&w, &next, v[2].device, w.week);
	bring(&v[0], &v[2], 200, 0);
	bring(&v[1], &next, 100, 3000);
	oracle.refuse = FAULT_DENIED;
	detect();
	asked = oracle.asked;
	detect();
	assert_int_equal(oracle.asked, asked);
	assert_int_equal(NUMBER(CASES), 2);
}

/* The next certificate of somebody who is to be revoked. */
static void
test_linked_to_revoked(void **state)
{
	struct vehicle v[3], next;
	int64_t number;

	(void)state;
	set_reporters(0);
	make_devices(v, 3);
	vehicle_make(&w, &next, v[2].device, w.week);
	bring(&v[1], &next, 100, 3000);
	detect();
	bring(&v[0], &v[2], 200, 0);
	oracle.refuse = FAULT_BUSY;
	detect();
	OK(ma_decide(w.ma, 2, CASE_REVOKED, "test", "seen", &fi));
	oracle.refuse = FAULT_OK;
	detect();
	assert_int_equal(NUMBER(OPEN), 0);
	assert_int_equal(
	    NUMBER("select count(*) from report where incident = 2"), 2);
	(void)revocation_of(2, &number);
	assert_int_equal(number, 1);
	assert_int_equal(NUMBER("select count(*) from revocation"), 1);
}

/* ---- the policy ---- */

/* Three devices and evidence that holds. */
static void
test_clear(void **state)
{
	struct vehicle v[4];
	int64_t number;

	(void)state;
	make_devices(v, 4);
	for (size_t k = 0; k < 3; k++) {
		detect();
		assert_int_equal(NUMBER(REVOKED), 0);
		bring(&v[k], &v[3], 60, (double)k);
	}
	detect();
	assert_int_equal(NUMBER(REVOKED), 1);
	assert_int_equal(oracle.asked, 1);
	assert_int_equal(oracle.largest, 3);
	assert_int_equal(NUMBER("select proved from incident"), 3);
	assert_int_equal(NUMBER("select who = 'policy' from incident"), 1);
	(void)revocation_of(1, &number);
	assert_int_equal(number, 1);
}

/* One device under many certificates counts once, and is not asked about for
 * ever. */
static void
test_one_reporter(void **state)
{
	struct vehicle v[2], again[6];

	(void)state;
	make_devices(v, 2);
	for (size_t k = 0; k < 6; k++) {
		vehicle_make(&w, &again[k], v[0].device, w.week);
		bring(&again[k], &v[1], 60, (double)k);
		bring(&again[k], &v[1], 55, (double)k);
	}
	for (size_t k = 0; k < 50; k++)
		detect();
	assert_int_equal(NUMBER(REVOKED), 0);
	assert_int_equal(oracle.asked, 3 * 6);
	assert_int_equal(oracle.largest, 3);
	assert_int_equal(NUMBER("select proved from incident"), 0);
}

/* Among four reporters, two of which are one device, three that differ are
 * found: a draw is good with probability 1/2, and there are 12 draws, so that
 * five cases in a row that find none do not happen. */
static void
test_some_reporters(void **state)
{
	struct vehicle v[4], again;
	bool found = false;

	(void)state;
	for (unsigned t = 0; t < 5 && !found; t++) {
		world_close(&w);
		world_open(&w);
		make_devices(v, 4);
		vehicle_make(&w, &again, v[0].device, w.week);
		bring(&again, &v[3], 60, 0);
		for (size_t k = 0; k < 3; k++)
			bring(&v[k], &v[3], 60, (double)k);
		for (size_t k = 0; k < 12; k++)
			detect();
		found = NUMBER(REVOKED) == 1;
	}
	assert_true(found);
	assert_int_equal(NUMBER("select proved from incident"), 3);
	assert_int_equal(oracle.largest, 3);
}

static void
test_operators_only(void **state)
{
	struct vehicle v[6];

	(void)state;
	set_reporters(0);
	make_devices(v, 6);
	for (size_t k = 0; k < 5; k++)
		bring(&v[k], &v[5], 60, (double)k);
	detect();
	assert_int_equal(NUMBER(REVOKED), 0);
	assert_int_equal(oracle.asked, 0);
}

/* What may be the work of somebody who sends on what others signed. */
static void
test_channel(void **state)
{
	struct vehicle v[4];
	struct bytes bsms[3];

	(void)state;
	make_devices(v, 4);
	for (size_t k = 0; k < 3; k++) {
		world_speeding(&w, bsms, &v[3], w.now - 120 - (uint32_t)k, 0);
		assert_int_equal(
		    world_bring(&w, world_report(&w, &v[k], MISBEHAVIOR_STALE,
					bsms, 3, w.now - 5)),
		    MA_REASONS);
	}
	detect();
	assert_int_equal(NUMBER(OPEN), 1);
	assert_int_equal(oracle.asked, 0);
}

/* Both drive the same metres at the same time. */
static void
bring_overlap(const struct vehicle *reporter, const struct vehicle *suspect)
{
	struct bytes bsms[30], own[30];
	const struct misbehavior_report r = {.kind = MISBEHAVIOR_OVERLAP,
	    .bsms = bsms,
	    .n = COUNT(bsms),
	    .own = own,
	    .own_n = COUNT(own)};

	for (size_t k = 0; k < COUNT(bsms); k++) {
		const struct drive d = {.base = w.now - 60,
		    .ms = 100 * (double)k,
		    .north = 2 * (double)k,
		    .speed = 20,
		    .precise = true};

		bsms[k] = world_bsm(&w, suspect, &d, SIGNER_CERTIFICATE);
		own[k] = world_bsm(&w, reporter, &d, SIGNER_CERTIFICATE);
	}
	assert_int_equal(
	    world_bring(&w, world_report_with(&w, reporter, &r, w.now - 50)),
	    MA_REASONS);
}

/* Word against word: whoever has three vehicles could have an innocent one
 * revoked by it. */
static void
test_word_against_word(void **state)
{
	struct vehicle v[4];

	(void)state;
	make_devices(v, 4);
	for (size_t k = 0; k < 3; k++)
		bring_overlap(&v[k], &v[3]);
	detect();
	assert_int_equal(NUMBER(OPEN), 1);
	assert_int_equal(oracle.asked, 0);
	/* An operator may think otherwise. */
	OK(ma_decide(w.ma, 1, CASE_REVOKED, "test", "seen", &fi));
}

/* Who is revoked, was wrong, or is the suspect, counts nothing. */
static void
test_who_counts(void **state)
{
	struct vehicle v[6];

	(void)state;
	make_devices(v, 6);
	set_reporters(0);
	bring(&v[4], &v[0], 600, 50000); /* v[0] will be revoked */
	bring(&v[1], &v[4], 600, 90000); /* v[1] will be wrong */
	detect();
	OK(ma_decide(w.ma, 1, CASE_REVOKED, "test", "seen", &fi));
	bring(&v[0], &v[5], 60, 0);
	bring(&v[1], &v[5], 60, 0);
	OK(ma_decide(w.ma, 2, CASE_FALSE, "test", "made up", &fi));
	bring(&v[2], &v[5], 60, 0);
	bring(&v[3], &v[5], 60, 0);
	set_reporters(3);
	detect();
	assert_int_equal(oracle.asked, 0);
	assert_int_equal(NUMBER(OPEN), 1);
	bring(&v[4], &v[5], 60, 0);
	detect();
	assert_int_equal(NUMBER(OPEN), 0);
	assert_int_equal(oracle.asked, 1);
}

/* A member of the panel is revoked before the decision. */
static void
test_panel_ends(void **state)
{
	struct vehicle v[4];
	int64_t proved;

	(void)state;
	make_devices(v, 4);
	for (size_t k = 0; k < 3; k++)
		bring(&v[k], &v[3], 60, (double)k);
	set_reporters(0);
	detect();
	set_reporters(3);
	OK(ma_prove(w.ma, &proved, 1, &fi));
	assert_int_equal(proved, 3);
	set_reporters(0);
	bring(&v[3], &v[0], 2000, 100000);
	detect();
	OK(ma_decide(w.ma, 2, CASE_REVOKED, "test", "seen", &fi));
	set_reporters(3);
	OK(ma_prove(w.ma, &proved, 1, &fi));
	assert_int_equal(proved, 0);
	assert_int_equal(
	    NUMBER("select proved from incident where number = 1"), 0);
}

static void
test_proof_waits(void **state)
{
	struct vehicle v[4];

	(void)state;
	make_devices(v, 4);
	for (size_t k = 0; k < 3; k++)
		bring(&v[k], &v[3], 60, (double)k);
	oracle.refuse = FAULT_BUSY;
	detect();
	world_restart(&w);
	detect();
	assert_int_equal(NUMBER(OPEN), 1);
	assert_int_equal(NUMBER("select tried from incident"), 0);
	oracle.refuse = FAULT_OK;
	detect();
	assert_int_equal(NUMBER(REVOKED), 1);
}

/* ---- decisions ---- */

static void
expect_no_decision(int64_t incident, enum ma_case_state state,
    const char *reason, enum fault fault)
{
	struct digest before = world_state(&w), after;
	enum fault f = ma_decide(w.ma, incident, state, "test", reason, &fi);

	assert_int_equal(f, fault);
	after = world_state(&w);
	assert_memory_equal(&after, &before, sizeof(after));
}

static void
test_decisions(void **state)
{
	static const uint8_t rif[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	char long_reason[MA_REASON_MAX + 2];
	struct vehicle v[2];
	int64_t incident = 0;

	(void)state;
	set_reporters(0);
	make_devices(v, 2);
	bring(&v[0], &v[1], 60, 0);
	detect();
	memset(long_reason, 'x', sizeof(long_reason) - 1);
	long_reason[MA_REASON_MAX + 1] = '\0';
	expect_no_decision(7, CASE_DISMISSED, "why", FAULT_NOT_FOUND);
	expect_no_decision(1, CASE_DISMISSED, "", FAULT_CONSTRAINT);
	expect_no_decision(1, CASE_DISMISSED, "\"", FAULT_CONSTRAINT);
	expect_no_decision(1, CASE_DISMISSED, "a\nb", FAULT_CONSTRAINT);
	expect_no_decision(1, CASE_REVOKED, "\xc3\xa9", FAULT_CONSTRAINT);
	expect_no_decision(1, CASE_REVOKED, long_reason, FAULT_CONSTRAINT);
	OK(ma_decide(w.ma, 1, CASE_REVOKED, "test", "seen", &fi));
	expect_no_decision(1, CASE_REVOKED, "again", FAULT_EXISTS);
	expect_no_decision(1, CASE_DISMISSED, "no", FAULT_EXISTS);
	OK(ma_case_of_rif(w.ma, &incident, rif, &fi));
	assert_int_equal(incident, 2);
	OK(ma_decide(w.ma, incident, CASE_REVOKED, "test", "stolen", &fi));
	detect();
	assert_int_equal(NUMBER("select count(*) from revocation"), 2);
}

/* --rif must not revoke the suspect of a case, nor somebody else for it. */
static void
expect_no_rif(int64_t incident, const char rif[9], enum fault fault)
{
	struct digest before = world_state(&w), after;

	assert_int_equal(
	    ma_case_of_rif(w.ma, &incident, (const uint8_t *)rif, &fi), fault);
	after = world_state(&w);
	assert_memory_equal(&after, &before, sizeof(after));
}

static void
test_rif_of_a_case(void **state)
{
	struct vehicle v[2], named, pseudonym;
	int64_t incident = 0, own;

	(void)state;
	set_reporters(0);
	make_devices(v, 2);
	vehicle_make_as(&w, &named, PROFILE_IDENTIFICATION, &w.pca);
	bring(&v[0], &v[1], 60, 0);
	bring(&v[0], &named, 60, 9000);
	detect();
	assert_int_equal(NUMBER(OPEN), 2);
	expect_no_rif(1, "another1", FAULT_CONSTRAINT);
	expect_no_rif(2, "another1", FAULT_CONSTRAINT);
	expect_no_rif(3, "another1", FAULT_NOT_FOUND);
	own = 2;
	OK(ma_case_of_rif(w.ma, &own, (const uint8_t *)"holder-1", &fi));
	/* One without a suspect may be corrected as long as it is open. */
	OK(ma_case_of_rif(w.ma, &incident, (const uint8_t *)"another1", &fi));
	OK(ma_case_of_rif(w.ma, &incident, (const uint8_t *)"another2", &fi));
	assert_int_equal(NUMBER("select count(*) from incident where rif ="
				" x'616e6f7468657232'"),
	    1);
	/* What `scms ma revoke --certificate` began. */
	vehicle_make(&w, &pseudonym, 3, w.week);
	OK(ma_case_of_certificate(w.ma, &incident, pseudonym.cert, &fi));
	expect_no_rif(incident, "another1", FAULT_CONSTRAINT);
	OK(ma_decide(w.ma, 1, CASE_REVOKED, "test", "seen", &fi));
	expect_no_rif(1, "another1", FAULT_EXISTS);
}

/* ---- forgetting ---- */

#define DAY 86400u

/* Reports of what was dismissed or false go, and nothing else. */
static void
test_forget(void **state)
{
	struct vehicle v[6];
	struct digest before, after;
	uint32_t keep;

	(void)state;
	set_reporters(0);
	make_devices(v, 6);
	for (size_t k = 1; k < 5; k++)
		bring(&v[0], &v[k], 60, 9000 * (double)k);
	bring(&v[5], &v[1], 60, 9000);
	detect();
	OK(ma_decide(w.ma, 1, CASE_DISMISSED, "test", "a joke", &fi));
	OK(ma_decide(w.ma, 2, CASE_REVOKED, "test", "seen", &fi));
	OK(ma_decide(w.ma, 3, CASE_FALSE, "test", "made up", &fi));
	keep = w.service.environment.ma_keep_days * DAY;
	before = world_state(&w);
	OK(ma_forget(w.ma, w.now + keep, &fi));
	after = world_state(&w);
	assert_memory_equal(&after, &before, sizeof(after));
	OK(ma_forget(w.ma, w.now + keep + 1, &fi));
	assert_int_equal(
	    NUMBER("select count(*) from report where incident in (2, 4)"), 2);
	assert_int_equal(NUMBER("select count(*) from report"), 2);
	assert_int_equal(
	    NUMBER("select gone from incident where number = 1"), 2);
	assert_int_equal(NUMBER("select sum(gone) from incident"), 3);
	assert_int_equal(NUMBER("select sum(wrong) from sender"), 1);
	before = world_state(&w);
	OK(ma_forget(w.ma, w.now + keep + 1, &fi));
	after = world_state(&w);
	assert_memory_equal(&after, &before, sizeof(after));
}

static void
change(const char *sql)
{
	char path[PATH_SIZE];
	sqlite3 *db;

	path_join(path, w.folder, "data/ma.db");
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Answered long ago, of late, dropped long ago; one waits since then. */
static void
test_forget_questions(void **state)
{
	const uint32_t keep = w.service.environment.ma_keep_days * DAY;

	(void)state;
	change(
	    "insert into question(key, kind, peer, why, hash, pdu, entries,"
	    " made, answered) values('a', 0, 'p', 'y', x'01', null, 1, 5, 9),"
	    " ('b', 0, 'p', 'y', x'02', null, 1, 5, 10),"
	    " ('c', 0, 'p', 'y', x'03', null, 1, 9, null),"
	    " ('d', 0, 'p', 'y', x'04', x'00', 1, 5, null);"
	    "insert into countersignature(hash, auditor, octets)"
	    " select hash, 'n', x'00' from question");
	OK(ma_forget(w.ma, 10 + keep, &fi));
	assert_int_equal(NUMBER("select count(*) from question"), 2);
	assert_int_equal(
	    NUMBER("select count(*) from question where key in ('b', 'd')"), 2);
	assert_int_equal(NUMBER("select count(*) from countersignature"), 2);
}

/* ---- the database ---- */

/* How it goes about a statement. */
static void
expect_plan(const struct db_schema *schema, unsigned statement, const char *how)
{
	char path[PATH_SIZE], *sql;
	bool found = false;
	sqlite3_stmt *s;
	sqlite3 *db;

	path_join(path, w.folder, "data/ma.db");
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sql = sqlite3_mprintf(
	    "explain query plan %s", schema->statements[statement]);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(s, 3);

		found = found || strstr(step, how) != NULL;
		/* All of an index that holds only what is to be done is no
		 * scan. */
		if (strncmp(step, "SCAN", 4) == 0 && strstr(step, how) == NULL)
			fail_msg("%s: %s", sql, step);
	}
	if (!found)
		fail_msg("%s: not %s", sql, how);
	sqlite3_finalize(s);
	sqlite3_free(sql);
	sqlite3_close(db);
}

/* What is done once a second does not take longer the more there was. */
static void
test_plans(void **state)
{
	(void)state;
	expect_plan(
	    &ma_schema, DO_REPORTS_NEAR, "report_began (began>? AND began<?)");
	expect_plan(&ma_schema, DO_REPORT_TO_COMPARE, "report_to_compare");
	expect_plan(&ma_schema, DO_INCIDENTS_OPEN, "incident_open");
	expect_plan(&ma_schema, DO_INCIDENT_TO_REVOKE, "incident_to_hand");
	expect_plan(&ma_schema, DO_INCIDENT_TO_FORGET, "incident_over");
	expect_plan(&ma_schema, DO_QUESTIONS_FORGET, "question_over");
}

/* A database that an earlier version has made. */
static void
test_upgrade(void **state)
{
	const struct db_schema old = {.steps = ma_schema.steps, .steps_n = 2};
	char path[PATH_SIZE];
	struct db *db;

	(void)state;
	path_join(path, w.folder, "data/old.db");
	OK(db_open(&db, path, &old, &fi));
	db_close(db);
	OK(db_open(&db, path, &ma_schema, &fi));
	db_close(db);
}

/* The audit log has a line for all that was decided or done, and names nobody.
 */
static void
look_at_line(void *ctx, const struct audit_end *at, struct bytes time,
    struct bytes event, struct bytes text)
{
	const struct vehicle *v = ctx;
	char hex[2][24], line[1024];

	(void)at;
	(void)time;
	(void)event;
	snprintf(line, sizeof(line), "%.*s", (int)text.n, (const char *)text.p);
	for (size_t k = 0; k < 4; k++) {
		hex_encode(hex[0], v[k].lv.b, sizeof(v[k].lv.b));
		hex_encode(hex[1], v[k].cert->id, CERT_ID_SIZE);
		assert_null(strcasestr(line, hex[0]));
		assert_null(strcasestr(line, hex[1]));
	}
}

static void
test_audit(void **state)
{
	struct audit_end end;
	struct vehicle v[4];

	(void)state;
	make_devices(v, 4);
	for (size_t k = 0; k < 3; k++)
		bring(&v[k], &v[3], 60, (double)k);
	detect();
	OK(audit_verify(&end, w.folder, look_at_line, v, &fi));
	/* reports, decision */
	assert_int_equal(end.number, 2);
}

/* ---- kills ---- */

static const char *const crash_points[] = {
#define CRASH CRASH_NAME
#include "role/ma/crash.def"
#undef CRASH
    NULL};

/* What a kill must not change: two certificates of a liar, three reporters,
 * and the decision of the policy. */
static struct vehicle liar[2], witness[3];
static struct bytes reports[4];

static void
do_all(void)
{
	for (size_t k = 0; k < COUNT(reports); k++)
		(void)world_bring(&w, reports[k]);
	detect();
	detect();
}

static bool
is_killed_at(const char *point)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		setenv("MONARCH_CRASH_AT", point, 1);
		if (crash_arm("ma", crash_points, &fi) != FAULT_OK)
			_exit(2);
		world_restart(&w);
		do_all();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void
prepare(void)
{
	make_devices(witness, 3);
	vehicle_make(&w, &liar[0], 50, w.week);
	vehicle_make(&w, &liar[1], 50, w.week);
	for (size_t k = 0; k < 3; k++)
		reports[k] = world_seen(&w, &witness[k], &liar[0], 200, 0);
	reports[3] = world_seen(&w, &witness[0], &liar[1], 100, 3000);
}

static void
expect_outcome(const char *point)
{
	struct audit_end end;
	int64_t number = 0;

	if (NUMBER("select count(*) from report") != 4 || NUMBER(CASES) != 1 ||
	    NUMBER(REVOKED) != 1 ||
	    NUMBER("select count(*) from report where incident = 1") != 4 ||
	    NUMBER("select count(*) from incident where handed = 1") != 1 ||
	    NUMBER("select count(*) from revocation") != 1)
		fail_msg("another outcome after a kill at %s", point);
	(void)revocation_of(1, &number);
	assert_int_equal(number, 1);
	OK(audit_verify(&end, w.folder, NULL, NULL, &fi));
}

static void
test_kill(void **state)
{
	unsigned killed = 0;

	(void)state;
	for (size_t k = 0; crash_points[k] != NULL; k++) {
		/* of revoke.c, which no thread runs here */
		if (strncmp(crash_points[k], "ma-revoke-", 10) == 0)
			continue;
		world_close(&w);
		world_open(&w);
		prepare();
		if (!is_killed_at(crash_points[k]))
			fail_msg("%s was not passed", crash_points[k]);
		world_restart(&w);
		do_all();
		expect_outcome(crash_points[k]);
		killed++;
	}
	assert_int_equal(killed, 9);
}

static int
setup(void **state)
{
	(void)state;
	world_open(&w);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_one_certificate),
	    TEST(test_dismissed),
	    TEST(test_false),
	    TEST(test_revoked),
	    TEST(test_holder),
	    TEST(test_linked),
	    TEST(test_not_linked),
	    TEST(test_unlikely),
	    TEST(test_link_waits),
	    TEST(test_link_behind),
	    TEST(test_link_refused),
	    TEST(test_linked_to_revoked),
	    TEST(test_clear),
	    TEST(test_one_reporter),
	    TEST(test_some_reporters),
	    TEST(test_operators_only),
	    TEST(test_channel),
	    TEST(test_word_against_word),
	    TEST(test_who_counts),
	    TEST(test_panel_ends),
	    TEST(test_proof_waits),
	    TEST(test_decisions),
	    TEST(test_rif_of_a_case),
	    TEST(test_forget),
	    TEST(test_forget_questions),
	    TEST(test_plans),
	    TEST(test_upgrade),
	    TEST(test_audit),
	    TEST(test_kill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
