/* ecdsa.c - see ecdsa.h. */
#include <assert.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/ecdsa.h"
#include "crypto/p256_int.h"
#include "crypto/random.h"
#include "crypto/scratch.h"

/*
 * Signing
 */

/* What a nonce is made of. */
struct mix {
	struct scalar d;
	struct digest e;
	uint8_t random[32];
};

/* k[i] from the key of this call, d, e[i] and fresh randomness; what falls
 * outside 1..n-1 (once in 2^32) is drawn again. */
static void
make_nonces(struct scalar *k, const uint8_t key[32], const struct scalar *d,
    const struct digest *e, size_t n)
{
	size_t mark = scratch_mark();
	struct mix *mix = SCRATCH(struct mix, n);
	struct bytes *keys = SCRATCH(struct bytes, n);
	struct bytes *mixes = SCRATCH(struct bytes, n);
	uint8_t(*random)[32] = scratch_take(n * sizeof(*random));
	struct digest *out = SCRATCH(struct digest, n);

	random_bytes(random, n * sizeof(*random));
	for (size_t i = 0; i < n; i++) {
		mix[i].d = *d;
		mix[i].e = e[i];
		memcpy(mix[i].random, random[i], sizeof(mix[i].random));
		keys[i] = (struct bytes){key, 32};
		mixes[i] = (struct bytes){(uint8_t *)&mix[i], sizeof(mix[i])};
	}
	hmac_sha256_batch(out, keys, mixes, n);
	for (size_t i = 0; i < n; i++) {
		memcpy(&k[i], &out[i], sizeof(k[i]));
		while (!scalar_valid_secret(&k[i])) {
			random_bytes(mix[i].random, sizeof(mix[i].random));
			hmac_sha256(k[i].b, keys[i], mixes[i]);
		}
	}
	scratch_leave(mark);
}

/* False where r or s came out of range, which is less likely than a wrong
 * computation. */
static bool
finish(struct p256_signature *out, const struct point *R,
    const struct scalar *s, size_t n)
{
	struct scalar r;
	bool good = true;

	for (size_t i = 0; i < n; i++) {
		memcpy(&r, R[i].x, sizeof(r));
		good = good && scalar_valid(&r) && scalar_valid(&s[i]);
		memcpy(out[i].r, &r, sizeof(r));
		memcpy(out[i].s, &s[i], sizeof(s[i]));
		out[i].y_bit = R[i].y[31] & 1;
		out[i].r_is_point = false;
	}
	return good;
}

/* s = (e + r * d) / k */
static bool
sign_batch(struct p256_signature *out, const uint8_t key[32],
    const struct digest *e, const struct scalar *d, size_t n)
{
	static const struct scalar zero;
	size_t mark = scratch_mark();
	struct scalar *k = SCRATCH(struct scalar, n);
	struct scalar *r = SCRATCH(struct scalar, n);
	struct scalar *s = SCRATCH(struct scalar, n);
	struct point *R = SCRATCH(struct point, n);
	enum fault f;
	bool good;

	make_nonces(k, key, d, e, n);
	f = p256_base_mul(R, k, NULL, n);
	assert(f == FAULT_OK);
	/* R goes into the signature. */
	ct_public(R, n * sizeof(R[0]));
	for (size_t i = 0; i < n; i++) {
		memcpy(&r[i], R[i].x, sizeof(r[i]));
		memcpy(&s[i], &e[i], sizeof(s[i]));
	}
	scalar_mul_add_batch(s, (struct scalars){r, 1}, (struct scalars){d, 0},
	    (struct scalars){s, 1}, n);
	scalar_invert(k, k, n);
	scalar_mul_add_batch(s, (struct scalars){s, 1}, (struct scalars){k, 1},
	    (struct scalars){&zero, 0}, n);
	ct_public(s, n * sizeof(s[0]));
	good = finish(out, R, s, n);
	scratch_leave(mark);
	return good;
}

void
ecdsa_sign(struct p256_signature *out, const struct digest *e,
    const struct scalar *d, size_t n)
{
	uint8_t key[32];

	assert(scalar_valid_secret(d));
	random_bytes(key, sizeof(key));
	for (size_t i = 0; i < n; i += BATCH)
		while (!sign_batch(out + i, key, e + i, d, batch(n, i)))
			continue;
	wipe(key, sizeof(key));
}

/*
 * Verifying
 */

/* Who signed: each by a key of its own, all under a known key, or each by the
 * key that an implicit certificate (p_u, and its hash e_u) of a known CA
 * gives. */
struct signer {
	const struct point *key;
	const struct p256_known *known;
	const struct point *p_u;
	const struct digest *e_u;
};

/* A batch of signatures: what u1*G + u2*Q is made of. */
struct check {
	struct scalar *r, *w, *u1, *u2, *u3;
	bool *usable;
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

static struct check
check_take(size_t n)
{
	return (struct check){SCRATCH(struct scalar, n),
	    SCRATCH(struct scalar, n), SCRATCH(struct scalar, n),
	    SCRATCH(struct scalar, n), SCRATCH(struct scalar, n),
	    SCRATCH(bool, n)};
}

/* u1 = e / s, u2 = r / s, u3 = u2 * e_u */
static void
prepare(struct check *c, const struct digest *e, const struct digest *e_u,
    const struct p256_signature *sig, size_t n)
{
	static const struct scalar zero;
	const struct scalars none = {&zero, 0}, w = {c->w, 1};

	for (size_t i = 0; i < n; i++) {
		c->usable[i] = take(&c->r[i], &c->w[i], &sig[i]);
		if (!c->usable[i]) /* zeros would be an exceptional case */
			c->r[i] = c->w[i] = (struct scalar){{[31] = 1}};
		memcpy(&c->u1[i], &e[i], sizeof(c->u1[i]));
		if (e_u != NULL)
			memcpy(&c->u3[i], &e_u[i], sizeof(c->u3[i]));
	}
	scalar_invert(c->w, c->w, n);
	scalar_mul_add_batch(c->u1, (struct scalars){c->u1, 1}, w, none, n);
	scalar_mul_add_batch(c->u2, (struct scalars){c->r, 1}, w, none, n);
	if (e_u != NULL)
		scalar_mul_add_batch(c->u3, (struct scalars){c->u3, 1},
		    (struct scalars){c->u2, 1}, none, n);
}

static struct p256_terms
terms(const struct check *c, const struct signer *who, size_t i)
{
	struct p256_terms t = {.base_k = c->u1};

	if (who->known != NULL) {
		t.known = who->known;
		t.known_k = c->u2;
	}
	if (who->p_u != NULL) {
		t.var = who->p_u + i;
		t.var_k = c->u3;
	} else if (who->key != NULL) {
		t.var = who->key + i;
		t.var_k = c->u2;
	}
	return t;
}

static bool
same_r(const struct scalar *r, const struct point *R)
{
	struct scalar x;

	scalar_reduce(&x, R->x);
	return memcmp(&x, r, sizeof(x)) == 0;
}

static enum fault
verify(const struct signer *who, const struct digest *e,
    const struct p256_signature *sig, bool *ok, size_t n)
{
	struct verdict v = {FAULT_OK, ok};
	size_t mark = scratch_mark(), most = batch(n, 0);
	struct check c = check_take(most);
	struct point *R = SCRATCH(struct point, most);
	bool *found = SCRATCH(bool, most);

	for (size_t i = 0, m; i < n; i += m) {
		struct p256_terms t = terms(&c, who, i);

		m = batch(n, i);
		prepare(&c, e + i, who->e_u == NULL ? NULL : who->e_u + i,
		    sig + i, m);
		by_element(p256_sum(R, &t, found, m));
		for (size_t j = 0; j < m; j++)
			verdict_add(&v, i + j,
			    c.usable[j] && found[j] && same_r(&c.r[j], &R[j])
				? FAULT_OK
				: FAULT_BAD_SIGNATURE);
	}
	scratch_leave(mark);
	return v.first;
}

enum fault
ecdsa_verify(const struct point *key, const struct digest *e,
    const struct p256_signature *sig, bool *ok, size_t n)
{
	return verify(&(struct signer){.key = key}, e, sig, ok, n);
}

enum fault
ecdsa_verify_known(const struct p256_known *key, const struct digest *e,
    const struct p256_signature *sig, bool *ok, size_t n)
{
	return verify(&(struct signer){.known = key}, e, sig, ok, n);
}

enum fault
ecdsa_verify_implicit(const struct p256_known *ca, const struct point *p_u,
    const struct digest *e_u, const struct digest *e,
    const struct p256_signature *sig, bool *ok, size_t n)
{
	return verify(&(struct signer){.known = ca, .p_u = p_u, .e_u = e_u}, e,
	    sig, ok, n);
}
