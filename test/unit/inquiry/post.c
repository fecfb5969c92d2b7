/* post.c - see post.h. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/x509.h"
#include "inquiry/auditor.h"
#include "inquiry/envelope.h"
#include "keys/known.h"
#include "schema/scms_protocol.h"
#include "test/unit/inquiry/post.h"

static _Thread_local struct fault_info info;

#define must(expr)                                            \
	do {                                                  \
		if ((expr) != FAULT_OK)                       \
			fail_msg("%s: %s", #expr, info.text); \
	} while (0)

/* ---- TLS ---- */

static void
tls_path(char out[PATH_SIZE], const struct world *w, const char *who,
    const char *ending)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "tls-%s.%s", who, ending);
	path_join(out, w->dir, name);
}

static void
make_tls(const struct world *w, const char *const *names, size_t n)
{
	const struct x509_validity v = {
	    w->now - 86400, w->now + 4 * 365 * 86400};
	char ca[PATH_SIZE], ca_key[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE];
	char host[128];
	struct x509_ca *x;

	tls_path(ca, w, "ca", "pem");
	tls_path(ca_key, w, "ca", "key");
	if (file_exists(ca))
		return;
	must(x509_make_ca(ca, ca_key, "passphrase", "Test CA", v, &info));
	must(x509_open_ca(&x, ca, ca_key, "passphrase", &info));
	for (size_t t = 0; t < n; t++) {
		tls_path(cert, w, names[t], "pem");
		tls_path(key, w, names[t], "key");
		(void)snprintf(host, sizeof(host), "%s.monarch.test", names[t]);
		must(x509_issue(x, cert, key, host, v, &info));
	}
	x509_close_ca(x);
	path_join(cert, w->dir, "hosts");
	must(file_write(cert,
	    bytes_of_string("127.0.0.1 pca.monarch.test la1.monarch.test "
			    "la2.monarch.test ra.monarch.test\n"),
	    0644, &info));
}

static struct http_client *
client_of(const struct world *w, const char *who)
{
	char ca[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE], hosts[PATH_SIZE];
	struct http_client_config c = {.ca = ca,
	    .cert = cert,
	    .key = key,
	    .hosts = hosts,
	    .tls13_only = true};
	struct http_client *out;

	tls_path(ca, w, "ca", "pem");
	tls_path(cert, w, who, "pem");
	tls_path(key, w, who, "key");
	path_join(hosts, w->dir, "hosts");
	must(http_client_new(&out, &c, &info));
	return out;
}

void
office_open(struct office *o, struct world *w, enum world_who who,
    const struct http_route *routes, size_t n, void *ctx)
{
	static const char *const names[] = {"pca", "la1", "la2", "ra", "ma"};
	char ca[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE], folder[PATH_SIZE];
	struct http_server_config c = {.listen = "127.0.0.1:0",
	    .cert = cert,
	    .key = key,
	    .ca = ca,
	    .domain = "monarch.test",
	    .tls = HTTP_TLS_INTERNAL,
	    .threading = HTTP_THREAD_PER_CONNECTION,
	    .sets = &o->set,
	    .sets_n = 1};

	(void)signal(SIGPIPE, SIG_IGN);
	assert_true(n <= sizeof(o->routes) / sizeof(*o->routes));
	*o = (struct office){.world = w, .who = who};
	memcpy(o->routes, routes, n * sizeof(*routes));
	o->set =
	    (struct http_route_set){.routes = o->routes, .n = n, .ctx = ctx};
	world_folder(w, o->folder, who);
	make_tls(w, names, sizeof(names) / sizeof(*names));
	tls_path(ca, w, "ca", "pem");
	tls_path(cert, w, world_name(who), "pem");
	tls_path(key, w, world_name(who), "key");
	must(http_server_start(&o->server, &c, &info));
	o->ma = client_of(w, "ma");
	o->ra = client_of(w, "ra");
	world_folder(w, folder, WORLD_MA);
	must(audit_open(&o->ma_audit, folder, &info));
}

void
office_close(struct office *o)
{
	http_client_free(o->ma);
	http_client_free(o->ra);
	http_server_stop(o->server, 5);
	audit_close(o->ma_audit);
}

static const char *
host_of(enum world_who who)
{
	static char out[2][64];
	static unsigned turn;

	turn ^= 1;
	(void)snprintf(
	    out[turn], sizeof(out[turn]), "%s.monarch.test", world_name(who));
	return out[turn];
}

/* ---- letters ---- */

struct letter
letter_usual(
    const struct office *o, enum inquiry_kind kind, const scms_pdu *pdu)
{
	return (struct letter){.kind = kind,
	    .pdu = pdu,
	    .signer = &o->world->ma,
	    .to = o->who,
	    .why = "case 7: three reporters",
	    .client = o->ma};
}

struct bytes
letter_seal(const struct office *o, struct arena *arena, const struct letter *l)
{
	char folder[PATH_SIZE];
	const struct envelope_ends ends = {l->signer, folder, host_of(l->to),
	    l->to == WORLD_PCA	? SCMS_PCA
	    : l->to == WORLD_RA ? SCMS_RA
				: SCMS_LA};
	struct bytes out;

	world_folder(o->world, folder, WORLD_MA);
	must(envelope_seal(&out, NULL, arena, &ends, l->pdu, &info));
	return out;
}

unsigned
letter_post(const char **error, const struct office *o, struct arena *arena,
    const struct letter *l)
{
	const char *headers[3] = {NULL};
	struct http_call call = {.method = "POST",
	    .headers = headers,
	    .body = l->body.p != NULL ? l->body : letter_seal(o, arena, l),
	    .limit = 1u << 20};
	struct http_result r;
	size_t n = 0;

	if (l->why != NULL)
		headers[n++] =
		    arena_printf(arena, "Monarch-Justification: %s", l->why);
	headers[n] = l->header;
	call.url = arena_printf(arena, "https://%s:%u%s", host_of(o->who),
	    http_server_port(o->server), inquiry_path(l->kind));
	must(http_call(l->client, &r, arena, &call, &info));
	*error = http_result_header(&r, arena, "Monarch-Error");
	return r.status;
}

void
letter_is_refused(const struct office *o, const struct letter *l,
    unsigned status, const char *error)
{
	struct arena arena = arena_new(8u << 20);
	char before[65], after[65], text[64];
	unsigned answers, refusals = 0;
	const char *is;

	if (error != NULL)
		(void)snprintf(text, sizeof(text), "fault=%s", error);
	data_digest(before, o->folder, true);
	answers = audit_lines(o->folder, "answer", "");
	if (error != NULL)
		refusals = audit_lines(o->folder, "refusal", text);
	assert_int_equal(letter_post(&is, o, &arena, l), status);
	if (error != NULL) {
		assert_non_null(is);
		assert_string_equal(is, error);
		assert_int_equal(
		    audit_lines(o->folder, "refusal", text), refusals + 1);
	}
	assert_int_equal(audit_lines(o->folder, "answer", ""), answers);
	data_digest(after, o->folder, true);
	assert_string_equal(before, after);
	arena_free(&arena);
}

enum fault
office_ask(struct inquiry_reply *out, const struct office *o,
    struct arena *arena, enum inquiry_kind kind, const scms_pdu *pdu,
    const char *header, struct fault_info *fi)
{
	const char *const headers[] = {header, NULL};
	char folder[PATH_SIZE];
	const struct inquiry_asker asker = {
	    &o->world->ma, folder, inquiry_call_http, o->ma, o->ma_audit};
	const struct inquiry_ask ask = {.kind = kind,
	    .peer = host_of(o->who),
	    .port = http_server_port(o->server),
	    .question = pdu,
	    .why = "case 7: three reporters",
	    .headers = headers};

	world_folder(o->world, folder, WORLD_MA);
	return inquiry_ask(out, arena, &asker, &ask, fi);
}

void
countersign(scms_pdu *pdu, enum inquiry_kind kind, struct arena *arena,
    const struct world *w, const enum world_who *auditors, size_t n)
{
	struct bytes tbs, octets[8];
	struct signer signer;
	struct cert *cert;

	assert_true(n <= 8);
	must(inquiry_tbs(&tbs, arena, pdu, kind, &info));
	for (size_t t = 0; t < n; t++) {
		must(cert_load(&cert, arena, w->cert[auditors[t]], &info));
		must(key_signer(&signer, w->sign[auditors[t]], cert, &info));
		must(auditor_sign(&octets[t], arena, tbs, &signer, &info));
	}
	must(inquiry_set_signatures(pdu, kind, arena, octets, n, &info));
}

/* ---- state ---- */

void
data_digest(char out[65], const char *folder, bool with_ledger)
{
	char command[PATH_SIZE + 512];
	FILE *f;

	(void)snprintf(command, sizeof(command),
	    "cd %s/data && { for f in $(find . -name '*.db' %s | sort); do "
	    "sqlite3 -readonly $f .dump; done; find . -type f ! -name '*.db*' "
	    "| sort | xargs -r sha256sum; } | sha256sum",
	    folder, with_ledger ? "" : "! -name inquiry.db");
	f = popen(command, "r");
	assert_non_null(f);
	assert_int_equal(fread(out, 1, 64, f), 64);
	out[64] = '\0';
	assert_int_equal(pclose(f), 0);
}

struct lines {
	const char *event, *text;
	unsigned n;
};

static void
count_line(void *ctx, const struct audit_end *end, struct bytes time,
    struct bytes event, struct bytes text)
{
	struct lines *l = ctx;

	(void)end;
	(void)time;
	if (bytes_equal(event, bytes_of_string(l->event)) &&
	    (*l->text == '\0' ||
		memmem(text.p, text.n, l->text, strlen(l->text)) != NULL))
		l->n++;
}

unsigned
audit_lines(const char *folder, const char *event, const char *text)
{
	struct lines l = {event, text, 0};
	struct audit_end end;

	must(audit_verify(&end, folder, count_line, &l, &info));
	return l.n;
}
