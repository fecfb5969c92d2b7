/*
 * x509.h - the environment's TLS certificates: a CA of its own, and one
 * certificate per component, all on P-256 with ECDSA-SHA256.
 *
 * A component's certificate names it by one DNS subjectAltName and serves as
 * TLS server and client certificate.  Files are PEM; keys are written 0600,
 * the CA's encrypted under a passphrase (PKCS #8, AES-256-CBC, PBKDF2 with
 * 600,000 rounds of HMAC-SHA256).  No function overwrites a file
 * (FAULT_EXISTS).
 */
#ifndef HTTP_X509_H
#define HTTP_X509_H

#include <stdint.h>

#include "base/fault.h"

struct x509_ca;

/* name: common name, such as "TEST monarch.test TLS CA"; times in Time32. */
struct x509_validity {
	uint32_t not_before, not_after;
};

/* Makes key and self-signed certificate. */
enum fault must_check x509_make_ca(const char *cert_path, const char *key_path,
    const char *passphrase, const char *name, struct x509_validity,
    struct fault_info *);
/* FAULT_KEY_MISMATCH: the key is another's; FAULT_DENIED: wrong passphrase. */
enum fault must_check x509_open_ca(struct x509_ca **, const char *cert_path,
    const char *key_path, const char *passphrase, struct fault_info *);
/* Wipes the key.  NULL is allowed. */
void x509_close_ca(struct x509_ca *);
/* Makes a key (in clear, 0600) and a certificate for dns_name; the validity
 * is cut to the CA's. */
enum fault must_check x509_issue(struct x509_ca *, const char *cert_path,
    const char *key_path, const char *dns_name, struct x509_validity,
    struct fault_info *);
/* Validity of the first certificate of a PEM file. */
enum fault must_check x509_validity(
    struct x509_validity *, const char *path, struct fault_info *);

#endif /* HTTP_X509_H */
