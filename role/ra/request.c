/* request.c - see request.h. */
#include <string.h>

#include "role/ra/request.h"

#define XY_SIZE 64
/* A point octet of the two encodings that are compared to find a key. */
#define MARK	   0x55
#define OTHER_MARK 0xaa

static ecc_p256_curve_point
uncompressed(const struct point *p)
{
	ecc_p256_curve_point out = {
	    .is = ecc_p256_curve_point_uncompressed_p256,
	};

	memcpy(out.uncompressed_p256.x.b, p->x, sizeof(p->x));
	memcpy(out.uncompressed_p256.y.b, p->y, sizeof(p->y));
	return out;
}

void
request_fill(scms_pdu *pdu, const struct request_class *class, uint16_t i,
    const struct request_parts *parts, const encrypted_individual_plv plv[2])
{
	ra_pca_cert_request_msg *msg;
	pseudonym_cert_request_info *info;

	memset(pdu, 0, sizeof(*pdu));
	pdu->version = 1;
	pdu->content.is = scms_pdu_content_pca_ra;
	pdu->content.pca_ra.is = pca_ra_interface_pdu_ra_pca_cert_request;
	msg = &pdu->content.pca_ra.ra_pca_cert_request;
	msg->version = 1;
	msg->ra_id = bytes_of_string(class->ra);
	msg->cert_request_info.is =
	    ra_pca_cert_request_msg_cert_request_info_pseudonym_cert_req;
	info = &msg->cert_request_info.pseudonym_cert_req;
	info->psid_ssp = *class->psid_ssp;
	/* the encoder does not write to it */
	info->region = (geographic_region *)(uintptr_t) class->region;
	info->i_value = i;
	info->pca_id = bytes_of_string(class->pca);
	info->sig_butterfly_key_b = uncompressed(&parts->b);
	info->la1_id = bytes_of_string(class->la[0]);
	info->la2_id = bytes_of_string(class->la[1]);
	info->enc_plv1 = plv[0];
	info->enc_plv2 = plv[1];
	info->enc_butterfly_key_h = uncompressed(&parts->h);
}

/* The smallest value that the encoder takes; it only has to have a size. */
static encrypted_individual_plv
any_plv(symm_recipient_info *symm, recipient_info *recipient)
{
	encrypted_individual_plv plv = {.version = 1};

	memset(symm, 0, sizeof(*symm));
	symm->enc_key.is = symmetric_ciphertext_aes128ccm;
	memset(recipient, 0, sizeof(*recipient));
	recipient->is = recipient_info_symm_recip_info;
	recipient->symm_recip_info = *symm;
	plv.enc_plv.recipients.n = 1;
	plv.enc_plv.recipients.v = recipient;
	plv.enc_plv.ciphertext.is = symmetric_ciphertext_aes128ccm;
	return plv;
}

/* Encodes with keys, and la_id of the first PLV, filled with marks. */
static enum fault
encode_marked(struct bytes *out, struct arena *arena,
    const struct request_class *class, uint16_t i, const uint8_t mark[3],
    struct fault_info *fi)
{
	struct request_parts parts = {0};
	symm_recipient_info symm;
	recipient_info recipient;
	encrypted_individual_plv plv[2];
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "request template");
	memset(&parts.b, mark[0], sizeof(parts.b));
	memset(&parts.h, mark[1], sizeof(parts.h));
	plv[0] = plv[1] = any_plv(&symm, &recipient);
	memset(plv[0].la_id.b, mark[2], sizeof(plv[0].la_id.b));
	request_fill(pdu, class, i, &parts, plv);
	return coer_encode_new(out, arena, &scms_pdu_asn, pdu, fi);
}

/* Where the n octets are in which a and b differ, and only there. */
static enum fault
locate(
    size_t *at, struct bytes a, struct bytes b, size_t n, struct fault_info *fi)
{
	size_t first = 0, last = a.n;

	if (a.n != b.n)
		return fault_set(fi, FAULT_INTERNAL, "request template");
	while (first < a.n && a.p[first] == b.p[first])
		first++;
	while (last > first && a.p[last - 1] == b.p[last - 1])
		last--;
	if (last - first != n)
		return fault_set(fi, FAULT_INTERNAL, "request template");
	*at = first;
	return FAULT_OK;
}

enum fault
request_template_make(struct request_template *t, struct arena *arena,
    const struct request_class *class, uint16_t i, struct fault_info *fi)
{
	static const uint8_t marks[4][3] = {
	    {MARK, MARK, MARK},
	    {OTHER_MARK, MARK, MARK},
	    {MARK, OTHER_MARK, MARK},
	    {MARK, MARK, OTHER_MARK},
	};
	symm_recipient_info symm;
	recipient_info recipient;
	encrypted_individual_plv plv = any_plv(&symm, &recipient);
	size_t plv_size = coer_size(&encrypted_individual_plv_asn, &plv);
	size_t la_id_at, plv_at, end;
	struct bytes in[4];

	for (size_t k = 0; k < 4; k++)
		TRY(encode_marked(&in[k], arena, class, i, marks[k], fi));
	TRY(locate(&t->b_at, in[0], in[1], XY_SIZE, fi));
	TRY(locate(&t->h_at, in[0], in[2], XY_SIZE, fi));
	TRY(locate(&la_id_at, in[0], in[3], sizeof(plv.la_id.b), fi));
	plv_at = la_id_at - 1; /* version */
	end = plv_at + 2 * plv_size;
	if (t->b_at + XY_SIZE > plv_at || t->h_at < end)
		return fault_set(fi, FAULT_INTERNAL, "request template");
	t->before = (struct bytes){in[0].p, plv_at};
	t->after = (struct bytes){in[0].p + end, in[0].n - end};
	t->h_at -= end;
	return FAULT_OK;
}

static uint8_t *
put(uint8_t *out, struct bytes b)
{
	memcpy(out, b.p, b.n);
	return out + b.n;
}

static void
put_point(uint8_t *out, const struct point *p)
{
	memcpy(out, p->x, sizeof(p->x));
	memcpy(out + sizeof(p->x), p->y, sizeof(p->y));
}

void
request_write(uint8_t *out, const struct request_template *t,
    const struct request_parts *parts)
{
	uint8_t *p = out;

	p = put(p, t->before);
	p = put(p, parts->plv[0]);
	p = put(p, parts->plv[1]);
	put(p, t->after);
	put_point(out + t->b_at, &parts->b);
	put_point(p + t->h_at, &parts->h);
}
