/* ecies.c - see ecies.h. */
#include <string.h>

#include "base/secret.h"
#include "crypto/ecies.h"
#include "crypto/hash.h"
#include "crypto/p256_int.h"

/* K1 || K2 */
struct keys {
	uint8_t k1[16], k2[32];
};

static void
derive(struct keys *k, const uint8_t z[32], const uint8_t p1[32])
{
	kdf2_sha256((uint8_t *)k, sizeof(*k), z, 32, p1, 32);
}

static void
tag(uint8_t t[16], const struct keys *k, const uint8_t c[16])
{
	uint8_t full[SHA256_SIZE];

	hmac_sha256(full, BYTES(k->k2), (struct bytes){c, 16});
	memcpy(t, full, 16);
	wipe(full, sizeof(full));
}

static void
seal(uint8_t c[16], uint8_t t[16], const struct key16 *key, const uint8_t z[32],
    const uint8_t p1[32])
{
	struct keys k;

	derive(&k, z, p1);
	for (size_t i = 0; i < sizeof(k.k1); i++)
		c[i] = key->b[i] ^ k.k1[i];
	tag(t, &k, c);
	wipe(&k, sizeof(k));
}

static enum fault
unseal(struct key16 *key, const uint8_t c[16], const uint8_t t[16],
    const uint8_t z[32], const uint8_t p1[32])
{
	struct keys k;
	uint8_t expected[16];
	enum fault f = FAULT_BAD_TAG;

	memset(key, 0, sizeof(*key));
	derive(&k, z, p1);
	tag(expected, &k, c);
	if (ct_equal(expected, t, sizeof(expected))) {
		for (size_t i = 0; i < sizeof(k.k1); i++)
			key->b[i] = c[i] ^ k.k1[i];
		f = FAULT_OK;
	}
	wipe(&k, sizeof(k));
	wipe(expected, sizeof(expected));
	return f;
}

enum fault
ecies_encrypt(struct ecies *out, const struct point *to,
    const struct key16 *key, const uint8_t p1[32], bool *ok, size_t n)
{
	struct verdict all = {FAULT_OK, ok};
	struct scalar v[CHUNK];
	struct point V[CHUNK], S[CHUNK];
	bool good[CHUNK];

	for (size_t i = 0, m; i < n; i += m) {
		m = chunk(n, i);
		p256_generate(v, V, m);
		by_element(p256_mul(S, to + i, v, good, m));
		for (size_t j = 0; j < m; j++) {
			struct ecies *o = &out[i + j];

			memset(o, 0, sizeof(*o));
			if (good[j]) {
				point_compress(&o->v, &V[j]);
				seal(o->c, o->t, &key[i + j], S[j].x, p1);
			}
			verdict_add(
			    &all, i + j, good[j] ? FAULT_OK : FAULT_BAD_POINT);
		}
	}
	wipe(v, sizeof(v));
	wipe(S, sizeof(S));
	return all.first;
}

enum fault
ecies_decrypt(struct key16 *out, const struct ecies *in, const struct scalar *d,
    const uint8_t p1[32], bool *ok, size_t n)
{
	struct verdict all = {FAULT_OK, ok};
	struct compressed v[CHUNK];
	struct point V[CHUNK], S[CHUNK];
	bool on_curve[CHUNK], good[CHUNK];
	enum fault f;

	for (size_t i = 0, m; i < n; i += m) {
		m = chunk(n, i);
		for (size_t j = 0; j < m; j++)
			v[j] = in[i + j].v;
		by_element(p256_decompress(V, v, on_curve, m));
		by_element(p256_mul(S, V, d + i, good, m));
		for (size_t j = 0; j < m; j++) {
			f = on_curve[j] ? FAULT_BAD_SCALAR : FAULT_BAD_POINT;
			memset(&out[i + j], 0, sizeof(out[0]));
			if (good[j])
				f = unseal(&out[i + j], in[i + j].c,
				    in[i + j].t, S[j].x, p1);
			verdict_add(&all, i + j, f);
		}
	}
	wipe(S, sizeof(S));
	return all.first;
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
