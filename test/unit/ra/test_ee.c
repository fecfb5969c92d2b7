/*
 * test_ee.c - what devices send and get, over HTTPS: every answer, every
 * refusal, and that a refused request leaves no trace.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/chainfile.h"
#include "cert/convert.h"
#include "cert/encrypt.h"
#include "cert/perm.h"
#include "cert/request.h"
#include "cert/spdu.h"
#include "http/x509.h"
#include "role/ra/admin.h"
#include "role/ra/handlers.h"
#include "role/ra/in_hand.h"
#include "role/ra/plan.h"
#include "role/ra/plv.h"
#include "role/ra/sender.h"
#include "schema/scms_124.h"
#include "test/unit/ra/fakes.h"

#define PROVISION "/provision-pseudonym-certificate-batch"
#define BATCH	  "/download/batch"
#define INFO	  "/download/info"

static struct world world;
static struct fakes *fakes;
static struct http_server *server;
static struct http_client *client;
static struct arena arena;
static struct device device[8];

/* ---- the scene ---- */

static void
in_folder(char out[PATH_SIZE], const char *name)
{
	path_join(out, world.dir, name);
}

static void
make_tls(void)
{
	const struct x509_validity v = {
	    time32_now() - 86400, time32_now() + 4000u * 86400};
	char ca[PATH_SIZE], ca_key[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE];
	struct x509_ca *x;

	in_folder(ca, "tls-ca.pem");
	in_folder(ca_key, "tls-ca.key");
	in_folder(cert, "tls.pem");
	in_folder(key, "tls.key");
	must(x509_make_ca(ca, ca_key, "passphrase", "Test CA", v, &fi));
	must(x509_open_ca(&x, ca, ca_key, "passphrase", &fi));
	must(x509_issue(x, cert, key, "ra.monarch.test", v, &fi));
	x509_close_ca(x);
}

static void
start_server(void)
{
	const struct http_route_set set = {
	    .routes = ra_routes, .n = RA_ROUTES, .ctx = world.ra};
	char ca[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE], hosts[PATH_SIZE];
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
	const struct http_client_config to = {.ca = ca, .hosts = hosts};

	in_folder(ca, "tls-ca.pem");
	in_folder(cert, "tls.pem");
	in_folder(key, "tls.key");
	in_folder(hosts, "hosts");
	must(file_write(
	    hosts, bytes_of_string("127.0.0.1 ra.monarch.test\n"), 0600, &fi));
	must(http_server_start(&server, &config, &fi));
	must(http_client_new(&client, &to, &fi));
}

static int
setup(void **state)
{
	(void)state;
	fakes = fakes_new();
	world_make(&world);
	arena = arena_new((size_t)64 << 20);
	make_tls();
	world_start(&world);
	fakes_install(fakes, &world);
	start_server();
	for (size_t k = 0; k < 8; k++) {
		device_make(&device[k], &world, WHO_ECA);
		device_ask(&device[k], &world);
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	http_client_free(client);
	http_server_stop(server, 5);
	world_remove(&world);
	fakes_free(fakes);
	arena_free(&arena);
	return 0;
}

/* ---- calls ---- */

struct answer {
	unsigned status, code;
	struct bytes body;
	struct http_result result;
};

static struct answer
call(const char *method, const char *path, const char *const *headers,
    struct bytes body)
{
	struct http_call c = {
	    .method = method,
	    .headers = headers,
	    .body = body,
	    .limit = 1 << 20,
	    .timeout_ms = 30000,
	};
	struct answer a = {0};
	const char *code;

	c.url = arena_printf(&arena, "https://ra.monarch.test:%u%s",
	    http_server_port(server), path);
	must(http_call(client, &a.result, &arena, &c, &fi));
	a.status = a.result.status;
	a.body = a.result.body;
	code = http_result_header(&a.result, &arena, "SCMS-POC-Error");
	if (code != NULL) {
		a.code = (unsigned)strtoul(code, NULL, 10);
		assert_non_null(http_result_header(
		    &a.result, &arena, "SCMS-POC-Error-Message"));
		assert_int_equal(a.body.n, 0);
	}
	return a;
}

static int64_t
devices(void)
{
	int64_t n;

	must(db_run_int(world.db, &n, DO_DEVICE_COUNT, NULL, 0, &fi));
	return n;
}

static struct answer
post(struct bytes body)
{
	return call("POST", PROVISION, NULL, body);
}

/* A refusal with this number and status that changes nothing. */
static void
refused(struct bytes body, unsigned code, unsigned status)
{
	int64_t before = devices();
	struct answer a = post(body);

	if (a.code != code || a.status != status)
		fail_msg("%u (status %u) instead of %u (status %u)", a.code,
		    a.status, code, status);
	assert_int_equal(devices(), before);
}

static struct bytes
secured(const struct device *d, struct bytes pdu)
{
	return device_send(d, &world, &arena, pdu, false);
}

/* ---- provisioning ---- */

static void
check_ack(struct bytes body, const struct device *d)
{
	const struct spdu_rules rules = {
	    .psid = PSID_SECURITY,
	    .now = time32_now(),
	    .signer = world.ra->self.cert,
	};
	const ra_ee_pseudonym_cert_provisioning_ack *ack;
	struct spdu spdu;
	scms_pdu pdu;

	must(spdu_open(&spdu, &arena, body, world.ra->self.trust, &rules, &fi));
	assert_false(spdu.header.has_generation_time);
	assert_int_equal(
	    spdu.data->content.signed_data.signer.is, signer_identifier_digest);
	must(coer_decode(&scms_pdu_asn, &pdu, &arena, spdu.payload, &fi));
	assert_int_equal(pdu.content.ee_ra.is,
	    end_entity_ra_interface_pdu_ra_ee_pseudonym_cert_provisioning_ack);
	ack = &pdu.content.ee_ra.ra_ee_pseudonym_cert_provisioning_ack;
	assert_memory_equal(ack->request_hash.b, d->id, 8);
	assert_true(bytes_equal(ack->reply.ack.cert_dlurl,
	    bytes_of_string("https://ra.monarch.test:8892/download/batch")));
	assert_true(ack->reply.ack.cert_dl_time >= time32_now());
}

static void
test_provision(void **state)
{
	struct answer first, again;

	(void)state;
	first = post(device[0].request);
	assert_int_equal(first.status, 200);
	check_ack(first.body, &device[0]);
	assert_int_equal(devices(), 1);
	/* the same octets, much later: the same ack */
	time_set_offset(time_offset() + 5000);
	again = post(device[0].request);
	assert_int_equal(again.status, 200);
	assert_true(bytes_equal(first.body, again.body));
	assert_int_equal(devices(), 1);
	/* other octets of the same device */
	device_ask(&device[0], &world);
	refused(device[0].request, 5057, 409);
}

static void
test_extra_octet(void **state)
{
	(void)state;
	device[0].request = device_send(&device[0], &world, &arena,
	    device_pdu(&device[0], &arena, time32_now()), true);
	assert_int_equal(post(device[0].request).status, 200);
}

static void
copy_key(unsigned_butterfly_params *out, const struct point *p,
    const struct butterfly *b)
{
	struct curve_point c;

	curve_of_p256(&c, p);
	curve_compress(&c);
	point_to_schema(&out->seed_key, &c);
	memcpy(out->expansion.b, &b->expansion, 16);
}

static void
test_layout_124(void **state)
{
	scms_pdu_124 pdu = {.version = 1};
	ee_ra_pseudonym_cert_provisioning_request_124 *m =
	    &pdu.content.ee_ra.ee_ra_pseudonym_cert_provisioning_request;
	struct device *d = &device[0];
	struct bytes octets;

	(void)state;
	pdu.content.is = scms_pdu_124_content_ee_ra;
	pdu.content.ee_ra.is =
	    end_entity_ra_interface_pdu_124_ee_ra_pseudonym_cert_provisioning_request;
	m->version = 1;
	copy_key(&m->verify_key_info, &d->A, &d->sign);
	copy_key(&m->resp_enc_key_info, &d->H, &d->encrypt);
	m->current_time = time32_now();
	must(coer_encode_new(&octets, &arena, &scms_pdu_124_asn, &pdu, &fi));
	for (unsigned extra = 0; extra < 2; extra++) {
		d = &device[extra];
		d->request = device_send(d, &world, &arena, octets, extra == 1);
		sha256_id(d->id, sizeof(d->id), d->request);
		{
			struct answer a = post(d->request);

			assert_int_equal(a.status, 200);
			check_ack(a.body, d);
		}
	}
	m->current_time -= 6;
	must(coer_encode_new(&octets, &arena, &scms_pdu_124_asn, &pdu, &fi));
	refused(secured(&device[2], octets), 5067, 401);
}

/* The octets with one of them changed. */
static struct bytes
flipped(struct bytes in, size_t at)
{
	uint8_t *p = arena_alloc(&arena, in.n, 1);

	memcpy(p, in.p, in.n);
	p[at] ^= 1;
	return (struct bytes){p, in.n};
}

/* What the device would send if it did not encrypt. */
static struct bytes
signed_only(const struct device *d, struct bytes pdu)
{
	struct signer signer;
	struct bytes out;

	must(signer_of_scalar(&signer, &d->d, d->cert, &fi));
	must(request_sign(
	    &out, &arena, pdu, false, SIGNER_CERTIFICATE, &signer, &fi));
	return out;
}

static struct bytes
encrypted(struct bytes plain, enum who to)
{
	struct bytes out;

	must(spdu_encrypt(&out, &arena, plain, world.actor[to].cert, &fi));
	return out;
}

static void
test_form(void **state)
{
	struct device *d = &device[0];
	struct bytes good = d->request, plain, wrapped;
	struct bytes pdu = device_pdu(d, &arena, time32_now());

	(void)state;
	plain = signed_only(d, pdu);
	must(spdu_wrap(&wrapped, &arena, pdu, &fi));
	refused(BYTES_NONE, 5070, 400);
	refused(bytes_of_string("hello"), 5070, 400);
	refused((struct bytes){good.p, good.n - 1}, 5070, 400);
	refused(flipped(good, 0), 5070, 400); /* protocolVersion */
	refused(plain, 5059, 401);
	refused(wrapped, 5059, 401);
	refused(encrypted(plain, WHO_PCA), 5059, 401);
	refused(flipped(good, good.n - 1), 5067, 401); /* tag */
	refused(flipped(good, good.n / 2), 5067, 401);
	refused(encrypted(bytes_of_string("hello"), WHO_RA), 5070, 400);
	refused(encrypted(wrapped, WHO_RA), 5058, 401); /* not signed */
	refused(
	    encrypted((struct bytes){plain.p, plain.n - 3}, WHO_RA), 5070, 400);
	assert_int_equal(post(good).status, 200);
}

/* "former/<name>.oer" and ".key" in the RA's folder. */
static void
put_former(const char *name, enum who cert, enum who key)
{
	char folder[PATH_SIZE], path[PATH_SIZE], file[64];

	path_join(folder, world.dir, "former");
	must(file_mkdir(folder, 0700, &fi));
	snprintf(file, sizeof(file), "%s.oer", name);
	path_join(path, folder, file);
	must(file_write(path, world.actor[cert].cert->raw, 0644, &fi));
	snprintf(file, sizeof(file), "%s.key", name);
	path_join(path, folder, file);
	unlink(path);
	must(key_save(world.actor[key].enc, path, BYTES_NONE, &fi));
}

/* Messages to a certificate that the RA had before: as the PCA's key here. */
static void
test_former_keys(void **state)
{
	struct component *self = &world.ra->self, c;
	struct device *d = &device[0];
	struct bytes plain =
	    signed_only(d, device_pdu(d, &arena, time32_now()));

	(void)state;
	put_former("a", WHO_PCA, WHO_LA1);
	assert_int_equal(
	    component_load(&c, world.dir, &fi), FAULT_KEY_MISMATCH);
	assert_non_null(strstr(fi.text, "former/a.key"));
	put_former("a", WHO_PCA, WHO_PCA);
	must(component_load(&c, world.dir, &fi));
	assert_int_equal(c.former_n, 1);
	refused(encrypted(plain, WHO_PCA), 5059, 401);
	self->former[0] = c.former[0];
	self->former_n = 1;
	assert_int_equal(post(encrypted(plain, WHO_PCA)).status, 200);
	refused(encrypted(plain, WHO_LA1), 5059, 401);
	self->former_n = 0;
	component_free(&c);
}

static void
test_signature(void **state)
{
	struct device *d = &device[0];
	struct device thief = *d;
	struct signer signer;
	struct bytes plain, pdu = device_pdu(d, &arena, time32_now());

	(void)state;
	plain = signed_only(d, pdu);
	refused(encrypted(flipped(plain, plain.n - 1), WHO_RA), 5058, 401);
	/* one octet of what was signed: an expansion key */
	refused(encrypted(flipped(plain, 50), WHO_RA), 5058, 401);
	p256_generate(&thief.d, &thief.A, 1);
	must(signer_of_scalar(&signer, &thief.d, NULL, &fi));
	signer.cert = d->cert; /* another's certificate */
	must(request_sign(
	    &plain, &arena, pdu, false, SIGNER_CERTIFICATE, &signer, &fi));
	refused(encrypted(plain, WHO_RA), 5058, 401);
	must(signer_of_scalar(&signer, &d->d, NULL, &fi));
	must(request_sign(
	    &plain, &arena, pdu, false, SIGNER_SELF, &signer, &fi));
	refused(encrypted(plain, WHO_RA), 5058, 401);
	assert_int_equal(post(d->request).status, 200);
}

static void
test_time(void **state)
{
	struct device *d = device;
	uint32_t now = time32_now();

	(void)state;
	refused(secured(&d[0], device_pdu(&d[0], &arena, now - 8)), 5067, 401);
	refused(secured(&d[0], device_pdu(&d[0], &arena, now + 20)), 5067, 401);
	refused(secured(&d[0], device_pdu(&d[0], &arena, 0)), 5067, 401);
	refused(
	    secured(&d[0], device_pdu(&d[0], &arena, 0xffffffff)), 5067, 401);
	/* a clock that forgets the leap seconds; 4, as time goes on */
	now = time32_now();
	assert_int_equal(
	    post(secured(&d[0], device_pdu(&d[0], &arena, now - 4))).status,
	    200);
	now = time32_now();
	assert_int_equal(
	    post(secured(&d[1], device_pdu(&d[1], &arena, now + 5))).status,
	    200);
}

static void
test_enrollment(void **state)
{
	struct device d;

	(void)state;
	device_make(&d, &world, WHO_STRANGER);
	device_ask(&d, &world);
	refused(d.request, 5067, 401);
	/* it has ended */
	time_set_offset(time_offset() + 11 * (int64_t)31556952);
	refused(
	    secured(&device[0], device_pdu(&device[0], &arena, time32_now())),
	    5067, 401);
}

/* An enrollment certificate with other contents than the RA serves. */
static void
make_special(struct device *d, const geographic_region *region,
    const sequence_of_psid_group_permissions *groups)
{
	device_params.region = region;
	device_params.request_permissions = groups;
	device_make(d, &world, WHO_ECA);
	device_params = (struct profile_params){0};
	device_ask(d, &world);
}

static void
test_permissions(void **state)
{
	static const uint16_t north[] = {124}, both[] = {124, 840};
	static const uint64_t bsm[] = {0x20}, more[] = {0x20, 0x26, 0x27};
	struct device d;

	(void)state;
	make_special(&d, profile_countries(&arena, north, 1), NULL);
	refused(d.request, 5070, 400);
	make_special(&d, NULL, profile_group(&arena, bsm, 1, true, 0, EE_APP));
	refused(d.request, 5070, 400);
	make_special(&d, profile_countries(&arena, both, 2),
	    profile_group(&arena, more, 3, true, 0, EE_APP));
	assert_int_equal(post(d.request).status, 200);
}

static struct bytes
with_seed_key(const struct device *d, const ecc_p256_curve_point *key)
{
	scms_pdu pdu;
	struct bytes out;

	must(coer_decode(&scms_pdu_asn, &pdu, &arena,
	    device_pdu(d, &arena, time32_now()), &fi));
	pdu.content.ee_ra.ee_ra_pseudonym_cert_provisioning_request
	    .resp_enc_key_info.seed_key = *key;
	must(coer_encode_new(&out, &arena, &scms_pdu_asn, &pdu, &fi));
	return secured(d, out);
}

static struct bytes
download_pdu(const char *name, uint32_t time)
{
	scms_pdu pdu = {.version = 1};
	authenticated_download_request *m =
	    &pdu.content.ee_ra.ee_ra_authenticated_download_request;
	struct bytes out;

	pdu.content.is = scms_pdu_content_ee_ra;
	pdu.content.ee_ra.is =
	    end_entity_ra_interface_pdu_ee_ra_authenticated_download_request;
	m->timestamp = time;
	m->filename = bytes_of_string(name);
	must(coer_encode_new(&out, &arena, &scms_pdu_asn, &pdu, &fi));
	return out;
}

static void
test_content(void **state)
{
	struct device *d = &device[0];
	ecc_p256_curve_point key = {.is = ecc_p256_curve_point_x_only};

	(void)state;
	memcpy(key.x_only.b, d->H.x, 32);
	refused(with_seed_key(d, &key), 5070, 400);
	key = (ecc_p256_curve_point){.is = ecc_p256_curve_point_fill};
	refused(with_seed_key(d, &key), 5070, 400);
	key = (ecc_p256_curve_point){
	    .is = ecc_p256_curve_point_uncompressed_p256};
	memcpy(key.uncompressed_p256.x.b, d->H.x, 32);
	memcpy(key.uncompressed_p256.y.b, d->A.y, 32);
	refused(with_seed_key(d, &key), 5070, 400);
	memset(key.uncompressed_p256.x.b, 0xff, 32);
	refused(with_seed_key(d, &key), 5070, 400);
	refused(secured(d, download_pdu("x", time32_now())), 5070, 400);
	memcpy(key.uncompressed_p256.x.b, d->H.x, 32);
	memcpy(key.uncompressed_p256.y.b, d->H.y, 32);
	assert_int_equal(post(with_seed_key(d, &key)).status, 200);
}

static void
block(const struct device *d)
{
	bool changed;

	must(admin_block(&changed, world.db, d->cert->id, time32_now(), &fi));
	assert_true(changed);
}

static void
test_blocked(void **state)
{
	(void)state;
	block(&device[0]);
	refused(device[0].request, 5055, 403);
	/* before anything else is looked at: its time is wrong, too */
	refused(
	    secured(&device[0], device_pdu(&device[0], &arena, 0)), 5055, 403);
	assert_int_equal(post(device[1].request).status, 200);
	block(&device[1]);
	refused(device[1].request, 5055, 403);
}

/* ---- many at once ---- */

struct sending {
	struct bytes body;
	struct arena arena;
	struct http_result result;
	enum fault f;
};

static void *
send_one(void *ctx)
{
	struct sending *s = ctx;
	struct fault_info info;
	char url[128];
	struct http_call c = {.method = "POST",
	    .url = url,
	    .body = s->body,
	    .limit = 1 << 16,
	    .timeout_ms = 30000};

	snprintf(url, sizeof(url), "https://ra.monarch.test:%u" PROVISION,
	    http_server_port(server));
	s->arena = arena_new(1 << 20);
	s->f = http_call(client, &s->result, &s->arena, &c, &info);
	return NULL;
}

static void
send_all(struct sending *s, size_t n)
{
	pthread_t thread[8];

	for (size_t k = 0; k < n; k++)
		assert_int_equal(
		    pthread_create(&thread[k], NULL, send_one, &s[k]), 0);
	for (size_t k = 0; k < n; k++) {
		pthread_join(thread[k], NULL);
		assert_int_equal(s[k].f, FAULT_OK);
	}
}

static void
free_all(struct sending *s, size_t n)
{
	for (size_t k = 0; k < n; k++)
		arena_free(&s[k].arena);
}

static void
test_at_once(void **state)
{
	struct sending s[6];
	size_t granted = 0;

	(void)state;
	for (size_t k = 0; k < 6; k++)
		s[k].body = device[0].request;
	send_all(s, 6);
	for (size_t k = 0; k < 6; k++) {
		assert_int_equal(s[k].result.status, 200);
		assert_true(bytes_equal(s[k].result.body, s[0].result.body));
	}
	assert_int_equal(devices(), 1);
	free_all(s, 6);
	for (size_t k = 0; k < 6; k++) {
		device_ask(&device[1], &world); /* other octets each time */
		s[k].body = device[1].request;
	}
	send_all(s, 6);
	for (size_t k = 0; k < 6; k++) {
		assert_true(
		    s[k].result.status == 200 || s[k].result.status == 409);
		granted += s[k].result.status == 200;
	}
	free_all(s, 6);
	assert_int_equal(granted, 1);
	assert_int_equal(devices(), 2);
}

/* ---- those that are answered together ---- */

#define TOGETHER 5

static void
answer_together(struct http_response *response, struct http_request *request)
{
	const struct http_request *requests[TOGETHER];
	struct http_response *responses[TOGETHER];

	for (size_t k = 0; k < TOGETHER; k++) {
		requests[k] = &request[k];
		responses[k] = &response[k];
		response[k] = (struct http_response){.status = 200, .fd = -1};
		ra_provision(world.ra, requests[k], responses[k]);
	}
	finish_gathered(world.ra, requests, responses, TOGETHER);
}

/* The same octets twice, two requests of one device, and nonsense: each as if
 * it had come alone, and one commit. */
static void
test_gathered(void **state)
{
	struct http_response response[TOGETHER];
	struct http_request request[TOGETHER];
	struct arena arenas[TOGETHER];
	struct bytes first;

	(void)state;
	for (size_t k = 0; k < TOGETHER; k++) {
		arenas[k] = arena_new(RA_ARENA);
		request[k] = (struct http_request){
		    .method = "POST", .path = PROVISION, .arena = &arenas[k]};
	}
	device_ask(&device[0], &world);
	request[0].body = request[1].body = device[0].request;
	device_ask(&device[1], &world);
	request[2].body = device[1].request;
	device_ask(&device[1], &world);
	request[3].body = device[1].request;
	request[4].body = bytes_of_string("nonsense");
	answer_together(response, request);
	assert_int_equal(response[0].status, 200);
	assert_int_equal(response[1].status, 200);
	assert_true(bytes_equal(response[0].body, response[1].body));
	assert_int_equal(response[2].status, 200);
	assert_int_equal(response[3].status, 409);
	assert_int_equal(response[4].status, 400);
	assert_int_equal(devices(), 2);
	first = bytes_copy(&arena, response[2].body);
	answer_together(response, request); /* once more */
	assert_int_equal(response[0].status, 200);
	assert_int_equal(response[2].status, 200);
	assert_true(bytes_equal(response[2].body, first));
	assert_int_equal(response[3].status, 409);
	assert_int_equal(devices(), 2);
	for (size_t k = 0; k < TOGETHER; k++)
		arena_free(&arenas[k]);
}

/* A sender whose request fills its memory, in front of all, harms nobody. */
static void
test_gathered_without_room(void **state)
{
	struct http_response response[TOGETHER];
	struct http_request request[TOGETHER];
	struct arena arenas[TOGETHER];

	(void)state;
	for (size_t k = 0; k < TOGETHER; k++) {
		arenas[k] = arena_new(k % 2 == 0 ? 64 : RA_ARENA);
		request[k] = (struct http_request){
		    .method = "POST", .path = PROVISION, .arena = &arenas[k]};
		device_ask(&device[k / 2], &world);
		request[k].body = device[k / 2].request;
	}
	answer_together(response, request);
	for (size_t k = 0; k < TOGETHER; k++)
		assert_int_equal(response[k].status == 200, k % 2 == 1);
	assert_int_equal(devices(), 2);
	for (size_t k = 0; k < TOGETHER; k++)
		arena_free(&arenas[k]);
}

/* ---- downloads ---- */

static const char *
download_req(const struct device *d, struct bytes pdu)
{
	struct bytes in = secured(d, pdu);
	char *text = arena_alloc(&arena, 4 * in.n + 64, 1);
	size_t n = (size_t)sprintf(text, "Download-Req: ");

	EVP_EncodeBlock((uint8_t *)text + n, in.p, (int)in.n);
	return text;
}

static struct answer
get_with(const struct device *d, const char *path, const char *name,
    uint32_t time, const char *extra)
{
	const char *headers[] = {
	    download_req(d, download_pdu(name, time)), extra, NULL};

	return call("GET", path, headers, BYTES_NONE);
}

static struct answer
get(const struct device *d, const char *path, const char *name)
{
	return get_with(d, path, name, time32_now(), NULL);
}

static const char *
name_of(const struct device *d, uint32_t i)
{
	char hex[17];

	hex_encode(hex, d->id, 8);
	return i == 0 ? arena_printf(&arena, "%s.info", hex)
		      : arena_printf(&arena, "%s_%x.zip", hex, i);
}

static void
get_refused(const struct device *d, const char *path, const char *name,
    unsigned code, unsigned status)
{
	struct answer a = get(d, path, name);

	if (a.code != code || a.status != status)
		fail_msg("%s %s: %u (status %u) instead of %u (status %u)",
		    path, name, a.code, a.status, code, status);
}

static void
generate(void)
{
	bool busy;
	unsigned pause;

	for (int k = 0; k < 60; k++) {
		struct arena a = arena_new((size_t)64 << 20);
		struct sender s;

		sender_open(&s, world.ra, world.ra->pca, world.db);
		must(plan_pass(world.ra, world.db, &busy, &fi));
		if (plv_step(world.ra, world.ra->pca, world.db, &a, &pause,
			&fi) != FAULT_OK)
			time_set_offset(time_offset() + 1);
		if (sender_step(&s, &pause, &fi) != FAULT_OK)
			time_set_offset(time_offset() + 1);
		if (closer_step(world.ra, world.ra->pca, world.db, &a, &pause,
			&fi) != FAULT_OK)
			time_set_offset(time_offset() + 1);
		sender_close(&s);
		arena_free(&a);
	}
}

static void
provision_six(void)
{
	for (size_t k = 0; k < 6; k++) {
		device_ask(&device[k], &world);
		assert_int_equal(post(device[k].request).status, 200);
	}
}

static void
test_download(void **state)
{
	uint32_t i = ra_period_now(world.ra);
	struct device *d = &device[2];
	struct answer all, part;
	const char *name;

	(void)state;
	provision_six();
	get_refused(d, BATCH, name_of(d, i), 5065, 404);
	get_refused(d, INFO, name_of(d, 0), 5069, 404);
	generate();

	all = get(d, BATCH, name_of(d, i));
	assert_int_equal(all.status, 200);
	assert_memory_equal(all.body.p, "PK\003\004", 4);
	name = arena_printf(&arena,
	    "attachment; filename=\"%02X%02X%02X%02X%02X%02X%02X%02X_%X.zip\"",
	    d->id[0], d->id[1], d->id[2], d->id[3], d->id[4], d->id[5],
	    d->id[6], d->id[7], i);
	assert_string_equal(
	    http_result_header(&all.result, &arena, "Content-Disposition"),
	    name);
	/* in two parts, the second from where the first ended */
	part = get_with(
	    d, BATCH, name_of(d, i), time32_now(), "Range: bytes=0-499");
	assert_int_equal(part.status, 206);
	assert_int_equal(part.body.n, 500);
	assert_memory_equal(part.body.p, all.body.p, 500);
	part = get_with(
	    d, BATCH, name_of(d, i), time32_now(), "Range: bytes=500-");
	assert_int_equal(part.status, 206);
	assert_int_equal(part.body.n, all.body.n - 500);
	assert_memory_equal(part.body.p, all.body.p + 500, part.body.n);
	part = get_with(
	    d, BATCH, name_of(d, i), time32_now(), "Range: bytes=999999-");
	assert_int_equal(part.status, 416);
	get_refused(d, BATCH, name_of(d, i + 5), 5065, 404);
	get_refused(d, BATCH, name_of(d, i - 1), 5065, 404);
	get_refused(d, BATCH, name_of(d, 0xffffffff), 5065, 404);
}

static void
test_info(void **state)
{
	struct device *d = &device[1];
	uint32_t i = ra_period_now(world.ra);
	struct answer a;
	struct reader r;

	(void)state;
	provision_six();
	generate();
	a = get(d, INFO, name_of(d, 0));
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body.n, 4);
	r = reader_of(a.body);
	/* period i + 5 comes when i + 1 begins */
	assert_int_equal(read_uint(&r, 4),
	    environment_period_start(&world.service.environment, i + 1) +
		WORLD_MAX_AGE);
}

static void
test_download_refused(void **state)
{
	uint32_t i = ra_period_now(world.ra), now;
	struct device *d = &device[3];
	const char *good;
	const char *bad[] = {"Download-Req: %%%", NULL};
	struct answer a;

	(void)state;
	provision_six();
	generate();
	good = name_of(d, i);
	assert_int_equal(call("GET", BATCH, NULL, BYTES_NONE).code, 5070);
	assert_int_equal(call("GET", BATCH, bad, BYTES_NONE).code, 5070);
	bad[0] = "Download-Req: aGVsbG8=";
	assert_int_equal(call("GET", BATCH, bad, BYTES_NONE).code, 5070);
	get_refused(d, BATCH, "x", 5072, 404);
	get_refused(d, BATCH, name_of(d, 0), 5072, 404);
	get_refused(d, INFO, good, 5072, 404);
	get_refused(d, BATCH, arena_printf(&arena, "../%s", good), 5072, 404);
	get_refused(d, BATCH, name_of(&device[4], i), 5067, 401);
	get_refused(d, INFO, name_of(&device[4], 0), 5067, 401);
	get_refused(&device[7], BATCH, good, 5067, 401);
	now = time32_now();
	assert_int_equal(get_with(d, BATCH, good, now - 8, NULL).code, 5067);
	assert_int_equal(get_with(d, BATCH, good, now + 20, NULL).code, 5067);
	a = call("GET", "/download/nothing", NULL, BYTES_NONE);
	assert_int_equal(a.code, 5072);
	assert_int_equal(a.status, 404);
	/* a provisioning request where a download request should be */
	bad[0] = download_req(d, device_pdu(d, &arena, time32_now()));
	assert_int_equal(call("GET", BATCH, bad, BYTES_NONE).code, 5070);
	block(d);
	get_refused(d, BATCH, good, 5055, 403);
	get_refused(d, INFO, name_of(d, 0), 5055, 403);
}

/* ---- 5071 ---- */

static void
test_retries(void **state)
{
	uint32_t i = ra_period_now(world.ra);
	struct device *d = &device[0];
	const char *good;
	struct bytes plain, pdu;

	(void)state;
	provision_six();
	generate();
	good = name_of(d, i);
	/* what is not there yet is no failure */
	for (int k = 0; k < 15; k++)
		get_refused(d, BATCH, name_of(d, i + 20), 5065, 404);
	/* forged requests in its name lock out the forger only */
	for (int k = 0; k < 15; k++) {
		pdu = download_pdu(good, time32_now());
		plain = signed_only(d, pdu);
		refused(encrypted(flipped(plain, plain.n - 1), WHO_RA),
		    k < 10 ? 5058 : 5071, k < 10 ? 401 : 429);
	}
	assert_int_equal(get(d, BATCH, good).status, 200);
	for (int k = 0; k < 10; k++)
		get_refused(d, BATCH, "nonsense", 5072, 404);
	get_refused(d, BATCH, "nonsense", 5071, 429);
	get_refused(d, BATCH, good, 5071, 429);
	refused(secured(d, device_pdu(d, &arena, time32_now())), 5071, 429);
	assert_int_equal(
	    get(&device[1], BATCH, name_of(&device[1], i)).status, 200);
	time_set_offset(time_offset() + 3601);
	assert_int_equal(get(d, BATCH, good).status, 200);
}

/* ---- files for everybody ---- */

static void
publish(uint16_t version)
{
	struct chain_file file = {
	    .local = true,
	    .gccf_version = 1,
	    .lccf_version = version,
	    .ra_hostname = "ra.monarch.test",
	    .ma = world.actor[WHO_PCA].cert->raw,
	};
	struct bytes octets;
	char path[PATH_SIZE];

	must(chain_file_build(&octets, &arena, &file, &fi));
	in_folder(path, "data/lccf.oer");
	must(file_write(path, octets, 0644, &fi));
}

static void
test_published(void **state)
{
	static const char path[] = "/download/local-certificate-chain";
	const char *quoted[] = {
	    "If-None-Match: \"local_certificate_chains_01_03.oer\"", NULL};
	const char *bare[] = {
	    "If-None-Match: local_certificate_chains_01_03.oer", NULL};
	char file[PATH_SIZE];
	struct answer a;

	(void)state;
	assert_int_equal(call("GET", path, NULL, BYTES_NONE).code, 5068);
	assert_int_equal(
	    call("GET", "/download/policy/local", NULL, BYTES_NONE).code, 5068);
	publish(3);
	a = call("GET", path, NULL, BYTES_NONE);
	assert_int_equal(a.status, 200);
	assert_string_equal(
	    http_result_header(&a.result, &arena, "Content-Disposition"),
	    "attachment; filename=\"local_certificate_chains_01_03.oer\"");
	assert_int_equal(call("GET", path, quoted, BYTES_NONE).status, 304);
	assert_int_equal(call("GET", path, bare, BYTES_NONE).status, 304);
	publish(4); /* a newer one */
	a = call("GET", path, bare, BYTES_NONE);
	assert_int_equal(a.status, 200);
	assert_non_null(
	    strstr(http_result_header(&a.result, &arena, "Content-Disposition"),
		"local_certificate_chains_01_04.oer"));
	in_folder(file, "data/lccf.oer");
	must(file_write(file, bytes_of_string("nonsense"), 0644, &fi));
	assert_int_equal(call("GET", path, NULL, BYTES_NONE).code, 5068);
	in_folder(file, "data/lpf.oer");
	must(file_write(file, bytes_of_string("nonsense"), 0644, &fi));
	assert_int_equal(
	    call("GET", "/download/policy/local", NULL, BYTES_NONE).code, 5068);
}

static void
test_ra_certificate(void **state)
{
	static const char path[] = "/retrieve-ra-certificate";
	/* SecuredRACertRequest: unsecured, ScmsPDU, ee-ra, [0], version 1 */
	static const uint8_t request[] = {
	    0x03, 0x80, 0x05, 0x01, 0x83, 0x80, 0x00, 0x01};
	struct answer a;

	(void)state;
	a = call("POST", path, NULL, BYTES(request));
	assert_int_equal(a.status, 200);
	assert_true(bytes_equal(a.body, world.actor[WHO_RA].cert->raw));
	a = call("GET", path, NULL, BYTES_NONE);
	assert_int_equal(a.status, 200);
	assert_true(bytes_equal(a.body, world.actor[WHO_RA].cert->raw));
	a = call("POST", path, NULL, (struct bytes){request, 7});
	assert_int_equal(a.code, 5070);
	assert_int_equal(
	    call("POST", path, NULL, device[0].request).code, 5070);
}

/* Over HTTPS, as devices send them; all else is in test_report.c. */
static void
test_report(void **state)
{
	static const char path[] = "/process-misbehavior-report";
	struct http_client *first = client;
	struct answer a;

	(void)state;
	world.service.environment.reports_per_connection = 2;
	for (int k = 0; k < 4; k++) {
		struct bytes report;

		if (k == 3) { /* another connection */
			struct http_client_config to = {0};
			char ca[PATH_SIZE], hosts[PATH_SIZE];

			in_folder(ca, "tls-ca.pem");
			in_folder(hosts, "hosts");
			to.ca = ca;
			to.hosts = hosts;
			must(http_client_new(&client, &to, &fi));
		}
		must(spdu_encrypt(&report, &arena, device[k].request,
		    world.actor[WHO_MA].cert, &fi));
		a = call("POST", path, NULL, report);
		assert_int_equal(a.status, k == 2 ? 429 : 200);
		assert_int_equal(a.code, k == 2 ? 5071 : 0);
		assert_int_equal(a.body.n, 0);
	}
	http_client_free(first);
	assert_int_equal(call("GET", path, NULL, BYTES_NONE).status, 405);
}

/* In PROD a device learns nothing but that it failed. */
static void
test_prod(void **state)
{
	struct answer a;

	(void)state;
	world.service.environment.detailed_errors = false;
	a = post(bytes_of_string("hello"));
	assert_int_equal(a.status, 500);
	assert_int_equal(a.code, 0);
	assert_int_equal(a.body.n, 0);
	a = get(&device[0], BATCH, "nonsense");
	assert_int_equal(a.status, 500);
	assert_int_equal(a.code, 0);
	a = call("GET", "/download/local-certificate-chain", NULL, BYTES_NONE);
	assert_int_equal(a.status, 500);
	assert_int_equal(a.code, 0);
	assert_int_equal(post(device[0].request).status, 200);
}

static unsigned
lines_with(const char *file, const char *text)
{
	char line[1024];
	FILE *in = fopen(file, "r");
	unsigned n = 0;

	assert_non_null(in);
	while (fgets(line, sizeof(line), in) != NULL)
		n += strstr(line, text) != NULL;
	fclose(in);
	return n;
}

/* Asking for what is not there yet fills no disk: a line a minute, with how
 * often; other refusals have a line each. */
static void
test_polling_is_counted(void **state)
{
	char file[PATH_SIZE];
	uint32_t begin;

	(void)state;
	assert_int_equal(device_provision(&device[0], &world), 200);
	path_join(file, world.dir, "log");
	must(log_open("ra", file, &fi));
	begin = time32_now();
	for (int k = 0; k < 20; k++)
		get_refused(
		    &device[0], BATCH, name_of(&device[0], 7), 5065, 404);
	assert_in_range(
	    lines_with(file, "code=5065"), 1, 1 + (time32_now() - begin) / 60);
	time_set_offset(time_offset() + 61);
	get_refused(&device[0], BATCH, name_of(&device[0], 7), 5065, 404);
	assert_in_range(
	    lines_with(file, "code=5065"), 2, 2 + (time32_now() - begin) / 60);
	get_refused(&device[0], BATCH, "nonsense", 5072, 404);
	get_refused(&device[0], BATCH, "nonsense", 5072, 404);
	assert_int_equal(lines_with(file, "code=5072"), 2);
	must(log_open("ra", "/dev/stderr", &fi));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_provision),
	    TEST(test_extra_octet),
	    TEST(test_layout_124),
	    TEST(test_form),
	    TEST(test_former_keys),
	    TEST(test_signature),
	    TEST(test_time),
	    TEST(test_enrollment),
	    TEST(test_permissions),
	    TEST(test_content),
	    TEST(test_blocked),
	    TEST(test_at_once),
	    TEST(test_gathered),
	    TEST(test_polling_is_counted),
	    TEST(test_gathered_without_room),
	    TEST(test_download),
	    TEST(test_info),
	    TEST(test_download_refused),
	    TEST(test_retries),
	    TEST(test_published),
	    TEST(test_ra_certificate),
	    TEST(test_report),
	    TEST(test_prod),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
