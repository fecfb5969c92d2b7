/* auth_check.c - what an auth-cert-req asks for: permitted, and of the right
 * form? */
#include <string.h>

#include "cert/convert.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/region.h"
#include "cert/validity.h"
#include "role/pca/auth.h"

static bool
is_name(struct bytes field, const char *name)
{
	return bytes_equal(field, bytes_of_string(name));
}

/* What the profiles have not, or what is ours to say. */
static enum refusal
check_form(const id_cert_request_info *info)
{
	const to_be_signed_certificate *t = &info->to_be_signed_cert;

	if (info->type != certificate_type_implicit ||
	    t->id.is != certificate_id_binary_id ||
	    t->id.binary_id.n != CERT_ID_SIZE || t->crl_series != 0 ||
	    t->assurance_level != NULL || t->cert_issue_permissions != NULL ||
	    t->cert_request_permissions != NULL ||
	    t->can_request_rollover != NULL)
		return REFUSED_type;
	return REFUSED_NOT;
}

static bool
is_listed(const struct conf_uints *list, uint64_t id)
{
	for (size_t k = 0; k < list->n; k++)
		if (list->v[k] == id)
			return true;
	return false;
}

static enum refusal
check_permissions(const to_be_signed_certificate *t, const struct pca *pca)
{
	const sequence_of_psid_ssp *p = t->app_permissions;

	if (p == NULL || p->n == 0)
		return REFUSED_psid_ssp;
	for (size_t k = 0; k < p->n; k++)
		if (!is_listed(
			&pca->environment->application_psids, p->v[k].psid))
			return REFUSED_psid_ssp;
	if (perm_check_all(pca->self.cert->tbs->cert_issue_permissions, p, 1,
		EE_APP, NULL) != FAULT_OK)
		return REFUSED_psid_ssp;
	if (t->region == NULL ||
	    !region_within(t->region, region_of_cert(pca->self.cert)))
		return REFUSED_region;
	return REFUSED_NOT;
}

static enum refusal
check_validity(
    const to_be_signed_certificate *t, bool butterfly, const struct pca *pca)
{
	const validity_period *v = &t->validity_period;
	uint64_t lifetime = duration_in_seconds(&v->duration);
	const struct cert *own = pca->self.cert;

	if (lifetime == 0 || v->start < own->start ||
	    v->start + lifetime > own->end)
		return REFUSED_validity;
	if (butterfly &&
	    lifetime != conf_duration_seconds(
			    pca->environment->identification_lifetime))
		return REFUSED_validity;
	return REFUSED_NOT;
}

/* ---- keys ---- */

static bool
read_point(
    struct curve_point *out, struct point *p, const ecc_p256_curve_point *in)
{
	return point_of_schema(out, CURVE_P256, in, NULL) == FAULT_OK &&
	       curve_to_p256(p, out, NULL) == FAULT_OK;
}

/* The key that ECQV begins with. */
static enum refusal
read_key(struct auth_entry *e, const verification_key_indicator *v)
{
	const ecc_p256_curve_point *in;
	struct curve_point any;

	if (v->is == verification_key_indicator_reconstruction_value) {
		e->butterfly = true;
		in = &v->reconstruction_value;
	} else if (v->verification_key.is ==
		   public_verification_key_ecdsa_nist_p256) {
		in = &v->verification_key.ecdsa_nist_p256;
	} else {
		return REFUSED_signature_key;
	}
	return read_point(&any, &e->key, in) ? REFUSED_NOT
					     : REFUSED_signature_key;
}

/* The key that goes into the certificate, if any. */
static enum refusal
read_encryption_key(
    struct curve_point *out, bool *has, const public_encryption_key *in)
{
	struct point p;

	*has = in != NULL;
	if (in == NULL)
		return REFUSED_NOT;
	if (in->supported_symm_alg != symm_algorithm_aes128_ccm ||
	    in->public_key.is != base_public_encryption_key_ecies_nist_p256 ||
	    !read_point(out, &p, &in->public_key.ecies_nist_p256))
		return REFUSED_encryption_key;
	return REFUSED_NOT;
}

static enum refusal
read_keys(struct auth_entry *e, const id_cert_request_info *info,
    struct curve_point *encryption, bool *has_encryption)
{
	enum refusal r;
	struct point p;

	r = read_key(e, &info->to_be_signed_cert.verify_key_indicator);
	if (r == REFUSED_NOT)
		r = read_encryption_key(encryption, has_encryption,
		    info->to_be_signed_cert.encryption_key);
	if (r == REFUSED_NOT &&
	    !read_point(&e->response, &p, &info->response_encryption_key))
		r = REFUSED_encryption_key;
	return r;
}

/* ---- all ---- */

static enum refusal
check_info(struct auth_entry *e, const struct pca *pca,
    struct curve_point *encryption, bool *has_encryption)
{
	const ra_pca_cert_request_msg *m =
	    &e->pdu->content.pca_ra.ra_pca_cert_request;
	const id_cert_request_info *info = &m->cert_request_info.auth_cert_req;
	const to_be_signed_certificate *t = &info->to_be_signed_cert;
	enum refusal r;

	if (!is_name(m->ra_id, pca->ra) ||
	    !is_name(info->pca_id, pca->self.name))
		return REFUSED_name;
	if ((r = check_form(info)) != REFUSED_NOT ||
	    (r = check_permissions(t, pca)) != REFUSED_NOT ||
	    (r = read_keys(e, info, encryption, has_encryption)) != REFUSED_NOT)
		return r;
	return check_validity(t, e->butterfly, pca);
}

enum fault
auth_check(struct auth_entry *e, const struct pca *pca, struct arena *arena,
    struct fault_info *fi)
{
	const to_be_signed_certificate *t;
	struct curve_point encryption;
	struct profile_params p;
	bool has_encryption;

	if (!auth_is_request(e->pdu)) {
		e->refusal = REFUSED_certificate_request_type;
		return FAULT_OK;
	}
	e->refusal = check_info(e, pca, &encryption, &has_encryption);
	if (e->refusal != REFUSED_NOT)
		return FAULT_OK;
	t = &e->pdu->content.pca_ra.ra_pca_cert_request.cert_request_info
		 .auth_cert_req.to_be_signed_cert;
	p = (struct profile_params){
	    .start = t->validity_period.start,
	    .lifetime = {(uint8_t)t->validity_period.duration.is,
		t->validity_period.duration.hours},
	    .encryption_key = has_encryption ? &encryption : NULL,
	    .region = t->region,
	    .rif = t->id.binary_id.p,
	    .app_permissions = t->app_permissions,
	};
	memcpy(p.craca_id, pca_craca_id(pca->self.cert), sizeof(p.craca_id));
	return profile_build(&e->template, arena,
	    e->butterfly ? PROFILE_IDENTIFICATION : PROFILE_APPLICATION, &p,
	    fi);
}
