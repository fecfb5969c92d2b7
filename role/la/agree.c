/*
 * agree.c - the LA's side of the key agreement with the PCA (lib/plv/ring.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "crypto/random.h"
#include "plv/message.h"
#include "role/la/la.h"
#include "schema/scms_protocol.h"
#include "service/crash.h"

struct agreement {
	struct service *service;
	struct component self;
	struct arena arena;
	char folder[PATH_SIZE], pca[PLV_PEER_SIZE];
	const char *in, *out;
	struct plv_agreement a;
};

/* "--in FILE --out FILE"; out NULL: not wanted. */
static bool
options(struct agreement *g, int argc, char **argv, bool want_out)
{
	for (int i = 1; i + 1 < argc; i += 2)
		if (strcmp(argv[i], "--in") == 0)
			g->in = argv[i + 1];
		else if (strcmp(argv[i], "--out") == 0 && want_out)
			g->out = argv[i + 1];
		else
			return false;
	return argc % 2 == 1 && g->in != NULL && (g->out != NULL) == want_out;
}

static enum fault
begin(struct agreement *g, struct fault_info *fi)
{
	const struct la_conf *conf = g->service->role_conf;
	char data[PATH_SIZE];

	la_full_name(g->pca, conf->pca, &g->service->environment);
	service_path(g->service, data, "data");
	TRY(file_mkdir(data, 0700, fi));
	service_path(g->service, g->folder, "data/plv-keys");
	TRY(component_load(&g->self, g->service->dir, fi));
	if (g->self.enc_key == NULL)
		return fault_set(
		    fi, FAULT_CONFIG, "our certificate has no encryption key");
	if (!perm_la_id(g->a.la_id, g->self.cert))
		return fault_set(fi, FAULT_CONFIG,
		    "cert.oer is not the certificate of an LA");
	return FAULT_OK;
}

static int
finish(struct agreement *g, enum fault f, const struct fault_info *fi)
{
	if (f != FAULT_OK)
		(void)fprintf(stderr, "scms-la: %s\n", fi->text);
	component_free(&g->self);
	arena_free(&g->arena);
	wipe(&g->a, sizeof(g->a));
	return f == FAULT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
usage(const char *text)
{
	(void)fprintf(stderr, "usage: %s\n", text);
	return 64;
}

/* ---- agree-respond ---- */

static enum fault
check_request(const struct agreement *g, const struct plv_message *m,
    struct fault_info *fi)
{
	const pca_la_key_agreement_request_msg *r =
	    &m->pdu->pca_la_key_agreement_request;

	if (m->pdu->is != la_pca_interface_pdu_pca_la_key_agreement_request)
		return fault_set(fi, FAULT_BAD_MESSAGE, "not a request");
	if (strcmp(m->signer_name, g->pca) != 0 ||
	    !bytes_equal(r->pca_id, bytes_of_string(g->pca)))
		return fault_set(fi, FAULT_DENIED,
		    "request of %s, our PCA is %s", m->signer_name, g->pca);
	if (r->pca_certificate != NULL &&
	    !bytes_equal(r->pca_certificate->raw, m->signer->raw))
		return fault_set(fi, FAULT_DENIED,
		    "the certificate in the request is not the signer's");
	return FAULT_OK;
}

/* Dates that make no sense get an answer that says so. */
static int
date_error(const pca_la_key_agreement_request_msg *r)
{
	if (r->start_date >= r->end_date)
		return la_pca_error_code_invalid_start_time;
	if (r->end_date <= time32_now())
		return la_pca_error_code_invalid_end_time;
	return -1;
}

/* The agreement as of now; the same request again finds the same. */
static enum fault
contribute(
    struct agreement *g, const struct plv_message *m, struct fault_info *fi)
{
	const pca_la_key_agreement_request_msg *r =
	    &m->pdu->pca_la_key_agreement_request;
	struct plv_agreement *a = &g->a;
	enum fault f;

	TRY(plv_contribution_open(
	    a->r_pca, &g->arena, &r->enc_r_pca, &g->self.decryption, fi));
	memcpy(a->request_hash, m->hash, sizeof(a->request_hash));
	(void)snprintf(a->peer, sizeof(a->peer), "%s", g->pca);
	a->start = r->start_date;
	a->end = r->end_date;
	random_bytes(a->r_la, sizeof(a->r_la));
	f = plv_pending_save(g->folder, a, fi);
	if (f == FAULT_EXISTS)
		f = plv_pending_load(a, g->folder, m->hash, fi);
	crash_point("la-agree-pending");
	return f;
}

static enum fault
write_response(struct agreement *g, const struct plv_message *m, int error,
    struct fault_info *fi)
{
	la_pca_interface_pdu pdu = {
	    .is = la_pca_interface_pdu_la_pca_key_agreement_response};
	la_pca_key_agreement_response_msg *r =
	    &pdu.la_pca_key_agreement_response;
	struct plv_key key;
	struct bytes message;

	r->version = 1;
	memcpy(r->request_hash.b, m->hash, sizeof(m->hash));
	r->la_id = bytes_of_string(g->self.name);
	TRY(plv_contribution_seal(
	    &r->enc_r_la, &g->arena, g->a.r_la, m->signer, fi));
	if (error >= 0) {
		r->reply.is = la_pca_key_agreement_response_msg_reply_failure;
		r->reply.failure.is = scms_error_la_pca;
		r->reply.failure.la_pca.is = la_pca_error_la_pca;
		r->reply.failure.la_pca.la_pca = (la_pca_error_code)error;
	} else {
		plv_key_derive(&key, &g->a);
		plv_key_mac(r->reply.success.b, &key, "scms-la");
		wipe(&key, sizeof(key));
	}
	TRY(plv_message_sign(&message, &g->arena, &pdu, &g->self.signer, fi));
	return file_write(g->out, message, 0644, fi);
}

static enum fault
respond(struct agreement *g, struct fault_info *fi)
{
	struct plv_message m;
	int error;

	TRY(begin(g, fi));
	TRY(plv_message_read(&m, &g->arena, g->in, &g->self, SCMS_PCA, fi));
	TRY(check_request(g, &m, fi));
	error = date_error(&m.pdu->pca_la_key_agreement_request);
	if (error < 0)
		TRY(contribute(g, &m, fi));
	TRY(write_response(g, &m, error, fi));
	if (error >= 0)
		return fault_set(fi, FAULT_BAD_TIME,
		    "the dates of the request make no sense");
	return FAULT_OK;
}

int
la_agree_respond(struct service *service, int argc, char **argv)
{
	struct agreement g = {.service = service, .arena = arena_new(1u << 20)};
	struct fault_info fi = {.code = FAULT_OK};
	enum fault f;

	if (!options(&g, argc, argv, true))
		return usage("agree-respond --in REQUEST --out RESPONSE");
	f = respond(&g, &fi);
	return finish(&g, f, &fi);
}

/* ---- agree-finish ---- */

static enum fault
check_ack(
    struct agreement *g, const struct plv_message *m, struct fault_info *fi)
{
	const pca_la_key_agreement_ack_msg *r =
	    &m->pdu->pca_la_key_agreement_ack;
	uint8_t mac[SHA256_SIZE];
	struct plv_key key;

	if (m->pdu->is != la_pca_interface_pdu_pca_la_key_agreement_ack)
		return fault_set(fi, FAULT_BAD_MESSAGE, "not an ack");
	if (strcmp(m->signer_name, g->pca) != 0 ||
	    !bytes_equal(r->pca_id, bytes_of_string(g->pca)))
		return fault_set(fi, FAULT_DENIED, "ack of %s, our PCA is %s",
		    m->signer_name, g->pca);
	if (r->reply.is != pca_la_key_agreement_ack_msg_reply_success)
		return fault_set(
		    fi, FAULT_DENIED, "the PCA has refused our response");
	TRY(plv_pending_load(&g->a, g->folder, r->request_hash.b, fi));
	plv_key_derive(&key, &g->a);
	plv_key_mac(mac, &key, "scms-pca");
	wipe(&key, sizeof(key));
	if (!ct_equal(mac, r->reply.success.b, sizeof(mac)))
		return fault_set(fi, FAULT_BAD_TAG,
		    "invalidMacValue: the PCA has another key");
	return FAULT_OK;
}

static enum fault
take_into_use(struct agreement *g, struct fault_info *fi)
{
	struct plv_message m;

	TRY(begin(g, fi));
	TRY(plv_message_read(&m, &g->arena, g->in, &g->self, SCMS_PCA, fi));
	TRY(check_ack(g, &m, fi));
	TRY(plv_key_save(g->folder, &g->a, fi));
	crash_point("la-agree-finished");
	return plv_pending_remove(g->folder, &g->a, fi);
}

int
la_agree_finish(struct service *service, int argc, char **argv)
{
	struct agreement g = {.service = service, .arena = arena_new(1u << 20)};
	struct fault_info fi = {.code = FAULT_OK};
	enum fault f;

	if (!options(&g, argc, argv, false))
		return usage("agree-finish --in ACK");
	f = take_into_use(&g, &fi);
	return finish(&g, f, &fi);
}
