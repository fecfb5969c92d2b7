/* What the PG signs for an RA and what it refuses, through its own files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/chainfile.h"
#include "cert/issue.h"
#include "cert/profile.h"
#include "role/pg/pg.h"
#include "schema/scms_protocol.h"

#define RA "ra.test"

static struct fault_info fi;
static struct arena arena;
static struct pg *pg;
static struct audit *audit;
static uint32_t now;
static char folder[] = "/tmp/pg-test.XXXXXX";

#define OK(expr)                                            \
	do {                                                \
		if ((expr) != FAULT_OK)                     \
			fail_msg("%s: %s", #expr, fi.text); \
	} while (0)

struct holder {
	struct key *key;
	struct cert *cert;
	struct signer signer;
};

static void
make(struct holder *h, enum profile profile, const char *name,
    const struct holder *issuer)
{
	struct profile_params p = {.name = name,
	    .start = now - 86400,
	    .lifetime = profile_lifetime(profile, LIFETIME_TEST)};
	certificate *template;
	struct signer self;
	struct bytes raw;

	h->key = key_generate(CURVE_P256);
	p.verify_key = *key_public(h->key);
	if (issuer != NULL) {
		memcpy(p.craca_id, issuer->cert->id + 5, 3);
		self = issuer->signer;
	} else {
		OK(key_signer(&self, h->key, NULL, &fi));
	}
	OK(profile_build(&template, &arena, profile, &p, &fi));
	OK(cert_issue_explicit(&raw, &arena, template, &self, &fi));
	OK(cert_load(&h->cert, &arena, raw, &fi));
	OK(key_signer(&h->signer, h->key, h->cert, &fi));
}

static void
put(const char *name, struct bytes b)
{
	char path[PATH_SIZE];

	path_join(path, folder, name);
	OK(file_write(path, b, 0600, &fi));
}

static struct policy_head
head(void)
{
	static const uint8_t id[] = {0, 1};
	uint64_t t = (uint64_t)now * 1000000;

	return (struct policy_head){BYTES(id), t, t};
}

static void
put_policy(const struct holder *h)
{
	struct policy_head hd = head();
	struct bytes tbs, base, file;
	struct policy_set set;

	OK(policy_set_values(&set, &arena, &policy_global_default, NULL, &fi));
	OK(policy_tbs_global(&tbs, &arena, &hd, &set, &fi));
	OK(policy_countersign(
	    &base, &arena, tbs, hd.generation_time, &h->signer, &fi));
	OK(policy_gpf(&file, &arena, base, &h->signer, &fi));
	put("data/global_policy_0001.oer", file);
}

static void
put_chains(const struct holder *h)
{
	struct chain_file file = {.gccf_version = 1, .ma = h->cert->raw};
	struct bytes b;

	OK(chain_file_build(&b, &arena, &file, &fi));
	put("data/global_certificate_chains_0001.oer", b);
}

static int
begin(void **state)
{
	static const char *const folders[] = {"trust", "known", "data"};
	struct holder root, self;
	char path[PATH_SIZE];

	(void)state;
	arena = arena_new(16u << 20);
	now = time32_now();
	assert_non_null(mkdtemp(folder));
	for (int i = 0; i < 3; i++) {
		path_join(path, folder, folders[i]);
		OK(file_mkdir(path, 0700, &fi));
	}
	make(&root, PROFILE_ROOT, "rca.test", NULL);
	make(&self, PROFILE_PG, "pg.test", &root);
	put("trust/root.oer", root.cert->raw);
	put("cert.oer", self.cert->raw);
	path_join(path, folder, "sign.key");
	OK(key_save(self.key, path, BYTES_NONE, &fi));
	OK(audit_open(&audit, folder, &fi));
	/* Without its files the PG does not start. */
	assert_int_not_equal(pg_open(&pg, folder, audit, &fi), FAULT_OK);
	put_policy(&self);
	assert_int_not_equal(pg_open(&pg, folder, audit, &fi), FAULT_OK);
	put_chains(&self);
	OK(pg_open(&pg, folder, audit, &fi));
	key_free(root.key);
	key_free(self.key);
	return 0;
}

static int
end(void **state)
{
	char command[128];

	(void)state;
	pg_close(pg);
	audit_close(audit);
	arena_free(&arena);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

/* The request of an RA that wants this policy. */
static struct bytes
request(const char *ra, const struct policy_global *policy_wanted)
{
	ra_pg_policy_signature_request_msg *msg;
	struct policy_head h = head();
	scms_pdu pdu = {.version = 1};
	struct bytes tbs, out;
	struct policy_set set;

	OK(policy_set_values(&set, &arena, policy_wanted, NULL, &fi));
	OK(policy_tbs_custom(&tbs, &arena, &h, ra, &set, &fi));
	pdu.content.is = scms_pdu_content_ra_pg;
	pdu.content.ra_pg.is =
	    ra_pg_interface_pdu_ra_pg_policy_signature_request;
	msg = &pdu.content.ra_pg.ra_pg_policy_signature_request;
	msg->version = 1;
	OK(coer_decode(
	    &to_be_signed_policy_data_asn, &msg->tbs, &arena, tbs, &fi));
	OK(coer_encode_new(&out, &arena, &scms_pdu_asn, &pdu, &fi));
	return out;
}

static const ra_pg_policy_signature_request_reply_msg_signed_file *
open_reply(struct bytes reply)
{
	scms_pdu *pdu = ARENA_NEW(&arena, scms_pdu);

	OK(coer_decode(&scms_pdu_asn, pdu, &arena, reply, &fi));
	assert_int_equal(pdu->content.is, scms_pdu_content_ra_pg);
	return &pdu->content.ra_pg.ra_pg_policy_signature_request_reply
		    .signed_file;
}

/* -1: signed; else the number of RaPgError.  why has the reason. */
static int
ask(struct bytes in, struct fault_info *why)
{
	const ra_pg_policy_signature_request_reply_msg_signed_file *file;
	struct bytes reply, base;
	enum fault f;

	f = pg_sign_policy(pg, &reply, &arena, in, RA, now, why);
	assert_true(f == FAULT_OK || f == FAULT_DENIED);
	file = open_reply(reply);
	if (f == FAULT_DENIED) {
		assert_int_equal(file->is,
		    ra_pg_policy_signature_request_reply_msg_signed_file_failure);
		return (int)file->failure;
	}
	assert_int_equal(file->is,
	    ra_pg_policy_signature_request_reply_msg_signed_file_success);
	OK(coer_encode_new(
	    &base, &arena, &base_policy_file_asn, &file->success, &fi));
	OK(policy_check_base(&arena, base, pg->self.trust, now, &fi));
	return -1;
}

static void
test_signed(void **state)
{
	struct policy_global p = policy_global_default;

	(void)state;
	assert_int_equal(ask(request(RA, &p), &fi), -1);
	p.min_certs_per_i_period = 60;
	assert_int_equal(ask(request(RA, &p), &fi), -1);
}

static void
test_refused(void **state)
{
	struct policy_global p = policy_global_default;
	struct fault_info why;

	(void)state;
	assert_int_equal(ask(request("ra2.test", &p), &why), 2);
	assert_non_null(strstr(why.text, "requestingRaHostname"));
	p.min_certs_per_i_period = 19;
	assert_int_equal(ask(request(RA, &p), &why), 2);
	assert_non_null(strcasestr(why.text, "certsPerIPeriod"));
	p = policy_global_default;
	p.shuffle_threshold = 1;
	assert_int_equal(ask(request(RA, &p), &why), 2);
	assert_non_null(strcasestr(why.text, "shuffleThreshold"));
}

static void
test_malformed(void **state)
{
	struct policy_global p = policy_global_default;
	struct bytes good = request(RA, &p);
	struct fault_info why;

	(void)state;
	assert_int_equal(ask(BYTES_NONE, &why), 0);
	for (size_t n = 0; n < good.n; n++)
		assert_int_equal(ask((struct bytes){good.p, n}, &why), 0);
}

/* ---- the next version ---- */

static enum fault
make_next(const char **name, const struct policy_global *p, uint64_t time)
{
	struct policy_head nobody = {.id = BYTES_NONE};
	struct policy_set set;
	struct bytes tbs;

	OK(policy_set_values(&set, &arena, p, NULL, &fi));
	OK(policy_tbs_global(&tbs, &arena, &nobody, &set, &fi));
	return pg_make_policy(pg, name, &arena, tbs, time, &fi);
}

static void
test_versions(void **state)
{
	struct policy_global p = policy_global_default;
	uint64_t t = (uint64_t)now * 1000000;
	struct policy_file file;
	struct bytes octets;
	const char *name;

	(void)state;
	/* The same values are no other version, whatever chain file they
	 * name. */
	p.chain_file_id = 77;
	OK(make_next(&name, &p, t + 1));
	assert_string_equal(name, "global_policy_0001.oer");
	/* Values that nobody could follow change nothing. */
	p.min_certs_per_i_period = 19;
	assert_int_equal(make_next(&name, &p, t + 1), FAULT_DENIED);
	assert_non_null(strstr(fi.text, "minCertsPerIPeriod = 19"));
	p.min_certs_per_i_period = 20;
	p.request_hash_size = 16;
	assert_int_equal(make_next(&name, &p, t + 1), FAULT_DENIED);
	assert_non_null(strstr(fi.text, "hashOfRequestSize = 16"));
	p.request_hash_size = 32;
	p.min_certs_per_i_period = 60;
	/* A clock that went back. */
	assert_int_equal(make_next(&name, &p, t), FAULT_BAD_TIME);
	OK(pg_global_policy(pg, &octets, &name, &arena, &fi));
	assert_string_equal(name, "global_policy_0001.oer");
	OK(make_next(&name, &p, t + 1));
	assert_string_equal(name, "global_policy_0002.oer");
	OK(pg_global_policy(pg, &octets, &name, &arena, &fi));
	assert_string_equal(name, "global_policy_0002.oer");
	OK(policy_open(&file, &arena, octets, pg->self.trust, now, &fi));
	assert_int_equal(file.head.id.n, 2);
	assert_int_equal(file.head.id.p[1], 2);
	assert_int_equal(file.global.chain_file_id, 1);
	assert_int_equal(file.global.min_certs_per_i_period, 60);
	/* An RA is judged by the new one. */
	assert_int_equal(ask(request(RA, &policy_global_default), &fi), 2);
	p.chain_file_id = 1;
	assert_int_equal(ask(request(RA, &p), &fi), -1);
	/* A global policy is not a custom one. */
	assert_int_equal(pg_make_policy(pg, &name, &arena,
			     BYTES(((uint8_t[]){0})), t + 2, &fi),
	    FAULT_TRUNCATED);
}

/* A newer chain file is there: the policy follows it, once. */
static void
test_renewed(void **state)
{
	struct chain_file chains = {
	    .gccf_version = 2, .ma = pg->self.cert->raw};
	uint64_t t = (uint64_t)now * 1000000 + 5;
	struct policy_file file;
	struct bytes octets;
	const char *name;

	(void)state;
	OK(pg_renew_policy(pg, t, &fi));
	OK(pg_global_policy(pg, &octets, &name, &arena, &fi));
	assert_string_equal(name, "global_policy_0002.oer");
	OK(chain_file_build(&octets, &arena, &chains, &fi));
	put("data/global_certificate_chains_0002.oer", octets);
	OK(pg_renew_policy(pg, t, &fi));
	OK(pg_renew_policy(pg, t + 1, &fi));
	OK(pg_global_policy(pg, &octets, &name, &arena, &fi));
	assert_string_equal(name, "global_policy_0003.oer");
	OK(policy_open(&file, &arena, octets, pg->self.trust, now, &fi));
	assert_int_equal(file.global.chain_file_id, 2);
	assert_int_equal(file.global.min_certs_per_i_period, 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_signed),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_malformed),
	    cmocka_unit_test(test_versions),
	    cmocka_unit_test(test_renewed),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
