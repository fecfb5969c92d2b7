/* request.c - one request for a certificate, taken apart. */
#include <assert.h>
#include <string.h>

#include "role/pca/mark.h"
#include "role/pca/request.h"

/* ---- template ---- */

/* One PLV; its changing octets are all fill, or marks. */
struct plv_value {
	encrypted_individual_plv plv;
	recipient_info to;
	uint8_t wrapped[SYMM_WRAPPED_OCTETS];
	uint8_t ciphertext[PLV_PLAIN_OCTETS + CCM_TAG_SIZE];
};

static void
fill_plv(struct plv_value *v, const char *const name[5], int fill)
{
	symm_recipient_info *symm = &v->to.symm_recip_info;
	aes_ccm_ciphertext *text = &v->plv.enc_plv.ciphertext.aes128ccm;

	v->plv.version = 1;
	memset(v->plv.la_id.b, fill, sizeof(v->plv.la_id.b));
	v->plv.enc_plv.recipients.n = 1;
	v->plv.enc_plv.recipients.v = &v->to;
	v->to.is = recipient_info_symm_recip_info;
	mark_or_fill(symm->recipient_id.b, 8, name[0], fill);
	symm->enc_key.is = symmetric_ciphertext_aes128ccm;
	mark_or_fill(
	    symm->enc_key.aes128ccm.nonce.b, CCM_NONCE_SIZE, name[1], fill);
	mark_or_fill(v->wrapped, sizeof(v->wrapped), name[2], fill);
	symm->enc_key.aes128ccm.ccm_ciphertext = BYTES(v->wrapped);
	v->plv.enc_plv.ciphertext.is = symmetric_ciphertext_aes128ccm;
	mark_or_fill(text->nonce.b, CCM_NONCE_SIZE, name[3], fill);
	mark_or_fill(v->ciphertext, sizeof(v->ciphertext), name[4], fill);
	text->ccm_ciphertext = BYTES(v->ciphertext);
}

static const char *const plv_names[2][5] = {
    {"id1", "key-nonce1", "wrapped1", "nonce1", "ciphertext1"},
    {"id2", "key-nonce2", "wrapped2", "nonce2", "ciphertext2"}};
static const char *const no_names[5] = {NULL};

static void
fill_point(ecc_p256_curve_point *p, const char *name, int fill)
{
	uint8_t xy[64];

	mark_or_fill(xy, sizeof(xy), name, fill);
	p->is = ecc_p256_curve_point_uncompressed_p256;
	memcpy(p->uncompressed_p256.x.b, xy, 32);
	memcpy(p->uncompressed_p256.y.b, xy + 32, 32);
}

/* A whole request: with marks if marked, else all that changes is fill. */
static enum fault
encode_request(struct bytes *out, struct arena *arena,
    const struct request_form *form, bool marked, int fill,
    struct fault_info *fi)
{
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	struct plv_value *v = ARENA_ARRAY(arena, 2, struct plv_value);
	ra_pca_cert_request_msg *m;
	pseudonym_cert_request_info *info;

	if (pdu == NULL || v == NULL) {
		fault_set(fi, FAULT_TOO_LARGE, "no memory");
		return FAULT_TOO_LARGE;
	}
	for (size_t t = 0; t < 2; t++)
		fill_plv(&v[t], marked ? plv_names[t] : no_names, fill);
	pdu->version = 1;
	pdu->content.is = scms_pdu_content_pca_ra;
	pdu->content.pca_ra.is = pca_ra_interface_pdu_ra_pca_cert_request;
	m = &pdu->content.pca_ra.ra_pca_cert_request;
	m->version = 1;
	m->ra_id = bytes_of_string(form->ra);
	m->cert_request_info.is =
	    ra_pca_cert_request_msg_cert_request_info_pseudonym_cert_req;
	info = &m->cert_request_info.pseudonym_cert_req;
	info->psid_ssp = *form->psids;
	/* the encoder does not write to it */
	info->region = (geographic_region *)(uintptr_t)form->region;
	info->i_value = (uint16_t)(fill << 8 | fill);
	info->pca_id = bytes_of_string(form->pca);
	fill_point(&info->sig_butterfly_key_b, marked ? "B" : NULL, fill);
	info->la1_id = bytes_of_string(form->la[0]);
	info->la2_id = bytes_of_string(form->la[1]);
	info->enc_plv1 = v[0].plv;
	info->enc_plv2 = v[1].plv;
	fill_point(&info->enc_butterfly_key_h, marked ? "H" : NULL, fill);
	return coer_encode_new(out, arena, &scms_pdu_asn, pdu, fi);
}

/* Two encodings, one filled with 00 and one with ff: what differs is what
 * changes from one to the next. */
static enum fault
make_masked(struct masked *m, struct bytes zeros, struct bytes ones,
    struct fault_info *fi)
{
	assert(zeros.n == ones.n);
	if (zeros.n > sizeof(m->octets))
		return fault_set(fi, FAULT_CONFIG, "too many PSIDs");
	m->n = zeros.n;
	for (size_t t = 0; t < m->n; t++) {
		m->octets[t] = zeros.p[t];
		m->same[t] = (uint8_t) ~(zeros.p[t] ^ ones.p[t]);
	}
	return FAULT_OK;
}

static enum fault
make_sealed(struct plv_template *t, struct arena *arena, struct fault_info *fi)
{
	struct plv_value v = {.plv = {.version = 1}};
	struct bytes all[3] = {BYTES_NONE, BYTES_NONE, BYTES_NONE};

	fill_plv(&v, no_names, 0);
	TRY(coer_encode_new(
	    &all[0], arena, &encrypted_individual_plv_asn, &v.plv, fi));
	fill_plv(&v, no_names, 0xff);
	TRY(coer_encode_new(
	    &all[1], arena, &encrypted_individual_plv_asn, &v.plv, fi));
	fill_plv(&v, plv_names[0], 0);
	TRY(coer_encode_new(
	    &all[2], arena, &encrypted_individual_plv_asn, &v.plv, fi));
	TRY(make_masked(&t->form, all[0], all[1], fi));
	assert(t->form.n == PLV_OCTETS);
	/* the first that changes */
	t->la_id = find_difference(all[0], all[1]);
	t->key_id = find_mark(all[2], 8, "id1");
	t->key_nonce = find_mark(all[2], CCM_NONCE_SIZE, "key-nonce1");
	t->wrapped = find_mark(all[2], SYMM_WRAPPED_OCTETS, "wrapped1");
	t->nonce = find_mark(all[2], CCM_NONCE_SIZE, "nonce1");
	t->ciphertext = find_mark(all[2], sizeof(v.ciphertext), "ciphertext1");
	return FAULT_OK;
}

enum fault
request_template_make(struct request_template *t, struct arena *arena,
    const struct request_form *form, struct fault_info *fi)
{
	struct bytes zeros = BYTES_NONE, ones = BYTES_NONE, marked = BYTES_NONE;

	t->form = *form;
	TRY(make_sealed(&t->sealed, arena, fi));
	TRY(encode_request(&zeros, arena, form, false, 0, fi));
	TRY(encode_request(&ones, arena, form, false, 0xff, fi));
	TRY(encode_request(&marked, arena, form, true, 0, fi));
	TRY(make_masked(&t->pdu, zeros, ones, fi));
	t->i = find_difference(zeros, ones);
	t->b = find_mark(marked, 64, "B");
	t->h = find_mark(marked, 64, "H");
	t->plv[0] = find_mark(marked, 8, "id1") - t->sealed.key_id;
	t->plv[1] = find_mark(marked, 8, "id2") - t->sealed.key_id;
	return FAULT_OK;
}

/* ---- by template ---- */

static bool
fits(const struct masked *m, const uint8_t *in)
{
	uint64_t differs = 0, a, b, same;
	size_t t;

	for (t = 0; t + sizeof(a) <= m->n; t += sizeof(a)) {
		memcpy(&a, in + t, sizeof(a));
		memcpy(&b, m->octets + t, sizeof(b));
		memcpy(&same, m->same + t, sizeof(same));
		differs |= (a ^ b) & same;
	}
	for (; t < m->n; t++)
		differs |= (uint64_t)((in[t] ^ m->octets[t]) & m->same[t]);
	return differs == 0;
}

static void
take_plv(
    struct sealed_plv *out, const struct plv_template *t, const uint8_t *octets)
{
	out->octets = octets;
	out->la_id = octets + t->la_id;
	out->key_id = octets + t->key_id;
	out->data.key = NULL;
	out->data.key_nonce = octets + t->key_nonce;
	out->data.nonce = octets + t->nonce;
	out->data.wrapped =
	    (struct bytes){octets + t->wrapped, SYMM_WRAPPED_OCTETS};
	out->data.ciphertext = (struct bytes){
	    octets + t->ciphertext, PLV_PLAIN_OCTETS + CCM_TAG_SIZE};
}

bool
request_take(struct pca_request *out, const struct request_template *t,
    const uint8_t *in)
{
	if (!fits(&t->pdu, in))
		return false;
	out->octets = (struct bytes){in, t->pdu.n};
	out->refusal = REFUSED_NOT;
	out->i = (uint16_t)(in[t->i] << 8 | in[t->i + 1]);
	out->b = (struct asked_point){in + t->b, in + t->b + 32, false};
	out->h = (struct asked_point){in + t->h, in + t->h + 32, false};
	take_plv(&out->plv[0], &t->sealed, in + t->plv[0]);
	take_plv(&out->plv[1], &t->sealed, in + t->plv[1]);
	return true;
}

/* ---- by the general decoder ---- */

static bool
is_name(struct bytes field, const char *name)
{
	return bytes_equal(field, bytes_of_string(name));
}

static bool
encodes_to(const struct asn_type *type, const void *value, struct bytes want)
{
	uint8_t octet[REQUEST_OCTETS_MAX];
	struct writer w = writer_of(octet, sizeof(octet));

	return coer_encode(type, value, &w, NULL) == FAULT_OK &&
	       bytes_equal(writer_done(&w), want);
}

static enum refusal
check_names(const ra_pca_cert_request_msg *m, const struct request_form *form)
{
	const pseudonym_cert_request_info *info =
	    &m->cert_request_info.pseudonym_cert_req;

	if (!is_name(m->ra_id, form->ra) || !is_name(info->pca_id, form->pca))
		return REFUSED_name;
	if (info->performance_assurance_level != NULL)
		return REFUSED_type;
	if (!is_name(info->la1_id, form->la[0]) ||
	    !is_name(info->la2_id, form->la[1]))
		return REFUSED_pre_linkage_value;
	if (info->group_linkage_info != NULL)
		return REFUSED_group_pre_linkage_value;
	return REFUSED_NOT;
}

static enum refusal
check_form(const scms_pdu *pdu, const struct request_form *form)
{
	const scms_pdu_content *c = &pdu->content;
	const ra_pca_cert_request_msg *m = &c->pca_ra.ra_pca_cert_request;
	const pseudonym_cert_request_info *info;
	enum refusal r;

	if (c->is != scms_pdu_content_pca_ra ||
	    c->pca_ra.is != pca_ra_interface_pdu_ra_pca_cert_request ||
	    m->cert_request_info.is !=
		ra_pca_cert_request_msg_cert_request_info_pseudonym_cert_req)
		return REFUSED_certificate_request_type;
	info = &m->cert_request_info.pseudonym_cert_req;
	r = check_names(m, form);
	if (r != REFUSED_NOT)
		return r;
	if (!encodes_to(
		&sequence_of_psid_ssp_asn, &info->psid_ssp, form->psids_coer))
		return REFUSED_psid_ssp;
	if (info->region == NULL || !encodes_to(&geographic_region_asn,
					info->region, form->region_coer))
		return REFUSED_region;
	return REFUSED_NOT;
}

static struct asked_point
point_of(const ecc_p256_curve_point *in)
{
	switch (in->is) {
	case ecc_p256_curve_point_uncompressed_p256:
		return (struct asked_point){in->uncompressed_p256.x.b,
		    in->uncompressed_p256.y.b, false};
	case ecc_p256_curve_point_compressed_y_0:
		return (struct asked_point){in->compressed_y_0.b, NULL, false};
	case ecc_p256_curve_point_compressed_y_1:
		return (struct asked_point){in->compressed_y_1.b, NULL, true};
	case ecc_p256_curve_point_x_only:
	case ecc_p256_curve_point_fill:
		break;
	}
	return (struct asked_point){NULL, NULL, false};
}

/* What an LA did not make keeps octets NULL. */
static enum fault
plv_of(struct sealed_plv *out, struct arena *arena,
    const struct plv_template *t, const encrypted_individual_plv *in,
    struct fault_info *fi)
{
	struct bytes octets = BYTES_NONE;

	TRY(coer_encode_new(
	    &octets, arena, &encrypted_individual_plv_asn, in, fi));
	if (octets.n == t->form.n && fits(&t->form, octets.p))
		take_plv(out, t, octets.p);
	return FAULT_OK;
}

enum fault
request_of_pdu(struct pca_request *out, struct arena *arena,
    const struct request_template *t, const scms_pdu *pdu,
    struct fault_info *fi)
{
	const pseudonym_cert_request_info *info =
	    &pdu->content.pca_ra.ra_pca_cert_request.cert_request_info
		 .pseudonym_cert_req;

	memset(out, 0, sizeof(*out));
	out->octets = pdu->raw;
	out->refusal = check_form(pdu, &t->form);
	if (out->refusal != REFUSED_NOT)
		return FAULT_OK;
	out->i = info->i_value;
	out->b = point_of(&info->sig_butterfly_key_b);
	out->h = point_of(&info->enc_butterfly_key_h);
	TRY(plv_of(&out->plv[0], arena, &t->sealed, &info->enc_plv1, fi));
	return plv_of(&out->plv[1], arena, &t->sealed, &info->enc_plv2, fi);
}
