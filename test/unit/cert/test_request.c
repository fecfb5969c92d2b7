/* Signed certificate requests: both forms of the extra octet, both layouts. */
#include "cert/request.h"
#include "common.h"

/* ---- contents ---- */

static struct bytes
encode(const scms_pdu *pdu)
{
	struct bytes out;

	OK(coer_encode_new(&out, &A, &scms_pdu_asn, pdu, FI));
	return out;
}

/* An enrollment request for the key of p. */
static struct bytes
enrollment_pdu(struct party *p)
{
	scms_pdu pdu = {.version = 1, .content.is = scms_pdu_content_eca_ee};
	ee_eca_cert_request *r = &pdu.content.eca_ee.ee_eca_cert_request;
	certificate *c = template_for(p, PROFILE_ENROLLMENT);
	verification_key_indicator *v;

	pdu.content.eca_ee.is =
	    eca_end_entity_interface_pdu_ee_eca_cert_request;
	r->version = 1;
	r->current_time = NOW;
	r->tbs_data = c->to_be_signed;
	v = &r->tbs_data.verify_key_indicator;
	v->is = verification_key_indicator_verification_key;
	v->verification_key.is = public_verification_key_ecdsa_nist_p256;
	v->verification_key.ecdsa_nist_p256.is =
	    (p->q.y[31] & 1) != 0 ? ecc_p256_curve_point_compressed_y_1
				  : ecc_p256_curve_point_compressed_y_0;
	memcpy(v->verification_key.ecdsa_nist_p256.x_only.b, p->q.x, 32);
	return encode(&pdu);
}

/* 01 83 82 00 01 | 82 key expansion | 82 key expansion | rest */
static struct bytes
provisioning_pdu(const char *rest)
{
	struct bytes key = cat(hex("82"), plain_hash(48, hex("01")));

	return cat(cat(hex("0183820001"), cat(key, key)), hex(rest));
}

static struct bytes
signed_by(
    struct bytes pdu, bool extra, enum signer_form form, const struct signer *s)
{
	struct bytes out;

	OK(request_sign(&out, &A, pdu, extra, form, s, FI));
	return out;
}

/* ---- tests ---- */

static void
enrollment(void **state)
{
	const struct world *w = world();
	struct bytes pdu, out;
	struct party p, q;
	struct request r;
	struct signer s;
	const uint8_t *sig;
	int extra;

	(void)state;
	pdu = enrollment_pdu(&p);
	OK(signer_of_scalar(&s, &p.d, NULL, FI));
	for (extra = 0; extra < 2; extra++) {
		out = signed_by(pdu, extra != 0, SIGNER_SELF, &s);
		OK(request_open(&r, &A, out, w->trust, NOW, FI));
		assert_int_equal(r.extra_octet, extra);
		assert_null(r.signer);
		assert_bytes(r.pdu_octets, pdu);
		assert_int_equal(
		    r.pdu->content.eca_ee.ee_eca_cert_request.current_time,
		    NOW);
		/* 03 83 81 len | 00 | [00] | pdu | 82 | 80 80 r s */
		assert_int_equal(out.n, 4 + 1 + (size_t)extra + pdu.n + 1 + 66);
		sig = out.p + out.n - 64;
		assert_true(plain_verify(CURVE_P256, p.q.x, p.q.y,
		    plain_to_sign(
			32, cat(hex(extra ? "00" : ""), pdu), BYTES_NONE),
		    sig, sig + 32));
		/* The extra octet is under the signature. */
		assert_false(plain_verify(CURVE_P256, p.q.x, p.q.y,
		    plain_to_sign(
			32, cat(hex(extra ? "" : "00"), pdu), BYTES_NONE),
		    sig, sig + 32));
	}
	/* No proof of possession: signed with another key. */
	p256_generate(&q.d, &q.q, 1);
	OK(signer_of_scalar(&s, &q.d, NULL, FI));
	FAULT_IS(BAD_SIGNATURE,
	    request_open(&r, &A, signed_by(pdu, false, SIGNER_SELF, &s),
		w->trust, NOW, FI));
	/* Under an existing certificate that may not even enroll: what goes
	 * together is the ECA's to say. */
	OK(request_open(&r, &A,
	    signed_by(pdu, false, SIGNER_CERTIFICATE, &w->enrollment.signer),
	    w->trust, NOW, FI));
	assert_non_null(r.signer);
}

static void
both_layouts(void **state)
{
	const struct world *w = world();
	const struct signer *s = &w->enrollment.signer;
	struct request r;
	int extra;

	(void)state;
	for (extra = 0; extra < 2; extra++) {
		/* 1.2.2: preamble, current-time, requested-start-time */
		OK(request_open(&r, &A,
		    signed_by(provisioning_pdu("002a0000012a000002"),
			extra != 0, SIGNER_CERTIFICATE, s),
		    w->trust, NOW, FI));
		assert_non_null(r.pdu);
		assert_null(r.pdu_124);
		assert_int_equal(r.pdu->content.ee_ra
				     .ee_ra_pseudonym_cert_provisioning_request
				     .common.current_time,
		    0x2a000001);
		assert_memory_equal(r.signer->id, w->enrollment.cert->id, 8);
		/* 1.2.4: current-time */
		OK(request_open(&r, &A,
		    signed_by(provisioning_pdu("2a000001"), extra != 0,
			SIGNER_CERTIFICATE, s),
		    w->trust, NOW, FI));
		assert_null(r.pdu);
		assert_non_null(r.pdu_124);
		assert_int_equal(r.extra_octet, extra);
		assert_int_equal(
		    r.pdu_124->content.ee_ra
			.ee_ra_pseudonym_cert_provisioning_request.current_time,
		    0x2a000001);
		assert_bytes(r.pdu_octets, provisioning_pdu("2a000001"));
	}
}

static void
refusals(void **state)
{
	const struct world *w = world();
	const struct signer *s = &w->enrollment.signer;
	struct bytes pdu = provisioning_pdu("002a0000012a000002"), in, b;
	struct trust *foreign;
	struct party other;
	struct request r;
	size_t i;

	(void)state;
	FAULT_IS(BAD_MESSAGE,
	    request_open(&r, &A, signed_by(pdu, false, SIGNER_SELF, s),
		w->trust, NOW, FI));
	FAULT_IS(BAD_MESSAGE,
	    request_open(&r, &A, signed_by(pdu, false, SIGNER_DIGEST, s),
		w->trust, NOW, FI));
	FAULT_IS(BAD_MESSAGE,
	    request_open(&r, &A, hex("03800100"), w->trust, NOW, FI));
	in = signed_by(pdu, false, SIGNER_CERTIFICATE, s);
	FAULT_IS(EXPIRED,
	    request_open(&r, &A, in, w->trust, w->enrollment.cert->end, FI));
	FAULT_IS(BAD_VERSION,
	    request_open(&r, &A, flipped(in, 0, 1), w->trust, NOW, FI));
	FAULT_IS(HASH_MISMATCH,
	    request_open(&r, &A, flipped(in, 5, 1), w->trust, NOW, FI));
	FAULT_IS(CURVE_MISMATCH,
	    request_open(&r, &A, flipped(in, in.n - 66, 1), w->trust, NOW, FI));
	for (b = in; b.n-- > 0;)
		FAULT_IS(TRUNCATED, request_open(&r, &A, b, w->trust, NOW, FI));
	FAULT_IS(TRAILING,
	    request_open(&r, &A, cat(in, hex("00")), w->trust, NOW, FI));
	for (i = 0; i < in.n; i++)
		if (request_open(&r, &A, flipped(in, i, 1), w->trust, NOW,
			NULL) == FAULT_OK)
			fail_msg("octet %zu may be changed", i);
	issue(&other, template_for(&other, PROFILE_ROOT), NULL);
	foreign =
	    trust_of(&other, &w->root, &w->ica, &w->eca, (struct party *)NULL);
	FAULT_IS(UNTRUSTED_ROOT, request_open(&r, &A, in, foreign, NOW, FI));
	trust_free(foreign);
	FAULT_IS(USAGE, request_sign(&in, &A, pdu, false, SIGNER_CERTIFICATE,
			    &(struct signer){.public = w->ra.cert->key}, FI));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(enrollment),
	    T(both_layouts),
	    T(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
