/* judge.c - what a device asks for against what its type is certified for. */
#include "cert/convert.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/region.h"
#include "cert/request.h"
#include "coer/coer.h"
#include "crypto/random.h"
#include "role/dcm/dcm.h"
#include "schema/scms_protocol.h"

static bool
has(const struct conf_uints *list, uint64_t v)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i] == v)
			return true;
	return false;
}

static geographic_region *
region_of(struct arena *arena, const struct dcm_type *type)
{
	uint16_t *codes = ARENA_ARRAY(arena, type->regions.n, uint16_t);

	for (size_t i = 0; codes != NULL && i < type->regions.n; i++)
		codes[i] = (uint16_t)type->regions.v[i];
	return codes != NULL ? profile_countries(arena, codes, type->regions.n)
			     : NULL;
}

static enum fault
judge_psids(const sequence_of_psid_group_permissions *groups,
    const struct dcm_type *type, struct fault_info *fi)
{
	size_t n = 0;

	for (size_t i = 0; groups != NULL && i < groups->n; i++) {
		const subject_permissions *s =
		    &groups->v[i].subject_permissions;

		if (s->is != subject_permissions_explicit)
			return fault_set(
			    fi, FAULT_DENIED, "PSIDs are not named one by one");
		for (size_t k = 0; k < s->explicit.n; k++, n++)
			if (!has(&type->psids, s->explicit.v[k].psid))
				return fault_set(fi, FAULT_DENIED,
				    "PSID 0x%llx is not certified for type %s",
				    (unsigned long long)s->explicit.v[k].psid,
				    type->name);
	}
	return n > 0 ? FAULT_OK
		     : fault_set(fi, FAULT_DENIED, "no PSID is asked for");
}

enum fault
dcm_judge(struct arena *arena, struct bytes csr, struct trust *trust,
    const struct dcm_type *type, uint32_t now, struct fault_info *fi)
{
	const to_be_signed_certificate *tbs;
	struct fault_info why;
	struct request r;

	if (request_open(&r, arena, csr, trust, now, &why) != FAULT_OK)
		return fault_set(
		    fi, FAULT_DENIED, "enrollment request: %s", why.text);
	if (r.signer != NULL || r.pdu == NULL ||
	    r.pdu->content.is != scms_pdu_content_eca_ee ||
	    r.pdu->content.eca_ee.is !=
		eca_end_entity_interface_pdu_ee_eca_cert_request)
		return fault_set(
		    fi, FAULT_DENIED, "not a self-signed enrollment request");
	tbs = &r.pdu->content.eca_ee.ee_eca_cert_request.tbs_data;
	TRY(judge_psids(tbs->cert_request_permissions, type, fi));
	if (tbs->region == NULL ||
	    !region_within(tbs->region, region_of(arena, type)))
		return fault_set(fi, FAULT_DENIED,
		    "region is not certified for type %s", type->name);
	return FAULT_OK;
}

/* ---- a request in the name of a device ---- */

static enum fault
fill(to_be_signed_certificate *tbs, struct arena *arena,
    const struct dcm_type *type, const struct signer *signer, uint32_t now,
    struct fault_info *fi)
{
	uint64_t *wanted = ARENA_ARRAY(arena, type->psids.n, uint64_t);
	struct curve_point key = signer->public;

	for (size_t i = 0; wanted != NULL && i < type->psids.n; i++)
		wanted[i] = type->psids.v[i];
	tbs->id.is = certificate_id_name;
	tbs->validity_period.start = now;
	tbs->validity_period.duration.is = duration_years;
	tbs->validity_period.duration.years = DCM_YEARS;
	tbs->region = region_of(arena, type);
	if (wanted != NULL)
		tbs->cert_request_permissions = profile_group(
		    arena, wanted, type->psids.n, false, 0, EE_APP);
	if (tbs->region == NULL || tbs->cert_request_permissions == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "request");
	tbs->verify_key_indicator.is =
	    verification_key_indicator_verification_key;
	curve_compress(&key);
	key_to_schema(&tbs->verify_key_indicator.verification_key, &key);
	return FAULT_OK;
}

enum fault
dcm_make_request(struct bytes *csr, struct scalar *key, struct arena *arena,
    const struct dcm_type *type, uint32_t now, struct fault_info *fi)
{
	scms_pdu pdu = {.version = 1, .content.is = scms_pdu_content_eca_ee};
	ee_eca_cert_request *request = &pdu.content.eca_ee.ee_eca_cert_request;
	struct signer signer;
	struct bytes encoded;

	random_scalars(key, 1);
	TRY(signer_of_scalar(&signer, key, NULL, fi));
	pdu.content.eca_ee.is =
	    eca_end_entity_interface_pdu_ee_eca_cert_request;
	request->version = 1;
	request->current_time = now;
	TRY(fill(&request->tbs_data, arena, type, &signer, now, fi));
	TRY(coer_encode_new(&encoded, arena, &scms_pdu_asn, &pdu, fi));
	return request_sign(
	    csr, arena, encoded, false, SIGNER_SELF, &signer, fi);
}
