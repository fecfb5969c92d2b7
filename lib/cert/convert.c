/* convert.c - see convert.h. */
#include <assert.h>
#include <string.h>

#include "cert/convert.h"

/* Both point types have the same alternatives in the same order, which is that
 * of enum point_form but for "fill". */
static const enum point_form forms[] = {
    [ecc_p256_curve_point_x_only] = POINT_X_ONLY,
    [ecc_p256_curve_point_compressed_y_0] = POINT_COMPRESSED_Y_0,
    [ecc_p256_curve_point_compressed_y_1] = POINT_COMPRESSED_Y_1,
    [ecc_p256_curve_point_uncompressed_p256] = POINT_UNCOMPRESSED,
};
_Static_assert((int)ecc_p256_curve_point_uncompressed_p256 ==
		   (int)ecc_p384_curve_point_uncompressed_p384,
    "same order");

static enum fault
bad_fill(struct fault_info *fi)
{
	return fault_set(fi, FAULT_BAD_POINT, "a point is \"fill\"");
}

enum fault
point_of_schema(struct curve_point *out, enum curve curve,
    const ecc_p256_curve_point *in, struct fault_info *fi)
{
	if (in->is == ecc_p256_curve_point_fill)
		return bad_fill(fi);
	*out = (struct curve_point){.curve = curve, .form = forms[in->is]};
	if (out->form == POINT_UNCOMPRESSED) {
		memcpy(out->x, in->uncompressed_p256.x.b, 32);
		memcpy(out->y, in->uncompressed_p256.y.b, 32);
	} else {
		memcpy(out->x, in->x_only.b, 32);
	}
	return FAULT_OK;
}

static enum fault
point_of_schema384(struct curve_point *out, enum curve curve,
    const ecc_p384_curve_point *in, struct fault_info *fi)
{
	if (in->is == ecc_p384_curve_point_fill)
		return bad_fill(fi);
	*out = (struct curve_point){.curve = curve, .form = forms[in->is]};
	if (out->form == POINT_UNCOMPRESSED) {
		memcpy(out->x, in->uncompressed_p384.x.b, 48);
		memcpy(out->y, in->uncompressed_p384.y.b, 48);
	} else {
		memcpy(out->x, in->x_only.b, 48);
	}
	return FAULT_OK;
}

void
point_to_schema(ecc_p256_curve_point *out, const struct curve_point *p)
{
	memset(out, 0, sizeof(*out));
	if (p->form == POINT_UNCOMPRESSED) {
		out->is = ecc_p256_curve_point_uncompressed_p256;
		memcpy(out->uncompressed_p256.x.b, p->x, 32);
		memcpy(out->uncompressed_p256.y.b, p->y, 32);
		return;
	}
	out->is = p->form == POINT_X_ONLY ? ecc_p256_curve_point_x_only
		  : p->form == POINT_COMPRESSED_Y_0
		      ? ecc_p256_curve_point_compressed_y_0
		      : ecc_p256_curve_point_compressed_y_1;
	memcpy(out->x_only.b, p->x, 32);
}

static void
point_to_schema384(ecc_p384_curve_point *out, const struct curve_point *p)
{
	memset(out, 0, sizeof(*out));
	if (p->form == POINT_UNCOMPRESSED) {
		out->is = ecc_p384_curve_point_uncompressed_p384;
		memcpy(out->uncompressed_p384.x.b, p->x, 48);
		memcpy(out->uncompressed_p384.y.b, p->y, 48);
		return;
	}
	out->is = p->form == POINT_X_ONLY ? ecc_p384_curve_point_x_only
		  : p->form == POINT_COMPRESSED_Y_0
		      ? ecc_p384_curve_point_compressed_y_0
		      : ecc_p384_curve_point_compressed_y_1;
	memcpy(out->x_only.b, p->x, 48);
}

enum fault
key_of_schema(struct curve_point *out, const public_verification_key *in,
    struct fault_info *fi)
{
	switch (in->is) {
	case public_verification_key_ecdsa_nist_p256:
		return point_of_schema(
		    out, CURVE_P256, &in->ecdsa_nist_p256, fi);
	case public_verification_key_ecdsa_brainpool_p256r1:
		return point_of_schema(out, CURVE_BRAINPOOL_P256R1,
		    &in->ecdsa_brainpool_p256r1, fi);
	case public_verification_key_ecdsa_brainpool_p384r1:
		return point_of_schema384(out, CURVE_BRAINPOOL_P384R1,
		    &in->ecdsa_brainpool_p384r1, fi);
	case public_verification_key_ecdsa_nist_p384:
		return point_of_schema384(
		    out, CURVE_P384, &in->ecdsa_nist_p384, fi);
	case public_verification_key_ecsig_sm2:
	case public_verification_key_unknown:
		break;
	}
	return fault_set(fi, FAULT_UNSUPPORTED,
	    "verification key of an algorithm that is not supported");
}

void
key_to_schema(public_verification_key *out, const struct curve_point *p)
{
	switch (p->curve) {
	case CURVE_P256:
		out->is = public_verification_key_ecdsa_nist_p256;
		point_to_schema(&out->ecdsa_nist_p256, p);
		break;
	case CURVE_BRAINPOOL_P256R1:
		out->is = public_verification_key_ecdsa_brainpool_p256r1;
		point_to_schema(&out->ecdsa_brainpool_p256r1, p);
		break;
	case CURVE_BRAINPOOL_P384R1:
		out->is = public_verification_key_ecdsa_brainpool_p384r1;
		point_to_schema384(&out->ecdsa_brainpool_p384r1, p);
		break;
	case CURVE_P384:
		out->is = public_verification_key_ecdsa_nist_p384;
		point_to_schema384(&out->ecdsa_nist_p384, p);
		break;
	}
}

enum fault
encryption_key_of_schema(struct curve_point *out,
    const public_encryption_key *in, struct fault_info *fi)
{
	if (in->supported_symm_alg != symm_algorithm_aes128_ccm)
		return fault_set(fi, FAULT_UNSUPPORTED,
		    "encryption key for a cipher that is not supported");
	switch (in->public_key.is) {
	case base_public_encryption_key_ecies_nist_p256:
		return point_of_schema(
		    out, CURVE_P256, &in->public_key.ecies_nist_p256, fi);
	case base_public_encryption_key_ecies_brainpool_p256r1:
		return point_of_schema(out, CURVE_BRAINPOOL_P256R1,
		    &in->public_key.ecies_brainpool_p256r1, fi);
	case base_public_encryption_key_ecenc_sm2:
	case base_public_encryption_key_unknown:
		break;
	}
	return fault_set(fi, FAULT_UNSUPPORTED,
	    "encryption key of an algorithm that is not supported");
}

void
encryption_key_to_schema(
    public_encryption_key *out, const struct curve_point *p)
{
	memset(out, 0, sizeof(*out));
	out->supported_symm_alg = symm_algorithm_aes128_ccm;
	if (p->curve == CURVE_P256) {
		out->public_key.is = base_public_encryption_key_ecies_nist_p256;
		point_to_schema(&out->public_key.ecies_nist_p256, p);
	} else {
		assert(p->curve == CURVE_BRAINPOOL_P256R1);
		out->public_key.is =
		    base_public_encryption_key_ecies_brainpool_p256r1;
		point_to_schema(&out->public_key.ecies_brainpool_p256r1, p);
	}
}

enum fault
signature_of_schema(
    struct curve_signature *out, const signature *in, struct fault_info *fi)
{
	memset(out, 0, sizeof(*out));
	switch (in->is) {
	case signature_ecdsa_nist_p256_signature:
		memcpy(out->s, in->ecdsa_nist_p256_signature.s_sig.b, 32);
		return point_of_schema(&out->r, CURVE_P256,
		    &in->ecdsa_nist_p256_signature.r_sig, fi);
	case signature_ecdsa_brainpool_p256r1_signature:
		memcpy(
		    out->s, in->ecdsa_brainpool_p256r1_signature.s_sig.b, 32);
		return point_of_schema(&out->r, CURVE_BRAINPOOL_P256R1,
		    &in->ecdsa_brainpool_p256r1_signature.r_sig, fi);
	case signature_ecdsa_brainpool_p384r1_signature:
		memcpy(
		    out->s, in->ecdsa_brainpool_p384r1_signature.s_sig.b, 48);
		return point_of_schema384(&out->r, CURVE_BRAINPOOL_P384R1,
		    &in->ecdsa_brainpool_p384r1_signature.r_sig, fi);
	case signature_ecdsa_nist_p384_signature:
		memcpy(out->s, in->ecdsa_nist_p384_signature.s_sig.b, 48);
		return point_of_schema384(&out->r, CURVE_P384,
		    &in->ecdsa_nist_p384_signature.r_sig, fi);
	case signature_sm2_signature:
	case signature_unknown:
		break;
	}
	return fault_set(fi, FAULT_UNSUPPORTED,
	    "signature of an algorithm that is not supported");
}

void
signature_to_schema(signature *out, const struct curve_signature *in)
{
	memset(out, 0, sizeof(*out));
	switch (in->r.curve) {
	case CURVE_P256:
		out->is = signature_ecdsa_nist_p256_signature;
		point_to_schema(&out->ecdsa_nist_p256_signature.r_sig, &in->r);
		memcpy(out->ecdsa_nist_p256_signature.s_sig.b, in->s, 32);
		break;
	case CURVE_BRAINPOOL_P256R1:
		out->is = signature_ecdsa_brainpool_p256r1_signature;
		point_to_schema(
		    &out->ecdsa_brainpool_p256r1_signature.r_sig, &in->r);
		memcpy(
		    out->ecdsa_brainpool_p256r1_signature.s_sig.b, in->s, 32);
		break;
	case CURVE_BRAINPOOL_P384R1:
		out->is = signature_ecdsa_brainpool_p384r1_signature;
		point_to_schema384(
		    &out->ecdsa_brainpool_p384r1_signature.r_sig, &in->r);
		memcpy(
		    out->ecdsa_brainpool_p384r1_signature.s_sig.b, in->s, 48);
		break;
	case CURVE_P384:
		out->is = signature_ecdsa_nist_p384_signature;
		point_to_schema384(
		    &out->ecdsa_nist_p384_signature.r_sig, &in->r);
		memcpy(out->ecdsa_nist_p384_signature.s_sig.b, in->s, 48);
		break;
	}
}

void
signature_to_p256(struct p256_signature *out, const struct curve_signature *in)
{
	assert(in->r.curve == CURVE_P256);
	memset(out, 0, sizeof(*out));
	memcpy(out->r, in->r.x, sizeof(out->r));
	memcpy(out->s, in->s, sizeof(out->s));
	out->r_is_point = in->r.form != POINT_X_ONLY;
}

void
signature_of_p256(signature *out, const struct p256_signature *in)
{
	memset(out, 0, sizeof(*out));
	out->is = signature_ecdsa_nist_p256_signature;
	out->ecdsa_nist_p256_signature.r_sig.is = ecc_p256_curve_point_x_only;
	memcpy(out->ecdsa_nist_p256_signature.r_sig.x_only.b, in->r, 32);
	memcpy(out->ecdsa_nist_p256_signature.s_sig.b, in->s, 32);
}

enum fault
ecies_of_schema(struct curve_ecies *out,
    const encrypted_data_encryption_key *in, struct fault_info *fi)
{
	const ecies_p256_encrypted_key *k;
	enum curve curve;

	switch (in->is) {
	case encrypted_data_encryption_key_ecies_nist_p256:
		k = &in->ecies_nist_p256;
		curve = CURVE_P256;
		break;
	case encrypted_data_encryption_key_ecies_brainpool_p256r1:
		k = &in->ecies_brainpool_p256r1;
		curve = CURVE_BRAINPOOL_P256R1;
		break;
	case encrypted_data_encryption_key_ecenc_sm2256:
	case encrypted_data_encryption_key_unknown:
	default:
		return fault_set(fi, FAULT_UNSUPPORTED,
		    "encrypted key of an algorithm that is not supported");
	}
	memcpy(out->c, k->c.b, sizeof(out->c));
	memcpy(out->t, k->t.b, sizeof(out->t));
	return point_of_schema(&out->v, curve, &k->v, fi);
}

void
ecies_to_schema(
    encrypted_data_encryption_key *out, const struct curve_ecies *in)
{
	ecies_p256_encrypted_key *k;

	memset(out, 0, sizeof(*out));
	if (in->v.curve == CURVE_P256) {
		out->is = encrypted_data_encryption_key_ecies_nist_p256;
		k = &out->ecies_nist_p256;
	} else {
		out->is = encrypted_data_encryption_key_ecies_brainpool_p256r1;
		k = &out->ecies_brainpool_p256r1;
	}
	point_to_schema(&k->v, &in->v);
	memcpy(k->c.b, in->c, sizeof(k->c.b));
	memcpy(k->t.b, in->t, sizeof(k->t.b));
}

/* ---- canonical form ---- */

bool
canonical_point(ecc_p256_curve_point *p)
{
	octets32 x;
	bool odd;

	if (p->is != ecc_p256_curve_point_uncompressed_p256)
		return false;
	x = p->uncompressed_p256.x;
	odd = (p->uncompressed_p256.y.b[31] & 1) != 0;
	p->is = odd ? ecc_p256_curve_point_compressed_y_1
		    : ecc_p256_curve_point_compressed_y_0;
	p->compressed_y_0 = x;
	return true;
}

static bool
canonical_point384(ecc_p384_curve_point *p)
{
	octets48 x;
	bool odd;

	if (p->is != ecc_p384_curve_point_uncompressed_p384)
		return false;
	x = p->uncompressed_p384.x;
	odd = (p->uncompressed_p384.y.b[47] & 1) != 0;
	p->is = odd ? ecc_p384_curve_point_compressed_y_1
		    : ecc_p384_curve_point_compressed_y_0;
	p->compressed_y_0 = x;
	return true;
}

bool
canonical_verification_key(public_verification_key *k)
{
	switch (k->is) {
	case public_verification_key_ecdsa_nist_p256:
		return canonical_point(&k->ecdsa_nist_p256);
	case public_verification_key_ecdsa_brainpool_p256r1:
		return canonical_point(&k->ecdsa_brainpool_p256r1);
	case public_verification_key_ecdsa_brainpool_p384r1:
		return canonical_point384(&k->ecdsa_brainpool_p384r1);
	case public_verification_key_ecdsa_nist_p384:
		return canonical_point384(&k->ecdsa_nist_p384);
	case public_verification_key_ecsig_sm2:
		return canonical_point(&k->ecsig_sm2);
	case public_verification_key_unknown:
		break;
	}
	return false;
}

bool
canonical_encryption_key(public_encryption_key *k)
{
	switch (k->public_key.is) {
	case base_public_encryption_key_ecies_nist_p256:
		return canonical_point(&k->public_key.ecies_nist_p256);
	case base_public_encryption_key_ecies_brainpool_p256r1:
		return canonical_point(&k->public_key.ecies_brainpool_p256r1);
	case base_public_encryption_key_ecenc_sm2:
		return canonical_point(&k->public_key.ecenc_sm2);
	case base_public_encryption_key_unknown:
		break;
	}
	return false;
}

/* A point R becomes its x. */
static bool
canonical_r(ecc_p256_curve_point *r)
{
	octets32 x;

	if (r->is == ecc_p256_curve_point_x_only ||
	    r->is == ecc_p256_curve_point_fill)
		return false;
	x = r->is == ecc_p256_curve_point_uncompressed_p256
		? r->uncompressed_p256.x
		: r->x_only;
	r->is = ecc_p256_curve_point_x_only;
	r->x_only = x;
	return true;
}

static bool
canonical_r384(ecc_p384_curve_point *r)
{
	octets48 x;

	if (r->is == ecc_p384_curve_point_x_only ||
	    r->is == ecc_p384_curve_point_fill)
		return false;
	x = r->is == ecc_p384_curve_point_uncompressed_p384
		? r->uncompressed_p384.x
		: r->x_only;
	r->is = ecc_p384_curve_point_x_only;
	r->x_only = x;
	return true;
}

bool
canonical_signature(signature *s)
{
	switch (s->is) {
	case signature_ecdsa_nist_p256_signature:
		return canonical_r(&s->ecdsa_nist_p256_signature.r_sig);
	case signature_ecdsa_brainpool_p256r1_signature:
		return canonical_r(&s->ecdsa_brainpool_p256r1_signature.r_sig);
	case signature_ecdsa_brainpool_p384r1_signature:
		return canonical_r384(
		    &s->ecdsa_brainpool_p384r1_signature.r_sig);
	case signature_ecdsa_nist_p384_signature:
		return canonical_r384(&s->ecdsa_nist_p384_signature.r_sig);
	case signature_sm2_signature:
	case signature_unknown:
		break;
	}
	return false;
}
