/* world_pca.c - the PCA of the world, with all the mistakes it can make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cert/encrypt.h"
#include "cert/issue.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "crypto/linkage.h"
#include "device/zipfile.h"
#include "schema/pca_ra.h"
#include "schema/scms_protocol.h"
#include "test/unit/device/world_int.h"

/* Public keys of one certificate, from the device's request. */
struct cocoon {
	struct point b, h;
};

static void
expand(struct point *out, const unsigned_butterfly_params *params,
    enum butterfly_use use, uint32_t i, uint32_t j)
{
	const struct butterfly_index index = {i, j};
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

static struct cocoon
cocoon_of(struct world *w, struct bytes octets, uint32_t i, uint32_t j)
{
	const ee_ra_pseudonym_cert_provisioning_request *r;
	struct request request;
	struct cocoon c;

	world_open_request(w, octets, &request);
	r = &request.pdu->content.ee_ra
		 .ee_ra_pseudonym_cert_provisioning_request;
	expand(&c.b, &r->verify_key_info, BUTTERFLY_CERTIFICATE, i, j);
	expand(&c.h, &r->resp_enc_key_info, BUTTERFLY_ENCRYPTION, i, j);
	return c;
}

static void
make_linkage_value(
    const struct world *w, struct lv *out, uint32_t i, uint32_t j)
{
	struct key16 seed;
	struct lv half[2];

	for (unsigned la = 0; la < 2; la++) {
		seed = w->seed[la];
		for (uint32_t t = WORLD_I; t < i; t++)
			linkage_step(&seed, world_la[la], &seed, 1);
		linkage_plv(&half[la], world_la[la], &seed, 1, j, 1);
	}
	linkage_combine(out, &half[0], &half[1], 1);
}

static void
issue(struct world *w, struct implicit_certificate *out, const struct point *b,
    uint32_t i, uint32_t j, enum mistake mistake)
{
	const enum actor id = mistake == MISTAKE_ISSUER ? ACTOR_ECA : w->pca;
	const struct world_actor *pca = &w->actor[id];
	const struct implicit_issuer issuer = {pca->cert, &pca->sign};
	const uint64_t psids[] = {
	    mistake == MISTAKE_PSID ? 0x27 : 0x20, w->enrollment_psid};
	struct profile_params params = {.i = (uint16_t)i,
	    .start = WORLD_PERIOD_START(i),
	    .lifetime = profile_lifetime(PROFILE_PSEUDONYM, LIFETIME_TEST),
	    .app_permissions =
		profile_psids(&w->call, psids, w->reporters ? 2 : 1)};
	struct fault_info fi = {0};
	certificate *template;
	struct lv lv;

	if (mistake == MISTAKE_OTHER_I) {
		params.i++;
		params.start += 604800;
	}
	if (mistake == MISTAKE_START)
		params.start += 86400;
	memcpy(params.craca_id, w->actor[ACTOR_ROOT].cert->id + 5, 3);
	make_linkage_value(w, &lv, i, j);
	memcpy(params.linkage_value.b, lv.b, sizeof(lv.b));
	MUST(profile_build(
	    &template, &w->call, PROFILE_PSEUDONYM, &params, &fi));
	MUST(cert_issue_implicit(out, &w->call, template, b, &issuer, &fi));
	if (mistake == MISTAKE_KEY)
		out->r.b[31] ^= 1;
}

static struct bytes
encrypt(struct world *w, const struct implicit_certificate *made,
    const struct point *h, enum mistake mistake)
{
	plaintext_certificate_response plain = {
	    .is = plaintext_certificate_response_implicit_butterfly};
	implicit_cert_response *r = &plain.implicit_butterfly;
	struct bytes encoded, wrapped, out;
	struct recipient recipient;
	struct curve_point key;
	struct fault_info fi = {0};

	MUST(coer_decode(
	    &certificate_asn, &r->certificate, &w->call, made->raw, &fi));
	memcpy(r->priv_key_reconstruction_s.b, made->r.b, 32);
	MUST(coer_encode_new(&encoded, &w->call,
	    &plaintext_certificate_response_asn, &plain, &fi));
	MUST(spdu_wrap(&wrapped, &w->call, encoded, &fi));
	curve_of_p256(&key, h);
	if (mistake == MISTAKE_RECIPIENT)
		key = w->actor[ACTOR_RA].encrypt_public;
	recipient_of_key(&recipient, &key);
	MUST(spdu_encrypt_to(&out, &w->call, wrapped, &recipient, 1, &fi));
	return out;
}

static struct bytes
sign(struct world *w, struct bytes encrypted, uint32_t i, enum mistake mistake)
{
	const uint64_t one[] = {PSID_SECURITY};
	const struct spdu_header header = {.psid = PSID_SECURITY};
	to_be_signed_encrypted_certificate_response tbs = {
	    .psid_ssp = *profile_psids(&w->call, one, 1),
	    .expiration = WORLD_PERIOD_START(i) + 169 * 3600,
	    .lifetime = {.is = duration_hours, .hours = 169}};
	struct fault_info fi = {0};
	struct bytes encoded, out;
	uint8_t *octets;

	MUST(coer_decode(&ieee1609_dot2_data_asn, &tbs.encrypted_cert, &w->call,
	    encrypted, &fi));
	MUST(coer_encode_new(&encoded, &w->call,
	    &to_be_signed_encrypted_certificate_response_asn, &tbs, &fi));
	MUST(spdu_sign(&out, &w->call, &header, encoded, SIGNER_DIGEST,
	    &w->actor[mistake == MISTAKE_SIGNED_BY_RA ? ACTOR_RA : w->pca]
		 .signer,
	    &fi));
	octets = arena_alloc(&w->call, out.n, 1);
	memcpy(octets, out.p, out.n);
	if (mistake == MISTAKE_SIGNATURE)
		octets[out.n - 1] ^= 1;
	if (mistake == MISTAKE_CONTENTS)
		octets[out.n - 120] ^= 1; /* in the ciphertext */
	return (struct bytes){octets, out.n};
}

static struct bytes
respond(struct world *w, struct bytes request, uint32_t i, uint32_t j,
    enum mistake mistake)
{
	struct cocoon c = cocoon_of(w, request, i, j);
	struct implicit_certificate made;

	if (mistake == MISTAKE_PLAIN)
		return bytes_of_string("hello, device");
	issue(w, &made, &c.b, i, j, mistake);
	return sign(w, encrypt(w, &made, &c.h, mistake), i, mistake);
}

/* The name of an entry too many; NULL: there is none. */
static const char *
name_too_many(struct world *w, uint32_t i, enum mistake mistake)
{
	if (mistake == MISTAKE_EXTRA)
		return "README";
	if (mistake == MISTAKE_FOREIGN_NAME)
		return arena_printf(&w->call, "%X_1", i + 1);
	if (mistake == MISTAKE_DUPLICATE)
		return arena_printf(&w->call, "%x_1", i);
	if (mistake == MISTAKE_TRAVERSAL)
		return arena_printf(&w->call, "../%X_1", i);
	return NULL;
}

/* Returns how many entries there are then. */
static size_t
pack_badly(struct world *w, struct zip_entry *entry, size_t n, uint32_t i,
    enum mistake mistake)
{
	static uint8_t big[1u << 20];
	struct bytes data = entry[1].data;

	if (mistake == MISTAKE_SWAPPED) {
		entry[1].data = entry[2].data;
		entry[2].data = data;
	}
	if (mistake == MISTAKE_BIG)
		entry[1].data = BYTES(big);
	entry[n].data = data;
	entry[n].name = name_too_many(w, i, mistake);
	return n + (entry[n].name != NULL);
}

static struct bytes
make_batch(
    struct world *w, struct bytes request, uint32_t i, enum mistake mistake)
{
	struct zip_entry entry[WORLD_JMAX + 1] = {0};
	struct fault_info fi = {0};
	struct bytes zip;
	size_t n;

	for (uint32_t j = 0; j < WORLD_JMAX; j++) {
		entry[j].name = arena_printf(&w->call, "%X_%X", i, j);
		entry[j].data =
		    respond(w, request, i, j, j == 1 ? mistake : MISTAKE_NONE);
	}
	if (mistake == MISTAKE_EMPTY) /* the end record alone */
		return (struct bytes){(const uint8_t *)"PK\5\6\0\0\0\0\0\0\0"
						       "\0\0\0\0\0\0\0\0\0\0\0",
		    22};
	n = pack_badly(w, entry, WORLD_JMAX, i, mistake);
	MUST(zipfile_build(&zip, &w->call, entry, n, &fi));
	if (mistake == MISTAKE_TRUNCATED)
		zip.n -= 30;
	return zip;
}

/* The octets of a batch never change, so they are made once. */
struct bytes
world_batch(struct world *w, struct bytes request, uint32_t i)
{
	struct bytes *made = &w->batch[i % WORLD_BATCHES];

	if (made->n == 0)
		*made = bytes_copy(&w->arena,
		    make_batch(w, request, i,
			w->mistake_i == i ? w->mistake : MISTAKE_NONE));
	return *made;
}
