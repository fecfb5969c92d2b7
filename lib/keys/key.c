/* key.c - keys in files; see key.h. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "crypto/p256.h"
#include "keys/key.h"
#include "keys/sealed.h"

static const uint8_t magic[6] = {'M', 'K', 'E', 'Y', 1, 0};

#define PLAIN_MAX (sizeof(magic) + 1 + 2 * (size_t)CURVE_OCTETS_MAX + 1)

struct key {
	enum curve curve;
	uint8_t d[CURVE_OCTETS_MAX];
	struct scalar scalar;	   /* d, if P-256 */
	struct curve_point public; /* uncompressed */
};

static struct key *
key_new(enum curve curve)
{
	struct key *k = calloc(1, sizeof(*k));

	if (k == NULL)
		log_fatal("out of memory");
	k->curve = curve;
	return k;
}

struct key *
key_generate(enum curve curve)
{
	struct key *k = key_new(curve);

	curve_generate(k->d, &k->public, curve);
	if (curve == CURVE_P256)
		memcpy(k->scalar.b, k->d, sizeof(k->scalar.b));
	return k;
}

enum fault
key_import(
    struct key **out, enum curve curve, const uint8_t *d, struct fault_info *fi)
{
	struct key *k = key_new(curve);
	enum fault f;

	memcpy(k->d, d, curve_octets(curve));
	f = curve_public(&k->public, curve, k->d, fi);
	if (f != FAULT_OK) {
		key_free(k);
		return f;
	}
	if (curve == CURVE_P256)
		memcpy(k->scalar.b, k->d, sizeof(k->scalar.b));
	*out = k;
	return FAULT_OK;
}

void
key_free(struct key *k)
{
	if (k == NULL)
		return;
	wipe(k, sizeof(*k));
	free(k);
}

/* 02|03 x, as key.h says. */
static void
public_octets(uint8_t out[1 + CURVE_OCTETS_MAX], const struct key *k)
{
	size_t n = curve_octets(k->curve);

	out[0] = (uint8_t)(2 | (k->public.y[n - 1] & 1));
	memcpy(out + 1, k->public.x, n);
}

static enum fault
key_parse(struct key **out, struct bytes in, struct fault_info *fi)
{
	uint8_t q[1 + CURVE_OCTETS_MAX];
	struct reader r = reader_of(in);
	const uint8_t *head, *d, *stored;
	enum curve curve;
	size_t n;

	if (in.n == 32)
		return key_import(out, CURVE_P256, in.p, fi);
	head = read_span(&r, sizeof(magic));
	curve = (enum curve)read_uint(&r, 1);
	if (r.failed || memcmp(head, magic, sizeof(magic)) != 0 ||
	    curve > CURVE_P384)
		return fault_set(fi, FAULT_BAD_MESSAGE, "not a key file");
	n = curve_octets(curve);
	d = read_span(&r, n);
	stored = read_span(&r, n + 1);
	if (r.failed || read_left(&r) != 0)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "key file of wrong size");
	TRY(key_import(out, curve, d, fi));
	public_octets(q, *out);
	if (memcmp(q, stored, n + 1) == 0)
		return FAULT_OK;
	key_free(*out);
	*out = NULL;
	return fault_set(fi, FAULT_KEY_MISMATCH,
	    "private and public key do not belong together");
}

enum fault
key_load(struct key **out, const char *path, struct bytes passphrase,
    struct fault_info *fi)
{
	struct arena a = arena_new(2 * SEALED_MAX);
	struct bytes in;
	enum fault f;

	f = sealed_load(&in, &a, path, passphrase, fi);
	if (f == FAULT_OK && (f = key_parse(out, in, fi)) != FAULT_OK)
		fault_prefix(fi, "%s", path);
	arena_free(&a);
	return f;
}

enum fault
key_save(const struct key *k, const char *path, struct bytes passphrase,
    struct fault_info *fi)
{
	uint8_t room[PLAIN_MAX], q[1 + CURVE_OCTETS_MAX];
	struct writer w = writer_of(room, sizeof(room));
	size_t n = curve_octets(k->curve);
	enum fault f;

	public_octets(q, k);
	write_span(&w, magic, sizeof(magic));
	write_uint(&w, k->curve, 1);
	write_span(&w, k->d, n);
	write_span(&w, q, n + 1);
	f = sealed_save(path, writer_done(&w), passphrase, fi);
	wipe(room, sizeof(room));
	return f;
}

const struct curve_point *
key_public(const struct key *k)
{
	return &k->public;
}

static bool
same_point(const struct curve_point *a, const struct curve_point *b)
{
	return a->curve == b->curve &&
	       memcmp(a->x, b->x, curve_octets(a->curve)) == 0 &&
	       memcmp(a->y, b->y, curve_octets(a->curve)) == 0;
}

static enum fault
sign_batch(void *ctx, struct p256_signature *out, const struct digest *e,
    size_t n, struct fault_info *fi)
{
	const struct key *k = ctx;

	if (k->curve != CURVE_P256)
		return fault_set(fi, FAULT_CURVE_MISMATCH, "key is on %s",
		    curve_name(k->curve));
	ecdsa_sign(out, e, &k->scalar, n);
	return FAULT_OK;
}

static enum fault
sign_any(void *ctx, struct curve_signature *out, const uint8_t *hash,
    size_t hash_n, struct fault_info *fi)
{
	const struct key *k = ctx;

	return curve_sign(out, k->curve, k->d, hash, hash_n, fi);
}

enum fault
key_signer(struct signer *out, struct key *k, const struct cert *cert,
    struct fault_info *fi)
{
	if (cert != NULL &&
	    (!cert->has_key || !same_point(&cert->key, &k->public)))
		return fault_set(fi, FAULT_KEY_MISMATCH,
		    "key does not belong to the certificate");
	*out = (struct signer){
	    .cert = cert,
	    .public = k->public,
	    .sign = sign_batch,
	    .sign_any = sign_any,
	    .ctx = k,
	};
	return FAULT_OK;
}

static enum fault
unwrap(void *ctx, struct key16 *out, const struct curve_ecies *in,
    const uint8_t p1[SHA256_SIZE], struct fault_info *fi)
{
	const struct key *k = ctx;

	return curve_ecies_decrypt(out, in, k->d, p1, fi);
}

static void
unwrap_many(void *ctx, struct key16 *out, const struct ecies *in,
    const uint8_t p1[SHA256_SIZE], bool *ok, size_t n)
{
	const struct key *k = ctx;

	unwrap_with_scalar(out, in, &k->scalar, p1, ok, n);
}

enum fault
key_decryption(struct decryption_key *out, struct key *k,
    const struct cert *cert, struct fault_info *fi)
{
	if (k->curve != CURVE_P256 && k->curve != CURVE_BRAINPOOL_P256R1)
		return fault_set(fi, FAULT_UNSUPPORTED,
		    "no encryption to keys on %s", curve_name(k->curve));
	if (cert != NULL && (!cert->has_encryption_key ||
				!same_point(&cert->encryption_key, &k->public)))
		return fault_set(fi, FAULT_KEY_MISMATCH,
		    "key is not the certificate's encryption key");
	*out = (struct decryption_key){
	    .kind = cert != NULL ? RECIPIENT_CERTIFICATE : RECIPIENT_KEY,
	    .curve = k->curve,
	    .unwrap = unwrap,
	    .unwrap_many = k->curve == CURVE_P256 ? unwrap_many : NULL,
	    .ctx = k,
	};
	if (cert == NULL) {
		memcpy(out->p1, sha256_of_nothing, sizeof(out->p1));
		return FAULT_OK;
	}
	memcpy(out->id, cert->id, sizeof(out->id));
	sha256(out->p1, cert->canonical);
	return FAULT_OK;
}

enum fault
key_scalar(const struct scalar **out, struct key *k, struct fault_info *fi)
{
	if (k->curve != CURVE_P256)
		return fault_set(fi, FAULT_UNSUPPORTED, "key is on %s",
		    curve_name(k->curve));
	*out = &k->scalar;
	return FAULT_OK;
}
