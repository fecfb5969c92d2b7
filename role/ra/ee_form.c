/* ee_form.c - what a device signed, in the layouts of 1.2.2 and 1.2.4. */
#include "cert/perm.h"
#include "role/ra/ee.h"
#include "schema/scms_124.h"

#define COMMON_FORM(form, r)                         \
	do {                                         \
		(form)->hash_id = (r)->hash_id;      \
		(form)->tbs = (r)->tbs_raw;          \
		(form)->signer = &(r)->signer;       \
		(form)->signature = &(r)->signature; \
	} while (0)

static void
form_of_download(struct ee_form *form, const authenticated_download_request *m)
{
	form->kind = EE_DOWNLOAD;
	form->time = m->timestamp;
	form->filename = m->filename;
}

static void
form_of_identity(
    struct ee_form *form, const ee_ra_id_cert_provisioning_request *m)
{
	form->kind = EE_IDENTITY;
	form->time = m->common.current_time;
	form->start_time = m->common.requested_start_time;
	form->sign = &m->verify_key_info;
	form->encrypt = &m->resp_enc_key_info;
	form->cert_encrypt = m->cert_enc_key_info;
}

static void
form_of_application(
    struct ee_form *form, const ee_ra_app_cert_provisioning_request *m)
{
	form->kind = EE_APPLICATION;
	form->time = m->common.current_time;
	form->start_time = m->common.requested_start_time;
	form->verify_key = &m->verify_key;
	form->cert_key = m->cert_encryption_key;
	form->response_key = &m->response_encryption_key;
}

static void
form_of_pseudonym(
    struct ee_form *form, const ee_ra_pseudonym_cert_provisioning_request *m)
{
	form->kind = EE_PROVISIONING;
	form->time = m->common.current_time;
	form->start_time = m->common.requested_start_time;
	form->sign = &m->verify_key_info;
	form->encrypt = &m->resp_enc_key_info;
}

static void
form_of_122(struct ee_form *form, const signed_certificate_request *r)
{
	const end_entity_ra_interface_pdu *pdu = &r->tbs_request.content.ee_ra;

	COMMON_FORM(form, r);
	form->kind = EE_OTHER;
	if (r->tbs_request.content.is != scms_pdu_content_ee_ra)
		return;
	switch ((unsigned)pdu->is) {
	case end_entity_ra_interface_pdu_ee_ra_authenticated_download_request:
		form_of_download(
		    form, &pdu->ee_ra_authenticated_download_request);
		break;
	case end_entity_ra_interface_pdu_ee_ra_pseudonym_cert_provisioning_request:
		form_of_pseudonym(
		    form, &pdu->ee_ra_pseudonym_cert_provisioning_request);
		break;
	case end_entity_ra_interface_pdu_ee_ra_id_cert_provisioning_request:
		form_of_identity(
		    form, &pdu->ee_ra_id_cert_provisioning_request);
		break;
	case end_entity_ra_interface_pdu_ee_ra_app_cert_provisioning_request:
		form_of_application(
		    form, &pdu->ee_ra_app_cert_provisioning_request);
		break;
	default:
		break;
	}
}

static void
form_of_identity_124(
    struct ee_form *form, const ee_ra_id_cert_provisioning_request_124 *m)
{
	form->kind = EE_IDENTITY;
	form->time = form->start_time = m->current_time;
	form->sign = &m->verify_key_info;
	form->encrypt = &m->resp_enc_key_info;
	form->cert_encrypt = m->cert_enc_key_info;
	form->region = &m->region;
}

static void
form_of_application_124(
    struct ee_form *form, const ee_ra_app_cert_provisioning_request_124 *m)
{
	form->kind = EE_APPLICATION;
	form->time = m->current_time;
	form->start_time = m->requested_start_time;
	form->verify_key = &m->verify_key;
	form->cert_key = m->cert_encryption_key;
	form->response_key = &m->response_encryption_key;
	form->region = &m->region;
}

static void
form_of_pseudonym_124(struct ee_form *form,
    const ee_ra_pseudonym_cert_provisioning_request_124 *m)
{
	form->kind = EE_PROVISIONING;
	form->time = form->start_time = m->current_time;
	form->sign = &m->verify_key_info;
	form->encrypt = &m->resp_enc_key_info;
}

/* Only provisioning requests differ; the butterfly ones ask for certificates
 * from now on. */
static void
form_of_124(struct ee_form *form, const signed_certificate_request_124 *r)
{
	const end_entity_ra_interface_pdu_124 *pdu =
	    &r->tbs_request.content.ee_ra;

	COMMON_FORM(form, r);
	form->kind = EE_OTHER;
	if (r->tbs_request.content.is != scms_pdu_124_content_ee_ra)
		return;
	switch ((unsigned)pdu->is) {
	case end_entity_ra_interface_pdu_124_ee_ra_pseudonym_cert_provisioning_request:
		form_of_pseudonym_124(
		    form, &pdu->ee_ra_pseudonym_cert_provisioning_request);
		break;
	case end_entity_ra_interface_pdu_124_ee_ra_id_cert_provisioning_request:
		form_of_identity_124(
		    form, &pdu->ee_ra_id_cert_provisioning_request);
		break;
	case end_entity_ra_interface_pdu_124_ee_ra_app_cert_provisioning_request:
		form_of_application_124(
		    form, &pdu->ee_ra_app_cert_provisioning_request);
		break;
	default:
		break;
	}
}

static enum fault
decode_request(struct ee_form *form, struct arena *arena, struct bytes in,
    struct fault_info *fi)
{
	signed_certificate_request *r122;
	signed_certificate_request_124 *r124;
	enum fault f;

	r122 = ARENA_NEW(arena, signed_certificate_request);
	r124 = ARENA_NEW(arena, signed_certificate_request_124);
	if (r122 == NULL || r124 == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "request");
	f = coer_decode(&signed_certificate_request_asn, r122, arena, in, fi);
	if (f == FAULT_OK) {
		form_of_122(form, r122);
	} else if (coer_decode(&signed_certificate_request_124_asn, r124, arena,
		       in, NULL) == FAULT_OK) {
		form_of_124(form, r124);
		f = FAULT_OK;
	}
	return f;
}

/* SignedData, in which a request for the ECA comes. */
static enum fault
form_of_data(struct ee_form *form, const signed_data *s, struct fault_info *fi)
{
	const header_info *h = &s->tbs_data.header_info;
	const ieee1609_dot2_data *inner = s->tbs_data.payload.data;

	form->hash_id = s->hash_id;
	form->tbs = s->tbs_data.raw;
	form->signer = &s->signer;
	form->signature = &s->signature;
	if (h->psid != PSID_SECURITY || h->generation_time == NULL ||
	    inner == NULL ||
	    inner->content.is != ieee1609_dot2_content_unsecured_data)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "PSID, generation time or content of the signed data");
	form->kind = EE_SUCCESSOR;
	form->time = (uint32_t)(*h->generation_time / 1000000u);
	form->inner = inner->content.unsecured_data;
	return FAULT_OK;
}

static enum fault
read_content(struct ee_form *form, struct arena *arena,
    const ieee1609_dot2_data *data, bool is_data, struct fault_info *fi)
{
	const ieee1609_dot2_content *c = &data->content;

	if (is_data && c->is == ieee1609_dot2_content_signed_data)
		return form_of_data(form, &c->signed_data, fi);
	if (is_data ||
	    c->is != ieee1609_dot2_content_signed_certificate_request)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    is_data ? "not signed data" : "not a signed request");
	return decode_request(form, arena, c->signed_certificate_request, fi);
}

enum fault
ee_read_form(struct ee *ee, struct arena *arena, struct bytes in, bool is_data,
    struct fault_info *fi)
{
	ieee1609_dot2_data *data = ARENA_NEW(arena, ieee1609_dot2_data);
	const struct ee_form *form = &ee->form;

	if (data == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "request");
	TRY(coer_decode(&ieee1609_dot2_data_asn, data, arena, in, fi));
	TRY(read_content(&ee->form, arena, data, is_data, fi));
	if (form->signer->is != signer_identifier_certificate ||
	    form->signer->certificate.n != 1)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "not signed with one certificate");
	return cert_of(
	    &ee->enrollment, arena, &form->signer->certificate.v[0], fi);
}
