/*
 * response.c - the PCA's certificate responses, as a batch.
 *
 * Each step works on all that are still good and drops those that are not;
 * arrays of a step run parallel to live[].
 */
#include <string.h>

#include "base/secret.h"
#include "cert/encrypt.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/region.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "crypto/butterfly.h"
#include "crypto/ecqv.h"
#include "device/kind.h"
#include "device/response.h"
#include "schema/pca_ra.h"

/* How far a certificate may start from the beginning of its period: i = 0 is
 * set differently by an hour and by leap seconds in the field. */
#define START_TOLERANCE 3600

struct item {
	struct response *response;
	struct spdu spdu;	/* what the PCA signed */
	struct bytes encrypted; /* for us */
	struct bytes opened;	/* the same, decrypted */
	const implicit_cert_response *plain;
	struct cert *cert;
};

struct batch {
	const struct response_rules *rules;
	struct arena *arena;
	struct item **live;
	size_t n;
	/* Scratch, one element per item. */
	struct bytes *octets, *opened;
	struct spdu *spdus;
	struct cert **certs;
	enum fault *verdict;
	struct butterfly_index *index;
	struct scalar *scalars;
	bool *ok;
};

/* After a step: takes away what failed in it. */
static void
drop(struct batch *b, const char *step)
{
	size_t kept = 0;

	for (size_t k = 0; k < b->n; k++) {
		struct item *item = b->live[k];

		if (b->verdict[k] != FAULT_OK) {
			item->response->verdict = b->verdict[k];
			item->response->step = step;
		} else {
			b->live[kept++] = item;
		}
	}
	b->n = kept;
}

static void
open_signed(struct batch *b)
{
	const struct spdu_rules rules = {
	    .psid = PSID_SECURITY, .now = b->rules->now};

	for (size_t k = 0; k < b->n; k++)
		b->octets[k] = b->live[k]->response->octets;
	(void)!spdu_open_batch(b->spdus, b->verdict, b->arena, b->octets, b->n,
	    b->rules->trust, &rules);
	for (size_t k = 0; k < b->n; k++) {
		b->live[k]->spdu = b->spdus[k];
		if (b->verdict[k] == FAULT_OK)
			b->verdict[k] =
			    perm_check_role(b->spdus[k].signer, SCMS_PCA, NULL);
	}
	drop(b, "signature of the PCA");
}

/* encrypted-cert is the last component, so it is the end of the octets. */
static enum fault
find_encrypted(struct item *item, struct arena *arena)
{
	to_be_signed_encrypted_certificate_response *tbs;
	struct bytes payload = item->spdu.payload;
	size_t n;

	tbs = ARENA_NEW(arena, to_be_signed_encrypted_certificate_response);
	if (tbs == NULL)
		return FAULT_TOO_LARGE;
	TRY(coer_decode(&to_be_signed_encrypted_certificate_response_asn, tbs,
	    arena, payload, NULL));
	n = coer_size(&encrypted_certificate_data_asn, &tbs->encrypted_cert);
	if (n == 0 || n > payload.n)
		return FAULT_BAD_MESSAGE;
	item->encrypted = (struct bytes){payload.p + payload.n - n, n};
	return FAULT_OK;
}

static void
open_payload(struct batch *b)
{
	for (size_t k = 0; k < b->n; k++)
		b->verdict[k] = find_encrypted(b->live[k], b->arena);
	drop(b, "signed contents");
}

static void
decrypt(struct batch *b)
{
	const struct caterpillar *c = &b->rules->keys->response;

	for (size_t k = 0; k < b->n; k++) {
		b->index[k].i = b->live[k]->response->i;
		b->index[k].j = b->live[k]->response->j;
		b->octets[k] = b->live[k]->encrypted;
	}
	/* A key that does not exist is all zeros and decrypts nothing. */
	(void)!butterfly_private(
	    b->scalars, &c->butterfly, &c->private, b->index, b->ok, b->n);
	(void)!spdu_decrypt_batch(
	    b->opened, b->verdict, b->arena, b->octets, b->scalars, b->n);
	wipe(b->scalars, b->n * sizeof(*b->scalars));
	for (size_t k = 0; k < b->n; k++)
		b->live[k]->opened = b->opened[k];
	drop(b, "decryption");
}

static enum fault
read_plain(struct item *item, struct arena *arena, enum monarch_kind kind)
{
	plaintext_certificate_response *plain;
	struct bytes contents;

	TRY(spdu_unwrap(&contents, item->opened, NULL));
	if ((plain = ARENA_NEW(arena, plaintext_certificate_response)) == NULL)
		return FAULT_TOO_LARGE;
	TRY(coer_decode(
	    &plaintext_certificate_response_asn, plain, arena, contents, NULL));
	if (plain->is != kind_of(kind)->response)
		return FAULT_BAD_MESSAGE;
	/* Both alternatives are of one type, and share their place. */
	item->plain = &plain->implicit_butterfly;
	return cert_of(&item->cert, arena, &item->plain->certificate, NULL);
}

static void
read_certificates(struct batch *b)
{
	for (size_t k = 0; k < b->n; k++)
		b->verdict[k] =
		    read_plain(b->live[k], b->arena, b->rules->kind);
	drop(b, "decrypted contents");
}

static void
check_chains(struct batch *b)
{
	for (size_t k = 0; k < b->n; k++)
		b->certs[k] = b->live[k]->cert;
	(void)!trust_check_batch(
	    b->rules->trust, b->certs, b->verdict, b->n, TRUST_ANY_TIME);
	drop(b, "certificate chain");
}

/* Does the certificate begin when its period does? */
static bool
starts_with_period(
    const struct cert *cert, uint32_t i, const struct response_rules *rules)
{
	int64_t start = (int64_t)rules->i_zero + (int64_t)i * rules->i_seconds;
	int64_t off = (int64_t)cert->start - start;

	return off <= START_TOLERANCE && off >= -START_TOLERANCE;
}

/* An application certificate begins when it was asked to, or when the RA got
 * around to it, and is of use. */
static bool
starts_as_asked(const struct cert *cert, const struct response_rules *rules)
{
	const uint32_t wanted = rules->keys->start;

	return (uint64_t)cert->start + START_TOLERANCE >= wanted &&
	       (cert->start <= wanted ||
		   cert->start <= (uint64_t)rules->now + START_TOLERANCE) &&
	       cert->end > rules->now;
}

/* Is it the certificate of this device, and of this period? */
static bool
is_ours(const struct item *item, const struct response_rules *rules)
{
	const certificate_id *id = &item->cert->tbs->id;
	const struct response *r = item->response;

	if (rules->kind == MONARCH_PSEUDONYM)
		return id->linkage_data.i_cert == r->i &&
		       starts_with_period(item->cert, r->i, rules);
	return bytes_equal(id->binary_id, BYTES(rules->enrollment->id)) &&
	       (rules->kind == MONARCH_IDENTIFICATION
		       ? starts_with_period(item->cert, r->i, rules)
		       : starts_as_asked(item->cert, rules));
}

static enum fault
check_contents(const struct item *item, const struct response_rules *rules)
{
	const struct cert *cert = item->cert;

	TRY(profile_check(kind_of(rules->kind)->profile, cert, NULL));
	if (cert->issuer != item->spdu.signer || !is_ours(item, rules) ||
	    cert->has_encryption_key != rules->keys->has_encryption)
		return FAULT_WRONG_PROFILE;
	if (!region_within(
		region_of_cert(cert), region_of_cert(rules->enrollment)))
		return FAULT_REGION_NOT_NESTED;
	return perm_check_request(
	    rules->enrollment, cert->tbs->app_permissions, NULL);
}

static void
check_all_contents(struct batch *b)
{
	for (size_t k = 0; k < b->n; k++)
		b->verdict[k] = check_contents(b->live[k], b->rules);
	drop(b, "certificate contents");
}

/* Keys of the certificates with the private halves that we would sign with;
 * these are made to be compared and forgotten. */
static enum fault
check_keys_in(struct batch *b, struct ecqv_share *share, struct digest *e,
    struct point *q)
{
	const struct caterpillar *c = &b->rules->keys->certificate;

	(void)!butterfly_private(
	    b->scalars, &c->butterfly, &c->private, b->index, b->ok, b->n);
	for (size_t k = 0; k < b->n; k++) {
		const struct item *item = b->live[k];

		share[k].k_u = b->scalars[k];
		memcpy(share[k].r.b, item->plain->priv_key_reconstruction_s.b,
		    sizeof(share[k].r.b));
		cert_ecqv_hash(&e[k], item->cert, item->cert->issuer);
		q[k] = item->cert->key_p256;
	}
	return ecqv_private(b->scalars, share, e, q, b->ok, b->n);
}

static void
check_keys(struct batch *b)
{
	struct ecqv_share *share;
	struct digest *e;
	struct point *q;

	share = ARENA_ARRAY(b->arena, b->n, struct ecqv_share);
	e = ARENA_ARRAY(b->arena, b->n, struct digest);
	q = ARENA_ARRAY(b->arena, b->n, struct point);
	for (size_t k = 0; k < b->n; k++) {
		b->ok[k] = false;
		b->index[k].i = b->live[k]->response->i;
		b->index[k].j = b->live[k]->response->j;
	}
	if (share != NULL && e != NULL && q != NULL)
		(void)!check_keys_in(b, share, e, q);
	for (size_t k = 0; k < b->n; k++)
		b->verdict[k] = b->ok[k] ? FAULT_OK : FAULT_KEY_MISMATCH;
	if (share != NULL)
		wipe(share, b->n * sizeof(*share));
	wipe(b->scalars, b->n * sizeof(*b->scalars));
	drop(b, "key of the certificate");
}

/* The encryption key of a certificate is the one that we have the private half
 * of. */
static enum fault
check_encryption_key(const struct item *item, const struct response_rules *r)
{
	const struct caterpillar *c = &r->keys->encryption;
	const struct butterfly_index index = {
	    item->response->i, item->response->j};
	enum fault fault = FAULT_KEY_MISMATCH;
	struct scalar private;
	struct point ours, theirs;

	if (!item->cert->has_encryption_key)
		return FAULT_OK;
	if (butterfly_private(&private, &c->butterfly, &c->private, &index,
		NULL, 1) == FAULT_OK &&
	    p256_base_mul(&ours, &private, NULL, 1) == FAULT_OK &&
	    curve_to_p256(&theirs, &item->cert->encryption_key, NULL) ==
		FAULT_OK &&
	    memcmp(&ours, &theirs, sizeof(ours)) == 0)
		fault = FAULT_OK;
	wipe(&private, sizeof(private));
	return fault;
}

static void
check_encryption_keys(struct batch *b)
{
	for (size_t k = 0; k < b->n; k++)
		b->verdict[k] = check_encryption_key(b->live[k], b->rules);
	drop(b, "encryption key of the certificate");
}

static void
give_out(struct item *item)
{
	struct response *r = item->response;

	r->verdict = FAULT_OK;
	r->certificate = item->cert->raw;
	r->start = item->cert->start;
	r->end = item->cert->end;
	r->issuer = item->cert->issuer;
	memcpy(
	    r->s.b, item->plain->priv_key_reconstruction_s.b, sizeof(r->s.b));
}

static bool
make_room(struct batch *b, struct response *response, size_t n)
{
	struct item *items = ARENA_ARRAY(b->arena, n, struct item);

	b->live = ARENA_ARRAY(b->arena, n, struct item *);
	b->octets = ARENA_ARRAY(b->arena, n, struct bytes);
	b->opened = ARENA_ARRAY(b->arena, n, struct bytes);
	b->spdus = ARENA_ARRAY(b->arena, n, struct spdu);
	b->certs = ARENA_ARRAY(b->arena, n, struct cert *);
	b->verdict = ARENA_ARRAY(b->arena, n, enum fault);
	b->index = ARENA_ARRAY(b->arena, n, struct butterfly_index);
	b->scalars = ARENA_ARRAY(b->arena, n, struct scalar);
	b->ok = ARENA_ARRAY(b->arena, n, bool);
	if (items == NULL || b->live == NULL || b->octets == NULL ||
	    b->opened == NULL || b->spdus == NULL || b->certs == NULL ||
	    b->verdict == NULL || b->index == NULL || b->scalars == NULL ||
	    b->ok == NULL)
		return false;
	for (size_t k = 0; k < n; k++) {
		items[k].response = &response[k];
		b->live[k] = &items[k];
	}
	b->n = n;
	return true;
}

size_t
response_check(struct response *response, size_t n, struct arena *arena,
    const struct response_rules *rules)
{
	struct batch b = {.rules = rules, .arena = arena};

	for (size_t k = 0; k < n; k++) {
		response[k].verdict = FAULT_TOO_LARGE;
		response[k].step = "memory";
	}
	if (n == 0 || !make_room(&b, response, n))
		return 0;
	open_signed(&b);
	open_payload(&b);
	decrypt(&b);
	read_certificates(&b);
	check_chains(&b);
	check_all_contents(&b);
	check_keys(&b);
	check_encryption_keys(&b);
	for (size_t k = 0; k < b.n; k++)
		give_out(b.live[k]);
	return b.n;
}
