/*
 * pca_bench - complete answers of the PCA per second of one core, beside the
 * same work by OpenSSL used in the straightforward way (plain.h).
 *
 *	pca_bench [certificates in a batch]
 *
 * The work, for a batch of requests that one signature of the RA covers: check
 * that signature, hash each request (HPCR), take B and H as points of the
 * curve, open both encrypted pre-linkage values and add them, make the
 * implicit certificate (c*G + B, its hash, r = e*c + d), encrypt it to H
 * (ECIES, AES-CCM), sign that, and sign the answer as a whole.
 *
 * Ours is what the PCA calls: lib/plv, role/pca/issue.c, the batches of
 * lib/crypto.  Both start from the same decoded requests and end with the same
 * octets in the same templates; general decoding, records and HTTP are in the
 * figures of the pipeline instead.  Before anything is timed the answers of
 * both are decoded, decrypted and verified by test/unit/pca/requests.c, with
 * OpenSSL alone.
 *
 * Prints "name value": microseconds per certificate, B and H uncompressed (as
 * our RA sends them) and compressed, and where they go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/measure.h"
#include "bench/plain.h"
#include "crypto/engine.h"
#include "crypto/random.h"
#include "plv/plv.h"
#include "role/pca/pca.h"
#include "role/pca/stages.h"
#include "schema/scms_protocol.h"
#include "test/unit/pca/requests.h"

#define BATCH_MAX 20000u
#define PLAIN_MAX 256u /* of a slice of OpenSSL */
#define ROUNDS	  7    /* of the breakdown */

enum step {
	STEP_message, /* the RA's signature over all */
	STEP_hpcr,
	STEP_points,
	STEP_plv,
	STEP_certificate,
	STEP_encrypt,
	STEP_sign,
	STEP_answer, /* the PCA's signature over all */
	STEPS
};

static const char *const step_name[STEPS] = {"message", "hpcr", "points", "plv",
    "certificate", "encrypt", "sign", "answer"};

/* A request as both get it. */
struct request {
	struct bytes octets;
	bool compressed;
	uint8_t b[65], h[65]; /* SEC 1 */
	struct symm_data plv[PCA_LAS];
	uint16_t i;
};

static struct world world;
static struct fault_info info;
static struct arena arena;
static struct pca *pca;
static struct plv_key la_key[PCA_LAS];
static size_t n;

static struct asked *asked;
static struct request *request;
static uint8_t *payload; /* all requests, then: all replies */
static size_t payload_n;
static uint8_t ra_signature[64], answer_signature[64];
static uint8_t *replies;

static void
fine(enum fault f, const char *what)
{
	if (f != FAULT_OK)
		(void)fprintf(stderr, "%s: ", info.text);
	must(f == FAULT_OK, what);
}

/* ---- steps ---- */

static bool profiling;
static double spent_us[STEPS], mark_us;

static void
begin(void)
{
	if (profiling)
		mark_us = cpu_us();
}

static void
end(enum step step)
{
	double t;

	if (!profiling)
		return;
	t = cpu_us();
	spent_us[step] += t - mark_us;
	mark_us = cpu_us(); /* reading the clock belongs to no step */
}

/* ---- ours ---- */

static struct digest *hash;
static struct bytes *span;
static struct point *points; /* B and H of each */
static struct compressed *squeezed;
static struct symm_data *sealed; /* all of LA1, then all of LA2 */
static struct plv *plv;
static struct issue_item *item, **items;
static bool *ok;

static void
ours_allocate(void)
{
	hash = ARENA_ARRAY(&arena, n, struct digest);
	span = ARENA_ARRAY(&arena, n, struct bytes);
	points = ARENA_ARRAY(&arena, 2 * n, struct point);
	squeezed = ARENA_ARRAY(&arena, 2 * n, struct compressed);
	sealed = ARENA_ARRAY(&arena, PCA_LAS * n, struct symm_data);
	plv = ARENA_ARRAY(&arena, PCA_LAS * n, struct plv);
	item = ARENA_ARRAY(&arena, n, struct issue_item);
	items = ARENA_ARRAY(&arena, n, struct issue_item *);
	ok = ARENA_ARRAY(&arena, 2 * n, bool);
	MUST(hash != NULL && span != NULL && points != NULL && plv != NULL &&
	     ok != NULL && item != NULL && items != NULL && sealed != NULL &&
	     squeezed != NULL);
}

static void
check_message(void)
{
	struct bytes all = {payload, payload_n};
	struct p256_signature sig = {.r_is_point = false};
	struct digest e;

	memcpy(sig.r, ra_signature, 32);
	memcpy(sig.s, ra_signature + 32, 32);
	sha256_to_sign(&e, &all, world.ra.cert->hash, 1);
	FINE(ecdsa_verify(&world.ra.cert->key_p256, &e, &sig, NULL, 1));
}

static void
hash_requests(void)
{
	for (size_t t = 0; t < n; t++)
		span[t] = request[t].octets;
	sha256_batch(hash, span, n);
}

static void
take_point(size_t at, const uint8_t *sec1, bool compressed)
{
	if (compressed) {
		memcpy(squeezed[at].x, sec1 + 1, 32);
		squeezed[at].y_bit = sec1[0] & 1;
	} else {
		memcpy(&points[at], sec1 + 1, 64);
	}
}

static void
take_points(void)
{
	bool compressed = request[0].compressed;

	for (size_t t = 0; t < n; t++) {
		take_point(2 * t, request[t].b, compressed);
		take_point(2 * t + 1, request[t].h, compressed);
	}
	if (compressed)
		FINE(p256_decompress(points, squeezed, ok, 2 * n));
	else
		FINE(p256_check(points, ok, 2 * n));
}

static void
open_plvs(void)
{
	for (unsigned la = 0; la < PCA_LAS; la++)
		for (size_t t = 0; t < n; t++)
			sealed[la * n + t] = request[t].plv[la];
	plv_open(plv, sealed, ok, PCA_LAS * n);
	for (size_t t = 0; t < PCA_LAS * n; t++)
		MUST(ok[t] && plv[t].i == request[t % n].i);
}

static void
fill_items(void)
{
	for (size_t t = 0; t < n; t++) {
		struct issue_item *m = &item[t];

		*m = (struct issue_item){.i = request[t].i,
		    .start = request[t].i * 604800u + 347619603u,
		    .b = points[2 * t],
		    .h = points[2 * t + 1],
		    .reply = replies + t * pca->class.reply.n};
		linkage_combine(&m->lv, &plv[t].value, &plv[n + t].value, 1);
		memcpy(m->request_hash, digest_id8(hash[t].b), 8);
		items[t] = m;
	}
}

static void
sign_answer(void)
{
	struct bytes all = {replies, n * pca->class.reply.n};
	struct p256_signature sig;
	struct digest e;

	sha256_to_sign(&e, &all, pca->self.cert->hash, 1);
	FINE(pca->self.signer.sign(pca->self.signer.ctx, &sig, &e, 1, &info));
	memcpy(answer_signature, sig.r, 32);
	memcpy(answer_signature + 32, sig.s, 32);
}

/* What the PCA's own clocks saw of issue_batch. */
static void
take_stages(double sign)
{
	static const struct {
		enum pca_stage stage;
		enum step step;
	} same[] = {{PCA_STAGE_certificate, STEP_certificate},
	    {PCA_STAGE_encrypt, STEP_encrypt}, {PCA_STAGE_sign, STEP_sign}};

	for (size_t k = 0; k < sizeof(same) / sizeof(same[0]); k++)
		spent_us[same[k].step] +=
		    sign * 1e-3 * (double)pca_stages[same[k].stage].cpu_ns;
}

static void
ours(void *arg)
{
	(void)arg;
	begin();
	check_message();
	end(STEP_message);
	hash_requests();
	end(STEP_hpcr);
	take_points();
	end(STEP_points);
	open_plvs();
	fill_items();
	end(STEP_plv);
	stage_begin();
	FINE(issue_batch(&pca->issuer, items, n, &info));
	begin();
	sign_answer();
	end(STEP_answer);
}

/* ---- OpenSSL ---- */

static EC_KEY *ra_public, *pca_private;
static EC_POINT *point_b, *point_h, *point_p;
static BIGNUM *c, *e_bn;
static const BIGNUM *d_bn;
static uint8_t plain_hash[32], plain_lv[9];
static uint8_t plain_text[CLASS_PLAIN_MAX];
static size_t plain_n, plain_at;

static void
plain_prepare(void)
{
	EC_POINT *q = EC_POINT_new(plain_group());
	uint8_t sec1[65];

	sec1[0] = 4;
	memcpy(sec1 + 1, &world.ra.cert->key_p256, 64);
	MUST(plain_decode(q, sec1, sizeof(sec1)));
	ra_public = plain_key_of_public(q);
	pca_private = plain_key_of(pca->issuer.d->b);
	d_bn = EC_KEY_get0_private_key(pca_private);
	point_b = EC_POINT_new(plain_group());
	point_h = EC_POINT_new(plain_group());
	point_p = EC_POINT_new(plain_group());
	c = BN_new();
	e_bn = BN_new();
	EC_POINT_free(q);
}

static void
plain_message(void *arg)
{
	uint8_t e[32];

	(void)arg;
	plain_to_sign(e, payload, payload_n, world.ra.cert->hash);
	MUST(plain_verify(ra_signature, e, ra_public));
}

static void
plain_answer(void *arg)
{
	uint8_t e[32];

	(void)arg;
	plain_to_sign(e, replies, n * pca->class.reply.n, pca->self.cert->hash);
	plain_sign(answer_signature, e, pca_private);
}

static void
plain_points(const struct request *r)
{
	size_t size = r->compressed ? 33 : 65;

	MUST(plain_decode(point_b, r->b, size));
	MUST(plain_decode(point_h, r->h, size));
}

static void
plain_plvs(const struct request *r)
{
	memset(plain_lv, 0, sizeof(plain_lv));
	for (unsigned la = 0; la < PCA_LAS; la++) {
		const struct symm_data *s = &r->plv[la];
		uint8_t key[16], text[PLV_PLAIN_OCTETS];

		MUST(s->wrapped.n == 32 &&
		     s->ciphertext.n == PLV_PLAIN_OCTETS + CCM_TAG_SIZE);
		MUST(plain_open(key, s->key->key.b, s->key_nonce, s->wrapped.p,
		    sizeof(key)));
		MUST(plain_open(
		    text, key, s->nonce, s->ciphertext.p, sizeof(text)));
		MUST((text[0] << 8 | text[1]) == r->i);
		for (size_t t = 0; t < sizeof(plain_lv); t++)
			plain_lv[t] ^= text[2 + t];
	}
}

static void
put(uint8_t *out, uint32_t v, unsigned octets)
{
	for (unsigned t = 0; t < octets; t++)
		out[t] = (uint8_t)(v >> (8 * (octets - 1 - t)));
}

/* P_U = c*G + B in the certificate, r = e*c + d beside it. */
static void
plain_certificate(const struct request *r, uint32_t start)
{
	const struct plain_template *p = &pca->class.plain;
	const BIGNUM *order = EC_GROUP_get0_order(plain_group());
	uint8_t e[32];

	memcpy(plain_text, p->octets, p->n);
	put(plain_text + p->i, r->i, 2);
	memcpy(plain_text + p->lv, plain_lv, sizeof(plain_lv));
	put(plain_text + p->start, start, 4);
	plain_scalar(c);
	MUST(EC_POINT_mul(plain_group(), point_p, c, NULL, NULL, plain_bn()));
	MUST(
	    EC_POINT_add(plain_group(), point_p, point_p, point_b, plain_bn()));
	plain_encode(plain_text + p->point, 33, point_p);
	plain_text[p->point] |= 0x80;
	plain_to_sign(e, plain_text + p->tbs, p->tbs_n, pca->self.cert->hash);
	MUST(BN_bin2bn(e, 32, e_bn) != NULL);
	MUST(BN_mod_mul(e_bn, e_bn, c, order, plain_bn()));
	MUST(BN_mod_add_quick(e_bn, e_bn, d_bn, order));
	MUST(BN_bn2binpad(e_bn, plain_text + p->r, 32) == 32);
}

static void
plain_encrypt(const struct request *r, uint8_t *m, uint32_t start)
{
	const struct reply_template *t = &pca->class.reply;
	uint8_t key[16], coer[35] = {0, 0x80}, id[32];
	struct plain_ecies box;

	memcpy(m, t->octets, t->n);
	memcpy(m + t->request_hash, plain_hash + 24, 8);
	put(m + t->expiration, start + pca->class.lifetime, 4);
	plain_random(key, sizeof(key));
	plain_wrap(&box, point_h, key, sha256_of_nothing);
	memcpy(m + t->v, box.v, 33);
	m[t->v] |= 0x80;
	memcpy(m + t->c, box.c, 16);
	memcpy(m + t->t, box.t, 16);
	/* recipientId: hash of the compressed H */
	memcpy(coer + 3, r->h + 1, 32);
	coer[2] =
	    (uint8_t)(r->compressed ? r->h[0] | 0x80 : 0x82 | (r->h[64] & 1));
	plain_sha256(id, coer, sizeof(coer));
	memcpy(m + t->recipient, id + 24, 8);
	plain_random(m + t->nonce, CCM_NONCE_SIZE);
	plain_seal(m + t->ciphertext, key, m + t->nonce, plain_text,
	    pca->class.plain.n);
}

static void
plain_inner(uint8_t *m)
{
	const struct reply_template *t = &pca->class.reply;
	uint8_t e[32], r_s[64];

	plain_to_sign(e, m + t->tbs, t->tbs_n, pca->self.cert->hash);
	plain_sign(r_s, e, pca_private);
	memcpy(m + t->signature_r, r_s, 32);
	memcpy(m + t->signature_s, r_s + 32, 32);
}

static void
plain_one(size_t t)
{
	const struct request *r = &request[t];
	uint8_t *m = replies + t * pca->class.reply.n;
	uint32_t start = r->i * 604800u + 347619603u;

	begin();
	plain_sha256(plain_hash, r->octets.p, r->octets.n);
	end(STEP_hpcr);
	plain_points(r);
	end(STEP_points);
	plain_plvs(r);
	end(STEP_plv);
	plain_certificate(r, start);
	end(STEP_certificate);
	plain_encrypt(r, m, start);
	end(STEP_encrypt);
	plain_inner(m);
	end(STEP_sign);
}

/* A part of the batch, another one each time. */
static void
plain_some(void *arg)
{
	(void)arg;
	for (size_t t = 0; t < plain_n; t++)
		plain_one((plain_at + t) % n);
	plain_at = (plain_at + plain_n) % n;
}

/* ---- inputs ---- */

static void
take_sec1(uint8_t out[65], const struct scalar *d, bool compressed)
{
	EC_KEY *key = plain_key_of(d->b);

	plain_encode(out, compressed ? 33 : 65, EC_KEY_get0_public_key(key));
	EC_KEY_free(key);
}

static void
take_request(struct request *r, const struct asked *a, bool compressed)
{
	scms_pdu *pdu = ARENA_NEW(&arena, scms_pdu);
	const pseudonym_cert_request_info *q;
	const encrypted_individual_plv *in[PCA_LAS];
	const uint8_t *id;

	MUST(pdu != NULL);
	fine(coer_decode(&scms_pdu_asn, pdu, &arena, a->octets, &info),
	    "request");
	q = &pdu->content.pca_ra.ra_pca_cert_request.cert_request_info
		 .pseudonym_cert_req;
	in[0] = &q->enc_plv1;
	in[1] = &q->enc_plv2;
	r->octets = a->octets;
	r->compressed = compressed;
	r->i = q->i_value;
	take_sec1(r->b, &a->b, compressed);
	take_sec1(r->h, &a->h, compressed);
	for (unsigned la = 0; la < PCA_LAS; la++) {
		MUST(symm_data_of(&r->plv[la], &id, &in[la]->enc_plv));
		r->plv[la].key = &la_key[la].symm;
	}
}

static void
make_requests(bool compressed)
{
	const struct asking how = {.arena = &arena,
	    .key = {&la_key[0], &la_key[1]},
	    .i = (uint16_t)(world.week + 2),
	    .compressed = compressed};
	struct p256_signature sig;
	struct digest e;
	struct bytes all;

	payload_n = 0;
	for (size_t t = 0; t < n; t++) {
		ask(&asked[t], &how);
		take_request(&request[t], &asked[t], compressed);
		payload_n += asked[t].octets.n;
	}
	payload = arena_alloc(&arena, payload_n, 1);
	MUST(payload != NULL);
	all = (struct bytes){payload, payload_n};
	payload_n = 0;
	for (size_t t = 0; t < n; t++) {
		memcpy(
		    payload + payload_n, asked[t].octets.p, asked[t].octets.n);
		payload_n += asked[t].octets.n;
	}
	sha256_to_sign(&e, &all, world.ra.cert->hash, 1);
	fine(world.ra.signer.sign(world.ra.signer.ctx, &sig, &e, 1, &info),
	    "signature");
	memcpy(ra_signature, sig.r, 32);
	memcpy(ra_signature + 32, sig.s, 32);
}

/* ---- checks ---- */

/* The first count answers, and the signature over all, with OpenSSL. */
static void
check_answers(size_t count)
{
	struct arena a = arena_new(1u << 20);
	size_t size = pca->class.reply.n;
	uint8_t e[32];

	for (size_t t = 0; t < count; t++) {
		struct bytes octets = {replies + t * size, size};
		scms_pdu *pdu = ARENA_NEW(&a, scms_pdu);

		fine(coer_decode(&scms_pdu_asn, pdu, &a, octets, &info),
		    "answer");
		(void)check_success(&asked[t], pdu, &world);
		arena_reset(&a);
	}
	plain_to_sign(e, replies, n * size, pca->self.cert->hash);
	MUST(plain_verify(answer_signature, e, pca_private));
	memset(replies, 0, n * size);
	arena_free(&a);
}

static void
check_both(void)
{
	ours(NULL);
	check_answers(n);
	plain_at = 0;
	plain_some(NULL);
	plain_answer(NULL);
	check_answers(plain_n);
	plain_message(NULL);
}

/* ---- measurement ---- */

static void
steps(const char *name, const char *what, const double us[STEPS])
{
	char text[64];

	for (size_t k = 0; k < STEPS; k++) {
		(void)snprintf(
		    text, sizeof(text), "%s_%s_us", what, step_name[k]);
		figure(name, text, us[k]);
	}
}

/* What both signatures over all cost a certificate. */
static void
plain_shared(double us[STEPS])
{
	const struct way first = {plain_message, NULL, n},
			 second = {plain_answer, NULL, n};
	struct measured m = measure(first, second);

	us[STEP_message] = m.first_us;
	us[STEP_answer] = m.second_us;
}

static void
breakdown(const char *name, const double shared[STEPS])
{
	double us[STEPS];

	memset(spent_us, 0, sizeof(spent_us));
	profiling = true;
	take_stages(-1);
	for (unsigned k = 0; k < ROUNDS; k++)
		ours(NULL);
	take_stages(1);
	for (size_t k = 0; k < STEPS; k++)
		us[k] = spent_us[k] / (double)n / ROUNDS;
	steps(name, "", us);
	memset(spent_us, 0, sizeof(spent_us));
	for (unsigned k = 0; k < ROUNDS; k++)
		plain_some(NULL);
	profiling = false;
	for (size_t k = 0; k < STEPS; k++)
		us[k] = shared[k] + spent_us[k] / (double)plain_n / ROUNDS;
	steps(name, "_openssl", us);
}

static void
bench(const char *name, bool compressed)
{
	const struct way first = {ours, NULL, n},
			 second = {plain_some, NULL, plain_n};
	double shared[STEPS] = {0};
	struct measured m;
	double both;

	make_requests(compressed);
	check_both();
	plain_shared(shared);
	both = shared[STEP_message] + shared[STEP_answer];
	m = measure(first, second);
	m.times *= (m.second_us + both) / m.second_us;
	m.second_us += both;
	figures(name, &m);
	breakdown(name, shared);
}

int
main(int argc, char **argv)
{
	const struct pca_conf conf = {.ra = "ra", .la1 = "la1", .la2 = "la2"};
	struct audit *audit;
	char dir[PATH_SIZE];

	n = argc > 1 ? strtoul(argv[1], NULL, 10) : 2048;
	MUST(n > 0 && n <= BATCH_MAX);
	plain_n = n < PLAIN_MAX ? n : PLAIN_MAX;
	arena = arena_new((size_t)1 << 30);
	world_make(&world);
	world_share_key(&world, WORLD_LA1, &la_key[0]);
	world_share_key(&world, WORLD_LA2, &la_key[1]);
	world_folder(&world, dir, WORLD_PCA);
	fine(audit_open(&audit, dir, &info), "audit_open");
	fine(pca_new(&pca, dir, &conf, &world.environment, audit, &info),
	    "pca_new");
	plain_start();
	plain_prepare();
	asked = ARENA_ARRAY(&arena, n, struct asked);
	request = ARENA_ARRAY(&arena, n, struct request);
	replies = arena_array(&arena, n, pca->class.reply.n, 1);
	MUST(asked != NULL && request != NULL && replies != NULL);
	ours_allocate();
	printf("engine %s\n", crypto_engine());
	figure("batch", "", (double)n);
	bench("pca", false);
	bench("pca_compressed", true);
	pca_free(pca);
	audit_close(audit);
	world_remove(&world);
	return 0;
}
