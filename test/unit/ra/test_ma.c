/*
 * test_ma.c - who may ask the RA about devices, over HTTPS, and that a device
 * that is blacklisted gets nothing any more.  Each refusal leaves every row of
 * the database as it was.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time32.h"
#include "role/ra/admin.h"
#include "service/crash.h"
#include "test/unit/ra/ma_scene.h"
#include "test/unit/ra/rows.h"

static const char *const points[] = {
#define CRASH CRASH_NAME
#include "role/ra/crash.def"
#undef CRASH
    NULL};
/* ---- refused ---- */

/* Something is wrong with a question about the last device. */
struct wrong {
	const char *name;
	unsigned status;
	const char *error; /* Monarch-Error; NULL: none */
	unsigned (*send)(struct http_result *, const scms_pdu *);
};

static const char *const why[] = {"Monarch-Justification: case 7", NULL};

static unsigned
post(struct http_result *r, struct http_client *client, const char *path,
    const char *const *headers, struct bytes body)
{
	return asker_post(r, &asker, &arena, client, path, headers, body);
}

static struct bytes
sealed(const scms_pdu *question)
{
	return asker_seal(&arena, &asker.ma, asker.folder, question);
}

#define PATH "/blacklist-by-hpcr"

static unsigned
by_nobody(struct http_result *r, const scms_pdu *q)
{
	return post(r, asker.by_nobody, PATH, why, sealed(q));
}

static unsigned
by_pca(struct http_result *r, const scms_pdu *q)
{
	return post(r, asker.by_pca, PATH, why, sealed(q));
}

static unsigned
without_reason(struct http_result *r, const scms_pdu *q)
{
	return post(r, asker.by_ma, PATH, NULL, sealed(q));
}

static unsigned
garbage(struct http_result *r, const scms_pdu *q)
{
	(void)q;
	return post(r, asker.by_ma, PATH, why, bytes_of_string("garbage"));
}

static unsigned
too_long(struct http_result *r, const scms_pdu *q)
{
	static uint8_t body[INQUIRY_BODY_MAX + 1];

	(void)q;
	return post(r, asker.by_ma, PATH, why, BYTES(body));
}

/* The RA's own signature, on a message of the MA's. */
static unsigned
signed_by_ra(struct http_result *r, const scms_pdu *q)
{
	return post(r, asker.by_ma, PATH, why,
	    asker_seal(&arena, &w.ra->self, asker.folder, q));
}

static unsigned
to_another_path(struct http_result *r, const scms_pdu *q)
{
	return post(r, asker.by_ma, "/certificate-digests", why, sealed(q));
}

static unsigned
of_another_ma(struct http_result *r, const scms_pdu *q)
{
	scms_pdu *other = ARENA_NEW(&arena, scms_pdu);

	*other = *q;
	other->content.ma_ra.ma_ra_blacklist_request.tbs.ma_id =
	    bytes_of_string("ma2.monarch.test");
	return post(r, asker.by_ma, PATH, why, sealed(other));
}

static unsigned
about_none(struct http_result *r, const scms_pdu *q)
{
	(void)q;
	return post(r, asker.by_ma, PATH, why,
	    sealed(about(INQUIRY_BLACKLIST, NULL, 0)));
}

static unsigned
about_many(struct http_result *r, const scms_pdu *q)
{
	hpcr list[51];

	(void)q;
	for (size_t k = 0; k < 51; k++)
		list[k] = hpcr_of(&device[DEVICES - 1]);
	return post(r, asker.by_ma, PATH, why,
	    sealed(about(INQUIRY_BLACKLIST, list, 51)));
}

static unsigned
without_auditors(struct http_result *r, const scms_pdu *q)
{
	unsigned status;

	w.service.environment.auditors_needed = 1;
	status = post(r, asker.by_ma, PATH, why, sealed(q));
	w.service.environment.auditors_needed = 0;
	return status;
}

/* A lost audit log: who does it must not be told that it was done. */
static unsigned
with_no_audit_log(struct http_result *r, const scms_pdu *q)
{
	char path[PATH_SIZE];
	struct bytes log;
	unsigned status;

	path_join(path, w.dir, AUDIT_FILE);
	must(file_read(&log, &arena, path, 1 << 20, &fi));
	assert_int_equal(truncate(path, 0), 0);
	status = post(r, asker.by_ma, PATH, why, sealed(q));
	{
		FILE *f = fopen(path, "r+");

		assert_non_null(f);
		assert_int_equal(fwrite(log.p, 1, log.n, f), log.n);
		fclose(f);
	}
	return status;
}

static const struct wrong wrongs[] = {
    {"by nobody", 403, NULL, by_nobody},
    {"by a PCA", 403, NULL, by_pca},
    {"too long", 413, NULL, too_long},
    {"without a reason", 400, "BAD_MESSAGE", without_reason},
    {"garbage", 400, "BAD_VERSION", garbage},
    {"signed by the RA", 401, "SSP_NOT_PERMITTED", signed_by_ra},
    {"to another path", 400, "BAD_MESSAGE", to_another_path},
    {"of another MA", 400, "BAD_MESSAGE", of_another_ma},
    {"about none", 400, "BAD_MESSAGE", about_none},
    {"about many", 413, "TOO_LARGE", about_many},
    {"without auditors", 401, "DENIED", without_auditors},
    {"no audit log", 503, "STORE", with_no_audit_log},
};

static void
test_refused(void **state)
{
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];
	const scms_pdu *question;
	hpcr h;

	(void)state;
	provision();
	run();
	h = hpcr_of(&device[DEVICES - 1]);
	question = about(INQUIRY_BLACKLIST, &h, 1);
	rows_hash(before, w.ra->db_path);
	for (size_t k = 0; k < sizeof(wrongs) / sizeof(wrongs[0]); k++) {
		const struct wrong *wrong = &wrongs[k];
		size_t refusals = lines(" refusal ");
		struct http_result r;
		unsigned status = wrong->send(&r, question);
		const char *error =
		    http_result_header(&r, &arena, "Monarch-Error");

		if (status != wrong->status ||
		    strcmp(error != NULL ? error : "",
			wrong->error != NULL ? wrong->error : "") != 0)
			fail_msg("%s: %u %s", wrong->name, status, error);
		assert_int_equal(r.body.n, 0);
		if (wrong->error != NULL && status != 503)
			assert_int_equal(lines(" refusal "), refusals + 1);
		rows_hash(after, w.ra->db_path);
		assert_memory_equal(before, after, SHA256_SIZE);
		assert_int_equal(lines(" blacklist "), 0);
	}
	blacklist_one(&device[DEVICES - 1]);
	assert_int_equal(lines(" blacklist "), 1);
}

static void
test_replayed(void **state)
{
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];
	struct http_result r;
	struct bytes message;
	bool changed;
	hpcr h;

	(void)state;
	provision();
	run();
	h = hpcr_of(&device[0]);
	message = sealed(about(INQUIRY_BLACKLIST, &h, 1));
	assert_int_equal(post(&r, asker.by_ma, PATH, why, message), 200);
	must(
	    admin_block(&changed, w.db, device[1].cert->id, time32_now(), &fi));
	rows_hash(before, w.ra->db_path);
	assert_int_equal(post(&r, asker.by_ma, PATH, why, message), 409);
	restart();
	assert_int_equal(post(&r, asker.by_ma, PATH, why, message), 409);
	rows_hash(after, w.ra->db_path);
	assert_memory_equal(before, after, SHA256_SIZE);
}

static void
test_per_day(void **state)
{
	const scms_error *const unknown[] = {
	    &ma_no_such_hpcr, &ma_no_such_hpcr, &ma_no_such_hpcr};
	const hpcr list[] = {nobody, nobody, nobody};
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];
	struct inquiry_reply reply;
	hpcr h;

	(void)state;
	w.service.environment.ma_blacklists_per_day = 4;
	restart();
	provision();
	run();
	h = hpcr_of(&device[0]);
	blacklist(list, 3, unknown); /* guesses count */
	blacklist_one(&device[1]);
	rows_hash(before, w.ra->db_path);
	assert_int_equal(asker_ask(&reply, &asker, &arena, INQUIRY_BLACKLIST,
			     about(INQUIRY_BLACKLIST, &h, 1), &fi),
	    FAULT_LIMIT);
	rows_hash(after, w.ra->db_path);
	assert_memory_equal(before, after, SHA256_SIZE);
	h = hpcr_of(&device[1]); /* chains cost nothing */
	(void)ask_chains(&reply, &h, 1);
	time_set_offset(time_offset() + 86400 + 3600);
	blacklist_one(&device[0]);
}

/* ---- blacklisted ---- */

static void
test_blacklist(void **state)
{
	const scms_error *const expected[] = {
	    NULL, &ma_no_such_hpcr, &ma_already_blacklisted, NULL};
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];
	hpcr list[4];
	bool changed;

	(void)state;
	provision();
	run();
	must(
	    admin_block(&changed, w.db, device[2].cert->id, time32_now(), &fi));
	list[0] = list[2] = hpcr_of(&device[0]);
	list[1] = nobody;
	list[3] = hpcr_of(&device[2]); /* the operator's block is lifted no
					  more */
	blacklist(list, 4, expected);
	assert_int_equal(count("select count(*) from blocked"), 2);
	assert_int_equal(
	    count("select count(*) from blocked where revoked = 1"), 2);
	assert_int_equal(lines("by=ma devices=2 already=1 unknown=1"
			       " why=\"case 7\""),
	    1);
	rows_hash(before, w.ra->db_path);
	for (size_t k = 0; k < 3; k += 2)
		assert_int_equal(admin_unblock(&changed, w.db,
				     device[k].cert->id, time32_now(), 0, &fi),
		    FAULT_DENIED);
	rows_hash(after, w.ra->db_path);
	assert_memory_equal(before, after, SHA256_SIZE);
	/* its request of then, and its files */
	assert_int_equal(device_provision(&device[0], &w), 403);
	assert_int_equal(device_provision(&device[1], &w), 200);
}

/* In pools, refused, on their way, on order: nothing more comes of it. */
static void
test_stops_everything(void **state)
{
	struct device *d = &device[0];
	uint32_t issued, more;

	(void)state;
	provision();
	run();
	assert_int_equal(units(d, UNIT_DONE), WEEKS);
	fakes->pca.lose = 1; /* the next message is issued, not collected */
	world_wait(&w, 1);
	for (int k = 0; k < 60 && fakes->pca.lose > 0; k++) {
		(void)step();
		time_set_offset(time_offset() + 3);
	}
	assert_int_equal(units(d, UNIT_SENT), 1);
	world_wait(&w, 2);
	for (int k = 0; k < 20; k++)
		(void)plan();
	assert_int_equal(units(d, UNIT_POOLED), 2);
	execute("update unit set state = %d where device = %lld and i ="
		" (select max(i) from unit)",
	    UNIT_REFUSED, (long long)d->number);
	assert_int_equal(units(d, UNIT_POOLED), 1);
	assert_int_equal(units(d, UNIT_REFUSED), 1);
	issued = fakes->pca.records_n;
	blacklist_one(d);
	assert_int_equal(units(d, UNIT_POOLED), 0);
	assert_int_equal(units(d, UNIT_REFUSED), 0);
	for (int week = 0; week < 4; week++) {
		time_set_offset(time_offset() + 1000);
		run();
		world_wait(&w, 1);
	}
	/* the others went on; this one has what was issued before */
	more = fakes->pca.records_n - issued;
	assert_int_equal(more, (DEVICES - 1) * 5 * EACH);
	assert_int_equal(units(&device[1], UNIT_DONE), WEEKS + 6);
	assert_int_equal(units(d, UNIT_SENT), 0);
	assert_int_equal(units(d, UNIT_DONE), WEEKS + 1);
	assert_int_equal(units(d, UNIT_REMOVED), 2);
	assert_int_equal(count("select count(*) from pool"), 0);
	assert_string_equal(fakes->pca.mistake, "");
}

/* The one it got later and the one it had before. */
static void
test_family(void **state)
{
	const struct device *old = &device[0], *new = &device[1];
	char from[17], to[17];
	struct inquiry_reply reply;
	const ra_ma_lci_response_msg_lci_info *info;
	hpcr h;

	(void)state;
	provision();
	run();
	hex_encode(from, old->cert->id, 8);
	hex_encode(to, new->cert->id, 8);
	execute("insert into successor(enrollment_hash, enrollment_id, request,"
		" next_id, since) values(x'00', x'%s', x'00', x'%s', 1)",
	    from, to);
	blacklist_one(old);
	assert_int_equal(device_provision(&device[0], &w), 403);
	assert_int_equal(device_provision(&device[1], &w), 403);
	assert_int_equal(device_provision(&device[2], &w), 200);
	h = hpcr_of(new);
	info = ask_chains(&reply, &h, 1);
	assert_int_equal(info->n, 2);
	for (size_t k = 0; k < 2; k++) {
		assert_int_equal(info->v[k].reply.is, hpcr2_lci_reply_success);
		assert_memory_equal(&info->v[k].hpcr, &h, sizeof(h));
	}
}

static void
die_at_blacklisting(const hpcr *h)
{
	scms_pdu answer;
	const struct inquiry_question question = {
	    .kind = INQUIRY_BLACKLIST,
	    .pdu = about(INQUIRY_BLACKLIST, h, 1),
	    .why = "case 7",
	};

	setenv("MONARCH_CRASH_AT", "ra-blacklisted", 1);
	if (crash_arm("ra", points, &fi) != FAULT_OK)
		_exit(3);
	(void)ma_blacklist(&answer, w.ra, w.db, &arena, &question, NULL, &fi);
	_exit(4);
}

static void
test_killed(void **state)
{
	const scms_error *const already[] = {&ma_already_blacklisted};
	int status;
	pid_t pid;
	hpcr h;

	(void)state;
	provision();
	run();
	h = hpcr_of(&device[0]);
	if ((pid = fork()) == 0)
		die_at_blacklisting(&h);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(device_provision(&device[0], &w), 403);
	blacklist(&h, 1, already);
	assert_int_equal(lines(" blacklist "), 2);
}
int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_refused),
	    TEST(test_replayed),
	    TEST(test_per_day),
	    TEST(test_blacklist),
	    TEST(test_stops_everything),
	    TEST(test_family),
	    TEST(test_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
