/*
 * connection.c - open connections: their deadlines and their peer.
 *
 * libmicrohttpd ends a connection that is silent; one that sends an octet now
 * and then would stay for ever.  So a thread looks at all connections each
 * second and shuts those down whose time is over.  A connection leaves the
 * list before libmicrohttpd closes its descriptor, so the thread never
 * touches a descriptor that has become somebody else's.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/log.h"
#include "base/time32.h"
#include "http/server_int.h"

static uint64_t
now_ms(void)
{
	return clock_ns() / 1000000;
}

void
connection_enter(struct connection *k, enum phase phase)
{
	atomic_store_explicit(
	    &k->state, now_ms() << PHASE_BITS | phase, memory_order_relaxed);
}

static void
opened(struct http_server *s, struct MHD_Connection *mhd, void **slot)
{
	const union MHD_ConnectionInfo *info;
	struct connection *k = calloc(1, sizeof(*k));

	if (k == NULL)
		log_fatal("out of memory");
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	k->fd = info->connect_fd;
	connection_enter(k, PHASE_NEW);
	pthread_mutex_lock(&s->lock);
	k->next = s->connections;
	k->link = &s->connections;
	if (k->next != NULL)
		k->next->link = &k->next;
	s->connections = k;
	s->connections_n++;
	pthread_mutex_unlock(&s->lock);
	*slot = k;
}

static void
closed(struct http_server *s, void **slot)
{
	struct connection *k = *slot;

	if (k == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	*k->link = k->next;
	if (k->next != NULL)
		k->next->link = k->link;
	s->connections_n--;
	pthread_mutex_unlock(&s->lock);
	if (!k->used)
		atomic_fetch_add(&s->unused, 1);
	free(k);
	*slot = NULL;
}

void
connection_notify(void *server, struct MHD_Connection *mhd, void **slot,
    enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		opened(server, mhd, slot);
	else
		closed(server, slot);
}

struct connection *
connection_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info->socket_context;
}

static void
sweep_once(struct http_server *s)
{
	const unsigned idle = s->config.idle_seconds;
	const uint64_t limit_ms[PHASES] = {
	    [PHASE_NEW] =
		(idle < NEW_SECONDS ? idle : NEW_SECONDS) * UINT64_C(1000),
	    [PHASE_IDLE] = idle * UINT64_C(1000),
	    [PHASE_REQUEST] = s->config.request_seconds * UINT64_C(1000),
	    [PHASE_HANDLER] = UINT64_MAX,
	    [PHASE_RESPONSE] = s->config.response_seconds * UINT64_C(1000),
	};
	uint64_t now = now_ms();
	struct connection *k;

	for (k = s->connections; k != NULL; k = k->next) {
		uint64_t state =
		    atomic_load_explicit(&k->state, memory_order_relaxed);
		uint64_t since = state >> PHASE_BITS;

		if (now > since &&
		    now - since > limit_ms[state & ((1u << PHASE_BITS) - 1)])
			shutdown(k->fd, SHUT_RDWR);
	}
}

void *
connection_sweep(void *server)
{
	struct http_server *s = server;
	struct timespec until;

	pthread_mutex_lock(&s->lock);
	while (!atomic_load(&s->stopping)) {
		sweep_once(s);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec++;
		pthread_cond_timedwait(&s->wake, &s->lock, &until);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* The only DNS name of a certificate, in lower case. */
static bool
only_dns_name(char out[PEER_NAME_MAX], gnutls_x509_crt_t crt)
{
	char name[PEER_NAME_MAX];
	unsigned i, found = 0;
	size_t n;
	int r;

	for (i = 0;; i++) {
		n = sizeof(name);
		r = gnutls_x509_crt_get_subject_alt_name(
		    crt, i, name, &n, NULL);
		if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		if (r < 0)
			return false;
		if (r != GNUTLS_SAN_DNSNAME)
			continue;
		if (++found > 1 || n == 0 || n >= PEER_NAME_MAX ||
		    memchr(name, '\0', n) != NULL)
			return false;
		for (size_t k = 0; k < n; k++)
			out[k] = (char)tolower((unsigned char)name[k]);
		out[n] = '\0';
	}
	return found == 1;
}

static bool
read_certificate(struct connection *k, const gnutls_datum_t *der)
{
	char name[PEER_NAME_MAX];
	gnutls_x509_crt_t crt;
	bool ok = false;

	if (gnutls_x509_crt_init(&crt) < 0)
		return false;
	if (gnutls_x509_crt_import(crt, der, GNUTLS_X509_FMT_DER) == 0 &&
	    only_dns_name(name, crt)) {
		k->not_before =
		    time32_of_posix(gnutls_x509_crt_get_activation_time(crt));
		k->not_after =
		    time32_of_posix(gnutls_x509_crt_get_expiration_time(crt));
		memcpy(k->peer, name, sizeof(k->peer));
		ok = true;
	}
	gnutls_x509_crt_deinit(crt);
	return ok;
}

/* One line per second at most: anybody can show us a certificate. */
static void
log_refusal(struct http_server *s, unsigned status)
{
	uint64_t now = now_ms(), last = atomic_load(&s->refusal_logged);
	gnutls_datum_t text = {NULL, 0};

	if (now - last < 1000 ||
	    !atomic_compare_exchange_strong(&s->refusal_logged, &last, now))
		return;
	if (status != 0)
		gnutls_certificate_verification_status_print(
		    status, GNUTLS_CRT_X509, &text, 0);
	log_warn("TLS client certificate refused: %s%s",
	    text.data != NULL ? (const char *)text.data
			      : "it must have one DNS name",
	    status & (GNUTLS_CERT_SIGNER_NOT_FOUND |
			 GNUTLS_CERT_SIGNATURE_FAILURE)
		? " Its TLS root is not known here: another environment."
		: "");
	gnutls_free(text.data);
}

static void
verify(struct http_server *s, struct connection *k, gnutls_session_t session)
{
	static unsigned char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
	gnutls_typed_vdata_st rule = {
	    .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = purpose};
	const gnutls_datum_t *chain;
	unsigned n, status = 0;

	if ((chain = gnutls_certificate_get_peers(session, &n)) == NULL ||
	    n == 0)
		return;
	if (gnutls_certificate_verify_peers(session, &rule, 1, &status) < 0)
		status = GNUTLS_CERT_INVALID;
	if (status != 0 || !read_certificate(k, &chain[0]))
		log_refusal(s, status);
}

const char *
connection_peer(
    struct http_server *s, struct connection *k, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info;
	uint32_t now = time32_now();

	if (k->peer[0] == '\0') {
		info = MHD_get_connection_info(
		    mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
		if (info == NULL || info->tls_session == NULL)
			return NULL;
		verify(s, k, info->tls_session);
		if (k->peer[0] == '\0')
			return NULL;
	}
	return now >= k->not_before && now <= k->not_after ? k->peer : NULL;
}
