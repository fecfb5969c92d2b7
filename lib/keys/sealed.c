/* sealed.c - see sealed.h. */
#include <string.h>

#include <openssl/evp.h>

#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "crypto/random.h"
#include "keys/sealed.h"

#define SCRYPT_LOG_N	 15 /* 32 MB, about 0.1 s */
#define SCRYPT_R	 8
#define SCRYPT_P	 1
#define SCRYPT_LOG_N_MAX 20 /* what a file may ask of us */
#define SCRYPT_R_MAX	 16
#define SCRYPT_P_MAX	 4
#define SCRYPT_MEMORY	 ((uint64_t)3 << 30)

#define SALT_SIZE  16
#define NONCE_SIZE 12
#define TAG_SIZE   16

static const uint8_t magic[6] = {'M', 'K', 'E', 'Y', 1, 1};

/* What stands before the ciphertext, and is authenticated with it. */
struct head {
	uint8_t magic[sizeof(magic)];
	uint8_t log_n, r, p;
	uint8_t salt[SALT_SIZE];
	uint8_t nonce[NONCE_SIZE];
};
_Static_assert(sizeof(struct head) == 37, "no padding");

static enum fault
derive(uint8_t key[32], const struct head *h, struct bytes passphrase,
    struct fault_info *fi)
{
	if (h->log_n < 1 || h->log_n > SCRYPT_LOG_N_MAX || h->r < 1 ||
	    h->r > SCRYPT_R_MAX || h->p < 1 || h->p > SCRYPT_P_MAX)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "scrypt parameters out of range");
	if (EVP_PBE_scrypt((const char *)passphrase.p, passphrase.n, h->salt,
		SALT_SIZE, UINT64_C(1) << h->log_n, h->r, h->p, SCRYPT_MEMORY,
		key, 32) != 1)
		return fault_set(fi, FAULT_INTERNAL, "scrypt failed");
	return FAULT_OK;
}

/* in.n octets from in to out; the tag is written (sealing) or compared. */
static bool
gcm(bool sealing, uint8_t *out, const uint8_t key[32], const struct head *h,
    struct bytes in, uint8_t tag[TAG_SIZE])
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	bool ok;
	int n;

	if (c == NULL)
		log_fatal("out of memory");
	ok = EVP_CipherInit_ex(
		 c, EVP_aes_256_gcm(), NULL, key, h->nonce, sealing) == 1 &&
	     EVP_CipherUpdate(c, NULL, &n, (const uint8_t *)h, sizeof(*h)) ==
		 1 &&
	     EVP_CipherUpdate(c, out, &n, in.p, (int)in.n) == 1 &&
	     (sealing || EVP_CIPHER_CTX_ctrl(
			     c, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, tag) == 1) &&
	     EVP_CipherFinal_ex(c, out + n, &n) == 1 &&
	     (!sealing || EVP_CIPHER_CTX_ctrl(
			      c, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, tag) == 1);
	EVP_CIPHER_CTX_free(c);
	return ok;
}

/* head || ciphertext || tag in arena memory. */
static enum fault
seal(struct bytes *out, struct arena *a, struct bytes secret,
    struct bytes passphrase, struct fault_info *fi)
{
	struct head h = {.log_n = SCRYPT_LOG_N, .r = SCRYPT_R, .p = SCRYPT_P};
	size_t n = sizeof(h) + secret.n + TAG_SIZE;
	uint8_t key[32], *p;
	bool ok;

	p = arena_alloc(a, n, 1);
	if (p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "secret too large");
	memcpy(h.magic, magic, sizeof(magic));
	random_bytes(h.salt, sizeof(h.salt));
	random_bytes(h.nonce, sizeof(h.nonce));
	TRY(derive(key, &h, passphrase, fi));
	memcpy(p, &h, sizeof(h));
	ok = gcm(true, p + sizeof(h), key, &h, secret, p + n - TAG_SIZE);
	wipe(key, sizeof(key));
	if (!ok)
		return fault_set(fi, FAULT_INTERNAL, "sealing failed");
	*out = (struct bytes){p, n};
	return FAULT_OK;
}

enum fault
sealed_save(const char *path, struct bytes secret, struct bytes passphrase,
    struct fault_info *fi)
{
	struct bytes sealed;
	struct arena a;
	enum fault f;

	if (secret.n > SEALED_MAX - sizeof(struct head) - TAG_SIZE)
		return fault_set(fi, FAULT_TOO_LARGE,
		    "%s: secret of %zu octets", path, secret.n);
	if (passphrase.n == 0)
		return file_create(path, secret, 0600, fi);
	a = arena_new(SEALED_MAX);
	f = seal(&sealed, &a, secret, passphrase, fi);
	if (f == FAULT_OK)
		f = file_create(path, sealed, 0600, fi);
	arena_free(&a);
	return f;
}

static enum fault
unseal(struct bytes *out, struct arena *a, const char *path, struct bytes file,
    struct bytes passphrase, struct fault_info *fi)
{
	struct reader r = reader_of(file);
	uint8_t key[32], tag[TAG_SIZE], *buf;
	struct bytes sealed;
	struct head h;
	bool ok;

	read_copy(&r, &h, sizeof(h));
	if (r.failed || read_left(&r) < TAG_SIZE)
		return fault_set(fi, FAULT_TRUNCATED, "%s: truncated", path);
	sealed.n = read_left(&r) - TAG_SIZE;
	sealed.p = read_span(&r, sealed.n);
	read_copy(&r, tag, sizeof(tag));
	buf = arena_alloc(a, sealed.n + 1, 1);
	if (buf == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s: too large", path);
	TRY(derive(key, &h, passphrase, fi));
	ok = gcm(false, buf, key, &h, sealed, tag);
	wipe(key, sizeof(key));
	if (!ok) {
		wipe(buf, sealed.n);
		return fault_set(fi, FAULT_BAD_TAG,
		    "%s: wrong passphrase, or the file is damaged", path);
	}
	*out = (struct bytes){buf, sealed.n};
	return FAULT_OK;
}

enum fault
sealed_load(struct bytes *out, struct arena *a, const char *path,
    struct bytes passphrase, struct fault_info *fi)
{
	struct bytes file;

	TRY(file_read(&file, a, path, SEALED_MAX, fi));
	if (file.n < sizeof(magic) ||
	    memcmp(file.p, magic, sizeof(magic)) != 0) {
		*out = file;
		return FAULT_OK;
	}
	if (passphrase.n == 0)
		return fault_set(
		    fi, FAULT_DENIED, "%s: needs its passphrase", path);
	return unseal(out, a, path, file, passphrase, fi);
}

enum fault
key16_save(const char *path, const struct key16 *k, struct fault_info *fi)
{
	return file_create(path, BYTES(k->b), 0600, fi);
}

enum fault
key16_load(struct key16 *out, const char *path, struct fault_info *fi)
{
	uint8_t room[256];
	struct arena a = arena_of(room, sizeof(room));
	struct bytes in;
	enum fault f;

	f = file_read(&in, &a, path, sizeof(room) / 2, fi);
	if (f == FAULT_OK && in.n != sizeof(out->b))
		f = fault_set(
		    fi, FAULT_BAD_MESSAGE, "%s: not a key of 16 octets", path);
	if (f == FAULT_OK)
		memcpy(out->b, in.p, sizeof(out->b));
	wipe(room, sizeof(room));
	return f;
}

enum fault
key16_load_or_make(struct key16 *out, const char *path, struct fault_info *fi)
{
	if (file_exists(path))
		return key16_load(out, path, fi);
	random_bytes(out->b, sizeof(out->b));
	return key16_save(path, out, fi);
}
