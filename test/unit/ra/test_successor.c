/*
 * Requests for successors of enrollment certificates: every refusal, with its
 * code and words, and that nothing is stored.  Each row changes one thing in a
 * request that the RA would take to the ECA.  (What the ECA grants:
 * test/e2e/rollover.sh.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/convert.h"
#include "cert/encrypt.h"
#include "cert/perm.h"
#include "cert/request.h"
#include "cert/spdu.h"
#include "role/ra/admin.h"
#include "role/ra/handlers.h"
#include "schema/scms_protocol.h"
#include "test/unit/ra/world.h"

static struct world w;

/* A message on its way to be made. */
struct attempt {
	struct device device;
	struct scalar key; /* that is to be certified */
	ee_eca_cert_request request;
	to_be_signed_certificate *tbs; /* of it */
	struct spdu_header header;
	/* what it may be instead of what it should be */
	struct bytes inner, message;
	const struct signer *inner_signer;
	const struct scalar *outer_key;
	enum who eca;
};

static void
begin(struct attempt *a, enum who eca)
{
	struct curve_point key;
	struct point Q;

	*a = (struct attempt){.eca = eca};
	device_make(&a->device, &w, eca);
	p256_generate(&a->key, &Q, 1);
	curve_of_p256(&key, &Q);
	curve_compress(&key);
	a->request.version = 1;
	a->request.current_time = time32_now();
	a->tbs = &a->request.tbs_data;
	a->tbs->id.is = certificate_id_name;
	a->tbs->validity_period.start = a->device.cert->end;
	a->tbs->validity_period.duration.is = duration_years;
	a->tbs->validity_period.duration.years = 1;
	a->tbs->region = a->device.cert->tbs->region;
	a->tbs->cert_request_permissions =
	    a->device.cert->tbs->cert_request_permissions;
	a->tbs->verify_key_indicator.is =
	    verification_key_indicator_verification_key;
	key_to_schema(&a->tbs->verify_key_indicator.verification_key, &key);
	a->header = (struct spdu_header){.psid = PSID_SECURITY,
	    .has_generation_time = true,
	    .generation_time = time64_now()};
	a->outer_key = &a->device.d;
}

static struct bytes
make_inner(const struct attempt *a)
{
	scms_pdu pdu = {.version = 1, .content.is = scms_pdu_content_eca_ee};
	struct bytes encoded, out;
	struct signer self;

	pdu.content.eca_ee.is =
	    eca_end_entity_interface_pdu_ee_eca_cert_request;
	pdu.content.eca_ee.ee_eca_cert_request = a->request;
	must(coer_encode_new(&encoded, &w.arena, &scms_pdu_asn, &pdu, &fi));
	must(signer_of_scalar(&self, &a->key, NULL, &fi));
	must(request_sign(&out, &w.arena, encoded, false,
	    a->inner_signer != NULL ? SIGNER_CERTIFICATE : SIGNER_SELF,
	    a->inner_signer != NULL ? a->inner_signer : &self, &fi));
	return out;
}

static struct bytes
make_message(const struct attempt *a)
{
	struct bytes data, out;
	struct signer signer;

	if (a->message.p != NULL)
		return a->message;
	/* A foreign key is no signer of this certificate, so: its own. */
	must(signer_of_scalar(&signer, &a->device.d, a->device.cert, &fi));
	must(spdu_sign(&data, &w.arena, &a->header,
	    a->inner.p != NULL ? a->inner : make_inner(a), SIGNER_CERTIFICATE,
	    &signer, &fi));
	if (a->outer_key == NULL) { /* another signature */
		uint8_t *p = (uint8_t *)(uintptr_t)data.p;

		p[data.n - 1] ^= 1;
	}
	must(spdu_encrypt(&out, &w.arena, data, w.actor[WHO_RA].cert, &fi));
	return out;
}

/* ---- one thing changed ---- */

static void
later(struct attempt *a)
{
	a->tbs->validity_period.start++;
}

static void
earlier(struct attempt *a)
{
	a->tbs->validity_period.start = time32_now();
}

static const uint64_t wider[] = {0x20, 0x26, 0x82};

static void
another_psid(struct attempt *a)
{
	a->tbs->cert_request_permissions =
	    profile_group(&w.arena, wider, 3, true, 0, EE_APP);
}

static void
any_ssp(struct attempt *a)
{
	a->tbs->cert_request_permissions =
	    profile_group(&w.arena, wider, 2, false, 0, EE_APP);
}

static void
of_another_use(struct attempt *a, int min_chain_length, uint8_t ee_type)
{
	a->tbs->cert_request_permissions =
	    profile_group(&w.arena, wider, 2, true, min_chain_length, ee_type);
}

static void
one_below(struct attempt *a)
{
	of_another_use(a, 1, EE_APP);
}

static void
to_enroll(struct attempt *a)
{
	of_another_use(a, 0, EE_ENROL);
}

static void
any_length(struct attempt *a)
{
	of_another_use(a, 0, EE_APP);
	a->tbs->cert_request_permissions->v[0].chain_length_range = -1;
}

static void
to_sign(struct attempt *a)
{
	a->tbs->app_permissions = profile_psids(&w.arena, wider, 1);
}

static void
to_issue(struct attempt *a)
{
	a->tbs->cert_issue_permissions =
	    profile_group(&w.arena, wider, 1, true, 1, EE_APP);
}

static void
north_america(struct attempt *a)
{
	static const uint16_t countries[] = {840, 124};

	a->tbs->region = profile_countries(&w.arena, countries, 2);
}

static void
no_region(struct attempt *a)
{
	a->tbs->region = NULL;
}

static void
noise(struct attempt *a)
{
	a->inner = bytes_of_string("not a request");
}

static void
no_proof(struct attempt *a)
{
	struct scalar was = a->key;
	struct point Q;

	p256_generate(&a->key, &Q, 1);
	a->inner = make_inner(a);
	a->key = was;
}

static void
not_self(struct attempt *a)
{
	static struct signer signer;

	must(signer_of_scalar(&signer, &a->device.d, a->device.cert, &fi));
	a->inner_signer = &signer;
}

static void
of_a_bsm(struct attempt *a)
{
	a->header.psid = PSID_BSM;
}

static void
timeless(struct attempt *a)
{
	a->header.has_generation_time = false;
}

static void
old(struct attempt *a)
{
	a->header.generation_time -= 60u * 1000000u;
}

static void
forged(struct attempt *a)
{
	a->outer_key = NULL;
}

static void
in_clear(struct attempt *a)
{
	a->message = make_inner(a);
}

static void
provisioning(struct attempt *a)
{
	a->message = device_send(&a->device, &w, &w.arena,
	    device_pdu(&a->device, &w.arena, time32_now()), false);
}

static void
block(struct attempt *a)
{
	bool changed;

	must(
	    admin_block(&changed, w.db, a->device.cert->id, time32_now(), &fi));
	assert_true(changed);
}

static const struct {
	const char *what;
	void (*change)(struct attempt *);
	enum who eca;
	unsigned status;
	const char *code, *text;
} rows[] = {
    {"begins a second later", later, WHO_ECA, 403, "5070", "start is not"},
    {"begins now", earlier, WHO_ECA, 403, "5070", "start is not"},
    {"another PSID", another_psid, WHO_ECA, 403, "5070", "0x82"},
    {"any SSP", any_ssp, WHO_ECA, 403, "5070", "0x20"},
    {"a certificate below", one_below, WHO_ECA, 403, "5070", "its use"},
    {"other enrollments", to_enroll, WHO_ECA, 403, "5070", "its use"},
    {"any chain length", any_length, WHO_ECA, 403, "5070", "its use"},
    {"appPermissions", to_sign, WHO_ECA, 403, "5070", "to sign"},
    {"certIssuePermissions", to_issue, WHO_ECA, 403, "5070", "to sign"},
    {"a larger region", north_america, WHO_ECA, 403, "5070", "region"},
    {"no region", no_region, WHO_ECA, 403, "5070", "region"},
    {"noise for the ECA", noise, WHO_ECA, 403, "5070", "for the ECA"},
    {"no proof of possession", no_proof, WHO_ECA, 403, "5070", "for the ECA"},
    {"not self-signed", not_self, WHO_ECA, 403, "5070", "self-signed"},
    {"another PSID outside", of_a_bsm, WHO_ECA, 401, "5058", "signature"},
    {"no generation time", timeless, WHO_ECA, 401, "5058", "signature"},
    {"a minute old", old, WHO_ECA, 401, "5067", "authentication"},
    {"forged", forged, WHO_ECA, 401, "5058", "signature"},
    {"not encrypted", in_clear, WHO_ECA, 401, "5059", "not encrypted"},
    {"a provisioning request", provisioning, WHO_ECA, 401, "5058", "signature"},
    {"of a foreign ECA", NULL, WHO_STRANGER, 401, "5067", "authentication"},
    {"blocked", block, WHO_ECA, 403, "5055", "blacklisted"},
};

/* ---- sending ---- */

static const char *
header_of(const struct http_response *r, const char *name)
{
	for (size_t i = 0; i < r->headers_n; i++)
		if (strcmp(r->headers[i].name, name) == 0)
			return r->headers[i].value;
	return "";
}

static enum fault
count_row(void *ctx, const struct db_row *row, struct fault_info *f)
{
	(void)row;
	(void)f;
	++*(unsigned *)ctx;
	return FAULT_OK;
}

/* Sends it; nothing may be stored. */
static struct http_response
send_it(const struct attempt *a)
{
	const struct cert *c = a->device.cert;
	struct arena arena = arena_new(1u << 20);
	const struct http_request request = {.method = "POST",
	    .path = "/successor-enrollment-certificate",
	    .tail = "",
	    .body = make_message(a),
	    .arena = &w.arena};
	struct http_response response = {.status = 200, .fd = -1};
	const struct http_request *const requests[] = {&request};
	struct http_response *const responses[] = {&response};
	unsigned stored = 0;

	ra_successor(w.ra, &request, &response);
	finish_gathered(w.ra, requests, responses, 1);
	must(DB_EACH(w.db, DO_SUCCESSOR_OF, count_row, &stored, &fi,
	    DB_BLOB(c->hash, c->hash_n)));
	assert_int_equal(stored, 0);
	arena_free(&arena);
	return response;
}

static void
expect(const char *what, const struct http_response *r, unsigned status,
    const char *code, const char *text)
{
	const char *words = header_of(r, "SCMS-POC-Error-Message");

	if (r->status != status ||
	    strcmp(header_of(r, "SCMS-POC-Error"), code) != 0 ||
	    strstr(words, text) == NULL)
		fail_msg("%s: %u, %s, %s", what, r->status,
		    header_of(r, "SCMS-POC-Error"), words);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_response r;
		struct attempt a;

		begin(&a, rows[i].eca);
		if (rows[i].change != NULL)
			rows[i].change(&a);
		r = send_it(&a);
		expect(rows[i].what, &r, rows[i].status, rows[i].code,
		    rows[i].text);
	}
}

/* By the settings of the environment. */
static void
test_settings(void **state)
{
	struct environment *env = &w.service.environment;
	const uint32_t days = env->rollover_days;
	struct http_response r;
	struct attempt a;

	(void)state;
	begin(&a, WHO_ECA);
	env->allow_rollover = false;
	r = send_it(&a);
	expect("not allowed", &r, 403, "5070", "rollover is not allowed");
	env->allow_rollover = true;
	env->rollover_days = 30;
	begin(&a, WHO_ECA);
	r = send_it(&a);
	expect("too early", &r, 403, "5070", "days before the end");
	env->detailed_errors = false;
	begin(&a, WHO_ECA);
	r = send_it(&a);
	assert_int_equal(r.status, 500);
	assert_int_equal(r.headers_n, 0);
	assert_int_equal(r.body.n, 0);
	env->detailed_errors = true;
	env->rollover_days = days;
}

/* However many certificates follow each other, all are blocked with one. */
static void
test_family(void **state)
{
	const unsigned n = 200;
	uint8_t id[8] = "family", next[8] = "family";
	unsigned found;
	bool changed;

	(void)state;
	for (unsigned k = 0; k < n; k++) {
		id[7] = (uint8_t)k;
		next[7] = (uint8_t)(k + 1);
		must(DB_RUN(w.db, DO_SUCCESSOR_ADD, &fi, DB_BLOB(id, 8),
		    DB_BLOB(id, 8), DB_BLOB(id, 8), DB_BLOB(next, 8),
		    DB_INT(1)));
	}
	id[7] = 100;
	for (unsigned blocked = 2; blocked-- > 0;) {
		must(blocked ? admin_block(&changed, w.db, id, 1, &fi)
			     : admin_unblock(&changed, w.db, id, 1, 0, &fi));
		assert_true(changed);
		for (unsigned k = 0; k <= n; k++) {
			found = 0;
			next[7] = (uint8_t)k;
			must(DB_EACH(w.db, DO_BLOCKED, count_row, &found, &fi,
			    DB_BLOB(next, 8)));
			assert_int_equal(found, blocked);
		}
	}
	must(admin_unblock(&changed, w.db, id, 1, 0, &fi));
	assert_false(changed);
}

/* There is no client to call it with. */
static void
test_no_eca(void **state)
{
	struct http_response r;
	struct fault_info why;
	struct attempt a;

	(void)state;
	fault_set(&why, FAULT_NETWORK, "nobody there");
	for (int k = 0; k < 9; k++) { /* the pauses grow */
		w.ra->enroll.again = 0;
		(void)peer_fails(&w.ra->enroll, &why);
	}
	begin(&a, WHO_ECA);
	r = send_it(&a);
	assert_int_equal(r.status, 500);
	assert_int_equal(r.headers_n, 0);
	peer_works(&w.ra->enroll);
}

static int
open_world(void **state)
{
	(void)state;
	world_make(&w);
	w.service.environment.rollover_days = 36500;
	world_start(&w);
	return 0;
}

static int
close_world(void **state)
{
	(void)state;
	world_stop(&w);
	world_remove(&w);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_settings),
	    cmocka_unit_test(test_no_eca),
	    cmocka_unit_test(test_family),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
