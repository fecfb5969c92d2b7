/*
 * verify.c - scms verify: chain and signature of a certificate, a signed
 * message or a signed request, each step with its verdict.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/time32.h"
#include "cert/request.h"
#include "cert/spdu.h"
#include "cert/trust.h"
#include "schema/all.h"
#include "tool/common/opt.h"
#include "tool/scms/cmd.h"
#include "tool/scms/explain.h"

#define FILE_LIMIT  ((size_t)16 << 20)
#define ARENA_LIMIT ((size_t)256 << 20)

struct verify {
	struct trust *trust;
	struct arena arena;
	uint32_t now;
	struct chain_report report;
};

static void
verdict(const char *who, const char *what, const struct fault_info *fi)
{
	if (fi == NULL || fi->code == FAULT_OK)
		printf("  ok    %-32s %s\n", who, what);
	else
		printf("  FAIL  %-32s %s: %s (%s)\n", who, what, fi->text,
		    fault_name(fi->code));
}

static enum fault
chain(struct verify *v, struct cert *leaf, struct fault_info *fi)
{
	enum fault f =
	    trust_check_chain(&v->report, v->trust, leaf, v->now, fi);
	size_t i;

	for (i = 0; i < v->report.n; i++)
		verdict(cert_name(&v->arena, v->report.step[i].cert),
		    chain_check_name(v->report.step[i].check),
		    &v->report.step[i].verdict);
	return f;
}

/* The signer of a message, as a certificate whose chain can be shown. */
static enum fault
signer_of(struct cert **out, struct verify *v, const signer_identifier *signer,
    struct fault_info *fi)
{
	const struct cert *known;
	char hex[2 * CERT_ID_SIZE + 1];

	*out = NULL;
	if (signer->is == signer_identifier_certificate &&
	    signer->certificate.n > 0)
		return cert_of(out, &v->arena, &signer->certificate.v[0], fi);
	if (signer->is != signer_identifier_digest)
		return FAULT_OK;
	known = trust_find(v->trust, signer->digest.b);
	if (known != NULL)
		return cert_load(out, &v->arena, known->raw, fi);
	hex_encode(hex, signer->digest.b, CERT_ID_SIZE);
	return fault_set(fi, FAULT_UNKNOWN_ISSUER,
	    "signer %s is not among the known certificates", hex);
}

static enum fault
verify_signed_data(struct verify *v, struct bytes in, const signed_data *data,
    struct fault_info *fi)
{
	const struct spdu_rules rules = {
	    .any_psid = true, .now = v->now, .tolerance = 5};
	struct cert *signer;
	struct spdu spdu;

	TRY(signer_of(&signer, v, &data->signer, fi));
	if (signer != NULL)
		TRY(chain(v, signer, fi));
	TRY(spdu_open(&spdu, &v->arena, in, v->trust, &rules, fi));
	verdict("message", "signature, PSID, times", NULL);
	return FAULT_OK;
}

static enum fault
verify_request(struct verify *v, struct bytes in, struct fault_info *fi)
{
	struct request request;
	struct cert *signer;

	TRY(request_open(&request, &v->arena, in, v->trust, v->now, fi));
	if (request.signer != NULL) {
		TRY(cert_load(&signer, &v->arena, request.signer->raw, fi));
		TRY(chain(v, signer, fi));
	}
	verdict("request",
	    request.signer != NULL ? "signature"
				   : "signature under the key requested",
	    NULL);
	return FAULT_OK;
}

static enum fault
verify_octets(struct verify *v, struct bytes in, struct fault_info *fi)
{
	const ieee1609_dot2_content *content;
	struct cert *leaf;
	struct guess g;

	TRY(explain_guess(&g, &v->arena, in, fi));
	if (g.type == &certificate_asn) {
		TRY(cert_load(&leaf, &v->arena, in, fi));
		return chain(v, leaf, fi);
	}
	if (g.type != &ieee1609_dot2_data_asn)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "%s carries no signature of its own", g.type->name);
	content = &((const ieee1609_dot2_data *)g.value)->content;
	if (content->is == ieee1609_dot2_content_signed_data)
		return verify_signed_data(v, in, &content->signed_data, fi);
	if (content->is == ieee1609_dot2_content_signed_certificate_request)
		return verify_request(v, in, fi);
	return fault_set(fi, FAULT_BAD_MESSAGE, "the message is not signed");
}

static enum fault
add(struct verify *v, const char *path, bool roots, struct fault_info *fi)
{
	struct bytes raw;
	struct stat st;
	enum fault f;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return trust_add_folder(v->trust, path, roots, fi);
	TRY(file_read(&raw, &v->arena, path, FILE_LIMIT, fi));
	f = roots ? trust_add_root(v->trust, raw, fi)
		  : trust_add_known(v->trust, raw, fi);
	return f == FAULT_OK ? f : fault_prefix(fi, "%s", path);
}

static enum fault
add_all(struct verify *v, const struct opt_list *l, bool roots,
    struct fault_info *fi)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		TRY(add(v, l->v[i], roots, fi));
	return FAULT_OK;
}

static int
verify_file(struct verify *v, const char *path)
{
	struct fault_info fi = {.code = FAULT_OK};
	struct bytes in;
	enum fault f;

	printf("%s\n", path);
	f = file_read(&in, &v->arena, path, FILE_LIMIT, &fi);
	if (f == FAULT_OK)
		f = verify_octets(v, in, &fi);
	if (f == FAULT_OK)
		printf("verified\n");
	else
		printf("NOT VERIFIED: %s (%s)\n", fi.text, fault_name(f));
	return f == FAULT_OK ? CMD_OK : CMD_FAILED;
}

int
cmd_verify(int argc, char **argv)
{
	struct verify v = {
	    .arena = arena_new(ARENA_LIMIT), .now = time32_now()};
	struct opt_list roots = {0}, known = {0};
	const char *time = NULL;
	const struct opt opts[] = {
	    {"trust", OPT_LIST, &roots},
	    {"known", OPT_LIST, &known},
	    {"time", OPT_TEXT, &time},
	};
	struct fault_info fi;
	enum fault f;
	int status;

	v.trust = trust_new();
	f = opt_parse(opts, 3, &argc, argv, &fi);
	if (f == FAULT_OK)
		f = cmd_need(argc, 1, "FILE", &fi);
	if (f == FAULT_OK && time != NULL && !time32_parse(&v.now, time))
		f = fault_set(&fi, FAULT_USAGE, "--time: not a time: %s", time);
	if (f == FAULT_OK)
		f = add_all(&v, &roots, true, &fi);
	if (f == FAULT_OK)
		f = add_all(&v, &known, false, &fi);
	status =
	    f == FAULT_OK ? verify_file(&v, argv[0]) : cmd_fault("verify", &fi);
	trust_free(v.trust);
	arena_free(&v.arena);
	return status;
}
