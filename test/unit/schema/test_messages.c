/*
 * test_messages.c - recorded messages: what is in them, which octets are
 * hashed, requests with and without the extra octet, both layouts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recorded.h"
#include "schema/all.h"
#include "schema/schema.h"

static struct arena arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new((size_t)1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct bytes
unhex(const char *hex)
{
	struct bytes b;

	assert_true(hex_decode_new(&arena, &b, hex));
	return b;
}

static void
decode(const struct asn_type *t, void *out, struct bytes in)
{
	struct fault_info fi;

	if (coer_decode(t, out, &arena, in, &fi) != FAULT_OK)
		fail_msg("%s", fi.text);
}

static void
assert_encodes(const struct asn_type *t, const void *v, struct bytes want)
{
	struct fault_info fi;
	struct bytes b;

	if (coer_encode_new(&b, &arena, t, v, &fi) != FAULT_OK)
		fail_msg("%s", fi.text);
	assert_int_equal(b.n, want.n);
	assert_memory_equal(b.p, want.p, b.n);
}

static void
assert_span(struct bytes span, struct bytes in, size_t at, size_t n)
{
	assert_ptr_equal(span.p, in.p + at);
	assert_int_equal(span.n, n);
}

static void
test_recorded_certificate(void **state)
{
	struct bytes in = unhex(ra_certificate);
	certificate c;
	to_be_signed_certificate *t = &c.to_be_signed;

	(void)state;
	decode(&certificate_asn, &c, in);
	assert_encodes(&certificate_asn, &c, in);
	assert_span(c.raw, in, 0, in.n);
	/* After preamble, version, type and issuer; before the signature. */
	assert_span(t->raw, in, 12, in.n - 12 - 66);
	assert_int_equal(c.type, certificate_type_explicit);
	assert_int_equal(c.issuer.is, issuer_identifier_sha256_and_digest);
	assert_int_equal(t->id.is, certificate_id_name);
	assert_true(
	    bytes_equal(t->id.name, bytes_of_string("ra.qa.v2xscms.com")));
	assert_int_equal(t->crl_series, 2);
	assert_int_equal(t->validity_period.start, 0x19e91b00);
	assert_int_equal(t->validity_period.duration.is, duration_hours);
	assert_int_equal(t->validity_period.duration.hours, 26448);
	assert_int_equal(t->region->is, geographic_region_identified_region);
	assert_int_equal(t->region->identified_region.n, 3);
	assert_int_equal(t->region->identified_region.v[2].country_only, 840);
	assert_int_equal(t->app_permissions->n, 1);
	assert_true(t->app_permissions->v[0].psid == 35);
	assert_null(t->cert_issue_permissions);
	assert_int_equal(t->cert_request_permissions->n, 1);
	assert_true(t->cert_request_permissions->v[0].min_chain_length == 0);
	assert_int_equal(
	    t->cert_request_permissions->v[0].ee_type, END_ENTITY_TYPE_APP);
	assert_int_equal(t->encryption_key->public_key.is,
	    base_public_encryption_key_ecies_nist_p256);
	assert_null(t->flags);
	assert_null(t->more);
	assert_int_equal(c.signature->ecdsa_nist_p256_signature.r_sig.is,
	    ecc_p256_curve_point_x_only);
}

static void
test_root_certificate(void **state)
{
	struct bytes in = unhex(root_certificate);
	const psid_group_permissions *g;
	certificate c;

	(void)state;
	decode(&certificate_asn, &c, in);
	assert_encodes(&certificate_asn, &c, in);
	assert_int_equal(c.issuer.is, issuer_identifier_self);
	assert_int_equal(c.to_be_signed.validity_period.duration.years, 70);
	g = c.to_be_signed.cert_issue_permissions->v;
	assert_int_equal(g->subject_permissions.is, subject_permissions_all);
	assert_true(g->min_chain_length == 3);
	assert_true(g->chain_length_range == -1);
	assert_int_equal(
	    g->ee_type, END_ENTITY_TYPE_APP | END_ENTITY_TYPE_ENROL);
}

static signed_certificate_request
request_in(struct bytes message)
{
	signed_certificate_request r;
	ieee1609_dot2_data d;

	decode(&ieee1609_dot2_data_asn, &d, message);
	assert_encodes(&ieee1609_dot2_data_asn, &d, message);
	assert_int_equal(
	    d.content.is, ieee1609_dot2_content_signed_certificate_request);
	decode(&signed_certificate_request_asn, &r,
	    d.content.signed_certificate_request);
	assert_encodes(&signed_certificate_request_asn, &r,
	    d.content.signed_certificate_request);
	return r;
}

static void
test_extra_octet(void **state)
{
	signed_certificate_request r = request_in(unhex(enrollment_request));
	const ee_eca_cert_request *e;
	struct bytes out;

	(void)state;
	assert_true(r.extra_octet);
	assert_span(r.tbs_raw, r.raw, 1, 1 + r.tbs_request.raw.n);
	assert_span(r.tbs_request.raw, r.raw, 2, r.tbs_raw.n - 1);
	assert_int_equal(r.tbs_raw.p[0], 0);
	assert_int_equal(r.tbs_request.content.is, scms_pdu_content_eca_ee);
	e = &r.tbs_request.content.eca_ee.ee_eca_cert_request;
	assert_int_equal(e->current_time, 0x19e981e4);
	assert_int_equal(e->tbs_data.id.name.n, 0);
	assert_int_equal(e->tbs_data.cert_request_permissions->v[0]
			     .subject_permissions.explicit.v[1]
			     .psid,
	    38);
	assert_int_equal(r.signer.is, signer_identifier_self);

	/* Without it: the same request, one octet shorter. */
	r.extra_octet = false;
	assert_int_equal(coer_encode_new(&out, &arena,
			     &signed_certificate_request_asn, &r, NULL),
	    FAULT_OK);
	assert_int_equal(out.n, r.raw.n - 1);
	decode(&signed_certificate_request_asn, &r, out);
	assert_false(r.extra_octet);
	assert_int_equal(r.tbs_raw.p[0], 1);
	assert_int_equal(r.tbs_raw.n, r.tbs_request.raw.n);
	assert_encodes(&signed_certificate_request_asn, &r, out);
}

static void
test_two_extra_octets(void **state)
{
	signed_certificate_request r = request_in(unhex(enrollment_request));
	uint8_t in[512] = {0};
	struct fault_info fi;

	(void)state;
	assert_true(r.raw.n < sizeof(in) - 1);
	memcpy(in + 1, r.raw.p, r.raw.n); /* hashId 00, 00, 00, 01 */
	assert_int_equal(coer_decode(&signed_certificate_request_asn, &r,
			     &arena, (struct bytes){in, r.raw.n + 1}, &fi),
	    FAULT_CONSTRAINT);
	assert_non_null(strstr(fi.text, "ScmsPDU.version"));
}

static void
test_provisioning_122(void **state)
{
	signed_certificate_request r = request_in(unhex(provisioning_request));
	const ee_ra_pseudonym_cert_provisioning_request *p;
	signed_certificate_request_124 other;

	(void)state;
	assert_true(r.extra_octet);
	p = &r.tbs_request.content.ee_ra
		 .ee_ra_pseudonym_cert_provisioning_request;
	assert_int_equal(p->verify_key_info.seed_key.is,
	    ecc_p256_curve_point_compressed_y_0);
	assert_int_equal(p->verify_key_info.seed_key.compressed_y_0.b[0], 0x65);
	assert_int_equal(p->common.requested_start_time, 0x19e981e4);
	assert_int_equal(r.signer.certificate.n, 1);
	assert_span(
	    r.signer.certificate.v[0].raw, r.raw, r.raw.n - 66 - 87, 87);
	assert_int_not_equal(coer_decode(&signed_certificate_request_124_asn,
				 &other, &arena, r.raw, NULL),
	    FAULT_OK);
}

/* The 1.2.4 layout has one time where 1.2.2 has a preamble and two. */
static void
test_provisioning_124(void **state)
{
	static const char was[] = "0019e981e419e981e4", is[] = "19e981e4";
	const char *at = strstr(provisioning_request, was);
	size_t head = (size_t)(at - provisioning_request);
	char hex[sizeof(provisioning_request)];
	signed_certificate_request old;
	signed_certificate_request_124 r;
	struct bytes in;

	(void)state;
	assert_non_null(at);
	/* Without the eight octets of the Ieee1609Dot2Data around it. */
	memcpy(hex, provisioning_request, head);
	strcpy(hex + head, is);
	strcat(hex, at + strlen(was));
	in = unhex(hex + 2 * 5);
	assert_int_equal(coer_decode(&signed_certificate_request_asn, &old,
			     &arena, in, NULL),
	    FAULT_NOT_CANONICAL);
	decode(&signed_certificate_request_124_asn, &r, in);
	assert_encodes(&signed_certificate_request_124_asn, &r, in);
	assert_int_equal(
	    r.tbs_request.content.ee_ra
		.ee_ra_pseudonym_cert_provisioning_request.current_time,
	    0x19e981e4);
	assert_true(r.extra_octet);
	assert_span(r.tbs_raw, in, 1, 1 + r.tbs_request.raw.n);
}

static void
test_ack(void **state)
{
	struct bytes in = unhex(provisioning_ack), pdu;
	const pseudonym_cert_provisioning_ack *ack;
	const signed_data *s;
	ieee1609_dot2_data d;
	scms_pdu p;

	(void)state;
	decode(&ieee1609_dot2_data_asn, &d, in);
	assert_encodes(&ieee1609_dot2_data_asn, &d, in);
	assert_span(d.raw, in, 0, in.n);
	s = &d.content.signed_data;
	assert_span(s->raw, in, 2, in.n - 2);
	/* After hashId; before signer (9 octets) and signature (66). */
	assert_span(s->tbs_data.raw, in, 3, in.n - 3 - 9 - 66);
	assert_true(s->tbs_data.header_info.psid == 35);
	assert_null(s->tbs_data.header_info.generation_time);
	pdu = s->tbs_data.payload.data->content.unsecured_data;
	decode(&scms_pdu_asn, &p, pdu);
	assert_encodes(&scms_pdu_asn, &p, pdu);
	assert_span(p.raw, pdu, 0, pdu.n);
	assert_int_equal(p.content.is, scms_pdu_content_ee_ra);
	assert_int_equal(p.content.ee_ra.is,
	    end_entity_ra_interface_pdu_ra_ee_pseudonym_cert_provisioning_ack);
	ack = &p.content.ee_ra.ra_ee_pseudonym_cert_provisioning_ack.reply.ack;
	assert_int_equal(ack->cert_dl_time, 0x19e981e4);
	assert_true(bytes_equal(
	    ack->cert_dlurl, bytes_of_string("https://ra.qa.v2xscms.com")));
}

/* preamble, policyID, two times, policy: local and empty; then not ours */
static void
test_policy_span(void **state)
{
	struct bytes in = unhex("00"
				"02abcd"
				"0000000000000001"
				"0000000000000002"
				"82"
				"0000"
				"ff");
	to_be_signed_policy_data p;
	size_t used;

	(void)state;
	assert_int_equal(coer_decode_prefix(&to_be_signed_policy_data_asn, &p,
			     &arena, in, &used, NULL),
	    FAULT_OK);
	assert_int_equal(used, in.n - 1);
	assert_span(p.raw, in, 0, used);
	assert_int_equal(p.policy_id.n, 2);
	assert_true(p.active_time == 2);
	assert_int_equal(p.policy.is, policy_local);
}

/* HPCR is the hash of one element of a batch: its octets, as they are alone. */
static void
test_batch(void **state)
{
	scms_pdu pdu[2] = {{.version = 1}, {.version = 1}};
	monarch_certificate_batch_request b = {
	    .version = 1, .batch_id = {{7}}, .requests = {2, pdu}};
	struct bytes one[2], in;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		pdu[i].content.is = scms_pdu_content_ee_ra;
		pdu[i].content.ee_ra.is =
		    end_entity_ra_interface_pdu_ee_ra_authenticated_download_request;
		pdu[i].content.ee_ra.ee_ra_authenticated_download_request =
		    (authenticated_download_request){.timestamp = (time32)i,
			.filename = bytes_of_string("a")};
		assert_int_equal(coer_encode_new(&one[i], &arena, &scms_pdu_asn,
				     &pdu[i], NULL),
		    FAULT_OK);
	}
	assert_int_equal(coer_encode_new(&in, &arena,
			     &monarch_certificate_batch_request_asn, &b, NULL),
	    FAULT_OK);
	memset(&b, 0, sizeof(b));
	decode(&monarch_certificate_batch_request_asn, &b, in);
	assert_int_equal(b.requests.n, 2);
	for (i = 0; i < 2; i++)
		assert_true(bytes_equal(b.requests.v[i].raw, one[i]));
}

static void
test_find(void **state)
{
	(void)state;
	assert_ptr_equal(
	    schema_find("IEEE1609dot2", "Certificate"), &certificate_asn);
	assert_ptr_equal(
	    schema_find("Ieee1609Dot2", "Certificate"), &certificate_asn);
	assert_ptr_equal(schema_find(NULL, "ScmsPDU"), &scms_pdu_asn);
	assert_ptr_equal(schema_find(SCHEMA_124, "ScmsPDU"), &scms_pdu_124_asn);
	assert_ptr_equal(asn_resolve(schema_find(NULL, "SecuredScmsPDU")),
	    &ieee1609_dot2_data_asn);
	assert_null(schema_find(NULL, "ScmsPDU.content"));
	assert_null(schema_find(NULL, "Nothing"));
	assert_null(schema_find("IEEE1609dot2Crl", "Certificate"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_recorded_certificate),
	    cmocka_unit_test(test_root_certificate),
	    cmocka_unit_test(test_extra_octet),
	    cmocka_unit_test(test_two_extra_octets),
	    cmocka_unit_test(test_provisioning_122),
	    cmocka_unit_test(test_provisioning_124),
	    cmocka_unit_test(test_ack),
	    cmocka_unit_test(test_policy_span),
	    cmocka_unit_test(test_batch),
	    cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
