/*
 * canonical.c - see canonical.h; crypto-facts 1, IEEE 1609.2-2022 6.4.3,
 * 6.3.4 and 6.3.9.
 *
 * Each function works on a shallow copy and on copies of what hangs on
 * pointers, so that the decoded value stays what was received.
 */
#include "cert/canonical.h"
#include "cert/cert.h"
#include "cert/convert.h"
#include "coer/coer.h"

/* Copies that a canonical certificate needs besides its own struct. */
struct parts {
	public_encryption_key encryption_key;
	signature signature;
};

static bool
tbs_canonical(to_be_signed_certificate *tbs, struct parts *parts)
{
	verification_key_indicator *v = &tbs->verify_key_indicator;
	bool changed = false;

	if (tbs->encryption_key != NULL) {
		parts->encryption_key = *tbs->encryption_key;
		tbs->encryption_key = &parts->encryption_key;
		changed = canonical_encryption_key(tbs->encryption_key);
	}
	if (v->is == verification_key_indicator_verification_key)
		changed |= canonical_verification_key(&v->verification_key);
	else if (v->is == verification_key_indicator_reconstruction_value)
		changed |= canonical_point(&v->reconstruction_value);
	return changed;
}

enum fault
canonical_tbs_certificate(struct bytes *out, struct arena *a,
    const to_be_signed_certificate *in, struct fault_info *fi)
{
	to_be_signed_certificate tbs = *in;
	struct parts parts;

	if (!tbs_canonical(&tbs, &parts) && in->raw.p != NULL) {
		*out = in->raw;
		return FAULT_OK;
	}
	return coer_encode_new(out, a, &to_be_signed_certificate_asn, &tbs, fi);
}

enum fault
canonical_certificate(struct bytes *out, struct arena *a, const certificate *in,
    struct fault_info *fi)
{
	certificate c = *in;
	struct parts parts;
	bool changed;

	changed = tbs_canonical(&c.to_be_signed, &parts);
	if (c.signature != NULL) {
		parts.signature = *c.signature;
		c.signature = &parts.signature;
		changed |= canonical_signature(c.signature);
	}
	if (!changed && in->raw.p != NULL) {
		*out = in->raw;
		return FAULT_OK;
	}
	return coer_encode_new(out, a, &certificate_asn, &c, fi);
}

enum fault
cert_canonical_tbs(struct bytes *out, struct arena *a,
    const to_be_signed_certificate *tbs, struct fault_info *fi)
{
	return canonical_tbs_certificate(out, a, tbs, fi);
}

enum fault
cert_canonical(
    struct bytes *out, struct arena *a, struct bytes raw, struct fault_info *fi)
{
	certificate c;

	TRY(coer_decode(&certificate_asn, &c, a, raw, fi));
	return canonical_certificate(out, a, &c, fi);
}

/* ---- messages ---- */

/* More levels than any message has; the codec's limit is higher. */
#define LEVELS 8

/* What a canonical message needs besides its own struct, per level. */
struct level {
	encryption_key encryption_key;
	ieee1609_dot2_data data;
};

static bool data_canonical(ieee1609_dot2_data *, struct level *, size_t);

static bool
tbs_data_canonical(to_be_signed_data *tbs, struct level *l, size_t left)
{
	bool changed = false;

	if (tbs->header_info.encryption_key != NULL) {
		l->encryption_key = *tbs->header_info.encryption_key;
		tbs->header_info.encryption_key = &l->encryption_key;
		if (l->encryption_key.is == encryption_key_public_)
			changed = canonical_encryption_key(
			    &l->encryption_key.public_);
	}
	if (tbs->payload.data != NULL && left > 1) {
		l->data = *tbs->payload.data;
		tbs->payload.data = &l->data;
		changed |= data_canonical(&l->data, l + 1, left - 1);
	}
	return changed;
}

static bool
data_canonical(ieee1609_dot2_data *d, struct level *l, size_t left)
{
	bool changed;

	if (d->content.is != ieee1609_dot2_content_signed_data)
		return false;
	changed = canonical_signature(&d->content.signed_data.signature);
	changed |=
	    tbs_data_canonical(&d->content.signed_data.tbs_data, l, left);
	return changed;
}

static bool
too_deep(const to_be_signed_data *tbs)
{
	int n;

	for (n = 0; n < LEVELS - 1; n++) {
		if (tbs->payload.data == NULL ||
		    tbs->payload.data->content.is !=
			ieee1609_dot2_content_signed_data)
			return false;
		tbs = &tbs->payload.data->content.signed_data.tbs_data;
	}
	return true;
}

static enum fault
deep(struct fault_info *fi)
{
	return fault_set(fi, FAULT_TOO_DEEP,
	    "signed data nested more than %d levels", LEVELS - 1);
}

enum fault
canonical_tbs_data(struct bytes *out, struct arena *a,
    const to_be_signed_data *in, struct fault_info *fi)
{
	to_be_signed_data tbs = *in;
	struct level levels[LEVELS];

	if (too_deep(in))
		return deep(fi);
	if (!tbs_data_canonical(&tbs, levels, LEVELS) && in->raw.p != NULL) {
		*out = in->raw;
		return FAULT_OK;
	}
	return coer_encode_new(out, a, &to_be_signed_data_asn, &tbs, fi);
}

enum fault
canonical_data(struct bytes *out, struct arena *a, const ieee1609_dot2_data *in,
    struct fault_info *fi)
{
	ieee1609_dot2_data d = *in;
	struct level levels[LEVELS];

	if (d.content.is == ieee1609_dot2_content_signed_data &&
	    too_deep(&d.content.signed_data.tbs_data))
		return deep(fi);
	if (!data_canonical(&d, levels, LEVELS) && in->raw.p != NULL) {
		*out = in->raw;
		return FAULT_OK;
	}
	return coer_encode_new(out, a, &ieee1609_dot2_data_asn, &d, fi);
}
