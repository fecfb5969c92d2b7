/*
 * la_test.c - orders of pre-linkage values, answered by an LA on disk.
 *
 * What an answer holds is opened here with plain OpenSSL, from the storage key
 * and the key with the PCA; the LA's own functions make only the answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time32.h"
#include "cert/spdu.h"
#include "role/la/la.h"
#include "schema/scms_protocol.h"
#include "service/crash.h"
#include "test/unit/la/orders.h"
#include "test/unit/la/plain.h"

static struct world world;
static struct plv_key shared;
static char la_dir[PATH_SIZE];
static struct audit *audit;

static const struct la_conf conf = {.la_id = {0, 1},
    .ra = "ra",
    .pca = {(const char *const[]){"pca.monarch.test"}, 1}};

static const char *const crash_points[] = {
#define CRASH CRASH_NAME
#include "role/la/crash.def"
#undef CRASH
    NULL};

static _Thread_local struct fault_info info;

#define must(expr)                                            \
	do {                                                  \
		if ((expr) != FAULT_OK)                       \
			fail_msg("%s: %s", #expr, info.text); \
	} while (0)

static struct la *
open_la(void)
{
	struct la *out;

	must(la_new(&out, la_dir, &conf, &world.environment, audit, &info));
	return out;
}

/* ---- orders ---- */

static struct wish
usual(void)
{
	return wish_usual(&world);
}

/* The LaRaErrorCode of a refused wish; -1: common. */
static int
refusal_of(struct la *la, const struct wish *w)
{
	struct arena arena = arena_new(1u << 24);
	struct bytes body = sign_wish(&arena, w), answer;
	const la_ra_pre_linkage_value_response_msg *m;
	int code;

	must(send_order(&answer, la, &arena, body, &info));
	m = open_answer(&world, &arena, answer, body);
	assert_int_equal(
	    m->reply.is, la_ra_pre_linkage_value_response_msg_reply_failure);
	code = m->reply.failure.is == scms_error_common
		   ? -1
		   : (int)m->reply.failure.la_ra.la_ra;
	arena_free(&arena);
	return code;
}

/* ---- by plain OpenSSL ---- */

/* All of one chain of an answer, computed anew. */
static void
check_chain(const individual_plv_response_linkage_chain *c, uint16_t i_min,
    uint16_t i_max, uint8_t j_max)
{
	uint8_t seed[16], plain[11], want[9];
	uint16_t i0, i;

	plain_lci(la_dir, &i0, seed, &c->linkage_chain_id);
	assert_true(i0 <= i_min);
	assert_int_equal(c->j_max, j_max);
	assert_int_equal(c->values.n, i_max - i_min);
	for (i = i0; i < i_min; i++)
		plain_step(seed, conf.la_id);
	for (; i < i_max; i++) {
		assert_int_equal(c->values.v[i - i_min].n, j_max);
		for (uint8_t j = 0; j < j_max; j++) {
			const encrypted_individual_plv *p =
			    &c->values.v[i - i_min].v[j];

			assert_memory_equal(p->la_id.b, "\0\1", 2);
			plain_open(plain, &p->enc_plv, shared.symm.key.b, 11);
			assert_int_equal(plain[0] << 8 | plain[1], i);
			plain_plv(want, seed, conf.la_id, j);
			assert_memory_equal(plain + 2, want, 9);
		}
		plain_step(seed, conf.la_id);
	}
}

/* ---- tests ---- */

static int
set_up(void **state)
{
	char data[PATH_SIZE];

	(void)state;
	world_make(&world);
	world_folder(&world, la_dir, WORLD_LA1);
	world_share_key(&world, WORLD_LA1, &shared);
	path_join(data, la_dir, "data");
	must(audit_open(&audit, la_dir, &info));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	audit_close(audit);
	world_remove(&world);
	return 0;
}

static void
fresh_chains_hold_what_plain_openssl_computes(void **state)
{
	struct arena arena = arena_new(1u << 26);
	struct la *la = open_la();
	struct wish w = usual();
	const pre_linkage_value_request_response *r;

	(void)state;
	w.i_min = (uint16_t)(world.week + 5); /* not from i0 on */
	w.i_max = (uint16_t)(world.week + 25);
	w.fresh = 3;
	r = success_of(&world, &arena, la, sign_wish(&arena, &w));
	assert_int_equal(r->i_min, w.i_min);
	assert_int_equal(r->i_max, w.i_max);
	assert_int_equal(r->individual.n, 3);
	assert_int_equal(r->group.n, 0);
	for (size_t t = 0; t < 3; t++) {
		uint8_t seed[16];
		uint16_t i0;

		check_chain(&r->individual.v[t], w.i_min, w.i_max, 20);
		plain_lci(
		    la_dir, &i0, seed, &r->individual.v[t].linkage_chain_id);
		assert_int_equal(i0, world.week); /* of creation */
	}
	w = usual();
	w.i_min = (uint16_t)(world.week - 1); /* grace: i0 moves along */
	w.j_max = 255;
	w.fresh = 1;
	r = success_of(&world, &arena, la, sign_wish(&arena, &w));
	check_chain(&r->individual.v[0], w.i_min, w.i_max, 255);
	la_free(la);
	arena_free(&arena);
}

static struct bytes
lci_octets(struct arena *arena, const individual_plv_response_linkage_chain *c)
{
	struct bytes out;

	must(coer_encode_new(
	    &out, arena, &linkage_chain_id_asn, &c->linkage_chain_id, &info));
	return out;
}

static void
chains_go_on_from_their_lci(void **state)
{
	struct arena arena = arena_new(1u << 26);
	struct la *la = open_la();
	struct wish w = usual();
	const pre_linkage_value_request_response *r;
	const individual_plv_response_linkage_chain *c;
	struct bytes lci[2];
	uint8_t a[16], b[16];
	uint16_t i0;

	(void)state;
	r = success_of(&world, &arena, la, sign_wish(&arena, &w));
	lci[0] = lci_octets(&arena, &r->individual.v[0]);
	lci[1] = lci_octets(&arena, &r->individual.v[1]);
	plain_lci(la_dir, &i0, a, &r->individual.v[0].linkage_chain_id);

	/* One fresh, two continued, with a gap of two weeks. */
	w.i_min = (uint16_t)(world.week + 5);
	w.i_max = (uint16_t)(world.week + 7);
	w.fresh = 1;
	w.more[0] = lci[1];
	w.more[1] = lci[0];
	w.more_n = 2;
	la_free(la); /* a restart between makes no difference */
	la = open_la();
	r = success_of(&world, &arena, la, sign_wish(&arena, &w));
	assert_int_equal(r->individual.n, 3);
	for (size_t t = 0; t < 3; t++)
		check_chain(&r->individual.v[t], w.i_min, w.i_max, 20);
	c = &r->individual.v[2];
	assert_true(bytes_equal(lci_octets(&arena, c), lci[0]));
	plain_lci(la_dir, &i0, b, &c->linkage_chain_id);
	assert_memory_equal(a, b, 16);

	/* Given ranges, and those in the gap, are not given again. */
	w.fresh = 0;
	w.more_n = 1;
	for (uint16_t i = world.week; i < w.i_max; i++) {
		w.i_min = i;
		w.time += 1;
		assert_int_equal(refusal_of(la, &w),
		    la_ra_error_code_invalid_continue_chain);
	}
	/* The same chain twice in one order. */
	w.i_min = (uint16_t)(world.week + 7);
	w.i_max = (uint16_t)(world.week + 8);
	w.more[1] = w.more[0];
	w.more_n = 2;
	assert_int_equal(
	    refusal_of(la, &w), la_ra_error_code_invalid_continue_chain);
	w.more_n = 1; /* and that has moved nothing */
	(void)success_of(&world, &arena, la, sign_wish(&arena, &w));
	la_free(la);
	arena_free(&arena);
}

/* An order for one chain that goes on, in octets of its own. */
static struct bytes
continuation(
    struct arena *arena, struct wish *w, int i_min, int i_max, uint8_t j_max)
{
	w->i_min = (uint16_t)(world.week + i_min);
	w->i_max = (uint16_t)(world.week + i_max);
	w->j_max = j_max;
	w->time++;
	return sign_wish(arena, w);
}

static bool
goes_on(struct la *la, struct arena *arena, struct wish *w, int i_min,
    int i_max, uint8_t j_max)
{
	struct bytes body = continuation(arena, w, i_min, i_max, j_max), answer;
	const la_ra_pre_linkage_value_response_msg *m;

	must(send_order(&answer, la, arena, body, &info));
	m = open_answer(&world, arena, answer, body);
	if (m->reply.is == la_ra_pre_linkage_value_response_msg_reply_success) {
		assert_int_equal(m->reply.success.individual.n, w->more_n);
		check_chain(&m->reply.success.individual.v[0], w->i_min,
		    w->i_max, j_max);
		return true;
	}
	assert_int_equal(m->reply.failure.is, scms_error_la_ra);
	assert_int_equal(m->reply.failure.la_ra.la_ra,
	    la_ra_error_code_invalid_continue_chain);
	return false;
}

/* The policy wants more values a week: the latest range may be had anew with
 * more of them, once, from some week to its end or beyond. */
static void
more_values_of_the_latest_range_are_given_once(void **state)
{
	struct arena arena = arena_new(1u << 28);
	struct la *la = open_la();
	struct wish w = usual();
	const pre_linkage_value_request_response *r;
	struct bytes body, a, b;

	(void)state;
	w.fresh = 1;
	r = success_of(&world, &arena, la, sign_wish(&arena, &w)); /* 0 .. 3 */
	w.fresh = 0;
	w.more_n = 1;
	w.more[0] = w.more[1] = lci_octets(&arena, &r->individual.v[0]);
	assert_true(goes_on(la, &arena, &w, 3, 6, 20));

	assert_false(goes_on(la, &arena, &w, 2, 6, 60)); /* the range before */
	assert_false(goes_on(la, &arena, &w, 0, 9, 60));
	assert_false(goes_on(la, &arena, &w, 4, 5, 60)); /* not to its end */
	assert_false(goes_on(la, &arena, &w, 4, 6, 20)); /* no more */
	assert_false(goes_on(la, &arena, &w, 4, 6, 19));
	w.more_n = 2; /* the same chain twice */
	assert_false(goes_on(la, &arena, &w, 4, 6, 60));
	w.more_n = 1;

	body = continuation(&arena, &w, 4, 8, 60);
	must(send_order(&a, la, &arena, body, &info));
	r = success_of(&world, &arena, la, body);
	check_chain(&r->individual.v[0], w.i_min, w.i_max, 60);
	la_free(la);
	la = open_la();
	must(send_order(&b, la, &arena, body, &info));
	assert_true(bytes_equal(a, b));

	assert_false(goes_on(la, &arena, &w, 4, 8, 60)); /* given now */
	assert_false(goes_on(la, &arena, &w, 3, 8, 255));
	assert_false(goes_on(la, &arena, &w, 4, 7, 255));
	assert_false(goes_on(la, &arena, &w, 7, 8, 20));
	assert_true(goes_on(la, &arena, &w, 7, 8, 61)); /* to its very end */
	assert_true(goes_on(la, &arena, &w, 7, 9, 255));
	assert_false(goes_on(la, &arena, &w, 7, 9, 255));
	assert_true(goes_on(la, &arena, &w, 9, 12, 20)); /* less, later */
	assert_true(goes_on(la, &arena, &w, 9, 12, 21));
	la_free(la);
	arena_free(&arena);
}

static void
the_same_octets_get_the_same_answer_until_confirmed(void **state)
{
	struct arena arena = arena_new(1u << 26);
	struct la *la = open_la();
	struct wish w = usual();
	struct bytes body = sign_wish(&arena, &w), a, b, other;
	struct la_counts counts;
	int64_t stored;
	struct fault_info fi;
	uint8_t hash[1][32];

	(void)state;
	must(send_order(&a, la, &arena, body, &info));
	la_store_counts(la->store, &counts);
	stored = counts.answers;
	time_set_offset(3600); /* long after the tolerance */
	must(send_order(&b, la, &arena, body, &info));
	time_set_offset(0);
	assert_true(bytes_equal(a, b));
	la_free(la);
	la = open_la();
	must(send_order(&b, la, &arena, body, &info));
	assert_true(bytes_equal(a, b));

	/* The same message signed anew is a replay. */
	other = sign_wish(&arena, &w);
	assert_false(bytes_equal(other, body));
	assert_int_equal(
	    send_order(&b, la, &arena, other, &fi), FAULT_REPLAYED);

	EVP_Digest(body.p, body.n, hash[0], NULL, EVP_sha256(), NULL);
	must(la_store_confirm(
	    la->store, (const uint8_t(*)[8])(hash[0] + 24), 1, &info));
	la_store_counts(la->store, &counts);
	assert_int_equal(counts.answers, stored - 1);
	assert_int_equal(send_order(&b, la, &arena, body, &fi), FAULT_REPLAYED);
	must(la_store_confirm(
	    la->store, (const uint8_t(*)[8])(hash[0] + 24), 1, &info));
	la_store_counts(la->store, &counts);
	assert_int_equal(counts.answers, stored - 1);
	la_free(la);
	arena_free(&arena);
}

/* An RA that had to wait for the LA sends what it stored minutes ago; once. */
static void
an_order_that_waited_is_met_once(void **state)
{
	struct arena arena = arena_new(1u << 26);
	struct la *la = open_la();
	struct wish w = usual();
	struct bytes body = sign_wish(&arena, &w), other, out;
	struct fault_info fi;
	uint8_t hash[32];

	(void)state;
	other = sign_wish(&arena, &w);
	time_set_offset(LA_ORDER_SECONDS - 10);
	must(send_order(&out, la, &arena, body, &info));
	(void)open_answer(&world, &arena, out, body);
	sha256(hash, body);
	must(la_store_confirm(
	    la->store, (const uint8_t(*)[8])(hash + 24), 1, &info));
	/* As long as its age is no reason, its record is: also after others
	 * have made the store forget what it may. */
	for (uint32_t t = LA_ORDER_SECONDS - 9; t < LA_ORDER_SECONDS + 20;
	     t++) {
		struct wish next = usual();

		time_set_offset(t);
		next.time = time64_now();
		must(send_order(
		    &out, la, &arena, sign_wish(&arena, &next), &info));
		assert_int_not_equal(
		    send_order(&out, la, &arena, other, &fi), FAULT_OK);
		assert_true(
		    fi.code == FAULT_REPLAYED || t > LA_ORDER_SECONDS + 4);
	}
	time_set_offset(0);
	la_free(la);
	arena_free(&arena);
}

struct sender {
	struct la *la;
	struct bytes body, answer;
	struct arena arena;
};

static void *
send_in_thread(void *arg)
{
	struct sender *s = arg;

	must(send_order(&s->answer, s->la, &s->arena, s->body, &info));
	return NULL;
}

static void
the_same_octets_at_once_are_answered_once(void **state)
{
	struct arena arena = arena_new(1u << 24);
	struct la *la = open_la();
	struct wish w = usual();
	struct bytes body = sign_wish(&arena, &w);
	struct sender s[6];
	struct la_counts before, after;
	pthread_t thread[6];

	(void)state;
	la_store_counts(la->store, &before);
	for (size_t t = 0; t < 6; t++) {
		s[t] = (struct sender){
		    .la = la, .body = body, .arena = arena_new(1u << 24)};
		assert_int_equal(
		    pthread_create(&thread[t], NULL, send_in_thread, &s[t]), 0);
	}
	for (size_t t = 0; t < 6; t++)
		pthread_join(thread[t], NULL);
	la_store_counts(la->store, &after);
	assert_int_equal(after.chains, before.chains + 2);
	assert_int_equal(after.values, before.values + 2 * 3 * 20);
	for (size_t t = 0; t < 6; t++)
		assert_true(bytes_equal(s[t].answer, s[0].answer));
	for (size_t t = 0; t < 6; t++)
		arena_free(&s[t].arena);
	la_free(la);
	arena_free(&arena);
}

/* Orders for more values of one range that are there at once: one is met. */
static void
more_values_at_once_are_given_once(void **state)
{
	struct arena arena = arena_new(1u << 26);
	struct la *la = open_la();
	struct wish w = usual();
	const pre_linkage_value_request_response *r;
	struct sender s[4];
	pthread_t thread[4];
	size_t met = 0;

	(void)state;
	w.fresh = 1;
	r = success_of(&world, &arena, la, sign_wish(&arena, &w));
	w.fresh = 0;
	w.more_n = 1;
	w.more[0] = lci_octets(&arena, &r->individual.v[0]);
	for (size_t t = 0; t < 4; t++) {
		s[t] = (struct sender){
		    .la = la, .arena = arena_new((size_t)1 << 24)};
		s[t].body = continuation(&arena, &w, 1, 3, 60);
		assert_int_equal(
		    pthread_create(&thread[t], NULL, send_in_thread, &s[t]), 0);
	}
	for (size_t t = 0; t < 4; t++)
		pthread_join(thread[t], NULL);
	for (size_t t = 0; t < 4; t++) {
		met += open_answer(&world, &arena, s[t].answer, s[t].body)
			   ->reply.is ==
		       la_ra_pre_linkage_value_response_msg_reply_success;
		arena_free(&s[t].arena);
	}
	assert_int_equal(met, 1);
	la_free(la);
	arena_free(&arena);
}

static void
what_cannot_be_met_is_refused_by_name(void **state)
{
	struct arena arena = arena_new(1u << 26);
	struct la *la = open_la();
	struct wish w = usual(), one;
	const pre_linkage_value_request_response *r;
	struct la_counts before, after;
	struct bytes lci;
	uint8_t bad[LCI_OCTETS];

	(void)state;
	r = success_of(&world, &arena, la, sign_wish(&arena, &w));
	lci = lci_octets(&arena, &r->individual.v[0]);
	assert_int_equal(lci.n, LCI_OCTETS);
	la_store_counts(la->store, &before);
#define REFUSED(code, change)                                 \
	do {                                                  \
		one = usual();                                \
		change;                                       \
		assert_int_equal(refusal_of(la, &one), code); \
	} while (0)
	REFUSED(la_ra_error_code_invalid_pca_key,
	    one.pca_id = "pca.elsewhere.test");
	REFUSED(la_ra_error_code_invalid_i_min,
	    one.i_min = (uint16_t)(world.week - 2));
	REFUSED(la_ra_error_code_invalid_i_max, one.i_max = one.i_min);
	REFUSED(la_ra_error_code_invalid_i_max,
	    one.i_max = (uint16_t)(one.i_min - 1));
	REFUSED(la_ra_error_code_invalid_i_max,
	    one.i_max = (uint16_t)(world.week + LA_WEEKS_AHEAD + 1));
	REFUSED(la_ra_error_code_invalid_j_max, one.j_max = 0);
	REFUSED(-1, one.fresh = 0);
	REFUSED(-1, one.fresh = LA_VALUES_MAX / 60 + 1);
	REFUSED(-1, one.fresh = UINT32_MAX);
	memcpy(bad, lci.p, sizeof(bad));
	bad[sizeof(bad) - 1] ^= 1;
	REFUSED(
	    la_ra_error_code_invalid_linkagechain_id, one.more[0] = BYTES(bad);
	    one.more_n = 1);
	bad[sizeof(bad) - 1] ^= 1;
	bad[3] ^= 1; /* recipientId: another LA's key */
	REFUSED(
	    la_ra_error_code_invalid_linkagechain_id, one.more[0] = BYTES(bad);
	    one.more_n = 1);
#undef REFUSED
	la_store_counts(la->store, &after);
	assert_memory_equal(&before, &after, sizeof(before));
	la_free(la);
	arena_free(&arena);
}

static void
what_is_not_genuine_gets_no_answer(void **state)
{
	struct arena arena = arena_new(1u << 26);
	struct la *la = open_la();
	struct la_counts before, after;
	struct fault_info fi;
	struct bytes out, body;
	struct wish w;
	uint8_t *copy;

	(void)state;
	la_store_counts(la->store, &before);
#define FAILS(fault, change)                                         \
	do {                                                         \
		w = usual();                                         \
		change;                                              \
		body = sign_wish(&arena, &w);                        \
		assert_int_equal(                                    \
		    send_order(&out, la, &arena, body, &fi), fault); \
	} while (0)
	FAILS(FAULT_NO_GENERATION_TIME, w.time = 0);
	FAILS(FAULT_TOO_OLD, w.time -= (LA_ORDER_SECONDS + 7) * 1000000ull);
	FAILS(FAULT_GENERATED_IN_FUTURE, w.time += 7000000);
	FAILS(FAULT_DENIED, w.signer = &world.other_ra);
	FAILS(FAULT_DENIED, w.ra_id = "ra.elsewhere.test");
	FAILS(FAULT_BAD_MESSAGE, w.group = true);
#undef FAILS
	w = usual();
	body = sign_wish(&arena, &w);
	copy = arena_alloc(&arena, body.n, 1);
	memcpy(copy, body.p, body.n);
	copy[body.n - 1] ^= 1;
	assert_int_equal(
	    send_order(&out, la, &arena, (struct bytes){copy, body.n}, &fi),
	    FAULT_BAD_SIGNATURE);
	assert_int_equal(send_order(&out, la, &arena,
			     (struct bytes){body.p, body.n - 1}, &fi),
	    FAULT_TRUNCATED);
	assert_int_equal(
	    send_order(&out, la, &arena, BYTES_NONE, &fi), FAULT_TRUNCATED);
	la_store_counts(la->store, &after);
	assert_memory_equal(&before, &after, sizeof(before));
	must(send_order(&out, la, &arena, body, &info)); /* it was a good one */
	la_free(la);
	arena_free(&arena);
}

/* Not even one that leaves the signature valid, as the form of r does. */
static void
no_changed_octet_is_ever_answered(void **state)
{
	struct arena arena = arena_new(1u << 28);
	struct la *la = open_la();
	struct wish w = usual();
	struct bytes body = sign_wish(&arena, &w), out;
	struct la_counts before, after;
	struct fault_info fi;
	uint8_t copy[512];

	(void)state;
	assert_true(body.n < sizeof(copy));
	must(send_order(&out, la, &arena, body, &info));
	la_store_counts(la->store, &before);
	for (size_t bit = 0; bit < 8 * body.n; bit++) {
		memcpy(copy, body.p, body.n);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (send_order(&out, la, &arena, (struct bytes){copy, body.n},
			&fi) == FAULT_OK)
			fail_msg("bit %zu of %zu octets", bit, body.n);
	}
	la_store_counts(la->store, &after);
	assert_memory_equal(&before, &after, sizeof(before));
	la_free(la);
	arena_free(&arena);
}

/* Sends body in a child that dies at the point. */
static void
die_at(const char *point, struct bytes body)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct arena arena = arena_new(1u << 24);
		struct bytes out;
		struct la *la;
		struct fault_info fi;

		setenv("MONARCH_CRASH_AT", point, 1);
		if (crash_arm("la", crash_points, &fi) != FAULT_OK ||
		    la_new(&la, la_dir, &conf, &world.environment, audit,
			&fi) != FAULT_OK)
			_exit(3);
		if (strstr(point, "confirm") != NULL) {
			uint8_t hash[32];

			sha256(hash, body);
			(void)!la_store_confirm(la->store,
			    (const uint8_t(*)[8])(hash + 24), 1, &fi);
		} else {
			(void)!send_order(&out, la, &arena, body, &fi);
		}
		_exit(4);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static size_t
count_answers(void)
{
	char path[PATH_SIZE];
	const struct dirent *e;
	size_t n = 0;
	DIR *d;

	path_join(path, la_dir, "data/answers");
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static void
a_kill_at_any_commit_loses_and_doubles_nothing(void **state)
{
	struct arena arena = arena_new(1u << 26);
	struct la_counts before, after;
	struct bytes body, out, again;
	struct fault_info fi;
	struct la *la = open_la();
	struct wish w = usual();

	(void)state;
	la_store_counts(la->store, &before);
	la_free(la);

	/* Nothing committed: the same octets get their first answer. */
	body = sign_wish(&arena, &w);
	die_at("la-answer-written", body);
	la = open_la();
	la_store_counts(la->store, &after);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_int_equal(count_answers(), (size_t)before.answers);
	must(send_order(&out, la, &arena, body, &info));
	(void)open_answer(&world, &arena, out, body);
	la_store_counts(la->store, &after);
	assert_int_equal(after.chains, before.chains + 2);
	la_free(la);

	/* Committed: the same octets get the stored answer. */
	w.time++;
	body = sign_wish(&arena, &w);
	die_at("la-committed", body);
	la = open_la();
	la_store_counts(la->store, &after);
	assert_int_equal(after.chains, before.chains + 4);
	must(send_order(&out, la, &arena, body, &info));
	(void)open_answer(&world, &arena, out, body);
	must(send_order(&again, la, &arena, body, &info));
	assert_true(bytes_equal(out, again));
	la_store_counts(la->store, &after);
	assert_int_equal(after.chains, before.chains + 4);
	assert_int_equal(count_answers(), (size_t)after.answers);
	la_free(la);

	/* Confirmation cut off: done, and the file goes at the next start. */
	die_at("la-confirm-committed", body);
	assert_int_equal(count_answers(), (size_t)after.answers);
	la = open_la();
	assert_int_equal(count_answers(), (size_t)after.answers - 1);
	assert_int_equal(
	    send_order(&out, la, &arena, body, &fi), FAULT_REPLAYED);
	la_free(la);
	arena_free(&arena);
}

/* Is needle in any file below the LA's data? */
static bool
on_disk(const uint8_t *needle, size_t n)
{
	static uint8_t memory[1 << 24];
	static const char *const names[] = {
	    "data/la.db", "data/la.db-wal", "data/answers"};
	char path[PATH_SIZE], sub[PATH_SIZE];
	const struct dirent *e;
	bool found = false;
	size_t got;
	FILE *f;
	DIR *d;

	for (size_t t = 0; t < 3; t++) {
		path_join(path, la_dir, names[t]);
		d = t == 2 ? opendir(path) : NULL;
		while (t < 2 || (e = readdir(d)) != NULL) {
			if (t == 2)
				path_join(sub, path, e->d_name);
			f = fopen(t < 2 ? path : sub, "rb");
			if (f == NULL && t < 2)
				break;
			got =
			    f == NULL ? 0 : fread(memory, 1, sizeof(memory), f);
			if (f != NULL)
				(void)fclose(f);
			found |= memmem(memory, got, needle, n) != NULL;
			if (t < 2)
				break;
		}
		if (d != NULL)
			closedir(d);
	}
	return found;
}

/* The disk has no room for the commit, after the answer was written.  Nobody
 * knows whether a commit that failed is found done after a power cut, so the
 * answer stays; and the same octets are met when there is room. */
static void
a_commit_that_fails_keeps_the_answer(void **state)
{
	struct arena arena = arena_new(1u << 26);
	struct la *la = open_la();
	struct wish w = usual();
	struct bytes body = BYTES_NONE, out, again;
	struct rlimit limit, tight;
	char wal[PATH_SIZE];
	struct fault_info fi;
	struct stat st;
	size_t files;
	enum fault f;

	(void)state;
	for (int k = 0; k < 6; k++, w.time++)
		must(
		    send_order(&out, la, &arena, sign_wish(&arena, &w), &info));
	w.fresh = 1;
	w.i_max = (uint16_t)(w.i_min + 1);
	body = sign_wish(&arena, &w);
	files = count_answers();
	path_join(wal, la_dir, "data/la.db-wal");
	assert_int_equal(stat(wal, &st), 0);
	assert_true(st.st_size > 20000);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	tight = limit;
	tight.rlim_cur = (rlim_t)st.st_size;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	f = send_order(&out, la, &arena, body, &fi);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(f, FAULT_STORE);
	assert_int_equal(count_answers(), files + 1);
	must(send_order(&out, la, &arena, body, &info));
	la_free(la);
	la = open_la();
	must(send_order(&again, la, &arena, body, &info));
	assert_true(bytes_equal(out, again));
	assert_int_equal(count_answers(), files + 1);
	la_free(la);
	arena_free(&arena);
}

static void
seeds_and_values_are_nowhere_in_clear(void **state)
{
	struct arena arena = arena_new(1u << 26);
	struct la *la = open_la();
	struct wish w = usual();
	const pre_linkage_value_request_response *r;
	uint8_t seed[16], value[9];
	struct bytes lci;
	uint16_t i0;

	(void)state;
	r = success_of(&world, &arena, la, sign_wish(&arena, &w));
	lci = lci_octets(&arena, &r->individual.v[0]);
	plain_lci(la_dir, &i0, seed, &r->individual.v[0].linkage_chain_id);
	plain_plv(value, seed, conf.la_id, 0);
	la_free(la);
	assert_false(on_disk(seed, 16));
	assert_false(on_disk(value, 9));
	assert_true(on_disk(lci.p, lci.n)); /* the search does find */
	arena_free(&arena);
}

static void
without_a_key_in_force_nothing_is_given(void **state)
{
	struct wish w = usual();
	struct la *la;

	(void)state;
	time_set_offset(400 * 86400); /* the key has ended */
	w.time = time64_now();
	w.i_min = (uint16_t)(world.week + 57);
	w.i_max = (uint16_t)(world.week + 58);
	la = open_la();
	assert_int_equal(refusal_of(la, &w), la_ra_error_code_invalid_pca_key);
	la_free(la);
	time_set_offset(0);
}

/* As a kill leaves it between the database and the key. */
static void
a_first_start_cut_short_is_made_again(void **state)
{
	char path[PATH_SIZE];

	(void)state;
	la_free(open_la());
	path_join(path, la_dir, "data/storage.key");
	assert_int_equal(unlink(path), 0);
	la_free(open_la());
	assert_true(file_exists(path));
}

static void
a_wrong_la_id_or_a_lost_storage_key_ends_the_start(void **state)
{
	struct la_conf other = conf;
	struct fault_info fi;
	struct la *la;
	char from[PATH_SIZE], to[PATH_SIZE];

	(void)state;
	other.la_id[1] = 2;
	assert_int_equal(
	    la_new(&la, la_dir, &other, &world.environment, audit, &fi),
	    FAULT_CONFIG);
	path_join(from, la_dir, "data/storage.key");
	path_join(to, la_dir, "data/storage.gone");
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(
	    la_new(&la, la_dir, &conf, &world.environment, audit, &fi),
	    FAULT_NOT_FOUND);
	assert_int_equal(rename(to, from), 0);
	la = open_la();
	la_free(la);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    /* first, while there are no chains */
	    cmocka_unit_test(a_first_start_cut_short_is_made_again),
	    cmocka_unit_test(fresh_chains_hold_what_plain_openssl_computes),
	    cmocka_unit_test(chains_go_on_from_their_lci),
	    cmocka_unit_test(more_values_of_the_latest_range_are_given_once),
	    cmocka_unit_test(more_values_at_once_are_given_once),
	    cmocka_unit_test(
		the_same_octets_get_the_same_answer_until_confirmed),
	    cmocka_unit_test(an_order_that_waited_is_met_once),
	    cmocka_unit_test(the_same_octets_at_once_are_answered_once),
	    cmocka_unit_test(what_cannot_be_met_is_refused_by_name),
	    cmocka_unit_test(what_is_not_genuine_gets_no_answer),
	    cmocka_unit_test(no_changed_octet_is_ever_answered),
	    cmocka_unit_test(a_kill_at_any_commit_loses_and_doubles_nothing),
	    cmocka_unit_test(a_commit_that_fails_keeps_the_answer),
	    cmocka_unit_test(seeds_and_values_are_nowhere_in_clear),
	    cmocka_unit_test(without_a_key_in_force_nothing_is_given),
	    cmocka_unit_test(
		a_wrong_la_id_or_a_lost_storage_key_ends_the_start),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
