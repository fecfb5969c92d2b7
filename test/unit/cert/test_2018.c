/*
 * The 2018 exchange whole: 16 of 16.  The file carries no licence, so it stays
 * outside the repository; without it this test is skipped.
 */
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "cert/encrypt.h"
#include "cert/request.h"
#include "cert/spdu.h"
#include "common.h"

static json_t *file;
static struct trust *trust;

/* The exchange's own time. */
#define THEN 0x19e981e4u

static struct bytes
field(const json_t *v, const char *name)
{
	const char *s = json_string_value(json_object_get(v, name));

	assert_non_null(s);
	return hex(s);
}

static const json_t *
certificate_named(const char *name)
{
	return json_object_get(json_object_get(file, "certificates"), name);
}

static struct cert *
load(const char *name)
{
	struct cert *k;

	OK(cert_load(&k, &A, field(certificate_named(name), "hex"), FI));
	return k;
}

static struct scalar
scalar_of(const json_t *v, const char *name)
{
	struct bytes b = field(v, name);
	struct scalar d;

	assert_int_equal(b.n, sizeof(d.b));
	memcpy(d.b, b.p, sizeof(d.b));
	return d;
}

static void
check_id(const json_t *v, struct bytes octets_of)
{
	uint8_t id[CERT_ID_SIZE];

	cert_id8(id, octets_of);
	assert_bytes(BYTES(id), field(v, "hashed_id8"));
}

static void
cert_verify(const json_t *v)
{
	const char *name = json_string_value(json_object_get(v, "cert"));
	const char *issuer = json_string_value(json_object_get(v, "issuer"));
	const json_t *c = certificate_named(name);
	struct chain_report report;
	struct cert *k = load(name);
	struct signer s;
	struct scalar d = scalar_of(c, "sign_priv");

	assert_bytes(BYTES(k->id), field(c, "hashed_id8"));
	OK(trust_check_chain(&report, trust, k, THEN, FI));
	assert_int_equal(report.n, issuer == NULL		? 4
				   : strcmp(issuer, "rca") == 0 ? 4 + 7
								: 4 + 7 + 7);
	OK(trust_check_chain(NULL, trust, k, THEN, FI));
	OK(signer_of_scalar(&s, &d, k, FI));
	if (issuer != NULL)
		assert_memory_equal(k->issuer->id, load(issuer)->id, 8);
}

static void
ecqv(const json_t *v)
{
	struct cert *k = load("enrollment"), *eca = load("eca");
	struct scalar d = scalar_of(v, "d");
	struct digest e;
	struct point q;

	cert_ecqv_hash(&e, k, eca);
	assert_bytes(BYTES(e.b), field(v, "e"));
	OK(trust_check_chain(NULL, trust, k, THEN, FI));
	assert_int_equal(p256_base_mul(&q, &d, NULL, 1), FAULT_OK);
	assert_memory_equal(&q, &k->key_p256, sizeof(q));
}

static void
signed_request(const json_t *v)
{
	struct bytes in = field(v, "message"), again;
	const char *by = json_string_value(json_object_get(v, "signer"));
	struct scalar d = scalar_of(v, "priv");
	enum signer_form form = SIGNER_SELF;
	struct request r, ours;
	struct signer s;

	check_id(v, in);
	OK(request_open(&r, &A, in, trust, THEN, FI));
	assert_true(r.extra_octet);
	assert_non_null(r.pdu);
	assert_int_equal(r.signer != NULL, strcmp(by, "self") != 0);
	if (r.signer != NULL)
		form = SIGNER_CERTIFICATE;
	/* Made again it differs in the signature alone. */
	OK(signer_of_scalar(&s, &d, r.signer, FI));
	OK(request_sign(&again, &A, r.pdu_octets, true, form, &s, FI));
	assert_int_equal(again.n, in.n);
	assert_memory_equal(again.p, in.p, in.n - 64);
	OK(request_open(&ours, &A, again, trust, THEN, FI));
	/* One octet of what is signed, the extra one included. */
	FAULT_IS(BAD_SIGNATURE,
	    request_open(&r, &A, flipped(in, in.n - 1, 1), trust, THEN, FI));
}

static void
signed_data_vector(const json_t *v)
{
	struct spdu_rules rules = {.psid = PSID_SECURITY, .now = THEN};
	struct bytes in = field(v, "message");
	const char *by = json_string_value(json_object_get(v, "signer"));
	struct spdu s;

	OK(spdu_open(&s, &A, in, trust, &rules, FI));
	assert_memory_equal(s.signer->id, load(by)->id, CERT_ID_SIZE);
	assert_true(s.is_unsecured);
	FAULT_IS(BAD_SIGNATURE,
	    spdu_open(&s, &A, flipped(in, in.n - 40, 1), trust, &rules, FI));
}

static void
encrypted_data_vector(const json_t *v)
{
	struct bytes in = field(v, "message"), out;
	struct scalar d = scalar_of(v, "priv");
	struct decryption_key key;
	struct request r;

	check_id(v, in);
	decryption_key_of_scalar(&key, &d, load("ra"));
	assert_bytes(BYTES(key.p1), field(v, "p1"));
	OK(spdu_decrypt(&out, &A, in, &key, 1, FI));
	assert_bytes(out, field(v, "plaintext"));
	OK(request_open(&r, &A, out, trust, THEN, FI));
}

static void
keypair(const json_t *v)
{
	struct scalar d = scalar_of(v, "priv");
	uint8_t pub[33];
	struct point q;

	assert_int_equal(p256_base_mul(&q, &d, NULL, 1), FAULT_OK);
	point_to_sec1(pub, &q);
	assert_bytes(BYTES(pub), field(v, "pub"));
}

static void
whole_exchange(void **state)
{
	/* clang-format off */
	static const struct {
		const char *op;
		void (*run)(const json_t *);
	} ops[] = {
		{ "cert_verify", cert_verify },
		{ "ecqv", ecqv },
		{ "signed_request", signed_request },
		{ "signed_data", signed_data_vector },
		{ "encrypted_data", encrypted_data_vector },
		{ "keypair", keypair },
	};
	/* clang-format on */
	size_t i, done = 0, index;
	const json_t *v;

	(void)state;
	json_array_foreach(json_object_get(file, "vectors"), index,
	    v) for (i = 0; i < sizeof(ops) / sizeof(*ops);
		    i++) if (strcmp(json_string_value(json_object_get(v, "op")),
				 ops[i].op) == 0)
	{
		ops[i].run(v);
		done++;
	}
	assert_int_equal(done, 16);
}

/* The hash that the exchange's own device must have stored. */
static void
ack_hash(void **state)
{
	(void)state;
	struct spdu_rules rules = {.psid = PSID_SECURITY, .now = THEN};
	const json_t *vectors = json_object_get(file, "vectors");
	const ra_ee_pseudonym_cert_provisioning_ack *ack;
	scms_pdu pdu;
	struct spdu s;

	OK(spdu_open(&s, &A, field(json_array_get(vectors, 13), "message"),
	    trust, &rules, FI));
	OK(coer_decode(&scms_pdu_asn, &pdu, &A, s.payload, FI));
	ack = &pdu.content.ee_ra.ra_ee_pseudonym_cert_provisioning_ack;
	assert_bytes(BYTES(ack->request_hash.b), hex("5f05162d1297b202"));
}

static void
wrong_times(void **state)
{
	struct cert *k = load("enrollment");

	(void)state;
	FAULT_IS(
	    NOT_YET_VALID, trust_check_chain(NULL, trust, k, THEN - 1, FI));
	OK(trust_check_chain(NULL, trust, k, THEN + 3 * 31556952u - 1, FI));
	FAULT_IS(EXPIRED,
	    trust_check_chain(NULL, trust, k, THEN + 3 * 31556952u, FI));
}

static int
open_file(void **state)
{
	static const char *const names[] = {"ica", "eca", "pca", "ra", "ma"};
	const char *shared = getenv("MONARCH_SHARED");
	char path[4096];
	size_t i;

	test_setup(state);
	snprintf(path, sizeof(path), "%s/vectors/scms_escrypt_2018.json",
	    shared != NULL ? shared : "../shared");
	file = json_load_file(path, 0, NULL);
	if (file == NULL)
		return 0;
	trust = trust_new();
	OK(trust_add_root(trust, field(certificate_named("rca"), "hex"), FI));
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		OK(trust_add_known(
		    trust, field(certificate_named(names[i]), "hex"), FI));
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(whole_exchange),
	    T(ack_hash),
	    T(wrong_times),
	};
	int failed;

	open_file(NULL);
	if (file == NULL) {
		puts("skipped: no ../shared/vectors/scms_escrypt_2018.json");
		return 77;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	trust_free(trust);
	json_decref(file);
	arena_free(&A);
	return failed;
}
