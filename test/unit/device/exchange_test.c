/*
 * exchange_test.c - the device's side of the exchange of 2018, recorded from
 * software that is not ours: given its keys and its time, we make the same
 * requests, take its enrollment certificate and accept its ack.
 *
 * Reads ../shared/vectors/scms_escrypt_2018.json, or the one in
 * $MONARCH_SHARED/vectors; without it the test is skipped (77).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <openssl/evp.h>

#include "cert/encrypt.h"
#include "device/message.h"
#include "test/unit/device/world_int.h"

#define FILE_NAME "vectors/scms_escrypt_2018.json"
#define MADE_AT	  0x19E981E4u /* Time32 in all of its messages */

static json_t *vectors;
static struct arena arena;
static struct identity id;

static struct bytes
hex_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	struct bytes out;

	assert_non_null(text);
	assert_true(hex_decode_new(&arena, &out, text));
	return out;
}

static struct bytes
certificate_of(const char *name)
{
	return hex_of(
	    json_object_get(json_object_get(vectors, "certificates"), name),
	    "hex");
}

static const json_t *
vector_of(const char *name)
{
	const json_t *list = json_object_get(vectors, "vectors"), *one;
	size_t k;

	json_array_foreach(list, k,
	    one) if (strcmp(json_string_value(json_object_get(one, "name")),
			 name) == 0) return one;
	fail_msg("no vector \"%s\"", name);
	return NULL;
}

static void
take_scalar(struct scalar *out, const json_t *object, const char *key)
{
	struct bytes b = hex_of(object, key);

	assert_int_equal(b.n, sizeof(out->b));
	memcpy(out->b, b.p, b.n);
}

/* Trust and enrollment as a bundle would have given them. */
static int
set_up(void **state)
{
	static const char *const known[] = {"ica", "eca", "pca", "ra"};
	const json_t *issue =
	    vector_of("enrollment certificate issue + reconstruct");
	struct fault_info fi = {0};
	struct bundle bundle = {0};
	struct scalar request_key;
	struct cert *ra;

	(void)state;
	identity_init(&id);
	MUST(trust_add_root(id.trust, certificate_of("rca"), &fi));
	for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
		MUST(trust_add_known(id.trust, certificate_of(known[k]), &fi));
	MUST(cert_load(&ra, &id.arena, certificate_of("ra"), &fi));
	MUST(trust_check_chain(NULL, id.trust, ra, MADE_AT, &fi));
	id.ra = ra;
	bundle.file[BUNDLE_ENROLLMENT] = certificate_of("enrollment");
	bundle.file[BUNDLE_ENROLLMENT_S] = hex_of(issue, "r");
	take_scalar(&request_key, issue, "ku");
	MUST(identity_take_enrollment(&id, bundle.file[BUNDLE_ENROLLMENT],
	    bundle.file[BUNDLE_ENROLLMENT_S], &request_key, MADE_AT, &fi));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	identity_free(&id);
	return 0;
}

static void
its_enrollment_key_is_found(void **state)
{
	struct scalar want;

	(void)state;
	take_scalar(&want,
	    vector_of("enrollment certificate issue + reconstruct"), "d");
	assert_memory_equal(id.enrollment_key.b, want.b, sizeof(want.b));
}

static void
its_request_has_its_hash(void **state)
{
	struct provision_file p = {0};
	uint8_t want[8];

	(void)state;
	assert_true(hex_decode(want, 8, "5f05162d1297b202"));
	provision_file_set_request(
	    &p, hex_of(vector_of("3 SecuredPseudonymCertProvisioningRequest"),
		    "message"));
	assert_memory_equal(p.hash, want, sizeof(want));
}

static void
its_ack_is_accepted(void **state)
{
	static const char url[] = "https://ra.qa.v2xscms.com";
	struct bytes message = hex_of(
	    vector_of("4 SignedPseudonymCertProvisioningAck"), "message");
	struct fault_info fi = {0};
	uint8_t want[8], copy[512];
	struct ack ack;

	(void)state;
	assert_true(hex_decode(want, 8, "5f05162d1297b202"));
	MUST(message_open_ack(
	    &ack, &arena, &id, MONARCH_PSEUDONYM, message, MADE_AT, &fi));
	assert_memory_equal(ack.hash, want, 8);
	assert_int_equal(ack.download_time, MADE_AT);
	assert_int_equal(ack.url.n, sizeof(url) - 1);
	assert_memory_equal(ack.url.p, url, sizeof(url) - 1);
	/* and no other */
	for (size_t at = 0; at < message.n; at++) {
		memcpy(copy, message.p, message.n);
		copy[at] ^= 1;
		assert_int_not_equal(
		    message_open_ack(&ack, &arena, &id, MONARCH_PSEUDONYM,
			(struct bytes){copy, message.n}, MADE_AT, NULL),
		    FAULT_OK);
	}
}

/*
 * What we encrypt to that RA opens with its key, and is the recorded message
 * up to the signature, which is random; extra octet included.
 */
static void
compare(struct bytes secured, const char *name)
{
	struct bytes want = hex_of(vector_of(name), "message"), got;
	const json_t *ra =
	    json_object_get(json_object_get(vectors, "certificates"), "ra");
	struct decryption_key key;
	struct fault_info fi = {0};
	struct scalar d;

	take_scalar(&d, ra, "enc_priv");
	decryption_key_of_scalar(&key, &d, id.ra);
	MUST(spdu_decrypt(&got, &arena, secured, &key, 1, &fi));
	assert_int_equal(got.n, want.n);
	assert_memory_equal(got.p, want.p, want.n - 64);
}

static void
take_caterpillar(
    struct caterpillar *c, const char *name, enum butterfly_use use)
{
	const json_t *vector = vector_of(name);

	take_scalar(&c->private, vector, "priv");
	c->butterfly.use = use;
	memcpy(c->butterfly.expansion.b, hex_of(vector, "expansion").p, 16);
}

static void
we_make_its_provisioning_request(void **state)
{
	const struct monarch_provision_terms terms = {.extra_octet = true};
	struct provision_file p = {0};
	struct fault_info fi = {0};
	struct bytes secured;

	(void)state;
	take_caterpillar(&p.certificate, "caterpillar public key sign",
	    BUTTERFLY_CERTIFICATE);
	take_caterpillar(
	    &p.response, "caterpillar public key enc", BUTTERFLY_ENCRYPTION);
	MUST(message_provision(&secured, &arena, &id, MONARCH_PSEUDONYM, &p,
	    &terms, MADE_AT, &fi));
	compare(secured, "3 SignedPseudonymCertProvisioningRequest");
}

static void
we_make_its_download_request(void **state)
{
	struct fault_info fi = {0};
	const char *header, *text;
	uint8_t octets[1024];
	int n, padding;

	(void)state;
	MUST(message_download(&header, &arena, &id, "5F05162D1297B202_90.zip",
	    true, MADE_AT, &fi));
	assert_memory_equal(header, "Download-Req: ", 14);
	text = header + 14;
	n = EVP_DecodeBlock(octets, (const uint8_t *)text, (int)strlen(text));
	padding =
	    (text[strlen(text) - 1] == '=') + (text[strlen(text) - 2] == '=');
	compare((struct bytes){octets, (size_t)(n - padding)},
	    "5 SignedAuthenticatedDownloadRequest");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(its_enrollment_key_is_found),
	    cmocka_unit_test(its_request_has_its_hash),
	    cmocka_unit_test(its_ack_is_accepted),
	    cmocka_unit_test(we_make_its_provisioning_request),
	    cmocka_unit_test(we_make_its_download_request),
	};
	const char *shared = getenv("MONARCH_SHARED");
	char file[PATH_SIZE];

	path_join(file, shared == NULL ? "../../shared" : shared, FILE_NAME);
	vectors = json_load_file(file, 0, NULL);
	if (vectors == NULL) {
		printf("skipped: %s is not there\n", file);
		return 77;
	}
	arena = arena_new(64u << 20);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
