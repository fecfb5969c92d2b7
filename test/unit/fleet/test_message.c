/*
 * test_message.c - the requests of simulated devices, which are put together
 * octet by octet, opened by the code that everybody else uses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/encrypt.h"
#include "cert/issue.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/request.h"
#include "crypto/random.h"
#include "schema/scms_protocol.h"
#include "tool/fleet/message.h"

#define NOW	   720000000u
#define MANY	   70
#define MUST(call) assert_int_equal((call), FAULT_OK)

static const uint32_t countries[] = {840}, psids[] = {0x20, 0x26};

struct authority {
	struct scalar sign, encrypt;
	struct curve_point public, encryption;
	struct bytes raw;
	struct cert *cert;
	struct signer signer;
};

static struct arena arena;
static struct authority root, ica, eca, ra;
static struct world w;

static void
issue(struct authority *a, enum profile profile, const char *name,
    const struct authority *by)
{
	struct profile_params p = {.name = name,
	    .start = NOW - 1000000,
	    .lifetime = {duration_years, 2}};
	struct fault_info fi = {0};
	certificate *template;
	struct signer self;

	curve_generate(a->sign.b, &a->public, CURVE_P256);
	curve_generate(a->encrypt.b, &a->encryption, CURVE_P256);
	p.verify_key = a->public;
	p.encryption_key = &a->encryption;
	if (profile == PROFILE_ROOT)
		p.lifetime.value = 9;
	if (by != NULL)
		memcpy(p.craca_id, root.cert->id + 5, 3);
	MUST(profile_build(&template, &arena, profile, &p, &fi));
	MUST(signer_of_scalar(&self, &a->sign, NULL, &fi));
	MUST(cert_issue_explicit(
	    &a->raw, &arena, template, by == NULL ? &self : &by->signer, &fi));
	MUST(cert_load(&a->cert, &arena, a->raw, &fi));
	MUST(signer_of_scalar(&a->signer, &a->sign, a->cert, &fi));
}

static int
set_up(void **state)
{
	struct fault_info fi = {0};
	struct point key;

	(void)state;
	time_set_offset((int64_t)NOW - (int64_t)time32_now());
	arena = arena_new((size_t)64 << 20);
	issue(&root, PROFILE_ROOT, "root.test", NULL);
	issue(&ica, PROFILE_ICA, "ica.test", &root);
	issue(&eca, PROFILE_ECA, "eca.test", &ica);
	issue(&ra, PROFILE_RA, "ra.test", &ica);
	w.trust = trust_new();
	MUST(trust_add_root(w.trust, root.raw, &fi));
	MUST(trust_add_known(w.trust, ica.raw, &fi));
	MUST(trust_add_known(w.trust, eca.raw, &fi));
	w.env.pseudonym_region = (struct conf_uints){countries, 1};
	w.env.pseudonym_psids = (struct conf_uints){psids, 2};
	w.eca = eca.cert;
	w.ra = ra.cert;
	MUST(curve_to_p256(&key, &ra.cert->encryption_key, &fi));
	w.ra_key = p256_known_new(&key);
	sha256(w.ra_p1, ra.cert->canonical);
	w.seed = seed_of(7);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	p256_known_free(w.ra_key);
	trust_free(w.trust);
	arena_free(&arena);
	return 0;
}

static void
make(struct message *m, size_t n)
{
	struct arena scratch = arena_new((size_t)8 << 20);
	struct message *all[MANY];
	struct fault_info fi = {0};

	for (size_t k = 0; k < n; k++)
		all[k] = &m[k];
	MUST(messages_make(&w, all, n, &scratch, &fi));
	arena_free(&scratch);
}

static struct bytes
octets(const struct message *m)
{
	return (struct bytes){m->octets, m->n};
}

/* What our ECA makes of a device's request. */
static void
enroll(struct record *r, uint32_t device)
{
	const struct implicit_issuer issuer = {eca.cert, &eca.sign};
	struct profile_params p = {
	    .name = "", .start = NOW, .lifetime = {duration_years, 1}};
	struct implicit_certificate made;
	struct fault_info fi = {0};
	certificate *template;
	struct scalar d;
	struct point R;
	struct cert *cert;

	memcpy(p.craca_id, root.cert->id + 5, 3);
	derive_scalar(&d, &w.seed, DERIVED_ENROLLMENT, device, NULL);
	MUST(p256_base_mul(&R, &d, NULL, 1));
	MUST(profile_build(&template, &arena, PROFILE_ENROLLMENT, &p, &fi));
	MUST(cert_issue_implicit(&made, &arena, template, &R, &issuer, &fi));
	MUST(cert_load(&cert, &arena, made.raw, &fi));
	MUST(trust_check_chain(NULL, w.trust, cert, NOW, &fi));
	memset(r, 0, sizeof(*r));
	MUST(
	    message_take_enrollment(r, &w, device, cert, BYTES(made.r.b), &fi));
	/* another device's share is none of ours */
	assert_int_equal(message_take_enrollment(
			     r, &w, device + 1, cert, BYTES(made.r.b), &fi),
	    FAULT_KEY_MISMATCH);
}

/* Decrypted as the RA does it, and its signature verified. */
static void
open_at_ra(struct request *out, const struct message *m)
{
	struct decryption_key key;
	struct fault_info fi = {0};
	struct bytes plain;

	decryption_key_of_scalar(&key, &ra.encrypt, ra.cert);
	MUST(spdu_decrypt(&plain, &arena, octets(m), &key, 1, &fi));
	MUST(request_open(out, &arena, plain, w.trust, NOW, &fi));
	assert_non_null(out->pdu);
	assert_true(
	    bytes_equal(out->signer->raw, record_certificate(m->record)));
}

static void
an_enrollment_request_proves_possession_of_its_key(void **state)
{
	static struct message m[MANY];
	const ee_eca_cert_request *r;
	struct fault_info fi = {0};
	struct request request;

	(void)state;
	for (uint32_t k = 0; k < MANY; k++)
		m[k] = (struct message){.kind = MESSAGE_ENROLLMENT,
		    .device = k * 1000,
		    .time = NOW + k};
	make(m, MANY);
	for (uint32_t k = 0; k < MANY; k++) {
		MUST(request_open(
		    &request, &arena, octets(&m[k]), w.trust, NOW, &fi));
		assert_null(request.signer);
		r = &request.pdu->content.eca_ee.ee_eca_cert_request;
		assert_int_equal(r->current_time, NOW + k);
		assert_int_equal(r->tbs_data.validity_period.start, NOW + k);
		assert_non_null(r->tbs_data.region);
	}
}

static void
requests_to_the_ra_are_signed_and_encrypted(void **state)
{
	static struct record record[MANY];
	static struct message m[MANY];
	struct request request;

	(void)state;
	for (uint32_t k = 0; k < MANY; k++) {
		enroll(&record[k], k);
		m[k] = (struct message){.kind = MESSAGE_DOWNLOAD,
		    .device = k,
		    .time = NOW + k,
		    .filename = k % 2 == 0 ? "0011223344556677_26B.zip"
					   : "0011223344556677.info",
		    .record = &record[k]};
	}
	make(m, MANY);
	for (uint32_t k = 0; k < MANY; k++) {
		const authenticated_download_request *r;

		open_at_ra(&request, &m[k]);
		r = &request.pdu->content.ee_ra
			 .ee_ra_authenticated_download_request;
		assert_int_equal(r->timestamp, NOW + k);
		assert_true(
		    bytes_equal(r->filename, bytes_of_string(m[k].filename)));
	}
}

static void
a_provisioning_request_brings_the_caterpillar_keys(void **state)
{
	const ee_ra_pseudonym_cert_provisioning_request *r;
	struct provision_file keys;
	struct request request;
	struct record record;
	struct message m;
	struct point A;

	(void)state;
	enroll(&record, 5);
	m = (struct message){.kind = MESSAGE_PROVISIONING,
	    .device = 5,
	    .time = NOW,
	    .record = &record};
	make(&m, 1);
	open_at_ra(&request, &m);
	r = &request.pdu->content.ee_ra
		 .ee_ra_pseudonym_cert_provisioning_request;
	derive_caterpillars(&keys, &w.seed, 5);
	MUST(p256_base_mul(&A, &keys.certificate.private, NULL, 1));
	assert_int_equal(r->verify_key_info.seed_key.is,
	    A.y[31] & 1 ? ecc_p256_curve_point_compressed_y_1
			: ecc_p256_curve_point_compressed_y_0);
	assert_memory_equal(
	    r->verify_key_info.seed_key.compressed_y_0.b, A.x, 32);
	MUST(p256_base_mul(&A, &keys.response.private, NULL, 1));
	assert_memory_equal(
	    r->resp_enc_key_info.seed_key.compressed_y_0.b, A.x, 32);
	assert_memory_equal(r->resp_enc_key_info.expansion.b,
	    keys.response.butterfly.expansion.b, 16);
	assert_memory_not_equal(r->verify_key_info.expansion.b,
	    r->resp_enc_key_info.expansion.b, 16);
}

static void
made_again_a_request_has_the_same_octets_and_no_other_has(void **state)
{
	struct record record;
	struct message a, b;

	(void)state;
	enroll(&record, 9);
	a = (struct message){.kind = MESSAGE_PROVISIONING,
	    .device = 9,
	    .time = NOW,
	    .record = &record};
	b = a;
	make(&a, 1);
	make(&b, 1);
	assert_true(bytes_equal(octets(&a), octets(&b)));
	b.time++;
	make(&b, 1);
	assert_int_equal(a.n, b.n);
	/* neither ephemeral key nor nonce is used for two messages */
	assert_memory_not_equal(a.octets + 15, b.octets + 15, 33);
	assert_memory_not_equal(a.octets + 81, b.octets + 81, 12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		an_enrollment_request_proves_possession_of_its_key),
	    cmocka_unit_test(requests_to_the_ra_are_signed_and_encrypted),
	    cmocka_unit_test(
		a_provisioning_request_brings_the_caterpillar_keys),
	    cmocka_unit_test(
		made_again_a_request_has_the_same_octets_and_no_other_has),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
