/*
 * tls.c - TLS of the server, and who the client is.
 *
 * A client certificate is asked for where a route names peers, and looked at
 * when the first request comes: who shows none, or a bad one, still gets what
 * is for anybody.  No tickets and no sessions: a device that came back with
 * one would be known again.
 */
#include <ctype.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/file.h"
#include "base/log.h"
#include "base/time32.h"
#include "http/server_int.h"

/* Devices must find ECDHE-ECDSA-AES128-SHA256 (wire-interface.md 2), those of
 * release 1.1 ECDHE-ECDSA-AES128-CCM. */
#define SUITES_1_2                                              \
	"ECDHE-ECDSA-AES128-GCM-SHA256:"                        \
	"ECDHE-ECDSA-AES256-GCM-SHA384:"                        \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-CCM:" \
	"ECDHE-ECDSA-AES256-CCM:ECDHE-ECDSA-AES128-SHA256:"     \
	"ECDHE-ECDSA-AES256-SHA384"
#define SUITES_1_3                                       \
	"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:" \
	"TLS_CHACHA20_POLY1305_SHA256"
#define GROUPS "X25519:P-256:P-384"

/* The last reason OpenSSL gives, as a fault. */
static enum fault
failed(struct fault_info *fi, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return fault_set(fi, FAULT_TLS, "HTTPS server with %s: %s", what,
	    reason != NULL ? reason : "unusable");
}

static enum fault
check_file(const char *path, struct fault_info *fi)
{
	if (path != NULL && file_exists(path))
		return FAULT_OK;
	return fault_errno(
	    fi, FAULT_NOT_FOUND, "%s", path != NULL ? path : "no file");
}

/* A key under a passphrase is unusable; nobody is asked for it. */
static int
no_passphrase(char *out, int size, int writing, void *ctx)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

/* What the client shows is judged later, in tls_peer(). */
static int
accept_any(X509_STORE_CTX *store, void *ctx)
{
	(void)store;
	(void)ctx;
	return 1;
}

static enum fault
ask_for_certificates(struct http_server *s, struct fault_info *fi)
{
	const char *ca = s->config.ca;
	STACK_OF(X509_NAME) * names;

	TRY(check_file(ca, fi));
	names = SSL_load_client_CA_file(ca);
	s->peers = X509_STORE_new();
	if (names == NULL || s->peers == NULL ||
	    X509_STORE_load_file(s->peers, ca) != 1) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		return failed(fi, ca);
	}
	SSL_CTX_set_client_CA_list(s->tls, names);
	SSL_CTX_set_verify(s->tls, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(s->tls, accept_any, NULL);
	return FAULT_OK;
}

static bool
set_options(SSL_CTX *tls, enum http_tls kind)
{
	SSL_CTX_set_options(tls, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
				     SSL_OP_NO_COMPRESSION |
				     SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	/* the chain is what the file holds, not looked for each time */
	SSL_CTX_set_mode(tls,
	    SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(tls, 1);
	SSL_CTX_set_default_passwd_cb(tls, no_passphrase);
	return SSL_CTX_set_num_tickets(tls, 0) == 1 &&
	       SSL_CTX_set_min_proto_version(tls, kind == HTTP_TLS_DEVICES
						      ? TLS1_2_VERSION
						      : TLS1_3_VERSION) == 1 &&
	       SSL_CTX_set_cipher_list(tls, SUITES_1_2) == 1 &&
	       SSL_CTX_set_ciphersuites(tls, SUITES_1_3) == 1 &&
	       SSL_CTX_set1_groups_list(tls, GROUPS) == 1;
}

enum fault
tls_open(struct http_server *s, struct fault_info *fi)
{
	const struct http_server_config *c = &s->config;

	TRY(check_file(c->cert, fi));
	TRY(check_file(c->key, fi));
	s->tls = SSL_CTX_new(TLS_server_method());
	if (s->tls == NULL || !set_options(s->tls, c->tls) ||
	    SSL_CTX_use_certificate_chain_file(s->tls, c->cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(s->tls, c->key, SSL_FILETYPE_PEM) !=
		1 ||
	    SSL_CTX_check_private_key(s->tls) != 1)
		return failed(fi, c->cert);
	return s->asks_certificates ? ask_for_certificates(s, fi) : FAULT_OK;
}

void
tls_close(struct http_server *s)
{
	SSL_CTX_free(s->tls);
	X509_STORE_free(s->peers);
}

/* ---- the peer ---- */

/* The only DNS name of a certificate, in lower case. */
static bool
only_dns_name(char out[PEER_NAME_MAX], const X509 *cert)
{
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	const ASN1_STRING *dns = NULL;
	unsigned found = 0;
	size_t n = 0;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);

		if (g->type != GEN_DNS)
			continue;
		dns = g->d.dNSName;
		found++;
	}
	if (found == 1)
		n = (size_t)ASN1_STRING_length(dns);
	if (n == 0 || n >= PEER_NAME_MAX ||
	    memchr(ASN1_STRING_get0_data(dns), '\0', n) != NULL)
		found = 0;
	for (size_t k = 0; found == 1 && k < n; k++)
		out[k] = (char)tolower(ASN1_STRING_get0_data(dns)[k]);
	if (found == 1)
		out[n] = '\0';
	GENERAL_NAMES_free(names);
	return found == 1;
}

static bool
time_of(uint32_t *out, const ASN1_TIME *t)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*out = time32_of_posix(timegm(&tm));
	return true;
}

static bool
read_certificate(struct connection *k, const X509 *cert)
{
	char name[PEER_NAME_MAX];

	if (!time_of(&k->not_before, X509_get0_notBefore(cert)) ||
	    !time_of(&k->not_after, X509_get0_notAfter(cert)) ||
	    !only_dns_name(name, cert))
		return false;
	memcpy(k->peer, name, sizeof(k->peer));
	return true;
}

/* One line per second at most: anybody can show us a certificate. */
static void
log_refusal(struct http_server *s, const char *why)
{
	uint64_t now = now_ms(), last = atomic_load(&s->refusal_logged);

	if (now - last >= 1000 &&
	    atomic_compare_exchange_strong(&s->refusal_logged, &last, now))
		log_warn("TLS client certificate refused: %s", why);
}

/* NULL: the chain holds, for a client, at the injected time. */
static const char *
refusal(struct http_server *s, X509 *cert, STACK_OF(X509) * chain)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	const char *why = "out of memory";

	if (ctx == NULL ||
	    X509_STORE_CTX_init(ctx, s->peers, cert, chain) != 1 ||
	    X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SSL_CLIENT) != 1)
		goto out;
	X509_STORE_CTX_set_time(ctx, 0, (time_t)time32_to_posix(time32_now()));
	why = X509_verify_cert(ctx) == 1 ? NULL
					 : X509_verify_cert_error_string(
					       X509_STORE_CTX_get_error(ctx));
out:
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return why;
}

static void
verify(struct connection *k)
{
	X509 *cert = SSL_get0_peer_certificate(k->ssl);
	const char *why;

	if (cert == NULL)
		return;
	why = refusal(k->server, cert, SSL_get_peer_cert_chain(k->ssl));
	if (why == NULL && !read_certificate(k, cert))
		why = "it must have one DNS name";
	if (why != NULL)
		log_refusal(k->server, why);
}

const char *
tls_peer(struct connection *k)
{
	uint32_t now = time32_now();

	if (k->server->peers == NULL)
		return NULL;
	if (k->peer[0] == '\0')
		verify(k);
	if (k->peer[0] == '\0')
		return NULL;
	return now >= k->not_before && now <= k->not_after ? k->peer : NULL;
}
