/* pca_test.c - a PCA on disk: what it issues, refuses, repeats and keeps. */
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
#include <sys/wait.h>
#include <unistd.h>

#include "base/time32.h"
#include "cert/profile.h"
#include "cert/spdu.h"
#include "crypto/random.h"
#include "role/pca/pca.h"
#include "schema/monarch.h"
#include "service/crash.h"
#include "test/unit/pca/requests.h"

static struct world world;
static struct plv_key key[2];
static char pca_dir[PATH_SIZE];
static struct audit *audit;

static const struct pca_conf conf = {
    .ra = "ra", .la1 = "la1", .la2 = "la2.monarch.test"};

static const char *const crash_points[] = {
#define CRASH CRASH_NAME
#include "role/pca/crash.def"
#undef CRASH
    NULL};

static _Thread_local struct fault_info info;

#define must(expr)                                            \
	do {                                                  \
		if ((expr) != FAULT_OK)                       \
			fail_msg("%s: %s", #expr, info.text); \
	} while (0)

static struct pca *
open_pca(void)
{
	struct pca *out;

	must(pca_new(&out, pca_dir, &conf, &world.environment, audit, &info));
	return out;
}

static int
set_up(void **state)
{
	(void)state;
	world_make(&world);
	world_folder(&world, pca_dir, WORLD_PCA);
	world_share_key(&world, WORLD_LA1, &key[0]);
	world_share_key(&world, WORLD_LA2, &key[1]);
	must(audit_open(&audit, pca_dir, &info));
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

static struct asking
usual(struct arena *arena)
{
	return (struct asking){.arena = arena,
	    .key = {&key[0], &key[1]},
	    .i = (uint16_t)(world.week + 2)};
}

static void
new_batch_id(uint8_t out[16])
{
	random_bytes(out, 16);
}

/* Sends octets; the answer is copied to the test's arena. */
static enum fault
send_octets(
    struct bytes *out, struct pca *pca, struct arena *arena, struct bytes body)
{
	struct arena work = arena_new(PCA_ARENA);
	enum fault f = pca_answer_batch(out, pca, &work, body, &info);

	if (f == FAULT_OK)
		*out = bytes_copy(arena, *out);
	arena_free(&work);
	return f;
}

/* Sends requests as one batch and opens the answer. */
static size_t
send(const scms_pdu **replies, struct pca *pca, struct arena *arena,
    const struct asked *a, size_t n, const uint8_t batch_id[16])
{
	struct bytes out;

	must(send_octets(
	    &out, pca, arena, batch_message(arena, a, n, batch_id, &world.ra)));
	return open_replies(replies, arena, out, &world, batch_id);
}

static void
confirm(struct pca *pca, const uint8_t batch_id[16])
{
	struct arena arena = arena_new(1u << 20);

	must(pca_confirm(
	    pca, &arena, confirm_message(&arena, batch_id, &world.ra), &info));
	arena_free(&arena);
}

static struct pca_counts
counts_of(struct pca *pca)
{
	struct pca_counts c;

	pca_store_counts(pca->store, &c);
	return c;
}

/* ---- issue ---- */

enum { MANY = 300 }; /* more than one chunk of anything */

static void
a_batch_is_issued_and_checked_by_plain_openssl(void **state)
{
	struct arena arena = arena_new(1u << 28);
	struct pca *pca = open_pca();
	static struct asked a[MANY];
	struct asking how = usual(&arena);
	const scms_pdu *reply;
	uint8_t id[16];
	size_t n;

	(void)state;
	ask_many(a, MANY, &how);
	new_batch_id(id);
	n = send(&reply, pca, &arena, a, MANY, id);
	assert_int_equal(n, MANY);
	for (size_t t = 0; t < MANY; t++)
		assert_int_equal(
		    check_success(&a[t], reply_to(&a[t], reply, n), &world),
		    pca->class.reply.response_n);
	assert_int_equal(counts_of(pca).pending, MANY);
	pca_free(pca);
	arena_free(&arena);
}

/* Nonces, keys and ciphertexts are never repeated for the same request. */
static void
the_same_keys_asked_twice_get_unrelated_answers(void **state)
{
	struct arena arena = arena_new(1u << 24);
	struct pca *pca = open_pca();
	struct asking how = usual(&arena);
	struct asked a[2];
	const scms_pdu *reply;
	struct reply_template *t = &pca->class.reply;
	const uint8_t *x, *y;
	uint8_t id[16];

	(void)state;
	ask_many(a, 2, &how);
	new_batch_id(id);
	assert_int_equal(send(&reply, pca, &arena, a, 2, id), 2);
	x = reply[0].raw.p;
	y = reply[1].raw.p;
	assert_int_equal(reply[0].raw.n, t->n);
	assert_memory_not_equal(x + t->v + 1, y + t->v + 1, 32);
	assert_memory_not_equal(x + t->nonce, y + t->nonce, 12);
	assert_memory_not_equal(x + t->ciphertext, y + t->ciphertext, 16);
	pca_free(pca);
	arena_free(&arena);
}

/* ---- accounts ---- */

struct accounts {
	unsigned lines;
	char last[AUDIT_LINE];
};

static void
note_issue(void *ctx, const struct audit_end *end, struct bytes time,
    struct bytes event, struct bytes text)
{
	struct accounts *a = ctx;

	(void)end;
	(void)time;
	assert_true(bytes_equal(event, bytes_of_string("issue")));
	snprintf(a->last, sizeof(a->last), "%.*s", (int)text.n,
	    (const char *)text.p);
	a->lines++;
}

static struct accounts
accounts_now(void)
{
	struct accounts a = {0};
	struct audit_end end;

	must(audit_verify(&end, pca_dir, note_issue, &a, &info));
	return a;
}

static int
compare_hpcrs(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* The line that an RA would write of what it asked for. */
static void
line_of(char out[AUDIT_LINE], const struct asked *a, size_t n,
    const uint8_t batch_id[16])
{
	static uint8_t all[MANY][32];
	char batch[33], hpcrs[65];
	uint8_t digest[32];

	for (size_t t = 0; t < n; t++)
		memcpy(all[t], a[t].hpcr, 32);
	qsort(all, n, 32, compare_hpcrs);
	sha256(digest, (struct bytes){all[0], n * 32});
	hex_encode(hpcrs, digest, 32);
	hex_encode(batch, batch_id, 16);
	snprintf(out, AUDIT_LINE, "kind=pseudonym batch=%s count=%zu hpcrs=%s",
	    batch, n, hpcrs);
}

static void
what_is_issued_is_accounted_for_once(void **state)
{
	struct arena arena = arena_new(1u << 28);
	struct pca *pca = open_pca();
	static struct asked a[MANY + 1];
	struct asking how = usual(&arena);
	char wanted[AUDIT_LINE];
	const scms_pdu *reply;
	struct accounts now;
	unsigned before = accounts_now().lines;
	uint8_t id[16];

	(void)state;
	ask_many(a, MANY + 1, &how);
	new_batch_id(id);
	assert_int_equal(send(&reply, pca, &arena, a, MANY, id), MANY);
	line_of(wanted, a, MANY, id);
	now = accounts_now();
	assert_int_equal(now.lines, before + 1);
	assert_string_equal(now.last, wanted);

	/* the same again issues nothing, one more is one more */
	assert_int_equal(send(&reply, pca, &arena, a, MANY, id), MANY);
	assert_int_equal(accounts_now().lines, before + 1);
	new_batch_id(id);
	assert_int_equal(send(&reply, pca, &arena, a + 1, MANY, id), MANY);
	line_of(wanted, a + MANY, 1, id);
	now = accounts_now();
	assert_int_equal(now.lines, before + 2);
	assert_string_equal(now.last, wanted);
	pca_free(pca);
	arena_free(&arena);
}

/* An audit log without room: nothing is issued, and all goes on later. */
static void
nothing_is_issued_without_an_account(void **state)
{
	struct arena arena = arena_new(1u << 24);
	struct pca *pca = open_pca();
	struct asking how = usual(&arena);
	char log[PATH_SIZE];
	struct pca_counts before;
	const scms_pdu *reply;
	struct asked a[5];
	struct bytes out, body, kept;
	uint8_t id[16];

	(void)state;
	ask_many(a, 5, &how);
	new_batch_id(id);
	body = batch_message(&arena, a, 5, id, &world.ra);
	assert_int_equal(send(&reply, pca, &arena, a, 1, id), 1);
	before = counts_of(pca);
	path_join(log, pca_dir, AUDIT_FILE);
	must(file_read(&kept, &arena, log, 1 << 20, &info));
	assert_int_equal(truncate(log, 3), 0);
	assert_int_equal(send_octets(&out, pca, &arena, body), FAULT_STORE);
	assert_non_null(strstr(info.text, "audit/log"));
	assert_int_equal(counts_of(pca).pending, before.pending);
	assert_int_equal(counts_of(pca).issued, before.issued);
	pca_free(pca);

	must(file_write(log, kept, 0600, &info));
	audit_close(audit);
	must(audit_open(&audit, pca_dir, &info));
	pca = open_pca();
	assert_int_equal(send(&reply, pca, &arena, a, 5, id), 5);
	assert_int_equal(counts_of(pca).pending, before.pending + 4);
	pca_free(pca);
	arena_free(&arena);
}

/* ---- refusals ---- */

#define CHANGE(name) \
	static void change_##name(ra_pca_cert_request_msg *m, struct arena *a)
#define INFO (&m->cert_request_info.pseudonym_cert_req)

CHANGE(type)
{
	(void)a;
	memset(&m->cert_request_info.auth_cert_req, 0,
	    sizeof(m->cert_request_info.auth_cert_req));
	m->cert_request_info.is =
	    ra_pca_cert_request_msg_cert_request_info_auth_cert_req;
	m->cert_request_info.auth_cert_req.to_be_signed_cert.id.is =
	    certificate_id_none;
	m->cert_request_info.auth_cert_req.to_be_signed_cert
	    .verify_key_indicator.is =
	    verification_key_indicator_reconstruction_value;
}

CHANGE(ra)
{
	(void)a;
	m->ra_id = bytes_of_string("ra.elsewhere.test");
}
CHANGE(pca)
{
	(void)a;
	INFO->pca_id = bytes_of_string("pca.x.test");
}
CHANGE(la1)
{
	(void)a;
	INFO->la1_id = bytes_of_string("la9.x.test");
}
CHANGE(la2)
{
	(void)a;
	INFO->la2_id = INFO->la1_id;
}

CHANGE(las)
{
	encrypted_individual_plv p = INFO->enc_plv1;

	(void)a;
	INFO->enc_plv1 = INFO->enc_plv2;
	INFO->enc_plv2 = p;
}

CHANGE(assurance)
{
	INFO->performance_assurance_level = ARENA_NEW(a, subject_assurance);
}

CHANGE(psid)
{
	(void)a;
	INFO->psid_ssp.v[1].psid = 0x27;
}

CHANGE(psid_less)
{
	(void)a;
	INFO->psid_ssp.n = 1;
}

CHANGE(ssp)
{
	(void)a;
	INFO->psid_ssp.v[0].ssp->opaque = bytes_of_string("x");
}

CHANGE(ssp_absent)
{
	(void)a;
	INFO->psid_ssp.v[0].ssp = NULL;
}

CHANGE(region)
{
	(void)a;
	INFO->region->identified_region.v[0].country_only = 124;
}

CHANGE(region_absent)
{
	(void)a;
	INFO->region = NULL;
}

CHANGE(region_wider)
{
	static const uint16_t two[] = {840, 124};

	INFO->region = profile_countries(a, two, 2);
}

CHANGE(i_early)
{
	(void)a;
	INFO->i_value = (uint16_t)(world.week - 20);
}
CHANGE(i_late)
{
	(void)a;
	INFO->i_value = (uint16_t)(world.week + 300);
}
CHANGE(i_zero)
{
	(void)a;
	INFO->i_value = 0;
}
CHANGE(i_last)
{
	(void)a;
	INFO->i_value = UINT16_MAX;
}
CHANGE(i_other)
{
	(void)a;
	INFO->i_value++;
}

CHANGE(b_x_only)
{
	(void)a;
	INFO->sig_butterfly_key_b.is = ecc_p256_curve_point_x_only;
}

CHANGE(b_off)
{
	(void)a;
	INFO->sig_butterfly_key_b.uncompressed_p256.y.b[31] ^= 1;
}

CHANGE(b_zero)
{
	(void)a;
	memset(&INFO->sig_butterfly_key_b.uncompressed_p256, 0, 64);
}

/* Half of all x are no coordinate of a point: look for one. */
static void
no_point(ecc_p256_curve_point *p)
{
	struct compressed c = {.y_bit = 0};
	struct point unused;

	do
		random_bytes(c.x, sizeof(c.x));
	while (p256_decompress(&unused, &c, NULL, 1) == FAULT_OK);
	p->is = ecc_p256_curve_point_compressed_y_0;
	memcpy(p->compressed_y_0.b, c.x, 32);
}

CHANGE(b_no_point)
{
	(void)a;
	no_point(&INFO->sig_butterfly_key_b);
}
CHANGE(h_no_point)
{
	(void)a;
	no_point(&INFO->enc_butterfly_key_h);
}

CHANGE(h_fill)
{
	(void)a;
	INFO->enc_butterfly_key_h.is = ecc_p256_curve_point_fill;
}

CHANGE(h_off)
{
	(void)a;
	INFO->enc_butterfly_key_h.uncompressed_p256.x.b[0] ^= 1;
}

CHANGE(plv_id)
{
	(void)a;
	INFO->enc_plv1.enc_plv.recipients.v[0]
	    .symm_recip_info.recipient_id.b[7] ^= 1;
}

CHANGE(plv_la_id)
{
	(void)a;
	INFO->enc_plv1.la_id.b[1] ^= 1;
}

CHANGE(plv_nonce)
{
	(void)a;
	INFO->enc_plv2.enc_plv.ciphertext.aes128ccm.nonce.b[0] ^= 1;
}

CHANGE(plv_short)
{
	(void)a;
	INFO->enc_plv2.enc_plv.ciphertext.aes128ccm.ccm_ciphertext.n--;
}

CHANGE(plv_two)
{
	recipient_info *r = ARENA_ARRAY(a, 2, recipient_info);

	r[0] = r[1] = INFO->enc_plv1.enc_plv.recipients.v[0];
	INFO->enc_plv1.enc_plv.recipients.n = 2;
	INFO->enc_plv1.enc_plv.recipients.v = r;
}

CHANGE(plv_same)
{
	(void)a;
	INFO->enc_plv2 = INFO->enc_plv1;
}

CHANGE(group)
{
	pseudonym_cert_request_info_group_linkage_info *g =
	    ARENA_NEW(a, pseudonym_cert_request_info_group_linkage_info);

	g->gla1_id = INFO->la1_id;
	g->gla2_id = INFO->la2_id;
	g->enc_gplv1.version = g->enc_gplv2.version = 1;
	g->enc_gplv1.enc_group_plv = INFO->enc_plv1.enc_plv;
	g->enc_gplv2.enc_group_plv = INFO->enc_plv2.enc_plv;
	INFO->group_linkage_info = g;
}

#define BASE_ERROR (-1)
#define CODE(name) pca_ra_request_error_code_invalid_##name

static const struct refused {
	void (*change)(ra_pca_cert_request_msg *, struct arena *);
	int code;
} refused[] = {
    {change_type, CODE(certificate_request_type)},
    {change_ra, BASE_ERROR},
    {change_pca, BASE_ERROR},
    {change_la1, CODE(encrypted_pre_linkage_value)},
    {change_la2, CODE(encrypted_pre_linkage_value)},
    {change_las, CODE(encrypted_pre_linkage_value)},
    {change_assurance, CODE(type)},
    {change_psid, CODE(psid_ssp)},
    {change_psid_less, CODE(psid_ssp)},
    {change_ssp, CODE(psid_ssp)},
    {change_ssp_absent, CODE(psid_ssp)},
    {change_region, CODE(region)},
    {change_region_absent, CODE(region)},
    {change_region_wider, CODE(region)},
    {change_i_early, CODE(validity)},
    {change_i_late, CODE(validity)},
    {change_i_zero, CODE(validity)},
    {change_i_last, CODE(validity)},
    {change_i_other, CODE(encrypted_pre_linkage_value)},
    {change_b_x_only, CODE(signature_public_key)},
    {change_b_off, CODE(signature_public_key)},
    {change_b_zero, CODE(signature_public_key)},
    {change_b_no_point, CODE(signature_public_key)},
    {change_h_no_point, CODE(encryption_public_key)},
    {change_h_fill, CODE(encryption_public_key)},
    {change_h_off, CODE(encryption_public_key)},
    {change_plv_id, CODE(encrypted_pre_linkage_value)},
    {change_plv_la_id, CODE(encrypted_pre_linkage_value)},
    {change_plv_nonce, CODE(encrypted_pre_linkage_value)},
    {change_plv_short, CODE(encrypted_pre_linkage_value)},
    {change_plv_two, CODE(encrypted_pre_linkage_value)},
    {change_plv_same, CODE(encrypted_pre_linkage_value)},
    {change_group, CODE(encrypted_group_pre_linkage_value)},
};
enum { REFUSED_N = sizeof(refused) / sizeof(*refused) };

static void
each_bad_request_is_refused_and_stops_no_other(void **state)
{
	struct arena arena = arena_new(1u << 26);
	struct pca *pca = open_pca();
	struct asked a[2 * REFUSED_N];
	struct pca_counts before = counts_of(pca), after;
	const scms_pdu *reply;
	uint8_t id[16];
	size_t n;

	(void)state;
	for (size_t t = 0; t < REFUSED_N; t++) {
		struct asking how = usual(&arena);

		ask(&a[2 * t], &how);
		how.change = refused[t].change;
		ask(&a[2 * t + 1], &how);
	}
	new_batch_id(id);
	n = send(&reply, pca, &arena, a, 2 * REFUSED_N, id);
	assert_int_equal(n, 2 * REFUSED_N);
	for (size_t t = 0; t < REFUSED_N; t++) {
		(void)check_success(
		    &a[2 * t], reply_to(&a[2 * t], reply, n), &world);
		assert_int_equal(failure_of(&a[2 * t + 1],
				     reply_to(&a[2 * t + 1], reply, n)),
		    refused[t].code);
	}
	after = counts_of(pca);
	assert_int_equal(after.issued, before.issued + REFUSED_N);
	assert_int_equal(atomic_load(&pca->refused[REFUSED_name]), 2);
	pca_free(pca);
	arena_free(&arena);
}

/* ---- genuine? ---- */

static void
messages_of_others_are_not_answered(void **state)
{
	struct arena arena = arena_new(1u << 24);
	struct pca *pca = open_pca();
	struct asking how = usual(&arena);
	struct pca_counts before = counts_of(pca), after;
	struct asked a;
	struct bytes body, out;
	uint8_t id[16], *copy;

	(void)state;
	ask(&a, &how);
	new_batch_id(id);
	body = batch_message(&arena, &a, 1, id, &world.other_ra);
	assert_int_equal(send_octets(&out, pca, &arena, body), FAULT_DENIED);
	body = confirm_message(&arena, id, &world.other_ra);
	assert_int_equal(pca_confirm(pca, &arena, body, &info), FAULT_DENIED);
	body = single_message(&arena, &a, &world.other_ra);
	assert_int_equal(
	    pca_answer_single(&out, pca, &arena, body, &info), FAULT_DENIED);
	body = batch_message(&arena, &a, 1, id, &world.ra);
	copy = arena_alloc(&arena, body.n, 1);
	for (size_t at = 0; at < body.n; at += 3) {
		memcpy(copy, body.p, body.n);
		copy[at] ^= 0x10;
		assert_int_not_equal(send_octets(&out, pca, &arena,
					 (struct bytes){copy, body.n}),
		    FAULT_OK);
	}
	assert_int_not_equal(
	    send_octets(&out, pca, &arena, (struct bytes){body.p, body.n / 2}),
	    FAULT_OK);
	after = counts_of(pca);
	assert_memory_equal(&before, &after, sizeof(before));
	pca_free(pca);
	arena_free(&arena);
}

static void
too_many_requests_are_refused_whole(void **state)
{
	const struct environment before = world.environment;
	struct arena arena = arena_new(1u << 28);
	struct pca *pca = open_pca();
	struct asking how = usual(&arena);
	size_t n = environment_message_requests(&world.environment) + 1;
	struct asked *a = calloc(n, sizeof(*a));
	struct bytes out;
	uint8_t id[16];

	(void)state;
	ask(&a[0], &how);
	for (size_t t = 1; t < n; t++)
		a[t] = a[0];
	new_batch_id(id);
	assert_int_equal(send_octets(&out, pca, &arena,
			     batch_message(&arena, a, n, id, &world.ra)),
	    FAULT_TOO_LARGE);
	/* One less: all the same, so one reply. */
	must(send_octets(
	    &out, pca, &arena, batch_message(&arena, a, n - 1, id, &world.ra)));
	pca_free(pca);
	/* What the RA cannot divide into sets of K is not too many. */
	world.environment.batch_max_requests = 1;
	world.environment.shuffle_devices = (uint32_t)(n / 20);
	world.environment.certs_per_i_period = 20;
	pca = open_pca();
	must(send_octets(
	    &out, pca, &arena, batch_message(&arena, a, n, id, &world.ra)));
	world.environment = before;
	free(a);
	pca_free(pca);
	arena_free(&arena);
}

static void
an_empty_batch_is_answered(void **state)
{
	struct arena arena = arena_new(1u << 20);
	struct pca *pca = open_pca();
	const scms_pdu *reply;
	uint8_t id[16];

	(void)state;
	new_batch_id(id);
	assert_int_equal(send(&reply, pca, &arena, NULL, 0, id), 0);
	confirm(pca, id);
	pca_free(pca);
	arena_free(&arena);
}

/* ---- exactly once ---- */

static void
must_be_same(const struct asked *a, size_t n, const scms_pdu *x, size_t x_n,
    const scms_pdu *y, size_t y_n)
{
	for (size_t t = 0; t < n; t++) {
		const scms_pdu *p = reply_to(&a[t], x, x_n);
		const scms_pdu *q = reply_to(&a[t], y, y_n);

		assert_non_null(p);
		assert_non_null(q);
		assert_true(bytes_equal(p->raw, q->raw));
	}
}

static void
a_request_repeated_gets_the_stored_reply_until_confirmed(void **state)
{
	struct arena arena = arena_new(1u << 26);
	struct pca *pca = open_pca();
	struct asking how = usual(&arena);
	struct asked a[6];
	const scms_pdu *first, *second, *third;
	uint8_t id[3][16];
	struct pca_counts c = counts_of(pca);

	(void)state;
	ask_many(a, 6, &how);
	a[5] = a[0]; /* twice in one message */
	for (size_t t = 0; t < 3; t++)
		new_batch_id(id[t]);
	assert_int_equal(send(&first, pca, &arena, a, 6, id[0]), 5);
	assert_int_equal(counts_of(pca).issued, c.issued + 5);

	/* The same message; another one that holds some of them. */
	assert_int_equal(send(&second, pca, &arena, a, 6, id[0]), 5);
	must_be_same(a, 5, first, 5, second, 5);
	ask_many(a + 5, 1, &how);
	assert_int_equal(send(&second, pca, &arena, a + 3, 3, id[1]), 3);
	must_be_same(a + 3, 2, first, 5, second, 3);
	(void)check_success(&a[5], reply_to(&a[5], second, 3), &world);
	assert_int_equal(counts_of(pca).issued, c.issued + 6);

	/* After a restart; then confirmed, first one batch, then the other. */
	pca_free(pca);
	pca = open_pca();
	assert_int_equal(send(&third, pca, &arena, a, 6, id[2]), 6);
	must_be_same(a, 5, first, 5, third, 6);
	must_be_same(a + 5, 1, second, 3, third, 6);
	confirm(pca, id[0]);
	assert_int_equal(send(&third, pca, &arena, a, 6, id[0]), 6);
	for (size_t t = 0; t < 5; t++)
		assert_int_equal(
		    failure_of(&a[t], reply_to(&a[t], third, 6)), BASE_ERROR);
	must_be_same(a + 5, 1, second, 3, third, 6);
	confirm(pca, id[1]);
	confirm(pca, id[1]); /* again, and one that never was */
	confirm(pca, id[2]);
	pca_free(pca);
	pca = open_pca();
	assert_int_equal(send(&third, pca, &arena, a, 6, id[0]), 6);
	assert_int_equal(
	    failure_of(&a[5], reply_to(&a[5], third, 6)), BASE_ERROR);
	assert_int_equal(counts_of(pca).issued, c.issued + 6);
	assert_int_equal(counts_of(pca).pending, c.pending);
	pca_free(pca);
	arena_free(&arena);
}

static void
no_linkage_value_is_issued_twice(void **state)
{
	struct arena arena = arena_new(1u << 24);
	struct pca *pca = open_pca();
	struct asking how = usual(&arena);
	const scms_pdu *reply;
	struct asked a[3];
	uint8_t id[2][16];
	int refusals = 0;

	(void)state;
	how.same_lv = true;
	ask_many(a, 3, &how);
	new_batch_id(id[0]);
	new_batch_id(id[1]);
	assert_int_equal(send(&reply, pca, &arena, a, 2, id[0]), 2);
	for (size_t t = 0; t < 2; t++)
		refusals +=
		    reply[t].content.pca_ra.pca_ra_cert_response.reply.is ==
		    pca_ra_cert_response_msg_reply_failure;
	assert_int_equal(refusals, 1);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(send(&reply, pca, &arena, a + 2, 1, id[1]), 1);
		assert_int_equal(failure_of(&a[2], reply),
		    CODE(encrypted_pre_linkage_value));
		if (round == 0) { /* pending, after a restart */
			pca_free(pca);
			pca = open_pca();
		} else if (round == 1) {
			confirm(pca, id[0]);
		}
	}
	pca_free(pca);
	arena_free(&arena);
}

/* A refused request sets nothing aside: made good, it is issued. */
static void
a_refusal_leaves_no_trace(void **state)
{
	struct arena arena = arena_new(1u << 24);
	struct pca *pca = open_pca();
	struct asking how = usual(&arena);
	const scms_pdu *reply;
	struct asked a;
	uint8_t id[16];

	(void)state;
	how.change = change_h_off;
	ask(&a, &how);
	new_batch_id(id);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(send(&reply, pca, &arena, &a, 1, id), 1);
		assert_int_equal(
		    failure_of(&a, reply), CODE(encryption_public_key));
	}
	pca_free(pca);
	arena_free(&arena);
}

struct sender {
	struct pca *pca;
	struct bytes body, answer;
	struct arena arena;
};

static void *
send_in_thread(void *arg)
{
	struct sender *s = arg;

	must(send_octets(&s->answer, s->pca, &s->arena, s->body));
	return NULL;
}

/* Messages that overlap, in different order and at the same time. */
static void
overlapping_messages_at_once_issue_once(void **state)
{
	enum { THREADS = 6, N = 40 };
	struct arena arena = arena_new(1u << 28);
	struct pca *pca = open_pca();
	struct asking how = usual(&arena);
	struct asked a[2 * N], mixed[N];
	struct sender s[THREADS];
	pthread_t thread[THREADS];
	const scms_pdu *reply[THREADS];
	size_t n[THREADS];
	uint8_t id[THREADS][16];
	uint64_t issued = counts_of(pca).issued;

	(void)state;
	ask_many(a, 2 * N, &how);
	for (size_t t = 0; t < THREADS; t++) {
		new_batch_id(id[t]);
		for (size_t k = 0; k < N; k++) /* windows that overlap */
			mixed[t % 2 ? k : N - 1 - k] = a[t * 8 + k];
		s[t] = (struct sender){.pca = pca,
		    .body = batch_message(&arena, mixed, N, id[t], &world.ra),
		    .arena = arena_new(1u << 26)};
	}
	for (size_t t = 0; t < THREADS; t++)
		assert_int_equal(
		    pthread_create(&thread[t], NULL, send_in_thread, &s[t]), 0);
	for (size_t t = 0; t < THREADS; t++)
		pthread_join(thread[t], NULL);
	for (size_t t = 0; t < THREADS; t++) {
		n[t] =
		    open_replies(&reply[t], &arena, s[t].answer, &world, id[t]);
		assert_int_equal(n[t], N);
	}
	for (size_t t = 1; t < THREADS; t++)
		must_be_same(a + t * 8, N - 8, reply[t - 1], N, reply[t], N);
	for (size_t t = 0; t < N; t++)
		(void)check_success(
		    &a[t], reply_to(&a[t], reply[0], N), &world);
	assert_int_equal(counts_of(pca).issued, issued + N + 8 * (THREADS - 1));
	for (size_t t = 0; t < THREADS; t++) {
		confirm(pca, id[t]);
		arena_free(&s[t].arena);
	}
	assert_int_equal(counts_of(pca).issued, issued + N + 8 * (THREADS - 1));
	pca_free(pca);
	arena_free(&arena);
}

/* ---- what is kept ---- */

static void
records_are_found_by_hpcr_and_by_linkage_value(void **state)
{
	struct arena arena = arena_new(1u << 26);
	struct pca *pca = open_pca();
	struct asking how = usual(&arena);
	struct asked a[20];
	const scms_pdu *reply;
	uint8_t id[16], found[32];
	struct bytes record;

	(void)state;
	ask_many(a, 20, &how);
	new_batch_id(id);
	assert_int_equal(send(&reply, pca, &arena, a, 20, id), 20);
	for (size_t t = 0; t < 40; t++) {
		scms_pdu pdu;
		pseudonym_cert_request_info *p;
		struct bytes plv;

		if (t == 20) /* and once more, confirmed */
			confirm(pca, id);
		must(
		    pca_store_find_lv(pca->store, found, &a[t % 20].lv, &info));
		assert_memory_equal(found, a[t % 20].hpcr, 32);
		must(pca_store_find_record(
		    pca->store, &record, &arena, found, &info));
		assert_int_equal(record.n, ISSUED_OCTETS);
		assert_int_equal(record.p[0] << 8 | record.p[1], a[t % 20].i);
		assert_memory_equal(record.p + 2, a[t % 20].lv.b, 9);
		must(coer_decode(
		    &scms_pdu_asn, &pdu, &arena, a[t % 20].octets, &info));
		p = &pdu.content.pca_ra.ra_pca_cert_request.cert_request_info
			 .pseudonym_cert_req;
		must(coer_encode_new(&plv, &arena,
		    &encrypted_individual_plv_asn, &p->enc_plv1, &info));
		assert_memory_equal(record.p + 11, plv.p, 101);
		must(coer_encode_new(&plv, &arena,
		    &encrypted_individual_plv_asn, &p->enc_plv2, &info));
		assert_memory_equal(record.p + 112, plv.p, 101);
	}
	a[0].lv.b[8] ^= 1;
	assert_int_equal(pca_store_find_lv(pca->store, found, &a[0].lv, &info),
	    FAULT_NOT_FOUND);
	a[0].hpcr[0] ^= 1;
	assert_int_equal(pca_store_find_record(
			     pca->store, &record, &arena, a[0].hpcr, &info),
	    FAULT_NOT_FOUND);
	pca_free(pca);
	arena_free(&arena);
}

static void
a_single_request_is_answered_as_camp_does(void **state)
{
	const struct spdu_rules rules = {.psid = 0x23, .now = time32_now()};
	struct arena arena = arena_new(1u << 24);
	struct pca *pca = open_pca();
	struct asking how = usual(&arena);
	struct asked a;
	struct bytes out, again;
	struct spdu spdu;
	scms_pdu pdu, pdu2;

	(void)state;
	how.compressed = true;
	ask(&a, &how);
	must(pca_answer_single(
	    &out, pca, &arena, single_message(&arena, &a, &world.ra), &info));
	must(spdu_open(&spdu, &arena, out, world.ra.trust, &rules, &info));
	must(coer_decode(&scms_pdu_asn, &pdu, &arena, spdu.payload, &info));
	(void)check_success(&a, &pdu, &world);
	must(pca_answer_single(
	    &again, pca, &arena, single_message(&arena, &a, &world.ra), &info));
	must(spdu_open(&spdu, &arena, again, world.ra.trust, &rules, &info));
	must(coer_decode(&scms_pdu_asn, &pdu2, &arena, spdu.payload, &info));
	assert_true(bytes_equal(pdu.raw, pdu2.raw));
	confirm(pca, a.hpcr); /* its first 16 octets are the batchId */
	must(pca_answer_single(
	    &again, pca, &arena, single_message(&arena, &a, &world.ra), &info));
	must(spdu_open(&spdu, &arena, again, world.ra.trust, &rules, &info));
	must(coer_decode(&scms_pdu_asn, &pdu2, &arena, spdu.payload, &info));
	assert_int_equal(failure_of(&a, &pdu2), BASE_ERROR);
	pca_free(pca);
	arena_free(&arena);
}

/* ---- kills ---- */

/* Does it in a child that dies at the point. */
static void
die_at(const char *point, struct bytes body, const uint8_t id[16])
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct arena arena = arena_new(1u << 26);
		struct bytes out;
		struct pca *pca;

		setenv("MONARCH_CRASH_AT", point, 1);
		if (crash_arm("pca", crash_points, &info) != FAULT_OK ||
		    pca_new(&pca, pca_dir, &conf, &world.environment, audit,
			&info) != FAULT_OK)
			_exit(3);
		if (id != NULL)
			confirm(pca, id);
		else
			(void)!send_octets(&out, pca, &arena, body);
		_exit(4);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void
a_kill_at_any_commit_loses_and_doubles_nothing(void **state)
{
	static const char *const confirming[] = {
	    "pca-confirm-issued", "pca-confirm-linkage", "pca-confirm-dropped"};
	enum { N = 12 };
	struct arena arena = arena_new(1u << 26);
	struct asking how = usual(&arena);
	struct asked a[N];
	const scms_pdu *x, *y;
	struct pca_counts c, d;
	struct bytes body, record;
	struct pca *pca;
	uint8_t id[16], found[32];

	(void)state;
	for (size_t round = 0; round < 3; round++) {
		ask_many(a, N, &how);
		new_batch_id(id);
		body = batch_message(&arena, a, N, id, &world.ra);
		pca = open_pca();
		c = counts_of(pca);
		pca_free(pca);
		die_at("pca-batch-checked", body, NULL);
		pca = open_pca();
		assert_int_equal(counts_of(pca).issued, c.issued);
		pca_free(pca);
		die_at("pca-batch-accounted", body, NULL);
		pca = open_pca();
		assert_int_equal(counts_of(pca).issued, c.issued);
		pca_free(pca);
		die_at("pca-batch-stored", body, NULL);
		pca = open_pca();
		assert_int_equal(counts_of(pca).issued, c.issued + N);
		assert_int_equal(send(&x, pca, &arena, a, N, id), N);
		assert_int_equal(send(&y, pca, &arena, a, N, id), N);
		must_be_same(a, N, x, N, y, N);
		for (size_t t = 0; t < N; t++)
			(void)check_success(
			    &a[t], reply_to(&a[t], x, N), &world);
		assert_int_equal(counts_of(pca).issued, c.issued + N);
		pca_free(pca);

		die_at(confirming[round], BYTES_NONE, id);
		pca = open_pca();
		confirm(pca, id);
		d = counts_of(pca);
		assert_int_equal(d.pending, c.pending);
		assert_int_equal(d.issued, c.issued + N);
		for (size_t t = 0; t < N; t++) {
			must(pca_store_find_record(
			    pca->store, &record, &arena, a[t].hpcr, &info));
			must(pca_store_find_lv(
			    pca->store, found, &a[t].lv, &info));
			assert_memory_equal(found, a[t].hpcr, 32);
		}
		pca_free(pca);
	}
	arena_free(&arena);
}

/* ---- hostile octets ---- */

/*
 * One octet of each of many good requests changed, signed by the RA all the
 * same.  Points are uncompressed, so no changed octet gives another point.
 */
static void
changed_octets_in_a_signed_batch_never_get_a_certificate(void **state)
{
	struct arena arena = arena_new(1u << 28);
	struct pca *pca = open_pca();
	struct asking how = usual(&arena);
	uint64_t issued = counts_of(pca).issued;
	struct bytes out;
	struct asked good, a;
	size_t undecodable = 0, answered = 0;
	uint8_t id[16], copy[1024];
	const scms_pdu *reply;

	(void)state;
	ask(&good, &how);
	srand(1);
	for (size_t at = 0; at < good.octets.n; at++) {
		struct arena one = arena_new(1u << 22);

		memcpy(copy, good.octets.p, good.octets.n);
		copy[at] ^= (uint8_t)(1 + rand() % 255);
		a = good;
		a.octets = (struct bytes){copy, good.octets.n};
		sha256(a.hpcr, a.octets);
		new_batch_id(id);
		if (send_octets(&out, pca, &one,
			batch_message(&one, &a, 1, id, &world.ra)) !=
		    FAULT_OK) {
			undecodable++;
		} else {
			answered++;
			assert_int_equal(
			    open_replies(&reply, &one, out, &world, id), 1);
			(void)failure_of(&a, reply);
		}
		arena_free(&one);
	}
	assert_true(undecodable > 10 && answered > 300);
	assert_int_equal(counts_of(pca).issued, issued);
	new_batch_id(id);
	assert_int_equal(send(&reply, pca, &arena, &good, 1, id), 1);
	(void)check_success(&good, reply, &world);
	pca_free(pca);
	arena_free(&arena);
}

/* Whole messages of which a few octets are noise. */
static void
noise_in_a_signed_batch_harms_nothing(void **state)
{
	struct arena arena = arena_new(1u << 28);
	struct pca *pca = open_pca();
	struct asking how = usual(&arena);
	struct asked a[8], bad[8];
	struct bytes out;
	uint8_t id[16];

	(void)state;
	ask_many(a, 8, &how);
	srand(2);
	for (int round = 0; round < 400; round++) {
		struct arena one = arena_new(1u << 22);

		for (size_t t = 0; t < 8; t++) {
			uint8_t *p = arena_alloc(&one, a[t].octets.n, 1);

			memcpy(p, a[t].octets.p, a[t].octets.n);
			for (int k = rand() % 4; k > 0; k--)
				p[(size_t)rand() % a[t].octets.n] =
				    (uint8_t)rand();
			bad[t].octets = (struct bytes){
			    p, a[t].octets.n - (size_t)(rand() % 50 == 0)};
		}
		new_batch_id(id);
		(void)!send_octets(&out, pca, &one,
		    batch_message(&one, bad, 8, id, &world.ra));
		arena_free(&one);
	}
	pca_free(pca);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_batch_is_issued_and_checked_by_plain_openssl),
	    cmocka_unit_test(what_is_issued_is_accounted_for_once),
	    cmocka_unit_test(nothing_is_issued_without_an_account),
	    cmocka_unit_test(the_same_keys_asked_twice_get_unrelated_answers),
	    cmocka_unit_test(each_bad_request_is_refused_and_stops_no_other),
	    cmocka_unit_test(messages_of_others_are_not_answered),
	    cmocka_unit_test(too_many_requests_are_refused_whole),
	    cmocka_unit_test(an_empty_batch_is_answered),
	    cmocka_unit_test(
		a_request_repeated_gets_the_stored_reply_until_confirmed),
	    cmocka_unit_test(no_linkage_value_is_issued_twice),
	    cmocka_unit_test(a_refusal_leaves_no_trace),
	    cmocka_unit_test(overlapping_messages_at_once_issue_once),
	    cmocka_unit_test(records_are_found_by_hpcr_and_by_linkage_value),
	    cmocka_unit_test(a_single_request_is_answered_as_camp_does),
	    cmocka_unit_test(a_kill_at_any_commit_loses_and_doubles_nothing),
	    cmocka_unit_test(
		changed_octets_in_a_signed_batch_never_get_a_certificate),
	    cmocka_unit_test(noise_in_a_signed_batch_harms_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
