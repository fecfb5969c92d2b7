/* Questions: which linkage values belong together, countersignatures, the
 * day's measure, what is kept of a question. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "test/unit/ma/net.h"

static struct net net;

#define DAY 86400

static int
setup(void **state)
{
	(void)state;
	net_make(&net);
	net.matches[0] = net.matches[1] = 3;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	net_remove(&net);
	return 0;
}

static enum fault
ask(size_t *matches, size_t n)
{
	*matches = 99;
	return ma_ask_linked(net.ma, matches, net.lv, n, "case 7: same", &fi);
}

static void
assert_text(const char *text)
{
	if (strstr(fi.text, text) == NULL)
		fail_msg("\"%s\"", fi.text);
}

static void
assert_asked(unsigned pca, unsigned la)
{
	assert_int_equal(net.conduct[INQUIRY_PLVS].asked, pca);
	assert_int_equal(net.conduct[INQUIRY_LINKAGE_INFO].asked, la);
}

/* ---- linkage values that belong together ---- */

static void
test_linked(void **state)
{
	struct ma_lv other[5];
	size_t m;

	(void)state;
	must(ask(&m, 4));
	assert_int_equal(m, 3);
	/* two PCAs, two LAs */
	assert_asked(2, 2);
	assert_int_equal(net_audit_count(&net, WHO_PCA, "case 7: same"), 1);
	assert_int_equal(net_audit_count(&net, WHO_PCA2, "case 7: same"), 1);
	assert_int_equal(net_audit_count(&net, WHO_LA1, "entries=4"), 1);
	assert_int_equal(net_audit_count(&net, WHO_LA2, "entries=4"), 1);
	/* the same set in another order, one of them twice, after a restart */
	net_restart(&net);
	for (size_t k = 0; k < 5; k++)
		other[k] = net.lv[(k + 2) % 4];
	must(ma_ask_linked(net.ma, &m, other, 5, "case 8: same", &fi));
	assert_int_equal(m, 3);
	assert_asked(2, 2);
	/* another set is another question */
	net.matches[0] = net.matches[1] = 0;
	must(ask(&m, 2));
	assert_int_equal(m, 0);
	assert_asked(3, 4);
	/* none, or one, is no question */
	must(ask(&m, 1));
	assert_int_equal(m, 1);
	must(ask(&m, 0));
	assert_int_equal(m, 0);
	assert_asked(3, 4);
}

static void
test_linked_goes_on(void **state)
{
	size_t m;

	(void)state;
	net.conduct[INQUIRY_PLVS].down = 1;
	net.conduct[INQUIRY_PLVS].lose = 1;
	net.conduct[INQUIRY_LINKAGE_INFO].lose = 2;
	assert_int_equal(ask(&m, 4), FAULT_BUSY);
	assert_text("nobody there");
	for (size_t k = 0; k < 3; k++) {
		net_restart(&net);
		assert_int_equal(ask(&m, 4), FAULT_BUSY);
		assert_text("broken off");
	}
	net_restart(&net);
	must(ask(&m, 4));
	assert_int_equal(m, 3);
	/* what was answered and stored was not asked about again */
	assert_int_equal(net.conduct[INQUIRY_PLVS].reached, 3);
	assert_int_equal(net.conduct[INQUIRY_LINKAGE_INFO].reached, 4);
}

static void
test_linked_disagree(void **state)
{
	size_t m;

	(void)state;
	net.matches[1] = 2;
	for (size_t k = 0; k < 2; k++) {
		assert_int_equal(ask(&m, 4), FAULT_CONSTRAINT);
		assert_text("do not agree");
		assert_int_equal(m, 0);
	}
	assert_asked(2, 2);
}

static void
test_linked_too_many(void **state)
{
	size_t m;

	(void)state;
	net.service.environment.ma_list_most = 3;
	assert_int_equal(ask(&m, 4), FAULT_TOO_LARGE);
	assert_asked(0, 0);
	must(ask(&m, 3));
}

static void
test_linked_unknown(void **state)
{
	size_t m;

	(void)state;
	memset(net.lv[3].issuer, 7, CERT_ID_SIZE);
	assert_int_equal(ask(&m, 4), FAULT_DENIED);
	assert_text("no PCA is known");
	assert_asked(0, 0);
	net.lv[3] = net.lv[2];
	net.lv[1].lv.b[0] ^= 1;
	memcpy(net.lv[2].issuer, net.lv[1].issuer, CERT_ID_SIZE);
	assert_int_equal(ask(&m, 4), FAULT_DENIED);
	assert_text("pca.monarch.test has issued no certificate with this "
		    "linkage value");
	assert_asked(1, 0);
}

#define SPOIL(name, statement)                                   \
	static void spoil_##name(                                \
	    scms_pdu *p, struct http_result *r, struct arena *a) \
	{                                                        \
		(void)r;                                         \
		(void)a;                                         \
		statement;                                       \
	}
#define PLVS p->content.ma_pca.pca_ma_pre_linkage_value_response.plv_info
#define INFO p->content.la_ma.la_ma_linkage_info_response.linkage_info
SPOIL(few, PLVS.n--)
SPOIL(swapped, {
	PLVS.v[0].reply.success.hostname = bytes_of_string("la2.monarch.test");
	PLVS.v[1].reply.success.hostname = bytes_of_string("la1.monarch.test");
})
SPOIL(other_lv, PLVS.v[1].lv.b[8] ^= 1)
SPOIL(many, INFO.success.scalar.matches = 5)
SPOIL(negative, INFO.success.scalar.matches = -1)
SPOIL(failure, {
	INFO.is = la_ma_linkage_info_response_msg_linkage_info_failure;
	INFO.failure.is = scms_error_la_ma;
	INFO.failure.la_ma.is = la_ma_error_la_ma_linkage_info_error;
	INFO.failure.la_ma.la_ma_linkage_info_error =
	    la_ma_linkage_info_error_code_la_invalid_prelinkage_value_presented;
})
#undef SPOIL

static void
test_linked_wrong_answers(void **state)
{
	static const struct {
		enum inquiry_kind kind;
		void (*spoil)(scms_pdu *, struct http_result *, struct arena *);
		const char *text;
	} rows[] = {
	    {INQUIRY_PLVS, spoil_few, "answers with 3 pre-linkage values"},
	    {INQUIRY_PLVS, spoil_swapped, "other values or LAs"},
	    {INQUIRY_PLVS, spoil_other_lv, "other values or LAs"},
	    {INQUIRY_LINKAGE_INFO, spoil_many, "no possible number"},
	    {INQUIRY_LINKAGE_INFO, spoil_negative, "no possible number"},
	    {INQUIRY_LINKAGE_INFO, spoil_failure,
		"la1.monarch.test cannot open a pre-linkage value"},
	};
	size_t m;

	(void)state;
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		net.conduct[rows[k].kind].spoil = rows[k].spoil;
		assert_int_equal(ask(&m, 4), FAULT_DENIED);
		assert_text(rows[k].text);
		net.conduct[rows[k].kind].spoil = NULL;
	}
	must(ask(&m, 4));
	assert_int_equal(m, 3);
}

/* ---- the day's measure ---- */

static void
test_measure(void **state)
{
	size_t m;

	(void)state;
	net.service.environment.ma_lvs_per_day = 5;
	must(ask(&m, 3)); /* LAs 3, PCA 2, PCA2 1 */
	assert_asked(2, 2);
	/* PCA 4, PCA2 3, but the LAs have room for 2 more only */
	assert_int_equal(ask(&m, 4), FAULT_BUSY);
	assert_text("la1.monarch.test was asked about 3 entries in 24 hours, "
		    "of 5 at most: waits for tomorrow");
	assert_asked(4, 2);
	net.matches[0] = net.matches[1] = 2;
	must(ma_ask_linked(net.ma, &m, &net.lv[2], 2, "case 7: same", &fi));
	assert_asked(5, 4);
	net_restart(&net);
	time_set_offset(time_offset() + DAY - 10);
	assert_int_equal(ask(&m, 4), FAULT_BUSY);
	time_set_offset(time_offset() + 20);
	must(ask(&m, 4));
	assert_int_equal(m, 2);
}

/* Whatever is asked to link, a revocation has a measure of its own; and linking
 * one after all revocations of a day. */
static void
test_measure_of_each_purpose(void **state)
{
	struct ma_revocation r;
	size_t m;

	(void)state;
	net.service.environment.ma_lvs_per_day = 2;
	net.matches[0] = net.matches[1] = 2;
	must(ask(&m, 2)); /* PCA 2, LAs 2 */
	net_restart(&net);
	net_revoke(&net, 1); /* HPCR 1, seeds of two chains */
	net_find(&r, &net, 1);
	assert_int_equal(r.state, MA_DONE);
	assert_int_equal(ask(&m, 3), FAULT_BUSY);
	assert_text("was asked about 2 entries in 24 hours, of 2 at most");
	time_set_offset(time_offset() + DAY + 1);
	net_revoke(&net, 2);
	net_find(&r, &net, 2);
	assert_int_equal(r.state, MA_DONE);
	must(ma_ask_linked(net.ma, &m, &net.lv[2], 2, "case 7: same", &fi));
	net_revoke(&net, 3);
	net_find(&r, &net, 3);
	assert_int_equal(r.state, MA_CHAINS);
}

/* Who was not reached has learned nothing, and told nothing. */
static void
test_measure_of_those_away(void **state)
{
	size_t m;

	(void)state;
	net.service.environment.ma_lvs_per_day = 4;
	net.conduct[INQUIRY_PLVS].down = 9;
	for (size_t k = 0; k < 9; k++) {
		assert_int_equal(ask(&m, 4), FAULT_BUSY);
		assert_text("nobody there");
	}
	must(ask(&m, 4));
	assert_int_equal(ask(&m, 3), FAULT_BUSY);
	assert_text("la1.monarch.test was asked about 4 entries");
}

/* Who breaks off may have learned and counted it, whatever he calls it. */
static void
test_measure_of_lost_answers(void **state)
{
	struct conduct *c = &net.conduct[INQUIRY_PLVS];
	size_t m;

	(void)state;
	net.service.environment.ma_lvs_per_day = 6;
	c->lose = 1;
	assert_int_equal(ask(&m, 4), FAULT_BUSY);
	assert_text("broken off");
	c->status = 401;
	c->error = "NETWORK";
	assert_int_equal(ask(&m, 4), FAULT_BUSY);
	assert_text("401, NETWORK");
	c->error = "TLS";
	assert_int_equal(ask(&m, 4), FAULT_BUSY);
	assert_text("401, TLS");
	c->status = 0;
	assert_int_equal(ask(&m, 4), FAULT_BUSY);
	assert_text("pca.monarch.test was asked about 6 entries in 24 hours, "
		    "of 6 at most");
	assert_int_equal(c->reached, 3);
}

static void
test_measure_of_blacklists(void **state)
{
	struct ma_revocation r;

	(void)state;
	net.service.environment.ma_blacklists_per_day = 1;
	net_revoke(&net, 1);
	net_revoke(&net, 2);
	net_find(&r, &net, 2);
	assert_int_equal(r.state, MA_HPCR);
	assert_non_null(strstr(r.text, "waits for tomorrow"));
	time_set_offset(time_offset() + DAY + 1);
	revoke_go_on(net.ma, r.number);
	net_find(&r, &net, 2);
	assert_int_equal(r.state, MA_DONE);
}

/* ---- auditors ---- */

static int64_t
waiting_question(int64_t case_id)
{
	struct ma_revocation r;
	long long number;

	net_find(&r, &net, case_id);
	assert_non_null(r.text);
	if (sscanf(r.text, "question %lld waits for auditors", &number) != 1)
		fail_msg("\"%s\"", r.text);
	return number;
}

static void
assert_waits(int64_t case_id, const char *text)
{
	struct ma_revocation r;

	net_find(&r, &net, case_id);
	if (r.text == NULL || strstr(r.text, text) == NULL)
		fail_msg("\"%s\"", r.text);
}

static void
test_auditors(void **state)
{
	int64_t number, q, last = 0;
	struct ma_revocation r;
	unsigned asked = 0;

	(void)state;
	net.service.environment.auditors_needed = 2;
	number = net_revoke(&net, 7);
	/* the PCA; blacklist, and chains without asking anew; both LAs */
	for (size_t k = 0; k < 4; k++) {
		q = waiting_question(7);
		assert_int_not_equal(q, last);
		last = q;
		assert_waits(7, "0 of 2");
		assert_int_equal(
		    net_countersign(&net, q, WHO_RA), FAULT_SSP_NOT_PERMITTED);
		must(net_countersign(&net, q, WHO_AUDITOR1));
		assert_int_equal(
		    net_countersign(&net, q, WHO_AUDITOR1), FAULT_EXISTS);
		revoke_go_on(net.ma, number);
		assert_waits(7, "1 of 2");
		must(net_countersign(&net, q, WHO_AUDITOR2));
		asked = net_audit_count(&net, WHO_MA, "question=");
		revoke_go_on(net.ma, number);
		assert_true(net_audit_count(&net, WHO_MA, "question=") > asked);
	}
	net_find(&r, &net, 7);
	assert_int_equal(r.state, MA_DONE);
	assert_int_equal(net_audit_count(&net, WHO_PCA, "auditors=2"), 1);
	assert_int_equal(net_audit_count(&net, WHO_RA, "auditors=2"), 2);
	assert_int_equal(net_audit_count(&net, WHO_LA2, "auditors=2"), 1);
	/* what was asked is gone, and nobody countersigns it any more */
	assert_int_equal(question_countersign(net.ma, &(const char *){NULL},
			     &net.arena, q, BYTES_NONE, &fi),
	    FAULT_NOT_FOUND);
}

/* Over something else, and after more than a week. */
static void
test_old_countersignatures(void **state)
{
	int64_t first, second, number;
	struct ma_revocation r;

	(void)state;
	net.service.environment.auditors_needed = 1;
	number = net_revoke(&net, 1);
	first = waiting_question(1);
	net.lv[0].lv = net.lv[1].lv;
	net_revoke(&net, 2);
	second = waiting_question(2);
	must(net_countersign(&net, first, WHO_AUDITOR1));
	net.conduct[INQUIRY_HPCR].down = 1;
	revoke_go_on(net.ma, number);
	assert_waits(1, "nobody there");
	time_set_offset(time_offset() + 8 * DAY);
	revoke_go_on(net.ma, number);
	assert_waits(1, "0 of 1");
	must(net_countersign(&net, first, WHO_AUDITOR1));
	revoke_go_on(net.ma, number);
	net_find(&r, &net, 1);
	assert_int_equal(r.state, MA_HPCR);
	assert_int_equal(waiting_question(2), second);
}

/* A peer that needs more auditors than the MA has asked for. */
static void
test_peer_needs_more(void **state)
{
	size_t m;

	(void)state;
	net.service.environment.auditors_needed = 1;
	assert_int_equal(ask(&m, 4), FAULT_BUSY);
	assert_text("waits for auditors");
	net.service.environment.auditors_needed = 0;
	net.conduct[INQUIRY_PLVS].status = 401;
	net.conduct[INQUIRY_PLVS].error = "DENIED";
	assert_int_equal(ask(&m, 4), FAULT_BUSY);
	assert_text("pca.monarch.test answers /plvs with status 401, DENIED");
}

/* Who answers something else than the protocol has is asked again, but not at
 * once, and what was asked stays open. */
static void
test_peer_out_of_order(void **state)
{
	static const char *const errors[] = {
	    "-", "DENIED", "BAD_SIGNATURE", "INTERNAL"};
	struct conduct *c = &net.conduct[INQUIRY_PLVS];
	size_t m;

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		*c = (struct conduct){.status = 404, .error = errors[k]};
		assert_int_equal(ask(&m, 4), FAULT_BUSY);
		assert_text(errors[k]);
		for (size_t again = 0; again < 9; again++) {
			assert_int_equal(ask(&m, 4), FAULT_BUSY);
			assert_text("it is asked again in");
		}
		assert_int_equal(c->asked, 1);
		time_set_offset(time_offset() + 301);
	}
	*c = (struct conduct){.status = 404, .error = "-"};
	assert_int_equal(ask(&m, 4), FAULT_BUSY);
	*c = (struct conduct){0};
	net_restart(&net);
	must(ask(&m, 4));
	assert_int_equal(m, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(linked),
	    TEST(linked_goes_on),
	    TEST(linked_disagree),
	    TEST(linked_too_many),
	    TEST(linked_unknown),
	    TEST(linked_wrong_answers),
	    TEST(measure),
	    TEST(measure_of_each_purpose),
	    TEST(measure_of_those_away),
	    TEST(measure_of_lost_answers),
	    TEST(measure_of_blacklists),
	    TEST(auditors),
	    TEST(old_countersignatures),
	    TEST(peer_needs_more),
	    TEST(peer_out_of_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
