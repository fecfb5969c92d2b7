/* request.c - see request.h; asn1-facts 12.1, crypto-facts 2. */
#include <string.h>

#include "cert/convert.h"
#include "cert/request.h"
#include "cert/signature.h"
#include "coer/coer.h"
#include "schema/scms_124.h"
#include "schema/scms_protocol.h"

/* ---- out ---- */

enum fault
request_sign(struct bytes *out, struct arena *a, struct bytes pdu,
    bool extra_octet, enum signer_form form, const struct signer *s,
    struct fault_info *fi)
{
	ieee1609_dot2_data d = {.protocol_version = 3,
	    .content.is = ieee1609_dot2_content_signed_certificate_request};
	const struct cert *k = form == SIGNER_SELF ? NULL : s->cert;
	size_t hash_n = hash_of_curve(s->public.curve);
	uint8_t hash[SHA384_SIZE], *room;
	struct bytes by, tbs;
	struct writer w;
	signature sig;
	size_t n;

	TRY(signer_octets(&by, a, form, s, fi));
	n = 2 + pdu.n + by.n + SIGNATURE_SIZE_MAX;
	if ((room = arena_alloc(a, n, 1)) == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no memory left for a request");
	w = writer_of(room, n);
	write_uint(&w,
	    hash_n == SHA384_SIZE ? hash_algorithm_sha384
				  : hash_algorithm_sha256,
	    1);
	if (extra_octet)
		write_uint(&w, 0, 1);
	write_bytes(&w, pdu);
	tbs = writer_done(&w);
	tbs = (struct bytes){tbs.p + 1, tbs.n - 1};
	hash_to_sign(hash, hash_n, tbs, k);
	TRY(signature_make(&sig, s, hash, fi));
	write_bytes(&w, by);
	TRY(coer_encode(&signature_asn, &sig, &w, fi));
	d.content.signed_certificate_request = writer_done(&w);
	return coer_encode_new(out, a, &ieee1609_dot2_data_asn, &d, fi);
}

/* ---- in ---- */

/* Both layouts, as one. */
struct parts {
	hash_algorithm hash_id;
	struct bytes signed_octets;
	const signer_identifier *signer;
	const signature *sig;
};

static enum fault
split(struct parts *p, struct request *out, struct arena *a, struct bytes in,
    struct fault_info *fi)
{
	signed_certificate_request *r =
	    ARENA_NEW(a, signed_certificate_request);

	if (r == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no memory left for a request");
	TRY(coer_decode(&signed_certificate_request_asn, r, a, in, fi));
	out->pdu = &r->tbs_request;
	out->extra_octet = r->extra_octet;
	*p = (struct parts){r->hash_id, r->tbs_raw, &r->signer, &r->signature};
	return FAULT_OK;
}

static enum fault
split_124(
    struct parts *p, struct request *out, struct arena *a, struct bytes in)
{
	signed_certificate_request_124 *r =
	    ARENA_NEW(a, signed_certificate_request_124);

	if (r == NULL)
		return FAULT_TOO_LARGE;
	TRY(coer_decode(&signed_certificate_request_124_asn, r, a, in, NULL));
	out->pdu = NULL;
	out->pdu_124 = &r->tbs_request;
	out->extra_octet = r->extra_octet;
	*p = (struct parts){r->hash_id, r->tbs_raw, &r->signer, &r->signature};
	return FAULT_OK;
}

/* Layout 1.2.2 first; what is wrong is said in its terms. */
static enum fault
decode(struct parts *p, struct request *out, struct arena *a, struct bytes in,
    struct fault_info *fi)
{
	ieee1609_dot2_data d;
	struct bytes opaque_part;
	enum fault f;

	if (in.n > 0 && in.p[0] != 3)
		return fault_set(fi, FAULT_BAD_VERSION,
		    "request of protocol version %u", in.p[0]);
	TRY(coer_decode(&ieee1609_dot2_data_asn, &d, a, in, fi));
	if (d.content.is != ieee1609_dot2_content_signed_certificate_request)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "message is not a signedCertificateRequest");
	opaque_part = d.content.signed_certificate_request;
	f = split(p, out, a, opaque_part, fi);
	if (f != FAULT_OK && split_124(p, out, a, opaque_part) == FAULT_OK)
		f = FAULT_OK;
	TRY(f);
	out->pdu_octets = p->signed_octets;
	if (out->extra_octet) {
		out->pdu_octets.p++;
		out->pdu_octets.n--;
	}
	return FAULT_OK;
}

/* Proof of possession: the key that is to be certified. */
static enum fault
requested_key(
    struct curve_point *out, const struct request *r, struct fault_info *fi)
{
	const verification_key_indicator *v;
	struct curve_point in;

	if (r->pdu == NULL || r->pdu->content.is != scms_pdu_content_eca_ee ||
	    r->pdu->content.eca_ee.is !=
		eca_end_entity_interface_pdu_ee_eca_cert_request)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "only an enrollment request may be signed by self");
	v = &r->pdu->content.eca_ee.ee_eca_cert_request.tbs_data
		 .verify_key_indicator;
	if (v->is != verification_key_indicator_verification_key)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "request holds no verification key");
	TRY(key_of_schema(&in, &v->verification_key, fi));
	return curve_decompress(out, &in, fi);
}

static enum fault
find_key(struct curve_point *out, struct cert **signer, struct arena *a,
    const struct request *r, const signer_identifier *s, struct trust *t,
    uint32_t now, struct fault_info *fi)
{
	if (s->is == signer_identifier_self)
		return requested_key(out, r, fi);
	if (s->is != signer_identifier_certificate || s->certificate.n != 1)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "request must come with one signing certificate");
	TRY(cert_of(signer, a, &s->certificate.v[0], fi));
	TRY(trust_check_chain(NULL, t, *signer, now, fi));
	*out = (*signer)->key;
	return FAULT_OK;
}

enum fault
request_open(struct request *out, struct arena *a, struct bytes in,
    struct trust *t, uint32_t now, struct fault_info *fi)
{
	uint8_t hash[SHA384_SIZE];
	struct cert *signer = NULL;
	struct curve_point key;
	struct parts p = {.signer = NULL};
	size_t hash_n;

	memset(out, 0, sizeof(*out));
	TRY(decode(&p, out, a, in, fi));
	TRY(find_key(&key, &signer, a, out, p.signer, t, now, fi));
	hash_n = hash_of_curve(key.curve);
	if (p.hash_id != (hash_n == SHA384_SIZE ? hash_algorithm_sha384
						: hash_algorithm_sha256))
		return fault_set(fi, FAULT_HASH_MISMATCH,
		    "hashId %d with a key on %s", (int)p.hash_id,
		    curve_name(key.curve));
	hash_to_sign(hash, hash_n, p.signed_octets, signer);
	TRY(signature_check(&key, hash, hash_n, p.sig, fi));
	memcpy(out->digest.b, hash, sizeof(out->digest.b));
	out->signer = signer;
	return FAULT_OK;
}
