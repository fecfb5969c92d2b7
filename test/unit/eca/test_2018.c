/*
 * The ECA with the keys, and at the time, of the exchange of 2018 grants the
 * enrollment request recorded then, and the certificate says what the one
 * issued then says.  The recording carries no licence, so it stays outside the
 * repository; without it this test is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/file.h"
#include "cert/convert.h"
#include "cert/spdu.h"
#include "role/eca/eca.h"
#include "schema/scms_protocol.h"

#define SKIPPED	 77
#define NOW_2018 0x19E981E4u

static struct fault_info fi;
static json_t *file;
static struct arena arena;
static char folder[] = "/tmp/eca-2018.XXXXXX";

static struct bytes
of_certificate(const char *name, const char *what)
{
	const json_t *c =
	    json_object_get(json_object_get(file, "certificates"), name);
	const char *hex = json_string_value(json_object_get(c, what));
	struct bytes out;

	assert_non_null(hex);
	assert_true(hex_decode_new(&arena, &out, hex));
	return out;
}

static void
put(const char *name, struct bytes b)
{
	char path[PATH_SIZE];

	path_join(path, folder, name);
	assert_int_equal(file_write(path, b, 0600, &fi), FAULT_OK);
}

static void
put_key(const char *name, const char *what)
{
	char path[PATH_SIZE];
	struct key *key;

	path_join(path, folder, name);
	assert_int_equal(
	    key_import(&key, CURVE_P256, of_certificate("eca", what).p, &fi),
	    FAULT_OK);
	assert_int_equal(key_save(key, path, BYTES_NONE, &fi), FAULT_OK);
	key_free(key);
}

static void
furnish(void)
{
	static const char *const folders[] = {"trust", "known", "data"};
	char path[PATH_SIZE];

	assert_non_null(mkdtemp(folder));
	for (int i = 0; i < 3; i++) {
		path_join(path, folder, folders[i]);
		assert_int_equal(file_mkdir(path, 0700, &fi), FAULT_OK);
	}
	put("trust/root.oer", of_certificate("rca", "hex"));
	put("known/ICA.oer", of_certificate("ica", "hex"));
	put("cert.oer", of_certificate("eca", "hex"));
	put_key("sign.key", "sign_priv");
	put_key("enc.key", "enc_priv");
}

/* The recorded request is the vector whose octets are one. */
static struct bytes
recorded_request(void)
{
	static const uint8_t begin[] = {
	    0x03, 0x83, 0x81, 0xa0, 0x00, 0x00, 0x01, 0x81, 0x80};
	const json_t *vectors = json_object_get(file, "vectors"), *v, *value;
	struct bytes b;
	const char *key;
	size_t i;

	json_array_foreach(vectors, i, v)
	{
		json_object_foreach((json_t *)(uintptr_t)v, key, value)
		{
			const char *hex = json_string_value(value);

			if (hex == NULL || strlen(hex) != 2 * 164 ||
			    !hex_decode_new(&arena, &b, hex))
				continue;
			if (memcmp(b.p, begin, sizeof(begin)) == 0)
				return b;
		}
	}
	fail_msg("no enrollment request in the recording");
	return BYTES_NONE;
}

static void
compare(const eca_ee_cert_response *r)
{
	struct cert *now, *then;
	const to_be_signed_certificate *a, *b;

	assert_int_equal(
	    cert_of(&now, &arena, &r->enrollment_cert, &fi), FAULT_OK);
	assert_int_equal(
	    cert_load(&then, &arena, of_certificate("enrollment", "hex"), &fi),
	    FAULT_OK);
	a = now->tbs;
	b = then->tbs;
	assert_memory_equal(cert_issuer_id(now), cert_issuer_id(then), 8);
	assert_int_equal(a->id.is, b->id.is);
	assert_int_equal(a->id.name.n, b->id.name.n);
	assert_memory_equal(a->craca_id.b, b->craca_id.b, 3);
	assert_int_equal(a->crl_series, b->crl_series);
	assert_int_equal(now->start, then->start);
	assert_int_equal(now->end, then->end);
	assert_int_equal(a->region->identified_region.n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(a->region->identified_region.v[i].country_only,
		    b->region->identified_region.v[i].country_only);
	assert_int_equal(a->cert_request_permissions->n, 1);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(a->cert_request_permissions->v[0]
				     .subject_permissions.explicit.v[i]
				     .psid,
		    b->cert_request_permissions->v[0]
			.subject_permissions.explicit.v[i]
			.psid);
}

static void
test_recorded_request(void **state)
{
	const struct spdu_rules rules = {.psid = 0x23, .now = NOW_2018};
	eca_end_entity_error error;
	struct environment env;
	struct bytes answer;
	struct spdu spdu;
	struct audit *audit;
	struct eca *eca = NULL;
	scms_pdu pdu;

	(void)state;
	furnish();
	assert_int_equal(
	    environment_defaults(&env, &arena, ENVIRONMENT_QA, &fi), FAULT_OK);
	assert_int_equal(environment_set(&env, &arena, "pseudonym_region",
			     "124, 484, 840", &fi),
	    FAULT_OK);
	assert_int_equal(environment_set(&env, &arena, "enrollment_lifetime",
			     "6 years", &fi),
	    FAULT_OK);
	if (audit_open(&audit, folder, &fi) != FAULT_OK ||
	    eca_open(&eca, folder, &env, audit, &fi) != FAULT_OK)
		fail_msg("%s", fi.text);
	if (eca_enroll(eca, &answer, &error, &arena, recorded_request(),
		"operator", NOW_2018, &fi) != FAULT_OK)
		fail_msg("refused with %d: %s", (int)error, fi.text);
	assert_int_equal(
	    spdu_open(&spdu, &arena, answer, eca->self.trust, &rules, &fi),
	    FAULT_OK);
	assert_int_equal(
	    coer_decode(&scms_pdu_asn, &pdu, &arena, spdu.payload, &fi),
	    FAULT_OK);
	compare(&pdu.content.eca_ee.eca_ee_cert_response);
	eca_close(eca);
	audit_close(audit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_recorded_request),
	};
	const char *shared = getenv("MONARCH_SHARED");
	char path[PATH_SIZE], command[128];
	int failed;

	path_join(path, shared != NULL ? shared : "../shared",
	    "vectors/scms_escrypt_2018.json");
	if ((file = json_load_file(path, 0, NULL)) == NULL) {
		printf("skipped: %s is not here\n", path);
		return SKIPPED;
	}
	arena = arena_new(8u << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	arena_free(&arena);
	json_decref(file);
	return system(command) != 0 ? 1 : failed;
}
