/* auth_request.c - an auth-cert-req, which PCA may grant it, and iterators. */
#include <string.h>

#include "base/time32.h"
#include "cert/convert.h"
#include "cert/perm.h"
#include "cert/region.h"
#include "role/ra/auth.h"

/* ---- the request ---- */

/* The profile's certificate; series and cracaId are the PCA's to say. */
static enum fault
fill_certificate(to_be_signed_certificate *out, struct arena *arena,
    const struct auth_terms *terms, struct fault_info *fi)
{
	const struct profile_params p = {
	    .start = terms->start,
	    .lifetime = terms->lifetime,
	    .region = terms->region,
	    .rif = terms->rif,
	    .app_permissions = terms->psids,
	};
	verification_key_indicator *v = &out->verify_key_indicator;
	struct curve_point cocoon;
	certificate *c;

	TRY(profile_build(&c, arena,
	    terms->cocoon != NULL ? PROFILE_IDENTIFICATION
				  : PROFILE_APPLICATION,
	    &p, fi));
	*out = c->to_be_signed;
	out->crl_series = 0;
	/* the encoder does not write to it */
	out->encryption_key =
	    (public_encryption_key *)(uintptr_t)terms->encryption_key;
	if (terms->cocoon != NULL) {
		curve_of_p256(&cocoon, terms->cocoon);
		curve_compress(&cocoon);
		v->is = verification_key_indicator_reconstruction_value;
		point_to_schema(&v->reconstruction_value, &cocoon);
	} else {
		v->is = verification_key_indicator_verification_key;
		v->verification_key = *terms->verify_key;
	}
	return FAULT_OK;
}

enum fault
auth_encode(struct bytes *out, struct arena *arena, const struct ra *ra,
    const struct auth_terms *terms, struct fault_info *fi)
{
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	ra_pca_cert_request_msg *m;
	id_cert_request_info *info;

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "request");
	pdu->version = 1;
	pdu->content.is = scms_pdu_content_pca_ra;
	pdu->content.pca_ra.is = pca_ra_interface_pdu_ra_pca_cert_request;
	m = &pdu->content.pca_ra.ra_pca_cert_request;
	m->version = 1;
	m->ra_id = bytes_of_string(ra->self.name);
	m->cert_request_info.is =
	    ra_pca_cert_request_msg_cert_request_info_auth_cert_req;
	info = &m->cert_request_info.auth_cert_req;
	info->pca_id = bytes_of_string(terms->pca);
	info->type = certificate_type_implicit;
	TRY(fill_certificate(&info->to_be_signed_cert, arena, terms, fi));
	info->response_encryption_key = terms->response_key;
	return coer_encode_new(out, arena, &scms_pdu_asn, pdu, fi);
}

struct lifetime
auth_lifetime(uint32_t seconds)
{
	if (seconds > UINT16_MAX * 3600u)
		return (struct lifetime){
		    duration_sixty_hours, (uint16_t)(seconds / 216000)};
	if (seconds % 3600 == 0 || seconds > UINT16_MAX * 60u)
		return (struct lifetime){
		    duration_hours, (uint16_t)(seconds / 3600)};
	if (seconds % 60 == 0 || seconds > UINT16_MAX)
		return (struct lifetime){
		    duration_minutes, (uint16_t)(seconds / 60)};
	return (struct lifetime){duration_seconds, (uint16_t)seconds};
}

/* ---- which PCA ---- */

static enum fault
may_issue(const struct cert *c, const struct auth_terms *terms, uint64_t start,
    uint64_t end, struct fault_info *fi)
{
	if (c->tbs->cert_issue_permissions == NULL)
		return fault_set(
		    fi, FAULT_PSID_NOT_PERMITTED, "the PCA may issue nothing");
	TRY(perm_check_all(
	    c->tbs->cert_issue_permissions, terms->psids, 1, EE_APP, fi));
	if (!region_within(terms->region, region_of_cert(c)))
		return fault_set(fi, FAULT_REGION_NOT_NESTED,
		    "region is not within that of the PCA");
	if (start < c->start || end > c->end)
		return fault_set(fi, FAULT_BAD_TIME,
		    "validity is not within that of the PCA");
	return FAULT_OK;
}

enum fault
auth_choose_pca(struct ra_pca **out, struct ra *ra,
    const struct auth_terms *terms, uint64_t start, uint64_t end,
    struct fault_info *fi)
{
	enum fault f, last = FAULT_BAD_TIME;
	char cause[8];

	*out = NULL;
	for (size_t k = 0; k < ra->pca_n; k++) {
		struct ra_pca *pca =
		    &ra->pca[(terms->rif[CERT_ID_SIZE - 1] + k) % ra->pca_n];

		f = may_issue(ra_pca_cert(pca), terms, start, end, fi);
		if (f != FAULT_OK) {
			last = f;
			continue;
		}
		if (!peer_is_down(&pca->peer, cause, sizeof(cause))) {
			*out = pca;
			return FAULT_OK;
		}
		if (*out == NULL)
			*out = pca;
	}
	return *out != NULL ? FAULT_OK : last;
}

bool
auth_is_past(
    const struct ra *ra, const struct auth_terms *terms, uint64_t start)
{
	struct fault_info fi;

	for (size_t k = 0; k < ra->pca_n; k++) {
		const struct cert *c = ra_pca_cert(&ra->pca[k]);

		if (start < c->start &&
		    may_issue(c, terms, c->start, c->end, &fi) == FAULT_OK)
			return true;
	}
	return false;
}

/* ---- iterators ---- */

uint64_t
auth_iterator_start(const struct ra *ra, uint32_t enrollment_start, uint32_t i)
{
	return enrollment_start +
	       (uint64_t)i * ra->environment->identification_period_seconds;
}

uint32_t
auth_iterator(const struct ra *ra, uint32_t enrollment_start, uint32_t time)
{
	return time < enrollment_start
		   ? 0
		   : (time - enrollment_start) /
			 ra->environment->identification_period_seconds;
}

uint32_t
auth_iterator_due(const struct ra *ra, uint32_t enrollment_start, uint32_t i)
{
	uint32_t supply = ra->environment->identification_supply;
	uint64_t t;

	if (i < supply)
		return enrollment_start;
	t = auth_iterator_start(ra, enrollment_start, i - supply + 1);
	return t < UINT32_MAX ? (uint32_t)t : UINT32_MAX;
}
