/*
 * ma_test.c - what a PCA tells the MA about its certificates, and what it does
 * not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "base/time32.h"
#include "crypto/random.h"
#include "role/pca/pca.h"
#include "schema/scms_protocol.h"
#include "test/unit/inquiry/post.h"
#include "test/unit/pca/requests.h"

static struct world world;
static struct plv_key key[2];
static struct audit *audit;
static struct pca *pca;
static struct office office;

static const struct pca_conf conf = {.ra = "ra", .la1 = "la1", .la2 = "la2"};

static _Thread_local struct fault_info info;

#define must(expr)                                            \
	do {                                                  \
		if ((expr) != FAULT_OK)                       \
			fail_msg("%s: %s", #expr, info.text); \
	} while (0)

/* Certificates: the first half is confirmed, the others are pending. */
enum { HALF = 4, ALL = 2 * HALF };
static struct arena arena;
static struct asked asked[ALL];

static void
issue(struct asked *a, size_t n, bool confirm)
{
	struct arena work = arena_new(PCA_ARENA);
	const struct asking how = {.arena = &arena,
	    .key = {&key[0], &key[1]},
	    .i = (uint16_t)(world.week + 1)};
	struct bytes out;
	uint8_t id[16];

	ask_many(a, n, &how);
	random_bytes(id, sizeof(id));
	must(pca_answer_batch(&out, pca, &work,
	    batch_message(&work, a, n, id, &world.ra), &info));
	if (confirm)
		must(pca_confirm(
		    pca, &work, confirm_message(&work, id, &world.ra), &info));
	arena_free(&work);
}

static int
set_up(void **state)
{
	const struct http_route routes[] = {
	    {"POST", "/plvs", "ma", INQUIRY_BODY_MAX, pca_http_plvs, 0},
	    {"POST", "/hash-of-individual-request", "ma", INQUIRY_BODY_MAX,
		pca_http_hpcr, 0},
	};
	char folder[PATH_SIZE];

	(void)state;
	arena = arena_new(1u << 26);
	world_make(&world);
	world_folder(&world, folder, WORLD_PCA);
	world_share_key(&world, WORLD_LA1, &key[0]);
	world_share_key(&world, WORLD_LA2, &key[1]);
	must(audit_open(&audit, folder, &info));
	world.environment.ma_lvs_per_day = 30;
	must(pca_new(&pca, folder, &conf, &world.environment, audit, &info));
	office_open(&office, &world, WORLD_PCA, routes, 2, pca);
	issue(asked, HALF, true);
	issue(asked + HALF, HALF, false);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	office_close(&office);
	pca_free(pca);
	audit_close(audit);
	world_remove(&world);
	arena_free(&arena);
	return 0;
}

/* ---- questions ---- */

/* About n linkage values, those of asked[] and behind them unknown ones. */
static scms_pdu *
about(enum inquiry_kind kind, size_t n)
{
	linkage_value *v = ARENA_ARRAY(&arena, n, linkage_value);
	scms_pdu *pdu = ARENA_NEW(&arena, scms_pdu);

	for (size_t t = 0; t < n; t++)
		if (t < ALL)
			memcpy(v[t].b, asked[t].lv.b, 9);
		else
			random_bytes(v[t].b, 9);
	inquiry_begin(pdu, kind, "ma.monarch.test");
	if (kind == INQUIRY_PLVS) {
		to_be_signed_ma_pca_pre_linkage_value_request_msg *tbs =
		    &pdu->content.ma_pca.ma_pca_pre_linkage_value_request.tbs;

		tbs->linkage_values.n = n;
		tbs->linkage_values.v = v;
	} else {
		to_be_signed_ma_pca_hpcr_request_msg *tbs =
		    &pdu->content.ma_pca.ma_pca_hpcr_request.tbs;

		tbs->linkage_values.n = n;
		tbs->linkage_values.v = v;
	}
	return pdu;
}

static const scms_pdu *
ask_about(enum inquiry_kind kind, size_t n)
{
	struct inquiry_reply reply;

	must(office_ask(
	    &reply, &office, &arena, kind, about(kind, n), NULL, &info));
	return reply.pdu;
}

static bool
is_unknown(const scoped_ma_pca_error *e)
{
	return e->is == scms_error_ma_pca &&
	       e->ma_pca.is == ma_pca_error_ma_pca &&
	       e->ma_pca.ma_pca == ma_pca_error_code_pca_invalid_linkage_value;
}

/* As the RA sent it; which: 1 or 2. */
static struct bytes
plv_of(const struct asked *a, int which)
{
	scms_pdu *pdu = ARENA_NEW(&arena, scms_pdu);
	pseudonym_cert_request_info *p;
	struct bytes out;

	must(coer_decode(&scms_pdu_asn, pdu, &arena, a->octets, &info));
	p = &pdu->content.pca_ra.ra_pca_cert_request.cert_request_info
		 .pseudonym_cert_req;
	must(coer_encode_new(&out, &arena, &encrypted_individual_plv_asn,
	    which == 1 ? &p->enc_plv1 : &p->enc_plv2, &info));
	return out;
}

static void
check_plv(const lv2_plv *is, const struct asked *a, int which)
{
	struct bytes octets;

	assert_memory_equal(is->lv.b, a->lv.b, 9);
	assert_int_equal(is->reply.is, lv2_plv_reply_success);
	must(coer_encode_new(&octets, &arena, &encrypted_individual_plv_asn,
	    &is->reply.success.encrypted_plv, &info));
	assert_true(bytes_equal(octets, plv_of(a, which)));
	assert_true(bytes_equal(is->reply.success.hostname,
	    bytes_of_string(
		which == 1 ? "la1.monarch.test" : "la2.monarch.test")));
}

static void
linkage_values_lead_to_both_encrypted_plvs(void **state)
{
	const pca_ma_pre_linkage_value_response_msg_plv_info *v;
	char before[65], after[65];

	(void)state;
	data_digest(before, office.folder, false);
	v = &ask_about(INQUIRY_PLVS, ALL + 1)
		 ->content.ma_pca.pca_ma_pre_linkage_value_response.plv_info;
	assert_int_equal(v->n, 2 * (ALL + 1));
	for (size_t t = 0; t < ALL; t++) {
		check_plv(&v->v[2 * t], &asked[t], 1);
		check_plv(&v->v[2 * t + 1], &asked[t], 2);
	}
	for (size_t t = 2 * (size_t)ALL; t < v->n; t++) {
		assert_int_equal(v->v[t].reply.is, lv2_plv_reply_failure);
		assert_true(is_unknown(&v->v[t].reply.failure));
	}
	data_digest(after, office.folder, false);
	assert_string_equal(before, after);
}

static void
linkage_values_lead_to_requests_and_their_ra(void **state)
{
	const pca_ma_hpcr_response_msg_hpcrinfo *v;
	char before[65], after[65];
	uint8_t hash[32];

	(void)state;
	data_digest(before, office.folder, false);
	v = &ask_about(INQUIRY_HPCR, ALL + 1)
		 ->content.ma_pca.pca_ma_hpcr_response.hpcrinfo;
	assert_int_equal(v->n, ALL + 1);
	for (size_t t = 0; t < ALL; t++) {
		assert_memory_equal(v->v[t].lv.b, asked[t].lv.b, 9);
		assert_int_equal(v->v[t].reply.is, lv2_hpcr_reply_success);
		EVP_Digest(asked[t].octets.p, asked[t].octets.n, hash, NULL,
		    EVP_sha256(), NULL);
		assert_memory_equal(
		    v->v[t].reply.success.hpcr.b, hash, sizeof(hash));
		assert_true(bytes_equal(v->v[t].reply.success.hostname,
		    bytes_of_string("ra.monarch.test")));
	}
	assert_int_equal(v->v[ALL].reply.is, lv2_hpcr_reply_failure);
	assert_true(is_unknown(&v->v[ALL].reply.failure));
	data_digest(after, office.folder, false);
	assert_string_equal(before, after);
}

/* How many of one linkage value's answers are successes, at that time. */
static size_t
answered(enum inquiry_kind kind, int weeks)
{
	const scms_pdu *pdu;
	size_t n;

	time_set_offset(time_offset() + (int64_t)weeks * I_PERIOD_DEFAULT);
	pdu = ask_about(kind, 1);
	if (kind == INQUIRY_PLVS) {
		const lv2_plv *v =
		    pdu->content.ma_pca.pca_ma_pre_linkage_value_response
			.plv_info.v;

		n = (v[0].reply.is == lv2_plv_reply_success) +
		    (size_t)(v[1].reply.is == lv2_plv_reply_success);
	} else {
		n = pdu->content.ma_pca.pca_ma_hpcr_response.hpcrinfo.v[0]
			.reply.is == lv2_hpcr_reply_success;
	}
	time_set_offset(time_offset() - (int64_t)weeks * I_PERIOD_DEFAULT);
	return n;
}

/* The certificate is of the coming week. */
static void
the_long_past_is_told_nobody(void **state)
{
	(void)state;
	/* not today, whose limit was reached */
	assert_int_equal(answered(INQUIRY_PLVS, 1), 2);
	assert_int_equal(answered(INQUIRY_PLVS, 3), 2);
	assert_int_equal(answered(INQUIRY_PLVS, 4), 0);
	assert_int_equal(answered(INQUIRY_HPCR, 4), 1);
	assert_int_equal(answered(INQUIRY_HPCR, 14), 1);
	assert_int_equal(answered(INQUIRY_HPCR, 15), 0);
}

/* ---- refusals ---- */

static const enum inquiry_kind kinds[] = {INQUIRY_PLVS, INQUIRY_HPCR};

static void
who_is_not_the_ma_learns_nothing(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		const scms_pdu *pdu = about(kinds[k], 2);
		struct letter l = letter_usual(&office, kinds[k], pdu);

		l.client = office.ra;
		letter_is_refused(&office, &l, 403, NULL);
		l = letter_usual(&office, kinds[k], pdu);
		l.signer = &world.ra; /* the RA has the MA's TLS key */
		letter_is_refused(&office, &l, 401, "SSP_NOT_PERMITTED");
		l.signer = &world.other_ma;
		letter_is_refused(&office, &l, 401, "DENIED");
		l = letter_usual(&office, kinds[k], pdu);
		l.why = NULL;
		letter_is_refused(&office, &l, 400, "BAD_MESSAGE");
		l = letter_usual(&office, kinds[k], about(kinds[1 - k], 2));
		letter_is_refused(&office, &l, 400, "BAD_MESSAGE");
		l = letter_usual(&office, kinds[k], pdu);
		world.environment.auditors_needed = 1;
		letter_is_refused(&office, &l, 401, "DENIED");
		world.environment.auditors_needed = 0;
	}
}

static void
the_ma_itself_has_limits(void **state)
{
	const char *error;

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct letter l =
		    letter_usual(&office, kinds[k], about(kinds[k], 51));

		letter_is_refused(&office, &l, 413, "TOO_LARGE");
		l.pdu = about(kinds[k], 2);
		l.body = letter_seal(&office, &arena, &l);
		assert_int_equal(letter_post(&error, &office, &arena, &l), 200);
		letter_is_refused(&office, &l, 409, "REPLAYED");
	}
	/* for each purpose 9 + 2 of 30 are used up by these tests */
	for (size_t k = 0; k < 2; k++) {
		struct letter l =
		    letter_usual(&office, kinds[k], about(kinds[k], 20));

		letter_is_refused(&office, &l, 429, "LIMIT");
	}
	(void)ask_about(INQUIRY_PLVS, 19); /* all that may be linked */
	(void)ask_about(INQUIRY_HPCR, 19); /* keeps nobody from revoking */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(linkage_values_lead_to_both_encrypted_plvs),
	    cmocka_unit_test(linkage_values_lead_to_requests_and_their_ra),
	    cmocka_unit_test(who_is_not_the_ma_learns_nothing),
	    cmocka_unit_test(the_ma_itself_has_limits),
	    cmocka_unit_test(the_long_past_is_told_nobody),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
