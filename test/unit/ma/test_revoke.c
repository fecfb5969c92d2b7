/* Revocations, step by step, with peers that answer, fail, refuse and lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "test/unit/ma/net.h"

static struct net net;

#define WEEK 604800

static int
setup(void **state)
{
	(void)state;
	net_make(&net);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	net_remove(&net);
	return 0;
}

/* What it says of itself. */
static void
assert_state(int64_t case_id, enum ma_revocation_state state, const char *text)
{
	struct ma_revocation r;

	net_find(&r, &net, case_id);
	if (r.state != state)
		fail_msg("state is \"%s\", text \"%s\"",
		    ma_revocation_word(r.state), r.text);
	if (text == NULL)
		assert_null(r.text);
	else if (r.text == NULL || strstr(r.text, text) == NULL)
		fail_msg("text is \"%s\"", r.text);
}

static struct key16
seed_of(unsigned la, size_t chain, uint32_t i)
{
	uint8_t id[2] = {0, (uint8_t)(1 + la)};
	struct key16 ls = net.seed[la][chain];

	while (net.i0 < i--)
		linkage_step(&ls, id, &ls, 1);
	return ls;
}

/* The generator has exactly what it should have of a device with n chains. */
static void
assert_taken(const monarch_revocation *m, uint32_t i, size_t n)
{
	struct key16 ls;

	assert_int_equal(m->version, 1);
	assert_int_equal(m->i, i);
	assert_int_equal(m->linkage.n, n);
	assert_int_equal(m->digests.n, 0);
	for (size_t k = 0; k < n; k++) {
		const monarch_revocation_linkage *l = &m->linkage.v[k];

		assert_memory_equal(l->la1_id.b, "\0\1", 2);
		assert_memory_equal(l->la2_id.b, "\0\2", 2);
		ls = seed_of(0, k, i);
		assert_memory_equal(l->ls1.b, ls.b, sizeof(ls.b));
		ls = seed_of(1, k, i);
		assert_memory_equal(l->ls2.b, ls.b, sizeof(ls.b));
		assert_int_equal(l->i_max, net.i_max[k]);
		assert_int_equal(l->j_max, NET_J_MAX);
	}
}

/* Nothing that links a device to anything is in the files any more. */
static void
assert_wiped(uint32_t first, uint32_t last)
{
	struct key16 ls;

	assert_false(net_is_in_files(&net, net.hpcr, sizeof(net.hpcr)));
	for (size_t k = 0; k < NET_CHAINS; k++)
		for (unsigned la = 0; la < 2; la++) {
			assert_false(net_is_in_files(
			    &net, net.lci[la][k].p, net.lci[la][k].n));
			for (uint32_t i = first; i <= last; i++) {
				ls = seed_of(la, k, i);
				assert_false(
				    net_is_in_files(&net, ls.b, sizeof(ls.b)));
			}
		}
}

static void
go_on(int64_t number)
{
	net_restart(&net);
	revoke_go_on(net.ma, number);
}

/* ---- as it should be ---- */

static void
test_device(void **state)
{
	uint32_t i = net_period(&net);

	(void)state;
	net_revoke(&net, 7);
	assert_state(7, MA_DONE, NULL);
	assert_true(net.blacklisted);
	assert_int_equal(net.taken, 1);
	assert_taken(&net.revocation[0], i, NET_CHAINS);
	assert_wiped(i, i);
	/* one question to each, answered by each, with its justification */
	assert_int_equal(net_audit_count(&net, WHO_MA, "question="), 5);
	assert_int_equal(
	    net_audit_count(&net, WHO_MA, "why=\"case 7: position jumps\""), 5);
	assert_int_equal(net_audit_count(&net, WHO_PCA,
			     "question=hash-of-individual-request"),
	    1);
	assert_int_equal(net_audit_count(&net, WHO_RA, "case 7"), 2);
	assert_int_equal(net_audit_count(&net, WHO_LA1, "case 7"), 1);
	assert_int_equal(net_audit_count(&net, WHO_LA2, "case 7"), 1);
	/* decided, five states, done */
	assert_int_equal(net_audit_count(&net, WHO_MA, "revocation=1"), 7);
}

static void
test_once_per_case(void **state)
{
	struct ma_revocation r;
	int64_t number = net_revoke(&net, 7);

	(void)state;
	assert_int_equal(net_revoke(&net, 7), number);
	assert_int_equal(net.taken, 1);
	assert_int_equal(net.posts, 1);
	/* another case about the same device: blacklisted before */
	assert_int_not_equal(net_revoke(&net, 8), number);
	assert_state(8, MA_DONE, NULL);
	assert_int_equal(net.taken, 2);
	net_find(&r, &net, 9);
	assert_int_equal(r.number, 0);
}

static void
test_reasons(void **state)
{
	const struct ma_subject s = {.kind = MA_PSEUDONYM, .lv = net.lv[0]};
	static const char *const wrong[] = {"", "say \"x\"", "a\nb", "\\"};
	struct ma_revocation r;
	char text[200];

	(void)state;
	for (size_t k = 0; k < 4; k++)
		assert_int_equal(
		    ma_revoke(net.ma, 7, &s, wrong[k], &fi), FAULT_CONSTRAINT);
	memset(text, 'x', sizeof(text));
	text[161] = '\0';
	assert_int_equal(ma_revoke(net.ma, 7, &s, text, &fi), FAULT_CONSTRAINT);
	net_find(&r, &net, 7);
	assert_int_equal(r.number, 0);
	text[160] = '\0';
	must(ma_revoke(net.ma, 7, &s, text, &fi));
}

static void
test_holder(void **state)
{
	const monarch_revocation *m = &net.revocation[0];

	(void)state;
	net_revoke_holder(&net, 7);
	assert_state(7, MA_DONE, NULL);
	assert_true(net.blacklisted);
	assert_int_equal(net.taken, 1);
	assert_int_equal(m->linkage.n, 0);
	assert_int_equal(m->digests.n, NET_DIGESTS);
	for (size_t k = 0; k < NET_DIGESTS; k++) {
		size_t at = 0;

		while (at < NET_DIGESTS &&
		       memcmp(m->digests.v[k].id.b, net.digest[at], 10) != 0)
			at++;
		assert_true(at < NET_DIGESTS);
		assert_int_equal(m->digests.v[k].expiry, net.expiry[at]);
		assert_int_equal(m->digests.v[k].series, 3);
		assert_false(net_is_in_files(&net, net.digest[k], 10));
	}
}

/* Nobody knows the issuer: each PCA is asked. */
static void
test_unknown_issuer(void **state)
{
	(void)state;
	memset(net.lv[0].issuer, 0, CERT_ID_SIZE);
	net.lv[0].lv = net.lv[2].lv;
	net_revoke(&net, 7);
	assert_state(7, MA_DONE, NULL);
	assert_int_equal(net.conduct[INQUIRY_HPCR].reached, 2);
	assert_int_equal(net_audit_count(&net, WHO_PCA2, "case 7"), 1);
}

/* More chains than one question may hold. */
static void
test_short_lists(void **state)
{
	(void)state;
	net.service.environment.ma_list_most = 1;
	net.conduct[INQUIRY_SEEDS].down = 1;
	net.conduct[INQUIRY_SEEDS].lose = 1;
	net_revoke(&net, 7);
	for (size_t k = 0; k < 2; k++) {
		assert_state(7, MA_CHAINS, k == 0 ? "nobody" : "broken off");
		revoke_go_on(net.ma, 1);
	}
	assert_state(7, MA_DONE, NULL);
	assert_taken(&net.revocation[0], net_period(&net), NET_CHAINS);
	assert_int_equal(net.conduct[INQUIRY_SEEDS].reached, 5);
	assert_wiped(net_period(&net), net_period(&net));
}

static void
test_nothing_left(void **state)
{
	(void)state;
	net.chains = 0;
	net_revoke(&net, 7);
	assert_state(7, MA_DONE, "no certificates that are valid");
	assert_true(net.blacklisted);
	net.digests = 0;
	net_revoke_holder(&net, 8);
	assert_state(8, MA_DONE, "no certificates that are valid");
	assert_int_equal(net.posts, 0);
	assert_wiped(net_period(&net), net_period(&net));
}

/* ---- peers that are away, and answers that are lost ---- */

static const unsigned steps_of_device[] = {
    INQUIRY_HPCR, INQUIRY_BLACKLIST, INQUIRY_CHAINS, INQUIRY_SEEDS, CRLG_KIND};
static const enum ma_revocation_state waits_in[] = {
    MA_DECIDED, MA_HPCR, MA_BLACKLISTED, MA_CHAINS, MA_SEEDS};

static void
test_down(void **state)
{
	int64_t number;

	(void)state;
	for (size_t k = 0; k < 5; k++)
		net.conduct[steps_of_device[k]].down = 2;
	number = net_revoke(&net, 7);
	for (size_t k = 0; k < 5; k++) {
		assert_state(7, waits_in[k], "nobody there");
		go_on(number);
		assert_state(7, waits_in[k], "nobody there");
		assert_int_equal(net.conduct[steps_of_device[k]].reached, 0);
		go_on(number);
	}
	assert_state(7, MA_DONE, NULL);
	assert_int_equal(net.taken, 1);
	assert_taken(&net.revocation[0], net_period(&net), NET_CHAINS);
}

/* It was done, and the MA does not know. */
static void
test_lost_answers(void **state)
{
	int64_t number;

	(void)state;
	for (size_t k = 0; k < 5; k++)
		net.conduct[steps_of_device[k]].lose = 1;
	number = net_revoke(&net, 7);
	for (size_t k = 0; k < 5; k++) {
		assert_state(7, waits_in[k], "broken off");
		go_on(number);
	}
	assert_state(7, MA_DONE, NULL);
	assert_int_equal(net.posts, 2);
	assert_int_equal(net.taken, 1);
	assert_taken(&net.revocation[0], net_period(&net), NET_CHAINS);
	assert_wiped(net_period(&net), net_period(&net));
}

static void
test_lost_answers_to_a_holder(void **state)
{
	static const unsigned kinds[] = {
	    INQUIRY_BLACKLIST_RIF, INQUIRY_DIGESTS, CRLG_KIND};
	static const enum ma_revocation_state in[] = {
	    MA_DECIDED, MA_BLACKLISTED, MA_CHAINS};
	int64_t number;

	(void)state;
	for (size_t k = 0; k < 3; k++)
		net.conduct[kinds[k]].lose = 1;
	number = net_revoke_holder(&net, 7);
	for (size_t k = 0; k < 3; k++) {
		assert_state(7, in[k], "broken off");
		go_on(number);
	}
	assert_state(7, MA_DONE, NULL);
	assert_int_equal(net.taken, 1);
	assert_int_equal(net.revocation[0].digests.n, NET_DIGESTS);
}

static bool
any(void *ctx, int64_t number)
{
	(void)ctx;
	(void)number;
	return true;
}

/* The pause grows, and ends. */
static void
test_pauses(void **state)
{
	unsigned passed = 0, looked = 0;
	int64_t due, number;

	(void)state;
	net.conduct[INQUIRY_HPCR].down = 1000;
	number = net_revoke(&net, 7);
	for (; looked < 9; passed++) {
		must(revocation_due(&due, net.ma, any, NULL, &fi));
		if (due == number) {
			revoke_go_on(net.ma, number);
			looked++;
		}
		time_set_offset(time_offset() + 1);
	}
	/* 1 + 2 + 4 + 8 + 16 + 32 + 60 + 60 + 60, and one after each look */
	assert_in_range(passed, 240, 260);
}

/* ---- refusals ---- */

static void
test_refused_by_status(void **state)
{
	static const struct {
		unsigned status;
		const char *error;
		bool is_final;
	} rows[] = {
	    {400, "BAD_MESSAGE", true},
	    {401, "DENIED", false},
	    {403, "-", false},
	    {404, "-", false},
	    {401, "BAD_SIGNATURE", false},
	    {400, "INTERNAL", false},
	    {413, "TOO_LARGE", true},
	    {400, "NOT_FOR_US", false},
	    {409, "REPLAYED", false},
	    {429, "LIMIT", false},
	    {503, "STORE", false},
	};
	int64_t case_id = 0;

	(void)state;
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
		for (size_t s = 0; s < 4; s++) {
			struct conduct *c = &net.conduct[steps_of_device[s]];

			*c = (struct conduct){
			    .status = rows[k].status, .error = rows[k].error};
			net_revoke(&net, ++case_id);
			assert_state(case_id,
			    rows[k].is_final ? MA_FAILED : waits_in[s],
			    ".monarch.test answers ");
			*c = (struct conduct){0};
			/* once more, after a restart */
			go_on(net_revoke(&net, case_id));
			assert_int_equal(net.taken, 1);
			net.taken = 0;
		}
	assert_wiped(net_period(&net), net_period(&net));
}

static void
test_refused_by_generator(void **state)
{
	struct conduct *c = &net.conduct[CRLG_KIND];
	int64_t number;

	(void)state;
	*c = (struct conduct){.status = 503, .error = "IO"};
	number = net_revoke(&net, 7);
	assert_state(7, MA_SEEDS, "503, IO");
	*c =
	    (struct conduct){.status = 401, .error = "generated in the future"};
	go_on(number);
	assert_state(7, MA_SEEDS, "401, generated in the future");
	*c = (struct conduct){.status = 409, .error = "which is over"};
	go_on(number);
	assert_state(7, MA_SEEDS, "409, which is over");
	*c = (struct conduct){.status = 400, .error = "BAD_SIGNATURE"};
	go_on(number);
	assert_state(7, MA_FAILED, "400, BAD_SIGNATURE");
	assert_wiped(net_period(&net), net_period(&net));
	/* for good: nothing goes on by itself, but it may be decided again */
	*c = (struct conduct){0};
	go_on(number);
	assert_int_equal(net.taken, 0);
	assert_int_not_equal(net_revoke(&net, 7), number);
	assert_state(7, MA_DONE, NULL);
	assert_int_equal(net.taken, 1);
}

/* In words, for the operator. */
static void
test_not_known(void **state)
{
	(void)state;
	net.lv[0].lv.b[0] ^= 1;
	net_revoke(&net, 7);
	assert_state(7, MA_FAILED, "has issued no certificate");
	net.lv[0].lv = net.lv[2].lv; /* which the other PCA has issued */
	net_revoke(&net, 8);
	assert_state(8, MA_FAILED,
	    "pca.monarch.test has issued no certificate with this linkage "
	    "value");
	memset(net.lv[0].issuer, 0x55, CERT_ID_SIZE);
	net.lv[0].lv.b[0] ^= 1;
	net_revoke(&net, 9);
	assert_state(
	    9, MA_FAILED, "pca2.monarch.test has issued no certificate");
	assert_int_equal(net.conduct[INQUIRY_BLACKLIST].asked,
	    net.conduct[INQUIRY_CHAINS].asked);
}

/* ---- answers to something else ---- */

#define SPOIL(name, statement)                                   \
	static void spoil_##name(                                \
	    scms_pdu *p, struct http_result *r, struct arena *a) \
	{                                                        \
		(void)p;                                         \
		(void)r;                                         \
		(void)a;                                         \
		statement;                                       \
	}
SPOIL(lv, p->content.ma_pca.pca_ma_hpcr_response.hpcrinfo.v[0].lv.b[0] ^= 1)
SPOIL(ra, p->content.ma_pca.pca_ma_hpcr_response.hpcrinfo.v[0]
	      .reply.success.hostname = bytes_of_string("ra.elsewhere.test"))
SPOIL(no_hpcr, p->content.ma_pca.pca_ma_hpcr_response.hpcrinfo.n = 0)
SPOIL(
    black, p->content.ma_ra.ra_ma_blacklist_response.status.v[0].hpcr.b[0] ^= 1)
SPOIL(
    lci_hpcr, p->content.ma_ra.ra_ma_lci_response.lci_info.v[1].hpcr.b[0] ^= 1)
SPOIL(lci_la,
    p->content.ma_ra.ra_ma_lci_response.lci_info.v[1]
	.reply.success.info.la2_id = bytes_of_string("la1.monarch.test"))
SPOIL(i_max, p->content.ma_ra.ra_ma_lci_response.lci_info.v[1]
		 .reply.success.info.i_max.b[1] = 1)
SPOIL(j_max, r->head = BYTES_NONE)
SPOIL(j_max_0, r->head = bytes_of_string("Monarch-J-Max: 0\r\n"))
SPOIL(j_max_256, r->head = bytes_of_string("Monarch-J-Max: 256\r\n"))
SPOIL(seed_lci, {
	la_ma_linkage_seed_response_msg_ls_info *l =
	    &p->content.la_ma.la_ma_linkage_seed_response.ls_info;
	lci2_ls one = l->v[0];

	l->v[0] = l->v[1];
	l->v[1] = one;
})
SPOIL(few_seeds, p->content.la_ma.la_ma_linkage_seed_response.ls_info.n = 1)
SPOIL(hash, p->content.la_ma.la_ma_linkage_seed_response.request_hash.b[0] ^= 1)
#undef SPOIL

static void
test_wrong_answers(void **state)
{
	static const struct {
		enum inquiry_kind kind;
		void (*spoil)(scms_pdu *, struct http_result *, struct arena *);
		const char *text;
	} rows[] = {
	    {INQUIRY_HPCR, spoil_lv, "about another linkage value"},
	    {INQUIRY_HPCR, spoil_ra, "another RA than ours"},
	    {INQUIRY_HPCR, spoil_no_hpcr, "about another linkage value"},
	    {INQUIRY_BLACKLIST, spoil_black, "about another request"},
	    {INQUIRY_CHAINS, spoil_lci_hpcr, "about another request"},
	    {INQUIRY_CHAINS, spoil_lci_la, "other LAs than ours"},
	    {INQUIRY_CHAINS, spoil_i_max, "beyond all periods"},
	    {INQUIRY_CHAINS, spoil_j_max, "Monarch-J-Max"},
	    {INQUIRY_CHAINS, spoil_j_max_0, "Monarch-J-Max"},
	    {INQUIRY_CHAINS, spoil_j_max_256, "Monarch-J-Max"},
	    {INQUIRY_SEEDS, spoil_seed_lci, "about another chain"},
	    {INQUIRY_SEEDS, spoil_few_seeds, "about 1 chains, not about 2"},
	    {INQUIRY_SEEDS, spoil_hash, "another question"},
	};

	(void)state;
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		net.conduct[rows[k].kind].spoil = rows[k].spoil;
		net_revoke(&net, (int64_t)k + 1);
		assert_state((int64_t)k + 1, MA_FAILED, rows[k].text);
		net.conduct[rows[k].kind].spoil = NULL;
	}
	assert_int_equal(net.posts, 0);
	assert_wiped(net_period(&net), net_period(&net));
}

static void
spoil_expiry(scms_pdu *p, struct http_result *r, struct arena *a)
{
	(void)p;
	(void)a;
	r->head = bytes_of_string("Monarch-Expiry: 1,2\r\n");
}

static void
test_wrong_answers_about_a_holder(void **state)
{
	(void)state;
	net.conduct[INQUIRY_DIGESTS].spoil = spoil_expiry;
	net_revoke_holder(&net, 7);
	assert_state(7, MA_FAILED, "Monarch-Expiry");
	assert_int_equal(net.posts, 0);
	net.conduct[INQUIRY_DIGESTS].spoil = NULL;
	net_revoke_holder(&net, 7);
	assert_state(7, MA_DONE, NULL);
}

/* ---- periods ---- */

/* A week passes while LA1 answers, or LA2, or LA1 in vain. */
static void
test_period_passes(void **state)
{
	static const struct {
		unsigned answer;
		bool lose;
	} rows[] = {{1, false}, {2, false}, {1, true}};

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct conduct *c = &net.conduct[INQUIRY_SEEDS];
		uint32_t i = net_period(&net);
		int64_t number;

		*c = (struct conduct){.pass = WEEK,
		    .pass_at = rows[k].answer,
		    .lose = rows[k].lose};
		number = net_revoke(&net, (int64_t)k + 1);
		if (rows[k].lose)
			go_on(number);
		assert_state((int64_t)k + 1, MA_DONE, NULL);
		assert_int_equal(net_period(&net), i + 1);
		assert_int_equal(net.taken, k + 1);
		assert_taken(&net.revocation[k], i + 1, NET_CHAINS);
		assert_wiped(i, i + 1);
	}
}

static void
test_period_passes_before_it_is_sent(void **state)
{
	uint32_t i = net_period(&net);
	int64_t number;

	(void)state;
	net.conduct[CRLG_KIND].down = 1;
	number = net_revoke(&net, 7);
	assert_state(7, MA_SEEDS, "nobody there");
	time_set_offset(time_offset() + WEEK);
	net.conduct[INQUIRY_SEEDS].down = 1;
	go_on(number);
	/* the old ones are gone before others are asked for */
	assert_state(7, MA_CHAINS, "nobody there");
	for (unsigned la = 0; la < 2; la++) {
		struct key16 ls = seed_of(la, 0, i);

		assert_false(net_is_in_files(&net, ls.b, sizeof(ls.b)));
	}
	go_on(number);
	assert_state(7, MA_DONE, NULL);
	assert_int_equal(net.taken, 1);
	assert_taken(&net.revocation[0], i + 1, NET_CHAINS);
	assert_wiped(i, i + 1);
}

static bool
is_seed_in_files(uint32_t i)
{
	bool is = false;

	for (size_t k = 0; k < NET_CHAINS; k++)
		for (unsigned la = 0; la < 2; la++) {
			struct key16 ls = seed_of(la, k, i);

			is = is || net_is_in_files(&net, ls.b, sizeof(ls.b));
		}
	return is;
}

/* LA1 has answered, LA2 in part: nobody is there for the rest. */
static void
spoil_leave(scms_pdu *p, struct http_result *r, struct arena *a)
{
	struct conduct *c = &net.conduct[INQUIRY_SEEDS];

	(void)p;
	(void)r;
	(void)a;
	if (c->reached == 3)
		c->down = 2;
}

/* The MA ends amidst its questions, and comes back a week later. */
static void
test_period_passes_amidst_questions(void **state)
{
	uint32_t i = net_period(&net);
	int64_t number;

	(void)state;
	net.service.environment.ma_list_most = 1;
	net.conduct[INQUIRY_SEEDS].spoil = spoil_leave;
	number = net_revoke(&net, 7);
	assert_state(7, MA_CHAINS, "nobody there");
	assert_true(is_seed_in_files(i));
	time_set_offset(time_offset() + WEEK);
	go_on(number);
	assert_state(7, MA_CHAINS, "nobody there");
	assert_false(is_seed_in_files(i));
	/* what belongs to the running period stays */
	net.conduct[INQUIRY_SEEDS].reached = 0;
	go_on(number);
	assert_state(7, MA_CHAINS, "nobody there");
	assert_true(is_seed_in_files(i + 1));
	go_on(number);
	go_on(number);
	assert_state(7, MA_DONE, NULL);
	assert_int_equal(net.conduct[INQUIRY_SEEDS].reached, 4);
	assert_taken(&net.revocation[0], i + 1, NET_CHAINS);
	assert_wiped(i, i + 1);
}

/* The generator has it, the MA does not know, and a week passes. */
static void
test_period_passes_after_it_was_taken(void **state)
{
	uint32_t i = net_period(&net);
	int64_t number;

	(void)state;
	net.conduct[CRLG_KIND].lose = 1;
	number = net_revoke(&net, 7);
	time_set_offset(time_offset() + WEEK);
	go_on(number);
	assert_state(7, MA_DONE, NULL);
	assert_int_equal(net.posts, 2);
	assert_int_equal(net.taken, 1);
	assert_taken(&net.revocation[0], i, NET_CHAINS);
	assert_wiped(i, i + 1);
}

/* Chains end while somebody is away. */
static void
test_chains_end(void **state)
{
	int64_t number;

	(void)state;
	net.i_max[0] = (uint16_t)(net_period(&net) + 1);
	net.i_max[1] = (uint16_t)(net_period(&net) + 3);
	net.conduct[INQUIRY_SEEDS].down = 2;
	number = net_revoke(&net, 7);
	time_set_offset(time_offset() + 2 * WEEK);
	net.seed[0][0] = net.seed[0][1]; /* only the second is left */
	net.seed[1][0] = net.seed[1][1];
	net.i_max[0] = net.i_max[1];
	go_on(number);
	assert_state(7, MA_CHAINS, "nobody there");
	go_on(number);
	assert_state(7, MA_DONE, NULL);
	assert_taken(&net.revocation[0], net_period(&net), 1);
	net.conduct[INQUIRY_SEEDS].down = 1;
	number = net_revoke(&net, 8);
	time_set_offset(time_offset() + 9 * WEEK);
	go_on(number);
	assert_state(8, MA_DONE, "have ended meanwhile");
	assert_int_equal(net.taken, 1);
}

/* The LA's clock is ahead: what it refuses is asked again. */
static void
test_clock_of_la(void **state)
{
	struct conduct *c = &net.conduct[INQUIRY_SEEDS];
	int64_t number;
	uint32_t i;

	(void)state;
	i = net_period(&net);
	/* half a minute before the period ends, and nowhere near it */
	time_set_offset(
	    time_offset() +
	    (int64_t)environment_period_start(&net.service.environment, i + 1) -
	    30 - time32_now());
	*c = (struct conduct){.status = 400, .error = "BAD_MESSAGE"};
	number = net_revoke(&net, 7);
	assert_state(7, MA_CHAINS, "BAD_MESSAGE");
	*c = (struct conduct){0};
	time_set_offset(time_offset() + 31);
	go_on(number);
	assert_state(7, MA_DONE, NULL);
	assert_taken(&net.revocation[0], i + 1, NET_CHAINS);
	time_set_offset(time_offset() + 3600);
	*c = (struct conduct){.status = 400, .error = "BAD_MESSAGE"};
	net_revoke(&net, 8);
	assert_state(8, MA_FAILED, "BAD_MESSAGE");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(device),
	    TEST(once_per_case),
	    TEST(reasons),
	    TEST(holder),
	    TEST(unknown_issuer),
	    TEST(short_lists),
	    TEST(nothing_left),
	    TEST(down),
	    TEST(lost_answers),
	    TEST(lost_answers_to_a_holder),
	    TEST(pauses),
	    TEST(refused_by_status),
	    TEST(refused_by_generator),
	    TEST(not_known),
	    TEST(wrong_answers),
	    TEST(wrong_answers_about_a_holder),
	    TEST(period_passes),
	    TEST(period_passes_before_it_is_sent),
	    TEST(period_passes_amidst_questions),
	    TEST(period_passes_after_it_was_taken),
	    TEST(chains_end),
	    TEST(clock_of_la),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
