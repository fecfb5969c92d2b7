/* x509.c - see x509.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/time32.h"
#include "http/x509.h"

#define PEM_MAX ((size_t)64 << 10)
#define ROUNDS	600000

struct x509_ca {
	X509 *cert;
	EVP_PKEY *key;
};

/* The reason OpenSSL gives last, as a fault. */
static enum fault
failed(struct fault_info *fi, const char *what)
{
	unsigned long e = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(e);

	ERR_clear_error();
	return fault_set(fi, FAULT_TLS, "%s: %s", what,
	    reason != NULL ? reason : "OpenSSL failed");
}

static bool
set_time(ASN1_TIME *out, uint32_t t)
{
	return ASN1_TIME_set(out, (time_t)time32_to_posix(t)) != NULL;
}

static bool
add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	int ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	if ((ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value)) == NULL)
		return false;
	ok = X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	return ok == 1;
}

struct extension {
	int nid;
	const char *value;
};

static bool
add_extensions(X509 *cert, X509 *issuer, const struct extension *e, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!add_extension(cert, issuer, e[i].nid, e[i].value))
			return false;
	return true;
}

/* Serial: 16 random octets, positive. */
static bool
set_serial(X509 *cert)
{
	unsigned char b[16];
	BIGNUM *bn = NULL;
	bool ok = false;

	if (RAND_bytes(b, sizeof(b)) == 1) {
		b[0] = (unsigned char)((b[0] & 0x7f) | 0x40);
		bn = BN_bin2bn(b, sizeof(b), NULL);
		ok = bn != NULL && BN_to_ASN1_INTEGER(
				       bn, X509_get_serialNumber(cert)) != NULL;
	}
	BN_free(bn);
	return ok;
}

/* Everything but extensions and signature; issuer NULL: self-signed. */
static X509 *
new_certificate(
    const char *name, EVP_PKEY *key, X509 *issuer, struct x509_validity v)
{
	X509 *cert = X509_new();
	X509_NAME *subject = cert != NULL ? X509_get_subject_name(cert) : NULL;

	if (cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1 &&
	    set_serial(cert) &&
	    X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
		(const unsigned char *)name, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(cert,
		issuer == NULL ? subject : X509_get_subject_name(issuer)) ==
		1 &&
	    set_time(X509_getm_notBefore(cert), v.not_before) &&
	    set_time(X509_getm_notAfter(cert), v.not_after) &&
	    X509_set_pubkey(cert, key) == 1)
		return cert;
	X509_free(cert);
	return NULL;
}

static enum fault
write_bio(const char *path, BIO *bio, mode_t mode, struct fault_info *fi)
{
	char *p;
	long n = BIO_get_mem_data(bio, &p);

	if (n <= 0)
		return failed(fi, path);
	return file_create(
	    path, (struct bytes){(const uint8_t *)p, (size_t)n}, mode, fi);
}

static enum fault
write_certificate(const char *path, X509 *cert, struct fault_info *fi)
{
	BIO *bio = BIO_new(BIO_s_mem());
	enum fault f;

	if (bio == NULL || PEM_write_bio_X509(bio, cert) != 1)
		f = failed(fi, path);
	else
		f = write_bio(path, bio, 0644, fi);
	BIO_free(bio);
	return f;
}

/* PKCS #8 under the passphrase; false: OpenSSL failed. */
static bool
write_encrypted(BIO *bio, EVP_PKEY *key, const char *passphrase)
{
	PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(key);
	X509_ALGOR *algorithm = PKCS5_pbe2_set_iv(
	    EVP_aes_256_cbc(), ROUNDS, NULL, 16, NULL, NID_hmacWithSHA256);
	X509_SIG *sealed = NULL;
	bool ok = false;

	if (plain != NULL && algorithm != NULL)
		sealed = PKCS8_set0_pbe(
		    passphrase, (int)strlen(passphrase), plain, algorithm);
	if (sealed != NULL) /* owns algorithm now */
		ok = PEM_write_bio_PKCS8(bio, sealed) == 1;
	else
		X509_ALGOR_free(algorithm);
	X509_SIG_free(sealed);
	PKCS8_PRIV_KEY_INFO_free(plain);
	return ok;
}

static enum fault
write_key(const char *path, EVP_PKEY *key, const char *passphrase,
    struct fault_info *fi)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	enum fault f;

	if (bio == NULL ||
	    !(passphrase == NULL ? PEM_write_bio_PKCS8PrivateKey(
				       bio, key, NULL, NULL, 0, NULL, NULL) == 1
				 : write_encrypted(bio, key, passphrase)))
		f = failed(fi, path);
	else
		f = write_bio(path, bio, 0600, fi);
	BIO_free(bio);
	return f;
}

/* Signs and writes both files; key first, so that there is never a
 * certificate without one. */
static enum fault
sign_and_write(X509 *cert, EVP_PKEY *key, EVP_PKEY *ca_key,
    const char *const paths[2], const char *passphrase, struct fault_info *fi)
{
	if (X509_sign(cert, ca_key, EVP_sha256()) == 0)
		return failed(fi, paths[0]);
	TRY(write_key(paths[1], key, passphrase, fi));
	return write_certificate(paths[0], cert, fi);
}

static bool
is_reserved(const char *path, struct fault_info *fi)
{
	if (!file_exists(path))
		return false;
	fault_set(fi, FAULT_EXISTS, "%s exists", path);
	return true;
}

enum fault
x509_make_ca(const char *cert_path, const char *key_path,
    const char *passphrase, const char *name, struct x509_validity v,
    struct fault_info *fi)
{
	static const struct extension extensions[] = {
	    {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
	    {NID_key_usage, "critical,keyCertSign,cRLSign"},
	    {NID_subject_key_identifier, "hash"},
	};
	const char *const paths[2] = {cert_path, key_path};
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;
	enum fault f;

	if (is_reserved(cert_path, fi) || is_reserved(key_path, fi))
		return FAULT_EXISTS;
	if ((key = EVP_EC_gen("P-256")) == NULL ||
	    (cert = new_certificate(name, key, NULL, v)) == NULL ||
	    !add_extensions(cert, cert, extensions, 3))
		f = failed(fi, cert_path);
	else
		f = sign_and_write(cert, key, key, paths, passphrase, fi);
	X509_free(cert);
	EVP_PKEY_free(key);
	return f;
}

static enum fault
read_certificate(X509 **out, const char *path, struct fault_info *fi)
{
	struct arena arena = arena_new(PEM_MAX);
	enum fault f;
	struct bytes b;
	BIO *bio;

	*out = NULL;
	if ((f = file_read(&b, &arena, path, PEM_MAX, fi)) == FAULT_OK) {
		bio = BIO_new_mem_buf(b.p, (int)b.n);
		if (bio == NULL ||
		    (*out = PEM_read_bio_X509(bio, NULL, NULL, NULL)) == NULL)
			f = failed(fi, path);
		BIO_free(bio);
	}
	arena_free(&arena);
	return f;
}

/* Without this callback OpenSSL would ask on the terminal. */
static int
give_passphrase(char *out, int size, int writing, void *passphrase)
{
	size_t n = passphrase == NULL ? 0 : strlen(passphrase);

	(void)writing;
	if (n > (size_t)size)
		return -1;
	if (n > 0) /* OpenSSL takes the length that is returned */
		memcpy(out, passphrase, n); /* NOLINT(bugprone-not-null-*) */
	return (int)n;
}

static enum fault
read_key(EVP_PKEY **out, const char *path, const char *passphrase,
    struct fault_info *fi)
{
	struct arena arena = arena_new(PEM_MAX);
	enum fault f;
	struct bytes b;
	BIO *bio;

	*out = NULL;
	if ((f = file_read(&b, &arena, path, PEM_MAX, fi)) == FAULT_OK) {
		bio = BIO_new_mem_buf(b.p, (int)b.n);
		if (bio == NULL ||
		    (*out = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase,
			 (void *)(uintptr_t)passphrase)) == NULL)
			f = fault_set(fi, FAULT_DENIED,
			    "%s: wrong passphrase or not a key", path);
		ERR_clear_error();
		BIO_free(bio);
	}
	arena_free(&arena);
	return f;
}

enum fault
x509_open_ca(struct x509_ca **out, const char *cert_path, const char *key_path,
    const char *passphrase, struct fault_info *fi)
{
	struct x509_ca *ca = calloc(1, sizeof(*ca));
	enum fault f;

	if (ca == NULL)
		log_fatal("out of memory");
	if ((f = read_certificate(&ca->cert, cert_path, fi)) == FAULT_OK &&
	    (f = read_key(&ca->key, key_path, passphrase, fi)) == FAULT_OK &&
	    X509_check_private_key(ca->cert, ca->key) != 1) {
		ERR_clear_error();
		f = fault_set(fi, FAULT_KEY_MISMATCH, "%s is not the key of %s",
		    key_path, cert_path);
	}
	if (f != FAULT_OK) {
		x509_close_ca(ca);
		return f;
	}
	*out = ca;
	return FAULT_OK;
}

void
x509_close_ca(struct x509_ca *ca)
{
	if (ca == NULL)
		return;
	X509_free(ca->cert);
	EVP_PKEY_free(ca->key);
	free(ca);
}

static bool
get_validity(struct x509_validity *out, X509 *cert)
{
	struct tm from, to;

	if (ASN1_TIME_to_tm(X509_get0_notBefore(cert), &from) != 1 ||
	    ASN1_TIME_to_tm(X509_get0_notAfter(cert), &to) != 1)
		return false;
	out->not_before = time32_of_posix(timegm(&from));
	out->not_after = time32_of_posix(timegm(&to));
	return true;
}

static bool
is_dns_name(const char *s)
{
	return *s != '\0' && strlen(s) <= 253 &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-.") == strlen(s);
}

/* A common name has room for 64 characters only. */
static X509 *
component_certificate(struct x509_ca *ca, EVP_PKEY *key, const char *dns_name,
    struct x509_validity v)
{
	char alt_name[300], common_name[65];
	const struct extension extensions[] = {
	    {NID_basic_constraints, "critical,CA:FALSE"},
	    {NID_key_usage, "critical,digitalSignature"},
	    {NID_ext_key_usage, "serverAuth,clientAuth"},
	    {NID_subject_alt_name, alt_name},
	    {NID_subject_key_identifier, "hash"},
	    {NID_authority_key_identifier, "keyid"},
	};
	X509 *cert;

	snprintf(alt_name, sizeof(alt_name), "DNS:%s", dns_name);
	snprintf(common_name, sizeof(common_name), "%s", dns_name);
	cert = new_certificate(common_name, key, ca->cert, v);
	if (cert != NULL && !add_extensions(cert, ca->cert, extensions, 6)) {
		X509_free(cert);
		return NULL;
	}
	return cert;
}

enum fault
x509_issue(struct x509_ca *ca, const char *cert_path, const char *key_path,
    const char *dns_name, struct x509_validity v, struct fault_info *fi)
{
	const char *const paths[2] = {cert_path, key_path};
	struct x509_validity max;
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;
	enum fault f;

	if (is_reserved(cert_path, fi) || is_reserved(key_path, fi))
		return FAULT_EXISTS;
	if (!is_dns_name(dns_name))
		return fault_set(fi, FAULT_CONSTRAINT,
		    "%s: not a DNS name in lower case", dns_name);
	if (!get_validity(&max, ca->cert))
		return failed(fi, "TLS CA");
	if (v.not_before < max.not_before)
		v.not_before = max.not_before;
	if (v.not_after > max.not_after)
		v.not_after = max.not_after;
	if ((key = EVP_EC_gen("P-256")) == NULL ||
	    (cert = component_certificate(ca, key, dns_name, v)) == NULL)
		f = failed(fi, cert_path);
	else
		f = sign_and_write(cert, key, ca->key, paths, NULL, fi);
	X509_free(cert);
	EVP_PKEY_free(key);
	return f;
}

enum fault
x509_validity(
    struct x509_validity *out, const char *path, struct fault_info *fi)
{
	X509 *cert;
	bool ok;

	TRY(read_certificate(&cert, path, fi));
	ok = get_validity(out, cert);
	X509_free(cert);
	return ok ? FAULT_OK : failed(fi, path);
}
