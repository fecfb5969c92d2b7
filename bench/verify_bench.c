/*
 * verify_bench - basic safety messages that a receiver verifies per second of
 * one core, from many senders mixed, beside the same by OpenSSL used in the
 * straightforward way (plain.h).
 *
 *	verify_bench [messages] [senders]
 *
 * known: the sender's certificate was seen before, so its key and its hash are
 *	at hand: hash of the message, signature.
 * first: the message brings the implicit certificate: hash of the certificate,
 *	P_U decompressed, hash of the message, signature under e*P_U + Q_CA.
 *
 * The messages are signed with OpenSSL.  Before anything is timed, both ways
 * must accept all of them and refuse exactly those that were damaged, in the
 * signature, in the message or in the certificate.
 *
 * Prints "name value": microseconds per message.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "bench/plain.h"
#include "crypto/ecdsa.h"
#include "crypto/engine.h"
#include "crypto/random.h"

#define MESSAGES_MAX 16384u
#define PLAIN_MAX    128u
#define MESSAGE	     120u /* toBeSignedData of a BSM */
#define CERTIFICATE  115u /* an implicit pseudonym certificate ... */
#define AT_TBS	     15u  /* ... its toBeSigned ... */
#define AT_POINT     80u  /* ... and the reconstruction value, SEC 1 */

struct sender {
	uint8_t certificate[CERTIFICATE], hash[32]; /* hash of all of it */
	struct point q;
	EC_KEY *key;
};

struct message {
	size_t sender;
	uint8_t tbs[MESSAGE], r_s[64];
	uint8_t certificate[CERTIFICATE];
	bool good, good_first; /* what must come out */
};

static size_t n = 2048, senders = 200, plain_n, plain_at;
static struct sender *sender;
static struct message *message;
static uint8_t ca_hash[32];
static struct point ca;
static EC_POINT *plain_ca;

/* ---- ours ---- */

static struct bytes *span;
static struct digest *e, *e_u, *signer;
static uint8_t (*both)[64];
static struct compressed *squeezed;
static struct point *key;
static struct p256_signature *sig;
static bool *ok;
static struct p256_known *ca_known;

/* e[t] = SHA-256 (SHA-256 (span[t]) || signer[t]) */
static void
hash_to_sign(void)
{
	sha256_batch(e, span, n);
	for (size_t t = 0; t < n; t++) {
		memcpy(both[t], e[t].b, 32);
		memcpy(both[t] + 32, signer[t].b, 32);
		span[t] = BYTES(both[t]);
	}
	sha256_batch(e, span, n);
}

/* What is verified: e and sig of the messages. */
static void
take_messages(void)
{
	for (size_t t = 0; t < n; t++) {
		span[t] = BYTES(message[t].tbs);
		memcpy(sig[t].r, message[t].r_s, 32);
		memcpy(sig[t].s, message[t].r_s + 32, 32);
		sig[t].r_is_point = false;
	}
	hash_to_sign();
}

static void
ours_known(void *arg)
{
	(void)arg;
	for (size_t t = 0; t < n; t++) {
		const struct sender *s = &sender[message[t].sender];

		key[t] = s->q;
		memcpy(signer[t].b, s->hash, 32);
	}
	take_messages();
	(void)!ecdsa_verify(key, e, sig, ok, n);
}

static void
ours_first(void *arg)
{
	(void)arg;
	for (size_t t = 0; t < n; t++) {
		const uint8_t *c = message[t].certificate;

		memcpy(squeezed[t].x, c + AT_POINT + 1, 32);
		squeezed[t].y_bit = c[AT_POINT] & 1;
		span[t] = (struct bytes){c + AT_TBS, CERTIFICATE - AT_TBS};
	}
	sha256_to_sign(e_u, span, ca_hash, n);
	(void)!p256_decompress(key, squeezed, NULL, n);
	for (size_t t = 0; t < n; t++)
		span[t] = BYTES(message[t].certificate);
	sha256_batch(signer, span, n);
	take_messages();
	(void)!ecdsa_verify_implicit(ca_known, key, e_u, e, sig, ok, n);
}

/* ---- OpenSSL ---- */

static EC_POINT *p_u, *q_u;
static BIGNUM *e_bn;
static EC_KEY *first_key;

static bool
plain_known_one(const struct message *m)
{
	const struct sender *s = &sender[m->sender];
	uint8_t h[32];

	plain_to_sign(h, m->tbs, sizeof(m->tbs), s->hash);
	return plain_verify(m->r_s, h, s->key);
}

static bool
plain_first_one(const struct message *m)
{
	const EC_GROUP *g = plain_group();
	uint8_t h[32], id[32];

	plain_to_sign(
	    h, m->certificate + AT_TBS, CERTIFICATE - AT_TBS, ca_hash);
	MUST(BN_bin2bn(h, 32, e_bn) != NULL);
	if (!plain_decode(p_u, m->certificate + AT_POINT, 33))
		return false;
	MUST(EC_POINT_mul(g, q_u, NULL, p_u, e_bn, plain_bn()));
	MUST(EC_POINT_add(g, q_u, q_u, plain_ca, plain_bn()));
	MUST(EC_KEY_set_public_key(first_key, q_u) == 1);
	plain_sha256(id, m->certificate, CERTIFICATE);
	plain_to_sign(h, m->tbs, sizeof(m->tbs), id);
	return plain_verify(m->r_s, h, first_key);
}

static void
plain_known(void *arg)
{
	(void)arg;
	for (size_t t = 0; t < plain_n; t++)
		MUST(plain_known_one(&message[(plain_at + t) % n]));
	plain_at = (plain_at + plain_n) % n;
}

static void
plain_first(void *arg)
{
	(void)arg;
	for (size_t t = 0; t < plain_n; t++)
		MUST(plain_first_one(&message[(plain_at + t) % n]));
	plain_at = (plain_at + plain_n) % n;
}

/* ---- inputs ---- */

/* An implicit certificate with OpenSSL: d = e*k + d_CA, as if the device's
 * share were none. */
static void
make_sender(struct sender *s, const EC_KEY *issuer)
{
	const EC_GROUP *g = plain_group();
	const BIGNUM *order = EC_GROUP_get0_order(g);
	BIGNUM *k = BN_new(), *d = BN_new();
	uint8_t octets[65], h[32];

	plain_random(s->certificate, CERTIFICATE);
	plain_scalar(k);
	MUST(EC_POINT_mul(g, p_u, k, NULL, NULL, plain_bn()));
	plain_encode(s->certificate + AT_POINT, 33, p_u);
	plain_sha256(s->hash, s->certificate, CERTIFICATE);
	plain_to_sign(
	    h, s->certificate + AT_TBS, CERTIFICATE - AT_TBS, ca_hash);
	MUST(BN_bin2bn(h, 32, d) != NULL);
	MUST(BN_mod_mul(d, d, k, order, plain_bn()));
	MUST(BN_mod_add(
	    d, d, EC_KEY_get0_private_key(issuer), order, plain_bn()));
	MUST(BN_bn2binpad(d, h, 32) == 32);
	s->key = plain_key_of(h);
	plain_encode(octets, 65, EC_KEY_get0_public_key(s->key));
	memcpy(&s->q, octets + 1, 64);
	BN_free(k);
	BN_free(d);
}

static void
make_message(struct message *m)
{
	uint32_t which;
	uint8_t h[32];

	random_bytes(&which, sizeof(which));
	m->sender = which % senders;
	plain_random(m->tbs, sizeof(m->tbs));
	memcpy(m->certificate, sender[m->sender].certificate, CERTIFICATE);
	plain_to_sign(h, m->tbs, sizeof(m->tbs), sender[m->sender].hash);
	plain_sign(m->r_s, h, sender[m->sender].key);
	m->good = m->good_first = true;
}

static void
allocate(void)
{
	sender = calloc(senders, sizeof(*sender));
	message = calloc(n, sizeof(*message));
	span = calloc(n, sizeof(*span));
	e = calloc(n, sizeof(*e));
	e_u = calloc(n, sizeof(*e_u));
	signer = calloc(n, sizeof(*signer));
	both = calloc(n, sizeof(*both));
	squeezed = calloc(n, sizeof(*squeezed));
	key = calloc(n, sizeof(*key));
	sig = calloc(n, sizeof(*sig));
	ok = calloc(n, sizeof(*ok));
	MUST(sender != NULL && message != NULL && span != NULL && e != NULL &&
	     e_u != NULL && signer != NULL && both != NULL &&
	     squeezed != NULL && key != NULL && sig != NULL && ok != NULL);
}

static void
prepare(void)
{
	EC_KEY *issuer;
	uint8_t octets[65];

	allocate();
	plain_start();
	p_u = EC_POINT_new(plain_group());
	q_u = EC_POINT_new(plain_group());
	plain_ca = EC_POINT_new(plain_group());
	e_bn = BN_new();
	issuer = plain_key_new();
	first_key = plain_key_new();
	plain_random(ca_hash, sizeof(ca_hash));
	MUST(EC_POINT_copy(plain_ca, EC_KEY_get0_public_key(issuer)));
	plain_encode(octets, 65, plain_ca);
	memcpy(&ca, octets + 1, 64);
	MUST((ca_known = p256_known_new(&ca)) != NULL);
	for (size_t t = 0; t < senders; t++)
		make_sender(&sender[t], issuer);
	for (size_t t = 0; t < n; t++)
		make_message(&message[t]);
	EC_KEY_free(issuer);
}

/* ---- checks ---- */

static void
check_known(void)
{
	ours_known(NULL);
	for (size_t t = 0; t < n; t++) {
		must(ok[t] == message[t].good, "verdict, key known");
		if (t < PLAIN_MAX)
			must(plain_known_one(&message[t]) == message[t].good,
			    "OpenSSL's verdict, key known");
	}
}

static void
check_first(void)
{
	ours_first(NULL);
	for (size_t t = 0; t < n; t++) {
		must(ok[t] == message[t].good_first, "verdict, first message");
		if (t < PLAIN_MAX)
			must(plain_first_one(&message[t]) ==
				 message[t].good_first,
			    "OpenSSL's verdict, first message");
	}
}

/* Each fifth, in turn: r, s, message, certificate. */
static void
damage(bool back)
{
	for (size_t t = 2; t < n; t += 5) {
		struct message *m = &message[t];
		uint8_t *at[4] = {m->r_s + 31, m->r_s + 63, m->tbs + 7,
		    m->certificate + AT_TBS + 9};

		*at[t / 5 % 4] ^= 1;
		m->good_first = back;
		m->good = back || t / 5 % 4 == 3;
	}
}

int
main(int argc, char **argv)
{
	struct measured m;

	if (argc > 1)
		n = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		senders = strtoul(argv[2], NULL, 10);
	MUST(n > 0 && n <= MESSAGES_MAX && senders > 0 && senders <= n);
	plain_n = n < PLAIN_MAX ? n : PLAIN_MAX;
	prepare();
	for (int k = 0; k < 2; k++) {
		damage(k == 1);
		check_known();
		check_first();
	}
	printf("engine %s\n", crypto_engine());
	m = measure((struct way){ours_known, NULL, n},
	    (struct way){plain_known, NULL, plain_n});
	figures("verify_known", &m);
	m = measure((struct way){ours_first, NULL, n},
	    (struct way){plain_first, NULL, plain_n});
	figures("verify_first", &m);
	return 0;
}
