/* test_policy.c - the RA's policy: when values are in force, what it makes of
 * a GPF with a PG, and what it does not take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/chainfile.h"
#include "cert/issue.h"
#include "cert/profile.h"
#include "coer/coer.h"
#include "role/ra/chain_make.h"
#include "role/ra/policy_make.h"
#include "role/ra/policy_update.h"
#include "schema/scms_protocol.h"
#include "service/crash.h"
#include "test/unit/ra/world.h"

#define US UINT64_C(1000000)

static struct world w;

/* ---- a PG ---- */

enum mood {
	MOOD_GOOD,
	MOOD_DOWN,
	MOOD_REFUSES,
	MOOD_OTHER_VALUE, /* signs, but another value */
	MOOD_OTHER_RA,	  /* signs for somebody else */
	MOOD_FORGER,	  /* is not the PG */
	MOODS
};

static struct {
	struct key *key;
	struct cert *cert;
	struct signer signer;
	enum mood mood;
	struct bytes gpf, gccf; /* n == 0: 304 */
	unsigned calls, signatures;
} pg;

static struct policy_set global;

static void
make_pg(const char *file, uint32_t age)
{
	struct profile_params p = {.name = "pg.monarch.test",
	    .start = time32_now() - age,
	    .lifetime = {6, 4}};
	const struct actor *root = &w.actor[WHO_ROOT];
	certificate *template;
	char path[PATH_SIZE];
	struct bytes raw;

	memset(&pg, 0, sizeof(pg));
	pg.key = key_generate(CURVE_P256);
	p.verify_key = *key_public(pg.key);
	memcpy(p.craca_id, root->cert->id + 5, 3);
	must(profile_build(&template, &w.arena, PROFILE_PG, &p, &fi));
	must(cert_issue_explicit(&raw, &w.arena, template, &root->signer, &fi));
	must(cert_load(&pg.cert, &w.arena, raw, &fi));
	must(key_signer(&pg.signer, pg.key, pg.cert, &fi));
	path_join(path, w.dir, file);
	must(file_write(path, raw, 0600, &fi));
}

static struct bytes
make_gpf(uint8_t version, uint64_t time)
{
	const uint8_t id[] = {0, version};
	const struct policy_head head = {BYTES(id), time, time};
	struct bytes tbs, base, out;

	must(policy_tbs_global(&tbs, &w.arena, &head, &global, &fi));
	must(policy_countersign(&base, &w.arena, tbs, time, &pg.signer, &fi));
	must(policy_gpf(&out, &w.arena, base, &pg.signer, &fi));
	return out;
}

static struct bytes
countersigned(struct arena *arena, struct bytes request)
{
	const ra_pg_policy_signature_request_msg *msg;
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	struct bytes tbs, base;
	struct policy_file file;
	struct policy_point v = {0, {.number = 255}};
	const char *name = w.ra->self.name;

	must(coer_decode(&scms_pdu_asn, pdu, arena, request, &fi));
	msg = &pdu->content.ra_pg.ra_pg_policy_signature_request;
	must(coer_encode_new(
	    &tbs, arena, &to_be_signed_policy_data_asn, &msg->tbs, &fi));
	must(policy_read_tbs(&file, arena, POLICY_CUSTOM, tbs, 0, &fi));
	assert_string_equal(file.ra_hostname, name);
	if (pg.mood == MOOD_OTHER_VALUE)
		file.set.of[POLICY_MIN_CERTS] = (struct policy_series){&v, 1};
	if (pg.mood == MOOD_OTHER_RA)
		name = "ra2.monarch.test";
	must(policy_tbs_custom(&tbs, arena, &file.head, name, &file.set, &fi));
	must(policy_countersign(&base, arena, tbs, time64_now(),
	    pg.mood == MOOD_FORGER ? &w.actor[WHO_RA].signer : &pg.signer,
	    &fi));
	pg.signatures++;
	return base;
}

static struct bytes
signature_reply(struct arena *arena, struct bytes request)
{
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	ra_pg_policy_signature_request_reply_msg *msg =
	    &pdu->content.ra_pg.ra_pg_policy_signature_request_reply;
	struct bytes out;

	pdu->version = 1;
	pdu->content.is = scms_pdu_content_ra_pg;
	pdu->content.ra_pg.is =
	    ra_pg_interface_pdu_ra_pg_policy_signature_request_reply;
	msg->version = 1;
	if (pg.mood == MOOD_REFUSES) {
		msg->signed_file.is =
		    ra_pg_policy_signature_request_reply_msg_signed_file_failure;
		msg->signed_file.failure = ra_pg_error_ra_pg_policy_error;
	} else {
		msg->signed_file.is =
		    ra_pg_policy_signature_request_reply_msg_signed_file_success;
		must(coer_decode(&base_policy_file_asn,
		    &msg->signed_file.success, arena,
		    countersigned(arena, request), &fi));
	}
	must(coer_encode_new(&out, arena, &scms_pdu_asn, pdu, &fi));
	return out;
}

static enum fault
call_pg(void *ctx, struct http_result *result, struct arena *arena,
    const struct http_call *call, struct fault_info *info)
{
	(void)ctx;
	pg.calls++;
	if (pg.mood == MOOD_DOWN)
		return fault_set(info, FAULT_NETWORK, "nobody there");
	*result = (struct http_result){.status = 200};
	if (strstr(call->url, "/sign-policy") != NULL)
		result->body = signature_reply(arena, call->body);
	else if (strstr(call->url, "/global-policy") != NULL)
		result->body = bytes_copy(arena, pg.gpf);
	else
		result->body = bytes_copy(arena, pg.gccf);
	if (result->body.n == 0)
		result->status = 304;
	return FAULT_OK;
}

/* ---- files ---- */

static void
put(const char *name, struct bytes b)
{
	char path[PATH_SIZE];

	path_join(path, w.dir, name);
	must(file_write(path, b, 0600, &fi));
}

/* An LPF as a ceremony makes it, version 0001_0001. */
static void
put_lpf(const struct policy_set *set, uint64_t time)
{
	const struct signer *ra = &w.actor[WHO_RA].signer;
	const uint8_t id[] = {0, 1};
	const struct policy_head head = {BYTES(id), time, time};
	struct bytes tbs, custom, own, file;

	must(policy_tbs_custom(
	    &tbs, &w.arena, &head, "ra.monarch.test", set, &fi));
	must(policy_countersign(&custom, &w.arena, tbs, time, &pg.signer, &fi));
	must(policy_tbs_local(&tbs, &w.arena, &head, set, &fi));
	must(policy_countersign(&own, &w.arena, tbs, time, ra, &fi));
	must(policy_lpf(&file, &w.arena, custom, own, ra, &fi));
	put("data/lpf.oer", file);
}

static void
defaults(struct policy_set *out)
{
	const struct policy_local l = {.shuffle_threshold = 1000,
	    .certs_per_i_period = 20,
	    .la1 = "la1.monarch.test",
	    .shared_key_update = {6, 1}};

	must(policy_set_values(out, &w.arena, &policy_global_default, &l, &fi));
}

static int
setup(void **state)
{
	struct policy_set set;

	world_make(&w);
	make_pg("known/pg.oer", 4 * 604800);
	defaults(&set);
	global = set;
	put_lpf(&set, time64_now() - 10 * US);
	world_start(&w);
	w.ra->pg.call = call_pg;
	*state = &w;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	key_free(pg.key);
	world_remove(&w);
	return 0;
}

static const char *
name_in_force(void)
{
	struct bytes contents;
	const char *name = "";

	if (published_get(&w.ra->lpf, &name, &contents, &w.arena, &fi) !=
	    FAULT_OK)
		return "nothing";
	return name;
}

static struct ra_policy
at(uint32_t time)
{
	struct ra_policy p;

	ra_policy_at(w.ra, &p, time);
	return p;
}

/* ---- values ---- */

static void
test_no_policy(void **state)
{
	const struct environment *e = &w.service.environment;
	struct ra_policy p;

	(void)state;
	world_stop(&w);
	{
		char path[PATH_SIZE];

		path_join(path, w.dir, "data/lpf.oer");
		assert_int_equal(unlink(path), 0);
	}
	world_start(&w);
	p = at(time32_now());
	assert_int_equal(p.certs_per_i_period, e->certs_per_i_period);
	assert_int_equal(p.i_period_seconds, e->i_period_seconds);
	assert_int_equal(
	    p.supply_seconds, e->supply_weeks * e->i_period_seconds);
	assert_int_equal(p.shuffle_count, e->shuffle_count);
	assert_int_equal(p.shuffle_max_age, e->shuffle_max_age_seconds);
	assert_int_equal(p.until, UINT32_MAX);
	assert_true(p.retrieval_seconds > 0 && p.key_update_seconds > 0);
}

static void
test_series(void **state)
{
	uint32_t now = time32_now(), t = now + 1000;
	const struct policy_point certs[] = {{0, {.number = 20}},
	    {t * US, {.number = 60}}, {(t + 50) * US, {.number = 30}}},
				  supply[] = {{0, {.lifetime = {6, 3}}},
				      {(t + 20) * US + 1,
					  {.lifetime = {4, 5000}}}};
	struct policy_set set;
	struct ra_policy p;

	(void)state;
	p = at(now);
	assert_int_equal(p.certs_per_i_period, 20);
	assert_int_equal(p.shuffle_count, 1000);
	assert_int_equal(p.request_max_age, 48 * 3600);
	assert_int_equal(p.shuffle_max_age, WORLD_MAX_AGE);
	assert_int_equal(p.application_seconds, 169 * 3600);
	assert_int_equal(p.application_overlap, 3600);
	assert_int_equal(p.key_update_seconds, 31556952);
	assert_int_equal(p.retrieval_seconds, 3600);
	assert_int_equal(p.until, UINT32_MAX);
	/* A new file is seen at once, a new value at its start. */
	defaults(&set);
	set.of[POLICY_LOCAL_CERTS] = (struct policy_series){certs, 3};
	set.of[POLICY_MAX_SUPPLY] = (struct policy_series){supply, 2};
	put_lpf(&set, time64_now());
	p = at(now);
	assert_int_equal(p.certs_per_i_period, 20);
	assert_int_equal(p.until, t);
	assert_int_equal(at(t - 1).certs_per_i_period, 20);
	p = at(t);
	assert_int_equal(p.certs_per_i_period, 60);
	assert_int_equal(p.until, t + 21);
	assert_int_equal(p.supply_seconds, 3 * 31556952);
	assert_int_equal(at(t + 20).supply_seconds, 3 * 31556952);
	assert_int_equal(at(t + 21).supply_seconds, 5000 * 3600);
	assert_int_equal(at(t + 49).certs_per_i_period, 60);
	assert_int_equal(at(t + 50).certs_per_i_period, 30);
	assert_int_equal(at(t + 50).until, UINT32_MAX);
	/* Somebody who asks for an earlier time gets that. */
	assert_int_equal(at(t - 1).certs_per_i_period, 20);
	/* What does not verify changes nothing. */
	put("data/lpf.oer", BYTES(((uint8_t[]){1, 2, 3})));
	assert_int_equal(at(t + 50).certs_per_i_period, 30);
}

/* A maximum age below the environment's setting counts. */
static void
test_age(void **state)
{
	struct policy_global g = policy_global_default;
	struct policy_set set;

	(void)state;
	g.max_request_age = (struct lifetime){4, 27};
	must(policy_set_values(&set, &w.arena, &g, NULL, &fi));
	put_lpf(&set, time64_now());
	assert_int_equal(at(time32_now()).shuffle_max_age, 27 * 3600);
	assert_int_equal(at(time32_now()).certs_per_i_period, 20);
}

/* ---- visits ---- */

static void
test_visit(void **state)
{
	struct policy_file now;

	(void)state;
	/* The policy of the ceremony: nothing to do, but it is kept. */
	pg.gpf = make_gpf(1, time64_now() - 10 * US);
	assert_int_equal(policy_visit(w.ra), 0);
	assert_int_equal(pg.signatures, 0);
	assert_string_equal(name_in_force(), "local_policy_0001_0001.oer");
	/* A new one. */
	global.of[POLICY_MIN_CERTS].v =
	    &(const struct policy_point){0, {.number = 20}};
	global.of[POLICY_RSE_OVERLAP].v =
	    &(const struct policy_point){0, {.lifetime = {3, 30}}};
	pg.gpf = make_gpf(2, time64_now());
	assert_int_equal(policy_visit(w.ra), 0);
	assert_int_equal(pg.signatures, 1);
	assert_string_equal(name_in_force(), "local_policy_0002_0002.oer");
	assert_int_equal(at(time32_now()).application_overlap, 1800);
	must(policy_current(&now, w.ra, &w.arena, &fi));
	assert_string_equal(now.local.la1, "la1.monarch.test");
	assert_int_equal(now.local.certs_per_i_period, 20);
	/* 304, and the same once more. */
	pg.gpf = BYTES_NONE;
	assert_int_equal(policy_visit(w.ra), 0);
	pg.gpf = make_gpf(2, time64_now());
	assert_int_equal(policy_visit(w.ra), 0);
	assert_int_equal(pg.signatures, 1);
	assert_string_equal(name_in_force(), "local_policy_0002_0002.oer");
}

/* Whatever goes wrong, what is published stays as it was. */
static void
test_trouble(void **state)
{
	uint64_t now = time64_now();
	struct bytes good;

	(void)state;
	global.of[POLICY_RSE_OVERLAP].v =
	    &(const struct policy_point){0, {.lifetime = {3, 30}}};
	good = make_gpf(2, now);
	for (pg.mood = MOOD_DOWN; pg.mood < MOODS; pg.mood++) {
		pg.gpf = good;
		if (policy_visit(w.ra) == 0)
			assert_int_not_equal(pg.mood, MOOD_DOWN);
		else
			assert_int_equal(pg.mood, MOOD_DOWN);
		assert_string_equal(
		    name_in_force(), "local_policy_0001_0001.oer");
		assert_int_equal(at(time32_now()).application_overlap, 3600);
	}
	/* Downgrade, forgery, rubbish. */
	pg.mood = MOOD_GOOD;
	pg.gpf = good;
	assert_int_equal(policy_visit(w.ra), 0);
	assert_string_equal(name_in_force(), "local_policy_0002_0002.oer");
	pg.gpf = make_gpf(2, now); /* signed again: not the same */
	assert_int_equal(policy_visit(w.ra), 0);
	pg.gpf = make_gpf(1, now - US);
	assert_int_equal(policy_visit(w.ra), 0);
	pg.gpf = make_gpf(3, now - US);
	assert_int_equal(policy_visit(w.ra), 0);
	pg.gpf = make_gpf(1, now + US);
	assert_int_equal(policy_visit(w.ra), 0);
	pg.gpf = make_gpf(3, now + 100 * US); /* from the future */
	assert_int_equal(policy_visit(w.ra), 0);
	pg.gpf = BYTES(((uint8_t[]){3, 2, 1}));
	assert_int_equal(policy_visit(w.ra), 0);
	{
		uint8_t *p = arena_alloc(&w.arena, 5000, 1);

		good = make_gpf(3, now + US);
		memcpy(p, good.p, good.n);
		p[good.n - 1] ^= 1;
		pg.gpf = (struct bytes){p, good.n};
	}
	assert_int_equal(policy_visit(w.ra), 0);
	assert_string_equal(name_in_force(), "local_policy_0002_0002.oer");
	assert_int_equal(pg.signatures, 4);
}

/* What we hold of the PG is lost: an older policy is refused all the same, and
 * that is said until a visit is good. */
static void
test_older(void **state)
{
	uint64_t now = time64_now();
	char path[PATH_SIZE], older[PATH_SIZE];

	(void)state;
	pg.gpf = make_gpf(2, now);
	assert_int_equal(policy_visit(w.ra), 0);
	assert_string_equal(name_in_force(), "local_policy_0002_0002.oer");
	assert_string_equal(w.ra->policies.trouble, "");
	policy_folder(w.ra, path);
	path_join(older, w.dir, "lost");
	assert_int_equal(rename(path, older), 0);
	must(file_mkdir(path, 0700, &fi));
	pg.gpf = make_gpf(1, now + US);
	assert_int_equal(policy_visit(w.ra), 0);
	assert_string_equal(name_in_force(), "local_policy_0002_0002.oer");
	assert_non_null(strstr(w.ra->policies.trouble, "0001 is older"));
	pg.gpf = make_gpf(3, now + 2 * US);
	assert_int_equal(policy_visit(w.ra), 0);
	assert_string_equal(w.ra->policies.trouble, "");
	assert_string_equal(name_in_force(), "local_policy_0003_0003.oer");
}

/* No descriptor is left: what was read stays, and is read later. */
static void
test_unreadable(void **state)
{
	struct rlimit all, none;
	struct policy_set set;

	(void)state;
	assert_string_equal(name_in_force(), "local_policy_0001_0001.oer");
	defaults(&set);
	put_lpf(&set, time64_now());
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
	none = all;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(published_reading(&w.ra->lpf), 1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &all), 0);
	assert_int_equal(published_reading(&w.ra->lpf), 2);
}

/* The PG has a new certificate: what the old one signed is signed again. */
static void
test_renewed(void **state)
{
	struct policy_file now;

	(void)state;
	pg.gpf = make_gpf(1, time64_now() - 10 * US);
	assert_int_equal(policy_visit(w.ra), 0);
	assert_string_equal(name_in_force(), "local_policy_0001_0001.oer");
	world_stop(&w);
	key_free(pg.key);
	make_pg("known/pg-new.oer", 604800);
	world_start(&w);
	w.ra->pg.call = call_pg;
	for (int k = 0; k < 2; k++) {
		assert_int_equal(policy_visit(w.ra), 0);
		assert_string_equal(
		    name_in_force(), "local_policy_0001_0002.oer");
	}
	must(policy_current(&now, w.ra, &w.arena, &fi));
	assert_memory_equal(now.pg->id, pg.cert->id, 8);
	assert_int_equal(pg.signatures, 1);
}

/* The RA dies between two steps; afterwards one visit finishes what began. */
static void
test_crashes(void **state)
{
	static const char *const points[] = {
	    "ra-policy-kept", "ra-policy-wished", "ra-policy-published", NULL};
	uint64_t now = time64_now();
	int status;
	pid_t pid;

	(void)state;
	for (size_t k = 0; points[k] != NULL; k++) {
		const struct policy_point p = {
		    0, {.lifetime = {3, (uint16_t)(30 + k)}}};

		global.of[POLICY_RSE_OVERLAP].v = &p;
		pg.gpf = make_gpf((uint8_t)(2 + k), now + k);
		if ((pid = fork()) == 0) {
			setenv("MONARCH_CRASH_AT", points[k], 1);
			if (crash_arm("ra", points, &fi) != FAULT_OK)
				_exit(2);
			policy_visit(w.ra);
			_exit(3);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(policy_visit(w.ra), 0);
		assert_int_equal(
		    at(time32_now()).application_overlap, 60 * (30 + k));
	}
}

/* ---- chain files ---- */

static struct bytes
make_gccf(uint16_t version, bool forged)
{
	struct chain_file file = {.gccf_version = version};
	struct bytes certs[5], out;
	uint8_t *p;

	certs[0] = w.actor[WHO_ICA].cert->raw;
	certs[1] = w.actor[WHO_ECA].cert->raw;
	certs[2] = w.actor[WHO_PCA].cert->raw;
	certs[3] = w.actor[WHO_LA1].cert->raw;
	certs[4] = pg.cert->raw;
	if (forged) {
		p = arena_alloc(&w.arena, certs[2].n, 1);
		memcpy(p, certs[2].p, certs[2].n);
		p[certs[2].n - 1] ^= 1;
		certs[2].p = p;
	}
	file.ma = w.actor[WHO_RA].cert->raw;
	file.cert = certs;
	file.n_cert = 5;
	must(chain_file_build(&out, &w.arena, &file, &fi));
	return out;
}

static struct chain_file
lccf(void)
{
	struct chain_file file;
	struct bytes octets;

	must(file_read(&octets, &w.arena, w.ra->lccf.path, 1u << 20, &fi));
	must(chain_file_open(&file, &w.arena, octets, &fi));
	return file;
}

static void
test_chains(void **state)
{
	struct chain_file file;

	(void)state;
	pg.gpf = make_gpf(1, time64_now() - 10 * US);
	pg.gccf = make_gccf(3, false);
	assert_int_equal(policy_visit(w.ra), 0);
	file = lccf();
	assert_true(file.local);
	assert_int_equal(file.gccf_version, 3);
	assert_int_equal(file.lccf_version, 1);
	assert_string_equal(file.ra_hostname, "ra.monarch.test");
	assert_int_equal(file.n_cert, 4); /* no LA */
	/* The same, an older one. */
	assert_int_equal(policy_visit(w.ra), 0);
	assert_int_equal(lccf().lccf_version, 1);
	pg.gccf = make_gccf(2, false);
	assert_int_equal(policy_visit(w.ra), 0);
	assert_int_equal(lccf().gccf_version, 3);
	/* One certificate does not verify: it is left out. */
	pg.gccf = make_gccf(4, true);
	assert_int_equal(policy_visit(w.ra), 0);
	file = lccf();
	assert_int_equal(file.gccf_version, 4);
	assert_int_equal(file.lccf_version, 2);
	assert_int_equal(file.n_cert, 3);
	pg.gccf = BYTES(((uint8_t[]){9, 9}));
	assert_int_equal(policy_visit(w.ra), 0);
	assert_int_equal(lccf().lccf_version, 2);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_no_policy),
	    TEST(test_series),
	    TEST(test_age),
	    TEST(test_visit),
	    TEST(test_trouble),
	    TEST(test_older),
	    TEST(test_unreadable),
	    TEST(test_renewed),
	    TEST(test_crashes),
	    TEST(test_chains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
