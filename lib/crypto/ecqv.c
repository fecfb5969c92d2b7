/* ecqv.c - see ecqv.h. */
#include <assert.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/ecqv.h"
#include "crypto/p256_int.h"
#include "crypto/random.h"
#include "crypto/scratch.h"

/* What a k is made of. */
struct mix {
	struct scalar d_ca;
	uint8_t r_u[32]; /* x */
	uint8_t random[32];
	uint64_t serial;
};

/* The serial number makes a k that nobody had before of randomness that
 * repeats itself: the same k in two certificates would give d_ca away. */
static void
hedge(struct scalar *k, const struct mix *m)
{
	struct digest h;

	sha256(h.b, (struct bytes){(const uint8_t *)m, sizeof(*m)});
	memcpy(k, &h, sizeof(*k));
	wipe(&h, sizeof(h));
}

static void
make_k(struct scalar *k, const struct point *r_u, const struct scalar *d_ca,
    size_t n)
{
	size_t mark = scratch_mark();
	struct mix *mix = SCRATCH(struct mix, n);
	struct bytes *mixes = SCRATCH(struct bytes, n);
	struct digest *out = SCRATCH(struct digest, n);
	uint8_t(*random)[32] = scratch_take(n * sizeof(*random));
	uint64_t serial = random_serial(n);

	random_bytes(random, n * sizeof(*random));
	for (size_t i = 0; i < n; i++) {
		mix[i] = (struct mix){.d_ca = *d_ca, .serial = serial + i};
		memcpy(mix[i].r_u, r_u[i].x, sizeof(mix[i].r_u));
		memcpy(mix[i].random, random[i], sizeof(mix[i].random));
		mixes[i] = (struct bytes){(uint8_t *)&mix[i], sizeof(mix[i])};
	}
	sha256_batch(out, mixes, n);
	for (size_t i = 0; i < n; i++) {
		memcpy(&k[i], &out[i], sizeof(k[i]));
		while (!scalar_valid_secret(&k[i])) { /* once in 2^32 */
			random_bytes(mix[i].random, sizeof(mix[i].random));
			hedge(&k[i], &mix[i]);
		}
	}
	scratch_leave(mark);
}

enum fault
ecqv_issue_with(struct point *p_u, struct scalar *k, const struct point *r_u,
    bool *ok, size_t n)
{
	struct verdict v = {FAULT_OK, ok};
	bool good[BATCH];
	enum fault f;

	for (size_t i = 0, m; i < n; i += m) {
		m = batch(n, i);
		f = p256_add_base_mul(p_u + i, r_u + i, k + i, good, m);
		for (size_t j = 0; j < m; j++) {
			if (!good[j])
				wipe(&k[i + j], sizeof(k[0]));
			verdict_add(&v, i + j, good[j] ? FAULT_OK : f);
		}
	}
	return v.first;
}

enum fault
ecqv_issue(struct point *p_u, struct scalar *k, const struct point *r_u,
    const struct scalar *d_ca, bool *ok, size_t n)
{
	for (size_t i = 0; i < n; i += BATCH)
		make_k(k + i, r_u + i, d_ca, batch(n, i));
	return ecqv_issue_with(p_u, k, r_u, ok, n);
}

enum fault
ecqv_respond(struct scalar *r, struct scalar *k, const struct digest *e,
    const struct scalar *d_ca, bool *ok, size_t n)
{
	struct verdict v = {FAULT_OK, ok};
	struct scalar reduced;
	bool good;

	assert(r != k);
	for (size_t i = 0, m; i < n; i += m) {
		m = batch(n, i);
		/* struct digest and struct scalar are the same octets. */
		scalar_mul_add_batch(r + i,
		    (struct scalars){(const struct scalar *)(e + i), 1},
		    (struct scalars){k + i, 1}, (struct scalars){d_ca, 0}, m);
		for (size_t j = i; j < i + m; j++) {
			scalar_reduce(&reduced, e[j].b);
			good = scalar_valid_secret(&k[j]) &&
			       scalar_valid(&reduced);
			if (!good)
				wipe(&r[j], sizeof(r[j]));
			wipe(&k[j], sizeof(k[j]));
			verdict_add(&v, j, good ? FAULT_OK : FAULT_BAD_SCALAR);
		}
	}
	return v.first;
}

static enum fault
public_keys(struct point *q_u, const struct digest *e, const struct point *p_u,
    const struct point *q_ca, bool q_ca_same, bool *ok, size_t n)
{
	struct p256_terms t = {
	    .add = q_ca,
	    .add_same = q_ca_same,
	    .var = p_u,
	    .var_k = (const struct scalar *)e,
	};
	enum fault f = p256_sum(q_u, &t, ok, n);

	return f == FAULT_OK ? FAULT_OK : FAULT_BAD_POINT;
}

enum fault
ecqv_public(struct point *q_u, const struct digest *e, const struct point *p_u,
    const struct point *q_ca, bool *ok, size_t n)
{
	struct point issuer = *q_ca;

	return public_keys(q_u, e, p_u, &issuer, true, ok, n);
}

enum fault
ecqv_public_mixed(struct point *q_u, const struct digest *e,
    const struct point *p_u, const struct point *q_ca, bool *ok, size_t n)
{
	return public_keys(q_u, e, p_u, q_ca, false, ok, n);
}

enum fault
ecqv_private(struct scalar *d_u, const struct ecqv_share *share,
    const struct digest *e, const struct point *q_u, bool *ok, size_t n)
{
	struct verdict v = {FAULT_OK, ok};
	size_t mark = scratch_mark(), most = batch(n, 0);
	struct scalar *d = SCRATCH(struct scalar, most), hash;
	struct point *q = SCRATCH(struct point, most);
	bool *good = SCRATCH(bool, most);

	for (size_t i = 0, m; i < n; i += m) {
		m = batch(n, i);
		for (size_t j = 0; j < m; j++) {
			memcpy(hash.b, e[i + j].b, sizeof(hash.b));
			scalar_mul_add(
			    &d[j], &hash, &share[i + j].k_u, &share[i + j].r);
		}
		by_element(p256_base_mul(q, d, good, m));
		/* The public key, or that of a wrong r. */
		ct_public(q, m * sizeof(q[0]));
		for (size_t j = 0; j < m; j++) {
			good[j] = good[j] &&
				  memcmp(&q[j], &q_u[i + j], sizeof(q[j])) == 0;
			if (!good[j])
				wipe(&d[j], sizeof(d[j]));
			d_u[i + j] = d[j];
			verdict_add(
			    &v, i + j, good[j] ? FAULT_OK : FAULT_KEY_MISMATCH);
		}
	}
	scratch_leave(mark);
	return v.first;
}
