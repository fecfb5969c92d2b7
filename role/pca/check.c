/* check.c - what is asked for: ours, permitted, of the right form? */
#include <string.h>

#include "role/pca/batch.h"
#include "schema/scms_protocol.h"

static bool
is_name(struct bytes field, const char *name)
{
	return bytes_equal(field, bytes_of_string(name));
}

/* ---- names and type ---- */

static enum refusal
check_form(struct batch_entry *e, const struct pca *pca)
{
	const scms_pdu_content *c = &e->pdu->content;
	const ra_pca_cert_request_msg *m = &c->pca_ra.ra_pca_cert_request;

	if (c->is != scms_pdu_content_pca_ra ||
	    c->pca_ra.is != pca_ra_interface_pdu_ra_pca_cert_request ||
	    m->cert_request_info.is !=
		ra_pca_cert_request_msg_cert_request_info_pseudonym_cert_req)
		return REFUSED_certificate_request_type;
	e->info = &m->cert_request_info.pseudonym_cert_req;
	if (!is_name(m->ra_id, pca->ra) ||
	    !is_name(e->info->pca_id, pca->self.name))
		return REFUSED_name;
	if (e->info->performance_assurance_level != NULL)
		return REFUSED_type;
	if (!is_name(e->info->la1_id, pca->la[0].name) ||
	    !is_name(e->info->la2_id, pca->la[1].name))
		return REFUSED_pre_linkage_value;
	if (e->info->group_linkage_info != NULL)
		return REFUSED_group_pre_linkage_value;
	return REFUSED_NOT;
}

/* ---- content ---- */

static bool
encodes_to(const struct asn_type *type, const void *value, struct bytes want)
{
	uint8_t octet[CLASS_PLAIN_MAX];
	struct writer w = writer_of(octet, sizeof(octet));

	return coer_encode(type, value, &w, NULL) == FAULT_OK &&
	       bytes_equal(writer_done(&w), want);
}

static enum refusal
check_class(struct batch_entry *e, const struct cert_class *class)
{
	if (!encodes_to(
		&sequence_of_psid_ssp_asn, &e->info->psid_ssp, class->psid_ssp))
		return REFUSED_psid_ssp;
	if (e->info->region == NULL ||
	    !encodes_to(&geographic_region_asn, e->info->region, class->region))
		return REFUSED_region;
	e->item.class = class;
	return REFUSED_NOT;
}

/* The certificate's time must lie within ours. */
static enum refusal
check_validity(struct batch_entry *e, const struct pca *pca)
{
	const struct environment *env = pca->environment;
	uint64_t start =
	    env->i_zero + (uint64_t)e->info->i_value * env->i_period_seconds;

	if (start < pca->self.cert->start ||
	    start + pca->class.lifetime > pca->self.cert->end)
		return REFUSED_validity;
	e->item.i = e->info->i_value;
	e->item.start = (uint32_t)start;
	return REFUSED_NOT;
}

static enum refusal
check_content(struct batch_entry *e, const struct pca *pca)
{
	enum refusal r = check_form(e, pca);

	if (r == REFUSED_NOT)
		r = check_class(e, &pca->class);
	if (r == REFUSED_NOT)
		r = check_validity(e, pca);
	return r;
}

/* ---- points ---- */

#define CHUNK 64

/* Points of some entries, those that came compressed apart. */
struct points {
	struct batch_entry *entry[2 * CHUNK];
	struct point *out[2 * CHUNK];
	struct compressed in[2 * CHUNK];
	struct point point[2 * CHUNK];
	bool ok[2 * CHUNK];
	size_t n;
};

static enum refusal
bad_point(const struct batch_entry *e, const struct point *p)
{
	return p == &e->item.b ? REFUSED_signature_key : REFUSED_encryption_key;
}

static void
add_point(struct points *u, struct batch_entry *e, struct point *out)
{
	u->entry[u->n] = e;
	u->out[u->n++] = out;
}

static void
take_point(struct points *compressed, struct batch_entry *e, struct point *out,
    const ecc_p256_curve_point *in)
{
	bool y_1 = in->is == ecc_p256_curve_point_compressed_y_1;

	if (in->is == ecc_p256_curve_point_uncompressed_p256) {
		memcpy(out->x, in->uncompressed_p256.x.b, sizeof(out->x));
		memcpy(out->y, in->uncompressed_p256.y.b, sizeof(out->y));
	} else if (y_1 || in->is == ecc_p256_curve_point_compressed_y_0) {
		struct compressed *c = &compressed->in[compressed->n];

		memcpy(c->x, y_1 ? in->compressed_y_1.b : in->compressed_y_0.b,
		    sizeof(c->x));
		c->y_bit = y_1;
		add_point(compressed, e, out);
	} else {
		e->refusal = bad_point(e, out);
	}
}

static void
refuse_bad(struct points *u)
{
	for (size_t t = 0; t < u->n; t++)
		if (!u->ok[t] && u->entry[t]->refusal == REFUSED_NOT)
			u->entry[t]->refusal =
			    bad_point(u->entry[t], u->out[t]);
}

static void
decompress(struct points *u)
{
	(void)!p256_decompress(u->point, u->in, u->ok, u->n);
	for (size_t t = 0; t < u->n; t++)
		*u->out[t] = u->point[t];
	refuse_bad(u);
}

static void
check_on_curve(struct points *u)
{
	for (size_t t = 0; t < u->n; t++)
		u->point[t] = *u->out[t];
	(void)!p256_check(u->point, u->ok, u->n);
	refuse_bad(u);
}

static void
check_points(struct batch_entry *entry, size_t n)
{
	struct points compressed, all;

	compressed.n = all.n = 0;
	for (struct batch_entry *e = entry; e < entry + n; e++) {
		if (!entry_is_open(e))
			continue;
		take_point(
		    &compressed, e, &e->item.b, &e->info->sig_butterfly_key_b);
		take_point(
		    &compressed, e, &e->item.h, &e->info->enc_butterfly_key_h);
		add_point(&all, e, &e->item.b);
		add_point(&all, e, &e->item.h);
	}
	if (compressed.n > 0)
		decompress(&compressed);
	if (all.n > 0)
		check_on_curve(&all);
}

void
check_entries(struct batch *b)
{
	size_t t, m;

	for (t = 0; t < b->n; t++)
		if (entry_is_open(&b->entry[t]))
			b->entry[t].refusal =
			    check_content(&b->entry[t], b->pca);
	for (t = 0; t < b->n; t += m) {
		m = b->n - t < CHUNK ? b->n - t : CHUNK;
		check_points(b->entry + t, m);
	}
}
