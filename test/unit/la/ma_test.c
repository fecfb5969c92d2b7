/*
 * ma_test.c - what an LA tells the MA about its chains: how many values belong
 * together, and the seeds of this week and the next; and what it does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "crypto/random.h"
#include "role/la/linked.h"
#include "schema/scms_protocol.h"
#include "test/unit/inquiry/post.h"
#include "test/unit/la/orders.h"
#include "test/unit/la/plain.h"

#define WEEK ((int64_t)604800)

static struct world world;
static struct plv_key shared;
static struct audit *audit;
static struct la *la;
static struct office office;
static struct arena arena;
static int64_t base; /* offset that puts the tests into the middle of a week */

static const struct la_conf conf = {.la_id = {0, 1},
    .ra = "ra",
    .pca = {(const char *const[]){"pca.monarch.test"}, 1}};

static _Thread_local struct fault_info info;

#define must(expr)                                            \
	do {                                                  \
		if ((expr) != FAULT_OK)                       \
			fail_msg("%s: %s", #expr, info.text); \
	} while (0)

static void
move_weeks(int weeks)
{
	time_set_offset(base + (int64_t)weeks * WEEK);
}

/* Each test has a world of its own. */
static int
set_up(void **state)
{
	const struct http_route routes[] = {
	    {"POST", "/linkage-info", "ma", INQUIRY_BODY_MAX,
		la_http_linkage_info, 0},
	    {"POST", "/linkage-seed-hash", "ma", INQUIRY_BODY_MAX,
		la_http_seeds, 0},
	};
	char folder[PATH_SIZE];

	(void)state;
	arena = arena_new((size_t)1 << 28);
	base = WEEK / 2 - (time32_now() - I_ZERO_DEFAULT) % WEEK;
	move_weeks(0);
	world_make(&world);
	world_folder(&world, folder, WORLD_LA1);
	world_share_key(&world, WORLD_LA1, &shared);
	must(audit_open(&audit, folder, &info));
	must(la_new(&la, folder, &conf, &world.environment, audit, &info));
	office_open(&office, &world, WORLD_LA1, routes, 2, la);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	office_close(&office);
	la_free(la);
	audit_close(audit);
	world_remove(&world);
	arena_free(&arena);
	time_set_offset(0);
	return 0;
}

/* ---- chains ---- */

/* n chains, from this week on; world.week does not move with the time. */
static individual_plv_response_linkage_chain *
order_fresh(uint32_t n, uint16_t weeks, uint8_t j_max)
{
	struct wish w = wish_usual(&world);

	w.i_min =
	    (uint16_t)environment_period(&world.environment, time32_now());
	w.i_max = (uint16_t)(w.i_min + weeks);
	w.j_max = j_max;
	w.fresh = n;
	return success_of(&world, &arena, la, sign_wish(&arena, &w))
	    ->individual.v;
}

static individual_plv_response_linkage_chain *
order_more(const individual_plv_response_linkage_chain *c, uint16_t i_min,
    uint16_t weeks, uint8_t j_max)
{
	struct wish w = wish_usual(&world);

	must(coer_encode_new(&w.more[0], &arena, &linkage_chain_id_asn,
	    &c->linkage_chain_id, &info));
	w.more_n = 1;
	w.i_min = i_min;
	w.i_max = (uint16_t)(i_min + weeks);
	w.j_max = j_max;
	w.fresh = 0;
	return success_of(&world, &arena, la, sign_wish(&arena, &w))
	    ->individual.v;
}

/* ---- questions ---- */

static scms_pdu *
about_chains(const linkage_chain_id *lci, size_t n)
{
	scms_pdu *pdu = ARENA_NEW(&arena, scms_pdu);
	to_be_signed_ls_request_msg *tbs =
	    &pdu->content.la_ma.ma_la_linkage_seed_request.tbs;

	inquiry_begin(pdu, INQUIRY_SEEDS, "ma.monarch.test");
	tbs->lci.n = n;
	tbs->lci.v = ARENA_ARRAY(&arena, n, linkage_chain_id);
	memcpy(tbs->lci.v, lci, n * sizeof(*lci));
	return pdu;
}

static const char *
week_header(int i)
{
	return arena_printf(&arena, "Monarch-I: %d", i);
}

static const lci2_ls *
ask_seeds(const linkage_chain_id *lci, size_t n, int i)
{
	const la_ma_linkage_seed_response_msg_ls_info *out;
	struct inquiry_reply reply;

	must(office_ask(&reply, &office, &arena, INQUIRY_SEEDS,
	    about_chains(lci, n), week_header(i), &info));
	out = &reply.pdu->content.la_ma.la_ma_linkage_seed_response.ls_info;
	assert_int_equal(out->n, n);
	return out->v;
}

typedef encrypted_prelinkage_value_and_dont_care_flag asked_plv;

static scms_pdu *
about_values(const asked_plv *v, size_t n)
{
	scms_pdu *pdu = ARENA_NEW(&arena, scms_pdu);
	to_be_signed_li_request_msg *tbs =
	    &pdu->content.la_ma.ma_la_linkage_info_request.tbs;

	inquiry_begin(pdu, INQUIRY_LINKAGE_INFO, "ma.monarch.test");
	tbs->expected_reply = expected_reply_scalar_answer;
	tbs->encrypted_plvs_and_flags.n = n;
	tbs->encrypted_plvs_and_flags.v = ARENA_ARRAY(&arena, n, asked_plv);
	memcpy(tbs->encrypted_plvs_and_flags.v, v, n * sizeof(*v));
	return pdu;
}

static const la_ma_linkage_info_response_msg_linkage_info *
ask_info(const scms_pdu *pdu)
{
	struct inquiry_reply reply;

	must(office_ask(
	    &reply, &office, &arena, INQUIRY_LINKAGE_INFO, pdu, NULL, &info));
	return &reply.pdu->content.la_ma.la_ma_linkage_info_response
		    .linkage_info;
}

static int64_t
matches_of(const asked_plv *v, size_t n)
{
	const la_ma_linkage_info_response_msg_linkage_info *i =
	    ask_info(about_values(v, n));

	assert_int_equal(
	    i->is, la_ma_linkage_info_response_msg_linkage_info_success);
	assert_int_equal(i->success.is, linkage_information_scalar);
	assert_false(i->success.scalar.lower_bound);
	return i->success.scalar.matches;
}

/* ---- seeds ---- */

/* From the vectors of CAMP (camp_linkage.json): LA 8e09, lv(0,8), lv(1,6). */
static const uint8_t camp_la[2] = {0x8e, 0x09};
static const char camp_ls0[] = "4840ed221502d9ab6786bf68fba9f210";
static const char camp_ls1[] = "bd8f57949b4b60800cc97dbc6cd73edf";
static const char camp_plv08[] = "61f391b5d930e103ed";
static const char camp_plv16[] = "522844a7e47b958fa1";

/* What the other tests compare with does as CAMP does. */
static void
plain_openssl_agrees_with_camp(void **state)
{
	uint8_t seed[16], want[16], plv[9];

	(void)state;
	assert_true(hex_decode(seed, 16, camp_ls0));
	plain_plv(plv, seed, camp_la, 8);
	assert_true(hex_decode(want, 9, camp_plv08));
	assert_memory_equal(plv, want, 9);
	plain_step(seed, camp_la);
	assert_true(hex_decode(want, 16, camp_ls1));
	assert_memory_equal(seed, want, 16);
	plain_plv(plv, seed, camp_la, 6);
	assert_true(hex_decode(want, 9, camp_plv16));
	assert_memory_equal(plv, want, 9);
}

/* An LA of that number, and a chain with that seed, a week old. */
static void
seeds_are_those_of_camp(void **state)
{
	struct chain chain = {.i0 = (uint16_t)(world.week - 1)};
	uint8_t octets[LCI_OCTETS], want[16];
	linkage_chain_id lci;
	const lci2_ls *ls;

	(void)state;
	memcpy(la->id, camp_la, 2);
	assert_true(hex_decode(chain.seed.b, 16, camp_ls0));
	chain_to_lci(octets, &la->keys, &chain);
	must(coer_decode(
	    &linkage_chain_id_asn, &lci, &arena, BYTES(octets), &info));
	ls = ask_seeds(&lci, 1, world.week);
	assert_int_equal(ls->reply.is, lci2_ls_reply_success);
	assert_true(hex_decode(want, 16, camp_ls1));
	assert_memory_equal(ls->reply.success.linkage_seed.b, want, 16);
	assert_memory_equal(ls->reply.success.la_id.b, camp_la, 2);
}

static void
check_seed(const lci2_ls *is, const linkage_chain_id *lci, uint16_t i)
{
	struct bytes a, b;
	uint8_t seed[16];
	uint16_t at;

	assert_int_equal(is->reply.is, lci2_ls_reply_success);
	must(coer_encode_new(&a, &arena, &linkage_chain_id_asn, lci, &info));
	must(coer_encode_new(
	    &b, &arena, &linkage_chain_id_asn, &is->lci, &info));
	assert_true(bytes_equal(a, b));
	plain_lci(office.folder, &at, seed, lci);
	assert_true(at <= i);
	for (; at < i; at++)
		plain_step(seed, conf.la_id);
	assert_memory_equal(is->reply.success.linkage_seed.b, seed, 16);
	assert_memory_equal(is->reply.success.la_id.b, conf.la_id, 2);
}

static void
seeds_are_of_this_week_or_the_next(void **state)
{
	linkage_chain_id lci[3];
	char before[65], after[65];
	const lci2_ls *ls;

	(void)state;
	lci[0] = order_fresh(1, 30, 20)->linkage_chain_id;
	move_weeks(5);
	lci[1] = order_fresh(1, 4, 255)->linkage_chain_id;
	lci[2] = order_fresh(1, 1, 1)->linkage_chain_id;
	data_digest(before, office.folder, false);
	for (int next = 0; next < 2; next++) {
		ls = ask_seeds(lci, 3, world.week + 5 + next);
		for (size_t t = 0; t < 3; t++)
			check_seed(
			    &ls[t], &lci[t], (uint16_t)(world.week + 5 + next));
	}
	data_digest(after, office.folder, false);
	assert_string_equal(before, after);
}

static void
no_seed_of_another_week_is_given(void **state)
{
	static const char *const headers[] = {
	    "Monarch-I: ", "Monarch-I: nonsense", "Monarch-J: 1", NULL};
	const linkage_chain_id lci = order_fresh(1, 30, 20)->linkage_chain_id;
	struct letter l =
	    letter_usual(&office, INQUIRY_SEEDS, about_chains(&lci, 1));
	const char *error;
	size_t t;

	(void)state;
	l.header = week_header(world.week);
	assert_int_equal(letter_post(&error, &office, &arena, &l), 200);
	for (t = 0; t == 0 || headers[t - 1] != NULL; t++) {
		l.header = headers[t];
		letter_is_refused(&office, &l, 400, "BAD_TIME");
	}
	l.header = week_header(world.week - 1);
	letter_is_refused(&office, &l, 400, "BAD_TIME");
	l.header = week_header(world.week + 2);
	letter_is_refused(&office, &l, 400, "BAD_TIME");
	l.header = week_header(world.week + 65536);
	letter_is_refused(&office, &l, 400, "BAD_TIME");
	l.header = arena_printf(&arena, "Monarch-I: 0%d", (int)world.week);
	letter_is_refused(&office, &l, 400, "BAD_TIME");
	move_weeks(1); /* what was this week is over */
	l.header = week_header(world.week);
	letter_is_refused(&office, &l, 400, "BAD_TIME");
}

static bool
is_invalid(const lci2_ls *is)
{
	const scms_error *e = &is->reply.failure;

	return is->reply.is == lci2_ls_reply_failure &&
	       e->is == scms_error_la_ma &&
	       e->la_ma.is == la_ma_error_la_ma_linkage_seed_error &&
	       e->la_ma.la_ma_linkage_seed_error ==
		   la_ma_linkage_seed_error_code_la_invalid_linkage_value;
}

static void
chains_that_are_not_ours_have_no_seed(void **state)
{
	struct bytes octets;
	linkage_chain_id lci[4];
	struct chain_keys others;
	struct chain chain;
	uint8_t *p, foreign[LCI_OCTETS], storage[STORAGE_KEY_OCTETS] = {1};
	const lci2_ls *ls;

	(void)state;
	lci[0] = order_fresh(1, 3, 20)->linkage_chain_id;
	must(coer_encode_new(
	    &octets, &arena, &linkage_chain_id_asn, &lci[0], &info));
	p = arena_alloc(&arena, octets.n, 1);
	memcpy(p, octets.p, octets.n);
	p[octets.n - 1] ^= 1; /* changed */
	must(coer_decode(&linkage_chain_id_asn, &lci[1], &arena,
	    (struct bytes){p, octets.n}, &info));
	chain_keys_derive(&others, storage); /* of another LA */
	chain_make(&chain, world.week);
	chain_to_lci(foreign, &others, &chain);
	must(coer_decode(
	    &linkage_chain_id_asn, &lci[2], &arena, BYTES(foreign), &info));
	lci[3] = lci[0];
	ls = ask_seeds(lci, 4, world.week);
	check_seed(&ls[0], &lci[0], world.week);
	assert_true(is_invalid(&ls[1]));
	assert_true(is_invalid(&ls[2]));
	check_seed(&ls[3], &lci[3], world.week);
}

/* ---- what belongs together ---- */

static asked_plv
value_of(
    const individual_plv_response_linkage_chain *c, unsigned week, unsigned j)
{
	assert_true(week < c->values.n && j < c->values.v[week].n);
	return (asked_plv){c->values.v[week].v[j], false};
}

/* Sealed as the LA would, with this value. */
static asked_plv
sealed_value(const struct plv *plv)
{
	asked_plv out = {.dont_care_flag = false};
	uint8_t *octets = arena_alloc(&arena, PLV_OCTETS, 1);

	plv_seal(octets, conf.la_id, &shared.symm, plv, 1);
	must(coer_decode(&encrypted_individual_plv_asn, &out.encrypted_plv,
	    &arena, (struct bytes){octets, PLV_OCTETS}, &info));
	return out;
}

static asked_plv
unknown_value(void)
{
	struct plv plv = {.i = world.week};

	random_bytes(&plv.value, sizeof(plv.value));
	return sealed_value(&plv);
}

static void
values_of_one_chain_are_counted(void **state)
{
	individual_plv_response_linkage_chain *c = order_fresh(3, 4, 20);
	char before[65], after[65];
	asked_plv v[8];

	(void)state;
	data_digest(before, office.folder, false);
	v[0] = value_of(&c[0], 0, 3);
	assert_int_equal(matches_of(v, 1), 1);
	v[1] = value_of(&c[1], 0, 3);
	v[2] = value_of(&c[2], 0, 3);
	assert_int_equal(matches_of(v, 3), 1);
	v[3] = value_of(&c[1], 0, 19); /* the same week */
	assert_int_equal(matches_of(v, 4), 2);
	v[4] = value_of(&c[1], 1, 0); /* another week */
	v[5] = value_of(&c[2], 1, 7);
	assert_int_equal(matches_of(v, 6), 3);
	v[6] = unknown_value();
	assert_int_equal(matches_of(v, 7), 3);
	assert_int_equal(matches_of(&v[6], 1), 0);
	/* once, however often it is asked about */
	v[7] = v[0];
	v[1] = v[2] = v[0];
	assert_int_equal(matches_of(v, 3), 1);
	data_digest(after, office.folder, false);
	assert_string_equal(before, after);
}

static void
values_that_do_not_matter_do_not_count(void **state)
{
	individual_plv_response_linkage_chain *c = order_fresh(2, 1, 20);
	asked_plv v[3] = {value_of(&c[0], 0, 0), value_of(&c[0], 0, 1),
	    value_of(&c[1], 0, 0)};

	(void)state;
	assert_int_equal(matches_of(v, 3), 2);
	v[1].dont_care_flag = true;
	assert_int_equal(matches_of(v, 3), 1);
	v[0].dont_care_flag = v[2].dont_care_flag = true;
	assert_int_equal(matches_of(v, 3), 0);
}

/* Chains of several ages, one that went on, one that got more values for weeks
 * that it had given, one of 255 a week. */
static void
chains_of_all_kinds_are_found(void **state)
{
	individual_plv_response_linkage_chain *old = order_fresh(1, 4, 20);
	individual_plv_response_linkage_chain *longer, *wider, *big;
	asked_plv v[6];

	(void)state;
	longer = order_more(old, (uint16_t)(world.week + 4), 8, 5);
	wider = order_more(old, (uint16_t)(world.week + 4), 10, 40);
	move_weeks(5);
	world.week += 5;
	big = order_fresh(1, 1, 255);
	world.week -= 5;
	v[0] = value_of(old, 3, 19);
	v[1] = value_of(longer, 2, 4);
	v[2] = value_of(wider, 1, 39);
	v[3] = value_of(big, 0, 254);
	v[4] = value_of(big, 0, 0);
	assert_int_equal(matches_of(v, 1), 1);
	assert_int_equal(matches_of(v, 3), 3);
	assert_int_equal(matches_of(v, 5), 3);
	assert_int_equal(matches_of(v + 2, 3), 2);
	assert_int_equal(matches_of(v + 3, 1), 1);
}

/* More than are worked on at once; those at all ends are found. */
static void
many_chains_are_looked_through(void **state)
{
	enum { N = 2500, TRIED = 5 };
	static const unsigned at[TRIED] = {0, 1023, 1024, 2048, N - 1};
	individual_plv_response_linkage_chain *c = order_fresh(N, 2, 2);
	asked_plv v[2 * TRIED];

	(void)state;
	for (size_t t = 0; t < TRIED; t++)
		v[t] = value_of(&c[at[t]], 0, 0);
	assert_int_equal(matches_of(v, TRIED), 1);
	for (size_t t = 0; t < TRIED; t++) {
		v[TRIED] = value_of(&c[at[t]], 1, 1);
		assert_int_equal(matches_of(v, TRIED + 1), 2);
	}
}

/* ---- values that are not genuine ---- */

static void
is_refused_as(const scms_pdu *pdu, enum la_ma_error_tag is, unsigned code)
{
	const la_ma_linkage_info_response_msg_linkage_info *i = ask_info(pdu);
	const scms_error *e = &i->failure;

	assert_int_equal(
	    i->is, la_ma_linkage_info_response_msg_linkage_info_failure);
	assert_int_equal(e->is, scms_error_la_ma);
	assert_int_equal(e->la_ma.is, is);
	assert_int_equal(
	    code, is == la_ma_error_la_ma_base_error
		      ? (unsigned)e->la_ma.la_ma_base_error
		      : (unsigned)e->la_ma.la_ma_linkage_info_error);
}

static void
is_invalid_value(asked_plv *v)
{
	is_refused_as(about_values(v, 2), la_ma_error_la_ma_linkage_info_error,
	    la_ma_linkage_info_error_code_la_invalid_prelinkage_value_presented);
}

/* Of two weeks before to one after, and of no other. */
static void
the_long_past_is_told_nobody(void **state)
{
	individual_plv_response_linkage_chain *c = order_fresh(1, 8, 20);
	asked_plv v[2];

	(void)state;
	move_weeks(4);
	v[0] = value_of(c, 2, 0);
	v[1] = value_of(c, 5, 0);
	assert_int_equal(matches_of(v, 2), 2);
	v[0] = value_of(c, 1, 0);
	is_refused_as(about_values(v, 2), la_ma_error_la_ma_linkage_info_error,
	    la_ma_linkage_info_error_code_la_invalid_prelinkage_value_presented);
	v[0] = value_of(c, 2, 0);
	v[1] = value_of(c, 6, 0);
	is_refused_as(about_values(v, 2), la_ma_error_la_ma_linkage_info_error,
	    la_ma_linkage_info_error_code_la_invalid_prelinkage_value_presented);
	move_weeks(0);
}

static void
values_that_do_not_open_are_refused(void **state)
{
	individual_plv_response_linkage_chain *c = order_fresh(1, 1, 20);
	asked_plv v[2] = {value_of(c, 0, 0), value_of(c, 0, 1)};
	const asked_plv good = v[1];
	struct bytes *text;
	recipient_info *to;
	uint8_t *p;

	(void)state;
	v[1].encrypted_plv.la_id.b[1] = 2; /* of the other LA */
	is_invalid_value(v);
	v[1] = good; /* under a key that we do not have */
	to = ARENA_NEW(&arena, recipient_info);
	*to = v[1].encrypted_plv.enc_plv.recipients.v[0];
	to->symm_recip_info.recipient_id.b[0] ^= 1;
	v[1].encrypted_plv.enc_plv.recipients.v = to;
	is_invalid_value(v);
	v[1] = good; /* changed */
	text = &v[1].encrypted_plv.enc_plv.ciphertext.aes128ccm.ccm_ciphertext;
	p = arena_alloc(&arena, text->n, 1);
	memcpy(p, text->p, text->n);
	p[0] ^= 1;
	text->p = p;
	is_invalid_value(v);
	v[1].dont_care_flag = true;
	is_invalid_value(v);
	v[1] = good;
	assert_int_equal(matches_of(v, 2), 2);
}

static void
lists_of_indices_are_not_given(void **state)
{
	individual_plv_response_linkage_chain *c = order_fresh(1, 1, 20);
	asked_plv v[2] = {value_of(c, 0, 0), value_of(c, 0, 1)};
	scms_pdu *pdu = about_values(v, 2);

	(void)state;
	pdu->content.la_ma.ma_la_linkage_info_request.tbs.expected_reply =
	    expected_reply_indices_lists;
	is_refused_as(pdu, la_ma_error_la_ma_base_error,
	    la_ma_base_error_code_la_invalid_input_value_format);
}

/* ---- refusals ---- */

static const scms_pdu *
either(enum inquiry_kind kind, const individual_plv_response_linkage_chain *c,
    size_t n)
{
	linkage_chain_id *lci = ARENA_ARRAY(&arena, n, linkage_chain_id);
	asked_plv *v = ARENA_ARRAY(&arena, n, asked_plv);

	for (size_t t = 0; t < n; t++) {
		lci[t] = c->linkage_chain_id;
		v[t] = value_of(c, 0, (unsigned)(t % 20));
	}
	return kind == INQUIRY_SEEDS ? about_chains(lci, n)
				     : about_values(v, n);
}

static void
who_is_not_the_ma_learns_nothing(void **state)
{
	static const enum inquiry_kind kinds[] = {
	    INQUIRY_LINKAGE_INFO, INQUIRY_SEEDS};
	individual_plv_response_linkage_chain *c = order_fresh(1, 1, 20);
	const char *error;

	(void)state;
	world.environment.ma_lvs_per_day = 4;
	for (size_t k = 0; k < 2; k++) {
		struct letter l =
		    letter_usual(&office, kinds[k], either(kinds[k], c, 2));
		const struct letter good = l;

		l.header = good.header;
		l.header = week_header(world.week);
		l.client = office.ra;
		letter_is_refused(&office, &l, 403, NULL);
		l.client = good.client;
		l.signer = &world.ra;
		letter_is_refused(&office, &l, 401, "SSP_NOT_PERMITTED");
		l.signer = &world.other_ma;
		letter_is_refused(&office, &l, 401, "DENIED");
		l.signer = good.signer;
		l.why = NULL;
		letter_is_refused(&office, &l, 400, "BAD_MESSAGE");
		l.why = good.why;
		l.pdu = either(kinds[1 - k], c, 2);
		letter_is_refused(&office, &l, 400, "BAD_MESSAGE");
		l.pdu = either(kinds[k], c, 51);
		letter_is_refused(&office, &l, 413, "TOO_LARGE");
		l.pdu = good.pdu;
		world.environment.auditors_needed = 1;
		letter_is_refused(&office, &l, 401, "DENIED");
		world.environment.auditors_needed = 0;
		l.body = letter_seal(&office, &arena, &l);
		assert_int_equal(letter_post(&error, &office, &arena, &l), 200);
		letter_is_refused(&office, &l, 409, "REPLAYED");
	}
}

static void
the_ma_itself_has_a_limit(void **state)
{
	individual_plv_response_linkage_chain *c = order_fresh(1, 1, 20);
	const unsigned per_day = world.environment.ma_lvs_per_day;
	struct letter l =
	    letter_usual(&office, INQUIRY_SEEDS, either(INQUIRY_SEEDS, c, 1));
	const char *error;

	(void)state;
	world.environment.ma_list_most = 500;
	l.header = week_header(world.week);
	for (unsigned t = 0; t < per_day; t += 500) {
		l.pdu = either(INQUIRY_SEEDS, c, 500);
		assert_int_equal(letter_post(&error, &office, &arena, &l), 200);
	}
	l.pdu = either(INQUIRY_SEEDS, c, 1);
	letter_is_refused(&office, &l, 429, "LIMIT");
	l.kind = INQUIRY_LINKAGE_INFO;
	l.pdu = either(INQUIRY_LINKAGE_INFO, c, 2);
	l.header = NULL; /* linking has a measure of its own */
	assert_int_equal(letter_post(&error, &office, &arena, &l), 200);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain_openssl_agrees_with_camp),
	    T(seeds_are_those_of_camp),
	    T(seeds_are_of_this_week_or_the_next),
	    T(no_seed_of_another_week_is_given),
	    T(chains_that_are_not_ours_have_no_seed),
	    T(values_of_one_chain_are_counted),
	    T(values_that_do_not_matter_do_not_count),
	    T(chains_of_all_kinds_are_found),
	    T(the_long_past_is_told_nobody),
	    T(many_chains_are_looked_through),
	    T(values_that_do_not_open_are_refused),
	    T(lists_of_indices_are_not_given),
	    T(who_is_not_the_ma_learns_nothing),
	    T(the_ma_itself_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
