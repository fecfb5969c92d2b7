/* policy_test.c - a device and its policy: values at their start, an older
 * file, one for another RA, forged signatures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cert/policy.h"
#include "test/unit/device/folder.h"
#include "test/unit/device/world_int.h"

#define US UINT64_C(1000000)

static char dir[PATH_SIZE], path[PATH_SIZE];
static struct world *w;
static struct monarch_device *d;
static struct transport world_calls;
static struct fault_info fi;

/* What the RA gives. */
static struct bytes lpf;
static unsigned number; /* in its name */
static unsigned sent;

static enum fault
call(void *ctx, struct http_result *result, struct arena *arena,
    const struct http_call *c, struct fault_info *info)
{
	const char *name =
	    arena_printf(arena, "local_policy_0001_%04x.oer", number);

	if (strstr(c->url, "/download/policy/local") == NULL)
		return world_calls.call(ctx, result, arena, c, info);
	*result = (struct http_result){.status = 200, .body = lpf};
	result->head = bytes_of_string(arena_printf(arena,
	    "Content-Disposition: attachment; "
	    "filename=\"%s\"\r\n",
	    name));
	for (size_t k = 0; c->headers != NULL && c->headers[k] != NULL; k++)
		if (strstr(c->headers[k], name) != NULL)
			*result = (struct http_result){.status = 304};
	sent += result->status == 200;
	return FAULT_OK;
}

static int
set_up(void **state)
{
	(void)state;
	temporary_folder(dir);
	w = world_new();
	world_device(w, dir, "obe", path);
	d = world_open(w, path);
	world_calls = d->transport;
	d->transport.call = call;
	sent = 0;
	number = 2;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	monarch_close(d);
	world_free(w);
	remove_folder(dir);
	world_clock(WORLD_NOW);
	return 0;
}

/* ---- files ---- */

struct terms {
	uint64_t time;
	const char *ra;
	enum actor custom, local, whole; /* who signs */
	struct policy_series certs, tolerance;
};

static const struct terms good = {.time = (uint64_t)WORLD_NOW * US,
    .ra = WORLD_RA,
    .custom = ACTOR_PG,
    .local = ACTOR_RA,
    .whole = ACTOR_RA};

static struct bytes
make(struct terms t)
{
	const struct policy_head head = {
	    bytes_of_string("policy"), t.time, t.time};
	const struct policy_local l = {.certs_per_i_period = 20};
	struct bytes tbs, custom, local, out;
	struct policy_set set;

	MUST(policy_set_values(
	    &set, &w->arena, &policy_global_default, &l, &fi));
	if (t.certs.n > 0)
		set.of[POLICY_LOCAL_CERTS] = t.certs;
	if (t.tolerance.n > 0)
		set.of[POLICY_OVERDUE_CRL_TOLERANCE] = t.tolerance;
	MUST(policy_tbs_custom(&tbs, &w->arena, &head, t.ra, &set, &fi));
	MUST(policy_countersign(
	    &custom, &w->arena, tbs, t.time, &w->actor[t.custom].signer, &fi));
	MUST(policy_tbs_local(&tbs, &w->arena, &head, &set, &fi));
	MUST(policy_countersign(
	    &local, &w->arena, tbs, t.time, &w->actor[t.local].signer, &fi));
	MUST(policy_lpf(
	    &out, &w->arena, custom, local, &w->actor[t.whole].signer, &fi));
	return out;
}

static enum fault
contact(uint32_t time)
{
	world_clock(time);
	return monarch_update_policy(d, &fi);
}

/* ---- tests ---- */

static void
values_at_their_start(void **state)
{
	uint32_t t = WORLD_NOW + 5000;
	const struct policy_point certs[] = {{0, {.number = 20}},
	    {t * US, {.number = 60}}},
				  tolerance[] = {{0, {.lifetime = {4, 336}}},
				      {(t + 10) * US, {.lifetime = {4, 48}}}};
	struct terms terms = good;

	(void)state;
	terms.certs = (struct policy_series){certs, 2};
	terms.tolerance = (struct policy_series){tolerance, 2};
	lpf = make(terms);
	MUST(contact(WORLD_NOW + 1));
	assert_int_equal(sent, 1);
	assert_int_equal(d->state.certs_per_i_period, 20);
	assert_int_equal(d->state.overdue_crl_seconds, 336 * 3600);
	MUST(contact(t - 1));
	assert_int_equal(d->state.certs_per_i_period, 20);
	MUST(contact(t));
	assert_int_equal(d->state.certs_per_i_period, 60);
	assert_int_equal(d->state.overdue_crl_seconds, 336 * 3600);
	MUST(contact(t + 9));
	assert_int_equal(d->state.overdue_crl_seconds, 336 * 3600);
	MUST(contact(t + 10));
	assert_int_equal(d->state.overdue_crl_seconds, 48 * 3600);
	/* A clock that goes back finds the former values. */
	MUST(contact(t - 1));
	assert_int_equal(d->state.certs_per_i_period, 20);
	assert_int_equal(d->state.overdue_crl_seconds, 336 * 3600);
	assert_int_equal(sent, 1);
	/* And so does a device that is opened again. */
	world_clock(t);
	monarch_close(d);
	d = world_open(w, path);
	assert_int_equal(d->state.certs_per_i_period, 60);
}

static void
an_older_one_is_not_taken(void **state)
{
	const struct policy_point less = {0, {.number = 10}};
	struct terms older = good;

	(void)state;
	lpf = make(good);
	MUST(contact(WORLD_NOW + 1));
	older.time = good.time - US;
	older.certs = (struct policy_series){&less, 1};
	lpf = make(older);
	number = 1;
	MUST(contact(WORLD_NOW + 2));
	assert_int_equal(sent, 2);
	assert_int_equal(d->state.certs_per_i_period, 20);
	assert_string_equal(d->state.policy_name, "local_policy_0001_0002.oer");
	/* Nor after a new start. */
	monarch_close(d);
	d = world_open(w, path);
	assert_int_equal(d->state.certs_per_i_period, 20);
}

static void
one_that_is_not_right_is_refused(void **state)
{
	struct terms bad[] = {good, good, good, good};
	static const enum fault want[] = {FAULT_DENIED, FAULT_SSP_NOT_PERMITTED,
	    FAULT_SSP_NOT_PERMITTED, FAULT_SSP_NOT_PERMITTED};

	(void)state;
	bad[0].ra = "ra2.monarch.test";
	bad[1].custom = ACTOR_RA;
	bad[2].local = ACTOR_PG;
	bad[3].whole = ACTOR_PG;
	lpf = make(good);
	MUST(contact(WORLD_NOW + 1));
	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
		bad[k].time += US;
		lpf = make(bad[k]);
		number = (unsigned)(3 + k);
		assert_int_equal(contact(WORLD_NOW + 2), want[k]);
		assert_non_null(strstr(fi.text, "policy file"));
		assert_string_equal(
		    d->state.policy_name, "local_policy_0001_0002.oer");
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(values_at_their_start),
	    TEST(an_older_one_is_not_taken),
	    TEST(one_that_is_not_right_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
