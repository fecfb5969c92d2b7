/* world_single.c - identification and application certificates of the world,
 * with all that can be wrong with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/encrypt.h"
#include "cert/issue.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/region.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "crypto/hash.h"
#include "device/zipfile.h"
#include "schema/pca_ra.h"
#include "schema/scms_protocol.h"
#include "test/unit/device/world_int.h"

#define ITERATOR 2592000u
#define HOUR	 3600u

/* What one certificate is made of. */
struct making {
	struct world *w;
	enum monarch_kind kind;
	const struct cert *enrollment;
	struct point b, h; /* keys of certificate and response */
	struct curve_point encryption;
	bool has_encryption;
	uint32_t start, hours;
	enum single_mistake mistake;
};

/* ---- keys ---- */

static void
expand(struct point *out, const unsigned_butterfly_params *params,
    enum butterfly_use use, uint32_t i)
{
	const struct butterfly_index index = {i, 0};
	struct butterfly butterfly = {.use = use};
	struct curve_point any;
	struct point seed;
	struct fault_info fi = {0};

	MUST(point_of_schema(&any, CURVE_P256, &params->seed_key, &fi));
	MUST(curve_to_p256(&seed, &any, &fi));
	memcpy(butterfly.expansion.b, params->expansion.b, 16);
	assert_int_equal(
	    butterfly_public(out, &butterfly, &seed, &index, NULL, 1),
	    FAULT_OK);
}

static void
take_identification(
    struct making *m, const ee_ra_id_cert_provisioning_request *r, uint32_t i)
{
	struct point e;

	expand(&m->b, &r->verify_key_info, BUTTERFLY_CERTIFICATE, i);
	expand(&m->h, &r->resp_enc_key_info, BUTTERFLY_ENCRYPTION, i);
	m->start = m->enrollment->start + i * ITERATOR;
	m->hours = 721;
	m->has_encryption = r->cert_enc_key_info != NULL;
	if (m->has_encryption) {
		expand(&e, r->cert_enc_key_info, BUTTERFLY_ENCRYPTION, i);
		curve_of_p256(&m->encryption, &e);
	}
}

static void
take_application(struct making *m, const ee_ra_app_cert_provisioning_request *r)
{
	struct curve_point any;
	struct fault_info fi = {0};

	MUST(key_of_schema(&any, &r->verify_key, &fi));
	MUST(curve_to_p256(&m->b, &any, &fi));
	MUST(encryption_key_of_schema(&any, &r->response_encryption_key, &fi));
	MUST(curve_to_p256(&m->h, &any, &fi));
	m->start = r->common.requested_start_time;
	if (m->start < time32_now())
		m->start = time32_now();
	m->hours = m->w->rse_hours;
	m->has_encryption = r->cert_encryption_key != NULL;
	if (m->has_encryption)
		MUST(encryption_key_of_schema(
		    &m->encryption, r->cert_encryption_key, &fi));
}

static void
take(struct making *m, struct bytes octets, uint32_t i)
{
	const end_entity_ra_interface_pdu *pdu;
	struct request request;

	world_open_request(m->w, octets, &request);
	m->enrollment = request.signer;
	pdu = &request.pdu->content.ee_ra;
	if (m->kind == MONARCH_IDENTIFICATION) {
		assert_int_equal(pdu->is,
		    end_entity_ra_interface_pdu_ee_ra_id_cert_provisioning_request);
		take_identification(
		    m, &pdu->ee_ra_id_cert_provisioning_request, i);
	} else {
		assert_int_equal(pdu->is,
		    end_entity_ra_interface_pdu_ee_ra_app_cert_provisioning_request);
		take_application(m, &pdu->ee_ra_app_cert_provisioning_request);
	}
}

/* ---- certificates ---- */

static void
spoil(struct making *m, struct profile_params *params, enum profile *profile,
    certificate *template)
{
	static const uint64_t foreign[] = {0x27, 0x81};
	static const uint8_t other[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	static const uint16_t country[] = {840};

	(void)template;
	switch ((int)m->mistake) {
	case SINGLE_RIF:
		params->rif = other;
		break;
	case SINGLE_START:
		params->start +=
		    m->kind == MONARCH_IDENTIFICATION ? ITERATOR : 0u - 86400;
		break;
	case SINGLE_ENDED:
		params->start -= (m->hours + 24) * HOUR;
		break;
	case SINGLE_PSID:
		params->app_permissions =
		    profile_psids(&m->w->call, foreign, 1);
		break;
	case SINGLE_SSP:
		params->app_permissions =
		    profile_psids(&m->w->call, foreign + 1, 1);
		break;
	case SINGLE_REGION:
		params->region = profile_countries(&m->w->call, country, 1);
		break;
	case SINGLE_PSEUDONYM:
		*profile = PROFILE_PSEUDONYM;
		break;
	case SINGLE_NO_ENCRYPTION:
		params->encryption_key = NULL;
		break;
	case SINGLE_ENCRYPTION:
		m->encryption = m->w->actor[ACTOR_MA].encrypt_public;
		break;
	}
}

static void
issue(struct making *m, struct implicit_certificate *out)
{
	const struct world_actor *pca = &m->w->actor[ACTOR_PCA];
	const struct implicit_issuer issuer = {pca->cert, &pca->sign};
	enum profile profile = m->kind == MONARCH_IDENTIFICATION
				   ? PROFILE_IDENTIFICATION
				   : PROFILE_APPLICATION;
	struct profile_params params = {.start = m->start,
	    .lifetime = {duration_hours, (uint16_t)m->hours},
	    .rif = m->enrollment->id,
	    .region = region_of_cert(m->enrollment)};
	sequence_of_psid_ssp *permissions;
	struct fault_info fi = {0};
	certificate *template;

	MUST(perm_requested(&permissions, &m->w->call, m->enrollment, &fi));
	params.app_permissions = permissions;
	memcpy(params.craca_id, m->w->actor[ACTOR_ROOT].cert->id + 5, 3);
	if (m->has_encryption)
		params.encryption_key = &m->encryption;
	spoil(m, &params, &profile, NULL);
	MUST(profile_build(&template, &m->w->call, profile, &params, &fi));
	if (m->mistake == SINGLE_SERIES)
		template->to_be_signed.crl_series = 1;
	MUST(cert_issue_implicit(
	    out, &m->w->call, template, &m->b, &issuer, &fi));
	if (m->mistake == SINGLE_KEY)
		out->r.b[31] ^= 1;
}

static struct bytes
encrypt(struct making *m, const struct implicit_certificate *made)
{
	bool butterfly =
	    (m->kind == MONARCH_IDENTIFICATION) != (m->mistake == SINGLE_KIND);
	plaintext_certificate_response plain = {
	    .is = butterfly ? plaintext_certificate_response_implicit_butterfly
			    : plaintext_certificate_response_implicit};
	implicit_cert_response *r = &plain.implicit_butterfly;
	struct arena *arena = &m->w->call;
	struct bytes encoded, wrapped, out;
	struct recipient recipient;
	struct curve_point key;
	struct fault_info fi = {0};

	MUST(coer_decode(
	    &certificate_asn, &r->certificate, arena, made->raw, &fi));
	memcpy(r->priv_key_reconstruction_s.b, made->r.b, 32);
	MUST(coer_encode_new(
	    &encoded, arena, &plaintext_certificate_response_asn, &plain, &fi));
	MUST(spdu_wrap(&wrapped, arena, encoded, &fi));
	curve_of_p256(&key, &m->h);
	if (m->mistake == SINGLE_RECIPIENT)
		key = m->w->actor[ACTOR_RA].encrypt_public;
	recipient_of_key(&recipient, &key);
	MUST(spdu_encrypt_to(&out, arena, wrapped, &recipient, 1, &fi));
	return out;
}

static struct bytes
sign(struct making *m, struct bytes encrypted)
{
	const uint64_t one[] = {PSID_SECURITY};
	const struct spdu_header header = {.psid = PSID_SECURITY};
	struct arena *arena = &m->w->call;
	to_be_signed_encrypted_certificate_response tbs = {
	    .psid_ssp = *profile_psids(arena, one, 1),
	    .expiration = m->start + m->hours * HOUR,
	    .lifetime = {.is = duration_hours, .hours = (uint16_t)m->hours}};
	struct fault_info fi = {0};
	struct bytes encoded, out;
	uint8_t *longer;

	MUST(coer_decode(&ieee1609_dot2_data_asn, &tbs.encrypted_cert, arena,
	    encrypted, &fi));
	MUST(coer_encode_new(&encoded, arena,
	    &to_be_signed_encrypted_certificate_response_asn, &tbs, &fi));
	MUST(spdu_sign(&out, arena, &header, encoded, SIGNER_DIGEST,
	    &m->w->actor[m->mistake == SINGLE_SIGNER ? ACTOR_RA : ACTOR_PCA]
		 .signer,
	    &fi));
	if (m->mistake == SINGLE_TRUNCATED)
		out.n--;
	if (m->mistake == SINGLE_TRAILING) {
		longer = arena_alloc(arena, out.n + 1, 1);
		memcpy(longer, out.p, out.n);
		out = (struct bytes){longer, out.n + 1};
	}
	return out;
}

/* ---- the RA ---- */

static const char *
entry_name(
    struct world *w, enum monarch_kind kind, const char *hash, uint32_t i)
{
	if (w->single_mistake == SINGLE_NAME)
		return kind == MONARCH_APPLICATION
			   ? "0123456789ABCDEF"
			   : arena_printf(&w->call, "%s_%X", hash, i + 1);
	if (kind == MONARCH_APPLICATION)
		return hash;
	return w->bare_entry ? arena_printf(&w->call, "%X", i)
			     : arena_printf(&w->call, "%s_%X", hash, i);
}

static struct bytes
file_of(struct world *w, enum monarch_kind kind, struct bytes request,
    const char *hash, uint32_t i)
{
	struct making m = {.w = w, .kind = kind, .mistake = w->single_mistake};
	struct implicit_certificate made;
	struct zip_entry entry[2] = {0};
	struct fault_info fi = {0};
	struct bytes zip;

	take(&m, request, i);
	issue(&m, &made);
	entry[0].data = sign(&m, encrypt(&m, &made));
	entry[0].name = entry_name(w, kind, hash, i);
	entry[1].data = entry[0].data;
	entry[1].name = kind == MONARCH_APPLICATION
			    ? arena_printf(&w->call, "%s_", hash)
			    : arena_printf(&w->call, "%X", i);
	MUST(zipfile_build(&zip, &w->call, entry,
	    w->single_mistake == SINGLE_TWICE ? 2 : 1, &fi));
	return zip;
}

enum fault
world_single_get(struct world *w, enum monarch_kind kind,
    struct http_result *result, struct arena *arena, const char *filename)
{
	char hash[17];
	unsigned i = 0;
	uint8_t id[8];

	for (size_t k = 0; k < w->ra->singles; k++) {
		const struct bytes request = {
		    w->ra->single[k], w->ra->single_n[k]};

		sha256_id(id, 8, request);
		hex_encode(hash, id, 8);
		if (strncasecmp(filename, hash, 16) != 0)
			continue;
		if (kind == MONARCH_IDENTIFICATION)
			assert_int_equal(
			    sscanf(filename + 16, "_%X.zip", &i), 1);
		else
			assert_string_equal(filename + 16, ".zip");
		if (w->single_late || i > w->single_i_last)
			break;
		w->ra->single_downloads++;
		return world_answer(result, arena, 200, "\r\n",
		    file_of(w, kind, request, hash, i));
	}
	return world_refuse(w, result, arena, 5065);
}

/* Is it one of those that were accepted? */
static bool
is_known(const struct world *w, struct bytes body)
{
	for (size_t k = 0; k < w->ra->singles; k++)
		if (bytes_equal(body,
			(struct bytes){w->ra->single[k], w->ra->single_n[k]}))
			return true;
	return false;
}

enum fault
world_single_post(struct world *w, enum monarch_kind kind,
    struct http_result *result, struct arena *arena, struct bytes body,
    struct fault_info *fi)
{
	struct making m = {.w = w, .kind = kind};
	struct bytes ack;

	w->ra->single_posts++;
	if (w->lose_requests > 0) {
		w->lose_requests--;
		return fault_set(fi, FAULT_NETWORK, "lost");
	}
	if (!is_known(w, body)) {
		if (w->single_taken)
			return world_refuse(w, result, arena, 5056);
		take(&m, body, 0);
		assert_true(w->ra->singles < 4 && body.n <= WORLD_REQUEST);
		memcpy(w->ra->single[w->ra->singles], body.p, body.n);
		w->ra->single_n[w->ra->singles++] = body.n;
	}
	if (w->lose_acks > 0) {
		w->lose_acks--;
		return fault_set(fi, FAULT_NETWORK, "lost");
	}
	world_ack(w, &ack, body,
	    kind == MONARCH_IDENTIFICATION
		? end_entity_ra_interface_pdu_ra_ee_id_cert_provisioning_ack
		: end_entity_ra_interface_pdu_ra_ee_app_cert_provisioning_ack);
	return world_answer(result, arena, 200, "\r\n", ack);
}
