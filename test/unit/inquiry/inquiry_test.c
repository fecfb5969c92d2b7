/*
 * inquiry_test.c - questions of the MA to a PCA that answers each of them with
 * nothing: what is accepted, counted and written down, and all that is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time32.h"
#include "cert/spdu.h"
#include "inquiry/auditor.h"
#include "inquiry/envelope.h"
#include "inquiry/window.h"
#include "schema/scms_protocol.h"
#include "store/db.h"
#include "test/unit/inquiry/post.h"

static struct world world;
static struct component pca;
static struct audit *audit;
static struct inquiry *inquiry;
static struct office office;
static unsigned filled;	       /* calls of fill */
static enum fault fill_result; /* what it returns */

static _Thread_local struct fault_info info;

#define must(expr)                                            \
	do {                                                  \
		if ((expr) != FAULT_OK)                       \
			fail_msg("%s: %s", #expr, info.text); \
	} while (0)

/* ---- a PCA without certificates ---- */

static enum fault
fill(scms_pdu *answer, void *ctx, struct arena *arena,
    const struct inquiry_question *q, struct http_response *response,
    struct fault_info *fi)
{
	(void)answer;
	(void)ctx;
	(void)arena;
	filled++;
	assert_true(inquiry_entries(q->pdu, q->kind) > 0);
	assert_string_equal(q->why, "case 7: three reporters");
	http_set_header(response, "Monarch-Test", "filled");
	return fill_result == FAULT_OK
		   ? FAULT_OK
		   : fault_set(fi, fill_result, "as the test wants it");
}

static void
serve_plvs(void *ctx, const struct http_request *q, struct http_response *r)
{
	inquiry_serve(ctx, INQUIRY_PLVS, q, r, fill, NULL);
}

static void
serve_hpcr(void *ctx, const struct http_request *q, struct http_response *r)
{
	inquiry_serve(ctx, INQUIRY_HPCR, q, r, fill, NULL);
}

#define PER_DAY 20

static void
open_inquiry(void)
{
	const struct inquiry_conf conf = {
	    &pca, office.folder, &world.environment, PER_DAY, audit, NULL};

	must(inquiry_open(&inquiry, &conf, &info));
}

static void
open_office(void)
{
	const struct http_route routes[] = {
	    {"POST", "/plvs", "ma", INQUIRY_BODY_MAX, serve_plvs, 0},
	    {"POST", "/hash-of-individual-request", "ma", INQUIRY_BODY_MAX,
		serve_hpcr, 0},
	};

	world_folder(&world, office.folder, WORLD_PCA);
	must(component_load(&pca, office.folder, &info));
	must(audit_open(&audit, office.folder, &info));
	open_inquiry();
	office_open(&office, &world, WORLD_PCA, routes, 2, inquiry);
	filled = 0;
	fill_result = FAULT_OK;
}

static void
close_office(void)
{
	office_close(&office);
	inquiry_close(inquiry);
	audit_close(audit);
	component_free(&pca);
}

/* Each test has a world of its own. */
static int
set_up(void **state)
{
	(void)state;
	world_make(&world);
	open_office();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	close_office();
	world_remove(&world);
	time_set_offset(0);
	return 0;
}

/* ---- questions ---- */

#define MANY 60
static linkage_value values[MANY];

/* About n linkage values. */
static scms_pdu *
about(struct arena *arena, enum inquiry_kind kind, size_t n)
{
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);

	assert_non_null(pdu);
	inquiry_begin(pdu, kind, "ma.monarch.test");
	for (size_t t = 0; t < MANY; t++)
		values[t].b[0] = (uint8_t)t;
	if (kind == INQUIRY_PLVS) {
		to_be_signed_ma_pca_pre_linkage_value_request_msg *tbs =
		    &pdu->content.ma_pca.ma_pca_pre_linkage_value_request.tbs;

		tbs->linkage_values.n = n;
		tbs->linkage_values.v = values;
	} else {
		to_be_signed_ma_pca_hpcr_request_msg *tbs =
		    &pdu->content.ma_pca.ma_pca_hpcr_request.tbs;

		tbs->linkage_values.n = n;
		tbs->linkage_values.v = values;
	}
	return pdu;
}

static enum fault
ask(enum inquiry_kind kind, size_t n)
{
	struct arena arena = arena_new(8u << 20);
	struct inquiry_reply reply;
	enum fault f;

	f = office_ask(
	    &reply, &office, &arena, kind, about(&arena, kind, n), NULL, &info);
	if (f == FAULT_OK) {
		assert_string_equal("filled",
		    http_result_header(&reply.http, &arena, "Monarch-Test"));
		assert_int_equal(
		    reply.pdu->content.is, scms_pdu_content_ma_pca);
	}
	arena_free(&arena);
	return f;
}

static void
what_holds_is_answered_counted_and_written_down_on_both_sides(void **state)
{
	char folder[PATH_SIZE];

	(void)state;
	world_folder(&world, folder, WORLD_MA);
	must(ask(INQUIRY_PLVS, 3));
	must(ask(INQUIRY_HPCR, 1));
	assert_int_equal(filled, 2);
	assert_int_equal(audit_lines(office.folder, "answer",
			     "question=plvs entries=3 auditors=0 "
			     "why=\"case 7: three reporters\""),
	    1);
	assert_int_equal(audit_lines(office.folder, "answer",
			     "question=hash-of-individual-request entries=1"),
	    1);
	assert_int_equal(audit_lines(folder, "question",
			     "question=plvs peer=pca.monarch.test entries=3 "
			     "why=\"case 7: three reporters\""),
	    1);
	assert_int_equal(audit_lines(folder, "question", ""), 2);
	assert_int_equal(audit_lines(office.folder, "refusal", ""), 0);
}

/* ---- forged, unauthorised ---- */

static void
refused(const struct letter *l, unsigned status, const char *error)
{
	unsigned before = filled;

	letter_is_refused(&office, l, status, error);
	assert_int_equal(filled, before);
}

static void
only_our_ma_is_answered(void **state)
{
	struct arena arena = arena_new(8u << 20);
	scms_pdu *pdu = about(&arena, INQUIRY_PLVS, 1);
	struct letter l = letter_usual(&office, INQUIRY_PLVS, pdu);

	(void)state;
	must(ask(INQUIRY_PLVS, 1)); /* so that there is a log */
	l.client = office.ra;	    /* by its TLS certificate */
	refused(&l, 403, NULL);
	l = letter_usual(&office, INQUIRY_PLVS, pdu);
	l.signer = &world.other_ma;
	refused(&l, 401, "DENIED");
	l.signer = &world.ra;
	refused(&l, 401, "SSP_NOT_PERMITTED");
	l = letter_usual(&office, INQUIRY_PLVS, pdu);
	l.to = WORLD_LA1; /* encrypted to somebody else */
	refused(&l, 400, "NOT_FOR_US");
	arena_free(&arena);
}

/* Signed and encrypted as it stands. */
static struct bytes
seal_octets(
    struct arena *arena, const struct spdu_header *header, struct bytes payload)
{
	struct bytes message, out;

	must(spdu_sign(&message, arena, header, payload, SIGNER_DIGEST,
	    &world.ma.signer, &info));
	must(spdu_encrypt(&out, arena, message, pca.cert, &info));
	return out;
}

static void
a_forged_signature_is_refused(void **state)
{
	const struct spdu_header header = {.psid = 0x23};
	const struct spdu_header other = {.psid = 0x26};
	struct arena arena = arena_new(8u << 20);
	struct letter l = letter_usual(&office, INQUIRY_PLVS, NULL);
	struct bytes payload, message, body;
	uint8_t *p;

	(void)state;
	must(ask(INQUIRY_PLVS, 1));
	must(coer_encode_new(&payload, &arena, &scms_pdu_asn,
	    about(&arena, INQUIRY_PLVS, 1), &info));
	must(spdu_sign(&message, &arena, &header, payload, SIGNER_DIGEST,
	    &world.ma.signer, &info));
	body = bytes_copy(&arena, message);
	p = arena_alloc(&arena, body.n, 1);
	memcpy(p, message.p, message.n);
	p[message.n - 1] ^= 1; /* of s */
	must(spdu_encrypt(
	    &l.body, &arena, (struct bytes){p, message.n}, pca.cert, &info));
	refused(&l, 401, "BAD_SIGNATURE");
	l.body = message; /* not encrypted */
	refused(&l, 400, "BAD_MESSAGE");
	must(spdu_wrap(&message, &arena, payload, &info)); /* not signed */
	must(spdu_encrypt(&l.body, &arena, message, pca.cert, &info));
	refused(&l, 400, "BAD_MESSAGE");
	l.body = seal_octets(&arena, &other, payload);
	refused(&l, 401, "PSID_NOT_PERMITTED");
	/* changed on the way */
	body = seal_octets(&arena, &header, payload);
	memcpy(p = arena_alloc(&arena, body.n, 1), body.p, body.n);
	p[body.n - 20] ^= 1;
	l.body = (struct bytes){p, body.n};
	refused(&l, 400, "BAD_TAG");
	arena_free(&arena);
}

/* ---- malformed ---- */

static void
what_is_malformed_is_refused(void **state)
{
	const struct spdu_header header = {.psid = 0x23};
	static const group_linkage_value group = {.j_value = {{1}}};
	struct arena arena = arena_new(8u << 20);
	struct letter l =
	    letter_usual(&office, INQUIRY_PLVS, about(&arena, INQUIRY_HPCR, 1));
	struct bytes payload;
	scms_pdu *pdu;

	(void)state;
	must(ask(INQUIRY_PLVS, 1));
	refused(&l, 400, "BAD_MESSAGE"); /* of the other path */
	l.pdu = about(&arena, INQUIRY_PLVS, 0);
	refused(&l, 400, "BAD_MESSAGE");
	pdu = about(&arena, INQUIRY_PLVS, 1);
	pdu->content.ma_pca.ma_pca_pre_linkage_value_request.tbs.ma_id =
	    bytes_of_string("ma.elsewhere.test");
	l.pdu = pdu;
	refused(&l, 400, "BAD_MESSAGE");
	pdu = about(&arena, INQUIRY_PLVS, 1);
	pdu->content.ma_pca.ma_pca_pre_linkage_value_request.tbs
	    .group_linkage_values.n = 1;
	pdu->content.ma_pca.ma_pca_pre_linkage_value_request.tbs
	    .group_linkage_values.v = ARENA_NEW(&arena, group_linkage_value);
	*pdu->content.ma_pca.ma_pca_pre_linkage_value_request.tbs
	     .group_linkage_values.v = group;
	l.pdu = pdu;
	refused(&l, 400, "BAD_MESSAGE");
	must(coer_encode_new(&payload, &arena, &scms_pdu_asn,
	    about(&arena, INQUIRY_PLVS, 1), &info));
	payload.n--;
	l.body = seal_octets(&arena, &header, payload);
	refused(&l, 400, "TRUNCATED");
	l.body = bytes_of_string("nonsense");
	refused(&l, 400, "BAD_VERSION");
	arena_free(&arena);
}

static void
a_justification_is_needed(void **state)
{
	struct arena arena = arena_new(8u << 20);
	struct letter l =
	    letter_usual(&office, INQUIRY_PLVS, about(&arena, INQUIRY_PLVS, 1));
	char text[INQUIRY_WHY_MAX + 2];

	(void)state;
	must(ask(INQUIRY_PLVS, 1));
	l.why = NULL;
	refused(&l, 400, "BAD_MESSAGE");
	l.why = "";
	refused(&l, 400, "BAD_MESSAGE");
	l.why = "case \" sha256=0";
	refused(&l, 400, "BAD_MESSAGE");
	l.why = "case \xc3\xa4";
	refused(&l, 400, "BAD_MESSAGE");
	memset(text, 'x', sizeof(text));
	text[INQUIRY_WHY_MAX + 1] = '\0';
	l.why = text;
	refused(&l, 400, "BAD_MESSAGE");
	arena_free(&arena);
}

/* ---- replayed ---- */

static struct bytes
usual_body(struct arena *arena, size_t n)
{
	struct letter l =
	    letter_usual(&office, INQUIRY_PLVS, about(arena, INQUIRY_PLVS, n));

	return letter_seal(&office, arena, &l);
}

/* The same message in other octets: n - s for s. */
static struct bytes
other_s(struct arena *arena, struct bytes body)
{
	static const uint8_t order[32] = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
	    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
	    0x25, 0x51};
	struct bytes message, out;
	unsigned borrow = 0;
	uint8_t *p;

	must(spdu_decrypt(&message, arena, body, &pca.decryption, 1, &info));
	p = arena_alloc(arena, message.n, 1);
	memcpy(p, message.p, message.n);
	for (int t = 31; t >= 0; t--) {
		uint8_t *s = &p[message.n - 32 + (size_t)t];
		unsigned is = *s + borrow;

		borrow = order[t] < is;
		*s = (uint8_t)(order[t] - is);
	}
	must(spdu_encrypt(
	    &out, arena, (struct bytes){p, message.n}, pca.cert, &info));
	return out;
}

static void
a_question_is_answered_once_and_for_all(void **state)
{
	struct arena arena = arena_new(8u << 20);
	struct letter l = letter_usual(&office, INQUIRY_PLVS, NULL);
	const char *error;
	struct bytes body;

	(void)state;
	l.body = body = usual_body(&arena, 2);
	assert_int_equal(letter_post(&error, &office, &arena, &l), 200);
	refused(&l, 409, "REPLAYED");
	l.body = other_s(&arena, body);
	refused(&l, 409, "REPLAYED");
	close_office();
	open_office(); /* it is kept ... */
	l = letter_usual(&office, INQUIRY_PLVS, NULL);
	l.body = body;
	refused(&l, 409, "REPLAYED");
	time_set_offset((int64_t)3 * 365 * 86400); /* ... for ever */
	refused(&l, 409, "REPLAYED");
	time_set_offset(0);
	must(ask(INQUIRY_PLVS, 2)); /* a new message about the same */
	arena_free(&arena);
}

/* The same message by many at once. */
#define THREADS 8

static struct bytes at_once;

static void *
post_at_once(void *status)
{
	struct arena arena = arena_new(8u << 20);
	struct letter l = letter_usual(&office, INQUIRY_PLVS, NULL);
	const char *error;

	l.body = at_once;
	*(unsigned *)status = letter_post(&error, &office, &arena, &l);
	arena_free(&arena);
	return NULL;
}

static void
one_of_many_at_once_is_answered(void **state)
{
	struct arena arena = arena_new(8u << 20);
	unsigned status[THREADS], answered = 0, replayed = 0;
	pthread_t thread[THREADS];

	(void)state;
	at_once = usual_body(&arena, 2);
	for (size_t t = 0; t < THREADS; t++)
		assert_int_equal(
		    pthread_create(&thread[t], NULL, post_at_once, &status[t]),
		    0);
	for (size_t t = 0; t < THREADS; t++) {
		pthread_join(thread[t], NULL);
		answered += status[t] == 200;
		replayed += status[t] == 409;
	}
	assert_int_equal(answered, 1);
	assert_int_equal(replayed, THREADS - 1);
	assert_int_equal(filled, 1);
	assert_int_equal(audit_lines(office.folder, "answer", ""), 1);
	assert_int_equal(
	    audit_lines(office.folder, "refusal", "REPLAYED"), THREADS - 1);
	arena_free(&arena);
}

/* ---- over limits ---- */

static void
lists_have_a_limit(void **state)
{
	struct arena arena = arena_new(8u << 20);
	struct letter l;

	(void)state;
	world.environment.ma_list_most = 10;
	must(ask(INQUIRY_PLVS, 10));
	l = letter_usual(
	    &office, INQUIRY_PLVS, about(&arena, INQUIRY_PLVS, 11));
	refused(&l, 413, "TOO_LARGE");
	assert_int_equal(ask(INQUIRY_PLVS, 11), FAULT_TOO_LARGE);
	arena_free(&arena);
}

/* What a device that was blacklisted leads to does not count again. */
static void
questions_weigh_what_they_reveal(void **state)
{
	static hpcr hpcrs[3];
	static rif rifs[3];
	scms_pdu pdu;

	(void)state;
	inquiry_begin(&pdu, INQUIRY_BLACKLIST, "ma.monarch.test");
	pdu.content.ma_ra.ma_ra_blacklist_request.tbs.hpcr.n = 3;
	pdu.content.ma_ra.ma_ra_blacklist_request.tbs.hpcr.v = hpcrs;
	assert_int_equal(inquiry_weight(&pdu, INQUIRY_BLACKLIST), 3);
	inquiry_begin(&pdu, INQUIRY_CHAINS, "ma.monarch.test");
	pdu.content.ma_ra.ma_ra_lci_request.tbs.hpcr.n = 3;
	pdu.content.ma_ra.ma_ra_lci_request.tbs.hpcr.v = hpcrs;
	assert_int_equal(inquiry_weight(&pdu, INQUIRY_CHAINS), 0);
	assert_int_equal(inquiry_entries(&pdu, INQUIRY_CHAINS), 3);
	inquiry_begin(&pdu, INQUIRY_BLACKLIST_RIF, "ma.monarch.test");
	pdu.content.ma_ra.ma_ra_rse_obe_id_blacklist_request.tbs.rif.n = 3;
	pdu.content.ma_ra.ma_ra_rse_obe_id_blacklist_request.tbs.rif.v = rifs;
	assert_int_equal(inquiry_weight(&pdu, INQUIRY_BLACKLIST_RIF), 3);
	inquiry_begin(&pdu, INQUIRY_DIGESTS, "ma.monarch.test");
	pdu.content.ma_ra.ma_ra_cdv_request.tbs.rif_values.n = 3;
	pdu.content.ma_ra.ma_ra_cdv_request.tbs.rif_values.v = rifs;
	assert_int_equal(inquiry_weight(&pdu, INQUIRY_DIGESTS), 0);
}

/* Each question is good for its own path, by our MA, and for no other. */
static void
kinds_are_told_apart(void **state)
{
	/* paths of wire-interface.md, tags of ma-pca, la-ma, ma-ra */
	static const struct {
		const char *path;
		enum scms_role role;
		uint8_t content, alternative;
	} rows[INQUIRY_KINDS] = {
	    [INQUIRY_PLVS] = {"/plvs", SCMS_PCA, 7, 0},
	    [INQUIRY_HPCR] = {"/hash-of-individual-request", SCMS_PCA, 7, 2},
	    [INQUIRY_LINKAGE_INFO] = {"/linkage-info", SCMS_LA, 4, 0},
	    [INQUIRY_SEEDS] = {"/linkage-seed-hash", SCMS_LA, 4, 2},
	    [INQUIRY_BLACKLIST] = {"/blacklist-by-hpcr", SCMS_RA, 8, 0},
	    [INQUIRY_CHAINS] = {"/retrieve-linkage-chain-identifiers", SCMS_RA,
		8, 2},
	    [INQUIRY_BLACKLIST_RIF] = {"/blacklist-by-rif", SCMS_RA, 8, 4},
	    [INQUIRY_DIGESTS] = {"/certificate-digests", SCMS_RA, 8, 6},
	};
	struct arena arena = arena_new(1u << 20);
	uint8_t hash[8] = {1, 2, 3, 4, 5, 6, 7, 8}, other[8] = {0};
	struct bytes out;
	scms_pdu pdu;

	(void)state;
	for (unsigned k = 0; k < INQUIRY_KINDS; k++) {
		assert_string_equal(
		    inquiry_path((enum inquiry_kind)k), rows[k].path);
		assert_int_equal(
		    inquiry_role((enum inquiry_kind)k), rows[k].role);
		inquiry_begin(&pdu, (enum inquiry_kind)k, "ma.monarch.test");
		must(coer_encode_new(&out, &arena, &scms_pdu_asn, &pdu, &info));
		assert_int_equal(out.p[1], 0x80 | rows[k].content);
		assert_int_equal(out.p[2], 0x80 | rows[k].alternative);
		inquiry_begin_answer(
		    &pdu, (enum inquiry_kind)k, hash, "pca.monarch.test");
		must(coer_encode_new(&out, &arena, &scms_pdu_asn, &pdu, &info));
		assert_int_equal(out.p[2], 0x80 | (rows[k].alternative + 1));
		for (unsigned j = 0; j < INQUIRY_KINDS; j++)
			assert_int_equal(
			    inquiry_check_answer(&pdu, (enum inquiry_kind)j,
				hash, "pca.monarch.test", &info),
			    j == k ? FAULT_OK : FAULT_BAD_MESSAGE);
		assert_int_equal(
		    inquiry_check_answer(&pdu, (enum inquiry_kind)k, other,
			"pca.monarch.test", &info),
		    FAULT_BAD_MESSAGE);
	}
	arena_free(&arena);
}

static void
a_day_has_a_limit(void **state)
{
	struct arena arena = arena_new(8u << 20);
	struct letter l =
	    letter_usual(&office, INQUIRY_PLVS, about(&arena, INQUIRY_PLVS, 2));

	(void)state;
	must(ask(INQUIRY_PLVS, PER_DAY - 1));
	refused(&l, 429, "LIMIT");
	must(ask(INQUIRY_PLVS, 1)); /* what was refused did not count */
	assert_int_equal(ask(INQUIRY_PLVS, 1), FAULT_LIMIT);
	close_office();
	open_office(); /* a restart forgets nothing */
	assert_int_equal(ask(INQUIRY_PLVS, 1), FAULT_LIMIT);
	time_set_offset(86400 - 600);
	assert_int_equal(ask(INQUIRY_PLVS, 1), FAULT_LIMIT);
	time_set_offset(86400 + 600);
	must(ask(INQUIRY_PLVS, PER_DAY));
	assert_int_equal(ask(INQUIRY_PLVS, 1), FAULT_LIMIT);
	arena_free(&arena);
}

/* However much is asked to link, revocations have their own measure; and the
 * other way round. */
static void
each_purpose_has_its_own_limit(void **state)
{
	(void)state;
	must(ask(INQUIRY_PLVS, PER_DAY));
	assert_int_equal(ask(INQUIRY_PLVS, 1), FAULT_LIMIT);
	must(ask(INQUIRY_HPCR, PER_DAY - 1));
	close_office();
	open_office();
	assert_int_equal(ask(INQUIRY_PLVS, 1), FAULT_LIMIT);
	must(ask(INQUIRY_HPCR, 1));
	assert_int_equal(ask(INQUIRY_HPCR, 1), FAULT_LIMIT);
	assert_int_equal(ask(INQUIRY_PLVS, 1), FAULT_LIMIT);
	time_set_offset(86400 + 600);
	must(ask(INQUIRY_HPCR, PER_DAY));
	must(ask(INQUIRY_PLVS, PER_DAY));
}

/* A database of before purposes were told apart goes on counting. */
static void
an_older_ledger_counts(void **state)
{
	static const char *const steps[] = {
	    "create table question ("
	    "  seen blob primary key, kind integer not null,"
	    "  weight integer not null, time integer not null) without rowid;"
	    "create index question_time on question (time, weight);"};
	static const char *const add[] = {
	    "insert into question values (?1, ?2, ?3, ?4)"};
	const struct db_schema schema = {steps, 1, add, 1};
	char path[PATH_SIZE];
	struct db *db;

	(void)state;
	close_office();
	path_join(path, office.folder, "data/inquiry.db");
	assert_int_equal(unlink(path), 0);
	must(db_open(&db, path, &schema, &info));
	must(DB_RUN(db, 0, &info, DB_BLOB("a", 1), DB_INT(INQUIRY_PLVS),
	    DB_INT(PER_DAY - 1), DB_INT(time32_now())));
	must(DB_RUN(db, 0, &info, DB_BLOB("b", 1), DB_INT(INQUIRY_HPCR),
	    DB_INT(PER_DAY - 2), DB_INT(time32_now())));
	db_close(db);
	open_office();
	assert_int_equal(ask(INQUIRY_PLVS, 2), FAULT_LIMIT);
	must(ask(INQUIRY_PLVS, 1));
	assert_int_equal(ask(INQUIRY_HPCR, 3), FAULT_LIMIT);
	must(ask(INQUIRY_HPCR, 2));
}

static void
kinds_have_a_purpose(void **state)
{
	(void)state;
	for (unsigned k = 0; k < INQUIRY_KINDS; k++)
		assert_int_equal(inquiry_purpose((enum inquiry_kind)k),
		    k == INQUIRY_PLVS || k == INQUIRY_LINKAGE_INFO
			? INQUIRY_TO_LINK
			: INQUIRY_TO_REVOKE);
}

/* ---- auditors ---- */

static const enum world_who both[] = {WORLD_AUDITOR1, WORLD_AUDITOR2};
static const enum world_who twice[] = {WORLD_AUDITOR1, WORLD_AUDITOR1};
static const enum world_who strange[] = {
    WORLD_AUDITOR1, WORLD_AUDITOR2, WORLD_STRANGER};
static const enum world_who ma_itself[] = {WORLD_AUDITOR1, WORLD_MA};

static struct letter
countersigned(struct arena *arena, const enum world_who *who, size_t n)
{
	scms_pdu *pdu = about(arena, INQUIRY_PLVS, 2);

	countersign(pdu, INQUIRY_PLVS, arena, &world, who, n);
	return letter_usual(&office, INQUIRY_PLVS, pdu);
}

static void
enough_auditors_must_agree(void **state)
{
	struct arena arena = arena_new(8u << 20);
	struct letter l;
	const char *error;

	(void)state;
	must(ask(INQUIRY_PLVS, 1));
	world.environment.auditors_needed = 2;
	l = countersigned(&arena, both, 0);
	refused(&l, 401, "DENIED");
	l = countersigned(&arena, both, 1);
	refused(&l, 401, "DENIED");
	l = countersigned(&arena, twice, 2);
	refused(&l, 401, "DENIED");
	l = countersigned(&arena, ma_itself, 2);
	refused(&l, 401, "SSP_NOT_PERMITTED");
	l = countersigned(&arena, strange, 3);
	refused(&l, 401, "NO_CERTIFICATE");
	l = countersigned(&arena, both, 2);
	assert_int_equal(letter_post(&error, &office, &arena, &l), 200);
	assert_int_equal(
	    audit_lines(office.folder, "answer", "entries=2 auditors=2"), 1);
	arena_free(&arena);
}

/* The countersignatures of one question under another. */
static void
auditors_agree_to_one_question(void **state)
{
	struct arena arena = arena_new(8u << 20);
	scms_pdu *from = about(&arena, INQUIRY_PLVS, 2);
	scms_pdu *to = about(&arena, INQUIRY_PLVS, 3);
	struct bytes *octets;
	struct letter l;
	size_t n;

	(void)state;
	must(ask(INQUIRY_PLVS, 1));
	world.environment.auditors_needed = 2;
	countersign(from, INQUIRY_PLVS, &arena, &world, both, 2);
	/* as received: a decoded message has the octets of its parts */
	l = letter_usual(&office, INQUIRY_PLVS, from);
	must(
	    inquiry_signatures(&octets, &n, &arena, from, INQUIRY_PLVS, &info));
	assert_int_equal(n, 2);
	must(
	    inquiry_set_signatures(to, INQUIRY_PLVS, &arena, octets, n, &info));
	l.pdu = to;
	refused(&l, 401, "BAD_SIGNATURE");
	/* and not for ever; the MA's certificate lives longer */
	l.pdu = from;
	time_set_offset(AUDITOR_SECONDS + 60);
	refused(&l, 401, "TOO_OLD");
	time_set_offset(-600);
	refused(&l, 401, "GENERATED_IN_FUTURE");
	arena_free(&arena);
}

/* ---- trouble of our own ---- */

static void
limit_files(rlim_t octets)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = octets == 0 ? limit.rlim_max : octets;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
a_full_disk_answers_nothing(void **state)
{
	struct arena arena = arena_new(8u << 20);
	struct letter l = letter_usual(&office, INQUIRY_PLVS, NULL);
	const char *error;

	(void)state;
	must(ask(INQUIRY_PLVS, 1));
	l.body = usual_body(&arena, 2);
	limit_files(1);
	assert_int_equal(letter_post(&error, &office, &arena, &l), 503);
	limit_files(0);
	assert_int_equal(filled, 1);
	/* nothing was counted: the same message is answered now */
	assert_int_equal(letter_post(&error, &office, &arena, &l), 200);
	assert_int_equal(filled, 2);
	arena_free(&arena);
}

static void
an_audit_log_that_cannot_be_written_answers_nothing(void **state)
{
	struct arena arena = arena_new(8u << 20);
	struct letter l = letter_usual(&office, INQUIRY_PLVS, NULL);
	char path[PATH_SIZE], line[900], before[65], after[65];
	const char *error;
	struct stat st;

	(void)state;
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	must(ask(INQUIRY_PLVS, 1));
	path_join(path, office.folder, AUDIT_FILE);
	do { /* longer than the database can become here */
		must(audit_write(audit, AUDIT_KEY, &info, "%s", line));
		assert_int_equal(stat(path, &st), 0);
	} while (st.st_size < 256 * 1024);
	l.body = usual_body(&arena, 2);
	data_digest(before, office.folder, true);
	limit_files((rlim_t)st.st_size);
	assert_int_equal(letter_post(&error, &office, &arena, &l), 503);
	limit_files(0);
	assert_string_equal(error, "IO");
	data_digest(after, office.folder, true);
	assert_string_equal(before, after);
	assert_int_equal(filled, 1);
	assert_int_equal(letter_post(&error, &office, &arena, &l), 200);
	arena_free(&arena);
}

static void
a_role_that_cannot_answer_says_so(void **state)
{
	struct arena arena = arena_new(8u << 20);
	struct letter l =
	    letter_usual(&office, INQUIRY_PLVS, about(&arena, INQUIRY_PLVS, 1));
	const char *error;

	(void)state;
	fill_result = FAULT_STORE;
	assert_int_equal(letter_post(&error, &office, &arena, &l), 503);
	assert_string_equal(error, "STORE");
	assert_int_equal(
	    audit_lines(office.folder, "refusal", "fault=STORE"), 1);
	assert_int_equal(ask(INQUIRY_PLVS, 1), FAULT_BUSY);
	fill_result = FAULT_OK;
	must(ask(INQUIRY_PLVS, 1));
	arena_free(&arena);
}

/* ---- renewal ---- */

static void
a_renewed_ma_is_known_without_a_restart(void **state)
{
	char path[PATH_SIZE];
	struct arena arena = arena_new(8u << 20);
	struct letter l;

	(void)state;
	must(ask(INQUIRY_PLVS, 1));
	world_renew(&world, WORLD_MA);
	component_free(&world.ma);
	world_folder(&world, path, WORLD_MA);
	must(component_load(&world.ma, path, &info));
	l = letter_usual(&office, INQUIRY_PLVS, about(&arena, INQUIRY_PLVS, 1));
	refused(&l, 401, "UNKNOWN_ISSUER");
	path_join(path, office.folder, "known/ma-2.oer");
	must(file_write(path, world.cert[WORLD_MA], 0644, &info));
	must(ask(INQUIRY_PLVS, 1)); /* and it can read the answer */
	arena_free(&arena);
}

/* ---- the MA's side ---- */

/* Puts this in the place of the answer. */
static struct bytes instead;

static enum fault
call_instead(void *ctx, struct http_result *result, struct arena *arena,
    const struct http_call *call, struct fault_info *fi)
{
	TRY(inquiry_call_http(ctx, result, arena, call, fi));
	result->body = instead;
	return FAULT_OK;
}

static enum fault
ask_and_get(struct bytes answer)
{
	struct arena arena = arena_new(8u << 20);
	char folder[PATH_SIZE];
	const struct inquiry_asker asker = {
	    &world.ma, folder, call_instead, office.ma, office.ma_audit};
	const struct inquiry_ask question = {.kind = INQUIRY_PLVS,
	    .peer = "pca.monarch.test",
	    .port = http_server_port(office.server),
	    .question = about(&arena, INQUIRY_PLVS, 1),
	    .why = "case 7: three reporters"};
	struct inquiry_reply reply;
	enum fault f;

	world_folder(&world, folder, WORLD_MA);
	instead = answer;
	f = inquiry_ask(&reply, &arena, &asker, &question, &info);
	arena_free(&arena);
	return f;
}

static struct bytes
answer_of(struct arena *arena, enum inquiry_kind kind, size_t asked,
    const char *name, const struct component *signer)
{
	const struct envelope_ends ends = {
	    signer, office.folder, "ma.monarch.test", SCMS_MA};
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	struct bytes plain, out;
	uint8_t hash[8];

	must(coer_encode_new(&plain, arena, &scms_pdu_asn,
	    about(arena, INQUIRY_PLVS, asked), &info));
	sha256_id(hash, 8, plain);
	inquiry_begin_answer(pdu, kind, hash, name);
	must(envelope_seal(&out, NULL, arena, &ends, pdu, &info));
	return out;
}

static void
the_ma_believes_only_answers_to_its_question(void **state)
{
	static const char name[] = "pca.monarch.test";
	struct arena arena = arena_new(8u << 20);

	(void)state;
	must(ask_and_get(answer_of(&arena, INQUIRY_PLVS, 1, name, &pca)));
	assert_int_equal(
	    ask_and_get(answer_of(&arena, INQUIRY_PLVS, 2, name, &pca)),
	    FAULT_BAD_MESSAGE);
	assert_int_equal(
	    ask_and_get(answer_of(&arena, INQUIRY_HPCR, 1, name, &pca)),
	    FAULT_BAD_MESSAGE);
	assert_int_equal(ask_and_get(answer_of(&arena, INQUIRY_PLVS, 1,
			     "pca2.monarch.test", &pca)),
	    FAULT_BAD_MESSAGE);
	assert_int_equal(
	    ask_and_get(answer_of(&arena, INQUIRY_PLVS, 1, name, &world.ra)),
	    FAULT_SSP_NOT_PERMITTED);
	assert_int_equal(ask_and_get(bytes_of_string("")), FAULT_TRUNCATED);
	arena_free(&arena);
}

static void
the_ma_gives_a_justification(void **state)
{
	struct arena arena = arena_new(8u << 20);
	char folder[PATH_SIZE];
	const struct inquiry_asker asker = {
	    &world.ma, folder, inquiry_call_http, office.ma, office.ma_audit};
	struct inquiry_ask question = {.kind = INQUIRY_PLVS,
	    .peer = "pca.monarch.test",
	    .port = http_server_port(office.server),
	    .question = about(&arena, INQUIRY_PLVS, 1),
	    .why = "two\r\nlines"};
	struct inquiry_reply reply;

	(void)state;
	world_folder(&world, folder, WORLD_MA);
	assert_int_equal(inquiry_ask(&reply, &arena, &asker, &question, &info),
	    FAULT_BAD_MESSAGE);
	question.why = NULL;
	assert_int_equal(inquiry_ask(&reply, &arena, &asker, &question, &info),
	    FAULT_BAD_MESSAGE);
	assert_int_equal(filled, 0);
	question.why = "case 1";
	question.peer = "pca9.monarch.test";
	assert_int_equal(inquiry_ask(&reply, &arena, &asker, &question, &info),
	    FAULT_NO_CERTIFICATE);
	arena_free(&arena);
}

static void
the_far_future_is_asked_about_by_nobody(void **state)
{
	struct environment env = {
	    .i_zero = I_ZERO_DEFAULT, .i_period_seconds = I_PERIOD_DEFAULT};
	uint32_t now = I_ZERO_DEFAULT + 100 * I_PERIOD_DEFAULT + 5;

	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		assert_int_equal(
		    inquiry_may_link(&env, i, now), i >= 98 && i <= 101);
		assert_int_equal(
		    inquiry_may_revoke(&env, i, now), i >= 87 && i <= 101);
	}
	/* at the beginning of all periods, too */
	assert_true(inquiry_may_link(&env, 0, I_ZERO_DEFAULT));
	assert_false(inquiry_may_link(&env, 2, I_ZERO_DEFAULT));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(what_holds_is_answered_counted_and_written_down_on_both_sides),
	    T(only_our_ma_is_answered),
	    T(a_forged_signature_is_refused),
	    T(what_is_malformed_is_refused),
	    T(a_justification_is_needed),
	    T(a_question_is_answered_once_and_for_all),
	    T(one_of_many_at_once_is_answered),
	    T(lists_have_a_limit),
	    cmocka_unit_test(questions_weigh_what_they_reveal),
	    cmocka_unit_test(kinds_are_told_apart),
	    cmocka_unit_test(the_far_future_is_asked_about_by_nobody),
	    T(a_day_has_a_limit),
	    T(each_purpose_has_its_own_limit),
	    T(an_older_ledger_counts),
	    cmocka_unit_test(kinds_have_a_purpose),
	    T(enough_auditors_must_agree),
	    T(auditors_agree_to_one_question),
	    T(a_full_disk_answers_nothing),
	    T(an_audit_log_that_cannot_be_written_answers_nothing),
	    T(a_role_that_cannot_answer_says_so),
	    T(a_renewed_ma_is_known_without_a_restart),
	    T(the_ma_believes_only_answers_to_its_question),
	    T(the_ma_gives_a_justification),
	};

	(void)signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
