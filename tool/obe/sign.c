/* sign.c - scms-obe sign: one message. */
#include <stdio.h>

#include "base/file.h"
#include "device/monarch.h"
#include "tool/obe/cmd.h"

#define PAYLOAD_MAX 65536

static enum fault
sign(struct monarch_signer *signer, struct arena *arena, const char *in,
    const char *out, const struct monarch_sign_terms *terms,
    struct fault_info *fi)
{
	struct bytes payload;
	uint8_t *spdu;
	size_t size, n;

	TRY(file_read(&payload, arena, in, PAYLOAD_MAX, fi));
	size = payload.n + MONARCH_SPDU_EXTRA;
	if ((spdu = arena_alloc(arena, size, 1)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(monarch_sign(signer, spdu, size, &n, payload, terms, fi));
	return file_write(out, (struct bytes){spdu, n}, 0644, fi);
}

static enum fault
run(const char *device, struct arena *arena, const char *in, const char *out,
    const struct monarch_sign_terms *terms, struct fault_info *fi)
{
	struct monarch_signer *signer;
	enum fault fault, closed;

	TRY(monarch_signer_open(&signer, device, fi));
	fault = sign(signer, arena, in, out, terms, fi);
	closed = monarch_signer_close(signer, fault == FAULT_OK ? fi : NULL);
	return fault == FAULT_OK ? closed : fault;
}

int
cmd_sign(int argc, char **argv)
{
	const char *in = NULL, *out = NULL, *when = NULL, *psid = "0x20";
	struct monarch_sign_terms terms = {0};
	const struct opt opts[] = {
	    {"in", OPT_TEXT, &in},
	    {"out", OPT_TEXT, &out},
	    {"time", OPT_TEXT, &when},
	    {"psid", OPT_TEXT, &psid},
	    {"certificate", OPT_FLAG, &terms.full},
	};
	struct arena arena = arena_new(1u << 20);
	struct fault_info fi = {0};
	struct cmd_common common;
	enum fault fault;

	fault = cmd_parse(
	    &common, opts, sizeof(opts) / sizeof(opts[0]), &argc, argv, &fi);
	if (fault == FAULT_OK && argc != 1)
		fault = fault_set(&fi, FAULT_USAGE, "one DEVICE is needed");
	if (fault == FAULT_OK &&
	    (fault = cmd_need(in, "--in", &fi)) == FAULT_OK &&
	    (fault = cmd_need(out, "--out", &fi)) == FAULT_OK &&
	    (fault = cmd_number(&terms.psid, psid, "--psid", &fi)) ==
		FAULT_OK &&
	    (fault = cmd_time(&terms.now, when, &fi)) == FAULT_OK)
		fault = run(argv[0], &arena, in, out, &terms, &fi);
	arena_free(&arena);
	return fault == FAULT_OK ? CMD_OK : cmd_fault("sign", &fi);
}
