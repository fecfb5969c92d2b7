/* Composites: what is in them when, and when they are made. */
#include <unistd.h>

#include "cert/ballot.h"
#include "cert/profile.h"
#include "cert/spdu.h"
#include "role/crlg/enter.h"
#include "role/crlg/make.h"
#include "role/crlg/publish.h"
#include "role/crlg/take.h"
#include "site.h"

/* ls(i) = first 16 octets of SHA-256(la_id || ls(i-1) || 0^112). */
static struct bytes
next_seed(const char *la, struct bytes seed)
{
	static const uint8_t zeros[14];

	return (struct bytes){
	    plain_hash(32, cat(cat(hex(la), seed), BYTES(zeros))).p, 16};
}

static void
seeds_go_with_time(void **state)
{
	uint32_t i = period_of(NOW);
	uint32_t next = environment_period_start(&S.env, i + 1);
	struct bytes seed1, seed2;
	struct revocation r;
	const struct crl *crl;

	(void)state;
	one_pair(&r, 1, i, 7, (uint16_t)(i + 10));
	seed1 = BYTES(r.linkage[0].ls1.b);
	seed2 = BYTES(r.linkage[0].ls2.b);
	take_at(&r, NOW);
	publish_at(NOW);
	for (uint32_t n = 1; n <= 3; n++) {
		seed1 = next_seed("0001", seed1);
		seed2 = next_seed("0002", seed2);
		OK(enter_wish(S.g, FI));
		publish_at(next + (n - 1) * WEEK);
		crl = list_at(next + (n - 1) * WEEK, CRL_SERIES_PSEUDONYM);
		assert_int_equal(crl->i_rev, i + n);
		assert_int_equal(crl->index_within_i, 0);
		assert_int_equal(pairs_of(crl), 1);
		assert_memory_equal(crl->group[0].seed1[0].b, seed1.p, 16);
		assert_memory_equal(crl->group[0].seed2[0].b, seed2.p, 16);
		assert_int_equal(crl->group[0].i_max, i + 10);
	}
	/* Months without the generator: all steps at once. */
	for (uint32_t n = 0; n < 5; n++)
		seed1 = next_seed("0001", seed1);
	publish_at(next + 7 * WEEK);
	crl = list_at(next + 7 * WEEK, CRL_SERIES_PSEUDONYM);
	assert_memory_equal(crl->group[0].seed1[0].b, seed1.p, 16);
}

/* Seeds of the period before: nobody sees them as they came. */
static void
seeds_that_came_late(void **state)
{
	uint32_t i = period_of(NOW);
	struct revocation r;
	const struct crl *crl;

	(void)state;
	one_pair(&r, 1, i - 1, 7, (uint16_t)(i + 10));
	take_at(&r, NOW);
	publish_at(NOW);
	crl = list_at(NOW, CRL_SERIES_PSEUDONYM);
	assert_int_equal(crl->i_rev, i);
	assert_memory_equal(crl->group[0].seed1[0].b,
	    next_seed("0001", BYTES(r.linkage[0].ls1.b)).p, 16);
	/* The same pair, asked anew in this period, is the same entry. */
	one_pair(&r, 2, i, 7, (uint16_t)(i + 10));
	memcpy(r.linkage[0].ls1.b, crl->group[0].seed1[0].b, 16);
	memcpy(r.linkage[0].ls2.b, crl->group[0].seed2[0].b, 16);
	take_at(&r, NOW + 1);
	publish_at(NOW + 1);
	assert_int_equal(pairs_of(list_at(NOW + 1, CRL_SERIES_PSEUDONYM)), 1);
}

/* And if it is not in this period yet when the second one comes. */
static void
seeds_that_meet(void **state)
{
	uint32_t i = period_of(NOW);
	uint32_t next = environment_period_start(&S.env, i + 1);
	struct revocation r, later;

	(void)state;
	one_pair(&r, 1, i, 7, (uint16_t)(i + 10));
	take_at(&r, NOW);
	one_pair(&later, 2, i + 1, 7, (uint16_t)(i + 10));
	memcpy(later.linkage[0].ls1.b,
	    next_seed("0001", BYTES(r.linkage[0].ls1.b)).p, 16);
	memcpy(later.linkage[0].ls2.b,
	    next_seed("0002", BYTES(r.linkage[0].ls2.b)).p, 16);
	take_at(&later, next);
	publish_at(next);
	assert_int_equal(pairs_of(list_at(next, CRL_SERIES_PSEUDONYM)), 1);
}

static void
what_is_over_goes(void **state)
{
	uint32_t i = period_of(NOW);
	uint32_t start = environment_period_start(&S.env, i + 2);
	struct revocation r;

	(void)state;
	one_pair(&r, 1, i, 7, (uint16_t)(i + 1));
	r.r.digests.n = 1;
	r.digest[0] = (monarch_revocation_digest){
	    {"0123456789"}, start, CRL_SERIES_END_ENTITY};
	take_at(&r, NOW);
	publish_at(start - 1); /* the last second of iMax, and of the other */
	assert_int_equal(pairs_of(list_at(start - 1, CRL_SERIES_PSEUDONYM)), 1);
	assert_int_equal(list_at(start - 1, CRL_SERIES_END_ENTITY)->entries, 1);
	OK(enter_wish(S.g, FI));
	publish_at(start);
	assert_int_equal(pairs_of(list_at(start, CRL_SERIES_PSEUDONYM)), 0);
	assert_int_equal(list_at(start, CRL_SERIES_END_ENTITY)->entries, 0);
}

/* More than one chunk, and two pairs of LAs, in many messages. */
static void
thousands(void **state)
{
	enum { N = 3000, MESSAGE = 200 };
	monarch_revocation_linkage *v =
	    ARENA_ARRAY(&A, N, monarch_revocation_linkage);
	uint32_t i = period_of(NOW);
	uint32_t next = environment_period_start(&S.env, i + 1);
	struct revocation r;
	const struct crl *crl;

	(void)state;
	for (uint8_t m = 0; m < 3; m++) {
		one_pair(&r, m, i, m, (uint16_t)(i + 10));
		for (uint16_t k = 0; k < N; k++) {
			v[k] = r.linkage[0];
			v[k].ls1.b[1] = (uint8_t)(k >> 8);
			v[k].ls1.b[2] = (uint8_t)k;
			if (m == 2)
				v[k].la2_id.b[1] = 3;
		}
		for (uint8_t k = 0; k < N / MESSAGE; k++) {
			r.r.revocation_id.b[1] = k;
			r.r.linkage = (monarch_revocation_linkages){
			    MESSAGE, v + k * MESSAGE};
			take_at(&r, NOW);
		}
	}
	publish_at(NOW);
	assert_int_equal(pairs_of(list_at(NOW, CRL_SERIES_PSEUDONYM)), 3 * N);
	publish_at(next + WEEK);
	crl = list_at(next + WEEK, CRL_SERIES_PSEUDONYM);
	assert_int_equal(crl->groups, 2);
	assert_int_equal(crl->group[0].n, 2 * N);
	assert_int_equal(crl->group[1].n, N);
	/* In the order of seeds, which is that of no revocation. */
	for (size_t k = 1; k < crl->group[0].n; k++)
		assert_true(memcmp(crl->group[0].seed1[k - 1].b,
				crl->group[0].seed1[k].b, 16) < 0);
}

/* ---- when ---- */

static void
due(uint32_t now, bool want)
{
	bool is_due;

	S.now = now;
	OK(make_is_due(&is_due, S.g, FI));
	assert_int_equal(is_due, want);
}

static void
when_it_is_time(void **state)
{
	struct bringing b = {.now = NOW};
	struct crlg_state s;
	bool is_due;

	(void)state;
	due(NOW, true); /* the first */
	publish_at(NOW);
	due(NOW, false);
	due(NOW + WEEK - 1, false);
	due(NOW + WEEK, true);
	assert_int_equal(list_at(NOW, 1)->next, NOW + WEEK);
	OK(enter_wish(S.g, FI));
	/* Two lists of one second could not be told apart. */
	S.now = NOW;
	FAULT_IS(BUSY, make_is_due(&is_due, S.g, FI));
	FAULT_IS(BUSY, make_composite(S.g, FI));
	due(NOW + 1, true);
	S.now = NOW - 1;
	FAULT_IS(BAD_TIME, make_is_due(&is_due, S.g, FI));
	FAULT_IS(BAD_TIME, make_composite(S.g, FI));
	S.now = NOW;
	OK(publish_once(S.g, bring, &b, FI));
	assert_int_equal(b.calls, 0);
	publish_at(NOW + 1);
	OK(crlg_state_read(&s, S.g->db, FI));
	assert_int_equal(s.number, 2);
	assert_int_equal(s.pushed, 2);
	assert_int_equal(list_at(NOW + 1, 2)->serial, 2);
	assert_int_equal(list_at(NOW + 1, 1)->index_within_i, 2);
	assert_int_equal(list_at(NOW + 1, 1)->issued, NOW + 1);
}

/* The counter within a period has eight bits. */
static void
many_in_a_week(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 258; n++) {
		OK(enter_wish(S.g, FI));
		publish_at(NOW + n);
	}
	assert_int_equal(list_at(NOW + 257, 1)->index_within_i, 255);
	assert_int_equal(list_at(NOW + 257, 2)->serial, 258);
}

static enum fault
refuse(void *ctx, struct arena *a, struct bytes b, struct fault_info *fi)
{
	(void)ctx;
	(void)a;
	(void)b;
	return fault_set(fi, FAULT_NETWORK, "the store is away");
}

static void
store_that_is_away(void **state)
{
	struct bytes made;
	struct crlg_state s;

	(void)state;
	S.now = NOW;
	FAULT_IS(NETWORK, publish_once(S.g, refuse, NULL, FI));
	S.now = NOW + 5;
	FAULT_IS(NETWORK, publish_once(S.g, refuse, NULL, FI));
	OK(crlg_state_read(&s, S.g->db, FI));
	assert_int_equal(s.number, 1); /* not made again */
	assert_int_equal(s.pushed, 0);
	site_reopen();
	publish_at(NOW + 9);
	made = given_out();
	assert_int_equal(list_at(NOW + 9, 1)->issued, NOW);
	publish_at(NOW + 10);
	assert_bytes(given_out(), made);
}

/* ---- a period that begins ---- */

/* A clock that goes from one reading to the next, and knows whether a
 * revocation may come between a reading and what follows. */
static struct {
	uint32_t at[2];
	size_t readings, unlocked;
} ticking;

static uint32_t
tick(void)
{
	if (pthread_mutex_trylock(&S.g->lock) == 0) {
		pthread_mutex_unlock(&S.g->lock);
		ticking.unlocked++;
	}
	return ticking.at[ticking.readings++ > 0];
}

/* It begins, and a revocation of it comes, when the generator has found that a
 * composite is due: the list is of that period, as its seeds are. */
static void
period_begins_meanwhile(void **state)
{
	uint32_t i = period_of(NOW);
	uint32_t next = environment_period_start(&S.env, i + 1);
	struct bringing b = {.now = next};
	struct revocation r;
	const struct crl *crl;

	(void)state;
	one_pair(&r, 1, i + 1, 7, (uint16_t)(i + 10));
	take_at(&r, next);
	memset(&ticking, 0, sizeof(ticking));
	ticking.at[0] = next - 1;
	ticking.at[1] = next;
	S.g->now = tick;
	OK(publish_once(S.g, bring, &b, FI));
	assert_int_equal(ticking.readings, 2);
	assert_int_equal(ticking.unlocked, 0);
	crl = list_at(next, CRL_SERIES_PSEUDONYM);
	assert_int_equal(crl->issued, next);
	assert_int_equal(crl->i_rev, i + 1);
	assert_int_equal(pairs_of(crl), 1);
	assert_memory_equal(crl->group[0].seed1[0].b, r.linkage[0].ls1.b, 16);
}

/* Seeds of a period that the clock has left again stay where they are; those
 * of the period before do not move either. */
static void
clock_that_goes_back(void **state)
{
	uint32_t i = period_of(NOW);
	uint32_t next = environment_period_start(&S.env, i + 1);
	struct bringing b = {.now = next - 1};
	struct bytes before;
	struct revocation r;

	(void)state;
	publish_at(NOW);
	one_pair(&r, 1, i, 7, (uint16_t)(i + 10));
	take_at(&r, next);
	one_pair(&r, 2, i + 1, 9, (uint16_t)(i + 10));
	take_at(&r, next);
	before = snapshot();
	S.now = next - 1;
	FAULT_IS(BUSY, make_composite(S.g, FI));
	FAULT_IS(BUSY, publish_once(S.g, bring, &b, FI));
	assert_int_equal(b.calls, 0);
	assert_bytes(snapshot(), before);
	publish_at(next);
	assert_int_equal(list_at(next, CRL_SERIES_PSEUDONYM)->i_rev, i + 1);
	assert_int_equal(pairs_of(list_at(next, CRL_SERIES_PSEUDONYM)), 2);
}

/* What was made before goes to the store all the same. */
static void
made_before_the_clock_went_back(void **state)
{
	uint32_t i = period_of(NOW);
	uint32_t next = environment_period_start(&S.env, i + 1);
	struct bringing b = {.now = NOW + 1};
	struct revocation r;

	(void)state;
	S.now = NOW;
	FAULT_IS(NETWORK, publish_once(S.g, refuse, NULL, FI));
	one_pair(&r, 1, i + 1, 7, (uint16_t)(i + 10));
	take_at(&r, next);
	S.now = NOW + 1;
	FAULT_IS(BUSY, publish_once(S.g, bring, &b, FI));
	assert_int_equal(b.calls, 1);
	assert_int_equal(list_at(NOW + 1, CRL_SERIES_PSEUDONYM)->issued, NOW);
}

/* ---- what others signed ---- */

static struct bytes
special_list(const struct party *by, const struct cert *revoked, uint32_t time)
{
	struct crl_hash_entry e = {.expiry = UINT32_MAX};
	struct crl crl = {.series = CRL_SERIES_SPECIAL,
	    .issued = time,
	    .next = time + WEEK,
	    .entry = &e,
	    .entries = revoked != NULL};
	struct spdu_header h = {.psid = PSID_CRL};
	struct bytes contents, out;

	if (revoked != NULL)
		memcpy(e.id, revoked->hash + 22, sizeof(e.id));
	memcpy(crl.craca, world()->root.cert->id, sizeof(crl.craca));
	OK(crl_encode(&contents, &A, &crl, FI));
	OK(spdu_sign(&out, &A, &h, contents, SIGNER_DIGEST, &by->signer, FI));
	return out;
}

static void
lists_of_the_root(void **state)
{
	const struct world *w = world();
	struct crl_composite c;
	const struct crl *crl;

	(void)state;
	put(S.g->special, "root.oer", special_list(&w->root, NULL, NOW));
	put(S.g->special, "forged.oer",
	    special_list(&w->crlg, w->ma.cert, NOW));
	put(S.g->special, "junk.oer", hex("00"));
	put(S.g->special, "note.txt", hex("00"));
	publish_at(NOW);
	c = lists_at(NOW);
	assert_int_equal(c.parts.lists, 5);
	assert_int_equal(list_at(NOW, CRL_SERIES_SPECIAL)->entries, 0);
	assert_true(strstr(S.g->left_out, "left out") != NULL);
	/* MA and PG: the generator goes on. */
	put(S.g->special, "root.oer",
	    special_list(&w->root, w->ma.cert, NOW + 1));
	OK(enter_wish(S.g, FI));
	publish_at(NOW + 1);
	crl = list_at(NOW + 1, CRL_SERIES_SPECIAL);
	assert_int_equal(crl->entries, 1);
	assert_memory_equal(crl->entry[0].id, w->ma.cert->hash + 22, 10);
	assert_int_equal(lists_at(NOW + 1).parts.lists, 5);
	/* The generator itself: it signs nothing more. */
	put(S.g->special, "root.oer",
	    special_list(&w->root, w->crlg.cert, NOW + 2));
	OK(enter_wish(S.g, FI));
	publish_at(NOW + 2);
	c = lists_at(NOW + 2);
	assert_int_equal(c.parts.lists, 1);
	assert_int_equal(c.list[0].series, CRL_SERIES_SPECIAL);
}

static void
last_for_hours(certificate *c, uint16_t hours)
{
	c->to_be_signed.validity_period.duration.is = duration_hours;
	c->to_be_signed.validity_period.duration.hours = hours;
}

/* A generator under a former root: its lists go on, with the same entries,
 * until its certificate ends or is revoked. */
static void
former_root(void **state)
{
	const struct world *w = world();
	struct party root, generator;
	certificate *c_short;
	struct crl_composite c;
	struct crl_rules rules = {.now = NOW};
	struct revocation r;
	struct trust *both;

	(void)state;
	issue(&root, template_for(&root, PROFILE_ROOT), NULL);
	c_short = template_for(&generator, PROFILE_CRLG);
	last_for_hours(c_short, 1000);
	issue(&generator, c_short, &root);
	put(S.crlg, "roots/former.oer", generator.cert->raw);
	put_key(S.crlg, "roots/former.key", &generator.d);
	put(S.crlg, "trust/former.oer", root.cert->raw);
	put(S.store, "trust/former.oer", root.cert->raw);
	put(S.store, "known/former.oer", generator.cert->raw);
	site_reopen();
	one_pair(&r, 1, period_of(NOW), 7, (uint16_t)(period_of(NOW) + 10));
	take_at(&r, NOW);
	publish_at(NOW);
	both = trust_of(
	    &w->root, &w->crlg, &generator, &root, (struct party *)NULL);
	OK(trust_add_root(both, root.cert->raw, FI));
	OK(crl_composite_open(&c, &A, given_out(), both, &rules, FI));
	assert_int_equal(c.parts.lists, 8);
	for (uint16_t s = 1; s <= 4; s++) {
		assert_int_equal(
		    crl_find(&c, root.cert->id + 5, s)->serial, s == 1 ? 0 : 1);
		assert_non_null(crl_find(&c, w->root.cert->id + 5, s));
	}
	assert_int_equal(pairs_of(crl_find(&c, root.cert->id + 5, 1)), 1);
	assert_int_equal(pairs_of(crl_find(&c, w->root.cert->id + 5, 1)), 1);
	/* It ends: what it signed may go. */
	rules.now = generator.cert->end;
	publish_at(rules.now);
	OK(crl_composite_open(&c, &A, given_out(), both, &rules, FI));
	assert_int_equal(c.parts.lists, 4);
	assert_null(crl_find(&c, root.cert->id + 5, 1));
	trust_free(both);
	put(S.crlg, "roots/junk.oer", hex("00"));
	audit_close(S.generator.audit);
	crlg_close(S.g);
	FAULT_IS(TRUNCATED, crlg_open(&S.g, &S.generator, FI));
	put(S.crlg, "roots/junk.oer", w->ma.cert->raw);
	FAULT_IS(PSID_NOT_PERMITTED, crlg_open(&S.g, &S.generator, FI));
	S.g = NULL;
	S.generator.audit = NULL;
}

static struct bytes
ballot_of(enum endorsement kind, const struct cert *subject)
{
	struct party elector;
	struct bytes e, out;

	issue(&elector, template_for(&elector, PROFILE_ELECTOR), NULL);
	OK(endorsement_sign(&e, &A, kind, subject, NOW, &elector.signer, FI));
	OK(ballot_build(&out, &A, subject, &e, 1, FI));
	return out;
}

static void
ballots(void **state)
{
	const struct cert *root = world()->root.cert;
	struct bytes a = ballot_of(ENDORSE_REMOVE_ROOT, root);
	struct bytes b = ballot_of(ENDORSE_REMOVE_ELECTOR, world()->pg.cert);
	struct party gone;
	certificate *short_lived = template_for(&gone, PROFILE_ELECTOR);
	struct crl_composite c;

	(void)state;
	put(S.g->ballots, "a.oer", a);
	put(S.g->ballots, "b.oer", b);
	put(S.g->ballots, "add.oer", ballot_of(ENDORSE_ADD_ROOT, root));
	put(S.g->ballots, "junk.oer", hex("0001"));
	publish_at(NOW);
	c = lists_at(NOW);
	assert_int_equal(c.parts.lists, 4);
	assert_int_equal(c.parts.root_ballots, 1);
	assert_bytes(c.parts.root_ballot[0], a);
	assert_int_equal(c.parts.elector_ballots, 1);
	assert_bytes(c.parts.elector_ballot[0], b);
	/* No longer than the certificate that it removes. */
	last_for_hours(short_lived, 100);
	issue(&gone, short_lived, NULL);
	put(S.g->ballots, "c.oer",
	    ballot_of(ENDORSE_REMOVE_ELECTOR, gone.cert));
	OK(enter_wish(S.g, FI));
	publish_at(gone.cert->end - 1);
	assert_int_equal(lists_at(gone.cert->end - 1).parts.elector_ballots, 2);
	OK(enter_wish(S.g, FI));
	publish_at(gone.cert->end);
	assert_int_equal(lists_at(gone.cert->end).parts.elector_ballots, 1);
}

/* Without its audit log the generator does nothing. */
static void
no_audit_log(void **state)
{
	uint32_t i = period_of(NOW);
	struct bringing b = {.now = NOW};
	struct revocation r;
	char path[PATH_SIZE];
	struct bytes before;

	(void)state;
	publish_at(NOW);
	path_join(path, S.crlg, AUDIT_FILE);
	before = snapshot();
	assert_int_equal(
	    truncate(path, 0), 0); /* a log that is tampered with */
	one_pair(&r, 1, i, 7, (uint16_t)(i + 10));
	FAULT_IS(
	    STORE, crlg_take(S.g, signed_revocation(&world()->ma, &r.r, NOW),
		       "MA", NOW, FI));
	assert_bytes(snapshot(), before);
	S.now = NOW + WEEK;
	assert_int_not_equal(publish_once(S.g, bring, &b, NULL), FAULT_OK);
	assert_bytes(snapshot(), before);
	assert_int_equal(b.calls, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ST(seeds_go_with_time),
	    ST(seeds_that_came_late),
	    ST(seeds_that_meet),
	    ST(what_is_over_goes),
	    ST(thousands),
	    ST(when_it_is_time),
	    ST(many_in_a_week),
	    ST(store_that_is_away),
	    ST(period_begins_meanwhile),
	    ST(clock_that_goes_back),
	    ST(made_before_the_clock_went_back),
	    ST(lists_of_the_root),
	    ST(former_root),
	    ST(ballots),
	    ST(no_audit_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
