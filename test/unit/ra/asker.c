/* asker.c - see asker.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "http/x509.h"
#include "inquiry/envelope.h"
#include "role/ra/handlers.h"
#include "test/unit/ra/asker.h"

static void
in_world(char out[PATH_SIZE], const struct asker *a, const char *name)
{
	path_join(out, a->world->dir, name);
}

static void
make_tls(const struct asker *a)
{
	static const char *const names[] = {"ra", "ma", "pca"};
	const struct x509_validity v = {
	    time32_now() - 86400, time32_now() + 4000u * 86400};
	char ca[PATH_SIZE], ca_key[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE];
	char name[64];
	struct x509_ca *x;

	in_world(ca, a, "tls-ca.pem");
	in_world(ca_key, a, "tls-ca.key");
	must(x509_make_ca(ca, ca_key, "passphrase", "Test CA", v, &fi));
	must(x509_open_ca(&x, ca, ca_key, "passphrase", &fi));
	for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
		snprintf(name, sizeof(name), "tls-%s.pem", names[k]);
		in_world(cert, a, name);
		snprintf(name, sizeof(name), "tls-%s.key", names[k]);
		in_world(key, a, name);
		snprintf(name, sizeof(name), "%s.monarch.test", names[k]);
		must(x509_issue(x, cert, key, name, v, &fi));
	}
	x509_close_ca(x);
}

static struct http_client *
client_of(const struct asker *a, const char *name)
{
	char ca[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE], hosts[PATH_SIZE];
	struct http_client_config to = {.ca = ca, .hosts = hosts};
	struct http_client *client;
	char file[64];

	in_world(ca, a, "tls-ca.pem");
	in_world(hosts, a, "hosts");
	must(file_write(
	    hosts, bytes_of_string("127.0.0.1 ra.monarch.test\n"), 0600, &fi));
	if (name != NULL) {
		snprintf(file, sizeof(file), "tls-%s.pem", name);
		in_world(cert, a, file);
		snprintf(file, sizeof(file), "tls-%s.key", name);
		in_world(key, a, file);
		to.cert = cert;
		to.key = key;
		to.tls13_only = true;
	}
	must(http_client_new(&client, &to, &fi));
	return client;
}

/* The MA's own folder. */
static void
make_folder(const struct asker *a)
{
	const struct world *w = a->world;
	const struct {
		const char *name;
		struct bytes octets;
	} files[] = {
	    {"cert.oer", w->actor[WHO_MA].cert->raw},
	    {"trust/root.oer", w->actor[WHO_ROOT].cert->raw},
	    {"known/ica.oer", w->actor[WHO_ICA].cert->raw},
	    {"known/ra.oer", w->actor[WHO_RA].cert->raw},
	};
	static const char *const folders[] = {"", "trust", "known"};
	char path[PATH_SIZE];

	for (size_t k = 0; k < sizeof(folders) / sizeof(folders[0]); k++) {
		path_join(path, a->folder, folders[k]);
		must(file_mkdir(path, 0700, &fi));
	}
	for (size_t k = 0; k < sizeof(files) / sizeof(files[0]); k++) {
		path_join(path, a->folder, files[k].name);
		must(file_write(path, files[k].octets, 0600, &fi));
	}
	path_join(path, a->folder, "sign.key");
	must(key_save(w->actor[WHO_MA].sign, path, BYTES_NONE, &fi));
	path_join(path, a->folder, "enc.key");
	must(key_save(w->actor[WHO_MA].enc, path, BYTES_NONE, &fi));
}

void
asker_serve(struct asker *a)
{
	const struct http_route_set set = {
	    .routes = ra_routes, .n = RA_ROUTES, .ctx = a->world->ra};
	char ca[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE];
	const struct http_server_config config = {
	    .listen = "127.0.0.1:0",
	    .cert = cert,
	    .key = key,
	    .ca = ca,
	    .domain = "monarch.test",
	    .tls = HTTP_TLS_DEVICES,
	    .threading = HTTP_THREAD_POOL,
	    .threads = 2,
	    .arena = RA_ARENA,
	    .sets = &set,
	    .sets_n = 1,
	};

	in_world(ca, a, "tls-ca.pem");
	in_world(cert, a, "tls-ra.pem");
	in_world(key, a, "tls-ra.key");
	must(http_server_start(&a->server, &config, &fi));
}

void
asker_open(struct asker *a, struct world *w)
{
	memset(a, 0, sizeof(*a));
	a->world = w;
	in_world(a->folder, a, "ma");
	make_folder(a);
	must(component_load(&a->ma, a->folder, &fi));
	must(audit_open(&a->audit, a->folder, &fi));
	make_tls(a);
	asker_serve(a);
	a->by_ma = client_of(a, "ma");
	a->by_pca = client_of(a, "pca");
	a->by_nobody = client_of(a, NULL);
}

void
asker_close(struct asker *a)
{
	http_client_free(a->by_ma);
	http_client_free(a->by_pca);
	http_client_free(a->by_nobody);
	http_server_stop(a->server, 5);
	audit_close(a->audit);
	component_free(&a->ma);
}

enum fault
asker_ask(struct inquiry_reply *out, const struct asker *a, struct arena *arena,
    enum inquiry_kind kind, const scms_pdu *question, struct fault_info *f)
{
	const struct inquiry_asker asker = {
	    .self = &a->ma,
	    .folder = a->folder,
	    .call = inquiry_call_http,
	    .ctx = a->by_ma,
	    .audit = a->audit,
	};
	const struct inquiry_ask ask = {
	    .kind = kind,
	    .peer = "ra.monarch.test",
	    .port = http_server_port(a->server),
	    .question = question,
	    .why = "case 7",
	};

	return inquiry_ask(out, arena, &asker, &ask, f);
}

unsigned
asker_post(struct http_result *result, const struct asker *a,
    struct arena *arena, struct http_client *client, const char *path,
    const char *const *headers, struct bytes body)
{
	struct http_call call = {
	    .method = "POST",
	    .headers = headers,
	    .body = body,
	    .limit = 1 << 20,
	    .timeout_ms = 30000,
	};

	call.url = arena_printf(arena, "https://ra.monarch.test:%u%s",
	    http_server_port(a->server), path);
	must(http_call(client, result, arena, &call, &fi));
	return result->status;
}

struct bytes
asker_seal(struct arena *arena, const struct component *by, const char *folder,
    const scms_pdu *question)
{
	const struct envelope_ends ends = {
	    by, folder, "ra.monarch.test", SCMS_RA};
	struct bytes out;

	must(envelope_seal(&out, NULL, arena, &ends, question, &fi));
	return out;
}
