/* What the MA, or an operator, may have revoked, and what not. */
#include "cert/profile.h"
#include "cert/spdu.h"
#include "role/crlg/enter.h"
#include "role/crlg/take.h"
#include "site.h"

static void
taken_once(void **state)
{
	uint32_t i = period_of(NOW);
	struct revocation r;
	const struct crl *crl;

	(void)state;
	one_pair(&r, 1, i, 7, (uint16_t)(i + 10));
	r.r.digests.n = 1;
	r.digest[0] = (monarch_revocation_digest){
	    {"0123456789"}, NOW + WEEK, CRL_SERIES_END_ENTITY};
	take_at(&r, NOW);
	publish_at(NOW);
	take_at(&r, NOW + 1); /* another message, the same revocation */
	publish_at(NOW + 1);
	assert_int_equal(atomic_load(&S.g->taken), 1);
	assert_int_equal(atomic_load(&S.g->repeated), 1);
	crl = list_at(NOW + 1, CRL_SERIES_PSEUDONYM);
	assert_int_equal(crl->issued, NOW);
	assert_int_equal(crl->i_rev, i);
	assert_int_equal(crl->groups, 1);
	assert_int_equal(crl->group[0].n, 1);
	assert_int_equal(crl->group[0].jmax, 20);
	assert_int_equal(crl->group[0].i_max, i + 10);
	assert_memory_equal(crl->group[0].la1, "\0\1", 2);
	assert_memory_equal(crl->group[0].la2, "\0\2", 2);
	assert_memory_equal(crl->group[0].seed1[0].b, r.linkage[0].ls1.b, 16);
	assert_memory_equal(crl->group[0].seed2[0].b, r.linkage[0].ls2.b, 16);
	crl = list_at(NOW + 1, CRL_SERIES_END_ENTITY);
	assert_int_equal(crl->entries, 1);
	assert_memory_equal(crl->entry[0].id, "0123456789", CRL_ID_SIZE);
	assert_int_equal(list_at(NOW + 1, CRL_SERIES_COMPONENT)->entries, 0);
	/* Another revocation of the same pair: once on the list; one that
	 * reaches further is an entry of its own. */
	one_pair(&r, 2, i, 7, (uint16_t)(i + 10));
	take_at(&r, NOW + 2);
	publish_at(NOW + 2);
	assert_int_equal(pairs_of(list_at(NOW + 2, CRL_SERIES_PSEUDONYM)), 1);
	one_pair(&r, 3, i, 7, (uint16_t)(i + 12));
	take_at(&r, NOW + 3);
	publish_at(NOW + 3);
	crl = list_at(NOW + 3, CRL_SERIES_PSEUDONYM);
	assert_int_equal(crl->groups, 2);
	assert_int_equal(crl->group[1].i_max, i + 12);
}

#define REFUSED(fault, call)                       \
	do {                                       \
		struct bytes before_ = snapshot(); \
		FAULT_IS(fault, call);             \
		assert_bytes(snapshot(), before_); \
	} while (0)

static void
wrong_messages(void **state)
{
	const struct world *w = world();
	uint32_t i = period_of(NOW);
	struct revocation r;
	struct bytes in, payload;
	struct spdu_header h = {.psid = PSID_SECURITY};

	(void)state;
	one_pair(&r, 1, i, 7, (uint16_t)(i + 10));
	in = signed_revocation(&w->ma, &r.r, NOW);
	REFUSED(DENIED, crlg_take(S.g, in, "another MA", NOW, FI));
	/* Known, but not the MA. */
	REFUSED(DENIED, crlg_take(S.g, signed_revocation(&w->pg, &r.r, NOW),
			    "PG", NOW, FI));
	REFUSED(DENIED, crlg_take(S.g, signed_revocation(&w->pg, &r.r, NOW),
			    "MA", NOW, FI));
	REFUSED(
	    UNKNOWN_ISSUER, crlg_take(S.g, signed_revocation(&w->ra, &r.r, NOW),
				"RA", NOW, FI));
	REFUSED(BAD_SIGNATURE,
	    crlg_take(S.g, flipped(in, in.n - 1, 1), "MA", NOW, FI));
	REFUSED(TRAILING, crlg_take(S.g, cat(in, hex("00")), "MA", NOW, FI));
	REFUSED(TRUNCATED,
	    crlg_take(S.g, (struct bytes){in.p, in.n - 1}, "MA", NOW, FI));
	REFUSED(GENERATED_IN_FUTURE, crlg_take(S.g, in, "MA", NOW - 6, FI));
	REFUSED(TOO_OLD, crlg_take(S.g, in, "MA", NOW + 86400 + 6, FI));
	OK(coer_encode_new(&payload, &A, &monarch_revocation_asn, &r.r, FI));
	OK(spdu_sign(&in, &A, &h, payload, SIGNER_DIGEST, &w->ma.signer, FI));
	REFUSED(NO_GENERATION_TIME, crlg_take(S.g, in, "MA", NOW, FI));
	h = (struct spdu_header){.psid = 0x20,
	    .has_generation_time = true,
	    .generation_time = NOW * UINT64_C(1000000)};
	OK(spdu_sign(&in, &A, &h, payload, SIGNER_DIGEST, &w->ma.signer, FI));
	REFUSED(PSID_NOT_PERMITTED, crlg_take(S.g, in, "MA", NOW, FI));
	h.psid = PSID_SECURITY;
	OK(spdu_sign(&in, &A, &h, cat(payload, hex("00")), SIGNER_DIGEST,
	    &w->ma.signer, FI));
	REFUSED(TRAILING, crlg_take(S.g, in, "MA", NOW, FI));
}

#define WRONG(fault)                                                          \
	REFUSED(                                                              \
	    fault, crlg_take(S.g, signed_revocation(&world()->ma, &r.r, NOW), \
		       "MA", NOW, FI))

static void
wrong_values(void **state)
{
	static const uint16_t series[] = {0, 1, 2, 4, 5, 256};
	uint32_t i = period_of(NOW);
	struct revocation r, good;

	(void)state;
	one_pair(&good, 1, i, 7, (uint16_t)(i + 10));
	r = good;
	r.r.linkage.v = r.linkage;
	r.linkage[0].j_max = 0;
	WRONG(CONSTRAINT);
	r.linkage[0] = good.linkage[0];
	r.linkage[0].i_max = (uint16_t)(i - 1);
	WRONG(CONSTRAINT);
	r.linkage[0] = good.linkage[0];
	r.linkage[0].la2_id = r.linkage[0].la1_id;
	WRONG(CONSTRAINT);
	/* The second of two is wrong: the first is not taken either. */
	r.r.linkage.n = 2;
	r.linkage[0] = r.linkage[1] = good.linkage[0];
	r.linkage[1].j_max = 0;
	WRONG(CONSTRAINT);
	r.r.linkage.n = 0;
	WRONG(CONSTRAINT);
	r.r.digests.n = 1;
	r.r.digests.v = r.digest;
	for (size_t k = 0; k < sizeof(series) / sizeof(series[0]); k++) {
		r.digest[0] = (monarch_revocation_digest){
		    {"0123456789"}, NOW + WEEK, series[k]};
		WRONG(CONSTRAINT);
	}
	/* Periods: the next one has not begun, the one before the last is
	 * over. */
	one_pair(&r, 1, i + 1, 7, (uint16_t)(i + 10));
	WRONG(BUSY);
	one_pair(&r, 1, i - 2, 7, (uint16_t)(i + 10));
	WRONG(BAD_TIME);
	assert_int_equal(atomic_load(&S.g->taken), 0);
}

/* A message may be as long as what an RA tells of one holder. */
static void
too_much(void **state)
{
	enum { PAIRS = 200, DIGESTS = 512 };
	monarch_revocation_linkage *pair =
	    ARENA_ARRAY(&A, PAIRS + 1, monarch_revocation_linkage);
	monarch_revocation_digest *digest =
	    ARENA_ARRAY(&A, DIGESTS + 1, monarch_revocation_digest);
	uint32_t i = period_of(NOW);
	struct revocation r;

	(void)state;
	one_pair(&r, 1, i, 7, (uint16_t)(i + 10));
	for (unsigned k = 0; k <= PAIRS; k++) {
		pair[k] = r.linkage[0];
		pair[k].ls1.b[1] = (uint8_t)k;
	}
	for (unsigned k = 0; k <= DIGESTS; k++) {
		digest[k] = (monarch_revocation_digest){
		    {"0123456789"}, NOW + WEEK, CRL_SERIES_END_ENTITY};
		digest[k].id.b[0] = (uint8_t)(k >> 8);
		digest[k].id.b[1] = (uint8_t)k;
	}
	r.r.linkage = (monarch_revocation_linkages){PAIRS + 1, pair};
	r.r.digests = (monarch_revocation_digests){DIGESTS, digest};
	WRONG(CONSTRAINT);
	r.r.linkage.n = PAIRS;
	r.r.digests.n = DIGESTS + 1;
	WRONG(CONSTRAINT);
	r.r.digests.n = DIGESTS;
	take_at(&r, NOW);
	publish_at(NOW);
	assert_int_equal(pairs_of(list_at(NOW, CRL_SERIES_PSEUDONYM)), PAIRS);
	assert_int_equal(list_at(NOW, CRL_SERIES_END_ENTITY)->entries, DIGESTS);
}

static unsigned
status_of(const struct revocation *r, uint32_t time)
{
	struct http_request request = {.peer = "MA", .arena = &A};
	struct http_response response = {.status = 200, .fd = -1};

	S.now = time;
	request.body = signed_revocation(&world()->ma, &r->r, time);
	crlg_handle_revocation(S.g, &request, &response);
	return response.status;
}

static bool
is_refusal_logged(const char *fault)
{
	char path[PATH_SIZE], *text, *line;
	struct bytes log;

	path_join(path, S.crlg, AUDIT_FILE);
	OK(file_read(&log, &A, path, (size_t)1 << 20, FI));
	text = arena_printf(&A, "%.*s", (int)log.n, (const char *)log.p);
	line = strstr(text, "refusal");
	return line != NULL && strstr(line, fault) != NULL;
}

/* The third of a day is not taken, and is when the first is a day old; what was
 * taken does not count anew when it comes again. */
static void
too_many_in_a_day(void **state)
{
	uint32_t i = period_of(NOW);
	struct revocation r[3];
	struct bytes before;

	(void)state;
	S.generator.environment.ma_blacklists_per_day = 2;
	for (uint8_t k = 0; k < 3; k++)
		one_pair(&r[k], k, i, k, (uint16_t)(i + 10));
	assert_int_equal(status_of(&r[0], NOW), 204);
	assert_int_equal(status_of(&r[1], NOW + 100), 204);
	before = snapshot();
	assert_false(is_refusal_logged("peer=MA fault=LIMIT"));
	assert_int_equal(status_of(&r[2], NOW + 86399), 429);
	assert_bytes(snapshot(), before);
	assert_true(is_refusal_logged("peer=MA fault=LIMIT"));
	assert_int_equal(atomic_load(&S.g->refused), 1);
	assert_int_equal(status_of(&r[1], NOW + 86399), 204);
	site_reopen();
	S.generator.environment.ma_blacklists_per_day = 2;
	FAULT_IS(
	    LIMIT, crlg_take(S.g,
		       signed_revocation(&world()->ma, &r[2].r, NOW + 86399),
		       "MA", NOW + 86399, FI));
	assert_int_equal(status_of(&r[2], NOW + 86400), 204);
	one_pair(&r[0], 9, i, 9, (uint16_t)(i + 10));
	assert_int_equal(status_of(&r[0], NOW + 86400), 429);
}

/* Taken in the last second of a period, sent again when that is long over. */
static void
again_much_later(void **state)
{
	uint32_t i = period_of(NOW);
	uint32_t last = environment_period_start(&S.env, i + 1) - 1;
	struct revocation r;

	(void)state;
	one_pair(&r, 1, i, 7, (uint16_t)(i + 10));
	take_at(&r, last);
	take_at(&r, last + 3 * WEEK);
	assert_int_equal(atomic_load(&S.g->taken), 1);
}

/* ---- the operator ---- */

static struct bytes
certificate_of(enum profile profile, uint16_t series, const uint8_t *craca)
{
	struct party p;
	certificate *c = template_for(&p, profile);

	c->to_be_signed.crl_series = series;
	memcpy(c->to_be_signed.craca_id.b, craca, 3);
	issue(&p, c, &world()->ica);
	return p.cert->raw;
}

static enum fault
enter(struct bytes raw, uint32_t now, struct fault_info *fi)
{
	struct enter_file file = {"it", raw};

	return enter_certificates(S.g, &A, &file, 1, now, fi);
}

static void
entered_by_hand(void **state)
{
	static const uint16_t wrong[] = {0, 1, 5, 256};
	const uint8_t *craca = world()->root.cert->id + 5;
	struct bytes ra = certificate_of(PROFILE_RA, 2, craca);
	struct bytes enrollment = certificate_of(PROFILE_ENROLLMENT, 4, craca);
	struct enter_file pair[2];
	struct fault_info fi;
	const struct crl *crl;
	struct cert *k;

	(void)state;
	OK(enter(ra, NOW, FI));
	OK(enter(enrollment, NOW, FI));
	publish_at(NOW);
	crl = list_at(NOW, CRL_SERIES_COMPONENT);
	OK(cert_load(&k, &A, ra, FI));
	assert_int_equal(crl->entries, 1);
	assert_memory_equal(crl->entry[0].id, plain_hash(32, ra).p + 22, 10);
	assert_int_equal(crl->entry[0].expiry, k->end);
	crl = list_at(NOW, CRL_SERIES_ENROLLMENT);
	assert_int_equal(crl->entries, 1);
	assert_memory_equal(
	    crl->entry[0].id, plain_hash(32, enrollment).p + 22, 10);
	REFUSED(DUPLICATE, enter(ra, NOW, FI));
	for (size_t n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++)
		REFUSED(
		    DENIED, enter(certificate_of(PROFILE_RA, wrong[n], craca),
				NOW, FI));
	REFUSED(UNTRUSTED_ROOT,
	    enter(certificate_of(PROFILE_RA, 2, (const uint8_t *)"xyz"), NOW,
		FI));
	REFUSED(
	    EXPIRED, enter(certificate_of(PROFILE_RA, 2, craca), k->end, FI));
	REFUSED(TRUNCATED, enter(hex("8003"), NOW, FI));
	/* All or none, and the text names the one that is wrong. */
	pair[0] =
	    (struct enter_file){"good", certificate_of(PROFILE_RA, 2, craca)};
	pair[1] = (struct enter_file){"bad", ra};
	REFUSED(DUPLICATE, enter_certificates(S.g, &A, pair, 2, NOW, FI));
	assert_int_equal(
	    enter_certificates(S.g, &A, pair, 2, NOW, &fi), FAULT_DUPLICATE);
	assert_non_null(strstr(fi.text, "bad"));
	OK(enter_certificates(S.g, &A, pair, 1, NOW, FI));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ST(taken_once),
	    ST(wrong_messages),
	    ST(wrong_values),
	    ST(too_much),
	    ST(too_many_in_a_day),
	    ST(again_much_later),
	    ST(entered_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
