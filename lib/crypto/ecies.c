/* ecies.c - see ecies.h. */
#include <string.h>

#include "base/secret.h"
#include "crypto/ecies.h"
#include "crypto/hash.h"
#include "crypto/p256_int.h"
#include "crypto/scratch.h"

/* K1 || K2 */
struct keys {
	uint8_t k1[16], k2[32];
};

/* What a batch is made of on its way. */
struct work {
	struct scalar *v;
	struct point *V, *S;
	struct compressed *small;
	struct keys *keys;
	struct digest *tag;
	struct bytes *key, *text; /* of KDF2, then of HMAC */
	bool *on_curve, *good;
};

static struct work
work_take(size_t n)
{
	return (struct work){
	    .v = SCRATCH(struct scalar, n),
	    .V = SCRATCH(struct point, n),
	    .S = SCRATCH(struct point, n),
	    .small = SCRATCH(struct compressed, n),
	    .keys = SCRATCH(struct keys, n),
	    .tag = SCRATCH(struct digest, n),
	    .key = SCRATCH(struct bytes, n),
	    .text = SCRATCH(struct bytes, n),
	    .on_curve = SCRATCH(bool, n),
	    .good = SCRATCH(bool, n),
	};
}

/* keys[i] from the x coordinate of S[i] */
static void
derive(struct work *w, const uint8_t p1[32], size_t n)
{
	for (size_t i = 0; i < n; i++)
		w->key[i] = BYTES(w->S[i].x);
	kdf2_sha256_batch((uint8_t *)w->keys, sizeof(w->keys[0]), w->key,
	    (struct bytes){p1, 32}, n);
}

/* tag[i] of the encrypted key in text[i] */
static void
tags(struct work *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		w->key[i] = BYTES(w->keys[i].k2);
	hmac_sha256_batch(w->tag, w->key, w->text, n);
}

static void
xor_key(uint8_t out[16], const uint8_t in[16], const struct keys *k)
{
	for (size_t i = 0; i < sizeof(k->k1); i++)
		out[i] = in[i] ^ k->k1[i];
}

static void
encrypt_batch(struct work *w, struct ecies *out, const struct point *to,
    const struct key16 *key, const uint8_t p1[32], size_t n)
{
	p256_generate(w->v, w->V, n);
	by_element(p256_mul(w->S, to, w->v, w->good, n));
	derive(w, p1, n);
	for (size_t i = 0; i < n; i++) {
		point_compress(&out[i].v, &w->V[i]);
		xor_key(out[i].c, key[i].b, &w->keys[i]);
		w->text[i] = BYTES(out[i].c);
	}
	tags(w, n);
	for (size_t i = 0; i < n; i++) {
		memcpy(out[i].t, &w->tag[i], sizeof(out[i].t));
		if (!w->good[i])
			memset(&out[i], 0, sizeof(out[i]));
	}
}

enum fault
ecies_encrypt(struct ecies *out, const struct point *to,
    const struct key16 *key, const uint8_t p1[32], bool *ok, size_t n)
{
	struct verdict all = {FAULT_OK, ok};
	size_t mark = scratch_mark();
	struct work w = work_take(batch(n, 0));

	for (size_t i = 0, m; i < n; i += m) {
		m = batch(n, i);
		encrypt_batch(&w, out + i, to + i, key + i, p1, m);
		for (size_t j = 0; j < m; j++)
			verdict_add(&all, i + j,
			    w.good[j] ? FAULT_OK : FAULT_BAD_POINT);
	}
	scratch_leave(mark);
	return all.first;
}

static void
decrypt_batch(struct work *w, const struct ecies *in, const struct scalar *d,
    const uint8_t p1[32], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		w->small[i] = in[i].v;
		w->text[i] = BYTES(in[i].c);
	}
	by_element(p256_decompress(w->V, w->small, w->on_curve, n));
	by_element(p256_mul(w->S, w->V, d, w->good, n));
	derive(w, p1, n);
	tags(w, n);
}

static enum fault
unwrap(
    struct key16 *out, const struct work *w, const struct ecies *in, size_t i)
{
	bool right;

	memset(out, 0, sizeof(*out));
	if (!w->on_curve[i])
		return FAULT_BAD_POINT;
	if (!w->good[i])
		return FAULT_BAD_SCALAR;
	right = ct_equal(&w->tag[i], in->t, sizeof(in->t));
	if (!right)
		return FAULT_BAD_TAG;
	xor_key(out->b, in->c, &w->keys[i]);
	return FAULT_OK;
}

enum fault
ecies_decrypt(struct key16 *out, const struct ecies *in, const struct scalar *d,
    const uint8_t p1[32], bool *ok, size_t n)
{
	struct verdict all = {FAULT_OK, ok};
	size_t mark = scratch_mark();
	struct work w = work_take(batch(n, 0));

	for (size_t i = 0, m; i < n; i += m) {
		m = batch(n, i);
		decrypt_batch(&w, in + i, d + i, p1, m);
		for (size_t j = 0; j < m; j++)
			verdict_add(&all, i + j,
			    unwrap(&out[i + j], &w, &in[i + j], j));
	}
	scratch_leave(mark);
	return all.first;
}

/*
 * One key, on either curve
 */

static void
seal(uint8_t c[16], uint8_t t[16], const struct key16 *key, const uint8_t z[32],
    const uint8_t p1[32])
{
	struct keys k;
	uint8_t full[SHA256_SIZE];

	kdf2_sha256((uint8_t *)&k, sizeof(k), z, 32, p1, 32);
	xor_key(c, key->b, &k);
	hmac_sha256(full, BYTES(k.k2), (struct bytes){c, 16});
	memcpy(t, full, 16);
	wipe(&k, sizeof(k));
	wipe(full, sizeof(full));
}

static enum fault
unseal(struct key16 *key, const uint8_t c[16], const uint8_t t[16],
    const uint8_t z[32], const uint8_t p1[32])
{
	struct keys k;
	uint8_t full[SHA256_SIZE];
	enum fault f = FAULT_BAD_TAG;

	kdf2_sha256((uint8_t *)&k, sizeof(k), z, 32, p1, 32);
	hmac_sha256(full, BYTES(k.k2), (struct bytes){c, 16});
	if (ct_equal(full, t, 16)) {
		xor_key(key->b, c, &k);
		f = FAULT_OK;
	}
	wipe(&k, sizeof(k));
	wipe(full, sizeof(full));
	return f;
}

static enum fault
supported(enum curve c, struct fault_info *fi)
{
	if (c == CURVE_P256 || c == CURVE_BRAINPOOL_P256R1)
		return FAULT_OK;
	return fault_set(
	    fi, FAULT_UNSUPPORTED, "no ECIES on %s", curve_name(c));
}

enum fault
curve_ecies_encrypt(struct curve_ecies *out, const struct curve_point *to,
    const struct key16 *key, const uint8_t p1[32], struct fault_info *fi)
{
	uint8_t v[CURVE_OCTETS_MAX], z[CURVE_OCTETS_MAX];
	enum fault f;

	TRY(supported(to->curve, fi));
	curve_generate(v, &out->v, to->curve);
	curve_compress(&out->v);
	f = curve_shared(z, to, v, fi);
	if (f == FAULT_OK)
		seal(out->c, out->t, key, z, p1);
	wipe(v, sizeof(v));
	wipe(z, sizeof(z));
	return f;
}

enum fault
curve_ecies_decrypt(struct key16 *out, const struct curve_ecies *in,
    const uint8_t d[32], const uint8_t p1[32], struct fault_info *fi)
{
	uint8_t z[CURVE_OCTETS_MAX];
	enum fault f;

	memset(out, 0, sizeof(*out));
	TRY(supported(in->v.curve, fi));
	TRY(curve_shared(z, &in->v, d, fi));
	f = unseal(out, in->c, in->t, z, p1);
	wipe(z, sizeof(z));
	if (f != FAULT_OK)
		fault_set(fi, f, "not encrypted to this key and purpose");
	return f;
}
