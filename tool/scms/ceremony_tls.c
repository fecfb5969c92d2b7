/* ceremony_tls.c - the X.509 certificates of TLS. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "http/x509.h"
#include "tool/scms/ceremony.h"
#include "tool/scms/part.h"

/* SHA-256 of the DER form, which browsers and openssl call the fingerprint. */
static enum fault
record_fingerprint(struct ceremony *c, const char *what, const char *path,
    struct fault_info *fi)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	FILE *f = fopen(path, "re");
	X509 *x = f != NULL ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
	unsigned n = 0;
	bool ok = x != NULL && X509_digest(x, EVP_sha256(), digest, &n) == 1;

	X509_free(x);
	if (f != NULL)
		fclose(f);
	if (!ok)
		return fault_set(fi, FAULT_TLS, "%s: not a certificate", path);
	hex_encode(hex, digest, n);
	ceremony_record(c, "  %-12s %s", what, hex);
	return FAULT_OK;
}

static enum fault
issue(struct ceremony *c, struct x509_ca *ca, const char *folder,
    struct x509_validity validity, struct fault_info *fi)
{
	/* HAProxy looks for the key under the name of the certificate. */
	const char *key_name = strcmp(folder, parts[PART_LOP].name) == 0
				   ? "tls.pem.key"
				   : "tls.key";
	char cert[PATH_SIZE], key[PATH_SIZE], name[64];
	const char *host;

	snprintf(name, sizeof(name), "%s/tls.pem", folder);
	ceremony_path(c, cert, name);
	snprintf(name, sizeof(name), "%s/%s", folder, key_name);
	ceremony_path(c, key, name);
	TRY(ceremony_name(c, &host, folder, fi));
	TRY(x509_issue(ca, cert, key, host, validity, fi));
	return record_fingerprint(c, folder, cert, fi);
}

/* Everybody needs the CA's certificate to judge the others'. */
static enum fault
spread(struct ceremony *c, const char *folder, struct bytes pem,
    struct fault_info *fi)
{
	char name[64];

	snprintf(name, sizeof(name), "%s/tls-ca.pem", folder);
	return ceremony_write(c, name, pem, 0644, fi);
}

static enum fault
issue_all(struct ceremony *c, struct x509_ca *ca, const char *ca_path,
    struct x509_validity validity, struct fault_info *fi)
{
	struct bytes pem;

	TRY(file_read(&pem, &c->arena, ca_path, 1u << 16, fi));
	TRY(ceremony_write(c, "public/root.tls", pem, 0644, fi));
	for (size_t i = 0; i < PART_COUNT; i++) {
		if (parts[i].later)
			continue;
		TRY(issue(c, ca, parts[i].name, validity, fi));
		TRY(spread(c, parts[i].name, pem, fi));
	}
	TRY(issue(c, ca, "operator", validity, fi));
	return spread(c, "operator", pem, fi);
}

struct x509_validity
ceremony_tls_validity(const struct environment *env, uint32_t start,
    struct conf_duration lifetime)
{
	uint64_t end = start + conf_duration_seconds(lifetime);
	uint32_t most = environment_end(env);

	return (struct x509_validity){start, end < most ? (uint32_t)end : most};
}

static struct x509_validity
validity_of(const struct ceremony *c, struct conf_duration lifetime)
{
	return ceremony_tls_validity(c->env, c->start, lifetime);
}

enum fault
ceremony_make_tls(struct ceremony *c, const char *offline,
    const char *const *folders, size_t n, struct fault_info *fi)
{
	struct x509_validity validity = validity_of(c, c->env->tls_lifetime);
	char dir[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE];
	enum fault f = FAULT_OK;
	struct x509_ca *ca;
	struct bytes pem;

	path_join(dir, offline, "tls-ca");
	path_join(cert, dir, "tls-ca.pem");
	path_join(key, dir, "tls-ca.key");
	TRY(file_read(&pem, &c->arena, cert, 1u << 16, fi));
	TRY(x509_open_ca(&ca, cert, key, c->passphrase->text, fi));
	ceremony_record(c, "X.509 certificates of TLS (SHA-256 fingerprints)");
	for (size_t i = 0; i < n && f == FAULT_OK; i++) {
		f = issue(c, ca, folders[i], validity, fi);
		if (f == FAULT_OK)
			f = spread(c, folders[i], pem, fi);
	}
	x509_close_ca(ca);
	return f;
}

enum fault
ceremony_tls(struct ceremony *c, struct fault_info *fi)
{
	struct x509_validity ca_validity =
	    validity_of(c, c->env->root_lifetime);
	struct x509_validity validity = validity_of(c, c->env->tls_lifetime);
	char cert[PATH_SIZE], key[PATH_SIZE];
	struct x509_ca *ca;
	const char *name;
	enum fault f;

	ceremony_path(c, cert, "offline/tls-ca/tls-ca.pem");
	ceremony_path(c, key, "offline/tls-ca/tls-ca.key");
	TRY(ceremony_name(c, &name, "tls-ca", fi));
	TRY(x509_make_ca(
	    cert, key, c->passphrase->text, name, ca_validity, fi));
	ceremony_record(c, "X.509 certificates of TLS (SHA-256 fingerprints)");
	TRY(record_fingerprint(c, "tls-ca", cert, fi));
	TRY(x509_open_ca(&ca, cert, key, c->passphrase->text, fi));
	f = issue_all(c, ca, cert, validity, fi);
	x509_close_ca(ca);
	return f;
}
