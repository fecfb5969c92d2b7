/*
 * agree.c - the PCA's side of the key agreement with an LA (lib/plv/ring.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "crypto/random.h"
#include "plv/message.h"
#include "role/pca/pca.h"
#include "schema/scms_protocol.h"
#include "service/crash.h"

#define CERTIFICATE_MAX 4096

enum option {
	OPTION_LA,
	OPTION_IN,
	OPTION_OUT,
	OPTION_START,
	OPTION_END,
	OPTIONS
};
static const char *const option_names[OPTIONS] = {
    "--la", "--in", "--out", "--start", "--end"};

struct agreement {
	struct service *service;
	struct component self;
	struct arena arena;
	char folder[PATH_SIZE];
	const char *option[OPTIONS];
	struct plv_agreement a;
};

static bool
options(struct agreement *g, int argc, char **argv)
{
	int i, t;

	for (i = 1; i + 1 < argc; i += 2) {
		for (t = 0; t < OPTIONS; t++)
			if (strcmp(argv[i], option_names[t]) == 0)
				break;
		if (t == OPTIONS)
			return false;
		g->option[t] = argv[i + 1];
	}
	return i == argc;
}

static enum fault
begin(struct agreement *g, struct fault_info *fi)
{
	char data[PATH_SIZE];

	service_path(g->service, data, "data");
	TRY(file_mkdir(data, 0700, fi));
	service_path(g->service, g->folder, "data/plv-keys");
	TRY(component_load(&g->self, g->service->dir, fi));
	if (g->self.enc_key == NULL)
		return fault_set(
		    fi, FAULT_CONFIG, "our certificate has no encryption key");
	return FAULT_OK;
}

static int
finish(struct agreement *g, enum fault f, const struct fault_info *fi)
{
	if (f != FAULT_OK)
		(void)fprintf(stderr, "scms-pca: %s\n", fi->text);
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

/* ---- agree-request ---- */

/* One of our two LAs, trusted, with its number and a key to encrypt to. */
static enum fault
load_la(struct cert **out, struct agreement *g, struct fault_info *fi)
{
	const struct pca_conf *conf = g->service->role_conf;
	char la1[PLV_PEER_SIZE], la2[PLV_PEER_SIZE];
	const char *name;
	struct bytes raw;

	TRY(file_read(
	    &raw, &g->arena, g->option[OPTION_LA], CERTIFICATE_MAX, fi));
	TRY(cert_load(out, &g->arena, raw, fi));
	TRY(trust_check_chain(NULL, g->self.trust, *out, time32_now(), fi));
	TRY(perm_check_role(*out, SCMS_LA, fi));
	name = cert_name(&g->arena, *out);
	pca_full_name(la1, conf->la1, &g->service->environment);
	pca_full_name(la2, conf->la2, &g->service->environment);
	if (strcmp(name, la1) != 0 && strcmp(name, la2) != 0)
		return fault_set(
		    fi, FAULT_DENIED, "%s is not one of our LAs", name);
	if (!perm_la_id(g->a.la_id, *out))
		return fault_set(fi, FAULT_DENIED, "%s has no la-id", name);
	(void)snprintf(g->a.peer, sizeof(g->a.peer), "%s", name);
	return FAULT_OK;
}

/* From now until one of the two certificates ends, unless told otherwise. */
static enum fault
set_dates(struct agreement *g, const struct cert *la, struct fault_info *fi)
{
	const char *start = g->option[OPTION_START];
	const char *end = g->option[OPTION_END];

	g->a.start = time32_now();
	g->a.end = la->end < g->self.cert->end ? la->end : g->self.cert->end;
	if (start != NULL && !time32_parse(&g->a.start, start))
		return fault_set(fi, FAULT_USAGE, "%s is no time", start);
	if (end != NULL && !time32_parse(&g->a.end, end))
		return fault_set(fi, FAULT_USAGE, "%s is no time", end);
	if (g->a.start >= g->a.end)
		return fault_set(fi, FAULT_USAGE, "ends before it starts");
	return FAULT_OK;
}

static enum fault
request(struct agreement *g, struct fault_info *fi)
{
	la_pca_interface_pdu pdu = {
	    .is = la_pca_interface_pdu_pca_la_key_agreement_request};
	pca_la_key_agreement_request_msg *r = &pdu.pca_la_key_agreement_request;
	struct bytes message;
	struct cert *la;

	TRY(begin(g, fi));
	TRY(load_la(&la, g, fi));
	TRY(set_dates(g, la, fi));
	random_bytes(g->a.r_pca, sizeof(g->a.r_pca));
	r->version = 1;
	r->pca_id = bytes_of_string(g->self.name);
	r->start_date = g->a.start;
	r->end_date = g->a.end;
	TRY(plv_contribution_seal(
	    &r->enc_r_pca, &g->arena, g->a.r_pca, la, fi));
	TRY(plv_message_sign(&message, &g->arena, &pdu, &g->self.signer, fi));
	sha256_id(g->a.request_hash, sizeof(g->a.request_hash), message);
	TRY(plv_pending_save(g->folder, &g->a, fi));
	crash_point("pca-agree-pending");
	return file_write(g->option[OPTION_OUT], message, 0644, fi);
}

int
pca_agree_request(struct service *service, int argc, char **argv)
{
	struct agreement g = {.service = service, .arena = arena_new(1u << 20)};
	struct fault_info fi = {.code = FAULT_OK};
	enum fault f;

	if (!options(&g, argc, argv) || g.option[OPTION_LA] == NULL ||
	    g.option[OPTION_OUT] == NULL || g.option[OPTION_IN] != NULL)
		return usage("agree-request --la CERTIFICATE --out REQUEST "
			     "[--start TIME] [--end TIME]");
	f = request(&g, &fi);
	return finish(&g, f, &fi);
}

/* ---- agree-confirm ---- */

static enum fault
refused_by_la(const scms_error *e, struct fault_info *fi)
{
	const char *name = "an error of another interface";

	if (e->is == scms_error_la_pca && e->la_pca.is == la_pca_error_la_pca)
		name = coer_name_of(&la_pca_error_code_asn, e->la_pca.la_pca);
	return fault_set(fi, FAULT_DENIED, "the LA has refused: %s",
	    name != NULL ? name : "an unknown error");
}

/* The response belongs to a request of ours and is by the LA it went to. */
static enum fault
check_response(
    struct agreement *g, const struct plv_message *m, struct fault_info *fi)
{
	const la_pca_key_agreement_response_msg *r =
	    &m->pdu->la_pca_key_agreement_response;

	if (m->pdu->is != la_pca_interface_pdu_la_pca_key_agreement_response)
		return fault_set(fi, FAULT_BAD_MESSAGE, "not a response");
	TRY(plv_pending_load(&g->a, g->folder, r->request_hash.b, fi));
	if (strcmp(m->signer_name, g->a.peer) != 0 ||
	    !bytes_equal(r->la_id, bytes_of_string(g->a.peer)))
		return fault_set(fi, FAULT_DENIED,
		    "response of %s to a request to %s", m->signer_name,
		    g->a.peer);
	if (r->reply.is != la_pca_key_agreement_response_msg_reply_success)
		return refused_by_la(&r->reply.failure, fi);
	return plv_contribution_open(
	    g->a.r_la, &g->arena, &r->enc_r_la, &g->self.decryption, fi);
}

/* MAC_pca, or invalidMacValue. */
static enum fault
write_ack(struct agreement *g, const struct plv_key *key, struct fault_info *fi)
{
	la_pca_interface_pdu pdu = {
	    .is = la_pca_interface_pdu_pca_la_key_agreement_ack};
	pca_la_key_agreement_ack_msg *r = &pdu.pca_la_key_agreement_ack;
	struct bytes message;

	r->version = 1;
	memcpy(r->request_hash.b, g->a.request_hash, sizeof(g->a.request_hash));
	r->pca_id = bytes_of_string(g->self.name);
	if (key != NULL) {
		plv_key_mac(r->reply.success.b, key, "scms-pca");
	} else {
		r->reply.is = pca_la_key_agreement_ack_msg_reply_failure;
		r->reply.failure.is = scms_error_la_pca;
		r->reply.failure.la_pca.is = la_pca_error_la_pca;
		r->reply.failure.la_pca.la_pca =
		    la_pca_error_code_invalid_mac_value;
	}
	TRY(plv_message_sign(&message, &g->arena, &pdu, &g->self.signer, fi));
	return file_write(g->option[OPTION_OUT], message, 0644, fi);
}

/* Our key is durable before the LA can learn that we have it. */
static enum fault
take_into_use(struct agreement *g, const struct plv_key *key,
    const uint8_t *mac, struct fault_info *fi)
{
	uint8_t ours[SHA256_SIZE];

	plv_key_mac(ours, key, "scms-la");
	if (!ct_equal(ours, mac, sizeof(ours))) {
		TRY(write_ack(g, NULL, fi));
		return fault_set(fi, FAULT_BAD_TAG,
		    "invalidMacValue: the LA has another key");
	}
	TRY(plv_key_save(g->folder, &g->a, fi));
	crash_point("pca-agree-confirmed");
	TRY(write_ack(g, key, fi));
	return plv_pending_remove(g->folder, &g->a, fi);
}

static enum fault
confirm(struct agreement *g, struct fault_info *fi)
{
	struct plv_message m;
	struct plv_key key;
	enum fault f;

	TRY(begin(g, fi));
	TRY(plv_message_read(
	    &m, &g->arena, g->option[OPTION_IN], &g->self, SCMS_LA, fi));
	TRY(check_response(g, &m, fi));
	plv_key_derive(&key, &g->a);
	f = take_into_use(
	    g, &key, m.pdu->la_pca_key_agreement_response.reply.success.b, fi);
	wipe(&key, sizeof(key));
	return f;
}

int
pca_agree_confirm(struct service *service, int argc, char **argv)
{
	struct agreement g = {.service = service, .arena = arena_new(1u << 20)};
	struct fault_info fi = {.code = FAULT_OK};
	enum fault f;

	if (!options(&g, argc, argv) || g.option[OPTION_IN] == NULL ||
	    g.option[OPTION_OUT] == NULL || g.option[OPTION_LA] != NULL)
		return usage("agree-confirm --in RESPONSE --out ACK");
	f = confirm(&g, &fi);
	return finish(&g, f, &fi);
}
