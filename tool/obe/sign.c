/* sign.c - scms-obe sign: one safety message. */
#include <stdio.h>

#include "base/file.h"
#include "device/monarch.h"
#include "tool/obe/cmd.h"

#define PAYLOAD_MAX 65536

static enum fault
sign(struct monarch_signer *signer, struct arena *arena, const char *in,
    const char *out, uint64_t t, bool full, struct fault_info *fi)
{
	struct bytes payload;
	uint8_t *spdu;
	size_t size, n;

	TRY(file_read(&payload, arena, in, PAYLOAD_MAX, fi));
	size = payload.n + MONARCH_SPDU_EXTRA;
	if ((spdu = arena_alloc(arena, size, 1)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(monarch_sign(signer, spdu, size, &n, payload, t, full, fi));
	return file_write(out, (struct bytes){spdu, n}, 0644, fi);
}

static enum fault
run(const char *device, struct arena *arena, const char *in, const char *out,
    uint64_t t, bool full, struct fault_info *fi)
{
	struct monarch_signer *signer;
	enum fault fault, closed;

	TRY(monarch_signer_open(&signer, device, fi));
	fault = sign(signer, arena, in, out, t, full, fi);
	closed = monarch_signer_close(signer, fault == FAULT_OK ? fi : NULL);
	return fault == FAULT_OK ? closed : fault;
}

int
cmd_sign(int argc, char **argv)
{
	const char *in = NULL, *out = NULL, *when = NULL;
	bool full = false;
	const struct opt opts[] = {
	    {"in", OPT_TEXT, &in},
	    {"out", OPT_TEXT, &out},
	    {"time", OPT_TEXT, &when},
	    {"certificate", OPT_FLAG, &full},
	};
	struct arena arena = arena_new(1u << 20);
	struct fault_info fi = {0};
	struct cmd_common common;
	enum fault fault;
	uint64_t t;

	fault = cmd_parse(
	    &common, opts, sizeof(opts) / sizeof(opts[0]), &argc, argv, &fi);
	if (fault == FAULT_OK && argc != 1)
		fault = fault_set(&fi, FAULT_USAGE, "one DEVICE is needed");
	if (fault == FAULT_OK &&
	    (fault = cmd_need(in, "--in", &fi)) == FAULT_OK &&
	    (fault = cmd_need(out, "--out", &fi)) == FAULT_OK &&
	    (fault = cmd_time(&t, when, &fi)) == FAULT_OK)
		fault = run(argv[0], &arena, in, out, t, full, &fi);
	arena_free(&arena);
	return fault == FAULT_OK ? CMD_OK : cmd_fault("sign", &fi);
}
