/* test_request.c - requests from the template are what the general encoder
 * makes, octet by octet, and decode to what went in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cert/profile.h"
#include "crypto/random.h"
#include "role/ra/request.h"

static struct fault_info fi;

static void
must(enum fault f)
{
	if (f != FAULT_OK)
		fail_msg("%s", fi.text);
}

/* An EncryptedIndividualPLV with random contents, encoded; the ciphertext has
 * n octets. */
static struct bytes
make_plv(encrypted_individual_plv *plv, struct arena *arena, size_t n)
{
	recipient_info *r = ARENA_NEW(arena, recipient_info);
	uint8_t *wrapped = arena_alloc(arena, 32, 1);
	uint8_t *text = arena_alloc(arena, n, 1);
	struct bytes out;

	assert_true(r != NULL && wrapped != NULL && text != NULL);
	random_bytes(wrapped, 32);
	random_bytes(text, n);
	memset(plv, 0, sizeof(*plv));
	plv->version = 1;
	random_bytes(plv->la_id.b, 2);
	r->is = recipient_info_symm_recip_info;
	random_bytes(r->symm_recip_info.recipient_id.b, 8);
	r->symm_recip_info.enc_key.is = symmetric_ciphertext_aes128ccm;
	random_bytes(r->symm_recip_info.enc_key.aes128ccm.nonce.b, 12);
	r->symm_recip_info.enc_key.aes128ccm.ccm_ciphertext =
	    (struct bytes){wrapped, 32};
	plv->enc_plv.recipients.n = 1;
	plv->enc_plv.recipients.v = r;
	plv->enc_plv.ciphertext.is = symmetric_ciphertext_aes128ccm;
	random_bytes(plv->enc_plv.ciphertext.aes128ccm.nonce.b, 12);
	plv->enc_plv.ciphertext.aes128ccm.ccm_ciphertext =
	    (struct bytes){text, n};
	must(coer_encode_new(
	    &out, arena, &encrypted_individual_plv_asn, plv, &fi));
	return out;
}

static void
check_one(struct arena *arena, const struct request_class *class, uint16_t i,
    size_t cipher1, size_t cipher2)
{
	encrypted_individual_plv plv[2];
	struct request_template t;
	struct request_parts parts;
	struct bytes expected;
	uint8_t got[2048];
	scms_pdu pdu;

	random_bytes(&parts.b, sizeof(parts.b));
	random_bytes(&parts.h, sizeof(parts.h));
	parts.plv[0] = make_plv(&plv[0], arena, cipher1);
	parts.plv[1] = make_plv(&plv[1], arena, cipher2);
	request_fill(&pdu, class, i, &parts, plv);
	must(coer_encode_new(&expected, arena, &scms_pdu_asn, &pdu, &fi));

	must(request_template_make(&t, arena, class, i, &fi));
	assert_int_equal(request_size(&t, parts.plv), expected.n);
	assert_true(expected.n <= sizeof(got));
	request_write(got, &t, &parts);
	assert_memory_equal(got, expected.p, expected.n);
	/* a template is used again and again */
	memset(got, 0, sizeof(got));
	request_write(got, &t, &parts);
	assert_memory_equal(got, expected.p, expected.n);
	must(coer_decode(
	    &scms_pdu_asn, &pdu, arena, (struct bytes){got, expected.n}, &fi));
}

static void
test_template(void **state)
{
	static const uint64_t psids[] = {0x20, 0x26};
	static const uint16_t countries[] = {840, 124};
	struct arena arena = arena_new((size_t)64 << 20);
	char long_name[256];
	struct request_class class = {
	    .ra = "ra.monarch.test",
	    .pca = "pca.monarch.test",
	    .la = {"la1.monarch.test", "la2.monarch.test"},
	    .psid_ssp = profile_psids(&arena, psids, 2),
	    .region = profile_countries(&arena, countries, 1),
	};

	(void)state;
	memset(long_name, 'x', 255);
	long_name[255] = '\0';
	for (int round = 0; round < 200; round++) {
		uint16_t i;

		random_bytes(&i, sizeof(i));
		check_one(&arena, &class, i, 27, 27);
	}
	check_one(&arena, &class, 0, 27, 30);
	check_one(&arena, &class, 0xffff, 200, 27);
	check_one(&arena, &class, 0x5555, 27, 27); /* like the marks */
	check_one(&arena, &class, 0xaaaa, 27, 27);
	class.region = profile_countries(&arena, countries, 2);
	check_one(&arena, &class, 1, 27, 27);
	class.region = NULL;
	check_one(&arena, &class, 1, 27, 27);
	class.psid_ssp = profile_psids(&arena, psids, 1);
	class.la[0] = class.la[1] = class.pca = "";
	check_one(&arena, &class, 1, 27, 27);
	class.la[0] = class.la[1] = class.pca = long_name;
	check_one(&arena, &class, 1, 27, 27);
	arena_free(&arena);
}

static void
test_template_refused(void **state)
{
	static const uint64_t psids[] = {0x20};
	struct arena arena = arena_new((size_t)1 << 20), tiny;
	struct request_template t;
	char long_name[257];
	uint8_t memory[512];
	struct request_class class = {
	    .ra = long_name,
	    .pca = "pca",
	    .la = {"la1", "la2"},
	    .psid_ssp = profile_psids(&arena, psids, 1),
	};

	(void)state;
	memset(long_name, 'x', 256);
	long_name[256] = '\0';
	assert_int_equal(request_template_make(&t, &arena, &class, 1, &fi),
	    FAULT_CONSTRAINT);
	class.ra = "ra";
	tiny = arena_of(memory, sizeof(memory));
	assert_int_equal(
	    request_template_make(&t, &tiny, &class, 1, &fi), FAULT_TOO_LARGE);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_template),
	    cmocka_unit_test(test_template_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
