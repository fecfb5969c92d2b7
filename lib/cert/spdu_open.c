/* spdu_open.c - signed messages that come in; see spdu.h. */
#include <inttypes.h>
#include <string.h>

#include "cert/batch.h"
#include "cert/canonical.h"
#include "cert/convert.h"
#include "cert/perm.h"
#include "cert/signature.h"
#include "cert/spdu.h"
#include "cert/validity.h"
#include "coer/coer.h"

/* One message on its way. */
struct opening {
	struct spdu *out;
	const signed_data *sd;
	struct cert *signer; /* NULL: self */
	struct cert *along[CERT_CHAIN_MAX];
	size_t n_along;
	struct curve_signature sig;
	uint8_t hash[SHA384_SIZE];
	size_t hash_n;
};

/* ---- form ---- */

static enum fault
decode(
    struct opening *o, struct arena *a, struct bytes in, struct fault_info *fi)
{
	ieee1609_dot2_data *d = ARENA_NEW(a, ieee1609_dot2_data);

	if (d == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no memory left for a message");
	/* The version is not under the signature; it has its own fault. */
	if (in.n > 0 && in.p[0] != 3)
		return fault_set(fi, FAULT_BAD_VERSION,
		    "message of protocol version %u", in.p[0]);
	TRY(coer_decode(&ieee1609_dot2_data_asn, d, a, in, fi));
	if (d->content.is != ieee1609_dot2_content_signed_data)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "message is not signedData");
	o->out->data = d;
	o->sd = &d->content.signed_data;
	return FAULT_OK;
}

static void
read_header(struct spdu_header *out, const header_info *h)
{
	*out = (struct spdu_header){.psid = h->psid};
	if ((out->has_generation_time = h->generation_time != NULL))
		out->generation_time = *h->generation_time;
	if ((out->has_expiry_time = h->expiry_time != NULL))
		out->expiry_time = *h->expiry_time;
	if ((out->has_location = h->generation_location != NULL)) {
		out->place.latitude = h->generation_location->latitude;
		out->place.longitude = h->generation_location->longitude;
		out->elevation = h->generation_location->elevation;
	}
	out->encryption_key = h->encryption_key;
}

static struct bytes
read_hash(const hashed_data *h)
{
	switch (h->is) {
	case hashed_data_sha256_hashed_data:
		return BYTES(h->sha256_hashed_data.b);
	case hashed_data_sha384_hashed_data:
		return BYTES(h->sha384_hashed_data.b);
	case hashed_data_sm3_hashed_data:
	case hashed_data_unknown:
		break;
	}
	return BYTES_NONE;
}

static enum fault
read_payload(
    struct spdu *out, const signed_data_payload *p, struct fault_info *fi)
{
	if (p->omitted != NULL)
		return fault_set(fi, FAULT_UNSUPPORTED,
		    "payload is omitted from the message");
	if (p->data == NULL && p->ext_data_hash == NULL)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "message without payload");
	if (p->ext_data_hash != NULL)
		out->external_hash = read_hash(p->ext_data_hash);
	if (p->data == NULL)
		return FAULT_OK;
	out->is_unsecured =
	    p->data->content.is == ieee1609_dot2_content_unsecured_data;
	out->payload =
	    out->is_unsecured ? p->data->content.unsecured_data : p->data->raw;
	return FAULT_OK;
}

/* ---- signer ---- */

static enum fault
signers_along(struct opening *o, struct arena *a,
    const sequence_of_certificate *list, struct fault_info *fi)
{
	size_t i;

	if (list->n == 0)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "signer is an empty list of certificates");
	if (list->n > CERT_CHAIN_MAX + 1)
		return fault_set(fi, FAULT_CHAIN_TOO_LONG,
		    "signer is a list of %zu certificates", list->n);
	TRY(cert_of(&o->signer, a, &list->v[0], fi));
	for (i = 1; i < list->n; i++)
		TRY(cert_of(&o->along[o->n_along++], a, &list->v[i], fi));
	return FAULT_OK;
}

static enum fault
find_signer(
    struct opening *o, struct arena *a, struct trust *t, struct fault_info *fi)
{
	const signer_identifier *s = &o->sd->signer;

	switch (s->is) {
	case signer_identifier_digest:
		return trust_find_signer(&o->signer, a, t, s->digest.b, fi);
	case signer_identifier_certificate:
		return signers_along(o, a, &s->certificate, fi);
	case signer_identifier_self:
	case signer_identifier_unknown:
		break;
	}
	return fault_set(
	    fi, FAULT_BAD_MESSAGE, "message names no signing certificate");
}

static enum fault
check_hash_id(const struct opening *o, enum curve curve, struct fault_info *fi)
{
	hash_algorithm want = hash_of_curve(curve) == SHA384_SIZE
				  ? hash_algorithm_sha384
				  : hash_algorithm_sha256;

	if (o->sd->hash_id == want)
		return FAULT_OK;
	return fault_set(fi, FAULT_HASH_MISMATCH, "hashId %d with a key on %s",
	    (int)o->sd->hash_id, curve_name(curve));
}

/* The hash that is signed, and the signature, ready to be verified. */
static enum fault
take_signature(struct opening *o, struct arena *a,
    const struct curve_point *key, struct fault_info *fi)
{
	struct bytes tbs;

	TRY(check_hash_id(o, key->curve, fi));
	TRY(signature_of_schema(&o->sig, &o->sd->signature, fi));
	if (o->sig.r.curve != key->curve)
		return fault_set(fi, FAULT_CURVE_MISMATCH,
		    "key is on %s, signature on %s", curve_name(key->curve),
		    curve_name(o->sig.r.curve));
	TRY(canonical_tbs_data(&tbs, a, &o->sd->tbs_data, fi));
	o->hash_n = hash_of_curve(key->curve);
	hash_to_sign(o->hash, o->hash_n, tbs, o->signer);
	memcpy(o->out->digest.b, o->hash, sizeof(o->out->digest.b));
	return FAULT_OK;
}

/* All that comes before the signature is verified. */
static enum fault
prepare(struct opening *o, struct arena *a, struct bytes in, struct trust *t,
    const struct spdu_rules *rules, struct fault_info *fi)
{
	TRY(decode(o, a, in, fi));
	read_header(&o->out->header, &o->sd->tbs_data.header_info);
	TRY(read_payload(o->out, &o->sd->tbs_data.payload, fi));
	TRY(find_signer(o, a, t, fi));
	TRY(trust_check_chain_with(
	    NULL, t, o->signer, rules->now, o->along, o->n_along, fi));
	o->out->signer = o->signer;
	return take_signature(o, a, &o->signer->key, fi);
}

/* ---- rules ---- */

static enum fault
check_times(
    const struct spdu *s, const struct spdu_rules *r, struct fault_info *fi)
{
	uint64_t made = s->header.generation_time / 1000000;
	uint64_t ends = s->header.expiry_time / 1000000;
	uint64_t now = r->now;

	if (r->need_generation_time && !s->header.has_generation_time)
		return fault_set(fi, FAULT_NO_GENERATION_TIME,
		    "message has no generation time");
	if (r->now == TRUST_ANY_TIME)
		return FAULT_OK;
	if (s->header.has_generation_time && made > now + r->tolerance)
		return fault_set(fi, FAULT_GENERATED_IN_FUTURE,
		    "generated %" PRIu64 " s in the future", made - now);
	if (s->header.has_generation_time && r->max_age != 0 &&
	    now > made + r->max_age + r->tolerance)
		return fault_set(fi, FAULT_TOO_OLD,
		    "generated %" PRIu64 " s ago", now - made);
	if (s->header.has_expiry_time && now > ends + r->tolerance)
		return fault_set(fi, FAULT_MESSAGE_EXPIRED,
		    "expired %" PRIu64 " s ago", now - ends);
	return FAULT_OK;
}

/* When and where the message was made must suit the certificate. */
static enum fault
check_origin(const struct spdu *s, struct fault_info *fi)
{
	uint64_t made = s->header.generation_time / 1000000;
	uint32_t t = made > UINT32_MAX ? UINT32_MAX : (uint32_t)made;

	if (s->header.has_generation_time)
		TRY(validity_check_time(s->signer, t, fi));
	if (s->header.has_location && region_holds(region_of_cert(s->signer),
					  s->header.place) == REGION_OUTSIDE)
		return fault_set(fi, FAULT_OUTSIDE_REGION,
		    "made outside the region of the signer");
	return FAULT_OK;
}

static enum fault
check_psid(
    const struct spdu *s, const struct spdu_rules *r, struct fault_info *fi)
{
	if (!r->any_psid && s->header.psid != r->psid)
		return fault_set(fi, FAULT_PSID_NOT_PERMITTED,
		    "message has PSID 0x%" PRIx64 ", expected 0x%" PRIx64,
		    (uint64_t)s->header.psid, r->psid);
	return s->signer != NULL ? perm_check_use(s->signer, s->header.psid, fi)
				 : FAULT_OK;
}

static enum fault
check_who(
    const struct spdu *s, const struct spdu_rules *r, struct fault_info *fi)
{
	if (r->signer == NULL ||
	    (s->signer != NULL &&
		memcmp(s->signer->hash, r->signer->hash, SHA384_SIZE) == 0))
		return FAULT_OK;
	return fault_set(fi, FAULT_DENIED,
	    "signed by another certificate than is expected here");
}

static enum fault
check_rules(
    const struct spdu *s, const struct spdu_rules *r, struct fault_info *fi)
{
	TRY(check_who(s, r, fi));
	TRY(check_psid(s, r, fi));
	TRY(check_times(s, r, fi));
	if (s->signer != NULL)
		TRY(check_origin(s, fi));
	return r->replay != NULL
		   ? replay_check(r->replay, &s->digest, r->now, fi)
		   : FAULT_OK;
}

/* ---- one ---- */

enum fault
spdu_open(struct spdu *out, struct arena *a, struct bytes in, struct trust *t,
    const struct spdu_rules *rules, struct fault_info *fi)
{
	struct opening o = {.out = out};

	memset(out, 0, sizeof(*out));
	TRY(prepare(&o, a, in, t, rules, fi));
	TRY(curve_verify(&o.signer->key, o.hash, o.hash_n, &o.sig, fi));
	return check_rules(out, rules, fi);
}

enum fault
spdu_open_self(struct spdu *out, struct arena *a, struct bytes in,
    const struct curve_point *key, const struct spdu_rules *rules,
    struct fault_info *fi)
{
	struct opening o = {.out = out};

	memset(out, 0, sizeof(*out));
	TRY(decode(&o, a, in, fi));
	if (o.sd->signer.is != signer_identifier_self)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "signer of the message is not self");
	read_header(&out->header, &o.sd->tbs_data.header_info);
	TRY(read_payload(out, &o.sd->tbs_data.payload, fi));
	TRY(take_signature(&o, a, key, fi));
	TRY(curve_verify(key, o.hash, o.hash_n, &o.sig, fi));
	return check_rules(out, rules, fi);
}

/* ---- many ---- */

#define CHUNK 256

/* From here on a table of multiples of the signer's key pays. */
#define KNOWN_MIN 1000

struct verifying {
	struct point key[CHUNK];
	struct digest e[CHUNK];
	struct p256_signature sig[CHUNK];
	size_t index[CHUNK];
	bool ok[CHUNK];
	size_t n;
};

static void
verify_chunk(
    struct verifying *v, enum fault *verdict, const struct p256_known *known)
{
	size_t i;

	if (v->n == 0)
		return;
	per_element(known != NULL
			? ecdsa_verify_known(known, v->e, v->sig, v->ok, v->n)
			: ecdsa_verify(v->key, v->e, v->sig, v->ok, v->n));
	for (i = 0; i < v->n; i++)
		if (!v->ok[i])
			verdict[v->index[i]] = FAULT_BAD_SIGNATURE;
	v->n = 0;
}

static void
add_to_chunk(struct verifying *v, const struct opening *o, size_t i)
{
	v->key[v->n] = o->signer->key_p256;
	memcpy(v->e[v->n].b, o->hash, sizeof(v->e[v->n].b));
	signature_to_p256(&v->sig[v->n], &o->sig);
	v->index[v->n++] = i;
}

/* The one key of all that are left; NULL: there are several, or too few. */
static struct p256_known *
common_key(const struct opening *o, const enum fault *verdict, size_t n)
{
	const struct point *key = NULL;
	size_t i, count = 0;

	for (i = 0; i < n; i++) {
		if (verdict[i] != FAULT_OK ||
		    o[i].signer->key.curve != CURVE_P256)
			continue;
		if (key != NULL &&
		    memcmp(key, &o[i].signer->key_p256, sizeof(*key)) != 0)
			return NULL;
		key = &o[i].signer->key_p256;
		count++;
	}
	return count >= KNOWN_MIN ? p256_known_new(key) : NULL;
}

static void
verify_all(const struct opening *o, enum fault *verdict, size_t n)
{
	struct p256_known *known = common_key(o, verdict, n);
	struct verifying v = {.n = 0};
	size_t i;

	for (i = 0; i < n; i++) {
		if (verdict[i] != FAULT_OK)
			continue;
		if (o[i].signer->key.curve != CURVE_P256)
			verdict[i] = curve_verify(&o[i].signer->key, o[i].hash,
			    o[i].hash_n, &o[i].sig, NULL);
		else
			add_to_chunk(&v, &o[i], i);
		if (v.n == CHUNK)
			verify_chunk(&v, verdict, known);
	}
	verify_chunk(&v, verdict, known);
	p256_known_free(known);
}

enum fault
spdu_open_batch(struct spdu *out, enum fault *verdict, struct arena *a,
    const struct bytes *in, size_t n, struct trust *t,
    const struct spdu_rules *rules)
{
	struct opening *o = ARENA_ARRAY(a, n, struct opening);
	size_t i;

	for (i = 0; i < n; i++) {
		memset(&out[i], 0, sizeof(out[i]));
		verdict[i] = FAULT_TOO_LARGE;
		if (o == NULL)
			continue;
		o[i].out = &out[i];
		verdict[i] = prepare(&o[i], a, in[i], t, rules, NULL);
	}
	if (o == NULL)
		return n > 0 ? FAULT_TOO_LARGE : FAULT_OK;
	verify_all(o, verdict, n);
	for (i = 0; i < n; i++)
		if (verdict[i] == FAULT_OK)
			verdict[i] = check_rules(&out[i], rules, NULL);
	return first_fault(verdict, n);
}

enum fault
spdu_canonical(
    struct bytes *out, struct arena *a, struct bytes in, struct fault_info *fi)
{
	ieee1609_dot2_data d;

	TRY(coer_decode(&ieee1609_dot2_data_asn, &d, a, in, fi));
	return canonical_data(out, a, &d, fi);
}
