/*
 * The RA with the keys, and at the time, of the exchange of 2018 accepts the
 * provisioning request and understands the download request recorded then.
 * The recording carries no licence, so it stays outside the repository;
 * without it this test is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/time32.h"
#include "cert/issue.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/spdu.h"
#include "role/ra/download.h"
#include "role/ra/handlers.h"

#define SKIPPED	 77
#define NOW_2018 0x19E981E4u

static struct fault_info fi;
static json_t *file;
static struct arena arena;
static char folder[] = "/tmp/ra-2018.XXXXXX";
static struct service service;
static struct ra_conf conf;
static struct ra *ra;

static void
must(enum fault f)
{
	if (f != FAULT_OK)
		fail_msg("%s", fi.text);
}

static struct bytes
unhex(const json_t *value)
{
	struct bytes out;

	assert_non_null(json_string_value(value));
	assert_true(hex_decode_new(&arena, &out, json_string_value(value)));
	return out;
}

static struct bytes
of_certificate(const char *name, const char *what)
{
	return unhex(json_object_get(
	    json_object_get(json_object_get(file, "certificates"), name),
	    what));
}

static struct bytes
message(const char *name)
{
	const json_t *all = json_object_get(file, "vectors"), *v;
	size_t k;

	json_array_foreach(all, k,
	    v) if (strcmp(json_string_value(json_object_get(v, "name")),
		       name) == 0) return unhex(json_object_get(v, "message"));
	fail_msg("no %s", name);
	return BYTES_NONE;
}

static void
put(const char *name, struct bytes b)
{
	char path[PATH_SIZE];

	path_join(path, folder, name);
	must(file_write(path, b, 0600, &fi));
}

static void
put_key(const char *name, const char *what)
{
	char path[PATH_SIZE];
	struct key *key;

	path_join(path, folder, name);
	must(key_import(&key, CURVE_P256, of_certificate("ra", what).p, &fi));
	must(key_save(key, path, BYTES_NONE, &fi));
	key_free(key);
}

/* The recording has no LA: any two will do. */
static void
put_la(const char *name, uint16_t number)
{
	struct key *key = key_generate(CURVE_P256);
	struct curve_point public = *key_public(key);
	struct profile_params p = {
	    .name = name,
	    .la_id = number,
	    .start = NOW_2018,
	    .lifetime = {6, 1},
	    .verify_key = public,
	    .encryption_key = &public,
	};
	certificate *template;
	struct signer self;
	struct bytes raw;
	char path[64];

	must(profile_build(&template, &arena, PROFILE_LA, &p, &fi));
	must(key_signer(&self, key, NULL, &fi));
	must(cert_issue_explicit(&raw, &arena, template, &self, &fi));
	snprintf(path, sizeof(path), "known/%s", name);
	put(path, raw);
	key_free(key);
}

static int
setup(void **state)
{
	static const char *const folders[] = {"trust", "known", "data"};
	static const char *const known[] = {"ica", "eca", "pca", "ra"};
	char path[PATH_SIZE];

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (int k = 0; k < 3; k++) {
		path_join(path, folder, folders[k]);
		must(file_mkdir(path, 0700, &fi));
	}
	put("trust/root.oer", of_certificate("rca", "hex"));
	for (int k = 0; k < 4; k++) {
		snprintf(path, sizeof(path), "known/%s.oer", known[k]);
		put(path, of_certificate(known[k], "hex"));
	}
	put_la("la1.qa.v2xscms.com.oer", 1);
	put_la("la2.qa.v2xscms.com.oer", 2);
	put("cert.oer", of_certificate("ra", "hex"));
	put_key("sign.key", "sign_priv");
	put_key("enc.key", "enc_priv");
	must(environment_defaults(
	    &service.environment, &arena, ENVIRONMENT_QA, &fi));
	service.environment.domain = "qa.v2xscms.com";
	conf = (struct ra_conf){
	    .la1 = "la1.qa.v2xscms.com.oer",
	    .la2 = "la2.qa.v2xscms.com.oer",
	    .pca = {(const char *const[]){"pca"}, 1},
	    .pg = "pg",
	    .ma = "ma",
	    .enroll_at = "eca:8895",
	    .lccf = "data/lccf.oer",
	    .lpf = "data/lpf.oer",
	};
	service.dir = folder;
	service.conf.listen = "127.0.0.1:8892";
	service.role_conf = &conf;
	time_set_offset(0);
	time_set_offset((int64_t)NOW_2018 - time32_now());
	must(audit_open(&service.audit, folder, &fi));
	must(ra_open(&ra, &service, &fi));
	return 0;
}

static int
teardown(void **state)
{
	char command[64];

	(void)state;
	ra_close(ra);
	audit_close(service.audit);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void
test_provision(void **state)
{
	static const uint8_t id[8] = {
	    0x5f, 0x05, 0x16, 0x2d, 0x12, 0x97, 0xb2, 0x02};
	struct http_request request = {
	    .method = "POST",
	    .path = "/provision-pseudonym-certificate-batch",
	    .body = message("3 SecuredPseudonymCertProvisioningRequest"),
	    .arena = &arena,
	};
	const struct spdu_rules rules = {
	    .psid = PSID_SECURITY,
	    .now = NOW_2018,
	    .signer = ra->self.cert,
	};
	struct http_response response = {.status = 0, .fd = -1};
	const struct http_request *const requests[] = {&request};
	struct http_response *const responses[] = {&response};
	struct bytes recorded = message("4 SignedPseudonymCertProvisioningAck");
	struct spdu ours, theirs;
	http_gathered *answer;

	(void)state;
	ra_provision(ra, &request, &response);
	while ((answer = response.gathered) != NULL) {
		response.gathered = NULL;
		answer(ra, requests, responses, 1);
	}
	assert_int_equal(response.status, 200);
	must(spdu_open(
	    &ours, &arena, response.body, ra->self.trust, &rules, &fi));
	must(spdu_open(&theirs, &arena, recorded, ra->self.trust, &rules, &fi));
	/* 01 83 83 00 01, then the hash */
	assert_memory_equal(ours.payload.p + 5, id, 8);
	assert_memory_equal(ours.payload.p, theirs.payload.p, 14);
}

static void
test_download(void **state)
{
	struct bytes in = message("5 SecuredAuthenticatedDownloadRequest");
	struct filename name;
	struct ee ee;
	struct db *db;

	(void)state;
	must(db_pool_take(&ra->dbs, &db, &fi));
	must(ee_open(&ee, ra, db, &arena, in, &fi));
	assert_int_equal(ee.form.kind, EE_DOWNLOAD);
	assert_int_equal(ee.form.time, NOW_2018);
	assert_true(ee.proven);
	assert_true(filename_parse(&name, ee.form.filename));
	assert_int_equal(name.kind, FILENAME_BATCH);
	assert_int_equal(name.i, 0x90);
	/* it is the file of the device that was provisioned just now */
	assert_memory_equal(name.hash, ee.request_id, 8);
	db_pool_give(&ra->dbs, db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_provision),
	    cmocka_unit_test(test_download),
	};
	const char *shared = getenv("MONARCH_SHARED");
	char path[PATH_SIZE];

	path_join(path, shared != NULL ? shared : "../shared",
	    "vectors/scms_escrypt_2018.json");
	if ((file = json_load_file(path, 0, NULL)) == NULL) {
		printf("skipped: no %s\n", path);
		return SKIPPED;
	}
	arena = arena_new((size_t)16 << 20);
	return cmocka_run_group_tests(tests, setup, teardown);
}
