/* ecdsa.c - see ecdsa.h. */
#include <assert.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/ecdsa.h"
#include "crypto/p256_int.h"
#include "crypto/random.h"

/*
 * Signing
 */

/* k[i] from the key of this call, d, e[i] and fresh randomness; what falls
 * outside 1..n-1 (once in 2^32) is drawn again. */
static void
make_nonces(struct scalar *k, const uint8_t key[32], const struct scalar *d,
    const struct digest *e, size_t n)
{
	struct {
		struct scalar d;
		struct digest e;
		uint8_t random[32];
	} mix;
	struct bytes all = {(uint8_t *)&mix, sizeof(mix)};

	mix.d = *d;
	for (size_t i = 0; i < n; i++) {
		mix.e = e[i];
		do {
			random_bytes(mix.random, sizeof(mix.random));
			hmac_sha256(k[i].b, (struct bytes){key, 32}, all);
		} while (!scalar_valid(&k[i]));
	}
	wipe(&mix, sizeof(mix));
}

/* k[i] = 1 / k[i].  What is inverted is multiplied by a random factor first,
 * so that the inversion tells nothing of the nonces. */
static void
invert_nonces(struct scalar *k, size_t n)
{
	struct scalar blind[CHUNK];

	random_scalars(blind, n);
	for (size_t i = 0; i < n; i++)
		scalar_mul(&k[i], &k[i], &blind[i]);
	scalar_invert(k, k, n);
	for (size_t i = 0; i < n; i++)
		scalar_mul(&k[i], &k[i], &blind[i]);
	wipe(blind, n * sizeof(blind[0]));
}

/* s = (e + r * d) / k; false where r or s came out of range, which is less
 * likely than a wrong computation. */
static bool
finish(struct p256_signature *sig, const struct point *R,
    const struct digest *e, const struct scalar *d,
    const struct scalar *k_inverse)
{
	struct scalar r, s;
	bool good;

	memcpy(r.b, R->x, sizeof(r.b));
	good = scalar_valid(&r);
	scalar_reduce(&s, e->b);
	scalar_mul_add(&s, &r, d, &s);
	scalar_mul(&s, &s, k_inverse);
	good &= scalar_valid(&s);
	memcpy(sig->r, r.b, sizeof(sig->r));
	memcpy(sig->s, s.b, sizeof(sig->s));
	sig->y_bit = R->y[31] & 1;
	sig->r_is_point = false;
	return good;
}

static bool
sign_chunk(struct p256_signature *out, const uint8_t key[32],
    const struct digest *e, const struct scalar *d, size_t n)
{
	struct scalar k[CHUNK];
	struct point R[CHUNK];
	enum fault f;
	bool good = true;

	make_nonces(k, key, d, e, n);
	f = p256_base_mul(R, k, NULL, n);
	assert(f == FAULT_OK);
	invert_nonces(k, n);
	for (size_t i = 0; i < n; i++)
		good &= finish(&out[i], &R[i], &e[i], d, &k[i]);
	wipe(k, n * sizeof(k[0]));
	return good;
}

void
ecdsa_sign(struct p256_signature *out, const struct digest *e,
    const struct scalar *d, size_t n)
{
	uint8_t key[32];

	assert(scalar_valid(d));
	random_bytes(key, sizeof(key));
	for (size_t i = 0; i < n; i += CHUNK)
		while (!sign_chunk(out + i, key, e + i, d, chunk(n, i)))
			continue;
	wipe(key, sizeof(key));
}

/*
 * Verifying
 */

/* A chunk of signatures: what u1*G + u2*Q is made of. */
struct check {
	const struct p256_known *known; /* or */
	const struct point *key;
	struct scalar r[CHUNK], u1[CHUNK], u2[CHUNK];
	bool usable[CHUNK];
};

/* r mod n and s in 1..n-1; an x-only r must be reduced already. */
static bool
take(struct scalar *r, struct scalar *s, const struct p256_signature *sig)
{
	memcpy(r->b, sig->r, sizeof(r->b));
	memcpy(s->b, sig->s, sizeof(s->b));
	if (sig->r_is_point) {
		if (!p256_reduced(sig->r))
			return false;
		scalar_reduce(r, sig->r);
	}
	return scalar_valid(r) && scalar_valid(s);
}

/* u1 = e / s, u2 = r / s */
static void
prepare(struct check *c, const struct digest *e,
    const struct p256_signature *sig, size_t n)
{
	struct scalar w[CHUNK];

	for (size_t i = 0; i < n; i++)
		c->usable[i] = take(&c->r[i], &w[i], &sig[i]);
	scalar_invert(w, w, n);
	for (size_t i = 0; i < n; i++) {
		scalar_reduce(&c->u1[i], e[i].b);
		scalar_mul(&c->u1[i], &c->u1[i], &w[i]);
		scalar_mul(&c->u2[i], &c->r[i], &w[i]);
	}
}

static enum fault
combine(struct ossl_thread *t, EC_POINT *out, const void *arg, size_t i)
{
	const struct check *c = arg;

	if (!c->usable[i])
		return FAULT_BAD_SIGNATURE;
	if (c->known != NULL)
		p256_times_known(t, out, c->known, &c->u2[i]);
	else if (p256_times(t, out, &c->key[i], &c->u2[i]) != FAULT_OK)
		return FAULT_BAD_SIGNATURE;
	p256_times_base(t, t->tmp, &c->u1[i]);
	p256_plus(t, out, t->tmp);
	return FAULT_OK;
}

static enum fault
verify(const struct p256_known *known, const struct point *key,
    const struct digest *e, const struct p256_signature *sig, bool *ok,
    size_t n)
{
	struct verdict v = {FAULT_OK, ok};
	struct check c = {.known = known};
	struct point R[CHUNK];
	struct scalar x;
	bool found[CHUNK];

	for (size_t i = 0, m; i < n; i += m) {
		m = chunk(n, i);
		c.key = key == NULL ? NULL : key + i;
		prepare(&c, e + i, sig + i, m);
		by_element(p256_each(R, found, m, combine, &c));
		for (size_t j = 0; j < m; j++) {
			scalar_reduce(&x, R[j].x);
			verdict_add(&v, i + j,
			    found[j] && memcmp(&x, &c.r[j], sizeof(x)) == 0
				? FAULT_OK
				: FAULT_BAD_SIGNATURE);
		}
	}
	return v.first;
}

enum fault
ecdsa_verify(const struct point *key, const struct digest *e,
    const struct p256_signature *sig, bool *ok, size_t n)
{
	return verify(NULL, key, e, sig, ok, n);
}

enum fault
ecdsa_verify_known(const struct p256_known *key, const struct digest *e,
    const struct p256_signature *sig, bool *ok, size_t n)
{
	return verify(key, NULL, e, sig, ok, n);
}
